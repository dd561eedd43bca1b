/*
 * One record of a table: a CSV line or a JSON array, cut into cells, and read as a bar, a trade or
 * a funding rate. Numbers become decimals from their text. Whatever is wrong with a row, the row
 * is refused with a reason that can be counted; nothing is guessed.
 */
#ifndef BOTHY_REPLAY_ROW_H
#define BOTHY_REPLAY_ROW_H

#include "format.h"

struct replay_cell {
    const char *text; /* [borrowed] from the record */
    size_t length;    /* 0: empty, or null */
};

/* Why a record was not used, as it is counted. Static texts: "bad: not a number". */
struct replay_refusal {
    const char *what;
};

struct replay_record {
    int64_t ts_ns; /* the instant at which it becomes known */
    uint32_t kind; /* REPLAY_* */
    int repaired;  /* a bar's high and low were widened */
    union {
        struct bothy_bar bar;
        struct bothy_trade trade;
        struct bothy_decimal rate;
        struct { /* RECORDING: not read yet */
            const char *text;
            size_t length;
        } line;
    } body;
};

/*
 * Effect: cuts a record into at most REPLAY_COLUMNS_MAX cells. Returns how many. Errors:
 * BOTHY_EINVAL with a sentence, and *ret_refusal.
 */
int32_t replay_row_cut(const struct replay_format *format, const char *text, size_t length,
                       struct replay_cell *cells, struct replay_refusal *ret_refusal,
                       struct bothy_error *error);

/*
 * Effect: reads a row. Returns 1; 0 if the row is of another symbol (*ret_refusal says so: it is
 * not an error). Errors: BOTHY_EINVAL or BOTHY_ERANGE with a sentence, and *ret_refusal.
 */
int32_t replay_row_read(const struct replay_format *format, const struct replay_cell *cells,
                        uint32_t count, struct replay_record *ret_record,
                        struct replay_refusal *ret_refusal, struct bothy_error *error);

/*
 * Effect: a time as files have it: RFC 3339 or near it, or a number since 1970. A text without a
 * zone is in the format's. Errors: BOTHY_EINVAL, BOTHY_ERANGE.
 */
int32_t replay_row_time(const struct replay_format *format, const struct replay_cell *cell,
                        int64_t *ret_ts_ns);

/* Effect: "+03:00", "-5", "UTC" → nanoseconds ahead of UTC. Errors: BOTHY_EINVAL. */
int32_t replay_zone_parse(const char *text, int64_t *ret_zone_ns);

#endif
