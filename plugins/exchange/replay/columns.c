/*
 * Which column is what: from a header line, or from the option that stands for one.
 */
#include "row.h"

#include <string.h>

static const struct {
    const char *name;
    uint32_t column;
} names[] = {
    { "ts", REPLAY_COLUMN_TS },
    { "time", REPLAY_COLUMN_TS },
    { "timestamp", REPLAY_COLUMN_TS },
    { "date", REPLAY_COLUMN_TS },
    { "datetime", REPLAY_COLUMN_TS },
    { "opentime", REPLAY_COLUMN_TS },
    { "fundingtime", REPLAY_COLUMN_TS },
    { "open", REPLAY_COLUMN_OPEN },
    { "high", REPLAY_COLUMN_HIGH },
    { "low", REPLAY_COLUMN_LOW },
    { "close", REPLAY_COLUMN_CLOSE },
    { "volume", REPLAY_COLUMN_VOLUME },
    { "vol", REPLAY_COLUMN_VOLUME },
    { "id", REPLAY_COLUMN_ID },
    { "tradeid", REPLAY_COLUMN_ID },
    { "side", REPLAY_COLUMN_SIDE },
    { "price", REPLAY_COLUMN_PRICE },
    { "amount", REPLAY_COLUMN_AMOUNT },
    { "qty", REPLAY_COLUMN_AMOUNT },
    { "quantity", REPLAY_COLUMN_AMOUNT },
    { "size", REPLAY_COLUMN_AMOUNT },
    { "rate", REPLAY_COLUMN_RATE },
    { "fundingrate", REPLAY_COLUMN_RATE },
    { "symbol", REPLAY_COLUMN_SYMBOL },
};

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* "Funding Rate", "funding_rate" and "fundingRate" are one name. Returns the column, or -1. */
static int find(const char *text, size_t length)
{
    char plain[16];
    size_t count = 0;

    for (size_t i = 0; i < length; i++) {
        if (text[i] == ' ' || text[i] == '_' || text[i] == '-')
            continue;
        if (count == sizeof plain - 1)
            return -1;
        plain[count++] = lower(text[i]);
    }
    plain[count] = '\0';
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(plain, names[i].name) == 0)
            return (int)names[i].column;
    }
    return -1;
}

static void clear(struct replay_format *format)
{
    memset(format->columns, -1, sizeof format->columns);
    format->column_count = 0;
}

uint32_t replay_columns_name(struct replay_format *format, const struct replay_cell *cells,
                             uint32_t count)
{
    uint32_t known = 0;

    clear(format);
    for (uint32_t i = 0; i < count; i++) {
        /* Tables that were written with their index have no name for the first column. */
        int column = i == 0 && cells[i].length == 0 ? REPLAY_COLUMN_TS
                                                    : find(cells[i].text, cells[i].length);

        if (column < 0 || format->columns[column] >= 0)
            continue;
        format->columns[column] = (int8_t)i;
        format->column_count = i + 1;
        known += cells[i].length > 0;
    }
    return known;
}

int32_t replay_columns_parse(struct replay_format *format, const char *text,
                             struct bothy_error *error)
{
    uint32_t index = 0;

    clear(format);
    for (const char *at = text;; index++) {
        size_t length = strcspn(at, ",");
        int column = find(at, length);

        if (index == REPLAY_COLUMNS_MAX)
            return bothy_fail(error, BOTHY_EINVAL, "more than %d columns", REPLAY_COLUMNS_MAX);
        if (column < 0 && !(length == 1 && *at == '-'))
            return bothy_fail(error, BOTHY_EINVAL,
                              "\"%.*s\" is no column: permitted are ts, open, high, low, close, "
                              "volume, id, side, price, amount, rate, symbol, and - for what is "
                              "not used",
                              (int)(length < 40 ? length : 40), at);
        if (column >= 0 && format->columns[column] >= 0)
            return bothy_fail(error, BOTHY_EINVAL, "\"%.*s\" stands there twice", (int)length, at);
        if (column >= 0) {
            format->columns[column] = (int8_t)index;
            format->column_count = index + 1;
        }
        if (!at[length])
            return 0;
        at += length + 1;
    }
}

static int has(const struct replay_format *format, uint32_t column)
{
    return format->columns[column] >= 0;
}

static int has_all(const struct replay_format *format, uint32_t kind)
{
    if (!has(format, REPLAY_COLUMN_TS))
        return 0;
    switch (kind) {
    case REPLAY_OHLCV:
        return has(format, REPLAY_COLUMN_OPEN) && has(format, REPLAY_COLUMN_HIGH) &&
               has(format, REPLAY_COLUMN_LOW) && has(format, REPLAY_COLUMN_CLOSE);
    case REPLAY_TRADES:
        return has(format, REPLAY_COLUMN_SIDE) && has(format, REPLAY_COLUMN_PRICE) &&
               has(format, REPLAY_COLUMN_AMOUNT);
    case REPLAY_FUNDING:
        return has(format, REPLAY_COLUMN_RATE);
    default:
        return 0;
    }
}

int32_t replay_columns_decide(struct replay_format *format, struct bothy_error *error)
{
    static const uint32_t kinds[] = { REPLAY_OHLCV, REPLAY_TRADES, REPLAY_FUNDING };

    if (format->kind != REPLAY_AUTO && has_all(format, format->kind))
        return 0;
    for (size_t i = 0; format->kind == REPLAY_AUTO && i < sizeof kinds / sizeof kinds[0]; i++) {
        if (has_all(format, kinds[i])) {
            format->kind = kinds[i];
            return 0;
        }
    }
    return bothy_fail(error, BOTHY_EINVAL,
                      "the columns do not suffice: bars need ts, open, high, low, close; trades "
                      "ts, side, price, amount; funding ts, rate. Name them in columns%u",
                      format->number);
}
