/*
 * Orders: their states, and the groups that belong together.
 *
 *     NEW ─▶ COMMITTED ─▶ SENT ─▶ ACKED ─▶ PARTIAL ─▶ FILLED | CANCELLED | REJECTED | EXPIRED
 *      │         │                                    NEVER_SENT
 *      │         └ durable(n) came: only now it may go to the venue
 *      └ recorded as n; it goes no further until the store says durable(n)
 *
 * A signal's group is an entry, a stop and one or two targets. All are recorded at once. The
 * exits wait for the entry's first fill, go to the venue with it, and reduce only; the first that
 * takes the position out cancels the others. An entry that ends early leaves exits for what came
 * in, or none. Each change is recorded and told to the bot.
 */
#include "core/state.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int orders_final(uint32_t state)
{
    return state == BOTHY_ORDER_FILLED || state == BOTHY_ORDER_CANCELLED ||
           state == BOTHY_ORDER_REJECTED || state == BOTHY_ORDER_EXPIRED ||
           state == BOTHY_ORDER_NEVER_SENT;
}

struct order_entry *orders_find(const struct core *core, uint64_t order_id)
{
    size_t low = 0, high = core->order_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (core->orders[middle].order.order.order_id < order_id)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == core->order_count || core->orders[low].order.order.order_id != order_id)
        return NULL;
    return &core->orders[low];
}

static struct order_entry *add_entry(struct core *core)
{
    if (core->order_count == core->order_capacity) {
        size_t capacity = core->order_capacity ? 2 * core->order_capacity : 64;
        struct order_entry *orders = realloc(core->orders, capacity * sizeof *orders);

        if (!orders)
            return NULL;
        core->orders = orders;
        core->order_capacity = capacity;
    }
    memset(&core->orders[core->order_count], 0, sizeof *core->orders);
    return &core->orders[core->order_count++];
}

static void tell(struct core *core, struct order_entry *entry)
{
    const struct bot *bot = &core->bots[entry->bot];
    const struct instrument *in = market_instrument(core, entry->instrument);
    union event_room room;

    entry->record_n = output_record(core, RECORD_ORDER, bot, in, entry->order.order.correlation,
                                    &entry->order, sizeof entry->order);
    output_report(core, entry->bot,
                  event_begin(&room, BOTHY_EVENT_ORDER, entry->instrument, in->venue, core->now_ns,
                              &entry->order.order, sizeof entry->order.order));
}

/* The half that leaves at the first target; 0 if the lot does not permit halves. */
static int halve(const struct instrument *in, struct bothy_decimal quantity,
                 struct bothy_decimal *ret_half, struct bothy_decimal *ret_rest)
{
    return bothy_decimal_multiply(quantity, bothy_decimal_make(5, -1), ret_half) == 0 &&
           bothy_decimal_round_to_step(*ret_half, in->definition.lot_size, BOTHY_ROUND_DOWN,
                                       ret_half) == 0 &&
           bothy_decimal_sign(*ret_half) > 0 &&
           bothy_decimal_subtract(quantity, *ret_half, ret_rest) == 0;
}

/* An entry ended with a part of its size: its exits cover that part. */
static void fit_exits(struct core *core, const struct order_entry *parent)
{
    const struct instrument *in = market_instrument(core, parent->instrument);
    struct bothy_decimal all = parent->order.order.filled, half = all, rest = all;
    uint32_t targets = 0, seen = 0;

    for (size_t i = 0; i < core->order_count; i++) {
        const struct order_entry *entry = &core->orders[i];

        targets += entry->order.parent_id == parent->order.order.order_id &&
                   entry->order.order.type == BOTHY_ORDER_TYPE_LIMIT &&
                   !orders_final(entry->order.order.state);
    }
    if (targets > 1 && !halve(in, all, &half, &rest)) {
        half = all;
        rest = bothy_decimal_zero();
    }
    for (size_t i = 0; i < core->order_count; i++) {
        struct order_entry *entry = &core->orders[i];
        struct bothy_order *order = &entry->order.order;

        if (entry->order.parent_id != parent->order.order.order_id || orders_final(order->state))
            continue;
        order->quantity = order->type != BOTHY_ORDER_TYPE_LIMIT ? all : seen++ == 0 ? half : rest;
        if (bothy_decimal_sign(order->quantity) > 0)
            tell(core, entry);
        else
            orders_set(core, entry,
                       entry->at_venue ? BOTHY_ORDER_CANCELLED : BOTHY_ORDER_NEVER_SENT, "GROUP",
                       "too little came in for two targets");
    }
}

