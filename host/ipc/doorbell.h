/*
 * ipc/doorbell.h: a descriptor that wakes a consumer which sits in an event loop (epoll, libuv)
 * and therefore cannot sleep on a futex. The producer rings it through ring_notify(), only when
 * the consumer has announced its sleep.
 *
 * Which kind, is a matter of trust. Both holders of an eventfd share its file flags, so a
 * hostile consumer can take O_NONBLOCK away, fill the counter, and the producer's next write
 * waits for ever. The ends of a pipe have flags of their own.
 *
 *     DOORBELL_EVENTFD   the consumer is the trusted side (a bot rings the core); the faster one
 *     DOORBELL_PIPE      the producer is the trusted side (the core rings an adapter or a sink)
 *
 * Invariants: neither doorbell_drain() on the trusted side of an eventfd nor a write to the
 * trusted end of a pipe can be made to wait by the peer. The maker of a pipe keeps both ends
 * open, so that a peer that dies does not raise SIGPIPE.
 */
#ifndef BOTHY_IPC_DOORBELL_H
#define BOTHY_IPC_DOORBELL_H

#include <bothy/base.h>

enum doorbell_kind {
    DOORBELL_EVENTFD,
    DOORBELL_PIPE,
};

struct doorbell {
    enum doorbell_kind kind;
    int wait_fd; /* the consumer polls it for reading */
    int ring_fd; /* the producer's; the same number as wait_fd for an eventfd */
};

/*
 * Effect: makes a doorbell, non-blocking and close-on-exec. Pass wait_fd or ring_fd to the peer
 * by ipc/fdpass.h and keep the whole struct until the peer is gone. Ends with doorbell_close().
 * Errors: BOTHY_EIO.
 */
int doorbell_create(enum doorbell_kind kind, struct doorbell *ret_doorbell,
                    struct bothy_error *error) BOTHY_CHECK_RESULT;

/* Effect: closes both ends; does nothing where they are -1. */
void doorbell_close(struct doorbell *doorbell);

/*
 * Effect: rings: makes the other end readable. Never waits; a bell that is full of rings is
 * readable already, and one that nobody hears any more is no error here.
 */
void doorbell_ring(int ring_fd);

/*
 * Effect: takes the rings away, so that a level-triggered poll sleeps again. Call it before the
 * ring is read, not after, or a ring between the two is lost. Never waits.
 */
void doorbell_drain(int wait_fd);

#endif
