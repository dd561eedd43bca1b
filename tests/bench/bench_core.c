/*
 * The core alone, with sinks that do nothing: what an event costs until all that follows from it
 * is said, and a signal until its entry is filled and its exits are out.
 */
#include "bench.h"

#include "core/core.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BOTS_MAX 15

struct bench {
    struct core *core;
    uint64_t outputs, fills;
    int64_t now_ns;
    uint64_t round;
};

static void on_publish(void *context, const struct bothy_event *event)
{
    struct bench *bench = context;

    bench->outputs += core_interest(bench->core, event) != 0;
}

static void on_report(void *context, uint32_t bot, const struct bothy_event *event)
{
    struct bench *bench = context;

    (void)bot;
    bench->outputs++;
    bench->fills += event->type == BOTHY_EVENT_FILL;
}

static void on_record(void *context, const struct record *record)
{
    (void)record;
    ((struct bench *)context)->outputs++;
}

static void on_feeds(void *context, uint32_t venue, const struct bothy_feed_request *request)
{
    (void)context;
    (void)venue;
    (void)request;
}

static void on_history(void *context, uint32_t venue, const struct bothy_history_request *request)
{
    (void)context;
    (void)venue;
    (void)request;
}

static void on_note(void *context, int32_t level, uint32_t bot, const char *code, const char *text,
                    const uint8_t *correlation)
{
    (void)level;
    (void)bot;
    (void)code;
    (void)text;
    (void)correlation;
    ((struct bench *)context)->outputs++;
}

static void set_up(struct bench *bench, uint32_t bots, uint32_t feeds)
{
    static const struct core_sink sink = { on_publish, on_report,  on_record,
                                           on_feeds,   on_history, on_note };
    static const struct core_venue_conf venue = { "sim", 0 };
    static const struct core_instrument_conf instrument = { "BTC/USDT", 0 };
    struct core_bot_symbol symbol = { .instrument = 1 };
    struct core_bot_conf confs[BOTS_MAX];
    char names[BOTS_MAX][8];
    struct core_conf conf = { .venues = &venue,
                              .venue_count = 1,
                              .instruments = &instrument,
                              .instrument_count = 1,
                              .bots = confs,
                              .bot_count = bots,
                              .paper_balance = bothy_decimal_make(10000, 0) };
    struct bothy_subscription wanted = {
        .size = sizeof wanted, .instrument = 1, .feeds = feeds, .timeframe = BOTHY_TF_1M
    };
    struct {
        struct bothy_event event;
        struct bothy_instrument in;
    } definition;

    memset(bench, 0, sizeof *bench);
    symbol.risk.max_open_signals = symbol.risk.max_open_per_symbol = 1000;
    symbol.risk.risk_pct = bothy_decimal_make(1, -3);
    symbol.risk.max_position_pct = bothy_decimal_make(100, 0);
    for (uint32_t i = 0; i < bots; i++) {
        snprintf(names[i], sizeof names[i], "b%u", i);
        confs[i] = (struct core_bot_conf) { .name = names[i],
                                            .symbols = &symbol,
                                            .symbol_count = 1,
                                            .trade = 1,
                                            .order_types = 0x1e,
                                            .max_notional = bothy_decimal_make(1000000, 0) };
    }
    bench->core = core_new(&conf, &sink, bench, NULL);
    if (!bench->core) {
        fprintf(stderr, "no core\n");
        exit(1);
    }
    bench->now_ns = INT64_C(1640995200) * BOTHY_NS_PER_S;
    core_time(bench->core, bench->now_ns);
    memset(&definition, 0, sizeof definition);
    definition.event.size = sizeof definition;
    definition.event.type = BOTHY_EVENT_INSTRUMENT;
    definition.event.instrument = 1;
    definition.in.kind = BOTHY_INSTRUMENT_SPOT;
    definition.in.feeds = feeds;
    definition.in.bar_timeframes = 1u << BOTHY_TF_1M;
    definition.in.tick_size = bothy_decimal_make(1, -1);
    definition.in.lot_size = bothy_decimal_make(1, -5);
    definition.in.contract_size = bothy_decimal_make(1, 0);
    definition.in.taker_fee = bothy_decimal_make(1, -3);
    core_market(bench->core, 0, &definition.event, NULL);
    for (uint32_t i = 0; i < bots; i++) {
        core_bot_started(bench->core, i);
        core_subscribe(bench->core, i, &wanted);
    }
}

