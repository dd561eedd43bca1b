/*
 * The naive book: see naive_book.h. It only takes the pains to remember which level is best.
 */
#include "naive_book.h"

static int better(uint32_t side, struct bothy_decimal a, struct bothy_decimal b)
{
    int32_t order = bothy_decimal_compare(a, b);

    return side == BOTHY_SIDE_BUY ? order > 0 : order < 0;
}

static void find_best(struct naive_side *side, uint32_t which)
{
    side->best = 0;
    for (uint32_t i = 1; i < side->count; i++) {
        if (better(which, side->levels[i].price, side->levels[side->best].price))
            side->best = i;
    }
}

static int set(struct naive_side *side, uint32_t which, const struct bothy_level *level)
{
    uint32_t i;

    for (i = 0; i < side->count; i++) {
        if (side->levels[i].price.coefficient == level->price.coefficient
                ? side->levels[i].price.exponent == level->price.exponent
                : bothy_decimal_compare(side->levels[i].price, level->price) == 0)
            break;
    }
    if (level->quantity.coefficient == 0) {
        if (i == side->count)
            return 0;
        side->levels[i] = side->levels[--side->count];
        if (side->best == i || side->best == side->count)
            find_best(side, which);
        return 0;
    }
    if (i == NAIVE_LEVELS_MAX)
        return -1;
    side->levels[i] = *level;
    if (i == side->count) {
        side->count++;
        if (side->count == 1 || better(which, level->price, side->levels[side->best].price))
            side->best = i;
    }
    return 0;
}

int naive_book_apply(struct naive_book *book, const struct bothy_event *event)
{
    const struct bothy_book *header = (const struct bothy_book *)(const void *)(event + 1);
    const struct bothy_level *levels = (const struct bothy_level *)(const void *)(header + 1);

    if ((event->flags & BOTHY_EVENT_SNAPSHOT) && !book->chained) {
        book->bids.count = book->asks.count = 0;
        book->ready = 1;
    }
    book->chained = (event->flags & BOTHY_EVENT_MORE) != 0;
    for (uint32_t i = 0; i < header->bid_count; i++) {
        if (set(&book->bids, BOTHY_SIDE_BUY, levels++) < 0)
            return -1;
    }
    for (uint32_t i = 0; i < header->ask_count; i++) {
        if (set(&book->asks, BOTHY_SIDE_SELL, levels++) < 0)
            return -1;
    }
    return 0;
}

const struct bothy_level *naive_book_best(const struct naive_book *book, uint32_t side)
{
    const struct naive_side *of = side == BOTHY_SIDE_BUY ? &book->bids : &book->asks;

    return of->count > 0 ? &of->levels[of->best] : NULL;
}

int naive_book_crossed(const struct naive_book *book)
{
    const struct bothy_level *bid = naive_book_best(book, BOTHY_SIDE_BUY);
    const struct bothy_level *ask = naive_book_best(book, BOTHY_SIDE_SELL);

    return bid && ask && bothy_decimal_compare(bid->price, ask->price) >= 0;
}

struct bothy_decimal naive_book_at(const struct naive_book *book, uint32_t side,
                                   struct bothy_decimal price)
{
    const struct naive_side *of = side == BOTHY_SIDE_BUY ? &book->bids : &book->asks;

    for (uint32_t i = 0; i < of->count; i++) {
        if (bothy_decimal_compare(of->levels[i].price, price) == 0)
            return of->levels[i].quantity;
    }
    return bothy_decimal_zero();
}
