/*
 * A made-up market: see market.h. Time goes in minutes; a minute is a fixed sequence of phases,
 * and its last one closes the bars that end there.
 */
#include "runner/market.h"

#include <stdio.h>
#include <string.h>

#define BEGIN_NS    INT64_C(1704067200000000000) /* 2024-01-01, a Monday: weeks close, too */
#define FIRST_PRICE 400000                       /* ticks of 0.1 */
#define TICK_DIGITS (-1)
#define LOT_DIGITS  (-3)

enum phase {
    PHASE_TRADE_1,
    PHASE_QUOTE_1,
    PHASE_TRADE_2,
    PHASE_BOOK,
    PHASE_TRADE_3,
    PHASE_QUOTE_2,
    PHASE_MARK,
    PHASE_SLOW, /* funding, open interest, ratios, liquidations, other bots: not every minute */
    PHASE_FEED,
    PHASE_BARS,
};

static uint64_t draw(struct market *market)
{
    market->random = market->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return market->random >> 33;
}

/* Uniform in -range … range. */
static int64_t swing(struct market *market, int64_t range)
{
    return (int64_t)(draw(market) % (uint64_t)(2 * range + 1)) - range;
}

static struct bothy_decimal ticks(int64_t n)
{
    return bothy_decimal_make(n, TICK_DIGITS);
}

static struct bothy_decimal lots(int64_t n)
{
    return bothy_decimal_make(n, LOT_DIGITS);
}

struct bothy_decimal market_price(const struct market *market)
{
    return ticks(market->price);
}

void market_make(struct market_event *event, uint32_t type, size_t body, int64_t ts_ns)
{
    memset(event, 0, sizeof *event);
    event->event.size = (uint16_t)(sizeof event->event + ((body + 7) & ~(size_t)7));
    event->event.type = (uint16_t)type;
    event->event.instrument = MARKET_INSTRUMENT;
    event->event.ts_event_ns = event->event.ts_recv_ns = ts_ns;
}

void market_init(struct market *market, uint64_t seed)
{
    memset(market, 0, sizeof *market);
    market->random = seed;
    market->now_ns = BEGIN_NS;
    market->price = FIRST_PRICE;
    for (uint32_t i = 0; i < 8; i++)
        draw(market);
}

static void make_instrument(struct market *market, struct market_event *event)
{
    struct bothy_instrument *in = &event->body.instrument;

    market_make(event, BOTHY_EVENT_INSTRUMENT, sizeof *in, market->now_ns);
    snprintf(in->symbol, sizeof in->symbol, "%s", MARKET_SYMBOL);
    snprintf(in->venue, sizeof in->venue, "%s", MARKET_VENUE);
    snprintf(in->base, sizeof in->base, "BTC");
    snprintf(in->quote, sizeof in->quote, "USDT");
    snprintf(in->settle, sizeof in->settle, "USDT");
    in->kind = BOTHY_INSTRUMENT_LINEAR;
    in->feeds = (BOTHY_FEED_MARK << 1) - 1;
    in->bar_timeframes = (1u << BOTHY_TF_COUNT) - 2;
    in->tick_size = ticks(1);
    in->lot_size = lots(1);
    in->min_quantity = lots(1);
    in->max_quantity = lots(1000000);
    in->min_notional = bothy_decimal_make(5, 0);
    in->contract_size = bothy_decimal_make(1, 0);
    in->maker_fee = bothy_decimal_make(2, -4);
    in->taker_fee = bothy_decimal_make(5, -4);
    in->funding_interval_ns = 8 * BOTHY_NS_PER_H;
}

static void note_trade(struct market *market, int64_t quantity)
{
    for (uint32_t tf = BOTHY_TF_1M; tf < BOTHY_TF_COUNT; tf++) {
        struct market_candle *c = &market->candles[tf];
        int64_t open_ns = bothy_timeframe_open_ns(tf, market->now_ns);

        if (c->open_ns != open_ns || c->trades == 0) {
            memset(c, 0, sizeof *c);
            c->open_ns = open_ns;
            c->open = c->high = c->low = market->price;
        }
        if (market->price > c->high)
            c->high = market->price;
        if (market->price < c->low)
            c->low = market->price;
        c->close = market->price;
        c->volume += quantity;
        c->trades++;
    }
}

