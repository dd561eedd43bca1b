/*
 * Position sizes: five policies that need no market, one cap, the lot, the minimum; and the
 * division of a stake over outcomes. All of it is advice in doubles; orders are sized again
 * by the host in decimals.
 */
#include <math.h>
#include <stdio.h>

#include <bothy/levels.h>

#include "word.h"

/* A quotient that falls short of a whole number of lots by this much is that number. */
#define LOT_EPSILON 1e-9

static const struct word policies[] = {
    { "risk", BOTHY_SIZE_RISK },
    { "fixed", BOTHY_SIZE_FIXED },
    { "pct", BOTHY_SIZE_PCT },
    { "kelly", BOTHY_SIZE_KELLY },
    { "volatility", BOTHY_SIZE_VOLATILITY },
};

BOTHY_API const char *bothy_size_policy_name(uint32_t policy)
{
    return word_of(policies, sizeof policies / sizeof policies[0], policy);
}

BOTHY_API int32_t bothy_size_policy_parse(const char *text, uint32_t *ret_policy)
{
    return word_find_lower(policies, sizeof policies / sizeof policies[0], text, ret_policy);
}

BOTHY_API void bothy_size_request_init(struct bothy_size_request *request, double balance,
                                       double entry)
{
    *request = (struct bothy_size_request) {
        .balance = balance,
        .entry = entry,
        .risk_pct = 2,
        .equity_pct = 2,
        .kelly_fraction = 0.25,
        .kelly_cap = 0.5,
        .target_volatility_pct = 5,
        .volatility_cap_pct = 20,
        .leverage = 1,
        .policy = BOTHY_SIZE_RISK,
    };
}

static int32_t need_positive(const char *name, double value, struct bothy_error *error)
{
    if (!isfinite(value) || value <= 0)
        return bothy_fail(error, BOTHY_EINVAL, "%s must be a finite number above 0, not %.6g", name,
                          value);
    return 0;
}

static int32_t need_within(const char *name, double value, double maximum,
                           struct bothy_error *error)
{
    if (!(value >= 0 && value <= maximum))
        return bothy_fail(error, BOTHY_EINVAL, "%s must be from 0 to %.6g, not %.6g", name, maximum,
                          value);
    return 0;
}

/* Where a percentage has no natural bound. */
#define ANY 1e15

static int32_t check_policy(const struct bothy_size_request *request, struct bothy_error *error)
{
    int32_t r;

    switch (request->policy) {
    case BOTHY_SIZE_RISK:
        r = need_positive("stop loss", request->stop_loss, error);
        return r < 0 ? r : need_within("risk percentage", request->risk_pct, 100, error);
    case BOTHY_SIZE_FIXED:
        return need_positive("amount", request->amount, error);
    case BOTHY_SIZE_PCT:
        return need_within("equity percentage", request->equity_pct, ANY, error);
    case BOTHY_SIZE_KELLY:
        r = need_within("belief", request->belief, 1, error);
        if (r == 0 && request->entry >= 1)
            r = bothy_fail(error, BOTHY_EINVAL,
                           "entry must be below 1 for Kelly: the price of a share that pays 1");
        if (r == 0)
            r = need_within("Kelly fraction", request->kelly_fraction, 1, error);
        return r < 0 ? r : need_within("Kelly cap", request->kelly_cap, 1, error);
    case BOTHY_SIZE_VOLATILITY:
        r = need_positive("volatility", request->volatility_pct, error);
        if (r == 0)
            r = need_within("equity percentage", request->equity_pct, ANY, error);
        if (r == 0)
            r = need_within("target volatility", request->target_volatility_pct, ANY, error);
        return r < 0 ? r : need_within("volatility cap", request->volatility_cap_pct, ANY, error);
    default:
        return bothy_fail(error, BOTHY_EINVAL, "no such sizing policy");
    }
}

static int32_t check_request(const struct bothy_size_request *request, struct bothy_error *error)
{
    int32_t r = need_positive("balance", request->balance, error);

    if (r == 0)
        r = need_positive("entry", request->entry, error);
    if (r == 0)
        r = need_positive("leverage", request->leverage, error);
    if (r == 0)
        r = need_within("stop loss", request->stop_loss, ANY, error);
    if (r == 0)
        r = need_within("lot step", request->lot_step, ANY, error);
    if (r == 0)
        r = need_within("minimum notional", request->min_notional, ANY, error);
    if (r == 0)
        r = need_within("maximum position percentage", request->max_position_pct, ANY, error);
    return r < 0 ? r : check_policy(request, error);
}

