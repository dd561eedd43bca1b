/*
 * Waiting: see wait.h. The futexes are shared between processes, so none of the calls here may
 * use the private flag.
 */
#include "config.h" /* _GNU_SOURCE */

#include "ipc/wait.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clean.h"

/* The kernel's interface, for C libraries whose headers are older than Linux 5.16. */
#ifndef SYS_futex_waitv
#define SYS_futex_waitv 449
#endif
#ifndef FUTEX_32
#define FUTEX_32 2
#endif

struct kernel_waitv {
    uint64_t value;
    uint64_t address;
    uint32_t flags;
    uint32_t reserved;
};

#define SLICE_NS       INT64_C(1000000)
#define NS_PER_S       INT64_C(1000000000)
#define BACKOFF_ROUNDS 8 /* 1 + 2 + … + 128 pauses: some 10 to 30 µs */
#define SPIN_PAUSES    4

static const char *const strategy_names[] = {
    [WAIT_BLOCK] = "block",
    [WAIT_BACKOFF] = "backoff",
    [WAIT_SPIN] = "spin",
};

int wait_strategy_parse(const char *text, enum wait_strategy *ret_strategy)
{
    for (size_t i = 0; i < ARRAY_SIZE(strategy_names); i++) {
        if (strcmp(text, strategy_names[i]) == 0) {
            *ret_strategy = (enum wait_strategy)i;
            return 0;
        }
    }
    return BOTHY_EINVAL;
}

const char *wait_strategy_name(enum wait_strategy strategy)
{
    return (size_t)strategy < ARRAY_SIZE(strategy_names) ? strategy_names[strategy] : "?";
}

int wait_poll(struct waiter *waiter)
{
    uint32_t pauses = SPIN_PAUSES;

    if (waiter->strategy == WAIT_BLOCK)
        return 0;
    if (waiter->strategy == WAIT_BACKOFF) {
        if (waiter->rounds >= BACKOFF_ROUNDS)
            return 0;
        pauses = 1U << waiter->rounds;
        waiter->rounds++;
    }
    while (pauses--)
        wait_pause();
    return 1;
}

static struct timespec timespec_of(int64_t ns)
{
    struct timespec ts;

    if (ns < 0)
        ns = 0;
    ts.tv_sec = (time_t)(ns / NS_PER_S);
    ts.tv_nsec = (long)(ns % NS_PER_S);
    return ts;
}

static int64_t clock_ns(clockid_t clock)
{
    struct timespec ts;

    clock_gettime(clock, &ts);
    return (int64_t)ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

static int check_request(uint32_t count, clockid_t clock, int64_t deadline_ns,
                         struct bothy_error *error)
{
    if (count > WAIT_WORDS_MAX)
        return bothy_fail(error, BOTHY_EINVAL, "cannot wait on %u words, at most %d", count,
                          WAIT_WORDS_MAX);
    if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC)
        return bothy_fail(error, BOTHY_EINVAL, "cannot wait by clock %d", (int)clock);
    if (count == 0 && deadline_ns == WAIT_FOREVER)
        return bothy_fail(error, BOTHY_EINVAL, "nothing to wait for: no word and no deadline");
    return 0;
}

/* What a wait came to, from errno: 0 stands for "look again". */
static int outcome(int number, struct bothy_error *error)
{
    switch (number) {
    case EAGAIN: /* the word had changed before the kernel could put us to sleep */
    case EINTR:
        return 0;
    case ETIMEDOUT:
        return BOTHY_ETIMEOUT;
    default:
        errno = number;
        return bothy_fail(error, BOTHY_EIO, "cannot wait for shared memory: %m");
    }
}

static int wait_time(clockid_t clock, int64_t deadline_ns, struct bothy_error *error)
{
    struct timespec until = timespec_of(deadline_ns);
    int number = clock_nanosleep(clock, TIMER_ABSTIME, &until, NULL);

    return outcome(number ? number : ETIMEDOUT, error);
}

/* Returns 0 or -1 and errno, as the system call. */
static long futex_wait(const struct wait_word *word, clockid_t clock, int64_t deadline_ns)
{
    struct timespec until = timespec_of(deadline_ns);
    int operation = FUTEX_WAIT_BITSET;

    if (clock == CLOCK_REALTIME)
        operation |= FUTEX_CLOCK_REALTIME;
    return syscall(SYS_futex, word->word, operation, word->expected,
                   deadline_ns == WAIT_FOREVER ? NULL : &until, NULL, FUTEX_BITSET_MATCH_ANY);
}

static int any_changed(const struct wait_word *words, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        /* Partner: the waker's store or exchange of that word, before its FUTEX_WAKE. */
        if (atomic_load_explicit(words[i].word, memory_order_acquire) != words[i].expected)
            return 1;
    }
    return 0;
}

int wait_any_sliced(const struct wait_word *words, uint32_t count, clockid_t clock,
                    int64_t deadline_ns, struct bothy_error *error)
{
    int r = check_request(count, clock, deadline_ns, error);

    if (r < 0)
        return r;
    if (count == 0)
        return wait_time(clock, deadline_ns, error);
    for (;;) {
        int64_t now_ns = clock_ns(clock);
        int64_t until_ns = now_ns + SLICE_NS;

        if (any_changed(words, count))
            return 0;
        if (now_ns >= deadline_ns)
            return BOTHY_ETIMEOUT;
        if (until_ns > deadline_ns)
            until_ns = deadline_ns;
        if (futex_wait(&words[0], clock, until_ns) == 0)
            return 0;
        if (errno != ETIMEDOUT)
            return outcome(errno, error);
    }
}

int wait_any(const struct wait_word *words, uint32_t count, clockid_t clock, int64_t deadline_ns,
             struct bothy_error *error)
{
    struct kernel_waitv vector[WAIT_WORDS_MAX];
    struct timespec until = timespec_of(deadline_ns);
    int r = check_request(count, clock, deadline_ns, error);

    if (r < 0)
        return r;
    if (count == 0)
        return wait_time(clock, deadline_ns, error);
    if (count == 1)
        return futex_wait(&words[0], clock, deadline_ns) == 0 ? 0 : outcome(errno, error);
    for (uint32_t i = 0; i < count; i++) {
        vector[i].value = words[i].expected;
        vector[i].address = (uintptr_t)words[i].word;
        vector[i].flags = FUTEX_32;
        vector[i].reserved = 0;
    }
    if (syscall(SYS_futex_waitv, vector, count, 0, deadline_ns == WAIT_FOREVER ? NULL : &until,
                clock) >= 0)
        return 0;
    if (errno == ENOSYS)
        return wait_any_sliced(words, count, clock, deadline_ns, error);
    return outcome(errno, error);
}

void wait_wake_all(_Atomic uint32_t *word)
{
    syscall(SYS_futex, word, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}
