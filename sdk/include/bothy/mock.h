/*
 * bothy/mock.h: a host for unit tests of plugins, in the test's own process.
 *
 *     struct bothy_mock *mock;
 *     struct bothy_error error = { 0 };
 *
 *     bothy_mock_new(&bothy_plugin, "test", &mock, &error);
 *     bothy_mock_add_symbol(mock, "BTC/USDT:USDT", "demo");
 *     bothy_mock_set(mock, "fast", "5", &error);
 *     bothy_mock_begin(mock, &error);                    check, create, start
 *     bothy_mock_bar(mock, 0, BOTHY_TF_5M, open_ns, &(struct bothy_mock_row){ 100, 101, 99, 100, 7
 * }); assert(bothy_mock_signal_count(mock) == 1 && bothy_mock_fault_count(mock) == 0);
 *     bothy_mock_free(mock);                             stop, destroy
 *
 * It validates options with the daemon's code, gives events only where the plugin subscribed,
 * permits each service from its rung on (plugin.h, host.h), refuses what a host refuses, and keeps
 * all that the plugin says. A call that a host refuses because it breaks a rule is a fault: the
 * plugin gets the error code, and the mock keeps a sentence about it. A test of a good plugin ends
 * by asserting that there are none.
 *
 * Nothing happens by itself: time stands still until the test moves it; signals and orders are
 * answered when the test says so, and as it says. There is no gate, no matching, no ledger: those
 * belong to the daemon, and `sim` with a daemon shows them. There is no sandbox either: that is
 * what `bothyctl plugin check` is for.
 *
 * Threads: one mock, one thread. Not to be called from within a plugin's callback. Pointers that
 * it returns are [borrowed] until bothy_mock_forget() or bothy_mock_free(), unless said otherwise.
 * Symbols are named by their index, in the order of bothy_mock_add_symbol(). The functions that
 * give an event return 1 if the plugin got it, 0 if it had not subscribed to it, or the BOTHY_E*
 * that its on_event returned (on_error was then called); BOTHY_EPERM before start and after stop;
 * BOTHY_ENOENT for a symbol or a record that there is not.
 */
#ifndef BOTHY_MOCK_H
#define BOTHY_MOCK_H

#include <bothy/base.h>
#include <bothy/config.h>
#include <bothy/event.h>
#include <bothy/host.h>
#include <bothy/plugin.h>

BOTHY_BEGIN

struct bothy_mock;

/* ---- set-up ---- */

/*
 * Effect: judges the descriptor as a host does and makes a mock for one instance, with a
 * configuration of defaults: the plugin's own options and, for a strategy, those of bothy/risk.h
 * ("risk.sl_mult"). The clock stands at 0. `plugin` stays [borrowed]. *ret_mock is [owned]
 * (bothy_mock_free). Errors: BOTHY_EABI, BOTHY_EINVAL (the descriptor), BOTHY_ENOMEM.
 */
BOTHY_API int32_t bothy_mock_new(const struct bothy_plugin *plugin, const char *instance,
                                 struct bothy_mock **ret_mock, struct bothy_error *error);
/* Effect: stop and destroy, where they are due, and frees everything. NULL is fine. */
BOTHY_API void bothy_mock_free(struct bothy_mock *mock);

/*
 * Effect: adds a symbol to the configuration, with a definition that has tick and lot 10^-8, is
 * linear and offers every feed. Returns its index, or BOTHY_EPERM once check has run,
 * BOTHY_EEXIST, BOTHY_EINVAL, BOTHY_ENOMEM.
 */
BOTHY_API int32_t bothy_mock_add_symbol(struct bothy_mock *mock, const char *symbol,
                                        const char *venue);
/*
 * Returns the definition of a symbol, to be changed before start: the plugin gets it, as from the
 * daemon, with the first event after it subscribed to something of it. NULL: no such symbol.
 */
BOTHY_API struct bothy_instrument *bothy_mock_definition(struct bothy_mock *mock, uint32_t symbol);
/* Returns the number that the plugin knows a symbol by, or 0. It is never the index. */
BOTHY_API uint32_t bothy_mock_instrument(const struct bothy_mock *mock, uint32_t symbol);

/* Effect: sets an option for all symbols, or for one. Errors: as bothy_config_set(). */
BOTHY_API int32_t bothy_mock_set(struct bothy_mock *mock, const char *name, const char *text,
                                 struct bothy_error *error);
BOTHY_API int32_t bothy_mock_set_symbol(struct bothy_mock *mock, uint32_t symbol, const char *name,
                                        const char *text, struct bothy_error *error);
