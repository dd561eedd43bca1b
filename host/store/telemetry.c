/*
 * Rows of telemetry.db. The caller begins and commits.
 */
#include "store/telemetry.h"

#include "store/bind.h"

#include <string.h>

int telemetry_writer_open(struct telemetry_writer *writer, sqlite3 *db, int64_t run,
                          int64_t session)
{
    int r;

    memset(writer, 0, sizeof *writer);
    writer->run = run;
    writer->session = session;
    r = sqlite3_prepare_v3(db,
                           "INSERT INTO feed_changes(run, session, n, ts_ns, venue, symbol, state,"
                           " previous, gaps, reason) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10)",
                           -1, SQLITE_PREPARE_PERSISTENT, &writer->feed, NULL);
    if (r == SQLITE_OK)
        r = sqlite3_prepare_v3(db,
                               "INSERT INTO bot_history(run, session, n, ts_ns, bot, status,"
                               " generation, signals, suppressed, orders, fills, errors, restarts,"
                               " last_signal_ns, cause)"
                               " VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15)",
                               -1, SQLITE_PREPARE_PERSISTENT, &writer->bot, NULL);
    return r;
}

void telemetry_writer_close(struct telemetry_writer *writer)
{
    sqlite3_finalize(writer->feed);
    sqlite3_finalize(writer->bot);
    writer->feed = writer->bot = NULL;
}

static void bind_feed(sqlite3_stmt *s, const struct record *record)
{
    const struct bothy_feed_change *body = RECORD_BODY(record, struct bothy_feed_change);

    bind_array(s, 5, record->venue);
    bind_array(s, 6, record->symbol);
    bind_text(s, 7, bothy_feed_state_name(body->state));
    bind_text(s, 8, bothy_feed_state_name(body->previous));
    bind_u64(s, 9, body->gaps);
    bind_array(s, 10, body->reason);
}

static void bind_bot(sqlite3_stmt *s, const struct record *record)
{
    const struct record_bot *body = RECORD_BODY(record, struct record_bot);

    bind_array(s, 5, record->bot);
    sqlite3_bind_int64(s, 6, body->status);
    sqlite3_bind_int64(s, 7, body->generation);
    bind_u64(s, 8, body->signals);
    bind_u64(s, 9, body->suppressed);
    bind_u64(s, 10, body->orders);
    bind_u64(s, 11, body->fills);
    bind_u64(s, 12, body->errors);
    bind_u64(s, 13, body->restarts);
    sqlite3_bind_int64(s, 14, body->last_signal_ns);
    bind_array(s, 15, body->cause);
}

int telemetry_writer_record(struct telemetry_writer *writer, const struct record *record)
{
    sqlite3_stmt *s = record->type == RECORD_FEED ? writer->feed : writer->bot;
    int r;

    sqlite3_bind_int64(s, 1, writer->run);
    sqlite3_bind_int64(s, 2, writer->session);
    bind_u64(s, 3, record->n);
    sqlite3_bind_int64(s, 4, record->ts_ns);
    if (record->type == RECORD_FEED)
        bind_feed(s, record);
    else
        bind_bot(s, record);
    r = sqlite3_step(s);
    sqlite3_reset(s);
    sqlite3_clear_bindings(s);
    return r == SQLITE_DONE ? SQLITE_OK : r;
}
