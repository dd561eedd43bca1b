/*
 * The calculator of stop loss and take profits against its golden vectors, their mirrors, its
 * refusals, and the rounding that must not refuse.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <bothy/levels.h>
#include <bothy/risk.h>

#include "suite.h"

#define CLOSE_TO(got, expected) ck_assert_double_eq_tol(got, expected, 1e-6)

#define ATR       BOTHY_LEVELS_HAS_ATR
#define TP3       BOTHY_LEVELS_HAS_TP3
#define HIGH      BOTHY_LEVELS_HAS_SWING_HIGH
#define LOW       BOTHY_LEVELS_HAS_SWING_LOW
#define MEASURED  BOTHY_LEVELS_HAS_VOLATILITY
#define CUSTOM_SL BOTHY_LEVELS_HAS_CUSTOM_SL
#define LONG      1
#define SHORT     (-1)

/* Zero multipliers and limits stand for the defaults; the entry is 100. */
struct vector {
    const char *id;
    int32_t direction;
    uint32_t method;
    uint32_t has;
    double atr, tp1, tp2, high, low, volatility, custom_sl, min_rr;
    const char *reason; /* NULL: valid */
    double sl, take[3], rr1, rr2;
    double risk; /* 0: not compared */
};

static const struct vector vectors[] = {
    { "T1", LONG, BOTHY_LEVELS_ATR, ATR, .atr = 2.5, .sl = 96.221875, .take = { 105, 108.75 },
      .rr1 = 1.323408, .rr2 = 2.315964, .risk = 3.778125 },
    { "T2", SHORT, BOTHY_LEVELS_ATR, ATR, .atr = 2.5, .sl = 103.778125, .take = { 95, 91.25 },
      .rr1 = 1.323408, .rr2 = 2.315964, .risk = 3.778125 },
    { "T3", LONG, BOTHY_LEVELS_ATR, ATR, .atr = 2.5, .min_rr = 1.8,
      .reason = "R:R too low (1.32 < 1.8)", .sl = 96.221875, .take = { 105, 108.75 },
      .rr1 = 1.323408, .rr2 = 2.315964 },
    { "T4", LONG, BOTHY_LEVELS_ATR, ATR, .atr = 2.5, .tp1 = 3, .tp2 = 4, .min_rr = 1.8,
      .sl = 96.221875, .take = { 107.5, 110 }, .rr1 = 1.985112, .rr2 = 2.646816 },
    { "T5", LONG, BOTHY_LEVELS_ATR, 0, .tp1 = 3, .tp2 = 4, .min_rr = 1.8, .sl = 98.48875,
      .take = { 103, 104 }, .rr1 = 1.985112, .rr2 = 2.646816 },
    { "T6", LONG, BOTHY_LEVELS_ATR, ATR | CUSTOM_SL, .atr = 2, .custom_sl = 98, .min_rr = 1.8,
      .sl = 98, .take = { 104, 107 }, .rr1 = 2, .rr2 = 3.5, .risk = 2 },
    { "T6 mirrored", SHORT, BOTHY_LEVELS_ATR, ATR | CUSTOM_SL, .atr = 2, .custom_sl = 102,
      .min_rr = 1.8, .sl = 102, .take = { 96, 93 }, .rr1 = 2, .rr2 = 3.5, .risk = 2 },
    { "T7", LONG, BOTHY_LEVELS_STRUCTURE, LOW, .low = 98, .min_rr = 1.8, .sl = 97.265,
      .take = { 105.47, 109.5725 }, .rr1 = 2, .rr2 = 3.5 },
    { "T8", SHORT, BOTHY_LEVELS_STRUCTURE, HIGH, .high = 102, .min_rr = 1.8, .sl = 102.765,
      .take = { 94.47, 90.3225 }, .rr1 = 2, .rr2 = 3.5 },
    { "T9", LONG, BOTHY_LEVELS_STRUCTURE, 0, .reason = "No swing low for LONG structure" },
    { "T9 with the other swing", LONG, BOTHY_LEVELS_STRUCTURE, HIGH, .high = 102,
      .reason = "No swing low for LONG structure" },
    { "T10", SHORT, BOTHY_LEVELS_STRUCTURE, 0, .reason = "No swing high for SHORT structure" },
    { "T11", LONG, BOTHY_LEVELS_FIBONACCI, HIGH | LOW, .low = 98, .high = 110, .min_rr = 1.8,
      .sl = 97.265, .take = { 107.416, 112, 119.416 }, .rr1 = 2.711517, .rr2 = 4.387569 },
    { "T12", SHORT, BOTHY_LEVELS_FIBONACCI, HIGH | LOW, .low = 90, .high = 102, .min_rr = 1.8,
      .sl = 102.765, .take = { 92.584, 88, 80.584 }, .rr1 = 2.682098, .rr2 = 4.339964 },
    { "T13 without high", LONG, BOTHY_LEVELS_FIBONACCI, LOW, .low = 98,
      .reason = "Need both swing high and low for Fibonacci" },
    { "T13 without low", LONG, BOTHY_LEVELS_FIBONACCI, HIGH, .high = 110,
      .reason = "Need both swing high and low for Fibonacci" },
    { "T14", LONG, BOTHY_LEVELS_PERCENTAGE, MEASURED, .volatility = 2, .min_rr = 1.8, .sl = 98,
      .take = { 104, 107 }, .rr1 = 2, .rr2 = 3.5 },
    { "T14 mirrored", SHORT, BOTHY_LEVELS_PERCENTAGE, MEASURED, .volatility = 2, .sl = 102,
      .take = { 96, 93 }, .rr1 = 2, .rr2 = 3.5 },
    { "percentage of nothing given", LONG, BOTHY_LEVELS_PERCENTAGE, 0, .sl = 99,
      .take = { 102, 103.5 }, .rr1 = 2, .rr2 = 3.5 },
    { "volatility", LONG, BOTHY_LEVELS_VOLATILITY, MEASURED, .volatility = 3, .sl = 97,
      .take = { 106, 110.5 }, .rr1 = 2, .rr2 = 3.5 },
    { "volatility unmeasured", LONG, BOTHY_LEVELS_VOLATILITY, 0,
      .reason = "No volatility for VOLATILITY levels" },
    { "T15", LONG, BOTHY_LEVELS_ATR, ATR, .atr = 5, .tp1 = 5, .reason = "SL too far (7.6% > 5.0%)",
      .sl = 92.44375, .take = { 125, 117.5 }, .rr1 = 25 / 7.55625, .rr2 = 17.5 / 7.55625 },
    { "T16", LONG, BOTHY_LEVELS_ATR, ATR, .atr = 0.1, .tp1 = 5,
      .reason = "SL too tight (0.15% < 0.2%)", .sl = 99.848875, .take = { 100.5, 100.35 },
      .rr1 = 0.5 / 0.151125, .rr2 = 0.35 / 0.151125 },
    { "T17", LONG, BOTHY_LEVELS_ATR, CUSTOM_SL, .custom_sl = 101,
      .reason = "Invalid LONG: SL >= Entry", .sl = 101, .take = { 102, 103.5 }, .rr1 = 2,
      .rr2 = 3.5 },
    { "T17 mirrored", SHORT, BOTHY_LEVELS_ATR, CUSTOM_SL, .custom_sl = 99,
      .reason = "Invalid SHORT: SL <= Entry", .sl = 99, .take = { 98, 96.5 }, .rr1 = 2,
      .rr2 = 3.5 },
    /* The side goes before the distance. */
    { "far and inverted", LONG, BOTHY_LEVELS_ATR, CUSTOM_SL, .custom_sl = 110,
      .reason = "Invalid LONG: SL >= Entry", .sl = 110, .take = { 102, 103.5 }, .rr1 = 0.2,
      .rr2 = 0.35 },
    { "stop at the entry", LONG, BOTHY_LEVELS_ATR, CUSTOM_SL, .custom_sl = 100,
      .reason = "Invalid LONG: SL >= Entry", .sl = 100, .take = { 102, 103.5 } },
    { "structure from a given stop", LONG, BOTHY_LEVELS_STRUCTURE, CUSTOM_SL, .custom_sl = 97,
      .sl = 97, .take = { 106, 110.5 }, .rr1 = 2, .rr2 = 3.5 },
};

