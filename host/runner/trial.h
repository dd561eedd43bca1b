/*
 * A plugin on trial: for `--describe` and `--check` a process of its own loads it, under the same
 * walls and in the same order as under bothyd, with this process in the core's place. Whatever
 * the plugin does ends there; here only messages and a wait status arrive.
 */
#ifndef BOTHY_RUNNER_TRIAL_H
#define BOTHY_RUNNER_TRIAL_H

#include <bothy/base.h>

#include "runner/wire.h"

#include <sys/types.h>

struct trial {
    const char *path; /* [borrowed] */
    pid_t pid;
    int socket;
    int timed_out;
    int status;     /* of wait(), after trial_end() */
    char last[512]; /* what the reporter or FAILED said; "" if nothing */
    int refused;    /* FAILED came */
};

/*
 * Effect: forks a process that runs child(context) with the control socket in place, and sends
 * it LOAD for an absolute path. It ends with this process. Errors: BOTHY_EIO.
 */
int32_t trial_start(struct trial *trial, uint32_t kind, const char *path, uint32_t load_flags,
                    int (*child)(void *context), void *context, struct bothy_error *error);

/*
 * Effect: the next message of the child, type first, as it stands on the socket. CRASH and
 * FAILED are noted in `trial`. Returns its length; 0 when the child has closed its end or
 * nothing came for timeout_ms (timed_out is then set); or BOTHY_E*.
 */
int32_t trial_receive(struct trial *trial, void *data, size_t capacity, int timeout_ms,
                      struct bothy_error *error);

/* Effect: ends the child if it lives, and waits for it. */
void trial_end(struct trial *trial);

/* Effect: "killed by signal 9", "exit code 92" …: how the child ended. */
void trial_ending(const struct trial *trial, char *text, size_t capacity);

/* Effect: writes a text as a JSON string, quotes included. */
void trial_put_json(const char *text);

#endif
