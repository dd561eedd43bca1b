/*
 * Raw websocket recordings through replay: what each message becomes, the rules of the book, and
 * that every line is counted once, whatever is in it.
 */
#include "config.h"

#include "exchange.h"
#include "naive_book.h"
#include "replay_text.h"
#include "suite.h"

#include <bothy/time.h>

#include <malloc.h>
#include <string.h>

#define PERP "BTC/USDT:USDT"
#define SPOT "BTC/USDT"

/* Lines of a recording, one nanosecond apart. */
struct script {
    char text[1 << 16];
    size_t used;
    int64_t ts;
};

static void line(struct script *s, const char *json)
{
    s->used += (size_t)snprintf(s->text + s->used, sizeof s->text - s->used, "%lld %s\n",
                                (long long)(1700000000000000000 + s->ts++), json);
    ck_assert_uint_lt(s->used, sizeof s->text);
}

static void snapshot(struct script *s, unsigned id)
{
    char json[256];

    snprintf(json, sizeof json,
             "{\"lastUpdateId\":%u,\"bids\":[[\"99.0\",\"1\"],[\"98.0\",\"2\"]],"
             "\"asks\":[[\"101.0\",\"1\"]]}",
             id);
    line(s, json);
}

/* A depthUpdate of futures (previous > 0) or spot that sets one bid. */
static void update(struct script *s, unsigned first, unsigned last, unsigned previous,
                   const char *bid, const char *size)
{
    char pu[32] = "", json[320];

    if (previous > 0)
        snprintf(pu, sizeof pu, "\"pu\":%u,", previous);
    snprintf(json, sizeof json,
             "{\"stream\":\"btcusdt@depth@0ms\",\"data\":{\"e\":\"depthUpdate\",\"E\":1,"
             "\"s\":\"BTCUSDT\",\"U\":%u,\"u\":%u,%s\"b\":[[\"%s\",\"%s\"]],\"a\":[]}}",
             first, last, pu, bid, size);
    line(s, json);
}

struct seen {
    struct naive_book book;
    uint64_t book_events, snapshots, crossed;
    struct bothy_trade trade;
    struct bothy_quote quote;
    struct bothy_mark mark;
    struct bothy_liquidation liquidation;
    struct bothy_funding rates[8];
    uint32_t rate_count;
};

static void keep(void *context, const struct bothy_event *event)
{
    struct seen *seen = context;

    switch (event->type) {
    case BOTHY_EVENT_BOOK:
        seen->book_events++;
        seen->snapshots += (event->flags & BOTHY_EVENT_SNAPSHOT) != 0;
        ck_assert_int_eq(naive_book_apply(&seen->book, event), 0);
        if (!(event->flags & BOTHY_EVENT_MORE))
            seen->crossed += naive_book_crossed(&seen->book);
        break;
    case BOTHY_EVENT_TRADE:
        seen->trade = *BOTHY_EVENT_BODY(event, struct bothy_trade);
        break;
    case BOTHY_EVENT_QUOTE:
        seen->quote = *BOTHY_EVENT_BODY(event, struct bothy_quote);
        break;
    case BOTHY_EVENT_MARK:
        seen->mark = *BOTHY_EVENT_BODY(event, struct bothy_mark);
        break;
    case BOTHY_EVENT_LIQUIDATION:
        seen->liquidation = *BOTHY_EVENT_BODY(event, struct bothy_liquidation);
        break;
    case BOTHY_EVENT_FUNDING:
        seen->rates[seen->rate_count++] = *BOTHY_EVENT_BODY(event, struct bothy_funding);
        break;
    default:
        break;
    }
}

struct run {
    struct exchange exchange;
    struct tally *tally;
    struct seen *seen;
    int32_t result;
};

