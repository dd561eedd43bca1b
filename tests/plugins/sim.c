/*
 * The simulated market: that it is the same every time and for everybody, that its books, bars,
 * funding and history hold together, and that a day of it has something for the bots.
 */
#include "exchange.h"
#include "naive_book.h"
#include "suite.h"

#include <math.h>
#include <string.h>

#define BTC   "BTC/USDT:USDT"
#define ETH   "ETH/USDT:USDT"
#define SOL   "SOL/USDT:USDT"
#define M1    (1u << BOTHY_TF_1M)
#define HOUR  UINT64_C(3600)
#define START INT64_C(1704067200000000000) /* 2024-01-01T00:00:00Z */

static void open_sim(struct exchange *sim, const char *const *values)
{
    int32_t r = exchange_open(sim, values, NULL);

    ck_assert_msg(r == 0, "%d: %s", r, sim->error.text);
}

static void subscribe(struct exchange *sim, uint32_t instrument, const char *symbol, uint32_t feeds)
{
    int32_t r = exchange_subscribe(sim, instrument, symbol, feeds, M1, 0);

    ck_assert_msg(r == 0, "%s: %s", symbol, sim->error.text);
}

static uint64_t hash_of_run(const char *seed)
{
    const char *values[] = { "seed", seed, "history", "1h", NULL };
    struct exchange sim;
    uint64_t hash;

    open_sim(&sim, values);
    subscribe(&sim, 1, BTC, EXCHANGE_ALL_FEEDS);
    subscribe(&sim, 2, ETH, EXCHANGE_ALL_FEEDS);
    ck_assert_int_eq(exchange_run(&sim, 2 * HOUR), 0);
    ck_assert_uint_gt(sim.tally.events, 20000);
    ck_assert_uint_eq(tally_faults(&sim.tally), 0);
    ck_assert_uint_eq(sim.tally.backwards, 0);
    hash = tally_hash(&sim.tally);
    exchange_close(&sim);
    return hash;
}

START_TEST(same_seed_same_bytes)
{
    uint64_t first = hash_of_run("7");

    ck_assert_uint_eq(hash_of_run("7"), first);
    ck_assert_uint_ne(hash_of_run("8"), first);
}
END_TEST

START_TEST(others_do_not_matter)
{
    const char *values[] = { "history", "1h", NULL };
    struct exchange all, one;

    open_sim(&all, values);
    subscribe(&all, 1, BTC, EXCHANGE_ALL_FEEDS);
    subscribe(&all, 2, ETH, EXCHANGE_ALL_FEEDS);
    subscribe(&all, 3, SOL, EXCHANGE_ALL_FEEDS);
    open_sim(&one, values);
    subscribe(&one, 2, ETH, BOTHY_FEED_TRADES | BOTHY_FEED_BOOK | BOTHY_FEED_FUNDING);
    ck_assert_int_eq(exchange_run(&all, 2 * HOUR), 0);
    ck_assert_int_eq(exchange_run(&one, 2 * HOUR), 0);
    ck_assert_uint_gt(one.tally.by_type[BOTHY_EVENT_TRADE], 1000);
    for (uint32_t type = BOTHY_EVENT_TRADE; type <= BOTHY_EVENT_MARK; type++) {
        int wanted =
            type == BOTHY_EVENT_TRADE || type == BOTHY_EVENT_BOOK || type == BOTHY_EVENT_FUNDING;

        ck_assert_uint_eq(one.tally.hash[2][type], wanted ? all.tally.hash[2][type] : 0);
    }
    exchange_close(&all);
    exchange_close(&one);
}
END_TEST

