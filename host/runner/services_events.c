/*
 * What an instance wants of the log, and what it learns from the events that it gets. The
 * subscription of an instrument is a few bits, so an event that nobody asked for costs two loads.
 *
 * A subscription with history is warming until its end mark came: its live events would
 * otherwise stand before the history that belongs in front of them.
 */
#include "config.h"

#include "runner/services.h"

#include <stdlib.h>
#include <string.h>

#define DEFINITIONS_MAX 65536

static const uint32_t feed_of_type[BOTHY_EVENT_TYPE_MAX + 1] = {
    [BOTHY_EVENT_TRADE] = BOTHY_FEED_TRADES,
    [BOTHY_EVENT_QUOTE] = BOTHY_FEED_QUOTES,
    [BOTHY_EVENT_BOOK] = BOTHY_FEED_BOOK,
    [BOTHY_EVENT_BAR] = BOTHY_FEED_BARS,
    [BOTHY_EVENT_FUNDING] = BOTHY_FEED_FUNDING,
    [BOTHY_EVENT_OPEN_INTEREST] = BOTHY_FEED_OPEN_INTEREST,
    [BOTHY_EVENT_LIQUIDATION] = BOTHY_FEED_LIQUIDATIONS,
    [BOTHY_EVENT_RATIO] = BOTHY_FEED_RATIOS,
    [BOTHY_EVENT_MARK] = BOTHY_FEED_MARK,
    [BOTHY_EVENT_SIGNAL] = BOTHY_FEED_SIGNALS,
};

static int is_warming(const struct services *services, const struct bothy_event *event,
                      uint32_t feed, uint32_t timeframe)
{
    for (uint32_t i = 0; i < services->warming_count; i++) {
        const struct services_warming *w = &services->warming[i];

        if (w->instrument == event->instrument && (w->feeds & feed) &&
            (timeframe == BOTHY_TF_NONE || w->timeframe == timeframe))
            return 1;
    }
    return 0;
}

static int wants_bar(const struct services *services, const struct services_interest *interest,
                     const struct bothy_event *event)
{
    const struct bothy_bar *bar = BOTHY_EVENT_BODY(event, struct bothy_bar);
    int forming = (event->flags & BOTHY_EVENT_FORMING) != 0;
    uint32_t frames = forming ? interest->forming : interest->bars;

    if (!bar || bar->timeframe >= BOTHY_TF_COUNT || !(frames >> bar->timeframe & 1u))
        return 0;
    return !services->warming_count ||
           !is_warming(services, event, forming ? BOTHY_FEED_FORMING_BARS : BOTHY_FEED_BARS,
                       bar->timeframe);
}

int services_wants(const struct services *services, const struct bothy_event *event)
{
    const struct services_interest *interest = services_interest(services, event->instrument);
    uint32_t feed;

    if (event->type > BOTHY_EVENT_TYPE_MAX || (event->flags & BOTHY_EVENT_HISTORY))
        return 0;
    if (event->type == BOTHY_EVENT_FEED && event->instrument == 0)
        return 1; /* a whole venue */
    if (event->type == BOTHY_EVENT_SIGNAL && services->signals_of_all)
        return 1;
    if (!interest)
        return 0;
    if (event->type == BOTHY_EVENT_INSTRUMENT)
        return interest->own != 0;
    if (event->type == BOTHY_EVENT_FEED)
        return interest->feeds != 0;
    feed = feed_of_type[event->type];
    if (event->type == BOTHY_EVENT_BAR)
        return wants_bar(services, interest, event);
    if (!(interest->feeds & feed))
        return 0;
    return !services->warming_count || !is_warming(services, event, feed, BOTHY_TF_NONE);
}

static void define(struct services *services, const struct bothy_event *event)
{
    const struct bothy_instrument *body = BOTHY_EVENT_BODY(event, struct bothy_instrument);
    struct services_interest *interest = services_make_interest(services, event->instrument);
    struct bothy_instrument *grown;

    if (!body || !interest || event->instrument == 0)
        return;
    if (!interest->defined) {
        if (services->definition_count == DEFINITIONS_MAX)
            return;
        grown = realloc(services->definitions,
                        (services->definition_count + 1) * sizeof *services->definitions);
        if (!grown)
            return;
        services->definitions = grown;
        interest->defined = ++services->definition_count;
    }
    memcpy(&services->definitions[interest->defined - 1], body, sizeof *body);
}

static void end_history(struct services *services, const struct bothy_event *event)
{
    const struct bothy_history_end *body = BOTHY_EVENT_BODY(event, struct bothy_history_end);

    for (uint32_t i = 0; body && i < services->warming_count; i++) {
        const struct services_warming *w = &services->warming[i];

        if (w->instrument != event->instrument || w->timeframe != body->timeframe)
            continue;
        services->warming_count--;
        memmove(&services->warming[i], &services->warming[i + 1],
                (services->warming_count - i) * sizeof *services->warming);
        return;
    }
}

static void take_position(struct services *services, const struct bothy_event *event)
{
    const struct bothy_position *body = BOTHY_EVENT_BODY(event, struct bothy_position);
    struct services_interest *interest = services_make_interest(services, event->instrument);

    if (!body || !interest)
        return;
    interest->position = *body;
    interest->positions = 1;
}

/* A timer that went off once is free again. */
static void take_timer(struct services *services, const struct bothy_event *event)
{
    const struct bothy_timer *body = BOTHY_EVENT_BODY(event, struct bothy_timer);

    for (uint32_t i = 0; body && i < services->timer_count; i++) {
        if (services->timers[i] != body->id)
            continue;
        if (services->timer_interval[i] == 0) {
            services->timer_count--;
            services->timers[i] = services->timers[services->timer_count];
            services->timer_interval[i] = services->timer_interval[services->timer_count];
        }
        return;
    }
}

int services_take_event(struct services *services, const struct bothy_event *event)
{
    int wanted = (event->flags & BOTHY_EVENT_PRIVATE) || services_wants(services, event);

    if (!wanted)
        return 0;
    services->now_ns = event->ts_recv_ns ? event->ts_recv_ns : event->ts_event_ns;
    switch (event->type) {
    case BOTHY_EVENT_INSTRUMENT:
        define(services, event);
        break;
    case BOTHY_EVENT_POSITION:
        take_position(services, event);
        break;
    case BOTHY_EVENT_TIMER:
        take_timer(services, event);
        break;
    case BOTHY_EVENT_HISTORY_END:
        end_history(services, event);
        break;
    default:
        break;
    }
    return 1;
}
