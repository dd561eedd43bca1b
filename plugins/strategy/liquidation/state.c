/*
 * Layout: a header, then one record a symbol, each with as many slots as hold something. It is read
 * on the machine that wrote it, so numbers are in its own form; but a text, a count or a
 * value is believed only after it was checked.
 */
#include "state.h"

#include <bothy/event.h>

#include <math.h>
#include <string.h>

#define STATE_MAGIC   UINT32_C(0x5551494c) /* "LIQU" */
#define STATE_VERSION 1

struct state_header {
    uint32_t magic;
    uint32_t version;
    uint32_t records;
    uint32_t reserved;
};

/* `count` slots follow. */
struct state_record {
    char symbol[BOTHY_SYMBOL_MAX];
    char venue[BOTHY_NAME_MAX];
    uint32_t count;
    uint32_t reserved;
};

/* By time, so that a window of another length takes it, too. */
struct state_slot {
    int64_t ts_ns;
    double longs;
    double shorts;
};

static int copy_text(char *to, size_t capacity, const char *from)
{
    size_t length = strlen(from);

    memset(to, 0, capacity);
    if (length >= capacity)
        return 0;
    memcpy(to, from, length);
    return 1;
}

static int has_value(const struct window_slot *slot)
{
    return slot->longs > 0 || slot->shorts > 0;
}

int32_t liquidation_state_save(const struct bothy_config *config,
                               struct window *(*of_symbol)(void *context, uint32_t index),
                               void *context, void *data, size_t capacity)
{
    struct state_header header = { .magic = STATE_MAGIC, .version = STATE_VERSION };
    char *to = data;
    size_t used = sizeof header;

    if (capacity < sizeof header)
        return BOTHY_ERANGE;
    for (uint32_t i = 0; i < bothy_config_symbol_count(config); i++) {
        const struct window *window = of_symbol(context, i);
        struct state_record record = { 0 };

        for (uint32_t k = 0; k < WINDOW_SLOTS; k++)
            record.count += (uint32_t)has_value(&window->slots[k]);
        if (record.count == 0 ||
            !copy_text(record.symbol, sizeof record.symbol, bothy_config_symbol(config, i)) ||
            !copy_text(record.venue, sizeof record.venue, bothy_config_symbol_venue(config, i)))
            continue;
        if (capacity - used < sizeof record + record.count * sizeof(struct state_slot))
            break;
        memcpy(to + used, &record, sizeof record);
        used += sizeof record;
        for (uint32_t k = 0; k < WINDOW_SLOTS; k++) {
            const struct window_slot *slot = &window->slots[k];
            struct state_slot saved = { slot->number * window->slot_ns, slot->longs, slot->shorts };

            if (!has_value(slot))
                continue;
            memcpy(to + used, &saved, sizeof saved);
            used += sizeof saved;
        }
        header.records++;
    }
    memcpy(to, &header, sizeof header);
    return (int32_t)used;
}

static struct window *find(const struct bothy_config *config,
                           struct window *(*of_symbol)(void *context, uint32_t index),
                           void *context, const struct state_record *record)
{
    for (uint32_t i = 0; i < bothy_config_symbol_count(config); i++)
        if (strcmp(bothy_config_symbol(config, i), record->symbol) == 0 &&
            strcmp(bothy_config_symbol_venue(config, i), record->venue) == 0)
            return of_symbol(context, i);
    return NULL;
}

/* Walks the records; with apply == 0 it only checks them. */
static int32_t walk(const struct bothy_config *config,
                    struct window *(*of_symbol)(void *context, uint32_t index), void *context,
                    const char *from, size_t length, int apply)
{
    struct state_header header;
    size_t used = sizeof header;

    if (length < sizeof header)
        return BOTHY_ECORRUPT;
    memcpy(&header, from, sizeof header);
    if (header.magic != STATE_MAGIC || header.version != STATE_VERSION)
        return BOTHY_ECORRUPT;
    for (uint32_t i = 0; i < header.records; i++) {
        struct state_record record;
        struct window *window;

        if (length - used < sizeof record)
            return BOTHY_ECORRUPT;
        memcpy(&record, from + used, sizeof record);
        used += sizeof record;
        if (!memchr(record.symbol, '\0', sizeof record.symbol) ||
            !memchr(record.venue, '\0', sizeof record.venue) || record.count > WINDOW_SLOTS ||
            (length - used) / sizeof(struct state_slot) < record.count)
            return BOTHY_ECORRUPT;
        window = apply ? find(config, of_symbol, context, &record) : NULL;
        for (uint32_t k = 0; k < record.count; k++) {
            struct state_slot slot;

            memcpy(&slot, from + used, sizeof slot);
            used += sizeof slot;
            if (slot.ts_ns < 0 || !isfinite(slot.longs) || !isfinite(slot.shorts) ||
                slot.longs < 0 || slot.shorts < 0)
                return BOTHY_ECORRUPT;
            if (window)
                window_add(window, slot.ts_ns, slot.longs, slot.shorts);
        }
    }
    return used == length ? 0 : BOTHY_ECORRUPT;
}

int32_t liquidation_state_load(const struct bothy_config *config,
                               struct window *(*of_symbol)(void *context, uint32_t index),
                               void *context, const void *data, size_t length)
{
    int32_t r = walk(config, of_symbol, context, data, length, 0);

    return r < 0 ? r : walk(config, of_symbol, context, data, length, 1);
}
