/*
 * host/ipc/ring between honest ends: what goes in comes out, once, in order, at every position
 * of the wrap; a full ring says so and loses nothing.
 */
#include "config.h"

#include "ipc/ring.h"
#include "suite.h"

#include <fcntl.h>

#include "ipc_guard.h"

#define CAPACITY RING_CAPACITY_MIN
#define SIZE     (RING_DATA_OFFSET + CAPACITY)
#define MOST     RING_PAYLOAD_MAX(CAPACITY)

static struct ring_producer producer;
static struct ring_consumer consumer;
static struct bothy_error error;
static uint8_t buffer[MOST];
static size_t length;

static void setup(void)
{
    uint8_t *memory = guarded_memory(SIZE);

    ck_assert_int_eq(ring_format(memory, SIZE, 7, &error), 0);
    ck_assert_int_eq(ring_bind_producer(memory, SIZE, 7, -1, &producer, &error), 0);
    ck_assert_int_eq(ring_bind_consumer(memory, SIZE, 7, &consumer, &error), 0);
}

static void put(uint64_t number, size_t bytes)
{
    uint8_t payload[MOST];

    numbered_fill(payload, bytes, number);
    ck_assert_int_eq(ring_write(&producer, payload, bytes, &error), 0);
}

static void expect(uint64_t number, size_t bytes)
{
    uint8_t payload[MOST];

    numbered_fill(payload, bytes, number);
    ck_assert_int_eq(ring_read(&consumer, buffer, sizeof buffer, &length, &error), 0);
    ck_assert_uint_eq(length, bytes);
    ck_assert_mem_eq(buffer, payload, bytes);
}

static void expect_empty(void)
{
    ck_assert_int_eq(ring_read(&consumer, buffer, sizeof buffer, &length, &error), BOTHY_EAGAIN);
}

START_TEST(records_come_out_as_they_went_in)
{
    expect_empty();
    put(1, 8);
    put(2, 100);
    put(3, MOST);
    expect(1, 8);
    expect(2, 100);
    expect(3, MOST);
    expect_empty();
}
END_TEST

START_TEST(an_empty_record_is_a_record)
{
    ck_assert_int_eq(ring_write(&producer, NULL, 0, &error), 0);
    ck_assert_int_eq(ring_read(&consumer, NULL, 0, &length, &error), 0);
    ck_assert_uint_eq(length, 0);
    expect_empty();
}
END_TEST

START_TEST(a_record_that_is_too_long_is_refused)
{
    void *room = &length;

    ck_assert_int_eq(ring_write(&producer, buffer, MOST + 1, &error), BOTHY_EINVAL);
    ck_assert_ptr_nonnull(strstr(error.text, "1008"));
    ck_assert_int_eq(ring_reserve(&producer, SIZE_MAX, &room, &error), BOTHY_EINVAL);
    ck_assert_ptr_eq(room, &length);
    expect_empty();
    put(1, MOST);
    expect(1, MOST);
}
END_TEST

/* _i: how far from the start, in steps of 16, the record begins. */
START_TEST(every_length_wraps_at_every_position)
{
    static const size_t lengths[] = { 8, 16, 17, 48, 500, MOST - 1, MOST };

    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        setup();
        /* Records of 16 bytes, header and all, move both ends to the position. */
        for (int step = 0; step < _i; step++) {
            ck_assert_int_eq(ring_write(&producer, NULL, 0, &error), 0);
            ck_assert_int_eq(ring_read(&consumer, buffer, sizeof buffer, &length, &error), 0);
        }
        put(1, lengths[i]);
        put(2, 8);
        expect(1, lengths[i]);
        expect(2, 8);
        expect_empty();
    }
}
END_TEST

START_TEST(a_full_ring_says_so_and_goes_on_when_there_is_room)
{
    uint64_t written = 0;
    uint8_t payload[48] = { 0 };

    while (ring_write(&producer, payload, sizeof payload, &error) == 0)
        written++;
    ck_assert_int_eq(ring_write(&producer, payload, sizeof payload, &error), BOTHY_EAGAIN);
    /* 64 bytes each, and one header's room stays free. */
    ck_assert_uint_eq(written, CAPACITY / 64 - 1);
    ck_assert_uint_eq(ring_backlog(&consumer), written * 64);
    ck_assert_int_eq(ring_read(&consumer, buffer, sizeof buffer, &length, &error), 0);
    ck_assert_int_eq(ring_write(&producer, payload, sizeof payload, &error), 0);
    ck_assert_int_eq(ring_write(&producer, payload, sizeof payload, &error), BOTHY_EAGAIN);
    for (uint64_t i = 0; i < written; i++)
        ck_assert_int_eq(ring_read(&consumer, buffer, sizeof buffer, &length, &error), 0);
    expect_empty();
    ck_assert_uint_eq(ring_backlog(&consumer), 0);
}
END_TEST

