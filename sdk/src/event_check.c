/*
 * Checks a record that came from another process or a file before anybody reads it as an event.
 * Nothing here trusts a length, a count or a text of the record; it reads no byte past `length`.
 */
#include <bothy/event.h>

#include <string.h>

struct shape {
    uint16_t body;          /* least size of the body */
    uint16_t decimals_from; /* where a run of decimals begins, in the body */
    uint16_t decimals;      /* how many */
};

static const struct shape shapes[BOTHY_EVENT_TYPE_MAX + 1] = {
    [BOTHY_EVENT_INSTRUMENT] = { sizeof(struct bothy_instrument),
                                 offsetof(struct bothy_instrument, tick_size), 8 },
    [BOTHY_EVENT_TRADE] = { sizeof(struct bothy_trade), 0, 2 },
    [BOTHY_EVENT_QUOTE] = { sizeof(struct bothy_quote), 0, 4 },
    [BOTHY_EVENT_BOOK] = { sizeof(struct bothy_book), 0, 0 },
    [BOTHY_EVENT_BAR] = { sizeof(struct bothy_bar), offsetof(struct bothy_bar, open), 5 },
    [BOTHY_EVENT_FUNDING] = { sizeof(struct bothy_funding), 0, 1 },
    [BOTHY_EVENT_OPEN_INTEREST] = { sizeof(struct bothy_open_interest), 0, 2 },
    [BOTHY_EVENT_LIQUIDATION] = { sizeof(struct bothy_liquidation), 0, 2 },
    [BOTHY_EVENT_RATIO] = { sizeof(struct bothy_ratio), 0, 1 },
    [BOTHY_EVENT_MARK] = { sizeof(struct bothy_mark), 0, 2 },
    [BOTHY_EVENT_FEED] = { sizeof(struct bothy_feed_change), 0, 0 },
    [BOTHY_EVENT_SIGNAL] = { sizeof(struct bothy_signal), 0, 0 },
    [BOTHY_EVENT_ORDER] = { sizeof(struct bothy_order), offsetof(struct bothy_order, quantity), 5 },
    [BOTHY_EVENT_FILL] = { sizeof(struct bothy_fill), offsetof(struct bothy_fill, price), 3 },
    [BOTHY_EVENT_POSITION] = { sizeof(struct bothy_position), 0, 5 },
    [BOTHY_EVENT_TIMER] = { sizeof(struct bothy_timer), 0, 0 },
    [BOTHY_EVENT_GAP] = { sizeof(struct bothy_gap), 0, 0 },
    [BOTHY_EVENT_HISTORY_END] = { sizeof(struct bothy_history_end), 0, 0 },
    [BOTHY_EVENT_SIGNAL_RESULT] = { sizeof(struct bothy_signal_result), 0, 0 },
};

static int decimals_ok(const char *from, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct bothy_decimal d;

        memcpy(&d, from + i * sizeof d, sizeof d);
        if (d.exponent < BOTHY_DECIMAL_EXPONENT_MIN || d.exponent > BOTHY_DECIMAL_EXPONENT_MAX)
            return 0;
    }
    return 1;
}

static int text_ok(const char *text, size_t capacity)
{
    return memchr(text, '\0', capacity) != NULL;
}

static int instrument_ok(const char *body)
{
    struct bothy_instrument in;

    memcpy(&in, body, sizeof in);
    return text_ok(in.symbol, sizeof in.symbol) && text_ok(in.venue, sizeof in.venue) &&
           text_ok(in.base, sizeof in.base) && text_ok(in.quote, sizeof in.quote) &&
           text_ok(in.settle, sizeof in.settle) && in.tick_size.coefficient > 0 &&
           in.lot_size.coefficient > 0 && in.contract_size.coefficient > 0 &&
           in.min_quantity.coefficient >= 0 && in.max_quantity.coefficient >= 0 &&
           in.min_notional.coefficient >= 0 && in.kind >= BOTHY_INSTRUMENT_SPOT &&
           in.kind <= BOTHY_INSTRUMENT_BINARY && in.funding_interval_ns >= 0;
}

static int book_ok(const char *body, size_t length)
{
    struct bothy_book book;
    size_t levels;

    memcpy(&book, body, sizeof book);
    if (book.bid_count > BOTHY_BOOK_LEVELS_MAX || book.ask_count > BOTHY_BOOK_LEVELS_MAX)
        return 0;
    levels = (size_t)book.bid_count + book.ask_count;
    if (levels > BOTHY_BOOK_LEVELS_MAX ||
        length != sizeof book + levels * sizeof(struct bothy_level))
        return 0;
    return decimals_ok(body + sizeof book, 2 * levels);
}

static int bar_ok(const char *body)
{
    struct bothy_bar bar;

    memcpy(&bar, body, sizeof bar);
    return bothy_timeframe_ns(bar.timeframe) > 0 && bar.open_ns < bar.close_ns;
}

int32_t bothy_event_check(const void *record, size_t length, struct bothy_error *error)
{
    const char *body = (const char *)record + sizeof(struct bothy_event);
    struct bothy_event event;
    size_t body_length;
    int ok = 1;

    if (length < sizeof event || length > UINT16_MAX)
        return bothy_fail(error, BOTHY_EPROTO, "event of %zu bytes", length);
    memcpy(&event, record, sizeof event);
    if (event.size != length || event.size % 8 != 0)
        return bothy_fail(error, BOTHY_EPROTO, "event says %u bytes, record has %zu",
                          (unsigned)event.size, length);
    if (event.type > BOTHY_EVENT_TYPE_MAX || shapes[event.type].body == 0)
        return bothy_fail(error, BOTHY_EPROTO, "no event type %u", (unsigned)event.type);
    body_length = length - sizeof event;
    if (body_length < shapes[event.type].body)
        return bothy_fail(error, BOTHY_EPROTO, "%s event with a body of %zu bytes, needs %u",
                          bothy_event_type_name(event.type), body_length,
                          (unsigned)shapes[event.type].body);
    if (event.ts_event_ns < 0)
        return bothy_fail(error, BOTHY_EPROTO, "%s event before 1970",
                          bothy_event_type_name(event.type));
    ok = decimals_ok(body + shapes[event.type].decimals_from, shapes[event.type].decimals);
    switch (event.type) {
    case BOTHY_EVENT_INSTRUMENT:
        ok = ok && instrument_ok(body);
        break;
    case BOTHY_EVENT_BOOK:
        ok = ok && book_ok(body, body_length);
        break;
    case BOTHY_EVENT_BAR:
        ok = ok && bar_ok(body);
        break;
    case BOTHY_EVENT_FEED:
        ok = ok && text_ok(body + offsetof(struct bothy_feed_change, reason), 64);
        break;
    default:
        break;
    }
    if (!ok)
        return bothy_fail(error, BOTHY_EPROTO, "%s event with an impossible body",
                          bothy_event_type_name(event.type));
    return 0;
}
