/*
 * The liquidation plugin: cascades at the bands in both readings, each factor at its thresholds, a
 * book that may be wrong, the substitute for a missing feed, and the state that it keeps.
 */
#include "strategy.h"

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
static void warm(struct bothy_mock *mock, uint32_t symbol, uint32_t flags)
{
    for (uint32_t i = 0; i < 20; i++) {
        double close = i % 2 ? 101 : 99;
        struct bothy_mock_row row = { close, close + 0.5, close - 0.5, close, 10 };

        bar(mock, symbol, BOTHY_TF_5M, T0 + i * FIVE, row, flags);
    }
}

static struct bothy_mock *started(const char *mode)
{
    struct bothy_mock *mock = new_mock(1);

    set_option(mock, "mode", mode);
    begin(mock);
    warm(mock, 0, 0);
    sent(bothy_mock_advance(mock, BOTHY_NS_PER_MIN));
    return mock;
}

/* A trade of next to nothing, so that there is a price. */
static void price(struct bothy_mock *mock, double at)
{
    sent(bothy_mock_trade(mock, 0, BOTHY_SIDE_SELL, at, 0.000001));
}

START_TEST(liquidated_longs_at_the_lower_band_are_bought)
{
    struct bothy_mock *mock = started("contrarian");
    const struct bothy_signal *signal;
    double entry = LOWER, unit = 2.5 + 0.0; /* |101.5 - 99|, |98.5 - 101| */

    price(mock, entry);
    ck_assert_uint_eq(bothy_mock_signal_count(mock), 0);
    sent(bothy_mock_liquidation(mock, 0, LONGS, entry, 1000));
    ck_assert_uint_eq(bothy_mock_signal_count(mock), 1);
    signal = last_signal(mock);
    ck_assert_uint_eq(signal->type, BOTHY_SIGNAL_LIQUIDATION);
    ck_assert_int_eq(signal->direction, BOTHY_DIRECTION_LONG);
    ck_assert_int_eq(signal->ts_ns, bothy_mock_now_ns(mock));
    ck_assert_uint_eq(signal->flags & BOTHY_SIGNAL_FLAG_INFERRED, 0);
    ck_assert(number_of(signal, "score") == 2);
    ck_assert_double_eq_tol(number_of(signal, "liquidations_usdt"), 98000, 1e-6);
    ck_assert_double_eq_tol(number_of(signal, "long"), 98000, 1e-6);
    ck_assert(number_of(signal, "short") == 0);
    ck_assert_double_eq_tol(number_of(signal, "net"), -98000, 1e-6);
    ck_assert(number_of(signal, "inferred") == 0);
    ck_assert(signal->confidence == 0.5);
    ck_assert_double_eq_tol(signal->entry, entry, 1e-9);
    ck_assert_double_eq_tol(signal->stop_loss, entry - unit * 1.0075 * 1.5, 1e-9);
    ck_assert_double_eq_tol(signal->take_profit_1, entry + unit * 2, 1e-9);
    ck_assert_ptr_nonnull(strstr(signal->reasons, "longs liquidated"));
    end(mock);
}
END_TEST

START_TEST(liquidated_shorts_at_the_upper_band_are_sold)
{
    struct bothy_mock *mock = started("contrarian");

    price(mock, UPPER);
    sent(bothy_mock_liquidation(mock, 0, SHORTS, UPPER, 1000));
    ck_assert_uint_eq(bothy_mock_signal_count(mock), 1);
    ck_assert_int_eq(last_signal(mock)->direction, BOTHY_DIRECTION_SHORT);
    ck_assert_double_eq_tol(number_of(last_signal(mock), "net"), 102000, 1e-6);
    end(mock);
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
        struct bothy_mock *mock = started("contrarian");

        price(mock, cases[i].price);
        sent(bothy_mock_liquidation(mock, 0, cases[i].side, cases[i].price, 1000));
        ck_assert_msg(bothy_mock_signal_count(mock) == cases[i].signals, "case %zu: %u signals, %s",
                      i, bothy_mock_signal_count(mock), bothy_mock_last_line(mock));
        end(mock);
    }
}
END_TEST

