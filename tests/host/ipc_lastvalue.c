/*
 * host/ipc/lastvalue: values come back as of one moment, cells know when they were written, and
 * a table that lies is refused.
 */
#include "config.h"

#include "ipc/lastvalue.h"
#include "suite.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>

#include "ipc_guard.h"

static const struct lastvalue_shape shape = { .slots = 5,
                                              .cells = 3,
                                              .cell_size = { 1, 40, LASTVALUE_CELL_MAX } };
static uint8_t *memory;
static size_t size;
static struct lastvalue_shared *shared;
static struct lastvalue_writer writer;
static struct lastvalue_reader reader;
static struct lastvalue_slot copy;
static struct bothy_error error;
static uint8_t bytes[LASTVALUE_CELL_MAX];
static uint8_t buffer[LASTVALUE_CELL_MAX];
static uint64_t sequence;

static void setup(void)
{
    size = lastvalue_size(&shape);
    /* Three words, header and padding: 8 + 16 + 48 + 264 → 384. */
    ck_assert_uint_eq(size, LASTVALUE_DATA_OFFSET + 5 * 384);
    size = 8192;
    memory = guarded_memory(size);
    shared = (struct lastvalue_shared *)memory;
    ck_assert_int_eq(lastvalue_format(memory, size, &shape, 7, &writer, &error), 0);
    ck_assert_int_eq(lastvalue_bind(memory, size, 7, &reader, &error), 0);
}

static int load(uint32_t slot, uint32_t cell)
{
    return lastvalue_load(&reader, slot, cell, buffer, sizeof buffer, &sequence, &error);
}

static void store(uint32_t slot, uint32_t cell, uint64_t number, uint8_t fill)
{
    memset(bytes, fill, sizeof bytes);
    ck_assert_int_eq(lastvalue_store(&writer, slot, cell, number, bytes, &error), 0);
}

START_TEST(a_value_comes_back_with_its_number)
{
    for (uint32_t slot = 0; slot < shape.slots; slot++) {
        for (uint32_t cell = 0; cell < shape.cells; cell++)
            ck_assert_int_eq(load(slot, cell), BOTHY_ENOENT);
    }
    for (uint32_t slot = 0; slot < shape.slots; slot++) {
        for (uint32_t cell = 0; cell < shape.cells; cell++)
            store(slot, cell, 100 * slot + cell + 1, (uint8_t)(16 * slot + cell));
    }
    for (uint32_t slot = 0; slot < shape.slots; slot++) {
        for (uint32_t cell = 0; cell < shape.cells; cell++) {
            memset(bytes, (int)(16 * slot + cell), sizeof bytes);
            memset(buffer, 0xee, sizeof buffer);
            ck_assert_int_eq(load(slot, cell), 0);
            ck_assert_uint_eq(sequence, 100 * slot + cell + 1);
            ck_assert_mem_eq(buffer, bytes, shape.cell_size[cell]);
            if (shape.cell_size[cell] < sizeof buffer)
                ck_assert_uint_eq(buffer[shape.cell_size[cell]], 0xee);
        }
    }
}
END_TEST

START_TEST(a_slot_is_copied_whole)
{
    const uint8_t *cell;

    store(2, 0, 10, 1);
    store(2, 2, 11, 2);
    ck_assert_int_eq(lastvalue_load_slot(&reader, 2, &copy, &error), 0);
    cell = lastvalue_cell(&reader, &copy, 0, &sequence);
    ck_assert_ptr_nonnull(cell);
    ck_assert_uint_eq(sequence, 10);
    ck_assert_uint_eq(cell[0], 1);
    ck_assert_ptr_null(lastvalue_cell(&reader, &copy, 1, &sequence));
    cell = lastvalue_cell(&reader, &copy, 2, &sequence);
    ck_assert_ptr_nonnull(cell);
    ck_assert_uint_eq((uintptr_t)cell % 8, 0);
    ck_assert_uint_eq(sequence, 11);
    ck_assert_uint_eq(cell[LASTVALUE_CELL_MAX - 1], 2);
    ck_assert_ptr_null(lastvalue_cell(&reader, &copy, 3, &sequence));
    /* The copy is private. */
    store(2, 0, 12, 3);
    cell = lastvalue_cell(&reader, &copy, 0, &sequence);
    ck_assert_uint_eq(sequence, 10);
}
END_TEST

