/*
 * sim: an exchange without a network: a seeded market that is the same every time. This file is
 * the plugin: its options, its ladder, its time. It owns the time (VIRTUAL_TIME): each next() is
 * one step of all instruments, also of those that nobody subscribed to any more.
 */
#include "feed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INSTRUMENTS_MAX 256

struct sim {
    struct sim_output output;
    const struct bothy_config *config; /* [borrowed] from the host */
    struct sim_options options;
    int64_t now_ns; /* the last instant, or the start before the first */
    int stepped;    /* the first instant has been */
    int ended;
    struct sim_feed *feeds[INSTRUMENTS_MAX]; /* [owned] in the order of subscription */
    uint32_t feed_count;
};

#define OPTION(name_, type_, default_, minimum_, maximum_, unit_, doc_)                            \
    {                                                                                              \
        .name = name_, .type = BOTHY_OPTION_##type_, .default_value = default_,                    \
        .minimum = minimum_, .maximum = maximum_, .unit = unit_, .doc = doc_                       \
    }

static const struct bothy_option options[] = {
    OPTION("seed", INT, "1", "0", NULL, NULL,
           "What the market is made from. The same seed gives the same market, to the byte."),
    OPTION("start", TIME, "2024-01-01T00:00:00Z", "2000-01-01T00:00:00Z", "2200-01-01T00:00:00Z",
           NULL, "The first instant; a whole minute."),
    OPTION("duration", DURATION, "0s", NULL, NULL, NULL,
           "How long the market lives; 0s: for ever."),
    OPTION("step", DURATION, "1s", "100ms", "1m", NULL,
           "Time between two instants; it must divide a minute."),
    OPTION("history", DURATION, "4d", "0s", "90d", NULL,
           "How far the past reaches that can be asked for. It is computed at subscription."),
    OPTION("instruments", LIST, NULL, NULL, NULL, NULL,
           "What is particular to an instrument: \"BTC/USDT:USDT price=64000 tick_size=0.1 "
           "lot_size=0.001 volatility=2.5\", each of the four as wanted. Others get the usual "
           "price of a well-known currency, or one made from the seed, and steps that fit it. "
           "The price is that at the beginning of the history."),
    OPTION("min_notional", DECIMAL, "5", "0", NULL, NULL, "Least value of an order."),
    OPTION("maker_fee", DECIMAL, "0.0002", "-0.01", "0.1", NULL,
           "Fee of resting orders, as a fraction."),
    OPTION("taker_fee", DECIMAL, "0.0005", "-0.01", "0.1", NULL,
           "Fee of crossing orders, as a fraction."),
    OPTION("volatility", PERCENT, "3", "0.01", "100", "% a day",
           "Standard deviation of a normal day's return."),
    OPTION("drift", PERCENT, "0", "-20", "20", "% a day", "Trend of all days."),
    OPTION("correlation", NUMBER, "0.5", "0", "1", NULL,
           "How much of the noise the instruments share."),
    OPTION("calm_volatility", NUMBER, "0.5", "0", "10", NULL,
           "Volatility of calm times, as a multiple."),
    OPTION("wild_volatility", NUMBER, "2.5", "0", "20", NULL,
           "Volatility of wild times, as a multiple."),
    OPTION("calm_time", DURATION, "90m", "1m", NULL, NULL, "Mean length of calm times."),
    OPTION("normal_time", DURATION, "2h", "1m", NULL, NULL, "Mean length of normal times."),
    OPTION("wild_time", DURATION, "45m", "1m", NULL, NULL, "Mean length of wild times."),
    OPTION("spread", PERCENT, "0.004", "0", "5", "%", "Between best bid and best ask."),
    OPTION("book_levels", INT, "20", "1", "250", "levels", "Levels of the book a side."),
    OPTION("depth_notional", NUMBER, "60000", "1", NULL, "USD",
           "Mean value of the orders at a level of the book."),
    OPTION("trade_rate", NUMBER, "2", "0", "1000", "a second", "Mean trades in normal times."),
    OPTION("trade_notional", NUMBER, "4000", "0", NULL, "USD", "Mean value of a trade."),
    OPTION("funding_interval", DURATION, "8h", "1m", "1d", NULL,
           "Between two settlements, counted from midnight UTC; whole minutes."),
    OPTION("funding_update", DURATION, "1m", "100ms", NULL, NULL,
           "Between two publications of the predicted rate."),
    OPTION("funding_base", PERCENT, "0.01", "-0.5", "0.5", "% per 8h",
           "The rate when the perpetual has no premium."),
    OPTION("funding_volatility", PERCENT, "0.03", "0", "1", "%",
           "Standard deviation of the premium that the rate follows."),
    OPTION("mark_update", DURATION, "3s", "100ms", NULL, NULL,
           "Between two publications of the mark price."),
    OPTION("open_interest", NUMBER, "500000000", "1", NULL, "USD",
           "Open interest that the market returns to."),
    OPTION("open_interest_update", DURATION, "1m", "100ms", NULL, NULL,
           "Between two publications of the open interest."),
    OPTION("ratio_update", DURATION, "5m", "100ms", NULL, NULL,
           "Between two publications of the ratios, and what the takers' is counted over."),
    OPTION("cascade_move", PERCENT, "0.6", "0", "50", "%",
           "A move within five minutes, out of the range of the last 100, that begins a cascade of "
           "liquidations; 0: none ever."),
    OPTION("cascade_time", DURATION, "90s", "1s", "1h", NULL, "Length of a cascade."),
    OPTION("cascade_notional", NUMBER, "5000000", "1", NULL, "USD",
           "Mean value that a cascade liquidates."),
    OPTION("cascade_impact", PERCENT, "0.9", "0", "10", "%",
           "How far a cascade moves the price; about half of it comes back."),
    OPTION("cascade_pause", DURATION, "45m", "0s", NULL, NULL,
           "Least time between two cascades of an instrument."),
};

