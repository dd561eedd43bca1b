/*
 * bothy/retry.h: whether to try again after a failure, and when.
 *
 * A failure is first classified (by HTTP status, by a venue's own codes, or by the caller),
 * then given to a retry state, which answers with a delay or with the reason to stop. The
 * delay before attempt n + 2 is drawn from U(0, min(max, base × 2^n)), n = 0 after the first
 * failure: full jitter, so that many clients do not come back in step.
 *
 * Nothing here sleeps, calls back or reads a clock: the caller sets its timer, and tells
 * whoever wants to know. An order is never repeated through this: UNKNOWN_OUTCOME stops,
 * unless the policy says that the request may safely be carried out twice.
 *
 * Thread and state: a struct belongs to one thread at a time; functions without one are pure.
 */
#ifndef BOTHY_RETRY_H
#define BOTHY_RETRY_H

#include <bothy/base.h>
#include <bothy/random.h>

BOTHY_BEGIN

/* Classes of failures. Numbers are part of the ABI. */
enum {
    BOTHY_FAILURE_NONE = 0,            /* it is no failure */
    BOTHY_FAILURE_TRANSIENT = 1,       /* it did not happen; later it may */
    BOTHY_FAILURE_PERMANENT = 2,       /* the same request will fail again */
    BOTHY_FAILURE_UNKNOWN_OUTCOME = 3, /* it may have happened: ask before anything else */
    BOTHY_FAILURE_CLOCK = 4,           /* our time is off: measure the offset, then once more */
    BOTHY_FAILURE_AUTH = 5,            /* key, signature or rights */
    BOTHY_FAILURE_FUNDS = 6,           /* balance, margin or allowance */
    BOTHY_FAILURE_RATE_LIMITED = 7,    /* too many requests: the server says when, or we guess */
    BOTHY_FAILURE_COUNT = 8,
};

/* Returns "transient", "unknown_outcome" …, or "?". [borrowed]: static. */
BOTHY_API const char *bothy_failure_name(uint32_t failure);

/* Returns 1 for classes where the same request fails again: PERMANENT, AUTH, FUNDS. */
BOTHY_API int32_t bothy_failure_is_permanent(uint32_t failure);

/*
 * Returns the class of an HTTP status (0: no answer came) for a request that only reads, or
 * that does no harm when it is carried out twice:
 *     2xx, 3xx → NONE; 401 → AUTH; 429 → RATE_LIMITED;
 *     0, 408, 425, 500–504, 520–527, 530 → TRANSIENT; everything else → PERMANENT.
 */
BOTHY_API uint32_t bothy_failure_from_http(int32_t status);

/*
 * The same for a request that changes something, an order above all: where the server may
 * have carried it out before it failed (0, 408, 500, 502–504, 520–527, 530) the class is
 * UNKNOWN_OUTCOME. 425 (too early) and 501 (not implemented) say that it did not.
 */
BOTHY_API uint32_t bothy_failure_from_http_write(int32_t status);

/* A line of a venue's table. A field that is "any" matches everything; first match wins. */
#define BOTHY_FAILURE_ANY_CODE INT64_MIN

struct bothy_failure_rule {
    int32_t http_status; /* 0: any */
    uint32_t failure;    /* BOTHY_FAILURE_* that it means */
    int64_t code;        /* the venue's number in the body; BOTHY_FAILURE_ANY_CODE: any */
    const char *text;    /* part of the venue's message, in any case of letters; NULL: any */
};

/*
 * Effect: looks a failure up in a venue's table. `code` is BOTHY_FAILURE_ANY_CODE when the body
 * had none, and then matches only rules for any; `message` may be NULL.
 * Returns the class of the first rule that matches, or BOTHY_FAILURE_NONE when none does: then
 * ask bothy_failure_from_http() or _write().
 */
BOTHY_API uint32_t bothy_failure_from_rules(const struct bothy_failure_rule *rules, size_t count,
                                            int32_t http_status, int64_t code, const char *message);

enum {
    BOTHY_RETRY_NO_JITTER = 1 << 0,  /* the full delay each time: for tests and single clients */
    BOTHY_RETRY_IDEMPOTENT = 1 << 1, /* may be carried out twice: UNKNOWN_OUTCOME is transient */
};

