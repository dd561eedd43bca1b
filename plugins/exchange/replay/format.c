/*
 * The options of a file, and what its first records show: see format.h.
 */
#include "format.h"

#include "reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOOK_RECORDS   4000
#define LOOK_TIMES     1000
#define EXPONENT_FLOOR (-12)
#define INTERVAL_NS    (8 * BOTHY_NS_PER_H)

/* "tick_size1" of "tick_size" and 1. */
struct option_name {
    char text[24];
};

static const char *option(struct option_name *name, const char *stem, uint32_t number)
{
    snprintf(name->text, sizeof name->text, "%s%u", stem, number);
    return name->text;
}

static const char *text_of(const struct bothy_config *config, const char *stem, uint32_t number)
{
    struct option_name name;

    return bothy_config_string(config, option(&name, stem, number));
}

/* ---- options ---- */

/* The symbol as a venue without separators writes it: "BTC/USDT:USDT" is "BTCUSDT". */
static int32_t add_symbol(struct replay_format *format, const char *text, size_t length,
                          struct bothy_error *error)
{
    struct replay_symbol *to = &format->symbols[format->symbol_count];
    const char *slash = memchr(text, '/', length);
    size_t used = 0;

    if (format->symbol_count == REPLAY_SYMBOLS_MAX)
        return bothy_fail(error, BOTHY_EINVAL, "more than %d symbols", REPLAY_SYMBOLS_MAX);
    if (length >= sizeof to->unified || !slash || slash == text || slash + 1 == text + length)
        return bothy_fail(error, BOTHY_EINVAL,
                          "\"%.*s\" is no symbol: write BTC/USDT for spot, BTC/USDT:USDT for a "
                          "perpetual",
                          (int)(length < 60 ? length : 60), text);
    memset(to, 0, sizeof *to);
    memcpy(to->unified, text, length);
    for (size_t i = 0; i < length && text[i] != ':'; i++) {
        char c = text[i];

        if (c == '/' || c == '-')
            continue;
        to->venue[used++] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
    }
    format->symbol_count++;
    return 0;
}

static int32_t take_symbols(struct replay_format *format, const char *text,
                            struct bothy_error *error)
{
    for (;;) {
        size_t length;
        int32_t r;

        text += strspn(text, " ");
        length = strcspn(text, ", ");
        r = add_symbol(format, text, length, error);
        if (r < 0)
            return r;
        text += length + strspn(text + length, " ");
        if (*text != ',')
            return *text ? bothy_fail(error, BOTHY_EINVAL, "symbols are parted by commas") : 0;
        text++;
    }
}

static int32_t take_options(const struct bothy_config *config, uint32_t number,
                            struct replay_format *format, struct bothy_error *error)
{
    struct option_name name;
    const char *columns = text_of(config, "columns", number);
    const char *timeframe = text_of(config, "timeframe", number);
    int32_t r;

    memset(format, 0, sizeof *format);
    format->number = number;
    format->fd = -1;
    format->kind = (uint32_t)bothy_config_enum(config, option(&name, "kind", number));
    format->ts_is_close = bothy_config_enum(config, option(&name, "timestamps", number));
    format->on_error = (uint32_t)bothy_config_enum(config, option(&name, "on_error", number));
    format->tick_size = bothy_config_decimal(config, option(&name, "tick_size", number));
    format->lot_size = bothy_config_decimal(config, option(&name, "lot_size", number));
    memset(format->columns, -1, sizeof format->columns);
    if (strcmp(timeframe, "auto") != 0 && bothy_timeframe_parse(timeframe, &format->timeframe) < 0)
        return bothy_fail(error, BOTHY_EINVAL, "timeframe%u: \"%.20s\" is none", number, timeframe);
    r = replay_zone_parse(text_of(config, "timezone", number), &format->zone_ns);
    if (r < 0)
        return bothy_fail(error, r,
                          "timezone%u: \"%.20s\" is no offset from UTC: write UTC, +03:00, -5",
                          number, text_of(config, "timezone", number));
    if (columns[0]) {
        r = replay_columns_parse(format, columns, error);
        if (r < 0) {
            bothy_error_prefix(error, "columns%u", number);
            return r;
        }
    }
    if (text_of(config, "symbol", number)[0] == '\0')
        return 0;
    r = take_symbols(format, text_of(config, "symbol", number), error);
    if (r < 0)
        bothy_error_prefix(error, "symbol%u", number);
    return r;
}

