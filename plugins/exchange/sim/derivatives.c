/*
 * What only perpetuals have: the premium over the index and the funding rate that follows it,
 * open interest, the mark price, and the ratios of the crowd. The premium wanders around zero
 * and leans towards where the price went in the last hours, as crowds do; the rate is a base
 * plus the premium's average. Everything here moves once a minute.
 */
#include "market.h"

#include <math.h>

#define RATE_SCALE     1e8
#define RATE_LIMIT     0.0075
#define NOISE_NS       (6 * BOTHY_NS_PER_H)    /* memory of the premium's noise */
#define AVERAGE_NS     (45 * BOTHY_NS_PER_MIN) /* of the premium in the rate */
#define SLOW_NS        (8 * BOTHY_NS_PER_H)    /* of the price that the crowd compares with */
#define LEAN           0.012                   /* premium per return over that */
#define INTEREST_NS    (12 * BOTHY_NS_PER_H)
#define INTEREST_NOISE 0.003 /* a minute */

static double minute_share(int64_t of_ns)
{
    return (double)BOTHY_NS_PER_MIN / (double)of_ns;
}

static int64_t predicted_rate(const struct sim_market *m)
{
    double rate = m->with.funding_base + m->premium;

    /* The options speak of eight hours; another interval pays its share. */
    rate *= (double)m->with.funding_interval_ns / (double)(8 * BOTHY_NS_PER_H);
    if (rate > RATE_LIMIT)
        rate = RATE_LIMIT;
    if (rate < -RATE_LIMIT)
        rate = -RATE_LIMIT;
    return (int64_t)floor(rate * RATE_SCALE + 0.5);
}

static void minute(struct sim_market *m)
{
    double share = minute_share(NOISE_NS);
    double lean, target;

    m->slow_price += (m->mid - m->slow_price) * minute_share(SLOW_NS);
    lean = LEAN * (m->mid / m->slow_price - 1);
    m->premium_noise += -m->premium_noise * share + m->with.funding_volatility * sqrt(2 * share) *
                                                        bothy_random_gaussian(&m->crowd);
    m->premium += (m->premium_noise + lean - m->premium) * minute_share(AVERAGE_NS);
    m->rate = predicted_rate(m);

    m->interest *= 1 + INTEREST_NOISE * bothy_random_gaussian(&m->crowd);
    m->interest += (m->interest_base - m->interest) * minute_share(INTEREST_NS);
    if (m->interest < 0.2 * m->interest_base)
        m->interest = 0.2 * m->interest_base;

    target = 1.2 + 900 * m->premium;
    m->accounts += (target - m->accounts) * minute_share(30 * BOTHY_NS_PER_MIN) +
                   0.02 * bothy_random_gaussian(&m->crowd);
    if (m->accounts < 0.3)
        m->accounts = 0.3;
    if (m->accounts > 4)
        m->accounts = 4;
}

static void settle(struct sim_market *m)
{
    struct sim_settlement *to = &m->settlements[m->settlement_count++ % SIM_SETTLEMENTS_MAX];

    m->settled_rate = m->rate;
    to->ts_ns = m->next_settlement_ns;
    to->rate = m->rate;
    m->next_settlement_ns += m->with.funding_interval_ns;
    m->step.settled = 1;
}

static void count_interest(struct sim_market *m)
{
    struct sim_sample *to = &m->samples[m->sample_count++ % SIM_SAMPLES_MAX];

    to->ts_ns = m->now_ns;
    to->lots = (int64_t)m->interest;
    to->price = m->bid;
    m->step.open_interest_due = 1;
}

static void count_takers(struct sim_market *m)
{
    double ratio = m->taker_sell > 0 ? m->taker_buy / m->taker_sell : 1;

    m->step.taker_ratio = (int64_t)(ratio < 100 ? ratio * 10000 + 0.5 : 1000000);
    m->taker_buy = m->taker_sell = 0;
    m->step.ratio_due = 1;
}

void sim_derivatives_begin(struct sim_market *m)
{
    int64_t interval = m->with.funding_interval_ns;

    if (!m->derivative)
        return;
    m->slow_price = m->mid;
    m->premium_noise = m->with.funding_volatility * bothy_random_gaussian(&m->crowd);
    m->premium = m->premium_noise;
    m->rate = predicted_rate(m);
    m->next_settlement_ns = m->now_ns - m->now_ns % interval + interval;
    m->interest_base = (double)sim_market_lots(m, m->with.open_interest, m->mid);
    m->interest = m->interest_base;
    m->accounts = 1.2;
}

void sim_derivatives_step(struct sim_market *m)
{
    if (!m->derivative)
        return;
    if (m->now_ns >= m->next_settlement_ns)
        settle(m);
    if (sim_market_due(m, BOTHY_NS_PER_MIN, m->now_ns))
        minute(m);
    m->step.funding_due =
        m->step.settled || sim_market_due(m, m->with.funding_update_ns, m->now_ns);
    m->step.mark_due = sim_market_due(m, m->with.mark_update_ns, m->now_ns);
    if (sim_market_due(m, m->with.open_interest_update_ns, m->now_ns))
        count_interest(m);
    if (sim_market_due(m, m->with.ratio_update_ns, m->now_ns))
        count_takers(m);
}

void sim_mark(const struct sim_market *m, int64_t *ret_mark, int64_t *ret_index)
{
    double index = m->mid / (1 + m->premium_noise);

    *ret_mark = (int64_t)floor(index * (1 + m->premium) / m->tick + 0.5);
    *ret_index = (int64_t)floor(index / m->tick + 0.5);
    if (*ret_mark < 1)
        *ret_mark = 1;
    if (*ret_index < 1)
        *ret_index = 1;
}
