/*
 * The mock host: see mock_host.h.
 */
#include "mock_host.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct mock_host *mock_of(const struct bothy_host *host)
{
    return (struct mock_host *)(void *)(uintptr_t)host;
}

static uint64_t fold(uint64_t hash, const void *data, size_t length)
{
    const unsigned char *bytes = data;

    for (size_t i = 0; i < length; i++)
        hash = (hash ^ bytes[i]) * UINT64_C(0x100000001b3);
    return hash;
}

static int32_t publish_event(const struct bothy_host *host, const struct bothy_event *event)
{
    struct mock_host *mock = mock_of(host);
    uint32_t slot = event->instrument < MOCK_INSTRUMENTS ? event->instrument : MOCK_INSTRUMENTS - 1;
    uint64_t *hash;

    if (bothy_event_check(event, event->size, NULL) < 0) {
        mock->malformed++;
        return BOTHY_EPROTO;
    }
    if (event->type == BOTHY_EVENT_INSTRUMENT)
        memcpy(&mock->definitions[slot], event + 1, sizeof mock->definitions[slot]);
    hash = &mock->hash[slot][event->type];
    *hash = fold(*hash, &event->flags, sizeof event->flags);
    *hash = fold(*hash, &event->ts_event_ns, sizeof event->ts_event_ns);
    *hash = fold(*hash, event + 1, event->size - sizeof *event);
    if (event->flags & BOTHY_EVENT_HISTORY) {
        mock->history[event->type]++;
    } else {
        if (mock->events == 0)
            mock->first_ns = event->ts_event_ns;
        mock->backwards += event->ts_event_ns < mock->last_ns;
        mock->last_ns = event->ts_event_ns;
        mock->events++;
        mock->by_type[event->type]++;
    }
    if (mock->on_event)
        mock->on_event(mock->context, event);
    return 0;
}

static int32_t publish_feed(const struct bothy_host *host, uint32_t instrument, uint32_t state,
                            const char *reason)
{
    struct mock_host *mock = mock_of(host);
    struct mock_state *to = &mock->states[mock->state_count];

    if (mock->state_count == MOCK_STATES)
        return BOTHY_ENOMEM;
    mock->state_count++;
    to->instrument = instrument;
    to->state = state;
    to->after_events = mock->events;
    snprintf(to->reason, sizeof to->reason, "%s", reason ? reason : "");
    return 0;
}

static int32_t publish_count(const struct bothy_host *host, const char *what, uint64_t increment)
{
    struct mock_host *mock = mock_of(host);
    uint32_t i;

    for (i = 0; i < mock->count_count; i++) {
        if (strcmp(mock->counts[i].what, what) == 0)
            break;
    }
    if (i == MOCK_COUNTS || strlen(what) >= sizeof mock->counts[i].what)
        return BOTHY_ENOMEM;
    if (i == mock->count_count)
        memcpy(mock->counts[mock->count_count++].what, what, strlen(what) + 1);
    mock->counts[i].value += increment;
    return 0;
}

static void log_write(const struct bothy_host *host, int32_t level, const char *text)
{
    struct mock_host *mock = mock_of(host);

    snprintf(mock->last_line, sizeof mock->last_line, "%d %s", level, text);
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
    (void)key;
    (void)value;
    return 0;
}

static void log_pop(const struct bothy_host *host)
{
    (void)host;
}

static int64_t clock_now_ns(const struct bothy_host *host)
{
    return mock_of(host)->last_ns;
}

static const void *get(const struct bothy_host *host, const char *service)
{
    struct mock_host *mock = mock_of(host);

    if (strcmp(service, BOTHY_PUBLISH_1) == 0)
        return &mock->publish;
    if (strcmp(service, BOTHY_LOG_1) == 0)
        return &mock->log;
    if (strcmp(service, BOTHY_CLOCK_1) == 0)
        return &mock->clock;
    return NULL;
}

void mock_host_init(struct mock_host *mock, const char *instance)
{
    memset(mock, 0, sizeof *mock);
    mock->host.size = sizeof mock->host;
    mock->host.abi_major = BOTHY_ABI_MAJOR;
    mock->host.abi_minor = BOTHY_ABI_MINOR;
    mock->host.instance = instance;
    mock->host.get = get;
    mock->publish = (struct bothy_publish_service) { .size = sizeof mock->publish,
                                                     .event = publish_event,
                                                     .feed = publish_feed,
                                                     .count = publish_count };
    mock->log = (struct bothy_log_service) { .size = sizeof mock->log,
                                             .write = log_write,
                                             .enabled = log_enabled,
                                             .push = log_push,
                                             .pop = log_pop };
    mock->clock =
        (struct bothy_clock_service) { .size = sizeof mock->clock, .now_ns = clock_now_ns };
}

