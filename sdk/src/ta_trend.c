/*
 * Wilder's trend indicators: directional movement and the parabolic stop.
 */
#include "ta_run.h"

BOTHY_API int32_t bothy_adx_init(struct bothy_adx *adx, uint32_t period)
{
    if (!ta_good_period(period, 1))
        return BOTHY_EINVAL;
    *adx = (struct bothy_adx) { .share = 1.0 / period, .period = period };
    return 0;
}

/* DX, or `otherwise` where nothing moved. Both DI are over the same range, which cancels out. */
TA_INLINE double directional_index(const struct bothy_adx *adx, double otherwise)
{
    double total = adx->plus + adx->minus;

    return total > 0 ? 100 * (fabs(adx->plus - adx->minus) / total) : otherwise;
}

/* Bars 1 … period − 1 are added up; from bar `period` on the sums are smoothed. */
TA_INLINE void adx_movement(struct bothy_adx *adx, double high, double low)
{
    double up = high - adx->previous_high;
    double down = adx->previous_low - low;
    double plus = ta_if((up > 0) & (up > down), up);
    double minus = ta_if((down > 0) & (down > up), down);
    double range = ta_true_range(high, low, adx->previous_close);

    if (adx->count >= adx->period) {
        adx->plus -= adx->plus * adx->share;
        adx->minus -= adx->minus * adx->share;
        adx->range -= adx->range * adx->share;
    }
    adx->plus += plus;
    adx->minus += minus;
    adx->range += range;
}

TA_INLINE int32_t adx_step(struct bothy_adx *adx, double high, double low, double close,
                           struct bothy_adx_value *ret_value)
{
    double plus_di, minus_di;
    uint32_t bar = adx->count;

    if (!ta_good_bar(high, low, close))
        return BOTHY_EINVAL;
    if (bar > 0)
        adx_movement(adx, high, low);
    adx->previous_high = high;
    adx->previous_low = low;
    adx->previous_close = close;
    if (bar < 2 * adx->period)
        adx->count++;
    if (bar < adx->period)
        return 0;
    plus_di = adx->range > 0 ? 100 * (adx->plus / adx->range) : 0;
    minus_di = adx->range > 0 ? 100 * (adx->minus / adx->range) : 0;
    if (bar < 2 * adx->period) {
        adx->adx += directional_index(adx, 0);
        if (bar == 2 * adx->period - 1)
            adx->adx /= adx->period;
    } else {
        double index = directional_index(adx, adx->adx);

        adx->adx += (index - adx->adx) * adx->share;
    }
    ret_value->plus_di = plus_di;
    ret_value->minus_di = minus_di;
    ret_value->adx = bar >= 2 * adx->period - 1 ? adx->adx : 0;
    return bar >= 2 * adx->period - 1 ? 2 : 1;
}

BOTHY_API int32_t bothy_adx_push(struct bothy_adx *adx, double high, double low, double close,
                                 struct bothy_adx_value *ret_value)
{
    return adx_step(adx, high, low, close, ret_value);
}

BOTHY_API int32_t bothy_psar_init(struct bothy_psar *psar, double step, double max)
{
    if (!ta_good(step) || !ta_good(max) || step < 0 || max < 0)
        return BOTHY_EINVAL;
    *psar = (struct bothy_psar) { .step = step < max ? step : max, .max = max };
    psar->acceleration = psar->step;
    return 0;
}

/* The stop may not lie inside this bar or the one before. */
TA_INLINE double psar_clamp(const struct bothy_psar *psar, double sar, double high, double low)
{
    if (psar->direction > 0) {
        sar = sar > psar->previous_low ? psar->previous_low : sar;
        return sar > low ? low : sar;
    }
    sar = sar < psar->previous_high ? psar->previous_high : sar;
    return sar < high ? high : sar;
}

static void psar_begin(struct bothy_psar *psar, double high, double low)
{
    double up = high - psar->previous_high;
    double down = psar->previous_low - low;

    if (down > 0 && down > up) {
        psar->direction = -1;
        psar->extreme = low;
        psar->sar = psar->previous_high;
    } else {
        psar->direction = 1;
        psar->extreme = high;
        psar->sar = psar->previous_low;
    }
    psar->previous_high = high;
    psar->previous_low = low;
}

TA_INLINE int32_t psar_step(struct bothy_psar *psar, double high, double low,
                            struct bothy_psar_value *ret_value)
{
    int32_t flipped;
    double extreme;

    if (!ta_good_bar(high, low, low))
        return BOTHY_EINVAL;
    if (psar->count == 0) {
        psar->previous_high = high;
        psar->previous_low = low;
        psar->count = 1;
        return 0;
    }
    if (psar->count == 1) {
        psar_begin(psar, high, low);
        psar->count = 2;
    }
    flipped = psar->direction > 0 ? low <= psar->sar : high >= psar->sar;
    if (flipped) {
        psar->direction = -psar->direction;
        psar->sar = psar_clamp(psar, psar->extreme, high, low);
        psar->acceleration = psar->step;
        psar->extreme = psar->direction > 0 ? high : low;
    }
    ret_value->sar = psar->sar;
    ret_value->direction = psar->direction;
    ret_value->flipped = flipped;

    extreme = psar->direction > 0 ? high : low;
    if (psar->direction > 0 ? extreme > psar->extreme : extreme < psar->extreme) {
        psar->extreme = extreme;
        psar->acceleration += psar->step;
        if (psar->acceleration > psar->max)
            psar->acceleration = psar->max;
    }
    psar->sar += psar->acceleration * (psar->extreme - psar->sar);
    psar->sar = psar_clamp(psar, psar->sar, high, low);
    psar->previous_high = high;
    psar->previous_low = low;
    return 1;
}

BOTHY_API int32_t bothy_psar_push(struct bothy_psar *psar, double high, double low,
                                  struct bothy_psar_value *ret_value)
{
    return psar_step(psar, high, low, ret_value);
}

enum { ADX, PLUS_DI, MINUS_DI };

TA_INLINE int32_t adx_one(struct bothy_adx *adx, const struct bothy_ta_bar *bar, int which,
                          double *ret_value)
{
    struct bothy_adx_value all;
    int32_t r = adx_step(adx, bar->high, bar->low, bar->close, &all);

    if (r <= 0)
        return r;
    *ret_value = which == ADX ? all.adx : which == PLUS_DI ? all.plus_di : all.minus_di;
    return which != ADX || r == 2;
}

TA_INLINE int32_t psar_one(struct bothy_psar *psar, const struct bothy_ta_bar *bar,
                           double *ret_value)
{
    struct bothy_psar_value all;
    int32_t r = psar_step(psar, bar->high, bar->low, &all);

    if (r > 0)
        *ret_value = all.sar;
    return r;
}

TA_RUN_DEFINE(adx, struct bothy_adx, 1, adx_one(state, bar, ADX, value))
TA_RUN_DEFINE(plus_di, struct bothy_adx, 1, adx_one(state, bar, PLUS_DI, value))
TA_RUN_DEFINE(minus_di, struct bothy_adx, 1, adx_one(state, bar, MINUS_DI, value))
TA_RUN_DEFINE(psar, struct bothy_psar, 1, psar_one(state, bar, value))
