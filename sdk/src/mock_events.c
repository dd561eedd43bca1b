/*
 * Events of the market as a test asks for them: each builds one record and sends it on its road.
 */
#include "mock_internal.h"

#include <stdlib.h>
#include <string.h>

/* What the numbers of a test are rounded to. */
#define EXPONENT  (-8)
#define PAIRS_MAX (BOTHY_BOOK_LEVELS_MAX / 2)

static struct bothy_decimal decimal(double value, int32_t *failed)
{
    struct bothy_decimal result = bothy_decimal_zero();
    int32_t r = bothy_decimal_from_double(value, EXPONENT, BOTHY_ROUND_HALF_EVEN, &result);

    if (r < 0)
        *failed = r;
    return bothy_decimal_normalise(result);
}

/* `failed`: what decimal() said of the numbers. */
static int32_t send(struct bothy_mock *mock, uint16_t type, uint32_t symbol, int64_t ts_event_ns,
                    int32_t failed, const void *body, size_t length)
{
    struct mock_record record;
    uint32_t instrument = bothy_mock_instrument(mock, symbol);

    if (instrument == 0)
        return BOTHY_ENOENT;
    if (failed < 0)
        return mock_fault(mock, failed,
                          "the test's own event: a number is not finite or too large");
    mock_record_init(&record, type, instrument, body, length);
    record.event.ts_event_ns = ts_event_ns;
    return bothy_mock_event(mock, &record.event);
}

int32_t bothy_mock_bar(struct bothy_mock *mock, uint32_t symbol, uint32_t timeframe,
                       int64_t open_ns, const struct bothy_mock_row *row)
{
    int32_t failed = 0;
    struct bothy_bar body = {
        .timeframe = timeframe,
        .open_ns = open_ns,
        .close_ns = open_ns + bothy_timeframe_ns(timeframe),
        .open = decimal(row->open, &failed),
        .high = decimal(row->high, &failed),
        .low = decimal(row->low, &failed),
        .close = decimal(row->close, &failed),
        .volume = decimal(row->volume, &failed),
    };
    int forming = (mock->flags & BOTHY_EVENT_FORMING) != 0;
    int64_t at_ns = forming ? body.open_ns : body.close_ns;

    if (symbol >= mock->symbol_count)
        return BOTHY_ENOENT;
    if (at_ns > mock->now_ns) {
        int32_t r = bothy_mock_advance_to(mock, at_ns);

        if (r < 0)
            return r;
    }
    return send(mock, BOTHY_EVENT_BAR, symbol, forming ? 0 : body.close_ns, failed, &body,
                sizeof body);
}

int32_t bothy_mock_trade(struct bothy_mock *mock, uint32_t symbol, uint32_t taker_side,
                         double price, double quantity)
{
    int32_t failed = 0;
    struct bothy_trade body = { .price = decimal(price, &failed),
                                .quantity = decimal(quantity, &failed),
                                .trade_id = mock->seq + 1,
                                .taker_side = taker_side };

    return send(mock, BOTHY_EVENT_TRADE, symbol, 0, failed, &body, sizeof body);
}

int32_t bothy_mock_quote(struct bothy_mock *mock, uint32_t symbol, double bid_price,
                         double bid_quantity, double ask_price, double ask_quantity)
{
    int32_t failed = 0;
    struct bothy_quote body = { .bid_price = decimal(bid_price, &failed),
                                .bid_quantity = decimal(bid_quantity, &failed),
                                .ask_price = decimal(ask_price, &failed),
                                .ask_quantity = decimal(ask_quantity, &failed) };

    return send(mock, BOTHY_EVENT_QUOTE, symbol, 0, failed, &body, sizeof body);
}

