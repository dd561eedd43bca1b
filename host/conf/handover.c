/*
 * What a plugin gets of the configuration: as a list of texts that travels to its process, or as
 * the struct bothy_config that it reads, for drivers in the same process.
 */
#include "conf/loader.h"

#include <stdio.h>
#include <string.h>

#include <bothy/risk.h>

static int32_t visit_value(const struct conf_value *value, const char *name, uint32_t symbol_index,
                           conf_setting_visit *visit, void *context)
{
    struct conf_setting setting = { symbol_index, name, value->option, value->text };
    int32_t r = 0;

    if (value->option->type != BOTHY_OPTION_LIST)
        return value->text ? visit(context, &setting) : 0;
    for (uint32_t i = 0; r == 0 && i < value->item_count; i++) {
        setting.text = value->items[i];
        r = visit(context, &setting);
    }
    return r;
}

/* Values that were written somewhere at `level` or further in. */
static int32_t visit_values(const struct conf_values *values, const char *prefix, uint32_t level,
                            uint32_t symbol_index, conf_setting_visit *visit, void *context)
{
    int32_t r = 0;

    for (uint32_t i = 0; r == 0 && i < values->count; i++) {
        const struct conf_value *value = &values->values[i];
        char name[LOADER_PATH_MAX];

        if (value->origin.level < level)
            continue;
        snprintf(name, sizeof name, "%s%s", prefix, value->option->name);
        r = visit_value(value, name, symbol_index, visit, context);
    }
    return r;
}

int32_t conf_bot_settings(const struct conf_bot *bot, conf_setting_visit *visit, void *context)
{
    int32_t r =
        visit_values(&bot->params, "", CONF_LEVEL_GLOBAL, BOTHY_CONFIG_ALL_SYMBOLS, visit, context);

    if (r == 0)
        r = visit_values(&bot->risk_values, BOTHY_RISK_PREFIX, CONF_LEVEL_GLOBAL,
                         BOTHY_CONFIG_ALL_SYMBOLS, visit, context);
    for (uint32_t i = 0; r == 0 && i < bot->symbol_count; i++) {
        const struct conf_symbol *symbol = &bot->symbols[i];

        r = visit_values(&symbol->params, "", CONF_LEVEL_SYMBOL, i, visit, context);
        if (r == 0 && symbol->risk_values.values != bot->risk_values.values)
            r = visit_values(&symbol->risk_values, BOTHY_RISK_PREFIX, CONF_LEVEL_SYMBOL, i, visit,
                             context);
    }
    return r;
}

int32_t conf_exchange_settings(const struct conf_exchange *exchange, conf_setting_visit *visit,
                               void *context)
{
    return visit_values(&exchange->params, "", CONF_LEVEL_GLOBAL, BOTHY_CONFIG_ALL_SYMBOLS, visit,
                        context);
}

/* ---- in the same process ---- */

struct filling {
    struct bothy_config *config;
    struct bothy_error *error;
};

static int32_t fill(void *context, const struct conf_setting *setting)
{
    struct filling *filling = context;
    int32_t r;

    if (setting->option->type == BOTHY_OPTION_FILE || setting->option->type == BOTHY_OPTION_SECRET)
        return 0;
    r = bothy_config_set(filling->config, setting->symbol_index, setting->name, setting->text,
                         filling->error);
    if (r < 0)
        bothy_error_prefix(filling->error, "%s", setting->name);
    return r;
}

int32_t conf_bot_config(const struct conf_bot *bot, struct bothy_config **ret,
                        struct bothy_error *error)
{
    struct filling filling = { .error = error };
    int32_t r = 0;

    if (!bot->plugin.schema)
        return bothy_fail(error, BOTHY_EINVAL, "the options of plugin %s are not known",
                          bot->plugin.path);
    filling.config = bothy_config_new(bot->plugin.options, bot->plugin.option_count, bot->name);
    if (!filling.config)
        return bothy_fail(error, BOTHY_ENOMEM, "no memory for the values of %s", bot->name);
    for (uint32_t i = 0; r == 0 && i < bot->symbol_count; i++) {
        r = bothy_config_add_symbol(filling.config, bot->symbols[i].symbol,
                                    bot->symbols[i].exchange->name);
        if (r < 0)
            bothy_fail(error, r, "symbol %s cannot be added", bot->symbols[i].symbol);
    }
    if (r == 0)
        r = conf_bot_settings(bot, fill, &filling);
    if (r < 0) {
        bothy_config_free(filling.config);
        return r;
    }
    *ret = filling.config;
    return 0;
}

int32_t conf_exchange_config(const struct conf_exchange *exchange, struct bothy_config **ret,
                             struct bothy_error *error)
{
    struct filling filling = { .error = error };
    int32_t r;

    if (!exchange->plugin.schema)
        return bothy_fail(error, BOTHY_EINVAL, "the options of plugin %s are not known",
                          exchange->plugin.path);
    filling.config =
        bothy_config_new(exchange->plugin.options, exchange->plugin.option_count, exchange->name);
    if (!filling.config)
        return bothy_fail(error, BOTHY_ENOMEM, "no memory for the values of %s", exchange->name);
    r = conf_exchange_settings(exchange, fill, &filling);
    if (r < 0) {
        bothy_config_free(filling.config);
        return r;
    }
    *ret = filling.config;
    return 0;
}
