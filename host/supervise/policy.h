/*
 * When a worker that ended is started again: exponential back-off with jitter, and parking after
 * too many restarts within a window. A pure state machine: time and randomness are arguments.
 */
#ifndef BOTHY_SUPERVISE_POLICY_H
#define BOTHY_SUPERVISE_POLICY_H

#include <stdint.h>

#define POLICY_HISTORY_MAX 64

struct policy_conf {
    int64_t delay_ns; /* after the first failure */
    int64_t delay_max_ns;
    uint32_t max_restarts; /* within the window, POLICY_HISTORY_MAX at most; more: parked */
    int64_t window_ns;
};

struct policy {
    int64_t restarts_ns[POLICY_HISTORY_MAX]; /* when; a ring */
    uint32_t count;
    uint32_t next;
    uint32_t failures; /* in a row; a life longer than the window ends the row */
    int64_t started_ns;
    int parked;
};

/* What an end means. */
enum { POLICY_RESTART, POLICY_PARK };

void policy_started(struct policy *policy, int64_t now_ns);
/*
 * Effect: judges an end at now_ns. `random` is uniform over 64 bits: the delay lies between half
 * and all of min(delay_max, delay × 2^failures). `hopeless`: a restart cannot help (exit code 2).
 * Returns POLICY_RESTART with the time in ret_at_ns, or POLICY_PARK.
 */
int policy_ended(struct policy *policy, const struct policy_conf *conf, int64_t now_ns,
                 uint64_t random, int hopeless, int64_t *ret_at_ns);
/* Effect: forgets the past: the next end is the first. */
void policy_reset(struct policy *policy);

#endif
