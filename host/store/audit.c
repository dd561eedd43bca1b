/*
 * The audit file. A row is whole or absent: a write that was cut short (disk full, power) is
 * taken back to the end of the last whole row, by the one process that writes.
 */
#include "store/audit.h"

#include "base/clean.h"

#include <bothy/csv.h>
#include <bothy/time.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

struct audit {
    char *directory;
    int fsync_row;
    int fd;       /* of the day; -1 none */
    char day[16]; /* "2024-08-08" */
};

/* ---- rows ---- */

static int32_t add_cell(const char *text, int last, char *line, size_t capacity, size_t *used)
{
    int32_t r = 0;

    if (text && text[0]) {
        r = bothy_csv_quote(text, strlen(text), ',', BOTHY_CSV_NEUTRALISE, line + *used,
                            capacity - *used);
        if (r < 0)
            return r;
        *used += (size_t)r;
    }
    if (capacity - *used < 2)
        return BOTHY_ERANGE;
    line[(*used)++] = last ? '\n' : ',';
    line[*used] = '\0';
    return 0;
}

int32_t audit_format(const struct audit_row *row, char *line, size_t capacity)
{
    const char *cells[9] = { row->event,  row->market_id, row->market_question,
                             row->action, row->details,   row->belief,
                             row->edge,   row->amount,    row->pnl };
    int32_t r = bothy_time_format(row->ts_ns, 3, line, capacity);
    size_t used = r > 0 ? (size_t)r : 0;

    if (r < 0 || capacity - used < 2)
        return BOTHY_ERANGE;
    line[used++] = ',';
    for (size_t i = 0; i < ARRAY_SIZE(cells); i++) {
        r = add_cell(cells[i], i + 1 == ARRAY_SIZE(cells), line, capacity, &used);
        if (r < 0)
            return BOTHY_ERANGE;
    }
    return (int32_t)used;
}

/* ---- files ---- */

static int32_t fail(struct bothy_error *error, const char *path, const char *doing, int number)
{
    if (error)
        snprintf(error->where, sizeof error->where, "%s", path);
    return bothy_fail(error, BOTHY_EIO, "%s: cannot %s: %s; %s", path, doing, strerror(number),
                      number == ENOSPC || number == EDQUOT || number == EFBIG
                          ? "free space on its file system"
                          : "give bothy's user the right to write there");
}

static void path_of(const struct audit *audit, const char *day, char *path, size_t capacity)
{
    snprintf(path, capacity, "%s/audit-%s.csv", audit->directory, day);
}

int32_t audit_open(const char *directory, int fsync_row, struct audit **ret_audit,
                   struct bothy_error *error)
{
    struct audit *audit;

    /* Its group may read it, whatever the umask of a process that guards its other files says. */
    if (mkdir(directory, 0750) == 0 ? chmod(directory, 0750) < 0 : errno != EEXIST)
        return fail(error, directory, "make the folder", errno);
    if (access(directory, W_OK | X_OK) < 0)
        return fail(error, directory, "write", errno);
    audit = calloc(1, sizeof *audit);
    if (!audit || !(audit->directory = strdup(directory))) {
        free(audit);
        return bothy_fail(error, BOTHY_ENOMEM, "no memory for the audit");
    }
    audit->fsync_row = fsync_row;
    audit->fd = -1;
    *ret_audit = audit;
    return 0;
}

static void close_day(struct audit *audit)
{
    if (audit->fd >= 0) {
        fdatasync(audit->fd);
        close(audit->fd);
    }
    audit->fd = -1;
    audit->day[0] = '\0';
}

/* One write: readers and tail -f never see half a row. */
static int32_t write_whole(struct audit *audit, const char *path, off_t end, const char *text,
                           size_t length, struct bothy_error *error)
{
    ssize_t n = write(audit->fd, text, length);
    int number = n < 0 ? errno : ENOSPC;

    if (n == (ssize_t)length)
        return 0;
    if (n > 0 && ftruncate(audit->fd, end) < 0)
        number = errno;
    return fail(error, path, "write", number);
}

/* A file that does not end with a line's end lost power in the middle of a row. */
static int32_t cut_torn(struct audit *audit, const char *path, off_t *size,
                        struct bothy_error *error)
{
    char block[AUDIT_LINE_MAX];
    off_t begin = *size > (off_t)sizeof block ? *size - (off_t)sizeof block : 0;
    ssize_t n = pread(audit->fd, block, (size_t)(*size - begin), begin);

