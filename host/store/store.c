/*
 * The store's face to the core: opening, the queue, waiting, closing. The thread that commits is
 * in commit.c, the rows are in write.c.
 */
#include "store/internal.h"

#include "base/clean.h"
#include "store/schema.h"

#include <bothy/random.h>
#include <bothy/time.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>

static int64_t clock_ns(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return now.tv_sec * BOTHY_NS_PER_S + now.tv_nsec;
}

int64_t store_clock_ns(void)
{
    return clock_ns(CLOCK_MONOTONIC);
}

void store_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex, int64_t deadline_ns)
{
    struct timespec until = { .tv_sec = (time_t)(deadline_ns / BOTHY_NS_PER_S),
                              .tv_nsec = (long)(deadline_ns % BOTHY_NS_PER_S) };

    pthread_cond_timedwait(cond, mutex, &until);
}

/* ---- opening ---- */

static int32_t make_directory(struct store *store, const char *path, struct bothy_error *error)
{
    if (mkdir(path, 0700) == 0 || errno == EEXIST)
        store->lock_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (store->lock_fd >= 0 && flock(store->lock_fd, LOCK_EX | LOCK_NB) == 0)
        return 0;
    if (error)
        snprintf(error->where, sizeof error->where, "%s", path);
    if (store->lock_fd >= 0 && errno == EWOULDBLOCK)
        return bothy_fail(error, BOTHY_EEXIST,
                          "%s: another bothyd uses this state; stop it, or give this one a "
                          "directory of its own",
                          path);
    return bothy_fail(error, BOTHY_EIO, "%s: cannot use the folder: %s; make it, for bothy's user",
                      path, strerror(errno));
}

static int32_t number_of(struct store *store, const char *sql, int64_t a, int64_t b,
                         const char *text, int64_t *ret_value, struct bothy_error *error)
{
    sqlite3_stmt *statement = NULL;
    int32_t result = 0;
    int r = sqlite3_prepare_v2(store->ledger, sql, -1, &statement, NULL);

    if (r == SQLITE_OK) {
        sqlite3_bind_int64(statement, 1, a);
        sqlite3_bind_int64(statement, 2, b);
        sqlite3_bind_text(statement, 3, text, -1, SQLITE_STATIC);
        r = sqlite3_step(statement);
        if (r == SQLITE_ROW && ret_value) {
            *ret_value = sqlite3_column_int64(statement, 0);
            r = sqlite3_step(statement);
        }
    }
    if (r != SQLITE_DONE && r != SQLITE_ROW)
        result = schema_fail(store->ledger, store->ledger_path, "cannot begin a session", error);
    sqlite3_finalize(statement);
    return result;
}

/* The epoch of the ledger, made with it. */
static int32_t ledger_epoch(struct store *store, uint64_t *ret_epoch, struct bothy_error *error)
{
    int64_t epoch = 0;
    int32_t r;

    while (epoch == 0) {
        if (getrandom(&epoch, sizeof epoch, 0) != sizeof epoch)
            return bothy_fail(error, BOTHY_EIO, "no random numbers: %s", strerror(errno));
    }
    r = number_of(store, "INSERT OR IGNORE INTO meta(key, value) VALUES('epoch', ?1)", epoch, 0,
                  NULL, NULL, error);
    if (r == 0)
        r = number_of(store, "SELECT CAST(value AS INTEGER) FROM meta WHERE key='epoch'", 0, 0,
                      NULL, &epoch, error);
    if (r == 0)
        *ret_epoch = (uint64_t)epoch;
    return r;
}

/*
 * The epoch that goes into client order ids. In virtual time it comes from the seed alone: the
 * same run gives the same ids. In real time it is another for each session of the ledger, because
 * numbers of orders begin anew with a session and no id may ever come twice.
 */
static void derive_epoch(struct store *store, const struct store_conf *conf, uint64_t epoch)
{
    char name[48];

    if (conf->virtual_time) {
        store->epoch = bothy_random_derive(conf->seed, "epoch");
    } else {
        snprintf(name, sizeof name, "session:%lld", (long long)store->session);
        store->epoch = bothy_random_derive(conf->seed ? conf->seed : epoch, name);
    }
    if (store->epoch == 0)
        store->epoch = 1;
}

static int32_t begin_session(struct store *store, const struct store_conf *conf,
                             struct bothy_error *error)
{
    const char *version = conf->version ? conf->version : "";
    int64_t now_ns = clock_ns(CLOCK_REALTIME);
    uint64_t epoch = 0;
    int32_t r;

