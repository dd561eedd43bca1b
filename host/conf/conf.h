/*
 * The configuration: one file, the pieces in conf.d beside it and the environment, read,
 * merged and validated into plain structs. Nobody else looks at the texts.
 *
 * Reading is all or nothing. Every error is collected, with file, line, path and remedy, so that
 * one run shows them all; a struct conf exists only when there was none. It never changes after
 * that: a reload makes a second one, compares (diff.h), and lets the first go.
 *
 *     conf_load ─▶ scan.h      the text, before libconfig sees it (numbers that it would wrap …)
 *               ─▶ libconfig   structure
 *               ─▶ options.h   the host's own options: type, range, default
 *               ─▶ schema.h    each plugin's options, likewise
 *               ─▶ struct conf
 *
 * Risk parameters (bothy/risk.h) are inherited: built-in ← risk{} ← bots[].risk{} ← an entry of
 * symbols; the innermost wins, and reaches the bot as "risk.NAME". This room reads no secret: it
 * checks that a reference points at a file with safe permissions. It loads no plugin: their
 * schemas come through a callback.
 */
#ifndef BOTHY_CONF_CONF_H
#define BOTHY_CONF_CONF_H

#include <bothy/config.h>
#include <bothy/decimal.h>

#include <bothy/event.h>

#include "conf/schema.h"

/* Limits on what a file may ask for. */
#define CONF_MESSAGES_MAX    200           /* errors and warnings kept of one load */
#define CONF_FILE_BYTES_MAX  (1024 * 1024) /* of one file */
#define CONF_FILES_MAX       64            /* the main file and conf.d */
#define CONF_BOTS_MAX        64
#define CONF_EXCHANGES_MAX   16
#define CONF_WATCHLISTS_MAX  64
#define CONF_SYMBOLS_MAX     1024 /* of one bot or watchlist */
#define CONF_INSTRUMENTS_MAX 1024 /* different pairs of exchange and symbol, of all bots */
#define CONF_LIST_MAX        256  /* elements of one option of type LIST */

/* ---- messages ---- */

enum { CONF_ERROR = 1, CONF_WARNING = 2 };

struct conf_message {
    uint32_t severity; /* CONF_ERROR or CONF_WARNING */
    uint32_t line;     /* 0: none (a missing file, the environment) */
    char *file;
    char *path; /* "bot.funding.params.oi_strong"; "" where there is none */
    char *text; /* what is wrong, what is permitted, what to do */
};

/* Zero it before use. What does not fit any more is counted in left_off. */
struct conf_errors {
    struct conf_message messages[CONF_MESSAGES_MAX]; /* sorted by file and line after a load */
    uint32_t count;
    uint32_t error_count;
    uint32_t warning_count;
    uint32_t left_off;
};

/* Effect: frees the messages and zeroes the struct. */
void conf_errors_clear(struct conf_errors *errors);
/*
 * Effect: writes "FILE:LINE: PATH: message" (a warning: "FILE:LINE: PATH: warning: message"),
 * without a newline. Returns the length; cut to fit.
 */
size_t conf_message_format(const struct conf_message *message, char *text, size_t capacity);

/* ---- where a value comes from ---- */

enum {
    CONF_LEVEL_DEFAULT = 0,     /* built into the host */
    CONF_LEVEL_PLUGIN = 1,      /* the plugin's own default */
    CONF_LEVEL_GLOBAL = 2,      /* written in a top-level group */
    CONF_LEVEL_BOT = 3,         /* written in a bot's entry, or in an exchange's */
    CONF_LEVEL_SYMBOL = 4,      /* written in an entry of symbols */
    CONF_LEVEL_ENVIRONMENT = 5, /* a BOTHY_* variable */
};

struct conf_origin {
    const char *file; /* NULL for a default; the variable's name for the environment */
    uint32_t line;
    uint32_t level; /* CONF_LEVEL_* */
};

/* Returns "default", "plugin", "global", "bot", "symbol", "environment". [borrowed]: static. */
const char *conf_level_name(uint32_t level);

/* One option's value as text. A LIST has `items`; everything else has `text`. */
struct conf_value {
    const struct bothy_option *option;
    const char *text;         /* NULL: not set, and no default */
    const char *const *items; /* LIST */
    uint32_t item_count;
    struct conf_origin origin;
};

/* The values of one table, in its order. */
struct conf_values {
    struct conf_value *values;
    uint32_t count;
};

struct conf_list {
    const char *const *items;
    uint32_t count;
};

/* ---- the host's settings; defaults and meaning are in options.c, and so in the manual ---- */

