/*
 * The symbols of a bot: those of its watchlist, in that order, each with the values of the entry
 * in `symbols` that names it; then the other entries. An entry may have risk parameters and the
 * plugin's options that are made for it, side by side.
 */
#include "conf/loader.h"

#include <stdio.h>
#include <string.h>

#include <bothy/plugin.h>
#include <bothy/risk.h>

#include "conf/lookup.h"

struct reading {
    struct loader *loader;
    struct conf_bot *bot;
    const char *bot_path;
    const char **disabled;
    int told_exchange; /* that one is missing: once is enough */
    uint32_t line;     /* of what is being read, for messages */
    const char *file;
};

/* ---- one entry ---- */

/* The symbol that a list element names, or NULL. */
static const char *symbol_of(const struct node *element)
{
    const struct node *name;

    if (element->refused)
        return NULL;
    if (element->kind == NODE_TEXT)
        return element->text;
    if (element->kind != NODE_GROUP)
        return NULL;
    name = tree_find(element, "symbol");
    return name && name->kind == NODE_TEXT && !name->refused ? name->text : NULL;
}

static int32_t read_params(struct reading *reading, const char *path, struct node *node,
                           struct known *known, struct conf_symbol *symbol)
{
    struct loader *loader = reading->loader;
    const struct conf_schema *schema = reading->bot->plugin.schema;
    struct conf_value *values;

    if (!schema) { /* nobody can say what is right: leave it in peace */
        for (uint32_t i = 0; i < node->child_count; i++)
            node->children[i]->used = 1;
        return 0;
    }
    values = arena_alloc(loader->arena, schema->option_count + 1, sizeof *values);
    if (!values)
        return BOTHY_ENOMEM;
    for (uint32_t i = 0; i < schema->option_count; i++) {
        const struct bothy_option *option = &schema->options[i];
        struct node *child = tree_find(node, option->name);
        char key[LOADER_PATH_MAX];

        path_join(key, path, option->name);
        if (option->flags & BOTHY_OPTION_PER_SYMBOL) {
            known_add(known, option->name);
            value_default(&values[symbol->params.count], option, CONF_LEVEL_PLUGIN);
            if (value_read(loader, key, option, node, CONF_LEVEL_SYMBOL,
                           &values[symbol->params.count]))
                symbol->params.count++;
        } else if (child && !child->used) {
            child->used = 1;
            conf_error(loader->errors, child->file, child->line, key,
                       "is the same for all symbols of the bot: set it in params { }");
        }
    }
    symbol->params.values = values;
    return 0;
}

static int32_t read_entry(struct reading *reading, const char *path, struct node *node,
                          struct conf_symbol *symbol, int32_t *ret_enabled)
{
    const struct conf_section *section = &conf_symbol_section;
    struct loader *loader = reading->loader;
    struct known known = { .count = 0 };
    struct conf_values own = { 0 };
    const struct conf_value *value;
    char key[LOADER_PATH_MAX];
    int32_t r;

    r = values_read(loader, path, &section->fields[0].option, sizeof section->fields[0],
                    section->field_count, node, CONF_LEVEL_SYMBOL, &own);
    if (r == 0)
        r = values_read(loader, path, bothy_risk_options, sizeof bothy_risk_options[0],
                        bothy_risk_option_count, node, CONF_LEVEL_SYMBOL, &symbol->risk_values);
    if (r == 0)
        r = read_params(reading, path, node, &known, symbol);
    if (r < 0)
        return r;
    store_value(loader, path, values_find(&own, "enabled"), STORE_BY_TYPE, ret_enabled);
    value = values_find(&own, "exchange");
    if (value->text) {
        path_join(key, path, "exchange");
        symbol->exchange = exchange_lookup(loader, key, value);
        if (!symbol->exchange)
            *ret_enabled = 0;
    }
    known_add_section(&known, section);
    known_add_options(&known, bothy_risk_options, bothy_risk_option_count);
    unknown_report(loader, path, node, known.names, known.count);
    return 0;
}

static int is_taken(struct reading *reading, const struct conf_symbol *symbol, const char *path)
{
    for (uint32_t i = 0; i < reading->bot->symbol_count; i++) {
        const struct conf_symbol *earlier = &reading->bot->symbols[i];

        if (earlier->exchange != symbol->exchange || strcmp(earlier->symbol, symbol->symbol))
            continue;
        conf_error(reading->loader->errors, symbol->origin.file, symbol->origin.line, path,
                   "the bot has this symbol already (%s:%u): keep one of them",
                   earlier->origin.file, earlier->origin.line);
        return 1;
    }
    return 0;
}

