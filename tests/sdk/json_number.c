/*
 * Numbers in JSON tokens: raw and quoted, as each of the types, and what is refused.
 */
#include <bothy/json.h>

#include <string.h>

#include "suite.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct bothy_json_token token;

static void first(const char *text)
{
    struct bothy_json json;

    bothy_json_init(&json, text, strlen(text), 0);
    ck_assert_int_gt(bothy_json_next(&json, &token), 0);
}

START_TEST(decimals)
{
    static const struct {
        const char *json;
        int32_t code;
        int64_t coefficient;
        int32_t exponent;
    } cases[] = {
        { "1", 0, 1, 0 },
        { "-1.50", 0, -150, -2 },
        { "\"1.50\"", 0, 150, -2 },
        { "\"0.00000001\"", 0, 1, -8 },
        { "1e3", 0, 1, 3 },
        { "\"1E-3\"", 0, 1, -3 },
        { "9007199254740993.5", 0, 90071992547409935, -1 },
        { "\"+1\"", 0, 1, 0 },
        { "\"\"", BOTHY_EINVAL, 0, 0 },
        { "\" 1\"", BOTHY_EINVAL, 0, 0 },
        { "\"1 \"", BOTHY_EINVAL, 0, 0 },
        { "\"1,5\"", BOTHY_EINVAL, 0, 0 },
        { "\"NaN\"", BOTHY_EINVAL, 0, 0 },
        { "\"0x10\"", BOTHY_EINVAL, 0, 0 },
        { "\"\\u0031\"", BOTHY_EINVAL, 0, 0 },
        { "null", BOTHY_EINVAL, 0, 0 },
        { "true", BOTHY_EINVAL, 0, 0 },
        { "[]", BOTHY_EINVAL, 0, 0 },
        { "1e99", BOTHY_ERANGE, 0, 0 },
        { "123456789012345678901234567890", BOTHY_ERANGE, 0, 0 },
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct bothy_decimal value = { -7, -7, 0 };
        int32_t r;

        first(cases[i].json);
        r = bothy_json_decimal(&token, &value);
        ck_assert_msg(r == cases[i].code, "%s: %d", cases[i].json, r);
        ck_assert_int_eq(value.coefficient, r == 0 ? cases[i].coefficient : -7);
        ck_assert_int_eq(value.exponent, r == 0 ? cases[i].exponent : -7);
    }
}
END_TEST

START_TEST(integers)
{
    static const struct {
        const char *json;
        int32_t code;
        int64_t value;
        int32_t unsigned_code;
        uint64_t unsigned_value;
    } cases[] = {
        { "0", 0, 0, 0, 0 },
        { "-1", 0, -1, BOTHY_EINVAL, 0 },
        { "1700000000123", 0, 1700000000123, 0, 1700000000123 },
        { "\"42\"", 0, 42, 0, 42 },
        { "9223372036854775807", 0, INT64_MAX, 0, INT64_MAX },
        { "-9223372036854775808", 0, INT64_MIN, BOTHY_EINVAL, 0 },
        { "9223372036854775808", BOTHY_ERANGE, 0, 0, UINT64_C(9223372036854775808) },
        { "18446744073709551615", BOTHY_ERANGE, 0, 0, UINT64_MAX },
        { "\"18446744073709551616\"", BOTHY_ERANGE, 0, BOTHY_ERANGE, 0 },
        { "1.0", BOTHY_EINVAL, 0, BOTHY_EINVAL, 0 },
        { "1e3", BOTHY_EINVAL, 0, BOTHY_EINVAL, 0 },
        { "\"\"", BOTHY_EINVAL, 0, BOTHY_EINVAL, 0 },
        { "\"4 2\"", BOTHY_EINVAL, 0, BOTHY_EINVAL, 0 },
        { "\"4\\u0032\"", BOTHY_EINVAL, 0, BOTHY_EINVAL, 0 },
        { "false", BOTHY_EINVAL, 0, BOTHY_EINVAL, 0 },
        { "{}", BOTHY_EINVAL, 0, BOTHY_EINVAL, 0 },
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t value = -7;
        uint64_t unsigned_value = 7;
        int32_t r;

        first(cases[i].json);
        r = bothy_json_int64(&token, &value);
        ck_assert_msg(r == cases[i].code, "%s: %d", cases[i].json, r);
        ck_assert_int_eq(value, r == 0 ? cases[i].value : -7);
        r = bothy_json_uint64(&token, &unsigned_value);
        ck_assert_msg(r == cases[i].unsigned_code, "%s, unsigned: %d", cases[i].json, r);
        ck_assert_uint_eq(unsigned_value, r == 0 ? cases[i].unsigned_value : 7);
    }
}
END_TEST

