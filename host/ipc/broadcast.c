/*
 * The log: see broadcast.h for the layout. The one question is whether a copy is whole; it is
 * answered after the copy, by `claimed`. A header that makes no sense is therefore first asked
 * whether it was overwritten meanwhile, and only then called a lie.
 */
#include "ipc/broadcast.h"

#include <string.h>
#include <unistd.h>

#include "base/clean.h"
#include "ipc/words.h"

#define WHAT         "log"
#define RESYNC_TRIES 100

_Static_assert(sizeof(struct broadcast_record) == BROADCAST_RECORD_HEADER, "a header has no holes");
_Static_assert(sizeof(struct broadcast_shared) <= BROADCAST_DATA_OFFSET, "the data begins behind");
_Static_assert(BROADCAST_CLAIM * 4 <= BROADCAST_CAPACITY_MIN, "a step is small beside the log");

static const struct ipc_header header_of_log = {
    .magic = BROADCAST_MAGIC,
    .version = BROADCAST_VERSION,
    .data_offset = BROADCAST_DATA_OFFSET,
};

static uint64_t span_of(uint64_t payload)
{
    return (payload + BROADCAST_RECORD_HEADER + BROADCAST_ALIGN - 1) &
           ~(uint64_t)(BROADCAST_ALIGN - 1);
}

/* ---- the writer ---- */

static struct broadcast_record *writer_record(const struct broadcast_writer *writer,
                                              uint64_t position)
{
    return (struct broadcast_record *)(writer->data + (position & (writer->capacity - 1)));
}

/* Partner: words_load() of headers in the readers. */
static void write_header(struct broadcast_record *record, uint64_t length, uint64_t sequence)
{
    atomic_store_explicit(&record->length, length, memory_order_release);
    atomic_store_explicit(&record->sequence, sequence, memory_order_release);
}

/* Gives up what will be overwritten up to `end`, before the first byte of it is. */
static void claim(struct broadcast_writer *writer, uint64_t end)
{
    if (end <= writer->claimed)
        return;
    writer->claimed = (end + BROADCAST_CLAIM - 1) & ~(BROADCAST_CLAIM - 1);
    /* Relaxed: the release-stores of data that follow carry it. Partner: the load in lapped(). */
    atomic_store_explicit(&writer->shared->claimed, writer->claimed, memory_order_relaxed);
}

int broadcast_format(void *memory, size_t size, uint64_t generation, uint64_t first_sequence,
                     struct broadcast_writer *ret_writer, struct bothy_error *error)
{
    struct broadcast_writer writer = { .shared = memory, .generation = generation };
    int r;

    if (size < BROADCAST_DATA_OFFSET)
        return bothy_fail(error, BOTHY_EINVAL, WHAT ": memory of %zu bytes is too small", size);
    writer.capacity = size - BROADCAST_DATA_OFFSET;
    r = header_check_capacity(writer.capacity, BROADCAST_CAPACITY_MIN, BROADCAST_CAPACITY_MAX, WHAT,
                              BOTHY_EINVAL, error);
    if (r < 0)
        return r;
    if (first_sequence == 0)
        return bothy_fail(error, BOTHY_EINVAL, WHAT ": sequence numbers begin at 1");
    writer.data = (uint8_t *)memory + BROADCAST_DATA_OFFSET;
    writer.next.sequence = first_sequence;
    writer.shared->header = header_of_log;
    writer.shared->header.capacity = writer.capacity;
    writer.shared->header.generation = generation;
    claim(&writer, BROADCAST_RECORD_HEADER);
    write_header(writer_record(&writer, 0), 0, first_sequence);
    *ret_writer = writer;
    return 0;
}

int broadcast_create(const char *name, uint64_t capacity, uint64_t generation,
                     uint64_t first_sequence, struct broadcast_writer *ret_writer, int *ret_fd,
                     struct bothy_error *error)
{
    struct memory_map map;
    int fd;
    int r = header_check_capacity(capacity, BROADCAST_CAPACITY_MIN, BROADCAST_CAPACITY_MAX, WHAT,
                                  BOTHY_EINVAL, error);

