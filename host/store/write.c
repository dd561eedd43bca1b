/*
 * Records of the ledger into rows. Every statement is prepared once; a record costs one to three
 * steps. Nothing is remembered between records but in the database, so that a rollback undoes
 * everything.
 */
#include "store/write.h"

#include "store/audit.h"
#include "store/audit_map.h"
#include "store/bind.h"
#include "store/chain.h"
#include "store/signal_text.h"

#include "base/clean.h"

#include <bothy/time.h>

#include <stdio.h>
#include <string.h>

enum {
    W_SIGNAL,
    W_SUPPRESSED,
    W_SIGNAL_END,
    W_ORDER,
    W_ORDER_EVENT,
    W_FILL,
    W_FILL_PNL,
    W_POSITION_GET,
    W_POSITION,
    W_STATE,
    W_ACTION_LAST,
    W_ACTION,
    W_OUTBOX,
    W_OUTBOX_DONE,
    W_LAST_N_GET,
    W_LAST_N,
    W_GENERATION,
    W_COUNT
};

static const char *const statements[W_COUNT] = {
    [W_SIGNAL] =
        "INSERT INTO signals(run, session, n, signal_id, bot, venue, symbol, type, direction,"
        " ts_ns, timeframe, flags, current, entry, stop_loss, take_profit_1, take_profit_2,"
        " take_profit_3, risk_reward_1, risk_reward_2, risk_reward_3, confidence, correlation_id,"
        " reasons, extra) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,"
        "?19,?20,?21,?22,?23,?24,?25)",
    [W_SUPPRESSED] = "INSERT INTO signal_suppressed(run, bot, code, day, count, last_ns)"
                     " VALUES(?1,?2,?3,?4,1,?5) ON CONFLICT(run, bot, code, day)"
                     " DO UPDATE SET count=count+1, last_ns=excluded.last_ns",
    [W_SIGNAL_END] = "UPDATE signals SET outcome=?4, exit=?5, pnl_pct=?6, pnl_r=?7, ended_ns=?8"
                     " WHERE run=?1 AND session=?2 AND signal_id=?3",
    [W_ORDER] =
        "INSERT INTO orders(run, session, n, order_id, client_order_id, bot, venue, symbol, tag,"
        " side, type, time_in_force, reduce_only, post_only, state, quantity, filled, price,"
        " stop_price, average_price, code, text, group_id, parent_id, created_ns, updated_ns,"
        " updated_at, correlation_id) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,"
        "?16,?17,?18,?19,?20,?21,?22,?23,?24,?25,?26,?27,?28)"
        " ON CONFLICT(run, session, order_id) DO UPDATE SET n=excluded.n, state=excluded.state,"
        " quantity=excluded.quantity, filled=excluded.filled, price=excluded.price,"
        " stop_price=excluded.stop_price, average_price=excluded.average_price,"
        " code=excluded.code, text=excluded.text, group_id=excluded.group_id,"
        " parent_id=excluded.parent_id, updated_ns=excluded.updated_ns,"
        " updated_at=excluded.updated_at RETURNING id",
    [W_ORDER_EVENT] =
        "INSERT INTO order_events(session, n, order_row, ts_ns, seq, state, quantity, filled,"
        " price, stop_price, code, text) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12)",
    [W_FILL] =
        "INSERT INTO fills(run, session, n, fill_id, order_id, bot, venue, symbol, side, price,"
        " quantity, fee, fee_currency, maker, ts_ns, mode, correlation_id)"
        " VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,'paper',?16)",
    /* Only where the change belongs to one fill: two between two positions cannot be told apart. */
    [W_FILL_PNL] =
        "UPDATE fills SET realised_pnl=?7 WHERE run=?1 AND session=?2 AND bot=?3 AND venue=?4"
        " AND symbol=?5 AND n>?6 AND (SELECT count(*) FROM fills WHERE run=?1 AND session=?2"
        " AND bot=?3 AND venue=?4 AND symbol=?5 AND n>?6)=1",
    [W_POSITION_GET] =
        "SELECT quantity, average_entry, realised_pnl, opened_realised, opened_ns, n"
        " FROM position_rows WHERE run=?1 AND bot=?2 AND venue=?3 AND symbol=?4 AND session=?5",
    [W_POSITION] =
        "INSERT INTO position_rows(run, session, n, bot, venue, symbol, quantity, average_entry,"
        " realised_pnl, unrealised_pnl, fees, opened_ns, opened_realised, updated_ns, updated_at)"
        " VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15)"
        " ON CONFLICT(run, bot, venue, symbol) DO UPDATE SET session=excluded.session,"
        " n=excluded.n, quantity=excluded.quantity, average_entry=excluded.average_entry,"
        " realised_pnl=excluded.realised_pnl, unrealised_pnl=excluded.unrealised_pnl,"
        " fees=excluded.fees, opened_ns=excluded.opened_ns,"
        " opened_realised=excluded.opened_realised, updated_ns=excluded.updated_ns,"
        " updated_at=excluded.updated_at",
    [W_STATE] = "INSERT INTO bot_state(run, bot, data, ts_ns, updated_at) VALUES(?1,?2,?3,?4,?5)"
                " ON CONFLICT(run, bot) DO UPDATE SET data=excluded.data, ts_ns=excluded.ts_ns,"
                " updated_at=excluded.updated_at",
    [W_ACTION_LAST] = "SELECT hash FROM actions ORDER BY id DESC LIMIT 1",
    [W_ACTION] =
        "INSERT INTO actions(run, session, n, ts_ns, actor, action, entity, before, after, event,"
        " prev_hash, hash) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12)",
    [W_OUTBOX] = "INSERT INTO audit_outbox(ts_ns, line) VALUES(?1,?2)",
    [W_OUTBOX_DONE] = "DELETE FROM audit_outbox WHERE id<=?1",
    [W_LAST_N_GET] = "SELECT last_n FROM sessions WHERE id=?1",
    [W_LAST_N] = "UPDATE sessions SET last_n=?2 WHERE id=?1",
    [W_GENERATION] = "INSERT INTO generations(worker, generation) VALUES(?1,1) ON CONFLICT(worker)"
                     " DO UPDATE SET generation=generation+1 RETURNING generation",
};

