/*
 * Decimals as text, their order, and exact arithmetic: tables of cases at the edges. What holds
 * for all values is in decimal_properties.c, what rounds in decimal_round.c.
 */
#include "suite.h"

#include <bothy/decimal.h>

#include <string.h>

#define UNTOUCHED bothy_decimal_make(4711, 11)

static void assert_untouched(struct bothy_decimal value, const char *what)
{
    ck_assert_msg(value.coefficient == 4711 && value.exponent == 11, "%s: result was touched",
                  what);
}

START_TEST(parse_accepts)
{
    static const struct {
        const char *text;
        int64_t coefficient;
        int32_t exponent;
    } cases[] = {
        { "0", 0, 0 },
        { "-0", 0, 0 },
        { "+1", 1, 0 },
        { ".5", 5, -1 },
        { "5.", 5, 0 },
        { "-.5", -5, -1 },
        { "1.50", 150, -2 },
        { "007", 7, 0 },
        { "64250.15", 6425015, -2 },
        { "0.00000001", 1, -8 },
        { "1e3", 1, 3 },
        { "1.5E+3", 15, 2 },
        { "15.e-3", 15, -3 },
        { "1e-0030", 1, -30 },
        { "1e30", 1, 30 },
        { "0.00", 0, -2 },
        { "0e999999999999999999999", 0, 30 },
        { "-0.000e-99", 0, -30 },
        { "9223372036854775807", INT64_MAX, 0 },
        { "-9223372036854775807", -INT64_MAX, 0 },
        { "-9223372036854775808", INT64_MIN, 0 },
        { "-922337203685477.5808", INT64_MIN, -4 },
        { "92233720368547758.07", INT64_MAX, -2 },
        /* Zeros at either end do not count. */
        { "0000000000000000000000000000000000000001", 1, 0 },
        { "10000000000000000000", 1000000000000000000, 1 },
        { "1.00000000000000000000000000000000000000000", 1000000000000000000, -18 },
        { "92233720368547758070", INT64_MAX, 1 },
        { "9223372036854775807000000000000000000000000000000", INT64_MAX, 30 },
        { "0.000000000000000000000000000001", 1, -30 },
        { "0.0000000000000000000000000000010000", 1, -30 },
        { "1e31", 10, 30 },
        { "1e48", 1000000000000000000, 30 },
        { "100e-32", 1, -30 },
        { "0.0000000000000000000000000000000000000001e40", 1, 0 },
        { "10000000000000000000000000000000000000000e-40", 1000000000000000000, -18 },
    };
    size_t i;

    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bothy_decimal value = UNTOUCHED;
        int32_t r = bothy_decimal_parse(cases[i].text, strlen(cases[i].text), &value);

        ck_assert_msg(r == 0, "%s: %d", cases[i].text, r);
        ck_assert_msg(value.coefficient == cases[i].coefficient &&
                          value.exponent == cases[i].exponent && value.reserved == 0,
                      "%s: %lld × 10^%d", cases[i].text, (long long)value.coefficient,
                      value.exponent);
    }
}
END_TEST

START_TEST(parse_refuses)
{
    static const struct {
        const char *text;
        int32_t error;
    } cases[] = {
        { "", BOTHY_EINVAL },
        { ".", BOTHY_EINVAL },
        { "-", BOTHY_EINVAL },
        { "+", BOTHY_EINVAL },
        { "-.", BOTHY_EINVAL },
        { "+-1", BOTHY_EINVAL },
        { " 1", BOTHY_EINVAL },
        { "1 ", BOTHY_EINVAL },
        { "1,5", BOTHY_EINVAL },
        { "1_000", BOTHY_EINVAL },
        { "1.2.3", BOTHY_EINVAL },
        { "..1", BOTHY_EINVAL },
        { "e5", BOTHY_EINVAL },
        { ".e5", BOTHY_EINVAL },
        { "1e", BOTHY_EINVAL },
        { "1e+", BOTHY_EINVAL },
        { "1e5.", BOTHY_EINVAL },
        { "1e5e5", BOTHY_EINVAL },
        { "1f", BOTHY_EINVAL },
        { "0x10", BOTHY_EINVAL },
        { "nan", BOTHY_EINVAL },
        { "inf", BOTHY_EINVAL },
        { "12345678901234567890123456789x", BOTHY_EINVAL },
        { "9223372036854775808", BOTHY_ERANGE },
        { "-9223372036854775809", BOTHY_ERANGE },
        { "18446744073709551616", BOTHY_ERANGE }, /* 2^64 */
        { "18446744073709551617", BOTHY_ERANGE },
        { "9999999999999999999", BOTHY_ERANGE },
        { "1.0000000000000000001", BOTHY_ERANGE },
        { "100000000000000000000000000000000000000001", BOTHY_ERANGE },
        { "1e-31", BOTHY_ERANGE },
        { "0.0000000000000000000000000000001", BOTHY_ERANGE },
        { "1e49", BOTHY_ERANGE },
        { "9223372036854775807e31", BOTHY_ERANGE },
        { "1e999999999999999999999999999", BOTHY_ERANGE },
        { "1e-999999999999999999999999999", BOTHY_ERANGE },
    };
    size_t i;

    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bothy_decimal value = UNTOUCHED;
        int32_t r = bothy_decimal_parse(cases[i].text, strlen(cases[i].text), &value);

        ck_assert_msg(r == cases[i].error, "\"%s\": %d", cases[i].text, r);
        assert_untouched(value, cases[i].text);
    }
}
END_TEST

