/*
 * One text against one option: the forms of every type, ranges and choices, and errors that say
 * what is permitted and keep secrets to themselves.
 */
#include "suite.h"

#include <bothy/config.h>

#include <string.h>

#define OPTION(kind, ...)                                                                          \
    (struct bothy_option)                                                                          \
    {                                                                                              \
        .name = "it", .type = BOTHY_OPTION_##kind, __VA_ARGS__                                     \
    }

static int32_t check(struct bothy_option option, const char *text, struct bothy_error *error)
{
    memset(error, 0, sizeof *error);
    return bothy_option_check(&option, text, error);
}

START_TEST(forms)
{
    static const struct {
        uint32_t type;
        const char *right[8];
        const char *wrong[14];
    } cases[] = {
        { BOTHY_OPTION_BOOL, { "true", "false" }, { "yes", "True", "1", "", " true", "truex" } },
        { BOTHY_OPTION_INT,
          { "0", "14", "-3", "2147483647" },
          { "", "1.0", "1e3", "0x10", "five", "1 ", "+1" } },
        { BOTHY_OPTION_DECIMAL,
          { "3000.00", "-1", "0.00000001", "1e-8" },
          { "", "3,000", "3000 USDT", "$5", "nan", "1.2.3", "5%" } },
        { BOTHY_OPTION_PERCENT,
          { "0.02", "0.02%", "100%", "-1.5" },
          { "", "%", "5%%", "5 %", "%5", "half" } },
        { BOTHY_OPTION_NUMBER, { "1.5", "2", "-0.1" }, { "", "1.5x", "5%", "inf" } },
        { BOTHY_OPTION_DURATION,
          { "45m", "1h30m", "0", "1.5s" },
          { "", "45", "-1s", "5 m", "1M", "forever" } },
        { BOTHY_OPTION_TIME,
          { "2022-01-01", "2022-01-01T00:00:00Z", "1640995200" },
          { "", "yesterday", "2022-02-30", "01.01.2022" } },
        { BOTHY_OPTION_STRING,
          { "", "text", "Größe 5 µ €😀", "two\nlines\t." },
          { "bell\a", "\x7f", "\xff", "\xc3", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80",
            "\xf4\x90\x80\x80", "\xf0\x80\x80\x80", "\xe2\x82", "\x80" } },
        { BOTHY_OPTION_TIMEFRAME, { "1m", "4h", "1w" }, { "", "7m", "1M", "60m", "5" } },
        { BOTHY_OPTION_FILE, { "/etc/x", "/" }, { "", "x", "./x", "~/x", "/a\x01" } },
        { BOTHY_OPTION_SECRET,
          { "file:/run/key", "cred:binance", "cred:a.b-C_9" },
          { "", "hunter2", "file:", "file:/", "file:key", "cred:", "cred:../x", "cred:a/b",
            "cred:.x", "env:KEY", "cred:a b" } },
        { BOTHY_OPTION_LIST, { "a", "BTC/USDT", "two words" }, { "", "\x01" } },
        { 0, { NULL }, { "x", "" } },
        { 99, { NULL }, { "x", "" } },
    };
    struct bothy_error error;
    size_t i;
    size_t k;

    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bothy_option option = { .name = "it", .type = cases[i].type };

        for (k = 0; k < 8 && cases[i].right[k]; k++)
            ck_assert_msg(check(option, cases[i].right[k], &error) == 0, "%s \"%s\": %s",
                          bothy_option_type_name(option.type), cases[i].right[k], error.text);
        for (k = 0; k < 14 && cases[i].wrong[k]; k++) {
            ck_assert_msg(check(option, cases[i].wrong[k], &error) == BOTHY_EINVAL, "%s \"%s\"",
                          bothy_option_type_name(option.type), cases[i].wrong[k]);
            ck_assert_int_eq(error.code, BOTHY_EINVAL);
            /* What is wrong, and what would be right. */
            ck_assert_msg(strstr(error.text, " is not a") && strstr(error.text, "; "), "%s",
                          error.text);
        }
        ck_assert_int_eq(check(option, NULL, &error), BOTHY_EINVAL);
        ck_assert_int_eq(bothy_option_check(&option, "\x01", NULL), BOTHY_EINVAL);
    }
}
END_TEST

