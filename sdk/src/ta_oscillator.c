/*
 * Oscillators within the range of a window: stochastic, stochastic RSI, Williams %R, and the
 * commodity channel index.
 */
#include "ta_run.h"

/* Where value lies between lowest and highest, 0 … 100; 0 where there is no between. */
TA_INLINE double position_pct(double value, double lowest, double highest)
{
    return highest > lowest ? 100 * ((value - lowest) / (highest - lowest)) : 0;
}

BOTHY_API int32_t bothy_stoch_init(struct bothy_stoch *stoch, uint32_t fastk, uint32_t slowk,
                                   uint32_t slowd, double *ring, size_t ring_length)
{
    int32_t r;

    if (!ta_good_period(fastk, 1) || !ta_good_period(slowk, 1) || !ta_good_period(slowd, 1))
        return BOTHY_EINVAL;
    r = ta_check_ring(ring, ring_length, BOTHY_STOCH_RING(fastk, slowk, slowd));
    if (r < 0)
        return r;
    window_init(&stoch->highest, BOTHY_ROLLING_MAX, fastk, ring);
    window_init(&stoch->lowest, BOTHY_ROLLING_MIN, fastk, ring + fastk);
    window_init(&stoch->slowk, BOTHY_ROLLING_MEAN, slowk, ring + 2 * (size_t)fastk);
    window_init(&stoch->slowd, BOTHY_ROLLING_MEAN, slowd, ring + 2 * (size_t)fastk + slowk);
    return 0;
}

TA_INLINE int32_t stoch_step(struct bothy_stoch *stoch, double high, double low, double close,
                             struct bothy_stoch_value *ret_value)
{
    double highest, lowest, slowk, slowd;
    int32_t r;

    if (!ta_good_bar(high, low, close))
        return BOTHY_EINVAL;
    r = window_push(&stoch->highest, BOTHY_ROLLING_MAX, high, &highest);
    if (!window_push(&stoch->lowest, BOTHY_ROLLING_MIN, low, &lowest) || !r)
        return 0;
    if (!window_push_mean(&stoch->slowk, position_pct(close, lowest, highest), &slowk))
        return 0;
    if (!window_push_mean(&stoch->slowd, slowk, &slowd))
        return 0;
    ret_value->slowk = slowk;
    ret_value->slowd = slowd;
    return 1;
}

BOTHY_API int32_t bothy_stoch_push(struct bothy_stoch *stoch, double high, double low, double close,
                                   struct bothy_stoch_value *ret_value)
{
    return stoch_step(stoch, high, low, close, ret_value);
}

BOTHY_API int32_t bothy_stochrsi_init(struct bothy_stochrsi *stochrsi, uint32_t period,
                                      uint32_t fastk, uint32_t fastd, double *ring,
                                      size_t ring_length)
{
    int32_t r;

    if (!ta_good_period(period, 1) || !ta_good_period(fastk, 1) || !ta_good_period(fastd, 1))
        return BOTHY_EINVAL;
    r = ta_check_ring(ring, ring_length, BOTHY_STOCHRSI_RING(fastk, fastd));
    if (r < 0)
        return r;
    rsi_start(&stochrsi->rsi, period);
    window_init(&stochrsi->highest, BOTHY_ROLLING_MAX, fastk, ring);
    window_init(&stochrsi->lowest, BOTHY_ROLLING_MIN, fastk, ring + fastk);
    window_init(&stochrsi->fastd, BOTHY_ROLLING_MEAN, fastd, ring + 2 * (size_t)fastk);
    return 0;
}

TA_INLINE int32_t stochrsi_step(struct bothy_stochrsi *stochrsi, double value,
                                struct bothy_stochrsi_value *ret_value)
{
    double rsi, highest, lowest, fastk, fastd;
    int32_t r;

    if (!ta_good(value))
        return BOTHY_EINVAL;
    if (!rsi_step(&stochrsi->rsi, value, &rsi))
        return 0;
    r = window_push(&stochrsi->highest, BOTHY_ROLLING_MAX, rsi, &highest);
    if (!window_push(&stochrsi->lowest, BOTHY_ROLLING_MIN, rsi, &lowest) || !r)
        return 0;
    fastk = position_pct(rsi, lowest, highest);
    if (!window_push_mean(&stochrsi->fastd, fastk, &fastd))
        return 0;
    ret_value->fastk = fastk;
    ret_value->fastd = fastd;
    return 1;
}

