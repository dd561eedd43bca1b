/*
 * The drivers of the real runners: the order of public and private events, lapping, history,
 * control commands, the services; and an exchange that owns the time.
 */
#include "config.h"

#include "suite.h"

#include "host/mini_core.h"

#ifdef BOTHY_SANITIZED
#define MEMORY 0
#else
#define MEMORY (UINT64_C(512) << 20)
#endif

#define WITNESS(...)                                                                               \
    {                                                                                              \
        .plugin = "witness", .sandbox = WIRE_SANDBOX_BEST_EFFORT, .memory = MEMORY, __VA_ARGS__    \
    }

#define SEEN_MAX 4096

static uint64_t seen[SEEN_MAX]; /* type * 1000000 + seq * 100 + flags, as the witness says it */
static uint32_t seen_count;
static struct bothy_order_request order;
static struct wire_signal signal_record;
static struct wire_timer timer;

static void note(struct bot *bot, uint32_t type, const void *payload, size_t length)
{
    const struct wire_metric *metric = payload;

    (void)bot;
    if (type == WIRE_R_METRIC && strcmp(metric->name, "seen") == 0 && seen_count < SEEN_MAX)
        seen[seen_count++] = (uint64_t)metric->value;
    if (type == WIRE_R_ORDER && length == sizeof order)
        memcpy(&order, payload, length);
    if (type == WIRE_R_SIGNAL && length == sizeof signal_record)
        memcpy(&signal_record, payload, length);
    if (type == WIRE_R_TIMER && length == sizeof timer)
        memcpy(&timer, payload, length);
}

static uint64_t mark(uint32_t type, uint64_t seq, uint32_t flags)
{
    return (uint64_t)type * 1000000 + seq * 100 + flags;
}

/* As bot_consume(), and notes what the witness saw. */
static void follow(struct bot *bot, uint64_t seq)
{
    int64_t until = core_clock_ms() + DEADLINE_MS;

    while (bot->consumed_seq < seq || bot->consumed_commands < bot->sent_commands) {
        bot_drain(bot, note);
        bot_reap(bot);
        ck_assert_msg(!bot->ended, "it ended: %s", bot->said);
        ck_assert_int_lt(core_clock_ms(), until);
        poll(NULL, 0, 1);
    }
    bot_drain(bot, note);
}

struct private_event {
    struct bothy_event event;
    union {
        struct bothy_position position;
        struct bothy_timer timer;
        struct bothy_history_end end;
        struct bothy_bar bar;
    } body;
};

static void send_private(struct bot *bot, uint32_t type, size_t body, uint64_t seq, uint32_t flags,
                         struct private_event *event)
{
    event->event.size = (uint16_t)(sizeof event->event + body);
    event->event.type = (uint16_t)type;
    event->event.flags = BOTHY_EVENT_PRIVATE | flags;
    event->event.instrument = CORE_INSTRUMENT;
    event->event.seq = seq;
    event->event.ts_event_ns = event->event.ts_recv_ns = CORE_EPOCH_NS;
    bot_command(bot, WIRE_R_PRIVATE, event, event->event.size);
}

static void send_position(struct bot *bot, uint64_t seq, int64_t quantity)
{
    struct private_event event = { .body.position.quantity = bothy_decimal_make(quantity, 0) };

    send_private(bot, BOTHY_EVENT_POSITION, sizeof event.body.position, seq, 0, &event);
}

START_TEST(private_events_stand_in_their_place)
{
    struct bot_request request = WITNESS(.flags = WIRE_CONFIG_LOCKSTEP);
    struct core core;
    static struct bot bot;
    uint32_t expected = 0;

    core_open(&core);
    ck_assert_int_eq(bot_start(&core, &bot, &request), OUT_RUNNING);
    /* In each round some private events after the last public one, as the core does it: they are
     * written first, then the next public event is published. */
    for (uint64_t seq = 1; seq <= 300; seq++) {
        struct core_trade trade;

        core_make_trade(&core, &trade);
        core_append(&core, &trade.event);
        for (uint64_t i = 0; i < seq % 3; i++)
            send_position(&bot, seq - 1, (int64_t)seq);
        broadcast_publish(&core.log);
        if (seq % 7 == 0)
            follow(&bot, seq);
    }
    follow(&bot, 300);
    for (uint64_t seq = 1; seq <= 300; seq++) {
        for (uint64_t i = 0; i < seq % 3; i++)
            ck_assert_uint_eq(seen[expected++],
                              mark(BOTHY_EVENT_POSITION, seq - 1, BOTHY_EVENT_PRIVATE));
        ck_assert_uint_eq(seen[expected++], mark(BOTHY_EVENT_TRADE, seq, 0));
    }
    ck_assert_uint_eq(seen_count, expected);
    ck_assert_int_eq((int)bot_metric(&bot, "position"), 299);
    ck_assert_uint_eq(bot.status->events, expected);
    ck_assert_uint_eq(bot.status->missed, 0);
    bot_stop(&bot);
    bot_close(&bot);
    core_close(&core);
}
END_TEST

