/*
 * Seeded random numbers: the published vectors of the two generators, the bounds, and the
 * exact bits of doubles and gaussian samples, which no platform may change.
 */
#include <bothy/random.h>

#include <math.h>
#include <string.h>

#include "suite.h"

START_TEST(xoshiro_vector)
{
    /* Of the reference implementation, from the state 1, 2, 3, 4. */
    static const uint64_t expected[] = {
        UINT64_C(11520),
        UINT64_C(0),
        UINT64_C(1509978240),
        UINT64_C(1215971899390074240),
        UINT64_C(1216172134540287360),
        UINT64_C(607988272756665600),
        UINT64_C(16172922978634559625),
        UINT64_C(8476171486693032832),
        UINT64_C(10595114339597558777),
        UINT64_C(2904607092377533576),
    };
    struct bothy_random random = { { 1, 2, 3, 4 } };

    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
        ck_assert_uint_eq(bothy_random_u64(&random), expected[i]);
}
END_TEST

START_TEST(splitmix_seeds_the_state)
{
    static const uint64_t expected[4] = {
        UINT64_C(6457827717110365317),
        UINT64_C(3203168211198807973),
        UINT64_C(9817491932198370423),
        UINT64_C(4593380528125082431),
    };
    struct bothy_random random;

    bothy_random_seed(&random, 1234567);
    ck_assert_mem_eq(random.state, expected, sizeof expected);
    bothy_random_seed(&random, 0);
    ck_assert_uint_ne(random.state[0] | random.state[1] | random.state[2] | random.state[3], 0);
}
END_TEST

START_TEST(streams_differ_and_repeat)
{
    struct bothy_random a, b, c, d;

    bothy_random_seed_stream(&a, 7, "latency");
    bothy_random_seed_stream(&b, 7, "latency");
    bothy_random_seed_stream(&c, 7, "jitter");
    bothy_random_seed_stream(&d, 8, "latency");
    ck_assert_mem_eq(&a, &b, sizeof a);
    ck_assert_mem_ne(&a, &c, sizeof a);
    ck_assert_mem_ne(&a, &d, sizeof a);
    ck_assert_uint_ne(bothy_random_derive(7, ""), bothy_random_derive(8, ""));
    ck_assert_uint_ne(bothy_random_derive(7, "a"), bothy_random_derive(7, ""));
    /* Stored sessions depend on these bits. */
    ck_assert_uint_eq(bothy_random_derive(7, "latency"), UINT64_C(11026993088177951708));
}
END_TEST

START_TEST(copying_resumes)
{
    struct bothy_random a, b;

    bothy_random_seed(&a, 99);
    for (int i = 0; i < 17; i++)
        bothy_random_gaussian(&a);
    memcpy(&b, &a, sizeof b);
    for (int i = 0; i < 100; i++)
        ck_assert_double_eq(bothy_random_gaussian(&a), bothy_random_gaussian(&b));
}
END_TEST

START_TEST(below_is_bounded_and_even)
{
    struct bothy_random random;
    unsigned counts[6] = { 0 };

    bothy_random_seed(&random, 5);
    ck_assert_uint_eq(bothy_random_below(&random, 0), 0);
    for (int i = 0; i < 100; i++)
        ck_assert_uint_eq(bothy_random_below(&random, 1), 0);
    for (int i = 0; i < 60000; i++) {
        uint64_t x = bothy_random_below(&random, 6);

        ck_assert_uint_lt(x, 6);
        counts[x]++;
    }
    /* Five standard deviations: sqrt(60000 × 1/6 × 5/6) is 91. */
    for (size_t i = 0; i < 6; i++) {
        ck_assert_uint_gt(counts[i], 10000 - 456);
        ck_assert_uint_lt(counts[i], 10000 + 456);
    }
    /* A bound of 3 × 2^62 makes a quarter of all low words suspect: the second draw is used. */
    for (int i = 0; i < 1000; i++)
        ck_assert_uint_lt(bothy_random_below(&random, UINT64_C(3) << 62), UINT64_C(3) << 62);
}
END_TEST

