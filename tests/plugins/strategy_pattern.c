/*
 * The pattern plugin: one fixture for each shape with its near misses, the trend filter, levels,
 * and what every strategy must keep: silence on history, instances and symbols apart.
 */
#include "strategy.h"

#include "suite.h"

#include <string.h>

#define FIVE (5 * BOTHY_NS_PER_MIN)

/* Three bars and what the last one completes; "" for nothing. */
struct fixture {
    const char *what;
    struct bothy_mock_row bars[3];
    const char *name;
    int32_t direction;
    double stop;
    double strength;
};

/* Neither green nor red, with a range. */
#define DOJI                                                                                       \
    {                                                                                              \
        100, 100.2, 99.8, 100, 10                                                                  \
    }

static const struct fixture fixtures[] = {
    { "hammer", { DOJI, DOJI, { 100, 100.6, 98, 100.5, 10 } }, "hammer", 1, 98 - 0.26, 2.0 / 2.6 },
    { "long wick of exactly two bodies", { DOJI, DOJI, { 100, 100.6, 99, 100.5, 10 } }, "" },
    { "other wick of exactly 0.3 bodies", { DOJI, DOJI, { 100, 100.65, 98, 100.5, 10 } }, "" },
    { "hammer that is red", { DOJI, DOJI, { 100.5, 100.6, 98, 100, 10 } }, "" },
    { "hammer without a body", { DOJI, DOJI, { 100, 100.1, 98, 100, 10 } }, "" },

    { "shooting star",
      { DOJI, DOJI, { 100, 102, 99.4, 99.5, 10 } },
      "shooting_star",
      -1,
      102 + 0.26,
      2.0 / 2.6 },
    { "long wick of exactly two bodies", { DOJI, DOJI, { 100, 101, 99.4, 99.5, 10 } }, "" },
    { "other wick of exactly 0.3 bodies", { DOJI, DOJI, { 100, 102, 99.35, 99.5, 10 } }, "" },
    { "star that is green", { DOJI, DOJI, { 99.5, 102, 99.4, 100, 10 } }, "" },

    { "bullish engulfing",
      { DOJI, { 100, 100.1, 98.9, 99, 10 }, { 98.9, 100.3, 98.8, 100.2, 11 } },
      "bullish_engulfing",
      1,
      98.8 * 0.99,
      1.3 / 2.3 },
    { "its edges touch",
      { DOJI, { 100, 100.1, 98.9, 99, 10 }, { 99, 100.3, 98.8, 100, 11 } },
      "bullish_engulfing",
      1,
      98.8 * 0.99,
      0.5 },
    { "volume not above that before",
      { DOJI, { 100, 100.1, 98.9, 99, 10 }, { 98.9, 100.3, 98.8, 100.2, 10 } },
      "" },
    { "opens above the close before",
      { DOJI, { 100, 100.1, 98.9, 99, 10 }, { 99.1, 100.3, 98.8, 100.2, 11 } },
      "" },
    { "closes below the open before",
      { DOJI, { 100, 100.1, 98.9, 99, 10 }, { 98.9, 100.1, 98.8, 99.9, 11 } },
      "" },
    { "green after green",
      { DOJI, { 99, 100.1, 98.9, 100, 10 }, { 98.9, 100.3, 98.8, 100.2, 11 } },
      "" },

    { "bearish engulfing",
      { DOJI, { 99, 100.1, 98.9, 100, 10 }, { 100.1, 100.3, 98.7, 98.8, 11 } },
      "bearish_engulfing",
      -1,
      100.3 * 1.005,
      1.3 / 2.3 },
    { "volume not above that before",
      { DOJI, { 99, 100.1, 98.9, 100, 10 }, { 100.1, 100.3, 98.7, 98.8, 10 } },
      "" },
    { "opens below the close before",
      { DOJI, { 99, 100.1, 98.9, 100, 10 }, { 99.9, 100.3, 98.7, 98.8, 11 } },
      "" },

    { "morning star",
      { { 102, 102.1, 99.9, 100, 10 },
        { 99.8, 99.9, 99.5, 99.6, 10 },
        { 99.7, 101.6, 99.65, 101.5, 10 } },
      "morning_star",
      1,
      99.5 * 0.99,
      0.75 },
    { "morning star with a green middle",
      { { 102, 102.1, 99.9, 100, 10 },
        { 99.6, 99.9, 99.5, 99.8, 10 },
        { 99.7, 101.6, 99.65, 101.5, 10 } },
      "morning_star",
      1,
      99.5 * 0.99,
      0.75 },
    { "closes on the middle of the first body",
      { { 102, 102.1, 99.9, 100, 10 },
        { 99.8, 99.9, 99.5, 99.6, 10 },
        { 99.7, 101.1, 99.65, 101, 10 } },
      "" },
    { "middle body of exactly half the mean",
      { { 102, 102.1, 99.9, 100, 10 },
        { 100.6, 100.7, 99.5, 99.65, 10 },
        { 99.7, 101.6, 99.65, 101.5, 10 } },
      "" },
    { "first bar is green",
      { { 100, 102.1, 99.9, 102, 10 },
        { 99.8, 99.9, 99.5, 99.6, 10 },
        { 99.7, 101.6, 99.65, 101.5, 10 } },
      "" },

    { "evening star",
      { { 98, 100.1, 97.9, 100, 10 },
        { 100.2, 100.5, 100.1, 100.4, 10 },
        { 100.3, 100.35, 98.4, 98.5, 10 } },
      "evening_star",
      -1,
      100.5 * 1.005,
      0.75 },
    { "closes on the middle of the first body",
      { { 98, 100.1, 97.9, 100, 10 },
        { 100.2, 100.5, 100.1, 100.4, 10 },
        { 100.3, 100.35, 98.9, 99, 10 } },
      "" },

    { "hammer that also engulfs: the first in the order counts",
      { DOJI, { 100.4, 100.5, 99.9, 100, 10 }, { 99.95, 100.5, 98, 100.45, 11 } },
      "hammer",
      1,
      98 - 0.25,
      1.95 / 2.5 },
};