void orders_end_entry(struct core *core, const struct order_entry *exit)
{
    struct order_entry *parent =
        exit->order.parent_id ? orders_find(core, exit->order.parent_id) : NULL;

    if (parent && !orders_final(parent->order.order.state))
        orders_set(core, parent, BOTHY_ORDER_CANCELLED, "GROUP", "an exit was reached first");
}

void orders_set(struct core *core, struct order_entry *entry, uint32_t state, const char *code,
                const char *text)
{
    struct bothy_order *order = &entry->order.order;

    order->state = state;
    snprintf(order->code, sizeof order->code, "%s", code);
    snprintf(order->text, sizeof order->text, "%s", text);
    if (orders_final(state)) {
        entry->at_venue = 0;
        core->orders_ended++;
    }
    tell(core, entry);
    /* The end of a group's entry decides on its exits. */
    if (orders_final(state) && state != BOTHY_ORDER_FILLED && entry->order.group_id &&
        !entry->order.parent_id) {
        if (bothy_decimal_sign(order->filled) == 0)
            orders_cancel_group(core, entry->order.group_id, "the entry ended without a fill");
        else
            fit_exits(core, entry);
    }
}

struct order_entry *orders_add(struct core *core, struct bot *bot,
                               const struct bothy_order_request *request, uint64_t group_id,
                               uint64_t parent_id)
{
    struct order_entry *entry = add_entry(core);
    struct bothy_order *order;

    if (!entry)
        return NULL;
    entry->bot = bot->number;
    entry->instrument = request->instrument;
    entry->waits_for_parent = parent_id != 0;
    entry->filled_cost = bothy_decimal_zero();
    if (request->time_in_force == BOTHY_TIF_GTD) {
        entry->expire_ns = request->expire_ns;
        if (request->expire_ns < core->next_expire_ns)
            core->next_expire_ns = request->expire_ns;
    }
    entry->order.group_id = group_id;
    entry->order.parent_id = parent_id;
    entry->order.created_ns = core->now_ns;
    order = &entry->order.order;
    order->order_id = ++core->next_order_id;
    order->tag = request->tag;
    order->state = BOTHY_ORDER_NEW;
    order->side = request->side;
    order->type = request->type;
    order->time_in_force = request->time_in_force;
    order->flags = request->flags;
    order->quantity = request->quantity;
    order->price = request->price;
    order->stop_price = request->stop_price;
    memcpy(order->correlation, request->correlation, sizeof order->correlation);
    snprintf(order->client_order_id, sizeof order->client_order_id, "b%010llx%02x%08llx",
             (unsigned long long)(core->epoch & UINT64_C(0xffffffffff)), bot->number & 0xff,
             (unsigned long long)order->order_id);
    bot->orders++;
    return entry;
}

/* A refused intent leaves an order too, REJECTED with its code: every intent ends in a state. */
static void reject(struct core *core, struct bot *bot, const struct bothy_order_request *request,
                   const struct refusal *refusal)
{
    struct order_entry *entry = orders_add(core, bot, request, 0, 0);

    if (!entry)
        return;
    bot->orders--;
    bot->refused++;
    orders_set(core, entry, BOTHY_ORDER_REJECTED, refusal->code, refusal->text);
    output_note(core, BOTHY_LOG_WARNING, bot, refusal->code, request->correlation,
                "order on %s refused: %s: %s", market_instrument(core, request->instrument)->symbol,
                refusal->code, refusal->text);
}

