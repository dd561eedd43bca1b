/*
 * What a plugin process is told by CONFIG: the values of its options, its symbols with the
 * host's numbers for their instruments, and how it is to wait. Read from bytes of the core, with
 * limits all the same: a message that lies is an error, not a crash.
 */
#ifndef BOTHY_RUNNER_SETTINGS_H
#define BOTHY_RUNNER_SETTINGS_H

#include <bothy/config.h>

#include "base/bytes.h"
#include "runner/loader.h"
#include "runner/wire.h"

#define SETTINGS_SYMBOLS_MAX 4096
#define SETTINGS_VALUES_MAX  65536

struct settings {
    struct bothy_config *config; /* [owned] */
    char instance[BOTHY_NAME_MAX];
    uint32_t symbol_count;
    uint32_t *instruments; /* [owned], by index of the symbol */
    uint32_t wait;         /* WIRE_WAIT_* */
    uint32_t flags;        /* WIRE_CONFIG_* */
    uint64_t seed;
    uint32_t log_level;        /* BOTHY_LOG_* */
    int files[WIRE_FILES_MAX]; /* [owned] until settings_clear() */
    uint32_t file_count;
};

/* The secrets that came with LOAD: kept, so that a reload has them too. */
struct settings_secret {
    char name[BOTHY_NAME_MAX];
    char *text; /* [owned], wiped by settings_clear_secrets() */
    size_t length;
};

struct settings_secrets {
    uint32_t count;
    struct settings_secret secret[WIRE_FILES_MAX];
};

/*
 * Effect: reads the payload of CONFIG or RELOAD. Descriptors are [steals], even on failure; with
 * a reload there are none, and `previous` (else NULL) lends its own.
 * Errors: BOTHY_EPROTO, BOTHY_ENOMEM, those of bothy_config_set(), BOTHY_EINVAL a required
 * option has no value.
 */
int32_t settings_read(struct bytes_reader *reader, const struct loader_plugin *plugin,
                      const struct settings_secrets *secrets, const int *files, uint32_t file_count,
                      struct settings *previous, struct settings *ret_settings,
                      struct bothy_error *error);
void settings_clear(struct settings *settings);

/* Effect: reads one secret from its descriptor and closes that. Errors: BOTHY_EIO, _ERANGE. */
int32_t settings_take_secret(struct settings_secrets *secrets, const char *name, int fd,
                             struct bothy_error *error);
void settings_clear_secrets(struct settings_secrets *secrets);

#endif