/* A private event may be seen before the public one that it follows: it waits for that. */
START_TEST(private_event_waits_for_its_public_one)
{
    struct bot_request request = WITNESS(.flags = WIRE_CONFIG_LOCKSTEP);
    struct core core;
    static struct bot bot;

    core_open(&core);
    ck_assert_int_eq(bot_start(&core, &bot, &request), OUT_RUNNING);
    for (uint64_t seq = 1; seq <= 200; seq++) {
        core_trade(&core);
        send_position(&bot, seq, 1);
    }
    follow(&bot, 200);
    ck_assert_uint_eq(seen_count, 400);
    for (uint64_t seq = 1; seq <= 200; seq++) {
        ck_assert_uint_eq(seen[2 * seq - 2], mark(BOTHY_EVENT_TRADE, seq, 0));
        ck_assert_uint_eq(seen[2 * seq - 1], mark(BOTHY_EVENT_POSITION, seq, BOTHY_EVENT_PRIVATE));
    }
    bot_stop(&bot);
    bot_close(&bot);
    core_close(&core);
}
END_TEST

START_TEST(services_answer)
{
    struct bot_request request =
        WITNESS(.flags = WIRE_CONFIG_LOCKSTEP, .state = "\x2a\0\0\0\0\0\0", .state_length = 8);
    struct private_event event = { .body.timer = { .id = 7 } };
    struct core core;
    static struct bot bot;

    core_open(&core);
    ck_assert_int_eq(bot_start(&core, &bot, &request), OUT_RUNNING);
    core_trade(&core);
    send_private(&bot, BOTHY_EVENT_TIMER, sizeof event.body.timer, 1, 0, &event);
    follow(&bot, 1);
    ck_assert_int_eq((int)bot_metric(&bot, "early"), BOTHY_EPERM);
    ck_assert_int_eq((int)bot_metric(&bot, "clock_at_create"), 0);
    ck_assert_int_eq((int)bot_metric(&bot, "publishes"), 0);
    ck_assert_int_eq((int)bot_metric(&bot, "loaded"), 42);
    ck_assert_int_eq((int)bot_metric(&bot, "emit"), 0);
    ck_assert_int_eq((int)bot_metric(&bot, "emit_wrong"), BOTHY_EINVAL);
    ck_assert_int_eq((int)bot_metric(&bot, "submit"), 0);
    ck_assert_int_eq((int)bot_metric(&bot, "submit_wrong"), BOTHY_EINVAL);
    ck_assert_int_eq((int)bot_metric(&bot, "submit_strange"), BOTHY_ENOENT);
    ck_assert_int_eq((int)bot_metric(&bot, "timer"), 0);
    ck_assert_int_eq((int)bot_metric(&bot, "timer_wrong"), BOTHY_EINVAL);
    ck_assert_uint_eq(bot.records[WIRE_R_SUBSCRIBE], 1);
    ck_assert_uint_eq(bot.records[WIRE_R_SIGNAL], 1);
    ck_assert_uint_eq(bot.records[WIRE_R_ORDER], 1);
    ck_assert_uint_eq(bot.records[WIRE_R_CANCEL], 1);
    ck_assert_uint_eq(bot.records[WIRE_R_TIMER], 1);
    ck_assert_uint_eq(signal_record.tag, 5);
    ck_assert_double_eq_tol(signal_record.signal.risk_reward_1, 2, 1e-9);
    ck_assert_int_eq(order.quantity.coefficient, 5);
    ck_assert_uint_eq(timer.id, 7);
    ck_assert_int_eq(bot.last_text[WIRE_R_NOTIFY].code, BOTHY_LOG_NOTICE);
    ck_assert_str_eq(bot.last_text[WIRE_R_NOTIFY].text, "the first trade");
    ck_assert_uint_eq(bot.state_length, 8);
    ck_assert_uint_eq(bot.state[0] + 256u * bot.state[1], 4711);
    bot_stop(&bot);
    bot_close(&bot);
    core_close(&core);
}
END_TEST

