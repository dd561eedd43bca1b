/*
 * The paper venue: a first matching engine that fills on what the market shows.
 *
 *     prices come from   a market order fills               a resting order fills
 *     book               walking the levels, at once        as far as levels cross its price
 *     quotes             at the top, as far as it reaches,  when the other side reaches it
 *                        the rest at the next quote
 *     trades             at the last price                  when a trade goes through its price
 *     bars               at the open of the next bar        at its price when the bar's range
 *                                                           holds it, at the open when that is
 *                                                           beyond it
 *
 * In one bar the order of things is not known: what fills at the open comes first, then the stops,
 * then the limits, or, where the configuration says tp_first, the limits before the stops. An
 * order never fills on a bar that began before it was sent, or before it was changed by a fill
 * within a bar. A feed in doubt fills nothing. Slippage is added to what takes on
 * bars and trades, where no depth is known. What our orders take is not taken out of the book.
 */
#include "core/state.h"

#include <stddef.h>
#include <string.h>

static struct bothy_decimal least(struct bothy_decimal a, struct bothy_decimal b)
{
    return bothy_decimal_compare(a, b) <= 0 ? a : b;
}

/* What is left of an order, cut to the position where it may only reduce. 0: nothing to do. */
static int open_quantity(const struct core *core, const struct order_entry *entry,
                         struct bothy_decimal *ret_quantity)
{
    const struct bothy_order *order = &entry->order.order;
    const struct ledger_entry *position;
    struct bothy_decimal left, held;

    if (bothy_decimal_subtract(order->quantity, order->filled, &left) < 0 ||
        bothy_decimal_sign(left) <= 0)
        return 0;
    if (order->flags & BOTHY_ORDER_FLAG_REDUCE_ONLY) {
        position = ledger_find(&core->ledger, entry->bot, entry->instrument);
        if (!position)
            return 0;
        held = ledger_quantity(position);
        if (bothy_decimal_sign(held) != (order->side == BOTHY_SIDE_BUY ? -1 : 1) ||
            bothy_decimal_absolute(held, &held) < 0)
            return 0;
        left = least(left, held);
    }
    *ret_quantity = left;
    return 1;
}

static struct bothy_decimal slip(const struct core *core, const struct instrument *in,
                                 uint32_t side, struct bothy_decimal price)
{
    int buy = side == BOTHY_SIDE_BUY;
    struct bothy_decimal extra, slipped;

    if (bothy_decimal_sign(core->paper_slippage) <= 0 ||
        bothy_decimal_multiply_to(price, core->paper_slippage, -12, BOTHY_ROUND_HALF_EVEN, &extra) <
            0)
        return price;
    if ((buy ? bothy_decimal_add(price, extra, &slipped)
             : bothy_decimal_subtract(price, extra, &slipped)) < 0 ||
        bothy_decimal_round_to_step(slipped, in->definition.tick_size,
                                    buy ? BOTHY_ROUND_CEILING : BOTHY_ROUND_FLOOR, &slipped) < 0)
        return price;
    return slipped;
}

/* Fills `quantity` or what is left; returns 1 while the order still wants more. */
static int fill(struct core *core, uint64_t order_id, struct bothy_decimal price,
                struct bothy_decimal quantity, int maker, int64_t ts_ns)
{
    struct order_entry *entry = orders_find(core, order_id);
    struct bothy_decimal left;

    if (!entry->at_venue)
        return 0;
    orders_end_entry(core, entry);
    if (!open_quantity(core, entry, &left)) {
        orders_set(core, entry, BOTHY_ORDER_CANCELLED, "NOTHING_TO_REDUCE",
                   "the position is closed");
        return 0;
    }
    orders_fill(core, entry, price, least(left, quantity), maker, ts_ns);
    return orders_find(core, order_id)->at_venue;
}

/* 1 if `price` is at or beyond `limit` in the order's favour. */
static int crosses(uint32_t side, struct bothy_decimal limit, struct bothy_decimal price)
{
    int order = bothy_decimal_compare(price, limit);

    return side == BOTHY_SIDE_BUY ? order <= 0 : order >= 0;
}

