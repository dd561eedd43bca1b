/*
 * Tables through replay: bars, trades and funding rates as CSV and JSON, plain and compressed;
 * what is wrong with them, and what is said about it; several files as one sequence; history.
 */
#include "exchange.h"
#include "replay_text.h"
#include "suite.h"

#include <bothy/time.h>

#include <string.h>

#define SYMBOL   "BTC/USDT:USDT"
#define ALL_BARS UINT32_MAX
#define KEPT_MAX 8192

/* Every event of a run, as far as the tests ask. */
struct seen {
    struct bothy_bar bars[KEPT_MAX];
    uint32_t bar_count;
    struct bothy_bar past[KEPT_MAX];
    uint32_t past_count;
    struct bothy_trade trades[KEPT_MAX];
    uint32_t trade_count;
    struct bothy_funding rates[KEPT_MAX];
    int64_t rate_ns[KEPT_MAX];
    uint32_t rate_count;
    char order[KEPT_MAX]; /* one letter an event */
    uint32_t order_count;
};

static void keep(void *context, const struct bothy_event *event)
{
    struct seen *seen = context;

    switch (event->type) {
    case BOTHY_EVENT_BAR:
        if (event->flags & BOTHY_EVENT_HISTORY)
            seen->past[seen->past_count++] = *BOTHY_EVENT_BODY(event, struct bothy_bar);
        else
            seen->bars[seen->bar_count++] = *BOTHY_EVENT_BODY(event, struct bothy_bar);
        break;
    case BOTHY_EVENT_TRADE:
        seen->trades[seen->trade_count++] = *BOTHY_EVENT_BODY(event, struct bothy_trade);
        break;
    case BOTHY_EVENT_FUNDING:
        seen->rates[seen->rate_count] = *BOTHY_EVENT_BODY(event, struct bothy_funding);
        seen->rate_ns[seen->rate_count++] = event->ts_event_ns;
        break;
    default:
        return;
    }
    seen->order[seen->order_count++] = event->type == BOTHY_EVENT_BAR     ? 'b'
                                       : event->type == BOTHY_EVENT_TRADE ? 't'
                                                                          : 'f';
}

struct run {
    struct exchange exchange;
    struct seen *seen;
    int32_t result;
};

#define VALUES(...) ((const char *const[]) { "symbol1", SYMBOL, ##__VA_ARGS__, NULL })

static void begin(struct run *run, const char *const *values, const char *file1, const char *file2)
{
    const char *files[] = { "file1", file1, file2 ? "file2" : NULL, file2, NULL };

    run->seen = calloc(1, sizeof *run->seen);
    ck_assert_ptr_nonnull(run->seen);
    run->result = exchange_open(&run->exchange, values, files);
    run->exchange.tally.on_event = keep;
    run->exchange.tally.context = run->seen;
    if (run->result == 0)
        run->result =
            exchange_subscribe(&run->exchange, 1, SYMBOL, EXCHANGE_ALL_FEEDS, ALL_BARS, 0);
}

static void play(struct run *run, const char *const *values, const char *file1, const char *file2)
{
    begin(run, values, file1, file2);
    if (run->result == 0)
        run->result = exchange_run(&run->exchange, UINT64_MAX);
}

static void finish(struct run *run)
{
    ck_assert_uint_eq(tally_faults(&run->exchange.tally), 0);
    ck_assert_uint_eq(run->exchange.tally.backwards, 0);
    exchange_close(&run->exchange);
    free(run->seen);
}

static void assert_decimal(struct bothy_decimal value, const char *text)
{
    struct bothy_decimal wanted;
    char got[BOTHY_DECIMAL_TEXT_MAX];

    ck_assert_int_eq(bothy_decimal_parse(text, strlen(text), &wanted), 0);
    bothy_decimal_format(value, got, sizeof got);
    ck_assert_msg(bothy_decimal_compare(value, wanted) == 0, "%s is not %s", got, text);
}

static int64_t at(const char *text)
{
    int64_t ts;

    ck_assert_int_eq(bothy_time_parse(text, strlen(text), &ts), 0);
    return ts;
}

