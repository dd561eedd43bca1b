/*
 * One order of all inputs.
 *
 * Virtual time. The exchanges own the time and hand over one instant after the other: events,
 * then STEP. The earliest instant of all exchanges is next (ties: in the order of the
 * configuration). After each instant the bots are let to consume it, and what they answer is
 * taken bot by bot, in the order of the configuration; that may cause more events, and so on
 * until nobody has anything to say and all orders are durable. Only then time goes on. While
 * answers are taken, nothing new is shown to the bots: so what a bot answers does not depend on
 * who was scheduled first, and the same input gives the same bytes.
 *
 * Before the first instant all bots that can run do, and all requests to exchanges are answered.
 *
 * Real time. Whatever is there is taken, exchanges first; then it is shown.
 */
#include "bothyd/daemon.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS_MAX 256

/* Idle workers show life once a second. */
#define PATIENCE_LEAST_NS (2 * BOTHY_NS_PER_S)
#define PATIENCE_ALIVE    10

#define BETWEEN_LOOKS 4096 /* records */

/* Records that wait for the store before bots are let to cause more: with states of 64 KiB each
 * they are half of what its queue holds. */
#define UNDURABLE_MAX 512

union record_room {
    struct wire_record record;
    uint8_t bytes[WIRE_RECORD_MAX];
};

static union record_room room; /* of the one thread that drives */

/* ---- lock-step ---- */

/*
 * Whether it has handled all that it was shown when the round began. Only CONSUMED says so: other
 * records carry the position of the event that is being handled, and more of them may follow.
 */
static int has_consumed(const struct worker *w)
{
    return w->told_seq >= w->round_seq && w->told_commands >= w->round_commands;
}

/* How long one worker has made time wait. */
struct patience {
    int64_t since_ns; /* 0: it has not */
    int64_t looked_ns;
    uint64_t heartbeat; /* when it began */
};

static uint64_t heartbeat_of(const struct worker *w)
{
    const struct wire_status *page = w->rings ? w->status_map.address : NULL;

    return page ? atomic_load_explicit(&page->heartbeat, memory_order_relaxed) : 0;
}

/*
 * Begins to count, and looks around now and then. Commands wait for the end of the step, unless
 * somebody makes us wait long: then people must be able to see who. Afterwards the worker may be
 * gone.
 */
static void look_around(struct daemon *d, const struct worker *w, struct patience *patience)
{
    int64_t now_ns = clock_monotonic_ns();

    if (!patience->since_ns) {
        patience->since_ns = patience->looked_ns = now_ns;
        patience->heartbeat = heartbeat_of(w);
    }
    /* Measured over all calls: each of them ends early if something else happens often. */
    if (now_ns - patience->looked_ns > 90 * BOTHY_NS_PER_MS) {
        patience->looked_ns = now_ns;
        daemon_housekeeping(d);
        daemon_poll(d, 0, 1);
    }
}

/* Sleeps until a worker rings or something else happens. */
static void wait_for_ring(struct daemon *d, struct worker *w, struct patience *patience)
{
    struct wait_word word;

    look_around(d, w, patience);
    if (!w->rings)
        return;
    if (ring_sleep_begin(&w->intents, &word)) {
        ring_sleep_end(&w->intents);
        return;
    }
    daemon_poll(d, 100, 0);
    if (w->rings)
        ring_sleep_end(&w->intents);
    doorbell_drain(d->bell.wait_fd);
}

/*
 * Ends a worker that owes an answer and does not give it. One that shows no life has as long as
 * a callback may take. A bot that does, but never answers, has some times that: its signs of
 * life stand in a page that it can write to, and nobody may hold time for ever.
 */
static void lose_patience(struct daemon *d, struct worker *w, const struct patience *patience)
{
    int64_t limit_ns = d->conf->supervise.heartbeat_ns, waited_ns;
    char cause[sizeof w->cause];

    if (!worker_running(w) || !w->rings || !patience->since_ns)
        return;
    if (limit_ns < PATIENCE_LEAST_NS)
        limit_ns = PATIENCE_LEAST_NS;
    if (heartbeat_of(w) != patience->heartbeat)
        limit_ns = w->kind == WORKER_BOT ? limit_ns * PATIENCE_ALIVE : INT64_MAX;
    waited_ns = clock_monotonic_ns() - patience->since_ns;
    if (waited_ns < limit_ns)
        return;
    snprintf(cause, sizeof cause, "hang: time waits for it since %lld ms",
             (long long)(waited_ns / BOTHY_NS_PER_MS));
    worker_kill(w, cause);
}

