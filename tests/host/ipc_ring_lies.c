/*
 * host/ipc/ring against a peer that lies. The peer owns the whole memory, so each lie is a write
 * into it; the honest end must name the lie, stay within the memory (which lies between pages
 * that cannot be touched), and never work with that ring again.
 */
#include "config.h"

#include "ipc/ring.h"
#include "suite.h"

#include <fcntl.h>

#include "ipc_guard.h"

#define CAPACITY   RING_CAPACITY_MIN
#define SIZE       (RING_DATA_OFFSET + CAPACITY)
#define MOST       RING_PAYLOAD_MAX(CAPACITY)
#define GENERATION UINT64_C(0x1234567890)

static uint8_t *memory;
static struct ring_shared *shared;
static struct ring_record *first;
static struct ring_producer producer;
static struct ring_consumer consumer;
static struct bothy_error error;
static uint8_t buffer[MOST + 64];
static size_t length;

static void start_over(void)
{
    memset(memory, 0, SIZE);
    shared = (struct ring_shared *)memory;
    first = (struct ring_record *)(memory + RING_DATA_OFFSET);
    ck_assert_int_eq(ring_format(memory, SIZE, GENERATION, &error), 0);
    ck_assert_int_eq(ring_bind_producer(memory, SIZE, GENERATION, -1, &producer, &error), 0);
    ck_assert_int_eq(ring_bind_consumer(memory, SIZE, GENERATION, &consumer, &error), 0);
}

static void setup(void)
{
    memory = guarded_memory(SIZE);
    start_over();
}

static void expect_violation(int r, const char *text)
{
    ck_assert_int_eq(r, BOTHY_EPROTO);
    ck_assert_int_eq(error.code, BOTHY_EPROTO);
    ck_assert_msg(strstr(error.text, text) != NULL, "'%s' is not in '%s'", text, error.text);
}

/* ---- a header that lies ---- */

static const struct {
    size_t offset;
    size_t size;
    uint64_t value;
    const char *text;
} headers[] = {
    { offsetof(struct ipc_header, magic), 8, 0, "this is none" },
    { offsetof(struct ipc_header, magic), 8, RING_MAGIC ^ 1, "this is none" },
    { offsetof(struct ipc_header, version), 4, RING_VERSION + 1, "this program speaks 1" },
    { offsetof(struct ipc_header, data_offset), 4, 0, "data at 0, expected 4096" },
    { offsetof(struct ipc_header, data_offset), 4, 0xffffffff, "expected 4096" },
    { offsetof(struct ipc_header, capacity), 8, 0, "power of two" },
    { offsetof(struct ipc_header, capacity), 8, 16, "power of two" },
    { offsetof(struct ipc_header, capacity), 8, 2 * CAPACITY, "the memory has 4096" },
    { offsetof(struct ipc_header, capacity), 8, CAPACITY - 16, "power of two" },
    { offsetof(struct ipc_header, capacity), 8, UINT64_MAX, "the memory has 4096" },
    { offsetof(struct ipc_header, capacity), 8, UINT64_C(1) << 63, "the memory has 4096" },
    { offsetof(struct ipc_header, generation), 8, GENERATION - 1, "generation" },
    { offsetof(struct ipc_header, generation), 8, (uint32_t)GENERATION, "generation" },
};

START_TEST(headers_that_lie_are_refused)
{
    struct ring_producer other_producer;
    struct ring_consumer other_consumer;

    atomic_store(&shared->producer_attached, 0);
    atomic_store(&shared->consumer_attached, 0);
    memcpy(memory + headers[_i].offset, &headers[_i].value, headers[_i].size);
    expect_violation(ring_bind_producer(memory, SIZE, GENERATION, -1, &other_producer, &error),
                     headers[_i].text);
    expect_violation(ring_bind_consumer(memory, SIZE, GENERATION, &other_consumer, &error),
                     headers[_i].text);
    /* Whoever attached before has copies of its own, and goes on. */
    ck_assert_int_eq(ring_write(&producer, "abc", 3, &error), 0);
    ck_assert_int_eq(ring_read(&consumer, buffer, MOST, &length, &error), 0);
    ck_assert_uint_eq(length, 3);
}
END_TEST

START_TEST(memory_that_is_short_or_unaligned_is_refused)
{
    expect_violation(ring_bind_consumer(memory, 64, GENERATION, &consumer, &error), "no room");
    expect_violation(ring_bind_consumer(memory, SIZE - 1, GENERATION, &consumer, &error),
                     "the memory has 4095");
    ck_assert_int_eq(ring_bind_consumer(memory + 8, SIZE - 8, GENERATION, &consumer, &error),
                     BOTHY_EINVAL);
    ck_assert_int_eq(ring_bind_consumer(NULL, SIZE, GENERATION, &consumer, &error), BOTHY_EINVAL);
}
END_TEST

