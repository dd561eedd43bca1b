/*
 * The main loop of the core's process, its start and its end.
 */
#include "bothyd/daemon.h"

#include "base/bytes.h"
#include "base/clean.h"
#include "ipc/fdpass.h"
#include "supervise/link.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Room in the last-value table for what a reload adds. */
#define SPARE_INSTRUMENTS 64

int64_t clock_monotonic_ns(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec * BOTHY_NS_PER_S + ts.tv_nsec;
}

int64_t clock_wall_ns(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_REALTIME, &ts);
    return ts.tv_sec * BOTHY_NS_PER_S + ts.tv_nsec;
}

/*
 * Numbers of incarnations are durable, but a commit for each would be most of the time that a
 * start takes: the store gives numbers of blocks, and a block holds many.
 */
int daemon_next_generation(struct daemon *d, uint32_t *ret_generation)
{
    enum { BLOCK = 256 };
    uint32_t block;
    int r;

    if (d->generation % BLOCK == 0) {
        r = store_next_generation(d->store, "block", &block);
        if (r < 0)
            return r;
        d->generation = block * BLOCK;
    }
    *ret_generation = ++d->generation;
    return 0;
}

/* ---- to the supervisor ---- */

static void link_send(struct daemon *d, uint16_t type, const char *text)
{
    uint8_t packet[4096];
    struct bytes_writer out;
    struct bothy_error error = { 0 };

    bytes_writer_init(&out, packet, sizeof packet);
    bytes_put_u16(&out, type);
    bytes_put_u16(&out, LINK_VERSION);
    if (text)
        bytes_put_text(&out, text);
    if (!out.failed &&
        fdpass_send(d->link_fd, packet, out.length, NULL, 0, 0, &error) == BOTHY_EDISCONNECTED)
        d->stopping = 1; /* the supervisor is gone: so are we */
}

void daemon_notify(struct daemon *d, const char *lines)
{
    link_send(d, LINK_NOTIFY, lines);
}

static void link_receive(struct daemon *d)
{
    uint8_t packet[LINK_PACKET_MAX];
    struct bothy_error error = { 0 };

    for (;;) {
        uint32_t count = 0;
        size_t length = 0;
        int fds[1];
        int r =
            fdpass_receive(d->link_fd, packet, sizeof packet, &length, fds, 0, &count, 0, &error);

        if (r == BOTHY_EAGAIN)
            return;
        if (r < 0) {
            d->stopping = 1;
            d->stop_deadline_ns = clock_monotonic_ns();
            return;
        }
        worker_on_link(d, packet, length);
    }
}

/* ---- descriptors ---- */