    if (r < 0)
        return r;
    r = memory_create(name, BROADCAST_DATA_OFFSET + capacity, MEMORY_READ_ONLY, &map, &fd, error);
    if (r < 0)
        return r;
    r = broadcast_format(map.address, (size_t)(BROADCAST_DATA_OFFSET + capacity), generation,
                         first_sequence, ret_writer, error);
    if (r < 0) {
        memory_unmap(&map);
        close(fd);
        return r;
    }
    ret_writer->map = map;
    *ret_fd = fd;
    return 0;
}

void broadcast_writer_close(struct broadcast_writer *writer)
{
    memory_unmap(&writer->map);
    memset(writer, 0, sizeof *writer);
}

int broadcast_append(struct broadcast_writer *writer, const void *payload, size_t length,
                     struct broadcast_place *ret_place, struct bothy_error *error)
{
    struct broadcast_record *record;
    uint64_t room, span, padding, end;

    if (length > BROADCAST_PAYLOAD_MAX(writer->capacity))
        return bothy_fail(error, BOTHY_EINVAL, WHAT ": a record of %zu bytes, at most %llu fit",
                          length, (unsigned long long)BROADCAST_PAYLOAD_MAX(writer->capacity));
    room = writer->capacity - (writer->next.position & (writer->capacity - 1));
    span = span_of(length);
    padding = span > room ? room : 0;
    end = writer->next.position + padding + span;
    /* An unpublished batch may not run into its own beginning. */
    if (end - writer->published > writer->capacity / 2)
        return bothy_fail(error, BOTHY_EAGAIN, WHAT ": half of it is unpublished");
    claim(writer, end + BROADCAST_RECORD_HEADER);
    if (padding) {
        write_header(writer_record(writer, writer->next.position), padding | BROADCAST_PADDING,
                     writer->next.sequence);
        writer->next.position += padding;
    }
    record = writer_record(writer, writer->next.position);
    write_header(record, length + BROADCAST_RECORD_HEADER, writer->next.sequence);
    words_store(record + 1, payload, length);
    if (ret_place)
        *ret_place = writer->next;
    writer->next.position = end;
    writer->next.sequence++;
    return 0;
}

void broadcast_publish(struct broadcast_writer *writer)
{
    struct broadcast_shared *shared = writer->shared;
    uint32_t rings;

    if (writer->next.position == writer->published)
        return;
    write_header(writer_record(writer, writer->next.position), 0, writer->next.sequence);
    writer->published = writer->next.position;
    /* Partner: the acquire-loads of tail in the readers. */
    atomic_store_explicit(&shared->tail, writer->published, memory_order_release);
    /* Only the writer changes the doorbell, so it may load and store. Partner: the acquire-load
     * in broadcast_sleep_begin(): who sees the new number sees the new tail. */
    rings = atomic_load_explicit(&shared->doorbell, memory_order_relaxed);
    atomic_store_explicit(&shared->doorbell, rings + 1, memory_order_release);
    wait_wake_all(&shared->doorbell);
}

/* ---- the readers ---- */

static uint64_t load_tail(const struct broadcast_reader *reader)
{
    /* Partner: the release-store in broadcast_publish(). */
    return atomic_load_explicit(&reader->shared->tail, memory_order_acquire);
}

/* Whether anything from `position` on may have been overwritten before now. */
static int lapped(const struct broadcast_reader *reader, uint64_t position)
{
    /* Partner: the store in claim(). This load comes after the acquire-loads of the data, and a
     * word of the data that was new brought its claim along. */
    uint64_t claimed = atomic_load_explicit(&reader->shared->claimed, memory_order_acquire);

    return claimed - position > reader->capacity;
}

static const struct broadcast_record *reader_record(const struct broadcast_reader *reader,
                                                    uint64_t position)
{
    return (const struct broadcast_record *)(reader->data + (position & (reader->capacity - 1)));
}

/* A private copy of a header. */
struct label {
    uint64_t length;
    uint64_t sequence;
};

static struct label load_header(const struct broadcast_reader *reader, uint64_t position)
{
    struct label label;

    words_load(&label, reader_record(reader, position), sizeof label);
    return label;
}

static int fail_broken(struct bothy_error *error)
{
    return bothy_fail(error, BOTHY_EPROTO,
                      WHAT ": out of use: it is closed, or contradicted itself");
}

static int fail_tail(struct broadcast_reader *reader, uint64_t tail, struct bothy_error *error)
{
    reader->broken = 1;
    return bothy_fail(error, BOTHY_EPROTO, WHAT ": its end is at %llu, behind the reader at %llu",
                      (unsigned long long)tail, (unsigned long long)reader->next.position);
}

