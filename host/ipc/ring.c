/*
 * The SPSC ring: see ring.h for the layout and for who trusts whom. Every position is masked by
 * the private capacity before it becomes an address, so the checks decide what is reported, not
 * whether memory is safe; only lengths need their check before the copy.
 */
#include "ipc/ring.h"

#include <string.h>
#include <unistd.h>

#include "base/clean.h"
#include "ipc/doorbell.h"

_Static_assert(sizeof(struct ring_record) == RING_RECORD_HEADER, "a header has no holes");
_Static_assert(sizeof(struct ring_shared) <= RING_DATA_OFFSET, "the data begins behind");

#define WHAT "ring"

static const struct ipc_header header_of_ring = {
    .magic = RING_MAGIC,
    .version = RING_VERSION,
    .data_offset = RING_DATA_OFFSET,
};

static uint64_t span_of(uint64_t payload)
{
    return (payload + RING_RECORD_HEADER + RING_ALIGN - 1) & ~(uint64_t)(RING_ALIGN - 1);
}

int ring_format(void *memory, size_t size, uint64_t generation, struct bothy_error *error)
{
    struct ring_shared *shared = memory;
    int r;

    if (size < RING_DATA_OFFSET)
        return bothy_fail(error, BOTHY_EINVAL, WHAT ": memory of %zu bytes is too small", size);
    r = header_check_capacity(size - RING_DATA_OFFSET, RING_CAPACITY_MIN, RING_CAPACITY_MAX, WHAT,
                              BOTHY_EINVAL, error);
    if (r < 0)
        return r;
    shared->header = header_of_ring;
    shared->header.capacity = size - RING_DATA_OFFSET;
    shared->header.generation = generation;
    return 0;
}

int ring_create(const char *name, uint64_t capacity, uint64_t generation, int *ret_fd,
                struct bothy_error *error)
{
    struct memory_map map;
    int fd;
    int r = header_check_capacity(capacity, RING_CAPACITY_MIN, RING_CAPACITY_MAX, WHAT,
                                  BOTHY_EINVAL, error);

    if (r < 0)
        return r;
    r = memory_create(name, RING_DATA_OFFSET + capacity, MEMORY_READ_WRITE, &map, &fd, error);
    if (r < 0)
        return r;
    r = ring_format(map.address, (size_t)(RING_DATA_OFFSET + capacity), generation, error);
    memory_unmap(&map);
    if (r < 0) {
        close(fd);
        return r;
    }
    *ret_fd = fd;
    return 0;
}

static int check_ring(void *memory, size_t size, uint64_t generation, uint64_t *ret_capacity,
                      struct bothy_error *error)
{
    struct ipc_header expected = header_of_ring;
    uint64_t capacity;
    int r;

    expected.generation = generation;
    r = header_check(memory, size, &expected, WHAT, &capacity, error);
    if (r == 0)
        r = header_check_capacity(capacity, RING_CAPACITY_MIN, RING_CAPACITY_MAX, WHAT,
                                  BOTHY_EPROTO, error);
    if (r == 0)
        *ret_capacity = capacity;
    return r;
}

int ring_bind_producer(void *memory, size_t size, uint64_t generation, int doorbell_fd,
                       struct ring_producer *ret_producer, struct bothy_error *error)
{
    struct ring_producer producer = { .shared = memory, .generation = generation };
    int r = check_ring(memory, size, generation, &producer.capacity, error);

    if (r < 0)
        return r;
    /* Partner: the same exchange by another producer, which may only find 1. */
    if (atomic_exchange_explicit(&producer.shared->producer_attached, 1, memory_order_acq_rel))
        return bothy_fail(error, BOTHY_EEXIST, WHAT ": it has, or had, a producer; make a new one");
    producer.data = (uint8_t *)memory + RING_DATA_OFFSET;
    producer.doorbell_fd = doorbell_fd;
    *ret_producer = producer;
    return 0;
}

int ring_bind_consumer(void *memory, size_t size, uint64_t generation,
                       struct ring_consumer *ret_consumer, struct bothy_error *error)
{
    struct ring_consumer consumer = { .shared = memory, .generation = generation };
    int r = check_ring(memory, size, generation, &consumer.capacity, error);