_Static_assert(W_COUNT <= WRITE_STATEMENT_MAX, "room for every statement");

int writer_open(struct writer *writer, sqlite3 *db, int64_t run, int64_t session)
{
    memset(writer, 0, sizeof *writer);
    writer->db = db;
    writer->run = run;
    writer->session = session;
    for (int i = 0; i < W_COUNT; i++) {
        int r = sqlite3_prepare_v3(db, statements[i], -1, SQLITE_PREPARE_PERSISTENT,
                                   &writer->statements[i], NULL);

        if (r != SQLITE_OK)
            return r;
    }
    return SQLITE_OK;
}

void writer_close(struct writer *writer)
{
    for (int i = 0; i < W_COUNT; i++) {
        sqlite3_finalize(writer->statements[i]);
        writer->statements[i] = NULL;
    }
    audit_lines_clear(&writer->audit);
}

/* Runs a statement that gives no row of interest. */
static int run(sqlite3_stmt *statement)
{
    int r = sqlite3_step(statement);

    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return r == SQLITE_DONE || r == SQLITE_ROW ? SQLITE_OK : r;
}

/* Runs a statement that gives at most one number. RETURNING needs the step to its end. */
static int run_number(sqlite3_stmt *statement, int64_t *ret_value)
{
    int64_t value = 0;
    int r = sqlite3_step(statement);

    if (r == SQLITE_ROW) {
        value = sqlite3_column_int64(statement, 0);
        r = sqlite3_step(statement);
    }
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    if (r != SQLITE_DONE)
        return r;
    *ret_value = value;
    return SQLITE_OK;
}

