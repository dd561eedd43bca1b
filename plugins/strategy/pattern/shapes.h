/*
 * The shapes of candles: pure functions of the last closed bars. Nothing here knows the host.
 */
#ifndef PATTERN_SHAPES_H
#define PATTERN_SHAPES_H

#include <stdint.h>

#define SHAPE_BARS 3 /* most bars that a shape spans */

/* Differences of prices smaller than this share of the price are rounding. */
#define SHAPE_PRICE_ERROR 1e-12

struct bar {
    int64_t open_ns;
    int64_t close_ns;
    double open;
    double high;
    double low;
    double close;
    double volume;
};

enum shape {
    SHAPE_NONE = 0,
    SHAPE_HAMMER,
    SHAPE_SHOOTING_STAR,
    SHAPE_BULLISH_ENGULFING,
    SHAPE_BEARISH_ENGULFING,
    SHAPE_MORNING_STAR,
    SHAPE_EVENING_STAR,
};

/* Thresholds, as the options say. */
struct shape_rules {
    double hammer_wick;       /* bodies that the long wick must exceed */
    double hammer_other_wick; /* bodies that the other wick must stay under */
    double engulfing_body;    /* share of the body before that the new one must exceed */
    double star_middle;       /* share of the outer bodies' mean that the middle stays under */
    double stop_range;        /* distance of a hammer's stop, as a share of its range */
    double stop_long;         /* distance of other stops, as a share of the lowest low … */
    double stop_short;        /* … and of the highest high */
};

struct shape_found {
    enum shape shape;
    int32_t direction; /* BOTHY_DIRECTION_* */
    double stop;       /* where the shape is proved wrong */
    double strength;   /* 0 … 1: see shape_find() */
};

/*
 * Effect: the first shape, in the order of the enumeration, that the newest of `count` (1 …
 * SHAPE_BARS) bars completes; bars[count - 1] is the newest. Bars that do not follow on each
 * other without a gap are one bar only. Strength is
 *     hammer, star              long wick / range
 *     engulfing                 body / (body + body before)
 *     morning and evening star  share of the first body that the last close won back, at most 1
 * Comparisons take values as equal that differ by rounding only, and equal is never enough
 * where the rule says more or less. Returns 1, or 0 if there is none.
 */
int shape_find(const struct shape_rules *rules, const struct bar *bars, uint32_t count,
               struct shape_found *ret_found);

/* Returns "hammer" …. Static. */
const char *shape_name(enum shape shape);

#endif
