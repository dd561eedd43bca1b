/*
 * Restart policy: see policy.h.
 */
#include "supervise/policy.h"

#include <string.h>

void policy_started(struct policy *policy, int64_t now_ns)
{
    policy->started_ns = now_ns;
}

static uint32_t restarts_since(const struct policy *policy, int64_t since_ns)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < policy->count; i++)
        n += policy->restarts_ns[i] >= since_ns;
    return n;
}

int policy_ended(struct policy *policy, const struct policy_conf *conf, int64_t now_ns,
                 uint64_t random, int hopeless, int64_t *ret_at_ns)
{
    int64_t delay = conf->delay_ns;
    /* More than is remembered could never be counted. */
    uint32_t most =
        conf->max_restarts < POLICY_HISTORY_MAX ? conf->max_restarts : POLICY_HISTORY_MAX;

    if (now_ns - policy->started_ns > conf->window_ns)
        policy->failures = 0;
    if (hopeless || restarts_since(policy, now_ns - conf->window_ns) >= most) {
        policy->parked = 1;
        return POLICY_PARK;
    }
    for (uint32_t i = 0; i < policy->failures && delay < conf->delay_max_ns; i++)
        delay *= 2;
    if (delay > conf->delay_max_ns)
        delay = conf->delay_max_ns;
    if (delay > 1)
        delay = delay / 2 + (int64_t)(random % (uint64_t)(delay / 2 + 1));
    policy->failures++;
    policy->restarts_ns[policy->next] = now_ns;
    policy->next = (policy->next + 1) % POLICY_HISTORY_MAX;
    if (policy->count < POLICY_HISTORY_MAX)
        policy->count++;
    *ret_at_ns = now_ns + delay;
    return POLICY_RESTART;
}

void policy_reset(struct policy *policy)
{
    memset(policy, 0, sizeof *policy);
}
