/*
 * kill -9 at any instant: what was announced as durable is there afterwards, whole and in order,
 * and every committed row of the audit stands in its file exactly once.
 */
#include "store_fixture.h"

#include <bothy/random.h>

#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <time.h>

#define ROUNDS 20

/* The victim: puts as fast as it can and tells what is durable. Never returns. */
static void victim(int out)
{
    struct store_conf conf = { .directory = store_dir,
                               .audit_directory = audit_dir,
                               .virtual_time = 1,
                               .seed = 1,
                               .version = "test" };
    uint64_t durable = 0, told = 0;
    struct bothy_error error = { 0 };
    struct store *store = NULL;

    if (store_open(&conf, &store, &error) < 0) {
        fprintf(stderr, "# %s\n", error.text);
        _exit(3);
    }
    next_n = 0;
    for (uint64_t i = 1;; i++) {
        struct record_order order = some_order(i, BOTHY_ORDER_REJECTED);
        struct record *record =
            make_record(RECORD_ORDER, NOON_NS + (int64_t)i, &order, sizeof order);

        if (store_put(store, record) == BOTHY_EAGAIN)
            store_wait(store, told + 1, 100);
        free(record);
        if (i % 16 == 0)
            store_wait(store, i, 1000);
        store_poll(store, &durable, NULL, NULL, 0);
        if (durable > told && write(out, &durable, sizeof durable) == sizeof durable)
            told = durable;
    }
}

static int64_t number_of(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    int64_t value;

    ck_assert_msg(sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK, "%s",
                  sqlite3_errmsg(db));
    ck_assert_int_eq(sqlite3_step(statement), SQLITE_ROW);
    value = sqlite3_column_type(statement, 0) == SQLITE_TEXT
                ? strcmp((const char *)sqlite3_column_text(statement, 0), "ok") == 0
                : sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return value;
}

static uint64_t kill_one(struct bothy_random *random)
{
    uint64_t announced = 0, word;
    struct timespec delay;
    int fds[2], status;
    pid_t pid;

    ck_assert_int_eq(pipe(fds), 0);
    pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        close(fds[0]);
        victim(fds[1]);
    }
    close(fds[1]);
    /* It lives, and has something to lose. */
    ck_assert_int_eq(read(fds[0], &announced, sizeof announced), (ssize_t)sizeof announced);
    delay = (struct timespec) { .tv_nsec = (long)bothy_random_below(random, 20000000) };
    nanosleep(&delay, NULL);
    ck_assert_int_eq(kill(pid, SIGKILL), 0);
    while (read(fds[0], &word, sizeof word) == sizeof word)
        announced = word;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert(WIFSIGNALED(status));
    close(fds[0]);
    return announced;
}

START_TEST(announced_is_there)
{
    struct bothy_random random;

    bothy_random_seed(&random, 20240808);
    for (int round = 0; round < ROUNDS; round++) {
        uint64_t announced = kill_one(&random);
        sqlite3 *db = NULL;
        int64_t last;

        ck_assert_int_eq(sqlite3_open(path_in("ledger.db"), &db), SQLITE_OK);
        ck_assert_int_eq(number_of(db, "PRAGMA integrity_check"), 1);
        last = number_of(db, "SELECT last_n FROM sessions ORDER BY id DESC LIMIT 1");
        ck_assert_int_ge(last, (int64_t)announced);
        /* No hole, no double: as many rows as the highest number. */
        ck_assert_int_eq(number_of(db, "SELECT count(*) FROM order_events WHERE session="
                                       "(SELECT max(id) FROM sessions)"),
                         last);
        ck_assert_int_eq(number_of(db, "SELECT max(n) FROM order_events WHERE session="
                                       "(SELECT max(id) FROM sessions)"),
                         last);
        ck_assert_int_eq(number_of(db, "SELECT count(*) FROM orders WHERE session="
                                       "(SELECT max(id) FROM sessions)"),
                         last);
        sqlite3_close(db);
    }
}
END_TEST

START_TEST(audit_has_each_row_once)
{
    struct bothy_random random;
    int64_t expected;
    sqlite3 *db = NULL;
    char *text, *save = NULL;
    int64_t lines = 0;

    bothy_random_seed(&random, 7);
    for (int round = 0; round < 8; round++)
        kill_one(&random);
    store_close(open_store(1, 1), 5000); /* what the last one left is written now */
    ck_assert_int_eq(sqlite3_open(path_in("ledger.db"), &db), SQLITE_OK);
    expected = number_of(db, "SELECT count(*) FROM order_events");
    ck_assert_int_eq(number_of(db, "SELECT count(*) FROM audit_outbox"), 0);
    sqlite3_close(db);
    text = read_whole(path_in("audit/audit-2024-08-08.csv"));
    for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        if (lines > 0)
            ck_assert_ptr_nonnull(strstr(line, "Z,MARKET_EVALUATED,BTC/USDT,BTC/USDT on sim,"));
        lines++;
    }
    ck_assert_int_eq(lines - 1, expected);
    free(text);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("store crash");
    TCase *tcase = tcase_create("kill -9");

    tcase_set_timeout(tcase, 300);
    tcase_add_checked_fixture(tcase, fixture_setup, fixture_teardown);
    tcase_add_test(tcase, announced_is_there);
    tcase_add_test(tcase, audit_has_each_row_once);
    suite_add_tcase(suite, tcase);
    return suite;
}

BOTHY_TEST_MAIN(make_suite)
