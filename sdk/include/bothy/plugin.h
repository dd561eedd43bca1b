/*
 * bothy/plugin.h: the descriptor that a plugin exports, and the functions behind it.
 *
 * A plugin is a shared object with one exported symbol, constant data:
 *
 *     BOTHY_PLUGIN_EXPORT const struct bothy_plugin bothy_plugin = {
 *         BOTHY_PLUGIN_HEADER(BOTHY_KIND_STRATEGY),
 *         .name = "example", .version = "1.0.0", .summary = "what it does in a line",
 *         .options = options, .option_count = sizeof options / sizeof options[0],
 *         .ops.strategy = &ops,
 *     };
 *
 * The version is data, and the first 16 bytes never change, so a host judges a plugin before
 * it calls anything. A host accepts the same ABI major and a minor no newer than its own.
 *
 * The ladder: what runs when, always on one thread, never two calls at a time.
 *
 *     check ─▶ create ─▶ load? ─▶ start ─▶ on_event* ─▶ stop ─▶ save? ─▶ destroy
 *                                   │        ▲
 *                                   └ pause ─┴ resume, reload, health, save at any time between
 *
 * A strategy's process has no files, sockets, threads, children or keys, from before its first
 * ELF constructor; such a system call ends it. An instance keeps its state in `self`: mutable
 * globals are forbidden, because a host may run several instances in one process.
 * Callbacks return 0 or a negative BOTHY_E*; an error from on_event counts against the bot
 * (on_error is then called, if there is one), one from create or start ends the instance.
 */
#ifndef BOTHY_PLUGIN_H
#define BOTHY_PLUGIN_H

#include <bothy/base.h>
#include <bothy/config.h>
#include <bothy/event.h>
#include <bothy/host.h>

BOTHY_BEGIN

#define BOTHY_MAGIC     UINT32_C(0x42544859) /* "BTHY" */
#define BOTHY_ABI_MAJOR 1
#define BOTHY_ABI_MINOR 0

enum {
    BOTHY_KIND_STRATEGY = 1,
    BOTHY_KIND_EXCHANGE = 2,
    BOTHY_KIND_SINK = 3,
    BOTHY_KIND_HANDLER = 4,
};

/* Flags of struct bothy_plugin. */
enum {
    /* EXCHANGE: owns the time. The host asks for one step after the other and waits for all. */
    BOTHY_PLUGIN_VIRTUAL_TIME = 1 << 0,
};

struct bothy_strategy_ops {
    uint32_t size; /* sizeof(struct bothy_strategy_ops) */
    uint32_t reserved;
    /* May be NULL: all but create, on_event and destroy. */

    /* Effect: says whether the values make sense together. No host services yet. */
    int32_t (*check)(const struct bothy_config *config, struct bothy_error *error);
    /* Effect: makes an instance. Services: log, clock, instruments. config lives until destroy. */
    int32_t (*create)(const struct bothy_host *host, const struct bothy_config *config,
                      void **ret_self, struct bothy_error *error);
    /* Effect: gives back what an earlier save() wrote, from an earlier process. */
    int32_t (*load)(void *self, const void *data, size_t length);
    /* Effect: subscribes and sets timers. All services from here to stop. */
    int32_t (*start)(void *self, struct bothy_error *error);
    /* Effect: takes one event. [borrowed until return] */
    int32_t (*on_event)(void *self, const struct bothy_event *event);
    /* Effect: told that on_event returned `code`. */
    void (*on_error)(void *self, int32_t code);
    /* Paused: events go on, signals and orders are refused by the host. */
    void (*pause)(void *self);
    void (*resume)(void *self);
    /* Effect: takes new values of RELOADABLE options; `config` replaces the one of create. */
    int32_t (*reload)(void *self, const struct bothy_config *config, struct bothy_error *error);
    /* Effect: writes at most `capacity` bytes of state. Returns the length or BOTHY_E*. */
    int32_t (*save)(void *self, void *data, size_t capacity);
    /* Returns BOTHY_HEALTH_*; may write a sentence. Called every few seconds. */
    int32_t (*health)(void *self, char *text, size_t capacity);
    /* Effect: the last chance to say something; services still work. */
    void (*stop)(void *self);
    /* Effect: frees the instance. [steals] self. No services. */
    void (*destroy)(void *self);
};