static void send_reload(struct bot *bot, const char *word)
{
    uint8_t data[4096];
    struct bytes_writer writer;

    bytes_writer_init(&writer, data, sizeof data);
    bot_put_config(&writer, "word", word, NULL, WIRE_CONFIG_LOCKSTEP);
    bot_command(bot, WIRE_R_RELOAD, data, writer.length);
}

START_TEST(commands_are_obeyed)
{
    struct bot_request request = WITNESS(.flags = WIRE_CONFIG_LOCKSTEP);
    uint32_t level[2] = { BOTHY_LOG_ERROR, 0 };
    struct core core;
    static struct bot bot;

    core_open(&core);
    ck_assert_int_eq(bot_start(&core, &bot, &request), OUT_RUNNING);
    bot_command(&bot, WIRE_R_PAUSE, NULL, 0);
    follow(&bot, 0);
    ck_assert_int_eq((int)bot_metric(&bot, "paused"), 1);
    bot_command(&bot, WIRE_R_RESUME, NULL, 0);
    bot_command(&bot, WIRE_R_HEALTH, NULL, 0);
    follow(&bot, 0);
    ck_assert_int_eq((int)bot_metric(&bot, "paused"), 0);
    ck_assert_int_eq(bot.last_text[WIRE_R_HEALTH].code, BOTHY_HEALTH_WARN);
    ck_assert_str_eq(bot.last_text[WIRE_R_HEALTH].text, "word first");

    send_reload(&bot, "second");
    bot_command(&bot, WIRE_R_HEALTH, NULL, 0);
    follow(&bot, 0);
    ck_assert_int_eq(bot.last_text[WIRE_R_RELOADED].code, 0);
    ck_assert_str_eq(bot.last_text[WIRE_R_HEALTH].text, "word second");
    /* Refused by check, by reload: the old values stay. */
    send_reload(&bot, "wrong");
    follow(&bot, 0);
    ck_assert_int_eq(bot.last_text[WIRE_R_RELOADED].code, BOTHY_EINVAL);
    ck_assert_ptr_nonnull(strstr(bot.last_text[WIRE_R_RELOADED].text, "not that word"));
    send_reload(&bot, "late");
    bot_command(&bot, WIRE_R_HEALTH, NULL, 0);
    follow(&bot, 0);
    ck_assert_int_eq(bot.last_text[WIRE_R_RELOADED].code, BOTHY_EINVAL);
    ck_assert_str_eq(bot.last_text[WIRE_R_HEALTH].text, "word second");
    /* A malformed one is refused, too. */
    bot_command(&bot, WIRE_R_RELOAD, "garbage", 8);
    follow(&bot, 0);
    ck_assert_int_eq(bot.last_text[WIRE_R_RELOADED].code, BOTHY_EPROTO);

    bot_command(&bot, WIRE_R_LOG_LEVEL, level, sizeof level);
    follow(&bot, 0);
    bot.lines = 0;
    core_trade(&core); /* emits a wrong signal, which is a warning */
    follow(&bot, 1);
    ck_assert_uint_eq(bot.lines, 0);
    bot_stop(&bot);
    ck_assert_int_eq(bot.stopped, 1);
    ck_assert_int_eq(WEXITSTATUS(bot.wait_status), 0);
    bot_close(&bot);
    core_close(&core);
}
END_TEST