START_TEST(who_comes_late_finds_the_same_market)
{
    const uint32_t feeds = EXCHANGE_ALL_FEEDS & ~(uint32_t)(BOTHY_FEED_BOOK | BOTHY_FEED_QUOTES);
    const char *values[] = { "history", "1h", NULL };
    struct exchange early, late;

    open_sim(&early, values);
    subscribe(&early, 1, SOL, feeds);
    open_sim(&late, values);
    ck_assert_int_eq(exchange_run(&early, HOUR), 0);
    ck_assert_int_eq(exchange_run(&late, HOUR), 0);
    ck_assert_uint_eq(late.tally.events, 0);
    subscribe(&late, 1, SOL, feeds);
    /* Book and quotes begin anew for both, here. */
    subscribe(&early, 1, SOL, EXCHANGE_ALL_FEEDS);
    subscribe(&late, 1, SOL, EXCHANGE_ALL_FEEDS);
    memset(early.tally.hash, 0, sizeof early.tally.hash);
    memset(late.tally.hash, 0, sizeof late.tally.hash);
    ck_assert_int_eq(exchange_run(&early, HOUR), 0);
    ck_assert_int_eq(exchange_run(&late, HOUR), 0);
    for (uint32_t type = BOTHY_EVENT_TRADE; type <= BOTHY_EVENT_MARK; type++) {
        if (type != BOTHY_EVENT_LIQUIDATION)
            ck_assert_uint_ne(early.tally.hash[1][type], 0);
        ck_assert_uint_eq(late.tally.hash[1][type], early.tally.hash[1][type]);
    }
    exchange_close(&early);
    exchange_close(&late);
}
END_TEST

/* A subscriber that keeps books: instrument 1 in full depth, 2 the same five levels deep. */
struct reader {
    struct naive_book books[3];
    uint64_t crossed, snapshots, quotes, quotes_wrong, last_update[3];
};

static void read_books(void *context, const struct bothy_event *event)
{
    struct reader *reader = context;
    struct naive_book *book = &reader->books[event->instrument];

    if (event->type == BOTHY_EVENT_BOOK) {
        const struct bothy_book *header = BOTHY_EVENT_BODY(event, struct bothy_book);

        ck_assert_int_eq(naive_book_apply(book, event), 0);
        ck_assert_uint_gt(header->update_id, reader->last_update[event->instrument]);
        reader->last_update[event->instrument] = header->update_id;
        reader->snapshots += (event->flags & BOTHY_EVENT_SNAPSHOT) != 0;
        reader->crossed += naive_book_crossed(book);
    } else if (event->type == BOTHY_EVENT_QUOTE) {
        const struct bothy_quote *quote = BOTHY_EVENT_BODY(event, struct bothy_quote);
        const struct bothy_level *bid = naive_book_best(book, BOTHY_SIDE_BUY);
        const struct bothy_level *ask = naive_book_best(book, BOTHY_SIDE_SELL);

        reader->quotes++;
        if (!bid || !ask || bothy_decimal_compare(quote->bid_price, bid->price) != 0 ||
            bothy_decimal_compare(quote->bid_quantity, bid->quantity) != 0 ||
            bothy_decimal_compare(quote->ask_price, ask->price) != 0 ||
            bothy_decimal_compare(quote->ask_quantity, ask->quantity) != 0)
            reader->quotes_wrong++;
    }
}

static void assert_top(const struct naive_book *full, const struct naive_book *five, uint32_t side)
{
    const struct naive_side *of = side == BOTHY_SIDE_BUY ? &five->bids : &five->asks;

    ck_assert_uint_eq(of->count, 5);
    for (uint32_t i = 0; i < of->count; i++)
        ck_assert_int_eq(bothy_decimal_compare(naive_book_at(full, side, of->levels[i].price),
                                               of->levels[i].quantity),
                         0);
    ck_assert_int_eq(bothy_decimal_compare(naive_book_best(full, side)->price,
                                           naive_book_best(five, side)->price),
                     0);
}

