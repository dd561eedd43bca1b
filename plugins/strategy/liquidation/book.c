/*
 * Sorted arrays and binary search: near the price, where changes are, few levels move.
 */
#include "book.h"

#include <stdlib.h>
#include <string.h>

int32_t book_init(struct book *book)
{
    memset(book, 0, sizeof *book);
    book->bids = calloc(BOOK_SIDE_LEVELS, sizeof book->bids[0]);
    book->asks = calloc(BOOK_SIDE_LEVELS, sizeof book->asks[0]);
    if (book->bids && book->asks)
        return 0;
    book_free(book);
    return BOTHY_ENOMEM;
}

void book_free(struct book *book)
{
    free(book->bids);
    free(book->asks);
    book->bids = NULL;
    book->asks = NULL;
}

void book_invalidate(struct book *book)
{
    book->bid_count = 0;
    book->ask_count = 0;
    book->valid = 0;
    book->in_snapshot = 0;
}

/* Where `price` stands or would stand. `order` is 1 for asks (rising) and -1 for bids. */
static uint32_t place(const struct bothy_level *side, uint32_t count, int32_t order,
                      struct bothy_decimal price, int *ret_found)
{
    uint32_t low = 0, high = count;

    *ret_found = 0;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int32_t c = order * bothy_decimal_compare(side[middle].price, price);

        if (c == 0) {
            *ret_found = 1;
            return middle;
        }
        if (c < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void set_level(struct bothy_level *side, uint32_t *count, int32_t order,
                      const struct bothy_level *level)
{
    int found;
    uint32_t at = place(side, *count, order, level->price, &found);

    if (bothy_decimal_sign(level->quantity) <= 0) {
        if (!found)
            return;
        memmove(side + at, side + at + 1, (*count - at - 1) * sizeof side[0]);
        (*count)--;
        return;
    }
    if (!found) {
        if (at == BOOK_SIDE_LEVELS)
            return;
        if (*count == BOOK_SIDE_LEVELS)
            (*count)--;
        memmove(side + at + 1, side + at, (*count - at) * sizeof side[0]);
        (*count)++;
    }
    side[at] = *level;
}

int32_t book_apply(struct book *book, const struct bothy_event *event)
{
    const struct bothy_book *body = BOTHY_EVENT_BODY(event, struct bothy_book);
    const struct bothy_level *levels;
    size_t room;

    if (!body) {
        book_invalidate(book);
        return BOTHY_EPROTO;
    }
    room = (event->size - sizeof *event - sizeof *body) / sizeof levels[0];
    if (body->bid_count > room || body->ask_count > room - body->bid_count) {
        book_invalidate(book);
        return BOTHY_EPROTO;
    }
    /* The later parts of a snapshot may carry the flag, too: only the first one clears. */
    if ((event->flags & BOTHY_EVENT_SNAPSHOT) && !book->in_snapshot) {
        book->bid_count = 0;
        book->ask_count = 0;
        book->valid = 1;
        book->in_snapshot = 1;
    }
    if (!book->valid)
        return 0;
    levels = (const struct bothy_level *)(const void *)(body + 1);
    for (uint32_t i = 0; i < body->bid_count; i++)
        set_level(book->bids, &book->bid_count, -1, &levels[i]);
    for (uint32_t i = 0; i < body->ask_count; i++)
        set_level(book->asks, &book->ask_count, 1, &levels[body->bid_count + i]);
    if (!(event->flags & BOTHY_EVENT_MORE))
        book->in_snapshot = 0;
    return 0;
}

static double value_of(const struct bothy_level *side, uint32_t count)
{
    double value = 0;

    for (uint32_t i = 0; i < count; i++)
        value += bothy_decimal_to_double(side[i].price) * bothy_decimal_to_double(side[i].quantity);
    return value;
}

int book_values(const struct book *book, uint32_t levels, double *ret_bids, double *ret_asks)
{
    if (!book->valid || book->in_snapshot || book->bid_count == 0 || book->ask_count == 0 ||
        bothy_decimal_compare(book->bids[0].price, book->asks[0].price) >= 0)
        return 0;
    *ret_bids = value_of(book->bids, levels < book->bid_count ? levels : book->bid_count);
    *ret_asks = value_of(book->asks, levels < book->ask_count ? levels : book->ask_count);
    return 1;
}
