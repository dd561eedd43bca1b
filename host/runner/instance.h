/*
 * One running plugin: its functions, its services, and the rung of the ladder that it stands on.
 * Every call into a plugin goes through here, so the driver of a live runner, the checker and an
 * inline driver climb the ladder in the same way. It knows no rings and no clock.
 */
#ifndef BOTHY_RUNNER_INSTANCE_H
#define BOTHY_RUNNER_INSTANCE_H

#include "runner/services.h"

/* Told before and after each call into the plugin; rung is WIRE_RUNG_*. May be NULL. */
struct instance_watch {
    void (*enter)(void *context, uint32_t rung);
    void (*leave)(void *context);
};

struct instance {
    const struct loader_plugin *plugin; /* [borrowed] */
    struct services services;
    const struct instance_watch *watch;
    void *watch_context;
    void *self;
    int created;
    int started;
    int paused;
};

/*
 * Effect: makes the services; the plugin is not called. plugin, settings, sink and watch are
 * [borrowed] until instance_clear().
 */
int32_t instance_init(struct instance *instance, const struct loader_plugin *plugin,
                      const struct settings *settings, const struct services_sink *sink,
                      void *sink_context, const struct instance_watch *watch, void *watch_context,
                      struct bothy_error *error);

/* The rungs. Errors: what the plugin returned, with its text or ours. */
int32_t instance_check(struct instance *instance, struct bothy_error *error);
int32_t instance_create(struct instance *instance, struct bothy_error *error);
/* Does nothing without data, or where the plugin has no load. */
int32_t instance_load(struct instance *instance, const void *data, size_t length,
                      struct bothy_error *error);
int32_t instance_start(struct instance *instance, struct bothy_error *error);

/*
 * Effect: gives one event to a strategy if it is for it; on an error tells it by on_error.
 * Returns 1 if it was delivered, 0 if it was not for it, or what the plugin returned.
 */
int32_t instance_event(struct instance *instance, const struct bothy_event *event);

void instance_pause(struct instance *instance);
void instance_resume(struct instance *instance);
/* Effect: asks check, then reload; the caller drops the old settings on success. */
int32_t instance_reload(struct instance *instance, const struct settings *settings,
                        struct bothy_error *error);
/* Returns the length written, 0 where the plugin has no save, or BOTHY_E*. */
int32_t instance_save(struct instance *instance, void *data, size_t capacity);
/* Returns BOTHY_HEALTH_*; text may be "". */
int32_t instance_health(struct instance *instance, char *text, size_t capacity);
int instance_has_health(const struct instance *instance);
void instance_stop(struct instance *instance);
/* Effect: destroy, and frees the services. */
void instance_clear(struct instance *instance);

/* Effect: for the exchange driver: tells the watch, sets the level. */
void instance_enter(struct instance *instance, uint32_t rung, uint32_t level);
void instance_leave(struct instance *instance);

#endif
