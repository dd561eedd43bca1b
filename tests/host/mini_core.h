/*
 * A core of a few hundred lines, for tests and benchmarks of the plugin processes: it has the
 * real log, the real rings and the real programs, and plays the set-up conversation of wire.h. It
 * has no gate, no ledger, no supervision. Include it in one file of a program.
 *
 * Waiting is bounded by DEADLINE_MS, which no working machine reaches; nothing is measured by it.
 */
#ifndef BOTHY_TESTS_MINI_CORE_H
#define BOTHY_TESTS_MINI_CORE_H

#include "base/bytes.h"
#include "base/clean.h"
#include "ipc/broadcast.h"
#include "ipc/doorbell.h"
#include "ipc/fdpass.h"
#include "ipc/lastvalue.h"
#include "ipc/memory.h"
#include "ipc/ring.h"
#include "runner/wire.h"

#include <bothy/plugin.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define DEADLINE_MS     30000
#define CORE_GENERATION 77
#define CORE_INSTRUMENT 1
#define CORE_EPOCH_NS   INT64_C(1704067200000000000)
#define CORE_CELL       128
#define LOG_CAPACITY    (UINT64_C(1) << 20)
#define RING_CAPACITY   (UINT64_C(1) << 19)
#define METRICS_MAX     64

struct core {
    struct broadcast_writer log;
    int log_fd;
    struct lastvalue_writer last;
    int last_fd;
    uint64_t trades;
    int64_t now_ns;
    uint32_t generations;
};

enum outcome {
    OUT_RUNNING, /* READY, or still at it */
    OUT_FAILED,  /* FAILED came */
    OUT_GONE,    /* ended */
    OUT_SILENT,  /* neither came in the time given */
};

struct bot {
    pid_t pid;
    int control;
    int errors; /* its standard error */
    int bell;   /* the core's */
    struct doorbell own_bell;
    uint32_t generation;
    struct ring_producer commands;
    struct ring_consumer intents;
    struct ring_consumer logs;
    struct memory_map status_map;
    struct wire_status *status;
    uint64_t sent_commands;

    /* what it said */
    uint32_t sandbox;
    uint32_t landlock_abi;
    int described;
    int ready;
    int32_t failed_code;
    uint32_t failed_rung;
    char failed_text[512];
    uint32_t crash_kind;
    uint32_t crash_number;
    char crash_module[256];
    char crash_text[256];
    int stopped;
    int32_t violation; /* what ring_read() said about it */
    uint64_t consumed_seq;
    uint64_t consumed_commands;
    uint64_t lines;
    uint64_t lines_lost;
    char last_line[1024];
    uint64_t records[64];
    struct wire_metric metrics[METRICS_MAX];
    uint32_t metric_count;
    uint8_t state[BOTHY_STATE_MAX];
    size_t state_length;
    struct wire_text last_text[64]; /* by type of the record */
    int leave_logs;                 /* do not read its log lines for now */
    int by_bell;                    /* an exchange: sleeps on a descriptor */

    int ended;
    int wait_status;
    struct rusage usage;
    char said[4096]; /* its standard error */
};

