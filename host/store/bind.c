/*
 * Values to SQLite and to text. A failed bind shows in sqlite3_step(): the only way to fail is to
 * have no memory, and a NOT NULL column refuses what is then missing.
 */
#include "store/bind.h"

#include <bothy/time.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

void bind_bytes(sqlite3_stmt *statement, int index, const char *array, size_t capacity)
{
    sqlite3_bind_text(statement, index, array, (int)strnlen(array, capacity), SQLITE_TRANSIENT);
}

void bind_text(sqlite3_stmt *statement, int index, const char *text)
{
    sqlite3_bind_text(statement, index, text, -1, SQLITE_TRANSIENT);
}

void bind_u64(sqlite3_stmt *statement, int index, uint64_t value)
{
    sqlite3_bind_int64(statement, index, (sqlite3_int64)value);
}

void bind_decimal(sqlite3_stmt *statement, int index, struct bothy_decimal value)
{
    char text[BOTHY_DECIMAL_TEXT_MAX];

    decimal_text(value, text);
    bind_text(statement, index, text);
}

void bind_double(sqlite3_stmt *statement, int index, double value)
{
    if (isfinite(value))
        sqlite3_bind_double(statement, index, value);
    else
        sqlite3_bind_null(statement, index);
}

void bind_level(sqlite3_stmt *statement, int index, double value)
{
    bind_double(statement, index, value == 0 ? (double)NAN : value);
}

void bind_correlation(sqlite3_stmt *statement, int index, const uint8_t id[16])
{
    char text[UUID_TEXT_MAX];

    if (uuid_text(id, text))
        bind_text(statement, index, text);
    else
        sqlite3_bind_null(statement, index);
}

void bind_time_text(sqlite3_stmt *statement, int index, int64_t ts_ns)
{
    char text[BOTHY_TIME_TEXT_MAX];

    time_text(ts_ns, text, sizeof text);
    bind_text(statement, index, text);
}

int uuid_text(const uint8_t id[16], char text[UUID_TEXT_MAX])
{
    static const uint8_t none[16];
    static const char digits[] = "0123456789abcdef";
    char *out = text;

    for (size_t i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *out++ = '-';
        *out++ = digits[id[i] >> 4];
        *out++ = digits[id[i] & 15];
    }
    *out = '\0';
    return memcmp(id, none, sizeof none) != 0;
}

void time_text(int64_t ts_ns, char *text, size_t capacity)
{
    int32_t digits = ts_ns % BOTHY_NS_PER_MS == 0 ? 3 : ts_ns % BOTHY_NS_PER_US == 0 ? 6 : 9;

    if (bothy_time_format(ts_ns, digits, text, capacity) < 0)
        snprintf(text, capacity, "?");
}

void decimal_text(struct bothy_decimal value, char text[BOTHY_DECIMAL_TEXT_MAX])
{
    if (value.exponent < BOTHY_DECIMAL_EXPONENT_MIN ||
        value.exponent > BOTHY_DECIMAL_EXPONENT_MAX ||
        bothy_decimal_format(bothy_decimal_normalise(value), text, BOTHY_DECIMAL_TEXT_MAX) < 0)
        snprintf(text, BOTHY_DECIMAL_TEXT_MAX, "?");
}

struct bothy_decimal column_decimal(sqlite3_stmt *statement, int index)
{
    const char *text = (const char *)sqlite3_column_text(statement, index);
    struct bothy_decimal value;

    if (!text || bothy_decimal_parse(text, strlen(text), &value) < 0)
        return bothy_decimal_zero();
    return value;
}
