/*
 * Entries with names: exchanges and watchlists, and what all entries have in common: names that
 * are well formed and unique, and the options of a plugin.
 */
#include "conf/loader.h"

#include <stdio.h>
#include <string.h>

#include <bothy/plugin.h>

#include "base/clean.h"
#include "conf/entries.h"

int name_check(struct loader *loader, const char *path, const struct conf_value *value)
{
    const char *name = value->text;
    size_t length = strlen(name);

    if (length && length < BOTHY_NAME_MAX && name[0] >= 'a' && name[0] <= 'z' &&
        strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-") == length)
        return 1;
    value_error(loader, value, path,
                "\"%.64s\" is no name: a lower-case letter, then letters, digits, _ and -, at most "
                "%d in all",
                name, BOTHY_NAME_MAX - 1);
    return 0;
}

int symbol_check(struct loader *loader, const char *path, const char *symbol, const char *file,
                 uint32_t line)
{
    size_t length = strlen(symbol);

    if (length && length < BOTHY_SYMBOL_MAX &&
        strspn(symbol, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/:._-") ==
            length)
        return 1;
    conf_error(loader->errors, file, line, path,
               "\"%.64s\" is no symbol: letters, digits and / : . _ -, at most %d in all", symbol,
               BOTHY_SYMBOL_MAX - 1);
    return 0;
}

int32_t entry_open(struct loader *loader, const struct node *list, uint32_t index,
                   const struct conf_section *section, struct entry *ret)
{
    const struct node *node = list->children[index];
    const struct conf_value *name;
    char key[LOADER_PATH_MAX];
    int32_t r;

    memset(ret, 0, sizeof *ret);
    snprintf(ret->path, sizeof ret->path, "%ss[%u]", section->name, index);
    if (node->kind != NODE_GROUP) {
        if (!node->refused)
            conf_error(loader->errors, node->file, node->line, ret->path,
                       "expected a group { … }, got %s", tree_kind_name(node->kind));
        return 0;
    }
    /* Known by its name from the start, if that is usable at all. */
    for (uint32_t i = 0; i < node->child_count; i++) {
        const struct node *child = node->children[i];

        if (!strcmp(child->name, "name") && child->kind == NODE_TEXT && !child->refused &&
            *child->text)
            snprintf(ret->path, sizeof ret->path, "%s.%.64s", section->name, child->text);
    }
    ret->node = node;
    ret->origin = (struct conf_origin) { node->file, node->line, CONF_LEVEL_BOT };
    r = values_read(loader, ret->path, &section->fields[0].option, sizeof section->fields[0],
                    section->field_count, node, CONF_LEVEL_BOT, &ret->own);
    if (r < 0)
        return r;
    name = values_find(&ret->own, "name");
    path_join(key, ret->path, "name");
    if (name->text && name_check(loader, key, name))
        ret->name = name->text;
    return 1;
}

int entry_is_new(struct loader *loader, const struct entry *entry, const char *earlier_name,
                 const struct conf_origin *earlier)
{
    if (!entry->name || strcmp(entry->name, earlier_name))
        return 1;
    conf_error(loader->errors, entry->origin.file, entry->origin.line, entry->path,
               "there is one of this name already, in %s:%u: rename or remove one", earlier->file,
               earlier->line);
    return 0;
}

int32_t entry_plugin(struct loader *loader, const struct entry *entry, uint32_t kind, int required,
                     struct conf_plugin *ret_plugin, const char **ret_unavailable)
{
    struct conf_value value = *values_find(&entry->own, "plugin");
    char key[LOADER_PATH_MAX];

    path_join(key, entry->path, "plugin");
    if (!value.text) {
        if (!entry->name)
            return 0;
        value = *values_find(&entry->own, "name");
        value.text = entry->name;
    }
    return plugin_find(loader, key, &value, kind, required, ret_plugin, ret_unavailable);
}

struct node *list_find(struct loader *loader, const char *name, uint32_t maximum)
{
    struct node *list = group_find(loader, "", loader->root, name, NODE_LIST);

    if (list && list->child_count > maximum) {
        const struct node *over = list->children[maximum];

        conf_error(loader->errors, over->file, over->line, name, "%u entries: at most %u",
                   list->child_count, maximum);
        return NULL;
    }
    return list;
}

/* ---- params ---- */

/* Without a schema: whatever stands there, as it stands there. */
static int32_t params_raw(struct loader *loader, const char *path, const struct node *group,
                          struct conf_values *ret_params)
{
    struct conf_value *values = arena_alloc(loader->arena, group->child_count + 1, sizeof *values);
    uint32_t count = 0;

    if (!values)
        return BOTHY_ENOMEM;
    for (uint32_t i = 0; i < group->child_count; i++) {
        struct node *child = group->children[i];
        struct bothy_option *option = arena_alloc(loader->arena, 1, sizeof *option);
        char key[LOADER_PATH_MAX];

        if (!option)
            return BOTHY_ENOMEM;
        path_join(key, path, child->name);
        option->name = child->name;
        option->type = child->kind == NODE_INTEGER   ? BOTHY_OPTION_INT
                       : child->kind == NODE_BOOLEAN ? BOTHY_OPTION_BOOL
                       : child->kind == NODE_LIST    ? BOTHY_OPTION_LIST
                                                     : BOTHY_OPTION_STRING;
        value_default(&values[count], option, CONF_LEVEL_PLUGIN);
        if (value_read(loader, key, option, group, CONF_LEVEL_BOT, &values[count]))
            count++;
    }
    ret_params->values = values;
    ret_params->count = count;
    return 0;
}

int32_t params_read(struct loader *loader, const char *path, const struct conf_schema *schema,
                    const struct node *entry, struct conf_values *ret_params)
{
    struct node *group = group_find(loader, path, entry, "params", NODE_GROUP);
    struct node nothing = { .kind = NODE_GROUP, .file = entry->file, .line = entry->line };
    struct known known = { .count = 0 };
    char key[LOADER_PATH_MAX];
    int32_t r;

    path_join(key, path, "params");
    if (!schema)
        return group ? params_raw(loader, key, group, ret_params) : 0;
    r = values_read(loader, key, schema->options, sizeof schema->options[0], schema->option_count,
                    group ? group : &nothing, CONF_LEVEL_PLUGIN, ret_params);
    if (r == 0 && group) {
        known_add_options(&known, schema->options, schema->option_count);
        unknown_report(loader, key, group, known.names, known.count);
    }
    return r;
}

/* ---- exchanges ---- */

static int32_t exchange_read(struct loader *loader, const struct node *list, uint32_t index)
{
    struct conf *conf = loader->conf;
    struct conf_exchange *exchange = &conf->exchanges[conf->exchange_count];
    struct known known = { .count = 0 };
    struct entry entry;
    int32_t r;

    r = entry_open(loader, list, index, &conf_exchange_section, &entry);
    if (r <= 0)
        return r;
    for (uint32_t i = 0; i < conf->exchange_count; i++) {
        if (!entry_is_new(loader, &entry, conf->exchanges[i].name, &conf->exchanges[i].origin))
            return 0;
    }
    store_section(loader, entry.path, &conf_exchange_section, &entry.own, exchange);
    exchange->own = entry.own;
    exchange->origin = entry.origin;
    r = entry_plugin(loader, &entry, BOTHY_KIND_EXCHANGE, exchange->required && exchange->enabled,
                     &exchange->plugin, &exchange->unavailable);
    if (r == 0)
        r = params_read(loader, entry.path, exchange->plugin.schema, entry.node, &exchange->params);
    if (r < 0)
        return r;
    known_add_section(&known, &conf_exchange_section);
    known_add_structures(&known, "exchange");
    unknown_report(loader, entry.path, entry.node, known.names, known.count);
    if (entry.name)
        conf->exchange_count++;
    else
        memset(exchange, 0, sizeof *exchange);
    return 0;
}

int32_t exchanges_read(struct loader *loader)
{
    const struct node *list = list_find(loader, "exchanges", CONF_EXCHANGES_MAX);
    int32_t r = 0;

    loader->conf->exchanges = arena_alloc(loader->arena, list ? list->child_count + 1 : 1,
                                          sizeof *loader->conf->exchanges);
    if (!loader->conf->exchanges)
        return BOTHY_ENOMEM;
    for (uint32_t i = 0; list && r == 0 && i < list->child_count; i++)
        r = exchange_read(loader, list, i);
    return r;
}

/* ---- watchlists ---- */

static int32_t watchlist_symbols(struct loader *loader, const struct entry *entry,
                                 struct conf_list *ret)
{
    const struct node *list = group_find(loader, entry->path, entry->node, "symbols", NODE_LIST);
    char path[LOADER_PATH_MAX];
    const char **symbols;

    path_join(path, entry->path, "symbols");
    if (!tree_find(entry->node, "symbols"))
        conf_error(loader->errors, entry->origin.file, entry->origin.line, path,
                   "is missing: symbols = ( \"BTC/USDT\", … );");
    if (!list)
        return 0;
    symbols = arena_alloc(loader->arena, list->child_count + 1, sizeof *symbols);
    if (!symbols)
        return BOTHY_ENOMEM;
    for (uint32_t i = 0; i < list->child_count; i++) {
        const struct node *child = list->children[i];
        int twice = 0;

        if (child->refused)
            continue;
        if (child->kind != NODE_TEXT) {
            conf_error(loader->errors, child->file, child->line, path, "expected a symbol, got %s",
                       tree_kind_name(child->kind));
            continue;
        }
        if (!symbol_check(loader, path, child->text, child->file, child->line))
            continue;
        for (uint32_t k = 0; k < ret->count; k++)
            twice |= !strcmp(symbols[k], child->text);
        if (twice) {
            conf_error(loader->errors, child->file, child->line, path, "%s stands there twice",
                       child->text);
            continue;
        }
        symbols[ret->count++] = child->text;
    }
    ret->items = symbols;
    return 0;
}

int32_t watchlists_read(struct loader *loader)
{
    const struct node *list = list_find(loader, "watchlists", CONF_WATCHLISTS_MAX);
    struct conf *conf = loader->conf;

    conf->watchlists =
        arena_alloc(loader->arena, list ? list->child_count + 1 : 1, sizeof *conf->watchlists);
    if (!conf->watchlists)
        return BOTHY_ENOMEM;
    for (uint32_t i = 0; list && i < list->child_count; i++) {
        struct conf_watchlist *watchlist = &conf->watchlists[conf->watchlist_count];
        struct known known = { .count = 0 };
        struct entry entry;
        int is_new = 1;
        int32_t r = entry_open(loader, list, i, &conf_watchlist_section, &entry);

        if (r < 0)
            return r;
        if (r == 0)
            continue;
        for (uint32_t k = 0; is_new && k < conf->watchlist_count; k++)
            is_new =
                entry_is_new(loader, &entry, conf->watchlists[k].name, &conf->watchlists[k].origin);
        memset(watchlist, 0, sizeof *watchlist);
        r = watchlist_symbols(loader, &entry, &watchlist->symbols);
        if (r < 0)
            return r;
        known_add_section(&known, &conf_watchlist_section);
        known_add_structures(&known, "watchlist");
        unknown_report(loader, entry.path, entry.node, known.names, known.count);
        watchlist->name = entry.name;
        watchlist->origin = entry.origin;
        if (entry.name && is_new)
            conf->watchlist_count++;
    }
    return 0;
}