START_TEST(an_exact_fit_needs_no_padding_and_one_byte_more_does)
{
    /* 3 × 1024 bytes, then exactly what is left to the end. */
    for (uint64_t i = 0; i < 3; i++) {
        put(i, MOST);
        expect(i, MOST);
    }
    put(3, MOST);
    ck_assert_uint_eq(producer.tail, CAPACITY);
    expect(3, MOST);
    for (uint64_t i = 0; i < 3; i++) {
        put(i, MOST);
        expect(i, MOST);
    }
    put(4, 992);
    expect(4, 992);
    put(5, 8); /* 16 bytes are left: a header, but not the record */
    ck_assert_uint_eq(producer.tail, 2 * CAPACITY + 32);
    expect(5, 8);
    expect_empty();
}
END_TEST

START_TEST(a_reservation_is_invisible_until_its_commit)
{
    void *room;

    ck_assert_int_eq(ring_reserve(&producer, 64, &room, &error), 0);
    ck_assert_uint_eq((uintptr_t)room % RING_ALIGN, 0);
    memset(room, 0xff, 64);
    expect_empty();
    /* Forgotten by the next one, which may be committed shorter. */
    ck_assert_int_eq(ring_reserve(&producer, 200, &room, &error), 0);
    numbered_fill(room, 40, 9);
    ck_assert_int_eq(ring_commit(&producer, 40, &error), 0);
    ck_assert_uint_eq(producer.tail, 64);
    put(10, 8);
    expect(9, 40);
    expect(10, 8);
    expect_empty();
}
END_TEST

START_TEST(a_commit_without_a_reservation_is_refused)
{
    void *room;

    ck_assert_int_eq(ring_commit(&producer, 0, &error), BOTHY_EINVAL);
    ck_assert_int_eq(ring_reserve(&producer, 10, &room, &error), 0);
    ck_assert_int_eq(ring_commit(&producer, 11, &error), BOTHY_EINVAL);
    ck_assert_int_eq(ring_commit(&producer, 10, &error), 0);
    ck_assert_int_eq(ring_commit(&producer, 10, &error), BOTHY_EINVAL);
    /* A reservation that failed leaves none behind. */
    ck_assert_int_eq(ring_reserve(&producer, 10, &room, &error), 0);
    ck_assert_int_eq(ring_reserve(&producer, MOST + 1, &room, &error), BOTHY_EINVAL);
    ck_assert_int_eq(ring_commit(&producer, 10, &error), BOTHY_EINVAL);
}
END_TEST

/* What lies in the data area from earlier rounds must never look like a record. */
START_TEST(old_bytes_are_never_taken_for_records)
{
    uint8_t payload[256];

    for (uint64_t round = 0; round < 2000; round++) {
        size_t bytes = numbered_length(round, sizeof payload);

        /* A payload that looks like committed headers, at every alignment of 16. */
        for (size_t at = 0; at + 16 <= sizeof payload; at += 16) {
            uint32_t words[2] = { 32, 7 };
            uint64_t position = consumer.head + CAPACITY;

            memcpy(payload + at, words, 8);
            memcpy(payload + at + 8, &position, 8);
        }
        ck_assert_int_eq(ring_write(&producer, payload, bytes, &error), 0);
        ck_assert_int_eq(ring_read(&consumer, buffer, sizeof buffer, &length, &error), 0);
        ck_assert_uint_eq(length, bytes);
        expect_empty();
    }
}
END_TEST

