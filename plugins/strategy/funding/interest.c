/*
 * Keeps samples of open interest at a bounded spacing, so that venues that send one every second
 * and venues that send one every five minutes need the same room.
 */
#include "interest.h"

#include <math.h>
#include <string.h>

void interest_init(struct interest *interest, int64_t window_ns)
{
    memset(interest, 0, sizeof *interest);
    interest->window_ns = window_ns;
}

void interest_push(struct interest *interest, int64_t ts_ns, double quantity)
{
    int64_t spacing_ns = interest->window_ns / (INTEREST_SAMPLES - 2);
    struct interest_sample sample = { ts_ns, quantity };

    if (!isfinite(quantity) || quantity <= 0)
        return;
    if (interest->latest.quantity > 0 && ts_ns <= interest->latest.ts_ns)
        return;
    interest->latest = sample;
    if (interest->count > 0 && ts_ns - interest->samples[interest->count - 1].ts_ns < spacing_ns)
        return;
    if (interest->count == INTEREST_SAMPLES) {
        memmove(interest->samples, interest->samples + 1,
                (INTEREST_SAMPLES - 1) * sizeof interest->samples[0]);
        interest->count--;
    }
    interest->samples[interest->count++] = sample;
}

int interest_change(const struct interest *interest, int64_t now_ns, int64_t max_age_ns,
                    double *ret_change_pct)
{
    const struct interest_sample *latest = &interest->latest;

    if (latest->quantity <= 0 || now_ns - latest->ts_ns > max_age_ns)
        return 0;
    for (uint32_t i = 0; i < interest->count; i++) {
        const struct interest_sample *from = &interest->samples[i];

        if (from->ts_ns >= latest->ts_ns)
            break;
        if (latest->ts_ns - from->ts_ns <= interest->window_ns) {
            *ret_change_pct = (latest->quantity / from->quantity - 1) * 100;
            return 1;
        }
    }
    return 0;
}
