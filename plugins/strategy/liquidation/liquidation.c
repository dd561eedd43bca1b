/*
 * liquidation: signals from forced orders.
 *
 * For each symbol the plugin keeps the value of liquidated positions over a window, the order book,
 * the takers' flow, and Bollinger bands and true range of closed bars. On every closed bar,
 * and on liquidations at most once per `interval`, it adds up a score (score.h) and, if that
 * is decided enough, hands a signal over. History only warms up.
 *
 * Where the venue has no feed of liquidations, large trades stand in for them, and the signal says
 * so. A book that may be wrong counts nothing. Cooldown, caps and what becomes of a signal
 * are the host's.
 */
#include <bothy/bothy.h>
#include <bothy/flow.h>
#include <bothy/levels.h>
#include <bothy/ta.h>

#include "book.h"
#include "score.h"
#include "state.h"
#include "window.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SYMBOL BOTHY_OPTION_PER_SYMBOL
#define LIVE   (BOTHY_OPTION_PER_SYMBOL | BOTHY_OPTION_RELOADABLE)

static const struct bothy_option options[] = {
    { "mode", BOTHY_OPTION_ENUM, LIVE, "contrarian", NULL, NULL, NULL, "contrarian|squeeze",
      "contrarian: against the cascade, at the outer side of the bands. squeeze: with it, bands "
      "play no part." },
    { "source", BOTHY_OPTION_ENUM, SYMBOL, "auto", NULL, NULL, NULL, "auto|feed|trades",
      "Where liquidations come from. auto: the venue's feed, or large trades where it has none." },
    { "timeframe", BOTHY_OPTION_TIMEFRAME, SYMBOL, "5m", NULL, NULL, NULL, NULL,
      "Length of the bars that bands and true range are made of." },
    { "bb_period", BOTHY_OPTION_INT, SYMBOL, "20", "2", "500", "bars", NULL,
      "Bars of the Bollinger bands." },
    { "bb_deviations", BOTHY_OPTION_NUMBER, SYMBOL, "2", "0.1", "10", NULL, NULL,
      "Distance of the bands from their mean, in standard deviations." },
    { "window", BOTHY_OPTION_DURATION, SYMBOL, "5m", "1m", "24h", NULL, NULL,
      "Liquidations are added up over this time." },
    { "min_usd", BOTHY_OPTION_DECIMAL, LIVE, "50000", "0", NULL, "quote currency", NULL,
      "Less than this liquidated within the window, both sides together, says nothing." },
    { "imbalance", BOTHY_OPTION_NUMBER, LIVE, "1.5", "1", "1000", NULL, NULL,
      "One side counts as liquidated when its value is more than this many times the other's." },
    { "book_levels", BOTHY_OPTION_INT, SYMBOL, "50", "0", "500", "levels", NULL,
      "Levels of each side of the book that are compared; 0: do not look at the book." },
    { "book_ratio", BOTHY_OPTION_NUMBER, LIVE, "1.3", "1", "1000", NULL, NULL,
      "One side of the book counts as heavier from this ratio on." },
    { "flow_trades", BOTHY_OPTION_INT, SYMBOL, "1000", "0", "100000", "trades", NULL,
      "Trades that the takers' flow looks at; 0: do not look at it." },
    { "flow_min_trades", BOTHY_OPTION_INT, LIVE, "50", "1", "100000", "trades", NULL,
      "With fewer trades than this the flow says nothing." },
    { "flow_high", BOTHY_OPTION_NUMBER, LIVE, "0.6", "0", "1", NULL, NULL,
      "Share of buys from which takers count as buyers." },
    { "flow_low", BOTHY_OPTION_NUMBER, LIVE, "0.4", "0", "1", NULL, NULL,
      "Share of buys down from which takers count as sellers." },
    { "interval", BOTHY_OPTION_DURATION, LIVE, "5s", "0s", "24h", NULL, NULL,
      "Least time between two judgements on liquidations. Closed bars are always judged." },
    { "large_trades", BOTHY_OPTION_INT, SYMBOL, "100", "1", "100000", "trades", NULL,
      "A large trade is one that stands out from the mean of this many before it." },
    { "large_multiple", BOTHY_OPTION_NUMBER, LIVE, "10", "1", "100000", NULL, NULL,
      "A trade is large from this many times the mean on." },
    { "large_min", BOTHY_OPTION_DECIMAL, LIVE, "1000", "0", NULL, "quote currency", NULL,
      "A trade of less value than this is never large." },
    { "large_default", BOTHY_OPTION_DECIMAL, LIVE, "10000", "0", NULL, "quote currency", NULL,
      "Value from which a trade is large while there is no mean yet." },
    { "atr_fallback", BOTHY_OPTION_PERCENT, LIVE, "0.75", "0.001", "50", "%", NULL,
      "Share of the price that stands for the average true range while there is none." },
};