static inline int64_t core_clock_ms(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static inline void core_die(const char *what, const struct bothy_error *error)
{
    fprintf(stderr, "%s: %s\n", what, error ? error->text : strerror(errno));
    abort();
}

static inline void core_open(struct core *core)
{
    struct lastvalue_shape shape = { .slots = 16,
                                     .cells = 2,
                                     .cell_size = { CORE_CELL, CORE_CELL } };
    struct bothy_error error = { 0 };

    memset(core, 0, sizeof *core);
    core->now_ns = CORE_EPOCH_NS;
    if (broadcast_create("test-log", LOG_CAPACITY, CORE_GENERATION, 1, &core->log, &core->log_fd,
                         &error) < 0 ||
        lastvalue_create("test-last", &shape, CORE_GENERATION, &core->last, &core->last_fd,
                         &error) < 0)
        core_die("core", &error);
}

static inline void core_close(struct core *core)
{
    broadcast_writer_close(&core->log);
    lastvalue_writer_close(&core->last);
    close(core->log_fd);
    close(core->last_fd);
}

/* ---- events ---- */

struct core_trade {
    struct bothy_event event;
    struct bothy_trade trade;
};

static inline uint64_t core_append(struct core *core, struct bothy_event *event)
{
    struct bothy_error error = { 0 };
    struct broadcast_place place;

    event->seq = broadcast_next_sequence(&core->log);
    if (broadcast_append(&core->log, event, event->size, &place, &error) < 0)
        core_die("append", &error);
    return place.sequence;
}

static inline void core_make_trade(struct core *core, struct core_trade *record)
{
    memset(record, 0, sizeof *record);
    core->now_ns += 1000000;
    record->event.size = sizeof *record;
    record->event.type = BOTHY_EVENT_TRADE;
    record->event.instrument = CORE_INSTRUMENT;
    record->event.ts_event_ns = record->event.ts_recv_ns = core->now_ns;
    record->trade.price = bothy_decimal_make(400000 + (int64_t)(core->trades % 100), -1);
    record->trade.quantity = bothy_decimal_make(1, -3);
    record->trade.trade_id = ++core->trades;
    record->trade.taker_side = BOTHY_SIDE_BUY;
}

/* One trade into the log, shown at once. Returns its sequence number. */
static inline uint64_t core_trade(struct core *core)
{
    struct core_trade record;
    uint64_t seq;

    core_make_trade(core, &record);
    seq = core_append(core, &record.event);
    broadcast_publish(&core->log);
    return seq;
}

/* ---- processes ---- */

/* Where the real program lies: below .libs, so that no shell stands in between. */
static inline void core_exec(const char *program)
{
    const char *build = getenv("BOTHY_BUILDDIR");
    char path[4096];
    char libraries[4096];
    char *argv[] = { (char *)(uintptr_t)program, NULL };
    char *environment[] = { libraries, (char *)"LANG=C.UTF-8", (char *)"TZ=UTC", NULL };

    snprintf(libraries, sizeof libraries, "LD_LIBRARY_PATH=%s/.libs", build ? build : ".");
    snprintf(path, sizeof path, "%s/.libs/%s", build ? build : ".", program);
    execve(path, argv, environment);
    snprintf(path, sizeof path, "%s/%s", build ? build : ".", program);
    execve(path, argv, environment);
    _exit(127);
}

static inline void core_zoo_path(const char *name, char *path, size_t capacity)
{
    const char *build = getenv("BOTHY_BUILDDIR");
    char relative[4096];

    snprintf(relative, sizeof relative, "%s/tests/zoo/.libs/%s.so", build ? build : ".", name);
    if (name[0] == '/')
        snprintf(path, capacity, "%s", name);
    else if (!realpath(relative, path))
        core_die(relative, NULL);
}

/* Starts the program. Descriptors: control at 3, then `secrets`. */
static inline void bot_spawn(struct bot *bot, const char *program, uint64_t memory,
                             const int *secrets, uint32_t secret_count)
{
    int sockets[2];
    int pipes[2];

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) < 0 ||
        pipe2(pipes, O_CLOEXEC | O_NONBLOCK) < 0)
        core_die("sockets", NULL);
    bot->pid = fork();
    if (bot->pid < 0)
        core_die("fork", NULL);
    if (bot->pid == 0) {
        struct rlimit limit = { memory, memory };
        int high[8];

        /* Out of the way first: a low number may be one of the targets. */
        high[0] = fcntl(sockets[1], F_DUPFD, 100);
        for (uint32_t i = 0; i < secret_count; i++)
            high[1 + i] = fcntl(secrets[i], F_DUPFD, 100);
        dup2(pipes[1], 2);
        dup2(high[0], WIRE_FD_CONTROL);
        for (uint32_t i = 0; i < secret_count; i++)
            dup2(high[1 + i], WIRE_FD_SECRETS + (int)i);
        if (memory)
            setrlimit(RLIMIT_AS, &limit);
        core_exec(program);
    }
    close(sockets[1]);
    close(pipes[1]);
    bot->control = sockets[0];
    bot->errors = pipes[0];
}

static inline void bot_read_errors(struct bot *bot)
{
    char piece[1024];
    ssize_t got;
    size_t used = strlen(bot->said);

    while ((got = read(bot->errors, piece, sizeof piece)) > 0) {
        size_t room = sizeof bot->said - 1 - used;
        size_t take = (size_t)got < room ? (size_t)got : room;

        memcpy(bot->said + used, piece, take);
        used += take;
        bot->said[used] = '\0';
    }
}

