/*
 * The rules that a plugin's table of options must keep before anybody uses it: names, types,
 * flags, and that each default, minimum and maximum is a value of its own type. A plugin that
 * breaks one is refused: every later message about its options would be wrong.
 */
#include "runner/loader.h"

#include "base/clean.h"

#include <string.h>

#define KNOWN_FLAGS                                                                                \
    (BOTHY_OPTION_REQUIRED | BOTHY_OPTION_RELOADABLE | BOTHY_OPTION_SENSITIVE |                    \
     BOTHY_OPTION_PER_SYMBOL)

static int is_option_name(const char *name)
{
    size_t length = strnlen(name, BOTHY_NAME_MAX);

    return length > 0 && length < BOTHY_NAME_MAX && name[0] >= 'a' && name[0] <= 'z' &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == length;
}

static int32_t check_value(const struct bothy_option *option, const char *which, const char *text,
                           const char *path, struct bothy_error *error)
{
    struct bothy_option bare = *option;
    int32_t r;

    if (!text)
        return 0;
    /* A bound is judged by its type alone, a default by its bounds too. */
    if (strcmp(which, "default") != 0)
        bare.minimum = bare.maximum = NULL;
    r = bothy_option_check(&bare, text, error);
    if (r < 0)
        bothy_error_prefix(error, "plugin %s: option %s: its %s \"%s\"", path, option->name, which,
                           text);
    return r;
}

static int32_t check_one(const struct bothy_option *option, uint32_t index, uint32_t kind,
                         const char *path, struct bothy_error *error)
{
    int32_t r;

    if (!option->name || !is_option_name(option->name))
        return bothy_fail(error, BOTHY_EINVAL,
                          "plugin %s: option %u needs a name of 1 to %d of a-z 0-9 _, a letter "
                          "first",
                          path, (unsigned)index, BOTHY_NAME_MAX - 1);
    if (option->type < BOTHY_OPTION_BOOL || option->type > BOTHY_OPTION_LIST)
        return bothy_fail(error, BOTHY_EINVAL, "plugin %s: option %s: there is no type %u", path,
                          option->name, (unsigned)option->type);
    if (option->flags & ~(uint32_t)KNOWN_FLAGS)
        return bothy_fail(error, BOTHY_EINVAL, "plugin %s: option %s: unknown flags 0x%x", path,
                          option->name, (unsigned)option->flags);
    if (option->type == BOTHY_OPTION_SECRET && kind == BOTHY_KIND_STRATEGY)
        return bothy_fail(error, BOTHY_EINVAL,
                          "plugin %s: option %s: a strategy gets no secrets; exchanges and sinks "
                          "hold them",
                          path, option->name);
    if ((option->flags & BOTHY_OPTION_REQUIRED) && option->default_value)
        return bothy_fail(error, BOTHY_EINVAL,
                          "plugin %s: option %s is required and has a default; keep one of the two",
                          path, option->name);
    if (option->type == BOTHY_OPTION_ENUM && (!option->choices || !option->choices[0]))
        return bothy_fail(error, BOTHY_EINVAL, "plugin %s: option %s needs choices, as \"one|two\"",
                          path, option->name);
    r = check_value(option, "minimum", option->minimum, path, error);
    if (r == 0)
        r = check_value(option, "maximum", option->maximum, path, error);
    if (r == 0)
        r = check_value(option, "default", option->default_value, path, error);
    return r;
}

int32_t loader_check_options(const struct bothy_option *options, uint32_t count, uint32_t kind,
                             const char *path, struct bothy_error *error)
{
    for (uint32_t i = 0; i < count; i++) {
        int32_t r = check_one(&options[i], i, kind, path, error);

        if (r < 0)
            return r;
        for (uint32_t j = 0; j < i; j++) {
            if (strcmp(options[i].name, options[j].name) == 0)
                return bothy_fail(error, BOTHY_EINVAL,
                                  "plugin %s: option %s stands twice in the table", path,
                                  options[i].name);
        }
    }
    return 0;
}
