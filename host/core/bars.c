/*
 * Bars, once for all bots: taken from the venue where it gives them, put together from the
 * venue's own smaller bars or from trades where it does not. A bar event means that the bar is
 * closed; the forming one is a feed of its own.
 *
 * A bar that is put together is published when its time is over. One whose beginning was not
 * seen is not: half a bar is no bar.
 */
#include "core/state.h"

#include <stdlib.h>
#include <string.h>

struct bar_series *bars_series(struct core *core, struct instrument *in, uint32_t timeframe)
{
    struct bar_series *series;

    (void)core;
    for (uint32_t i = 0; i < in->series_count; i++) {
        if (in->series[i].timeframe == timeframe)
            return &in->series[i];
    }
    series = realloc(in->series, (in->series_count + 1) * sizeof *series);
    if (!series)
        return NULL;
    in->series = series;
    series = &in->series[in->series_count++];
    memset(series, 0, sizeof *series);
    series->timeframe = timeframe;
    series->closed_ns = INT64_MIN;
    series->native = (in->definition.bar_timeframes >> timeframe) & 1;
    return series;
}

static struct bothy_bar *bar_at(const struct bar_series *series, uint32_t index_from_oldest)
{
    uint32_t first = (series->next + series->capacity - series->count) % series->capacity;

    return &series->bars[(first + index_from_oldest) % series->capacity];
}

void bars_keep(struct bar_series *series, const struct bothy_bar *bar)
{
    uint32_t at;

    if (!series || series->capacity == 0)
        return;
    /* History comes after live bars where the venue takes its time: each to its place, once. */
    for (at = series->count; at > 0 && bar_at(series, at - 1)->open_ns > bar->open_ns; at--)
        ;
    if (at > 0 && bar_at(series, at - 1)->open_ns == bar->open_ns)
        return;
    if (series->count == series->capacity) {
        if (at == 0)
            return; /* older than all of a full ring */
        for (uint32_t i = 0; i + 1 < at && at < series->count; i++)
            *bar_at(series, i) = *bar_at(series, i + 1);
        if (at < series->count) {
            *bar_at(series, at - 1) = *bar;
            return;
        }
        series->bars[series->next] = *bar;
        series->next = (series->next + 1) % series->capacity;
        return;
    }
    series->next = (series->next + 1) % series->capacity;
    series->count++;
    for (uint32_t i = series->count - 1; i > at; i--)
        *bar_at(series, i) = *bar_at(series, i - 1);
    *bar_at(series, at) = *bar;
}

const struct bothy_bar *bars_get(const struct bar_series *series, uint32_t index_from_oldest)
{
    return bar_at(series, index_from_oldest);
}

void bars_interrupted(struct instrument *in)
{
    for (uint32_t i = 0; i < in->series_count; i++) {
        if (in->series[i].has_forming)
            in->series[i].has_forming = -1;
        in->series[i].seen = 0;
    }
}

static void publish_bar(struct core *core, struct instrument *in, struct bar_series *series,
                        const struct bothy_bar *bar, uint32_t flags)
{
    union event_room room;
    struct bothy_event *event =
        event_begin(&room, BOTHY_EVENT_BAR, in->number, in->venue,
                    flags & BOTHY_EVENT_FORMING ? core->now_ns : bar->close_ns, bar, sizeof *bar);

    event->flags = flags;
    if (!(flags & BOTHY_EVENT_FORMING))
        bars_keep(series, bar);
    output_publish(core, event);
}

static void close_forming(struct core *core, struct instrument *in, struct bar_series *series)
{
    struct bothy_bar bar = series->forming;
    int whole = series->has_forming > 0;

    series->has_forming = 0;
    series->closed_ns = bar.open_ns;
    if (whole)
        publish_bar(core, in, series, &bar, 0);
}

static struct bothy_decimal larger(struct bothy_decimal a, struct bothy_decimal b)
{
    return bothy_decimal_compare(a, b) >= 0 ? a : b;
}