START_TEST(parse_reads_exactly_length)
{
    struct bothy_decimal value = UNTOUCHED;

    ck_assert_int_eq(bothy_decimal_parse("12345", 3, &value), 0);
    ck_assert_int_eq(value.coefficient, 123);
    ck_assert_int_eq(bothy_decimal_parse("1\0002", 3, &value), BOTHY_EINVAL);
    ck_assert_int_eq(bothy_decimal_parse("1\0", 2, &value), BOTHY_EINVAL);
    ck_assert_int_eq(bothy_decimal_parse(NULL, 0, &value), BOTHY_EINVAL);
}
END_TEST

START_TEST(format_writes)
{
    static const struct {
        int64_t coefficient;
        int32_t exponent;
        const char *text;
    } cases[] = {
        { 0, 0, "0" },
        { 0, -2, "0.00" },
        { 0, 30, "0" },
        { 1, 0, "1" },
        { -15, -4, "-0.0015" },
        { 150, -2, "1.50" },
        { 6425015, -2, "64250.15" },
        { 5, -1, "0.5" },
        { 12, -2, "0.12" },
        { 123, -2, "1.23" },
        { 7, 3, "7000" },
        { 1, -30, "0.000000000000000000000000000001" },
        { 1, 30, "1000000000000000000000000000000" },
        { INT64_MAX, 0, "9223372036854775807" },
        { INT64_MIN, 0, "-9223372036854775808" },
        { INT64_MIN, -19, "-0.9223372036854775808" },
        { INT64_MIN, -18, "-9.223372036854775808" },
        { INT64_MIN, -30, "-0.000000000009223372036854775808" },
        { INT64_MIN, 30, "-9223372036854775808000000000000000000000000000000" },
    };
    char text[BOTHY_DECIMAL_TEXT_MAX];
    size_t i;

    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bothy_decimal value = bothy_decimal_make(cases[i].coefficient, cases[i].exponent);
        int32_t length = (int32_t)strlen(cases[i].text);
        int32_t capacity;

        ck_assert_int_eq(bothy_decimal_format(value, text, sizeof text), length);
        ck_assert_str_eq(text, cases[i].text);
        /* Just enough, and every smaller buffer: nothing behind it is written. */
        for (capacity = length + 1; capacity >= 0; capacity--) {
            memset(text, '#', sizeof text);
            ck_assert_int_eq(bothy_decimal_format(value, text, (size_t)capacity),
                             capacity > length ? length : BOTHY_ERANGE);
            ck_assert_int_eq(text[capacity], '#');
            if (capacity > 0)
                ck_assert_str_eq(text, capacity > length ? cases[i].text : "");
        }
    }
}
END_TEST

