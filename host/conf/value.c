/*
 * One option's value: from the environment, a file or the default, checked against the option's
 * own rules by the code that the plugins' side uses (bothy_option_check). What a value means to
 * the host is store.c's.
 */
#include "conf/loader.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <bothy/time.h>

#include "base/clean.h"

#define SHOWN 64 /* bytes of a value that a message repeats */

void value_default(struct conf_value *value, const struct bothy_option *option, uint32_t level)
{
    memset(value, 0, sizeof *value);
    value->option = option;
    value->text = option->default_value;
    value->origin.level = level;
}

void value_error(struct loader *loader, const struct conf_value *value, const char *path,
                 const char *format, ...)
{
    char text[512];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    conf_error(loader->errors, value->origin.file ? value->origin.file : "default",
               value->origin.line, path, "%s", text);
}

void path_join(char joined[LOADER_PATH_MAX], const char *path, const char *name)
{
    snprintf(joined, LOADER_PATH_MAX, "%s%s%s", path, path[0] ? "." : "", name);
}

struct conf_value *values_find(const struct conf_values *values, const char *name)
{
    for (uint32_t i = 0; i < values->count; i++) {
        if (!strcmp(values->values[i].option->name, name))
            return &values->values[i];
    }
    return NULL;
}

struct node *group_find(struct loader *loader, const char *path, const struct node *in,
                        const char *name, uint32_t kind)
{
    struct node *node = in ? tree_find(in, name) : NULL;
    char joined[LOADER_PATH_MAX];

    if (!node)
        return NULL;
    node->used = 1;
    if (node->kind == kind)
        return node;
    path_join(joined, path, name);
    if (!node->refused)
        conf_error(loader->errors, node->file, node->line, joined, "expected %s, got %s",
                   kind == NODE_GROUP ? "a group { … }" : "a list ( … )",
                   tree_kind_name(node->kind));
    return NULL;
}

/* ---- forms ---- */

/* "45m" for a 45 that stands where a duration is expected, and the like. */
static void quote_example(const struct bothy_option *option, const char *text, char *example,
                          size_t capacity)
{
    const char *unit = "";

    if (option->type == BOTHY_OPTION_DURATION)
        unit = "s";
    else if (option->type == BOTHY_OPTION_TIMEFRAME)
        unit = "m";
    snprintf(example, capacity, "\"%.*s%s\"", SHOWN, text, unit);
}

/* Reports a node of the wrong kind for the option. */
static void wrong_kind(struct loader *loader, const struct bothy_option *option,
                       const struct node *node, const char *path)
{
    const char *expected = bothy_option_type_name(option->type);
    const char *got = tree_kind_name(node->kind);
    char example[SHOWN + 8];
    int64_t number;

    if (node->kind == NODE_GROUP || node->kind == NODE_LIST) {
        conf_error(loader->errors, node->file, node->line, path, "expected %s, got %s", expected,
                   got);
    } else if (option->type == BOTHY_OPTION_LIST) {
        conf_error(loader->errors, node->file, node->line, path,
                   "expected a list, got %s: write ( \"…\", … )", got);
    } else if (option->type == BOTHY_OPTION_BOOL) {
        if (node->kind == NODE_TEXT &&
            (!strcmp(node->text, "true") || !strcmp(node->text, "false")))
            conf_error(loader->errors, node->file, node->line, path,
                       "expected true or false, got %s: write %s without quotes", got, node->text);
        else
            conf_error(loader->errors, node->file, node->line, path,
                       "expected true or false, got %s", got);
    } else if (option->type == BOTHY_OPTION_INT) {
        if (node->kind == NODE_TEXT &&
            bothy_int64_parse(node->text, strlen(node->text), &number) == 0)
            conf_error(loader->errors, node->file, node->line, path,
                       "expected %s, got %s: write %s without quotes", expected, got, node->text);
        else
            conf_error(loader->errors, node->file, node->line, path, "expected %s, got %s",
                       expected, got);
    } else if (node->kind == NODE_INTEGER) {
        quote_example(option, node->text, example, sizeof example);
        conf_error(loader->errors, node->file, node->line, path,
                   "expected %s, got %s: write it in quotes: %s", expected, got, example);
    } else {
        conf_error(loader->errors, node->file, node->line, path, "expected %s, got %s", expected,
                   got);
    }
}

static int right_kind(uint32_t type, uint32_t kind)
{
    switch (type) {
    case BOTHY_OPTION_BOOL:
        return kind == NODE_BOOLEAN;
    case BOTHY_OPTION_INT:
        return kind == NODE_INTEGER;
    case BOTHY_OPTION_LIST:
        return kind == NODE_LIST;
    default:
        return kind == NODE_TEXT;
    }
}

/* ---- checks ---- */

/* Checks one text by the option's rules; reports and returns 0 if it does not fit. */
static int check_text(struct loader *loader, const struct conf_value *value, const char *text,
                      const char *path)
{
    struct bothy_error error = { 0 };

    /* What is wrong with a secret is secret.c's, which may have to accept an inline one. */
    if (value->option->type == BOTHY_OPTION_SECRET)
        return 1;
    if (bothy_option_check(value->option, text, &error) == 0)
        return 1;
    value_error(loader, value, path, "%s", error.text);
    return 0;
}