enum { SOURCE_AUTO = 0, SOURCE_FEED = 1, SOURCE_TRADES = 2 };

struct symbol {
    /* fixed from create to destroy */
    uint32_t instrument;
    uint32_t source;
    uint32_t timeframe;
    uint32_t bb_period;
    uint32_t atr_period;
    uint32_t book_levels;
    uint32_t flow_trades;
    uint32_t large_trades;
    /* may be reloaded */
    uint32_t flow_min_trades;
    uint32_t reserved;
    int64_t interval_ns;
    double large_multiple;
    double large_min;
    double large_default;
    double atr_fallback_pct;
    struct liquidation_rules rules;
    struct bothy_levels_request levels; /* all but entry, direction and ATR */
    struct bothy_levels_limits limits;
    /* what was seen */
    struct window window;
    struct book book;
    struct bothy_flow flow;
    struct bothy_bbands bbands;
    struct bothy_bbands_value bands;
    struct bothy_atr atr;
    struct bothy_sma large;
    double *flow_ring;
    double *bbands_ring;
    double *atr_ring;
    double *large_ring;
    double true_range;
    double large_mean;
    uint32_t bands_valid;
    uint32_t true_range_valid;
    uint32_t large_mean_valid;
    uint32_t stale; /* the feed is silent for longer than it may be */
    double price;   /* 0: none yet */
    int64_t bar_close_ns;
    int64_t bar_open_ns;
    int64_t judged_ns;
};

struct liquidation {
    const struct bothy_host *host;
    const struct bothy_config *config;
    const struct bothy_instruments_service *instruments;
    const struct bothy_subscriptions_service *subscriptions;
    const struct bothy_signals_service *signals;
    const struct bothy_metrics_service *metrics; /* may be NULL */
    const struct bothy_clock_service *clock;
    uint64_t tag;
    uint32_t symbol_count;
    uint32_t reserved;
    struct symbol symbols[];
};

static void count(struct liquidation *self, const char *name)
{
    if (self->metrics)
        self->metrics->count(self->host, name, 1);
}

/* ---- configuration ---- */

static int32_t check(const struct bothy_config *config, struct bothy_error *error)
{
    for (uint32_t i = 0; i < bothy_config_symbol_count(config); i++) {
        const struct bothy_config *view = bothy_config_for_symbol(config, i);
        const char *name = bothy_config_symbol(config, i);
        int32_t r;

        if (bothy_config_number(view, "flow_high") <= bothy_config_number(view, "flow_low"))
            return bothy_fail(error, BOTHY_EINVAL, "%s: flow_high is not above flow_low; swap them",
                              name);
        r = bothy_levels_check_config(view, name, error);
        if (r < 0)
            return r;
    }
    return 0;
}

static void read_live_options(struct symbol *symbol, const struct bothy_config *view)
{
    symbol->flow_min_trades = (uint32_t)bothy_config_int(view, "flow_min_trades");
    symbol->interval_ns = bothy_config_ns(view, "interval");
    symbol->large_multiple = bothy_config_number(view, "large_multiple");
    symbol->large_min = bothy_config_number(view, "large_min");
    symbol->large_default = bothy_config_number(view, "large_default");
    symbol->atr_fallback_pct = bothy_config_number(view, "atr_fallback");
    symbol->rules.mode =
        bothy_config_enum(view, "mode") == 1 ? LIQUIDATION_SQUEEZE : LIQUIDATION_CONTRARIAN;
    symbol->rules.imbalance = bothy_config_number(view, "imbalance");
    symbol->rules.min_value = bothy_config_number(view, "min_usd");
    symbol->rules.book = bothy_config_number(view, "book_ratio");
    symbol->rules.flow_high = bothy_config_number(view, "flow_high");
    symbol->rules.flow_low = bothy_config_number(view, "flow_low");
    bothy_levels_from_config(view, &symbol->levels, &symbol->limits);
}

