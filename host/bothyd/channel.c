/*
 * The rings of a worker. What the worker writes is copied out by the ring, then judged here and
 * in the core: a violation ends the worker, and nobody else. What goes to the worker is queued
 * and written in one go before the log is published, so that a private event is there before the
 * next public one (runner/wire.h).
 */
#include "bothyd/daemon.h"

#include "base/clean.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int channel_open(struct worker *w, int fds[WIRE_RING_COUNT], struct bothy_error *error)
{
    struct daemon *d = w->daemon;
    uint64_t intents = w->kind == WORKER_EXCHANGE ? EXCHANGE_BYTES : INTENTS_BYTES;
    int r;

    for (int i = 0; i < WIRE_RING_COUNT; i++)
        fds[i] = -1;
    w->bell.wait_fd = w->bell.ring_fd = -1;
    /* A pipe: a hostile reader of an eventfd could make the core wait (ipc/doorbell.h). */
    r = doorbell_create(DOORBELL_PIPE, &w->bell, error);
    if (r == 0)
        r = ring_create("bothy-commands", COMMANDS_BYTES, w->generation, &fds[WIRE_RING_COMMANDS],
                        error);
    if (r == 0)
        r = ring_attach_producer(fds[WIRE_RING_COMMANDS], w->generation,
                                 w->kind == WORKER_EXCHANGE ? w->bell.ring_fd : -1, &w->commands,
                                 error);
    if (r == 0)
        r = ring_create("bothy-intents", intents, w->generation, &fds[WIRE_RING_INTENTS], error);
    if (r == 0)
        r = ring_attach_consumer(fds[WIRE_RING_INTENTS], w->generation, &w->intents, error);
    if (r == 0)
        r = ring_create("bothy-logs", LOGS_BYTES, w->generation, &fds[WIRE_RING_LOGS], error);
    if (r == 0)
        r = ring_attach_consumer(fds[WIRE_RING_LOGS], w->generation, &w->logs, error);
    if (r == 0)
        r = memory_create("bothy-status", sizeof(struct wire_status), MEMORY_READ_WRITE,
                          &w->status_map, &fds[WIRE_RING_STATUS], error);
    if (r < 0) {
        for (int i = 0; i < WIRE_RING_COUNT; i++) {
            if (fds[i] >= 0)
                close(fds[i]);
        }
        doorbell_close(&w->bell);
        return r;
    }
    fds[WIRE_RING_LOG] = d->broadcast_fd;
    fds[WIRE_RING_LASTVALUE] = d->lastvalue_fd;
    fds[WIRE_RING_CORE_BELL] = d->bell.ring_fd;
    fds[WIRE_RING_BELL] = w->bell.wait_fd;
    w->rings = 1;
    w->outstanding = 0;
    w->commands_sent = 0;
    w->consumed_seq = 0;
    w->consumed_commands = 0;
    w->logs_lost = 0;
    w->logs_lost_next_ns = 0;
    /* What its predecessor had still to answer within the step that is under way is not its. */
    w->target_seq = w->round_seq = w->round_commands = 0;
    w->told_seq = w->told_commands = 0;
    return 0;
}

void channel_close(struct worker *w)
{
    ring_producer_close(&w->commands);
    ring_consumer_close(&w->intents);
    ring_consumer_close(&w->logs);
    memory_unmap(&w->status_map);
    if (w->rings)
        doorbell_close(&w->bell);
    memset(&w->commands, 0, sizeof w->commands);
    memset(&w->intents, 0, sizeof w->intents);
    memset(&w->logs, 0, sizeof w->logs);
    w->rings = 0;
    w->reports.begin = w->reports.end = 0;
    w->has_head = 0;
    w->outstanding = 0;
    w->credit = 0;
    w->target_seq = w->round_seq = w->round_commands = 0;
    w->told_seq = w->told_commands = 0;
}