static int is_decimal(struct bothy_decimal value)
{
    return value.exponent >= BOTHY_DECIMAL_EXPONENT_MIN &&
           value.exponent <= BOTHY_DECIMAL_EXPONENT_MAX;
}

int32_t core_order(struct core *core, uint32_t number, const struct bothy_order_request *given)
{
    static const uint8_t none[16];
    struct bothy_order_request request = *given;
    struct refusal refusal;
    struct order_entry *entry;
    struct bot *bot;

    if (number >= core->bot_count || request.size != sizeof request ||
        !market_instrument(core, request.instrument) ||
        (request.side != BOTHY_SIDE_BUY && request.side != BOTHY_SIDE_SELL) ||
        request.type < BOTHY_ORDER_TYPE_MARKET || request.type > BOTHY_ORDER_TYPE_TAKE_PROFIT ||
        request.time_in_force < BOTHY_TIF_GTC || request.time_in_force > BOTHY_TIF_GTD ||
        !is_decimal(request.quantity) || !is_decimal(request.price) ||
        !is_decimal(request.stop_price))
        return BOTHY_EPROTO;
    past_sweep_orders(core);
    bot = &core->bots[number];
    if (memcmp(request.correlation, none, sizeof none) == 0)
        output_new_correlation(core, request.correlation);
    if (gate_check(core, bot, &request, &refusal) < 0) {
        reject(core, bot, &request, &refusal);
        return 0;
    }
    entry = orders_add(core, bot, &request, 0, 0);
    if (!entry)
        return BOTHY_ENOMEM;
    tell(core, entry);
    return 0;
}

/* ---- groups of a signal ---- */

static int to_tick(double price, struct bothy_decimal tick, int32_t rounding,
                   struct bothy_decimal *ret_price)
{
    struct bothy_decimal fine;

    return bothy_decimal_from_double(price, bothy_decimal_normalise(tick).exponent - 4,
                                     BOTHY_ROUND_HALF_EVEN, &fine) == 0 &&
           bothy_decimal_round_to_step(fine, tick, rounding, ret_price) == 0 &&
           bothy_decimal_sign(*ret_price) > 0;
}

/*
 * Quantity such that the stop loses risk_pct of the equity: equity × risk_pct / 100 / |entry −
 * stop| / contract size, floored to the lot, not above max_position_pct of the equity nor the
 * granted notional.
 */
static int size_by_risk(const struct core *core, const struct bot *bot, const struct instrument *in,
                        const struct core_risk *risk, struct bothy_decimal entry,
                        struct bothy_decimal stop, struct bothy_decimal *ret_quantity)
{
    const struct bothy_decimal hundredth = { 1, -2, 0 };
    const struct bothy_decimal contract = in->definition.contract_size;
    struct bothy_decimal cash, equity, amount, distance, quantity, most, limit;
    int32_t exponent = bothy_decimal_normalise(in->definition.lot_size).exponent;

    core_equity(core, &cash, &equity);
    if (bothy_decimal_subtract(entry, stop, &distance) < 0 ||
        bothy_decimal_absolute(distance, &distance) < 0 || bothy_decimal_sign(distance) <= 0 ||
        bothy_decimal_multiply(distance, contract, &distance) < 0 ||
        bothy_decimal_multiply(entry, contract, &entry) < 0 ||
        bothy_decimal_multiply_to(equity, risk->risk_pct, -8, BOTHY_ROUND_DOWN, &amount) < 0 ||
        bothy_decimal_multiply_to(amount, hundredth, -8, BOTHY_ROUND_DOWN, &amount) < 0 ||
        bothy_decimal_divide(amount, distance, exponent, BOTHY_ROUND_DOWN, &quantity) < 0)
        return 0;
    if (bothy_decimal_multiply_to(equity, risk->max_position_pct, -8, BOTHY_ROUND_DOWN, &limit) <
            0 ||
        bothy_decimal_multiply_to(limit, hundredth, -8, BOTHY_ROUND_DOWN, &limit) < 0)
        return 0;
    if (bothy_decimal_compare(bot->conf.max_notional, limit) < 0)
        limit = bot->conf.max_notional;
    if (bothy_decimal_divide(limit, entry, exponent, BOTHY_ROUND_DOWN, &most) < 0)
        return 0;
    if (bothy_decimal_compare(quantity, most) > 0)
        quantity = most;
    return bothy_decimal_round_to_step(quantity, in->definition.lot_size, BOTHY_ROUND_DOWN,
                                       ret_quantity) == 0;
}

