/*
 * The driver of a strategy: one loop over the log and the commands.
 *
 * Order. A private event with seq s comes after public event s and before s + 1. The core writes
 * it to the commands before it publishes s + 1, so whoever has read s + 1 from the log finds the
 * private event in the ring: the loop takes a public event first and looks at the commands
 * afterwards, until none of them belongs before it. The other way round it may see a private
 * event before the public one that it follows; that one is in the log by then.
 */
#include "config.h"

#include "runner/drive.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TURNS 4096

struct state {
    struct drive *drive;
    struct link *link;
    struct link_event event; /* waits to be handled, if have_event */
    struct link_command command;
    int have_event;
    int event_is_gap;
    int have_command;
    uint64_t told_seq; /* what the last CONSUMED said */
    uint64_t told_commands;
    int told;
    uint64_t full_seen;   /* refusals that have been noticed */
    uint64_t complaining; /* refusals since the complaint was raised */
    uint32_t turns;       /* of the loop since the last look around */
    struct waiter waiter;
};

/* A complaint is a state: raised with the first refusal, released when the bot rests. */
static void complain(struct state *state)
{
    struct services *services = &state->drive->instance->services;

    if (services->refused_full == state->full_seen)
        return;
    if (!state->complaining)
        services_log(services, BOTHY_LOG_WARNING,
                     "the ring to the core is full: calls return BOTHY_EAGAIN");
    state->complaining += services->refused_full - state->full_seen;
    state->full_seen = services->refused_full;
}

static void release_complaint(struct state *state)
{
    if (!state->complaining)
        return;
    services_log(&state->drive->instance->services, BOTHY_LOG_WARNING,
                 "%llu calls were refused because the ring to the core was full",
                 (unsigned long long)state->complaining);
    state->complaining = 0;
}

static void deliver(struct state *state, const struct bothy_event *event)
{
    struct wire_status *status = state->link->status;
    char text[64];
    int32_t r;

    /* Partner of these two: the core's supervision, which names the event of a crash. */
    atomic_store_explicit(&status->event_seq, event->seq, memory_order_relaxed);
    atomic_store_explicit(&status->event_type, event->type, memory_order_relaxed);
    r = instance_event(state->drive->instance, event);
    if (r == 0)
        return;
    atomic_store_explicit(&status->events,
                          atomic_load_explicit(&status->events, memory_order_relaxed) + 1,
                          memory_order_relaxed);
    if (r < 0) {
        snprintf(text, sizeof text, "on_event(%s)", bothy_event_type_name(event->type));
        drive_say(state->drive, WIRE_R_EVENT_ERROR, event->seq, r, text, 0);
    }
    complain(state);
    link_notify(state->link);
}

/* After a gap: what stands in the last-value table, as events of now. */
static void deliver_last_values(struct state *state)
{
    const struct services *services = &state->drive->instance->services;
    struct lastvalue_reader *last = &state->link->last;

    for (uint32_t i = 1; i < services->interest_count && i < last->layout.shape.slots; i++) {
        struct lastvalue_slot slot;

        if (!services->interest[i].feeds || lastvalue_load_slot(last, i, &slot, NULL) < 0)
            continue;
        for (uint32_t cell = 0; cell < last->layout.shape.cells; cell++) {
            union {
                struct bothy_event event;
                _Alignas(8) uint8_t bytes[LASTVALUE_CELL_MAX];
            } copy;
            uint64_t sequence;
            const void *bytes = lastvalue_cell(last, &slot, cell, &sequence);

            if (!bytes)
                continue;
            memcpy(copy.bytes, bytes, last->layout.shape.cell_size[cell]);
            if (copy.event.size > last->layout.shape.cell_size[cell] ||
                bothy_event_check(&copy, copy.event.size, NULL) < 0 || copy.event.instrument != i)
                continue;
            copy.event.seq = sequence;
            copy.event.flags |= BOTHY_EVENT_CONFLATED;
            deliver(state, &copy.event);
        }
    }
}

static void handle_event(struct state *state)
{
    state->have_event = 0;
    state->link->consumed_seq = state->event.event.seq;
    deliver(state, &state->event.event);
    if (state->event_is_gap)
        deliver_last_values(state);
}

/* Returns DRIVE_GO_ON or the exit code. */
static int handle_command(struct state *state)
{
    const struct link_command *command = &state->command;
    const struct bothy_event *event = (const void *)command->payload;
    int r;

    state->have_command = 0;
    state->link->consumed_commands++;
    if (command->header.type != WIRE_R_PRIVATE) {
        r = drive_control(state->drive, command);
        link_notify(state->link);
        return r;
    }
    if (command->length < sizeof *event || event->size != command->length) {
        fprintf(stderr, "private event of %zu bytes from the core is malformed\n", command->length);
        return WIRE_EXIT_ERROR;
    }
    deliver(state, event);
    return DRIVE_GO_ON;
}

