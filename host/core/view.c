/*
 * What is: read-only looks at the core's tables for status, commands and the market tables.
 */
#include "core/state.h"

#include <string.h>

int64_t core_now_ns(const struct core *core)
{
    return core->now_ns;
}

uint64_t core_seq(const struct core *core)
{
    return core->seq;
}

uint64_t core_recorded(const struct core *core)
{
    return core->records;
}

int core_killed(const struct core *core)
{
    return core->killed;
}

const struct bothy_instrument *core_instrument(const struct core *core, uint32_t number)
{
    const struct instrument *in = market_instrument(core, number);

    return in && in->defined ? &in->definition : NULL;
}

const char *core_symbol(const struct core *core, uint32_t number)
{
    const struct instrument *in = market_instrument(core, number);

    return in ? in->symbol : "";
}

uint32_t core_instrument_venue(const struct core *core, uint32_t number)
{
    const struct instrument *in = market_instrument(core, number);

    return in ? in->venue : UINT32_MAX;
}

static void position_view(const struct core *core, const struct ledger_entry *entry,
                          struct core_position_view *ret_view)
{
    const struct instrument *in = market_instrument(core, entry->instrument);
    int has_mark;

    memset(ret_view, 0, sizeof *ret_view);
    ret_view->bot = entry->bot;
    ret_view->instrument = entry->instrument;
    has_mark = market_closing_price(in, entry->quantity < 0 ? -1 : 1, &ret_view->mark);
    ledger_position(entry, ret_view->mark, has_mark, &ret_view->position);
}

int core_position_next(const struct core *core, size_t *cursor, struct core_position_view *ret_view)
{
    if (*cursor >= core->ledger.count)
        return 0;
    position_view(core, &core->ledger.entries[(*cursor)++], ret_view);
    return 1;
}

static void add_to(struct bothy_decimal *sum, struct bothy_decimal term)
{
    struct bothy_decimal result;

    if (bothy_decimal_add(*sum, term, &result) == 0) {
        *sum = result;
        return;
    }
    /* More digits than one decimal holds: both at 10^-8, which money needs no finer. */
    if (bothy_decimal_rescale(*sum, -8, BOTHY_ROUND_HALF_EVEN, sum) == 0 &&
        bothy_decimal_rescale(term, -8, BOTHY_ROUND_HALF_EVEN, &term) == 0 &&
        bothy_decimal_add(*sum, term, &result) == 0)
        *sum = result;
}

void core_equity(const struct core *core, struct bothy_decimal *ret_cash,
                 struct bothy_decimal *ret_equity)
{
    struct bothy_decimal cash = core->ledger.balance, equity = core->ledger.balance;
    struct core_position_view view;
    size_t cursor = 0;

    while (core_position_next(core, &cursor, &view)) {
        add_to(&cash, view.position.realised_pnl);
        add_to(&equity, view.position.realised_pnl);
        add_to(&equity, view.position.unrealised_pnl);
    }
    *ret_cash = bothy_decimal_normalise(cash);
    *ret_equity = bothy_decimal_normalise(equity);
}

void core_bot_get(const struct core *core, uint32_t number, struct core_bot_view *ret_view)
{
    const struct bot *bot = &core->bots[number];
    struct core_position_view position;
    size_t cursor = 0;

    memset(ret_view, 0, sizeof *ret_view);
    ret_view->signals = bot->signals;
    ret_view->suppressed = bot->suppressed;
    ret_view->orders = bot->orders;
    ret_view->refused = bot->refused;
    ret_view->fills = bot->fills;
    ret_view->wins = bot->wins;
    ret_view->losses = bot->losses;
    ret_view->last_signal_ns = bot->last_any_signal_ns;
    ret_view->paused = bot->paused;
    for (size_t i = 0; i < core->signal_count; i++)
        ret_view->open_signals += core->signals[i].bot == number && !core->signals[i].outcome;
    while (core_position_next(core, &cursor, &position)) {
        if (position.bot != number)
            continue;
        add_to(&ret_view->realised_pnl, position.position.realised_pnl);
        add_to(&ret_view->unrealised_pnl, position.position.unrealised_pnl);
    }
}

int core_feed_get(const struct core *core, uint32_t number, struct core_feed_view *ret_view)
{
    const struct instrument *in = market_instrument(core, number);

    if (!in)
        return 0;
    memset(ret_view, 0, sizeof *ret_view);
    ret_view->instrument = number;
    ret_view->venue = in->venue;
    ret_view->state = in->feed_state;
    ret_view->events = in->feed_events;
    ret_view->gaps = in->feed_gaps;
    ret_view->malformed = in->malformed;
    ret_view->last_ns = in->last_ns;
    ret_view->age_ns = in->last_ns ? core->now_ns - in->last_ns : 0;
    return 1;
}

int core_quote_get(const struct core *core, uint32_t number, struct bothy_quote *ret_quote)
{
    const struct instrument *in = market_instrument(core, number);

    if (!in || !in->has_quote)
        return 0;
    *ret_quote = in->quote;
    return 1;
}

int core_order_next(const struct core *core, size_t *cursor, uint32_t *ret_bot,
                    const struct record_order **ret_order, uint32_t *ret_instrument)
{
    size_t n = (*cursor)++;

    if (n < core->past_orders.count) {
        const struct past_order *past = past_get(&core->past_orders, sizeof *past, n);

        *ret_bot = past->bot;
        *ret_instrument = past->instrument;
        *ret_order = &past->order;
        return 1;
    }
    n -= core->past_orders.count;
    if (n >= core->order_count)
        return 0;
    *ret_bot = core->orders[n].bot;
    *ret_instrument = core->orders[n].instrument;
    *ret_order = &core->orders[n].order;
    return 1;
}

int core_signal_next(const struct core *core, size_t *cursor, struct core_signal_view *ret_view)
{
    const struct signal_entry *entry;
    size_t n = (*cursor)++;

    if (n < core->past_signals.count)
        entry = past_get(&core->past_signals, sizeof *entry, n);
    else if (n - core->past_signals.count < core->signal_count)
        entry = &core->signals[n - core->past_signals.count];
    else
        return 0;
    ret_view->id = entry->id;
    ret_view->bot = entry->bot;
    ret_view->outcome = entry->outcome;
    ret_view->signal = &entry->signal;
    return 1;
}
