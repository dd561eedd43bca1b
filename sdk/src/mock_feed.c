/*
 * The road of an event to the plugin: who wants it, in which order, at which time. Private events
 * go to it always; public ones where it subscribed, and after the history that belongs before.
 */
#include "mock_internal.h"

#include <stdlib.h>
#include <string.h>

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

/* The feed and, of a bar, the time frame that an event belongs to. */
static uint32_t feed_of(const struct bothy_event *event, uint32_t *ret_timeframe)
{
    const struct bothy_bar *bar = BOTHY_EVENT_BODY(event, struct bothy_bar);

    *ret_timeframe = BOTHY_TF_NONE;
    if (event->type != BOTHY_EVENT_BAR)
        return event->type <= BOTHY_EVENT_TYPE_MAX ? feed_of_type[event->type] : 0;
    if (!bar || bar->timeframe >= BOTHY_TF_COUNT)
        return 0;
    *ret_timeframe = bar->timeframe;
    return event->flags & BOTHY_EVENT_FORMING ? BOTHY_FEED_FORMING_BARS : BOTHY_FEED_BARS;
}

static int wants_past(const struct mock_symbol *symbol, uint32_t feed, uint32_t timeframe)
{
    if (!(symbol->past & feed))
        return 0;
    return feed != BOTHY_FEED_BARS || (symbol->past_bars >> timeframe & 1u);
}

static int wants(const struct bothy_mock *mock, const struct bothy_event *event)
{
    uint32_t symbol = mock_symbol_of(mock, event->instrument);
    const struct mock_symbol *to;
    uint32_t feed, timeframe;

    if ((event->flags & BOTHY_EVENT_PRIVATE) && !(event->flags & BOTHY_EVENT_HISTORY))
        return 1;
    if (event->type == BOTHY_EVENT_FEED && event->instrument == 0)
        return 1; /* a whole venue */
    if (event->type == BOTHY_EVENT_SIGNAL && mock->signals_of_all)
        return 1;
    if (symbol == UINT32_MAX)
        return 0;
    to = &mock->symbols[symbol];
    if (event->type == BOTHY_EVENT_INSTRUMENT)
        return 1;
    if (event->type == BOTHY_EVENT_FEED)
        return to->feeds != 0;
    feed = feed_of(event, &timeframe);
    if (event->flags & BOTHY_EVENT_HISTORY)
        return wants_past(to, feed, timeframe);
    if (feed == BOTHY_FEED_BARS)
        return (to->bars >> timeframe & 1u) != 0;
    if (feed == BOTHY_FEED_FORMING_BARS)
        return (to->forming >> timeframe & 1u) != 0;
    return (to->feeds & feed) != 0;
}

/* Returns the index of the history that an event belongs to or waits for, or UINT32_MAX. */
static uint32_t find_warming(const struct bothy_mock *mock, const struct bothy_event *event)
{
    uint32_t symbol = mock_symbol_of(mock, event->instrument);
    uint32_t timeframe, feed = feed_of(event, &timeframe);

    for (uint32_t i = 0; i < mock->warming_count; i++) {
        const struct mock_warming *w = &mock->warming[i];

        if (w->symbol == symbol && (w->feeds & feed) && w->timeframe == timeframe)
            return i;
    }
    return UINT32_MAX;
}

int32_t mock_give(struct bothy_mock *mock, const struct bothy_event *event)
{
    int32_t r;

    mock_enter(mock, "on_event", MOCK_FROM_START);
    r = mock->strategy.on_event(mock->self, event);
    if (r < 0 && mock->strategy.on_error)
        mock->strategy.on_error(mock->self, r);
    mock_leave(mock);
    mock_present(mock);
    return r < 0 ? r : 1;
}

void mock_record_init(struct mock_record *record, uint16_t type, uint32_t instrument,
                      const void *body, size_t length)
{
    memset(record, 0, sizeof *record);
    record->event.size = (uint16_t)(sizeof record->event + length);
    record->event.type = type;
    record->event.instrument = instrument;
    memcpy(&record->body, body, length);
}

static int32_t may_get_events(const struct bothy_mock *mock)
{
    return mock->rung == MOCK_STARTED && mock->strategy.on_event ? 0 : BOTHY_EPERM;
}

int32_t mock_give_private(struct bothy_mock *mock, uint16_t type, uint32_t instrument,
                          const void *body, size_t length)
{
    struct mock_record record;
    int32_t r = may_get_events(mock);

    if (r < 0)
        return r;
    mock_record_init(&record, type, instrument, body, length);
    record.event.flags = BOTHY_EVENT_PRIVATE;
    record.event.seq = mock->seq;
    record.event.ts_event_ns = record.event.ts_recv_ns = mock->now_ns;
    return mock_give(mock, &record.event);
}

int32_t mock_end_warming(struct bothy_mock *mock, uint32_t index)
{
    struct mock_warming w = mock->warming[index];
    struct bothy_history_end body = { .timeframe = w.timeframe, .count = w.count };

    mock->warming_count--;
    memmove(&mock->warming[index], &mock->warming[index + 1],
            (mock->warming_count - index) * sizeof *mock->warming);
    return mock_give_private(mock, BOTHY_EVENT_HISTORY_END, MOCK_FIRST_INSTRUMENT + w.symbol, &body,
                             sizeof body);
}

