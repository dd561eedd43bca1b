/*
 * host/ipc/wait and host/ipc/doorbell: sleeping on words in read-only memory, on several at
 * once, with and without futex_waitv; strategies; and doorbells whose other holder is hostile.
 * Nothing here measures time: a wake-up that is lost runs into the test's limit.
 */
#include "config.h"

#include "ipc/doorbell.h"
#include "ipc/memory.h"
#include "ipc/wait.h"
#include "suite.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#ifndef SYS_futex_waitv
#define SYS_futex_waitv 449
#endif

#define HOUR_NS INT64_C(3600000000000)

static struct memory_map map;    /* the maker's, writable */
static struct memory_map reader; /* read-only */
static struct bothy_error error;

static void setup(void)
{
    int fd;

    ck_assert_int_eq(memory_create("test", 8192, MEMORY_READ_ONLY, &map, &fd, &error), 0);
    ck_assert_int_eq(memory_attach(fd, MEMORY_READ_ONLY, 8192, 8192, &reader, &error), 0);
}

/* Words on two pages, as the reader sees them and as the maker does. */
static struct wait_word seen(int word, uint32_t expected)
{
    const uint8_t *at = reader.address;

    return (struct wait_word) { (const _Atomic uint32_t *)(at + 4096 * word), expected };
}

static _Atomic uint32_t *own(int word)
{
    return (_Atomic uint32_t *)((uint8_t *)map.address + 4096 * word);
}