/* Returns the configuration, for what bothy_mock_set() cannot say: files, secrets. [borrowed]. */
BOTHY_API struct bothy_config *bothy_mock_config(struct bothy_mock *mock);
/*
 * Returns a second configuration with the same symbols and nothing but defaults, to be set and
 * handed to bothy_mock_reload(). [owned] (bothy_config_free), or NULL without memory.
 */
BOTHY_API struct bothy_config *bothy_mock_config_new(const struct bothy_mock *mock);

/* ---- the ladder ---- */

/* Effect: check, create and start, one after the other. Errors: as those. */
BOTHY_API int32_t bothy_mock_begin(struct bothy_mock *mock, struct bothy_error *error);
/*
 * The rungs one by one. Errors: what the plugin returned, with its text (or a sentence of the mock
 * if it gave none); BOTHY_EPERM if it is not the turn of that rung; BOTHY_EINVAL if an option is
 * REQUIRED and not set. A function that the plugin does not have does nothing.
 */
BOTHY_API int32_t bothy_mock_check(struct bothy_mock *mock, struct bothy_error *error);
BOTHY_API int32_t bothy_mock_create(struct bothy_mock *mock, struct bothy_error *error);
BOTHY_API int32_t bothy_mock_load(struct bothy_mock *mock, const void *data, size_t length);
BOTHY_API int32_t bothy_mock_start(struct bothy_mock *mock, struct bothy_error *error);
BOTHY_API int32_t bothy_mock_stop(struct bothy_mock *mock);
BOTHY_API int32_t bothy_mock_destroy(struct bothy_mock *mock);
/* In between. Paused, the plugin gets events; that signals are refused is for the test to say. */
BOTHY_API int32_t bothy_mock_pause(struct bothy_mock *mock);
BOTHY_API int32_t bothy_mock_resume(struct bothy_mock *mock);
/* Effect: asks check, then reload; the new values hold if both agree. [steals] config. */
BOTHY_API int32_t bothy_mock_reload(struct bothy_mock *mock, struct bothy_config *config,
                                    struct bothy_error *error);
/* Returns the length that save() wrote, 0 if the plugin has none, or BOTHY_E*. */
BOTHY_API int32_t bothy_mock_save(struct bothy_mock *mock, void *data, size_t capacity);
/* Returns BOTHY_HEALTH_*. */
BOTHY_API int32_t bothy_mock_health(struct bothy_mock *mock, char *text, size_t capacity);

/* ---- time ---- */

BOTHY_API int64_t bothy_mock_now_ns(const struct bothy_mock *mock);
/*
 * Effect: moves the clock, and on its way gives the plugin each timer that becomes due, at its
 * time. Returns how many those were, the first error of on_event, or BOTHY_EINVAL for a time that
 * has passed already (the clock then stays).
 */
BOTHY_API int32_t bothy_mock_advance_to(struct bothy_mock *mock, int64_t ts_ns);
BOTHY_API int32_t bothy_mock_advance(struct bothy_mock *mock, int64_t duration_ns);

/* ---- events for a strategy ---- */

/*
 * Effect: adds BOTHY_EVENT_* flags to every event from now on: HISTORY for the past, FORMING for
 * bars, CONFLATED for last values after a gap. 0: live events.
 */
BOTHY_API void bothy_mock_set_flags(struct bothy_mock *mock, uint32_t flags);

/*
 * Effect: gives an event of the test's own making, with body. The mock stamps seq, and the times
 * where they are 0. Errors: BOTHY_EPROTO if bothy_event_check() refuses it.
 */
BOTHY_API int32_t bothy_mock_event(struct bothy_mock *mock, const struct bothy_event *event);
/* The same, whether the plugin subscribed to it or not: it must take what it does not expect. */
BOTHY_API int32_t bothy_mock_force(struct bothy_mock *mock, const struct bothy_event *event);

struct bothy_mock_row {
    double open;
    double high;
    double low;
    double close;
    double volume;
};

/*
 * Numbers are doubles here, for the test's convenience, and rounded to eight decimals; a price
 * that needs more, or must be written exactly, goes into a record for bothy_mock_event(). Every
 * event happens at the clock's time. A bar moves the clock to its close (a forming one, to its
 * opening) if that is later.
 *
 * History that the plugin asked for comes before what is live, as with the daemon: give it with
 * the flag BOTHY_EVENT_HISTORY, and end it by bothy_mock_history_end(). A live event of a
 * subscription whose history was not ended ends it first.
 */
BOTHY_API int32_t bothy_mock_bar(struct bothy_mock *mock, uint32_t symbol, uint32_t timeframe,
                                 int64_t open_ns, const struct bothy_mock_row *row);
/* taker_side: BOTHY_SIDE_*, or 0 for a venue that does not say. */
BOTHY_API int32_t bothy_mock_trade(struct bothy_mock *mock, uint32_t symbol, uint32_t taker_side,
                                   double price, double quantity);
