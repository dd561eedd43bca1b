/*
 * host/ipc/broadcast: the log in one process: order, batches, the wrap, readers that come late
 * or are lapped, and a log full of lies.
 */
#include "config.h"

#include "ipc/broadcast.h"
#include "suite.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>

#include "ipc_guard.h"

#define CAPACITY BROADCAST_CAPACITY_MIN
#define SIZE     (BROADCAST_DATA_OFFSET + CAPACITY)
#define MOST     BROADCAST_PAYLOAD_MAX(CAPACITY)
#define FIRST    100

static uint8_t *memory;
static struct broadcast_shared *shared;
static struct broadcast_writer writer;
static struct broadcast_reader reader;
static struct broadcast_place place;
static struct bothy_error error;
static uint8_t buffer[MOST];
static size_t length;

static void start_over(void)
{
    memset(memory, 0, SIZE);
    shared = (struct broadcast_shared *)memory;
    ck_assert_int_eq(broadcast_format(memory, SIZE, 7, FIRST, &writer, &error), 0);
    ck_assert_int_eq(broadcast_bind(memory, SIZE, 7, &reader, &error), 0);
}

static void setup(void)
{
    memory = guarded_memory(SIZE);
    start_over();
}

static struct broadcast_place append(uint64_t number, size_t bytes)
{
    uint8_t payload[MOST];
    struct broadcast_place where;

    numbered_fill(payload, bytes, number);
    ck_assert_int_eq(broadcast_append(&writer, payload, bytes, &where, &error), 0);
    return where;
}

static void put(uint64_t number, size_t bytes)
{
    append(number, bytes);
    broadcast_publish(&writer);
}

static void expect(uint64_t number, size_t bytes, uint64_t sequence)
{
    uint8_t payload[MOST];

    numbered_fill(payload, bytes, number);
    ck_assert_int_eq(broadcast_read(&reader, buffer, sizeof buffer, &length, &place, &error), 0);
    ck_assert_uint_eq(length, bytes);
    ck_assert_mem_eq(buffer, payload, bytes);
    ck_assert_uint_eq(place.sequence, sequence);
}

static int read_one(void)
{
    return broadcast_read(&reader, buffer, sizeof buffer, &length, &place, &error);
}

static void expect_violation(int r, const char *text)
{
    ck_assert_int_eq(r, BOTHY_EPROTO);
    ck_assert_msg(strstr(error.text, text) != NULL, "'%s' is not in '%s'", text, error.text);
}

START_TEST(records_come_in_order_with_their_numbers)
{
    ck_assert_int_eq(read_one(), BOTHY_EAGAIN);
    ck_assert_uint_eq(broadcast_next_sequence(&writer), FIRST);
    put(1, 8);
    put(2, 777);
    put(3, MOST);
    ck_assert_uint_eq(broadcast_next_sequence(&writer), FIRST + 3);
    ck_assert_uint_eq(broadcast_lag(&reader), 32 + 800 + MOST + 16);
    expect(1, 8, FIRST);
    ck_assert_uint_eq(place.position, 0);
    expect(2, 777, FIRST + 1);
    ck_assert_uint_eq(place.position, 32);
    expect(3, MOST, FIRST + 2);
    ck_assert_int_eq(read_one(), BOTHY_EAGAIN);
    ck_assert_uint_eq(broadcast_lag(&reader), 0);
}
END_TEST

START_TEST(an_empty_record_is_a_record)
{
    ck_assert_int_eq(broadcast_append(&writer, NULL, 0, NULL, &error), 0);
    broadcast_publish(&writer);
    ck_assert_int_eq(broadcast_read(&reader, NULL, 0, &length, NULL, &error), 0);
    ck_assert_uint_eq(length, 0);
}
END_TEST

START_TEST(a_batch_shows_when_it_is_published)
{
    uint32_t rings = atomic_load(&shared->doorbell);

    append(1, 100);
    append(2, 100);
    ck_assert_int_eq(read_one(), BOTHY_EAGAIN);
    ck_assert_uint_eq(atomic_load(&shared->doorbell), rings);
    broadcast_publish(&writer);
    ck_assert_uint_eq(atomic_load(&shared->doorbell), rings + 1);
    expect(1, 100, FIRST);
    expect(2, 100, FIRST + 1);
    broadcast_publish(&writer);
    ck_assert_uint_eq(atomic_load(&shared->doorbell), rings + 1);
}
END_TEST

