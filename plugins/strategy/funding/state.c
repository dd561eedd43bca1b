/*
 * Samples of open interest as records of bothy/saved.h: a symbol's spaced ones, oldest first, and
 * then the latest. They are pushed back in that order, so what the window drops is dropped again.
 */
#include "state.h"

#include <bothy/saved.h>

#include <math.h>

static int32_t sample_valid(const void *item)
{
    const struct interest_sample *sample = item;

    return isfinite(sample->quantity) && sample->quantity > 0 && sample->ts_ns >= 0;
}

static const struct bothy_saved_format format = {
    .magic = UINT32_C(0x444e5546), /* "FUND" */
    .version = 1,
    .item_size = sizeof(struct interest_sample),
    .items_max = INTEREST_SAMPLES + 1,
    .item_valid = sample_valid,
};

int32_t funding_state_save(const struct bothy_config *config,
                           struct interest *(*of_symbol)(void *context, uint32_t index),
                           void *context, void *data, size_t capacity)
{
    struct bothy_saved_writer writer;
    int32_t r = bothy_saved_writer_init(&writer, &format, data, capacity);

    if (r < 0)
        return r;
    for (uint32_t i = 0; i < bothy_config_symbol_count(config); i++) {
        const struct interest *interest = of_symbol(context, i);

        if (interest->latest.quantity <= 0 || bothy_saved_symbol(&writer, config, i) < 0)
            continue;
        for (uint32_t k = 0; k < interest->count; k++)
            bothy_saved_put(&writer, &interest->samples[k]);
        bothy_saved_put(&writer, &interest->latest);
    }
    return bothy_saved_finish(&writer);
}

int32_t funding_state_load(const struct bothy_config *config,
                           struct interest *(*of_symbol)(void *context, uint32_t index),
                           void *context, const void *data, size_t length)
{
    struct bothy_saved_reader reader;
    struct bothy_saved_record record;
    int32_t r = bothy_saved_reader_init(&reader, &format, data, length);

    if (r < 0)
        return r;
    while (bothy_saved_next(&reader, config, &record)) {
        struct interest *interest = of_symbol(context, record.symbol_index);
        struct interest_sample sample;

        for (uint32_t k = 0; bothy_saved_get(&record, k, &sample) == 0; k++)
            interest_push(interest, sample.ts_ns, sample.quantity);
    }
    return 0;
}
