/*
 * The risk parameters: one table for validation, defaults, manual and the values that reach a
 * bot. Defaults are those of the origin's running configuration (min_rr 1.3: with the shipped
 * multipliers 1.8 could never be met).
 */
#include <bothy/risk.h>

#define SYMBOL BOTHY_OPTION_PER_SYMBOL
#define LIVE   (BOTHY_OPTION_PER_SYMBOL | BOTHY_OPTION_RELOADABLE)

const struct bothy_option bothy_risk_options[] = {
    { "sl_mult", BOTHY_OPTION_NUMBER, LIVE, "1.5", "0.01", "100", "ATR", NULL,
      "Distance of the stop-loss from the entry, in units of the method (ATR by default)." },
    { "tp1_mult", BOTHY_OPTION_NUMBER, LIVE, "2.0", "0.01", "100", "ATR", NULL,
      "Distance of the first target." },
    { "tp2_mult", BOTHY_OPTION_NUMBER, LIVE, "3.0", "0.01", "100", "ATR", NULL,
      "Distance of the second target." },
    { "tp3_mult", BOTHY_OPTION_NUMBER, LIVE, "4.5", "0", "100", "ATR", NULL,
      "Distance of the third target; 0 for none." },
    { "min_rr", BOTHY_OPTION_NUMBER, LIVE, "1.3", "0", "100", NULL, NULL,
      "Least ratio of the first target's distance to the stop's." },
    { "max_sl_pct", BOTHY_OPTION_PERCENT, LIVE, "5.0", "0.01", "100", "%", NULL,
      "A stop further away than this is refused." },
    { "min_sl_pct", BOTHY_OPTION_PERCENT, LIVE, "0.2", "0", "100", "%", NULL,
      "A stop nearer than this is refused." },
    { "buffer_pct", BOTHY_OPTION_PERCENT, LIVE, "0.75", "0", "50", "%", NULL,
      "Widens the stop of the ATR, structure and Fibonacci methods." },
    { "atr_kind", BOTHY_OPTION_ENUM, SYMBOL, "sma", NULL, NULL, NULL, "sma|wilder",
      "How the average true range is averaged." },
    { "atr_period", BOTHY_OPTION_INT, SYMBOL, "14", "1", "500", "bars", NULL,
      "Bars that the average true range looks at." },
    { "risk_pct", BOTHY_OPTION_PERCENT, LIVE, "1.0", "0.001", "100", "%", NULL,
      "Share of the balance that a trade loses if its stop is hit." },
    { "max_risk_pct", BOTHY_OPTION_PERCENT, LIVE, "2.0", "0.001", "100", "%", NULL,
      "Upper bound of risk_pct, whatever a bot or symbol says." },
    { "max_position_pct", BOTHY_OPTION_PERCENT, LIVE, "100", "0.01", "10000", "%", NULL,
      "Upper bound of a position's notional, as a share of the balance." },
    { "leverage", BOTHY_OPTION_NUMBER, SYMBOL, "1", "1", "125", NULL, NULL,
      "Leverage that the margin is computed with." },
    { "trailing", BOTHY_OPTION_BOOL, LIVE, "false", NULL, NULL, NULL, NULL,
      "Whether the stop follows the price." },
    { "trail_activation", BOTHY_OPTION_NUMBER, LIVE, "1.0", "0", "100", "ATR", NULL,
      "Gain from which on the stop follows." },
    { "trail_distance", BOTHY_OPTION_NUMBER, LIVE, "0.5", "0.01", "100", "ATR", NULL,
      "Distance at which it follows." },
    { "cooldown", BOTHY_OPTION_DURATION, LIVE, "30m", "0s", "365d", NULL, NULL,
      "Time after a signal in which the bot gives no other for the same symbol." },
    { "max_open_signals", BOTHY_OPTION_INT, LIVE, "55", "0", "100000", "signals", NULL,
      "Most signals that a bot may have open at a time." },
    { "max_open_per_symbol", BOTHY_OPTION_INT, LIVE, "1", "0", "100000", "signals", NULL,
      "The same for each symbol." },
    { "reversal_bypass", BOTHY_OPTION_BOOL, LIVE, "false", NULL, NULL, NULL, NULL,
      "Whether an opposite signal may break the cooldown." },
    { "price_tolerance_pct", BOTHY_OPTION_PERCENT, LIVE, "0", "0", "100", "%", NULL,
      "How far from its entry the market may be when a signal is given; further away the signal "
      "is suppressed as MOVED; 0 is no limit." },
};

const uint32_t bothy_risk_option_count = sizeof bothy_risk_options / sizeof bothy_risk_options[0];