enum { CONF_MODE_PAPER = 0, CONF_MODE_LIVE = 1 };
/* With the numbers of WIRE_SANDBOX_*. */
enum { CONF_SANDBOX_OFF = 0, CONF_SANDBOX_BEST_EFFORT = 1, CONF_SANDBOX_REQUIRE = 2 };
enum {
    CONF_CONSOLE_AUTO = 0,
    CONF_CONSOLE_COLOUR = 1,
    CONF_CONSOLE_PLAIN = 2,
    CONF_CONSOLE_JOURNAL = 3,
    CONF_CONSOLE_OFF = 4
};
enum { CONF_FSYNC_DAY = 0, CONF_FSYNC_ROW = 1 };
enum { CONF_ON_END_WAIT = 0, CONF_ON_END_STOP = 1 };
/* With the numbers of WIRE_WAIT_*. */
enum { CONF_WAIT_BLOCK = 0, CONF_WAIT_BACKOFF = 1, CONF_WAIT_SPIN = 2 };
enum { CONF_EXIT_FULL_TP1 = 0, CONF_EXIT_HALF_TP1_BE = 1, CONF_EXIT_TP2 = 2 };
enum { CONF_AMBIGUOUS_SL_FIRST = 0, CONF_AMBIGUOUS_TP_FIRST = 1 };
enum { CONF_SLIPPAGE_NONE = 0, CONF_SLIPPAGE_FIXED = 1 };
enum { CONF_ATR_SMA = 0, CONF_ATR_WILDER = 1 };
enum { CONF_ORDERS_CANCEL = 0, CONF_ORDERS_KEEP = 1 };

/* Log levels have the numbers of BOTHY_LOG_* in bothy/host.h: debug 0 … panic 6. */

struct conf_paths {
    const char *state; /* databases, recordings */
    const char *log;
    const char *run;     /* the KILL file, the socket's directory */
    const char *plugins; /* has exchange/, strategy/, sink/, handler/ */
    const char *socket;  /* of bothyctl; "" means <run>/control.sock, and that stands here */
};

struct conf_log {
    uint32_t level;     /* 0 debug … 6 panic */
    uint32_t console;   /* CONF_CONSOLE_* */
    int32_t json;       /* the file has one JSON object per line */
    uint64_t file_size; /* bytes; 0: never rotate */
    int64_t files;      /* how many old files to keep */
    int32_t per_bot_files;
    int32_t error_file;
};

struct conf_audit {
    const char *directory; /* "" in the file means <state>/audit, and that stands here */
    uint32_t fsync;        /* CONF_FSYNC_* */
};

struct conf_clock {
    struct bothy_decimal speed; /* times real time; 0: as fast as it goes ("max") */
    uint32_t on_end;            /* CONF_ON_END_*: what the host does when recorded data ends */
};

struct conf_supervise {
    int64_t restart_delay_ns;
    int64_t restart_delay_max_ns;
    int64_t max_restarts; /* within window; then the bot is parked */
    int64_t window_ns;
    int64_t heartbeat_ns;
    int64_t cpu_budget_ns; /* of one event */
    uint64_t memory;       /* bytes of address space of one plugin process; 0: no limit */
    uint32_t wait;         /* CONF_WAIT_* */
    int64_t shutdown_timeout_ns;
};

struct conf_signals {
    uint32_t exit_model;    /* CONF_EXIT_* */
    uint32_t ambiguous_bar; /* CONF_AMBIGUOUS_* */
    int64_t max_age_ns;     /* then a signal closes at market as EXPIRED */
};

struct conf_orders {
    uint32_t on_crash; /* CONF_ORDERS_*: open orders of a bot that died */
    uint32_t on_stop;  /* CONF_ORDERS_*: open orders when the host stops */
};

struct conf_paper {
    struct bothy_decimal balance;
    const char *currency;
    struct bothy_decimal taker_fee_pct; /* used where the venue's instrument gives none */
    struct bothy_decimal maker_fee_pct;
    uint32_t slippage_model;           /* CONF_SLIPPAGE_* */
    struct bothy_decimal slippage_pct; /* 0 with the model NONE */
    int64_t latency_ns;
};

/*
 * What is inherited: global ← bot ← symbol. Every struct conf_risk is complete. The fields are
 * bothy_risk_options, one for one, with the meaning that their doc gives.
 */
struct conf_risk {
    struct bothy_decimal sl_mult;
    struct bothy_decimal tp1_mult;
    struct bothy_decimal tp2_mult;
    struct bothy_decimal tp3_mult; /* 0: no third target */
    struct bothy_decimal min_rr;
    struct bothy_decimal max_sl_pct;
    struct bothy_decimal min_sl_pct;
    struct bothy_decimal buffer_pct;
    uint32_t atr_kind; /* CONF_ATR_* */
    int64_t atr_period;
    struct bothy_decimal risk_pct;
    struct bothy_decimal max_risk_pct;
    struct bothy_decimal max_position_pct;
    struct bothy_decimal leverage;
    int32_t trailing;
    struct bothy_decimal trail_activation;
    struct bothy_decimal trail_distance;
    int64_t cooldown_ns;
    int64_t max_open_signals;
    int64_t max_open_per_symbol;
    int32_t reversal_bypass;
    struct bothy_decimal price_tolerance_pct; /* 0: no limit */
};

