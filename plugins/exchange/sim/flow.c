/*
 * Trades, and the minute bars made of them. The trades of a step lie on the way from the last
 * price to the new one, buyers at the ask, sellers at the bid; takers tend to go with the move.
 * A minute without a trade is a bar of the last price and volume 0: history has no holes.
 */
#include "market.h"

#define ORDINARY_MAX (SIM_TRADES_MAX - SIM_LIQUIDATIONS_MAX) /* room is left for forced ones */
#define MEAN_MAX     150.0                                   /* trades a step */

/* Returns e^-x for x >= 0: halved until a short series is exact enough, squared back up. */
static double decay(double x)
{
    double sum = 1, term = 1;
    int halvings = 0;

    for (; x > 0.125; x /= 2)
        halvings++;
    for (int n = 1; n <= 10; n++) {
        term *= -x / n;
        sum += term;
    }
    while (halvings-- > 0)
        sum *= sum;
    return sum;
}

uint32_t sim_poisson(struct bothy_random *random, double mean, uint32_t most)
{
    uint32_t count = 0;

    /* Knuth's product of uniforms; a large mean is a sum of smaller ones. */
    while (mean > 0) {
        double part = mean > 16 ? 16 : mean;
        double limit = decay(part);
        double product = bothy_random_double(random);

        while (product > limit) {
            count++;
            product *= bothy_random_double(random);
        }
        mean -= part;
    }
    return count < most ? count : most;
}

static void trade(struct sim_market *m, int64_t price, int64_t lots, uint32_t side)
{
    struct sim_bar *bar = &m->forming;
    struct sim_trade *to;

    if (m->step.trade_count == SIM_TRADES_MAX)
        return;
    to = &m->step.trades[m->step.trade_count++];
    to->price = price;
    to->lots = lots;
    to->side = side;
    to->id = ++m->last_id;
    if (bar->trades == 0)
        bar->open = bar->high = bar->low = price;
    if (price > bar->high)
        bar->high = price;
    if (price < bar->low)
        bar->low = price;
    bar->close = m->last_price = price;
    bar->lots += lots;
    bar->trades++;
    if (side == BOTHY_SIDE_BUY)
        m->taker_buy += (double)lots;
    else
        m->taker_sell += (double)lots;
}

/* Mostly small, now and then large. */
static int64_t trade_lots(struct sim_market *m)
{
    double u = bothy_random_double(&m->orders);
    double size = 0.25 + 1.5 * u * u;

    if (bothy_random_double(&m->orders) < 0.02)
        size += 10 * bothy_random_double(&m->orders);
    return sim_market_lots(m, m->with.trade_notional * size, m->mid);
}

/* A liquidation is a market order: it trades as well as being told. */
static void trade_forced(struct sim_market *m)
{
    for (uint32_t i = 0; i < m->step.liquidation_count; i++) {
        struct sim_trade *forced = &m->step.liquidations[i];

        forced->price = forced->side == BOTHY_SIDE_BUY ? m->ask : m->bid;
        trade(m, forced->price, forced->lots, forced->side);
    }
}

int sim_flow_roll(struct sim_market *m, int64_t ts_ns)
{
    struct sim_bar *bar = &m->forming;

    if (ts_ns < m->bar_open_ns + BOTHY_NS_PER_MIN)
        return 0;
    if (bar->trades == 0)
        bar->open = bar->high = bar->low = bar->close = m->last_price;
    m->bars[m->bar_count++ % m->bar_capacity] = *bar;
    *bar = (struct sim_bar) { 0 };
    m->bar_open_ns += BOTHY_NS_PER_MIN;
    return 1;
}

void sim_flow_step(struct sim_market *m)
{
    static const double activity[] = { 0.6, 1.0, 2.0 };
    double seconds = (double)m->shared.step_ns / (double)BOTHY_NS_PER_S;
    double mean = m->with.trade_rate * seconds * activity[m->regime];
    double push = m->last_return / m->step_deviation;
    double buyers = 0.5 + 0.35 * push / (1 + (push < 0 ? -push : push));
    uint32_t count;

    if (m->cascade.side != 0)
        mean *= 2;
    count = sim_poisson(&m->orders, mean < MEAN_MAX ? mean : MEAN_MAX, ORDINARY_MAX);
    for (uint32_t i = 0; i < count; i++) {
        double way = (double)(i + 1) / (double)count;
        int64_t bid, ask;

        sim_walk_touch(m, m->last_mid + (m->mid - m->last_mid) * way, &bid, &ask);
        if (bothy_random_double(&m->orders) < buyers)
            trade(m, ask, trade_lots(m), BOTHY_SIDE_BUY);
        else
            trade(m, bid, trade_lots(m), BOTHY_SIDE_SELL);
    }
    trade_forced(m);
}