static struct order_entry *add_exit(struct core *core, struct bot *bot,
                                    const struct bothy_order_request *entry, uint32_t type,
                                    struct bothy_decimal price, struct bothy_decimal quantity,
                                    uint64_t group_id, uint64_t parent_id)
{
    struct bothy_order_request exit = *entry;
    struct order_entry *added;

    exit.side = entry->side == BOTHY_SIDE_BUY ? BOTHY_SIDE_SELL : BOTHY_SIDE_BUY;
    exit.type = type;
    exit.flags = BOTHY_ORDER_FLAG_REDUCE_ONLY;
    exit.time_in_force = BOTHY_TIF_GTC;
    exit.quantity = quantity;
    exit.price = type == BOTHY_ORDER_TYPE_LIMIT ? price : bothy_decimal_zero();
    exit.stop_price = type == BOTHY_ORDER_TYPE_LIMIT ? bothy_decimal_zero() : price;
    added = orders_add(core, bot, &exit, group_id, parent_id);
    if (added)
        tell(core, added);
    return added;
}

static void add_exits(struct core *core, struct bot *bot, const struct bothy_order_request *entry,
                      struct bothy_decimal stop, struct bothy_decimal tp1, struct bothy_decimal tp2,
                      int has_tp2, uint64_t group_id, uint64_t parent_id)
{
    const struct instrument *in = market_instrument(core, entry->instrument);
    struct bothy_decimal half = entry->quantity, rest;

    add_exit(core, bot, entry, BOTHY_ORDER_TYPE_STOP, stop, entry->quantity, group_id, parent_id);
    if (core->exit_model == CORE_EXIT_TP2 && has_tp2) {
        add_exit(core, bot, entry, BOTHY_ORDER_TYPE_LIMIT, tp2, entry->quantity, group_id,
                 parent_id);
        return;
    }
    if (core->exit_model == CORE_EXIT_HALF_TP1_BE && has_tp2 &&
        halve(in, entry->quantity, &half, &rest)) {
        add_exit(core, bot, entry, BOTHY_ORDER_TYPE_LIMIT, tp1, half, group_id, parent_id);
        add_exit(core, bot, entry, BOTHY_ORDER_TYPE_LIMIT, tp2, rest, group_id, parent_id);
        return;
    }
    add_exit(core, bot, entry, BOTHY_ORDER_TYPE_LIMIT, tp1, entry->quantity, group_id, parent_id);
}