int32_t replay_format_check(const struct bothy_config *config, uint32_t number,
                            struct bothy_error *error)
{
    struct replay_format format;

    return take_options(config, number, &format, error);
}

/* ---- what the file shows ---- */

static int32_t fail_at(const struct replay_format *format, uint32_t line, struct bothy_error *error,
                       int32_t code)
{
    if (error) {
        snprintf(error->where, sizeof error->where, "file%u", format->number);
        error->line = line;
    }
    return code;
}

static int is_recording(const char *text, size_t length)
{
    size_t digits = 0;

    while (digits < length && text[digits] >= '0' && text[digits] <= '9')
        digits++;
    return digits > 0 && digits + 1 < length && text[digits] == ' ' && text[digits + 1] == '{';
}

/* Effect: tells CSV, a JSON array and a recording apart, by how the file begins. */
static int32_t look_container(struct replay_format *format, struct replay_input *input,
                              struct bothy_error *error)
{
    char text[64];
    int32_t length = replay_input_peek(input, text, sizeof text, error);
    int32_t at = 0;

    if (length < 0)
        return length;
    if (length == 0)
        return bothy_fail(error, BOTHY_EINVAL, "the file is empty");
    while (at < length && (text[at] == ' ' || text[at] == '\n' || text[at] == '\r'))
        at++;
    if (is_recording(text, (size_t)length))
        format->container = REPLAY_LINES;
    else if (at < length && text[at] == '[')
        format->container = REPLAY_JSON;
    else
        format->container = REPLAY_CSV;
    if ((format->container == REPLAY_LINES) == (format->kind == REPLAY_RECORDING) ||
        format->kind == REPLAY_AUTO) {
        if (format->container == REPLAY_LINES)
            format->kind = REPLAY_RECORDING;
        return 0;
    }
    return bothy_fail(error, BOTHY_EINVAL,
                      format->kind == REPLAY_RECORDING
                          ? "not a recording: its lines are NANOSECONDS {json}"
                          : "a recording, and kind%u says that it is none",
                      format->number);
}

static int has_columns(const struct replay_format *format)
{
    return format->column_count > 0;
}

/* A table of arrays has no names: seven values with a side are trades, six are bars. */
static int32_t look_json(struct replay_format *format, struct replay_input *input,
                         struct bothy_error *error)
{
    struct replay_cell cells[REPLAY_COLUMNS_MAX];
    struct replay_refusal refusal;
    const char *text;
    size_t length;
    int32_t count = 0;
    int32_t r = replay_input_element(input, &text, &length, error);

    if (r == BOTHY_EEND)
        return bothy_fail(error, BOTHY_EINVAL, "the array is empty");
    if (r == 0)
        count = replay_row_cut(format, text, length, cells, &refusal, error);
    if (r < 0 || count < 0)
        return r < 0 ? r : count;
    if (has_columns(format))
        return 0;
    if (format->kind == REPLAY_TRADES || (format->kind == REPLAY_AUTO && count == 7))
        return replay_columns_parse(format, "ts,id,-,side,price,amount,-", error);
    if (format->kind == REPLAY_FUNDING)
        return replay_columns_parse(format, "ts,rate", error);
    return replay_columns_parse(format, "ts,open,high,low,close,volume", error);
}

static int32_t look_csv(struct replay_format *format, struct replay_input *input,
                        struct bothy_error *error)
{
    struct replay_cell cells[REPLAY_COLUMNS_MAX];
    struct replay_refusal refusal;
    const char *text;
    size_t length;
    int32_t count = 0;
    int32_t r = replay_input_line(input, &text, &length, error);

    if (r == 0)
        count = replay_row_cut(format, text, length, cells, &refusal, error);
    if (r < 0 || count < 0)
        return r < 0 ? r : count;
    if (has_columns(format))
        return 0;
    format->header = 1;
    if (replay_columns_name(format, cells, (uint32_t)count) == 0)
        return bothy_fail(error, BOTHY_EINVAL,
                          "no header line: say what the columns are, as columns%u = "
                          "\"ts,open,high,low,close,volume\"",
                          format->number);
    return 0;
}

