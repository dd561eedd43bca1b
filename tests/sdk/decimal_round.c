/*
 * Rounding: every mode on both sides of zero and at ties, quotients, products at a scale, ticks
 * and lots, and the doors to and from doubles.
 */
#include "suite.h"

#include <bothy/decimal.h>

#include <math.h>
#include <string.h>

#define MODES 6

static struct bothy_decimal decimal(const char *text)
{
    struct bothy_decimal value;

    ck_assert_msg(bothy_decimal_parse(text, strlen(text), &value) == 0, "%s", text);
    return value;
}

static void assert_is(int32_t r, struct bothy_decimal value, const char *expected, const char *what,
                      int32_t rounding)
{
    char text[BOTHY_DECIMAL_TEXT_MAX];

    ck_assert_msg(r == 0, "%s, mode %d: error %d", what, rounding, r);
    bothy_decimal_format(value, text, sizeof text);
    ck_assert_msg(!strcmp(text, expected), "%s, mode %d: %s, not %s", what, rounding, text,
                  expected);
}

START_TEST(rescale_modes)
{
    static const struct {
        const char *value;
        const char *results[MODES]; /* half even, half up, down, up, floor, ceiling */
    } cases[] = {
        { "2", { "2", "2", "2", "2", "2", "2" } },
        { "2.4", { "2", "2", "2", "3", "2", "3" } },
        { "2.5", { "2", "3", "2", "3", "2", "3" } },
        { "2.50001", { "3", "3", "2", "3", "2", "3" } },
        { "2.49999", { "2", "2", "2", "3", "2", "3" } },
        { "3.5", { "4", "4", "3", "4", "3", "4" } },
        { "0.5", { "0", "1", "0", "1", "0", "1" } },
        { "0.000000000000000000000000000001", { "0", "0", "0", "1", "0", "1" } },
        { "-2.4", { "-2", "-2", "-2", "-3", "-3", "-2" } },
        { "-2.5", { "-2", "-3", "-2", "-3", "-3", "-2" } },
        { "-2.6", { "-3", "-3", "-2", "-3", "-3", "-2" } },
        { "-3.5", { "-4", "-4", "-3", "-4", "-4", "-3" } },
        { "-0.5", { "0", "-1", "0", "-1", "-1", "0" } },
        { "-0.000000000000000000000000000001", { "0", "0", "0", "-1", "-1", "0" } },
        { "0.0000", { "0", "0", "0", "0", "0", "0" } },
        { "9e18",
          { "9000000000000000000", "9000000000000000000", "9000000000000000000",
            "9000000000000000000", "9000000000000000000", "9000000000000000000" } },
    };
    struct bothy_decimal value;
    size_t i;
    int32_t mode;

    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (mode = 0; mode < MODES; mode++) {
            int32_t r = bothy_decimal_rescale(decimal(cases[i].value), 0, mode, &value);

            assert_is(r, value, cases[i].results[mode], cases[i].value, mode);
        }
    }
}
END_TEST

START_TEST(rescale_far)
{
    struct bothy_decimal value = bothy_decimal_zero();
    struct bothy_decimal largest = bothy_decimal_make(INT64_MAX, -30);

    assert_is(bothy_decimal_rescale(decimal("1.5"), -17, BOTHY_ROUND_DOWN, &value), value,
              "1.50000000000000000", "to a finer scale", 0);
    ck_assert_int_eq(bothy_decimal_rescale(decimal("10"), -18, BOTHY_ROUND_DOWN, &value),
                     BOTHY_ERANGE);
    ck_assert_int_eq(bothy_decimal_rescale(decimal("1e30"), -30, BOTHY_ROUND_DOWN, &value),
                     BOTHY_ERANGE);
    assert_is(bothy_decimal_rescale(largest, 30, BOTHY_ROUND_HALF_UP, &value), value, "0",
              "far below", BOTHY_ROUND_HALF_UP);
    assert_is(bothy_decimal_rescale(largest, 30, BOTHY_ROUND_UP, &value), value,
              "1000000000000000000000000000000", "far below", BOTHY_ROUND_UP);
    assert_is(bothy_decimal_rescale(decimal("0.00"), 30, BOTHY_ROUND_UP, &value), value, "0",
              "zero", BOTHY_ROUND_UP);
    /* 2^63 - 1 and a half: rounding must not step over the end. */
    ck_assert_int_eq(bothy_decimal_multiply_to(decimal("3689348814741910323"), decimal("2.5"), 0,
                                               BOTHY_ROUND_HALF_UP, &value),
                     BOTHY_ERANGE);
    assert_is(bothy_decimal_multiply_to(decimal("3689348814741910323"), decimal("2.5"), 0,
                                        BOTHY_ROUND_DOWN, &value),
              value, "9223372036854775807", "the end", BOTHY_ROUND_DOWN);
    assert_is(bothy_decimal_multiply_to(decimal("3689348814741910323"), decimal("-2.5"), 0,
                                        BOTHY_ROUND_HALF_UP, &value),
              value, "-9223372036854775808", "the end", BOTHY_ROUND_HALF_UP);
    ck_assert_int_eq(bothy_decimal_multiply_to(decimal("67280421310721"), decimal("-137088.5"), 0,
                                               BOTHY_ROUND_UP, &value),
                     BOTHY_ERANGE);
}
END_TEST

