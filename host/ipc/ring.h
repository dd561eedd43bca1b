/*
 * ipc/ring.h: a queue of variable-length records from one producer to one consumer in shared
 * memory. It carries opaque bytes.
 *
 *   offset
 *        0  magic  version  data_offset  capacity  generation        written once by the maker
 *      128  tail   producer_attached                                 written by the producer
 *      256  head   consumer_attached                                 written by the consumer
 *      384  sleeping                                                 written by both
 *     4096  data: `capacity` bytes, a power of two
 *
 *           head                         tail
 *            │                            │
 *     ┌──────┼────────┬─────────┬─────────┼───────────────────────────┬──────────┐
 *     │ old  │ record │ record  │ record  │ 0  (not committed)        │ padding  │
 *     └──────┴────────┴─────────┴─────────┴───────────────────────────┴──────────┘
 *                                                                      to the end, where the
 *                                                                      next record did not fit
 *     record, on a multiple of 16:
 *     ┌────────────┬──────────────┬─────────────────┬───────────────┬──────┐
 *     │ length u32 │ generation   │ position u64    │ payload       │ pad  │
 *     └────────────┴──────────────┴─────────────────┴───────────────┴──────┘
 *       header and payload;         of this record
 *       bit 31: padding             in the stream
 *
 * head and tail are free-running 64-bit byte positions. The producer writes the record, then a
 * zero where the next header will be, and commits by a release-store of the length: the
 * consumer needs nothing but that word. Because the next header is zeroed first, one header's
 * room always stays free.
 *
 * Trust: neither side believes a word that the other can write. Capacity, mask, own index and
 * generation are private copies; what is read from the peer is loaded once and checked before
 * use. A violation returns BOTHY_EPROTO, with a text that says what was wrong, and breaks the
 * ring for good; the other side can make this one lose or repeat the peer's own data, never
 * reach outside the mapping. The payload is copied out before anybody judges it. A peer can
 * always wake this side for nothing: who counts wakes without records can tell.
 *
 * A full ring is BOTHY_EAGAIN, never a wait. BOTHY_EAGAIN leaves *error as it was.
 *
 * What it does not do: sleep (ipc/wait.h), make or pass descriptors of doorbells
 * (ipc/doorbell.h), survive one of its two ends: a new incarnation gets a new ring.
 *
 * Threads: one thread at a time on each side; the two sides are independent.
 */
#ifndef BOTHY_IPC_RING_H
#define BOTHY_IPC_RING_H

#include <stdatomic.h>

#include <bothy/base.h>

#include "ipc/header.h"
#include "ipc/memory.h"
#include "ipc/wait.h"

#define RING_MAGIC         UINT64_C(0x676e69725f796862) /* "bhy_ring" */
#define RING_VERSION       1
#define RING_DATA_OFFSET   4096
#define RING_CAPACITY_MIN  (UINT64_C(1) << 12)
#define RING_CAPACITY_MAX  (UINT64_C(1) << 30)
#define RING_RECORD_HEADER 16
#define RING_ALIGN         16
#define RING_PADDING       UINT32_C(0x80000000)

/* The longest payload of a ring of this capacity. */
#define RING_PAYLOAD_MAX(capacity) ((capacity) / 4 - RING_RECORD_HEADER)

/* The shared memory. Its words are public for tests that lie; programs use the functions. */
struct ring_shared {
    struct ipc_header header;

    _Alignas(128) _Atomic uint64_t tail; /* for ring_backlog(): partner is its relaxed load */
    _Atomic uint32_t producer_attached;  /* partner: the exchange of a second producer */

    _Alignas(128) _Atomic uint64_t head; /* released by ring_read(), acquired by ring_reserve() */
    _Atomic uint32_t consumer_attached;  /* partner: the exchange of a second consumer */

    /* Exchanged by ring_sleep_begin() to 1 and by ring_notify() to 0: partners. A line of its
     * own, so that a consumer that is awake does not take it from the producer. */
    _Alignas(128) _Atomic uint32_t sleeping;
};

/* The header of a record in the data area. */
struct ring_record {
    _Atomic uint32_t length;     /* released by ring_commit(), acquired by ring_read() */
    _Atomic uint32_t generation; /* ordered by length */
    _Atomic uint64_t position;   /* ordered by length */
};

struct ring_producer {
    struct ring_shared *shared;
    uint8_t *data;
    uint64_t capacity;
    uint64_t generation;
    uint64_t tail;      /* where the next record begins */
    uint64_t head_seen; /* the last head that passed the checks */
    uint64_t claimed;   /* where the reserved record begins */
    uint32_t reserved;  /* the payload that may be committed */
    int open;           /* a reservation stands */
    int broken;
    int doorbell_fd; /* -1: futex */
    struct memory_map map;
};

struct ring_consumer {
    struct ring_shared *shared;
    const uint8_t *data;
    uint64_t capacity;
    uint64_t generation;
    uint64_t head; /* the only head that the consumer believes */
    int broken;
    struct memory_map map;
};

