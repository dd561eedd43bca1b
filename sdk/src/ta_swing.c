/*
 * Swing points and the ZigZag. Neither looks ahead: a swing is told when the bars that confirm
 * it have closed, a pivot when the price has turned far enough.
 */
#include "ta_window.h"

BOTHY_API int32_t bothy_swing_init(struct bothy_swing *swing, uint32_t confirm, double *ring,
                                   size_t ring_length)
{
    uint32_t window = 2 * confirm + 1;
    int32_t r;

    if (confirm < 1 || confirm > (BOTHY_TA_PERIOD_MAX - 1) / 2)
        return BOTHY_EINVAL;
    r = ta_check_ring(ring, ring_length, BOTHY_SWING_RING(confirm));
    if (r < 0)
        return r;
    window_init(&swing->highest, BOTHY_ROLLING_MAX, window, ring);
    window_init(&swing->lowest, BOTHY_ROLLING_MIN, window, ring + window);
    swing->highs = ring + 2 * (size_t)window;
    swing->lows = swing->highs + confirm + 1;
    swing->period = confirm + 1;
    swing->position = 0;
    return 0;
}

BOTHY_API int32_t bothy_swing_push(struct bothy_swing *swing, double high, double low,
                                   struct bothy_swing_value *ret_value)
{
    struct bothy_swing_value value;
    double highest, lowest;
    int32_t r;

    if (!ta_good_bar(high, low, low))
        return BOTHY_EINVAL;
    swing->highs[swing->position] = high;
    swing->lows[swing->position] = low;
    if (++swing->position == swing->period)
        swing->position = 0;
    r = window_push(&swing->highest, BOTHY_ROLLING_MAX, high, &highest);
    if (!window_push(&swing->lowest, BOTHY_ROLLING_MIN, low, &lowest) || !r)
        return 0;
    /* The slot that is overwritten next holds the bar in the middle of the window. */
    value.high = swing->highs[swing->position];
    value.low = swing->lows[swing->position];
    value.is_high = value.high == highest;
    value.is_low = value.low == lowest;
    if (!value.is_high && !value.is_low)
        return 0;
    *ret_value = value;
    return 1;
}

BOTHY_API void bothy_zigzag_init(struct bothy_zigzag *zigzag)
{
    *zigzag = (struct bothy_zigzag) { .direction = 0 };
}

/* The pivot high is settled; the next leg goes down and begins with this bar. */
static int32_t turn_down(struct bothy_zigzag *zigzag, double low, uint64_t bar,
                         struct bothy_zigzag_value *ret_value)
{
    *ret_value = (struct bothy_zigzag_value) { .price = zigzag->high,
                                               .bar = zigzag->high_bar,
                                               .is_high = 1 };
    zigzag->direction = -1;
    zigzag->low = low;
    zigzag->low_bar = bar;
    return 1;
}

static int32_t turn_up(struct bothy_zigzag *zigzag, double high, uint64_t bar,
                       struct bothy_zigzag_value *ret_value)
{
    *ret_value =
        (struct bothy_zigzag_value) { .price = zigzag->low, .bar = zigzag->low_bar, .is_high = 0 };
    zigzag->direction = 1;
    zigzag->high = high;
    zigzag->high_bar = bar;
    return 1;
}

BOTHY_API int32_t bothy_zigzag_push(struct bothy_zigzag *zigzag, double high, double low,
                                    double reversal, struct bothy_zigzag_value *ret_value)
{
    uint64_t bar = zigzag->count;
    int higher, lower;

    if (!ta_good_bar(high, low, low) || !ta_good(reversal) || reversal <= 0)
        return BOTHY_EINVAL;
    zigzag->count++;
    /* Each leg cares for its own end only; before the first pivot both may come. */
    higher = zigzag->direction >= 0 && (bar == 0 || high > zigzag->high);
    lower = zigzag->direction <= 0 && (bar == 0 || low < zigzag->low);
    if (zigzag->direction >= 0 && !higher && zigzag->high - low >= reversal)
        return turn_down(zigzag, low, bar, ret_value);
    if (zigzag->direction <= 0 && !lower && high - zigzag->low >= reversal)
        return turn_up(zigzag, high, bar, ret_value);
    if (higher) {
        zigzag->high = high;
        zigzag->high_bar = bar;
    }
    if (lower) {
        zigzag->low = low;
        zigzag->low_bar = bar;
    }
    return 0;
}