START_TEST(compare_orders)
{
    static const struct {
        struct bothy_decimal a;
        struct bothy_decimal b;
        int32_t order;
    } cases[] = {
        { { 1, 0, 0 }, { 2, 0, 0 }, -1 },
        { { 10, -1, 0 }, { 100, -2, 0 }, 0 },
        { { 0, 30, 0 }, { 0, -30, 0 }, 0 },
        { { 0, -30, 0 }, { 1, -30, 0 }, -1 },
        { { 0, 30, 0 }, { -1, -30, 0 }, 1 },
        { { 1, -30, 0 }, { -1, 30, 0 }, 1 },
        { { -1, 30, 0 }, { 1, -30, 0 }, -1 },
        { { 1, 30, 0 }, { INT64_MAX, -30, 0 }, 1 },
        { { -1, 30, 0 }, { INT64_MIN, -30, 0 }, -1 },
        { { INT64_MAX, 30, 0 }, { INT64_MIN, 30, 0 }, 1 },
        { { INT64_MIN, 30, 0 }, { INT64_MIN, -30, 0 }, -1 },
        { { INT64_MAX, 0, 0 }, { INT64_MIN, 0, 0 }, 1 },
        { { 1, 18, 0 }, { 1000000000000000000, 0, 0 }, 0 },
        { { 1, 19, 0 }, { INT64_MAX, 0, 0 }, 1 },
        { { -1, 19, 0 }, { INT64_MIN, 0, 0 }, -1 },
        { { INT64_MAX, 19, 0 }, { INT64_MAX, 0, 0 }, 1 },
        { { INT64_MIN, 19, 0 }, { INT64_MIN, 0, 0 }, -1 },
        { { INT64_MAX, -1, 0 }, { 922337203685477580, 0, 0 }, 1 },
        { { INT64_MAX, -1, 0 }, { 922337203685477581, 0, 0 }, -1 },
        { { 1, 20, 0 }, { INT64_MAX, 0, 0 }, 1 },
    };
    size_t i;

    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ck_assert_msg(bothy_decimal_compare(cases[i].a, cases[i].b) == cases[i].order, "case %zu",
                      i);
        ck_assert_msg(bothy_decimal_compare(cases[i].b, cases[i].a) == -cases[i].order, "case %zu",
                      i);
        ck_assert_int_eq(bothy_decimal_compare(cases[i].a, cases[i].a), 0);
    }
}
END_TEST

typedef int32_t operation(struct bothy_decimal, struct bothy_decimal, struct bothy_decimal *);