int32_t bothy_mock_history_end(struct bothy_mock *mock, uint32_t symbol, uint32_t timeframe)
{
    for (uint32_t i = 0; i < mock->warming_count; i++) {
        if (mock->warming[i].symbol == symbol && mock->warming[i].timeframe == timeframe)
            return mock_end_warming(mock, i);
    }
    return symbol < mock->symbol_count ? 0 : BOTHY_ENOENT;
}

void mock_present(struct bothy_mock *mock)
{
    struct bothy_feed_change change = { .state = BOTHY_FEED_STATE_LIVE,
                                        .previous = BOTHY_FEED_STATE_LIVE };

    if (may_get_events(mock) < 0)
        return;
    for (uint32_t i = 0; i < mock->symbol_count; i++) {
        struct mock_symbol *symbol = &mock->symbols[i];

        if (symbol->feeds == 0 || symbol->presented)
            continue;
        symbol->presented = 1; /* first: giving it comes here again */
        if (mock_give_private(mock, BOTHY_EVENT_INSTRUMENT, MOCK_FIRST_INSTRUMENT + i,
                              &symbol->definition, sizeof symbol->definition) < 0 ||
            mock_give_private(mock, BOTHY_EVENT_FEED, MOCK_FIRST_INSTRUMENT + i, &change,
                              sizeof change) < 0)
            mock_fault(mock, 0, "on_event failed for the definition of %s or the state of its feed",
                       symbol->definition.symbol);
    }
}

/* Stamps a copy as the host does. [owned] (free), or NULL without memory. */
static struct bothy_event *stamp(struct bothy_mock *mock, const struct bothy_event *event)
{
    struct bothy_event *copy = malloc(event->size);

    if (!copy)
        return NULL;
    memcpy(copy, event, event->size);
    copy->flags |= mock->flags;
    /* The past reaches a bot on its own ring. */
    if (copy->flags & BOTHY_EVENT_HISTORY)
        copy->flags |= BOTHY_EVENT_PRIVATE;
    copy->seq = copy->flags & BOTHY_EVENT_PRIVATE ? mock->seq : ++mock->seq;
    if (copy->ts_event_ns == 0)
        copy->ts_event_ns = mock->now_ns;
    if (copy->ts_recv_ns == 0)
        copy->ts_recv_ns = copy->ts_event_ns > mock->now_ns ? copy->ts_event_ns : mock->now_ns;
    return copy;
}

static int32_t check_and_give(struct bothy_mock *mock, const struct bothy_event *event,
                              int whether_wanted)
{
    struct bothy_error error = { 0 };
    struct bothy_event *copy;
    int32_t r = may_get_events(mock);
    uint32_t waits;

    if (r < 0)
        return r;
    r = bothy_event_check(event, event->size, &error);
    if (r < 0)
        return mock_fault(mock, r, "the test's own event: %s", error.text);
    copy = stamp(mock, event);
    if (!copy)
        return BOTHY_ENOMEM;
    if (whether_wanted) {
        r = wants(mock, copy);
        waits = find_warming(mock, copy);
        if (r && waits != UINT32_MAX) {
            if (copy->flags & BOTHY_EVENT_HISTORY)
                mock->warming[waits].count++;
            else
                r = mock_end_warming(mock, waits);
        }
    } else {
        r = 1;
    }
    if (r == 1)
        r = mock_give(mock, copy);
    free(copy);
    return r;
}

int32_t bothy_mock_event(struct bothy_mock *mock, const struct bothy_event *event)
{
    return check_and_give(mock, event, 1);
}

int32_t bothy_mock_force(struct bothy_mock *mock, const struct bothy_event *event)
{
    return check_and_give(mock, event, 0);
}

void bothy_mock_set_flags(struct bothy_mock *mock, uint32_t flags)
{
    mock->flags = flags;
}

/* ---- time ---- */

int64_t bothy_mock_now_ns(const struct bothy_mock *mock)
{
    return mock->now_ns;
}

/* The timer that is due first, up to a time; UINT32_MAX: none. */
static uint32_t next_timer(const struct bothy_mock *mock, int64_t until_ns)
{
    uint32_t found = UINT32_MAX;

    for (uint32_t i = 0; i < mock->timer_count; i++) {
        if (mock->timers[i].due_ns <= until_ns &&
            (found == UINT32_MAX || mock->timers[i].due_ns < mock->timers[found].due_ns))
            found = i;
    }
    return found;
}

int32_t bothy_mock_advance_to(struct bothy_mock *mock, int64_t ts_ns)
{
    int32_t fired = 0, failed = 0;
    uint32_t at;

    if (ts_ns < mock->now_ns)
        return BOTHY_EINVAL;
    while (may_get_events(mock) == 0 && (at = next_timer(mock, ts_ns)) != UINT32_MAX) {
        struct bothy_mock_timer *timer = &mock->timers[at];
        struct bothy_timer body = { .id = timer->id, .due_ns = timer->due_ns };
        int32_t r;

        if (timer->due_ns > mock->now_ns)
            mock->now_ns = timer->due_ns;
        if (timer->interval_ns)
            timer->due_ns += timer->interval_ns;
        else
            *timer = mock->timers[--mock->timer_count];
        r = mock_give_private(mock, BOTHY_EVENT_TIMER, 0, &body, sizeof body);
        fired++;
        if (r < 0 && failed == 0)
            failed = r;
    }
    mock->now_ns = ts_ns;
    return failed < 0 ? failed : fired;
}

int32_t bothy_mock_advance(struct bothy_mock *mock, int64_t duration_ns)
{
    return bothy_mock_advance_to(mock, mock->now_ns + duration_ns);
}
