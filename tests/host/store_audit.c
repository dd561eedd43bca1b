/*
 * The audit file as others read it: header, days, quoting, and which records make which rows.
 */
#include "store_fixture.h"

#include "store/audit.h"

#include <bothy/csv.h>

#include <sqlite3.h>

#define HEADER "timestamp,event,marketId,marketQuestion,action,details,belief,edge,amount,pnl"

/* Cell `column` of line `line` (0 is the header) of a file, its quotes undone. */
static char *cell(const char *name, int line, int column)
{
    char *text = read_whole(path_in(name));
    char *value = calloc(1, 2048);
    struct bothy_csv_field fields[16];
    struct bothy_error error = { 0 };
    struct bothy_csv csv;
    int32_t count = 0;

    ck_assert_int_eq(bothy_csv_init(&csv, text, strlen(text), ',', 1), 0);
    for (int i = 0; i <= line; i++) {
        count = bothy_csv_next(&csv, fields, 16, &error);
        ck_assert_msg(count == 10, "line %d has %d cells: %s", i, count, error.text);
    }
    ck_assert_int_ge(bothy_csv_field_text(&fields[column], value, 2048), 0);
    free(text);
    return value;
}

#define ck_assert_cell(name, line, column, expected)                                               \
    do {                                                                                           \
        char *found = cell(name, line, column);                                                    \
        ck_assert_str_eq(found, expected);                                                         \
        free(found);                                                                               \
    } while (0)

enum { TIMESTAMP, EVENT, MARKET_ID, QUESTION, ACTION, DETAILS, BELIEF, EDGE, AMOUNT, PNL };

static size_t lines_in(const char *name)
{
    char *text = read_whole(path_in(name));
    size_t lines = 0;

    for (const char *p = text; *p; p++)
        lines += *p == '\n';
    free(text);
    return lines;
}

START_TEST(a_round_trip_of_a_trade)
{
    const char *file = "audit/audit-2024-08-08.csv";
    const char *expected = HEADER "\n2024-08-08T12:00:00.000Z,SYSTEM_START,";
    struct store *store = open_store(1, 42);
    struct record_signal accepted = some_signal(1, ""), suppressed = some_signal(0, "COOLDOWN");
    struct record_order order = some_order(1, BOTHY_ORDER_NEW);
    struct bothy_fill fill = some_fill(1, 1, BOTHY_SIDE_BUY, "64000.10", "0.5");
    struct bothy_position position = some_position("0.5", "-0.32");
    struct record_signal_end end = { .signal_id = 1,
                                     .outcome = SIGNAL_OUTCOME_TP1,
                                     .direction = 1,
                                     .entry = 64000.1,
                                     .exit = 66000,
                                     .pnl_pct = 3.125,
                                     .pnl_r = 2 };
    char *text;

    put_action(store, NOON_NS, "SYSTEM_START", "bots=1");
    put(store, RECORD_SIGNAL, NOON_NS, &accepted, sizeof accepted);
    put(store, RECORD_SIGNAL, NOON_NS, &suppressed, sizeof suppressed);
    put(store, RECORD_ORDER, NOON_NS, &order, sizeof order);
    put(store, RECORD_FILL, NOON_NS, &fill, sizeof fill);
    put(store, RECORD_POSITION, NOON_NS, &position, sizeof position);
    /* Half of it out, then the rest. */
    fill = some_fill(2, 2, BOTHY_SIDE_SELL, "66000", "0.2");
    put(store, RECORD_FILL, NOON_NS, &fill, sizeof fill);
    position = some_position("0.3", "399.5");
    put(store, RECORD_POSITION, NOON_NS, &position, sizeof position);
    fill = some_fill(3, 3, BOTHY_SIDE_SELL, "66000", "0.3");
    put(store, RECORD_FILL, NOON_NS, &fill, sizeof fill);
    position = some_position("0", "998.985");
    put(store, RECORD_POSITION, NOON_NS, &position, sizeof position);
    put(store, RECORD_SIGNAL_END, NOON_NS, &end, sizeof end);
    order = some_order(9, BOTHY_ORDER_UNKNOWN);
    put(store, RECORD_ORDER, NOON_NS, &order, sizeof order);
    put_action(store, NOON_NS, "", "no row of this");
    put_action(store, NOON_NS + 123456789, "DAILY_SUMMARY", "pnl=998.99");
    put_action(store, NOON_NS + BOTHY_NS_PER_S, "SYSTEM_STOP", "open_orders=0");
    settle(store);
    store_close(store, 5000);

    text = read_whole(path_in(file));
    ck_assert(strncmp(text, expected, strlen(expected)) == 0);
    free(text);
    ck_assert_uint_eq(lines_in(file), 11);
    ck_assert_cell(file, 1, ACTION, "bot.pause");
    ck_assert_cell(file, 2, EVENT, "TRADE_OPPORTUNITY");
    ck_assert_cell(file, 2, MARKET_ID, "BTC/USDT");
    ck_assert_cell(file, 2, QUESTION, "BTC/USDT on sim");
    ck_assert_cell(file, 2, ACTION, "LONG");
    ck_assert_cell(file, 2, BELIEF, "0.72-0.72");
    ck_assert_cell(file, 2, EDGE, "3.12");
    ck_assert_cell(file, 3, EVENT, "MARKET_EVALUATED");
    ck_assert_cell(file, 3, DETAILS,
                   "bot=funding type=funding_rate direction=LONG failed=COOLDOWN");
    ck_assert_cell(file, 4, EVENT, "TRADE_EXECUTED");
    ck_assert_cell(file, 4, ACTION, "BUY");
    ck_assert_cell(file, 4, AMOUNT, "32000.05");
    ck_assert_cell(file, 5, EVENT, "TRADE_EXECUTED");
    ck_assert_cell(file, 5, ACTION, "SELL");
    ck_assert_cell(file, 6, EVENT, "POSITION_CLOSED");
    ck_assert_cell(file, 6, ACTION, "CLOSE_LONG");
    ck_assert_cell(file, 6, AMOUNT, "19200.03");
    ck_assert_cell(file, 6, PNL, "998.98");
    ck_assert_cell(file, 7, EVENT, "PAPER_TRADE_RESOLVED");
    ck_assert_cell(file, 7, ACTION, "TP1");
    ck_assert_cell(file, 8, EVENT, "ERROR");
    ck_assert_cell(file, 8, ACTION, "UNKNOWN");
    ck_assert_cell(file, 9, EVENT, "DAILY_SUMMARY");
    ck_assert_cell(file, 9, TIMESTAMP, "2024-08-08T12:00:00.123Z");
    ck_assert_cell(file, 10, EVENT, "SYSTEM_STOP");
}
END_TEST

