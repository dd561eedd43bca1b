/*
 * The strategy of bench_dispatch: keeps two averages of the price, and answers every trade with an
 * order on the side that they lean to, or with nothing. No trader would; a benchmark needs an
 * order from each tick.
 */
#include <bothy/bothy.h>
#include <bothy/ta.h>

#include <stdlib.h>

static const struct bothy_option options[] = {
    { "orders", BOTHY_OPTION_BOOL, 0, "true", NULL, NULL, NULL, NULL, "Whether it orders at all." },
};

struct taker {
    const struct bothy_host *host;
    const struct bothy_orders_service *orders;
    struct bothy_ema fast;
    struct bothy_ema slow;
    uint64_t ticks;
    int32_t wants_orders;
};

static int32_t create(const struct bothy_host *host, const struct bothy_config *config,
                      void **ret_self, struct bothy_error *error)
{
    struct taker *self = calloc(1, sizeof *self);

    if (!self)
        return bothy_fail(error, BOTHY_ENOMEM, "no memory");
    self->host = host;
    self->orders = bothy_host_get(host, BOTHY_ORDERS_1);
    self->wants_orders = bothy_config_bool(config, "orders");
    bothy_ema_init(&self->fast, 12);
    bothy_ema_init(&self->slow, 26);
    *ret_self = self;
    return 0;
}

static int32_t start(void *instance, struct bothy_error *error)
{
    const struct taker *self = instance;
    const struct bothy_instruments_service *instruments =
        bothy_host_get(self->host, BOTHY_INSTRUMENTS_1);
    const struct bothy_subscriptions_service *subscriptions =
        bothy_host_get(self->host, BOTHY_SUBSCRIPTIONS_1);
    struct bothy_subscription wanted = { .size = sizeof wanted,
                                         .instrument = instruments->of_symbol(self->host, 0),
                                         .feeds = BOTHY_FEED_TRADES };

    (void)error;
    return subscriptions->subscribe(self->host, &wanted);
}

static int32_t on_event(void *instance, const struct bothy_event *event)
{
    struct taker *self = instance;
    const struct bothy_trade *trade = BOTHY_EVENT_BODY(event, struct bothy_trade);
    double price, fast = 0, slow = 0;

    if (event->type != BOTHY_EVENT_TRADE || !trade)
        return 0;
    price = bothy_decimal_to_double(trade->price);
    self->ticks++;
    bothy_ema_push(&self->fast, price, &fast);
    bothy_ema_push(&self->slow, price, &slow);
    if (!self->wants_orders)
        return 0;
    return self->orders->submit(self->host,
                                &(struct bothy_order_request) {
                                    .size = sizeof(struct bothy_order_request),
                                    .instrument = event->instrument,
                                    .side = fast < slow ? BOTHY_SIDE_SELL : BOTHY_SIDE_BUY,
                                    .type = BOTHY_ORDER_TYPE_LIMIT,
                                    .time_in_force = BOTHY_TIF_IOC,
                                    .tag = trade->trade_id,
                                    .quantity = trade->quantity,
                                    .price = trade->price,
                                });
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
    .name = "taker",
    .version = "1.0.0",
    .summary = "An order for every trade.",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .ops.strategy = &ops,
};
