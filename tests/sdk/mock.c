/*
 * The mock host: a small strategy of this file's own does what plugins do, right and wrong, and the
 * mock has to show it.
 */
#include <bothy/bothy.h>
#include <bothy/mock.h>

#include "suite.h"

#include <string.h>

#define T0    (INT64_C(1700000000) * BOTHY_NS_PER_S)
#define TRAIL 64

/* ---- a strategy that does what the test tells it ---- */

/* What the next callback of that name shall do; the test writes it, the plugin reads it. */
static struct script {
    const char *in; /* "check", "create", "start", "on_event", "stop", "destroy" */
    int32_t (*act)(const struct bothy_host *host);
    int32_t result;
    uint64_t error_told;
} script;

/* Types of the events that came, and the last event. */
static struct seen {
    uint16_t types[TRAIL];
    uint32_t flags[TRAIL];
    int64_t times[TRAIL];
    uint32_t count;
    union {
        struct bothy_event event;
        uint8_t bytes[4096];
    } last;
} seen;

static const struct bothy_host *the_host;
static struct bothy_subscription wish;

static void act(const char *where)
{
    if (script.in && strcmp(script.in, where) == 0)
        script.result = script.act(the_host);
}

static int32_t check(const struct bothy_config *config, struct bothy_error *error)
{
    act("check");
    if (bothy_config_int(config, "fast") > 50)
        return bothy_fail(error, BOTHY_EINVAL, "too slow to be fast");
    return 0;
}

static int32_t create(const struct bothy_host *host, const struct bothy_config *config,
                      void **ret_self, struct bothy_error *error)
{
    (void)config;
    (void)error;
    the_host = host;
    *ret_self = &seen;
    act("create");
    return 0;
}

static int32_t load(void *self, const void *data, size_t length)
{
    (void)self;
    (void)data;
    return length == 3 ? 0 : BOTHY_ECORRUPT;
}

static int32_t start(void *self, struct bothy_error *error)
{
    const struct bothy_subscriptions_service *subscriptions =
        bothy_host_get(the_host, BOTHY_SUBSCRIPTIONS_1);

    (void)self;
    (void)error;
    act("start");
    return wish.feeds ? subscriptions->subscribe(the_host, &wish) : 0;
}

static int32_t on_event(void *self, const struct bothy_event *event)
{
    (void)self;
    ck_assert_uint_lt(seen.count, TRAIL);
    seen.types[seen.count] = event->type;
    seen.flags[seen.count] = event->flags;
    seen.times[seen.count++] = event->ts_event_ns;
    memcpy(&seen.last, event, event->size);
    script.result = 0;
    act("on_event");
    return script.in && strcmp(script.in, "on_event") == 0 ? script.result : 0;
}

static void on_error(void *self, int32_t code)
{
    (void)self;
    script.error_told += (uint64_t)-code;
}

static int32_t save(void *self, void *data, size_t capacity)
{
    (void)self;
    ck_assert_uint_ge(capacity, 3);
    memcpy(data, "abc", 3);
    return 3;
}

static int32_t take_reload(void *self, const struct bothy_config *config, struct bothy_error *error)
{
    (void)self;
    (void)error;
    script.error_told = (uint64_t)bothy_config_int(config, "fast");
    return 0;
}

static void stop(void *self)
{
    (void)self;
    act("stop");
}

static void destroy(void *self)
{
    (void)self;
    act("destroy");
}

static const struct bothy_option options[] = {
    { "fast", BOTHY_OPTION_INT, BOTHY_OPTION_RELOADABLE, "12", "2", "500", "bars", NULL,
      "Period." },
};

static const struct bothy_option required[] = {
    { "name", BOTHY_OPTION_STRING, BOTHY_OPTION_REQUIRED, NULL, NULL, NULL, NULL, NULL, "A name." },
};

static const struct bothy_strategy_ops strategy_ops = {
    .size = sizeof strategy_ops,
    .check = check,
    .create = create,
    .load = load,
    .start = start,
    .on_event = on_event,
    .on_error = on_error,
    .reload = take_reload,
    .save = save,
    .stop = stop,
    .destroy = destroy,
};