void channel_command(struct worker *w, uint32_t type, const void *payload, size_t length)
{
    struct report_queue *queue = &w->reports;
    struct wire_record header = { .type = type, .generation = w->generation };
    uint64_t size = sizeof header + length;
    size_t need = sizeof size + (size_t)size;

    if (!w->rings)
        return;
    if (queue->begin == queue->end)
        queue->begin = queue->end = 0;
    if (queue->end + need > queue->capacity && queue->begin > queue->capacity / 2) {
        /* A reader that is a little late all the time, but reads, is no reason to grow. */
        queue->end -= queue->begin;
        memmove(queue->data, queue->data + queue->begin, queue->end);
        queue->begin = 0;
    }
    if (queue->end + need > queue->capacity) {
        size_t capacity = queue->capacity ? queue->capacity : 4096;
        uint8_t *data;

        while (capacity < queue->end + need)
            capacity *= 2;
        data = capacity > REPORTS_BYTES_MAX ? NULL : realloc(queue->data, capacity);
        if (!data) {
            worker_kill(w, "it does not take its reports");
            return;
        }
        queue->data = data;
        queue->capacity = capacity;
    }
    memcpy(queue->data + queue->end, &size, sizeof size);
    memcpy(queue->data + queue->end + sizeof size, &header, sizeof header);
    if (length)
        memcpy(queue->data + queue->end + sizeof size + sizeof header, payload, length);
    queue->end += need;
}

int channel_flush(struct worker *w)
{
    struct report_queue *queue = &w->reports;
    struct bothy_error error = { 0 };
    int wrote = 0;

    while (w->rings && queue->begin < queue->end) {
        uint64_t size;
        int r;

        memcpy(&size, queue->data + queue->begin, sizeof size);
        r = ring_write(&w->commands, queue->data + queue->begin + sizeof size, (size_t)size,
                       &error);
        if (r == BOTHY_EAGAIN)
            break;
        if (r < 0) {
            worker_kill(w, error.text);
            return 1;
        }
        queue->begin += sizeof size + (size_t)size;
        w->commands_sent++;
        wrote = 1;
    }
    if (wrote && w->rings)
        ring_notify(&w->commands);
    return queue->begin == queue->end;
}

void channel_flush_all(struct daemon *d)
{
    for (uint32_t i = 0; i < d->worker_count; i++)
        channel_flush(&d->workers[i]);
    broadcast_publish(&d->broadcast);
}

static void take_logs(struct worker *w)
{
    struct wire_log entry;
    struct bothy_error error = { 0 };
    size_t length = 0;

    /* Bounded: a flood must not keep us from the market. */
    for (int i = 0; w->rings && i < 200; i++) {
        struct log_line line = { 0 };
        int r = ring_read(&w->logs, &entry, sizeof entry, &length, &error);

        if (r == BOTHY_EAGAIN)
            return;
        if (r < 0 || length <= offsetof(struct wire_log, text) ||
            entry.generation != w->generation) {
            char cause[sizeof w->cause];

            snprintf(cause, sizeof cause, "ring violation: %s",
                     r < 0 ? error.text : "a malformed line on its logs ring");
            worker_kill(w, cause);
            return;
        }
        ((char *)&entry)[length < sizeof entry ? length : sizeof entry - 1] = '\0';
        entry.context[sizeof entry.context - 1] = '\0';
        line.level =
            entry.level < 0 || entry.level > BOTHY_LOG_PANIC ? BOTHY_LOG_INFO : entry.level;
        line.logger = w->logger;
        line.text = entry.text;
        line.context = entry.context[0] ? entry.context : NULL;
        line.event_ns = entry.event_ns;
        log_write(w->daemon->log, &line);
    }
}

