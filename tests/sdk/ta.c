/*
 * Indicators against values computed by hand, against plain recomputation of each window, and
 * against input that is wrong. TA-Lib's values are in ta_vectors.c.
 */
#include <math.h>
#include <string.h>

#include <bothy/ta.h>

#include "suite.h"

#define CLOSE_TO(got, expected) ck_assert_double_eq_tol(got, expected, 1e-9)

/* Numbers in [0, 1), the same on every run. */
static double noise(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(*state >> 11) / 9007199254740992.0;
}

/* A1 to A3: 20 bars whose true range is 3. */
START_TEST(atr_of_equal_ranges)
{
    uint32_t kind = _i == 0 ? BOTHY_ATR_SMA : BOTHY_ATR_WILDER;
    double ring[BOTHY_ATR_RING(14)], value = -1;
    struct bothy_atr atr;

    ck_assert_int_eq(bothy_atr_init(&atr, kind, 14, ring, 14), 0);
    for (int i = 0; i < 20; i++) {
        int32_t r = bothy_atr_push(&atr, 102 + i, 99 + i, 101 + i, &value);

        ck_assert_int_eq(r, i >= 14); /* none after 14 bars, one after 15 */
        if (r)
            CLOSE_TO(value, 3.0);
        else
            ck_assert_double_eq(value, -1);
    }
}
END_TEST

/* Ranges 2, 4, 6, 8 with gaps: the two kinds part after the first value. */
START_TEST(atr_kinds_differ)
{
    static const double high[] = { 10, 12, 14, 16, 18 }, low[] = { 10, 10, 10, 10, 10 };
    static const double mean[] = { 3, 5, 7 }, wilder[] = { 3, 4.5, 6.25 };
    double ring[2], value;
    struct bothy_atr sma, smooth;

    ck_assert_int_eq(bothy_atr_init(&sma, BOTHY_ATR_SMA, 2, ring, 2), 0);
    ck_assert_int_eq(bothy_atr_init(&smooth, BOTHY_ATR_WILDER, 2, NULL, 0), 0);
    for (int i = 0; i < 5; i++) {
        int32_t r = bothy_atr_push(&sma, high[i], low[i], 10, &value);

        ck_assert_int_eq(r, i >= 2);
        if (r)
            CLOSE_TO(value, mean[i - 2]);
        ck_assert_int_eq(bothy_atr_push(&smooth, high[i], low[i], 10, &value), r);
        if (r)
            CLOSE_TO(value, wilder[i - 2]);
    }
}
END_TEST

START_TEST(true_range_takes_the_gap)
{
    struct bothy_true_range range;
    double value;

    bothy_true_range_init(&range);
    ck_assert_int_eq(bothy_true_range_push(&range, 10, 9, 9.5, &value), 0);
    ck_assert_int_eq(bothy_true_range_push(&range, 12, 11, 11.5, &value), 1);
    CLOSE_TO(value, 2.5); /* from the close of 9.5 up to 12 */
    ck_assert_int_eq(bothy_true_range_push(&range, 8, 7, 7.5, &value), 1);
    CLOSE_TO(value, 4.5); /* from 11.5 down to 7 */
    ck_assert_int_eq(bothy_true_range_push(&range, 9, 7, 8, &value), 1);
    CLOSE_TO(value, 2);
}
END_TEST

START_TEST(averages_by_hand)
{
    static const double values[] = { 1, 2, 3, 7, 5 };
    static const double sma[] = { 2, 4, 5 };
    static const double ema[] = { 2, 4.5, 4.75 }; /* alpha 1/2 */
    static const double wma[] = { 14 / 6.0, 29 / 6.0, 32 / 6.0 };
    double sma_ring[3], wma_ring[BOTHY_WEIGHTED_RING(3)], value;
    struct bothy_sma s;
    struct bothy_ema e;
    struct bothy_weighted w;

    ck_assert_int_eq(bothy_sma_init(&s, 3, sma_ring, 3), 0);
    ck_assert_int_eq(bothy_ema_init(&e, 3), 0);
    ck_assert_int_eq(bothy_wma_init(&w, 3, wma_ring, 6), 0);
    for (int i = 0; i < 5; i++) {
        ck_assert_int_eq(bothy_sma_push(&s, values[i], &value), i >= 2);
        if (i >= 2)
            CLOSE_TO(value, sma[i - 2]);
        ck_assert_int_eq(bothy_ema_push(&e, values[i], &value), i >= 2);
        if (i >= 2)
            CLOSE_TO(value, ema[i - 2]);
        ck_assert_int_eq(bothy_wma_push(&w, values[i], &value), i >= 2);
        if (i >= 2)
            CLOSE_TO(value, wma[i - 2]);
    }
}
END_TEST