START_TEST(squeeze_goes_with_the_cascade_wherever_the_bands_are)
{
    struct bothy_mock *mock = started("squeeze");

    price(mock, 100);
    sent(bothy_mock_liquidation(mock, 0, SHORTS, 100, 1000));
    ck_assert_uint_eq(bothy_mock_signal_count(mock), 1);
    ck_assert_int_eq(last_signal(mock)->direction, BOTHY_DIRECTION_LONG);
    sent(bothy_mock_advance(mock, 10 * BOTHY_NS_PER_S));
    sent(bothy_mock_liquidation(mock, 0, LONGS, 100, 2000));
    ck_assert_uint_eq(bothy_mock_signal_count(mock), 2);
    ck_assert_int_eq(last_signal(mock)->direction, BOTHY_DIRECTION_SHORT);
    end(mock);
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
        struct bothy_mock *mock = started("contrarian");

        /* Only the bar judges: the first liquidation alone would outweigh. */
        reload(mock, "interval", "1h");
        price(mock, 100);
        sent(bothy_mock_liquidation(mock, 0, LONGS, 1000, cases[i].longs));
        if (cases[i].shorts > 0)
            sent(bothy_mock_liquidation(mock, 0, SHORTS, 1000, cases[i].shorts));
        bar(mock, 0, BOTHY_TF_5M, T0 + 20 * FIVE, (struct bothy_mock_row) { 99, 99, 96, 96, 1 }, 0);
        ck_assert_msg(bothy_mock_signal_count(mock) == cases[i].signals, "case %zu: %u signals, %s",
                      i, bothy_mock_signal_count(mock), bothy_mock_last_line(mock));
        end(mock);
    }
}
END_TEST

/* The score of a cascade at the lower band with this book; 0 for no signal. */
static double score_with_book(struct bothy_mock *mock)
{
    uint32_t before = bothy_mock_signal_count(mock);

    sent(bothy_mock_advance(mock, 5 * BOTHY_NS_PER_S));
    price(mock, 97.5);
    sent(bothy_mock_liquidation(mock, 0, LONGS, 97.5, 1000));
    return bothy_mock_signal_count(mock) > before ? number_of(last_signal(mock), "score") : 0;
}

START_TEST(the_book_adds_or_takes_one)
{
    const double even_bids[] = { 97, 10, 96, 10 }, even_asks[] = { 98, 10, 99, 9.5 };
    const double heavy_bids[] = { 97, 13 }, one_ask[] = { 97.001, 10 };
    const double one_bid[] = { 97, 10 }, heavy_asks[] = { 97.001, 14 };
    struct bothy_mock *mock = started("contrarian");

    ck_assert(score_with_book(mock) == 2);
    sent(bothy_mock_book(mock, 0, BOTHY_EVENT_SNAPSHOT, even_bids, 2, even_asks, 2));
    ck_assert(score_with_book(mock) == 2);
    sent(bothy_mock_book(mock, 0, BOTHY_EVENT_SNAPSHOT, one_bid, 1, heavy_asks, 1));
    ck_assert(score_with_book(mock) == 0);
    sent(bothy_mock_book(mock, 0, BOTHY_EVENT_SNAPSHOT, heavy_bids, 1, one_ask, 1));
    ck_assert(score_with_book(mock) == 2); /* 1.29998 */
    sent(bothy_mock_book(mock, 0, 0, (const double[]) { 97, 13.1 }, 1, NULL, 0));
    ck_assert(score_with_book(mock) == 3);
    sent(bothy_mock_book(mock, 0, 0, (const double[]) { 97, 0, 96, 1 }, 2, NULL, 0));
    ck_assert(score_with_book(mock) == 0);
    /* A side without levels, and a crossed book, say nothing. */
    sent(bothy_mock_book(mock, 0, 0, (const double[]) { 96, 0 }, 1, NULL, 0));
    ck_assert(score_with_book(mock) == 2);
    sent(bothy_mock_book(mock, 0, 0, (const double[]) { 99, 100 }, 1, NULL, 0));
    ck_assert(score_with_book(mock) == 2);
    end(mock);
}
END_TEST

