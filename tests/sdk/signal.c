/*
 * Signals: words and their numbers, filling one in, what validation accepts and refuses and
 * in which words, and the JSON form.
 */
#include <bothy/event.h>
#include <bothy/signal.h>
#include <bothy/time.h>

#include <jansson.h>
#include <locale.h>
#include <math.h>
#include <string.h>

#include "suite.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* 2024-08-08T23:54:15.030Z */
#define TS_NS INT64_C(1723161255030000000)

static struct bothy_signal signal_;

/* A long signal that is all right: the levels of a known example. */
static struct bothy_signal *good(void)
{
    bothy_signal_init(&signal_, BOTHY_SIGNAL_MOST_TREND, 7, BOTHY_DIRECTION_LONG, TS_NS);
    signal_.timeframe = BOTHY_TF_15M;
    signal_.current = 45040;
    signal_.entry = 45050;
    signal_.stop_loss = 44500;
    signal_.take_profit_1 = 46000;
    signal_.confidence = 0.75;
    return &signal_;
}

START_TEST(directions)
{
    static const struct {
        const char *text;
        int32_t direction;
    } cases[] = {
        { "LONG", BOTHY_DIRECTION_LONG },       { "long", BOTHY_DIRECTION_LONG },
        { "Long", BOTHY_DIRECTION_LONG },       { "short", BOTHY_DIRECTION_SHORT },
        { "NEUTRAL", BOTHY_DIRECTION_NEUTRAL }, { "Bullish", BOTHY_DIRECTION_LONG },
        { "BEARISH", BOTHY_DIRECTION_SHORT },   { "buy", BOTHY_DIRECTION_LONG },
        { "SELL", BOTHY_DIRECTION_SHORT },
    };
    static const char *const others[] = { "foo", "", "longer", "lon", " long", "long ", "0", "s" };
    int32_t direction;

    for (size_t i = 0; i < COUNT(cases); i++) {
        direction = 99;
        ck_assert_int_eq(bothy_direction_parse(cases[i].text, &direction), 0);
        ck_assert_int_eq(direction, cases[i].direction);
    }
    direction = 99;
    for (size_t i = 0; i < COUNT(others); i++)
        ck_assert_int_eq(bothy_direction_parse(others[i], &direction), BOTHY_EINVAL);
    ck_assert_int_eq(direction, 99);
    ck_assert_str_eq(bothy_direction_name(BOTHY_DIRECTION_LONG), "LONG");
    ck_assert_str_eq(bothy_direction_name(BOTHY_DIRECTION_SHORT), "SHORT");
    ck_assert_str_eq(bothy_direction_name(BOTHY_DIRECTION_NEUTRAL), "NEUTRAL");
    ck_assert_str_eq(bothy_direction_name(2), "?");
}
END_TEST

START_TEST(order_words)
{
    static const struct {
        int32_t (*parse)(const char *, uint32_t *);
        const char *(*name)(uint32_t);
        const char *text;
        int32_t code;
        uint32_t value;
    } cases[] = {
        { bothy_side_parse, bothy_side_name, "buy", 0, BOTHY_SIDE_BUY },
        { bothy_side_parse, bothy_side_name, "SELL", 0, BOTHY_SIDE_SELL },
        { bothy_side_parse, bothy_side_name, "long", BOTHY_EINVAL, 0 },
        { bothy_side_parse, bothy_side_name, "sel", BOTHY_EINVAL, 0 },
        { bothy_side_parse, bothy_side_name, "", BOTHY_EINVAL, 0 },
        { bothy_order_type_parse, bothy_order_type_name, "market", 0, BOTHY_ORDER_TYPE_MARKET },
        { bothy_order_type_parse, bothy_order_type_name, "LIMIT", 0, BOTHY_ORDER_TYPE_LIMIT },
        { bothy_order_type_parse, bothy_order_type_name, "stop", 0, BOTHY_ORDER_TYPE_STOP },
        { bothy_order_type_parse, NULL, "STOP_MARKET", 0, BOTHY_ORDER_TYPE_STOP },
        { bothy_order_type_parse, bothy_order_type_name, "take_profit", 0,
          BOTHY_ORDER_TYPE_TAKE_PROFIT },
        { bothy_order_type_parse, NULL, "Take_Profit_Market", 0, BOTHY_ORDER_TYPE_TAKE_PROFIT },
        { bothy_order_type_parse, NULL, "stop_limit", BOTHY_EINVAL, 0 },
        { bothy_order_type_parse, NULL, "trailing_stop", BOTHY_EINVAL, 0 },
        { bothy_time_in_force_parse, bothy_time_in_force_name, "gtc", 0, BOTHY_TIF_GTC },
        { bothy_time_in_force_parse, bothy_time_in_force_name, "IOC", 0, BOTHY_TIF_IOC },
        { bothy_time_in_force_parse, NULL, "FAK", 0, BOTHY_TIF_IOC },
        { bothy_time_in_force_parse, bothy_time_in_force_name, "fok", 0, BOTHY_TIF_FOK },
        { bothy_time_in_force_parse, bothy_time_in_force_name, "GTD", 0, BOTHY_TIF_GTD },
        { bothy_time_in_force_parse, NULL, "GTX", BOTHY_EINVAL, 0 },
        { bothy_time_in_force_parse, NULL, "day", BOTHY_EINVAL, 0 },
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        uint32_t value = 77, again = 77;

        ck_assert_msg(cases[i].parse(cases[i].text, &value) == cases[i].code, "%s", cases[i].text);
        ck_assert_uint_eq(value, cases[i].code == 0 ? cases[i].value : 77);
        if (cases[i].code == 0 && cases[i].name) {
            ck_assert_int_eq(cases[i].parse(cases[i].name(value), &again), 0);
            ck_assert_uint_eq(again, value);
        }
    }
    ck_assert_str_eq(bothy_order_type_name(0), "?");
    ck_assert_str_eq(bothy_order_type_name(5), "?");
    ck_assert_str_eq(bothy_time_in_force_name(0), "?");
    ck_assert_str_eq(bothy_time_in_force_name(5), "?");
}
END_TEST

