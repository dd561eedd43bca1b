/*
 * Takes its time: at each bar of a minute it says a metric, which reaches the core at once, thinks
 * for about a millisecond, and only then gives its signal, with the bar's time in it. Time may
 * not go on meanwhile.
 */
#include "zoo.h"

#include <time.h>

#define THINKING_NS 1000000

struct dawdler {
    const struct bothy_host *host;
    uint64_t bars;
};

static void think(void)
{
    struct timespec begin, now;

    clock_gettime(CLOCK_MONOTONIC, &begin);
    do {
        clock_gettime(CLOCK_MONOTONIC, &now);
    } while ((now.tv_sec - begin.tv_sec) * 1000000000L + now.tv_nsec - begin.tv_nsec < THINKING_NS);
}

static int32_t on_event(void *instance, const struct bothy_event *event)
{
    struct dawdler *self = instance;
    const struct bothy_signals_service *signals = bothy_host_get(self->host, BOTHY_SIGNALS_1);
    const struct bothy_bar *bar = BOTHY_EVENT_BODY(event, struct bothy_bar);
    struct bothy_signal signal;
    double close;

    if (event->type != BOTHY_EVENT_BAR || (event->flags & BOTHY_EVENT_HISTORY) || !bar)
        return 0;
    zoo_gauge(self->host, "bars", (double)++self->bars);
    think();
    close = bothy_decimal_to_double(bar->close);
    bothy_signal_init(&signal, BOTHY_SIGNAL_CANDLESTICK_PATTERN, event->instrument,
                      BOTHY_DIRECTION_LONG, bar->close_ns);
    signal.current = signal.entry = close;
    signal.stop_loss = close * 0.99;
    signal.take_profit_1 = close * 1.02;
    signal.risk_reward_1 = 2;
    bothy_signal_add_text(&signal, "pattern_name", "pause");
    bothy_signal_add_text(&signal, "pattern_type", "bullish");
    bothy_signal_add_text(&signal, "timeframe", "1m");
    bothy_signal_add_number(&signal, "confidence", 0.5);
    bothy_signal_add_number(&signal, "bar_s", (double)(bar->close_ns / BOTHY_NS_PER_S));
    return signals->emit(self->host, &signal, self->bars);
}

static int32_t create(const struct bothy_host *host, const struct bothy_config *config,
                      void **ret_self, struct bothy_error *error)
{
    struct dawdler *self = calloc(1, sizeof *self);

    (void)config;
    if (!self)
        return bothy_fail(error, BOTHY_ENOMEM, "no memory");
    self->host = host;
    *ret_self = self;
    return 0;
}

static int32_t start(void *instance, struct bothy_error *error)
{
    struct dawdler *self = instance;
    const struct bothy_instruments_service *instruments =
        bothy_host_get(self->host, BOTHY_INSTRUMENTS_1);
    const struct bothy_subscriptions_service *subscriptions =
        bothy_host_get(self->host, BOTHY_SUBSCRIPTIONS_1);
    struct bothy_subscription wanted = {
        .size = sizeof wanted,
        .instrument = instruments->of_symbol(self->host, 0),
        .feeds = BOTHY_FEED_BARS,
        .timeframe = BOTHY_TF_1M,
    };

    (void)error;
    return subscriptions->subscribe(self->host, &wanted);
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
    .name = "dawdler",
    .version = "1.0.0",
    .summary = "speaks twice at each bar, with a pause",
    .ops.strategy = &ops,
};
