/*
 * Writes down what it sees, in order: for each event it emits the metric `seen` with a number
 * made of the event's type, sequence number and flags, and it uses every service once.
 *     trade 1   signal: timer 7, an order, a cancel, notify, a saved state
 */
#include "zoo.h"

#include <stdio.h>

static const struct bothy_option options[] = {
    { "history", BOTHY_OPTION_INT, 0, "0", "0", "1000", "bars", NULL,
      "Bars of one minute to ask for." },
    { "flood", BOTHY_OPTION_BOOL, 0, "false", NULL, NULL, NULL, NULL,
      "Emits metrics until one is refused, at each trade." },
    { "word", BOTHY_OPTION_STRING, BOTHY_OPTION_RELOADABLE, "first", NULL, NULL, NULL, NULL,
      "Said by health." },
};

struct witness {
    const struct bothy_host *host;
    const struct bothy_config *config;
    uint32_t instrument;
    uint64_t loaded;
    uint64_t refused;
    int acted;
};

static int32_t check(const struct bothy_config *config, struct bothy_error *error)
{
    if (strcmp(bothy_config_string(config, "word"), "wrong") == 0)
        return bothy_fail(error, BOTHY_EINVAL, "not that word");
    return 0;
}

static int32_t create(const struct bothy_host *host, const struct bothy_config *config,
                      void **ret_self, struct bothy_error *error)
{
    const struct bothy_clock_service *clock = bothy_host_get(host, BOTHY_CLOCK_1);
    const struct bothy_timers_service *timers = bothy_host_get(host, BOTHY_TIMERS_1);
    struct witness *self = calloc(1, sizeof *self);

    if (!self)
        return bothy_fail(error, BOTHY_ENOMEM, "no memory");
    self->host = host;
    self->config = config;
    zoo_gauge(host, "early", timers->set(host, 1, 1, 0)); /* not before start */
    zoo_gauge(host, "clock_at_create", (double)clock->now_ns(host));
    zoo_gauge(host, "publishes", bothy_host_get(host, BOTHY_PUBLISH_1) != NULL);
    *ret_self = self;
    return 0;
}

static int32_t load(void *instance, const void *data, size_t length)
{
    struct witness *self = instance;

    memcpy(&self->loaded, data, length < 8 ? length : 8);
    return 0;
}

static int32_t start(void *instance, struct bothy_error *error)
{
    struct witness *self = instance;
    const struct bothy_instruments_service *instruments =
        bothy_host_get(self->host, BOTHY_INSTRUMENTS_1);
    const struct bothy_subscriptions_service *subscriptions =
        bothy_host_get(self->host, BOTHY_SUBSCRIPTIONS_1);
    struct bothy_subscription wanted;

    (void)error;
    self->instrument = instruments->of_symbol(self->host, 0);
    zoo_gauge(self->host, "loaded", (double)self->loaded);
    memset(&wanted, 0, sizeof wanted);
    wanted.size = sizeof wanted;
    wanted.instrument = self->instrument;
    wanted.feeds = BOTHY_FEED_BARS | BOTHY_FEED_TRADES;
    wanted.timeframe = BOTHY_TF_1M;
    wanted.history = (uint32_t)bothy_config_int(self->config, "history");
    return subscriptions->subscribe(self->host, &wanted);
}

