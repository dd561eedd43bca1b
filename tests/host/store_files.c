/*
 * The files themselves: upgrades, files of a newer bothy, damage, two daemons, a full disk.
 */
#include "store_fixture.h"

#include "store/schema.h"

#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>

static void run_sql(const char *file, const char *sql)
{
    sqlite3 *db = NULL;

    ck_assert_int_eq(sqlite3_open(path_in(file), &db), SQLITE_OK);
    ck_assert_msg(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK, "%s", sqlite3_errmsg(db));
    sqlite3_close(db);
}

START_TEST(upgrades_an_old_ledger)
{
    struct schema old = schema_ledger;
    struct bothy_error error = { 0 };
    struct store *store;
    sqlite3 *db = NULL;
    json_t *rows;

    old.step_count = 1;
    ck_assert_int_eq(schema_open(&old, path_in("ledger.db"), &db, &error), 0);
    ck_assert_int_eq(
        sqlite3_exec(db,
                     "INSERT INTO runs VALUES(1, 5, NULL, 0, 'old', 0);"
                     "INSERT INTO sessions VALUES(1, 1, 5, 6, 'old', 1);"
                     "INSERT INTO fills(run, session, n, fill_id, order_id, bot, venue, symbol,"
                     " side, price, quantity, fee, fee_currency, maker, ts_ns, mode)"
                     " VALUES(1,1,1,1,1,'funding','sim','BTC/USDT','buy','1','2','0','USDT',0,5,"
                     "'paper')",
                     NULL, NULL, NULL),
        SQLITE_OK);
    sqlite3_close(db);
    store = open_store(0, 0);
    ck_assert_uint_eq(store_run(store), 1);
    rows = rows_of(store, "trades", 0);
    ck_assert_uint_eq(json_array_size(rows), 1);
    ck_assert_str_eq(text_of(rows, 0, "quantity"), "2");
    json_decref(rows);
    store_close(store, 5000);
    run_sql("ledger.db", "SELECT * FROM trades; SELECT * FROM positions; SELECT * FROM audit_logs;"
                         "SELECT * FROM v_bot_stats; SELECT * FROM v_daily_pnl");
}
END_TEST

START_TEST(a_failed_step_changes_nothing)
{
    static const char *const steps[] = { "CREATE TABLE a(x)", "CREATE TABLE b(x); NONSENSE;" };
    struct schema broken = { "ledger", 0x626f7468, "FULL", steps, 2 };
    struct bothy_error error = { 0 };
    sqlite3 *db = NULL;

    ck_assert_int_eq(schema_open(&broken, path_in("ledger.db"), &db, &error), BOTHY_EIO);
    ck_assert_ptr_nonnull(strstr(error.text, "from version 1"));
    run_sql("ledger.db", "CREATE TABLE b(y)"); /* the name is free */
}
END_TEST

START_TEST(refuses_newer_and_foreign_files)
{
    struct bothy_error error;

    store_close(open_store(0, 0), 5000);
    run_sql("ledger.db", "PRAGMA user_version=99");
    ck_assert_int_eq(open_fails(&error), BOTHY_ENOTSUP);
    ck_assert_ptr_nonnull(strstr(error.text, "ledger.db"));
    ck_assert_ptr_nonnull(strstr(error.text, "newer bothy"));
    ck_assert_ptr_nonnull(strstr(error.where, "ledger.db"));
    run_sql("ledger.db", "PRAGMA user_version=2");
    run_sql("telemetry.db", "PRAGMA application_id=7");
    ck_assert_int_eq(open_fails(&error), BOTHY_EPERM);
    ck_assert_ptr_nonnull(strstr(error.text, "telemetry.db"));
}
END_TEST

static void overwrite(const char *file, off_t from, size_t length)
{
    int fd = open(path_in(file), O_RDWR | O_CLOEXEC);
    char *noise = malloc(length);

    memset(noise, 0xa5, length);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(pwrite(fd, noise, length, from), (ssize_t)length);
    close(fd);
    free(noise);
}

START_TEST(names_a_damaged_file)
{
    struct bothy_error error;

    store_close(open_store(0, 0), 5000);
    overwrite("ledger.db", 0, 64);
    ck_assert_int_eq(open_fails(&error), BOTHY_ECORRUPT);
    ck_assert_ptr_nonnull(strstr(error.text, "ledger.db"));
    ck_assert_ptr_nonnull(strstr(error.text, "backup restore"));
}
END_TEST

/* Damage that SQLite would meet only later is looked for when the last end was not clean. */
START_TEST(looks_for_damage_after_a_kill)
{
    struct store *store = open_store(0, 0);
    struct bothy_error error;

    for (uint64_t i = 1; i <= 500; i++) {
        struct record_order order = some_order(i, BOTHY_ORDER_NEW);

        put(store, RECORD_ORDER, NOON_NS, &order, sizeof order);
    }
    settle(store);
    store_close(store, 5000);
    overwrite("ledger.db", 40 * 4096, 4 * 4096);
    run_sql("ledger.db", "UPDATE sessions SET ended=NULL");
    ck_assert_int_eq(open_fails(&error), BOTHY_ECORRUPT);
    ck_assert_ptr_nonnull(strstr(error.text, "ledger.db"));
    ck_assert_ptr_nonnull(strstr(error.text, "damaged"));
}
END_TEST

