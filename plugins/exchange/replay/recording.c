/*
 * From messages to events: see recording.h.
 *
 * The instant of everything here is the local time at which the line was received, not the
 * exchange's E or T: that is the order in which a live host would have seen it, across streams
 * whose exchange times are not in one order. The clocks differ (the exchange's may be ahead), so
 * the two must not be mixed in one sequence either.
 */
#include "recording.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FUNDING_INTERVAL_NS (8 * BOTHY_NS_PER_H) /* until two settlements were seen */

static void forget(struct replay_recording *r, struct replay_kept *kept, uint32_t count,
                   const char *what)
{
    for (uint32_t i = 0; i < count; i++) {
        replay_count(r->output, what);
        kept->bytes -= kept->messages[i].length;
        free(kept->messages[i].text);
    }
    kept->count -= count;
    memmove(kept->messages, kept->messages + count, kept->count * sizeof kept->messages[0]);
}

static int32_t keep(struct replay_recording *r, struct replay_kept *kept, const char *text,
                    size_t length, struct bothy_error *error)
{
    char *copy;

    while (kept->count == REPLAY_KEPT_MAX ||
           (kept->count > 0 && kept->bytes + length > REPLAY_KEPT_BYTES_MAX))
        forget(r, kept, 1, "dropped: depth long before a snapshot");
    copy = malloc(length > 0 ? length : 1);
    if (!copy)
        return bothy_fail(error, BOTHY_ENOMEM, "no memory");
    memcpy(copy, text, length);
    kept->messages[kept->count].text = copy;
    kept->messages[kept->count].length = length;
    kept->count++;
    kept->bytes += length;
    return 0;
}

static int32_t publish_levels(struct replay_recording *r, struct replay_instrument *in,
                              int64_t ts_ns, const struct replay_message *message)
{
    int snapshot = message->kind != REPLAY_MESSAGE_DEPTH;

    return replay_send_book(r->output, in, ts_ns, message->last_id, snapshot, r->levels.levels,
                            message->bid_count, message->ask_count);
}

/* A gap is told as such, and that the book waits for a snapshot from now on. */
static int32_t publish_gap(struct replay_recording *r, struct replay_instrument *in,
                           const char *reason)
{
    int32_t code = replay_send_state(r->output, in, BOTHY_FEED_STATE_GAP, reason);

    if (code < 0)
        return code;
    return replay_send_state(r->output, in, BOTHY_FEED_STATE_RESYNC, "waits for a depth snapshot");
}

static int32_t publish_synced(struct replay_recording *r, struct replay_instrument *in)
{
    if (in->depth.state != REPLAY_DEPTH_LIVE)
        return 0;
    return replay_send_state(r->output, in, BOTHY_FEED_STATE_LIVE, "the book follows");
}

/* Only who reads the book minds that it is wrong. */
static int minds_book(const struct replay_instrument *in)
{
    return (in->feeds & BOTHY_FEED_BOOK) != 0;
}

/*
 * Effect: one depth message, counted. Returns what the book made of it (REPLAY_DEPTH_*), or an
 * error: of the message with *ret_refused 1, else of the host.
 */
static int32_t take_depth(struct replay_recording *r, struct replay_instrument *in, int64_t ts_ns,
                          const struct replay_message *message, int *ret_refused,
                          struct bothy_error *error)
{
    uint64_t last_id = in->depth.last_id;
    char reason[64];
    int32_t code = 0;
    int32_t made = replay_depth_apply(&in->depth, message, r->levels.levels, error);

    *ret_refused = made < 0;
    switch (made) {
    case REPLAY_DEPTH_APPLIED:
        replay_count(r->output, "applied");
        code = publish_levels(r, in, ts_ns, message);
        if (code >= 0 && minds_book(in))
            code = publish_synced(r, in);
        break;
    case REPLAY_DEPTH_OLD:
        replay_count(r->output, message->kind == REPLAY_MESSAGE_DEPTH
                                    ? "dropped: depth older than the book"
                                    : "dropped: snapshot older than the book");
        break;
    case REPLAY_DEPTH_CROSSED:
        replay_count(r->output, "dropped: depth that crosses the book");
        if (minds_book(in))
            code = publish_gap(r, in, "the book is crossed");
        break;
    case REPLAY_DEPTH_GAP:
        snprintf(
            reason, sizeof reason, "depth: %s %llu after u %llu",
            message->has_previous ? "pu" : "U",
            (unsigned long long)(message->has_previous ? message->previous_id : message->first_id),
            (unsigned long long)last_id);
        if (minds_book(in))
            code = publish_gap(r, in, reason);
        break;
    default:
        if (made < 0 && minds_book(in))
            publish_gap(r, in, "a level that cannot be held");
        break;
    }
    return code < 0 ? code : made;
}