/* Whether the command that waits belongs before the next public event. */
static int is_command_next(const struct state *state)
{
    const struct bothy_event *event = (const void *)state->command.payload;

    if (!state->have_command)
        return 0;
    if (state->command.header.type != WIRE_R_PRIVATE || state->command.length < sizeof *event)
        return 1;
    /* The core writes a batch of private events, then shows the public ones that they follow. */
    if (!state->have_event)
        return event->seq <= state->link->consumed_seq;
    return event->seq < state->event.event.seq;
}

/* Fills what is empty, the public event first. Returns 0 or BOTHY_E*. */
static int32_t look(struct state *state, struct bothy_error *error)
{
    int32_t r;

    if (!state->have_event) {
        r = link_read_event(state->link, &state->event, error);
        if (r < 0 && r != BOTHY_EAGAIN && r != BOTHY_ERANGE)
            return r;
        state->have_event = r != BOTHY_EAGAIN;
        state->event_is_gap = r == BOTHY_ERANGE;
    }
    if (!state->have_command) {
        r = link_read_command(state->link, &state->command, error);
        if (r < 0 && r != BOTHY_EAGAIN)
            return r;
        state->have_command = r == 0;
    }
    if (state->have_command && !state->have_event && state->command.header.type == WIRE_R_PRIVATE) {
        /* It may follow a public event that was published after the look above. */
        r = link_read_event(state->link, &state->event, error);
        if (r < 0 && r != BOTHY_EAGAIN && r != BOTHY_ERANGE)
            return r;
        state->have_event = r != BOTHY_EAGAIN;
        state->event_is_gap = r == BOTHY_ERANGE;
    }
    return 0;
}

static void say_consumed(struct state *state)
{
    const struct link *link = state->link;

    if (!(state->drive->settings.flags & WIRE_CONFIG_LOCKSTEP))
        return;
    if (state->told && state->told_seq == link->consumed_seq &&
        state->told_commands == link->consumed_commands)
        return;
    state->told = 1;
    state->told_seq = link->consumed_seq;
    state->told_commands = link->consumed_commands;
    link_write_surely(state->link, WIRE_R_CONSUMED, NULL, 0);
}

/* Returns DRIVE_GO_ON or the exit code. */
static int rest(struct state *state)
{
    struct wait_word words[2];
    struct bothy_error error = { 0 };
    int64_t until_ns;
    int32_t r;

    say_consumed(state);
    link_notify(state->link);
    if (wait_poll(&state->waiter))
        return DRIVE_GO_ON;
    release_complaint(state);
    state->turns = 0;
    until_ns = drive_idle(state->drive);
    if (broadcast_sleep_begin(&state->link->log, &words[0]))
        return DRIVE_GO_ON;
    if (ring_sleep_begin(&state->link->commands, &words[1]))
        return DRIVE_GO_ON;
    r = wait_any(words, 2, CLOCK_MONOTONIC, until_ns, &error);
    ring_sleep_end(&state->link->commands);
    if (r == BOTHY_ETIMEOUT && link_is_orphaned(state->link))
        return WIRE_EXIT_PEER_GONE;
    if (r < 0 && r != BOTHY_ETIMEOUT) {
        fprintf(stderr, "waiting: %s\n", error.text);
        return WIRE_EXIT_ERROR;
    }
    return DRIVE_GO_ON;
}

/* What must happen now and then, however busy the loop is. Returns as rest(). */
static int look_around(struct state *state)
{
    link_beat(state->link);
    if (++state->turns < TURNS)
        return DRIVE_GO_ON;
    state->turns = 0;
    drive_idle(state->drive);
    return link_is_orphaned(state->link) ? WIRE_EXIT_PEER_GONE : DRIVE_GO_ON;
}

int drive_strategy(struct drive *drive)
{
    struct state *state = calloc(1, sizeof *state);
    struct bothy_error error = { 0 };
    int code = DRIVE_GO_ON;

    if (!state) {
        fprintf(stderr, "no memory for the driver\n");
        return WIRE_EXIT_ERROR;
    }
    state->drive = drive;
    state->link = drive->link;
    state->waiter.strategy = (enum wait_strategy)drive->settings.wait;
    while (code == DRIVE_GO_ON) {
        code = look_around(state);
        if (code != DRIVE_GO_ON)
            break;
        if (look(state, &error) < 0) {
            fprintf(stderr, "reading from the core: %s\n", error.text);
            code = WIRE_EXIT_ERROR;
        } else if (is_command_next(state)) {
            wait_busy(&state->waiter);
            code = handle_command(state);
        } else if (state->have_event) {
            wait_busy(&state->waiter);
            handle_event(state);
        } else {
            code = rest(state);
        }
    }
    free(state);
    return code;
}