START_TEST(deviation_by_hand)
{
    static const double values[] = { 2, 4, 4, 4, 5, 5, 7, 9 }; /* mean 5, sigma 2 */
    double ring[BOTHY_STDDEV_RING(8)], bands_ring[BOTHY_BBANDS_RING(8)], sigma, mean;
    struct bothy_bbands_value value;
    struct bothy_stddev stddev;
    struct bothy_bbands bands;

    ck_assert_int_eq(bothy_stddev_init(&stddev, 8, ring, 16), 0);
    ck_assert_int_eq(bothy_bbands_init(&bands, 8, 1.5, bands_ring, 16), 0);
    for (int i = 0; i < 8; i++) {
        ck_assert_int_eq(bothy_stddev_push(&stddev, values[i], &sigma, &mean), i == 7);
        ck_assert_int_eq(bothy_bbands_push(&bands, values[i], &value), i == 7);
    }
    CLOSE_TO(sigma, 2);
    CLOSE_TO(mean, 5);
    CLOSE_TO(value.upper, 8);
    CLOSE_TO(value.middle, 5);
    CLOSE_TO(value.lower, 2);
}
END_TEST

START_TEST(momentum_by_hand)
{
    static const double values[] = { 10, 11, 12, 0, 9 };
    double ring[2];
    struct bothy_momentum momentum;
    struct bothy_momentum_value value;

    ck_assert_int_eq(bothy_momentum_init(&momentum, 2, ring, 2), 0);
    ck_assert_int_eq(bothy_momentum_push(&momentum, values[0], &value), 0);
    ck_assert_int_eq(bothy_momentum_push(&momentum, values[1], &value), 0);
    ck_assert_int_eq(bothy_momentum_push(&momentum, values[2], &value), 1);
    CLOSE_TO(value.difference, 2);
    CLOSE_TO(value.rate_pct, 20);
    ck_assert_int_eq(bothy_momentum_push(&momentum, values[3], &value), 1);
    CLOSE_TO(value.rate_pct, -100);
    ck_assert_int_eq(bothy_momentum_push(&momentum, values[4], &value), 1);
    CLOSE_TO(value.difference, -3);
    ck_assert_int_eq(bothy_momentum_push(&momentum, 5, &value), 1);
    CLOSE_TO(value.difference, 5);
    ck_assert_double_eq(value.rate_pct, 0); /* from nothing there is no percentage */
}
END_TEST

START_TEST(rsi_by_hand)
{
    struct bothy_rsi rsi;
    double value;

    ck_assert_int_eq(bothy_rsi_init(&rsi, 2), 0);
    ck_assert_int_eq(bothy_rsi_push(&rsi, 10, &value), 0);
    ck_assert_int_eq(bothy_rsi_push(&rsi, 13, &value), 0);
    ck_assert_int_eq(bothy_rsi_push(&rsi, 12, &value), 1); /* gains 3, losses 1 */
    CLOSE_TO(value, 75);
    ck_assert_int_eq(bothy_rsi_push(&rsi, 12.5, &value), 1); /* (1.5 + 0.5) / 2, 0.5 / 2 */
    CLOSE_TO(value, 80);

    ck_assert_int_eq(bothy_rsi_init(&rsi, 3), 0);
    for (int i = 0; i < 10; i++)
        if (bothy_rsi_push(&rsi, 1 + i, &value))
            ck_assert_double_eq(value, 100);
    ck_assert_int_eq(bothy_rsi_init(&rsi, 3), 0);
    for (int i = 0; i < 10; i++)
        if (bothy_rsi_push(&rsi, 20 - i, &value))
            ck_assert_double_eq(value, 0);
}
END_TEST

