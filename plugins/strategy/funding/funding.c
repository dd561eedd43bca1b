/*
 * funding: signals against the crowded side of a perpetual contract.
 *
 * For each symbol the plugin keeps an average and the true range of closed bars, the last trades,
 * samples of open interest and the venue's account ratio. When a funding rate arrives it adds up
 * a score (score.h) and, if that is decided enough, hands a signal over. A rate that was paid is
 * always judged; predicted ones at most once per `interval`. Nothing is judged before the average
 * has a value, or on bars that have stopped coming. History only warms up.
 *
 * What has no value, or one that is too old, counts 0 in the score and is named in the signal.
 * Cooldown, caps and what becomes of a signal are the host's.
 */
#include <bothy/bothy.h>
#include <bothy/flow.h>
#include <bothy/levels.h>
#include <bothy/ta.h>

#include "interest.h"
#include "score.h"
#include "state.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SYMBOL BOTHY_OPTION_PER_SYMBOL
#define LIVE   (BOTHY_OPTION_PER_SYMBOL | BOTHY_OPTION_RELOADABLE)

/* What stands for a ratio whose divisor is 0. */
#define RATIO_MAX 1000.0

static const struct bothy_option options[] = {
    { "timeframe", BOTHY_OPTION_TIMEFRAME, SYMBOL, "5m", NULL, NULL, NULL, NULL,
      "Length of the bars that average and true range are made of." },
    { "ema_period", BOTHY_OPTION_INT, SYMBOL, "20", "1", "500", "bars", NULL,
      "Bars of the exponential moving average that the price is compared with." },
    { "funding_high", BOTHY_OPTION_PERCENT, LIVE, "0.02", "0", "100", "%", NULL,
      "Rate from which a side counts as crowded." },
    { "funding_extreme", BOTHY_OPTION_PERCENT, LIVE, "0.05", "0", "100", "%", NULL,
      "Rate from which it counts as very crowded." },
    { "interval_norm_h", BOTHY_OPTION_NUMBER, LIVE, "8", "0.1", "168", "h", NULL,
      "Rates are compared as if the venue paid them once in this many hours." },
    { "oi_window", BOTHY_OPTION_DURATION, SYMBOL, "1h", "1m", "7d", NULL, NULL,
      "The change of open interest is measured over this time." },
    { "oi_strong", BOTHY_OPTION_PERCENT, LIVE, "2", "0", "1000", "%", NULL,
      "Growth of open interest that makes the score stronger." },
    { "oi_weak", BOTHY_OPTION_PERCENT, LIVE, "-2", "-100", "0", "%", NULL,
      "Fall of open interest that makes the score weaker." },
    { "ls_high", BOTHY_OPTION_NUMBER, LIVE, "1.8", "0", "1000", NULL, NULL,
      "Accounts long per account short from which longs count as crowded." },
    { "ls_low", BOTHY_OPTION_NUMBER, LIVE, "0.6", "0", "1000", NULL, NULL,
      "Accounts long per account short down from which shorts count as crowded." },
    { "taker_high", BOTHY_OPTION_NUMBER, LIVE, "1.2", "0", "1000", NULL, NULL,
      "Value bought per value sold by takers from which they count as buyers." },
    { "taker_low", BOTHY_OPTION_NUMBER, LIVE, "0.8", "0", "1000", NULL, NULL,
      "Value bought per value sold by takers down from which they count as sellers." },
    { "taker_trades", BOTHY_OPTION_INT, SYMBOL, "500", "0", "100000", "trades", NULL,
      "Trades that the takers' ratio looks at; 0: take the venue's own ratio, if it has one." },
    { "taker_min_trades", BOTHY_OPTION_INT, LIVE, "50", "1", "100000", "trades", NULL,
      "With fewer trades than this there is no ratio of them, and the venue's is taken." },
    { "interval", BOTHY_OPTION_DURATION, LIVE, "300s", "0s", "24h", NULL, NULL,
      "Least time between two judgements of predicted rates. Paid rates are always judged." },
    { "factor_max_age", BOTHY_OPTION_DURATION, LIVE, "15m", "1s", "24h", NULL, NULL,
      "Open interest, ratios and trades older than this count as missing." },
    { "atr_fallback", BOTHY_OPTION_PERCENT, LIVE, "0.5", "0.001", "50", "%", NULL,
      "Share of the price that stands for the average true range while there is none." },
};

