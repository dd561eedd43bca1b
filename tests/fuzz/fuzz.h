/*
 * What a fuzz target includes: the entry point's prototype, and a check that stays in every
 * build. A target is one function that takes any bytes and must neither crash, nor leak, nor
 * fail a FUZZ_CHECK.
 */
#ifndef BOTHY_TESTS_FUZZ_H
#define BOTHY_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* Returns 0. `data` is exactly `size` bytes: what follows cannot be read. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Optional: called once, before the first input. Returns 0. */
int LLVMFuzzerInitialize(int *argc, char ***argv);

#define FUZZ_CHECK(condition)                                                                      \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: %s does not hold\n", __FILE__, __LINE__, #condition);          \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

#endif
