/*
 * host/ipc with both ends at work at once: rings and the log between processes, and between
 * threads on one mapping, which is what the thread sanitizer can judge. Every record carries its
 * number and a pattern, so that a lost, doubled, torn or reordered one shows. A wake-up that is
 * lost runs into the test's time limit.
 */
#include "config.h"

#include "ipc/broadcast.h"
#include "ipc/doorbell.h"
#include "ipc/ring.h"
#include "suite.h"

#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <sys/wait.h>

#include "ipc_guard.h"

#define RING_BYTES   (UINT64_C(1) << 14)
#define RING_MOST    300
#define RING_RECORDS 60000

#define LOG_BYTES   (UINT64_C(1) << 16)
#define LOG_MOST    200
#define LOG_RECORDS 60000
#define BATCH       16
#define READERS     4
#define FIRST       1000

/* ---- the ring ---- */

struct ring_run {
    struct ring_producer producer;
    struct ring_consumer consumer;
    struct doorbell bell; /* wait_fd -1: by futex */
    enum wait_strategy strategy;
};

/* Returns 0, or the line where it went wrong: a child cannot use ck_assert. */
static int produce(struct ring_run *run)
{
    uint8_t payload[RING_MOST];

    for (uint64_t i = 0; i < RING_RECORDS;) {
        size_t length = numbered_length(i, RING_MOST);
        void *room;
        int r;

        if (i % 2) { /* both ways of writing */
            numbered_fill(payload, length, i);
            r = ring_write(&run->producer, payload, length, NULL);
        } else {
            r = ring_reserve(&run->producer, length + i % 5, &room, NULL);
            if (r == 0) {
                numbered_fill(room, length, i);
                r = ring_commit(&run->producer, length, NULL);
            }
        }
        if (r == BOTHY_EAGAIN) {
            ring_notify(&run->producer);
            sched_yield();
            continue;
        }
        if (r < 0)
            return __LINE__;
        if (++i % 3 == 0 || i == RING_RECORDS)
            ring_notify(&run->producer);
    }
    return 0;
}

static int sleep_until_ready(struct ring_run *run)
{
    struct pollfd entry = { run->bell.wait_fd, POLLIN, 0 };
    struct wait_word word;
    int r = 0;

    if (ring_sleep_begin(&run->consumer, &word))
        return 0;
    if (run->bell.wait_fd < 0) {
        r = wait_any(&word, 1, CLOCK_MONOTONIC, WAIT_FOREVER, NULL);
    } else {
        if (poll(&entry, 1, -1) < 0)
            r = -1;
        doorbell_drain(run->bell.wait_fd);
    }
    ring_sleep_end(&run->consumer);
    return r;
}

static int consume(struct ring_run *run)
{
    struct waiter waiter = { .strategy = run->strategy };
    uint8_t payload[RING_MOST];
    uint64_t expected = 0, number;
    size_t length;

    while (expected < RING_RECORDS) {
        int r = ring_read(&run->consumer, payload, sizeof payload, &length, NULL);

        if (r == 0) {
            if (!numbered_whole(payload, length, RING_MOST, &number) || number != expected)
                return __LINE__;
            expected++;
            wait_busy(&waiter);
        } else if (r != BOTHY_EAGAIN) {
            return __LINE__;
        } else if (!wait_poll(&waiter) && sleep_until_ready(run) < 0) {
            return __LINE__;
        } else if (run->strategy == WAIT_SPIN) {
            sched_yield(); /* there may be one processor only */
        }
    }
    return ring_read(&run->consumer, payload, sizeof payload, &length, NULL) == BOTHY_EAGAIN
               ? 0
               : __LINE__;
}

static void expect_child(pid_t child)
{
    int status;

    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_msg(status == 0, "child: status 0x%x, line %d modulo 256", (unsigned)status,
                  WIFEXITED(status) ? WEXITSTATUS(status) : 0);
}

static const struct {
    int bell; /* -1: futex, else enum doorbell_kind */
    enum wait_strategy strategy;
} ring_ways[] = {
    { -1, WAIT_BLOCK },
    { -1, WAIT_BACKOFF },
    { -1, WAIT_SPIN },
    { DOORBELL_EVENTFD, WAIT_BLOCK },
    { DOORBELL_PIPE, WAIT_BLOCK },
};

static void make_bell(struct ring_run *run, int kind)
{
    run->bell = (struct doorbell) { .wait_fd = -1, .ring_fd = -1 };
    if (kind >= 0)
        ck_assert_int_eq(doorbell_create((enum doorbell_kind)kind, &run->bell, NULL), 0);
}

