/*
 * Entries of `bots`: the plugin with its options, the risk parameters, the grants. Their symbols
 * are symbols.c's.
 */
#include "conf/loader.h"

#include <string.h>

#include <bothy/plugin.h>
#include <bothy/risk.h>

#include "conf/entries.h"
#include "conf/lookup.h"

static const char *exchange_at(const void *context, uint32_t i)
{
    return ((const struct conf *)context)->exchanges[i].name;
}

const struct conf_exchange *exchange_lookup(struct loader *loader, const char *path,
                                            const struct conf_value *value)
{
    const struct conf_exchange *exchange = conf_exchange_find(loader->conf, value->text);
    const char *nearest;

    if (exchange)
        return exchange;
    nearest = conf_nearest(value->text, exchange_at, loader->conf, loader->conf->exchange_count);
    if (nearest)
        value_error(loader, value, path, "there is no exchange \"%.64s\"; did you mean %s?",
                    value->text, nearest);
    else
        value_error(loader, value, path, "there is no exchange \"%.64s\": add it to exchanges",
                    value->text);
    return NULL;
}

static const char *watchlist_at(const void *context, uint32_t i)
{
    return ((const struct conf *)context)->watchlists[i].name;
}

static const struct conf_watchlist *watchlist_lookup(struct loader *loader, const char *path,
                                                     const struct conf_value *value)
{
    const struct conf *conf = loader->conf;
    const char *nearest;

    for (uint32_t i = 0; i < conf->watchlist_count; i++) {
        if (!strcmp(conf->watchlists[i].name, value->text))
            return &conf->watchlists[i];
    }
    nearest = conf_nearest(value->text, watchlist_at, conf, conf->watchlist_count);
    if (nearest)
        value_error(loader, value, path, "there is no watchlist \"%.64s\"; did you mean %s?",
                    value->text, nearest);
    else
        value_error(loader, value, path, "there is no watchlist \"%.64s\": add it to watchlists",
                    value->text);
    return NULL;
}

/* ---- parts of an entry ---- */

static int32_t read_risk(struct loader *loader, const struct entry *entry, struct conf_bot *bot)
{
    const struct node *group = group_find(loader, entry->path, entry->node, "risk", NODE_GROUP);
    struct known known = { .count = 0 };
    char path[LOADER_PATH_MAX];
    int32_t r;

    path_join(path, entry->path, "risk");
    bot->risk_values = loader->conf->private->risk;
    r = values_read(loader, path, bothy_risk_options, sizeof bothy_risk_options[0],
                    bothy_risk_option_count, group, CONF_LEVEL_BOT, &bot->risk_values);
    if (r < 0)
        return r;
    store_risk(loader, &bot->risk_values, &bot->risk);
    if (group) {
        known_add_options(&known, bothy_risk_options, bothy_risk_option_count);
        unknown_report(loader, path, group, known.names, known.count);
    }
    return 0;
}

static int32_t read_grants(struct loader *loader, const struct entry *entry, struct conf_bot *bot)
{
    const struct node *group = group_find(loader, entry->path, entry->node, "grants", NODE_GROUP);
    const struct conf_section *section = &conf_grants_section;
    struct known known = { .count = 0 };
    char path[LOADER_PATH_MAX];
    int32_t r;

    path_join(path, entry->path, "grants");
    r = values_read(loader, path, &section->fields[0].option, sizeof section->fields[0],
                    section->field_count, group, CONF_LEVEL_BOT, &bot->grant_values);
    if (r < 0)
        return r;
    store_section(loader, path, section, &bot->grant_values, &bot->grants);
    if (group) {
        known_add_section(&known, section);
        unknown_report(loader, path, group, known.names, known.count);
    }
    return 0;
}