static uint64_t publish_bar(struct core *core, int64_t minute)
{
    struct {
        struct bothy_event event;
        struct bothy_bar bar;
    } record = { .event = { .size = sizeof record,
                            .type = BOTHY_EVENT_BAR,
                            .instrument = CORE_INSTRUMENT,
                            .ts_event_ns = CORE_EPOCH_NS + (minute + 1) * BOTHY_NS_PER_MIN },
                 .bar = { .timeframe = BOTHY_TF_1M,
                          .open_ns = CORE_EPOCH_NS + minute * BOTHY_NS_PER_MIN,
                          .close_ns = CORE_EPOCH_NS + (minute + 1) * BOTHY_NS_PER_MIN } };
    uint64_t seq = core_append(core, &record.event);

    broadcast_publish(&core->log);
    return seq;
}

/* Live bars wait for the end of the history; trades, which have none, do not. */
START_TEST(history_comes_first)
{
    struct bot_request request =
        WITNESS(.flags = WIRE_CONFIG_LOCKSTEP, .option = "history", .value = "2");
    struct private_event event = { .body.bar.timeframe = BOTHY_TF_1M };
    struct private_event end = { .body.end = { .timeframe = BOTHY_TF_1M, .count = 2 } };
    struct core core;
    static struct bot bot;

    core_open(&core);
    ck_assert_int_eq(bot_start(&core, &bot, &request), OUT_RUNNING);
    publish_bar(&core, 0);
    core_trade(&core);
    follow(&bot, 2);
    ck_assert_uint_eq(seen_count, 1);
    ck_assert_uint_eq(seen[0], mark(BOTHY_EVENT_TRADE, 2, 0));
    for (int i = 0; i < 2; i++)
        send_private(&bot, BOTHY_EVENT_BAR, sizeof event.body.bar, 2, BOTHY_EVENT_HISTORY, &event);
    send_private(&bot, BOTHY_EVENT_HISTORY_END, sizeof end.body.end, 2, 0, &end);
    publish_bar(&core, 1);
    follow(&bot, 3);
    ck_assert_uint_eq(seen_count, 5);
    ck_assert_uint_eq(seen[1], mark(BOTHY_EVENT_BAR, 2, BOTHY_EVENT_HISTORY | BOTHY_EVENT_PRIVATE));
    ck_assert_uint_eq(seen[3], mark(BOTHY_EVENT_HISTORY_END, 2, BOTHY_EVENT_PRIVATE));
    ck_assert_uint_eq(seen[4], mark(BOTHY_EVENT_BAR, 3, 0));
    bot_stop(&bot);
    bot_close(&bot);
    core_close(&core);
}
END_TEST

/* Stopped for a while and overrun: one gap that names what is lost, then the last value. */
START_TEST(lapped_gets_a_gap_and_the_present)
{
    struct bot_request request = WITNESS(.flags = WIRE_CONFIG_LOCKSTEP);
    struct core_trade trade;
    uint8_t cell[CORE_CELL] = { 0 };
    struct core core;
    static struct bot bot;
    uint64_t gap_seq = 0;
    uint64_t seq = 0;

    core_open(&core);
    ck_assert_int_eq(bot_start(&core, &bot, &request), OUT_RUNNING);
    core_trade(&core);
    follow(&bot, 1);
    kill(bot.pid, SIGSTOP);
    for (int i = 0; i < 20000; i++) {
        core_make_trade(&core, &trade);
        seq = core_append(&core, &trade.event);
        memcpy(cell, &trade, sizeof trade);
        ck_assert_int_eq(lastvalue_store(&core.last, CORE_INSTRUMENT, 0, seq, cell, NULL), 0);
        if (i % 100 == 99)
            broadcast_publish(&core.log);
    }
    kill(bot.pid, SIGCONT);
    follow(&bot, seq);
    core_trade(&core);
    follow(&bot, seq + 1);
    ck_assert_uint_gt(bot.status->missed, 0);
    for (uint32_t i = 1; i < seen_count; i++) {
        if (seen[i] / 1000000 >= BOTHY_EVENT_GAP && !gap_seq) {
            gap_seq = (seen[i] % 1000000) / 100;
            /* What stands in the table comes after it, as of now. */
            ck_assert_uint_lt(i + 1, seen_count);
            ck_assert_uint_eq(seen[i + 1] % 100, BOTHY_EVENT_CONFLATED);
        }
    }
    ck_assert_uint_ne(gap_seq, 0);
    ck_assert_uint_eq(seen[seen_count - 1],
                      (uint64_t)BOTHY_EVENT_TRADE * 1000000 + (seq + 1) * 100);
    ck_assert_uint_eq(bot.status->missed + bot.status->events, seq + 3);
    bot_stop(&bot);
    bot_close(&bot);
    core_close(&core);
}
END_TEST

