/*
 * Indicators of volume: on-balance volume and the money flow index. Rolling volume is a
 * bothy_rolling of the volumes.
 */
#include "ta_run.h"

BOTHY_API void bothy_obv_init(struct bothy_obv *obv)
{
    *obv = (struct bothy_obv) { .count = 0 };
}

TA_INLINE int32_t obv_step(struct bothy_obv *obv, double close, double volume, double *ret_value)
{
    double change, total, kept;

    if (!ta_good(close) || !ta_good(volume) || volume < 0)
        return BOTHY_EINVAL;
    if (obv->count == 0) {
        obv->count = 1;
        change = volume;
    } else {
        change =
            ta_if(close > obv->previous_close, volume) - ta_if(close < obv->previous_close, volume);
    }
    obv->previous_close = close;
    /* What the sum rounds away is kept beside (Knuth's two-sum, exact for any operands). */
    total = obv->total + change;
    kept = total - obv->total;
    obv->compensation += (obv->total - (total - kept)) + (change - kept);
    obv->total = total;
    *ret_value = total + obv->compensation;
    return 1;
}

BOTHY_API int32_t bothy_obv_push(struct bothy_obv *obv, double close, double volume,
                                 double *ret_value)
{
    return obv_step(obv, close, volume, ret_value);
}

BOTHY_API int32_t bothy_mfi_init(struct bothy_mfi *mfi, uint32_t period, double *ring,
                                 size_t ring_length)
{
    int32_t r = ta_check_window(period, 1, ring, ring_length, BOTHY_MFI_RING(period));

    if (r < 0)
        return r;
    window_init(&mfi->inflow, BOTHY_ROLLING_SUM, period, ring);
    window_init(&mfi->outflow, BOTHY_ROLLING_SUM, period, ring + period);
    mfi->previous = 0;
    mfi->count = 0;
    mfi->reserved = 0;
    return 0;
}

TA_INLINE int32_t mfi_step(struct bothy_mfi *mfi, double high, double low, double close,
                           double volume, double *ret_value)
{
    double typical, previous, flow, inflow, outflow;
    int32_t r;

    if (!ta_good_bar(high, low, close) || !ta_good(volume) || volume < 0)
        return BOTHY_EINVAL;
    typical = (high + low + close) / 3;
    previous = mfi->previous;
    mfi->previous = typical;
    if (mfi->count == 0) {
        mfi->count = 1;
        return 0;
    }
    flow = typical * volume;
    r = window_push(&mfi->inflow, BOTHY_ROLLING_SUM, ta_if(typical > previous, flow), &inflow);
    if (!window_push(&mfi->outflow, BOTHY_ROLLING_SUM, ta_if(typical < previous, flow), &outflow) ||
        !r)
        return 0;
    *ret_value = inflow + outflow > 0 ? 100 * (inflow / (inflow + outflow)) : 0;
    return 1;
}

BOTHY_API int32_t bothy_mfi_push(struct bothy_mfi *mfi, double high, double low, double close,
                                 double volume, double *ret_value)
{
    return mfi_step(mfi, high, low, close, volume, ret_value);
}

TA_RUN_DEFINE(obv, struct bothy_obv, 1, obv_step(state, bar->close, bar->volume, value))
TA_RUN_DEFINE(mfi, struct bothy_mfi, 1,
              mfi_step(state, bar->high, bar->low, bar->close, bar->volume, value))
