/*
 * The gate: every order intent passes here, and nothing else leads to a venue. It denies by
 * default: what is not granted is refused. The order of the checks is part of the contract:
 *
 *     paused or mode → feed not LIVE → store failed → kill switch → grants → (budget) →
 *     filters of the instrument → (duplicates, rate, risk limits)
 *
 * What stands in brackets is checked by the rules that are added after these, in that place. An
 * order that only reduces a position passes pause and kill: getting out is always permitted.
 */
#include "core/state.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int32_t gate_refuse(struct refusal *refusal, const char *code, const char *format, ...)
{
    va_list args;

    snprintf(refusal->code, sizeof refusal->code, "%s", code);
    va_start(args, format);
    vsnprintf(refusal->text, sizeof refusal->text, format, args);
    va_end(args);
    return BOTHY_EREJECTED;
}

/* 1 if the request can only make the bot's position smaller. */
static int reduces(const struct core *core, const struct bot *bot,
                   const struct bothy_order_request *request)
{
    const struct ledger_entry *entry = ledger_find(&core->ledger, bot->number, request->instrument);
    struct bothy_decimal held;

    if (!entry || !(request->flags & BOTHY_ORDER_FLAG_REDUCE_ONLY))
        return 0;
    held = ledger_quantity(entry);
    return bothy_decimal_sign(held) == (request->side == BOTHY_SIDE_BUY ? -1 : 1);
}

static int32_t check_state(const struct core *core, const struct bot *bot,
                           const struct instrument *in, const struct bothy_order_request *request,
                           struct refusal *refusal)
{
    int exit = reduces(core, bot, request);

    if (bot->paused && !exit)
        return gate_refuse(refusal, "PAUSED", "bot=%s", bot->name);
    if (in->feed_state != BOTHY_FEED_STATE_LIVE)
        return gate_refuse(refusal, "FEED_NOT_LIVE", "feed=%s symbol=%s",
                           bothy_feed_state_name(in->feed_state), in->symbol);
    if (!core->store_ok)
        return gate_refuse(refusal, "STORE_FAILED", "nothing can be made durable now");
    if (core->killed && !exit)
        return gate_refuse(refusal, "KILLED", "reason=%s", core->kill_reason);
    return 0;
}

int32_t gate_recheck(const struct core *core, const struct bot *bot, const struct instrument *in,
                     uint32_t order_flags, struct refusal *ret_refusal)
{
    if (order_flags & BOTHY_ORDER_FLAG_REDUCE_ONLY)
        return 0;
    if (bot->paused)
        return gate_refuse(ret_refusal, "PAUSED", "bot=%s", bot->name);
    if (in->feed_state != BOTHY_FEED_STATE_LIVE)
        return gate_refuse(ret_refusal, "FEED_NOT_LIVE", "feed=%s symbol=%s",
                           bothy_feed_state_name(in->feed_state), in->symbol);
    if (core->killed)
        return gate_refuse(ret_refusal, "KILLED", "reason=%s", core->kill_reason);
    return 0;
}

static int32_t check_grants(const struct bot *bot, const struct bothy_order_request *request,
                            struct refusal *refusal)
{
    if (bot->conf.signals_only)
        return gate_refuse(refusal, "SIGNALS_ONLY", "bot=%s", bot->name);
    if (!(bot->conf.order_types & (1u << request->type)))
        return gate_refuse(refusal, "ORDER_TYPE_NOT_GRANTED", "type=%u", request->type);
    if (bothy_decimal_sign(bot->conf.max_notional) <= 0)
        return gate_refuse(refusal, "NOTHING_GRANTED", "max_notional=0");
    return 0;
}

static int32_t on_step(struct bothy_decimal *value, struct bothy_decimal step, int32_t rounding)
{
    struct bothy_decimal rounded;
    int32_t r = bothy_decimal_round_to_step(*value, step, rounding, &rounded);

    if (r == 0)
        *value = rounded;
    return r;
}

/* Rounds to the instrument's steps, always so that less is risked than was asked for. */
static int32_t check_filters(const struct instrument *in, struct bothy_order_request *request,
                             struct refusal *refusal)
{
    const struct bothy_instrument *definition = &in->definition;
    int buy = request->side == BOTHY_SIDE_BUY;
    TEXT_DECIMAL(asked, request->quantity);