BOTHY_API int32_t bothy_stochrsi_push(struct bothy_stochrsi *stochrsi, double value,
                                      struct bothy_stochrsi_value *ret_value)
{
    return stochrsi_step(stochrsi, value, ret_value);
}

BOTHY_API int32_t bothy_willr_init(struct bothy_willr *willr, uint32_t period, double *ring,
                                   size_t ring_length)
{
    int32_t r = ta_check_window(period, 1, ring, ring_length, BOTHY_WILLR_RING(period));

    if (r < 0)
        return r;
    window_init(&willr->highest, BOTHY_ROLLING_MAX, period, ring);
    window_init(&willr->lowest, BOTHY_ROLLING_MIN, period, ring + period);
    return 0;
}

TA_INLINE int32_t willr_step(struct bothy_willr *willr, double high, double low, double close,
                             double *ret_value)
{
    double highest, lowest;
    int32_t r;

    if (!ta_good_bar(high, low, close))
        return BOTHY_EINVAL;
    r = window_push(&willr->highest, BOTHY_ROLLING_MAX, high, &highest);
    if (!window_push(&willr->lowest, BOTHY_ROLLING_MIN, low, &lowest) || !r)
        return 0;
    *ret_value = highest > lowest ? 100 * ((close - highest) / (highest - lowest)) : 0;
    return 1;
}

BOTHY_API int32_t bothy_willr_push(struct bothy_willr *willr, double high, double low, double close,
                                   double *ret_value)
{
    return willr_step(willr, high, low, close, ret_value);
}

BOTHY_API int32_t bothy_cci_init(struct bothy_cci *cci, uint32_t period, double *ring,
                                 size_t ring_length)
{
    int32_t r = ta_check_window(period, 1, ring, ring_length, BOTHY_CCI_RING(period));

    if (r < 0)
        return r;
    cci->ring = ring;
    cci->period = period;
    cci->position = 0;
    cci->filled = 0;
    cci->reserved = 0;
    return 0;
}

/* In differences to the newest typical price: equal prices give exactly 0. Four sums at a time,
 * because each addition of one sum would wait for the one before. */
static double cci_value(const struct bothy_cci *cci, double typical)
{
    const double *ring = cci->ring;
    double sums[4] = { 0 }, deviations[4] = { 0 };
    double mean, deviation;
    uint32_t k;

    for (k = 0; k + 4 <= cci->period; k += 4)
        for (uint32_t j = 0; j < 4; j++)
            sums[j] += ring[k + j] - typical;
    for (; k < cci->period; k++)
        sums[0] += ring[k] - typical;
    mean = (sums[0] + sums[1] + (sums[2] + sums[3])) / cci->period;
    for (k = 0; k + 4 <= cci->period; k += 4)
        for (uint32_t j = 0; j < 4; j++)
            deviations[j] += fabs((ring[k + j] - typical) - mean);
    for (; k < cci->period; k++)
        deviations[0] += fabs((ring[k] - typical) - mean);
    deviation = (deviations[0] + deviations[1] + (deviations[2] + deviations[3])) / cci->period;
    return deviation > 0 ? (0 - mean) / (0.015 * deviation) : 0;
}

TA_INLINE int32_t cci_step(struct bothy_cci *cci, double high, double low, double close,
                           double *ret_value)
{
    double typical;

    if (!ta_good_bar(high, low, close))
        return BOTHY_EINVAL;
    typical = (high + low + close) / 3;
    cci->ring[cci->position] = typical;
    if (++cci->position == cci->period) {
        cci->position = 0;
        cci->filled = 1;
    }
    if (!cci->filled)
        return 0;
    *ret_value = cci_value(cci, typical);
    return 1;
}

BOTHY_API int32_t bothy_cci_push(struct bothy_cci *cci, double high, double low, double close,
                                 double *ret_value)
{
    return cci_step(cci, high, low, close, ret_value);
}

TA_RUN_DEFINE(stoch, struct bothy_stoch, 2,
              stoch_step(state, bar->high, bar->low, bar->close, (struct bothy_stoch_value *)value))
TA_RUN_DEFINE(stochrsi, struct bothy_stochrsi, 2,
              stochrsi_step(state, bar->close, (struct bothy_stochrsi_value *)value))
TA_RUN_DEFINE(willr, struct bothy_willr, 1,
              willr_step(state, bar->high, bar->low, bar->close, value))
TA_RUN_DEFINE(cci, struct bothy_cci, 1, cci_step(state, bar->high, bar->low, bar->close, value))
