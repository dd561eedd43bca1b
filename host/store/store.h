/*
 * The store: what must survive. One thread owns the databases; the core hands it records and
 * goes on. Each drain of the queue is one transaction; when it is on disk, durable(n) is
 * announced on a descriptor. The audit files are written by the same thread.
 *
 *     ledger.db      WAL, synchronous=FULL: orders, fills, signals, cooldowns, states, actions
 *     telemetry.db   synchronous=NORMAL: feed changes, status history
 *     audit/audit-YYYY-MM-DD.csv   one file a UTC day, append only
 *
 * A run is one life of the market: in real time it goes on over restarts; in virtual time (sim,
 * replay) each start begins a new one, with a fresh account. Every row carries its run.
 *
 * Threads: all functions but those of struct store_reader are called by the core's thread.
 */
#ifndef BOTHY_STORE_STORE_H
#define BOTHY_STORE_STORE_H

#include "core/record.h"

#include <bothy/base.h>

#include <jansson.h>

struct store;

struct store_conf {
    const char *directory;       /* of the databases; made 0700 if need be */
    const char *audit_directory; /* made 0750 */
    int audit_fsync_row;         /* each row is synced; else each day */
    int virtual_time;            /* a new run at each start */
    uint64_t seed;               /* of the ledger's epoch in virtual time; 0 in real time: random */
    const char *version;
};

/*
 * Effect: opens, upgrades, checks, starts the thread. Errors name the file and the remedy:
 * BOTHY_EIO, BOTHY_ECORRUPT, BOTHY_ENOTSUP (made by a newer bothy).
 */
int32_t store_open(const struct store_conf *conf, struct store **ret_store,
                   struct bothy_error *error);
/* Effect: commits what is queued, closes. Waits at most timeout_ms. */
void store_close(struct store *store, int32_t timeout_ms);

uint64_t store_epoch(const struct store *store);
uint64_t store_run(const struct store *store);

/* Effect: queues a copy. Errors: BOTHY_EAGAIN the queue is full: the gate must close. */
int32_t store_put(struct store *store, const struct record *record);
/* Becomes readable when durable or the state changes; read it empty with store_poll. */
int store_fd(const struct store *store);
/*
 * Effect: what has happened: the newest durable n, and whether the store works (a sentence in
 * `reason` if not). While it does not work it keeps the queue and tries again.
 */
void store_poll(struct store *store, uint64_t *ret_durable, int *ret_ok, char *reason,
                size_t capacity);
/* Effect: waits until `n` is durable or the store fails or timeout_ms is over. */
int32_t store_wait(struct store *store, uint64_t n, int32_t timeout_ms);

/* Durable numbers of incarnations: each call gives the next one of that worker, committed. */
int32_t store_next_generation(struct store *store, const char *worker, uint32_t *ret_generation);
/* What a bot saved last. Returns the length; 0: nothing. *ret_data [owned] (free). */
int32_t store_state_get(struct store *store, const char *bot, void **ret_data, size_t *ret_length);

/* ---- reading, for commands: a connection of its own, read-only ---- */

/* What the current run has of a bot. */
struct store_bot_past {
    uint64_t signals, suppressed, orders, refused, fills, wins, losses;
    int64_t last_signal_ns; /* 0: none */
    int paused;             /* the last that was done about that: it was paused */
};

typedef void store_each_signal(void *context, const char *venue, const char *symbol, int64_t ts_ns);

/*
 * Effect: counts, and calls `each` with the newest accepted signal on each symbol. Of what is
 * committed: call it before the bot's first record since the opening. Errors: BOTHY_EIO.
 */
int32_t store_bot_past(struct store *store, const char *bot, struct store_bot_past *ret_past,
                       store_each_signal *each, void *context, struct bothy_error *error);

struct store_filter {
    const char *bot; /* NULL: all */
    const char *symbol;
    int64_t since_ns;
    uint32_t limit; /* newest so many; 0: all */
    int all_runs;   /* else the current one */
};

/*
 * Effect: rows as JSON arrays of objects, oldest first; money as strings, times RFC 3339.
 * Tables: "signals", "orders", "trades" (fills), "positions", "actions", "feeds".
 * *ret_rows [owned] (json_decref). Errors: BOTHY_EINVAL no such table, BOTHY_EIO.
 */
int32_t store_query(struct store *store, const char *table, const struct store_filter *filter,
                    json_t **ret_rows, struct bothy_error *error);

#define STORE_HASH_MAX 65

/*
 * Effect: recomputes the chain of all actions: *ret_rows of them, the hash of the newest.
 * Errors: BOTHY_ECORRUPT with the number of the first that was changed, BOTHY_EIO.
 */
int32_t store_verify_actions(struct store *store, uint64_t *ret_rows, char ret_last[STORE_HASH_MAX],
                             struct bothy_error *error);
/* Effect: the same of a ledger's file, which nobody or a running daemon may have open. */
int32_t store_verify_file(const char *path, uint64_t *ret_rows, char ret_last[STORE_HASH_MAX],
                          struct bothy_error *error);

#endif
