/*
 * Rotating files: see file.h.
 */
#include "log/file.h"

#include <bothy/time.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define RETRY_NS (2 * BOTHY_NS_PER_S)

void log_file_init(struct log_file *file, const char *directory, const char *name,
                   uint64_t size_max, int keep)
{
    memset(file, 0, sizeof *file);
    snprintf(file->path, sizeof file->path, "%s/%s", directory, name);
    file->fd = -1;
    file->size_max = size_max;
    file->keep = keep;
}

void log_file_close(struct log_file *file)
{
    if (file->fd >= 0)
        close(file->fd);
    file->fd = -1;
}

/* The complaint is a state: once when it begins, once when it ends. */
static void complain(struct log_file *file, const char *what)
{
    file->lost++;
    if (file->failing)
        return;
    file->failing = 1;
    fprintf(stderr, "bothyd: %s: %s: %s; lines are lost until this is mended\n", file->path, what,
            strerror(errno));
}

static int make_folder(const char *path)
{
    char folder[PATH_MAX];
    char *slash;

    snprintf(folder, sizeof folder, "%s", path);
    slash = strrchr(folder, '/');
    if (!slash || slash == folder)
        return 0;
    *slash = '\0';
    return mkdir(folder, 0700) < 0 && errno != EEXIST ? -1 : 0;
}

static int open_file(struct log_file *file)
{
    struct stat st;

    make_folder(file->path);
    file->fd = open(file->path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file->fd < 0)
        return -1;
    file->size = fstat(file->fd, &st) == 0 ? (uint64_t)st.st_size : 0;
    return 0;
}

static void rotate(struct log_file *file)
{
    char from[PATH_MAX + 16], to[PATH_MAX + 16];

    log_file_close(file);
    for (int i = file->keep; i > 0; i--) {
        if (i == 1)
            snprintf(from, sizeof from, "%s", file->path);
        else
            snprintf(from, sizeof from, "%s.%d", file->path, i - 1);
        snprintf(to, sizeof to, "%s.%d", file->path, i);
        if (rename(from, to) < 0 && errno != ENOENT)
            break;
    }
    if (file->keep == 0)
        unlink(file->path);
}

/* A file that was moved or deleted under us is written to by nobody who reads it. */
static int still_there(const struct log_file *file)
{
    struct stat st, there;

    return fstat(file->fd, &st) == 0 && stat(file->path, &there) == 0 &&
           st.st_ino == there.st_ino && st.st_dev == there.st_dev;
}

/* Half a line would spoil the next one: who reads the file wants each to be whole. */
static void take_back(const struct log_file *file, ssize_t written)
{
    struct stat st;

    if (fstat(file->fd, &st) < 0 || st.st_size < written ||
        ftruncate(file->fd, st.st_size - written) < 0)
        return; /* it stays as it is */
}

void log_file_write(struct log_file *file, const char *line, size_t length, int64_t now_ns)
{
    ssize_t n;

    if (file->fd >= 0 && file->retry_ns && now_ns >= file->retry_ns && !still_there(file))
        log_file_close(file);
    if (now_ns >= file->retry_ns)
        file->retry_ns = now_ns + RETRY_NS;
    else if (file->fd < 0 && file->failing) {
        file->lost++;
        return;
    }
    if (file->fd >= 0 && file->size_max && file->size + length > file->size_max)
        rotate(file);
    if (file->fd < 0 && open_file(file) < 0) {
        complain(file, "cannot open");
        return;
    }
    n = write(file->fd, line, length);
    if (n != (ssize_t)length) {
        if (n > 0)
            take_back(file, n);
        if (n >= 0)
            errno = ENOSPC;
        complain(file, "cannot write");
        return;
    }
    file->size += length;
    if (file->failing) {
        file->failing = 0;
        fprintf(stderr, "bothyd: %s: written again; %llu lines were lost in all\n", file->path,
                (unsigned long long)file->lost);
    }
}