START_TEST(what_does_not_exist_is_refused)
{
    ck_assert_int_eq(lastvalue_store(&writer, 5, 0, 1, bytes, &error), BOTHY_EINVAL);
    ck_assert_int_eq(lastvalue_store(&writer, 0, 3, 1, bytes, &error), BOTHY_EINVAL);
    ck_assert_int_eq(lastvalue_store(&writer, 0, 0, 0, bytes, &error), BOTHY_EINVAL);
    ck_assert_int_eq(load(5, 0), BOTHY_EINVAL);
    ck_assert_int_eq(load(0, 3), BOTHY_EINVAL);
    ck_assert_int_eq(lastvalue_load(&reader, 0, 1, buffer, 39, &sequence, &error), BOTHY_EINVAL);
    ck_assert_int_eq(lastvalue_load_slot(&reader, 5, &copy, &error), BOTHY_EINVAL);
}
END_TEST

START_TEST(a_writer_that_died_in_a_slot_costs_that_slot_only)
{
    _Atomic uint64_t *version = (_Atomic uint64_t *)(memory + LASTVALUE_DATA_OFFSET + 384);

    store(1, 0, 5, 5);
    store(2, 0, 6, 6);
    atomic_fetch_add(version, 1);
    memset(&error, 0, sizeof error);
    ck_assert_int_eq(load(1, 0), BOTHY_EAGAIN);
    ck_assert_int_eq(lastvalue_load_slot(&reader, 1, &copy, &error), BOTHY_EAGAIN);
    ck_assert_int_eq(error.code, 0);
    ck_assert_int_eq(load(2, 0), 0);
}
END_TEST

static const struct lastvalue_shape wrong_shapes[] = {
    { .slots = 0, .cells = 1, .cell_size = { 8 } },
    { .slots = LASTVALUE_SLOTS_MAX + 1, .cells = 1, .cell_size = { 8 } },
    { .slots = 1, .cells = 0 },
    { .slots = 1, .cells = LASTVALUE_CELLS_MAX + 1, .cell_size = { 8 } },
    { .slots = 1, .cells = 2, .cell_size = { 8, 0 } },
    { .slots = 1, .cells = 1, .cell_size = { LASTVALUE_CELL_MAX + 1 } },
    { .slots = UINT32_MAX, .cells = UINT32_MAX, .cell_size = { UINT32_MAX } },
};

START_TEST(shapes_out_of_limits_are_refused)
{
    int fd;

    ck_assert_uint_eq(lastvalue_size(&wrong_shapes[_i]), 0);
    ck_assert_int_eq(lastvalue_create("test", &wrong_shapes[_i], 1, &writer, &fd, &error),
                     BOTHY_EINVAL);
    /* The same, said by a table. */
    shared->shape = wrong_shapes[_i];
    ck_assert_int_eq(lastvalue_bind(memory, size, 7, &reader, &error), BOTHY_EPROTO);
}
END_TEST

START_TEST(the_largest_shape_has_room)
{
    struct lastvalue_shape large = { .slots = 64, .cells = LASTVALUE_CELLS_MAX };
    int fd;

    for (uint32_t i = 0; i < large.cells; i++)
        large.cell_size[i] = LASTVALUE_CELL_MAX;
    ck_assert_int_eq(lastvalue_create("test", &large, 1, &writer, &fd, &error), 0);
    ck_assert_int_eq(lastvalue_attach(fd, 1, &reader, &error), 0);
    store(63, 15, 9, 9);
    ck_assert_int_eq(lastvalue_load_slot(&reader, 63, &copy, &error), 0);
    ck_assert_ptr_nonnull(lastvalue_cell(&reader, &copy, 15, &sequence));
    ck_assert_uint_eq(sequence, 9);
}
END_TEST

START_TEST(a_descriptor_carries_a_table_that_only_the_maker_writes)
{
    char path[64];
    int fd, again;

    ck_assert_int_eq(lastvalue_create("test", &shape, 3, &writer, &fd, &error), 0);
    ck_assert_int_eq(lastvalue_attach(fd, 3, &reader, &error), 0);
    ck_assert_mem_eq(&reader.layout.shape, &shape, sizeof shape);
    store(4, 1, 8, 8);
    ck_assert_int_eq(load(4, 1), 0);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    again = open(path, O_RDWR | O_CLOEXEC);
    ck_assert_int_ge(again, 0);
    ck_assert_ptr_eq(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, again, 0), MAP_FAILED);
    ck_assert_int_eq(errno, EPERM);
    ck_assert_int_eq(lastvalue_attach(fd, 4, &reader, &error), BOTHY_EPROTO);
    lastvalue_reader_close(&reader);
    lastvalue_writer_close(&writer);
}
END_TEST