/* ---- forms of one and the same bars ---- */

static const struct {
    const char *text;
    const char *options[4];
} forms[] = {
    { "timestamp,open,high,low,close,volume\n"
      "2024-01-01 00:00:00,10.5,12,10,11.25,3\n2024-01-01 00:05:00,11.25,11.25,9.5,10,0.5\n",
      { NULL } },
    { "\xef\xbb\xbf"
      "Date;ignored\r\n",
      { "columns1", "nonsense" } }, /* stands for a form that is refused */
    { ",Open,High,Low,Close,Volume\r\n"
      "2024-01-01 00:00:00,10.5,12,10,11.25,3\r\n2024-01-01 00:05:00,11.25,11.25,9.5,10,0.5\r\n",
      { NULL } },
    { "1704067200,3,10.5,12,10,11.25\n1704067500,0.5,11.25,11.25,9.5,10",
      { "columns1", "ts,volume,open,high,low,close" } },
    { "\xef\xbb\xbf"
      "ts,open,high,low,close,vol\n"
      "2024-01-01T00:00:00Z,10.5,12,10,11.25,3\n\n2024-01-01T03:05:00+03:00,11.25,11.25,9.5,10,."
      "5\n",
      { "timezone1", "-05:00" } },
    { "date,open,high,low,close,volume\n"
      "2024-01-01 03:00:00.000,10.5,12,10,11.25,3\n2024-01-01 03:05:00,11.25,11.25,9.5,10,5e-1\n",
      { "timezone1", "+03:00" } },
    { "ts,open,high,low,close,volume\n"
      "1704067500000,10.5,12,10,11.25,3\n1704067799999,11.25,11.25,9.5,10,0.5\n",
      { "timestamps1", "close", "timeframe1", "5m" } },
    { "[[1704067200000, 10.5, 12, 10, 11.25, 3],\n[1704067500000,11.25,11.25,9.5,10.0,0.50]]\n",
      { NULL } },
    { " [ [\"1704067200000\",\"10.5\",\"12\",\"10\",\"11.25\",\"3\"] ,"
      " [1704067500000,11.25,11.25,9.5,10,0.5,null,[1]] ] ",
      { "kind1", "ohlcv" } },
};

START_TEST(bars_in_every_form)
{
    const char *const *o = forms[_i].options;
    const char *values[] = { "symbol1", SYMBOL, o[0], o[1], o[0] ? o[2] : NULL, o[3], NULL };
    struct run run;

    play(&run, values, text_file(forms[_i].text), NULL);
    if (_i == 1) {
        ck_assert_int_eq(run.result, BOTHY_EINVAL);
        ck_assert_ptr_nonnull(strstr(run.exchange.error.text, "columns1: \"nonsense\""));
        finish(&run);
        return;
    }
    ck_assert_msg(run.result == BOTHY_EEND, "%d %s", run.result, run.exchange.error.text);
    ck_assert_uint_eq(run.seen->bar_count, 2);
    ck_assert_int_eq(run.seen->bars[0].open_ns, at("2024-01-01T00:00:00Z"));
    ck_assert_int_eq(run.seen->bars[0].close_ns, at("2024-01-01T00:05:00Z"));
    ck_assert_int_eq(run.seen->bars[1].close_ns, at("2024-01-01T00:10:00Z"));
    ck_assert_uint_eq(run.seen->bars[1].timeframe, BOTHY_TF_5M);
    assert_decimal(run.seen->bars[0].open, "10.5");
    assert_decimal(run.seen->bars[0].high, "12");
    assert_decimal(run.seen->bars[0].low, "10");
    assert_decimal(run.seen->bars[0].close, "11.25");
    assert_decimal(run.seen->bars[0].volume, "3");
    assert_decimal(run.seen->bars[1].close, "10");
    assert_decimal(run.seen->bars[1].volume, "0.5");
    assert_decimal(run.exchange.tally.definitions[1].tick_size, "0.01");
    assert_decimal(run.exchange.tally.definitions[1].lot_size, "0.1");
    ck_assert_uint_eq(run.exchange.tally.definitions[1].bar_timeframes, 1u << BOTHY_TF_5M);
    ck_assert_uint_eq(run.exchange.tally.definitions[1].feeds, BOTHY_FEED_BARS);
    ck_assert_int_eq(run.exchange.tally.last_ns, run.seen->bars[1].close_ns);
    ck_assert_uint_eq(tally_counted(&run.exchange.tally, "applied"), 2);
    finish(&run);
}
END_TEST

