/*
 * The neighbour: counts its events and misses none. Trades are numbered by their venue, so a hole
 * in the numbers, a gap event, or a sequence number that does not grow is something lost.
 * Metrics: events, last_seq, missed, disorder.
 */
#include "zoo.h"

static const struct bothy_option options[] = {
    { "report_every", BOTHY_OPTION_INT, 0, "50", "1", "1000000", "events", NULL,
      "How often the metrics are said." },
    { "note", BOTHY_OPTION_STRING, BOTHY_OPTION_RELOADABLE, "", NULL, NULL, NULL, NULL,
      "Logged at the start and at each reload." },
};

struct good {
    const struct bothy_host *host;
    uint64_t report_every;
    uint64_t events;
    uint64_t last_seq;
    uint64_t last_id;
    uint64_t missed;
    uint64_t disorder;
};

static void report(const struct good *self)
{
    zoo_gauge(self->host, "events", (double)self->events);
    zoo_gauge(self->host, "last_seq", (double)self->last_seq);
    zoo_gauge(self->host, "missed", (double)self->missed);
    zoo_gauge(self->host, "disorder", (double)self->disorder);
}

static int32_t create(const struct bothy_host *host, const struct bothy_config *config,
                      void **ret_self, struct bothy_error *error)
{
    struct good *self = calloc(1, sizeof *self);

    if (!self)
        return bothy_fail(error, BOTHY_ENOMEM, "no memory");
    self->host = host;
    self->report_every = (uint64_t)bothy_config_int(config, "report_every");
    bothy_log(host, BOTHY_LOG_INFO, "good: %s", bothy_config_string(config, "note"));
    *ret_self = self;
    return 0;
}

static int32_t start(void *instance, struct bothy_error *error)
{
    struct good *self = instance;

    (void)error;
    return zoo_subscribe(self->host, BOTHY_FEED_TRADES);
}

static int32_t load(void *instance, const void *data, size_t length)
{
    struct good *self = instance;

    if (length != sizeof self->events)
        return BOTHY_ECORRUPT;
    memcpy(&self->events, data, length);
    return 0;
}

static int32_t on_event(void *instance, const struct bothy_event *event)
{
    struct good *self = instance;
    const struct bothy_trade *trade = BOTHY_EVENT_BODY(event, struct bothy_trade);

    if (event->type == BOTHY_EVENT_GAP) {
        self->missed++;
        return 0;
    }
    if (event->type != BOTHY_EVENT_TRADE || !trade)
        return 0;
    self->events++;
    if (event->seq <= self->last_seq)
        self->disorder++;
    if (self->last_id && trade->trade_id > self->last_id + 1)
        self->missed += trade->trade_id - self->last_id - 1;
    self->last_seq = event->seq;
    self->last_id = trade->trade_id;
    if (self->events % self->report_every == 0)
        report(self);
    return 0;
}

static int32_t reload(void *instance, const struct bothy_config *config, struct bothy_error *error)
{
    struct good *self = instance;

    (void)error;
    bothy_log(self->host, BOTHY_LOG_INFO, "good again: %s", bothy_config_string(config, "note"));
    return 0;
}

static int32_t save(void *instance, void *data, size_t capacity)
{
    struct good *self = instance;

    if (capacity < sizeof self->events)
        return BOTHY_ERANGE;
    memcpy(data, &self->events, sizeof self->events);
    return sizeof self->events;
}

static int32_t health(void *instance, char *text, size_t capacity)
{
    (void)instance;
    if (capacity > 4)
        memcpy(text, "well", 5);
    return BOTHY_HEALTH_OK;
}

static void stop(void *instance)
{
    report(instance);
}

static void destroy(void *instance)
{
    free(instance);
}

static const struct bothy_strategy_ops ops = {
    .size = sizeof ops,
    .create = create,
    .load = load,
    .start = start,
    .on_event = on_event,
    .reload = reload,
    .save = save,
    .health = health,
    .stop = stop,
    .destroy = destroy,
};

BOTHY_PLUGIN_EXPORT const struct bothy_plugin bothy_plugin = {
    BOTHY_PLUGIN_HEADER(BOTHY_KIND_STRATEGY),
    .name = "good",
    .version = "1.0.0",
    .summary = "Counts its events and misses none.",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .ops.strategy = &ops,
};
