/*
 * A host of one exchange plugin, for its unit tests: it checks every event as the daemon does,
 * keeps counts, feed states and a hash of all that was published, and can show each event to the
 * test. It starts no process and has no rings.
 */
#ifndef BOTHY_TESTS_MOCK_HOST_H
#define BOTHY_TESTS_MOCK_HOST_H

#include <bothy/plugin.h>

#define MOCK_INSTRUMENTS 8
#define MOCK_COUNTS      64
#define MOCK_STATES      64

struct mock_count {
    char what[64];
    uint64_t value;
};

struct mock_state {
    uint32_t instrument;
    uint32_t state;
    uint64_t after_events; /* how many had been published by then */
    char reason[128];
};

struct mock_host {
    struct bothy_host host; /* first: the services find the rest through it */
    struct bothy_publish_service publish;
    struct bothy_log_service log;
    struct bothy_clock_service clock;

    uint64_t events;    /* HISTORY is not counted here, nor below */
    uint64_t malformed; /* refused by bothy_event_check() */
    uint64_t backwards; /* earlier than the event before */
    int64_t first_ns, last_ns;
    uint64_t by_type[BOTHY_EVENT_TYPE_MAX + 1];
    uint64_t history[BOTHY_EVENT_TYPE_MAX + 1];
    /* Of everything but the numbers that a host chooses; an instrument above 7 counts as 7. */
    uint64_t hash[MOCK_INSTRUMENTS][BOTHY_EVENT_TYPE_MAX + 1];
    struct bothy_instrument definitions[MOCK_INSTRUMENTS];

    struct mock_count counts[MOCK_COUNTS];
    uint32_t count_count;
    struct mock_state states[MOCK_STATES];
    uint32_t state_count;
    char last_line[1024]; /* of the log */

    void (*on_event)(void *context, const struct bothy_event *event);
    void *context;
};

void mock_host_init(struct mock_host *mock, const char *instance);
uint64_t mock_host_counted(const struct mock_host *mock, const char *what);
/* The sum of all counts whose name begins so. */
uint64_t mock_host_counted_prefix(const struct mock_host *mock, const char *prefix);
/* The hash over all types and instruments. */
uint64_t mock_host_hash(const struct mock_host *mock);
/* The last state that was told for an instrument, or for all; UINT32_MAX: none was. */
uint32_t mock_host_state(const struct mock_host *mock, uint32_t instrument);

/* A plugin instance with its configuration, from pairs of option and text ended by NULL. */
struct mock_exchange {
    struct mock_host mock;
    struct bothy_config *config;
    const struct bothy_exchange_ops *ops;
    void *self;
    struct bothy_error error;
};

/*
 * Effect: configures, checks, creates and starts the plugin linked into the test. `files` are
 * pairs of option and path, ended by NULL; they are opened, and closed by mock_exchange_close().
 * Returns 0, or what the plugin said, with exchange->error.
 */
int32_t mock_exchange_open(struct mock_exchange *exchange, const char *const *values,
                           const char *const *files);
int32_t mock_exchange_subscribe(struct mock_exchange *exchange, uint32_t instrument,
                                const char *symbol, uint32_t feeds, uint32_t bar_timeframes,
                                uint32_t depth);
/* Returns what next() returned last: BOTHY_EEND, an error, or 0 after `most` instants. */
int32_t mock_exchange_run(struct mock_exchange *exchange, uint64_t most);
void mock_exchange_close(struct mock_exchange *exchange);

#define MOCK_ALL_FEEDS                                                                             \
    (BOTHY_FEED_TRADES | BOTHY_FEED_QUOTES | BOTHY_FEED_BOOK | BOTHY_FEED_BARS |                   \
     BOTHY_FEED_FUNDING | BOTHY_FEED_OPEN_INTEREST | BOTHY_FEED_LIQUIDATIONS | BOTHY_FEED_RATIOS | \
     BOTHY_FEED_MARK)

#endif
