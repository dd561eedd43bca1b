/*
 * Times, durations and time frames: round trips, what is refused, and the ends of the range.
 */
#include "suite.h"

#include <bothy/time.h>

#include <string.h>
#include <time.h>

struct parse_case {
    const char *text;
    int32_t error; /* 0: value counts */
    int64_t value;
};

typedef int32_t parser(const char *text, size_t length, int64_t *ret_value);

static void check_parser(parser *parse, const struct parse_case *cases, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        int64_t value = -4711;
        int32_t r = parse(cases[i].text, strlen(cases[i].text), &value);

        ck_assert_msg(r == cases[i].error, "\"%s\": %d", cases[i].text, r);
        ck_assert_msg(value == (r ? -4711 : cases[i].value), "\"%s\": %lld", cases[i].text,
                      (long long)value);
    }
}

#define S  BOTHY_NS_PER_S
#define MS BOTHY_NS_PER_MS

START_TEST(time_parse_reads)
{
    static const struct parse_case cases[] = {
        { "1970-01-01T00:00:00Z", 0, 0 },
        { "2024-08-08T23:54:15.030Z", 0, 1723161255030 * MS },
        { "2024-08-08T23:54:15.03+02:00", 0, 1723154055030 * MS },
        { "2024-08-08t23:54:15z", 0, 1723161255 * S },
        { "2024-08-08 23:54:15", 0, 1723161255 * S },
        { "2024-08-08 23:54:15.5", 0, 1723161255500 * MS },
        { "2024-08-08 23:54:15Z", 0, 1723161255 * S },
        { "2024-08-08T23:54:15", 0, 1723161255 * S },
        { "2024-08-08", 0, 1723075200 * S },
        { "2024-08-08T23:54:15.123456789Z", 0, 1723161255123456789 },
        { "2024-08-08T23:54:15-00:00", 0, 1723161255 * S },
        { "2024-08-08T23:54:15-23:59", 0, (1723161255 + 86340) * S },
        { "2024-02-29", 0, 1709164800 * S },
        { "2000-02-29", 0, 951782400 * S },
        { "2024-12-31T23:59:59.999999999Z", 0, 1735689599999999999 },
        { "2016-12-31T23:59:60Z", 0, 1483228800 * S },
        { "2017-01-01T01:59:60+02:00", 0, 1483228800 * S },
        { "1969-12-31T23:59:59.5Z", 0, -500 * MS },
        { "2261-12-31T23:59:59Z", 0, 9214646399 * S },
        { "2262-04-11T23:47:16.854775807Z", 0, INT64_MAX },
        { "2262-04-12T01:47:16.854775807+02:00", 0, INT64_MAX },
        { "1677-09-21T00:12:43.145224192Z", 0, INT64_MIN },
        { "0", 0, 0 },
        { "1723161255", 0, 1723161255 * S },
        { "1723161255030", 0, 1723161255030 * MS },
        { "1723161255030123", 0, 1723161255030123 * 1000 },
        { "1723161255030123456", 0, 1723161255030123456 },
        { "9223372036", 0, 9223372036 * S },
        { "100000000000", 0, 100000000000 * MS },
        { "100000000000000", 0, 100000000000000 * 1000 },
        { "100000000000000000", 0, 100000000000000000 },
        { "9223372036854775807", 0, INT64_MAX },
    };

    check_parser(bothy_time_parse, cases, sizeof cases / sizeof cases[0]);
}
END_TEST

