/*
 * The core: what happens, in one order, and what follows from it.
 *
 * It is a pure state machine: no I/O, no clock, no threads. Inputs are the functions core_market,
 * core_time, core_signal … , each with its time or after a core_time; outputs go, at once and in
 * order, to the functions of struct core_sink, which must not call back into the core. The live
 * daemon, the backtester, the replayer and the tests drive the same functions: the same inputs
 * give the same outputs, byte for byte.
 *
 *        market events ─▶ ┌──────────────┐ ─▶ publish (the log: sequence numbers start here)
 *        signals, orders ▶│     core     │ ─▶ report  (private to a bot)
 *        timers, time ──▶ │              │ ─▶ record  (to the store)
 *        durable(n) ────▶ │              │ ─▶ feeds, history (to the exchanges)
 *        commands ──────▶ └──────────────┘ ─▶ note    (to the log of the host)
 *
 * An order is recorded, then durable, then sent; see orders.h. Time never goes backwards: an
 * earlier time than the last is taken as the last.
 */
#ifndef BOTHY_CORE_CORE_H
#define BOTHY_CORE_CORE_H

#include "core/record.h"

#include <bothy/event.h>
#include <bothy/host.h>
#include <bothy/plugin.h>

#define CORE_BOTS_MAX        64 /* a bot set is one 64-bit word */
#define CORE_VENUES_MAX      16
#define CORE_INSTRUMENTS_MAX 1024

struct core;

/* Risk parameters of one bot on one instrument: the innermost values of the configuration. */
struct core_risk {
    int64_t cooldown_ns;
    uint32_t max_open_signals;
    uint32_t max_open_per_symbol;
    uint32_t reversal_bypass;
    struct bothy_decimal risk_pct; /* already capped by max_risk_pct */
    struct bothy_decimal max_position_pct;
    struct bothy_decimal price_tolerance_pct; /* of a signal's entry; 0: no limit */
};

struct core_bot_symbol {
    uint32_t instrument;
    struct core_risk risk;
};

struct core_bot_conf {
    const char *name;
    const struct core_bot_symbol *symbols;
    uint32_t symbol_count;
    uint32_t trade;                    /* order by its own signals */
    uint32_t signals_only;             /* refuse every order intent */
    uint32_t order_types;              /* granted: bit n of BOTHY_ORDER_TYPE n */
    struct bothy_decimal max_notional; /* 0: nothing is granted */
};

struct core_instrument_conf {
    const char *symbol;
    uint32_t venue; /* index of the venue */
};

struct core_venue_conf {
    const char *name;
    int64_t stale_after_ns; /* silence after which a feed is STALE; 0: never */
};

enum { CORE_EXIT_FULL_TP1 = 0, CORE_EXIT_HALF_TP1_BE = 1, CORE_EXIT_TP2 = 2 };

struct core_conf {
    const struct core_venue_conf *venues;
    uint32_t venue_count;
    /* instrument number i + 1 is instruments[i] */
    const struct core_instrument_conf *instruments;
    uint32_t instrument_count;
    const struct core_bot_conf *bots;
    uint32_t bot_count;
    uint32_t exit_model;        /* CORE_EXIT_* */
    uint32_t take_profit_first; /* what an ambiguous bar means: 0 the stop came first */
    int64_t signal_max_age_ns;
    struct bothy_decimal paper_balance;
    char paper_currency[BOTHY_CURRENCY_MAX];
    struct bothy_decimal paper_slippage; /* fraction of the price, on bar fills of taker orders */
    /* fractions, where a venue's definition names no fees at all */
    struct bothy_decimal paper_taker_fee;
    struct bothy_decimal paper_maker_fee;
    uint64_t epoch; /* of the ledger: part of every client order id */
    uint64_t seed;  /* of identifiers */
};

