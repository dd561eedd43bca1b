/*
 * The mock host: see bothy/mock.h. It is the services of bothy/host.h over plain lists. Lists grow
 * by doubling; what does not fit any more is BOTHY_ENOMEM to the plugin, as a host would say.
 */
#include <bothy/mock.h>
#include <bothy/risk.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TIMERS_MAX  64
#define METRICS_MAX 32
#define SYMBOLS_MAX 64

/* A list of things of one size. */
struct list {
    void *items;
    size_t item_size;
    uint32_t count;
    uint32_t capacity;
};

struct timer {
    uint64_t id;
    int64_t due_ns;
    int64_t interval_ns;
};

struct metric {
    char name[32];
    double value;
};

struct bothy_mock {
    struct bothy_host host; /* first: the plugin's pointer is ours */
    const struct bothy_plugin *plugin;
    const struct bothy_strategy_ops *ops;
    struct bothy_option *options; /* the plugin's, then the risk parameters */
    char (*risk_names)[32];
    struct bothy_config *config;
    void *self;
    int started;
    int32_t refusal;
    int64_t now_ns;
    struct list signals;
    struct list orders;
    struct list subscriptions;
    struct list cancels;
    struct list said; /* char * */
    struct timer timers[TIMERS_MAX];
    uint32_t timer_count;
    struct metric metrics[METRICS_MAX];
    uint32_t metric_count;
    struct bothy_instrument definitions[SYMBOLS_MAX + 1];
    struct bothy_position positions[SYMBOLS_MAX + 1];
    uint8_t has_definition[SYMBOLS_MAX + 1];
    uint8_t has_position[SYMBOLS_MAX + 1];
    uint8_t state[BOTHY_STATE_MAX];
};

static struct bothy_mock *mock_of(const struct bothy_host *host)
{
    return (struct bothy_mock *)(uintptr_t)host;
}

static int32_t add(struct list *list, const void *item)
{
    if (list->count == list->capacity) {
        uint32_t capacity = list->capacity ? 2 * list->capacity : 16;
        void *items = realloc(list->items, capacity * list->item_size);

        if (!items)
            return BOTHY_ENOMEM;
        list->items = items;
        list->capacity = capacity;
    }
    memcpy((char *)list->items + list->count++ * list->item_size, item, list->item_size);
    return 0;
}

static const void *item(const struct list *list, uint32_t index)
{
    return index < list->count ? (const char *)list->items + index * list->item_size : NULL;
}

/* ---- services ---- */

static int32_t keep_text(struct bothy_mock *mock, const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = malloc(size);

    if (!copy)
        return BOTHY_ENOMEM;
    memcpy(copy, text, size);
    if (add(&mock->said, &copy) < 0) {
        free(copy);
        return BOTHY_ENOMEM;
    }
    return 0;
}

static void log_write(const struct bothy_host *host, int32_t level, const char *text)
{
    (void)level;
    keep_text(mock_of(host), text);
}

static int32_t log_enabled(const struct bothy_host *host, int32_t level)
{
    (void)host;
    (void)level;
    return 1;
}

static int32_t log_push(const struct bothy_host *host, const char *key, const char *value)
{
    (void)host;
    return key && value ? 0 : BOTHY_EINVAL;
}

static void log_pop(const struct bothy_host *host)
{
    (void)host;
}

static const struct bothy_log_service log_service = {
    sizeof log_service, 0, log_write, log_enabled, log_push, log_pop,
};

static int64_t clock_now(const struct bothy_host *host)
{
    return mock_of(host)->now_ns;
}

static const struct bothy_clock_service clock_service = { sizeof clock_service, 0, clock_now };

static uint32_t of_symbol(const struct bothy_host *host, uint32_t index)
{
    return index < bothy_config_symbol_count(mock_of(host)->config) ? index + 1 : 0;
}

static uint32_t symbol_of(const struct bothy_host *host, uint32_t instrument)
{
    return instrument > 0 && instrument <= bothy_config_symbol_count(mock_of(host)->config)
               ? instrument - 1
               : UINT32_MAX;
}

static const struct bothy_instrument *get_definition(const struct bothy_host *host,
                                                     uint32_t instrument)
{
    const struct bothy_mock *mock = mock_of(host);

    return instrument <= SYMBOLS_MAX && mock->has_definition[instrument]
               ? &mock->definitions[instrument]
               : NULL;
}

static const struct bothy_instruments_service instruments_service = {
    sizeof instruments_service, 0, of_symbol, symbol_of, get_definition,
};