START_TEST(time_parse_refuses)
{
    static const struct parse_case cases[] = {
        { "", BOTHY_EINVAL, 0 },
        { "now", BOTHY_EINVAL, 0 },
        { "2023-02-29", BOTHY_EINVAL, 0 },
        { "1900-02-29", BOTHY_EINVAL, 0 },
        { "2100-02-29", BOTHY_EINVAL, 0 },
        { "2024-00-01", BOTHY_EINVAL, 0 },
        { "2024-13-01", BOTHY_EINVAL, 0 },
        { "2024-04-31", BOTHY_EINVAL, 0 },
        { "2024-01-00", BOTHY_EINVAL, 0 },
        { "2024-1-1", BOTHY_EINVAL, 0 },
        { "24-01-01", BOTHY_EINVAL, 0 },
        { "2024-01-01T", BOTHY_EINVAL, 0 },
        { "2024-01-01T24:00:00Z", BOTHY_EINVAL, 0 },
        { "2024-01-01T00:60:00Z", BOTHY_EINVAL, 0 },
        { "2024-01-01T00:00:61Z", BOTHY_EINVAL, 0 },
        { "2024-01-01T12:00:60Z", BOTHY_EINVAL, 0 },
        { "2024-01-01T00:00Z", BOTHY_EINVAL, 0 },
        { "2024-01-01T00:00:00.Z", BOTHY_EINVAL, 0 },
        { "2024-01-01T00:00:00.1234567890Z", BOTHY_EINVAL, 0 },
        { "2024-01-01T00:00:00,5Z", BOTHY_EINVAL, 0 },
        { "2024-01-01T00:00:00+2:00", BOTHY_EINVAL, 0 },
        { "2024-01-01T00:00:00+0200", BOTHY_EINVAL, 0 },
        { "2024-01-01T00:00:00+24:00", BOTHY_EINVAL, 0 },
        { "2024-01-01T00:00:00+01:60", BOTHY_EINVAL, 0 },
        { "2024-01-01T00:00:00 02:00", BOTHY_EINVAL, 0 },
        { "2024-01-01T00:00:00UTC", BOTHY_EINVAL, 0 },
        { "2024-01-01T00:00:00ZZ", BOTHY_EINVAL, 0 },
        { "2024-01-01T00:00:00Z ", BOTHY_EINVAL, 0 },
        { " 2024-01-01", BOTHY_EINVAL, 0 },
        { "2024-01-01Z", BOTHY_EINVAL, 0 },
        { "2024/01/01", BOTHY_EINVAL, 0 },
        { "-1", BOTHY_EINVAL, 0 },
        { "1723161255.5", BOTHY_EINVAL, 0 },
        { "1723161255s", BOTHY_EINVAL, 0 },
        { "2262-04-11T23:47:16.854775808Z", BOTHY_ERANGE, 0 },
        { "2300-01-01", BOTHY_ERANGE, 0 },
        { "9999-12-31T23:59:59Z", BOTHY_ERANGE, 0 },
        { "0000-01-01", BOTHY_ERANGE, 0 },
        { "1677-09-21T00:12:43.145224191Z", BOTHY_ERANGE, 0 },
        { "9223372037", BOTHY_ERANGE, 0 },
        { "99999999999", BOTHY_ERANGE, 0 },
        { "9223372036854775808", BOTHY_ERANGE, 0 },
        { "99999999999999999999999999", BOTHY_ERANGE, 0 },
    };
    int64_t value;

    check_parser(bothy_time_parse, cases, sizeof cases / sizeof cases[0]);
    /* Only `length` bytes count, and a NUL is no end. */
    ck_assert_int_eq(bothy_time_parse("2024-08-08T", 10, &value), 0);
    ck_assert_int_eq(bothy_time_parse("2024-08-08\0", 11, &value), BOTHY_EINVAL);
    ck_assert_int_eq(bothy_time_parse("2024-08-08T00:00:00\0", 20, &value), BOTHY_EINVAL);
}
END_TEST

START_TEST(time_format_writes)
{
    static const struct {
        int64_t ts_ns;
        int32_t digits;
        const char *text;
    } cases[] = {
        { 0, 0, "1970-01-01T00:00:00Z" },
        { 0, 9, "1970-01-01T00:00:00.000000000Z" },
        { 1723161255030123456, 0, "2024-08-08T23:54:15Z" },
        { 1723161255030123456, 3, "2024-08-08T23:54:15.030Z" },
        { 1723161255030123456, 6, "2024-08-08T23:54:15.030123Z" },
        { 1723161255030123456, 9, "2024-08-08T23:54:15.030123456Z" },
        { 1735689599999999999, 3, "2024-12-31T23:59:59.999Z" },
        { -1, 9, "1969-12-31T23:59:59.999999999Z" },
        { -1, 0, "1969-12-31T23:59:59Z" },
        { INT64_MAX, 9, "2262-04-11T23:47:16.854775807Z" },
        { INT64_MIN, 9, "1677-09-21T00:12:43.145224192Z" },
    };
    char text[BOTHY_TIME_TEXT_MAX];
    size_t i;

    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int32_t length = (int32_t)strlen(cases[i].text);

        ck_assert_int_eq(bothy_time_format(cases[i].ts_ns, cases[i].digits, text, sizeof text),
                         length);
        ck_assert_str_eq(text, cases[i].text);
        memset(text, '#', sizeof text);
        ck_assert_int_eq(
            bothy_time_format(cases[i].ts_ns, cases[i].digits, text, (size_t)length + 1), length);
        ck_assert_int_eq(text[length + 1], '#');
        ck_assert_int_eq(bothy_time_format(cases[i].ts_ns, cases[i].digits, text, (size_t)length),
                         BOTHY_ERANGE);
        ck_assert_str_eq(text, "");
    }
    ck_assert_int_eq(bothy_time_format(0, 1, text, sizeof text), BOTHY_EINVAL);
    ck_assert_int_eq(bothy_time_format(0, 12, text, sizeof text), BOTHY_EINVAL);
    ck_assert_int_eq(bothy_time_format(0, -3, text, sizeof text), BOTHY_EINVAL);
    ck_assert_int_eq(bothy_time_format(0, 0, text, 0), BOTHY_ERANGE);
}
END_TEST

