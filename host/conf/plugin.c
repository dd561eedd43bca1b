/*
 * From an entry's plugin to its file and schema: where it is, whether it may be loaded, and what
 * options it has. Each file is looked at once per load, however many entries use it.
 */
#include "conf/loader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bothy/plugin.h>
#include <bothy/risk.h>

#include "base/clean.h"
#include "conf/trust.h"

#define LOCK_NAME  "plugins.lock"
#define LOCK_BYTES (256 * 1024)
#define LOCK_LINES 1024

/* ---- plugins.lock: lines of `sha256sum`, i.e. 64 hex digits, blanks, an absolute path ---- */

static int lock_line(struct loader *loader, char *line, uint32_t number)
{
    struct lock_line *lines;
    size_t digits = strspn(line, "0123456789abcdefABCDEF");
    char *path = line + digits + strspn(line + digits, " \t");

    if (*path == '*') /* sha256sum --binary */
        path++;
    if (digits != 64 || path == line + digits || *path != '/') {
        conf_error(loader->errors, loader->lock_file, number, "",
                   "expected 64 hex digits and an absolute path, as sha256sum prints them");
        return 0;
    }
    if (loader->lock_count == LOCK_LINES) {
        conf_error(loader->errors, loader->lock_file, number, "", "more than %d lines", LOCK_LINES);
        return 0;
    }
    lines = arena_grow(loader->arena, loader->lock_lines, loader->lock_count, sizeof *lines);
    if (!lines)
        return 0;
    loader->lock_lines = lines;
    line[digits] = '\0';
    for (char *c = line; *c; c++) {
        if (*c >= 'A' && *c <= 'F')
            *c = (char)(*c - 'A' + 'a');
    }
    lines[loader->lock_count].sha256 = arena_text(loader->arena, line);
    lines[loader->lock_count].path = arena_text(loader->arena, path);
    loader->lock_count++;
    return 1;
}

int32_t plugin_lock_read(struct loader *loader, const char *conf_path)
{
    const char *slash = strrchr(conf_path, '/');
    _cleanup_free_ char *text = malloc(LOCK_BYTES + 1);
    _cleanup_close_ int fd = -1;
    struct stat st;
    size_t used = 0;
    uint32_t number = 0;
    char *name;

    name = slash ? arena_printf(loader->arena, "%.*s/%s", (int)(slash - conf_path), conf_path,
                                LOCK_NAME)
                 : arena_text(loader->arena, LOCK_NAME);
    if (!text || !name)
        return BOTHY_ENOMEM;
    fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 && errno == ENOENT)
        return 0;
    loader->lock_file = name;
    if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
        conf_error(loader->errors, name, 0, "", "cannot be read: %s",
                   fd < 0 ? strerror(errno) : "it is no regular file");
        return 0;
    }
    if (st.st_mode & S_IWOTH)
        conf_error(loader->errors, name, 0, "", "is writable by others: chmod o-w it");
    while (used < LOCK_BYTES) {
        ssize_t n = read(fd, text + used, LOCK_BYTES - used);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        used += (size_t)n;
    }
    if (used == LOCK_BYTES) {
        conf_error(loader->errors, name, 0, "", "has %d bytes or more", LOCK_BYTES);
        return 0;
    }
    text[used] = '\0';
    for (char *line = text; line && *line;) {
        char *end = strchr(line, '\n');

        if (end)
            *end++ = '\0';
        number++;
        if (*line && *line != '#' && !lock_line(loader, line, number))
            return 0;
        line = end;
    }
    return 0;
}

/* ---- files ---- */

/* Why the file may not be loaded, in *error; 0 if it may. */
static int32_t judge_file(struct loader *loader, struct plugin_file *file,
                          struct bothy_error *error)
{
    char sha256[TRUST_SHA256_TEXT];
    int32_t r;

    r = trust_check_file(file->path, geteuid(), error);
    if (r < 0 || !loader->lock_file)
        return r;
    for (uint32_t i = 0; i < loader->lock_count; i++) {
        if (!strcmp(loader->lock_lines[i].path, file->path))
            file->sha256 = loader->lock_lines[i].sha256;
    }
    if (!file->sha256)
        return bothy_fail(error, BOTHY_EPERM,
                          "%s is not in %s: if it is to be trusted, append the line that "
                          "sha256sum prints for it",
                          file->path, loader->lock_file);
    r = trust_sha256(file->path, sha256, error);
    if (r == 0 && strcmp(sha256, file->sha256))
        r = bothy_fail(error, BOTHY_EPERM, "%s has SHA-256 %.12s…, %s says %.12s…", file->path,
                       sha256, loader->lock_file, file->sha256);
    return r;
}

