/*
 * Bounded little-endian encoding: see bytes.h.
 */
#include "base/bytes.h"

#include <stdlib.h>
#include <string.h>

#define TEXT_ABSENT 0xffff

void bytes_writer_init(struct bytes_writer *writer, void *data, size_t capacity)
{
    writer->data = data;
    writer->capacity = capacity;
    writer->length = 0;
    writer->failed = 0;
}

void bytes_put_raw(struct bytes_writer *writer, const void *data, size_t length)
{
    if (writer->failed || length > writer->capacity - writer->length) {
        writer->failed = 1;
        return;
    }
    if (length)
        memcpy(writer->data + writer->length, data, length);
    writer->length += length;
}

static void put_le(struct bytes_writer *writer, uint64_t value, size_t size)
{
    uint8_t le[8];

    for (size_t i = 0; i < size; i++)
        le[i] = (uint8_t)(value >> (8 * i));
    bytes_put_raw(writer, le, size);
}

void bytes_put_u8(struct bytes_writer *writer, uint8_t value)
{
    put_le(writer, value, 1);
}

void bytes_put_u16(struct bytes_writer *writer, uint16_t value)
{
    put_le(writer, value, 2);
}

void bytes_put_u32(struct bytes_writer *writer, uint32_t value)
{
    put_le(writer, value, 4);
}

void bytes_put_u64(struct bytes_writer *writer, uint64_t value)
{
    put_le(writer, value, 8);
}

void bytes_put_i64(struct bytes_writer *writer, int64_t value)
{
    put_le(writer, (uint64_t)value, 8);
}

void bytes_put_text(struct bytes_writer *writer, const char *text)
{
    size_t length = text ? strlen(text) : 0;
    size_t before = writer->length;

    if (length >= TEXT_ABSENT) {
        writer->failed = 1;
        return;
    }
    bytes_put_u16(writer, text ? (uint16_t)length : TEXT_ABSENT);
    bytes_put_raw(writer, text, length);
    if (writer->failed)
        writer->length = before;
}

void bytes_reader_init(struct bytes_reader *reader, const void *data, size_t length)
{
    reader->data = data;
    reader->length = length;
    reader->position = 0;
    reader->failed = 0;
}

void bytes_get_raw(struct bytes_reader *reader, void *data, size_t length)
{
    if (reader->failed || length > reader->length - reader->position) {
        reader->failed = 1;
        if (length)
            memset(data, 0, length);
        return;
    }
    if (length)
        memcpy(data, reader->data + reader->position, length);
    reader->position += length;
}

static uint64_t get_le(struct bytes_reader *reader, size_t size)
{
    uint8_t le[8] = { 0 };
    uint64_t value = 0;

    bytes_get_raw(reader, le, size);
    for (size_t i = 0; i < size; i++)
        value |= (uint64_t)le[i] << (8 * i);
    return value;
}

uint8_t bytes_get_u8(struct bytes_reader *reader)
{
    return (uint8_t)get_le(reader, 1);
}

uint16_t bytes_get_u16(struct bytes_reader *reader)
{
    return (uint16_t)get_le(reader, 2);
}

uint32_t bytes_get_u32(struct bytes_reader *reader)
{
    return (uint32_t)get_le(reader, 4);
}

uint64_t bytes_get_u64(struct bytes_reader *reader)
{
    return get_le(reader, 8);
}

int64_t bytes_get_i64(struct bytes_reader *reader)
{
    return (int64_t)get_le(reader, 8);
}

/* The place of the next text, or NULL: absent, or the input is short. */
static const uint8_t *next_text(struct bytes_reader *reader, size_t *ret_length)
{
    uint16_t length = bytes_get_u16(reader);
    const uint8_t *text;

    if (reader->failed || length == TEXT_ABSENT)
        return NULL;
    if (length > reader->length - reader->position ||
        memchr(reader->data + reader->position, '\0', length)) {
        reader->failed = 1;
        return NULL;
    }
    text = reader->data + reader->position;
    reader->position += length;
    *ret_length = length;
    return text;
}

int bytes_get_text(struct bytes_reader *reader, char *text, size_t capacity)
{
    size_t length = 0;
    const uint8_t *from = next_text(reader, &length);

    text[0] = '\0';
    if (!from || length >= capacity)
        return -1;
    memcpy(text, from, length);
    text[length] = '\0';
    return (int)length;
}

char *bytes_get_text_dup(struct bytes_reader *reader)
{
    size_t length = 0;
    const uint8_t *from = next_text(reader, &length);
    char *text = from ? malloc(length + 1) : NULL;

    if (!text)
        return NULL;
    memcpy(text, from, length);
    text[length] = '\0';
    return text;
}

int bytes_reader_done(const struct bytes_reader *reader)
{
    return !reader->failed && reader->position == reader->length;
}
