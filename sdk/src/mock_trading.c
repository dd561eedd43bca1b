/*
 * The mock host's services of strategies: subscriptions, timers, signals, orders, positions,
 * state. The rules are those of the daemon's runner; what keeps them is recorded.
 */
#include "mock_internal.h"

#include <stdlib.h>
#include <string.h>

#define HISTORY_FEEDS (BOTHY_FEED_BARS | BOTHY_FEED_FUNDING | BOTHY_FEED_OPEN_INTEREST)
#define WARMING_MAX   4096

/* ---- subscriptions ---- */

/* Returns what is wrong with a subscription, or NULL. */
static const char *judge_subscription(const struct bothy_subscription *s)
{
    if (s->feeds == 0 || (s->feeds & ~(uint32_t)MOCK_ALL_FEEDS))
        return "feeds";
    if (s->history > BOTHY_HISTORY_MAX || s->book_depth > BOTHY_BOOK_LEVELS_MAX)
        return "history or book_depth beyond its limit";
    if ((s->feeds & (BOTHY_FEED_BARS | BOTHY_FEED_FORMING_BARS)) &&
        (s->timeframe == BOTHY_TF_NONE || s->timeframe >= BOTHY_TF_COUNT))
        return "bars need a timeframe";
    if (s->history && !(s->feeds & HISTORY_FEEDS))
        return "these feeds have no history";
    if (s->instrument == 0 && s->feeds != BOTHY_FEED_SIGNALS)
        return "instrument 0 is for signals alone";
    return NULL;
}

/* A subscription has one history: of its bars, else of its rates, else of its samples. */
static int32_t add_warming(struct bothy_mock *mock, uint32_t symbol,
                           const struct bothy_subscription *s)
{
    struct mock_warming warming = { .symbol = symbol };
    struct mock_warming *grown;

    if (mock->warming_count == WARMING_MAX)
        return BOTHY_ENOMEM;
    grown = realloc(mock->warming, (mock->warming_count + 1) * sizeof *grown);
    if (!grown)
        return BOTHY_ENOMEM;
    mock->warming = grown;
    if (s->feeds & BOTHY_FEED_BARS) {
        warming.feeds = BOTHY_FEED_BARS | BOTHY_FEED_FORMING_BARS;
        warming.timeframe = s->timeframe;
        mock->symbols[symbol].past_bars |= 1u << s->timeframe;
    } else {
        warming.feeds =
            s->feeds & BOTHY_FEED_FUNDING ? BOTHY_FEED_FUNDING : BOTHY_FEED_OPEN_INTEREST;
    }
    mock->symbols[symbol].past |= warming.feeds;
    grown[mock->warming_count++] = warming;
    return 0;
}

static int32_t subscribe(const struct bothy_host *host, const struct bothy_subscription *wanted)
{
    struct bothy_mock *mock = mock_of(host);
    struct mock_symbol *to;
    const char *wrong;
    uint32_t symbol;
    int32_t r = mock_require(mock, MOCK_FROM_START, "subscriptions.subscribe");

    if (r < 0)
        return r;
    if (!wanted || wanted->size != sizeof *wanted)
        return mock_fault(mock, BOTHY_EINVAL, "subscriptions.subscribe: size is not set");
    wrong = judge_subscription(wanted);
    if (wrong)
        return mock_fault(mock, BOTHY_EINVAL, "subscriptions.subscribe: %s", wrong);
    symbol = mock_symbol_of(mock, wanted->instrument);
    if (wanted->instrument != 0 && symbol == UINT32_MAX)
        return mock_fault(mock, BOTHY_ENOENT,
                          "subscriptions.subscribe: %u is not an instrument of "
                          "this bot",
                          (unsigned)wanted->instrument);
    r = mock_hand_over(mock);
    if (r < 0)
        return r;
    if (!mock_list_add(&mock->subscriptions, wanted, sizeof *wanted))
        return BOTHY_ENOMEM;
    if (wanted->instrument == 0) {
        mock->signals_of_all = 1;
        return 0;
    }
    to = &mock->symbols[symbol];
    to->feeds |= wanted->feeds;
    if (wanted->feeds & BOTHY_FEED_BARS)
        to->bars |= 1u << wanted->timeframe;
    if (wanted->feeds & BOTHY_FEED_FORMING_BARS)
        to->forming |= 1u << wanted->timeframe;
    return wanted->history ? add_warming(mock, symbol, wanted) : 0;
}

