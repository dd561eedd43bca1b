/*
 * The values of a plugin: defaults, what the configuration sets for the bot and for one symbol,
 * the zeros that getters fall back to, and what is refused.
 */
#include "suite.h"

#include <bothy/config.h>
#include <bothy/time.h>

#include <string.h>

#define SYMBOL BOTHY_OPTION_PER_SYMBOL
#define ALL    BOTHY_CONFIG_ALL_SYMBOLS

static const struct bothy_option options[] = {
    { .name = "enabled", .type = BOTHY_OPTION_BOOL, .flags = SYMBOL, .default_value = "true" },
    { .name = "period",
      .type = BOTHY_OPTION_INT,
      .flags = SYMBOL,
      .default_value = "14",
      .minimum = "1",
      .maximum = "500",
      .unit = "bars" },
    { .name = "notional",
      .type = BOTHY_OPTION_DECIMAL,
      .flags = SYMBOL,
      .default_value = "3000.00" },
    { .name = "stop", .type = BOTHY_OPTION_PERCENT, .default_value = "0.75%" },
    { .name = "ratio", .type = BOTHY_OPTION_NUMBER, .default_value = "1.3" },
    { .name = "cooldown", .type = BOTHY_OPTION_DURATION, .flags = SYMBOL, .default_value = "45m" },
    { .name = "since", .type = BOTHY_OPTION_TIME, .default_value = "2022-01-01" },
    { .name = "label", .type = BOTHY_OPTION_STRING, .flags = SYMBOL, .default_value = "none" },
    { .name = "style",
      .type = BOTHY_OPTION_ENUM,
      .flags = SYMBOL,
      .default_value = "squeeze",
      .choices = "contrarian|squeeze" },
    { .name = "frame", .type = BOTHY_OPTION_TIMEFRAME, .default_value = "5m" },
    { .name = "model", .type = BOTHY_OPTION_FILE },
    { .name = "key", .type = BOTHY_OPTION_SECRET, .flags = BOTHY_OPTION_SENSITIVE },
    { .name = "patterns",
      .type = BOTHY_OPTION_LIST,
      .flags = SYMBOL,
      .default_value = "hammer, star" },
    { .name = "bare", .type = BOTHY_OPTION_INT },
};

static struct bothy_config *make_config(void)
{
    struct bothy_config *config =
        bothy_config_new(options, sizeof options / sizeof options[0], "funding");

    ck_assert_ptr_nonnull(config);
    ck_assert_int_eq(bothy_config_add_symbol(config, "BTC/USDT", "binance"), 0);
    ck_assert_int_eq(bothy_config_add_symbol(config, "ETH/USDT", "mexc"), 0);
    return config;
}

static void set(struct bothy_config *config, uint32_t symbol, const char *name, const char *text)
{
    struct bothy_error error = { 0 };

    ck_assert_msg(bothy_config_set(config, symbol, name, text, &error) == 0, "%s = %s: %s", name,
                  text, error.text);
}

START_TEST(defaults)
{
    struct bothy_config *config = make_config();

    ck_assert_str_eq(bothy_config_instance(config), "funding");
    ck_assert_int_eq(bothy_config_bool(config, "enabled"), 1);
    ck_assert_int_eq(bothy_config_int(config, "period"), 14);
    ck_assert_int_eq(bothy_config_decimal(config, "notional").coefficient, 300000);
    ck_assert_int_eq(bothy_config_decimal(config, "notional").exponent, -2);
    ck_assert(bothy_config_number(config, "notional") == 3000.0);
    ck_assert(bothy_config_number(config, "stop") == 0.75);
    ck_assert_int_eq(bothy_config_decimal(config, "stop").coefficient, 75);
    ck_assert(bothy_config_number(config, "ratio") == 1.3);
    ck_assert_int_eq(bothy_config_ns(config, "cooldown"), 45 * BOTHY_NS_PER_MIN);
    ck_assert_int_eq(bothy_config_ns(config, "since"), INT64_C(1640995200) * BOTHY_NS_PER_S);
    ck_assert_str_eq(bothy_config_string(config, "label"), "none");
    ck_assert_str_eq(bothy_config_string(config, "style"), "squeeze");
    ck_assert_int_eq(bothy_config_enum(config, "style"), 1);
    ck_assert_uint_eq(bothy_config_timeframe(config, "frame"), BOTHY_TF_5M);
    ck_assert_int_eq(bothy_config_file(config, "model"), -1);
    ck_assert_str_eq(bothy_config_string(config, "key"), "");
    ck_assert_uint_eq(bothy_config_list_count(config, "patterns"), 2);
    ck_assert_str_eq(bothy_config_list_get(config, "patterns", 0), "hammer");
    ck_assert_str_eq(bothy_config_list_get(config, "patterns", 1), "star");
    ck_assert_int_eq(bothy_config_int(config, "bare"), 0);
    ck_assert_ptr_null(bothy_config_missing(config));
    bothy_config_free(config);
}
END_TEST