/* Takes from the other side, as deep as the limit (NULL: any price) allows. */
static void take(struct core *core, struct instrument *in, uint64_t order_id,
                 const struct bothy_decimal *limit, int maker, int64_t ts_ns)
{
    uint32_t side = orders_find(core, order_id)->order.order.side;
    uint32_t other = side == BOTHY_SIDE_BUY ? BOTHY_SIDE_SELL : BOTHY_SIDE_BUY;
    struct bothy_level level;

    if (in->has_book) {
        for (uint32_t n = 0; book_level_get(&in->book, other, n, &level); n++) {
            if (limit && !crosses(side, *limit, level.price))
                return;
            if (!fill(core, order_id, maker ? *limit : level.price, level.quantity, maker, ts_ns))
                return;
        }
        return;
    }
    if (in->has_quote) {
        level.price = side == BOTHY_SIDE_BUY ? in->quote.ask_price : in->quote.bid_price;
        level.quantity = side == BOTHY_SIDE_BUY ? in->quote.ask_quantity : in->quote.bid_quantity;
        if (level.quantity.coefficient > 0 && (!limit || crosses(side, *limit, level.price)))
            fill(core, order_id, maker ? *limit : level.price, level.quantity, maker, ts_ns);
        return;
    }
    if (in->has_last && market_price_feed(in) == BOTHY_FEED_TRADES &&
        (!limit || crosses(side, *limit, in->last_price)))
        fill(core, order_id, maker ? *limit : slip(core, in, side, in->last_price),
             orders_find(core, order_id)->order.order.quantity, maker, ts_ns);
}

static int is_stop(uint32_t type)
{
    return type == BOTHY_ORDER_TYPE_STOP || type == BOTHY_ORDER_TYPE_TAKE_PROFIT;
}

/* 1 if the price triggers a stop (against the order's side) or a take-profit (in its favour). */
static int triggers(const struct bothy_order *order, struct bothy_decimal price)
{
    int beyond = bothy_decimal_compare(price, order->stop_price);
    int up = (order->side == BOTHY_SIDE_BUY) == (order->type == BOTHY_ORDER_TYPE_STOP);

    return up ? beyond >= 0 : beyond <= 0;
}

/* Work on one order with the present of the market. */
static void match_now(struct core *core, struct instrument *in, uint64_t order_id, int arriving)
{
    struct order_entry *entry = orders_find(core, order_id);
    struct bothy_order *order = &entry->order.order;
    struct bothy_decimal price, limit = order->price;

    if (!market_trusted(in))
        return;
    if (is_stop(order->type) && !entry->triggered) {
        /* A sell closes at the bid, a buy at the ask. */
        if (!market_closing_price(in, order->side == BOTHY_SIDE_BUY ? -1 : 1, &price) ||
            !triggers(order, price))
            return;
        entry->triggered = 1;
    }
    if (order->type == BOTHY_ORDER_TYPE_LIMIT)
        take(core, in, order_id, &limit, !arriving, core->now_ns);
    else
        take(core, in, order_id, NULL, 0, core->now_ns);
}

/* Whether all of a fill-or-kill order could be had now, within its limit if it has one. */
static int could_fill(const struct instrument *in, const struct bothy_order *order)
{
    uint32_t other = order->side == BOTHY_SIDE_BUY ? BOTHY_SIDE_SELL : BOTHY_SIDE_BUY;
    struct bothy_decimal sum = bothy_decimal_zero(), next;
    int any_price = order->type != BOTHY_ORDER_TYPE_LIMIT;
    struct bothy_level level;

    if (!market_trusted(in))
        return 0;
    if (!in->has_book && in->has_quote) {
        const struct bothy_decimal *price =
            order->side == BOTHY_SIDE_BUY ? &in->quote.ask_price : &in->quote.bid_price;

        return (any_price || crosses(order->side, order->price, *price)) &&
               bothy_decimal_compare(order->side == BOTHY_SIDE_BUY ? in->quote.ask_quantity
                                                                   : in->quote.bid_quantity,
                                     order->quantity) >= 0;
    }
    if (!in->has_book)
        return in->has_last && (any_price || crosses(order->side, order->price, in->last_price));
    for (uint32_t n = 0; book_level_get(&in->book, other, n, &level); n++) {
        if ((!any_price && !crosses(order->side, order->price, level.price)) ||
            bothy_decimal_add(sum, level.quantity, &next) < 0)
            break;
        sum = next;
        if (bothy_decimal_compare(sum, order->quantity) >= 0)
            return 1;
    }
    return 0;
}

static void end_immediate(struct core *core, uint64_t order_id)
{
    struct order_entry *entry = orders_find(core, order_id);
    uint32_t tif = entry->order.order.time_in_force;

    /* A stop is no order to fill before its price was reached. */
    if (is_stop(entry->order.order.type) && !entry->triggered)
        return;
    if (entry->at_venue && (tif == BOTHY_TIF_IOC || tif == BOTHY_TIF_FOK))
        orders_set(core, entry, BOTHY_ORDER_CANCELLED, "IMMEDIATE", "the rest could not be filled");
}

