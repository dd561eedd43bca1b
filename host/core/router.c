/*
 * Who gets what: the bots' subscriptions, joined into one request to the venue per instrument,
 * and the history that a bot wants before its first live event. History is fetched once and
 * kept for all.
 */
#include "core/state.h"

#include <stdlib.h>
#include <string.h>

#define FEEDS_ALL                                                                                  \
    (BOTHY_FEED_TRADES | BOTHY_FEED_QUOTES | BOTHY_FEED_BOOK | BOTHY_FEED_BARS |                   \
     BOTHY_FEED_FUNDING | BOTHY_FEED_OPEN_INTEREST | BOTHY_FEED_LIQUIDATIONS | BOTHY_FEED_RATIOS | \
     BOTHY_FEED_MARK | BOTHY_FEED_SIGNALS | BOTHY_FEED_FORMING_BARS)
#define FEED_BITS 11

/* What the venue must send so that every bot, and the core itself, gets what it wants. */
static void needs(const struct instrument *in, uint32_t *ret_feeds, uint32_t *ret_timeframes)
{
    uint32_t feeds = in->core_feeds, timeframes = 0;

    for (uint32_t bit = 0; bit < FEED_BITS; bit++) {
        if (in->bots[bit])
            feeds |= 1u << bit;
    }
    feeds &= ~(uint32_t)(BOTHY_FEED_SIGNALS | BOTHY_FEED_FORMING_BARS);
    for (uint32_t i = 0; i < in->series_count; i++) {
        if (!(in->series[i].bots | in->series[i].forming_bots))
            continue;
        timeframes |= 1u << in->series[i].timeframe;
    }
    if (!in->defined) {
        /* Not known yet what it has: ask for all that could serve; see router_request. */
        if (timeframes)
            feeds |= BOTHY_FEED_BARS;
    } else {
        uint32_t base = market_base_timeframe(in);
        uint32_t price = market_price_feed(in);

        feeds |= price; /* paper fills and the tracker live on it */
        if (price == BOTHY_FEED_BARS || (timeframes && base != BOTHY_TF_NONE)) {
            feeds |= BOTHY_FEED_BARS;
            if (base != BOTHY_TF_NONE)
                timeframes |= 1u << base;
        } else if (timeframes) {
            feeds |= BOTHY_FEED_TRADES;
        }
        feeds &= in->definition.feeds;
        timeframes &= in->definition.bar_timeframes;
    }
    *ret_feeds = feeds;
    *ret_timeframes = timeframes;
}

void router_request(struct core *core, struct instrument *in)
{
    struct bothy_feed_request request = { .size = sizeof request, .instrument = in->number };

    needs(in, &request.feeds, &request.bar_timeframes);
    if (in->requested_once && request.feeds == in->requested_feeds &&
        request.bar_timeframes == in->requested_timeframes)
        return;
    in->requested_once = 1;
    in->requested_feeds = request.feeds;
    in->requested_timeframes = request.bar_timeframes;
    memcpy(request.symbol, in->symbol, sizeof request.symbol);
    core->sink.feeds(core->context, in->venue, &request);
}

static void end_history(struct core *core, struct bot *bot, struct instrument *in,
                        uint32_t timeframe, uint32_t count)
{
    struct bothy_history_end end = { .timeframe = timeframe, .count = count };
    union event_room room;

    output_report(core, bot->number,
                  event_begin(&room, BOTHY_EVENT_HISTORY_END, in->number, in->venue, core->now_ns,
                              &end, sizeof end));
}

static void send_bars(struct core *core, struct bot *bot, struct instrument *in,
                      const struct bar_series *series, uint32_t wanted)
{
    uint32_t count = series->count < wanted ? series->count : wanted;
    union event_room room;

    for (uint32_t i = series->count - count; i < series->count; i++) {
        const struct bothy_bar *bar = bars_get(series, i);
        struct bothy_event *event = event_begin(&room, BOTHY_EVENT_BAR, in->number, in->venue,
                                                bar->close_ns, bar, sizeof *bar);

        event->flags = BOTHY_EVENT_HISTORY;
        output_report(core, bot->number, event);
    }
    end_history(core, bot, in, series->timeframe, count);
}

