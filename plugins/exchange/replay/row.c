/*
 * Cells, and what they mean: see row.h.
 */
#include "row.h"

#include <bothy/csv.h>
#include <bothy/json.h>
#include <bothy/time.h>

#include <string.h>

static int32_t refuse(struct replay_refusal *refusal, const char *what, int32_t code)
{
    refusal->what = what;
    return code;
}

static int32_t cut_csv(const char *text, size_t length, struct replay_cell *cells,
                       struct replay_refusal *refusal, struct bothy_error *error)
{
    struct bothy_csv_field fields[REPLAY_COLUMNS_MAX];
    struct bothy_error why = { 0 };
    struct bothy_csv csv;
    int32_t count;

    bothy_csv_init(&csv, text, length, ',', 1);
    count = bothy_csv_next(&csv, fields, REPLAY_COLUMNS_MAX, &why);
    if (count < 0)
        return refuse(refusal, "bad: not CSV",
                      bothy_fail(error, BOTHY_EINVAL, "not CSV: %s", why.text));
    for (int32_t i = 0; i < count; i++)
        cells[i] = (struct replay_cell) { fields[i].text, fields[i].length };
    return count;
}

static int32_t cut_json(const char *text, size_t length, struct replay_cell *cells,
                        struct replay_refusal *refusal, struct bothy_error *error)
{
    struct bothy_json_token value;
    struct bothy_error why = { 0 };
    struct bothy_json json;
    int32_t count = 0, r;

    bothy_json_init(&json, text, length, 4);
    r = bothy_json_expect(&json, BOTHY_JSON_ARRAY, &value);
    while (r >= 0 && (r = bothy_json_element(&json, &value)) > 0) {
        if (count == REPLAY_COLUMNS_MAX)
            return refuse(
                refusal, "bad: too many columns",
                bothy_fail(error, BOTHY_EINVAL, "more than %d values", REPLAY_COLUMNS_MAX));
        if (value.type == BOTHY_JSON_OBJECT || value.type == BOTHY_JSON_ARRAY)
            r = bothy_json_skip(&json, &value);
        cells[count] = (struct replay_cell) { value.text, value.length };
        if (value.type == BOTHY_JSON_NULL)
            cells[count].length = 0;
        count++;
    }
    if (r == 0)
        r = bothy_json_end(&json);
    if (r < 0) {
        bothy_json_error(&json, r, &why);
        return refuse(refusal, "bad: not JSON",
                      bothy_fail(error, BOTHY_EINVAL, "not a JSON array: %s", why.text));
    }
    return count;
}

int32_t replay_row_cut(const struct replay_format *format, const char *text, size_t length,
                       struct replay_cell *cells, struct replay_refusal *ret_refusal,
                       struct bothy_error *error)
{
    if (format->container == REPLAY_JSON)
        return cut_json(text, length, cells, ret_refusal, error);
    return cut_csv(text, length, cells, ret_refusal, error);
}

int32_t replay_zone_parse(const char *text, int64_t *ret_zone_ns)
{
    const char *digits = text + 1;
    const char *colon = strchr(text, ':');
    size_t length = colon ? (size_t)(colon - digits) : strlen(text) - (*text != '\0');
    int64_t hours = 0, minutes = 0;

    if (strcmp(text, "UTC") == 0 || strcmp(text, "Z") == 0) {
        *ret_zone_ns = 0;
        return 0;
    }
    if ((*text != '+' && *text != '-') || length < 1 || length > 2 ||
        strspn(digits, "0123456789") != length || bothy_int64_parse(digits, length, &hours) < 0)
        return BOTHY_EINVAL;
    if (colon && (strlen(colon) != 3 || strspn(colon + 1, "0123456789") != 2 ||
                  bothy_int64_parse(colon + 1, 2, &minutes) < 0))
        return BOTHY_EINVAL;
    if (hours > 14 || minutes > 59)
        return BOTHY_EINVAL;
    *ret_zone_ns = (hours * 60 + minutes) * BOTHY_NS_PER_MIN * (*text == '-' ? -1 : 1);
    return 0;
}

/* Whether a text of the form that bothy_time_parse() reads says its own zone. */
static int says_zone(const struct replay_cell *cell)
{
    const char *clock = memchr(cell->text, ':', cell->length);

    if (cell->text[cell->length - 1] == 'Z' || cell->text[cell->length - 1] == 'z')
        return 1;
    return clock && (memchr(clock, '+', (size_t)(cell->text + cell->length - clock)) ||
                     memchr(clock, '-', (size_t)(cell->text + cell->length - clock)));
}

static int is_count(const struct replay_cell *cell)
{
    for (size_t i = cell->text[0] == '-'; i < cell->length; i++) {
        if (cell->text[i] < '0' || cell->text[i] > '9')
            return 0;
    }
    return 1;
}

