/*
 * The simulated market: one struct sim_market per instrument, which advances by one step at a
 * time and never asks who listens. All that an instrument does follows from the seed, its symbol
 * and the options; what is published is a filter over it (feed.c). Integers carry prices and
 * sizes: prices count ticks, sizes count lots. The doubles inside only steer the random walk, and
 * use nothing but + - * / and sqrt, whose results IEEE 754 fixes: the same bytes on every machine.
 *
 *     walk.c         the price: regimes, trend, liquidation cascades and their impact
 *     flow.c         trades, and the minute bars made of them
 *     derivatives.c  funding, mark price, open interest, ratios
 *     book.c         the order book: a pure function of price and time
 *     definition.c   symbols, ticks, lots
 */
#ifndef BOTHY_SIM_MARKET_H
#define BOTHY_SIM_MARKET_H

#include <bothy/config.h>
#include <bothy/event.h>
#include <bothy/random.h>

#define SIM_TRADES_MAX       256 /* of one instrument in one step */
#define SIM_LIQUIDATIONS_MAX 64
#define SIM_BOOK_SIDE_MAX    250
#define SIM_WINDOW_MAX       60 /* samples of the price that a cascade looks back on */
#define SIM_SETTLEMENTS_MAX  512
#define SIM_SAMPLES_MAX      2048 /* of the open interest */
#define SIM_WINDOW_NS        (5 * BOTHY_NS_PER_MIN)

/* What all instruments share. */
struct sim_options {
    uint64_t seed;
    int64_t start_ns;
    int64_t duration_ns; /* 0: no end */
    int64_t step_ns;
    int64_t history_ns;
};

/* What may differ by instrument. Rates and moves are fractions, not percent. */
struct sim_parameters {
    double price;                   /* at the beginning of the history; 0: by its name */
    struct bothy_decimal tick, lot; /* 0: by price */
    double volatility, drift, correlation;
    double calm_volatility, wild_volatility;
    int64_t calm_ns, normal_ns, wild_ns;
    double spread;
    double depth_notional;
    uint32_t book_levels;
    double trade_rate, trade_notional;
    double funding_base, funding_volatility;
    int64_t funding_interval_ns, funding_update_ns;
    double open_interest;
    int64_t open_interest_update_ns, ratio_update_ns, mark_update_ns;
    double cascade_move, cascade_impact, cascade_notional;
    int64_t cascade_time_ns, cascade_pause_ns;
};

enum { SIM_CALM = 0, SIM_NORMAL = 1, SIM_WILD = 2 };

struct sim_trade {
    int64_t price; /* ticks */
    int64_t lots;
    uint64_t id;
    uint32_t side; /* of the taker; of the closing order of a liquidation */
    uint32_t reserved;
};

struct sim_bar {
    int64_t open, high, low, close; /* ticks */
    int64_t lots;
    uint32_t trades;
    uint32_t reserved;
};

struct sim_settlement {
    int64_t ts_ns;
    int64_t rate; /* × 10^-8 */
};

struct sim_sample {
    int64_t ts_ns;
    int64_t lots;
    int64_t price; /* ticks, to value it */
};

/* What the last step did. */
struct sim_step {
    uint32_t trade_count, liquidation_count;
    struct sim_trade trades[SIM_TRADES_MAX];
    struct sim_trade liquidations[SIM_LIQUIDATIONS_MAX];
    int bar_closed, settled, funding_due, open_interest_due, ratio_due, mark_due;
    struct sim_bar bar;  /* the minute that ended at this instant */
    int64_t taker_ratio; /* × 10^-4 */
};

struct sim_cascade {
    uint32_t side;      /* of the closing orders; 0: none under way */
    int64_t left_ns;    /* of the cascade */
    double pace;        /* of the impact: 1 is average */
    int64_t rebound_ns; /* left of the way back */
    double rebound;     /* what comes back in all */
    int64_t quiet_until_ns;
};

struct sim_market {
    struct sim_options shared;
    struct sim_parameters with;
    struct bothy_instrument definition;
    int derivative; /* has funding, mark, open interest, liquidations, ratios */
    int inverse;    /* quantities are contracts of one unit of quote currency */
    int64_t now_ns;

    /* One generator for each kind of thing, so that more of one does not disturb another. */
    struct bothy_random together; /* the same numbers in every market of a seed */
    struct bothy_random alone;
    struct bothy_random regimes;
    struct bothy_random orders;
    struct bothy_random forced;
    struct bothy_random crowd;
    uint64_t book_seed;