static const struct bothy_plugin strategy = {
    BOTHY_PLUGIN_HEADER(BOTHY_KIND_STRATEGY),
    .name = "scripted",
    .version = "1.0.0",
    .summary = "Does what its test says.",
    .options = options,
    .option_count = 1,
    .ops.strategy = &strategy_ops,
};

static struct bothy_mock *fresh(void)
{
    struct bothy_mock *mock = NULL;
    struct bothy_error error = { 0 };

    memset(&script, 0, sizeof script);
    memset(&seen, 0, sizeof seen);
    memset(&wish, 0, sizeof wish);
    ck_assert_msg(bothy_mock_new(&strategy, "bot", &mock, &error) == 0, "%s", error.text);
    ck_assert_int_eq(bothy_mock_add_symbol(mock, "BTC/USDT:USDT", "demo"), 0);
    ck_assert_int_eq(bothy_mock_add_symbol(mock, "ETH/USDT:USDT", "demo"), 1);
    ck_assert_int_eq(bothy_mock_advance_to(mock, T0), 0);
    return mock;
}

static void begin(struct bothy_mock *mock)
{
    struct bothy_error error = { 0 };

    ck_assert_msg(bothy_mock_begin(mock, &error) == 0, "%s", error.text);
}

static void want(uint32_t feeds, uint32_t timeframe, uint32_t history)
{
    wish = (struct bothy_subscription) { .size = sizeof wish,
                                         .instrument = 101,
                                         .feeds = feeds,
                                         .timeframe = timeframe,
                                         .history = history };
}

/* ---- acts ---- */

static int32_t emit(const struct bothy_host *host)
{
    const struct bothy_signals_service *signals = bothy_host_get(host, BOTHY_SIGNALS_1);
    struct bothy_signal signal;

    bothy_signal_init(&signal, BOTHY_SIGNAL_CUSTOM, 101, BOTHY_DIRECTION_LONG, T0);
    memcpy(signal.type_name, "x_scripted", sizeof "x_scripted");
    signal.current = signal.entry = 100;
    signal.stop_loss = 98;
    signal.take_profit_1 = 104;
    signal.confidence = 0.5;
    return signals->emit(host, &signal, 7);
}

static int32_t emit_upside_down(const struct bothy_host *host)
{
    const struct bothy_signals_service *signals = bothy_host_get(host, BOTHY_SIGNALS_1);
    struct bothy_signal signal;

    bothy_signal_init(&signal, BOTHY_SIGNAL_CUSTOM, 101, BOTHY_DIRECTION_LONG, T0);
    memcpy(signal.type_name, "x_scripted", sizeof "x_scripted");
    signal.current = signal.entry = 100;
    signal.stop_loss = 102;
    signal.take_profit_1 = 104;
    return signals->emit(host, &signal, 8);
}

static int32_t submit(const struct bothy_host *host)
{
    const struct bothy_orders_service *orders = bothy_host_get(host, BOTHY_ORDERS_1);
    struct bothy_order_request request = { .size = sizeof request,
                                           .instrument = 102,
                                           .side = BOTHY_SIDE_BUY,
                                           .type = BOTHY_ORDER_TYPE_LIMIT,
                                           .time_in_force = BOTHY_TIF_GTC,
                                           .tag = 11,
                                           .quantity = bothy_decimal_make(3, 0),
                                           .price = bothy_decimal_make(2000, 0) };

    return orders->submit(host, &request);
}

static int32_t submit_nothing(const struct bothy_host *host)
{
    const struct bothy_orders_service *orders = bothy_host_get(host, BOTHY_ORDERS_1);
    struct bothy_order_request request = { .size = sizeof request,
                                           .instrument = 102,
                                           .side = BOTHY_SIDE_BUY,
                                           .type = BOTHY_ORDER_TYPE_MARKET,
                                           .time_in_force = BOTHY_TIF_IOC };

    return orders->submit(host, &request);
}

static int32_t subscribe_to_a_stranger(const struct bothy_host *host)
{
    const struct bothy_subscriptions_service *subscriptions =
        bothy_host_get(host, BOTHY_SUBSCRIPTIONS_1);
    struct bothy_subscription s = { .size = sizeof s, .instrument = 1, .feeds = BOTHY_FEED_TRADES };

    return subscriptions->subscribe(host, &s);
}