START_TEST(a_book_that_may_be_wrong_says_nothing)
{
    const double bids[] = { 97, 20 }, asks[] = { 98, 1 };
    static const uint32_t wrong[] = { BOTHY_FEED_STATE_DOWN, BOTHY_FEED_STATE_GAP,
                                      BOTHY_FEED_STATE_RESYNC };
    struct bothy_mock *mock = started("contrarian");

    sent(bothy_mock_book(mock, 0, 0, bids, 1, asks, 1)); /* before the first snapshot */
    ck_assert(score_with_book(mock) == 2);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        sent(bothy_mock_book(mock, 0, BOTHY_EVENT_SNAPSHOT, bids, 1, asks, 1));
        ck_assert(score_with_book(mock) == 3);
        sent(bothy_mock_feed(mock, 0, wrong[i]));
        ck_assert(score_with_book(mock) == 2);
        sent(bothy_mock_feed(mock, 0, BOTHY_FEED_STATE_LIVE));
        sent(bothy_mock_book(mock, 0, 0, bids, 1, asks, 1));
        ck_assert(score_with_book(mock) == 2);
    }
    sent(bothy_mock_book(mock, 0, BOTHY_EVENT_SNAPSHOT, bids, 1, asks, 1));
    sent(bothy_mock_feed(mock, 0, BOTHY_FEED_STATE_STALE));
    ck_assert(score_with_book(mock) == 2);
    sent(bothy_mock_feed(mock, 0, BOTHY_FEED_STATE_LIVE));
    ck_assert(score_with_book(mock) == 3);
    sent(bothy_mock_gap(mock, 5));
    ck_assert(score_with_book(mock) == 2);
    end(mock);
}
END_TEST

START_TEST(a_snapshot_in_parts_counts_when_it_is_whole)
{
    const double bids[] = { 97, 5, 95, 15 }, asks[] = { 98, 1, 99, 0.5 };
    struct bothy_mock *mock = started("contrarian");

    sent(bothy_mock_book(mock, 0, BOTHY_EVENT_SNAPSHOT | BOTHY_EVENT_MORE, bids, 1, asks, 1));
    ck_assert(score_with_book(mock) == 2);
    sent(bothy_mock_book(mock, 0, BOTHY_EVENT_SNAPSHOT, bids + 2, 1, asks + 2, 1));
    ck_assert(score_with_book(mock) == 3);
    /* Without its deep level the bid side would not be the heavier one. */
    sent(bothy_mock_book(mock, 0, 0, NULL, 0, (const double[]) { 98.5, 10 }, 1));
    ck_assert(score_with_book(mock) == 3);
    sent(bothy_mock_book(mock, 0, 0, (const double[]) { 95, 0 }, 1, NULL, 0));
    ck_assert(score_with_book(mock) == 0);
    end(mock);
}
END_TEST

START_TEST(only_the_best_levels_are_compared)
{
    const double bids[] = { 96, 100, 97, 1 }, asks[] = { 99, 1, 98, 1 };
    struct bothy_mock *mock = new_mock(1);

    set_option(mock, "book_levels", "1");
    begin(mock);
    warm(mock, 0, 0);
    ck_assert_uint_eq(bothy_mock_subscribed(mock, 0, BOTHY_FEED_BOOK)->book_depth, 1);
    sent(bothy_mock_book(mock, 0, BOTHY_EVENT_SNAPSHOT, bids, 2, asks, 2));
    ck_assert(score_with_book(mock) == 2);
    sent(bothy_mock_book(mock, 0, 0, (const double[]) { 97, 0 }, 1, NULL, 0));
    ck_assert(score_with_book(mock) == 3);
    end(mock);
}
END_TEST

START_TEST(the_flow_adds_or_takes_one)
{
    static const struct {
        double bought, score;
    } cases[] = { { 0.6, 3 }, { 0.59, 2 }, { 0.41, 2 }, { 0.4, 0 } };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bothy_mock *mock = started("contrarian");

        for (int k = 0; k < 30; k++) {
            sent(bothy_mock_trade(mock, 0, BOTHY_SIDE_BUY, 97.5, cases[i].bought));
            sent(bothy_mock_trade(mock, 0, BOTHY_SIDE_SELL, 97.5, 1 - cases[i].bought));
        }
        sent(bothy_mock_liquidation(mock, 0, LONGS, 97.5, 1000));
        ck_assert_msg((bothy_mock_signal_count(mock) ? number_of(last_signal(mock), "score") : 0) ==
                          cases[i].score,
                      "share %g", cases[i].bought);
        end(mock);
    }
}
END_TEST

