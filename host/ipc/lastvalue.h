/*
 * ipc/lastvalue.h: the last-value table: for each instrument the newest top of book, ticker,
 * funding, feed state and so on, as opaque cells, so that a reader that comes late or was lapped
 * knows the present without the past.
 *
 *   offset
 *        0  header (capacity: bytes of all slots)  shape                     written once
 *     4096  slot 0 │ slot 1 │ …                       each on a multiple of 128 bytes
 *
 *     slot:  ┌─────────────┬───────────────┬───────────────┬─────┐
 *            │ version u64 │ cell 0        │ cell 1        │ …   │
 *            └─────────────┴───────────────┴───────────────┴─────┘
 *              odd while it   ┌──────────────┬───────────────┐
 *              is written     │ sequence u64 │ bytes, padded │
 *                             └──────────────┴───────────────┘
 *                               log sequence of the event that
 *                               wrote it; 0: never written
 *
 * Invariants: one writer; readers map it read-only (sealed as ipc/memory.h says) and write
 * nothing. A reader gets all of a slot as it stood at one moment, or BOTHY_EAGAIN after a
 * bounded number of tries. All shared data is moved by atomic words (ipc/words.h).
 *
 * Order against the log: write the cell first, then publish the event; so a reader that resyncs
 * and then reads the table finds nothing older than the place where it stands, perhaps newer.
 *
 * Threads: one for the writer; readers are stateless, any thread.
 */
#ifndef BOTHY_IPC_LASTVALUE_H
#define BOTHY_IPC_LASTVALUE_H

#include <stdatomic.h>

#include <bothy/base.h>

#include "ipc/header.h"
#include "ipc/memory.h"

#define LASTVALUE_MAGIC       UINT64_C(0x20626c745f796862) /* "bhy_tlb " */
#define LASTVALUE_VERSION     1
#define LASTVALUE_DATA_OFFSET 4096
#define LASTVALUE_SLOTS_MAX   65536
#define LASTVALUE_CELLS_MAX   16
#define LASTVALUE_CELL_MAX    256
#define LASTVALUE_TRIES       1000

/* The longest that one slot can be, in a private copy. */
#define LASTVALUE_SLOT_MAX (LASTVALUE_CELLS_MAX * (8 + LASTVALUE_CELL_MAX))

/* The sizes of a table: the same for every slot. */
struct lastvalue_shape {
    uint32_t slots;                          /* 1 … LASTVALUE_SLOTS_MAX */
    uint32_t cells;                          /* 1 … LASTVALUE_CELLS_MAX */
    uint32_t cell_size[LASTVALUE_CELLS_MAX]; /* 1 … LASTVALUE_CELL_MAX bytes */
};

/* The shared memory. Its words are public for tests that lie; programs use the functions. */
struct lastvalue_shared {
    struct ipc_header header;
    struct lastvalue_shape shape;
};

/* What both sides keep for themselves. */
struct lastvalue_layout {
    struct lastvalue_shape shape;
    uint32_t cell_offset[LASTVALUE_CELLS_MAX]; /* from the first byte behind the version */
    uint32_t copy_size;                        /* all cells of a slot */
    uint32_t slot_stride;
};

struct lastvalue_writer {
    struct lastvalue_layout layout;
    uint8_t *slots;
    struct memory_map map;
};

struct lastvalue_reader {
    struct lastvalue_layout layout;
    const uint8_t *slots;
    struct memory_map map;
};

/* A slot as it stood at one moment: the reader's own copy. Read it with lastvalue_cell(). */
struct lastvalue_slot {
    _Alignas(8) uint8_t bytes[LASTVALUE_SLOT_MAX];
};

/*
 * Effect: makes an empty table, maps it for writing, then seals it. Owner: the caller closes
 * *ret_fd [owned] and calls lastvalue_writer_close() [owned].
 * Errors: BOTHY_EINVAL (a size outside its limits), BOTHY_ENOMEM, BOTHY_EIO.
 */
int lastvalue_create(const char *name, const struct lastvalue_shape *shape, uint64_t generation,
                     struct lastvalue_writer *ret_writer, int *ret_fd,
                     struct bothy_error *error) BOTHY_CHECK_RESULT;

/* Returns the bytes of memory that a table of this shape takes; 0 if a size is out of limits. */
uint64_t lastvalue_size(const struct lastvalue_shape *shape);

/* Effect: the same in zeroed memory of the caller's, aligned to 128 bytes. [borrowed] */
int lastvalue_format(void *memory, size_t size, const struct lastvalue_shape *shape,
                     uint64_t generation, struct lastvalue_writer *ret_writer,
                     struct bothy_error *error) BOTHY_CHECK_RESULT;
void lastvalue_writer_close(struct lastvalue_writer *writer);

/*
 * Effect: replaces a cell by shape.cell_size[cell] bytes of `bytes`, as of the log's `sequence`
 * (not 0). Never waits. Errors: BOTHY_EINVAL (no such slot or cell, sequence 0).
 */
int lastvalue_store(struct lastvalue_writer *writer, uint32_t slot, uint32_t cell,
                    uint64_t sequence, const void *bytes, struct bothy_error *error);

/*
 * Effect: checks and maps the table of a descriptor, read-only. The reader learns the shape from
 * it; a caller that expects one compares reader->layout.shape.
 * Errors: BOTHY_EPROTO (unsealed memory, a header that lies, another generation or version),
 * BOTHY_EIO.
 */
int lastvalue_attach(int fd, uint64_t generation, struct lastvalue_reader *ret_reader,
                     struct bothy_error *error) BOTHY_CHECK_RESULT;

/* Effect: the same over memory that the caller has mapped, [borrowed] until close. */
int lastvalue_bind(const void *memory, size_t size, uint64_t generation,
                   struct lastvalue_reader *ret_reader,
                   struct bothy_error *error) BOTHY_CHECK_RESULT;
void lastvalue_reader_close(struct lastvalue_reader *reader);

/*
 * Effect: copies one cell, shape.cell_size[cell] bytes, into buffer; *ret_sequence is that of
 * the event that wrote it. Errors: BOTHY_ENOENT (never written), BOTHY_EAGAIN (the writer was in
 * the way at every try, or died while writing), both without touching *error; BOTHY_EINVAL (no
 * such slot or cell, or the buffer is too small).
 */
int lastvalue_load(const struct lastvalue_reader *reader, uint32_t slot, uint32_t cell,
                   void *buffer, size_t capacity, uint64_t *ret_sequence,
                   struct bothy_error *error) BOTHY_CHECK_RESULT;

/* Effect: copies all cells of a slot as of one moment. Errors: BOTHY_EAGAIN, BOTHY_EINVAL. */
int lastvalue_load_slot(const struct lastvalue_reader *reader, uint32_t slot,
                        struct lastvalue_slot *ret_slot,
                        struct bothy_error *error) BOTHY_CHECK_RESULT;

/*
 * Returns a cell of a copied slot [borrowed: as long as the copy], aligned to 8 bytes, and its
 * sequence; NULL if it was never written or there is no such cell.
 */
const void *lastvalue_cell(const struct lastvalue_reader *reader, const struct lastvalue_slot *slot,
                           uint32_t cell, uint64_t *ret_sequence);

#endif
