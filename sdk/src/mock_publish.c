/*
 * The mock host's side of exchanges: the publish service, and the calls that a host makes of one.
 */
#include "mock_internal.h"

#include <stdio.h>
#include <string.h>

/* What is published goes to the listener, or is kept. */
static int32_t take(struct bothy_mock *mock, struct bothy_event *event)
{
    int32_t r = mock_hand_over(mock);

    if (r < 0)
        return r;
    event->seq = event->flags & BOTHY_EVENT_HISTORY ? 0 : ++mock->seq;
    event->source = 0;
    event->flags &= ~(uint32_t)BOTHY_EVENT_PRIVATE;
    event->ts_recv_ns = event->ts_event_ns;
    if (mock->listener)
        mock->listener(mock->listener_context, event);
    else if (!mock_list_add(&mock->published, event, event->size))
        return BOTHY_ENOMEM;
    return 0;
}

static int32_t publish_event(const struct bothy_host *host, const struct bothy_event *event)
{
    struct bothy_mock *mock = mock_of(host);
    union {
        struct bothy_event event;
        uint8_t bytes[UINT16_MAX + 1];
    } copy;
    struct bothy_error error = { 0 };
    int32_t r = mock_require(mock, MOCK_FROM_CREATE, "publish.event");

    if (r < 0)
        return r;
    if (!event)
        return mock_fault(mock, BOTHY_EINVAL, "publish.event: NULL");
    r = bothy_event_check(event, event->size, &error);
    if (r < 0)
        return mock_fault(mock, r, "publish.event: %s", error.text);
    if (event->type > BOTHY_EVENT_MARK)
        return mock_fault(mock, BOTHY_EPROTO, "publish.event: an exchange does not publish %s",
                          bothy_event_type_name(event->type));
    memcpy(copy.bytes, event, event->size);
    if (!(event->flags & BOTHY_EVENT_HISTORY))
        mock->now_ns = event->ts_event_ns;
    return take(mock, &copy.event);
}

static int32_t publish_feed(const struct bothy_host *host, uint32_t instrument, uint32_t state,
                            const char *reason)
{
    struct bothy_mock *mock = mock_of(host);
    struct {
        struct bothy_event event;
        struct bothy_feed_change body;
    } record = {
        .event = { .size = sizeof record,
                   .type = BOTHY_EVENT_FEED,
                   .instrument = instrument,
                   .ts_event_ns = mock->now_ns },
        .body = { .state = state },
    };
    int32_t r = mock_require(mock, MOCK_FROM_CREATE, "publish.feed");

    if (r < 0)
        return r;
    if (state > BOTHY_FEED_STATE_ENDED)
        return mock_fault(mock, BOTHY_EINVAL, "publish.feed: no state %u", (unsigned)state);
    snprintf(record.body.reason, sizeof record.body.reason, "%s", reason ? reason : "");
    return take(mock, &record.event);
}

static int32_t publish_count(const struct bothy_host *host, const char *what, uint64_t increment)
{
    struct bothy_mock *mock = mock_of(host);
    struct mock_metric *metric;
    int32_t r = mock_require(mock, MOCK_FROM_CREATE, "publish.count");

    if (r < 0)
        return r;
    if (!what || !what[0] || strlen(what) >= sizeof metric->name)
        return mock_fault(mock, BOTHY_EINVAL, "publish.count: a name has 1 to 63 bytes");
    metric = mock_metric_make(mock, what, MOCK_COUNTS_MAX);
    if (!metric)
        return mock_fault(mock, BOTHY_ENOMEM, "publish.count: more than %d names", MOCK_COUNTS_MAX);
    r = mock_hand_over(mock);
    if (r == 0)
        metric->count += increment;
    return r;
}

static const struct bothy_publish_service publish_service = {
    .size = sizeof publish_service,
    .event = publish_event,
    .feed = publish_feed,
    .count = publish_count,
};

const void *mock_find_publish(const char *service)
{
    return strcmp(service, BOTHY_PUBLISH_1) == 0 ? &publish_service : NULL;
}

void bothy_mock_set_listener(struct bothy_mock *mock,
                             void (*listener)(void *context, const struct bothy_event *event),
                             void *context)
{
    mock->listener = listener;
    mock->listener_context = context;
}

/* ---- what a host asks of an exchange ---- */

int32_t bothy_mock_request_feed(struct bothy_mock *mock, const struct bothy_feed_request *request,
                                struct bothy_error *error)
{
    int32_t r;

    if (mock->rung != MOCK_STARTED)
        return bothy_fail(error, BOTHY_EPERM, "subscribe comes between start and stop");
    if (!mock->exchange.subscribe)
        return bothy_fail(error, BOTHY_ENOTSUP, "this is no exchange");
    mock_enter(mock, "subscribe", MOCK_FROM_START);
    r = mock->exchange.subscribe(mock->self, request, error);
    mock_leave(mock);
    return r;
}

int32_t bothy_mock_request_history(struct bothy_mock *mock,
                                   const struct bothy_history_request *request)
{
    int32_t r;

    if (mock->rung != MOCK_STARTED)
        return BOTHY_EPERM;
    if (!mock->exchange.history)
        return BOTHY_ENOTSUP;
    mock_enter(mock, "history", MOCK_FROM_START);
    r = mock->exchange.history(mock->self, request);
    mock_leave(mock);
    return r;
}

int32_t bothy_mock_next(struct bothy_mock *mock, int64_t *ret_now_ns)
{
    int32_t r;

    if (mock->rung != MOCK_STARTED)
        return BOTHY_EPERM;
    if (!mock->exchange.next)
        return BOTHY_ENOTSUP;
    mock_enter(mock, "next", MOCK_FROM_START);
    r = mock->exchange.next(mock->self, ret_now_ns);
    mock_leave(mock);
    return r;
}
