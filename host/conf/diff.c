/*
 * Comparing two configurations: see diff.h. Values are compared as texts: "1h" and "60m" differ,
 * and a needless restart of a bot is the worst that can come of that.
 */
#include "conf/diff.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bothy/risk.h>

#include "base/clean.h"
#include "conf/loader.h"

const char *conf_change_name(uint32_t change)
{
    static const char *const names[] = {
        "?", "added", "removed", "restart", "reload", "unchanged"
    };

    return names[change < ARRAY_SIZE(names) ? change : 0];
}

/* ---- values ---- */

static int same_text(const char *a, const char *b)
{
    return a == b || (a && b && !strcmp(a, b));
}

static int same_value(const struct conf_value *a, const struct conf_value *b)
{
    if (!a || !b)
        return a == b;
    if (!same_text(a->text, b->text) || !a->items != !b->items || a->item_count != b->item_count)
        return 0;
    for (uint32_t i = 0; i < a->item_count; i++) {
        if (strcmp(a->items[i], b->items[i]))
            return 0;
    }
    return 1;
}

/* Notes that `key` differs, and how bad that is. */
static void note(struct conf_change *change, const char *prefix, const char *key, int reloadable)
{
    size_t used = strlen(change->why);

    if (!reloadable)
        change->change = CONF_CHANGE_RESTART;
    else if (change->change == CONF_CHANGE_UNCHANGED)
        change->change = CONF_CHANGE_RELOAD;
    if (used + strlen(prefix) + strlen(key) + 3 < sizeof change->why)
        snprintf(change->why + used, sizeof change->why - used, "%s%s%s", used ? ", " : "", prefix,
                 key);
}

/* Values of one table on both sides; a side may lack some. */
static void compare(struct conf_change *change, const char *prefix, const struct conf_values *old,
                    const struct conf_values *new)
{
    for (uint32_t i = 0; i < new->count; i++) {
        const struct conf_value *value = &new->values[i];
        const struct conf_value *before = values_find(old, value->option->name);

        if (!same_value(before, value))
            note(change, prefix, value->option->name,
                 value->option->flags & BOTHY_OPTION_RELOADABLE);
    }
    for (uint32_t i = 0; i < old->count; i++) {
        const struct conf_value *value = &old->values[i];

        if (!values_find(new, value->option->name))
            note(change, prefix, value->option->name,
                 value->option->flags & BOTHY_OPTION_RELOADABLE);
    }
}

/* Returns 0 for another plugin: then its options are others, and not worth comparing. */
static int compare_plugin(struct conf_change *change, const struct conf_plugin *old,
                          const struct conf_plugin *new)
{
    if (strcmp(old->path, new->path)) {
        note(change, "", "plugin", 0);
        return 0;
    }
    if (!same_text(old->sha256, new->sha256))
        note(change, "", "plugins.lock", 0);
    else if (old->schema && new->schema && strcmp(old->schema->version, new->schema->version))
        note(change, "", "version of the plugin", 0);
    return 1;
}

/* ---- bots and exchanges ---- */

static void compare_symbols(struct conf_change *change, const struct conf_bot *old,
                            const struct conf_bot *new)
{
    if (old->symbol_count != new->symbol_count) {
        note(change, "", "symbols", 0);
        return;
    }
    for (uint32_t i = 0; i < new->symbol_count; i++) {
        const struct conf_symbol *a = &old->symbols[i], *b = &new->symbols[i];
        char prefix[64];

        if (strcmp(a->symbol, b->symbol) || strcmp(a->exchange->name, b->exchange->name)) {
            note(change, "", "symbols", 0);
            return;
        }
        snprintf(prefix, sizeof prefix, "symbols.%s.", b->symbol);
        compare(change, prefix, &a->params, &b->params);
        /* What comes from the bot's own level has been noted there. */
        if (a->risk_values.values != old->risk_values.values ||
            b->risk_values.values != new->risk_values.values)
            compare(change, prefix, &a->risk_values, &b->risk_values);
    }
}

static void compare_bot(struct conf_change *change)
{
    const struct conf_bot *old = change->old_bot, *new = change->new_bot;

    change->change = CONF_CHANGE_UNCHANGED;
    if (compare_plugin(change, &old->plugin, &new->plugin))
        compare(change, "params.", &old->params, &new->params);
    if (old->trade != new->trade)
        note(change, "", "trade", 0);
    if (old->log_level != new->log_level)
        note(change, "", "log_level", 1);
    compare(change, "risk.", &old->risk_values, &new->risk_values);
    compare(change, "grants.", &old->grant_values, &new->grant_values);
    compare_symbols(change, old, new);
}

