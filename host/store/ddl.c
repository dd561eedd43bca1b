/*
 * The tables. Money is TEXT in plain decimal notation, never REAL; opinions (signals) are REAL.
 * Times are INTEGER nanoseconds since 1970, UTC, from the record, so that two runs over the same
 * data hold the same rows; only runs and sessions hold the clock on the wall.
 *
 * A run is one life of the market, a session one life of the daemon. Numbers of orders, fills and
 * signals begin anew with each session, so rows are told apart by (run, session, number).
 *
 * Views sum money as REAL: they are for looking at. What must be exact is computed from the rows.
 */
#include "store/schema.h"

#include "base/clean.h"

/* ---- ledger ---- */

static const char ledger_1[] =
    "CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE runs("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, started INTEGER NOT NULL, ended INTEGER,"
    " virtual INTEGER NOT NULL, version TEXT NOT NULL, seed INTEGER NOT NULL);"
    "CREATE TABLE sessions("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, run INTEGER NOT NULL REFERENCES runs(id),"
    " started INTEGER NOT NULL, ended INTEGER, version TEXT NOT NULL,"
    " last_n INTEGER NOT NULL DEFAULT 0);"
    "CREATE TABLE generations(worker TEXT PRIMARY KEY, generation INTEGER NOT NULL) WITHOUT ROWID;"

    "CREATE TABLE signals("
    " id INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES runs(id),"
    " session INTEGER NOT NULL REFERENCES sessions(id), n INTEGER NOT NULL,"
    " signal_id INTEGER NOT NULL, bot TEXT NOT NULL, venue TEXT NOT NULL, symbol TEXT NOT NULL,"
    " type TEXT NOT NULL, direction TEXT NOT NULL, ts_ns INTEGER NOT NULL, timeframe TEXT,"
    " flags INTEGER NOT NULL, current REAL, entry REAL, stop_loss REAL,"
    " take_profit_1 REAL, take_profit_2 REAL, take_profit_3 REAL,"
    " risk_reward_1 REAL, risk_reward_2 REAL, risk_reward_3 REAL, confidence REAL,"
    " correlation_id TEXT, reasons TEXT NOT NULL, extra TEXT NOT NULL,"
    " outcome TEXT, exit REAL, pnl_pct REAL, pnl_r REAL, ended_ns INTEGER,"
    " UNIQUE(run, session, signal_id));"
    "CREATE INDEX signals_bot ON signals(run, bot, ts_ns);"
    "CREATE INDEX signals_symbol ON signals(run, symbol, ts_ns);"
    "CREATE INDEX signals_correlation ON signals(correlation_id);"
    "CREATE TABLE signal_suppressed("
    " run INTEGER NOT NULL REFERENCES runs(id), bot TEXT NOT NULL, code TEXT NOT NULL,"
    " day TEXT NOT NULL, count INTEGER NOT NULL, last_ns INTEGER NOT NULL,"
    " PRIMARY KEY(run, bot, code, day)) WITHOUT ROWID;"

    "CREATE TABLE orders("
    " id INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES runs(id),"
    " session INTEGER NOT NULL REFERENCES sessions(id), n INTEGER NOT NULL,"
    " order_id INTEGER NOT NULL, client_order_id TEXT, bot TEXT NOT NULL, venue TEXT NOT NULL,"
    " symbol TEXT NOT NULL, tag INTEGER NOT NULL, side TEXT NOT NULL, type TEXT NOT NULL,"
    " time_in_force TEXT NOT NULL, reduce_only INTEGER NOT NULL, post_only INTEGER NOT NULL,"
    " state TEXT NOT NULL, quantity TEXT NOT NULL, filled TEXT NOT NULL, price TEXT NOT NULL,"
    " stop_price TEXT NOT NULL, average_price TEXT NOT NULL, code TEXT NOT NULL,"
    " text TEXT NOT NULL, group_id INTEGER NOT NULL, parent_id INTEGER NOT NULL,"
    " created_ns INTEGER NOT NULL, updated_ns INTEGER NOT NULL, updated_at TEXT NOT NULL,"
    " correlation_id TEXT, UNIQUE(run, session, order_id), UNIQUE(run, client_order_id));"
    "CREATE INDEX orders_bot ON orders(run, bot, created_ns);"
    "CREATE INDEX orders_symbol ON orders(run, symbol, created_ns);"
    "CREATE INDEX orders_open ON orders(state) WHERE state NOT IN"
    " ('FILLED','CANCELLED','REJECTED','EXPIRED','NEVER_SENT');"
    "CREATE INDEX orders_correlation ON orders(correlation_id);"
    "CREATE TABLE order_events("
    " id INTEGER PRIMARY KEY, session INTEGER NOT NULL REFERENCES sessions(id),"
    " n INTEGER NOT NULL, order_row INTEGER NOT NULL REFERENCES orders(id),"
    " ts_ns INTEGER NOT NULL, seq INTEGER NOT NULL, state TEXT NOT NULL, quantity TEXT NOT NULL,"
    " filled TEXT NOT NULL, price TEXT NOT NULL, stop_price TEXT NOT NULL, code TEXT NOT NULL,"
    " text TEXT NOT NULL, UNIQUE(session, n));"
    "CREATE INDEX order_events_order ON order_events(order_row);"
    "CREATE TRIGGER order_events_keep BEFORE UPDATE ON order_events"
    " BEGIN SELECT RAISE(ABORT, 'order_events is append-only'); END;"

    "CREATE TABLE fills("
    " id INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES runs(id),"
    " session INTEGER NOT NULL REFERENCES sessions(id), n INTEGER NOT NULL,"
    " fill_id INTEGER NOT NULL, order_id INTEGER NOT NULL, bot TEXT NOT NULL, venue TEXT NOT NULL,"
    " symbol TEXT NOT NULL, side TEXT NOT NULL, price TEXT NOT NULL, quantity TEXT NOT NULL,"
    " fee TEXT NOT NULL, fee_currency TEXT NOT NULL, maker INTEGER NOT NULL,"
    " ts_ns INTEGER NOT NULL, mode TEXT NOT NULL, realised_pnl TEXT, correlation_id TEXT,"
    " UNIQUE(run, session, fill_id));"
    "CREATE INDEX fills_bot ON fills(run, bot, ts_ns);"
    "CREATE INDEX fills_symbol ON fills(run, symbol, ts_ns);"
    "CREATE INDEX fills_order ON fills(run, session, order_id);"
    "CREATE TABLE position_rows("
    " id INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES runs(id),"
    " session INTEGER NOT NULL REFERENCES sessions(id), n INTEGER NOT NULL,"
    " bot TEXT NOT NULL, venue TEXT NOT NULL, symbol TEXT NOT NULL, quantity TEXT NOT NULL,"
    " average_entry TEXT NOT NULL, realised_pnl TEXT NOT NULL, unrealised_pnl TEXT NOT NULL,"
    " fees TEXT NOT NULL, opened_ns INTEGER NOT NULL, opened_realised TEXT NOT NULL,"
    " updated_ns INTEGER NOT NULL, updated_at TEXT NOT NULL, UNIQUE(run, bot, venue, symbol));"

    "CREATE TABLE bot_state("
    " run INTEGER NOT NULL REFERENCES runs(id), bot TEXT NOT NULL, data BLOB NOT NULL,"
    " ts_ns INTEGER NOT NULL, updated_at TEXT NOT NULL, PRIMARY KEY(run, bot));"
    "CREATE TABLE actions("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, run INTEGER NOT NULL REFERENCES runs(id),"
    " session INTEGER NOT NULL REFERENCES sessions(id), n INTEGER NOT NULL,"
    " ts_ns INTEGER NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL, entity TEXT NOT NULL,"
    " before TEXT NOT NULL, after TEXT NOT NULL, event TEXT NOT NULL,"
    " prev_hash TEXT NOT NULL, hash TEXT NOT NULL);"
    "CREATE TRIGGER actions_keep BEFORE UPDATE ON actions"
    " BEGIN SELECT RAISE(ABORT, 'actions is append-only'); END;"
    "CREATE TRIGGER actions_stay BEFORE DELETE ON actions"
    " BEGIN SELECT RAISE(ABORT, 'actions is append-only'); END;"
    /* Rows of the audit file that are committed and may not stand in the file yet. */
    "CREATE TABLE audit_outbox(id INTEGER PRIMARY KEY AUTOINCREMENT, ts_ns INTEGER NOT NULL,"
    " line TEXT NOT NULL);";

