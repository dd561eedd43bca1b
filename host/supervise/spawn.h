/*
 * Starts one process of the host: with just the descriptors it is meant to have, its limits,
 * a clean environment, and a death signal that ties its life to the supervisor's.
 */
#ifndef BOTHY_SUPERVISE_SPAWN_H
#define BOTHY_SUPERVISE_SPAWN_H

#include <bothy/base.h>

#include <sys/types.h>

#define SPAWN_FDS_MAX 16

struct spawn_request {
    const char *path;
    char *const *argv;        /* ends with NULL */
    char *const *environment; /* ends with NULL */
    int fds[SPAWN_FDS_MAX];   /* become 3, 4, … */
    uint32_t fd_count;
    int stderr_fd;       /* becomes 2; -1: stays */
    uint64_t memory;     /* RLIMIT_AS in bytes; 0: none */
    uint32_t open_files; /* RLIMIT_NOFILE; 0: as it is */
    int core_dumps;      /* whether it may leave one */
};

/*
 * Effect: forks and executes; descriptors 0 and 1 are /dev/null where stderr_fd is given, all
 * others but those listed are closed. Call it on the main thread: the death signal follows it.
 * Errors: BOTHY_EIO with the system's words, also when the file cannot be executed.
 */
int spawn_process(const struct spawn_request *request, pid_t *ret_pid, struct bothy_error *error);

#endif