enum { BOTHY_HEALTH_OK = 0, BOTHY_HEALTH_WARN = 1, BOTHY_HEALTH_FAIL = 2 };

#define BOTHY_STATE_MAX 65536 /* most bytes that save() may write */

/* What the host wants of an exchange for one instrument; replaces the earlier wish. */
struct bothy_feed_request {
    uint32_t size;
    uint32_t instrument; /* number to publish events with */
    char symbol[BOTHY_SYMBOL_MAX];
    uint32_t feeds;          /* BOTHY_FEED_*; 0: nothing any more */
    uint32_t bar_timeframes; /* bit n: bars of BOTHY_TF n */
    uint32_t book_depth;     /* levels a side; 0: all there are */
    uint32_t reserved;
};

/* Past bars, funding rates or open interest, oldest first, flagged HISTORY. */
struct bothy_history_request {
    uint32_t size;
    uint32_t instrument;
    uint32_t feed;      /* one of BOTHY_FEED_BARS, _FUNDING, _OPEN_INTEREST */
    uint32_t timeframe; /* BARS */
    uint32_t count;     /* the newest `count` that lie before the present */
    uint32_t reserved;
};

struct bothy_exchange_ops {
    uint32_t size;
    uint32_t reserved;

    int32_t (*check)(const struct bothy_config *config, struct bothy_error *error);
    /* Services: log, clock, publish. */
    int32_t (*create)(const struct bothy_host *host, const struct bothy_config *config,
                      void **ret_self, struct bothy_error *error);
    int32_t (*start)(void *self, struct bothy_error *error);
    /*
     * Effect: defines the instrument (publishes BOTHY_EVENT_INSTRUMENT with the number of the
     * request, always first) and begins or changes its feeds. Errors: BOTHY_ENOENT no such
     * symbol at this venue, with the remedy in `error`.
     */
    int32_t (*subscribe)(void *self, const struct bothy_feed_request *request,
                         struct bothy_error *error);
    /*
     * Effect: publishes what it has of the past, flagged HISTORY; the host adds the end mark
     * when it returns 0. Returning BOTHY_ENOTSUP means: none to be had.
     */
    int32_t (*history)(void *self, const struct bothy_history_request *request);
    /*
     * VIRTUAL_TIME only. Effect: publishes all that happens at the next instant, in order, each
     * with that instant in ts_event_ns. Returns 0 with the instant in ret_now_ns, or BOTHY_EEND
     * when there is no more; any other error stops the feed and is shown.
     */
    int32_t (*next)(void *self, int64_t *ret_now_ns);
    int32_t (*health)(void *self, char *text, size_t capacity);
    void (*stop)(void *self);
    void (*destroy)(void *self);
};

struct bothy_plugin {
    /* These 16 bytes are frozen for ever. */
    uint32_t magic; /* BOTHY_MAGIC */
    uint16_t abi_major;
    uint16_t abi_minor;
    uint32_t size; /* sizeof(struct bothy_plugin) where it was compiled */
    uint32_t kind; /* BOTHY_KIND_* */

    const char *name;    /* lower case, digits, underscore, hyphen; < BOTHY_NAME_MAX */
    const char *version; /* "1.0.0" */
    const char *summary; /* one line for people */
    const struct bothy_option *options;
    uint32_t option_count;
    uint32_t option_size; /* sizeof(struct bothy_option) */
    uint32_t flags;
    uint32_t reserved;
    union {
        const struct bothy_strategy_ops *strategy;
        const struct bothy_exchange_ops *exchange;
        const void *any;
    } ops;
};

#define BOTHY_PLUGIN_SYMBOL "bothy_plugin"

#define BOTHY_PLUGIN_HEADER(kind_)                                                                 \
    .magic = BOTHY_MAGIC, .abi_major = BOTHY_ABI_MAJOR, .abi_minor = BOTHY_ABI_MINOR,              \
    .size = sizeof(struct bothy_plugin), .kind = (kind_),                                          \
    .option_size = sizeof(struct bothy_option)

#ifdef __cplusplus
#define BOTHY_PLUGIN_EXPORT extern "C" BOTHY_API
#else
#define BOTHY_PLUGIN_EXPORT BOTHY_API
/* A plugin defines this; the declaration keeps -Wmissing-variable-declarations quiet. */
extern BOTHY_API const struct bothy_plugin bothy_plugin;
#endif

BOTHY_END

#endif