static void make_trade(struct market *market, struct market_event *event)
{
    int64_t quantity = 1 + (int64_t)(draw(market) % 5000);

    /* Every few hours a rush, so that thresholds are crossed. */
    market->price += swing(market, market->minute % 240 < 6 ? 1500 : 120);
    if (market->price < FIRST_PRICE / 4)
        market->price = FIRST_PRICE / 4;
    market_make(event, BOTHY_EVENT_TRADE, sizeof event->body.trade, market->now_ns);
    event->body.trade.price = ticks(market->price);
    event->body.trade.quantity = lots(quantity);
    event->body.trade.trade_id = market->seq + 1;
    event->body.trade.taker_side = draw(market) % 2 ? BOTHY_SIDE_BUY : BOTHY_SIDE_SELL;
    note_trade(market, quantity);
}

static void make_quote(struct market *market, struct market_event *event)
{
    market_make(event, BOTHY_EVENT_QUOTE, sizeof event->body.quote, market->now_ns);
    event->body.quote.bid_price = ticks(market->price - 1);
    event->body.quote.bid_quantity = lots(1 + (int64_t)(draw(market) % 9000));
    event->body.quote.ask_price = ticks(market->price + 1);
    event->body.quote.ask_quantity = lots(1 + (int64_t)(draw(market) % 9000));
}

static void make_book(struct market *market, struct market_event *event)
{
    struct bothy_level *level = event->body.book.levels;

    market_make(event, BOTHY_EVENT_BOOK, sizeof event->body.book, market->now_ns);
    event->event.flags = BOTHY_EVENT_SNAPSHOT;
    event->body.book.head.update_id = market->seq + 1;
    event->body.book.head.bid_count = MARKET_LEVELS;
    event->body.book.head.ask_count = MARKET_LEVELS;
    for (int64_t i = 0; i < 2 * MARKET_LEVELS; i++) {
        int64_t away = i < MARKET_LEVELS ? -(i + 1) : i - MARKET_LEVELS + 1;

        level[i].price = ticks(market->price + away);
        level[i].quantity = lots(1 + (int64_t)(draw(market) % 9000));
    }
}

static void make_mark(struct market *market, struct market_event *event)
{
    market_make(event, BOTHY_EVENT_MARK, sizeof event->body.mark, market->now_ns);
    event->body.mark.mark_price = ticks(market->price + swing(market, 5));
    event->body.mark.index_price = ticks(market->price + swing(market, 9));
}

static void make_funding(struct market *market, struct market_event *event)
{
    int64_t interval_ns = 8 * BOTHY_NS_PER_H;

    market_make(event, BOTHY_EVENT_FUNDING, sizeof event->body.funding, market->now_ns);
    event->body.funding.rate = bothy_decimal_make(swing(market, 3000), -6);
    event->body.funding.interval_ns = interval_ns;
    event->body.funding.next_settlement_ns =
        market->now_ns - market->now_ns % interval_ns + interval_ns;
    event->body.funding.flags = market->minute % 480 == 0 ? BOTHY_FUNDING_SETTLED : 0;
}

static void make_open_interest(struct market *market, struct market_event *event)
{
    int64_t quantity = 50000000 + swing(market, 9000000);

    market_make(event, BOTHY_EVENT_OPEN_INTEREST, sizeof event->body.open_interest, market->now_ns);
    event->body.open_interest.quantity = lots(quantity);
    event->body.open_interest.notional = bothy_decimal_make(quantity / 10 * market->price, -3);
}

static void make_liquidation(struct market *market, struct market_event *event)
{
    market_make(event, BOTHY_EVENT_LIQUIDATION, sizeof event->body.liquidation, market->now_ns);
    event->body.liquidation.price = ticks(market->price + swing(market, 50));
    event->body.liquidation.quantity = lots(1 + (int64_t)(draw(market) % 200000));
    event->body.liquidation.side = draw(market) % 2 ? BOTHY_SIDE_BUY : BOTHY_SIDE_SELL;
}

