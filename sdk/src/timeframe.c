/*
 * Time frames of bars: one table, and where a bar opens. Bars are aligned to the epoch in UTC,
 * weeks to Mondays. The calendar (months) is not a time frame.
 */
#include <bothy/time.h>

#include <string.h>

static const struct {
    const char *name;
    int64_t length_ns;
    int64_t offset_ns; /* of any one opening time */
} frames[BOTHY_TF_COUNT] = {
    [BOTHY_TF_NONE] = { "?", 0, 0 },
    [BOTHY_TF_1M] = { "1m", BOTHY_NS_PER_MIN, 0 },
    [BOTHY_TF_3M] = { "3m", 3 * BOTHY_NS_PER_MIN, 0 },
    [BOTHY_TF_5M] = { "5m", 5 * BOTHY_NS_PER_MIN, 0 },
    [BOTHY_TF_15M] = { "15m", 15 * BOTHY_NS_PER_MIN, 0 },
    [BOTHY_TF_30M] = { "30m", 30 * BOTHY_NS_PER_MIN, 0 },
    [BOTHY_TF_1H] = { "1h", BOTHY_NS_PER_H, 0 },
    [BOTHY_TF_2H] = { "2h", 2 * BOTHY_NS_PER_H, 0 },
    [BOTHY_TF_4H] = { "4h", 4 * BOTHY_NS_PER_H, 0 },
    [BOTHY_TF_6H] = { "6h", 6 * BOTHY_NS_PER_H, 0 },
    [BOTHY_TF_12H] = { "12h", 12 * BOTHY_NS_PER_H, 0 },
    [BOTHY_TF_1D] = { "1d", BOTHY_NS_PER_DAY, 0 },
    /* 1970-01-05 was a Monday. */
    [BOTHY_TF_1W] = { "1w", 7 * BOTHY_NS_PER_DAY, 4 * BOTHY_NS_PER_DAY },
};

int32_t bothy_timeframe_parse(const char *text, uint32_t *ret_timeframe)
{
    uint32_t i;

    if (!text)
        return BOTHY_EINVAL;
    for (i = BOTHY_TF_NONE + 1; i < BOTHY_TF_COUNT; i++) {
        if (!strcmp(text, frames[i].name)) {
            *ret_timeframe = i;
            return BOTHY_OK;
        }
    }
    return BOTHY_EINVAL;
}

const char *bothy_timeframe_name(uint32_t timeframe)
{
    return frames[timeframe < BOTHY_TF_COUNT ? timeframe : BOTHY_TF_NONE].name;
}

int64_t bothy_timeframe_ns(uint32_t timeframe)
{
    return frames[timeframe < BOTHY_TF_COUNT ? timeframe : BOTHY_TF_NONE].length_ns;
}

int64_t bothy_timeframe_open_ns(uint32_t timeframe, int64_t ts_ns)
{
    int64_t length_ns = bothy_timeframe_ns(timeframe);
    int64_t into_ns;
    int64_t open_ns;

    if (!length_ns)
        return ts_ns;
    into_ns = (ts_ns % length_ns - frames[timeframe].offset_ns) % length_ns;
    if (into_ns < 0)
        into_ns += length_ns;
    /* The bar that the first representable instant lies in opens before it. */
    return __builtin_sub_overflow(ts_ns, into_ns, &open_ns) ? INT64_MIN : open_ns;
}
