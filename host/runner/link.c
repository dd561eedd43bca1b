/*
 * A worker's end of the rings: see link.h.
 */
#include "config.h"

#include "runner/link.h"

#include "base/clean.h"
#include "ipc/memory.h"

#include <poll.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define STATUS_SIZE_MAX (1024 * 1024)
_Static_assert(offsetof(struct link_command, payload) ==
                   offsetof(struct link_command, header) + sizeof(struct wire_record),
               "a record is read in one piece");

#define RETRY_NS INT64_C(50000)

static int64_t clock_of(clockid_t clock)
{
    struct timespec ts;

    clock_gettime(clock, &ts);
    return (int64_t)ts.tv_sec * BOTHY_NS_PER_S + ts.tv_nsec;
}

static int32_t attach_all(struct link *link, uint32_t log_generation,
                          const int fds[WIRE_RING_COUNT], struct bothy_error *error)
{
    int32_t r;

    r = broadcast_attach(fds[WIRE_RING_LOG], log_generation, &link->log, error);
    /* The writer may be fast; it is not faster for ever. */
    for (int i = 0; r == BOTHY_EAGAIN && i < 1000; i++)
        r = broadcast_attach(fds[WIRE_RING_LOG], log_generation, &link->log, error);
    if (r < 0)
        return r;
    link->consumed_seq = link->log.next.sequence - 1;
    r = lastvalue_attach(fds[WIRE_RING_LASTVALUE], log_generation, &link->last, error);
    if (r < 0)
        return r;
    r = ring_attach_consumer(fds[WIRE_RING_COMMANDS], link->generation, &link->commands, error);
    if (r < 0)
        return r;
    r = ring_attach_producer(fds[WIRE_RING_INTENTS], link->generation, link->core_bell,
                             &link->intents, error);
    if (r < 0)
        return r;
    r = ring_attach_producer(fds[WIRE_RING_LOGS], link->generation, -1, &link->logs, error);
    if (r < 0)
        return r;
    r = memory_attach(fds[WIRE_RING_STATUS], MEMORY_READ_WRITE, sizeof(struct wire_status),
                      STATUS_SIZE_MAX, &link->status_map, error);
    if (r < 0)
        return r;
    link->status = link->status_map.address;
    return 0;
}

int32_t link_attach(struct link *link, uint32_t generation, uint32_t log_generation, int control_fd,
                    int fds[WIRE_RING_COUNT], struct bothy_error *error)
{
    int32_t r;

    memset(link, 0, sizeof *link);
    link->generation = generation;
    link->control_fd = control_fd;
    link->core_bell = fds[WIRE_RING_CORE_BELL];
    link->bell = fds[WIRE_RING_BELL];
    r = attach_all(link, log_generation, fds, error);
    /* A plugin that found these descriptors could map the rings a second time. */
    for (int i = 0; i < WIRE_RING_CORE_BELL; i++)
        close(fds[i]);
    return r;
}

/* In a copy: what lies in the ring can be read before it is committed. */
static void redact_record(const struct redact *redact, uint32_t type, const void **payload,
                          size_t length, struct wire_text *copy)
{
    switch (type) {
    case WIRE_R_NOTIFY:
    case WIRE_R_HEALTH:
    case WIRE_R_EVENT_ERROR:
    case WIRE_R_RELOADED:
    case WIRE_R_END:
    case WIRE_R_SUBSCRIBED:
    case WIRE_R_HISTORY_DONE:
        break;
    default:
        return;
    }
    if (length != sizeof *copy)
        return;
    memcpy(copy, *payload, sizeof *copy);
    link_redact(redact, copy->text, sizeof copy->text);
    *payload = copy;
}

void link_redact(const struct redact *redact, char *text, size_t capacity)
{
    size_t length = strnlen(text, capacity - 1);

    if (redact)
        length = redact_line(redact, text, length, capacity - 1);
    memset(text + length, 0, capacity - length);
}

int32_t link_write(struct link *link, uint32_t type, const void *payload, size_t length)
{
    struct wire_record header = { type, link->generation, link->consumed_seq,
                                  link->consumed_commands };
    struct wire_text copy;
    void *room;
    int32_t r;

    if (link->redact)
        redact_record(link->redact, type, &payload, length, &copy);

    if (length > WIRE_RECORD_MAX - sizeof header)
        return BOTHY_ERANGE;
    r = ring_reserve(&link->intents, sizeof header + length, &room, NULL);
    if (r < 0)
        return r;
    memcpy(room, &header, sizeof header);
    if (length)
        memcpy((uint8_t *)room + sizeof header, payload, length);
    r = ring_commit(&link->intents, sizeof header + length, NULL);
    link->dirty = 1;
    return r;
}

void link_notify(struct link *link)
{
    if (!link->dirty)
        return;
    link->dirty = 0;
    ring_notify(&link->intents);
}

void link_pause(struct link *link, int64_t ns)
{
    struct timespec pause = { 0, (long)ns };

    nanosleep(&pause, NULL);
    link_beat(link);
    if (link_is_orphaned(link))
        _exit(WIRE_EXIT_PEER_GONE);
}