START_TEST(multiply_to_scale)
{
    static const struct {
        const char *a;
        const char *b;
        int32_t exponent;
        int32_t rounding;
        const char *result; /* NULL: BOTHY_ERANGE */
    } cases[] = {
        { "64250.15", "0.00075", -8, BOTHY_ROUND_HALF_EVEN, "48.18761250" },
        { "64250.15", "0.00075", -2, BOTHY_ROUND_UP, "48.19" },
        { "0.5", "0.05", -2, BOTHY_ROUND_HALF_EVEN, "0.02" },
        { "1.5", "0.05", -2, BOTHY_ROUND_HALF_EVEN, "0.08" },
        { "-0.5", "0.05", -2, BOTHY_ROUND_HALF_UP, "-0.03" },
        { "1.23456789012345678", "1.23456789012345678", -18, BOTHY_ROUND_HALF_EVEN,
          "1.524157875323883653" },
        { "9223372036854775807", "9223372036854775807", 20, BOTHY_ROUND_DOWN,
          "85070591730234615800000000000000000000" },
        { "9223372036854775807", "9223372036854775807", 19, BOTHY_ROUND_DOWN,
          "85070591730234615840000000000000000000" },
        { "9223372036854775807", "9223372036854775807", 18, BOTHY_ROUND_DOWN, NULL },
        { "9.223372036854775807e-12", "9.223372036854775807e-12", 30, BOTHY_ROUND_CEILING,
          "1000000000000000000000000000000" },
        { "1e30", "1e30", 30, BOTHY_ROUND_DOWN, NULL },
        { "1e30", "1e18", 30, BOTHY_ROUND_DOWN,
          "1000000000000000000000000000000000000000000000000" },
        { "1e30", "0", -30, BOTHY_ROUND_DOWN, "0.000000000000000000000000000000" },
    };
    struct bothy_decimal value = bothy_decimal_zero();
    size_t i;

    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int32_t r = bothy_decimal_multiply_to(decimal(cases[i].a), decimal(cases[i].b),
                                              cases[i].exponent, cases[i].rounding, &value);

        if (cases[i].result)
            assert_is(r, value, cases[i].result, cases[i].a, cases[i].rounding);
        else
            ck_assert_msg(r == BOTHY_ERANGE, "%s × %s: %d", cases[i].a, cases[i].b, r);
    }
}
END_TEST