static int fail_sequence(struct broadcast_reader *reader, struct broadcast_place place,
                         uint64_t sequence, struct bothy_error *error)
{
    reader->broken = 1;
    return bothy_fail(error, BOTHY_EPROTO, WHAT ": record at %llu has sequence %llu, expected %llu",
                      (unsigned long long)place.position, (unsigned long long)sequence,
                      (unsigned long long)place.sequence);
}

static int fail_length(struct broadcast_reader *reader, struct broadcast_place place,
                       uint64_t length, uint64_t most, struct bothy_error *error)
{
    reader->broken = 1;
    return bothy_fail(error, BOTHY_EPROTO,
                      WHAT ": record %llu at %llu has length 0x%llx with its header, possible are "
                           "%u to %llu",
                      (unsigned long long)place.sequence, (unsigned long long)place.position,
                      (unsigned long long)length, BROADCAST_RECORD_HEADER,
                      (unsigned long long)most);
}

int broadcast_bind(const void *memory, size_t size, uint64_t generation,
                   struct broadcast_reader *ret_reader, struct bothy_error *error)
{
    struct broadcast_reader reader = { .shared = memory, .generation = generation };
    struct ipc_header expected = header_of_log;
    int r;

    expected.generation = generation;
    r = header_check(memory, size, &expected, WHAT, &reader.capacity, error);
    if (r == 0)
        r = header_check_capacity(reader.capacity, BROADCAST_CAPACITY_MIN, BROADCAST_CAPACITY_MAX,
                                  WHAT, BOTHY_EPROTO, error);
    if (r < 0)
        return r;
    reader.data = (const uint8_t *)memory + BROADCAST_DATA_OFFSET;
    r = broadcast_resync(&reader, NULL, error);
    if (r < 0)
        return r;
    *ret_reader = reader;
    return 0;
}

int broadcast_attach(int fd, uint64_t generation, struct broadcast_reader *ret_reader,
                     struct bothy_error *error)
{
    struct memory_map map;
    /* The upper limit leaves room for rounding up to a large page. */
    int r = memory_attach(fd, MEMORY_READ_ONLY, BROADCAST_DATA_OFFSET + BROADCAST_CAPACITY_MIN,
                          2 * BROADCAST_CAPACITY_MAX, &map, error);

    if (r < 0)
        return r;
    r = broadcast_bind(map.address, map.size, generation, ret_reader, error);
    if (r < 0)
        memory_unmap(&map);
    else
        ret_reader->map = map;
    return r;
}

void broadcast_reader_close(struct broadcast_reader *reader)
{
    memory_unmap(&reader->map);
    memset(reader, 0, sizeof *reader);
    reader->broken = 1;
}

/* Finds out how far the log goes. Returns 0, BOTHY_EAGAIN, BOTHY_ERANGE or BOTHY_EPROTO. */
static int look_ahead(struct broadcast_reader *reader, struct bothy_error *error)
{
    uint64_t tail = load_tail(reader);

    if (tail == reader->next.position)
        return BOTHY_EAGAIN;
    if (tail < reader->next.position || tail % BROADCAST_ALIGN)
        return fail_tail(reader, tail, error);
    if (tail - reader->next.position > reader->capacity)
        return BOTHY_ERANGE;
    reader->tail_seen = tail;
    return 0;
}

/*
 * Checks a header at *place and steps over it if it is padding. Returns the length of a record
 * with its header, 0 if it was padding, or BOTHY_EPROTO.
 */
static int64_t judge_header(struct broadcast_reader *reader, struct broadcast_place *place,
                            struct label label, struct bothy_error *error)
{
    uint64_t room = reader->capacity - (place->position & (reader->capacity - 1));
    uint64_t most = span_of(BROADCAST_PAYLOAD_MAX(reader->capacity));

    if (label.sequence != place->sequence)
        return fail_sequence(reader, *place, label.sequence, error);
    most = min_u64(min_u64(most, room), reader->tail_seen - place->position);
    if (label.length & BROADCAST_PADDING) {
        /* Padding reaches to the end and a record follows it. */
        if ((label.length ^ BROADCAST_PADDING) != room ||
            room >= reader->tail_seen - place->position)
            return fail_length(reader, *place, label.length, most, error);
        place->position += room;
        return 0;
    }
    if (label.length < BROADCAST_RECORD_HEADER || label.length > most)
        return fail_length(reader, *place, label.length, most, error);
    return (int64_t)label.length;
}