int daemon_epoll_add(struct daemon *d, int fd, void *what)
{
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = what };

    return epoll_ctl(d->epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

static struct worker *worker_of(struct daemon *d, const void *what, int *ret_stderr)
{
    for (uint32_t i = 0; i < d->worker_count; i++) {
        if (what == &d->workers[i].control_fd || what == &d->workers[i].stderr_fd) {
            *ret_stderr = what == &d->workers[i].stderr_fd;
            return &d->workers[i];
        }
    }
    return NULL;
}

static void dispatch(struct daemon *d, const struct epoll_event *event)
{
    void *what = event->data.ptr;
    struct worker *w;
    int is_stderr = 0;

    if (what == &d->link_fd) {
        link_receive(d);
    } else if (what == &d->bell) {
        doorbell_drain(d->bell.wait_fd);
    } else if (what == &d->listen_fd) {
        control_accept(d);
    } else if (what == d->store) {
        drive_look_at_store(d);
    } else if ((w = worker_of(d, what, &is_stderr))) {
        if (is_stderr)
            worker_on_stderr(w);
        else
            worker_on_control(w);
    } else if (control_is_client(d, what)) {
        control_on_client(d, what, event->events);
    }
}

void daemon_poll(struct daemon *d, int timeout_ms, int commands)
{
    struct epoll_event events[32];
    int n = epoll_wait(d->epoll_fd, events, (int)ARRAY_SIZE(events), timeout_ms);
    int others = 0;

    for (int i = 0; i < n; i++) {
        int is_control =
            events[i].data.ptr == &d->listen_fd || control_is_client(d, events[i].data.ptr);

        if (is_control && !commands)
            continue; /* it waits until the step is over */
        others++;
        dispatch(d, &events[i]);
    }
    /* Only clients are calling: do not spin on them while a step is under way. */
    if (n > 0 && !others && timeout_ms > 0) {
        struct timespec pause = { 0, 50000 };

        nanosleep(&pause, NULL);
    }
}

/* ---- housekeeping ---- */

static void say_ready(struct daemon *d)
{
    uint32_t running = 0, wanted = 0, parked = 0;
    char lines[256];

    for (uint32_t i = 0; i < d->worker_count; i++) {
        const struct worker *w = &d->workers[i];
        int required = w->removed              ? 0
                       : w->kind == WORKER_BOT ? w->bot->required
                                               : w->exchange->required;

        wanted += w->wanted && required;
        running += w->wanted && required && (worker_running(w) || w->ended);
        parked += w->parked && required;
    }
    if (d->ready || running < wanted) {
        if (!d->ready && parked && parked + running == wanted) {
            snprintf(lines, sizeof lines, "STATUS=%u of %u required workers run, %u are parked\n",
                     running, wanted, parked);
            daemon_notify(d, lines);
        }
        return;
    }
    d->ready = 1;
    snprintf(lines, sizeof lines, "READY=1\nSTATUS=%u bots and %u exchanges run\n", d->bot_count,
             d->venue_count);
    daemon_notify(d, lines);
    log_say(d->log, BOTHY_LOG_NOTICE, "READY", "ready: %u bots, %u exchanges, %s time",
            d->bot_count, d->venue_count, d->virtual_time ? "virtual" : "real");
}

static void say_bot_status(struct daemon *d, const struct worker *w,
                           const struct core_bot_view *view)
{
    struct bothy_decimal realised = view->realised_pnl, unrealised = view->unrealised_pnl;
    char realised_text[BOTHY_DECIMAL_TEXT_MAX] = "", unrealised_text[BOTHY_DECIMAL_TEXT_MAX] = "";

    bothy_decimal_rescale(realised, -2, BOTHY_ROUND_HALF_EVEN, &realised);
    bothy_decimal_rescale(unrealised, -2, BOTHY_ROUND_HALF_EVEN, &unrealised);
    bothy_decimal_format(realised, realised_text, sizeof realised_text);
    bothy_decimal_format(unrealised, unrealised_text, sizeof unrealised_text);
    log_say(d->log, BOTHY_LOG_INFO, "STATUS",
            "%s: %s%s, signals %llu (%llu open, %llu suppressed), orders %llu, fills %llu, "
            "realised %s, unrealised %s, restarts %llu",
            w->logger, worker_status_name(w), w->parked ? " (parked)" : "",
            (unsigned long long)view->signals, (unsigned long long)view->open_signals,
            (unsigned long long)view->suppressed, (unsigned long long)view->orders,
            (unsigned long long)view->fills, realised_text, unrealised_text,
            (unsigned long long)w->restarts);
}

static void say_status(struct daemon *d, int64_t now_ns)
{
    struct bothy_decimal cash, equity;
    char cash_text[BOTHY_DECIMAL_TEXT_MAX], equity_text[BOTHY_DECIMAL_TEXT_MAX], when[40],
        lines[256];
    uint64_t signals = 0, fills = 0;

    if (!d->core || !d->conf->status_interval_ns ||
        now_ns - d->last_status_ns < d->conf->status_interval_ns)
        return;
    d->last_status_ns = now_ns;
    core_equity(d->core, &cash, &equity);
    bothy_decimal_rescale(cash, -2, BOTHY_ROUND_HALF_EVEN, &cash);
    bothy_decimal_rescale(equity, -2, BOTHY_ROUND_HALF_EVEN, &equity);
    bothy_decimal_format(cash, cash_text, sizeof cash_text);
    bothy_decimal_format(equity, equity_text, sizeof equity_text);
    bothy_time_format(core_now_ns(d->core), 0, when, sizeof when);
    for (uint32_t i = 0; i < d->bot_count; i++) {
        struct core_bot_view view;

        core_bot_get(d->core, i, &view);
        signals += view.signals;
        fills += view.fills;
        if (!d->bots[i]->removed)
            say_bot_status(d, d->bots[i], &view);
    }
    log_say(d->log, BOTHY_LOG_INFO, "STATUS",
            "market time %s, events %llu, signals %llu, fills %llu, cash %s, equity %s", when,
            (unsigned long long)core_seq(d->core), (unsigned long long)signals,
            (unsigned long long)fills, cash_text, equity_text);
    snprintf(lines, sizeof lines, "STATUS=%u bots, %llu signals, %llu fills, equity %s\n",
             d->bot_count, (unsigned long long)signals, (unsigned long long)fills, equity_text);
    daemon_notify(d, lines);
}

/* The kill switch outlives the host: a file in the folder of state, or one that people make. */
static void look_for_kill(struct daemon *d)
{
    char path[2][PATH_MAX];

    snprintf(path[0], sizeof path[0], "%s/KILL", d->conf->paths.state);
    snprintf(path[1], sizeof path[1], "%s/KILL", d->conf->paths.run);
    for (int i = 0; i < 2; i++) {
        struct stat st;

        /* What cannot be looked at counts as there: better no entries than unwanted ones. */
        if (core_killed(d->core) ||
            (lstat(path[i], &st) < 0 && (errno == ENOENT || errno == ENOTDIR)))
            continue;
        core_kill(d->core, 1, path[i]);
        if (d->start_recorded)
            daemon_action(d, "file", "kill", "host", "off", path[i], "");
        log_say(d->log, BOTHY_LOG_WARNING, "KILLED", "the kill switch is on: %s exists", path[i]);
    }
}

int daemon_kill(struct daemon *d, int on, const char *why)
{
    char path[PATH_MAX];
    int fd, r = 0;

    core_kill(d->core, on, why);
    if (!on) {
        snprintf(path, sizeof path, "%s/KILL", d->conf->paths.run);
        /* One that stays would turn it on again within a second. */
        if (unlink(path) < 0 && errno != ENOENT && errno != ENOTDIR)
            r = -1;
    }
    snprintf(path, sizeof path, "%s/KILL", d->conf->paths.state);
    if (!on)
        return unlink(path) < 0 && errno != ENOENT ? -1 : r;
    fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW, 0600);
    if (fd < 0)
        return -1;
    r = fsync(fd);
    return close(fd) < 0 ? -1 : r;
}