/* Told once a second at most, and from the page: after a flood there may never be a next line. */
static void say_lost_lines(struct worker *w)
{
    const struct wire_status *page = w->rings ? w->status_map.address : NULL;
    int64_t now_ns = clock_monotonic_ns();
    uint64_t lost = page ? atomic_load_explicit(&page->logs_lost, memory_order_relaxed) : 0;

    if (!page || lost == w->logs_lost || now_ns < w->logs_lost_next_ns)
        return;
    log_say(w->daemon->log, BOTHY_LOG_WARNING, "LOG_FLOOD",
            "%s: %llu lines were lost: it logs faster than they are written", w->logger,
            (unsigned long long)(lost - w->logs_lost));
    w->logs_lost = lost;
    w->logs_lost_next_ns = now_ns + BOTHY_NS_PER_S;
}

void channel_logs(struct worker *w)
{
    take_logs(w);
    say_lost_lines(w);
}

int channel_read(struct worker *w, void *record, size_t capacity, size_t *ret_length)
{
    const struct wire_record *header = record;
    struct bothy_error error = { 0 };
    int r;

    if (!w->rings)
        return 0;
    r = ring_read(&w->intents, record, capacity, ret_length, &error);
    if (r == BOTHY_EAGAIN)
        return 0;
    if (r == 0 && *ret_length < sizeof *header)
        r = bothy_fail(&error, BOTHY_EPROTO, "a record of %zu bytes", *ret_length);
    if (r == 0 && header->generation != w->generation)
        r = bothy_fail(&error, BOTHY_EPROTO, "a record of generation %u, it is %u",
                       header->generation, w->generation);
    if (r == 0 && (header->consumed_seq < w->consumed_seq ||
                   header->consumed_seq > core_seq(w->daemon->core) ||
                   header->consumed_commands > w->commands_sent))
        r = bothy_fail(&error, BOTHY_EPROTO, "it says it consumed event %llu and command %llu",
                       (unsigned long long)header->consumed_seq,
                       (unsigned long long)header->consumed_commands);
    if (r < 0) {
        char cause[sizeof w->cause];

        snprintf(cause, sizeof cause, "ring violation: %s", error.text);
        worker_kill(w, cause);
        return r;
    }
    w->consumed_seq = header->consumed_seq;
    w->consumed_commands = header->consumed_commands;
    if (header->type == WIRE_R_CONSUMED) {
        w->told_seq = header->consumed_seq;
        w->told_commands = header->consumed_commands;
    }
    return 1;
}

/* The payload if it has exactly that size, else NULL. */
#define PAYLOAD(record, length, type)                                                              \
    ((length) == sizeof(struct wire_record) + sizeof(type)                                         \
         ? (const type *)(const void *)((record) + 1)                                              \
         : NULL)

static void metric(struct worker *w, const struct wire_metric *given)
{
    uint32_t i;

    for (i = 0; i < w->metric_count; i++) {
        if (memcmp(w->metrics[i].name, given->name, sizeof given->name) == 0)
            break;
    }
    if (i == ARRAY_SIZE(w->metrics))
        return;
    if (i == w->metric_count) {
        memcpy(w->metrics[i].name, given->name, sizeof given->name);
        w->metrics[i].name[sizeof given->name - 1] = '\0';
        w->metrics[i].kind = given->kind;
        w->metric_count++;
    }
    if (given->kind == 1)
        w->metrics[i].value = given->value;
    else
        w->metrics[i].total += given->increment;
}

static void say_text(struct worker *w, int32_t level, const char *code,
                     const struct wire_text *given)
{
    struct log_line line = { .level = level, .logger = w->logger, .code = code };
    char text[sizeof given->text];

    memcpy(text, given->text, sizeof text);
    text[sizeof text - 1] = '\0';
    line.text = text;
    log_write(w->daemon->log, &line);
}

