/*
 * The services of strategy_host.h. Each finds its host by the first member of the struct.
 */
#include "strategy_host.h"

#include <check.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Prices and sizes of the tests have at most this many decimals. */
#define EXPONENT (-6)

static struct strategy_host *of(const struct bothy_host *host)
{
    return (struct strategy_host *)(uintptr_t)host;
}

/* ---- services ---- */

static void log_write(const struct bothy_host *host, int32_t level, const char *text)
{
    (void)level;
    snprintf(of(host)->logged, sizeof of(host)->logged, "%s", text);
}

static int32_t log_enabled(const struct bothy_host *host, int32_t level)
{
    (void)host;
    (void)level;
    return 1;
}

static int64_t now_ns(const struct bothy_host *host)
{
    return of(host)->now_ns;
}

uint32_t host_instrument(uint32_t symbol)
{
    return 10 + symbol;
}

static uint32_t of_symbol(const struct bothy_host *host, uint32_t index)
{
    return index < of(host)->symbol_count ? host_instrument(index) : 0;
}

static uint32_t symbol_of(const struct bothy_host *host, uint32_t instrument)
{
    uint32_t index = instrument - host_instrument(0);

    return index < of(host)->symbol_count ? index : UINT32_MAX;
}

static const struct bothy_instrument *get_instrument(const struct bothy_host *host,
                                                     uint32_t instrument)
{
    uint32_t index = symbol_of(host, instrument);

    return index == UINT32_MAX ? NULL : &of(host)->instruments[index];
}

static int32_t subscribe(const struct bothy_host *host, const struct bothy_subscription *wanted)
{
    struct strategy_host *h = of(host);

    ck_assert_uint_eq(wanted->size, sizeof *wanted);
    ck_assert_uint_ne(symbol_of(host, wanted->instrument), UINT32_MAX);
    ck_assert_uint_lt(h->subscription_count, HOST_SUBSCRIPTIONS);
    h->subscriptions[h->subscription_count++] = *wanted;
    return 0;
}

static int32_t unsubscribe(const struct bothy_host *host, uint32_t instrument, uint32_t feeds)
{
    (void)host;
    (void)instrument;
    (void)feeds;
    return 0;
}

static int32_t emit(const struct bothy_host *host, const struct bothy_signal *signal, uint64_t tag)
{
    struct strategy_host *h = of(host);
    struct bothy_signal copy = *signal;
    struct bothy_error error = { 0 };

    ck_assert_uint_ne(tag, 0);
    ck_assert_uint_eq(signal->size, sizeof *signal);
    ck_assert_uint_ne(symbol_of(host, signal->instrument), UINT32_MAX);
    ck_assert_msg(bothy_signal_validate(&copy, &error) == 0, "invalid signal: %s", error.text);
    ck_assert_uint_lt(h->signal_count, HOST_SIGNALS);
    h->signals[h->signal_count++] = copy;
    return 0;
}

static int32_t count_metric(const struct bothy_host *host, const char *name, uint64_t increment)
{
    struct strategy_host *h = of(host);

    for (uint32_t i = 0; i < HOST_METRICS; i++) {
        if (h->metrics[i].name[0] == '\0')
            snprintf(h->metrics[i].name, sizeof h->metrics[i].name, "%s", name);
        if (strcmp(h->metrics[i].name, name) == 0) {
            h->metrics[i].count += increment;
            return 0;
        }
    }
    return BOTHY_ENOMEM;
}

static int32_t gauge(const struct bothy_host *host, const char *name, double value)
{
    (void)host;
    (void)name;
    (void)value;
    return 0;
}

static const struct bothy_log_service log_service = { .size = sizeof log_service,
                                                      .write = log_write,
                                                      .enabled = log_enabled };
static const struct bothy_clock_service clock_service = { .size = sizeof clock_service,
                                                          .now_ns = now_ns };
static const struct bothy_instruments_service instruments_service = {
    .size = sizeof instruments_service,
    .of_symbol = of_symbol,
    .symbol_of = symbol_of,
    .get = get_instrument,
};
static const struct bothy_subscriptions_service subscriptions_service = {
    .size = sizeof subscriptions_service, .subscribe = subscribe, .unsubscribe = unsubscribe
};
static const struct bothy_signals_service signals_service = { .size = sizeof signals_service,
                                                              .emit = emit };