START_TEST(unsealed_memory_is_refused)
{
    int fd = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, memory, SIZE), SIZE);
    expect_violation(ring_attach_producer(fd, GENERATION, -1, &producer, &error), "not sealed");
    expect_violation(ring_attach_consumer(fd, GENERATION, &consumer, &error), "not sealed");
}
END_TEST

/* ---- a producer that lies: words of the record that the consumer reads next ---- */

static const struct {
    uint32_t length;
    uint32_t generation;
    uint64_t position;
    const char *text;
} records[] = {
    { 32, (uint32_t)GENERATION, 16, "position is 16, expected 0" },
    { 32, (uint32_t)GENERATION, CAPACITY, "position is 4096, expected 0" },
    { 32, (uint32_t)GENERATION, UINT64_MAX, "position" },
    { 32, (uint32_t)GENERATION - 1, 0, "generation" },
    { 32, 0, 0, "generation is 0" },
    { 1, (uint32_t)GENERATION, 0, "length of 1 bytes" },
    { RING_RECORD_HEADER - 1, (uint32_t)GENERATION, 0, "length of 15 bytes" },
    { MOST + RING_RECORD_HEADER + 1, (uint32_t)GENERATION, 0, "length of 1025 bytes" },
    { CAPACITY, (uint32_t)GENERATION, 0, "length of 4096 bytes" },
    { CAPACITY + 1, (uint32_t)GENERATION, 0, "length of 4097 bytes" },
    { 0x7fffffff, (uint32_t)GENERATION, 0, "length of 2147483647 bytes" },
    { RING_PADDING, (uint32_t)GENERATION, 0, "padding of 0 bytes" },
    { RING_PADDING | 16, (uint32_t)GENERATION, 0, "padding of 16 bytes" },
    { RING_PADDING | CAPACITY, (uint32_t)GENERATION, 0, "padding of 4096 bytes" },
    { RING_PADDING | 0x7fffffff, (uint32_t)GENERATION, 0, "padding of 2147483647 bytes" },
};

START_TEST(records_that_lie_break_the_ring)
{
    atomic_store(&first->generation, records[_i].generation);
    atomic_store(&first->position, records[_i].position);
    atomic_store(&first->length, records[_i].length);
    length = 4711;
    expect_violation(ring_read(&consumer, buffer, MOST, &length, &error), records[_i].text);
    ck_assert_uint_eq(length, 4711);
    /* No repair brings it back. */
    atomic_store(&first->length, 0);
    expect_violation(ring_read(&consumer, buffer, MOST, &length, &error), "out of use");
    ck_assert_uint_eq(ring_backlog(&consumer), 0);
}
END_TEST

START_TEST(a_record_longer_than_the_readers_buffer_is_a_violation)
{
    memset(buffer, 0xee, sizeof buffer);
    ck_assert_int_eq(ring_write(&producer, memory, 101, &error), 0);
    expect_violation(ring_read(&consumer, buffer, 100, &length, &error),
                     "117 bytes with its header, possible are 16 to 116");
    for (size_t i = 0; i < sizeof buffer; i++)
        ck_assert_uint_eq(buffer[i], 0xee);
}
END_TEST

START_TEST(a_record_may_not_run_over_the_end)
{
    struct ring_record *last;

    /* Both ends 48 bytes before the end. */
    for (int i = 0; i < (int)(CAPACITY / 16 - 3); i++) {
        ck_assert_int_eq(ring_write(&producer, NULL, 0, &error), 0);
        ck_assert_int_eq(ring_read(&consumer, buffer, MOST, &length, &error), 0);
    }
    last = (struct ring_record *)(memory + SIZE - 48);
    atomic_store(&last->generation, (uint32_t)GENERATION);
    atomic_store(&last->position, CAPACITY - 48);
    atomic_store(&last->length, _i ? RING_PADDING | 32 : 49);
    expect_violation(ring_read(&consumer, buffer, MOST, &length, &error),
                     _i ? "padding of 32 bytes" : "length of 49 bytes");
}
END_TEST

START_TEST(a_backlog_is_cut_to_the_capacity)
{
    atomic_store(&shared->tail, UINT64_MAX);
    ck_assert_uint_eq(ring_backlog(&consumer), CAPACITY);
    ck_assert_int_eq(ring_read(&consumer, buffer, MOST, &length, &error), BOTHY_EAGAIN);
}
END_TEST

/* ---- a consumer that lies: its index ---- */

static const struct {
    uint64_t head;
    const char *text;
} heads[] = {
    { 4096, "consumer's index is 4096, possible are 0 to 3072" },
    { 3072 + 16, "possible are 0 to 3072" },
    { 8, "consumer's index is 8" },
    { 3071, "consumer's index is 3071" },
    { UINT64_MAX - 15, "consumer's index" },
    { UINT64_C(1) << 63, "consumer's index" },
};

