/*
 * ipc/words.h: copies between private memory and shared memory that may change during the copy,
 * by atomic 64-bit words: a torn copy is possible and is found by whoever asked for it, but
 * every word is whole and the compiler may not read any of them twice.
 *
 * Order instead of fences: every word is stored with release and loaded with acquire. What the
 * writer stored before its first word (claimed, an odd version) is therefore visible to a reader
 * that saw any of the words, when it looks at it after the copy. On x86-64 both are plain moves,
 * and the thread sanitizer understands them.
 *
 * Shared addresses are aligned to 8 bytes; the shared side is written and read up to the next
 * multiple of 8, the private side to the byte.
 */
#ifndef BOTHY_IPC_WORDS_H
#define BOTHY_IPC_WORDS_H

#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

_Static_assert(sizeof(_Atomic uint64_t) == sizeof(uint64_t), "an atomic word has no lock in it");

/* Partner: words_load() in the readers. */
static inline void words_store(void *shared, const void *private, size_t length)
{
    _Atomic uint64_t *to = shared;
    const uint8_t *from = private;
    uint64_t word;

    for (; length >= 8; length -= 8, from += 8) {
        memcpy(&word, from, 8);
        atomic_store_explicit(to++, word, memory_order_release);
    }
    if (length) {
        word = 0;
        memcpy(&word, from, length);
        atomic_store_explicit(to, word, memory_order_release);
    }
}

/* Partner: words_store() in the writer. */
static inline void words_load(void *private, const void *shared, size_t length)
{
    const _Atomic uint64_t *from = shared;
    uint8_t *to = private;
    uint64_t word;

    for (; length >= 8; length -= 8, to += 8) {
        word = atomic_load_explicit(from++, memory_order_acquire);
        memcpy(to, &word, 8);
    }
    if (length) {
        word = atomic_load_explicit(from, memory_order_acquire);
        memcpy(to, &word, length);
    }
}

#endif