START_TEST(divide_to_scale)
{
    static const struct {
        const char *a;
        const char *b;
        int32_t exponent;
        int32_t rounding;
        const char *result; /* NULL: BOTHY_ERANGE */
    } cases[] = {
        { "1", "3", -6, BOTHY_ROUND_HALF_EVEN, "0.333333" },
        { "2", "3", -6, BOTHY_ROUND_HALF_EVEN, "0.666667" },
        { "-2", "3", -6, BOTHY_ROUND_DOWN, "-0.666666" },
        { "-2", "3", -6, BOTHY_ROUND_FLOOR, "-0.666667" },
        { "2", "-3", -6, BOTHY_ROUND_CEILING, "-0.666666" },
        { "1", "8", -2, BOTHY_ROUND_HALF_EVEN, "0.12" },
        { "3", "8", -2, BOTHY_ROUND_HALF_EVEN, "0.38" },
        { "1", "8", -2, BOTHY_ROUND_HALF_UP, "0.13" },
        { "1000", "64250.15", -8, BOTHY_ROUND_DOWN, "0.01556416" },
        { "0", "7", -2, BOTHY_ROUND_UP, "0.00" },
        { "1", "9223372036854775807", -30, BOTHY_ROUND_HALF_EVEN,
          "0.000000000000000000108420217249" },
        { "1e-30", "1e30", 30, BOTHY_ROUND_UP, "1000000000000000000000000000000" },
        { "1e-30", "1e30", 30, BOTHY_ROUND_HALF_UP, "0" },
        { "-1e-30", "1e30", -30, BOTHY_ROUND_FLOOR, "-0.000000000000000000000000000001" },
        { "1e30", "1e-30", 30, BOTHY_ROUND_DOWN, NULL },
        { "1e18", "1e-30", 30, BOTHY_ROUND_DOWN,
          "1000000000000000000000000000000000000000000000000" },
        { "9223372036854775807e-30", "9223372036854775807", -30, BOTHY_ROUND_DOWN,
          "0.000000000000000000000000000001" },
        /* The quotient has more digits than 128 bits before it is cut to the scale. */
        { "7", "9223372036854775783e-7", -29, BOTHY_ROUND_HALF_EVEN,
          "0.00000000000758941520739853106" },
        { "-9223372036854775808", "1", 0, BOTHY_ROUND_DOWN, "-9223372036854775808" },
        { "-9223372036854775808", "-1", 0, BOTHY_ROUND_DOWN, NULL },
        { "-9223372036854775808", "-9223372036854775808", -18, BOTHY_ROUND_DOWN,
          "1.000000000000000000" },
        { "-9223372036854775808", "-9223372036854775808", -19, BOTHY_ROUND_DOWN, NULL },
        { "-9223372036854775808", "2", 0, BOTHY_ROUND_DOWN, "-4611686018427387904" },
    };
    struct bothy_decimal value = bothy_decimal_zero();
    size_t i;

    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int32_t r = bothy_decimal_divide(decimal(cases[i].a), decimal(cases[i].b),
                                         cases[i].exponent, cases[i].rounding, &value);

        if (!cases[i].result) {
            ck_assert_msg(r == BOTHY_ERANGE, "%s / %s: %d", cases[i].a, cases[i].b, r);
            continue;
        }
        ck_assert_msg(r == 0, "%s / %s: %d", cases[i].a, cases[i].b, r);
        ck_assert_int_eq(value.exponent, cases[i].exponent);
        ck_assert_msg(bothy_decimal_compare(value, decimal(cases[i].result)) == 0,
                      "%s / %s: %lld, not %s", cases[i].a, cases[i].b, (long long)value.coefficient,
                      cases[i].result);
    }
}
END_TEST

START_TEST(steps)
{
    static const struct {
        const char *value;
        const char *step;
        const char *results[MODES]; /* half even, half up, down, up, floor, ceiling */
    } cases[] = {
        { "64250.17",
          "0.10",
          { "64250.20", "64250.20", "64250.10", "64250.20", "64250.10", "64250.20" } },
        { "1.25", "0.5", { "1.0", "1.5", "1.0", "1.5", "1.0", "1.5" } },
        { "-1.25", "0.5", { "-1.0", "-1.5", "-1.0", "-1.5", "-1.5", "-1.0" } },
        { "0.00012", "0.005", { "0.000", "0.000", "0.000", "0.005", "0.000", "0.005" } },
        { "7", "3", { "6", "6", "6", "9", "6", "9" } },
        { "0", "0.01", { "0.00", "0.00", "0.00", "0.00", "0.00", "0.00" } },
        { "1.000", "0.01", { "1.00", "1.00", "1.00", "1.00", "1.00", "1.00" } },
        { "1234", "1e2", { "1200", "1200", "1200", "1300", "1200", "1300" } },
    };
    struct bothy_decimal value = bothy_decimal_zero();
    size_t i;
    int32_t mode;

    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bothy_decimal given = decimal(cases[i].value);
        struct bothy_decimal step = decimal(cases[i].step);

        for (mode = 0; mode < MODES; mode++) {
            int32_t r = bothy_decimal_round_to_step(given, step, mode, &value);

            assert_is(r, value, cases[i].results[mode], cases[i].value, mode);
            ck_assert_int_eq(value.exponent, step.exponent);
            ck_assert_int_eq(bothy_decimal_is_multiple(value, step), 1);
            ck_assert_int_eq(bothy_decimal_is_multiple(given, step),
                             bothy_decimal_compare(value, given) == 0);
        }
    }
    /* A multiple that has no room at the step's exponent stays as it is. */
    assert_is(bothy_decimal_round_to_step(decimal("1e25"), decimal("0.01"), 0, &value), value,
              "10000000000000000000000000", "1e25", 0);
    ck_assert_int_eq(
        bothy_decimal_round_to_step(decimal("9100000000000000001e1"), decimal("0.03"), 0, &value),
        BOTHY_ERANGE);
}
END_TEST