BOTHY_API int32_t bothy_mock_quote(struct bothy_mock *mock, uint32_t symbol, double bid_price,
                                   double bid_quantity, double ask_price, double ask_quantity);
/* Prices and quantities in pairs. flags: BOTHY_EVENT_SNAPSHOT, _MORE. At most 500 pairs a side. */
BOTHY_API int32_t bothy_mock_book(struct bothy_mock *mock, uint32_t symbol, uint32_t flags,
                                  const double *bids, uint32_t bid_count, const double *asks,
                                  uint32_t ask_count);
/* rate: a fraction, as text. interval_ns 0: unknown. flags: BOTHY_FUNDING_SETTLED. */
BOTHY_API int32_t bothy_mock_funding(struct bothy_mock *mock, uint32_t symbol, const char *rate,
                                     int64_t interval_ns, uint32_t flags);
BOTHY_API int32_t bothy_mock_open_interest(struct bothy_mock *mock, uint32_t symbol,
                                           double quantity);
/* side: of the closing order, so SELL for a long position. */
BOTHY_API int32_t bothy_mock_liquidation(struct bothy_mock *mock, uint32_t symbol, uint32_t side,
                                         double price, double quantity);
BOTHY_API int32_t bothy_mock_ratio(struct bothy_mock *mock, uint32_t symbol, uint32_t kind,
                                   double value);
BOTHY_API int32_t bothy_mock_mark(struct bothy_mock *mock, uint32_t symbol, double mark_price,
                                  double index_price);
/* state: BOTHY_FEED_STATE_*. */
BOTHY_API int32_t bothy_mock_feed(struct bothy_mock *mock, uint32_t symbol, uint32_t state);
/* A signal of some bot, for those that subscribe to signals. */
BOTHY_API int32_t bothy_mock_foreign_signal(struct bothy_mock *mock,
                                            const struct bothy_signal *signal);
/* Says that `count` public events were lost. The last values are for the test to give. */
BOTHY_API int32_t bothy_mock_gap(struct bothy_mock *mock, uint64_t count);
/*
 * Effect: ends the history of a time frame's bars, or with BOTHY_TF_NONE that of funding rates or
 * open interest, whichever was asked for first. Returns 0 if none is waited for.
 */
BOTHY_API int32_t bothy_mock_history_end(struct bothy_mock *mock, uint32_t symbol,
                                         uint32_t timeframe);

/* ---- what the plugin did ---- */

/* Effect: drops all records below, but not what is in force: subscriptions, timers, position. */
BOTHY_API void bothy_mock_forget(struct bothy_mock *mock);

/* Calls that broke a rule, as sentences: "signals.emit in check: not before start". */
BOTHY_API uint32_t bothy_mock_fault_count(const struct bothy_mock *mock);
BOTHY_API const char *bothy_mock_fault(const struct bothy_mock *mock, uint32_t index);

/* Subscriptions as they were asked for, in order. */
BOTHY_API uint32_t bothy_mock_subscription_count(const struct bothy_mock *mock);
BOTHY_API const struct bothy_subscription *bothy_mock_subscription(const struct bothy_mock *mock,
                                                                   uint32_t index);
/* The first one of a symbol that has all of these feeds, or NULL. */
BOTHY_API const struct bothy_subscription *bothy_mock_subscribed(const struct bothy_mock *mock,
                                                                 uint32_t symbol, uint32_t feeds);

/* Signals that passed bothy_signal_validate(), with what it computed, and their tags. */
BOTHY_API uint32_t bothy_mock_signal_count(const struct bothy_mock *mock);
BOTHY_API const struct bothy_signal *bothy_mock_signal(const struct bothy_mock *mock,
                                                       uint32_t index);
BOTHY_API uint64_t bothy_mock_signal_tag(const struct bothy_mock *mock, uint32_t index);

/* Orders that were handed over, and the ids of those to be cancelled. */
BOTHY_API uint32_t bothy_mock_order_count(const struct bothy_mock *mock);
BOTHY_API const struct bothy_order_request *bothy_mock_order(const struct bothy_mock *mock,
                                                             uint32_t index);
/* The id that reports about this order carry, or 0. */
BOTHY_API uint64_t bothy_mock_order_id(const struct bothy_mock *mock, uint32_t index);
BOTHY_API uint32_t bothy_mock_cancel_count(const struct bothy_mock *mock);
BOTHY_API uint64_t bothy_mock_cancel(const struct bothy_mock *mock, uint32_t index);

struct bothy_mock_timer {
    uint64_t id;
    int64_t due_ns;
    int64_t interval_ns; /* 0: once */
};

/* Timers that are set now. [borrowed until the plugin is called again] */
BOTHY_API uint32_t bothy_mock_timer_count(const struct bothy_mock *mock);
BOTHY_API const struct bothy_mock_timer *bothy_mock_timer(const struct bothy_mock *mock,
                                                          uint32_t index);

