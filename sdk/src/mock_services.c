/*
 * The mock host's services that every kind of plugin has: log, clock, instruments, metrics.
 */
#include "mock_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct bothy_mock *mock_of(const struct bothy_host *host)
{
    return (struct bothy_mock *)(uintptr_t)host;
}

int32_t mock_require(struct bothy_mock *mock, enum mock_level level, const char *what)
{
    if (mock->level >= level)
        return 0;
    if (mock->callback[0] == '\0')
        return mock_fault(mock, BOTHY_EPERM, "%s outside of a callback", what);
    if (strcmp(mock->callback, "destroy") == 0)
        return mock_fault(mock, BOTHY_EPERM, "%s in destroy: not after stop", what);
    return mock_fault(mock, BOTHY_EPERM, "%s in %s: not before %s", what, mock->callback,
                      level == MOCK_FROM_START ? "start" : "create");
}

int32_t mock_hand_over(struct bothy_mock *mock)
{
    if (mock->full == 0)
        return 0;
    mock->full--;
    return BOTHY_EAGAIN;
}

void bothy_mock_set_full(struct bothy_mock *mock, uint32_t count)
{
    mock->full = count;
}

uint32_t mock_symbol_of(const struct bothy_mock *mock, uint32_t instrument)
{
    uint32_t index = instrument - MOCK_FIRST_INSTRUMENT;

    return instrument >= MOCK_FIRST_INSTRUMENT && index < mock->symbol_count ? index : UINT32_MAX;
}

/* ---- log ---- */

static void write_line(struct bothy_mock *mock, struct mock_list *list, int32_t level,
                       const char *text)
{
    struct bothy_mock_line line = { .level = level };
    size_t used = 0;

    for (uint32_t i = 0; i < mock->key_count && used < sizeof line.keys; i++) {
        int n = snprintf(line.keys + used, sizeof line.keys - used, "%s%s=%s", used ? " " : "",
                         mock->keys[i][0], mock->keys[i][1]);

        used += n > 0 ? (size_t)n : 0;
    }
    snprintf(line.text, sizeof line.text, "%s", text);
    if (list->count == MOCK_LINES_MAX) {
        free(list->items[0]);
        list->count--;
        memmove(list->items, list->items + 1, list->count * sizeof *list->items);
    }
    mock_list_add(list, &line, sizeof line);
}

static void log_write(const struct bothy_host *host, int32_t level, const char *text)
{
    struct bothy_mock *mock = mock_of(host);

    if (mock_require(mock, MOCK_FROM_CREATE, "log.write") < 0)
        return;
    if (!text || level < BOTHY_LOG_DEBUG || level > BOTHY_LOG_PANIC)
        mock_fault(mock, BOTHY_EINVAL, "log.write: no text, or no such level");
    else
        write_line(mock, &mock->lines, level, text);
}

static int32_t log_enabled(const struct bothy_host *host, int32_t level)
{
    (void)host;
    (void)level;
    return 1;
}

static int32_t log_push(const struct bothy_host *host, const char *key, const char *value)
{
    struct bothy_mock *mock = mock_of(host);

    if (mock_require(mock, MOCK_FROM_CREATE, "log.push") < 0)
        return BOTHY_EPERM;
    if (!key || !value || !key[0])
        return mock_fault(mock, BOTHY_EINVAL, "log.push: no key, or no value");
    if (mock->key_count == MOCK_KEYS_MAX)
        return mock_fault(mock, BOTHY_ENOMEM, "log.push: more than %d keys", MOCK_KEYS_MAX);
    snprintf(mock->keys[mock->key_count][0], MOCK_KEY_LENGTH, "%s", key);
    snprintf(mock->keys[mock->key_count][1], MOCK_KEY_LENGTH, "%s", value);
    mock->key_count++;
    return 0;
}

static void log_pop(const struct bothy_host *host)
{
    struct bothy_mock *mock = mock_of(host);

    if (mock->key_count)
        mock->key_count--;
    else
        mock_fault(mock, BOTHY_EINVAL, "log.pop without log.push");
}

static const struct bothy_log_service log_service = {
    .size = sizeof log_service,
    .write = log_write,
    .enabled = log_enabled,
    .push = log_push,
    .pop = log_pop,
};

/* ---- clock ---- */

static int64_t clock_now(const struct bothy_host *host)
{
    return mock_of(host)->now_ns;
}

