/*
 * bothy/time.h: times, durations and time frames as text and as numbers. No function here
 * reads a clock: time is always an argument.
 */
#ifndef BOTHY_TIME_H
#define BOTHY_TIME_H

#include <bothy/base.h>

BOTHY_BEGIN

#define BOTHY_NS_PER_US  INT64_C(1000)
#define BOTHY_NS_PER_MS  INT64_C(1000000)
#define BOTHY_NS_PER_S   INT64_C(1000000000)
#define BOTHY_NS_PER_MIN (60 * BOTHY_NS_PER_S)
#define BOTHY_NS_PER_H   (60 * BOTHY_NS_PER_MIN)
#define BOTHY_NS_PER_DAY (24 * BOTHY_NS_PER_H)

/* Time frames of bars. Numbers are part of the ABI. */
enum {
    BOTHY_TF_NONE = 0,
    BOTHY_TF_1M = 1,
    BOTHY_TF_3M = 2,
    BOTHY_TF_5M = 3,
    BOTHY_TF_15M = 4,
    BOTHY_TF_30M = 5,
    BOTHY_TF_1H = 6,
    BOTHY_TF_2H = 7,
    BOTHY_TF_4H = 8,
    BOTHY_TF_6H = 9,
    BOTHY_TF_12H = 10,
    BOTHY_TF_1D = 11,
    BOTHY_TF_1W = 12, /* weeks begin on Monday */
    BOTHY_TF_COUNT = 13,
};

/* Effect: "5m" → BOTHY_TF_5M; strict, lower case. Errors: BOTHY_EINVAL. */
BOTHY_API int32_t bothy_timeframe_parse(const char *text, uint32_t *ret_timeframe);
/* Returns "5m" …, or "?" for a number that is none. [borrowed]: static. */
BOTHY_API const char *bothy_timeframe_name(uint32_t timeframe);
/* Returns the length of a bar, or 0 for a number that is none. */
BOTHY_API int64_t bothy_timeframe_ns(uint32_t timeframe);
/* Returns the opening time of the bar that ts_ns lies in. */
BOTHY_API int64_t bothy_timeframe_open_ns(uint32_t timeframe, int64_t ts_ns);

#define BOTHY_TIME_TEXT_MAX 40

/*
 * Effect: writes RFC 3339 in UTC with `digits` (0, 3, 6 or 9) of a second:
 * "2024-08-08T23:54:15.030Z". Returns the length, or BOTHY_ERANGE if capacity is too small
 * (BOTHY_TIME_TEXT_MAX suffices) or BOTHY_EINVAL.
 */
BOTHY_API int32_t bothy_time_format(int64_t ts_ns, int32_t digits, char *text, size_t capacity);

/*
 * Effect: reads RFC 3339 ("2024-08-08T23:54:15.03+02:00", "Z"), the same with a blank for the
 * T and without a zone (taken as UTC), a plain date, or a whole number of seconds,
 * milliseconds, microseconds or nanoseconds since 1970 (told apart by its size).
 * Errors: BOTHY_EINVAL, BOTHY_ERANGE.
 */
BOTHY_API int32_t bothy_time_parse(const char *text, size_t length, int64_t *ret_ts_ns);

/*
 * Effect: reads a duration: numbers with units ns us ms s m h d w, joined: "45m", "1h30m",
 * "1.5s", "0s". A bare "0" is accepted, any other bare number is not. Durations are not negative.
 * Errors: BOTHY_EINVAL, BOTHY_ERANGE.
 */
BOTHY_API int32_t bothy_duration_parse(const char *text, size_t length, int64_t *ret_duration_ns);

#define BOTHY_DURATION_TEXT_MAX 48

/* Effect: the shortest exact form ("1h30m", "250ms", "0s"). Returns the length or BOTHY_ERANGE. */
BOTHY_API int32_t bothy_duration_format(int64_t duration_ns, char *text, size_t capacity);

/* Effect: strict decimal integers of exactly `length` bytes. Errors: BOTHY_EINVAL, BOTHY_ERANGE. */
BOTHY_API int32_t bothy_int64_parse(const char *text, size_t length, int64_t *ret_value);
BOTHY_API int32_t bothy_uint64_parse(const char *text, size_t length, uint64_t *ret_value);

/*
 * Effect: a finite double in the C locale, whatever the process has set; exactly `length`
 * bytes (at most 63). Errors: BOTHY_EINVAL, BOTHY_ERANGE.
 */
BOTHY_API int32_t bothy_double_parse(const char *text, size_t length, double *ret_value);

BOTHY_END

#endif