START_TEST(wrong_questions_get_zeros)
{
    static const char *const names[] = { "nothing", "", NULL, "label", "period" };
    struct bothy_config *config = make_config();
    size_t i;

    for (i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *name = names[i];

        if (i != 4)
            ck_assert_int_eq(bothy_config_int(config, name), 0);
        ck_assert_int_eq(bothy_config_bool(config, name), 0);
        ck_assert_int_eq(bothy_config_decimal(config, name).coefficient, 0);
        ck_assert_int_eq(bothy_config_decimal(config, name).exponent, 0);
        ck_assert(bothy_config_number(config, name) == 0);
        ck_assert_int_eq(bothy_config_ns(config, name), 0);
        ck_assert_uint_eq(bothy_config_timeframe(config, name), 0);
        if (i != 3)
            ck_assert_str_eq(bothy_config_string(config, name), "");
        ck_assert_int_eq(bothy_config_enum(config, name), -1);
        ck_assert_int_eq(bothy_config_file(config, name), -1);
        ck_assert_uint_eq(bothy_config_list_count(config, name), 0);
        ck_assert_str_eq(bothy_config_list_get(config, name, 0), "");
    }
    ck_assert_str_eq(bothy_config_list_get(config, "patterns", 2), "");
    ck_assert_str_eq(bothy_config_symbol(config, 2), "");
    ck_assert_str_eq(bothy_config_symbol_venue(config, UINT32_MAX), "");
    ck_assert_ptr_eq(bothy_config_for_symbol(config, 2), config);
    bothy_config_free(config);
}
END_TEST

START_TEST(symbol_wins_over_bot_over_default)
{
    struct bothy_config *config = make_config();
    const struct bothy_config *btc = bothy_config_for_symbol(config, 0);
    const struct bothy_config *eth = bothy_config_for_symbol(config, 1);

    ck_assert_int_eq(bothy_config_int(btc, "period"), 14);
    set(config, ALL, "period", "20");
    ck_assert_int_eq(bothy_config_int(config, "period"), 20);
    ck_assert_int_eq(bothy_config_int(btc, "period"), 20);
    set(config, 1, "period", "30");
    set(config, 1, "enabled", "false");
    set(config, 1, "notional", "1e2");
    set(config, 1, "cooldown", "90s");
    set(config, 1, "label", "second");
    set(config, 1, "style", "contrarian");
    ck_assert_int_eq(bothy_config_int(config, "period"), 20);
    ck_assert_int_eq(bothy_config_int(btc, "period"), 20);
    ck_assert_int_eq(bothy_config_int(eth, "period"), 30);
    ck_assert_int_eq(bothy_config_bool(btc, "enabled"), 1);
    ck_assert_int_eq(bothy_config_bool(eth, "enabled"), 0);
    ck_assert(bothy_config_number(eth, "notional") == 100);
    ck_assert_int_eq(bothy_config_ns(eth, "cooldown"), 90 * BOTHY_NS_PER_S);
    ck_assert_str_eq(bothy_config_string(btc, "label"), "none");
    ck_assert_str_eq(bothy_config_string(eth, "label"), "second");
    ck_assert_int_eq(bothy_config_enum(btc, "style"), 1);
    ck_assert_int_eq(bothy_config_enum(eth, "style"), 0);
    /* A later value for the bot does not undo the symbol's. */
    set(config, ALL, "period", "40");
    ck_assert_int_eq(bothy_config_int(btc, "period"), 40);
    ck_assert_int_eq(bothy_config_int(eth, "period"), 30);
    set(config, 1, "period", "50");
    ck_assert_int_eq(bothy_config_int(eth, "period"), 50);
    bothy_config_free(config);
}
END_TEST

