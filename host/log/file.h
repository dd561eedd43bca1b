/*
 * A file that grows to a size and is then renamed: name, name.1, name.2 … It never fails its
 * writer: what cannot be written is counted, and opening is tried again.
 */
#ifndef BOTHY_LOG_FILE_H
#define BOTHY_LOG_FILE_H

#include <limits.h>
#include <stddef.h>
#include <stdint.h>

struct log_file {
    char path[PATH_MAX];
    int fd; /* -1: closed */
    uint64_t size;
    uint64_t size_max; /* 0: never rotated */
    int keep;
    uint64_t lost;
    int failing; /* said so already */
    int64_t retry_ns;
};

void log_file_init(struct log_file *file, const char *directory, const char *name,
                   uint64_t size_max, int keep);
/* Effect: writes a whole line; now_ns (CLOCK_MONOTONIC) bounds how often opening is tried. */
void log_file_write(struct log_file *file, const char *line, size_t length, int64_t now_ns);
void log_file_close(struct log_file *file);

#endif
