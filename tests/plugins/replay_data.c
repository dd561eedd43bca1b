/*
 * Real files through replay: how many records there are, where they begin and end, and that what
 * one has to know about each of them can be said with options. What the recordings give is
 * compared by replay_recording.py.
 */
#include "exchange.h"
#include "suite.h"

#include <bothy/time.h>

#include <stdlib.h>
#include <string.h>

#define MARKET "data/market/"

static const struct {
    const char *path;
    const char *symbol;
    const char *options[4];
    uint32_t type;
    uint64_t records, repaired;
    const char *first, *last;
    const char *tick_size;
} files[] = {
    { MARKET "ohlcv/BTCUSDT-perp-1m-2022-01a.csv",
      "BTC/USDT:USDT",
      { NULL },
      BOTHY_EVENT_BAR,
      23099,
      0,
      "2021-12-31T23:02:00Z",
      "2022-01-17T00:00:00Z",
      "0.01" },
    { MARKET "ohlcv/UNITTEST_BTC-1m.json",
      "XRP/BTC",
      { NULL },
      BOTHY_EVENT_BAR,
      13681,
      0,
      "2017-11-04T23:03:00Z",
      "2017-11-14T23:00:00Z",
      "0.00000001" },
    { MARKET "ohlcv/BTCUSDT-1d-2019.csv",
      "BTC/USDT",
      { "columns1", "ts,volume,open,high,low,close", "on_error1", "repair" },
      BOTHY_EVENT_BAR,
      365,
      176,
      "2019-01-02T00:00:00Z",
      "2020-01-01T00:00:00Z",
      "0.01" },
    { MARKET "ohlcv/EURUSD-1h.csv",
      "EUR/USD",
      { NULL },
      BOTHY_EVENT_BAR,
      5000,
      0,
      "2017-04-19T10:00:00Z",
      "2018-02-07T16:00:00Z",
      "0.00001" },
    { MARKET "trades/XRP_ETH-trades.json.gz",
      "XRP/ETH",
      { NULL },
      BOTHY_EVENT_TRADE,
      12477,
      0,
      "2019-10-11T00:00:11.620Z",
      "2019-10-13T11:19:28.844Z",
      "0.00000001" },
    { MARKET "funding/BTC-USDT_binance_2020-01-01_2024-01-01_funding_history.csv",
      "BTC/USDT:USDT",
      { "timezone1", "+03:00" },
      BOTHY_EVENT_FUNDING,
      4383,
      0,
      "2020-01-01T00:00:00Z",
      "2023-12-31T16:00:00Z",
      "0.00000001" },
    { MARKET "funding/BTC-USDT_mexc_2021-01-01_2024-01-01_funding_history.csv",
      "BTC/USDT:USDT",
      { "timezone1", "+03:00" },
      BOTHY_EVENT_FUNDING,
      3285,
      0,
      "2021-01-01T00:00:00Z",
      "2023-12-31T16:00:00Z",
      "0.00000001" },
    { MARKET "funding/BTC-USDT_gate_2020-01-01_2024-01-01_funding_history.csv",
      "BTC/USDT:USDT",
      { NULL },
      BOTHY_EVENT_FUNDING,
      4290,
      0,
      "2020-01-01T00:00:00Z",
      "2023-12-31T16:00:00Z",
      "0.00000001" },
};

static void play(struct exchange *exchange, int i)
{
    const char *path = shared_path(files[i].path);
    const char *const *o = files[i].options;
    const char *values[] = {
        "symbol1", files[i].symbol, o[0], o[1], o[0] ? o[2] : NULL, o[3], NULL
    };
    const char *paths[] = { "file1", path, NULL };
    int32_t r;

    ck_assert_msg(path != NULL, "%s is not there", files[i].path);
    r = exchange_open(exchange, values, paths);
    ck_assert_msg(r == 0, "%s: %s", files[i].path, exchange->error.text);
    r = exchange_subscribe(exchange, 1, files[i].symbol, EXCHANGE_ALL_FEEDS, UINT32_MAX, 0);
    ck_assert_int_eq(r, 0);
    ck_assert_int_eq(exchange_run(exchange, UINT64_MAX), BOTHY_EEND);
}

static int64_t at(const char *text)
{
    int64_t ts;

    ck_assert_int_eq(bothy_time_parse(text, strlen(text), &ts), 0);
    return ts;
}

