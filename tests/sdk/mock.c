/*
 * The mock host: what it keeps, what it gives back, and in which order timers go off.
 */
#include "suite.h"

#include <bothy/bothy.h>
#include <bothy/mock.h>

#include <string.h>

struct probe {
    const struct bothy_host *host;
    uint64_t timers[16];
    uint32_t timer_count;
    uint64_t loaded;
    int stopped;
};

static struct probe *probe; /* of the test that runs */

static int32_t create(const struct bothy_host *host, const struct bothy_config *config,
                      void **ret_self, struct bothy_error *error)
{
    (void)error;
    ck_assert_str_eq(bothy_config_symbol(config, 0), "BTC/USDT");
    ck_assert_double_eq(bothy_config_number(config, "risk.sl_mult"), 2.5);
    probe->host = host;
    *ret_self = probe;
    return 0;
}

static int32_t load(void *self, const void *data, size_t length)
{
    (void)self;
    ck_assert_uint_eq(length, sizeof probe->loaded);
    memcpy(&probe->loaded, data, length);
    return 0;
}

static int32_t on_event(void *self, const struct bothy_event *event)
{
    const struct bothy_timer *timer = BOTHY_EVENT_BODY(event, struct bothy_timer);

    (void)self;
    if (event->type == BOTHY_EVENT_TIMER)
        probe->timers[probe->timer_count++] = timer->id;
    return event->type == BOTHY_EVENT_FEED ? BOTHY_ECORRUPT : 0;
}

static int32_t save(void *self, void *data, size_t capacity)
{
    uint64_t state = 99;

    (void)self;
    ck_assert_uint_ge(capacity, sizeof state);
    memcpy(data, &state, sizeof state);
    return sizeof state;
}

static void stop(void *self)
{
    (void)self;
    probe->stopped++;
}

static void destroy(void *self)
{
    (void)self;
}

static const struct bothy_strategy_ops ops = { .size = sizeof ops,
                                               .create = create,
                                               .load = load,
                                               .on_event = on_event,
                                               .save = save,
                                               .stop = stop,
                                               .destroy = destroy };
static const struct bothy_plugin plugin = { BOTHY_PLUGIN_HEADER(BOTHY_KIND_STRATEGY),
                                            .name = "probe", .version = "1.0.0",
                                            .summary = "Of a test.", .ops.strategy = &ops };

static struct bothy_mock *start(const void *state, size_t length)
{
    static struct probe one;
    struct bothy_mock *mock = bothy_mock_new(&plugin);
    struct bothy_error error = { 0 };

    memset(&one, 0, sizeof one);
    probe = &one;
    ck_assert_ptr_nonnull(mock);
    ck_assert_uint_eq(bothy_mock_add_symbol(mock, "BTC/USDT", "venue"), 1);
    ck_assert_uint_eq(bothy_mock_add_symbol(mock, "ETH/USDT", "venue"), 2);
    ck_assert_int_eq(bothy_mock_set(mock, "risk.sl_mult", "2.5", &error), 0);
    ck_assert_int_eq(bothy_mock_set(mock, "nothing", "1", &error), BOTHY_ENOENT);
    ck_assert_int_eq(bothy_mock_start_from(mock, state, length, &error), 0);
    ck_assert_int_eq(bothy_mock_set(mock, "risk.sl_mult", "3", &error), BOTHY_EPERM);
    return mock;
}

START_TEST(timers_go_off_in_order)
{
    struct bothy_mock *mock = start(NULL, 0);
    const struct bothy_timers_service *timers = bothy_host_get(probe->host, BOTHY_TIMERS_1);
    const struct bothy_clock_service *clock = bothy_host_get(probe->host, BOTHY_CLOCK_1);
    int64_t s = BOTHY_NS_PER_S;

    ck_assert_int_eq(timers->set(probe->host, 1, 30 * s, 0), 0);
    ck_assert_int_eq(timers->set(probe->host, 2, 10 * s, 15 * s), 0);
    ck_assert_int_eq(timers->set(probe->host, 3, 99 * s, 0), 0);
    ck_assert_int_eq(timers->set(probe->host, 4, 5 * s, 10), BOTHY_EINVAL);
    ck_assert_int_eq(bothy_mock_advance(mock, 40 * s), 4);
    ck_assert_uint_eq(probe->timer_count, 4);
    ck_assert_uint_eq(probe->timers[0], 2);
    ck_assert_uint_eq(probe->timers[1], 2);
    ck_assert_uint_eq(probe->timers[2], 1);
    ck_assert_uint_eq(probe->timers[3], 2);
    ck_assert_int_eq(clock->now_ns(probe->host), 40 * s);
    ck_assert_int_eq(timers->cancel(probe->host, 1), BOTHY_ENOENT);
    ck_assert_int_eq(timers->cancel(probe->host, 3), 0);
    ck_assert_uint_eq(bothy_mock_timer_count(mock), 1);
    bothy_mock_free(mock);
}
END_TEST