START_TEST(arithmetic_is_exact_or_refused)
{
    static const struct {
        operation *function;
        struct bothy_decimal a;
        struct bothy_decimal b;
        const char *result; /* NULL: BOTHY_ERANGE */
    } cases[] = {
        { bothy_decimal_add, { 15, -1, 0 }, { 25, -2, 0 }, "1.75" },
        { bothy_decimal_add, { 1, -1, 0 }, { 2, -1, 0 }, "0.3" },
        { bothy_decimal_add, { 1, 0, 0 }, { 0, -2, 0 }, "1.00" },
        { bothy_decimal_add, { -1, 0, 0 }, { 1, 0, 0 }, "0" },
        { bothy_decimal_add, { INT64_MAX, 0, 0 }, { 1, 0, 0 }, NULL },
        { bothy_decimal_add, { INT64_MAX, 0, 0 }, { 3, 0, 0 }, "9223372036854775810" },
        { bothy_decimal_add, { INT64_MIN, 0, 0 }, { -1, 0, 0 }, NULL },
        { bothy_decimal_add, { INT64_MIN, 0, 0 }, { INT64_MIN, 0, 0 }, NULL },
        { bothy_decimal_add, { INT64_MIN, 0, 0 }, { INT64_MAX, 0, 0 }, "-1" },
        { bothy_decimal_add, { 1, 18, 0 }, { 1, 0, 0 }, "1000000000000000001" },
        { bothy_decimal_add, { 1, 19, 0 }, { 1, 0, 0 }, NULL },
        { bothy_decimal_add, { 1, 19, 0 }, { -1, 0, 0 }, NULL },
        { bothy_decimal_add, { 1, 19, 0 }, { 10, 0, 0 }, "10000000000000000010" },
        { bothy_decimal_add, { 1, 30, 0 }, { 1, -30, 0 }, NULL },
        { bothy_decimal_add, { 1, -30, 0 }, { 1, 30, 0 }, NULL },
        { bothy_decimal_add, { 0, 30, 0 }, { 1, -30, 0 }, "0.000000000000000000000000000001" },
        { bothy_decimal_add, { 1, 30, 0 }, { 0, -30, 0 }, "1000000000000000000000000000000" },
        { bothy_decimal_add,
          { 1, 21, 0 },
          { 5000000000000000000, -15, 0 },
          "1000000000000000005000" },
        { bothy_decimal_add, { INT64_MAX, 30, 0 }, { 1, 30, 0 }, NULL },
        { bothy_decimal_subtract, { 1, 0, 0 }, { 9, -1, 0 }, "0.1" },
        { bothy_decimal_subtract, { 0, 0, 0 }, { INT64_MIN, 0, 0 }, NULL },
        { bothy_decimal_subtract, { -1, 0, 0 }, { INT64_MIN, 0, 0 }, "9223372036854775807" },
        { bothy_decimal_subtract, { 0, 5, 0 }, { INT64_MIN, 5, 0 }, NULL },
        { bothy_decimal_subtract, { INT64_MIN, 0, 0 }, { 1, 0, 0 }, NULL },
        { bothy_decimal_subtract, { INT64_MIN, 0, 0 }, { 2, 0, 0 }, "-9223372036854775810" },
        { bothy_decimal_multiply, { 15, -1, 0 }, { -15, -1, 0 }, "-2.25" },
        { bothy_decimal_multiply, { 6425015, -2, 0 }, { 1, -3, 0 }, "64.25015" },
        { bothy_decimal_multiply,
          { 0, -30, 0 },
          { 5, -30, 0 },
          "0.000000000000000000000000000000" },
        { bothy_decimal_multiply,
          { 3037000500, 0, 0 },
          { 3037000500, 0, 0 },
          "9223372037000250000" },
        { bothy_decimal_multiply, { 3037000501, 0, 0 }, { 3037000501, 0, 0 }, NULL },
        { bothy_decimal_multiply, { INT64_MIN, 0, 0 }, { 1, 0, 0 }, "-9223372036854775808" },
        { bothy_decimal_multiply, { INT64_MIN, 0, 0 }, { -1, 0, 0 }, NULL },
        { bothy_decimal_multiply, { INT64_MIN, 0, 0 }, { 10, 0, 0 }, "-92233720368547758080" },
        { bothy_decimal_multiply, { INT64_MIN, 0, 0 }, { INT64_MIN, 0, 0 }, NULL },
        { bothy_decimal_multiply, { 1, -20, 0 }, { 1, -20, 0 }, NULL },
        { bothy_decimal_multiply,
          { 100000, -20, 0 },
          { 100000, -20, 0 },
          "0.000000000000000000000000000001" },
        { bothy_decimal_multiply,
          { 1, 24, 0 },
          { 1, 24, 0 },
          "1000000000000000000000000000000000000000000000000" },
        { bothy_decimal_multiply, { 1, 25, 0 }, { 1, 24, 0 }, NULL },
    };
    char text[BOTHY_DECIMAL_TEXT_MAX];
    size_t i;

    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bothy_decimal result = UNTOUCHED;
        int32_t r = cases[i].function(cases[i].a, cases[i].b, &result);

        if (cases[i].result) {
            ck_assert_msg(r == 0, "case %zu: %d", i, r);
            bothy_decimal_format(result, text, sizeof text);
            ck_assert_str_eq(text, cases[i].result);
        } else {
            ck_assert_msg(r == BOTHY_ERANGE, "case %zu: %d", i, r);
            assert_untouched(result, "arithmetic");
        }
    }
}
END_TEST

START_TEST(normalise_drops_trailing_zeros)
{
    static const struct {
        struct bothy_decimal value;
        int64_t coefficient;
        int32_t exponent;
    } cases[] = {
        { { 0, -7, 0 }, 0, 0 },
        { { 1500, -2, 0 }, 15, 0 },
        { { -1500, -4, 0 }, -15, -2 },
        { { 15, -1, 0 }, 15, -1 },
        { { 1000, 29, 0 }, 100, 30 }, /* the exponent has an end */
        { { INT64_MIN, 0, 0 }, INT64_MIN, 0 },
    };
    size_t i;

    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bothy_decimal value = bothy_decimal_normalise(cases[i].value);

        ck_assert_int_eq(value.coefficient, cases[i].coefficient);
        ck_assert_int_eq(value.exponent, cases[i].exponent);
    }
}
END_TEST

