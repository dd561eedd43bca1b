/*
 * Sequence rules and levels: see depth.h.
 */
#include "depth.h"

#include <stdlib.h>
#include <string.h>

void replay_depth_init(struct replay_depth *depth, int32_t price_exponent,
                       int32_t quantity_exponent)
{
    memset(depth, 0, sizeof *depth);
    depth->price_exponent = price_exponent;
    depth->quantity_exponent = quantity_exponent;
}

void replay_depth_free(struct replay_depth *depth)
{
    free(depth->bids.levels);
    free(depth->asks.levels);
    memset(depth, 0, sizeof *depth);
}

static void clear(struct replay_depth *depth)
{
    depth->state = REPLAY_DEPTH_WAITING;
    depth->bids.count = depth->asks.count = 0;
}

/* Where a price stands in a side, or belongs. `sign` is 1 for bids (ascending), -1 for asks. */
static uint32_t place(const struct replay_side *side, int64_t price, int sign, int *ret_found)
{
    uint32_t low = 0, high = side->count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int64_t at = side->levels[middle].price;

        if (at == price) {
            *ret_found = 1;
            return middle;
        }
        if ((at < price) == (sign > 0))
            low = middle + 1;
        else
            high = middle;
    }
    *ret_found = 0;
    return low;
}

static int32_t make_room(struct replay_depth *depth, struct replay_side *side, uint32_t *at)
{
    struct replay_level *levels;
    uint32_t capacity = side->capacity ? 2 * side->capacity : 256;

    if (side->count == REPLAY_SIDE_MAX) {
        depth->forgotten++;
        if (*at == 0)
            return 1;
        side->count--;
        memmove(side->levels, side->levels + 1, side->count * sizeof *side->levels);
        (*at)--;
    }
    if (side->count < side->capacity)
        return 0;
    levels = realloc(side->levels, capacity * sizeof *levels);
    if (!levels)
        return BOTHY_ENOMEM;
    side->levels = levels;
    side->capacity = capacity;
    return 0;
}

static int32_t set(struct replay_depth *depth, struct replay_side *side, int sign,
                   struct replay_level level)
{
    int found;
    uint32_t at = place(side, level.price, sign, &found);
    int32_t r;

    if (found && level.quantity > 0) {
        side->levels[at].quantity = level.quantity;
        return 0;
    }
    if (found) {
        side->count--;
        memmove(side->levels + at, side->levels + at + 1,
                (side->count - at) * sizeof *side->levels);
        return 0;
    }
    if (level.quantity == 0)
        return 0;
    r = make_room(depth, side, &at);
    if (r != 0)
        return r < 0 ? r : 0;
    memmove(side->levels + at + 1, side->levels + at, (side->count - at) * sizeof *side->levels);
    side->levels[at] = level;
    side->count++;
    return 0;
}

/* The coefficient of a value at an exponent, exactly. */
static int32_t at_exponent(struct bothy_decimal value, int32_t exponent, int64_t *ret_coefficient)
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

static int crossed(const struct replay_depth *depth)
{
    const struct replay_side *bids = &depth->bids, *asks = &depth->asks;

    return bids->count > 0 && asks->count > 0 &&
           bids->levels[bids->count - 1].price >= asks->levels[asks->count - 1].price;
}

static int32_t apply_levels(struct replay_depth *depth, const struct replay_message *message,
                            const struct bothy_level *levels, struct bothy_error *error)
{
    for (uint32_t i = 0; i < message->bid_count + message->ask_count; i++) {
        int ask = i >= message->bid_count;
        struct replay_level level = { 0 };
        int32_t r = at_exponent(levels[i].price, depth->price_exponent, &level.price);

        if (r == 0)
            r = at_exponent(levels[i].quantity, depth->quantity_exponent, &level.quantity);
        if (r < 0) {
            clear(depth);
            return bothy_fail(error, r,
                              "a level of the book is much finer than the steps: set tick_size "
                              "and lot_size of this file");
        }
        r = set(depth, ask ? &depth->asks : &depth->bids, ask ? -1 : 1, level);
        if (r < 0) {
            clear(depth);
            return bothy_fail(error, r, "no memory");
        }
    }
    depth->last_id = message->last_id;
    if (!crossed(depth))
        return REPLAY_DEPTH_APPLIED;
    clear(depth);
    return REPLAY_DEPTH_CROSSED;
}

static int32_t apply_snapshot(struct replay_depth *depth, const struct replay_message *message,
                              const struct bothy_level *levels, struct bothy_error *error)
{
    /* A book that is right is not put back to an earlier time. */
    if (depth->state != REPLAY_DEPTH_WAITING && message->last_id < depth->last_id)
        return REPLAY_DEPTH_OLD;
    clear(depth);
    depth->state =
        message->kind == REPLAY_MESSAGE_PARTIAL ? REPLAY_DEPTH_LIVE : REPLAY_DEPTH_SYNCING;
    return apply_levels(depth, message, levels, error);
}

static int follows(const struct replay_depth *depth, const struct replay_message *message)
{
    uint64_t last = depth->last_id;

    if (message->has_previous)
        return message->previous_id == last ||
               (depth->state == REPLAY_DEPTH_SYNCING && message->first_id <= last);
    return message->first_id <= last + 1;
}

static int is_old(const struct replay_depth *depth, const struct replay_message *message)
{
    /* On futures the update that ends at the snapshot's id is the first that counts. */
    if (message->has_previous && depth->state == REPLAY_DEPTH_SYNCING)
        return message->last_id < depth->last_id;
    return message->last_id <= depth->last_id;
}

int32_t replay_depth_apply(struct replay_depth *depth, const struct replay_message *message,
                           const struct bothy_level *levels, struct bothy_error *error)
{
    if (message->kind != REPLAY_MESSAGE_DEPTH)
        return apply_snapshot(depth, message, levels, error);
    if (depth->state == REPLAY_DEPTH_WAITING)
        return REPLAY_DEPTH_KEEP;
    if (is_old(depth, message))
        return REPLAY_DEPTH_OLD;
    if (!follows(depth, message)) {
        clear(depth);
        return REPLAY_DEPTH_GAP;
    }
    depth->state = REPLAY_DEPTH_LIVE;
    return apply_levels(depth, message, levels, error);
}

static void write_side(const struct replay_depth *depth, const struct replay_side *side,
                       struct bothy_level *to)
{
    for (uint32_t i = side->count; i > 0; i--, to++) {
        to->price = bothy_decimal_normalise(
            bothy_decimal_make(side->levels[i - 1].price, depth->price_exponent));
        to->quantity = bothy_decimal_normalise(
            bothy_decimal_make(side->levels[i - 1].quantity, depth->quantity_exponent));
    }
}

void replay_depth_write(const struct replay_depth *depth, struct bothy_level *to,
                        uint32_t *ret_bids, uint32_t *ret_asks)
{
    write_side(depth, &depth->bids, to);
    write_side(depth, &depth->asks, to + depth->bids.count);
    *ret_bids = depth->bids.count;
    *ret_asks = depth->asks.count;
}