int broadcast_read(struct broadcast_reader *reader, void *buffer, size_t capacity,
                   size_t *ret_length, struct broadcast_place *ret_place, struct bothy_error *error)
{
    struct broadcast_place place = reader->next;
    struct label label;
    int64_t length = 0;
    size_t payload;

    if (reader->broken)
        return fail_broken(error);
    if (reader->tail_seen == place.position) {
        int r = look_ahead(reader, error);

        if (r < 0)
            return r;
    }
    /* Twice at most: behind padding is offset 0, where padding of that length cannot be. */
    while (length == 0) {
        label = load_header(reader, place.position);
        if (lapped(reader, place.position))
            return BOTHY_ERANGE;
        length = judge_header(reader, &place, label, error);
        if (length < 0)
            return (int)length;
    }
    payload = (size_t)length - BROADCAST_RECORD_HEADER;
    if (payload > capacity)
        return fail_length(reader, place, label.length, BROADCAST_RECORD_HEADER + capacity, error);
    words_load(buffer, reader_record(reader, place.position) + 1, payload);
    if (lapped(reader, place.position))
        return BOTHY_ERANGE;
    reader->next.position = place.position + span_of(payload);
    reader->next.sequence = place.sequence + 1;
    *ret_length = payload;
    if (ret_place)
        *ret_place = place;
    return 0;
}

int broadcast_resync(struct broadcast_reader *reader, struct broadcast_place *ret_lost,
                     struct bothy_error *error)
{
    if (reader->broken)
        return fail_broken(error);
    for (int i = 0; i < RESYNC_TRIES; i++) {
        struct broadcast_place place = { .position = load_tail(reader) };

        if (place.position < reader->next.position || place.position % BROADCAST_ALIGN)
            return fail_tail(reader, place.position, error);
        /* The header at the end carries the number of the record to come, and keeps it. */
        place.sequence = load_header(reader, place.position).sequence;
        if (lapped(reader, place.position))
            continue;
        if (place.sequence == 0 || place.sequence < reader->next.sequence)
            return fail_sequence(reader, place, place.sequence, error);
        if (ret_lost)
            *ret_lost = reader->next;
        reader->next = place;
        reader->tail_seen = place.position;
        return 0;
    }
    return bothy_fail(error, BOTHY_EAGAIN, WHAT ": overtaken at each of %d tries", RESYNC_TRIES);
}

int broadcast_seek(struct broadcast_reader *reader, struct broadcast_place place,
                   struct bothy_error *error)
{
    uint64_t tail, sequence;

    if (reader->broken)
        return fail_broken(error);
    tail = load_tail(reader);
    if (tail % BROADCAST_ALIGN)
        return fail_tail(reader, tail, error);
    if (place.position > tail || place.position % BROADCAST_ALIGN || place.sequence == 0)
        return bothy_fail(error, BOTHY_EINVAL,
                          WHAT ": no record can begin at %llu, its end is %llu",
                          (unsigned long long)place.position, (unsigned long long)tail);
    sequence = load_header(reader, place.position).sequence;
    if (lapped(reader, place.position))
        return BOTHY_ERANGE;
    if (sequence != place.sequence)
        return bothy_fail(error, BOTHY_EINVAL, WHAT ": no record %llu begins at %llu",
                          (unsigned long long)place.sequence, (unsigned long long)place.position);
    reader->next = place;
    reader->tail_seen = tail;
    return 0;
}

int broadcast_sleep_begin(const struct broadcast_reader *reader, struct wait_word *ret_word)
{
    uint32_t rings;

    if (reader->broken)
        return 1;
    /* First the doorbell, then the end: partner: the stores in broadcast_publish(), which come
     * in the opposite order. A publication after this load changes what the kernel compares. */
    rings = atomic_load_explicit(&reader->shared->doorbell, memory_order_acquire);
    if (load_tail(reader) != reader->next.position)
        return 1;
    ret_word->word = &reader->shared->doorbell;
    ret_word->expected = rings;
    return 0;
}

uint64_t broadcast_lag(const struct broadcast_reader *reader)
{
    uint64_t tail;

    if (reader->broken)
        return 0;
    tail = load_tail(reader);
    return tail > reader->next.position ? tail - reader->next.position : 0;
}