/* The notional that the policy asks for. */
static double policy_notional(const struct bothy_size_request *request, struct bothy_size *size)
{
    double share;

    switch (request->policy) {
    case BOTHY_SIZE_RISK:
        size->risk_amount = request->balance * request->risk_pct / 100;
        return size->price_risk_pct > 0 ? size->risk_amount / size->price_risk_pct * 100 : 0;
    case BOTHY_SIZE_FIXED:
        return request->amount;
    case BOTHY_SIZE_PCT:
        return request->balance * request->equity_pct / 100;
    case BOTHY_SIZE_KELLY:
        size->kelly = (request->belief - request->entry) / (1 - request->entry);
        share = fmax(size->kelly, 0) * request->kelly_fraction;
        size->capped = share > request->kelly_cap;
        return request->balance * fmin(share, request->kelly_cap);
    default:
        share = request->equity_pct * request->target_volatility_pct / request->volatility_pct;
        size->capped = share > request->volatility_cap_pct;
        return request->balance * fmin(share, request->volatility_cap_pct) / 100;
    }
}

static int32_t refuse(struct bothy_size *size, struct bothy_size *ret_size)
{
    size->notional = 0;
    size->quantity = 0;
    size->margin = 0;
    size->risk_at_stop = 0;
    *ret_size = *size;
    return 0;
}

BOTHY_API int32_t bothy_size_calculate(const struct bothy_size_request *request,
                                       struct bothy_size *ret_size, struct bothy_error *error)
{
    struct bothy_size size = { .valid = 0 };
    double distance = 0, cap;
    int32_t r = check_request(request, error);

    if (r < 0)
        return r;
    if (request->stop_loss > 0)
        distance = fabs(request->entry - request->stop_loss);
    size.price_risk_pct = distance / request->entry * 100;
    size.notional = policy_notional(request, &size);
    if (request->policy == BOTHY_SIZE_RISK && distance == 0) {
        snprintf(size.rejection_reason, sizeof size.rejection_reason,
                 "SL equals Entry: no risk to size by");
        return refuse(&size, ret_size);
    }

    cap = request->max_position_pct > 0 ? request->balance * request->max_position_pct / 100
                                        : INFINITY;
    if (size.notional > cap) {
        size.notional = cap;
        size.capped = 1;
    }
    size.quantity = size.notional / request->entry;
    if (request->lot_step > 0) {
        size.quantity = floor(size.quantity / request->lot_step + LOT_EPSILON) * request->lot_step;
        size.notional = size.quantity * request->entry;
    }
    if (!isfinite(size.notional) || !isfinite(size.quantity))
        return bothy_fail(error, BOTHY_EINVAL, "the position is too large to compute");
    if (size.quantity <= 0) {
        snprintf(size.rejection_reason, sizeof size.rejection_reason,
                 request->lot_step > 0 ? "Size below one lot (%.6g)" : "Size is 0",
                 request->lot_step);
        return refuse(&size, ret_size);
    }
    if (size.notional < request->min_notional * (1 - LOT_EPSILON)) {
        snprintf(size.rejection_reason, sizeof size.rejection_reason,
                 "Notional below minimum (%.6g < %.6g)", size.notional, request->min_notional);
        return refuse(&size, ret_size);
    }
    size.margin = size.notional / request->leverage;
    size.over_margin = size.margin > request->balance * (1 + LOT_EPSILON);
    size.risk_at_stop = size.quantity * distance;
    if (request->policy != BOTHY_SIZE_RISK)
        size.risk_amount = size.risk_at_stop;
    size.valid = 1;
    *ret_size = size;
    return 1;
}

BOTHY_API int32_t bothy_stakes_divide(const double *odds, uint32_t count, double total, double step,
                                      double commission, struct bothy_stakes *ret_stakes)
{
    struct bothy_stakes stakes = { .inverse_sum = 0 };
    double net[BOTHY_STAKES_MAX];

    if (count < 2 || count > BOTHY_STAKES_MAX || !isfinite(total) || total <= 0 ||
        !isfinite(step) || step < 0 || !(commission >= 0 && commission < 1))
        return BOTHY_EINVAL;
    for (uint32_t k = 0; k < count; k++) {
        if (!isfinite(odds[k]) || odds[k] <= 1)
            return BOTHY_EINVAL;
        net[k] = (odds[k] - 1) * (1 - commission) + 1;
        stakes.inverse_sum += 1 / net[k];
    }
    stakes.profit_pct = (1 / stakes.inverse_sum - 1) * 100;
    for (uint32_t k = 0; k < count; k++) {
        double stake = total / net[k] / stakes.inverse_sum;

        stakes.stakes[k] = step > 0 ? rint(stake / step) * step : stake;
        stakes.staked += stakes.stakes[k];
    }
    stakes.worst_profit = INFINITY;
    for (uint32_t k = 0; k < count; k++)
        stakes.worst_profit = fmin(stakes.worst_profit, stakes.stakes[k] * net[k] - stakes.staked);
    *ret_stakes = stakes;
    return 0;
}
