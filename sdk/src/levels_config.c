/*
 * Between the calculator of levels and its neighbours: risk parameters come in from the
 * configuration, where they may contradict each other, and what was computed goes out into a
 * signal.
 */
#include <bothy/levels.h>
#include <bothy/risk.h>

void bothy_levels_from_config(const struct bothy_config *view, struct bothy_levels_request *request,
                              struct bothy_levels_limits *limits)
{
    bothy_levels_request_init(request, 0, 0);
    request->sl_multiplier = bothy_config_number(view, BOTHY_RISK_PREFIX "sl_mult");
    request->tp1_multiplier = bothy_config_number(view, BOTHY_RISK_PREFIX "tp1_mult");
    request->tp2_multiplier = bothy_config_number(view, BOTHY_RISK_PREFIX "tp2_mult");
    request->tp3_multiplier = bothy_config_number(view, BOTHY_RISK_PREFIX "tp3_mult");
    if (request->tp3_multiplier > 0)
        request->has |= BOTHY_LEVELS_HAS_TP3;
    limits->min_rr = bothy_config_number(view, BOTHY_RISK_PREFIX "min_rr");
    limits->max_sl_pct = bothy_config_number(view, BOTHY_RISK_PREFIX "max_sl_pct");
    limits->min_sl_pct = bothy_config_number(view, BOTHY_RISK_PREFIX "min_sl_pct");
    limits->buffer_pct = bothy_config_number(view, BOTHY_RISK_PREFIX "buffer_pct");
}

int32_t bothy_levels_check_config(const struct bothy_config *view, const char *name,
                                  struct bothy_error *error)
{
    struct bothy_levels_request request;
    struct bothy_levels_limits limits;
    double stop;

    bothy_levels_from_config(view, &request, &limits);
    stop = request.sl_multiplier * (1 + limits.buffer_pct / 100);
    if (request.tp1_multiplier < (limits.min_rr - 1e-9) * stop)
        return bothy_fail(error, BOTHY_EINVAL,
                          "%s: with risk.tp1_mult %g and a stop of %g ATR (buffer included) "
                          "no signal could reach risk.min_rr %g; change one of them",
                          name, request.tp1_multiplier, stop, limits.min_rr);
    return 0;
}

void bothy_levels_to_signal(const struct bothy_levels *levels, struct bothy_signal *signal)
{
    signal->entry = levels->entry;
    signal->stop_loss = levels->stop_loss;
    signal->take_profit_1 = levels->take_profit_1;
    signal->take_profit_2 = levels->take_profit_2;
    signal->take_profit_3 = levels->take_profit_3;
    signal->risk_reward_1 = levels->risk_reward_1;
    signal->risk_reward_2 = levels->risk_reward_2;
    signal->risk_reward_3 = levels->risk_reward_3;
}
