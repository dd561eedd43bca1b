/*
 * What one subscriber wants of one market, and the events that it gets: a filter that never
 * reaches back into the market. The book that was published last is kept, so that updates are the
 * difference to it, whatever depth was asked for.
 */
#ifndef BOTHY_SIM_FEED_H
#define BOTHY_SIM_FEED_H

#include "market.h"

#include <bothy/plugin.h>

struct sim_output {
    const struct bothy_host *host;
    const struct bothy_publish_service *publish;
    struct bothy_event *book; /* [owned] room for the largest book event */
};

struct sim_side {
    struct sim_level levels[SIM_BOOK_SIDE_MAX];
    uint32_t count;
};

struct sim_feed {
    struct sim_market *market; /* [owned] */
    uint32_t instrument;
    uint32_t feeds;
    uint32_t bar_timeframes;
    uint32_t depth;
    int book_known; /* a snapshot was published, and every change since */
    int quote_known;
    uint64_t updates;
    struct sim_side bids, asks; /* as published */
    struct sim_level bid, ask;  /* of the last quote */
};

/* Effect: publishes the definition and takes over what is wanted from now on. */
int32_t sim_feed_request(struct sim_feed *feed, const struct sim_output *output,
                         const struct bothy_feed_request *request, int64_t now_ns);
/* Effect: publishes what is wanted of the market's last step. */
int32_t sim_feed_publish(struct sim_feed *feed, const struct sim_output *output);
/* Effect: publishes the newest past before the present. Errors: BOTHY_ENOTSUP. */
int32_t sim_feed_history(const struct sim_feed *feed, const struct sim_output *output,
                         const struct bothy_history_request *request);

/* One event of any type with a body of fixed size; the largest decides the room. */
struct sim_record {
    struct bothy_event event;
    union {
        struct bothy_instrument instrument;
        struct bothy_trade trade;
        struct bothy_quote quote;
        struct bothy_bar bar;
        struct bothy_funding funding;
        struct bothy_open_interest open_interest;
        struct bothy_liquidation liquidation;
        struct bothy_ratio ratio;
        struct bothy_mark mark;
    } body;
};

/* Returns a record of zeros with its header filled. */
struct sim_record sim_record_make(const struct sim_feed *feed, uint16_t type, size_t body_size,
                                  int64_t ts_ns);
int32_t sim_record_send(const struct sim_output *output, const struct sim_record *record);

/* Effect: body from a bar of the market. */
void sim_bar_body(const struct sim_market *market, const struct sim_bar *bar, uint32_t timeframe,
                  int64_t open_ns, struct bothy_bar *ret_body);
void sim_funding_body(const struct sim_market *market, int64_t rate, int64_t next_settlement_ns,
                      uint32_t flags, struct bothy_funding *ret_body);
void sim_interest_body(const struct sim_market *market, const struct sim_sample *sample,
                       struct bothy_open_interest *ret_body);

#endif
