/*
 * The tables of the host's options: see options.h. Choices stand in the order of the enums of
 * conf.h.
 */
#include "conf/options.h"

#include <stddef.h>
#include <string.h>

#include <bothy/risk.h>

#include "base/clean.h"

#define LIVE BOTHY_OPTION_RELOADABLE
#define MUST BOTHY_OPTION_REQUIRED

#define LEVELS "debug|info|notice|warning|error|fatal|panic"

static const struct conf_field top_fields[] = {
    { { "mode", BOTHY_OPTION_ENUM, 0, "paper", NULL, NULL, NULL, "paper|live",
        "Paper trades against the built-in venue. Live needs, besides this, an exchange whose "
        "own mode is live, its credentials, and \"bothyctl live arm\"." },
      offsetof(struct conf, mode),
      STORE_BY_TYPE },
    { { "seed", BOTHY_OPTION_INT, 0, "1", "0", NULL, NULL, NULL,
        "Seeds everything random in virtual time: the same seed and data give the same run." },
      offsetof(struct conf, seed),
      STORE_BY_TYPE },
    { { "sandbox", BOTHY_OPTION_ENUM, 0, "require", NULL, NULL, NULL, "off|best-effort|require",
        "Whether a plugin may run where the kernel cannot confine it. With require it may not." },
      offsetof(struct conf, sandbox),
      STORE_BY_TYPE },
    { { "status_interval", BOTHY_OPTION_DURATION, LIVE, "300s", "0s", "24h", NULL, NULL,
        "How often the log gets a block about the state of every bot and feed; 0s for never." },
      offsetof(struct conf, status_interval_ns),
      STORE_BY_TYPE },
    { { "allow_insecure_secrets", BOTHY_OPTION_BOOL, 0, "false", NULL, NULL, NULL, NULL,
        "Accepts secrets that stand in the configuration itself, or in files that others than "
        "their owner may read, with a warning instead of an error." },
      offsetof(struct conf, allow_insecure_secrets),
      STORE_BY_TYPE },
};

static const struct conf_field paths_fields[] = {
    { { "state", BOTHY_OPTION_STRING, 0, BOTHY_STATEDIR, NULL, NULL, NULL, NULL,
        "Databases and recordings." },
      offsetof(struct conf_paths, state),
      STORE_PATH },
    { { "log", BOTHY_OPTION_STRING, 0, BOTHY_LOGDIR, NULL, NULL, NULL, NULL, "Log files." },
      offsetof(struct conf_paths, log),
      STORE_PATH },
    { { "run", BOTHY_OPTION_STRING, 0, BOTHY_RUNDIR, NULL, NULL, NULL, NULL,
        "What lives as long as the host. A file KILL in it stops all entries." },
      offsetof(struct conf_paths, run),
      STORE_PATH },
    { { "plugins", BOTHY_OPTION_STRING, 0, BOTHY_PLUGINDIR, NULL, NULL, NULL, NULL,
        "Where a plugin that is named without a path is looked for, in the folder of its kind: "
        "exchange/NAME.so, strategy/NAME.so." },
      offsetof(struct conf_paths, plugins),
      STORE_PATH },
    { { "socket", BOTHY_OPTION_STRING, 0, "", NULL, NULL, NULL, NULL,
        "The socket that bothyctl talks to. Empty: control.sock in the folder run." },
      offsetof(struct conf_paths, socket),
      STORE_PATH },
};