static void begin(struct run *run, const char *path, const char *symbol, const char *on_error,
                  uint32_t feeds)
{
    const char *values[] = { "symbol1", symbol, "on_error1", on_error, NULL };
    const char *files[] = { "file1", path, NULL };

    run->seen = calloc(1, sizeof *run->seen);
    ck_assert_ptr_nonnull(run->seen);
    run->tally = &run->exchange.tally;
    run->result = exchange_open(&run->exchange, values, files);
    run->tally->on_event = keep;
    run->tally->context = run->seen;
    if (run->result == 0)
        run->result = exchange_subscribe(&run->exchange, 1, symbol, feeds, 0, 0);
}

static void play(struct run *run, const struct script *s, const char *symbol)
{
    begin(run, text_file_of(s->text, s->used), symbol, "skip", EXCHANGE_ALL_FEEDS);
    ck_assert_msg(run->result == 0, "%s", run->exchange.error.text);
    ck_assert_int_eq(exchange_run(&run->exchange, UINT64_MAX), BOTHY_EEND);
    ck_assert_uint_eq(tally_faults(run->tally), 0);
    ck_assert_uint_eq(run->tally->backwards, 0);
    ck_assert_uint_eq(run->seen->crossed, 0);
    /* Whatever was in the lines: each is counted once. */
    ck_assert_uint_eq(tally_counted_prefix(run->tally, ""), (uint64_t)s->ts);
}

static void finish(struct run *run)
{
    exchange_close(&run->exchange);
    free(run->seen);
}

static void assert_decimal(struct bothy_decimal value, const char *text)
{
    struct bothy_decimal wanted;

    ck_assert_int_eq(bothy_decimal_parse(text, strlen(text), &wanted), 0);
    ck_assert_msg(bothy_decimal_compare(value, wanted) == 0, "%g is not %s",
                  bothy_decimal_to_double(value), text);
}

/* The states that were told, as letters. */
static const char *states(const struct run *run)
{
    static char text[TALLY_STATES + 1];
    uint32_t i;

    for (i = 0; i < run->tally->state_count; i++)
        text[i] = "DLSGRE"[run->tally->states[i].state];
    text[i] = '\0';
    return text;
}

static void assert_best_bid(const struct run *run, const char *price)
{
    const struct bothy_level *best = naive_book_best(&run->seen->book, BOTHY_SIDE_BUY);

    ck_assert_ptr_nonnull(best);
    assert_decimal(best->price, price);
}

/* ---- messages ---- */

