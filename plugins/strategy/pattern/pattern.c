/*
 * pattern: signals from candlestick patterns on closed bars.
 *
 * For each symbol of the configuration the plugin keeps the last three bars and a moving average
 * of closes. When a live bar closes it looks for a shape (shapes.h), asks the trend filter, has
 * the levels computed and checked, and hands the signal over. Bars of the history only warm up.
 *
 * Cooldown, caps and what becomes of a signal are the host's. The levels are never replaced by
 * unchecked ones: what the calculator refuses is counted and logged, and that is all.
 */
#include <bothy/bothy.h>
#include <bothy/levels.h>
#include <bothy/ta.h>

#include "shapes.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SYMBOL BOTHY_OPTION_PER_SYMBOL
#define LIVE   (BOTHY_OPTION_PER_SYMBOL | BOTHY_OPTION_RELOADABLE)

static const struct bothy_option options[] = {
    { "timeframe", BOTHY_OPTION_TIMEFRAME, SYMBOL, "5m", NULL, NULL, NULL, NULL,
      "Length of the bars that patterns are looked for on." },
    { "trend_filter", BOTHY_OPTION_ENUM, LIVE, "with", NULL, NULL, NULL, "with|off",
      "with: bullish patterns only with the close above the moving average, bearish ones only "
      "below. off: no filter." },
    { "trend_period", BOTHY_OPTION_INT, SYMBOL, "50", "2", "1000", "bars", NULL,
      "Bars of the trend filter's simple moving average." },
    { "min_confidence", BOTHY_OPTION_NUMBER, LIVE, "0", "0", "1", NULL, NULL,
      "Patterns with less confidence than this give no signal." },
    { "hammer_wick", BOTHY_OPTION_NUMBER, LIVE, "2", "0.1", "100", "bodies", NULL,
      "The long wick of a hammer or shooting star is longer than this." },
    { "hammer_other_wick", BOTHY_OPTION_NUMBER, LIVE, "0.3", "0.001", "100", "bodies", NULL,
      "The other wick of a hammer or shooting star is shorter than this." },
    { "engulfing_body", BOTHY_OPTION_NUMBER, LIVE, "0.8", "0", "100", "bodies", NULL,
      "The body of an engulfing bar is larger than this many bodies of the bar before." },
    { "star_middle", BOTHY_OPTION_NUMBER, LIVE, "0.5", "0.001", "100", "bodies", NULL,
      "The middle body of a morning or evening star is smaller than this many means of the outer "
      "bodies." },
    { "hammer_stop_pct", BOTHY_OPTION_PERCENT, LIVE, "10", "0", "1000", "% of range", NULL,
      "Distance of the stop from the end of a hammer's or shooting star's long wick." },
    { "long_stop_pct", BOTHY_OPTION_PERCENT, LIVE, "1.0", "0", "50", "%", NULL,
      "Distance of the other bullish patterns' stop below the lowest low of three bars." },
    { "short_stop_pct", BOTHY_OPTION_PERCENT, LIVE, "0.5", "0", "50", "%", NULL,
      "Distance of the other bearish patterns' stop above the highest high of three bars." },
};

struct symbol {
    uint32_t instrument;
    uint32_t timeframe;
    uint32_t trend_period;
    uint32_t trend_filter; /* 1: on */
    double min_confidence;
    struct shape_rules rules;
    struct bothy_levels_request levels; /* all but entry, direction and swings */
    struct bothy_levels_limits limits;
    struct bothy_sma sma;
    double *ring;
    double average;
    uint32_t average_valid;
    uint32_t bar_count;
    struct bar bars[SHAPE_BARS]; /* oldest first */
};

struct pattern {
    const struct bothy_host *host;
    const struct bothy_instruments_service *instruments;
    const struct bothy_subscriptions_service *subscriptions;
    const struct bothy_signals_service *signals;
    const struct bothy_metrics_service *metrics; /* may be NULL */
    uint64_t tag;
    uint32_t symbol_count;
    uint32_t reserved;
    struct symbol symbols[];
};

