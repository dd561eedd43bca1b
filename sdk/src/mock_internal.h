/*
 * What the files of the mock host share. mock.c has the life and the ladder, mock_services.c and
 * mock_trading.c what the plugin calls, mock_feed.c the road of an event to the plugin,
 * mock_events.c the events that tests ask for, mock_answers.c the answers to the plugin,
 * mock_publish.c the side of exchanges, mock_records.c what was kept.
 */
#ifndef BOTHY_MOCK_INTERNAL_H
#define BOTHY_MOCK_INTERNAL_H

#include <bothy/mock.h>
#include <bothy/risk.h>

#define MOCK_FIRST_INSTRUMENT 101 /* no index: who takes one for the other shall see it */
#define MOCK_TIMERS_MAX       64
#define MOCK_METRICS_MAX      32
#define MOCK_COUNTS_MAX       64
#define MOCK_KEYS_MAX         8
#define MOCK_KEY_LENGTH       64
#define MOCK_LINES_MAX        1000
#define MOCK_ALL_FEEDS        ((BOTHY_FEED_FORMING_BARS << 1) - 1)

/* The rung that the plugin stands on; what it may call follows from it. */
enum mock_rung {
    MOCK_NEW,
    MOCK_CHECKED,
    MOCK_CREATED,
    MOCK_STARTED,
    MOCK_STOPPED,
    MOCK_DESTROYED,
};

/* What the services permit: only while a callback runs. */
enum mock_level { MOCK_NO_SERVICES, MOCK_FROM_CREATE, MOCK_FROM_START };

/* Records of any kind, each allocated by itself so that its address stays. */
struct mock_list {
    void **items;
    uint32_t count;
    uint32_t capacity;
};

struct mock_symbol {
    struct bothy_instrument definition;
    struct bothy_position position;
    uint32_t feeds;   /* subscribed */
    uint32_t bars;    /* bit n: BOTHY_TF n */
    uint32_t forming; /* the same */
    uint32_t past;    /* feeds whose history was asked for */
    uint32_t past_bars;
    int presented; /* definition and state of the feed were given */
    int has_position;
};

/* History that was asked for and has not ended. */
struct mock_warming {
    uint32_t symbol;
    uint32_t feeds;
    uint32_t timeframe;
    uint32_t count;
};

struct mock_signal {
    struct bothy_signal signal;
    uint64_t tag;
};

struct mock_order {
    struct bothy_order_request request;
    struct bothy_decimal filled;
    uint64_t id;
    uint64_t fills;
};

struct mock_metric {
    char name[64];
    uint64_t count;
    double value;
};

struct bothy_mock {
    struct bothy_host host; /* first: the services find the rest through it */
    const struct bothy_plugin *plugin;
    struct bothy_strategy_ops strategy; /* as far as the plugin's own is long */
    struct bothy_exchange_ops exchange;
    struct bothy_option *options;
    char (*risk_names)[BOTHY_NAME_MAX];
    uint32_t option_count;
    struct bothy_config *config;

    enum mock_rung rung;
    enum mock_level level;
    const char *callback; /* "start": which one runs */
    void *self;

    int64_t now_ns;
    uint64_t seq;
    uint32_t flags;
    uint32_t full;
    uint64_t order_ids;

    struct mock_symbol *symbols;
    uint32_t symbol_count;
    uint32_t signals_of_all;
    struct mock_warming *warming;
    uint32_t warming_count;
    struct bothy_mock_timer timers[MOCK_TIMERS_MAX];
    uint32_t timer_count;
    char keys[MOCK_KEYS_MAX][2][MOCK_KEY_LENGTH];
    uint32_t key_count;
    struct mock_metric metrics[MOCK_METRICS_MAX + MOCK_COUNTS_MAX];
    uint32_t metric_count;

    struct mock_list faults; /* texts */
    struct mock_list subscriptions;
    struct mock_list signals; /* struct mock_signal */
    struct mock_list orders;  /* struct mock_order */
    struct mock_list cancels; /* uint64_t */
    struct mock_list lines;
    struct mock_list notices;
    struct mock_list published;
    void *state;
    size_t state_length;
    void (*listener)(void *context, const struct bothy_event *event);
    void *listener_context;
};

struct bothy_mock *mock_of(const struct bothy_host *host);

/* ---- records ---- */

/* Effect: keeps a copy. Returns it, or NULL without memory. */
void *mock_list_add(struct mock_list *list, const void *data, size_t length);
void mock_list_clear(struct mock_list *list);
void *mock_list_get(const struct mock_list *list, uint32_t index);
/* Effect: notes that a rule was broken, with the callback it happened in. Returns `code`. */
int32_t mock_fault(struct bothy_mock *mock, int32_t code, const char *format, ...)
    BOTHY_PRINTF(3, 4);
/* Finds a metric, or makes it while there are fewer than `most`. NULL: full. */
struct mock_metric *mock_metric_make(struct bothy_mock *mock, const char *name, uint32_t most);

/* ---- calls into the plugin ---- */

void mock_enter(struct bothy_mock *mock, const char *callback, enum mock_level level);
void mock_leave(struct bothy_mock *mock);
/* Effect: gives what a new subscription is owed: definition and state. To be called after leave. */
void mock_present(struct bothy_mock *mock);

/* ---- services ---- */

/* Returns 0 or, with a fault, BOTHY_EPERM. `what` is "signals.emit". */
int32_t mock_require(struct bothy_mock *mock, enum mock_level level, const char *what);
/* Returns BOTHY_EAGAIN where the test wants a full ring, else 0. */
int32_t mock_hand_over(struct bothy_mock *mock);
/* Returns the index of the symbol with that number, or UINT32_MAX. */
uint32_t mock_symbol_of(const struct bothy_mock *mock, uint32_t instrument);
const void *mock_find_service(const struct bothy_host *host, const char *service);
const void *mock_find_trading(const char *service);
const void *mock_find_publish(const char *service);

/* ---- events ---- */

/* An event with room for any body but a book's. */
struct mock_record {
    struct bothy_event event;
    union {
        struct bothy_instrument instrument;
        struct bothy_signal signal;
        struct bothy_order order;
        uint64_t words[160];
    } body;
};

/* Effect: begins a record of `type` with a body of `length` bytes that is a copy of `body`. */
void mock_record_init(struct mock_record *record, uint16_t type, uint32_t instrument,
                      const void *body, size_t length);
/* Effect: stamps and gives an event; whether it was subscribed to was asked already. */
int32_t mock_give(struct bothy_mock *mock, const struct bothy_event *event);
/* The same for what the host says to this bot alone. */
int32_t mock_give_private(struct bothy_mock *mock, uint16_t type, uint32_t instrument,
                          const void *body, size_t length);
/* Effect: ends the history at `index` of the waiting ones. */
int32_t mock_end_warming(struct bothy_mock *mock, uint32_t index);

#endif
