/*
 * bothy/host.h: what the host does for a plugin.
 *
 * A service is a table of functions, asked for by name and version:
 *
 *     const struct bothy_signals_service *signals = bothy_host_get(host, BOTHY_SIGNALS_1);
 *
 * NULL means that this host, or this kind of plugin, does not have it. Tables only grow at
 * their end: test `size` before using a function younger than the version's first. Tables and
 * `host` are [borrowed] for the life of the instance. All calls are made on the thread that the
 * host calls the plugin on, from within a callback; the comments name the first rung of the
 * ladder (plugin.h) from which each is allowed. Earlier calls return BOTHY_EPERM.
 *
 * No service waits. What has an answer gets it later as an event.
 */
#ifndef BOTHY_HOST_H
#define BOTHY_HOST_H

#include <bothy/base.h>
#include <bothy/decimal.h>
#include <bothy/event.h>
#include <bothy/signal.h>

BOTHY_BEGIN

struct bothy_host {
    uint32_t size;
    uint16_t abi_major;
    uint16_t abi_minor;
    const char *instance; /* name in the configuration */
    const void *(*get)(const struct bothy_host *host, const char *service);
};

static inline const void *bothy_host_get(const struct bothy_host *host, const char *service)
{
    return host->get(host, service);
}

/* ---- log: from create on ---- */

#define BOTHY_LOG_1 "bothy.log/1"

enum {
    BOTHY_LOG_DEBUG = 0,
    BOTHY_LOG_INFO = 1,
    BOTHY_LOG_NOTICE = 2,
    BOTHY_LOG_WARNING = 3,
    BOTHY_LOG_ERROR = 4,
    BOTHY_LOG_FATAL = 5, /* the environment is wrong */
    BOTHY_LOG_PANIC = 6, /* we are wrong */
};

struct bothy_log_service {
    uint32_t size;
    uint32_t reserved;
    /* Effect: one line, at most 1 KiB, control characters escaped. Lossy under a flood. */
    void (*write)(const struct bothy_host *host, int32_t level, const char *text);
    /* Returns 1 if a line of this level would be kept now. */
    int32_t (*enabled)(const struct bothy_host *host, int32_t level);
    /* Effect: adds key=value to every line until popped; at most 8 deep, 64 bytes each. */
    int32_t (*push)(const struct bothy_host *host, const char *key, const char *value);
    void (*pop)(const struct bothy_host *host);
};

/* Effect: formats and writes; does nothing if the level is off or there is no log service. */
BOTHY_API void bothy_log(const struct bothy_host *host, int32_t level, const char *format, ...)
    BOTHY_PRINTF(3, 4);
BOTHY_API const char *bothy_log_level_name(int32_t level);
BOTHY_API int32_t bothy_log_level_parse(const char *text, int32_t *ret_level);

/* ---- clock: from create on ---- */

#define BOTHY_CLOCK_1 "bothy.clock/1"

struct bothy_clock_service {
    uint32_t size;
    uint32_t reserved;
    /* The time of the event that is being handled: the same in every replay. 0 before the first. */
    int64_t (*now_ns)(const struct bothy_host *host);
};

/* ---- instruments: from create on ---- */

#define BOTHY_INSTRUMENTS_1 "bothy.instruments/1"

struct bothy_instruments_service {
    uint32_t size;
    uint32_t reserved;
    /* Returns the number of the instrument of configured symbol `index`, or 0. */
    uint32_t (*of_symbol)(const struct bothy_host *host, uint32_t index);
    /* Returns the index of the configured symbol of an instrument, or UINT32_MAX. */
    uint32_t (*symbol_of)(const struct bothy_host *host, uint32_t instrument);
    /* Returns its definition, or NULL until the venue gave it. [borrowed until return] */
    const struct bothy_instrument *(*get)(const struct bothy_host *host, uint32_t instrument);
};

/* ---- subscriptions: from start on (strategies) ---- */

#define BOTHY_SUBSCRIPTIONS_1 "bothy.subscriptions/1"

#define BOTHY_HISTORY_MAX 10000

struct bothy_subscription {
    uint32_t size;       /* sizeof(struct bothy_subscription) */
    uint32_t instrument; /* 0 with BOTHY_FEED_SIGNALS only */
    uint32_t feeds;      /* BOTHY_FEED_* */
    uint32_t timeframe;  /* BARS, FORMING_BARS: one per subscription */
    uint32_t history;    /* closed bars, rates or samples wanted first; at most BOTHY_HISTORY_MAX */
    uint32_t book_depth; /* BOOK: levels a side; 0: all */
};

struct bothy_subscriptions_service {
    uint32_t size;
    uint32_t reserved;
    /*
     * Effect: adds to what the bot gets. If history is asked for, it comes first, flagged,
     * ended by BOTHY_EVENT_HISTORY_END. Errors: BOTHY_EINVAL, BOTHY_ENOENT (not one of the
     * bot's instruments), BOTHY_EAGAIN.
     */
    int32_t (*subscribe)(const struct bothy_host *host, const struct bothy_subscription *wanted);
    int32_t (*unsubscribe)(const struct bothy_host *host, uint32_t instrument, uint32_t feeds);
};

/* ---- timers: from start on ---- */

#define BOTHY_TIMERS_1 "bothy.timers/1"