/*
 * Effect: makes an empty ring and seals it. Nothing is mapped afterwards: attach each side,
 * the own one before the descriptor is handed out. generation: of the incarnation that the
 * ring serves; both sides must name the same. Owner: the caller closes *ret_fd. [owned]
 * Errors: BOTHY_EINVAL (capacity not a power of two, or outside the limits), BOTHY_ENOMEM,
 * BOTHY_EIO.
 */
int ring_create(const char *name, uint64_t capacity, uint64_t generation, int *ret_fd,
                struct bothy_error *error) BOTHY_CHECK_RESULT;

/*
 * Effect: checks and maps the ring of a descriptor. A ring takes one producer and one
 * consumer, ever. doorbell_fd: what wakes the consumer: -1 for the futex, else a
 * non-blocking descriptor (ipc/doorbell.h). [borrowed] until close: the caller keeps it open.
 * fd is not needed any more afterwards. Ends with ring_producer_close(), ring_consumer_close().
 * Errors: BOTHY_EPROTO (unsealed memory, a header that lies, another generation or version),
 * BOTHY_EEXIST (attached before), BOTHY_EIO.
 */
int ring_attach_producer(int fd, uint64_t generation, int doorbell_fd,
                         struct ring_producer *ret_producer,
                         struct bothy_error *error) BOTHY_CHECK_RESULT;
int ring_attach_consumer(int fd, uint64_t generation, struct ring_consumer *ret_consumer,
                         struct bothy_error *error) BOTHY_CHECK_RESULT;

/*
 * Effect: the same over memory that the caller has mapped, [borrowed] until close. It must be
 * aligned to 128 bytes and sealed, if anybody else holds it. ring_format() makes `size` bytes of
 * zeroed memory an empty ring (size is RING_DATA_OFFSET and the capacity).
 */
int ring_format(void *memory, size_t size, uint64_t generation,
                struct bothy_error *error) BOTHY_CHECK_RESULT;
int ring_bind_producer(void *memory, size_t size, uint64_t generation, int doorbell_fd,
                       struct ring_producer *ret_producer,
                       struct bothy_error *error) BOTHY_CHECK_RESULT;
int ring_bind_consumer(void *memory, size_t size, uint64_t generation,
                       struct ring_consumer *ret_consumer,
                       struct bothy_error *error) BOTHY_CHECK_RESULT;

/* Effect: unmaps; the peer keeps what was committed. Does nothing on a zeroed struct. */
void ring_producer_close(struct ring_producer *producer);
void ring_consumer_close(struct ring_consumer *consumer);

/*
 * Effect: claims room for a payload of at most `length` bytes; *ret_payload is where to write
 * it, aligned to 16 bytes [borrowed until ring_commit() or the next ring_reserve()]. Nothing is
 * visible before the commit; a reservation that is not committed is forgotten by the next one.
 * Do not read back what was written: the peer may have changed it.
 * Errors: BOTHY_EAGAIN (full now), BOTHY_EINVAL (longer than RING_PAYLOAD_MAX), BOTHY_EPROTO
 * (the consumer's index lies).
 */
int ring_reserve(struct ring_producer *producer, size_t length, void **ret_payload,
                 struct bothy_error *error) BOTHY_CHECK_RESULT;

/*
 * Effect: makes the reserved record visible with `length` bytes, at most what was reserved.
 * Does not wake: see ring_notify(). Errors: BOTHY_EINVAL (nothing reserved, or too long).
 */
int ring_commit(struct ring_producer *producer, size_t length, struct bothy_error *error);

/* Effect: reserve, copy and commit in one. Errors: as ring_reserve(). */
int ring_write(struct ring_producer *producer, const void *payload, size_t length,
               struct bothy_error *error) BOTHY_CHECK_RESULT;

/*
 * Effect: wakes the consumer if it sleeps; costs no system call if it does not. Call it once
 * after each batch of commits: a consumer that sleeps sees nothing before. Never waits.
 */
void ring_notify(struct ring_producer *producer);

/*
 * Effect: copies the next record into buffer and frees its room. Only what was copied may be
 * judged. A record that is longer than `capacity` is a violation: give the longest that your
 * protocol has. Errors: BOTHY_EAGAIN (empty), BOTHY_EPROTO (length, alignment, position or
 * generation is wrong; the ring is broken from now on).
 */
int ring_read(struct ring_consumer *consumer, void *buffer, size_t capacity, size_t *ret_length,
              struct bothy_error *error) BOTHY_CHECK_RESULT;

/*
 * Effect: announces that the consumer is going to sleep, so that the producer's next
 * ring_notify() rings. Returns 1 if there is something to read by now (do not sleep; the
 * announcement is taken back), else 0: sleep with wait_any() on *ret_word, or on the doorbell's
 * descriptor. Call ring_sleep_end() after waking.
 */
int ring_sleep_begin(struct ring_consumer *consumer, struct wait_word *ret_word);
void ring_sleep_end(struct ring_consumer *consumer);

/*
 * Returns the bytes that wait to be read, for status only: it rests on the producer's word,
 * cut to the capacity.
 */
uint64_t ring_backlog(const struct ring_consumer *consumer);

#endif
