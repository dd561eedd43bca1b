/*
 * Files in memory: see replay_text.h.
 */
#include "config.h"

#include "replay_text.h"

#include <check.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#define FILES_MAX 64

const char *text_file_of(const void *data, size_t length)
{
    static char paths[FILES_MAX][32];
    static unsigned count;
    int fd = memfd_create("replay", MFD_CLOEXEC);

    ck_assert_int_ge(fd, 0);
    ck_assert_uint_lt(count, FILES_MAX);
    ck_assert_int_eq(write(fd, data, length), (ssize_t)length);
    snprintf(paths[count], sizeof paths[count], "/proc/self/fd/%d", fd);
    return paths[count++];
}

const char *text_file(const char *text)
{
    return text_file_of(text, strlen(text));
}

size_t text_gzip(const void *data, size_t length, void *to, size_t capacity)
{
    z_stream z;

    memset(&z, 0, sizeof z);
    ck_assert_int_eq(deflateInit2(&z, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = (Bytef *)(uintptr_t)data;
    z.avail_in = (uInt)length;
    z.next_out = to;
    z.avail_out = (uInt)capacity;
    ck_assert_int_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
    deflateEnd(&z);
    return capacity - z.avail_out;
}
