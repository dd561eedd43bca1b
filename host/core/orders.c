/*
 * Orders: their states, and the groups that belong together.
 *
 *     NEW ─▶ COMMITTED ─▶ SENT ─▶ ACKED ─▶ PARTIAL ─▶ FILLED | CANCELLED | REJECTED | EXPIRED
 *      │         │                                    NEVER_SENT
 *      │         └ durable(n) came: only now it may go to the venue
 *      └ recorded as n; it goes no further until the store says durable(n)
 *
 * A signal's group is an entry, a stop and one or two targets. All are recorded at once. The
 * exits wait for the entry's fill, go to the venue with it, and reduce only; the first that
 * takes the position out cancels the others. Each change is recorded and told to the bot.
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
    /* Numbers go up by one with each entry. */
    if (order_id == 0 || order_id > core->order_count)
        return NULL;
    return &core->orders[order_id - 1];
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

void orders_set(struct core *core, struct order_entry *entry, uint32_t state, const char *code,
                const char *text)
{
    struct bothy_order *order = &entry->order.order;

    order->state = state;
    snprintf(order->code, sizeof order->code, "%s", code);
    snprintf(order->text, sizeof order->text, "%s", text);
    if (orders_final(state))
        entry->at_venue = 0;
    tell(core, entry);
    while (core->order_live_from < core->order_count &&
           orders_final(core->orders[core->order_live_from].order.order.state))
        core->order_live_from++;
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
    entry->order.group_id = group_id;
    entry->order.parent_id = parent_id;
    entry->order.created_ns = core->now_ns;
    order = &entry->order.order;
    order->order_id = core->order_count;
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
        request.type < BOTHY_ORDER_TYPE_MARKET || request.type > BOTHY_ORDER_TYPE_TAKE_PROFIT)
        return BOTHY_EPROTO;
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
 * stop|, floored to the lot, not above max_position_pct of the equity nor the granted notional.
 */
static int size_by_risk(const struct core *core, const struct bot *bot, const struct instrument *in,
                        const struct core_risk *risk, struct bothy_decimal entry,
                        struct bothy_decimal stop, struct bothy_decimal *ret_quantity)
{
    const struct bothy_decimal hundredth = { 1, -2, 0 };
    struct bothy_decimal cash, equity, amount, distance, quantity, most, limit;
    int32_t exponent = bothy_decimal_normalise(in->definition.lot_size).exponent;