static void compare_exchange(struct conf_change *change)
{
    const struct conf_exchange *old = change->old_exchange, *new = change->new_exchange;

    change->change = CONF_CHANGE_UNCHANGED;
    if (compare_plugin(change, &old->plugin, &new->plugin))
        compare(change, "params.", &old->params, &new->params);
    if (old->mode != new->mode)
        note(change, "", "mode", 0);
    if (old->stale_after_ns != new->stale_after_ns)
        note(change, "", "stale_after", 0);
}

static const struct conf_bot *active_bot(const struct conf *conf, const char *name)
{
    const struct conf_bot *bot = conf_bot_find(conf, name);

    return bot && bot->enabled ? bot : NULL;
}

static const struct conf_exchange *active_exchange(const struct conf *conf, const char *name)
{
    const struct conf_exchange *exchange = conf_exchange_find(conf, name);

    return exchange && exchange->enabled ? exchange : NULL;
}

static void add_bot(struct conf_diff *diff, const struct conf *old, const struct conf *new,
                    const char *name)
{
    struct conf_change *change = &diff->bots[diff->bot_count];

    change->name = name;
    change->old_bot = active_bot(old, name);
    change->new_bot = active_bot(new, name);
    if (change->old_bot && change->new_bot)
        compare_bot(change);
    else if (change->new_bot)
        change->change = CONF_CHANGE_ADDED;
    else if (change->old_bot)
        change->change = CONF_CHANGE_REMOVED;
    else
        return;
    diff->bot_count++;
}

static void add_exchange(struct conf_diff *diff, const struct conf *old, const struct conf *new,
                         const char *name)
{
    struct conf_change *change = &diff->exchanges[diff->exchange_count];

    change->name = name;
    change->old_exchange = active_exchange(old, name);
    change->new_exchange = active_exchange(new, name);
    if (change->old_exchange && change->new_exchange)
        compare_exchange(change);
    else if (change->new_exchange)
        change->change = CONF_CHANGE_ADDED;
    else if (change->old_exchange)
        change->change = CONF_CHANGE_REMOVED;
    else
        return;
    diff->exchange_count++;
}

/* ---- the host ---- */

static void add_settings(struct conf_diff *diff, const char *section, const struct conf_values *old,
                         const struct conf_values *new)
{
    for (uint32_t i = 0; i < new->count; i++) {
        const struct conf_value *value = &new->values[i];
        const struct conf_value *before = values_find(old, value->option->name);
        struct conf_setting_change *change = &diff->settings[diff->setting_count];
        int hidden = value->option->flags & BOTHY_OPTION_SENSITIVE;

        if (same_value(before, value))
            continue;
        snprintf(change->path, sizeof change->path, "%s%s%s", section, *section ? "." : "",
                 value->option->name);
        change->reloadable = (value->option->flags & BOTHY_OPTION_RELOADABLE) != 0;
        change->old_text = hidden ? "***" : before ? before->text : NULL;
        change->new_text = hidden ? "***" : value->text;
        diff->setting_count++;
        diff->restart_settings += !change->reloadable;
    }
}

int32_t conf_diff(const struct conf *old, const struct conf *new, struct conf_diff *ret)
{
    uint32_t settings = bothy_risk_option_count;
    struct conf_diff diff = { 0 };

    for (uint32_t i = 0; i < SECTION_COUNT; i++)
        settings += conf_sections[i].field_count;
    diff.bots = calloc(old->bot_count + new->bot_count + 1, sizeof *diff.bots);
    diff.exchanges = calloc(old->exchange_count + new->exchange_count + 1, sizeof *diff.exchanges);
    diff.settings = calloc(settings, sizeof *diff.settings);
    if (!diff.bots || !diff.exchanges || !diff.settings) {
        conf_diff_clear(&diff);
        return BOTHY_ENOMEM;
    }
    for (uint32_t i = 0; i < new->bot_count; i++)
        add_bot(&diff, old, new, new->bots[i].name);
    for (uint32_t i = 0; i < old->bot_count; i++) {
        if (!conf_bot_find(new, old->bots[i].name))
            add_bot(&diff, old, new, old->bots[i].name);
    }
    for (uint32_t i = 0; i < new->exchange_count; i++)
        add_exchange(&diff, old, new, new->exchanges[i].name);
    for (uint32_t i = 0; i < old->exchange_count; i++) {
        if (!conf_exchange_find(new, old->exchanges[i].name))
            add_exchange(&diff, old, new, old->exchanges[i].name);
    }
    for (uint32_t i = 0; i < SECTION_COUNT; i++)
        add_settings(&diff, conf_sections[i].name, &old->private->sections[i],
                     &new->private->sections[i]);
    add_settings(&diff, "risk", &old->private->risk, &new->private->risk);
    *ret = diff;
    return 0;
}

void conf_diff_clear(struct conf_diff *diff)
{
    free(diff->bots);
    free(diff->exchanges);
    free(diff->settings);
    memset(diff, 0, sizeof *diff);
}