/* Every day that fits, against libc's calendar, and back through the parser. */
START_TEST(calendar_agrees_with_libc)
{
    char ours[BOTHY_TIME_TEXT_MAX];
    char theirs[BOTHY_TIME_TEXT_MAX];
    int64_t day;

    for (day = -106751; day <= 106751; day++) {
        time_t seconds = (time_t)(day * 86400 + (day % 7) * 12345);
        int64_t ts_ns = (int64_t)seconds * S;
        int64_t back;
        struct tm parts;

        ck_assert(gmtime_r(&seconds, &parts) != NULL);
        strftime(theirs, sizeof theirs, "%Y-%m-%dT%H:%M:%SZ", &parts);
        ck_assert_int_eq(bothy_time_format(ts_ns, 0, ours, sizeof ours), 20);
        ck_assert_str_eq(ours, theirs);
        ck_assert_int_eq(bothy_time_parse(ours, 20, &back), 0);
        ck_assert_int_eq(back, ts_ns);
    }
}
END_TEST

START_TEST(duration_parse_reads)
{
    static const struct parse_case cases[] = {
        { "0", 0, 0 },
        { "0s", 0, 0 },
        { "1ns", 0, 1 },
        { "1us", 0, 1000 },
        { "250ms", 0, 250 * MS },
        { "1s", 0, S },
        { "1.5s", 0, 1500 * MS },
        { "45m", 0, 45 * 60 * S },
        { "1h30m", 0, 5400 * S },
        { "36h", 0, 36 * 3600 * S },
        { "1d", 0, 86400 * S },
        { "1w", 0, 7 * 86400 * S },
        { "1m1ms", 0, 60 * S + MS },
        { "1w2d3h4m5s6ms7us8ns", 0, 788645006007008 },
        { "0.25d", 0, 6 * 3600 * S },
        { "0.000000001s", 0, 1 },
        { "0.0000000000000000000000000s", 0, 0 },
        { "0.10000000000000000000000000us", 0, 100 },
        { "0.0000000000000001w", BOTHY_EINVAL, 0 },
        { "0.0000152587890625w", 0, 9228515625 },
        { "007s", 0, 7 * S },
        { "9223372036854775807ns", 0, INT64_MAX },
        { "106751d23h47m16.854775807s", 0, INT64_MAX },
    };

    check_parser(bothy_duration_parse, cases, sizeof cases / sizeof cases[0]);
}
END_TEST

