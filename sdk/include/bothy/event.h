/*
 * bothy/event.h: what happens, as flat records.
 *
 * Every event begins with struct bothy_event and is followed by one body, told by `type`.
 * Records hold no pointers: memcpy() copies them, files keep them, another process reads
 * them. `size` counts header and body and is a multiple of 8; a newer host may append fields
 * to a body, so read a body only as far as `size` reaches (BOTHY_EVENT_BODY checks that).
 *
 * Public events stand in the one log that all bots read, and `seq` is their place in it.
 * Private events (BOTHY_EVENT_PRIVATE) come on the bot's own ring; their `seq` is that of the
 * last public event before them: a bot gets them after it and before the next.
 *
 * Prices, sizes and rates are exact decimals. Prices are in the instrument's quote currency;
 * quantities in its base currency, or in contracts where contract_size says so.
 */
#ifndef BOTHY_EVENT_H
#define BOTHY_EVENT_H

#include <bothy/base.h>
#include <bothy/decimal.h>
#include <bothy/signal.h>
#include <bothy/time.h>

BOTHY_BEGIN

struct bothy_event {
    uint16_t size;       /* bytes of the record, header included; multiple of 8 */
    uint16_t type;       /* BOTHY_EVENT_* */
    uint32_t flags;      /* BOTHY_EVENT_HISTORY … */
    uint64_t seq;        /* place in the log; 0 before the core has stamped it */
    uint32_t instrument; /* the host's number of the instrument; 0: none */
    uint32_t source;     /* the host's number of the exchange or bot that it came from */
    int64_t ts_event_ns; /* when it happened, by the source's clock */
    int64_t ts_recv_ns;  /* when the host got it; in virtual time the same as ts_event_ns */
};

/* Types. Numbers are part of the ABI. 1 … 31 are market data, public. */
enum {
    BOTHY_EVENT_INSTRUMENT = 1,
    BOTHY_EVENT_TRADE = 2,
    BOTHY_EVENT_QUOTE = 3,
    BOTHY_EVENT_BOOK = 4,
    BOTHY_EVENT_BAR = 5,
    BOTHY_EVENT_FUNDING = 6,
    BOTHY_EVENT_OPEN_INTEREST = 7,
    BOTHY_EVENT_LIQUIDATION = 8,
    BOTHY_EVENT_RATIO = 9,
    BOTHY_EVENT_MARK = 10,
    BOTHY_EVENT_FEED = 16,   /* a feed's state changed */
    BOTHY_EVENT_SIGNAL = 17, /* a bot's signal, after the host accepted it */
    /* 32 … 63 are private to one bot */
    BOTHY_EVENT_ORDER = 32,
    BOTHY_EVENT_FILL = 33,
    BOTHY_EVENT_POSITION = 34,
    BOTHY_EVENT_TIMER = 35,
    BOTHY_EVENT_GAP = 36,
    BOTHY_EVENT_HISTORY_END = 37,
    BOTHY_EVENT_SIGNAL_RESULT = 38,
    BOTHY_EVENT_TYPE_MAX = 63,
};

enum {
    BOTHY_EVENT_HISTORY = 1 << 0, /* happened before the bot started: warm-up only */
    BOTHY_EVENT_PRIVATE = 1 << 1,
    BOTHY_EVENT_MORE = 1 << 2,      /* belongs together with the next event of this type */
    BOTHY_EVENT_FORMING = 1 << 3,   /* BAR: not closed yet */
    BOTHY_EVENT_CONFLATED = 1 << 4, /* stands for several: only the last one was kept */
    BOTHY_EVENT_SNAPSHOT = 1 << 5,  /* BOOK: replaces the book */
};

enum { BOTHY_SIDE_BUY = 1, BOTHY_SIDE_SELL = 2 };

enum {
    BOTHY_ORDER_TYPE_MARKET = 1,
    BOTHY_ORDER_TYPE_LIMIT = 2,
    BOTHY_ORDER_TYPE_STOP = 3,        /* market order when the price reaches stop_price */
    BOTHY_ORDER_TYPE_TAKE_PROFIT = 4, /* market order when the price reaches stop_price in favour */
};

