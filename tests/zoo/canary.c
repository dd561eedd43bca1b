/*
 * Looks for a secret that must not be in its process: the option `masked` is the secret in hex
 * with every byte XORed with 0x5a, so that it does not carry what it looks for. At each event it
 * searches its environment, its stack up to the end, and its heap; the metric `found` counts.
 * The test looks from outside as well.
 */
#include "zoo.h"

#include <stdio.h>
#include <unistd.h>

#define MASK       0x5a
#define SECRET_MAX 64

extern char **environ;

static const struct bothy_option options[] = {
    { "masked", BOTHY_OPTION_STRING, 0, "", NULL, NULL, NULL, NULL, "The secret in hex, masked." },
};

struct canary {
    const struct bothy_host *host;
    uint8_t masked[SECRET_MAX];
    size_t length;
    uint64_t found;
};

static uint64_t search(const struct canary *self, const uint8_t *from, const uint8_t *to)
{
    uint64_t found = 0;

    if (self->length == 0)
        return 0;
    for (; from + self->length <= to; from++) {
        size_t i = 0;

        while (i < self->length && (from[i] ^ MASK) == self->masked[i])
            i++;
        found += i == self->length;
    }
    return found;
}

static uint64_t search_all(const struct canary *self)
{
    const uint8_t *here = (const uint8_t *)&self;
    const char *last = (const char *)environ;
    uint64_t found = 0;

    for (char **variable = environ; *variable; variable++)
        last = *variable + strlen(*variable) + 1;
    found += search(self, here, (const uint8_t *)last);
    /* The heap ends at the break; self lies in it. */
    found += search(self, (const uint8_t *)((uintptr_t)self & ~(uintptr_t)4095),
                    (const uint8_t *)sbrk(0));
    return found;
}

static int32_t create(const struct bothy_host *host, const struct bothy_config *config,
                      void **ret_self, struct bothy_error *error)
{
    struct canary *self = calloc(1, sizeof *self);
    const char *hex = bothy_config_string(config, "masked");
    unsigned byte;

    if (!self)
        return bothy_fail(error, BOTHY_ENOMEM, "no memory");
    self->host = host;
    while (self->length < SECRET_MAX && sscanf(hex + 2 * self->length, "%2x", &byte) == 1)
        self->masked[self->length++] = (uint8_t)byte;
    *ret_self = self;
    return 0;
}

static int32_t start(void *instance, struct bothy_error *error)
{
    struct canary *self = instance;

    (void)error;
    return zoo_subscribe(self->host, BOTHY_FEED_TRADES);
}

static int32_t on_event(void *instance, const struct bothy_event *event)
{
    struct canary *self = instance;

    (void)event;
    self->found += search_all(self);
    zoo_gauge(self->host, "found", (double)self->found);
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
    BOTHY_PLUGIN_HEADER(BOTHY_KIND_STRATEGY),
    .name = "canary",
    .version = "1.0.0",
    .summary = "Looks for a secret in its own process.",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .ops.strategy = &ops,
};