void orders_from_signal(struct core *core, struct bot *bot, const struct signal_entry *from)
{
    const struct bothy_signal signal = from->signal;
    struct instrument *in = market_instrument(core, signal.instrument);
    const struct core_bot_symbol *symbol = bot_symbol(bot, signal.instrument, NULL);
    struct bothy_decimal tick = in->definition.tick_size;
    int buy = signal.direction > 0;
    struct bothy_decimal entry_price, stop, tp1, tp2 = bothy_decimal_zero();
    struct bothy_order_request request = { .size = sizeof request };
    struct order_entry *entry;
    struct refusal refusal;
    uint64_t group_id, parent_id;
    int has_tp2;

    request.instrument = signal.instrument;
    request.side = buy ? BOTHY_SIDE_BUY : BOTHY_SIDE_SELL;
    request.type = BOTHY_ORDER_TYPE_MARKET;
    request.time_in_force = BOTHY_TIF_GTC;
    request.tag = from->id;
    memcpy(request.correlation, signal.correlation, sizeof request.correlation);
    /* Stops round towards the entry, targets too: never a larger loss than was meant. */
    if (!in->defined || !to_tick(signal.entry, tick, BOTHY_ROUND_HALF_EVEN, &entry_price) ||
        !to_tick(signal.stop_loss, tick, buy ? BOTHY_ROUND_CEILING : BOTHY_ROUND_FLOOR, &stop) ||
        !to_tick(signal.take_profit_1, tick, buy ? BOTHY_ROUND_FLOOR : BOTHY_ROUND_CEILING, &tp1) ||
        bothy_decimal_compare(entry_price, stop) != (buy ? 1 : -1) ||
        bothy_decimal_compare(tp1, entry_price) != (buy ? 1 : -1) ||
        !size_by_risk(core, bot, in, &symbol->risk, entry_price, stop, &request.quantity)) {
        gate_refuse(&refusal, "LEVELS_NOT_ON_TICK", "entry, stop and targets fall together");
        reject(core, bot, &request, &refusal);
        return;
    }
    has_tp2 =
        signal.take_profit_2 > 0 &&
        to_tick(signal.take_profit_2, tick, buy ? BOTHY_ROUND_FLOOR : BOTHY_ROUND_CEILING, &tp2);
    if (gate_check(core, bot, &request, &refusal) < 0) {
        reject(core, bot, &request, &refusal);
        return;
    }
    group_id = ++core->next_group_id;
    entry = orders_add(core, bot, &request, group_id, 0);
    if (!entry)
        return;
    parent_id = entry->order.order.order_id;
    tell(core, entry);
    add_exits(core, bot, &request, stop, tp1, tp2, has_tp2, group_id, parent_id);
}

/* ---- the way to the venue ---- */

static void send(struct core *core, struct order_entry *entry)
{
    entry->at_venue = 1;
    entry->sent_ns = core->now_ns;
    entry->fifo = ++core->next_fifo;
    orders_set(core, entry, BOTHY_ORDER_SENT, "", "");
    orders_set(core, entry, BOTHY_ORDER_ACKED, "", "");
}

void core_durable(struct core *core, uint64_t n)
{
    if (n > core->durable)
        core->durable = n;
    /* All of them first: what is sent below may be filled at once, and its exits follow it. */
    for (size_t i = 0; i < core->order_count; i++) {
        struct order_entry *entry = &core->orders[i];

        if (entry->order.order.state == BOTHY_ORDER_NEW && entry->record_n <= core->durable)
            orders_set(core, entry, BOTHY_ORDER_COMMITTED, "", "");
    }
    for (size_t i = 0; i < core->order_count; i++) {
        struct order_entry *entry = &core->orders[i];
        struct refusal refusal;

        if (entry->order.order.state != BOTHY_ORDER_COMMITTED || entry->waits_for_parent)
            continue;
        if (gate_recheck(core, &core->bots[entry->bot], market_instrument(core, entry->instrument),
                         entry->order.order.flags, &refusal) < 0) {
            orders_set(core, entry, BOTHY_ORDER_NEVER_SENT, refusal.code, refusal.text);
            continue;
        }
        send(core, entry);
        paper_accept(core, entry);
    }
    past_sweep_orders(core);
}

uint64_t core_undurable(const struct core *core)
{
    uint64_t waiting = 0;

    for (size_t i = 0; i < core->order_count; i++)
        waiting += core->orders[i].order.order.state == BOTHY_ORDER_NEW;
    return waiting;
}

void orders_expire(struct core *core)
{
    if (core->now_ns <= core->next_expire_ns)
        return;
    core->next_expire_ns = INT64_MAX;
    for (size_t i = 0; i < core->order_count; i++) {
        struct order_entry *entry = &core->orders[i];

        if (entry->order.order.time_in_force != BOTHY_TIF_GTD ||
            orders_final(entry->order.order.state))
            continue;
        if (entry->expire_ns < core->now_ns)
            orders_set(core, entry, entry->at_venue ? BOTHY_ORDER_EXPIRED : BOTHY_ORDER_NEVER_SENT,
                       "EXPIRED", "its time is over");
        else if (entry->expire_ns < core->next_expire_ns)
            core->next_expire_ns = entry->expire_ns;
    }
}

