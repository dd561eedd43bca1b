/*
 * From a market's step to events. The order within an instant: what the exchange computes (bar,
 * funding, open interest, ratios, mark), then what was traded, then the book that it left.
 */
#include "feed.h"

#include <string.h>

struct sim_record sim_record_make(const struct sim_feed *feed, uint16_t type, size_t body_size,
                                  int64_t ts_ns)
{
    struct sim_record record;

    memset(&record, 0, sizeof record);
    record.event.size = (uint16_t)(sizeof record.event + body_size);
    record.event.type = type;
    record.event.instrument = feed->instrument;
    record.event.ts_event_ns = ts_ns;
    return record;
}

int32_t sim_record_send(const struct sim_output *output, const struct sim_record *record)
{
    return output->publish->event(output->host, &record->event);
}

void sim_bar_body(const struct sim_market *market, const struct sim_bar *bar, uint32_t timeframe,
                  int64_t open_ns, struct bothy_bar *ret_body)
{
    ret_body->timeframe = timeframe;
    ret_body->trade_count = bar->trades;
    ret_body->open_ns = open_ns;
    ret_body->close_ns = open_ns + bothy_timeframe_ns(timeframe);
    ret_body->open = sim_market_price(market, bar->open);
    ret_body->high = sim_market_price(market, bar->high);
    ret_body->low = sim_market_price(market, bar->low);
    ret_body->close = sim_market_price(market, bar->close);
    ret_body->volume = sim_market_quantity(market, bar->lots);
}

void sim_funding_body(const struct sim_market *market, int64_t rate, int64_t next_settlement_ns,
                      uint32_t flags, struct bothy_funding *ret_body)
{
    ret_body->rate = bothy_decimal_make(rate, -8);
    ret_body->interval_ns = market->with.funding_interval_ns;
    ret_body->next_settlement_ns = next_settlement_ns;
    ret_body->flags = flags;
}

void sim_interest_body(const struct sim_market *market, const struct sim_sample *sample,
                       struct bothy_open_interest *ret_body)
{
    ret_body->quantity = sim_market_quantity(market, sample->lots);
    ret_body->notional = bothy_decimal_zero();
    if (market->inverse)
        ret_body->notional = ret_body->quantity;
    else
        bothy_decimal_multiply_to(ret_body->quantity, sim_market_price(market, sample->price), -2,
                                  BOTHY_ROUND_HALF_EVEN, &ret_body->notional);
}

int32_t sim_feed_request(struct sim_feed *feed, const struct sim_output *output,
                         const struct bothy_feed_request *request, int64_t now_ns)
{
    uint32_t depth = request->book_depth;
    struct sim_record record;
    int first = feed->feeds == 0;
    int32_t r;

    if (depth == 0 || depth > feed->market->with.book_levels)
        depth = feed->market->with.book_levels;
    feed->instrument = request->instrument;
    if (depth != feed->depth || !(request->feeds & BOTHY_FEED_BOOK))
        feed->book_known = 0;
    if (!(request->feeds & BOTHY_FEED_QUOTES))
        feed->quote_known = 0;
    feed->depth = depth;
    feed->feeds = request->feeds;
    feed->bar_timeframes = request->bar_timeframes;
    record = sim_record_make(feed, BOTHY_EVENT_INSTRUMENT, sizeof record.body.instrument, now_ns);
    record.body.instrument = feed->market->definition;
    r = sim_record_send(output, &record);
    if (r < 0 || !first || request->feeds == 0)
        return r;
    return output->publish->feed(output->host, feed->instrument, BOTHY_FEED_STATE_LIVE,
                                 "simulated");
}

static int32_t publish_bar(const struct sim_feed *feed, const struct sim_output *output)
{
    const struct sim_market *m = feed->market;
    struct sim_record record =
        sim_record_make(feed, BOTHY_EVENT_BAR, sizeof record.body.bar, m->now_ns);

    sim_bar_body(m, &m->step.bar, BOTHY_TF_1M, m->bar_open_ns - BOTHY_NS_PER_MIN, &record.body.bar);
    return sim_record_send(output, &record);
}

