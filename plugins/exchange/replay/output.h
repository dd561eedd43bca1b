/*
 * What goes out: events of the instruments that somebody wants, feed states, and the tally of
 * every record that was read.
 */
#ifndef BOTHY_REPLAY_OUTPUT_H
#define BOTHY_REPLAY_OUTPUT_H

#include "depth.h"

#include <bothy/plugin.h>

#define REPLAY_COUNTS_MAX 48

/*
 * Records by what became of them. Names that begin with "applied", "dropped", "unknown",
 * "control", "bad", "header" and "blank" share all records out between them: each is counted
 * once. "repaired" and "clamped" are said besides.
 */
struct replay_tally {
    struct {
        char what[64];
        uint64_t pending; /* not told to the host yet */
    } counts[REPLAY_COUNTS_MAX];
    uint32_t count;
    uint64_t pending;
};

struct replay_output {
    const struct bothy_host *host;
    const struct bothy_publish_service *publish;
    struct replay_tally tally;
    uint64_t published; /* events */
    uint64_t skipped;   /* bad records so far, over all files */
    /* [owned] room for the largest book event */
    struct bothy_event *book;
};

/* What subscribers want of one instrument, and what its files say about it. */
struct replay_instrument {
    struct bothy_instrument definition;
    char venue_symbol[BOTHY_SYMBOL_MAX];
    uint32_t number; /* the host's; 0: nobody asked yet */
    uint32_t feeds;
    uint32_t bar_timeframes;
    uint32_t feed_state;

    struct replay_depth depth;
    int has_depth; /* a recording has a book for it */
    uint32_t
        trade_kind; /* REPLAY_MESSAGE_TRADE or _AGGREGATE: which of two equal streams is used */
    struct bothy_decimal last_rate;
    int64_t next_settlement_ns, interval_ns;
};

void replay_count(struct replay_output *output, const char *what);
/* Effect: tells the host what it was not told yet. */
void replay_count_flush(struct replay_output *output);

/* Effect: publishes if it is wanted. */
int32_t replay_send_trade(struct replay_output *output, const struct replay_instrument *instrument,
                          int64_t ts_ns, const struct bothy_trade *trade);
int32_t replay_send_quote(struct replay_output *output, const struct replay_instrument *instrument,
                          int64_t ts_ns, const struct bothy_quote *quote);
/* `flags` are those of the event: HISTORY or 0. */
int32_t replay_send_bar(struct replay_output *output, const struct replay_instrument *instrument,
                        const struct bothy_bar *bar, uint32_t flags);
int32_t replay_send_funding(struct replay_output *output,
                            const struct replay_instrument *instrument, int64_t ts_ns,
                            const struct bothy_funding *funding, uint32_t flags);
int32_t replay_send_liquidation(struct replay_output *output,
                                const struct replay_instrument *instrument, int64_t ts_ns,
                                const struct bothy_liquidation *liquidation);
int32_t replay_send_mark(struct replay_output *output, const struct replay_instrument *instrument,
                         int64_t ts_ns, const struct bothy_mark *mark);
/* In as many events as it takes, chained by MORE. */
int32_t replay_send_book(struct replay_output *output, const struct replay_instrument *instrument,
                         int64_t ts_ns, uint64_t update_id, int snapshot,
                         const struct bothy_level *levels, uint32_t bid_count, uint32_t ask_count);
int32_t replay_send_definition(struct replay_output *output,
                               const struct replay_instrument *instrument, int64_t ts_ns);
/* Effect: the state, if it is another than the last. */
int32_t replay_send_state(struct replay_output *output, struct replay_instrument *instrument,
                          uint32_t state, const char *reason);

#endif