START_TEST(types)
{
    static const char *const names[] = {
        "funding_rate",        "liquidation",        "volume_spike",  "harmonic_pattern",
        "candlestick_pattern", "fibonacci_reversal", "strat_pattern", "fibonacci_swing",
        "mtf_alignment",       "psar_reversal",      "diy_composite", "most_trend",
        "orb_breakout",        "volume_profile",     "consensus",
    };
    static const char *const others[] = {
        "x_",   "X_MINE", "x_Mine", "x_a b",        "x-mine",
        "mine", "",       "custom", "FUNDING_RATE", "x_34567890123456789012345678901_",
    };
    uint32_t type;

    ck_assert_uint_eq(COUNT(names), 15);
    ck_assert_uint_eq(BOTHY_SIGNAL_TYPE_COUNT, 16);
    for (uint32_t i = 0; i < COUNT(names); i++) {
        ck_assert_int_eq(bothy_signal_type_parse(names[i], &type), 0);
        ck_assert_uint_eq(type, i + 1);
        ck_assert_str_eq(bothy_signal_type_name(type), names[i]);
    }
    ck_assert_int_eq(bothy_signal_type_parse("x_mine_2", &type), 0);
    ck_assert_uint_eq(type, BOTHY_SIGNAL_CUSTOM);
    ck_assert_int_eq(bothy_signal_type_parse("x_34567890123456789012345678901", &type), 0);
    type = 77;
    for (size_t i = 0; i < COUNT(others); i++)
        ck_assert_msg(bothy_signal_type_parse(others[i], &type) == BOTHY_EINVAL, "%s", others[i]);
    ck_assert_uint_eq(type, 77);
    ck_assert_str_eq(bothy_signal_type_name(BOTHY_SIGNAL_CUSTOM), "custom");
    ck_assert_str_eq(bothy_signal_type_name(16), "?");
}
END_TEST

