/*
 * An order book for tests, made to be obviously right: an unsorted list of levels, searched from
 * end to end, compared as decimals. The largest that a test needs fits.
 */
#ifndef BOTHY_TESTS_NAIVE_BOOK_H
#define BOTHY_TESTS_NAIVE_BOOK_H

#include <bothy/event.h>

#define NAIVE_LEVELS_MAX 20000

struct naive_side {
    struct bothy_level levels[NAIVE_LEVELS_MAX];
    uint32_t count;
    uint32_t best; /* index of the best level; only if count > 0 */
};

struct naive_book {
    struct naive_side bids, asks;
    int chained; /* the event before had MORE: no snapshot begins with this one */
    int ready;
};

/* Effect: applies a BOOK event with its flags. Returns 0, or -1 if there is no more room. */
int naive_book_apply(struct naive_book *book, const struct bothy_event *event);
/* Returns 1 if both sides have levels and the best bid is not below the best ask. */
int naive_book_crossed(const struct naive_book *book);
const struct bothy_level *naive_book_best(const struct naive_book *book, uint32_t side);
/* Returns the quantity at a price, or 0 × 10^0. */
struct bothy_decimal naive_book_at(const struct naive_book *book, uint32_t side,
                                   struct bothy_decimal price);

#endif
