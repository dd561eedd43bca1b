/*
 * A file as a sequence of records in time: one is pending, until it is taken. Bad records are
 * refused here, and stop the file or are counted, as its options say.
 */
#ifndef BOTHY_REPLAY_READER_H
#define BOTHY_REPLAY_READER_H

#include "input.h"
#include "output.h"
#include "row.h"

struct replay_reader {
    const struct replay_format *format;
    struct replay_input *input;   /* [owned] */
    struct replay_output *output; /* NULL: counts and logs nothing */
    int clamp;                    /* a record earlier than the last one gets its time */
    int header_read;
    int ended; /* no record is pending, none will be */
    struct replay_record pending;
    uint64_t records; /* read so far, good or bad */
    int64_t last_ns;
};

/* Effect: starts at the file's beginning, with its first record pending, or ended. */
int32_t replay_reader_open(struct replay_reader *reader, const struct replay_format *format,
                           struct replay_output *output, int clamp, struct bothy_error *error);
void replay_reader_close(struct replay_reader *reader);

/*
 * Effect: makes the next good record pending; sets ended after the last. Errors: of a bad record
 * or a file that cannot be read, unless they are to be skipped; `where` and `line` say where.
 */
int32_t replay_reader_advance(struct replay_reader *reader, struct bothy_error *error);

/*
 * Effect: says what becomes of a bad record: counts it as `what` and returns 0, or returns the
 * error, with its place.
 */
int32_t replay_reader_refuse(struct replay_reader *reader, const char *what, int32_t code,
                             struct bothy_error *error);

#endif
