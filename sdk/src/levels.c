/*
 * Stop loss and take profits by five methods. This file finds the levels; levels_check.c
 * judges them; the trailing stop is in levels_trail.c.
 */
#include <math.h>

#include "levels_check.h"
#include "word.h"

static const struct word methods[] = {
    { "atr", BOTHY_LEVELS_ATR },
    { "percentage", BOTHY_LEVELS_PERCENTAGE },
    { "structure", BOTHY_LEVELS_STRUCTURE },
    { "fibonacci", BOTHY_LEVELS_FIBONACCI },
    { "volatility", BOTHY_LEVELS_VOLATILITY },
};

BOTHY_API const char *bothy_levels_method_name(uint32_t method)
{
    return word_of(methods, sizeof methods / sizeof methods[0], method);
}

BOTHY_API int32_t bothy_levels_method_parse(const char *text, uint32_t *ret_method)
{
    return word_find_lower(methods, sizeof methods / sizeof methods[0], text, ret_method);
}

BOTHY_API void bothy_levels_limits_init(struct bothy_levels_limits *limits)
{
    limits->min_rr = 1.3;
    limits->max_sl_pct = 5.0;
    limits->min_sl_pct = 0.2;
    limits->buffer_pct = 0.75;
}

BOTHY_API void bothy_levels_request_init(struct bothy_levels_request *request, double entry,
                                         int32_t direction)
{
    *request = (struct bothy_levels_request) {
        .entry = entry,
        .sl_multiplier = 1.5,
        .tp1_multiplier = 2.0,
        .tp2_multiplier = 3.5,
        .direction = direction,
        .method = BOTHY_LEVELS_ATR,
    };
}

/* The multipliers as the regime leaves them. */
struct multipliers {
    double sl;
    double tp[3]; /* the third is 0 where none is wanted */
};

static struct multipliers multipliers_of(const struct bothy_levels_request *request)
{
    struct multipliers m = {
        .sl = request->sl_multiplier,
        .tp = { request->tp1_multiplier, request->tp2_multiplier,
                request->has & BOTHY_LEVELS_HAS_TP3 ? request->tp3_multiplier : 0 },
    };
    double boost = fmin(fmax(request->adx / 25, 1), 1.5);

    switch (request->regime) {
    case BOTHY_REGIME_TRENDING:
        m.sl *= 1.2;
        m.tp[0] *= boost;
        m.tp[1] *= boost * 1.2;
        m.tp[2] *= boost * 1.2;
        break;
    case BOTHY_REGIME_CHOPPY:
        m.sl *= 0.8;
        for (int k = 0; k < 3; k++)
            m.tp[k] *= 0.7;
        break;
    }
    return m;
}

/* Targets at multiples of `unit` from the entry. */
static void set_targets(struct bothy_levels *levels, double unit, const double multiples[3])
{
    double step = levels->direction * unit;

    levels->take_profit_1 = levels->entry + step * multiples[0];
    levels->take_profit_2 = levels->entry + step * multiples[1];
    levels->take_profit_3 = multiples[2] > 0 ? levels->entry + step * multiples[2] : 0;
}

/* The stop beyond the swing. The swing is there: levels_check_request() has seen to it. */
static double structure_stop(const struct bothy_levels_request *request, double buffer_pct)
{
    return request->direction > 0 ? request->swing_low * (1 - buffer_pct / 100)
                                  : request->swing_high * (1 + buffer_pct / 100);
}

static void find_levels(const struct bothy_levels_request *request,
                        const struct bothy_levels_limits *limits, struct bothy_levels *levels)
{
    static const double fibonacci[3] = { 0.618, 1.0, 1.618 };
    struct multipliers m = multipliers_of(request);
    int custom = (request->has & BOTHY_LEVELS_HAS_CUSTOM_SL) != 0;
    double entry = request->entry;
    double unit;

    switch (request->method) {
    case BOTHY_LEVELS_STRUCTURE:
        levels->stop_loss =
            custom ? request->custom_sl : structure_stop(request, limits->buffer_pct);
        set_targets(levels, fabs(entry - levels->stop_loss), m.tp);
        return;
    case BOTHY_LEVELS_FIBONACCI:
        levels->stop_loss =
            custom ? request->custom_sl : structure_stop(request, limits->buffer_pct);
        set_targets(levels, fabs(request->swing_high - request->swing_low), fibonacci);
        return;
    case BOTHY_LEVELS_PERCENTAGE:
    case BOTHY_LEVELS_VOLATILITY:
        unit = entry * (request->has & BOTHY_LEVELS_HAS_VOLATILITY ? request->volatility_pct : 1) /
               100;
        levels->stop_loss = entry - request->direction * unit;
        break;
    default:
        levels->atr_assumed = !(request->has & BOTHY_LEVELS_HAS_ATR);
        unit = levels->atr_assumed ? entry / 100 : request->atr;
        levels->stop_loss =
            entry - request->direction * unit * (1 + limits->buffer_pct / 100) * m.sl;
        break;
    }
    if (custom)
        levels->stop_loss = request->custom_sl;
    set_targets(levels, unit, m.tp);
}

static double reward(const struct bothy_levels *levels, double target)
{
    return levels->risk_amount > 0 && target != 0
               ? fabs(target - levels->entry) / levels->risk_amount
               : 0;
}

BOTHY_API int32_t bothy_levels_calculate(const struct bothy_levels_request *request,
                                         const struct bothy_levels_limits *limits,
                                         struct bothy_levels *ret_levels)
{
    struct bothy_levels levels = { .direction = request->direction, .method = request->method };

    if ((request->direction != 1 && request->direction != -1) ||
        request->method < BOTHY_LEVELS_ATR || request->method > BOTHY_LEVELS_VOLATILITY ||
        request->regime > BOTHY_REGIME_CHOPPY || !levels_limits_good(limits))
        return BOTHY_EINVAL;

    if (isfinite(request->entry))
        levels.entry = request->entry;
    levels_check_request(request, &levels);
    if (levels.reason_count == 0) {
        find_levels(request, limits, &levels);
        levels.risk_amount = fabs(levels.entry - levels.stop_loss);
        levels.risk_pct = levels.risk_amount / levels.entry * 100;
        levels.risk_reward_1 = reward(&levels, levels.take_profit_1);
        levels.risk_reward_2 = reward(&levels, levels.take_profit_2);
        levels.risk_reward_3 = reward(&levels, levels.take_profit_3);
        levels_check_levels(limits, &levels);
    }
    levels.valid = levels.reason_count == 0;
    *ret_levels = levels;
    return levels.valid;
}

BOTHY_API int32_t bothy_levels_quick(double entry, int32_t direction, double atr,
                                     struct bothy_levels *ret_levels)
{
    struct bothy_levels_request request;
    struct bothy_levels_limits limits;

    bothy_levels_limits_init(&limits);
    bothy_levels_request_init(&request, entry, direction);
    request.atr = atr;
    request.has = BOTHY_LEVELS_HAS_ATR;
    return bothy_levels_calculate(&request, &limits, ret_levels);
}