START_TEST(golden_vectors)
{
    const struct vector *v = &vectors[_i];
    struct bothy_levels_limits limits;
    struct bothy_levels_request request;
    struct bothy_levels levels;
    int32_t r;

    bothy_levels_limits_init(&limits);
    bothy_levels_request_init(&request, 100, v->direction);
    request.method = v->method;
    request.has = v->has;
    request.atr = v->atr;
    request.swing_high = v->high;
    request.swing_low = v->low;
    request.volatility_pct = v->volatility;
    request.custom_sl = v->custom_sl;
    if (v->tp1 != 0)
        request.tp1_multiplier = v->tp1;
    if (v->tp2 != 0)
        request.tp2_multiplier = v->tp2;
    if (v->min_rr != 0)
        limits.min_rr = v->min_rr;

    r = bothy_levels_calculate(&request, &limits, &levels);
    ck_assert_msg(r == (v->reason == NULL), "%s: %s", v->id, levels.rejection_reason);
    ck_assert_int_eq(levels.valid, r);
    ck_assert_str_eq(levels.rejection_reason, v->reason ? v->reason : "");
    ck_assert_int_eq(levels.reason_count > 0, v->reason != NULL);
    CLOSE_TO(levels.entry, 100);
    CLOSE_TO(levels.stop_loss, v->sl);
    CLOSE_TO(levels.take_profit_1, v->take[0]);
    CLOSE_TO(levels.take_profit_2, v->take[1]);
    CLOSE_TO(levels.take_profit_3, v->take[2]);
    CLOSE_TO(levels.risk_reward_1, v->rr1);
    CLOSE_TO(levels.risk_reward_2, v->rr2);
    if (v->risk != 0)
        CLOSE_TO(levels.risk_amount, v->risk);
    ck_assert_uint_eq(levels.atr_assumed, v->method == BOTHY_LEVELS_ATR && !(v->has & ATR));
}
END_TEST