/* ---- fills, and what follows from them ---- */

/* ts_ns: when the entry was filled; on bars that is earlier than now, and its exits live since. */
static void release_exits(struct core *core, uint64_t parent_id, int64_t ts_ns)
{
    for (size_t i = 0; i < core->order_count; i++) {
        struct order_entry *entry = &core->orders[i];

        if (entry->order.parent_id != parent_id || !entry->waits_for_parent)
            continue;
        entry->waits_for_parent = 0;
        if (entry->order.order.state != BOTHY_ORDER_COMMITTED)
            continue; /* its own record is not durable yet: core_durable() sends it */
        send(core, entry);
        entry->sent_ns = ts_ns;
    }
}

/* 1 if the order can still be ended by us: what may be at a venue unknown to us cannot. */
static int can_end(const struct order_entry *entry)
{
    return !orders_final(entry->order.order.state) &&
           entry->order.order.state != BOTHY_ORDER_UNKNOWN;
}

static void end(struct core *core, struct order_entry *entry, const char *code, const char *why)
{
    orders_set(core, entry, entry->at_venue ? BOTHY_ORDER_CANCELLED : BOTHY_ORDER_NEVER_SENT, code,
               why);
}

void orders_cancel_group(struct core *core, uint64_t group_id, const char *why)
{
    for (size_t i = 0; i < core->order_count; i++) {
        if (core->orders[i].order.group_id == group_id && can_end(&core->orders[i]))
            end(core, &core->orders[i], "GROUP", why);
    }
}

void orders_close_signal(struct core *core, const struct signal_entry *signal)
{
    struct bothy_order_request request = { .size = sizeof request };
    struct bothy_decimal left = bothy_decimal_zero();
    struct order_entry *parent = NULL, *added;
    uint64_t group_id, parent_id;

    for (size_t i = 0; i < core->order_count; i++) {
        struct order_entry *entry = &core->orders[i];

        if (entry->order.group_id == 0 ||
            memcmp(entry->order.order.correlation, signal->signal.correlation,
                   sizeof signal->signal.correlation) != 0)
            continue;
        if (!entry->order.parent_id) {
            parent = entry;
            left = entry->order.order.filled;
        } else if (bothy_decimal_subtract(left, entry->order.order.filled, &left) < 0) {
            return;
        }
    }
    if (!parent)
        return;
    group_id = parent->order.group_id;
    parent_id = parent->order.order.order_id;
    if (can_end(parent))
        end(core, parent, "EXPIRED", "its signal is too old");
    if (bothy_decimal_sign(left) <= 0)
        return;
    /* Its stop stays until this is filled; whichever is first cancels the other. */
    request.instrument = signal->instrument;
    request.tag = signal->id;
    request.side = signal->signal.direction > 0 ? BOTHY_SIDE_SELL : BOTHY_SIDE_BUY;
    request.type = BOTHY_ORDER_TYPE_MARKET;
    request.time_in_force = BOTHY_TIF_GTC;
    request.flags = BOTHY_ORDER_FLAG_REDUCE_ONLY;
    request.quantity = left;
    memcpy(request.correlation, signal->signal.correlation, sizeof request.correlation);
    added = orders_add(core, &core->bots[signal->bot], &request, group_id, parent_id);
    if (added) {
        added->waits_for_parent = 0;
        tell(core, added);
    }
}

void orders_cancel_entries(struct core *core, uint32_t bot, const char *code, const char *why)
{
    for (size_t i = 0; i < core->order_count; i++) {
        struct order_entry *entry = &core->orders[i];

        /* Exits stay: a position without its stop is worse than an order without its bot. */
        if ((bot == UINT32_MAX || entry->bot == bot) && can_end(entry) &&
            !(entry->order.order.flags & BOTHY_ORDER_FLAG_REDUCE_ONLY))
            end(core, entry, code, why);
    }
}

