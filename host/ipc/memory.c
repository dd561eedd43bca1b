/*
 * Sealed shared memory: see memory.h. The order in memory_create() is the point: size, pages,
 * the maker's own mapping, and only then the seals.
 */
#include "config.h" /* _GNU_SOURCE */

#include "ipc/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clean.h"

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U
#endif

#define SEALS_OF_SIZE  (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)
#define SEALS_OF_WRITE (F_SEAL_FUTURE_WRITE | F_SEAL_WRITE)

static int make_memfd(const char *name, struct bothy_error *error)
{
    int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL);

    /* Kernels before 6.3 do not know that a memfd need not be executable. */
    if (fd < 0 && errno == EINVAL)
        fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0)
        return bothy_fail(error, BOTHY_EIO, "cannot make shared memory '%s': %m", name);
    return fd;
}

static int allocate_pages(int fd, const char *name, off_t size, struct bothy_error *error)
{
    int r;

    if (ftruncate(fd, size) < 0)
        return bothy_fail(error, BOTHY_EIO, "cannot size shared memory '%s': %m", name);
    do {
        r = fallocate(fd, 0, 0, size);
    } while (r < 0 && errno == EINTR);
    if (r < 0)
        return bothy_fail(error, BOTHY_ENOMEM,
                          "no memory for %lld bytes of shared memory '%s': %m; make its size in "
                          "the configuration smaller, or the memory limit larger",
                          (long long)size, name);
    return 0;
}

static int map_pages(int fd, int protection, size_t size, struct memory_map *ret_map,
                     struct bothy_error *error)
{
    void *address = mmap(NULL, size, protection, MAP_SHARED, fd, 0);

    if (address == MAP_FAILED)
        return bothy_fail(error, BOTHY_EIO, "cannot map %zu bytes of shared memory: %m", size);
    ret_map->address = address;
    ret_map->size = size;
    return 0;
}

int memory_create(const char *name, uint64_t size, enum memory_access peers,
                  struct memory_map *ret_map, int *ret_fd, struct bothy_error *error)
{
    _cleanup_close_ int fd = -1;
    struct memory_map map = { 0 };
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    int seals = SEALS_OF_SIZE;
    int r;

    if (size == 0 || size > MEMORY_SIZE_MAX)
        return bothy_fail(error, BOTHY_EINVAL,
                          "shared memory '%s' of %llu bytes: must be 1 to %llu bytes", name,
                          (unsigned long long)size, (unsigned long long)MEMORY_SIZE_MAX);
    size = (size + page - 1) & ~(page - 1);
    if (size > SIZE_MAX / 2)
        return bothy_fail(error, BOTHY_ENOMEM, "shared memory '%s': too large for this machine",
                          name);
    fd = make_memfd(name, error);
    if (fd < 0)
        return fd;
    r = allocate_pages(fd, name, (off_t)size, error);
    if (r < 0)
        return r;
    r = map_pages(fd, PROT_READ | PROT_WRITE, (size_t)size, &map, error);
    if (r < 0)
        return r;
    if (peers == MEMORY_READ_ONLY) {
        seals |= F_SEAL_FUTURE_WRITE;
        /* The seal does not reach mappings that exist: a forked child must not get this one. */
        if (madvise(map.address, map.size, MADV_DONTFORK) < 0) {
            r = bothy_fail(error, BOTHY_EIO, "cannot keep shared memory '%s' from children: %m",
                           name);
            goto fail;
        }
    }
    if (fcntl(fd, F_ADD_SEALS, seals) < 0) {
        r = bothy_fail(error, BOTHY_EIO,
                       "cannot seal shared memory '%s': %m (Linux 5.1 or later "
                       "is needed)",
                       name);
        goto fail;
    }
    *ret_map = map;
    *ret_fd = fd;
    fd = -1;
    return 0;
fail:
    memory_unmap(&map);
    return r;
}

/* Refuses what the peer could still resize, or write although it must not. */
static int check_seals(int fd, enum memory_access access, struct bothy_error *error)
{
    int seals = fcntl(fd, F_GET_SEALS);

    if (seals < 0)
        return bothy_fail(error, BOTHY_EPROTO, "descriptor %d is no sealed memory: %m", fd);
    if ((seals & SEALS_OF_SIZE) != SEALS_OF_SIZE)
        return bothy_fail(error, BOTHY_EPROTO,
                          "shared memory is not sealed (seals 0x%x): its owner could cut it off",
                          (unsigned)seals);
    if (access == MEMORY_READ_ONLY && !(seals & F_SEAL_FUTURE_WRITE))
        return bothy_fail(error, BOTHY_EPROTO,
                          "shared memory is not sealed against writing (seals 0x%x)",
                          (unsigned)seals);
    if (access == MEMORY_READ_WRITE && (seals & SEALS_OF_WRITE))
        return bothy_fail(error, BOTHY_EPROTO,
                          "shared memory is sealed against writing (seals 0x%x), and must be "
                          "written",
                          (unsigned)seals);
    return 0;
}

int memory_attach(int fd, enum memory_access access, uint64_t min_size, uint64_t max_size,
                  struct memory_map *ret_map, struct bothy_error *error)
{
    int protection = access == MEMORY_READ_WRITE ? PROT_READ | PROT_WRITE : PROT_READ;
    struct stat status;
    int r;

    /* First the seals, then the size: only what is sealed keeps the size that we see. */
    r = check_seals(fd, access, error);
    if (r < 0)
        return r;
    if (fstat(fd, &status) < 0)
        return bothy_fail(error, BOTHY_EIO, "cannot inspect descriptor %d: %m", fd);
    if (status.st_size < 0 || (uint64_t)status.st_size < min_size ||
        (uint64_t)status.st_size > max_size || (uint64_t)status.st_size > SIZE_MAX / 2)
        return bothy_fail(
            error, BOTHY_EPROTO, "shared memory has %lld bytes, expected %llu to %llu",
            (long long)status.st_size, (unsigned long long)min_size, (unsigned long long)max_size);
    return map_pages(fd, protection, (size_t)status.st_size, ret_map, error);
}

void memory_unmap(struct memory_map *map)
{
    if (map->address)
        munmap(map->address, map->size);
    map->address = NULL;
    map->size = 0;
}