    double tick, lot;   /* nearest doubles of the definition's */
    double start_price; /* bounds of the walk hang on it */
    double step_days;
    double step_deviation;            /* of a step's return when all is normal */
    double common_weight, own_weight; /* of the gaussians */
    double mid, last_mid, last_return;
    uint32_t regime;
    double trend; /* return a day of the present regime */
    int64_t bid, ask;
    int64_t level_spacing; /* ticks between levels of the book */

    double window[SIM_WINDOW_MAX]; /* ring of mids */
    uint32_t window_length, window_at, window_filled;
    int64_t sample_ns;
    struct sim_cascade cascade;

    uint64_t last_id; /* of trades */
    int64_t last_price;
    double taker_buy, taker_sell; /* lots since the last ratio */

    int64_t bar_open_ns;
    struct sim_bar forming;
    struct sim_bar *bars; /* [owned] ring of closed minutes */
    uint32_t bar_capacity;
    uint64_t bar_count; /* closed so far */
    int64_t first_bar_ns;

    double premium_noise, premium, slow_price;
    int64_t rate; /* predicted, × 10^-8 */
    int64_t next_settlement_ns;
    int64_t settled_rate;
    struct sim_settlement settlements[SIM_SETTLEMENTS_MAX];
    uint64_t settlement_count;
    double interest, interest_base; /* lots */
    struct sim_sample samples[SIM_SAMPLES_MAX];
    uint64_t sample_count;
    double accounts; /* long / short */

    struct sim_step step;
};

/*
 * Effect: a market at shared->start_ns, its history behind it. Errors: BOTHY_ENOENT the symbol is
 * none that can be simulated, with the remedy; BOTHY_ENOMEM.
 */
int32_t sim_market_new(const struct sim_options *shared, const struct bothy_config *config,
                       const char *venue, const char *symbol, struct sim_market **ret_market,
                       struct bothy_error *error);
void sim_market_free(struct sim_market *market);

/* Effect: lives through the instant ts_ns, which is one step after the last. */
void sim_market_step(struct sim_market *market, int64_t ts_ns);

/* Returns 1 if a multiple of interval_ns lies in (ts_ns - step, ts_ns]. */
int sim_market_due(const struct sim_market *market, int64_t interval_ns, int64_t ts_ns);

struct bothy_decimal sim_market_price(const struct sim_market *market, int64_t ticks);
struct bothy_decimal sim_market_quantity(const struct sim_market *market, int64_t lots);
/* Returns how many lots are worth so much quote currency at a price; one at least. */
int64_t sim_market_lots(const struct sim_market *market, double notional, double price);

/* Effect: checks an element of the option `instruments`. Errors: BOTHY_EINVAL. */
int32_t sim_particulars_check(const char *text, struct bothy_error *error);

/* definition.c. Effect: symbol and options make definition, ticks, lots and the first price. */
int32_t sim_define(struct sim_market *market, const struct bothy_config *config, const char *venue,
                   const char *symbol, struct bothy_error *error);

/* walk.c */
void sim_walk_begin(struct sim_market *market);
void sim_walk_step(struct sim_market *market);
/* Effect: bid and ask around the mid. */
void sim_walk_touch(const struct sim_market *market, double mid, int64_t *ret_bid,
                    int64_t *ret_ask);

/* flow.c */
void sim_flow_step(struct sim_market *market);
/* Effect: closes the minute that ended at or before ts_ns. Returns 1 if one did. */
int sim_flow_roll(struct sim_market *market, int64_t ts_ns);
/* Returns a sample of Poisson's distribution, at most `most`. */
uint32_t sim_poisson(struct bothy_random *random, double mean, uint32_t most);

/* derivatives.c */
void sim_derivatives_begin(struct sim_market *market);
void sim_derivatives_step(struct sim_market *market);
/* The mark and the index price, in ticks. */
void sim_mark(const struct sim_market *market, int64_t *ret_mark, int64_t *ret_index);

/* book.c: levels of one side, best first; prices in ticks. Returns how many: at most `most`. */
struct sim_level {
    int64_t price;
    int64_t lots;
};
uint32_t sim_book_side(const struct sim_market *market, uint32_t side, struct sim_level *levels,
                       uint32_t most);

#endif
