/*
 * The core's process: it drives the pure core with what comes from workers, time, commands and
 * the store, and carries out what the core says. One thread; the store has its own.
 *
 *     setup.c     configuration → core, workers, instruments
 *     describe.c  schemas of plugins, from a sandboxed process
 *     worker.c    the life of a plugin process: spawn, set-up, end, restart
 *     ending.c    how its end reads
 *     watch.c     its watchdog
 *     channel.c   its rings: records in, commands out
 *     drive.c     one order of all inputs: virtual time in lock-step, real time
 *     sink.c      outputs of the core
 *     control.c   the socket for bothyctl; command.c, status.c: what it can ask
 *     reload.c    SIGHUP
 *     history.c   what is recorded of the host's own life, and taken up from an earlier one
 *     main loop   daemon.c
 */
#ifndef BOTHY_BOTHYD_DAEMON_H
#define BOTHY_BOTHYD_DAEMON_H

#include "base/bytes.h"
#include "conf/conf.h"
#include "core/core.h"
#include "ipc/broadcast.h"
#include "ipc/doorbell.h"
#include "ipc/lastvalue.h"
#include "ipc/ring.h"
#include "log/log.h"
#include "runner/wire.h"
#include "store/store.h"
#include "supervise/policy.h"

#include <sys/types.h>

#define WORKERS_MAX       (CORE_BOTS_MAX + CORE_VENUES_MAX)
#define LOG_BYTES         (UINT64_C(1) << 22) /* of the broadcast log: pages of it weigh once touched */
#define COMMANDS_BYTES    (UINT64_C(1) << 19)
#define INTENTS_BYTES     (UINT64_C(1) << 19)
#define EXCHANGE_BYTES    (UINT64_C(1) << 21) /* market data comes on the intents ring */
#define LOGS_BYTES        (UINT64_C(1) << 17)
#define REPORTS_BYTES_MAX (UINT64_C(1) << 26) /* private events that wait for room */
#define CREDIT_STEPS      64

enum { WORKER_BOT, WORKER_EXCHANGE };

/* The status that people see; the numbers are stored. */
enum worker_status {
    STATUS_STOPPED,
    STATUS_STARTING,
    STATUS_RUNNING,
    STATUS_PAUSED,
    STATUS_STOPPING,
    STATUS_ERROR,
};

/* How far the set-up of a process is. */
enum worker_phase {
    PHASE_NONE,
    PHASE_SPAWN, /* asked of the supervisor */
    PHASE_LOAD,  /* LOAD sent, DESCRIBED awaited */
    PHASE_START, /* CONFIG and RINGS sent, READY awaited */
    PHASE_RUN,
    PHASE_STOP, /* STOP sent */
};

/* A growing queue of bytes: private events that are not in the ring yet. */
struct report_queue {
    uint8_t *data;
    size_t begin, end, capacity;
};

struct worker {
    struct daemon *daemon;
    uint32_t number; /* index in daemon.workers; the supervisor's name for it */
    uint32_t kind;   /* WORKER_* */
    uint32_t index;  /* of the bot or venue in the core */
    char name[BOTHY_NAME_MAX];
    char logger[BOTHY_NAME_MAX + 16]; /* "bot.funding" */
    const struct conf_bot *bot;       /* one of these two, of the configuration in force */
    const struct conf_exchange *exchange;
    enum worker_status status;
    enum worker_phase phase;
    int parked;
    int paused;
    int removed;     /* a reload took it out of the configuration */
    int restart_now; /* its end was asked for: start again at once */
    int wanted;      /* it should run */
    char cause[320]; /* of the last end */
    int cause_given; /* we ended it, and said why in `cause` */
    char crash[320]; /* what the reporter said, advice only */
    pid_t pid;
    uint32_t generation;
    uint32_t sandbox; /* in force, as the process says */
    uint32_t landlock;
    int64_t phase_since_ns; /* CLOCK_MONOTONIC */
    struct policy policy;
    int64_t restart_at_ns; /* 0: none planned */
    uint64_t restarts;
    int control_fd;
    uint32_t control_packets; /* taken from it */
    int stderr_fd;
    uint64_t stderr_bytes; /* within the current second */
    int64_t stderr_second;
    uint64_t stderr_dropped;
    uint64_t logs_lost; /* as said already */
    int64_t logs_lost_next_ns;
    int rings; /* they exist */
    struct ring_producer commands;
    struct ring_consumer intents;
    struct ring_consumer logs;
    struct memory_map status_map;
    struct doorbell bell;
    struct report_queue reports;
    uint64_t commands_sent;
    uint64_t consumed_seq;
    uint64_t consumed_commands;
    uint64_t told_seq; /* by its last CONSUMED: all up to there is handled and answered */
    uint64_t told_commands;
    uint64_t round_seq; /* what it was shown when the round began */
    uint64_t round_commands;
    uint64_t target_seq; /* lock-step: must have been consumed before time goes on */
    uint64_t errors;     /* on_event said so */
    uint32_t health;
    char health_text[128];
    /* watchdog */
    uint64_t heartbeat;
    int64_t heartbeat_since_ns;
    int hang_warned;
    /* exchange */
    int virtual_time;
    int ended;
    uint64_t outstanding; /* requests without an answer */
    uint64_t next_request;
    uint64_t credit; /* steps that it may still make */
    int has_head;    /* a record was read ahead: `head` */
    size_t head_length;
    uint8_t *head; /* WIRE_RECORD_MAX bytes */
    struct {
        char what[64];
        uint64_t value;
    } counts[64];
    uint32_t count_count;
    struct {
        char name[32];
        double value;
        uint64_t total;
        uint32_t kind;
    } metrics[32];
    uint32_t metric_count;
};

