/*
 * The funding rule. Positive funding means that longs pay: a crowded side, which the rule
 * expects to be wrong once the price has turned against it.
 */
#include "score.h"

#include <math.h>

/* Rates arrive as products of decimals: 0.0005 × 100 must reach 0.05. */
static int reaches(double value, double threshold)
{
    return value >= threshold - 1e-9 * fmax(1e-3, fabs(threshold));
}

static int falls_to(double value, double threshold)
{
    return reaches(-value, -threshold);
}

static int32_t rate_factor(const struct funding_rules *rules, const struct funding_inputs *in)
{
    if (in->price < in->average) {
        if (reaches(in->rate_pct, rules->extreme_pct))
            return -3;
        if (reaches(in->rate_pct, rules->high_pct))
            return -2;
    } else if (in->price > in->average) {
        if (falls_to(in->rate_pct, -rules->extreme_pct))
            return 3;
        if (falls_to(in->rate_pct, -rules->high_pct))
            return 2;
    }
    return 0;
}

struct funding_score funding_score(const struct funding_rules *rules,
                                   const struct funding_inputs *in)
{
    struct funding_score score = { 0 };
    int32_t sign;

    score.rate = rate_factor(rules, in);
    sign = (score.rate > 0) - (score.rate < 0);
    if (!(in->missing & FUNDING_MISSING_OPEN_INTEREST)) {
        if (reaches(in->oi_change_pct, rules->oi_strong_pct))
            score.open_interest = sign;
        else if (falls_to(in->oi_change_pct, rules->oi_weak_pct))
            score.open_interest = -sign;
    }
    if (!(in->missing & FUNDING_MISSING_LONG_SHORT)) {
        if (reaches(in->ls_ratio, rules->ls_high))
            score.long_short = -2;
        else if (falls_to(in->ls_ratio, rules->ls_low))
            score.long_short = 2;
    }
    if (!(in->missing & FUNDING_MISSING_TAKER)) {
        if (reaches(in->taker_ratio, rules->taker_high))
            score.taker = 1;
        else if (falls_to(in->taker_ratio, rules->taker_low))
            score.taker = -1;
    }
    score.total = score.rate + score.open_interest + score.long_short + score.taker;
    return score;
}