static const struct conf_field log_fields[] = {
    { { "level", BOTHY_OPTION_ENUM, LIVE, "info", NULL, NULL, NULL, LEVELS,
        "Lines below this level are not written." },
      offsetof(struct conf_log, level),
      STORE_BY_TYPE },
    { { "console", BOTHY_OPTION_ENUM, 0, "auto", NULL, NULL, NULL, "auto|colour|plain|journal|off",
        "What goes to standard error. Auto: colours on a terminal, priorities for the journal, "
        "plain lines otherwise." },
      offsetof(struct conf_log, console),
      STORE_BY_TYPE },
    { { "json", BOTHY_OPTION_BOOL, 0, "true", NULL, NULL, NULL, NULL,
        "Log files hold one JSON object a line instead of text." },
      offsetof(struct conf_log, json),
      STORE_BY_TYPE },
    { { "file_size", BOTHY_OPTION_STRING, LIVE, "10M", "0", "1T", "bytes", NULL,
        "A log file of this size is rotated; 0 for never. Suffixes K, M, G and T are powers of "
        "1024." },
      offsetof(struct conf_log, file_size),
      STORE_SIZE },
    { { "files", BOTHY_OPTION_INT, LIVE, "5", "0", "1000", "files", NULL,
        "How many rotated files are kept." },
      offsetof(struct conf_log, files),
      STORE_BY_TYPE },
    { { "per_bot_files", BOTHY_OPTION_BOOL, 0, "false", NULL, NULL, NULL, NULL,
        "Each bot's lines go into a file of its own as well." },
      offsetof(struct conf_log, per_bot_files),
      STORE_BY_TYPE },
    { { "error_file", BOTHY_OPTION_BOOL, 0, "false", NULL, NULL, NULL, NULL,
        "Lines of the level error and above go into a file of their own as well." },
      offsetof(struct conf_log, error_file),
      STORE_BY_TYPE },
};

static const struct conf_field audit_fields[] = {
    { { "directory", BOTHY_OPTION_STRING, 0, "", NULL, NULL, NULL, NULL,
        "Where the audit's CSV files go, one a UTC day. Empty: audit in the folder state." },
      offsetof(struct conf_audit, directory),
      STORE_PATH },
    { { "fsync", BOTHY_OPTION_ENUM, LIVE, "day", NULL, NULL, NULL, "day|row",
        "When the audit is forced to disk: at the end of the day, or after every row." },
      offsetof(struct conf_audit, fsync),
      STORE_BY_TYPE },
};

static const struct conf_field clock_fields[] = {
    { { "speed", BOTHY_OPTION_STRING, 0, "max", "0.001", "1000000", NULL, NULL,
        "How fast virtual time goes: max, or a multiple of real time as 1x or 100x. Only for "
        "exchanges that own the time, as sim and replay do." },
      offsetof(struct conf_clock, speed),
      STORE_SPEED },
    { { "on_end", BOTHY_OPTION_ENUM, 0, "wait", NULL, NULL, NULL, "wait|stop",
        "When recorded data is over, the host waits for commands, or stops." },
      offsetof(struct conf_clock, on_end),
      STORE_BY_TYPE },
};