START_TEST(book_and_flow_without_liquidations_give_no_signal)
{
    const double bids[] = { 97, 20 }, asks[] = { 98, 1 };
    struct bothy_mock *mock = started("squeeze");

    sent(bothy_mock_book(mock, 0, BOTHY_EVENT_SNAPSHOT, bids, 1, asks, 1));
    for (int k = 0; k < 60; k++)
        sent(bothy_mock_trade(mock, 0, BOTHY_SIDE_BUY, 97.5, 1));
    sent(bothy_mock_liquidation(mock, 0, SHORTS, 97.5, 1));
    ck_assert_uint_ge(bothy_mock_counter(mock, "judged"), 1);
    ck_assert_uint_eq(bothy_mock_signal_count(mock), 0);
    end(mock);
}
END_TEST

START_TEST(liquidations_leave_the_window)
{
    struct bothy_mock *mock = started("contrarian");

    reload(mock, "interval", "0s");
    price(mock, 97.5);
    sent(bothy_mock_liquidation(mock, 0, LONGS, 97.5, 1000));
    ck_assert_uint_eq(bothy_mock_signal_count(mock), 1);
    sent(bothy_mock_advance(mock, FIVE - 6 * BOTHY_NS_PER_S));
    sent(bothy_mock_liquidation(mock, 0, LONGS, 97.5, 1));
    ck_assert_uint_eq(bothy_mock_signal_count(mock), 2);
    ck_assert_double_eq_tol(number_of(last_signal(mock), "long"), 97597.5, 1e-6);
    sent(bothy_mock_advance(mock, 6 * BOTHY_NS_PER_S));
    sent(bothy_mock_liquidation(mock, 0, LONGS, 97.5, 1));
    ck_assert_uint_eq(bothy_mock_signal_count(mock), 2);
    end(mock);
}
END_TEST

START_TEST(liquidations_are_judged_once_per_interval_and_bars_always)
{
    struct bothy_mock *mock = started("contrarian");
    uint64_t judged = bothy_mock_counter(mock, "judged");

    price(mock, 97.5);
    sent(bothy_mock_liquidation(mock, 0, LONGS, 97.5, 1000));
    sent(bothy_mock_liquidation(mock, 0, LONGS, 97.5, 1000));
    sent(bothy_mock_advance(mock, 5 * BOTHY_NS_PER_S - 1));
    sent(bothy_mock_liquidation(mock, 0, LONGS, 97.5, 1000));
    ck_assert_uint_eq(bothy_mock_counter(mock, "judged"), judged + 1);
    sent(bothy_mock_advance(mock, 1));
    sent(bothy_mock_liquidation(mock, 0, LONGS, 97.5, 1000));
    ck_assert_uint_eq(bothy_mock_counter(mock, "judged"), judged + 2);
    ck_assert_double_eq_tol(number_of(last_signal(mock), "long"), 390000, 1e-6);
    bar(mock, 0, BOTHY_TF_5M, T0 + 20 * FIVE, (struct bothy_mock_row) { 97, 97, 96, 96, 1 }, 0);
    ck_assert_uint_eq(bothy_mock_counter(mock, "judged"), judged + 3);
    end(mock);
}
END_TEST

START_TEST(large_trades_stand_in_where_the_venue_has_no_feed)
{
    struct bothy_mock *mock = new_mock(1);
    const struct bothy_signal *signal;

    bothy_mock_definition(mock, 0)->feeds = UINT32_MAX & ~(uint32_t)BOTHY_FEED_LIQUIDATIONS;
    set_option(mock, "flow_trades", "0"); /* the same trades would speak against the signal */
    begin(mock);
    warm(mock, 0, 0);
    sent(bothy_mock_advance(mock, BOTHY_NS_PER_MIN));
    /* No mean yet: large from 10 000 on, which is not enough alone for min_usd. */
    sent(bothy_mock_trade(mock, 0, BOTHY_SIDE_SELL, 97.5, 110));
    ck_assert_uint_eq(bothy_mock_signal_count(mock), 0);
    for (int i = 0; i < 99; i++)
        sent(bothy_mock_trade(mock, 0, BOTHY_SIDE_SELL, 97.5, 1));
    sent(bothy_mock_advance(mock, 10 * BOTHY_NS_PER_S));
    /* The mean is 203.775: large from 2037.75 on. */
    sent(bothy_mock_trade(mock, 0, BOTHY_SIDE_SELL, 97.5, 20.8));
    sent(bothy_mock_trade(mock, 0, BOTHY_SIDE_SELL, 97.5, 600));
    ck_assert_uint_eq(bothy_mock_signal_count(mock), 1);
    signal = last_signal(mock);
    ck_assert_int_eq(signal->direction, BOTHY_DIRECTION_LONG);
    ck_assert_uint_ne(signal->flags & BOTHY_SIGNAL_FLAG_INFERRED, 0);
    ck_assert(number_of(signal, "inferred") == 1);
    ck_assert_double_eq_tol(number_of(signal, "long"), 97.5 * (110 + 600), 1e-6);
    end(mock);
}
END_TEST

