/*
 * flow.h: the takers' sums over the last trades, and the value of quantities by kind of contract.
 */
#include <bothy/flow.h>

#include "suite.h"

#include <math.h>

START_TEST(the_oldest_trade_leaves_a_full_ring)
{
    double ring[3], bought, sold;
    struct bothy_flow flow;

    ck_assert_int_eq(bothy_flow_init(&flow, ring, 3), 0);
    ck_assert_uint_eq(bothy_flow_sums(&flow, &bought, &sold), 0);
    ck_assert(bought == 0 && sold == 0);
    ck_assert_int_eq(bothy_flow_push(&flow, BOTHY_SIDE_BUY, 100), 0);
    ck_assert_int_eq(bothy_flow_push(&flow, BOTHY_SIDE_SELL, 30), 0);
    ck_assert_uint_eq(bothy_flow_sums(&flow, &bought, &sold), 2);
    ck_assert(bought == 100 && sold == 30);
    ck_assert_int_eq(bothy_flow_push(&flow, BOTHY_SIDE_SELL, 20), 0);
    ck_assert_int_eq(bothy_flow_push(&flow, BOTHY_SIDE_BUY, 7), 0);
    ck_assert_uint_eq(bothy_flow_sums(&flow, &bought, &sold), 3);
    ck_assert(bought == 7 && sold == 50);
}
END_TEST

START_TEST(bad_trades_and_rings_are_refused)
{
    double ring[2], bought, sold;
    struct bothy_flow flow;

    ck_assert_int_eq(bothy_flow_init(&flow, NULL, 2), BOTHY_EINVAL);
    ck_assert_int_eq(bothy_flow_init(&flow, ring, 0), BOTHY_EINVAL);
    ck_assert_int_eq(bothy_flow_init(&flow, ring, 2), 0);
    ck_assert_int_eq(bothy_flow_push(&flow, 0, 1), BOTHY_EINVAL);
    ck_assert_int_eq(bothy_flow_push(&flow, 3, 1), BOTHY_EINVAL);
    ck_assert_int_eq(bothy_flow_push(&flow, BOTHY_SIDE_BUY, -1), BOTHY_EINVAL);
    ck_assert_int_eq(bothy_flow_push(&flow, BOTHY_SIDE_BUY, NAN), BOTHY_EINVAL);
    ck_assert_int_eq(bothy_flow_push(&flow, BOTHY_SIDE_BUY, INFINITY), BOTHY_EINVAL);
    ck_assert_uint_eq(bothy_flow_sums(&flow, &bought, &sold), 0);
}
END_TEST

START_TEST(value_follows_the_kind_of_contract)
{
    struct bothy_instrument in = { .kind = BOTHY_INSTRUMENT_LINEAR,
                                   .contract_size = bothy_decimal_make(1, -3) };
    struct bothy_decimal price = bothy_decimal_make(50000, 0);
    struct bothy_decimal quantity = bothy_decimal_make(20, 0);

    ck_assert_double_eq_tol(bothy_quote_value(NULL, price, quantity), 1000000, 1e-6);
    ck_assert_double_eq_tol(bothy_quote_value(&in, price, quantity), 1000, 1e-9);
    in.kind = BOTHY_INSTRUMENT_INVERSE;
    in.contract_size = bothy_decimal_make(100, 0);
    ck_assert_double_eq_tol(bothy_quote_value(&in, price, quantity), 2000, 1e-9);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("flow");
    TCase *all = tcase_create("all");

    tcase_add_test(all, the_oldest_trade_leaves_a_full_ring);
    tcase_add_test(all, bad_trades_and_rings_are_refused);
    tcase_add_test(all, value_follows_the_kind_of_contract);
    suite_add_tcase(suite, all);
    return suite;
}

BOTHY_TEST_MAIN(make_suite)