static int32_t unsubscribe(const struct bothy_host *host, uint32_t instrument, uint32_t feeds)
{
    struct bothy_mock *mock = mock_of(host);
    uint32_t symbol = mock_symbol_of(mock, instrument);
    int32_t r = mock_require(mock, MOCK_FROM_START, "subscriptions.unsubscribe");

    if (r < 0)
        return r;
    if (feeds == 0 || (feeds & ~(uint32_t)MOCK_ALL_FEEDS))
        return mock_fault(mock, BOTHY_EINVAL, "subscriptions.unsubscribe: feeds");
    if (instrument != 0 && symbol == UINT32_MAX)
        return mock_fault(mock, BOTHY_ENOENT,
                          "subscriptions.unsubscribe: %u is not an instrument "
                          "of this bot",
                          (unsigned)instrument);
    r = mock_hand_over(mock);
    if (r < 0)
        return r;
    if (instrument == 0) {
        mock->signals_of_all &= !(feeds & BOTHY_FEED_SIGNALS);
        return 0;
    }
    mock->symbols[symbol].feeds &= ~feeds;
    if (feeds & BOTHY_FEED_BARS)
        mock->symbols[symbol].bars = 0;
    if (feeds & BOTHY_FEED_FORMING_BARS)
        mock->symbols[symbol].forming = 0;
    return 0;
}

static const struct bothy_subscriptions_service subscriptions_service = {
    .size = sizeof subscriptions_service,
    .subscribe = subscribe,
    .unsubscribe = unsubscribe,
};

/* ---- timers ---- */

static uint32_t find_timer(const struct bothy_mock *mock, uint64_t id)
{
    uint32_t i = 0;

    while (i < mock->timer_count && mock->timers[i].id != id)
        i++;
    return i;
}

static int32_t timers_set(const struct bothy_host *host, uint64_t id, int64_t due_ns,
                          int64_t interval_ns)
{
    struct bothy_mock *mock = mock_of(host);
    uint32_t at = find_timer(mock, id);
    int32_t r = mock_require(mock, MOCK_FROM_START, "timers.set");

    if (r < 0)
        return r;
    if (due_ns < 0 || interval_ns < 0 || (interval_ns > 0 && interval_ns < BOTHY_NS_PER_MS))
        return mock_fault(mock, BOTHY_EINVAL,
                          "timers.set: times are not negative, intervals 1 ms at least");
    if (at == MOCK_TIMERS_MAX)
        return mock_fault(mock, BOTHY_ENOMEM, "timers.set: more than %d timers", MOCK_TIMERS_MAX);
    r = mock_hand_over(mock);
    if (r < 0)
        return r;
    mock->timers[at] = (struct bothy_mock_timer) { id, due_ns, interval_ns };
    if (at == mock->timer_count)
        mock->timer_count++;
    return 0;
}

static int32_t timers_cancel(const struct bothy_host *host, uint64_t id)
{
    struct bothy_mock *mock = mock_of(host);
    uint32_t at = find_timer(mock, id);
    int32_t r = mock_require(mock, MOCK_FROM_START, "timers.cancel");

    if (r < 0)
        return r;
    if (at == mock->timer_count)
        return BOTHY_ENOENT;
    r = mock_hand_over(mock);
    if (r == 0)
        mock->timers[at] = mock->timers[--mock->timer_count];
    return r;
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
    struct bothy_mock *mock = mock_of(host);
    struct mock_signal kept = { .tag = tag };
    struct bothy_error error = { 0 };
    int32_t r = mock_require(mock, MOCK_FROM_START, "signals.emit");

    if (r < 0)
        return r;
    if (!signal || signal->size != sizeof *signal)
        return mock_fault(mock, BOTHY_EINVAL, "signals.emit: size is not set: bothy_signal_init()");
    kept.signal = *signal;
    if (mock_symbol_of(mock, signal->instrument) == UINT32_MAX)
        return mock_fault(mock, BOTHY_ENOENT, "signals.emit: %u is not an instrument of this bot",
                          (unsigned)signal->instrument);
    if (bothy_signal_validate(&kept.signal, &error) < 0)
        return mock_fault(mock, BOTHY_EINVAL, "signals.emit: %s", error.text);
    r = mock_hand_over(mock);
    if (r == 0 && !mock_list_add(&mock->signals, &kept, sizeof kept))
        r = BOTHY_ENOMEM;
    return r;
}

static const struct bothy_signals_service signals_service = {
    .size = sizeof signals_service,
    .emit = signals_emit,
};

/* ---- orders, positions ---- */

static int is_amount(struct bothy_decimal d)
{
    return d.exponent >= BOTHY_DECIMAL_EXPONENT_MIN && d.exponent <= BOTHY_DECIMAL_EXPONENT_MAX &&
           d.coefficient >= 0;
}

