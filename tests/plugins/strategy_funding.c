/*
 * The funding plugin: the golden cases of the rule, each factor at its thresholds, what counts as
 * missing, when a rate is judged at all, and the state that it keeps over a restart.
 */
#include "strategy_host.h"

#include "suite.h"

#include <string.h>

#define FIVE (5 * BOTHY_NS_PER_MIN)

enum { FALLING = -1, RISING = 1 };

/*
 * 25 bars whose close moves by 0.1 each: the last close is below (above) their average. Every true
 * range is 0.5. Returns the time of the last close, at which the clock then stands.
 */
static int64_t warm(struct strategy_host *host, uint32_t symbol, int64_t from_ns, int way,
                    uint32_t count, uint32_t flags)
{
    for (uint32_t i = 0; i < count; i++) {
        double close = 100 + way * 0.1 * i;
        struct bar_row row = { close, close + 0.25, close - 0.25, close, 10 };

        host_bar(host, symbol, BOTHY_TF_5M, from_ns + i * FIVE, row, flags);
    }
    return from_ns + count * FIVE;
}

/* Trades at the price of the last close: bought / sold is `ratio`. */
static void takers(struct strategy_host *host, uint32_t symbol, double price, double ratio)
{
    for (int i = 0; i < 50; i++) {
        host_trade(host, symbol, BOTHY_SIDE_BUY, price, ratio);
        host_trade(host, symbol, BOTHY_SIDE_SELL, price, 1);
    }
}

static struct strategy_host *started(int way)
{
    struct strategy_host *host = host_new("funding", 1);

    host_start(host);
    warm(host, 0, T0, way, 25, 0);
    return host;
}

START_TEST(crowded_longs_below_the_average_are_sold)
{
    struct strategy_host *host = started(FALLING);
    const struct bothy_signal *signal;
    double entry = 97.6, unit = 0.5;

    takers(host, 0, entry, 0.7);
    host_funding(host, 0, "0.0006", 8, BOTHY_FUNDING_SETTLED);
    ck_assert_uint_eq(host->signal_count, 1);
    signal = host_last_signal(host);
    ck_assert_uint_eq(signal->type, BOTHY_SIGNAL_FUNDING_RATE);
    ck_assert_int_eq(signal->direction, BOTHY_DIRECTION_SHORT);
    ck_assert_int_eq(signal->ts_ns, host->now_ns);
    ck_assert(host_number(signal, "score") == -4);
    ck_assert_double_eq_tol(host_number(signal, "funding_rate"), 0.06, 1e-12);
    ck_assert_double_eq_tol(host_number(signal, "taker_ratio"), 0.7, 1e-12);
    ck_assert_str_eq(host_text(signal, "factors_missing"), "oi_change_pct ls_ratio");
    ck_assert_double_eq_tol(signal->confidence, 4.0 / 7, 1e-12);
    ck_assert_double_eq_tol(signal->entry, entry, 1e-9);
    ck_assert_double_eq_tol(signal->stop_loss, entry + unit * 1.0075 * 1.5, 1e-9);
    ck_assert_double_eq_tol(signal->take_profit_1, entry - unit * 2, 1e-9);
    ck_assert_double_eq_tol(signal->take_profit_2, entry - unit * 3, 1e-9);
    ck_assert_double_eq_tol(signal->take_profit_3, entry - unit * 4.5, 1e-9);
    ck_assert_ptr_nonnull(strstr(signal->reasons, "funding +0.0600 %"));
    host_free(host);
}
END_TEST