START_TEST(filling_in)
{
    const struct bothy_signal_extra *extra;
    char name[24], text[41];

    memset(&signal_, 0xee, sizeof signal_);
    bothy_signal_init(&signal_, BOTHY_SIGNAL_FUNDING_RATE, 3, BOTHY_DIRECTION_SHORT, TS_NS);
    ck_assert_uint_eq(signal_.size, sizeof signal_);
    ck_assert_str_eq(signal_.type_name, "funding_rate");
    ck_assert(signal_.entry == 0 && signal_.extra_count == 0 && signal_.reasons[0] == '\0');

    ck_assert_int_eq(bothy_signal_add_number(&signal_, "funding_rate", 0.06), 0);
    ck_assert_int_eq(bothy_signal_add_text(&signal_, "factors_missing", "ls_ratio"), 0);
    ck_assert_int_eq(bothy_signal_add_number(&signal_, "funding_rate", 0.07), 0);
    ck_assert_uint_eq(signal_.extra_count, 2);
    extra = bothy_signal_find(&signal_, "funding_rate");
    ck_assert_ptr_nonnull(extra);
    ck_assert_uint_eq(extra->kind, BOTHY_EXTRA_NUMBER);
    ck_assert(extra->number == 0.07);
    extra = bothy_signal_find(&signal_, "factors_missing");
    ck_assert_ptr_nonnull(extra);
    ck_assert_str_eq(extra->text, "ls_ratio");
    ck_assert_ptr_null(bothy_signal_find(&signal_, "funding"));
    /* Another kind under the same name leaves nothing of the old value. */
    ck_assert_int_eq(bothy_signal_add_number(&signal_, "factors_missing", 1), 0);
    ck_assert_str_eq(bothy_signal_find(&signal_, "factors_missing")->text, "");

    ck_assert_int_eq(bothy_signal_add_number(&signal_, "", 1), BOTHY_EINVAL);
    ck_assert_int_eq(bothy_signal_add_number(&signal_, "Upper", 1), BOTHY_EINVAL);
    ck_assert_int_eq(bothy_signal_add_number(&signal_, "a b", 1), BOTHY_EINVAL);
    ck_assert_int_eq(bothy_signal_add_number(&signal_, "a23456789012345678901234", 1),
                     BOTHY_EINVAL);
    ck_assert_int_eq(bothy_signal_add_number(&signal_, "a", (double)NAN), BOTHY_EINVAL);
    ck_assert_int_eq(bothy_signal_add_number(&signal_, "a", (double)INFINITY), BOTHY_EINVAL);
    memset(text, 'x', sizeof text);
    text[40] = '\0';
    ck_assert_int_eq(bothy_signal_add_text(&signal_, "a", text), BOTHY_EINVAL);
    ck_assert_int_eq(bothy_signal_add_text(&signal_, "a", "two\nlines"), BOTHY_EINVAL);
    ck_assert_uint_eq(signal_.extra_count, 2);
    text[39] = '\0';
    ck_assert_int_eq(bothy_signal_add_text(&signal_, "a2345678901234567890123", text), 0);
    ck_assert_str_eq(bothy_signal_find(&signal_, "a2345678901234567890123")->text, text);

    for (int i = 3; i < BOTHY_SIGNAL_EXTRAS_MAX; i++) {
        snprintf(name, sizeof name, "extra_%d", i);
        ck_assert_int_eq(bothy_signal_add_number(&signal_, name, i), 0);
    }
    ck_assert_int_eq(bothy_signal_add_number(&signal_, "one_more", 1), BOTHY_ENOMEM);
    ck_assert_int_eq(bothy_signal_add_text(&signal_, "one_more", "x"), BOTHY_ENOMEM);
    ck_assert_int_eq(bothy_signal_add_number(&signal_, "extra_3", 33), 0);
}
END_TEST

START_TEST(reasons)
{
    bothy_signal_init(&signal_, BOTHY_SIGNAL_CONSENSUS, 1, BOTHY_DIRECTION_LONG, TS_NS);
    bothy_signal_add_reason(&signal_, "funding %+.2f %%", -0.06);
    ck_assert_str_eq(signal_.reasons, "funding -0.06 %");
    bothy_signal_add_reason(&signal_, "two\nlines\tin one");
    ck_assert_str_eq(signal_.reasons, "funding -0.06 %\ntwo lines in one");
    bothy_signal_add_reason(&signal_, "%s", "");
    ck_assert_str_eq(signal_.reasons, "funding -0.06 %\ntwo lines in one");
    for (int i = 0; i < 100; i++)
        bothy_signal_add_reason(&signal_, "reason number %d", i);
    ck_assert_uint_eq(strlen(signal_.reasons), sizeof signal_.reasons - 1);

    /* A cut never goes through a character. */
    for (size_t pad = 0; pad < 4; pad++) {
        char line[300] = "";
        size_t length;

        for (size_t i = 0; i < pad; i++)
            line[i] = 'x';
        while (strlen(line) + 4 < sizeof line)
            strncat(line, "\xe2\x82\xac", 4);
        bothy_signal_init(&signal_, BOTHY_SIGNAL_CONSENSUS, 1, BOTHY_DIRECTION_LONG, TS_NS);
        bothy_signal_add_reason(&signal_, "%s", line);
        length = strlen(signal_.reasons);
        ck_assert_uint_gt(length, 250);
        ck_assert_uint_eq((length - pad) % 3, 0);
    }
}
END_TEST

START_TEST(known_example)
{
    struct bothy_error error = { 0 };

    ck_assert_int_eq(bothy_signal_validate(good(), &error), 0);
    ck_assert_double_eq_tol(signal_.risk_reward_1, 1.7272727272727273, 1e-12);
    ck_assert(signal_.risk_reward_2 == 0 && signal_.risk_reward_3 == 0);

    good()->stop_loss = 45100;
    ck_assert_int_eq(bothy_signal_validate(&signal_, &error), BOTHY_EINVAL);
    ck_assert_str_eq(error.text, "STOP_LOSS_SIDE: direction=LONG entry=45050 stop_loss=45100");
    ck_assert(signal_.risk_reward_1 == 0);
}
END_TEST

