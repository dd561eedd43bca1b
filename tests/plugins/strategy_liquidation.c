/*
 * The liquidation plugin: cascades at the bands in both readings, each factor at its thresholds, a
 * book that may be wrong, the substitute for a missing feed, and the state that it keeps.
 */
#include "strategy_host.h"

#include "suite.h"

#include <string.h>

#define FIVE (5 * BOTHY_NS_PER_MIN)

/* A liquidated long sells. */
#define LONGS  BOTHY_SIDE_SELL
#define SHORTS BOTHY_SIDE_BUY

/* The bands of warm()'s bars: closes of 99 and 101 in turn, so mean 100 and deviation 1. */
#define LOWER 98.0
#define UPPER 102.0

/* 20 bars with a true range of 2.5; the clock stands at their end. */
static void warm(struct strategy_host *host, uint32_t symbol, uint32_t flags)
{
    for (uint32_t i = 0; i < 20; i++) {
        double close = i % 2 ? 101 : 99;
        struct bar_row row = { close, close + 0.5, close - 0.5, close, 10 };

        host_bar(host, symbol, BOTHY_TF_5M, T0 + i * FIVE, row, flags);
    }
}

static struct strategy_host *started(const char *mode)
{
    struct strategy_host *host = host_new("liquidation", 1);

    host_set(host, "mode", mode);
    host_start(host);
    warm(host, 0, 0);
    host->now_ns += BOTHY_NS_PER_MIN;
    return host;
}

/* A trade of next to nothing, so that there is a price. */
static void price(struct strategy_host *host, double at)
{
    host_trade(host, 0, BOTHY_SIDE_SELL, at, 0.000001);
}

START_TEST(liquidated_longs_at_the_lower_band_are_bought)
{
    struct strategy_host *host = started("contrarian");
    const struct bothy_signal *signal;
    double entry = LOWER, unit = 2.5 + 0.0; /* |101.5 - 99|, |98.5 - 101| */

    price(host, entry);
    ck_assert_uint_eq(host->signal_count, 0);
    host_liquidation(host, 0, LONGS, entry, 1000);
    ck_assert_uint_eq(host->signal_count, 1);
    signal = host_last_signal(host);
    ck_assert_uint_eq(signal->type, BOTHY_SIGNAL_LIQUIDATION);
    ck_assert_int_eq(signal->direction, BOTHY_DIRECTION_LONG);
    ck_assert_int_eq(signal->ts_ns, host->now_ns);
    ck_assert_uint_eq(signal->flags & BOTHY_SIGNAL_FLAG_INFERRED, 0);
    ck_assert(host_number(signal, "score") == 2);
    ck_assert_double_eq_tol(host_number(signal, "liquidations_usdt"), 98000, 1e-6);
    ck_assert_double_eq_tol(host_number(signal, "long"), 98000, 1e-6);
    ck_assert(host_number(signal, "short") == 0);
    ck_assert_double_eq_tol(host_number(signal, "net"), -98000, 1e-6);
    ck_assert(host_number(signal, "inferred") == 0);
    ck_assert(signal->confidence == 0.5);
    ck_assert_double_eq_tol(signal->entry, entry, 1e-9);
    ck_assert_double_eq_tol(signal->stop_loss, entry - unit * 1.0075 * 1.5, 1e-9);
    ck_assert_double_eq_tol(signal->take_profit_1, entry + unit * 2, 1e-9);
    ck_assert_ptr_nonnull(strstr(signal->reasons, "longs liquidated"));
    host_free(host);
}
END_TEST

START_TEST(liquidated_shorts_at_the_upper_band_are_sold)
{
    struct strategy_host *host = started("contrarian");

    price(host, UPPER);
    host_liquidation(host, 0, SHORTS, UPPER, 1000);
    ck_assert_uint_eq(host->signal_count, 1);
    ck_assert_int_eq(host_last_signal(host)->direction, BOTHY_DIRECTION_SHORT);
    ck_assert_double_eq_tol(host_number(host_last_signal(host), "net"), 102000, 1e-6);
    host_free(host);
}
END_TEST