START_TEST(each_message_becomes_its_event)
{
    struct script s = { .used = 0 };
    struct run run;

    line(&s, "{\"stream\":\"btcusdt@trade\",\"data\":{\"e\":\"trade\",\"E\":5,\"T\":4,"
             "\"s\":\"BTCUSDT\",\"t\":7,\"p\":\"100.10\",\"q\":\"0.006\",\"X\":\"MARKET\","
             "\"m\":true}}");
    line(&s, "{\"e\":\"bookTicker\",\"u\":9,\"s\":\"BTCUSDT\",\"b\":\"99.9\",\"B\":\"1\","
             "\"a\":\"100.1\",\"A\":2,\"T\":4,\"E\":5,\"ps\":\"BTCUSDT\",\"st\":1}");
    line(&s, "{\"e\":\"markPriceUpdate\",\"E\":1,\"s\":\"BTCUSDT\",\"p\":\"100.5\",\"i\":\"100.4\","
             "\"P\":\"1\",\"r\":\"0.00038167\",\"T\":1700006400000}");
    line(&s, "{\"e\":\"markPriceUpdate\",\"E\":1,\"s\":\"BTCUSDT\",\"p\":\"100.6\",\"i\":\"100.4\","
             "\"P\":\"1\",\"r\":\"-0.0001\",\"T\":1700020800000}");
    line(&s,
         "{\"e\":\"forceOrder\",\"E\":1,\"o\":{\"s\":\"BTCUSDT\",\"S\":\"SELL\",\"o\":\"LIMIT\","
         "\"f\":\"IOC\",\"q\":\"0.5\",\"p\":\"99\",\"ap\":\"98.5\",\"X\":\"FILLED\","
         "\"l\":\"0.1\",\"z\":\"0.4\",\"T\":1}}");
    play(&run, &s, PERP);
    assert_decimal(run.seen->trade.price, "100.1");
    assert_decimal(run.seen->trade.quantity, "0.006");
    ck_assert_uint_eq(run.seen->trade.trade_id, 7);
    ck_assert_uint_eq(run.seen->trade.taker_side, BOTHY_SIDE_SELL);
    assert_decimal(run.seen->quote.bid_price, "99.9");
    assert_decimal(run.seen->quote.ask_quantity, "2");
    assert_decimal(run.seen->mark.mark_price, "100.6");
    assert_decimal(run.seen->mark.index_price, "100.4");
    /* Predicted; then what was predicted last is paid; then predicted anew. */
    ck_assert_uint_eq(run.seen->rate_count, 3);
    assert_decimal(run.seen->rates[0].rate, "0.00038167");
    ck_assert_uint_eq(run.seen->rates[0].flags, 0);
    ck_assert_int_eq(run.seen->rates[0].next_settlement_ns, 1700006400 * BOTHY_NS_PER_S);
    assert_decimal(run.seen->rates[1].rate, "0.00038167");
    ck_assert_uint_eq(run.seen->rates[1].flags, BOTHY_FUNDING_SETTLED);
    ck_assert_int_eq(run.seen->rates[1].interval_ns, 4 * BOTHY_NS_PER_H);
    assert_decimal(run.seen->rates[2].rate, "-0.0001");
    assert_decimal(run.seen->liquidation.price, "98.5");
    assert_decimal(run.seen->liquidation.quantity, "0.4");
    ck_assert_uint_eq(run.seen->liquidation.side, BOTHY_SIDE_SELL);
    ck_assert_uint_eq(tally_counted(run.tally, "applied"), 5);
    ck_assert_uint_eq(run.tally->definitions[1].feeds, BOTHY_FEED_TRADES | BOTHY_FEED_QUOTES |
                                                           BOTHY_FEED_MARK | BOTHY_FEED_FUNDING |
                                                           BOTHY_FEED_LIQUIDATIONS);
    ck_assert_str_eq(states(&run), "LE");
    finish(&run);
}
END_TEST

START_TEST(spot_tickers_do_not_say_what_they_are)
{
    struct script s = { .used = 0 };
    struct run run;

    line(&s, "{\"stream\":\"btcusdt@bookTicker\",\"data\":{\"u\":9,\"s\":\"BTCUSDT\",\"b\":\"99\","
             "\"B\":\"1.50000000\",\"a\":\"101.00\",\"A\":\"2\"}}");
    line(&s, "{\"stream\":\"btcusdt@trade\",\"data\":{\"e\":\"trade\",\"E\":5,\"s\":\"BTCUSDT\","
             "\"t\":8,\"p\":\"61837.63000000\",\"q\":\"0.02000000\",\"b\":1,\"a\":2,\"T\":5,"
             "\"m\":false,\"M\":true}}");
    play(&run, &s, SPOT);
    assert_decimal(run.seen->quote.bid_quantity, "1.5");
    assert_decimal(run.seen->trade.price, "61837.63");
    ck_assert_uint_eq(run.seen->trade.taker_side, BOTHY_SIDE_BUY);
    assert_decimal(run.tally->definitions[1].tick_size, "0.01");
    finish(&run);
}
END_TEST

