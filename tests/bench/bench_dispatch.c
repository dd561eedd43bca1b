/*
 * From a tick to an order, through the plugin ABI: first inline, in one thread, then through the
 * sandboxed processes with their rings. The strategy is taker.c, the processes are the real ones,
 * the core is that of the tests; there is no gate, no ledger and no commit.
 *
 *     inline    instance_event() ─▶ on_event ─▶ orders.submit ─▶ the sink has the order
 *     bot       core ─▶ log ─▶ bot ─▶ intents ring ─▶ core                        2 hops
 *     round     core ─▶ exchange ─▶ core ─▶ log ─▶ bot ─▶ intents ring ─▶ core    4 hops
 *
 * A round has the same hops as one from an exchange and back to it, begun at another of them. The
 * processes sleep before each: a tick that comes to a host that is awake already costs less.
 */
#include "config.h"

#include "bench.h"
#include "host/mini_core.h"

#include "runner/instance.h"

#include <limits.h>

#define SAMPLES    20000
#define ROUNDS     3000
#define WARM_UP    200
#define SETTLE_US  300
#define LIMIT_NS   (20 * BOTHY_NS_PER_S)
#define EVENTS_MAX 1024

/* ---- inline ---- */

static struct {
    struct loader_plugin plugin;
    struct settings settings;
    struct instance instance;
    struct core_trade events[EVENTS_MAX];
    uint64_t next;
    /* What the sink has: as much as a ring would be given. */
    struct {
        struct wire_record header;
        struct bothy_order_request order;
    } handed;
    uint64_t orders;
} in;

static int32_t take_record(void *context, uint32_t type, const void *payload, size_t length)
{
    (void)context;
    if (type != WIRE_R_ORDER || length != sizeof in.handed.order)
        return 0;
    in.handed.header.type = type;
    in.handed.header.consumed_seq = in.next;
    memcpy(&in.handed.order, payload, length);
    in.orders++;
    return 0;
}

static void take_line(void *context, int32_t level, int64_t event_ns, const char *keys,
                      const char *text)
{
    (void)context;
    (void)event_ns;
    (void)keys;
    if (level >= BOTHY_LOG_WARNING)
        fprintf(stderr, "taker: %s\n", text);
}

static const struct services_sink sink = { .write = take_record, .log = take_line };

static void plugin_path(const char *name, char *path, size_t capacity)
{
    const char *build = getenv("BOTHY_BUILDDIR");
    char relative[4096];

    snprintf(relative, sizeof relative, "%s/tests/%s.so", build ? build : ".", name);
    if (capacity < PATH_MAX || !realpath(relative, path))
        core_die(relative, NULL);
}

static void begin_inline(const char *orders)
{
    static uint32_t instruments[] = { CORE_INSTRUMENT };
    struct bothy_error error = { 0 };
    struct core core = { .now_ns = CORE_EPOCH_NS };
    char path[PATH_MAX];

    plugin_path("bench/.libs/taker", path, sizeof path);
    if (!in.plugin.values && loader_open(path, BOTHY_KIND_STRATEGY, &in.plugin, &error) < 0)
        core_die("taker", &error);
    in.settings = (struct settings) {
        .config = bothy_config_new(in.plugin.values, in.plugin.value_count, "taker"),
        .instance = "taker",
        .symbol_count = 1,
        .instruments = instruments,
        .log_level = BOTHY_LOG_INFO,
    };
    if (!in.settings.config ||
        bothy_config_add_symbol(in.settings.config, "BTC/USDT", "venue") < 0 ||
        bothy_config_set(in.settings.config, BOTHY_CONFIG_ALL_SYMBOLS, "orders", orders, &error) <
            0 ||
        instance_init(&in.instance, &in.plugin, &in.settings, &sink, NULL, NULL, NULL, &error) <
            0 ||
        instance_create(&in.instance, &error) < 0 || instance_start(&in.instance, &error) < 0)
        core_die("taker", &error);
    for (uint32_t i = 0; i < EVENTS_MAX; i++) {
        core_make_trade(&core, &in.events[i]);
        in.events[i].event.seq = i + 1;
    }
}

static void end_inline(void)
{
    instance_stop(&in.instance);
    instance_clear(&in.instance);
    bothy_config_free(in.settings.config);
}

