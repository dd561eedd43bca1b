/*
 * Loading a plugin and judging it by its descriptor, before any of its functions is called. A
 * refusal says the path, what was found, what this host speaks, and the remedy. Nothing is ever
 * unloaded: the end of the process is the unload. Who may put a plugin where it lies, is judged
 * by whoever reads the configuration (conf/trust.h), before a process is started for it.
 */
#ifndef BOTHY_RUNNER_LOADER_H
#define BOTHY_RUNNER_LOADER_H

#include <bothy/plugin.h>

#include <stddef.h>

/* A judged plugin: its descriptor as this host's ABI knows it, zero where it was shorter. */
struct loader_plugin {
    struct bothy_plugin descriptor; /* its options are those below */
    struct bothy_option *options;   /* [owned], descriptor.option_count of them */
    /* What an instance can be given: of a strategy also the risk parameters, "risk.…". */
    struct bothy_option *values; /* [owned] */
    uint32_t value_count;
    char (*risk_names)[BOTHY_NAME_MAX]; /* [owned] */
    struct bothy_strategy_ops strategy; /* by kind: the other one is zero */
    struct bothy_exchange_ops exchange;
};

/*
 * Effect: dlopen() of an absolute path, then loader_judge() of its descriptor, which must be of
 * `kind` (0: any that this host runs). Errors: BOTHY_EINVAL (path, or a descriptor that breaks the
 * rules), BOTHY_ENOENT (no such file, not loadable, no symbol), BOTHY_EABI (magic, version, size).
 * All of them are refusals: loading again cannot help.
 */
int32_t loader_open(const char *path, uint32_t kind, struct loader_plugin *ret_plugin,
                    struct bothy_error *error);

/*
 * Effect: the judgement alone, of a descriptor in memory of which `length` bytes may be read.
 * Errors: as above, BOTHY_ENOMEM.
 */
int32_t loader_judge(const void *found, size_t length, uint32_t kind, const char *path,
                     struct loader_plugin *ret_plugin, struct bothy_error *error);

/* Effect: whether a plugin's table of options keeps the rules of bothy/config.h. BOTHY_EINVAL. */
int32_t loader_check_options(const struct bothy_option *options, uint32_t count, uint32_t kind,
                             const char *path, struct bothy_error *error);

/* Effect: frees the copy; the module stays loaded. */
void loader_clear(struct loader_plugin *plugin);

/* Returns "strategy", "exchange", "sink", "handler" or "?". Static. */
const char *loader_kind_name(uint32_t kind);

#endif