static int32_t init_symbol(struct symbol *symbol, const struct bothy_config *view)
{
    uint32_t kind =
        bothy_config_enum(view, "risk.atr_kind") == 1 ? BOTHY_ATR_WILDER : BOTHY_ATR_SMA;
    int32_t r;

    symbol->source = (uint32_t)bothy_config_enum(view, "source");
    symbol->timeframe = bothy_config_timeframe(view, "timeframe");
    symbol->bb_period = (uint32_t)bothy_config_int(view, "bb_period");
    symbol->atr_period = (uint32_t)bothy_config_int(view, "risk.atr_period");
    symbol->book_levels = (uint32_t)bothy_config_int(view, "book_levels");
    symbol->flow_trades = (uint32_t)bothy_config_int(view, "flow_trades");
    symbol->large_trades = (uint32_t)bothy_config_int(view, "large_trades");
    window_init(&symbol->window, bothy_config_ns(view, "window"));
    read_live_options(symbol, view);

    symbol->bbands_ring = calloc(BOTHY_BBANDS_RING(symbol->bb_period), sizeof(double));
    symbol->atr_ring = calloc(BOTHY_ATR_RING(symbol->atr_period), sizeof(double));
    symbol->large_ring = calloc(BOTHY_SMA_RING(symbol->large_trades), sizeof(double));
    if (!symbol->bbands_ring || !symbol->atr_ring || !symbol->large_ring)
        return BOTHY_ENOMEM;
    r = bothy_bbands_init(&symbol->bbands, symbol->bb_period,
                          bothy_config_number(view, "bb_deviations"), symbol->bbands_ring,
                          BOTHY_BBANDS_RING(symbol->bb_period));
    if (r == 0)
        r = bothy_atr_init(&symbol->atr, kind, symbol->atr_period, symbol->atr_ring,
                           BOTHY_ATR_RING(symbol->atr_period));
    if (r == 0)
        r = bothy_sma_init(&symbol->large, symbol->large_trades, symbol->large_ring,
                           BOTHY_SMA_RING(symbol->large_trades));
    if (r == 0 && symbol->book_levels > 0)
        r = book_init(&symbol->book);
    if (r < 0 || symbol->flow_trades == 0)
        return r;
    symbol->flow_ring = calloc(symbol->flow_trades, sizeof(double));
    if (!symbol->flow_ring)
        return BOTHY_ENOMEM;
    return bothy_flow_init(&symbol->flow, symbol->flow_ring, symbol->flow_trades);
}

/* ---- the ladder ---- */

static void destroy(void *data)
{
    struct liquidation *self = data;

    if (!self)
        return;
    for (uint32_t i = 0; i < self->symbol_count; i++) {
        struct symbol *symbol = &self->symbols[i];

        free(symbol->flow_ring);
        free(symbol->bbands_ring);
        free(symbol->atr_ring);
        free(symbol->large_ring);
        book_free(&symbol->book);
    }
    free(self);
}

static int32_t create(const struct bothy_host *host, const struct bothy_config *config,
                      void **ret_self, struct bothy_error *error)
{
    uint32_t symbol_count = bothy_config_symbol_count(config);
    struct liquidation *self = calloc(1, sizeof *self + symbol_count * sizeof self->symbols[0]);

    if (!self)
        return bothy_fail(error, BOTHY_ENOMEM, "no memory for %u symbols", symbol_count);
    self->host = host;
    self->config = config;
    self->symbol_count = symbol_count;
    self->instruments = bothy_host_get(host, BOTHY_INSTRUMENTS_1);
    self->subscriptions = bothy_host_get(host, BOTHY_SUBSCRIPTIONS_1);
    self->signals = bothy_host_get(host, BOTHY_SIGNALS_1);
    self->metrics = bothy_host_get(host, BOTHY_METRICS_1);
    self->clock = bothy_host_get(host, BOTHY_CLOCK_1);
    if (!self->instruments || !self->subscriptions || !self->signals || !self->clock) {
        destroy(self);
        return bothy_fail(
            error, BOTHY_ENOTSUP, "the host lacks one of %s, %s, %s, %s; use a newer bothy",
            BOTHY_INSTRUMENTS_1, BOTHY_SUBSCRIPTIONS_1, BOTHY_SIGNALS_1, BOTHY_CLOCK_1);
    }
    for (uint32_t i = 0; i < symbol_count; i++) {
        int32_t r = init_symbol(&self->symbols[i], bothy_config_for_symbol(config, i));

        if (r < 0) {
            destroy(self);
            return bothy_fail(error, r, "cannot set up %s: %s", bothy_config_symbol(config, i),
                              bothy_strerror(r));
        }
    }
    *ret_self = self;
    return 0;
}

