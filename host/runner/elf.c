/*
 * Writable globals of a shared object: see elf.h. With a symbol table the objects are counted
 * one by one; a stripped file is judged by the size of its sections, less what crtbegin.o puts
 * there.
 */
#include "config.h"

#include "runner/elf.h"

#include "base/clean.h"

#include <elf.h>
#include <link.h>
#include <stdio.h>
#include <string.h>

/* Of crtbegin.o: __dso_handle in .data, a flag in .bss, both padded to a word. */
#define TOOLCHAIN_BYTES 16

struct file {
    const uint8_t *bytes;
    size_t length;
    ElfW(Ehdr) header;
    uint64_t names_offset; /* of the section names */
    uint64_t names_length;
};

static int read_at(const struct file *file, uint64_t offset, void *to, size_t size)
{
    if (offset > file->length || size > file->length - offset)
        return 0;
    memcpy(to, file->bytes + offset, size);
    return 1;
}

static int read_section(const struct file *file, uint32_t index, ElfW(Shdr) * ret)
{
    return index < file->header.e_shnum &&
           read_at(file, file->header.e_shoff + (uint64_t)index * sizeof *ret, ret, sizeof *ret);
}

/* A NUL-terminated name within a string table, or NULL. */
static const char *name_at(const struct file *file, uint64_t table, uint64_t length,
                           uint64_t offset)
{
    if (table > file->length || length > file->length - table || offset >= length ||
        !memchr(file->bytes + table + offset, '\0', length - offset))
        return NULL;
    return (const char *)file->bytes + table + offset;
}

/* Sections that the loader makes read-only, or that only the toolchain writes. */
static int is_plain_data(const struct file *file, const ElfW(Shdr) * section)
{
    static const char *const others[] = { ".data.rel.ro",   ".init_array", ".fini_array",
                                          ".preinit_array", ".dynamic",    ".got",
                                          ".jcr",           ".ctors",      ".dtors",
                                          ".tm_clone_table" };
    const char *name;

    if ((section->sh_flags & (SHF_WRITE | SHF_ALLOC)) != (SHF_WRITE | SHF_ALLOC))
        return 0;
    name = name_at(file, file->names_offset, file->names_length, section->sh_name);
    for (size_t i = 0; name && i < ARRAY_SIZE(others); i++) {
        if (strncmp(name, others[i], strlen(others[i])) == 0)
            return 0;
    }
    return 1;
}

static int is_toolchain(const char *name)
{
    return strcmp(name, "__dso_handle") == 0 || strcmp(name, "__TMC_END__") == 0 ||
           strncmp(name, "completed.", 10) == 0 || strcmp(name, "completed") == 0 ||
           strncmp(name, "__odr_asan.", 11) == 0;
}

static void add_name(struct elf_globals *globals, const char *name)
{
    size_t used = strlen(globals->names);

    globals->symbols++;
    if (used + strlen(name) + 3 < sizeof globals->names)
        snprintf(globals->names + used, sizeof globals->names - used, "%s%s", used ? ", " : "",
                 name);
}

static void count_symbols(const struct file *file, const ElfW(Shdr) * table,
                          struct elf_globals *globals)
{
    uint64_t count = table->sh_size / sizeof(ElfW(Sym));
    ElfW(Shdr) strings;

    if (!read_section(file, table->sh_link, &strings))
        return;
    for (uint64_t i = 0; i < count; i++) {
        ElfW(Sym) symbol;
        ElfW(Shdr) section;
        uint32_t type;
        const char *name;

        if (!read_at(file, table->sh_offset + i * sizeof symbol, &symbol, sizeof symbol))
            return;
        type = ELF64_ST_TYPE(symbol.st_info);
        if ((type != STT_OBJECT && type != STT_TLS) || symbol.st_size == 0 ||
            !read_section(file, symbol.st_shndx, &section) || !is_plain_data(file, &section))
            continue;
        name = name_at(file, strings.sh_offset, strings.sh_size, symbol.st_name);
        if (!name || is_toolchain(name))
            continue;
        globals->bytes += symbol.st_size;
        add_name(globals, name);
    }
}

int32_t elf_find_globals(const uint8_t *bytes, size_t length, struct elf_globals *ret_globals,
                         struct bothy_error *error)
{
    struct file file = { bytes, length, { { 0 } }, 0, 0 };
    struct elf_globals globals = { 0 };
    ElfW(Shdr) section;
    uint64_t plain = 0;
    int has_symbols = 0;

    if (!read_at(&file, 0, &file.header, sizeof file.header) ||
        memcmp(file.header.e_ident, ELFMAG, SELFMAG) != 0 ||
        file.header.e_shentsize != sizeof(ElfW(Shdr)))
        return bothy_fail(error, BOTHY_ECORRUPT, "no ELF file of this machine");
    if (read_section(&file, file.header.e_shstrndx, &section)) {
        file.names_offset = section.sh_offset;
        file.names_length = section.sh_size;
    }
    for (uint32_t i = 0; i < file.header.e_shnum; i++) {
        if (!read_section(&file, i, &section))
            return bothy_fail(error, BOTHY_ECORRUPT, "its section headers are cut");
        if (section.sh_type == SHT_SYMTAB) {
            has_symbols = 1;
            count_symbols(&file, &section, &globals);
        } else if (is_plain_data(&file, &section)) {
            plain += section.sh_size;
        }
    }
    if (!has_symbols && plain > TOOLCHAIN_BYTES)
        globals.bytes = plain - TOOLCHAIN_BYTES;
    *ret_globals = globals;
    return 0;
}
