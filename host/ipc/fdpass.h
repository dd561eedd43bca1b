/*
 * ipc/fdpass.h: passes a bounded message and up to FDPASS_MAX descriptors over a unix
 * SOCK_SEQPACKET socket, and tells who is at its other end.
 *
 * Invariants: received descriptors are close-on-exec. All of them are handed over, or all are
 * closed: a message that is cut, or carries more than asked for, leaves nothing behind. No call
 * raises SIGPIPE. No call waits unless timeout_ms says so, whatever the socket's flags, which
 * the peer may share.
 *
 * What it does not do: judge what a descriptor is. memory_attach() does so for shared memory.
 */
#ifndef BOTHY_IPC_FDPASS_H
#define BOTHY_IPC_FDPASS_H

#include <sys/types.h>

#include <bothy/base.h>

#define FDPASS_MAX         16
#define FDPASS_PAYLOAD_MAX 131072 /* a configuration with many symbols, a saved state */

/* Who made the socket at the other end: as the kernel noted it at connect() or socketpair(). */
struct fdpass_peer {
    pid_t pid;
    uid_t uid;
    gid_t gid;
};

/*
 * Effect: sends `length` bytes (1 … FDPASS_PAYLOAD_MAX) and `count` descriptors as one message.
 * The caller keeps its descriptors. timeout_ms: 0 does not wait, -1 waits for ever.
 * Errors: BOTHY_EAGAIN (full, timeout_ms 0; *error stays), BOTHY_ETIMEOUT, BOTHY_EINVAL,
 * BOTHY_EDISCONNECTED, BOTHY_EIO.
 */
int fdpass_send(int socket, const void *payload, size_t length, const int *fds, uint32_t count,
                int timeout_ms, struct bothy_error *error) BOTHY_CHECK_RESULT;

/*
 * Effect: receives one message into payload and its descriptors into ret_fds, which has room for
 * max_fds (0 … FDPASS_MAX). Owner: the caller closes them. [owned]
 * Errors: BOTHY_EAGAIN (nothing there, timeout_ms 0; *error stays), BOTHY_ETIMEOUT,
 * BOTHY_EPROTO (the message is longer than capacity, carries more descriptors than max_fds, or
 * its control data is cut), BOTHY_EDISCONNECTED (the peer has closed), BOTHY_EINVAL, BOTHY_EIO.
 */
int fdpass_receive(int socket, void *payload, size_t capacity, size_t *ret_length, int *ret_fds,
                   uint32_t max_fds, uint32_t *ret_count, int timeout_ms,
                   struct bothy_error *error) BOTHY_CHECK_RESULT;

/* Effect: the peer's credentials. Errors: BOTHY_EIO (not a connected unix socket). */
int fdpass_peer(int socket, struct fdpass_peer *ret_peer,
                struct bothy_error *error) BOTHY_CHECK_RESULT;

#endif