void paper_accept(struct core *core, struct order_entry *entry)
{
    struct instrument *in = market_instrument(core, entry->instrument);
    const struct bothy_order *order = &entry->order.order;
    uint64_t order_id = order->order_id;
    struct bothy_decimal price;

    if (market_price_feed(in) == BOTHY_FEED_BARS)
        return; /* the next bar decides */
    if (order->flags & BOTHY_ORDER_FLAG_POST_ONLY && order->type == BOTHY_ORDER_TYPE_LIMIT &&
        market_closing_price(in, order->side == BOTHY_SIDE_BUY ? -1 : 1, &price) &&
        crosses(order->side, order->price, price)) {
        orders_set(core, entry, BOTHY_ORDER_REJECTED, "POST_ONLY", "it would take liquidity");
        return;
    }
    if (order->time_in_force == BOTHY_TIF_FOK && !is_stop(order->type) && !could_fill(in, order)) {
        orders_set(core, entry, BOTHY_ORDER_CANCELLED, "FILL_OR_KILL", "not enough at its price");
        return;
    }
    match_now(core, in, order_id, 1);
    end_immediate(core, order_id);
}

/* ---- bars ---- */

enum { PASS_OPEN, PASS_STOP, PASS_LIMIT };

/* At the open: one instant, before all else in the bar. */
static void match_open(struct core *core, struct instrument *in, uint64_t order_id,
                       const struct bothy_bar *bar)
{
    const struct bothy_order *order = &orders_find(core, order_id)->order.order;

    if (order->type == BOTHY_ORDER_TYPE_LIMIT) {
        if (crosses(order->side, order->price, bar->open))
            fill(core, order_id, bar->open, order->quantity, 1, bar->open_ns);
    } else if (order->type == BOTHY_ORDER_TYPE_MARKET || triggers(order, bar->open)) {
        fill(core, order_id, slip(core, in, order->side, bar->open), order->quantity, 0,
             bar->open_ns);
    }
}

static void match_range(struct core *core, struct instrument *in, uint64_t order_id,
                        const struct bothy_bar *bar)
{
    const struct bothy_order *order = &orders_find(core, order_id)->order.order;

    if (order->type == BOTHY_ORDER_TYPE_LIMIT) {
        if (crosses(order->side, order->price,
                    order->side == BOTHY_SIDE_BUY ? bar->low : bar->high))
            fill(core, order_id, order->price, order->quantity, 1, bar->close_ns);
        end_immediate(core, order_id);
    } else if (is_stop(order->type) && (triggers(order, bar->low) || triggers(order, bar->high))) {
        fill(core, order_id, slip(core, in, order->side, order->stop_price), order->quantity, 0,
             bar->close_ns);
    }
}

static void on_bar(struct core *core, struct instrument *in, const struct bothy_bar *bar)
{
    const int last = core->take_profit_first ? PASS_STOP : PASS_LIMIT;
    const int passes[] = { PASS_OPEN, PASS_STOP + PASS_LIMIT - last, last };

    for (int n = 0; n < 3; n++) {
        /* Exits that a fill releases stand behind their entry, and so are seen too. */
        for (size_t i = 0; i < core->order_count; i++) {
            const struct order_entry *entry = &core->orders[i];
            uint64_t order_id = entry->order.order.order_id;
            int pass = entry->order.order.type == BOTHY_ORDER_TYPE_STOP ? PASS_STOP : PASS_LIMIT;

            if (entry->instrument != in->number || !entry->at_venue ||
                bar->open_ns < entry->sent_ns)
                continue;
            if (passes[n] == PASS_OPEN)
                match_open(core, in, order_id, bar);
            else if (passes[n] == pass)
                match_range(core, in, order_id, bar);
        }
    }
}

void paper_on_event(struct core *core, struct instrument *in, const struct bothy_event *event)
{
    uint32_t feed = market_price_feed(in);

    if ((event->flags & (BOTHY_EVENT_HISTORY | BOTHY_EVENT_FORMING)) || !market_trusted(in))
        return;
    if (event->type == BOTHY_EVENT_BAR) {
        const struct bothy_bar *bar = BOTHY_EVENT_BODY(event, struct bothy_bar);

        if (feed == BOTHY_FEED_BARS && bar->timeframe == market_base_timeframe(in))
            on_bar(core, in, bar);
        return;
    }
    if (!(event->type == BOTHY_EVENT_QUOTE && feed == BOTHY_FEED_QUOTES) &&
        !(event->type == BOTHY_EVENT_BOOK &&
          (feed == BOTHY_FEED_BOOK || feed == BOTHY_FEED_QUOTES)) &&
        !(event->type == BOTHY_EVENT_TRADE && feed == BOTHY_FEED_TRADES))
        return;
    if (event->flags & BOTHY_EVENT_MORE)
        return; /* half a book is no book */
    for (size_t i = 0; i < core->order_count; i++) {
        const struct order_entry *entry = &core->orders[i];

        if (entry->instrument == in->number && entry->at_venue) {
            uint64_t order_id = entry->order.order.order_id;

            match_now(core, in, order_id, 0);
            end_immediate(core, order_id);
        }
    }
}