START_TEST(views_know_the_whole)
{
    struct bothy_config *config = make_config();
    const struct bothy_config *eth = bothy_config_for_symbol(config, 1);
    char name[16];
    uint32_t i;

    /* The address of a view stays, however many symbols follow. */
    for (i = 2; i < 100; i++) {
        snprintf(name, sizeof name, "S%u", i);
        ck_assert_int_eq(bothy_config_add_symbol(config, name, "binance"), 0);
    }
    ck_assert_ptr_eq(bothy_config_for_symbol(config, 1), eth);
    ck_assert_uint_eq(bothy_config_symbol_count(eth), 100);
    ck_assert_str_eq(bothy_config_symbol(eth, 0), "BTC/USDT");
    ck_assert_str_eq(bothy_config_symbol(eth, 99), "S99");
    ck_assert_str_eq(bothy_config_symbol_venue(eth, 1), "mexc");
    ck_assert_str_eq(bothy_config_instance(eth), "funding");
    ck_assert_ptr_eq(bothy_config_for_symbol(eth, 1), eth);
    ck_assert_ptr_ne(bothy_config_for_symbol(eth, 0), eth);
    bothy_config_free(config);
}
END_TEST

START_TEST(symbols_are_checked)
{
    struct bothy_config *config = make_config();
    char name[16];
    uint32_t i;

    ck_assert_int_eq(bothy_config_add_symbol(config, "BTC/USDT", "binance"), BOTHY_EEXIST);
    ck_assert_int_eq(bothy_config_add_symbol(config, "BTC/USDT", "mexc"), 0);
    ck_assert_int_eq(bothy_config_add_symbol(config, "BTC/USDT", NULL), 0);
    ck_assert_str_eq(bothy_config_symbol_venue(config, 3), "");
    ck_assert_int_eq(bothy_config_add_symbol(config, "", "mexc"), BOTHY_EINVAL);
    ck_assert_int_eq(bothy_config_add_symbol(config, NULL, "mexc"), BOTHY_EINVAL);
    ck_assert_uint_eq(bothy_config_symbol_count(config), 4);
    for (i = 4; i < 4096; i++) {
        snprintf(name, sizeof name, "S%u", i);
        ck_assert_int_eq(bothy_config_add_symbol(config, name, "binance"), 0);
    }
    ck_assert_int_eq(bothy_config_add_symbol(config, "more", "binance"), BOTHY_ENOMEM);
    bothy_config_free(config);
}
END_TEST

START_TEST(refusals_change_nothing)
{
    static const struct {
        uint32_t symbol;
        const char *name;
        const char *text;
        int32_t error;
        const char *says;
    } cases[] = {
        { ALL, "perid", "5", BOTHY_ENOENT,
          "no option \"perid\"; there are enabled period notional stop ratio cooldown since label "
          "style frame model key patterns bare" },
        { ALL, "", "5", BOTHY_ENOENT, "no option \"\"" },
        { ALL, NULL, "5", BOTHY_ENOENT, "no option \"\"" },
        { 2, "period", "5", BOTHY_ENOENT, "no symbol with index 2; there are 2" },
        { 0, "ratio", "2", BOTHY_EPERM, "ratio cannot differ by symbol" },
        { ALL, "period", "0", BOTHY_ERANGE, "must be between 1 and 500 bars" },
        { 0, "period", "501", BOTHY_ERANGE, "must be between 1 and 500 bars" },
        { ALL, "frame", "7m", BOTHY_EINVAL, "\"7m\" is not a time frame" },
        { ALL, "style", "both", BOTHY_EINVAL, "\"both\" is not a choice" },
        { ALL, "patterns", "", BOTHY_EINVAL, "is not an element" },
        { ALL, "period", NULL, BOTHY_EINVAL, "has no value" },
    };
    struct bothy_config *config = make_config();
    size_t i;

    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bothy_error error = { 0 };

        ck_assert_int_eq(
            bothy_config_set(config, cases[i].symbol, cases[i].name, cases[i].text, &error),
            cases[i].error);
        ck_assert_msg(strstr(error.text, cases[i].says) != NULL, "%s", error.text);
        ck_assert_int_eq(
            bothy_config_set(config, cases[i].symbol, cases[i].name, cases[i].text, NULL),
            cases[i].error);
    }
    ck_assert_int_eq(bothy_config_int(config, "period"), 14);
    ck_assert_int_eq(bothy_config_int(bothy_config_for_symbol(config, 0), "period"), 14);
    ck_assert_uint_eq(bothy_config_timeframe(config, "frame"), BOTHY_TF_5M);
    ck_assert_uint_eq(bothy_config_list_count(config, "patterns"), 2);
    bothy_config_free(config);
}
END_TEST

