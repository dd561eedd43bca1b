/*
 * skeleton: a strategy to copy. When the fast exponential average crosses the slow one on closed
 * bars, it gives a signal with a stop and targets measured in average true ranges. No advice: it
 * shows where things go.
 *
 * What to change: the name (here, in the Makefile and in the sample), the table of options, and
 * on_bar(). What to keep: state in `self` only, never in a global; history and live bars on one
 * path; signals only from what is live.
 */
#include <bothy/bothy.h>
#include <bothy/levels.h>
#include <bothy/ta.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ATR_PERIOD_MAX 500

/* One table: validation, defaults, `bothyctl plugin schema`, and the sample configuration. */
static const struct bothy_option options[] = {
    { "timeframe", BOTHY_OPTION_TIMEFRAME, 0, "5m", NULL, NULL, NULL, NULL,
      "Bars that the averages are made of." },
    { "fast", BOTHY_OPTION_INT, 0, "12", "2", "500", "bars", NULL, "Period of the fast average." },
    { "slow", BOTHY_OPTION_INT, 0, "26", "3", "1000", "bars", NULL,
      "Period of the slow average; longer than the fast one." },
    { "confidence", BOTHY_OPTION_NUMBER, BOTHY_OPTION_RELOADABLE, "0.6", "0", "1", NULL, NULL,
      "Confidence that its signals carry." },
};

/* What it knows of one symbol. */
struct track {
    uint32_t instrument;
    struct bothy_ema fast;
    struct bothy_ema slow;
    struct bothy_atr atr;
    double ring[BOTHY_ATR_RING(ATR_PERIOD_MAX)];
    double previous; /* fast - slow of the bar before */
    int32_t has_previous;
};

/* One instance. */
struct skeleton {
    const struct bothy_host *host;
    const struct bothy_signals_service *signals;
    const struct bothy_config *config;
    uint32_t track_count;
    uint64_t tag;
    struct track tracks[]; /* by index of the symbol */
};

/* The values fit their types and ranges already; here only what they mean together. */
static int32_t check(const struct bothy_config *config, struct bothy_error *error)
{
    if (bothy_config_int(config, "fast") >= bothy_config_int(config, "slow"))
        return bothy_fail(error, BOTHY_EINVAL, "fast must be shorter than slow");
    if (bothy_config_symbol_count(config) == 0)
        return bothy_fail(error, BOTHY_EINVAL, "it needs at least one symbol");
    return 0;
}

static int32_t track_init(struct track *track, const struct bothy_config *config)
{
    int32_t kind =
        bothy_config_enum(config, "risk.atr_kind") == 1 ? BOTHY_ATR_WILDER : BOTHY_ATR_SMA;
    uint32_t period = (uint32_t)bothy_config_int(config, "risk.atr_period");
    int32_t r;

    r = bothy_ema_init(&track->fast, (uint32_t)bothy_config_int(config, "fast"));
    if (r < 0)
        return r;
    r = bothy_ema_init(&track->slow, (uint32_t)bothy_config_int(config, "slow"));
    if (r < 0)
        return r;
    return bothy_atr_init(&track->atr, (uint32_t)kind, period, track->ring, ATR_PERIOD_MAX);
}

static int32_t create(const struct bothy_host *host, const struct bothy_config *config,
                      void **ret_self, struct bothy_error *error)
{
    uint32_t count = bothy_config_symbol_count(config);
    struct skeleton *self = calloc(1, sizeof *self + count * sizeof self->tracks[0]);

    if (!self)
        return bothy_fail(error, BOTHY_ENOMEM, "no memory for %u symbols", (unsigned)count);
    self->host = host;
    self->config = config;
    self->signals = bothy_host_get(host, BOTHY_SIGNALS_1);
    self->track_count = count;
    for (uint32_t i = 0; i < count; i++) {
        int32_t r = track_init(&self->tracks[i], bothy_config_for_symbol(config, i));

        if (r < 0) {
            free(self);
            return bothy_fail(error, r, "cannot set up the indicators");
        }
    }
    *ret_self = self;
    return 0;
}

/* Asks for what it needs: history first, long enough for the slow average, then live bars. */
static int32_t start(void *instance, struct bothy_error *error)
{
    struct skeleton *self = instance;
    const struct bothy_instruments_service *instruments =
        bothy_host_get(self->host, BOTHY_INSTRUMENTS_1);
    const struct bothy_subscriptions_service *subscriptions =
        bothy_host_get(self->host, BOTHY_SUBSCRIPTIONS_1);

    if (!self->signals || !instruments || !subscriptions)
        return bothy_fail(error, BOTHY_ENOTSUP, "this host lacks a service that it needs");
    for (uint32_t i = 0; i < self->track_count; i++) {
        struct bothy_subscription wanted;
        int32_t r;

        self->tracks[i].instrument = instruments->of_symbol(self->host, i);
        memset(&wanted, 0, sizeof wanted);
        wanted.size = sizeof wanted;
        wanted.instrument = self->tracks[i].instrument;
        wanted.feeds = BOTHY_FEED_BARS;
        wanted.timeframe = bothy_config_timeframe(self->config, "timeframe");
        wanted.history = 4 * (uint32_t)bothy_config_int(self->config, "slow");
        r = subscriptions->subscribe(self->host, &wanted);
        if (r < 0)
            return bothy_fail(error, r, "cannot subscribe to %s",
                              bothy_config_symbol(self->config, i));
    }
    return 0;
}