/* Notes that the process has ended, if it has. */
static inline void bot_reap(struct bot *bot)
{
    if (bot->ended || bot->pid <= 0)
        return;
    if (wait4(bot->pid, &bot->wait_status, WNOHANG, &bot->usage) == bot->pid)
        bot->ended = 1;
}

static inline void bot_take_message(struct bot *bot, const uint8_t *data, size_t length)
{
    struct bytes_reader reader;
    uint16_t type;

    bytes_reader_init(&reader, data, length);
    type = bytes_get_u16(&reader);
    bytes_get_u16(&reader);
    bytes_get_u32(&reader);
    switch (type) {
    case WIRE_DESCRIBED:
        bot->sandbox = bytes_get_u32(&reader);
        bot->landlock_abi = bytes_get_u32(&reader);
        bot->described = 1;
        break;
    case WIRE_READY:
        bot->ready = 1;
        break;
    case WIRE_FAILED:
        bot->failed_code = -(int32_t)bytes_get_u32(&reader);
        bot->failed_rung = bytes_get_u32(&reader);
        bytes_get_text(&reader, bot->failed_text, sizeof bot->failed_text);
        break;
    case WIRE_CRASH:
        bot->crash_kind = bytes_get_u32(&reader);
        bot->crash_number = bytes_get_u32(&reader);
        bytes_get_u64(&reader);
        bytes_get_u64(&reader);
        bytes_get_text(&reader, bot->crash_module, sizeof bot->crash_module);
        bytes_get_text(&reader, bot->crash_text, sizeof bot->crash_text);
        break;
    default:
        break;
    }
}

/* Takes one message, waiting for at most timeout_ms. Returns 1 if one came, 0 if not. */
static inline int bot_listen(struct bot *bot, int timeout_ms)
{
    static uint8_t data[WIRE_CONTROL_MAX];
    size_t length;
    uint32_t count;
    int r;

    if (bot->control < 0)
        return 0;
    r = fdpass_receive(bot->control, data, sizeof data, &length, NULL, 0, &count, timeout_ms, NULL);
    if (r < 0)
        return 0;
    bot_take_message(bot, data, length);
    return 1;
}

static inline void bot_begin(struct bytes_writer *writer, void *data, size_t capacity,
                             uint16_t type, uint32_t generation)
{
    bytes_writer_init(writer, data, capacity);
    bytes_put_u16(writer, type);
    bytes_put_u16(writer, WIRE_VERSION);
    bytes_put_u32(writer, generation);
}

static inline void bot_send(struct bot *bot, const struct bytes_writer *writer, const int *fds,
                            uint32_t count)
{
    struct bothy_error error = { 0 };
    int r = fdpass_send(bot->control, writer->data, writer->length, fds, count, -1, &error);

    if (r < 0 && r != BOTHY_EDISCONNECTED)
        core_die("send", &error);
}

static inline void bot_send_load(struct bot *bot, uint32_t kind, const char *path, uint32_t sandbox,
                                 const char *const *secret_names, uint32_t secret_count)
{
    uint8_t data[8192];
    struct bytes_writer writer;

    bot_begin(&writer, data, sizeof data, WIRE_LOAD, bot->generation);
    bytes_put_u32(&writer, kind);
    bytes_put_u32(&writer, 0);
    bytes_put_u32(&writer, sandbox);
    bytes_put_text(&writer, path);
    bytes_put_text(&writer, "animal");
    bytes_put_u32(&writer, secret_count);
    for (uint32_t i = 0; i < secret_count; i++)
        bytes_put_text(&writer, secret_names[i]);
    bot_send(bot, &writer, NULL, 0);
}

