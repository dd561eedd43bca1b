/*
 * The funding rule: a score from rate, open interest, account ratio and taker flow. Pure.
 */
#ifndef FUNDING_SCORE_H
#define FUNDING_SCORE_H

#include <stdint.h>

/* Most that the factors can add up to. */
#define FUNDING_SCORE_MAX 7

/* Inputs that there may be no value for. */
enum {
    FUNDING_MISSING_OPEN_INTEREST = 1 << 0,
    FUNDING_MISSING_TAKER = 1 << 1,
    FUNDING_MISSING_LONG_SHORT = 1 << 2,
};

struct funding_rules {
    double high_pct; /* rate from which a side counts as crowded … */
    double extreme_pct;
    double oi_strong_pct;
    double oi_weak_pct; /* negative */
    double ls_high;
    double ls_low;
    double taker_high;
    double taker_low;
};

struct funding_inputs {
    double rate_pct; /* percent per normal interval */
    double price;
    double average; /* EMA of closes */
    double oi_change_pct;
    double taker_ratio;
    double ls_ratio;
    uint32_t missing; /* FUNDING_MISSING_*: the value is 0 and the factor too */
};

/* What each factor added. */
struct funding_score {
    int32_t total;
    int32_t rate;
    int32_t open_interest;
    int32_t long_short;
    int32_t taker;
};

/*
 * Effect: adds the factors up, in this order:
 *     rate            ≥ extreme −3, ≥ high −2, only with price < average; mirrored at −high with
 *                     price > average
 *     open interest   rising strongly: 1 away from 0; falling strongly: 1 towards 0; at 0: nothing
 *     accounts        long/short ≥ high −2, ≤ low +2
 *     takers          buy/sell ≥ high +1, ≤ low −1
 * A threshold counts as reached within rounding. LONG is a total above 1, SHORT one below −1.
 */
struct funding_score funding_score(const struct funding_rules *rules,
                                   const struct funding_inputs *inputs);

#endif
