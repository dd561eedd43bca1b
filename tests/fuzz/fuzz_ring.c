/*
 * Shared memory whose other holder writes whatever it likes: rings (either end), the log and the
 * last-value table. The input is a script: its first byte chooses what is under test, then come
 * steps of the honest end and, between them, writes of the peer. Whatever the peer writes, the
 * honest end returns one of its documented codes and stays within the memory, which lies between
 * pages that cannot be touched.
 *
 *     'w' offset:u16 length:u8 bytes    the peer writes (the offset counts eights in a log)
 *     'p' length:u16                    the producer or writer adds a record
 *     'g'                               the reader takes one
 *     'b'                               the end under test binds anew
 *     'n' 's' 'k'                       notify or publish; sleep; seek or resync
 */
#include "fuzz.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ipc/broadcast.h"
#include "ipc/lastvalue.h"
#include "ipc/ring.h"

#define GENERATION 7
#define RING_SIZE  (RING_DATA_OFFSET + RING_CAPACITY_MIN)
#define LOG_SIZE   (BROADCAST_DATA_OFFSET + BROADCAST_CAPACITY_MIN)
#define TABLE_SIZE (LASTVALUE_DATA_OFFSET + 4096)
#define BUFFER     1000
#define CANARY     0xa5

struct script {
    const uint8_t *data;
    size_t size;
    size_t at;
};

static uint8_t buffer[BUFFER + 16];

/* Memory between two pages that cannot be touched. */
static uint8_t *guarded(size_t size)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    uint8_t *memory = mmap(NULL, size + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    FUZZ_CHECK(memory != MAP_FAILED);
    FUZZ_CHECK(mprotect(memory + page, size, PROT_READ | PROT_WRITE) == 0);
    return memory + page;
}

static uint32_t next_number(struct script *script, int bytes)
{
    uint32_t number = 0;

    while (bytes-- && script->at < script->size)
        number = number << 8 | script->data[script->at++];
    return number;
}

static void peer_writes(struct script *script, uint8_t *memory, size_t size)
{
    size_t offset = next_number(script, 2) * (size > 65536 ? 8 : 1) % size;
    size_t length = next_number(script, 1);

    if (length > script->size - script->at)
        length = script->size - script->at;
    if (length > size - offset)
        length = size - offset;
    memcpy(memory + offset, script->data + script->at, length);
    script->at += length;
}

static void check_result(int r, int allow_range)
{
    FUZZ_CHECK(r == 0 || r == BOTHY_EAGAIN || r == BOTHY_EPROTO || r == BOTHY_EINVAL ||
               (allow_range && r == BOTHY_ERANGE));
}

static void check_buffer(int r, size_t length)
{
    FUZZ_CHECK(r != 0 || length <= BUFFER);
    for (size_t i = BUFFER; i < sizeof buffer; i++)
        FUZZ_CHECK(buffer[i] == CANARY);
}

static void fuzz_ring(struct script *script)
{
    static uint8_t *memory;
    struct ring_producer producer;
    struct ring_consumer consumer;
    struct bothy_error error;
    struct wait_word word;
    size_t length = 0;
    uint64_t head;
    int r;

    if (!memory)
        memory = guarded(RING_SIZE);
    memset(memory, 0, RING_SIZE);
    FUZZ_CHECK(ring_format(memory, RING_SIZE, GENERATION, &error) == 0);
    FUZZ_CHECK(ring_bind_producer(memory, RING_SIZE, GENERATION, -1, &producer, &error) == 0);
    FUZZ_CHECK(ring_bind_consumer(memory, RING_SIZE, GENERATION, &consumer, &error) == 0);
    while (script->at < script->size) {
        switch (next_number(script, 1)) {
        case 'w':
            peer_writes(script, memory, RING_SIZE);
            break;
        case 'p':
            r = ring_write(&producer, memory, next_number(script, 2) % BUFFER, &error);
            check_result(r, 0);
            break;
        case 'g':
            head = consumer.head;
            r = ring_read(&consumer, buffer, BUFFER, &length, &error);
            check_result(r, 0);
            check_buffer(r, length);
            FUZZ_CHECK(r == 0 ? consumer.head > head && consumer.head % RING_ALIGN == 0
                              : consumer.head == head);
            break;
        case 'b':
            r = ring_bind_consumer(memory, RING_SIZE, GENERATION, &consumer, &error);
            FUZZ_CHECK(r == 0 || r == BOTHY_EPROTO || r == BOTHY_EEXIST);
            break;
        case 'n':
            ring_notify(&producer);
            break;
        case 's':
            FUZZ_CHECK(ring_backlog(&consumer) <= RING_CAPACITY_MIN);
            if (!ring_sleep_begin(&consumer, &word))
                ring_sleep_end(&consumer);
            break;
        default:
            break;
        }
    }
}