START_TEST(book_never_crosses)
{
    const char *values[] = { "history", "0s", NULL };
    struct exchange full, five;
    struct reader *reader = calloc(1, sizeof *reader);

    ck_assert_ptr_nonnull(reader);
    open_sim(&full, values);
    open_sim(&five, values);
    full.tally.on_event = five.tally.on_event = read_books;
    full.tally.context = five.tally.context = reader;
    subscribe(&full, 1, BTC, BOTHY_FEED_BOOK | BOTHY_FEED_QUOTES);
    ck_assert_int_eq(exchange_subscribe(&five, 2, BTC, BOTHY_FEED_BOOK, 0, 5), 0);
    for (int i = 0; i < 12; i++) {
        ck_assert_int_eq(exchange_run(&full, HOUR / 2), 0);
        ck_assert_int_eq(exchange_run(&five, HOUR / 2), 0);
        ck_assert_uint_eq(reader->books[1].bids.count, 20);
        ck_assert_uint_eq(reader->books[1].asks.count, 20);
        assert_top(&reader->books[1], &reader->books[2], BOTHY_SIDE_BUY);
        assert_top(&reader->books[1], &reader->books[2], BOTHY_SIDE_SELL);
    }
    ck_assert_uint_eq(reader->crossed, 0);
    ck_assert_uint_eq(reader->quotes_wrong, 0);
    ck_assert_uint_gt(reader->quotes, 1000);
    ck_assert_uint_eq(reader->snapshots, 2);
    exchange_close(&full);
    exchange_close(&five);
    free(reader);
}
END_TEST

static struct bothy_decimal least(struct bothy_decimal a, struct bothy_decimal b)
{
    return bothy_decimal_compare(a, b) < 0 ? a : b;
}

static struct bothy_decimal most(struct bothy_decimal a, struct bothy_decimal b)
{
    return bothy_decimal_compare(a, b) > 0 ? a : b;
}

static void assert_bar_holds(const struct bothy_bar *bar)
{
    ck_assert_int_le(bothy_decimal_compare(bar->low, least(bar->open, bar->close)), 0);
    ck_assert_int_ge(bothy_decimal_compare(bar->high, most(bar->open, bar->close)), 0);
    ck_assert_int_gt(bothy_decimal_sign(bar->low), 0);
    ck_assert_int_eq(bar->close_ns - bar->open_ns, bothy_timeframe_ns(bar->timeframe));
    ck_assert_int_eq(bothy_timeframe_open_ns(bar->timeframe, bar->open_ns), bar->open_ns);
}

/* Bars as a host makes them of trades, to compare with the market's own. */
struct builder {
    struct bothy_bar bar;
    uint64_t compared, trades;
};

static void build_bars(void *context, const struct bothy_event *event)
{
    struct builder *builder = context;
    struct bothy_bar *mine = &builder->bar;

    if (event->type == BOTHY_EVENT_TRADE) {
        const struct bothy_trade *trade = BOTHY_EVENT_BODY(event, struct bothy_trade);

        if (mine->trade_count++ == 0) {
            mine->open = mine->high = mine->low = trade->price;
            mine->volume = bothy_decimal_zero();
        }
        mine->high = most(mine->high, trade->price);
        mine->low = least(mine->low, trade->price);
        mine->close = trade->price;
        ck_assert_int_eq(bothy_decimal_add(mine->volume, trade->quantity, &mine->volume), 0);
        builder->trades++;
    } else if (event->type == BOTHY_EVENT_BAR) {
        const struct bothy_bar *bar = BOTHY_EVENT_BODY(event, struct bothy_bar);

        assert_bar_holds(bar);
        ck_assert_int_eq(bar->close_ns, event->ts_event_ns);
        ck_assert_uint_eq(bar->trade_count, mine->trade_count);
        if (bar->trade_count > 0) {
            ck_assert_int_eq(bothy_decimal_compare(bar->open, mine->open), 0);
            ck_assert_int_eq(bothy_decimal_compare(bar->high, mine->high), 0);
            ck_assert_int_eq(bothy_decimal_compare(bar->low, mine->low), 0);
            ck_assert_int_eq(bothy_decimal_compare(bar->close, mine->close), 0);
            ck_assert_int_eq(bothy_decimal_compare(bar->volume, mine->volume), 0);
        } else {
            ck_assert_int_eq(bothy_decimal_sign(bar->volume), 0);
        }
        memset(mine, 0, sizeof *mine);
        builder->compared++;
    }
}

