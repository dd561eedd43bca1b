/*
 * What is known of the market: definitions, last values, books and the states of feeds. It
 * takes events in, and says what the present is; fills and bars are made of it elsewhere.
 *
 * A feed is LIVE from its first data on, STALE when it was silent for too long, and what its
 * venue says besides: GAP and RESYNC end by a book snapshot or by the venue's word.
 */
#include "core/state.h"

#include <stdio.h>
#include <string.h>

struct instrument *market_instrument(const struct core *core, uint32_t number)
{
    if (number == 0 || number > core->instrument_count)
        return NULL;
    return &core->instruments[number - 1];
}

uint32_t market_price_feed(const struct instrument *in)
{
    if (in->definition.feeds & BOTHY_FEED_QUOTES)
        return BOTHY_FEED_QUOTES;
    if (in->definition.feeds & BOTHY_FEED_BOOK)
        return BOTHY_FEED_BOOK;
    if (in->definition.feeds & BOTHY_FEED_TRADES)
        return BOTHY_FEED_TRADES;
    return BOTHY_FEED_BARS;
}

uint32_t market_base_timeframe(const struct instrument *in)
{
    for (uint32_t tf = 1; tf < BOTHY_TF_COUNT; tf++) {
        if (in->definition.bar_timeframes & (1u << tf))
            return tf;
    }
    return BOTHY_TF_NONE;
}

int market_closing_price(const struct instrument *in, int32_t position_sign,
                         struct bothy_decimal *ret_price)
{
    if (in->has_quote) {
        const struct bothy_decimal *quantity =
            position_sign >= 0 ? &in->quote.bid_quantity : &in->quote.ask_quantity;

        if (quantity->coefficient > 0) {
            *ret_price = position_sign >= 0 ? in->quote.bid_price : in->quote.ask_price;
            return 1;
        }
    }
    if (!in->has_last)
        return 0;
    *ret_price = in->last_price;
    return 1;
}

void market_feed_state(struct core *core, struct instrument *in, uint32_t state, const char *reason)
{
    struct bothy_feed_change change = { .state = state, .previous = in->feed_state };
    union event_room room;

    if (in->feed_state == state)
        return;
    if (state == BOTHY_FEED_STATE_GAP)
        in->feed_gaps++;
    in->feed_state = state;
    change.gaps = in->feed_gaps;
    snprintf(change.reason, sizeof change.reason, "%s", reason);
    output_publish(core, event_begin(&room, BOTHY_EVENT_FEED, in->number, in->venue, core->now_ns,
                                     &change, sizeof change));
    output_record(core, RECORD_FEED, NULL, in, NULL, &change, sizeof change);
    output_note(core,
                state == BOTHY_FEED_STATE_LIVE || state == BOTHY_FEED_STATE_ENDED
                    ? BOTHY_LOG_INFO
                    : BOTHY_LOG_WARNING,
                NULL, "FEED", NULL, "%s at %s: feed %s, was %s%s%s", in->symbol,
                core->venue_names[in->venue], bothy_feed_state_name(state),
                bothy_feed_state_name(change.previous), reason[0] ? ": " : "", reason);
}

int market_trusted(const struct instrument *in)
{
    return in->feed_state != BOTHY_FEED_STATE_GAP && in->feed_state != BOTHY_FEED_STATE_RESYNC;
}

void market_doubt(struct instrument *in)
{
    book_clear(&in->book);
    in->book_continues = 0;
    in->has_book = 0;
    in->has_quote = 0;
    bars_interrupted(in);
}

void market_age(struct core *core)
{
    for (uint32_t i = 0; i < core->instrument_count; i++) {
        struct instrument *in = &core->instruments[i];
        int64_t limit = core->venues[in->venue].stale_after_ns;

        if (limit > 0 && in->feed_state == BOTHY_FEED_STATE_LIVE && in->last_ns > 0 &&
            core->now_ns - in->last_ns > limit)
            market_feed_state(core, in, BOTHY_FEED_STATE_STALE, "no data for too long");
    }
}

