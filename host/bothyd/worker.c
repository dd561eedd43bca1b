/*
 * The life of a plugin process, as the core leads it.
 *
 *     worker_start ─▶ SPAWN ─▶ LOAD ─▶ DESCRIBED ─▶ CONFIG, RINGS ─▶ READY ─▶ running
 *                                │                                    │
 *                                └──────── end, for whatever reason ──┴─▶ policy: again, or parked
 *
 * Only the wait status decides what an end was; what the reporter in the process said before
 * is shown beside it. Each phase has a limit of time. Everything that comes on the control
 * socket is read with limits and accepted only in the phase that it belongs to.
 */
#include "bothyd/daemon.h"

#include "base/bytes.h"
#include "base/clean.h"
#include "conf/trust.h"
#include "ipc/fdpass.h"
#include "supervise/link.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

#define CONTROL_PACKETS_MAX 64 /* of one process */

void worker_init(struct worker *w, struct daemon *d, uint32_t kind, uint32_t index,
                 const char *name)
{
    memset(w, 0, sizeof *w);
    w->daemon = d;
    w->number = (uint32_t)(w - d->workers);
    w->kind = kind;
    w->index = index;
    w->control_fd = -1;
    w->stderr_fd = -1;
    w->status = STATUS_STOPPED;
    snprintf(w->name, sizeof w->name, "%s", name);
    snprintf(w->logger, sizeof w->logger, "%s.%s", kind == WORKER_BOT ? "bot" : "exchange", name);
}

int worker_running(const struct worker *w)
{
    return w->phase == PHASE_RUN;
}

const char *worker_status_name(const struct worker *w)
{
    static const char *const names[] = { "STOPPED", "STARTING", "RUNNING",
                                         "PAUSED",  "STOPPING", "ERROR" };

    return names[w->status];
}

static const struct conf_plugin *plugin_of(const struct worker *w)
{
    return w->kind == WORKER_BOT ? &w->bot->plugin : &w->exchange->plugin;
}

static void set_phase(struct worker *w, enum worker_phase phase, enum worker_status status)
{
    int changed = w->status != status;

    w->phase = phase;
    w->status = status;
    w->phase_since_ns = clock_monotonic_ns();
    if (changed && w->kind == WORKER_BOT && status != STATUS_STARTING && status != STATUS_STOPPING)
        history_bot(w);
}

/* ---- messages out ---- */

static void begin(struct bytes_writer *out, uint8_t *packet, size_t capacity, uint16_t type,
                  uint32_t generation)
{
    bytes_writer_init(out, packet, capacity);
    bytes_put_u16(out, type);
    bytes_put_u16(out, WIRE_VERSION);
    bytes_put_u32(out, generation);
}

static int send_control(struct worker *w, const struct bytes_writer *out, const int *fds,
                        uint32_t count)
{
    struct bothy_error error = { 0 };

    if (out->failed) {
        worker_kill(w, "its configuration is too long to hand over");
        return -1;
    }
    /* The socket has room for the whole set-up: nobody is waited for. */
    if (fdpass_send(w->control_fd, out->data, out->length, fds, count, 0, &error) < 0) {
        worker_kill(w, "it does not read its set-up");
        return -1;
    }
    return 0;
}

struct secrets {
    const char *names[LINK_SECRETS_MAX];
    char paths[LINK_SECRETS_MAX][512];
    uint32_t count;
};

static int32_t collect_secret(void *context, const struct conf_setting *setting)
{
    struct secrets *secrets = context;

    if (setting->option->type != BOTHY_OPTION_SECRET || secrets->count == LINK_SECRETS_MAX)
        return 0;
    if (conf_secret_path(setting->text, getenv("CREDENTIALS_DIRECTORY"),
                         secrets->paths[secrets->count], sizeof secrets->paths[0], NULL) == 0)
        secrets->names[secrets->count++] = setting->option->name;
    return 0;
}