START_TEST(trades_and_funding)
{
    struct run run;

    play(&run, VALUES("symbol2", SYMBOL, "timezone2", "+03:00"),
         text_file("[[1704067200123,\"17\",null,\"sell\",0.00141342,23.0,0.0325],"
                   "[1704067200123,\"18\",null,\"buy\",1.4e-3,5,0]]"),
         text_file("Symbol,Date,Funding Rate\n"
                   "BTC-USDT,2024-01-01 03:00:00.001,-0.0001\n"
                   "ETH-USDT,2024-01-01 03:00:00,0.0009\n"
                   "btc_usdt,2024-01-01 11:00:00,2.6e-05\n"));
    ck_assert_int_eq(run.result, BOTHY_EEND);
    ck_assert_uint_eq(run.seen->trade_count, 2);
    assert_decimal(run.seen->trades[0].price, "0.00141342");
    assert_decimal(run.seen->trades[0].quantity, "23");
    ck_assert_uint_eq(run.seen->trades[0].trade_id, 17);
    ck_assert_uint_eq(run.seen->trades[0].taker_side, BOTHY_SIDE_SELL);
    assert_decimal(run.seen->trades[1].price, "0.0014");
    ck_assert_uint_eq(run.seen->trades[1].taker_side, BOTHY_SIDE_BUY);
    ck_assert_uint_eq(run.seen->rate_count, 2);
    ck_assert_int_eq(run.seen->rate_ns[0], at("2024-01-01T00:00:00.001Z"));
    ck_assert_int_eq(run.seen->rate_ns[1], at("2024-01-01T08:00:00Z"));
    assert_decimal(run.seen->rates[0].rate, "-0.0001");
    assert_decimal(run.seen->rates[1].rate, "0.000026");
    ck_assert_int_eq(run.seen->rates[0].interval_ns, 8 * BOTHY_NS_PER_H);
    ck_assert_int_eq(run.seen->rates[0].next_settlement_ns, at("2024-01-01T08:00:00Z"));
    ck_assert_uint_eq(run.seen->rates[0].flags, BOTHY_FUNDING_SETTLED);
    ck_assert_str_eq(run.seen->order, "fttf");
    ck_assert_uint_eq(tally_counted(&run.exchange.tally, "unknown: another symbol"), 1);
    ck_assert_uint_eq(tally_state(&run.exchange.tally, 1), BOTHY_FEED_STATE_ENDED);
    finish(&run);
}
END_TEST

/* ---- what is wrong ---- */

#define HEADER "ts,open,high,low,close,volume\n"
#define ROW    "1704067200,2,3,1,2,1\n"
#define NEXT   "1704067260,2,3,1,2,1\n"