static void count(struct pattern *self, const char *name)
{
    if (self->metrics)
        self->metrics->count(self->host, name, 1);
}

static int32_t check(const struct bothy_config *config, struct bothy_error *error)
{
    for (uint32_t i = 0; i < bothy_config_symbol_count(config); i++) {
        const struct bothy_config *view = bothy_config_for_symbol(config, i);
        double target = bothy_config_number(view, "risk.tp1_mult");
        double least = bothy_config_number(view, "risk.min_rr");

        /* The target is tp1_mult risks away, whatever the stop. */
        if (target < least - 1e-9)
            return bothy_fail(error, BOTHY_EINVAL,
                              "%s: risk.tp1_mult %g is below risk.min_rr %g, so that no signal "
                              "could pass; raise the one or lower the other",
                              bothy_config_symbol(config, i), target, least);
    }
    return 0;
}

static void read_live_options(struct symbol *symbol, const struct bothy_config *view)
{
    symbol->trend_filter = bothy_config_enum(view, "trend_filter") == 0;
    symbol->min_confidence = bothy_config_number(view, "min_confidence");
    symbol->rules.hammer_wick = bothy_config_number(view, "hammer_wick");
    symbol->rules.hammer_other_wick = bothy_config_number(view, "hammer_other_wick");
    symbol->rules.engulfing_body = bothy_config_number(view, "engulfing_body");
    symbol->rules.star_middle = bothy_config_number(view, "star_middle");
    symbol->rules.stop_range = bothy_config_number(view, "hammer_stop_pct") / 100;
    symbol->rules.stop_long = bothy_config_number(view, "long_stop_pct") / 100;
    symbol->rules.stop_short = bothy_config_number(view, "short_stop_pct") / 100;
    bothy_levels_from_config(view, &symbol->levels, &symbol->limits);
    symbol->levels.method = BOTHY_LEVELS_STRUCTURE;
    /* The stop has its own distance from the pattern already: a buffer would widen it twice. */
    symbol->limits.buffer_pct = 0;
}

static void destroy(void *data)
{
    struct pattern *self = data;

    if (!self)
        return;
    for (uint32_t i = 0; i < self->symbol_count; i++)
        free(self->symbols[i].ring);
    free(self);
}

static int32_t create(const struct bothy_host *host, const struct bothy_config *config,
                      void **ret_self, struct bothy_error *error)
{
    uint32_t symbol_count = bothy_config_symbol_count(config);
    struct pattern *self = calloc(1, sizeof *self + symbol_count * sizeof self->symbols[0]);

    if (!self)
        return bothy_fail(error, BOTHY_ENOMEM, "no memory for %u symbols", symbol_count);
    self->host = host;
    self->symbol_count = symbol_count;
    self->instruments = bothy_host_get(host, BOTHY_INSTRUMENTS_1);
    self->subscriptions = bothy_host_get(host, BOTHY_SUBSCRIPTIONS_1);
    self->signals = bothy_host_get(host, BOTHY_SIGNALS_1);
    self->metrics = bothy_host_get(host, BOTHY_METRICS_1);
    if (!self->instruments || !self->subscriptions || !self->signals) {
        destroy(self);
        return bothy_fail(error, BOTHY_ENOTSUP,
                          "the host lacks one of %s, %s, %s; use a newer bothy",
                          BOTHY_INSTRUMENTS_1, BOTHY_SUBSCRIPTIONS_1, BOTHY_SIGNALS_1);
    }
    for (uint32_t i = 0; i < symbol_count; i++) {
        const struct bothy_config *view = bothy_config_for_symbol(config, i);
        struct symbol *symbol = &self->symbols[i];

        symbol->timeframe = bothy_config_timeframe(view, "timeframe");
        symbol->trend_period = (uint32_t)bothy_config_int(view, "trend_period");
        read_live_options(symbol, view);
        symbol->ring = calloc(BOTHY_SMA_RING(symbol->trend_period), sizeof symbol->ring[0]);
        if (!symbol->ring || bothy_sma_init(&symbol->sma, symbol->trend_period, symbol->ring,
                                            BOTHY_SMA_RING(symbol->trend_period)) < 0) {
            destroy(self);
            return bothy_fail(error, BOTHY_ENOMEM, "no memory for the trend of %s",
                              bothy_config_symbol(config, i));
        }
    }
    *ret_self = self;
    return 0;
}

