/*
 * The examination of a plugin, inside the sandboxed process that loaded it: up and down the
 * ladder with a made-up market and a made-up core that answers. Results go out on the control
 * socket as they come, so that a crash or a hang leaves behind where it happened.
 *
 *     EXAM_STAGE    text: what is about to be done
 *     EXAM_FINDING  text code, text: what is wrong with the plugin
 *     EXAM_NOTE     text code, text: what its author may like to know
 *     EXAM_TIMES    text name, u64 count, u64 median, u64 99th percentile, u64 greatest (ns)
 *     EXAM_COUNT    text name, u64
 *     EXAM_DONE     nothing
 */
#ifndef BOTHY_RUNNER_EXAM_H
#define BOTHY_RUNNER_EXAM_H

#include "runner/loader.h"
#include "runner/settings.h"

enum {
    EXAM_STAGE = 100,
    EXAM_FINDING = 101,
    EXAM_NOTE = 102,
    EXAM_TIMES = 103,
    EXAM_COUNT = 104,
    EXAM_DONE = 105,
};

void exam_stage(const char *what);
void exam_finding(const char *code, const char *format, ...) BOTHY_PRINTF(2, 3);
void exam_note(const char *code, const char *format, ...) BOTHY_PRINTF(2, 3);
void exam_count(const char *name, uint64_t count);
void exam_times(const char *name, uint64_t *samples, uint32_t count);
void exam_done(void);

/* Effect: walks a plugin of either kind. settings is [borrowed]. */
void exam_strategy(const struct loader_plugin *plugin, const struct settings *settings);
void exam_exchange(const struct loader_plugin *plugin, const struct settings *settings);

#endif
