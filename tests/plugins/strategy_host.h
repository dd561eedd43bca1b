/*
 * A host for one strategy in a unit test: it loads the built plugin, gives it a configuration that
 * the real code validated, delivers events, and keeps what the plugin says.
 *
 * Anything that a plugin must not do (a call with a wrong size, a subscription that is not its own,
 * a signal that does not validate, an error from on_event) fails the test.
 */
#ifndef BOTHY_TESTS_STRATEGY_HOST_H
#define BOTHY_TESTS_STRATEGY_HOST_H

#include <bothy/bothy.h>

#define HOST_SYMBOLS       4
#define HOST_SIGNALS       64
#define HOST_SUBSCRIPTIONS 64
#define HOST_METRICS       32

#define T0 (INT64_C(1641000000) * BOTHY_NS_PER_S) /* 2022-01-01T01:20:00Z */

struct host_metric {
    char name[BOTHY_NAME_MAX];
    uint64_t count;
};

struct strategy_host {
    struct bothy_host host;
    const struct bothy_plugin *plugin;
    void *library;
    void *self;
    struct bothy_option *options;
    char (*option_names)[48];
    uint32_t option_count;
    struct bothy_config *config;
    int64_t now_ns;
    uint32_t event_flags; /* added to every event */
    uint32_t symbol_count;
    struct bothy_instrument instruments[HOST_SYMBOLS];
    struct bothy_subscription subscriptions[HOST_SUBSCRIPTIONS];
    uint32_t subscription_count;
    struct bothy_signal signals[HOST_SIGNALS];
    uint32_t signal_count;
    struct host_metric metrics[HOST_METRICS];
    char logged[1024]; /* the last line */
};

struct bar_row {
    double open, high, low, close, volume;
};

/* Effect: a host for the plugin of that name with one instrument per symbol; not created yet. */
struct strategy_host *host_new(const char *plugin, uint32_t symbol_count);
/* Effect: sets an option for all symbols, or for one. */
void host_set(struct strategy_host *host, const char *name, const char *text);
void host_set_symbol(struct strategy_host *host, uint32_t symbol, const char *name,
                     const char *text);
/* Effect: check, create, and start. */
void host_start(struct strategy_host *host);
/* The same, with a saved state between. Returns what load() said. */
int32_t host_start_with(struct strategy_host *host, const void *state, size_t length);
/* Returns what the plugin's check() says of the configuration as it is. */
int32_t host_check(struct strategy_host *host, struct bothy_error *error);
/* Effect: a copy of the configuration with one value changed, given to reload(). */
int32_t host_reload(struct strategy_host *host, const char *name, const char *text);
/* Effect: stop (where there is one), destroy, and frees all. */
void host_free(struct strategy_host *host);

/* The instrument number of a symbol. */
uint32_t host_instrument(uint32_t symbol);

/* Effect: a bar that opens at open_ns; the clock stands at its close. Flags as of events. */
void host_bar(struct strategy_host *host, uint32_t symbol, uint32_t timeframe, int64_t open_ns,
              struct bar_row row, uint32_t flags);
/* These happen at the clock's time. */
void host_trade(struct strategy_host *host, uint32_t symbol, uint32_t taker_side, double price,
                double quantity);
void host_funding(struct strategy_host *host, uint32_t symbol, const char *rate, int64_t interval_h,
                  uint32_t flags);
void host_interest(struct strategy_host *host, uint32_t symbol, double quantity, uint32_t flags);
void host_ratio(struct strategy_host *host, uint32_t symbol, uint32_t kind, double value);
void host_liquidation(struct strategy_host *host, uint32_t symbol, uint32_t side, double price,
                      double quantity);
void host_feed_state(struct strategy_host *host, uint32_t symbol, uint32_t state);
void host_gap(struct strategy_host *host);
/* Prices and quantities in pairs. */
void host_book(struct strategy_host *host, uint32_t symbol, uint32_t flags, const double *bids,
               uint32_t bid_count, const double *asks, uint32_t ask_count);

/* The last signal; the test fails if there is none. */
const struct bothy_signal *host_last_signal(const struct strategy_host *host);
double host_number(const struct bothy_signal *signal, const char *name);
const char *host_text(const struct bothy_signal *signal, const char *name);
uint64_t host_count(const struct strategy_host *host, const char *metric);
/* Whether the plugin subscribed to these feeds of a symbol. */
const struct bothy_subscription *host_subscription(const struct strategy_host *host,
                                                   uint32_t symbol, uint32_t feeds);

#endif