static int32_t start(void *data, struct bothy_error *error)
{
    struct pattern *self = data;

    for (uint32_t i = 0; i < self->symbol_count; i++) {
        struct symbol *symbol = &self->symbols[i];
        struct bothy_subscription wanted = {
            .size = sizeof wanted,
            .feeds = BOTHY_FEED_BARS,
            .timeframe = symbol->timeframe,
            .history = symbol->trend_period + SHAPE_BARS,
        };
        int32_t r;

        symbol->instrument = self->instruments->of_symbol(self->host, i);
        wanted.instrument = symbol->instrument;
        r = self->subscriptions->subscribe(self->host, &wanted);
        if (r < 0)
            return bothy_fail(error, r, "cannot subscribe to %s bars of symbol %u: %s",
                              bothy_timeframe_name(symbol->timeframe), i, bothy_strerror(r));
    }
    return 0;
}

static int32_t emit(struct pattern *self, const struct symbol *symbol, const struct bar *bar,
                    const struct shape_found *found)
{
    const char *type = found->direction == BOTHY_DIRECTION_LONG ? "bullish" : "bearish";
    struct bothy_levels_request request = symbol->levels;
    struct bothy_levels levels;
    struct bothy_signal signal;
    int32_t r;

    request.entry = bar->close;
    request.direction = found->direction;
    if (found->direction == BOTHY_DIRECTION_LONG) {
        request.swing_low = found->stop;
        request.has |= BOTHY_LEVELS_HAS_SWING_LOW;
    } else {
        request.swing_high = found->stop;
        request.has |= BOTHY_LEVELS_HAS_SWING_HIGH;
    }
    r = bothy_levels_calculate(&request, &symbol->limits, &levels);
    if (r < 0)
        return r;
    if (r == 0) {
        count(self, "rejected_levels");
        bothy_log(self->host, BOTHY_LOG_DEBUG, "%s %s refused: %s", type, shape_name(found->shape),
                  levels.rejection_reason);
        return 0;
    }

    bothy_signal_init(&signal, BOTHY_SIGNAL_CANDLESTICK_PATTERN, symbol->instrument,
                      found->direction, bar->close_ns);
    signal.timeframe = symbol->timeframe;
    signal.current = bar->close;
    signal.confidence = found->strength;
    bothy_levels_to_signal(&levels, &signal);
    bothy_signal_add_text(&signal, "pattern_name", shape_name(found->shape));
    bothy_signal_add_text(&signal, "pattern_type", type);
    bothy_signal_add_text(&signal, "timeframe", bothy_timeframe_name(symbol->timeframe));
    bothy_signal_add_number(&signal, "confidence", found->strength);
    bothy_signal_add_reason(&signal, "%s pattern %s on %s", type, shape_name(found->shape),
                            bothy_timeframe_name(symbol->timeframe));
    if (symbol->trend_filter)
        bothy_signal_add_reason(&signal, "close %s SMA%u",
                                found->direction == BOTHY_DIRECTION_LONG ? "above" : "below",
                                symbol->trend_period);
    r = self->signals->emit(self->host, &signal, ++self->tag);
    if (r == 0)
        count(self, "signals");
    return r;
}

/* Whether the trend filter lets a pattern pass; a close on the average is neither above nor below.
 */
static int trend_agrees(const struct symbol *symbol, const struct bar *bar, int32_t direction)
{
    double distance = direction * (bar->close - symbol->average);

    if (!symbol->trend_filter)
        return 1;
    return symbol->average_valid && distance > SHAPE_PRICE_ERROR * bar->close;
}

