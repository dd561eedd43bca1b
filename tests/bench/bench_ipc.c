/*
 * host/ipc beside what the kernel offers. Costs within one thread; then a message of 128 bytes
 * from one process to another that sleeps, by way of a ring (futex, eventfd, pipe as doorbell),
 * a SEQPACKET pair and a pipe, in turns, with both on one processor and on two, because that
 * decides more than the transport does; then as many messages as will pass; then one record of
 * the log to 1, 15 and 100 sleeping processes, which run where the scheduler puts them. Each of
 * the last takes at most two seconds.
 */
#include "config.h"

#include "bench.h"

#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clean.h"
#include "ipc/broadcast.h"
#include "ipc/doorbell.h"
#include "ipc/lastvalue.h"
#include "ipc/ring.h"

#define MESSAGE       128
#define RING_BYTES    (UINT64_C(1) << 18)
#define LOG_BYTES     (UINT64_C(1) << 22)
#define HOPS          1500
#define HOPS_IN_TURN  100
#define SETTLE_US     60
#define PASSES        400000
#define READERS_MAX   100
#define RECORDS       1000
#define TIME_LIMIT_NS INT64_C(1500000000)
#define LAST          INT64_C(-1)

struct message {
    int64_t sent_ns;
    uint8_t rest[MESSAGE - sizeof(int64_t)];
};

static struct bothy_error error;

static void check(int r)
{
    if (r < 0) {
        fprintf(stderr, "bench_ipc: %s: %s\n", bothy_strerror(r), error.text);
        exit(EXIT_FAILURE);
    }
}

static void check_call(long r, const char *what)
{
    if (r < 0) {
        perror(what);
        exit(EXIT_FAILURE);
    }
}

static pid_t start_child(void)
{
    pid_t child;

    fflush(stdout);
    child = fork();
    check_call(child, "fork");
    if (child == 0)
        prctl(PR_SET_PDEATHSIG, SIGKILL);
    return child;
}

static void *shared_zeroes(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    check_call(memory == MAP_FAILED ? -1 : 0, "mmap");
    return memory;
}

static int compare(const void *one, const void *two)
{
    int64_t a = *(const int64_t *)one, b = *(const int64_t *)two;

    return (a > b) - (a < b);
}

static void report_percentiles(const char *name, int64_t *ns, size_t count)
{
    char full[96];

    if (count == 0)
        return;
    qsort(ns, count, sizeof ns[0], compare);
    snprintf(full, sizeof full, "%s.p50", name);
    bench_report(full, (double)ns[count / 2] / 1000, "us");
    snprintf(full, sizeof full, "%s.p99", name);
    bench_report(full, (double)ns[count * 99 / 100] / 1000, "us");
}

/* ---- costs within one thread ---- */

struct local {
    struct ring_producer producer;
    struct ring_consumer consumer;
    struct broadcast_writer writer;
    struct broadcast_reader reader;
    struct lastvalue_writer table;
    struct lastvalue_reader table_reader;
    int pipe_ends[2];
    int pair[2];
};

static void ring_pass(void *context, uint64_t iterations)
{
    struct local *local = context;
    struct message message = { 0 };
    size_t length;

    while (iterations--) {
        BENCH_KEEP(ring_write(&local->producer, &message, sizeof message, NULL));
        ring_notify(&local->producer);
        BENCH_KEEP(ring_read(&local->consumer, &message, sizeof message, &length, NULL));
    }
}

static void pipe_pass(void *context, uint64_t iterations)
{
    struct local *local = context;
    struct message message = { 0 };

    while (iterations--) {
        BENCH_KEEP(write(local->pipe_ends[1], &message, sizeof message));
        BENCH_KEEP(read(local->pipe_ends[0], &message, sizeof message));
    }
}

static void log_append(void *context, uint64_t iterations)
{
    struct local *local = context;
    struct message message = { 0 };

    for (uint64_t i = 0; i < iterations; i++) {
        BENCH_KEEP(broadcast_append(&local->writer, &message, sizeof message, NULL, NULL));
        if (i % 16 == 15)
            broadcast_publish(&local->writer);
    }
    broadcast_publish(&local->writer);
}

static void log_append_alone(void *context, uint64_t iterations)
{
    struct local *local = context;
    struct message message = { 0 };

    while (iterations--) {
        BENCH_KEEP(broadcast_append(&local->writer, &message, sizeof message, NULL, NULL));
        broadcast_publish(&local->writer);
    }
}

