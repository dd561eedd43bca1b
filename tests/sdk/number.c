/*
 * Integers and doubles from text: what is read, what is refused, and that a locale with a
 * decimal comma changes nothing.
 */
#include "suite.h"

#include <bothy/time.h>

#include <locale.h>
#include <math.h>
#include <string.h>

START_TEST(int64_edges)
{
    static const struct {
        const char *text;
        int32_t error;
        int64_t value;
    } cases[] = {
        { "0", 0, 0 },
        { "-0", 0, 0 },
        { "42", 0, 42 },
        { "-42", 0, -42 },
        { "0042", 0, 42 },
        { "9223372036854775807", 0, INT64_MAX },
        { "-9223372036854775808", 0, INT64_MIN },
        { "9223372036854775808", BOTHY_ERANGE, 0 },
        { "-9223372036854775809", BOTHY_ERANGE, 0 },
        { "18446744073709551616", BOTHY_ERANGE, 0 },
        { "99999999999999999999999", BOTHY_ERANGE, 0 },
        { "99999999999999999999999x", BOTHY_EINVAL, 0 },
        { "", BOTHY_EINVAL, 0 },
        { "-", BOTHY_EINVAL, 0 },
        { "+1", BOTHY_EINVAL, 0 },
        { "--1", BOTHY_EINVAL, 0 },
        { " 1", BOTHY_EINVAL, 0 },
        { "1 ", BOTHY_EINVAL, 0 },
        { "1.0", BOTHY_EINVAL, 0 },
        { "1e3", BOTHY_EINVAL, 0 },
        { "0x10", BOTHY_EINVAL, 0 },
        { "1_000", BOTHY_EINVAL, 0 },
    };
    size_t i;

    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t value = 4711;
        int32_t r = bothy_int64_parse(cases[i].text, strlen(cases[i].text), &value);

        ck_assert_msg(r == cases[i].error, "\"%s\": %d", cases[i].text, r);
        ck_assert_int_eq(value, r ? 4711 : cases[i].value);
    }
}
END_TEST

START_TEST(uint64_edges)
{
    static const struct {
        const char *text;
        int32_t error;
        uint64_t value;
    } cases[] = {
        { "0", 0, 0 },
        { "18446744073709551615", 0, UINT64_MAX },
        { "00000000000000000000000000018446744073709551615", 0, UINT64_MAX },
        { "18446744073709551616", BOTHY_ERANGE, 0 },
        { "36893488147419103233", BOTHY_ERANGE, 0 }, /* 2^65 + 1 */
        { "-0", BOTHY_EINVAL, 0 },
        { "-1", BOTHY_EINVAL, 0 },
        { "+1", BOTHY_EINVAL, 0 },
        { "", BOTHY_EINVAL, 0 },
        { "1\n", BOTHY_EINVAL, 0 },
    };
    uint64_t value = 4711;
    size_t i;

    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int32_t r;

        value = 4711;
        r = bothy_uint64_parse(cases[i].text, strlen(cases[i].text), &value);
        ck_assert_msg(r == cases[i].error, "\"%s\": %d", cases[i].text, r);
        ck_assert_uint_eq(value, r ? 4711 : cases[i].value);
    }
    ck_assert_int_eq(bothy_uint64_parse("12345", 2, &value), 0);
    ck_assert_uint_eq(value, 12);
    ck_assert_int_eq(bothy_uint64_parse("1\0", 2, &value), BOTHY_EINVAL);
}
END_TEST

/* The compiler reads the same literals. */
#define CASE(literal)                                                                              \
    {                                                                                              \
#literal, literal                                                                          \
    }

START_TEST(doubles_are_nearest)
{
    static const struct {
        const char *text;
        double value;
    } cases[] = {
        CASE(0.1),
        CASE(-64250.15),
        CASE(1e23),
        CASE(9007199254740993.0),
        CASE(123456789012345678901234567890.0),
        CASE(0.1000000000000000055511151231257827),
        CASE(1.7976931348623157e308),
        CASE(2.2250738585072014e-308),
        CASE(5e-324),
        CASE(2.2250738585072011e-308),
        CASE(1e-30),
        CASE(6.02214076e23),
        CASE(8.5899345915e-9),
    };
    double value;
    size_t i;

    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ck_assert_msg(bothy_double_parse(cases[i].text, strlen(cases[i].text), &value) == 0, "%s",
                      cases[i].text);
        ck_assert_msg(value == cases[i].value, "%s: %.17g", cases[i].text, value);
    }
    ck_assert_int_eq(bothy_double_parse("1e-400", 6, &value), 0);
    ck_assert(value == 0);
    ck_assert_int_eq(bothy_double_parse("-0.0", 4, &value), 0);
    ck_assert(value == 0 && signbit(value));
    ck_assert_int_eq(bothy_double_parse("0.0", 3, &value), 0);
    ck_assert(value == 0 && !signbit(value));
}
END_TEST

START_TEST(doubles_refused)
{
    static const struct {
        const char *text;
        int32_t error;
    } cases[] = {
        { "", BOTHY_EINVAL },
        { "nan", BOTHY_EINVAL },
        { "inf", BOTHY_EINVAL },
        { "-Infinity", BOTHY_EINVAL },
        { "0x1p3", BOTHY_EINVAL },
        { " 1", BOTHY_EINVAL },
        { "1 ", BOTHY_EINVAL },
        { "1,5", BOTHY_EINVAL },
        { "1e400x", BOTHY_EINVAL },
        { "1e309", BOTHY_ERANGE },
        { "-1e999999999", BOTHY_ERANGE },
        /* 64 bytes */
        { "1.00000000000000000000000000000000000000000000000000000000000000", BOTHY_EINVAL },
    };
    size_t i;

    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        double value = 4711;
        int32_t r = bothy_double_parse(cases[i].text, strlen(cases[i].text), &value);

        ck_assert_msg(r == cases[i].error, "\"%s\": %d", cases[i].text, r);
        ck_assert(value == 4711);
    }
}
END_TEST

START_TEST(doubles_in_any_locale)
{
    static const char *const locales[] = { "de_DE.UTF-8", "fr_FR.UTF-8", "de_DE", "C.UTF-8", "C" };
    double value = 0;
    size_t i;

    for (i = 0; i < sizeof locales / sizeof locales[0]; i++) {
        if (!setlocale(LC_ALL, locales[i]))
            continue;
        /* Too long for a decimal: it goes through the library. */
        ck_assert_int_eq(bothy_double_parse("1.2345678901234567890123", 24, &value), 0);
        ck_assert(value == 1.2345678901234567890123);
        ck_assert_int_eq(bothy_double_parse("1,2345678901234567890123", 24, &value), BOTHY_EINVAL);
    }
    ck_assert(value == 1.2345678901234567890123);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("number");
    TCase *tests = tcase_create("number");

    tcase_add_test(tests, int64_edges);
    tcase_add_test(tests, uint64_edges);
    tcase_add_test(tests, doubles_are_nearest);
    tcase_add_test(tests, doubles_refused);
    tcase_add_test(tests, doubles_in_any_locale);
    suite_add_tcase(suite, tests);
    return suite;
}

BOTHY_TEST_MAIN(make_suite)