START_TEST(a_batch_is_at_most_half_of_the_log)
{
    uint64_t count = 0;
    int r;

    while ((r = broadcast_append(&writer, buffer, 1008, NULL, &error)) == 0)
        count++;
    ck_assert_int_eq(r, BOTHY_EAGAIN);
    ck_assert_uint_eq(count, CAPACITY / 2 / 1024);
    broadcast_publish(&writer);
    ck_assert_int_eq(broadcast_append(&writer, buffer, 1008, NULL, &error), 0);
    for (uint64_t i = 0; i < count; i++)
        ck_assert_int_eq(read_one(), 0);
    ck_assert_int_eq(broadcast_append(&writer, buffer, MOST + 1, NULL, &error), BOTHY_EINVAL);
}
END_TEST

START_TEST(every_length_wraps)
{
    /* Lengths drift against the capacity, so the wrap falls everywhere; the reader keeps up. */
    for (uint64_t i = 0; i < 20000; i++) {
        size_t bytes = numbered_length(i, i % 7 ? 200 : MOST);

        put(i, bytes);
        expect(i, bytes, FIRST + i);
        ck_assert_int_eq(read_one(), BOTHY_EAGAIN);
    }
    ck_assert_uint_gt(writer.next.position, 100 * CAPACITY);
}
END_TEST

START_TEST(a_reader_that_comes_late_starts_at_the_newest)
{
    for (uint64_t i = 0; i < 5000; i++)
        put(i, numbered_length(i, 300));
    ck_assert_int_eq(broadcast_bind(memory, SIZE, 7, &reader, &error), 0);
    ck_assert_uint_eq(reader.next.sequence, FIRST + 5000);
    ck_assert_uint_eq(reader.next.position, writer.next.position);
    ck_assert_int_eq(read_one(), BOTHY_EAGAIN);
    put(5000, 100);
    expect(5000, 100, FIRST + 5000);
}
END_TEST

START_TEST(a_late_reader_does_not_see_an_unpublished_batch)
{
    put(1, 50);
    append(2, 50);
    ck_assert_int_eq(broadcast_bind(memory, SIZE, 7, &reader, &error), 0);
    ck_assert_uint_eq(reader.next.sequence, FIRST + 1);
    ck_assert_int_eq(read_one(), BOTHY_EAGAIN);
    broadcast_publish(&writer);
    expect(2, 50, FIRST + 1);
}
END_TEST

START_TEST(a_lapped_reader_knows_what_it_missed)
{
    struct broadcast_place lost;
    uint64_t count = 0;

    put(0, 100);
    expect(0, 100, FIRST);
    while (writer.next.position < reader.next.position + CAPACITY)
        put(++count, 1000);
    memset(&error, 0, sizeof error);
    ck_assert_int_eq(read_one(), BOTHY_ERANGE);
    ck_assert_int_eq(error.code, 0);
    ck_assert_int_eq(read_one(), BOTHY_ERANGE);
    ck_assert_uint_gt(broadcast_lag(&reader), CAPACITY - BROADCAST_CLAIM);
    ck_assert_int_eq(broadcast_resync(&reader, &lost, &error), 0);
    ck_assert_uint_eq(lost.sequence, FIRST + 1);
    ck_assert_uint_eq(lost.position, 128);
    ck_assert_uint_eq(reader.next.sequence, FIRST + 1 + count);
    ck_assert_int_eq(read_one(), BOTHY_EAGAIN);
    put(77, 64);
    expect(77, 64, FIRST + 1 + count);
}
END_TEST

START_TEST(a_reader_is_safe_up_to_one_step_before_the_lap)
{
    uint64_t count = 0;

    /* The writer has given up only what it claims; until then the oldest record is whole. */
    while (writer.next.position + 1024 + BROADCAST_RECORD_HEADER <= CAPACITY)
        put(count++, 1008);
    for (uint64_t i = 0; i < count; i++)
        expect(i, 1008, FIRST + i);
    ck_assert_uint_eq(count, CAPACITY / 1024 - 1);
}
END_TEST

START_TEST(a_record_claimed_by_an_unpublished_batch_is_not_returned)
{
    /* The batch overwrites what the reader has seen the end of: only the claim tells. */
    for (uint64_t i = 0; i < CAPACITY / 1024 - 1; i++)
        put(i, 1008);
    expect(0, 1008, FIRST);
    for (uint64_t i = 0; i < 4; i++)
        append(i, 1008);
    ck_assert_int_eq(read_one(), BOTHY_ERANGE);
}
END_TEST