START_TEST(one_daemon_at_a_time)
{
    struct store *store = open_store(0, 0);
    struct bothy_error error;

    ck_assert_int_eq(open_fails(&error), BOTHY_EEXIST);
    ck_assert_ptr_nonnull(strstr(error.text, "another bothyd"));
    store_close(store, 5000);
    store_close(open_store(0, 0), 5000);
}
END_TEST

START_TEST(names_a_folder_that_cannot_be)
{
    struct bothy_error error;

    remove_tree(store_dir);
    fclose(fopen(store_dir, "we"));
    ck_assert_int_eq(open_fails(&error), BOTHY_EIO);
    ck_assert_ptr_nonnull(strstr(error.text, store_dir));
}
END_TEST

START_TEST(foreign_keys_hold)
{
    struct bothy_error error = { 0 };
    sqlite3 *db = NULL;

    ck_assert_int_eq(schema_open(&schema_ledger, path_in("ledger.db"), &db, &error), 0);
    ck_assert_int_eq(sqlite3_exec(db, "INSERT INTO sessions(run, started, version) VALUES(77,1,'')",
                                  NULL, NULL, NULL),
                     SQLITE_CONSTRAINT_FOREIGNKEY);
    sqlite3_close(db);
}
END_TEST

/* No file may grow beyond `bytes`, as on a full disk. */
static void limit_files(rlim_t bytes)
{
    struct rlimit limit;

    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes < limit.rlim_max ? bytes : limit.rlim_max;
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void wait_for_state(struct store *store, int wanted, char *reason, size_t capacity)
{
    struct pollfd descriptor = { .fd = store_fd(store), .events = POLLIN };
    int ok;

    for (;;) {
        store_poll(store, NULL, &ok, reason, capacity);
        if (ok == wanted)
            return;
        ck_assert_int_ge(poll(&descriptor, 1, 20000), 1);
    }
}

START_TEST(a_full_disk)
{
    struct store *store = open_store(1, 42);
    char *blob = calloc(1, 2 << 20);
    uint64_t first = 0, durable = 0, count = 0;
    struct record *record;
    char reason[300] = "";
    json_t *rows;
    int32_t r;

    signal(SIGXFSZ, SIG_IGN);
    first = put_action(store, NOON_NS, "", "before");
    ck_assert_int_eq(store_wait(store, first, 20000), 0);
    limit_files(1 << 20); /* the harness writes small files, too */
    put(store, RECORD_STATE, NOON_NS, blob, 2 << 20);
    for (uint64_t i = 1; i <= 100; i++) {
        struct record_order order = some_order(i, BOTHY_ORDER_NEW);

        put(store, RECORD_ORDER, NOON_NS, &order, sizeof order);
    }
    wait_for_state(store, 0, reason, sizeof reason);
    ck_assert_ptr_nonnull(strstr(reason, "ledger.db"));
    store_poll(store, &durable, NULL, NULL, 0);
    ck_assert_uint_lt(durable, next_n);
    ck_assert_int_eq(store_wait(store, next_n, 10), BOTHY_EIO);
    /* The queue is kept, and has an end. */
    do {
        record = make_record(RECORD_STATE, NOON_NS, blob, 1 << 20);
        r = store_put(store, record);
        free(record);
        count++;
    } while (r == 0 && count < 1000);
    ck_assert_int_eq(r, BOTHY_EAGAIN);
    ck_assert_uint_gt(count, 32);
    next_n--;
    limit_files(RLIM_INFINITY);
    wait_for_state(store, 1, reason, sizeof reason);
    ck_assert_str_eq(reason, "");
    settle(store);
    rows = rows_of(store, "orders", 0);
    ck_assert_uint_eq(json_array_size(rows), 100);
    json_decref(rows);
    put_action(store, NOON_NS, "", "after");
    settle(store);
    store_close(store, 20000);
    free(blob);
    run_sql("ledger.db", "CREATE TEMP TABLE t(x CHECK(x='ok')); INSERT INTO t SELECT * FROM"
                         " pragma_integrity_check");
}
END_TEST

START_TEST(closes_though_it_cannot_write)
{
    struct store *store = open_store(1, 42);
    char *blob = calloc(1, 2 << 20);

    signal(SIGXFSZ, SIG_IGN);
    limit_files(1 << 20);
    put(store, RECORD_STATE, NOON_NS, blob, 2 << 20);
    store_close(store, 4000);
    limit_files(RLIM_INFINITY);
    store = open_store(1, 42); /* the lock is free, the file whole */
    put_action(store, NOON_NS, "", "kept");
    settle(store);
    store_close(store, 5000);
    free(blob);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("store files");
    TCase *tcase = tcase_create("files");

    tcase_set_timeout(tcase, 120);
    tcase_add_checked_fixture(tcase, fixture_setup, fixture_teardown);
    tcase_add_test(tcase, upgrades_an_old_ledger);
    tcase_add_test(tcase, a_failed_step_changes_nothing);
    tcase_add_test(tcase, refuses_newer_and_foreign_files);
    tcase_add_test(tcase, names_a_damaged_file);
    tcase_add_test(tcase, looks_for_damage_after_a_kill);
    tcase_add_test(tcase, one_daemon_at_a_time);
    tcase_add_test(tcase, names_a_folder_that_cannot_be);
    tcase_add_test(tcase, foreign_keys_hold);
    tcase_add_test(tcase, a_full_disk);
    tcase_add_test(tcase, closes_though_it_cannot_write);
    suite_add_tcase(suite, tcase);
    return suite;
}

BOTHY_TEST_MAIN(make_suite)