/* ---- plugins, exchanges, bots ---- */

struct conf_plugin {
    const char *name;   /* as written: "funding" or an absolute path */
    const char *path;   /* absolute */
    uint32_t kind;      /* BOTHY_KIND_* */
    const char *sha256; /* 64 hex digits that plugins.lock demands, or NULL: not pinned */
    const struct conf_schema *schema; /* NULL when the environment had no schema callback */
    /* What its configuration is made of: the schema's options; a strategy's has "risk.*", too. */
    const struct bothy_option *options;
    uint32_t option_count;
};

/* Instance-wide values of an exchange's or bot's `params`: all of the schema's options. */
struct conf_exchange {
    const char *name;
    struct conf_plugin plugin;
    int32_t enabled;
    int32_t required; /* the host is not ready, and --check fails, without it */
    uint32_t mode;    /* CONF_MODE_*: what this account asks for; see conf_exchange_is_live() */
    int64_t stale_after_ns;  /* silence after which a feed is STALE; 0: never */
    const char *unavailable; /* NULL, or why its plugin cannot be used: never with required */
    struct conf_values params;
    struct conf_values own;    /* name, plugin … of the entry itself, for `conf dump` */
    struct conf_origin origin; /* where the entry begins */
};

struct conf_symbol {
    const char *symbol;                   /* "BTC/USDT:USDT" */
    const struct conf_exchange *exchange; /* never NULL */
    struct conf_risk risk;
    struct conf_values risk_values; /* the texts and origins of `risk`, in the table's order */
    struct conf_values params;      /* only what a plugin's PER_SYMBOL options get here */
    struct conf_origin origin;
};

struct conf_grants {
    int32_t signals_only;              /* every order of this bot is refused */
    uint32_t order_types;              /* bit n: BOTHY_ORDER_TYPE_* n */
    struct bothy_decimal max_notional; /* of one order, in quote currency; 0: nothing */
};

struct conf_bot {
    const char *name;
    struct conf_plugin plugin;
    const struct conf_exchange *exchange; /* of symbols that name no other; NULL: no symbols */
    int32_t enabled;
    int32_t required;
    int32_t trade;           /* the host orders by this bot's accepted signals */
    const char *unavailable; /* NULL, or why its plugin cannot be used: never with required */
    uint32_t log_level;      /* BOTHY_LOG_*, inherited from log.level */
    /* Enabled symbols in the order of the file, watchlist first; index = the plugin's index. */
    struct conf_symbol *symbols;
    uint32_t symbol_count;
    const char *const *disabled_symbols; /* enabled = false */
    uint32_t disabled_count;
    struct conf_grants grants;
    struct conf_risk risk; /* for all symbols that say nothing else */
    struct conf_values risk_values;
    struct conf_values params;
    struct conf_values own;
    struct conf_values grant_values;
    struct conf_origin origin;
};

struct conf_watchlist {
    const char *name;
    struct conf_list symbols;
    struct conf_origin origin;
};

struct conf {
    uint32_t mode; /* CONF_MODE_* */
    int64_t seed;
    uint32_t sandbox;           /* CONF_SANDBOX_* */
    int64_t status_interval_ns; /* 0: never */
    int32_t allow_insecure_secrets;
    struct conf_paths paths;
    struct conf_log log;
    struct conf_audit audit;
    struct conf_clock clock;
    struct conf_supervise supervise;
    struct conf_signals signals;
    struct conf_orders orders;
    struct conf_paper paper;
    struct conf_risk risk;
    struct conf_exchange *exchanges;
    uint32_t exchange_count;
    struct conf_bot *bots;
    uint32_t bot_count;
    struct conf_watchlist *watchlists;
    uint32_t watchlist_count;
    struct conf_list files; /* what was read, in that order */

    struct conf_private *private; /* texts, values of the groups above, schemas */
};

/* ---- loading ---- */

enum {
    /* Do not look at plugin files and plugins.lock: for tools that only read settings. */
    CONF_NO_PLUGIN_FILES = 1 << 0,
    /* Do not look at the files that secrets and FILE options refer to. */
    CONF_NO_SECRET_FILES = 1 << 1,
};