/* A bad record among good ones: two bars remain when it is skipped. */
static const struct {
    const char *text;
    uint32_t line;
    const char *says;
    const char *counted;
} wrongs[] = {
    { HEADER ROW "1704067260,x,3,1,2,1\n" NEXT, 3, "open \"x\" is no number", "bad: not a number" },
    { HEADER ROW "1704067260,2,3,1,2\n" NEXT, 3, "5 columns", "bad: too few columns" },
    { HEADER ROW "1704067260,2,3,1,4,1\n" NEXT, 3, "outside low and high",
      "bad: open or close outside low and high" },
    { HEADER ROW "1704067260,2,3,-1,2,1\n" NEXT, 3, "not above 0", "bad: price or volume below 0" },
    { HEADER ROW "1704067261,2,3,1,2,1\n" NEXT, 3, "no beginning of a 1m bar",
      "bad: bar off its time frame" },
    { HEADER ROW ROW NEXT, 3, "does not come after", "bad: bar not after the last" },
    { HEADER ROW "1e9,2,3,1,2,1\n" NEXT, 3, "\"1e9\" is no time", "bad: time" },
    { HEADER ROW "17\"04067260,2,3,1,2,1\n" NEXT, 3, "not CSV", "bad: not CSV" },
    { HEADER ROW "1704067260,99999999999999999999999,3,1,2,1\n" NEXT, 3, "no number that fits",
      "bad: not a number" },
    { "[[1704067200,2,3,1,2,1],\n[1704067260,2,3,1,]\n,[1704067260,2,3,1,2,1]]", 2,
      "record 2: not a JSON array", "bad: not JSON" },
    { "[[1704067200,2,3,1,2,1],\n7,[1704067260,2,3,1,2,1]]", 2, "record 2: not a JSON array",
      "bad: not JSON" },
    { "[[1704067200,2,3,1,2,1],\n[1704067260,2,3,1,2,1]] x", 2, "text after the array's end",
      "bad: damaged file" },
    { "[[1704067200,2,3,1,2,1],\n[1704067260,2,3,1,2,1],[17", 2, "ends within its array",
      "bad: damaged file" },
};

START_TEST(a_bad_record_stops_with_its_place)
{
    struct run run;

    play(&run, VALUES("timeframe1", "1m"), text_file(wrongs[_i].text), NULL);
    ck_assert_int_lt(run.result, 0);
    ck_assert_int_ne(run.result, BOTHY_EEND);
    ck_assert_str_eq(run.exchange.error.where, "file1");
    ck_assert_msg(run.exchange.error.line == wrongs[_i].line, "line %u: %s",
                  run.exchange.error.line, run.exchange.error.text);
    ck_assert_msg(strstr(run.exchange.error.text, wrongs[_i].says) != NULL, "%s",
                  run.exchange.error.text);
    finish(&run);
}
END_TEST

START_TEST(a_bad_record_is_skipped_and_counted)
{
    struct run run;

    play(&run, VALUES("timeframe1", "1m", "on_error1", "skip"), text_file(wrongs[_i].text), NULL);
    ck_assert_msg(run.result == BOTHY_EEND, "%d %s", run.result, run.exchange.error.text);
    ck_assert_uint_eq(run.seen->bar_count, 2);
    ck_assert_uint_eq(tally_counted(&run.exchange.tally, wrongs[_i].counted), 1);
    ck_assert_uint_eq(tally_counted_prefix(&run.exchange.tally, "bad"), 1);
    ck_assert_ptr_nonnull(strstr(tally_last_line(&run.exchange.tally), "file1:"));
    finish(&run);
}
END_TEST

START_TEST(a_bad_record_far_down_stops_the_feed)
{
    char *text = malloc(400000);
    size_t used = 0;
    char *health;
    struct run run;

    ck_assert_ptr_nonnull(text);
    used += (size_t)snprintf(text, 400000, HEADER);
    for (int i = 0; i < 6000; i++)
        used += (size_t)snprintf(text + used, 400000 - used, "%d,2,3,1,%s,1\n", 1704067200 + 60 * i,
                                 i == 5000 ? "9" : "2");
    play(&run, VALUES("timeframe1", "1m"), text_file(text), NULL);
    ck_assert_int_eq(run.result, BOTHY_EINVAL);
    /* The line before it is held back until the bad one is read. */
    ck_assert_uint_ge(run.seen->order_count, 4096);
    ck_assert_ptr_nonnull(strstr(tally_last_line(&run.exchange.tally), "file1:5002: "));
    ck_assert_uint_eq(tally_state(&run.exchange.tally, 1), BOTHY_FEED_STATE_DOWN);
    health = calloc(1, 256);
    ck_assert_int_eq(bothy_mock_health(run.exchange.mock, health, 256), BOTHY_HEALTH_FAIL);
    ck_assert_ptr_nonnull(strstr(health, "file1:5002: "));
    ck_assert_int_eq(exchange_run(&run.exchange, 1), BOTHY_EINVAL);
    free(health);
    free(text);
    finish(&run);
}
END_TEST