START_TEST(all_reasons_are_kept)
{
    struct bothy_levels_limits limits;
    struct bothy_levels_request request;
    struct bothy_levels levels;

    bothy_levels_limits_init(&limits);
    bothy_levels_request_init(&request, 100, LONG);
    request.has = ATR;
    request.atr = 5;
    request.tp1_multiplier = 5;
    ck_assert_int_eq(bothy_levels_calculate(&request, &limits, &levels), 0);
    ck_assert_uint_eq(levels.reason_count, 2);
    ck_assert_str_eq(levels.reasons[0], "SL too far (7.6% > 5.0%)");
    ck_assert_str_eq(levels.reasons[1], "TP2 nearer than TP1 (117.5, 125)");

    request.has = ATR | CUSTOM_SL | TP3;
    request.custom_sl = 106;
    request.tp1_multiplier = 1;
    request.tp3_multiplier = 3;
    ck_assert_int_eq(bothy_levels_calculate(&request, &limits, &levels), 0);
    ck_assert_uint_eq(levels.reason_count, 4);
    ck_assert_str_eq(levels.reasons[0], "SL too far (6.0% > 5.0%)");
    ck_assert_str_eq(levels.reasons[1], "R:R too low (0.83 < 1.3)");
    ck_assert_str_eq(levels.reasons[2], "TP3 nearer than TP2 (115, 117.5)");
    ck_assert_str_eq(levels.reasons[3], "Invalid LONG: SL >= Entry");
    ck_assert_str_eq(levels.rejection_reason, levels.reasons[3]);
    CLOSE_TO(levels.take_profit_3, 115);
    CLOSE_TO(levels.risk_reward_3, 2.5);
}
END_TEST

START_TEST(limits_are_written_as_people_write_them)
{
    struct bothy_levels_limits limits = { 1.25, 5, 0.05, 0.75 };
    struct bothy_levels_request request;
    struct bothy_levels levels;

    bothy_levels_request_init(&request, 100, SHORT);
    request.has = CUSTOM_SL;
    request.custom_sl = 102;
    ck_assert_int_eq(bothy_levels_calculate(&request, &limits, &levels), 0);
    ck_assert_str_eq(levels.rejection_reason, "R:R too low (1.00 < 1.25)");
    limits.min_rr = 2;
    ck_assert_int_eq(bothy_levels_calculate(&request, &limits, &levels), 0);
    ck_assert_str_eq(levels.rejection_reason, "R:R too low (1.00 < 2.0)");
    request.custom_sl = 100.01;
    ck_assert_int_eq(bothy_levels_calculate(&request, &limits, &levels), 0);
    ck_assert_str_eq(levels.rejection_reason, "SL too tight (0.01% < 0.05%)");
}
END_TEST

static double noise(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(*state >> 11) / 9007199254740992.0;
}

