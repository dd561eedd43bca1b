/*
 * The driver of an exchange: it does what the core asks for, and makes time pass.
 *
 * Virtual time. The exchange owns the time: each call of next() is one instant. The core gives
 * credit for as many instants as it can take; after each the driver says STEP. Nothing is ever
 * dropped: where a ring is full, the call that publishes waits.
 *
 * Real time. What happens, happens in the plugin's own connections. Its descriptors belong into
 * the poll set of rest(), beside the doorbell and the control socket; there they wake the loop,
 * and their callbacks run under instance_enter() like every other call into the plugin.
 */
#include "config.h"

#include "runner/drive.h"

#include "base/clean.h"
#include "ipc/doorbell.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

struct state {
    struct drive *drive;
    struct link *link;
    struct instance *instance;
    uint64_t credit; /* instants that may still be made */
    int64_t now_ns;
    int virtual_time;
    int ended;
    struct link_command command;
};

/* Answers a request by its id: SUBSCRIBED or HISTORY_DONE. */
static void answer(struct state *state, uint32_t type, uint64_t id, int32_t r,
                   const struct bothy_error *error)
{
    const char *text = "";

    if (r < 0)
        text = error && error->text[0] ? error->text : bothy_strerror(r);
    drive_say(state->drive, type, id, r < 0 ? r : 0, text, 1);
}

static void subscribe(struct state *state, const struct wire_feed_request *request)
{
    struct bothy_error error = { 0 };
    int32_t r;

    instance_enter(state->instance, WIRE_RUNG_RUN, SERVICES_STARTED);
    r = state->instance->plugin->exchange.subscribe(state->instance->self, &request->request,
                                                    &error);
    instance_leave(state->instance);
    answer(state, WIRE_R_SUBSCRIBED, request->id, r, &error);
}

static void history(struct state *state, const struct wire_history_request *request)
{
    int32_t r = BOTHY_ENOTSUP;

    if (state->instance->plugin->exchange.history) {
        instance_enter(state->instance, WIRE_RUNG_RUN, SERVICES_STARTED);
        r = state->instance->plugin->exchange.history(state->instance->self, &request->request);
        instance_leave(state->instance);
    }
    answer(state, WIRE_R_HISTORY_DONE, request->id, r, NULL);
}

/* Returns DRIVE_GO_ON or the exit code. */
static int handle_command(struct state *state)
{
    const struct link_command *command = &state->command;
    struct wire_feed_request feed;
    struct wire_history_request past;
    uint64_t credit;

    state->link->consumed_commands++;
    switch (command->header.type) {
    case WIRE_R_FEED_REQUEST:
        if (command->length != sizeof feed)
            break;
        memcpy(&feed, command->payload, sizeof feed);
        feed.request.symbol[sizeof feed.request.symbol - 1] = '\0';
        subscribe(state, &feed);
        return DRIVE_GO_ON;
    case WIRE_R_HISTORY_REQUEST:
        if (command->length != sizeof past)
            break;
        memcpy(&past, command->payload, sizeof past);
        history(state, &past);
        return DRIVE_GO_ON;
    case WIRE_R_CREDIT:
        if (command->length != sizeof credit)
            break;
        memcpy(&credit, command->payload, sizeof credit);
        state->credit = credit > UINT64_MAX - state->credit ? UINT64_MAX : state->credit + credit;
        return DRIVE_GO_ON;
    default:
        return drive_control(state->drive, command);
    }
    fprintf(stderr, "command %u of the core has %zu bytes\n", (unsigned)command->header.type,
            command->length);
    return WIRE_EXIT_ERROR;
}

static void end(struct state *state, int32_t code, const char *text)
{
    state->ended = 1;
    drive_say(state->drive, WIRE_R_END, 0, code, text, 1);
}

/* One instant of virtual time. */
static void step(struct state *state)
{
    char text[128];
    int64_t now_ns = state->now_ns;
    int32_t r;

    instance_enter(state->instance, WIRE_RUNG_RUN, SERVICES_STARTED);
    r = state->instance->plugin->exchange.next(state->instance->self, &now_ns);
    instance_leave(state->instance);
    if (r == BOTHY_EEND) {
        end(state, 0, "");
    } else if (r < 0) {
        snprintf(text, sizeof text, "next returned %d (%s)", (int)r, bothy_strerror(r));
        end(state, r, text);
    } else if (now_ns < state->now_ns) {
        snprintf(text, sizeof text, "next went back in time, from %lld to %lld ns",
                 (long long)state->now_ns, (long long)now_ns);
        end(state, BOTHY_EPROTO, text);
    } else {
        state->now_ns = now_ns;
        state->instance->services.now_ns = now_ns;
        state->credit--;
        link_write_surely(state->link, WIRE_R_STEP, &now_ns, sizeof now_ns);
    }
    link_notify(state->link);
}

/* Sleeps until the core rings, or something else is due. Returns as handle_command(). */
static int rest(struct state *state)
{
    struct pollfd fds[] = {
        { .fd = state->link->bell, .events = POLLIN },
        { .fd = state->link->control_fd, .events = 0 },
    };
    struct wait_word unused;
    struct timespec ts;
    int64_t until_ns;
    int timeout_ms;
    int r;

    link_notify(state->link);
    until_ns = drive_idle(state->drive);
    if (ring_sleep_begin(&state->link->commands, &unused))
        return DRIVE_GO_ON;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    timeout_ms =
        (int)((until_ns - ((int64_t)ts.tv_sec * BOTHY_NS_PER_S + ts.tv_nsec)) / BOTHY_NS_PER_MS);
    r = poll(fds, ARRAY_SIZE(fds), timeout_ms < 1 ? 1 : timeout_ms);
    ring_sleep_end(&state->link->commands);
    if (r < 0 && errno != EINTR) {
        fprintf(stderr, "poll: %s\n", strerror(errno));
        return WIRE_EXIT_ERROR;
    }
    if (r > 0 && fds[1].revents)
        return WIRE_EXIT_PEER_GONE;
    doorbell_drain(state->link->bell);
    return DRIVE_GO_ON;
}

int drive_exchange(struct drive *drive)
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
    state->instance = drive->instance;
    state->virtual_time =
        (drive->instance->plugin->descriptor.flags & BOTHY_PLUGIN_VIRTUAL_TIME) != 0;
    while (code == DRIVE_GO_ON) {
        int32_t r = link_read_command(state->link, &state->command, &error);

        link_beat(state->link);
        if (r == 0) {
            code = handle_command(state);
        } else if (r != BOTHY_EAGAIN) {
            fprintf(stderr, "reading from the core: %s\n", error.text);
            code = WIRE_EXIT_ERROR;
        } else if (state->virtual_time && state->credit && !state->ended) {
            step(state);
        } else {
            code = rest(state);
        }
    }
    free(state);
    return code;
}
