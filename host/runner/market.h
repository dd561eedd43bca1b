/*
 * A made-up market of one instrument: what a strategy may meet, in a plausible order. It is the
 * same at every run with the same seed. It is no model of anything; it serves to walk a plugin
 * through its code.
 */
#ifndef BOTHY_RUNNER_MARKET_H
#define BOTHY_RUNNER_MARKET_H

#include <bothy/event.h>

#define MARKET_INSTRUMENT 1
#define MARKET_SYMBOL     "BTC/USDT:USDT"
#define MARKET_VENUE      "market"
#define MARKET_LEVELS     5

/* Any event that a market makes. */
struct market_event {
    struct bothy_event event;
    union {
        struct bothy_instrument instrument;
        struct bothy_trade trade;
        struct bothy_quote quote;
        struct {
            struct bothy_book head;
            struct bothy_level levels[2 * MARKET_LEVELS];
        } book;
        struct bothy_bar bar;
        struct bothy_funding funding;
        struct bothy_open_interest open_interest;
        struct bothy_liquidation liquidation;
        struct bothy_ratio ratio;
        struct bothy_mark mark;
        struct bothy_feed_change feed;
        struct bothy_signal signal;
        struct bothy_gap gap;
        struct bothy_history_end history_end;
        struct bothy_timer timer;
        struct bothy_order order;
        struct bothy_fill fill;
        struct bothy_position position;
        struct bothy_signal_result signal_result;
    } body;
};

struct market_candle {
    int64_t open_ns;
    int64_t open, high, low, close; /* ticks */
    int64_t volume;                 /* lots */
    uint32_t trades;
};

struct market {
    uint64_t random;
    uint64_t seq;
    int64_t now_ns;
    int64_t price; /* ticks */
    uint32_t minute;
    uint32_t phase;
    uint32_t timeframe; /* whose bar is looked at, within the last phase */
    struct market_candle candles[BOTHY_TF_COUNT];
};

void market_init(struct market *market, uint64_t seed);
/* Effect: the next event, stamped. Never ends. */
void market_next(struct market *market, struct market_event *ret_event);
/*
 * Effect: entry `index` of `count` of the past before the market's beginning, flagged HISTORY;
 * feed is BOTHY_FEED_BARS, _FUNDING or _OPEN_INTEREST.
 */
void market_past(uint32_t feed, uint32_t timeframe, uint32_t index, uint32_t count,
                 struct market_event *ret_event);
/* Effect: an event with its header filled and the rest zero. */
void market_make(struct market_event *event, uint32_t type, size_t body, int64_t ts_ns);
/* Returns the top of the book, for whoever fills orders. */
struct bothy_decimal market_price(const struct market *market);

#endif
