/*
 * Headers of shared memory: see header.h.
 */
#include "ipc/header.h"

#include "ipc/words.h"

#define MEMORY_ALIGN 128

int header_check(const void *memory, size_t size, const struct ipc_header *expected,
                 const char *what, uint64_t *ret_capacity, struct bothy_error *error)
{
    struct ipc_header seen;

    if (!memory || (uintptr_t)memory % MEMORY_ALIGN)
        return bothy_fail(error, BOTHY_EINVAL, "%s: memory must be aligned to %d bytes", what,
                          MEMORY_ALIGN);
    if (size < expected->data_offset)
        return bothy_fail(error, BOTHY_EPROTO, "%s: memory of %zu bytes has no room for a header",
                          what, size);
    words_load(&seen, memory, sizeof seen);
    if (seen.magic != expected->magic)
        return bothy_fail(error, BOTHY_EPROTO, "%s: this is none: magic is 0x%016llx", what,
                          (unsigned long long)seen.magic);
    if (seen.version != expected->version)
        return bothy_fail(error, BOTHY_EPROTO,
                          "%s: laid out in version %u, this program speaks %u; install all of "
                          "bothy from one build",
                          what, seen.version, expected->version);
    if (seen.data_offset != expected->data_offset)
        return bothy_fail(error, BOTHY_EPROTO, "%s: data at %u, expected %u", what,
                          seen.data_offset, expected->data_offset);
    if (seen.generation != expected->generation)
        return bothy_fail(error, BOTHY_EPROTO, "%s: of generation %llu, expected %llu", what,
                          (unsigned long long)seen.generation,
                          (unsigned long long)expected->generation);
    if (seen.capacity > size - expected->data_offset)
        return bothy_fail(error, BOTHY_EPROTO, "%s: says it holds %llu bytes, the memory has %zu",
                          what, (unsigned long long)seen.capacity, size - expected->data_offset);
    *ret_capacity = seen.capacity;
    return 0;
}

int header_check_capacity(uint64_t capacity, uint64_t min, uint64_t max, const char *what, int code,
                          struct bothy_error *error)
{
    if (capacity < min || capacity > max || (capacity & (capacity - 1)))
        return bothy_fail(error, code, "%s: capacity %llu must be a power of two from %llu to %llu",
                          what, (unsigned long long)capacity, (unsigned long long)min,
                          (unsigned long long)max);
    return 0;
}
