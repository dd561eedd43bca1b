/*
 * Recognises candle shapes. Prices come as doubles of exact decimals; a difference of two of them
 * is off by a few units in the last place of the price, so a threshold that is met exactly on paper
 * could fall on either side. `unit` below is larger than that error and far smaller than any
 * tick: within it, values are equal.
 */
#include "shapes.h"

#include <bothy/signal.h>

#include <math.h>

enum { RED = -1, GREEN = 1 };

static int colour(const struct bar *bar)
{
    return (bar->close > bar->open) - (bar->close < bar->open);
}

static double body(const struct bar *bar)
{
    return fabs(bar->close - bar->open);
}

static int more(double a, double b, double unit)
{
    return a - b > unit;
}

/* A small body at one end of a long wick: hammer for GREEN, shooting star for RED. */
static int is_hammer(const struct shape_rules *rules, const struct bar *bar, int wanted,
                     double *ret_strength)
{
    double unit = SHAPE_PRICE_ERROR * bar->high;
    double lower, upper, long_wick, other_wick;

    if (colour(bar) != wanted)
        return 0;
    lower = fmin(bar->open, bar->close) - bar->low;
    upper = bar->high - fmax(bar->open, bar->close);
    long_wick = wanted == GREEN ? lower : upper;
    other_wick = wanted == GREEN ? upper : lower;
    if (!more(long_wick, rules->hammer_wick * body(bar), unit) ||
        !more(rules->hammer_other_wick * body(bar), other_wick, unit))
        return 0;
    *ret_strength = long_wick / (bar->high - bar->low);
    return 1;
}

static int is_engulfing(const struct shape_rules *rules, const struct bar *before,
                        const struct bar *bar, int wanted, double *ret_strength)
{
    double unit = SHAPE_PRICE_ERROR * fmax(before->high, bar->high);

    if (colour(before) != -wanted || colour(bar) != wanted)
        return 0;
    if (wanted == GREEN ? bar->open > before->close || bar->close < before->open
                        : bar->open < before->close || bar->close > before->open)
        return 0;
    if (!more(body(bar), rules->engulfing_body * body(before), unit) ||
        bar->volume <= before->volume)
        return 0;
    *ret_strength = body(bar) / (body(bar) + body(before));
    return 1;
}

/* A long bar, a small one of any colour, and one that takes back half of the first. */
static int is_star(const struct shape_rules *rules, const struct bar *bars, int wanted,
                   double *ret_strength)
{
    const struct bar *first = &bars[0], *middle = &bars[1], *last = &bars[2];
    double unit = SHAPE_PRICE_ERROR * fmax(first->high, fmax(middle->high, last->high));
    double midpoint = (first->open + first->close) / 2;
    double outer = (body(first) + body(last)) / 2;

    if (colour(first) != -wanted || colour(last) != wanted)
        return 0;
    if (!more(rules->star_middle * outer, body(middle), unit) ||
        !more(wanted * last->close, wanted * midpoint, unit))
        return 0;
    *ret_strength = fmin(1, fabs(last->close - first->close) / body(first));
    return 1;
}

static int contiguous(const struct bar *bars)
{
    return bars[0].close_ns == bars[1].open_ns && bars[1].close_ns == bars[2].open_ns;
}

int shape_find(const struct shape_rules *rules, const struct bar *bars, uint32_t count,
               struct shape_found *ret_found)
{
    const struct bar *last = &bars[count - 1];
    struct shape_found found = { .shape = SHAPE_NONE };
    double span = last->high - last->low;
    double lowest, highest;

    if (is_hammer(rules, last, GREEN, &found.strength)) {
        found.shape = SHAPE_HAMMER;
        found.stop = last->low - rules->stop_range * span;
    } else if (is_hammer(rules, last, RED, &found.strength)) {
        found.shape = SHAPE_SHOOTING_STAR;
        found.stop = last->high + rules->stop_range * span;
    } else {
        if (count < SHAPE_BARS || !contiguous(bars))
            return 0;
        if (is_engulfing(rules, &bars[1], last, GREEN, &found.strength))
            found.shape = SHAPE_BULLISH_ENGULFING;
        else if (is_engulfing(rules, &bars[1], last, RED, &found.strength))
            found.shape = SHAPE_BEARISH_ENGULFING;
        else if (is_star(rules, bars, GREEN, &found.strength))
            found.shape = SHAPE_MORNING_STAR;
        else if (is_star(rules, bars, RED, &found.strength))
            found.shape = SHAPE_EVENING_STAR;
        else
            return 0;
        lowest = fmin(bars[0].low, fmin(bars[1].low, bars[2].low));
        highest = fmax(bars[0].high, fmax(bars[1].high, bars[2].high));
        found.stop = colour(last) == GREEN ? lowest * (1 - rules->stop_long)
                                           : highest * (1 + rules->stop_short);
    }
    /* Every bullish shape ends with a green bar, every bearish one with a red bar. */
    found.direction = colour(last) == GREEN ? BOTHY_DIRECTION_LONG : BOTHY_DIRECTION_SHORT;
    *ret_found = found;
    return 1;
}

const char *shape_name(enum shape shape)
{
    static const char *const names[] = {
        "none",         "hammer",       "shooting_star", "bullish_engulfing", "bearish_engulfing",
        "morning_star", "evening_star",
    };

    return names[shape];
}
