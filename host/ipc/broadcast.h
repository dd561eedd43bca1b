/*
 * ipc/broadcast.h: THE LOG: one writer, many readers, each with its own cursor in its own
 * memory. Opaque records with a sequence number; old ones are overwritten, nobody waits for a
 * reader.
 *
 *   offset
 *        0  magic  version  data_offset  capacity  generation        written once
 *      128  claimed  tail  doorbell                                  written by the writer
 *     4096  data: `capacity` bytes, a power of two
 *
 *        cursor of a reader           tail              claimed
 *            │                         │                  │
 *     ┌──────┼────────┬────────┬───────┼──────────────────┼──────┬─────────┐
 *     │ new  │ record │ record │ record│ next header      │ old  │ padding │
 *     └──────┴────────┴────────┴───────┴──────────────────┴──────┴─────────┘
 *             readable: from claimed - capacity to tail
 *
 *     record, on a multiple of 16:
 *     ┌───────────────────────┬────────────────┬───────────────┬──────┐
 *     │ length u64            │ sequence u64   │ payload       │ pad  │
 *     └───────────────────────┴────────────────┴───────────────┴──────┘
 *       header and payload;     of this record (of padding: of the record after it;
 *       bit 31: padding         at tail: of the record to come)
 *
 * Positions are free-running bytes, sequence numbers go up by one with each record. Before the
 * writer overwrites anything it moves `claimed` beyond it, in steps of BROADCAST_CLAIM. A reader
 * copies a record out and then looks at `claimed` again: if that has passed its cursor by more
 * than the capacity, what it copied may be a mixture, and it was lapped.
 *
 * Invariants: only the maker can write: the memory is sealed against any other writable mapping
 * (ipc/memory.h), so readers sleep on the doorbell in a read-only mapping and write nothing at
 * all. A reader trusts no word for its own safety: lengths and positions are checked, so that
 * even a log full of noise is an error and not a crash. All shared data is read and written by
 * atomic words (ipc/words.h).
 *
 * What it does not do: hold the writer back (who must not be lapped, in virtual time, tells the
 * writer how far he is by other means), or store anything.
 *
 * Threads: one for the writer, one for each reader.
 */
#ifndef BOTHY_IPC_BROADCAST_H
#define BOTHY_IPC_BROADCAST_H

#include <stdatomic.h>

#include <bothy/base.h>

#include "ipc/header.h"
#include "ipc/memory.h"
#include "ipc/wait.h"

#define BROADCAST_MAGIC         UINT64_C(0x20676f6c5f796862) /* "bhy_log " */
#define BROADCAST_VERSION       1
#define BROADCAST_DATA_OFFSET   4096
#define BROADCAST_CAPACITY_MIN  (UINT64_C(1) << 16)
#define BROADCAST_CAPACITY_MAX  (UINT64_C(1) << 30)
#define BROADCAST_RECORD_HEADER 16
#define BROADCAST_ALIGN         16
#define BROADCAST_PADDING       UINT64_C(0x80000000)
#define BROADCAST_CLAIM         UINT64_C(4096)

/* The longest payload of a log of this capacity. */
#define BROADCAST_PAYLOAD_MAX(capacity) ((capacity) / 8 - BROADCAST_RECORD_HEADER)

/* The shared memory. Its words are public for tests that lie; programs use the functions. */
struct broadcast_shared {
    struct ipc_header header;

    /* Stored before any data that it covers, loaded after the data was copied: ordered by the
     * release stores and acquire loads of the data words. */
    _Alignas(128) _Atomic uint64_t claimed;
    _Atomic uint64_t tail;     /* released by broadcast_publish(), acquired by broadcast_read() */
    _Atomic uint32_t doorbell; /* released by broadcast_publish(), acquired by _sleep_begin() */
};

/* The header of a record in the data area: two of the atomic words. */
struct broadcast_record {
    _Atomic uint64_t length;   /* above 32 bits: 0; ordered by tail */
    _Atomic uint64_t sequence; /* ordered by tail */
};

/* A place in the log. */
struct broadcast_place {
    uint64_t position; /* byte position of a record */
    uint64_t sequence; /* its sequence number */
};

struct broadcast_writer {
    struct broadcast_shared *shared;
    uint8_t *data;
    uint64_t capacity;
    uint64_t generation;
    struct broadcast_place next; /* where the next record goes */
    uint64_t claimed;
    uint64_t published; /* tail as the readers see it */
    struct memory_map map;
};

struct broadcast_reader {
    const struct broadcast_shared *shared;
    const uint8_t *data;
    uint64_t capacity;
    uint64_t generation;
    struct broadcast_place next; /* the record that is read next */
    uint64_t tail_seen;
    int broken;
    struct memory_map map;
};

