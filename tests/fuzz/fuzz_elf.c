/* Any bytes as a shared object whose writable globals are looked for. */
#include "fuzz.h"

#include "runner/elf.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct elf_globals globals;

    memset(&globals, 0x55, sizeof globals);
    if (elf_find_globals(data, size, &globals, NULL) == 0)
        FUZZ_CHECK(memchr(globals.names, '\0', sizeof globals.names) != NULL);
    return 0;
}