static int32_t subscribe(const struct bothy_host *host, const struct bothy_subscription *wanted)
{
    struct bothy_mock *mock = mock_of(host);

    if (!wanted || wanted->feeds == 0)
        return BOTHY_EINVAL;
    if (wanted->instrument != 0 && symbol_of(host, wanted->instrument) == UINT32_MAX)
        return BOTHY_ENOENT;
    return mock->refusal ? mock->refusal : add(&mock->subscriptions, wanted);
}

static int32_t unsubscribe(const struct bothy_host *host, uint32_t instrument, uint32_t feeds)
{
    struct bothy_mock *mock = mock_of(host);
    struct bothy_subscription *all = mock->subscriptions.items;

    if (mock->refusal)
        return mock->refusal;
    for (uint32_t i = 0; i < mock->subscriptions.count; i++) {
        if (all[i].instrument == instrument)
            all[i].feeds &= ~feeds;
    }
    return 0;
}

static const struct bothy_subscriptions_service subscriptions_service = {
    sizeof subscriptions_service,
    0,
    subscribe,
    unsubscribe,
};

static int32_t set_timer(const struct bothy_host *host, uint64_t id, int64_t due_ns,
                         int64_t interval_ns)
{
    struct bothy_mock *mock = mock_of(host);
    uint32_t at = 0;

    if (due_ns < 0 || interval_ns < 0 || (interval_ns > 0 && interval_ns < BOTHY_NS_PER_MS))
        return BOTHY_EINVAL;
    if (mock->refusal)
        return mock->refusal;
    while (at < mock->timer_count && mock->timers[at].id != id)
        at++;
    if (at == TIMERS_MAX)
        return BOTHY_ENOMEM;
    mock->timers[at].id = id;
    mock->timers[at].due_ns = due_ns;
    mock->timers[at].interval_ns = interval_ns;
    if (at == mock->timer_count)
        mock->timer_count++;
    return 0;
}

static int32_t cancel_timer(const struct bothy_host *host, uint64_t id)
{
    struct bothy_mock *mock = mock_of(host);

    for (uint32_t i = 0; i < mock->timer_count; i++) {
        if (mock->timers[i].id == id) {
            mock->timers[i] = mock->timers[--mock->timer_count];
            return 0;
        }
    }
    return BOTHY_ENOENT;
}

static const struct bothy_timers_service timers_service = {
    sizeof timers_service,
    0,
    set_timer,
    cancel_timer,
};

static int32_t emit(const struct bothy_host *host, const struct bothy_signal *signal, uint64_t tag)
{
    struct bothy_mock *mock = mock_of(host);
    struct bothy_signal copy;
    int32_t r;

    (void)tag;
    if (!signal)
        return BOTHY_EINVAL;
    copy = *signal;
    r = bothy_signal_validate(&copy, NULL);
    if (r < 0)
        return r;
    return mock->refusal ? mock->refusal : add(&mock->signals, &copy);
}

static const struct bothy_signals_service signals_service = { sizeof signals_service, 0, emit };

static int32_t submit(const struct bothy_host *host, const struct bothy_order_request *request)
{
    struct bothy_mock *mock = mock_of(host);

    if (!request || request->quantity.coefficient <= 0)
        return BOTHY_EINVAL;
    if (symbol_of(host, request->instrument) == UINT32_MAX)
        return BOTHY_ENOENT;
    return mock->refusal ? mock->refusal : add(&mock->orders, request);
}

static int32_t cancel(const struct bothy_host *host, uint64_t order_id)
{
    struct bothy_mock *mock = mock_of(host);

    if (order_id == 0)
        return BOTHY_EINVAL;
    return mock->refusal ? mock->refusal : add(&mock->cancels, &order_id);
}

static const struct bothy_orders_service orders_service = { sizeof orders_service, 0, submit,
                                                            cancel };

static int32_t get_position(const struct bothy_host *host, uint32_t instrument,
                            struct bothy_position *ret_position)
{
    const struct bothy_mock *mock = mock_of(host);

    if (instrument > SYMBOLS_MAX || !mock->has_position[instrument])
        return BOTHY_ENOENT;
    *ret_position = mock->positions[instrument];
    return 0;
}

static const struct bothy_positions_service positions_service = { sizeof positions_service, 0,
                                                                  get_position };

static struct metric *find_metric(struct bothy_mock *mock, const char *name)
{
    uint32_t i = 0;

