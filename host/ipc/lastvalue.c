/*
 * The last-value table: see lastvalue.h. A slot is a sequence lock: its version is odd while the
 * writer is in it, and differs before and after a copy that the writer touched.
 */
#include "ipc/lastvalue.h"

#include <string.h>
#include <unistd.h>

#include "ipc/wait.h"
#include "ipc/words.h"

#define WHAT          "last-value table"
#define SLOT_ALIGN    128
#define VERSION_SIZE  8
#define SEQUENCE_SIZE 8

_Static_assert(sizeof(struct lastvalue_shared) <= LASTVALUE_DATA_OFFSET, "the slots begin behind");

static const struct ipc_header header_of_table = {
    .magic = LASTVALUE_MAGIC,
    .version = LASTVALUE_VERSION,
    .data_offset = LASTVALUE_DATA_OFFSET,
};

static uint32_t round_up(uint32_t value, uint32_t step)
{
    return (value + step - 1) / step * step;
}

static int make_layout(const struct lastvalue_shape *shape, int code,
                       struct lastvalue_layout *ret_layout, struct bothy_error *error)
{
    struct lastvalue_layout layout = { .shape = *shape };

    if (shape->slots < 1 || shape->slots > LASTVALUE_SLOTS_MAX || shape->cells < 1 ||
        shape->cells > LASTVALUE_CELLS_MAX)
        return bothy_fail(error, code, WHAT ": %u slots of %u cells, at most %d of %d",
                          shape->slots, shape->cells, LASTVALUE_SLOTS_MAX, LASTVALUE_CELLS_MAX);
    for (uint32_t i = 0; i < shape->cells; i++) {
        if (shape->cell_size[i] < 1 || shape->cell_size[i] > LASTVALUE_CELL_MAX)
            return bothy_fail(error, code, WHAT ": cell %u of %u bytes, possible are 1 to %d", i,
                              shape->cell_size[i], LASTVALUE_CELL_MAX);
        layout.cell_offset[i] = layout.copy_size;
        layout.copy_size += SEQUENCE_SIZE + round_up(shape->cell_size[i], 8);
    }
    layout.slot_stride = round_up(VERSION_SIZE + layout.copy_size, SLOT_ALIGN);
    *ret_layout = layout;
    return 0;
}

static uint64_t slots_size(const struct lastvalue_layout *layout)
{
    return (uint64_t)layout->slot_stride * layout->shape.slots;
}

uint64_t lastvalue_size(const struct lastvalue_shape *shape)
{
    struct lastvalue_layout layout;

    if (make_layout(shape, BOTHY_EINVAL, &layout, NULL) < 0)
        return 0;
    return LASTVALUE_DATA_OFFSET + slots_size(&layout);
}

/* ---- the writer ---- */

int lastvalue_format(void *memory, size_t size, const struct lastvalue_shape *shape,
                     uint64_t generation, struct lastvalue_writer *ret_writer,
                     struct bothy_error *error)
{
    struct lastvalue_writer writer = { .slots = (uint8_t *)memory + LASTVALUE_DATA_OFFSET };
    struct lastvalue_shared *shared = memory;
    int r = make_layout(shape, BOTHY_EINVAL, &writer.layout, error);

    if (r < 0)
        return r;
    if (size < LASTVALUE_DATA_OFFSET + slots_size(&writer.layout))
        return bothy_fail(error, BOTHY_EINVAL, WHAT ": needs %llu bytes, the memory has %zu",
                          (unsigned long long)lastvalue_size(shape), size);
    shared->header = header_of_table;
    shared->header.capacity = slots_size(&writer.layout);
    shared->header.generation = generation;
    shared->shape = *shape;
    *ret_writer = writer;
    return 0;
}

int lastvalue_create(const char *name, const struct lastvalue_shape *shape, uint64_t generation,
                     struct lastvalue_writer *ret_writer, int *ret_fd, struct bothy_error *error)
{
    struct lastvalue_layout layout;
    struct memory_map map;
    int fd;
    int r = make_layout(shape, BOTHY_EINVAL, &layout, error);

    if (r < 0)
        return r;
    r = memory_create(name, LASTVALUE_DATA_OFFSET + slots_size(&layout), MEMORY_READ_ONLY, &map,
                      &fd, error);
    if (r < 0)
        return r;
    r = lastvalue_format(map.address, map.size, shape, generation, ret_writer, error);
    if (r < 0) {
        memory_unmap(&map);
        close(fd);
        return r;
    }
    ret_writer->map = map;
    *ret_fd = fd;
    return 0;
}

void lastvalue_writer_close(struct lastvalue_writer *writer)
{
    memory_unmap(&writer->map);
    memset(writer, 0, sizeof *writer);
}

int lastvalue_store(struct lastvalue_writer *writer, uint32_t slot, uint32_t cell,
                    uint64_t sequence, const void *bytes, struct bothy_error *error)
{
    const struct lastvalue_layout *layout = &writer->layout;
    _Atomic uint64_t *version;
    uint64_t before;
    uint8_t *to;

    if (slot >= layout->shape.slots || cell >= layout->shape.cells || sequence == 0)
        return bothy_fail(error, BOTHY_EINVAL,
                          WHAT ": cannot store slot %u, cell %u, sequence %llu: there are %u slots "
                               "of %u cells, and sequences begin at 1",
                          slot, cell, (unsigned long long)sequence, layout->shape.slots,
                          layout->shape.cells);
    version = (_Atomic uint64_t *)(writer->slots + (size_t)slot * layout->slot_stride);
    to = (uint8_t *)version + VERSION_SIZE + layout->cell_offset[cell];
    before = atomic_load_explicit(version, memory_order_relaxed);
    /* Relaxed: the release-stores of the words carry it. Partner: the second load in copy_out(),
     * for a reader that saw any of these words. */
    atomic_store_explicit(version, before + 1, memory_order_relaxed);
    words_store(to, &sequence, SEQUENCE_SIZE);
    words_store(to + SEQUENCE_SIZE, bytes, layout->shape.cell_size[cell]);
    /* Partner: the first load in copy_out(): whoever sees it sees the words. */
    atomic_store_explicit(version, before + 2, memory_order_release);
    return 0;
}

