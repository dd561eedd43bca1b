/*
 * Durations, times, time frames and integers: what one function reads, the other writes, and
 * reading that gives the same value. What is refused leaves the result alone.
 */
#include "fuzz.h"

#include <bothy/time.h>

#include <string.h>

#define UNTOUCHED INT64_C(-4711)

static void check_refusal(int32_t r, int64_t value)
{
    FUZZ_CHECK(r == BOTHY_EINVAL || r == BOTHY_ERANGE);
    FUZZ_CHECK(value == UNTOUCHED);
}

static void check_duration(const char *text, size_t length)
{
    char written[BOTHY_DURATION_TEXT_MAX];
    int64_t value = UNTOUCHED;
    int64_t back;
    int32_t r = bothy_duration_parse(text, length, &value);
    int32_t size;

    if (r < 0) {
        check_refusal(r, value);
        return;
    }
    FUZZ_CHECK(value >= 0);
    size = bothy_duration_format(value, written, sizeof written);
    FUZZ_CHECK(size > 0 && (size_t)size == strlen(written));
    FUZZ_CHECK(bothy_duration_parse(written, (size_t)size, &back) == BOTHY_OK && back == value);
    FUZZ_CHECK(bothy_duration_format(value, written, (size_t)size) == BOTHY_ERANGE);
}

static void check_time(const char *text, size_t length)
{
    char written[BOTHY_TIME_TEXT_MAX];
    int64_t value = UNTOUCHED;
    int64_t back;
    int32_t r = bothy_time_parse(text, length, &value);
    int32_t digits;
    uint32_t timeframe;

    if (r < 0) {
        check_refusal(r, value);
        return;
    }
    for (digits = 0; digits <= 9; digits += 3) {
        int32_t size = bothy_time_format(value, digits, written, sizeof written);

        FUZZ_CHECK(size == 20 + digits + (digits > 0) && (size_t)size == strlen(written));
        /* The first second of the range has no whole number of it in the range. */
        r = bothy_time_parse(written, (size_t)size, &back);
        FUZZ_CHECK(r == BOTHY_OK || value < INT64_MIN + BOTHY_NS_PER_S);
        FUZZ_CHECK(r < 0 || (back <= value && value - back < BOTHY_NS_PER_S));
    }
    FUZZ_CHECK(r == BOTHY_OK && back == value);
    for (timeframe = 0; timeframe <= BOTHY_TF_COUNT; timeframe++) {
        int64_t open_ns = bothy_timeframe_open_ns(timeframe, value);
        int64_t length_ns = bothy_timeframe_ns(timeframe);

        FUZZ_CHECK(open_ns <= value && (value - open_ns < length_ns || !length_ns));
        FUZZ_CHECK(open_ns == INT64_MIN || bothy_timeframe_open_ns(timeframe, open_ns) == open_ns);
    }
}

static void check_integers(const char *text, size_t length)
{
    char written[24];
    int64_t value = UNTOUCHED;
    uint64_t positive = 0;
    int64_t back;
    int32_t r = bothy_int64_parse(text, length, &value);
    int32_t r_unsigned = bothy_uint64_parse(text, length, &positive);

    if (r < 0) {
        check_refusal(r, value);
        FUZZ_CHECK(r_unsigned < 0 || positive > INT64_MAX);
        return;
    }
    FUZZ_CHECK(r_unsigned < 0 ? text[0] == '-' : positive == (uint64_t)value);
    snprintf(written, sizeof written, "%lld", (long long)value);
    FUZZ_CHECK(bothy_int64_parse(written, strlen(written), &back) == BOTHY_OK && back == value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    uint32_t timeframe = 4711;
    char name[64];

    check_duration(text, size);
    check_time(text, size);
    check_integers(text, size);
    if (size < sizeof name) {
        memcpy(name, text, size);
        name[size] = '\0';
        if (bothy_timeframe_parse(name, &timeframe) == BOTHY_OK)
            FUZZ_CHECK(!strcmp(bothy_timeframe_name(timeframe), name));
        else
            FUZZ_CHECK(timeframe == 4711);
    }
    return 0;
}