START_TEST(macd_by_hand)
{
    /* fast 2 starts at bar 2 with (2 + 6) / 2, slow 3 with (1 + 2 + 6) / 3 */
    static const double values[] = { 1, 2, 6, 4, 8 };
    struct bothy_macd macd;
    struct bothy_macd_value value;
    int32_t r = 0;

    ck_assert_int_eq(bothy_macd_init(&macd, 3, 3, 2), BOTHY_EINVAL);
    ck_assert_int_eq(bothy_macd_init(&macd, 2, 3, 2), 0);
    for (int i = 0; i < 4; i++) {
        r = bothy_macd_push(&macd, values[i], &value);
        ck_assert_int_eq(r, i == 3);
    }
    CLOSE_TO(value.macd, 4 - 3.5);
    CLOSE_TO(value.signal, 0.75); /* the mean of 4 − 3 and 4 − 3.5 */
    CLOSE_TO(value.histogram, -0.25);
    ck_assert_int_eq(bothy_macd_push(&macd, values[4], &value), 1);
    CLOSE_TO(value.macd, (4 + 4 * 2 / 3.0) - 5.75);
    CLOSE_TO(value.signal, 0.75 + (value.macd - 0.75) * 2 / 3);
}
END_TEST

START_TEST(oscillators_by_hand)
{
    double stoch_ring[BOTHY_STOCH_RING(2, 1, 2)], willr_ring[BOTHY_WILLR_RING(2)], cci_ring[3];
    struct bothy_stoch stoch;
    struct bothy_stoch_value value;
    struct bothy_willr willr;
    struct bothy_cci cci;
    double r, index;

    ck_assert_int_eq(bothy_stoch_init(&stoch, 2, 1, 2, stoch_ring, 7), 0);
    ck_assert_int_eq(bothy_willr_init(&willr, 2, willr_ring, 4), 0);
    ck_assert_int_eq(bothy_stoch_push(&stoch, 10, 6, 8, &value), 0);
    ck_assert_int_eq(bothy_stoch_push(&stoch, 11, 8, 9, &value), 0);  /* (9 − 6) / 5 */
    ck_assert_int_eq(bothy_stoch_push(&stoch, 12, 9, 12, &value), 1); /* (12 − 8) / 4 */
    CLOSE_TO(value.slowk, 100);
    CLOSE_TO(value.slowd, 80);
    ck_assert_int_eq(bothy_willr_push(&willr, 10, 6, 8, &r), 0);
    ck_assert_int_eq(bothy_willr_push(&willr, 11, 8, 9, &r), 1);
    CLOSE_TO(r, -40);
    ck_assert_int_eq(bothy_willr_push(&willr, 11, 11, 11, &r), 1);
    ck_assert_double_eq(r, 0);
    ck_assert_int_eq(bothy_willr_push(&willr, 11, 11, 11, &r), 1); /* no range at all */
    ck_assert_double_eq(r, 0);

    ck_assert_int_eq(bothy_cci_init(&cci, 3, cci_ring, 3), 0);
    ck_assert_int_eq(bothy_cci_push(&cci, 2, 0, 1, &index), 0);
    ck_assert_int_eq(bothy_cci_push(&cci, 3, 1, 2, &index), 0);
    ck_assert_int_eq(bothy_cci_push(&cci, 7, 5, 6, &index), 1); /* 1 2 6: mean 3, deviation 2 */
    CLOSE_TO(index, 3 / (0.015 * 2));
    for (int i = 0; i < 3; i++)
        bothy_cci_push(&cci, 0.1, 0.1, 0.1, &index);
    ck_assert_double_eq(index, 0);
}
END_TEST

START_TEST(stochrsi_at_its_ends)
{
    double ring[BOTHY_STOCHRSI_RING(3, 2)];
    struct bothy_stochrsi stochrsi;
    struct bothy_stochrsi_value value;
    /* RSI(1) is 100 after a rise, 0 after a fall. */
    static const double values[] = { 1, 2, 3, 2, 1, 2, 1 };
    static const double fastk[] = { 0, 100, 0 };
    static const double fastd[] = { 0, 50, 50 };

    ck_assert_int_eq(bothy_stochrsi_init(&stochrsi, 1, 3, 2, ring, 8), 0);
    for (int i = 0; i < 7; i++) {
        int32_t r = bothy_stochrsi_push(&stochrsi, values[i], &value);

        ck_assert_int_eq(r, i >= 4);
        if (r) {
            CLOSE_TO(value.fastk, fastk[i - 4]);
            CLOSE_TO(value.fastd, fastd[i - 4]);
        }
    }
}
END_TEST

