/*
 * The service of exchanges: publishing market events, the states of feeds, and counts of input
 * that was not used. An event is checked here, so that a faulty adapter hears of it in the call
 * that made the fault; the core checks again, since it trusts nobody.
 */
#include "config.h"

#include "runner/services.h"

#include "base/clean.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static int64_t wall_ns(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_REALTIME, &ts);
    return (int64_t)ts.tv_sec * BOTHY_NS_PER_S + ts.tv_nsec;
}

/* Types that an exchange may publish: market data. What is private only the core can say. */
static int is_market_data(uint32_t type)
{
    return type >= BOTHY_EVENT_INSTRUMENT && type <= BOTHY_EVENT_MARK;
}

static int32_t stamp_and_write(struct services *services, struct bothy_event *event)
{
    event->seq = 0;
    event->source = 0;
    event->flags &= ~(uint32_t)BOTHY_EVENT_PRIVATE;
    event->ts_recv_ns = services->virtual_time ? event->ts_event_ns : wall_ns();
    return services_write(services, WIRE_R_EVENT, event, event->size);
}

static int32_t publish_event(const struct bothy_host *host, const struct bothy_event *event)
{
    struct services *services = services_of(host);
    union {
        struct bothy_event event;
        uint8_t bytes[UINT16_MAX + 1];
    } copy;
    struct bothy_error error = { 0 };
    int32_t r = services_require(services, SERVICES_CREATED);

    if (r < 0)
        return r;
    if (!event)
        return services_wrong(services);
    r = bothy_event_check(event, event->size, &error);
    if (r == 0 && !is_market_data(event->type))
        r = bothy_fail(&error, BOTHY_EPROTO, "an exchange does not publish %s events",
                       bothy_event_type_name(event->type));
    if (r < 0) {
        services->refused_wrong++;
        services_log(services, BOTHY_LOG_ERROR, "event not published: %s", error.text);
        return r;
    }
    memcpy(copy.bytes, event, event->size);
    if (services->virtual_time && !(event->flags & BOTHY_EVENT_HISTORY))
        services->now_ns = event->ts_event_ns;
    return stamp_and_write(services, &copy.event);
}

static int32_t publish_feed(const struct bothy_host *host, uint32_t instrument, uint32_t state,
                            const char *reason)
{
    struct services *services = services_of(host);
    struct {
        struct bothy_event event;
        struct bothy_feed_change body;
    } record = {
        .event = { .size = sizeof record,
                   .type = BOTHY_EVENT_FEED,
                   .instrument = instrument,
                   .ts_event_ns = services->virtual_time ? services->now_ns : wall_ns() },
        .body = { .state = state },
    };
    int32_t r = services_require(services, SERVICES_CREATED);

    if (r < 0)
        return r;
    if (state > BOTHY_FEED_STATE_ENDED)
        return services_wrong(services);
    snprintf(record.body.reason, sizeof record.body.reason, "%s", reason ? reason : "");
    return stamp_and_write(services, &record.event);
}

static int32_t publish_count(const struct bothy_host *host, const char *what, uint64_t increment)
{
    struct services *services = services_of(host);
    struct wire_count record = { .increment = increment };
    uint32_t i = 0;
    int32_t r = services_require(services, SERVICES_CREATED);

    if (r < 0)
        return r;
    if (!what || !what[0] || strnlen(what, sizeof record.what) == sizeof record.what)
        return services_wrong(services);
    snprintf(record.what, sizeof record.what, "%s", what);
    while (i < services->count_count && strcmp(services->counts[i], what) != 0)
        i++;
    if (i == SERVICES_COUNTS_MAX)
        return BOTHY_ENOMEM;
    if (i == services->count_count)
        memcpy(services->counts[services->count_count++], record.what, sizeof record.what);
    return services_write(services, WIRE_R_COUNT, &record, sizeof record);
}

static const struct bothy_publish_service publish_service = {
    .size = sizeof publish_service,
    .event = publish_event,
    .feed = publish_feed,
    .count = publish_count,
};

const void *services_find_publish(const char *service)
{
    return strcmp(service, BOTHY_PUBLISH_1) == 0 ? &publish_service : NULL;
}