START_TEST(midnight)
{
    int64_t midnight_ns = NOON_NS + 12 * BOTHY_NS_PER_H;
    struct store *store = open_store(1, 42);
    struct stat st;

    put_action(store, midnight_ns - 1, "ERROR", "last of the day");
    put_action(store, midnight_ns, "ERROR", "first of the day");
    put_action(store, midnight_ns + 1, "ERROR", "second of the day");
    settle(store);
    store_close(store, 5000);
    ck_assert_uint_eq(lines_in("audit/audit-2024-08-08.csv"), 2);
    ck_assert_uint_eq(lines_in("audit/audit-2024-08-09.csv"), 3);
    ck_assert_cell("audit/audit-2024-08-08.csv", 1, TIMESTAMP, "2024-08-08T23:59:59.999Z");
    ck_assert_cell("audit/audit-2024-08-09.csv", 0, TIMESTAMP, "timestamp");
    ck_assert_cell("audit/audit-2024-08-09.csv", 1, TIMESTAMP, "2024-08-09T00:00:00.000Z");
    ck_assert_int_eq(stat(audit_dir, &st), 0);
    ck_assert_uint_eq(st.st_mode & 07777 & ~0750u, 0);
    /* A later start goes on in the same file. */
    store = open_store(1, 42);
    put_action(store, midnight_ns + 2, "ERROR", "third");
    settle(store);
    store_close(store, 5000);
    ck_assert_uint_eq(lines_in("audit/audit-2024-08-09.csv"), 4);
}
END_TEST

START_TEST(quoting)
{
    struct audit_row row = { .ts_ns = NOON_NS,
                             .event = "X_TEST",
                             .market_id = "=cmd()",
                             .market_question = "is it \"so\", or not?",
                             .action = "@home",
                             .details = "two\nlines",
                             .belief = "-1+2",
                             .edge = "-0.50",
                             .amount = "+1.00" };
    char line[512], small[40];

    ck_assert_int_gt(audit_format(&row, line, sizeof line), 0);
    ck_assert_str_eq(line, "2024-08-08T12:00:00.000Z,X_TEST,'=cmd(),\"is it \"\"so\"\", or not?\","
                           "'@home,\"two\nlines\",'-1+2,-0.50,+1.00,\n");
    ck_assert_int_eq(audit_format(&row, small, sizeof small), BOTHY_ERANGE);
}
END_TEST