    if (sqlite3_exec(store->ledger, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK)
        return schema_fail(store->ledger, store->ledger_path, "cannot begin a session", error);
    r = ledger_epoch(store, &epoch, error);
    if (r == 0 && !conf->virtual_time)
        r = number_of(store, "SELECT coalesce(max(id),0) FROM runs WHERE virtual=0", 0, 0, NULL,
                      &store->run, error);
    if (r == 0 && store->run == 0)
        r = number_of(store,
                      conf->virtual_time ? "INSERT INTO runs(started, virtual, seed, version)"
                                           " VALUES(?1, 1, ?2, ?3) RETURNING id"
                                         : "INSERT INTO runs(started, virtual, seed, version)"
                                           " VALUES(?1, 0, ?2, ?3) RETURNING id",
                      now_ns, (int64_t)conf->seed, version, &store->run, error);
    if (r == 0)
        r = number_of(store,
                      "INSERT INTO sessions(started, run, version) VALUES(?1, ?2, ?3) RETURNING id",
                      now_ns, store->run, version, &store->session, error);
    if (r == 0 && sqlite3_exec(store->ledger, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
        r = schema_fail(store->ledger, store->ledger_path, "cannot begin a session", error);
    if (!sqlite3_get_autocommit(store->ledger))
        sqlite3_exec(store->ledger, "ROLLBACK", NULL, NULL, NULL);
    derive_epoch(store, conf, epoch);
    return r;
}

/* A session without an end was killed: trust, but look. */
static int32_t check_if_unclean(struct store *store, struct bothy_error *error)
{
    int64_t unclean = 0;
    int32_t r = number_of(store, "SELECT count(*) FROM sessions WHERE ended IS NULL", 0, 0, NULL,
                          &unclean, error);

    if (r < 0 || unclean == 0)
        return r;
    r = schema_quick_check(store->ledger, store->ledger_path, error);
    if (r == 0)
        r = schema_quick_check(store->telemetry, store->telemetry_path, error);
    if (r == 0)
        r = number_of(store, "UPDATE sessions SET ended=started WHERE ended IS NULL", 0, 0, NULL,
                      NULL, error);
    return r;
}

static int32_t open_files(struct store *store, const struct store_conf *conf,
                          struct bothy_error *error)
{
    int32_t r = make_directory(store, conf->directory, error);

    if (r == 0)
        r = schema_open(&schema_ledger, store->ledger_path, &store->ledger, error);
    if (r == 0)
        r = schema_open(&schema_telemetry, store->telemetry_path, &store->telemetry, error);
    if (r == 0)
        r = check_if_unclean(store, error);
    if (r == 0)
        r = begin_session(store, conf, error);
    if (r == 0 &&
        writer_open(&store->writer, store->ledger, store->run, store->session) != SQLITE_OK)
        r = schema_fail(store->ledger, store->ledger_path, "its tables are not bothy's", error);
    if (r == 0 && telemetry_writer_open(&store->telemetry_writer, store->telemetry, store->run,
                                        store->session) != SQLITE_OK)
        r = schema_fail(store->telemetry, store->telemetry_path, "its tables are not bothy's",
                        error);
    if (r == 0)
        r = schema_open_reader(store->ledger_path, &store->reader, error);
    if (r == 0)
        r = schema_open_reader(store->telemetry_path, &store->telemetry_reader, error);
    if (r == 0)
        r = audit_open(conf->audit_directory, conf->audit_fsync_row, &store->audit, error);
    if (r == 0)
        r = store_audit_recover(store, error);
    return r;
}

static int32_t start_thread(struct store *store, struct bothy_error *error)
{
    sigset_t all, before;
    int r;

    store->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (store->event_fd < 0)
        return bothy_fail(error, BOTHY_EIO, "no eventfd for the store: %s", strerror(errno));
    /* Signals are the main thread's business. */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    r = pthread_create(&store->thread, NULL, store_thread, store);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (r != 0)
        return bothy_fail(error, BOTHY_EIO, "no thread for the store: %s", strerror(r));
    store->has_thread = 1;
    return 0;
}

static void destroy(struct store *store)
{
    struct store_item *next;

    writer_close(&store->writer);
    telemetry_writer_close(&store->telemetry_writer);
    sqlite3_close(store->reader);
    sqlite3_close(store->telemetry_reader);
    sqlite3_close(store->ledger);
    sqlite3_close(store->telemetry);
    audit_close(store->audit);
    if (store->batch.last)
        store->batch.last->next = store->incoming.first;
    else
        store->batch.first = store->incoming.first;
    for (struct store_item *item = store->batch.first; item; item = next) {
        next = item->next;
        if (item->call && --item->call->references == 0)
            free(item->call);
        free(item);
    }
    if (store->event_fd >= 0)
        close(store->event_fd);
    if (store->lock_fd >= 0)
        close(store->lock_fd);
    pthread_mutex_destroy(&store->mutex);
    pthread_cond_destroy(&store->work);
    pthread_cond_destroy(&store->done);
    free(store->ledger_path);
    free(store->telemetry_path);
    free(store);
}

static struct store *allocate(const char *directory)
{
    struct store *store = calloc(1, sizeof *store);
    pthread_condattr_t attributes;

    if (!store)
        return NULL;
    store->lock_fd = store->event_fd = -1;
    store->ok = 1;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_mutex_init(&store->mutex, NULL);
    pthread_cond_init(&store->work, &attributes);
    pthread_cond_init(&store->done, &attributes);
    pthread_condattr_destroy(&attributes);
    if (asprintf(&store->ledger_path, "%s/ledger.db", directory) < 0)
        store->ledger_path = NULL;
    if (asprintf(&store->telemetry_path, "%s/telemetry.db", directory) < 0)
        store->telemetry_path = NULL;
    if (!store->ledger_path || !store->telemetry_path) {
        destroy(store);
        return NULL;
    }
    return store;
}

int32_t store_open(const struct store_conf *conf, struct store **ret_store,
                   struct bothy_error *error)
{
    struct store *store;
    int32_t r;

    if (!conf->directory || !conf->audit_directory)
        return bothy_fail(error, BOTHY_EINVAL, "the store needs a state and an audit directory");
    store = allocate(conf->directory);
    if (!store)
        return bothy_fail(error, BOTHY_ENOMEM, "no memory for the store");
    r = open_files(store, conf, error);
    if (r == 0)
        r = start_thread(store, error);
    if (r < 0) {
        destroy(store);
        return r;
    }
    *ret_store = store;
    return 0;
}

/* ---- closing ---- */

static void end_session(struct store *store)
{
    struct bothy_error error;
    int64_t now_ns = clock_ns(CLOCK_REALTIME);

    if (store->audit_done > 0)
        writer_audit_written(&store->writer, store->audit_done);
    number_of(store,
              "UPDATE runs SET ended=?1 WHERE virtual=1 AND id=(SELECT run FROM sessions"
              " WHERE id=?2)",
              now_ns, store->session, NULL, NULL, &error);
    number_of(store, "UPDATE sessions SET ended=?1 WHERE id=?2", now_ns, store->session, NULL, NULL,
              &error);
}

void store_close(struct store *store, int32_t timeout_ms)
{
    int64_t deadline_ns = store_clock_ns() + timeout_ms * BOTHY_NS_PER_MS;
    int clean;

    if (!store)
        return;
    pthread_mutex_lock(&store->mutex);
    store->closing = 1;
    /* The last try begins so early that it, too, ends in time. */
    store->give_up_ns = store_clock_ns() + timeout_ms * BOTHY_NS_PER_MS / 2;
    pthread_cond_signal(&store->work);
    while (!store->exited && store_clock_ns() < deadline_ns)
        store_cond_wait(&store->done, &store->mutex, deadline_ns);
    clean = store->exited && !store->batch.first;
    if (!store->exited) {
        /* Inside a system call that does not return: what it uses must outlive it. */
        pthread_mutex_unlock(&store->mutex);
        pthread_detach(store->thread);
        return;
    }
    pthread_mutex_unlock(&store->mutex);
    pthread_join(store->thread, NULL);
    if (clean)
        end_session(store);
    destroy(store);
}

/* ---- the queue ---- */

uint64_t store_epoch(const struct store *store)
{
    return store->epoch;
}

uint64_t store_run(const struct store *store)
{
    return (uint64_t)store->run;
}

static int32_t push(struct store *store, struct store_item *item)
{
    int32_t r = 0;

    pthread_mutex_lock(&store->mutex);
    if (store->queued_bytes + item->bytes > STORE_QUEUE_BYTES ||
        store->queued_records >= STORE_QUEUE_RECORDS || store->closing) {
        r = BOTHY_EAGAIN;
    } else {
        if (store->incoming.last)
            store->incoming.last->next = item;
        else
            store->incoming.first = item;
        store->incoming.last = item;
        store->queued_bytes += item->bytes;
        store->queued_records++;
        pthread_cond_signal(&store->work);
    }
    pthread_mutex_unlock(&store->mutex);
    return r;
}

int32_t store_put(struct store *store, const struct record *record)
{
    struct store_item *item;
    int32_t r = record_check(record);

    if (r < 0 || record->n <= store->last_put)
        return BOTHY_EINVAL;
    item = malloc(sizeof *item + record->size);
    if (!item)
        return BOTHY_EAGAIN;
    item->next = NULL;
    item->call = NULL;
    item->bytes = sizeof *item + record->size;
    memcpy(&item->record, record, sizeof *record + record->size);
    r = push(store, item);
    if (r < 0)
        free(item);
    else
        store->last_put = record->n;
    return r;
}

int store_fd(const struct store *store)
{
    return store->event_fd;
}

void store_poll(struct store *store, uint64_t *ret_durable, int *ret_ok, char *reason,
                size_t capacity)
{
    uint64_t count;

    if (read(store->event_fd, &count, sizeof count) < 0) {
        /* Nothing new: the state is told nevertheless. */
    }
    pthread_mutex_lock(&store->mutex);
    if (ret_durable)
        *ret_durable = store->durable;
    if (ret_ok)
        *ret_ok = store->ok;
    if (reason && capacity > 0)
        snprintf(reason, capacity, "%s", store->reason);
    pthread_mutex_unlock(&store->mutex);
}

/*
 * A store that has failed already is waited for to the end of the timeout: the caller knows, and
 * would turn in circles otherwise.
 */
int32_t store_wait(struct store *store, uint64_t n, int32_t timeout_ms)
{
    int64_t deadline_ns = store_clock_ns() + timeout_ms * BOTHY_NS_PER_MS;
    int32_t r = 0;
    int was_ok;

    pthread_mutex_lock(&store->mutex);
    was_ok = store->ok;
    while (store->durable < n && (store->ok || !was_ok) && store_clock_ns() < deadline_ns)
        store_cond_wait(&store->done, &store->mutex, deadline_ns);
    if (store->durable < n)
        r = store->ok ? BOTHY_ETIMEOUT : BOTHY_EIO;
    pthread_mutex_unlock(&store->mutex);
    return r;
}

int32_t store_next_generation(struct store *store, const char *worker, uint32_t *ret_generation)
{
    int64_t deadline_ns = store_clock_ns() + 5 * BOTHY_NS_PER_S;
    struct store_call *call;
    struct store_item *item;
    int32_t r;

    if (strlen(worker) >= sizeof call->worker)
        return BOTHY_EINVAL;
    call = calloc(1, sizeof *call);
    item = calloc(1, sizeof *item);
    if (!call || !item) {
        free(call);
        free(item);
        return BOTHY_ENOMEM;
    }
    snprintf(call->worker, sizeof call->worker, "%s", worker);
    call->references = 2;
    item->call = call;
    item->bytes = sizeof *item;
    r = push(store, item);
    if (r < 0) {
        free(call);
        free(item);
        return r;
    }
    pthread_mutex_lock(&store->mutex);
    while (!call->done && store_clock_ns() < deadline_ns)
        store_cond_wait(&store->done, &store->mutex, deadline_ns);
    r = call->done ? 0 : store->ok ? BOTHY_ETIMEOUT : BOTHY_EIO;
    if (r == 0)
        *ret_generation = call->generation;
    if (--call->references == 0)
        free(call);
    pthread_mutex_unlock(&store->mutex);
    return r;
}

/* ---- what a bot saved ---- */

static const struct record *newest_state(const struct store_list *list, const char *bot)
{
    const struct record *found = NULL;

    for (const struct store_item *item = list->first; item; item = item->next) {
        if (!item->call && item->record.type == RECORD_STATE &&
            strncmp(item->record.bot, bot, sizeof item->record.bot) == 0)
            found = &item->record;
    }
    return found;
}

static int32_t copy_state(const void *data, size_t length, void **ret_data, size_t *ret_length)
{
    void *copy;

    if (length == 0)
        return 0;
    copy = malloc(length);
    if (!copy)
        return BOTHY_ENOMEM;
    memcpy(copy, data, length);
    *ret_data = copy;
    *ret_length = length;
    return (int32_t)length;
}

int32_t store_state_get(struct store *store, const char *bot, void **ret_data, size_t *ret_length)
{
    const struct record *queued;
    sqlite3_stmt *statement = NULL;
    int32_t r = 0;
    int step;

    *ret_data = NULL;
    *ret_length = 0;
    pthread_mutex_lock(&store->mutex);
    queued = newest_state(&store->incoming, bot);
    if (!queued)
        queued = newest_state(&store->batch, bot);
    if (queued)
        r = copy_state(queued + 1, queued->size, ret_data, ret_length);
    pthread_mutex_unlock(&store->mutex);
    if (queued)
        return r;
    if (sqlite3_prepare_v2(store->reader, "SELECT data FROM bot_state WHERE run=?1 AND bot=?2", -1,
                           &statement, NULL) != SQLITE_OK)
        return BOTHY_EIO;
    sqlite3_bind_int64(statement, 1, store->run);
    sqlite3_bind_text(statement, 2, bot, -1, SQLITE_STATIC);
    step = sqlite3_step(statement);
    if (step == SQLITE_ROW)
        r = copy_state(sqlite3_column_blob(statement, 0),
                       (size_t)sqlite3_column_bytes(statement, 0), ret_data, ret_length);
    else if (step != SQLITE_DONE)
        r = BOTHY_EIO;
    sqlite3_finalize(statement);
    return r;
}