static void make_ratio(struct market *market, struct market_event *event)
{
    market_make(event, BOTHY_EVENT_RATIO, sizeof event->body.ratio, market->now_ns);
    event->body.ratio.value = bothy_decimal_make(1000 + swing(market, 900), -3);
    event->body.ratio.kind =
        market->minute % 2 ? BOTHY_RATIO_LONG_SHORT_ACCOUNTS : BOTHY_RATIO_TAKER_BUY_SELL;
}

/* What another bot thinks. */
static void make_signal(struct market *market, struct market_event *event)
{
    struct bothy_signal *signal = &event->body.signal;
    int32_t direction = draw(market) % 2 ? BOTHY_DIRECTION_LONG : BOTHY_DIRECTION_SHORT;
    double price = (double)market->price / 10;

    market_make(event, BOTHY_EVENT_SIGNAL, sizeof *signal, market->now_ns);
    signal->size = sizeof *signal;
    signal->type = BOTHY_SIGNAL_FUNDING_RATE;
    snprintf(signal->type_name, sizeof signal->type_name, "FUNDING_RATE");
    signal->direction = direction;
    signal->instrument = MARKET_INSTRUMENT;
    signal->timeframe = BOTHY_TF_1H;
    signal->ts_ns = market->now_ns;
    signal->current = signal->entry = price;
    signal->stop_loss = price * (1 - 0.02 * direction);
    signal->take_profit_1 = price * (1 + 0.03 * direction);
    signal->take_profit_2 = price * (1 + 0.05 * direction);
    signal->risk_reward_1 = 1.5;
    signal->risk_reward_2 = 2.5;
    signal->confidence = 0.7;
}

static int make_slow(struct market *market, struct market_event *event)
{
    switch (market->minute % 10) {
    case 0:
        make_funding(market, event);
        return 1;
    case 2:
        make_open_interest(market, event);
        return 1;
    case 4:
    case 5:
        make_ratio(market, event);
        return 1;
    case 6:
        make_signal(market, event);
        return 1;
    default:
        if (draw(market) % 3)
            return 0;
        make_liquidation(market, event);
        return 1;
    }
}

/* Once in a while the feed falls silent and comes back. */
static int make_feed(struct market *market, struct market_event *event)
{
    static const uint32_t states[] = { BOTHY_FEED_STATE_LIVE, BOTHY_FEED_STATE_STALE,
                                       BOTHY_FEED_STATE_GAP, BOTHY_FEED_STATE_RESYNC };
    uint32_t at = market->minute % 360;

    if (market->minute != 0 && (at < 100 || at > 103))
        return 0;
    market_make(event, BOTHY_EVENT_FEED, sizeof event->body.feed, market->now_ns);
    event->body.feed.state = market->minute == 0 ? BOTHY_FEED_STATE_LIVE : states[(at - 99) % 4];
    event->body.feed.previous = market->minute == 0 ? BOTHY_FEED_STATE_DOWN : states[at - 100];
    snprintf(event->body.feed.reason, sizeof event->body.feed.reason, "made up");
    return 1;
}

static void fill_bar(struct bothy_bar *bar, uint32_t tf, const struct market_candle *c)
{
    bar->timeframe = tf;
    bar->trade_count = c->trades;
    bar->open_ns = c->open_ns;
    bar->close_ns = c->open_ns + bothy_timeframe_ns(tf);
    bar->open = ticks(c->open);
    bar->high = ticks(c->high);
    bar->low = ticks(c->low);
    bar->close = ticks(c->close);
    bar->volume = lots(c->volume);
}

/* The bars that end with this minute, shortest first; the others as they form. */
static int make_bar(struct market *market, struct market_event *event)
{
    uint32_t tf = market->timeframe++;
    int64_t end_ns = market->now_ns - market->now_ns % BOTHY_NS_PER_MIN + BOTHY_NS_PER_MIN;
    const struct market_candle *c = &market->candles[tf];

    if (c->trades == 0)
        return 0;
    market_make(event, BOTHY_EVENT_BAR, sizeof event->body.bar, end_ns);
    fill_bar(&event->body.bar, tf, c);
    if (event->body.bar.close_ns != end_ns) {
        if (tf > BOTHY_TF_1H)
            return 0;
        event->event.flags = BOTHY_EVENT_FORMING;
    }
    return 1;
}