/* In real time a full ring is a return code; in lock-step the call waits for room. */
START_TEST(full_ring_is_refused_in_real_time)
{
    struct bot_request request = WITNESS(.option = "flood", .value = "true");
    struct core core;
    static struct bot bot;
    int64_t until;

    core_open(&core);
    ck_assert_int_eq(bot_start(&core, &bot, &request), OUT_RUNNING);
    core_trade(&core);
    until = core_clock_ms() + DEADLINE_MS;
    while (bot.status->events < 1 || bot.status->in_callback) {
        ck_assert_int_lt(core_clock_ms(), until);
        poll(NULL, 0, 1);
    }
    bot_drain(&bot, NULL);
    ck_assert_uint_gt(bot.records[WIRE_R_METRIC], 1000);
    ck_assert_int_eq(bot.violation, 0);
    bot_stop(&bot);
    ck_assert_int_eq((int)bot_metric(&bot, "refused"), 1);
    bot_close(&bot);
    core_close(&core);
}
END_TEST

/* The core's end closed: the process goes, whatever it was doing. */
START_TEST(orphan_ends)
{
    struct bot_request request = WITNESS(.flags = WIRE_CONFIG_LOCKSTEP);
    struct core core;
    static struct bot bot;

    core_open(&core);
    ck_assert_int_eq(bot_start(&core, &bot, &request), OUT_RUNNING);
    close(bot.control);
    bot.control = -1;
    bot_end(&bot);
    ck_assert(WIFEXITED(bot.wait_status));
    ck_assert_int_eq(WEXITSTATUS(bot.wait_status), WIRE_EXIT_PEER_GONE);
    bot_close(&bot);
    core_close(&core);
}
END_TEST

/* ---- an exchange ---- */

static uint64_t steps;
static uint64_t trades;
static uint64_t definitions;
static uint64_t past;
static uint64_t ends;
static int64_t last_ns;

static void note_exchange(struct bot *bot, uint32_t type, const void *payload, size_t length)
{
    const struct bothy_event *event = payload;

    (void)bot;
    if (type == WIRE_R_STEP) {
        int64_t now_ns;

        memcpy(&now_ns, payload, sizeof now_ns);
        ck_assert_int_gt(now_ns, last_ns);
        last_ns = now_ns;
        steps++;
        /* All of the instant has been said before. */
        ck_assert_uint_eq(trades, steps);
    }
    if (type == WIRE_R_END)
        ends++;
    if (type != WIRE_R_EVENT)
        return;
    ck_assert_uint_eq(event->size, length);
    ck_assert_int_eq(event->ts_recv_ns, event->ts_event_ns);
    if (event->flags & BOTHY_EVENT_HISTORY)
        past++;
    else if (event->type == BOTHY_EVENT_INSTRUMENT)
        definitions++;
    else if (event->type == BOTHY_EVENT_TRADE)
        trades++;
}

static void await_exchange(struct bot *bot, const uint64_t *count, uint64_t wanted)
{
    int64_t until = core_clock_ms() + DEADLINE_MS;

    while (*count < wanted) {
        bot_drain(bot, note_exchange);
        bot_reap(bot);
        ck_assert_msg(!bot->ended || *count >= wanted, "it ended: %s", bot->said);
        ck_assert_int_lt(core_clock_ms(), until);
        poll(NULL, 0, 1);
    }
}

static void send_feed_request(struct bot *bot, uint64_t id, const char *symbol)
{
    struct wire_feed_request request = { .id = id };

    request.request.size = sizeof request.request;
    request.request.instrument = CORE_INSTRUMENT;
    request.request.feeds = BOTHY_FEED_TRADES;
    snprintf(request.request.symbol, sizeof request.request.symbol, "%s", symbol);
    bot_command(bot, WIRE_R_FEED_REQUEST, &request, sizeof request);
}

static void send_credit(struct bot *bot, uint64_t credit)
{
    bot_command(bot, WIRE_R_CREDIT, &credit, sizeof credit);
}