START_TEST(bars_are_made_of_the_trades)
{
    const char *values[] = { "trade_rate", _i ? "0.02" : "3",   "history", "10m",
                             "step",       _i ? "5s" : "500ms", NULL };
    struct builder builder = { 0 };
    struct exchange sim;

    open_sim(&sim, values);
    sim.tally.on_event = build_bars;
    sim.tally.context = &builder;
    subscribe(&sim, 1, "XYZ/USDT", BOTHY_FEED_TRADES | BOTHY_FEED_BARS);
    ck_assert_int_eq(exchange_run(&sim, _i ? 720 * 4 + 1 : 7200 * 4 + 1), 0);
    ck_assert_uint_eq(builder.compared, 240);
    ck_assert_uint_gt(builder.trades, 50);
    exchange_close(&sim);
}
END_TEST

struct past {
    struct bothy_bar bars[3000];
    uint32_t bar_count;
    int64_t settled[64];
    uint32_t settled_count;
    int64_t samples[256];
    uint32_t sample_count;
    struct bothy_decimal first_trade;
    int64_t first_trade_ns;
};

static void keep_past(void *context, const struct bothy_event *event)
{
    struct past *past = context;

    if (event->type == BOTHY_EVENT_TRADE && past->first_trade_ns == 0) {
        past->first_trade = BOTHY_EVENT_BODY(event, struct bothy_trade)->price;
        past->first_trade_ns = event->ts_event_ns;
    }
    if (!(event->flags & BOTHY_EVENT_HISTORY))
        return;
    if (event->type == BOTHY_EVENT_BAR) {
        const struct bothy_bar *bar = BOTHY_EVENT_BODY(event, struct bothy_bar);

        assert_bar_holds(bar);
        ck_assert_int_eq(bar->close_ns, event->ts_event_ns);
        past->bars[past->bar_count++] = *bar;
    } else if (event->type == BOTHY_EVENT_FUNDING) {
        ck_assert_uint_eq(BOTHY_EVENT_BODY(event, struct bothy_funding)->flags,
                          BOTHY_FUNDING_SETTLED);
        past->settled[past->settled_count++] = event->ts_event_ns;
    } else if (event->type == BOTHY_EVENT_OPEN_INTEREST) {
        past->samples[past->sample_count++] = event->ts_event_ns;
    }
}

static int32_t history(struct exchange *sim, uint32_t feed, uint32_t timeframe, uint32_t count)
{
    struct bothy_history_request request = { .size = sizeof request,
                                             .instrument = 1,
                                             .feed = feed,
                                             .timeframe = timeframe,
                                             .count = count };

    return bothy_mock_request_history(sim->mock, &request);
}

static double difference(struct bothy_decimal a, struct bothy_decimal b)
{
    return fabs(bothy_decimal_to_double(a) / bothy_decimal_to_double(b) - 1);
}

