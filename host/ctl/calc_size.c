/*
 * bothyctl size: how large a position may be.
 */
#include <bothy/levels.h>

#include "ctl/calc.h"
#include "ctl/calc_options.h"

/* The table fills `r` and `policy`. */
static int parse(struct bothy_size_request *r, const char **policy, int argc, char **argv,
                 int *json, int *ret_exit)
{
    const struct calc_option options[] = {
        { "balance", "B", "capital", .number = &r->balance, .required = 1 },
        { "entry", "PRICE", "price of a unit", .number = &r->entry, .required = 1 },
        { "sl", "PRICE", "stop loss (needed by policy risk)", .number = &r->stop_loss },
        { "risk-pct", "X", "risk: percent of the balance to lose at the stop (default 2)",
          .number = &r->risk_pct },
        { "leverage", "L", "notional / margin (default 1)", .number = &r->leverage },
        { "lot", "STEP", "round the quantity down to a multiple", .number = &r->lot_step },
        { "min-notional", "N", "refuse what is worth less", .number = &r->min_notional },
        { "max-position-pct", "X", "cap, percent of the balance", .number = &r->max_position_pct },
        { "policy", "NAME", "risk (default), fixed, pct, kelly or volatility", .text = policy },
        { "amount", "A", "fixed: notional", .number = &r->amount },
        { "equity-pct", "X", "pct, volatility: percent of the balance (default 2)",
          .number = &r->equity_pct },
        { "belief", "P", "kelly: probability that a share at the entry pays 1",
          .number = &r->belief },
        { "kelly-fraction", "F", "kelly: part of the full fraction (default 0.25)",
          .number = &r->kelly_fraction },
        { "kelly-cap", "F", "kelly: at most this share of the balance (default 0.5)",
          .number = &r->kelly_cap },
        { "volatility-pct", "V", "volatility: as measured", .number = &r->volatility_pct },
        { "target-volatility-pct", "V", "volatility: wanted (default 5)",
          .number = &r->target_volatility_pct },
        { "volatility-cap-pct", "X", "volatility: cap, percent of the balance (default 20)",
          .number = &r->volatility_cap_pct },
        { .name = NULL },
    };
    const struct calc_command command = {
        .name = "size",
        .doc = "Computes the size of a position. The exit status is 0 also where it is refused:\n"
               "read 'valid' and 'rejection_reason'.",
        .options = options,
    };
    const char *argument;

    return calc_options_parse(&command, argc, argv, json, &argument, ret_exit);
}

static json_t *describe(const struct bothy_size_request *request, const struct bothy_size *size)
{
    return json_pack("{s:s, s:f, s:f, s:f, s:f, s:f, s:f, s:o, s:b, s:b, s:b, s:s?}", "policy",
                     bothy_size_policy_name(request->policy), "risk_amount", size->risk_amount,
                     "price_risk_pct", size->price_risk_pct, "notional", size->notional, "quantity",
                     size->quantity, "margin", size->margin, "risk_at_stop", size->risk_at_stop,
                     "kelly", calc_number(size->kelly, request->policy == BOTHY_SIZE_KELLY),
                     "capped", (int)size->capped, "over_margin", (int)size->over_margin, "valid",
                     size->valid, "rejection_reason", size->valid ? NULL : size->rejection_reason);
}

int calc_size(int argc, char **argv, int json)
{
    struct bothy_size_request request;
    struct bothy_error error = { .code = 0 };
    const char *policy = NULL;
    struct bothy_size size;
    int status;

    bothy_size_request_init(&request, 0, 0);
    if (parse(&request, &policy, argc, argv, &json, &status) == CALC_DONE)
        return status;
    if (policy && bothy_size_policy_parse(policy, &request.policy) < 0)
        return calc_usage("size", "--policy: '%s' is none of risk, fixed, pct, kelly, volatility",
                          policy);
    if (bothy_size_calculate(&request, &size, &error) < 0)
        return calc_usage("size", "%s", error.text);
    return calc_print(describe(&request, &size), json);
}