/* Returns what is wrong with an order, or NULL. */
static const char *judge_order(const struct bothy_order_request *o)
{
    int stop = o->type == BOTHY_ORDER_TYPE_STOP || o->type == BOTHY_ORDER_TYPE_TAKE_PROFIT;

    if (o->side != BOTHY_SIDE_BUY && o->side != BOTHY_SIDE_SELL)
        return "side";
    if (o->type < BOTHY_ORDER_TYPE_MARKET || o->type > BOTHY_ORDER_TYPE_TAKE_PROFIT)
        return "type";
    if (o->time_in_force < BOTHY_TIF_GTC || o->time_in_force > BOTHY_TIF_GTD)
        return "time_in_force";
    if (o->flags & ~(uint32_t)(BOTHY_ORDER_FLAG_REDUCE_ONLY | BOTHY_ORDER_FLAG_POST_ONLY))
        return "flags";
    if (!is_amount(o->quantity) || o->quantity.coefficient == 0)
        return "quantity must be above 0";
    if (!is_amount(o->price) || !is_amount(o->stop_price))
        return "a price is negative or no decimal";
    if (o->type == BOTHY_ORDER_TYPE_LIMIT && o->price.coefficient == 0)
        return "a limit order needs a price";
    if (stop && o->stop_price.coefficient == 0)
        return "a stop or take-profit needs a stop_price";
    if (o->time_in_force == BOTHY_TIF_GTD && o->expire_ns <= 0)
        return "GTD needs expire_ns";
    return NULL;
}

static int32_t orders_submit(const struct bothy_host *host,
                             const struct bothy_order_request *request)
{
    struct bothy_mock *mock = mock_of(host);
    struct mock_order kept = { .filled = bothy_decimal_zero() };
    const char *wrong;
    int32_t r = mock_require(mock, MOCK_FROM_START, "orders.submit");

    if (r < 0)
        return r;
    if (!request || request->size != sizeof *request)
        return mock_fault(mock, BOTHY_EINVAL, "orders.submit: size is not set");
    wrong = judge_order(request);
    if (wrong)
        return mock_fault(mock, BOTHY_EINVAL, "orders.submit: %s", wrong);
    if (mock_symbol_of(mock, request->instrument) == UINT32_MAX)
        return mock_fault(mock, BOTHY_ENOENT, "orders.submit: %u is not an instrument of this bot",
                          (unsigned)request->instrument);
    r = mock_hand_over(mock);
    if (r < 0)
        return r;
    kept.request = *request;
    kept.id = mock->order_ids + 1;
    if (!mock_list_add(&mock->orders, &kept, sizeof kept))
        return BOTHY_ENOMEM;
    mock->order_ids++;
    return 0;
}

static int32_t orders_cancel(const struct bothy_host *host, uint64_t order_id)
{
    struct bothy_mock *mock = mock_of(host);
    int32_t r = mock_require(mock, MOCK_FROM_START, "orders.cancel");

    if (r < 0)
        return r;
    if (order_id == 0)
        return mock_fault(mock, BOTHY_EINVAL, "orders.cancel: 0 is the id of no order");
    r = mock_hand_over(mock);
    if (r == 0 && !mock_list_add(&mock->cancels, &order_id, sizeof order_id))
        r = BOTHY_ENOMEM;
    return r;
}

static const struct bothy_orders_service orders_service = {
    .size = sizeof orders_service,
    .submit = orders_submit,
    .cancel = orders_cancel,
};

static int32_t positions_get(const struct bothy_host *host, uint32_t instrument,
                             struct bothy_position *ret_position)
{
    struct bothy_mock *mock = mock_of(host);
    uint32_t symbol = mock_symbol_of(mock, instrument);
    int32_t r = mock_require(mock, MOCK_FROM_START, "positions.get");

    if (r < 0)
        return r;
    if (symbol == UINT32_MAX || !mock->symbols[symbol].has_position)
        return BOTHY_ENOENT;
    *ret_position = mock->symbols[symbol].position;
    return 0;
}

static const struct bothy_positions_service positions_service = {
    .size = sizeof positions_service,
    .get = positions_get,
};

/* ---- state ---- */

static int32_t state_save(const struct bothy_host *host, const void *data, size_t length)
{
    struct bothy_mock *mock = mock_of(host);
    int32_t r = mock_require(mock, MOCK_FROM_START, "state.save");
    void *copy;

    if (r < 0)
        return r;
    if (length > BOTHY_STATE_MAX || (length && !data))
        return mock_fault(mock, BOTHY_EINVAL, "state.save: %zu bytes, %d are allowed", length,
                          BOTHY_STATE_MAX);
    r = mock_hand_over(mock);
    if (r < 0)
        return r;
    copy = malloc(length ? length : 1);
    if (!copy)
        return BOTHY_ENOMEM;
    if (length)
        memcpy(copy, data, length);
    free(mock->state);
    mock->state = copy;
    mock->state_length = length;
    return 0;
}

static const struct bothy_state_service state_service = {
    .size = sizeof state_service,
    .save = state_save,
};

const void *mock_find_trading(const char *service)
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
    };

    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        if (strcmp(tables[i].name, service) == 0)
            return tables[i].table;
    }
    return NULL;
}
