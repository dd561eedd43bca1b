/*
 * What the core and a plugin process (worker) say to each other.
 *
 *     core                                                   worker (bothy-runner, bothy-netrunner)
 *      │  control socket (fd 3, SOCK_SEQPACKET): set-up only, one message a packet
 *      │ ── LOAD ────────────────────────────────────────────▶ │ sandbox, dlopen
 *      │ ◀─────────────────────────────── DESCRIBED | FAILED ── │ descriptor and schema
 *      │ ── CONFIG (+ descriptors of FILE options) ──────────▶ │ check
 *      │ ── RINGS  (+ descriptors, in the order of WIRE_FD_*) ▶ │ create, load, start
 *      │ ◀────────────────────────────────── READY | FAILED ── │
 *      │                                                        │
 *      │  rings, from then on: everything that must be in order │
 *      │ ══ commands ring: struct wire_record + payload ══════▶ │
 *      │ ◀══ intents ring: struct wire_record + payload ═══════ │
 *      │ ◀── logs ring (lossy): struct wire_log ─────────────── │
 *      │ ◀── status page: heartbeat, last event ─────────────── │
 *      │                                                        │
 *      │ ◀── control socket: CRASH, written by the reporter ─── │ advice only: the wait status
 * decides
 *
 * The generation is that of the spawn; the core drops what carries another. A worker is not
 * trusted: the core copies a record out, then checks it, and ends the worker for a violation.
 *
 * Order. Private events to a strategy (on the commands ring) carry in `seq` the last public
 * event before them. The core writes them before it publishes the next public event; the
 * worker drains its commands up to seq < N before it handles public event N. So the order in
 * which a bot sees things is a fact, whatever the scheduler does.
 *
 * Lock-step (virtual time): after it has handled everything up to a position, the worker writes
 * CONSUMED with that position. The core advances time when all that had something to consume
 * have.
 */
#ifndef BOTHY_RUNNER_WIRE_H
#define BOTHY_RUNNER_WIRE_H

#include <bothy/plugin.h>

#include <stdatomic.h>

#define WIRE_VERSION 1

/* Descriptors of a worker at its start. */
enum {
    WIRE_FD_CONTROL = 3,
    WIRE_FD_SECRETS = 4, /* 4, 5, …: one per SECRET option, in the order of LOAD */
};

/* Order of the descriptors that come with RINGS. */
enum {
    WIRE_RING_LOG,       /* the broadcast log, read-only (strategies; exchanges get it too) */
    WIRE_RING_LASTVALUE, /* last-value table, read-only: slot: number of the instrument; each cell
                          * an event as it was published, header and body */
    WIRE_RING_COMMANDS, /* SPSC, core → worker; futex doorbell (strategy), WIRE_RING_BELL (exchange)
                         */
    WIRE_RING_INTENTS,   /* SPSC, worker → core; doorbell: WIRE_RING_CORE_BELL */
    WIRE_RING_LOGS,      /* SPSC, worker → core, lossy, no doorbell of its own */
    WIRE_RING_STATUS,    /* struct wire_status */
    WIRE_RING_CORE_BELL, /* the core's bell: the end of a pipe to write to */
    WIRE_RING_BELL,      /* this worker's bell: the end to read from */
    WIRE_RING_COUNT,
};

/* ---- control socket: u16 type, u16 WIRE_VERSION, u32 generation, then fields by base/bytes.h ----
 */

#define WIRE_CONTROL_MAX (128 * 1024)
#define WIRE_FILES_MAX   8

enum {
    /*
     * u32 kind, u32 flags (WIRE_LOAD_*), u32 sandbox (WIRE_SANDBOX_*), text plugin path,
     * text instance, u32 n, n × text name of a SECRET option (descriptor WIRE_FD_SECRETS + i)
     */
    WIRE_LOAD = 1,
    /* the schema as host/conf/schema.h serialises it, with the sandbox in force: u32
     * WIRE_SANDBOX_*, u32 landlock ABI (0: none), then the schema's bytes to the end */
    WIRE_DESCRIBED = 2,
    /*
     * text instance; u32 symbols: each text symbol, text venue, u32 instrument;
     * u32 values: each u32 symbol index or UINT32_MAX, text name, text value (names may have the
     * prefix "risk."); u32 files: each text option name (descriptor i of the packet);
     * u32 wait strategy, u32 flags (WIRE_CONFIG_*), u64 seed, u32 log level
     */
    WIRE_CONFIG = 3,
    /* u32 generation of the log and the last values, u32 length and bytes of the state saved
     * earlier (0: none); descriptors: WIRE_RING_COUNT */
    WIRE_RINGS = 4,
    WIRE_READY = 5,
    /* u32 BOTHY_E* negated, u32 rung (WIRE_RUNG_*), text */
    WIRE_FAILED = 6,
    /* u32 WIRE_CRASH_*, u32 number (signal or system call), u64 address, u64 offset, text module,
     * text detail */
    WIRE_CRASH = 7,
};

enum {
    WIRE_LOAD_DESCRIBE_ONLY = 1 << 0, /* exit after DESCRIBED */
};

enum { WIRE_SANDBOX_OFF = 0, WIRE_SANDBOX_BEST_EFFORT = 1, WIRE_SANDBOX_REQUIRE = 2 };

enum {
    WIRE_CONFIG_LOCKSTEP = 1 << 0, /* virtual time: say CONSUMED */
};

enum { WIRE_WAIT_BLOCK = 0, WIRE_WAIT_BACKOFF = 1, WIRE_WAIT_SPIN = 2 };

enum {
    WIRE_RUNG_LOAD = 1,
    WIRE_RUNG_CHECK = 2,
    WIRE_RUNG_CREATE = 3,
    WIRE_RUNG_START = 4,
    WIRE_RUNG_RUN = 5,
};