START_TEST(a_ring_between_processes_loses_nothing)
{
    struct ring_run run = { .strategy = ring_ways[_i].strategy };
    pid_t child;
    int fd;

    make_bell(&run, ring_ways[_i].bell);
    ck_assert_int_eq(ring_create("test", RING_BYTES, 5, &fd, NULL), 0);
    child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        if (ring_attach_producer(fd, 5, run.bell.ring_fd, &run.producer, NULL) < 0)
            _exit(1);
        _exit(produce(&run) ? 2 : 0);
    }
    ck_assert_int_eq(ring_attach_consumer(fd, 5, &run.consumer, NULL), 0);
    ck_assert_int_eq(consume(&run), 0);
    expect_child(child);
}
END_TEST

static void *produce_in_thread(void *argument)
{
    return (void *)(intptr_t)produce(argument);
}

START_TEST(a_ring_between_threads_loses_nothing)
{
    struct ring_run run = { .strategy = ring_ways[_i].strategy };
    size_t size = RING_DATA_OFFSET + RING_BYTES;
    void *memory = guarded_memory(size), *result;
    pthread_t thread;

    make_bell(&run, ring_ways[_i].bell);
    ck_assert_int_eq(ring_format(memory, size, 5, NULL), 0);
    ck_assert_int_eq(ring_bind_producer(memory, size, 5, run.bell.ring_fd, &run.producer, NULL), 0);
    ck_assert_int_eq(ring_bind_consumer(memory, size, 5, &run.consumer, NULL), 0);
    ck_assert_int_eq(pthread_create(&thread, NULL, produce_in_thread, &run), 0);
    ck_assert_int_eq(consume(&run), 0);
    ck_assert_int_eq(pthread_join(thread, &result), 0);
    ck_assert_int_eq((intptr_t)result, 0);
}
END_TEST

/* ---- the log ---- */

static int write_log(struct broadcast_writer *writer)
{
    uint8_t payload[LOG_MOST];

    for (uint64_t i = 0; i < LOG_RECORDS; i++) {
        size_t length = numbered_length(i, LOG_MOST);

        numbered_fill(payload, length, i);
        if (broadcast_append(writer, payload, length, NULL, NULL) < 0)
            return __LINE__;
        if (i % BATCH == BATCH - 1)
            broadcast_publish(writer);
    }
    broadcast_publish(writer);
    return 0;
}

struct log_run {
    struct broadcast_reader reader;
    uint64_t received;
    uint64_t lost;
};

/* Reads until the last record has passed, whether it got it or was lapped by it. */
static int read_log(struct log_run *run)
{
    const uint64_t end = FIRST + LOG_RECORDS;
    uint8_t payload[LOG_MOST];
    struct broadcast_reader *reader = &run->reader;

    while (reader->next.sequence < end) {
        struct broadcast_place place, before = reader->next;
        struct wait_word word;
        uint64_t number;
        size_t length;
        int r = broadcast_read(reader, payload, sizeof payload, &length, &place, NULL);

        if (r == 0) {
            if (!numbered_whole(payload, length, LOG_MOST, &number) ||
                number + FIRST != before.sequence || place.sequence != before.sequence)
                return __LINE__;
            run->received++;
        } else if (r == BOTHY_ERANGE) {
            struct broadcast_place lost;

            r = broadcast_resync(reader, &lost, NULL);
            if (r == BOTHY_EAGAIN)
                continue;
            if (r < 0 || lost.sequence != before.sequence || reader->next.sequence < lost.sequence)
                return __LINE__;
            run->lost += reader->next.sequence - lost.sequence;
        } else if (r == BOTHY_EAGAIN) {
            if (!broadcast_sleep_begin(reader, &word) &&
                wait_any(&word, 1, CLOCK_MONOTONIC, WAIT_FOREVER, NULL) < 0)
                return __LINE__;
        } else {
            return __LINE__;
        }
    }
    return run->received + run->lost == LOG_RECORDS ? 0 : __LINE__;
}

/* A log that holds everything, and one that does not. */
static const struct {
    uint64_t capacity;
    int all;
} log_sizes[] = {
    { UINT64_C(1) << 24, 1 },
    { LOG_BYTES, 0 },
};

START_TEST(a_log_between_processes_is_read_whole_or_with_known_gaps)
{
    struct broadcast_writer writer;
    pid_t children[READERS];
    int fd;

    ck_assert_int_eq(broadcast_create("test", log_sizes[_i].capacity, 5, FIRST, &writer, &fd, NULL),
                     0);
    for (int i = 0; i < READERS; i++) {
        children[i] = fork();
        ck_assert_int_ge(children[i], 0);
        if (children[i] == 0) {
            struct log_run run = { 0 };

            if (broadcast_attach(fd, 5, &run.reader, NULL) < 0)
                _exit(1);
            /* It may have come late: then it has lost the beginning. */
            if (broadcast_seek(&run.reader, (struct broadcast_place) { 0, FIRST }, NULL) < 0)
                run.lost = run.reader.next.sequence - FIRST;
            if (read_log(&run))
                _exit(2);
            _exit(log_sizes[_i].all && run.lost ? 3 : 0);
        }
    }
    ck_assert_int_eq(write_log(&writer), 0);
    for (int i = 0; i < READERS; i++)
        expect_child(children[i]);
}
END_TEST