START_TEST(crowded_longs_above_the_average_are_left_alone)
{
    struct strategy_host *host = started(RISING);

    host_funding(host, 0, "0.0006", 8, BOTHY_FUNDING_SETTLED);
    takers(host, 0, 102.4, 0.7);
    host_funding(host, 0, "0.0006", 8, BOTHY_FUNDING_SETTLED);
    ck_assert_uint_eq(host_count(host, "judged"), 2);
    ck_assert_uint_eq(host->signal_count, 0);
    host_free(host);
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
        struct strategy_host *host = started(cases[i].way);

        host_funding(host, 0, cases[i].rate, cases[i].interval_h, 0);
        ck_assert_msg(host->signal_count == (cases[i].score != 0), "%s per %d h: %u signals",
                      cases[i].rate, (int)cases[i].interval_h, host->signal_count);
        if (cases[i].score != 0)
            ck_assert_msg(host_number(host_last_signal(host), "score") == cases[i].score,
                          "%s per %d h", cases[i].rate, (int)cases[i].interval_h);
        host_free(host);
    }
}
END_TEST

/* A rate of score -2 or -3 with a change of open interest within the window. */
static double score_with_interest(const char *rate, double from, double to)
{
    struct strategy_host *host = host_new("funding", 1);
    int64_t end;
    double score;

    host_start(host);
    host->now_ns = T0 + 24 * FIVE;
    host_interest(host, 0, from, 0);
    end = warm(host, 0, T0, FALLING, 25, 0);
    host->now_ns = end;
    host_interest(host, 0, to, 0);
    host_funding(host, 0, rate, 8, 0);
    score = host->signal_count ? host_number(host_last_signal(host), "score") : 0;
    if (host->signal_count) {
        ck_assert_double_eq_tol(host_number(host_last_signal(host), "oi_change_pct"),
                                (to / from - 1) * 100, 1e-9);
        ck_assert_double_eq_tol(host_number(host_last_signal(host), "open_interest"), to, 1e-9);
    }
    host_free(host);
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
    struct strategy_host *host = started(FALLING);

    host_interest(host, 0, 1000, 0);
    host->now_ns += BOTHY_NS_PER_MIN;
    host_interest(host, 0, 500, 0);
    host_ratio(host, 0, BOTHY_RATIO_LONG_SHORT_ACCOUNTS, 0.6);
    host_funding(host, 0, "0", 8, 0);
    ck_assert_uint_eq(host->signal_count, 1);
    ck_assert(host_number(host_last_signal(host), "score") == 2);
    ck_assert_str_eq(host_text(host_last_signal(host), "factors_missing"), "taker_ratio");
    ck_assert_int_eq(host_last_signal(host)->direction, BOTHY_DIRECTION_LONG);
    host_free(host);
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
        struct strategy_host *host = started(FALLING);

        host_ratio(host, 0, BOTHY_RATIO_LONG_SHORT_ACCOUNTS, cases[i].accounts);
        if (cases[i].takers > 0)
            host_ratio(host, 0, BOTHY_RATIO_TAKER_BUY_SELL, cases[i].takers);
        host_funding(host, 0, "0", 8, 0);
        ck_assert_uint_eq(host->signal_count, cases[i].score != 0);
        if (cases[i].score != 0)
            ck_assert(host_number(host_last_signal(host), "score") == cases[i].score);
        host_free(host);
    }
}
END_TEST

START_TEST(own_trades_go_before_the_ratio_of_the_venue)
{
    struct strategy_host *host = started(FALLING);

    host_ratio(host, 0, BOTHY_RATIO_TAKER_BUY_SELL, 1.5);
    takers(host, 0, 97.6, 0.7);
    host_funding(host, 0, "0.0005", 8, 0);
    ck_assert_double_eq_tol(host_number(host_last_signal(host), "taker_ratio"), 0.7, 1e-9);
    host_free(host);
}
END_TEST

