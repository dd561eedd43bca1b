/*
 * bothyctl tpsl: where to put stop loss and take profits, and whether they make a trade.
 */
#include <stdio.h>
#include <strings.h>

#include <bothy/levels.h>

#include "ctl/calc.h"
#include "ctl/calc_options.h"

struct tpsl {
    struct bothy_levels_request request;
    struct bothy_levels_limits limits;
    const char *direction;
    const char *method;
    int has_atr, has_tp3, has_high, has_low, has_volatility, has_custom_sl;
};

/* The table fills `t`; both live as long as the command runs. */
static int parse(struct tpsl *t, int argc, char **argv, int *json, int *ret_exit)
{
    struct bothy_levels_request *r = &t->request;
    const struct calc_option options[] = {
        { "entry", "PRICE", "price at which the trade begins", .number = &r->entry, .required = 1 },
        { "dir", "long|short", "direction of the trade", .text = &t->direction, .required = 1 },
        { "method", "NAME", "atr (default), percentage, structure, fibonacci or volatility",
          .text = &t->method },
        { "atr", "A", "average true range; without it 1 % of the entry is taken", .number = &r->atr,
          .given = &t->has_atr },
        { "sl", "M", "distance of the stop in ATR (default 1.5)", .number = &r->sl_multiplier },
        { "tp1", "M", "first target: multiple of ATR, percentage or risk (default 2)",
          .number = &r->tp1_multiplier },
        { "tp2", "M", "second target (default 3.5)", .number = &r->tp2_multiplier },
        { "tp3", "M", "third target (default none)", .number = &r->tp3_multiplier,
          .given = &t->has_tp3 },
        { "custom-sl", "PRICE", "take this stop loss", .number = &r->custom_sl,
          .given = &t->has_custom_sl },
        { "swing-high", "PRICE", "last swing high (structure of a short, fibonacci)",
          .number = &r->swing_high, .given = &t->has_high },
        { "swing-low", "PRICE", "last swing low (structure of a long, fibonacci)",
          .number = &r->swing_low, .given = &t->has_low },
        { "volatility-pct", "V", "percent of the entry (percentage, volatility)",
          .number = &r->volatility_pct, .given = &t->has_volatility },
        { "min-rr", "R", "least reward / risk of the first target (default 1.3)",
          .number = &t->limits.min_rr },
        { "max-sl-pct", "X", "farthest stop, percent of the entry (default 5)",
          .number = &t->limits.max_sl_pct },
        { "min-sl-pct", "X", "nearest stop, percent of the entry (default 0.2)",
          .number = &t->limits.min_sl_pct },
        { "buffer-pct", "B", "put the stop farther by this percentage (default 0.75)",
          .number = &t->limits.buffer_pct },
        { .name = NULL },
    };
    const struct calc_command command = {
        .name = "tpsl",
        .doc = "Computes stop loss and take profits and judges them. The exit status is 0 also\n"
               "where they are not valid: read 'valid' and 'rejection_reason'.",
        .options = options,
    };
    const char *argument;

    return calc_options_parse(&command, argc, argv, json, &argument, ret_exit);
}

static json_t *reasons_list(const struct bothy_levels *levels)
{
    json_t *list = json_array();

    for (uint32_t k = 0; k < levels->reason_count; k++)
        json_array_append_new(list, json_string(levels->reasons[k]));
    return list;
}

static json_t *describe(const struct bothy_levels *levels)
{
    int third = levels->take_profit_3 != 0;

    return json_pack(
        "{s:f, s:s, s:s, s:f, s:f, s:f, s:o, s:f, s:f, s:f, s:f, s:o, s:b, s:s?, s:o,"
        " s:b}",
        "entry", levels->entry, "direction", levels->direction > 0 ? "long" : "short", "method",
        bothy_levels_method_name(levels->method), "stop_loss", levels->stop_loss, "take_profit_1",
        levels->take_profit_1, "take_profit_2", levels->take_profit_2, "take_profit_3",
        calc_number(levels->take_profit_3, third), "risk_amount", levels->risk_amount, "risk_pct",
        levels->risk_pct, "risk_reward_1", levels->risk_reward_1, "risk_reward_2",
        levels->risk_reward_2, "risk_reward_3", calc_number(levels->risk_reward_3, third), "valid",
        levels->valid, "rejection_reason", levels->valid ? NULL : levels->rejection_reason,
        "reasons", reasons_list(levels), "atr_assumed", (int)levels->atr_assumed);
}

int calc_tpsl(int argc, char **argv, int json)
{
    struct tpsl t = { .direction = NULL };
    struct bothy_levels levels;
    int status;

    bothy_levels_request_init(&t.request, 0, 0);
    bothy_levels_limits_init(&t.limits);
    if (parse(&t, argc, argv, &json, &status) == CALC_DONE)
        return status;

    if (strcasecmp(t.direction, "long") == 0)
        t.request.direction = 1;
    else if (strcasecmp(t.direction, "short") == 0)
        t.request.direction = -1;
    else
        return calc_usage("tpsl", "--dir: '%s' is neither long nor short", t.direction);
    if (t.method && bothy_levels_method_parse(t.method, &t.request.method) < 0)
        return calc_usage("tpsl",
                          "--method: '%s' is none of atr, percentage, structure, fibonacci, "
                          "volatility",
                          t.method);
    t.request.has = (t.has_atr ? BOTHY_LEVELS_HAS_ATR : 0) |
                    (t.has_tp3 ? BOTHY_LEVELS_HAS_TP3 : 0) |
                    (t.has_high ? BOTHY_LEVELS_HAS_SWING_HIGH : 0) |
                    (t.has_low ? BOTHY_LEVELS_HAS_SWING_LOW : 0) |
                    (t.has_volatility ? BOTHY_LEVELS_HAS_VOLATILITY : 0) |
                    (t.has_custom_sl ? BOTHY_LEVELS_HAS_CUSTOM_SL : 0);
    if (bothy_levels_calculate(&t.request, &t.limits, &levels) < 0)
        return calc_usage("tpsl", "--min-rr, --max-sl-pct, --min-sl-pct and --buffer-pct must not "
                                  "be negative");
    if (levels.atr_assumed && levels.stop_loss != 0)
        fprintf(stderr, "bothyctl tpsl: warning: no --atr, taking 1 %% of the entry\n");
    return calc_print(describe(&levels), json);
}
