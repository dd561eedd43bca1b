/*
 * An order book of price levels: two arrays, best first, of exact decimals compared as integers
 * on one common exponent. Levels beyond the capacity of a side are forgotten from the far end,
 * and the book says so. It knows nothing of venues and gaps.
 */
#ifndef BOTHY_CORE_BOOK_H
#define BOTHY_CORE_BOOK_H

#include <bothy/event.h>

#define BOOK_SIDE_MAX 5000

struct book_level {
    int64_t price;    /* × 10^price_exponent */
    int64_t quantity; /* × 10^quantity_exponent */
};

struct book_side {
    struct book_level *levels; /* sorted worst first, so that the best is cheap to change */
    uint32_t count;
    uint32_t capacity;
};

struct book {
    struct book_side bids;
    struct book_side asks;
    int32_t price_exponent;
    int32_t quantity_exponent;
    uint64_t update_id;
    uint64_t truncated; /* levels forgotten for want of room */
    int ready;          /* a snapshot came */
};

void book_init(struct book *book, int32_t price_exponent, int32_t quantity_exponent);
void book_free(struct book *book);
void book_clear(struct book *book);

/*
 * Effect: applies an event's levels; a SNAPSHOT replaces all (continued by MORE). `levels` are
 * the bids, then the asks. Errors: BOTHY_ERANGE a price or quantity finer than the exponents;
 * BOTHY_ENOMEM; the book is then not ready.
 */
int32_t book_apply(struct book *book, const struct bothy_book *header,
                   const struct bothy_level *levels, int snapshot);

/* Best levels as a quote; an empty side has quantity 0. */
void book_quote(const struct book *book, struct bothy_quote *ret_quote);
/* Returns 1 if the best bid is not below the best ask. */
int book_crossed(const struct book *book);
/* Level n from the best of a side (BOTHY_SIDE_BUY: the bids). Returns 0 beyond the end. */
int book_level_get(const struct book *book, uint32_t side, uint32_t n,
                   struct bothy_level *ret_level);

#endif