START_TEST(adx_of_a_steady_rise)
{
    struct bothy_adx adx;
    struct bothy_adx_value value;

    ck_assert_int_eq(bothy_adx_init(&adx, 3), 0);
    for (int i = 0; i < 12; i++) {
        int32_t r = bothy_adx_push(&adx, 10 + i, 8 + i, 9 + i, &value);

        ck_assert_int_eq(r, i < 3 ? 0 : i < 5 ? 1 : 2);
        if (r > 0) {
            CLOSE_TO(value.plus_di, 50); /* up 1 of a range of 2 */
            CLOSE_TO(value.minus_di, 0);
            CLOSE_TO(value.adx, r == 2 ? 100 : 0);
        }
    }
}
END_TEST

START_TEST(adx_by_hand)
{
    /* Period 2. Movements: bar 1 up 2; bar 2 down 1; bar 3 up 3. Ranges 3, 3, 4. */
    static const double high[] = { 10, 12, 12, 15 }, low[] = { 8, 9, 8, 11 };
    static const double close[] = { 9, 11, 11, 12 };
    struct bothy_adx adx;
    struct bothy_adx_value value;

    ck_assert_int_eq(bothy_adx_init(&adx, 2), 0);
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(bothy_adx_push(&adx, high[i], low[i], close[i], &value), 0);
    ck_assert_int_eq(bothy_adx_push(&adx, high[2], low[2], close[2], &value), 1);
    CLOSE_TO(value.plus_di, 100 * 1 / 5.5); /* ranges: 3 − 3/2 + 4 */
    CLOSE_TO(value.minus_di, 100 * 1 / 5.5);
    ck_assert_int_eq(bothy_adx_push(&adx, high[3], low[3], close[3], &value), 2);
    CLOSE_TO(value.plus_di, 100 * 3.5 / 6.75);
    CLOSE_TO(value.minus_di, 100 * 0.5 / 6.75);
    CLOSE_TO(value.adx, (0 + 75) / 2.0);
}
END_TEST

START_TEST(psar_flips_on_the_bar_that_touches_it)
{
    static const double high[] = { 10, 11, 12, 13, 12 }, low[] = { 9, 10, 11, 12, 8 };
    struct bothy_psar psar;
    struct bothy_psar_value value;

    ck_assert_int_eq(bothy_psar_init(&psar, 0.02, 0.2), 0);
    ck_assert_int_eq(bothy_psar_push(&psar, high[0], low[0], &value), 0);
    ck_assert_int_eq(bothy_psar_push(&psar, high[1], low[1], &value), 1);
    CLOSE_TO(value.sar, 9);
    ck_assert_int_eq(value.direction, 1);
    ck_assert_int_eq(bothy_psar_push(&psar, high[2], low[2], &value), 1);
    CLOSE_TO(value.sar, 9 + 0.02 * (11 - 9));
    ck_assert_int_eq(bothy_psar_push(&psar, high[3], low[3], &value), 1);
    CLOSE_TO(value.sar, 9.04 + 0.04 * (12 - 9.04));
    ck_assert_int_eq(value.flipped, 0);
    ck_assert_int_eq(bothy_psar_push(&psar, high[4], low[4], &value), 1);
    ck_assert_int_eq(value.flipped, 1);
    ck_assert_int_eq(value.direction, -1);
    CLOSE_TO(value.sar, 13); /* the highest high of the rise */
}
END_TEST

