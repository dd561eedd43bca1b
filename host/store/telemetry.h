/*
 * telemetry.db: what is good to know and not needed to be right: feeds and bots over time.
 */
#ifndef BOTHY_STORE_TELEMETRY_H
#define BOTHY_STORE_TELEMETRY_H

#include "core/record.h"

#include <sqlite3.h>

struct telemetry_writer {
    int64_t run;
    int64_t session;
    sqlite3_stmt *feed;
    sqlite3_stmt *bot;
};

/* The connection is [borrowed] until telemetry_writer_close. Return SQLite's codes. */
int telemetry_writer_open(struct telemetry_writer *writer, sqlite3 *db, int64_t run,
                          int64_t session);
void telemetry_writer_close(struct telemetry_writer *writer);
int telemetry_writer_record(struct telemetry_writer *writer, const struct record *record);

#endif