static void *read_in_thread(void *argument)
{
    return (void *)(intptr_t)read_log(argument);
}

START_TEST(a_log_between_threads_is_read_whole_or_with_known_gaps)
{
    size_t size = BROADCAST_DATA_OFFSET + log_sizes[_i].capacity;
    struct log_run runs[READERS] = { 0 };
    void *memory = guarded_memory(size), *result;
    struct broadcast_writer writer;
    pthread_t threads[READERS];

    ck_assert_int_eq(broadcast_format(memory, size, 5, FIRST, &writer, NULL), 0);
    for (int i = 0; i < READERS; i++) {
        ck_assert_int_eq(broadcast_bind(memory, size, 5, &runs[i].reader, NULL), 0);
        ck_assert_int_eq(pthread_create(&threads[i], NULL, read_in_thread, &runs[i]), 0);
    }
    ck_assert_int_eq(write_log(&writer), 0);
    for (int i = 0; i < READERS; i++) {
        ck_assert_int_eq(pthread_join(threads[i], &result), 0);
        ck_assert_int_eq((intptr_t)result, 0);
        if (log_sizes[_i].all)
            ck_assert_uint_eq(runs[i].lost, 0);
    }
}
END_TEST

/* ---- one consumer that sleeps on a log and a ring at once, as a bot does ---- */

#define PAIRS 3000

START_TEST(a_reader_of_log_and_ring_sleeps_on_both)
{
    struct broadcast_writer writer;
    struct ring_producer producer;
    int log_fd, ring_fd;
    pid_t child;

    ck_assert_int_eq(broadcast_create("test", 1 << 20, 5, 1, &writer, &log_fd, NULL), 0);
    ck_assert_int_eq(ring_create("test", 1 << 20, 5, &ring_fd, NULL), 0);
    ck_assert_int_eq(ring_attach_producer(ring_fd, 5, -1, &producer, NULL), 0);
    child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        struct broadcast_reader log;
        struct ring_consumer ring;
        uint64_t from_log = 0, from_ring = 0, payload;
        size_t length;

        if (broadcast_attach(log_fd, 5, &log, NULL) < 0 ||
            broadcast_seek(&log, (struct broadcast_place) { 0, 1 }, NULL) < 0 ||
            ring_attach_consumer(ring_fd, 5, &ring, NULL) < 0)
            _exit(1);
        while (from_log < PAIRS || from_ring < PAIRS) {
            struct wait_word words[2];
            int busy = 0;

            while (broadcast_read(&log, &payload, sizeof payload, &length, NULL, NULL) == 0) {
                if (payload != from_log++)
                    _exit(2);
                busy = 1;
            }
            while (ring_read(&ring, &payload, sizeof payload, &length, NULL) == 0) {
                if (payload != from_ring++)
                    _exit(3);
                busy = 1;
            }
            if (busy)
                continue;
            if (!broadcast_sleep_begin(&log, &words[0]) && !ring_sleep_begin(&ring, &words[1]) &&
                wait_any(words, 2, CLOCK_MONOTONIC, WAIT_FOREVER, NULL) < 0)
                _exit(4);
            ring_sleep_end(&ring);
        }
        _exit(0);
    }
    for (uint64_t i = 0; i < PAIRS; i++) {
        ck_assert_int_eq(broadcast_append(&writer, &i, sizeof i, NULL, NULL), 0);
        if (i % 3 != 2 || i == PAIRS - 1)
            broadcast_publish(&writer);
        if (i % 8 == 0)
            sched_yield();
        ck_assert_int_eq(ring_write(&producer, &i, sizeof i, NULL), 0);
        if (i % 2 || i == PAIRS - 1)
            ring_notify(&producer);
    }
    expect_child(child);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("ipc_stress");
    TCase *tcase = tcase_create("stress");

    tcase_set_timeout(tcase, 120);
    tcase_add_loop_test(tcase, a_ring_between_processes_loses_nothing, 0,
                        sizeof ring_ways / sizeof ring_ways[0]);
    tcase_add_loop_test(tcase, a_ring_between_threads_loses_nothing, 0,
                        sizeof ring_ways / sizeof ring_ways[0]);
    tcase_add_loop_test(tcase, a_log_between_processes_is_read_whole_or_with_known_gaps, 0,
                        sizeof log_sizes / sizeof log_sizes[0]);
    tcase_add_loop_test(tcase, a_log_between_threads_is_read_whole_or_with_known_gaps, 0,
                        sizeof log_sizes / sizeof log_sizes[0]);
    tcase_add_test(tcase, a_reader_of_log_and_ring_sleeps_on_both);
    suite_add_tcase(suite, tcase);
    return suite;
}

BOTHY_TEST_MAIN(make_suite)
