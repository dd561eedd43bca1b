/*
 * Rows as JSON, for commands. Each table has its statement; a column's name is its key, and a
 * letter before it says what it is:
 *
 *     t text   i integer   f number (a real)   b true or false   T time   J JSON
 *
 * NULL is null. What a run in virtual time returns depends on its records alone.
 */
#include "store/internal.h"

#include "base/clean.h"
#include "store/bind.h"
#include "store/chain.h"
#include "store/schema.h"

#include <bothy/time.h>

#include <stdio.h>
#include <string.h>

struct query {
    const char *table;
    int telemetry;
    const char *sql;
};

/* ?1 run (NULL: all)  ?2 bot  ?3 symbol  ?4 since  ?5 limit (-1: all) */
#define FILTER(time)                                                                               \
    " WHERE (?1 IS NULL OR run=?1) AND (?2 IS NULL OR bot=?2) AND (?3 IS NULL OR symbol=?3)"       \
    " AND " time ">=?4 ORDER BY id DESC LIMIT ?5) ORDER BY row"

static const struct query queries[] = {
    { "signals", 0,
      "SELECT * FROM (SELECT id AS row, signal_id AS i_id, bot AS t_bot, type AS t_type,"
      " symbol AS t_symbol, venue AS t_venue, direction AS t_direction, ts_ns AS T_time,"
      " current AS f_current, entry AS f_entry, stop_loss AS f_stop_loss,"
      " take_profit_1 AS f_take_profit_1, take_profit_2 AS f_take_profit_2,"
      " take_profit_3 AS f_take_profit_3, risk_reward_1 AS f_risk_reward_1,"
      " risk_reward_2 AS f_risk_reward_2, risk_reward_3 AS f_risk_reward_3,"
      " confidence AS f_confidence, timeframe AS t_timeframe,"
      " correlation_id AS t_correlation_id, reasons AS J_reasons, extra AS J_extra,"
      " outcome AS t_outcome, exit AS f_exit, pnl_pct AS f_pnl_pct, pnl_r AS f_pnl_r,"
      " ended_ns AS T_ended FROM signals" FILTER("ts_ns") },
    { "orders", 0,
      "SELECT * FROM (SELECT id AS row, order_id AS i_order_id,"
      " client_order_id AS t_client_order_id, bot AS t_bot, symbol AS t_symbol,"
      " venue AS t_venue, side AS t_side, type AS t_type, time_in_force AS t_time_in_force,"
      " reduce_only AS b_reduce_only, state AS t_state, quantity AS t_quantity,"
      " filled AS t_filled, price AS t_price, stop_price AS t_stop_price,"
      " average_price AS t_average_price, code AS t_code, text AS t_text,"
      " group_id AS i_group_id, parent_id AS i_parent_id, created_ns AS T_created,"
      " updated_ns AS T_updated, correlation_id AS t_correlation_id FROM orders" FILTER(
          "created_ns") },
    { "trades", 0,
      "SELECT * FROM (SELECT id AS row, fill_id AS i_fill_id, order_id AS i_order_id,"
      " bot AS t_bot, symbol AS t_symbol, venue AS t_venue, side AS t_side, price AS t_price,"
      " quantity AS t_quantity, fee AS t_fee, fee_currency AS t_fee_currency,"
      " maker AS b_maker, ts_ns AS T_time, correlation_id AS t_correlation_id,"
      " realised_pnl AS t_realised_pnl, mode AS t_mode FROM fills" FILTER("ts_ns") },
    { "positions", 0,
      "SELECT * FROM (SELECT id AS row, bot AS t_bot, symbol AS t_symbol, venue AS t_venue,"
      " quantity AS t_quantity, average_entry AS t_average_entry,"
      " realised_pnl AS t_realised_pnl, unrealised_pnl AS t_unrealised_pnl, fees AS t_fees,"
      " CASE WHEN quantity='0' THEN NULL ELSE opened_ns END AS T_opened,"
      " updated_ns AS T_updated FROM position_rows" FILTER("updated_ns") },
    { "actions", 0,
      "SELECT * FROM (SELECT id AS row, id AS i_id, ts_ns AS T_time, actor AS t_actor,"
      " action AS t_action, entity AS t_entity, before AS t_before, after AS t_after,"
      " event AS t_event, prev_hash AS t_prev_hash, hash AS t_hash FROM"
      " (SELECT *, entity AS bot, NULL AS symbol FROM actions)" FILTER("ts_ns") },
    { "feeds", 1,
      "SELECT * FROM (SELECT id AS row, venue AS t_venue, symbol AS t_symbol, ts_ns AS T_time,"
      " state AS t_state, previous AS t_previous, gaps AS i_gaps, reason AS t_reason FROM"
      " (SELECT *, NULL AS bot FROM feed_changes)" FILTER("ts_ns") },
};

