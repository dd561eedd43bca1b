/*
 * The order book: see book.h. A side is an array sorted with the best level at its end: most
 * changes are near the best, so what has to move is short.
 */
#include "core/book.h"

#include <stdlib.h>
#include <string.h>

void book_init(struct book *book, int32_t price_exponent, int32_t quantity_exponent)
{
    memset(book, 0, sizeof *book);
    book->price_exponent = price_exponent;
    book->quantity_exponent = quantity_exponent;
}

void book_free(struct book *book)
{
    free(book->bids.levels);
    free(book->asks.levels);
    memset(book, 0, sizeof *book);
}

void book_clear(struct book *book)
{
    book->bids.count = 0;
    book->asks.count = 0;
    book->ready = 0;
}

/* Place of `price` in a side, or where it belongs. `descending` is 1 for asks. */
static uint32_t side_search(const struct book_side *side, int64_t price, int descending,
                            int *ret_found)
{
    uint32_t low = 0, high = side->count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int64_t at = side->levels[middle].price;

        if (at == price) {
            *ret_found = 1;
            return middle;
        }
        if ((at < price) != descending)
            low = middle + 1;
        else
            high = middle;
    }
    *ret_found = 0;
    return low;
}

static int32_t side_grow(struct book_side *side)
{
    uint32_t capacity = side->capacity ? 2 * side->capacity : 64;
    struct book_level *levels = realloc(side->levels, capacity * sizeof *levels);

    if (!levels)
        return BOTHY_ENOMEM;
    side->levels = levels;
    side->capacity = capacity;
    return 0;
}

static int32_t side_set(struct book *book, struct book_side *side, int descending, int64_t price,
                        int64_t quantity)
{
    int found;
    uint32_t at = side_search(side, price, descending, &found);

    if (found && quantity > 0) {
        side->levels[at].quantity = quantity;
        return 0;
    }
    if (found) {
        side->count--;
        memmove(&side->levels[at], &side->levels[at + 1],
                (side->count - at) * sizeof *side->levels);
        return 0;
    }
    if (quantity <= 0)
        return 0;
    if (side->count == BOOK_SIDE_MAX) {
        book->truncated++;
        if (at == 0)
            return 0; /* worse than all that we keep */
        memmove(&side->levels[0], &side->levels[1], (at - 1) * sizeof *side->levels);
        side->levels[at - 1] = (struct book_level) { price, quantity };
        return 0;
    }
    if (side->count == side->capacity && side_grow(side) < 0)
        return BOTHY_ENOMEM;
    memmove(&side->levels[at + 1], &side->levels[at], (side->count - at) * sizeof *side->levels);
    side->levels[at] = (struct book_level) { price, quantity };
    side->count++;
    return 0;
}

/* The coefficient of value at `exponent`, exactly. */
static int32_t on_exponent(struct bothy_decimal value, int32_t exponent, int64_t *ret_coefficient)
{
    struct bothy_decimal at;

    if (value.exponent == exponent) {
        *ret_coefficient = value.coefficient;
        return 0;
    }
    if (bothy_decimal_rescale(value, exponent, BOTHY_ROUND_DOWN, &at) < 0 ||
        bothy_decimal_compare(at, value) != 0)
        return BOTHY_ERANGE;
    *ret_coefficient = at.coefficient;
    return 0;
}

int32_t book_apply(struct book *book, const struct bothy_book *header,
                   const struct bothy_level *levels, int snapshot)
{
    uint32_t total = header->bid_count + header->ask_count;

    if (snapshot)
        book_clear(book);
    for (uint32_t i = 0; i < total; i++) {
        int ask = i >= header->bid_count;
        int64_t price = 0, quantity = 0;
        int32_t r = on_exponent(levels[i].price, book->price_exponent, &price);

        if (r == 0)
            r = on_exponent(levels[i].quantity, book->quantity_exponent, &quantity);
        if (r == 0)
            r = side_set(book, ask ? &book->asks : &book->bids, ask, price, quantity);
        if (r < 0) {
            book->ready = 0;
            return r;
        }
    }
    if (snapshot)
        book->ready = 1;
    book->update_id = header->update_id;
    return 0;
}

int book_level_get(const struct book *book, uint32_t side, uint32_t n,
                   struct bothy_level *ret_level)
{
    const struct book_side *from = side == BOTHY_SIDE_BUY ? &book->bids : &book->asks;
    const struct book_level *level;

    if (n >= from->count)
        return 0;
    level = &from->levels[from->count - 1 - n];
    ret_level->price = bothy_decimal_make(level->price, book->price_exponent);
    ret_level->quantity = bothy_decimal_make(level->quantity, book->quantity_exponent);
    return 1;
}

void book_quote(const struct book *book, struct bothy_quote *ret_quote)
{
    struct bothy_level level;

    memset(ret_quote, 0, sizeof *ret_quote);
    if (book_level_get(book, BOTHY_SIDE_BUY, 0, &level)) {
        ret_quote->bid_price = level.price;
        ret_quote->bid_quantity = level.quantity;
    }
    if (book_level_get(book, BOTHY_SIDE_SELL, 0, &level)) {
        ret_quote->ask_price = level.price;
        ret_quote->ask_quantity = level.quantity;
    }
}

int book_crossed(const struct book *book)
{
    return book->bids.count && book->asks.count &&
           book->bids.levels[book->bids.count - 1].price >=
               book->asks.levels[book->asks.count - 1].price;
}