static int32_t publish_funding(const struct sim_feed *feed, const struct sim_output *output)
{
    const struct sim_market *m = feed->market;
    struct sim_record record =
        sim_record_make(feed, BOTHY_EVENT_FUNDING, sizeof record.body.funding, m->now_ns);
    int32_t r;

    if (m->step.settled) {
        sim_funding_body(m, m->settled_rate, m->next_settlement_ns, BOTHY_FUNDING_SETTLED,
                         &record.body.funding);
        r = sim_record_send(output, &record);
        if (r < 0)
            return r;
    }
    sim_funding_body(m, m->rate, m->next_settlement_ns, 0, &record.body.funding);
    return sim_record_send(output, &record);
}

static int32_t publish_interest(const struct sim_feed *feed, const struct sim_output *output)
{
    const struct sim_market *m = feed->market;
    struct sim_record record = sim_record_make(feed, BOTHY_EVENT_OPEN_INTEREST,
                                               sizeof record.body.open_interest, m->now_ns);

    sim_interest_body(m, &m->samples[(m->sample_count - 1) % SIM_SAMPLES_MAX],
                      &record.body.open_interest);
    return sim_record_send(output, &record);
}

static int32_t publish_ratios(const struct sim_feed *feed, const struct sim_output *output)
{
    const struct sim_market *m = feed->market;
    struct sim_record record =
        sim_record_make(feed, BOTHY_EVENT_RATIO, sizeof record.body.ratio, m->now_ns);
    int32_t r;

    record.body.ratio.kind = BOTHY_RATIO_LONG_SHORT_ACCOUNTS;
    record.body.ratio.value = bothy_decimal_make((int64_t)(m->accounts * 10000), -4);
    r = sim_record_send(output, &record);
    if (r < 0)
        return r;
    record.body.ratio.kind = BOTHY_RATIO_TAKER_BUY_SELL;
    record.body.ratio.value = bothy_decimal_make(m->step.taker_ratio, -4);
    return sim_record_send(output, &record);
}

static int32_t publish_mark(const struct sim_feed *feed, const struct sim_output *output)
{
    struct sim_record record =
        sim_record_make(feed, BOTHY_EVENT_MARK, sizeof record.body.mark, feed->market->now_ns);
    int64_t mark, index;

    sim_mark(feed->market, &mark, &index);
    record.body.mark.mark_price = sim_market_price(feed->market, mark);
    record.body.mark.index_price = sim_market_price(feed->market, index);
    return sim_record_send(output, &record);
}

static int32_t publish_trades(const struct sim_feed *feed, const struct sim_output *output)
{
    const struct sim_market *m = feed->market;
    struct sim_record record =
        sim_record_make(feed, BOTHY_EVENT_TRADE, sizeof record.body.trade, m->now_ns);
    int32_t r = 0;

    for (uint32_t i = 0; i < m->step.trade_count && r >= 0; i++) {
        const struct sim_trade *trade = &m->step.trades[i];

        record.body.trade.price = sim_market_price(m, trade->price);
        record.body.trade.quantity = sim_market_quantity(m, trade->lots);
        record.body.trade.trade_id = trade->id;
        record.body.trade.taker_side = trade->side;
        r = sim_record_send(output, &record);
    }
    return r;
}

static int32_t publish_liquidations(const struct sim_feed *feed, const struct sim_output *output)
{
    const struct sim_market *m = feed->market;
    struct sim_record record =
        sim_record_make(feed, BOTHY_EVENT_LIQUIDATION, sizeof record.body.liquidation, m->now_ns);
    int32_t r = 0;

    for (uint32_t i = 0; i < m->step.liquidation_count && r >= 0; i++) {
        const struct sim_trade *forced = &m->step.liquidations[i];

        record.body.liquidation.price = sim_market_price(m, forced->price);
        record.body.liquidation.quantity = sim_market_quantity(m, forced->lots);
        record.body.liquidation.side = forced->side;
        r = sim_record_send(output, &record);
    }
    return r;
}

/*
 * Effect: appends what turns side `was` into side `is`: both best first. `sign` is 1 where better
 * means lower (asks), -1 where it means higher. Returns how many levels.
 */
static uint32_t difference(const struct sim_market *m, const struct sim_side *was,
                           const struct sim_side *is, int64_t sign, struct bothy_level *to)
{
    uint32_t i = 0, j = 0, count = 0;

    while (i < was->count || j < is->count) {
        const struct sim_level *old = i < was->count ? &was->levels[i] : NULL;
        const struct sim_level *now = j < is->count ? &is->levels[j] : NULL;
        int64_t order = !old ? 1 : !now ? -1 : sign * (old->price - now->price);
        struct sim_level change = order < 0 ? *old : *now;

        if (order < 0)
            change.lots = 0; /* only the old book has it */
        i += order <= 0;
        j += order >= 0;
        if (order == 0 && old->lots == now->lots)
            continue;
        to[count].price = sim_market_price(m, change.price);
        to[count].quantity = sim_market_quantity(m, change.lots);
        count++;
    }
    return count;
}