/* CONFIG with one symbol and at most one value. type: WIRE_CONFIG or the payload of RELOAD (0). */
static inline void bot_put_config(struct bytes_writer *writer, const char *name, const char *value,
                                  const char *file_name, uint32_t flags)
{
    bytes_put_text(writer, "animal");
    bytes_put_u32(writer, 1);
    bytes_put_text(writer, "BTC/USDT");
    bytes_put_text(writer, "venue");
    bytes_put_u32(writer, CORE_INSTRUMENT);
    bytes_put_u32(writer, name ? 1 : 0);
    if (name) {
        bytes_put_u32(writer, UINT32_MAX);
        bytes_put_text(writer, name);
        bytes_put_text(writer, value);
    }
    bytes_put_u32(writer, file_name ? 1 : 0);
    if (file_name)
        bytes_put_text(writer, file_name);
    bytes_put_u32(writer, WIRE_WAIT_BLOCK);
    bytes_put_u32(writer, flags);
    bytes_put_u64(writer, 1);
    bytes_put_u32(writer, BOTHY_LOG_INFO);
}

static inline void bot_send_config(struct bot *bot, const char *name, const char *value,
                                   const char *file_name, const char *file, uint32_t flags)
{
    uint8_t data[4096];
    struct bytes_writer writer;
    int fd = file ? open(file, O_RDONLY | O_CLOEXEC) : -1;

    bot_begin(&writer, data, sizeof data, WIRE_CONFIG, bot->generation);
    bot_put_config(&writer, name, value, file_name, flags);
    bot_send(bot, &writer, &fd, file ? 1 : 0);
    if (fd >= 0)
        close(fd);
}

static inline void bot_send_rings(struct core *core, struct bot *bot, const void *state,
                                  size_t length)
{
    static uint8_t data[WIRE_CONTROL_MAX];
    struct bothy_error error = { 0 };
    struct bytes_writer writer;
    struct doorbell bell;
    int fds[WIRE_RING_COUNT];

    fds[WIRE_RING_LOG] = core->log_fd;
    fds[WIRE_RING_LASTVALUE] = core->last_fd;
    if (doorbell_create(DOORBELL_EVENTFD, &bell, &error) < 0 ||
        doorbell_create(DOORBELL_PIPE, &bot->own_bell, &error) < 0 ||
        ring_create("test-commands", RING_CAPACITY, bot->generation, &fds[WIRE_RING_COMMANDS],
                    &error) < 0 ||
        ring_create("test-intents", RING_CAPACITY, bot->generation, &fds[WIRE_RING_INTENTS],
                    &error) < 0 ||
        ring_create("test-logs", RING_CAPACITY, bot->generation, &fds[WIRE_RING_LOGS], &error) <
            0 ||
        memory_create("test-status", sizeof(struct wire_status), MEMORY_READ_WRITE,
                      &bot->status_map, &fds[WIRE_RING_STATUS], &error) < 0 ||
        ring_attach_consumer(fds[WIRE_RING_INTENTS], bot->generation, &bot->intents, &error) < 0 ||
        ring_attach_consumer(fds[WIRE_RING_LOGS], bot->generation, &bot->logs, &error) < 0)
        core_die("rings", &error);
    bot->status = bot->status_map.address;
    bot->bell = bell.wait_fd;
    fds[WIRE_RING_CORE_BELL] = bell.ring_fd;
    fds[WIRE_RING_BELL] = bot->own_bell.wait_fd;
    bot_begin(&writer, data, sizeof data, WIRE_RINGS, bot->generation);
    bytes_put_u32(&writer, CORE_GENERATION);
    bytes_put_u32(&writer, (uint32_t)length);
    bytes_put_raw(&writer, state, length);
    /* The strategy sleeps on the ring itself, the exchange on its bell; ringing does no harm. */
    if (ring_attach_producer(fds[WIRE_RING_COMMANDS], bot->generation,
                             bot->by_bell ? bot->own_bell.ring_fd : -1, &bot->commands, &error) < 0)
        core_die("commands", &error);
    bot_send(bot, &writer, fds, WIRE_RING_COUNT);
    for (int i = WIRE_RING_COMMANDS; i <= WIRE_RING_STATUS; i++)
        close(fds[i]);
}

/* ---- its rings ---- */

static inline double bot_metric(const struct bot *bot, const char *name)
{
    for (uint32_t i = 0; i < bot->metric_count; i++) {
        if (strcmp(bot->metrics[i].name, name) == 0)
            return bot->metrics[i].value;
    }
    return -1;
}

static inline void bot_take_metric(struct bot *bot, const struct wire_metric *metric)
{
    uint32_t i = 0;

    while (i < bot->metric_count && strncmp(bot->metrics[i].name, metric->name, 32) != 0)
        i++;
    if (i == METRICS_MAX)
        return;
    bot->metrics[i] = *metric;
    if (i == bot->metric_count)
        bot->metric_count++;
}

