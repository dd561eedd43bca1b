/*
 * Descriptors over unix sockets: see fdpass.h. Every call says MSG_DONTWAIT itself and sleeps in
 * poll(), because the socket's own flags may be in the peer's hands.
 */
#include "config.h" /* _GNU_SOURCE */

#include "ipc/fdpass.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define FOREVER INT64_MAX

/* Room for the descriptors, aligned as a control message must be. */
union control {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(FDPASS_MAX * sizeof(int))];
};

static int64_t monotonic_ms(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* Sleeps until the socket may be ready. Returns 0 for "try again". */
static int wait_ready(int socket, short events, int timeout_ms, int64_t until_ms,
                      struct bothy_error *error)
{
    struct pollfd entry = { .fd = socket, .events = events };
    int64_t left_ms = -1;

    if (timeout_ms == 0)
        return BOTHY_EAGAIN;
    if (until_ms != FOREVER) {
        left_ms = until_ms - monotonic_ms();
        if (left_ms <= 0)
            return bothy_fail(error, BOTHY_ETIMEOUT, "socket: nothing moved within %d ms",
                              timeout_ms);
    }
    if (poll(&entry, 1, (int)left_ms) < 0 && errno != EINTR)
        return bothy_fail(error, BOTHY_EIO, "socket: cannot wait: %m");
    return 0;
}

static int fail_socket(const char *what, struct bothy_error *error)
{
    if (errno == EPIPE || errno == ECONNRESET || errno == ENOTCONN)
        return bothy_fail(error, BOTHY_EDISCONNECTED, "socket: the peer has closed it");
    return bothy_fail(error, BOTHY_EIO, "socket: cannot %s: %m", what);
}

int fdpass_send(int socket, const void *payload, size_t length, const int *fds, uint32_t count,
                int timeout_ms, struct bothy_error *error)
{
    struct iovec part = { .iov_base = (void *)(uintptr_t)payload, .iov_len = length };
    struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
    union control control;
    int64_t until_ms = timeout_ms < 0 ? FOREVER : monotonic_ms() + timeout_ms;

    if (length < 1 || length > FDPASS_PAYLOAD_MAX || count > FDPASS_MAX)
        return bothy_fail(error, BOTHY_EINVAL,
                          "socket: a message of %zu bytes and %u descriptors: 1 to %d and at most "
                          "%d",
                          length, count, FDPASS_PAYLOAD_MAX, FDPASS_MAX);
    if (count) {
        memset(&control, 0, sizeof control);
        control.header.cmsg_level = SOL_SOCKET;
        control.header.cmsg_type = SCM_RIGHTS;
        control.header.cmsg_len = CMSG_LEN(count * sizeof(int));
        memcpy(CMSG_DATA(&control.header), fds, count * sizeof(int));
        message.msg_control = &control;
        message.msg_controllen = CMSG_SPACE(count * sizeof(int));
    }
    for (;;) {
        int r;

        if (sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
            return 0;
        if (errno == EINTR)
            continue;
        if (errno != EAGAIN)
            return fail_socket("send", error);
        r = wait_ready(socket, POLLOUT, timeout_ms, until_ms, error);
        if (r < 0)
            return r;
    }
}

/* Collects what the kernel has installed, all of it, so that nothing stays behind. */
static uint32_t take_descriptors(struct msghdr *message, int fds[FDPASS_MAX])
{
    uint32_t count = 0;

    for (struct cmsghdr *part = CMSG_FIRSTHDR(message); part; part = CMSG_NXTHDR(message, part)) {
        size_t bytes;

        if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS)
            continue;
        bytes = part->cmsg_len - CMSG_LEN(0);
        /* The control buffer holds no more than FDPASS_MAX descriptors, in however many parts. */
        for (size_t at = 0; at + sizeof(int) <= bytes && count < FDPASS_MAX; at += sizeof(int))
            memcpy(&fds[count++], CMSG_DATA(part) + at, sizeof(int));
    }
    return count;
}

static void close_all(const int *fds, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        close(fds[i]);
}

int fdpass_receive(int socket, void *payload, size_t capacity, size_t *ret_length, int *ret_fds,
                   uint32_t max_fds, uint32_t *ret_count, int timeout_ms, struct bothy_error *error)
{
    struct iovec part = { .iov_base = payload, .iov_len = capacity };
    union control control;
    struct msghdr message;
    int64_t until_ms = timeout_ms < 0 ? FOREVER : monotonic_ms() + timeout_ms;
    int fds[FDPASS_MAX];
    uint32_t count;
    ssize_t length;
    int was_reset = 0;

    if (capacity < 1 || max_fds > FDPASS_MAX)
        return bothy_fail(error, BOTHY_EINVAL,
                          "socket: cannot receive into %zu bytes and %u "
                          "descriptors",
                          capacity, max_fds);
    for (;;) {
        int r;

        memset(&control, 0, sizeof control);
        message = (struct msghdr) { .msg_iov = &part,
                                    .msg_iovlen = 1,
                                    .msg_control = &control,
                                    .msg_controllen = sizeof control };
        length = recvmsg(socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
        if (length >= 0)
            break;
        if (errno == EINTR)
            continue;
        /* Said once, before what the peer sent ahead of its end: that is still to be read. */
        if (errno == ECONNRESET && !was_reset) {
            was_reset = 1;
            continue;
        }
        if (errno != EAGAIN)
            return fail_socket("receive", error);
        r = wait_ready(socket, POLLIN, timeout_ms, until_ms, error);
        if (r < 0)
            return r;
    }
    count = take_descriptors(&message, fds);
    if (length == 0) {
        close_all(fds, count);
        return bothy_fail(error, BOTHY_EDISCONNECTED, "socket: the peer has closed it");
    }
    if (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC) || count > max_fds) {
        close_all(fds, count);
        return bothy_fail(error, BOTHY_EPROTO,
                          "socket: a message with more than %zu bytes or %u descriptors", capacity,
                          max_fds);
    }
    if (count)
        memcpy(ret_fds, fds, count * sizeof(int));
    *ret_length = (size_t)length;
    *ret_count = count;
    return 0;
}

int fdpass_peer(int socket, struct fdpass_peer *ret_peer, struct bothy_error *error)
{
    struct ucred credentials;
    socklen_t size = sizeof credentials;

    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) < 0)
        return bothy_fail(error, BOTHY_EIO, "socket: cannot tell who the peer is: %m");
    if (size != sizeof credentials || credentials.uid == (uid_t)-1)
        return bothy_fail(error, BOTHY_EIO, "socket: no connected unix socket: it has no peer");
    ret_peer->pid = credentials.pid;
    ret_peer->uid = credentials.uid;
    ret_peer->gid = credentials.gid;
    return 0;
}
