/*
 * Standard deviation and Bollinger bands. The variance is Σd²/n − (Σd/n)² with d = x − pivot;
 * why that is safe stands in ta_window.h. A window of equal values has a deviation of exactly
 * 0, because then the pivot is that value.
 *
 * The ring is two rings: suffix sums (and new values), then suffix sums of squares.
 */
#include "ta_run.h"

BOTHY_API int32_t bothy_stddev_init(struct bothy_stddev *stddev, uint32_t period, double *ring,
                                    size_t ring_length)
{
    int32_t r = ta_check_window(period, 1, ring, ring_length, BOTHY_STDDEV_RING(period));

    if (r < 0)
        return r;
    *stddev = (struct bothy_stddev) { .ring = ring, .period = period };
    return 0;
}

/* A finished block becomes suffixes about a new pivot, its last value. */
static void stddev_close_block(struct bothy_stddev *window)
{
    double *sums = window->ring;
    double *squares = window->ring + window->period;
    double pivot = sums[window->period - 1];
    double sum = 0, square_sum = 0;
    uint32_t k = window->period;

    while (k-- > 0) {
        double difference = sums[k] - pivot;

        sum += difference;
        square_sum += difference * difference;
        sums[k] = sum;
        squares[k] = square_sum;
    }
    window->pivot = pivot;
    window->sum = 0;
    window->squares = 0;
    window->position = 0;
    window->filled = 1;
}

TA_INLINE int32_t stddev_step(struct bothy_stddev *window, double value, double *ret_stddev,
                              double *ret_mean)
{
    uint32_t position = window->position;
    double difference, sum, squares, mean, variance;

    if (position == 0 && !window->filled)
        window->pivot = value;
    difference = value - window->pivot;
    window->ring[position++] = value;
    window->position = position;
    window->sum += difference;
    window->squares += difference * difference;
    if (position == window->period) {
        stddev_close_block(window);
        position = 0;
    } else if (!window->filled) {
        return 0;
    }
    sum = window->ring[position] + window->sum;
    squares = window->ring[window->period + position] + window->squares;
    mean = sum / window->period;
    variance = squares / window->period - mean * mean;
    *ret_stddev = variance > 0 ? sqrt(variance) : 0;
    *ret_mean = window->pivot + mean;
    return 1;
}

BOTHY_API int32_t bothy_stddev_push(struct bothy_stddev *stddev, double value, double *ret_stddev,
                                    double *ret_mean)
{
    double mean;

    if (!ta_good(value))
        return BOTHY_EINVAL;
    return stddev_step(stddev, value, ret_stddev, ret_mean ? ret_mean : &mean);
}

BOTHY_API int32_t bothy_bbands_init(struct bothy_bbands *bbands, uint32_t period, double deviations,
                                    double *ring, size_t ring_length)
{
    int32_t r;

    if (!ta_good(deviations) || deviations < 0)
        return BOTHY_EINVAL;
    r = bothy_stddev_init(&bbands->window, period, ring, ring_length);
    if (r < 0)
        return r;
    bbands->deviations = deviations;
    return 0;
}

TA_INLINE int32_t bbands_step(struct bothy_bbands *bbands, double value,
                              struct bothy_bbands_value *ret_value)
{
    double stddev, mean;

    if (!ta_good(value))
        return BOTHY_EINVAL;
    if (!stddev_step(&bbands->window, value, &stddev, &mean))
        return 0;
    ret_value->upper = mean + bbands->deviations * stddev;
    ret_value->middle = mean;
    ret_value->lower = mean - bbands->deviations * stddev;
    return 1;
}

BOTHY_API int32_t bothy_bbands_push(struct bothy_bbands *bbands, double value,
                                    struct bothy_bbands_value *ret_value)
{
    return bbands_step(bbands, value, ret_value);
}

TA_INLINE int32_t stddev_only(struct bothy_stddev *window, double value, double *ret_stddev)
{
    double mean;

    return ta_good(value) ? stddev_step(window, value, ret_stddev, &mean) : BOTHY_EINVAL;
}

TA_RUN_DEFINE(stddev, struct bothy_stddev, 1, stddev_only(state, bar->close, value))
TA_RUN_DEFINE(bbands, struct bothy_bbands, 3,
              bbands_step(state, bar->close, (struct bothy_bbands_value *)value))
