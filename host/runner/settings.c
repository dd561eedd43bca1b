/*
 * Reading the configuration of one plugin: see settings.h.
 */
#include "config.h"

#include "runner/settings.h"

#include "base/clean.h"

#include <errno.h>
#include <string.h>

#define SECRET_MAX 16384

static int32_t malformed(struct bothy_error *error)
{
    return bothy_fail(error, BOTHY_EPROTO, "malformed configuration message");
}

static int32_t read_symbols(struct bytes_reader *reader, struct settings *settings,
                            struct bothy_error *error)
{
    uint32_t count = bytes_get_u32(reader);

    if (reader->failed || count > SETTINGS_SYMBOLS_MAX)
        return malformed(error);
    settings->instruments = calloc(count ? count : 1, sizeof *settings->instruments);
    if (!settings->instruments)
        return bothy_fail(error, BOTHY_ENOMEM, "no memory for %u symbols", (unsigned)count);
    for (uint32_t i = 0; i < count; i++) {
        char symbol[BOTHY_SYMBOL_MAX];
        char venue[BOTHY_NAME_MAX];
        int32_t r;

        if (bytes_get_text(reader, symbol, sizeof symbol) < 0 ||
            bytes_get_text(reader, venue, sizeof venue) < 0)
            return malformed(error);
        settings->instruments[i] = bytes_get_u32(reader);
        r = bothy_config_add_symbol(settings->config, symbol, venue);
        if (r < 0)
            return bothy_fail(error, r, "symbol %s of %s: %s", symbol, venue, bothy_strerror(r));
    }
    settings->symbol_count = count;
    return 0;
}

static int32_t read_values(struct bytes_reader *reader, struct settings *settings,
                           struct bothy_error *error)
{
    uint32_t count = bytes_get_u32(reader);

    if (reader->failed || count > SETTINGS_VALUES_MAX)
        return malformed(error);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t symbol = bytes_get_u32(reader);
        _cleanup_free_ char *name = bytes_get_text_dup(reader);
        _cleanup_free_ char *value = bytes_get_text_dup(reader);
        int32_t r;

        if (reader->failed || !name || !value)
            return malformed(error);
        r = bothy_config_set(settings->config, symbol, name, value, error);
        if (r < 0) {
            if (error && error->text[0] == '\0')
                bothy_fail(error, r, "%s", bothy_strerror(r));
            bothy_error_prefix(error, "option %s", name);
            return r;
        }
    }
    return 0;
}

static int32_t read_files(struct bytes_reader *reader, struct settings *settings,
                          struct settings *previous, struct bothy_error *error)
{
    uint32_t count = bytes_get_u32(reader);

    if (previous && count == 0)
        count = 0; /* a reload has no descriptors: those of the start go on */
    else if (reader->failed || count != settings->file_count)
        return malformed(error);
    for (uint32_t i = 0; i < count; i++) {
        char name[BOTHY_NAME_MAX];
        int32_t r;

        if (bytes_get_text(reader, name, sizeof name) < 0)
            return malformed(error);
        r = bothy_config_set_file(settings->config, name, settings->files[i]);
        if (r < 0)
            return bothy_fail(error, r, "option %s: %s", name, bothy_strerror(r));
    }
    return 0;
}

/* The descriptors of the running configuration, for the one that is to replace it. */
static int32_t lend_files(const struct loader_plugin *plugin, const struct settings *previous,
                          struct settings *settings, struct bothy_error *error)
{
    for (uint32_t i = 0; i < plugin->descriptor.option_count; i++) {
        const struct bothy_option *option = &plugin->options[i];
        int32_t fd;
        int32_t r;

        if (option->type != BOTHY_OPTION_FILE)
            continue;
        fd = bothy_config_file(previous->config, option->name);
        if (fd < 0)
            continue;
        r = bothy_config_set_file(settings->config, option->name, fd);
        if (r < 0)
            return bothy_fail(error, r, "option %s: %s", option->name, bothy_strerror(r));
    }
    return 0;
}

static int32_t give_secrets(const struct settings_secrets *secrets, struct settings *settings,
                            struct bothy_error *error)
{
    for (uint32_t i = 0; secrets && i < secrets->count; i++) {
        const struct settings_secret *secret = &secrets->secret[i];
        int32_t r =
            bothy_config_set_secret(settings->config, secret->name, secret->text, secret->length);

        if (r < 0)
            return bothy_fail(error, r, "option %s: %s", secret->name, bothy_strerror(r));
    }
    return 0;
}

