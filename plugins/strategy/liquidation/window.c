/*
 * Sums by slots of time. A slot is reused when its place comes round again; sums are made by adding
 * the slots up, so that no error builds up.
 */
#include "window.h"

#include <string.h>

void window_init(struct window *window, int64_t window_ns)
{
    memset(window, 0, sizeof *window);
    window->slot_ns = window_ns / WINDOW_SLOTS;
}

void window_add(struct window *window, int64_t ts_ns, double longs, double shorts)
{
    int64_t number = ts_ns / window->slot_ns;
    struct window_slot *slot = &window->slots[number % WINDOW_SLOTS];

    if (number < slot->number)
        return;
    if (number > slot->number)
        *slot = (struct window_slot) { .number = number };
    slot->longs += longs;
    slot->shorts += shorts;
}

void window_sums(const struct window *window, int64_t now_ns, double *ret_longs, double *ret_shorts)
{
    int64_t newest = now_ns / window->slot_ns;
    double longs = 0, shorts = 0;

    for (uint32_t i = 0; i < WINDOW_SLOTS; i++) {
        const struct window_slot *slot = &window->slots[i];

        if (slot->number > newest - WINDOW_SLOTS && slot->number <= newest) {
            longs += slot->longs;
            shorts += slot->shorts;
        }
    }
    *ret_longs = longs;
    *ret_shorts = shorts;
}