START_TEST(history_joins_the_present)
{
    const char *values[] = { "history", "2d", NULL };
    struct past *past = calloc(1, sizeof *past);
    struct exchange sim;

    ck_assert_ptr_nonnull(past);
    open_sim(&sim, values);
    sim.tally.on_event = keep_past;
    sim.tally.context = past;
    subscribe(&sim, 1, BTC, EXCHANGE_ALL_FEEDS);
    ck_assert_int_eq(history(&sim, BOTHY_FEED_BARS, BOTHY_TF_1M, 2880), 0);
    ck_assert_uint_eq(past->bar_count, 2880);
    for (uint32_t i = 1; i < past->bar_count; i++)
        ck_assert_int_eq(past->bars[i].open_ns, past->bars[i - 1].close_ns);
    ck_assert_int_eq(past->bars[2879].close_ns, START);
    ck_assert_int_eq(exchange_run(&sim, 60), 0);
    ck_assert_int_le(past->first_trade_ns - START, 30 * BOTHY_NS_PER_S);
    ck_assert_double_le(difference(past->first_trade, past->bars[2879].close), 0.003);

    ck_assert_int_eq(history(&sim, BOTHY_FEED_FUNDING, 0, 5), 0);
    ck_assert_uint_eq(past->settled_count, 5);
    for (uint32_t i = 0; i < 5; i++)
        ck_assert_int_eq(past->settled[i], START - (5 - (int64_t)i) * 8 * BOTHY_NS_PER_H +
                                               /* the newest is the one at the start itself */
                                               8 * BOTHY_NS_PER_H);
    ck_assert_int_eq(history(&sim, BOTHY_FEED_OPEN_INTEREST, 0, 100), 0);
    ck_assert_uint_eq(past->sample_count, 100);
    for (uint32_t i = 1; i < past->sample_count; i++)
        ck_assert_int_eq(past->samples[i] - past->samples[i - 1], BOTHY_NS_PER_MIN);
    ck_assert_int_eq(history(&sim, BOTHY_FEED_TRADES, 0, 5), BOTHY_ENOTSUP);
    exchange_close(&sim);
    free(past);
}
END_TEST

START_TEST(longer_bars_join_the_minutes)
{
    const char *values[] = { "history", "26h", "start", "2024-01-01T00:03:00Z", NULL };
    struct past *past = calloc(1, sizeof *past);
    struct exchange sim;
    const struct bothy_bar *minute, *hour;

    ck_assert_ptr_nonnull(past);
    open_sim(&sim, values);
    sim.tally.on_event = keep_past;
    sim.tally.context = past;
    subscribe(&sim, 1, BTC, BOTHY_FEED_BARS);
    ck_assert_int_eq(history(&sim, BOTHY_FEED_BARS, BOTHY_TF_1H, 1000), 0);
    /* 22:03 to 00:03: the first and the last hour are not whole. */
    ck_assert_uint_eq(past->bar_count, 25);
    ck_assert_int_eq(past->bars[24].close_ns, START);
    ck_assert_int_eq(history(&sim, BOTHY_FEED_BARS, BOTHY_TF_1M, 63), 0);
    ck_assert_uint_eq(past->bar_count, 25 + 63);
    hour = &past->bars[24];
    minute = &past->bars[25];
    ck_assert_int_eq(minute->open_ns, hour->open_ns);
    ck_assert_int_eq(bothy_decimal_compare(minute->open, hour->open), 0);
    ck_assert_int_eq(bothy_decimal_compare(minute[59].close, hour->close), 0);
    for (uint32_t i = 0; i < 60; i++) {
        ck_assert_int_le(bothy_decimal_compare(minute[i].high, hour->high), 0);
        ck_assert_int_ge(bothy_decimal_compare(minute[i].low, hour->low), 0);
    }
    exchange_close(&sim);
    free(past);
}
END_TEST

struct payments {
    uint32_t settled, predicted;
    struct bothy_decimal last_predicted;
};

static void watch_funding(void *context, const struct bothy_event *event)
{
    const struct bothy_funding *funding = BOTHY_EVENT_BODY(event, struct bothy_funding);
    struct payments *payments = context;

    if (event->type != BOTHY_EVENT_FUNDING)
        return;
    ck_assert_int_eq(funding->interval_ns, 8 * BOTHY_NS_PER_H);
    ck_assert_int_eq(funding->next_settlement_ns % (8 * BOTHY_NS_PER_H), 0);
    ck_assert_int_gt(funding->next_settlement_ns, event->ts_event_ns);
    ck_assert_int_le(funding->next_settlement_ns - event->ts_event_ns, 8 * BOTHY_NS_PER_H);
    if (funding->flags & BOTHY_FUNDING_SETTLED) {
        ck_assert_int_eq(event->ts_event_ns % (8 * BOTHY_NS_PER_H), 0);
        ck_assert(payments->predicted == 0 ||
                  bothy_decimal_compare(funding->rate, payments->last_predicted) == 0);
        payments->settled++;
    } else {
        payments->last_predicted = funding->rate;
        payments->predicted++;
    }
}