START_TEST(trades_do_not_stand_in_where_there_is_a_feed)
{
    struct bothy_mock *mock = started("contrarian");

    sent(bothy_mock_trade(mock, 0, BOTHY_SIDE_SELL, 97.5, 10000));
    bar(mock, 0, BOTHY_TF_5M, T0 + 20 * FIVE, (struct bothy_mock_row) { 97, 97, 96, 96, 1 }, 0);
    ck_assert_uint_eq(bothy_mock_signal_count(mock), 0);
    end(mock);
}
END_TEST

START_TEST(history_warms_up_and_says_nothing)
{
    struct bothy_mock *mock = new_mock(1);

    begin(mock);
    ck_assert_uint_ge(bothy_mock_subscribed(mock, 0, BOTHY_FEED_BARS)->history, 20);
    ck_assert_ptr_nonnull(bothy_mock_subscribed(mock, 0, BOTHY_FEED_LIQUIDATIONS));
    ck_assert_ptr_nonnull(bothy_mock_subscribed(mock, 0, BOTHY_FEED_TRADES));
    ck_assert_uint_eq(bothy_mock_subscribed(mock, 0, BOTHY_FEED_BOOK)->book_depth, 50);
    warm(mock, 0, BOTHY_EVENT_HISTORY);
    ck_assert_uint_eq(bothy_mock_counter(mock, "judged"), 0);
    price(mock, 100);
    sent(bothy_mock_liquidation(mock, 0, LONGS, 100, 1000));
    ck_assert_uint_eq(bothy_mock_signal_count(mock),
                      0); /* the bands are there: 100 lies between them */
    sent(bothy_mock_advance(mock, 5 * BOTHY_NS_PER_S));
    price(mock, 97.5);
    sent(bothy_mock_liquidation(mock, 0, LONGS, 97.5, 1));
    ck_assert_uint_eq(bothy_mock_signal_count(mock), 1);
    end(mock);
}
END_TEST

START_TEST(nothing_is_judged_on_bars_that_stopped)
{
    struct bothy_mock *mock = started("contrarian");

    price(mock, 97.5);
    sent(bothy_mock_advance_to(mock, T0 + 22 * FIVE + 1));
    sent(bothy_mock_liquidation(mock, 0, LONGS, 97.5, 1000));
    ck_assert_uint_eq(bothy_mock_signal_count(mock), 0);
    ck_assert_uint_eq(bothy_mock_counter(mock, "stale_bars"), 1);
    end(mock);
}
END_TEST

START_TEST(last_values_after_a_gap_are_no_news)
{
    struct bothy_mock *mock = started("contrarian");

    price(mock, 97.5);
    bothy_mock_set_flags(mock, BOTHY_EVENT_CONFLATED);
    sent(bothy_mock_liquidation(mock, 0, LONGS, 97.5, 1000));
    bothy_mock_set_flags(mock, 0);
    sent(bothy_mock_liquidation(mock, 0, LONGS, 97.5, 1));
    ck_assert_uint_eq(bothy_mock_signal_count(mock), 0);
    end(mock);
}
END_TEST