static const struct conf_field supervise_fields[] = {
    { { "restart_delay", BOTHY_OPTION_DURATION, LIVE, "1s", "0s", "1h", NULL, NULL,
        "Delay before the first restart of a plugin; it doubles with each further one." },
      offsetof(struct conf_supervise, restart_delay_ns),
      STORE_BY_TYPE },
    { { "restart_delay_max", BOTHY_OPTION_DURATION, LIVE, "60s", "0s", "24h", NULL, NULL,
        "The longest delay before a restart." },
      offsetof(struct conf_supervise, restart_delay_max_ns),
      STORE_BY_TYPE },
    { { "max_restarts", BOTHY_OPTION_INT, LIVE, "5", "0", "1000", "restarts", NULL,
        "After so many restarts within the window a plugin is parked in the state ERROR." },
      offsetof(struct conf_supervise, max_restarts),
      STORE_BY_TYPE },
    { { "window", BOTHY_OPTION_DURATION, LIVE, "10m", "1s", "7d", NULL, NULL,
        "The time in which restarts are counted." },
      offsetof(struct conf_supervise, window_ns),
      STORE_BY_TYPE },
    { { "heartbeat", BOTHY_OPTION_DURATION, LIVE, "10s", "100ms", "1h", NULL, NULL,
        "A plugin that does not come back from a call for so long is taken for hung: it is "
        "warned about at a half of it and killed at the end." },
      offsetof(struct conf_supervise, heartbeat_ns),
      STORE_BY_TYPE },
    { { "cpu_budget", BOTHY_OPTION_DURATION, LIVE, "2s", "1ms", "1h", NULL, NULL,
        "CPU time that a plugin may use for one event before it is killed." },
      offsetof(struct conf_supervise, cpu_budget_ns),
      STORE_BY_TYPE },
    { { "memory", BOTHY_OPTION_STRING, 0, "512M", "0", "1T", "bytes", NULL,
        "Address space that one plugin's process may have; 0 for no limit." },
      offsetof(struct conf_supervise, memory),
      STORE_SIZE },
    { { "wait", BOTHY_OPTION_ENUM, 0, "block", NULL, NULL, NULL, "block|backoff|spin",
        "How plugins wait for events: asleep, awake for ever longer pauses, or busy, for "
        "machines with cores to spare." },
      offsetof(struct conf_supervise, wait),
      STORE_BY_TYPE },
    { { "shutdown_timeout", BOTHY_OPTION_DURATION, LIVE, "30s", "1s", "10m", NULL, NULL,
        "When the host stops, what has not ended by then is killed." },
      offsetof(struct conf_supervise, shutdown_timeout_ns),
      STORE_BY_TYPE },
};

static const struct conf_field signals_fields[] = {
    { { "exit_model", BOTHY_OPTION_ENUM, LIVE, "full_tp1", NULL, NULL, NULL,
        "full_tp1|half_tp1_be|tp2",
        "How an open signal ends in profit: all at the first target; half there and the rest "
        "with its stop at the entry; or all at the second target." },
      offsetof(struct conf_signals, exit_model),
      STORE_BY_TYPE },
    { { "ambiguous_bar", BOTHY_OPTION_ENUM, LIVE, "sl_first", NULL, NULL, NULL, "sl_first|tp_first",
        "What is taken to have come first when one bar reaches both stop and target." },
      offsetof(struct conf_signals, ambiguous_bar),
      STORE_BY_TYPE },
    { { "max_age", BOTHY_OPTION_DURATION, LIVE, "48h", "1m", "365d", NULL, NULL,
        "A signal that is still open after this time is closed at the market as EXPIRED." },
      offsetof(struct conf_signals, max_age_ns),
      STORE_BY_TYPE },
};

static const struct conf_field orders_fields[] = {
    { { "on_crash", BOTHY_OPTION_ENUM, LIVE, "cancel", NULL, NULL, NULL, "cancel|keep",
        "What happens to the open orders of a bot that died." },
      offsetof(struct conf_orders, on_crash),
      STORE_BY_TYPE },
    { { "on_stop", BOTHY_OPTION_ENUM, LIVE, "cancel", NULL, NULL, NULL, "cancel|keep",
        "What happens to open orders when the host stops." },
      offsetof(struct conf_orders, on_stop),
      STORE_BY_TYPE },
};