enum { BOTHY_TIF_GTC = 1, BOTHY_TIF_IOC = 2, BOTHY_TIF_FOK = 3, BOTHY_TIF_GTD = 4 };

enum {
    BOTHY_ORDER_FLAG_REDUCE_ONLY = 1 << 0,
    BOTHY_ORDER_FLAG_POST_ONLY = 1 << 1,
};

enum {
    BOTHY_INSTRUMENT_SPOT = 1,
    BOTHY_INSTRUMENT_LINEAR = 2,  /* perpetual or future, margined and paid in quote */
    BOTHY_INSTRUMENT_INVERSE = 3, /* margined and paid in base */
    BOTHY_INSTRUMENT_BINARY = 4,  /* outcome token, settles at 0 or 1 */
};

/* Feeds, as bits: what a bot subscribes to and what a venue offers. */
enum {
    BOTHY_FEED_TRADES = 1 << 0,
    BOTHY_FEED_QUOTES = 1 << 1,
    BOTHY_FEED_BOOK = 1 << 2,
    BOTHY_FEED_BARS = 1 << 3,
    BOTHY_FEED_FUNDING = 1 << 4,
    BOTHY_FEED_OPEN_INTEREST = 1 << 5,
    BOTHY_FEED_LIQUIDATIONS = 1 << 6,
    BOTHY_FEED_RATIOS = 1 << 7,
    BOTHY_FEED_MARK = 1 << 8,
    BOTHY_FEED_SIGNALS = 1 << 9, /* of all bots; instrument 0 stands for all */
    BOTHY_FEED_FORMING_BARS = 1 << 10,
};

#define BOTHY_SYMBOL_MAX   40
#define BOTHY_NAME_MAX     32
#define BOTHY_CURRENCY_MAX 16

struct bothy_instrument {
    char symbol[BOTHY_SYMBOL_MAX]; /* unified as "BTC/USDT", "BTC/USDT:USDT" */
    char venue[BOTHY_NAME_MAX];    /* the exchange's name in the configuration */
    char base[BOTHY_CURRENCY_MAX];
    char quote[BOTHY_CURRENCY_MAX];
    char settle[BOTHY_CURRENCY_MAX];
    uint32_t kind;           /* BOTHY_INSTRUMENT_* */
    uint32_t feeds;          /* BOTHY_FEED_* that the venue gives for it */
    uint32_t bar_timeframes; /* bit n: bars of BOTHY_TF n come from the venue itself */
    uint32_t reserved;
    struct bothy_decimal tick_size;     /* > 0 */
    struct bothy_decimal lot_size;      /* > 0 */
    struct bothy_decimal min_quantity;  /* 0: none */
    struct bothy_decimal max_quantity;  /* 0: none */
    struct bothy_decimal min_notional;  /* 0: none */
    struct bothy_decimal contract_size; /* 1 unless quantities are contracts */
    struct bothy_decimal maker_fee;     /* fraction: 0.0002 is 2 bps; negative: a rebate */
    struct bothy_decimal taker_fee;
    int64_t funding_interval_ns; /* 0: no funding */
};

struct bothy_trade {
    struct bothy_decimal price;
    struct bothy_decimal quantity;
    uint64_t trade_id;
    uint32_t taker_side; /* BOTHY_SIDE_*: who crossed the spread */
    uint32_t reserved;
};

/* The top of the book. A side without orders has quantity 0. */
struct bothy_quote {
    struct bothy_decimal bid_price;
    struct bothy_decimal bid_quantity;
    struct bothy_decimal ask_price;
    struct bothy_decimal ask_quantity;
};

struct bothy_level {
    struct bothy_decimal price;
    struct bothy_decimal quantity; /* the level's new total; 0 takes it away */
};

#define BOTHY_BOOK_LEVELS_MAX 1000

/* bid_count levels, then ask_count levels, follow. With SNAPSHOT they replace the book. */
struct bothy_book {
    uint64_t update_id; /* the venue's own, 0 if it has none */
    uint32_t bid_count;
    uint32_t ask_count; /* bid_count + ask_count <= BOTHY_BOOK_LEVELS_MAX */
};