static struct bothy_decimal smaller(struct bothy_decimal a, struct bothy_decimal b)
{
    return bothy_decimal_compare(a, b) <= 0 ? a : b;
}

/* Adds a piece, a trade or a smaller bar, that lies at piece->open_ns. */
static void add_piece(struct core *core, struct instrument *in, struct bar_series *series,
                      const struct bothy_bar *piece, int whole_if_first)
{
    int64_t open_ns = bothy_timeframe_open_ns(series->timeframe, piece->open_ns);
    struct bothy_bar *bar = &series->forming;
    struct bothy_decimal volume;

    /* What comes late belongs to a bar that is out: it cannot be changed any more. */
    if (open_ns <= series->closed_ns || (series->has_forming && open_ns < bar->open_ns))
        return;
    if (series->has_forming && bar->open_ns != open_ns)
        close_forming(core, in, series);
    if (!series->has_forming) {
        *bar = *piece;
        bar->timeframe = series->timeframe;
        bar->open_ns = open_ns;
        bar->close_ns = open_ns + bothy_timeframe_ns(series->timeframe);
        /* -1: begun in its middle, and the first of this series: dropped when it closes. */
        series->has_forming = (whole_if_first || series->seen) && market_trusted(in) ? 1 : -1;
        series->seen = 1;
    } else {
        bar->high = larger(bar->high, piece->high);
        bar->low = smaller(bar->low, piece->low);
        bar->close = piece->close;
        if (bothy_decimal_add(bar->volume, piece->volume, &volume) == 0)
            bar->volume = volume;
        bar->trade_count += piece->trade_count;
    }
    if (series->forming_bots && series->has_forming > 0)
        publish_bar(core, in, series, bar, BOTHY_EVENT_FORMING);
    if (piece->close_ns >= bar->close_ns)
        close_forming(core, in, series);
}

void bars_on_event(struct core *core, struct instrument *in, const struct bothy_event *event)
{
    uint32_t base = market_base_timeframe(in);
    struct bothy_bar piece;

    if (event->type == BOTHY_EVENT_BAR) {
        const struct bothy_bar *bar = BOTHY_EVENT_BODY(event, struct bothy_bar);

        if (event->flags & (BOTHY_EVENT_FORMING | BOTHY_EVENT_HISTORY))
            return;
        for (uint32_t i = 0; i < in->series_count; i++) {
            struct bar_series *series = &in->series[i];

            if (series->native && series->timeframe == bar->timeframe)
                bars_keep(series, bar);
            else if (!series->native && bar->timeframe == base && series->timeframe > base &&
                     bothy_timeframe_ns(series->timeframe) % bothy_timeframe_ns(base) == 0)
                add_piece(core, in, series, bar,
                          bar->open_ns == bothy_timeframe_open_ns(series->timeframe, bar->open_ns));
        }
        return;
    }
    if (event->type != BOTHY_EVENT_TRADE || base != BOTHY_TF_NONE)
        return;
    memset(&piece, 0, sizeof piece);
    piece.open = BOTHY_EVENT_BODY(event, struct bothy_trade)->price;
    piece.high = piece.low = piece.close = piece.open;
    piece.volume = BOTHY_EVENT_BODY(event, struct bothy_trade)->quantity;
    piece.trade_count = 1;
    piece.open_ns = event->ts_event_ns;
    piece.close_ns = event->ts_event_ns;
    for (uint32_t i = 0; i < in->series_count; i++)
        add_piece(core, in, &in->series[i], &piece, 0);
}

void bars_time(struct core *core, struct instrument *in)
{
    for (uint32_t i = 0; i < in->series_count; i++) {
        struct bar_series *series = &in->series[i];

        /* From smaller bars: the last of them closes it. From trades only time can. */
        if (series->has_forming && market_base_timeframe(in) == BOTHY_TF_NONE &&
            core->now_ns >= series->forming.close_ns) {
            close_forming(core, in, series);
            /* The next one's beginning is seen, unless nothing is heard of the venue. */
            series->seen = in->feed_state != BOTHY_FEED_STATE_DOWN && market_trusted(in);
        }
    }
}
