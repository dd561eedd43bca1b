/*
 * Reads bars from CSV. The file passes through one buffer of fixed size, so that a record
 * longer than it is an error and a large file costs only its bars. Every line must have as
 * many fields as the header; empty lines are skipped.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <bothy/csv.h>
#include <bothy/time.h>

#include "base/clean.h"
#include "ctl/calc_bars.h"

#define BUFFER_SIZE ((size_t)256 * 1024)
#define FIELDS_MAX  256

enum { HIGH, LOW, CLOSE, VOLUME, COLUMNS };

static const struct {
    const char *name;
    uint32_t input;
} columns[COLUMNS] = {
    [HIGH] = { "high", BOTHY_TA_INPUT_HIGH_LOW },
    [LOW] = { "low", BOTHY_TA_INPUT_HIGH_LOW },
    [CLOSE] = { "close", BOTHY_TA_INPUT_CLOSE },
    [VOLUME] = { "volume", BOTHY_TA_INPUT_VOLUME },
};

struct layout {
    int32_t field[COLUMNS]; /* −1: not wanted */
    int32_t field_count;    /* 0: the header has not been read */
};

static int field_is(const struct bothy_csv_field *field, const char *name)
{
    return field->length == strlen(name) && strncasecmp(field->text, name, field->length) == 0;
}

static int read_header(const struct bothy_csv_field *fields, int32_t count, uint32_t inputs,
                       struct layout *layout, struct bothy_error *error)
{
    for (int c = 0; c < COLUMNS; c++) {
        layout->field[c] = -1;
        if (!(inputs & columns[c].input))
            continue;
        for (int32_t k = 0; k < count; k++) {
            if (!field_is(&fields[k], columns[c].name))
                continue;
            if (layout->field[c] >= 0)
                return bothy_fail(error, BOTHY_EINVAL, "the header names '%s' twice",
                                  columns[c].name);
            layout->field[c] = k;
        }
        if (layout->field[c] < 0)
            return bothy_fail(error, BOTHY_EINVAL,
                              "no column '%s' in the header (the first line must name the "
                              "columns, as in timestamp,open,high,low,close,volume)",
                              columns[c].name);
    }
    layout->field_count = count;
    return 0;
}

static int read_bar(const struct bothy_csv_field *fields, int32_t count,
                    const struct layout *layout, struct bothy_ta_bar *bar,
                    struct bothy_error *error)
{
    double values[COLUMNS] = { 0 };

    if (count != layout->field_count)
        return bothy_fail(error, BOTHY_EINVAL, "%d fields, but the header has %d", (int)count,
                          (int)layout->field_count);
    for (int c = 0; c < COLUMNS; c++) {
        const struct bothy_csv_field *field = &fields[layout->field[c] < 0 ? 0 : layout->field[c]];

        if (layout->field[c] >= 0 && bothy_double_parse(field->text, field->length, &values[c]) < 0)
            return bothy_fail(error, BOTHY_EINVAL, "%s: '%.*s' is not a number", columns[c].name,
                              (int)(field->length < 40 ? field->length : 40), field->text);
    }
    bar->open = 0;
    bar->high = values[HIGH];
    bar->low = values[LOW];
    bar->close = values[CLOSE];
    bar->volume = values[VOLUME];
    return 0;
}

static int append(struct calc_bars *bars, const struct bothy_ta_bar *bar, uint64_t line,
                  struct bothy_error *error)
{
    if (bars->count == CALC_BARS_MAX)
        return bothy_fail(error, BOTHY_ENOMEM, "more than %d bars; split the file", CALC_BARS_MAX);
    if (bars->count == bars->capacity) {
        size_t capacity = bars->capacity > 0 ? bars->capacity * 2 : 4096;
        struct bothy_ta_bar *more = reallocarray(bars->bars, capacity, sizeof *more);
        uint64_t *more_lines;

        if (!more)
            return bothy_fail(error, BOTHY_ENOMEM, "out of memory");
        bars->bars = more;
        more_lines = reallocarray(bars->lines, capacity, sizeof *more_lines);
        if (!more_lines)
            return bothy_fail(error, BOTHY_ENOMEM, "out of memory");
        bars->lines = more_lines;
        bars->capacity = capacity;
    }
    bars->bars[bars->count] = *bar;
    bars->lines[bars->count++] = line;
    return 0;
}

/* All complete records of the buffer. */
static int read_records(struct bothy_csv *csv, struct calc_bars *bars, struct layout *layout,
                        uint32_t inputs, struct bothy_error *error)
{
    struct bothy_csv_field fields[FIELDS_MAX];

    for (;;) {
        uint64_t line = csv->line > 0 ? csv->line : 1;
        int32_t count = bothy_csv_next(csv, fields, FIELDS_MAX, error);
        struct bothy_ta_bar bar;
        int r;

        if (count == BOTHY_EEND || count == BOTHY_EAGAIN)
            return 0;
        if (count < 0)
            return count; /* the reader has said which line */
        if (count == 1 && fields[0].length == 0)
            continue;
        error->line = (uint32_t)line;
        if (layout->field_count == 0) {
            r = read_header(fields, count, inputs, layout, error);
        } else {
            r = read_bar(fields, count, layout, &bar, error);
            if (r == 0)
                r = append(bars, &bar, line, error);
        }
        if (r < 0)
            return r;
    }
}

static int read_descriptor(struct calc_bars *bars, int fd, uint32_t inputs,
                           struct bothy_error *error)
{
    _cleanup_free_ char *buffer = malloc(BUFFER_SIZE);
    struct layout layout = { .field_count = 0 };
    struct bothy_csv csv;
    size_t held = 0;
    int ended = 0, r;

    if (!buffer)
        return bothy_fail(error, BOTHY_ENOMEM, "out of memory");
    bothy_csv_init(&csv, buffer, 0, ',', 0);
    while (!ended) {
        ssize_t got = read(fd, buffer + held, BUFFER_SIZE - held);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return bothy_fail(error, BOTHY_EIO, "cannot read: %s", strerror(errno));
        ended = got == 0;
        held += (size_t)got;
        bothy_csv_continue(&csv, buffer, held, ended);
        r = read_records(&csv, bars, &layout, inputs, error);
        if (r < 0)
            return r;
        held -= csv.position;
        memmove(buffer, buffer + csv.position, held);
        if (held == BUFFER_SIZE) {
            error->line = (uint32_t)csv.line;
            return bothy_fail(error, BOTHY_EINVAL, "a line of more than %zu bytes", BUFFER_SIZE);
        }
    }
    error->line = 0;
    if (layout.field_count == 0)
        return bothy_fail(error, BOTHY_EINVAL, "the file is empty; it must begin with a header");
    return 0;
}

int calc_bars_read(struct calc_bars *bars, const char *path, uint32_t inputs,
                   struct bothy_error *error)
{
    _cleanup_close_ int opened = -1;
    int fd = STDIN_FILENO;

    *bars = (struct calc_bars) { .bars = NULL };
    error->line = 0;
    snprintf(error->where, sizeof error->where, "%s", path);
    if (strcmp(path, "-") != 0) {
        fd = opened = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0)
            return bothy_fail(error, BOTHY_EIO, "cannot open: %s", strerror(errno));
    }
    return read_descriptor(bars, fd, inputs, error);
}

void calc_bars_free(struct calc_bars *bars)
{
    free(bars->bars);
    free(bars->lines);
    *bars = (struct calc_bars) { .bars = NULL };
}
