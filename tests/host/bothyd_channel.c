/*
 * The queue of what a worker is told: in order, and no larger than what still waits. Beneath it are
 * the real rings; the life of workers is not here, an end is only noted.
 */
#include "suite.h"

#include "bothyd/daemon.h"

static char ended[160];

void worker_kill(struct worker *w, const char *cause)
{
    snprintf(ended, sizeof ended, "%s", cause);
    channel_close(w);
}

int64_t clock_monotonic_ns(void)
{
    return BOTHY_NS_PER_S;
}

static struct daemon host;
static struct worker worker;
static struct ring_consumer reader; /* what the worker would read with */

static void set_up(void)
{
    struct bothy_error error = { 0 };
    int fds[WIRE_RING_COUNT];

    worker.daemon = &host;
    worker.generation = 7;
    host.broadcast_fd = host.lastvalue_fd = host.bell.ring_fd = -1;
    ck_assert_int_eq(channel_open(&worker, fds, &error), 0);
    ck_assert_int_eq(ring_attach_consumer(fds[WIRE_RING_COMMANDS], 7, &reader, &error), 0);
    for (int i = 0; i < WIRE_RING_COUNT; i++) {
        if (fds[i] >= 0 && fds[i] != worker.bell.wait_fd)
            close(fds[i]);
    }
}

static void tear_down(void)
{
    channel_close(&worker);
    ring_consumer_close(&reader);
    free(worker.reports.data);
}

struct told {
    uint64_t number;
    uint8_t more[1000];
};

static void tell(uint64_t number)
{
    struct told told = { .number = number };

    channel_command(&worker, WIRE_R_TIMER, &told, sizeof told);
}

static void read_one(uint64_t number)
{
    struct {
        struct wire_record record;
        struct told told;
    } got;
    struct bothy_error error = { 0 };
    size_t length = 0;

    ck_assert_int_eq(ring_read(&reader, &got, sizeof got, &length, &error), 0);
    ck_assert_uint_eq(length, sizeof got);
    ck_assert_uint_eq(got.record.generation, 7);
    ck_assert_uint_eq(got.told.number, number);
}

/* Always some hundred behind a full ring: many times the queue's limit passes through. */
START_TEST(late_reader)
{
    uint64_t written = 0, taken = 0;

    while (channel_flush(&worker))
        tell(written++);
    for (int i = 0; i < 500; i++)
        tell(written++);
    while (written < 2 * REPORTS_BYTES_MAX / sizeof(struct told)) {
        tell(written++);
        read_one(taken++);
        channel_flush(&worker);
        ck_assert_str_eq(ended, "");
        ck_assert_uint_lt(worker.reports.begin, worker.reports.end);
    }
    ck_assert_uint_le(worker.reports.capacity, 1 << 21);
    while (taken < written) {
        read_one(taken++);
        channel_flush(&worker);
    }
}
END_TEST

START_TEST(reader_that_stopped)
{
    uint64_t written = 0;

    while (worker.rings && written < 4 * REPORTS_BYTES_MAX / sizeof(struct told)) {
        tell(written++);
        channel_flush(&worker);
    }
    ck_assert_str_eq(ended, "it does not take its reports");
    ck_assert_uint_le(worker.reports.capacity, REPORTS_BYTES_MAX);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("bothyd_channel");
    TCase *tcase = tcase_create("reports");

    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, late_reader);
    tcase_add_test(tcase, reader_that_stopped);
    tcase_set_timeout(tcase, 60);
    suite_add_tcase(suite, tcase);
    return suite;
}

BOTHY_TEST_MAIN(make_suite)
