/*
 * What the files of the store share. The core's thread owns `reader` and what stands before the
 * mutex; the store's thread owns the writers, the audit and the batch; the rest is guarded.
 *
 *     core ──put──▶ incoming ──(splice)──▶ batch ──commit──▶ ledger.db, telemetry.db, audit
 *          ◀── durable, ok, eventfd ────────────────────────────┘
 */
#ifndef BOTHY_STORE_INTERNAL_H
#define BOTHY_STORE_INTERNAL_H

#include "store/audit.h"
#include "store/store.h"
#include "store/telemetry.h"
#include "store/write.h"

#include <pthread.h>
#include <stdatomic.h>

#define STORE_QUEUE_BYTES   (64u << 20)
#define STORE_QUEUE_RECORDS (1u << 19)
#define STORE_REASON_MAX    256

/* A generation number that somebody waits for. Freed by whoever lets go last. */
struct store_call {
    char worker[64];
    uint32_t generation;
    int done;
    int references;
};

struct store_item {
    struct store_item *next;
    size_t bytes;
    struct store_call *call; /* NULL: a record follows */
    struct record record;
};

struct store_list {
    struct store_item *first;
    struct store_item *last;
};

/* How far the batch is: after a failure it goes on from here. */
enum { PHASE_LEDGER, PHASE_TELEMETRY, PHASE_AUDIT, PHASE_DONE };

struct store {
    char *ledger_path;
    char *telemetry_path;
    uint64_t epoch;
    int64_t run;
    int64_t session;
    int lock_fd; /* of the directory: one daemon at a time */
    int event_fd;
    sqlite3 *reader;
    sqlite3 *telemetry_reader;
    pthread_t thread;
    int has_thread;
    uint64_t last_put; /* records come in the order of their number */

    /* the store's thread */
    sqlite3 *ledger;
    sqlite3 *telemetry;
    struct writer writer;
    struct telemetry_writer telemetry_writer;
    struct audit *audit;
    int64_t audit_done; /* rows of the outbox up to here stand in the file */
    int audit_doubt;    /* the last append failed: look at the file first */
    int phase;
    uint64_t batch_n;
    int wal_dirty;

    pthread_mutex_t mutex;
    pthread_cond_t work; /* partner: the store's thread */
    pthread_cond_t done; /* partner: the core's, in store_wait and calls */
    struct store_list incoming;
    struct store_list batch; /* written by the store's thread only, under the mutex */
    size_t queued_bytes;
    size_t queued_records;
    uint64_t durable;
    int ok;
    char reason[STORE_REASON_MAX];
    int closing;
    int64_t give_up_ns;
    int exited;
};

int64_t store_clock_ns(void); /* monotonic */
/* Effect: waits on a condition until a monotonic time. */
void store_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex, int64_t deadline_ns);

/* The thread: commits until it is told to close. */
void *store_thread(void *argument);
/* Effect: rows that a former life committed and did not write to the audit file, are written. */
int32_t store_audit_recover(struct store *store, struct bothy_error *error);

#endif