static int32_t publish_book(struct sim_feed *feed, const struct sim_output *output)
{
    const struct sim_market *m = feed->market;
    struct bothy_event *event = output->book;
    struct bothy_book *book = (struct bothy_book *)(void *)(event + 1);
    struct bothy_level *levels = (struct bothy_level *)(void *)(book + 1);
    struct sim_side bids, asks;
    uint32_t count;

    bids.count = sim_book_side(m, BOTHY_SIDE_BUY, bids.levels, feed->depth);
    asks.count = sim_book_side(m, BOTHY_SIDE_SELL, asks.levels, feed->depth);
    if (!feed->book_known)
        feed->bids.count = feed->asks.count = 0;
    memset(event, 0, sizeof *event + sizeof *book);
    book->bid_count = difference(m, &feed->bids, &bids, -1, levels);
    book->ask_count = difference(m, &feed->asks, &asks, 1, levels + book->bid_count);
    count = book->bid_count + book->ask_count;
    if (count == 0)
        return 0;
    book->update_id = ++feed->updates;
    event->size = (uint16_t)(sizeof *event + sizeof *book + count * sizeof *levels);
    event->type = BOTHY_EVENT_BOOK;
    event->flags = feed->book_known ? 0 : BOTHY_EVENT_SNAPSHOT;
    event->instrument = feed->instrument;
    event->ts_event_ns = m->now_ns;
    feed->bids = bids;
    feed->asks = asks;
    feed->book_known = 1;
    return output->publish->event(output->host, event);
}

static int32_t publish_quote(struct sim_feed *feed, const struct sim_output *output)
{
    const struct sim_market *m = feed->market;
    struct sim_record record =
        sim_record_make(feed, BOTHY_EVENT_QUOTE, sizeof record.body.quote, m->now_ns);
    struct sim_level bid = { 0 }, ask = { 0 };

    sim_book_side(m, BOTHY_SIDE_BUY, &bid, 1);
    sim_book_side(m, BOTHY_SIDE_SELL, &ask, 1);
    if (feed->quote_known && memcmp(&bid, &feed->bid, sizeof bid) == 0 &&
        memcmp(&ask, &feed->ask, sizeof ask) == 0)
        return 0;
    feed->bid = bid;
    feed->ask = ask;
    feed->quote_known = 1;
    record.body.quote.bid_price = sim_market_price(m, bid.price);
    record.body.quote.bid_quantity = sim_market_quantity(m, bid.lots);
    record.body.quote.ask_price = sim_market_price(m, ask.price);
    record.body.quote.ask_quantity = sim_market_quantity(m, ask.lots);
    return sim_record_send(output, &record);
}

int32_t sim_feed_publish(struct sim_feed *feed, const struct sim_output *output)
{
    const struct sim_step *step = &feed->market->step;
    uint32_t feeds = feed->feeds & feed->market->definition.feeds;
    int32_t r = 0;

    if ((feeds & BOTHY_FEED_BARS) && step->bar_closed &&
        (feed->bar_timeframes & UINT32_C(1) << BOTHY_TF_1M))
        r = publish_bar(feed, output);
    if (r >= 0 && (feeds & BOTHY_FEED_FUNDING) && step->funding_due)
        r = publish_funding(feed, output);
    if (r >= 0 && (feeds & BOTHY_FEED_OPEN_INTEREST) && step->open_interest_due)
        r = publish_interest(feed, output);
    if (r >= 0 && (feeds & BOTHY_FEED_RATIOS) && step->ratio_due)
        r = publish_ratios(feed, output);
    if (r >= 0 && (feeds & BOTHY_FEED_MARK) && step->mark_due)
        r = publish_mark(feed, output);
    if (r >= 0 && (feeds & BOTHY_FEED_TRADES))
        r = publish_trades(feed, output);
    if (r >= 0 && (feeds & BOTHY_FEED_LIQUIDATIONS))
        r = publish_liquidations(feed, output);
    if (r >= 0 && (feeds & BOTHY_FEED_BOOK))
        r = publish_book(feed, output);
    if (r >= 0 && (feeds & BOTHY_FEED_QUOTES))
        r = publish_quote(feed, output);
    return r;
}
