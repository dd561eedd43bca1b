/*
 * The mock host's life and the ladder that it walks a plugin up and down. A rung is climbed once
 * and in order; a callback that fails leaves the plugin where it stood.
 */
#include "mock_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- making one ---- */

static int32_t judge(const struct bothy_plugin *plugin, struct bothy_error *error)
{
    if (plugin->magic != BOTHY_MAGIC)
        return bothy_fail(error, BOTHY_EABI,
                          "this is no plugin: begin its descriptor with BOTHY_PLUGIN_HEADER");
    if (plugin->abi_major != BOTHY_ABI_MAJOR || plugin->abi_minor > BOTHY_ABI_MINOR)
        return bothy_fail(error, BOTHY_EABI,
                          "built for ABI %u.%u, this libbothy speaks %d.%d; rebuild it",
                          plugin->abi_major, plugin->abi_minor, BOTHY_ABI_MAJOR, BOTHY_ABI_MINOR);
    if (plugin->size < sizeof *plugin || plugin->option_size != sizeof(struct bothy_option))
        return bothy_fail(error, BOTHY_EABI, "the descriptor was not made by BOTHY_PLUGIN_HEADER");
    if (plugin->kind != BOTHY_KIND_STRATEGY && plugin->kind != BOTHY_KIND_EXCHANGE)
        return bothy_fail(error, BOTHY_EINVAL, "the mock host runs strategies and exchanges only");
    if (!plugin->name || !plugin->name[0] || strlen(plugin->name) >= BOTHY_NAME_MAX)
        return bothy_fail(error, BOTHY_EINVAL, "the plugin has no name, or one that is too long");
    if (!plugin->ops.any || (plugin->option_count && !plugin->options))
        return bothy_fail(error, BOTHY_EINVAL, "%s: ops or options are NULL", plugin->name);
    return 0;
}

/* Copies as much of the functions as both sides know. */
static int32_t take_ops(struct bothy_mock *mock, struct bothy_error *error)
{
    const struct bothy_plugin *plugin = mock->plugin;
    int whole;

    if (plugin->kind == BOTHY_KIND_STRATEGY) {
        uint32_t size = plugin->ops.strategy->size;

        memcpy(&mock->strategy, plugin->ops.strategy,
               size < sizeof mock->strategy ? size : sizeof mock->strategy);
        whole = mock->strategy.create && mock->strategy.on_event && mock->strategy.destroy;
    } else {
        uint32_t size = plugin->ops.exchange->size;

        memcpy(&mock->exchange, plugin->ops.exchange,
               size < sizeof mock->exchange ? size : sizeof mock->exchange);
        whole = mock->exchange.create && mock->exchange.subscribe && mock->exchange.destroy;
    }
    return whole ? 0
                 : bothy_fail(error, BOTHY_EINVAL, "%s lacks create, %s or destroy, or ops.size",
                              plugin->name,
                              plugin->kind == BOTHY_KIND_STRATEGY ? "on_event" : "subscribe");
}

/* A strategy's own options, and the risk parameters as the daemon hands them over. */
static int32_t make_options(struct bothy_mock *mock)
{
    uint32_t own = mock->plugin->option_count;
    uint32_t risk = mock->plugin->kind == BOTHY_KIND_STRATEGY ? bothy_risk_option_count : 0;

    mock->options = calloc(own + risk + 1, sizeof *mock->options);
    mock->risk_names = calloc(risk + 1, sizeof *mock->risk_names);
    if (!mock->options || !mock->risk_names)
        return BOTHY_ENOMEM;
    if (own)
        memcpy(mock->options, mock->plugin->options, own * sizeof *mock->options);
    for (uint32_t i = 0; i < risk; i++) {
        snprintf(mock->risk_names[i], sizeof mock->risk_names[i], "%s%s", BOTHY_RISK_PREFIX,
                 bothy_risk_options[i].name);
        mock->options[own + i] = bothy_risk_options[i];
        mock->options[own + i].name = mock->risk_names[i];
    }
    mock->option_count = own + risk;
    return 0;
}

int32_t bothy_mock_new(const struct bothy_plugin *plugin, const char *instance,
                       struct bothy_mock **ret_mock, struct bothy_error *error)
{
    struct bothy_mock *mock;
    int32_t r = judge(plugin, error);