struct ratio {
    double value;
    int64_t ts_ns;
    uint32_t known;
    uint32_t reserved;
};

struct symbol {
    /* fixed from create to destroy */
    uint32_t instrument;
    uint32_t timeframe;
    uint32_t ema_period;
    uint32_t atr_period;
    uint32_t taker_trades;
    /* may be reloaded */
    uint32_t taker_min_trades;
    double interval_norm_h;
    double atr_fallback_pct;
    int64_t interval_ns;
    int64_t factor_max_age_ns;
    struct funding_rules rules;
    struct bothy_levels_request levels; /* all but entry, direction and ATR */
    struct bothy_levels_limits limits;
    /* what was seen */
    struct bothy_ema ema;
    struct bothy_atr atr;
    struct bothy_flow flow;
    double *atr_ring;
    double *flow_ring;
    double average;
    double true_range;
    uint32_t average_valid;
    uint32_t true_range_valid;
    double price;
    int64_t bar_close_ns; /* of the newest bar; 0: none */
    int64_t bar_open_ns;
    int64_t trade_ns;
    int64_t judged_ns;
    uint32_t judged;
    uint32_t reserved;
    struct ratio accounts;
    struct ratio takers;
    struct interest interest;
};

struct funding {
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

static void count(struct funding *self, const char *name)
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

        if (bothy_config_number(view, "funding_extreme") <
            bothy_config_number(view, "funding_high"))
            return bothy_fail(error, BOTHY_EINVAL,
                              "%s: funding_extreme is below funding_high; swap them", name);
        if (bothy_config_number(view, "ls_high") <= bothy_config_number(view, "ls_low"))
            return bothy_fail(error, BOTHY_EINVAL, "%s: ls_high is not above ls_low; swap them",
                              name);
        if (bothy_config_number(view, "taker_high") <= bothy_config_number(view, "taker_low"))
            return bothy_fail(error, BOTHY_EINVAL,
                              "%s: taker_high is not above taker_low; swap them", name);
        r = bothy_levels_check_config(view, name, error);
        if (r < 0)
            return r;
    }
    return 0;
}

static void read_live_options(struct symbol *symbol, const struct bothy_config *view)
{
    symbol->taker_min_trades = (uint32_t)bothy_config_int(view, "taker_min_trades");
    symbol->interval_norm_h = bothy_config_number(view, "interval_norm_h");
    symbol->atr_fallback_pct = bothy_config_number(view, "atr_fallback");
    symbol->interval_ns = bothy_config_ns(view, "interval");
    symbol->factor_max_age_ns = bothy_config_ns(view, "factor_max_age");
    symbol->rules.high_pct = bothy_config_number(view, "funding_high");
    symbol->rules.extreme_pct = bothy_config_number(view, "funding_extreme");
    symbol->rules.oi_strong_pct = bothy_config_number(view, "oi_strong");
    symbol->rules.oi_weak_pct = bothy_config_number(view, "oi_weak");
    symbol->rules.ls_high = bothy_config_number(view, "ls_high");
    symbol->rules.ls_low = bothy_config_number(view, "ls_low");
    symbol->rules.taker_high = bothy_config_number(view, "taker_high");
    symbol->rules.taker_low = bothy_config_number(view, "taker_low");
    bothy_levels_from_config(view, &symbol->levels, &symbol->limits);
}