static int32_t read_all(struct bytes_reader *reader, const struct loader_plugin *plugin,
                        const struct settings_secrets *secrets, struct settings *previous,
                        struct settings *settings, struct bothy_error *error)
{
    const char *unset;
    int32_t r;

    if (bytes_get_text(reader, settings->instance, sizeof settings->instance) <= 0)
        return malformed(error);
    settings->config = bothy_config_new(plugin->values, plugin->value_count, settings->instance);
    if (!settings->config)
        return bothy_fail(error, BOTHY_ENOMEM, "no memory for the configuration");
    r = read_symbols(reader, settings, error);
    if (r == 0)
        r = read_values(reader, settings, error);
    if (r == 0)
        r = read_files(reader, settings, previous, error);
    if (r == 0 && previous)
        r = lend_files(plugin, previous, settings, error);
    if (r == 0)
        r = give_secrets(secrets, settings, error);
    if (r < 0)
        return r;
    settings->wait = bytes_get_u32(reader);
    settings->flags = bytes_get_u32(reader);
    settings->seed = bytes_get_u64(reader);
    settings->log_level = bytes_get_u32(reader);
    if (!bytes_reader_done(reader) || settings->wait > WIRE_WAIT_SPIN ||
        settings->log_level > BOTHY_LOG_PANIC)
        return malformed(error);
    unset = bothy_config_missing(settings->config);
    if (unset)
        return bothy_fail(error, BOTHY_EINVAL,
                          "option %s is required and has no value; set it in the configuration of "
                          "%s",
                          unset, settings->instance);
    return 0;
}

int32_t settings_read(struct bytes_reader *reader, const struct loader_plugin *plugin,
                      const struct settings_secrets *secrets, const int *files, uint32_t file_count,
                      struct settings *previous, struct settings *ret_settings,
                      struct bothy_error *error)
{
    struct settings settings = { .file_count = file_count };
    int32_t r;

    for (uint32_t i = 0; i < file_count; i++)
        settings.files[i] = files[i];
    r = read_all(reader, plugin, secrets, previous, &settings, error);
    if (r < 0) {
        settings_clear(&settings);
        return r;
    }
    if (previous) {
        /* The descriptors move to whoever lives longer. */
        memcpy(settings.files, previous->files, sizeof settings.files);
        settings.file_count = previous->file_count;
        previous->file_count = 0;
    }
    *ret_settings = settings;
    return 0;
}

void settings_clear(struct settings *settings)
{
    if (!settings)
        return;
    for (uint32_t i = 0; i < settings->file_count; i++)
        close(settings->files[i]);
    bothy_config_free(settings->config);
    free(settings->instruments);
    memset(settings, 0, sizeof *settings);
}

int32_t settings_take_secret(struct settings_secrets *secrets, const char *name, int fd,
                             struct bothy_error *error)
{
    _cleanup_close_ int owned = fd;
    struct settings_secret *secret;
    size_t length = 0;
    char *text;

    if (secrets->count == ARRAY_SIZE(secrets->secret) || strlen(name) >= sizeof secret->name)
        return bothy_fail(error, BOTHY_ERANGE, "too many secrets, at most %zu",
                          ARRAY_SIZE(secrets->secret));
    text = malloc(SECRET_MAX + 1);
    if (!text)
        return bothy_fail(error, BOTHY_ENOMEM, "no memory for secret %s", name);
    while (length <= SECRET_MAX) {
        ssize_t got = read(owned, text + length, SECRET_MAX + 1 - length);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            explicit_bzero(text, SECRET_MAX + 1);
            free(text);
            return bothy_fail(error, BOTHY_EIO, "secret %s: %s", name, strerror(errno));
        }
        if (got == 0)
            break;
        length += (size_t)got;
    }
    if (length > SECRET_MAX) {
        explicit_bzero(text, SECRET_MAX + 1);
        free(text);
        return bothy_fail(error, BOTHY_ERANGE, "secret %s is longer than %d bytes", name,
                          SECRET_MAX);
    }
    /* Editors end a file with a newline; no secret does. */
    while (length > 0 && (text[length - 1] == '\n' || text[length - 1] == '\r'))
        length--;
    secret = &secrets->secret[secrets->count++];
    memcpy(secret->name, name, strlen(name) + 1);
    secret->text = text;
    secret->length = length;
    return 0;
}

void settings_clear_secrets(struct settings_secrets *secrets)
{
    for (uint32_t i = 0; i < secrets->count; i++) {
        explicit_bzero(secrets->secret[i].text, SECRET_MAX + 1);
        free(secrets->secret[i].text);
    }
    secrets->count = 0;
}