    while (i < mock->metric_count && strcmp(mock->metrics[i].name, name) != 0)
        i++;
    if (i == METRICS_MAX)
        return NULL;
    if (i == mock->metric_count) {
        snprintf(mock->metrics[i].name, sizeof mock->metrics[i].name, "%s", name);
        mock->metrics[i].value = 0;
        mock->metric_count++;
    }
    return &mock->metrics[i];
}

static int32_t gauge(const struct bothy_host *host, const char *name, double value)
{
    struct metric *metric;

    if (!name || !name[0] || strlen(name) >= sizeof metric->name)
        return BOTHY_EINVAL;
    metric = find_metric(mock_of(host), name);
    if (!metric)
        return BOTHY_ENOMEM;
    metric->value = value;
    return 0;
}

static int32_t count(const struct bothy_host *host, const char *name, uint64_t increment)
{
    return gauge(host, name, bothy_mock_metric(mock_of(host), name) + (double)increment);
}

static const struct bothy_metrics_service metrics_service = { sizeof metrics_service, 0, gauge,
                                                              count };

static int32_t save_state(const struct bothy_host *host, const void *data, size_t length)
{
    struct bothy_mock *mock = mock_of(host);

    if (length > sizeof mock->state || (length && !data))
        return BOTHY_EINVAL;
    if (mock->refusal)
        return mock->refusal;
    if (length)
        memcpy(mock->state, data, length);
    return 0;
}

static const struct bothy_state_service state_service = { sizeof state_service, 0, save_state };

static int32_t notify(const struct bothy_host *host, int32_t level, const char *text)
{
    (void)level;
    if (!text)
        return BOTHY_EINVAL;
    return mock_of(host)->refusal ? mock_of(host)->refusal : keep_text(mock_of(host), text);
}

static const struct bothy_notify_service notify_service = { sizeof notify_service, 0, notify };

static const void *get_service(const struct bothy_host *host, const char *service)
{
    static const struct {
        const char *name;
        const void *table;
    } tables[] = {
        { BOTHY_LOG_1, &log_service },
        { BOTHY_CLOCK_1, &clock_service },
        { BOTHY_INSTRUMENTS_1, &instruments_service },
        { BOTHY_SUBSCRIPTIONS_1, &subscriptions_service },
        { BOTHY_TIMERS_1, &timers_service },
        { BOTHY_SIGNALS_1, &signals_service },
        { BOTHY_ORDERS_1, &orders_service },
        { BOTHY_POSITIONS_1, &positions_service },
        { BOTHY_METRICS_1, &metrics_service },
        { BOTHY_STATE_1, &state_service },
        { BOTHY_NOTIFY_1, &notify_service },
    };

    (void)host;
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        if (strcmp(tables[i].name, service) == 0)
            return tables[i].table;
    }
    return NULL;
}

/* ---- life ---- */

/* The plugin's own table and the risk parameters, as a host gives them. */
static int join_options(struct bothy_mock *mock)
{
    uint32_t own = mock->plugin->option_count;

    mock->options = calloc(own + bothy_risk_option_count, sizeof *mock->options);
    mock->risk_names = calloc(bothy_risk_option_count, sizeof *mock->risk_names);
    if (!mock->options || !mock->risk_names)
        return 0;
    if (own)
        memcpy(mock->options, mock->plugin->options, own * sizeof *mock->options);
    for (uint32_t i = 0; i < bothy_risk_option_count; i++) {
        snprintf(mock->risk_names[i], sizeof mock->risk_names[i], "%s%s", BOTHY_RISK_PREFIX,
                 bothy_risk_options[i].name);
        mock->options[own + i] = bothy_risk_options[i];
        mock->options[own + i].name = mock->risk_names[i];
    }
    mock->config = bothy_config_new(mock->options, own + bothy_risk_option_count, "mock");
    return mock->config != NULL;
}

struct bothy_mock *bothy_mock_new(const struct bothy_plugin *plugin)
{
    struct bothy_mock *mock;

    if (plugin->kind != BOTHY_KIND_STRATEGY || !plugin->ops.strategy)
        return NULL;
    mock = calloc(1, sizeof *mock);
    if (!mock)
        return NULL;
    mock->host.size = sizeof mock->host;
    mock->host.abi_major = BOTHY_ABI_MAJOR;
    mock->host.abi_minor = BOTHY_ABI_MINOR;
    mock->host.instance = "mock";
    mock->host.get = get_service;
    mock->plugin = plugin;
    mock->ops = plugin->ops.strategy;
    mock->signals.item_size = sizeof(struct bothy_signal);
    mock->orders.item_size = sizeof(struct bothy_order_request);
    mock->subscriptions.item_size = sizeof(struct bothy_subscription);
    mock->cancels.item_size = sizeof(uint64_t);
    mock->said.item_size = sizeof(char *);
    if (!join_options(mock)) {
        bothy_mock_free(mock);
        return NULL;
    }
    return mock;
}