void daemon_housekeeping(struct daemon *d)
{
    int64_t now_ns = clock_monotonic_ns();

    for (uint32_t i = 0; i < d->worker_count; i++)
        worker_tick(&d->workers[i], now_ns);
    if (now_ns - d->last_heartbeat_ns > BOTHY_NS_PER_S) {
        d->last_heartbeat_ns = now_ns;
        link_send(d, LINK_HEARTBEAT, NULL);
        look_for_kill(d);
    }
    say_ready(d);
    say_status(d, now_ns);
    if (d->reload_wanted) {
        struct bothy_error error = { 0 };

        d->reload_wanted = 0;
        reload_run(d, &error);
    }
}

void daemon_action(struct daemon *d, const char *actor, const char *action, const char *entity,
                   const char *before, const char *after, const char *event)
{
    struct record_action record;

    memset(&record, 0, sizeof record);
    snprintf(record.actor, sizeof record.actor, "%s", actor);
    snprintf(record.action, sizeof record.action, "%s", action);
    snprintf(record.entity, sizeof record.entity, "%s", entity);
    snprintf(record.before, sizeof record.before, "%s", before);
    snprintf(record.after, sizeof record.after, "%s", after);
    snprintf(record.event, sizeof record.event, "%s", event);
    core_action(d->core, &record);
}

void daemon_stop(struct daemon *d, const char *reason)
{
    if (d->stopping)
        return;
    d->stopping = 1;
    snprintf(d->stop_reason, sizeof d->stop_reason, "%s", reason);
    d->stop_deadline_ns = clock_monotonic_ns() +
                          (d->conf ? d->conf->supervise.shutdown_timeout_ns : 10 * BOTHY_NS_PER_S);
    daemon_notify(d, "STOPPING=1\nSTATUS=stopping\n");
}