/* What a load may look at besides the files. Zeroed, it looks at nothing else. */
struct conf_environment {
    /*
     * Gives the schema of a plugin: [owned] in *ret. NULL: params are kept as they are written,
     * unchecked. Called once per plugin path, after its file was found trustworthy (but with
     * CONF_NO_PLUGIN_FILES nobody looked).
     */
    int32_t (*schema)(void *context, const char *plugin_path, uint32_t kind,
                      struct conf_schema *ret, struct bothy_error *error);
    void *context;
    /* "NAME=value", NULL at the end (environ); NULL: no overrides. [borrowed until return] */
    const char *const *variables;
    /* BOTHY_* names, NULL at the end, that are no overrides and no mistakes either. May be NULL. */
    const char *const *ignored_variables;
    /* Where `cred:name` is looked up (systemd's $CREDENTIALS_DIRECTORY); NULL: nowhere. */
    const char *credentials_directory;
    /* Overrides of the default of paths.plugins, for a host that runs from its build tree. */
    const char *plugin_directory;
    uint32_t flags; /* CONF_NO_* */
};

/*
 * Effect: reads `path`, then *.conf of the folder conf.d beside it in the order of their names
 * (lists are appended, everything else is replaced by the later file), then the environment.
 * Messages name the files as `path` does. *ret is [owned] (conf_free), and independent of `env`.
 * Errors: BOTHY_EINVAL, and `errors` says why, at least once; BOTHY_ENOMEM. Warnings may stand in
 * `errors` on success, too.
 */
int32_t conf_load(const char *path, const struct conf_environment *env, struct conf_errors *errors,
                  struct conf **ret);

/* The same for one text; `name` stands for the file in messages, and conf.d is not read. */
int32_t conf_load_text(const char *name, const char *text, size_t length,
                       const struct conf_environment *env, struct conf_errors *errors,
                       struct conf **ret);

/* Effect: frees it. Takes NULL. Returns NULL. */
struct conf *conf_free(struct conf *conf);

/* ---- asking ---- */

/* Returns the entry, or NULL. [borrowed] from conf. */
const struct conf_bot *conf_bot_find(const struct conf *conf, const char *name);
const struct conf_exchange *conf_exchange_find(const struct conf *conf, const char *name);

/* Returns 1 when host and account both ask for live trading, and this build can. */
int conf_exchange_is_live(const struct conf *conf, const struct conf_exchange *exchange);

/*
 * Effect: one risk key as `bot` (NULL: the host) sees it for `symbol` (NULL: all its symbols),
 * with the level that it comes from. Errors: BOTHY_ENOENT no such key or symbol.
 */
int32_t conf_risk_get(const struct conf *conf, const struct conf_bot *bot, const char *symbol,
                      const char *key, const struct conf_value **ret_value);

/*
 * Effect: any value by its path: "log.level", "risk.sl_mult", "bot.funding.risk.sl_mult",
 * "bot.funding.params.oi_strong", "bot.funding.symbols.BTC/USDT:USDT.tp1_mult",
 * "exchange.sim.params.seed". Errors: BOTHY_ENOENT, with the nearest path in the text.
 */
int32_t conf_get(const struct conf *conf, const char *path, const struct conf_value **ret_value,
                 struct bothy_error *error);

/* ---- handing over to a plugin ---- */

/* One value for bothy_config_set(): a LIST comes as several, in order. [borrowed] from conf. */
struct conf_setting {
    uint32_t symbol_index; /* BOTHY_CONFIG_ALL_SYMBOLS, or the index of the symbol */
    const char *name;      /* "oi_strong", "risk.sl_mult" */
    const struct bothy_option *option;
    const char *text; /* of a FILE its path, of a SECRET its reference: see conf_secret_path */
};

typedef int32_t conf_setting_visit(void *context, const struct conf_setting *setting);

/*
 * Effect: calls `visit` for every value that the plugin's instance gets and that is not a default:
 * what travels to a runner. Stops at the first result that is not 0 and returns it.
 */
int32_t conf_bot_settings(const struct conf_bot *bot, conf_setting_visit *visit, void *context);
int32_t conf_exchange_settings(const struct conf_exchange *exchange, conf_setting_visit *visit,
                               void *context);

/*
 * Effect: the configuration as the plugin sees it, symbols included. FILE and SECRET options are
 * left unset: whoever opens them adds them. Needs a schema. *ret is [owned]
 * (bothy_config_free) and borrows the schema's table from conf.
 */
int32_t conf_bot_config(const struct conf_bot *bot, struct bothy_config **ret,
                        struct bothy_error *error);
int32_t conf_exchange_config(const struct conf_exchange *exchange, struct bothy_config **ret,
                             struct bothy_error *error);

/*
 * Effect: the file that a SECRET's text refers to: "file:/path", or "cred:name" below
 * `credentials_directory`. Errors: BOTHY_EINVAL (neither form: an inline secret),
 * BOTHY_ENOENT (no credentials directory), BOTHY_ERANGE.
 */
int32_t conf_secret_path(const char *text, const char *credentials_directory, char *path,
                         size_t capacity, struct bothy_error *error);

#endif