/* Upper bound of max_attempts. */
#define BOTHY_RETRY_ATTEMPTS_MAX 1000

struct bothy_retry_policy {
    uint32_t max_attempts;      /* with the first one; 1: never again. Default 3 */
    uint32_t flags;             /* BOTHY_RETRY_*. Default 0 */
    int64_t base_ns;            /* default 1 s */
    int64_t max_ns;             /* default 60 s */
    int64_t retry_after_max_ns; /* a server that asks for more ends it. Default 300 s */
};

/* Effect: sets the defaults. */
BOTHY_API void bothy_retry_policy_init(struct bothy_retry_policy *policy);

/* Effect: checks the ranges. Errors: BOTHY_ERANGE with a sentence; BOTHY_EINVAL for flags. */
BOTHY_API int32_t bothy_retry_policy_check(const struct bothy_retry_policy *policy,
                                           struct bothy_error *error);

/* Returns min(max, base × 2^n), the upper end of the delay after failure n (from 0). */
BOTHY_API int64_t bothy_retry_cap_ns(const struct bothy_retry_policy *policy, uint32_t n);

/* Why a retry goes on or stops. Numbers are part of the ABI. */
enum {
    BOTHY_RETRY_AGAIN = 1,            /* wait delay_ns, then try */
    BOTHY_RETRY_AGAIN_AFTER_SYNC = 2, /* measure the clock's offset, wait delay_ns, then try */
    BOTHY_RETRY_STOP_ATTEMPTS = 3,    /* max_attempts were made */
    BOTHY_RETRY_STOP_PERMANENT = 4,   /* the class says that it is in vain */
    BOTHY_RETRY_STOP_UNKNOWN = 5,     /* ask for the outcome instead */
    BOTHY_RETRY_STOP_CLOCK = 6,       /* the clock was measured, and it still is off */
    BOTHY_RETRY_STOP_TOO_LONG = 7,    /* the server wants more than retry_after_max_ns */
};

struct bothy_retry_decision {
    uint32_t verdict; /* BOTHY_RETRY_AGAIN … BOTHY_RETRY_STOP_TOO_LONG */
    uint32_t attempt; /* AGAIN*: number of the next attempt, from 2; STOP_*: attempts made */
    int64_t delay_ns; /* AGAIN*: the time to wait; STOP_TOO_LONG: what the server asked for */
};

/* Public so that it needs no allocation; the fields are the library's. */
struct bothy_retry {
    struct bothy_retry_policy policy;
    struct bothy_random random;
    uint32_t failures;
    uint32_t clock_failures;
};

/*
 * Effect: begins the attempts of one request. `policy` is copied; NULL: the defaults. The jitter
 * comes from `seed` alone. Errors: as bothy_retry_policy_check().
 */
BOTHY_API int32_t bothy_retry_begin(struct bothy_retry *retry,
                                    const struct bothy_retry_policy *policy, uint64_t seed,
                                    struct bothy_error *error);

/* The server did not say when to come back. */
#define BOTHY_RETRY_AFTER_NONE INT64_C(-1)

/*
 * Effect: counts a failed attempt and decides what follows. `retry_after_ns` is what the server
 * asked for, from now, or BOTHY_RETRY_AFTER_NONE; the delay is never shorter than that.
 * A class that is none of BOTHY_FAILURE_* stops as permanent.
 * Returns 1 to go on (AGAIN*), 0 to stop; *ret_decision is always set.
 */
BOTHY_API int32_t bothy_retry_failed(struct bothy_retry *retry, uint32_t failure,
                                     int64_t retry_after_ns,
                                     struct bothy_retry_decision *ret_decision);

/* Returns words for a verdict: "the server asks for more patience than allowed" …. [borrowed] */
BOTHY_API const char *bothy_retry_verdict_text(uint32_t verdict);

/*
 * Effect: reads a Retry-After header: whole seconds, or a date like
 * "Sun, 06 Nov 1994 08:49:37 GMT", for which now_ns is needed; a date in the past is 0.
 * Errors: BOTHY_EINVAL, BOTHY_ERANGE (more than a year).
 */
BOTHY_API int32_t bothy_retry_after_parse(const char *text, size_t length, int64_t now_ns,
                                          int64_t *ret_delay_ns);

BOTHY_END

#endif