void router_history_event(struct core *core, struct instrument *in, const struct bothy_event *event)
{
    uint32_t feed =
        event->type == BOTHY_EVENT_FUNDING ? BOTHY_FEED_FUNDING : BOTHY_FEED_OPEN_INTEREST;
    union event_room room;

    if (event->size > sizeof room)
        return;
    for (uint32_t b = 0; b < core->bot_count; b++) {
        const struct bot *bot = &core->bots[b];

        for (uint32_t i = 0; i < bot->pending_count; i++) {
            if (bot->pending[i].instrument != in->number || bot->pending[i].feed != feed)
                continue;
            memcpy(room.bytes, event, event->size);
            output_report(core, b, &room.event);
            break;
        }
    }
}

void router_history_ready(struct core *core, struct instrument *in, uint32_t feed,
                          uint32_t timeframe)
{
    const struct bar_series *series =
        feed == BOTHY_FEED_BARS ? bars_series(core, in, timeframe) : NULL;

    int all = 1;

    if (series && series->history_pending) {
        bars_series(core, in, timeframe)->history_pending--;
        all = series->history_pending == 0;
    }
    for (uint32_t b = 0; b < core->bot_count; b++) {
        struct bot *bot = &core->bots[b];

        for (uint32_t i = 0; i < bot->pending_count;) {
            struct pending_history pending = bot->pending[i];

            if (pending.instrument != in->number || pending.feed != feed ||
                pending.timeframe != timeframe ||
                (!all && series && series->count < pending.count)) {
                i++;
                continue;
            }
            bot->pending[i] = bot->pending[--bot->pending_count];
            if (series)
                send_bars(core, bot, in, series, pending.count);
            else
                end_history(core, bot, in, timeframe, 0);
        }
    }
}

static int32_t wait_for_history(struct core *core, struct bot *bot, struct instrument *in,
                                uint32_t feed, uint32_t timeframe, uint32_t count, int ask)
{
    struct bothy_history_request request = {
        .size = sizeof request,
        .instrument = in->number,
        .feed = feed,
        .timeframe = timeframe,
        .count = count,
    };

    if (bot->pending_count == PENDING_MAX) {
        /* It waits for an end mark, and gets one: without a past rather than without a future. */
        end_history(core, bot, in, timeframe, 0);
        return BOTHY_ENOMEM;
    }
    bot->pending[bot->pending_count++] =
        (struct pending_history) { in->number, feed, timeframe, count };
    if (ask)
        core->sink.history(core->context, in->venue, &request);
    return 0;
}

static int32_t want_bars(struct core *core, struct bot *bot, struct instrument *in,
                         struct bar_series *series, uint32_t count)
{
    int ask = count > series->history_asked;

    if (count == 0)
        return 0;
    if (series->count >= count || (!ask && !series->history_pending)) {
        send_bars(core, bot, in, series, count);
        return 0;
    }
    if (ask) {
        series->history_asked = count;
        series->history_pending++;
    }
    return wait_for_history(core, bot, in, BOTHY_FEED_BARS, series->timeframe, count, ask);
}

/* A bot that comes late has not seen what was published once: the definition, the state. */
static void send_present(struct core *core, const struct bot *bot, const struct instrument *in)
{
    struct bothy_feed_change change = { .state = in->feed_state,
                                        .previous = in->feed_state,
                                        .gaps = in->feed_gaps };
    union event_room room;

    output_report(core, bot->number,
                  event_begin(&room, BOTHY_EVENT_INSTRUMENT, in->number, in->venue, core->now_ns,
                              &in->definition, sizeof in->definition));
    output_report(core, bot->number,
                  event_begin(&room, BOTHY_EVENT_FEED, in->number, in->venue, core->now_ns, &change,
                              sizeof change));
}