static inline void bot_take_record(struct bot *bot, const uint8_t *bytes, size_t length)
{
    struct wire_record header;
    const uint8_t *payload = bytes + sizeof header;

    memcpy(&header, bytes, sizeof header);
    length -= sizeof header;
    if (header.generation != bot->generation || header.type >= 64) {
        bot->violation = BOTHY_EPROTO;
        return;
    }
    bot->records[header.type]++;
    bot->consumed_seq = header.consumed_seq;
    bot->consumed_commands = header.consumed_commands;
    if (header.type == WIRE_R_METRIC && length == sizeof(struct wire_metric)) {
        struct wire_metric metric;

        memcpy(&metric, payload, sizeof metric);
        bot_take_metric(bot, &metric);
    } else if (header.type == WIRE_R_STOPPED) {
        bot->stopped = 1;
    } else if (header.type == WIRE_R_STATE && length <= sizeof bot->state) {
        memcpy(bot->state, payload, length);
        bot->state_length = length;
    } else if (length == sizeof(struct wire_text)) {
        memcpy(&bot->last_text[header.type], payload, length);
    }
}

/* Takes all that the bot has said. `each` (may be NULL) sees every record first. */
static inline void bot_drain(struct bot *bot, void (*each)(struct bot *bot, uint32_t type,
                                                           const void *payload, size_t length))
{
    static _Alignas(16) uint8_t record[WIRE_RECORD_MAX];
    size_t length;
    int r;

    bot_read_errors(bot);
    while (bot_listen(bot, 0))
        ;
    if (!bot->status)
        return;
    while ((r = ring_read(&bot->intents, record, sizeof record, &length, NULL)) == 0) {
        struct wire_record header;

        if (length < sizeof header) {
            bot->violation = BOTHY_EPROTO;
            break;
        }
        memcpy(&header, record, sizeof header);
        if (each)
            each(bot, header.type, record + sizeof header, length - sizeof header);
        bot_take_record(bot, record, length);
    }
    if (r == BOTHY_EPROTO)
        bot->violation = r;
    while (!bot->leave_logs &&
           (r = ring_read(&bot->logs, record, sizeof record, &length, NULL)) == 0) {
        struct wire_log *line = (void *)record;

        bot->lines++;
        bot->lines_lost += line->lost;
        snprintf(bot->last_line, sizeof bot->last_line, "%.*s",
                 (int)(length - offsetof(struct wire_log, text)), line->text);
    }
    if (r == BOTHY_EPROTO)
        bot->violation = r;
}

static inline void bot_command(struct bot *bot, uint32_t type, const void *payload, size_t length)
{
    struct wire_record header = { .type = type, .generation = bot->generation };
    struct bothy_error error = { 0 };
    void *room;

    if (ring_reserve(&bot->commands, sizeof header + length, &room, &error) < 0)
        core_die("command", &error);
    memcpy(room, &header, sizeof header);
    if (length)
        memcpy((uint8_t *)room + sizeof header, payload, length);
    if (ring_commit(&bot->commands, sizeof header + length, &error) < 0)
        core_die("command", &error);
    ring_notify(&bot->commands);
    bot->sent_commands++;
}

/* ---- the whole of it ---- */

/* Waits for the bot's next step in the set-up. */
static inline enum outcome bot_await(struct bot *bot, const int *flag, int timeout_ms)
{
    int64_t until = core_clock_ms() + timeout_ms;

    while (!*flag) {
        bot_read_errors(bot);
        if (bot_listen(bot, 10) && bot->failed_code)
            return OUT_FAILED;
        bot_reap(bot);
        if (bot->ended && !bot_listen(bot, 0))
            return OUT_GONE;
        if (core_clock_ms() > until)
            return OUT_SILENT;
    }
    return OUT_RUNNING;
}

struct bot_request {
    uint32_t kind; /* 0: a strategy */
    const char *plugin;
    const char *option; /* may be NULL */
    const char *value;
    uint32_t flags;   /* WIRE_CONFIG_* */
    uint32_t sandbox; /* WIRE_SANDBOX_* */
    uint64_t memory;
    const void *state;
    size_t state_length;
    int timeout_ms;          /* 0: the deadline */
    const char *secret_name; /* of a SECRET option, with its text */
    const char *secret;
    const char *file_name; /* of a FILE option, with its path */
    const char *file;
};

