/*
 * Values that are each permitted, but not together. What cannot work is an error; what surely
 * is not meant so is a warning. A contradiction is reported where it was made: at the innermost
 * of the values that take part in it.
 */
#include "conf/loader.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include <bothy/time.h>

#include "base/clean.h"

/* ---- risk ---- */

struct scope {
    struct loader *loader;
    const char *path; /* "risk", "bot.funding.risk" … */
    const struct conf_values *values;
    const struct conf_risk *risk;
    uint32_t level; /* report only what was written at this level */
};

/* The innermost of the values, or NULL when none of them was written in this scope. */
static const struct conf_value *culprit(const struct scope *scope, const char *const *names,
                                        size_t count)
{
    const struct conf_value *found = NULL;

    for (size_t i = 0; i < count; i++) {
        const struct conf_value *value = values_find(scope->values, names[i]);

        if (!value || value->origin.level < scope->level)
            continue;
        if (!found || value->origin.level > found->origin.level)
            found = value;
    }
    return found;
}

#define CULPRIT(scope, ...)                                                                        \
    culprit(scope, (const char *const[]) { __VA_ARGS__ },                                          \
            sizeof((const char *const[]) { __VA_ARGS__ }) / sizeof(char *))

static const char *text_of(const struct scope *scope, const char *name)
{
    return values_find(scope->values, name)->text;
}