START_TEST(bars_are_repaired_on_request)
{
    struct run run;

    play(&run, VALUES("on_error1", "repair", "timeframe1", "1m"),
         text_file(HEADER "1704067200,2,2.5,2,3,1\n1704067260,1,3,2,3,1\n1704067320,1,x,2,3,1\n"),
         NULL);
    ck_assert_int_eq(run.result, BOTHY_EEND);
    ck_assert_uint_eq(run.seen->bar_count, 2);
    assert_decimal(run.seen->bars[0].high, "3");
    assert_decimal(run.seen->bars[0].low, "2");
    assert_decimal(run.seen->bars[1].low, "1");
    ck_assert_uint_eq(tally_counted_prefix(&run.exchange.tally, "repaired"), 2);
    ck_assert_uint_eq(tally_counted(&run.exchange.tally, "bad: not a number"), 1);
    finish(&run);
}
END_TEST

static const struct {
    const char *text;
    const char *options[4];
    const char *says;
} unfit[] = {
    { "", { NULL }, "the file is empty" },
    { "[]", { NULL }, "the array is empty" },
    { "1704067200,2,3,1,2,1\n", { NULL }, "no header line" },
    { "ts,open,high,low\n" ROW, { NULL }, "the columns do not suffice" },
    { HEADER ROW NEXT, { "kind1", "trades" }, "the columns do not suffice" },
    { HEADER ROW NEXT, { "kind1", "recording" }, "not a recording" },
    { "1 {}\n", { "kind1", "ohlcv" }, "a recording, and kind1" },
    { HEADER ROW, { NULL }, "set timeframe1" },
    { HEADER ROW NEXT, { "timezone1", "Moscow" }, "no offset from UTC" },
    { HEADER ROW NEXT, { "symbol1", "BTCUSDT" }, "is no symbol" },
    { HEADER ROW NEXT, { "symbol1", "BTC/USDT,ETH/USDT" }, "only a recording" },
    { HEADER ROW NEXT, { "symbol1", "" }, "file1 needs symbol1" },
    { ROW NEXT, { "columns1", "ts,open,high,low,close,ts" }, "twice" },
    { HEADER ROW NEXT, { "start", "2024-01-02", "end", "2024-01-01" }, "end must be after start" },
};

START_TEST(what_cannot_be_played_is_refused_at_once)
{
    const char *const *o = unfit[_i].options;
    const char *values[] = { "symbol1", SYMBOL, o[0], o[1], o[0] ? o[2] : NULL, o[3], NULL };
    struct run run;

    play(&run, values, text_file(unfit[_i].text), NULL);
    ck_assert_int_eq(run.result, BOTHY_EINVAL);
    ck_assert_msg(strstr(run.exchange.error.text, unfit[_i].says) != NULL, "%s",
                  run.exchange.error.text);
    finish(&run);
}
END_TEST

START_TEST(unknown_symbols_are_refused)
{
    struct run run;

    begin(&run, VALUES("timeframe1", "1m"), text_file(HEADER ROW), NULL);
    ck_assert_int_eq(run.result, 0);
    ck_assert_int_eq(exchange_subscribe(&run.exchange, 2, "ETH/USDT", 1, 0, 0), BOTHY_ENOENT);
    ck_assert_ptr_nonnull(strstr(run.exchange.error.text, SYMBOL));
    finish(&run);
}
END_TEST

/* ---- compressed files ---- */

static char *many_rows(size_t *ret_length)
{
    char *text = malloc(1 << 20);
    size_t used = 0;

    ck_assert_ptr_nonnull(text);
    used += (size_t)snprintf(text, 1 << 20, HEADER);
    for (int i = 0; i < 3000; i++)
        used += (size_t)snprintf(text + used, (1 << 20) - used, "%d,2.%d,3,1,2,%d\n",
                                 1704067200 + 60 * i, i % 7, i * 31 % 1009);
    *ret_length = used;
    return text;
}

