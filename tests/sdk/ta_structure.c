/*
 * Swings, the ZigZag and the volume profile, by hand and against looking at every bar again.
 */
#include <math.h>

#include <bothy/ta.h>

#include "suite.h"

#define CLOSE_TO(got, expected) ck_assert_double_eq_tol(got, expected, 1e-9)

static double noise(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(*state >> 11) / 9007199254740992.0;
}

#define BARS 500

/* Rounded, so that equal highs occur. */
static void random_bars(double *high, double *low)
{
    uint64_t state = 9;
    double price = 100;

    for (int i = 0; i < BARS; i++) {
        price += noise(&state) - 0.5;
        high[i] = rint(10 * (price + noise(&state))) / 10;
        low[i] = rint(10 * (price - noise(&state))) / 10;
    }
}

START_TEST(swings_equal_looking_again)
{
    double high[BARS], low[BARS], ring[BOTHY_SWING_RING(12)];
    int confirm = _i, found = 0;
    struct bothy_swing_value value;
    struct bothy_swing swing;

    random_bars(high, low);
    ck_assert_int_eq(
        bothy_swing_init(&swing, (uint32_t)confirm, ring, BOTHY_SWING_RING((uint32_t)confirm)), 0);
    for (int i = 0; i < BARS; i++) {
        int32_t r = bothy_swing_push(&swing, high[i], low[i], &value);
        int middle = i - confirm, is_high = middle >= confirm, is_low = middle >= confirm;

        for (int k = middle - confirm; middle >= confirm && k <= i; k++) {
            is_high = is_high && high[k] <= high[middle];
            is_low = is_low && low[k] >= low[middle];
        }
        ck_assert_int_eq(r, is_high || is_low);
        if (r) {
            found++;
            ck_assert_int_eq(value.is_high, is_high);
            ck_assert_int_eq(value.is_low, is_low);
            ck_assert_double_eq(value.high, high[middle]);
            ck_assert_double_eq(value.low, low[middle]);
        }
    }
    ck_assert_int_gt(found, 3);
}
END_TEST

START_TEST(zigzag_by_hand)
{
    static const struct {
        double high, low;
        int32_t pivot; /* 1: a high, −1: a low, is told with this bar */
        double price;
        uint64_t bar;
    } bars[] = {
        { 10, 9, 0 },         { 11, 10, 0 },   { 12, 11, -1, 9, 0 }, /* three above the beginning */
        { 15, 12, 0 },        { 14.5, 13, 0 }, { 16, 11, 0 }, /* higher, and five lower: the order
                                                                 is not known */
        { 15, 12, 1, 16, 5 }, { 13, 10, 0 },   { 12, 9.5, 0 },       { 12.5, 11, -1, 9.5, 8 },
        { 13, 12, 0 },
    };
    struct bothy_zigzag_value value;
    struct bothy_zigzag zigzag;

    bothy_zigzag_init(&zigzag);
    for (size_t k = 0; k < sizeof bars / sizeof bars[0]; k++) {
        int32_t r = bothy_zigzag_push(&zigzag, bars[k].high, bars[k].low, 3, &value);

        ck_assert_msg(r == (bars[k].pivot != 0), "bar %zu", k);
        if (r) {
            ck_assert_int_eq(value.is_high, bars[k].pivot > 0);
            ck_assert_double_eq(value.price, bars[k].price);
            ck_assert_uint_eq(value.bar, bars[k].bar);
        }
    }
}
END_TEST

START_TEST(zigzag_alternates)
{
    double high[BARS], low[BARS], last = 0;
    struct bothy_zigzag_value value;
    struct bothy_zigzag zigzag;
    int found = 0, was_high = 0;
    uint64_t bar = 0;

    random_bars(high, low);
    bothy_zigzag_init(&zigzag);
    for (int i = 0; i < BARS; i++) {
        if (!bothy_zigzag_push(&zigzag, high[i], low[i], 2, &value))
            continue;
        ck_assert_double_eq(value.price, value.is_high ? high[value.bar] : low[value.bar]);
        ck_assert_uint_lt(value.bar, (uint64_t)i);
        if (found++ > 0) {
            ck_assert_int_ne(value.is_high, was_high);
            ck_assert_double_ge((value.is_high ? 1 : -1) * (value.price - last), 2 - 1e-9);
            ck_assert_uint_gt(value.bar, bar);
        }
        was_high = value.is_high;
        last = value.price;
        bar = value.bar;
    }
    ck_assert_int_gt(found, 10);
}
END_TEST