START_TEST(what_is_too_old_is_missing)
{
    struct strategy_host *host = started(FALLING);
    int64_t end = host->now_ns;

    host_ratio(host, 0, BOTHY_RATIO_LONG_SHORT_ACCOUNTS, 1.8);
    host_interest(host, 0, 1000, 0);
    takers(host, 0, 97.6, 0.7);
    host->now_ns += BOTHY_NS_PER_MIN;
    host_interest(host, 0, 1100, 0);
    warm(host, 0, end, FALLING, 4, 0); /* 20 minutes, at higher prices than before */
    host_trade(host, 0, BOTHY_SIDE_SELL, 90, 0.001);
    host->now_ns += 1;
    host_funding(host, 0, "0.0005", 8, 0);
    ck_assert(host_number(host_last_signal(host), "score") == -4);
    ck_assert_str_eq(host_text(host_last_signal(host), "factors_missing"),
                     "oi_change_pct ls_ratio");
    host_free(host);
}
END_TEST

START_TEST(predicted_rates_are_judged_once_per_interval_and_paid_ones_always)
{
    struct strategy_host *host = started(FALLING);

    host_funding(host, 0, "0.0005", 8, 0);
    host->now_ns += 299 * BOTHY_NS_PER_S;
    host_funding(host, 0, "0.0005", 8, 0);
    ck_assert_uint_eq(host->signal_count, 1);
    host_funding(host, 0, "0.0005", 8, BOTHY_FUNDING_SETTLED);
    ck_assert_uint_eq(host->signal_count, 2);
    host->now_ns += 299 * BOTHY_NS_PER_S;
    host_funding(host, 0, "0.0005", 8, 0);
    ck_assert_uint_eq(host->signal_count, 2);
    host->now_ns += BOTHY_NS_PER_S;
    host_funding(host, 0, "0.0005", 8, 0);
    ck_assert_uint_eq(host->signal_count, 3);
    host_free(host);
}
END_TEST

START_TEST(nothing_is_judged_without_an_average_or_on_bars_that_stopped)
{
    struct strategy_host *host = host_new("funding", 1);
    int64_t end;

    host_start(host);
    end = warm(host, 0, T0, FALLING, 19, 0);
    host_funding(host, 0, "0.0005", 8, BOTHY_FUNDING_SETTLED);
    ck_assert_uint_eq(host_count(host, "judged"), 0);
    end = warm(host, 0, end, FALLING, 6, 0);
    host->now_ns = end + 2 * FIVE + 1;
    host_funding(host, 0, "0.0005", 8, BOTHY_FUNDING_SETTLED);
    ck_assert_uint_eq(host_count(host, "judged"), 0);
    ck_assert_uint_eq(host_count(host, "stale_bars"), 1);
    host->now_ns = end + 2 * FIVE;
    host_funding(host, 0, "0.0005", 8, BOTHY_FUNDING_SETTLED);
    ck_assert_uint_eq(host_count(host, "judged"), 1);
    host_free(host);
}
END_TEST

START_TEST(history_warms_up_and_says_nothing)
{
    struct strategy_host *host = host_new("funding", 1);
    const struct bothy_subscription *bars, *interest;

    host_start(host);
    bars = host_subscription(host, 0, BOTHY_FEED_BARS);
    interest = host_subscription(host, 0, BOTHY_FEED_OPEN_INTEREST);
    ck_assert_ptr_nonnull(bars);
    ck_assert_uint_ge(bars->history, 20);
    ck_assert_ptr_nonnull(interest);
    ck_assert_ptr_nonnull(host_subscription(host, 0, BOTHY_FEED_FUNDING));
    ck_assert_ptr_nonnull(host_subscription(host, 0, BOTHY_FEED_TRADES | BOTHY_FEED_RATIOS));
    host->now_ns = T0 + 24 * FIVE;
    host_interest(host, 0, 1000, BOTHY_EVENT_HISTORY);
    warm(host, 0, T0, FALLING, 25, BOTHY_EVENT_HISTORY);
    ck_assert_uint_eq(host->signal_count, 0);
    host_interest(host, 0, 1050, 0);
    host_funding(host, 0, "0.0005", 8, 0);
    ck_assert(host_number(host_last_signal(host), "score") == -4);
    host_free(host);
}
END_TEST