START_TEST(an_index_that_lies_breaks_the_ring)
{
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(ring_write(&producer, memory, MOST, &error), 0);
    atomic_store(&shared->head, heads[_i].head);
    expect_violation(ring_write(&producer, memory, MOST, &error), heads[_i].text);
    atomic_store(&shared->head, 0);
    expect_violation(ring_write(&producer, memory, 8, &error), "out of use");
    expect_violation(ring_commit(&producer, 8, &error), "out of use");
}
END_TEST

START_TEST(an_index_may_not_go_back)
{
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(ring_write(&producer, memory, MOST, &error), 0);
        ck_assert_int_eq(ring_read(&consumer, buffer, MOST, &length, &error), 0);
    }
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(ring_write(&producer, memory, MOST, &error), 0);
    atomic_store(&shared->head, 1024);
    expect_violation(ring_write(&producer, memory, MOST, &error), "possible are 3072 to 6144");
}
END_TEST

START_TEST(an_index_that_runs_ahead_costs_only_the_liars_data)
{
    /* "All read", always: a possible index, so records are overwritten and nothing else is. */
    for (uint64_t i = 0; i < 10000; i++) {
        ck_assert_int_eq(ring_write(&producer, buffer, numbered_length(i, MOST), &error), 0);
        atomic_store(&shared->head, producer.tail);
    }
    ck_assert_uint_gt(producer.tail, 1000 * CAPACITY);
}
END_TEST

/* ---- noise ---- */

static uint64_t random_state;

static uint64_t next_random(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

/* A plausible wrong value of a word more often than a random one: those get further. */
static uint64_t next_word(void)
{
    switch (next_random() % 6) {
    case 0:
        return next_random();
    case 1:
        return next_random() % (2 * CAPACITY);
    case 2:
        return (next_random() % (2 * CAPACITY)) & ~UINT64_C(15);
    case 3:
        return producer.tail;
    case 4:
        return consumer.head;
    default:
        return RING_PADDING | (next_random() % (2 * CAPACITY));
    }
}

START_TEST(noise_in_the_memory_is_survived)
{
    unsigned violations = 0;

    random_state = UINT64_C(88172645463325252) + (uint64_t)_i;
    for (int round = 0; round < 2000; round++) {
        start_over();
        for (int step = 0; step < 40; step++) {
            uint64_t word = next_word();
            size_t at = next_random() % 3 ? RING_DATA_OFFSET + next_random() % CAPACITY / 16 * 16
                                          : next_random() % 512 / 8 * 8;
            int r;

            if (next_random() % 4 == 0)
                memcpy(memory + at, &word, next_random() % 2 ? 4 : 8);
            r = ring_write(&producer, buffer, next_random() % (MOST + 1), &error);
            ck_assert(r == 0 || r == BOTHY_EAGAIN || r == BOTHY_EPROTO);
            ring_notify(&producer);
            violations += r == BOTHY_EPROTO;
            r = ring_read(&consumer, buffer, MOST, &length, &error);
            ck_assert(r == 0 || r == BOTHY_EAGAIN || r == BOTHY_EPROTO);
            violations += r == BOTHY_EPROTO;
            if (r == 0)
                ck_assert_uint_le(length, MOST);
            ck_assert_uint_le(ring_backlog(&consumer), CAPACITY);
        }
    }
    ck_assert_uint_gt(violations, 100);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("ipc_ring_lies");
    TCase *tcase = tcase_create("lies");

    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, setup, NULL);
    tcase_add_loop_test(tcase, headers_that_lie_are_refused, 0, sizeof headers / sizeof headers[0]);
    tcase_add_test(tcase, memory_that_is_short_or_unaligned_is_refused);
    tcase_add_test(tcase, unsealed_memory_is_refused);
    tcase_add_loop_test(tcase, records_that_lie_break_the_ring, 0,
                        sizeof records / sizeof records[0]);
    tcase_add_test(tcase, a_record_longer_than_the_readers_buffer_is_a_violation);
    tcase_add_loop_test(tcase, a_record_may_not_run_over_the_end, 0, 2);
    tcase_add_test(tcase, a_backlog_is_cut_to_the_capacity);
    tcase_add_loop_test(tcase, an_index_that_lies_breaks_the_ring, 0,
                        sizeof heads / sizeof heads[0]);
    tcase_add_test(tcase, an_index_may_not_go_back);
    tcase_add_test(tcase, an_index_that_runs_ahead_costs_only_the_liars_data);
    tcase_add_loop_test(tcase, noise_in_the_memory_is_survived, 0, 3);
    suite_add_tcase(suite, tcase);
    return suite;
}

BOTHY_TEST_MAIN(make_suite)