static sqlite3_stmt *begin(struct writer *writer, int which, const struct record *record)
{
    sqlite3_stmt *s = writer->statements[which];

    sqlite3_bind_int64(s, 1, writer->run);
    sqlite3_bind_int64(s, 2, writer->session);
    bind_u64(s, 3, record->n);
    return s;
}

/* bot, venue and symbol in a row of three. */
static void bind_names(sqlite3_stmt *s, int index, const struct record *record)
{
    bind_array(s, index, record->bot);
    bind_array(s, index + 1, record->venue);
    bind_array(s, index + 2, record->symbol);
}

/* ---- signals ---- */

static int write_suppressed(struct writer *writer, const struct record *record)
{
    const struct record_signal *body = RECORD_BODY(record, struct record_signal);
    sqlite3_stmt *s = writer->statements[W_SUPPRESSED];
    char day[BOTHY_TIME_TEXT_MAX];

    time_text(record->ts_ns, day, sizeof day);
    sqlite3_bind_int64(s, 1, writer->run);
    bind_array(s, 2, record->bot);
    bind_array(s, 3, body->code);
    bind_bytes(s, 4, day, 10);
    sqlite3_bind_int64(s, 5, record->ts_ns);
    return run(s);
}

static int write_accepted(struct writer *writer, const struct record *record)
{
    const struct record_signal *body = RECORD_BODY(record, struct record_signal);
    const struct bothy_signal *signal = &body->signal;
    _cleanup_free_ char *reasons = signal_reasons_text(signal);
    _cleanup_free_ char *extra = signal_extra_text(signal);
    sqlite3_stmt *s = begin(writer, W_SIGNAL, record);
    const double levels[] = { signal->current,       signal->entry,         signal->stop_loss,
                              signal->take_profit_1, signal->take_profit_2, signal->take_profit_3,
                              signal->risk_reward_1, signal->risk_reward_2, signal->risk_reward_3 };

    if (!reasons || !extra)
        return SQLITE_NOMEM;
    bind_u64(s, 4, body->signal_id);
    bind_names(s, 5, record);
    bind_array(s, 8, signal->type_name);
    bind_text(s, 9, bothy_direction_name(signal->direction));
    sqlite3_bind_int64(s, 10, record->ts_ns);
    if (signal->timeframe != BOTHY_TF_NONE && signal->timeframe < BOTHY_TF_COUNT)
        bind_text(s, 11, bothy_timeframe_name(signal->timeframe));
    sqlite3_bind_int64(s, 12, signal->flags);
    for (int i = 0; i < (int)ARRAY_SIZE(levels); i++)
        bind_level(s, 13 + i, levels[i]);
    bind_double(s, 22, signal->confidence);
    bind_correlation(s, 23, record->correlation);
    bind_text(s, 24, reasons);
    bind_text(s, 25, extra);
    return run(s);
}

static int write_signal(struct writer *writer, const struct record *record)
{
    int r = RECORD_BODY(record, struct record_signal)->code[0] ? write_suppressed(writer, record)
                                                               : write_accepted(writer, record);

    return r == SQLITE_OK ? audit_map_signal(writer, record) : r;
}

static int write_signal_end(struct writer *writer, const struct record *record)
{
    static const char *const outcomes[] = { "?", "TP1", "TP2", "SL", "BREAK_EVEN", "EXPIRED" };
    const struct record_signal_end *body = RECORD_BODY(record, struct record_signal_end);
    sqlite3_stmt *s = begin(writer, W_SIGNAL_END, record);
    int r;

    bind_u64(s, 3, body->signal_id);
    bind_text(s, 4, body->outcome < ARRAY_SIZE(outcomes) ? outcomes[body->outcome] : "?");
    bind_double(s, 5, body->exit);
    bind_double(s, 6, body->pnl_pct);
    bind_double(s, 7, body->pnl_r);
    sqlite3_bind_int64(s, 8, record->ts_ns);
    r = run(s);
    return r == SQLITE_OK ? audit_map_signal_end(writer, record) : r;
}