static void send_load(struct worker *w, const struct secrets *secrets)
{
    static const uint32_t sandboxes[] = { [CONF_SANDBOX_REQUIRE] = WIRE_SANDBOX_REQUIRE,
                                          [CONF_SANDBOX_BEST_EFFORT] = WIRE_SANDBOX_BEST_EFFORT,
                                          [CONF_SANDBOX_OFF] = WIRE_SANDBOX_OFF };
    uint8_t packet[8192];
    struct bytes_writer out;

    begin(&out, packet, sizeof packet, WIRE_LOAD, w->generation);
    bytes_put_u32(&out, w->kind == WORKER_BOT ? BOTHY_KIND_STRATEGY : BOTHY_KIND_EXCHANGE);
    bytes_put_u32(&out, 0);
    bytes_put_u32(&out, sandboxes[w->daemon->conf->sandbox]);
    bytes_put_text(&out, plugin_of(w)->path);
    bytes_put_text(&out, w->name);
    bytes_put_u32(&out, secrets->count);
    for (uint32_t i = 0; i < secrets->count; i++)
        bytes_put_text(&out, secrets->names[i]);
    send_control(w, &out, NULL, 0);
}

static int ask_supervisor(struct worker *w, const struct secrets *secrets, int control, int err)
{
    uint8_t packet[LINK_PACKET_MAX];
    int fds[2] = { control, err };
    struct bothy_error error = { 0 };
    struct bytes_writer out;

    bytes_writer_init(&out, packet, sizeof packet);
    bytes_put_u16(&out, LINK_SPAWN);
    bytes_put_u16(&out, LINK_VERSION);
    bytes_put_u32(&out, w->number);
    bytes_put_u32(&out, w->kind == WORKER_BOT ? LINK_PROGRAM_RUNNER : LINK_PROGRAM_NETRUNNER);
    bytes_put_u64(&out, w->daemon->conf->supervise.memory);
    bytes_put_text(&out, w->logger);
    bytes_put_u32(&out, secrets->count);
    for (uint32_t i = 0; i < secrets->count; i++)
        bytes_put_text(&out, secrets->paths[i]);
    if (out.failed || fdpass_send(w->daemon->link_fd, packet, out.length, fds, 2, 1000, &error) < 0)
        return -1;
    return 0;
}

/* The control socket and the pipe of standard error, ours first. */
static int open_pipes(int pair[2], int err[2])
{
    int number;

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
        return -1;
    if (pipe2(err, O_CLOEXEC | O_NONBLOCK) == 0)
        return 0;
    number = errno;
    close(pair[0]);
    close(pair[1]);
    errno = number;
    return -1;
}

/*
 * The file was judged when the configuration was read. That may be long ago, and restarts come by
 * themselves: what stands there now is judged again.
 */
static int judge_file(const struct conf_plugin *plugin, struct bothy_error *error)
{
    char sha256[TRUST_SHA256_TEXT];
    int r = trust_check_file(plugin->path, geteuid(), error);

    if (r < 0 || !plugin->sha256)
        return r;
    r = trust_sha256(plugin->path, sha256, error);
    if (r == 0 && strcmp(sha256, plugin->sha256) != 0)
        r = bothy_fail(error, BOTHY_EPERM, "%s has SHA-256 %.12s…, plugins.lock says %.12s…",
                       plugin->path, sha256, plugin->sha256);
    return r;
}

/* No fault of the plugin's: its policy does not count it. */
static void try_later(struct worker *w)
{
    log_say(w->daemon->log, BOTHY_LOG_ERROR, "WORKER", "%s cannot be started: %s", w->logger,
            w->cause);
    set_phase(w, PHASE_NONE, STATUS_ERROR);
    w->restart_at_ns = clock_monotonic_ns() + BOTHY_NS_PER_S;
}

