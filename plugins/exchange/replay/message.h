/*
 * One line of a raw websocket recording of Binance (spot and USD-M futures), after its local time:
 * a message of a stream, bare or in the wrapper {"stream":…,"data":…}, or a REST depth snapshot.
 * It is only taken apart here; what follows from it is recording.h's and depth.h's.
 */
#ifndef BOTHY_REPLAY_MESSAGE_H
#define BOTHY_REPLAY_MESSAGE_H

#include <bothy/event.h>

#define REPLAY_LEVELS_MAX 20000 /* of both sides of a message */

enum {
    REPLAY_MESSAGE_OTHER = 0,   /* of a type that is not used: see `name` */
    REPLAY_MESSAGE_CONTROL = 1, /* a reply to a subscription */
    REPLAY_MESSAGE_DEPTH = 2,   /* depthUpdate */
    REPLAY_MESSAGE_SNAPSHOT = 3,
    REPLAY_MESSAGE_PARTIAL = 4, /* the best levels, whole: <symbol>@depth5, 10, 20 */
    REPLAY_MESSAGE_TICKER = 5,  /* bookTicker */
    REPLAY_MESSAGE_TRADE = 6,
    REPLAY_MESSAGE_AGGREGATE = 7, /* aggTrade */
    REPLAY_MESSAGE_MARK = 8,      /* markPriceUpdate */
    REPLAY_MESSAGE_FORCED = 9,    /* forceOrder */
};

struct replay_message {
    uint32_t kind;
    char name[24];                           /* OTHER: its type, "" if it says none */
    char symbol[BOTHY_SYMBOL_MAX];           /* "BTCUSDT"; "" where the message does not say */
    int has_previous;                        /* DEPTH: it has pu, as futures do */
    uint64_t first_id, last_id, previous_id; /* U, u, pu; SNAPSHOT: lastUpdateId in last_id */
    uint64_t trade_id;
    uint32_t side;                        /* TRADE, AGGREGATE: of the taker; FORCED: of the order */
    int off_market;                       /* TRADE: not of the order book (insurance fund, ADL) */
    int has_rate;                         /* MARK */
    int64_t next_ns;                      /* MARK: next settlement */
    struct bothy_decimal price, quantity; /* MARK: price is the mark price */
    struct bothy_decimal index_price, rate;
    struct bothy_quote quote;
    uint32_t bid_count, ask_count; /* bids, then asks, in the room's levels */
};

/* Room for the levels of a message; it grows as needed and is used again. */
struct replay_levels {
    struct bothy_level *levels; /* [owned] */
    uint32_t count, capacity;
};

void replay_levels_free(struct replay_levels *levels);

/*
 * Effect: takes a message apart. Errors: BOTHY_EINVAL it is not JSON, or a field is missing or
 * not what it must be; BOTHY_ERANGE too many levels; BOTHY_ENOMEM; with a sentence.
 */
int32_t replay_message_parse(const char *text, size_t length, struct replay_message *ret_message,
                             struct replay_levels *levels, struct bothy_error *error);

#endif
