/*
 * The liquidation rule in both readings. Liquidated shorts are bought back and so lift the price:
 * whoever expects that to end looks for them at the upper band, not at the lower one.
 */
#include "score.h"

#include <bothy/signal.h>

static int32_t liquidation_factor(const struct liquidation_rules *rules,
                                  const struct liquidation_inputs *in)
{
    int32_t squeeze = 0;

    if (in->longs + in->shorts < rules->min_value)
        return 0;
    if (in->shorts > rules->imbalance * in->longs)
        squeeze = 2;
    else if (in->longs > rules->imbalance * in->shorts)
        squeeze = -2;
    return rules->mode == LIQUIDATION_SQUEEZE ? squeeze : -squeeze;
}

/* Thresholds like 0.6 are no doubles: a share that is one on paper must reach them. */
static int at_least(double value, double threshold)
{
    return value >= threshold * (1 - 1e-9);
}

static int32_t clamp(int32_t value, int32_t bound)
{
    return value > bound ? bound : value < -bound ? -bound : value;
}

struct liquidation_score liquidation_score(const struct liquidation_rules *rules,
                                           const struct liquidation_inputs *in)
{
    struct liquidation_score score = { .direction = BOTHY_DIRECTION_NEUTRAL };
    int bands = in->has_bands && rules->mode == LIQUIDATION_CONTRARIAN;
    double flow = in->bought + in->sold;

    score.liquidations = liquidation_factor(rules, in);
    if (in->has_book) {
        if (at_least(in->bids, rules->book * in->asks))
            score.book = 1;
        else if (at_least(in->asks, rules->book * in->bids))
            score.book = -1;
    }
    if (in->has_flow && flow > 0) {
        if (at_least(in->bought, rules->flow_high * flow))
            score.flow = 1;
        else if (at_least(rules->flow_low * flow, in->bought))
            score.flow = -1;
    }
    score.total = score.liquidations + score.book + score.flow;
    if (score.liquidations == 0)
        score.total = clamp(score.total, 1);
    if (bands && in->price > in->lower && in->price < in->upper)
        score.total = 0;

    if (score.liquidations == 0)
        return score;
    if (score.total >= 2 && (!bands || in->price <= in->lower))
        score.direction = BOTHY_DIRECTION_LONG;
    else if (score.total <= -2 && (!bands || in->price >= in->upper))
        score.direction = BOTHY_DIRECTION_SHORT;
    return score;
}
