/*
 * Services of strategies: subscriptions, timers, signals, orders, positions, state, notify. What
 * can be refused here without asking the core, is: a wrong argument never costs a round trip.
 * What is right becomes one record; the answer comes later as an event.
 */
#include "config.h"

#include "runner/services.h"

#include "base/clean.h"

#include <stdio.h>
#include <string.h>

#define ALL_FEEDS     ((BOTHY_FEED_FORMING_BARS << 1) - 1)
#define HISTORY_FEEDS (BOTHY_FEED_BARS | BOTHY_FEED_FUNDING | BOTHY_FEED_OPEN_INTEREST)
#define WARMING_MAX   4096
#define INTERVAL_MIN  BOTHY_NS_PER_MS

static int is_decimal(struct bothy_decimal d)
{
    return d.exponent >= BOTHY_DECIMAL_EXPONENT_MIN && d.exponent <= BOTHY_DECIMAL_EXPONENT_MAX;
}

static int is_own(const struct services *services, uint32_t instrument)
{
    const struct services_interest *interest = services_interest(services, instrument);

    return instrument != 0 && interest && interest->own;
}

/* Copies a struct whose first word is its size: as much as both sides know. */
static int32_t take_sized(const void *from, void *to, size_t size, size_t least)
{
    uint32_t found;

    memset(to, 0, size);
    if (!from)
        return BOTHY_EINVAL;
    memcpy(&found, from, sizeof found);
    if (found < least || found > 4096)
        return BOTHY_EINVAL;
    memcpy(to, from, found < size ? found : size);
    found = (uint32_t)size;
    memcpy(to, &found, sizeof found);
    return 0;
}

/* ---- subscriptions ---- */

static int32_t check_subscription(struct services *services, const struct bothy_subscription *s)
{
    int bars = (s->feeds & (BOTHY_FEED_BARS | BOTHY_FEED_FORMING_BARS)) != 0;

    if (s->feeds == 0 || (s->feeds & ~(uint32_t)ALL_FEEDS) || s->history > BOTHY_HISTORY_MAX ||
        s->book_depth > BOTHY_BOOK_LEVELS_MAX)
        return services_wrong(services);
    if (bars && (s->timeframe == BOTHY_TF_NONE || s->timeframe >= BOTHY_TF_COUNT))
        return services_wrong(services);
    if (s->history && !(s->feeds & HISTORY_FEEDS))
        return services_wrong(services);
    if (s->instrument == 0)
        return s->feeds == BOTHY_FEED_SIGNALS ? 0 : services_wrong(services);
    return is_own(services, s->instrument) ? 0 : BOTHY_ENOENT;
}

static int32_t reserve_warming(struct services *services)
{
    struct services_warming *grown;
    uint32_t capacity = services->warming_capacity ? services->warming_capacity * 2 : 8;

    if (services->warming_count < services->warming_capacity)
        return 0;
    if (capacity > WARMING_MAX)
        return BOTHY_ENOMEM;
    grown = realloc(services->warming, capacity * sizeof *grown);
    if (!grown)
        return BOTHY_ENOMEM;
    services->warming = grown;
    services->warming_capacity = capacity;
    return 0;
}

/* A subscription has one history: of its bars, else of its rates, else of its samples. */
static struct services_warming warming_of(const struct bothy_subscription *s)
{
    struct services_warming warming = { s->instrument, 0, BOTHY_TF_NONE };

    if (s->feeds & BOTHY_FEED_BARS) {
        warming.feeds = BOTHY_FEED_BARS | BOTHY_FEED_FORMING_BARS;
        warming.timeframe = s->timeframe;
    } else if (s->feeds & BOTHY_FEED_FUNDING) {
        warming.feeds = BOTHY_FEED_FUNDING;
    } else {
        warming.feeds = BOTHY_FEED_OPEN_INTEREST;
    }
    return warming;
}

static int32_t subscribe(const struct bothy_host *host, const struct bothy_subscription *wanted)
{
    struct services *services = services_of(host);
    struct services_interest *interest;
    struct bothy_subscription s;
    int32_t r = services_require(services, SERVICES_STARTED);

    if (r < 0)
        return r;
    if (take_sized(wanted, &s, sizeof s, sizeof s) < 0)
        return services_wrong(services);
    r = check_subscription(services, &s);
    if (r == 0 && s.history)
        r = reserve_warming(services);
    if (r == 0)
        r = services_write(services, WIRE_R_SUBSCRIBE, &s, sizeof s);
    if (r < 0)
        return r;
    if (s.instrument == 0) {
        services->signals_of_all = 1;
        return 0;
    }
    interest = services_interest(services, s.instrument);
    interest->feeds |= s.feeds;
    if (s.feeds & BOTHY_FEED_BARS)
        interest->bars |= 1u << s.timeframe;
    if (s.feeds & BOTHY_FEED_FORMING_BARS)
        interest->forming |= 1u << s.timeframe;
    if (s.history)
        services->warming[services->warming_count++] = warming_of(&s);
    return 0;
}