START_TEST(volume_by_hand)
{
    double ring[BOTHY_MFI_RING(2)], value;
    struct bothy_obv obv;
    struct bothy_mfi mfi;

    bothy_obv_init(&obv);
    ck_assert_int_eq(bothy_obv_push(&obv, 10, 5, &value), 1);
    CLOSE_TO(value, 5);
    ck_assert_int_eq(bothy_obv_push(&obv, 11, 3, &value), 1);
    CLOSE_TO(value, 8);
    ck_assert_int_eq(bothy_obv_push(&obv, 11, 7, &value), 1);
    CLOSE_TO(value, 8);
    ck_assert_int_eq(bothy_obv_push(&obv, 9, 10, &value), 1);
    CLOSE_TO(value, -2);

    ck_assert_int_eq(bothy_mfi_init(&mfi, 2, ring, 4), 0);
    ck_assert_int_eq(bothy_mfi_push(&mfi, 10, 10, 10, 1, &value), 0);
    ck_assert_int_eq(bothy_mfi_push(&mfi, 12, 12, 12, 2, &value), 0);
    ck_assert_int_eq(bothy_mfi_push(&mfi, 8, 8, 8, 1, &value), 1); /* in 24, out 8 */
    CLOSE_TO(value, 75);
    ck_assert_int_eq(bothy_mfi_push(&mfi, 8, 8, 8, 9, &value), 1); /* in 0, out 8 */
    ck_assert_double_eq(value, 0);
}
END_TEST

#define LENGTH 400

/* Every window of every period up to 40, against going through it again. */
START_TEST(windows_equal_recomputation)
{
    uint32_t period = (uint32_t)_i;
    double values[LENGTH], ring[4][40], pair_ring[3][80], got, mean;
    uint64_t state = 7;
    struct bothy_rolling rolling[4];
    struct bothy_weighted wma, slope;
    struct bothy_stddev stddev;

    for (int i = 0; i < LENGTH; i++)
        values[i] = 100 + 10 * noise(&state);
    for (uint32_t k = 0; k < 4; k++)
        ck_assert_int_eq(bothy_rolling_init(&rolling[k], k + 1, period, ring[k], 40), 0);
    ck_assert_int_eq(bothy_wma_init(&wma, period, pair_ring[0], 80), 0);
    ck_assert_int_eq(bothy_stddev_init(&stddev, period, pair_ring[1], 80), 0);
    if (period >= 2)
        ck_assert_int_eq(bothy_linreg_slope_init(&slope, period, pair_ring[2], 80), 0);

    for (uint32_t i = 0; i < LENGTH; i++) {
        double sum = 0, highest = -INFINITY, lowest = INFINITY, weighted = 0, squares = 0;
        double expected[4], along = 0, about = 0;
        int32_t valid = i + 1 >= period;

        for (uint32_t k = 0; valid && k < period; k++) {
            double x = values[i + 1 - period + k];

            sum += x;
            highest = fmax(highest, x);
            lowest = fmin(lowest, x);
            weighted += (k + 1) * x;
        }
        for (uint32_t k = 0; valid && k < period; k++) {
            double x = values[i + 1 - period + k] - sum / period;
            double t = k - (period - 1) / 2.0;

            squares += x * x;
            along += t * x;
            about += t * t;
        }
        expected[0] = sum;
        expected[1] = sum / period;
        expected[2] = highest;
        expected[3] = lowest;
        for (uint32_t k = 0; k < 4; k++) {
            ck_assert_int_eq(bothy_rolling_push(&rolling[k], values[i], &got), valid);
            if (valid)
                CLOSE_TO(got, expected[k]);
        }
        ck_assert_int_eq(bothy_wma_push(&wma, values[i], &got), valid);
        if (valid)
            CLOSE_TO(got, weighted / (period * (period + 1) / 2.0));
        ck_assert_int_eq(bothy_stddev_push(&stddev, values[i], &got, &mean), valid);
        if (valid) {
            CLOSE_TO(got, sqrt(squares / period));
            CLOSE_TO(mean, sum / period);
        }
        if (period >= 2) {
            ck_assert_int_eq(bothy_linreg_slope_push(&slope, values[i], &got), valid);
            if (valid)
                CLOSE_TO(got, along / about);
        }
    }
}
END_TEST