START_TEST(what_is_no_market_data_is_counted)
{
    struct script s = { .used = 0 };
    struct run run;

    line(&s, "{\"result\":null,\"id\":1}");
    line(&s, "{\"code\":2,\"msg\":\"Invalid request\"}");
    line(&s, "{\"e\":\"kline\",\"s\":\"BTCUSDT\",\"k\":{\"t\":1}}");
    line(&s, "{\"e\":\"24hrTicker\",\"s\":\"BTCUSDT\",\"b\":\"1\",\"B\":\"1\",\"a\":\"1\","
             "\"A\":\"1\"}");
    line(&s, "{\"what\":1}");
    line(&s, "{\"e\":\"trade\",\"s\":\"ETHUSDT\",\"t\":7,\"p\":\"1\",\"q\":\"1\",\"m\":true}");
    line(&s, "{\"e\":\"trade\",\"s\":\"BTCUSDT\",\"t\":7,\"p\":\"1\",\"q\":\"1\",\"m\":true,"
             "\"X\":\"INSURANCE_FUND\"}");
    line(&s, "{\"e\":\"trade\",\"s\":\"BTCUSDT\",\"t\":7,\"p\":\"0\",\"q\":\"0\",\"m\":true}");
    line(&s, "{\"e\":\"trade\",\"s\":\"BTCUSDT\",\"t\":7,\"p\":\"1\",\"q\":\"1\",\"m\":true}");
    line(&s, "{\"e\":\"aggTrade\",\"s\":\"BTCUSDT\",\"a\":7,\"p\":\"1\",\"q\":\"1\",\"m\":true}");
    play(&run, &s, PERP);
    ck_assert_uint_eq(tally_counted(run.tally, "control"), 2);
    ck_assert_uint_eq(tally_counted(run.tally, "unknown: kline"), 1);
    ck_assert_uint_eq(tally_counted(run.tally, "unknown: 24hrTicker"), 1);
    ck_assert_uint_eq(tally_counted(run.tally, "unknown: no type"), 1);
    ck_assert_uint_eq(tally_counted(run.tally, "unknown: another symbol"), 1);
    ck_assert_uint_eq(tally_counted(run.tally, "dropped: trade outside the market"), 1);
    ck_assert_uint_eq(tally_counted(run.tally, "dropped: trade of price or quantity 0"), 1);
    ck_assert_uint_eq(tally_counted(run.tally, "dropped: trade told by another stream"), 1);
    ck_assert_uint_eq(run.tally->by_type[BOTHY_EVENT_TRADE], 1);
    finish(&run);
}
END_TEST

static const struct {
    const char *line;
    const char *says;
} bad_lines[] = {
    { "{\"e\":\"trade\"}\n", "begins with the local time" },
    { "x {}\n", "begins with the local time" },
    { "1700000000000000009 \n", "no JSON at byte 0" },
    { "1700000000000000009 [1]\n", "at byte 0: an object was expected" },
    { "1700000000000000009 "
      "{\"e\":\"trade\",\"s\":\"BTCUSDT\",\"p\":\"1\",\"q\":\"1\",\"m\":true}\n",
      "a trade without \"t\"" },
    { "1700000000000000009 {\"e\":\"trade\",\"s\":\"BTCUSDT\",\"t\":1,\"p\":\"1,5\",\"q\":\"1\","
      "\"m\":true}\n",
      "a trade without \"p\"" },
    { "1700000000000000009 {\"e\":\"trade\",\"s\":\"BTCUSDT\",\"t\":1,\"p\":\"1\",\"q\":\"1\","
      "\"m\":true\n",
      "no JSON at byte 57" },
    { "1700000000000000009 {\"e\":\"depthUpdate\",\"s\":\"BTCUSDT\",\"U\":9,\"u\":8,\"b\":[],"
      "\"a\":[]}\n",
      "above its \"u\"" },
    { "1700000000000000009 {\"e\":\"depthUpdate\",\"s\":\"BTCUSDT\",\"U\":1,\"u\":8,"
      "\"b\":[[\"1\"]],\"a\":[]}\n",
      "level 1 is no [price, size]" },
    { "1700000000000000009 {\"e\":\"forceOrder\",\"o\":{\"s\":\"BTCUSDT\"}}\n", "a forceOrder" },
    { "1600000000000000000 {\"e\":\"trade\",\"s\":\"BTCUSDT\",\"t\":1,\"p\":\"1\",\"q\":\"1\","
      "\"m\":true}\n",
      "earlier than the one before" },
};

