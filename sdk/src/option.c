/*
 * One option and one text: does it have the form of the type, is it in range, is it a choice. The
 * error says what would be right, and shows the text that was wrong unless that is sensitive. The
 * text is never trusted: it is cut, and unprintable bytes are not repeated.
 */
#include "option_internal.h"

#include <bothy/time.h>

#include <stdio.h>
#include <string.h>

/* Bytes of a wrong text that an error repeats. */
#define SHOWN_MAX 48

/* How a type is called, and what an error says about its form and its limits. */
static const struct type {
    const char *name;
    const char *noun;
    const char *remedy;
    const char *limits;
} types[] = {
    { "?", "a known type", "correct the plugin's table", "" },
    { "boolean", "a boolean", "use true or false", "" },
    { "integer", "a whole number", "use digits only, such as 14", "between -2^63 and 2^63 - 1" },
    { "decimal", "a decimal number", "use digits and at most one point, such as 3000.00",
      "a number of at most 18 digits" },
    { "percent", "a percentage", "use a number of percent, such as 0.5 or 0.5%",
      "a number of at most 18 digits" },
    { "number", "a number", "use digits and at most one point, such as 1.5",
      "a number of at most 18 digits" },
    { "duration", "a duration", "use numbers with units ns us ms s m h d w, such as 45m or 1h30m",
      "at most 106751d" },
    { "time", "a time", "use a date or a time in UTC, such as 2022-01-01T00:00:00Z",
      "between the years 1678 and 2261" },
    { "string", "a text", "use UTF-8 without control characters", "" },
    { "choice", "a choice", "use one of", "" },
    { "time frame", "a time frame", "use one of 1m 3m 5m 15m 30m 1h 2h 4h 6h 12h 1d 1w", "" },
    { "file", "an absolute path", "use one that begins with /", "" },
    { "secret", "a reference to a secret", "use file:/path or cred:name", "" },
    { "list", "an element of a list", "use a text that is not empty, without control characters",
      "" },
};

#define TYPE_COUNT (sizeof types / sizeof types[0])

static const struct type *type_of(uint32_t type)
{
    return &types[type < TYPE_COUNT ? type : 0];
}

const char *bothy_option_type_name(uint32_t type)
{
    return type_of(type)->name;
}

int option_is_secret(const struct bothy_option *option)
{
    return option->type == BOTHY_OPTION_SECRET || (option->flags & BOTHY_OPTION_SENSITIVE);
}

