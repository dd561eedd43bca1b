/*
 * What the tests of our exchanges share: the plugin linked into the test, in the mock host of the
 * SDK, and a tally of what it publishes: counts by type, states of feeds, a hash of everything.
 */
#ifndef BOTHY_TESTS_EXCHANGE_H
#define BOTHY_TESTS_EXCHANGE_H

#include <bothy/mock.h>

#define TALLY_INSTRUMENTS 8
#define TALLY_STATES      64

struct tally_state {
    uint32_t instrument;
    uint32_t state;
    uint64_t after_events; /* how many had been published by then */
    char reason[64];
};

struct tally {
    struct bothy_mock *host; /* [borrowed] of the exchange */
    uint64_t events;         /* HISTORY is not counted here, nor below; states of feeds neither */
    uint64_t backwards;      /* earlier than the event before */
    int64_t first_ns, last_ns;
    uint64_t by_type[BOTHY_EVENT_TYPE_MAX + 1];
    uint64_t history[BOTHY_EVENT_TYPE_MAX + 1];
    /* Of everything but the numbers that a host chooses; an instrument above 7 counts as 7. */
    uint64_t hash[TALLY_INSTRUMENTS][BOTHY_EVENT_TYPE_MAX + 1];
    struct bothy_instrument definitions[TALLY_INSTRUMENTS];
    struct tally_state states[TALLY_STATES];
    uint32_t state_count;

    void (*on_event)(void *context, const struct bothy_event *event); /* not of states */
    void *context;
};

/* How often the exchange counted this, and all whose name begins so. */
uint64_t tally_counted(const struct tally *tally, const char *what);
uint64_t tally_counted_prefix(const struct tally *tally, const char *prefix);
/* The last line of its log, with the level before it. */
const char *tally_last_line(const struct tally *tally);
/* Calls that a host refuses: malformed events above all. */
uint32_t tally_faults(const struct tally *tally);
/* The hash over all types and instruments. */
uint64_t tally_hash(const struct tally *tally);
/* The last state that was told for an instrument, or for all; UINT32_MAX: none was. */
uint32_t tally_state(const struct tally *tally, uint32_t instrument);

/* A plugin instance with its configuration, from pairs of option and text ended by NULL. */
struct exchange {
    struct tally tally;
    struct bothy_mock *mock;
    struct bothy_error error;
};

/*
 * Effect: configures, checks, creates and starts the plugin linked into the test. `files` are
 * pairs of option and path, ended by NULL; they are opened, and closed by exchange_close().
 * Returns 0, or what the plugin said, with exchange->error.
 */
int32_t exchange_open(struct exchange *exchange, const char *const *values,
                      const char *const *files);
int32_t exchange_subscribe(struct exchange *exchange, uint32_t instrument, const char *symbol,
                           uint32_t feeds, uint32_t bar_timeframes, uint32_t depth);
/* Returns what next() returned last: BOTHY_EEND, an error, or 0 after `most` instants. */
int32_t exchange_run(struct exchange *exchange, uint64_t most);
void exchange_close(struct exchange *exchange);

#define EXCHANGE_ALL_FEEDS                                                                         \
    (BOTHY_FEED_TRADES | BOTHY_FEED_QUOTES | BOTHY_FEED_BOOK | BOTHY_FEED_BARS |                   \
     BOTHY_FEED_FUNDING | BOTHY_FEED_OPEN_INTEREST | BOTHY_FEED_LIQUIDATIONS | BOTHY_FEED_RATIOS | \
     BOTHY_FEED_MARK)

#endif