static const struct bothy_metrics_service metrics_service = { .size = sizeof metrics_service,
                                                              .gauge = gauge,
                                                              .count = count_metric };

static const void *get(const struct bothy_host *host, const char *service)
{
    static const struct {
        const char *name;
        const void *table;
    } services[] = {
        { BOTHY_LOG_1, &log_service },
        { BOTHY_CLOCK_1, &clock_service },
        { BOTHY_INSTRUMENTS_1, &instruments_service },
        { BOTHY_SUBSCRIPTIONS_1, &subscriptions_service },
        { BOTHY_SIGNALS_1, &signals_service },
        { BOTHY_METRICS_1, &metrics_service },
    };

    (void)host;
    for (size_t i = 0; i < sizeof services / sizeof services[0]; i++)
        if (strcmp(services[i].name, service) == 0)
            return services[i].table;
    return NULL;
}

/* ---- the ladder ---- */

/* The plugin's own options and the risk parameters, as a host hands both to a bot. */
static void make_options(struct strategy_host *h)
{
    uint32_t own = h->plugin->option_count;

    h->option_count = own + bothy_risk_option_count;
    h->options = calloc(h->option_count, sizeof *h->options);
    h->option_names = calloc(bothy_risk_option_count, sizeof *h->option_names);
    ck_assert_ptr_nonnull(h->options);
    ck_assert_ptr_nonnull(h->option_names);
    memcpy(h->options, h->plugin->options, own * sizeof *h->options);
    for (uint32_t i = 0; i < bothy_risk_option_count; i++) {
        h->options[own + i] = bothy_risk_options[i];
        snprintf(h->option_names[i], sizeof h->option_names[i], "risk.%s",
                 bothy_risk_options[i].name);
        h->options[own + i].name = h->option_names[i];
    }
}

static struct bothy_config *make_config(const struct strategy_host *h)
{
    struct bothy_config *config = bothy_config_new(h->options, h->option_count, "test");

    ck_assert_ptr_nonnull(config);
    for (uint32_t i = 0; i < h->symbol_count; i++)
        ck_assert_int_eq(bothy_config_add_symbol(config, h->instruments[i].symbol, "venue"), 0);
    return config;
}

struct strategy_host *host_new(const char *plugin, uint32_t symbol_count)
{
    struct strategy_host *h = calloc(1, sizeof *h);
    const char *folder = getenv("BOTHY_BUILDDIR");
    char path[4096];

    ck_assert_ptr_nonnull(h);
    ck_assert_uint_le(symbol_count, HOST_SYMBOLS);
    snprintf(path, sizeof path, "%s/.libs/%s.so", folder ? folder : ".", plugin);
    h->library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    ck_assert_msg(h->library != NULL, "%s", dlerror());
    h->plugin = dlsym(h->library, BOTHY_PLUGIN_SYMBOL);
    ck_assert_ptr_nonnull(h->plugin);
    ck_assert_uint_eq(h->plugin->magic, BOTHY_MAGIC);
    ck_assert_str_eq(h->plugin->name, plugin);
    h->host = (struct bothy_host) { .size = sizeof h->host,
                                    .abi_major = BOTHY_ABI_MAJOR,
                                    .abi_minor = BOTHY_ABI_MINOR,
                                    .instance = "test",
                                    .get = get };
    h->symbol_count = symbol_count;
    for (uint32_t i = 0; i < symbol_count; i++) {
        struct bothy_instrument *in = &h->instruments[i];

        snprintf(in->symbol, sizeof in->symbol, "COIN%u/USDT:USDT", i);
        snprintf(in->venue, sizeof in->venue, "venue");
        in->kind = BOTHY_INSTRUMENT_LINEAR;
        in->feeds = UINT32_MAX;
        in->tick_size = bothy_decimal_make(1, -2);
        in->lot_size = bothy_decimal_make(1, -3);
        in->contract_size = bothy_decimal_make(1, 0);
        in->funding_interval_ns = 8 * BOTHY_NS_PER_H;
    }
    make_options(h);
    h->config = make_config(h);
    h->now_ns = T0;
    return h;
}

void host_set_symbol(struct strategy_host *h, uint32_t symbol, const char *name, const char *text)
{
    struct bothy_error error = { 0 };

    ck_assert_msg(bothy_config_set(h->config, symbol, name, text, &error) == 0, "%s = %s: %s", name,
                  text, error.text);
}