START_TEST(ranges)
{
    static const struct {
        struct bothy_option option;
        const char *inside[5];
        const char *outside[5];
        const char *says;
    } cases[] = {
        { { .type = BOTHY_OPTION_INT, .minimum = "1", .maximum = "500", .unit = "bars" },
          { "1", "500", "14" },
          { "0", "501", "-1", "99999999999999999999" },
          "must be between 1 and 500 bars" },
        { { .type = BOTHY_OPTION_INT, .minimum = "2" },
          { "2", "9223372036854775807" },
          { "1" },
          "must be at least 2" },
        { { .type = BOTHY_OPTION_INT, .maximum = "-2", .unit = "steps" },
          { "-2", "-9223372036854775808" },
          { "-1" },
          "must be at most -2 steps" },
        { { .type = BOTHY_OPTION_DECIMAL, .minimum = "0.01", .maximum = "1e6", .unit = "USDT" },
          { "0.01", "0.010000", "1000000.000", "1e6" },
          { "0", "0.00999999999", "1000000.0001", "-1" },
          "must be between 0.01 and 1e6 USDT" },
        { { .type = BOTHY_OPTION_PERCENT, .minimum = "0", .maximum = "100", .unit = "%" },
          { "0", "100%", "100.000" },
          { "100.01", "-0.01%" },
          "must be between 0 and 100%" },
        { { .type = BOTHY_OPTION_PERCENT, .minimum = "0.1%", .maximum = "5%", .unit = "%" },
          { "0.1", "5%" },
          { "0.09%", "5.1" },
          "must be between 0.1% and 5%" },
        { { .type = BOTHY_OPTION_NUMBER, .minimum = "0.5", .maximum = "3" },
          { "0.5", "3.0" },
          { "0.49999", "3.1", "1e30" },
          "must be between 0.5 and 3" },
        { { .type = BOTHY_OPTION_DURATION, .minimum = "1s", .maximum = "1h", .unit = "time" },
          { "1s", "60m", "1000ms" },
          { "999ms", "0", "61m", "99999999999w" },
          "must be between 1s and 1h" },
        { { .type = BOTHY_OPTION_TIME, .minimum = "2020-01-01" },
          { "2020-01-01", "2024-02-29T12:00:00Z" },
          { "2019-12-31T23:59:59Z", "9999-01-01" },
          "must be at least 2020-01-01" },
        { { .type = BOTHY_OPTION_TIMEFRAME, .minimum = "5m", .maximum = "4h" },
          { "5m", "15m", "4h" },
          { "3m", "6h", "1w" },
          "must be between 5m and 4h" },
        { { .type = BOTHY_OPTION_DECIMAL },
          { "9223372036854775807" },
          { "9223372036854775808", "1e-31" },
          "must be a number of at most 18 digits" },
        { { .type = BOTHY_OPTION_DURATION },
          { "106751d" },
          { "106752d" },
          "must be at most 106751d" },
        /* A bound that is wrong itself bounds nothing. */
        { { .type = BOTHY_OPTION_INT, .minimum = "one", .maximum = "5" },
          { "-7", "5" },
          { "6" },
          "must be between one and 5" },
    };
    struct bothy_error error;
    size_t i;
    size_t k;

    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (k = 0; k < 5 && cases[i].inside[k]; k++)
            ck_assert_msg(check(cases[i].option, cases[i].inside[k], &error) == 0, "%s: %s",
                          cases[i].inside[k], error.text);
        for (k = 0; k < 5 && cases[i].outside[k]; k++) {
            ck_assert_msg(check(cases[i].option, cases[i].outside[k], &error) == BOTHY_ERANGE, "%s",
                          cases[i].outside[k]);
            ck_assert_int_eq(error.code, BOTHY_ERANGE);
            ck_assert_msg(strstr(error.text, cases[i].says) == error.text, "%s", error.text);
            ck_assert_msg(strstr(error.text, cases[i].outside[k]) != NULL, "%s", error.text);
        }
    }
}
END_TEST

START_TEST(texts_of_errors)
{
    struct bothy_error error;

    check(OPTION(TIMEFRAME), "7m", &error);
    ck_assert_str_eq(error.text, "\"7m\" is not a time frame; use one of 1m 3m 5m 15m 30m 1h 2h 4h "
                                 "6h 12h 1d 1w");
    check(OPTION(DURATION), "45", &error);
    ck_assert_str_eq(error.text,
                     "\"45\" is not a duration; use numbers with units ns us ms s m h d "
                     "w, such as 45m or 1h30m");
    check(OPTION(INT, .minimum = "1", .maximum = "500", .unit = "bars"), "600", &error);
    ck_assert_str_eq(error.text, "must be between 1 and 500 bars, not \"600\"");
    check(OPTION(ENUM, .choices = "contrarian|squeeze"), "both", &error);
    ck_assert_str_eq(error.text, "\"both\" is not a choice; use one of contrarian squeeze");
    /* Long texts are cut between characters, and nothing unprintable is repeated. */
    check(OPTION(BOOL), "0123456789012345678901234567890123456789012345é0123456789", &error);
    ck_assert_str_eq(error.text, "\"0123456789012345678901234567890123456789012345é…\" is not a "
                                 "boolean; use true or false");
    check(OPTION(BOOL), "01234567890123456789012345678901234567890123456é0123456789", &error);
    ck_assert_str_eq(error.text, "\"01234567890123456789012345678901234567890123456…\" is not a "
                                 "boolean; use true or false");
    check(OPTION(BOOL), "\x1b[31m\n", &error);
    ck_assert_str_eq(error.text, "\"?[31m?\" is not a boolean; use true or false");
}
END_TEST