/* Enormous values leave no trace once they are out of the window. */
START_TEST(windows_do_not_drift)
{
    enum { PERIOD = 7 };
    double sma_ring[PERIOD], stddev_ring[2 * PERIOD], wma_ring[2 * PERIOD], last[PERIOD];
    double mean, sigma, weighted;
    uint64_t state = 3;
    struct bothy_sma sma;
    struct bothy_stddev stddev;
    struct bothy_weighted wma;

    ck_assert_int_eq(bothy_sma_init(&sma, PERIOD, sma_ring, PERIOD), 0);
    ck_assert_int_eq(bothy_stddev_init(&stddev, PERIOD, stddev_ring, 2 * PERIOD), 0);
    ck_assert_int_eq(bothy_wma_init(&wma, PERIOD, wma_ring, 2 * PERIOD), 0);
    for (int i = 0; i < 200000; i++) {
        double x = i % 1000 == 500 ? 1e18 * noise(&state) : 0.001 * noise(&state);

        last[i % PERIOD] = x;
        ck_assert_int_ge(bothy_sma_push(&sma, x, &mean), 0);
        ck_assert_int_ge(bothy_stddev_push(&stddev, x, &sigma, NULL), 0);
        ck_assert_int_ge(bothy_wma_push(&wma, x, &weighted), 0);
        if (i % 1000 < 500 && i % 1000 >= 490) {
            double sum = 0, squares = 0, weights = 0;

            for (int k = 0; k < PERIOD; k++)
                sum += last[k];
            for (int k = 0; k < PERIOD; k++) {
                squares += (last[k] - sum / PERIOD) * (last[k] - sum / PERIOD);
                weights += (k + 1) * last[(i + 1 + k) % PERIOD];
            }
            ck_assert_double_eq_tol(mean, sum / PERIOD, 1e-17);
            ck_assert_double_eq_tol(sigma, sqrt(squares / PERIOD), 1e-15);
            ck_assert_double_eq_tol(weighted, weights / 28, 1e-17);
        }
    }
}
END_TEST

START_TEST(deviation_keeps_its_digits)
{
    double ring[BOTHY_STDDEV_RING(5)], sigma;
    struct bothy_stddev stddev;

    ck_assert_int_eq(bothy_stddev_init(&stddev, 5, ring, 10), 0);
    /* At 10^8 with steps of 2^-10 the difference of mean squares has no digit left. */
    for (int i = 0; i < 50; i++)
        if (bothy_stddev_push(&stddev, 1e8 + (i % 5) / 1024.0, &sigma, NULL))
            ck_assert_double_eq_tol(sigma, sqrt(2) / 1024, 1e-18);
    for (int i = 0; i < 5; i++)
        ck_assert_int_eq(bothy_stddev_push(&stddev, 0.1, &sigma, NULL), 1);
    ck_assert_double_eq(sigma, 0);
}
END_TEST

START_TEST(bad_values_change_nothing)
{
    static const double bad[] = { NAN, INFINITY, -INFINITY, 2e100, -2e100 };
    double ring[16], value = 42;
    struct bothy_sma sma;
    struct bothy_ema ema;
    struct bothy_atr atr;
    struct bothy_obv obv;

    ck_assert_int_eq(bothy_sma_init(&sma, 2, ring, 2), 0);
    ck_assert_int_eq(bothy_ema_init(&ema, 2), 0);
    ck_assert_int_eq(bothy_atr_init(&atr, BOTHY_ATR_WILDER, 1, NULL, 0), 0);
    bothy_obv_init(&obv);
    bothy_sma_push(&sma, 1, &value);
    bothy_ema_push(&ema, 1, &value);
    bothy_atr_push(&atr, 2, 1, 1, &value);
    value = 42;
    for (size_t k = 0; k < sizeof bad / sizeof bad[0]; k++) {
        ck_assert_int_eq(bothy_sma_push(&sma, bad[k], &value), BOTHY_EINVAL);
        ck_assert_int_eq(bothy_ema_push(&ema, bad[k], &value), BOTHY_EINVAL);
        ck_assert_int_eq(bothy_atr_push(&atr, 3, 1, bad[k], &value), BOTHY_EINVAL);
        ck_assert_int_eq(bothy_obv_push(&obv, 1, bad[k], &value), BOTHY_EINVAL);
    }
    ck_assert_int_eq(bothy_atr_push(&atr, 1, 3, 2, &value), BOTHY_EINVAL); /* upside down */
    ck_assert_int_eq(bothy_obv_push(&obv, 1, -1, &value), BOTHY_EINVAL);
    ck_assert_double_eq(value, 42);
    ck_assert_int_eq(bothy_sma_push(&sma, 3, &value), 1);
    CLOSE_TO(value, 2);
    ck_assert_int_eq(bothy_ema_push(&ema, 3, &value), 1);
    CLOSE_TO(value, 2);
    ck_assert_int_eq(bothy_atr_push(&atr, 4, 3, 4, &value), 1);
    CLOSE_TO(value, 3);
}
END_TEST

