/*
 * Overrides from the environment: the path of an option in capitals, with '_' for everything
 * that is neither letter nor digit, behind BOTHY_: log.level is BOTHY_LOG_LEVEL, and
 * bot.funding.params.oi_strong is BOTHY_BOT_FUNDING_PARAMS_OI_STRONG. Variables change the
 * options of bots and exchanges that a file has; they cannot add any.
 */
#include "conf/loader.h"

#include <ctype.h>
#include <string.h>

#define PREFIX        "BOTHY_"
#define VARIABLES_MAX 256
#define VALUE_MAX     4096

static int is_ignored(const struct conf_environment *env, const char *name, size_t length)
{
    for (const char *const *p = env->ignored_variables; p && *p; p++) {
        if (strlen(*p) == length && !strncmp(*p, name, length))
            return 1;
    }
    return 0;
}

int32_t environment_read(struct loader *loader)
{
    const struct conf_environment *env = loader->env;

    for (const char *const *p = env->variables; p && *p; p++) {
        const char *equals = strchr(*p, '=');
        struct variable *variables, *variable;

        if (!equals || strncmp(*p, PREFIX, strlen(PREFIX)))
            continue;
        if (is_ignored(env, *p, (size_t)(equals - *p)))
            continue;
        if (loader->variable_count == VARIABLES_MAX) {
            conf_error(loader->errors, "environment", 0, "", "more than %d BOTHY_* variables",
                       VARIABLES_MAX);
            break;
        }
        variables =
            arena_grow(loader->arena, loader->variables, loader->variable_count, sizeof *variables);
        if (!variables)
            return BOTHY_ENOMEM;
        loader->variables = variables;
        variable = &variables[loader->variable_count++];
        memset(variable, 0, sizeof *variable);
        variable->name = arena_text_n(loader->arena, *p, (size_t)(equals - *p));
        variable->value = arena_text(loader->arena, equals + 1);
        if (!variable->name || !variable->value)
            return BOTHY_ENOMEM;
        if (strlen(variable->value) > VALUE_MAX) {
            conf_error(loader->errors, variable->name, 0, "", "more than %d bytes", VALUE_MAX);
            variable->value = "";
        }
    }
    return 0;
}

static int names_path(const char *variable, const char *path)
{
    const char *rest = variable + strlen(PREFIX);

    for (; *path; path++, rest++) {
        unsigned char c = (unsigned char)*path;

        if (*rest != (isalnum(c) ? toupper(c) : '_'))
            return 0;
    }
    return *rest == '\0';
}

const struct variable *environment_find(struct loader *loader, const char *path)
{
    const struct variable *found = NULL;

    for (uint32_t i = 0; i < loader->variable_count; i++) {
        if (names_path(loader->variables[i].name, path)) {
            loader->variables[i].used = 1;
            found = &loader->variables[i]; /* the last wins, as in a shell */
        }
    }
    return found;
}

/* ---- what overrode nothing ---- */

struct candidates {
    char (*names)[LOADER_PATH_MAX];
    uint32_t count;
    uint32_t capacity;
};

static void add_candidate(struct candidates *candidates, const char *group, const char *name)
{
    char path[LOADER_PATH_MAX], *to;

    if (candidates->count == candidates->capacity)
        return;
    path_join(path, group, name);
    to = candidates->names[candidates->count++];
    memcpy(to, PREFIX, sizeof PREFIX);
    to += strlen(PREFIX);
    for (size_t i = 0; path[i] && i < LOADER_PATH_MAX - sizeof PREFIX; i++) {
        unsigned char c = (unsigned char)path[i];

        *to++ = (char)(isalnum(c) ? toupper(c) : '_');
    }
    *to = '\0';
}

static const char *candidate_at(const void *context, uint32_t i)
{
    return ((const struct candidates *)context)->names[i];
}

void environment_report(struct loader *loader)
{
    struct candidates candidates = { .capacity = 256 };

    for (uint32_t i = 0; i < loader->variable_count; i++) {
        const char *nearest = NULL, *name = loader->variables[i].name;

        if (loader->variables[i].used)
            continue;
        if (!candidates.names) {
            candidates.names =
                arena_alloc(loader->arena, candidates.capacity, sizeof *candidates.names);
            if (!candidates.names)
                return;
            for (uint32_t s = 0; s < SECTION_COUNT; s++) {
                for (uint32_t f = 0; f < conf_sections[s].field_count; f++)
                    add_candidate(&candidates, conf_sections[s].name,
                                  conf_sections[s].fields[f].option.name);
            }
            for (uint32_t r = 0; r < loader->conf->private->risk.count; r++)
                add_candidate(&candidates, "risk",
                              loader->conf->private->risk.values[r].option->name);
        }
        nearest = conf_nearest(name, candidate_at, &candidates, candidates.count);
        if (nearest)
            conf_warning(loader->errors, name, 0, "",
                         "sets nothing that is known; did you mean %s?", nearest);
        else
            conf_warning(loader->errors, name, 0, "", "sets nothing that is known");
    }
}
