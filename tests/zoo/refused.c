/*
 * Plugins that must not get as far as a call: the fault (REFUSED) is in the descriptor.
 */
#include "zoo.h"

#define REFUSED_MAGIC    1
#define REFUSED_MAJOR    2
#define REFUSED_MINOR    3
#define REFUSED_KIND     4
#define REFUSED_OPS      5
#define REFUSED_ON_EVENT 6
#define REFUSED_OPTIONS  7 /* a default that is no number */
#define REFUSED_SIZE     8 /* claims more than there is */
#define REFUSED_SYMBOL   9 /* exports something else */
#define REFUSED_NAME     10
#define REFUSED_TWICE    11 /* one option two times */
#define REFUSED_SECRET   12 /* a strategy that asks for a key */

static int32_t create(const struct bothy_host *host, const struct bothy_config *config,
                      void **ret_self, struct bothy_error *error)
{
    (void)host;
    (void)config;
    (void)ret_self;
    return bothy_fail(error, BOTHY_EINVAL, "it was created");
}

static int32_t on_event(void *self, const struct bothy_event *event)
{
    (void)self;
    (void)event;
    return 0;
}

static void destroy(void *self)
{
    (void)self;
}

static const struct bothy_strategy_ops ops = {
    .size = sizeof ops,
    .create = create,
    .on_event = REFUSED == REFUSED_ON_EVENT ? NULL : on_event,
    .destroy = destroy,
};

static const struct bothy_option options[] = {
    { "period", BOTHY_OPTION_INT, 0, REFUSED == REFUSED_OPTIONS ? "many" : "5", "1", "9", NULL,
      NULL, "A count." },
    { REFUSED == REFUSED_TWICE ? "period" : "other",
      REFUSED == REFUSED_SECRET ? BOTHY_OPTION_SECRET : BOTHY_OPTION_STRING, 0, NULL, NULL, NULL,
      NULL, NULL, "Another." },
};

#if REFUSED == REFUSED_SYMBOL
#define EXPORTED another_plugin
extern BOTHY_API const struct bothy_plugin another_plugin;
#else
#define EXPORTED bothy_plugin
#endif

BOTHY_PLUGIN_EXPORT const struct bothy_plugin EXPORTED = {
    .magic = REFUSED == REFUSED_MAGIC ? 0x46454544 : BOTHY_MAGIC,
    .abi_major = REFUSED == REFUSED_MAJOR ? BOTHY_ABI_MAJOR + 1 : BOTHY_ABI_MAJOR,
    .abi_minor = REFUSED == REFUSED_MINOR ? BOTHY_ABI_MINOR + 1 : BOTHY_ABI_MINOR,
    .size = REFUSED == REFUSED_SIZE ? 4096 : sizeof(struct bothy_plugin),
    .kind = REFUSED == REFUSED_KIND ? BOTHY_KIND_SINK : BOTHY_KIND_STRATEGY,
    .name = REFUSED == REFUSED_NAME ? "No Name!" : "refused",
    .version = "1.0.0",
    .summary = "Is refused.",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .option_size = sizeof options[0],
    .ops.strategy = REFUSED == REFUSED_OPS ? NULL : &ops,
};
