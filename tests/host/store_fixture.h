/*
 * What the tests of the store share: a folder of its own for each test, and records to put.
 */
#ifndef BOTHY_TESTS_STORE_FIXTURE_H
#define BOTHY_TESTS_STORE_FIXTURE_H

#include "store/store.h"

#include "suite.h"

#include <bothy/time.h>

#include <ftw.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define NOON_NS INT64_C(1723118400000000000) /* 2024-08-08T12:00:00Z */

static char store_dir[256];
static char audit_dir[280];

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

static inline void remove_tree(const char *path)
{
    nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static inline void fixture_setup(void)
{
    const char *base = getenv("TMPDIR");

    snprintf(store_dir, sizeof store_dir, "%s/bothy-store-XXXXXX", base ? base : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(store_dir));
    snprintf(audit_dir, sizeof audit_dir, "%s/audit", store_dir);
}

static inline void fixture_teardown(void)
{
    remove_tree(store_dir);
}

static inline char *path_in(const char *name)
{
    static char paths[4][512];
    static unsigned next;
    char *path = paths[next++ % 4];

    snprintf(path, sizeof paths[0], "%s/%s", store_dir, name);
    return path;
}

static inline struct store *open_store(int virtual_time, uint64_t seed)
{
    struct store_conf conf = { .directory = store_dir,
                               .audit_directory = audit_dir,
                               .virtual_time = virtual_time,
                               .seed = seed,
                               .version = "test" };
    struct bothy_error error = { 0 };
    struct store *store = NULL;
    int32_t r = store_open(&conf, &store, &error);

    ck_assert_msg(r == 0, "%s", error.text);
    return store;
}

static inline int32_t open_fails(struct bothy_error *error)
{
    struct store_conf conf = { .directory = store_dir,
                               .audit_directory = audit_dir,
                               .version = "test" };
    struct store *store = NULL;

    memset(error, 0, sizeof *error);
    return store_open(&conf, &store, error);
}

/* ---- records ---- */

static uint64_t next_n;

static inline struct record *make_record(uint32_t type, int64_t ts_ns, const void *body,
                                         size_t size)
{
    struct record *record = calloc(1, sizeof *record + size);

    record->n = ++next_n;
    record->type = type;
    record->size = (uint32_t)size;
    record->ts_ns = ts_ns;
    record->seq = next_n * 10;
    snprintf(record->bot, sizeof record->bot, "funding");
    snprintf(record->venue, sizeof record->venue, "sim");
    snprintf(record->symbol, sizeof record->symbol, "BTC/USDT");
    for (int i = 0; i < 16; i++)
        record->correlation[i] = (uint8_t)(i + 1);
    if (size > 0)
        memcpy(record + 1, body, size);
    return record;
}

static inline uint64_t put_record(struct store *store, struct record *record)
{
    uint64_t n = record->n;
    int32_t r = store_put(store, record);

    free(record);
    ck_assert_int_eq(r, 0);
    return n;
}

static inline uint64_t put(struct store *store, uint32_t type, int64_t ts_ns, const void *body,
                           size_t size)
{
    return put_record(store, make_record(type, ts_ns, body, size));
}

static inline struct bothy_decimal decimal(const char *text)
{
    struct bothy_decimal value;

    ck_assert_int_eq(bothy_decimal_parse(text, strlen(text), &value), 0);
    return value;
}

static inline struct record_signal some_signal(uint64_t id, const char *code)
{
    struct record_signal record;

    memset(&record, 0, sizeof record);
    record.signal_id = id;
    snprintf(record.code, sizeof record.code, "%s", code);
    bothy_signal_init(&record.signal, BOTHY_SIGNAL_FUNDING_RATE, 1, BOTHY_DIRECTION_LONG, NOON_NS);
    snprintf(record.signal.type_name, sizeof record.signal.type_name, "funding_rate");
    record.signal.timeframe = BOTHY_TF_1H;
    record.signal.current = 64000;
    record.signal.entry = 64000.1;
    record.signal.stop_loss = 63000;
    record.signal.take_profit_1 = 66000;
    record.signal.risk_reward_1 = 2;
    record.signal.confidence = 0.72;
    bothy_signal_add_reason(&record.signal, "funding is high");
    bothy_signal_add_reason(&record.signal, "and \"rising\"");
    bothy_signal_add_number(&record.signal, "rate", 0.0003);
    bothy_signal_add_text(&record.signal, "regime", "hot");
    return record;
}

static inline struct record_order some_order(uint64_t id, uint32_t state)
{
    struct record_order record;

    memset(&record, 0, sizeof record);
    record.group_id = 7;
    record.created_ns = NOON_NS;
    record.order.order_id = id;
    record.order.state = state;
    record.order.side = BOTHY_SIDE_BUY;
    record.order.type = BOTHY_ORDER_TYPE_LIMIT;
    record.order.time_in_force = BOTHY_TIF_GTC;
    record.order.quantity = decimal("0.50");
    record.order.price = decimal("64000.10");
    snprintf(record.order.client_order_id, sizeof record.order.client_order_id, "b%llu",
             (unsigned long long)id);
    return record;
}

static inline struct bothy_fill some_fill(uint64_t id, uint64_t order_id, uint32_t side,
                                          const char *price, const char *quantity)
{
    struct bothy_fill fill;

    memset(&fill, 0, sizeof fill);
    fill.fill_id = id;
    fill.order_id = order_id;
    fill.side = side;
    fill.flags = BOTHY_FILL_MAKER;
    fill.price = decimal(price);
    fill.quantity = decimal(quantity);
    fill.fee = decimal("0.32");
    snprintf(fill.fee_currency, sizeof fill.fee_currency, "USDT");
    return fill;
}

static inline struct bothy_position some_position(const char *quantity, const char *realised)
{
    struct bothy_position position;

    memset(&position, 0, sizeof position);
    position.quantity = decimal(quantity);
    position.average_entry = decimal("64000.10");
    position.realised_pnl = decimal(realised);
    position.unrealised_pnl = decimal("1.5");
    position.fees = decimal("0.64");
    return position;
}

static inline uint64_t put_action(struct store *store, int64_t ts_ns, const char *event,
                                  const char *after)
{
    struct record_action action;

    memset(&action, 0, sizeof action);
    snprintf(action.actor, sizeof action.actor, "uid=1000 pid=4711");
    snprintf(action.action, sizeof action.action, "bot.pause");
    snprintf(action.entity, sizeof action.entity, "funding");
    snprintf(action.before, sizeof action.before, "RUNNING");
    snprintf(action.after, sizeof action.after, "%s", after);
    snprintf(action.event, sizeof action.event, "%s", event);
    return put(store, RECORD_ACTION, ts_ns, &action, sizeof action);
}

/* Waits until everything that was put is in the ledger and its rows in the audit file. */
static inline void settle(struct store *store)
{
    ck_assert_int_eq(store_wait(store, next_n, 20000), 0);
}

static inline json_t *rows_of(struct store *store, const char *table, int all_runs)
{
    struct store_filter filter = { .all_runs = all_runs };
    struct bothy_error error = { 0 };
    json_t *rows = NULL;
    int32_t r = store_query(store, table, &filter, &rows, &error);

    ck_assert_msg(r == 0, "%s", error.text);
    return rows;
}

static inline const char *text_of(json_t *rows, size_t index, const char *key)
{
    const char *text = json_string_value(json_object_get(json_array_get(rows, index), key));

    return text ? text : "(none)";
}

static inline char *read_whole(const char *path)
{
    FILE *file = fopen(path, "re");
    char *text = calloc(1, 1 << 24);

    ck_assert_msg(file != NULL, "%s", path);
    ck_assert(fread(text, 1, (1 << 24) - 1, file) > 0);
    fclose(file);
    return text;
}

#endif