static int32_t set_timers(const struct bothy_host *host)
{
    const struct bothy_timers_service *timers = bothy_host_get(host, BOTHY_TIMERS_1);

    ck_assert_int_eq(timers->set(host, 1, T0 + 10 * BOTHY_NS_PER_S, 0), 0);
    ck_assert_int_eq(timers->set(host, 2, T0 + 4 * BOTHY_NS_PER_S, 4 * BOTHY_NS_PER_S), 0);
    return timers->set(host, 3, T0, BOTHY_NS_PER_US);
}

static int32_t talk(const struct bothy_host *host)
{
    const struct bothy_log_service *log = bothy_host_get(host, BOTHY_LOG_1);
    const struct bothy_metrics_service *metrics = bothy_host_get(host, BOTHY_METRICS_1);
    const struct bothy_notify_service *notify = bothy_host_get(host, BOTHY_NOTIFY_1);
    const struct bothy_state_service *state = bothy_host_get(host, BOTHY_STATE_1);

    log->push(host, "symbol", "BTC");
    bothy_log(host, BOTHY_LOG_WARNING, "answer %d", 42);
    log->pop(host);
    ck_assert_int_eq(metrics->count(host, "seen", 2), 0);
    ck_assert_int_eq(metrics->count(host, "seen", 3), 0);
    ck_assert_int_eq(metrics->gauge(host, "level", 1.5), 0);
    ck_assert_int_eq(notify->send(host, BOTHY_LOG_NOTICE, "hello"), 0);
    ck_assert_int_eq(state->save(host, "xyz", 4), 0);
    return metrics->count(host, "No Name", 1);
}

static int32_t fail_by_range(const struct bothy_host *host)
{
    (void)host;
    return BOTHY_ERANGE;
}

static int32_t look_at_position(const struct bothy_host *host)
{
    const struct bothy_positions_service *positions = bothy_host_get(host, BOTHY_POSITIONS_1);
    struct bothy_position position;
    int32_t r = positions->get(host, 102, &position);

    return r < 0 ? 0 : (int32_t)position.quantity.coefficient;
}

static const struct bothy_mock_row row = { 100, 101, 99, 100.5, 7 };

/* ---- tests of strategies ---- */

START_TEST(a_descriptor_is_judged_before_anything_is_called)
{
    struct bothy_plugin wrong = strategy;
    struct bothy_mock *mock = NULL;
    struct bothy_error error = { 0 };

    wrong.magic = 1;
    ck_assert_int_eq(bothy_mock_new(&wrong, "bot", &mock, &error), BOTHY_EABI);
    wrong = strategy;
    wrong.abi_major = 2;
    ck_assert_int_eq(bothy_mock_new(&wrong, "bot", &mock, &error), BOTHY_EABI);
    ck_assert_ptr_nonnull(strstr(error.text, "ABI 2.0"));
    wrong = strategy;
    wrong.kind = BOTHY_KIND_SINK;
    ck_assert_int_eq(bothy_mock_new(&wrong, "bot", &mock, &error), BOTHY_EINVAL);
    wrong = strategy;
    wrong.ops.any = NULL;
    ck_assert_int_eq(bothy_mock_new(&wrong, "bot", &mock, &error), BOTHY_EINVAL);
    ck_assert_ptr_null(mock);
}
END_TEST

START_TEST(rungs_come_in_order_and_once)
{
    struct bothy_mock *mock = fresh();
    struct bothy_error error = { 0 };
    char data[8];

    ck_assert_int_eq(bothy_mock_create(mock, &error), BOTHY_EPERM);
    ck_assert_ptr_nonnull(strstr(error.text, "create comes after check"));
    ck_assert_int_eq(bothy_mock_trade(mock, 0, BOTHY_SIDE_BUY, 1, 1), BOTHY_EPERM);
    ck_assert_int_eq(bothy_mock_check(mock, &error), 0);
    ck_assert_int_eq(bothy_mock_check(mock, &error), 0);
    ck_assert_int_eq(bothy_mock_start(mock, &error), BOTHY_EPERM);
    ck_assert_int_eq(bothy_mock_create(mock, &error), 0);
    ck_assert_int_eq(bothy_mock_load(mock, "abc", 3), 0);
    ck_assert_int_eq(bothy_mock_load(mock, "abcd", 4), BOTHY_ECORRUPT);
    ck_assert_int_eq(bothy_mock_start(mock, &error), 0);
    ck_assert_int_eq(bothy_mock_start(mock, &error), BOTHY_EPERM);
    ck_assert_int_eq(bothy_mock_add_symbol(mock, "X/Y", "demo"), BOTHY_EPERM);
    ck_assert_int_eq(bothy_mock_stop(mock), 0);
    ck_assert_int_eq(bothy_mock_save(mock, data, sizeof data), 3);
    ck_assert_int_eq(bothy_mock_destroy(mock), 0);
    ck_assert_int_eq(bothy_mock_destroy(mock), BOTHY_EPERM);
    ck_assert_uint_eq(bothy_mock_fault_count(mock), 0);
    bothy_mock_free(mock);
}
END_TEST