static void warn(const struct scope *scope, const struct conf_value *value, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void warn(const struct scope *scope, const struct conf_value *value, const char *format, ...)
{
    char path[LOADER_PATH_MAX], text[512];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    path_join(path, scope->path, value->option->name);
    conf_warning(scope->loader->errors, value->origin.file, value->origin.line, path, "%s", text);
}

/* Reward over risk at the first target when levels come from the ATR, and whether it suffices. */
static int reward_suffices(const struct conf_risk *risk, struct bothy_decimal *ret_reward)
{
    const struct bothy_decimal hundred = bothy_decimal_make(100, 0);
    struct bothy_decimal widened, stop, least, target;

    /* tp1 / (sl × (1 + buffer / 100)) < min_rr, without dividing */
    if (bothy_decimal_add(hundred, risk->buffer_pct, &widened) < 0 ||
        bothy_decimal_multiply(widened, risk->sl_mult, &stop) < 0 ||
        bothy_decimal_multiply(stop, risk->min_rr, &least) < 0 ||
        bothy_decimal_multiply(hundred, risk->tp1_mult, &target) < 0 ||
        bothy_decimal_sign(stop) <= 0 ||
        bothy_decimal_divide(target, stop, -4, BOTHY_ROUND_HALF_EVEN, ret_reward) < 0)
        return 1;
    return bothy_decimal_compare(target, least) >= 0;
}

/*
 * Whether the ATR is likely to give the stop. A bot for which only targets are written may have
 * a stop of its own, and targets counted in its distance: then they need only exceed min_rr.
 */
static int levels_by_atr(const struct scope *scope)
{
    return scope->level == CONF_LEVEL_GLOBAL ||
           CULPRIT(scope, "sl_mult", "buffer_pct", "min_rr") != NULL ||
           bothy_decimal_compare(scope->risk->tp1_mult, scope->risk->min_rr) < 0;
}

static void check_risk(const struct scope *scope)
{
    const struct conf_risk *risk = scope->risk;
    char text[BOTHY_DECIMAL_TEXT_MAX], path[LOADER_PATH_MAX];
    const struct conf_value *value;
    struct bothy_decimal reward;

    value = CULPRIT(scope, "max_sl_pct", "min_sl_pct");
    if (value && bothy_decimal_compare(risk->min_sl_pct, risk->max_sl_pct) > 0) {
        path_join(path, scope->path, value->option->name);
        value_error(scope->loader, value, path,
                    "no stop can be right: min_sl_pct is %s and max_sl_pct is %s",
                    text_of(scope, "min_sl_pct"), text_of(scope, "max_sl_pct"));
    }
    value = CULPRIT(scope, "tp1_mult", "sl_mult", "min_rr", "buffer_pct");
    if (value && levels_by_atr(scope) && !reward_suffices(risk, &reward)) {
        bothy_decimal_format(reward, text, sizeof text);
        warn(scope, value,
             "a signal with levels by the ATR reaches a reward of %s at tp1 and is refused below "
             "min_rr %s: raise tp1_mult (%s), or lower sl_mult (%s) or min_rr",
             text, text_of(scope, "min_rr"), text_of(scope, "tp1_mult"), text_of(scope, "sl_mult"));
    }
    value = CULPRIT(scope, "tp2_mult", "tp1_mult");
    if (value && bothy_decimal_compare(risk->tp1_mult, risk->tp2_mult) > 0)
        warn(scope, value, "tp1_mult %s lies beyond tp2_mult %s", text_of(scope, "tp1_mult"),
             text_of(scope, "tp2_mult"));
    value = CULPRIT(scope, "tp3_mult", "tp2_mult");
    if (value && bothy_decimal_sign(risk->tp3_mult) > 0 &&
        bothy_decimal_compare(risk->tp2_mult, risk->tp3_mult) > 0)
        warn(scope, value, "tp2_mult %s lies beyond tp3_mult %s", text_of(scope, "tp2_mult"),
             text_of(scope, "tp3_mult"));
    value = CULPRIT(scope, "risk_pct", "max_risk_pct");
    if (value && bothy_decimal_compare(risk->risk_pct, risk->max_risk_pct) > 0)
        warn(scope, value, "risk_pct %s is cut to max_risk_pct %s", text_of(scope, "risk_pct"),
             text_of(scope, "max_risk_pct"));
    value = CULPRIT(scope, "trailing");
    if (value && risk->trailing)
        warn(scope, value, "this version does not move stops: they stay where the signal put them");
}

static void check_all_risk(struct loader *loader)
{
    const struct conf *conf = loader->conf;
    char path[LOADER_PATH_MAX], bot_path[LOADER_PATH_MAX];
    struct scope scope = { .loader = loader,
                           .path = "risk",
                           .values = &conf->private->risk,
                           .risk = &conf->risk,
                           .level = CONF_LEVEL_GLOBAL };

    check_risk(&scope);
    for (uint32_t i = 0; i < conf->bot_count; i++) {
        const struct conf_bot *bot = &conf->bots[i];

        snprintf(bot_path, sizeof bot_path, "bot.%s", bot->name);
        path_join(path, bot_path, "risk");
        scope = (struct scope) { loader, path, &bot->risk_values, &bot->risk, CONF_LEVEL_BOT };
        check_risk(&scope);
        for (uint32_t k = 0; k < bot->symbol_count; k++) {
            const struct conf_symbol *symbol = &bot->symbols[k];

            if (symbol->risk_values.values == bot->risk_values.values)
                continue;
            snprintf(path, sizeof path, "%.80s.symbols.%s", bot_path, symbol->symbol);
            scope = (struct scope) { loader, path, &symbol->risk_values, &symbol->risk,
                                     CONF_LEVEL_SYMBOL };
            check_risk(&scope);
        }
    }
}

/* ---- the host ---- */

static void check_mode(struct loader *loader)
{
    const struct conf *conf = loader->conf;
    const struct conf_value *mode = values_find(&conf->private->sections[SECTION_TOP], "mode");
    int asked = 0;

    for (uint32_t i = 0; i < conf->exchange_count; i++) {
        const struct conf_exchange *exchange = &conf->exchanges[i];
        const struct conf_value *own = values_find(&exchange->own, "mode");
        char path[LOADER_PATH_MAX];

        if (exchange->mode != CONF_MODE_LIVE)
            continue;
        asked |= exchange->enabled;
        if (conf->mode == CONF_MODE_LIVE)
            continue;
        snprintf(path, sizeof path, "exchange.%s.mode", exchange->name);
        conf_warning(loader->errors, own->origin.file, own->origin.line, path,
                     "stays on paper, because the host's own mode is paper");
    }
    if (conf->mode != CONF_MODE_LIVE)
        return;
#ifdef BOTHY_LIVE
    if (!asked)
        value_error(loader, mode, "mode",
                    "is live, but no exchange asks for it: set mode = \"live\"; in the entry of "
                    "the account that is to trade, or set this to \"paper\"");
#else
    (void)asked;
    value_error(loader, mode, "mode",
                "live trading is not in this build: set this to \"paper\", or install a build "
                "without --disable-live");
#endif
}

static void check_host(struct loader *loader)
{
    struct conf *conf = loader->conf;
    const struct conf_values *sections = conf->private->sections;
    const struct conf_value *value;

    value = values_find(&sections[SECTION_SUPERVISE], "restart_delay_max");
    if (conf->supervise.restart_delay_max_ns < conf->supervise.restart_delay_ns) {
        if (value->origin.level == CONF_LEVEL_DEFAULT)
            value = values_find(&sections[SECTION_SUPERVISE], "restart_delay");
        value_error(loader, value, "supervise.restart_delay_max", "is less than restart_delay");
    }
    value = values_find(&sections[SECTION_PAPER], "currency");
    if (!conf->paper.currency[0] || strlen(conf->paper.currency) >= BOTHY_CURRENCY_MAX ||
        strspn(conf->paper.currency, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") !=
            strlen(conf->paper.currency))
        value_error(loader, value, "paper.currency",
                    "\"%.64s\" is no currency: 1 to %d capital letters and digits",
                    conf->paper.currency, BOTHY_CURRENCY_MAX - 1);
    value = values_find(&sections[SECTION_PAPER], "latency");
    if (conf->paper.latency_ns > 0)
        conf_warning(loader->errors, value->origin.file, value->origin.line, "paper.latency",
                     "this version's paper venue takes orders without delay");
    if (conf->paths.socket &&
        strlen(conf->paths.socket) >= sizeof((struct sockaddr_un *)NULL)->sun_path) {
        value = values_find(&sections[SECTION_PATHS], "socket");
        if (!value->text || !*value->text)
            value = values_find(&sections[SECTION_PATHS], "run");
        value_error(loader, value, "paths.socket", "\"%.120s\" is too long: at most %zu bytes",
                    conf->paths.socket, sizeof((struct sockaddr_un *)NULL)->sun_path - 1);
    }
}

/* ---- instruments ---- */

struct instrument {
    const struct conf_exchange *exchange;
    const char *symbol;
};

static int compare_instruments(const void *a, const void *b)
{
    const struct instrument *x = a, *y = b;

    if (x->exchange != y->exchange)
        return x->exchange < y->exchange ? -1 : 1;
    return strcmp(x->symbol, y->symbol);
}

static void check_instruments(struct loader *loader)
{
    const struct conf *conf = loader->conf;
    struct instrument *all;
    uint32_t count = 0, used = 0, different = 0;
    const struct conf_bot *last = NULL;

    for (uint32_t i = 0; i < conf->bot_count; i++) {
        count += conf->bots[i].symbol_count;
        last = conf->bots[i].symbol_count ? &conf->bots[i] : last;
    }
    if (count <= CONF_INSTRUMENTS_MAX)
        return;
    all = arena_alloc(loader->arena, count, sizeof *all);
    if (!all)
        return;
    for (uint32_t i = 0; i < conf->bot_count; i++) {
        for (uint32_t k = 0; conf->bots[i].enabled && k < conf->bots[i].symbol_count; k++)
            all[used++] = (struct instrument) { conf->bots[i].symbols[k].exchange,
                                                conf->bots[i].symbols[k].symbol };
    }
    qsort(all, used, sizeof *all, compare_instruments);
    for (uint32_t i = 0; i < used; i++)
        different += i == 0 || compare_instruments(&all[i - 1], &all[i]) != 0;
    if (different > CONF_INSTRUMENTS_MAX)
        conf_error(loader->errors, last->origin.file, last->origin.line, "bots",
                   "%u different instruments in all: at most %d", different, CONF_INSTRUMENTS_MAX);
}

void consistency_check(struct loader *loader)
{
    check_mode(loader);
    check_host(loader);
    check_all_risk(loader);
    check_instruments(loader);
}