    if (r < 0)
        return r;
    mock = calloc(1, sizeof *mock);
    if (!mock)
        return bothy_fail(error, BOTHY_ENOMEM, "no memory");
    mock->plugin = plugin;
    mock->callback = "";
    r = take_ops(mock, error);
    if (r == 0) {
        r = make_options(mock);
        if (r == 0)
            mock->config = bothy_config_new(mock->options, mock->option_count, instance);
        if (r < 0 || !mock->config)
            r = bothy_fail(error, BOTHY_ENOMEM, "no memory");
    }
    if (r < 0) {
        bothy_mock_free(mock);
        return r;
    }
    mock->host.size = sizeof mock->host;
    mock->host.abi_major = BOTHY_ABI_MAJOR;
    mock->host.abi_minor = BOTHY_ABI_MINOR;
    mock->host.instance = bothy_config_instance(mock->config);
    mock->host.get = mock_find_service;
    *ret_mock = mock;
    return 0;
}

void bothy_mock_free(struct bothy_mock *mock)
{
    if (!mock)
        return;
    bothy_mock_stop(mock);
    bothy_mock_destroy(mock);
    bothy_mock_forget(mock);
    bothy_config_free(mock->config);
    free(mock->symbols);
    free(mock->warming);
    free(mock->options);
    free(mock->risk_names);
    free(mock);
}

/* ---- configuration ---- */

int32_t bothy_mock_add_symbol(struct bothy_mock *mock, const char *symbol, const char *venue)
{
    struct bothy_instrument *definition;
    struct mock_symbol *grown;
    int32_t r;

    if (mock->rung != MOCK_NEW)
        return BOTHY_EPERM;
    if (!symbol || strlen(symbol) >= BOTHY_SYMBOL_MAX || !venue || strlen(venue) >= BOTHY_NAME_MAX)
        return BOTHY_EINVAL;
    grown = realloc(mock->symbols, (mock->symbol_count + 1) * sizeof *grown);
    if (!grown)
        return BOTHY_ENOMEM;
    mock->symbols = grown;
    r = bothy_config_add_symbol(mock->config, symbol, venue);
    if (r < 0)
        return r;
    memset(&grown[mock->symbol_count], 0, sizeof *grown);
    definition = &grown[mock->symbol_count].definition;
    memcpy(definition->symbol, symbol, strlen(symbol));
    memcpy(definition->venue, venue, strlen(venue));
    definition->kind = BOTHY_INSTRUMENT_LINEAR;
    definition->feeds = MOCK_ALL_FEEDS;
    definition->bar_timeframes = (1u << BOTHY_TF_COUNT) - 2;
    definition->tick_size = bothy_decimal_make(1, -8);
    definition->lot_size = bothy_decimal_make(1, -8);
    definition->contract_size = bothy_decimal_make(1, 0);
    definition->funding_interval_ns = 8 * BOTHY_NS_PER_H;
    return (int32_t)mock->symbol_count++;
}

struct bothy_instrument *bothy_mock_definition(struct bothy_mock *mock, uint32_t symbol)
{
    return symbol < mock->symbol_count ? &mock->symbols[symbol].definition : NULL;
}

uint32_t bothy_mock_instrument(const struct bothy_mock *mock, uint32_t symbol)
{
    return symbol < mock->symbol_count ? MOCK_FIRST_INSTRUMENT + symbol : 0;
}

int32_t bothy_mock_set_symbol(struct bothy_mock *mock, uint32_t symbol, const char *name,
                              const char *text, struct bothy_error *error)
{
    return bothy_config_set(mock->config, symbol, name, text, error);
}

int32_t bothy_mock_set(struct bothy_mock *mock, const char *name, const char *text,
                       struct bothy_error *error)
{
    return bothy_config_set(mock->config, BOTHY_CONFIG_ALL_SYMBOLS, name, text, error);
}

struct bothy_config *bothy_mock_config(struct bothy_mock *mock)
{
    return mock->config;
}

struct bothy_config *bothy_mock_config_new(const struct bothy_mock *mock)
{
    struct bothy_config *config =
        bothy_config_new(mock->options, mock->option_count, bothy_config_instance(mock->config));

    for (uint32_t i = 0; config && i < mock->symbol_count; i++) {
        if (bothy_config_add_symbol(config, mock->symbols[i].definition.symbol,
                                    mock->symbols[i].definition.venue) < 0) {
            bothy_config_free(config);
            return NULL;
        }
    }
    return config;
}