START_TEST(below_has_no_bias)
{
    struct bothy_random random;
    uint64_t bound = UINT64_C(3) << 62;
    unsigned thirds[3] = { 0 };

    /* Taking the remainder of 64 bits would put half of all samples into the first third. */
    bothy_random_seed(&random, 6);
    for (int i = 0; i < 30000; i++)
        thirds[bothy_random_below(&random, bound) >> 62]++;
    for (size_t i = 0; i < 3; i++) {
        ck_assert_uint_gt(thirds[i], 10000 - 410);
        ck_assert_uint_lt(thirds[i], 10000 + 410);
    }
}
END_TEST

START_TEST(between_takes_both_ends)
{
    struct bothy_random random;
    int low = 0, high = 0;

    bothy_random_seed(&random, 3);
    for (int i = 0; i < 1000; i++) {
        int64_t x = bothy_random_between(&random, -2, 2);

        ck_assert(x >= -2 && x <= 2);
        low += x == -2;
        high += x == 2;
    }
    ck_assert_int_gt(low, 100);
    ck_assert_int_gt(high, 100);
    ck_assert_int_eq(bothy_random_between(&random, 4, 4), 4);
    ck_assert_int_eq(bothy_random_between(&random, 4, -4), 4);
    ck_assert_int_ne(bothy_random_between(&random, INT64_MIN, INT64_MAX),
                     bothy_random_between(&random, INT64_MIN, INT64_MAX));
}
END_TEST

START_TEST(doubles_are_in_range)
{
    struct bothy_random random;
    double sum = 0;

    bothy_random_seed(&random, 11);
    for (int i = 0; i < 100000; i++) {
        double x = bothy_random_double(&random);

        ck_assert(x >= 0 && x < 1);
        sum += x;
    }
    ck_assert_double_eq_tol(sum / 100000, 0.5, 0.005);
    memset(&random, 0xff, sizeof random);
    ck_assert(bothy_random_double(&random) < 1);
}
END_TEST

START_TEST(gaussian_moments)
{
    struct bothy_random random;
    const int n = 200000;
    double sum = 0, square = 0, fourth = 0;
    int outside = 0;

    bothy_random_seed(&random, 42);
    for (int i = 0; i < n; i++) {
        double x = bothy_random_gaussian(&random);

        sum += x;
        square += x * x;
        fourth += x * x * x * x;
        outside += fabs(x) > 1.959963984540054;
    }
    ck_assert_double_eq_tol(sum / n, 0, 0.012);
    ck_assert_double_eq_tol(square / n, 1, 0.016);
    ck_assert_double_eq_tol(fourth / n, 3, 0.11);
    ck_assert_double_eq_tol((double)outside / n, 0.05, 0.0025);
}
END_TEST

START_TEST(gaussian_bits)
{
    static const double expected[] = { 0x1.e267c87ac62ebp+0, 0x1.4d55c9633557cp+0,
                                       0x1.c0d732ae4b3ddp-2, -0x1.5088df52fd8fep-1 };
    struct bothy_random random;

    bothy_random_seed(&random, 1);
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        double x = bothy_random_gaussian(&random);

        ck_assert_mem_eq(&x, &expected[i], sizeof x);
    }
}
END_TEST

START_TEST(gaussian_follows_the_textbook)
{
    /* The polar method again, with libm's logarithm: equal to a few units in the last place. */
    struct bothy_random random, again;

    bothy_random_seed(&random, 77);
    again = random;
    for (int i = 0; i < 10000; i++) {
        double u, v, s, x = bothy_random_gaussian(&random);

        do {
            u = 2 * bothy_random_double(&again) - 1;
            v = 2 * bothy_random_double(&again) - 1;
            s = u * u + v * v;
        } while (s >= 1 || s == 0);
        ck_assert_double_eq_tol(x, u * sqrt(-2 * log(s) / s), 1e-14);
    }
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("random");
    TCase *tests = tcase_create("random");

    tcase_add_test(tests, xoshiro_vector);
    tcase_add_test(tests, splitmix_seeds_the_state);
    tcase_add_test(tests, streams_differ_and_repeat);
    tcase_add_test(tests, copying_resumes);
    tcase_add_test(tests, below_is_bounded_and_even);
    tcase_add_test(tests, below_has_no_bias);
    tcase_add_test(tests, between_takes_both_ends);
    tcase_add_test(tests, doubles_are_in_range);
    tcase_add_test(tests, gaussian_moments);
    tcase_add_test(tests, gaussian_bits);
    tcase_add_test(tests, gaussian_follows_the_textbook);
    suite_add_tcase(suite, tests);
    return suite;
}

BOTHY_TEST_MAIN(make_suite)