START_TEST(lists_append)
{
    struct bothy_config *config = make_config();
    const struct bothy_config *btc = bothy_config_for_symbol(config, 0);
    struct bothy_error error;
    char name[16];
    int i;

    set(config, ALL, "patterns", "doji");
    ck_assert_uint_eq(bothy_config_list_count(config, "patterns"), 1);
    set(config, ALL, "patterns", "inside, bar");
    ck_assert_uint_eq(bothy_config_list_count(config, "patterns"), 2);
    ck_assert_str_eq(bothy_config_list_get(config, "patterns", 0), "doji");
    ck_assert_str_eq(bothy_config_list_get(config, "patterns", 1), "inside, bar");
    ck_assert_uint_eq(bothy_config_list_count(btc, "patterns"), 2);
    set(config, 0, "patterns", "engulfing");
    ck_assert_uint_eq(bothy_config_list_count(btc, "patterns"), 1);
    ck_assert_str_eq(bothy_config_list_get(btc, "patterns", 0), "engulfing");
    ck_assert_uint_eq(bothy_config_list_count(config, "patterns"), 2);
    for (i = 2; i < 1024; i++) {
        snprintf(name, sizeof name, "p%d", i);
        set(config, ALL, "patterns", name);
    }
    ck_assert_int_eq(bothy_config_set(config, ALL, "patterns", "more", &error), BOTHY_ENOMEM);
    ck_assert_uint_eq(bothy_config_list_count(config, "patterns"), 1024);
    ck_assert_str_eq(bothy_config_list_get(config, "patterns", 1023), "p1023");
    bothy_config_free(config);
}
END_TEST

START_TEST(list_defaults)
{
    static const struct {
        const char *text;
        uint32_t count;
        const char *elements[3];
    } cases[] = {
        { "one", 1, { "one" } },
        { "one,two , three", 3, { "one", "two", "three" } },
        { "", 0, { NULL } },
        { "( )", 0, { NULL } },
        { "( \"one\" )", 1, { "one" } },
        { "(\"one, two\",\"say \\\"three\\\"\")", 2, { "one, two", "say \"three\"" } },
        /* Not a list: no default. */
        { "one,,two", 0, { NULL } },
        { "(\"one\" \"two\")", 0, { NULL } },
        { "(\"one\"", 0, { NULL } },
        { "(\"one", 0, { NULL } },
        { "(\"one\",", 0, { NULL } },
        { "(one)", 0, { NULL } },
        { "(", 0, { NULL } },
    };
    size_t i;
    uint32_t k;

    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bothy_option option = { .name = "list",
                                       .type = BOTHY_OPTION_LIST,
                                       .default_value = cases[i].text };
        struct bothy_config *config = bothy_config_new(&option, 1, "x");

        ck_assert_msg(bothy_config_list_count(config, "list") == cases[i].count, "%s: %u",
                      cases[i].text, bothy_config_list_count(config, "list"));
        for (k = 0; k < cases[i].count; k++)
            ck_assert_str_eq(bothy_config_list_get(config, "list", k), cases[i].elements[k]);
        bothy_config_free(config);
    }
}
END_TEST

START_TEST(files_and_secrets)
{
    struct bothy_config *config = make_config();

    set(config, ALL, "model", "/srv/model");
    ck_assert_int_eq(bothy_config_file(config, "model"), -1);
    ck_assert_int_eq(bothy_config_set_file(config, "model", 7), 0);
    ck_assert_int_eq(bothy_config_file(config, "model"), 7);
    ck_assert_int_eq(bothy_config_file(bothy_config_for_symbol(config, 1), "model"), 7);
    ck_assert_int_eq(bothy_config_set_file(config, "model", -3), 0);
    ck_assert_int_eq(bothy_config_file(config, "model"), -1);
    ck_assert_int_eq(bothy_config_set_file(config, "label", 7), BOTHY_EINVAL);
    ck_assert_int_eq(bothy_config_set_file(config, "nothing", 7), BOTHY_ENOENT);

    /* The reference is not the secret. */
    set(config, ALL, "key", "cred:binance");
    ck_assert_str_eq(bothy_config_string(config, "key"), "");
    ck_assert_int_eq(bothy_config_set_secret(config, "key", "hunter22", 7), 0);
    ck_assert_str_eq(bothy_config_string(config, "key"), "hunter2");
    ck_assert_int_eq(bothy_config_set_secret(config, "key", "a\0b", 3), BOTHY_EINVAL);
    ck_assert_int_eq(bothy_config_set_secret(config, "key", "a", 4096), BOTHY_ERANGE);
    ck_assert_int_eq(bothy_config_set_secret(config, "label", "x", 1), BOTHY_EINVAL);
    ck_assert_int_eq(bothy_config_set_secret(config, "nothing", "x", 1), BOTHY_ENOENT);
    ck_assert_str_eq(bothy_config_string(config, "key"), "hunter2");
    bothy_config_free(config);
}
END_TEST