/* ---- the ladder ---- */

void mock_enter(struct bothy_mock *mock, const char *callback, enum mock_level level)
{
    mock->callback = callback;
    mock->level = level;
}

void mock_leave(struct bothy_mock *mock)
{
    mock->callback = "";
    mock->level = MOCK_NO_SERVICES;
}

static int is_strategy(const struct bothy_mock *mock)
{
    return mock->plugin->kind == BOTHY_KIND_STRATEGY;
}

/* Returns 0 if the plugin stands on the rung below `callback`. */
static int32_t climb(const struct bothy_mock *mock, enum mock_rung from, const char *callback,
                     struct bothy_error *error)
{
    static const char *const after[] = {
        "nothing", "check", "create", "start", "stop", "destroy",
    };

    if (mock->rung == from)
        return 0;
    return bothy_fail(error, BOTHY_EPERM, "%s comes after %s, and once; now it is after %s",
                      callback, after[from], after[mock->rung]);
}

/* A plugin may fail without a word; the reader of a failed test needs one. */
static int32_t complete(int32_t r, const char *callback, struct bothy_error *error)
{
    if (r >= 0)
        return 0;
    if (error && error->text[0] == '\0')
        bothy_fail(error, r, "%s returned %d (%s)", callback, (int)r, bothy_strerror(r));
    return r;
}

static int32_t ask_check(struct bothy_mock *mock, const struct bothy_config *config,
                         struct bothy_error *error)
{
    int32_t (*check)(const struct bothy_config *, struct bothy_error *) =
        is_strategy(mock) ? mock->strategy.check : mock->exchange.check;
    const char *missing = bothy_config_missing(config);
    int32_t r = 0;

    if (missing)
        return bothy_fail(error, BOTHY_EINVAL, "%s is required, and not set", missing);
    if (check) {
        mock_enter(mock, "check", MOCK_NO_SERVICES);
        r = check(config, error);
        mock_leave(mock);
    }
    return complete(r, "check", error);
}

int32_t bothy_mock_check(struct bothy_mock *mock, struct bothy_error *error)
{
    int32_t r;

    /* It may be asked again while nothing was made of the answer. */
    if (mock->rung != MOCK_CHECKED) {
        r = climb(mock, MOCK_NEW, "check", error);
        if (r < 0)
            return r;
    }
    r = ask_check(mock, mock->config, error);
    if (r == 0)
        mock->rung = MOCK_CHECKED;
    return r;
}

int32_t bothy_mock_create(struct bothy_mock *mock, struct bothy_error *error)
{
    int32_t r = climb(mock, MOCK_CHECKED, "create", error);

    if (r < 0)
        return r;
    mock_enter(mock, "create", MOCK_FROM_CREATE);
    if (is_strategy(mock))
        r = mock->strategy.create(&mock->host, mock->config, &mock->self, error);
    else
        r = mock->exchange.create(&mock->host, mock->config, &mock->self, error);
    mock_leave(mock);
    if (r >= 0)
        mock->rung = MOCK_CREATED;
    return complete(r, "create", error);
}

int32_t bothy_mock_load(struct bothy_mock *mock, const void *data, size_t length)
{
    int32_t r;

    if (mock->rung != MOCK_CREATED && mock->rung != MOCK_STARTED)
        return BOTHY_EPERM;
    if (!mock->strategy.load)
        return 0;
    mock_enter(mock, "load", MOCK_FROM_CREATE);
    r = mock->strategy.load(mock->self, data, length);
    mock_leave(mock);
    return r;
}

int32_t bothy_mock_start(struct bothy_mock *mock, struct bothy_error *error)
{
    int32_t (*start)(void *, struct bothy_error *) =
        is_strategy(mock) ? mock->strategy.start : mock->exchange.start;
    int32_t r = climb(mock, MOCK_CREATED, "start", error);

    if (r < 0)
        return r;
    if (start) {
        mock_enter(mock, "start", MOCK_FROM_START);
        r = start(mock->self, error);
        mock_leave(mock);
        if (r < 0)
            return complete(r, "start", error);
    }
    mock->rung = MOCK_STARTED;
    mock_present(mock);
    return 0;
}

