/*
 * What the animals of the zoo share: the frame of a strategy that subscribes to the trades of
 * its first symbol, and tells what became of it by metrics.
 */
#ifndef BOTHY_TESTS_ZOO_H
#define BOTHY_TESTS_ZOO_H

#include <bothy/bothy.h>

#include <stdlib.h>
#include <string.h>

static inline int32_t zoo_subscribe(const struct bothy_host *host, uint32_t feeds)
{
    const struct bothy_instruments_service *instruments = bothy_host_get(host, BOTHY_INSTRUMENTS_1);
    const struct bothy_subscriptions_service *subscriptions =
        bothy_host_get(host, BOTHY_SUBSCRIPTIONS_1);
    struct bothy_subscription wanted;

    memset(&wanted, 0, sizeof wanted);
    wanted.size = sizeof wanted;
    wanted.instrument = instruments->of_symbol(host, 0);
    wanted.feeds = feeds;
    return subscriptions->subscribe(host, &wanted);
}

static inline void zoo_gauge(const struct bothy_host *host, const char *name, double value)
{
    const struct bothy_metrics_service *metrics = bothy_host_get(host, BOTHY_METRICS_1);

    metrics->gauge(host, name, value);
}

#endif