START_TEST(sums_survive_a_restart)
{
    struct bothy_mock *first = started("contrarian"), *second = started("contrarian");
    struct bothy_mock *third = new_mock(1);
    static char state[BOTHY_STATE_MAX];
    int32_t length;

    price(first, 100);
    sent(bothy_mock_liquidation(first, 0, LONGS, 100, 1000));
    length = bothy_mock_save(first, state, sizeof state);
    ck_assert_int_gt(length, 0);
    for (int32_t cut = 0; cut < length; cut++)
        ck_assert_int_eq(bothy_mock_load(first, state, (size_t)cut), BOTHY_ECORRUPT);
    end(first);

    price(second, 97.5);
    sent(bothy_mock_liquidation(second, 0, LONGS, 97.5, 1));
    ck_assert_uint_eq(bothy_mock_signal_count(second), 0);
    end(second);

    ck_assert_int_eq(begin_with(third, state, (size_t)length), 0);
    warm(third, 0, 0);
    sent(bothy_mock_advance(third, BOTHY_NS_PER_MIN));
    price(third, 97.5);
    sent(bothy_mock_liquidation(third, 0, LONGS, 97.5, 1));
    ck_assert_uint_eq(bothy_mock_signal_count(third), 1);
    ck_assert_double_eq_tol(number_of(last_signal(third), "long"), 100097.5, 1e-6);
    end(third);
}
END_TEST

START_TEST(reload_changes_thresholds)
{
    struct bothy_mock *mock = started("contrarian");

    price(mock, 97.5);
    sent(bothy_mock_liquidation(mock, 0, LONGS, 97.5, 100));
    ck_assert_uint_eq(bothy_mock_signal_count(mock), 0);
    ck_assert_int_eq(reload(mock, "min_usd", "5000"), 0);
    sent(bothy_mock_advance(mock, 5 * BOTHY_NS_PER_S));
    sent(bothy_mock_liquidation(mock, 0, LONGS, 97.5, 1));
    ck_assert_uint_eq(bothy_mock_signal_count(mock), 1);
    ck_assert_int_eq(reload(mock, "flow_low", "0.7"), BOTHY_EINVAL);
    end(mock);
}
END_TEST

START_TEST(levels_that_do_not_pass_give_no_signal)
{
    struct bothy_mock *mock = new_mock(1);

    set_option(mock, "risk.max_sl_pct", "1");
    begin(mock);
    warm(mock, 0, 0);
    price(mock, 97.5);
    sent(bothy_mock_advance(mock, BOTHY_NS_PER_MIN));
    sent(bothy_mock_liquidation(mock, 0, LONGS, 97.5, 1000));
    ck_assert_uint_eq(bothy_mock_signal_count(mock), 0);
    ck_assert_uint_eq(bothy_mock_counter(mock, "rejected_levels"), 1);
    ck_assert_ptr_nonnull(strstr(bothy_mock_last_line(mock), "too far"));
    end(mock);
}
END_TEST

START_TEST(instances_and_symbols_keep_apart)
{
    struct bothy_mock *one = new_mock(2), *two = new_mock(1);

    set_symbol_option(one, 1, "min_usd", "200000");
    set_option(two, "mode", "squeeze");
    begin(one);
    begin(two);
    warm(one, 0, 0);
    warm(two, 0, 0);
    warm(one, 1, 0);
    sent(bothy_mock_advance(one, BOTHY_NS_PER_MIN));
    sent(bothy_mock_advance(two, BOTHY_NS_PER_MIN));
    for (uint32_t i = 0; i < 2; i++)
        sent(bothy_mock_trade(one, i, BOTHY_SIDE_SELL, 97.5, 0.001));
    price(two, 97.5);
    sent(bothy_mock_liquidation(one, 0, LONGS, 97.5, 1000));
    sent(bothy_mock_liquidation(two, 0, LONGS, 97.5, 1000));
    sent(bothy_mock_liquidation(one, 1, LONGS, 97.5, 1000));
    ck_assert_uint_eq(bothy_mock_signal_count(one), 1);
    ck_assert_uint_eq(bothy_mock_signal(one, 0)->instrument, bothy_mock_instrument(one, 0));
    ck_assert_int_eq(bothy_mock_signal(one, 0)->direction, BOTHY_DIRECTION_LONG);
    ck_assert_uint_eq(bothy_mock_signal_count(two), 1);
    ck_assert_int_eq(bothy_mock_signal(two, 0)->direction, BOTHY_DIRECTION_SHORT);
    end(two);
    end(one);
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