static void log_read(void *context, uint64_t iterations)
{
    struct local *local = context;
    struct broadcast_place start = local->reader.next;
    struct message message;
    size_t length;

    while (iterations--) {
        if (broadcast_read(&local->reader, &message, sizeof message, &length, NULL, NULL) < 0)
            BENCH_KEEP(broadcast_seek(&local->reader, start, NULL));
        BENCH_KEEP(message);
    }
    BENCH_KEEP(broadcast_seek(&local->reader, start, NULL));
}

static void table_store(void *context, uint64_t iterations)
{
    struct local *local = context;
    struct message message = { 0 };

    while (iterations--)
        BENCH_KEEP(lastvalue_store(&local->table, 3, 1, 1, &message, NULL));
}

static void table_load(void *context, uint64_t iterations)
{
    struct local *local = context;
    struct message message;
    uint64_t sequence;

    while (iterations--) {
        BENCH_KEEP(
            lastvalue_load(&local->table_reader, 3, 1, &message, sizeof message, &sequence, NULL));
        BENCH_KEEP(message);
    }
}

static void bench_local(void)
{
    static const struct lastvalue_shape shape = { .slots = 8,
                                                  .cells = 2,
                                                  .cell_size = { 64, MESSAGE } };
    static struct local local;
    int fd;

    check(ring_create("bench", RING_BYTES, 1, &fd, &error));
    check(ring_attach_producer(fd, 1, -1, &local.producer, &error));
    check(ring_attach_consumer(fd, 1, &local.consumer, &error));
    check_call(pipe(local.pipe_ends), "pipe");
    bench_run_beside("ipc.ring.write_and_read", "ns", ring_pass, pipe_pass, &local);

    check(broadcast_create("bench", LOG_BYTES, 1, 1, &local.writer, &fd, &error));
    check(broadcast_attach(fd, 1, &local.reader, &error));
    bench_run("ipc.log.append_in_batches_of_16", "ns", log_append, &local);
    bench_run("ipc.log.append_and_publish", "ns", log_append_alone, &local);
    check(broadcast_resync(&local.reader, NULL, &error));
    log_append(&local, 1000);
    bench_run("ipc.log.read", "ns", log_read, &local);

    check(lastvalue_create("bench", &shape, 1, &local.table, &fd, &error));
    check(lastvalue_attach(fd, 1, &local.table_reader, &error));
    table_store(&local, 1);
    bench_run("ipc.lastvalue.store", "ns", table_store, &local);
    bench_run("ipc.lastvalue.load", "ns", table_load, &local);
}

/* ---- one way, from process to process ---- */

/* What the two processes of a lane share. */
struct arrivals {
    _Atomic uint32_t count; /* released by the receiver, acquired by the sender */
    int64_t delay_ns[HOPS];
};

struct lane {
    const char *name;
    struct ring_producer producer;
    struct ring_consumer consumer;
    struct doorbell bell; /* wait_fd -1: futex, or no ring */
    int ends[2];          /* receiver, sender; -1: a ring */
    struct arrivals *arrivals;
    pid_t child;
};

static void open_lane(struct lane *lane, const char *name, int kind)
{
    int fd;

    memset(lane, 0, sizeof *lane);
    lane->name = name;
    lane->ends[0] = lane->ends[1] = -1;
    lane->bell.wait_fd = lane->bell.ring_fd = -1;
    lane->arrivals = shared_zeroes(sizeof *lane->arrivals);
    if (strcmp(name, "seqpacket") == 0) {
        check_call(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, lane->ends), "socketpair");
    } else if (strcmp(name, "pipe") == 0) {
        check_call(pipe(lane->ends), "pipe");
    } else {
        if (kind >= 0)
            check(doorbell_create((enum doorbell_kind)kind, &lane->bell, &error));
        check(ring_create("bench", RING_BYTES, 1, &fd, &error));
        check(ring_attach_producer(fd, 1, lane->bell.ring_fd, &lane->producer, &error));
        check(ring_attach_consumer(fd, 1, &lane->consumer, &error));
        close(fd);
    }
}

static void close_lane(struct lane *lane)
{
    waitpid(lane->child, NULL, 0);
    munmap(lane->arrivals, sizeof *lane->arrivals);
    doorbell_close(&lane->bell);
    ring_producer_close(&lane->producer);
    ring_consumer_close(&lane->consumer);
    for (int i = 0; i < 2; i++) {
        if (lane->ends[i] >= 0)
            close(lane->ends[i]);
    }
}

static void lane_send(struct lane *lane, int64_t sent_ns)
{
    struct message message = { .sent_ns = sent_ns };

    if (lane->ends[1] >= 0) {
        check_call(write(lane->ends[1], &message, sizeof message), lane->name);
        return;
    }
    while (ring_write(&lane->producer, &message, sizeof message, &error) == BOTHY_EAGAIN) {
        ring_notify(&lane->producer);
        sched_yield();
    }
    ring_notify(&lane->producer);
}

