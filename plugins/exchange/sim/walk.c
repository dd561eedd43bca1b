/*
 * The price: a random walk whose volatility and trend change with the regime, pushed by
 * liquidation cascades. A cascade follows a sharp move out of the recent range, closes positions of
 * the losing side in the direction of the move, moves the price further, and gives a part of that
 * back afterwards.
 */
#include "market.h"

#include <math.h>

#define REBOUND_NS    (10 * BOTHY_NS_PER_MIN)
#define REBOUND_SHARE 0.45
#define RETURN_MAX    0.05 /* of one step, whatever the options say */
#define RANGE_MINUTES 100

/* A regime's trend, in standard deviations of a normal day. */
static const double trend_size[] = { 0.3, 0.6, 2.0 };

static double regime_volatility(const struct sim_market *m)
{
    if (m->regime == SIM_CALM)
        return m->with.calm_volatility;
    return m->regime == SIM_WILD ? m->with.wild_volatility : 1;
}

static int64_t regime_length(const struct sim_market *m)
{
    if (m->regime == SIM_CALM)
        return m->with.calm_ns;
    return m->regime == SIM_WILD ? m->with.wild_ns : m->with.normal_ns;
}

static void regime_enter(struct sim_market *m, uint32_t regime)
{
    m->regime = regime;
    m->trend = m->with.volatility * trend_size[regime] * bothy_random_gaussian(&m->regimes);
}

/* Calm and wild times both come out of normal ones, and go back to them. */
static void regime_step(struct sim_market *m)
{
    double leave = (double)m->shared.step_ns / (double)regime_length(m);

    if (bothy_random_double(&m->regimes) >= leave)
        return;
    if (m->regime == SIM_NORMAL)
        regime_enter(m, bothy_random_u64(&m->regimes) >> 63 ? SIM_WILD : SIM_CALM);
    else
        regime_enter(m, SIM_NORMAL);
}

static void window_push(struct sim_market *m)
{
    if (!sim_market_due(m, m->sample_ns, m->now_ns))
        return;
    m->window[m->window_at] = m->mid;
    m->window_at = (m->window_at + 1) % m->window_length;
    if (m->window_filled < m->window_length)
        m->window_filled++;
}

/* The return over the window that ends now. */
static double window_return(const struct sim_market *m)
{
    uint32_t oldest = m->window_filled < m->window_length ? 0 : m->window_at;

    if (m->window_filled == 0)
        return 0;
    return m->mid / m->window[oldest] - 1;
}

static void force(struct sim_market *m, uint32_t side, double notional)
{
    struct sim_step *step = &m->step;
    struct sim_trade *to;

    if (step->liquidation_count == SIM_LIQUIDATIONS_MAX)
        return;
    to = &step->liquidations[step->liquidation_count++];
    to->side = side;
    to->lots = sim_market_lots(m, notional, m->mid);
    m->interest -= 2 * (double)to->lots;
}

/* Small accounts that fail on any day, on the side that the market goes against. */
static void force_stragglers(struct sim_market *m)
{
    double move = window_return(m);
    double mean = 0.002 * (double)m->shared.step_ns / (double)BOTHY_NS_PER_S;

    for (uint32_t n = sim_poisson(&m->forced, mean, 4); n > 0; n--) {
        double longs = 0.5 - 50 * move;
        uint32_t side = bothy_random_double(&m->forced) < longs ? BOTHY_SIDE_SELL : BOTHY_SIDE_BUY;

        force(m, side, m->with.trade_notional * (0.5 + 4 * bothy_random_double(&m->forced)));
    }
}

/* Stops are where price has not been lately: whether it leaves the range of the last minutes. */
static int leaves_range(const struct sim_market *m, int up)
{
    uint64_t minutes = m->bar_count < RANGE_MINUTES ? m->bar_count : RANGE_MINUTES;

    for (uint64_t i = m->bar_count - minutes; i < m->bar_count; i++) {
        const struct sim_bar *bar = &m->bars[i % m->bar_capacity];

        if (up ? bar->high > m->ask : bar->low < m->bid)
            return 0;
    }
    return 1;
}