static void feed(struct bothy_mock *mock, uint32_t symbol, int64_t from_ns,
                 const struct bothy_mock_row *rows, uint32_t count, uint32_t flags)
{
    for (uint32_t i = 0; i < count; i++)
        bar(mock, symbol, BOTHY_TF_5M, from_ns + i * FIVE, rows[i], flags);
}

static const struct fixture *fixture_of(const char *what)
{
    for (size_t i = 0; i < sizeof fixtures / sizeof fixtures[0]; i++)
        if (strcmp(fixtures[i].what, what) == 0)
            return &fixtures[i];
    ck_abort_msg("no fixture %s", what);
    return NULL;
}

START_TEST(each_shape_and_its_near_misses)
{
    const struct fixture *f = &fixtures[_i];
    struct bothy_mock *mock = new_mock(1);
    const struct bothy_signal *signal;
    double entry = f->bars[2].close, risk;

    set_option(mock, "trend_filter", "off");
    begin(mock);
    feed(mock, 0, T0, f->bars, 2, 0);
    ck_assert_msg(bothy_mock_signal_count(mock) == 0, "%s: too early", f->what);
    feed(mock, 0, T0 + 2 * FIVE, f->bars + 2, 1, 0);
    ck_assert_msg(bothy_mock_signal_count(mock) == (f->name[0] != '\0'), "%s: %u signals", f->what,
                  bothy_mock_signal_count(mock));
    if (f->name[0]) {
        signal = last_signal(mock);
        risk = f->direction * (entry - f->stop);
        ck_assert_str_eq(text_of(signal, "pattern_name"), f->name);
        ck_assert_str_eq(text_of(signal, "pattern_type"), f->direction > 0 ? "bullish" : "bearish");
        ck_assert_str_eq(text_of(signal, "timeframe"), "5m");
        ck_assert_uint_eq(signal->type, BOTHY_SIGNAL_CANDLESTICK_PATTERN);
        ck_assert_int_eq(signal->direction, f->direction);
        ck_assert_int_eq(signal->ts_ns, T0 + 3 * FIVE);
        ck_assert_uint_eq(signal->instrument, bothy_mock_instrument(mock, 0));
        ck_assert_double_eq_tol(signal->entry, entry, 1e-9);
        ck_assert_double_eq_tol(signal->stop_loss, f->stop, 1e-9);
        ck_assert_double_eq_tol(signal->take_profit_1, entry + f->direction * 2.0 * risk, 1e-9);
        ck_assert_double_eq_tol(signal->take_profit_2, entry + f->direction * 3.0 * risk, 1e-9);
        ck_assert_double_eq_tol(signal->take_profit_3, entry + f->direction * 4.5 * risk, 1e-9);
        ck_assert_double_eq_tol(signal->confidence, f->strength, 1e-9);
        ck_assert_double_eq_tol(number_of(signal, "confidence"), f->strength, 1e-9);
    }
    end(mock);
}
END_TEST

