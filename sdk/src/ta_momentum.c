/*
 * Change over a number of bars, RSI and MACD: what looks at one price per bar.
 */
#include "ta_run.h"

BOTHY_API int32_t bothy_momentum_init(struct bothy_momentum *momentum, uint32_t period,
                                      double *ring, size_t ring_length)
{
    int32_t r = ta_check_window(period, 1, ring, ring_length, BOTHY_MOMENTUM_RING(period));

    if (r < 0)
        return r;
    momentum->ring = ring;
    momentum->period = period;
    momentum->position = 0;
    momentum->filled = 0;
    momentum->reserved = 0;
    return 0;
}

TA_INLINE int32_t momentum_step(struct bothy_momentum *momentum, double value,
                                struct bothy_momentum_value *ret_value)
{
    uint32_t position = momentum->position;
    uint32_t filled = momentum->filled;
    double then;

    if (!ta_good(value))
        return BOTHY_EINVAL;
    /* Not yet filled, the slot holds whatever the caller's ring held. */
    then = filled ? momentum->ring[position] : 0;
    momentum->ring[position] = value;
    if (++position == momentum->period) {
        position = 0;
        momentum->filled = 1;
    }
    momentum->position = position;
    if (!filled)
        return 0;
    ret_value->difference = value - then;
    ret_value->rate_pct = then != 0 ? (value / then - 1) * 100 : 0;
    return 1;
}

BOTHY_API int32_t bothy_momentum_push(struct bothy_momentum *momentum, double value,
                                      struct bothy_momentum_value *ret_value)
{
    return momentum_step(momentum, value, ret_value);
}

BOTHY_API int32_t bothy_rsi_init(struct bothy_rsi *rsi, uint32_t period)
{
    if (!ta_good_period(period, 1))
        return BOTHY_EINVAL;
    rsi_start(rsi, period);
    return 0;
}

BOTHY_API int32_t bothy_rsi_push(struct bothy_rsi *rsi, double value, double *ret_value)
{
    if (!ta_good(value))
        return BOTHY_EINVAL;
    return rsi_step(rsi, value, ret_value);
}

BOTHY_API int32_t bothy_macd_init(struct bothy_macd *macd, uint32_t fast, uint32_t slow,
                                  uint32_t signal)
{
    if (!ta_good_period(fast, 1) || !ta_good_period(slow, 2) || !ta_good_period(signal, 1) ||
        fast >= slow)
        return BOTHY_EINVAL;
    ema_start(&macd->fast, fast);
    ema_start(&macd->slow, slow);
    ema_start(&macd->signal, signal);
    macd->skip = slow - fast;
    macd->reserved = 0;
    return 0;
}

TA_INLINE int32_t macd_step(struct bothy_macd *macd, double value,
                            struct bothy_macd_value *ret_value)
{
    double fast, slow, difference, signal;
    int32_t r;

    if (!ta_good(value))
        return BOTHY_EINVAL;
    r = ema_step(&macd->slow, value, &slow);
    if (macd->skip > 0) {
        macd->skip--;
        return 0;
    }
    /* Both averages have their first value on the same bar. */
    if (!ema_step(&macd->fast, value, &fast) || !r)
        return 0;
    difference = fast - slow;
    if (!ema_step(&macd->signal, difference, &signal))
        return 0;
    ret_value->macd = difference;
    ret_value->signal = signal;
    ret_value->histogram = difference - signal;
    return 1;
}

BOTHY_API int32_t bothy_macd_push(struct bothy_macd *macd, double value,
                                  struct bothy_macd_value *ret_value)
{
    return macd_step(macd, value, ret_value);
}

TA_INLINE int32_t momentum_one(struct bothy_momentum *momentum, double value, int rate,
                               double *ret_value)
{
    struct bothy_momentum_value both;
    int32_t r = momentum_step(momentum, value, &both);

    if (r > 0)
        *ret_value = rate ? both.rate_pct : both.difference;
    return r;
}

TA_RUN_DEFINE(mom, struct bothy_momentum, 1, momentum_one(state, bar->close, 0, value))
TA_RUN_DEFINE(roc, struct bothy_momentum, 1, momentum_one(state, bar->close, 1, value))
TA_RUN_DEFINE(rsi, struct bothy_rsi, 1,
              ta_good(bar->close) ? rsi_step(state, bar->close, value) : BOTHY_EINVAL)
TA_RUN_DEFINE(macd, struct bothy_macd, 3,
              macd_step(state, bar->close, (struct bothy_macd_value *)value))