void host_set(struct strategy_host *h, const char *name, const char *text)
{
    host_set_symbol(h, BOTHY_CONFIG_ALL_SYMBOLS, name, text);
}

int32_t host_check(struct strategy_host *h, struct bothy_error *error)
{
    return h->plugin->ops.strategy->check(h->config, error);
}

int32_t host_start_with(struct strategy_host *h, const void *state, size_t length)
{
    const struct bothy_strategy_ops *ops = h->plugin->ops.strategy;
    struct bothy_error error = { 0 };
    int32_t loaded = 0;

    ck_assert_ptr_null(bothy_config_missing(h->config));
    ck_assert_msg(ops->check(h->config, &error) == 0, "check: %s", error.text);
    ck_assert_msg(ops->create(&h->host, h->config, &h->self, &error) == 0, "create: %s",
                  error.text);
    if (state)
        loaded = ops->load(h->self, state, length);
    ck_assert_msg(ops->start(h->self, &error) == 0, "start: %s", error.text);
    return loaded;
}

void host_start(struct strategy_host *h)
{
    ck_assert_int_eq(host_start_with(h, NULL, 0), 0);
}

int32_t host_reload(struct strategy_host *h, const char *name, const char *text)
{
    struct bothy_config *fresh = make_config(h);
    struct bothy_error error = { 0 };
    int32_t r;

    ck_assert_int_eq(bothy_config_set(fresh, BOTHY_CONFIG_ALL_SYMBOLS, name, text, &error), 0);
    r = h->plugin->ops.strategy->reload(h->self, fresh, &error);
    if (r < 0) {
        bothy_config_free(fresh);
        return r;
    }
    /* From now on the plugin may look at the new one only. */
    bothy_config_free(h->config);
    h->config = fresh;
    return 0;
}

void host_free(struct strategy_host *h)
{
    if (h->self) {
        if (h->plugin->ops.strategy->stop)
            h->plugin->ops.strategy->stop(h->self);
        h->plugin->ops.strategy->destroy(h->self);
    }
    bothy_config_free(h->config);
    free(h->options);
    free(h->option_names);
    dlclose(h->library);
    free(h);
}

/* ---- events ---- */

static struct bothy_decimal number(double value)
{
    struct bothy_decimal decimal = { 0 };

    ck_assert_int_eq(bothy_decimal_from_double(value, EXPONENT, BOTHY_ROUND_HALF_EVEN, &decimal),
                     0);
    return decimal;
}

static void deliver(struct strategy_host *h, uint16_t type, uint32_t instrument, uint32_t flags,
                    const void *body, size_t length)
{
    size_t size = sizeof(struct bothy_event) + length;
    struct bothy_event *event = calloc(1, size);
    struct bothy_error error = { 0 };
    int32_t r;

    ck_assert_ptr_nonnull(event);
    event->size = (uint16_t)size;
    event->type = type;
    event->flags = flags | h->event_flags;
    event->instrument = instrument;
    event->ts_event_ns = h->now_ns;
    event->ts_recv_ns = h->now_ns;
    memcpy(event + 1, body, length);
    ck_assert_msg(bothy_event_check(event, size, &error) == 0, "%s", error.text);
    r = h->plugin->ops.strategy->on_event(h->self, event);
    free(event);
    ck_assert_int_eq(r, 0);
}

void host_bar(struct strategy_host *h, uint32_t symbol, uint32_t timeframe, int64_t open_ns,
              struct bar_row row, uint32_t flags)
{
    struct bothy_bar body = {
        .timeframe = timeframe,
        .open_ns = open_ns,
        .close_ns = open_ns + bothy_timeframe_ns(timeframe),
        .open = number(row.open),
        .high = number(row.high),
        .low = number(row.low),
        .close = number(row.close),
        .volume = number(row.volume),
    };

    h->now_ns = body.close_ns;
    deliver(h, BOTHY_EVENT_BAR, host_instrument(symbol), flags, &body, sizeof body);
}

void host_trade(struct strategy_host *h, uint32_t symbol, uint32_t taker_side, double price,
                double quantity)
{
    struct bothy_trade body = { .price = number(price),
                                .quantity = number(quantity),
                                .taker_side = taker_side };

    deliver(h, BOTHY_EVENT_TRADE, host_instrument(symbol), 0, &body, sizeof body);
}

