/*
 * History out of the same files: see past.h. Bad records are passed over here: when their turn
 * comes in the replay, they are reported.
 */
#include "past.h"

#include "reader.h"

#include <stdlib.h>
#include <string.h>

/* The newest bars, in a ring, and the one that is being put together. */
struct collection {
    struct bothy_bar *bars; /* [owned] */
    uint64_t count;
    uint32_t capacity;
    struct bothy_bar joined;
    int64_t joined_ns; /* how much of it is there */
};

static struct bothy_decimal greater(struct bothy_decimal a, struct bothy_decimal b)
{
    return bothy_decimal_compare(a, b) >= 0 ? a : b;
}

static struct bothy_decimal lesser(struct bothy_decimal a, struct bothy_decimal b)
{
    return bothy_decimal_compare(a, b) <= 0 ? a : b;
}

/* A bar of which a part is missing is none. */
static void join(struct collection *c, uint32_t timeframe, const struct bothy_bar *bar)
{
    int64_t open_ns = bothy_timeframe_open_ns(timeframe, bar->open_ns);
    int64_t length = bothy_timeframe_ns(timeframe);
    struct bothy_bar *to = &c->joined;

    if (c->joined_ns == 0 || to->open_ns != open_ns) {
        *to = *bar;
        to->timeframe = timeframe;
        to->open_ns = open_ns;
        to->close_ns = open_ns + length;
        c->joined_ns = 0;
    } else {
        to->high = greater(to->high, bar->high);
        to->low = lesser(to->low, bar->low);
        to->close = bar->close;
        to->trade_count += bar->trade_count;
        if (bothy_decimal_add(to->volume, bar->volume, &to->volume) < 0)
            return;
    }
    c->joined_ns += bar->close_ns - bar->open_ns;
    if (c->joined_ns < length)
        return;
    c->bars[c->count++ % c->capacity] = *to;
    c->joined_ns = 0;
}

static int32_t publish(struct replay_output *output, const struct replay_instrument *instrument,
                       const struct collection *c)
{
    uint64_t kept = c->count < c->capacity ? c->count : c->capacity;

    for (uint64_t i = c->count - kept; i < c->count; i++) {
        int32_t r =
            replay_send_bar(output, instrument, &c->bars[i % c->capacity], BOTHY_EVENT_HISTORY);

        if (r < 0)
            return r;
    }
    return (int32_t)kept;
}

/* Files are read again with errors passed over, whatever their own options say. */
static int32_t open_again(const struct replay_format *format, struct replay_format *again,
                          struct replay_reader *reader)
{
    *again = *format;
    if (again->on_error == REPLAY_ON_ERROR_STOP)
        again->on_error = REPLAY_ON_ERROR_SKIP;
    return replay_reader_open(reader, again, NULL, 1, NULL) < 0 ? BOTHY_ENOTSUP : 0;
}

int32_t replay_past_bars(struct replay_output *output, const struct replay_instrument *instrument,
                         const struct replay_format *format, uint32_t timeframe, uint32_t count,
                         int64_t before_ns)
{
    int64_t length = bothy_timeframe_ns(timeframe);
    struct replay_format again;
    struct replay_reader reader;
    struct collection c = { 0 };
    int32_t r = 0;

    if (length == 0 || count == 0 || length % bothy_timeframe_ns(format->timeframe) != 0)
        return BOTHY_ENOTSUP;
    c.capacity = count < REPLAY_PAST_MAX ? count : REPLAY_PAST_MAX;
    c.bars = calloc(c.capacity, sizeof *c.bars);
    if (!c.bars)
        return BOTHY_ENOMEM;
    r = open_again(format, &again, &reader);
    while (r == 0 && !reader.ended && reader.pending.ts_ns <= before_ns) {
        join(&c, timeframe, &reader.pending.body.bar);
        r = replay_reader_advance(&reader, NULL);
    }
    if (r == 0)
        r = publish(output, instrument, &c);
    replay_reader_close(&reader);
    free(c.bars);
    return r;
}

void replay_funding_body(const struct replay_format *format, int64_t ts_ns,
                         struct bothy_decimal rate, struct bothy_funding *ret_body)
{
    int64_t interval = format->interval_ns;

    memset(ret_body, 0, sizeof *ret_body);
    ret_body->rate = rate;
    ret_body->interval_ns = interval;
    /* Recorded times are some milliseconds late: the next one is counted from the whole hour. */
    ret_body->next_settlement_ns = (ts_ns + interval / 2) / interval * interval + interval;
    ret_body->flags = BOTHY_FUNDING_SETTLED;
}

int32_t replay_past_funding(struct replay_output *output,
                            const struct replay_instrument *instrument,
                            const struct replay_format *format, uint32_t count, int64_t before_ns)
{
    uint32_t capacity = count < REPLAY_PAST_MAX ? count : REPLAY_PAST_MAX;
    struct replay_record *records = calloc(capacity ? capacity : 1, sizeof *records);
    struct replay_format again;
    struct replay_reader reader;
    uint64_t seen = 0;
    int32_t r;

    if (!records)
        return BOTHY_ENOMEM;
    r = open_again(format, &again, &reader);
    while (r == 0 && capacity > 0 && !reader.ended && reader.pending.ts_ns <= before_ns) {
        records[seen++ % capacity] = reader.pending;
        r = replay_reader_advance(&reader, NULL);
    }
    for (uint64_t i = seen < capacity ? 0 : seen - capacity; r == 0 && i < seen; i++) {
        const struct replay_record *at = &records[i % capacity];
        struct bothy_funding funding;

        replay_funding_body(format, at->ts_ns, at->body.rate, &funding);
        r = replay_send_funding(output, instrument, at->ts_ns, &funding, BOTHY_EVENT_HISTORY);
    }
    if (r == 0)
        r = (int32_t)(seen < capacity ? seen : capacity);
    replay_reader_close(&reader);
    free(records);
    return r;
}
