/*
 * `conf dump` and `conf get`: the values in force in the running host, or with -c those of a
 * file. Each with where it comes from; sensitive ones are never shown.
 */
#include "ctl/client.h"
#include "ctl/settings.h"
#include "ctl/show.h"

#include "base/clean.h"
#include "conf/dump.h"
#include "conf/message.h"

#include <stdio.h>
#include <string.h>

extern char **environ;

int32_t settings_load(const char *path, uint32_t flags, struct conf_errors *errors,
                      struct conf **ret_conf)
{
    static const char *const ignored[] = { "BOTHY_LIBEXEC",  "BOTHY_PLUGIN_DIR",
                                           "BOTHY_SOCKET",   "BOTHY_SKELETON",
                                           "BOTHY_BUILDDIR", "BOTHY_SRCDIR",
                                           "BOTHY_SHARED",   NULL };
    struct conf_environment env = {
        .variables = (const char *const *)environ,
        .ignored_variables = ignored,
        .credentials_directory = getenv("CREDENTIALS_DIRECTORY"),
        .plugin_directory = getenv("BOTHY_PLUGIN_DIR"),
        .flags = flags,
    };

    return conf_load(path, &env, errors, ret_conf);
}

static void print_messages(const struct conf_errors *errors)
{
    char line[2048];

    for (uint32_t i = 0; i < errors->count; i++) {
        conf_message_format(&errors->messages[i], line, sizeof line);
        fprintf(stderr, "%s\n", line);
    }
    if (errors->left_off)
        fprintf(stderr, "… and %u more\n", errors->left_off);
}

/* The document of conf_dump_json(), of a file. */
static int load_document(const struct ctl *ctl, const char *path, json_t **ret_document)
{
    _cleanup_free_ struct conf_errors *errors = calloc(1, sizeof *errors);
    _cleanup_free_ char *text = NULL;
    struct conf *conf = NULL;
    json_error_t problem;
    size_t length = 0;
    FILE *out;
    int32_t r;

    if (!errors)
        return ctl_fail(ctl, CTL_ERROR, "no memory");
    r = settings_load(path, CONF_NO_PLUGIN_FILES | CONF_NO_SECRET_FILES, errors, &conf);
    print_messages(errors);
    if (r < 0 && errors->error_count == 0)
        ctl_fail(ctl, CTL_USAGE, "%s: %s", path, bothy_strerror(r));
    conf_errors_clear(errors);
    if (r < 0)
        return CTL_USAGE;
    out = open_memstream(&text, &length);
    r = out ? conf_dump_json(conf, out) : BOTHY_ENOMEM;
    if (out)
        fclose(out);
    conf_free(conf);
    *ret_document = r < 0 ? NULL : json_loadb(text, length, 0, &problem);
    return *ret_document ? CTL_OK : ctl_fail(ctl, CTL_ERROR, "%s", bothy_strerror(r));
}

static int get_document(const struct ctl *ctl, const struct ctl_args *args, json_t **ret_document)
{
    const char *path = ctl_option(args, "config");

    return path ? load_document(ctl, path, ret_document)
                : client_ask(ctl, "conf.dump", NULL, ret_document);
}

static void print_origin(const json_t *value)
{
    const char *file = show_text(value, "file"), *level = show_text(value, "level");
    int64_t line = show_count(value, "line");

    if (file[0] && line)
        printf("    # %s:%lld %s\n", file, (long long)line, level);
    else
        printf("    # %s%s%s\n", file, file[0] ? " " : "", level);
}

/* One line as conf_dump_text() writes it. */
static void print_setting(const json_t *value)
{
    _cleanup_free_ char *text =
        json_dumps(json_object_get(value, "value"), JSON_ENCODE_ANY | JSON_COMPACT);

    printf("%s = %s", show_text(value, "path"), text ? text : "");
    print_origin(value);
}

int command_conf_dump(struct ctl *ctl, const struct ctl_args *args)
{
    json_t *document = NULL, *value;
    int r = get_document(ctl, args, &document);
    size_t i;

    if (r != CTL_OK)
        return r;
    if (ctl->json) {
        r = ctl_print_json(ctl, document);
    } else {
        json_array_foreach(json_object_get(document, "values"), i, value)
        {
            print_setting(value);
        }
    }
    json_decref(document);
    return r;
}

struct paths {
    const json_t *values;
};

static const char *path_at(const void *context, uint32_t i)
{
    const struct paths *paths = context;

    return show_text(json_array_get(paths->values, i), "path");
}

static const json_t *find_path(const json_t *values, const char *path)
{
    json_t *value;
    size_t i;

    json_array_foreach((json_t *)values, i, value)
    {
        if (strcmp(show_text(value, "path"), path) == 0)
            return value;
    }
    return NULL;
}

/*
 * What a symbol has of its own stands in the document; the rest is its bot's, and that holds what
 * is inherited from all bots: bot.NAME.symbols.SYMBOL.OPTION is bot.NAME.risk.OPTION then, or
 * bot.NAME.params.OPTION. The symbol must be one of the bot's: each has its exchange there.
 */
static const json_t *find_inherited(const json_t *values, const char *wanted)
{
    static const char *const groups[] = { "risk", "params" };
    const char *symbols = strstr(wanted, ".symbols."), *option = strrchr(wanted, '.');
    const json_t *value = NULL;
    char path[512];

    if (!symbols || !option || strncmp(wanted, "bot.", 4) != 0 ||
        option < symbols + strlen(".symbols."))
        return NULL;
    snprintf(path, sizeof path, "%.*s.exchange", (int)(option - wanted), wanted);
    if (!find_path(values, path))
        return NULL;
    for (size_t i = 0; i < ARRAY_SIZE(groups) && !value; i++) {
        snprintf(path, sizeof path, "%.*s.%s%s", (int)(symbols - wanted), wanted, groups[i],
                 option);
        value = find_path(values, path);
    }
    return value;
}

int command_conf_get(struct ctl *ctl, const struct ctl_args *args)
{
    const char *wanted = args->words[0], *nearest;
    json_t *document = NULL;
    int r = get_document(ctl, args, &document);
    const json_t *value;
    struct paths paths;
    char room[TABLE_CELL_MAX];

    if (r != CTL_OK)
        return r;
    paths.values = json_object_get(document, "values");
    value = find_path(paths.values, wanted);
    if (!value)
        value = find_inherited(paths.values, wanted);
    if (value) {
        if (ctl->json)
            r = ctl_print_json(ctl, value);
        else
            puts(show_value(json_object_get(value, "value"), room, sizeof room));
        json_decref(document);
        return r;
    }
    nearest = conf_nearest(wanted, path_at, &paths, (uint32_t)json_array_size(paths.values));
    r = ctl_fail(ctl, CTL_REFUSED, "there is no %s%s%s%s", wanted, nearest ? "; did you mean " : "",
                 nearest ? nearest : "", nearest ? "?" : "");
    json_decref(document);
    return r;
}
