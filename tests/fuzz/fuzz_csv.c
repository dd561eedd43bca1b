/*
 * The CSV reader and writer on any bytes: fields lie inside the input, a text cut in two reads
 * like the whole, and what is written from the fields reads back as the same.
 */
#include "fuzz.h"

#include <bothy/csv.h>

#include <string.h>

#define FIELDS_MAX 16

/* Writes a field's text as a cell, reads that, and expects the same text. */
static void write_and_read(const struct bothy_csv_field *field, char separator)
{
    struct bothy_csv csv;
    struct bothy_csv_field again;
    size_t capacity = 2 * field->length + 4;
    char *text = malloc(field->length + 1), *cell = malloc(capacity), *back = malloc(capacity);
    int32_t length = bothy_csv_field_text(field, text, field->length + 1);
    int32_t quoted;

    FUZZ_CHECK(length >= 0);
    FUZZ_CHECK(bothy_csv_field_is(field, text));
    quoted =
        bothy_csv_quote(text, (size_t)length, separator, BOTHY_CSV_QUOTE_ALWAYS, cell, capacity);
    FUZZ_CHECK(quoted >= 2);
    FUZZ_CHECK(bothy_csv_init(&csv, cell, (size_t)quoted, separator, 1) == 0);
    FUZZ_CHECK(bothy_csv_next(&csv, &again, 1, NULL) == 1);
    FUZZ_CHECK(bothy_csv_field_text(&again, back, capacity) == length);
    FUZZ_CHECK(strcmp(text, back) == 0);
    FUZZ_CHECK(bothy_csv_next(&csv, &again, 1, NULL) == BOTHY_EEND);

    quoted = bothy_csv_quote(text, (size_t)length, separator, BOTHY_CSV_NEUTRALISE, cell, capacity);
    FUZZ_CHECK(quoted >= length && (size_t)quoted == strlen(cell));
    FUZZ_CHECK(cell[0] != '=' && cell[0] != '@');
    free(back);
    free(cell);
    free(text);
}

struct outcome {
    int32_t end;
    uint32_t line; /* of the error */
    uint64_t records;
    uint64_t fields;
    uint64_t bytes;
};

/* Reads it all; if cut < size in two pieces, the second from where the reader then stands. */
static struct outcome read_all(const char *text, size_t size, size_t cut, char separator)
{
    struct bothy_csv csv;
    struct bothy_csv_field fields[FIELDS_MAX];
    struct bothy_error error = { 0 };
    struct outcome outcome = { 0 };

    FUZZ_CHECK(bothy_csv_init(&csv, text, cut, separator, cut == size) == 0);
    for (;;) {
        int32_t count = bothy_csv_next(&csv, fields, FIELDS_MAX, &error);

        if (count == BOTHY_EAGAIN) {
            const char *rest = csv.text + csv.position;

            FUZZ_CHECK(!csv.is_last);
            bothy_csv_continue(&csv, rest, (size_t)(text + size - rest), 1);
            continue;
        }
        if (count < 0) {
            FUZZ_CHECK(count == BOTHY_EEND || error.line > 0);
            outcome.end = count;
            outcome.line = error.line;
            return outcome;
        }
        FUZZ_CHECK(count > 0 && count <= FIELDS_MAX);
        outcome.records++;
        outcome.fields += (uint64_t)count;
        for (int32_t i = 0; i < count; i++) {
            FUZZ_CHECK(fields[i].text >= text);
            FUZZ_CHECK(fields[i].text + fields[i].length <= text + size);
            outcome.bytes += fields[i].length;
            if (cut == size)
                write_and_read(&fields[i], separator);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char separators[] = ",;\t";
    const char *text = (const char *)data;

    if (size > 16384)
        return 0;
    for (size_t i = 0; i < sizeof separators - 1; i++) {
        struct outcome whole = read_all(text, size, size, separators[i]);

        for (size_t n = 0; n < 4 && size > 0; n++) {
            struct outcome pieces = read_all(text, size, (size - 1) * n / 3, separators[i]);

            FUZZ_CHECK(pieces.end == whole.end && pieces.line == whole.line);
            FUZZ_CHECK(pieces.records == whole.records && pieces.fields == whole.fields);
            FUZZ_CHECK(pieces.bytes == whole.bytes);
        }
    }
    return 0;
}