START_TEST(contrarian_signals_need_the_right_band)
{
    static const struct {
        uint32_t side;
        double price;
        uint32_t signals;
    } cases[] = {
        { LONGS, 97.9, 1 },   { LONGS, 98.01, 0 },   { LONGS, 100, 0 },  { LONGS, 103, 0 },
        { SHORTS, 102.1, 1 }, { SHORTS, 101.99, 0 }, { SHORTS, 100, 0 }, { SHORTS, 97, 0 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct strategy_host *host = started("contrarian");

        price(host, cases[i].price);
        host_liquidation(host, 0, cases[i].side, cases[i].price, 1000);
        ck_assert_msg(host->signal_count == cases[i].signals, "case %zu: %u signals, %s", i,
                      host->signal_count, host->logged);
        host_free(host);
    }
}
END_TEST

START_TEST(squeeze_goes_with_the_cascade_wherever_the_bands_are)
{
    struct strategy_host *host = started("squeeze");

    price(host, 100);
    host_liquidation(host, 0, SHORTS, 100, 1000);
    ck_assert_uint_eq(host->signal_count, 1);
    ck_assert_int_eq(host_last_signal(host)->direction, BOTHY_DIRECTION_LONG);
    host->now_ns += 10 * BOTHY_NS_PER_S;
    host_liquidation(host, 0, LONGS, 100, 2000);
    ck_assert_uint_eq(host->signal_count, 2);
    ck_assert_int_eq(host_last_signal(host)->direction, BOTHY_DIRECTION_SHORT);
    host_free(host);
}
END_TEST

START_TEST(one_side_must_outweigh_the_other_and_the_least_value)
{
    static const struct {
        double longs, shorts;
        uint32_t signals;
    } cases[] = {
        { 151, 100, 1 }, { 150, 100, 0 }, { 100, 150, 0 }, { 49.9, 0, 0 }, { 50, 0, 1 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct strategy_host *host = started("contrarian");

        /* Only the bar judges: the first liquidation alone would outweigh. */
        host_reload(host, "interval", "1h");
        price(host, 100);
        host_liquidation(host, 0, LONGS, 1000, cases[i].longs);
        if (cases[i].shorts > 0)
            host_liquidation(host, 0, SHORTS, 1000, cases[i].shorts);
        host_bar(host, 0, BOTHY_TF_5M, T0 + 20 * FIVE, (struct bar_row) { 99, 99, 96, 96, 1 }, 0);
        ck_assert_msg(host->signal_count == cases[i].signals, "case %zu: %u signals, %s", i,
                      host->signal_count, host->logged);
        host_free(host);
    }
}
END_TEST

/* The score of a cascade at the lower band with this book; 0 for no signal. */
static double score_with_book(struct strategy_host *host)
{
    uint32_t before = host->signal_count;

    host->now_ns += 5 * BOTHY_NS_PER_S;
    price(host, 97.5);
    host_liquidation(host, 0, LONGS, 97.5, 1000);
    return host->signal_count > before ? host_number(host_last_signal(host), "score") : 0;
}

START_TEST(the_book_adds_or_takes_one)
{
    const double even_bids[] = { 97, 10, 96, 10 }, even_asks[] = { 98, 10, 99, 9.5 };
    const double heavy_bids[] = { 97, 13 }, one_ask[] = { 97.001, 10 };
    const double one_bid[] = { 97, 10 }, heavy_asks[] = { 97.001, 14 };
    struct strategy_host *host = started("contrarian");

    ck_assert(score_with_book(host) == 2);
    host_book(host, 0, BOTHY_EVENT_SNAPSHOT, even_bids, 2, even_asks, 2);
    ck_assert(score_with_book(host) == 2);
    host_book(host, 0, BOTHY_EVENT_SNAPSHOT, one_bid, 1, heavy_asks, 1);
    ck_assert(score_with_book(host) == 0);
    host_book(host, 0, BOTHY_EVENT_SNAPSHOT, heavy_bids, 1, one_ask, 1);
    ck_assert(score_with_book(host) == 2); /* 1.29998 */
    host_book(host, 0, 0, (const double[]) { 97, 13.1 }, 1, NULL, 0);
    ck_assert(score_with_book(host) == 3);
    host_book(host, 0, 0, (const double[]) { 97, 0, 96, 1 }, 2, NULL, 0);
    ck_assert(score_with_book(host) == 0);
    /* A side without levels, and a crossed book, say nothing. */
    host_book(host, 0, 0, (const double[]) { 96, 0 }, 1, NULL, 0);
    ck_assert(score_with_book(host) == 2);
    host_book(host, 0, 0, (const double[]) { 99, 100 }, 1, NULL, 0);
    ck_assert(score_with_book(host) == 2);
    host_free(host);
}
END_TEST

START_TEST(a_book_that_may_be_wrong_says_nothing)
{
    const double bids[] = { 97, 20 }, asks[] = { 98, 1 };
    static const uint32_t wrong[] = { BOTHY_FEED_STATE_DOWN, BOTHY_FEED_STATE_GAP,
                                      BOTHY_FEED_STATE_RESYNC };
    struct strategy_host *host = started("contrarian");

    host_book(host, 0, 0, bids, 1, asks, 1); /* before the first snapshot */
    ck_assert(score_with_book(host) == 2);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        host_book(host, 0, BOTHY_EVENT_SNAPSHOT, bids, 1, asks, 1);
        ck_assert(score_with_book(host) == 3);
        host_feed_state(host, 0, wrong[i]);
        ck_assert(score_with_book(host) == 2);
        host_feed_state(host, 0, BOTHY_FEED_STATE_LIVE);
        host_book(host, 0, 0, bids, 1, asks, 1);
        ck_assert(score_with_book(host) == 2);
    }
    host_book(host, 0, BOTHY_EVENT_SNAPSHOT, bids, 1, asks, 1);
    host_feed_state(host, 0, BOTHY_FEED_STATE_STALE);
    ck_assert(score_with_book(host) == 2);
    host_feed_state(host, 0, BOTHY_FEED_STATE_LIVE);
    ck_assert(score_with_book(host) == 3);
    host_gap(host);
    ck_assert(score_with_book(host) == 2);
    host_free(host);
}
END_TEST

START_TEST(a_snapshot_in_parts_counts_when_it_is_whole)
{
    const double bids[] = { 97, 5, 95, 15 }, asks[] = { 98, 1, 99, 0.5 };
    struct strategy_host *host = started("contrarian");

    host_book(host, 0, BOTHY_EVENT_SNAPSHOT | BOTHY_EVENT_MORE, bids, 1, asks, 1);
    ck_assert(score_with_book(host) == 2);
    host_book(host, 0, BOTHY_EVENT_SNAPSHOT, bids + 2, 1, asks + 2, 1);
    ck_assert(score_with_book(host) == 3);
    /* Without its deep level the bid side would not be the heavier one. */
    host_book(host, 0, 0, NULL, 0, (const double[]) { 98.5, 10 }, 1);
    ck_assert(score_with_book(host) == 3);
    host_book(host, 0, 0, (const double[]) { 95, 0 }, 1, NULL, 0);
    ck_assert(score_with_book(host) == 0);
    host_free(host);
}
END_TEST

START_TEST(only_the_best_levels_are_compared)
{
    const double bids[] = { 96, 100, 97, 1 }, asks[] = { 99, 1, 98, 1 };
    struct strategy_host *host = host_new("liquidation", 1);

    host_set(host, "book_levels", "1");
    host_start(host);
    warm(host, 0, 0);
    ck_assert_uint_eq(host_subscription(host, 0, BOTHY_FEED_BOOK)->book_depth, 1);
    host_book(host, 0, BOTHY_EVENT_SNAPSHOT, bids, 2, asks, 2);
    ck_assert(score_with_book(host) == 2);
    host_book(host, 0, 0, (const double[]) { 97, 0 }, 1, NULL, 0);
    ck_assert(score_with_book(host) == 3);
    host_free(host);
}
END_TEST

START_TEST(the_flow_adds_or_takes_one)
{
    static const struct {
        double bought, score;
    } cases[] = { { 0.6, 3 }, { 0.59, 2 }, { 0.41, 2 }, { 0.4, 0 } };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct strategy_host *host = started("contrarian");

        for (int k = 0; k < 30; k++) {
            host_trade(host, 0, BOTHY_SIDE_BUY, 97.5, cases[i].bought);
            host_trade(host, 0, BOTHY_SIDE_SELL, 97.5, 1 - cases[i].bought);
        }
        host_liquidation(host, 0, LONGS, 97.5, 1000);
        ck_assert_msg((host->signal_count ? host_number(host_last_signal(host), "score") : 0) ==
                          cases[i].score,
                      "share %g", cases[i].bought);
        host_free(host);
    }
}
END_TEST

