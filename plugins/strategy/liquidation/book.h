/*
 * An order book of one instrument: two sorted arrays of exact levels. Pure; it allocates only in
 * book_init().
 *
 * It is valid from a snapshot on, until somebody calls book_invalidate(). A side that is full lets
 * go of its worst level: with more room than levels are asked for, what is near the price stays
 * right.
 */
#ifndef LIQUIDATION_BOOK_H
#define LIQUIDATION_BOOK_H

#include <bothy/event.h>

#define BOOK_SIDE_LEVELS 1000

struct book {
    struct bothy_level *bids; /* best first */
    struct bothy_level *asks; /* best first */
    uint32_t bid_count;
    uint32_t ask_count;
    uint32_t valid;
    uint32_t in_snapshot; /* a snapshot of several events is not complete yet */
};

/* Effect: an empty, invalid book. Returns 0 or BOTHY_ENOMEM. */
int32_t book_init(struct book *book);
/* Effect: frees the levels; `book` may be all zeros. */
void book_free(struct book *book);

/* Effect: nothing is known any more, until the next snapshot. */
void book_invalidate(struct book *book);

/*
 * Effect: takes a BOTHY_EVENT_BOOK. Changes without a snapshot before them are ignored. Returns
 * 0, or BOTHY_EPROTO for a body that is too short, with the book invalid.
 */
int32_t book_apply(struct book *book, const struct bothy_event *event);

/*
 * Effect: value of the best `levels` levels of each side, price × quantity. Returns 1, or 0 if the
 * book is invalid, incomplete, has an empty side, or is crossed.
 */
int book_values(const struct book *book, uint32_t levels, double *ret_bids, double *ret_asks);

#endif
