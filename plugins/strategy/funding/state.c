/*
 * Layout: a header, then one record a symbol, each with its own number of samples. It is read
 * on the machine that wrote it, so numbers are in its own form; but a text, a count or a
 * time is believed only after it was checked.
 */
#include "state.h"

#include <bothy/event.h>

#include <math.h>
#include <string.h>

#define STATE_MAGIC   UINT32_C(0x444e5546) /* "FUND" */
#define STATE_VERSION 1

struct state_header {
    uint32_t magic;
    uint32_t version;
    uint32_t records;
    uint32_t reserved;
};

/* `count` samples follow, the last of them the latest. */
struct state_record {
    char symbol[BOTHY_SYMBOL_MAX];
    char venue[BOTHY_NAME_MAX];
    uint32_t count;
    uint32_t reserved;
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

int32_t funding_state_save(const struct bothy_config *config,
                           struct interest *(*of_symbol)(void *context, uint32_t index),
                           void *context, void *data, size_t capacity)
{
    struct state_header header = { .magic = STATE_MAGIC, .version = STATE_VERSION };
    char *to = data;
    size_t used = sizeof header;

    if (capacity < sizeof header)
        return BOTHY_ERANGE;
    for (uint32_t i = 0; i < bothy_config_symbol_count(config); i++) {
        const struct interest *interest = of_symbol(context, i);
        struct state_record record = { 0 };
        size_t samples_size = interest->count * sizeof interest->samples[0];

        if (interest->latest.quantity <= 0)
            continue;
        if (!copy_text(record.symbol, sizeof record.symbol, bothy_config_symbol(config, i)) ||
            !copy_text(record.venue, sizeof record.venue, bothy_config_symbol_venue(config, i)))
            continue;
        if (capacity - used < sizeof record + samples_size + sizeof interest->latest)
            break;
        record.count = interest->count + 1;
        memcpy(to + used, &record, sizeof record);
        used += sizeof record;
        memcpy(to + used, interest->samples, samples_size);
        used += samples_size;
        memcpy(to + used, &interest->latest, sizeof interest->latest);
        used += sizeof interest->latest;
        header.records++;
    }
    memcpy(to, &header, sizeof header);
    return (int32_t)used;
}

static struct interest *find(const struct bothy_config *config,
                             struct interest *(*of_symbol)(void *context, uint32_t index),
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
                    struct interest *(*of_symbol)(void *context, uint32_t index), void *context,
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
        struct interest *interest;

        if (length - used < sizeof record)
            return BOTHY_ECORRUPT;
        memcpy(&record, from + used, sizeof record);
        used += sizeof record;
        if (!memchr(record.symbol, '\0', sizeof record.symbol) ||
            !memchr(record.venue, '\0', sizeof record.venue) ||
            record.count > INTEREST_SAMPLES + 1 ||
            (length - used) / sizeof(struct interest_sample) < record.count)
            return BOTHY_ECORRUPT;
        interest = apply ? find(config, of_symbol, context, &record) : NULL;
        for (uint32_t k = 0; k < record.count; k++) {
            struct interest_sample sample;

            memcpy(&sample, from + used, sizeof sample);
            used += sizeof sample;
            if (!isfinite(sample.quantity) || sample.quantity <= 0 || sample.ts_ns < 0)
                return BOTHY_ECORRUPT;
            if (interest)
                interest_push(interest, sample.ts_ns, sample.quantity);
        }
    }
    return used == length ? 0 : BOTHY_ECORRUPT;
}

int32_t funding_state_load(const struct bothy_config *config,
                           struct interest *(*of_symbol)(void *context, uint32_t index),
                           void *context, const void *data, size_t length)
{
    int32_t r = walk(config, of_symbol, context, data, length, 0);

    return r < 0 ? r : walk(config, of_symbol, context, data, length, 1);
}
