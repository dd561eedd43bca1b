/*
 * One running plugin: see instance.h.
 */
#include "config.h"

#include "runner/instance.h"

#include <stdio.h>
#include <string.h>

static int is_strategy(const struct instance *instance)
{
    return instance->plugin->descriptor.kind == BOTHY_KIND_STRATEGY;
}

void instance_enter(struct instance *instance, uint32_t rung, uint32_t level)
{
    instance->services.level = level;
    if (instance->watch)
        instance->watch->enter(instance->watch_context, rung);
}

void instance_leave(struct instance *instance)
{
    instance->services.level = SERVICES_NONE;
    if (instance->watch)
        instance->watch->leave(instance->watch_context);
}

/* A plugin may fail without a word; the reader of the log needs one. */
static int32_t complete(int32_t r, const char *rung, struct bothy_error *error)
{
    if (r >= 0)
        return 0;
    if (error && error->text[0] == '\0')
        bothy_fail(error, r, "%s returned %d (%s)", rung, (int)r, bothy_strerror(r));
    else if (error)
        bothy_error_prefix(error, "%s", rung);
    if (error)
        error->code = r;
    return r;
}

int32_t instance_init(struct instance *instance, const struct loader_plugin *plugin,
                      const struct settings *settings, const struct services_sink *sink,
                      void *sink_context, const struct instance_watch *watch, void *watch_context,
                      struct bothy_error *error)
{
    memset(instance, 0, sizeof *instance);
    instance->plugin = plugin;
    instance->watch = watch;
    instance->watch_context = watch_context;
    return services_init(&instance->services, plugin->descriptor.kind, settings, sink, sink_context,
                         error);
}

int32_t instance_check(struct instance *instance, struct bothy_error *error)
{
    const struct bothy_config *config = instance->services.settings->config;
    int32_t (*check)(const struct bothy_config *, struct bothy_error *) =
        is_strategy(instance) ? instance->plugin->strategy.check : instance->plugin->exchange.check;
    int32_t r;

    if (!check)
        return 0;
    instance_enter(instance, WIRE_RUNG_CHECK, SERVICES_NONE);
    r = check(config, error);
    instance_leave(instance);
    return complete(r, "check", error);
}

int32_t instance_create(struct instance *instance, struct bothy_error *error)
{
    const struct bothy_config *config = instance->services.settings->config;
    const struct bothy_host *host = &instance->services.host;
    int32_t r;

    instance_enter(instance, WIRE_RUNG_CREATE, SERVICES_CREATED);
    if (is_strategy(instance))
        r = instance->plugin->strategy.create(host, config, &instance->self, error);
    else
        r = instance->plugin->exchange.create(host, config, &instance->self, error);
    instance_leave(instance);
    instance->created = r >= 0;
    return complete(r, "create", error);
}

int32_t instance_load(struct instance *instance, const void *data, size_t length,
                      struct bothy_error *error)
{
    int32_t r;

    if (length == 0 || !is_strategy(instance) || !instance->plugin->strategy.load)
        return 0;
    instance_enter(instance, WIRE_RUNG_CREATE, SERVICES_CREATED);
    r = instance->plugin->strategy.load(instance->self, data, length);
    instance_leave(instance);
    return complete(r, "load", error);
}

int32_t instance_start(struct instance *instance, struct bothy_error *error)
{
    int32_t (*start)(void *, struct bothy_error *) =
        is_strategy(instance) ? instance->plugin->strategy.start : instance->plugin->exchange.start;
    int32_t r = 0;

    if (start) {
        instance_enter(instance, WIRE_RUNG_START, SERVICES_STARTED);
        r = start(instance->self, error);
        instance_leave(instance);
    }
    instance->started = r >= 0;
    return complete(r, "start", error);
}

int32_t instance_event(struct instance *instance, const struct bothy_event *event)
{
    const struct bothy_strategy_ops *ops = &instance->plugin->strategy;
    int32_t r;

    if (!services_take_event(&instance->services, event))
        return 0;
    instance_enter(instance, WIRE_RUNG_RUN, SERVICES_STARTED);
    r = ops->on_event(instance->self, event);
    if (r < 0 && ops->on_error)
        ops->on_error(instance->self, r);
    instance_leave(instance);
    return r < 0 ? r : 1;
}