void bothy_mock_free(struct bothy_mock *mock)
{
    char **said;

    if (!mock)
        return;
    if (mock->started && mock->ops->stop)
        mock->ops->stop(mock->self);
    if (mock->self)
        mock->ops->destroy(mock->self);
    said = mock->said.items;
    for (uint32_t i = 0; i < mock->said.count; i++)
        free(said[i]);
    free(mock->said.items);
    free(mock->signals.items);
    free(mock->orders.items);
    free(mock->subscriptions.items);
    free(mock->cancels.items);
    bothy_config_free(mock->config);
    free(mock->options);
    free(mock->risk_names);
    free(mock);
}

uint32_t bothy_mock_add_symbol(struct bothy_mock *mock, const char *symbol, const char *venue)
{
    uint32_t number = bothy_config_symbol_count(mock->config) + 1;

    if (mock->self || number > SYMBOLS_MAX ||
        bothy_config_add_symbol(mock->config, symbol, venue) < 0)
        return 0;
    return number;
}

int32_t bothy_mock_set(struct bothy_mock *mock, const char *name, const char *text,
                       struct bothy_error *error)
{
    if (mock->self)
        return bothy_fail(error, BOTHY_EPERM, "options are set before the start");
    return bothy_config_set(mock->config, BOTHY_CONFIG_ALL_SYMBOLS, name, text, error);
}

int32_t bothy_mock_start_from(struct bothy_mock *mock, const void *data, size_t length,
                              struct bothy_error *error)
{
    const char *unset = bothy_config_missing(mock->config);
    int32_t r = 0;

    if (unset)
        return bothy_fail(error, BOTHY_EINVAL, "option %s is required and has no value", unset);
    if (mock->ops->check)
        r = mock->ops->check(mock->config, error);
    if (r == 0)
        r = mock->ops->create(&mock->host, mock->config, &mock->self, error);
    if (r == 0 && length && mock->ops->load)
        r = mock->ops->load(mock->self, data, length);
    if (r == 0 && mock->ops->start)
        r = mock->ops->start(mock->self, error);
    mock->started = r == 0;
    return r;
}

int32_t bothy_mock_start(struct bothy_mock *mock, struct bothy_error *error)
{
    return bothy_mock_start_from(mock, NULL, 0, error);
}

int32_t bothy_mock_stop(struct bothy_mock *mock, const void **ret_data)
{
    int32_t length = 0;

    if (!mock->started)
        return BOTHY_EPERM;
    mock->started = 0;
    if (mock->ops->stop)
        mock->ops->stop(mock->self);
    if (mock->ops->save)
        length = mock->ops->save(mock->self, mock->state, sizeof mock->state);
    if (length >= 0 && ret_data)
        *ret_data = mock->state;
    return length;
}

/* ---- events ---- */

static void keep(struct bothy_mock *mock, const struct bothy_event *event)
{
    const struct bothy_instrument *definition = BOTHY_EVENT_BODY(event, struct bothy_instrument);
    const struct bothy_position *position = BOTHY_EVENT_BODY(event, struct bothy_position);

    if (event->instrument == 0 || event->instrument > SYMBOLS_MAX)
        return;
    if (event->type == BOTHY_EVENT_INSTRUMENT && definition) {
        mock->definitions[event->instrument] = *definition;
        mock->has_definition[event->instrument] = 1;
    }
    if (event->type == BOTHY_EVENT_POSITION && position) {
        mock->positions[event->instrument] = *position;
        mock->has_position[event->instrument] = 1;
    }
}

int32_t bothy_mock_event(struct bothy_mock *mock, const struct bothy_event *event)
{
    int32_t r;

    if (!mock->started)
        return BOTHY_EPERM;
    keep(mock, event);
    mock->now_ns = event->ts_recv_ns ? event->ts_recv_ns : event->ts_event_ns;
    r = mock->ops->on_event(mock->self, event);
    if (r < 0 && mock->ops->on_error)
        mock->ops->on_error(mock->self, r);
    return r;
}