/* A strategy's values are its own options and the risk parameters, under one roof. */
static int32_t join_options(struct loader *loader, struct plugin_file *file)
{
    uint32_t own = file->schema.option_count;
    uint32_t risk = file->kind == BOTHY_KIND_STRATEGY ? bothy_risk_option_count : 0;

    file->options = arena_alloc(loader->arena, own + risk + 1, sizeof *file->options);
    if (!file->options)
        return BOTHY_ENOMEM;
    if (own)
        memcpy(file->options, file->schema.options, own * sizeof *file->options);
    for (uint32_t i = 0; i < risk; i++) {
        file->options[own + i] = bothy_risk_options[i];
        file->options[own + i].name =
            arena_printf(loader->arena, "%s%s", BOTHY_RISK_PREFIX, bothy_risk_options[i].name);
    }
    file->option_count = own + risk;
    return loader->arena->failed ? BOTHY_ENOMEM : 0;
}

static int32_t ask_schema(struct loader *loader, struct plugin_file *file,
                          struct bothy_error *error)
{
    const struct conf_environment *env = loader->env;
    int32_t r;

    r = env->schema(env->context, file->path, file->kind, &file->schema, error);
    if (r < 0)
        return r;
    file->has_schema = 1;
    if (file->schema.kind != file->kind)
        return bothy_fail(error, BOTHY_EINVAL, "%s is a plugin of kind %s, not %s", file->path,
                          conf_kind_name(file->schema.kind), conf_kind_name(file->kind));
    return join_options(loader, file);
}

/* Returns the file, looked at; or NULL without memory. */
static struct plugin_file *plugin_file(struct loader *loader, const char *path, uint32_t kind)
{
    struct conf_private *private = loader->conf->private;
    struct bothy_error error = { 0 };
    struct plugin_file **files, *file;
    int32_t r = 0;

    for (uint32_t i = 0; i < private->plugin_count; i++) {
        if (private->plugins[i]->kind == kind && !strcmp(private->plugins[i]->path, path))
            return private->plugins[i];
    }
    files = arena_grow(loader->arena, private->plugins, private->plugin_count, sizeof *files);
    file = arena_alloc(loader->arena, 1, sizeof *file);
    if (!files || !file)
        return NULL;
    private->plugins = files;
    files[private->plugin_count++] = file;
    file->path = path;
    file->kind = kind;
    if (!(loader->env->flags & CONF_NO_PLUGIN_FILES))
        r = judge_file(loader, file, &error);
    if (r == 0 && loader->env->schema)
        r = ask_schema(loader, file, &error);
    if (r < 0) {
        file->refused = arena_text(loader->arena, error.text[0] ? error.text : bothy_strerror(r));
        if (!file->refused)
            return NULL;
    }
    return file;
}

int32_t plugin_find(struct loader *loader, const char *path, const struct conf_value *value,
                    uint32_t kind, int required, struct conf_plugin *ret_plugin,
                    const char **ret_unavailable)
{
    struct plugin_file *file;
    char *full;

    if (strchr(value->text, '/') && value->text[0] != '/') {
        value_error(loader, value, path,
                    "\"%.64s\" is neither a name nor an absolute path: begin it with /",
                    value->text);
        return 0;
    }
    if (value->text[0] == '/')
        full = arena_text(loader->arena, value->text);
    else
        full = arena_printf(loader->arena, "%s/%s/%s.so",
                            loader->conf->paths.plugins ? loader->conf->paths.plugins
                                                        : BOTHY_PLUGINDIR,
                            conf_kind_name(kind), value->text);
    if (!full)
        return BOTHY_ENOMEM;
    file = plugin_file(loader, full, kind);
    if (!file)
        return BOTHY_ENOMEM;
    *ret_plugin = (struct conf_plugin) {
        .name = value->text,
        .path = full,
        .kind = kind,
        .sha256 = file->sha256,
    };
    if (file->has_schema && !file->refused) {
        ret_plugin->schema = &file->schema;
        ret_plugin->options = file->options;
        ret_plugin->option_count = file->option_count;
    }
    if (!file->refused)
        return 0;
    if (required) {
        value_error(loader, value, path, "%s", file->refused);
    } else {
        conf_warning(loader->errors, value->origin.file, value->origin.line, path, "%s",
                     file->refused);
        *ret_unavailable = file->refused;
    }
    return 0;
}
