/*
 * One instrument's life: made with its history behind it, then one step after the other. The
 * history is not a different thing from the present: it is the same walk, begun earlier, so that
 * its last price is where the present begins.
 */
#include "market.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int sim_market_due(const struct sim_market *m, int64_t interval_ns, int64_t ts_ns)
{
    return ts_ns / interval_ns != (ts_ns - m->shared.step_ns) / interval_ns;
}

struct bothy_decimal sim_market_price(const struct sim_market *m, int64_t ticks)
{
    return bothy_decimal_make(ticks * m->definition.tick_size.coefficient,
                              m->definition.tick_size.exponent);
}

struct bothy_decimal sim_market_quantity(const struct sim_market *m, int64_t lots)
{
    return bothy_decimal_make(lots * m->definition.lot_size.coefficient,
                              m->definition.lot_size.exponent);
}

int64_t sim_market_lots(const struct sim_market *m, double notional, double price)
{
    double lots = (m->inverse ? notional : notional / price) / m->lot;

    if (lots > 1e12)
        lots = 1e12;
    return lots >= 1 ? (int64_t)lots : 1;
}

static void seed_streams(struct sim_market *m)
{
    const char *symbol = m->definition.symbol;
    uint64_t own = bothy_random_derive(m->shared.seed, symbol);

    bothy_random_seed_stream(&m->together, m->shared.seed, "together");
    bothy_random_seed_stream(&m->alone, own, "alone");
    bothy_random_seed_stream(&m->regimes, own, "regimes");
    bothy_random_seed_stream(&m->orders, own, "orders");
    bothy_random_seed_stream(&m->forced, own, "forced");
    bothy_random_seed_stream(&m->crowd, own, "crowd");
    m->book_seed = bothy_random_derive(own, "book");
}

void sim_market_step(struct sim_market *m, int64_t ts_ns)
{
    struct sim_step *step = &m->step;

    m->now_ns = ts_ns;
    step->trade_count = step->liquidation_count = 0;
    step->settled = step->funding_due = step->open_interest_due = 0;
    step->ratio_due = step->mark_due = 0;
    step->bar_closed = sim_flow_roll(m, ts_ns);
    if (step->bar_closed)
        step->bar = m->bars[(m->bar_count - 1) % m->bar_capacity];
    sim_walk_step(m);
    sim_flow_step(m);
    sim_derivatives_step(m);
}

int32_t sim_market_new(const struct sim_options *shared, const struct bothy_config *config,
                       const char *venue, const char *symbol, struct sim_market **ret_market,
                       struct bothy_error *error)
{
    struct sim_market *m = calloc(1, sizeof *m);
    int64_t minutes = shared->history_ns / BOTHY_NS_PER_MIN;
    int32_t r;

    if (!m)
        return bothy_fail(error, BOTHY_ENOMEM, "no memory for %s", symbol);
    m->shared = *shared;
    r = sim_define(m, config, venue, symbol, error);
    if (r < 0) {
        free(m);
        return r;
    }
    /* A day at least, for those who ask for history later. */
    m->bar_capacity = (uint32_t)(minutes > 1440 ? minutes : 1440);
    m->bars = calloc(m->bar_capacity, sizeof *m->bars);
    if (!m->bars) {
        free(m);
        return bothy_fail(error, BOTHY_ENOMEM, "no memory for the history of %s: lower `history`",
                          symbol);
    }
    seed_streams(m);
    m->now_ns = shared->start_ns - minutes * BOTHY_NS_PER_MIN;
    m->first_bar_ns = m->bar_open_ns = m->now_ns;
    sim_walk_begin(m);
    sim_derivatives_begin(m);
    for (int64_t ts = m->now_ns; ts < shared->start_ns; ts += shared->step_ns)
        sim_market_step(m, ts);
    /* The minute that ends where the present begins belongs to the past. */
    sim_flow_roll(m, shared->start_ns);
    *ret_market = m;
    return 0;
}

void sim_market_free(struct sim_market *m)
{
    if (!m)
        return;
    free(m->bars);
    free(m);
}
