/*
 * The retry state machine: counts attempts, draws delays, honours what a server asks for.
 * One struct bothy_retry is one request; it never waits and calls nobody.
 */
#include <bothy/retry.h>
#include <bothy/time.h>

#include <string.h>

/* Longer than any back-off that makes sense, and far from the end of int64_t. */
#define LONGEST_DELAY_NS (366 * BOTHY_NS_PER_DAY)

void bothy_retry_policy_init(struct bothy_retry_policy *policy)
{
    memset(policy, 0, sizeof *policy);
    policy->max_attempts = 3;
    policy->base_ns = BOTHY_NS_PER_S;
    policy->max_ns = 60 * BOTHY_NS_PER_S;
    policy->retry_after_max_ns = 300 * BOTHY_NS_PER_S;
}

int32_t bothy_retry_policy_check(const struct bothy_retry_policy *policy, struct bothy_error *error)
{
    if (policy->max_attempts < 1 || policy->max_attempts > BOTHY_RETRY_ATTEMPTS_MAX)
        return bothy_fail(error, BOTHY_ERANGE, "max_attempts is %u; it must be 1 to %d",
                          policy->max_attempts, BOTHY_RETRY_ATTEMPTS_MAX);
    if (policy->base_ns < 1 || policy->base_ns > LONGEST_DELAY_NS)
        return bothy_fail(error, BOTHY_ERANGE,
                          "the base delay is %lld ns; it must be more than 0 and at most a year",
                          (long long)policy->base_ns);
    if (policy->max_ns < policy->base_ns || policy->max_ns > LONGEST_DELAY_NS)
        return bothy_fail(error, BOTHY_ERANGE,
                          "the longest delay is %lld ns; it must be from the base delay (%lld ns) "
                          "to a year",
                          (long long)policy->max_ns, (long long)policy->base_ns);
    if (policy->retry_after_max_ns < 0 || policy->retry_after_max_ns > LONGEST_DELAY_NS)
        return bothy_fail(error, BOTHY_ERANGE, "retry_after_max is %lld ns; it must be 0 to a year",
                          (long long)policy->retry_after_max_ns);
    if (policy->flags & ~(uint32_t)(BOTHY_RETRY_NO_JITTER | BOTHY_RETRY_IDEMPOTENT))
        return bothy_fail(error, BOTHY_EINVAL, "unknown retry flags 0x%x", policy->flags);
    return 0;
}

int64_t bothy_retry_cap_ns(const struct bothy_retry_policy *policy, uint32_t n)
{
    if (n >= 63 || policy->base_ns > (policy->max_ns >> n))
        return policy->max_ns;
    return policy->base_ns << n;
}

int32_t bothy_retry_begin(struct bothy_retry *retry, const struct bothy_retry_policy *policy,
                          uint64_t seed, struct bothy_error *error)
{
    struct bothy_retry_policy defaults;
    int32_t r;

    if (!policy) {
        bothy_retry_policy_init(&defaults);
        policy = &defaults;
    }
    r = bothy_retry_policy_check(policy, error);
    if (r < 0)
        return r;
    memset(retry, 0, sizeof *retry);
    retry->policy = *policy;
    bothy_random_seed(&retry->random, seed);
    return 0;
}

/* The verdict that the class alone gives. */
static uint32_t judge(const struct bothy_retry *retry, uint32_t failure)
{
    switch (failure) {
    case BOTHY_FAILURE_TRANSIENT:
    case BOTHY_FAILURE_RATE_LIMITED:
        return BOTHY_RETRY_AGAIN;
    case BOTHY_FAILURE_UNKNOWN_OUTCOME:
        return retry->policy.flags & BOTHY_RETRY_IDEMPOTENT ? BOTHY_RETRY_AGAIN
                                                            : BOTHY_RETRY_STOP_UNKNOWN;
    case BOTHY_FAILURE_CLOCK:
        return retry->clock_failures > 1 ? BOTHY_RETRY_STOP_CLOCK : BOTHY_RETRY_AGAIN_AFTER_SYNC;
    default:
        return BOTHY_RETRY_STOP_PERMANENT;
    }
}

int32_t bothy_retry_failed(struct bothy_retry *retry, uint32_t failure, int64_t retry_after_ns,
                           struct bothy_retry_decision *ret_decision)
{
    uint32_t n = retry->failures;
    uint32_t verdict;
    int64_t delay_ns;

    if (retry->failures < UINT32_MAX)
        retry->failures++;
    if (failure == BOTHY_FAILURE_CLOCK && retry->clock_failures < UINT32_MAX)
        retry->clock_failures++;
    ret_decision->attempt = retry->failures;
    ret_decision->delay_ns = 0;