START_TEST(last_values_after_a_gap_are_no_news)
{
    struct strategy_host *host = started(FALLING);

    host->event_flags = BOTHY_EVENT_CONFLATED;
    host_funding(host, 0, "0.0005", 8, BOTHY_FUNDING_SETTLED);
    takers(host, 0, 97.6, 0.7);
    ck_assert_uint_eq(host->signal_count, 0);
    host->event_flags = 0;
    host_funding(host, 0, "0.0005", 8, BOTHY_FUNDING_SETTLED);
    ck_assert(host_number(host_last_signal(host), "score") == -3);
    host_free(host);
}
END_TEST

START_TEST(a_trade_without_a_side_only_moves_the_price)
{
    struct strategy_host *host = started(FALLING);

    takers(host, 0, 97.6, 0.7);
    host_trade(host, 0, 0, 97.4, 1000);
    host_funding(host, 0, "0.0005", 8, 0);
    ck_assert_double_eq_tol(host_number(host_last_signal(host), "taker_ratio"), 0.7, 1e-9);
    ck_assert_double_eq_tol(host_last_signal(host)->entry, 97.4, 1e-9);
    host_free(host);
}
END_TEST

START_TEST(open_interest_survives_a_restart)
{
    struct strategy_host *first = host_new("funding", 2), *second = host_new("funding", 2);
    static char state[BOTHY_STATE_MAX];
    int32_t length;

    host_start(first);
    first->now_ns = T0 + 24 * FIVE;
    host_interest(first, 1, 1000, 0);
    length = first->plugin->ops.strategy->save(first->self, state, sizeof state);
    ck_assert_int_gt(length, 0);
    host_free(first);

    ck_assert_int_eq(host_start_with(second, state, (size_t)length), 0);
    warm(second, 0, T0, FALLING, 25, 0);
    warm(second, 1, T0, FALLING, 25, 0);
    host_interest(second, 0, 1050, 0);
    host_interest(second, 1, 1050, 0);
    host_funding(second, 0, "0.0005", 8, 0);
    host_funding(second, 1, "0.0005", 8, 0);
    ck_assert_uint_eq(second->signal_count, 2);
    ck_assert(host_number(&second->signals[0], "score") == -3);
    ck_assert(host_number(&second->signals[1], "score") == -4);
    host_free(second);
}
END_TEST

START_TEST(a_damaged_state_is_refused)
{
    struct strategy_host *host = host_new("funding", 1);
    static char state[BOTHY_STATE_MAX], damaged[BOTHY_STATE_MAX];
    int32_t length;

    host_start(host);
    host_interest(host, 0, 1000, 0);
    length = host->plugin->ops.strategy->save(host->self, state, sizeof state);
    ck_assert_int_gt(length, 0);
    for (int32_t cut = 0; cut < length; cut++)
        ck_assert_int_eq(host->plugin->ops.strategy->load(host->self, state, (size_t)cut),
                         BOTHY_ECORRUPT);
    memcpy(damaged, state, (size_t)length);
    damaged[0] ^= 1;
    ck_assert_int_eq(host->plugin->ops.strategy->load(host->self, damaged, (size_t)length),
                     BOTHY_ECORRUPT);
    memcpy(damaged, state, (size_t)length);
    memset(damaged + length - 8, 0xff, 8); /* not a number */
    ck_assert_int_eq(host->plugin->ops.strategy->load(host->self, damaged, (size_t)length),
                     BOTHY_ECORRUPT);
    ck_assert_int_eq(host->plugin->ops.strategy->save(host->self, state, 8), BOTHY_ERANGE);
    ck_assert_int_eq(host->plugin->ops.strategy->save(host->self, state, 40), 16);
    host_free(host);
}
END_TEST