/* Returns the length of the UTF-8 character at `text`, 0 for none that may stand in a value. */
static size_t character_length(const unsigned char *text)
{
    size_t length;
    uint32_t code;
    size_t i;

    if (text[0] < 0x80)
        return text[0] == '\n' || text[0] == '\t' || (text[0] >= ' ' && text[0] != 0x7f);
    if (text[0] < 0xc2 || text[0] > 0xf4)
        return 0;
    length = text[0] < 0xe0 ? 2 : text[0] < 0xf0 ? 3 : 4;
    code = text[0] & (0xffu >> (length + 1));
    for (i = 1; i < length; i++) {
        /* Stops at the final NUL, too. */
        if ((text[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (text[i] & 0x3f);
    }
    /* Not longer than need be, no surrogates, nothing behind the last character. */
    if ((length == 3 && code < 0x800) || (length == 4 && (code < 0x10000 || code > 0x10ffff)) ||
        (code >= 0xd800 && code <= 0xdfff))
        return 0;
    return length;
}

/* The text as an error shows it: in quotes, cut between characters, '?' for what is no character.
 */
static const char *show(const struct bothy_option *option, const char *text, char *shown,
                        size_t capacity)
{
    const unsigned char *at = (const unsigned char *)text;
    size_t used = 0;

    if (option_is_secret(option))
        return "the value";
    shown[used++] = '"';
    while (*at) {
        size_t step = character_length(at);

        /* One for the opening quote. */
        if (used + (step ? step : 1) > SHOWN_MAX + 1)
            break;
        if (step == 0 || *at < ' ') {
            shown[used++] = '?';
            at++;
        } else {
            memcpy(shown + used, at, step);
            used += step;
            at += step;
        }
    }
    snprintf(shown + used, capacity - used, "%s\"", *at ? "…" : "");
    return shown;
}

static int32_t refuse_form(const struct bothy_option *option, const char *text,
                           struct bothy_error *error)
{
    const struct type *type = type_of(option->type);
    char shown[SHOWN_MAX + 16];

    return bothy_fail(error, BOTHY_EINVAL, "%s is not %s; %s",
                      show(option, text, shown, sizeof shown), type->noun, type->remedy);
}

static int32_t refuse_choice(const struct bothy_option *option, const char *text,
                             struct bothy_error *error)
{
    char shown[SHOWN_MAX + 16];
    char choices[160];
    size_t i;

    snprintf(choices, sizeof choices, "%s", option->choices ? option->choices : "");
    for (i = 0; choices[i]; i++) {
        if (choices[i] == '|')
            choices[i] = ' ';
    }
    return bothy_fail(error, BOTHY_EINVAL, "%s is not a choice; use one of %s",
                      show(option, text, shown, sizeof shown), choices);
}

/* The table's range; where that has no bounds, what the type can hold. */
static int32_t refuse_range(const struct bothy_option *option, const char *text,
                            struct bothy_error *error)
{
    const char *last = option->maximum ? option->maximum : option->minimum;
    const char *unit = option->unit ? option->unit : "";
    const char *blank = !*unit || !strcmp(unit, "%") ? "" : " ";
    char shown[SHOWN_MAX + 16];
    char instead[SHOWN_MAX + 32] = "";

    if (!option_is_secret(option))
        snprintf(instead, sizeof instead, ", not %s", show(option, text, shown, sizeof shown));
    if (!last)
        return bothy_fail(error, BOTHY_ERANGE, "must be %s%s", type_of(option->type)->limits,
                          instead);
    /* "0.5%", "45m" and "5m" have their unit already. */
    if (*last && (last[strlen(last) - 1] < '0' || last[strlen(last) - 1] > '9'))
        unit = blank = "";
    if (option->minimum && option->maximum)
        return bothy_fail(error, BOTHY_ERANGE, "must be between %s and %s%s%s%s", option->minimum,
                          option->maximum, blank, unit, instead);
    return bothy_fail(error, BOTHY_ERANGE, "must be at %s %s%s%s%s",
                      option->maximum ? "most" : "least", last, blank, unit, instead);
}

static int32_t check_text(const struct bothy_option *option, const char *text,
                          struct bothy_error *error)
{
    const unsigned char *at = (const unsigned char *)text;
    size_t length;

    for (length = 0; text[length]; length++) {
        if (length == OPTION_TEXT_MAX)
            return bothy_fail(error, BOTHY_ERANGE, "must be at most %d bytes long",
                              OPTION_TEXT_MAX);
    }
    while (*at) {
        size_t step = character_length(at);

        if (!step)
            return refuse_form(option, text, error);
        at += step;
    }
    return BOTHY_OK;
}

/* Returns the index of the text among "one|two|three", or -1. */
static int32_t find_choice(const char *choices, const char *text)
{
    size_t length = strlen(text);
    int32_t index = 0;

    while (choices && length) {
        size_t size = strcspn(choices, "|");

        if (size == length && !memcmp(choices, text, size))
            return index;
        if (!choices[size])
            break;
        choices += size + 1;
        index++;
    }
    return -1;
}

static int has_reference_form(const char *text)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                  "0123456789_.-";

    if (!strncmp(text, "file:/", 6))
        return text[6] != '\0';
    if (strncmp(text, "cred:", 5) || !text[5] || text[5] == '.')
        return 0;
    return text[5 + strspn(text + 5, allowed)] == '\0';
}

/* Reads the form. Does not know of ranges. Returns 0, BOTHY_EINVAL or BOTHY_ERANGE. */
static int32_t read_number(uint32_t type, const char *text, struct option_value *ret_value)
{
    size_t length = strlen(text);
    uint32_t timeframe;
    int32_t r;

    switch (type) {
    case BOTHY_OPTION_BOOL:
        ret_value->integer = !strcmp(text, "true");
        return ret_value->integer || !strcmp(text, "false") ? BOTHY_OK : BOTHY_EINVAL;
    case BOTHY_OPTION_INT:
        return bothy_int64_parse(text, length, &ret_value->integer);
    case BOTHY_OPTION_PERCENT:
        if (length && text[length - 1] == '%')
            length--;
        return bothy_decimal_parse(text, length, &ret_value->decimal);
    case BOTHY_OPTION_DECIMAL:
    case BOTHY_OPTION_NUMBER:
        return bothy_decimal_parse(text, length, &ret_value->decimal);
    case BOTHY_OPTION_DURATION:
        return bothy_duration_parse(text, length, &ret_value->integer);
    case BOTHY_OPTION_TIME:
        return bothy_time_parse(text, length, &ret_value->integer);
    case BOTHY_OPTION_TIMEFRAME:
        r = bothy_timeframe_parse(text, &timeframe);
        if (r == BOTHY_OK)
            ret_value->integer = timeframe;
        return r;
    default:
        return BOTHY_EINVAL;
    }
}

/* Returns <0, 0 or >0. A bound that is no value of the type bounds nothing. */
static int compare_with(uint32_t type, const struct option_value *value, const char *bound)
{
    struct option_value limit = { 0 };

    if (!bound || read_number(type, bound, &limit) < 0)
        return 0;
    switch (type) {
    case BOTHY_OPTION_DECIMAL:
    case BOTHY_OPTION_PERCENT:
    case BOTHY_OPTION_NUMBER:
        return bothy_decimal_compare(value->decimal, limit.decimal);
    default:
        return (value->integer > limit.integer) - (value->integer < limit.integer);
    }
}

static int32_t read_in_range(const struct bothy_option *option, const char *text,
                             struct option_value *ret_value, struct bothy_error *error)
{
    int32_t r = read_number(option->type, text, ret_value);

    if (r == BOTHY_ERANGE)
        return refuse_range(option, text, error);
    if (r < 0)
        return refuse_form(option, text, error);
    if (option->type == BOTHY_OPTION_BOOL)
        return BOTHY_OK;
    if (compare_with(option->type, ret_value, option->minimum) < 0 ||
        compare_with(option->type, ret_value, option->maximum) > 0)
        return refuse_range(option, text, error);
    return BOTHY_OK;
}

int32_t option_read(const struct bothy_option *option, const char *text,
                    struct option_value *ret_value, struct bothy_error *error)
{
    struct option_value value = { 0 };
    int32_t r;

    if (!text)
        return bothy_fail(error, BOTHY_EINVAL, "has no value");
    switch (option->type) {
    case BOTHY_OPTION_STRING:
    case BOTHY_OPTION_FILE:
    case BOTHY_OPTION_SECRET:
    case BOTHY_OPTION_LIST:
        r = check_text(option, text, error);
        if (r < 0)
            return r;
        if ((option->type == BOTHY_OPTION_FILE && text[0] != '/') ||
            (option->type == BOTHY_OPTION_SECRET && !has_reference_form(text)) ||
            (option->type == BOTHY_OPTION_LIST && !text[0]))
            return refuse_form(option, text, error);
        if (option->type == BOTHY_OPTION_LIST && option->choices &&
            find_choice(option->choices, text) < 0)
            return refuse_choice(option, text, error);
        break;
    case BOTHY_OPTION_ENUM:
        value.integer = find_choice(option->choices, text);
        if (value.integer < 0)
            return refuse_choice(option, text, error);
        break;
    default:
        r = read_in_range(option, text, &value, error);
        if (r < 0)
            return r;
    }
    *ret_value = value;
    return BOTHY_OK;
}

int32_t bothy_option_check(const struct bothy_option *option, const char *text,
                           struct bothy_error *error)
{
    struct option_value value;

    return option_read(option, text, &value, error);
}
