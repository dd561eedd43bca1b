/*
 * Samples of open interest over a window, and the change over it. Pure; a fixed amount of memory.
 */
#ifndef FUNDING_INTEREST_H
#define FUNDING_INTEREST_H

#include <stddef.h>
#include <stdint.h>

#define INTEREST_SAMPLES 32

struct interest_sample {
    int64_t ts_ns;
    double quantity;
};

struct interest {
    int64_t window_ns;
    struct interest_sample latest; /* quantity 0: none yet */
    uint32_t count;
    uint32_t reserved;
    struct interest_sample samples[INTEREST_SAMPLES]; /* oldest first, spaced */
};

/* Effect: empties it. */
void interest_init(struct interest *interest, int64_t window_ns);

/*
 * Effect: takes a sample. Of samples closer together than 1/30 of the window only the first is
 * kept beside the latest. One that is not younger than the latest, or not above 0, is ignored.
 */
void interest_push(struct interest *interest, int64_t ts_ns, double quantity);

/*
 * Effect: the change in percent from the oldest sample that is at most a window older than
 * the latest one. Returns 1, or 0 if there are no two samples, or the latest is older than
 * max_age_ns at now_ns.
 */
int interest_change(const struct interest *interest, int64_t now_ns, int64_t max_age_ns,
                    double *ret_change_pct);

#endif
