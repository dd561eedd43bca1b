/*
 * Signals: their words, and how a strategy fills one. What it fills in is judged by
 * signal_validate.c; here only what could not be stored is refused.
 */
#include "signal_internal.h"
#include "word.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

int32_t bothy_direction_parse(const char *text, int32_t *ret_direction)
{
    static const struct word words[] = {
        { "long", BOTHY_DIRECTION_LONG },       { "short", BOTHY_DIRECTION_SHORT },
        { "neutral", BOTHY_DIRECTION_NEUTRAL }, { "bullish", BOTHY_DIRECTION_LONG },
        { "bearish", BOTHY_DIRECTION_SHORT },   { "buy", BOTHY_DIRECTION_LONG },
        { "sell", BOTHY_DIRECTION_SHORT },
    };

    return word_find(words, COUNT(words), text, ret_direction);
}

const char *bothy_direction_name(int32_t direction)
{
    switch (direction) {
    case BOTHY_DIRECTION_LONG:
        return "LONG";
    case BOTHY_DIRECTION_SHORT:
        return "SHORT";
    case BOTHY_DIRECTION_NEUTRAL:
        return "NEUTRAL";
    default:
        return "?";
    }
}

static const char *const type_names[BOTHY_SIGNAL_TYPE_COUNT] = {
    "custom",           "funding_rate",        "liquidation",        "volume_spike",
    "harmonic_pattern", "candlestick_pattern", "fibonacci_reversal", "strat_pattern",
    "fibonacci_swing",  "mtf_alignment",       "psar_reversal",      "diy_composite",
    "most_trend",       "orb_breakout",        "volume_profile",     "consensus",
};

const char *bothy_signal_type_name(uint32_t type)
{
    return type < BOTHY_SIGNAL_TYPE_COUNT ? type_names[type] : "?";
}

int32_t bothy_signal_type_parse(const char *text, uint32_t *ret_type)
{
    for (uint32_t type = 1; type < BOTHY_SIGNAL_TYPE_COUNT; type++) {
        if (strcmp(text, type_names[type]) == 0) {
            *ret_type = type;
            return 0;
        }
    }
    if (strncmp(text, "x_", 2) != 0 || !text[2] ||
        !signal_is_name(text, sizeof((struct bothy_signal *)0)->type_name))
        return BOTHY_EINVAL;
    *ret_type = BOTHY_SIGNAL_CUSTOM;
    return 0;
}

void bothy_signal_init(struct bothy_signal *signal, uint32_t type, uint32_t instrument,
                       int32_t direction, int64_t ts_ns)
{
    memset(signal, 0, sizeof *signal);
    signal->size = sizeof *signal;
    signal->type = type;
    if (type != BOTHY_SIGNAL_CUSTOM)
        snprintf(signal->type_name, sizeof signal->type_name, "%s", bothy_signal_type_name(type));
    signal->instrument = instrument;
    signal->direction = direction;
    signal->ts_ns = ts_ns;
}

static uint32_t count_extras(const struct bothy_signal *signal)
{
    return signal->extra_count < BOTHY_SIGNAL_EXTRAS_MAX ? signal->extra_count
                                                         : BOTHY_SIGNAL_EXTRAS_MAX;
}

const struct bothy_signal_extra *bothy_signal_find(const struct bothy_signal *signal,
                                                   const char *name)
{
    for (uint32_t i = 0; i < count_extras(signal); i++) {
        if (strncmp(signal->extras[i].name, name, sizeof signal->extras[i].name) == 0)
            return &signal->extras[i];
    }
    return NULL;
}

/* The place of the extra called `name`, old or new, emptied; NULL if all are taken. */
static struct bothy_signal_extra *place_extra(struct bothy_signal *signal, const char *name)
{
    struct bothy_signal_extra *extra = NULL;

    for (uint32_t i = 0; i < count_extras(signal) && !extra; i++) {
        if (strncmp(signal->extras[i].name, name, sizeof signal->extras[i].name) == 0)
            extra = &signal->extras[i];
    }
    if (!extra) {
        if (signal->extra_count >= BOTHY_SIGNAL_EXTRAS_MAX)
            return NULL;
        extra = &signal->extras[signal->extra_count++];
    }
    memset(extra, 0, sizeof *extra);
    snprintf(extra->name, sizeof extra->name, "%s", name);
    return extra;
}

int32_t bothy_signal_add_number(struct bothy_signal *signal, const char *name, double number)
{
    struct bothy_signal_extra *extra;

    if (!signal_is_name(name, sizeof extra->name) || !isfinite(number))
        return BOTHY_EINVAL;
    extra = place_extra(signal, name);
    if (!extra)
        return BOTHY_ENOMEM;
    extra->kind = BOTHY_EXTRA_NUMBER;
    extra->number = number;
    return 0;
}

int32_t bothy_signal_add_text(struct bothy_signal *signal, const char *name, const char *text)
{
    struct bothy_signal_extra *extra;
    size_t length = 0;

    if (!signal_is_name(name, sizeof extra->name))
        return BOTHY_EINVAL;
    for (; text[length]; length++) {
        if (length + 1 == sizeof extra->text || signal_is_control(text[length]))
            return BOTHY_EINVAL;
    }
    extra = place_extra(signal, name);
    if (!extra)
        return BOTHY_ENOMEM;
    extra->kind = BOTHY_EXTRA_TEXT;
    memcpy(extra->text, text, length);
    return 0;
}

void bothy_signal_add_reason(struct bothy_signal *signal, const char *format, ...)
{
    /* Longer than what fits, so that the byte behind the cut shows whether it is a good one. */
    char line[BOTHY_SIGNAL_REASONS_MAX + 8];
    size_t used = strnlen(signal->reasons, sizeof signal->reasons);
    size_t room, length;
    va_list args;
    int r;

    va_start(args, format);
    r = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (r <= 0 || used + 2 >= sizeof signal->reasons)
        return;
    for (length = 0; line[length]; length++) {
        if (signal_is_control(line[length]))
            line[length] = ' ';
    }
    if (used > 0)
        signal->reasons[used++] = '\n';
    room = sizeof signal->reasons - 1 - used;
    if (length > room) {
        length = room;
        while (length > 0 && (line[length] & 0xc0) == 0x80)
            length--;
    }
    memcpy(signal->reasons + used, line, length);
    signal->reasons[used + length] = '\0';
}