static const struct conf_field paper_fields[] = {
    { { "balance", BOTHY_OPTION_DECIMAL, 0, "10000", "0", "1000000000000", NULL, NULL,
        "What the paper account begins with." },
      offsetof(struct conf_paper, balance),
      STORE_BY_TYPE },
    { { "currency", BOTHY_OPTION_STRING, 0, "USDT", NULL, NULL, NULL, NULL,
        "The currency of that balance." },
      offsetof(struct conf_paper, currency),
      STORE_BY_TYPE },
    { { "taker_fee_pct", BOTHY_OPTION_PERCENT, 0, "0.05", "-1", "10", "%", NULL,
        "Fee of orders that take liquidity, where the exchange tells none for the instrument." },
      offsetof(struct conf_paper, taker_fee_pct),
      STORE_BY_TYPE },
    { { "maker_fee_pct", BOTHY_OPTION_PERCENT, 0, "0.02", "-1", "10", "%", NULL,
        "Fee of orders that rest in the book, likewise; negative for a rebate." },
      offsetof(struct conf_paper, maker_fee_pct),
      STORE_BY_TYPE },
    { { "slippage_model", BOTHY_OPTION_ENUM, 0, "fixed", NULL, NULL, NULL, "none|fixed",
        "Whether orders that fill on bars get a worse price than the bar's. Orders that fill on "
        "a book walk it instead." },
      offsetof(struct conf_paper, slippage_model),
      STORE_BY_TYPE },
    { { "slippage_pct", BOTHY_OPTION_PERCENT, 0, "0.02", "0", "10", "%", NULL,
        "How much worse, with the model fixed." },
      offsetof(struct conf_paper, slippage_pct),
      STORE_BY_TYPE },
    { { "latency", BOTHY_OPTION_DURATION, 0, "0ms", "0ms", "60s", NULL, NULL,
        "Time between an order and its arrival at the paper venue." },
      offsetof(struct conf_paper, latency_ns),
      STORE_BY_TYPE },
};

#define SECTION(section_name, fields_, struct_offset, doc_)                                        \
    {                                                                                              \
        section_name, doc_, fields_, ARRAY_SIZE(fields_), struct_offset                            \
    }

const struct conf_section conf_sections[SECTION_COUNT] = {
    [SECTION_TOP] = SECTION("", top_fields, 0, "Settings outside of any group."),
    [SECTION_PATHS] = SECTION("paths", paths_fields, offsetof(struct conf, paths),
                              "Folders and files, all of them absolute."),
    [SECTION_LOG] = SECTION("log", log_fields, offsetof(struct conf, log), "What is logged."),
    [SECTION_AUDIT] = SECTION("audit", audit_fields, offsetof(struct conf, audit),
                              "The append-only record of what was decided and done."),
    [SECTION_CLOCK] = SECTION("clock", clock_fields, offsetof(struct conf, clock),
                              "Virtual time, where an exchange plugin owns it."),
    [SECTION_SUPERVISE] = SECTION("supervise", supervise_fields, offsetof(struct conf, supervise),
                                  "Plugin processes: limits, and what follows a failure."),
    [SECTION_SIGNALS] = SECTION("signals", signals_fields, offsetof(struct conf, signals),
                                "How the outcome of signals is followed."),
    [SECTION_ORDERS] = SECTION("orders", orders_fields, offsetof(struct conf, orders),
                               "What happens to open orders."),
    [SECTION_PAPER] =
        SECTION("paper", paper_fields, offsetof(struct conf, paper), "The paper account."),
};

/* ---- entries ---- */

static const struct conf_field exchange_fields[] = {
    { { "name", BOTHY_OPTION_STRING, MUST, NULL, NULL, NULL, NULL, NULL,
        "What bots, logs and commands call it: lower case, digits, underscore and hyphen." },
      offsetof(struct conf_exchange, name),
      STORE_BY_TYPE },
    { { "plugin", BOTHY_OPTION_STRING, 0, NULL, NULL, NULL, NULL, NULL,
        "Its plugin: a name that is looked up in paths.plugins, or an absolute path. Without it, "
        "the plugin of the entry's own name." },
      0,
      STORE_NOTHING },
    { { "enabled", BOTHY_OPTION_BOOL, 0, "true", NULL, NULL, NULL, NULL, "Whether it is started." },
      offsetof(struct conf_exchange, enabled),
      STORE_BY_TYPE },
    { { "required", BOTHY_OPTION_BOOL, 0, "true", NULL, NULL, NULL, NULL,
        "Without it, a plugin that is missing or refused is only warned about." },
      offsetof(struct conf_exchange, required),
      STORE_BY_TYPE },
    { { "mode", BOTHY_OPTION_ENUM, 0, "paper", NULL, NULL, NULL, "paper|live",
        "Whether this account may trade live; the host's own mode must be live, too." },
      offsetof(struct conf_exchange, mode),
      STORE_BY_TYPE },
    { { "stale_after", BOTHY_OPTION_DURATION, 0, "60s", "0s", "24h", NULL, NULL,
        "A feed that is silent for so long counts as stale, and orders that rely on it are "
        "refused; 0s for never." },
      offsetof(struct conf_exchange, stale_after_ns),
      STORE_BY_TYPE },
};