/*
 * After each record: one that never stops talking is a hang like any other. Only every so many
 * records the clock is asked.
 */
static void bear_with(struct daemon *d, struct worker *w, struct patience *patience,
                      uint32_t *records)
{
    if (++*records % BETWEEN_LOOKS != 0)
        return;
    look_around(d, w, patience);
    worker_tick(w, clock_monotonic_ns());
    lose_patience(d, w, patience);
}

/*
 * One bot that causes more records than the store can write would fill its queue, and close the
 * gate for all. The core is told nothing here: what it does must not depend on the disk's speed.
 */
static void let_store_catch_up(struct daemon *d)
{
    uint64_t recorded = core_recorded(d->core);

    if (recorded - d->caught_up <= UNDURABLE_MAX)
        return;
    d->caught_up = recorded;
    store_wait(d->store, recorded, 1000);
}

/* Takes what a bot says until it has consumed all that it was shown, or is no more. */
static void take_answers(struct daemon *d, struct worker *w)
{
    struct patience patience = { 0 };
    uint32_t records = 0;
    size_t length = 0;

    while (worker_running(w) && w->rings && !d->stopping) {
        int r = channel_read(w, &room, sizeof room, &length);

        if (r < 0)
            return;
        if (r > 0) {
            uint32_t type = room.record.type;

            channel_bot_record(w, &room.record, length);
            let_store_catch_up(d);
            if (type == WIRE_R_CONSUMED && has_consumed(w))
                return;
            bear_with(d, w, &patience, &records);
            continue;
        }
        if (has_consumed(w))
            return;
        wait_for_ring(d, w, &patience);
        worker_tick(w, clock_monotonic_ns());
        lose_patience(d, w, &patience);
    }
}

void drive_look_at_store(struct daemon *d)
{
    char reason[160] = "";
    int ok = 1;

    store_poll(d->store, &d->durable, &ok, reason, sizeof reason);
    /* What was lost will never be durable, nor what came after it: it may depend on it. */
    if (d->lost_record && d->durable >= d->lost_record)
        d->durable = d->lost_record - 1;
    d->store_ok = ok && !d->lost_record;
    if (d->core)
        core_store_state(d->core, d->store_ok, d->lost_record ? "a record was lost" : reason);
}

/*
 * Makes what was recorded durable; true if orders went to the venue by it. Time does not go on
 * before: while the disk is full it stands still, and people are answered and told why.
 */
static int make_durable(struct daemon *d)
{
    uint64_t before = core_recorded(d->core);

    if (core_undurable(d->core) == 0)
        return 0;
    while (store_wait(d->store, before, d->store_ok ? 1000 : 50) < 0 && !d->stopping) {
        drive_look_at_store(d);
        daemon_housekeeping(d);
        daemon_poll(d, 0, 1);
    }
    drive_look_at_store(d);
    if (d->durable < before)
        return 0;
    core_durable(d->core, d->durable);
    return 1;
}

/* Shows all that there is: first to the rings, with patience where one is full, then the log. */
static void show(struct daemon *d)
{
    for (uint32_t i = 0; i < d->worker_count; i++) {
        struct worker *w = &d->workers[i];
        struct patience patience = { 0 };

        while (!channel_flush(w) && worker_running(w) && !d->stopping) {
            look_around(d, w, &patience);
            daemon_poll(d, 1, 0);
            worker_tick(w, clock_monotonic_ns());
            lose_patience(d, w, &patience);
        }
        w->round_seq = w->target_seq;
        w->round_commands = w->commands_sent;
    }
    broadcast_publish(&d->broadcast);
}

/* Shows what there is and takes answers until all is quiet. */
static void settle(struct daemon *d)
{
    for (int round = 0; round < ROUNDS_MAX && !d->stopping; round++) {
        int busy = 0;

        show(d);
        for (uint32_t i = 0; i < d->bot_count; i++) {
            if (worker_running(d->bots[i]) && !has_consumed(d->bots[i]))
                busy = 1;
        }
        for (uint32_t i = 0; i < d->bot_count; i++) {
            if (busy)
                take_answers(d, d->bots[i]);
            channel_drain(d->bots[i]);
        }
        if (!make_durable(d) && !busy)
            return;
    }
    if (!d->stopping)
        log_say(d->log, BOTHY_LOG_WARNING, "RESTLESS",
                "bots answered each other %d times within one instant; time goes on", ROUNDS_MAX);
}

