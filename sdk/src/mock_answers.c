/*
 * The mock host's answers to what the plugin handed over: results of signals, reports of orders,
 * fills, positions. Only as told by the test: there is no gate and no matching behind them.
 */
#include "mock_internal.h"

#include <stdio.h>
#include <string.h>

int32_t bothy_mock_answer_signal(struct bothy_mock *mock, uint32_t index, const char *code,
                                 const char *text)
{
    const struct mock_signal *kept = mock_list_get(&mock->signals, index);
    struct bothy_signal_result body = { .accepted = code == NULL };

    if (!kept)
        return BOTHY_ENOENT;
    body.tag = kept->tag;
    snprintf(body.code, sizeof body.code, "%s", code ? code : "");
    snprintf(body.text, sizeof body.text, "%s", text ? text : "");
    memcpy(body.correlation, kept->signal.correlation, sizeof body.correlation);
    return mock_give_private(mock, BOTHY_EVENT_SIGNAL_RESULT, kept->signal.instrument, &body,
                             sizeof body);
}

static int32_t report(struct bothy_mock *mock, const struct mock_order *order, uint32_t state,
                      const char *code, const char *text)
{
    const struct bothy_order_request *request = &order->request;
    struct bothy_order body = {
        .order_id = order->id,
        .tag = request->tag,
        .state = state,
        .side = request->side,
        .type = request->type,
        .time_in_force = request->time_in_force,
        .flags = request->flags,
        .quantity = request->quantity,
        .filled = order->filled,
        .price = request->price,
        .stop_price = request->stop_price,
    };

    snprintf(body.client_order_id, sizeof body.client_order_id, "mock-%llu",
             (unsigned long long)order->id);
    snprintf(body.code, sizeof body.code, "%s", code ? code : "");
    snprintf(body.text, sizeof body.text, "%s", text ? text : "");
    memcpy(body.correlation, request->correlation, sizeof body.correlation);
    return mock_give_private(mock, BOTHY_EVENT_ORDER, request->instrument, &body, sizeof body);
}

int32_t bothy_mock_answer_order(struct bothy_mock *mock, uint32_t index, uint32_t state,
                                const char *code, const char *text)
{
    const struct mock_order *order = mock_list_get(&mock->orders, index);

    if (!order)
        return BOTHY_ENOENT;
    return report(mock, order, state, code, text);
}

int32_t bothy_mock_fill(struct bothy_mock *mock, uint32_t index, struct bothy_decimal price,
                        struct bothy_decimal quantity, struct bothy_decimal fee)
{
    struct mock_order *order = mock_list_get(&mock->orders, index);
    struct bothy_fill body = { .price = price, .quantity = quantity, .fee = fee };
    struct bothy_decimal filled;
    int32_t r, open;

    if (!order)
        return BOTHY_ENOENT;
    if (bothy_decimal_sign(quantity) <= 0)
        return BOTHY_EINVAL;
    r = bothy_decimal_add(order->filled, quantity, &filled);
    if (r < 0)
        return r;
    open = bothy_decimal_compare(order->request.quantity, filled);
    if (open < 0)
        return BOTHY_EINVAL;
    order->filled = filled;
    body.order_id = order->id;
    body.tag = order->request.tag;
    body.fill_id = ++order->fills;
    body.side = order->request.side;
    memcpy(body.correlation, order->request.correlation, sizeof body.correlation);
    r = mock_give_private(mock, BOTHY_EVENT_FILL, order->request.instrument, &body, sizeof body);
    if (r < 0)
        return r;
    return report(mock, order, open > 0 ? BOTHY_ORDER_PARTIAL : BOTHY_ORDER_FILLED, NULL, NULL);
}

int32_t bothy_mock_position(struct bothy_mock *mock, uint32_t symbol,
                            const struct bothy_position *position)
{
    if (symbol >= mock->symbol_count)
        return BOTHY_ENOENT;
    mock->symbols[symbol].position = *position;
    mock->symbols[symbol].has_position = 1;
    return mock_give_private(mock, BOTHY_EVENT_POSITION, bothy_mock_instrument(mock, symbol),
                             position, sizeof *position);
}
