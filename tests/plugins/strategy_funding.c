/*
 * The funding plugin: the golden cases of the rule, each factor at its thresholds, what counts as
 * missing, when a rate is judged at all, and the state that it keeps over a restart.
 */
#include "strategy.h"

#include "suite.h"

#include <string.h>

#define FIVE (5 * BOTHY_NS_PER_MIN)

enum { FALLING = -1, RISING = 1 };

static void funding(struct bothy_mock *mock, uint32_t symbol, const char *rate, int64_t interval_h,
                    uint32_t flags)
{
    sent(bothy_mock_funding(mock, symbol, rate, interval_h * BOTHY_NS_PER_H, flags));
}

static void interest(struct bothy_mock *mock, uint32_t symbol, double quantity, uint32_t flags)
{
    bothy_mock_set_flags(mock, flags);
    sent(bothy_mock_open_interest(mock, symbol, quantity));
    bothy_mock_set_flags(mock, 0);
}

/*
 * 25 bars whose close moves by 0.1 each: the last close is below (above) their average. Every true
 * range is 0.5. Returns the time of the last close, at which the clock then stands.
 */
static int64_t warm(struct bothy_mock *mock, uint32_t symbol, int64_t from_ns, int way,
                    uint32_t count, uint32_t flags)
{
    for (uint32_t i = 0; i < count; i++) {
        double close = 100 + way * 0.1 * i;
        struct bothy_mock_row row = { close, close + 0.25, close - 0.25, close, 10 };

        bar(mock, symbol, BOTHY_TF_5M, from_ns + i * FIVE, row, flags);
    }
    return from_ns + count * FIVE;
}

/* Trades at the price of the last close: bought / sold is `ratio`. */
static void takers(struct bothy_mock *mock, uint32_t symbol, double price, double ratio)
{
    for (int i = 0; i < 50; i++) {
        sent(bothy_mock_trade(mock, symbol, BOTHY_SIDE_BUY, price, ratio));
        sent(bothy_mock_trade(mock, symbol, BOTHY_SIDE_SELL, price, 1));
    }
}

static struct bothy_mock *started(int way)
{
    struct bothy_mock *mock = new_mock(1);

    begin(mock);
    warm(mock, 0, T0, way, 25, 0);
    return mock;
}

START_TEST(crowded_longs_below_the_average_are_sold)
{
    struct bothy_mock *mock = started(FALLING);
    const struct bothy_signal *signal;
    double entry = 97.6, unit = 0.5;

    takers(mock, 0, entry, 0.7);
    funding(mock, 0, "0.0006", 8, BOTHY_FUNDING_SETTLED);
    ck_assert_uint_eq(bothy_mock_signal_count(mock), 1);
    signal = last_signal(mock);
    ck_assert_uint_eq(signal->type, BOTHY_SIGNAL_FUNDING_RATE);
    ck_assert_int_eq(signal->direction, BOTHY_DIRECTION_SHORT);
    ck_assert_int_eq(signal->ts_ns, bothy_mock_now_ns(mock));
    ck_assert(number_of(signal, "score") == -4);
    ck_assert_double_eq_tol(number_of(signal, "funding_rate"), 0.06, 1e-12);
    ck_assert_double_eq_tol(number_of(signal, "taker_ratio"), 0.7, 1e-12);
    ck_assert_str_eq(text_of(signal, "factors_missing"), "oi_change_pct ls_ratio");
    ck_assert_double_eq_tol(signal->confidence, 4.0 / 7, 1e-12);
    ck_assert_double_eq_tol(signal->entry, entry, 1e-9);
    ck_assert_double_eq_tol(signal->stop_loss, entry + unit * 1.0075 * 1.5, 1e-9);
    ck_assert_double_eq_tol(signal->take_profit_1, entry - unit * 2, 1e-9);
    ck_assert_double_eq_tol(signal->take_profit_2, entry - unit * 3, 1e-9);
    ck_assert_double_eq_tol(signal->take_profit_3, entry - unit * 4.5, 1e-9);
    ck_assert_ptr_nonnull(strstr(signal->reasons, "funding +0.0600 %"));
    end(mock);
}
END_TEST

