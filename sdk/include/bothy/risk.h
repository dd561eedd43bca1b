/*
 * bothy/risk.h: the risk parameters that every strategy has, whatever its own options are.
 *
 * In the configuration they stand in `risk`, in a bot's `risk`, and in an entry of `symbols`;
 * the innermost wins. The host hands the result to the bot: bothy_config_number(view,
 * "risk.sl_mult"), with the view of a symbol, gives the value that holds there.
 */
#ifndef BOTHY_RISK_H
#define BOTHY_RISK_H

#include <bothy/base.h>
#include <bothy/config.h>

BOTHY_BEGIN

/* Names in this table are without the prefix "risk." . [borrowed]: static. */
BOTHY_API extern const struct bothy_option bothy_risk_options[];
BOTHY_API extern const uint32_t bothy_risk_option_count;

#define BOTHY_RISK_PREFIX "risk."

BOTHY_END

#endif
