/*
 * Sums of both sides as records of bothy/saved.h: of each symbol the slots that hold something, by
 * time and not by number, so that a window of another length takes them, too.
 */
#include "state.h"

#include <bothy/saved.h>

#include <math.h>

struct slot_saved {
    int64_t ts_ns;
    double longs;
    double shorts;
};

static int32_t slot_valid(const void *item)
{
    const struct slot_saved *slot = item;

    return slot->ts_ns >= 0 && isfinite(slot->longs) && isfinite(slot->shorts) &&
           slot->longs >= 0 && slot->shorts >= 0;
}

static const struct bothy_saved_format format = {
    .magic = UINT32_C(0x5551494c), /* "LIQU" */
    .version = 1,
    .item_size = sizeof(struct slot_saved),
    .items_max = WINDOW_SLOTS,
    .item_valid = slot_valid,
};

int32_t liquidation_state_save(const struct bothy_config *config,
                               struct window *(*of_symbol)(void *context, uint32_t index),
                               void *context, void *data, size_t capacity)
{
    struct bothy_saved_writer writer;
    int32_t r = bothy_saved_writer_init(&writer, &format, data, capacity);

    if (r < 0)
        return r;
    for (uint32_t i = 0; i < bothy_config_symbol_count(config); i++) {
        const struct window *window = of_symbol(context, i);

        if (bothy_saved_symbol(&writer, config, i) < 0)
            continue;
        for (uint32_t k = 0; k < WINDOW_SLOTS; k++) {
            const struct window_slot *slot = &window->slots[k];
            struct slot_saved saved = { slot->number * window->slot_ns, slot->longs, slot->shorts };

            if (slot->longs > 0 || slot->shorts > 0)
                bothy_saved_put(&writer, &saved);
        }
    }
    return bothy_saved_finish(&writer);
}

int32_t liquidation_state_load(const struct bothy_config *config,
                               struct window *(*of_symbol)(void *context, uint32_t index),
                               void *context, const void *data, size_t length)
{
    struct bothy_saved_reader reader;
    struct bothy_saved_record record;
    int32_t r = bothy_saved_reader_init(&reader, &format, data, length);

    if (r < 0)
        return r;
    while (bothy_saved_next(&reader, config, &record)) {
        struct window *window = of_symbol(context, record.symbol_index);
        struct slot_saved slot;

        for (uint32_t k = 0; bothy_saved_get(&record, k, &slot) == 0; k++)
            window_add(window, slot.ts_ns, slot.longs, slot.shorts);
    }
    return 0;
}