/* Effect: the shortest time between two rows at the beginning; 0 if there are not two. */
static int32_t look_times(const struct replay_format *format, int64_t *ret_shortest_ns,
                          struct bothy_error *error)
{
    struct replay_input *input = NULL;
    int64_t last = 0, shortest = 0;
    int32_t r = replay_input_open(format->fd, &input, error);

    for (uint32_t i = 0; r == 0 && i < LOOK_TIMES; i++) {
        struct replay_cell cells[REPLAY_COLUMNS_MAX];
        struct replay_refusal refusal;
        const char *text;
        size_t length;
        int64_t ts;
        int32_t count;

        r = format->container == REPLAY_JSON ? replay_input_element(input, &text, &length, NULL)
                                             : replay_input_line(input, &text, &length, NULL);
        if (r < 0)
            break;
        count = replay_row_cut(format, text, length, cells, &refusal, NULL);
        if (count <= format->columns[REPLAY_COLUMN_TS] ||
            replay_row_time(format, &cells[format->columns[REPLAY_COLUMN_TS]], &ts) < 0)
            continue;
        if (last > 0 && ts > last && (shortest == 0 || ts - last < shortest))
            shortest = ts - last;
        last = ts;
    }
    replay_input_close(input);
    *ret_shortest_ns = shortest;
    return 0;
}

static int32_t decide_lengths(struct replay_format *format, struct bothy_error *error)
{
    int64_t shortest = 0;
    int32_t r = 0;

    if ((format->kind == REPLAY_OHLCV && format->timeframe == BOTHY_TF_NONE) ||
        format->kind == REPLAY_FUNDING)
        r = look_times(format, &shortest, error);
    if (r < 0)
        return r;
    if (format->kind == REPLAY_FUNDING) {
        /* Times of settlement are off by milliseconds. */
        shortest = (shortest + BOTHY_NS_PER_MIN / 2) / BOTHY_NS_PER_MIN * BOTHY_NS_PER_MIN;
        format->interval_ns = shortest > 0 ? shortest : INTERVAL_NS;
    }
    if (format->kind != REPLAY_OHLCV || format->timeframe != BOTHY_TF_NONE)
        return 0;
    for (uint32_t tf = 1; tf < BOTHY_TF_COUNT; tf++) {
        if (bothy_timeframe_ns(tf) == shortest)
            format->timeframe = tf;
    }
    if (format->timeframe == BOTHY_TF_NONE)
        return bothy_fail(error, BOTHY_EINVAL,
                          "its rows are no time frame apart: set timeframe%u, as \"5m\"",
                          format->number);
    return 0;
}

struct steps {
    int32_t price, quantity;
};

static void see(int32_t *exponent, struct bothy_decimal value)
{
    struct bothy_decimal plain = bothy_decimal_normalise(value);

    if (plain.exponent < *exponent)
        *exponent = plain.exponent > EXPONENT_FLOOR ? plain.exponent : EXPONENT_FLOOR;
}

static void see_message(struct replay_format *format, struct steps *steps,
                        const struct replay_message *m, const struct replay_levels *levels)
{
    switch (m->kind) {
    case REPLAY_MESSAGE_DEPTH:
    case REPLAY_MESSAGE_SNAPSHOT:
    case REPLAY_MESSAGE_PARTIAL:
        format->feeds |= BOTHY_FEED_BOOK;
        for (uint32_t i = 0; i < levels->count; i++) {
            see(&steps->price, levels->levels[i].price);
            see(&steps->quantity, levels->levels[i].quantity);
        }
        break;
    case REPLAY_MESSAGE_TICKER:
        format->feeds |= BOTHY_FEED_QUOTES;
        see(&steps->price, m->quote.bid_price);
        see(&steps->price, m->quote.ask_price);
        see(&steps->quantity, m->quote.bid_quantity);
        see(&steps->quantity, m->quote.ask_quantity);
        break;
    case REPLAY_MESSAGE_TRADE:
    case REPLAY_MESSAGE_AGGREGATE:
        format->feeds |= BOTHY_FEED_TRADES;
        see(&steps->price, m->price);
        see(&steps->quantity, m->quantity);
        break;
    case REPLAY_MESSAGE_MARK:
        format->feeds |= BOTHY_FEED_MARK | BOTHY_FEED_FUNDING;
        break;
    case REPLAY_MESSAGE_FORCED:
        format->feeds |= BOTHY_FEED_LIQUIDATIONS;
        break;
    default:
        break;
    }
}

