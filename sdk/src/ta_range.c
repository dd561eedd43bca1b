/*
 * True range and its average, by Wilder's smoothing or as a plain mean.
 */
#include "ta_run.h"

BOTHY_API void bothy_true_range_init(struct bothy_true_range *range)
{
    range->previous_close = 0;
    range->count = 0;
    range->reserved = 0;
}

TA_INLINE int32_t true_range_step(struct bothy_true_range *range, double high, double low,
                                  double close, double *ret_value)
{
    double previous = range->previous_close;

    range->previous_close = close;
    if (range->count == 0) {
        range->count = 1;
        return 0;
    }
    *ret_value = ta_true_range(high, low, previous);
    return 1;
}

BOTHY_API int32_t bothy_true_range_push(struct bothy_true_range *range, double high, double low,
                                        double close, double *ret_value)
{
    if (!ta_good_bar(high, low, close))
        return BOTHY_EINVAL;
    return true_range_step(range, high, low, close, ret_value);
}

BOTHY_API int32_t bothy_atr_init(struct bothy_atr *atr, uint32_t kind, uint32_t period,
                                 double *ring, size_t ring_length)
{
    int32_t r;

    if (!ta_good_period(period, 1) || (kind != BOTHY_ATR_SMA && kind != BOTHY_ATR_WILDER))
        return BOTHY_EINVAL;
    if (kind == BOTHY_ATR_SMA) {
        r = ta_check_ring(ring, ring_length, BOTHY_ATR_RING(period));
        if (r < 0)
            return r;
    }
    bothy_true_range_init(&atr->range);
    window_init(&atr->window, BOTHY_ROLLING_MEAN, period, kind == BOTHY_ATR_SMA ? ring : NULL);
    atr->value = 0;
    atr->share = 1.0 / period;
    atr->kind = kind;
    atr->count = 0;
    return 0;
}

TA_INLINE int32_t atr_step(struct bothy_atr *atr, double high, double low, double close,
                           double *ret_value)
{
    double range;

    if (!ta_good_bar(high, low, close))
        return BOTHY_EINVAL;
    if (!true_range_step(&atr->range, high, low, close, &range))
        return 0;
    if (atr->kind == BOTHY_ATR_SMA)
        return window_push_mean(&atr->window, range, ret_value);
    if (__builtin_expect(atr->count >= atr->window.period, 1)) {
        atr->value += (range - atr->value) * atr->share;
    } else {
        atr->value += range;
        if (++atr->count < atr->window.period)
            return 0;
        atr->value /= atr->window.period;
    }
    *ret_value = atr->value;
    return 1;
}

BOTHY_API int32_t bothy_atr_push(struct bothy_atr *atr, double high, double low, double close,
                                 double *ret_value)
{
    return atr_step(atr, high, low, close, ret_value);
}

TA_RUN_DEFINE(true_range, struct bothy_true_range, 1,
              ta_good_bar(bar->high, bar->low, bar->close)
                  ? true_range_step(state, bar->high, bar->low, bar->close, value)
                  : BOTHY_EINVAL)
TA_RUN_DEFINE(atr, struct bothy_atr, 1, atr_step(state, bar->high, bar->low, bar->close, value))
