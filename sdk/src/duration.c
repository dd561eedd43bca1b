/*
 * Durations as text: "45m", "1h30m", "1.5s". A number always has its unit, because a bare one is
 * read as seconds by half of the world and as minutes or milliseconds by the rest. What does not
 * come to whole nanoseconds is refused, not rounded.
 */
#include "wide.h"

#include <bothy/time.h>

#include <string.h>

static const struct unit {
    const char *name;
    int64_t length_ns;
} units[] = {
    /* The first name that fits is the unit: "ms" stands before "m". */
    { "ns", 1 },
    { "us", BOTHY_NS_PER_US },
    { "ms", BOTHY_NS_PER_MS },
    { "s", BOTHY_NS_PER_S },
    { "m", BOTHY_NS_PER_MIN },
    { "h", BOTHY_NS_PER_H },
    { "d", BOTHY_NS_PER_DAY },
    { "w", 7 * BOTHY_NS_PER_DAY },
};

#define UNIT_COUNT (sizeof units / sizeof units[0])

/*
 * Digits behind the point that can come to whole nanoseconds: a week of them is divisible by
 * 2^16, and by no higher power of two or five.
 */
#define FRACTION_DIGITS_MAX 16

static int is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static const struct unit *take_unit(const char **at, const char *end)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT; i++) {
        size_t length = strlen(units[i].name);

        if ((size_t)(end - *at) >= length && !memcmp(*at, units[i].name, length)) {
            *at += length;
            return &units[i];
        }
    }
    return NULL;
}

/* One number with its unit. Errors: BOTHY_EINVAL; BOTHY_ERANGE, after the text was seen to fit. */
static int32_t take_part(const char **at, const char *end, int64_t *ret_ns)
{
    const struct unit *unit;
    uint64_t whole = 0;
    uint64_t fraction = 0;
    uint64_t scale = 1;
    int digits = 0;
    int overflow = 0;
    int inexact = 0;
    int64_t ns;
    uint128 fraction_ns;

    if (*at == end || !is_digit(**at))
        return BOTHY_EINVAL;
    for (; *at < end && is_digit(**at); (*at)++) {
        overflow |= __builtin_mul_overflow(whole, UINT64_C(10), &whole);
        overflow |= __builtin_add_overflow(whole, (uint64_t)(**at - '0'), &whole);
    }
    if (*at < end && **at == '.') {
        (*at)++;
        if (*at == end || !is_digit(**at))
            return BOTHY_EINVAL;
        for (; *at < end && is_digit(**at); (*at)++) {
            if (digits == FRACTION_DIGITS_MAX) {
                inexact |= **at != '0';
                continue;
            }
            fraction = fraction * 10 + (uint64_t)(**at - '0');
            scale *= 10;
            digits++;
        }
    }
    unit = take_unit(at, end);
    if (!unit || inexact)
        return BOTHY_EINVAL;
    fraction_ns = (uint128)fraction * (uint64_t)unit->length_ns;
    if (fraction_ns % scale)
        return BOTHY_EINVAL;
    overflow |= __builtin_mul_overflow(whole, unit->length_ns, &ns);
    overflow |= __builtin_add_overflow(ns, (int64_t)(fraction_ns / scale), &ns);
    if (overflow)
        return BOTHY_ERANGE;
    *ret_ns = ns;
    return BOTHY_OK;
}

int32_t bothy_duration_parse(const char *text, size_t length, int64_t *ret_duration_ns)
{
    const char *end;
    int64_t total_ns = 0;
    int overflow = 0;

    if (!length)
        return BOTHY_EINVAL;
    if (length == 1 && *text == '0') {
        *ret_duration_ns = 0;
        return BOTHY_OK;
    }
    for (end = text + length; text < end;) {
        int64_t part_ns = 0;
        int32_t r = take_part(&text, end, &part_ns);

        /* A text that is wrong further on is wrong, however long it claims to be. */
        if (r == BOTHY_EINVAL)
            return r;
        overflow |= r == BOTHY_ERANGE;
        overflow |= __builtin_add_overflow(total_ns, part_ns, &total_ns);
    }
    if (overflow)
        return BOTHY_ERANGE;
    *ret_duration_ns = total_ns;
    return BOTHY_OK;
}

/* Writes "12" or "1.5" and the unit at `at`. Returns the end. */
static char *put_part(char *at, int64_t ns, const char *name, int64_t unit_ns)
{
    char digits[20];
    int64_t whole = ns / unit_ns;
    int64_t rest = ns % unit_ns;
    int count = 0;
    size_t length = strlen(name);

    do {
        digits[count++] = (char)('0' + whole % 10);
        whole /= 10;
    } while (whole);
    while (count)
        *at++ = digits[--count];
    if (rest)
        *at++ = '.';
    while (rest) {
        unit_ns /= 10;
        *at++ = (char)('0' + rest / unit_ns);
        rest %= unit_ns;
    }
    memcpy(at, name, length);
    return at + length;
}

/* Less than a second: of 1.5ms and 1500us, the shorter; of 250ms and 0.25s, the whole one. */
static char *put_fraction(char *at, int64_t ns)
{
    static const struct unit small[] = {
        { "ms", BOTHY_NS_PER_MS },
        { "us", BOTHY_NS_PER_US },
        { "ns", 1 },
    };
    char text[BOTHY_DURATION_TEXT_MAX];
    size_t best = SIZE_MAX;
    size_t i;

    for (i = 0; i < sizeof small / sizeof small[0]; i++) {
        size_t length;

        if (ns < small[i].length_ns)
            continue;
        length = (size_t)(put_part(text, ns, small[i].name, small[i].length_ns) - text);
        if (length < best) {
            memcpy(at, text, length);
            best = length;
        }
    }
    return at + best;
}

int32_t bothy_duration_format(int64_t duration_ns, char *text, size_t capacity)
{
    static const struct unit large[] = {
        { "d", BOTHY_NS_PER_DAY },
        { "h", BOTHY_NS_PER_H },
        { "m", BOTHY_NS_PER_MIN },
    };
    char plain[BOTHY_DURATION_TEXT_MAX];
    char *at = plain;
    int64_t rest_ns = duration_ns;
    size_t i;

    if (capacity)
        text[0] = '\0';
    if (duration_ns < 0)
        return BOTHY_ERANGE;
    if (rest_ns && rest_ns % (7 * BOTHY_NS_PER_DAY) == 0) {
        at = put_part(at, rest_ns, "w", 7 * BOTHY_NS_PER_DAY);
        rest_ns = 0;
    }
    for (i = 0; i < sizeof large / sizeof large[0]; i++) {
        int64_t here_ns = rest_ns - rest_ns % large[i].length_ns;

        if (here_ns)
            at = put_part(at, here_ns, large[i].name, large[i].length_ns);
        rest_ns -= here_ns;
    }
    if (rest_ns >= BOTHY_NS_PER_S || !duration_ns)
        at = put_part(at, rest_ns, "s", BOTHY_NS_PER_S);
    else if (rest_ns)
        at = put_fraction(at, rest_ns);
    if ((size_t)(at - plain) >= capacity)
        return BOTHY_ERANGE;
    memcpy(text, plain, (size_t)(at - plain));
    text[at - plain] = '\0';
    return (int32_t)(at - plain);
}
