/*
 * Values for people: see show.h.
 */
#include "ctl/show.h"

#include "base/clean.h"

#include <bothy/decimal.h>

#include <inttypes.h>
#include <string.h>

const char *show_time(const char *text, char room[SHOW_MAX])
{
    size_t length = strlen(text);

    if (length < 20 || length >= SHOW_MAX || text[10] != 'T' || text[length - 1] != 'Z')
        return text[0] ? text : "-";
    memcpy(room, text, 19);
    room[10] = ' ';
    room[19] = '\0';
    return room;
}

const char *show_age(int64_t age_ms, char room[SHOW_MAX])
{
    int64_t s = age_ms / 1000;

    if (age_ms < 0)
        return "-";
    if (age_ms < 1000)
        snprintf(room, SHOW_MAX, "%" PRId64 "ms", age_ms);
    else if (s < 60)
        snprintf(room, SHOW_MAX, "%" PRId64 ".%" PRId64 "s", s, age_ms % 1000 / 100);
    else if (s < 3600)
        snprintf(room, SHOW_MAX, "%" PRId64 "m%" PRId64 "s", s / 60, s % 60);
    else if (s < 86400)
        snprintf(room, SHOW_MAX, "%" PRId64 "h%" PRId64 "m", s / 3600, s % 3600 / 60);
    else
        snprintf(room, SHOW_MAX, "%" PRId64 "d%" PRId64 "h", s / 86400, s % 86400 / 3600);
    return room;
}

const char *show_money(const char *text, int32_t digits, char room[SHOW_MAX])
{
    struct bothy_decimal value;

    if (text[0] == '\0')
        return "-";
    if (bothy_decimal_parse(text, strlen(text), &value) < 0 ||
        bothy_decimal_rescale(value, -digits, BOTHY_ROUND_HALF_EVEN, &value) < 0 ||
        bothy_decimal_format(value, room, SHOW_MAX) < 0)
        return text;
    return room;
}

const char *show_value(const json_t *value, char *room, size_t capacity)
{
    _cleanup_free_ char *dump = NULL;

    switch (value ? json_typeof(value) : JSON_NULL) {
    case JSON_STRING:
        return json_string_value(value);
    case JSON_INTEGER:
        snprintf(room, capacity, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        return room;
    case JSON_REAL:
        snprintf(room, capacity, "%.10g", json_real_value(value));
        return room;
    case JSON_TRUE:
        return "yes";
    case JSON_FALSE:
        return "no";
    case JSON_NULL:
        return "";
    default:
        dump = json_dumps(value, JSON_COMPACT);
        snprintf(room, capacity, "%s", dump ? dump : "?");
        return room;
    }
}

const char *show_text(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text ? text : "";
}

int64_t show_count(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

enum table_colour show_status_colour(const char *status)
{
    static const struct {
        const char *word;
        enum table_colour colour;
    } words[] = {
        { "RUNNING", COLOUR_GOOD }, { "live", COLOUR_GOOD },      { "ok", COLOUR_GOOD },
        { "filled", COLOUR_GOOD },  { "ERROR", COLOUR_BAD },      { "down", COLOUR_BAD },
        { "gap", COLOUR_BAD },      { "fail", COLOUR_BAD },       { "refused", COLOUR_BAD },
        { "unknown", COLOUR_BAD },  { "rejected", COLOUR_BAD },   { "STOPPED", COLOUR_DIM },
        { "ENDED", COLOUR_DIM },    { "cancelled", COLOUR_DIM },  { "expired", COLOUR_DIM },
        { "SL", COLOUR_BAD },       { "never_sent", COLOUR_DIM },
    };

    for (size_t i = 0; i < ARRAY_SIZE(words); i++)
        if (strcasecmp(words[i].word, status) == 0)
            return words[i].colour;
    return status[0] ? COLOUR_WARN : COLOUR_NONE;
}

enum table_colour show_sign_colour(const char *money)
{
    if (strspn(money, "+-0.") == strlen(money))
        return COLOUR_NONE;
    return money[0] == '-' ? COLOUR_BAD : COLOUR_GOOD;
}