START_TEST(signs)
{
    struct bothy_decimal value = UNTOUCHED;
    struct bothy_decimal lowest = bothy_decimal_make(INT64_MIN, -3);

    ck_assert_int_eq(bothy_decimal_negate(lowest, &value), BOTHY_ERANGE);
    ck_assert_int_eq(bothy_decimal_absolute(lowest, &value), BOTHY_ERANGE);
    assert_untouched(value, "negate");
    ck_assert_int_eq(bothy_decimal_negate(bothy_decimal_make(INT64_MAX, -3), &value), 0);
    ck_assert_int_eq(value.coefficient, -INT64_MAX);
    ck_assert_int_eq(value.exponent, -3);
    ck_assert_int_eq(bothy_decimal_absolute(value, &value), 0);
    ck_assert_int_eq(value.coefficient, INT64_MAX);
    ck_assert_int_eq(bothy_decimal_sign(lowest), -1);
    ck_assert_int_eq(bothy_decimal_sign(value), 1);
    ck_assert_int_eq(bothy_decimal_sign(bothy_decimal_zero()), 0);
}
END_TEST

/* A record from another process may hold any exponent. */
START_TEST(exponents_out_of_range_are_refused)
{
    static const int32_t exponents[] = { 31, -31, 1000, INT32_MAX, INT32_MIN };
    struct bothy_decimal one = bothy_decimal_make(1, 0);
    char text[BOTHY_DECIMAL_TEXT_MAX];
    size_t i;

    for (i = 0; i < sizeof exponents / sizeof exponents[0]; i++) {
        struct bothy_decimal odd = bothy_decimal_make(10, exponents[i]);
        struct bothy_decimal value = UNTOUCHED;

        ck_assert_int_eq(bothy_decimal_format(odd, text, sizeof text), BOTHY_ERANGE);
        ck_assert_str_eq(text, "");
        ck_assert_int_eq(bothy_decimal_add(odd, one, &value), BOTHY_ERANGE);
        ck_assert_int_eq(bothy_decimal_add(odd, odd, &value), BOTHY_ERANGE);
        ck_assert_int_eq(bothy_decimal_subtract(one, odd, &value), BOTHY_ERANGE);
        ck_assert_int_eq(bothy_decimal_multiply(odd, one, &value), BOTHY_ERANGE);
        ck_assert_int_eq(bothy_decimal_multiply_to(one, odd, 0, 0, &value), BOTHY_ERANGE);
        ck_assert_int_eq(bothy_decimal_divide(one, odd, 0, 0, &value), BOTHY_ERANGE);
        ck_assert_int_eq(bothy_decimal_divide(one, one, exponents[i], 0, &value), BOTHY_ERANGE);
        ck_assert_int_eq(bothy_decimal_rescale(odd, 0, 0, &value), BOTHY_ERANGE);
        ck_assert_int_eq(bothy_decimal_rescale(one, exponents[i], 0, &value), BOTHY_ERANGE);
        ck_assert_int_eq(bothy_decimal_round_to_step(odd, one, 0, &value), BOTHY_ERANGE);
        ck_assert_int_eq(bothy_decimal_round_to_step(one, odd, 0, &value), BOTHY_ERANGE);
        ck_assert_int_eq(bothy_decimal_from_double(1, exponents[i], 0, &value), BOTHY_ERANGE);
        ck_assert_int_eq(bothy_decimal_negate(odd, &value), BOTHY_ERANGE);
        ck_assert_int_eq(bothy_decimal_absolute(odd, &value), BOTHY_ERANGE);
        ck_assert_int_eq(bothy_decimal_is_multiple(odd, one), 0);
        ck_assert_int_eq(bothy_decimal_is_multiple(one, odd), 0);
        ck_assert_int_eq(bothy_decimal_compare(odd, one), exponents[i] > 0 ? 1 : -1);
        ck_assert(bothy_decimal_to_double(odd) == 0);
        ck_assert_int_eq(bothy_decimal_normalise(odd).exponent, exponents[i]);
        assert_untouched(value, "odd exponent");
    }
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("decimal");
    TCase *tests = tcase_create("decimal");

    tcase_add_test(tests, parse_accepts);
    tcase_add_test(tests, parse_refuses);
    tcase_add_test(tests, parse_reads_exactly_length);
    tcase_add_test(tests, format_writes);
    tcase_add_test(tests, compare_orders);
    tcase_add_test(tests, arithmetic_is_exact_or_refused);
    tcase_add_test(tests, normalise_drops_trailing_zeros);
    tcase_add_test(tests, signs);
    tcase_add_test(tests, exponents_out_of_range_are_refused);
    suite_add_tcase(suite, tests);
    return suite;
}

BOTHY_TEST_MAIN(make_suite)