static int64_t lane_receive(struct lane *lane)
{
    struct message message = { 0 };
    struct wait_word word;
    size_t length;
    int r;

    if (lane->ends[0] >= 0) {
        check_call(read(lane->ends[0], &message, sizeof message), lane->name);
        return message.sent_ns;
    }
    while ((r = ring_read(&lane->consumer, &message, sizeof message, &length, &error)) ==
           BOTHY_EAGAIN) {
        if (ring_sleep_begin(&lane->consumer, &word))
            continue;
        if (lane->bell.wait_fd < 0) {
            check(wait_any(&word, 1, CLOCK_MONOTONIC, WAIT_FOREVER, &error));
        } else {
            struct pollfd entry = { lane->bell.wait_fd, POLLIN, 0 };

            poll(&entry, 1, -1);
            doorbell_drain(lane->bell.wait_fd);
        }
        ring_sleep_end(&lane->consumer);
    }
    check(r);
    return message.sent_ns;
}

static void take_delays(struct lane *lane)
{
    int64_t sent_ns;

    for (uint32_t i = 0; (sent_ns = lane_receive(lane)) != LAST; i++) {
        lane->arrivals->delay_ns[i] = bench_now_ns() - sent_ns;
        atomic_store_explicit(&lane->arrivals->count, i + 1, memory_order_release);
    }
}

/* Puts this process on the n-th processor that it may use; returns 0 if there are fewer. */
static int run_on(int n, const cpu_set_t *usable)
{
    for (int i = 0; i < CPU_SETSIZE; i++) {
        if (CPU_ISSET(i, usable) && n-- == 0) {
            cpu_set_t one;

            CPU_ZERO(&one);
            CPU_SET(i, &one);
            check_call(sched_setaffinity(0, sizeof one, &one), "sched_setaffinity");
            return 1;
        }
    }
    return 0;
}

static const struct {
    const char *name;
    int kind;
} lanes_wanted[] = {
    { "ring_futex", -1 },
    { "ring_eventfd", DOORBELL_EVENTFD },
    { "ring_pipe", DOORBELL_PIPE },
    { "seqpacket", -1 },
    { "pipe", -1 },
};

static void bench_hops(const char *where, int receiver)
{
    struct lane lanes[ARRAY_SIZE(lanes_wanted)];
    cpu_set_t usable;
    int64_t until_ns;
    char name[96];

    snprintf(name, sizeof name, "ipc.hop.%s", where);
    if (!bench_wanted(name))
        return;
    check_call(sched_getaffinity(0, sizeof usable, &usable), "sched_getaffinity");
    if (CPU_COUNT(&usable) <= receiver)
        return;
    run_on(0, &usable);
    for (size_t i = 0; i < ARRAY_SIZE(lanes); i++) {
        open_lane(&lanes[i], lanes_wanted[i].name, lanes_wanted[i].kind);
        lanes[i].child = start_child();
        if (lanes[i].child == 0) {
            run_on(receiver, &usable);
            take_delays(&lanes[i]);
            _exit(0);
        }
    }
    until_ns = bench_now_ns() + (int64_t)ARRAY_SIZE(lanes) * TIME_LIMIT_NS;
    for (uint32_t hop = 0; hop < HOPS && bench_now_ns() < until_ns; hop += HOPS_IN_TURN) {
        for (size_t i = 0; i < ARRAY_SIZE(lanes); i++) {
            for (uint32_t turn = 0; turn < HOPS_IN_TURN; turn++) {
                lane_send(&lanes[i], bench_now_ns());
                do { /* and until the receiver has had time to fall asleep again */
                    usleep(SETTLE_US);
                } while (atomic_load_explicit(&lanes[i].arrivals->count, memory_order_acquire) <=
                         hop + turn);
            }
        }
    }
    for (size_t i = 0; i < ARRAY_SIZE(lanes); i++) {
        lane_send(&lanes[i], LAST);
        snprintf(name, sizeof name, "ipc.hop.%s.%s", where, lanes[i].name);
        report_percentiles(name, lanes[i].arrivals->delay_ns,
                           atomic_load(&lanes[i].arrivals->count));
        close_lane(&lanes[i]);
    }
    check_call(sched_setaffinity(0, sizeof usable, &usable), "sched_setaffinity");
}