struct bothy_timers_service {
    uint32_t size;
    uint32_t reserved;
    /*
     * Effect: BOTHY_EVENT_TIMER with `id` at due_ns, then every interval_ns (0: once). The same
     * id again replaces it. At most 64 a bot; intervals of 1 ms at least.
     */
    int32_t (*set)(const struct bothy_host *host, uint64_t id, int64_t due_ns, int64_t interval_ns);
    int32_t (*cancel)(const struct bothy_host *host, uint64_t id);
};

/* ---- signals: from start on (strategies) ---- */

#define BOTHY_SIGNALS_1 "bothy.signals/1"

struct bothy_signals_service {
    uint32_t size;
    uint32_t reserved;
    /*
     * Effect: hands the signal over. The host validates it, applies pause, cooldown and caps,
     * publishes it, tracks its outcome and, where the configuration says trade = true, orders
     * by it. Answered by BOTHY_EVENT_SIGNAL_RESULT with `tag`. Errors: BOTHY_EINVAL (fails
     * bothy_signal_validate), BOTHY_EAGAIN.
     */
    int32_t (*emit)(const struct bothy_host *host, const struct bothy_signal *signal, uint64_t tag);
};

/* ---- orders and positions: from start on (strategies) ---- */

#define BOTHY_ORDERS_1 "bothy.orders/1"

struct bothy_order_request {
    uint32_t size; /* sizeof(struct bothy_order_request) */
    uint32_t instrument;
    uint32_t side;                   /* BOTHY_SIDE_* */
    uint32_t type;                   /* BOTHY_ORDER_TYPE_* */
    uint32_t time_in_force;          /* BOTHY_TIF_* */
    uint32_t flags;                  /* BOTHY_ORDER_FLAG_REDUCE_ONLY … */
    uint64_t tag;                    /* comes back in every report */
    int64_t expire_ns;               /* GTD */
    struct bothy_decimal quantity;   /* > 0 */
    struct bothy_decimal price;      /* limit price */
    struct bothy_decimal stop_price; /* trigger of a stop or take-profit */
    uint8_t correlation[16];         /* of the signal it follows; zero: the host makes one */
};

struct bothy_orders_service {
    uint32_t size;
    uint32_t reserved;
    /*
     * Effect: hands an intent over. It is durable before it is sent, and sent at most once.
     * Answered by BOTHY_EVENT_ORDER, with state REJECTED, code and text if the gate refuses.
     * Errors: BOTHY_EINVAL, BOTHY_ENOENT, BOTHY_EAGAIN.
     */
    int32_t (*submit)(const struct bothy_host *host, const struct bothy_order_request *request);
    int32_t (*cancel)(const struct bothy_host *host, uint64_t order_id);
};

#define BOTHY_POSITIONS_1 "bothy.positions/1"

struct bothy_positions_service {
    uint32_t size;
    uint32_t reserved;
    /* The bot's own position, as of the last event delivered. BOTHY_ENOENT: never had one. */
    int32_t (*get)(const struct bothy_host *host, uint32_t instrument,
                   struct bothy_position *ret_position);
};

/* ---- metrics: from create on ---- */

#define BOTHY_METRICS_1 "bothy.metrics/1"

struct bothy_metrics_service {
    uint32_t size;
    uint32_t reserved;
    /* Effect: sets a gauge, or adds to a counter. Names [a-z_]+, at most 32 a bot. */
    int32_t (*gauge)(const struct bothy_host *host, const char *name, double value);
    int32_t (*count)(const struct bothy_host *host, const char *name, uint64_t increment);
};

/* ---- state: from start on ---- */

#define BOTHY_STATE_1 "bothy.state/1"

struct bothy_state_service {
    uint32_t size;
    uint32_t reserved;
    /*
     * Effect: stores `length` (≤ BOTHY_STATE_MAX) bytes; given to load() after a restart. In one
     * transaction with the signals and orders that the bot handed over before it.
     */
    int32_t (*save)(const struct bothy_host *host, const void *data, size_t length);
};

/* ---- notify: from start on ---- */

#define BOTHY_NOTIFY_1 "bothy.notify/1"

struct bothy_notify_service {
    uint32_t size;
    uint32_t reserved;
    /* Effect: a message for people: logged, and sent by the sinks that are configured. */
    int32_t (*send)(const struct bothy_host *host, int32_t level, const char *text);
};

/* ---- publish: from create on (exchanges) ---- */

#define BOTHY_PUBLISH_1 "bothy.publish/1"

struct bothy_publish_service {
    uint32_t size;
    uint32_t reserved;
    /*
     * Effect: hands a market event to the core. The caller fills type, flags, instrument,
     * ts_event_ns, size and body; the host stamps the rest. Errors: BOTHY_EPROTO (malformed),
     * BOTHY_EAGAIN (the core is behind; never in virtual time: there the call takes as long as
     * it takes).
     */
    int32_t (*event)(const struct bothy_host *host, const struct bothy_event *event);
    /* Effect: says that a feed changed its state. instrument 0: all of this venue. */
    int32_t (*feed)(const struct bothy_host *host, uint32_t instrument, uint32_t state,
                    const char *reason);
    /*
     * Effect: counts input that was not used: "applied", "dropped: before the snapshot",
     * "unknown: listStatus". At most 64 names. `bothyctl feed list` shows them.
     */
    int32_t (*count)(const struct bothy_host *host, const char *what, uint64_t increment);
};

BOTHY_END

#endif
