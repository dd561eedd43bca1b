/*
 * Bars from a CSV file with a header line, for the calculators.
 */
#ifndef BOTHY_CTL_CALC_BARS_H
#define BOTHY_CTL_CALC_BARS_H

#include <stddef.h>
#include <stdint.h>

#include <bothy/ta.h>

/* More than eighteen years of minutes. */
#define CALC_BARS_MAX 10000000

struct calc_bars {
    struct bothy_ta_bar *bars; /* [owned] (calc_bars_free) */
    uint64_t *lines;           /* of each bar, for messages */
    size_t count;
    size_t capacity;
};

/*
 * Reads the columns that `inputs` (BOTHY_TA_INPUT_*) needs, found by name without regard to
 * case: high, low, close, volume; the rest of a bar is 0. path "-" is standard input. Errors:
 * BOTHY_EIO, BOTHY_EINVAL, BOTHY_ENOMEM; error->where is the file, error->line the line.
 */
int calc_bars_read(struct calc_bars *bars, const char *path, uint32_t inputs,
                   struct bothy_error *error);
void calc_bars_free(struct calc_bars *bars);

#endif
