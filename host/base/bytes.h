/*
 * Bounded little-endian writer and reader for control messages, schemas and records that
 * leave a process. The writer never overruns: it remembers that it was too small. The
 * reader never reads past its end: every getter fails when the input is short, and after one
 * failure all fail, so that a caller may check once at the end.
 */
#ifndef BOTHY_BASE_BYTES_H
#define BOTHY_BASE_BYTES_H

#include <stddef.h>
#include <stdint.h>

struct bytes_writer {
    uint8_t *data;
    size_t capacity;
    size_t length;
    int failed; /* something did not fit; length stays where it was */
};

struct bytes_reader {
    const uint8_t *data;
    size_t length;
    size_t position;
    int failed;
};

void bytes_writer_init(struct bytes_writer *writer, void *data, size_t capacity);
void bytes_put_u8(struct bytes_writer *writer, uint8_t value);
void bytes_put_u16(struct bytes_writer *writer, uint16_t value);
void bytes_put_u32(struct bytes_writer *writer, uint32_t value);
void bytes_put_u64(struct bytes_writer *writer, uint64_t value);
void bytes_put_i64(struct bytes_writer *writer, int64_t value);
void bytes_put_raw(struct bytes_writer *writer, const void *data, size_t length);
/* A text with its length before it (u16, at most 65535 bytes). NULL is written as absent. */
void bytes_put_text(struct bytes_writer *writer, const char *text);

void bytes_reader_init(struct bytes_reader *reader, const void *data, size_t length);
uint8_t bytes_get_u8(struct bytes_reader *reader);
uint16_t bytes_get_u16(struct bytes_reader *reader);
uint32_t bytes_get_u32(struct bytes_reader *reader);
uint64_t bytes_get_u64(struct bytes_reader *reader);
int64_t bytes_get_i64(struct bytes_reader *reader);
void bytes_get_raw(struct bytes_reader *reader, void *data, size_t length);
/*
 * Copies a text into `text` with a NUL. Returns its length, or -1 (text is then "") when it
 * does not fit, is absent, holds a NUL, or the input is short; only the last two mark failure.
 */
int bytes_get_text(struct bytes_reader *reader, char *text, size_t capacity);
/* The same, newly allocated; NULL when absent or on failure. [owned] (free). */
char *bytes_get_text_dup(struct bytes_reader *reader);

/* 1 if nothing failed and nothing is left. */
int bytes_reader_done(const struct bytes_reader *reader);

#endif