/* ---- orders ---- */

static int write_order_event(struct writer *writer, const struct record *record, int64_t row)
{
    const struct bothy_order *order = &RECORD_BODY(record, struct record_order)->order;
    sqlite3_stmt *s = writer->statements[W_ORDER_EVENT];

    sqlite3_bind_int64(s, 1, writer->session);
    bind_u64(s, 2, record->n);
    sqlite3_bind_int64(s, 3, row);
    sqlite3_bind_int64(s, 4, record->ts_ns);
    bind_u64(s, 5, record->seq);
    bind_text(s, 6, bothy_order_state_name(order->state));
    bind_decimal(s, 7, order->quantity);
    bind_decimal(s, 8, order->filled);
    bind_decimal(s, 9, order->price);
    bind_decimal(s, 10, order->stop_price);
    bind_array(s, 11, order->code);
    bind_array(s, 12, order->text);
    return run(s);
}

static int write_order(struct writer *writer, const struct record *record)
{
    const struct record_order *body = RECORD_BODY(record, struct record_order);
    const struct bothy_order *order = &body->order;
    sqlite3_stmt *s = begin(writer, W_ORDER, record);
    int64_t row = 0;
    int r;

    bind_u64(s, 4, order->order_id);
    if (order->client_order_id[0])
        bind_array(s, 5, order->client_order_id);
    bind_names(s, 6, record);
    bind_u64(s, 9, order->tag);
    bind_text(s, 10, bothy_side_name(order->side));
    bind_text(s, 11, bothy_order_type_name(order->type));
    bind_text(s, 12, bothy_time_in_force_name(order->time_in_force));
    sqlite3_bind_int(s, 13, (order->flags & BOTHY_ORDER_FLAG_REDUCE_ONLY) != 0);
    sqlite3_bind_int(s, 14, (order->flags & BOTHY_ORDER_FLAG_POST_ONLY) != 0);
    bind_text(s, 15, bothy_order_state_name(order->state));
    bind_decimal(s, 16, order->quantity);
    bind_decimal(s, 17, order->filled);
    bind_decimal(s, 18, order->price);
    bind_decimal(s, 19, order->stop_price);
    bind_decimal(s, 20, order->average_price);
    bind_array(s, 21, order->code);
    bind_array(s, 22, order->text);
    bind_u64(s, 23, body->group_id);
    bind_u64(s, 24, body->parent_id);
    sqlite3_bind_int64(s, 25, body->created_ns);
    sqlite3_bind_int64(s, 26, record->ts_ns);
    bind_time_text(s, 27, record->ts_ns);
    bind_correlation(s, 28, record->correlation);
    r = run_number(s, &row);
    if (r == SQLITE_OK)
        r = write_order_event(writer, record, row);
    return r == SQLITE_OK ? audit_map_order(writer, record) : r;
}

/* ---- fills and positions ---- */

struct held {
    struct bothy_decimal quantity;
    struct bothy_decimal average_entry;
    struct bothy_decimal realised;
    struct bothy_decimal opened_realised;
    int64_t opened_ns;
    int64_t n;
};

/* What the open store knows of the position: a new life of the account begins flat. */
static int get_held(struct writer *writer, const struct record *record, struct held *held)
{
    sqlite3_stmt *s = writer->statements[W_POSITION_GET];
    int r;

    memset(held, 0, sizeof *held);
    held->opened_ns = record->ts_ns;
    sqlite3_bind_int64(s, 1, writer->run);
    bind_names(s, 2, record);
    sqlite3_bind_int64(s, 5, writer->session);
    r = sqlite3_step(s);
    if (r == SQLITE_ROW) {
        held->quantity = column_decimal(s, 0);
        held->average_entry = column_decimal(s, 1);
        held->realised = column_decimal(s, 2);
        held->opened_realised = column_decimal(s, 3);
        held->opened_ns = sqlite3_column_int64(s, 4);
        held->n = sqlite3_column_int64(s, 5);
        r = SQLITE_DONE;
    }
    sqlite3_reset(s);
    sqlite3_clear_bindings(s);
    return r == SQLITE_DONE ? SQLITE_OK : r;
}