uint64_t mock_host_counted(const struct mock_host *mock, const char *what)
{
    for (uint32_t i = 0; i < mock->count_count; i++) {
        if (strcmp(mock->counts[i].what, what) == 0)
            return mock->counts[i].value;
    }
    return 0;
}

uint64_t mock_host_counted_prefix(const struct mock_host *mock, const char *prefix)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < mock->count_count; i++) {
        if (strncmp(mock->counts[i].what, prefix, strlen(prefix)) == 0)
            sum += mock->counts[i].value;
    }
    return sum;
}

uint64_t mock_host_hash(const struct mock_host *mock)
{
    return fold(0, mock->hash, sizeof mock->hash);
}

uint32_t mock_host_state(const struct mock_host *mock, uint32_t instrument)
{
    for (uint32_t i = mock->state_count; i > 0; i--) {
        const struct mock_state *at = &mock->states[i - 1];

        if (at->instrument == instrument || at->instrument == 0)
            return at->state;
    }
    return UINT32_MAX;
}

int32_t mock_exchange_open(struct mock_exchange *exchange, const char *const *values,
                           const char *const *files)
{
    struct bothy_error *error = &exchange->error;
    int32_t r = 0;

    memset(exchange, 0, sizeof *exchange);
    mock_host_init(&exchange->mock, "venue");
    exchange->ops = bothy_plugin.ops.exchange;
    exchange->config = bothy_config_new(bothy_plugin.options, bothy_plugin.option_count, "venue");
    if (!exchange->config)
        return BOTHY_ENOMEM;
    for (; values && values[0] && r == 0; values += 2)
        r = bothy_config_set(exchange->config, BOTHY_CONFIG_ALL_SYMBOLS, values[0], values[1],
                             error);
    for (; files && files[0] && r == 0; files += 2) {
        int fd = open(files[1], O_RDONLY | O_CLOEXEC);

        if (fd < 0)
            return bothy_fail(error, BOTHY_EIO, "%s cannot be opened", files[1]);
        r = bothy_config_set_file(exchange->config, files[0], fd);
    }
    if (r == 0)
        r = exchange->ops->check(exchange->config, error);
    if (r == 0)
        r = exchange->ops->create(&exchange->mock.host, exchange->config, &exchange->self, error);
    if (r == 0)
        r = exchange->ops->start(exchange->self, error);
    return r;
}

int32_t mock_exchange_subscribe(struct mock_exchange *exchange, uint32_t instrument,
                                const char *symbol, uint32_t feeds, uint32_t bar_timeframes,
                                uint32_t depth)
{
    struct bothy_feed_request request = { .size = sizeof request,
                                          .instrument = instrument,
                                          .feeds = feeds,
                                          .bar_timeframes = bar_timeframes,
                                          .book_depth = depth };

    snprintf(request.symbol, sizeof request.symbol, "%s", symbol);
    return exchange->ops->subscribe(exchange->self, &request, &exchange->error);
}

int32_t mock_exchange_run(struct mock_exchange *exchange, uint64_t most)
{
    int32_t r = 0;

    for (uint64_t i = 0; i < most && r == 0; i++) {
        int64_t now_ns;

        r = exchange->ops->next(exchange->self, &now_ns);
    }
    return r;
}

void mock_exchange_close(struct mock_exchange *exchange)
{
    if (exchange->self) {
        exchange->ops->stop(exchange->self);
        exchange->ops->destroy(exchange->self);
    }
    for (uint32_t i = 0; exchange->config && i < bothy_plugin.option_count; i++) {
        const struct bothy_option *option = &bothy_plugin.options[i];
        int fd;

        if (option->type != BOTHY_OPTION_FILE)
            continue;
        fd = bothy_config_file(exchange->config, option->name);
        if (fd >= 0)
            close(fd);
    }
    bothy_config_free(exchange->config);
    exchange->config = NULL;
    exchange->self = NULL;
}