START_TEST(bad_lines_are_told_or_counted)
{
    static const char good[] =
        "1700000000000000001 {\"e\":\"trade\",\"s\":\"BTCUSDT\",\"t\":1,\"p\":\"1\",\"q\":\"1\","
        "\"m\":true}\n";
    char text[2048];
    struct run run;

    snprintf(text, sizeof text, "%s%s%s", good, bad_lines[_i].line, good);
    /* The last line is in order again. */
    text[strlen(text) - strlen(good) + 18] = '9';
    begin(&run, text_file(text), PERP, "stop", EXCHANGE_ALL_FEEDS);
    if (run.result == 0)
        run.result = exchange_run(&run.exchange, UINT64_MAX);
    ck_assert_int_lt(run.result, 0);
    ck_assert_int_ne(run.result, BOTHY_EEND);
    if (run.exchange.error.text[0]) { /* found before it began */
        ck_assert_str_eq(run.exchange.error.where, "file1");
        ck_assert_uint_eq(run.exchange.error.line, 2);
        ck_assert_msg(strstr(run.exchange.error.text, bad_lines[_i].says) != NULL, "%s",
                      run.exchange.error.text);
    } else {
        ck_assert_msg(strstr(tally_last_line(run.tally), "file1:2: ") != NULL &&
                          strstr(tally_last_line(run.tally), bad_lines[_i].says) != NULL,
                      "%s", tally_last_line(run.tally));
        ck_assert_uint_eq(tally_state(run.tally, 1), BOTHY_FEED_STATE_DOWN);
    }
    finish(&run);

    begin(&run, text_file(text), PERP, "skip", EXCHANGE_ALL_FEEDS);
    ck_assert_int_eq(run.result, 0);
    ck_assert_int_eq(exchange_run(&run.exchange, UINT64_MAX), BOTHY_EEND);
    ck_assert_uint_eq(tally_counted(run.tally, "applied"), 2);
    ck_assert_uint_eq(tally_counted_prefix(run.tally, "bad"), 1);
    finish(&run);
}
END_TEST

START_TEST(a_recording_of_several_symbols)
{
    struct script s = { .used = 0 };
    const char *values[] = { "symbol1", PERP ", ETH/USDT:USDT", NULL };
    const char *files[] = { "file1", NULL, NULL };
    struct exchange exchange;

    line(&s, "{\"e\":\"trade\",\"s\":\"BTCUSDT\",\"t\":1,\"p\":\"100\",\"q\":\"1\",\"m\":true}");
    line(&s, "{\"e\":\"trade\",\"s\":\"ETHUSDT\",\"t\":1,\"p\":\"10\",\"q\":\"1\",\"m\":true}");
    line(&s, "{\"e\":\"trade\",\"s\":\"ETHUSDT\",\"t\":2,\"p\":\"10\",\"q\":\"1\",\"m\":true}");
    line(&s, "{\"lastUpdateId\":1,\"bids\":[],\"asks\":[]}");
    files[1] = text_file_of(s.text, s.used);
    ck_assert_int_eq(exchange_open(&exchange, values, files), 0);
    ck_assert_int_eq(exchange_subscribe(&exchange, 2, "ETH/USDT:USDT", EXCHANGE_ALL_FEEDS, 0, 0),
                     0);
    ck_assert_int_eq(exchange_run(&exchange, UINT64_MAX), BOTHY_EEND);
    ck_assert_uint_eq(exchange.tally.by_type[BOTHY_EVENT_TRADE], 2);
    ck_assert_uint_eq(exchange.tally.hash[1][BOTHY_EVENT_TRADE], 0);
    ck_assert_uint_eq(tally_counted(&exchange.tally, "applied"), 3);
    ck_assert_uint_eq(tally_counted(&exchange.tally, "unknown: snapshot of no symbol"), 1);
    exchange_close(&exchange);
}
END_TEST

/* ---- the book ---- */

