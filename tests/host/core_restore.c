/*
 * What a bot has from an earlier life of its run: counters that go on, and a cooldown that a
 * restart does not end.
 */
#include "core/core.h"

#include "suite.h"

#include <bothy/time.h>

#include <string.h>

#define NOON_NS INT64_C(1704110400000000000) /* 2024-01-01T12:00:00Z */

struct heard {
    struct bothy_signal_result result;
    struct record_bot bot;
    uint32_t bot_records;
};

static void publish(void *context, const struct bothy_event *event)
{
    (void)context, (void)event;
}

static void report(void *context, uint32_t bot, const struct bothy_event *event)
{
    struct heard *heard = context;

    (void)bot;
    if (event->type == BOTHY_EVENT_SIGNAL_RESULT)
        heard->result = *BOTHY_EVENT_BODY(event, struct bothy_signal_result);
}

static void record(void *context, const struct record *record)
{
    struct heard *heard = context;

    if (record->type != RECORD_BOT)
        return;
    ck_assert_str_eq(record->bot, "a");
    heard->bot = *RECORD_BODY(record, struct record_bot);
    heard->bot_records++;
}

static void feeds(void *context, uint32_t venue, const struct bothy_feed_request *request)
{
    (void)context, (void)venue, (void)request;
}

static void history(void *context, uint32_t venue, const struct bothy_history_request *request)
{
    (void)context, (void)venue, (void)request;
}

static void note(void *context, int32_t level, uint32_t bot, const char *code, const char *text,
                 const uint8_t *correlation)
{
    (void)context, (void)level, (void)bot, (void)code, (void)text, (void)correlation;
}

static struct core *make_core(struct heard *heard)
{
    static const struct core_sink sink = { publish, report, record, feeds, history, note };
    static const struct core_venue_conf venue = { "sim", 0 };
    static const struct core_instrument_conf instruments[] = { { "BTC/USDT", 0 },
                                                               { "ETH/USDT", 0 } };
    const struct core_risk risk = { .cooldown_ns = 45 * 60 * BOTHY_NS_PER_S,
                                    .max_open_signals = 10,
                                    .max_open_per_symbol = 10 };
    const struct core_bot_symbol symbols[] = { { 1, risk }, { 2, risk } };
    const struct core_bot_conf bot = { .name = "a", .symbols = symbols, .symbol_count = 2 };
    const struct core_conf conf = { .venues = &venue,
                                    .venue_count = 1,
                                    .instruments = instruments,
                                    .instrument_count = 2,
                                    .bots = &bot,
                                    .bot_count = 1,
                                    .paper_balance = bothy_decimal_make(10000, 0) };
    struct bothy_error error = { 0 };
    struct core *core = core_new(&conf, &sink, heard, &error);

    ck_assert_msg(core != NULL, "%s", error.text);
    core_time(core, NOON_NS);
    return core;
}

/* Returns the code of its suppression, "" if it was accepted. */
static const char *say(struct core *core, struct heard *heard, uint32_t instrument)
{
    struct bothy_signal signal;

    bothy_signal_init(&signal, BOTHY_SIGNAL_CUSTOM, instrument, BOTHY_DIRECTION_LONG, 0);
    snprintf(signal.type_name, sizeof signal.type_name, "x_test");
    signal.current = signal.entry = 100;
    signal.stop_loss = 95;
    signal.take_profit_1 = 110;
    memset(&heard->result, 0, sizeof heard->result);
    ck_assert_int_eq(core_signal(core, 0, &signal, 1), 0);
    ck_assert_int_eq(heard->result.accepted, heard->result.code[0] == '\0');
    return heard->result.code;
}

START_TEST(a_cooldown_goes_on)
{
    struct heard heard = { 0 };
    struct core *core = make_core(&heard);

    core_cooldown_restore(core, 0, 1, NOON_NS - 30 * 60 * BOTHY_NS_PER_S);
    core_cooldown_restore(core, 0, 3, NOON_NS); /* no instrument of its own: nothing */
    ck_assert_str_eq(say(core, &heard, 1), "COOLDOWN");
    ck_assert_ptr_nonnull(strstr(heard.result.text, "left=15m"));
    ck_assert_str_eq(say(core, &heard, 2), "");
    core_time(core, NOON_NS + 15 * 60 * BOTHY_NS_PER_S);
    ck_assert_str_eq(say(core, &heard, 1), "");
    core_free(core);
}
END_TEST

START_TEST(counters_go_on)
{
    const struct core_bot_past past = { 10, 20, 30, 40, 50, 6, 7, NOON_NS - 5 };
    struct record_bot written = { .status = 2 };
    struct heard heard = { 0 };
    struct core *core = make_core(&heard);
    struct core_bot_view view;

    core_bot_restore(core, 0, &past);
    core_bot_get(core, 0, &view);
    ck_assert_int_eq(view.last_signal_ns, NOON_NS - 5);
    ck_assert_str_eq(say(core, &heard, 1), "");
    ck_assert_str_eq(say(core, &heard, 1), "COOLDOWN");
    core_bot_get(core, 0, &view);
    ck_assert_uint_eq(view.signals, 11);
    ck_assert_uint_eq(view.suppressed, 21);
    ck_assert_uint_eq(view.orders, 30);
    ck_assert_uint_eq(view.refused, 40);
    ck_assert_uint_eq(view.fills, 50);
    ck_assert_uint_eq(view.wins, 6);
    ck_assert_uint_eq(view.losses, 7);
    ck_assert_int_eq(view.last_signal_ns, NOON_NS);
    written.signals = view.signals;
    core_bot_record(core, 0, &written);
    ck_assert_uint_eq(heard.bot_records, 1);
    ck_assert_uint_eq(heard.bot.signals, 11);
    core_free(core);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("core_restore");
    TCase *tcase = tcase_create("core_restore");

    tcase_add_test(tcase, a_cooldown_goes_on);
    tcase_add_test(tcase, counters_go_on);
    suite_add_tcase(suite, tcase);
    return suite;
}

BOTHY_TEST_MAIN(make_suite)