static int32_t take_bar(struct pattern *self, struct symbol *symbol, const struct bar *bar,
                        int live)
{
    struct shape_found found;
    int32_t r;

    /* History and live bars may overlap. */
    if (symbol->bar_count > 0 && bar->open_ns <= symbol->bars[symbol->bar_count - 1].open_ns)
        return 0;
    if (bar->low <= 0 || bar->high < bar->low) {
        count(self, "bad_bars");
        return 0;
    }
    r = bothy_sma_push(&symbol->sma, bar->close, &symbol->average);
    if (r < 0)
        return r;
    symbol->average_valid = r > 0;
    if (symbol->bar_count == SHAPE_BARS)
        memmove(symbol->bars, symbol->bars + 1, (SHAPE_BARS - 1) * sizeof symbol->bars[0]);
    else
        symbol->bar_count++;
    symbol->bars[symbol->bar_count - 1] = *bar;
    if (!live || !shape_find(&symbol->rules, symbol->bars, symbol->bar_count, &found))
        return 0;
    if (found.strength < symbol->min_confidence || !trend_agrees(symbol, bar, found.direction))
        return 0;
    return emit(self, symbol, bar, &found);
}

static int32_t on_event(void *data, const struct bothy_event *event)
{
    struct pattern *self = data;
    const struct bothy_bar *body;
    struct symbol *symbol;
    struct bar bar;
    uint32_t index;

    if (event->type != BOTHY_EVENT_BAR || (event->flags & BOTHY_EVENT_FORMING))
        return 0;
    body = BOTHY_EVENT_BODY(event, struct bothy_bar);
    index = self->instruments->symbol_of(self->host, event->instrument);
    if (!body || index >= self->symbol_count)
        return 0;
    symbol = &self->symbols[index];
    if (body->timeframe != symbol->timeframe)
        return 0;
    bar.open_ns = body->open_ns;
    bar.close_ns = body->close_ns;
    bar.open = bothy_decimal_to_double(body->open);
    bar.high = bothy_decimal_to_double(body->high);
    bar.low = bothy_decimal_to_double(body->low);
    bar.close = bothy_decimal_to_double(body->close);
    bar.volume = bothy_decimal_to_double(body->volume);
    return take_bar(self, symbol, &bar,
                    !(event->flags & (BOTHY_EVENT_HISTORY | BOTHY_EVENT_CONFLATED)));
}

static int32_t reload(void *data, const struct bothy_config *config, struct bothy_error *error)
{
    struct pattern *self = data;
    int32_t r = check(config, error);

    if (r < 0)
        return r;
    if (bothy_config_symbol_count(config) != self->symbol_count)
        return bothy_fail(error, BOTHY_EINVAL, "symbols change only with a restart of the bot");
    for (uint32_t i = 0; i < self->symbol_count; i++)
        read_live_options(&self->symbols[i], bothy_config_for_symbol(config, i));
    return 0;
}

static int32_t health(void *data, char *text, size_t capacity)
{
    const struct pattern *self = data;
    uint32_t ready = 0;

    for (uint32_t i = 0; i < self->symbol_count; i++)
        ready += !self->symbols[i].trend_filter || self->symbols[i].average_valid;
    snprintf(text, capacity, "%u of %u symbols warmed up", ready, self->symbol_count);
    return BOTHY_HEALTH_OK;
}

static const struct bothy_strategy_ops ops = {
    .size = sizeof ops,
    .check = check,
    .create = create,
    .start = start,
    .on_event = on_event,
    .reload = reload,
    .health = health,
    .destroy = destroy,
};

BOTHY_PLUGIN_EXPORT const struct bothy_plugin bothy_plugin = {
    BOTHY_PLUGIN_HEADER(BOTHY_KIND_STRATEGY),
    .name = "pattern",
    .version = "1.0.0",
    .summary = "candlestick patterns on closed bars, with a trend filter",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .ops.strategy = &ops,
};