static int32_t sim_check(const struct bothy_config *config, struct bothy_error *error)
{
    int64_t step = bothy_config_ns(config, "step");

    if (step <= 0 || BOTHY_NS_PER_MIN % step != 0)
        return bothy_fail(error, BOTHY_EINVAL,
                          "step must divide a minute: 100ms, 250ms, 1s, 5s, 15s, 1m …");
    if (bothy_config_ns(config, "start") % BOTHY_NS_PER_MIN != 0)
        return bothy_fail(error, BOTHY_EINVAL,
                          "start must be a whole minute: set its seconds to 0");
    if (bothy_config_ns(config, "funding_interval") % BOTHY_NS_PER_MIN != 0)
        return bothy_fail(error, BOTHY_EINVAL, "funding_interval must be whole minutes, as 8h");
    for (uint32_t i = 0; i < bothy_config_list_count(config, "instruments"); i++) {
        int32_t r = sim_particulars_check(bothy_config_list_get(config, "instruments", i), error);

        if (r < 0)
            return r;
    }
    return 0;
}

static int32_t sim_create(const struct bothy_host *host, const struct bothy_config *config,
                          void **ret_self, struct bothy_error *error)
{
    const struct bothy_publish_service *publish = bothy_host_get(host, BOTHY_PUBLISH_1);
    struct sim *sim;

    if (!publish)
        return bothy_fail(error, BOTHY_ENOTSUP, "this host has no " BOTHY_PUBLISH_1);
    sim = calloc(1, sizeof *sim);
    if (!sim)
        return bothy_fail(error, BOTHY_ENOMEM, "no memory");
    sim->output.host = host;
    sim->output.publish = publish;
    sim->output.book = malloc(sizeof(struct bothy_event) + sizeof(struct bothy_book) +
                              BOTHY_BOOK_LEVELS_MAX * sizeof(struct bothy_level));
    if (!sim->output.book) {
        free(sim);
        return bothy_fail(error, BOTHY_ENOMEM, "no memory");
    }
    sim->config = config;
    sim->options.seed = (uint64_t)bothy_config_int(config, "seed");
    sim->options.start_ns = bothy_config_ns(config, "start");
    sim->options.duration_ns = bothy_config_ns(config, "duration");
    sim->options.step_ns = bothy_config_ns(config, "step");
    sim->options.history_ns = bothy_config_ns(config, "history");
    sim->now_ns = sim->options.start_ns;
    *ret_self = sim;
    return 0;
}

static int32_t sim_start(void *self, struct bothy_error *error)
{
    const struct sim *sim = self;
    char from[BOTHY_TIME_TEXT_MAX];

    if (bothy_time_format(sim->options.start_ns, 0, from, sizeof from) < 0)
        return bothy_fail(error, BOTHY_ERANGE, "start is no time that can be written");
    bothy_log(sim->output.host, BOTHY_LOG_INFO, "simulated market: seed %llu, from %s on",
              (unsigned long long)sim->options.seed, from);
    return 0;
}

static struct sim_feed *find(struct sim *sim, const char *symbol)
{
    for (uint32_t i = 0; i < sim->feed_count; i++) {
        if (strcmp(sim->feeds[i]->market->definition.symbol, symbol) == 0)
            return sim->feeds[i];
    }
    return NULL;
}

