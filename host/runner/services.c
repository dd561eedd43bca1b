/*
 * Services that every kind of plugin has: log, clock, instruments, metrics; and the life of the
 * struct behind them. See services.h.
 */
#include "config.h"

#include "runner/services.h"

#include "base/clean.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define INSTRUMENTS_MAX 65536
#define TEXT_MAX        1024
#define KEYS_TEXT_MAX   128

struct services *services_of(const struct bothy_host *host)
{
    return (struct services *)(uintptr_t)host;
}

int32_t services_require(struct services *services, uint32_t level)
{
    if (services->level >= level)
        return 0;
    services->refused_early++;
    return BOTHY_EPERM;
}

int32_t services_wrong(struct services *services)
{
    services->refused_wrong++;
    return BOTHY_EINVAL;
}

int32_t services_write(struct services *services, uint32_t type, const void *payload, size_t length)
{
    int32_t r = services->sink->write(services->sink_context, type, payload, length);

    if (r < 0)
        services->refused_full++;
    return r;
}

/* ---- log ---- */

static int32_t log_enabled(const struct bothy_host *host, int32_t level)
{
    return level >= services_of(host)->log_level;
}

/* Control characters would let a plugin forge lines and steer terminals. */
static void escape(const char *from, char *to, size_t capacity)
{
    size_t used = 0;

    for (; *from; from++) {
        unsigned char c = (unsigned char)*from;
        size_t need = c < 0x20 || c == 0x7f ? 4 : 1;

        if (used + need >= capacity)
            break;
        if (need == 1)
            to[used++] = (char)c;
        else
            used += (size_t)snprintf(to + used, capacity - used, "\\x%02x", c);
    }
    to[used] = '\0';
}

static void write_line(struct services *services, int32_t level, const char *text)
{
    char keys[KEYS_TEXT_MAX] = "";
    char line[TEXT_MAX];
    size_t used = 0;

    for (uint32_t i = 0; i < services->key_count; i++) {
        int n = snprintf(keys + used, sizeof keys - used, "%s%s=%s", used ? " " : "",
                         services->keys[i][0], services->keys[i][1]);

        if (n < 0 || (size_t)n >= sizeof keys - used) {
            keys[used] = '\0';
            break;
        }
        used += (size_t)n;
    }
    escape(text, line, sizeof line);
    services->sink->log(services->sink_context, level, services->now_ns, keys, line);
}

static void log_write(const struct bothy_host *host, int32_t level, const char *text)
{
    struct services *services = services_of(host);

    if (services_require(services, SERVICES_CREATED) < 0 || !text)
        return;
    if (level < BOTHY_LOG_DEBUG)
        level = BOTHY_LOG_DEBUG;
    if (level > BOTHY_LOG_PANIC)
        level = BOTHY_LOG_PANIC;
    if (log_enabled(host, level))
        write_line(services, level, text);
}

static int32_t log_push(const struct bothy_host *host, const char *key, const char *value)
{
    struct services *services = services_of(host);
    char(*pair)[SERVICES_KEY_LENGTH];

    if (services_require(services, SERVICES_CREATED) < 0)
        return BOTHY_EPERM;
    if (!key || !value || !key[0])
        return services_wrong(services);
    if (services->key_count == SERVICES_KEYS_MAX)
        return BOTHY_ENOMEM;
    pair = services->keys[services->key_count++];
    escape(key, pair[0], sizeof pair[0]);
    escape(value, pair[1], sizeof pair[1]);
    return 0;
}

static void log_pop(const struct bothy_host *host)
{
    struct services *services = services_of(host);

    if (services->key_count)
        services->key_count--;
}

void services_log(struct services *services, int32_t level, const char *format, ...)
{
    char text[TEXT_MAX];
    va_list args;

    if (level < services->log_level)
        return;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    write_line(services, level, text);
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
    return services_of(host)->now_ns;
}

static const struct bothy_clock_service clock_service = {
    .size = sizeof clock_service,
    .now_ns = clock_now,
};

/* ---- instruments ---- */

static uint32_t instruments_of_symbol(const struct bothy_host *host, uint32_t index)
{
    const struct settings *settings = services_of(host)->settings;

    return index < settings->symbol_count ? settings->instruments[index] : 0;
}

static uint32_t instruments_symbol_of(const struct bothy_host *host, uint32_t instrument)
{
    const struct services_interest *interest = services_interest(services_of(host), instrument);

    return interest && interest->own ? interest->own - 1 : UINT32_MAX;
}

static const struct bothy_instrument *instruments_get(const struct bothy_host *host,
                                                      uint32_t instrument)
{
    struct services *services = services_of(host);
    const struct services_interest *interest = services_interest(services, instrument);

    return interest && interest->defined ? &services->definitions[interest->defined - 1] : NULL;
}