/* Two times R is two, whatever the floating point makes of it. */
START_TEST(equal_ratio_is_never_refused)
{
    struct bothy_levels_limits limits;
    struct bothy_levels_request request;
    struct bothy_levels levels;
    uint64_t state = 42;
    int below = 0;

    bothy_levels_limits_init(&limits);
    for (int k = 0; k < 2000; k++) {
        double entry = exp(noise(&state) * 20 - 10);
        int32_t direction = k % 2 ? LONG : SHORT;

        bothy_levels_request_init(&request, entry, direction);
        request.method = BOTHY_LEVELS_STRUCTURE;
        request.has = HIGH | LOW;
        request.swing_low = entry * (1 - 0.03 * noise(&state));
        request.swing_high = entry * (1 + 0.03 * noise(&state));
        request.tp1_multiplier = 1 + floor(20 * noise(&state)) / 10;
        limits.min_rr = request.tp1_multiplier;
        ck_assert_msg(bothy_levels_calculate(&request, &limits, &levels) == 1, "%.17g: %s", entry,
                      levels.rejection_reason);
        below += levels.risk_reward_1 < limits.min_rr;
    }
    ck_assert_int_gt(below, 0); /* the trap was there */
}
END_TEST

START_TEST(limits_themselves_pass)
{
    struct bothy_levels_limits limits;
    struct bothy_levels_request request;
    struct bothy_levels levels;

    bothy_levels_limits_init(&limits);
    bothy_levels_request_init(&request, 0.3, LONG);
    request.method = BOTHY_LEVELS_PERCENTAGE;
    request.has = MEASURED;
    request.volatility_pct = 5;
    ck_assert_int_eq(bothy_levels_calculate(&request, &limits, &levels), 1);
    request.volatility_pct = 0.2;
    ck_assert_int_eq(bothy_levels_calculate(&request, &limits, &levels), 1);
    request.volatility_pct = 5.0001;
    ck_assert_int_eq(bothy_levels_calculate(&request, &limits, &levels), 0);
    request.volatility_pct = 0.1999;
    ck_assert_int_eq(bothy_levels_calculate(&request, &limits, &levels), 0);
}
END_TEST

START_TEST(impossible_numbers_are_reasons)
{
    static const double bad[] = { 0, -1, NAN, INFINITY };
    struct bothy_levels_limits limits;
    struct bothy_levels_request request;
    struct bothy_levels levels;

    bothy_levels_limits_init(&limits);
    for (size_t k = 0; k < 4; k++) {
        bothy_levels_request_init(&request, bad[k], LONG);
        ck_assert_int_eq(bothy_levels_calculate(&request, &limits, &levels), 0);
        ck_assert_str_eq(levels.rejection_reason, k == 0   ? "Invalid entry: 0 is not above 0"
                                                  : k == 1 ? "Invalid entry: -1 is not above 0"
                                                           : "Invalid entry: not a finite number");
        ck_assert_double_eq(levels.stop_loss, 0);
        ck_assert(isfinite(levels.entry));
        ck_assert_int_eq(bothy_levels_quick(100, LONG, bad[k], &levels), 0);
        ck_assert_int_eq(strncmp(levels.rejection_reason, "Invalid ATR:", 12), 0);
        bothy_levels_request_init(&request, 100, LONG);
        request.tp2_multiplier = bad[k];
        ck_assert_int_eq(bothy_levels_calculate(&request, &limits, &levels), 0);
        ck_assert_int_eq(strncmp(levels.rejection_reason, "Invalid TP2 multiplier:", 23), 0);
    }
    /* A target of a short below zero. */
    limits.max_sl_pct = 100;
    ck_assert_int_eq(bothy_levels_quick(100, SHORT, 2.5, &levels), 1);
    bothy_levels_request_init(&request, 100, SHORT);
    request.has = ATR;
    request.atr = 40;
    ck_assert_int_eq(bothy_levels_calculate(&request, &limits, &levels), 0);
    ck_assert_str_eq(levels.rejection_reason, "Invalid TP2: -40 is not above 0");
}
END_TEST

START_TEST(wrong_calls_are_errors)
{
    struct bothy_levels_limits limits;
    struct bothy_levels_request request;
    struct bothy_levels levels = { .entry = 7 };
    uint32_t method;

    bothy_levels_limits_init(&limits);
    bothy_levels_request_init(&request, 100, 0);
    ck_assert_int_eq(bothy_levels_calculate(&request, &limits, &levels), BOTHY_EINVAL);
    bothy_levels_request_init(&request, 100, LONG);
    request.method = 6;
    ck_assert_int_eq(bothy_levels_calculate(&request, &limits, &levels), BOTHY_EINVAL);
    bothy_levels_request_init(&request, 100, LONG);
    request.regime = 3;
    ck_assert_int_eq(bothy_levels_calculate(&request, &limits, &levels), BOTHY_EINVAL);
    bothy_levels_request_init(&request, 100, LONG);
    limits.min_rr = NAN; /* would compare false with everything */
    ck_assert_int_eq(bothy_levels_calculate(&request, &limits, &levels), BOTHY_EINVAL);
    ck_assert_double_eq(levels.entry, 7);

    for (uint32_t k = BOTHY_LEVELS_ATR; k <= BOTHY_LEVELS_VOLATILITY; k++) {
        ck_assert_int_eq(bothy_levels_method_parse(bothy_levels_method_name(k), &method), 0);
        ck_assert_uint_eq(method, k);
    }
    ck_assert_int_eq(bothy_levels_method_parse("ATR", &method), BOTHY_EINVAL);
    ck_assert_str_eq(bothy_levels_method_name(0), "?");
}
END_TEST