void host_funding(struct strategy_host *h, uint32_t symbol, const char *rate, int64_t interval_h,
                  uint32_t flags)
{
    struct bothy_funding body = { .interval_ns = interval_h * BOTHY_NS_PER_H, .flags = flags };

    ck_assert_int_eq(bothy_decimal_parse(rate, strlen(rate), &body.rate), 0);
    deliver(h, BOTHY_EVENT_FUNDING, host_instrument(symbol), 0, &body, sizeof body);
}

void host_interest(struct strategy_host *h, uint32_t symbol, double quantity, uint32_t flags)
{
    struct bothy_open_interest body = { .quantity = number(quantity) };

    deliver(h, BOTHY_EVENT_OPEN_INTEREST, host_instrument(symbol), flags, &body, sizeof body);
}

void host_ratio(struct strategy_host *h, uint32_t symbol, uint32_t kind, double value)
{
    struct bothy_ratio body = { .value = number(value), .kind = kind };

    deliver(h, BOTHY_EVENT_RATIO, host_instrument(symbol), 0, &body, sizeof body);
}

void host_liquidation(struct strategy_host *h, uint32_t symbol, uint32_t side, double price,
                      double quantity)
{
    struct bothy_liquidation body = { .price = number(price),
                                      .quantity = number(quantity),
                                      .side = side };

    deliver(h, BOTHY_EVENT_LIQUIDATION, host_instrument(symbol), 0, &body, sizeof body);
}

void host_feed_state(struct strategy_host *h, uint32_t symbol, uint32_t state)
{
    struct bothy_feed_change body = { .state = state };

    deliver(h, BOTHY_EVENT_FEED, host_instrument(symbol), 0, &body, sizeof body);
}

void host_gap(struct strategy_host *h)
{
    struct bothy_gap body = { .first_seq = 5, .last_seq = 9 };

    deliver(h, BOTHY_EVENT_GAP, 0, BOTHY_EVENT_PRIVATE, &body, sizeof body);
}

void host_book(struct strategy_host *h, uint32_t symbol, uint32_t flags, const double *bids,
               uint32_t bid_count, const double *asks, uint32_t ask_count)
{
    struct {
        struct bothy_book head;
        struct bothy_level levels[64];
    } body = { .head = { .bid_count = bid_count, .ask_count = ask_count } };
    uint32_t count = bid_count + ask_count;

    ck_assert_uint_le(count, 64);
    for (uint32_t i = 0; i < count; i++) {
        const double *pair = i < bid_count ? bids + 2 * i : asks + 2 * (i - bid_count);

        body.levels[i].price = number(pair[0]);
        body.levels[i].quantity = number(pair[1]);
    }
    deliver(h, BOTHY_EVENT_BOOK, host_instrument(symbol), flags, &body,
            sizeof body.head + count * sizeof body.levels[0]);
}

/* ---- what was said ---- */

const struct bothy_signal *host_last_signal(const struct strategy_host *h)
{
    ck_assert_uint_gt(h->signal_count, 0);
    return &h->signals[h->signal_count - 1];
}

static const struct bothy_signal_extra *extra(const struct bothy_signal *signal, const char *name,
                                              uint32_t kind)
{
    for (uint32_t i = 0; i < signal->extra_count; i++)
        if (strcmp(signal->extras[i].name, name) == 0 && signal->extras[i].kind == kind)
            return &signal->extras[i];
    ck_abort_msg("no extra %s", name);
    return NULL;
}

double host_number(const struct bothy_signal *signal, const char *name)
{
    return extra(signal, name, BOTHY_EXTRA_NUMBER)->number;
}

const char *host_text(const struct bothy_signal *signal, const char *name)
{
    return extra(signal, name, BOTHY_EXTRA_TEXT)->text;
}

uint64_t host_count(const struct strategy_host *h, const char *metric)
{
    for (uint32_t i = 0; i < HOST_METRICS; i++)
        if (strcmp(h->metrics[i].name, metric) == 0)
            return h->metrics[i].count;
    return 0;
}

const struct bothy_subscription *host_subscription(const struct strategy_host *h, uint32_t symbol,
                                                   uint32_t feeds)
{
    for (uint32_t i = 0; i < h->subscription_count; i++)
        if (h->subscriptions[i].instrument == host_instrument(symbol) &&
            (h->subscriptions[i].feeds & feeds) == feeds)
            return &h->subscriptions[i];
    return NULL;
}