    verdict = judge(retry, failure);
    if (verdict <= BOTHY_RETRY_AGAIN_AFTER_SYNC) {
        if (retry->failures >= retry->policy.max_attempts)
            verdict = BOTHY_RETRY_STOP_ATTEMPTS;
        else if (retry_after_ns > retry->policy.retry_after_max_ns)
            verdict = BOTHY_RETRY_STOP_TOO_LONG;
    }
    ret_decision->verdict = verdict;
    if (verdict == BOTHY_RETRY_STOP_TOO_LONG)
        ret_decision->delay_ns = retry_after_ns;
    if (verdict > BOTHY_RETRY_AGAIN_AFTER_SYNC)
        return 0;

    delay_ns = bothy_retry_cap_ns(&retry->policy, n);
    /* Measuring the clock is a round trip already: nothing is gained by waiting more. */
    if (verdict == BOTHY_RETRY_AGAIN_AFTER_SYNC)
        delay_ns = 0;
    else if (!(retry->policy.flags & BOTHY_RETRY_NO_JITTER))
        delay_ns = bothy_random_between(&retry->random, 0, delay_ns);
    if (delay_ns < retry_after_ns)
        delay_ns = retry_after_ns;
    ret_decision->attempt = retry->failures + 1;
    ret_decision->delay_ns = delay_ns;
    return 1;
}

const char *bothy_retry_verdict_text(uint32_t verdict)
{
    static const char *const texts[] = {
        "?",
        "try again",
        "measure the clock's offset, then try again",
        "all attempts were made",
        "the same request would fail again",
        "the outcome is unknown: ask for it, do not repeat",
        "the clock is still off after it was measured",
        "the server asks for a longer wait than allowed",
    };

    return verdict < sizeof texts / sizeof texts[0] ? texts[verdict] : texts[0];
}

static int32_t read_seconds(const char *text, size_t length, int64_t *ret_delay_ns)
{
    int64_t seconds = 0;

    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9')
            return BOTHY_EINVAL;
        if (seconds <= LONGEST_DELAY_NS / BOTHY_NS_PER_S)
            seconds = seconds * 10 + (text[i] - '0');
    }
    if (seconds > LONGEST_DELAY_NS / BOTHY_NS_PER_S)
        return BOTHY_ERANGE;
    *ret_delay_ns = seconds * BOTHY_NS_PER_S;
    return 0;
}

/* `count` digits at text, or -1. */
static int read_digits(const char *text, int count)
{
    int value = 0;

    for (int i = 0; i < count; i++) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

/* Days since 1970-01-01 of a date of the Gregorian calendar, year 1 or later. */
static int64_t days_from_date(int year, int month, int day)
{
    static const int before[] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334 };
    int leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    int64_t y = year - 1;

    return y * 365 + y / 4 - y / 100 + y / 400 - 719162 + before[month - 1] + (month > 2 && leap) +
           day - 1;
}

/* The one form of HTTP dates that servers may still send; the weekday is not checked. */
static int32_t read_date(const char *text, size_t length, int64_t now_ns, int64_t *ret_delay_ns)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    int year, month, day, hour, minute, second;
    int64_t at_s, now_s;

    if (length != 29 || memcmp(text + 3, ", ", 2) != 0 || text[7] != ' ' || text[11] != ' ' ||
        text[16] != ' ' || text[19] != ':' || text[22] != ':' || memcmp(text + 25, " GMT", 4) != 0)
        return BOTHY_EINVAL;
    for (month = 0; month < 12; month++) {
        if (memcmp(months + 3 * month, text + 8, 3) == 0)
            break;
    }
    day = read_digits(text + 5, 2);
    year = read_digits(text + 12, 4);
    hour = read_digits(text + 17, 2);
    minute = read_digits(text + 20, 2);
    second = read_digits(text + 23, 2);
    if (month == 12 || day < 1 || day > 31 || year < 1 || hour < 0 || hour > 23 || minute < 0 ||
        minute > 59 || second < 0 || second > 60)
        return BOTHY_EINVAL;
    at_s = days_from_date(year, month + 1, day) * 86400 + hour * 3600 + minute * 60 + second;
    now_s = now_ns / BOTHY_NS_PER_S;
    if (at_s - now_s > LONGEST_DELAY_NS / BOTHY_NS_PER_S)
        return BOTHY_ERANGE;
    *ret_delay_ns = at_s > now_s ? (at_s - now_s) * BOTHY_NS_PER_S - now_ns % BOTHY_NS_PER_S : 0;
    return 0;
}

int32_t bothy_retry_after_parse(const char *text, size_t length, int64_t now_ns,
                                int64_t *ret_delay_ns)
{
    if (length == 0)
        return BOTHY_EINVAL;
    if (text[0] >= '0' && text[0] <= '9')
        return read_seconds(text, length, ret_delay_ns);
    return read_date(text, length, now_ns, ret_delay_ns);
}
