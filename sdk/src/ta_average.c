/*
 * Averages and extremes: rolling sum, mean, highest and lowest; the simple and exponential
 * moving averages. How a window works stands in ta_window.h.
 */
#include "ta_run.h"

BOTHY_API int32_t bothy_rolling_init(struct bothy_rolling *rolling, uint32_t kind, uint32_t period,
                                     double *ring, size_t ring_length)
{
    int32_t r;

    if (!ta_good_period(period, 1) || kind < BOTHY_ROLLING_SUM || kind > BOTHY_ROLLING_MIN)
        return BOTHY_EINVAL;
    r = ta_check_ring(ring, ring_length, BOTHY_ROLLING_RING(period));
    if (r < 0)
        return r;
    window_init(rolling, kind, period, ring);
    return 0;
}

BOTHY_API int32_t bothy_rolling_push(struct bothy_rolling *rolling, double value, double *ret_value)
{
    if (!ta_good(value))
        return BOTHY_EINVAL;
    switch (rolling->kind) {
    case BOTHY_ROLLING_SUM:
        return window_push(rolling, BOTHY_ROLLING_SUM, value, ret_value);
    case BOTHY_ROLLING_MEAN:
        return window_push_mean(rolling, value, ret_value);
    case BOTHY_ROLLING_MAX:
        return window_push(rolling, BOTHY_ROLLING_MAX, value, ret_value);
    default:
        return window_push(rolling, BOTHY_ROLLING_MIN, value, ret_value);
    }
}

BOTHY_API int32_t bothy_sma_init(struct bothy_sma *sma, uint32_t period, double *ring,
                                 size_t ring_length)
{
    return bothy_rolling_init(&sma->window, BOTHY_ROLLING_MEAN, period, ring, ring_length);
}

BOTHY_API int32_t bothy_sma_push(struct bothy_sma *sma, double value, double *ret_value)
{
    if (!ta_good(value))
        return BOTHY_EINVAL;
    return window_push_mean(&sma->window, value, ret_value);
}

TA_RUN_DEFINE(rolling_sum, struct bothy_rolling, 1,
              ta_good(bar->volume) ? window_push(state, BOTHY_ROLLING_SUM, bar->volume, value)
                                   : BOTHY_EINVAL)
TA_RUN_DEFINE(rolling_mean, struct bothy_rolling, 1,
              ta_good(bar->volume) ? window_push_mean(state, bar->volume, value) : BOTHY_EINVAL)
TA_RUN_DEFINE(sma, struct bothy_sma, 1,
              ta_good(bar->close) ? window_push_mean(&state->window, bar->close, value)
                                  : BOTHY_EINVAL)

BOTHY_API int32_t bothy_ema_init(struct bothy_ema *ema, uint32_t period)
{
    if (!ta_good_period(period, 1))
        return BOTHY_EINVAL;
    ema_start(ema, period);
    return 0;
}

BOTHY_API int32_t bothy_ema_push(struct bothy_ema *ema, double value, double *ret_value)
{
    if (!ta_good(value))
        return BOTHY_EINVAL;
    return ema_step(ema, value, ret_value);
}

TA_RUN_DEFINE(ema, struct bothy_ema, 1,
              ta_good(bar->close) ? ema_step(state, bar->close, value) : BOTHY_EINVAL)
