/*
 * The store's thread: takes what is queued, commits it, says so. A batch goes through phases:
 * ledger, telemetry, audit. A failure keeps batch and phase, and is tried again with back-off, so
 * that nothing is written twice and nothing is lost. Durable is announced after the ledger.
 */
#include "store/internal.h"

#include "base/clean.h"
#include "store/schema.h"

#include <bothy/time.h>

#include <stdio.h>
#include <string.h>

#define IDLE_CHECKPOINT_NS (2 * BOTHY_NS_PER_S)
#define BACKOFF_FIRST_NS   (50 * BOTHY_NS_PER_MS)
#define BACKOFF_LAST_NS    (5 * BOTHY_NS_PER_S)

/* ---- the ledger ---- */

static void roll_back(sqlite3 *db)
{
    if (!sqlite3_get_autocommit(db))
        sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
}

static int write_item(struct store *store, struct store_item *item, uint64_t committed)
{
    if (item->call)
        return writer_next_generation(&store->writer, item->call->worker, &item->call->generation);
    if (item->record.n > store->batch_n)
        store->batch_n = item->record.n;
    /* A commit that failed and was durable nevertheless is not written again. */
    if (item->record.n <= committed || record_is_telemetry(&item->record))
        return SQLITE_OK;
    return writer_record(&store->writer, &item->record);
}

static int32_t commit_ledger(struct store *store, struct bothy_error *error)
{
    char doing[160] = "cannot commit";
    uint64_t committed = 0;
    int32_t result = 0;
    int r;

    audit_lines_clear(&store->writer.audit);
    store->batch_n = 0;
    r = sqlite3_exec(store->ledger, "BEGIN IMMEDIATE", NULL, NULL, NULL);
    if (r == SQLITE_OK)
        r = writer_last_n(&store->writer, &committed);
    if (r == SQLITE_OK && store->audit_done > 0)
        r = writer_audit_written(&store->writer, store->audit_done);
    for (struct store_item *item = store->batch.first; item && r == SQLITE_OK; item = item->next) {
        r = write_item(store, item, committed);
        if (r != SQLITE_OK && !item->call)
            snprintf(doing, sizeof doing, "cannot write record %llu (type %u, bot %.*s)",
                     (unsigned long long)item->record.n, item->record.type,
                     (int)sizeof item->record.bot, item->record.bot);
    }
    if (r == SQLITE_OK && store->batch_n > committed)
        r = writer_set_last_n(&store->writer, store->batch_n);
    if (r == SQLITE_OK)
        r = sqlite3_exec(store->ledger, "COMMIT", NULL, NULL, NULL);
    if (r != SQLITE_OK)
        result = schema_fail(store->ledger, store->ledger_path, doing, error);
    roll_back(store->ledger);
    if (result == 0)
        store->audit_done = 0;
    return result;
}

/* ---- the rest of a batch ---- */

static int32_t commit_telemetry(struct store *store, struct bothy_error *error)
{
    int32_t result = 0;
    int begun = 0;
    int r = SQLITE_OK;

    for (struct store_item *item = store->batch.first; item && r == SQLITE_OK; item = item->next) {
        if (item->call || !record_is_telemetry(&item->record))
            continue;
        if (!begun)
            r = sqlite3_exec(store->telemetry, "BEGIN IMMEDIATE", NULL, NULL, NULL);
        begun = 1;
        if (r == SQLITE_OK)
            r = telemetry_writer_record(&store->telemetry_writer, &item->record);
    }
    if (r == SQLITE_OK && begun)
        r = sqlite3_exec(store->telemetry, "COMMIT", NULL, NULL, NULL);
    if (r != SQLITE_OK)
        result = schema_fail(store->telemetry, store->telemetry_path, "cannot commit", error);
    roll_back(store->telemetry);
    return result;
}

/* Rows of one day that stand in the file already, from the first on, are skipped. */
static int32_t skip_written(struct store *store, struct audit_line **first,
                            struct bothy_error *error)
{
    _cleanup_free_ const char **lines = NULL;
    size_t count = 0, found = 0;
    int32_t r;

