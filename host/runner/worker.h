/*
 * A plugin process from its first line to its last: the fixed order in which descriptors,
 * rights, the crash reporter and the walls are set up around a plugin before it is loaded, and
 * the conversation with the core on the control socket. See wire.h for both sides of it.
 */
#ifndef BOTHY_RUNNER_WORKER_H
#define BOTHY_RUNNER_WORKER_H

#include "log/redact.h"
#include "runner/loader.h"
#include "runner/sandbox.h"
#include "runner/settings.h"
#include "runner/wire.h"

struct worker {
    uint32_t kind; /* BOTHY_KIND_*; 0: whatever the plugin is (for describing it) */
    uint32_t generation;
    uint32_t load_flags; /* WIRE_LOAD_* */
    uint32_t sandbox;    /* WIRE_SANDBOX_* wanted */
    char *path;          /* [owned] */
    char instance[BOTHY_NAME_MAX];
    struct sandbox_state state;
    struct loader_plugin plugin;
    struct settings_secrets secrets;
    struct redact redact; /* the same secrets, to be kept out of every text that leaves */
};

/*
 * Effect: takes LOAD from WIRE_FD_CONTROL, sets everything up, loads the plugin and answers
 * DESCRIBED, or FAILED. Returns 0, or the exit code.
 */
int worker_load(struct worker *worker);

/* Effect: takes CONFIG. *ret_settings is [owned] (settings_clear). Errors: as settings_read(). */
int32_t worker_read_config(struct worker *worker, struct settings *ret_settings,
                           struct bothy_error *error);

/* Effect: all of it: worker_load(), CONFIG, RINGS, READY, the driver. Returns the exit code. */
int worker_run(uint32_t kind);

/* Effect: says FAILED on the control socket and standard error. Returns the exit code. */
int worker_fail(const struct worker *worker, uint32_t rung, const struct bothy_error *error);

#endif