    if (r < 0)
        return r;
    /* Partner: the same exchange by another consumer, which may only find 1. */
    if (atomic_exchange_explicit(&consumer.shared->consumer_attached, 1, memory_order_acq_rel))
        return bothy_fail(error, BOTHY_EEXIST, WHAT ": it has, or had, a consumer; make a new one");
    consumer.data = (const uint8_t *)memory + RING_DATA_OFFSET;
    *ret_consumer = consumer;
    return 0;
}

static int attach(int fd, struct memory_map *ret_map, struct bothy_error *error)
{
    /* The upper limit leaves room for rounding up to a large page. */
    return memory_attach(fd, MEMORY_READ_WRITE, RING_DATA_OFFSET + RING_CAPACITY_MIN,
                         2 * RING_CAPACITY_MAX, ret_map, error);
}

int ring_attach_producer(int fd, uint64_t generation, int doorbell_fd,
                         struct ring_producer *ret_producer, struct bothy_error *error)
{
    struct memory_map map;
    int r = attach(fd, &map, error);

    if (r < 0)
        return r;
    r = ring_bind_producer(map.address, map.size, generation, doorbell_fd, ret_producer, error);
    if (r < 0)
        memory_unmap(&map);
    else
        ret_producer->map = map;
    return r;
}

int ring_attach_consumer(int fd, uint64_t generation, struct ring_consumer *ret_consumer,
                         struct bothy_error *error)
{
    struct memory_map map;
    int r = attach(fd, &map, error);

    if (r < 0)
        return r;
    r = ring_bind_consumer(map.address, map.size, generation, ret_consumer, error);
    if (r < 0)
        memory_unmap(&map);
    else
        ret_consumer->map = map;
    return r;
}

void ring_producer_close(struct ring_producer *producer)
{
    memory_unmap(&producer->map);
    memset(producer, 0, sizeof *producer);
    producer->broken = 1;
}

void ring_consumer_close(struct ring_consumer *consumer)
{
    memory_unmap(&consumer->map);
    memset(consumer, 0, sizeof *consumer);
    consumer->broken = 1;
}

static struct ring_record *producer_record(const struct ring_producer *producer, uint64_t position)
{
    return (struct ring_record *)(producer->data + (position & (producer->capacity - 1)));
}

static int fail_broken(struct bothy_error *error)
{
    return bothy_fail(error, BOTHY_EPROTO, WHAT ": out of use: it is closed, or the peer broke it");
}

/* Believes the consumer's index only where an honest one could be. */
static int refresh_head(struct ring_producer *producer, struct bothy_error *error)
{
    /* Partner: the release-store in ring_read(): what it has copied may be overwritten. */
    uint64_t head = atomic_load_explicit(&producer->shared->head, memory_order_acquire);

    if (head - producer->head_seen > producer->tail - producer->head_seen || head % RING_ALIGN) {
        producer->broken = 1;
        return bothy_fail(error, BOTHY_EPROTO,
                          WHAT ": the consumer's index is %llu, possible are %llu to %llu",
                          (unsigned long long)head, (unsigned long long)producer->head_seen,
                          (unsigned long long)producer->tail);
    }
    producer->head_seen = head;
    return 0;
}

static int fits(const struct ring_producer *producer, uint64_t need)
{
    return producer->tail - producer->head_seen + need <= producer->capacity;
}

int ring_reserve(struct ring_producer *producer, size_t length, void **ret_payload,
                 struct bothy_error *error)
{
    uint64_t room, span, padding;
    int r;