START_TEST(ratios_are_computed_anew)
{
    good()->risk_reward_1 = 99;
    signal_.risk_reward_2 = 99;
    signal_.risk_reward_3 = 99;
    signal_.take_profit_2 = 46150;
    ck_assert_int_eq(bothy_signal_validate(&signal_, NULL), 0);
    ck_assert_double_eq_tol(signal_.risk_reward_1, 950.0 / 550, 1e-12);
    ck_assert_double_eq_tol(signal_.risk_reward_2, 2, 1e-12);
    ck_assert(signal_.risk_reward_3 == 0);

    good()->direction = BOTHY_DIRECTION_SHORT;
    signal_.stop_loss = 45550;
    signal_.take_profit_1 = 44550;
    signal_.take_profit_2 = 44550;
    signal_.take_profit_3 = 43550;
    ck_assert_int_eq(bothy_signal_validate(&signal_, NULL), 0);
    ck_assert_double_eq_tol(signal_.risk_reward_1, 1, 1e-12);
    ck_assert_double_eq_tol(signal_.risk_reward_2, 1, 1e-12);
    ck_assert_double_eq_tol(signal_.risk_reward_3, 3, 1e-12);

    /* A stop so near that the ratio has no value: none, rather than infinity. */
    good()->entry = 5e-324 * 2;
    signal_.stop_loss = 5e-324;
    signal_.take_profit_1 = 1e300;
    ck_assert_int_eq(bothy_signal_validate(&signal_, NULL), 0);
    ck_assert(isfinite(signal_.risk_reward_1));
}
END_TEST

/* One field of a good signal made bad, by its offset. */
struct bad_number {
    size_t offset;
    double value;
    const char *text;
};

#define FIELD(name) offsetof(struct bothy_signal, name)

START_TEST(bad_numbers)
{
    static const struct bad_number cases[] = {
        { FIELD(current), 0, "PRICE_INVALID: current=0" },
        { FIELD(current), -1, "PRICE_INVALID: current=-1" },
        { FIELD(entry), (double)NAN, "PRICE_INVALID: entry=nan" },
        { FIELD(entry), (double)INFINITY, "PRICE_INVALID: entry=inf" },
        { FIELD(stop_loss), 0, "PRICE_INVALID: stop_loss=0" },
        { FIELD(stop_loss), -0.5, "PRICE_INVALID: stop_loss=-0.5" },
        { FIELD(take_profit_1), 0, "PRICE_INVALID: take_profit_1=0" },
        { FIELD(take_profit_2), -2, "PRICE_INVALID: take_profit_2=-2" },
        { FIELD(take_profit_3), (double)INFINITY, "PRICE_INVALID: take_profit_3=inf" },
        { FIELD(stop_loss), 45050, "STOP_LOSS_SIDE: direction=LONG entry=45050 stop_loss=45050" },
        { FIELD(take_profit_1), 45050,
          "TAKE_PROFIT_SIDE: direction=LONG entry=45050 take_profit_1=45050" },
        { FIELD(take_profit_1), 45000.1,
          "TAKE_PROFIT_SIDE: direction=LONG entry=45050 take_profit_1=45000.1" },
        { FIELD(take_profit_2), 45999,
          "TAKE_PROFIT_ORDER: direction=LONG take_profit_1=46000 take_profit_2=45999" },
        { FIELD(take_profit_3), 47000, "TAKE_PROFIT_2_MISSING: take_profit_3=47000" },
        { FIELD(confidence), 1.01, "CONFIDENCE_INVALID: confidence=1.01" },
        { FIELD(confidence), -0.01, "CONFIDENCE_INVALID: confidence=-0.01" },
        { FIELD(confidence), (double)NAN, "CONFIDENCE_INVALID: confidence=nan" },
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct bothy_signal before;
        struct bothy_error error = { 0 };

        good();
        memcpy((char *)&signal_ + cases[i].offset, &cases[i].value, sizeof(double));
        before = signal_;
        ck_assert_int_eq(bothy_signal_validate(&signal_, &error), BOTHY_EINVAL);
        ck_assert_str_eq(error.text, cases[i].text);
        ck_assert_mem_eq(&signal_, &before, sizeof before);
    }
    {
        struct bothy_error error = { 0 };

        good()->take_profit_2 = 47000;
        signal_.take_profit_3 = 46500;
        ck_assert_int_eq(bothy_signal_validate(&signal_, &error), BOTHY_EINVAL);
        ck_assert_str_eq(
            error.text,
            "TAKE_PROFIT_ORDER: direction=LONG take_profit_2=47000 take_profit_3=46500");
        good()->direction = BOTHY_DIRECTION_SHORT;
        ck_assert_int_eq(bothy_signal_validate(&signal_, &error), BOTHY_EINVAL);
        ck_assert_str_eq(error.text, "STOP_LOSS_SIDE: direction=SHORT entry=45050 stop_loss=44500");
        signal_.stop_loss = 45500;
        ck_assert_int_eq(bothy_signal_validate(&signal_, &error), BOTHY_EINVAL);
        ck_assert_str_eq(error.text,
                         "TAKE_PROFIT_SIDE: direction=SHORT entry=45050 take_profit_1=46000");
        signal_.take_profit_1 = 44000;
        signal_.take_profit_2 = 44001;
        ck_assert_int_eq(bothy_signal_validate(&signal_, &error), BOTHY_EINVAL);
        ck_assert_str_eq(
            error.text,
            "TAKE_PROFIT_ORDER: direction=SHORT take_profit_1=44000 take_profit_2=44001");
    }
}
END_TEST