/* The reader's copy has come to the second page of its record: the writer goes once round. */
static void overtake(int unused)
{
    (void)unused;
    if (mprotect(reader.map.address, reader.map.size, PROT_READ) < 0)
        _exit(1);
    while (writer.next.position < CAPACITY) {
        if (broadcast_append(&writer, buffer, 1008, NULL, NULL) < 0)
            _exit(2);
        broadcast_publish(&writer);
    }
}

START_TEST(a_record_overwritten_during_the_copy_is_not_returned)
{
    struct sigaction action = { .sa_handler = overtake };
    uint8_t payload[6000];
    int fd;

    ck_assert_int_eq(broadcast_create("test", CAPACITY, 9, FIRST, &writer, &fd, &error), 0);
    ck_assert_int_eq(broadcast_attach(fd, 9, &reader, &error), 0);
    numbered_fill(payload, sizeof payload, 1);
    ck_assert_int_eq(broadcast_append(&writer, payload, sizeof payload, NULL, &error), 0);
    broadcast_publish(&writer);
    ck_assert_int_eq(sigaction(SIGSEGV, &action, NULL), 0);
    ck_assert_int_eq(mprotect((uint8_t *)reader.map.address + 8192, 4096, PROT_NONE), 0);
    ck_assert_int_eq(broadcast_read(&reader, payload, sizeof payload, &length, &place, &error),
                     BOTHY_ERANGE);
    ck_assert_uint_ge(writer.next.position, CAPACITY);
    ck_assert_int_eq(broadcast_resync(&reader, NULL, &error), 0);
    put(2, 100);
    ck_assert_int_eq(read_one(), 0);
}
END_TEST

START_TEST(a_place_can_be_found_again)
{
    struct broadcast_place places[10], wrong;

    for (uint64_t i = 0; i < 10; i++)
        places[i] = append(i, 100 + i);
    broadcast_publish(&writer);
    ck_assert_int_eq(broadcast_seek(&reader, places[7], &error), 0);
    expect(7, 107, FIRST + 7);
    ck_assert_int_eq(broadcast_seek(&reader, places[2], &error), 0);
    expect(2, 102, FIRST + 2);
    wrong = (struct broadcast_place) { 0, FIRST };
    ck_assert_int_eq(broadcast_seek(&reader, wrong, &error), 0);
    expect(0, 100, FIRST);
    /* The end is a place, too. */
    ck_assert_int_eq(broadcast_seek(&reader, writer.next, &error), 0);
    ck_assert_int_eq(read_one(), BOTHY_EAGAIN);

    wrong = places[3];
    wrong.sequence++;
    ck_assert_int_eq(broadcast_seek(&reader, wrong, &error), BOTHY_EINVAL);
    wrong = places[3];
    wrong.position += 8;
    ck_assert_int_eq(broadcast_seek(&reader, wrong, &error), BOTHY_EINVAL);
    wrong.position = writer.next.position + 16;
    ck_assert_int_eq(broadcast_seek(&reader, wrong, &error), BOTHY_EINVAL);
    ck_assert_uint_eq(reader.next.position, writer.next.position);

    for (uint64_t i = 0; i < 100; i++)
        put(i, 1000);
    ck_assert_int_eq(broadcast_seek(&reader, places[3], &error), BOTHY_ERANGE);
}
END_TEST

START_TEST(sleep_is_prepared_only_when_there_is_nothing)
{
    struct wait_word word = { 0 };

    ck_assert_int_eq(broadcast_sleep_begin(&reader, &word), 0);
    ck_assert_ptr_eq(word.word, &shared->doorbell);
    ck_assert_uint_eq(word.expected, atomic_load(word.word));
    put(1, 8);
    ck_assert_uint_ne(word.expected, atomic_load(word.word));
    ck_assert_int_eq(broadcast_sleep_begin(&reader, &word), 1);
    expect(1, 8, FIRST);
    ck_assert_int_eq(broadcast_sleep_begin(&reader, &word), 0);
}
END_TEST