static int32_t unsubscribe(const struct bothy_host *host, uint32_t instrument, uint32_t feeds)
{
    struct services *services = services_of(host);
    struct bothy_subscription s = { .size = sizeof s, .instrument = instrument, .feeds = feeds };
    struct services_interest *interest;
    int32_t r = services_require(services, SERVICES_STARTED);

    if (r < 0)
        return r;
    if (feeds == 0 || (feeds & ~(uint32_t)ALL_FEEDS))
        return services_wrong(services);
    if (instrument != 0 && !is_own(services, instrument))
        return BOTHY_ENOENT;
    r = services_write(services, WIRE_R_UNSUBSCRIBE, &s, sizeof s);
    if (r < 0)
        return r;
    if (instrument == 0) {
        if (feeds & BOTHY_FEED_SIGNALS)
            services->signals_of_all = 0;
        return 0;
    }
    interest = services_interest(services, instrument);
    interest->feeds &= ~feeds;
    if (feeds & BOTHY_FEED_BARS)
        interest->bars = 0;
    if (feeds & BOTHY_FEED_FORMING_BARS)
        interest->forming = 0;
    return 0;
}

static const struct bothy_subscriptions_service subscriptions_service = {
    .size = sizeof subscriptions_service,
    .subscribe = subscribe,
    .unsubscribe = unsubscribe,
};

/* ---- timers ---- */

static uint32_t find_timer(const struct services *services, uint64_t id)
{
    uint32_t i = 0;

    while (i < services->timer_count && services->timers[i] != id)
        i++;
    return i;
}

static int32_t timers_set(const struct bothy_host *host, uint64_t id, int64_t due_ns,
                          int64_t interval_ns)
{
    struct services *services = services_of(host);
    struct wire_timer timer = { id, due_ns, interval_ns };
    uint32_t at = find_timer(services, id);
    int32_t r = services_require(services, SERVICES_STARTED);

    if (r < 0)
        return r;
    if (due_ns < 0 || interval_ns < 0 || (interval_ns > 0 && interval_ns < INTERVAL_MIN))
        return services_wrong(services);
    if (at == SERVICES_TIMERS_MAX)
        return BOTHY_ENOMEM;
    r = services_write(services, WIRE_R_TIMER, &timer, sizeof timer);
    if (r < 0)
        return r;
    services->timers[at] = id;
    services->timer_interval[at] = interval_ns;
    if (at == services->timer_count)
        services->timer_count++;
    return 0;
}

static int32_t timers_cancel(const struct bothy_host *host, uint64_t id)
{
    struct services *services = services_of(host);
    uint32_t at = find_timer(services, id);
    int32_t r = services_require(services, SERVICES_STARTED);

    if (r < 0)
        return r;
    if (at == services->timer_count)
        return BOTHY_ENOENT;
    r = services_write(services, WIRE_R_TIMER_CANCEL, &id, sizeof id);
    if (r < 0)
        return r;
    services->timer_count--;
    services->timers[at] = services->timers[services->timer_count];
    services->timer_interval[at] = services->timer_interval[services->timer_count];
    return 0;
}

static const struct bothy_timers_service timers_service = {
    .size = sizeof timers_service,
    .set = timers_set,
    .cancel = timers_cancel,
};

/* ---- signals ---- */

static int32_t signals_emit(const struct bothy_host *host, const struct bothy_signal *signal,
                            uint64_t tag)
{
    struct services *services = services_of(host);
    struct wire_signal record = { .tag = tag };
    struct bothy_error error = { 0 };
    int32_t r = services_require(services, SERVICES_STARTED);

    if (r < 0)
        return r;
    if (take_sized(signal, &record.signal, sizeof record.signal, sizeof record.signal) < 0)
        return services_wrong(services);
    if (!is_own(services, record.signal.instrument))
        return BOTHY_ENOENT;
    r = bothy_signal_validate(&record.signal, &error);
    if (r < 0) {
        services_log(services, BOTHY_LOG_WARNING, "signal refused: %s", error.text);
        return services_wrong(services);
    }
    return services_write(services, WIRE_R_SIGNAL, &record, sizeof record);
}

static const struct bothy_signals_service signals_service = {
    .size = sizeof signals_service,
    .emit = signals_emit,
};

/* ---- orders, positions ---- */

