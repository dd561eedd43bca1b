/*
 * Doorbells: see doorbell.h.
 */
#include "config.h" /* _GNU_SOURCE */

#include "ipc/doorbell.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/uio.h>
#include <unistd.h>

int doorbell_create(enum doorbell_kind kind, struct doorbell *ret_doorbell,
                    struct bothy_error *error)
{
    int ends[2];

    if (kind == DOORBELL_EVENTFD) {
        ends[0] = ends[1] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        if (ends[0] < 0)
            return bothy_fail(error, BOTHY_EIO, "cannot make an eventfd: %m");
    } else if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0) {
        return bothy_fail(error, BOTHY_EIO, "cannot make a pipe: %m");
    }
    ret_doorbell->kind = kind;
    ret_doorbell->wait_fd = ends[0];
    ret_doorbell->ring_fd = ends[1];
    return 0;
}

void doorbell_close(struct doorbell *doorbell)
{
    if (doorbell->wait_fd >= 0)
        close(doorbell->wait_fd);
    if (doorbell->ring_fd >= 0 && doorbell->ring_fd != doorbell->wait_fd)
        close(doorbell->ring_fd);
    doorbell->wait_fd = -1;
    doorbell->ring_fd = -1;
}

void doorbell_ring(int ring_fd)
{
    const uint64_t one = 1;
    ssize_t written;

    do {
        written = write(ring_fd, &one, sizeof one);
    } while (written < 0 && errno == EINTR);
    /* Full means readable already; a bell without a listener is for the supervisor to notice. */
}

void doorbell_drain(int wait_fd)
{
    uint64_t rings[64];
    struct iovec buffer = { rings, sizeof rings };

    /* RWF_NOWAIT, because the peer may have taken O_NONBLOCK from an eventfd. A pipe's flags are
     * our own, and before Linux 6.4 a pipe does not know RWF_NOWAIT. */
    if (preadv2(wait_fd, &buffer, 1, -1, RWF_NOWAIT) < 0 &&
        (errno == EOPNOTSUPP || errno == ENOSYS) && read(wait_fd, rings, sizeof rings) < 0)
        return;
}
