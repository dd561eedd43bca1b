/*
 * Position sizes against their golden vectors, the lot, the caps, the refusals; stakes.
 */
#include <math.h>
#include <string.h>

#include <bothy/levels.h>

#include "suite.h"

#define CLOSE_TO(got, expected) ck_assert_double_eq_tol(got, expected, 1e-6)

/* P1 and P2 */
START_TEST(risk)
{
    struct bothy_size_request request;
    struct bothy_size size;

    bothy_size_request_init(&request, 1000, 100);
    request.stop_loss = 95;
    ck_assert_int_eq(bothy_size_calculate(&request, &size, NULL), 1);
    CLOSE_TO(size.risk_amount, 20);
    CLOSE_TO(size.notional, 400);
    CLOSE_TO(size.quantity, 4);
    CLOSE_TO(size.margin, 400);
    CLOSE_TO(size.price_risk_pct, 5);
    CLOSE_TO(size.risk_at_stop, 20);
    ck_assert_str_eq(size.rejection_reason, "");
    ck_assert_uint_eq(size.capped, 0);

    request.leverage = 5;
    ck_assert_int_eq(bothy_size_calculate(&request, &size, NULL), 1);
    CLOSE_TO(size.notional, 400);
    CLOSE_TO(size.margin, 80);

    request.stop_loss = 105; /* a short risks the same */
    ck_assert_int_eq(bothy_size_calculate(&request, &size, NULL), 1);
    CLOSE_TO(size.quantity, 4);
}
END_TEST

/* P3: from an entry to a size, through the levels. */
START_TEST(levels_then_size)
{
    struct bothy_size_request request;
    struct bothy_levels levels;
    struct bothy_size size;

    ck_assert_int_eq(bothy_levels_quick(100, 1, 2.5, &levels), 1);
    bothy_size_request_init(&request, 1000, levels.entry);
    request.stop_loss = levels.stop_loss;
    ck_assert_int_eq(bothy_size_calculate(&request, &size, NULL), 1);
    ck_assert_double_eq_tol(size.notional, 20 / 3.778125 * 100, 1e-9);
    ck_assert_double_eq_tol(size.notional, 529.363, 1e-3);
}
END_TEST

START_TEST(lot_and_minimum)
{
    struct bothy_size_request request;
    struct bothy_size size;

    bothy_size_request_init(&request, 1000, 100);
    request.stop_loss = 96.221875;
    request.lot_step = 0.01;
    ck_assert_int_eq(bothy_size_calculate(&request, &size, NULL), 1);
    CLOSE_TO(size.quantity, 5.29);
    CLOSE_TO(size.notional, 529);
    CLOSE_TO(size.risk_amount, 20);
    CLOSE_TO(size.risk_at_stop, 5.29 * 3.778125);
    request.min_notional = 529;
    ck_assert_int_eq(bothy_size_calculate(&request, &size, NULL), 1);
    request.min_notional = 529.1; /* what the lot left over counts */
    ck_assert_int_eq(bothy_size_calculate(&request, &size, NULL), 0);
    ck_assert_str_eq(size.rejection_reason, "Notional below minimum (529 < 529.1)");
    ck_assert_int_eq(size.valid, 0);
    ck_assert_double_eq(size.quantity, 0);
    ck_assert_double_eq(size.margin, 0);
    request.lot_step = 6;
    ck_assert_int_eq(bothy_size_calculate(&request, &size, NULL), 0);
    ck_assert_str_eq(size.rejection_reason, "Size below one lot (6)");

    /* 0.3 is three lots of 0.1, although 0.3 / 0.1 < 3. */
    bothy_size_request_init(&request, 1000, 1);
    request.policy = BOTHY_SIZE_FIXED;
    request.amount = 0.3;
    request.lot_step = 0.1;
    ck_assert_int_eq(bothy_size_calculate(&request, &size, NULL), 1);
    CLOSE_TO(size.quantity, 0.3);
}
END_TEST

START_TEST(cap_and_margin)
{
    struct bothy_size_request request;
    struct bothy_size size;

    bothy_size_request_init(&request, 1000, 100);
    request.stop_loss = 99.5; /* would be 4000 */
    ck_assert_int_eq(bothy_size_calculate(&request, &size, NULL), 1);
    CLOSE_TO(size.notional, 4000);
    ck_assert_uint_eq(size.over_margin, 1);
    request.max_position_pct = 5;
    ck_assert_int_eq(bothy_size_calculate(&request, &size, NULL), 1);
    CLOSE_TO(size.notional, 50);
    CLOSE_TO(size.risk_at_stop, 0.25);
    ck_assert_uint_eq(size.capped, 1);
    ck_assert_uint_eq(size.over_margin, 0);
}
END_TEST

