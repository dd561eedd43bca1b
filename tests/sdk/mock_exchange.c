/*
 * The mock host with an exchange: what it publishes, and what a host asks of it.
 */
#include <bothy/bothy.h>
#include <bothy/mock.h>

#include "suite.h"

#include <string.h>

#define T0 (INT64_C(1700000000) * BOTHY_NS_PER_S)

static const struct bothy_host *the_host;

static int32_t create(const struct bothy_host *host, const struct bothy_config *config,
                      void **ret_self, struct bothy_error *error)
{
    (void)config;
    (void)error;
    the_host = host;
    *ret_self = &the_host;
    return 0;
}

static void destroy(void *self)
{
    ck_assert_ptr_eq(self, &the_host);
}

static int32_t exchange_subscribe(void *self, const struct bothy_feed_request *request,
                                  struct bothy_error *error)
{
    const struct bothy_publish_service *publish = bothy_host_get(the_host, BOTHY_PUBLISH_1);
    struct {
        struct bothy_event event;
        struct bothy_trade trade;
    } record = { .event = { .size = sizeof record,
                            .type = BOTHY_EVENT_TRADE,
                            .instrument = request->instrument,
                            .ts_event_ns = T0 } };

    (void)self;
    if (strcmp(request->symbol, "BTC/USDT") != 0)
        return bothy_fail(error, BOTHY_ENOENT, "there is BTC/USDT only");
    ck_assert_int_eq(publish->event(the_host, &record.event), 0);
    ck_assert_int_eq(publish->feed(the_host, request->instrument, BOTHY_FEED_STATE_LIVE, "now"), 0);
    ck_assert_int_eq(publish->count(the_host, "applied", 2), 0);
    record.event.type = BOTHY_EVENT_TIMER;
    ck_assert_int_eq(publish->event(the_host, &record.event), BOTHY_EPROTO);
    return 0;
}

static const struct bothy_exchange_ops exchange_ops = {
    .size = sizeof exchange_ops,
    .create = create,
    .subscribe = exchange_subscribe,
    .destroy = destroy,
};

static const struct bothy_plugin exchange = {
    BOTHY_PLUGIN_HEADER(BOTHY_KIND_EXCHANGE),
    .name = "venue",
    .version = "1.0.0",
    .summary = "One trade a subscription.",
    .ops.exchange = &exchange_ops,
};

static void count_events(void *context, const struct bothy_event *event)
{
    *(uint32_t *)context += event->size;
}

START_TEST(an_exchange_publishes)
{
    struct bothy_feed_request request = {
        .size = sizeof request, .instrument = 5, .symbol = "BTC/USDT", .feeds = BOTHY_FEED_TRADES
    };
    struct bothy_history_request past = { .size = sizeof past };
    struct bothy_mock *mock = NULL;
    struct bothy_error error = { 0 };
    uint32_t heard = 0;
    int64_t now_ns;

    ck_assert_int_eq(bothy_mock_new(&exchange, "venue", &mock, &error), 0);
    ck_assert_int_eq(bothy_mock_request_feed(mock, &request, &error), BOTHY_EPERM);
    ck_assert_int_eq(bothy_mock_begin(mock, &error), 0);
    ck_assert_ptr_null(bothy_host_get(the_host, BOTHY_SIGNALS_1));
    ck_assert_int_eq(bothy_mock_request_feed(mock, &request, &error), 0);
    ck_assert_uint_eq(bothy_mock_published_count(mock), 2);
    ck_assert_uint_eq(bothy_mock_published(mock, 0)->type, BOTHY_EVENT_TRADE);
    ck_assert_int_eq(bothy_mock_published(mock, 0)->ts_recv_ns, T0);
    ck_assert_uint_eq(bothy_mock_published(mock, 1)->type, BOTHY_EVENT_FEED);
    ck_assert_uint_eq(bothy_mock_counter(mock, "applied"), 2);
    ck_assert_uint_eq(bothy_mock_fault_count(mock), 1);
    bothy_mock_set_listener(mock, count_events, &heard);
    ck_assert_int_eq(bothy_mock_request_feed(mock, &request, &error), 0);
    ck_assert_uint_eq(bothy_mock_published_count(mock), 2);
    ck_assert_uint_eq(heard,
                      bothy_mock_published(mock, 0)->size + bothy_mock_published(mock, 1)->size);
    memcpy(request.symbol, "DOGE", sizeof "DOGE");
    ck_assert_int_eq(bothy_mock_request_feed(mock, &request, &error), BOTHY_ENOENT);
    ck_assert_int_eq(bothy_mock_request_history(mock, &past), BOTHY_ENOTSUP);
    ck_assert_int_eq(bothy_mock_next(mock, &now_ns), BOTHY_ENOTSUP);
    bothy_mock_free(mock);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("mock_exchange");
    TCase *all = tcase_create("all");

    tcase_add_test(all, an_exchange_publishes);
    suite_add_tcase(suite, all);
    return suite;
}

BOTHY_TEST_MAIN(make_suite)
