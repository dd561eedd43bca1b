/*
 * What a run knows of a bot when it goes on: counters, the newest signal on each symbol, and
 * whether somebody paused it. Everything is counted from the rows that happened, so that it is
 * right after a kill, too.
 */
#include "store/internal.h"
#include "store/schema.h"

#include <string.h>

/* ?1 run  ?2 bot */
static const char counters[] =
    "SELECT count(*), coalesce(sum(pnl_pct>0),0), coalesce(sum(pnl_pct<=0),0),"
    " coalesce(max(ts_ns),0),"
    " (SELECT coalesce(sum(count),0) FROM signal_suppressed WHERE run=?1 AND bot=?2),"
    " (SELECT count(*) FROM orders WHERE run=?1 AND bot=?2 AND state<>'REJECTED'),"
    " (SELECT count(*) FROM orders WHERE run=?1 AND bot=?2 AND state='REJECTED'),"
    " (SELECT count(*) FROM fills WHERE run=?1 AND bot=?2),"
    " coalesce((SELECT action='bot.pause' FROM actions WHERE run=?1 AND entity=?2"
    "  AND action IN ('bot.pause','bot.resume') ORDER BY id DESC LIMIT 1),0)"
    " FROM signals WHERE run=?1 AND bot=?2";

static const char newest[] = "SELECT venue, symbol, max(ts_ns) FROM signals WHERE run=?1 AND bot=?2"
                             " GROUP BY venue, symbol";

static int begin(struct store *store, const char *sql, const char *bot, sqlite3_stmt **ret)
{
    int r = sqlite3_prepare_v2(store->reader, sql, -1, ret, NULL);

    if (r == SQLITE_OK) {
        sqlite3_bind_int64(*ret, 1, store->run);
        sqlite3_bind_text(*ret, 2, bot, -1, SQLITE_STATIC);
    }
    return r;
}

static int read_counters(struct store *store, const char *bot, struct store_bot_past *past)
{
    sqlite3_stmt *s = NULL;
    int r = begin(store, counters, bot, &s);

    if (r == SQLITE_OK && (r = sqlite3_step(s)) == SQLITE_ROW) {
        past->signals = (uint64_t)sqlite3_column_int64(s, 0);
        past->wins = (uint64_t)sqlite3_column_int64(s, 1);
        past->losses = (uint64_t)sqlite3_column_int64(s, 2);
        past->last_signal_ns = sqlite3_column_int64(s, 3);
        past->suppressed = (uint64_t)sqlite3_column_int64(s, 4);
        past->orders = (uint64_t)sqlite3_column_int64(s, 5);
        past->refused = (uint64_t)sqlite3_column_int64(s, 6);
        past->fills = (uint64_t)sqlite3_column_int64(s, 7);
        past->paused = sqlite3_column_int(s, 8);
    }
    sqlite3_finalize(s);
    return r == SQLITE_ROW ? SQLITE_OK : r;
}

static int read_newest(struct store *store, const char *bot, store_each_signal *each, void *context)
{
    sqlite3_stmt *s = NULL;
    int r = begin(store, newest, bot, &s);

    while (r == SQLITE_OK && (r = sqlite3_step(s)) == SQLITE_ROW) {
        const char *venue = (const char *)sqlite3_column_text(s, 0);
        const char *symbol = (const char *)sqlite3_column_text(s, 1);

        if (venue && symbol)
            each(context, venue, symbol, sqlite3_column_int64(s, 2));
        r = SQLITE_OK;
    }
    sqlite3_finalize(s);
    return r == SQLITE_DONE ? SQLITE_OK : r;
}

int32_t store_bot_past(struct store *store, const char *bot, struct store_bot_past *ret_past,
                       store_each_signal *each, void *context, struct bothy_error *error)
{
    struct store_bot_past past;

    memset(&past, 0, sizeof past);
    if (read_counters(store, bot, &past) != SQLITE_OK ||
        read_newest(store, bot, each, context) != SQLITE_OK)
        return schema_fail(store->reader, store->ledger_path, "cannot read", error);
    *ret_past = past;
    return 0;
}