    if (bothy_decimal_sign(request->quantity) <= 0)
        return gate_refuse(refusal, "QUANTITY_NOT_POSITIVE", "quantity=%s", asked);
    if (on_step(&request->quantity, definition->lot_size, BOTHY_ROUND_DOWN) < 0 ||
        bothy_decimal_sign(request->quantity) <= 0) {
        TEXT_DECIMAL(lot, definition->lot_size);
        return gate_refuse(refusal, "QUANTITY_BELOW_LOT", "quantity=%s lot=%s", asked, lot);
    }
    if (bothy_decimal_compare(request->quantity, definition->min_quantity) < 0) {
        TEXT_DECIMAL(least, definition->min_quantity);
        return gate_refuse(refusal, "QUANTITY_BELOW_MIN", "quantity=%s min=%s", asked, least);
    }
    if (bothy_decimal_sign(definition->max_quantity) > 0 &&
        bothy_decimal_compare(request->quantity, definition->max_quantity) > 0) {
        TEXT_DECIMAL(most, definition->max_quantity);
        return gate_refuse(refusal, "QUANTITY_ABOVE_MAX", "quantity=%s max=%s", asked, most);
    }
    if (request->type == BOTHY_ORDER_TYPE_LIMIT) {
        if (on_step(&request->price, definition->tick_size,
                    buy ? BOTHY_ROUND_FLOOR : BOTHY_ROUND_CEILING) < 0 ||
            bothy_decimal_sign(request->price) <= 0)
            return gate_refuse(refusal, "PRICE_NOT_POSITIVE", "a limit order needs a price");
    }
    if (request->type == BOTHY_ORDER_TYPE_STOP || request->type == BOTHY_ORDER_TYPE_TAKE_PROFIT) {
        /* A stop that sells moves up, one that buys moves down: it triggers no later. */
        if (on_step(&request->stop_price, definition->tick_size,
                    buy ? BOTHY_ROUND_FLOOR : BOTHY_ROUND_CEILING) < 0 ||
            bothy_decimal_sign(request->stop_price) <= 0)
            return gate_refuse(refusal, "STOP_PRICE_NOT_POSITIVE", "a stop needs a stop_price");
    }
    return 0;
}

static int32_t check_notional(const struct bot *bot, const struct instrument *in,
                              const struct bothy_order_request *request, struct refusal *refusal)
{
    struct bothy_decimal price = request->price, notional;

    if (request->flags & BOTHY_ORDER_FLAG_REDUCE_ONLY)
        return 0;
    if (request->type != BOTHY_ORDER_TYPE_LIMIT) {
        if (request->type == BOTHY_ORDER_TYPE_MARKET) {
            /* What it would pay: the other side's price. */
            if (!market_closing_price(in, request->side == BOTHY_SIDE_BUY ? -1 : 1, &price))
                return gate_refuse(refusal, "NO_PRICE", "symbol=%s", in->symbol);
        } else {
            price = request->stop_price;
        }
    }
    if (bothy_decimal_multiply_to(price, request->quantity, -12, BOTHY_ROUND_UP, &notional) < 0 ||
        bothy_decimal_multiply_to(notional, in->definition.contract_size, -8, BOTHY_ROUND_UP,
                                  &notional) < 0)
        return gate_refuse(refusal, "NOTIONAL_TOO_LARGE", "price × quantity does not fit");
    {
        struct bothy_decimal shown = bothy_decimal_normalise(notional);
        TEXT_DECIMAL(text, shown);
        TEXT_DECIMAL(least, in->definition.min_notional);
        TEXT_DECIMAL(most, bot->conf.max_notional);

        if (bothy_decimal_compare(notional, in->definition.min_notional) < 0)
            return gate_refuse(refusal, "NOTIONAL_BELOW_MIN", "notional=%s min=%s", text, least);
        if (bothy_decimal_compare(notional, bot->conf.max_notional) > 0)
            return gate_refuse(refusal, "NOTIONAL_EXCEEDS_MAX", "notional=%s max=%s", text, most);
    }
    return 0;
}

int32_t gate_check(struct core *core, const struct bot *bot, struct bothy_order_request *request,
                   struct refusal *ret_refusal)
{
    struct instrument *in = market_instrument(core, request->instrument);
    int32_t r;

    ret_refusal->code[0] = '\0';
    ret_refusal->text[0] = '\0';
    if (!in || !bot_symbol(bot, request->instrument, NULL))
        return gate_refuse(ret_refusal, "INSTRUMENT_NOT_GRANTED", "instrument=%u",
                           request->instrument);
    if (!in->defined)
        return gate_refuse(ret_refusal, "INSTRUMENT_NOT_DEFINED", "symbol=%s", in->symbol);
    if (!ledger_supports(&in->definition))
        return gate_refuse(ret_refusal, "KIND_NOT_SUPPORTED", "kind=%s",
                           bothy_instrument_kind_name(in->definition.kind));
    r = check_state(core, bot, in, request, ret_refusal);
    if (r == 0)
        r = check_grants(bot, request, ret_refusal);
    if (r == 0)
        r = check_filters(in, request, ret_refusal);
    if (r == 0 && request->time_in_force == BOTHY_TIF_GTD && request->expire_ns <= core->now_ns)
        r = gate_refuse(ret_refusal, "EXPIRE_TIME_PASSED", "expire_ns=%lld",
                        (long long)request->expire_ns);
    if (r == 0)
        r = check_notional(bot, in, request, ret_refusal);
    return r;
}
