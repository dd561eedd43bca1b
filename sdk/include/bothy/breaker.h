/*
 * bothy/breaker.h: a circuit breaker for calls to one service.
 *
 *              threshold failures within the window
 *     CLOSED ─────────────────────────────────────────▶ OPEN ◀──────────────┐
 *        ▲                                                │ cooldown over,  │ the probe fails
 *        │                                                ▼ somebody asks   │
 *        └───────────── the probe succeeds ────────── HALF_OPEN ────────────┘
 *
 * Keep one breaker per venue and class of call ("binance/orders"), so that one that is down
 * does not stop another. A failure that is the request's own fault (PERMANENT, AUTH, FUNDS,
 * CLOCK) does not count: the service answered. In HALF_OPEN exactly one call is let through.
 *
 * Each permit carries a ticket, and its outcome is reported with it: what a call from before
 * the last change of state still brings back is ignored, so it cannot be taken for the probe's.
 *
 * Time is always an argument, in ns of a clock of the caller's choice (the monotonic one, or
 * the event's); one that steps back is held at the latest time seen. Nothing allocates.
 *
 * Thread and state: a breaker belongs to one thread at a time. It is one flat struct: the
 * owner guards it where threads share it.
 */
#ifndef BOTHY_BREAKER_H
#define BOTHY_BREAKER_H

#include <bothy/base.h>
#include <bothy/retry.h>

BOTHY_BEGIN

/* Numbers are part of the ABI and of stored snapshots. */
enum {
    BOTHY_BREAKER_CLOSED = 0,
    BOTHY_BREAKER_OPEN = 1,
    BOTHY_BREAKER_HALF_OPEN = 2,
    BOTHY_BREAKER_STATE_COUNT = 3,
};

/* Returns "closed", "open", "half_open", or "?". [borrowed]: static. */
BOTHY_API const char *bothy_breaker_state_name(uint32_t state);

#define BOTHY_BREAKER_THRESHOLD_MAX 32

struct bothy_breaker_policy {
    uint32_t threshold;  /* failures that open it, 1 … BOTHY_BREAKER_THRESHOLD_MAX. Default 5 */
    uint32_t reserved;   /* 0 */
    int64_t window_ns;   /* they count for so long. Default 60 s */
    int64_t cooldown_ns; /* it stays open for so long. Default 60 s */
};

/* Effect: sets the defaults. */
BOTHY_API void bothy_breaker_policy_init(struct bothy_breaker_policy *policy);

/* Effect: checks the ranges. Errors: BOTHY_ERANGE, with a sentence. */
BOTHY_API int32_t bothy_breaker_policy_check(const struct bothy_breaker_policy *policy,
                                             struct bothy_error *error);

/* What is stored over a restart and shown to people. Flat; memcpy() may copy it. */
struct bothy_breaker_snapshot {
    uint32_t size;          /* sizeof (struct bothy_breaker_snapshot) */
    uint32_t state;         /* BOTHY_BREAKER_* */
    uint32_t failure_count; /* entries of failure_ns, oldest first */
    uint32_t reserved;      /* 0 */
    int64_t opened_ns;      /* OPEN, HALF_OPEN: since when; 0 otherwise */
    int64_t retry_ns;       /* OPEN: first time of a probe; HALF_OPEN: of another one */
    uint64_t opened_total;  /* times that it opened */
    uint64_t refused_total; /* calls that it refused */
    int64_t failure_ns[BOTHY_BREAKER_THRESHOLD_MAX];
};

/* Public so that it needs no allocation; the fields are the library's. */
struct bothy_breaker {
    struct bothy_breaker_policy policy;
    struct bothy_breaker_snapshot now;
    uint64_t epoch; /* the ticket of the present state */
    int64_t latest_ns;
};

/* Effect: a closed breaker without failures. `policy` is copied; NULL: the defaults. */
BOTHY_API int32_t bothy_breaker_init(struct bothy_breaker *breaker,
                                     const struct bothy_breaker_policy *policy,
                                     struct bothy_error *error);

struct bothy_breaker_permit {
    uint64_t ticket;   /* give it back with the outcome */
    int64_t retry_ns;  /* refused: when to ask again; 0 otherwise */
    uint32_t is_probe; /* 1: this call decides whether the breaker closes */
    uint32_t reserved; /* 0 */
};

/*
 * Effect: asks whether a call may be made at now_ns. An OPEN breaker whose cooldown is over
 * becomes HALF_OPEN and permits this call as its probe. A probe whose outcome is never reported
 * is given up after another cooldown, and the next call is the probe.
 * Returns 0, or BOTHY_EBREAKER: then *ret_permit has the time of the next try.
 */
BOTHY_API int32_t bothy_breaker_allow(struct bothy_breaker *breaker, int64_t now_ns,
                                      struct bothy_breaker_permit *ret_permit);

/* Effect: the call with this ticket succeeded. A probe closes the breaker. */
BOTHY_API void bothy_breaker_success(struct bothy_breaker *breaker, uint64_t ticket,
                                     int64_t now_ns);

/*
 * Effect: the call with this ticket failed, in the class BOTHY_FAILURE_*. TRANSIENT,
 * UNKNOWN_OUTCOME and RATE_LIMITED count; the other classes mean that the service answered,
 * which for a probe is success.
 */
BOTHY_API void bothy_breaker_failure(struct bothy_breaker *breaker, uint64_t ticket,
                                     uint32_t failure, int64_t now_ns);

/* Effect: CLOSED, without failures; for an operator. Totals stay. Tickets that are out die. */
BOTHY_API void bothy_breaker_reset(struct bothy_breaker *breaker);

/* Effect: copies what there is to store or to show. */
BOTHY_API void bothy_breaker_get_snapshot(const struct bothy_breaker *breaker,
                                          struct bothy_breaker_snapshot *ret_snapshot);

/*
 * Effect: takes up a stored state, at now_ns. Of the probe of a HALF_OPEN breaker nothing will be
 * heard any more: it is OPEN, and may probe at once. Times that lie ahead further than the policy
 * allows are cut back, failures outside the window are dropped.
 * Errors: BOTHY_ECORRUPT (the breaker then is unchanged).
 */
BOTHY_API int32_t bothy_breaker_restore(struct bothy_breaker *breaker,
                                        const struct bothy_breaker_snapshot *snapshot,
                                        int64_t now_ns, struct bothy_error *error);

BOTHY_END

#endif