#define TIME_TEXT(column)                                                                          \
    "strftime('%Y-%m-%dT%H:%M:%S'," column "/1000000000,'unixepoch')"                              \
    "||printf('.%03dZ'," column "/1000000%1000)"

static const char ledger_2[] =
    /* What users of other trading programs look for. */
    "CREATE VIEW trades AS "
    "SELECT f.id AS id, f.symbol AS instrument, " TIME_TEXT(
        "f.ts_ns") " AS ts,"
                   " CASE WHEN (f.side='buy')=(coalesce(o.parent_id,0)=0 AND "
                   "coalesce(o.reduce_only,0)=0)"
                   "  THEN 'long' ELSE 'short' END AS side,"
                   " f.side AS action, f.price AS price, f.quantity AS size, f.fee AS fee,"
                   " CASE f.mode WHEN 'paper' THEN 'dry_run' ELSE 'executed' END AS status,"
                   " f.bot AS strategy, f.realised_pnl AS profit,"
                   " json_object('run',f.run,'venue',f.venue,'mode',f.mode,'order_id',f.order_id,'"
                   "fill_id',"
                   "  "
                   "f.fill_id,'fee_currency',f.fee_currency,'maker',f.maker,'correlation_id',f."
                   "correlation_id)"
                   "  AS metadata "
                   "FROM fills f LEFT JOIN orders o"
                   " ON o.run=f.run AND o.session=f.session AND o.order_id=f.order_id "
                   "UNION ALL "
                   "SELECT -id, symbol, " TIME_TEXT(
                       "updated_ns") ","
                                     " CASE WHEN (side='buy')=(parent_id=0 AND reduce_only=0) THEN "
                                     "'long' ELSE 'short' END,"
                                     " side, CASE WHEN price IN ('0','') THEN stop_price ELSE "
                                     "price END, quantity, '0',"
                                     " CASE state WHEN 'REJECTED' THEN 'failed' ELSE 'cancelled' "
                                     "END, bot, NULL,"
                                     " json_object('run',run,'venue',venue,'order_id',order_id,'"
                                     "state',state,'code',code,'text',"
                                     "  text,'correlation_id',correlation_id) "
                                     "FROM orders WHERE state IN "
                                     "('REJECTED','CANCELLED','EXPIRED','NEVER_SENT')"
                                     " AND CAST(filled AS REAL)=0;"
                                     "CREATE VIEW positions AS "
                                     "SELECT p.id AS id, p.symbol AS instrument, p.average_entry "
                                     "AS entry_price,"
                                     " " TIME_TEXT(
                                         "p.opened_ns") " AS entry_time, ltrim(p.quantity,'-') AS "
                                                        "size,"
                                                        " CASE WHEN p.quantity LIKE '-%' THEN "
                                                        "'short' WHEN CAST(p.quantity AS REAL)=0 "
                                                        "THEN 'flat'"
                                                        "  ELSE 'long' END AS side,"
                                                        " CASE WHEN CAST(p.quantity AS REAL)=0 "
                                                        "THEN 'closed' ELSE 'open' END AS status,"
                                                        " p.bot AS strategy,"
                                                        " (SELECT "
                                                        "coalesce(nullif(o.stop_price,'0'),o.price)"
                                                        " FROM orders o WHERE o.run=p.run"
                                                        "  AND o.session=p.session AND o.bot=p.bot "
                                                        "AND o.symbol=p.symbol AND o.venue=p.venue"
                                                        "  AND o.parent_id<>0 AND o.type IN "
                                                        "('take_profit','limit')"
                                                        "  AND o.state IN "
                                                        "('NEW','COMMITTED','SENT','ACKED','"
                                                        "PARTIAL')"
                                                        "  ORDER BY o.id DESC LIMIT 1) AS tp,"
                                                        " (SELECT o.stop_price FROM orders o WHERE "
                                                        "o.run=p.run AND o.session=p.session"
                                                        "  AND o.bot=p.bot AND o.symbol=p.symbol "
                                                        "AND o.venue=p.venue AND o.type='stop'"
                                                        "  AND o.state IN "
                                                        "('NEW','COMMITTED','SENT','ACKED','"
                                                        "PARTIAL')"
                                                        "  ORDER BY o.id DESC LIMIT 1) AS sl,"
                                                        " NULL AS max_hold,"
                                                        " json_object('run',p.run,'venue',p.venue,'"
                                                        "realised_pnl',p.realised_pnl,'unrealised_"
                                                        "pnl',"
                                                        "  p.unrealised_pnl,'fees',p.fees) AS "
                                                        "metadata, p.updated_at AS updated_at "
                                                        "FROM position_rows p;"
                                                        "CREATE VIEW v_bot_stats AS "
                                                        "SELECT b.run AS run, b.bot AS bot,"
                                                        " (SELECT count(*) FROM signals s WHERE "
                                                        "s.run=b.run AND s.bot=b.bot) AS signals,"
                                                        " (SELECT coalesce(sum(count),0) FROM "
                                                        "signal_suppressed s WHERE s.run=b.run AND "
                                                        "s.bot=b.bot)"
                                                        "  AS suppressed,"
                                                        " (SELECT count(*) FROM signals s WHERE "
                                                        "s.run=b.run AND s.bot=b.bot AND s.outcome "
                                                        "IS NOT NULL)"
                                                        "  AS closed,"
                                                        " (SELECT count(*) FROM signals s WHERE "
                                                        "s.run=b.run AND s.bot=b.bot"
                                                        "  AND s.outcome IN "
                                                        "('TP1','TP2','BREAK_EVEN')) AS wins,"
                                                        " (SELECT round(avg(s.outcome IN "
                                                        "('TP1','TP2','BREAK_EVEN')),4) FROM "
                                                        "signals s"
                                                        "  WHERE s.run=b.run AND s.bot=b.bot AND "
                                                        "s.outcome IS NOT NULL) AS win_rate,"
                                                        " (SELECT round(avg(s.pnl_r),4) FROM "
                                                        "signals s WHERE s.run=b.run AND "
                                                        "s.bot=b.bot)"
                                                        "  AS expectancy_r,"
                                                        " (SELECT count(*) FROM orders o WHERE "
                                                        "o.run=b.run AND o.bot=b.bot AND "
                                                        "o.state<>'REJECTED')"
                                                        "  AS orders,"
                                                        " (SELECT count(*) FROM orders o WHERE "
                                                        "o.run=b.run AND o.bot=b.bot AND "
                                                        "o.state='REJECTED')"
                                                        "  AS rejected,"
                                                        " (SELECT count(*) FROM fills f WHERE "
                                                        "f.run=b.run AND f.bot=b.bot) AS fills,"
                                                        " (SELECT "
                                                        "round(coalesce(sum(CAST(f.realised_pnl AS "
                                                        "REAL)),0),8) FROM fills f"
                                                        "  WHERE f.run=b.run AND f.bot=b.bot) AS "
                                                        "realised_pnl "
                                                        "FROM (SELECT run, bot FROM signals UNION "
                                                        "SELECT run, bot FROM orders"
                                                        " UNION SELECT run, bot FROM "
                                                        "signal_suppressed) b;"
                                                        "CREATE VIEW v_daily_pnl AS "
                                                        "SELECT run, "
                                                        "strftime('%Y-%m-%d',ts_ns/"
                                                        "1000000000,'unixepoch') AS day, bot,"
                                                        " count(*) AS fills, "
                                                        "round(coalesce(sum(CAST(realised_pnl AS "
                                                        "REAL)),0),8) AS realised_pnl,"
                                                        " round(sum(CAST(fee AS REAL)),8) AS fees "
                                                        "FROM fills GROUP BY run, day, bot;"
                                                        "CREATE VIEW audit_logs AS "
                                                        "SELECT id, " TIME_TEXT(
                                                            "ts_ns") " AS created_at, actor AS "
                                                                     "user, action, entity,"
                                                                     " before AS old_value, after "
                                                                     "AS new_value, event, "
                                                                     "prev_hash, hash FROM "
                                                                     "actions;";