START_TEST(profile_by_hand)
{
    /* Rows 10–12, 12–14, 14–16, 16–18, 18–20. */
    static const struct bothy_ta_bar bars[] = {
        { .low = 10, .high = 20, .volume = 100 }, /* 20 each */
        { .low = 13, .high = 15, .volume = 60 },  /* 30 and 30 */
        { .low = 14, .high = 14, .volume = 10 },  /* in row 2 */
        { .low = 17, .high = 19, .volume = 20 },  /* 10 and 10 */
    };
    static const double expected[] = { 20, 50, 60, 30, 30 };
    struct bothy_profile profile;
    double volumes[5];

    ck_assert_int_eq(bothy_profile_make(bars, 4, 5, 70, volumes, &profile), 0);
    for (int k = 0; k < 5; k++)
        CLOSE_TO(volumes[k], expected[k]);
    CLOSE_TO(profile.total, 190);
    CLOSE_TO(profile.mean_row, 38);
    CLOSE_TO(profile.row_height, 2);
    ck_assert_uint_eq(profile.poc_row, 2);
    CLOSE_TO(profile.poc, 15);
    /* 60, then 50 below, then 30 above: 140 of the 133 that are needed */
    CLOSE_TO(profile.value_low, 12);
    CLOSE_TO(profile.value_high, 18);

    ck_assert_int_eq(bothy_profile_make(bars, 4, 5, 100, volumes, &profile), 0);
    CLOSE_TO(profile.value_low, 10);
    CLOSE_TO(profile.value_high, 20);
    ck_assert_int_eq(bothy_profile_make(bars, 4, 5, 0, volumes, &profile), 0);
    CLOSE_TO(profile.value_low, 14);
    CLOSE_TO(profile.value_high, 16);

    ck_assert_int_eq(bothy_profile_make(&bars[2], 1, 5, 70, volumes, &profile), 0);
    CLOSE_TO(profile.poc, 14); /* one price */
    CLOSE_TO(volumes[0], 10);
}
END_TEST

START_TEST(profile_loses_no_volume)
{
    struct bothy_ta_bar bars[100];
    struct bothy_profile profile;
    double volumes[24], total = 0, sum = 0;
    uint64_t state = 2;

    for (int k = 0; k < 100; k++) {
        bars[k].low = 0.1 + noise(&state);
        bars[k].high = bars[k].low + 0.3 * noise(&state);
        bars[k].volume = noise(&state);
        total += bars[k].volume;
    }
    ck_assert_int_eq(bothy_profile_make(bars, 100, 24, 70, volumes, &profile), 0);
    for (int k = 0; k < 24; k++)
        sum += volumes[k];
    CLOSE_TO(sum, total);
    CLOSE_TO(profile.total, total);
    sum = 0;
    for (int k = 0; k < 24; k++)
        if (profile.low + (k + 0.5) * profile.row_height > profile.value_low &&
            profile.low + (k + 0.5) * profile.row_height < profile.value_high)
            sum += volumes[k];
    ck_assert_double_ge(sum, 0.7 * total - 1e-9);
}
END_TEST

START_TEST(refusals)
{
    struct bothy_ta_bar bar = { .low = 2, .high = 1 };
    struct bothy_zigzag_value pivot;
    struct bothy_profile profile;
    struct bothy_zigzag zigzag;
    struct bothy_swing swing;
    struct bothy_swing_value value;
    double ring[16], volumes[4];

    ck_assert_int_eq(bothy_swing_init(&swing, 0, ring, 16), BOTHY_EINVAL);
    ck_assert_int_eq(bothy_swing_init(&swing, 3, ring, 16), BOTHY_ENOMEM);
    ck_assert_int_eq(bothy_swing_init(&swing, UINT32_MAX, ring, 16), BOTHY_EINVAL);
    ck_assert_int_eq(bothy_swing_init(&swing, 2, ring, 16), 0);
    ck_assert_int_eq(bothy_swing_push(&swing, 1, 2, &value), BOTHY_EINVAL);
    bothy_zigzag_init(&zigzag);
    ck_assert_int_eq(bothy_zigzag_push(&zigzag, 2, 1, 0, &pivot), BOTHY_EINVAL);
    ck_assert_int_eq(bothy_zigzag_push(&zigzag, NAN, 1, 1, &pivot), BOTHY_EINVAL);
    ck_assert_int_eq(bothy_profile_make(&bar, 1, 4, 70, volumes, &profile), BOTHY_EINVAL);
    bar.high = 3;
    bar.volume = -1;
    ck_assert_int_eq(bothy_profile_make(&bar, 1, 4, 70, volumes, &profile), BOTHY_EINVAL);
    bar.volume = 1;
    ck_assert_int_eq(bothy_profile_make(&bar, 0, 4, 70, volumes, &profile), BOTHY_EINVAL);
    ck_assert_int_eq(bothy_profile_make(&bar, 1, 0, 70, volumes, &profile), BOTHY_EINVAL);
    ck_assert_int_eq(bothy_profile_make(&bar, 1, 4, NAN, volumes, &profile), BOTHY_EINVAL);
    CLOSE_TO(bothy_retracement(100, 110, 0.618), 103.82);
    CLOSE_TO(bothy_retracement(110, 100, 0.382), 103.82);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("ta_structure");
    TCase *tcase = tcase_create("structure");

    tcase_add_loop_test(tcase, swings_equal_looking_again, 1, 13);
    tcase_add_test(tcase, zigzag_by_hand);
    tcase_add_test(tcase, zigzag_alternates);
    tcase_add_test(tcase, profile_by_hand);
    tcase_add_test(tcase, profile_loses_no_volume);
    tcase_add_test(tcase, refusals);
    suite_add_tcase(suite, tcase);
    return suite;
}

BOTHY_TEST_MAIN(make_suite)