/* Feeds that a venue may lack: the score does without, and says so in the log. */
static void subscribe_optional(struct liquidation *self, uint32_t index, uint32_t feeds,
                               uint32_t depth)
{
    struct bothy_subscription wanted = {
        .size = sizeof wanted,
        .instrument = self->symbols[index].instrument,
        .feeds = feeds,
        .book_depth = depth,
    };
    int32_t r = self->subscriptions->subscribe(self->host, &wanted);

    if (r < 0)
        bothy_log(self->host, BOTHY_LOG_NOTICE, "%s: no %s: %s",
                  bothy_config_symbol(self->config, index),
                  feeds == BOTHY_FEED_BOOK     ? "book"
                  : feeds == BOTHY_FEED_TRADES ? "trades"
                                               : "liquidations",
                  bothy_strerror(r));
}

static int32_t start(void *data, struct bothy_error *error)
{
    struct liquidation *self = data;

    for (uint32_t i = 0; i < self->symbol_count; i++) {
        struct symbol *symbol = &self->symbols[i];
        struct bothy_subscription bars = {
            .size = sizeof bars,
            .feeds = BOTHY_FEED_BARS,
            .timeframe = symbol->timeframe,
            .history = 3 * (symbol->bb_period > symbol->atr_period ? symbol->bb_period
                                                                   : symbol->atr_period),
        };
        int32_t r;

        symbol->instrument = self->instruments->of_symbol(self->host, i);
        bars.instrument = symbol->instrument;
        r = self->subscriptions->subscribe(self->host, &bars);
        if (r < 0)
            return bothy_fail(error, r, "cannot subscribe to bars of %s: %s",
                              bothy_config_symbol(self->config, i), bothy_strerror(r));
        if (symbol->source != SOURCE_TRADES)
            subscribe_optional(self, i, BOTHY_FEED_LIQUIDATIONS, 0);
        if (symbol->flow_trades > 0 || symbol->source != SOURCE_FEED)
            subscribe_optional(self, i, BOTHY_FEED_TRADES, 0);
        if (symbol->book_levels > 0)
            subscribe_optional(self, i, BOTHY_FEED_BOOK, symbol->book_levels);
    }
    return 0;
}

static int32_t reload(void *data, const struct bothy_config *config, struct bothy_error *error)
{
    struct liquidation *self = data;
    int32_t r = check(config, error);

    if (r < 0)
        return r;
    if (bothy_config_symbol_count(config) != self->symbol_count)
        return bothy_fail(error, BOTHY_EINVAL, "symbols change only with a restart of the bot");
    self->config = config;
    for (uint32_t i = 0; i < self->symbol_count; i++)
        read_live_options(&self->symbols[i], bothy_config_for_symbol(config, i));
    return 0;
}

static struct window *window_of(void *context, uint32_t index)
{
    struct liquidation *self = context;

    return &self->symbols[index].window;
}

static int32_t load(void *data, const void *state, size_t length)
{
    struct liquidation *self = data;

    return liquidation_state_load(self->config, window_of, self, state, length);
}

static int32_t save(void *data, void *state, size_t capacity)
{
    struct liquidation *self = data;

    return liquidation_state_save(self->config, window_of, self, state, capacity);
}