START_TEST(every_record_is_played)
{
    struct exchange exchange;
    struct bothy_decimal tick;
    struct tally *tally = &exchange.tally;

    play(&exchange, _i);
    ck_assert_uint_eq(tally->by_type[files[_i].type], files[_i].records);
    ck_assert_uint_eq(tally->events, files[_i].records + 1);
    ck_assert_uint_eq(tally_counted(tally, "applied"), files[_i].records);
    ck_assert_uint_eq(tally_counted_prefix(tally, "repaired"), files[_i].repaired);
    ck_assert_uint_eq(tally_counted_prefix(tally, "bad"), 0);
    ck_assert_uint_eq(tally_faults(tally), 0);
    ck_assert_uint_eq(tally->backwards, 0);
    ck_assert_int_eq(tally->first_ns, at(files[_i].first));
    ck_assert_int_eq(tally->last_ns, at(files[_i].last));
    ck_assert_int_eq(bothy_decimal_parse(files[_i].tick_size, strlen(files[_i].tick_size), &tick),
                     0);
    ck_assert_int_eq(bothy_decimal_compare(tally->definitions[1].tick_size, tick), 0);
    exchange_close(&exchange);
}
END_TEST

START_TEST(the_same_file_twice_is_the_same)
{
    struct exchange first, second;

    play(&first, _i);
    play(&second, _i);
    ck_assert_uint_eq(tally_hash(&first.tally), tally_hash(&second.tally));
    exchange_close(&first);
    exchange_close(&second);
}
END_TEST

/* In the daily file the high is the close: half its bars are impossible, and it says where. */
START_TEST(impossible_bars_are_found)
{
    const char *path = shared_path(MARKET "ohlcv/BTCUSDT-1d-2019.csv");
    const char *values[] = { "symbol1", "BTC/USDT", "columns1", "ts,volume,open,high,low,close",
                             NULL };
    const char *paths[] = { "file1", path, NULL };
    struct exchange exchange;

    ck_assert_int_eq(exchange_open(&exchange, values, paths), BOTHY_EINVAL);
    ck_assert_str_eq(exchange.error.where, "file1");
    ck_assert_uint_eq(exchange.error.line, 3);
    ck_assert_ptr_nonnull(strstr(exchange.error.text, "outside low and high"));
    exchange_close(&exchange);
}
END_TEST

/* Bars of a perpetual and the rates that were paid on it, from two files. */
START_TEST(bars_and_funding_are_one_instrument)
{
    char bars[4096], rates[4096];
    const char *values[] = { "symbol1", "BTC/USDT:USDT", "symbol2",   "BTC/USDT:USDT",
                             "start",   "2022-01-02",    "timezone2", "+03:00",
                             "end",     "2022-01-03",    NULL };
    const char *paths[] = { "file1", bars, "file2", rates, NULL };
    struct exchange exchange;

    snprintf(bars, sizeof bars, "%s", shared_path(MARKET "ohlcv/BTCUSDT-perp-1m-2022-01a.csv"));
    snprintf(rates, sizeof rates, "%s",
             shared_path(MARKET "funding/"
                                "BTC-USDT_binance_2020-01-01_2024-01-01_funding_history.csv"));
    ck_assert_int_eq(exchange_open(&exchange, values, paths), 0);
    ck_assert_int_eq(
        exchange_subscribe(&exchange, 1, "BTC/USDT:USDT", EXCHANGE_ALL_FEEDS, UINT32_MAX, 0), 0);
    ck_assert_int_eq(exchange_run(&exchange, UINT64_MAX), BOTHY_EEND);
    /* From the bar that closes at 00:01 to the one at 23:59, and three settlements. */
    ck_assert_uint_eq(exchange.tally.by_type[BOTHY_EVENT_BAR], 24 * 60 - 1);
    ck_assert_uint_eq(exchange.tally.by_type[BOTHY_EVENT_FUNDING], 3);
    ck_assert_uint_eq(exchange.tally.definitions[1].feeds, BOTHY_FEED_BARS | BOTHY_FEED_FUNDING);
    exchange_close(&exchange);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("replay_data");
    TCase *tests = tcase_create("files");
    int count = (int)(sizeof files / sizeof files[0]);

    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, every_record_is_played, 0, count);
    tcase_add_loop_test(tests, the_same_file_twice_is_the_same, 0, count);
    tcase_add_test(tests, impossible_bars_are_found);
    tcase_add_test(tests, bars_and_funding_are_one_instrument);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner;
    int failed;

    if (!shared_path(MARKET "ohlcv/BTCUSDT-perp-1m-2022-01a.csv"))
        return skip_all("no market data in $BOTHY_SHARED");
    runner = srunner_create(make_suite());
    srunner_set_tap(runner, "-");
    srunner_run_all(runner, CK_SILENT);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
