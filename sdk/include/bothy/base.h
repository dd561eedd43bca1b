/*
 * bothy/base.h: what every other header stands on: export marks, error codes,
 * struct bothy_error.
 *
 * Conventions of the whole SDK
 *   Returns    0 or a positive count on success, a negative BOTHY_E* on failure.
 *              Results go to parameters named ret_x, set only on success.
 *   Pointers   [owned]                 the caller gets it and frees it with the named function
 *              [borrowed until return] valid only while the call runs
 *              [borrowed]              valid as long as its owner, named there
 *              [steals]                the callee takes it over
 *   Units      in the name: _ns, _ms (durations and times), _pct (percent), _bps.
 *              Times are int64_t nanoseconds since 1970-01-01T00:00:00Z, UTC.
 *   Threads    unless said otherwise a function is pure: callable from any thread, in any state.
 */
#ifndef BOTHY_BASE_H
#define BOTHY_BASE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define BOTHY_BEGIN extern "C" {
#define BOTHY_END   }
#else
#define BOTHY_BEGIN
#define BOTHY_END
#endif

#if defined(__GNUC__)
#define BOTHY_API               __attribute__((visibility("default")))
#define BOTHY_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define BOTHY_CHECK_RESULT      __attribute__((warn_unused_result))
#else
#define BOTHY_API
#define BOTHY_PRINTF(fmt, args)
#define BOTHY_CHECK_RESULT
#endif

#define BOTHY_VERSION "0.1.0"

BOTHY_BEGIN

/* Error codes. bothy_strerror() has the words; numbers are part of the ABI. */
enum {
    BOTHY_OK = 0,
    BOTHY_EINVAL = -1,         /* an argument or a text is not what it must be */
    BOTHY_ENOMEM = -2,         /* no memory, or a fixed limit of the host is reached */
    BOTHY_ERANGE = -3,         /* a number does not fit, or is outside its permitted range */
    BOTHY_ENOENT = -4,         /* no such thing */
    BOTHY_EEXIST = -5,         /* it is already there */
    BOTHY_EAGAIN = -6,         /* not now: a ring is full, a call would wait */
    BOTHY_EIO = -7,            /* the system refused: errno had the reason */
    BOTHY_EPERM = -8,          /* not permitted in this state, or to this caller */
    BOTHY_EPROTO = -9,         /* the peer broke the protocol */
    BOTHY_EABI = -10,          /* made for another ABI */
    BOTHY_ENOTSUP = -11,       /* this host, venue or build does not do that */
    BOTHY_EBREAKER = -12,      /* a circuit breaker is open */
    BOTHY_ETIMEOUT = -13,      /* it took too long; the outcome may be unknown */
    BOTHY_ENOKEY = -14,        /* needs credentials, and there are none */
    BOTHY_ECORRUPT = -15,      /* data fails its own checks */
    BOTHY_EREJECTED = -16,     /* the gate refused; the refusal says why */
    BOTHY_EEND = -17,          /* no more: end of data, end of input */
    BOTHY_EDISCONNECTED = -18, /* the peer is gone */
};

/* What went wrong, filled by the innermost function that knows. */
struct bothy_error {
    int32_t code;    /* one of BOTHY_E*, or 0 */
    uint32_t line;   /* line in `where`, 0 if none */
    char where[160]; /* file, path of a key, or a plugin's name; may be empty */
    char text[256];  /* a sentence for people, with the remedy */
};

/* Effect: the constant English words of an error code. [borrowed]: static. */
BOTHY_API const char *bothy_strerror(int32_t code);

/*
 * Effect: sets *error (if not NULL) to code and a formatted text, truncated to fit;
 * `where` and `line` keep what they are. Returns code, so that a function can end in
 * `return bothy_fail(error, BOTHY_EINVAL, "…")`.
 */
BOTHY_API int32_t bothy_fail(struct bothy_error *error, int32_t code, const char *format, ...)
    BOTHY_PRINTF(3, 4);

/* Effect: puts "prefix: " before error->text. Does nothing when error is NULL. */
BOTHY_API void bothy_error_prefix(struct bothy_error *error, const char *format, ...)
    BOTHY_PRINTF(2, 3);

BOTHY_END

#endif