START_TEST(exchange_makes_time_pass)
{
    struct bot_request request = { .kind = BOTHY_KIND_EXCHANGE,
                                   .plugin = "ticker",
                                   .option = "trades",
                                   .value = "20000",
                                   .flags = WIRE_CONFIG_LOCKSTEP,
                                   .sandbox = WIRE_SANDBOX_BEST_EFFORT,
                                   .memory = MEMORY };
    struct wire_history_request history = {
        .id = 3,
        .request = { .size = sizeof history.request,
                     .instrument = CORE_INSTRUMENT,
                     .feed = BOTHY_FEED_BARS,
                     .timeframe = BOTHY_TF_1M,
                     .count = 25 },
    };
    struct core core;
    static struct bot bot;

    core_open(&core);
    ck_assert_int_eq(bot_start(&core, &bot, &request), OUT_RUNNING);
    send_feed_request(&bot, 1, "NONE/SUCH");
    await_exchange(&bot, &bot.records[WIRE_R_SUBSCRIBED], 1);
    ck_assert_uint_eq(bot.last_text[WIRE_R_SUBSCRIBED].id, 1);
    ck_assert_int_eq(bot.last_text[WIRE_R_SUBSCRIBED].code, BOTHY_ENOENT);
    ck_assert_ptr_nonnull(strstr(bot.last_text[WIRE_R_SUBSCRIBED].text, "there is BTC/USDT"));
    send_feed_request(&bot, 2, "BTC/USDT");
    await_exchange(&bot, &bot.records[WIRE_R_SUBSCRIBED], 2);
    ck_assert_int_eq(bot.last_text[WIRE_R_SUBSCRIBED].code, 0);
    ck_assert_uint_eq(definitions, 1);
    bot_command(&bot, WIRE_R_HISTORY_REQUEST, &history, sizeof history);
    await_exchange(&bot, &bot.records[WIRE_R_HISTORY_DONE], 1);
    ck_assert_uint_eq(bot.last_text[WIRE_R_HISTORY_DONE].id, 3);
    ck_assert_uint_eq(past, 25);
    history.request.feed = BOTHY_FEED_FUNDING;
    bot_command(&bot, WIRE_R_HISTORY_REQUEST, &history, sizeof history);
    await_exchange(&bot, &bot.records[WIRE_R_HISTORY_DONE], 2);
    ck_assert_int_eq(bot.last_text[WIRE_R_HISTORY_DONE].code, BOTHY_ENOTSUP);

    /* No credit, no time. Then exactly as much as was given. */
    ck_assert_uint_eq(steps, 0);
    send_credit(&bot, 5);
    await_exchange(&bot, &steps, 5);
    bot_command(&bot, WIRE_R_HEALTH, NULL, 0);
    await_exchange(&bot, &bot.records[WIRE_R_HEALTH], 1);
    ck_assert_uint_eq(steps, 5);
    ck_assert_uint_eq(trades, 5);
    /* More than the ring holds: it waits, and nothing is lost. */
    send_credit(&bot, UINT64_MAX);
    await_exchange(&bot, &ends, 1);
    ck_assert_uint_eq(steps, 20000);
    ck_assert_uint_eq(trades, 20000);
    ck_assert_int_eq(bot.last_text[WIRE_R_END].code, 0);
    ck_assert_int_eq((int)bot_metric(&bot, "key_length"), 0);
    bot_stop(&bot);
    ck_assert_int_eq(bot.stopped, 1);
    ck_assert_int_eq(WEXITSTATUS(bot.wait_status), 0);
    bot_close(&bot);
    core_close(&core);
}
END_TEST