START_TEST(futures_follow_pu)
{
    struct script s = { .used = 0 };
    struct run run;

    update(&s, 90, 95, 89, "90", "1");  /* before the snapshot, and older than it */
    update(&s, 96, 103, 95, "91", "1"); /* before it, and it begins with this one */
    snapshot(&s, 100);
    update(&s, 104, 110, 103, "99.5", "3");
    update(&s, 105, 109, 104, "99.7", "3"); /* old */
    update(&s, 140, 150, 110, "98", "0");
    play(&run, &s, PERP);
    assert_best_bid(&run, "99.5");
    assert_decimal(naive_book_at(&run.seen->book, BOTHY_SIDE_BUY, bothy_decimal_make(91, 0)), "1");
    assert_decimal(naive_book_at(&run.seen->book, BOTHY_SIDE_BUY, bothy_decimal_make(90, 0)), "0");
    assert_decimal(naive_book_at(&run.seen->book, BOTHY_SIDE_BUY, bothy_decimal_make(98, 0)), "0");
    ck_assert_uint_eq(tally_counted(run.tally, "applied"), 4);
    ck_assert_uint_eq(tally_counted(run.tally, "dropped: depth older than the book"), 2);
    ck_assert_str_eq(states(&run), "RLE");
    finish(&run);
}
END_TEST

START_TEST(spot_follows_the_next_id)
{
    struct script s = { .used = 0 };
    struct run run;

    update(&s, 90, 100, 0, "90", "1"); /* ends with the snapshot: nothing new */
    snapshot(&s, 100);
    update(&s, 101, 105, 0, "99.5", "3");
    update(&s, 106, 106, 0, "99.6", "3");
    play(&run, &s, SPOT);
    assert_best_bid(&run, "99.6");
    ck_assert_uint_eq(tally_counted(run.tally, "dropped: depth older than the book"), 1);
    ck_assert_uint_eq(tally_counted(run.tally, "applied"), 3);
    ck_assert_str_eq(states(&run), "RLE");
    finish(&run);
}
END_TEST

START_TEST(a_gap_waits_for_the_next_snapshot)
{
    unsigned pu = _i ? 0 : 1;
    struct script s = { .used = 0 };
    struct run run;

    snapshot(&s, 100);
    update(&s, 101, 105, pu * 100, "99.5", "3");
    update(&s, 108, 110, pu * 107, "99.6", "3"); /* 106 and 107 are lost */
    update(&s, 111, 115, pu * 110, "99.7", "3");
    snapshot(&s, 104); /* older than what waits: does not help */
    snapshot(&s, 112);
    update(&s, 116, 116, pu * 115, "99.8", "3");
    play(&run, &s, _i ? SPOT : PERP);
    assert_best_bid(&run, "99.8");
    assert_decimal(naive_book_at(&run.seen->book, BOTHY_SIDE_BUY, bothy_decimal_make(996, -1)),
                   "0"); /* older than the snapshot that helped */
    assert_decimal(naive_book_at(&run.seen->book, BOTHY_SIDE_BUY, bothy_decimal_make(997, -1)),
                   "3");
    ck_assert_str_eq(states(&run), "RLGRGRLE");
    ck_assert_uint_eq(run.seen->snapshots, 3);
    ck_assert_ptr_nonnull(
        strstr(run.tally->states[2].reason, _i ? "U 108 after u 105" : "pu 107 after u 105"));
    finish(&run);
}
END_TEST

START_TEST(without_a_snapshot_there_is_no_book)
{
    struct script s = { .used = 0 };
    struct run run;

    for (unsigned i = 0; i < 300; i++)
        update(&s, 10 * i + 1, 10 * i + 10, 10 * i + 1, "99.5", "3");
    play(&run, &s, PERP);
    ck_assert_uint_eq(run.seen->book_events, 0);
    ck_assert_uint_eq(tally_counted(run.tally, "dropped: depth without a snapshot"), 300);
    ck_assert_str_eq(states(&run), "RE");
    finish(&run);
}
END_TEST