/* ---- before the first instant ---- */

/* 1 when nobody is on the way up any more. */
static int all_settled(const struct daemon *d)
{
    for (uint32_t i = 0; i < d->worker_count; i++) {
        const struct worker *w = &d->workers[i];

        /* One that failed once keeps nobody waiting. */
        if (w->wanted && !w->parked && !worker_running(w) && w->restarts == 0)
            return 0;
    }
    return 1;
}

/* Reads an exchange until it has answered everything. */
static int take_replies(struct daemon *d, struct worker *w)
{
    struct patience patience = { 0 };
    uint32_t records = 0;
    size_t length = 0;

    while (worker_running(w) && w->outstanding) {
        int r = channel_read(w, &room, sizeof room, &length);

        if (r < 0 || d->stopping)
            return 0;
        if (r > 0) {
            channel_exchange_record(w, &room.record, length);
            channel_flush(w);
            bear_with(d, w, &patience, &records);
            continue;
        }
        channel_flush(w);
        wait_for_ring(d, w, &patience);
        worker_tick(w, clock_monotonic_ns());
        lose_patience(d, w, &patience);
    }
    return 1;
}

static int open_market(struct daemon *d)
{
    if (!all_settled(d))
        return 0;
    daemon_housekeeping(d); /* ready is said when bots run, not when a feed does */
    for (uint32_t i = 0; i < d->bot_count; i++)
        channel_drain(d->bots[i]);
    for (uint32_t i = 0; i < d->venue_count; i++) {
        if (!take_replies(d, d->venues[i]))
            return 0;
    }
    settle(d);
    d->market_open = 1;
    log_say(d->log, BOTHY_LOG_INFO, "MARKET", "all that can run does: time begins");
    return 1;
}

/* ---- instants ---- */

static int64_t record_time(const struct worker *w)
{
    const struct wire_record *record = (const struct wire_record *)(const void *)w->head;
    int64_t now_ns;

    if (record->type == WIRE_R_STEP && w->head_length >= sizeof *record + sizeof now_ns) {
        memcpy(&now_ns, record + 1, sizeof now_ns);
        return now_ns;
    }
    return ((const struct bothy_event *)(const void *)(record + 1))->ts_event_ns;
}

/* 1 if the record belongs to an instant; others are taken as they come. */
static int is_timed(const struct wire_record *record, size_t length)
{
    const struct bothy_event *event = (const struct bothy_event *)(const void *)(record + 1);

    if (record->type == WIRE_R_STEP)
        return 1;
    if (record->type != WIRE_R_EVENT || length < sizeof *record + sizeof *event)
        return 0;
    return !(event->flags & BOTHY_EVENT_HISTORY) && event->type != BOTHY_EVENT_INSTRUMENT;
}

/*
 * Reads ahead to the first record of the next instant. 1: there; 0: not yet; -1: never. History
 * may be long; the caller looks around in between.
 */
static int read_head(struct worker *w)
{
    for (uint32_t records = 0; !w->has_head; records++) {
        size_t length = 0;
        int r;

        if (!worker_running(w) || w->ended)
            return -1;
        if (records == BETWEEN_LOOKS)
            return 0;
        if (!w->head && !(w->head = malloc(WIRE_RECORD_MAX)))
            return -1;
        r = channel_read(w, w->head, WIRE_RECORD_MAX, &length);
        if (r <= 0)
            return r < 0 ? -1 : 0;
        w->head_length = length;
        if (is_timed((const struct wire_record *)(const void *)w->head, length))
            w->has_head = 1;
        else
            channel_exchange_record(w, (const struct wire_record *)(const void *)w->head, length);
    }
    return 1;
}

/* Waits for a head; -1 if there will be none. */
static int wait_head(struct daemon *d, struct worker *w)
{
    struct patience patience = { 0 };

    for (;;) {
        int r = read_head(w);

        if (r != 0)
            return r;
        if (d->stopping)
            return -1;
        channel_flush(w);
        wait_for_ring(d, w, &patience);
        worker_tick(w, clock_monotonic_ns());
        lose_patience(d, w, &patience);
    }
}

static void grant_credit(struct worker *w)
{
    uint64_t more;

    if (w->credit > CREDIT_STEPS / 2)
        return;
    more = CREDIT_STEPS - w->credit;
    w->credit = CREDIT_STEPS;
    channel_command(w, WIRE_R_CREDIT, &more, sizeof more);
    channel_flush(w);
}