static void fuzz_log(struct script *script)
{
    static uint8_t *memory;
    struct broadcast_writer writer;
    struct broadcast_reader reader;
    struct broadcast_place place, lost;
    struct bothy_error error;
    struct wait_word word;
    size_t length = 0;
    int r;

    if (!memory)
        memory = guarded(LOG_SIZE);
    memset(memory, 0, LOG_SIZE);
    FUZZ_CHECK(broadcast_format(memory, LOG_SIZE, GENERATION, 1, &writer, &error) == 0);
    FUZZ_CHECK(broadcast_bind(memory, LOG_SIZE, GENERATION, &reader, &error) == 0);
    place = writer.next;
    while (script->at < script->size) {
        switch (next_number(script, 1)) {
        case 'w':
            peer_writes(script, memory, LOG_SIZE);
            break;
        case 'p':
            r = broadcast_append(&writer, memory, next_number(script, 2) % BUFFER, NULL, &error);
            check_result(r, 0);
            break;
        case 'g':
            lost = reader.next;
            r = broadcast_read(&reader, buffer, BUFFER, &length, &place, &error);
            check_result(r, 1);
            check_buffer(r, length);
            FUZZ_CHECK(reader.next.sequence == lost.sequence + (r == 0));
            FUZZ_CHECK(reader.next.position % BROADCAST_ALIGN == 0);
            break;
        case 'b':
            r = broadcast_bind(memory, LOG_SIZE, GENERATION, &reader, &error);
            check_result(r, 0);
            break;
        case 'n':
            broadcast_publish(&writer);
            break;
        case 's':
            if (broadcast_lag(&reader))
                FUZZ_CHECK(broadcast_sleep_begin(&reader, &word) == 1);
            break;
        case 'k':
            if (broadcast_seek(&reader, place, &error) < 0) {
                r = broadcast_resync(&reader, &lost, &error);
                check_result(r, 0);
            }
            break;
        default:
            break;
        }
    }
}

static void fuzz_table(struct script *script)
{
    static const struct lastvalue_shape shape = { .slots = 4, .cells = 2, .cell_size = { 3, 64 } };
    static uint8_t *memory;
    struct lastvalue_writer writer;
    struct lastvalue_reader reader;
    struct lastvalue_slot slot;
    struct bothy_error error;
    uint64_t sequence;
    int r;

    if (!memory)
        memory = guarded(TABLE_SIZE);
    memset(memory, 0, TABLE_SIZE);
    FUZZ_CHECK(lastvalue_format(memory, TABLE_SIZE, &shape, GENERATION, &writer, &error) == 0);
    FUZZ_CHECK(lastvalue_bind(memory, TABLE_SIZE, GENERATION, &reader, &error) == 0);
    while (script->at < script->size) {
        uint32_t number;

        switch (next_number(script, 1)) {
        case 'w':
            peer_writes(script, memory, TABLE_SIZE);
            break;
        case 'p':
            number = next_number(script, 2);
            r = lastvalue_store(&writer, number >> 8, number & 0xff, number, memory, &error);
            FUZZ_CHECK(r == 0 || r == BOTHY_EINVAL);
            break;
        case 'g':
            number = next_number(script, 1);
            r = lastvalue_load(&reader, number >> 4, number & 15, buffer, BUFFER, &sequence,
                               &error);
            FUZZ_CHECK(r == 0 || r == BOTHY_ENOENT || r == BOTHY_EAGAIN || r == BOTHY_EINVAL);
            check_buffer(r, 0);
            break;
        case 'k':
            number = next_number(script, 1);
            r = lastvalue_load_slot(&reader, number >> 4, &slot, &error);
            FUZZ_CHECK(r == 0 || r == BOTHY_EAGAIN || r == BOTHY_EINVAL);
            if (r == 0 && lastvalue_cell(&reader, &slot, number & 15, &sequence))
                FUZZ_CHECK(sequence != 0);
            break;
        case 'b':
            r = lastvalue_bind(memory, TABLE_SIZE, GENERATION, &reader, &error);
            FUZZ_CHECK(r == 0 || r == BOTHY_EPROTO);
            break;
        default:
            break;
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct script script = { data, size, 1 };

    if (size < 1)
        return 0;
    memset(buffer, CANARY, sizeof buffer);
    switch (data[0] % 3) {
    case 0:
        fuzz_ring(&script);
        break;
    case 1:
        fuzz_log(&script);
        break;
    default:
        fuzz_table(&script);
        break;
    }
    return 0;
}