static int32_t health(void *data, char *text, size_t capacity)
{
    const struct liquidation *self = data;
    uint32_t bands = 0, books = 0;

    for (uint32_t i = 0; i < self->symbol_count; i++) {
        bands += self->symbols[i].bands_valid;
        books += self->symbols[i].book.valid && !self->symbols[i].stale;
    }
    snprintf(text, capacity, "bands of %u and books of %u of %u symbols", bands, books,
             self->symbol_count);
    return BOTHY_HEALTH_OK;
}

/* ---- the rule ---- */

/* Whether large trades stand in for liquidations. */
static int infers(const struct liquidation *self, const struct symbol *symbol)
{
    const struct bothy_instrument *instrument;

    if (symbol->source != SOURCE_AUTO)
        return symbol->source == SOURCE_TRADES;
    instrument = self->instruments->get(self->host, symbol->instrument);
    return instrument && !(instrument->feeds & BOTHY_FEED_LIQUIDATIONS);
}

static void gather(const struct symbol *symbol, int64_t now_ns, struct liquidation_inputs *in)
{
    window_sums(&symbol->window, now_ns, &in->longs, &in->shorts);
    if (symbol->book_levels > 0 && !symbol->stale)
        in->has_book =
            (uint32_t)book_values(&symbol->book, symbol->book_levels, &in->bids, &in->asks);
    if (symbol->flow_trades > 0)
        in->has_flow =
            bothy_flow_sums(&symbol->flow, &in->bought, &in->sold) >= symbol->flow_min_trades;
    in->price = symbol->price;
    in->has_bands = symbol->bands_valid;
    in->upper = symbol->bands.upper;
    in->lower = symbol->bands.lower;
}

static void add_reasons(struct bothy_signal *signal, const struct symbol *symbol,
                        const struct liquidation_inputs *in, const struct liquidation_score *score)
{
    bothy_signal_add_reason(
        signal, "%s liquidated %.0f, %s %.0f: %+d", in->longs > in->shorts ? "longs" : "shorts",
        fmax(in->longs, in->shorts), in->longs > in->shorts ? "shorts" : "longs",
        fmin(in->longs, in->shorts), (int)score->liquidations);
    if (score->book != 0)
        bothy_signal_add_reason(signal, "book bids %.0f asks %.0f: %+d", in->bids, in->asks,
                                (int)score->book);
    if (score->flow != 0)
        bothy_signal_add_reason(signal, "takers bought %.0f sold %.0f: %+d", in->bought, in->sold,
                                (int)score->flow);
    if (in->has_bands && symbol->rules.mode == LIQUIDATION_CONTRARIAN)
        bothy_signal_add_reason(signal, "price %s the %s band",
                                score->direction > 0 ? "not above" : "not below",
                                score->direction > 0 ? "lower" : "upper");
}

static int32_t emit(struct liquidation *self, const struct symbol *symbol, int64_t now_ns,
                    const struct liquidation_inputs *in, const struct liquidation_score *score)
{
    struct bothy_levels_request request = symbol->levels;
    int inferred = infers(self, symbol);
    struct bothy_levels levels;
    struct bothy_signal signal;
    int32_t r;

    request.entry = in->price;
    request.direction = score->direction;
    request.method = BOTHY_LEVELS_ATR;
    request.has |= BOTHY_LEVELS_HAS_ATR;
    request.atr =
        symbol->true_range_valid ? symbol->true_range : in->price * symbol->atr_fallback_pct / 100;
    r = bothy_levels_calculate(&request, &symbol->limits, &levels);
    if (r < 0)
        return r;
    if (r == 0) {
        count(self, "rejected_levels");
        bothy_log(self->host, BOTHY_LOG_DEBUG, "score %+d refused: %s", (int)score->total,
                  levels.rejection_reason);
        return 0;
    }

    bothy_signal_init(&signal, BOTHY_SIGNAL_LIQUIDATION, symbol->instrument, score->direction,
                      now_ns);
    signal.timeframe = symbol->timeframe;
    signal.flags = inferred ? BOTHY_SIGNAL_FLAG_INFERRED : 0;
    signal.current = in->price;
    signal.confidence = fmin(1, fabs((double)score->total) / LIQUIDATION_SCORE_MAX);
    bothy_levels_to_signal(&levels, &signal);
    bothy_signal_add_number(&signal, "liquidations_usdt", in->longs + in->shorts);
    bothy_signal_add_number(&signal, "long", in->longs);
    bothy_signal_add_number(&signal, "short", in->shorts);
    bothy_signal_add_number(&signal, "net", in->shorts - in->longs);
    bothy_signal_add_number(&signal, "inferred", inferred);
    bothy_signal_add_number(&signal, "score", score->total);
    add_reasons(&signal, symbol, in, score);
    r = self->signals->emit(self->host, &signal, ++self->tag);
    if (r == 0)
        count(self, "signals");
    return r;
}

