/*
 * What the core wants remembered: flat records, in the order of their number. The store copies
 * them, commits them, and says durable(n): everything up to n is on disk. Names stand in the
 * record, so that neither a file nor a later run needs the tables of this one.
 */
#ifndef BOTHY_CORE_RECORD_H
#define BOTHY_CORE_RECORD_H

#include <bothy/event.h>
#include <bothy/signal.h>

enum {
    RECORD_SIGNAL = 1,     /* struct record_signal: accepted or suppressed */
    RECORD_SIGNAL_END = 2, /* struct record_signal_end */
    RECORD_ORDER = 3,      /* struct record_order: the order as it is now */
    RECORD_FILL = 4,       /* struct bothy_fill */
    RECORD_POSITION = 5,   /* struct bothy_position */
    RECORD_STATE = 6,      /* bytes that a bot saved */
    RECORD_BOT = 7,        /* struct record_bot */
    RECORD_ACTION = 8,     /* struct record_action: somebody changed something */
    RECORD_FEED = 9,       /* struct bothy_feed_change */
};

struct record {
    uint64_t n;    /* 1, 2, 3 … */
    uint32_t type; /* RECORD_* */
    uint32_t size; /* bytes of the body */
    int64_t ts_ns;
    uint64_t seq; /* log position that it follows */
    char bot[BOTHY_NAME_MAX];
    char venue[BOTHY_NAME_MAX];
    char symbol[BOTHY_SYMBOL_MAX];
    uint8_t correlation[16];
    /* the body follows */
};

#define RECORD_BODY(record, type) ((const type *)(const void *)((record) + 1))

/* code is "" for an accepted signal, else why it was suppressed. */
struct record_signal {
    uint64_t signal_id;
    char code[32];
    struct bothy_signal signal;
};

enum {
    SIGNAL_OUTCOME_TP1 = 1,
    SIGNAL_OUTCOME_TP2 = 2,
    SIGNAL_OUTCOME_SL = 3,
    SIGNAL_OUTCOME_BREAK_EVEN = 4, /* stop at entry, after the first target */
    SIGNAL_OUTCOME_EXPIRED = 5,
};

struct record_signal_end {
    uint64_t signal_id;
    uint32_t outcome;
    int32_t direction;
    double entry;
    double exit;
    double pnl_pct;
    double pnl_r; /* in units of the risk */
    int64_t opened_ns;
};

struct record_order {
    uint64_t group_id;  /* orders of one signal; 0: alone */
    uint64_t parent_id; /* the entry that an exit waits for; 0: none */
    int64_t created_ns;
    struct bothy_order order;
};

struct record_bot {
    uint32_t status;
    uint32_t generation;
    uint64_t signals;
    uint64_t suppressed;
    uint64_t orders;
    uint64_t fills;
    uint64_t errors;
    uint64_t restarts;
    int64_t last_signal_ns;
    char cause[128];
};

struct record_action {
    char actor[64];  /* "uid=1000 pid=4711", "core", "signal SIGTERM" */
    char action[48]; /* "bot.pause" … */
    char entity[64];
    char before[96];
    char after[96];
    char event[32]; /* of the audit file: SYSTEM_START … */
};

#endif
