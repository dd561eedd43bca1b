/*
 * Every type of record into the store and out again, as rows; runs, epochs, generations, states.
 */
#include "store_fixture.h"

#include "store/chain.h"

#include <sqlite3.h>

static int64_t number_in(const char *file, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    sqlite3 *db = NULL;
    int64_t value;

    ck_assert_int_eq(sqlite3_open_v2(path_in(file), &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    ck_assert_msg(sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK, "%s",
                  sqlite3_errmsg(db));
    ck_assert_int_eq(sqlite3_step(statement), SQLITE_ROW);
    value = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return value;
}

START_TEST(signals)
{
    struct store *store = open_store(1, 42);
    struct record_signal accepted = some_signal(1, "");
    struct record_signal suppressed = some_signal(0, "COOLDOWN");
    struct record_signal_end end = { .signal_id = 1,
                                     .outcome = SIGNAL_OUTCOME_TP1,
                                     .direction = 1,
                                     .entry = 64000.1,
                                     .exit = 66000,
                                     .pnl_pct = 3.125,
                                     .pnl_r = 2 };
    json_t *rows, *row;

    put(store, RECORD_SIGNAL, NOON_NS, &accepted, sizeof accepted);
    put(store, RECORD_SIGNAL, NOON_NS + 1, &suppressed, sizeof suppressed);
    put(store, RECORD_SIGNAL, NOON_NS + 2, &suppressed, sizeof suppressed);
    settle(store);
    rows = rows_of(store, "signals", 0);
    ck_assert_uint_eq(json_array_size(rows), 1);
    row = json_array_get(rows, 0);
    ck_assert(json_is_null(json_object_get(row, "outcome")));
    ck_assert(json_is_null(json_object_get(row, "take_profit_2")));
    ck_assert(json_is_real(json_object_get(row, "current")));
    ck_assert(json_real_value(json_object_get(row, "current")) == 64000);
    ck_assert(json_real_value(json_object_get(row, "entry")) == 64000.1);
    ck_assert_int_eq(json_integer_value(json_object_get(row, "id")), 1);
    ck_assert_str_eq(text_of(rows, 0, "type"), "funding_rate");
    ck_assert_str_eq(text_of(rows, 0, "direction"), "LONG");
    ck_assert_str_eq(text_of(rows, 0, "timeframe"), "1h");
    ck_assert_str_eq(text_of(rows, 0, "time"), "2024-08-08T12:00:00.000Z");
    ck_assert_str_eq(text_of(rows, 0, "correlation_id"), "01020304-0506-0708-090a-0b0c0d0e0f10");
    ck_assert_uint_eq(json_array_size(json_object_get(row, "reasons")), 2);
    ck_assert_str_eq(json_string_value(json_array_get(json_object_get(row, "reasons"), 1)),
                     "and \"rising\"");
    ck_assert(json_real_value(json_object_get(json_object_get(row, "extra"), "rate")) == 0.0003);
    json_decref(rows);

    put(store, RECORD_SIGNAL_END, NOON_NS + BOTHY_NS_PER_H, &end, sizeof end);
    settle(store);
    rows = rows_of(store, "signals", 0);
    ck_assert_str_eq(text_of(rows, 0, "outcome"), "TP1");
    ck_assert_str_eq(text_of(rows, 0, "ended"), "2024-08-08T13:00:00.000Z");
    ck_assert(json_real_value(json_object_get(json_array_get(rows, 0), "pnl_pct")) == 3.125);
    json_decref(rows);
    ck_assert_int_eq(number_in("ledger.db", "SELECT count FROM signal_suppressed WHERE"
                                            " code='COOLDOWN' AND day='2024-08-08'"),
                     2);
    ck_assert_int_eq(number_in("ledger.db", "SELECT suppressed FROM v_bot_stats"), 2);
    store_close(store, 5000);
}
END_TEST

START_TEST(orders_keep_their_history)
{
    struct store *store = open_store(1, 42);
    struct record_order order = some_order(1, BOTHY_ORDER_NEW);
    json_t *rows;

    put(store, RECORD_ORDER, NOON_NS, &order, sizeof order);
    order.order.state = BOTHY_ORDER_FILLED;
    order.order.filled = decimal("0.5");
    order.order.average_price = decimal("64000.1");
    put(store, RECORD_ORDER, NOON_NS + BOTHY_NS_PER_S, &order, sizeof order);
    settle(store);
    rows = rows_of(store, "orders", 0);
    ck_assert_uint_eq(json_array_size(rows), 1);
    ck_assert_str_eq(text_of(rows, 0, "state"), "FILLED");
    ck_assert_str_eq(text_of(rows, 0, "quantity"), "0.5");
    ck_assert_str_eq(text_of(rows, 0, "filled"), "0.5");
    ck_assert_str_eq(text_of(rows, 0, "price"), "64000.1");
    ck_assert_str_eq(text_of(rows, 0, "side"), "buy");
    ck_assert_str_eq(text_of(rows, 0, "type"), "limit");
    ck_assert_str_eq(text_of(rows, 0, "time_in_force"), "gtc");
    ck_assert_str_eq(text_of(rows, 0, "client_order_id"), "b1");
    ck_assert_str_eq(text_of(rows, 0, "created"), "2024-08-08T12:00:00.000Z");
    ck_assert_str_eq(text_of(rows, 0, "updated"), "2024-08-08T12:00:01.000Z");
    ck_assert(json_is_false(json_object_get(json_array_get(rows, 0), "reduce_only")));
    json_decref(rows);
    ck_assert_int_eq(number_in("ledger.db", "SELECT count(*) FROM order_events"), 2);
    store_close(store, 5000);
}
END_TEST

START_TEST(fills_learn_what_they_realised)
{
    struct store *store = open_store(1, 42);
    struct record_order order = some_order(1, BOTHY_ORDER_NEW);
    struct bothy_fill buy = some_fill(1, 1, BOTHY_SIDE_BUY, "64000.10", "0.5");
    struct bothy_fill sell = some_fill(2, 1, BOTHY_SIDE_SELL, "65000", "0.5");
    struct bothy_position position = some_position("0.5", "-0.32");
    json_t *rows;

    put(store, RECORD_ORDER, NOON_NS, &order, sizeof order);
    put(store, RECORD_FILL, NOON_NS, &buy, sizeof buy);
    settle(store);
    rows = rows_of(store, "trades", 0);
    ck_assert(json_is_null(json_object_get(json_array_get(rows, 0), "realised_pnl")));
    json_decref(rows);
    put(store, RECORD_POSITION, NOON_NS, &position, sizeof position);
    put(store, RECORD_FILL, NOON_NS + 5, &sell, sizeof sell);
    position = some_position("0", "499.26");
    put(store, RECORD_POSITION, NOON_NS + 5, &position, sizeof position);
    settle(store);
    rows = rows_of(store, "trades", 0);
    ck_assert_uint_eq(json_array_size(rows), 2);
    ck_assert_str_eq(text_of(rows, 0, "realised_pnl"), "-0.32");
    ck_assert_str_eq(text_of(rows, 1, "realised_pnl"), "499.58");
    ck_assert_str_eq(text_of(rows, 1, "side"), "sell");
    ck_assert_str_eq(text_of(rows, 1, "mode"), "paper");
    ck_assert_str_eq(text_of(rows, 1, "fee_currency"), "USDT");
    ck_assert_str_eq(text_of(rows, 1, "time"), "2024-08-08T12:00:00.000000005Z");
    ck_assert(json_is_true(json_object_get(json_array_get(rows, 0), "maker")));
    json_decref(rows);
    rows = rows_of(store, "positions", 0);
    ck_assert_uint_eq(json_array_size(rows), 1);
    ck_assert_str_eq(text_of(rows, 0, "quantity"), "0");
    ck_assert_str_eq(text_of(rows, 0, "realised_pnl"), "499.26");
    json_decref(rows);
    ck_assert_int_eq(number_in("ledger.db", "SELECT count(*) FROM trades WHERE instrument="
                                            "'BTC/USDT' AND strategy='funding' AND status="
                                            "'dry_run' AND ts LIKE '2024-08-08T12:00:00.%'"),
                     2);
    ck_assert_int_eq(number_in("ledger.db", "SELECT count(*) FROM positions WHERE status='closed'"),
                     1);
    ck_assert_int_eq(number_in("ledger.db", "SELECT fills FROM v_daily_pnl WHERE day='2024-08-08'"
                                            " AND realised_pnl=499.26"),
                     2);
    store_close(store, 5000);
}
END_TEST

START_TEST(feeds_bots_and_actions)
{
    struct store *store = open_store(1, 42);
    struct bothy_feed_change feed = { .state = BOTHY_FEED_STATE_STALE,
                                      .previous = BOTHY_FEED_STATE_LIVE,
                                      .gaps = 3,
                                      .reason = "silent" };
    struct record_bot bot = { .status = 2, .signals = 9, .cause = "" };
    char last[STORE_HASH_MAX] = "", hash[STORE_HASH_MAX] = "";
    struct bothy_error error = { 0 };
    uint64_t seen = 0;
    sqlite3 *db = NULL;
    json_t *rows;

    put(store, RECORD_FEED, NOON_NS, &feed, sizeof feed);
    put(store, RECORD_BOT, NOON_NS, &bot, sizeof bot);
    put_action(store, NOON_NS, "", "PAUSED");
    put_action(store, NOON_NS, "", "RUNNING");
    settle(store);
    store_close(store, 5000);
    store = open_store(1, 42);
    rows = rows_of(store, "feeds", 1);
    ck_assert_uint_eq(json_array_size(rows), 1);
    ck_assert_str_eq(text_of(rows, 0, "state"), "STALE");
    ck_assert_str_eq(text_of(rows, 0, "reason"), "silent");
    json_decref(rows);
    rows = rows_of(store, "actions", 1);
    ck_assert_uint_eq(json_array_size(rows), 2);
    ck_assert_str_eq(text_of(rows, 0, "actor"), "uid=1000 pid=4711");
    ck_assert_str_eq(text_of(rows, 1, "prev_hash"), text_of(rows, 0, "hash"));
    ck_assert_int_eq(store_verify_actions(store, &seen, last, &error), 0);
    ck_assert_uint_eq(seen, 2);
    ck_assert_str_eq(last, text_of(rows, 1, "hash"));
    snprintf(hash, sizeof hash, "%s", last);
    json_decref(rows);
    store_close(store, 5000);
    ck_assert_int_eq(number_in("telemetry.db", "SELECT signals FROM bot_history"), 9);

    ck_assert_int_eq(sqlite3_open(path_in("ledger.db"), &db), SQLITE_OK);
    ck_assert_int_eq(chain_verify(db, &seen, last, &error), 0);
    ck_assert_uint_eq(seen, 2);
    ck_assert_str_eq(last, hash);
    ck_assert_int_ne(sqlite3_exec(db, "UPDATE actions SET after='x'", NULL, NULL, NULL), SQLITE_OK);
    ck_assert_int_ne(sqlite3_exec(db, "DELETE FROM actions", NULL, NULL, NULL), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(db,
                                  "DROP TRIGGER actions_keep;"
                                  "UPDATE actions SET actor='nobody' WHERE id=1",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    ck_assert_int_eq(chain_verify(db, &seen, NULL, &error), BOTHY_ECORRUPT);
    ck_assert_ptr_nonnull(strstr(error.text, "action 1 "));
    sqlite3_close(db);
}
END_TEST

struct newest {
    int calls;
    char symbol[BOTHY_SYMBOL_MAX];
    int64_t ts_ns;
};

static void put_switch(struct store *store, const char *name, const char *bot)
{
    struct record_action action;

    memset(&action, 0, sizeof action);
    snprintf(action.action, sizeof action.action, "%s", name);
    snprintf(action.entity, sizeof action.entity, "%s", bot);
    put(store, RECORD_ACTION, NOON_NS, &action, sizeof action);
}

static void note_newest(void *context, const char *venue, const char *symbol, int64_t ts_ns)
{
    struct newest *newest = context;

    ck_assert_str_eq(venue, "sim");
    newest->calls++;
    snprintf(newest->symbol, sizeof newest->symbol, "%s", symbol);
    newest->ts_ns = ts_ns;
}

/* In real time the run goes on, in virtual time a new one begins. */
START_TEST(what_goes_on)
{
    int virtual_time = _i;
    struct store *store = open_store(virtual_time, 42);
    struct record_signal_end end = { .signal_id = 1, .outcome = SIGNAL_OUTCOME_TP1, .pnl_pct = 2 };
    struct newest newest = { 0 };
    struct bothy_error error = { 0 };
    struct store_bot_past past;
    struct record_signal signal;

    signal = some_signal(1, "");
    put(store, RECORD_SIGNAL, NOON_NS, &signal, sizeof signal);
    signal = some_signal(2, "");
    put(store, RECORD_SIGNAL, NOON_NS + 5, &signal, sizeof signal);
    signal = some_signal(0, "COOLDOWN");
    put(store, RECORD_SIGNAL, NOON_NS + 6, &signal, sizeof signal);
    put(store, RECORD_SIGNAL_END, NOON_NS + 7, &end, sizeof end);
    put_switch(store, "bot.pause", "funding");
    put_switch(store, "bot.resume", "funding");
    put_switch(store, "bot.pause", "funding");
    put_switch(store, "bot.resume", "pattern");
    settle(store);
    store_close(store, 5000);
    store = open_store(virtual_time, 42);
    ck_assert_int_eq(store_bot_past(store, "funding", &past, note_newest, &newest, &error), 0);
    if (virtual_time) {
        ck_assert_uint_eq(past.signals + past.suppressed + past.wins, 0);
        ck_assert_int_eq(past.paused, 0);
        ck_assert_int_eq(newest.calls, 0);
    } else {
        ck_assert_uint_eq(past.signals, 2);
        ck_assert_uint_eq(past.suppressed, 1);
        ck_assert_uint_eq(past.wins, 1);
        ck_assert_uint_eq(past.losses, 0);
        ck_assert_int_eq(past.last_signal_ns, NOON_NS + 5);
        ck_assert_int_eq(past.paused, 1);
        ck_assert_int_eq(newest.calls, 1);
        ck_assert_int_eq(newest.ts_ns, NOON_NS + 5);
    }
    ck_assert_int_eq(store_bot_past(store, "pattern", &past, note_newest, &newest, &error), 0);
    ck_assert_int_eq(past.paused, 0);
    store_close(store, 5000);
}
END_TEST

START_TEST(states)
{
    struct store *store = open_store(0, 0);
    void *data = NULL;
    size_t length = 0;

    ck_assert_int_eq(store_state_get(store, "funding", &data, &length), 0);
    put(store, RECORD_STATE, NOON_NS, "one", 3);
    ck_assert_int_eq(store_state_get(store, "funding", &data, &length), 3);
    ck_assert_mem_eq(data, "one", 3);
    free(data);
    put(store, RECORD_STATE, NOON_NS, "a\0longer", 8);
    settle(store);
    store_close(store, 5000);
    store = open_store(0, 0);
    ck_assert_int_eq(store_state_get(store, "funding", &data, &length), 8);
    ck_assert_mem_eq(data, "a\0longer", 8);
    free(data);
    ck_assert_int_eq(store_state_get(store, "other", &data, &length), 0);
    store_close(store, 5000);
    /* Virtual time begins with nothing. */
    store = open_store(1, 1);
    ck_assert_int_eq(store_state_get(store, "funding", &data, &length), 0);
    store_close(store, 5000);
}
END_TEST

START_TEST(runs_and_epochs)
{
    struct store *store = open_store(0, 0);
    uint64_t run = store_run(store), epoch = store_epoch(store), virtual_epoch;

    ck_assert_uint_ne(epoch, 0);
    store_close(store, 5000);
    store = open_store(0, 0);
    ck_assert_uint_eq(store_run(store), run);
    /* Order numbers begin anew, so the ids made of them must not. */
    ck_assert_uint_ne(store_epoch(store), epoch);
    store_close(store, 5000);
    store = open_store(1, 42);
    ck_assert_uint_gt(store_run(store), run);
    virtual_epoch = store_epoch(store);
    store_close(store, 5000);
    store = open_store(1, 42);
    ck_assert_uint_gt(store_run(store), run + 1);
    ck_assert_uint_eq(store_epoch(store), virtual_epoch);
    store_close(store, 5000);
    store = open_store(1, 43);
    ck_assert_uint_ne(store_epoch(store), virtual_epoch);
    store_close(store, 5000);
    store = open_store(0, 0);
    ck_assert_uint_eq(store_run(store), run);
    store_close(store, 5000);
}
END_TEST

static char *one_virtual_run(void)
{
    static const char *const tables[] = { "signals", "orders", "trades", "positions" };
    struct record_order order = some_order(1, BOTHY_ORDER_NEW);
    struct bothy_fill buy = some_fill(1, 1, BOTHY_SIDE_BUY, "64000.10", "0.5");
    struct bothy_position position = some_position("0.5", "-0.32");
    struct record_signal signal = some_signal(1, "");
    struct store *store = open_store(1, 42);
    json_t *all = json_array();
    char *text;

    next_n = 0;
    put(store, RECORD_SIGNAL, NOON_NS, &signal, sizeof signal);
    put(store, RECORD_ORDER, NOON_NS, &order, sizeof order);
    put(store, RECORD_FILL, NOON_NS, &buy, sizeof buy);
    put(store, RECORD_POSITION, NOON_NS, &position, sizeof position);
    settle(store);
    for (size_t i = 0; i < 4; i++)
        json_array_append_new(all, rows_of(store, tables[i], 0));
    text = json_dumps(all, 0);
    json_decref(all);
    store_close(store, 5000);
    return text;
}

START_TEST(virtual_runs_are_equal)
{
    char *first = one_virtual_run(), *second = one_virtual_run();

    ck_assert_str_eq(first, second);
    ck_assert_ptr_nonnull(strstr(first, "realised_pnl"));
    free(first);
    free(second);
}
END_TEST

START_TEST(generations_go_on)
{
    struct store *store = open_store(0, 0);
    uint32_t generation = 0;

    ck_assert_int_eq(store_next_generation(store, "bot.funding", &generation), 0);
    ck_assert_uint_eq(generation, 1);
    ck_assert_int_eq(store_next_generation(store, "bot.funding", &generation), 0);
    ck_assert_uint_eq(generation, 2);
    ck_assert_int_eq(store_next_generation(store, "exchange.sim", &generation), 0);
    ck_assert_uint_eq(generation, 1);
    store_close(store, 5000);
    store = open_store(1, 0);
    ck_assert_int_eq(store_next_generation(store, "bot.funding", &generation), 0);
    ck_assert_uint_eq(generation, 3);
    store_close(store, 5000);
}
END_TEST

START_TEST(filters)
{
    struct store *store = open_store(1, 42);
    struct store_filter filter = { .limit = 2 };
    struct bothy_error error = { 0 };
    json_t *rows = NULL;

    for (uint64_t i = 1; i <= 5; i++) {
        struct record_signal signal = some_signal(i, "");
        struct record *record =
            make_record(RECORD_SIGNAL, NOON_NS + (int64_t)i, &signal, sizeof signal);

        if (i == 5)
            snprintf(record->bot, sizeof record->bot, "other");
        put_record(store, record);
    }
    settle(store);
    ck_assert_int_eq(store_query(store, "signals", &filter, &rows, &error), 0);
    ck_assert_uint_eq(json_array_size(rows), 2);
    ck_assert_int_eq(json_integer_value(json_object_get(json_array_get(rows, 0), "id")), 4);
    ck_assert_int_eq(json_integer_value(json_object_get(json_array_get(rows, 1), "id")), 5);
    json_decref(rows);
    filter = (struct store_filter) { .bot = "funding", .since_ns = NOON_NS + 3 };
    ck_assert_int_eq(store_query(store, "signals", &filter, &rows, &error), 0);
    ck_assert_uint_eq(json_array_size(rows), 2);
    json_decref(rows);
    filter = (struct store_filter) { .symbol = "ETH/USDT" };
    ck_assert_int_eq(store_query(store, "signals", &filter, &rows, &error), 0);
    ck_assert_uint_eq(json_array_size(rows), 0);
    json_decref(rows);
    ck_assert_int_eq(store_query(store, "nonsense", NULL, &rows, &error), BOTHY_EINVAL);
    ck_assert_ptr_nonnull(strstr(error.text, "signals, orders"));
    store_close(store, 5000);
}
END_TEST

START_TEST(announces_on_its_descriptor)
{
    struct store *store = open_store(1, 42);
    struct pollfd descriptor = { .fd = store_fd(store), .events = POLLIN };
    uint64_t durable = 0, n = put_action(store, NOON_NS, "", "PAUSED");
    char reason[16] = "untouched";
    int ok = 0;

    ck_assert_int_eq(store_wait(store, n, 20000), 0);
    ck_assert_int_eq(poll(&descriptor, 1, 20000), 1);
    store_poll(store, &durable, &ok, reason, sizeof reason);
    ck_assert_uint_eq(durable, n);
    ck_assert_int_eq(ok, 1);
    ck_assert_str_eq(reason, "");
    store_poll(store, &durable, NULL, NULL, 0);
    ck_assert_int_eq(store_wait(store, n + 1, 10), BOTHY_ETIMEOUT);
    store_close(store, 5000);
}
END_TEST

START_TEST(refuses_short_records)
{
    struct store *store = open_store(1, 42);
    struct record *record = make_record(RECORD_ORDER, NOON_NS, "x", 1);

    ck_assert_int_eq(store_put(store, record), BOTHY_EINVAL);
    record->type = 99;
    ck_assert_int_eq(store_put(store, record), BOTHY_EINVAL);
    free(record);
    store_close(store, 5000);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("store records");
    TCase *tcase = tcase_create("records");

    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, fixture_setup, fixture_teardown);
    tcase_add_test(tcase, signals);
    tcase_add_test(tcase, orders_keep_their_history);
    tcase_add_test(tcase, fills_learn_what_they_realised);
    tcase_add_test(tcase, feeds_bots_and_actions);
    tcase_add_loop_test(tcase, what_goes_on, 0, 2);
    tcase_add_test(tcase, states);
    tcase_add_test(tcase, runs_and_epochs);
    tcase_add_test(tcase, virtual_runs_are_equal);
    tcase_add_test(tcase, generations_go_on);
    tcase_add_test(tcase, filters);
    tcase_add_test(tcase, announces_on_its_descriptor);
    tcase_add_test(tcase, refuses_short_records);
    suite_add_tcase(suite, tcase);
    return suite;
}

BOTHY_TEST_MAIN(make_suite)
