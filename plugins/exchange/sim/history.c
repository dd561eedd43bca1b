/*
 * What a subscriber may ask of the past: bars of any time frame that whole minutes make up,
 * settled funding rates and samples of the open interest, up to the present instant.
 */
#include "feed.h"

/* Joins the minutes from the bar's opening on; all of them must be closed and still kept. */
static void join(const struct sim_market *m, int64_t open_ns, uint32_t minutes,
                 struct sim_bar *ret_bar)
{
    uint64_t first = (uint64_t)((open_ns - m->first_bar_ns) / BOTHY_NS_PER_MIN);
    struct sim_bar bar = m->bars[first % m->bar_capacity];

    for (uint64_t i = first + 1; i < first + minutes; i++) {
        const struct sim_bar *part = &m->bars[i % m->bar_capacity];

        if (part->high > bar.high)
            bar.high = part->high;
        if (part->low < bar.low)
            bar.low = part->low;
        bar.close = part->close;
        bar.lots += part->lots;
        bar.trades += part->trades;
    }
    *ret_bar = bar;
}

static int32_t history_bars(const struct sim_feed *feed, const struct sim_output *output,
                            const struct bothy_history_request *request)
{
    const struct sim_market *m = feed->market;
    int64_t length = bothy_timeframe_ns(request->timeframe);
    uint64_t kept = m->bar_count < m->bar_capacity ? m->bar_count : m->bar_capacity;
    int64_t oldest = m->bar_open_ns - (int64_t)kept * BOTHY_NS_PER_MIN;
    int64_t first, end;

    if (length == 0)
        return BOTHY_ENOTSUP;
    end = bothy_timeframe_open_ns(request->timeframe, m->bar_open_ns);
    first = bothy_timeframe_open_ns(request->timeframe, oldest);
    if (first < oldest)
        first += length;
    if (first < end && (end - first) / length > (int64_t)request->count)
        first = end - (int64_t)request->count * length;
    for (int64_t open_ns = first; open_ns < end; open_ns += length) {
        struct sim_record record =
            sim_record_make(feed, BOTHY_EVENT_BAR, sizeof record.body.bar, open_ns + length);
        struct sim_bar bar;
        int32_t r;

        join(m, open_ns, (uint32_t)(length / BOTHY_NS_PER_MIN), &bar);
        record.event.flags = BOTHY_EVENT_HISTORY;
        sim_bar_body(m, &bar, request->timeframe, open_ns, &record.body.bar);
        r = sim_record_send(output, &record);
        if (r < 0)
            return r;
    }
    return 0;
}

static int32_t history_funding(const struct sim_feed *feed, const struct sim_output *output,
                               const struct bothy_history_request *request)
{
    const struct sim_market *m = feed->market;
    uint64_t kept =
        m->settlement_count < SIM_SETTLEMENTS_MAX ? m->settlement_count : SIM_SETTLEMENTS_MAX;
    uint64_t count = request->count < kept ? request->count : kept;

    for (uint64_t i = m->settlement_count - count; i < m->settlement_count; i++) {
        const struct sim_settlement *at = &m->settlements[i % SIM_SETTLEMENTS_MAX];
        struct sim_record record =
            sim_record_make(feed, BOTHY_EVENT_FUNDING, sizeof record.body.funding, at->ts_ns);
        int32_t r;

        record.event.flags = BOTHY_EVENT_HISTORY;
        sim_funding_body(m, at->rate, at->ts_ns + m->with.funding_interval_ns,
                         BOTHY_FUNDING_SETTLED, &record.body.funding);
        r = sim_record_send(output, &record);
        if (r < 0)
            return r;
    }
    return 0;
}

static int32_t history_interest(const struct sim_feed *feed, const struct sim_output *output,
                                const struct bothy_history_request *request)
{
    const struct sim_market *m = feed->market;
    uint64_t kept = m->sample_count < SIM_SAMPLES_MAX ? m->sample_count : SIM_SAMPLES_MAX;
    uint64_t count = request->count < kept ? request->count : kept;

    for (uint64_t i = m->sample_count - count; i < m->sample_count; i++) {
        const struct sim_sample *at = &m->samples[i % SIM_SAMPLES_MAX];
        struct sim_record record = sim_record_make(feed, BOTHY_EVENT_OPEN_INTEREST,
                                                   sizeof record.body.open_interest, at->ts_ns);
        int32_t r;

        record.event.flags = BOTHY_EVENT_HISTORY;
        sim_interest_body(m, at, &record.body.open_interest);
        r = sim_record_send(output, &record);
        if (r < 0)
            return r;
    }
    return 0;
}

int32_t sim_feed_history(const struct sim_feed *feed, const struct sim_output *output,
                         const struct bothy_history_request *request)
{
    if (request->feed == BOTHY_FEED_BARS)
        return history_bars(feed, output, request);
    if (request->feed == BOTHY_FEED_FUNDING && feed->market->derivative)
        return history_funding(feed, output, request);
    if (request->feed == BOTHY_FEED_OPEN_INTEREST && feed->market->derivative)
        return history_interest(feed, output, request);
    return BOTHY_ENOTSUP;
}
