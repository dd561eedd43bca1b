/*
 * Plugins that do no harm and are wrong all the same: CARELESS says how. The checker finds them.
 */
#include "zoo.h"

#define CARELESS_SHARES 1 /* counts in a global */
#define CARELESS_LEAKS  2 /* forgets a block in each life */
#define CARELESS_EARLY  3 /* subscribes in create */

static uint64_t shared;
static void *volatile forgotten;

struct careless {
    const struct bothy_host *host;
    uint64_t own;
};

static int32_t create(const struct bothy_host *host, const struct bothy_config *config,
                      void **ret_self, struct bothy_error *error)
{
    struct careless *self = calloc(1, sizeof *self);

    (void)config;
    if (!self)
        return bothy_fail(error, BOTHY_ENOMEM, "no memory");
    self->host = host;
    if (CARELESS == CARELESS_LEAKS)
        forgotten = malloc(1000);
    if (CARELESS == CARELESS_EARLY)
        zoo_subscribe(host, BOTHY_FEED_TRADES);
    *ret_self = self;
    return 0;
}

static int32_t start(void *instance, struct bothy_error *error)
{
    struct careless *self = instance;

    (void)error;
    return zoo_subscribe(self->host, BOTHY_FEED_TRADES);
}

static int32_t on_event(void *instance, const struct bothy_event *event)
{
    struct careless *self = instance;
    uint64_t *count = CARELESS == CARELESS_SHARES ? &shared : &self->own;

    if (event->type == BOTHY_EVENT_TRADE)
        zoo_gauge(self->host, "events", (double)++*count);
    return 0;
}

static void destroy(void *instance)
{
    free(instance);
}

static const struct bothy_strategy_ops ops = {
    .size = sizeof ops,
    .create = create,
    .start = start,
    .on_event = on_event,
    .destroy = destroy,
};

BOTHY_PLUGIN_EXPORT const struct bothy_plugin bothy_plugin = {
    BOTHY_PLUGIN_HEADER(BOTHY_KIND_STRATEGY),  .name = "careless",   .version = "1.0.0",
    .summary = "Is wrong without doing harm.", .ops.strategy = &ops,
};