int32_t bothy_mock_book(struct bothy_mock *mock, uint32_t symbol, uint32_t flags,
                        const double *bids, uint32_t bid_count, const double *asks,
                        uint32_t ask_count)
{
    struct {
        struct bothy_event event;
        struct bothy_book book;
        struct bothy_level levels[];
    } * record;
    uint32_t count = bid_count + ask_count;
    size_t size = sizeof *record + count * sizeof record->levels[0];
    int32_t failed = 0, r;

    if (symbol >= mock->symbol_count)
        return BOTHY_ENOENT;
    if (bid_count > PAIRS_MAX || ask_count > PAIRS_MAX)
        return mock_fault(mock, BOTHY_EINVAL, "the test's own event: more than %d levels a side",
                          PAIRS_MAX);
    record = calloc(1, size);
    if (!record)
        return BOTHY_ENOMEM;
    record->event.size = (uint16_t)size;
    record->event.type = BOTHY_EVENT_BOOK;
    record->event.flags = flags;
    record->event.instrument = bothy_mock_instrument(mock, symbol);
    record->book.update_id = mock->seq + 1;
    record->book.bid_count = bid_count;
    record->book.ask_count = ask_count;
    for (uint32_t i = 0; i < count; i++) {
        const double *pair = i < bid_count ? bids + 2 * i : asks + 2 * (i - bid_count);

        record->levels[i].price = decimal(pair[0], &failed);
        record->levels[i].quantity = decimal(pair[1], &failed);
    }
    r = failed < 0 ? mock_fault(mock, failed, "the test's own event: a number is not finite")
                   : bothy_mock_event(mock, &record->event);
    free(record);
    return r;
}

int32_t bothy_mock_funding(struct bothy_mock *mock, uint32_t symbol, const char *rate,
                           int64_t interval_ns, uint32_t flags)
{
    struct bothy_funding body = { .interval_ns = interval_ns, .flags = flags };
    int32_t failed = bothy_decimal_parse(rate, strlen(rate), &body.rate);

    return send(mock, BOTHY_EVENT_FUNDING, symbol, 0, failed, &body, sizeof body);
}

int32_t bothy_mock_open_interest(struct bothy_mock *mock, uint32_t symbol, double quantity)
{
    int32_t failed = 0;
    struct bothy_open_interest body = { .quantity = decimal(quantity, &failed) };

    return send(mock, BOTHY_EVENT_OPEN_INTEREST, symbol, 0, failed, &body, sizeof body);
}

int32_t bothy_mock_liquidation(struct bothy_mock *mock, uint32_t symbol, uint32_t side,
                               double price, double quantity)
{
    int32_t failed = 0;
    struct bothy_liquidation body = { .price = decimal(price, &failed),
                                      .quantity = decimal(quantity, &failed),
                                      .side = side };

    return send(mock, BOTHY_EVENT_LIQUIDATION, symbol, 0, failed, &body, sizeof body);
}

int32_t bothy_mock_ratio(struct bothy_mock *mock, uint32_t symbol, uint32_t kind, double value)
{
    int32_t failed = 0;
    struct bothy_ratio body = { .value = decimal(value, &failed), .kind = kind };

    return send(mock, BOTHY_EVENT_RATIO, symbol, 0, failed, &body, sizeof body);
}

int32_t bothy_mock_mark(struct bothy_mock *mock, uint32_t symbol, double mark_price,
                        double index_price)
{
    int32_t failed = 0;
    struct bothy_mark body = { .mark_price = decimal(mark_price, &failed),
                               .index_price = decimal(index_price, &failed) };

    return send(mock, BOTHY_EVENT_MARK, symbol, 0, failed, &body, sizeof body);
}

int32_t bothy_mock_feed(struct bothy_mock *mock, uint32_t symbol, uint32_t state)
{
    struct bothy_feed_change body = { .state = state };

    return send(mock, BOTHY_EVENT_FEED, symbol, 0, 0, &body, sizeof body);
}

int32_t bothy_mock_foreign_signal(struct bothy_mock *mock, const struct bothy_signal *signal)
{
    struct mock_record record;

    mock_record_init(&record, BOTHY_EVENT_SIGNAL, signal->instrument, signal, sizeof *signal);
    return bothy_mock_event(mock, &record.event);
}

int32_t bothy_mock_gap(struct bothy_mock *mock, uint64_t count)
{
    struct bothy_gap body = { .first_seq = mock->seq + 1, .last_seq = mock->seq + count };

    mock->seq += count;
    return mock_give_private(mock, BOTHY_EVENT_GAP, 0, &body, sizeof body);
}