int32_t link_write_surely(struct link *link, uint32_t type, const void *payload, size_t length)
{
    int32_t r = link_write(link, type, payload, length);

    while (r == BOTHY_EAGAIN) {
        link_notify(link);
        link_pause(link, RETRY_NS);
        r = link_write(link, type, payload, length);
    }
    return r;
}

void link_log(struct link *link, int32_t level, int64_t event_ns, const char *keys,
              const char *text)
{
    struct wire_log line = { .generation = link->generation,
                             .level = level,
                             .ts_ns = clock_of(CLOCK_REALTIME),
                             .event_ns = event_ns,
                             .lost = link->lines_lost };
    size_t key_length = strnlen(keys, sizeof line.context - 1);
    size_t length = strnlen(text, sizeof line.text - 1);

    memcpy(line.context, keys, key_length);
    memcpy(line.text, text, length);
    if (link->redact) {
        link_redact(link->redact, line.context, sizeof line.context);
        link_redact(link->redact, line.text, sizeof line.text);
        length = strlen(line.text);
    }
    if (ring_write(&link->logs, &line, offsetof(struct wire_log, text) + length + 1, NULL) < 0) {
        link->lines_lost++;
        atomic_fetch_add_explicit(&link->status->logs_lost, 1, memory_order_relaxed);
        return;
    }
    link->lines_lost = 0;
}

int32_t link_read_command(struct link *link, struct link_command *ret_command,
                          struct bothy_error *error)
{
    size_t length;
    int32_t r = ring_read(&link->commands, &ret_command->header, WIRE_RECORD_MAX, &length, error);

    if (r < 0)
        return r;
    if (length < sizeof ret_command->header)
        return bothy_fail(error, BOTHY_EPROTO, "command of %zu bytes", length);
    if (ret_command->header.generation != link->generation)
        return bothy_fail(error, BOTHY_EPROTO, "command of generation %u, mine is %u",
                          (unsigned)ret_command->header.generation, (unsigned)link->generation);
    ret_command->length = length - sizeof ret_command->header;
    return 0;
}

/* An event that stands for all that the log has overwritten. */
static int32_t make_gap(struct link *link, struct link_event *ret_event, struct bothy_error *error)
{
    struct broadcast_place lost;
    struct bothy_gap gap;
    int32_t r;

    do {
        r = broadcast_resync(&link->log, &lost, error);
    } while (r == BOTHY_EAGAIN);
    if (r < 0)
        return r;
    gap.first_seq = lost.sequence;
    gap.last_seq = link->log.next.sequence - 1;
    memset(&ret_event->event, 0, sizeof ret_event->event);
    ret_event->event.size = sizeof ret_event->event + sizeof gap;
    ret_event->event.type = BOTHY_EVENT_GAP;
    ret_event->event.flags = BOTHY_EVENT_PRIVATE;
    ret_event->event.seq = gap.last_seq;
    ret_event->event.ts_event_ns = ret_event->event.ts_recv_ns = clock_of(CLOCK_REALTIME);
    memcpy(&ret_event->event + 1, &gap, sizeof gap);
    atomic_fetch_add_explicit(&link->status->missed, gap.last_seq - gap.first_seq + 1,
                              memory_order_relaxed);
    return BOTHY_ERANGE;
}

int32_t link_read_event(struct link *link, struct link_event *ret_event, struct bothy_error *error)
{
    struct broadcast_place place;
    size_t length;
    int32_t r = broadcast_read(&link->log, ret_event->bytes, sizeof ret_event->bytes, &length,
                               &place, error);

    if (r == BOTHY_ERANGE)
        return make_gap(link, ret_event, error);
    if (r < 0)
        return r;
    if (length < sizeof ret_event->event || ret_event->event.size != length)
        return bothy_fail(error, BOTHY_EPROTO, "log record of %zu bytes is no event", length);
    ret_event->event.seq = place.sequence;
    return 0;
}

void link_beat(struct link *link)
{
    /* One writer: a load and a store do for an increment. Partner: the core's supervision. */
    uint64_t beat = atomic_load_explicit(&link->status->heartbeat, memory_order_relaxed);

    atomic_store_explicit(&link->status->heartbeat, beat + 1, memory_order_relaxed);
}

void link_enter(struct link *link, uint32_t rung)
{
    link_beat(link);
    /* Partner of these three: the core's supervision; each word stands for itself. */
    atomic_store_explicit(&link->status->callback_since_ns, clock_of(CLOCK_MONOTONIC),
                          memory_order_relaxed);
    atomic_store_explicit(&link->status->in_callback, rung, memory_order_relaxed);
}

void link_leave(struct link *link)
{
    atomic_store_explicit(&link->status->in_callback, 0, memory_order_relaxed);
    link_beat(link);
}

int link_is_orphaned(const struct link *link)
{
    struct pollfd poller = { .fd = link->control_fd, .events = 0 };

    return poll(&poller, 1, 0) > 0 && (poller.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0;
}
