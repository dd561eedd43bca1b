/*
 * The core's tables: shared by the files of this room, and by nobody else. Each file owns the
 * part that is named after it; arrows between them run downwards in this list:
 *
 *     core.c      inputs, time, sequencing
 *     signals.c   acceptance, tracker     router.c  subscriptions, history
 *     orders.c    states, groups, gate.c  bars.c    bars from trades and from smaller bars
 *     paper.c     the paper venue         market.c  definitions, last values, feed states
 *     ledger.c    fills to positions      book.c    levels
 *     output.c    stamping, records, notes   past.c   what is over
 */
#ifndef BOTHY_CORE_STATE_H
#define BOTHY_CORE_STATE_H

#include "core/book.h"
#include "core/core.h"
#include "core/ledger.h"

#include <bothy/random.h>

#define TIMERS_PER_BOT_MAX 64
#define PENDING_MAX        1024

/* Closed bars of one instrument and time frame, newest last; and the one that is forming. */
struct bar_series {
    uint32_t timeframe;
    uint32_t native; /* the venue gives these bars itself */
    uint64_t bots;   /* who gets the closed bars */
    uint64_t forming_bots;
    struct bothy_bar *bars; /* ring of capacity */
    uint32_t capacity;
    uint32_t count;
    uint32_t next; /* where the next one goes */
    struct bothy_bar forming;
    int has_forming;          /* 1, or -1: begun in its middle */
    int seen;                 /* a bar was begun before */
    int64_t closed_ns;        /* opening time of the newest bar that was put together */
    uint32_t history_asked;   /* how many bars the venue was asked for */
    uint32_t history_pending; /* answers that are awaited */
};

/* A point of the past of a feed that is not bars: funding, open interest. */
struct instrument {
    uint32_t number;
    uint32_t venue;
    char symbol[BOTHY_SYMBOL_MAX];
    int defined;
    struct bothy_instrument definition;
    /* what is wanted */
    uint64_t bots[16];        /* bit n of feed bit: bots that get it */
    uint32_t requested_feeds; /* what the venue was last asked for */
    uint32_t requested_timeframes;
    int requested_once;
    uint32_t core_feeds; /* what the core itself needs */
    /* what is known */
    uint32_t feed_state;
    uint64_t feed_events;
    uint64_t feed_gaps;
    uint64_t malformed;
    int64_t last_ns;
    struct bothy_quote quote;
    int has_quote;
    struct bothy_decimal last_price; /* of a trade or of a bar */
    int has_last;
    struct book book;
    int has_book;
    int book_continues; /* a snapshot that comes in several events is not complete */
    struct bar_series *series;
    uint32_t series_count;
};

struct timer {
    uint64_t id;
    int64_t due_ns;
    int64_t interval_ns;
    int used;
};

struct pending_history {
    uint32_t instrument;
    uint32_t feed; /* one bit of BOTHY_FEED_* */
    uint32_t timeframe;
    uint32_t count;
};

struct bot {
    uint32_t number;
    char name[BOTHY_NAME_MAX];
    struct core_bot_conf conf; /* symbols [owned] */
    struct core_bot_symbol *symbols;
    int started;
    int paused;
    struct timer timers[TIMERS_PER_BOT_MAX];
    int64_t next_timer_ns; /* earliest due, INT64_MAX none */

    int wants_signals;
    struct pending_history pending[PENDING_MAX]; /* history that it waits for */
    uint32_t pending_count;
    int64_t *last_signal_ns; /* per symbol index */
    uint64_t signals, suppressed, orders, refused, fills, wins, losses;
    int64_t last_any_signal_ns;
};

struct signal_entry {
    uint64_t id;
    uint32_t bot;
    uint32_t instrument;
    uint32_t outcome; /* 0: open */
    int half_done;    /* the first target was reached, the rest runs to the second */
    int opposed;      /* its bot has said the opposite since */
    int64_t opened_ns;
    struct bothy_signal signal;
    double realised_pct; /* of the half that is out */
};

/* The newest of a kind: a ring once it has its full size. */
struct past {
    void *items;
    size_t count, capacity, first;
};