START_TEST(no_distance_no_size)
{
    struct bothy_size_request request;
    struct bothy_size size;

    bothy_size_request_init(&request, 1000, 100);
    request.stop_loss = 100;
    ck_assert_int_eq(bothy_size_calculate(&request, &size, NULL), 0);
    ck_assert_str_eq(size.rejection_reason, "SL equals Entry: no risk to size by");
}
END_TEST

static const struct {
    uint32_t policy;
    double entry, belief, volatility, amount, pct, notional;
    uint32_t capped;
    const char *reason;
} cases[] = {
    { BOTHY_SIZE_FIXED, 50, .amount = 75, .notional = 75 },
    { BOTHY_SIZE_PCT, 50, .pct = 3, .notional = 30 },
    { BOTHY_SIZE_KELLY, 0.5, .belief = 0.6, .notional = 50 }, /* f* 0.2, a quarter of it */
    { BOTHY_SIZE_KELLY, 0.5, .belief = 0.5, .reason = "Size is 0" },
    { BOTHY_SIZE_KELLY, 0.5, .belief = 0.4, .reason = "Size is 0" },
    { BOTHY_SIZE_VOLATILITY, 50, .volatility = 10, .pct = 2, .notional = 10 },
    { BOTHY_SIZE_VOLATILITY, 50, .volatility = 5, .pct = 2, .notional = 20 },
    { BOTHY_SIZE_VOLATILITY, 50, .volatility = 0.1, .pct = 2, .notional = 200, .capped = 1 },
};

START_TEST(policies)
{
    struct bothy_size_request request;
    struct bothy_size size;
    int32_t r;

    bothy_size_request_init(&request, 1000, cases[_i].entry);
    request.policy = cases[_i].policy;
    request.amount = cases[_i].amount;
    request.belief = cases[_i].belief;
    request.volatility_pct = cases[_i].volatility;
    if (cases[_i].pct != 0)
        request.equity_pct = cases[_i].pct;
    r = bothy_size_calculate(&request, &size, NULL);
    ck_assert_int_eq(r, cases[_i].reason == NULL);
    CLOSE_TO(size.notional, cases[_i].notional);
    CLOSE_TO(size.quantity, cases[_i].notional / cases[_i].entry);
    ck_assert_uint_eq(size.capped, cases[_i].capped);
    ck_assert_str_eq(size.rejection_reason, cases[_i].reason ? cases[_i].reason : "");
}
END_TEST

START_TEST(kelly_is_told_and_capped)
{
    struct bothy_size_request request;
    struct bothy_size size;

    bothy_size_request_init(&request, 1000, 0.5);
    request.policy = BOTHY_SIZE_KELLY;
    request.belief = 0.6;
    ck_assert_int_eq(bothy_size_calculate(&request, &size, NULL), 1);
    CLOSE_TO(size.kelly, 0.2);
    request.belief = 0.9;
    request.kelly_fraction = 1;
    ck_assert_int_eq(bothy_size_calculate(&request, &size, NULL), 1);
    CLOSE_TO(size.kelly, 0.8);
    CLOSE_TO(size.notional, 500);
    ck_assert_uint_eq(size.capped, 1);
}
END_TEST

