/*
 * When a worker is started again: back-off, its bounds, parking, and when the past is forgotten.
 * All times are given.
 */
#include "supervise/policy.h"

#include "suite.h"

#include <bothy/time.h>

#include <string.h>

#define S BOTHY_NS_PER_S

static const struct policy_conf conf = {
    .delay_ns = S, .delay_max_ns = 60 * S, .max_restarts = 5, .window_ns = 600 * S
};

START_TEST(backs_off_within_its_bounds)
{
    static const uint64_t randoms[] = { 0, 1, UINT64_MAX, UINT64_MAX / 2, 500000000, 12345 };

    for (size_t i = 0; i < sizeof randoms / sizeof randoms[0]; i++) {
        struct policy policy;
        int64_t now_ns = 1000 * S, expected = S, at_ns;

        memset(&policy, 0, sizeof policy);
        for (int n = 0; n < 5; n++) {
            policy_started(&policy, now_ns);
            now_ns += S;
            ck_assert_int_eq(policy_ended(&policy, &conf, now_ns, randoms[i], 0, &at_ns),
                             POLICY_RESTART);
            ck_assert_int_ge(at_ns - now_ns, expected / 2);
            ck_assert_int_le(at_ns - now_ns, expected);
            if (randoms[i] == 0)
                ck_assert_int_eq(at_ns - now_ns, expected / 2);
            expected = expected * 2 > conf.delay_max_ns ? conf.delay_max_ns : expected * 2;
            now_ns = at_ns;
        }
        policy_started(&policy, now_ns);
        ck_assert_int_eq(policy_ended(&policy, &conf, now_ns + S, randoms[i], 0, &at_ns),
                         POLICY_PARK);
        ck_assert_int_eq(policy.parked, 1);
    }
}
END_TEST

START_TEST(delay_does_not_pass_its_maximum)
{
    struct policy_conf wide = { S, 10 * S, 60, INT64_C(1000000) * S };
    struct policy policy;
    int64_t now_ns = S, at_ns = 0;

    memset(&policy, 0, sizeof policy);
    for (int n = 0; n < 60; n++) {
        policy_started(&policy, now_ns);
        ck_assert_int_eq(policy_ended(&policy, &wide, now_ns, UINT64_MAX, 0, &at_ns),
                         POLICY_RESTART);
        ck_assert_int_le(at_ns - now_ns, 10 * S);
        ck_assert_int_gt(at_ns - now_ns, 0);
        now_ns = at_ns;
    }
}
END_TEST

START_TEST(forgets_after_a_long_life)
{
    struct policy policy;
    int64_t now_ns = S, at_ns = 0;

    memset(&policy, 0, sizeof policy);
    /* Once an hour for ever: never parked, and always the first delay. */
    for (int n = 0; n < 200; n++) {
        policy_started(&policy, now_ns);
        now_ns += 3600 * S;
        ck_assert_int_eq(policy_ended(&policy, &conf, now_ns, 0, 0, &at_ns), POLICY_RESTART);
        ck_assert_int_eq(at_ns - now_ns, S / 2);
        now_ns = at_ns;
    }
}
END_TEST

START_TEST(window_slides)
{
    struct policy policy;
    int64_t at_ns = 0;

    memset(&policy, 0, sizeof policy);
    for (int n = 0; n < 5; n++) {
        policy_started(&policy, n * 100 * S);
        ck_assert_int_eq(policy_ended(&policy, &conf, (n * 100 + 1) * S, 0, 0, &at_ns),
                         POLICY_RESTART);
    }
    /* The first of the five left the window of ten minutes 1 ns ago. */
    policy_started(&policy, 600 * S);
    ck_assert_int_eq(policy_ended(&policy, &conf, 601 * S + 1, 0, 0, &at_ns), POLICY_RESTART);
    policy_started(&policy, 602 * S);
    ck_assert_int_eq(policy_ended(&policy, &conf, 603 * S, 0, 0, &at_ns), POLICY_PARK);
}
END_TEST

START_TEST(hopeless_is_parked_at_once)
{
    struct policy policy;
    int64_t at_ns = 77;

    memset(&policy, 0, sizeof policy);
    policy_started(&policy, S);
    ck_assert_int_eq(policy_ended(&policy, &conf, 2 * S, 0, 1, &at_ns), POLICY_PARK);
    ck_assert_int_eq(at_ns, 77);
    policy_reset(&policy);
    ck_assert_int_eq(policy.parked, 0);
    ck_assert_int_eq(policy_ended(&policy, &conf, 2 * S, 0, 0, &at_ns), POLICY_RESTART);
    ck_assert_int_eq(at_ns, 2 * S + S / 2);
}
END_TEST

START_TEST(no_restarts_are_wanted)
{
    struct policy_conf never = { S, S, 0, 600 * S };
    struct policy policy;
    int64_t at_ns = 0;

    memset(&policy, 0, sizeof policy);
    ck_assert_int_eq(policy_ended(&policy, &never, S, 0, 0, &at_ns), POLICY_PARK);
}
END_TEST

/* More restarts permitted than the history holds: it must not look endless. */
START_TEST(history_bounds_the_count)
{
    struct policy_conf many = { 1, 1, 1000, INT64_C(1000000) * S };
    struct policy policy;
    int64_t at_ns = 0;
    int n = 0;

    memset(&policy, 0, sizeof policy);
    while (n < 2000 && policy_ended(&policy, &many, S + n, 0, 0, &at_ns) == POLICY_RESTART)
        n++;
    ck_assert_int_eq(n, POLICY_HISTORY_MAX);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("supervise_policy");
    TCase *all = tcase_create("all");

    tcase_add_test(all, backs_off_within_its_bounds);
    tcase_add_test(all, delay_does_not_pass_its_maximum);
    tcase_add_test(all, forgets_after_a_long_life);
    tcase_add_test(all, window_slides);
    tcase_add_test(all, hopeless_is_parked_at_once);
    tcase_add_test(all, no_restarts_are_wanted);
    tcase_add_test(all, history_bounds_the_count);
    suite_add_tcase(suite, all);
    return suite;
}

BOTHY_TEST_MAIN(make_suite)