START_TEST(options_are_those_of_the_plugin_and_of_risk)
{
    struct bothy_plugin demanding = strategy;
    struct bothy_mock *mock = fresh();
    struct bothy_error error = { 0 };

    ck_assert_int_eq(bothy_mock_set(mock, "fast", "1", &error), BOTHY_ERANGE);
    ck_assert_int_eq(bothy_mock_set(mock, "slow", "9", &error), BOTHY_ENOENT);
    ck_assert_int_eq(bothy_mock_set_symbol(mock, 1, "risk.sl_mult", "2.5", &error), 0);
    ck_assert(bothy_config_number(bothy_config_for_symbol(bothy_mock_config(mock), 1),
                                  "risk.sl_mult") == 2.5);
    ck_assert_int_eq(bothy_mock_set(mock, "fast", "60", &error), 0);
    ck_assert_int_eq(bothy_mock_begin(mock, &error), BOTHY_EINVAL);
    ck_assert_str_eq(error.text, "too slow to be fast");
    bothy_mock_free(mock);

    demanding.options = required;
    ck_assert_int_eq(bothy_mock_new(&demanding, "bot", &mock, &error), 0);
    ck_assert_int_eq(bothy_mock_check(mock, &error), BOTHY_EINVAL);
    ck_assert_ptr_nonnull(strstr(error.text, "name is required"));
    bothy_mock_free(mock);
}
END_TEST

START_TEST(reload_holds_if_check_agrees)
{
    struct bothy_mock *mock = fresh();
    struct bothy_config *config = bothy_mock_config_new(mock);
    struct bothy_error error = { 0 };

    begin(mock);
    ck_assert_int_eq(bothy_config_set(config, BOTHY_CONFIG_ALL_SYMBOLS, "fast", "20", &error), 0);
    ck_assert_int_eq(bothy_mock_reload(mock, config, &error), 0);
    ck_assert_uint_eq(script.error_told, 20);
    ck_assert_int_eq(bothy_config_int(bothy_mock_config(mock), "fast"), 20);
    config = bothy_mock_config_new(mock);
    ck_assert_int_eq(bothy_config_set(config, BOTHY_CONFIG_ALL_SYMBOLS, "fast", "70", &error), 0);
    ck_assert_int_eq(bothy_mock_reload(mock, config, &error), BOTHY_EINVAL);
    ck_assert_int_eq(bothy_config_int(bothy_mock_config(mock), "fast"), 20);
    bothy_mock_free(mock);
}
END_TEST