static void act(struct witness *self)
{
    const struct bothy_timers_service *timers = bothy_host_get(self->host, BOTHY_TIMERS_1);
    const struct bothy_orders_service *orders = bothy_host_get(self->host, BOTHY_ORDERS_1);
    const struct bothy_notify_service *notify = bothy_host_get(self->host, BOTHY_NOTIFY_1);
    const struct bothy_signals_service *signals = bothy_host_get(self->host, BOTHY_SIGNALS_1);
    const struct bothy_state_service *state = bothy_host_get(self->host, BOTHY_STATE_1);
    struct bothy_order_request order;
    struct bothy_signal signal;
    uint64_t saved = 4711;

    bothy_signal_init(&signal, BOTHY_SIGNAL_CUSTOM, self->instrument, BOTHY_DIRECTION_LONG,
                      1704067200000000000);
    snprintf(signal.type_name, sizeof signal.type_name, "x_witness");
    signal.current = signal.entry = 40000;
    signal.stop_loss = 39000;
    signal.take_profit_1 = 42000;
    signal.confidence = 0.5;
    zoo_gauge(self->host, "emit", signals->emit(self->host, &signal, 5));
    signal.stop_loss = 41000; /* on the wrong side */
    zoo_gauge(self->host, "emit_wrong", signals->emit(self->host, &signal, 6));
    memset(&order, 0, sizeof order);
    order.size = sizeof order;
    order.instrument = self->instrument;
    order.side = BOTHY_SIDE_BUY;
    order.type = BOTHY_ORDER_TYPE_LIMIT;
    order.time_in_force = BOTHY_TIF_GTC;
    order.quantity = bothy_decimal_make(5, -3);
    order.price = bothy_decimal_make(399000, -1);
    zoo_gauge(self->host, "submit", orders->submit(self->host, &order));
    order.quantity.coefficient = 0;
    zoo_gauge(self->host, "submit_wrong", orders->submit(self->host, &order));
    order.quantity.coefficient = 1;
    order.instrument = 999;
    zoo_gauge(self->host, "submit_strange", orders->submit(self->host, &order));
    orders->cancel(self->host, 17);
    zoo_gauge(self->host, "timer", timers->set(self->host, 7, 1704067201000000000, 0));
    zoo_gauge(self->host, "timer_wrong", timers->set(self->host, 8, 0, 5));
    notify->send(self->host, BOTHY_LOG_NOTICE, "the first trade");
    state->save(self->host, &saved, sizeof saved);
}

static int32_t on_event(void *instance, const struct bothy_event *event)
{
    struct witness *self = instance;
    const struct bothy_positions_service *positions = bothy_host_get(self->host, BOTHY_POSITIONS_1);
    const struct bothy_metrics_service *metrics = bothy_host_get(self->host, BOTHY_METRICS_1);
    struct bothy_position position;

    metrics->gauge(self->host, "seen",
                   (double)((uint64_t)event->type * 1000000 + event->seq * 100 + event->flags));
    if (event->type == BOTHY_EVENT_POSITION)
        zoo_gauge(self->host, "position",
                  positions->get(self->host, self->instrument, &position) == 0
                      ? bothy_decimal_to_double(position.quantity)
                      : -99);
    if (event->type == BOTHY_EVENT_TRADE && !self->acted) {
        self->acted = 1;
        act(self);
    }
    while (event->type == BOTHY_EVENT_TRADE && bothy_config_bool(self->config, "flood")) {
        if (metrics->gauge(self->host, "flood", 1) < 0) {
            self->refused++;
            break;
        }
    }
    return 0;
}

static void on_pause(void *instance)
{
    zoo_gauge(((struct witness *)instance)->host, "paused", 1);
}

static void on_resume(void *instance)
{
    zoo_gauge(((struct witness *)instance)->host, "paused", 0);
}

static int32_t reload(void *instance, const struct bothy_config *config, struct bothy_error *error)
{
    struct witness *self = instance;

    if (strcmp(bothy_config_string(config, "word"), "late") == 0)
        return bothy_fail(error, BOTHY_EINVAL, "too late for that");
    self->config = config;
    return 0;
}

static int32_t health(void *instance, char *text, size_t capacity)
{
    struct witness *self = instance;

    snprintf(text, capacity, "word %s", bothy_config_string(self->config, "word"));
    return BOTHY_HEALTH_WARN;
}

static void stop(void *instance)
{
    struct witness *self = instance;

    zoo_gauge(self->host, "refused", (double)self->refused);
}

static void destroy(void *instance)
{
    free(instance);
}

static const struct bothy_strategy_ops ops = {
    .size = sizeof ops,
    .check = check,
    .create = create,
    .load = load,
    .start = start,
    .on_event = on_event,
    .pause = on_pause,
    .resume = on_resume,
    .reload = reload,
    .health = health,
    .stop = stop,
    .destroy = destroy,
};

BOTHY_PLUGIN_EXPORT const struct bothy_plugin bothy_plugin = {
    BOTHY_PLUGIN_HEADER(BOTHY_KIND_STRATEGY),
    .name = "witness",
    .version = "1.0.0",
    .summary = "Writes down what it sees.",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .ops.strategy = &ops,
};