static int write_fill(struct writer *writer, const struct record *record)
{
    const struct bothy_fill *fill = RECORD_BODY(record, struct bothy_fill);
    sqlite3_stmt *s = begin(writer, W_FILL, record);
    struct held held;
    int r;

    bind_u64(s, 4, fill->fill_id);
    bind_u64(s, 5, fill->order_id);
    bind_names(s, 6, record);
    bind_text(s, 9, bothy_side_name(fill->side));
    bind_decimal(s, 10, fill->price);
    bind_decimal(s, 11, fill->quantity);
    bind_decimal(s, 12, fill->fee);
    bind_array(s, 13, fill->fee_currency);
    sqlite3_bind_int(s, 14, (fill->flags & BOTHY_FILL_MAKER) != 0);
    sqlite3_bind_int64(s, 15, record->ts_ns);
    bind_correlation(s, 16, record->correlation);
    r = run(s);
    if (r == SQLITE_OK)
        r = get_held(writer, record, &held);
    return r == SQLITE_OK ? audit_map_fill(writer, record, held.quantity) : r;
}

static int write_fill_pnl(struct writer *writer, const struct record *record,
                          const struct held *before)
{
    const struct bothy_position *now = RECORD_BODY(record, struct bothy_position);
    sqlite3_stmt *s = writer->statements[W_FILL_PNL];
    struct bothy_decimal change;

    if (bothy_decimal_subtract(now->realised_pnl, before->realised, &change) < 0)
        return SQLITE_OK; /* beyond 63 bits: it stays unknown */
    sqlite3_bind_int64(s, 1, writer->run);
    sqlite3_bind_int64(s, 2, writer->session);
    bind_names(s, 3, record);
    sqlite3_bind_int64(s, 6, before->n);
    bind_decimal(s, 7, change);
    return run(s);
}

static int write_position_row(struct writer *writer, const struct record *record, int64_t opened_ns,
                              struct bothy_decimal opened_realised)
{
    const struct bothy_position *now = RECORD_BODY(record, struct bothy_position);
    sqlite3_stmt *s = begin(writer, W_POSITION, record);

    bind_names(s, 4, record);
    bind_decimal(s, 7, now->quantity);
    bind_decimal(s, 8, now->average_entry);
    bind_decimal(s, 9, now->realised_pnl);
    bind_decimal(s, 10, now->unrealised_pnl);
    bind_decimal(s, 11, now->fees);
    sqlite3_bind_int64(s, 12, opened_ns);
    bind_decimal(s, 13, opened_realised);
    sqlite3_bind_int64(s, 14, record->ts_ns);
    bind_time_text(s, 15, record->ts_ns);
    return run(s);
}

/*
 * opened_realised is what was realised before the position was opened: the difference, when it
 * goes flat, is what this position earned, the fee of its entry included. One that turns round
 * closes and opens with the same fill, whose fee goes to the one that closes.
 */