START_TEST(reload_changes_thresholds)
{
    struct strategy_host *host = started(FALLING);

    host_funding(host, 0, "0.0001", 8, BOTHY_FUNDING_SETTLED);
    ck_assert_uint_eq(host->signal_count, 0);
    ck_assert_int_eq(host_reload(host, "funding_high", "0.01"), 0);
    host_funding(host, 0, "0.0001", 8, BOTHY_FUNDING_SETTLED);
    ck_assert_uint_eq(host->signal_count, 1);
    ck_assert_int_eq(host_reload(host, "funding_high", "0.06"), BOTHY_EINVAL);
    host_funding(host, 0, "0.0001", 8, BOTHY_FUNDING_SETTLED);
    ck_assert_uint_eq(host->signal_count, 2);
    host_free(host);
}
END_TEST

START_TEST(levels_that_do_not_pass_give_no_signal)
{
    struct strategy_host *host = host_new("funding", 1);

    host_set(host, "risk.min_sl_pct", "1");
    host_start(host);
    warm(host, 0, T0, FALLING, 25, 0);
    host_funding(host, 0, "0.0005", 8, 0);
    ck_assert_uint_eq(host->signal_count, 0);
    ck_assert_uint_eq(host_count(host, "rejected_levels"), 1);
    host_free(host);
}
END_TEST

START_TEST(the_true_range_has_a_substitute)
{
    struct strategy_host *host = host_new("funding", 1);

    host_set(host, "risk.atr_period", "100");
    host_start(host);
    warm(host, 0, T0, FALLING, 25, 0);
    host_funding(host, 0, "0.0005", 8, 0);
    ck_assert_double_eq_tol(host_last_signal(host)->stop_loss, 97.6 * (1 + 0.005 * 1.0075 * 1.5),
                            1e-9);
    host_free(host);
}
END_TEST

START_TEST(instances_and_symbols_keep_apart)
{
    struct strategy_host *one = host_new("funding", 2), *two = host_new("funding", 1);

    host_set_symbol(one, 1, "funding_extreme", "0.1");
    host_start(one);
    host_start(two);
    for (uint32_t i = 0; i < 25; i++) {
        warm(one, 0, T0 + i * FIVE, FALLING, 1, 0);
        warm(two, 0, T0 + i * FIVE, RISING, 1, 0);
    }
    /* One bar of 100 after the other is no trend; here each symbol gets its own. */
    warm(one, 0, T0 + 25 * FIVE, FALLING, 25, 0);
    warm(two, 0, T0 + 25 * FIVE, RISING, 25, 0);
    warm(one, 1, T0, FALLING, 50, 0);
    host_funding(two, 0, "0.0006", 8, 0);
    host_funding(one, 0, "0.0006", 8, 0);
    host_funding(one, 1, "0.0006", 8, 0);
    ck_assert_uint_eq(two->signal_count, 0);
    ck_assert_uint_eq(one->signal_count, 2);
    ck_assert_uint_eq(one->signals[0].instrument, host_instrument(0));
    ck_assert(host_number(&one->signals[0], "score") == -3);
    ck_assert_uint_eq(one->signals[1].instrument, host_instrument(1));
    ck_assert(host_number(&one->signals[1], "score") == -2);
    host_free(two);
    host_free(one);
}
END_TEST

START_TEST(contradictions_are_told_before_the_start)
{
    static const char *const cases[][2] = {
        { "funding_extreme", "0.01" }, { "ls_low", "1.8" },       { "taker_low", "1.2" },
        { "risk.min_rr", "1.33" },     { "risk.sl_mult", "2.0" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct strategy_host *host = host_new("funding", 1);
        struct bothy_error error = { 0 };

        ck_assert_int_eq(host_check(host, &error), 0);
        host_set(host, cases[i][0], cases[i][1]);
        ck_assert_int_eq(host_check(host, &error), BOTHY_EINVAL);
        ck_assert_ptr_nonnull(strstr(error.text, "COIN0/USDT:USDT"));
        host_free(host);
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
