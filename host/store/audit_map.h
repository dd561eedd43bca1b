/*
 * Which records make which rows of the audit file; AUDIT.md is its documentation. Each function
 * adds at most one row to the writer's transaction and returns SQLite's code.
 */
#ifndef BOTHY_STORE_AUDIT_MAP_H
#define BOTHY_STORE_AUDIT_MAP_H

#include "store/write.h"

/* A position before and after a change, as far as the audit is interested. */
struct audit_position {
    struct bothy_decimal before;        /* quantity */
    struct bothy_decimal after;         /* quantity */
    struct bothy_decimal average_entry; /* of the one before */
    struct bothy_decimal pnl;           /* since it was opened */
    int64_t opened_ns;
};

int audit_map_signal(struct writer *writer, const struct record *record);
int audit_map_signal_end(struct writer *writer, const struct record *record);
int audit_map_order(struct writer *writer, const struct record *record);
/* `held`: what the bot held before the fill. */
int audit_map_fill(struct writer *writer, const struct record *record, struct bothy_decimal held);
int audit_map_position(struct writer *writer, const struct record *record,
                       const struct audit_position *position);
int audit_map_action(struct writer *writer, const struct record *record);

#endif