struct control_client;

/* Of all bots, since the start. */
struct day_totals {
    uint64_t signals, fills, wins, losses;
    struct bothy_decimal pnl;
};

struct daemon {
    const char *config_path;
    const char *only; /* comma-separated, NULL: all */
    int foreground;
    int confined; /* the core has its own wall: confine.h */
    struct conf *conf;
    struct log *log;
    struct store *store;
    struct core *core;
    int link_fd;
    int epoll_fd;
    int stopping;
    char stop_reason[64];
    int reload_wanted;
    int64_t stop_deadline_ns;
    int64_t started_ns; /* CLOCK_MONOTONIC */
    int ready;          /* READY was said */
    int exit_code;

    struct worker workers[WORKERS_MAX];
    uint32_t worker_count;
    struct worker *bots[CORE_BOTS_MAX];
    uint32_t bot_count;
    struct worker *venues[CORE_VENUES_MAX];
    uint32_t venue_count;
    struct core_instrument_conf *instruments;
    uint32_t instrument_count;

    uint32_t generation; /* the last one given */
    uint32_t log_generation;
    struct broadcast_writer broadcast;
    int broadcast_fd;
    struct lastvalue_writer lastvalue;
    int lastvalue_fd;
    struct doorbell bell; /* all workers ring it */

    /* drive */
    int virtual_time;
    int market_open; /* all that must run does: steps are taken */
    int at_end;      /* recorded data is over */
    int64_t pace_wall_ns, pace_virtual_ns;
    uint64_t steps;
    int64_t last_status_ns;
    int64_t last_heartbeat_ns;
    int store_ok;
    uint64_t durable;
    uint64_t caught_up;   /* the store was waited for up to this record */
    uint64_t lost_record; /* the first that the store never got; 0: none */
    uint64_t stalled_rounds;

    /* history */
    int start_recorded;
    int64_t hour;          /* of the market's time, since 1970 */
    struct day_totals day; /* when it began */

    int listen_fd;
    char socket_path[108]; /* where it listens: a reload does not move it */
    struct control_client *clients;
    uint32_t client_count;
};

int64_t clock_monotonic_ns(void);
int64_t clock_wall_ns(void);

/* ---- daemon.c ---- */
/* Returns the exit code of the program. */
int daemon_run(struct daemon *d);
/*
 * Effect: handles what is there on descriptors, for at most timeout_ms. With `commands` also
 * the control socket; without it only what cannot change the core (used inside a step).
 */
void daemon_poll(struct daemon *d, int timeout_ms, int commands);
void daemon_stop(struct daemon *d, const char *reason);
int daemon_epoll_add(struct daemon *d, int fd, void *what);
void daemon_notify(struct daemon *d, const char *lines);
void daemon_housekeeping(struct daemon *d);
/* Effect: a durable number that no incarnation of anything had before. */
int daemon_next_generation(struct daemon *d, uint32_t *ret_generation);
/* Effect: the kill switch, and the file that makes it outlive us. < 0: the file failed. */
int daemon_kill(struct daemon *d, int on, const char *why);

/* ---- setup.c ---- */
int setup_load_conf(struct daemon *d, struct conf **ret_conf, struct conf_errors *errors);
int setup_core(struct daemon *d, struct bothy_error *error);
/* 1 if `name` is one of the comma-separated names. */
int setup_listed(const char *list, const char *name);
int setup_bot_conf(struct daemon *d, const struct conf_bot *bot, struct core_bot_conf *ret_conf,
                   struct core_bot_symbol **ret_symbols);

/* ---- describe.c ---- */
/* As conf_environment.schema wants it; asks a process that loads the plugin in its sandbox. */
int32_t describe_plugin(void *context, const char *path, uint32_t kind, struct conf_schema *ret,
                        struct bothy_error *error);

