/*
 * The laws of decimal_laws.h for many pairs of numbers. The seed is fixed; the numbers prefer
 * the ends of the range, short numbers, and powers of ten, where carelessness shows.
 */
#include "suite.h"

#include "decimal_laws.h"

#define PAIRS 40000

static uint64_t state = UINT64_C(0x2545f4914f6cdd1d);

static uint64_t random_next(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state * UINT64_C(0x9e3779b97f4a7c15);
}

static int32_t random_in(int32_t low, int32_t high)
{
    return low + (int32_t)(random_next() >> 33) % (high - low + 1);
}

static struct bothy_decimal random_decimal(void)
{
    static const int64_t edges[] = { 0,
                                     1,
                                     -1,
                                     5,
                                     -5,
                                     INT64_MAX,
                                     INT64_MIN,
                                     INT64_MAX - 7,
                                     1000000000000000000,
                                     -1000000000000000000,
                                     INT64_MIN + 1,
                                     4611686018427387904 };
    int32_t exponent = random_in(0, 1) ? random_in(-12, 4) : random_in(-30, 30);
    int64_t coefficient;

    switch (random_in(0, 5)) {
    case 0:
        coefficient = edges[random_in(0, sizeof edges / sizeof edges[0] - 1)];
        break;
    case 1:
        coefficient = random_in(-1000, 1000);
        break;
    case 2: { /* zeros at the end */
        int64_t power = 1;
        int32_t zeros = random_in(0, 17);

        while (zeros--)
            power *= 10;
        coefficient = (int64_t)random_next() / power * power;
        break;
    }
    default:
        coefficient = (int64_t)random_next() >> random_in(0, 63);
    }
    return bothy_decimal_make(coefficient, exponent);
}

static void assert_law(const char *broken, struct bothy_decimal a, struct bothy_decimal b,
                       int32_t exponent, int32_t rounding)
{
    ck_assert_msg(!broken, "%s\n%lld × 10^%d, %lld × 10^%d, to 10^%d, mode %d", broken,
                  (long long)a.coefficient, a.exponent, (long long)b.coefficient, b.exponent,
                  exponent, rounding);
}

START_TEST(laws_hold)
{
    int i;

    for (i = 0; i < PAIRS; i++) {
        struct bothy_decimal a = random_decimal();
        struct bothy_decimal b = random_decimal();
        int32_t exponent = random_in(-30, 30);
        int32_t rounding = random_in(BOTHY_ROUND_HALF_EVEN, BOTHY_ROUND_CEILING);

        /* Half of the time, where the result has digits to lose. */
        if (random_in(0, 1)) {
            exponent = a.exponent + b.exponent + random_in(-3, 20);
            exponent = exponent < -30 ? -30 : exponent > 30 ? 30 : exponent;
        }
        assert_law(law_text(a), a, b, exponent, rounding);
        assert_law(law_sum(a, b), a, b, exponent, rounding);
        assert_law(law_product(a, b, exponent, rounding), a, b, exponent, rounding);
        assert_law(law_quotient(a, b, exponent, rounding), a, b, exponent, rounding);
        assert_law(law_step(a, b, rounding), a, b, exponent, rounding);
        assert_law(law_double(a), a, b, exponent, rounding);
    }
}
END_TEST

/* Every pair of exponents, for values that are equal, or as near to each other as can be. */
START_TEST(compare_at_every_distance)
{
    static const int64_t coefficients[] = { 0, 1, -1, 10, INT64_MAX, INT64_MIN };
    int32_t a_exponent;
    int32_t b_exponent;
    size_t i;
    size_t k;

    for (a_exponent = -30; a_exponent <= 30; a_exponent++) {
        for (b_exponent = -30; b_exponent <= 30; b_exponent++) {
            for (i = 0; i < 6; i++) {
                for (k = 0; k < 6; k++) {
                    struct bothy_decimal a = bothy_decimal_make(coefficients[i], a_exponent);
                    struct bothy_decimal b = bothy_decimal_make(coefficients[k], b_exponent);

                    ck_assert_int_eq(bothy_decimal_compare(a, b),
                                     naive_compare(naive_from(a, 30), naive_from(b, 30)));
                }
            }
        }
    }
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("decimal_properties");
    TCase *tests = tcase_create("decimal_properties");

    tcase_set_timeout(tests, 300);
    tcase_add_test(tests, laws_hold);
    tcase_add_test(tests, compare_at_every_distance);
    suite_add_tcase(suite, tests);
    return suite;
}

BOTHY_TEST_MAIN(make_suite)