START_TEST(a_descriptor_carries_a_log_that_only_the_maker_writes)
{
    char path[64];
    int fd, again;

    ck_assert_int_eq(broadcast_create("test", CAPACITY, 9, FIRST, &writer, &fd, &error), 0);
    ck_assert_int_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
    ck_assert_int_eq(broadcast_attach(fd, 9, &reader, &error), 0);
    put(1, 500);
    expect(1, 500, FIRST);

    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    again = open(path, O_RDWR | O_CLOEXEC);
    ck_assert_int_ge(again, 0);
    ck_assert_ptr_eq(mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, again, 0), MAP_FAILED);
    ck_assert_int_eq(errno, EPERM);
    ck_assert_int_eq(mprotect(reader.map.address, reader.map.size, PROT_READ | PROT_WRITE), -1);
    ck_assert_int_eq(errno, EACCES);
    ck_assert_int_eq(ftruncate(again, 0), -1);
    ck_assert_int_eq(errno, EPERM);

    expect_violation(broadcast_attach(fd, 8, &reader, &error), "generation 9, expected 8");
    broadcast_writer_close(&writer);
    broadcast_reader_close(&reader);
    expect_violation(read_one(), "out of use");
    expect_violation(broadcast_resync(&reader, NULL, &error), "out of use");
}
END_TEST

START_TEST(wrong_arguments_are_refused)
{
    int fd;

    ck_assert_int_eq(broadcast_create("test", CAPACITY / 2, 1, 1, &writer, &fd, &error),
                     BOTHY_EINVAL);
    ck_assert_int_eq(broadcast_create("test", CAPACITY + 4096, 1, 1, &writer, &fd, &error),
                     BOTHY_EINVAL);
    ck_assert_int_eq(
        broadcast_create("test", 2 * BROADCAST_CAPACITY_MAX, 1, 1, &writer, &fd, &error),
        BOTHY_EINVAL);
    ck_assert_int_eq(broadcast_create("test", CAPACITY, 1, 0, &writer, &fd, &error), BOTHY_EINVAL);
    ck_assert_ptr_nonnull(strstr(error.text, "begin at 1"));
}
END_TEST

/* ---- a log that lies ---- */

static const struct {
    uint64_t length;
    uint64_t sequence;
    const char *text;
} records[] = {
    { 116, FIRST + 1, "has sequence 101, expected 100" },
    { 116, 0, "has sequence 0" },
    { 0, FIRST, "has length 0x0" },
    { 15, FIRST, "has length 0xf" },
    { 145, FIRST, "has length 0x91 with its header, possible are 16 to 128" },
    { CAPACITY + 16, FIRST, "has length 0x10010" },
    { UINT64_MAX, FIRST, "has length 0xffff" },
    { UINT64_C(1) << 32 | 116, FIRST, "has length 0x100000074" },
    { BROADCAST_PADDING | 64, FIRST, "has length 0x80000040" },
    { BROADCAST_PADDING | CAPACITY, FIRST, "has length 0x80010000" },
};

START_TEST(records_that_lie_break_the_reader)
{
    struct broadcast_record *record = (struct broadcast_record *)(memory + BROADCAST_DATA_OFFSET);

    put(1, 100);
    atomic_store(&record->length, records[_i].length);
    atomic_store(&record->sequence, records[_i].sequence);
    expect_violation(read_one(), records[_i].text);
    expect_violation(read_one(), "out of use");
}
END_TEST

static const struct {
    uint64_t tail;
    int read;
    int resync;
} tails[] = {
    { 0, BOTHY_EPROTO, BOTHY_EPROTO },
    { 112, BOTHY_EPROTO, BOTHY_EPROTO },
    { 136, BOTHY_EPROTO, BOTHY_EPROTO },
    /* A claim that is behind the end looks like a lap, at every try. */
    { 128 + CAPACITY + 16, BOTHY_ERANGE, BOTHY_EAGAIN },
    { UINT64_MAX - 15, BOTHY_ERANGE, BOTHY_EPROTO },
};

START_TEST(an_end_that_lies_is_no_way_out_of_the_memory)
{
    put(1, 100);
    expect(1, 100, FIRST);
    atomic_store(&shared->tail, tails[_i].tail);
    ck_assert_int_eq(read_one(), tails[_i].read);
    ck_assert_int_eq(broadcast_resync(&reader, NULL, &error), tails[_i].resync);
}
END_TEST

START_TEST(a_record_longer_than_the_buffer_is_a_violation)
{
    put(1, 101);
    memset(buffer, 0xee, sizeof buffer);
    expect_violation(broadcast_read(&reader, buffer, 100, &length, NULL, &error),
                     "possible are 16 to 116");
    for (size_t i = 0; i < sizeof buffer; i++)
        ck_assert_uint_eq(buffer[i], 0xee);
}
END_TEST