/* The updates that waited for the snapshot, at the snapshot's instant. */
static int32_t take_kept(struct replay_recording *r, struct replay_instrument *in,
                         struct replay_kept *kept, int64_t ts_ns, struct bothy_error *error)
{
    while (kept->count > 0) {
        struct replay_message message;
        int refused = 0;
        int32_t made = replay_message_parse(kept->messages[0].text, kept->messages[0].length,
                                            &message, &r->levels, error);

        if (made == 0)
            made = take_depth(r, in, ts_ns, &message, &refused, error);
        if (made == REPLAY_DEPTH_KEEP || made == REPLAY_DEPTH_GAP)
            return 0; /* the snapshot was too old for it: it waits for the next one */
        if (made < 0 && (!refused || r->format->on_error == REPLAY_ON_ERROR_STOP))
            return made;
        if (made < 0)
            replay_count(r->output, "bad: book level");
        kept->bytes -= kept->messages[0].length;
        free(kept->messages[0].text);
        kept->count--;
        memmove(kept->messages, kept->messages + 1, kept->count * sizeof kept->messages[0]);
    }
    return 0;
}

static int32_t on_depth(struct replay_recording *r, uint32_t which, int64_t ts_ns,
                        const struct replay_message *message, const char *text, size_t length,
                        int *ret_refused, struct bothy_error *error)
{
    struct replay_instrument *in = r->instruments[which];
    struct replay_kept *kept = &r->kept[which];
    int32_t made;

    if (!in->has_depth) {
        in->has_depth = 1;
        if (minds_book(in))
            replay_send_state(r->output, in, BOTHY_FEED_STATE_RESYNC, "waits for a depth snapshot");
    }
    made = take_depth(r, in, ts_ns, message, ret_refused, error);
    if (made == REPLAY_DEPTH_KEEP || made == REPLAY_DEPTH_GAP)
        return keep(r, kept, text, length, error);
    if (made == REPLAY_DEPTH_APPLIED && message->kind == REPLAY_MESSAGE_SNAPSHOT)
        return take_kept(r, in, kept, ts_ns, error);
    return made < 0 ? made : 0;
}

static int32_t on_trade(struct replay_recording *r, struct replay_instrument *in, int64_t ts_ns,
                        const struct replay_message *message)
{
    struct bothy_trade trade = { .price = message->price,
                                 .quantity = message->quantity,
                                 .trade_id = message->trade_id,
                                 .taker_side = message->side };

    if (message->off_market) {
        replay_count(r->output, "dropped: trade outside the market");
        return 0;
    }
    if (trade.price.coefficient <= 0 || trade.quantity.coefficient <= 0) {
        replay_count(r->output, "dropped: trade of price or quantity 0");
        return 0;
    }
    /* Both streams tell the same trades: the first that is seen is used. */
    if (in->trade_kind == 0)
        in->trade_kind = message->kind;
    if (in->trade_kind != message->kind) {
        replay_count(r->output, "dropped: trade told by another stream");
        return 0;
    }
    replay_count(r->output, "applied");
    return replay_send_trade(r->output, in, ts_ns, &trade);
}

/*
 * The settlement is not in the stream: when the next one's time moves on, the last rate that was
 * predicted is the one that was paid.
 */
static int32_t on_rate(struct replay_recording *r, struct replay_instrument *in, int64_t ts_ns,
                       const struct replay_message *message)
{
    struct bothy_funding funding = { .rate = in->last_rate,
                                     .next_settlement_ns = message->next_ns,
                                     .flags = BOTHY_FUNDING_SETTLED };
    int32_t code = 0;

    if (in->next_settlement_ns > 0 && message->next_ns > in->next_settlement_ns) {
        in->interval_ns = message->next_ns - in->next_settlement_ns;
        funding.interval_ns = in->interval_ns;
        code = replay_send_funding(r->output, in, ts_ns, &funding, 0);
    }
    if (in->interval_ns == 0)
        in->interval_ns = FUNDING_INTERVAL_NS;
    in->next_settlement_ns = message->next_ns;
    in->last_rate = message->rate;
    funding.rate = message->rate;
    funding.interval_ns = in->interval_ns;
    funding.flags = 0;
    return code < 0 ? code : replay_send_funding(r->output, in, ts_ns, &funding, 0);
}

static int32_t on_mark(struct replay_recording *r, struct replay_instrument *in, int64_t ts_ns,
                       const struct replay_message *message)
{
    struct bothy_mark mark = { .mark_price = message->price, .index_price = message->index_price };
    int32_t code;

    replay_count(r->output, "applied");
    code = replay_send_mark(r->output, in, ts_ns, &mark);
    if (code < 0 || !message->has_rate)
        return code;
    return on_rate(r, in, ts_ns, message);
}

