/*
 * ipc/wait.h: how a reader of rings and logs spends the time until there is more: sleeping on
 * several futex words at once, or polling, as the configuration says.
 *
 * The duty cycle of a reader:
 *
 *     for (;;) {
 *         if (drain everything) {                  rings, log, timers
 *             wait_busy(&waiter);
 *             continue;
 *         }
 *         if (wait_poll(&waiter))                  spin, or the first rounds of backoff
 *             continue;
 *         broadcast_sleep_begin(log, &words[0]) || ring_sleep_begin(ring, &words[1]) ||
 *             wait_any(words, 2, CLOCK_REALTIME, next_timer_ns, error);
 *         ring_sleep_end(ring);
 *     }
 *
 * Nothing is lost between the last look and the sleep: the word changes with each wake-up, and
 * the kernel compares it before it sleeps. A wake-up without cause is always possible.
 *
 * What it does not do: read the clock for anybody, or know why a word changes.
 */
#ifndef BOTHY_IPC_WAIT_H
#define BOTHY_IPC_WAIT_H

#include <stdatomic.h>
#include <time.h>

#include <bothy/base.h>

#define WAIT_WORDS_MAX 32
#define WAIT_FOREVER   INT64_MAX

/* What a reader does when there is nothing to read. */
enum wait_strategy {
    WAIT_BLOCK,   /* sleeps at once: the default */
    WAIT_BACKOFF, /* polls for some 20 µs with growing pauses, then sleeps */
    WAIT_SPIN,    /* never sleeps: for dedicated cores only */
};

/* A futex in shared memory, and the value with which it is worth sleeping. */
struct wait_word {
    const _Atomic uint32_t *word; /* [borrowed]; may be in a read-only mapping */
    uint32_t expected;
};

struct waiter {
    enum wait_strategy strategy;
    uint32_t rounds; /* polls since there was something to read */
};

/* Effect: reads "block", "backoff" or "spin". Errors: BOTHY_EINVAL. */
int wait_strategy_parse(const char *text, enum wait_strategy *ret_strategy) BOTHY_CHECK_RESULT;
/* Returns the same words, or "?". [borrowed]: static. */
const char *wait_strategy_name(enum wait_strategy strategy);

/* Effect: there was something to read: polling starts over. */
static inline void wait_busy(struct waiter *waiter)
{
    waiter->rounds = 0;
}

/*
 * Effect: pauses for a moment if the strategy wants to poll once more. Returns 1: look again;
 * 0: it is time to sleep.
 */
int wait_poll(struct waiter *waiter);

/*
 * Effect: sleeps until one of the words differs from what is expected, somebody wakes it, a
 * signal comes, or `clock` reaches deadline_ns (WAIT_FOREVER: never). clock is CLOCK_REALTIME
 * (times of events; follows a clock that is set) or CLOCK_MONOTONIC. count may be 0: then only
 * the time counts. Returns 0 for "look again", whatever the reason.
 * Errors: BOTHY_ETIMEOUT (the deadline has passed; *error stays), BOTHY_EINVAL (too many words,
 * another clock, nothing to wait for), BOTHY_EIO.
 */
int wait_any(const struct wait_word *words, uint32_t count, clockid_t clock, int64_t deadline_ns,
             struct bothy_error *error) BOTHY_CHECK_RESULT;

/*
 * The way that wait_any() takes where the kernel, or a filter, has no futex_waitv: sleeps on the
 * first word in slices of at most 1 ms and looks at the others between. So put first the word
 * that matters most. Public so that tests reach it everywhere.
 */
int wait_any_sliced(const struct wait_word *words, uint32_t count, clockid_t clock,
                    int64_t deadline_ns, struct bothy_error *error) BOTHY_CHECK_RESULT;

/* Effect: wakes every process that sleeps on the word. The word is shared between processes. */
void wait_wake_all(_Atomic uint32_t *word);

/* Effect: tells the processor that this is a loop of polls. */
static inline void wait_pause(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__) || defined(__arm__)
    __asm__ volatile("yield" ::: "memory");
#endif
}

#endif