START_TEST(book_and_flow_without_liquidations_give_no_signal)
{
    const double bids[] = { 97, 20 }, asks[] = { 98, 1 };
    struct strategy_host *host = started("squeeze");

    host_book(host, 0, BOTHY_EVENT_SNAPSHOT, bids, 1, asks, 1);
    for (int k = 0; k < 60; k++)
        host_trade(host, 0, BOTHY_SIDE_BUY, 97.5, 1);
    host_liquidation(host, 0, SHORTS, 97.5, 1);
    ck_assert_uint_ge(host_count(host, "judged"), 1);
    ck_assert_uint_eq(host->signal_count, 0);
    host_free(host);
}
END_TEST

START_TEST(liquidations_leave_the_window)
{
    struct strategy_host *host = started("contrarian");

    host_reload(host, "interval", "0s");
    price(host, 97.5);
    host_liquidation(host, 0, LONGS, 97.5, 1000);
    ck_assert_uint_eq(host->signal_count, 1);
    host->now_ns += FIVE - 6 * BOTHY_NS_PER_S;
    host_liquidation(host, 0, LONGS, 97.5, 1);
    ck_assert_uint_eq(host->signal_count, 2);
    ck_assert_double_eq_tol(host_number(host_last_signal(host), "long"), 97597.5, 1e-6);
    host->now_ns += 6 * BOTHY_NS_PER_S;
    host_liquidation(host, 0, LONGS, 97.5, 1);
    ck_assert_uint_eq(host->signal_count, 2);
    host_free(host);
}
END_TEST

