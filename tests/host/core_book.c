/*
 * The order book beside a naive one: a plain table of all prices. Random snapshots and updates,
 * the same to both; every level must agree.
 */
#include "core/book.h"

#include "suite.h"

#include <bothy/random.h>

#include <string.h>

#define PRICES 400

struct naive {
    int64_t bids[PRICES], asks[PRICES];
};

static void compare(const struct book *book, const struct naive *naive)
{
    struct bothy_level level;
    uint32_t n = 0;

    for (int p = PRICES - 1; p >= 0; p--) {
        if (naive->bids[p] == 0)
            continue;
        ck_assert_int_eq(book_level_get(book, BOTHY_SIDE_BUY, n++, &level), 1);
        ck_assert_int_eq(bothy_decimal_compare(level.price, bothy_decimal_make(p, -1)), 0);
        ck_assert_int_eq(
            bothy_decimal_compare(level.quantity, bothy_decimal_make(naive->bids[p], -2)), 0);
    }
    ck_assert_int_eq(book_level_get(book, BOTHY_SIDE_BUY, n, &level), 0);
    n = 0;
    for (int p = 0; p < PRICES; p++) {
        if (naive->asks[p] == 0)
            continue;
        ck_assert_int_eq(book_level_get(book, BOTHY_SIDE_SELL, n++, &level), 1);
        ck_assert_int_eq(bothy_decimal_compare(level.price, bothy_decimal_make(p, -1)), 0);
        ck_assert_int_eq(
            bothy_decimal_compare(level.quantity, bothy_decimal_make(naive->asks[p], -2)), 0);
    }
    ck_assert_int_eq(book_level_get(book, BOTHY_SIDE_SELL, n, &level), 0);
}

static uint32_t below(struct bothy_random *random, uint32_t end)
{
    return (uint32_t)(bothy_random_u64(random) % end);
}

/* Levels in representations of their own: 1.0, 1.00, 10e-1 are one price. */
static struct bothy_level level_of(struct bothy_random *random, int64_t price, int64_t quantity)
{
    struct bothy_level level = { bothy_decimal_make(price, -1), bothy_decimal_make(quantity, -2) };

    if (below(random, 2))
        level.price = bothy_decimal_make(price * 100, -3);
    if (below(random, 2))
        level.quantity = bothy_decimal_normalise(level.quantity);
    return level;
}

START_TEST(agrees_with_a_naive_book)
{
    struct bothy_level levels[64];
    struct bothy_random random;
    struct naive naive;
    struct book book;

    bothy_random_seed_stream(&random, (uint64_t)_i + 1, "book");
    memset(&naive, 0, sizeof naive);
    book_init(&book, -3, -4);
    for (int step = 0; step < 1500; step++) {
        int snapshot = below(&random, 50) == 0 || step == 0;
        struct bothy_book header = { .update_id = (uint64_t)step,
                                     .bid_count = below(&random, 32),
                                     .ask_count = below(&random, 32) };
        struct bothy_quote quote;

        if (snapshot)
            memset(&naive, 0, sizeof naive);
        for (uint32_t i = 0; i < header.bid_count + header.ask_count; i++) {
            uint32_t price = below(&random, PRICES);
            int64_t quantity = below(&random, 3) ? 1 + below(&random, 1000) : 0;

            levels[i] = level_of(&random, price, quantity);
            (i < header.bid_count ? naive.bids : naive.asks)[price] = quantity;
        }
        ck_assert_int_eq(book_apply(&book, &header, levels, snapshot), 0);
        compare(&book, &naive);
        book_quote(&book, &quote);
        ck_assert_int_eq(book_crossed(&book),
                         quote.bid_quantity.coefficient > 0 && quote.ask_quantity.coefficient > 0 &&
                             bothy_decimal_compare(quote.bid_price, quote.ask_price) >= 0);
        ck_assert_uint_eq(book.update_id, (uint64_t)step);
    }
    book_free(&book);
}
END_TEST

START_TEST(forgets_from_the_far_end)
{
    struct bothy_book header = { .ask_count = 1 };
    struct bothy_level level;
    struct book book;

    book_init(&book, 0, 0);
    ck_assert_int_eq(book_apply(&book, &(struct bothy_book) { 0 }, NULL, 1), 0);
    for (int64_t n = 0; n < BOOK_SIDE_MAX + 10; n++) {
        /* From the far end towards the best, so that each new one pushes the worst out. */
        level.price = bothy_decimal_make(BOOK_SIDE_MAX + 10 - n, 0);
        level.quantity = bothy_decimal_make(1, 0);
        ck_assert_int_eq(book_apply(&book, &header, &level, 0), 0);
    }
    ck_assert_uint_eq(book.truncated, 10);
    ck_assert_uint_eq(book.asks.count, BOOK_SIDE_MAX);
    for (uint32_t n = 0; n < BOOK_SIDE_MAX; n++) {
        ck_assert_int_eq(book_level_get(&book, BOTHY_SIDE_SELL, n, &level), 1);
        ck_assert_int_eq(level.price.coefficient, n + 1);
    }
    level.price = bothy_decimal_make(BOOK_SIDE_MAX + 100, 0);
    level.quantity = bothy_decimal_make(1, 0);
    ck_assert_int_eq(book_apply(&book, &header, &level, 0), 0);
    ck_assert_int_eq(book_level_get(&book, BOTHY_SIDE_SELL, BOOK_SIDE_MAX - 1, &level), 1);
    ck_assert_int_eq(level.price.coefficient, BOOK_SIDE_MAX);
    book_free(&book);
}
END_TEST

START_TEST(refuses_what_is_finer_than_its_steps)
{
    struct bothy_book header = { .bid_count = 2 };
    struct bothy_level levels[] = {
        { bothy_decimal_make(100, -1), bothy_decimal_make(1, 0) },
        { bothy_decimal_make(10001, -3), bothy_decimal_make(1, 0) },
    };
    struct book book;

    book_init(&book, -2, 0);
    ck_assert_int_eq(book_apply(&book, &header, levels, 1), BOTHY_ERANGE);
    ck_assert_int_eq(book.ready, 0);
    levels[1].price = bothy_decimal_make(INT64_MAX, 10);
    ck_assert_int_eq(book_apply(&book, &header, levels, 1), BOTHY_ERANGE);
    levels[1].price = bothy_decimal_make(99, -1);
    ck_assert_int_eq(book_apply(&book, &header, levels, 1), 0);
    ck_assert_int_eq(book.ready, 1);
    book_free(&book);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("core_book");
    TCase *all = tcase_create("all");

    tcase_set_timeout(all, 60);
    tcase_add_loop_test(all, agrees_with_a_naive_book, 0, 6);
    tcase_add_test(all, forgets_from_the_far_end);
    tcase_add_test(all, refuses_what_is_finer_than_its_steps);
    suite_add_tcase(suite, all);
    return suite;
}

BOTHY_TEST_MAIN(make_suite)