/*
 * Effect: makes an empty log, maps it for writing, then seals it. The first record gets
 * first_sequence (so that numbers go on after a restart; not 0). *ret_fd goes to the readers.
 * Owner: the caller closes *ret_fd [owned] and calls broadcast_writer_close() [owned].
 * Errors: BOTHY_EINVAL (capacity not a power of two or outside the limits, sequence 0),
 * BOTHY_ENOMEM, BOTHY_EIO.
 */
int broadcast_create(const char *name, uint64_t capacity, uint64_t generation,
                     uint64_t first_sequence, struct broadcast_writer *ret_writer, int *ret_fd,
                     struct bothy_error *error) BOTHY_CHECK_RESULT;

/*
 * Effect: the same in memory that the caller has: zeroed, aligned to 128 bytes, [borrowed]
 * until close; size is BROADCAST_DATA_OFFSET and the capacity.
 */
int broadcast_format(void *memory, size_t size, uint64_t generation, uint64_t first_sequence,
                     struct broadcast_writer *ret_writer,
                     struct bothy_error *error) BOTHY_CHECK_RESULT;
void broadcast_writer_close(struct broadcast_writer *writer);

/* Returns the sequence number that the next record will get. */
static inline uint64_t broadcast_next_sequence(const struct broadcast_writer *writer)
{
    return writer->next.sequence;
}

/*
 * Effect: adds a record; readers see it after the next broadcast_publish(). *ret_place (may be
 * NULL) is where it stands. An unpublished batch is at most half of the capacity.
 * Errors: BOTHY_EINVAL (longer than BROADCAST_PAYLOAD_MAX), BOTHY_EAGAIN (publish first).
 */
int broadcast_append(struct broadcast_writer *writer, const void *payload, size_t length,
                     struct broadcast_place *ret_place,
                     struct bothy_error *error) BOTHY_CHECK_RESULT;

/*
 * Effect: shows all that was appended, and wakes every sleeping reader with one system call
 * (none if nothing was appended). Never waits.
 */
void broadcast_publish(struct broadcast_writer *writer);

/*
 * Effect: checks and maps the log of a descriptor, read-only; the reader stands at the newest
 * place: it gets what is published from now on. fd is not needed any more afterwards.
 * Errors: BOTHY_EPROTO (unsealed memory, a header that lies, another generation or version),
 * BOTHY_EAGAIN (as broadcast_resync()), BOTHY_EIO.
 */
int broadcast_attach(int fd, uint64_t generation, struct broadcast_reader *ret_reader,
                     struct bothy_error *error) BOTHY_CHECK_RESULT;

/* Effect: the same over memory that the caller has mapped, [borrowed] until close. */
int broadcast_bind(const void *memory, size_t size, uint64_t generation,
                   struct broadcast_reader *ret_reader,
                   struct bothy_error *error) BOTHY_CHECK_RESULT;
void broadcast_reader_close(struct broadcast_reader *reader);

/*
 * Effect: copies the next record into buffer and moves on; *ret_place (may be NULL) says where
 * it stood. Errors: BOTHY_EAGAIN (nothing new; *error stays), BOTHY_ERANGE (lapped: the record
 * is gone; *error stays; call broadcast_resync()), BOTHY_EPROTO (the log contradicts itself, or
 * a record is longer than `capacity`; the reader is broken from now on).
 */
int broadcast_read(struct broadcast_reader *reader, void *buffer, size_t capacity,
                   size_t *ret_length, struct broadcast_place *ret_place,
                   struct bothy_error *error) BOTHY_CHECK_RESULT;

/*
 * Effect: moves the reader to the newest place, behind all that is published. *ret_lost (may be
 * NULL) is the place that it stood at: what lies between that and reader->next was missed.
 * Errors: BOTHY_EAGAIN (the writer was faster, many times over: call again), BOTHY_EPROTO.
 */
int broadcast_resync(struct broadcast_reader *reader, struct broadcast_place *ret_lost,
                     struct bothy_error *error) BOTHY_CHECK_RESULT;

/*
 * Effect: moves the reader to a place that it, or another reader of the same generation, knows:
 * one that broadcast_read() or broadcast_append() gave, or {0, first_sequence}.
 * Errors: BOTHY_ERANGE (overwritten by now; the reader stays; *error stays), BOTHY_EINVAL (no
 * record with that number begins there).
 */
int broadcast_seek(struct broadcast_reader *reader, struct broadcast_place place,
                   struct bothy_error *error) BOTHY_CHECK_RESULT;

/*
 * Effect: prepares to sleep. Returns 1 if there is something to read by now, else 0 and
 * *ret_word is what to give to wait_any(). Nothing needs to be undone after waking.
 */
int broadcast_sleep_begin(const struct broadcast_reader *reader, struct wait_word *ret_word);

/* Returns the bytes between the reader and the newest place; more than the capacity if lapped. */
uint64_t broadcast_lag(const struct broadcast_reader *reader);

#endif