    if (producer->broken)
        return fail_broken(error);
    producer->open = 0;
    if (length > RING_PAYLOAD_MAX(producer->capacity))
        return bothy_fail(error, BOTHY_EINVAL, WHAT ": a record of %zu bytes, at most %llu fit",
                          length, (unsigned long long)RING_PAYLOAD_MAX(producer->capacity));
    room = producer->capacity - (producer->tail & (producer->capacity - 1));
    span = span_of(length);
    padding = span > room ? room : 0;
    if (!fits(producer, padding + span + RING_RECORD_HEADER)) {
        r = refresh_head(producer, error);
        if (r < 0)
            return r;
        if (!fits(producer, padding + span + RING_RECORD_HEADER))
            return BOTHY_EAGAIN;
    }
    producer->claimed = producer->tail + padding;
    producer->reserved = (uint32_t)length;
    producer->open = 1;
    *ret_payload = producer_record(producer, producer->claimed) + 1;
    return 0;
}

static void label(struct ring_record *record, uint64_t generation, uint64_t position)
{
    atomic_store_explicit(&record->generation, (uint32_t)generation, memory_order_relaxed);
    atomic_store_explicit(&record->position, position, memory_order_relaxed);
}

int ring_commit(struct ring_producer *producer, size_t length, struct bothy_error *error)
{
    struct ring_record *record;
    uint64_t next;

    if (producer->broken)
        return fail_broken(error);
    if (!producer->open || length > producer->reserved)
        return bothy_fail(error, BOTHY_EINVAL, WHAT ": a commit of %zu bytes, reserved are %u",
                          length, producer->open ? producer->reserved : 0);
    record = producer_record(producer, producer->claimed);
    next = producer->claimed + span_of(length);
    atomic_store_explicit(&producer_record(producer, next)->length, 0, memory_order_relaxed);
    label(record, producer->generation, producer->claimed);
    if (producer->claimed != producer->tail) {
        /* The consumer comes to the record only by way of the padding: that commits both. */
        uint64_t padding = producer->claimed - producer->tail;

        atomic_store_explicit(&record->length, (uint32_t)length + RING_RECORD_HEADER,
                              memory_order_relaxed);
        record = producer_record(producer, producer->tail);
        label(record, producer->generation, producer->tail);
        length = (uint32_t)padding | RING_PADDING;
    } else {
        length += RING_RECORD_HEADER;
    }
    /* Partner: the acquire-load in ring_read(). */
    atomic_store_explicit(&record->length, (uint32_t)length, memory_order_release);
    producer->tail = next;
    producer->open = 0;
    /* Partner: the relaxed load in ring_backlog(): a number to show. */
    atomic_store_explicit(&producer->shared->tail, next, memory_order_relaxed);
    return 0;
}

int ring_write(struct ring_producer *producer, const void *payload, size_t length,
               struct bothy_error *error)
{
    void *room;
    int r = ring_reserve(producer, length, &room, error);

    if (r < 0)
        return r;
    if (length)
        memcpy(room, payload, length);
    return ring_commit(producer, length, error);
}

void ring_notify(struct ring_producer *producer)
{
    if (producer->broken)
        return;
    /* Partner: the exchange in ring_sleep_begin(). One of the two comes second: either we find
     * the consumer's 1 here, or it finds our record there. */
    if (!atomic_exchange_explicit(&producer->shared->sleeping, 0, memory_order_acq_rel))
        return;
    if (producer->doorbell_fd >= 0)
        doorbell_ring(producer->doorbell_fd);
    else
        wait_wake_all(&producer->shared->sleeping);
}

static struct ring_record *consumer_record(const struct ring_consumer *consumer, uint64_t position)
{
    return (struct ring_record *)(consumer->data + (position & (consumer->capacity - 1)));
}

static int fail_record(struct ring_consumer *consumer, uint64_t position, const char *word,
                       uint64_t seen, uint64_t expected, struct bothy_error *error)
{
    consumer->broken = 1;
    return bothy_fail(error, BOTHY_EPROTO, WHAT ": record at %llu: %s is %llu, expected %llu",
                      (unsigned long long)position, word, (unsigned long long)seen,
                      (unsigned long long)expected);
}

static int fail_length(struct ring_consumer *consumer, uint64_t position, uint32_t length,
                       uint64_t most, struct bothy_error *error)
{
    consumer->broken = 1;
    return bothy_fail(error, BOTHY_EPROTO,
                      WHAT ": record at %llu: %s of %u bytes with its header, possible are %u to "
                           "%llu",
                      (unsigned long long)position, length & RING_PADDING ? "padding" : "length",
                      length & ~RING_PADDING, RING_RECORD_HEADER, (unsigned long long)most);
}