int32_t bothy_mock_begin(struct bothy_mock *mock, struct bothy_error *error)
{
    int32_t r = bothy_mock_check(mock, error);

    if (r == 0)
        r = bothy_mock_create(mock, error);
    if (r == 0)
        r = bothy_mock_start(mock, error);
    return r;
}

int32_t bothy_mock_stop(struct bothy_mock *mock)
{
    void (*stop)(void *) = is_strategy(mock) ? mock->strategy.stop : mock->exchange.stop;

    if (mock->rung != MOCK_STARTED)
        return BOTHY_EPERM;
    if (stop) {
        mock_enter(mock, "stop", MOCK_FROM_START);
        stop(mock->self);
        mock_leave(mock);
    }
    mock->rung = MOCK_STOPPED;
    return 0;
}

int32_t bothy_mock_destroy(struct bothy_mock *mock)
{
    if (mock->rung < MOCK_CREATED || mock->rung == MOCK_DESTROYED)
        return BOTHY_EPERM;
    if (mock->rung == MOCK_STARTED)
        bothy_mock_stop(mock);
    mock_enter(mock, "destroy", MOCK_NO_SERVICES);
    if (is_strategy(mock))
        mock->strategy.destroy(mock->self);
    else
        mock->exchange.destroy(mock->self);
    mock_leave(mock);
    mock->self = NULL;
    mock->rung = MOCK_DESTROYED;
    return 0;
}

/* ---- in between ---- */

static int32_t call_simple(struct bothy_mock *mock, const char *name, void (*callback)(void *))
{
    if (mock->rung != MOCK_STARTED)
        return BOTHY_EPERM;
    if (callback) {
        mock_enter(mock, name, MOCK_FROM_START);
        callback(mock->self);
        mock_leave(mock);
        mock_present(mock);
    }
    return 0;
}

int32_t bothy_mock_pause(struct bothy_mock *mock)
{
    return call_simple(mock, "pause", mock->strategy.pause);
}

int32_t bothy_mock_resume(struct bothy_mock *mock)
{
    return call_simple(mock, "resume", mock->strategy.resume);
}

int32_t bothy_mock_reload(struct bothy_mock *mock, struct bothy_config *config,
                          struct bothy_error *error)
{
    int32_t r = 0;

    if (!config)
        return bothy_fail(error, BOTHY_EINVAL, "no configuration to reload");
    if (mock->rung != MOCK_STARTED)
        r = bothy_fail(error, BOTHY_EPERM, "reload comes between start and stop");
    else if (!mock->strategy.reload)
        r = bothy_fail(error, BOTHY_ENOTSUP, "the plugin has no reload");
    if (r == 0)
        r = ask_check(mock, config, error);
    if (r == 0) {
        mock_enter(mock, "reload", MOCK_FROM_START);
        r = mock->strategy.reload(mock->self, config, error);
        mock_leave(mock);
    }
    if (r < 0) {
        bothy_config_free(config);
        return complete(r, "reload", error);
    }
    /* The old one is gone at once: a plugin that still looks at it shows under a sanitizer. */
    bothy_config_free(mock->config);
    mock->config = config;
    mock->host.instance = bothy_config_instance(config);
    mock_present(mock);
    return 0;
}

int32_t bothy_mock_save(struct bothy_mock *mock, void *data, size_t capacity)
{
    int32_t r;

    if (mock->rung != MOCK_STARTED && mock->rung != MOCK_STOPPED)
        return BOTHY_EPERM;
    if (!mock->strategy.save)
        return 0;
    mock_enter(mock, "save", MOCK_FROM_START);
    r = mock->strategy.save(mock->self, data, capacity);
    mock_leave(mock);
    if (r > 0 && (size_t)r > capacity)
        return mock_fault(mock, BOTHY_ERANGE, "save wrote %d bytes where %zu are allowed", (int)r,
                          capacity);
    return r;
}

int32_t bothy_mock_health(struct bothy_mock *mock, char *text, size_t capacity)
{
    int32_t (*health)(void *, char *, size_t) =
        is_strategy(mock) ? mock->strategy.health : mock->exchange.health;
    int32_t r;

    if (capacity)
        text[0] = '\0';
    if (mock->rung != MOCK_STARTED)
        return BOTHY_EPERM;
    if (!health)
        return BOTHY_HEALTH_OK;
    mock_enter(mock, "health", MOCK_FROM_START);
    r = health(mock->self, text, capacity);
    mock_leave(mock);
    return r;
}