START_TEST(funding_is_paid_every_eight_hours)
{
    const char *values[] = { "start", "2024-01-01T00:10:00Z", "history", "1h", NULL };
    struct payments payments = { 0 };
    struct exchange sim;

    open_sim(&sim, values);
    sim.tally.on_event = watch_funding;
    sim.tally.context = &payments;
    subscribe(&sim, 1, BTC, BOTHY_FEED_FUNDING);
    ck_assert_int_eq(exchange_run(&sim, 24 * HOUR), 0);
    ck_assert_uint_eq(payments.settled, 3);
    ck_assert_uint_eq(payments.predicted, 24 * 60);
    exchange_close(&sim);
}
END_TEST

/* What the three bots of the demonstration look for, in its simplest form. */
struct day {
    double closes[20], open, previous_open, previous_close;
    uint32_t bars, engulfing;
    double last, window[2];
    int64_t window_from_ns;
    uint32_t cascades_at_edge;
    uint64_t extreme_funding;
};

static void end_bar(struct day *day)
{
    double body = day->last - day->open, before = day->previous_close - day->previous_open;

    if (day->bars > 0 && body * before < 0 && fabs(body) > fabs(before))
        day->engulfing++;
    memmove(day->closes, day->closes + 1, 19 * sizeof day->closes[0]);
    day->closes[19] = day->last;
    day->previous_open = day->open;
    day->previous_close = day->last;
    day->open = day->last;
    day->bars++;
}

static int at_edge(const struct day *day, int lower)
{
    double mean = 0, square = 0;

    for (int i = 0; i < 20; i++)
        mean += day->closes[i] / 20;
    for (int i = 0; i < 20; i++)
        square += (day->closes[i] - mean) * (day->closes[i] - mean) / 20;
    return lower ? day->last <= mean - 2 * sqrt(square) : day->last >= mean + 2 * sqrt(square);
}

static void live_through(void *context, const struct bothy_event *event)
{
    struct day *day = &((struct day *)context)[event->instrument];

    if (event->type == BOTHY_EVENT_TRADE) {
        day->last = bothy_decimal_to_double(BOTHY_EVENT_BODY(event, struct bothy_trade)->price);
    } else if (event->type == BOTHY_EVENT_BAR) {
        if (event->ts_event_ns % (5 * BOTHY_NS_PER_MIN) == 0)
            end_bar(day);
    } else if (event->type == BOTHY_EVENT_FUNDING) {
        double rate = bothy_decimal_to_double(BOTHY_EVENT_BODY(event, struct bothy_funding)->rate);

        day->extreme_funding += fabs(rate) >= 0.0002;
    } else if (event->type == BOTHY_EVENT_LIQUIDATION) {
        const struct bothy_liquidation *forced = BOTHY_EVENT_BODY(event, struct bothy_liquidation);
        int longs = forced->side == BOTHY_SIDE_SELL;

        if (event->ts_event_ns - day->window_from_ns > 5 * BOTHY_NS_PER_MIN) {
            day->window_from_ns = event->ts_event_ns;
            day->window[0] = day->window[1] = 0;
        }
        day->window[longs] +=
            bothy_decimal_to_double(forced->price) * bothy_decimal_to_double(forced->quantity);
        if (day->bars < 20 || day->window[longs] < 1e6 ||
            day->window[longs] < 1.5 * day->window[!longs] || !at_edge(day, longs))
            return;
        day->cascades_at_edge++;
        day->window[longs] = 0;
    }
}