static json_t *text_value(const char *text)
{
    json_t *value = json_string(text);

    return value ? value : json_string("?"); /* no UTF-8: the row is shown nevertheless */
}

static json_t *value_of(sqlite3_stmt *statement, int column, char kind)
{
    const char *text;
    char time[BOTHY_TIME_TEXT_MAX];

    if (sqlite3_column_type(statement, column) == SQLITE_NULL)
        return json_null();
    switch (kind) {
    case 'i':
        return json_integer(sqlite3_column_int64(statement, column));
    case 'f':
        return json_real(sqlite3_column_double(statement, column));
    case 'b':
        return json_boolean(sqlite3_column_int(statement, column));
    case 'T':
        time_text(sqlite3_column_int64(statement, column), time, sizeof time);
        return json_string(time);
    case 'J':
        text = (const char *)sqlite3_column_text(statement, column);
        return json_loads(text ? text : "null", JSON_DECODE_ANY, NULL);
    default:
        text = (const char *)sqlite3_column_text(statement, column);
        return text_value(text ? text : "");
    }
}

/* Column 0 is the order of rows and not shown. */
static json_t *row_of(sqlite3_stmt *statement)
{
    json_t *row = json_object();

    for (int i = 1; row && i < sqlite3_column_count(statement); i++) {
        const char *name = sqlite3_column_name(statement, i);
        json_t *value = name ? value_of(statement, i, name[0]) : NULL;

        if (json_object_set_new(row, name ? name + 2 : "", value ? value : json_null()) < 0) {
            json_decref(row);
            return NULL;
        }
    }
    return row;
}

static void bind_filter(sqlite3_stmt *statement, const struct store *store,
                        const struct store_filter *filter)
{
    if (!filter || !filter->all_runs)
        sqlite3_bind_int64(statement, 1, store->run);
    if (filter && filter->bot)
        sqlite3_bind_text(statement, 2, filter->bot, -1, SQLITE_STATIC);
    if (filter && filter->symbol)
        sqlite3_bind_text(statement, 3, filter->symbol, -1, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 4, filter && filter->since_ns ? filter->since_ns : INT64_MIN);
    sqlite3_bind_int64(statement, 5, filter && filter->limit ? (int64_t)filter->limit : -1);
}

int32_t store_query(struct store *store, const char *table, const struct store_filter *filter,
                    json_t **ret_rows, struct bothy_error *error)
{
    const struct query *query = NULL;
    sqlite3_stmt *statement = NULL;
    const char *path;
    sqlite3 *db;
    json_t *rows;
    int r;

    for (size_t i = 0; i < ARRAY_SIZE(queries); i++) {
        if (strcmp(queries[i].table, table) == 0)
            query = &queries[i];
    }
    if (!query)
        return bothy_fail(error, BOTHY_EINVAL,
                          "no table %s; there are signals, orders, trades, positions, actions, "
                          "feeds",
                          table);
    db = query->telemetry ? store->telemetry_reader : store->reader;
    path = query->telemetry ? store->telemetry_path : store->ledger_path;
    rows = json_array();
    if (!rows)
        return bothy_fail(error, BOTHY_ENOMEM, "no memory for the rows");
    r = sqlite3_prepare_v2(db, query->sql, -1, &statement, NULL);
    if (r == SQLITE_OK)
        bind_filter(statement, store, filter);
    while (r == SQLITE_OK && (r = sqlite3_step(statement)) == SQLITE_ROW) {
        json_t *row = row_of(statement);

        r = row && json_array_append_new(rows, row) == 0 ? SQLITE_OK : SQLITE_NOMEM;
    }
    if (r != SQLITE_DONE) {
        int32_t result = r == SQLITE_NOMEM ? bothy_fail(error, BOTHY_ENOMEM, "no memory for rows")
                                           : schema_fail(db, path, "cannot read", error);

        sqlite3_finalize(statement);
        json_decref(rows);
        return result;
    }
    sqlite3_finalize(statement);
    *ret_rows = rows;
    return 0;
}

/* ---- the chain of actions ---- */

_Static_assert(STORE_HASH_MAX == CHAIN_TEXT_MAX, "room for a hash");

int32_t store_verify_actions(struct store *store, uint64_t *ret_rows, char ret_last[STORE_HASH_MAX],
                             struct bothy_error *error)
{
    return chain_verify(store->reader, ret_rows, ret_last, error);
}

int32_t store_verify_file(const char *path, uint64_t *ret_rows, char ret_last[STORE_HASH_MAX],
                          struct bothy_error *error)
{
    sqlite3 *db = NULL;
    int32_t r = schema_open_reader(path, &db, error);

    if (r < 0)
        return r;
    r = chain_verify(db, ret_rows, ret_last, error);
    sqlite3_close(db);
    return r;
}