int32_t bothy_mock_bar(struct bothy_mock *mock, uint32_t instrument, uint32_t timeframe,
                       int64_t open_ns, const struct bothy_bar *bar)
{
    struct {
        struct bothy_event event;
        struct bothy_bar bar;
    } record;

    memset(&record, 0, sizeof record);
    record.bar = *bar;
    record.bar.timeframe = timeframe;
    record.bar.open_ns = open_ns;
    record.bar.close_ns = open_ns + bothy_timeframe_ns(timeframe);
    record.event.size = sizeof record;
    record.event.type = BOTHY_EVENT_BAR;
    record.event.instrument = instrument;
    record.event.ts_event_ns = record.event.ts_recv_ns = record.bar.close_ns;
    return bothy_mock_event(mock, &record.event);
}

int32_t bothy_mock_ohlc(struct bothy_mock *mock, uint32_t instrument, uint32_t timeframe,
                        int64_t open_ns, double open, double high, double low, double close,
                        double volume)
{
    const double from[] = { open, high, low, close, volume };
    struct bothy_decimal to[5];
    struct bothy_bar bar;

    for (size_t i = 0; i < 5; i++) {
        int32_t r = bothy_decimal_from_double(from[i], -8, BOTHY_ROUND_HALF_EVEN, &to[i]);

        if (r < 0)
            return r;
    }
    memset(&bar, 0, sizeof bar);
    bar.open = to[0];
    bar.high = to[1];
    bar.low = to[2];
    bar.close = to[3];
    bar.volume = to[4];
    return bothy_mock_bar(mock, instrument, timeframe, open_ns, &bar);
}

/* The timer that is due first, up to now_ns; NULL if none is. */
static struct timer *due_timer(struct bothy_mock *mock, int64_t now_ns)
{
    struct timer *first = NULL;

    for (uint32_t i = 0; i < mock->timer_count; i++) {
        struct timer *timer = &mock->timers[i];

        if (timer->due_ns <= now_ns && (!first || timer->due_ns < first->due_ns))
            first = timer;
    }
    return first;
}

int32_t bothy_mock_advance(struct bothy_mock *mock, int64_t now_ns)
{
    struct timer *timer;
    int32_t fired = 0;

    while ((timer = due_timer(mock, now_ns)) != NULL) {
        struct {
            struct bothy_event event;
            struct bothy_timer timer;
        } record;

        memset(&record, 0, sizeof record);
        record.event.size = sizeof record;
        record.event.type = BOTHY_EVENT_TIMER;
        record.event.flags = BOTHY_EVENT_PRIVATE;
        record.event.ts_event_ns = record.event.ts_recv_ns = timer->due_ns;
        record.timer.id = timer->id;
        record.timer.due_ns = timer->due_ns;
        if (timer->interval_ns)
            timer->due_ns += timer->interval_ns;
        else
            *timer = mock->timers[--mock->timer_count];
        bothy_mock_event(mock, &record.event);
        fired++;
    }
    mock->now_ns = now_ns;
    return fired;
}

void bothy_mock_refuse(struct bothy_mock *mock, int32_t code)
{
    mock->refusal = code;
}

/* ---- looking ---- */

uint32_t bothy_mock_signal_count(const struct bothy_mock *mock)
{
    return mock->signals.count;
}

const struct bothy_signal *bothy_mock_signal(const struct bothy_mock *mock, uint32_t index)
{
    return item(&mock->signals, index);
}

uint32_t bothy_mock_order_count(const struct bothy_mock *mock)
{
    return mock->orders.count;
}

const struct bothy_order_request *bothy_mock_order(const struct bothy_mock *mock, uint32_t index)
{
    return item(&mock->orders, index);
}

uint32_t bothy_mock_subscription_count(const struct bothy_mock *mock)
{
    return mock->subscriptions.count;
}

const struct bothy_subscription *bothy_mock_subscription(const struct bothy_mock *mock,
                                                         uint32_t index)
{
    return item(&mock->subscriptions, index);
}

uint32_t bothy_mock_cancel_count(const struct bothy_mock *mock)
{
    return mock->cancels.count;
}

uint32_t bothy_mock_timer_count(const struct bothy_mock *mock)
{
    return mock->timer_count;
}

double bothy_mock_metric(const struct bothy_mock *mock, const char *name)
{
    for (uint32_t i = 0; i < mock->metric_count; i++) {
        if (strcmp(mock->metrics[i].name, name) == 0)
            return mock->metrics[i].value;
    }
    return 0;
}

uint32_t bothy_mock_said(const struct bothy_mock *mock, const char *text)
{
    char *const *said = mock->said.items;
    uint32_t found = 0;

    for (uint32_t i = 0; i < mock->said.count; i++)
        found += strstr(said[i], text) != NULL;
    return found;
}
