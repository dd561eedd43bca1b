/*
 * The chain of actions: each row holds the SHA-256 of its content and of the row before, so that
 * a row that was edited, inserted or taken out afterwards shows. It is evidence against a careless
 * hand, not against one that recomputes the whole chain: keep a copy of the last hash elsewhere.
 */
#ifndef BOTHY_STORE_CHAIN_H
#define BOTHY_STORE_CHAIN_H

#include <bothy/base.h>

#include <sqlite3.h>

#define CHAIN_TEXT_MAX 65
#define CHAIN_FIELDS   6

/* What a row says; texts may be NULL. */
struct chain_row {
    int64_t run;
    int64_t session;
    int64_t n;
    int64_t ts_ns;
    const char *texts[CHAIN_FIELDS]; /* actor, action, entity, before, after, event */
};

/* Effect: the hash of `row` after the row whose hash is `previous` ("" before the first). */
void chain_hash(const char *previous, const struct chain_row *row, char ret_hash[CHAIN_TEXT_MAX]);

/*
 * Effect: recomputes the chain of a ledger. *ret_rows: how many rows were seen; ret_last: the
 * hash of the last one ("" without rows), to be kept elsewhere; may be NULL.
 * Errors: BOTHY_ECORRUPT with the number of the first row that does not fit, BOTHY_EIO.
 */
int32_t chain_verify(sqlite3 *db, uint64_t *ret_rows, char ret_last[CHAIN_TEXT_MAX],
                     struct bothy_error *error);

#endif