int32_t replay_row_time(const struct replay_format *format, const struct replay_cell *cell,
                        int64_t *ret_ts_ns)
{
    int64_t ts;
    int32_t r;

    if (cell->length == 0)
        return BOTHY_EINVAL;
    r = bothy_time_parse(cell->text, cell->length, &ts);
    if (r < 0)
        return r;
    if (!is_count(cell) && !says_zone(cell) && __builtin_sub_overflow(ts, format->zone_ns, &ts))
        return BOTHY_ERANGE;
    if (ts < 0)
        return BOTHY_ERANGE;
    *ret_ts_ns = ts;
    return 0;
}

static const struct replay_cell *cell_of(const struct replay_format *format,
                                         const struct replay_cell *cells, uint32_t column)
{
    return format->columns[column] < 0 ? NULL : &cells[format->columns[column]];
}

static int32_t read_decimal(const struct replay_format *format, const struct replay_cell *cells,
                            uint32_t column, const char *name, struct bothy_decimal *ret_value,
                            struct replay_refusal *refusal, struct bothy_error *error)
{
    const struct replay_cell *cell = cell_of(format, cells, column);
    int32_t r = bothy_decimal_parse(cell->text, cell->length, ret_value);

    if (r == 0)
        return 0;
    return refuse(refusal, "bad: not a number",
                  bothy_fail(error, r, "%s \"%.*s\" is no number%s", name,
                             (int)(cell->length < 40 ? cell->length : 40), cell->text,
                             r == BOTHY_ERANGE ? " that fits" : ""));
}

static int32_t bar_times(const struct replay_format *format, int64_t ts_ns, struct bothy_bar *bar,
                         struct replay_refusal *refusal, struct bothy_error *error)
{
    int64_t length = bothy_timeframe_ns(format->timeframe);
    char text[BOTHY_TIME_TEXT_MAX] = "?";
    int fits;

    bar->timeframe = format->timeframe;
    bar->open_ns = bothy_timeframe_open_ns(format->timeframe, ts_ns - format->ts_is_close);
    bar->close_ns = bar->open_ns + length;
    /* An end is written as 00:05:00, 00:04:59.999 or 00:04:59. */
    fits = format->ts_is_close ? bar->close_ns - ts_ns <= BOTHY_NS_PER_S : bar->open_ns == ts_ns;
    if (fits)
        return 0;
    bothy_time_format(ts_ns, 0, text, sizeof text);
    return refuse(refusal, "bad: bar off its time frame",
                  bothy_fail(error, BOTHY_EINVAL,
                             "%s is no %s of a %s bar in UTC: look at timezone%u, timestamps%u and "
                             "timeframe%u",
                             text, format->ts_is_close ? "end" : "beginning",
                             bothy_timeframe_name(format->timeframe), format->number,
                             format->number, format->number));
}

static struct bothy_decimal lesser(struct bothy_decimal a, struct bothy_decimal b)
{
    return bothy_decimal_compare(a, b) <= 0 ? a : b;
}

static struct bothy_decimal greater(struct bothy_decimal a, struct bothy_decimal b)
{
    return bothy_decimal_compare(a, b) >= 0 ? a : b;
}

static int32_t bar_prices(const struct replay_format *format, struct replay_record *record,
                          struct replay_refusal *refusal, struct bothy_error *error)
{
    struct bothy_bar *bar = &record->body.bar;
    struct bothy_decimal low = lesser(lesser(bar->low, bar->high), lesser(bar->open, bar->close));
    struct bothy_decimal high =
        greater(greater(bar->low, bar->high), greater(bar->open, bar->close));

    if (low.coefficient <= 0 || bar->volume.coefficient < 0)
        return refuse(
            refusal, "bad: price or volume below 0",
            bothy_fail(error, BOTHY_EINVAL, "a price that is not above 0, or a volume below it"));
    if (bothy_decimal_compare(low, bar->low) == 0 && bothy_decimal_compare(high, bar->high) == 0)
        return 0;
    if (format->on_error == REPLAY_ON_ERROR_REPAIR) {
        bar->low = low;
        bar->high = high;
        record->repaired = 1;
        return 0;
    }
    return refuse(refusal, "bad: open or close outside low and high",
                  bothy_fail(error, BOTHY_EINVAL,
                             "open or close lies outside low and high: are the columns right? "
                             "on_error%u = \"repair\" widens low and high",
                             format->number));
}

static int32_t read_bar(const struct replay_format *format, const struct replay_cell *cells,
                        struct replay_record *record, struct replay_refusal *refusal,
                        struct bothy_error *error)
{
    struct bothy_bar *bar = &record->body.bar;
    int32_t r = bar_times(format, record->ts_ns, bar, refusal, error);