struct bothy_bar {
    uint32_t timeframe;   /* BOTHY_TF_* */
    uint32_t trade_count; /* 0 if unknown */
    int64_t open_ns;      /* the bar covers [open_ns, close_ns) */
    int64_t close_ns;
    struct bothy_decimal open;
    struct bothy_decimal high;
    struct bothy_decimal low;
    struct bothy_decimal close;
    struct bothy_decimal volume;
};

/* SETTLED: this rate was paid at ts_event_ns; otherwise it is the rate predicted so far. */
enum { BOTHY_FUNDING_SETTLED = 1 << 0 };

struct bothy_funding {
    struct bothy_decimal rate; /* fraction per interval, 0.0001 is 0.01 %; > 0: longs pay */
    int64_t interval_ns;
    int64_t next_settlement_ns; /* 0 if unknown */
    uint32_t flags;
    uint32_t reserved;
};

struct bothy_open_interest {
    struct bothy_decimal quantity; /* in base currency or contracts */
    struct bothy_decimal notional; /* in quote currency; 0 if unknown */
};

/* side SELL: a long position was liquidated (its closing order sells). */
struct bothy_liquidation {
    struct bothy_decimal price;
    struct bothy_decimal quantity;
    uint32_t side;
    uint32_t reserved;
};

enum { BOTHY_RATIO_LONG_SHORT_ACCOUNTS = 1, BOTHY_RATIO_TAKER_BUY_SELL = 2 };

struct bothy_ratio {
    struct bothy_decimal value; /* long / short, or buy / sell */
    uint32_t kind;
    uint32_t reserved;
};

struct bothy_mark {
    struct bothy_decimal mark_price;
    struct bothy_decimal index_price; /* 0 if unknown */
};

enum {
    BOTHY_FEED_STATE_DOWN = 0, /* not connected, or not begun */
    BOTHY_FEED_STATE_LIVE = 1,
    BOTHY_FEED_STATE_STALE = 2,  /* open but silent for longer than it may be */
    BOTHY_FEED_STATE_GAP = 3,    /* something was lost: the book may be wrong */
    BOTHY_FEED_STATE_RESYNC = 4, /* being rebuilt */
    BOTHY_FEED_STATE_ENDED = 5,  /* recorded data is over */
};

struct bothy_feed_change {
    uint32_t state; /* BOTHY_FEED_STATE_* */
    uint32_t previous;
    uint64_t gaps; /* how many so far */
    char reason[64];
};

/* Order states: the names are those of FIX where it has one. */
enum {
    BOTHY_ORDER_NEW = 1,
    BOTHY_ORDER_COMMITTED = 2, /* durable; not sent yet */
    BOTHY_ORDER_SENT = 3,
    BOTHY_ORDER_ACKED = 4,
    BOTHY_ORDER_PARTIAL = 5,
    BOTHY_ORDER_FILLED = 6,
    BOTHY_ORDER_CANCELLED = 7,
    BOTHY_ORDER_REJECTED = 8, /* by the gate or by the venue: see code and text */
    BOTHY_ORDER_EXPIRED = 9,
    BOTHY_ORDER_NEVER_SENT = 10,
    BOTHY_ORDER_UNKNOWN = 11, /* may have reached the venue: do not enter again */
};

/* BOTHY_EVENT_ORDER: the order as it is now. */
struct bothy_order {
    uint64_t order_id; /* the host's */
    uint64_t tag;      /* what the bot put into its request */
    uint32_t state;    /* BOTHY_ORDER_* */
    uint32_t side;
    uint32_t type;
    uint32_t time_in_force;
    uint32_t flags; /* BOTHY_ORDER_FLAG_* */
    uint32_t reserved;
    struct bothy_decimal quantity;
    struct bothy_decimal filled;
    struct bothy_decimal price;         /* 0 for a market order */
    struct bothy_decimal stop_price;    /* 0 unless a stop or take-profit */
    struct bothy_decimal average_price; /* display only; 0 until filled */
    char client_order_id[40];
    char code[32];  /* of a refusal: "NOTIONAL_EXCEEDS_MAX"; else "" */
    char text[128]; /* numbers to it: "notional=1500 max=1000" */
    uint8_t correlation[16];
};