static const struct conf_field bot_fields[] = {
    { { "name", BOTHY_OPTION_STRING, MUST, NULL, NULL, NULL, NULL, NULL,
        "What logs and commands call the bot: lower case, digits, underscore and hyphen." },
      offsetof(struct conf_bot, name),
      STORE_BY_TYPE },
    { { "plugin", BOTHY_OPTION_STRING, 0, NULL, NULL, NULL, NULL, NULL,
        "Its plugin: a name that is looked up in paths.plugins, or an absolute path. Without it, "
        "the plugin of the bot's own name." },
      0,
      STORE_NOTHING },
    { { "exchange", BOTHY_OPTION_STRING, 0, NULL, NULL, NULL, NULL, NULL,
        "The exchange of its symbols. It may be left out when there is only one." },
      0,
      STORE_NOTHING },
    { { "enabled", BOTHY_OPTION_BOOL, 0, "true", NULL, NULL, NULL, NULL, "Whether it is started." },
      offsetof(struct conf_bot, enabled),
      STORE_BY_TYPE },
    { { "required", BOTHY_OPTION_BOOL, 0, "true", NULL, NULL, NULL, NULL,
        "Without it, a plugin that is missing or refused is only warned about." },
      offsetof(struct conf_bot, required),
      STORE_BY_TYPE },
    { { "trade", BOTHY_OPTION_BOOL, 0, "false", NULL, NULL, NULL, NULL,
        "The host places orders by this bot's accepted signals. Otherwise signals are only "
        "followed." },
      offsetof(struct conf_bot, trade),
      STORE_BY_TYPE },
    { { "interval", BOTHY_OPTION_DURATION, 0, NULL, "100ms", "24h", NULL, NULL,
        "Sets the option interval of the bot's plugin, if it has one: how often it looks." },
      0,
      STORE_NOTHING },
    { { "watchlist", BOTHY_OPTION_STRING, 0, NULL, NULL, NULL, NULL, NULL,
        "The watchlist whose symbols it trades. An entry of symbols for one of them changes its "
        "values; further entries are added." },
      0,
      STORE_NOTHING },
    { { "log_level", BOTHY_OPTION_ENUM, LIVE, NULL, NULL, NULL, NULL, LEVELS,
        "The bot's own log level; log.level if left out." },
      0,
      STORE_NOTHING },
};

static const struct conf_field symbol_fields[] = {
    { { "symbol", BOTHY_OPTION_STRING, MUST, NULL, NULL, NULL, NULL, NULL,
        "The unified symbol: BTC/USDT, or BTC/USDT:USDT for a perpetual." },
      offsetof(struct conf_symbol, symbol),
      STORE_BY_TYPE },
    { { "enabled", BOTHY_OPTION_BOOL, 0, "true", NULL, NULL, NULL, NULL,
        "A symbol that is not enabled is neither subscribed to nor traded." },
      0,
      STORE_NOTHING },
    { { "exchange", BOTHY_OPTION_STRING, 0, NULL, NULL, NULL, NULL, NULL,
        "Another exchange than the bot's." },
      0,
      STORE_NOTHING },
};