START_TEST(gzip_is_the_same)
{
    size_t length, half, first, second;
    char *text = many_rows(&length), *packed = malloc(1 << 20);
    uint64_t hash[3];

    half = length / 2;
    first = text_gzip(text, half, packed, 1 << 20);
    second = text_gzip(text + half, length - half, packed + first, (1 << 20) - first);
    for (int i = 0; i < 3; i++) {
        char *whole = malloc(1 << 20);
        struct run run;

        if (i == 0)
            play(&run, VALUES(), text_file_of(text, length), NULL);
        else if (i == 1)
            play(&run, VALUES(), text_file_of(whole, text_gzip(text, length, whole, 1 << 20)),
                 NULL);
        else /* two members, as cat makes them */
            play(&run, VALUES(), text_file_of(packed, first + second), NULL);
        ck_assert_msg(run.result == BOTHY_EEND, "%s", run.exchange.error.text);
        ck_assert_uint_eq(run.seen->bar_count, 3000);
        hash[i] = tally_hash(&run.exchange.tally);
        finish(&run);
        free(whole);
    }
    ck_assert_uint_eq(hash[1], hash[0]);
    ck_assert_uint_eq(hash[2], hash[0]);
    free(packed);
    free(text);
}
END_TEST

START_TEST(damaged_gzip_is_told)
{
    static const char *const says[] = { "ends too soon", "is damaged", "is damaged" };
    size_t length, packed_length;
    char *text = many_rows(&length), *packed = malloc(1 << 20);
    const char *path;
    struct run run;

    packed_length = text_gzip(text, length, packed, 1 << 20);
    if (_i == 0)
        packed_length -= 200;
    else if (_i == 1)
        packed[packed_length - 6] ^= 1; /* in the checksum */
    else                                /* something behind it that is no gzip */
        packed_length += (size_t)snprintf(packed + packed_length, 16, "garbage here");
    path = text_file_of(packed, packed_length);
    play(&run, VALUES(), path, NULL);
    ck_assert_msg(run.result == BOTHY_ECORRUPT, "%d %s", run.result, run.exchange.error.text);
    ck_assert_str_eq(run.exchange.error.where, "file1");
    ck_assert_uint_gt(run.exchange.error.line, 100);
    ck_assert_msg(strstr(run.exchange.error.text, says[_i]) != NULL, "%s", run.exchange.error.text);
    finish(&run);

    play(&run, VALUES("on_error1", "skip"), path, NULL);
    ck_assert_int_eq(run.result, BOTHY_EEND);
    ck_assert_uint_eq(tally_counted(&run.exchange.tally, "bad: damaged file"), 1);
    ck_assert_uint_gt(run.seen->bar_count, 100);
    finish(&run);
    free(packed);
    free(text);
}
END_TEST

START_TEST(a_line_without_end_is_refused)
{
    size_t length = 5 << 20;
    char *text = malloc(length);
    size_t header = strlen(HEADER ROW);
    struct run run;

    ck_assert_ptr_nonnull(text);
    memset(text, '1', length);
    memcpy(text, HEADER ROW, header);
    text[length - strlen(NEXT) - 1] = '\n';
    memcpy(text + length - strlen(NEXT), NEXT, strlen(NEXT));
    play(&run, VALUES("timeframe1", "1m", "on_error1", "skip"), text_file_of(text, length), NULL);
    ck_assert_int_eq(run.result, BOTHY_EEND);
    ck_assert_uint_eq(tally_counted(&run.exchange.tally, "bad: too long"), 1);
    ck_assert_uint_eq(run.seen->bar_count, 2);
    free(text);
    finish(&run);
}
END_TEST

/* ---- one sequence ---- */

