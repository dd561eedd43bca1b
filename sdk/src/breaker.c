/*
 * The circuit breaker. Invariants: failure_ns holds failure_count times in ascending order,
 * fewer than the threshold while CLOSED; the epoch grows with every change of state and every
 * new probe, so a ticket is good for exactly one stretch of one state.
 */
#include <bothy/breaker.h>
#include <bothy/time.h>

#include <string.h>

#define LONGEST_NS (366 * BOTHY_NS_PER_DAY)

const char *bothy_breaker_state_name(uint32_t state)
{
    static const char *const names[BOTHY_BREAKER_STATE_COUNT] = { "closed", "open", "half_open" };

    return state < BOTHY_BREAKER_STATE_COUNT ? names[state] : "?";
}

void bothy_breaker_policy_init(struct bothy_breaker_policy *policy)
{
    memset(policy, 0, sizeof *policy);
    policy->threshold = 5;
    policy->window_ns = 60 * BOTHY_NS_PER_S;
    policy->cooldown_ns = 60 * BOTHY_NS_PER_S;
}

int32_t bothy_breaker_policy_check(const struct bothy_breaker_policy *policy,
                                   struct bothy_error *error)
{
    if (policy->threshold < 1 || policy->threshold > BOTHY_BREAKER_THRESHOLD_MAX)
        return bothy_fail(error, BOTHY_ERANGE, "the breaker's threshold is %u; it must be 1 to %d",
                          policy->threshold, BOTHY_BREAKER_THRESHOLD_MAX);
    if (policy->window_ns < 1 || policy->window_ns > LONGEST_NS)
        return bothy_fail(error, BOTHY_ERANGE,
                          "the breaker's window is %lld ns; it must be more than 0 and at most a "
                          "year",
                          (long long)policy->window_ns);
    if (policy->cooldown_ns < 1 || policy->cooldown_ns > LONGEST_NS)
        return bothy_fail(error, BOTHY_ERANGE,
                          "the breaker's cooldown is %lld ns; it must be more than 0 and at most a "
                          "year",
                          (long long)policy->cooldown_ns);
    return 0;
}

int32_t bothy_breaker_init(struct bothy_breaker *breaker, const struct bothy_breaker_policy *policy,
                           struct bothy_error *error)
{
    struct bothy_breaker_policy defaults;
    int32_t r;

    if (!policy) {
        bothy_breaker_policy_init(&defaults);
        policy = &defaults;
    }
    r = bothy_breaker_policy_check(policy, error);
    if (r < 0)
        return r;
    memset(breaker, 0, sizeof *breaker);
    breaker->policy = *policy;
    breaker->now.size = sizeof breaker->now;
    breaker->epoch = 1;
    breaker->latest_ns = INT64_MIN;
    return 0;
}

static int64_t later(int64_t time_ns, int64_t duration_ns)
{
    return time_ns > INT64_MAX - duration_ns ? INT64_MAX : time_ns + duration_ns;
}

static int64_t advance(struct bothy_breaker *breaker, int64_t now_ns)
{
    if (now_ns > breaker->latest_ns)
        breaker->latest_ns = now_ns;
    return breaker->latest_ns;
}

static void forget_old(struct bothy_breaker *breaker, int64_t now_ns)
{
    struct bothy_breaker_snapshot *now = &breaker->now;
    uint32_t old = 0;

    while (old < now->failure_count &&
           later(now->failure_ns[old], breaker->policy.window_ns) <= now_ns)
        old++;
    now->failure_count -= old;
    memmove(now->failure_ns, now->failure_ns + old, now->failure_count * sizeof now->failure_ns[0]);
}

static void close_it(struct bothy_breaker *breaker)
{
    breaker->now.state = BOTHY_BREAKER_CLOSED;
    breaker->now.failure_count = 0;
    breaker->now.opened_ns = 0;
    breaker->now.retry_ns = 0;
    breaker->epoch++;
}

static void open_it(struct bothy_breaker *breaker, int64_t now_ns)
{
    breaker->now.state = BOTHY_BREAKER_OPEN;
    breaker->now.opened_ns = now_ns;
    breaker->now.retry_ns = later(now_ns, breaker->policy.cooldown_ns);
    breaker->now.opened_total++;
    breaker->epoch++;
}

int32_t bothy_breaker_allow(struct bothy_breaker *breaker, int64_t now_ns,
                            struct bothy_breaker_permit *ret_permit)
{
    struct bothy_breaker_snapshot *now = &breaker->now;