enum { WIRE_CRASH_SIGNAL = 1, WIRE_CRASH_SYSCALL = 2 };

/* Exit codes of a worker. */
enum {
    WIRE_EXIT_OK = 0,
    WIRE_EXIT_ERROR = 1,
    WIRE_EXIT_NO_RESTART = 2, /* configuration or ABI: trying again cannot help */
    WIRE_EXIT_PEER_GONE = 3,  /* the control socket closed */
    WIRE_EXIT_SYSCALL = 91,   /* the reporter saw a forbidden system call */
    WIRE_EXIT_SIGNAL = 92,    /* the reporter saw a fatal signal */
};

/* ---- rings ---- */

struct wire_record {
    uint32_t type; /* WIRE_R_* */
    uint32_t generation;
    uint64_t consumed_seq;      /* last public event that the worker has handled or is handling */
    uint64_t consumed_commands; /* how many commands it had handled */
};

#define WIRE_RECORD_MAX (sizeof(struct wire_record) + 65536)

/* Payloads follow the header. */
enum {
    /* worker → core */
    WIRE_R_CONSUMED = 1,     /* nothing */
    WIRE_R_SIGNAL = 2,       /* struct wire_signal */
    WIRE_R_ORDER = 3,        /* struct bothy_order_request */
    WIRE_R_CANCEL = 4,       /* uint64_t order_id */
    WIRE_R_SUBSCRIBE = 5,    /* struct bothy_subscription */
    WIRE_R_UNSUBSCRIBE = 6,  /* struct bothy_subscription: instrument and feeds only */
    WIRE_R_TIMER = 7,        /* struct wire_timer */
    WIRE_R_TIMER_CANCEL = 8, /* uint64_t id */
    WIRE_R_STATE = 9,        /* the bytes */
    WIRE_R_METRIC = 10,      /* struct wire_metric */
    WIRE_R_NOTIFY = 11,      /* struct wire_text: code is the level */
    WIRE_R_HEALTH = 12,      /* struct wire_text: code is BOTHY_HEALTH_*; core → worker, without a
                              * payload: asks for it (in virtual time nobody says it unasked) */
    WIRE_R_EVENT_ERROR = 13, /* struct wire_text: code is what on_event returned */
    WIRE_R_STOPPED = 14,     /* the answer to STOP; the process exits next */
    WIRE_R_RELOADED = 15,    /* struct wire_text: code 0, or BOTHY_E* and why the old values stay */
    /* exchange → core, besides */
    WIRE_R_EVENT = 20,        /* struct bothy_event with its body */
    WIRE_R_STEP = 21,         /* int64_t now_ns: all of this instant has been said */
    WIRE_R_END = 22,          /* struct wire_text: no more; code 0, or BOTHY_E* and why */
    WIRE_R_COUNT = 23,        /* struct wire_count */
    WIRE_R_SUBSCRIBED = 24,   /* struct wire_text: id of the request; code 0 or BOTHY_E* */
    WIRE_R_HISTORY_DONE = 25, /* the same */
    /* core → worker */
    WIRE_R_PRIVATE = 40, /* struct bothy_event with its body */
    WIRE_R_PAUSE = 41,
    WIRE_R_RESUME = 42,
    WIRE_R_STOP = 43,
    WIRE_R_RELOAD = 44,    /* payload as of CONFIG, without descriptors */
    WIRE_R_LOG_LEVEL = 45, /* uint32_t level, uint32_t 0 */
    /* core → exchange, besides */
    WIRE_R_FEED_REQUEST = 50,    /* struct wire_feed_request */
    WIRE_R_HISTORY_REQUEST = 51, /* struct wire_history_request */
    WIRE_R_CREDIT = 52,          /* uint64_t: virtual time: so many more steps may be made */
};

struct wire_signal {
    uint64_t tag;
    struct bothy_signal signal;
};

struct wire_timer {
    uint64_t id;
    int64_t due_ns;
    int64_t interval_ns;
};

struct wire_metric {
    char name[32];
    uint32_t kind; /* 1 gauge, 2 counter */
    uint32_t reserved;
    double value;
    uint64_t increment;
};

struct wire_text {
    uint64_t id;
    int32_t code;
    uint32_t reserved;
    char text[256];
};

struct wire_count {
    char what[64];
    uint64_t increment;
};

struct wire_feed_request {
    uint64_t id;
    struct bothy_feed_request request;
};

struct wire_history_request {
    uint64_t id;
    struct bothy_history_request request;
};

/* A line on the logs ring. `context` is "key=value key=value". */
struct wire_log {
    uint32_t generation;
    int32_t level;
    int64_t ts_ns;    /* wall clock */
    int64_t event_ns; /* time of the event that was being handled, 0 none */
    uint64_t lost;    /* lines lost before this one because the ring was full */
    char context[128];
    char text[1024]; /* only as much as needed is written: the record is cut after the NUL */
};

/* Written by the worker, read by the core. Each word is written alone, with relaxed order. */
struct wire_status {
    _Atomic uint64_t heartbeat; /* + 1 per duty cycle, and before and after each callback */
    _Atomic uint64_t event_seq; /* event being handled, or the last one */
    _Atomic uint32_t event_type;
    _Atomic uint32_t in_callback;      /* WIRE_RUNG_* while inside the plugin, else 0 */
    _Atomic int64_t callback_since_ns; /* CLOCK_MONOTONIC */
    _Atomic uint64_t events;           /* delivered to the plugin */
    _Atomic uint64_t missed;           /* lost to it: lapped */
    _Atomic uint64_t logs_lost;
};

#endif
