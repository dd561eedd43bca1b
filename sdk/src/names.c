/*
 * Names of the enumerations of events: for logs, JSON and people. The tables' order is that of
 * the numbers, which are part of the ABI.
 */
#include <bothy/event.h>
#include <bothy/host.h>

#include <string.h>

#define NAME(table, number)                                                                        \
    ((number) < sizeof(table) / sizeof((table)[0]) && (table)[number] ? (table)[number] : "?")

const char *bothy_event_type_name(uint32_t type)
{
    static const char *const names[] = {
        [BOTHY_EVENT_INSTRUMENT] = "instrument",
        [BOTHY_EVENT_TRADE] = "trade",
        [BOTHY_EVENT_QUOTE] = "quote",
        [BOTHY_EVENT_BOOK] = "book",
        [BOTHY_EVENT_BAR] = "bar",
        [BOTHY_EVENT_FUNDING] = "funding",
        [BOTHY_EVENT_OPEN_INTEREST] = "open_interest",
        [BOTHY_EVENT_LIQUIDATION] = "liquidation",
        [BOTHY_EVENT_RATIO] = "ratio",
        [BOTHY_EVENT_MARK] = "mark",
        [BOTHY_EVENT_FEED] = "feed",
        [BOTHY_EVENT_SIGNAL] = "signal",
        [BOTHY_EVENT_ORDER] = "order",
        [BOTHY_EVENT_FILL] = "fill",
        [BOTHY_EVENT_POSITION] = "position",
        [BOTHY_EVENT_TIMER] = "timer",
        [BOTHY_EVENT_GAP] = "gap",
        [BOTHY_EVENT_HISTORY_END] = "history_end",
        [BOTHY_EVENT_SIGNAL_RESULT] = "signal_result",
    };

    return NAME(names, type);
}

const char *bothy_feed_state_name(uint32_t state)
{
    static const char *const names[] = { "DOWN", "LIVE", "STALE", "GAP", "RESYNC", "ENDED" };

    return NAME(names, state);
}

const char *bothy_order_state_name(uint32_t state)
{
    static const char *const names[] = {
        NULL,     "NEW",       "COMMITTED", "SENT",    "ACKED",      "PARTIAL",
        "FILLED", "CANCELLED", "REJECTED",  "EXPIRED", "NEVER_SENT", "UNKNOWN",
    };

    return NAME(names, state);
}

const char *bothy_side_name(uint32_t side)
{
    static const char *const names[] = { NULL, "buy", "sell" };

    return NAME(names, side);
}

const char *bothy_instrument_kind_name(uint32_t kind)
{
    static const char *const names[] = { NULL, "spot", "linear", "inverse", "binary" };

    return NAME(names, kind);
}

static const char *const level_names[] = { "debug", "info",  "notice", "warning",
                                           "error", "fatal", "panic" };

const char *bothy_log_level_name(int32_t level)
{
    return level < 0 ? "?" : NAME(level_names, (uint32_t)level);
}

int32_t bothy_log_level_parse(const char *text, int32_t *ret_level)
{
    for (size_t i = 0; i < sizeof level_names / sizeof level_names[0]; i++) {
        if (strcmp(text, level_names[i]) == 0) {
            *ret_level = (int32_t)i;
            return 0;
        }
    }
    return BOTHY_EINVAL;
}