static const struct bothy_clock_service clock_service = {
    .size = sizeof clock_service,
    .now_ns = clock_now,
};

/* ---- instruments ---- */

static uint32_t instruments_of_symbol(const struct bothy_host *host, uint32_t index)
{
    return bothy_mock_instrument(mock_of(host), index);
}

static uint32_t instruments_symbol_of(const struct bothy_host *host, uint32_t instrument)
{
    return mock_symbol_of(mock_of(host), instrument);
}

static const struct bothy_instrument *instruments_get(const struct bothy_host *host,
                                                      uint32_t instrument)
{
    struct bothy_mock *mock = mock_of(host);
    uint32_t symbol = mock_symbol_of(mock, instrument);

    return symbol != UINT32_MAX && mock->symbols[symbol].presented
               ? &mock->symbols[symbol].definition
               : NULL;
}

static const struct bothy_instruments_service instruments_service = {
    .size = sizeof instruments_service,
    .of_symbol = instruments_of_symbol,
    .symbol_of = instruments_symbol_of,
    .get = instruments_get,
};

/* ---- metrics ---- */

static int32_t take_metric(struct bothy_mock *mock, const char *what, const char *name,
                           struct mock_metric **ret_metric)
{
    size_t length = name ? strlen(name) : 0;
    int32_t r = mock_require(mock, MOCK_FROM_CREATE, what);

    if (r < 0)
        return r;
    if (length == 0 || length >= 32 || strspn(name, "abcdefghijklmnopqrstuvwxyz_") != length)
        return mock_fault(mock, BOTHY_EINVAL, "%s: '%s' is no name for a metric: [a-z_]+, 31", what,
                          name ? name : "");
    *ret_metric = mock_metric_make(mock, name, MOCK_METRICS_MAX);
    if (!*ret_metric)
        return mock_fault(mock, BOTHY_ENOMEM, "%s: more than %d metrics", what, MOCK_METRICS_MAX);
    return mock_hand_over(mock);
}

static int32_t metrics_gauge(const struct bothy_host *host, const char *name, double value)
{
    struct bothy_mock *mock = mock_of(host);
    struct mock_metric *metric;
    int32_t r;

    if (!isfinite(value))
        return mock_fault(mock, BOTHY_EINVAL, "metrics.gauge: not a finite number");
    r = take_metric(mock, "metrics.gauge", name, &metric);
    if (r == 0)
        metric->value = value;
    return r;
}

static int32_t metrics_count(const struct bothy_host *host, const char *name, uint64_t increment)
{
    struct mock_metric *metric;
    int32_t r = take_metric(mock_of(host), "metrics.count", name, &metric);

    if (r == 0)
        metric->count += increment;
    return r;
}

static const struct bothy_metrics_service metrics_service = {
    .size = sizeof metrics_service,
    .gauge = metrics_gauge,
    .count = metrics_count,
};

/* ---- notify: strategies, but a line like those of the log ---- */

static int32_t notify_send(const struct bothy_host *host, int32_t level, const char *text)
{
    struct bothy_mock *mock = mock_of(host);
    int32_t r = mock_require(mock, MOCK_FROM_START, "notify.send");

    if (r < 0)
        return r;
    if (!text || level < BOTHY_LOG_DEBUG || level > BOTHY_LOG_PANIC)
        return mock_fault(mock, BOTHY_EINVAL, "notify.send: no text, or no such level");
    r = mock_hand_over(mock);
    if (r == 0)
        write_line(mock, &mock->notices, level, text);
    return r;
}

static const struct bothy_notify_service notify_service = {
    .size = sizeof notify_service,
    .send = notify_send,
};

const void *mock_find_service(const struct bothy_host *host, const char *service)
{
    static const struct {
        const char *name;
        const void *table;
    } common[] = {
        { BOTHY_LOG_1, &log_service },
        { BOTHY_CLOCK_1, &clock_service },
        { BOTHY_INSTRUMENTS_1, &instruments_service },
        { BOTHY_METRICS_1, &metrics_service },
    };

    if (!service)
        return NULL;
    for (size_t i = 0; i < sizeof common / sizeof common[0]; i++) {
        if (strcmp(common[i].name, service) == 0)
            return common[i].table;
    }
    if (mock_of(host)->plugin->kind == BOTHY_KIND_EXCHANGE)
        return mock_find_publish(service);
    return strcmp(service, BOTHY_NOTIFY_1) == 0 ? &notify_service : mock_find_trading(service);
}
