/*
 * What the parts of a load share: the configuration in the making, the merged tree, the
 * environment, and where messages go. Internal to this room.
 *
 * Functions here report what is wrong with a value themselves, and return negative only when
 * there is no use in going on (no memory). Whether the load succeeds is decided at its end, by
 * the number of errors.
 */
#ifndef BOTHY_CONF_LOADER_H
#define BOTHY_CONF_LOADER_H

#include "conf/arena.h"
#include "conf/conf.h"
#include "conf/message.h"
#include "conf/options.h"
#include "conf/tree.h"

#define LOADER_PATH_MAX 256 /* bytes of the path of an option in messages */

/* One plugin file, however many entries use it. */
struct plugin_file {
    const char *path;
    uint32_t kind;
    const char *sha256;  /* that plugins.lock demands, or NULL */
    const char *refused; /* why it may not be used, or NULL */
    int has_schema;
    struct conf_schema schema;
    struct bothy_option *options; /* the schema's, and "risk.*" for a strategy */
    uint32_t option_count;
};

struct lock_line {
    const char *sha256;
    const char *path;
};

struct conf_private {
    struct arena arena;
    struct conf_values sections[SECTION_COUNT];
    struct conf_values risk; /* the host's own level */
    struct plugin_file **plugins;
    uint32_t plugin_count;
};

struct variable {
    const char *name; /* "BOTHY_LOG_LEVEL" */
    const char *value;
    int used;
};

struct loader {
    struct conf *conf;
    struct arena *arena; /* the configuration's */
    const struct conf_environment *env;
    struct conf_errors *errors;
    struct node *root;
    struct variable *variables;
    uint32_t variable_count;
    const char *lock_file; /* plugins.lock, or NULL: there is none */
    struct lock_line *lock_lines;
    uint32_t lock_count;
};

/* ---- value.c ---- */

/* Effect: the option with its default, as if nothing were written. */
void value_default(struct conf_value *value, const struct bothy_option *option, uint32_t level);

/*
 * Effect: if the environment, or else `group` (may be NULL), sets the option, checks that and puts
 * it into *value; otherwise, or if it is wrong (reported), *value stays. Returns 1 if it was set.
 */
int value_read(struct loader *loader, const char *path, const struct bothy_option *option,
               const struct node *group, uint32_t level, struct conf_value *value);

/*
 * Effect: reads all options of a table in `group`, named `path` in messages. REQUIRED ones that
 * are missing are reported at `group`. Returns 0 or BOTHY_ENOMEM.
 */
int32_t values_read(struct loader *loader, const char *path, const struct bothy_option *options,
                    size_t option_size, uint32_t count, const struct node *group, uint32_t level,
                    struct conf_values *ret_values);

/* Returns the value of that name, or NULL. */
struct conf_value *values_find(const struct conf_values *values, const char *name);

/* Effect: reports where the value comes from. */
void value_error(struct loader *loader, const struct conf_value *value, const char *path,
                 const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Effect: "path.name", or "name" where path is "". Cut to fit. */
void path_join(char joined[LOADER_PATH_MAX], const char *path, const char *name);

/* Effect: finds a group (or list) of that name and checks its kind; NULL if absent or wrong. */
struct node *group_find(struct loader *loader, const char *path, const struct node *in,
                        const char *name, uint32_t kind);

/* ---- unknown.c ---- */

/*
 * Effect: reports every child of `group` that nobody asked for, with the nearest of the names
 * that are known there, or the place where such a name belongs.
 */
void unknown_report(struct loader *loader, const char *path, const struct node *group,
                    const char *const *known, uint32_t known_count);

/* Names of tables and single words, collected for unknown_report(). */
struct known {
    const char *names[512];
    uint32_t count;
};
void known_add(struct known *known, const char *name);
void known_add_section(struct known *known, const struct conf_section *section);
void known_add_options(struct known *known, const struct bothy_option *options, uint32_t count);
void known_add_values(struct known *known, const struct conf_values *values);
void known_add_structures(struct known *known, const char *in);

/* ---- store.c ---- */

/* Effect: turns a checked value into the field of a struct; reports what the host adds to the
 * option's own rules (sizes, absolute paths …). */
void store_value(struct loader *loader, const char *path, const struct conf_value *value,
                 uint32_t store, void *field);
/* The same for a whole section, whose struct begins at `base`. */
void store_section(struct loader *loader, const char *path, const struct conf_section *section,
                   const struct conf_values *values, void *base);
void store_risk(struct loader *loader, const struct conf_values *values, struct conf_risk *risk);

/* ---- secret.c ---- */

/* Effect: checks what a SECRET or FILE option refers to. */
void secret_check(struct loader *loader, const struct conf_value *value, const char *path);
void file_option_check(struct loader *loader, const struct conf_value *value, const char *path);

/* ---- plugin.c ---- */

/* Effect: reads plugins.lock beside the main file, if there is one. */
int32_t plugin_lock_read(struct loader *loader, const char *conf_path);
/*
 * Effect: finds the file of an entry's plugin, checks that it may be loaded, and gets its schema.
 * What is wrong is reported at `value` (path), as a warning when `required` is 0; then
 * *ret_unavailable says it. Returns 0 or BOTHY_ENOMEM.
 */
int32_t plugin_find(struct loader *loader, const char *path, const struct conf_value *value,
                    uint32_t kind, int required, struct conf_plugin *ret_plugin,
                    const char **ret_unavailable);

/* ---- exchanges.c, bots.c, symbols.c ---- */

int32_t exchanges_read(struct loader *loader);
int32_t watchlists_read(struct loader *loader);
int32_t bots_read(struct loader *loader);
int32_t symbols_read(struct loader *loader, const char *path, struct conf_bot *bot,
                     const struct node *list, const struct conf_watchlist *watchlist);
/* Effect: reads an entry's `params` against its plugin's schema, or as they are without one. */
int32_t params_read(struct loader *loader, const char *path, const struct conf_schema *schema,
                    const struct node *entry, struct conf_values *ret_params);
/*
 * Effect: reports an entry's name that is not well formed or was taken before (at `earlier`, or
 * NULL). Returns 1 if it can be used.
 */
int name_check(struct loader *loader, const char *path, const struct conf_value *value);
int symbol_check(struct loader *loader, const char *path, const char *symbol, const char *file,
                 uint32_t line);

/* ---- consistency.c ---- */

/* Effect: warns of, or refuses, values that are each permitted but contradict each other. */
void consistency_check(struct loader *loader);

/* ---- environment.c ---- */

int32_t environment_read(struct loader *loader);
/* Returns the variable that overrides the option at `path`, marked as used, or NULL. */
const struct variable *environment_find(struct loader *loader, const char *path);
/* Effect: warns of BOTHY_* variables that overrode nothing. */
void environment_report(struct loader *loader);

#endif
