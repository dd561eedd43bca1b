/*
 * The retry state machine: the vector of delay caps, who stops it and why, what a server's
 * Retry-After changes, and the table of HTTP statuses.
 */
#include <bothy/retry.h>
#include <bothy/time.h>

#include <string.h>

#include "suite.h"

#define S BOTHY_NS_PER_S

START_TEST(caps_vector)
{
    static const int64_t seconds[] = { 1, 2, 4, 8, 16, 32, 60, 60 };
    struct bothy_retry_policy policy;

    bothy_retry_policy_init(&policy);
    for (uint32_t n = 0; n < 8; n++)
        ck_assert_int_eq(bothy_retry_cap_ns(&policy, n), seconds[n] * S);
    ck_assert_int_eq(bothy_retry_cap_ns(&policy, 62), 60 * S);
    ck_assert_int_eq(bothy_retry_cap_ns(&policy, 63), 60 * S);
    ck_assert_int_eq(bothy_retry_cap_ns(&policy, UINT32_MAX), 60 * S);
    policy.base_ns = 1;
    policy.max_ns = INT64_MAX;
    ck_assert_int_eq(bothy_retry_cap_ns(&policy, 62), INT64_C(1) << 62);
    policy.base_ns = 3;
    ck_assert_int_eq(bothy_retry_cap_ns(&policy, 62), INT64_MAX);
}
END_TEST

START_TEST(defaults)
{
    struct bothy_retry_policy policy;

    bothy_retry_policy_init(&policy);
    ck_assert_uint_eq(policy.max_attempts, 3);
    ck_assert_int_eq(policy.base_ns, 1 * S);
    ck_assert_int_eq(policy.max_ns, 60 * S);
    ck_assert_int_eq(policy.retry_after_max_ns, 300 * S);
    ck_assert_uint_eq(policy.flags, 0);
    ck_assert_int_eq(bothy_retry_policy_check(&policy, NULL), 0);
}
END_TEST