START_TEST(events_of_plugins_and_formulas)
{
    struct store *store = open_store(1, 42);

    put_action(store, NOON_NS, "X_CUSTOM", "=1+1");
    settle(store);
    store_close(store, 5000);
    ck_assert_cell("audit/audit-2024-08-08.csv", 1, EVENT, "X_CUSTOM");
}
END_TEST

static void run_sql(const char *sql)
{
    sqlite3 *db = NULL;

    ck_assert_int_eq(sqlite3_open(path_in("ledger.db"), &db), SQLITE_OK);
    ck_assert_msg(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK, "%s", sqlite3_errmsg(db));
    sqlite3_close(db);
}

/* Killed between the commit and the file: rows come later, those that came are not doubled. */
START_TEST(left_over_rows)
{
    const char *file = "audit/audit-2024-08-08.csv";
    struct store *store = open_store(1, 42);
    FILE *torn;

    put_action(store, NOON_NS, "ERROR", "a");
    settle(store);
    store_close(store, 5000);
    run_sql("INSERT INTO audit_outbox(ts_ns, line) VALUES"
            "(1723118400000000000, '2024-08-08T12:00:00.000Z,ERROR,,,written,,,,,' || char(10)),"
            "(1723118400000000000, '2024-08-08T12:00:00.000Z,ERROR,,,left,,,,,' || char(10)),"
            "(1723161600000000000, '2024-08-09T00:00:00.000Z,ERROR,,,next,,,,,' || char(10))");
    torn = fopen(path_in(file), "ae");
    fputs("2024-08-08T12:00:00.000Z,ERROR,,,written,,,,,\n2024-08-08T12:00:00.000Z,ERR", torn);
    fclose(torn);
    store_close(open_store(1, 42), 5000);
    ck_assert_uint_eq(lines_in(file), 4);
    ck_assert_cell(file, 2, ACTION, "written");
    ck_assert_cell(file, 3, ACTION, "left");
    ck_assert_cell("audit/audit-2024-08-09.csv", 1, ACTION, "next");
    store_close(open_store(1, 42), 5000);
    ck_assert_uint_eq(lines_in(file), 4);
}
END_TEST

START_TEST(waits_for_its_folder)
{
    struct store *store = open_store(1, 42);
    struct pollfd descriptor = { .fd = store_fd(store), .events = POLLIN };
    char reason[300] = "";
    int ok = 1;
    uint64_t n;

    ck_assert_int_eq(rename(audit_dir, path_in("elsewhere")), 0);
    n = put_action(store, NOON_NS, "ERROR", "kept");
    ck_assert_int_eq(store_wait(store, n, 20000), 0); /* the ledger has it */
    while (ok) {
        ck_assert_int_ge(poll(&descriptor, 1, 20000), 1);
        store_poll(store, NULL, &ok, reason, sizeof reason);
    }
    ck_assert_ptr_nonnull(strstr(reason, "audit-2024-08-08.csv"));
    ck_assert_int_eq(rename(path_in("elsewhere"), audit_dir), 0);
    while (!ok) {
        ck_assert_int_ge(poll(&descriptor, 1, 20000), 1);
        store_poll(store, NULL, &ok, NULL, 0);
    }
    ck_assert_uint_eq(lines_in("audit/audit-2024-08-08.csv"), 2);
    store_close(store, 5000);
}
END_TEST

START_TEST(many_rows_are_whole)
{
    struct store *store = open_store(1, 42);

    for (int i = 0; i < 4000; i++)
        put_action(store, NOON_NS + i, "ERROR", "one, \"two\"");
    settle(store);
    store_close(store, 20000);
    ck_assert_uint_eq(lines_in("audit/audit-2024-08-08.csv"), 4001);
    ck_assert_cell("audit/audit-2024-08-08.csv", 4000, DETAILS,
                   "actor=uid=1000 pid=4711 entity=funding before=RUNNING after=one, \"two\"");
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("store audit");
    TCase *tcase = tcase_create("audit");

    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, fixture_setup, fixture_teardown);
    tcase_add_test(tcase, a_round_trip_of_a_trade);
    tcase_add_test(tcase, midnight);
    tcase_add_test(tcase, quoting);
    tcase_add_test(tcase, events_of_plugins_and_formulas);
    tcase_add_test(tcase, left_over_rows);
    tcase_add_test(tcase, waits_for_its_folder);
    tcase_add_test(tcase, many_rows_are_whole);
    suite_add_tcase(suite, tcase);
    return suite;
}

BOTHY_TEST_MAIN(make_suite)
