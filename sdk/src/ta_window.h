/*
 * Windows over the last `period` values, and the checks that every indicator begins with.
 * Internal to libbothy; inline, so that the indicators pay no call for their parts.
 *
 * A window ends somewhere in the block that is being filled; the rest of it lies in the block
 * before:
 *
 *        finished block            block being filled
 *     [ . . . . s s s s s ]     [ x x x x . . . . . ]
 *               └─ ring[position]: made of      └─ position
 *                  its values from here on
 *               └────────── window ─────┘
 *
 * Slot k of the ring holds what the finished block's values k … period − 1 amount to, until
 * position passes k; then it holds the new value itself. When the block is full one backward
 * pass turns values into suffixes. So a window is suffix ∘ running, and nothing is ever taken
 * out of a sum again: no drift, and the same code serves sums, maxima and minima.
 *
 * Indicators that need differences (deviation, regression) keep sums of x − pivot, where the
 * pivot is the last value of the finished block, and so one of the window's own values. Hence
 * (mean − pivot)² ≤ period × variance: the subtraction of squares costs few digits, whatever
 * the price level and whatever happened before.
 */
#ifndef BOTHY_TA_WINDOW_H
#define BOTHY_TA_WINDOW_H

#include <math.h>
#include <string.h>

#include <bothy/ta.h>

#define TA_INLINE static inline __attribute__((always_inline))

/* False for NaN, too. */
TA_INLINE int ta_good(double value)
{
    return fabs(value) <= BOTHY_TA_VALUE_MAX;
}

TA_INLINE int ta_good_bar(double high, double low, double close)
{
    return ta_good(high) && ta_good(low) && ta_good(close) && high >= low;
}

TA_INLINE int ta_good_period(uint32_t period, uint32_t minimum)
{
    return period >= minimum && period <= BOTHY_TA_PERIOD_MAX;
}

/* `value` where the condition (0 or 1) holds, else 0. No branch: whether a price rises or falls
 * is what a branch predictor cannot learn. */
TA_INLINE double ta_if(int condition, double value)
{
    uint64_t bits;

    memcpy(&bits, &value, sizeof bits);
    bits &= -(uint64_t)condition;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* The arguments that every init function with a ring has. */
TA_INLINE int32_t ta_check_ring(const double *ring, size_t length, size_t needed)
{
    if (!ring)
        return BOTHY_EINVAL;
    return length < needed ? BOTHY_ENOMEM : 0;
}

/* The arguments of those with one period and a ring for it. */
TA_INLINE int32_t ta_check_window(uint32_t period, uint32_t minimum, const double *ring,
                                  size_t length, size_t needed)
{
    if (!ta_good_period(period, minimum))
        return BOTHY_EINVAL;
    return ta_check_ring(ring, length, needed);
}

TA_INLINE void window_init(struct bothy_rolling *window, uint32_t kind, uint32_t period,
                           double *ring)
{
    window->ring = ring;
    window->running = 0;
    window->period = period;
    window->position = 0;
    window->filled = 0;
    window->kind = kind;
}

TA_INLINE double window_join(uint32_t kind, double a, double b)
{
    switch (kind) {
    case BOTHY_ROLLING_MAX:
        return a > b ? a : b;
    case BOTHY_ROLLING_MIN:
        return a < b ? a : b;
    default:
        return a + b;
    }
}

/* `kind` is a constant where this is called; BOTHY_ROLLING_MEAN is the caller's division. */
TA_INLINE int32_t window_push(struct bothy_rolling *window, uint32_t kind, double value,
                              double *ret_value)
{
    double *ring = window->ring;
    uint32_t position = window->position;
    double suffix;

    window->running = position == 0 ? value : window_join(kind, window->running, value);
    ring[position++] = value;
    if (position < window->period) {
        window->position = position;
        if (!window->filled)
            return 0;
        *ret_value = window_join(kind, ring[position], window->running);
        return 1;
    }
    suffix = value;
    while (--position > 0) {
        suffix = window_join(kind, ring[position - 1], suffix);
        ring[position - 1] = suffix;
    }
    window->position = 0;
    window->filled = 1;
    *ret_value = suffix;
    return 1;
}

TA_INLINE int32_t window_push_mean(struct bothy_rolling *window, double value, double *ret_value)
{
    double sum;

    if (!window_push(window, BOTHY_ROLLING_SUM, value, &sum))
        return 0;
    *ret_value = sum / window->period;
    return 1;
}

TA_INLINE void ema_start(struct bothy_ema *ema, uint32_t period)
{
    ema->alpha = 2.0 / (period + 1.0);
    ema->value = 0;
    ema->period = period;
    ema->count = 0;
}

TA_INLINE int32_t ema_step(struct bothy_ema *ema, double value, double *ret_value)
{
    if (__builtin_expect(ema->count >= ema->period, 1)) {
        ema->value += (value - ema->value) * ema->alpha;
    } else {
        ema->value += value;
        if (++ema->count < ema->period)
            return 0;
        ema->value /= ema->period;
    }
    *ret_value = ema->value;
    return 1;
}

TA_INLINE void rsi_start(struct bothy_rsi *rsi, uint32_t period)
{
    rsi->average_gain = 0;
    rsi->average_loss = 0;
    rsi->previous = 0;
    rsi->share = 1.0 / period;
    rsi->period = period;
    rsi->count = 0;
}

TA_INLINE int32_t rsi_step(struct bothy_rsi *rsi, double value, double *ret_value)
{
    double change = value - rsi->previous;
    double gain = change > 0 ? change : 0;
    double loss = change < 0 ? -change : 0;
    double total;

    rsi->previous = value;
    if (__builtin_expect(rsi->count > rsi->period, 1)) {
        rsi->average_gain += (gain - rsi->average_gain) * rsi->share;
        rsi->average_loss += (loss - rsi->average_loss) * rsi->share;
    } else {
        if (rsi->count > 0) {
            rsi->average_gain += gain;
            rsi->average_loss += loss;
        }
        if (++rsi->count <= rsi->period)
            return 0;
        rsi->average_gain /= rsi->period;
        rsi->average_loss /= rsi->period;
    }
    total = rsi->average_gain + rsi->average_loss;
    *ret_value = total > 0 ? 100 * (rsi->average_gain / total) : 0;
    return 1;
}

TA_INLINE double ta_true_range(double high, double low, double previous_close)
{
    double range = high - low;
    double up = fabs(high - previous_close);
    double down = fabs(low - previous_close);

    range = up > range ? up : range;
    return down > range ? down : range;
}

#endif
