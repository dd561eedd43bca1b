/*
 * Records into rows of the audit file. Text only: what a row costs is decided in write.c.
 */
#include "store/audit_map.h"

#include "store/audit.h"
#include "store/bind.h"

#include <bothy/event.h>
#include <bothy/time.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#define CENTS_MAX BOTHY_DECIMAL_TEXT_MAX

/* Two decimals; "" where the number is beyond what a decimal holds. */
static void cents(struct bothy_decimal value, char text[CENTS_MAX])
{
    struct bothy_decimal rounded;

    if (bothy_decimal_rescale(value, -2, BOTHY_ROUND_HALF_EVEN, &rounded) < 0 ||
        bothy_decimal_format(rounded, text, CENTS_MAX) < 0)
        text[0] = '\0';
}

static void cents_of_double(double value, char text[CENTS_MAX])
{
    struct bothy_decimal rounded;

    if (!isfinite(value) ||
        bothy_decimal_from_double(value, -2, BOTHY_ROUND_HALF_EVEN, &rounded) < 0 ||
        bothy_decimal_format(rounded, text, CENTS_MAX) < 0)
        text[0] = '\0';
}

static void notional(struct bothy_decimal price, struct bothy_decimal quantity,
                     char text[CENTS_MAX])
{
    struct bothy_decimal product;

    if (bothy_decimal_multiply_to(price, quantity, -2, BOTHY_ROUND_HALF_EVEN, &product) < 0 ||
        bothy_decimal_absolute(product, &product) < 0)
        text[0] = '\0';
    else
        cents(product, text);
}

/* Texts of a record, each with its end, and what every row of a market has. */
struct market {
    char bot[BOTHY_NAME_MAX + 1];
    char symbol[BOTHY_SYMBOL_MAX + 1];
    char question[BOTHY_NAME_MAX + BOTHY_SYMBOL_MAX + 8];
    char correlation[UUID_TEXT_MAX];
    char details[1024];
};

static void market_init(struct market *market, const struct record *record, struct audit_row *row)
{
    memset(market, 0, sizeof *market);
    memcpy(market->bot, record->bot, sizeof record->bot);
    memcpy(market->symbol, record->symbol, sizeof record->symbol);
    if (market->symbol[0])
        snprintf(market->question, sizeof market->question, "%s on %.*s", market->symbol,
                 (int)sizeof record->venue, record->venue);
    if (!uuid_text(record->correlation, market->correlation))
        market->correlation[0] = '\0';
    memset(row, 0, sizeof *row);
    row->ts_ns = record->ts_ns;
    row->market_id = market->symbol;
    row->market_question = market->question;
    row->details = market->details;
}

int audit_map_signal(struct writer *writer, const struct record *record)
{
    const struct record_signal *body = RECORD_BODY(record, struct record_signal);
    const struct bothy_signal *signal = &body->signal;
    char edge[CENTS_MAX] = "", belief[2 * CENTS_MAX], confidence[CENTS_MAX];
    struct audit_row row;
    struct market market;

    market_init(&market, record, &row);
    cents_of_double(signal->confidence, confidence);
    snprintf(belief, sizeof belief, "%s-%s", confidence, confidence);
    if (signal->entry != 0)
        cents_of_double(fabs(signal->take_profit_1 - signal->entry) / signal->entry * 100, edge);
    row.event = body->code[0] ? "MARKET_EVALUATED" : "TRADE_OPPORTUNITY";
    row.action = body->code[0] ? "SUPPRESSED" : bothy_direction_name(signal->direction);
    if (body->code[0])
        snprintf(market.details, sizeof market.details, "bot=%s type=%.*s direction=%s failed=%.*s",
                 market.bot, (int)sizeof signal->type_name, signal->type_name,
                 bothy_direction_name(signal->direction), (int)sizeof body->code, body->code);
    else
        snprintf(market.details, sizeof market.details,
                 "bot=%s type=%.*s signal=%llu entry=%.10g stop=%.10g target=%.10g correlation=%s",
                 market.bot, (int)sizeof signal->type_name, signal->type_name,
                 (unsigned long long)body->signal_id, signal->entry, signal->stop_loss,
                 signal->take_profit_1, market.correlation);
    row.belief = belief;
    row.edge = edge;
    return writer_audit(writer, &row);
}

int audit_map_signal_end(struct writer *writer, const struct record *record)
{
    static const char *const outcomes[] = { "?", "TP1", "TP2", "SL", "BREAK_EVEN", "EXPIRED" };
    const struct record_signal_end *body = RECORD_BODY(record, struct record_signal_end);
    struct audit_row row;
    struct market market;

    market_init(&market, record, &row);
    row.event = "PAPER_TRADE_RESOLVED";
    row.action =
        body->outcome < sizeof outcomes / sizeof outcomes[0] ? outcomes[body->outcome] : "?";
    snprintf(market.details, sizeof market.details,
             "bot=%s signal=%llu direction=%s entry=%.10g exit=%.10g pnl_pct=%.4f pnl_r=%.4f "
             "correlation=%s",
             market.bot, (unsigned long long)body->signal_id, bothy_direction_name(body->direction),
             body->entry, body->exit, body->pnl_pct, body->pnl_r, market.correlation);
    return writer_audit(writer, &row);
}