static int32_t init_symbol(struct symbol *symbol, const struct bothy_config *view)
{
    uint32_t kind =
        bothy_config_enum(view, "risk.atr_kind") == 1 ? BOTHY_ATR_WILDER : BOTHY_ATR_SMA;
    int32_t r;

    symbol->timeframe = bothy_config_timeframe(view, "timeframe");
    symbol->ema_period = (uint32_t)bothy_config_int(view, "ema_period");
    symbol->atr_period = (uint32_t)bothy_config_int(view, "risk.atr_period");
    symbol->taker_trades = (uint32_t)bothy_config_int(view, "taker_trades");
    interest_init(&symbol->interest, bothy_config_ns(view, "oi_window"));
    read_live_options(symbol, view);

    r = bothy_ema_init(&symbol->ema, symbol->ema_period);
    if (r < 0)
        return r;
    symbol->atr_ring = calloc(BOTHY_ATR_RING(symbol->atr_period), sizeof symbol->atr_ring[0]);
    if (!symbol->atr_ring)
        return BOTHY_ENOMEM;
    r = bothy_atr_init(&symbol->atr, kind, symbol->atr_period, symbol->atr_ring,
                       BOTHY_ATR_RING(symbol->atr_period));
    if (r < 0 || symbol->taker_trades == 0)
        return r;
    symbol->flow_ring = calloc(symbol->taker_trades, sizeof symbol->flow_ring[0]);
    if (!symbol->flow_ring)
        return BOTHY_ENOMEM;
    return bothy_flow_init(&symbol->flow, symbol->flow_ring, symbol->taker_trades);
}

/* ---- the ladder ---- */

static void destroy(void *data)
{
    struct funding *self = data;

    if (!self)
        return;
    for (uint32_t i = 0; i < self->symbol_count; i++) {
        free(self->symbols[i].atr_ring);
        free(self->symbols[i].flow_ring);
    }
    free(self);
}