void worker_start(struct worker *w)
{
    struct daemon *d = w->daemon;
    struct secrets secrets = { .count = 0 };
    int pair[2], err[2], asked;

    const char *unavailable =
        w->kind == WORKER_BOT ? w->bot->unavailable : w->exchange->unavailable;
    struct bothy_error error = { 0 };

    if (!unavailable && judge_file(plugin_of(w), &error) < 0)
        unavailable = error.text;
    if (w->phase != PHASE_NONE)
        return;
    w->wanted = 1;
    w->parked = 0;
    w->restart_now = 0;
    if (unavailable) {
        w->parked = 1;
        set_phase(w, PHASE_NONE, STATUS_ERROR);
        snprintf(w->cause, sizeof w->cause, "%s", unavailable);
        log_say(d->log, BOTHY_LOG_ERROR, "PARKED", "%s is parked: %s", w->logger, w->cause);
        return;
    }
    w->restart_at_ns = 0;
    w->crash[0] = '\0';
    w->control_packets = 0;
    w->hang_warned = 0;
    w->heartbeat_since_ns = clock_monotonic_ns();
    set_phase(w, PHASE_SPAWN, STATUS_STARTING);
    if (daemon_next_generation(d, &w->generation) < 0) {
        snprintf(w->cause, sizeof w->cause, "the store gives no generation number");
        try_later(w);
        return;
    }
    if (open_pipes(pair, err) < 0) {
        snprintf(w->cause, sizeof w->cause, "no socket: %s", strerror(errno));
        try_later(w);
        return;
    }
    w->control_fd = pair[0];
    w->stderr_fd = err[0];
    daemon_epoll_add(d, w->control_fd, &w->control_fd);
    daemon_epoll_add(d, w->stderr_fd, &w->stderr_fd);
    if (w->kind == WORKER_BOT)
        conf_bot_settings(w->bot, collect_secret, &secrets);
    else
        conf_exchange_settings(w->exchange, collect_secret, &secrets);
    policy_started(&w->policy, clock_monotonic_ns());
    asked = ask_supervisor(w, &secrets, pair[1], err[1]);
    close(pair[1]);
    close(err[1]);
    if (asked == 0) {
        send_load(w, &secrets);
        return;
    }
    /* There is no process, and nobody will tell of its end. */
    close(w->control_fd);
    close(w->stderr_fd);
    w->control_fd = w->stderr_fd = -1;
    snprintf(w->cause, sizeof w->cause, "the supervisor does not answer");
    try_later(w);
}

struct config_out {
    struct bytes_writer *out;
    uint32_t count;
};

static int32_t put_setting(void *context, const struct conf_setting *setting)
{
    struct config_out *config = context;

    if (setting->option->type == BOTHY_OPTION_SECRET ||
        setting->option->type == BOTHY_OPTION_FILE || !setting->text)
        return 0;
    bytes_put_u32(config->out, setting->symbol_index);
    bytes_put_text(config->out, setting->name);
    bytes_put_text(config->out, setting->text);
    config->count++;
    return 0;
}

struct files_out {
    const char *names[WIRE_FILES_MAX];
    int fds[WIRE_FILES_MAX];
    uint32_t count;
    char problem[160];
};

static int32_t open_file(void *context, const struct conf_setting *setting)
{
    struct files_out *files = context;
    int fd;

    if (setting->option->type != BOTHY_OPTION_FILE || !setting->text || !setting->text[0])
        return 0;
    if (files->count == WIRE_FILES_MAX) {
        snprintf(files->problem, sizeof files->problem, "more than %d files", WIRE_FILES_MAX);
        return -1;
    }
    fd = open(setting->text, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) {
        snprintf(files->problem, sizeof files->problem, "%s = %s: %s", setting->option->name,
                 setting->text, strerror(errno));
        return -1;
    }
    files->names[files->count] = setting->option->name;
    files->fds[files->count++] = fd;
    return 0;
}

static void put_symbols(const struct worker *w, struct bytes_writer *out)
{
    const struct daemon *d = w->daemon;

    if (w->kind == WORKER_EXCHANGE) {
        bytes_put_u32(out, 0);
        return;
    }
    bytes_put_u32(out, w->bot->symbol_count);
    for (uint32_t i = 0; i < w->bot->symbol_count; i++) {
        const struct conf_symbol *symbol = &w->bot->symbols[i];
        uint32_t number = 0;

        for (uint32_t n = 0; n < d->instrument_count && !number; n++) {
            if (strcmp(d->instruments[n].symbol, symbol->symbol) == 0 &&
                strcmp(d->venues[d->instruments[n].venue]->name, symbol->exchange->name) == 0)
                number = n + 1;
        }
        bytes_put_text(out, symbol->symbol);
        bytes_put_text(out, symbol->exchange->name);
        bytes_put_u32(out, number);
    }
}