START_TEST(a_crossed_book_is_a_gap)
{
    struct script s = { .used = 0 };
    struct run run;

    snapshot(&s, 100);
    update(&s, 101, 105, 100, "99.5", "3");
    update(&s, 106, 107, 105, "101.0", "3");
    update(&s, 108, 109, 107, "99.6", "3");
    play(&run, &s, PERP);
    assert_best_bid(&run, "99.5");
    ck_assert_str_eq(states(&run), "RLGRE");
    ck_assert_uint_eq(tally_counted(run.tally, "dropped: depth that crosses the book"), 1);
    ck_assert_uint_eq(tally_counted(run.tally, "dropped: depth without a snapshot"), 1);
    finish(&run);
}
END_TEST

START_TEST(partial_depth_is_whole_each_time)
{
    struct script s = { .used = 0 };
    struct run run;

    line(&s, "{\"stream\":\"btcusdt@depth5\",\"data\":{\"lastUpdateId\":5,"
             "\"bids\":[[\"99\",\"1\"],[\"98\",\"1\"]],\"asks\":[[\"101\",\"1\"]]}}");
    line(&s, "{\"stream\":\"btcusdt@depth5\",\"data\":{\"lastUpdateId\":9,"
             "\"asks\":[[\"102\",\"1\"]],\"bids\":[[\"100\",\"1\"]]}}");
    play(&run, &s, SPOT);
    assert_best_bid(&run, "100");
    ck_assert_uint_eq(run.seen->book.bids.count, 1);
    ck_assert_uint_eq(run.seen->snapshots, 2);
    ck_assert_str_eq(states(&run), "RLE");
    finish(&run);
}
END_TEST

START_TEST(a_large_snapshot_is_a_chain)
{
    char *text = malloc(1 << 18);
    struct run run;
    size_t used = 0;

    ck_assert_ptr_nonnull(text);
    used += (size_t)snprintf(text, 1 << 18, "1700000000000000000 {\"lastUpdateId\":1,\"bids\":[");
    for (int i = 0; i < 1500; i++)
        used += (size_t)snprintf(text + used, (1 << 18) - used, "%s[\"%d.5\",\"1\"]", i ? "," : "",
                                 5000 - i);
    used += (size_t)snprintf(text + used, (1 << 18) - used, "],\"asks\":[");
    for (int i = 0; i < 1200; i++)
        used += (size_t)snprintf(text + used, (1 << 18) - used, "%s[\"%d\",\"1\"]", i ? "," : "",
                                 5001 + i);
    snprintf(text + used, (1 << 18) - used, "]}\n");
    begin(&run, text_file(text), PERP, "stop", BOTHY_FEED_BOOK);
    ck_assert_int_eq(run.result, 0);
    ck_assert_int_eq(exchange_run(&run.exchange, UINT64_MAX), BOTHY_EEND);
    ck_assert_uint_eq(run.seen->book_events, 3);
    ck_assert_uint_eq(run.seen->snapshots, 1);
    ck_assert_uint_eq(run.seen->book.bids.count, 1500);
    ck_assert_uint_eq(run.seen->book.asks.count, 1200);
    ck_assert_int_eq(run.seen->book.chained, 0);
    ck_assert_uint_eq(tally_faults(run.tally), 0);
    finish(&run);
    free(text);
}
END_TEST

