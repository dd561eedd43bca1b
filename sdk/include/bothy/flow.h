/*
 * bothy/flow.h: what the last trades say: how much takers bought and sold.
 *
 *     double ring[500];
 *     struct bothy_flow flow;
 *
 *     bothy_flow_init(&flow, ring, 500);
 *     bothy_flow_push(&flow, trade->taker_side, bothy_quote_value(instrument, ...));
 *     bothy_flow_sums(&flow, &bought, &sold);
 *
 * The caller owns the struct and the ring; nothing allocates. Values are doubles: for signals,
 * never for the price or size of an order. A struct is used by one thread at a time.
 */
#ifndef BOTHY_FLOW_H
#define BOTHY_FLOW_H

#include <bothy/base.h>
#include <bothy/decimal.h>
#include <bothy/event.h>

BOTHY_BEGIN

/* The last `length` trades. */
struct bothy_flow {
    double *ring; /* > 0 bought by the taker, < 0 sold */
    uint32_t length;
    uint32_t position; /* the next slot */
    uint32_t count;    /* trades in the ring, at most length */
    uint32_t reserved;
};

/*
 * Effect: empties the flow and borrows `ring` [borrowed as long as the flow is used] of `length`
 * (≥ 1) doubles. Errors: BOTHY_EINVAL.
 */
BOTHY_API int32_t bothy_flow_init(struct bothy_flow *flow, double *ring, uint32_t length);

/*
 * Effect: adds a trade worth `value` (≥ 0, in quote currency); the oldest one leaves a full ring.
 * Errors: BOTHY_EINVAL no such side, or a value that is negative or not finite.
 */
BOTHY_API int32_t bothy_flow_push(struct bothy_flow *flow, uint32_t taker_side, double value);

/*
 * Effect: what takers bought and sold, each ≥ 0. They are added up anew each time, so that no
 * error builds up: O(length). Returns how many trades stand behind them.
 */
BOTHY_API uint32_t bothy_flow_sums(const struct bothy_flow *flow, double *ret_bought,
                                   double *ret_sold);

/*
 * Returns the value of a quantity in quote currency: price × quantity × contract size, for
 * inverse contracts quantity × contract size. Without `instrument` (NULL) the contract size is 1.
 */
BOTHY_API double bothy_quote_value(const struct bothy_instrument *instrument,
                                   struct bothy_decimal price, struct bothy_decimal quantity);

BOTHY_END

#endif