/* ---- worker.c ---- */
void worker_init(struct worker *w, struct daemon *d, uint32_t kind, uint32_t index,
                 const char *name);
void worker_start(struct worker *w);
/* Effect: asks it to stop; ended after a while if it does not. It is not started again. */
void worker_stop(struct worker *w);
/* Effect: ends it now; the policy decides about another start. */
void worker_kill(struct worker *w, const char *cause);
void worker_restart(struct worker *w, const char *why);
void worker_on_control(struct worker *w);
void worker_on_stderr(struct worker *w);
void worker_on_link(struct daemon *d, const uint8_t *packet, size_t length);
void worker_pause(struct worker *w, int paused);
int worker_running(const struct worker *w);
const char *worker_status_name(const struct worker *w);
size_t worker_config(struct worker *w, void *data, size_t capacity);

/* ---- ending.c ---- */
/* Effect: a wait status, and what the reporter said before ("": nothing), as a text. */
void worker_describe_end(uint32_t status, const char *crash, char *text, size_t capacity);
/* Effect: WIRE_CRASH from its kind on, as a text for people. */
void worker_describe_crash(struct bytes_reader *in, char *text, size_t capacity);

/* ---- watch.c ---- */
/* Effect: ends it if it hangs; starts it if its restart is due. */
void worker_tick(struct worker *w, int64_t now_ns);

/* ---- channel.c ---- */
int channel_open(struct worker *w, int fds[WIRE_RING_COUNT], struct bothy_error *error);
void channel_close(struct worker *w);
/* Effect: a command; queued until the next flush. */
void channel_command(struct worker *w, uint32_t type, const void *payload, size_t length);
/* Effect: writes what is queued, as far as there is room. Returns 1 if all of it. */
int channel_flush(struct worker *w);
void channel_flush_all(struct daemon *d);
/* Effect: reads the logs ring. */
void channel_logs(struct worker *w);
/* Effect: reads the next record. 1: there is one; 0: none; < 0: violation, the worker is ended. */
int channel_read(struct worker *w, void *record, size_t capacity, size_t *ret_length);
/* Effect: hands a record of a bot to the core. */
void channel_bot_record(struct worker *w, const struct wire_record *record, size_t length);
/* Effect: takes all that a bot has said so far. */
void channel_drain(struct worker *w);
void channel_exchange_record(struct worker *w, const struct wire_record *record, size_t length);

/* ---- drive.c ---- */
/* Effect: how far the store is and whether it fails; a change reaches the core's gate. */
void drive_look_at_store(struct daemon *d);
/* Real time: 1 if what it says is taken now; 0 while it must wait for the store. */
int drive_hears(const struct worker *w);
/* Effect: one duty cycle: takes what is there, returns 1 if there was anything. */
int drive_cycle(struct daemon *d, int64_t *ret_wait_until_ns);

/* ---- history.c ---- */
/* Effect: records what is due at the core's time. Call it after each core_time(). */
void history_time(struct daemon *d);
/* Effect: records the start, if that was not done yet. */
void history_start(struct daemon *d);
/* Effect: records how a bot is now. */
void history_bot(const struct worker *w);
/* Effect: gives a bot the counters, cooldowns and the pause that its run left. */
void history_take_up(struct worker *w);

/* ---- sink.c ---- */
extern const struct core_sink daemon_sink;

/* ---- control.c, command.c, status.c, reload.c ---- */
int control_open(struct daemon *d, struct bothy_error *error);
void control_close(struct daemon *d);
void control_accept(struct daemon *d);
void control_on_client(struct daemon *d, struct control_client *client, uint32_t events);
int control_is_client(const struct daemon *d, const void *what);
struct command_caller {
    pid_t pid;
    uid_t uid;
};
/* 1 for those who may do more than look. */
int command_may_change(const struct command_caller *caller);
/* Returns the answer document [owned]; *ret_code is an exit code of bothyctl. */
json_t *command_run(struct daemon *d, const struct command_caller *caller, json_t *request,
                    int *ret_code);
json_t *status_document(struct daemon *d);
json_t *status_bot(const struct worker *w);
/* Effect: words of a plugin as a JSON string, whatever bytes they are. NULL: no memory. */
json_t *status_text(const char *text);
/* Effect: makes them a text in place: what is none becomes '?'. */
void status_clean(char *text);
json_t *status_feeds(struct daemon *d);
int reload_run(struct daemon *d, struct bothy_error *error);
/* An action for the audit. */
void daemon_action(struct daemon *d, const char *actor, const char *action, const char *entity,
                   const char *before, const char *after, const char *event);

#endif