START_TEST(multiples)
{
    static const struct {
        const char *value;
        const char *step;
        int32_t result;
    } cases[] = {
        { "0", "0.1", 1 },
        { "0.3", "0.1", 1 },
        { "0.30", "0.1", 1 },
        { "0.35", "0.1", 0 },
        { "-0.3", "0.1", 1 },
        { "1e30", "1e-30", 1 },
        { "1e-30", "1e30", 0 },
        { "1e30", "3e-30", 0 },
        { "3e30", "3e-30", 1 },
        { "1e30", "7", 0 },
        { "9223372036854775807", "7", 1 },
        { "9223372036854775807", "1e19", 0 },
        { "5", "-1", 0 },
        { "5", "0", 0 },
        { "10e-1", "1e0", 1 },
        { "-9223372036854775808", "2", 1 },
    };
    size_t i;

    for (i = 0; i < sizeof cases / sizeof cases[0]; i++)
        ck_assert_msg(bothy_decimal_is_multiple(decimal(cases[i].value), decimal(cases[i].step)) ==
                          cases[i].result,
                      "%s of %s", cases[i].value, cases[i].step);
}
END_TEST

START_TEST(arguments_are_checked)
{
    static const int32_t modes[] = { -1, MODES, INT32_MAX, INT32_MIN };
    struct bothy_decimal one = bothy_decimal_make(1, 0);
    struct bothy_decimal value = bothy_decimal_make(4711, 0);
    size_t i;

    for (i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        ck_assert_int_eq(bothy_decimal_rescale(one, 0, modes[i], &value), BOTHY_EINVAL);
        ck_assert_int_eq(bothy_decimal_multiply_to(one, one, 0, modes[i], &value), BOTHY_EINVAL);
        ck_assert_int_eq(bothy_decimal_divide(one, one, 0, modes[i], &value), BOTHY_EINVAL);
        ck_assert_int_eq(bothy_decimal_round_to_step(one, one, modes[i], &value), BOTHY_EINVAL);
        ck_assert_int_eq(bothy_decimal_from_double(1, 0, modes[i], &value), BOTHY_EINVAL);
    }
    ck_assert_int_eq(bothy_decimal_divide(one, bothy_decimal_make(0, -5), 0, 0, &value),
                     BOTHY_EINVAL);
    ck_assert_int_eq(bothy_decimal_round_to_step(one, bothy_decimal_zero(), 0, &value),
                     BOTHY_EINVAL);
    ck_assert_int_eq(bothy_decimal_round_to_step(one, bothy_decimal_make(-1, 0), 0, &value),
                     BOTHY_EINVAL);
    ck_assert_int_eq(bothy_decimal_from_double(NAN, 0, 0, &value), BOTHY_EINVAL);
    ck_assert_int_eq(bothy_decimal_from_double(INFINITY, 0, 0, &value), BOTHY_EINVAL);
    ck_assert_int_eq(bothy_decimal_from_double(-INFINITY, 0, 0, &value), BOTHY_EINVAL);
    ck_assert_int_eq(value.coefficient, 4711);
}
END_TEST

