/*
 * Records into rows: one prepared statement and one function per type. The caller begins and
 * commits; nothing here does. A writer keeps no state that a rollback would have to undo, but
 * its list of audit rows, which the caller clears.
 *
 * Functions return SQLite's result code, SQLITE_OK on success: the caller has the connection and
 * names file and reason from there.
 */
#ifndef BOTHY_STORE_WRITE_H
#define BOTHY_STORE_WRITE_H

#include "core/record.h"

#include <sqlite3.h>

struct audit_row;

#define WRITE_STATEMENT_MAX 24

/* Lines of the audit file that the transaction holds, in order. */
struct audit_line {
    struct audit_line *next;
    int64_t outbox_id;
    int64_t ts_ns;
    size_t length;
    char text[];
};

struct audit_lines {
    struct audit_line *first;
    struct audit_line *last;
};

void audit_lines_clear(struct audit_lines *lines);

struct writer {
    sqlite3 *db;
    int64_t run;
    int64_t session;
    sqlite3_stmt *statements[WRITE_STATEMENT_MAX];
    struct audit_lines audit;
};

/* Prepares all statements. The connection is [borrowed] until writer_close. */
int writer_open(struct writer *writer, sqlite3 *db, int64_t run, int64_t session);
void writer_close(struct writer *writer);

/* The body's length was checked by record_check(). Types of the telemetry are SQLITE_MISUSE. */
int writer_record(struct writer *writer, const struct record *record);
/* Effect: the last record committed since the opening; 0 none. */
int writer_last_n(struct writer *writer, uint64_t *ret_n);
int writer_set_last_n(struct writer *writer, uint64_t n);
/* Effect: adds a row to the outbox and to the list. */
int writer_audit(struct writer *writer, const struct audit_row *row);
/* Effect: rows of the outbox up to id stand in the file. */
int writer_audit_written(struct writer *writer, int64_t id);
int writer_next_generation(struct writer *writer, const char *worker, uint32_t *ret_generation);

/* 0 if the record's type is known and its body long enough. */
int record_check(const struct record *record);
/* 1 if the record belongs to telemetry.db. */
int record_is_telemetry(const struct record *record);

#endif