static int32_t judge(struct liquidation *self, struct symbol *symbol)
{
    int64_t now_ns = self->clock->now_ns(self->host);
    struct liquidation_inputs inputs = { 0 };
    struct liquidation_score score;

    if (symbol->price <= 0)
        return 0;
    /* Bands of bars that have stopped coming say nothing about the present. */
    if (symbol->bar_close_ns != 0 &&
        now_ns - symbol->bar_close_ns > 2 * bothy_timeframe_ns(symbol->timeframe)) {
        count(self, "stale_bars");
        return 0;
    }
    symbol->judged_ns = now_ns;
    count(self, "judged");
    gather(symbol, now_ns, &inputs);
    score = liquidation_score(&symbol->rules, &inputs);
    return score.direction != BOTHY_DIRECTION_NEUTRAL ? emit(self, symbol, now_ns, &inputs, &score)
                                                      : 0;
}

/* `side` is that of the closing order: a liquidated long sells. */
static int32_t take_liquidated(struct liquidation *self, struct symbol *symbol, uint32_t side,
                               double value)
{
    int64_t now_ns = self->clock->now_ns(self->host);

    if (!isfinite(value) || value <= 0)
        return 0;
    if (side == BOTHY_SIDE_SELL)
        window_add(&symbol->window, now_ns, value, 0);
    else
        window_add(&symbol->window, now_ns, 0, value);
    if (symbol->judged_ns != 0 && now_ns - symbol->judged_ns < symbol->interval_ns)
        return 0;
    return judge(self, symbol);
}

static int32_t take_trade(struct liquidation *self, struct symbol *symbol,
                          const struct bothy_event *event)
{
    const struct bothy_trade *body = BOTHY_EVENT_BODY(event, struct bothy_trade);
    double large, value;
    int32_t r;

    if (!body || bothy_decimal_sign(body->price) <= 0)
        return 0;
    value = bothy_quote_value(self->instruments->get(self->host, event->instrument), body->price,
                              body->quantity);
    symbol->price = bothy_decimal_to_double(body->price);
    /* A trade whose taker the venue does not tell says nothing about takers: no error. */
    if (body->taker_side != BOTHY_SIDE_BUY && body->taker_side != BOTHY_SIDE_SELL)
        return 0;
    if (symbol->flow_trades > 0) {
        r = bothy_flow_push(&symbol->flow, body->taker_side, value);
        if (r < 0)
            return r;
    }
    if (!infers(self, symbol))
        return 0;
    large = symbol->large_mean_valid
                ? fmax(symbol->large_mean * symbol->large_multiple, symbol->large_min)
                : symbol->large_default;
    /* The mean is of the trades before this one. */
    r = bothy_sma_push(&symbol->large, value, &symbol->large_mean);
    if (r < 0)
        return r;
    symbol->large_mean_valid = r > 0;
    return value >= large ? take_liquidated(self, symbol, body->taker_side, value) : 0;
}

static int32_t take_bar(struct liquidation *self, struct symbol *symbol,
                        const struct bothy_bar *body, int live)
{
    double high = bothy_decimal_to_double(body->high);
    double low = bothy_decimal_to_double(body->low);
    double close = bothy_decimal_to_double(body->close);
    int32_t r;

    /* History and live bars may overlap. */
    if (body->timeframe != symbol->timeframe || body->open_ns < 0 || low <= 0 || high < low ||
        (symbol->bar_close_ns != 0 && body->open_ns <= symbol->bar_open_ns))
        return 0;
    r = bothy_bbands_push(&symbol->bbands, close, &symbol->bands);
    if (r < 0)
        return r;
    symbol->bands_valid = r > 0;
    r = bothy_atr_push(&symbol->atr, high, low, close, &symbol->true_range);
    if (r < 0)
        return r;
    symbol->true_range_valid = r > 0;
    symbol->bar_open_ns = body->open_ns;
    symbol->bar_close_ns = body->close_ns;
    symbol->price = close;
    return live ? judge(self, symbol) : 0;
}