struct bothy_fill {
    uint64_t order_id;
    uint64_t tag;
    uint64_t fill_id;
    uint32_t side;
    uint32_t flags; /* BOTHY_FILL_MAKER */
    struct bothy_decimal price;
    struct bothy_decimal quantity;
    struct bothy_decimal fee; /* > 0 paid, in fee_currency */
    char fee_currency[BOTHY_CURRENCY_MAX];
    uint8_t correlation[16];
};

enum { BOTHY_FILL_MAKER = 1 << 0 };

struct bothy_position {
    struct bothy_decimal quantity;       /* > 0 long, < 0 short, 0 flat */
    struct bothy_decimal average_entry;  /* display only */
    struct bothy_decimal realised_pnl;   /* fees and funding included, in settle currency */
    struct bothy_decimal unrealised_pnl; /* marked to the closing side */
    struct bothy_decimal fees;
};

struct bothy_timer {
    uint64_t id; /* what the bot gave */
    int64_t due_ns;
};

/* The bot was too slow: events first_seq … last_seq are lost to it; last values follow. */
struct bothy_gap {
    uint64_t first_seq;
    uint64_t last_seq;
};

/* History for one subscription is complete; the log from after `seq` is live. */
struct bothy_history_end {
    uint32_t timeframe;
    uint32_t count; /* how many bars came */
};

/* What became of a signal that the bot emitted. */
struct bothy_signal_result {
    uint64_t tag;      /* as given to emit */
    uint32_t accepted; /* 1, or 0 with code and text */
    uint32_t reserved;
    char code[32]; /* COOLDOWN, MAX_OPEN, INVALID, PAUSED … */
    char text[128];
    uint8_t correlation[16];
};

/*
 * The body as a `struct_name *`, or NULL when the record is too short for it.
 *     const struct bothy_trade *trade = BOTHY_EVENT_BODY(event, struct bothy_trade);
 */
#define BOTHY_EVENT_BODY(event, struct_name)                                                       \
    ((event)->size >= sizeof(struct bothy_event) + sizeof(struct_name)                             \
         ? (const struct_name *)(const void *)((event) + 1)                                        \
         : (const struct_name *)NULL)

/* Names for people and JSON: "trade", "live", "filled", "buy". "?" for no such number. Static. */
BOTHY_API const char *bothy_event_type_name(uint32_t type);
BOTHY_API const char *bothy_feed_state_name(uint32_t state);
BOTHY_API const char *bothy_order_state_name(uint32_t state);
BOTHY_API const char *bothy_side_name(uint32_t side);
BOTHY_API const char *bothy_instrument_kind_name(uint32_t kind);
BOTHY_API const char *bothy_order_type_name(uint32_t type);
BOTHY_API const char *bothy_time_in_force_name(uint32_t time_in_force);

/*
 * Effect: reads what people and venues write, in any case of letters: buy, sell; market, limit,
 * stop, stop_market, take_profit, take_profit_market; gtc, ioc, fak, fok, gtd.
 * Errors: BOTHY_EINVAL: nothing is taken for something that it does not say.
 */
BOTHY_API int32_t bothy_side_parse(const char *text, uint32_t *ret_side);
BOTHY_API int32_t bothy_order_type_parse(const char *text, uint32_t *ret_type);
BOTHY_API int32_t bothy_time_in_force_parse(const char *text, uint32_t *ret_time_in_force);

/*
 * Effect: checks that a record of `length` bytes that came from elsewhere is a well-formed
 * event: size, type, body length, counts, decimals' exponents, texts ended by NUL.
 * Errors: BOTHY_EPROTO with the reason.
 */
BOTHY_API int32_t bothy_event_check(const void *record, size_t length, struct bothy_error *error);

BOTHY_END

#endif