struct bad_integer {
    size_t offset;
    uint32_t value;
    const char *text;
};

START_TEST(bad_forms)
{
    static const struct bad_integer cases[] = {
        { FIELD(size), 8, "SIZE_INVALID: size=8 expected=" },
        { FIELD(type), 16, "TYPE_INVALID: type=16" },
        { FIELD(type), BOTHY_SIGNAL_CONSENSUS,
          "TYPE_NAME_INVALID: type=consensus expected=consensus" },
        { FIELD(type), BOTHY_SIGNAL_CUSTOM, "TYPE_NAME_INVALID: type=custom expected=x_*" },
        { FIELD(direction), 0, "DIRECTION_INVALID: direction=0 expected=1 or -1" },
        { FIELD(direction), 2, "DIRECTION_INVALID: direction=2 expected=1 or -1" },
        { FIELD(instrument), 0, "INSTRUMENT_MISSING: instrument=0" },
        { FIELD(timeframe), BOTHY_TF_COUNT, "TIMEFRAME_INVALID: timeframe=13" },
        { FIELD(flags), 4, "FLAGS_INVALID: flags=0x4" },
        { FIELD(extra_count), 13, "EXTRAS_TOO_MANY: extra_count=13 max=12" },
        { FIELD(extra_count), UINT32_MAX, "EXTRAS_TOO_MANY: extra_count=4294967295 max=12" },
        { FIELD(extra_count), 1, "EXTRA_NAME_INVALID: index=0" },
    };
    struct bothy_error error;

    for (size_t i = 0; i < COUNT(cases); i++) {
        good();
        memcpy((char *)&signal_ + cases[i].offset, &cases[i].value, sizeof(uint32_t));
        ck_assert_int_eq(bothy_signal_validate(&signal_, &error), BOTHY_EINVAL);
        ck_assert_msg(strncmp(error.text, cases[i].text, strlen(cases[i].text)) == 0, "%s",
                      error.text);
    }
    good()->ts_ns = 0;
    ck_assert_int_eq(bothy_signal_validate(&signal_, &error), BOTHY_EINVAL);
    ck_assert_str_eq(error.text, "TIME_INVALID: ts_ns=0");
}
END_TEST

/* Texts that end nowhere, or hold what breaks a line of a log. */
START_TEST(bad_texts)
{
    struct bothy_error error;

    memset(good()->type_name, 'x', sizeof signal_.type_name);
    ck_assert_int_eq(bothy_signal_validate(&signal_, &error), BOTHY_EINVAL);
    ck_assert_str_eq(error.text, "TYPE_NAME_INVALID: type=most_trend expected=most_trend");
    memset(good()->reasons, 'x', sizeof signal_.reasons);
    ck_assert_int_eq(bothy_signal_validate(&signal_, &error), BOTHY_EINVAL);
    ck_assert_str_eq(error.text, "REASONS_INVALID: reasons=unprintable");
    good()->reasons[0] = '\x1b';
    ck_assert_int_eq(bothy_signal_validate(&signal_, &error), BOTHY_EINVAL);
    snprintf(good()->reasons, sizeof signal_.reasons, "one\ntwo");
    ck_assert_int_eq(bothy_signal_validate(&signal_, &error), 0);

    ck_assert_int_eq(bothy_signal_add_text(good(), "note", "x"), 0);
    memset(signal_.extras[0].text, 'x', sizeof signal_.extras[0].text);
    ck_assert_int_eq(bothy_signal_validate(&signal_, &error), BOTHY_EINVAL);
    ck_assert_str_eq(error.text, "EXTRA_INVALID: note=unprintable");
    memset(signal_.extras[0].name, 'x', sizeof signal_.extras[0].name);
    ck_assert_int_eq(bothy_signal_validate(&signal_, &error), BOTHY_EINVAL);
    ck_assert_str_eq(error.text, "EXTRA_NAME_INVALID: index=0");

    bothy_signal_add_number(good(), "a", 1);
    signal_.extras[0].number = (double)NAN;
    ck_assert_int_eq(bothy_signal_validate(&signal_, &error), BOTHY_EINVAL);
    ck_assert_str_eq(error.text, "EXTRA_INVALID: a=nan");
    signal_.extras[0].kind = 3;
    ck_assert_int_eq(bothy_signal_validate(&signal_, &error), BOTHY_EINVAL);
    ck_assert_str_eq(error.text, "EXTRA_KIND_INVALID: extra=a kind=3");

    bothy_signal_add_number(good(), "a", 1);
    bothy_signal_add_number(&signal_, "b", 1);
    signal_.extras[1].name[0] = 'a';
    ck_assert_int_eq(bothy_signal_validate(&signal_, &error), BOTHY_EINVAL);
    ck_assert_str_eq(error.text, "EXTRA_TWICE: extra=a");
}
END_TEST