/* A position that is closed, or turned round, leaves no orders that could only reduce it. */
static void cancel_pointless(struct core *core, uint32_t bot, uint32_t instrument)
{
    const struct ledger_entry *position = ledger_find(&core->ledger, bot, instrument);
    int sign = position ? bothy_decimal_sign(ledger_quantity(position)) : 0;

    for (size_t i = 0; i < core->order_count; i++) {
        struct order_entry *entry = &core->orders[i];

        if (entry->bot == bot && entry->instrument == instrument && can_end(entry) &&
            (entry->order.order.flags & BOTHY_ORDER_FLAG_REDUCE_ONLY) && !entry->waits_for_parent &&
            sign != (entry->order.order.side == BOTHY_SIDE_BUY ? -1 : 1))
            end(core, entry, "NOTHING_TO_REDUCE", "the position is closed");
    }
}

/* An exit took part of the position: what is left of the group covers no more than is left. */
static void shrink_group(struct core *core, const struct order_entry *filled, int64_t ts_ns)
{
    uint64_t group_id = filled->order.group_id;
    uint64_t filled_id = filled->order.order.order_id;
    int was_stop = filled->order.order.type == BOTHY_ORDER_TYPE_STOP;
    struct bothy_decimal quantity = filled->order.order.quantity;
    struct order_entry *parent = orders_find(core, filled->order.parent_id);

    for (size_t i = 0; i < core->order_count; i++) {
        struct order_entry *entry = &core->orders[i];
        struct bothy_order *order = &entry->order.order;
        struct bothy_decimal left;

        if (entry->order.group_id != group_id || order->order_id == filled_id ||
            orders_final(order->state) || order->type != BOTHY_ORDER_TYPE_STOP)
            continue;
        if (bothy_decimal_subtract(order->quantity, quantity, &left) == 0 &&
            bothy_decimal_sign(left) > 0 && !was_stop) {
            /* Half is out at the first target: the stop goes to the entry. */
            order->quantity = left;
            entry->sent_ns = ts_ns;
            if (parent && bothy_decimal_sign(parent->order.order.average_price) > 0)
                bothy_decimal_round_to_step(
                    parent->order.order.average_price,
                    market_instrument(core, entry->instrument)->definition.tick_size,
                    BOTHY_ROUND_HALF_EVEN, &order->stop_price);
            tell(core, entry);
            return;
        }
    }
    orders_cancel_group(core, group_id, "another exit of the group was filled");
}

static void report_fill(struct core *core, struct order_entry *entry, const struct bothy_fill *fill,
                        int64_t ts_ns)
{
    struct bot *bot = &core->bots[entry->bot];
    struct instrument *in = market_instrument(core, entry->instrument);
    struct ledger_entry *position =
        ledger_get(&core->ledger, entry->bot, entry->instrument, &in->definition);
    struct bothy_decimal mark = bothy_decimal_zero();
    struct bothy_position view;
    union event_room room;
    int has_mark;

    output_record(core, RECORD_FILL, bot, in, fill->correlation, fill, sizeof *fill);
    output_report(core, entry->bot,
                  event_begin(&room, BOTHY_EVENT_FILL, entry->instrument, in->venue, ts_ns, fill,
                              sizeof *fill));
    has_mark = market_closing_price(in, bothy_decimal_sign(ledger_quantity(position)), &mark);
    ledger_position(position, mark, has_mark, &view);
    output_record(core, RECORD_POSITION, bot, in, fill->correlation, &view, sizeof view);
    output_report(core, entry->bot,
                  event_begin(&room, BOTHY_EVENT_POSITION, entry->instrument, in->venue,
                              core->now_ns, &view, sizeof view));
}