static int64_t now_ns(clockid_t clock)
{
    struct timespec ts;

    ck_assert_int_eq(clock_gettime(clock, &ts), 0);
    return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

typedef int wait_function(const struct wait_word *, uint32_t, clockid_t, int64_t,
                          struct bothy_error *);
static wait_function *const waits[] = { wait_any, wait_any_sliced };
static const clockid_t clocks[] = { CLOCK_REALTIME, CLOCK_MONOTONIC };

/* A kernel, or a filter, without futex_waitv. */
static void forbid_futex_waitv(void)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_futex_waitv, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = { sizeof filter / sizeof filter[0], filter };

    ck_assert_int_eq(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
    ck_assert_int_eq(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
    errno = 0;
    ck_assert_int_eq(syscall(SYS_futex_waitv, NULL, 0, 0, NULL, 0), -1);
    ck_assert_int_eq(errno, ENOSYS);
}

START_TEST(a_word_that_has_changed_is_no_sleep)
{
    struct wait_word words[2] = { seen(0, 0), seen(1, 5) };

    ck_assert_int_eq(waits[_i](words, 2, CLOCK_MONOTONIC, WAIT_FOREVER, &error), 0);
    words[0] = seen(0, 1);
    ck_assert_int_eq(waits[_i](words, 1, CLOCK_MONOTONIC, WAIT_FOREVER, &error), 0);
}
END_TEST

START_TEST(the_deadline_ends_a_sleep)
{
    struct wait_word words[2] = { seen(0, 0), seen(1, 0) };

    for (uint32_t count = 0; count <= 2; count++) {
        for (int c = 0; c < 2; c++) {
            memset(&error, 0, sizeof error);
            ck_assert_int_eq(
                waits[_i](words, count, clocks[c], now_ns(clocks[c]) + 3000000, &error),
                BOTHY_ETIMEOUT);
            ck_assert_int_eq(waits[_i](words, count, clocks[c], 0, &error), BOTHY_ETIMEOUT);
            ck_assert_int_eq(waits[_i](words, count, clocks[c], -5, &error), BOTHY_ETIMEOUT);
            ck_assert_int_eq(error.code, 0);
        }
    }
}
END_TEST

static const struct {
    uint32_t count;
    clockid_t clock;
    int64_t deadline_ns;
} wrong[] = {
    { WAIT_WORDS_MAX + 1, CLOCK_MONOTONIC, 0 },
    { 1, CLOCK_PROCESS_CPUTIME_ID, 0 },
    { 0, CLOCK_MONOTONIC, WAIT_FOREVER },
};

START_TEST(what_would_never_end_is_refused)
{
    struct wait_word words[WAIT_WORDS_MAX + 1];

    for (int i = 0; i < WAIT_WORDS_MAX + 1; i++)
        words[i] = seen(0, 0);
    for (int w = 0; w < 2; w++)
        ck_assert_int_eq(
            waits[w](words, wrong[_i].count, wrong[_i].clock, wrong[_i].deadline_ns, &error),
            BOTHY_EINVAL);
    ck_assert_int_eq(wait_any(words, WAIT_WORDS_MAX, CLOCK_MONOTONIC, 0, &error), BOTHY_ETIMEOUT);
}
END_TEST

START_TEST(memory_that_is_not_there_is_an_error)
{
    struct wait_word words[2] = { seen(0, 0), seen(1, 0) };

    memory_unmap(&reader);
    ck_assert_int_eq(wait_any(words, 1, CLOCK_MONOTONIC, WAIT_FOREVER, &error), BOTHY_EIO);
    ck_assert_int_eq(wait_any(words, 2, CLOCK_MONOTONIC, WAIT_FOREVER, &error), BOTHY_EIO);
}
END_TEST

/*
 * A child sleeps in read-only memory until the word says 3; it is woken at each step, so a wake
 * that is lost would show as the test's time limit. _i: which wait, which word, how many words.
 */
START_TEST(sleepers_in_read_only_memory_are_woken)
{
    wait_function *wait_words = waits[_i & 1];
    int word = (_i >> 1) & 1;
    uint32_t count = _i & 4 ? 2 : 1;
    int status;
    pid_t child = fork();

    ck_assert_int_ge(child, 0);
    if (child == 0) {
        uint32_t value = 0;

        if (_i & 8)
            forbid_futex_waitv();
        while (value < 3) {
            struct wait_word words[2] = { seen(word, value), seen(!word, 0) };

            /* Two words: the one that changes is the second one. */
            if (count == 2) {
                words[0] = seen(!word, 0);
                words[1] = seen(word, value);
            }
            if (wait_words(words, count, CLOCK_MONOTONIC, WAIT_FOREVER, &error) < 0)
                _exit(1);
            value = atomic_load((_Atomic uint32_t *)(uintptr_t)seen(word, 0).word);
        }
        _exit(0);
    }
    for (uint32_t value = 1; value <= 3; value++) {
        usleep(2000);
        atomic_store(own(word), value);
        wait_wake_all(own(word));
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
}
END_TEST

static void on_alarm(int unused)
{
    (void)unused;
}

START_TEST(a_signal_means_look_again)
{
    struct sigaction action = { .sa_handler = on_alarm };
    struct wait_word words[2] = { seen(0, 0), seen(1, 0) };
    int64_t until_ns = now_ns(CLOCK_MONOTONIC) + HOUR_NS;

    ck_assert_int_eq(sigaction(SIGALRM, &action, NULL), 0);
    for (uint32_t count = 0; count <= 2; count++) {
        ualarm(20000, 20000);
        ck_assert_int_eq(wait_any(words, count, CLOCK_MONOTONIC, until_ns, &error), 0);
    }
}
END_TEST

START_TEST(strategies_have_names)
{
    static const char *const names[] = { "block", "backoff", "spin" };
    enum wait_strategy strategy = WAIT_SPIN;

    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(wait_strategy_parse(names[i], &strategy), 0);
        ck_assert_int_eq(strategy, i);
        ck_assert_str_eq(wait_strategy_name(strategy), names[i]);
    }
    ck_assert_int_eq(wait_strategy_parse("Block", &strategy), BOTHY_EINVAL);
    ck_assert_int_eq(wait_strategy_parse("", &strategy), BOTHY_EINVAL);
    ck_assert_int_eq(strategy, WAIT_SPIN);
    ck_assert_str_eq(wait_strategy_name((enum wait_strategy)3), "?");
}
END_TEST

START_TEST(strategies_poll_as_they_are_called)
{
    struct waiter block = { .strategy = WAIT_BLOCK };
    struct waiter backoff = { .strategy = WAIT_BACKOFF };
    struct waiter spin = { .strategy = WAIT_SPIN };
    int first = 0, second = 0;

    ck_assert_int_eq(wait_poll(&block), 0);
    while (first < 1000 && wait_poll(&backoff))
        first++;
    ck_assert_int_gt(first, 1);
    ck_assert_int_lt(first, 1000);
    ck_assert_int_eq(wait_poll(&backoff), 0);
    wait_busy(&backoff);
    while (second < 1000 && wait_poll(&backoff))
        second++;
    ck_assert_int_eq(first, second);
    for (int i = 0; i < 1000; i++)
        ck_assert_int_eq(wait_poll(&spin), 1);
}
END_TEST

/* ---- doorbells; _i is the kind ---- */

static int readable(int fd)
{
    struct pollfd entry = { fd, POLLIN, 0 };

    return poll(&entry, 1, 0) == 1 && entry.revents & POLLIN;
}

START_TEST(a_doorbell_rings_until_it_is_drained)
{
    struct doorbell bell;

    ck_assert_int_eq(doorbell_create((enum doorbell_kind)_i, &bell, &error), 0);
    ck_assert_int_eq(fcntl(bell.wait_fd, F_GETFD), FD_CLOEXEC);
    ck_assert_int_eq(fcntl(bell.ring_fd, F_GETFD), FD_CLOEXEC);
    ck_assert(!readable(bell.wait_fd));
    doorbell_drain(bell.wait_fd);
    doorbell_ring(bell.ring_fd);
    doorbell_ring(bell.ring_fd);
    ck_assert(readable(bell.wait_fd));
    doorbell_drain(bell.wait_fd);
    ck_assert(!readable(bell.wait_fd));
    doorbell_close(&bell);
    ck_assert_int_eq(bell.wait_fd, -1);
    ck_assert_int_eq(bell.ring_fd, -1);
    doorbell_close(&bell);
}
END_TEST

START_TEST(a_hostile_producer_cannot_hold_the_one_who_drains)
{
    struct doorbell bell;
    int peer;

    ck_assert_int_eq(doorbell_create((enum doorbell_kind)_i, &bell, &error), 0);
    peer = dup(bell.ring_fd);
    /* An eventfd's flags are shared: now it blocks, and it is empty. */
    ck_assert_int_eq(fcntl(peer, F_SETFL, 0), 0);
    doorbell_drain(bell.wait_fd);
    doorbell_ring(peer);
    ck_assert(readable(bell.wait_fd));
    doorbell_drain(bell.wait_fd);
    doorbell_drain(bell.wait_fd);
    ck_assert(!readable(bell.wait_fd));
}
END_TEST

START_TEST(a_hostile_consumer_cannot_hold_the_one_who_rings)
{
    struct doorbell bell;
    int peer;

    ck_assert_int_eq(doorbell_create(DOORBELL_PIPE, &bell, &error), 0);
    peer = dup(bell.wait_fd);
    ck_assert_int_eq(fcntl(peer, F_SETFL, 0), 0);
    for (int i = 0; i < 100000; i++)
        doorbell_ring(bell.ring_fd);
    ck_assert(readable(peer));
    /* The peer dies: the maker still has its end, and there is no SIGPIPE. */
    close(peer);
    doorbell_ring(bell.ring_fd);
    ck_assert(readable(bell.wait_fd));
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("ipc_wait");
    TCase *tcase = tcase_create("wait");

    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, setup, NULL);
    tcase_add_loop_test(tcase, a_word_that_has_changed_is_no_sleep, 0, 2);
    tcase_add_loop_test(tcase, the_deadline_ends_a_sleep, 0, 2);
    tcase_add_loop_test(tcase, what_would_never_end_is_refused, 0, sizeof wrong / sizeof wrong[0]);
    tcase_add_test(tcase, memory_that_is_not_there_is_an_error);
    tcase_add_loop_test(tcase, sleepers_in_read_only_memory_are_woken, 0, 16);
    tcase_add_test(tcase, a_signal_means_look_again);
    tcase_add_test(tcase, strategies_have_names);
    tcase_add_test(tcase, strategies_poll_as_they_are_called);
    suite_add_tcase(suite, tcase);

    tcase = tcase_create("doorbell");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, a_doorbell_rings_until_it_is_drained, 0, 2);
    tcase_add_loop_test(tcase, a_hostile_producer_cannot_hold_the_one_who_drains, 0, 2);
    tcase_add_test(tcase, a_hostile_consumer_cannot_hold_the_one_who_rings);
    suite_add_tcase(suite, tcase);
    return suite;
}

BOTHY_TEST_MAIN(make_suite)