START_TEST(wrong_numbers_are_errors)
{
    struct bothy_size_request good, request;
    struct bothy_size size = { .quantity = 7 };
    struct bothy_error error = { 0 };
    uint32_t policy;

    bothy_size_request_init(&good, 1000, 100);
    good.stop_loss = 95;
    request = good;
    request.balance = NAN;
    ck_assert_int_eq(bothy_size_calculate(&request, &size, &error), BOTHY_EINVAL);
    ck_assert_str_eq(error.text, "balance must be a finite number above 0, not nan");
    request = good;
    request.stop_loss = 0;
    ck_assert_int_eq(bothy_size_calculate(&request, &size, &error), BOTHY_EINVAL);
    request = good;
    request.risk_pct = 101;
    ck_assert_int_eq(bothy_size_calculate(&request, &size, &error), BOTHY_EINVAL);
    ck_assert_str_eq(error.text, "risk percentage must be from 0 to 100, not 101");
    request = good;
    request.leverage = 0;
    ck_assert_int_eq(bothy_size_calculate(&request, &size, &error), BOTHY_EINVAL);
    request = good;
    request.lot_step = -1;
    ck_assert_int_eq(bothy_size_calculate(&request, &size, &error), BOTHY_EINVAL);
    request = good;
    request.policy = BOTHY_SIZE_KELLY; /* at a price of 100 */
    request.belief = 0.5;
    ck_assert_int_eq(bothy_size_calculate(&request, &size, &error), BOTHY_EINVAL);
    request.policy = 9;
    ck_assert_int_eq(bothy_size_calculate(&request, &size, &error), BOTHY_EINVAL);
    ck_assert_double_eq(size.quantity, 7);

    for (uint32_t k = BOTHY_SIZE_RISK; k <= BOTHY_SIZE_VOLATILITY; k++) {
        ck_assert_int_eq(bothy_size_policy_parse(bothy_size_policy_name(k), &policy), 0);
        ck_assert_uint_eq(policy, k);
    }
    ck_assert_int_eq(bothy_size_policy_parse("martingale", &policy), BOTHY_EINVAL);
}
END_TEST

START_TEST(stakes)
{
    static const double arbitrage[] = { 2.10, 2.05 }, none[] = { 1.9, 1.9 };
    static const double three[] = { 3.5, 3.6, 2.6 }, bad[] = { 2, 1 };
    struct bothy_stakes s;

    ck_assert_int_eq(bothy_stakes_divide(arbitrage, 2, 100, 0, 0, &s), 0);
    CLOSE_TO(s.inverse_sum, 1 / 2.10 + 1 / 2.05);
    ck_assert_double_eq_tol(s.profit_pct, 3.735, 1e-3);
    ck_assert_double_eq_tol(s.stakes[0], 49.398, 1e-3);
    ck_assert_double_eq_tol(s.stakes[1], 50.602, 1e-3);
    ck_assert_double_eq_tol(s.worst_profit, 3.735, 1e-3);

    ck_assert_int_eq(bothy_stakes_divide(arbitrage, 2, 100, 5, 0, &s), 0);
    CLOSE_TO(s.stakes[0], 50);
    CLOSE_TO(s.stakes[1], 50);
    CLOSE_TO(s.worst_profit, 2.5);

    ck_assert_int_eq(bothy_stakes_divide(arbitrage, 2, 100, 0, 0.05, &s), 0);
    CLOSE_TO(s.inverse_sum, 1 / 2.045 + 1 / 1.9975);
    CLOSE_TO(s.worst_profit, 100 / s.inverse_sum - 100);

    ck_assert_int_eq(bothy_stakes_divide(none, 2, 100, 0, 0, &s), 0);
    CLOSE_TO(s.profit_pct, -5);
    ck_assert_int_eq(bothy_stakes_divide(three, 3, 100, 0, 0, &s), 0);
    CLOSE_TO(s.stakes[0] * 3.5, s.stakes[1] * 3.6);
    CLOSE_TO(s.stakes[1] * 3.6, s.stakes[2] * 2.6);
    CLOSE_TO(s.staked, 100);

    ck_assert_int_eq(bothy_stakes_divide(bad, 2, 100, 0, 0, &s), BOTHY_EINVAL);
    ck_assert_int_eq(bothy_stakes_divide(none, 1, 100, 0, 0, &s), BOTHY_EINVAL);
    ck_assert_int_eq(bothy_stakes_divide(none, 2, 100, 0, 1, &s), BOTHY_EINVAL);
    ck_assert_int_eq(bothy_stakes_divide(none, 2, NAN, 0, 0, &s), BOTHY_EINVAL);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("levels_sizing");
    TCase *tcase = tcase_create("sizes");

    tcase_add_test(tcase, risk);
    tcase_add_test(tcase, levels_then_size);
    tcase_add_test(tcase, lot_and_minimum);
    tcase_add_test(tcase, cap_and_margin);
    tcase_add_test(tcase, no_distance_no_size);
    tcase_add_loop_test(tcase, policies, 0, (int)(sizeof cases / sizeof cases[0]));
    tcase_add_test(tcase, kelly_is_told_and_capped);
    tcase_add_test(tcase, wrong_numbers_are_errors);
    tcase_add_test(tcase, stakes);
    suite_add_tcase(suite, tcase);
    return suite;
}

BOTHY_TEST_MAIN(make_suite)
