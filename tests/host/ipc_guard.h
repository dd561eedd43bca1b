/*
 * Memory for the tests of host/ipc: between two pages that nobody may touch, so that a step
 * outside is a crash even without a sanitizer; and payloads that carry their own number, so that
 * a torn, lost or doubled record shows.
 */
#ifndef BOTHY_TESTS_IPC_GUARD_H
#define BOTHY_TESTS_IPC_GUARD_H

#include <check.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Zeroed, shared with forked children; size is a multiple of the page size. Never freed. */
static inline uint8_t *guarded_memory(size_t size)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    uint8_t *memory = mmap(NULL, size + 2 * page, PROT_NONE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    ck_assert_ptr_ne(memory, MAP_FAILED);
    ck_assert_int_eq(mprotect(memory + page, size, PROT_READ | PROT_WRITE), 0);
    return memory + page;
}

#define NUMBERED_MIN 8

/* A length that depends on the number, from NUMBERED_MIN to most. */
static inline size_t numbered_length(uint64_t number, size_t most)
{
    return NUMBERED_MIN +
           (size_t)((number * UINT64_C(0x9e3779b97f4a7c15)) >> 40) % (most - NUMBERED_MIN + 1);
}

static inline void numbered_fill(uint8_t *payload, size_t length, uint64_t number)
{
    memcpy(payload, &number, sizeof number);
    for (size_t i = sizeof number; i < length; i++)
        payload[i] = (uint8_t)(number + i);
}

/* Whether the payload is, whole, the one of its number, which is put into *ret_number. */
static inline int numbered_whole(const uint8_t *payload, size_t length, size_t most,
                                 uint64_t *ret_number)
{
    uint64_t number;

    if (length < NUMBERED_MIN)
        return 0;
    memcpy(&number, payload, sizeof number);
    if (length != numbered_length(number, most))
        return 0;
    for (size_t i = sizeof number; i < length; i++) {
        if (payload[i] != (uint8_t)(number + i))
            return 0;
    }
    *ret_number = number;
    return 1;
}

#endif