static int32_t give_signal(struct skeleton *self, uint32_t index, const struct bothy_bar *bar,
                           int32_t direction, double atr, int64_t now_ns)
{
    const struct bothy_config *config = bothy_config_for_symbol(self->config, index);
    struct bothy_levels_request request;
    struct bothy_levels_limits limits;
    struct bothy_levels levels;
    struct bothy_signal signal;
    int32_t r;

    bothy_levels_request_init(&request, bothy_decimal_to_double(bar->close), direction);
    request.atr = atr;
    request.has = BOTHY_LEVELS_HAS_ATR;
    request.sl_multiplier = bothy_config_number(config, "risk.sl_mult");
    request.tp1_multiplier = bothy_config_number(config, "risk.tp1_mult");
    request.tp2_multiplier = bothy_config_number(config, "risk.tp2_mult");
    bothy_levels_limits_init(&limits);
    limits.min_rr = bothy_config_number(config, "risk.min_rr");
    limits.max_sl_pct = bothy_config_number(config, "risk.max_sl_pct");
    limits.min_sl_pct = bothy_config_number(config, "risk.min_sl_pct");
    limits.buffer_pct = bothy_config_number(config, "risk.buffer_pct");
    r = bothy_levels_calculate(&request, &limits, &levels);
    if (r < 0)
        return r;
    if (!levels.valid) {
        bothy_log(self->host, BOTHY_LOG_DEBUG, "no signal: %s", levels.rejection_reason);
        return 0;
    }
    bothy_signal_init(&signal, BOTHY_SIGNAL_CUSTOM, self->tracks[index].instrument, direction,
                      now_ns);
    snprintf(signal.type_name, sizeof signal.type_name, "x_skeleton");
    signal.timeframe = bar->timeframe;
    signal.current = signal.entry = levels.entry;
    signal.stop_loss = levels.stop_loss;
    signal.take_profit_1 = levels.take_profit_1;
    signal.take_profit_2 = levels.take_profit_2;
    signal.confidence = bothy_config_number(self->config, "confidence");
    bothy_signal_add_reason(&signal, "the fast average crossed the slow one %s",
                            direction > 0 ? "upwards" : "downwards");
    /* The host validates it, keeps cooldowns and limits, and answers with SIGNAL_RESULT. */
    r = self->signals->emit(self->host, &signal, ++self->tag);
    return r == BOTHY_EAGAIN ? 0 : r;
}

static int32_t on_bar(struct skeleton *self, const struct bothy_event *event,
                      const struct bothy_bar *bar, uint32_t index)
{
    struct track *track = &self->tracks[index];
    double close = bothy_decimal_to_double(bar->close);
    double fast, slow, atr, difference, before;
    int32_t ready;

    ready = bothy_ema_push(&track->fast, close, &fast) > 0;
    ready = bothy_ema_push(&track->slow, close, &slow) > 0 && ready;
    ready = bothy_atr_push(&track->atr, bothy_decimal_to_double(bar->high),
                           bothy_decimal_to_double(bar->low), close, &atr) > 0 &&
            ready;
    if (!ready)
        return 0;
    difference = fast - slow;
    before = track->previous;
    track->previous = difference;
    if (!track->has_previous) {
        track->has_previous = 1;
        return 0;
    }
    /* History warms up; only what is live is acted on. */
    if ((event->flags & BOTHY_EVENT_HISTORY) || (before > 0) == (difference > 0))
        return 0;
    return give_signal(self, index, bar,
                       difference > 0 ? BOTHY_DIRECTION_LONG : BOTHY_DIRECTION_SHORT, atr,
                       event->ts_event_ns);
}

static int32_t on_event(void *instance, const struct bothy_event *event)
{
    struct skeleton *self = instance;
    const struct bothy_bar *bar;
    const struct bothy_signal_result *result;

    switch (event->type) {
    case BOTHY_EVENT_BAR:
        bar = BOTHY_EVENT_BODY(event, struct bothy_bar);
        for (uint32_t i = 0; bar && i < self->track_count; i++) {
            if (self->tracks[i].instrument == event->instrument)
                return on_bar(self, event, bar, i);
        }
        return 0;
    case BOTHY_EVENT_SIGNAL_RESULT:
        result = BOTHY_EVENT_BODY(event, struct bothy_signal_result);
        if (result && !result->accepted)
            bothy_log(self->host, BOTHY_LOG_INFO, "signal %llu refused: %s %s",
                      (unsigned long long)result->tag, result->code, result->text);
        return 0;
    default:
        return 0; /* a newer host may send what this plugin does not know */
    }
}

static int32_t reload(void *instance, const struct bothy_config *config, struct bothy_error *error)
{
    struct skeleton *self = instance;

    (void)error;
    self->config = config;
    return 0;
}

static void destroy(void *instance)
{
    free(instance);
}

static const struct bothy_strategy_ops ops = {
    .size = sizeof ops,
    .check = check,
    .create = create,
    .start = start,
    .on_event = on_event,
    .reload = reload,
    .destroy = destroy,
};

BOTHY_PLUGIN_EXPORT const struct bothy_plugin bothy_plugin = {
    BOTHY_PLUGIN_HEADER(BOTHY_KIND_STRATEGY),
    .name = "skeleton",
    .version = "1.0.0",
    .summary = "Two moving averages that cross; a plugin to copy.",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .ops.strategy = &ops,
};
