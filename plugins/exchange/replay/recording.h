/*
 * What a recorded message means for its instrument: events, the book's state, the counts. Updates
 * that come before the depth snapshot are kept, as a live adapter keeps them while it waits for
 * the REST reply, and are applied when the snapshot is there.
 */
#ifndef BOTHY_REPLAY_RECORDING_H
#define BOTHY_REPLAY_RECORDING_H

#include "format.h"
#include "output.h"

#define REPLAY_KEPT_MAX       1024                      /* messages */
#define REPLAY_KEPT_BYTES_MAX ((size_t)8 * 1024 * 1024) /* of one symbol */

/* Depth updates of one symbol that wait for a snapshot, oldest first. */
struct replay_kept {
    struct {
        char *text; /* [owned] */
        size_t length;
    } messages[REPLAY_KEPT_MAX];
    uint32_t count;
    size_t bytes;
};

struct replay_recording {
    const struct replay_format *format;
    struct replay_output *output;
    struct replay_instrument *instruments[REPLAY_SYMBOLS_MAX]; /* as format->symbols */
    struct replay_kept kept[REPLAY_SYMBOLS_MAX];
    struct replay_levels levels;
    struct replay_levels whole; /* for a book written out */
};

/*
 * Effect: takes one message, at its local time. Errors: what makes the line bad, with a sentence
 * and *ret_refused 1: nothing has happened then; or what the host said, with *ret_refused 0.
 */
int32_t replay_recording_line(struct replay_recording *recording, int64_t ts_ns, const char *text,
                              size_t length, int *ret_refused, struct bothy_error *error);

/* Effect: for one who has just begun to read the book: publishes it, or says what it waits for. */
int32_t replay_recording_join(struct replay_recording *recording,
                              struct replay_instrument *instrument, int64_t ts_ns);

/* Effect: counts what was kept in vain: no more will come. */
void replay_recording_end(struct replay_recording *recording);
void replay_recording_free(struct replay_recording *recording);

#endif