static int32_t add(struct sim *sim, const char *symbol, struct sim_feed **ret_feed,
                   struct bothy_error *error)
{
    struct sim_feed *feed;
    int32_t r;

    if (sim->feed_count == INSTRUMENTS_MAX)
        return bothy_fail(error, BOTHY_ENOMEM, "at most %d instruments", INSTRUMENTS_MAX);
    feed = calloc(1, sizeof *feed);
    if (!feed)
        return bothy_fail(error, BOTHY_ENOMEM, "no memory for %s", symbol);
    r = sim_market_new(&sim->options, sim->config, sim->output.host->instance, symbol,
                       &feed->market, error);
    if (r < 0) {
        free(feed);
        return r;
    }
    /* Who comes late finds the same market: it lives through what it has missed, unheard. */
    if (sim->stepped) {
        for (int64_t ts = sim->options.start_ns; ts <= sim->now_ns; ts += sim->options.step_ns)
            sim_market_step(feed->market, ts);
    }
    sim->feeds[sim->feed_count++] = feed;
    *ret_feed = feed;
    return 0;
}

static int32_t sim_subscribe(void *self, const struct bothy_feed_request *request,
                             struct bothy_error *error)
{
    struct sim *sim = self;
    struct sim_feed *feed;
    int32_t r;

    if (!memchr(request->symbol, '\0', sizeof request->symbol))
        return bothy_fail(error, BOTHY_EINVAL, "a symbol without an end");
    feed = find(sim, request->symbol);
    if (!feed) {
        r = add(sim, request->symbol, &feed, error);
        if (r < 0)
            return r;
    }
    r = sim_feed_request(feed, &sim->output, request, sim->now_ns);
    return r < 0 ? bothy_fail(error, r, "the host refused the definition of %s", request->symbol)
                 : 0;
}

static int32_t sim_history(void *self, const struct bothy_history_request *request)
{
    struct sim *sim = self;

    for (uint32_t i = 0; i < sim->feed_count; i++) {
        if (sim->feeds[i]->instrument == request->instrument)
            return sim_feed_history(sim->feeds[i], &sim->output, request);
    }
    return BOTHY_ENOENT;
}

static int32_t end(struct sim *sim)
{
    if (!sim->ended)
        sim->output.publish->feed(sim->output.host, 0, BOTHY_FEED_STATE_ENDED,
                                  "the simulated time is over");
    sim->ended = 1;
    return BOTHY_EEND;
}

static int32_t sim_next(void *self, int64_t *ret_now_ns)
{
    struct sim *sim = self;
    int64_t ts = sim->stepped ? sim->now_ns + sim->options.step_ns : sim->now_ns;

    if (sim->ended ||
        (sim->options.duration_ns > 0 && ts - sim->options.start_ns >= sim->options.duration_ns))
        return end(sim);
    sim->now_ns = ts;
    sim->stepped = 1;
    for (uint32_t i = 0; i < sim->feed_count; i++) {
        int32_t r;

        sim_market_step(sim->feeds[i]->market, ts);
        r = sim_feed_publish(sim->feeds[i], &sim->output);
        if (r < 0)
            return r;
    }
    *ret_now_ns = ts;
    return 0;
}

static int32_t sim_health(void *self, char *text, size_t capacity)
{
    const struct sim *sim = self;

    if (capacity > 0)
        snprintf(text, capacity, "%u instruments%s", (unsigned)sim->feed_count,
                 sim->ended ? ", time is over" : "");
    return BOTHY_HEALTH_OK;
}

/* Nothing is open or pending: what there is goes with destroy. */
static void sim_stop(void *self)
{
    struct sim *sim = self;

    sim->ended = 1;
}

static void sim_destroy(void *self)
{
    struct sim *sim = self;

    for (uint32_t i = 0; i < sim->feed_count; i++) {
        sim_market_free(sim->feeds[i]->market);
        free(sim->feeds[i]);
    }
    free(sim->output.book);
    free(sim);
}

static const struct bothy_exchange_ops ops = {
    .size = sizeof ops,
    .check = sim_check,
    .create = sim_create,
    .start = sim_start,
    .subscribe = sim_subscribe,
    .history = sim_history,
    .next = sim_next,
    .health = sim_health,
    .stop = sim_stop,
    .destroy = sim_destroy,
};

BOTHY_PLUGIN_EXPORT const struct bothy_plugin bothy_plugin = {
    BOTHY_PLUGIN_HEADER(BOTHY_KIND_EXCHANGE),
    .name = "sim",
    .version = BOTHY_VERSION,
    .summary = "a simulated market: the same seed gives the same trades, books and liquidations",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .flags = BOTHY_PLUGIN_VIRTUAL_TIME,
    .ops.exchange = &ops,
};