/* Integers of every length, and each with a wrong byte at each place. */
START_TEST(integers_of_every_length)
{
    static const char digits[] = "98765432101234567890";
    static const char wrong[] = "/:.e-+ a\x7f\xb0";

    for (size_t length = 1; length <= 18; length++) {
        int64_t value = -7, expected = 0;
        uint64_t unsigned_value;
        char text[32];

        for (size_t i = 0; i < length; i++)
            expected = expected * 10 + (digits[i] - '0');
        snprintf(text, sizeof text, "\"%.*s\"", (int)length, digits);
        first(text);
        ck_assert_int_eq(bothy_json_int64(&token, &value), 0);
        ck_assert_int_eq(value, expected);
        ck_assert_int_eq(bothy_json_uint64(&token, &unsigned_value), 0);
        ck_assert_uint_eq(unsigned_value, (uint64_t)expected);
        snprintf(text, sizeof text, "-%.*s", (int)length, digits);
        first(text);
        ck_assert_int_eq(bothy_json_int64(&token, &value), 0);
        ck_assert_int_eq(value, -expected);
        for (size_t place = 0; place < length; place++) {
            for (const char *c = wrong; *c; c++) {
                struct bothy_json_token forged = { text, length, BOTHY_JSON_STRING, 0 };

                memcpy(text, digits, length);
                text[place] = *c;
                value = -7;
                if (*c == '-' && place == 0 && length > 1)
                    continue;
                ck_assert_int_eq(bothy_json_int64(&forged, &value), BOTHY_EINVAL);
                ck_assert_int_eq(bothy_json_uint64(&forged, &unsigned_value), BOTHY_EINVAL);
                ck_assert_int_eq(value, -7);
            }
        }
    }
}
END_TEST

START_TEST(doubles)
{
    static const struct {
        const char *json;
        int32_t code;
        double value;
    } cases[] = {
        { "0", 0, 0 },
        { "0.1", 0, 0.1 },
        { "\"-0.0708\"", 0, -0.0708 },
        { "1e22", 0, 1e22 },
        { "1.7976931348623157e308", 0, 1.7976931348623157e308 },
        { "5e-324", 0, 5e-324 },
        { "1e400", BOTHY_ERANGE, 0 },
        { "\"NaN\"", BOTHY_EINVAL, 0 },
        { "\"Infinity\"", BOTHY_EINVAL, 0 },
        { "\"1.5x\"", BOTHY_EINVAL, 0 },
        { "null", BOTHY_EINVAL, 0 },
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        double value = -7;
        int32_t r;

        first(cases[i].json);
        r = bothy_json_double(&token, &value);
        ck_assert_msg(r == cases[i].code, "%s: %d", cases[i].json, r);
        ck_assert(value == (r == 0 ? cases[i].value : -7));
    }
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("json_number");
    TCase *tests = tcase_create("json_number");

    tcase_add_test(tests, decimals);
    tcase_add_test(tests, integers);
    tcase_add_test(tests, integers_of_every_length);
    tcase_add_test(tests, doubles);
    suite_add_tcase(suite, tests);
    return suite;
}

BOTHY_TEST_MAIN(make_suite)