/* ---- start and end ---- */

static int open_log(struct daemon *d, struct bothy_error *error)
{
    static const int consoles[] = { [CONF_CONSOLE_AUTO] = LOG_CONSOLE_AUTO,
                                    [CONF_CONSOLE_COLOUR] = LOG_CONSOLE_COLOUR,
                                    [CONF_CONSOLE_PLAIN] = LOG_CONSOLE_PLAIN,
                                    [CONF_CONSOLE_JOURNAL] = LOG_CONSOLE_JOURNAL,
                                    [CONF_CONSOLE_OFF] = LOG_CONSOLE_OFF };
    const struct conf_log *from = &d->conf->log;
    struct log_conf conf = {
        .directory = d->conf->paths.log,
        .name = "bothyd",
        .level = (int32_t)from->level,
        .console = d->foreground ? LOG_CONSOLE_AUTO : consoles[from->console],
        .json = from->json,
        .file_size = from->file_size,
        .files = (int)from->files,
        .per_bot_files = from->per_bot_files,
        .error_file = from->error_file,
    };

    d->log = log_open(&conf, error);
    if (!d->log)
        return BOTHY_ENOMEM;
    for (uint32_t i = 0; i < d->conf->bot_count; i++) {
        const struct conf_bot *bot = &d->conf->bots[i];
        char logger[BOTHY_NAME_MAX + 8];

        snprintf(logger, sizeof logger, "bot.%s", bot->name);
        if (bot->log_level != from->level)
            log_set_level(d->log, logger, (int32_t)bot->log_level);
    }
    return 0;
}

static int open_shared(struct daemon *d, struct bothy_error *error)
{
    struct lastvalue_shape shape = { .slots = d->instrument_count + 1 + SPARE_INSTRUMENTS,
                                     .cells = 6 };
    int r;

    for (uint32_t i = 0; i < shape.cells; i++)
        shape.cell_size[i] = LASTVALUE_CELL_MAX;
    r = broadcast_create("bothy-log", LOG_BYTES, d->log_generation, 1, &d->broadcast,
                         &d->broadcast_fd, error);
    if (r == 0)
        r = lastvalue_create("bothy-last", &shape, d->log_generation, &d->lastvalue,
                             &d->lastvalue_fd, error);
    if (r == 0)
        /* A pipe, of which workers get the end to write: of an eventfd, which all share, each could
         * take the rings of the others. */
        r = doorbell_create(DOORBELL_PIPE, &d->bell, error);
    return r;
}

static int open_store(struct daemon *d, struct bothy_error *error)
{
    struct store_conf conf = {
        .directory = d->conf->paths.state,
        .audit_directory = d->conf->audit.directory,
        .audit_fsync_row = d->conf->audit.fsync == CONF_FSYNC_ROW,
        .seed = (uint64_t)d->conf->seed,
        .version = BOTHY_VERSION,
    };

    for (uint32_t i = 0; i < d->conf->exchange_count; i++) {
        const struct conf_exchange *exchange = &d->conf->exchanges[i];

        if (exchange->enabled && exchange->plugin.schema &&
            (exchange->plugin.schema->flags & BOTHY_PLUGIN_VIRTUAL_TIME))
            conf.virtual_time = 1;
    }
    return store_open(&conf, &d->store, error);
}

static int start(struct daemon *d)
{
    struct bothy_error error = { 0 };
    int r = open_log(d, &error);

    if (r == 0)
        r = open_store(d, &error);
    if (r == 0)
        r = daemon_next_generation(d, &d->log_generation);
    if (r == 0)
        r = setup_core(d, &error);
    if (r == 0)
        r = open_shared(d, &error);
    if (r == 0)
        r = control_open(d, &error);
    if (r < 0) {
        fprintf(stderr, "bothyd: %s\n", error.text[0] ? error.text : bothy_strerror(r));
        return r;
    }
    d->store_ok = 1;
    look_for_kill(d);
    daemon_epoll_add(d, d->bell.wait_fd, &d->bell);
    daemon_epoll_add(d, store_fd(d->store), d->store);
    if (!d->virtual_time) {
        core_time(d->core, clock_wall_ns());
        history_start(d);
    }
    for (uint32_t i = 0; i < d->bot_count; i++)
        history_take_up(d->bots[i]);
    log_say(d->log, BOTHY_LOG_NOTICE, "START", "bothyd %s starts: %u bots, %u exchanges, mode %s",
            BOTHY_VERSION, d->bot_count, d->venue_count,
            d->conf->mode == CONF_MODE_LIVE ? "live" : "paper");
    for (uint32_t i = 0; i < d->worker_count; i++)
        worker_start(&d->workers[i]);
    return 0;
}