START_TEST(custom_types)
{
    struct bothy_error error;

    good()->type = BOTHY_SIGNAL_CUSTOM;
    snprintf(signal_.type_name, sizeof signal_.type_name, "x_my_own");
    ck_assert_int_eq(bothy_signal_validate(&signal_, &error), 0);
    bothy_signal_init(&signal_, BOTHY_SIGNAL_CUSTOM, 1, BOTHY_DIRECTION_LONG, TS_NS);
    ck_assert_str_eq(signal_.type_name, "");
    ck_assert_int_eq(bothy_signal_validate(&signal_, &error), BOTHY_EINVAL);
    /* A name that is known is no custom one. */
    good()->type = BOTHY_SIGNAL_CUSTOM;
    snprintf(signal_.type_name, sizeof signal_.type_name, "consensus");
    ck_assert_int_eq(bothy_signal_validate(&signal_, &error), BOTHY_EINVAL);
}
END_TEST

START_TEST(extras_of_types)
{
    /* n: a number, t: a text; what each type must have, and cannot do without. */
    static const struct {
        uint32_t type;
        const char *extras[6];
    } cases[] = {
        { BOTHY_SIGNAL_FUNDING_RATE, { "n:funding_rate" } },
        { BOTHY_SIGNAL_LIQUIDATION, { "n:liquidations_usdt", "n:long", "n:short", "n:net" } },
        { BOTHY_SIGNAL_VOLUME_SPIKE, { NULL } },
        { BOTHY_SIGNAL_HARMONIC_PATTERN, { "t:pattern_name", "t:pattern_type" } },
        { BOTHY_SIGNAL_CANDLESTICK_PATTERN, { "t:pattern_name", "t:pattern_type" } },
        { BOTHY_SIGNAL_FIBONACCI_REVERSAL,
          { "n:swing_high", "n:swing_low", "n:fib_level", "t:setup_type" } },
        { BOTHY_SIGNAL_STRAT_PATTERN, { "t:pattern_name", "t:bar_sequence" } },
        { BOTHY_SIGNAL_FIBONACCI_SWING, { NULL } },
        { BOTHY_SIGNAL_MTF_ALIGNMENT, { "t:strength", "n:confluence_pct" } },
        { BOTHY_SIGNAL_PSAR_REVERSAL, { "n:psar_value", "n:adx" } },
        { BOTHY_SIGNAL_DIY_COMPOSITE, { NULL } },
        { BOTHY_SIGNAL_MOST_TREND, { NULL } },
        { BOTHY_SIGNAL_ORB_BREAKOUT, { NULL } },
        { BOTHY_SIGNAL_VOLUME_PROFILE, { "t:event", "n:poc", "n:vah", "n:val" } },
        { BOTHY_SIGNAL_CONSENSUS, { NULL } },
    };
    struct bothy_error error;
    char expected[160];

    for (size_t i = 0; i < COUNT(cases); i++) {
        good()->type = cases[i].type;
        snprintf(signal_.type_name, sizeof signal_.type_name, "%s",
                 bothy_signal_type_name(cases[i].type));
        for (size_t n = 0; cases[i].extras[n]; n++) {
            const char *name = cases[i].extras[n] + 2;
            int is_number = cases[i].extras[n][0] == 'n';

            snprintf(expected, sizeof expected, "EXTRA_MISSING: type=%s extra=%s",
                     signal_.type_name, name);
            ck_assert_int_eq(bothy_signal_validate(&signal_, &error), BOTHY_EINVAL);
            ck_assert_str_eq(error.text, expected);
            /* Of the wrong kind, and a text without text. */
            if (is_number) {
                bothy_signal_add_text(&signal_, name, "1");
                snprintf(expected, sizeof expected,
                         "EXTRA_KIND_INVALID: extra=%s kind=text expected=number", name);
            } else {
                bothy_signal_add_text(&signal_, name, "");
            }
            ck_assert_int_eq(bothy_signal_validate(&signal_, &error), BOTHY_EINVAL);
            ck_assert_str_eq(error.text, expected);
            if (is_number)
                bothy_signal_add_number(&signal_, name, 1.5);
            else
                bothy_signal_add_text(&signal_, name, "hammer");
        }
        ck_assert_int_eq(bothy_signal_validate(&signal_, &error), 0);
        /* Anything else may be there too. */
        bothy_signal_add_text(&signal_, "remark", "more");
        ck_assert_int_eq(bothy_signal_validate(&signal_, &error), 0);
    }

    /* What a type need not have must still be of its kind. */
    good()->type = BOTHY_SIGNAL_FUNDING_RATE;
    snprintf(signal_.type_name, sizeof signal_.type_name, "funding_rate");
    bothy_signal_add_number(&signal_, "funding_rate", -0.01);
    bothy_signal_add_text(&signal_, "ls_ratio", "unknown");
    ck_assert_int_eq(bothy_signal_validate(&signal_, &error), BOTHY_EINVAL);
    ck_assert_str_eq(error.text, "EXTRA_KIND_INVALID: extra=ls_ratio kind=text expected=number");
}
END_TEST