/* A bot that comes late to a book gets what the core has of it. */
static void send_book(struct core *core, const struct bot *bot, const struct instrument *in)
{
    enum { LEVELS = BOTHY_BOOK_LEVELS_MAX / 2 };
    union {
        struct bothy_event event;
        uint8_t bytes[sizeof(struct bothy_event) + sizeof(struct bothy_book) +
                      BOTHY_BOOK_LEVELS_MAX * sizeof(struct bothy_level)];
    } *room = calloc(1, sizeof *room);
    struct bothy_book *header = room ? (struct bothy_book *)(void *)(&room->event + 1) : NULL;
    struct bothy_level *levels = room ? (struct bothy_level *)(void *)(header + 1) : NULL;

    if (!room)
        return;
    header->update_id = in->book.update_id;
    while (header->bid_count < LEVELS &&
           book_level_get(&in->book, BOTHY_SIDE_BUY, header->bid_count, &levels[header->bid_count]))
        header->bid_count++;
    levels += header->bid_count;
    while (
        header->ask_count < LEVELS &&
        book_level_get(&in->book, BOTHY_SIDE_SELL, header->ask_count, &levels[header->ask_count]))
        header->ask_count++;
    room->event.type = BOTHY_EVENT_BOOK;
    room->event.flags = BOTHY_EVENT_SNAPSHOT;
    room->event.instrument = in->number;
    room->event.source = in->venue;
    room->event.ts_event_ns = core->now_ns;
    room->event.size =
        (uint16_t)(sizeof room->event + sizeof *header +
                   (header->bid_count + header->ask_count) * sizeof(struct bothy_level));
    output_report(core, bot->number, &room->event);
    free(room);
}

static int32_t keep_room(struct bar_series *series, uint32_t wanted)
{
    uint32_t capacity = wanted < 500 ? 500 : wanted;
    struct bothy_bar *bars;

    if (capacity <= series->capacity)
        return 0;
    bars = calloc(capacity, sizeof *bars);
    if (!bars)
        return BOTHY_ENOMEM;
    for (uint32_t i = 0; i < series->count; i++)
        bars[i] = *bars_get(series, i);
    free(series->bars);
    series->bars = bars;
    series->capacity = capacity;
    series->next = series->count;
    return 0;
}

int32_t core_subscribe(struct core *core, uint32_t number, const struct bothy_subscription *wanted)
{
    struct instrument *in = market_instrument(core, wanted->instrument);
    struct bar_series *series = NULL;
    struct bot *bot;
    uint64_t mask;

    if (number >= core->bot_count || (wanted->feeds & ~(uint32_t)FEEDS_ALL) ||
        wanted->history > BOTHY_HISTORY_MAX)
        return BOTHY_EPROTO;
    bot = &core->bots[number];
    mask = UINT64_C(1) << number;
    if (wanted->instrument == 0) {
        if (wanted->feeds != BOTHY_FEED_SIGNALS)
            return BOTHY_EPROTO;
        bot->wants_signals = 1;
        return 0;
    }
    if (!in || !bot_symbol(bot, wanted->instrument, NULL))
        return BOTHY_EPROTO;
    if (wanted->feeds & (BOTHY_FEED_BARS | BOTHY_FEED_FORMING_BARS)) {
        if (bothy_timeframe_ns(wanted->timeframe) <= 0)
            return BOTHY_EPROTO;
        series = bars_series(core, in, wanted->timeframe);
        if (!series || keep_room(series, wanted->history) < 0)
            return BOTHY_ENOMEM;
        if (wanted->feeds & BOTHY_FEED_BARS)
            series->bots |= mask;
        if (wanted->feeds & BOTHY_FEED_FORMING_BARS)
            series->forming_bots |= mask;
    }
    for (uint32_t bit = 0; bit < FEED_BITS; bit++) {
        if (wanted->feeds & (1u << bit))
            in->bots[bit] |= mask;
    }
    router_request(core, in);
    if (in->defined)
        send_present(core, bot, in);
    if ((wanted->feeds & BOTHY_FEED_BOOK) && in->has_book)
        send_book(core, bot, in);
    if (series && (wanted->feeds & BOTHY_FEED_BARS))
        return want_bars(core, bot, in, series, wanted->history);
    if (wanted->history && (wanted->feeds & BOTHY_FEED_FUNDING))
        return wait_for_history(core, bot, in, BOTHY_FEED_FUNDING, 0, wanted->history, 1);
    if (wanted->history && (wanted->feeds & BOTHY_FEED_OPEN_INTEREST))
        return wait_for_history(core, bot, in, BOTHY_FEED_OPEN_INTEREST, 0, wanted->history, 1);
    return 0;
}