static const struct {
    size_t offset;
    uint64_t value;
    const char *text;
} headers[] = {
    { offsetof(struct ipc_header, magic), 1, "this is none" },
    { offsetof(struct ipc_header, version), 2, "version 2" },
    { offsetof(struct ipc_header, capacity), 2 * CAPACITY, "the memory has 65536" },
    { offsetof(struct ipc_header, capacity), CAPACITY / 2, "power of two" },
    { offsetof(struct ipc_header, capacity), 0, "power of two" },
    { offsetof(struct ipc_header, generation), 8, "generation 8, expected 7" },
    { offsetof(struct broadcast_shared, tail), 8, "its end is at 8" },
};

START_TEST(headers_that_lie_are_refused)
{
    memcpy(memory + headers[_i].offset, &headers[_i].value, 8);
    expect_violation(broadcast_bind(memory, SIZE, 7, &reader, &error), headers[_i].text);
}
END_TEST

START_TEST(noise_in_the_memory_is_survived)
{
    uint64_t state = UINT64_C(88172645463325252);
    unsigned violations = 0, laps = 0;

    for (int round = 0; round < 3000; round++) {
        start_over();
        for (int i = 0; i < 20; i++)
            append((uint64_t)i, 200);
        broadcast_publish(&writer);
        for (int step = 0; step < 30; step++) {
            uint64_t word;
            int r;

            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            word = state % 3 ? state : state % (2 * CAPACITY) & ~UINT64_C(15);
            if (state % 5 == 0)
                memcpy(memory + (state & 16 ? BROADCAST_DATA_OFFSET + (state >> 8) % 5000 / 8 * 8
                                            : 128 + (state >> 8) % 3 * 8),
                       &word, 8);
            r = broadcast_read(&reader, buffer, MOST, &length, &place, &error);
            ck_assert(r == 0 || r == BOTHY_EAGAIN || r == BOTHY_ERANGE || r == BOTHY_EPROTO);
            violations += r == BOTHY_EPROTO;
            if (r == BOTHY_ERANGE) {
                laps++;
                r = broadcast_resync(&reader, NULL, &error);
                ck_assert(r == 0 || r == BOTHY_EAGAIN || r == BOTHY_EPROTO);
            }
        }
    }
    ck_assert_uint_gt(violations, 100);
    ck_assert_uint_gt(laps, 100);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("ipc_broadcast");
    TCase *tcase = tcase_create("log");

    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, setup, NULL);
    tcase_add_test(tcase, records_come_in_order_with_their_numbers);
    tcase_add_test(tcase, an_empty_record_is_a_record);
    tcase_add_test(tcase, a_batch_shows_when_it_is_published);
    tcase_add_test(tcase, a_batch_is_at_most_half_of_the_log);
    tcase_add_test(tcase, every_length_wraps);
    tcase_add_test(tcase, a_reader_that_comes_late_starts_at_the_newest);
    tcase_add_test(tcase, a_late_reader_does_not_see_an_unpublished_batch);
    tcase_add_test(tcase, a_lapped_reader_knows_what_it_missed);
    tcase_add_test(tcase, a_reader_is_safe_up_to_one_step_before_the_lap);
    tcase_add_test(tcase, a_record_claimed_by_an_unpublished_batch_is_not_returned);
    tcase_add_test(tcase, a_record_overwritten_during_the_copy_is_not_returned);
    tcase_add_test(tcase, a_place_can_be_found_again);
    tcase_add_test(tcase, sleep_is_prepared_only_when_there_is_nothing);
    tcase_add_test(tcase, a_descriptor_carries_a_log_that_only_the_maker_writes);
    tcase_add_test(tcase, wrong_arguments_are_refused);
    tcase_add_loop_test(tcase, records_that_lie_break_the_reader, 0,
                        sizeof records / sizeof records[0]);
    tcase_add_loop_test(tcase, an_end_that_lies_is_no_way_out_of_the_memory, 0,
                        sizeof tails / sizeof tails[0]);
    tcase_add_test(tcase, a_record_longer_than_the_buffer_is_a_violation);
    tcase_add_loop_test(tcase, headers_that_lie_are_refused, 0, sizeof headers / sizeof headers[0]);
    tcase_add_test(tcase, noise_in_the_memory_is_survived);
    suite_add_tcase(suite, tcase);
    return suite;
}

BOTHY_TEST_MAIN(make_suite)