START_TEST(crowded_longs_above_the_average_are_left_alone)
{
    struct bothy_mock *mock = started(RISING);

    funding(mock, 0, "0.0006", 8, BOTHY_FUNDING_SETTLED);
    takers(mock, 0, 102.4, 0.7);
    funding(mock, 0, "0.0006", 8, BOTHY_FUNDING_SETTLED);
    ck_assert_uint_eq(bothy_mock_counter(mock, "judged"), 2);
    ck_assert_uint_eq(bothy_mock_signal_count(mock), 0);
    end(mock);
}
END_TEST

START_TEST(rates_count_from_their_thresholds_on)
{
    static const struct {
        int way;
        const char *rate;
        int64_t interval_h;
        int score; /* within ±1: no signal */
    } cases[] = {
        { FALLING, "0.0005", 8, -3 },  { FALLING, "0.00049999", 8, -2 },
        { FALLING, "0.0002", 8, -2 },  { FALLING, "0.00019999", 8, 0 },
        { FALLING, "-0.0006", 8, 0 },  { RISING, "-0.0005", 8, 3 },
        { RISING, "-0.0002", 8, 2 },   { RISING, "-0.00019999", 8, 0 },
        { FALLING, "0.0003", 4, -3 },  { FALLING, "0.00025", 4, -3 },
        { FALLING, "0.0001", 4, -2 },  { RISING, "-0.000025", 1, 2 },
        { FALLING, "0.0004", 16, -2 }, { FALLING, "0.0003", 16, 0 },
        { FALLING, "0.0005", 0, -3 }, /* unknown: the instrument's own interval */
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bothy_mock *mock = started(cases[i].way);

        funding(mock, 0, cases[i].rate, cases[i].interval_h, 0);
        ck_assert_msg(bothy_mock_signal_count(mock) == (cases[i].score != 0),
                      "%s per %d h: %u signals", cases[i].rate, (int)cases[i].interval_h,
                      bothy_mock_signal_count(mock));
        if (cases[i].score != 0)
            ck_assert_msg(number_of(last_signal(mock), "score") == cases[i].score, "%s per %d h",
                          cases[i].rate, (int)cases[i].interval_h);
        end(mock);
    }
}
END_TEST

/* A rate of score -2 or -3 with a change of open interest within the window. */
static double score_with_interest(const char *rate, double from, double to)
{
    struct bothy_mock *mock = new_mock(1);
    int64_t last_ns;
    double score;

    begin(mock);
    sent(bothy_mock_advance_to(mock, T0 + 24 * FIVE));
    interest(mock, 0, from, 0);
    last_ns = warm(mock, 0, T0, FALLING, 25, 0);
    sent(bothy_mock_advance_to(mock, last_ns));
    interest(mock, 0, to, 0);
    funding(mock, 0, rate, 8, 0);
    score = bothy_mock_signal_count(mock) ? number_of(last_signal(mock), "score") : 0;
    if (bothy_mock_signal_count(mock)) {
        ck_assert_double_eq_tol(number_of(last_signal(mock), "oi_change_pct"),
                                (to / from - 1) * 100, 1e-9);
        ck_assert_double_eq_tol(number_of(last_signal(mock), "open_interest"), to, 1e-9);
    }
    end(mock);
    return score;
}

START_TEST(open_interest_moves_the_score_by_one)
{
    ck_assert(score_with_interest("0.0005", 1000, 1020) == -4);
    ck_assert(score_with_interest("0.0005", 1000, 1019) == -3);
    /* Falling: one towards 0, on the long side as on the short side. */
    ck_assert(score_with_interest("0.0005", 1000, 980) == -2);
    ck_assert(score_with_interest("0.0005", 1000, 981) == -3);
    ck_assert(score_with_interest("0.0002", 1000, 900) == 0);
}
END_TEST