/* The payload of CONFIG, and of RELOAD without files. */
static void put_config(struct worker *w, struct bytes_writer *out, const struct files_out *files)
{
    static const uint32_t waits[] = { [CONF_WAIT_BLOCK] = WIRE_WAIT_BLOCK,
                                      [CONF_WAIT_BACKOFF] = WIRE_WAIT_BACKOFF,
                                      [CONF_WAIT_SPIN] = WIRE_WAIT_SPIN };
    struct daemon *d = w->daemon;
    struct config_out config = { .out = out };
    size_t at;

    bytes_put_text(out, w->name);
    put_symbols(w, out);
    at = out->length;
    bytes_put_u32(out, 0);
    if (w->kind == WORKER_BOT)
        conf_bot_settings(w->bot, put_setting, &config);
    else
        conf_exchange_settings(w->exchange, put_setting, &config);
    if (!out->failed)
        memcpy(out->data + at, &config.count, sizeof config.count);
    bytes_put_u32(out, files ? files->count : 0);
    for (uint32_t i = 0; files && i < files->count; i++)
        bytes_put_text(out, files->names[i]);
    bytes_put_u32(out, waits[d->conf->supervise.wait]);
    bytes_put_u32(out, d->virtual_time ? WIRE_CONFIG_LOCKSTEP : 0);
    bytes_put_u64(out, (uint64_t)d->conf->seed);
    bytes_put_u32(out, (uint32_t)log_get_level(d->log, w->logger));
}

size_t worker_config(struct worker *w, void *data, size_t capacity)
{
    struct bytes_writer out;

    bytes_writer_init(&out, data, capacity);
    put_config(w, &out, NULL);
    return out.failed ? 0 : out.length;
}

static void send_config(struct worker *w)
{
    _cleanup_free_ uint8_t *packet = malloc(WIRE_CONTROL_MAX);
    struct files_out files = { .count = 0 };
    struct bytes_writer out;
    int32_t r;

    if (!packet)
        return;
    r = w->kind == WORKER_BOT ? conf_bot_settings(w->bot, open_file, &files)
                              : conf_exchange_settings(w->exchange, open_file, &files);
    if (r < 0) {
        worker_kill(w, files.problem);
    } else {
        begin(&out, packet, WIRE_CONTROL_MAX, WIRE_CONFIG, w->generation);
        put_config(w, &out, &files);
        send_control(w, &out, files.fds, files.count);
    }
    for (uint32_t i = 0; i < files.count; i++)
        close(files.fds[i]);
}

static void send_rings(struct worker *w)
{
    _cleanup_free_ uint8_t *packet = malloc(WIRE_CONTROL_MAX);
    _cleanup_free_ void *state = NULL;
    int fds[WIRE_RING_COUNT];
    struct bothy_error error = { 0 };
    struct bytes_writer out;
    size_t length = 0;

    if (!packet || channel_open(w, fds, &error) < 0) {
        worker_kill(w, error.text);
        return;
    }
    if (w->kind == WORKER_BOT)
        store_state_get(w->daemon->store, w->name, &state, &length);
    begin(&out, packet, WIRE_CONTROL_MAX, WIRE_RINGS, w->generation);
    bytes_put_u32(&out, w->daemon->log_generation);
    bytes_put_u32(&out, (uint32_t)length);
    bytes_put_raw(&out, state, length);
    send_control(w, &out, fds, WIRE_RING_COUNT);
    for (int i = WIRE_RING_COMMANDS; i <= WIRE_RING_STATUS; i++) {
        if (fds[i] >= 0)
            close(fds[i]);
    }
}

/* ---- messages in ---- */

static void on_described(struct worker *w, struct bytes_reader *in)
{
    struct conf_schema schema = { 0 };
    struct bothy_error error = { 0 };

    w->sandbox = bytes_get_u32(in);
    w->landlock = bytes_get_u32(in);
    if (in->failed || conf_schema_deserialise(in->data + in->position, in->length - in->position,
                                              &schema, &error) < 0) {
        worker_kill(w, error.text[0] ? error.text : "a malformed description");
        return;
    }
    w->virtual_time = (schema.flags & BOTHY_PLUGIN_VIRTUAL_TIME) != 0;
    conf_schema_clear(&schema);
    set_phase(w, PHASE_START, STATUS_STARTING);
    send_config(w);
    if (w->phase == PHASE_START)
        send_rings(w);
}