START_TEST(regime_changes_multipliers)
{
    struct bothy_levels_limits limits;
    struct bothy_levels_request request;
    struct bothy_levels levels;

    bothy_levels_limits_init(&limits);
    limits.buffer_pct = 0;
    bothy_levels_request_init(&request, 100, LONG);
    request.has = ATR | TP3;
    request.atr = 1;
    request.tp3_multiplier = 5;
    request.regime = BOTHY_REGIME_TRENDING;
    request.adx = 30; /* k = 1.2 */
    bothy_levels_calculate(&request, &limits, &levels);
    CLOSE_TO(levels.stop_loss, 100 - 1.8);
    CLOSE_TO(levels.take_profit_1, 100 + 2.4);
    CLOSE_TO(levels.take_profit_2, 100 + 3.5 * 1.44);
    CLOSE_TO(levels.take_profit_3, 100 + 5 * 1.44);
    request.adx = 10;
    bothy_levels_calculate(&request, &limits, &levels);
    CLOSE_TO(levels.take_profit_1, 102);
    request.adx = 90;
    bothy_levels_calculate(&request, &limits, &levels);
    CLOSE_TO(levels.take_profit_1, 103);
    request.adx = NAN;
    ck_assert_int_eq(bothy_levels_calculate(&request, &limits, &levels), 0);
    request.regime = BOTHY_REGIME_CHOPPY;
    bothy_levels_calculate(&request, &limits, &levels);
    CLOSE_TO(levels.stop_loss, 100 - 1.2);
    CLOSE_TO(levels.take_profit_1, 101.4);
    CLOSE_TO(levels.take_profit_2, 102.45);
    CLOSE_TO(levels.take_profit_3, 103.5);
}
END_TEST

/* S1 to S5, then mirrors and edges. */
static const struct {
    double price, current; /* 0: none */
    int32_t direction, result;
    double stop;
} trails[] = {
    { 101, 95, LONG, 1, 95 },  { 104, 95, LONG, 1, 103 },    { 104, 103.5, LONG, 1, 103.5 },
    { 96, 105, SHORT, 1, 97 }, { 96, 96.5, SHORT, 1, 96.5 }, { 99, 105, SHORT, 1, 105 },
    { 101, 0, LONG, 0, 0 },    { 104, 0, LONG, 1, 103 },     { 102, 95, LONG, 1, 101 },
    { 98, 105, SHORT, 1, 99 }, { 90, 95, LONG, 1, 95 },
};

START_TEST(trailing_stop)
{
    struct bothy_trail trail;
    double stop = 0;

    bothy_trail_init(&trail, 100, trails[_i].direction);
    trail.price = trails[_i].price;
    trail.atr = 2;
    trail.current_sl = trails[_i].current;
    trail.has_current_sl = trails[_i].current != 0;
    ck_assert_int_eq(bothy_trail_stop(&trail, &stop), trails[_i].result);
    CLOSE_TO(stop, trails[_i].stop);
}
END_TEST

START_TEST(trailing_stop_never_loosens)
{
    uint64_t state = 5;

    for (int32_t direction = -1; direction <= 1; direction += 2) {
        double price, stop = 100 - direction * 5, before;
        struct bothy_trail trail;

        bothy_trail_init(&trail, 100, direction);
        trail.has_current_sl = 1;
        for (int k = 0; k < 1000; k++) {
            price = 100 + direction * (8 * sin(k / 100.0) + noise(&state));
            before = stop;
            trail.price = price;
            trail.atr = 0.5 + noise(&state);
            trail.current_sl = stop;
            ck_assert_int_eq(bothy_trail_stop(&trail, &stop), 1);
            ck_assert(direction * (stop - before) >= 0);
        }
        ck_assert(direction * (stop - 100) > 6); /* followed the best of the prices */
    }
}
END_TEST