START_TEST(a_day_has_something_for_the_bots)
{
    const char *symbols[] = { BTC, ETH, SOL };
    struct day days[4] = { 0 };
    uint32_t cascades = 0;
    struct exchange sim;

    open_sim(&sim, NULL);
    sim.tally.on_event = live_through;
    sim.tally.context = days;
    for (uint32_t i = 0; i < 3; i++)
        subscribe(&sim, i + 1, symbols[i], EXCHANGE_ALL_FEEDS);
    ck_assert_int_eq(exchange_run(&sim, 24 * HOUR), 0);
    for (uint32_t i = 1; i <= 3; i++) {
        ck_assert_uint_gt(days[i].extreme_funding, 60);
        ck_assert_uint_gt(days[i].engulfing, 10);
        cascades += days[i].cascades_at_edge;
    }
    ck_assert_uint_ge(cascades, 3);
    exchange_close(&sim);
}
END_TEST

START_TEST(symbols_become_instruments)
{
    struct exchange sim;
    const struct bothy_instrument *d = sim.tally.definitions;

    open_sim(&sim, NULL);
    subscribe(&sim, 1, BTC, BOTHY_FEED_TRADES);
    subscribe(&sim, 2, "BTC/USDT", BOTHY_FEED_TRADES);
    subscribe(&sim, 3, "BTC/USD:BTC", EXCHANGE_ALL_FEEDS);
    subscribe(&sim, 4, "WHAT/EVER", BOTHY_FEED_TRADES | BOTHY_FEED_FUNDING);
    ck_assert_uint_eq(d[1].kind, BOTHY_INSTRUMENT_LINEAR);
    ck_assert_uint_eq(d[2].kind, BOTHY_INSTRUMENT_SPOT);
    ck_assert_uint_eq(d[3].kind, BOTHY_INSTRUMENT_INVERSE);
    ck_assert_str_eq(d[1].venue, "venue");
    ck_assert_str_eq(d[1].base, "BTC");
    ck_assert_str_eq(d[1].quote, "USDT");
    ck_assert_str_eq(d[1].settle, "USDT");
    ck_assert_str_eq(d[3].settle, "BTC");
    ck_assert_int_eq(bothy_decimal_compare(d[1].tick_size, bothy_decimal_make(1, -1)), 0);
    ck_assert_int_eq(bothy_decimal_compare(d[1].lot_size, bothy_decimal_make(1, -4)), 0);
    ck_assert_uint_ne(d[1].feeds & BOTHY_FEED_FUNDING, 0);
    ck_assert_uint_eq(d[2].feeds & BOTHY_FEED_FUNDING, 0);
    ck_assert_int_eq(d[2].funding_interval_ns, 0);
    ck_assert_int_eq(exchange_run(&sim, HOUR), 0);
    ck_assert_uint_eq(tally_faults(&sim.tally), 0);
    ck_assert_uint_eq(sim.tally.hash[4][BOTHY_EVENT_FUNDING], 0);
    ck_assert_uint_ne(sim.tally.hash[4][BOTHY_EVENT_TRADE], 0);
    ck_assert_uint_ne(sim.tally.hash[3][BOTHY_EVENT_MARK], 0);
    exchange_close(&sim);
}
END_TEST

START_TEST(wrong_symbols_are_refused)
{
    static const char *const wrong[] = { "",
                                         "BTC",
                                         "btc/usdt",
                                         "BTC/",
                                         "/USDT",
                                         "BTC/USDT:",
                                         "BTC/USDT:EUR",
                                         "BTC/US DT",
                                         "BTC/US/X",
                                         "BTC/USDT:USD:",
                                         "A234567890123456/USDT" };
    struct exchange sim;

    open_sim(&sim, NULL);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        sim.error.text[0] = '\0';
        ck_assert_int_eq(exchange_subscribe(&sim, 1, wrong[i], 1, 0, 0), BOTHY_ENOENT);
        ck_assert_ptr_nonnull(strstr(sim.error.text, "cannot be simulated: "));
    }
    ck_assert_uint_eq(sim.tally.events, 0);
    exchange_close(&sim);
}
END_TEST