static int32_t apply_definition(struct core *core, struct instrument *in,
                                const struct bothy_instrument *definition)
{
    struct bothy_decimal tick = bothy_decimal_normalise(definition->tick_size);
    struct bothy_decimal lot = bothy_decimal_normalise(definition->lot_size);

    in->definition = *definition;
    /* The names are the host's own: what a venue writes there is not believed. */
    memcpy(in->definition.symbol, in->symbol, sizeof in->symbol);
    memcpy(in->definition.venue, core->venue_names[in->venue], sizeof in->definition.venue);
    if (bothy_decimal_sign(definition->taker_fee) == 0 &&
        bothy_decimal_sign(definition->maker_fee) == 0) {
        in->definition.taker_fee = core->paper_taker_fee;
        in->definition.maker_fee = core->paper_maker_fee;
    }
    /* A venue may quote finer than the step for orders: two digits of room. */
    if (in->defined && in->book.price_exponent == tick.exponent - 2 &&
        in->book.quantity_exponent == lot.exponent - 4)
        return 0;
    if (in->has_book)
        in->has_quote = 0;
    in->has_book = in->book_continues = 0;
    book_free(&in->book);
    book_init(&in->book, tick.exponent - 2, lot.exponent - 4);
    in->defined = 1;
    return 0;
}

static int32_t apply_book(struct instrument *in, const struct bothy_event *event)
{
    const struct bothy_book *header = BOTHY_EVENT_BODY(event, struct bothy_book);
    const struct bothy_level *levels = (const struct bothy_level *)(const void *)(header + 1);
    int snapshot = (event->flags & BOTHY_EVENT_SNAPSHOT) != 0 && !in->book_continues;
    int32_t r = 0;

    if (!(event->flags & BOTHY_EVENT_SNAPSHOT) && !in->book.ready)
        return 0; /* levels before the first snapshot say nothing */
    r = book_apply(&in->book, header, levels, snapshot);
    in->book_continues =
        (event->flags & BOTHY_EVENT_SNAPSHOT) != 0 && (event->flags & BOTHY_EVENT_MORE) != 0;
    if (r < 0) {
        market_doubt(in);
        return r;
    }
    in->has_book = in->book.ready && !in->book_continues;
    if (in->has_book && !(event->flags & BOTHY_EVENT_MORE)) {
        book_quote(&in->book, &in->quote);
        in->has_quote = 1;
    }
    return 0;
}

int32_t market_apply(struct core *core, struct instrument *in, const struct bothy_event *event,
                     struct bothy_error *error)
{
    int32_t r = 0;

    in->feed_events++;
    in->last_ns = core->now_ns;
    if (event->type != BOTHY_EVENT_INSTRUMENT && event->type != BOTHY_EVENT_FEED && !in->defined)
        return bothy_fail(error, BOTHY_EPROTO, "%s: %s before the instrument's definition",
                          in->symbol, bothy_event_type_name(event->type));
    switch (event->type) {
    case BOTHY_EVENT_INSTRUMENT:
        return apply_definition(core, in, BOTHY_EVENT_BODY(event, struct bothy_instrument));
    case BOTHY_EVENT_QUOTE:
        in->quote = *BOTHY_EVENT_BODY(event, struct bothy_quote);
        in->has_quote = 1;
        break;
    case BOTHY_EVENT_TRADE:
        in->last_price = BOTHY_EVENT_BODY(event, struct bothy_trade)->price;
        in->has_last = 1;
        break;
    case BOTHY_EVENT_BAR:
        in->last_price = BOTHY_EVENT_BODY(event, struct bothy_bar)->close;
        in->has_last = 1;
        break;
    case BOTHY_EVENT_BOOK:
        r = apply_book(in, event);
        if (r < 0)
            return bothy_fail(error, r, "%s: book level finer than the instrument's steps allow",
                              in->symbol);
        break;
    default:
        break;
    }
    return 0;
}