START_TEST(trailing_stop_refuses)
{
    struct bothy_trail good, trail;
    double stop = 7;

    bothy_trail_init(&good, 0.1, LONG);
    good.price = 0.3;
    good.atr = 0.2;
    /* 0.3 − 0.1 is a little less than 0.2 */
    ck_assert_int_eq(bothy_trail_stop(&good, &stop), 1);
    CLOSE_TO(stop, 0.2);
    trail = good;
    trail.price = NAN;
    ck_assert_int_eq(bothy_trail_stop(&trail, &stop), BOTHY_EINVAL);
    trail = good;
    trail.atr = 0;
    ck_assert_int_eq(bothy_trail_stop(&trail, &stop), BOTHY_EINVAL);
    trail = good;
    trail.direction = 2;
    ck_assert_int_eq(bothy_trail_stop(&trail, &stop), BOTHY_EINVAL);
    trail = good;
    trail.distance = -1;
    ck_assert_int_eq(bothy_trail_stop(&trail, &stop), BOTHY_EINVAL);
    trail = good;
    trail.distance = 5; /* a stop below 0 is none */
    ck_assert_int_eq(bothy_trail_stop(&trail, &stop), 0);
}
END_TEST

#define RISK_OPTIONS 64

/* By default the stop is 1.5 × 1.0075 ATR away, and the target must be 1.3 times that. */
START_TEST(contradicting_risk_parameters_are_told)
{
    struct bothy_option options[RISK_OPTIONS];
    char names[RISK_OPTIONS][40];
    struct bothy_error error = { 0 };
    struct bothy_config *config;

    ck_assert_uint_le(bothy_risk_option_count, RISK_OPTIONS);
    for (uint32_t i = 0; i < bothy_risk_option_count; i++) {
        options[i] = bothy_risk_options[i];
        snprintf(names[i], sizeof names[i], "%s%s", BOTHY_RISK_PREFIX, options[i].name);
        options[i].name = names[i];
    }
    config = bothy_config_new(options, bothy_risk_option_count, "bot");
    ck_assert_ptr_nonnull(config);
    ck_assert_int_eq(bothy_config_add_symbol(config, "BTC/USDT", "mexc"), 0);
    ck_assert_int_eq(bothy_config_add_symbol(config, "ETH/USDT", "mexc"), 0);
    ck_assert_int_eq(bothy_config_set(config, 0, "risk.tp1_mult", "1.964625", &error), 0);
    ck_assert_int_eq(bothy_config_set(config, 1, "risk.tp1_mult", "1.9646", &error), 0);
    ck_assert_int_eq(bothy_levels_check_config(config, "all", &error), 0);
    ck_assert_int_eq(bothy_levels_check_config(bothy_config_for_symbol(config, 0), "BTC", &error),
                     0);
    ck_assert_int_eq(bothy_levels_check_config(bothy_config_for_symbol(config, 1), "ETH", &error),
                     BOTHY_EINVAL);
    ck_assert_str_eq(error.text,
                     "ETH: with risk.tp1_mult 1.9646 and a stop of 1.51125 ATR (buffer included) "
                     "no signal could reach risk.min_rr 1.3; change one of them");
    bothy_config_free(config);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("levels");
    TCase *tcase = tcase_create("levels");

    tcase_add_loop_test(tcase, golden_vectors, 0, (int)(sizeof vectors / sizeof vectors[0]));
    tcase_add_test(tcase, all_reasons_are_kept);
    tcase_add_test(tcase, limits_are_written_as_people_write_them);
    tcase_add_test(tcase, equal_ratio_is_never_refused);
    tcase_add_test(tcase, limits_themselves_pass);
    tcase_add_test(tcase, impossible_numbers_are_reasons);
    tcase_add_test(tcase, wrong_calls_are_errors);
    tcase_add_test(tcase, regime_changes_multipliers);
    tcase_add_test(tcase, contradicting_risk_parameters_are_told);
    suite_add_tcase(suite, tcase);

    tcase = tcase_create("trailing");
    tcase_add_loop_test(tcase, trailing_stop, 0, (int)(sizeof trails / sizeof trails[0]));
    tcase_add_test(tcase, trailing_stop_never_loosens);
    tcase_add_test(tcase, trailing_stop_refuses);
    suite_add_tcase(suite, tcase);
    return suite;
}

BOTHY_TEST_MAIN(make_suite)