static int32_t create(const struct bothy_host *host, const struct bothy_config *config,
                      void **ret_self, struct bothy_error *error)
{
    uint32_t symbol_count = bothy_config_symbol_count(config);
    struct funding *self = calloc(1, sizeof *self + symbol_count * sizeof self->symbols[0]);

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

static int32_t subscribe(struct funding *self, uint32_t instrument, uint32_t feeds,
                         uint32_t timeframe, uint32_t history)
{
    struct bothy_subscription wanted = {
        .size = sizeof wanted,
        .instrument = instrument,
        .feeds = feeds,
        .timeframe = timeframe,
        .history = history,
    };

    return self->subscriptions->subscribe(self->host, &wanted);
}

static int32_t start(void *data, struct bothy_error *error)
{
    struct funding *self = data;

    for (uint32_t i = 0; i < self->symbol_count; i++) {
        struct symbol *symbol = &self->symbols[i];
        uint32_t bars =
            symbol->ema_period > symbol->atr_period ? symbol->ema_period : symbol->atr_period;
        uint32_t extra = BOTHY_FEED_RATIOS;
        int32_t r;

        symbol->instrument = self->instruments->of_symbol(self->host, i);
        /* An average that starts with a mean wants a few lengths to forget it. */
        r = subscribe(self, symbol->instrument, BOTHY_FEED_BARS, symbol->timeframe, 3 * bars + 1);
        if (r == 0)
            r = subscribe(self, symbol->instrument, BOTHY_FEED_FUNDING, 0, 0);
        if (r < 0)
            return bothy_fail(error, r, "cannot subscribe to bars and funding of %s: %s",
                              bothy_config_symbol(self->config, i), bothy_strerror(r));

        /* The rest may be missing: the score does without. */
        if (symbol->taker_trades > 0)
            extra |= BOTHY_FEED_TRADES;
        r = subscribe(self, symbol->instrument, BOTHY_FEED_OPEN_INTEREST, 0, 0);
        if (r < 0)
            bothy_log(self->host, BOTHY_LOG_NOTICE, "%s: no open interest: %s",
                      bothy_config_symbol(self->config, i), bothy_strerror(r));
        r = subscribe(self, symbol->instrument, extra, 0, 0);
        if (r < 0)
            bothy_log(self->host, BOTHY_LOG_NOTICE, "%s: no trades or ratios: %s",
                      bothy_config_symbol(self->config, i), bothy_strerror(r));
    }
    return 0;
}

static int32_t reload(void *data, const struct bothy_config *config, struct bothy_error *error)
{
    struct funding *self = data;
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

static struct interest *interest_of(void *context, uint32_t index)
{
    struct funding *self = context;

    return &self->symbols[index].interest;
}

static int32_t load(void *data, const void *state, size_t length)
{
    struct funding *self = data;

    return funding_state_load(self->config, interest_of, self, state, length);
}

static int32_t save(void *data, void *state, size_t capacity)
{
    struct funding *self = data;

    return funding_state_save(self->config, interest_of, self, state, capacity);
}

static int32_t health(void *data, char *text, size_t capacity)
{
    const struct funding *self = data;
    uint32_t ready = 0;

    for (uint32_t i = 0; i < self->symbol_count; i++)
        ready += self->symbols[i].average_valid;
    snprintf(text, capacity, "%u of %u symbols warmed up", ready, self->symbol_count);
    return BOTHY_HEALTH_OK;
}

/* ---- the rule ---- */

/* The takers' ratio, of trades or else the venue's own. Returns 1, or 0 if there is none. */
static int taker_ratio(const struct symbol *symbol, int64_t now_ns, double *ret_ratio)
{
    double bought, sold;

    if (symbol->taker_trades > 0 && now_ns - symbol->trade_ns <= symbol->factor_max_age_ns &&
        bothy_flow_sums(&symbol->flow, &bought, &sold) >= symbol->taker_min_trades &&
        bought + sold > 0) {
        *ret_ratio = bought >= RATIO_MAX * sold ? RATIO_MAX : bought / sold;
        return 1;
    }
    if (symbol->takers.known && now_ns - symbol->takers.ts_ns <= symbol->factor_max_age_ns) {
        *ret_ratio = symbol->takers.value;
        return 1;
    }
    return 0;
}

static void gather(const struct symbol *symbol, int64_t now_ns, struct funding_inputs *inputs)
{
    inputs->price = symbol->price;
    inputs->average = symbol->average;
    if (!interest_change(&symbol->interest, now_ns, symbol->factor_max_age_ns,
                         &inputs->oi_change_pct))
        inputs->missing |= FUNDING_MISSING_OPEN_INTEREST;
    if (!taker_ratio(symbol, now_ns, &inputs->taker_ratio))
        inputs->missing |= FUNDING_MISSING_TAKER;
    if (symbol->accounts.known && now_ns - symbol->accounts.ts_ns <= symbol->factor_max_age_ns)
        inputs->ls_ratio = symbol->accounts.value;
    else
        inputs->missing |= FUNDING_MISSING_LONG_SHORT;
}

/* Values that there are, and the names of those that there are not. */
static void add_values(struct bothy_signal *signal, const struct symbol *symbol,
                       const struct funding_inputs *in, const struct funding_score *score)
{
    uint32_t missing = in->missing;
    char names[40];

    bothy_signal_add_number(signal, "funding_rate", in->rate_pct);
    if (symbol->interest.latest.quantity > 0)
        bothy_signal_add_number(signal, "open_interest", symbol->interest.latest.quantity);
    if (!(missing & FUNDING_MISSING_OPEN_INTEREST))
        bothy_signal_add_number(signal, "oi_change_pct", in->oi_change_pct);
    if (!(missing & FUNDING_MISSING_TAKER))
        bothy_signal_add_number(signal, "taker_ratio", in->taker_ratio);
    if (!(missing & FUNDING_MISSING_LONG_SHORT))
        bothy_signal_add_number(signal, "ls_ratio", in->ls_ratio);
    bothy_signal_add_number(signal, "score", score->total);
    if (!missing)
        return;
    snprintf(names, sizeof names, "%s%s%s",
             missing & FUNDING_MISSING_OPEN_INTEREST ? " oi_change_pct" : "",
             missing & FUNDING_MISSING_TAKER ? " taker_ratio" : "",
             missing & FUNDING_MISSING_LONG_SHORT ? " ls_ratio" : "");
    bothy_signal_add_text(signal, "factors_missing", names + 1);
}

static void add_reasons(struct bothy_signal *signal, const struct symbol *symbol,
                        const struct funding_inputs *in, const struct funding_score *score)
{
    if (score->rate != 0)
        bothy_signal_add_reason(signal, "funding %+.4f %% per %g h, price %s EMA%u: %+d",
                                in->rate_pct, symbol->interval_norm_h,
                                in->price < in->average ? "below" : "above", symbol->ema_period,
                                (int)score->rate);
    if (score->open_interest != 0)
        bothy_signal_add_reason(signal, "open interest %+.2f %%: %+d", in->oi_change_pct,
                                (int)score->open_interest);
    if (score->long_short != 0)
        bothy_signal_add_reason(signal, "accounts long/short %.2f: %+d", in->ls_ratio,
                                (int)score->long_short);
    if (score->taker != 0)
        bothy_signal_add_reason(signal, "takers buy/sell %.2f: %+d", in->taker_ratio,
                                (int)score->taker);
}

static int32_t emit(struct funding *self, const struct symbol *symbol, int64_t now_ns,
                    const struct funding_inputs *in, const struct funding_score *score)
{
    struct bothy_levels_request request = symbol->levels;
    struct bothy_levels levels;
    struct bothy_signal signal;
    int32_t r;

    request.entry = in->price;
    request.direction = score->total > 0 ? BOTHY_DIRECTION_LONG : BOTHY_DIRECTION_SHORT;
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

    bothy_signal_init(&signal, BOTHY_SIGNAL_FUNDING_RATE, symbol->instrument, request.direction,
                      now_ns);
    signal.timeframe = symbol->timeframe;
    signal.current = in->price;
    signal.confidence = fmin(1, fabs((double)score->total) / FUNDING_SCORE_MAX);
    bothy_levels_to_signal(&levels, &signal);
    add_values(&signal, symbol, in, score);
    add_reasons(&signal, symbol, in, score);
    r = self->signals->emit(self->host, &signal, ++self->tag);
    if (r == 0)
        count(self, "signals");
    return r;
}

static int32_t take_funding(struct funding *self, struct symbol *symbol,
                            const struct bothy_funding *body)
{
    const struct bothy_instrument *instrument =
        self->instruments->get(self->host, symbol->instrument);
    int64_t now_ns = self->clock->now_ns(self->host);
    int64_t interval_ns = body->interval_ns;
    struct funding_inputs inputs = { 0 };
    struct funding_score score;

    if (!(body->flags & BOTHY_FUNDING_SETTLED) && symbol->judged &&
        now_ns - symbol->judged_ns < symbol->interval_ns)
        return 0;
    if (!symbol->average_valid)
        return 0;
    /* Without fresh bars neither average nor price say anything about the present. */
    if (now_ns - symbol->bar_close_ns > 2 * bothy_timeframe_ns(symbol->timeframe)) {
        count(self, "stale_bars");
        return 0;
    }
    symbol->judged = 1;
    symbol->judged_ns = now_ns;
    count(self, "judged");

    if (interval_ns <= 0 && instrument)
        interval_ns = instrument->funding_interval_ns;
    inputs.rate_pct = bothy_decimal_to_double(body->rate) * 100;
    if (interval_ns > 0)
        inputs.rate_pct *= symbol->interval_norm_h / ((double)interval_ns / (double)BOTHY_NS_PER_H);
    gather(symbol, now_ns, &inputs);
    score = funding_score(&symbol->rules, &inputs);
    if (score.total >= -1 && score.total <= 1)
        return 0;
    return emit(self, symbol, now_ns, &inputs, &score);
}

/* ---- what the score is made of ---- */

static int32_t take_bar(struct symbol *symbol, const struct bothy_bar *body)
{
    double high = bothy_decimal_to_double(body->high);
    double low = bothy_decimal_to_double(body->low);
    double close = bothy_decimal_to_double(body->close);
    int32_t r;

    /* History and live bars may overlap. */
    if (body->timeframe != symbol->timeframe || body->open_ns < 0 || low <= 0 || high < low ||
        (symbol->bar_close_ns != 0 && body->open_ns <= symbol->bar_open_ns))
        return 0;
    r = bothy_ema_push(&symbol->ema, close, &symbol->average);
    if (r < 0)
        return r;
    symbol->average_valid = r > 0;
    r = bothy_atr_push(&symbol->atr, high, low, close, &symbol->true_range);
    if (r < 0)
        return r;
    symbol->true_range_valid = r > 0;
    symbol->bar_open_ns = body->open_ns;
    symbol->bar_close_ns = body->close_ns;
    symbol->price = close;
    return 0;
}

static void take_trade(struct funding *self, struct symbol *symbol, const struct bothy_event *e)
{
    const struct bothy_trade *body = BOTHY_EVENT_BODY(e, struct bothy_trade);
    double value;

    if (!body || symbol->taker_trades == 0 || bothy_decimal_sign(body->price) <= 0)
        return;
    symbol->price = bothy_decimal_to_double(body->price);
    value = bothy_quote_value(self->instruments->get(self->host, e->instrument), body->price,
                              body->quantity);
    /* A trade whose taker the venue does not tell says nothing about takers: no error. */
    if (bothy_flow_push(&symbol->flow, body->taker_side, value) == 0)
        symbol->trade_ns = self->clock->now_ns(self->host);
}

static void take_ratio(struct symbol *symbol, const struct bothy_ratio *body, int64_t ts_ns)
{
    struct ratio ratio = { .value = bothy_decimal_to_double(body->value),
                           .ts_ns = ts_ns,
                           .known = 1 };

    if (ratio.value < 0)
        return;
    if (body->kind == BOTHY_RATIO_LONG_SHORT_ACCOUNTS)
        symbol->accounts = ratio;
    else if (body->kind == BOTHY_RATIO_TAKER_BUY_SELL)
        symbol->takers = ratio;
}

static int32_t on_event(void *data, const struct bothy_event *event)
{
    struct funding *self = data;
    /* After a gap a last value may be hours old: it stands for what was, not for news. */
    uint32_t past = event->flags & (BOTHY_EVENT_HISTORY | BOTHY_EVENT_CONFLATED);
    const struct bothy_open_interest *interest;
    const struct bothy_funding *funding;
    const struct bothy_ratio *ratio;
    const struct bothy_bar *bar;
    struct symbol *symbol;
    uint32_t index;

    if (event->instrument == 0)
        return 0;
    index = self->instruments->symbol_of(self->host, event->instrument);
    if (index >= self->symbol_count)
        return 0;
    symbol = &self->symbols[index];

    switch (event->type) {
    case BOTHY_EVENT_BAR:
        bar = BOTHY_EVENT_BODY(event, struct bothy_bar);
        return bar && !(event->flags & BOTHY_EVENT_FORMING) ? take_bar(symbol, bar) : 0;
    case BOTHY_EVENT_TRADE:
        if (!past)
            take_trade(self, symbol, event);
        return 0;
    case BOTHY_EVENT_FUNDING:
        funding = BOTHY_EVENT_BODY(event, struct bothy_funding);
        return funding && !past ? take_funding(self, symbol, funding) : 0;
    case BOTHY_EVENT_OPEN_INTEREST:
        interest = BOTHY_EVENT_BODY(event, struct bothy_open_interest);
        if (interest)
            interest_push(&symbol->interest, event->ts_event_ns,
                          bothy_decimal_to_double(interest->quantity));
        return 0;
    case BOTHY_EVENT_RATIO:
        ratio = BOTHY_EVENT_BODY(event, struct bothy_ratio);
        if (ratio && !past)
            take_ratio(symbol, ratio, event->ts_event_ns);
        return 0;
    default:
        return 0;
    }
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
    .name = "funding",
    .version = "1.0.0",
    .summary = "against the crowded side of a perpetual: funding rate, open interest, taker flow",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .ops.strategy = &ops,
};