/* Records that every kind of worker may send. Returns 1 if it was one. */
static int common_record(struct worker *w, const struct wire_record *record, size_t length)
{
    const struct wire_text *text = PAYLOAD(record, length, struct wire_text);
    const struct wire_metric *given = PAYLOAD(record, length, struct wire_metric);

    switch (record->type) {
    case WIRE_R_CONSUMED:
        return 1;
    case WIRE_R_METRIC:
        if (given)
            metric(w, given);
        return given != NULL;
    case WIRE_R_NOTIFY:
        if (text)
            say_text(w,
                     text->code >= 0 && text->code <= BOTHY_LOG_PANIC ? text->code : BOTHY_LOG_INFO,
                     "NOTIFY", text);
        return text != NULL;
    case WIRE_R_HEALTH:
        if (!text)
            return 0;
        w->health = (uint32_t)text->code;
        snprintf(w->health_text, sizeof w->health_text, "%.*s", (int)sizeof text->text, text->text);
        status_clean(w->health_text);
        return 1;
    case WIRE_R_EVENT_ERROR:
        if (!text)
            return 0;
        w->errors++;
        say_text(w, BOTHY_LOG_WARNING, "EVENT_ERROR", text);
        return 1;
    case WIRE_R_RELOADED:
        if (text && text->code)
            say_text(w, BOTHY_LOG_WARNING, "RELOADED", text);
        else if (text)
            log_say(w->daemon->log, BOTHY_LOG_INFO, "RELOADED", "%s took its new values",
                    w->logger);
        return text != NULL;
    case WIRE_R_STOPPED:
        return 1;
    default:
        return 0;
    }
}

static void violation(struct worker *w, const struct wire_record *record, size_t length)
{
    char cause[sizeof w->cause];

    snprintf(cause, sizeof cause, "ring violation: record type %u with %zu bytes", record->type,
             length);
    worker_kill(w, cause);
}

void channel_bot_record(struct worker *w, const struct wire_record *record, size_t length)
{
    struct core *core = w->daemon->core;
    const void *payload = record + 1;
    int32_t r = BOTHY_EPROTO;

    if (common_record(w, record, length))
        return;
    switch (record->type) {
    case WIRE_R_SIGNAL:
        if (PAYLOAD(record, length, struct wire_signal)) {
            struct wire_signal signal;

            memcpy(&signal, payload, sizeof signal);
            r = core_signal(core, w->index, &signal.signal, signal.tag);
        }
        break;
    case WIRE_R_ORDER:
        if (PAYLOAD(record, length, struct bothy_order_request))
            r = core_order(core, w->index, payload);
        break;
    case WIRE_R_CANCEL:
        if (PAYLOAD(record, length, uint64_t))
            r = core_cancel(core, w->index, *(const uint64_t *)payload);
        break;
    case WIRE_R_SUBSCRIBE:
        if (PAYLOAD(record, length, struct bothy_subscription))
            r = core_subscribe(core, w->index, payload);
        break;
    case WIRE_R_UNSUBSCRIBE:
        if (PAYLOAD(record, length, struct bothy_subscription)) {
            const struct bothy_subscription *sub = payload;

            r = core_unsubscribe(core, w->index, sub->instrument, sub->feeds);
        }
        break;
    case WIRE_R_TIMER:
        if (PAYLOAD(record, length, struct wire_timer)) {
            const struct wire_timer *timer = payload;

            r = core_timer_set(core, w->index, timer->id, timer->due_ns, timer->interval_ns);
        }
        break;
    case WIRE_R_TIMER_CANCEL:
        if (PAYLOAD(record, length, uint64_t))
            r = core_timer_cancel(core, w->index, *(const uint64_t *)payload);
        break;
    case WIRE_R_STATE:
        r = core_state_save(core, w->index, payload, length - sizeof *record);
        break;
    default:
        break;
    }
    if (r == BOTHY_ENOMEM)
        log_say(w->daemon->log, BOTHY_LOG_WARNING, "LIMIT",
                "%s: a limit of the host is reached, request %u refused", w->logger, record->type);
    else if (r < 0)
        violation(w, record, length);
}

