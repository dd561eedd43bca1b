/*
 * What one file holds and how its records read: from its options, and from a look at its first
 * records where an option says "auto" or nothing. A format does not change once it is made.
 *
 *     input.h   bytes, lines, elements
 *     format.h  which column is what, time zone, time frame, what to do with bad records
 *     row.h     one CSV line or JSON element → a bar, a trade or a funding rate
 *     reader.h  a file as a sequence of records in time
 */
#ifndef BOTHY_REPLAY_FORMAT_H
#define BOTHY_REPLAY_FORMAT_H

#include <bothy/config.h>
#include <bothy/event.h>

#define REPLAY_FILES_MAX   8
#define REPLAY_SYMBOLS_MAX 16 /* of one recording */
#define REPLAY_COLUMNS_MAX 64

enum {
    REPLAY_AUTO = 0,
    REPLAY_OHLCV = 1,
    REPLAY_TRADES = 2,
    REPLAY_FUNDING = 3,
    REPLAY_RECORDING = 4,
};

enum { REPLAY_CSV = 0, REPLAY_JSON = 1, REPLAY_LINES = 2 };

enum { REPLAY_ON_ERROR_STOP = 0, REPLAY_ON_ERROR_SKIP = 1, REPLAY_ON_ERROR_REPAIR = 2 };

/* What a column may be. */
enum {
    REPLAY_COLUMN_TS = 0,
    REPLAY_COLUMN_OPEN,
    REPLAY_COLUMN_HIGH,
    REPLAY_COLUMN_LOW,
    REPLAY_COLUMN_CLOSE,
    REPLAY_COLUMN_VOLUME,
    REPLAY_COLUMN_ID,
    REPLAY_COLUMN_SIDE,
    REPLAY_COLUMN_PRICE,
    REPLAY_COLUMN_AMOUNT,
    REPLAY_COLUMN_RATE,
    REPLAY_COLUMN_SYMBOL,
    REPLAY_COLUMN_COUNT,
};

struct replay_symbol {
    char unified[BOTHY_SYMBOL_MAX]; /* "BTC/USDT:USDT" */
    char venue[BOTHY_SYMBOL_MAX];   /* "BTCUSDT": as rows and messages name it */
};

struct replay_format {
    uint32_t number; /* of the option: 1 is file1 */
    int fd;          /* [borrowed] from the host */
    uint32_t kind, container, on_error;
    int header;                          /* CSV: the first line names the columns */
    int8_t columns[REPLAY_COLUMN_COUNT]; /* index of the cell, or -1 */
    uint32_t column_count;               /* least number of cells */
    int64_t zone_ns;                     /* what local time is ahead of UTC */
    uint32_t timeframe;
    int ts_is_close;
    int64_t interval_ns; /* FUNDING */
    struct replay_symbol symbols[REPLAY_SYMBOLS_MAX];
    uint32_t symbol_count;
    struct bothy_decimal tick_size, lot_size; /* as configured or as seen */
    uint32_t feeds;                           /* that the file was seen to have */
};

/* Effect: checks the options of file `number`, without the file. Errors: BOTHY_EINVAL. */
int32_t replay_format_check(const struct bothy_config *config, uint32_t number,
                            struct bothy_error *error);

/*
 * Effect: the format of the file of option `number`. Reads the first records of it.
 * Errors: BOTHY_ENOENT no such file is configured; else with `where` and `line`.
 */
int32_t replay_format_make(const struct bothy_config *config, uint32_t number,
                           struct replay_format *ret_format, struct bothy_error *error);

/* columns.c */

/*
 * Effect: columns from the texts of a header line, or from the names of the option. Unknown
 * names are left out. Returns how many were known.
 */
struct replay_cell;
uint32_t replay_columns_name(struct replay_format *format, const struct replay_cell *names,
                             uint32_t count);
/* Effect: columns from "ts,open,-,…". Errors: BOTHY_EINVAL an unknown name, or one twice. */
int32_t replay_columns_parse(struct replay_format *format, const char *text,
                             struct bothy_error *error);
/* Effect: what the columns can only be, in format->kind. Errors: BOTHY_EINVAL. */
int32_t replay_columns_decide(struct replay_format *format, struct bothy_error *error);

#endif
