/*
 * Scope-bound clean-up and small helpers that every room uses. No state, no policy.
 */
#ifndef BOTHY_BASE_CLEAN_H
#define BOTHY_BASE_CLEAN_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#define _cleanup_(f) __attribute__((cleanup(f)))

static inline void clean_freep(void *p)
{
    free(*(void **)p);
}

static inline void clean_closep(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

#define _cleanup_free_  _cleanup_(clean_freep)
#define _cleanup_close_ _cleanup_(clean_closep)

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static inline uint64_t min_u64(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

#endif