START_TEST(json_form)
{
    static const char expected[] =
        "{\"type\":\"funding_rate\",\"symbol\":\"BTC/USDT:USDT\",\"direction\":\"LONG\","
        "\"timestamp\":\"2024-08-08T23:54:15.030Z\",\"timeframe\":\"15m\",\"current\":45040,"
        "\"entry\":45050.1,\"stop_loss\":44500,\"take_profit_1\":46000,\"take_profit_2\":null,"
        "\"take_profit_3\":null,\"risk_reward_1\":1.7268678421,\"risk_reward_2\":null,"
        "\"risk_reward_3\":null,\"confidence\":0.75,\"inferred\":true,\"update\":false,"
        "\"correlation_id\":\"00010203-0405-0607-0809-0a0b0c0d0e0f\","
        "\"reasons\":[\"funding \\\"high\\\"\",\"price above EMA20\"],"
        "\"extra\":{\"funding_rate\":-0.06,\"factors_missing\":\"ls_ratio\"}}";
    char text[BOTHY_SIGNAL_JSON_MAX];
    int32_t length;

    good()->type = BOTHY_SIGNAL_FUNDING_RATE;
    snprintf(signal_.type_name, sizeof signal_.type_name, "funding_rate");
    signal_.entry = 45050.1;
    signal_.flags = BOTHY_SIGNAL_FLAG_INFERRED;
    for (size_t i = 0; i < 16; i++)
        signal_.correlation[i] = (uint8_t)i;
    bothy_signal_add_reason(&signal_, "funding \"high\"");
    bothy_signal_add_reason(&signal_, "price above EMA20");
    bothy_signal_add_number(&signal_, "funding_rate", -0.06);
    bothy_signal_add_text(&signal_, "factors_missing", "ls_ratio");
    ck_assert_int_eq(bothy_signal_validate(&signal_, NULL), 0);
    signal_.risk_reward_1 = 1.7268678421;
    length = bothy_signal_to_json(&signal_, "BTC/USDT:USDT", text, sizeof text);
    ck_assert_str_eq(text, expected);
    ck_assert_int_eq(length, (int)sizeof expected - 1);

    /* Room to the byte. */
    ck_assert_int_eq(bothy_signal_to_json(&signal_, "BTC/USDT:USDT", text, sizeof expected),
                     (int)sizeof expected - 1);
    for (size_t capacity = 0; capacity < sizeof expected; capacity++) {
        memset(text, '#', sizeof text);
        ck_assert_int_eq(bothy_signal_to_json(&signal_, "BTC/USDT:USDT", text, capacity),
                         BOTHY_ERANGE);
        ck_assert_int_eq(text[capacity], '#');
        if (capacity > 0)
            ck_assert_str_eq(text, "");
    }
}
END_TEST

START_TEST(json_of_little)
{
    char text[BOTHY_SIGNAL_JSON_MAX];
    json_t *root;

    bothy_signal_init(&signal_, BOTHY_SIGNAL_ORB_BREAKOUT, 1, BOTHY_DIRECTION_SHORT, TS_NS + 1);
    ck_assert_int_gt(bothy_signal_to_json(&signal_, "A\"B", text, sizeof text), 0);
    root = json_loads(text, 0, NULL);
    ck_assert_ptr_nonnull(root);
    ck_assert_str_eq(json_string_value(json_object_get(root, "symbol")), "A\"B");
    ck_assert_str_eq(json_string_value(json_object_get(root, "direction")), "SHORT");
    ck_assert_str_eq(json_string_value(json_object_get(root, "timestamp")),
                     "2024-08-08T23:54:15.030000001Z");
    ck_assert(json_is_null(json_object_get(root, "timeframe")));
    ck_assert(json_is_null(json_object_get(root, "entry")));
    ck_assert(json_is_null(json_object_get(root, "correlation_id")));
    ck_assert_uint_eq(json_array_size(json_object_get(root, "reasons")), 0);
    ck_assert_uint_eq(json_object_size(json_object_get(root, "extra")), 0);
    ck_assert_uint_eq(json_object_size(root), 20);
    json_decref(root);
}
END_TEST

