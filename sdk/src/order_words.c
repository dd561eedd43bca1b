/*
 * The words of orders: sides, types, times in force. A word that is not in its table is an error,
 * never the nearest guess: "sel" must not become an order.
 */
#include <bothy/event.h>

#include "word.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static int32_t parse(const struct word *words, size_t count, const char *text, uint32_t *ret_value)
{
    int32_t value, r = word_find(words, count, text, &value);

    if (r == 0)
        *ret_value = (uint32_t)value;
    return r;
}

int32_t bothy_side_parse(const char *text, uint32_t *ret_side)
{
    static const struct word words[] = { { "buy", BOTHY_SIDE_BUY }, { "sell", BOTHY_SIDE_SELL } };

    return parse(words, COUNT(words), text, ret_side);
}

int32_t bothy_order_type_parse(const char *text, uint32_t *ret_type)
{
    static const struct word words[] = {
        { "market", BOTHY_ORDER_TYPE_MARKET },
        { "limit", BOTHY_ORDER_TYPE_LIMIT },
        { "stop", BOTHY_ORDER_TYPE_STOP },
        { "stop_market", BOTHY_ORDER_TYPE_STOP },
        { "take_profit", BOTHY_ORDER_TYPE_TAKE_PROFIT },
        { "take_profit_market", BOTHY_ORDER_TYPE_TAKE_PROFIT },
    };

    return parse(words, COUNT(words), text, ret_type);
}

int32_t bothy_time_in_force_parse(const char *text, uint32_t *ret_time_in_force)
{
    /* "Fill and kill" is what some venues call immediate-or-cancel. */
    static const struct word words[] = {
        { "gtc", BOTHY_TIF_GTC }, { "ioc", BOTHY_TIF_IOC }, { "fak", BOTHY_TIF_IOC },
        { "fok", BOTHY_TIF_FOK }, { "gtd", BOTHY_TIF_GTD },
    };

    return parse(words, COUNT(words), text, ret_time_in_force);
}

const char *bothy_order_type_name(uint32_t type)
{
    static const char *const names[] = { "?", "market", "limit", "stop", "take_profit" };

    return type < COUNT(names) ? names[type] : "?";
}

const char *bothy_time_in_force_name(uint32_t time_in_force)
{
    static const char *const names[] = { "?", "gtc", "ioc", "fok", "gtd" };

    return time_in_force < COUNT(names) ? names[time_in_force] : "?";
}
