/*
 * Events, states and counts: see output.h. A recorded session has tens of thousands of records a
 * second, so counts are collected and told in lots.
 */
#include "output.h"

#include <stdio.h>
#include <string.h>

#define TELL_AFTER 4096 /* counted records */

struct record {
    struct bothy_event event;
    union {
        struct bothy_instrument instrument;
        struct bothy_trade trade;
        struct bothy_quote quote;
        struct bothy_bar bar;
        struct bothy_funding funding;
        struct bothy_liquidation liquidation;
        struct bothy_mark mark;
    } body;
};

void replay_count_flush(struct replay_output *output)
{
    struct replay_tally *tally = &output->tally;

    for (uint32_t i = 0; i < tally->count; i++) {
        if (tally->counts[i].pending > 0)
            output->publish->count(output->host, tally->counts[i].what, tally->counts[i].pending);
        tally->counts[i].pending = 0;
    }
    tally->pending = 0;
}

void replay_count(struct replay_output *output, const char *what)
{
    struct replay_tally *tally = &output->tally;
    uint32_t i = 0;

    while (i < tally->count && strcmp(tally->counts[i].what, what) != 0)
        i++;
    if (i == tally->count) {
        /* Names come from files as well: the last place is for all that found none. */
        if (i == REPLAY_COUNTS_MAX)
            i--;
        else
            snprintf(tally->counts[tally->count++].what, sizeof tally->counts[0].what, "%s",
                     i == REPLAY_COUNTS_MAX - 1 ? "unknown: further types" : what);
    }
    tally->counts[i].pending++;
    if (++tally->pending >= TELL_AFTER)
        replay_count_flush(output);
}

static int wanted(const struct replay_instrument *instrument, uint32_t feed)
{
    return instrument->number != 0 && (instrument->feeds & feed) != 0;
}

static int32_t send(struct replay_output *output, const struct replay_instrument *instrument,
                    uint16_t type, uint32_t flags, int64_t ts_ns, const void *body, size_t size)
{
    struct record record;

    memset(&record.event, 0, sizeof record.event);
    record.event.size = (uint16_t)(sizeof record.event + size);
    record.event.type = type;
    record.event.flags = flags;
    record.event.instrument = instrument->number;
    record.event.ts_event_ns = ts_ns;
    memcpy(&record.body, body, size);
    output->published++;
    return output->publish->event(output->host, &record.event);
}

int32_t replay_send_trade(struct replay_output *output, const struct replay_instrument *instrument,
                          int64_t ts_ns, const struct bothy_trade *trade)
{
    if (!wanted(instrument, BOTHY_FEED_TRADES))
        return 0;
    return send(output, instrument, BOTHY_EVENT_TRADE, 0, ts_ns, trade, sizeof *trade);
}

int32_t replay_send_quote(struct replay_output *output, const struct replay_instrument *instrument,
                          int64_t ts_ns, const struct bothy_quote *quote)
{
    if (!wanted(instrument, BOTHY_FEED_QUOTES))
        return 0;
    return send(output, instrument, BOTHY_EVENT_QUOTE, 0, ts_ns, quote, sizeof *quote);
}

int32_t replay_send_bar(struct replay_output *output, const struct replay_instrument *instrument,
                        const struct bothy_bar *bar, uint32_t flags)
{
    /* What history is asked for is wanted, whatever is subscribed to. */
    if (!(flags & BOTHY_EVENT_HISTORY) &&
        (!wanted(instrument, BOTHY_FEED_BARS) ||
         !(instrument->bar_timeframes & UINT32_C(1) << bar->timeframe)))
        return 0;
    return send(output, instrument, BOTHY_EVENT_BAR, flags, bar->close_ns, bar, sizeof *bar);
}

int32_t replay_send_funding(struct replay_output *output,
                            const struct replay_instrument *instrument, int64_t ts_ns,
                            const struct bothy_funding *funding, uint32_t flags)
{
    if (!(flags & BOTHY_EVENT_HISTORY) && !wanted(instrument, BOTHY_FEED_FUNDING))
        return 0;
    return send(output, instrument, BOTHY_EVENT_FUNDING, flags, ts_ns, funding, sizeof *funding);
}

int32_t replay_send_liquidation(struct replay_output *output,
                                const struct replay_instrument *instrument, int64_t ts_ns,
                                const struct bothy_liquidation *liquidation)
{
    if (!wanted(instrument, BOTHY_FEED_LIQUIDATIONS))
        return 0;
    return send(output, instrument, BOTHY_EVENT_LIQUIDATION, 0, ts_ns, liquidation,
                sizeof *liquidation);
}

int32_t replay_send_mark(struct replay_output *output, const struct replay_instrument *instrument,
                         int64_t ts_ns, const struct bothy_mark *mark)
{
    if (!wanted(instrument, BOTHY_FEED_MARK))
        return 0;
    return send(output, instrument, BOTHY_EVENT_MARK, 0, ts_ns, mark, sizeof *mark);
}

int32_t replay_send_definition(struct replay_output *output,
                               const struct replay_instrument *instrument, int64_t ts_ns)
{
    return send(output, instrument, BOTHY_EVENT_INSTRUMENT, 0, ts_ns, &instrument->definition,
                sizeof instrument->definition);
}

/*
 * A reader that clears its book at SNAPSHOT is right with or without knowing of MORE: only the
 * first event of a chain has the flag, and the others add to it.
 */
int32_t replay_send_book(struct replay_output *output, const struct replay_instrument *instrument,
                         int64_t ts_ns, uint64_t update_id, int snapshot,
                         const struct bothy_level *levels, uint32_t bid_count, uint32_t ask_count)
{
    struct bothy_event *event = output->book;
    struct bothy_book *book = (struct bothy_book *)(void *)(event + 1);
    uint32_t total = bid_count + ask_count, from = 0;
    int32_t r;

    if (!wanted(instrument, BOTHY_FEED_BOOK) || (total == 0 && !snapshot))
        return 0;
    do {
        uint32_t count =
            total - from < BOTHY_BOOK_LEVELS_MAX ? total - from : BOTHY_BOOK_LEVELS_MAX;
        uint32_t bids_left = from < bid_count ? bid_count - from : 0;

        memset(event, 0, sizeof *event);
        event->type = BOTHY_EVENT_BOOK;
        event->size = (uint16_t)(sizeof *event + sizeof *book + count * sizeof *levels);
        event->instrument = instrument->number;
        event->ts_event_ns = ts_ns;
        if (snapshot && from == 0)
            event->flags |= BOTHY_EVENT_SNAPSHOT;
        if (from + count < total)
            event->flags |= BOTHY_EVENT_MORE;
        book->update_id = update_id;
        book->bid_count = count < bids_left ? count : bids_left;
        book->ask_count = count - book->bid_count;
        if (count > 0)
            memcpy(book + 1, levels + from, count * sizeof *levels);
        output->published++;
        r = output->publish->event(output->host, event);
        from += count;
    } while (r >= 0 && from < total);
    return r;
}

int32_t replay_send_state(struct replay_output *output, struct replay_instrument *instrument,
                          uint32_t state, const char *reason)
{
    if (instrument->number == 0 || instrument->feed_state == state)
        return 0;
    instrument->feed_state = state;
    return output->publish->feed(output->host, instrument->number, state, reason);
}
