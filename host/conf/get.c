/*
 * Asking a configuration: entries by name, values by path.
 */
#include "conf/loader.h"

#include <stdio.h>
#include <string.h>

#include "base/clean.h"

const char *conf_level_name(uint32_t level)
{
    static const char *const names[] = { "default", "plugin", "global",
                                         "bot",     "symbol", "environment" };

    return level < ARRAY_SIZE(names) ? names[level] : "?";
}

const struct conf_bot *conf_bot_find(const struct conf *conf, const char *name)
{
    for (uint32_t i = 0; i < conf->bot_count; i++) {
        if (!strcmp(conf->bots[i].name, name))
            return &conf->bots[i];
    }
    return NULL;
}

const struct conf_exchange *conf_exchange_find(const struct conf *conf, const char *name)
{
    for (uint32_t i = 0; i < conf->exchange_count; i++) {
        if (!strcmp(conf->exchanges[i].name, name))
            return &conf->exchanges[i];
    }
    return NULL;
}

int conf_exchange_is_live(const struct conf *conf, const struct conf_exchange *exchange)
{
#ifdef BOTHY_LIVE
    return conf->mode == CONF_MODE_LIVE && exchange->mode == CONF_MODE_LIVE && exchange->enabled;
#else
    (void)conf;
    (void)exchange;
    return 0;
#endif
}

static const struct conf_symbol *symbol_find(const struct conf_bot *bot, const char *symbol,
                                             size_t length)
{
    for (uint32_t i = 0; i < bot->symbol_count; i++) {
        if (strlen(bot->symbols[i].symbol) == length &&
            !strncmp(bot->symbols[i].symbol, symbol, length))
            return &bot->symbols[i];
    }
    return NULL;
}

int32_t conf_risk_get(const struct conf *conf, const struct conf_bot *bot, const char *symbol,
                      const char *key, const struct conf_value **ret_value)
{
    const struct conf_values *values = bot ? &bot->risk_values : &conf->private->risk;
    const struct conf_value *value;

    if (bot && symbol) {
        const struct conf_symbol *found = symbol_find(bot, symbol, strlen(symbol));

        if (!found)
            return BOTHY_ENOENT;
        values = &found->risk_values;
    }
    value = values_find(values, key);
    if (!value)
        return BOTHY_ENOENT;
    *ret_value = value;
    return 0;
}

/* ---- paths ---- */

static const char *value_at(const void *context, uint32_t i)
{
    return ((const struct conf_values *)context)->values[i].option->name;
}

static int32_t pick(const struct conf_values *values, const char *path, const char *key,
                    const struct conf_value **ret_value, struct bothy_error *error)
{
    const struct conf_value *value = values_find(values, key);
    const char *nearest;

    if (value) {
        *ret_value = value;
        return 0;
    }
    nearest = conf_nearest(key, value_at, values, values->count);
    if (nearest)
        return bothy_fail(error, BOTHY_ENOENT, "there is no \"%s\"; did you mean %.*s%s?", path,
                          (int)(key - path), path, nearest);
    return bothy_fail(error, BOTHY_ENOENT, "there is no \"%s\"", path);
}

/* Takes "prefix." off *path. */
static int take(const char **path, const char *prefix)
{
    size_t length = strlen(prefix);

    if (strncmp(*path, prefix, length) || (*path)[length] != '.')
        return 0;
    *path += length + 1;
    return 1;
}

static int32_t get_symbol(const struct conf_bot *bot, const char *path, const char *rest,
                          const struct conf_value **ret_value, struct bothy_error *error)
{
    const char *dot = strrchr(rest, '.');
    const struct conf_symbol *symbol = dot ? symbol_find(bot, rest, (size_t)(dot - rest)) : NULL;
    const char *key = dot ? dot + 1 : rest;

    if (!symbol)
        return bothy_fail(error, BOTHY_ENOENT, "bot %s has no such symbol: \"%s\"", bot->name,
                          path);
    *ret_value = values_find(&symbol->params, key);
    if (!*ret_value)
        *ret_value = values_find(&symbol->risk_values, key);
    if (*ret_value)
        return 0;
    return pick(&bot->params, path, key, ret_value, error);
}

static int32_t get_bot(const struct conf_bot *bot, const char *path, const char *rest,
                       const struct conf_value **ret_value, struct bothy_error *error)
{
    if (take(&rest, "risk"))
        return pick(&bot->risk_values, path, rest, ret_value, error);
    if (take(&rest, "params"))
        return pick(&bot->params, path, rest, ret_value, error);
    if (take(&rest, "grants"))
        return pick(&bot->grant_values, path, rest, ret_value, error);
    if (take(&rest, "symbols"))
        return get_symbol(bot, path, rest, ret_value, error);
    return pick(&bot->own, path, rest, ret_value, error);
}

int32_t conf_get(const struct conf *conf, const char *path, const struct conf_value **ret_value,
                 struct bothy_error *error)
{
    const char *rest = path;

    if (take(&rest, "bot")) {
        for (uint32_t i = 0; i < conf->bot_count; i++) {
            if (take(&rest, conf->bots[i].name))
                return get_bot(&conf->bots[i], path, rest, ret_value, error);
        }
        return bothy_fail(error, BOTHY_ENOENT, "there is no such bot: \"%s\"", path);
    }
    if (take(&rest, "exchange")) {
        for (uint32_t i = 0; i < conf->exchange_count; i++) {
            const struct conf_exchange *exchange = &conf->exchanges[i];

            if (!take(&rest, exchange->name))
                continue;
            if (take(&rest, "params"))
                return pick(&exchange->params, path, rest, ret_value, error);
            return pick(&exchange->own, path, rest, ret_value, error);
        }
        return bothy_fail(error, BOTHY_ENOENT, "there is no such exchange: \"%s\"", path);
    }
    if (take(&rest, "risk"))
        return pick(&conf->private->risk, path, rest, ret_value, error);
    for (uint32_t i = SECTION_TOP + 1; i < SECTION_COUNT; i++) {
        if (take(&rest, conf_sections[i].name))
            return pick(&conf->private->sections[i], path, rest, ret_value, error);
    }
    return pick(&conf->private->sections[SECTION_TOP], path, rest, ret_value, error);
}