/* ---- the readers ---- */

int lastvalue_bind(const void *memory, size_t size, uint64_t generation,
                   struct lastvalue_reader *ret_reader, struct bothy_error *error)
{
    const struct lastvalue_shared *shared = memory;
    struct lastvalue_reader reader = { 0 };
    struct ipc_header expected = header_of_table;
    struct lastvalue_shape shape;
    uint64_t capacity;
    int r;

    expected.generation = generation;
    r = header_check(memory, size, &expected, WHAT, &capacity, error);
    if (r < 0)
        return r;
    words_load(&shape, &shared->shape, sizeof shape);
    r = make_layout(&shape, BOTHY_EPROTO, &reader.layout, error);
    if (r < 0)
        return r;
    if (slots_size(&reader.layout) != capacity)
        return bothy_fail(error, BOTHY_EPROTO, WHAT ": its slots take %llu bytes, it says %llu",
                          (unsigned long long)slots_size(&reader.layout),
                          (unsigned long long)capacity);
    reader.slots = (const uint8_t *)memory + LASTVALUE_DATA_OFFSET;
    *ret_reader = reader;
    return 0;
}

int lastvalue_attach(int fd, uint64_t generation, struct lastvalue_reader *ret_reader,
                     struct bothy_error *error)
{
    struct memory_map map;
    int r =
        memory_attach(fd, MEMORY_READ_ONLY, LASTVALUE_DATA_OFFSET, MEMORY_SIZE_MAX, &map, error);

    if (r < 0)
        return r;
    r = lastvalue_bind(map.address, map.size, generation, ret_reader, error);
    if (r < 0)
        memory_unmap(&map);
    else
        ret_reader->map = map;
    return r;
}

void lastvalue_reader_close(struct lastvalue_reader *reader)
{
    memory_unmap(&reader->map);
    memset(reader, 0, sizeof *reader);
}

/* Copies bytes of a slot, from behind the version, as of one moment. */
static int copy_out(const struct lastvalue_reader *reader, uint32_t slot, uint32_t offset,
                    uint32_t length, void *copy)
{
    const uint8_t *from = reader->slots + (size_t)slot * reader->layout.slot_stride;
    const _Atomic uint64_t *version = (const _Atomic uint64_t *)from;

    for (int i = 0; i < LASTVALUE_TRIES; i++) {
        /* Partner: the release-store of the even version in lastvalue_store(). */
        uint64_t before = atomic_load_explicit(version, memory_order_acquire);

        if (before % 2 == 0) {
            words_load(copy, from + VERSION_SIZE + offset, length);
            /* Partner: the store of the odd version; ordered by the acquire-loads above. */
            if (atomic_load_explicit(version, memory_order_relaxed) == before)
                return 0;
        }
        wait_pause();
    }
    return BOTHY_EAGAIN;
}

int lastvalue_load(const struct lastvalue_reader *reader, uint32_t slot, uint32_t cell,
                   void *buffer, size_t capacity, uint64_t *ret_sequence, struct bothy_error *error)
{
    const struct lastvalue_layout *layout = &reader->layout;
    _Alignas(8) uint8_t copy[SEQUENCE_SIZE + LASTVALUE_CELL_MAX];
    uint64_t sequence;
    int r;

    if (slot >= layout->shape.slots || cell >= layout->shape.cells ||
        capacity < layout->shape.cell_size[cell])
        return bothy_fail(error, BOTHY_EINVAL,
                          WHAT ": cannot load slot %u, cell %u into %zu bytes: there are %u slots "
                               "of %u cells",
                          slot, cell, capacity, layout->shape.slots, layout->shape.cells);
    r = copy_out(reader, slot, layout->cell_offset[cell],
                 SEQUENCE_SIZE + layout->shape.cell_size[cell], copy);
    if (r < 0)
        return r;
    memcpy(&sequence, copy, SEQUENCE_SIZE);
    if (sequence == 0)
        return BOTHY_ENOENT;
    memcpy(buffer, copy + SEQUENCE_SIZE, layout->shape.cell_size[cell]);
    *ret_sequence = sequence;
    return 0;
}

int lastvalue_load_slot(const struct lastvalue_reader *reader, uint32_t slot,
                        struct lastvalue_slot *ret_slot, struct bothy_error *error)
{
    if (slot >= reader->layout.shape.slots)
        return bothy_fail(error, BOTHY_EINVAL, WHAT ": no slot %u, there are %u", slot,
                          reader->layout.shape.slots);
    return copy_out(reader, slot, 0, reader->layout.copy_size, ret_slot->bytes);
}

const void *lastvalue_cell(const struct lastvalue_reader *reader, const struct lastvalue_slot *slot,
                           uint32_t cell, uint64_t *ret_sequence)
{
    const uint8_t *from;
    uint64_t sequence;

    if (cell >= reader->layout.shape.cells)
        return NULL;
    from = slot->bytes + reader->layout.cell_offset[cell];
    memcpy(&sequence, from, SEQUENCE_SIZE);
    if (sequence == 0)
        return NULL;
    *ret_sequence = sequence;
    return from + SEQUENCE_SIZE;
}
