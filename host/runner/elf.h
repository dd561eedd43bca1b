/*
 * What of a shared object stays writable while it runs: the globals that a plugin must not have.
 * The file is untrusted: every offset and count is checked against its length.
 */
#ifndef BOTHY_RUNNER_ELF_H
#define BOTHY_RUNNER_ELF_H

#include <bothy/base.h>

struct elf_globals {
    uint64_t bytes;   /* of writable data that is not the toolchain's own */
    uint32_t symbols; /* how many names there were */
    char names[192];  /* the first of them, "counter, table" */
};

/* Effect: reads the section headers of a native ELF file in memory. Errors: BOTHY_ECORRUPT. */
int32_t elf_find_globals(const uint8_t *file, size_t length, struct elf_globals *ret_globals,
                         struct bothy_error *error);

#endif
