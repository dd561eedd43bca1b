/*
 * What an examination says, as messages on the control socket: see exam.h. A parent that is gone
 * is no reason to fail: the process ends with it anyway.
 */
#include "config.h"

#include "runner/exam.h"

#include "base/bytes.h"
#include "ipc/fdpass.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void begin(struct bytes_writer *writer, void *data, size_t capacity, uint16_t type)
{
    bytes_writer_init(writer, data, capacity);
    bytes_put_u16(writer, type);
    bytes_put_u16(writer, WIRE_VERSION);
    bytes_put_u32(writer, 0);
}

static void send_it(const struct bytes_writer *writer)
{
    if (!writer->failed &&
        fdpass_send(WIRE_FD_CONTROL, writer->data, writer->length, NULL, 0, -1, NULL) < 0)
        _exit(WIRE_EXIT_PEER_GONE);
}

static void __attribute__((format(printf, 3, 0)))
say(uint16_t type, const char *code, const char *format, va_list args)
{
    uint8_t data[1024];
    char text[512];
    struct bytes_writer writer;

    vsnprintf(text, sizeof text, format, args);
    begin(&writer, data, sizeof data, type);
    bytes_put_text(&writer, code);
    bytes_put_text(&writer, text);
    send_it(&writer);
}

void exam_stage(const char *what)
{
    uint8_t data[256];
    struct bytes_writer writer;

    begin(&writer, data, sizeof data, EXAM_STAGE);
    bytes_put_text(&writer, what);
    send_it(&writer);
}

void exam_finding(const char *code, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say(EXAM_FINDING, code, format, args);
    va_end(args);
}

void exam_note(const char *code, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say(EXAM_NOTE, code, format, args);
    va_end(args);
}

void exam_count(const char *name, uint64_t count)
{
    uint8_t data[256];
    struct bytes_writer writer;

    begin(&writer, data, sizeof data, EXAM_COUNT);
    bytes_put_text(&writer, name);
    bytes_put_u64(&writer, count);
    send_it(&writer);
}

static int compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

void exam_times(const char *name, uint64_t *samples, uint32_t count)
{
    uint8_t data[256];
    struct bytes_writer writer;

    if (count == 0)
        return;
    qsort(samples, count, sizeof *samples, compare);
    begin(&writer, data, sizeof data, EXAM_TIMES);
    bytes_put_text(&writer, name);
    bytes_put_u64(&writer, count);
    bytes_put_u64(&writer, samples[count / 2]);
    bytes_put_u64(&writer, samples[(uint64_t)count * 99 / 100]);
    bytes_put_u64(&writer, samples[count - 1]);
    send_it(&writer);
}

void exam_done(void)
{
    uint8_t data[16];
    struct bytes_writer writer;

    begin(&writer, data, sizeof data, EXAM_DONE);
    send_it(&writer);
}