/* `interval` of the entry is another way to write the plugin's option of that name. */
static void pass_interval(struct loader *loader, const struct entry *entry, struct conf_bot *bot)
{
    const struct conf_value *interval = values_find(&entry->own, "interval");
    struct conf_value *param = values_find(&bot->params, "interval");
    struct bothy_error error = { 0 };
    char path[LOADER_PATH_MAX];

    path_join(path, entry->path, "interval");
    if (!interval->text || !bot->plugin.schema)
        return;
    if (!param || param->option->type != BOTHY_OPTION_DURATION)
        value_error(loader, interval, path, "plugin %s has no option interval: take this away",
                    bot->plugin.schema->name);
    else if (param->origin.level > CONF_LEVEL_PLUGIN &&
             param->origin.level != CONF_LEVEL_ENVIRONMENT)
        value_error(loader, interval, path, "params.interval is set as well (%s:%u): keep one",
                    param->origin.file, param->origin.line);
    else if (bothy_option_check(param->option, interval->text, &error) < 0)
        value_error(loader, interval, path, "%s", error.text);
    else if (param->origin.level == CONF_LEVEL_PLUGIN) {
        param->text = interval->text;
        param->origin = interval->origin;
    }
}

static void pass_log_level(struct loader *loader, const struct entry *entry, struct conf_bot *bot)
{
    const struct conf_value *level = values_find(&entry->own, "log_level");

    bot->log_level = loader->conf->log.level;
    if (level->text)
        store_value(loader, entry->path, level, STORE_BY_TYPE, &bot->log_level);
}

static const struct conf_exchange *default_exchange(struct loader *loader,
                                                    const struct entry *entry)
{
    const struct conf_value *value = values_find(&entry->own, "exchange");
    char path[LOADER_PATH_MAX];

    if (!value->text)
        return loader->conf->exchange_count == 1 ? &loader->conf->exchanges[0] : NULL;
    path_join(path, entry->path, "exchange");
    return exchange_lookup(loader, path, value);
}

static int32_t read_symbols(struct loader *loader, const struct entry *entry, struct conf_bot *bot)
{
    const struct conf_value *value = values_find(&entry->own, "watchlist");
    const struct conf_watchlist *watchlist = NULL;
    const struct node *list = group_find(loader, entry->path, entry->node, "symbols", NODE_LIST);
    char path[LOADER_PATH_MAX];

    if (value->text) {
        path_join(path, entry->path, "watchlist");
        watchlist = watchlist_lookup(loader, path, value);
    }
    return symbols_read(loader, entry->path, bot, list, watchlist);
}

static int32_t bot_read(struct loader *loader, const struct node *list, uint32_t index)
{
    struct conf *conf = loader->conf;
    struct conf_bot *bot = &conf->bots[conf->bot_count];
    struct known known = { .count = 0 };
    struct entry entry;
    int32_t r;

    r = entry_open(loader, list, index, &conf_bot_section, &entry);
    if (r <= 0)
        return r;
    for (uint32_t i = 0; i < conf->bot_count; i++) {
        if (!entry_is_new(loader, &entry, conf->bots[i].name, &conf->bots[i].origin))
            return 0;
    }
    memset(bot, 0, sizeof *bot);
    store_section(loader, entry.path, &conf_bot_section, &entry.own, bot);
    bot->own = entry.own;
    bot->origin = entry.origin;
    bot->exchange = default_exchange(loader, &entry);
    pass_log_level(loader, &entry, bot);
    r = entry_plugin(loader, &entry, BOTHY_KIND_STRATEGY, bot->required && bot->enabled,
                     &bot->plugin, &bot->unavailable);
    if (r == 0)
        r = params_read(loader, entry.path, bot->plugin.schema, entry.node, &bot->params);
    if (r == 0)
        r = read_risk(loader, &entry, bot);
    if (r == 0)
        r = read_grants(loader, &entry, bot);
    if (r == 0)
        r = read_symbols(loader, &entry, bot);
    if (r < 0)
        return r;
    pass_interval(loader, &entry, bot);
    known_add_section(&known, &conf_bot_section);
    known_add_structures(&known, "bot");
    unknown_report(loader, entry.path, entry.node, known.names, known.count);
    if (entry.name)
        conf->bot_count++;
    return 0;
}

int32_t bots_read(struct loader *loader)
{
    const struct node *list = list_find(loader, "bots", CONF_BOTS_MAX);
    int32_t r = 0;

    loader->conf->bots =
        arena_alloc(loader->arena, list ? list->child_count + 1 : 1, sizeof *loader->conf->bots);
    if (!loader->conf->bots)
        return BOTHY_ENOMEM;
    for (uint32_t i = 0; list && r == 0 && i < list->child_count; i++)
        r = bot_read(loader, list, i);
    return r;
}