START_TEST(duration_parse_refuses)
{
    static const struct parse_case cases[] = {
        { "", BOTHY_EINVAL, 0 },
        { "1", BOTHY_EINVAL, 0 },
        { "45", BOTHY_EINVAL, 0 },
        { "00", BOTHY_EINVAL, 0 },
        { "0.0", BOTHY_EINVAL, 0 },
        { "s", BOTHY_EINVAL, 0 },
        { "-1s", BOTHY_EINVAL, 0 },
        { "+1s", BOTHY_EINVAL, 0 },
        { "1 s", BOTHY_EINVAL, 0 },
        { " 1s", BOTHY_EINVAL, 0 },
        { "1s ", BOTHY_EINVAL, 0 },
        { "1h 30m", BOTHY_EINVAL, 0 },
        { "1h30", BOTHY_EINVAL, 0 },
        { "1M", BOTHY_EINVAL, 0 },
        { "1S", BOTHY_EINVAL, 0 },
        { "1y", BOTHY_EINVAL, 0 },
        { "1min", BOTHY_EINVAL, 0 },
        { "1sec", BOTHY_EINVAL, 0 },
        { ".5s", BOTHY_EINVAL, 0 },
        { "5.s", BOTHY_EINVAL, 0 },
        { "1.2.3s", BOTHY_EINVAL, 0 },
        { "1e3s", BOTHY_EINVAL, 0 },
        { "1,5s", BOTHY_EINVAL, 0 },
        { "0.5ns", BOTHY_EINVAL, 0 },
        { "1.0000000001s", BOTHY_EINVAL, 0 },
        { "0.00000000000000000001w", BOTHY_EINVAL, 0 },
        { "inf", BOTHY_EINVAL, 0 },
        { "9223372036854775808ns", BOTHY_ERANGE, 0 },
        { "106751d23h47m16.854775808s", BOTHY_ERANGE, 0 },
        { "106752d", BOTHY_ERANGE, 0 },
        { "99999999999999999999999999999w", BOTHY_ERANGE, 0 },
        { "18446744073709551617ns", BOTHY_ERANGE, 0 },
        { "30501w30501w", BOTHY_ERANGE, 0 },
        { "99999999999999999999999999999w?", BOTHY_EINVAL, 0 },
    };
    int64_t value;

    check_parser(bothy_duration_parse, cases, sizeof cases / sizeof cases[0]);
    ck_assert_int_eq(bothy_duration_parse("5ms", 2, &value), 0);
    ck_assert_int_eq(value, 300 * S);
    ck_assert_int_eq(bothy_duration_parse("5s\0", 3, &value), BOTHY_EINVAL);
}
END_TEST

START_TEST(duration_format_writes)
{
    static const struct {
        int64_t ns;
        const char *text;
    } cases[] = {
        { 0, "0s" },
        { 1, "1ns" },
        { 999, "999ns" },
        { 1000, "1us" },
        { 1500, "1.5us" },
        { 1234567, "1234567ns" },
        { 250 * MS, "250ms" },
        { 1500 * 1000, "1.5ms" },
        { S, "1s" },
        { 1500 * MS, "1.5s" },
        { S + 1, "1.000000001s" },
        { 60 * S, "1m" },
        { 60 * S + 250 * MS, "1m250ms" },
        { 90 * S, "1m30s" },
        { 45 * 60 * S, "45m" },
        { 5400 * S, "1h30m" },
        { 24 * 3600 * S, "1d" },
        { 36 * 3600 * S, "1d12h" },
        { 7 * 86400 * S, "1w" },
        { 8 * 86400 * S, "8d" },
        { 14 * 86400 * S, "2w" },
        { INT64_MAX, "106751d23h47m16.854775807s" },
    };
    char text[BOTHY_DURATION_TEXT_MAX];
    size_t i;

    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int32_t length = (int32_t)strlen(cases[i].text);
        int64_t back;

        ck_assert_int_eq(bothy_duration_format(cases[i].ns, text, sizeof text), length);
        ck_assert_str_eq(text, cases[i].text);
        ck_assert_int_eq(bothy_duration_parse(text, (size_t)length, &back), 0);
        ck_assert_int_eq(back, cases[i].ns);
        ck_assert_int_eq(bothy_duration_format(cases[i].ns, text, (size_t)length + 1), length);
        ck_assert_int_eq(bothy_duration_format(cases[i].ns, text, (size_t)length), BOTHY_ERANGE);
        ck_assert_str_eq(text, "");
    }
    ck_assert_int_eq(bothy_duration_format(-1, text, sizeof text), BOTHY_ERANGE);
    ck_assert_int_eq(bothy_duration_format(INT64_MIN, text, sizeof text), BOTHY_ERANGE);
}
END_TEST

