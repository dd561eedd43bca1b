/*
 * The walls around a plugin process. They go up in two steps, because a plugin's ELF
 * constructors run inside dlopen():
 *
 *     sandbox_prepare   no new privileges, death with the parent, no core dump for key holders
 *     sandbox_enter     Landlock, then seccomp phase 1: the loader can still open libraries
 *     … dlopen …
 *     sandbox_seal      seccomp phase 2, for all threads: no files, no executable memory
 *     … rings …
 *     sandbox_finish    the set-up is over: no more messages, and the core's doorbell, which all
 *                       workers share, can be rung but not read
 *
 * seccomp is never optional unless the sandbox is off; Landlock is as good as the kernel has it,
 * and must be there in mode `require`. Nothing can be taken back.
 */
#ifndef BOTHY_RUNNER_SANDBOX_H
#define BOTHY_RUNNER_SANDBOX_H

#include <bothy/base.h>

#include "runner/wire.h"

/* What is in force. */
struct sandbox_state {
    uint32_t mode;         /* WIRE_SANDBOX_REQUIRE: both walls stand; _BEST_EFFORT: seccomp alone
                            * (or relaxed by a sanitizer's needs); _OFF: none */
    uint32_t landlock_abi; /* 0: no Landlock */
};

/*
 * Effect: no_new_privs; SIGKILL when the parent's thread dies; for kinds that hold keys no core
 * dump and no /proc access. Errors: BOTHY_EDISCONNECTED the parent is gone already; BOTHY_EIO.
 */
int32_t sandbox_prepare(uint32_t kind, struct bothy_error *error);

/*
 * Effect: the walls that stand while `plugin_path` is loaded. Errors: BOTHY_ENOTSUP the kernel
 * lacks what `wanted` (WIRE_SANDBOX_*) demands; BOTHY_EIO.
 */
int32_t sandbox_enter(uint32_t wanted, uint32_t kind, const char *plugin_path,
                      struct sandbox_state *ret_state, struct bothy_error *error);

/*
 * Effect: the walls that stand from then on. plugin_flags (BOTHY_PLUGIN_*) say whether an
 * exchange needs a network. Does nothing when `state` says that the sandbox is off.
 */
int32_t sandbox_seal(const struct sandbox_state *state, uint32_t kind, uint32_t plugin_flags,
                     struct bothy_error *error);

/* Effect: takes away what only the set-up needed. core_bell: as it came with the rings. */
int32_t sandbox_finish(const struct sandbox_state *state, int core_bell, struct bothy_error *error);

/*
 * Effect: Landlock for the calling thread: files of the system's libraries and `plugin_path` may
 * be read; with `network` also what name resolution and TLS read, and TCP stays open. Returns
 * the ABI that the kernel speaks, 0 if it has no Landlock, or BOTHY_EIO.
 */
int32_t landlock_enter(const char *plugin_path, int network, struct bothy_error *error);

#endif
