/*
 * bothy/levels.h: where a trade ends and how large it may be: stop loss and take profits,
 * their validation, the trailing stop, and position sizes.
 *
 * Everything here is in doubles: it makes signals. What becomes of a size on its way to an
 * order (tick, lot, budget, limits) the host computes again, exactly.
 *
 * A direction is +1 (long) or −1 (short). R, the risk, is |entry − stop loss|, per unit.
 * All functions are pure: any thread, any state.
 */
#ifndef BOTHY_LEVELS_H
#define BOTHY_LEVELS_H

#include <bothy/base.h>
#include <bothy/config.h>
#include <bothy/signal.h>

BOTHY_BEGIN

/* ---- Stop loss and take profits ------------------------------------------------------ */

/* How the levels are found; s is the direction, b = 1 + buffer_pct / 100. */
enum {
    /* SL = entry − s·atr·b·sl, TP = entry + s·atr·tp. Without an ATR: 1 % of the entry. */
    BOTHY_LEVELS_ATR = 1,
    /* SL = entry − s·a, TP = entry + s·a·tp, a = volatility_pct (or 1) percent of the entry. */
    BOTHY_LEVELS_PERCENTAGE = 2,
    /* SL beyond the swing low (long) or high (short) by the buffer, TP = entry + s·R·tp. */
    BOTHY_LEVELS_STRUCTURE = 3,
    /* SL as STRUCTURE, TP = entry + s·(high − low)·{0.618, 1, 1.618}. */
    BOTHY_LEVELS_FIBONACCI = 4,
    /* As PERCENTAGE, with a measured volatility, which must be given. */
    BOTHY_LEVELS_VOLATILITY = 5,
};

/* Which optional fields of a request hold a value. */
enum {
    BOTHY_LEVELS_HAS_ATR = 1 << 0,
    BOTHY_LEVELS_HAS_TP3 = 1 << 1,
    BOTHY_LEVELS_HAS_SWING_HIGH = 1 << 2,
    BOTHY_LEVELS_HAS_SWING_LOW = 1 << 3,
    BOTHY_LEVELS_HAS_VOLATILITY = 1 << 4,
    BOTHY_LEVELS_HAS_CUSTOM_SL = 1 << 5,
};

/* Changes the multipliers: TRENDING sl × 1.2, tp1 × k, tp2 and tp3 × 1.2·k with k = ADX / 25
 * within 1 … 1.5; CHOPPY sl × 0.8, tp × 0.7. */
enum {
    BOTHY_REGIME_NONE = 0,
    BOTHY_REGIME_TRENDING = 1,
    BOTHY_REGIME_CHOPPY = 2,
};

/* What valid levels must keep. Comparisons allow 1e-9, so that equal passes. */
struct bothy_levels_limits {
    double min_rr;     /* least reward / risk of the first target; default 1.3 */
    double max_sl_pct; /* farthest stop, percent of the entry; default 5 */
    double min_sl_pct; /* nearest stop, percent of the entry; default 0.2 */
    double buffer_pct; /* added to the distance (ATR) or to the swing, percent; default 0.75 */
};

struct bothy_levels_request {
    double entry;
    double atr;
    double sl_multiplier;  /* default 1.5 */
    double tp1_multiplier; /* default 2 */
    double tp2_multiplier; /* default 3.5 */
    double tp3_multiplier;
    double swing_high;
    double swing_low;
    double volatility_pct;
    double custom_sl; /* takes the place of the computed stop, whatever the method */
    double adx;       /* for BOTHY_REGIME_TRENDING */
    int32_t direction;
    uint32_t method; /* BOTHY_LEVELS_*; default ATR */
    uint32_t has;    /* BOTHY_LEVELS_HAS_* */
    uint32_t regime; /* BOTHY_REGIME_* */
};

#define BOTHY_LEVELS_REASONS_MAX 8
#define BOTHY_LEVELS_REASON_TEXT 96

struct bothy_levels {
    double entry;
    double stop_loss;
    double take_profit_1;
    double take_profit_2;
    double take_profit_3; /* 0 where there is none */
    double risk_amount;   /* R */
    double risk_pct;      /* R in percent of the entry */
    double risk_reward_1; /* |TP − entry| / R; 0 where R or TP is 0 */
    double risk_reward_2;
    double risk_reward_3;
    int32_t direction;
    uint32_t method;
    int32_t valid;        /* 1 only if there is no reason against it */
    uint32_t atr_assumed; /* 1: no ATR was given, 1 % of the entry was taken */
    uint32_t reason_count;
    uint32_t reserved;
    /* The reason to show: the first, but a stop or target on the wrong side goes before all.
     * Empty when valid. */
    char rejection_reason[BOTHY_LEVELS_REASON_TEXT];
    /* All of them, in the order of the checks. */
    char reasons[BOTHY_LEVELS_REASONS_MAX][BOTHY_LEVELS_REASON_TEXT];
};