START_TEST(files_are_one_sequence)
{
    static const char trades[] = "[[1704067230000,1,null,\"buy\",2,1,2],"
                                 "[1704067260000,2,null,\"buy\",2,1,2],"
                                 "[1704067260000,3,null,\"buy\",2,1,2],"
                                 "[1704067300000,4,null,\"sell\",2,1,2]]";
    static const char bars[] = HEADER ROW NEXT;
    int64_t now_ns = 0, last_ns = 0;
    uint32_t instants = 0;
    struct run run;

    begin(&run, VALUES("symbol2", SYMBOL, "timeframe1", "1m", "timeframe2", "1m"),
          text_file(_i ? bars : trades), text_file(_i ? trades : bars));
    ck_assert_int_eq(run.result, 0);
    while (bothy_mock_next(run.exchange.mock, &now_ns) == 0) {
        ck_assert_int_gt(now_ns, last_ns);
        ck_assert_int_eq(run.exchange.tally.last_ns, now_ns);
        last_ns = now_ns;
        instants++;
    }
    ck_assert_uint_eq(instants, 4);
    /* At equal times the file of the lower number comes first. */
    ck_assert_str_eq(run.seen->order, _i ? "tbtttb" : "tttbtb");
    ck_assert_uint_eq(run.exchange.tally.definitions[1].feeds, BOTHY_FEED_BARS | BOTHY_FEED_TRADES);
    finish(&run);
}
END_TEST

START_TEST(disorder_is_bad_or_clamped)
{
    static const char trades[] = "[[1704067230000,1,null,\"buy\",2,1,2],"
                                 "[1704067220000,2,null,\"buy\",2,1,2],"
                                 "[1704067230000,3,null,\"buy\",2,1,2]]";
    struct run run;

    play(&run, VALUES("on_error1", "skip"), text_file(trades), NULL);
    ck_assert_int_eq(run.result, BOTHY_EEND);
    ck_assert_uint_eq(run.seen->trade_count, 2);
    ck_assert_uint_eq(tally_counted(&run.exchange.tally, "bad: earlier than the last"), 1);
    finish(&run);
    play(&run, VALUES("order", "clamp"), text_file(trades), NULL);
    ck_assert_int_eq(run.result, BOTHY_EEND);
    ck_assert_uint_eq(run.seen->trade_count, 3);
    ck_assert_uint_eq(tally_counted(&run.exchange.tally, "clamped: earlier than the last"), 1);
    ck_assert_uint_eq(tally_counted(&run.exchange.tally, "applied"), 3);
    finish(&run);
    play(&run, VALUES(), text_file(trades), NULL);
    ck_assert_int_eq(run.result, BOTHY_EINVAL);
    ck_assert_ptr_nonnull(
        strstr(tally_last_line(&run.exchange.tally), "record 2: this record is earlier"));
    finish(&run);
}
END_TEST

/* ---- history ---- */

static int32_t ask(struct run *run, uint32_t feed, uint32_t timeframe, uint32_t count)
{
    struct bothy_history_request request = { .size = sizeof request,
                                             .instrument = 1,
                                             .feed = feed,
                                             .timeframe = timeframe,
                                             .count = count };

    run->seen->past_count = 0;
    return bothy_mock_request_history(run->exchange.mock, &request);
}