static int check_value(struct loader *loader, const struct conf_value *value, const char *path)
{
    uint32_t errors = loader->errors->error_count;

    if (value->option->type == BOTHY_OPTION_LIST) {
        for (uint32_t i = 0; i < value->item_count; i++) {
            if (!check_text(loader, value, value->items[i], path))
                return 0;
        }
        return 1;
    }
    if (!check_text(loader, value, value->text, path))
        return 0;
    if (value->option->type == BOTHY_OPTION_SECRET)
        secret_check(loader, value, path);
    if (value->option->type == BOTHY_OPTION_FILE)
        file_option_check(loader, value, path);
    return loader->errors->error_count == errors;
}

/* ---- sources ---- */

static int read_list(struct loader *loader, const struct node *node, const char *path,
                     struct conf_value *value)
{
    const char **items;

    if (node->child_count > CONF_LIST_MAX) {
        conf_error(loader->errors, node->file, node->line, path, "%u elements: at most %d",
                   node->child_count, CONF_LIST_MAX);
        return 0;
    }
    items = arena_alloc(loader->arena, node->child_count + 1, sizeof *items);
    if (!items)
        return 0;
    for (uint32_t i = 0; i < node->child_count; i++) {
        const struct node *child = node->children[i];

        if (child->refused)
            return 0;
        if (child->kind != NODE_TEXT) {
            conf_error(loader->errors, child->file, child->line, path,
                       "element %u: expected string, got %s", i + 1, tree_kind_name(child->kind));
            return 0;
        }
        items[i] = child->text;
    }
    value->items = items;
    value->item_count = node->child_count;
    return 1;
}

/* "a, b" as a list: in the environment only. */
static int split_list(struct loader *loader, const char *text, struct conf_value *value)
{
    const char **items = arena_alloc(loader->arena, CONF_LIST_MAX, sizeof *items);
    uint32_t count = 0;

    while (items && *text && count < CONF_LIST_MAX) {
        size_t length = strcspn(text, ","), blanks = strspn(text, " ");
        size_t end = length;

        while (end > blanks && text[end - 1] == ' ')
            end--;
        items[count] =
            arena_text_n(loader->arena, text + min_u64(blanks, end), end - min_u64(blanks, end));
        if (!items[count++])
            return 0;
        text += length;
        text += *text == ',';
    }
    value->items = items;
    value->item_count = count;
    return items != NULL;
}

static int read_variable(struct loader *loader, const struct variable *variable, const char *path,
                         struct conf_value *value)
{
    struct conf_value fresh = { .option = value->option,
                                .origin = { variable->name, 0, CONF_LEVEL_ENVIRONMENT } };

    if (value->option->type == BOTHY_OPTION_LIST) {
        if (!split_list(loader, variable->value, &fresh))
            return 0;
    } else {
        char *text = arena_text(loader->arena, variable->value);

        if (!text)
            return 0;
        /* Variables are often written in capitals: BOTHY_LOG_LEVEL=DEBUG. */
        if (value->option->type == BOTHY_OPTION_ENUM || value->option->type == BOTHY_OPTION_BOOL) {
            for (char *c = text; *c; c++)
                *c = (char)tolower((unsigned char)*c);
        }
        fresh.text = text;
    }
    if (!check_value(loader, &fresh, path))
        return 0;
    *value = fresh;
    return 1;
}

int value_read(struct loader *loader, const char *path, const struct bothy_option *option,
               const struct node *group, uint32_t level, struct conf_value *value)
{
    const struct variable *variable = environment_find(loader, path);
    struct node *node = group ? tree_find(group, option->name) : NULL;
    struct conf_value fresh = { .option = option };
    int set = 0;

    if (node) {
        node->used = 1;
        fresh.origin = (struct conf_origin) { node->file, node->line, level };
        if (node->refused) {
            set = 0;
        } else if (!right_kind(option->type, node->kind)) {
            wrong_kind(loader, option, node, path);
        } else if (option->type == BOTHY_OPTION_LIST) {
            set = read_list(loader, node, path, &fresh) && check_value(loader, &fresh, path);
        } else {
            fresh.text = node->text;
            set = check_value(loader, &fresh, path);
        }
        if (set)
            *value = fresh;
    }
    if (variable && read_variable(loader, variable, path, value))
        set = 1;
    return set;
}

int32_t values_read(struct loader *loader, const char *path, const struct bothy_option *options,
                    size_t option_size, uint32_t count, const struct node *group, uint32_t level,
                    struct conf_values *ret_values)
{
    struct conf_value *values = arena_alloc(loader->arena, count ? count : 1, sizeof *values);

    if (!values)
        return BOTHY_ENOMEM;
    for (uint32_t i = 0; i < count; i++) {
        const struct bothy_option *option = (const void *)((const char *)options + i * option_size);
        const struct node *node = group ? tree_find(group, option->name) : NULL;
        char joined[LOADER_PATH_MAX];

        if (ret_values->values) /* inherited: what is not set here stays */
            values[i] = ret_values->values[i];
        else
            value_default(&values[i], option,
                          level == CONF_LEVEL_PLUGIN ? CONF_LEVEL_PLUGIN : CONF_LEVEL_DEFAULT);
        path_join(joined, path, option->name);
        if (value_read(loader, joined, option, group,
                       level == CONF_LEVEL_PLUGIN ? CONF_LEVEL_BOT : level, &values[i]))
            continue;
        if ((option->flags & BOTHY_OPTION_REQUIRED) && !node && !values[i].text)
            conf_error(loader->errors, group ? group->file : NULL, group ? group->line : 0, joined,
                       "is missing: %s = … ; (%s)", option->name,
                       bothy_option_type_name(option->type));
    }
    ret_values->values = values;
    ret_values->count = count;
    return 0;
}