/* `node`: the entry, or NULL for a symbol that only the watchlist names. */
static int32_t add_symbol(struct reading *reading, const char *name, struct node *node)
{
    struct loader *loader = reading->loader;
    struct conf_bot *bot = reading->bot;
    struct conf_symbol *symbol = &bot->symbols[bot->symbol_count];
    char path[LOADER_PATH_MAX];
    int32_t enabled = 1, r;

    snprintf(path, sizeof path, "%s.symbols.%.64s", reading->bot_path, name);
    memset(symbol, 0, sizeof *symbol);
    if (!symbol_check(loader, path, name, reading->file, reading->line))
        return 0;
    symbol->symbol = name;
    symbol->exchange = bot->exchange;
    symbol->origin = (struct conf_origin) { reading->file, reading->line, CONF_LEVEL_SYMBOL };
    symbol->risk_values = bot->risk_values;
    symbol->risk = bot->risk;
    if (node && node->kind == NODE_GROUP) {
        r = read_entry(reading, path, node, symbol, &enabled);
        if (r < 0)
            return r;
        store_risk(loader, &symbol->risk_values, &symbol->risk);
    }
    if (!enabled) {
        reading->disabled[bot->disabled_count++] = name;
        return 0;
    }
    if (!symbol->exchange) {
        if (!reading->told_exchange)
            conf_error(loader->errors, reading->file, reading->line, path,
                       "has no exchange: set exchange = \"…\" here or for the bot");
        reading->told_exchange = 1;
        return 0;
    }
    if (bot->enabled && !symbol->exchange->enabled) {
        conf_error(loader->errors, reading->file, reading->line, path,
                   "exchange %s is not enabled: enable it, or disable the symbol",
                   symbol->exchange->name);
        return 0;
    }
    if (!is_taken(reading, symbol, path))
        bot->symbol_count++;
    return 0;
}

/* ---- all of them ---- */

/* Whether an entry names another exchange than the bot's. */
static int is_elsewhere(const struct node *entry, const struct conf_bot *bot)
{
    const struct node *exchange = tree_find(entry, "exchange");

    return exchange && !(bot->exchange && exchange->kind == NODE_TEXT &&
                         !strcmp(exchange->text, bot->exchange->name));
}

/* The entry for a watchlist's symbol, or NULL. */
static struct node *entry_for(const struct conf_bot *bot, const struct node *list,
                              const char *symbol)
{
    for (uint32_t i = 0; list && i < list->child_count; i++) {
        struct node *element = list->children[i];
        const char *name = symbol_of(element);

        if (name && !strcmp(name, symbol) && element->kind == NODE_GROUP &&
            !is_elsewhere(element, bot))
            return element;
    }
    return NULL;
}

static void wrong_element(struct reading *reading, const struct node *element, uint32_t index)
{
    const struct node *name = element->kind == NODE_GROUP ? tree_find(element, "symbol") : NULL;
    char path[LOADER_PATH_MAX];

    if (element->refused || (name && name->refused))
        return;
    snprintf(path, sizeof path, "%s.symbols[%u]", reading->bot_path, index);
    if (element->kind != NODE_GROUP)
        conf_error(reading->loader->errors, element->file, element->line, path,
                   "expected a symbol or a group { symbol = \"…\"; … }, got %s",
                   tree_kind_name(element->kind));
    else if (!name)
        conf_error(reading->loader->errors, element->file, element->line, path,
                   "has no symbol: write symbol = \"BTC/USDT\";");
    else
        conf_error(reading->loader->errors, name->file, name->line, path,
                   "symbol: expected string, got %s", tree_kind_name(name->kind));
}

int32_t symbols_read(struct loader *loader, const char *path, struct conf_bot *bot,
                     const struct node *list, const struct conf_watchlist *watchlist)
{
    struct reading reading = { .loader = loader, .bot = bot, .bot_path = path };
    uint32_t listed = list ? list->child_count : 0;
    uint32_t watched = watchlist ? watchlist->symbols.count : 0;
    const struct conf_value *exchange;
    int32_t r = 0;

    if (listed > CONF_SYMBOLS_MAX) {
        conf_error(loader->errors, list->file, list->line, path, "%u symbols: at most %d", listed,
                   CONF_SYMBOLS_MAX);
        return 0;
    }
    bot->symbols = arena_alloc(loader->arena, listed + watched + 1, sizeof *bot->symbols);
    reading.disabled = arena_alloc(loader->arena, listed + watched + 1, sizeof *reading.disabled);
    if (!bot->symbols || !reading.disabled)
        return BOTHY_ENOMEM;
    bot->disabled_symbols = reading.disabled;
    exchange = values_find(&bot->own, "exchange");
    reading.told_exchange = exchange->text && !bot->exchange;
    for (uint32_t i = 0; r == 0 && i < watched; i++) {
        const char *name = watchlist->symbols.items[i];
        struct node *entry = entry_for(bot, list, name);

        reading.file = entry ? entry->file : watchlist->origin.file;
        reading.line = entry ? entry->line : watchlist->origin.line;
        if (entry)
            entry->used = 1;
        r = add_symbol(&reading, name, entry);
    }
    for (uint32_t i = 0; r == 0 && i < listed; i++) {
        struct node *element = list->children[i];
        const char *name = symbol_of(element);

        if (element->used)
            continue;
        element->used = 1;
        reading.file = element->file;
        reading.line = element->line;
        if (name)
            r = add_symbol(&reading, name, element);
        else
            wrong_element(&reading, element, i);
    }
    return r;
}