int audit_map_order(struct writer *writer, const struct record *record)
{
    const struct bothy_order *order = &RECORD_BODY(record, struct record_order)->order;
    struct audit_row row;
    struct market market;

    if (order->state != BOTHY_ORDER_REJECTED && order->state != BOTHY_ORDER_UNKNOWN)
        return SQLITE_OK;
    market_init(&market, record, &row);
    row.event = order->state == BOTHY_ORDER_REJECTED ? "MARKET_EVALUATED" : "ERROR";
    row.action = bothy_order_state_name(order->state);
    snprintf(market.details, sizeof market.details,
             "bot=%s order=%llu side=%s failed=%.*s %.*s correlation=%s", market.bot,
             (unsigned long long)order->order_id, bothy_side_name(order->side),
             (int)sizeof order->code, order->code, (int)sizeof order->text, order->text,
             market.correlation);
    return writer_audit(writer, &row);
}

/* A fill that takes the rest of a position shows as POSITION_CLOSED, every other one here. */
int audit_map_fill(struct writer *writer, const struct record *record, struct bothy_decimal held)
{
    const struct bothy_fill *fill = RECORD_BODY(record, struct bothy_fill);
    int32_t sign = bothy_decimal_sign(held);
    int reduces = sign != 0 && (sign > 0) == (fill->side == BOTHY_SIDE_SELL);
    char amount[CENTS_MAX], price[BOTHY_DECIMAL_TEXT_MAX], quantity[BOTHY_DECIMAL_TEXT_MAX];
    char fee[BOTHY_DECIMAL_TEXT_MAX];
    struct audit_row row;
    struct market market;

    if (bothy_decimal_absolute(held, &held) < 0)
        held = bothy_decimal_zero();
    if (reduces && bothy_decimal_compare(fill->quantity, held) == 0)
        return SQLITE_OK;
    market_init(&market, record, &row);
    decimal_text(fill->price, price);
    decimal_text(fill->quantity, quantity);
    decimal_text(fill->fee, fee);
    notional(fill->price, fill->quantity, amount);
    row.event = "TRADE_EXECUTED";
    row.action = fill->side == BOTHY_SIDE_BUY ? "BUY" : "SELL";
    row.amount = amount;
    snprintf(market.details, sizeof market.details,
             "bot=%s order=%llu fill=%llu role=%s price=%s quantity=%s fee=%s %.*s correlation=%s",
             market.bot, (unsigned long long)fill->order_id, (unsigned long long)fill->fill_id,
             reduces ? "exit" : "entry", price, quantity, fee, (int)sizeof fill->fee_currency,
             fill->fee_currency, market.correlation);
    return writer_audit(writer, &row);
}

int audit_map_position(struct writer *writer, const struct record *record,
                       const struct audit_position *position)
{
    int32_t before = bothy_decimal_sign(position->before);
    char amount[CENTS_MAX], pnl[CENTS_MAX], quantity[BOTHY_DECIMAL_TEXT_MAX];
    char opened[BOTHY_TIME_TEXT_MAX];
    struct audit_row row;
    struct market market;

    if (before == 0 || bothy_decimal_sign(position->after) == before)
        return SQLITE_OK;
    market_init(&market, record, &row);
    decimal_text(position->before, quantity);
    notional(position->average_entry, position->before, amount);
    cents(position->pnl, pnl);
    time_text(position->opened_ns, opened, sizeof opened);
    row.event = "POSITION_CLOSED";
    row.action = before > 0 ? "CLOSE_LONG" : "CLOSE_SHORT";
    row.amount = amount;
    row.pnl = pnl;
    snprintf(market.details, sizeof market.details, "bot=%s quantity=%s opened=%s correlation=%s",
             market.bot, quantity, opened, market.correlation);
    return writer_audit(writer, &row);
}

int audit_map_action(struct writer *writer, const struct record *record)
{
    const struct record_action *body = RECORD_BODY(record, struct record_action);
    char event[sizeof body->event + 1] = "", action[sizeof body->action + 1] = "";
    struct audit_row row;
    struct market market;

    if (!body->event[0])
        return SQLITE_OK;
    market_init(&market, record, &row);
    memcpy(event, body->event, sizeof body->event);
    memcpy(action, body->action, sizeof body->action);
    row.event = event;
    row.action = action;
    snprintf(market.details, sizeof market.details, "actor=%.*s entity=%.*s before=%.*s after=%.*s",
             (int)sizeof body->actor, body->actor, (int)sizeof body->entity, body->entity,
             (int)sizeof body->before, body->before, (int)sizeof body->after, body->after);
    return writer_audit(writer, &row);
}
