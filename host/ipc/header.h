/*
 * ipc/header.h: the first bytes of every piece of shared memory: what it is, and for whom. The
 * maker writes them once, before the descriptor leaves its process.
 */
#ifndef BOTHY_IPC_HEADER_H
#define BOTHY_IPC_HEADER_H

#include <bothy/base.h>

struct ipc_header {
    uint64_t magic;
    uint32_t version;
    uint32_t data_offset; /* where the data begins */
    uint64_t capacity;    /* bytes of data */
    uint64_t generation;  /* of the incarnation that it serves */
};

/*
 * Effect: reads the header out of memory of `size` bytes that a peer may be changing, and
 * compares all but the capacity with `expected`; *ret_capacity is known to lie within the memory.
 * `what` is for the text: "ring", "log". Errors: BOTHY_EPROTO, BOTHY_EINVAL (memory NULL or not
 * aligned to 128 bytes).
 */
int header_check(const void *memory, size_t size, const struct ipc_header *expected,
                 const char *what, uint64_t *ret_capacity,
                 struct bothy_error *error) BOTHY_CHECK_RESULT;

/* Effect: refuses a capacity that is no power of two from min to max, with `code`. */
int header_check_capacity(uint64_t capacity, uint64_t min, uint64_t max, const char *what, int code,
                          struct bothy_error *error) BOTHY_CHECK_RESULT;

#endif
