/*
 * Loading: files, then the merged tree, then one part after the other. See conf.h.
 *
 * A file whose structure is broken ends the load after all files have been scanned: what is
 * missing from the tree would otherwise be reported as missing from the configuration.
 */
#include "conf/loader.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bothy/risk.h>

#include "base/clean.h"

#define CONF_D "conf.d"

/* ---- files ---- */

struct reading {
    struct loader *loader;
    const char **files;
    uint32_t file_count;
    int broken; /* the structure of a file is */
};

static int32_t add_text(struct reading *reading, const char *name, const char *text, size_t length)
{
    struct loader *loader = reading->loader;
    int32_t r;

    reading->files[reading->file_count++] = name;
    r = tree_add_text(loader->arena, loader->root, name, text, length, loader->errors);
    if (r == BOTHY_EINVAL)
        reading->broken = 1;
    return r == BOTHY_EINVAL ? 0 : r;
}

static int32_t add_file(struct reading *reading, const char *name)
{
    struct conf_errors *errors = reading->loader->errors;
    _cleanup_free_ char *text = malloc(CONF_FILE_BYTES_MAX + 1);
    _cleanup_close_ int fd = -1;
    size_t used = 0;
    struct stat st;

    if (!text)
        return BOTHY_ENOMEM;
    fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
        conf_error(errors, name, 0, "", "cannot be read: %s",
                   fd < 0 ? strerror(errno) : "it is no regular file");
        reading->broken = 1;
        return 0;
    }
    if (st.st_mode & S_IWOTH)
        conf_warning(errors, name, 0, "", "everybody may write to this file: chmod o-w it");
    /* One byte more than permitted shows that there is more. */
    while (used <= CONF_FILE_BYTES_MAX) {
        ssize_t n = read(fd, text + used, CONF_FILE_BYTES_MAX + 1 - used);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            conf_error(errors, name, 0, "", "cannot be read: %s", strerror(errno));
            reading->broken = 1;
            return 0;
        }
        if (n == 0)
            break;
        used += (size_t)n;
    }
    return add_text(reading, name, text, used);
}

static int is_piece(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);

    return entry->d_name[0] != '.' && length > 5 && !strcmp(entry->d_name + length - 5, ".conf");
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int32_t add_pieces(struct reading *reading, const char *path)
{
    struct loader *loader = reading->loader;
    const char *slash = strrchr(path, '/');
    int prefix = slash ? (int)(slash - path) + 1 : 0;
    struct dirent **entries = NULL;
    char *folder = arena_printf(loader->arena, "%.*s%s", prefix, path, CONF_D);
    int32_t r = 0;
    int count;

    if (!folder)
        return BOTHY_ENOMEM;
    count = scandir(folder, &entries, is_piece, by_name);
    if (count < 0) {
        if (errno != ENOENT && errno != ENOTDIR)
            conf_error(loader->errors, folder, 0, "", "cannot be read: %s", strerror(errno));
        return 0;
    }
    if (count > CONF_FILES_MAX - 1)
        conf_error(loader->errors, folder, 0, "", "%d files: at most %d", count,
                   CONF_FILES_MAX - 1);
    for (int i = 0; i < count; i++) {
        if (r == 0 && i < CONF_FILES_MAX - 1) {
            char *name = arena_printf(loader->arena, "%s/%s", folder, entries[i]->d_name);

            r = name ? add_file(reading, name) : BOTHY_ENOMEM;
        }
        free(entries[i]);
    }
    free(entries);
    return r;
}

/* ---- parts ---- */

static int32_t section_read(struct loader *loader, uint32_t index)
{
    const struct conf_section *section = &conf_sections[index];
    struct conf_values *values = &loader->conf->private->sections[index];
    const struct node *group = loader->root;
    struct known known = { .count = 0 };
    int32_t r;

    if (index != SECTION_TOP)
        group = group_find(loader, "", loader->root, section->name, NODE_GROUP);
    r = values_read(loader, section->name, &section->fields[0].option, sizeof section->fields[0],
                    section->field_count, group, CONF_LEVEL_GLOBAL, values);
    if (r < 0)
        return r;
    if (index == SECTION_PATHS && loader->env->plugin_directory) {
        struct conf_value *plugins = values_find(values, "plugins");

        if (plugins->origin.level == CONF_LEVEL_DEFAULT)
            plugins->text = arena_text(loader->arena, loader->env->plugin_directory);
    }
    store_section(loader, section->name, section, values, (char *)loader->conf + section->offset);
    if (index != SECTION_TOP && group) {
        known_add_section(&known, section);
        unknown_report(loader, section->name, group, known.names, known.count);
    }
    return loader->arena->failed ? BOTHY_ENOMEM : 0;
}