static int32_t on_forced(struct replay_recording *r, struct replay_instrument *in, int64_t ts_ns,
                         const struct replay_message *message)
{
    struct bothy_liquidation liquidation = { .price = message->price,
                                             .quantity = message->quantity,
                                             .side = message->side };

    replay_count(r->output, "applied");
    return replay_send_liquidation(r->output, in, ts_ns, &liquidation);
}

static void count_other(struct replay_recording *r, const struct replay_message *message)
{
    char what[64];

    if (message->kind == REPLAY_MESSAGE_CONTROL) {
        replay_count(r->output, "control");
        return;
    }
    snprintf(what, sizeof what, "unknown: %s", message->name[0] ? message->name : "no type");
    replay_count(r->output, what);
}

/* Which of the file's symbols a message is about, or symbol_count. */
static uint32_t symbol_of(const struct replay_recording *r, const struct replay_message *message)
{
    uint32_t i = 0;

    /* A bare snapshot names no symbol: it can only be that of the file, if it has one. */
    if (message->symbol[0] == '\0')
        return r->format->symbol_count == 1 ? 0 : r->format->symbol_count;
    while (i < r->format->symbol_count && strcmp(r->format->symbols[i].venue, message->symbol) != 0)
        i++;
    return i;
}

int32_t replay_recording_line(struct replay_recording *r, int64_t ts_ns, const char *text,
                              size_t length, int *ret_refused, struct bothy_error *error)
{
    struct replay_message message;
    struct replay_instrument *in;
    uint32_t which;
    int32_t code = replay_message_parse(text, length, &message, &r->levels, error);

    *ret_refused = code < 0;
    if (code < 0)
        return code;
    if (message.kind == REPLAY_MESSAGE_OTHER || message.kind == REPLAY_MESSAGE_CONTROL) {
        count_other(r, &message);
        return 0;
    }
    which = symbol_of(r, &message);
    if (which == r->format->symbol_count) {
        replay_count(r->output, message.symbol[0] ? "unknown: another symbol"
                                                  : "unknown: snapshot of no symbol");
        return 0;
    }
    in = r->instruments[which];
    switch (message.kind) {
    case REPLAY_MESSAGE_TICKER:
        replay_count(r->output, "applied");
        return replay_send_quote(r->output, in, ts_ns, &message.quote);
    case REPLAY_MESSAGE_TRADE:
    case REPLAY_MESSAGE_AGGREGATE:
        return on_trade(r, in, ts_ns, &message);
    case REPLAY_MESSAGE_MARK:
        return on_mark(r, in, ts_ns, &message);
    case REPLAY_MESSAGE_FORCED:
        return on_forced(r, in, ts_ns, &message);
    default:
        return on_depth(r, which, ts_ns, &message, text, length, ret_refused, error);
    }
}

/* Effect: publishes all levels as a snapshot. */
static int32_t publish_whole(struct replay_recording *r, const struct replay_instrument *in,
                             int64_t ts_ns)
{
    uint32_t total = in->depth.bids.count + in->depth.asks.count, bids, asks;

    if (total > r->whole.capacity) {
        struct bothy_level *levels = realloc(r->whole.levels, total * sizeof *levels);

        if (!levels)
            return BOTHY_ENOMEM;
        r->whole.levels = levels;
        r->whole.capacity = total;
    }
    replay_depth_write(&in->depth, r->whole.levels, &bids, &asks);
    return replay_send_book(r->output, in, ts_ns, in->depth.last_id, 1, r->whole.levels, bids,
                            asks);
}

int32_t replay_recording_join(struct replay_recording *r, struct replay_instrument *in,
                              int64_t ts_ns)
{
    int32_t code = 0;

    if (in->depth.state != REPLAY_DEPTH_WAITING)
        code = publish_whole(r, in, ts_ns);
    if (code < 0)
        return code;
    if (in->depth.state != REPLAY_DEPTH_LIVE)
        return replay_send_state(r->output, in, BOTHY_FEED_STATE_RESYNC,
                                 "waits for a depth snapshot");
    return replay_send_state(r->output, in, BOTHY_FEED_STATE_LIVE, "the book follows");
}

void replay_recording_end(struct replay_recording *r)
{
    for (uint32_t i = 0; i < r->format->symbol_count; i++)
        forget(r, &r->kept[i], r->kept[i].count, "dropped: depth without a snapshot");
}

void replay_recording_free(struct replay_recording *r)
{
    if (!r)
        return;
    for (uint32_t i = 0; i < REPLAY_SYMBOLS_MAX; i++) {
        for (uint32_t j = 0; j < r->kept[i].count; j++)
            free(r->kept[i].messages[j].text);
    }
    replay_levels_free(&r->levels);
    replay_levels_free(&r->whole);
    free(r);
}