/* Effect: the defaults named above. */
BOTHY_API void bothy_levels_limits_init(struct bothy_levels_limits *limits);
/* Effect: the defaults named above, nothing optional, for this entry and direction. */
BOTHY_API void bothy_levels_request_init(struct bothy_levels_request *request, double entry,
                                         int32_t direction);

/*
 * Effect: computes and judges the levels. What is wrong with the numbers is a result, not an
 * error: valid = 0 and the reasons. Where no levels can be computed (a number that is not
 * finite and positive, a swing that is missing) they are 0. Returns 1 if they are valid, 0 if
 * not. Errors: BOTHY_EINVAL no such direction, method or regime, or a limit that is negative
 * or not finite; nothing is set then.
 */
BOTHY_API int32_t bothy_levels_calculate(const struct bothy_levels_request *request,
                                         const struct bothy_levels_limits *limits,
                                         struct bothy_levels *ret_levels);

/* Effect: bothy_levels_calculate() by ATR with all defaults. */
BOTHY_API int32_t bothy_levels_quick(double entry, int32_t direction, double atr,
                                     struct bothy_levels *ret_levels);

/*
 * Effect: fills the multipliers of `request` and all of `limits` from the risk parameters
 * (bothy/risk.h) of a symbol's view; a tp3_mult of 0 means no third target. The rest of `request`
 * is as bothy_levels_request_init() makes it, without entry and direction: a bot keeps it, and
 * sets in a copy what a signal brings.
 */
BOTHY_API void bothy_levels_from_config(const struct bothy_config *view,
                                        struct bothy_levels_request *request,
                                        struct bothy_levels_limits *limits);

/*
 * Effect: for check() of a bot that finds its levels by ATR: tells risk parameters of a symbol's
 * view that contradict each other, before the bot starts and never gives a signal. `name`, the
 * symbol's, is for the text. Errors: BOTHY_EINVAL the first target could never reach min_rr.
 */
BOTHY_API int32_t bothy_levels_check_config(const struct bothy_config *view, const char *name,
                                            struct bothy_error *error);

/* Effect: entry, stop, targets and their ratios of valid levels, written into a signal. */
BOTHY_API void bothy_levels_to_signal(const struct bothy_levels *levels,
                                      struct bothy_signal *signal);

/* Returns "atr" …, or "?" for a number that is none. [borrowed]: static. */
BOTHY_API const char *bothy_levels_method_name(uint32_t method);
/* Effect: "atr" → BOTHY_LEVELS_ATR; lower case. Errors: BOTHY_EINVAL. */
BOTHY_API int32_t bothy_levels_method_parse(const char *text, uint32_t *ret_method);

/* ---- Trailing stop ------------------------------------------------------------------- */

struct bothy_trail {
    double entry;
    double price;
    double atr;
    double activation; /* profit, in ATR, from which the stop follows; default 1 */
    double distance;   /* of the stop from the price, in ATR; default 0.5 */
    double current_sl;
    int32_t direction;
    int32_t has_current_sl; /* 1: current_sl holds a stop */
};

/* Effect: the defaults named above, without a current stop. */
BOTHY_API void bothy_trail_init(struct bothy_trail *trail, double entry, int32_t direction);

/*
 * Effect: the stop that holds now. Before activation it is the current one, after it the more
 * favourable of the current one and price − s·atr·distance: it never loosens. Returns 1 with
 * *ret_stop set, or 0 if there is no stop (none before, and not activated). Errors:
 * BOTHY_EINVAL a number that is not finite, a price or ATR that is not positive, a negative
 * activation or distance, no such direction.
 */
BOTHY_API int32_t bothy_trail_stop(const struct bothy_trail *trail, double *ret_stop);

/* ---- Position size ------------------------------------------------------------------- */