START_TEST(bad_policies)
{
    static const struct {
        struct bothy_retry_policy policy;
        int32_t code;
        const char *part;
    } cases[] = {
        { { 0, 0, S, 60 * S, 0 }, BOTHY_ERANGE, "max_attempts is 0" },
        { { 1001, 0, S, 60 * S, 0 }, BOTHY_ERANGE, "max_attempts is 1001" },
        { { 3, 0, 0, 60 * S, 0 }, BOTHY_ERANGE, "base delay is 0" },
        { { 3, 0, 2 * S, 1 * S, 0 }, BOTHY_ERANGE, "longest delay" },
        { { 3, 0, S, INT64_MAX, 0 }, BOTHY_ERANGE, "longest delay" },
        { { 3, 0, S, S, -1 }, BOTHY_ERANGE, "retry_after_max" },
        { { 3, 4, S, S, 0 }, BOTHY_EINVAL, "flags 0x4" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bothy_error error = { 0 };
        struct bothy_retry retry;

        ck_assert_int_eq(bothy_retry_begin(&retry, &cases[i].policy, 1, &error), cases[i].code);
        ck_assert_ptr_nonnull(strstr(error.text, cases[i].part));
    }
}
END_TEST

START_TEST(third_attempt_is_the_last)
{
    struct bothy_retry retry;
    struct bothy_retry_decision decision;

    ck_assert_int_eq(bothy_retry_begin(&retry, NULL, 7, NULL), 0);
    ck_assert_int_eq(bothy_retry_failed(&retry, BOTHY_FAILURE_TRANSIENT, -1, &decision), 1);
    ck_assert_uint_eq(decision.verdict, BOTHY_RETRY_AGAIN);
    ck_assert_uint_eq(decision.attempt, 2);
    ck_assert(decision.delay_ns >= 0 && decision.delay_ns <= 1 * S);
    ck_assert_int_eq(bothy_retry_failed(&retry, BOTHY_FAILURE_TRANSIENT, -1, &decision), 1);
    ck_assert_uint_eq(decision.attempt, 3);
    ck_assert(decision.delay_ns >= 0 && decision.delay_ns <= 2 * S);
    ck_assert_int_eq(bothy_retry_failed(&retry, BOTHY_FAILURE_TRANSIENT, -1, &decision), 0);
    ck_assert_uint_eq(decision.verdict, BOTHY_RETRY_STOP_ATTEMPTS);
    ck_assert_uint_eq(decision.attempt, 3);
    ck_assert_int_eq(decision.delay_ns, 0);
}
END_TEST

START_TEST(jitter_fills_the_range)
{
    /* Over many seeds the first delay has the mean, and nearly the ends, of U(0, 1 s). */
    int64_t lowest = INT64_MAX, highest = 0, sum = 0;
    struct bothy_retry_decision first, again;
    struct bothy_retry retry;

    for (uint64_t seed = 0; seed < 2000; seed++) {
        bothy_retry_begin(&retry, NULL, seed, NULL);
        ck_assert_int_eq(bothy_retry_failed(&retry, BOTHY_FAILURE_TRANSIENT, -1, &first), 1);
        ck_assert(first.delay_ns >= 0 && first.delay_ns <= S);
        if (first.delay_ns < lowest)
            lowest = first.delay_ns;
        if (first.delay_ns > highest)
            highest = first.delay_ns;
        sum += first.delay_ns;
    }
    ck_assert_int_lt(lowest, S / 100);
    ck_assert_int_gt(highest, S - S / 100);
    ck_assert(sum / 2000 > 46 * (S / 100) && sum / 2000 < 54 * (S / 100));

    bothy_retry_begin(&retry, NULL, 1999, NULL);
    bothy_retry_failed(&retry, BOTHY_FAILURE_TRANSIENT, -1, &again);
    ck_assert_int_eq(again.delay_ns, first.delay_ns);
}
END_TEST

START_TEST(without_jitter_the_vector)
{
    static const int64_t seconds[] = { 1, 2, 4, 8, 16, 32, 60, 60 };
    struct bothy_retry_policy policy;
    struct bothy_retry_decision decision;
    struct bothy_retry retry;

    bothy_retry_policy_init(&policy);
    policy.max_attempts = 9;
    policy.flags = BOTHY_RETRY_NO_JITTER;
    ck_assert_int_eq(bothy_retry_begin(&retry, &policy, 0, NULL), 0);
    for (uint32_t n = 0; n < 8; n++) {
        ck_assert_int_eq(bothy_retry_failed(&retry, BOTHY_FAILURE_TRANSIENT, -1, &decision), 1);
        ck_assert_int_eq(decision.delay_ns, seconds[n] * S);
        ck_assert_uint_eq(decision.attempt, n + 2);
    }
    ck_assert_int_eq(bothy_retry_failed(&retry, BOTHY_FAILURE_TRANSIENT, -1, &decision), 0);
}
END_TEST

START_TEST(classes)
{
    static const struct {
        uint32_t failure, flags;
        int32_t again;
        uint32_t verdict;
    } cases[] = {
        { BOTHY_FAILURE_TRANSIENT, 0, 1, BOTHY_RETRY_AGAIN },
        { BOTHY_FAILURE_RATE_LIMITED, 0, 1, BOTHY_RETRY_AGAIN },
        { BOTHY_FAILURE_PERMANENT, 0, 0, BOTHY_RETRY_STOP_PERMANENT },
        { BOTHY_FAILURE_AUTH, 0, 0, BOTHY_RETRY_STOP_PERMANENT },
        { BOTHY_FAILURE_FUNDS, 0, 0, BOTHY_RETRY_STOP_PERMANENT },
        { BOTHY_FAILURE_UNKNOWN_OUTCOME, 0, 0, BOTHY_RETRY_STOP_UNKNOWN },
        { BOTHY_FAILURE_UNKNOWN_OUTCOME, BOTHY_RETRY_IDEMPOTENT, 1, BOTHY_RETRY_AGAIN },
        { BOTHY_FAILURE_CLOCK, 0, 1, BOTHY_RETRY_AGAIN_AFTER_SYNC },
        { BOTHY_FAILURE_NONE, 0, 0, BOTHY_RETRY_STOP_PERMANENT },
        { 99, 0, 0, BOTHY_RETRY_STOP_PERMANENT },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bothy_retry_policy policy;
        struct bothy_retry_decision decision;
        struct bothy_retry retry;

        bothy_retry_policy_init(&policy);
        policy.flags = cases[i].flags;
        bothy_retry_begin(&retry, &policy, 1, NULL);
        ck_assert_int_eq(bothy_retry_failed(&retry, cases[i].failure, -1, &decision),
                         cases[i].again);
        ck_assert_uint_eq(decision.verdict, cases[i].verdict);
        ck_assert_str_ne(bothy_retry_verdict_text(decision.verdict), "?");
        if (!cases[i].again)
            ck_assert_uint_eq(decision.attempt, 1);
    }
    ck_assert_str_eq(bothy_retry_verdict_text(0), "?");
    ck_assert_str_eq(bothy_retry_verdict_text(8), "?");
}
END_TEST

START_TEST(clock_is_measured_once)
{
    struct bothy_retry_decision decision;
    struct bothy_retry retry;

    bothy_retry_begin(&retry, NULL, 1, NULL);
    ck_assert_int_eq(bothy_retry_failed(&retry, BOTHY_FAILURE_CLOCK, -1, &decision), 1);
    ck_assert_uint_eq(decision.verdict, BOTHY_RETRY_AGAIN_AFTER_SYNC);
    ck_assert_int_eq(decision.delay_ns, 0);
    ck_assert_int_eq(bothy_retry_failed(&retry, BOTHY_FAILURE_CLOCK, -1, &decision), 0);
    ck_assert_uint_eq(decision.verdict, BOTHY_RETRY_STOP_CLOCK);
}
END_TEST

START_TEST(retry_after_is_honoured)
{
    struct bothy_retry_decision decision;
    struct bothy_retry retry;

    for (uint64_t seed = 0; seed < 50; seed++) {
        bothy_retry_begin(&retry, NULL, seed, NULL);
        ck_assert_int_eq(bothy_retry_failed(&retry, BOTHY_FAILURE_RATE_LIMITED, 7 * S, &decision),
                         1);
        ck_assert_int_eq(decision.delay_ns, 7 * S);
    }
    /* Less than the jitter drew: the longer of the two. */
    bothy_retry_begin(&retry, NULL, 3, NULL);
    ck_assert_int_eq(bothy_retry_failed(&retry, BOTHY_FAILURE_TRANSIENT, 1, &decision), 1);
    ck_assert_int_gt(decision.delay_ns, 1);
    ck_assert_int_le(decision.delay_ns, S);

    bothy_retry_begin(&retry, NULL, 3, NULL);
    ck_assert_int_eq(bothy_retry_failed(&retry, BOTHY_FAILURE_RATE_LIMITED, 300 * S, &decision), 1);
    ck_assert_int_eq(decision.delay_ns, 300 * S);
    ck_assert_int_eq(bothy_retry_failed(&retry, BOTHY_FAILURE_RATE_LIMITED, 301 * S, &decision), 0);
    ck_assert_uint_eq(decision.verdict, BOTHY_RETRY_STOP_TOO_LONG);
    ck_assert_int_eq(decision.delay_ns, 301 * S);
}
END_TEST

START_TEST(http_statuses)
{
    static const struct {
        int32_t status;
        uint32_t read, write;
    } cases[] = {
        { 200, BOTHY_FAILURE_NONE, BOTHY_FAILURE_NONE },
        { 204, BOTHY_FAILURE_NONE, BOTHY_FAILURE_NONE },
        { 304, BOTHY_FAILURE_NONE, BOTHY_FAILURE_NONE },
        { 0, BOTHY_FAILURE_TRANSIENT, BOTHY_FAILURE_UNKNOWN_OUTCOME },
        { 400, BOTHY_FAILURE_PERMANENT, BOTHY_FAILURE_PERMANENT },
        { 401, BOTHY_FAILURE_AUTH, BOTHY_FAILURE_AUTH },
        { 403, BOTHY_FAILURE_PERMANENT, BOTHY_FAILURE_PERMANENT },
        { 404, BOTHY_FAILURE_PERMANENT, BOTHY_FAILURE_PERMANENT },
        { 408, BOTHY_FAILURE_TRANSIENT, BOTHY_FAILURE_UNKNOWN_OUTCOME },
        { 422, BOTHY_FAILURE_PERMANENT, BOTHY_FAILURE_PERMANENT },
        { 425, BOTHY_FAILURE_TRANSIENT, BOTHY_FAILURE_TRANSIENT },
        { 429, BOTHY_FAILURE_RATE_LIMITED, BOTHY_FAILURE_RATE_LIMITED },
        { 500, BOTHY_FAILURE_TRANSIENT, BOTHY_FAILURE_UNKNOWN_OUTCOME },
        { 501, BOTHY_FAILURE_TRANSIENT, BOTHY_FAILURE_TRANSIENT },
        { 502, BOTHY_FAILURE_TRANSIENT, BOTHY_FAILURE_UNKNOWN_OUTCOME },
        { 503, BOTHY_FAILURE_TRANSIENT, BOTHY_FAILURE_UNKNOWN_OUTCOME },
        { 504, BOTHY_FAILURE_TRANSIENT, BOTHY_FAILURE_UNKNOWN_OUTCOME },
        { 505, BOTHY_FAILURE_PERMANENT, BOTHY_FAILURE_PERMANENT },
        { 510, BOTHY_FAILURE_PERMANENT, BOTHY_FAILURE_PERMANENT },
        { 522, BOTHY_FAILURE_TRANSIENT, BOTHY_FAILURE_UNKNOWN_OUTCOME },
        { 528, BOTHY_FAILURE_PERMANENT, BOTHY_FAILURE_PERMANENT },
        { 530, BOTHY_FAILURE_TRANSIENT, BOTHY_FAILURE_UNKNOWN_OUTCOME },
        { 101, BOTHY_FAILURE_PERMANENT, BOTHY_FAILURE_PERMANENT },
        { -1, BOTHY_FAILURE_PERMANENT, BOTHY_FAILURE_PERMANENT },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ck_assert_msg(bothy_failure_from_http(cases[i].status) == cases[i].read, "status %d",
                      cases[i].status);
        ck_assert_msg(bothy_failure_from_http_write(cases[i].status) == cases[i].write,
                      "status %d, write", cases[i].status);
    }
    /* 401, like 400, 403 and 404, fails fast. */
    ck_assert_int_eq(bothy_failure_is_permanent(bothy_failure_from_http(401)), 1);
    ck_assert_int_eq(bothy_failure_is_permanent(bothy_failure_from_http(404)), 1);
    ck_assert_int_eq(bothy_failure_is_permanent(bothy_failure_from_http(429)), 0);
    ck_assert_int_eq(bothy_failure_is_permanent(BOTHY_FAILURE_FUNDS), 1);
    ck_assert_int_eq(bothy_failure_is_permanent(BOTHY_FAILURE_UNKNOWN_OUTCOME), 0);
    ck_assert_int_eq(bothy_failure_is_permanent(BOTHY_FAILURE_CLOCK), 0);
    ck_assert_str_eq(bothy_failure_name(BOTHY_FAILURE_RATE_LIMITED), "rate_limited");
    ck_assert_str_eq(bothy_failure_name(BOTHY_FAILURE_COUNT), "?");
}
END_TEST

START_TEST(venue_tables)
{
    static const struct bothy_failure_rule rules[] = {
        { 418, BOTHY_FAILURE_RATE_LIMITED, BOTHY_FAILURE_ANY_CODE, NULL },
        { 0, BOTHY_FAILURE_CLOCK, -1021, NULL },
        { 0, BOTHY_FAILURE_RATE_LIMITED, -1003, NULL },
        { 400, BOTHY_FAILURE_FUNDS, -2010, "insufficient balance" },
        { 400, BOTHY_FAILURE_PERMANENT, -2010, NULL },
        { 0, BOTHY_FAILURE_FUNDS, BOTHY_FAILURE_ANY_CODE, "not enough balance" },
    };
    static const struct {
        int32_t status;
        int64_t code;
        const char *message;
        uint32_t failure;
    } cases[] = {
        { 418, BOTHY_FAILURE_ANY_CODE, NULL, BOTHY_FAILURE_RATE_LIMITED },
        { 400, -1021, "Timestamp for this request …", BOTHY_FAILURE_CLOCK },
        { 429, -1003, NULL, BOTHY_FAILURE_RATE_LIMITED },
        { 400, -2010, "Account has INSUFFICIENT Balance for …", BOTHY_FAILURE_FUNDS },
        { 400, -2010, "Duplicate order sent.", BOTHY_FAILURE_PERMANENT },
        { 400, -2010, NULL, BOTHY_FAILURE_PERMANENT },
        { 500, -2010, NULL, BOTHY_FAILURE_NONE },
        { 400, BOTHY_FAILURE_ANY_CODE, "not enough balance / allowance", BOTHY_FAILURE_FUNDS },
        { 400, BOTHY_FAILURE_ANY_CODE, "not enough balanc", BOTHY_FAILURE_NONE },
        { 400, 7, "", BOTHY_FAILURE_NONE },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        ck_assert_msg(bothy_failure_from_rules(rules, sizeof rules / sizeof rules[0],
                                               cases[i].status, cases[i].code,
                                               cases[i].message) == cases[i].failure,
                      "case %zu", i);
    ck_assert_uint_eq(bothy_failure_from_rules(NULL, 0, 400, 1, "x"), BOTHY_FAILURE_NONE);
}
END_TEST

START_TEST(retry_after_header)
{
    /* 784111777 s: Sun, 06 Nov 1994 08:49:37 GMT. */
    static const int64_t now = INT64_C(784111777) * S;
    static const struct {
        const char *text;
        int32_t code;
        int64_t delay_ns;
    } cases[] = {
        { "7", 0, 7 * S },
        { "0", 0, 0 },
        { "120", 0, 120 * S },
        { "31622400", 0, 31622400 * S },
        { "31622401", BOTHY_ERANGE, 0 },
        { "99999999999999999999999999", BOTHY_ERANGE, 0 },
        { "", BOTHY_EINVAL, 0 },
        { "-7", BOTHY_EINVAL, 0 },
        { "7s", BOTHY_EINVAL, 0 },
        { "1.5", BOTHY_EINVAL, 0 },
        { "Sun, 06 Nov 1994 08:49:37 GMT", 0, 0 },
        { "Sun, 06 Nov 1994 08:49:47 GMT", 0, 10 * S },
        { "Mon, 07 Nov 1994 08:49:37 GMT", 0, 86400 * S },
        { "Sat, 05 Nov 1994 08:49:37 GMT", 0, 0 },
        { "Wed, 01 Mar 1995 08:49:37 GMT", 0, 115 * 86400 * S },
        { "Wed, 01 Mar 2195 08:49:37 GMT", BOTHY_ERANGE, 0 },
        { "Sun, 06 Nov 1994 08:49:37 CET", BOTHY_EINVAL, 0 },
        { "Sun, 06 Nox 1994 08:49:37 GMT", BOTHY_EINVAL, 0 },
        { "Sun, 06 Nov 1994 24:49:37 GMT", BOTHY_EINVAL, 0 },
        { "Sun, 6 Nov 1994 08:49:37 GMT", BOTHY_EINVAL, 0 },
        { "Sunday, 06-Nov-94 08:49:37 GMT", BOTHY_EINVAL, 0 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t delay_ns = -5;
        int32_t r = bothy_retry_after_parse(cases[i].text, strlen(cases[i].text), now, &delay_ns);

        ck_assert_msg(r == cases[i].code, "%s: %d", cases[i].text, r);
        ck_assert_int_eq(delay_ns, r == 0 ? cases[i].delay_ns : -5);
    }
    {
        int64_t delay_ns;

        /* Half a second into the present one: less than ten whole ones are left. */
        ck_assert_int_eq(
            bothy_retry_after_parse("Sun, 06 Nov 1994 08:49:47 GMT", 29, now + S / 2, &delay_ns),
            0);
        ck_assert_int_eq(delay_ns, 9 * S + S / 2);
        /* The leap day of 2024: 1709251199 s is its last second. */
        ck_assert_int_eq(bothy_retry_after_parse("Fri, 01 Mar 2024 00:00:00 GMT", 29,
                                                 INT64_C(1709251199) * S, &delay_ns),
                         0);
        ck_assert_int_eq(delay_ns, 1 * S);
    }
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("retry");
    TCase *tests = tcase_create("retry");

    tcase_add_test(tests, caps_vector);
    tcase_add_test(tests, defaults);
    tcase_add_test(tests, bad_policies);
    tcase_add_test(tests, third_attempt_is_the_last);
    tcase_add_test(tests, jitter_fills_the_range);
    tcase_add_test(tests, without_jitter_the_vector);
    tcase_add_test(tests, classes);
    tcase_add_test(tests, clock_is_measured_once);
    tcase_add_test(tests, retry_after_is_honoured);
    tcase_add_test(tests, http_statuses);
    tcase_add_test(tests, venue_tables);
    tcase_add_test(tests, retry_after_header);
    suite_add_tcase(suite, tests);
    return suite;
}

BOTHY_TEST_MAIN(make_suite)