struct order_entry {
    uint32_t bot;
    uint32_t instrument;
    uint64_t record_n; /* durable() of this lets it go */
    uint64_t fifo;     /* when the venue got it: price-time order among equals */
    int at_venue;      /* the paper venue works on it */
    int waits_for_parent;
    int triggered;                    /* a stop whose price was reached */
    int64_t sent_ns;                  /* acts on bars that begin then or later */
    int64_t expire_ns;                /* GTD */
    struct record_order order;        /* as last recorded */
    struct bothy_decimal filled_cost; /* Σ price × quantity, for the average */
};

struct core {
    struct core_sink sink;
    void *context;
    int64_t now_ns;
    uint64_t seq;
    uint64_t records;
    uint64_t durable;
    int store_ok;
    int killed;
    char kill_reason[96];

    struct core_venue_conf venues[CORE_VENUES_MAX];
    char venue_names[CORE_VENUES_MAX][BOTHY_NAME_MAX];
    uint32_t venue_count;
    struct instrument *instruments; /* number i + 1 at [i] */
    uint32_t instrument_count;
    struct bot *bots;
    uint32_t bot_count;

    uint32_t exit_model;
    int take_profit_first;
    int64_t signal_max_age_ns;
    struct bothy_decimal paper_slippage;
    struct bothy_decimal paper_taker_fee;
    struct bothy_decimal paper_maker_fee;
    uint64_t epoch;
    struct bothy_random random; /* of correlation ids */

    struct signal_entry *signals; /* open ones, and what ended since the last sweep */
    size_t signal_count, signal_capacity, signals_ended;
    struct past past_signals; /* struct signal_entry */
    uint64_t next_signal_id;

    struct order_entry *orders; /* by number; see past.c for what leaves it */
    size_t order_count, order_capacity, orders_ended;
    struct past past_orders; /* struct past_order */
    int64_t next_expire_ns;  /* no order expires before it */
    uint64_t next_order_id, next_group_id, next_fill_id, next_fifo;

    struct ledger ledger;
};

/* ---- past.c ---- */
#define PAST_ORDERS_MAX  4096
#define PAST_SIGNALS_MAX 1024

struct past_order {
    uint32_t bot;
    uint32_t instrument;
    struct record_order order;
};
/* Effect: takes what is over out of the tables. Pointers into them end: call it between inputs. */
void past_sweep_orders(struct core *core);
void past_sweep_signals(struct core *core);
/* Item n from the oldest, n < count. */
const void *past_get(const struct past *ring, size_t size, size_t n);

/* A decimal as text in a local array. */
#define TEXT_DECIMAL(name, value)                                                                  \
    char name[BOTHY_DECIMAL_TEXT_MAX];                                                             \
    bothy_decimal_format(value, name, sizeof name)

/* ---- output.c ---- */
void output_publish(struct core *core, struct bothy_event *event);
void output_report(struct core *core, uint32_t bot, struct bothy_event *event);
/* Fills the header; body of `size` bytes. Returns the record's number. */
uint64_t output_record(struct core *core, uint32_t type, const struct bot *bot,
                       const struct instrument *instrument, const uint8_t *correlation,
                       const void *body, size_t size);
void output_note(struct core *core, int32_t level, const struct bot *bot, const char *code,
                 const uint8_t *correlation, const char *format, ...) BOTHY_PRINTF(6, 7);
void output_new_correlation(struct core *core, uint8_t correlation[16]);

/* Room for any event of the core's own making. */
union event_room {
    struct bothy_event event;
    uint8_t bytes[sizeof(struct bothy_event) + 4096];
};
struct bothy_event *event_begin(union event_room *room, uint32_t type, uint32_t instrument,
                                uint32_t source, int64_t ts_ns, const void *body, size_t size);

/* ---- market.c ---- */
struct instrument *market_instrument(const struct core *core, uint32_t number);
/* Effect: takes over what an event says; has no outputs. */
int32_t market_apply(struct core *core, struct instrument *in, const struct bothy_event *event,
                     struct bothy_error *error);
void market_feed_state(struct core *core, struct instrument *in, uint32_t state,
                       const char *reason);
