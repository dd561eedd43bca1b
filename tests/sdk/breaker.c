/*
 * The circuit breaker under scripted faults: its three states, the single probe, late
 * outcomes, clocks that step, and its state over a restart.
 */
#include <bothy/breaker.h>
#include <bothy/time.h>

#include <string.h>

#include "suite.h"

#define S BOTHY_NS_PER_S

static struct bothy_breaker breaker;

static void start(uint32_t threshold, int64_t window_s, int64_t cooldown_s)
{
    struct bothy_breaker_policy policy;

    bothy_breaker_policy_init(&policy);
    policy.threshold = threshold;
    policy.window_ns = window_s * S;
    policy.cooldown_ns = cooldown_s * S;
    ck_assert_int_eq(bothy_breaker_init(&breaker, &policy, NULL), 0);
}

/* Asks for a permit, which must be given, and returns its ticket. */
static uint64_t permitted(int64_t at_s, uint32_t is_probe)
{
    struct bothy_breaker_permit permit;

    ck_assert_int_eq(bothy_breaker_allow(&breaker, at_s * S, &permit), 0);
    ck_assert_uint_eq(permit.is_probe, is_probe);
    ck_assert_int_eq(permit.retry_ns, 0);
    return permit.ticket;
}

static void refused(int64_t at_s, int64_t retry_s)
{
    struct bothy_breaker_permit permit;

    ck_assert_int_eq(bothy_breaker_allow(&breaker, at_s * S, &permit), BOTHY_EBREAKER);
    ck_assert_int_eq(permit.retry_ns, retry_s * S);
}

static void fail_at(int64_t at_s)
{
    bothy_breaker_failure(&breaker, permitted(at_s, 0), BOTHY_FAILURE_TRANSIENT, at_s * S);
}

static uint32_t state(void)
{
    struct bothy_breaker_snapshot snapshot;

    bothy_breaker_get_snapshot(&breaker, &snapshot);
    return snapshot.state;
}

START_TEST(walks_the_three_states)
{
    start(3, 30, 10);
    fail_at(100);
    fail_at(101);
    ck_assert_uint_eq(state(), BOTHY_BREAKER_CLOSED);
    fail_at(102);
    ck_assert_uint_eq(state(), BOTHY_BREAKER_OPEN);
    refused(102, 112);
    refused(111, 112);
    bothy_breaker_success(&breaker, permitted(112, 1), 113 * S);
    ck_assert_uint_eq(state(), BOTHY_BREAKER_CLOSED);
    /* It begins anew: the failures of before are forgotten. */
    fail_at(114);
    fail_at(115);
    ck_assert_uint_eq(state(), BOTHY_BREAKER_CLOSED);
    fail_at(116);
    ck_assert_uint_eq(state(), BOTHY_BREAKER_OPEN);
}
END_TEST

START_TEST(defaults_and_bad_policies)
{
    static const struct {
        struct bothy_breaker_policy policy;
        const char *part;
    } cases[] = {
        { { 0, 0, S, S }, "threshold is 0" },
        { { 33, 0, S, S }, "threshold is 33; it must be 1 to 32" },
        { { 5, 0, 0, S }, "window is 0" },
        { { 5, 0, S, -1 }, "cooldown is -1" },
        { { 5, 0, INT64_MAX, S }, "window" },
    };
    struct bothy_error error;

    ck_assert_int_eq(bothy_breaker_init(&breaker, NULL, NULL), 0);
    ck_assert_uint_eq(breaker.policy.threshold, 5);
    ck_assert_int_eq(breaker.policy.window_ns, 60 * S);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ck_assert_int_eq(bothy_breaker_init(&breaker, &cases[i].policy, &error), BOTHY_ERANGE);
        ck_assert_ptr_nonnull(strstr(error.text, cases[i].part));
    }
}
END_TEST