START_TEST(bad_arguments_are_refused)
{
    double ring[8];
    struct bothy_rolling rolling;
    struct bothy_weighted slope;
    struct bothy_bbands bands;
    struct bothy_stoch stoch;
    struct bothy_psar psar;
    struct bothy_atr atr;
    struct bothy_ema ema;

    ck_assert_int_eq(bothy_rolling_init(&rolling, BOTHY_ROLLING_SUM, 0, ring, 8), BOTHY_EINVAL);
    ck_assert_int_eq(bothy_rolling_init(&rolling, 9, 4, ring, 8), BOTHY_EINVAL);
    ck_assert_int_eq(bothy_rolling_init(&rolling, BOTHY_ROLLING_SUM, 4, NULL, 8), BOTHY_EINVAL);
    ck_assert_int_eq(bothy_rolling_init(&rolling, BOTHY_ROLLING_SUM, 9, ring, 8), BOTHY_ENOMEM);
    ck_assert_int_eq(
        bothy_rolling_init(&rolling, BOTHY_ROLLING_SUM, BOTHY_TA_PERIOD_MAX + 1, ring, 8),
        BOTHY_EINVAL);
    ck_assert_int_eq(bothy_linreg_slope_init(&slope, 1, ring, 8), BOTHY_EINVAL);
    ck_assert_int_eq(bothy_linreg_slope_init(&slope, 5, ring, 8), BOTHY_ENOMEM);
    ck_assert_int_eq(bothy_bbands_init(&bands, 4, -1, ring, 8), BOTHY_EINVAL);
    ck_assert_int_eq(bothy_bbands_init(&bands, 4, NAN, ring, 8), BOTHY_EINVAL);
    ck_assert_int_eq(bothy_stoch_init(&stoch, 3, 2, 1, ring, 8), BOTHY_ENOMEM);
    ck_assert_int_eq(bothy_psar_init(&psar, -0.1, 0.2), BOTHY_EINVAL);
    ck_assert_int_eq(bothy_atr_init(&atr, 3, 4, ring, 8), BOTHY_EINVAL);
    ck_assert_int_eq(bothy_atr_init(&atr, BOTHY_ATR_SMA, 4, NULL, 0), BOTHY_EINVAL);
    ck_assert_int_eq(bothy_ema_init(&ema, 0), BOTHY_EINVAL);
}
END_TEST

/* Each name: first valid bar as announced, with a ring of exactly the length announced. */
START_TEST(registry_keeps_its_word)
{
    const struct bothy_ta_info *info = bothy_ta_get((uint32_t)_i), *next;
    double parameters[BOTHY_TA_PARAMETERS_MAX], values[200 * BOTHY_TA_OUTPUTS_MAX];
    struct bothy_ta_bar bars[200];
    struct bothy_error error = { 0 };
    struct bothy_ta ta;
    uint64_t state = 11;
    size_t length, bad_bar = 0;
    double *ring;

    if (!info)
        return;
    next = bothy_ta_get((uint32_t)_i + 1);
    ck_assert(!next || strcmp(info->name, next->name) < 0);
    ck_assert_ptr_eq(bothy_ta_find(info->name), info);
    for (uint32_t k = 0; k < info->parameter_count; k++)
        parameters[k] = info->parameters[k].default_value;
    for (int i = 0; i < 200; i++) {
        bars[i].low = 100 + noise(&state);
        bars[i].high = bars[i].low + noise(&state);
        bars[i].open = bars[i].close = (bars[i].low + bars[i].high) / 2;
        bars[i].volume = 1000 * noise(&state);
    }
    length = bothy_ta_ring_length(info, parameters);
    ring = length > 0 ? calloc(length, sizeof *ring) : NULL; /* on the heap: checked to the byte */
    ck_assert_int_eq(bothy_ta_init(&ta, info, parameters, ring, length, &error), 0);
    ck_assert_int_eq(bothy_ta_run(&ta, bars, 200, values, NULL),
                     200 - (int64_t)bothy_ta_first_valid(info, parameters));
    for (int64_t k = 0; k < 150 * (int64_t)info->output_count; k++)
        ck_assert(isfinite(values[k]));

    if (length > 0)
        ck_assert_int_eq(bothy_ta_init(&ta, info, parameters, ring, length - 1, &error),
                         BOTHY_ENOMEM);
    ck_assert_int_eq(bothy_ta_init(&ta, info, parameters, ring, length, &error), 0);
    bars[5].high = bars[5].close = bars[5].volume = NAN;
    ck_assert_int_eq(bothy_ta_run(&ta, bars, 200, values, &bad_bar), BOTHY_EINVAL);
    ck_assert_uint_eq(bad_bar, 5);
    free(ring);
}
END_TEST