static const struct bothy_event *next_event(void)
{
    return &in.events[in.next++ % EVENTS_MAX].event;
}

/* The function pointer alone: what no host can save. */
static void call(void *context, uint64_t iterations)
{
    (void)context;
    while (iterations--)
        BENCH_KEEP(in.plugin.strategy.on_event(in.instance.self, next_event()));
}

/* With the subscription, the clock and the rung that every event passes. */
static void dispatch(void *context, uint64_t iterations)
{
    (void)context;
    while (iterations--)
        BENCH_KEEP(instance_event(&in.instance, next_event()));
    BENCH_KEEP_AT(&in.handed);
}

/* An event that the bot did not ask for. */
static void pass_over(void *context, uint64_t iterations)
{
    struct core_trade other = in.events[0];

    (void)context;
    other.event.instrument = CORE_INSTRUMENT + 1;
    while (iterations--) {
        BENCH_CLOBBER();
        BENCH_KEEP(instance_event(&in.instance, &other.event));
    }
}

static int compare(const void *one, const void *two)
{
    int64_t a = *(const int64_t *)one, b = *(const int64_t *)two;

    return (a > b) - (a < b);
}

/* Each tick by itself; what reading the clock costs is measured in turns and taken off. */
static void measure_ticks(void)
{
    static int64_t ticks[SAMPLES], clocks[SAMPLES];
    int64_t p50;

    for (uint32_t i = 0; i < SAMPLES; i++) {
        int64_t begun_ns = bench_now_ns();

        instance_event(&in.instance, next_event());
        ticks[i] = bench_now_ns() - begun_ns;
        begun_ns = bench_now_ns();
        BENCH_CLOBBER();
        clocks[i] = bench_now_ns() - begun_ns;
    }
    qsort(ticks, SAMPLES, sizeof ticks[0], compare);
    qsort(clocks, SAMPLES, sizeof clocks[0], compare);
    p50 = clocks[SAMPLES / 2];
    bench_report("dispatch.inline.tick_to_order.p50", (double)(ticks[SAMPLES / 2] - p50), "ns");
    bench_report("dispatch.inline.tick_to_order.p99", (double)(ticks[SAMPLES * 99 / 100] - p50),
                 "ns");
    bench_report("dispatch.inline.clock.p50", (double)p50, "ns");
}

static void bench_inline(void)
{
    begin_inline("false");
    bench_run("dispatch.inline.on_event", "ns", call, NULL);
    bench_run("dispatch.inline.event", "ns", dispatch, NULL);
    bench_run("dispatch.inline.event_not_wanted", "ns", pass_over, NULL);
    end_inline();
    begin_inline("true");
    bench_run("dispatch.inline.tick_to_order", "ns", dispatch, NULL);
    if (bench_wanted("dispatch.inline.tick_to_order.p50"))
        measure_ticks();
    if (in.orders == 0 && bench_wanted("dispatch.inline.tick_to_order"))
        core_die("taker did not order", NULL);
    end_inline();
}

/* ---- through the processes ---- */

static _Alignas(16) uint8_t record[WIRE_RECORD_MAX];

/* Waits, asleep, for a record of that type; others are passed over. Returns its length. */
static size_t await_record(struct bot *from, uint32_t type)
{
    struct bothy_error error = { 0 };
    struct wire_record header;
    struct wait_word word;
    size_t length;

    for (;;) {
        int r = ring_read(&from->intents, record, sizeof record, &length, &error);

        if (r == BOTHY_EAGAIN) {
            struct pollfd entry = { .fd = from->bell, .events = POLLIN };

            if (ring_sleep_begin(&from->intents, &word))
                continue;
            if (poll(&entry, 1, DEADLINE_MS) == 0)
                core_die("nothing comes", NULL);
            doorbell_drain(from->bell);
            ring_sleep_end(&from->intents);
            continue;
        }
        if (r < 0)
            core_die("intents", &error);
        memcpy(&header, record, sizeof header);
        if (header.type == type)
            return length - sizeof header;
    }
}

static void start(struct core *core, struct bot *bot, const struct bot_request *request)
{
    if (bot_start(core, bot, request) != OUT_RUNNING)
        core_die(bot->failed_text[0] ? bot->failed_text : bot->said, NULL);
    bot_drain(bot, NULL);
}