START_TEST(where_is_left_alone)
{
    struct bothy_option option = OPTION(INT);
    struct bothy_error error = { .line = 7, .where = "bothy.conf" };

    ck_assert_int_eq(bothy_option_check(&option, "x", &error), BOTHY_EINVAL);
    ck_assert_str_eq(error.where, "bothy.conf");
    ck_assert_uint_eq(error.line, 7);
}
END_TEST

START_TEST(secrets_are_not_shown)
{
    struct bothy_error error;

    ck_assert_int_eq(check(OPTION(SECRET), "hunter2", &error), BOTHY_EINVAL);
    ck_assert_ptr_eq(strstr(error.text, "hunter2"), NULL);
    ck_assert_ptr_ne(strstr(error.text, "file:/path or cred:name"), NULL);
    ck_assert_int_eq(check(OPTION(STRING, .flags = BOTHY_OPTION_SENSITIVE), "hunter2\x01", &error),
                     BOTHY_EINVAL);
    ck_assert_ptr_eq(strstr(error.text, "hunter2"), NULL);
    ck_assert_int_eq(
        check(OPTION(INT, .flags = BOTHY_OPTION_SENSITIVE, .maximum = "9"), "4711", &error),
        BOTHY_ERANGE);
    ck_assert_str_eq(error.text, "must be at most 9");
    ck_assert_int_eq(
        check(OPTION(ENUM, .flags = BOTHY_OPTION_SENSITIVE, .choices = "a|b"), "hunter2", &error),
        BOTHY_EINVAL);
    ck_assert_ptr_eq(strstr(error.text, "hunter2"), NULL);
}
END_TEST

START_TEST(choices)
{
    struct bothy_error error;
    struct bothy_option option = OPTION(ENUM, .choices = "contrarian|squeeze|both");

    ck_assert_int_eq(check(option, "contrarian", &error), 0);
    ck_assert_int_eq(check(option, "squeeze", &error), 0);
    ck_assert_int_eq(check(option, "both", &error), 0);
    ck_assert_int_eq(check(option, "contra", &error), BOTHY_EINVAL);
    ck_assert_int_eq(check(option, "bothy", &error), BOTHY_EINVAL);
    ck_assert_int_eq(check(option, "contrarian|squeeze", &error), BOTHY_EINVAL);
    ck_assert_int_eq(check(option, "", &error), BOTHY_EINVAL);
    ck_assert_int_eq(check(option, "Both", &error), BOTHY_EINVAL);
    ck_assert_int_eq(check(OPTION(ENUM), "any", &error), BOTHY_EINVAL);
    option.type = BOTHY_OPTION_LIST;
    ck_assert_int_eq(check(option, "squeeze", &error), 0);
    ck_assert_int_eq(check(option, "other", &error), BOTHY_EINVAL);
}
END_TEST

START_TEST(long_texts)
{
    struct bothy_error error;
    char text[5000];

    memset(text, 'x', sizeof text);
    text[4095] = '\0';
    ck_assert_int_eq(check(OPTION(STRING), text, &error), 0);
    text[4095] = 'x';
    text[4096] = '\0';
    ck_assert_int_eq(check(OPTION(STRING), text, &error), BOTHY_ERANGE);
    ck_assert_str_eq(error.text, "must be at most 4095 bytes long");
    memset(text, '9', sizeof text);
    text[sizeof text - 1] = '\0';
    ck_assert_int_eq(check(OPTION(INT), text, &error), BOTHY_ERANGE);
    ck_assert_int_eq(check(OPTION(DECIMAL), text, &error), BOTHY_ERANGE);
    ck_assert_int_eq(check(OPTION(TIME), text, &error), BOTHY_ERANGE);
    ck_assert_int_eq(check(OPTION(DURATION), text, &error), BOTHY_EINVAL);
}
END_TEST

START_TEST(type_names)
{
    uint32_t type;

    for (type = BOTHY_OPTION_BOOL; type <= BOTHY_OPTION_LIST; type++)
        ck_assert_str_ne(bothy_option_type_name(type), "?");
    ck_assert_str_eq(bothy_option_type_name(BOTHY_OPTION_NUMBER), "number");
    ck_assert_str_eq(bothy_option_type_name(BOTHY_OPTION_DURATION), "duration");
    ck_assert_str_eq(bothy_option_type_name(0), "?");
    ck_assert_str_eq(bothy_option_type_name(BOTHY_OPTION_LIST + 1), "?");
    ck_assert_str_eq(bothy_option_type_name(UINT32_MAX), "?");
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("option");
    TCase *tests = tcase_create("option");

    tcase_add_test(tests, forms);
    tcase_add_test(tests, ranges);
    tcase_add_test(tests, texts_of_errors);
    tcase_add_test(tests, where_is_left_alone);
    tcase_add_test(tests, secrets_are_not_shown);
    tcase_add_test(tests, choices);
    tcase_add_test(tests, long_texts);
    tcase_add_test(tests, type_names);
    suite_add_tcase(suite, tests);
    return suite;
}

BOTHY_TEST_MAIN(make_suite)