static void on_ready(struct worker *w)
{
    struct daemon *d = w->daemon;

    set_phase(w, PHASE_RUN, w->paused ? STATUS_PAUSED : STATUS_RUNNING);
    w->hang_warned = 0;
    w->ended = 0;
    w->heartbeat_since_ns = clock_monotonic_ns();
    log_say(d->log, BOTHY_LOG_INFO, "WORKER", "%s runs as process %d, generation %u", w->logger,
            (int)w->pid, w->generation);
    if (w->kind == WORKER_BOT) {
        core_bot_started(d->core, w->index);
        if (w->paused)
            channel_command(w, WIRE_R_PAUSE, NULL, 0);
    } else {
        core_venue_ready(d->core, w->index);
    }
}

static void on_failed(struct worker *w, struct bytes_reader *in)
{
    static const char *const rungs[] = { "?", "load", "check", "create", "start", "run" };
    uint32_t code = bytes_get_u32(in), rung = bytes_get_u32(in);
    char text[sizeof w->crash - 16];
    const char *name = rungs[rung < ARRAY_SIZE(rungs) ? rung : 0];

    (void)code;
    bytes_get_text(in, text, sizeof text);
    if (strncmp(text, name, strlen(name)) == 0)
        snprintf(w->crash, sizeof w->crash, "%s", text);
    else
        snprintf(w->crash, sizeof w->crash, "%s: %s", name, text);
}

static void on_message(struct worker *w, const uint8_t *packet, size_t length)
{
    struct bytes_reader in;
    uint16_t type;

    bytes_reader_init(&in, packet, length);
    type = bytes_get_u16(&in);
    if (bytes_get_u16(&in) != WIRE_VERSION || bytes_get_u32(&in) != w->generation)
        return;
    if (type == WIRE_DESCRIBED && (w->phase == PHASE_LOAD || w->phase == PHASE_SPAWN))
        on_described(w, &in);
    else if (type == WIRE_READY && w->phase == PHASE_START)
        on_ready(w);
    else if (type == WIRE_FAILED)
        on_failed(w, &in);
    else if (type == WIRE_CRASH)
        worker_describe_crash(&in, w->crash, sizeof w->crash);
    else
        worker_kill(w, "a message out of turn on its control socket");
}

void worker_on_control(struct worker *w)
{
    _cleanup_free_ uint8_t *packet = malloc(WIRE_CONTROL_MAX);
    struct bothy_error error = { 0 };

    while (packet && w->control_fd >= 0) {
        uint32_t count = 0;
        size_t length = 0;
        int fds[1];
        int r = fdpass_receive(w->control_fd, packet, WIRE_CONTROL_MAX, &length, fds, 0, &count, 0,
                               &error);

        if (r == BOTHY_EAGAIN)
            return;
        if (r < 0) {
            close(w->control_fd); /* its end follows */
            w->control_fd = -1;
            return;
        }
        /* Set-up and last words are a handful; whoever says more keeps us from our work. */
        if (++w->control_packets > CONTROL_PACKETS_MAX) {
            worker_kill(w, "a flood of messages on its control socket");
            close(w->control_fd);
            w->control_fd = -1;
            return;
        }
        on_message(w, packet, length);
    }
}

/* What a plugin prints: lines of the log, at most 16 KiB a second. */
void worker_on_stderr(struct worker *w)
{
    char text[2048];
    ssize_t n = read(w->stderr_fd, text, sizeof text - 1);
    int64_t second = clock_monotonic_ns() / BOTHY_NS_PER_S;
    char *line, *rest = text;

    if (n <= 0) {
        if (n == 0 || errno != EAGAIN) {
            close(w->stderr_fd);
            w->stderr_fd = -1;
        }
        return;
    }
    if (second != w->stderr_second) {
        if (w->stderr_dropped)
            log_say(w->daemon->log, BOTHY_LOG_WARNING, "LOG_FLOOD",
                    "%s: %llu bytes of its standard error dropped", w->logger,
                    (unsigned long long)w->stderr_dropped);
        w->stderr_second = second;
        w->stderr_bytes = 0;
        w->stderr_dropped = 0;
    }
    if (w->stderr_bytes > 16384) {
        w->stderr_dropped += (uint64_t)n;
        return;
    }
    w->stderr_bytes += (uint64_t)n;
    text[n] = '\0';
    while ((line = strsep(&rest, "\n"))) {
        struct log_line out = {
            .level = BOTHY_LOG_INFO, .logger = w->logger, .code = "STDERR", .text = line
        };

        if (line[0])
            log_write(w->daemon->log, &out);
    }
}