START_TEST(liquidations_are_judged_once_per_interval_and_bars_always)
{
    struct strategy_host *host = started("contrarian");
    uint64_t judged = host_count(host, "judged");

    price(host, 97.5);
    host_liquidation(host, 0, LONGS, 97.5, 1000);
    host_liquidation(host, 0, LONGS, 97.5, 1000);
    host->now_ns += 5 * BOTHY_NS_PER_S - 1;
    host_liquidation(host, 0, LONGS, 97.5, 1000);
    ck_assert_uint_eq(host_count(host, "judged"), judged + 1);
    host->now_ns += 1;
    host_liquidation(host, 0, LONGS, 97.5, 1000);
    ck_assert_uint_eq(host_count(host, "judged"), judged + 2);
    ck_assert_double_eq_tol(host_number(host_last_signal(host), "long"), 390000, 1e-6);
    host_bar(host, 0, BOTHY_TF_5M, T0 + 20 * FIVE, (struct bar_row) { 97, 97, 96, 96, 1 }, 0);
    ck_assert_uint_eq(host_count(host, "judged"), judged + 3);
    host_free(host);
}
END_TEST

START_TEST(large_trades_stand_in_where_the_venue_has_no_feed)
{
    struct strategy_host *host = host_new("liquidation", 1);
    const struct bothy_signal *signal;

    host->instruments[0].feeds = UINT32_MAX & ~(uint32_t)BOTHY_FEED_LIQUIDATIONS;
    host_set(host, "flow_trades", "0"); /* the same trades would speak against the signal */
    host_start(host);
    warm(host, 0, 0);
    host->now_ns += BOTHY_NS_PER_MIN;
    /* No mean yet: large from 10 000 on, which is not enough alone for min_usd. */
    host_trade(host, 0, BOTHY_SIDE_SELL, 97.5, 110);
    ck_assert_uint_eq(host->signal_count, 0);
    for (int i = 0; i < 99; i++)
        host_trade(host, 0, BOTHY_SIDE_SELL, 97.5, 1);
    host->now_ns += 10 * BOTHY_NS_PER_S;
    /* The mean is 203.775: large from 2037.75 on. */
    host_trade(host, 0, BOTHY_SIDE_SELL, 97.5, 20.8);
    host_trade(host, 0, BOTHY_SIDE_SELL, 97.5, 600);
    ck_assert_uint_eq(host->signal_count, 1);
    signal = host_last_signal(host);
    ck_assert_int_eq(signal->direction, BOTHY_DIRECTION_LONG);
    ck_assert_uint_ne(signal->flags & BOTHY_SIGNAL_FLAG_INFERRED, 0);
    ck_assert(host_number(signal, "inferred") == 1);
    ck_assert_double_eq_tol(host_number(signal, "long"), 97.5 * (110 + 600), 1e-6);
    host_free(host);
}
END_TEST