    bar->volume = bothy_decimal_zero();
    if (r == 0)
        r = read_decimal(format, cells, REPLAY_COLUMN_OPEN, "open", &bar->open, refusal, error);
    if (r == 0)
        r = read_decimal(format, cells, REPLAY_COLUMN_HIGH, "high", &bar->high, refusal, error);
    if (r == 0)
        r = read_decimal(format, cells, REPLAY_COLUMN_LOW, "low", &bar->low, refusal, error);
    if (r == 0)
        r = read_decimal(format, cells, REPLAY_COLUMN_CLOSE, "close", &bar->close, refusal, error);
    if (r == 0 && format->columns[REPLAY_COLUMN_VOLUME] >= 0)
        r = read_decimal(format, cells, REPLAY_COLUMN_VOLUME, "volume", &bar->volume, refusal,
                         error);
    if (r == 0)
        r = bar_prices(format, record, refusal, error);
    record->ts_ns = bar->close_ns;
    return r;
}

static int is_word(const struct replay_cell *cell, const char *word)
{
    size_t length = strlen(word);

    if (cell->length != length)
        return 0;
    for (size_t i = 0; i < length; i++) {
        if ((cell->text[i] | 0x20) != word[i])
            return 0;
    }
    return 1;
}

static int32_t read_trade(const struct replay_format *format, const struct replay_cell *cells,
                          struct replay_record *record, struct replay_refusal *refusal,
                          struct bothy_error *error)
{
    const struct replay_cell *side = cell_of(format, cells, REPLAY_COLUMN_SIDE);
    const struct replay_cell *id = cell_of(format, cells, REPLAY_COLUMN_ID);
    struct bothy_trade *trade = &record->body.trade;
    int32_t r;

    r = read_decimal(format, cells, REPLAY_COLUMN_PRICE, "price", &trade->price, refusal, error);
    if (r == 0)
        r = read_decimal(format, cells, REPLAY_COLUMN_AMOUNT, "amount", &trade->quantity, refusal,
                         error);
    if (r < 0)
        return r;
    if (trade->price.coefficient <= 0 || trade->quantity.coefficient <= 0)
        return refuse(refusal, "bad: price or amount not above 0",
                      bothy_fail(error, BOTHY_EINVAL, "a price or amount that is not above 0"));
    if (is_word(side, "buy") || is_word(side, "b"))
        trade->taker_side = BOTHY_SIDE_BUY;
    else if (is_word(side, "sell") || is_word(side, "s"))
        trade->taker_side = BOTHY_SIDE_SELL;
    else
        return refuse(refusal, "bad: side",
                      bothy_fail(error, BOTHY_EINVAL, "\"%.*s\" is no side: buy or sell",
                                 (int)(side->length < 40 ? side->length : 40), side->text));
    /* Venues with ids that are no numbers have none here. */
    if (!id || bothy_uint64_parse(id->text, id->length, &trade->trade_id) < 0)
        trade->trade_id = 0;
    return 0;
}

/* "BTC-USDT", "BTC_USDT" and "btcusdt" are the venue's symbol "BTCUSDT". */
static int is_symbol(const struct replay_cell *cell, const char *venue)
{
    for (size_t i = 0; i < cell->length; i++) {
        char c = cell->text[i];

        if (c == '-' || c == '_' || c == '/')
            continue;
        if (c == ':')
            break;
        if (c >= 'a' && c <= 'z')
            c = (char)(c - 'a' + 'A');
        if (c != *venue++)
            return 0;
    }
    return *venue == '\0';
}

int32_t replay_row_read(const struct replay_format *format, const struct replay_cell *cells,
                        uint32_t count, struct replay_record *ret_record,
                        struct replay_refusal *ret_refusal, struct bothy_error *error)
{
    const struct replay_cell *symbol, *ts;
    struct replay_record record;
    int32_t r;

    if (count < format->column_count)
        return refuse(ret_refusal, "bad: too few columns",
                      bothy_fail(error, BOTHY_EINVAL, "%u columns, at least %u are needed", count,
                                 format->column_count));
    symbol = cell_of(format, cells, REPLAY_COLUMN_SYMBOL);
    if (symbol && !is_symbol(symbol, format->symbols[0].venue)) {
        ret_refusal->what = "unknown: another symbol";
        return 0;
    }
    memset(&record, 0, sizeof record);
    record.kind = format->kind;
    ts = cell_of(format, cells, REPLAY_COLUMN_TS);
    r = replay_row_time(format, ts, &record.ts_ns);
    if (r < 0)
        return refuse(ret_refusal, "bad: time",
                      bothy_fail(error, BOTHY_EINVAL, "\"%.*s\" is no time",
                                 (int)(ts->length < 40 ? ts->length : 40), ts->text));
    if (format->kind == REPLAY_OHLCV)
        r = read_bar(format, cells, &record, ret_refusal, error);
    else if (format->kind == REPLAY_TRADES)
        r = read_trade(format, cells, &record, ret_refusal, error);
    else
        r = read_decimal(format, cells, REPLAY_COLUMN_RATE, "rate", &record.body.rate, ret_refusal,
                         error);
    if (r < 0)
        return r;
    *ret_record = record;
    return 1;
}