/* ---- ends ---- */

static void plan_restart(struct worker *w, int hopeless)
{
    struct daemon *d = w->daemon;
    const struct conf_supervise *s = &d->conf->supervise;
    struct policy_conf conf = { s->restart_delay_ns, s->restart_delay_max_ns,
                                (uint32_t)s->max_restarts, s->window_ns };
    uint64_t random = (uint64_t)clock_monotonic_ns() * UINT64_C(0x9e3779b97f4a7c15);

    set_phase(w, PHASE_NONE, STATUS_ERROR);
    if (policy_ended(&w->policy, &conf, clock_monotonic_ns(), random, hopeless,
                     &w->restart_at_ns) == POLICY_PARK) {
        w->parked = 1;
        w->restart_at_ns = 0;
        daemon_action(d, "host", "worker.park", w->logger, "", w->cause, "ERROR");
        log_say(d->log, BOTHY_LOG_ERROR, "PARKED",
                "%s is parked: %s; 'bothyctl bot reset %s' starts it again", w->logger, w->cause,
                w->name);
        return;
    }
    w->restarts++;
    daemon_action(d, "host", "worker.fail", w->logger, "", w->cause, "ERROR");
    log_say(d->log, BOTHY_LOG_WARNING, "WORKER", "%s: %s; starting it again in %lld ms", w->logger,
            w->cause, (long long)((w->restart_at_ns - clock_monotonic_ns()) / BOTHY_NS_PER_MS));
}

static void forget_process(struct worker *w)
{
    struct daemon *d = w->daemon;

    int cancel =
        (d->stopping ? d->conf->orders.on_stop : d->conf->orders.on_crash) == CONF_ORDERS_CANCEL;

    w->logs_lost_next_ns = 0;
    channel_logs(w);
    if (w->control_fd >= 0)
        close(w->control_fd);
    if (w->stderr_fd >= 0)
        close(w->stderr_fd);
    w->control_fd = w->stderr_fd = -1;
    channel_close(w);
    w->pid = 0;
    if (w->kind == WORKER_BOT)
        core_bot_gone(d->core, w->index, cancel);
    else if (!w->ended)
        core_venue_state(d->core, w->index, BOTHY_FEED_STATE_DOWN, "its process is gone");
}

/* Whether, and when, it is started again. */
static void after_end(struct worker *w, int hopeless)
{
    if (!w->wanted) {
        set_phase(w, PHASE_NONE, STATUS_STOPPED);
        return;
    }
    if (w->kind == WORKER_EXCHANGE && w->ended) {
        set_phase(w, PHASE_NONE, STATUS_STOPPED);
        return;
    }
    if (w->restart_now && !w->daemon->stopping) {
        /* Somebody asked for it: no failure, no delay. */
        w->restarts++;
        set_phase(w, PHASE_NONE, STATUS_STOPPED);
        worker_start(w);
        return;
    }
    plan_restart(w, hopeless);
}

static void on_end(struct worker *w, uint32_t status)
{
    char text[sizeof w->cause];
    int hopeless = WIFEXITED((int)status) && WEXITSTATUS((int)status) == WIRE_EXIT_NO_RESTART;

    if (w->control_fd >= 0)
        worker_on_control(w); /* the reporter's last words */
    if (w->stderr_fd >= 0)
        worker_on_stderr(w);
    channel_drain(w); /* what it said before its end still counts */
    worker_describe_end(status, w->crash, text, sizeof text);
    if (!w->cause_given || w->crash[0])
        snprintf(w->cause, sizeof w->cause, "%s", text);
    status_clean(w->cause); /* it goes to the audit, the store and people */
    w->cause_given = 0;
    forget_process(w);
    after_end(w, hopeless);
}