/* Outputs. `context` is the one given to core_new. All pointers are [borrowed until return]. */
struct core_sink {
    void (*publish)(void *context, const struct bothy_event *event);
    void (*report)(void *context, uint32_t bot, const struct bothy_event *event);
    void (*record)(void *context, const struct record *record);
    void (*feeds)(void *context, uint32_t venue, const struct bothy_feed_request *request);
    void (*history)(void *context, uint32_t venue, const struct bothy_history_request *request);
    /* bot UINT32_MAX: none. correlation may be NULL. */
    void (*note)(void *context, int32_t level, uint32_t bot, const char *code, const char *text,
                 const uint8_t *correlation);
};

/* Returns [owned] (core_free), or NULL without memory. conf is copied. */
struct core *core_new(const struct core_conf *conf, const struct core_sink *sink, void *context,
                      struct bothy_error *error);
void core_free(struct core *core);

/* ---- inputs ---- */

/*
 * Effect: time is now_ns: fires timers, ages signals and feeds. Call it at every step of virtual
 * time and at every wake-up in real time, before the inputs of that time.
 */
void core_time(struct core *core, int64_t now_ns);

/*
 * Effect: takes a market event of a venue; stamps and publishes it, and all that follows.
 * The event is checked (bothy_event_check) and must be of an instrument of this venue.
 * Errors: BOTHY_EPROTO: it is counted and dropped, and the feed is in doubt.
 */
int32_t core_market(struct core *core, uint32_t venue, const struct bothy_event *event,
                    struct bothy_error *error);
/* Effect: the venue has answered a history request (its events came before). */
void core_history_done(struct core *core, uint32_t venue, uint32_t instrument, uint32_t feed,
                       uint32_t timeframe);
/* Effect: all feeds of a venue change their state (link lost, process ended, data over). */
void core_venue_state(struct core *core, uint32_t venue, uint32_t state, const char *reason);

/* Effect: one instrument's feed changes, by the venue's word; instrument 0: all of the venue. */
void core_feed_state(struct core *core, uint32_t venue, uint32_t instrument, uint32_t state,
                     const char *reason);
/* Effect: a process of the venue is ready: asks it for what is wanted. */
void core_venue_ready(struct core *core, uint32_t venue);

/* Inputs of a bot. Errors: BOTHY_EPROTO: nonsense that an honest runner cannot send. */
int32_t core_subscribe(struct core *core, uint32_t bot, const struct bothy_subscription *wanted);
int32_t core_unsubscribe(struct core *core, uint32_t bot, uint32_t instrument, uint32_t feeds);
int32_t core_signal(struct core *core, uint32_t bot, const struct bothy_signal *signal,
                    uint64_t tag);
int32_t core_order(struct core *core, uint32_t bot, const struct bothy_order_request *request);
int32_t core_cancel(struct core *core, uint32_t bot, uint64_t order_id);
int32_t core_timer_set(struct core *core, uint32_t bot, uint64_t id, int64_t due_ns,
                       int64_t interval_ns);
int32_t core_timer_cancel(struct core *core, uint32_t bot, uint64_t id);
int32_t core_state_save(struct core *core, uint32_t bot, const void *data, size_t length);

/* Effect: a new incarnation of the bot begins, or the old one is gone: its subscriptions and
 * timers end. What happens with its orders is said by `cancel_orders`. */
void core_bot_started(struct core *core, uint32_t bot);
void core_bot_gone(struct core *core, uint32_t bot, int cancel_orders);

/* Effect: records up to n are durable: sends what waited for it. */
void core_durable(struct core *core, uint64_t n);
/* Effect: the store failed (ok = 0) or works again: the gate closes or opens. */
void core_store_state(struct core *core, int ok, const char *reason);

/* ---- commands ---- */

void core_bot_pause(struct core *core, uint32_t bot, int paused);
/*
 * Effect: adds a bot, or gives one of that name new symbols, risk parameters and grants; what it
 * holds, and the cooldowns of symbols that stay, are kept. Errors: BOTHY_ERANGE (no room),
 * BOTHY_EINVAL (no such instrument): nothing is changed.
 */
int32_t core_bot_put(struct core *core, const struct core_bot_conf *conf, uint32_t *ret_bot,
                     struct bothy_error *error);
