/*
 * Records in time: see reader.h.
 */
#include "reader.h"

#include <bothy/time.h>

#include <stdio.h>
#include <string.h>

#define COMPLAINTS_MAX 10 /* bad records that are logged one by one, over all files */

static void place(const struct replay_reader *reader, struct bothy_error *error)
{
    uint64_t line = replay_input_line_number(reader->input);

    if (!error)
        return;
    snprintf(error->where, sizeof error->where, "file%u", reader->format->number);
    error->line = line < UINT32_MAX ? (uint32_t)line : UINT32_MAX;
    /* In a file of one line the number of the record says more. */
    if (reader->format->container == REPLAY_JSON)
        bothy_error_prefix(error, "record %llu", (unsigned long long)reader->records);
}

int32_t replay_reader_refuse(struct replay_reader *reader, const char *what, int32_t code,
                             struct bothy_error *error)
{
    struct replay_output *output = reader->output;

    place(reader, error);
    if (reader->format->on_error == REPLAY_ON_ERROR_STOP)
        return code;
    if (!output)
        return 0;
    replay_count(output, what);
    if (output->skipped++ < COMPLAINTS_MAX)
        bothy_log(output->host, BOTHY_LOG_WARNING, "%s:%u: %s%s", error ? error->where : "",
                  error ? error->line : 0, error ? error->text : what,
                  output->skipped == COMPLAINTS_MAX ? " (more are counted, not logged)" : "");
    return 0;
}

int32_t replay_reader_open(struct replay_reader *reader, const struct replay_format *format,
                           struct replay_output *output, int clamp, struct bothy_error *error)
{
    int32_t r;

    memset(reader, 0, sizeof *reader);
    reader->format = format;
    reader->output = output;
    reader->clamp = clamp;
    r = replay_input_open(format->fd, &reader->input, error);
    if (r < 0) {
        if (error)
            snprintf(error->where, sizeof error->where, "file%u", format->number);
        return r;
    }
    r = replay_reader_advance(reader, error);
    if (r < 0)
        replay_reader_close(reader);
    return r;
}

void replay_reader_close(struct replay_reader *reader)
{
    replay_input_close(reader->input);
    reader->input = NULL;
    reader->ended = 1;
}

/* A line of a recording: the local time in nanoseconds, a blank, the message. */
static int32_t read_line(const char *text, size_t length, struct replay_record *record,
                         struct bothy_error *error)
{
    const char *blank = memchr(text, ' ', length < 24 ? length : 24);
    int64_t ts;

    if (!blank || bothy_int64_parse(text, (size_t)(blank - text), &ts) < 0 || ts < 0)
        return bothy_fail(error, BOTHY_EINVAL,
                          "a line of a recording begins with the local time in nanoseconds and a "
                          "blank");
    record->kind = REPLAY_RECORDING;
    record->ts_ns = ts;
    record->body.line.text = blank + 1;
    record->body.line.length = length - (size_t)(blank + 1 - text);
    return 1;
}

static int32_t read_row(struct replay_reader *reader, const char *text, size_t length,
                        struct replay_record *record, struct replay_refusal *refusal,
                        struct bothy_error *error)
{
    struct replay_cell cells[REPLAY_COLUMNS_MAX];
    int32_t count = replay_row_cut(reader->format, text, length, cells, refusal, error);

    if (count < 0)
        return count;
    return replay_row_read(reader->format, cells, (uint32_t)count, record, refusal, error);
}

/*
 * Effect: checks that a record is not of the past. Bars must follow on each other: two of one
 * time are not both right, whatever is done about the order.
 */
static int32_t order(struct replay_reader *reader, struct replay_record *record,
                     struct replay_refusal *refusal, struct bothy_error *error)
{
    int bar = record->kind == REPLAY_OHLCV;

    if (record->ts_ns > reader->last_ns || (!bar && record->ts_ns == reader->last_ns))
        return 0;
    if (bar) {
        refusal->what = "bad: bar not after the last";
        return bothy_fail(error, BOTHY_EINVAL, "this bar does not come after the one before it");
    }
    if (!reader->clamp) {
        refusal->what = "bad: earlier than the last";
        return bothy_fail(error, BOTHY_EINVAL,
                          "this record is earlier than the one before it; order = \"clamp\" gives "
                          "it that one's time");
    }
    record->ts_ns = reader->last_ns;
    if (reader->output)
        replay_count(reader->output, "clamped: earlier than the last");
    return 0;
}

/* Returns 1 with a text, 0 at the end, or an error that ends the file. */
static int32_t next_text(struct replay_reader *reader, const char **ret_text, size_t *ret_length,
                         struct bothy_error *error)
{
    for (;;) {
        int32_t r;

        if (reader->format->container == REPLAY_JSON)
            r = replay_input_element(reader->input, ret_text, ret_length, error);
        else
            r = replay_input_line(reader->input, ret_text, ret_length, error);
        if (r == BOTHY_EEND)
            return 0;
        reader->records++;
        if (r == 0)
            return 1;
        r = replay_reader_refuse(reader,
                                 r == BOTHY_ERANGE     ? "bad: too long"
                                 : r == BOTHY_ECORRUPT ? "bad: damaged file"
                                                       : "bad: cannot be read",
                                 r, error);
        if (r < 0)
            return r;
        /* What cannot be read has no next record. */
        if (error == NULL || error->code != BOTHY_ERANGE)
            return 0;
    }
}

int32_t replay_reader_advance(struct replay_reader *reader, struct bothy_error *error)
{
    struct bothy_error scratch = { 0 };

    if (!error)
        error = &scratch;
    while (!reader->ended) {
        struct replay_refusal refusal = { "bad: record" };
        struct replay_record record = { 0 };
        const char *text;
        size_t length;
        int32_t r = next_text(reader, &text, &length, error);

        if (r < 0)
            return r;
        if (r == 0) {
            reader->ended = 1;
            break;
        }
        if (length == 0 && reader->format->container != REPLAY_JSON) {
            if (reader->output)
                replay_count(reader->output, "blank");
            continue;
        }
        if (reader->format->header && !reader->header_read) {
            reader->header_read = 1;
            if (reader->output)
                replay_count(reader->output, "header");
            continue;
        }
        r = reader->format->container == REPLAY_LINES
                ? read_line(text, length, &record, error)
                : read_row(reader, text, length, &record, &refusal, error);
        if (r == 0) {
            if (reader->output)
                replay_count(reader->output, refusal.what);
            continue;
        }
        if (r > 0)
            r = order(reader, &record, &refusal, error);
        if (r < 0) {
            r = replay_reader_refuse(reader, refusal.what, r, error);
            if (r < 0)
                return r;
            continue;
        }
        reader->last_ns = record.ts_ns;
        reader->pending = record;
        return 0;
    }
    return 0;
}