/* Returns 0 when this phase has nothing to say (any more). */
static int make_phase(struct market *market, struct market_event *event)
{
    switch ((enum phase)market->phase) {
    case PHASE_TRADE_1:
    case PHASE_TRADE_2:
    case PHASE_TRADE_3:
        make_trade(market, event);
        return 1;
    case PHASE_QUOTE_1:
    case PHASE_QUOTE_2:
        make_quote(market, event);
        return 1;
    case PHASE_BOOK:
        make_book(market, event);
        return 1;
    case PHASE_MARK:
        make_mark(market, event);
        return 1;
    case PHASE_SLOW:
        return make_slow(market, event);
    case PHASE_FEED:
        return make_feed(market, event);
    case PHASE_BARS:
        return make_bar(market, event);
    }
    return 0;
}

static void go_on(struct market *market)
{
    market->now_ns += 5 * BOTHY_NS_PER_S;
    if (market->phase == PHASE_BARS && market->timeframe < BOTHY_TF_COUNT) {
        market->now_ns -= 5 * BOTHY_NS_PER_S;
        return;
    }
    market->phase++;
    market->timeframe = BOTHY_TF_1M;
    if (market->phase <= PHASE_BARS)
        return;
    market->phase = 0;
    market->minute++;
    market->now_ns = BEGIN_NS + (int64_t)market->minute * BOTHY_NS_PER_MIN;
}

void market_next(struct market *market, struct market_event *ret_event)
{
    if (market->seq == 0) {
        make_instrument(market, ret_event);
        market->timeframe = BOTHY_TF_1M;
    } else {
        while (!make_phase(market, ret_event))
            go_on(market);
        go_on(market);
    }
    ret_event->event.seq = ++market->seq;
}

void market_past(uint32_t feed, uint32_t timeframe, uint32_t index, uint32_t count,
                 struct market_event *ret_event)
{
    int64_t length_ns =
        feed == BOTHY_FEED_BARS ? bothy_timeframe_ns(timeframe) : 5 * BOTHY_NS_PER_MIN;
    int64_t end_ns = bothy_timeframe_open_ns(timeframe ? timeframe : BOTHY_TF_5M, BEGIN_NS);
    int64_t open_ns = end_ns - (int64_t)(count - index) * length_ns;
    /* A wave with a period of 64 entries, and a little noise: trends for whoever looks. */
    int64_t wave = (int64_t)(index % 64 < 32 ? index % 32 : 32 - index % 32);
    int64_t open = FIRST_PRICE - 4000 + wave * 250 + (int64_t)(index * 37 % 101);
    struct market_candle candle = { .open_ns = open_ns,
                                    .open = open,
                                    .high = open + 300 + index * 13 % 97,
                                    .low = open - 250 - index * 7 % 89,
                                    .close = open + 200 - (int64_t)(index * 29 % 301),
                                    .volume = 20000 + index * 211 % 30011,
                                    .trades = 100 };

    switch (feed) {
    case BOTHY_FEED_BARS:
        market_make(ret_event, BOTHY_EVENT_BAR, sizeof ret_event->body.bar, open_ns + length_ns);
        fill_bar(&ret_event->body.bar, timeframe, &candle);
        break;
    case BOTHY_FEED_FUNDING:
        open_ns = end_ns - (int64_t)(count - index) * 8 * BOTHY_NS_PER_H;
        market_make(ret_event, BOTHY_EVENT_FUNDING, sizeof ret_event->body.funding, open_ns);
        ret_event->body.funding.rate = bothy_decimal_make((int64_t)(index * 53 % 601) - 300, -6);
        ret_event->body.funding.interval_ns = 8 * BOTHY_NS_PER_H;
        ret_event->body.funding.flags = BOTHY_FUNDING_SETTLED;
        break;
    default:
        market_make(ret_event, BOTHY_EVENT_OPEN_INTEREST, sizeof ret_event->body.open_interest,
                    open_ns);
        ret_event->body.open_interest.quantity = lots(50000000 + (int64_t)(index * 7919 % 900000));
        ret_event->body.open_interest.notional = bothy_decimal_make(2000000000, 0);
        break;
    }
    ret_event->event.flags = BOTHY_EVENT_HISTORY | BOTHY_EVENT_PRIVATE;
}