START_TEST(doubles)
{
    static const struct {
        double value;
        int32_t exponent;
        int32_t rounding;
        const char *result; /* NULL: BOTHY_ERANGE */
    } cases[] = {
        { 0.0, -2, BOTHY_ROUND_UP, "0.00" },
        { -0.0, -2, BOTHY_ROUND_UP, "0.00" },
        { 0.5, 0, BOTHY_ROUND_HALF_EVEN, "0" },
        { 1.5, 0, BOTHY_ROUND_HALF_EVEN, "2" },
        { -2.5, 0, BOTHY_ROUND_HALF_UP, "-3" },
        { 64250.15, -2, BOTHY_ROUND_HALF_EVEN, "64250.15" },
        { 0.3, -1, BOTHY_ROUND_HALF_EVEN, "0.3" },
        { 0.3, -1, BOTHY_ROUND_DOWN, "0.2" }, /* it is 0.29999999999999998… */
        { 0.1, -19, BOTHY_ROUND_HALF_EVEN, "0.1000000000000000056" },
        { 1e22, 0, BOTHY_ROUND_DOWN, NULL },
        { 1e22, 4, BOTHY_ROUND_DOWN, "10000000000000000000000" },
        { 9223372036854774784.0, 0, BOTHY_ROUND_DOWN, "9223372036854774784" },
        { 9223372036854775808.0, 0, BOTHY_ROUND_DOWN, NULL },
        { -9223372036854775808.0, 0, BOTHY_ROUND_DOWN, "-9223372036854775808" },
        { 1e-300, -30, BOTHY_ROUND_DOWN, "0.000000000000000000000000000000" },
        { 1e-300, -30, BOTHY_ROUND_CEILING, "0.000000000000000000000000000001" },
        { -5e-324, 30, BOTHY_ROUND_FLOOR, "-1000000000000000000000000000000" },
        { 1.7976931348623157e308, 30, BOTHY_ROUND_DOWN, NULL },
        { 1.7976931348623157e308, -30, BOTHY_ROUND_DOWN, NULL },
        { 9e48, 30, BOTHY_ROUND_HALF_EVEN, "8999999999999999908000000000000000000000000000000" },
        { 1e50, 30, BOTHY_ROUND_HALF_EVEN, NULL },
    };
    struct bothy_decimal value = bothy_decimal_zero();
    size_t i;

    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int32_t r =
            bothy_decimal_from_double(cases[i].value, cases[i].exponent, cases[i].rounding, &value);

        if (cases[i].result) {
            char what[64];

            snprintf(what, sizeof what, "%.17g", cases[i].value);
            assert_is(r, value, cases[i].result, what, cases[i].rounding);
        } else {
            ck_assert_msg(r == BOTHY_ERANGE, "%g: %d", cases[i].value, r);
        }
    }
}
END_TEST

/* The compiler reads the literal on the right, correctly rounded. */
START_TEST(to_double_is_nearest)
{
    static const struct {
        struct bothy_decimal value;
        double result;
    } cases[] = {
        { { 0, -30, 0 }, 0.0 },
        { { 1, -1, 0 }, 0.1 },
        { { -6425015, -2, 0 }, -64250.15 },
        { { INT64_MAX, 0, 0 }, 9223372036854775807.0 },
        { { INT64_MIN, 0, 0 }, -9223372036854775808.0 },
        { { 9007199254740993, 0, 0 }, 9007199254740992.0 }, /* 2^53 + 1: a tie */
        { { 9007199254740995, 0, 0 }, 9007199254740996.0 },
        { { INT64_MAX, -30, 0 }, 9223372036854775807e-30 },
        { { INT64_MAX, 30, 0 }, 9223372036854775807e30 },
        { { 1, 23, 0 }, 1e23 },
        { { 1, 29, 0 }, 1e29 },
        { { 1, -23, 0 }, 1e-23 },
        { { 1, -30, 0 }, 1e-30 },
        { { 1234567890123456789, -28, 0 }, 1234567890123456789e-28 },
        { { 8123456789012345679, 28, 0 }, 8123456789012345679e28 },
        { { 9007199254740993, 22, 0 }, 9007199254740993e22 },
        { { 7205759403792793, -22, 0 }, 7205759403792793e-22 },
    };
    size_t i;

    for (i = 0; i < sizeof cases / sizeof cases[0]; i++)
        ck_assert_msg(bothy_decimal_to_double(cases[i].value) == cases[i].result, "case %zu: %.17g",
                      i, bothy_decimal_to_double(cases[i].value));
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("decimal_round");
    TCase *tests = tcase_create("decimal_round");

    tcase_add_test(tests, rescale_modes);
    tcase_add_test(tests, rescale_far);
    tcase_add_test(tests, multiply_to_scale);
    tcase_add_test(tests, divide_to_scale);
    tcase_add_test(tests, steps);
    tcase_add_test(tests, multiples);
    tcase_add_test(tests, arguments_are_checked);
    tcase_add_test(tests, doubles);
    tcase_add_test(tests, to_double_is_nearest);
    suite_add_tcase(suite, tests);
    return suite;
}

BOTHY_TEST_MAIN(make_suite)
