/*
 * What is played: the files and the instruments that they are of, as the configuration has them.
 */
#ifndef BOTHY_REPLAY_SETUP_H
#define BOTHY_REPLAY_SETUP_H

#include "past.h"
#include "reader.h"
#include "recording.h"

#define REPLAY_INSTRUMENTS_MAX (REPLAY_FILES_MAX * REPLAY_SYMBOLS_MAX)

struct replay_file {
    struct replay_format format;
    struct replay_reader reader;
    struct replay_instrument *instrument; /* of a table; [borrowed] */
    struct replay_recording *recording;   /* [owned] */
};

struct replay {
    struct replay_output output;
    struct replay_file files[REPLAY_FILES_MAX]; /* in the order of their options */
    uint32_t file_count;
    struct replay_instrument *instruments[REPLAY_INSTRUMENTS_MAX]; /* [owned] */
    uint32_t instrument_count;
    int64_t start_ns, end_ns; /* 0: none */
    int clamp;
    int64_t now_ns; /* the last instant; 0: none yet */
    int ended;
    int32_t failed; /* what stopped it, or 0 */
    char why[480];
};

/*
 * Effect: opens the files, defines the instruments, and makes the first record of each file
 * pending. On an error what was made stays, for replay_teardown().
 */
int32_t replay_setup(struct replay *replay, const struct bothy_config *config,
                     struct bothy_error *error);
/* Effect: frees what replay_setup() made, not `replay` itself. */
void replay_teardown(struct replay *replay);

/* Returns the instrument of a symbol, or NULL. */
struct replay_instrument *replay_find(const struct replay *replay, const char *symbol);

#endif