START_TEST(bars_with_a_gap_between_make_no_pattern_of_three)
{
    const struct fixture *engulfing = fixture_of("bullish engulfing");
    const struct fixture *hammer = fixture_of("hammer");
    struct bothy_mock *mock = new_mock(1);

    set_option(mock, "trend_filter", "off");
    begin(mock);
    feed(mock, 0, T0, engulfing->bars, 1, 0);
    feed(mock, 0, T0 + 2 * FIVE, engulfing->bars + 1, 2, 0);
    ck_assert_uint_eq(bothy_mock_signal_count(mock), 0);
    feed(mock, 0, T0 + 9 * FIVE, hammer->bars + 2, 1, 0);
    ck_assert_uint_eq(bothy_mock_signal_count(mock), 1);
    end(mock);
}
END_TEST

/* `count` bars that rise (or fall) a little, none of which is a shape; returns the time after. */
static int64_t trend(struct bothy_mock *mock, uint32_t count, double from, double step,
                     uint32_t flags)
{
    for (uint32_t i = 0; i < count; i++) {
        double at = from + i * step;
        struct bothy_mock_row row = { at, at + 0.2, at - 0.2, at, 10 };

        bar(mock, 0, BOTHY_TF_5M, T0 + i * FIVE, row, flags);
    }
    return T0 + count * FIVE;
}

