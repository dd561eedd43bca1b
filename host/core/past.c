/*
 * What is over: ended orders and signals leave the tables that every event walks through, and
 * the newest of them are kept for those who ask. The store remembers all of them.
 *
 * An ended order stays in its table as long as an order of its group is alive: exits ask their
 * entry for its price.
 */
#include "core/state.h"

#include <stdlib.h>
#include <string.h>

/* The place of the next item of a ring that grows up to `most`; NULL: no memory for any. */
static void *ring_next(struct past *ring, size_t size, size_t most)
{
    /* One that went round already, for want of memory, stays as it is: its order would break. */
    if (ring->count == ring->capacity && ring->capacity < most && ring->first == 0) {
        size_t capacity = ring->capacity ? 2 * ring->capacity : 64;
        void *items;

        if (capacity > most)
            capacity = most;
        items = realloc(ring->items, capacity * size);
        if (items) {
            ring->items = items;
            ring->capacity = capacity;
        }
    }
    if (ring->count < ring->capacity)
        return (char *)ring->items + size * ring->count++;
    if (ring->capacity == 0)
        return NULL;
    ring->first = (ring->first + 1) % ring->capacity;
    return (char *)ring->items + size * ((ring->first + ring->capacity - 1) % ring->capacity);
}

const void *past_get(const struct past *ring, size_t size, size_t n)
{
    return (const char *)ring->items + size * ((ring->first + n) % ring->capacity);
}

static int group_lives(const struct core *core, const struct order_entry *entry)
{
    for (size_t i = 0; entry->order.group_id && i < core->order_count; i++) {
        if (core->orders[i].order.group_id == entry->order.group_id &&
            !orders_final(core->orders[i].order.order.state))
            return 1;
    }
    return 0;
}

void past_sweep_orders(struct core *core)
{
    size_t kept = 0;

    if (core->orders_ended == 0)
        return;
    core->orders_ended = 0;
    for (size_t i = 0; i < core->order_count; i++) {
        struct order_entry *entry = &core->orders[i];
        struct past_order *past;

        /* Those before `kept` are all that stay; a group's orders stand behind one another. */
        if (!orders_final(entry->order.order.state) || group_lives(core, entry)) {
            if (kept != i)
                core->orders[kept] = *entry;
            kept++;
            continue;
        }
        past = ring_next(&core->past_orders, sizeof *past, PAST_ORDERS_MAX);
        if (past)
            *past = (struct past_order) { entry->bot, entry->instrument, entry->order };
    }
    core->order_count = kept;
}

void past_sweep_signals(struct core *core)
{
    size_t kept = 0;

    if (core->signals_ended == 0)
        return;
    core->signals_ended = 0;
    for (size_t i = 0; i < core->signal_count; i++) {
        struct signal_entry *entry = &core->signals[i], *past;

        if (!entry->outcome) {
            if (kept != i)
                core->signals[kept] = *entry;
            kept++;
            continue;
        }
        past = ring_next(&core->past_signals, sizeof *past, PAST_SIGNALS_MAX);
        if (past)
            *past = *entry;
    }
    core->signal_count = kept;
}