START_TEST(the_sleeping_flag_follows_the_consumer)
{
    struct wait_word word = { 0 };

    ck_assert_int_eq(ring_sleep_begin(&consumer, &word), 0);
    ck_assert_ptr_eq(word.word, &consumer.shared->sleeping);
    ck_assert_uint_eq(word.expected, 1);
    ck_assert_uint_eq(atomic_load(word.word), 1);
    put(1, 8);
    ck_assert_uint_eq(atomic_load(word.word), 1);
    ring_notify(&producer);
    ck_assert_uint_eq(atomic_load(word.word), 0);
    ring_sleep_end(&consumer);
    /* With something to read, there is no sleep and no flag. */
    ck_assert_int_eq(ring_sleep_begin(&consumer, &word), 1);
    ck_assert_uint_eq(atomic_load(&consumer.shared->sleeping), 0);
    expect(1, 8);
    ck_assert_int_eq(ring_sleep_begin(&consumer, &word), 0);
    ring_sleep_end(&consumer);
    ck_assert_uint_eq(atomic_load(&consumer.shared->sleeping), 0);
}
END_TEST

START_TEST(a_descriptor_carries_a_ring)
{
    int fd;

    ck_assert_int_eq(ring_create("test", 1 << 16, 3, &fd, &error), 0);
    ck_assert_int_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
    ck_assert_int_eq(ring_attach_producer(fd, 3, -1, &producer, &error), 0);
    ck_assert_uint_eq(producer.capacity, 1 << 16);
    put(1, 500);
    /* The consumer may come later. */
    ck_assert_int_eq(ring_attach_consumer(fd, 3, &consumer, &error), 0);
    close(fd);
    put(2, 8);
    expect(1, 500);
    expect(2, 8);
    ring_producer_close(&producer);
    expect_empty();
    ring_consumer_close(&consumer);
    ck_assert_int_eq(ring_read(&consumer, buffer, sizeof buffer, &length, &error), BOTHY_EPROTO);
    ck_assert_int_eq(ring_write(&producer, buffer, 8, &error), BOTHY_EPROTO);
    ring_notify(&producer);
    ring_sleep_end(&consumer);
}
END_TEST

START_TEST(a_ring_has_one_of_each_end)
{
    struct ring_producer second_producer;
    struct ring_consumer second_consumer;
    int fd;

    ck_assert_int_eq(ring_create("test", CAPACITY, 3, &fd, &error), 0);
    ck_assert_int_eq(ring_attach_producer(fd, 3, -1, &producer, &error), 0);
    ck_assert_int_eq(ring_attach_consumer(fd, 3, &consumer, &error), 0);
    ck_assert_int_eq(ring_attach_producer(fd, 3, -1, &second_producer, &error), BOTHY_EEXIST);
    ck_assert_int_eq(ring_attach_consumer(fd, 3, &second_consumer, &error), BOTHY_EEXIST);
}
END_TEST

static const uint64_t wrong_capacities[] = {
    0,
    1,
    RING_CAPACITY_MIN / 2,
    RING_CAPACITY_MIN + 16,
    3 * RING_CAPACITY_MIN,
    2 * RING_CAPACITY_MAX,
};

START_TEST(wrong_capacities_are_refused)
{
    int fd = -7;

    ck_assert_int_eq(ring_create("test", wrong_capacities[_i], 1, &fd, &error), BOTHY_EINVAL);
    ck_assert_ptr_nonnull(strstr(error.text, "power of two from 4096"));
    ck_assert_int_eq(fd, -7);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("ipc_ring");
    TCase *tcase = tcase_create("ring");

    tcase_add_checked_fixture(tcase, setup, NULL);
    tcase_add_test(tcase, records_come_out_as_they_went_in);
    tcase_add_test(tcase, an_empty_record_is_a_record);
    tcase_add_test(tcase, a_record_that_is_too_long_is_refused);
    tcase_add_loop_test(tcase, every_length_wraps_at_every_position, CAPACITY / 16 - 70,
                        CAPACITY / 16 + 2);
    tcase_add_test(tcase, a_full_ring_says_so_and_goes_on_when_there_is_room);
    tcase_add_test(tcase, an_exact_fit_needs_no_padding_and_one_byte_more_does);
    tcase_add_test(tcase, a_reservation_is_invisible_until_its_commit);
    tcase_add_test(tcase, a_commit_without_a_reservation_is_refused);
    tcase_add_test(tcase, old_bytes_are_never_taken_for_records);
    tcase_add_test(tcase, the_sleeping_flag_follows_the_consumer);
    tcase_add_test(tcase, a_descriptor_carries_a_ring);
    tcase_add_test(tcase, a_ring_has_one_of_each_end);
    tcase_add_loop_test(tcase, wrong_capacities_are_refused, 0,
                        sizeof wrong_capacities / sizeof wrong_capacities[0]);
    suite_add_tcase(suite, tcase);
    return suite;
}

BOTHY_TEST_MAIN(make_suite)