static void cascade_begin(struct sim_market *m)
{
    struct sim_cascade *c = &m->cascade;
    double move = window_return(m);

    if (m->with.cascade_move <= 0 || m->now_ns < c->quiet_until_ns || m->window_filled < 2)
        return;
    if ((move < m->with.cascade_move && move > -m->with.cascade_move) || !leaves_range(m, move > 0))
        return;
    c->side = move < 0 ? BOTHY_SIDE_SELL : BOTHY_SIDE_BUY;
    c->left_ns = m->with.cascade_time_ns;
    c->pace = 0.6 + 0.8 * bothy_random_double(&m->forced);
    c->rebound_ns = 0;
}

/* Returns what the cascade, or the way back after it, does to the price in this step. */
static double cascade_step(struct sim_market *m)
{
    struct sim_cascade *c = &m->cascade;
    double seconds = (double)m->shared.step_ns / (double)BOTHY_NS_PER_S;
    double sign = c->side == BOTHY_SIDE_SELL ? -1 : 1;
    double share, mean;

    if (c->rebound_ns > 0) {
        share = (double)m->shared.step_ns / (double)REBOUND_NS;
        c->rebound_ns -= m->shared.step_ns;
        return c->rebound * share;
    }
    if (c->side == 0)
        return 0;
    share = (double)m->shared.step_ns / (double)m->with.cascade_time_ns;
    mean = m->with.cascade_notional * c->pace * BOTHY_NS_PER_S / (double)m->with.cascade_time_ns;
    for (uint32_t n = sim_poisson(&m->forced, seconds, SIM_LIQUIDATIONS_MAX); n > 0; n--) {
        double u = bothy_random_double(&m->forced);

        force(m, c->side, mean * (0.25 + 2.25 * u * u));
    }
    c->left_ns -= m->shared.step_ns;
    if (c->left_ns <= 0) {
        c->rebound = -sign * REBOUND_SHARE * m->with.cascade_impact * c->pace;
        c->rebound_ns = REBOUND_NS;
        c->side = 0;
        c->quiet_until_ns = m->now_ns + m->with.cascade_pause_ns;
    }
    return sign * m->with.cascade_impact * c->pace * share;
}

void sim_walk_touch(const struct sim_market *m, double mid, int64_t *ret_bid, int64_t *ret_ask)
{
    double half = mid * m->with.spread / 2;
    int64_t bid = (int64_t)floor((mid - half) / m->tick);
    int64_t ask = (int64_t)ceil((mid + half) / m->tick);

    if (bid < 1)
        bid = 1;
    *ret_bid = bid;
    *ret_ask = ask > bid ? ask : bid + 1;
}

void sim_walk_begin(struct sim_market *m)
{
    m->sample_ns = m->shared.step_ns > SIM_WINDOW_NS / SIM_WINDOW_MAX
                       ? m->shared.step_ns
                       : SIM_WINDOW_NS / SIM_WINDOW_MAX;
    m->window_length = (uint32_t)(SIM_WINDOW_NS / m->sample_ns);
    m->step_days = (double)m->shared.step_ns / (double)BOTHY_NS_PER_DAY;
    m->step_deviation = m->with.volatility * sqrt(m->step_days);
    m->common_weight = sqrt(m->with.correlation);
    m->own_weight = sqrt(1 - m->with.correlation);
    m->mid = m->last_mid = m->start_price;
    regime_enter(m, SIM_NORMAL);
    sim_walk_touch(m, m->mid, &m->bid, &m->ask);
    m->last_price = m->bid;
}

void sim_walk_step(struct sim_market *m)
{
    double noise = m->common_weight * bothy_random_gaussian(&m->together) +
                   m->own_weight * bothy_random_gaussian(&m->alone);
    double r;

    regime_step(m);
    r = (m->with.drift + m->trend) * m->step_days +
        m->step_deviation * regime_volatility(m) * noise;
    if (m->derivative) {
        if (m->cascade.side == 0 && m->cascade.rebound_ns <= 0)
            cascade_begin(m);
        force_stragglers(m);
        r += cascade_step(m);
    }
    if (r > RETURN_MAX)
        r = RETURN_MAX;
    if (r < -RETURN_MAX)
        r = -RETURN_MAX;
    /* A year's walk must neither reach zero nor leave the integers: far out, it turns back. */
    if ((m->mid > 50 * m->start_price && r > 0) || (m->mid < 0.02 * m->start_price && r < 0))
        r = -r;
    m->last_mid = m->mid;
    m->last_return = r;
    m->mid *= 1 + r;
    sim_walk_touch(m, m->mid, &m->bid, &m->ask);
    window_push(m);
}