START_TEST(the_trend_filter_wants_the_close_on_the_right_side)
{
    static const struct {
        double from, step;
        const char *shape;
        uint32_t signals;
    } cases[] = {
        { 98, 0.03, "hammer", 1 },
        { 104, -0.03, "hammer", 0 },
        { 104, -0.03, "shooting star", 1 },
        { 95, 0.03, "shooting star", 0 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bothy_mock *mock = new_mock(1);
        int64_t at;

        begin(mock);
        at = trend(mock, 49, cases[i].from, cases[i].step, 0);
        feed(mock, 0, at, fixture_of(cases[i].shape)->bars + 2, 1, 0);
        ck_assert_uint_eq(bothy_mock_signal_count(mock), cases[i].signals);
        end(mock);
    }
}
END_TEST

START_TEST(there_is_no_trend_before_its_average_is_full)
{
    struct bothy_mock *mock = new_mock(1);
    int64_t at;

    begin(mock);
    at = trend(mock, 48, 98, 0.03, 0);
    feed(mock, 0, at, fixture_of("hammer")->bars + 2, 1, 0);
    ck_assert_uint_eq(bothy_mock_signal_count(mock), 0);
    feed(mock, 0, at + FIVE, fixture_of("hammer")->bars + 2, 1, 0);
    ck_assert_uint_eq(bothy_mock_signal_count(mock), 1);
    end(mock);
}
END_TEST

START_TEST(history_warms_up_and_says_nothing)
{
    struct bothy_mock *mock = new_mock(1);
    const struct bothy_subscription *bars;
    int64_t at;

    begin(mock);
    bars = bothy_mock_subscribed(mock, 0, BOTHY_FEED_BARS);
    ck_assert_ptr_nonnull(bars);
    ck_assert_uint_eq(bars->timeframe, BOTHY_TF_5M);
    ck_assert_uint_ge(bars->history, 50);
    at = trend(mock, 48, 98, 0.03, BOTHY_EVENT_HISTORY);
    feed(mock, 0, at, fixture_of("hammer")->bars + 2, 1, BOTHY_EVENT_HISTORY);
    ck_assert_uint_eq(bothy_mock_signal_count(mock), 0);
    /* The bar that history ended with comes once more, live. */
    feed(mock, 0, at, fixture_of("hammer")->bars + 2, 1, 0);
    ck_assert_uint_eq(bothy_mock_signal_count(mock), 0);
    feed(mock, 0, at + FIVE, fixture_of("hammer")->bars + 2, 1, 0);
    ck_assert_uint_eq(bothy_mock_signal_count(mock), 1);
    end(mock);
}
END_TEST

/* A bar that nobody asked for; a hammer of the fixtures. */
static void force_bar(struct bothy_mock *mock, uint32_t timeframe, const struct bothy_mock_row *row,
                      uint32_t flags)
{
    struct {
        struct bothy_event event;
        struct bothy_bar bar;
    } record = {
        .event = { .size = sizeof record,
                   .type = BOTHY_EVENT_BAR,
                   .flags = flags,
                   .instrument = bothy_mock_instrument(mock, 0) },
        .bar = { .timeframe = timeframe,
                 .open_ns = T0,
                 .close_ns = T0 + bothy_timeframe_ns(timeframe) },
    };
    const double from[] = { row->open, row->high, row->low, row->close, row->volume };
    struct bothy_decimal *to[] = { &record.bar.open, &record.bar.high, &record.bar.low,
                                   &record.bar.close, &record.bar.volume };

    for (int i = 0; i < 5; i++)
        ck_assert_int_eq(bothy_decimal_from_double(from[i], -6, BOTHY_ROUND_HALF_EVEN, to[i]), 0);
    ck_assert_int_eq(bothy_mock_force(mock, &record.event), 1);
}

START_TEST(forming_bars_and_other_time_frames_are_not_looked_at)
{
    const struct bothy_mock_row *hammer = fixture_of("hammer")->bars + 2;
    struct bothy_mock *mock = new_mock(1);

    set_option(mock, "trend_filter", "off");
    begin(mock);
    feed(mock, 0, T0, hammer, 1, BOTHY_EVENT_FORMING);
    force_bar(mock, BOTHY_TF_5M, hammer, BOTHY_EVENT_FORMING);
    force_bar(mock, BOTHY_TF_1M, hammer, 0);
    ck_assert_uint_eq(bothy_mock_signal_count(mock), 0);
    feed(mock, 0, T0, hammer, 1, 0);
    ck_assert_uint_eq(bothy_mock_signal_count(mock), 1);
    end(mock);
}
END_TEST

START_TEST(levels_that_do_not_pass_give_no_signal)
{
    /* A hammer whose stop is 0.14 % away: nearer than risk.min_sl_pct. */
    const struct bothy_mock_row tight = { 100, 100.035, 99.9, 100.03, 10 };
    struct bothy_mock *mock = new_mock(1);

    set_option(mock, "trend_filter", "off");
    begin(mock);
    feed(mock, 0, T0, &tight, 1, 0);
    ck_assert_uint_eq(bothy_mock_signal_count(mock), 0);
    ck_assert_uint_eq(bothy_mock_counter(mock, "rejected_levels"), 1);
    ck_assert_ptr_nonnull(strstr(bothy_mock_last_line(mock), "too tight"));
    end(mock);
}
END_TEST

START_TEST(reload_changes_thresholds)
{
    const struct bothy_mock_row *hammer = fixture_of("hammer")->bars + 2;
    struct bothy_mock *mock = new_mock(1);

    set_option(mock, "trend_filter", "off");
    begin(mock);
    feed(mock, 0, T0, hammer, 1, 0);
    ck_assert_uint_eq(bothy_mock_signal_count(mock), 1);
    /* All else falls back to its default, the trend filter, too. */
    ck_assert_int_eq(reload(mock, "hammer_wick", "1"), 0);
    feed(mock, 0, T0 + FIVE, hammer, 1, 0);
    ck_assert_uint_eq(bothy_mock_signal_count(mock), 1);
    ck_assert_int_eq(reload(mock, "trend_filter", "off"), 0);
    feed(mock, 0, T0 + 2 * FIVE, hammer, 1, 0);
    ck_assert_uint_eq(bothy_mock_signal_count(mock), 2);
    ck_assert_int_eq(reload(mock, "risk.min_rr", "2.5"), BOTHY_EINVAL);
    feed(mock, 0, T0 + 3 * FIVE, hammer, 1, 0);
    ck_assert_uint_eq(bothy_mock_signal_count(mock), 3);
    end(mock);
}
END_TEST

START_TEST(instances_and_symbols_keep_apart)
{
    const struct fixture *f = fixture_of("morning star");
    struct bothy_mock *one = new_mock(2), *two = new_mock(1);

    set_option(one, "trend_filter", "off");
    set_symbol_option(one, 1, "risk.tp1_mult", "1.4");
    set_option(two, "trend_filter", "off");
    begin(one);
    begin(two);
    for (uint32_t i = 0; i < 3; i++) {
        feed(one, 0, T0 + i * FIVE, f->bars + i, 1, 0);
        feed(two, 0, T0 + i * FIVE, fixture_of("hammer")->bars + i, 1, 0);
        feed(one, 1, T0 + i * FIVE, f->bars + i, 1, 0);
    }
    ck_assert_uint_eq(bothy_mock_signal_count(one), 2);
    ck_assert_uint_eq(bothy_mock_signal(one, 0)->instrument, bothy_mock_instrument(one, 0));
    ck_assert_uint_eq(bothy_mock_signal(one, 1)->instrument, bothy_mock_instrument(one, 1));
    ck_assert_double_eq_tol(bothy_mock_signal(one, 0)->risk_reward_1, 2.0, 1e-9);
    ck_assert_double_eq_tol(bothy_mock_signal(one, 1)->risk_reward_1, 1.4, 1e-9);
    ck_assert_uint_eq(bothy_mock_signal_count(two), 1);
    ck_assert_str_eq(text_of(bothy_mock_signal(two, 0), "pattern_name"), "hammer");
    end(two);
    end(one);
}
END_TEST

START_TEST(a_target_below_the_least_ratio_is_told_before_the_start)
{
    struct bothy_mock *mock = new_mock(2);
    struct bothy_error error = { 0 };

    ck_assert_int_eq(bothy_mock_check(mock, &error), 0);
    set_symbol_option(mock, 1, "risk.tp1_mult", "1.2");
    ck_assert_int_eq(bothy_mock_check(mock, &error), BOTHY_EINVAL);
    ck_assert_ptr_nonnull(strstr(error.text, "COIN1/USDT:USDT"));
    ck_assert_ptr_nonnull(strstr(error.text, "risk.min_rr"));
    end(mock);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("pattern");
    TCase *all = tcase_create("all");

    tcase_add_loop_test(all, each_shape_and_its_near_misses, 0,
                        (int)(sizeof fixtures / sizeof fixtures[0]));
    tcase_add_test(all, bars_with_a_gap_between_make_no_pattern_of_three);
    tcase_add_test(all, the_trend_filter_wants_the_close_on_the_right_side);
    tcase_add_test(all, there_is_no_trend_before_its_average_is_full);
    tcase_add_test(all, history_warms_up_and_says_nothing);
    tcase_add_test(all, forming_bars_and_other_time_frames_are_not_looked_at);
    tcase_add_test(all, levels_that_do_not_pass_give_no_signal);
    tcase_add_test(all, reload_changes_thresholds);
    tcase_add_test(all, instances_and_symbols_keep_apart);
    tcase_add_test(all, a_target_below_the_least_ratio_is_told_before_the_start);
    suite_add_tcase(suite, all);
    return suite;
}

BOTHY_TEST_MAIN(make_suite)
