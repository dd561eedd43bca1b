/*
 * The host's services to one instance of a plugin: the tables of bothy/host.h. They check what
 * the plugin hands over, keep what it may ask back (instruments, positions, subscriptions), and
 * give everything else to a sink as a record of wire.h. Who the sink is, they do not know: the
 * rings of a runner, or an inline driver that calls the core in the same process.
 *
 * An instance is one struct; nothing is global. One thread.
 */
#ifndef BOTHY_RUNNER_SERVICES_H
#define BOTHY_RUNNER_SERVICES_H

#include <bothy/plugin.h>

#include "runner/settings.h"
#include "runner/wire.h"

#define SERVICES_TIMERS_MAX  64
#define SERVICES_METRICS_MAX 32
#define SERVICES_COUNTS_MAX  64
#define SERVICES_KEYS_MAX    8
#define SERVICES_KEY_LENGTH  64

struct services_sink {
    /*
     * Takes one record (WIRE_R_*). Returns 0 or BOTHY_EAGAIN when there is no room now; may take
     * its time where the protocol says so. [borrowed until return]
     */
    int32_t (*write)(void *context, uint32_t type, const void *payload, size_t length);
    /* Takes one line that is to be kept. `keys` is "key=value key=value". */
    void (*log)(void *context, int32_t level, int64_t event_ns, const char *keys, const char *text);
};

/* How much the plugin may do: the rung that it stands on. */
enum { SERVICES_NONE = 0, SERVICES_CREATED = 1, SERVICES_STARTED = 2 };

/* What an instance wants of one instrument. */
struct services_interest {
    uint32_t feeds;     /* BOTHY_FEED_* */
    uint32_t bars;      /* bit n: BOTHY_TF n */
    uint32_t forming;   /* the same */
    uint32_t own;       /* index of the configured symbol + 1, 0: none of the bot's */
    uint32_t defined;   /* index of the definition + 1 */
    uint32_t positions; /* 1: position holds */
    struct bothy_position position;
};

/* A subscription whose history is on its way: what is live waits for its end mark. */
struct services_warming {
    uint32_t instrument;
    uint32_t feeds;
    uint32_t timeframe;
};

struct services {
    struct bothy_host host; /* the plugin's view; first, so that its address is ours */
    uint32_t kind;
    uint32_t level; /* SERVICES_* */
    const struct services_sink *sink;
    void *sink_context;
    int64_t now_ns;
    int32_t log_level;
    int virtual_time;

    const struct settings *settings;    /* [borrowed] */
    struct services_interest *interest; /* by number of the instrument */
    uint32_t interest_count;
    uint32_t signals_of_all;
    struct bothy_instrument *definitions;
    uint32_t definition_count;
    struct services_warming *warming;
    uint32_t warming_count;
    uint32_t warming_capacity;

    uint64_t timers[SERVICES_TIMERS_MAX];
    int64_t timer_interval[SERVICES_TIMERS_MAX];
    uint32_t timer_count;
    char metrics[SERVICES_METRICS_MAX][32];
    uint32_t metric_count;
    char counts[SERVICES_COUNTS_MAX][64];
    uint32_t count_count;
    char keys[SERVICES_KEYS_MAX][2][SERVICES_KEY_LENGTH];
    uint32_t key_count;

    uint64_t refused_full;  /* calls that got BOTHY_EAGAIN */
    uint64_t refused_early; /* calls on a rung where they are not allowed */
    uint64_t refused_wrong; /* calls with arguments that break the rules */
};

/* Effect: makes the services of one instance. settings and sink are [borrowed] until clear. */
int32_t services_init(struct services *services, uint32_t kind, const struct settings *settings,
                      const struct services_sink *sink, void *sink_context,
                      struct bothy_error *error);
void services_clear(struct services *services);

/* Effect: the configuration was reloaded: the symbols are the same. */
void services_use_settings(struct services *services, const struct settings *settings);

/*
 * Effect: notes what an event says about instruments, positions, timers and history. Returns 1
 * if the plugin is to get it, else 0. Call it once for each event, in order.
 */
int services_take_event(struct services *services, const struct bothy_event *event);

/* Returns 1 if the instance subscribed to what this public event is. Changes nothing. */
int services_wants(const struct services *services, const struct bothy_event *event);

/* What the files of the services share. */
const void *services_find_trading(const char *service);
const void *services_find_publish(const char *service);
struct services *services_of(const struct bothy_host *host);
/* Returns 0 if the rung permits the call, else BOTHY_EPERM. */
int32_t services_require(struct services *services, uint32_t level);
/* Hands a record to the sink; counts a refusal. */
int32_t services_write(struct services *services, uint32_t type, const void *payload,
                       size_t length);
/* A line of the host's own to the instance's log. */
void services_log(struct services *services, int32_t level, const char *format, ...)
    BOTHY_PRINTF(3, 4);
/* Returns what is wanted of an instrument, or NULL if there was never anything. */
struct services_interest *services_interest(const struct services *services, uint32_t instrument);
/* The same, made if need be; NULL without memory or for a number beyond all limits. */
struct services_interest *services_make_interest(struct services *services, uint32_t instrument);
/* Counts and returns BOTHY_EINVAL. */
int32_t services_wrong(struct services *services);

#endif