void orders_fill(struct core *core, struct order_entry *entry, struct bothy_decimal price,
                 struct bothy_decimal quantity, int maker, int64_t ts_ns)
{
    struct bothy_order *order = &entry->order.order;
    struct bot *bot = &core->bots[entry->bot];
    struct instrument *in = market_instrument(core, entry->instrument);
    struct ledger_entry *position =
        ledger_get(&core->ledger, entry->bot, entry->instrument, &in->definition);
    struct bothy_decimal rate = maker ? in->definition.maker_fee : in->definition.taker_fee;
    struct bothy_fill fill = { .order_id = order->order_id,
                               .tag = order->tag,
                               .side = order->side };
    struct bothy_decimal notional = bothy_decimal_zero(), value, cost, filled;
    uint64_t order_id = order->order_id;
    int done;

    fill.fill_id = ++core->next_fill_id;
    fill.flags = maker ? BOTHY_FILL_MAKER : 0;
    fill.price = price;
    fill.quantity = quantity;
    memcpy(fill.correlation, order->correlation, sizeof fill.correlation);
    memcpy(fill.fee_currency,
           in->definition.settle[0] ? in->definition.settle : in->definition.quote,
           sizeof fill.fee_currency);
    if (!position ||
        bothy_decimal_multiply_to(price, quantity, -12, BOTHY_ROUND_HALF_EVEN, &notional) < 0 ||
        bothy_decimal_multiply_to(notional, in->definition.contract_size, -12,
                                  BOTHY_ROUND_HALF_EVEN, &value) < 0 ||
        bothy_decimal_multiply_to(value, rate, LEDGER_FEE_EXPONENT, BOTHY_ROUND_HALF_EVEN,
                                  &fill.fee) < 0 ||
        bothy_decimal_add(order->filled, quantity, &filled) < 0 ||
        ledger_fill(position, order->side, price, quantity, fill.fee) < 0) {
        entry->at_venue = 0;
        orders_set(core, entry, BOTHY_ORDER_UNKNOWN, "FILL_NOT_BOOKED",
                   "filled, but not in the ledger");
        core_kill(core, 1, "a fill could not be booked");
        output_note(core, BOTHY_LOG_PANIC, bot, "FILL_NOT_BOOKED", order->correlation,
                    "a fill on %s does not fit into the ledger: trading stops", in->symbol);
        return;
    }
    bot->fills++;
    order->filled = filled;
    if (bothy_decimal_add(entry->filled_cost, notional, &cost) == 0) {
        entry->filled_cost = cost;
        bothy_decimal_divide(cost, order->filled,
                             bothy_decimal_normalise(in->definition.tick_size).exponent - 3,
                             BOTHY_ROUND_HALF_EVEN, &order->average_price);
    }
    done = bothy_decimal_compare(order->filled, order->quantity) >= 0;
    orders_set(core, entry, done ? BOTHY_ORDER_FILLED : BOTHY_ORDER_PARTIAL, "", "");
    entry = orders_find(core, order_id);
    report_fill(core, entry, &fill, ts_ns);
    {
        TEXT_DECIMAL(price_text, price);
        TEXT_DECIMAL(quantity_text, quantity);
        output_note(core, BOTHY_LOG_NOTICE, bot, "FILL", fill.correlation, "%s %s %s at %s",
                    bothy_side_name(fill.side), quantity_text, in->symbol, price_text);
    }
    if (entry->order.parent_id && done)
        shrink_group(core, entry, ts_ns);
    else if (entry->order.group_id && !entry->order.parent_id)
        release_exits(core, order_id, ts_ns);
    cancel_pointless(core, entry->bot, entry->instrument);
}

int32_t core_cancel(struct core *core, uint32_t bot, uint64_t order_id)
{
    struct order_entry *entry = orders_find(core, order_id);

    if (!entry || entry->bot != bot)
        return 0; /* it may have asked about one that it only believed to exist */
    if (can_end(entry))
        end(core, entry, "CANCELLED", "on the bot's request");
    return 0;
}