static int is_order(const struct bothy_order_request *o)
{
    int stop = o->type == BOTHY_ORDER_TYPE_STOP || o->type == BOTHY_ORDER_TYPE_TAKE_PROFIT;

    if (o->side != BOTHY_SIDE_BUY && o->side != BOTHY_SIDE_SELL)
        return 0;
    if (o->type < BOTHY_ORDER_TYPE_MARKET || o->type > BOTHY_ORDER_TYPE_TAKE_PROFIT ||
        o->time_in_force < BOTHY_TIF_GTC || o->time_in_force > BOTHY_TIF_GTD)
        return 0;
    if (o->flags & ~(uint32_t)(BOTHY_ORDER_FLAG_REDUCE_ONLY | BOTHY_ORDER_FLAG_POST_ONLY))
        return 0;
    if (!is_decimal(o->quantity) || !is_decimal(o->price) || !is_decimal(o->stop_price) ||
        o->quantity.coefficient <= 0 || o->price.coefficient < 0 || o->stop_price.coefficient < 0)
        return 0;
    if (o->type == BOTHY_ORDER_TYPE_LIMIT && o->price.coefficient == 0)
        return 0;
    if (stop && o->stop_price.coefficient == 0)
        return 0;
    return o->time_in_force != BOTHY_TIF_GTD || o->expire_ns > 0;
}

static int32_t orders_submit(const struct bothy_host *host,
                             const struct bothy_order_request *request)
{
    struct services *services = services_of(host);
    struct bothy_order_request order;
    int32_t r = services_require(services, SERVICES_STARTED);

    if (r < 0)
        return r;
    if (take_sized(request, &order, sizeof order, sizeof order) < 0 || !is_order(&order))
        return services_wrong(services);
    if (!is_own(services, order.instrument))
        return BOTHY_ENOENT;
    return services_write(services, WIRE_R_ORDER, &order, sizeof order);
}

static int32_t orders_cancel(const struct bothy_host *host, uint64_t order_id)
{
    struct services *services = services_of(host);
    int32_t r = services_require(services, SERVICES_STARTED);

    if (r < 0)
        return r;
    if (order_id == 0)
        return services_wrong(services);
    return services_write(services, WIRE_R_CANCEL, &order_id, sizeof order_id);
}

static const struct bothy_orders_service orders_service = {
    .size = sizeof orders_service,
    .submit = orders_submit,
    .cancel = orders_cancel,
};

static int32_t positions_get(const struct bothy_host *host, uint32_t instrument,
                             struct bothy_position *ret_position)
{
    struct services *services = services_of(host);
    const struct services_interest *interest = services_interest(services, instrument);
    int32_t r = services_require(services, SERVICES_STARTED);

    if (r < 0)
        return r;
    if (!interest || !interest->positions)
        return BOTHY_ENOENT;
    *ret_position = interest->position;
    return 0;
}

static const struct bothy_positions_service positions_service = {
    .size = sizeof positions_service,
    .get = positions_get,
};

/* ---- state, notify ---- */

static int32_t state_save(const struct bothy_host *host, const void *data, size_t length)
{
    struct services *services = services_of(host);
    int32_t r = services_require(services, SERVICES_STARTED);

    if (r < 0)
        return r;
    if (length > BOTHY_STATE_MAX || (length && !data))
        return services_wrong(services);
    return services_write(services, WIRE_R_STATE, data, length);
}

static const struct bothy_state_service state_service = {
    .size = sizeof state_service,
    .save = state_save,
};

static int32_t notify_send(const struct bothy_host *host, int32_t level, const char *text)
{
    struct services *services = services_of(host);
    struct wire_text record = { .code = level };
    int32_t r = services_require(services, SERVICES_STARTED);

    if (r < 0)
        return r;
    if (!text || level < BOTHY_LOG_DEBUG || level > BOTHY_LOG_PANIC)
        return services_wrong(services);
    snprintf(record.text, sizeof record.text, "%s", text);
    return services_write(services, WIRE_R_NOTIFY, &record, sizeof record);
}

static const struct bothy_notify_service notify_service = {
    .size = sizeof notify_service,
    .send = notify_send,
};

const void *services_find_trading(const char *service)
{
    static const struct {
        const char *name;
        const void *table;
    } tables[] = {
        { BOTHY_SUBSCRIPTIONS_1, &subscriptions_service },
        { BOTHY_TIMERS_1, &timers_service },
        { BOTHY_SIGNALS_1, &signals_service },
        { BOTHY_ORDERS_1, &orders_service },
        { BOTHY_POSITIONS_1, &positions_service },
        { BOTHY_STATE_1, &state_service },
        { BOTHY_NOTIFY_1, &notify_service },
    };

    for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
        if (strcmp(tables[i].name, service) == 0)
            return tables[i].table;
    }
    return NULL;
}