static const char *const ledger_steps[] = { ledger_1, ledger_2 };

const struct schema schema_ledger = {
    .name = "ledger",
    .application_id = 0x626f7468,
    .synchronous = "FULL",
    .steps = ledger_steps,
    .step_count = ARRAY_SIZE(ledger_steps),
};

/* ---- telemetry ---- */

static const char telemetry_1[] =
    "CREATE TABLE feed_changes("
    " id INTEGER PRIMARY KEY, run INTEGER NOT NULL, session INTEGER NOT NULL, n INTEGER NOT NULL,"
    " ts_ns INTEGER NOT NULL, venue TEXT NOT NULL, symbol TEXT NOT NULL, state TEXT NOT NULL,"
    " previous TEXT NOT NULL, gaps INTEGER NOT NULL, reason TEXT NOT NULL);"
    "CREATE INDEX feed_changes_symbol ON feed_changes(run, symbol, ts_ns);"
    "CREATE TABLE bot_history("
    " id INTEGER PRIMARY KEY, run INTEGER NOT NULL, session INTEGER NOT NULL, n INTEGER NOT NULL,"
    " ts_ns INTEGER NOT NULL, bot TEXT NOT NULL, status INTEGER NOT NULL,"
    " generation INTEGER NOT NULL, signals INTEGER NOT NULL, suppressed INTEGER NOT NULL,"
    " orders INTEGER NOT NULL, fills INTEGER NOT NULL, errors INTEGER NOT NULL,"
    " restarts INTEGER NOT NULL, last_signal_ns INTEGER NOT NULL, cause TEXT NOT NULL);"
    "CREATE INDEX bot_history_bot ON bot_history(run, bot, ts_ns);";

static const char *const telemetry_steps[] = { telemetry_1 };

const struct schema schema_telemetry = {
    .name = "telemetry",
    .application_id = 0x626f7474,
    .synchronous = "NORMAL",
    .steps = telemetry_steps,
    .step_count = ARRAY_SIZE(telemetry_steps),
};