START_TEST(trades_do_not_stand_in_where_there_is_a_feed)
{
    struct strategy_host *host = started("contrarian");

    host_trade(host, 0, BOTHY_SIDE_SELL, 97.5, 10000);
    host_bar(host, 0, BOTHY_TF_5M, T0 + 20 * FIVE, (struct bar_row) { 97, 97, 96, 96, 1 }, 0);
    ck_assert_uint_eq(host->signal_count, 0);
    host_free(host);
}
END_TEST

START_TEST(history_warms_up_and_says_nothing)
{
    struct strategy_host *host = host_new("liquidation", 1);

    host_start(host);
    ck_assert_uint_ge(host_subscription(host, 0, BOTHY_FEED_BARS)->history, 20);
    ck_assert_ptr_nonnull(host_subscription(host, 0, BOTHY_FEED_LIQUIDATIONS));
    ck_assert_ptr_nonnull(host_subscription(host, 0, BOTHY_FEED_TRADES));
    ck_assert_uint_eq(host_subscription(host, 0, BOTHY_FEED_BOOK)->book_depth, 50);
    warm(host, 0, BOTHY_EVENT_HISTORY);
    ck_assert_uint_eq(host_count(host, "judged"), 0);
    price(host, 100);
    host_liquidation(host, 0, LONGS, 100, 1000);
    ck_assert_uint_eq(host->signal_count, 0); /* the bands are there: 100 lies between them */
    host->now_ns += 5 * BOTHY_NS_PER_S;
    price(host, 97.5);
    host_liquidation(host, 0, LONGS, 97.5, 1);
    ck_assert_uint_eq(host->signal_count, 1);
    host_free(host);
}
END_TEST

START_TEST(nothing_is_judged_on_bars_that_stopped)
{
    struct strategy_host *host = started("contrarian");

    price(host, 97.5);
    host->now_ns = T0 + 22 * FIVE + 1;
    host_liquidation(host, 0, LONGS, 97.5, 1000);
    ck_assert_uint_eq(host->signal_count, 0);
    ck_assert_uint_eq(host_count(host, "stale_bars"), 1);
    host_free(host);
}
END_TEST

START_TEST(last_values_after_a_gap_are_no_news)
{
    struct strategy_host *host = started("contrarian");

    price(host, 97.5);
    host->event_flags = BOTHY_EVENT_CONFLATED;
    host_liquidation(host, 0, LONGS, 97.5, 1000);
    host->event_flags = 0;
    host_liquidation(host, 0, LONGS, 97.5, 1);
    ck_assert_uint_eq(host->signal_count, 0);
    host_free(host);
}
END_TEST

START_TEST(sums_survive_a_restart)
{
    struct strategy_host *first = started("contrarian"), *second = started("contrarian");
    struct strategy_host *third = host_new("liquidation", 1);
    static char state[BOTHY_STATE_MAX];
    int32_t length;

    price(first, 100);
    host_liquidation(first, 0, LONGS, 100, 1000);
    length = first->plugin->ops.strategy->save(first->self, state, sizeof state);
    ck_assert_int_gt(length, 0);
    for (int32_t cut = 0; cut < length; cut++)
        ck_assert_int_eq(first->plugin->ops.strategy->load(first->self, state, (size_t)cut),
                         BOTHY_ECORRUPT);
    host_free(first);

    price(second, 97.5);
    host_liquidation(second, 0, LONGS, 97.5, 1);
    ck_assert_uint_eq(second->signal_count, 0);
    host_free(second);

    ck_assert_int_eq(host_start_with(third, state, (size_t)length), 0);
    warm(third, 0, 0);
    third->now_ns += BOTHY_NS_PER_MIN;
    price(third, 97.5);
    host_liquidation(third, 0, LONGS, 97.5, 1);
    ck_assert_uint_eq(third->signal_count, 1);
    ck_assert_double_eq_tol(host_number(host_last_signal(third), "long"), 100097.5, 1e-6);
    host_free(third);
}
END_TEST