START_TEST(timeframes_round_trip)
{
    static const char *const refused[] = { "",    "7m",  "1M",  "5", "m",   "1H",
                                           " 5m", "5m ", "05m", "?", "60m", "5min" };
    uint32_t timeframe;
    uint32_t parsed;
    size_t i;

    for (timeframe = 1; timeframe < BOTHY_TF_COUNT; timeframe++) {
        const char *name = bothy_timeframe_name(timeframe);
        int64_t length_ns;

        ck_assert_int_eq(bothy_timeframe_parse(name, &parsed), 0);
        ck_assert_uint_eq(parsed, timeframe);
        /* A name is also the duration of the bar. */
        ck_assert_int_eq(bothy_duration_parse(name, strlen(name), &length_ns), 0);
        ck_assert_int_eq(bothy_timeframe_ns(timeframe), length_ns);
    }
    parsed = 4711;
    for (i = 0; i < sizeof refused / sizeof refused[0]; i++)
        ck_assert_int_eq(bothy_timeframe_parse(refused[i], &parsed), BOTHY_EINVAL);
    ck_assert_int_eq(bothy_timeframe_parse(NULL, &parsed), BOTHY_EINVAL);
    ck_assert_uint_eq(parsed, 4711);
    ck_assert_str_eq(bothy_timeframe_name(BOTHY_TF_NONE), "?");
    ck_assert_str_eq(bothy_timeframe_name(BOTHY_TF_COUNT), "?");
    ck_assert_str_eq(bothy_timeframe_name(UINT32_MAX), "?");
    ck_assert_int_eq(bothy_timeframe_ns(BOTHY_TF_NONE), 0);
    ck_assert_int_eq(bothy_timeframe_ns(UINT32_MAX), 0);
}
END_TEST

START_TEST(timeframes_open)
{
    static const struct {
        uint32_t timeframe;
        const char *time;
        const char *open;
    } cases[] = {
        { BOTHY_TF_1M, "2024-08-08T23:54:15.03Z", "2024-08-08T23:54:00Z" },
        { BOTHY_TF_3M, "2024-08-08T23:53:59Z", "2024-08-08T23:51:00Z" },
        { BOTHY_TF_5M, "2024-08-08T23:55:00Z", "2024-08-08T23:55:00Z" },
        { BOTHY_TF_5M, "2024-08-08T23:54:59.999999999Z", "2024-08-08T23:50:00Z" },
        { BOTHY_TF_4H, "2024-08-08T23:54:15Z", "2024-08-08T20:00:00Z" },
        { BOTHY_TF_1D, "2024-08-08T23:54:15Z", "2024-08-08T00:00:00Z" },
        { BOTHY_TF_1W, "2024-08-08T23:54:15Z", "2024-08-05T00:00:00Z" }, /* a Thursday */
        { BOTHY_TF_1W, "2024-08-05T00:00:00Z", "2024-08-05T00:00:00Z" },
        { BOTHY_TF_1W, "2024-08-04T23:59:59.999999999Z", "2024-07-29T00:00:00Z" },
        { BOTHY_TF_1W, "1970-01-01T00:00:00Z", "1969-12-29T00:00:00Z" },
        { BOTHY_TF_1H, "1969-12-31T23:59:59.999999999Z", "1969-12-31T23:00:00Z" },
        { BOTHY_TF_NONE, "2024-08-08T23:54:15Z", "2024-08-08T23:54:15Z" },
    };
    size_t i;

    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t ts_ns;
        int64_t open_ns;

        ck_assert_int_eq(bothy_time_parse(cases[i].time, strlen(cases[i].time), &ts_ns), 0);
        ck_assert_int_eq(bothy_time_parse(cases[i].open, strlen(cases[i].open), &open_ns), 0);
        ck_assert_msg(bothy_timeframe_open_ns(cases[i].timeframe, ts_ns) == open_ns, "%s of %s",
                      bothy_timeframe_name(cases[i].timeframe), cases[i].time);
    }
    ck_assert_int_eq(bothy_timeframe_open_ns(BOTHY_TF_1W, INT64_MIN), INT64_MIN);
    ck_assert_int_gt(bothy_timeframe_open_ns(BOTHY_TF_1W, INT64_MAX), INT64_MAX - 7 * 86400 * S);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("time");
    TCase *tests = tcase_create("time");

    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, time_parse_reads);
    tcase_add_test(tests, time_parse_refuses);
    tcase_add_test(tests, time_format_writes);
    tcase_add_test(tests, calendar_agrees_with_libc);
    tcase_add_test(tests, duration_parse_reads);
    tcase_add_test(tests, duration_parse_refuses);
    tcase_add_test(tests, duration_format_writes);
    tcase_add_test(tests, timeframes_round_trip);
    tcase_add_test(tests, timeframes_open);
    suite_add_tcase(suite, tests);
    return suite;
}

BOTHY_TEST_MAIN(make_suite)