START_TEST(who_comes_late_gets_the_book)
{
    struct script s = { .used = 0 };
    struct run run;

    snapshot(&s, 100);
    update(&s, 101, 105, 100, "99.5", "3");
    update(&s, 106, 107, 105, "98", "0");
    line(&s, "{\"e\":\"trade\",\"s\":\"BTCUSDT\",\"t\":1,\"p\":\"100\",\"q\":\"1\",\"m\":true}");
    update(&s, 108, 109, 107, "99.6", "4");
    begin(&run, text_file_of(s.text, s.used), PERP, "stop", BOTHY_FEED_TRADES);
    ck_assert_int_eq(run.result, 0);
    ck_assert_int_eq(exchange_run(&run.exchange, 1), 0);
    ck_assert_uint_eq(run.tally->by_type[BOTHY_EVENT_TRADE], 1);
    ck_assert_uint_eq(run.seen->book_events, 0);
    ck_assert_str_eq(states(&run), "L");
    ck_assert_int_eq(
        exchange_subscribe(&run.exchange, 1, PERP, BOTHY_FEED_TRADES | BOTHY_FEED_BOOK, 0, 0), 0);
    ck_assert_uint_eq(run.seen->snapshots, 1);
    ck_assert_uint_eq(run.seen->book.bids.count, 2);
    assert_best_bid(&run, "99.5");
    ck_assert_int_eq(exchange_run(&run.exchange, UINT64_MAX), BOTHY_EEND);
    assert_best_bid(&run, "99.6");
    ck_assert_uint_eq(run.tally->backwards, 0);
    finish(&run);
}
END_TEST

/* ---- memory ---- */

#ifndef BOTHY_SANITIZED
START_TEST(memory_does_not_grow_with_the_file)
{
    size_t capacity = 24 << 20, used = 0, early, late;
    char *text = malloc(capacity);
    const char *path;
    struct run run;

    ck_assert_ptr_nonnull(text);
    used += (size_t)snprintf(text, capacity,
                             "1 {\"lastUpdateId\":0,\"bids\":[[\"9\",\"1\"]],"
                             "\"asks\":[[\"20\",\"1\"]]}\n");
    for (unsigned i = 0; used < capacity - 1024; i++)
        used += (size_t)snprintf(text + used, capacity - used,
                                 "%u {\"e\":\"depthUpdate\",\"s\":\"BTCUSDT\",\"U\":%u,\"u\":%u,"
                                 "\"pu\":%u,\"b\":[[\"%u.%u\",\"%u\"]],\"a\":[]}\n",
                                 i + 2, i + 1, i + 1, i, 10 + i % 9, i % 10, i % 3);
    path = text_file_of(text, used);
    free(text);
    begin(&run, path, PERP, "stop", BOTHY_FEED_BOOK);
    ck_assert_int_eq(run.result, 0);
    ck_assert_int_eq(exchange_run(&run.exchange, 10000), 0);
    early = mallinfo2().uordblks + mallinfo2().hblkhd;
    ck_assert_int_eq(exchange_run(&run.exchange, 150000), 0);
    late = mallinfo2().uordblks + mallinfo2().hblkhd;
    ck_assert_uint_gt(early, 100000);
    ck_assert_uint_le(late, early + 4096);
    finish(&run);
}
END_TEST
#endif

static Suite *make_suite(void)
{
    Suite *suite = suite_create("replay_messages");
    TCase *tests = tcase_create("recordings");

    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, each_message_becomes_its_event);
    tcase_add_test(tests, spot_tickers_do_not_say_what_they_are);
    tcase_add_test(tests, what_is_no_market_data_is_counted);
    tcase_add_loop_test(tests, bad_lines_are_told_or_counted, 0,
                        (int)(sizeof bad_lines / sizeof bad_lines[0]));
    tcase_add_test(tests, a_recording_of_several_symbols);
    tcase_add_test(tests, futures_follow_pu);
    tcase_add_test(tests, spot_follows_the_next_id);
    tcase_add_loop_test(tests, a_gap_waits_for_the_next_snapshot, 0, 2);
    tcase_add_test(tests, without_a_snapshot_there_is_no_book);
    tcase_add_test(tests, a_crossed_book_is_a_gap);
    tcase_add_test(tests, partial_depth_is_whole_each_time);
    tcase_add_test(tests, a_large_snapshot_is_a_chain);
    tcase_add_test(tests, who_comes_late_gets_the_book);
#ifndef BOTHY_SANITIZED /* a sanitizer's allocator does not tell */
    tcase_add_test(tests, memory_does_not_grow_with_the_file);
#endif
    suite_add_tcase(suite, tests);
    return suite;
}

BOTHY_TEST_MAIN(make_suite)