static void bench_passes(void)
{
    for (size_t i = 0; i < ARRAY_SIZE(lanes_wanted); i++) {
        int64_t start_ns, count = 0;
        struct lane lane;
        char name[96];

        snprintf(name, sizeof name, "ipc.throughput.%s", lanes_wanted[i].name);
        if (!bench_wanted(name))
            continue;
        open_lane(&lane, lanes_wanted[i].name, lanes_wanted[i].kind);
        lane.child = start_child();
        if (lane.child == 0) {
            while (lane_receive(&lane) != LAST)
                ;
            _exit(0);
        }
        start_ns = bench_now_ns();
        while (count < PASSES && (count % 1024 || bench_now_ns() - start_ns < TIME_LIMIT_NS)) {
            lane_send(&lane, 0);
            count++;
        }
        lane_send(&lane, LAST);
        waitpid(lane.child, NULL, 0);
        bench_report(name, (double)count * 1e3 / (double)(bench_now_ns() - start_ns), "M/s");
        close_lane(&lane);
    }
}

/* ---- one record to many sleepers ---- */

struct audience {
    _Atomic uint32_t heard; /* released by the readers, acquired by the writer */
    int64_t delay_ns[READERS_MAX];
};

static void listen_to_log(int fd, struct audience *audience, int index)
{
    struct broadcast_reader reader;
    struct message message;
    size_t length;
    int r;

    check(broadcast_attach(fd, 1, &reader, &error));
    atomic_fetch_add_explicit(&audience->heard, 1, memory_order_release);
    for (;;) {
        struct wait_word word;

        r = broadcast_read(&reader, &message, sizeof message, &length, NULL, &error);
        if (r == BOTHY_EAGAIN) {
            if (!broadcast_sleep_begin(&reader, &word))
                check(wait_any(&word, 1, CLOCK_MONOTONIC, WAIT_FOREVER, &error));
            continue;
        }
        check(r);
        if (message.sent_ns == LAST)
            return;
        audience->delay_ns[index] = bench_now_ns() - message.sent_ns;
        atomic_fetch_add_explicit(&audience->heard, 1, memory_order_release);
    }
}

static void wait_for_all(struct audience *audience, uint32_t heard)
{
    do {
        usleep(SETTLE_US);
    } while (atomic_load_explicit(&audience->heard, memory_order_acquire) < heard);
    usleep(SETTLE_US);
}

static void say(struct broadcast_writer *writer, int64_t sent_ns)
{
    struct message message = { .sent_ns = sent_ns };

    check(broadcast_append(writer, &message, sizeof message, NULL, &error));
    broadcast_publish(writer);
}

static void bench_audience(int readers)
{
    static int64_t publish_ns[RECORDS], last_ns[RECORDS];
    struct audience *audience;
    struct broadcast_writer writer;
    pid_t children[READERS_MAX];
    int64_t until_ns;
    uint32_t count = 0;
    char prefix[64], name[96];
    int fd;

    snprintf(prefix, sizeof prefix, "ipc.log.to_%d_readers", readers);
    if (!bench_wanted(prefix))
        return;
    audience = shared_zeroes(sizeof *audience);
    check(broadcast_create("bench", LOG_BYTES, 1, 1, &writer, &fd, &error));
    for (int i = 0; i < readers; i++) {
        children[i] = start_child();
        if (children[i] == 0) {
            listen_to_log(fd, audience, i);
            _exit(0);
        }
    }
    wait_for_all(audience, (uint32_t)readers);
    until_ns = bench_now_ns() + TIME_LIMIT_NS;
    while (count < RECORDS && bench_now_ns() < until_ns) {
        int64_t sent_ns = bench_now_ns();

        say(&writer, sent_ns);
        publish_ns[count] = bench_now_ns() - sent_ns;
        wait_for_all(audience, (uint32_t)readers * (count + 2));
        last_ns[count] = 0;
        for (int i = 0; i < readers; i++) {
            if (audience->delay_ns[i] > last_ns[count])
                last_ns[count] = audience->delay_ns[i];
        }
        count++;
    }
    say(&writer, LAST);
    for (int i = 0; i < readers; i++)
        waitpid(children[i], NULL, 0);
    snprintf(name, sizeof name, "%s.publish", prefix);
    report_percentiles(name, publish_ns, count);
    snprintf(name, sizeof name, "%s.last", prefix);
    report_percentiles(name, last_ns, count);
    broadcast_writer_close(&writer);
    close(fd);
    munmap(audience, sizeof *audience);
}

int main(int argc, char **argv)
{
    bench_begin(argc, argv);
    bench_local();
    bench_hops("one_processor", 0);
    bench_hops("two_processors", 1);
    bench_passes();
    bench_audience(1);
    bench_audience(15);
    bench_audience(READERS_MAX);
    return bench_end();
}