START_TEST(exchange_that_errs_is_ended)
{
    static const struct {
        const char *fault;
        int32_t code; /* of END; 1: it crashes */
        const char *text;
    } cases[] = {
        { "backwards", BOTHY_EPROTO, "back in time" }, { "malformed", 0, "" }, { "private", 0, "" },
        { "error", BOTHY_ECORRUPT, "next returned" },  { "crash", 1, "" },
    };
    struct bot_request request = { .kind = BOTHY_KIND_EXCHANGE,
                                   .plugin = "ticker",
                                   .option = "fault",
                                   .value = cases[_i].fault,
                                   .flags = WIRE_CONFIG_LOCKSTEP,
                                   .sandbox = WIRE_SANDBOX_BEST_EFFORT,
                                   .memory = MEMORY };
    struct core core;
    static struct bot bot;

    core_open(&core);
    ck_assert_int_eq(bot_start(&core, &bot, &request), OUT_RUNNING);
    send_feed_request(&bot, 1, "BTC/USDT");
    send_credit(&bot, 100);
    if (cases[_i].code == 1) {
        bot_end(&bot);
        ck_assert_int_eq(WEXITSTATUS(bot.wait_status), WIRE_EXIT_SIGNAL);
        ck_assert_uint_eq(bot.crash_number, SIGABRT);
    } else {
        await_exchange(&bot, &ends, 1);
        ck_assert_int_eq(bot.last_text[WIRE_R_END].code, cases[_i].code);
        ck_assert_ptr_nonnull(strstr(bot.last_text[WIRE_R_END].text, cases[_i].text));
        if (cases[_i].code == 0)
            ck_assert_int_eq((int)bot_metric(&bot, "refused"), BOTHY_EPROTO);
        ck_assert_uint_eq(trades, 10);
        bot_stop(&bot);
    }
    bot_close(&bot);
    core_close(&core);
}
END_TEST

/* A key comes on a descriptor of its own, a file is opened by the host; both are gone afterwards
 * or harmless, and a holder of keys cannot be looked into by its own user. */
START_TEST(exchange_gets_its_key_and_its_file)
{
    struct bot_request request = { .kind = BOTHY_KIND_EXCHANGE,
                                   .plugin = "ticker",
                                   .flags = WIRE_CONFIG_LOCKSTEP,
                                   .sandbox = WIRE_SANDBOX_BEST_EFFORT,
                                   .memory = MEMORY,
                                   .secret_name = "key",
                                   .secret = "s3cret-of-23-characters\n",
                                   .file_name = "data",
                                   .file = "/etc/hostname" };
    struct core core;
    static struct bot bot;

    core_open(&core);
    ck_assert_int_eq(bot_start(&core, &bot, &request), OUT_RUNNING);
    bot_command(&bot, WIRE_R_HEALTH, NULL, 0);
    await_exchange(&bot, &bot.records[WIRE_R_HEALTH], 1);
    ck_assert_int_eq((int)bot_metric(&bot, "key_length"), 23);
    ck_assert_int_eq((int)bot_metric(&bot, "has_file"), 1);
    bot_stop(&bot);
    bot_close(&bot);
    core_close(&core);
}
END_TEST

/* A strategy that is offered a key is not started at all. */
START_TEST(strategy_gets_no_key)
{
    struct bot_request request =
        WITNESS(.flags = WIRE_CONFIG_LOCKSTEP, .secret_name = "word", .secret = "s3cret");
    struct core core;
    static struct bot bot;

    core_open(&core);
    ck_assert_int_eq(bot_start(&core, &bot, &request), OUT_FAILED);
    ck_assert_int_eq(bot.failed_code, BOTHY_EPERM);
    ck_assert_ptr_nonnull(strstr(bot.failed_text, "a strategy gets no secrets"));
    bot_end(&bot);
    ck_assert_int_eq(WEXITSTATUS(bot.wait_status), WIRE_EXIT_NO_RESTART);
    bot_close(&bot);
    core_close(&core);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("runner_drive");
    TCase *tcase = tcase_create("strategy");

    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, private_events_stand_in_their_place);
    tcase_add_test(tcase, private_event_waits_for_its_public_one);
    tcase_add_test(tcase, services_answer);
    tcase_add_test(tcase, commands_are_obeyed);
    tcase_add_test(tcase, history_comes_first);
    tcase_add_test(tcase, lapped_gets_a_gap_and_the_present);
    tcase_add_test(tcase, full_ring_is_refused_in_real_time);
    tcase_add_test(tcase, orphan_ends);
    suite_add_tcase(suite, tcase);
    tcase = tcase_create("exchange");
    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, exchange_makes_time_pass);
    tcase_add_loop_test(tcase, exchange_that_errs_is_ended, 0, 5);
    tcase_add_test(tcase, exchange_gets_its_key_and_its_file);
    tcase_add_test(tcase, strategy_gets_no_key);
    suite_add_tcase(suite, tcase);
    return suite;
}

BOTHY_TEST_MAIN(make_suite)