void worker_on_link(struct daemon *d, const uint8_t *packet, size_t length)
{
    struct bytes_reader in;
    uint16_t type;
    uint32_t number;

    bytes_reader_init(&in, packet, length);
    type = bytes_get_u16(&in);
    if (bytes_get_u16(&in) != LINK_VERSION)
        return;
    if (type == LINK_RELOAD) {
        d->reload_wanted = 1;
    } else if (type == LINK_STOP) {
        char text[32];

        bytes_get_text(&in, text, sizeof text);
        daemon_stop(d, text);
    } else if (type == LINK_REOPEN) {
        log_reopen(d->log);
    } else if (type == LINK_SPAWNED || type == LINK_FAILED || type == LINK_EXITED) {
        struct worker *w;

        number = bytes_get_u32(&in);
        if (number >= d->worker_count)
            return;
        w = &d->workers[number];
        if (type == LINK_SPAWNED) {
            w->pid = (pid_t)bytes_get_i64(&in);
            if (w->phase == PHASE_SPAWN)
                set_phase(w, PHASE_LOAD, STATUS_STARTING);
        } else if (w->phase == PHASE_NONE) {
            return; /* of a process that an earlier core had */
        } else if (type == LINK_FAILED) {
            bytes_get_u32(&in);
            bytes_get_text(&in, w->cause, sizeof w->cause);
            w->cause_given = 0;
            forget_process(w);
            after_end(w, 0);
        } else {
            pid_t pid = (pid_t)bytes_get_i64(&in);
            uint32_t status = bytes_get_u32(&in);

            if (w->pid == 0 || w->pid == pid)
                on_end(w, status);
        }
    }
}

static void signal_worker(struct worker *w, int number)
{
    uint8_t packet[64];
    struct bothy_error error = { 0 };
    struct bytes_writer out;

    bytes_writer_init(&out, packet, sizeof packet);
    bytes_put_u16(&out, LINK_KILL);
    bytes_put_u16(&out, LINK_VERSION);
    bytes_put_u32(&out, w->number);
    bytes_put_u32(&out, (uint32_t)number);
    if (fdpass_send(w->daemon->link_fd, packet, out.length, NULL, 0, 1000, &error) < 0)
        log_say(w->daemon->log, BOTHY_LOG_ERROR, "WORKER", "the supervisor does not answer: %s",
                error.text);
}

void worker_kill(struct worker *w, const char *cause)
{
    if (w->phase == PHASE_NONE)
        return;
    if (cause) {
        snprintf(w->cause, sizeof w->cause, "%s", cause);
        w->cause_given = 1;
    }
    /* Nothing that it says from now on is heard. */
    channel_close(w);
    if (w->phase != PHASE_STOP)
        set_phase(w, PHASE_STOP, STATUS_STOPPING);
    signal_worker(w, SIGKILL);
}

static void ask_to_stop(struct worker *w)
{
    channel_command(w, WIRE_R_STOP, NULL, 0);
    channel_flush(w);
    /* Too little room in its ring is a reason to end it, and that has been done then. */
    if (w->phase == PHASE_RUN)
        set_phase(w, PHASE_STOP, STATUS_STOPPING);
}

void worker_stop(struct worker *w)
{
    w->wanted = 0;
    w->restart_at_ns = 0;
    if (w->phase == PHASE_NONE) {
        w->status = STATUS_STOPPED;
        return;
    }
    if (w->phase != PHASE_RUN) {
        worker_kill(w, NULL);
        return;
    }
    ask_to_stop(w);
}

void worker_restart(struct worker *w, const char *why)
{
    policy_reset(&w->policy);
    w->parked = 0;
    w->wanted = 1;
    if (w->phase == PHASE_NONE) {
        worker_start(w);
        return;
    }
    w->restart_now = 1;
    if (w->phase != PHASE_RUN) {
        worker_kill(w, why);
        return;
    }
    /* It may save its state; worker_tick ends it if it takes too long. */
    snprintf(w->cause, sizeof w->cause, "%s", why);
    w->cause_given = 1;
    ask_to_stop(w);
}

void worker_pause(struct worker *w, int paused)
{
    w->paused = paused;
    core_bot_pause(w->daemon->core, w->index, paused);
    if (w->phase != PHASE_RUN)
        return;
    w->status = paused ? STATUS_PAUSED : STATUS_RUNNING;
    history_bot(w);
    channel_command(w, paused ? WIRE_R_PAUSE : WIRE_R_RESUME, NULL, 0);
}