static int all_gone(const struct daemon *d)
{
    for (uint32_t i = 0; i < d->worker_count; i++) {
        if (d->workers[i].phase != PHASE_NONE)
            return 0;
    }
    return 1;
}

/* Bots first, so that their last words find a host; then the exchanges; then the books close. */
static void finish(struct daemon *d)
{
    size_t cursor = 0, open_orders = 0;
    const struct record_order *order;
    uint32_t bot, instrument;
    char count[32];

    for (uint32_t i = 0; i < d->bot_count; i++)
        worker_stop(d->bots[i]);
    for (uint32_t i = 0; i < d->venue_count; i++)
        worker_stop(d->venues[i]);
    while (!all_gone(d) && clock_monotonic_ns() < d->stop_deadline_ns) {
        int64_t now_ns = clock_monotonic_ns();

        daemon_poll(d, 20, 0);
        for (uint32_t i = 0; i < d->worker_count; i++) {
            struct worker *w = &d->workers[i];

            channel_logs(w);
            channel_drain(w);
            /* A third of the time for a friendly end, then the other way. */
            if (w->phase == PHASE_STOP && w->rings &&
                now_ns - w->phase_since_ns > d->conf->supervise.shutdown_timeout_ns / 3)
                worker_kill(w, "it did not stop");
        }
    }
    while (core_order_next(d->core, &cursor, &bot, &order, &instrument))
        open_orders +=
            order->order.state == BOTHY_ORDER_ACKED || order->order.state == BOTHY_ORDER_PARTIAL;
    snprintf(count, sizeof count, "open_orders=%zu", open_orders);
    if (!d->start_recorded) {
        /* Virtual time did not begin. */
        core_time(d->core, clock_wall_ns());
        history_start(d);
    }
    daemon_action(d, d->stop_reason, "host.stop", d->stop_reason, "", count, "SYSTEM_STOP");
    log_say(d->log, BOTHY_LOG_NOTICE, "STOP", "stopped: %s", d->stop_reason);
    store_close(d->store, 10000);
    control_close(d);
    log_close(d->log);
}

static void loop(struct daemon *d)
{
    int64_t last_look_ns = 0;

    while (!d->stopping) {
        int64_t wait_until_ns = 0, now_ns;
        int busy = drive_cycle(d, &wait_until_ns);
        int timeout = 100;

        now_ns = clock_monotonic_ns();
        if (wait_until_ns) {
            timeout = (int)((wait_until_ns - now_ns) / BOTHY_NS_PER_MS);
            timeout = timeout < 0 ? 0 : timeout > 100 ? 100 : timeout;
        }
        /* At full speed the outside is looked at every few milliseconds. */
        if (busy && now_ns - last_look_ns < 5 * BOTHY_NS_PER_MS)
            continue;
        last_look_ns = now_ns;
        daemon_housekeeping(d);
        if (!d->virtual_time) {
            for (uint32_t i = 0; i < d->worker_count && !busy; i++) {
                struct wait_word word;

                busy =
                    drive_hears(&d->workers[i]) && ring_sleep_begin(&d->workers[i].intents, &word);
            }
        }
        daemon_poll(d, busy ? 0 : timeout, 1);
    }
}

int daemon_run(struct daemon *d)
{
    signal(SIGPIPE, SIG_IGN);
    umask(0077);
    if (start(d) < 0)
        return d->exit_code ? d->exit_code : 1;
    loop(d);
    finish(d);
    return d->exit_code;
}