static const struct conf_field watchlist_fields[] = {
    { { "name", BOTHY_OPTION_STRING, MUST, NULL, NULL, NULL, NULL, NULL, "What bots refer to." },
      offsetof(struct conf_watchlist, name),
      STORE_BY_TYPE },
};

static const struct conf_field grants_fields[] = {
    { { "signals_only", BOTHY_OPTION_BOOL, LIVE, "false", NULL, NULL, NULL, NULL,
        "Every order that the bot itself asks for is refused." },
      offsetof(struct conf_grants, signals_only),
      STORE_BY_TYPE },
    { { "order_types", BOTHY_OPTION_LIST, LIVE, "market, limit, stop, take_profit", NULL, NULL,
        NULL, "market|limit|stop|take_profit", "The types of order that it may place." },
      offsetof(struct conf_grants, order_types),
      STORE_ORDER_TYPES },
    { { "max_notional", BOTHY_OPTION_DECIMAL, LIVE, "1000", "0", "1000000000000", NULL, NULL,
        "The largest value of one order, in the instrument's quote currency." },
      offsetof(struct conf_grants, max_notional),
      STORE_BY_TYPE },
};

const struct conf_section conf_exchange_section =
    SECTION("exchange", exchange_fields, 0, "An entry of exchanges.");
const struct conf_section conf_bot_section = SECTION("bot", bot_fields, 0, "An entry of bots.");
const struct conf_section conf_symbol_section = SECTION(
    "symbols", symbol_fields, 0,
    "An entry of a bot's symbols. It may also have any risk parameter, and any option that the "
    "bot's plugin accepts per symbol. A text alone stands for an entry with only the symbol.");
const struct conf_section conf_watchlist_section =
    SECTION("watchlist", watchlist_fields, 0, "An entry of watchlists.");
const struct conf_section conf_grants_section =
    SECTION("grants", grants_fields, 0, "What a bot may do besides giving signals.");

const struct conf_structure conf_structures[] = {
    { "", "risk", "{ … }", "Risk parameters for all bots." },
    { "", "exchanges", "( { … }, … )", "The exchanges that are connected." },
    { "", "watchlists", "( { … }, … )", "Lists of symbols that bots refer to by name." },
    { "", "bots", "( { … }, … )", "The bots that run." },
    { "exchange", "params", "{ … }", "Options of the exchange's plugin." },
    { "bot", "symbols", "( { … }, … )", "The symbols that it looks at, and trades." },
    { "bot", "risk", "{ … }", "Risk parameters of this bot; they win over those for all." },
    { "bot", "params", "{ … }", "Options of the bot's plugin." },
    { "bot", "grants", "{ … }", "What the bot may do." },
    { "watchlist", "symbols", "( \"…\", … )", "The symbols." },
};

const uint32_t conf_structure_count = ARRAY_SIZE(conf_structures);

/* ---- risk ---- */

size_t conf_risk_offset(const char *name)
{
#define RISK(key)                                                                                  \
    {                                                                                              \
#key, offsetof(struct conf_risk, key)                                                      \
    }
    static const struct {
        const char *name;
        size_t offset;
    } fields[] = {
        RISK(sl_mult),          RISK(tp1_mult),
        RISK(tp2_mult),         RISK(tp3_mult),
        RISK(min_rr),           RISK(max_sl_pct),
        RISK(min_sl_pct),       RISK(buffer_pct),
        RISK(atr_kind),         RISK(atr_period),
        RISK(risk_pct),         RISK(max_risk_pct),
        RISK(max_position_pct), RISK(leverage),
        RISK(trailing),         RISK(trail_activation),
        RISK(trail_distance),   { "cooldown", offsetof(struct conf_risk, cooldown_ns) },
        RISK(max_open_signals), RISK(max_open_per_symbol),
        RISK(reversal_bypass),  RISK(price_tolerance_pct),
    };
#undef RISK

    for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
        if (!strcmp(fields[i].name, name))
            return fields[i].offset;
    }
    return SIZE_MAX;
}