enum {
    /* What loses risk_pct of the balance if the stop is hit at its price. */
    BOTHY_SIZE_RISK = 1,
    /* A notional of `amount`. */
    BOTHY_SIZE_FIXED = 2,
    /* equity_pct of the balance. */
    BOTHY_SIZE_PCT = 3,
    /* Kelly for a share that pays 1: (belief − entry) / (1 − entry) of the balance, times
     * kelly_fraction, at most kelly_cap. Nothing where the belief is not above the price. */
    BOTHY_SIZE_KELLY = 4,
    /* equity_pct × target_volatility_pct / volatility_pct of the balance, at most
     * volatility_cap_pct. */
    BOTHY_SIZE_VOLATILITY = 5,
};

struct bothy_size_request {
    double balance;
    double entry;                 /* price of a unit */
    double stop_loss;             /* RISK; elsewhere only to tell the risk, 0: none */
    double risk_pct;              /* RISK; default 2 */
    double amount;                /* FIXED */
    double equity_pct;            /* PCT, VOLATILITY; default 2 */
    double belief;                /* KELLY: probability, 0 … 1 */
    double kelly_fraction;        /* default 0.25 */
    double kelly_cap;             /* share of the balance, default 0.5 */
    double volatility_pct;        /* VOLATILITY: as measured */
    double target_volatility_pct; /* default 5 */
    double volatility_cap_pct;    /* default 20 */
    double leverage;              /* default 1 */
    double lot_step;              /* the quantity is rounded down to it; 0: not */
    double min_notional;          /* smaller is refused; 0: none */
    double max_position_pct;      /* cap of the notional, percent of the balance; 0: none */
    uint32_t policy;              /* BOTHY_SIZE_*; default RISK */
    uint32_t reserved;
};

struct bothy_size {
    double risk_amount;    /* RISK: what may be lost; elsewhere risk_at_stop */
    double price_risk_pct; /* |entry − stop| in percent of the entry; 0 without a stop */
    double notional;       /* value of the position at the entry */
    double quantity;       /* units */
    double margin;         /* notional / leverage */
    double risk_at_stop;   /* what this quantity loses at the stop; 0 without one */
    double kelly;          /* KELLY: the full fraction, before fraction and cap */
    int32_t valid;         /* 0: refused, quantity, notional and margin are 0 */
    uint32_t capped;       /* 1: max_position_pct, kelly_cap or volatility_cap_pct held it */
    uint32_t over_margin;  /* 1: the margin is more than the balance */
    uint32_t reserved;
    char rejection_reason[BOTHY_LEVELS_REASON_TEXT]; /* empty when valid */
};

/* Effect: the defaults named above. */
BOTHY_API void bothy_size_request_init(struct bothy_size_request *request, double balance,
                                       double entry);

/*
 * Effect: the size by the policy, capped, then rounded down to the lot, then judged by the
 * minimum. Returns 1 if there is one, 0 if refused (valid = 0, rejection_reason). Errors:
 * BOTHY_EINVAL no such policy, or a number that is not finite or outside its range; nothing is
 * set then, and error->text (if not NULL) names it.
 */
BOTHY_API int32_t bothy_size_calculate(const struct bothy_size_request *request,
                                       struct bothy_size *ret_size, struct bothy_error *error);

/* Returns "risk" …, or "?". [borrowed]: static. */
BOTHY_API const char *bothy_size_policy_name(uint32_t policy);
/* Effect: "risk" → BOTHY_SIZE_RISK; lower case. Errors: BOTHY_EINVAL. */
BOTHY_API int32_t bothy_size_policy_parse(const char *text, uint32_t *ret_policy);

/* ---- Stakes -------------------------------------------------------------------------- */

#define BOTHY_STAKES_MAX 8

struct bothy_stakes {
    double inverse_sum;  /* Σ 1 / odds: below 1 every outcome wins */
    double profit_pct;   /* (1 / inverse_sum − 1) × 100 */
    double worst_profit; /* after rounding and commission, of all outcomes */
    double staked;       /* the sum of the stakes */
    double stakes[BOTHY_STAKES_MAX];
};

/*
 * Effect: divides `total` over 2 … BOTHY_STAKES_MAX outcomes with decimal odds (> 1) so that
 * each pays the same; each stake is then rounded to the nearest multiple of `step` (0: not).
 * Commission (0 ≤ c < 1) is taken from winnings: odds count as (odds − 1)(1 − c) + 1. Errors:
 * BOTHY_EINVAL.
 */
BOTHY_API int32_t bothy_stakes_divide(const double *odds, uint32_t count, double total, double step,
                                      double commission, struct bothy_stakes *ret_stakes);

BOTHY_END

#endif