static void see_record(struct replay_format *format, struct steps *steps,
                       const struct replay_record *record, struct replay_levels *levels)
{
    const struct bothy_bar *bar = &record->body.bar;
    struct replay_message message;

    switch (record->kind) {
    case REPLAY_OHLCV:
        see(&steps->price, bar->open);
        see(&steps->price, bar->high);
        see(&steps->price, bar->low);
        see(&steps->price, bar->close);
        see(&steps->quantity, bar->volume);
        break;
    case REPLAY_TRADES:
        see(&steps->price, record->body.trade.price);
        see(&steps->quantity, record->body.trade.quantity);
        break;
    case REPLAY_RECORDING:
        if (replay_message_parse(record->body.line.text, record->body.line.length, &message, levels,
                                 NULL) == 0)
            see_message(format, steps, &message, levels);
        break;
    default:
        break;
    }
}

/* Effect: steps and feeds from the first records. */
static int32_t look_values(struct replay_format *format, struct bothy_error *error)
{
    struct replay_levels levels = { 0 };
    struct steps steps = { 0, 0 };
    struct replay_reader reader;
    int32_t r = replay_reader_open(&reader, format, NULL, 1, error);

    if (r < 0)
        return r;
    for (uint32_t i = 0; r == 0 && !reader.ended && i < LOOK_RECORDS; i++) {
        see_record(format, &steps, &reader.pending, &levels);
        r = replay_reader_advance(&reader, error);
    }
    replay_reader_close(&reader);
    replay_levels_free(&levels);
    if (r < 0)
        return r;
    if (format->tick_size.coefficient <= 0)
        format->tick_size = bothy_decimal_make(1, steps.price);
    if (format->lot_size.coefficient <= 0)
        format->lot_size = bothy_decimal_make(1, steps.quantity);
    if (format->kind == REPLAY_OHLCV)
        format->feeds = BOTHY_FEED_BARS;
    else if (format->kind == REPLAY_TRADES)
        format->feeds = BOTHY_FEED_TRADES;
    else if (format->kind == REPLAY_FUNDING)
        format->feeds = BOTHY_FEED_FUNDING;
    return 0;
}

static int32_t look(struct replay_format *format, struct bothy_error *error)
{
    struct replay_input *input = NULL;
    int32_t r = replay_input_open(format->fd, &input, error);

    if (r == 0)
        r = look_container(format, input, error);
    if (r == 0 && format->container == REPLAY_JSON)
        r = look_json(format, input, error);
    if (r == 0 && format->container == REPLAY_CSV)
        r = look_csv(format, input, error);
    replay_input_close(input);
    if (r == 0 && format->container != REPLAY_LINES)
        r = replay_columns_decide(format, error);
    if (r == 0 && format->symbol_count > 1 && format->kind != REPLAY_RECORDING)
        r = bothy_fail(error, BOTHY_EINVAL, "only a recording has several symbols");
    if (r == 0)
        r = decide_lengths(format, error);
    return r < 0 ? fail_at(format, 1, error, r) : 0;
}

int32_t replay_format_make(const struct bothy_config *config, uint32_t number,
                           struct replay_format *ret_format, struct bothy_error *error)
{
    struct replay_format format;
    struct option_name name;
    int32_t r = take_options(config, number, &format, error);

    if (r < 0)
        return r;
    format.fd = bothy_config_file(config, option(&name, "file", number));
    if (format.fd < 0)
        return BOTHY_ENOENT;
    if (format.symbol_count == 0)
        return bothy_fail(error, BOTHY_EINVAL,
                          "file%u needs symbol%u: the instrument that it is of, as "
                          "\"BTC/USDT:USDT\"",
                          number, number);
    r = look(&format, error);
    if (r == 0)
        r = look_values(&format, error);
    if (r == 0)
        *ret_format = format;
    return r;
}
