/*
 * Sums of the takers' trades. The ring holds signed values; sums are made when asked for, which is
 * rare beside the trades that arrive.
 */
#include <bothy/flow.h>

#include <math.h>

int32_t bothy_flow_init(struct bothy_flow *flow, double *ring, uint32_t length)
{
    if (!ring || length == 0)
        return BOTHY_EINVAL;
    *flow = (struct bothy_flow) { .ring = ring, .length = length };
    return 0;
}

int32_t bothy_flow_push(struct bothy_flow *flow, uint32_t taker_side, double value)
{
    if (!isfinite(value) || value < 0)
        return BOTHY_EINVAL;
    if (taker_side != BOTHY_SIDE_BUY && taker_side != BOTHY_SIDE_SELL)
        return BOTHY_EINVAL;
    flow->ring[flow->position] = taker_side == BOTHY_SIDE_BUY ? value : -value;
    flow->position = flow->position + 1 == flow->length ? 0 : flow->position + 1;
    if (flow->count < flow->length)
        flow->count++;
    return 0;
}

uint32_t bothy_flow_sums(const struct bothy_flow *flow, double *ret_bought, double *ret_sold)
{
    double bought = 0, sold = 0;

    for (uint32_t i = 0; i < flow->count; i++) {
        if (flow->ring[i] > 0)
            bought += flow->ring[i];
        else
            sold -= flow->ring[i];
    }
    *ret_bought = bought;
    *ret_sold = sold;
    return flow->count;
}

double bothy_quote_value(const struct bothy_instrument *instrument, struct bothy_decimal price,
                         struct bothy_decimal quantity)
{
    double value = bothy_decimal_to_double(quantity);

    if (instrument)
        value *= bothy_decimal_to_double(instrument->contract_size);
    if (!instrument || instrument->kind != BOTHY_INSTRUMENT_INVERSE)
        value *= bothy_decimal_to_double(price);
    return value;
}