START_TEST(particulars_win)
{
    const char *values[] = { "instruments",
                             "ABC/USDT price=2.5 tick_size=0.0005 lot_size=10 volatility=1",
                             "history", "0s", NULL };
    struct past past = { 0 };
    struct exchange sim;

    open_sim(&sim, values);
    sim.tally.on_event = keep_past;
    sim.tally.context = &past;
    subscribe(&sim, 1, "ABC/USDT", BOTHY_FEED_TRADES);
    ck_assert_int_eq(exchange_run(&sim, 60), 0);
    ck_assert_int_eq(
        bothy_decimal_compare(sim.tally.definitions[1].tick_size, bothy_decimal_make(5, -4)), 0);
    ck_assert_int_eq(
        bothy_decimal_compare(sim.tally.definitions[1].lot_size, bothy_decimal_make(10, 0)), 0);
    ck_assert_double_le(difference(past.first_trade, bothy_decimal_make(25, -1)), 0.01);
    ck_assert_int_eq(bothy_decimal_is_multiple(past.first_trade, bothy_decimal_make(5, -4)), 1);
    exchange_close(&sim);
}
END_TEST

START_TEST(wrong_options_are_refused)
{
    static const char *const wrong[][3] = {
        { "step", "7s", "divide a minute" },
        { "start", "2024-01-01T00:00:01Z", "whole minute" },
        { "funding_interval", "90s", "whole minutes" },
        { "instruments", "BTC price=1", "begin with a symbol" },
        { "instruments", "BTC/USDT price", "NAME=NUMBER" },
        { "instruments", "BTC/USDT price=-1", "NAME=NUMBER" },
        { "instruments", "BTC/USDT prize=1", "permitted are" },
    };

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        const char *values[] = { wrong[i][0], wrong[i][1], NULL };
        struct exchange sim;

        ck_assert_int_eq(exchange_open(&sim, values, NULL), BOTHY_EINVAL);
        ck_assert_msg(strstr(sim.error.text, wrong[i][2]) != NULL, "%s", sim.error.text);
        exchange_close(&sim);
    }
}
END_TEST

START_TEST(time_ends)
{
    const char *values[] = { "duration", "10m", "step", "10s", NULL };
    struct exchange sim;

    open_sim(&sim, values);
    subscribe(&sim, 1, BTC, EXCHANGE_ALL_FEEDS);
    ck_assert_uint_eq(tally_state(&sim.tally, 1), BOTHY_FEED_STATE_LIVE);
    ck_assert_int_eq(exchange_run(&sim, 60), 0);
    ck_assert_int_eq(exchange_run(&sim, 1), BOTHY_EEND);
    ck_assert_int_eq(exchange_run(&sim, 1), BOTHY_EEND);
    ck_assert_uint_eq(tally_state(&sim.tally, 1), BOTHY_FEED_STATE_ENDED);
    ck_assert_int_eq(sim.tally.last_ns, START + 9 * BOTHY_NS_PER_MIN + 50 * BOTHY_NS_PER_S);
    exchange_close(&sim);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("sim");
    TCase *tests = tcase_create("sim");

    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, same_seed_same_bytes);
    tcase_add_test(tests, others_do_not_matter);
    tcase_add_test(tests, who_comes_late_finds_the_same_market);
    tcase_add_test(tests, book_never_crosses);
    tcase_add_loop_test(tests, bars_are_made_of_the_trades, 0, 2);
    tcase_add_test(tests, history_joins_the_present);
    tcase_add_test(tests, longer_bars_join_the_minutes);
    tcase_add_test(tests, funding_is_paid_every_eight_hours);
    tcase_add_test(tests, a_day_has_something_for_the_bots);
    tcase_add_test(tests, symbols_become_instruments);
    tcase_add_test(tests, wrong_symbols_are_refused);
    tcase_add_test(tests, particulars_win);
    tcase_add_test(tests, wrong_options_are_refused);
    tcase_add_test(tests, time_ends);
    suite_add_tcase(suite, tests);
    return suite;
}

BOTHY_TEST_MAIN(make_suite)