START_TEST(open_interest_alone_moves_nothing)
{
    struct bothy_mock *mock = started(FALLING);

    interest(mock, 0, 1000, 0);
    sent(bothy_mock_advance(mock, BOTHY_NS_PER_MIN));
    interest(mock, 0, 500, 0);
    sent(bothy_mock_ratio(mock, 0, BOTHY_RATIO_LONG_SHORT_ACCOUNTS, 0.6));
    funding(mock, 0, "0", 8, 0);
    ck_assert_uint_eq(bothy_mock_signal_count(mock), 1);
    ck_assert(number_of(last_signal(mock), "score") == 2);
    ck_assert_str_eq(text_of(last_signal(mock), "factors_missing"), "taker_ratio");
    ck_assert_int_eq(last_signal(mock)->direction, BOTHY_DIRECTION_LONG);
    end(mock);
}
END_TEST

START_TEST(account_and_taker_ratios_count_from_their_thresholds_on)
{
    static const struct {
        double accounts, takers;
        int score;
    } cases[] = {
        { 1.8, 0, -2 },    { 1.79, 0, 0 },  { 0.6, 0, 2 },    { 0.61, 0, 0 },  { 1.8, 0.8, -3 },
        { 1.8, 0.81, -2 }, { 0.6, 1.2, 3 }, { 0.6, 1.19, 2 }, { 0.6, 0.8, 0 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bothy_mock *mock = started(FALLING);

        sent(bothy_mock_ratio(mock, 0, BOTHY_RATIO_LONG_SHORT_ACCOUNTS, cases[i].accounts));
        if (cases[i].takers > 0)
            sent(bothy_mock_ratio(mock, 0, BOTHY_RATIO_TAKER_BUY_SELL, cases[i].takers));
        funding(mock, 0, "0", 8, 0);
        ck_assert_uint_eq(bothy_mock_signal_count(mock), cases[i].score != 0);
        if (cases[i].score != 0)
            ck_assert(number_of(last_signal(mock), "score") == cases[i].score);
        end(mock);
    }
}
END_TEST

START_TEST(own_trades_go_before_the_ratio_of_the_venue)
{
    struct bothy_mock *mock = started(FALLING);

    sent(bothy_mock_ratio(mock, 0, BOTHY_RATIO_TAKER_BUY_SELL, 1.5));
    takers(mock, 0, 97.6, 0.7);
    funding(mock, 0, "0.0005", 8, 0);
    ck_assert_double_eq_tol(number_of(last_signal(mock), "taker_ratio"), 0.7, 1e-9);
    end(mock);
}
END_TEST

START_TEST(what_is_too_old_is_missing)
{
    struct bothy_mock *mock = started(FALLING);
    int64_t last_ns = bothy_mock_now_ns(mock);

    sent(bothy_mock_ratio(mock, 0, BOTHY_RATIO_LONG_SHORT_ACCOUNTS, 1.8));
    interest(mock, 0, 1000, 0);
    takers(mock, 0, 97.6, 0.7);
    sent(bothy_mock_advance(mock, BOTHY_NS_PER_MIN));
    interest(mock, 0, 1100, 0);
    warm(mock, 0, last_ns, FALLING, 4, 0); /* 20 minutes, at higher prices than before */
    sent(bothy_mock_trade(mock, 0, BOTHY_SIDE_SELL, 90, 0.001));
    sent(bothy_mock_advance(mock, 1));
    funding(mock, 0, "0.0005", 8, 0);
    ck_assert(number_of(last_signal(mock), "score") == -4);
    ck_assert_str_eq(text_of(last_signal(mock), "factors_missing"), "oi_change_pct ls_ratio");
    end(mock);
}
END_TEST

START_TEST(predicted_rates_are_judged_once_per_interval_and_paid_ones_always)
{
    struct bothy_mock *mock = started(FALLING);

    funding(mock, 0, "0.0005", 8, 0);
    sent(bothy_mock_advance(mock, 299 * BOTHY_NS_PER_S));
    funding(mock, 0, "0.0005", 8, 0);
    ck_assert_uint_eq(bothy_mock_signal_count(mock), 1);
    funding(mock, 0, "0.0005", 8, BOTHY_FUNDING_SETTLED);
    ck_assert_uint_eq(bothy_mock_signal_count(mock), 2);
    sent(bothy_mock_advance(mock, 299 * BOTHY_NS_PER_S));
    funding(mock, 0, "0.0005", 8, 0);
    ck_assert_uint_eq(bothy_mock_signal_count(mock), 2);
    sent(bothy_mock_advance(mock, BOTHY_NS_PER_S));
    funding(mock, 0, "0.0005", 8, 0);
    ck_assert_uint_eq(bothy_mock_signal_count(mock), 3);
    end(mock);
}
END_TEST

START_TEST(nothing_is_judged_without_an_average_or_on_bars_that_stopped)
{
    struct bothy_mock *mock = new_mock(1);
    int64_t last_ns;

    begin(mock);
    last_ns = warm(mock, 0, T0, FALLING, 19, 0);
    funding(mock, 0, "0.0005", 8, BOTHY_FUNDING_SETTLED);
    ck_assert_uint_eq(bothy_mock_counter(mock, "judged"), 0);
    last_ns = warm(mock, 0, last_ns, FALLING, 6, 0);
    sent(bothy_mock_advance_to(mock, last_ns + 2 * FIVE));
    funding(mock, 0, "0.0005", 8, BOTHY_FUNDING_SETTLED);
    ck_assert_uint_eq(bothy_mock_counter(mock, "judged"), 1);
    ck_assert_uint_eq(bothy_mock_counter(mock, "stale_bars"), 0);
    sent(bothy_mock_advance(mock, 1));
    funding(mock, 0, "0.0005", 8, BOTHY_FUNDING_SETTLED);
    ck_assert_uint_eq(bothy_mock_counter(mock, "judged"), 1);
    ck_assert_uint_eq(bothy_mock_counter(mock, "stale_bars"), 1);
    end(mock);
}
END_TEST

START_TEST(history_warms_up_and_says_nothing)
{
    struct bothy_mock *mock = new_mock(1);
    const struct bothy_subscription *bars, *samples;

    begin(mock);
    bars = bothy_mock_subscribed(mock, 0, BOTHY_FEED_BARS);
    samples = bothy_mock_subscribed(mock, 0, BOTHY_FEED_OPEN_INTEREST);
    ck_assert_ptr_nonnull(bars);
    ck_assert_uint_ge(bars->history, 20);
    ck_assert_ptr_nonnull(samples);
    ck_assert_ptr_nonnull(bothy_mock_subscribed(mock, 0, BOTHY_FEED_FUNDING));
    ck_assert_ptr_nonnull(bothy_mock_subscribed(mock, 0, BOTHY_FEED_TRADES | BOTHY_FEED_RATIOS));
    sent(bothy_mock_advance_to(mock, T0 + 24 * FIVE));
    interest(mock, 0, 1000, 0); /* of this there is no history: samples come as they are made */
    warm(mock, 0, T0, FALLING, 25, BOTHY_EVENT_HISTORY);
    ck_assert_uint_eq(bothy_mock_signal_count(mock), 0);
    interest(mock, 0, 1050, 0);
    funding(mock, 0, "0.0005", 8, 0);
    ck_assert(number_of(last_signal(mock), "score") == -4);
    end(mock);
}
END_TEST

START_TEST(last_values_after_a_gap_are_no_news)
{
    struct bothy_mock *mock = started(FALLING);

    bothy_mock_set_flags(mock, BOTHY_EVENT_CONFLATED);
    funding(mock, 0, "0.0005", 8, BOTHY_FUNDING_SETTLED);
    takers(mock, 0, 97.6, 0.7);
    ck_assert_uint_eq(bothy_mock_signal_count(mock), 0);
    bothy_mock_set_flags(mock, 0);
    funding(mock, 0, "0.0005", 8, BOTHY_FUNDING_SETTLED);
    ck_assert(number_of(last_signal(mock), "score") == -3);
    end(mock);
}
END_TEST

START_TEST(a_trade_without_a_side_only_moves_the_price)
{
    struct bothy_mock *mock = started(FALLING);

    takers(mock, 0, 97.6, 0.7);
    sent(bothy_mock_trade(mock, 0, 0, 97.4, 1000));
    funding(mock, 0, "0.0005", 8, 0);
    ck_assert_double_eq_tol(number_of(last_signal(mock), "taker_ratio"), 0.7, 1e-9);
    ck_assert_double_eq_tol(last_signal(mock)->entry, 97.4, 1e-9);
    end(mock);
}
END_TEST

START_TEST(open_interest_survives_a_restart)
{
    struct bothy_mock *first = new_mock(2), *second = new_mock(2);
    static char state[BOTHY_STATE_MAX];
    int32_t length;

    begin(first);
    sent(bothy_mock_advance_to(first, T0 + 24 * FIVE));
    interest(first, 1, 1000, 0);
    length = bothy_mock_save(first, state, sizeof state);
    ck_assert_int_gt(length, 0);
    end(first);

    ck_assert_int_eq(begin_with(second, state, (size_t)length), 0);
    warm(second, 0, T0, FALLING, 25, 0);
    warm(second, 1, T0, FALLING, 25, 0);
    interest(second, 0, 1050, 0);
    interest(second, 1, 1050, 0);
    funding(second, 0, "0.0005", 8, 0);
    funding(second, 1, "0.0005", 8, 0);
    ck_assert_uint_eq(bothy_mock_signal_count(second), 2);
    ck_assert(number_of(bothy_mock_signal(second, 0), "score") == -3);
    ck_assert(number_of(bothy_mock_signal(second, 1), "score") == -4);
    end(second);
}
END_TEST

START_TEST(a_damaged_state_is_refused)
{
    struct bothy_mock *mock = new_mock(1);
    static char state[BOTHY_STATE_MAX], damaged[BOTHY_STATE_MAX];
    int32_t length;

    begin(mock);
    interest(mock, 0, 1000, 0);
    length = bothy_mock_save(mock, state, sizeof state);
    ck_assert_int_gt(length, 0);
    for (int32_t cut = 0; cut < length; cut++)
        ck_assert_int_eq(bothy_mock_load(mock, state, (size_t)cut), BOTHY_ECORRUPT);
    memcpy(damaged, state, (size_t)length);
    damaged[0] ^= 1;
    ck_assert_int_eq(bothy_mock_load(mock, damaged, (size_t)length), BOTHY_ECORRUPT);
    memcpy(damaged, state, (size_t)length);
    memset(damaged + length - 8, 0xff, 8); /* not a number */
    ck_assert_int_eq(bothy_mock_load(mock, damaged, (size_t)length), BOTHY_ECORRUPT);
    ck_assert_int_eq(bothy_mock_save(mock, state, 8), BOTHY_ERANGE);
    ck_assert_int_eq(bothy_mock_save(mock, state, 40), 16);
    end(mock);
}
END_TEST

START_TEST(reload_changes_thresholds)
{
    struct bothy_mock *mock = started(FALLING);

    funding(mock, 0, "0.0001", 8, BOTHY_FUNDING_SETTLED);
    ck_assert_uint_eq(bothy_mock_signal_count(mock), 0);
    ck_assert_int_eq(reload(mock, "funding_high", "0.01"), 0);
    funding(mock, 0, "0.0001", 8, BOTHY_FUNDING_SETTLED);
    ck_assert_uint_eq(bothy_mock_signal_count(mock), 1);
    ck_assert_int_eq(reload(mock, "funding_high", "0.06"), BOTHY_EINVAL);
    funding(mock, 0, "0.0001", 8, BOTHY_FUNDING_SETTLED);
    ck_assert_uint_eq(bothy_mock_signal_count(mock), 2);
    end(mock);
}
END_TEST

START_TEST(levels_that_do_not_pass_give_no_signal)
{
    struct bothy_mock *mock = new_mock(1);

    set_option(mock, "risk.min_sl_pct", "1");
    begin(mock);
    warm(mock, 0, T0, FALLING, 25, 0);
    funding(mock, 0, "0.0005", 8, 0);
    ck_assert_uint_eq(bothy_mock_signal_count(mock), 0);
    ck_assert_uint_eq(bothy_mock_counter(mock, "rejected_levels"), 1);
    end(mock);
}
END_TEST

START_TEST(the_true_range_has_a_substitute)
{
    struct bothy_mock *mock = new_mock(1);

    set_option(mock, "risk.atr_period", "100");
    begin(mock);
    warm(mock, 0, T0, FALLING, 25, 0);
    funding(mock, 0, "0.0005", 8, 0);
    ck_assert_double_eq_tol(last_signal(mock)->stop_loss, 97.6 * (1 + 0.005 * 1.0075 * 1.5), 1e-9);
    end(mock);
}
END_TEST

START_TEST(instances_and_symbols_keep_apart)
{
    struct bothy_mock *one = new_mock(2), *two = new_mock(1);

    set_symbol_option(one, 1, "funding_extreme", "0.1");
    begin(one);
    begin(two);
    for (uint32_t i = 0; i < 25; i++) {
        warm(one, 0, T0 + i * FIVE, FALLING, 1, 0);
        warm(two, 0, T0 + i * FIVE, RISING, 1, 0);
    }
    /* One bar of 100 after the other is no trend; here each symbol gets its own. */
    warm(one, 0, T0 + 25 * FIVE, FALLING, 25, 0);
    warm(two, 0, T0 + 25 * FIVE, RISING, 25, 0);
    warm(one, 1, T0, FALLING, 50, 0);
    funding(two, 0, "0.0006", 8, 0);
    funding(one, 0, "0.0006", 8, 0);
    funding(one, 1, "0.0006", 8, 0);
    ck_assert_uint_eq(bothy_mock_signal_count(two), 0);
    ck_assert_uint_eq(bothy_mock_signal_count(one), 2);
    ck_assert_uint_eq(bothy_mock_signal(one, 0)->instrument, bothy_mock_instrument(one, 0));
    ck_assert(number_of(bothy_mock_signal(one, 0), "score") == -3);
    ck_assert_uint_eq(bothy_mock_signal(one, 1)->instrument, bothy_mock_instrument(one, 1));
    ck_assert(number_of(bothy_mock_signal(one, 1), "score") == -2);
    end(two);
    end(one);
}
END_TEST

START_TEST(contradictions_are_told_before_the_start)
{
    static const char *const cases[][2] = {
        { "funding_extreme", "0.01" }, { "ls_low", "1.8" },       { "taker_low", "1.2" },
        { "risk.min_rr", "1.33" },     { "risk.sl_mult", "2.0" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bothy_mock *mock = new_mock(1);
        struct bothy_error error = { 0 };

        ck_assert_int_eq(bothy_mock_check(mock, &error), 0);
        set_option(mock, cases[i][0], cases[i][1]);
        ck_assert_int_eq(bothy_mock_check(mock, &error), BOTHY_EINVAL);
        ck_assert_ptr_nonnull(strstr(error.text, "COIN0/USDT:USDT"));
        end(mock);
    }
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("funding");
    TCase *all = tcase_create("all");

    tcase_add_test(all, crowded_longs_below_the_average_are_sold);
    tcase_add_test(all, crowded_longs_above_the_average_are_left_alone);
    tcase_add_test(all, rates_count_from_their_thresholds_on);
    tcase_add_test(all, open_interest_moves_the_score_by_one);
    tcase_add_test(all, open_interest_alone_moves_nothing);
    tcase_add_test(all, account_and_taker_ratios_count_from_their_thresholds_on);
    tcase_add_test(all, own_trades_go_before_the_ratio_of_the_venue);
    tcase_add_test(all, what_is_too_old_is_missing);
    tcase_add_test(all, predicted_rates_are_judged_once_per_interval_and_paid_ones_always);
    tcase_add_test(all, nothing_is_judged_without_an_average_or_on_bars_that_stopped);
    tcase_add_test(all, history_warms_up_and_says_nothing);
    tcase_add_test(all, last_values_after_a_gap_are_no_news);
    tcase_add_test(all, a_trade_without_a_side_only_moves_the_price);
    tcase_add_test(all, open_interest_survives_a_restart);
    tcase_add_test(all, a_damaged_state_is_refused);
    tcase_add_test(all, reload_changes_thresholds);
    tcase_add_test(all, levels_that_do_not_pass_give_no_signal);
    tcase_add_test(all, the_true_range_has_a_substitute);
    tcase_add_test(all, instances_and_symbols_keep_apart);
    tcase_add_test(all, contradictions_are_told_before_the_start);
    suite_add_tcase(suite, all);
    return suite;
}

BOTHY_TEST_MAIN(make_suite)