    core_equity(core, &cash, &equity);
    if (bothy_decimal_subtract(entry, stop, &distance) < 0 ||
        bothy_decimal_absolute(distance, &distance) < 0 || bothy_decimal_sign(distance) <= 0 ||
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
        bothy_decimal_multiply(entry->quantity, bothy_decimal_make(5, -1), &half) == 0 &&
        bothy_decimal_round_to_step(half, in->definition.lot_size, BOTHY_ROUND_DOWN, &half) == 0 &&
        bothy_decimal_sign(half) > 0 && bothy_decimal_subtract(entry->quantity, half, &rest) == 0) {
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
    size_t count = core->order_count;

    if (n > core->durable)
        core->durable = n;
    /* All of them first: what is sent below may be filled at once, and its exits follow it. */
    for (size_t i = core->order_live_from; i < count; i++) {
        struct order_entry *entry = &core->orders[i];

        if (entry->order.order.state == BOTHY_ORDER_NEW && entry->record_n <= core->durable)
            orders_set(core, entry, BOTHY_ORDER_COMMITTED, "", "");
    }
    for (size_t i = core->order_live_from; i < count; i++) {
        struct order_entry *entry = &core->orders[i];
        uint64_t id = entry->order.order.order_id;

        if (entry->order.order.state != BOTHY_ORDER_COMMITTED || entry->waits_for_parent)
            continue;
        send(core, entry);
        paper_accept(core, orders_find(core, id));
    }
}

uint64_t core_undurable(const struct core *core)
{
    uint64_t waiting = 0;

    for (size_t i = core->order_live_from; i < core->order_count; i++)
        waiting += core->orders[i].order.order.state == BOTHY_ORDER_NEW;
    return waiting;
}

/* ---- fills, and what follows from them ---- */

/* ts_ns: when the entry was filled; on bars that is earlier than now, and its exits live since. */
static void release_exits(struct core *core, uint64_t parent_id, int64_t ts_ns)
{
    for (size_t i = parent_id; i < core->order_count; i++) {
        struct order_entry *entry = &core->orders[i];

        if (entry->order.parent_id != parent_id || !entry->waits_for_parent)
            continue;
        entry->waits_for_parent = 0;
        /* One that is not durable yet goes when it is. */
        if (entry->order.order.state == BOTHY_ORDER_COMMITTED) {
            send(core, entry);
            entry->sent_ns = ts_ns;
        }
    }
}

void orders_cancel_group(struct core *core, uint64_t group_id, const char *why)
{
    for (size_t i = core->order_live_from; i < core->order_count; i++) {
        struct order_entry *entry = &core->orders[i];
        uint32_t state = entry->order.order.state;

        if (entry->order.group_id != group_id || orders_final(state))
            continue;
        orders_set(core, entry, entry->at_venue ? BOTHY_ORDER_CANCELLED : BOTHY_ORDER_NEVER_SENT,
                   "GROUP", why);
    }
}

void orders_close_signal(struct core *core, const struct signal_entry *signal)
{
    struct bot *bot = &core->bots[signal->bot];
    struct order_entry *parent = NULL, *added;
    struct bothy_order_request request = { .size = sizeof request };
    struct bothy_decimal left = bothy_decimal_zero();
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
    if (!orders_final(parent->order.order.state))
        orders_set(core, parent, parent->at_venue ? BOTHY_ORDER_CANCELLED : BOTHY_ORDER_NEVER_SENT,
                   "EXPIRED", "its signal is too old");
    if (bothy_decimal_sign(left) <= 0) {
        orders_cancel_group(core, group_id, "its signal is too old");
        return;
    }
    /* Its stop stays until this is filled; whichever is first cancels the other. */
    request.instrument = signal->instrument;
    request.tag = signal->id;
    request.side = signal->signal.direction > 0 ? BOTHY_SIDE_SELL : BOTHY_SIDE_BUY;
    request.type = BOTHY_ORDER_TYPE_MARKET;
    request.time_in_force = BOTHY_TIF_GTC;
    request.flags = BOTHY_ORDER_FLAG_REDUCE_ONLY;
    request.quantity = left;
    memcpy(request.correlation, signal->signal.correlation, sizeof request.correlation);
    added = orders_add(core, bot, &request, group_id, parent_id);
    if (added) {
        added->waits_for_parent = 0;
        tell(core, added);
    }
}

void orders_cancel_bot(struct core *core, uint32_t bot, const char *why)
{
    for (size_t i = core->order_live_from; i < core->order_count; i++) {
        struct order_entry *entry = &core->orders[i];

        /* Exits stay: a position without its stop is worse than an order without its bot. */
        if (entry->bot != bot || orders_final(entry->order.order.state) ||
            (entry->order.order.flags & BOTHY_ORDER_FLAG_REDUCE_ONLY))
            continue;
        orders_set(core, entry, entry->at_venue ? BOTHY_ORDER_CANCELLED : BOTHY_ORDER_NEVER_SENT,
                   "BOT_GONE", why);
    }
}

/* An exit took part of the position: what is left of the group covers no more than is left. */
static void shrink_group(struct core *core, struct order_entry *filled)
{
    uint64_t group_id = filled->order.group_id;
    uint64_t filled_id = filled->order.order.order_id;
    int was_stop = filled->order.order.type == BOTHY_ORDER_TYPE_STOP;
    struct bothy_decimal quantity = filled->order.order.quantity;
    struct order_entry *parent = orders_find(core, filled->order.parent_id);

    for (size_t i = core->order_live_from; i < core->order_count; i++) {
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
    struct bothy_decimal notional = bothy_decimal_zero(), cost, filled;
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
        bothy_decimal_multiply_to(notional, rate, LEDGER_FEE_EXPONENT, BOTHY_ROUND_HALF_EVEN,
                                  &fill.fee) < 0 ||
        bothy_decimal_add(order->filled, quantity, &filled) < 0 ||
        ledger_fill(position, order->side, price, quantity, fill.fee) < 0) {
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
    if (!done)
        return;
    if (entry->order.parent_id)
        shrink_group(core, entry);
    else if (entry->order.group_id)
        release_exits(core, order_id, ts_ns);
}

int32_t core_cancel(struct core *core, uint32_t bot, uint64_t order_id)
{
    struct order_entry *entry = orders_find(core, order_id);

    if (!entry || entry->bot != bot)
        return 0; /* it may have asked about one that it only believed to exist */
    if (orders_final(entry->order.order.state))
        return 0;
    orders_set(core, entry, entry->at_venue ? BOTHY_ORDER_CANCELLED : BOTHY_ORDER_NEVER_SENT,
               "CANCELLED", "on the bot's request");
    return 0;
}