    for (struct audit_line *line = *first; line; line = line->next)
        count += line->ts_ns / BOTHY_NS_PER_DAY == (*first)->ts_ns / BOTHY_NS_PER_DAY;
    lines = malloc(count * sizeof *lines);
    if (!lines)
        return bothy_fail(error, BOTHY_ENOMEM, "no memory for the audit");
    count = 0;
    for (struct audit_line *line = *first;
         line && line->ts_ns / BOTHY_NS_PER_DAY == (*first)->ts_ns / BOTHY_NS_PER_DAY;
         line = line->next)
        lines[count++] = line->text;
    r = audit_find_tail(store->audit, (*first)->ts_ns, lines, count, &found, error);
    for (; r == 0 && found > 0; found--) {
        store->audit_done = (*first)->outbox_id;
        *first = (*first)->next;
    }
    return r;
}

/* In order. What was appended is taken off the list, so that a retry goes on behind it. */
static int32_t append_audit(struct store *store, struct bothy_error *error)
{
    struct audit_lines *lines = &store->writer.audit;
    int64_t looked_day = INT64_MIN;

    while (lines->first) {
        struct audit_line *line = lines->first;
        int64_t day = line->ts_ns / BOTHY_NS_PER_DAY;
        int32_t r;

        if (store->audit_doubt && day != looked_day) {
            struct audit_line *from = line;

            looked_day = day;
            r = skip_written(store, &from, error);
            if (r < 0)
                return r;
            while (lines->first != from) {
                line = lines->first;
                lines->first = line->next;
                free(line);
            }
            continue;
        }
        r = audit_append(store->audit, line->ts_ns, line->text, line->length, error);
        if (r < 0) {
            store->audit_doubt = 1;
            return r;
        }
        store->audit_done = line->outbox_id;
        lines->first = line->next;
        free(line);
    }
    lines->last = NULL;
    store->audit_doubt = 0;
    return 0;
}

int32_t store_audit_recover(struct store *store, struct bothy_error *error)
{
    struct audit_lines *lines = &store->writer.audit;
    sqlite3_stmt *statement = NULL;
    int32_t r = 0;
    int step;

    if (sqlite3_prepare_v2(store->ledger, "SELECT id, ts_ns, line FROM audit_outbox ORDER BY id",
                           -1, &statement, NULL) != SQLITE_OK)
        return schema_fail(store->ledger, store->ledger_path, "cannot read the audit", error);
    while ((step = sqlite3_step(statement)) == SQLITE_ROW) {
        size_t length = (size_t)sqlite3_column_bytes(statement, 2);
        const void *text = sqlite3_column_text(statement, 2);
        struct audit_line *line = malloc(sizeof *line + length + 1);

        if (!line || !text) {
            free(line);
            break;
        }
        line->next = NULL;
        line->outbox_id = sqlite3_column_int64(statement, 0);
        line->ts_ns = sqlite3_column_int64(statement, 1);
        line->length = length;
        memcpy(line->text, text, length + 1);
        if (lines->last)
            lines->last->next = line;
        else
            lines->first = line;
        lines->last = line;
    }
    if (step != SQLITE_DONE)
        r = schema_fail(store->ledger, store->ledger_path, "cannot read the audit", error);
    sqlite3_finalize(statement);
    store->audit_doubt = 1;
    return r < 0 ? r : append_audit(store, error);
}

/* ---- the thread ---- */

static void announce(struct store *store)
{
    uint64_t one = 1;

    pthread_cond_broadcast(&store->done);
    if (write(store->event_fd, &one, sizeof one) < 0) {
        /* Full: it is readable already. */
    }
}

static void announce_durable(struct store *store)
{
    pthread_mutex_lock(&store->mutex);
    if (store->batch_n > store->durable)
        store->durable = store->batch_n;
    for (struct store_item *item = store->batch.first; item; item = item->next) {
        if (item->call)
            item->call->done = 1;
    }
    announce(store);
    pthread_mutex_unlock(&store->mutex);
}