/* Effect: adds an instrument of a venue. Returns its number, or 0 without room. */
uint32_t core_instrument_put(struct core *core, const struct core_instrument_conf *conf);
/* The kill switch: entries that wait or rest are cancelled, new ones refused until it is reset. */
void core_kill(struct core *core, int on, const char *why);
/*
 * What an earlier life of the same run left of a bot: give it before the first input of the bot.
 * Effect: its counters go on from there.
 */
struct core_bot_past {
    uint64_t signals, suppressed, orders, refused, fills, wins, losses;
    int64_t last_signal_ns;
};
void core_bot_restore(struct core *core, uint32_t bot, const struct core_bot_past *past);
/* Effect: its last signal on the instrument was accepted then: the cooldown goes on. */
void core_cooldown_restore(struct core *core, uint32_t bot, uint32_t instrument, int64_t ts_ns);
/* Effect: a record of how a bot is. */
void core_bot_record(struct core *core, uint32_t bot, const struct record_bot *record);
/* Effect: a record of an action, for the audit. */
void core_action(struct core *core, const struct record_action *action);

/* ---- what is ---- */

struct core_bot_view {
    uint64_t signals; /* accepted */
    uint64_t suppressed;
    uint64_t orders;
    uint64_t refused;
    uint64_t fills;
    uint64_t open_signals;
    uint64_t wins; /* of closed signals */
    uint64_t losses;
    int64_t last_signal_ns;
    int32_t paused;
    struct bothy_decimal realised_pnl;
    struct bothy_decimal unrealised_pnl;
};

struct core_feed_view {
    uint32_t instrument;
    uint32_t venue;
    uint32_t state;
    uint64_t events;
    uint64_t gaps;
    uint64_t malformed;
    int64_t last_ns; /* of the newest event; 0 none */
    int64_t age_ns;
};

struct core_signal_view {
    uint64_t id;
    uint32_t bot;
    uint32_t outcome; /* 0: open */
    const struct bothy_signal *signal;
};

struct core_position_view {
    uint32_t bot;
    uint32_t instrument;
    struct bothy_position position;
    struct bothy_decimal mark;
};

int64_t core_now_ns(const struct core *core);
uint64_t core_seq(const struct core *core);
uint64_t core_recorded(const struct core *core);  /* number of the last record */
uint64_t core_undurable(const struct core *core); /* orders that wait for durable() */
/* Bots that have an interest in the last published event: bit n is bot n. */
uint64_t core_interest(const struct core *core, const struct bothy_event *event);
int core_killed(const struct core *core);
/* 1 while a history request is under way: virtual time must wait. */
int core_history_pending(const struct core *core);
void core_bot_get(const struct core *core, uint32_t bot, struct core_bot_view *ret_view);
int core_feed_get(const struct core *core, uint32_t instrument, struct core_feed_view *ret_view);
/* Definition, or NULL until the venue gave it. [borrowed until the next input] */
const struct bothy_instrument *core_instrument(const struct core *core, uint32_t instrument);
const char *core_symbol(const struct core *core, uint32_t instrument);
uint32_t core_instrument_venue(const struct core *core, uint32_t instrument);
/* The top of the book, 0 if it is not known. */
int core_quote_get(const struct core *core, uint32_t instrument, struct bothy_quote *ret_quote);
/*
 * Iterate: *cursor begins at 0; 0 when there are no more. First what is over, in the order of its
 * end, the newest few thousand of them; then what is alive, the newest last. [borrowed until the
 * next input]
 */
int core_order_next(const struct core *core, size_t *cursor, uint32_t *ret_bot,
                    const struct record_order **ret_order, uint32_t *ret_instrument);
int core_signal_next(const struct core *core, size_t *cursor, struct core_signal_view *ret_view);
int core_position_next(const struct core *core, size_t *cursor,
                       struct core_position_view *ret_view);
/* Equity of the paper account: balance + realised + unrealised. */
void core_equity(const struct core *core, struct bothy_decimal *ret_cash,
                 struct bothy_decimal *ret_equity);

#endif
