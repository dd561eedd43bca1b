/*
 * The folders of the configuration: there, with safe modes, with room; and the databases in them.
 */
#include "ctl/doctor.h"

#include "base/clean.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#define ROOM_FAIL (UINT64_C(100) << 20)
#define ROOM_WARN (UINT64_C(1) << 30)

/* A folder that is missing is made by the daemon, if it may. */
static void say_missing(struct doctor *doctor, const char *check, const char *path)
{
    char parent[PATH_MAX];
    char *slash;

    snprintf(parent, sizeof parent, "%s", path);
    slash = strrchr(parent, '/');
    if (slash && slash != parent)
        *slash = '\0';
    if (access(parent, W_OK | X_OK) == 0)
        doctor_say(doctor, DOCTOR_OK, check, NULL, "%s: not there yet; made at the first start",
                   path);
    else
        doctor_say(doctor, DOCTOR_FAIL, check,
                   "make it and give it to the daemon's user: install -d -o bothy -g bothy -m 750",
                   "%s: not there, and its parent: %s", path, strerror(errno));
}

/* Returns 1 if it is there. `writable`: the daemon writes to it. */
static int check_folder(struct doctor *doctor, const char *check, const char *path, int writable)
{
    struct stat st;

    if (stat(path, &st) < 0) {
        if (errno == ENOENT && writable)
            say_missing(doctor, check, path);
        else
            doctor_say(doctor, DOCTOR_FAIL, check,
                       writable ? "let the daemon's user reach it"
                                : "install plugins there, or set it to where they are",
                       "%s: %s", path, strerror(errno));
        return 0;
    }
    if (!S_ISDIR(st.st_mode)) {
        doctor_say(doctor, DOCTOR_FAIL, check, NULL, "%s: no folder", path);
        return 0;
    }
    if (st.st_mode & S_IWOTH)
        doctor_say(doctor, DOCTOR_FAIL, check, "chmod o-w it", "%s: everybody may write to it",
                   path);
    else if (writable && access(path, W_OK | X_OK) < 0)
        doctor_say(doctor, DOCTOR_WARN, check,
                   "run the doctor as the daemon's user: sudo -u bothy bothyctl doctor",
                   "%s: belongs to user %u, and you may not write to it", path,
                   (unsigned)st.st_uid);
    else
        doctor_say(doctor, DOCTOR_OK, check, NULL, "%s: mode %04o, user %u", path,
                   (unsigned)(st.st_mode & 07777), (unsigned)st.st_uid);
    return 1;
}

static void check_room(struct doctor *doctor, const char *path)
{
    struct statvfs fs;
    uint64_t room;

    if (statvfs(path, &fs) < 0)
        return;
    room = (uint64_t)fs.f_bavail * fs.f_frsize;
    if (fs.f_flag & ST_RDONLY)
        doctor_say(doctor, DOCTOR_FAIL, "disk", "remount it writable", "%s: read-only", path);
    else if (room < ROOM_WARN)
        doctor_say(doctor, room < ROOM_FAIL ? DOCTOR_FAIL : DOCTOR_WARN, "disk",
                   "make room: trading stops when the store cannot write", "%s: %llu MiB free",
                   path, (unsigned long long)(room >> 20));
    else
        doctor_say(doctor, DOCTOR_OK, "disk", NULL, "%s: %llu MiB free", path,
                   (unsigned long long)(room >> 20));
    if (fs.f_files > 0 && fs.f_favail < 1000)
        doctor_say(doctor, DOCTOR_WARN, "disk", "remove files", "%s: %llu inodes free", path,
                   (unsigned long long)fs.f_favail);
}

static void check_database(struct doctor *doctor, const char *folder, const char *name)
{
    static const char magic[16] = "SQLite format 3";
    char path[PATH_MAX], head[sizeof magic];
    _cleanup_close_ int fd = -1;
    struct stat st;
    ssize_t n;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return; /* made at the first start */
    if (fd < 0 || fstat(fd, &st) < 0) {
        doctor_say(doctor, DOCTOR_WARN, "store", "run the doctor as the daemon's user", "%s: %s",
                   path, strerror(errno));
        return;
    }
    n = read(fd, head, sizeof head);
    if (n != 0 && (n != sizeof head || memcmp(head, magic, sizeof magic) != 0))
        doctor_say(doctor, DOCTOR_FAIL, "store", "restore it from a backup; keep this file",
                   "%s: no SQLite database", path);
    else if (st.st_mode & (S_IRWXO | S_IWGRP))
        doctor_say(doctor, DOCTOR_WARN, "store", "chmod 0640 it",
                   "%s: others may look at it or change it (mode %04o)", path,
                   (unsigned)(st.st_mode & 07777));
    else if (access(path, W_OK) < 0)
        doctor_say(doctor, DOCTOR_WARN, "store",
                   "run the doctor as the daemon's user; else chown it to that user",
                   "%s: not writable: %s", path, strerror(errno));
    else
        doctor_say(doctor, DOCTOR_OK, "store", NULL, "%s: %lld KiB, writable", path,
                   (long long)st.st_size >> 10);
}

void doctor_files(struct doctor *doctor, const struct conf *conf)
{
    char kill_file[PATH_MAX];
    int there = check_folder(doctor, "paths.state", conf->paths.state, 1);

    check_folder(doctor, "paths.log", conf->paths.log, 1);
    check_folder(doctor, "paths.run", conf->paths.run, 1);
    check_folder(doctor, "paths.plugins", conf->paths.plugins, 0);
    if (there) {
        check_room(doctor, conf->paths.state);
        check_database(doctor, conf->paths.state, "ledger.db");
        check_database(doctor, conf->paths.state, "telemetry.db");
    }
    snprintf(kill_file, sizeof kill_file, "%s/KILL", conf->paths.run);
    if (access(kill_file, F_OK) == 0)
        doctor_say(doctor, DOCTOR_WARN, "kill switch", "bothyctl kill reset, or remove the file",
                   "%s is there: no new entries", kill_file);
}