START_TEST(only_failures_in_the_window_count)
{
    start(3, 30, 10);
    fail_at(100);
    fail_at(115);
    fail_at(130); /* the first is 30 s old, and no longer counts */
    ck_assert_uint_eq(state(), BOTHY_BREAKER_CLOSED);
    fail_at(144);
    ck_assert_uint_eq(state(), BOTHY_BREAKER_OPEN);
}
END_TEST

START_TEST(successes_do_not_clear_the_window)
{
    start(2, 30, 10);
    fail_at(100);
    bothy_breaker_success(&breaker, permitted(101, 0), 101 * S);
    fail_at(102);
    ck_assert_uint_eq(state(), BOTHY_BREAKER_OPEN);
}
END_TEST

START_TEST(permanent_failures_do_not_count)
{
    static const uint32_t answered[] = { BOTHY_FAILURE_PERMANENT, BOTHY_FAILURE_AUTH,
                                         BOTHY_FAILURE_FUNDS, BOTHY_FAILURE_CLOCK,
                                         BOTHY_FAILURE_NONE };
    static const uint32_t counted[] = { BOTHY_FAILURE_TRANSIENT, BOTHY_FAILURE_UNKNOWN_OUTCOME,
                                        BOTHY_FAILURE_RATE_LIMITED };

    for (size_t i = 0; i < sizeof answered / sizeof answered[0]; i++) {
        start(1, 30, 10);
        bothy_breaker_failure(&breaker, permitted(100, 0), answered[i], 100 * S);
        ck_assert_uint_eq(state(), BOTHY_BREAKER_CLOSED);
    }
    for (size_t i = 0; i < sizeof counted / sizeof counted[0]; i++) {
        start(1, 30, 10);
        bothy_breaker_failure(&breaker, permitted(100, 0), counted[i], 100 * S);
        ck_assert_uint_eq(state(), BOTHY_BREAKER_OPEN);
    }
}
END_TEST

START_TEST(one_probe_only)
{
    uint64_t probe;

    start(1, 30, 10);
    fail_at(100);
    probe = permitted(110, 1);
    ck_assert_uint_eq(state(), BOTHY_BREAKER_HALF_OPEN);
    refused(110, 120);
    refused(119, 120);
    bothy_breaker_failure(&breaker, probe, BOTHY_FAILURE_TRANSIENT, 119 * S);
    ck_assert_uint_eq(state(), BOTHY_BREAKER_OPEN);
    refused(120, 129);
    probe = permitted(129, 1);
    /* The service answered, if only to refuse: it is there again. */
    bothy_breaker_failure(&breaker, probe, BOTHY_FAILURE_AUTH, 130 * S);
    ck_assert_uint_eq(state(), BOTHY_BREAKER_CLOSED);
}
END_TEST

START_TEST(a_probe_that_never_returns)
{
    uint64_t lost, second;

    start(1, 30, 10);
    fail_at(100);
    lost = permitted(110, 1);
    refused(119, 120);
    second = permitted(120, 1);
    refused(121, 130);
    /* The lost one comes back after all: it has no say any more. */
    bothy_breaker_failure(&breaker, lost, BOTHY_FAILURE_TRANSIENT, 122 * S);
    ck_assert_uint_eq(state(), BOTHY_BREAKER_HALF_OPEN);
    bothy_breaker_success(&breaker, lost, 122 * S);
    ck_assert_uint_eq(state(), BOTHY_BREAKER_HALF_OPEN);
    bothy_breaker_success(&breaker, second, 123 * S);
    ck_assert_uint_eq(state(), BOTHY_BREAKER_CLOSED);
}
END_TEST