START_TEST(reload_changes_thresholds)
{
    struct strategy_host *host = started("contrarian");

    price(host, 97.5);
    host_liquidation(host, 0, LONGS, 97.5, 100);
    ck_assert_uint_eq(host->signal_count, 0);
    ck_assert_int_eq(host_reload(host, "min_usd", "5000"), 0);
    host->now_ns += 5 * BOTHY_NS_PER_S;
    host_liquidation(host, 0, LONGS, 97.5, 1);
    ck_assert_uint_eq(host->signal_count, 1);
    ck_assert_int_eq(host_reload(host, "flow_low", "0.7"), BOTHY_EINVAL);
    host_free(host);
}
END_TEST

START_TEST(levels_that_do_not_pass_give_no_signal)
{
    struct strategy_host *host = host_new("liquidation", 1);

    host_set(host, "risk.max_sl_pct", "1");
    host_start(host);
    warm(host, 0, 0);
    price(host, 97.5);
    host->now_ns += BOTHY_NS_PER_MIN;
    host_liquidation(host, 0, LONGS, 97.5, 1000);
    ck_assert_uint_eq(host->signal_count, 0);
    ck_assert_uint_eq(host_count(host, "rejected_levels"), 1);
    ck_assert_ptr_nonnull(strstr(host->logged, "too far"));
    host_free(host);
}
END_TEST

START_TEST(instances_and_symbols_keep_apart)
{
    struct strategy_host *one = host_new("liquidation", 2), *two = host_new("liquidation", 1);

    host_set_symbol(one, 1, "min_usd", "200000");
    host_set(two, "mode", "squeeze");
    host_start(one);
    host_start(two);
    warm(one, 0, 0);
    warm(two, 0, 0);
    warm(one, 1, 0);
    one->now_ns += BOTHY_NS_PER_MIN;
    two->now_ns += BOTHY_NS_PER_MIN;
    for (uint32_t i = 0; i < 2; i++)
        host_trade(one, i, BOTHY_SIDE_SELL, 97.5, 0.001);
    price(two, 97.5);
    host_liquidation(one, 0, LONGS, 97.5, 1000);
    host_liquidation(two, 0, LONGS, 97.5, 1000);
    host_liquidation(one, 1, LONGS, 97.5, 1000);
    ck_assert_uint_eq(one->signal_count, 1);
    ck_assert_uint_eq(one->signals[0].instrument, host_instrument(0));
    ck_assert_int_eq(one->signals[0].direction, BOTHY_DIRECTION_LONG);
    ck_assert_uint_eq(two->signal_count, 1);
    ck_assert_int_eq(two->signals[0].direction, BOTHY_DIRECTION_SHORT);
    host_free(two);
    host_free(one);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("liquidation");
    TCase *all = tcase_create("all");

    tcase_add_test(all, liquidated_longs_at_the_lower_band_are_bought);
    tcase_add_test(all, liquidated_shorts_at_the_upper_band_are_sold);
    tcase_add_test(all, contrarian_signals_need_the_right_band);
    tcase_add_test(all, squeeze_goes_with_the_cascade_wherever_the_bands_are);
    tcase_add_test(all, one_side_must_outweigh_the_other_and_the_least_value);
    tcase_add_test(all, the_book_adds_or_takes_one);
    tcase_add_test(all, a_book_that_may_be_wrong_says_nothing);
    tcase_add_test(all, a_snapshot_in_parts_counts_when_it_is_whole);
    tcase_add_test(all, only_the_best_levels_are_compared);
    tcase_add_test(all, the_flow_adds_or_takes_one);
    tcase_add_test(all, book_and_flow_without_liquidations_give_no_signal);
    tcase_add_test(all, liquidations_leave_the_window);
    tcase_add_test(all, liquidations_are_judged_once_per_interval_and_bars_always);
    tcase_add_test(all, large_trades_stand_in_where_the_venue_has_no_feed);
    tcase_add_test(all, trades_do_not_stand_in_where_there_is_a_feed);
    tcase_add_test(all, history_warms_up_and_says_nothing);
    tcase_add_test(all, nothing_is_judged_on_bars_that_stopped);
    tcase_add_test(all, last_values_after_a_gap_are_no_news);
    tcase_add_test(all, sums_survive_a_restart);
    tcase_add_test(all, reload_changes_thresholds);
    tcase_add_test(all, levels_that_do_not_pass_give_no_signal);
    tcase_add_test(all, instances_and_symbols_keep_apart);
    suite_add_tcase(suite, all);
    return suite;
}

BOTHY_TEST_MAIN(make_suite)
