/*
 * Opening, upgrading and checking the databases. The SQL itself stands in ddl.c. Nothing here
 * knows what the tables mean.
 */
#include "store/schema.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int32_t code_of(int sqlite_code)
{
    switch (sqlite_code & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return BOTHY_ECORRUPT;
    case SQLITE_NOMEM:
        return BOTHY_ENOMEM;
    default:
        return BOTHY_EIO;
    }
}

static const char *remedy_of(int sqlite_code)
{
    switch (sqlite_code & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return "stop bothyd, move it and its -wal aside, then bothyctl backup restore";
    case SQLITE_FULL:
        return "free space on its file system";
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
        return "give bothy's user the right to write the file and its folder";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return "another program holds it: close that one";
    default:
        return "look at the disk and the kernel's log";
    }
}

static void name_file(struct bothy_error *error, const char *path)
{
    if (error)
        snprintf(error->where, sizeof error->where, "%s", path);
}

int32_t schema_fail(sqlite3 *db, const char *path, const char *doing, struct bothy_error *error)
{
    int code = db ? sqlite3_extended_errcode(db) : SQLITE_NOMEM;

    name_file(error, path);
    return bothy_fail(error, code_of(code), "%s: %s: %s (%d); %s", path, doing,
                      db ? sqlite3_errmsg(db) : "no memory", code, remedy_of(code));
}

static int32_t get_number(sqlite3 *db, const char *sql, int64_t *ret_value)
{
    sqlite3_stmt *statement = NULL;
    int r = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);

    if (r == SQLITE_OK && sqlite3_step(statement) == SQLITE_ROW)
        *ret_value = sqlite3_column_int64(statement, 0);
    r = sqlite3_finalize(statement);
    return r == SQLITE_OK ? 0 : BOTHY_EIO;
}

/* All or nothing: a step that fails leaves the file as it was. */
static int32_t take_step(const struct schema *schema, sqlite3 *db, const char *path,
                         uint32_t version, struct bothy_error *error)
{
    char pragma[96];
    int32_t r;

    snprintf(pragma, sizeof pragma, "PRAGMA user_version=%u; PRAGMA application_id=%d; COMMIT;",
             version + 1, schema->application_id);
    if (sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK &&
        sqlite3_exec(db, schema->steps[version], NULL, NULL, NULL) == SQLITE_OK &&
        sqlite3_exec(db, pragma, NULL, NULL, NULL) == SQLITE_OK)
        return 0;
    snprintf(pragma, sizeof pragma, "cannot upgrade the %s from version %u", schema->name, version);
    r = schema_fail(db, path, pragma, error);
    if (!sqlite3_get_autocommit(db))
        sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    return r;
}

static int32_t upgrade(const struct schema *schema, sqlite3 *db, const char *path,
                       struct bothy_error *error)
{
    int64_t version = 0, application = 0, tables = 0;
    int32_t r = 0;

    if (get_number(db, "PRAGMA user_version", &version) < 0 ||
        get_number(db, "PRAGMA application_id", &application) < 0 ||
        get_number(db, "SELECT count(*) FROM sqlite_schema", &tables) < 0)
        return schema_fail(db, path, "cannot read it", error);
    name_file(error, path);
    if (tables > 0 && application != schema->application_id)
        return bothy_fail(error, BOTHY_EPERM,
                          "%s: this database is no %s of bothy; move it away or choose another "
                          "state directory",
                          path, schema->name);
    if (version > (int64_t)schema->step_count)
        return bothy_fail(error, BOTHY_ENOTSUP,
                          "%s: made by a newer bothy (%s version %lld, this one knows %u); upgrade "
                          "bothy, or restore a backup made by this version",
                          path, schema->name, (long long)version, schema->step_count);
    if (version < 0)
        return bothy_fail(error, BOTHY_ECORRUPT, "%s: version %lld is none; restore a backup", path,
                          (long long)version);
    for (uint32_t i = (uint32_t)version; r == 0 && i < schema->step_count; i++)
        r = take_step(schema, db, path, i, error);
    return r;
}

/* SQLite gives journals the rights of the database, so only the first file needs care. */
static int32_t touch(const char *path, struct bothy_error *error)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

    if (fd < 0) {
        name_file(error, path);
        return bothy_fail(error, BOTHY_EIO,
                          "%s: cannot open: %s; give bothy's user the right to write it", path,
                          strerror(errno));
    }
    close(fd);
    return 0;
}

int32_t schema_open(const struct schema *schema, const char *path, sqlite3 **ret_db,
                    struct bothy_error *error)
{
    sqlite3 *db = NULL;
    char pragmas[256];
    int32_t r = touch(path, error);

    if (r < 0)
        return r;
    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) !=
        SQLITE_OK) {
        r = schema_fail(db, path, "cannot open", error);
        sqlite3_close(db);
        return r;
    }
    sqlite3_extended_result_codes(db, 1);
    sqlite3_busy_timeout(db, 5000);
    snprintf(pragmas, sizeof pragmas,
             "PRAGMA journal_mode=WAL; PRAGMA synchronous=%s; PRAGMA foreign_keys=ON;"
             "PRAGMA temp_store=MEMORY; PRAGMA journal_size_limit=67108864;"
             "PRAGMA wal_autocheckpoint=4000;",
             schema->synchronous);
    if (sqlite3_exec(db, pragmas, NULL, NULL, NULL) != SQLITE_OK)
        r = schema_fail(db, path, "cannot open", error);
    else
        r = upgrade(schema, db, path, error);
    if (r < 0) {
        sqlite3_close(db);
        return r;
    }
    *ret_db = db;
    return 0;
}

int32_t schema_open_reader(const char *path, sqlite3 **ret_db, struct bothy_error *error)
{
    sqlite3 *db = NULL;

    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK) {
        int32_t r = schema_fail(db, path, "cannot open for reading", error);

        sqlite3_close(db);
        return r;
    }
    sqlite3_extended_result_codes(db, 1);
    sqlite3_busy_timeout(db, 2000);
    *ret_db = db;
    return 0;
}

int32_t schema_quick_check(sqlite3 *db, const char *path, struct bothy_error *error)
{
    sqlite3_stmt *statement = NULL;
    int32_t r = 0;

    if (sqlite3_prepare_v2(db, "PRAGMA quick_check(1)", -1, &statement, NULL) != SQLITE_OK ||
        sqlite3_step(statement) != SQLITE_ROW) {
        r = schema_fail(db, path, "cannot be checked", error);
    } else {
        const char *text = (const char *)sqlite3_column_text(statement, 0);

        if (!text || strcmp(text, "ok") != 0) {
            name_file(error, path);
            r = bothy_fail(error, BOTHY_ECORRUPT, "%s: damaged: %.80s; %s", path, text ? text : "?",
                           remedy_of(SQLITE_CORRUPT));
        }
    }
    sqlite3_finalize(statement);
    return r;
}
