/*
 * ipc/memory.h: shared memory that a peer cannot pull away. A piece of memory is a memfd that
 * is sealed before its descriptor leaves the process that made it; whoever receives one maps
 * it only after it has seen the seals and the size.
 *
 *     who writes           seals, once the maker has mapped it       a peer can no more
 *     MEMORY_READ_WRITE    SHRINK | GROW | SEAL                      resize it (SIGBUS)
 *     MEMORY_READ_ONLY     SHRINK | GROW | SEAL | FUTURE_WRITE       … nor map it for writing,
 *                                                                    even reopened through
 *                                                                    /proc/self/fd
 *
 * Invariants: an unsealed or short descriptor is refused, never mapped. All pages exist from
 * the start, so a full machine is an error of memory_create(), not a signal later.
 *
 * What it does not do: it knows no layout, and it does not close the descriptors given to it.
 */
#ifndef BOTHY_IPC_MEMORY_H
#define BOTHY_IPC_MEMORY_H

#include <bothy/base.h>

#define MEMORY_SIZE_MAX (UINT64_C(1) << 32) /* 4 GiB: more is a mistake in a configuration */

/* What the peers may do with a piece of memory. */
enum memory_access {
    MEMORY_READ_ONLY,  /* only the maker writes */
    MEMORY_READ_WRITE, /* both sides write, each its own words */
};

struct memory_map {
    void *address; /* NULL when not mapped */
    size_t size;
};

/*
 * Effect: makes a memfd of `size` bytes (rounded up to whole pages), zeroed, with all pages
 * allocated, maps it for reading and writing, and then seals it for `peers`. `name` shows in
 * /proc/PID/maps. A child that this process forks does not inherit a MEMORY_READ_ONLY mapping.
 * Owner: the caller closes *ret_fd [owned] and calls memory_unmap() [owned].
 * Errors: BOTHY_EINVAL (size 0 or above MEMORY_SIZE_MAX), BOTHY_ENOMEM, BOTHY_EIO.
 */
int memory_create(const char *name, uint64_t size, enum memory_access peers,
                  struct memory_map *ret_map, int *ret_fd,
                  struct bothy_error *error) BOTHY_CHECK_RESULT;

/*
 * Effect: checks a descriptor that came from elsewhere and maps all of it with `access`:
 * it must be a memfd with the seals of the table above, of min_size to max_size bytes.
 * The descriptor is not needed any more afterwards. [borrowed until return]
 * Errors: BOTHY_EPROTO (not a memfd, not sealed, wrong size), BOTHY_EIO.
 */
int memory_attach(int fd, enum memory_access access, uint64_t min_size, uint64_t max_size,
                  struct memory_map *ret_map, struct bothy_error *error) BOTHY_CHECK_RESULT;

/* Effect: unmaps and clears *map; does nothing when it is not mapped. */
void memory_unmap(struct memory_map *map);

#endif