START_TEST(missing)
{
    static const struct bothy_option required[] = {
        { .name = "optional", .type = BOTHY_OPTION_INT },
        { .name = "amount",
          .type = BOTHY_OPTION_DECIMAL,
          .flags = BOTHY_OPTION_REQUIRED | BOTHY_OPTION_PER_SYMBOL },
        { .name = "names", .type = BOTHY_OPTION_LIST, .flags = BOTHY_OPTION_REQUIRED },
        { .name = "key", .type = BOTHY_OPTION_SECRET, .flags = BOTHY_OPTION_REQUIRED },
        { .name = "model", .type = BOTHY_OPTION_FILE, .flags = BOTHY_OPTION_REQUIRED },
        { .name = "given",
          .type = BOTHY_OPTION_INT,
          .flags = BOTHY_OPTION_REQUIRED,
          .default_value = "1" },
        /* A default out of range is none. */
        { .name = "broken",
          .type = BOTHY_OPTION_INT,
          .flags = BOTHY_OPTION_REQUIRED,
          .default_value = "0",
          .minimum = "1" },
    };
    struct bothy_config *config =
        bothy_config_new(required, sizeof required / sizeof required[0], NULL);

    ck_assert_str_eq(bothy_config_instance(config), "");
    ck_assert_str_eq(bothy_config_missing(config), "amount");
    bothy_config_add_symbol(config, "A", "v");
    bothy_config_add_symbol(config, "B", "v");
    set(config, 0, "amount", "1");
    ck_assert_str_eq(bothy_config_missing(config), "amount");
    /* Every symbol has one: the bot needs none. */
    set(config, 1, "amount", "2");
    ck_assert_str_eq(bothy_config_missing(config), "names");
    set(config, ALL, "names", "x");
    ck_assert_str_eq(bothy_config_missing(config), "key");
    set(config, ALL, "key", "cred:x");
    ck_assert_str_eq(bothy_config_missing(config), "model");
    ck_assert_int_eq(bothy_config_set_file(config, "model", 0), 0);
    ck_assert_str_eq(bothy_config_missing(config), "broken");
    ck_assert_int_eq(bothy_config_int(config, "broken"), 0);
    set(config, ALL, "broken", "1");
    ck_assert_ptr_null(bothy_config_missing(config));
    bothy_config_free(config);
}
END_TEST

START_TEST(empty_tables)
{
    struct bothy_config *config = bothy_config_new(NULL, 0, "x");
    struct bothy_error error;

    ck_assert_ptr_nonnull(config);
    ck_assert_int_eq(bothy_config_add_symbol(config, "A", "v"), 0);
    ck_assert_int_eq(bothy_config_set(config, ALL, "a", "b", &error), BOTHY_ENOENT);
    ck_assert_str_eq(error.text, "no option \"a\"; there are none");
    ck_assert_int_eq(bothy_config_int(config, "a"), 0);
    ck_assert_ptr_null(bothy_config_missing(config));
    bothy_config_free(config);
    bothy_config_free(NULL);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("config");
    TCase *tests = tcase_create("config");

    tcase_add_test(tests, defaults);
    tcase_add_test(tests, wrong_questions_get_zeros);
    tcase_add_test(tests, symbol_wins_over_bot_over_default);
    tcase_add_test(tests, views_know_the_whole);
    tcase_add_test(tests, symbols_are_checked);
    tcase_add_test(tests, refusals_change_nothing);
    tcase_add_test(tests, lists_append);
    tcase_add_test(tests, list_defaults);
    tcase_add_test(tests, files_and_secrets);
    tcase_add_test(tests, missing);
    tcase_add_test(tests, empty_tables);
    suite_add_tcase(suite, tests);
    return suite;
}

BOTHY_TEST_MAIN(make_suite)