/* Effect: forgets books and quotes, and bars that are forming: they may be wrong. */
void market_doubt(struct instrument *in);
/* 0 while the feed is in doubt: nothing may be traded on it, on paper too. */
int market_trusted(const struct instrument *in);
void market_age(struct core *core);
/* Which feed prices come from, for fills and for the tracker: one bit of BOTHY_FEED_*. */
uint32_t market_price_feed(const struct instrument *in);
/* The venue's own smallest time frame, 0 if it has none. */
uint32_t market_base_timeframe(const struct instrument *in);
/* The price at which a position of that sign could be closed now. 0: not known. */
int market_closing_price(const struct instrument *in, int32_t position_sign,
                         struct bothy_decimal *ret_price);

/* ---- bars.c ---- */
void bars_on_event(struct core *core, struct instrument *in, const struct bothy_event *event);
struct bar_series *bars_series(struct core *core, struct instrument *in, uint32_t timeframe);
void bars_keep(struct bar_series *series, const struct bothy_bar *bar);
const struct bothy_bar *bars_get(const struct bar_series *series, uint32_t index_from_oldest);
/* Effect: something may have been lost: bars that are forming are not whole. */
void bars_interrupted(struct instrument *in);
/* Effect: closes forming bars whose time is over although nothing was traded since. */
void bars_time(struct core *core, struct instrument *in);

/* ---- router.c ---- */
void router_request(struct core *core, struct instrument *in);
void router_history_ready(struct core *core, struct instrument *in, uint32_t feed,
                          uint32_t timeframe);
/* Effect: a past rate or sample goes to the bots that wait for it. */
void router_history_event(struct core *core, struct instrument *in,
                          const struct bothy_event *event);
void router_forget(struct core *core, struct bot *bot);

/* ---- signals.c ---- */
/* Effect: judges open signals by prices that began at ts_ns with `first`. */
void signals_on_price(struct core *core, struct instrument *in, double first, double high,
                      double low, int64_t ts_ns);
void signals_age(struct core *core);
const struct core_bot_symbol *bot_symbol(const struct bot *bot, uint32_t instrument,
                                         uint32_t *ret_index);

/* ---- gate.c ---- */
struct refusal {
    char code[32];
    char text[128];
};
/*
 * Effect: judges an intent; may round quantity and prices to what the instrument permits, always
 * to the safe side. Returns 0, or BOTHY_EREJECTED with the refusal. The rules of risk limits join
 * here, after these.
 */
int32_t gate_check(struct core *core, const struct bot *bot, struct bothy_order_request *request,
                   struct refusal *ret_refusal);
/* Effect: judges an order that is about to be sent once more by what may have changed since. */
int32_t gate_recheck(const struct core *core, const struct bot *bot, const struct instrument *in,
                     uint32_t order_flags, struct refusal *ret_refusal);
int32_t gate_refuse(struct refusal *refusal, const char *code, const char *format, ...)
    BOTHY_PRINTF(3, 4);

/* ---- orders.c ---- */
struct order_entry *orders_add(struct core *core, struct bot *bot,
                               const struct bothy_order_request *request, uint64_t group_id,
                               uint64_t parent_id);
struct order_entry *orders_find(const struct core *core, uint64_t order_id);
int orders_final(uint32_t state);
/* Effect: the new state, recorded and reported. */
void orders_set(struct core *core, struct order_entry *entry, uint32_t state, const char *code,
                const char *text);
void orders_fill(struct core *core, struct order_entry *entry, struct bothy_decimal price,
                 struct bothy_decimal quantity, int maker, int64_t ts_ns);
/* Effect: entry, stop and targets of an accepted signal, as one group. */
void orders_from_signal(struct core *core, struct bot *bot, const struct signal_entry *signal);
/* Effect: ends what may open or enlarge a position; exits stay. UINT32_MAX: of all bots. */
void orders_cancel_entries(struct core *core, uint32_t bot, const char *code, const char *why);
void orders_cancel_group(struct core *core, uint64_t group_id, const char *why);
/* Effect: what is left of a signal's position is closed at the market; without one, its orders
 * are cancelled. */
void orders_close_signal(struct core *core, const struct signal_entry *signal);
/* Effect: an exit is about to be filled: an entry that still works ends with what it has. */
void orders_end_entry(struct core *core, const struct order_entry *exit);
void orders_expire(struct core *core);

/* ---- paper.c ---- */
void paper_accept(struct core *core, struct order_entry *entry);
void paper_on_event(struct core *core, struct instrument *in, const struct bothy_event *event);

#endif