/* The exchange whose instant is the earliest; NULL: none has any more. */
static struct worker *earliest(struct daemon *d, int64_t *ret_ts_ns, int *ret_waiting)
{
    struct worker *first = NULL;

    *ret_waiting = 0;
    for (uint32_t i = 0; i < d->venue_count; i++) {
        struct worker *w = d->venues[i];
        int64_t ts_ns;

        if (!worker_running(w)) {
            /* On its way back: the others wait, or time would leave it behind. */
            *ret_waiting |= w->wanted && !w->parked && !w->ended;
            continue;
        }
        if (w->ended)
            continue;
        grant_credit(w);
        if (wait_head(d, w) < 0)
            continue;
        ts_ns = record_time(w);
        if (!first || ts_ns < *ret_ts_ns) {
            first = w;
            *ret_ts_ns = ts_ns;
        }
    }
    return first;
}

static void take_instant(struct daemon *d, struct worker *w, int64_t ts_ns)
{
    struct patience patience = { 0 };
    uint32_t records = 0;

    core_time(d->core, ts_ns);
    history_time(d);
    while (wait_head(d, w) > 0) {
        const struct wire_record *record = (const struct wire_record *)(const void *)w->head;

        w->has_head = 0;
        if (record->type == WIRE_R_STEP) {
            if (w->credit)
                w->credit--;
            return;
        }
        channel_exchange_record(w, record, w->head_length);
        bear_with(d, w, &patience, &records);
    }
}

/* When the instant is due on the wall, at the speed of the configuration; 0: now. */
static int64_t due_ns(struct daemon *d, int64_t ts_ns)
{
    double speed = bothy_decimal_to_double(d->conf->clock.speed);
    int64_t now_ns = clock_monotonic_ns();

    if (speed <= 0)
        return 0;
    if (d->pace_wall_ns == 0) {
        d->pace_wall_ns = now_ns;
        d->pace_virtual_ns = ts_ns;
    }
    return d->pace_wall_ns + (int64_t)((double)(ts_ns - d->pace_virtual_ns) / speed);
}

static int virtual_cycle(struct daemon *d, int64_t *ret_wait_until_ns)
{
    struct worker *w;
    int64_t ts_ns = 0, due;
    int waiting;

    if (!d->market_open && !open_market(d))
        return 0;
    w = earliest(d, &ts_ns, &waiting);
    if (waiting)
        return 0;
    if (!w) {
        if (!d->at_end && d->venue_count && !d->stopping) {
            d->at_end = 1;
            settle(d);
            log_say(d->log, BOTHY_LOG_NOTICE, "END", "the market data is over after %llu instants",
                    (unsigned long long)d->steps);
            if (d->conf->clock.on_end == CONF_ON_END_STOP)
                daemon_stop(d, "end of data");
        }
        return 0;
    }
    due = due_ns(d, ts_ns);
    if (due > clock_monotonic_ns()) {
        *ret_wait_until_ns = due;
        return 0;
    }
    take_instant(d, w, ts_ns);
    d->steps++;
    settle(d);
    return 1;
}

/* ---- real time ---- */

int drive_hears(const struct worker *w)
{
    const struct daemon *d = w->daemon;

    return w->rings &&
           (w->kind != WORKER_BOT || core_recorded(d->core) - d->durable <= UNDURABLE_MAX);
}

static int real_cycle(struct daemon *d)
{
    size_t length = 0;
    int any = 0;

    core_time(d->core, clock_wall_ns());
    history_time(d);
    for (uint32_t i = 0; i < d->worker_count; i++) {
        struct worker *w = &d->workers[i];

        for (int n = 0;
             n < 256 && drive_hears(w) && channel_read(w, &room, sizeof room, &length) > 0; n++) {
            any = 1;
            if (w->kind == WORKER_BOT)
                channel_bot_record(w, &room.record, length);
            else
                channel_exchange_record(w, &room.record, length);
        }
    }
    drive_look_at_store(d);
    core_durable(d->core, d->durable);
    channel_flush_all(d);
    return any;
}

int drive_cycle(struct daemon *d, int64_t *ret_wait_until_ns)
{
    if (d->virtual_time)
        return virtual_cycle(d, ret_wait_until_ns);
    return real_cycle(d);
}