int32_t core_unsubscribe(struct core *core, uint32_t number, uint32_t instrument, uint32_t feeds)
{
    struct instrument *in = market_instrument(core, instrument);
    uint64_t mask;

    if (number >= core->bot_count || (!in && instrument != 0))
        return BOTHY_EPROTO;
    mask = UINT64_C(1) << number;
    if (!in) {
        if (feeds & BOTHY_FEED_SIGNALS)
            core->bots[number].wants_signals = 0;
        return 0;
    }
    for (uint32_t bit = 0; bit < FEED_BITS; bit++) {
        if (feeds & (1u << bit))
            in->bots[bit] &= ~mask;
    }
    for (uint32_t i = 0; i < in->series_count; i++) {
        if (feeds & BOTHY_FEED_BARS)
            in->series[i].bots &= ~mask;
        if (feeds & BOTHY_FEED_FORMING_BARS)
            in->series[i].forming_bots &= ~mask;
    }
    router_request(core, in);
    return 0;
}

void router_forget(struct core *core, struct bot *bot)
{
    uint64_t mask = UINT64_C(1) << bot->number;

    bot->wants_signals = 0;
    bot->pending_count = 0;
    for (uint32_t i = 0; i < core->instrument_count; i++) {
        struct instrument *in = &core->instruments[i];

        for (uint32_t bit = 0; bit < FEED_BITS; bit++)
            in->bots[bit] &= ~mask;
        for (uint32_t s = 0; s < in->series_count; s++) {
            in->series[s].bots &= ~mask;
            in->series[s].forming_bots &= ~mask;
        }
    }
}

uint64_t core_interest(const struct core *core, const struct bothy_event *event)
{
    static const uint8_t feed_bit[BOTHY_EVENT_TYPE_MAX + 1] = {
        [BOTHY_EVENT_TRADE] = 1,   [BOTHY_EVENT_QUOTE] = 2,         [BOTHY_EVENT_BOOK] = 3,
        [BOTHY_EVENT_FUNDING] = 5, [BOTHY_EVENT_OPEN_INTEREST] = 6, [BOTHY_EVENT_LIQUIDATION] = 7,
        [BOTHY_EVENT_RATIO] = 8,   [BOTHY_EVENT_MARK] = 9,
    };
    const struct instrument *in = market_instrument(core, event->instrument);
    uint64_t bots = 0;

    if (event->type == BOTHY_EVENT_SIGNAL) {
        for (uint32_t b = 0; b < core->bot_count; b++) {
            if (core->bots[b].wants_signals)
                bots |= UINT64_C(1) << b;
        }
        return in ? bots | in->bots[9] : bots; /* 1 << 9 is BOTHY_FEED_SIGNALS */
    }
    if (!in || event->type > BOTHY_EVENT_TYPE_MAX)
        return bots;
    if (event->type == BOTHY_EVENT_BAR) {
        const struct bothy_bar *bar = BOTHY_EVENT_BODY(event, struct bothy_bar);

        for (uint32_t i = 0; i < in->series_count; i++) {
            if (in->series[i].timeframe == bar->timeframe)
                return event->flags & BOTHY_EVENT_FORMING ? in->series[i].forming_bots
                                                          : in->series[i].bots;
        }
        return 0;
    }
    if (feed_bit[event->type])
        return bots | in->bots[feed_bit[event->type] - 1];
    /* Definitions, feed states: to all that have anything to do with the instrument. */
    for (uint32_t bit = 0; bit < FEED_BITS; bit++)
        bots |= in->bots[bit];
    return bots;
}

int core_history_pending(const struct core *core)
{
    for (uint32_t b = 0; b < core->bot_count; b++) {
        if (core->bots[b].pending_count)
            return 1;
    }
    return 0;
}