/* A descriptor that a secret can be read from. */
static inline int core_secret(const char *text)
{
    int fd = memfd_create("secret", MFD_CLOEXEC);

    if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text) ||
        lseek(fd, 0, SEEK_SET) != 0)
        core_die("secret", NULL);
    return fd;
}

static inline enum outcome bot_start(struct core *core, struct bot *bot,
                                     const struct bot_request *request)
{
    uint32_t kind = request->kind ? request->kind : BOTHY_KIND_STRATEGY;
    int timeout_ms = request->timeout_ms ? request->timeout_ms : DEADLINE_MS;
    char path[4096];
    enum outcome outcome;
    int secret = -1;

    memset(bot, 0, sizeof *bot);
    bot->generation = ++core->generations;
    bot->by_bell = kind == BOTHY_KIND_EXCHANGE;
    core_zoo_path(request->plugin, path, sizeof path);
    if (request->secret)
        secret = core_secret(request->secret);
    bot_spawn(bot, kind == BOTHY_KIND_STRATEGY ? "bothy-runner" : "bothy-netrunner",
              request->memory, &secret, request->secret ? 1 : 0);
    bot_send_load(bot, kind, path, request->sandbox, &request->secret_name,
                  request->secret ? 1 : 0);
    if (secret >= 0)
        close(secret);
    outcome = bot_await(bot, &bot->described, timeout_ms);
    if (outcome != OUT_RUNNING)
        return outcome;
    bot_send_config(bot, request->option, request->value, request->file_name, request->file,
                    request->flags);
    bot_send_rings(core, bot, request->state, request->state_length);
    return bot_await(bot, &bot->ready, timeout_ms);
}

/*
 * Drains until the bot has consumed up to seq and all commands (it runs in lock-step), has ended,
 * broke the rules of the rings, or stays inside one call of the plugin for hang_ms.
 */
static inline enum outcome bot_consume(struct bot *bot, uint64_t seq, int hang_ms)
{
    int64_t until = core_clock_ms() + DEADLINE_MS;
    uint64_t beat = 0;
    int64_t since = core_clock_ms();

    for (;;) {
        bot_drain(bot, NULL);
        if (bot->consumed_seq >= seq && bot->consumed_commands >= bot->sent_commands)
            return OUT_RUNNING;
        if (bot->violation)
            return OUT_FAILED;
        bot_reap(bot);
        if (bot->ended) {
            bot_drain(bot, NULL);
            return OUT_GONE;
        }
        if (bot->status->heartbeat != beat) {
            beat = bot->status->heartbeat;
            since = core_clock_ms();
        }
        if (bot->status->in_callback && core_clock_ms() - since > hang_ms)
            return OUT_SILENT;
        if (core_clock_ms() > until)
            return OUT_SILENT;
        poll(NULL, 0, 1);
    }
}

/* Waits for the end of the process; ends it when it does not come. */
static inline void bot_end(struct bot *bot)
{
    int64_t until = core_clock_ms() + DEADLINE_MS;

    while (!bot->ended && core_clock_ms() < until) {
        bot_drain(bot, NULL);
        bot_reap(bot);
        if (!bot->ended)
            poll(NULL, 0, 1);
    }
    bot_drain(bot, NULL);
    if (!bot->ended)
        core_die("the process does not end", NULL);
}

static inline void bot_kill(struct bot *bot)
{
    if (!bot->ended)
        kill(bot->pid, SIGKILL);
    bot_end(bot);
}

static inline void bot_stop(struct bot *bot)
{
    bot_command(bot, WIRE_R_STOP, NULL, 0);
    bot_end(bot);
}

static inline void bot_close(struct bot *bot)
{
    close(bot->control);
    close(bot->errors);
    if (!bot->status)
        return;
    close(bot->bell);
    doorbell_close(&bot->own_bell);
    ring_producer_close(&bot->commands);
    ring_consumer_close(&bot->intents);
    ring_consumer_close(&bot->logs);
    memory_unmap(&bot->status_map);
}

#endif