START_TEST(late_outcomes_are_ignored)
{
    uint64_t early;

    start(2, 30, 10);
    early = permitted(99, 0);
    fail_at(100);
    fail_at(101);
    bothy_breaker_success(&breaker, early, 102 * S);
    ck_assert_uint_eq(state(), BOTHY_BREAKER_OPEN);
    refused(110, 111);
    permitted(111, 1);
    bothy_breaker_success(&breaker, early, 112 * S);
    ck_assert_uint_eq(state(), BOTHY_BREAKER_HALF_OPEN);
    bothy_breaker_failure(&breaker, early, BOTHY_FAILURE_TRANSIENT, 112 * S);
    ck_assert_uint_eq(state(), BOTHY_BREAKER_HALF_OPEN);
    bothy_breaker_success(&breaker, 0, 112 * S);
    ck_assert_uint_eq(state(), BOTHY_BREAKER_HALF_OPEN);
}
END_TEST

START_TEST(a_clock_that_steps_back)
{
    start(2, 30, 10);
    fail_at(100);
    fail_at(50); /* taken as 100 */
    ck_assert_uint_eq(state(), BOTHY_BREAKER_OPEN);
    refused(20, 110);
    permitted(110, 1);
}
END_TEST

START_TEST(times_at_the_end_of_the_range)
{
    struct bothy_breaker_permit permit;

    start(1, 30, 10);
    ck_assert_int_eq(bothy_breaker_allow(&breaker, INT64_MAX - 5, &permit), 0);
    bothy_breaker_failure(&breaker, permit.ticket, BOTHY_FAILURE_TRANSIENT, INT64_MAX - 5);
    ck_assert_int_eq(bothy_breaker_allow(&breaker, INT64_MAX - 4, &permit), BOTHY_EBREAKER);
    ck_assert_int_eq(permit.retry_ns, INT64_MAX);
}
END_TEST

START_TEST(largest_threshold)
{
    start(BOTHY_BREAKER_THRESHOLD_MAX, 1000, 10);
    for (int64_t i = 0; i < BOTHY_BREAKER_THRESHOLD_MAX; i++) {
        ck_assert_uint_eq(state(), BOTHY_BREAKER_CLOSED);
        fail_at(100 + i);
    }
    ck_assert_uint_eq(state(), BOTHY_BREAKER_OPEN);
}
END_TEST

START_TEST(reset_closes)
{
    struct bothy_breaker_snapshot snapshot;
    uint64_t before;

    start(1, 30, 10);
    before = permitted(99, 0);
    fail_at(100);
    refused(101, 110);
    bothy_breaker_reset(&breaker);
    bothy_breaker_get_snapshot(&breaker, &snapshot);
    ck_assert_uint_eq(snapshot.state, BOTHY_BREAKER_CLOSED);
    ck_assert_uint_eq(snapshot.failure_count, 0);
    ck_assert_uint_eq(snapshot.opened_total, 1);
    ck_assert_uint_eq(snapshot.refused_total, 1);
    bothy_breaker_failure(&breaker, before, BOTHY_FAILURE_TRANSIENT, 102 * S);
    ck_assert_uint_eq(state(), BOTHY_BREAKER_CLOSED);
    permitted(102, 0);
}
END_TEST

START_TEST(restore_takes_up_each_state)
{
    struct bothy_breaker_snapshot snapshot;

    /* CLOSED, with two failures of three. */
    start(3, 30, 10);
    fail_at(100);
    fail_at(101);
    bothy_breaker_get_snapshot(&breaker, &snapshot);
    start(3, 30, 10);
    ck_assert_int_eq(bothy_breaker_restore(&breaker, &snapshot, 102 * S, NULL), 0);
    fail_at(103);
    ck_assert_uint_eq(state(), BOTHY_BREAKER_OPEN);

    /* OPEN until 113. */
    bothy_breaker_get_snapshot(&breaker, &snapshot);
    start(3, 30, 10);
    ck_assert_int_eq(bothy_breaker_restore(&breaker, &snapshot, 105 * S, NULL), 0);
    refused(105, 113);
    permitted(113, 1);

    /* HALF_OPEN: the probe died with its process, so another may go at once. */
    bothy_breaker_get_snapshot(&breaker, &snapshot);
    ck_assert_uint_eq(snapshot.state, BOTHY_BREAKER_HALF_OPEN);
    start(3, 30, 10);
    ck_assert_int_eq(bothy_breaker_restore(&breaker, &snapshot, 114 * S, NULL), 0);
    bothy_breaker_success(&breaker, permitted(114, 1), 115 * S);
    ck_assert_uint_eq(state(), BOTHY_BREAKER_CLOSED);
}
END_TEST