    now_ns = advance(breaker, now_ns);
    memset(ret_permit, 0, sizeof *ret_permit);
    if (now->state != BOTHY_BREAKER_CLOSED) {
        if (now_ns < now->retry_ns) {
            now->refused_total++;
            ret_permit->retry_ns = now->retry_ns;
            return BOTHY_EBREAKER;
        }
        /* Either the cooldown is over, or the last probe was never heard of again. */
        now->state = BOTHY_BREAKER_HALF_OPEN;
        now->retry_ns = later(now_ns, breaker->policy.cooldown_ns);
        breaker->epoch++;
        ret_permit->is_probe = 1;
    }
    ret_permit->ticket = breaker->epoch;
    return 0;
}

void bothy_breaker_success(struct bothy_breaker *breaker, uint64_t ticket, int64_t now_ns)
{
    advance(breaker, now_ns);
    if (ticket == breaker->epoch && breaker->now.state == BOTHY_BREAKER_HALF_OPEN)
        close_it(breaker);
}

void bothy_breaker_failure(struct bothy_breaker *breaker, uint64_t ticket, uint32_t failure,
                           int64_t now_ns)
{
    struct bothy_breaker_snapshot *now = &breaker->now;

    if (failure != BOTHY_FAILURE_TRANSIENT && failure != BOTHY_FAILURE_UNKNOWN_OUTCOME &&
        failure != BOTHY_FAILURE_RATE_LIMITED) {
        bothy_breaker_success(breaker, ticket, now_ns);
        return;
    }
    now_ns = advance(breaker, now_ns);
    if (ticket != breaker->epoch || now->state == BOTHY_BREAKER_OPEN)
        return;
    if (now->state == BOTHY_BREAKER_HALF_OPEN) {
        open_it(breaker, now_ns);
        return;
    }
    forget_old(breaker, now_ns);
    now->failure_ns[now->failure_count++] = now_ns;
    if (now->failure_count >= breaker->policy.threshold)
        open_it(breaker, now_ns);
}

void bothy_breaker_reset(struct bothy_breaker *breaker)
{
    close_it(breaker);
}

void bothy_breaker_get_snapshot(const struct bothy_breaker *breaker,
                                struct bothy_breaker_snapshot *ret_snapshot)
{
    *ret_snapshot = breaker->now;
}

int32_t bothy_breaker_restore(struct bothy_breaker *breaker,
                              const struct bothy_breaker_snapshot *snapshot, int64_t now_ns,
                              struct bothy_error *error)
{
    struct bothy_breaker_snapshot next = *snapshot;
    int64_t latest_retry_ns = later(now_ns, breaker->policy.cooldown_ns);
    uint32_t kept = 0;

    if (next.size != sizeof next)
        return bothy_fail(error, BOTHY_ECORRUPT, "breaker snapshot of %u bytes, expected %zu",
                          next.size, sizeof next);
    if (next.state >= BOTHY_BREAKER_STATE_COUNT)
        return bothy_fail(error, BOTHY_ECORRUPT, "breaker snapshot in unknown state %u",
                          next.state);
    if (next.failure_count > BOTHY_BREAKER_THRESHOLD_MAX)
        return bothy_fail(error, BOTHY_ECORRUPT,
                          "breaker snapshot with %u failures, at most %d fit", next.failure_count,
                          BOTHY_BREAKER_THRESHOLD_MAX);

    /* The clock may have been set, and the policy may have changed, since it was stored. */
    for (uint32_t i = 0; i < next.failure_count; i++) {
        int64_t at_ns = next.failure_ns[i];

        if (at_ns > now_ns || later(at_ns, breaker->policy.window_ns) <= now_ns ||
            (kept > 0 && at_ns < next.failure_ns[kept - 1]))
            continue;
        next.failure_ns[kept++] = at_ns;
    }
    if (next.state == BOTHY_BREAKER_CLOSED && kept >= breaker->policy.threshold) {
        uint32_t spare = kept - (breaker->policy.threshold - 1);

        kept -= spare;
        memmove(next.failure_ns, next.failure_ns + spare, kept * sizeof next.failure_ns[0]);
    }
    next.failure_count = kept;
    if (next.state == BOTHY_BREAKER_HALF_OPEN) {
        next.state = BOTHY_BREAKER_OPEN;
        next.retry_ns = now_ns;
    }
    if (next.state == BOTHY_BREAKER_CLOSED) {
        next.opened_ns = 0;
        next.retry_ns = 0;
    } else if (next.retry_ns > latest_retry_ns) {
        next.retry_ns = latest_retry_ns;
    }
    breaker->now = next;
    breaker->latest_ns = now_ns;
    breaker->epoch++;
    return 0;
}
