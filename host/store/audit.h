/*
 * The audit file: one CSV file a UTC day, append only, one write(2) a row. AUDIT.md says what the
 * columns and the events mean. The day is that of the row's own time, be it real or virtual.
 */
#ifndef BOTHY_STORE_AUDIT_H
#define BOTHY_STORE_AUDIT_H

#include <bothy/base.h>

#define AUDIT_HEADER   "timestamp,event,marketId,marketQuestion,action,details,belief,edge,amount,pnl"
#define AUDIT_LINE_MAX 8192

struct audit; /* one thread at a time */

/* Texts may be NULL: an empty cell. edge, amount and pnl come as numbers with two decimals. */
struct audit_row {
    int64_t ts_ns;
    const char *event;
    const char *market_id;
    const char *market_question;
    const char *action;
    const char *details;
    const char *belief;
    const char *edge;
    const char *amount;
    const char *pnl;
};

/* Effect: the row as a line with its LF. Returns the length, or BOTHY_ERANGE. */
int32_t audit_format(const struct audit_row *row, char *line, size_t capacity);

/* Effect: makes the folder (0750). Errors: BOTHY_EIO, BOTHY_ENOMEM. */
int32_t audit_open(const char *directory, int fsync_row, struct audit **ret_audit,
                   struct bothy_error *error);
/* Effect: the row is in the file of its day, whole or not at all. Errors: BOTHY_EIO. */
int32_t audit_append(struct audit *audit, int64_t ts_ns, const char *line, size_t length,
                     struct bothy_error *error);
/*
 * Effect: which of `count` lines, all of the day of ts_ns, in order, does its file end with
 * already? Returns how many of the first ones.
 */
int32_t audit_find_tail(struct audit *audit, int64_t ts_ns, const char *const *lines, size_t count,
                        size_t *ret_found, struct bothy_error *error);
/* Effect: syncs and closes. NULL is nothing. */
void audit_close(struct audit *audit);

#endif