static void report(const char *name, int64_t *ns, uint32_t count)
{
    char full[96];

    if (count == 0)
        return;
    qsort(ns, count, sizeof ns[0], compare);
    snprintf(full, sizeof full, "%s.p50", name);
    bench_report(full, (double)ns[count / 2] / 1000, "us");
    snprintf(full, sizeof full, "%s.p99", name);
    bench_report(full, (double)ns[count * 99 / 100] / 1000, "us");
}

/* A trade of the core's own making, and the order that answers it. */
static void measure_bot(struct core *core, struct bot *bot)
{
    static int64_t ns[ROUNDS];
    int64_t until_ns = bench_now_ns() + LIMIT_NS;
    uint32_t count = 0;

    for (uint32_t i = 0; i < WARM_UP + ROUNDS && bench_now_ns() < until_ns; i++) {
        int64_t begun_ns;

        usleep(SETTLE_US);
        begun_ns = bench_now_ns();
        core_trade(core);
        await_record(bot, WIRE_R_ORDER);
        if (i >= WARM_UP)
            ns[count++] = bench_now_ns() - begun_ns;
    }
    report("dispatch.processes.bot", ns, count);
}

/* One step of the exchange: its trade goes into the log, the order comes back. */
static void measure_round(struct core *core, struct bot *bot, struct bot *exchange)
{
    static int64_t ns[ROUNDS];
    const uint64_t credit = 1;
    int64_t until_ns = bench_now_ns() + LIMIT_NS;
    uint32_t count = 0;

    for (uint32_t i = 0; i < WARM_UP + ROUNDS && bench_now_ns() < until_ns; i++) {
        struct bothy_event *event = (void *)(record + sizeof(struct wire_record));
        int64_t begun_ns;

        usleep(SETTLE_US);
        begun_ns = bench_now_ns();
        bot_command(exchange, WIRE_R_CREDIT, &credit, sizeof credit);
        if (await_record(exchange, WIRE_R_EVENT) != event->size)
            core_die("the exchange's trade is malformed", NULL);
        core_append(core, event);
        broadcast_publish(&core->log);
        await_record(bot, WIRE_R_ORDER);
        if (i >= WARM_UP)
            ns[count++] = bench_now_ns() - begun_ns;
        await_record(exchange, WIRE_R_STEP);
    }
    report("dispatch.processes.round", ns, count);
}

static void bench_processes(void)
{
    static struct bot bot, exchange;
    struct wire_feed_request feed = { .id = 1 };
    struct core core;
    char taker[PATH_MAX], ticker[PATH_MAX];
    struct bot_request strategy = { .plugin = taker, .sandbox = WIRE_SANDBOX_BEST_EFFORT };
    struct bot_request venue = { .kind = BOTHY_KIND_EXCHANGE,
                                 .plugin = ticker,
                                 .option = "trades",
                                 .value = "1000000",
                                 .sandbox = WIRE_SANDBOX_BEST_EFFORT };

    plugin_path("bench/.libs/taker", taker, sizeof taker);
    plugin_path("zoo/.libs/ticker", ticker, sizeof ticker);
    core_open(&core);
    start(&core, &bot, &strategy);
    if (bench_wanted("dispatch.processes.bot"))
        measure_bot(&core, &bot);
    if (bench_wanted("dispatch.processes.round")) {
        start(&core, &exchange, &venue);
        feed.request.size = sizeof feed.request;
        feed.request.instrument = CORE_INSTRUMENT;
        feed.request.feeds = BOTHY_FEED_TRADES;
        snprintf(feed.request.symbol, sizeof feed.request.symbol, "BTC/USDT");
        bot_command(&exchange, WIRE_R_FEED_REQUEST, &feed, sizeof feed);
        await_record(&exchange, WIRE_R_SUBSCRIBED);
        measure_round(&core, &bot, &exchange);
        bot_stop(&exchange);
        bot_close(&exchange);
    }
    bot_stop(&bot);
    bot_close(&bot);
    core_close(&core);
}

int main(int argc, char **argv)
{
    bench_begin(argc, argv);
    if (bench_wanted("dispatch.inline.on_event") || bench_wanted("dispatch.inline.event") ||
        bench_wanted("dispatch.inline.tick_to_order"))
        bench_inline();
    if (bench_wanted("dispatch.processes.bot") || bench_wanted("dispatch.processes.round"))
        bench_processes();
    return bench_end();
}