/* The longest that validation lets through fits the size that the header promises. */
START_TEST(json_of_most)
{
    char text[BOTHY_SIGNAL_JSON_MAX], name[24], longest[40], symbol[BOTHY_SYMBOL_MAX];
    struct bothy_error error;
    json_t *root;

    good();
    signal_.type = BOTHY_SIGNAL_CUSTOM;
    memset(signal_.type_name, 'z', sizeof signal_.type_name - 1);
    memcpy(signal_.type_name, "x_", 2);
    signal_.entry = 45050.123456789012;
    signal_.take_profit_1 = 1.2345678901234567e+300;
    signal_.take_profit_2 = 1.2345678901234567e+300;
    signal_.take_profit_3 = 1.2345678901234567e+300;
    signal_.ts_ns = TS_NS + 1;
    memset(signal_.correlation, 0xff, sizeof signal_.correlation);
    /* Bytes that are no UTF-8 become three. */
    memset(longest, 0xff, sizeof longest);
    longest[39] = '\0';
    memset(signal_.reasons, 0xff, sizeof signal_.reasons - 1);
    memset(symbol, 0xff, sizeof symbol);
    symbol[sizeof symbol - 1] = '\0';
    for (int i = 0; i < BOTHY_SIGNAL_EXTRAS_MAX; i++) {
        snprintf(name, sizeof name, "a_name_of_23_letters_%02d", i);
        ck_assert_int_eq(bothy_signal_add_text(&signal_, name, longest), 0);
    }
    ck_assert_int_eq(bothy_signal_validate(&signal_, &error), 0);
    ck_assert_int_gt(bothy_signal_to_json(&signal_, symbol, text, sizeof text), 3000);
    root = json_loads(text, 0, NULL);
    ck_assert_ptr_nonnull(root);
    json_decref(root);
    /* Lines of one character cost most of all in reasons. */
    memset(signal_.reasons, '\n', sizeof signal_.reasons - 1);
    ck_assert_int_eq(bothy_signal_validate(&signal_, &error), 0);
    ck_assert_int_gt(bothy_signal_to_json(&signal_, symbol, text, sizeof text), 3000);
}
END_TEST

/* Nobody validated this one: JSON comes out all the same, and nothing is read past an array. */
START_TEST(json_of_garbage)
{
    char text[65536];

    for (int c = 0; c < 256; c++) {
        json_t *root;

        memset(&signal_, c, sizeof signal_);
        ck_assert_int_gt(bothy_signal_to_json(&signal_, "X", text, sizeof text), 0);
        root = json_loads(text, 0, NULL);
        ck_assert_msg(root != NULL, "%s", text);
        json_decref(root);
        ck_assert_int_eq(bothy_signal_validate(&signal_, NULL), BOTHY_EINVAL);
        bothy_signal_find(&signal_, "x");
    }
}
END_TEST

START_TEST(json_numbers_read_back)
{
    static const double values[] = { 0.1,    1.0 / 3,
                                     1e-300, 123456789.123456789,
                                     1e22,   0.07,
                                     5e-324, 1.7976931348623157e308,
                                     100,    0.30000000000000004 };
    static const char *const locales[] = { "C", "de_DE.UTF-8", "ps_AF" };
    char text[BOTHY_SIGNAL_JSON_MAX];

    for (size_t n = 0; n < COUNT(locales); n++) {
        for (size_t i = 0; i < COUNT(values); i++) {
            json_t *root;
            double value;

            bothy_signal_add_number(good(), "value", values[i]);
            /* A locale that is not installed changes nothing. */
            setlocale(LC_ALL, locales[n]);
            ck_assert_int_gt(bothy_signal_to_json(&signal_, "X", text, sizeof text), 0);
            setlocale(LC_ALL, "C");
            root = json_loads(text, 0, NULL);
            ck_assert_ptr_nonnull(root);
            value = json_number_value(json_object_get(json_object_get(root, "extra"), "value"));
            ck_assert_msg(value == values[i], "%s", text);
            json_decref(root);
        }
    }
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("signal");
    TCase *tests = tcase_create("signal");

    tcase_add_test(tests, directions);
    tcase_add_test(tests, order_words);
    tcase_add_test(tests, types);
    tcase_add_test(tests, filling_in);
    tcase_add_test(tests, reasons);
    tcase_add_test(tests, known_example);
    tcase_add_test(tests, ratios_are_computed_anew);
    tcase_add_test(tests, bad_numbers);
    tcase_add_test(tests, bad_forms);
    tcase_add_test(tests, bad_texts);
    tcase_add_test(tests, custom_types);
    tcase_add_test(tests, extras_of_types);
    tcase_add_test(tests, json_form);
    tcase_add_test(tests, json_of_little);
    tcase_add_test(tests, json_of_most);
    tcase_add_test(tests, json_of_garbage);
    tcase_add_test(tests, json_numbers_read_back);
    suite_add_tcase(suite, tests);
    return suite;
}

BOTHY_TEST_MAIN(make_suite)