struct bothy_mock_line {
    int32_t level; /* BOTHY_LOG_* */
    uint32_t reserved;
    char keys[256]; /* "key=value key=value" */
    char text[1024];
};

/* Log lines, and messages to people; the newest 1000 lines are kept. */
BOTHY_API uint32_t bothy_mock_line_count(const struct bothy_mock *mock);
BOTHY_API const struct bothy_mock_line *bothy_mock_line(const struct bothy_mock *mock,
                                                        uint32_t index);
/* The text of the last line, or "". */
BOTHY_API const char *bothy_mock_last_line(const struct bothy_mock *mock);
BOTHY_API uint32_t bothy_mock_notice_count(const struct bothy_mock *mock);
BOTHY_API const struct bothy_mock_line *bothy_mock_notice(const struct bothy_mock *mock,
                                                          uint32_t index);

/* Gauges and counters of strategies, and what an exchange counts; 0 for a name never used. */
BOTHY_API double bothy_mock_gauge(const struct bothy_mock *mock, const char *name);
BOTHY_API uint64_t bothy_mock_counter(const struct bothy_mock *mock, const char *name);
/* Names in the order of their first use; NULL beyond the last. */
BOTHY_API const char *bothy_mock_metric_name(const struct bothy_mock *mock, uint32_t index);
/* The sum of all counters whose names begin so. */
BOTHY_API uint64_t bothy_mock_counter_sum(const struct bothy_mock *mock, const char *prefix);

/* What the state service stored last, and its length; NULL if nothing. */
BOTHY_API const void *bothy_mock_state(const struct bothy_mock *mock, size_t *ret_length);

/* ---- answers ---- */

/* Effect: the next `count` calls that hand something over return BOTHY_EAGAIN: a full ring. */
BOTHY_API void bothy_mock_set_full(struct bothy_mock *mock, uint32_t count);
/*
 * Effect: BOTHY_EVENT_SIGNAL_RESULT for signal `index`. code NULL: it was accepted; else why not:
 * "COOLDOWN", "PAUSED" …; text may be NULL.
 */
BOTHY_API int32_t bothy_mock_answer_signal(struct bothy_mock *mock, uint32_t index,
                                           const char *code, const char *text);
/*
 * Effect: BOTHY_EVENT_ORDER for order `index`, now in `state` (BOTHY_ORDER_*), with what has been
 * filled of it so far. code and text of a refusal may be NULL.
 */
BOTHY_API int32_t bothy_mock_answer_order(struct bothy_mock *mock, uint32_t index, uint32_t state,
                                          const char *code, const char *text);
/*
 * Effect: BOTHY_EVENT_FILL of a part of order `index`, then BOTHY_EVENT_ORDER as PARTIAL or
 * FILLED. The position does not change by it: that is what the next function says. Errors:
 * BOTHY_EINVAL if quantity is not above 0 or more than what is open.
 */
BOTHY_API int32_t bothy_mock_fill(struct bothy_mock *mock, uint32_t index,
                                  struct bothy_decimal price, struct bothy_decimal quantity,
                                  struct bothy_decimal fee);
/* Effect: BOTHY_EVENT_POSITION; from then on the positions service has it. */
BOTHY_API int32_t bothy_mock_position(struct bothy_mock *mock, uint32_t symbol,
                                      const struct bothy_position *position);

/* ---- exchanges ---- */

/*
 * The functions of an exchange, called as the host calls them. Errors: what they return;
 * BOTHY_EPERM before start, BOTHY_ENOTSUP if the plugin does not have the function.
 */
BOTHY_API int32_t bothy_mock_request_feed(struct bothy_mock *mock,
                                          const struct bothy_feed_request *request,
                                          struct bothy_error *error);
BOTHY_API int32_t bothy_mock_request_history(struct bothy_mock *mock,
                                             const struct bothy_history_request *request);
/* Effect: one step of an exchange that owns the time. */
BOTHY_API int32_t bothy_mock_next(struct bothy_mock *mock, int64_t *ret_now_ns);

/*
 * What it published, in order, stamped as by the host; a change of a feed's state is an event of
 * type BOTHY_EVENT_FEED. With a listener events go there instead, [borrowed until return], and
 * none is kept.
 */
BOTHY_API uint32_t bothy_mock_published_count(const struct bothy_mock *mock);
BOTHY_API const struct bothy_event *bothy_mock_published(const struct bothy_mock *mock,
                                                         uint32_t index);
BOTHY_API void bothy_mock_set_listener(struct bothy_mock *mock,
                                       void (*listener)(void *context,
                                                        const struct bothy_event *event),
                                       void *context);

BOTHY_END

#endif