START_TEST(keeps_what_is_handed_over)
{
    struct bothy_mock *mock = start(NULL, 0);
    const struct bothy_orders_service *orders = bothy_host_get(probe->host, BOTHY_ORDERS_1);
    const struct bothy_metrics_service *metrics = bothy_host_get(probe->host, BOTHY_METRICS_1);
    const struct bothy_notify_service *notify = bothy_host_get(probe->host, BOTHY_NOTIFY_1);
    struct bothy_order_request order = { .size = sizeof order,
                                         .instrument = 2,
                                         .quantity = bothy_decimal_make(3, 0) };

    ck_assert_int_eq(orders->submit(probe->host, &order), 0);
    order.instrument = 3;
    ck_assert_int_eq(orders->submit(probe->host, &order), BOTHY_ENOENT);
    bothy_mock_refuse(mock, BOTHY_EAGAIN);
    order.instrument = 1;
    ck_assert_int_eq(orders->submit(probe->host, &order), BOTHY_EAGAIN);
    bothy_mock_refuse(mock, 0);
    ck_assert_int_eq(orders->cancel(probe->host, 5), 0);
    ck_assert_uint_eq(bothy_mock_order_count(mock), 1);
    ck_assert_uint_eq(bothy_mock_order(mock, 0)->instrument, 2);
    ck_assert_ptr_null(bothy_mock_order(mock, 1));
    ck_assert_uint_eq(bothy_mock_cancel_count(mock), 1);
    metrics->gauge(probe->host, "depth", 7);
    metrics->count(probe->host, "seen", 2);
    metrics->count(probe->host, "seen", 3);
    ck_assert_double_eq(bothy_mock_metric(mock, "depth"), 7);
    ck_assert_double_eq(bothy_mock_metric(mock, "seen"), 5);
    ck_assert_double_eq(bothy_mock_metric(mock, "other"), 0);
    for (int i = 0; i < 40; i++)
        bothy_log(probe->host, BOTHY_LOG_INFO, "line %d of many", i);
    notify->send(probe->host, BOTHY_LOG_NOTICE, "one of many");
    ck_assert_uint_eq(bothy_mock_said(mock, "of many"), 41);
    ck_assert_uint_eq(bothy_mock_said(mock, "line 39"), 1);
    ck_assert_ptr_null(bothy_host_get(probe->host, BOTHY_PUBLISH_1));
    bothy_mock_free(mock);
}
END_TEST

START_TEST(keeps_positions_and_definitions)
{
    struct bothy_mock *mock = start(NULL, 0);
    const struct bothy_positions_service *positions =
        bothy_host_get(probe->host, BOTHY_POSITIONS_1);
    const struct bothy_instruments_service *instruments =
        bothy_host_get(probe->host, BOTHY_INSTRUMENTS_1);
    struct {
        struct bothy_event event;
        struct bothy_position body;
    } position = { .event = { .size = sizeof position,
                              .type = BOTHY_EVENT_POSITION,
                              .flags = BOTHY_EVENT_PRIVATE,
                              .instrument = 2 },
                   .body = { .quantity = bothy_decimal_make(-4, 0) } };
    struct {
        struct bothy_event event;
        struct bothy_instrument body;
    } definition = {
        .event = { .size = sizeof definition, .type = BOTHY_EVENT_INSTRUMENT, .instrument = 1 },
        .body = { .tick_size = bothy_decimal_make(1, -2) }
    };
    struct bothy_event feed = { .size = sizeof feed, .type = BOTHY_EVENT_FEED };
    struct bothy_position found;

    ck_assert_int_eq(positions->get(probe->host, 2, &found), BOTHY_ENOENT);
    ck_assert_ptr_null(instruments->get(probe->host, 1));
    ck_assert_int_eq(bothy_mock_event(mock, &position.event), 0);
    ck_assert_int_eq(bothy_mock_event(mock, &definition.event), 0);
    ck_assert_int_eq(positions->get(probe->host, 2, &found), 0);
    ck_assert_int_eq(found.quantity.coefficient, -4);
    ck_assert_int_eq(instruments->get(probe->host, 1)->tick_size.exponent, -2);
    ck_assert_uint_eq(instruments->of_symbol(probe->host, 1), 2);
    ck_assert_uint_eq(instruments->symbol_of(probe->host, 2), 1);
    ck_assert_uint_eq(instruments->symbol_of(probe->host, 3), UINT32_MAX);
    ck_assert_int_eq(bothy_mock_event(mock, &feed), BOTHY_ECORRUPT);
    bothy_mock_free(mock);
}
END_TEST

START_TEST(stops_saves_and_loads)
{
    struct bothy_mock *mock = start(NULL, 0);
    const void *state;
    uint64_t copy;

    ck_assert_int_eq(bothy_mock_stop(mock, &state), 8);
    memcpy(&copy, state, sizeof copy);
    ck_assert_int_eq(bothy_mock_stop(mock, NULL), BOTHY_EPERM);
    ck_assert_int_eq(probe->stopped, 1);
    bothy_mock_free(mock);
    ck_assert_int_eq(probe->stopped, 1);
    mock = start(&copy, sizeof copy);
    ck_assert_uint_eq(probe->loaded, 99);
    bothy_mock_free(mock);
    ck_assert_int_eq(probe->stopped, 1);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("mock");
    TCase *tcase = tcase_create("mock");

    tcase_add_test(tcase, timers_go_off_in_order);
    tcase_add_test(tcase, keeps_what_is_handed_over);
    tcase_add_test(tcase, keeps_positions_and_definitions);
    tcase_add_test(tcase, stops_saves_and_loads);
    suite_add_tcase(suite, tcase);
    return suite;
}

BOTHY_TEST_MAIN(make_suite)