static void bar(struct bench *bench, int64_t price)
{
    struct {
        struct bothy_event event;
        struct bothy_bar bar;
    } one;

    memset(&one, 0, sizeof one);
    one.event.size = sizeof one;
    one.event.type = BOTHY_EVENT_BAR;
    one.event.instrument = 1;
    one.bar.timeframe = BOTHY_TF_1M;
    one.bar.open_ns = bench->now_ns;
    bench->now_ns += BOTHY_NS_PER_MIN;
    one.bar.close_ns = one.event.ts_event_ns = bench->now_ns;
    one.bar.open = one.bar.close = bothy_decimal_make(price, -1);
    one.bar.high = bothy_decimal_make(price + 5, -1);
    one.bar.low = bothy_decimal_make(price - 5, -1);
    one.bar.volume = bothy_decimal_make(12345, -3);
    core_time(bench->core, bench->now_ns);
    core_market(bench->core, 0, &one.event, NULL);
}

static void quote(struct bench *bench, int64_t price)
{
    struct {
        struct bothy_event event;
        struct bothy_quote quote;
    } one;

    memset(&one, 0, sizeof one);
    one.event.size = sizeof one;
    one.event.type = BOTHY_EVENT_QUOTE;
    one.event.instrument = 1;
    bench->now_ns += BOTHY_NS_PER_MS;
    one.event.ts_event_ns = bench->now_ns;
    one.quote.bid_price = bothy_decimal_make(price, -1);
    one.quote.ask_price = bothy_decimal_make(price + 1, -1);
    one.quote.bid_quantity = one.quote.ask_quantity = bothy_decimal_make(100000, 0);
    core_time(bench->core, bench->now_ns);
    core_market(bench->core, 0, &one.event, NULL);
}

static void bars(void *context, uint64_t iterations)
{
    while (iterations--)
        bar(context, 430000 + (int64_t)(iterations % 64));
}

static void quotes(void *context, uint64_t iterations)
{
    while (iterations--)
        quote(context, 430000 + (int64_t)(iterations % 64));
}

/* A signal, its group durable, the entry filled, the target reached: everything is told. */
static void round_trip(void *context, uint64_t iterations)
{
    struct bench *bench = context;

    while (iterations--) {
        struct bothy_signal signal;

        bothy_signal_init(&signal, BOTHY_SIGNAL_CUSTOM, 1, BOTHY_DIRECTION_LONG, bench->now_ns);
        memcpy(signal.type_name, "x_bench", 8);
        signal.current = signal.entry = 43000.1;
        signal.stop_loss = 42900;
        signal.take_profit_1 = 43100;
        core_signal(bench->core, 0, &signal, 1);
        core_durable(bench->core, core_recorded(bench->core));
        quote(bench, 431000);
        quote(bench, 430000);
    }
}

int main(int argc, char **argv)
{
    static const uint32_t counts[] = { 1, BOTS_MAX };
    struct bench bench;
    char name[64];

    bench_begin(argc, argv);
    for (int i = 0; i < 2; i++) {
        snprintf(name, sizeof name, "core.bar_%u_bots", counts[i]);
        set_up(&bench, counts[i], BOTHY_FEED_BARS);
        bench_run(name, "ns", bars, &bench);
        core_free(bench.core);
        snprintf(name, sizeof name, "core.quote_%u_bots", counts[i]);
        set_up(&bench, counts[i], BOTHY_FEED_QUOTES);
        quote(&bench, 430000);
        bench_run(name, "ns", quotes, &bench);
        core_free(bench.core);
    }
    set_up(&bench, 1, BOTHY_FEED_QUOTES);
    quote(&bench, 430000);
    bench_run("core.signal_order_fill_exit", "ns", round_trip, &bench);
    if (bench.fills == 0 && bench_wanted("core.signal_order_fill_exit"))
        fprintf(stderr, "no order was filled: the number above means nothing\n");
    core_free(bench.core);
    return bench_end();
}