void instance_pause(struct instance *instance)
{
    if (instance->paused)
        return;
    instance->paused = 1;
    if (!is_strategy(instance) || !instance->plugin->strategy.pause)
        return;
    instance_enter(instance, WIRE_RUNG_RUN, SERVICES_STARTED);
    instance->plugin->strategy.pause(instance->self);
    instance_leave(instance);
}

void instance_resume(struct instance *instance)
{
    if (!instance->paused)
        return;
    instance->paused = 0;
    if (!is_strategy(instance) || !instance->plugin->strategy.resume)
        return;
    instance_enter(instance, WIRE_RUNG_RUN, SERVICES_STARTED);
    instance->plugin->strategy.resume(instance->self);
    instance_leave(instance);
}

static int same_symbols(const struct settings *a, const struct settings *b)
{
    return a->symbol_count == b->symbol_count &&
           memcmp(a->instruments, b->instruments, a->symbol_count * sizeof *a->instruments) == 0;
}

int32_t instance_reload(struct instance *instance, const struct settings *settings,
                        struct bothy_error *error)
{
    const struct bothy_strategy_ops *ops = &instance->plugin->strategy;
    int32_t r = 0;

    if (!is_strategy(instance) || !ops->reload)
        return bothy_fail(error, BOTHY_ENOTSUP, "plugin %s cannot reload; restart it",
                          instance->plugin->descriptor.name);
    if (!same_symbols(instance->services.settings, settings))
        return bothy_fail(error, BOTHY_EINVAL, "its symbols changed; restart it");
    if (ops->check) {
        instance_enter(instance, WIRE_RUNG_CHECK, SERVICES_NONE);
        r = complete(ops->check(settings->config, error), "check", error);
        instance_leave(instance);
    }
    if (r < 0)
        return r;
    instance_enter(instance, WIRE_RUNG_RUN, SERVICES_STARTED);
    r = complete(ops->reload(instance->self, settings->config, error), "reload", error);
    instance_leave(instance);
    if (r == 0)
        services_use_settings(&instance->services, settings);
    return r;
}

int32_t instance_save(struct instance *instance, void *data, size_t capacity)
{
    int32_t r;

    if (!is_strategy(instance) || !instance->plugin->strategy.save)
        return 0;
    instance_enter(instance, WIRE_RUNG_RUN, SERVICES_STARTED);
    r = instance->plugin->strategy.save(instance->self, data, capacity);
    instance_leave(instance);
    return r > 0 && (size_t)r > capacity ? BOTHY_ERANGE : r;
}

int instance_has_health(const struct instance *instance)
{
    return is_strategy(instance) ? instance->plugin->strategy.health != NULL
                                 : instance->plugin->exchange.health != NULL;
}

int32_t instance_health(struct instance *instance, char *text, size_t capacity)
{
    int32_t (*health)(void *, char *, size_t) = is_strategy(instance)
                                                    ? instance->plugin->strategy.health
                                                    : instance->plugin->exchange.health;
    int32_t r;

    text[0] = '\0';
    if (!health)
        return BOTHY_HEALTH_OK;
    instance_enter(instance, WIRE_RUNG_RUN, SERVICES_STARTED);
    r = health(instance->self, text, capacity);
    instance_leave(instance);
    text[capacity - 1] = '\0';
    return r < BOTHY_HEALTH_OK || r > BOTHY_HEALTH_FAIL ? BOTHY_HEALTH_FAIL : r;
}

void instance_stop(struct instance *instance)
{
    void (*stop)(void *) =
        is_strategy(instance) ? instance->plugin->strategy.stop : instance->plugin->exchange.stop;

    if (!instance->started)
        return;
    instance->started = 0;
    if (!stop)
        return;
    instance_enter(instance, WIRE_RUNG_RUN, SERVICES_STARTED);
    stop(instance->self);
    instance_leave(instance);
}

void instance_clear(struct instance *instance)
{
    if (!instance->plugin)
        return;
    if (instance->created) {
        instance_enter(instance, WIRE_RUNG_RUN, SERVICES_NONE);
        if (is_strategy(instance))
            instance->plugin->strategy.destroy(instance->self);
        else
            instance->plugin->exchange.destroy(instance->self);
        instance_leave(instance);
    }
    instance->created = 0;
    instance->self = NULL;
    services_clear(&instance->services);
}