static int32_t commit_batch(struct store *store, struct bothy_error *error)
{
    int32_t r = 0;

    if (store->phase == PHASE_LEDGER) {
        r = commit_ledger(store, error);
        if (r < 0)
            return r;
        store->wal_dirty = 1;
        store->phase = PHASE_TELEMETRY;
        announce_durable(store);
    }
    if (store->phase == PHASE_TELEMETRY) {
        r = commit_telemetry(store, error);
        if (r < 0)
            return r;
        store->phase = PHASE_AUDIT;
    }
    r = append_audit(store, error);
    if (r == 0)
        store->phase = PHASE_DONE;
    return r;
}

static void splice(struct store *store)
{
    if (!store->incoming.first)
        return;
    if (store->batch.last)
        store->batch.last->next = store->incoming.first;
    else
        store->batch.first = store->incoming.first;
    store->batch.last = store->incoming.last;
    store->incoming.first = store->incoming.last = NULL;
}

static void free_batch(struct store *store)
{
    struct store_item *next;

    for (struct store_item *item = store->batch.first; item; item = next) {
        next = item->next;
        store->queued_bytes -= item->bytes;
        store->queued_records--;
        if (item->call && --item->call->references == 0)
            free(item->call);
        free(item);
    }
    store->batch.first = store->batch.last = NULL;
    store->phase = PHASE_LEDGER;
}

static void set_state(struct store *store, int ok, const char *reason)
{
    int changed = store->ok != ok || strcmp(store->reason, reason) != 0;

    store->ok = ok;
    snprintf(store->reason, sizeof store->reason, "%s", reason);
    if (changed)
        announce(store);
}

/* Waits for work. While nothing is to do, the log is worked into the database. */
static void wait_for_work(struct store *store)
{
    int64_t idle_at_ns = store_clock_ns() + IDLE_CHECKPOINT_NS;

    while (!store->incoming.first && !store->batch.first && !store->closing) {
        if (!store->wal_dirty) {
            pthread_cond_wait(&store->work, &store->mutex);
        } else if (store_clock_ns() < idle_at_ns) {
            store_cond_wait(&store->work, &store->mutex, idle_at_ns);
        } else {
            pthread_mutex_unlock(&store->mutex);
            sqlite3_wal_checkpoint_v2(store->ledger, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
            sqlite3_wal_checkpoint_v2(store->telemetry, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL,
                                      NULL);
            store->wal_dirty = 0;
            pthread_mutex_lock(&store->mutex);
        }
    }
}

/* Returns 0 when there is no time for another try. Closing cuts the wait short, once. */
static int back_off(struct store *store, int64_t *backoff_ns)
{
    int was_closing = store->closing;
    int64_t now_ns = store_clock_ns();
    int64_t until_ns = now_ns + (was_closing ? BACKOFF_FIRST_NS : *backoff_ns);

    if (was_closing && until_ns >= store->give_up_ns)
        return 0;
    if (*backoff_ns < BACKOFF_LAST_NS)
        *backoff_ns *= 2;
    while (store_clock_ns() < until_ns && store->closing == was_closing)
        store_cond_wait(&store->work, &store->mutex, until_ns);
    return 1;
}

void *store_thread(void *argument)
{
    int64_t backoff_ns = BACKOFF_FIRST_NS;
    struct store *store = argument;

    pthread_mutex_lock(&store->mutex);
    for (;;) {
        struct bothy_error error = { 0 };
        int32_t r;

        wait_for_work(store);
        if (store->phase == PHASE_LEDGER)
            splice(store);
        if (!store->batch.first)
            break;
        pthread_mutex_unlock(&store->mutex);
        r = commit_batch(store, &error);
        pthread_mutex_lock(&store->mutex);
        if (r == 0) {
            free_batch(store);
            set_state(store, 1, "");
            backoff_ns = BACKOFF_FIRST_NS;
            continue;
        }
        set_state(store, 0, error.text);
        if (!back_off(store, &backoff_ns))
            break;
    }
    store->exited = 1;
    pthread_cond_broadcast(&store->done);
    pthread_mutex_unlock(&store->mutex);
    return NULL;
}
