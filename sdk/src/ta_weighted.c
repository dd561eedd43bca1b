/*
 * The window with linear weights: the weighted moving average and the slope of the regression
 * line. Both are made of S = Σ (x − pivot) and W = Σ weight · (x − pivot), weights 1 (oldest)
 * … period:
 *
 *     average = pivot + W / (period (period + 1) / 2)
 *     slope   = (W − S (period + 1) / 2) · 12 / (period (period² − 1))
 *
 * The ring is two rings: suffix sums (and new values), then weighted suffix sums.
 */
#include "ta_run.h"

static int32_t weighted_init(struct bothy_weighted *window, uint32_t period, uint32_t minimum,
                             double *ring, size_t ring_length)
{
    int32_t r = ta_check_window(period, minimum, ring, ring_length, BOTHY_WEIGHTED_RING(period));

    if (r < 0)
        return r;
    *window = (struct bothy_weighted) { .ring = ring, .period = period };
    return 0;
}

/* A finished block becomes suffixes about a new pivot, its last value. */
static void weighted_close_block(struct bothy_weighted *window)
{
    double *sums = window->ring;
    double *weighted = window->ring + window->period;
    double pivot = sums[window->period - 1];
    double sum = 0, weighted_sum = 0;
    uint32_t k = window->period;

    while (k-- > 0) {
        sum += sums[k] - pivot;
        weighted_sum += sum; /* each value from k on weighs one more than seen from k + 1 */
        sums[k] = sum;
        weighted[k] = weighted_sum;
    }
    window->pivot = pivot;
    window->sum = 0;
    window->weighted = 0;
    window->position = 0;
    window->filled = 1;
}

TA_INLINE int32_t weighted_push(struct bothy_weighted *window, double value, double *ret_sum,
                                double *ret_weighted)
{
    uint32_t position = window->position;
    double difference;

    if (position == 0 && !window->filled)
        window->pivot = value;
    difference = value - window->pivot;
    window->ring[position++] = value;
    window->position = position;
    window->sum += difference;
    window->weighted += position * difference;
    if (position == window->period) {
        weighted_close_block(window);
        *ret_sum = window->ring[0];
        *ret_weighted = window->ring[window->period];
        return 1;
    }
    if (!window->filled)
        return 0;
    *ret_sum = window->ring[position] + window->sum;
    /* The new values' weights end with `period`, not with `position`. */
    *ret_weighted = window->ring[window->period + position] + window->weighted +
                    (double)(window->period - position) * window->sum;
    return 1;
}

BOTHY_API int32_t bothy_wma_init(struct bothy_weighted *wma, uint32_t period, double *ring,
                                 size_t ring_length)
{
    return weighted_init(wma, period, 1, ring, ring_length);
}

TA_INLINE int32_t wma_step(struct bothy_weighted *wma, double value, double *ret_value)
{
    double sum, weighted, period = wma->period;

    if (!ta_good(value))
        return BOTHY_EINVAL;
    if (!weighted_push(wma, value, &sum, &weighted))
        return 0;
    *ret_value = wma->pivot + weighted / (period * (period + 1) / 2);
    return 1;
}

BOTHY_API int32_t bothy_wma_push(struct bothy_weighted *wma, double value, double *ret_value)
{
    return wma_step(wma, value, ret_value);
}

BOTHY_API int32_t bothy_linreg_slope_init(struct bothy_weighted *slope, uint32_t period,
                                          double *ring, size_t ring_length)
{
    return weighted_init(slope, period, 2, ring, ring_length);
}

TA_INLINE int32_t linreg_slope_step(struct bothy_weighted *slope, double value, double *ret_value)
{
    double sum, weighted, period = slope->period;

    if (!ta_good(value))
        return BOTHY_EINVAL;
    if (!weighted_push(slope, value, &sum, &weighted))
        return 0;
    *ret_value = (weighted - sum * (period + 1) / 2) * 12 / (period * (period * period - 1));
    return 1;
}

BOTHY_API int32_t bothy_linreg_slope_push(struct bothy_weighted *slope, double value,
                                          double *ret_value)
{
    return linreg_slope_step(slope, value, ret_value);
}

TA_RUN_DEFINE(wma, struct bothy_weighted, 1, wma_step(state, bar->close, value))
TA_RUN_DEFINE(linreg_slope, struct bothy_weighted, 1, linreg_slope_step(state, bar->close, value))