START_TEST(history_is_what_lies_before_the_start)
{
    size_t length;
    char *text = many_rows(&length); /* 3000 minutes from 2024-01-01T00:00 */
    struct run run;

    begin(&run, VALUES("start", "2024-01-02T00:02:00Z"), text_file_of(text, length), NULL);
    ck_assert_int_eq(run.result, 0);
    ck_assert_int_eq(ask(&run, BOTHY_FEED_BARS, BOTHY_TF_1M, 10), 0);
    ck_assert_uint_eq(run.seen->past_count, 10);
    ck_assert_int_eq(run.seen->past[9].close_ns, at("2024-01-02T00:02:00Z"));
    ck_assert_int_eq(run.seen->past[0].open_ns, at("2024-01-01T23:52:00Z"));
    ck_assert_int_eq(ask(&run, BOTHY_FEED_BARS, BOTHY_TF_5M, 1000), 0);
    ck_assert_uint_eq(run.seen->past_count, 288);
    ck_assert_int_eq(run.seen->past[287].close_ns, at("2024-01-02T00:00:00Z"));
    /* Minute i has the volume i * 31 % 1009; the first five are 0, 31, 62, 93, 124. */
    assert_decimal(run.seen->past[0].volume, "310");
    assert_decimal(run.seen->past[0].open, "2.0");
    assert_decimal(run.seen->past[0].high, "3");
    ck_assert_int_eq(ask(&run, BOTHY_FEED_FUNDING, 0, 10), BOTHY_ENOTSUP);
    ck_assert_int_eq(ask(&run, BOTHY_FEED_BARS, BOTHY_TF_NONE, 10), BOTHY_ENOTSUP);
    ck_assert_int_eq(exchange_run(&run.exchange, 1), 0);
    ck_assert_int_eq(run.seen->bars[0].close_ns, at("2024-01-02T00:03:00Z"));
    ck_assert_int_eq(ask(&run, BOTHY_FEED_BARS, BOTHY_TF_1M, 1), 0);
    ck_assert_int_eq(run.seen->past[0].close_ns, at("2024-01-02T00:03:00Z"));
    ck_assert_int_eq(exchange_run(&run.exchange, UINT64_MAX), BOTHY_EEND);
    ck_assert_uint_eq(tally_counted(&run.exchange.tally, "dropped: before start"), 1442);
    ck_assert_uint_eq(tally_counted(&run.exchange.tally, "applied"), 3000 - 1442);
    finish(&run);

    begin(&run, VALUES(), text_file_of(text, length), NULL);
    ck_assert_int_eq(ask(&run, BOTHY_FEED_BARS, BOTHY_TF_1M, 10), BOTHY_ENOTSUP);
    finish(&run);
    free(text);
}
END_TEST

START_TEST(past_rates_can_be_asked_for)
{
    struct run run;

    begin(&run, VALUES("start", "2024-01-02"),
          text_file("date,rate\n2024-01-01,1e-4\n2024-01-01T08:00:00Z,2e-4\n"
                    "2024-01-01T16:00:00Z,3e-4\n2024-01-02,4e-4\n"),
          NULL);
    ck_assert_int_eq(run.result, 0);
    ck_assert_int_eq(ask(&run, BOTHY_FEED_FUNDING, 0, 2), 0);
    ck_assert_uint_eq(run.seen->rate_count, 2);
    assert_decimal(run.seen->rates[0].rate, "0.0003");
    assert_decimal(run.seen->rates[1].rate, "0.0004");
    finish(&run);
}
END_TEST

START_TEST(the_end_can_be_set)
{
    struct run run;

    play(&run, VALUES("end", "2024-01-01T00:02:00Z", "timeframe1", "1m"),
         text_file(HEADER ROW NEXT), NULL);
    ck_assert_int_eq(run.result, BOTHY_EEND);
    ck_assert_uint_eq(run.seen->bar_count, 1);
    finish(&run);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("replay");
    TCase *tests = tcase_create("tables");
    int wrong_count = (int)(sizeof wrongs / sizeof wrongs[0]);

    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, bars_in_every_form, 0, (int)(sizeof forms / sizeof forms[0]));
    tcase_add_test(tests, trades_and_funding);
    tcase_add_loop_test(tests, a_bad_record_stops_with_its_place, 0, wrong_count);
    tcase_add_loop_test(tests, a_bad_record_is_skipped_and_counted, 0, wrong_count);
    tcase_add_test(tests, a_bad_record_far_down_stops_the_feed);
    tcase_add_test(tests, bars_are_repaired_on_request);
    tcase_add_loop_test(tests, what_cannot_be_played_is_refused_at_once, 0,
                        (int)(sizeof unfit / sizeof unfit[0]));
    tcase_add_test(tests, unknown_symbols_are_refused);
    tcase_add_test(tests, gzip_is_the_same);
    tcase_add_loop_test(tests, damaged_gzip_is_told, 0, 3);
    tcase_add_test(tests, a_line_without_end_is_refused);
    tcase_add_loop_test(tests, files_are_one_sequence, 0, 2);
    tcase_add_test(tests, disorder_is_bad_or_clamped);
    tcase_add_test(tests, history_is_what_lies_before_the_start);
    tcase_add_test(tests, past_rates_can_be_asked_for);
    tcase_add_test(tests, the_end_can_be_set);
    suite_add_tcase(suite, tests);
    return suite;
}

BOTHY_TEST_MAIN(make_suite)
