/*
 * The databases' shape: opening, upgrading and checking a file. `PRAGMA user_version` counts the
 * steps that a file has taken; a step is one transaction, and steps are never changed once
 * released, only added. Files of a newer bothy are refused, not guessed at.
 */
#ifndef BOTHY_STORE_SCHEMA_H
#define BOTHY_STORE_SCHEMA_H

#include <bothy/base.h>

#include <sqlite3.h>

struct schema {
    const char *name;         /* for people: "ledger" */
    int32_t application_id;   /* of the file's header, so that another file is not taken for it */
    const char *synchronous;  /* "FULL" or "NORMAL" */
    const char *const *steps; /* SQL, from version 0 on */
    uint32_t step_count;
};

extern const struct schema schema_ledger;
extern const struct schema schema_telemetry;

/*
 * Effect: opens `path` for writing, made 0600 if need be, and takes its steps.
 * Errors: BOTHY_EIO, BOTHY_ECORRUPT, BOTHY_ENOTSUP, BOTHY_EPERM; `where` is the file.
 */
int32_t schema_open(const struct schema *schema, const char *path, sqlite3 **ret_db,
                    struct bothy_error *error);
/* Effect: opens an existing file for reading only. */
int32_t schema_open_reader(const char *path, sqlite3 **ret_db, struct bothy_error *error);
/* Effect: asks SQLite whether the file is whole. Errors: BOTHY_ECORRUPT. */
int32_t schema_quick_check(sqlite3 *db, const char *path, struct bothy_error *error);
/* Effect: fills error with SQLite's reason on this file and the remedy. Returns its BOTHY_E*. */
int32_t schema_fail(sqlite3 *db, const char *path, const char *doing, struct bothy_error *error);

#endif