static int write_position(struct writer *writer, const struct record *record)
{
    const struct bothy_position *now = RECORD_BODY(record, struct bothy_position);
    struct audit_position audit = { .after = now->quantity };
    struct bothy_decimal opened_realised;
    int32_t sign = bothy_decimal_sign(now->quantity);
    int64_t opened_ns;
    struct held before;
    int r = get_held(writer, record, &before);

    if (r == SQLITE_OK)
        r = write_fill_pnl(writer, record, &before);
    if (r != SQLITE_OK)
        return r;
    opened_ns = before.opened_ns;
    opened_realised = before.opened_realised;
    audit.before = before.quantity;
    audit.average_entry = before.average_entry;
    audit.opened_ns = before.opened_ns;
    if (bothy_decimal_subtract(now->realised_pnl, before.opened_realised, &audit.pnl) < 0)
        audit.pnl = bothy_decimal_zero();
    if (sign != bothy_decimal_sign(before.quantity)) {
        opened_ns = record->ts_ns;
        opened_realised =
            bothy_decimal_sign(before.quantity) == 0 ? before.realised : now->realised_pnl;
    }
    r = write_position_row(writer, record, opened_ns, opened_realised);
    return r == SQLITE_OK ? audit_map_position(writer, record, &audit) : r;
}

/* ---- the rest ---- */

static int write_state(struct writer *writer, const struct record *record)
{
    sqlite3_stmt *s = writer->statements[W_STATE];

    sqlite3_bind_int64(s, 1, writer->run);
    bind_array(s, 2, record->bot);
    sqlite3_bind_blob(s, 3, record + 1, (int)record->size, SQLITE_TRANSIENT);
    if (record->size == 0)
        sqlite3_bind_zeroblob(s, 3, 0);
    sqlite3_bind_int64(s, 4, record->ts_ns);
    bind_time_text(s, 5, record->ts_ns);
    return run(s);
}

static int last_hash(struct writer *writer, char hash[CHAIN_TEXT_MAX])
{
    sqlite3_stmt *s = writer->statements[W_ACTION_LAST];
    int r = sqlite3_step(s);

    hash[0] = '\0';
    if (r == SQLITE_ROW) {
        snprintf(hash, CHAIN_TEXT_MAX, "%s", (const char *)sqlite3_column_text(s, 0));
        r = SQLITE_DONE;
    }
    sqlite3_reset(s);
    return r == SQLITE_DONE ? SQLITE_OK : r;
}

static int write_action(struct writer *writer, const struct record *record)
{
    const struct record_action *body = RECORD_BODY(record, struct record_action);
    struct chain_row row = {
        writer->run, writer->session, (int64_t)record->n, record->ts_ns, { 0 }
    };
    char previous[CHAIN_TEXT_MAX], hash[CHAIN_TEXT_MAX];
    struct record_action copy = *body;
    sqlite3_stmt *s;
    int r = last_hash(writer, previous);

    if (r != SQLITE_OK)
        return r;
    row.texts[0] = copy.actor;
    row.texts[1] = copy.action;
    row.texts[2] = copy.entity;
    row.texts[3] = copy.before;
    row.texts[4] = copy.after;
    row.texts[5] = copy.event;
    copy.actor[sizeof copy.actor - 1] = copy.action[sizeof copy.action - 1] = '\0';
    copy.entity[sizeof copy.entity - 1] = copy.before[sizeof copy.before - 1] = '\0';
    copy.after[sizeof copy.after - 1] = copy.event[sizeof copy.event - 1] = '\0';
    chain_hash(previous, &row, hash);
    s = begin(writer, W_ACTION, record);
    sqlite3_bind_int64(s, 4, record->ts_ns);
    for (int i = 0; i < CHAIN_FIELDS; i++)
        bind_text(s, 5 + i, row.texts[i]);
    bind_text(s, 11, previous);
    bind_text(s, 12, hash);
    r = run(s);
    return r == SQLITE_OK ? audit_map_action(writer, record) : r;
}

int writer_record(struct writer *writer, const struct record *record)
{
    switch (record->type) {
    case RECORD_SIGNAL:
        return write_signal(writer, record);
    case RECORD_SIGNAL_END:
        return write_signal_end(writer, record);
    case RECORD_ORDER:
        return write_order(writer, record);
    case RECORD_FILL:
        return write_fill(writer, record);
    case RECORD_POSITION:
        return write_position(writer, record);
    case RECORD_STATE:
        return write_state(writer, record);
    case RECORD_ACTION:
        return write_action(writer, record);
    default:
        return SQLITE_MISUSE;
    }
}

