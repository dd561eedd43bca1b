/*
 * The indicators over many bars at once: the same steps as in the push functions, with the
 * state in registers instead of memory. Internal to libbothy; ta_registry.c chooses by name.
 */
#ifndef BOTHY_TA_RUN_H
#define BOTHY_TA_RUN_H

#include "ta_window.h"

/*
 * Pushes `count` bars. The values of each bar that has any go to `values`, one after the other.
 * Returns how many doubles were written; *ret_done is the number of bars taken: less than
 * `count` if one was refused.
 */
#define TA_RUN_DECLARE(name, type)                                                                 \
    size_t ta_run_##name(type *state, const struct bothy_ta_bar *bars, size_t count,               \
                         double *values, size_t *ret_done)

/* `step` sees `state`, `bar` and `value` (room for `width` doubles), and is what push returns. */
#define TA_RUN_DEFINE(name, type, width, step)                                                     \
    TA_RUN_DECLARE(name, type)                                                                     \
    {                                                                                              \
        type local = *state, *const kept = state;                                                  \
        double *value = values;                                                                    \
        size_t k;                                                                                  \
                                                                                                   \
        state = &local;                                                                            \
        for (k = 0; k < count; k++) {                                                              \
            const struct bothy_ta_bar *bar = &bars[k];                                             \
            int32_t r = (step);                                                                    \
                                                                                                   \
            if (__builtin_expect(r < 0, 0))                                                        \
                break;                                                                             \
            value += r > 0 ? (width) : 0;                                                          \
        }                                                                                          \
        *kept = local;                                                                             \
        *ret_done = k;                                                                             \
        return (size_t)(value - values);                                                           \
    }

TA_RUN_DECLARE(rolling_sum, struct bothy_rolling);
TA_RUN_DECLARE(rolling_mean, struct bothy_rolling);
TA_RUN_DECLARE(sma, struct bothy_sma);
TA_RUN_DECLARE(ema, struct bothy_ema);
TA_RUN_DECLARE(wma, struct bothy_weighted);
TA_RUN_DECLARE(linreg_slope, struct bothy_weighted);
TA_RUN_DECLARE(stddev, struct bothy_stddev);
TA_RUN_DECLARE(bbands, struct bothy_bbands);
TA_RUN_DECLARE(mom, struct bothy_momentum);
TA_RUN_DECLARE(roc, struct bothy_momentum);
TA_RUN_DECLARE(rsi, struct bothy_rsi);
TA_RUN_DECLARE(macd, struct bothy_macd);
TA_RUN_DECLARE(stoch, struct bothy_stoch);
TA_RUN_DECLARE(stochrsi, struct bothy_stochrsi);
TA_RUN_DECLARE(willr, struct bothy_willr);
TA_RUN_DECLARE(cci, struct bothy_cci);
TA_RUN_DECLARE(true_range, struct bothy_true_range);
TA_RUN_DECLARE(atr, struct bothy_atr);
TA_RUN_DECLARE(adx, struct bothy_adx);
TA_RUN_DECLARE(plus_di, struct bothy_adx);
TA_RUN_DECLARE(minus_di, struct bothy_adx);
TA_RUN_DECLARE(psar, struct bothy_psar);
TA_RUN_DECLARE(obv, struct bothy_obv);
TA_RUN_DECLARE(mfi, struct bothy_mfi);

#endif