static int32_t risk_read(struct loader *loader)
{
    const struct node *group = group_find(loader, "", loader->root, "risk", NODE_GROUP);
    struct conf_values *values = &loader->conf->private->risk;
    struct known known = { .count = 0 };
    int32_t r;

    r = values_read(loader, "risk", bothy_risk_options, sizeof bothy_risk_options[0],
                    bothy_risk_option_count, group, CONF_LEVEL_GLOBAL, values);
    if (r < 0)
        return r;
    store_risk(loader, values, &loader->conf->risk);
    if (group) {
        known_add_options(&known, bothy_risk_options, bothy_risk_option_count);
        unknown_report(loader, "risk", group, known.names, known.count);
    }
    return 0;
}

/* Paths that follow from others, and values that others switch off. */
static int32_t derive(struct loader *loader)
{
    struct conf *conf = loader->conf;

    if (conf->paths.socket && !*conf->paths.socket && conf->paths.run)
        conf->paths.socket = arena_printf(loader->arena, "%s/control.sock", conf->paths.run);
    if (conf->audit.directory && !*conf->audit.directory && conf->paths.state)
        conf->audit.directory = arena_printf(loader->arena, "%s/audit", conf->paths.state);
    if (conf->paper.slippage_model == CONF_SLIPPAGE_NONE)
        conf->paper.slippage_pct = bothy_decimal_zero();
    return loader->arena->failed ? BOTHY_ENOMEM : 0;
}

static int32_t build(struct loader *loader)
{
    struct known known = { .count = 0 };
    int32_t r = 0;

    for (uint32_t i = 0; r == 0 && i < SECTION_COUNT; i++)
        r = section_read(loader, i);
    if (r == 0)
        r = derive(loader);
    if (r == 0)
        r = risk_read(loader);
    if (r == 0)
        r = exchanges_read(loader);
    if (r == 0)
        r = watchlists_read(loader);
    if (r == 0)
        r = bots_read(loader);
    if (r < 0)
        return r;
    known_add_section(&known, &conf_sections[SECTION_TOP]);
    known_add_structures(&known, "");
    unknown_report(loader, "", loader->root, known.names, known.count);
    consistency_check(loader);
    environment_report(loader);
    return loader->arena->failed ? BOTHY_ENOMEM : 0;
}

/* ---- the whole ---- */

static struct conf *conf_new(void)
{
    struct conf *conf = calloc(1, sizeof *conf);

    if (conf)
        conf->private = calloc(1, sizeof *conf->private);
    if (conf && !conf->private) {
        free(conf);
        return NULL;
    }
    return conf;
}

struct conf *conf_free(struct conf *conf)
{
    if (!conf)
        return NULL;
    for (uint32_t i = 0; i < conf->private->plugin_count; i++) {
        if (conf->private->plugins[i]->has_schema)
            conf_schema_clear(&conf->private->plugins[i]->schema);
    }
    arena_clear(&conf->private->arena);
    free(conf->private);
    free(conf);
    return NULL;
}

static int32_t load(const char *path, const char *text, size_t length,
                    const struct conf_environment *env, struct conf_errors *errors,
                    struct conf **ret)
{
    static const struct conf_environment nothing;
    struct node root = { .kind = NODE_GROUP };
    struct loader loader = { .env = env ? env : &nothing, .errors = errors, .root = &root };
    struct reading reading = { .loader = &loader };
    uint32_t earlier = errors->error_count;
    struct conf *conf = conf_new();
    int32_t r;

    if (!conf)
        return BOTHY_ENOMEM;
    loader.conf = conf;
    loader.arena = &conf->private->arena;
    root.file = arena_text(loader.arena, path);
    root.line = 1;
    reading.files = arena_alloc(loader.arena, CONF_FILES_MAX, sizeof *reading.files);
    if (!root.file || !reading.files) {
        conf_free(conf);
        return BOTHY_ENOMEM;
    }
    if (text) {
        r = add_text(&reading, root.file, text, length);
    } else {
        r = add_file(&reading, root.file);
        if (r == 0)
            r = add_pieces(&reading, root.file);
    }
    conf->files = (struct conf_list) { reading.files, reading.file_count };
    if (r == 0)
        r = environment_read(&loader);
    if (r == 0 && !text && !(loader.env->flags & CONF_NO_PLUGIN_FILES))
        r = plugin_lock_read(&loader, root.file);
    if (r == 0 && !reading.broken)
        r = build(&loader);
    conf_errors_sort(errors, conf->files.items, conf->files.count);
    if (r == 0 && errors->error_count > earlier)
        r = BOTHY_EINVAL;
    if (r < 0) {
        conf_free(conf);
        return r;
    }
    *ret = conf;
    return 0;
}

int32_t conf_load(const char *path, const struct conf_environment *env, struct conf_errors *errors,
                  struct conf **ret)
{
    return load(path, NULL, 0, env, errors, ret);
}

int32_t conf_load_text(const char *name, const char *text, size_t length,
                       const struct conf_environment *env, struct conf_errors *errors,
                       struct conf **ret)
{
    return load(name, text, length, env, errors, ret);
}
