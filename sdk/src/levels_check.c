/*
 * Whether levels are worth a trade. The checks run in a fixed order (stop too far, too tight,
 * reward too low, targets out of order, levels not positive, wrong side) and all findings are
 * kept. The first is the one to show, except that a level on the wrong side of the entry is
 * worse than any distance. The texts are an interface: scripts compare them.
 */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "levels_check.h"

/* Ratios of rounded numbers that should be equal differ by this much at most. */
#define EPSILON 1e-9

static void add_reason(struct bothy_levels *levels, const char *format, ...) BOTHY_PRINTF(2, 3);

static void add_reason(struct bothy_levels *levels, const char *format, ...)
{
    va_list arguments;

    if (levels->reason_count == BOTHY_LEVELS_REASONS_MAX)
        return;
    va_start(arguments, format);
    vsnprintf(levels->reasons[levels->reason_count], BOTHY_LEVELS_REASON_TEXT, format, arguments);
    va_end(arguments);
    if (levels->reason_count++ == 0)
        memcpy(levels->rejection_reason, levels->reasons[0], BOTHY_LEVELS_REASON_TEXT);
}

/* A limit as people write it: 5.0, 0.2, 0.05. */
static const char *limit_text(double value, char text[32])
{
    snprintf(text, 32, fabs(value * 10 - rint(value * 10)) < EPSILON ? "%.1f" : "%.6g", value);
    return text;
}

int levels_limits_good(const struct bothy_levels_limits *limits)
{
    const double all[] = { limits->min_rr, limits->max_sl_pct, limits->min_sl_pct,
                           limits->buffer_pct };

    for (size_t k = 0; k < sizeof all / sizeof all[0]; k++)
        if (!isfinite(all[k]) || all[k] < 0)
            return 0;
    return 1;
}

static void check_positive(struct bothy_levels *levels, const char *name, double value)
{
    if (!isfinite(value))
        add_reason(levels, "Invalid %s: not a finite number", name);
    else if (value <= 0)
        add_reason(levels, "Invalid %s: %.6g is not above 0", name, value);
}

static void check_swings(const struct bothy_levels_request *request, struct bothy_levels *levels)
{
    uint32_t both = BOTHY_LEVELS_HAS_SWING_HIGH | BOTHY_LEVELS_HAS_SWING_LOW;
    int custom = (request->has & BOTHY_LEVELS_HAS_CUSTOM_SL) != 0;

    if (request->method == BOTHY_LEVELS_FIBONACCI) {
        if ((request->has & both) != both)
            add_reason(levels, "Need both swing high and low for Fibonacci");
        return;
    }
    if (request->method != BOTHY_LEVELS_STRUCTURE || custom)
        return;
    if (request->direction > 0 && !(request->has & BOTHY_LEVELS_HAS_SWING_LOW))
        add_reason(levels, "No swing low for LONG structure");
    if (request->direction < 0 && !(request->has & BOTHY_LEVELS_HAS_SWING_HIGH))
        add_reason(levels, "No swing high for SHORT structure");
}

void levels_check_request(const struct bothy_levels_request *request, struct bothy_levels *levels)
{
    check_positive(levels, "entry", request->entry);
    check_positive(levels, "SL multiplier", request->sl_multiplier);
    check_positive(levels, "TP1 multiplier", request->tp1_multiplier);
    check_positive(levels, "TP2 multiplier", request->tp2_multiplier);
    if (request->has & BOTHY_LEVELS_HAS_TP3)
        check_positive(levels, "TP3 multiplier", request->tp3_multiplier);
    if (request->has & BOTHY_LEVELS_HAS_ATR)
        check_positive(levels, "ATR", request->atr);
    if (request->has & BOTHY_LEVELS_HAS_SWING_HIGH)
        check_positive(levels, "swing high", request->swing_high);
    if (request->has & BOTHY_LEVELS_HAS_SWING_LOW)
        check_positive(levels, "swing low", request->swing_low);
    if (request->has & BOTHY_LEVELS_HAS_VOLATILITY)
        check_positive(levels, "volatility", request->volatility_pct);
    else if (request->method == BOTHY_LEVELS_VOLATILITY)
        add_reason(levels, "No volatility for VOLATILITY levels");
    if (request->has & BOTHY_LEVELS_HAS_CUSTOM_SL)
        check_positive(levels, "custom SL", request->custom_sl);
    if (request->regime == BOTHY_REGIME_TRENDING && (!isfinite(request->adx) || request->adx < 0))
        add_reason(levels, "Invalid ADX: not a finite number from 0");
    check_swings(request, levels);
}

static void check_distances(const struct bothy_levels_limits *limits, struct bothy_levels *levels)
{
    char limit[32];

    if (levels->risk_pct > limits->max_sl_pct + EPSILON)
        add_reason(levels, "SL too far (%.1f%% > %s%%)", levels->risk_pct,
                   limit_text(limits->max_sl_pct, limit));
    if (levels->risk_pct < limits->min_sl_pct - EPSILON)
        add_reason(levels, "SL too tight (%.2f%% < %s%%)", levels->risk_pct,
                   limit_text(limits->min_sl_pct, limit));
    if (levels->risk_amount > 0 && levels->risk_reward_1 < limits->min_rr - EPSILON)
        add_reason(levels, "R:R too low (%.2f < %s)", levels->risk_reward_1,
                   limit_text(limits->min_rr, limit));
}

static void check_targets(struct bothy_levels *levels)
{
    const double targets[] = { levels->take_profit_1, levels->take_profit_2,
                               levels->take_profit_3 };
    int count = levels->take_profit_3 != 0 ? 3 : 2;

    for (int k = 1; k < count; k++)
        if (levels->direction * (targets[k] - targets[k - 1]) < -EPSILON * levels->entry)
            add_reason(levels, "TP%d nearer than TP%d (%.6g, %.6g)", k + 1, k, targets[k],
                       targets[k - 1]);
    check_positive(levels, "SL", levels->stop_loss);
    for (int k = 0; k < count; k++) {
        char name[8];

        snprintf(name, sizeof name, "TP%d", k + 1);
        check_positive(levels, name, targets[k]);
    }
}

/* A level on the wrong side, or NULL. The entry itself is the wrong side, too. */
static const char *wrong_side(const struct bothy_levels *levels)
{
    if (levels->direction > 0) {
        if (levels->stop_loss >= levels->entry)
            return "Invalid LONG: SL >= Entry";
        if (levels->take_profit_1 <= levels->entry)
            return "Invalid LONG: TP1 <= Entry";
    } else {
        if (levels->stop_loss <= levels->entry)
            return "Invalid SHORT: SL <= Entry";
        if (levels->take_profit_1 >= levels->entry)
            return "Invalid SHORT: TP1 >= Entry";
    }
    return NULL;
}

void levels_check_levels(const struct bothy_levels_limits *limits, struct bothy_levels *levels)
{
    const char *side;

    check_distances(limits, levels);
    check_targets(levels);
    side = wrong_side(levels);
    if (side) {
        /* It must find room among the reasons, however many there are. */
        if (levels->reason_count == BOTHY_LEVELS_REASONS_MAX)
            levels->reason_count--;
        add_reason(levels, "%s", side);
        snprintf(levels->rejection_reason, sizeof levels->rejection_reason, "%s", side);
    }
}