static void take_feed_state(struct symbol *symbol, uint32_t state)
{
    switch (state) {
    case BOTHY_FEED_STATE_LIVE:
        symbol->stale = 0;
        break;
    case BOTHY_FEED_STATE_STALE:
        symbol->stale = 1;
        break;
    case BOTHY_FEED_STATE_DOWN:
    case BOTHY_FEED_STATE_GAP:
    case BOTHY_FEED_STATE_RESYNC:
        book_invalidate(&symbol->book);
        break;
    default:
        break;
    }
}

/* Events that concern every symbol: losses of this bot, and of a whole venue. */
static void take_general(struct liquidation *self, const struct bothy_event *event)
{
    const struct bothy_feed_change *feed = BOTHY_EVENT_BODY(event, struct bothy_feed_change);

    for (uint32_t i = 0; i < self->symbol_count; i++) {
        if (event->type == BOTHY_EVENT_GAP)
            book_invalidate(&self->symbols[i].book);
        else if (event->type == BOTHY_EVENT_FEED && feed)
            take_feed_state(&self->symbols[i], feed->state);
    }
}

static int32_t take_live(struct liquidation *self, struct symbol *symbol,
                         const struct bothy_event *event)
{
    const struct bothy_liquidation *liquidation;
    const struct bothy_feed_change *feed;

    switch (event->type) {
    case BOTHY_EVENT_TRADE:
        return take_trade(self, symbol, event);
    case BOTHY_EVENT_BOOK:
        return symbol->book_levels > 0 ? book_apply(&symbol->book, event) : 0;
    case BOTHY_EVENT_LIQUIDATION:
        liquidation = BOTHY_EVENT_BODY(event, struct bothy_liquidation);
        if (!liquidation || infers(self, symbol))
            return 0;
        return take_liquidated(
            self, symbol, liquidation->side,
            bothy_quote_value(self->instruments->get(self->host, event->instrument),
                              liquidation->price, liquidation->quantity));
    case BOTHY_EVENT_FEED:
        feed = BOTHY_EVENT_BODY(event, struct bothy_feed_change);
        if (feed)
            take_feed_state(symbol, feed->state);
        return 0;
    default:
        return 0;
    }
}

static int32_t on_event(void *data, const struct bothy_event *event)
{
    struct liquidation *self = data;
    /* After a gap a last value may be minutes old: it stands for what was, not for news. */
    int live = !(event->flags & (BOTHY_EVENT_HISTORY | BOTHY_EVENT_CONFLATED));
    const struct bothy_bar *bar;
    uint32_t index;

    if (event->instrument == 0 || event->type == BOTHY_EVENT_GAP) {
        take_general(self, event);
        return 0;
    }
    index = self->instruments->symbol_of(self->host, event->instrument);
    if (index >= self->symbol_count)
        return 0;
    if (event->type == BOTHY_EVENT_FEED)
        live = 1;
    if (event->type != BOTHY_EVENT_BAR)
        return live ? take_live(self, &self->symbols[index], event) : 0;
    bar = BOTHY_EVENT_BODY(event, struct bothy_bar);
    if (!bar || (event->flags & BOTHY_EVENT_FORMING))
        return 0;
    return take_bar(self, &self->symbols[index], bar, live);
}

static const struct bothy_strategy_ops ops = {
    .size = sizeof ops,
    .check = check,
    .create = create,
    .load = load,
    .start = start,
    .on_event = on_event,
    .reload = reload,
    .save = save,
    .health = health,
    .destroy = destroy,
};

BOTHY_PLUGIN_EXPORT const struct bothy_plugin bothy_plugin = {
    BOTHY_PLUGIN_HEADER(BOTHY_KIND_STRATEGY),
    .name = "liquidation",
    .version = "1.0.0",
    .summary = "against (or with) cascades of forced orders, with book, flow and bands",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .ops.strategy = &ops,
};