static void count(struct worker *w, const struct wire_count *given)
{
    uint32_t i;

    for (i = 0; i < w->count_count; i++) {
        if (strncmp(w->counts[i].what, given->what, sizeof given->what) == 0)
            break;
    }
    if (i == ARRAY_SIZE(w->counts))
        return;
    if (i == w->count_count) {
        memcpy(w->counts[i].what, given->what, sizeof given->what);
        w->counts[i].what[sizeof given->what - 1] = '\0';
        w->counts[i].value = 0;
        w->count_count++;
    }
    w->counts[i].value += given->increment;
}

static void answered(struct worker *w, const struct wire_text *text, const char *what)
{
    if (w->outstanding)
        w->outstanding--;
    if (text->code != 0 && text->code != BOTHY_ENOTSUP) {
        char line[320];

        snprintf(line, sizeof line, "%s refused: %s%s%.*s", what, bothy_strerror(text->code),
                 text->text[0] ? ": " : "", (int)sizeof text->text - 1, text->text);
        log_say(w->daemon->log, BOTHY_LOG_ERROR, "FEED", "%s: %s", w->logger, line);
        snprintf(w->cause, sizeof w->cause, "%.*s", (int)sizeof w->cause - 1, line);
        status_clean(w->cause);
    }
}

void channel_exchange_record(struct worker *w, const struct wire_record *record, size_t length)
{
    struct core *core = w->daemon->core;
    const struct wire_text *text = PAYLOAD(record, length, struct wire_text);
    const void *payload = record + 1;
    struct bothy_error error = { 0 };

    if (common_record(w, record, length))
        return;
    switch (record->type) {
    case WIRE_R_EVENT: {
        const struct bothy_event *event = payload;
        size_t size = length - sizeof *record;

        if (size < sizeof *event || event->size != size)
            break;
        if (event->type == BOTHY_EVENT_FEED) {
            const struct bothy_feed_change *change =
                BOTHY_EVENT_BODY(event, struct bothy_feed_change);

            if (bothy_event_check(event, size, &error) < 0)
                break;
            core_feed_state(core, w->index, event->instrument, change->state, change->reason);
            return;
        }
        if (core_market(core, w->index, event, &error) < 0)
            log_say(w->daemon->log, BOTHY_LOG_WARNING, "MALFORMED", "%s: event dropped: %s",
                    w->logger, error.text);
        return;
    }
    case WIRE_R_END:
        if (!text)
            break;
        w->ended = 1;
        core_venue_state(core, w->index, BOTHY_FEED_STATE_ENDED, "");
        if (text->code != 0) {
            say_text(w, BOTHY_LOG_ERROR, "FEED_ERROR", text);
            snprintf(w->cause, sizeof w->cause, "%.*s", (int)sizeof text->text - 1, text->text);
            status_clean(w->cause);
        }
        return;
    case WIRE_R_COUNT:
        if (length != sizeof *record + sizeof(struct wire_count))
            break;
        count(w, payload);
        return;
    case WIRE_R_SUBSCRIBED:
        if (!text)
            break;
        answered(w, text, "subscription");
        return;
    case WIRE_R_HISTORY_DONE:
        if (!text)
            break;
        answered(w, text, "history");
        core_history_done(core, w->index, (uint32_t)(text->id >> 32), (uint32_t)text->id >> 8,
                          (uint32_t)text->id & 0xff);
        return;
    default:
        break;
    }
    violation(w, record, length);
}

void channel_drain(struct worker *w)
{
    static union {
        struct wire_record record;
        uint8_t bytes[WIRE_RECORD_MAX];
    } room;
    size_t length = 0;

    if (w->kind != WORKER_BOT)
        return;
    /* Bounded by what a ring holds: whoever writes faster than we read is read again later. */
    for (uint64_t bytes = 0; bytes < INTENTS_BYTES; bytes += RING_RECORD_HEADER + length) {
        if (!w->rings || channel_read(w, &room, sizeof room, &length) <= 0)
            return;
        channel_bot_record(w, &room.record, length);
    }
}