    if (n != (ssize_t)(*size - begin))
        return fail(error, path, "read", n < 0 ? errno : EIO);
    while (n > 0 && block[n - 1] != '\n')
        n--;
    if (n == 0 && begin > 0)
        return fail(error, path, "find a whole row", EIO);
    if (begin + n != *size && ftruncate(audit->fd, begin + n) < 0)
        return fail(error, path, "cut half a row", errno);
    *size = begin + n;
    return 0;
}

static int32_t open_day(struct audit *audit, const char *day, char *path, size_t capacity,
                        struct bothy_error *error)
{
    struct stat st;
    off_t size;
    int32_t r;

    path_of(audit, day, path, capacity);
    if (audit->fd >= 0 && strcmp(audit->day, day) == 0)
        return 0;
    close_day(audit);
    audit->fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0640);
    if (audit->fd < 0)
        return fail(error, path, "open", errno);
    if (fstat(audit->fd, &st) < 0)
        r = fail(error, path, "look at", errno);
    else {
        size = st.st_size;
        r = size > 0 ? cut_torn(audit, path, &size, error) : 0;
        if (r == 0 && size == 0)
            r = write_whole(audit, path, 0, AUDIT_HEADER "\n", strlen(AUDIT_HEADER) + 1, error);
    }
    if (r < 0) {
        close(audit->fd);
        audit->fd = -1;
        return r;
    }
    snprintf(audit->day, sizeof audit->day, "%s", day);
    return 0;
}

static void day_of(int64_t ts_ns, char day[BOTHY_TIME_TEXT_MAX])
{
    if (bothy_time_format(ts_ns, 0, day, BOTHY_TIME_TEXT_MAX) < 10)
        snprintf(day, BOTHY_TIME_TEXT_MAX, "1970-01-01");
    day[10] = '\0';
}

int32_t audit_append(struct audit *audit, int64_t ts_ns, const char *line, size_t length,
                     struct bothy_error *error)
{
    char day[BOTHY_TIME_TEXT_MAX], path[4096];
    off_t end;
    int32_t r;

    day_of(ts_ns, day);
    r = open_day(audit, day, path, sizeof path, error);
    if (r < 0)
        return r;
    end = lseek(audit->fd, 0, SEEK_END);
    r = write_whole(audit, path, end, line, length, error);
    if (r == 0 && audit->fsync_row && fdatasync(audit->fd) < 0)
        return fail(error, path, "sync", errno);
    return r;
}

int32_t audit_find_tail(struct audit *audit, int64_t ts_ns, const char *const *lines, size_t count,
                        size_t *ret_found, struct bothy_error *error)
{
    char day[BOTHY_TIME_TEXT_MAX], path[4096];
    _cleanup_free_ char *tail = NULL;
    size_t wanted = 0;
    off_t end, begin;
    ssize_t n;
    int32_t r;

    day_of(ts_ns, day);
    r = open_day(audit, day, path, sizeof path, error);
    if (r < 0)
        return r;
    for (size_t i = 0; i < count; i++)
        wanted += strlen(lines[i]);
    end = lseek(audit->fd, 0, SEEK_END);
    begin = end > (off_t)wanted ? end - (off_t)wanted : 0;
    tail = malloc(wanted + 1);
    if (!tail)
        return bothy_fail(error, BOTHY_ENOMEM, "no memory for the audit");
    n = pread(audit->fd, tail, (size_t)(end - begin), begin);
    if (n < 0)
        return fail(error, path, "read", errno);
    for (*ret_found = count; *ret_found > 0; (*ret_found)--) {
        size_t length = 0, at = 0;

        for (size_t i = 0; i < *ret_found; i++)
            length += strlen(lines[i]);
        if (length > (size_t)n)
            continue;
        for (size_t i = 0; i < *ret_found; i++) {
            size_t size = strlen(lines[i]);

            if (memcmp(tail + (size_t)n - length + at, lines[i], size) != 0)
                break;
            at += size;
        }
        if (at == length)
            break;
    }
    return 0;
}

void audit_close(struct audit *audit)
{
    if (!audit)
        return;
    close_day(audit);
    free(audit->directory);
    free(audit);
}