START_TEST(services_are_permitted_by_rung)
{
    static const struct {
        const char *in;
        int32_t (*act)(const struct bothy_host *host);
        int32_t result;
        const char *fault;
    } cases[] = {
        { "create", emit, BOTHY_EPERM, "signals.emit in create: not before start" },
        { "create", submit, BOTHY_EPERM, "orders.submit in create: not before start" },
        { "start", emit, 0, NULL },
        { "stop", emit, 0, NULL },
        { "destroy", emit, BOTHY_EPERM, "signals.emit in destroy: not after stop" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bothy_mock *mock = fresh();

        script.in = cases[i].in;
        script.act = cases[i].act;
        begin(mock);
        bothy_mock_stop(mock);
        bothy_mock_destroy(mock);
        ck_assert_int_eq(script.result, cases[i].result);
        ck_assert_uint_eq(bothy_mock_fault_count(mock), cases[i].fault != NULL);
        if (cases[i].fault)
            ck_assert_str_eq(bothy_mock_fault(mock, 0), cases[i].fault);
        else
            ck_assert_uint_eq(bothy_mock_signal_count(mock), 1);
        bothy_mock_free(mock);
    }
}
END_TEST

START_TEST(what_breaks_a_rule_is_refused_and_a_fault)
{
    static const struct {
        int32_t (*act)(const struct bothy_host *host);
        int32_t result;
        const char *fault;
    } cases[] = {
        { emit_upside_down, BOTHY_EINVAL, "signals.emit: " },
        { submit_nothing, BOTHY_EINVAL, "orders.submit: quantity" },
        { subscribe_to_a_stranger, BOTHY_ENOENT, "subscriptions.subscribe: 1 is not" },
        { set_timers, BOTHY_EINVAL, "timers.set: " },
        { talk, BOTHY_EINVAL, "metrics.count: 'No Name'" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bothy_mock *mock = fresh();

        script.in = "start";
        script.act = cases[i].act;
        begin(mock);
        ck_assert_int_eq(script.result, cases[i].result);
        ck_assert_uint_eq(bothy_mock_fault_count(mock), 1);
        ck_assert_msg(strstr(bothy_mock_fault(mock, 0), cases[i].fault) ==
                          bothy_mock_fault(mock, 0),
                      "%s", bothy_mock_fault(mock, 0));
        ck_assert_uint_eq(bothy_mock_signal_count(mock) + bothy_mock_order_count(mock) +
                              bothy_mock_subscription_count(mock),
                          0);
        bothy_mock_free(mock);
    }
}
END_TEST

START_TEST(a_full_ring_is_no_fault)
{
    struct bothy_mock *mock = fresh();

    want(BOTHY_FEED_TRADES, 0, 0);
    begin(mock);
    script.in = "on_event";
    script.act = emit;
    bothy_mock_set_full(mock, 1);
    ck_assert_int_eq(bothy_mock_trade(mock, 0, BOTHY_SIDE_BUY, 100, 1), BOTHY_EAGAIN);
    ck_assert_uint_eq(script.error_told, (uint64_t)-BOTHY_EAGAIN);
    ck_assert_int_eq(bothy_mock_trade(mock, 0, BOTHY_SIDE_BUY, 100, 1), 1);
    ck_assert_uint_eq(bothy_mock_signal_count(mock), 1);
    ck_assert_uint_eq(bothy_mock_fault_count(mock), 0);
    bothy_mock_free(mock);
}
END_TEST

START_TEST(events_come_where_they_were_asked_for)
{
    struct bothy_mock *mock = fresh();

    want(BOTHY_FEED_TRADES | BOTHY_FEED_BARS, BOTHY_TF_5M, 0);
    begin(mock);
    /* First what the venue says of the instrument. */
    ck_assert_uint_eq(seen.count, 2);
    ck_assert_uint_eq(seen.types[0], BOTHY_EVENT_INSTRUMENT);
    ck_assert_uint_eq(seen.types[1], BOTHY_EVENT_FEED);
    ck_assert_int_eq(bothy_mock_trade(mock, 0, BOTHY_SIDE_BUY, 100.25, 2), 1);
    ck_assert_uint_eq(seen.last.event.type, BOTHY_EVENT_TRADE);
    ck_assert_int_eq(seen.last.event.ts_event_ns, T0);
    ck_assert_int_eq(bothy_mock_trade(mock, 1, BOTHY_SIDE_BUY, 100, 1), 0);
    ck_assert_int_eq(bothy_mock_quote(mock, 0, 1, 1, 2, 1), 0);
    ck_assert_int_eq(bothy_mock_bar(mock, 0, BOTHY_TF_1M, T0, &row), 0);
    ck_assert_int_eq(bothy_mock_bar(mock, 0, BOTHY_TF_5M, T0, &row), 1);
    ck_assert_int_eq(bothy_mock_now_ns(mock), T0 + 5 * BOTHY_NS_PER_MIN);
    bothy_mock_set_flags(mock, BOTHY_EVENT_FORMING);
    ck_assert_int_eq(bothy_mock_bar(mock, 0, BOTHY_TF_5M, T0, &row), 0);
    bothy_mock_set_flags(mock, 0);
    ck_assert_int_eq(bothy_mock_feed(mock, 0, BOTHY_FEED_STATE_GAP), 1);
    ck_assert_int_eq(bothy_mock_feed(mock, 1, BOTHY_FEED_STATE_GAP), 0);
    ck_assert_int_eq(bothy_mock_gap(mock, 3), 1);
    ck_assert_int_eq(bothy_mock_trade(mock, 7, BOTHY_SIDE_BUY, 100, 1), BOTHY_ENOENT);
    ck_assert_uint_eq(bothy_mock_fault_count(mock), 0);
    ck_assert_int_eq(bothy_mock_trade(mock, 0, BOTHY_SIDE_BUY, 1e300, 1), BOTHY_ERANGE);
    ck_assert_uint_eq(bothy_mock_fault_count(mock), 1);
    bothy_mock_free(mock);
}
END_TEST

START_TEST(history_comes_before_what_is_live)
{
    struct bothy_mock *mock = fresh();
    const struct bothy_history_end *body = (const void *)(&seen.last.event + 1);

    want(BOTHY_FEED_TRADES | BOTHY_FEED_BARS, BOTHY_TF_5M, 10);
    begin(mock);
    bothy_mock_set_flags(mock, BOTHY_EVENT_HISTORY);
    ck_assert_int_eq(bothy_mock_bar(mock, 0, BOTHY_TF_5M, T0, &row), 1);
    ck_assert_uint_eq(seen.flags[2], BOTHY_EVENT_HISTORY | BOTHY_EVENT_PRIVATE);
    ck_assert_int_eq(bothy_mock_bar(mock, 0, BOTHY_TF_1H, T0, &row), 0);
    ck_assert_int_eq(bothy_mock_funding(mock, 0, "0.0001", 0, 0), 0);
    bothy_mock_set_flags(mock, 0);
    /* What has no history does not wait for one. */
    ck_assert_int_eq(bothy_mock_trade(mock, 0, BOTHY_SIDE_BUY, 100, 1), 1);
    ck_assert_uint_eq(seen.count, 4);
    ck_assert_int_eq(bothy_mock_history_end(mock, 0, BOTHY_TF_5M), 1);
    ck_assert_uint_eq(seen.last.event.type, BOTHY_EVENT_HISTORY_END);
    ck_assert_uint_eq(body->count, 1);
    ck_assert_uint_eq(body->timeframe, BOTHY_TF_5M);
    ck_assert_int_eq(bothy_mock_history_end(mock, 0, BOTHY_TF_5M), 0);
    bothy_mock_free(mock);

    mock = fresh();
    want(BOTHY_FEED_BARS, BOTHY_TF_5M, 10);
    begin(mock);
    ck_assert_int_eq(bothy_mock_bar(mock, 0, BOTHY_TF_5M, T0, &row), 1);
    ck_assert_uint_eq(seen.count, 4);
    ck_assert_uint_eq(seen.types[2], BOTHY_EVENT_HISTORY_END);
    ck_assert_uint_eq(seen.types[3], BOTHY_EVENT_BAR);
    bothy_mock_free(mock);
}
END_TEST

START_TEST(timers_fire_in_order_as_time_is_moved)
{
    static const int64_t at_s[] = { 4, 8, 10, 12 };
    struct bothy_mock *mock = fresh();

    script.in = "start";
    script.act = set_timers;
    begin(mock);
    ck_assert_uint_eq(bothy_mock_timer_count(mock), 2);
    ck_assert_int_eq(bothy_mock_advance(mock, 3 * BOTHY_NS_PER_S), 0);
    ck_assert_int_eq(bothy_mock_advance_to(mock, T0 + 13 * BOTHY_NS_PER_S), 4);
    ck_assert_uint_eq(seen.count, 4);
    for (int i = 0; i < 4; i++) {
        ck_assert_uint_eq(seen.types[i], BOTHY_EVENT_TIMER);
        ck_assert_int_eq(seen.times[i], T0 + at_s[i] * BOTHY_NS_PER_S);
    }
    ck_assert_uint_eq(bothy_mock_timer_count(mock), 1);
    ck_assert_uint_eq(bothy_mock_timer(mock, 0)->id, 2);
    ck_assert_int_eq(bothy_mock_timer(mock, 0)->due_ns, T0 + 16 * BOTHY_NS_PER_S);
    ck_assert_int_eq(bothy_mock_now_ns(mock), T0 + 13 * BOTHY_NS_PER_S);
    ck_assert_int_eq(bothy_mock_advance_to(mock, T0), BOTHY_EINVAL);
    bothy_mock_free(mock);
}
END_TEST

START_TEST(signals_are_answered_as_told)
{
    struct bothy_mock *mock = fresh();
    const struct bothy_signal_result *body = (const void *)(&seen.last.event + 1);

    script.in = "start";
    script.act = emit;
    begin(mock);
    ck_assert_uint_eq(bothy_mock_signal_count(mock), 1);
    ck_assert(bothy_mock_signal(mock, 0)->risk_reward_1 == 2);
    ck_assert_uint_eq(bothy_mock_signal_tag(mock, 0), 7);
    ck_assert_ptr_null(bothy_mock_signal(mock, 1));
    ck_assert_int_eq(bothy_mock_answer_signal(mock, 0, NULL, NULL), 1);
    ck_assert_uint_eq(body->accepted, 1);
    ck_assert_uint_eq(body->tag, 7);
    ck_assert_int_eq(bothy_mock_answer_signal(mock, 0, "COOLDOWN", "left=20m"), 1);
    ck_assert_uint_eq(body->accepted, 0);
    ck_assert_str_eq(body->code, "COOLDOWN");
    ck_assert_str_eq(body->text, "left=20m");
    ck_assert_int_eq(bothy_mock_answer_signal(mock, 1, NULL, NULL), BOTHY_ENOENT);
    bothy_mock_free(mock);
}
END_TEST

START_TEST(orders_are_answered_and_filled_as_told)
{
    struct bothy_mock *mock = fresh();
    const struct bothy_order *order = (const void *)(&seen.last.event + 1);
    struct bothy_decimal price = bothy_decimal_make(1999, 0), fee = bothy_decimal_make(1, -2);
    struct bothy_position position = { .quantity = bothy_decimal_make(3, 0) };

    script.in = "start";
    script.act = submit;
    begin(mock);
    ck_assert_uint_eq(bothy_mock_order_count(mock), 1);
    ck_assert_uint_eq(bothy_mock_order(mock, 0)->tag, 11);
    ck_assert_int_eq(bothy_mock_answer_order(mock, 0, BOTHY_ORDER_ACKED, NULL, NULL), 1);
    ck_assert_uint_eq(order->state, BOTHY_ORDER_ACKED);
    ck_assert_uint_eq(order->order_id, bothy_mock_order_id(mock, 0));
    ck_assert_int_eq(bothy_mock_fill(mock, 0, price, bothy_decimal_make(1, 0), fee), 1);
    ck_assert_uint_eq(seen.types[seen.count - 2], BOTHY_EVENT_FILL);
    ck_assert_uint_eq(order->state, BOTHY_ORDER_PARTIAL);
    ck_assert_int_eq(bothy_mock_fill(mock, 0, price, bothy_decimal_make(21, -1), fee),
                     BOTHY_EINVAL);
    ck_assert_int_eq(bothy_mock_fill(mock, 0, price, bothy_decimal_make(2, 0), fee), 1);
    ck_assert_uint_eq(order->state, BOTHY_ORDER_FILLED);
    ck_assert_int_eq(bothy_decimal_compare(order->filled, bothy_decimal_make(3, 0)), 0);
    script.in = "on_event";
    script.act = look_at_position;
    bothy_mock_fill(mock, 9, price, price, fee);
    ck_assert_int_eq(bothy_mock_position(mock, 1, &position), 1);
    ck_assert_int_eq(script.result, 3);
    ck_assert_int_eq(bothy_mock_answer_order(mock, 0, BOTHY_ORDER_REJECTED, "NO", "n=1"), 1);
    ck_assert_str_eq(order->code, "NO");
    bothy_mock_free(mock);
}
END_TEST

START_TEST(what_it_says_is_kept)
{
    struct bothy_mock *mock = fresh();
    size_t length = 0;

    script.in = "start";
    script.act = talk;
    begin(mock);
    ck_assert_uint_eq(bothy_mock_line_count(mock), 1);
    ck_assert_str_eq(bothy_mock_last_line(mock), "answer 42");
    ck_assert_int_eq(bothy_mock_line(mock, 0)->level, BOTHY_LOG_WARNING);
    ck_assert_str_eq(bothy_mock_line(mock, 0)->keys, "symbol=BTC");
    ck_assert_uint_eq(bothy_mock_counter(mock, "seen"), 5);
    ck_assert_uint_eq(bothy_mock_counter_sum(mock, "se"), 5);
    ck_assert(bothy_mock_gauge(mock, "level") == 1.5);
    ck_assert_str_eq(bothy_mock_metric_name(mock, 1), "level");
    ck_assert_ptr_null(bothy_mock_metric_name(mock, 2));
    ck_assert_uint_eq(bothy_mock_notice_count(mock), 1);
    ck_assert_str_eq(bothy_mock_notice(mock, 0)->text, "hello");
    ck_assert_str_eq(bothy_mock_state(mock, &length), "xyz");
    ck_assert_uint_eq(length, 4);
    bothy_mock_forget(mock);
    ck_assert_uint_eq(bothy_mock_line_count(mock) + bothy_mock_notice_count(mock) +
                          bothy_mock_fault_count(mock) + bothy_mock_counter(mock, "seen"),
                      0);
    ck_assert_str_eq(bothy_mock_last_line(mock), "");
    ck_assert_ptr_null(bothy_mock_state(mock, &length));
    bothy_mock_free(mock);
}
END_TEST

START_TEST(an_error_of_on_event_is_returned_and_told)
{
    struct bothy_mock *mock = fresh();

    want(BOTHY_FEED_TRADES, 0, 0);
    begin(mock);
    script.in = "on_event";
    script.act = fail_by_range;
    ck_assert_int_eq(bothy_mock_trade(mock, 0, BOTHY_SIDE_SELL, 1, 1), BOTHY_ERANGE);
    ck_assert_uint_eq(script.error_told, (uint64_t)-BOTHY_ERANGE);
    bothy_mock_free(mock);
}
END_TEST

START_TEST(events_of_the_tests_own_making)
{
    struct {
        struct bothy_event event;
        struct bothy_mark mark;
    } record = { .event = { .size = sizeof record, .type = BOTHY_EVENT_MARK, .instrument = 102 } };
    struct bothy_mock *mock = fresh();

    begin(mock);
    ck_assert_int_eq(bothy_mock_event(mock, &record.event), 0);
    ck_assert_int_eq(bothy_mock_force(mock, &record.event), 1);
    ck_assert_int_eq(seen.last.event.ts_recv_ns, T0);
    ck_assert_uint_gt(seen.last.event.seq, 0);
    record.event.size -= 8;
    ck_assert_int_eq(bothy_mock_force(mock, &record.event), BOTHY_EPROTO);
    ck_assert_uint_eq(bothy_mock_fault_count(mock), 1);
    bothy_mock_free(mock);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("mock");
    TCase *all = tcase_create("all");

    tcase_add_test(all, a_descriptor_is_judged_before_anything_is_called);
    tcase_add_test(all, rungs_come_in_order_and_once);
    tcase_add_test(all, options_are_those_of_the_plugin_and_of_risk);
    tcase_add_test(all, reload_holds_if_check_agrees);
    tcase_add_test(all, services_are_permitted_by_rung);
    tcase_add_test(all, what_breaks_a_rule_is_refused_and_a_fault);
    tcase_add_test(all, a_full_ring_is_no_fault);
    tcase_add_test(all, events_come_where_they_were_asked_for);
    tcase_add_test(all, history_comes_before_what_is_live);
    tcase_add_test(all, timers_fire_in_order_as_time_is_moved);
    tcase_add_test(all, signals_are_answered_as_told);
    tcase_add_test(all, orders_are_answered_and_filled_as_told);
    tcase_add_test(all, what_it_says_is_kept);
    tcase_add_test(all, an_error_of_on_event_is_returned_and_told);
    tcase_add_test(all, events_of_the_tests_own_making);
    suite_add_tcase(suite, all);
    return suite;
}

BOTHY_TEST_MAIN(make_suite)