static const struct bothy_instruments_service instruments_service = {
    .size = sizeof instruments_service,
    .of_symbol = instruments_of_symbol,
    .symbol_of = instruments_symbol_of,
    .get = instruments_get,
};

/* ---- metrics ---- */

/* Finds a metric by its name, or makes it. */
static int32_t take_metric(struct services *services, const char *name, char *ret_name)
{
    size_t length = name ? strnlen(name, sizeof services->metrics[0]) : 0;

    if (length == 0 || length >= sizeof services->metrics[0] ||
        strspn(name, "abcdefghijklmnopqrstuvwxyz_") != length)
        return services_wrong(services);
    memcpy(ret_name, name, length + 1);
    for (uint32_t i = 0; i < services->metric_count; i++) {
        if (strcmp(services->metrics[i], name) == 0)
            return 0;
    }
    if (services->metric_count == SERVICES_METRICS_MAX)
        return BOTHY_ENOMEM;
    memcpy(services->metrics[services->metric_count++], name, length + 1);
    return 0;
}

static int32_t metrics_gauge(const struct bothy_host *host, const char *name, double value)
{
    struct services *services = services_of(host);
    struct wire_metric metric = { .kind = 1, .value = value };
    int32_t r = services_require(services, SERVICES_CREATED);

    if (r == 0 && !isfinite(value))
        r = services_wrong(services);
    if (r == 0)
        r = take_metric(services, name, metric.name);
    return r < 0 ? r : services_write(services, WIRE_R_METRIC, &metric, sizeof metric);
}

static int32_t metrics_count(const struct bothy_host *host, const char *name, uint64_t increment)
{
    struct services *services = services_of(host);
    struct wire_metric metric = { .kind = 2, .increment = increment };
    int32_t r = services_require(services, SERVICES_CREATED);

    if (r == 0)
        r = take_metric(services, name, metric.name);
    return r < 0 ? r : services_write(services, WIRE_R_METRIC, &metric, sizeof metric);
}

static const struct bothy_metrics_service metrics_service = {
    .size = sizeof metrics_service,
    .gauge = metrics_gauge,
    .count = metrics_count,
};

/* ---- the struct ---- */

static const void *find_table(const struct bothy_host *host, const char *service)
{
    const struct services *services = services_of(host);
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
    for (size_t i = 0; i < ARRAY_SIZE(common); i++) {
        if (strcmp(common[i].name, service) == 0)
            return common[i].table;
    }
    if (services->kind == BOTHY_KIND_STRATEGY)
        return services_find_trading(service);
    if (services->kind == BOTHY_KIND_EXCHANGE)
        return services_find_publish(service);
    return NULL;
}

struct services_interest *services_interest(const struct services *services, uint32_t instrument)
{
    return instrument < services->interest_count ? &services->interest[instrument] : NULL;
}

struct services_interest *services_make_interest(struct services *services, uint32_t instrument)
{
    struct services_interest *grown;
    uint32_t count = services->interest_count ? services->interest_count : 16;

    if (instrument < services->interest_count)
        return &services->interest[instrument];
    if (instrument >= INSTRUMENTS_MAX)
        return NULL;
    while (count <= instrument)
        count *= 2;
    grown = realloc(services->interest, count * sizeof *grown);
    if (!grown)
        return NULL;
    memset(grown + services->interest_count, 0, (count - services->interest_count) * sizeof *grown);
    services->interest = grown;
    services->interest_count = count;
    return &grown[instrument];
}

void services_use_settings(struct services *services, const struct settings *settings)
{
    services->settings = settings;
    services->host.instance = settings->instance;
    services->log_level = (int32_t)settings->log_level;
}

int32_t services_init(struct services *services, uint32_t kind, const struct settings *settings,
                      const struct services_sink *sink, void *sink_context,
                      struct bothy_error *error)
{
    memset(services, 0, sizeof *services);
    services->host.size = sizeof services->host;
    services->host.abi_major = BOTHY_ABI_MAJOR;
    services->host.abi_minor = BOTHY_ABI_MINOR;
    services->host.get = find_table;
    services->kind = kind;
    services->sink = sink;
    services->sink_context = sink_context;
    services_use_settings(services, settings);
    for (uint32_t i = 0; i < settings->symbol_count; i++) {
        struct services_interest *interest;

        if (settings->instruments[i] == 0)
            continue;
        interest = services_make_interest(services, settings->instruments[i]);
        if (!interest) {
            services_clear(services);
            return bothy_fail(error, BOTHY_ENOMEM, "no memory for instrument %u",
                              (unsigned)settings->instruments[i]);
        }
        interest->own = i + 1;
    }
    return 0;
}

void services_clear(struct services *services)
{
    free(services->interest);
    free(services->definitions);
    free(services->warming);
    services->interest = NULL;
    services->definitions = NULL;
    services->warming = NULL;
    services->interest_count = services->definition_count = 0;
    services->warming_count = services->warming_capacity = 0;
}