START_TEST(restore_distrusts_what_it_reads)
{
    struct bothy_breaker_snapshot good, bad;
    struct bothy_error error;

    start(3, 30, 10);
    fail_at(100);
    fail_at(101);
    bothy_breaker_get_snapshot(&breaker, &good);

    bad = good;
    bad.size--;
    ck_assert_int_eq(bothy_breaker_restore(&breaker, &bad, 102 * S, &error), BOTHY_ECORRUPT);
    bad = good;
    bad.state = 3;
    ck_assert_int_eq(bothy_breaker_restore(&breaker, &bad, 102 * S, &error), BOTHY_ECORRUPT);
    bad = good;
    bad.failure_count = 33;
    ck_assert_int_eq(bothy_breaker_restore(&breaker, &bad, 102 * S, &error), BOTHY_ECORRUPT);
    ck_assert_ptr_nonnull(strstr(error.text, "33 failures"));

    /* The clock was set back: failures of the future are dropped, a retry time is cut back. */
    start(3, 30, 10);
    ck_assert_int_eq(bothy_breaker_restore(&breaker, &good, 50 * S, NULL), 0);
    fail_at(51);
    ck_assert_uint_eq(state(), BOTHY_BREAKER_CLOSED);
    bad = good;
    bad.state = BOTHY_BREAKER_OPEN;
    bad.retry_ns = INT64_MAX;
    ck_assert_int_eq(bothy_breaker_restore(&breaker, &bad, 200 * S, NULL), 0);
    refused(200, 210);

    /* A lower threshold than when it was stored: full at the next failure, not before. */
    start(1, 30, 10);
    ck_assert_int_eq(bothy_breaker_restore(&breaker, &good, 102 * S, NULL), 0);
    ck_assert_uint_eq(state(), BOTHY_BREAKER_CLOSED);
    fail_at(102);
    ck_assert_uint_eq(state(), BOTHY_BREAKER_OPEN);
}
END_TEST

START_TEST(names)
{
    ck_assert_str_eq(bothy_breaker_state_name(BOTHY_BREAKER_CLOSED), "closed");
    ck_assert_str_eq(bothy_breaker_state_name(BOTHY_BREAKER_OPEN), "open");
    ck_assert_str_eq(bothy_breaker_state_name(BOTHY_BREAKER_HALF_OPEN), "half_open");
    ck_assert_str_eq(bothy_breaker_state_name(3), "?");
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("breaker");
    TCase *tests = tcase_create("breaker");

    tcase_add_test(tests, walks_the_three_states);
    tcase_add_test(tests, defaults_and_bad_policies);
    tcase_add_test(tests, only_failures_in_the_window_count);
    tcase_add_test(tests, successes_do_not_clear_the_window);
    tcase_add_test(tests, permanent_failures_do_not_count);
    tcase_add_test(tests, one_probe_only);
    tcase_add_test(tests, a_probe_that_never_returns);
    tcase_add_test(tests, late_outcomes_are_ignored);
    tcase_add_test(tests, a_clock_that_steps_back);
    tcase_add_test(tests, times_at_the_end_of_the_range);
    tcase_add_test(tests, largest_threshold);
    tcase_add_test(tests, reset_closes);
    tcase_add_test(tests, restore_takes_up_each_state);
    tcase_add_test(tests, restore_distrusts_what_it_reads);
    tcase_add_test(tests, names);
    suite_add_tcase(suite, tests);
    return suite;
}

BOTHY_TEST_MAIN(make_suite)
