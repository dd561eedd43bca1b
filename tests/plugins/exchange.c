/*
 * The tally of an exchange, and its life in the mock host: see exchange.h.
 */
#include "exchange.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static uint64_t fold(uint64_t hash, const void *data, size_t length)
{
    const unsigned char *bytes = data;

    for (size_t i = 0; i < length; i++)
        hash = (hash ^ bytes[i]) * UINT64_C(0x100000001b3);
    return hash;
}

static void take_state(struct tally *tally, const struct bothy_event *event)
{
    const struct bothy_feed_change *body = BOTHY_EVENT_BODY(event, struct bothy_feed_change);
    struct tally_state *to = &tally->states[tally->state_count];

    if (!body || tally->state_count == TALLY_STATES)
        return;
    tally->state_count++;
    to->instrument = event->instrument;
    to->state = body->state;
    to->after_events = tally->events;
    memcpy(to->reason, body->reason, sizeof to->reason);
}

static void take_event(void *context, const struct bothy_event *event)
{
    struct tally *tally = context;
    uint32_t slot =
        event->instrument < TALLY_INSTRUMENTS ? event->instrument : TALLY_INSTRUMENTS - 1;
    uint64_t *hash = &tally->hash[slot][event->type];

    if (event->type == BOTHY_EVENT_FEED) {
        take_state(tally, event);
        return;
    }
    if (event->type == BOTHY_EVENT_INSTRUMENT)
        memcpy(&tally->definitions[slot], event + 1, sizeof tally->definitions[slot]);
    *hash = fold(*hash, &event->flags, sizeof event->flags);
    *hash = fold(*hash, &event->ts_event_ns, sizeof event->ts_event_ns);
    *hash = fold(*hash, event + 1, event->size - sizeof *event);
    if (event->flags & BOTHY_EVENT_HISTORY) {
        tally->history[event->type]++;
    } else {
        if (tally->events == 0)
            tally->first_ns = event->ts_event_ns;
        tally->backwards += event->ts_event_ns < tally->last_ns;
        tally->last_ns = event->ts_event_ns;
        tally->events++;
        tally->by_type[event->type]++;
    }
    if (tally->on_event)
        tally->on_event(tally->context, event);
}

uint64_t tally_counted(const struct tally *tally, const char *what)
{
    return bothy_mock_counter(tally->host, what);
}

uint64_t tally_counted_prefix(const struct tally *tally, const char *prefix)
{
    return bothy_mock_counter_sum(tally->host, prefix);
}

const char *tally_last_line(const struct tally *tally)
{
    return bothy_mock_last_line(tally->host);
}

uint32_t tally_faults(const struct tally *tally)
{
    return bothy_mock_fault_count(tally->host);
}

uint64_t tally_hash(const struct tally *tally)
{
    return fold(0, tally->hash, sizeof tally->hash);
}

uint32_t tally_state(const struct tally *tally, uint32_t instrument)
{
    for (uint32_t i = tally->state_count; i > 0; i--) {
        const struct tally_state *at = &tally->states[i - 1];

        if (at->instrument == instrument || at->instrument == 0)
            return at->state;
    }
    return UINT32_MAX;
}

int32_t exchange_open(struct exchange *exchange, const char *const *values,
                      const char *const *files)
{
    struct bothy_error *error = &exchange->error;
    int32_t r;

    memset(exchange, 0, sizeof *exchange);
    r = bothy_mock_new(&bothy_plugin, "venue", &exchange->mock, error);
    if (r < 0)
        return r;
    exchange->tally.host = exchange->mock;
    bothy_mock_set_listener(exchange->mock, take_event, &exchange->tally);
    for (; values && values[0] && r == 0; values += 2)
        r = bothy_mock_set(exchange->mock, values[0], values[1], error);
    for (; files && files[0] && r == 0; files += 2) {
        int fd = open(files[1], O_RDONLY | O_CLOEXEC);

        if (fd < 0)
            return bothy_fail(error, BOTHY_EIO, "%s cannot be opened", files[1]);
        r = bothy_config_set_file(bothy_mock_config(exchange->mock), files[0], fd);
    }
    return r == 0 ? bothy_mock_begin(exchange->mock, error) : r;
}

int32_t exchange_subscribe(struct exchange *exchange, uint32_t instrument, const char *symbol,
                           uint32_t feeds, uint32_t bar_timeframes, uint32_t depth)
{
    struct bothy_feed_request request = { .size = sizeof request,
                                          .instrument = instrument,
                                          .feeds = feeds,
                                          .bar_timeframes = bar_timeframes,
                                          .book_depth = depth };

    snprintf(request.symbol, sizeof request.symbol, "%s", symbol);
    return bothy_mock_request_feed(exchange->mock, &request, &exchange->error);
}

int32_t exchange_run(struct exchange *exchange, uint64_t most)
{
    int32_t r = 0;

    for (uint64_t i = 0; i < most && r == 0; i++) {
        int64_t now_ns;

        r = bothy_mock_next(exchange->mock, &now_ns);
    }
    return r;
}

void exchange_close(struct exchange *exchange)
{
    int fds[16];
    uint32_t count = 0;

    for (uint32_t i = 0; exchange->mock && i < bothy_plugin.option_count; i++) {
        const struct bothy_option *option = &bothy_plugin.options[i];

        if (option->type == BOTHY_OPTION_FILE && count < sizeof fds / sizeof fds[0])
            fds[count++] = bothy_config_file(bothy_mock_config(exchange->mock), option->name);
    }
    bothy_mock_free(exchange->mock);
    exchange->mock = NULL;
    exchange->tally.host = NULL;
    while (count > 0) {
        if (fds[--count] >= 0)
            close(fds[count]);
    }
}
