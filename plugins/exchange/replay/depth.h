/*
 * The order book of one instrument, kept by the venue's rules from a snapshot and updates. It
 * says when it is right, and never guesses: what does not follow on what was applied last makes
 * it wrong until the next snapshot.
 *
 *                  snapshot              first update that fits
 *     WAITING ───────────────▶ SYNCING ────────────────────────▶ LIVE
 *        ▲  keeps updates         │  drops what is older           │ each follows on the last
 *        └────────────────────────┴────────────────────────────────┘ one does not: a gap
 *
 * Rules (USD-M futures, told by "pu"; spot otherwise), with S the snapshot's id:
 *     USD-M   drop u < S; the first has U <= S <= u (or pu = S); then pu = u of the one before
 *     spot    drop u <= S; the first has U <= S + 1 <= u; then U = u of the one before + 1
 */
#ifndef BOTHY_REPLAY_DEPTH_H
#define BOTHY_REPLAY_DEPTH_H

#include "message.h"

#define REPLAY_SIDE_MAX 10000 /* levels kept a side; the worst are forgotten */

enum { REPLAY_DEPTH_WAITING = 0, REPLAY_DEPTH_SYNCING = 1, REPLAY_DEPTH_LIVE = 2 };

struct replay_level {
    int64_t price;    /* × 10^price_exponent */
    int64_t quantity; /* × 10^quantity_exponent */
};

struct replay_side {
    struct replay_level *levels; /* [owned] worst first: most changes are near the best */
    uint32_t count, capacity;
};

struct replay_depth {
    uint32_t state;
    uint64_t last_id; /* of the snapshot, or u of the last update */
    struct replay_side bids, asks;
    int32_t price_exponent, quantity_exponent;
    uint64_t forgotten;
};

void replay_depth_init(struct replay_depth *depth, int32_t price_exponent,
                       int32_t quantity_exponent);
void replay_depth_free(struct replay_depth *depth);

enum {
    REPLAY_DEPTH_APPLIED = 0, /* the levels of the message are now part of the book */
    REPLAY_DEPTH_OLD = 1,     /* it says nothing new */
    REPLAY_DEPTH_KEEP = 2,    /* it may be needed once there is a snapshot */
    REPLAY_DEPTH_GAP = 3,     /* it does not follow: the book is wrong; keep the message */
    REPLAY_DEPTH_CROSSED = 4, /* it was applied, and the book cannot be right: wrong from now on */
};

/*
 * Effect: decides on a snapshot, a partial depth or an update, and applies it where it fits.
 * Returns REPLAY_DEPTH_*. Errors: BOTHY_ERANGE a level is finer than the exponents; the book is
 * then as after a gap; BOTHY_ENOMEM.
 */
int32_t replay_depth_apply(struct replay_depth *depth, const struct replay_message *message,
                           const struct bothy_level *levels, struct bothy_error *error);

/* Effect: writes the book, bids best first, then asks best first. `to` has room for all. */
void replay_depth_write(const struct replay_depth *depth, struct bothy_level *to,
                        uint32_t *ret_bids, uint32_t *ret_asks);

#endif