/*
 * Steps over padding to the next record. Returns its length with the header, 0 if none is
 * committed, or BOTHY_EPROTO.
 */
static int64_t find_record(struct ring_consumer *consumer, uint64_t *position,
                           struct bothy_error *error)
{
    const uint64_t most = span_of(RING_PAYLOAD_MAX(consumer->capacity));

    for (;;) {
        uint64_t room = consumer->capacity - (*position & (consumer->capacity - 1));
        struct ring_record *record = consumer_record(consumer, *position);
        uint64_t seen;
        /* Partner: the release-store in ring_commit(). */
        uint32_t length = atomic_load_explicit(&record->length, memory_order_acquire);

        if (length == 0)
            return 0;
        seen = atomic_load_explicit(&record->position, memory_order_relaxed);
        if (seen != *position)
            return fail_record(consumer, *position, "position", seen, *position, error);
        seen = atomic_load_explicit(&record->generation, memory_order_relaxed);
        if (seen != (uint32_t)consumer->generation)
            return fail_record(consumer, *position, "generation", seen,
                               (uint32_t)consumer->generation, error);
        if (!(length & RING_PADDING)) {
            if (length < RING_RECORD_HEADER || length > min_u64(most, room))
                return fail_length(consumer, *position, length, min_u64(most, room), error);
            return length;
        }
        /* Padding fills up to the end, and is there because less than a record fitted; so after
         * it comes offset 0, where there is none, and the loop ends. */
        if ((length & ~RING_PADDING) != room || room >= most)
            return fail_length(consumer, *position, length, room, error);
        *position += room;
    }
}

int ring_read(struct ring_consumer *consumer, void *buffer, size_t capacity, size_t *ret_length,
              struct bothy_error *error)
{
    uint64_t position = consumer->head;
    size_t payload;
    int64_t length;

    if (consumer->broken)
        return fail_broken(error);
    length = find_record(consumer, &position, error);
    if (length <= 0)
        return length < 0 ? (int)length : BOTHY_EAGAIN;
    payload = (size_t)length - RING_RECORD_HEADER;
    if (payload > capacity)
        return fail_length(consumer, position, (uint32_t)length, RING_RECORD_HEADER + capacity,
                           error);
    if (payload)
        memcpy(buffer, consumer_record(consumer, position) + 1, payload);
    consumer->head = position + span_of(payload);
    /* Partner: the acquire-load in refresh_head(): the copy is done, the room is free. */
    atomic_store_explicit(&consumer->shared->head, consumer->head, memory_order_release);
    *ret_length = payload;
    return 0;
}

int ring_sleep_begin(struct ring_consumer *consumer, struct wait_word *ret_word)
{
    struct ring_record *record;

    if (consumer->broken)
        return 1;
    record = consumer_record(consumer, consumer->head);
    /* Partner: the exchange in ring_notify(). If that came first, its release makes the
     * committed length visible to the load below. */
    atomic_exchange_explicit(&consumer->shared->sleeping, 1, memory_order_acq_rel);
    if (atomic_load_explicit(&record->length, memory_order_acquire)) {
        ring_sleep_end(consumer);
        return 1;
    }
    ret_word->word = &consumer->shared->sleeping;
    ret_word->expected = 1;
    return 0;
}

void ring_sleep_end(struct ring_consumer *consumer)
{
    /* An exchange, no store: a store would cut the chain of exchanges through which the next
     * ring_sleep_begin() sees what was committed before a ring_notify() that found 0. */
    if (!consumer->broken)
        atomic_exchange_explicit(&consumer->shared->sleeping, 0, memory_order_acq_rel);
}

uint64_t ring_backlog(const struct ring_consumer *consumer)
{
    uint64_t tail;

    if (consumer->broken)
        return 0;
    /* Partner: the relaxed store in ring_commit(). */
    tail = atomic_load_explicit(&consumer->shared->tail, memory_order_relaxed);
    return min_u64(tail - consumer->head, consumer->capacity);
}