START_TEST(registry_refuses_parameters)
{
    static const double zero[] = { 0, 0, 0 }, half[] = { 2.5, 2, 2 }, nan[] = { NAN, 1, 1 };
    static const double crossed[] = { 26, 12, 9 };
    struct bothy_error error = { 0 };

    ck_assert_ptr_null(bothy_ta_find("SMA"));
    ck_assert_ptr_null(bothy_ta_find(""));
    ck_assert_int_eq(bothy_ta_check(bothy_ta_find("sma"), zero, &error), BOTHY_EINVAL);
    ck_assert_str_eq(error.text, "sma: period must be from 1 to 100000");
    ck_assert_int_eq(bothy_ta_check(bothy_ta_find("sma"), half, &error), BOTHY_EINVAL);
    ck_assert_str_eq(error.text, "sma: period must be a whole number");
    ck_assert_int_eq(bothy_ta_check(bothy_ta_find("sma"), nan, &error), BOTHY_EINVAL);
    ck_assert_int_eq(bothy_ta_check(bothy_ta_find("macd"), crossed, &error), BOTHY_EINVAL);
    ck_assert_str_eq(error.text, "macd: fast (26) must be less than slow (12)");
    ck_assert_int_eq(bothy_ta_check(bothy_ta_find("obv"), NULL, &error), 0);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("ta");
    TCase *tcase = tcase_create("by hand");
    uint32_t names = 0;

    tcase_add_loop_test(tcase, atr_of_equal_ranges, 0, 2);
    tcase_add_test(tcase, atr_kinds_differ);
    tcase_add_test(tcase, true_range_takes_the_gap);
    tcase_add_test(tcase, averages_by_hand);
    tcase_add_test(tcase, deviation_by_hand);
    tcase_add_test(tcase, momentum_by_hand);
    tcase_add_test(tcase, rsi_by_hand);
    tcase_add_test(tcase, macd_by_hand);
    tcase_add_test(tcase, oscillators_by_hand);
    tcase_add_test(tcase, stochrsi_at_its_ends);
    tcase_add_test(tcase, adx_of_a_steady_rise);
    tcase_add_test(tcase, adx_by_hand);
    tcase_add_test(tcase, psar_flips_on_the_bar_that_touches_it);
    tcase_add_test(tcase, volume_by_hand);
    suite_add_tcase(suite, tcase);

    tcase = tcase_create("windows");
    tcase_add_loop_test(tcase, windows_equal_recomputation, 1, 41);
    tcase_add_test(tcase, windows_do_not_drift);
    tcase_add_test(tcase, deviation_keeps_its_digits);
    suite_add_tcase(suite, tcase);

    tcase = tcase_create("refusals");
    tcase_add_test(tcase, bad_values_change_nothing);
    tcase_add_test(tcase, bad_arguments_are_refused);
    suite_add_tcase(suite, tcase);

    tcase = tcase_create("registry");
    while (bothy_ta_get(names))
        names++;
    tcase_add_loop_test(tcase, registry_keeps_its_word, 0, (int)names);
    tcase_add_test(tcase, registry_refuses_parameters);
    suite_add_tcase(suite, tcase);
    return suite;
}

BOTHY_TEST_MAIN(make_suite)