/* ---- the session and the audit's outbox ---- */

int writer_last_n(struct writer *writer, uint64_t *ret_n)
{
    int64_t n = 0;
    int r;

    sqlite3_bind_int64(writer->statements[W_LAST_N_GET], 1, writer->session);
    r = run_number(writer->statements[W_LAST_N_GET], &n);
    if (r == SQLITE_OK)
        *ret_n = (uint64_t)n;
    return r;
}

int writer_set_last_n(struct writer *writer, uint64_t n)
{
    sqlite3_stmt *s = writer->statements[W_LAST_N];

    sqlite3_bind_int64(s, 1, writer->session);
    bind_u64(s, 2, n);
    return run(s);
}

int writer_audit_written(struct writer *writer, int64_t id)
{
    sqlite3_stmt *s = writer->statements[W_OUTBOX_DONE];

    sqlite3_bind_int64(s, 1, id);
    return run(s);
}

int writer_next_generation(struct writer *writer, const char *worker, uint32_t *ret_generation)
{
    sqlite3_stmt *s = writer->statements[W_GENERATION];
    int64_t generation = 0;
    int r;

    bind_text(s, 1, worker);
    r = run_number(s, &generation);
    if (r == SQLITE_OK)
        *ret_generation = (uint32_t)generation;
    return r;
}

int writer_audit(struct writer *writer, const struct audit_row *row)
{
    sqlite3_stmt *s = writer->statements[W_OUTBOX];
    char text[AUDIT_LINE_MAX];
    struct audit_line *line;
    int32_t length = audit_format(row, text, sizeof text);
    int r;

    if (length < 0)
        return SQLITE_TOOBIG;
    sqlite3_bind_int64(s, 1, row->ts_ns);
    bind_text(s, 2, text);
    r = run(s);
    if (r != SQLITE_OK)
        return r;
    line = malloc(sizeof *line + (size_t)length + 1);
    if (!line)
        return SQLITE_NOMEM;
    line->next = NULL;
    line->outbox_id = sqlite3_last_insert_rowid(writer->db);
    line->ts_ns = row->ts_ns;
    line->length = (size_t)length;
    memcpy(line->text, text, (size_t)length + 1);
    if (writer->audit.last)
        writer->audit.last->next = line;
    else
        writer->audit.first = line;
    writer->audit.last = line;
    return SQLITE_OK;
}

void audit_lines_clear(struct audit_lines *lines)
{
    struct audit_line *next;

    for (struct audit_line *line = lines->first; line; line = next) {
        next = line->next;
        free(line);
    }
    lines->first = lines->last = NULL;
}

/* ---- checks ---- */

int record_check(const struct record *record)
{
    static const size_t sizes[] = {
        [RECORD_SIGNAL] = sizeof(struct record_signal),
        [RECORD_SIGNAL_END] = sizeof(struct record_signal_end),
        [RECORD_ORDER] = sizeof(struct record_order),
        [RECORD_FILL] = sizeof(struct bothy_fill),
        [RECORD_POSITION] = sizeof(struct bothy_position),
        [RECORD_STATE] = 0,
        [RECORD_BOT] = sizeof(struct record_bot),
        [RECORD_ACTION] = sizeof(struct record_action),
        [RECORD_FEED] = sizeof(struct bothy_feed_change),
    };

    return record->type >= RECORD_SIGNAL && record->type < ARRAY_SIZE(sizes) &&
                   record->size >= sizes[record->type] && record->size <= 1 << 24
               ? 0
               : BOTHY_EINVAL;
}

int record_is_telemetry(const struct record *record)
{
    return record->type == RECORD_BOT || record->type == RECORD_FEED;
}