static const struct {
    size_t offset;
    uint32_t value;
    const char *text;
} headers[] = {
    { offsetof(struct ipc_header, magic), 0, "this is none" },
    { offsetof(struct ipc_header, version), 9, "version 9" },
    { offsetof(struct ipc_header, data_offset), 128, "data at 128" },
    { offsetof(struct ipc_header, capacity), 5 * 384 + 128, "its slots take 1920 bytes" },
    { offsetof(struct ipc_header, capacity), 4097, "the memory has 4096" },
    { offsetof(struct ipc_header, generation), 6, "generation 6" },
    { offsetof(struct lastvalue_shared, shape.slots), 6, "its slots take 2304 bytes" },
    { offsetof(struct lastvalue_shared, shape.cell_size[1]), 256, "its slots take" },
};

START_TEST(headers_that_lie_are_refused)
{
    memcpy(memory + headers[_i].offset, &headers[_i].value, 4);
    ck_assert_int_eq(lastvalue_bind(memory, size, 7, &reader, &error), BOTHY_EPROTO);
    ck_assert_msg(strstr(error.text, headers[_i].text) != NULL, "%s", error.text);
}
END_TEST

/* ---- one writer, readers beside it ---- */

#define ROUNDS 100000

static _Atomic int finished; /* partner: the readers' loads */
static _Atomic unsigned torn, copies;

static int whole(const uint8_t *cell, size_t length, uint64_t number)
{
    for (size_t i = 0; i < length; i++) {
        if (cell[i] != (uint8_t)number)
            return 0;
    }
    return 1;
}

static void *read_slots(void *unused)
{
    struct lastvalue_slot mine;

    while (!atomic_load(&finished)) {
        uint64_t one = 0, two = 0;
        const uint8_t *cell_one, *cell_two;

        if (lastvalue_load_slot(&reader, 3, &mine, NULL) < 0)
            continue;
        cell_one = lastvalue_cell(&reader, &mine, 1, &one);
        cell_two = lastvalue_cell(&reader, &mine, 2, &two);
        /* The writer stores cell 1 and then cell 2: at any moment they are equal, or 1 leads. */
        if ((cell_one && !whole(cell_one, 40, one)) ||
            (cell_two && !whole(cell_two, LASTVALUE_CELL_MAX, two)) || one - two > 1)
            atomic_fetch_add(&torn, 1);
        atomic_fetch_add(&copies, 1);
    }
    return unused;
}

START_TEST(no_reader_ever_sees_half_a_slot)
{
    pthread_t threads[3];

    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, read_slots, NULL), 0);
    for (uint64_t i = 1; i <= ROUNDS || atomic_load(&copies) < 100; i++) {
        store(3, 1, i, (uint8_t)i);
        store(3, 2, i, (uint8_t)i);
    }
    atomic_store(&finished, 1);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    ck_assert_uint_eq(atomic_load(&torn), 0);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("ipc_lastvalue");
    TCase *tcase = tcase_create("table");

    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, setup, NULL);
    tcase_add_test(tcase, a_value_comes_back_with_its_number);
    tcase_add_test(tcase, a_slot_is_copied_whole);
    tcase_add_test(tcase, what_does_not_exist_is_refused);
    tcase_add_test(tcase, a_writer_that_died_in_a_slot_costs_that_slot_only);
    tcase_add_loop_test(tcase, shapes_out_of_limits_are_refused, 0,
                        sizeof wrong_shapes / sizeof wrong_shapes[0]);
    tcase_add_test(tcase, the_largest_shape_has_room);
    tcase_add_test(tcase, a_descriptor_carries_a_table_that_only_the_maker_writes);
    tcase_add_loop_test(tcase, headers_that_lie_are_refused, 0, sizeof headers / sizeof headers[0]);
    tcase_add_test(tcase, no_reader_ever_sees_half_a_slot);
    suite_add_tcase(suite, tcase);
    return suite;
}

BOTHY_TEST_MAIN(make_suite)
