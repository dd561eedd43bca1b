/*
 * Signals: what a bot may say and how often, and what became of it.
 *
 * A signal is accepted when it is well-formed, its bot is not paused, its symbol is not in its
 * cooldown, no cap is reached, and the market has not left its entry. Only an accepted one starts
 * the cooldown. An accepted signal is published, recorded, and followed until a target, the stop or
 * its age ends it: by the high and low of each bar, or by each price, whichever the instrument's
 * prices come from. Where one bar touches stop and target, its open may decide, else the
 * configuration says which came first.
 */
#include "core/state.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct core_bot_symbol *bot_symbol(const struct bot *bot, uint32_t instrument,
                                         uint32_t *ret_index)
{
    for (uint32_t i = 0; i < bot->conf.symbol_count; i++) {
        if (bot->symbols[i].instrument == instrument) {
            if (ret_index)
                *ret_index = i;
            return &bot->symbols[i];
        }
    }
    return NULL;
}

static struct signal_entry *add_entry(struct core *core)
{
    if (core->signal_count == core->signal_capacity) {
        size_t capacity = core->signal_capacity ? 2 * core->signal_capacity : 64;
        struct signal_entry *signals = realloc(core->signals, capacity * sizeof *signals);

        if (!signals)
            return NULL;
        core->signals = signals;
        core->signal_capacity = capacity;
    }
    memset(&core->signals[core->signal_count], 0, sizeof *core->signals);
    return &core->signals[core->signal_count++];
}

static int32_t caps(const struct core *core, const struct bot *bot,
                    const struct core_bot_symbol *symbol, uint32_t index,
                    const struct bothy_signal *signal, struct refusal *refusal)
{
    uint32_t open = 0, open_here = 0;
    int64_t last_ns = bot->last_signal_ns[index];
    int64_t since = last_ns == INT64_MIN ? INT64_MAX : core->now_ns - last_ns;
    int reversal = 0;

    for (size_t i = 0; i < core->signal_count; i++) {
        const struct signal_entry *entry = &core->signals[i];

        if (entry->outcome || entry->bot != bot->number)
            continue;
        open++;
        if (entry->instrument != signal->instrument)
            continue;
        open_here++;
        if (entry->signal.direction != signal->direction)
            reversal = 1;
    }
    if (since < symbol->risk.cooldown_ns && !(reversal && symbol->risk.reversal_bypass)) {
        char left[BOTHY_DURATION_TEXT_MAX] = "", whole[BOTHY_DURATION_TEXT_MAX] = "";

        bothy_duration_format((symbol->risk.cooldown_ns - since) / BOTHY_NS_PER_S * BOTHY_NS_PER_S,
                              left, sizeof left);
        bothy_duration_format(symbol->risk.cooldown_ns, whole, sizeof whole);
        return gate_refuse(refusal, "COOLDOWN", "left=%s cooldown=%s", left, whole);
    }
    if (open >= symbol->risk.max_open_signals)
        return gate_refuse(refusal, "MAX_OPEN_SIGNALS", "open=%u max=%u", open,
                           symbol->risk.max_open_signals);
    if (open_here >= symbol->risk.max_open_per_symbol)
        return gate_refuse(refusal, "MAX_OPEN_PER_SYMBOL", "open=%u max=%u", open_here,
                           symbol->risk.max_open_per_symbol);
    return 0;
}

/* Whether the price to enter at has gone too far from what the bot took it for. */
static void check_price(const struct instrument *in, const struct core_bot_symbol *symbol,
                        const struct bothy_signal *signal, struct refusal *refusal)
{
    double limit = bothy_decimal_to_double(symbol->risk.price_tolerance_pct), price, away;
    struct bothy_decimal now;

    if (limit <= 0 || !market_closing_price(in, -signal->direction, &now))
        return;
    price = bothy_decimal_to_double(now);
    away = fabs(price - signal->entry) / signal->entry * 100.0;
    if (away > limit)
        gate_refuse(refusal, "MOVED", "price=%.10g entry=%.10g away=%.3f%% max=%.10g%%", price,
                    signal->entry, away, limit);
}

/*
 * A bot that says the opposite of what it has open is worth a look, whether or not a cooldown or
 * a cap keeps the new signal back: once for each open one.
 */
static void warn_of_reversal(struct core *core, const struct bot *bot, const struct instrument *in,
                             const struct bothy_signal *signal)
{
    for (size_t i = 0; i < core->signal_count; i++) {
        struct signal_entry *entry = &core->signals[i];

        if (entry->outcome || entry->opposed || entry->bot != bot->number ||
            entry->instrument != in->number || entry->signal.direction == signal->direction)
            continue;
        entry->opposed = 1;
        output_note(core, BOTHY_LOG_WARNING, bot, "REVERSAL_WARNING", entry->signal.correlation,
                    "%s %s from %.10g is open, and the bot now says %s at %.10g",
                    bothy_direction_name(entry->signal.direction), in->symbol, entry->signal.entry,
                    bothy_direction_name(signal->direction), signal->entry);
    }
}

static void report_result(struct core *core, const struct bot *bot, uint32_t instrument,
                          uint64_t tag, const struct refusal *refusal, const uint8_t *correlation)
{
    struct bothy_signal_result result = { .tag = tag, .accepted = refusal->code[0] == '\0' };
    union event_room room;

    memcpy(result.code, refusal->code, sizeof result.code);
    memcpy(result.text, refusal->text, sizeof result.text);
    memcpy(result.correlation, correlation, sizeof result.correlation);
    output_report(core, bot->number,
                  event_begin(&room, BOTHY_EVENT_SIGNAL_RESULT, instrument, bot->number,
                              core->now_ns, &result, sizeof result));
}

static void record_signal(struct core *core, const struct bot *bot, const struct instrument *in,
                          const struct bothy_signal *signal, uint64_t id, const char *code)
{
    struct record_signal record;

    memset(&record, 0, sizeof record);
    record.signal_id = id;
    snprintf(record.code, sizeof record.code, "%s", code);
    record.signal = *signal;
    output_record(core, RECORD_SIGNAL, bot, in, signal->correlation, &record, sizeof record);
}

static void accept(struct core *core, struct bot *bot, struct instrument *in, uint32_t index,
                   const struct bothy_signal *signal)
{
    struct signal_entry *entry = add_entry(core);
    union event_room room;

    if (!entry) {
        output_note(core, BOTHY_LOG_ERROR, bot, "NO_MEMORY", signal->correlation,
                    "no memory to follow a signal on %s", in->symbol);
        return;
    }
    entry->id = ++core->next_signal_id;
    entry->bot = bot->number;
    entry->instrument = in->number;
    entry->opened_ns = core->now_ns;
    entry->signal = *signal;
    bot->signals++;
    bot->last_signal_ns[index] = core->now_ns;
    bot->last_any_signal_ns = core->now_ns;
    output_publish(core, event_begin(&room, BOTHY_EVENT_SIGNAL, in->number, bot->number,
                                     core->now_ns, signal, sizeof *signal));
    record_signal(core, bot, in, signal, entry->id, "");
    output_note(core, BOTHY_LOG_NOTICE, bot, "SIGNAL", signal->correlation,
                "%s %s %s: entry %.10g stop %.10g targets %.10g %.10g rr %.2f", signal->type_name,
                bothy_direction_name(signal->direction), in->symbol, signal->entry,
                signal->stop_loss, signal->take_profit_1, signal->take_profit_2,
                signal->risk_reward_1);
    if (bot->conf.trade)
        orders_from_signal(core, bot, &core->signals[core->signal_count - 1]);
}

int32_t core_signal(struct core *core, uint32_t number, const struct bothy_signal *given,
                    uint64_t tag)
{
    struct bothy_signal signal = *given;
    struct refusal refusal = { "", "" };
    struct bothy_error error = { 0 };
    struct instrument *in = market_instrument(core, signal.instrument);
    const struct core_bot_symbol *symbol;
    uint32_t index = 0;
    struct bot *bot;

    if (number >= core->bot_count || signal.size != sizeof signal)
        return BOTHY_EPROTO;
    past_sweep_orders(core);
    bot = &core->bots[number];
    symbol = bot_symbol(bot, signal.instrument, &index);
    if (!in || !symbol)
        return BOTHY_EPROTO;
    signal.type_name[sizeof signal.type_name - 1] = '\0';
    signal.reasons[sizeof signal.reasons - 1] = '\0';
    signal.ts_ns = core->now_ns;
    output_new_correlation(core, signal.correlation);
    if (bothy_signal_validate(&signal, &error) < 0)
        gate_refuse(&refusal, "INVALID", "%s", error.text);
    else if (bot->paused)
        gate_refuse(&refusal, "PAUSED", "bot=%s", bot->name);
    else if (caps(core, bot, symbol, index, &signal, &refusal) == 0)
        check_price(in, symbol, &signal, &refusal);
    if (strcmp(refusal.code, "INVALID") != 0)
        warn_of_reversal(core, bot, in, &signal);
    if (refusal.code[0]) {
        bot->suppressed++;
        record_signal(core, bot, in, &signal, 0, refusal.code);
        output_note(core, BOTHY_LOG_DEBUG, bot, refusal.code, signal.correlation,
                    "signal on %s suppressed: %s", in->symbol, refusal.text);
    } else {
        accept(core, bot, in, index, &signal);
    }
    report_result(core, bot, in->number, tag, &refusal, signal.correlation);
    return 0;
}

static const char *outcome_name(uint32_t outcome)
{
    static const char *const names[] = { "?", "TP1", "TP2", "SL", "BREAK_EVEN", "EXPIRED" };

    return outcome < sizeof names / sizeof names[0] ? names[outcome] : "?";
}

/* Profit in percent of the entry, of the whole. */
static double pnl_pct(const struct signal_entry *entry, double exit)
{
    double sign = entry->signal.direction;

    return sign * (exit - entry->signal.entry) / entry->signal.entry * 100.0;
}

static void end_signal(struct core *core, struct signal_entry *entry, uint32_t outcome, double exit)
{
    struct bot *bot = &core->bots[entry->bot];
    struct instrument *in = market_instrument(core, entry->instrument);
    double risk_pct =
        fabs(entry->signal.entry - entry->signal.stop_loss) / entry->signal.entry * 100.0;
    struct record_signal_end end = {
        .signal_id = entry->id,
        .outcome = outcome,
        .direction = entry->signal.direction,
        .entry = entry->signal.entry,
        .exit = exit,
        .opened_ns = entry->opened_ns,
    };

    entry->outcome = outcome;
    end.pnl_pct =
        entry->half_done ? entry->realised_pct + pnl_pct(entry, exit) / 2 : pnl_pct(entry, exit);
    end.pnl_r = risk_pct > 0 ? end.pnl_pct / risk_pct : 0;
    if (end.pnl_pct > 0)
        bot->wins++;
    else
        bot->losses++;
    core->signals_ended++;
    output_record(core, RECORD_SIGNAL_END, bot, in, entry->signal.correlation, &end, sizeof end);
    output_note(core, BOTHY_LOG_INFO, bot, "SIGNAL_END", entry->signal.correlation,
                "%s %s ended by %s at %.10g: %+.3f %%, %+.2f R",
                bothy_direction_name(end.direction), in->symbol, outcome_name(outcome), exit,
                end.pnl_pct, end.pnl_r);
}

/* Whether a level was reached by prices between low and high, for a position of that sign. */
static int reached(int32_t direction, int target, double level, double high, double low)
{
    return (direction > 0) == target ? high >= level : low <= level;
}

static void follow(struct core *core, struct signal_entry *entry, double high, double low)
{
    const struct bothy_signal *signal = &entry->signal;
    int32_t direction = signal->direction;
    int use_tp2 = signal->take_profit_2 > 0 && core->exit_model != CORE_EXIT_FULL_TP1;
    double stop = entry->half_done ? signal->entry : signal->stop_loss;
    int stopped = reached(direction, 0, stop, high, low);
    int tp1 = reached(direction, 1, signal->take_profit_1, high, low);
    int tp2 = use_tp2 && reached(direction, 1, signal->take_profit_2, high, low);
    int target = core->exit_model == CORE_EXIT_TP2 && use_tp2 ? tp2 : entry->half_done ? tp2 : tp1;

    if (stopped && !(target && core->take_profit_first)) {
        end_signal(core, entry, entry->half_done ? SIGNAL_OUTCOME_BREAK_EVEN : SIGNAL_OUTCOME_SL,
                   stop);
        return;
    }
    if (!target)
        return;
    if (core->exit_model == CORE_EXIT_HALF_TP1_BE && use_tp2 && !entry->half_done) {
        entry->half_done = 1;
        entry->realised_pct = pnl_pct(entry, signal->take_profit_1) / 2;
        if (tp2)
            end_signal(core, entry, SIGNAL_OUTCOME_TP2, signal->take_profit_2);
        return;
    }
    if (entry->half_done || (core->exit_model == CORE_EXIT_TP2 && use_tp2))
        end_signal(core, entry, SIGNAL_OUTCOME_TP2, signal->take_profit_2);
    else
        end_signal(core, entry, SIGNAL_OUTCOME_TP1, signal->take_profit_1);
}

void signals_on_price(struct core *core, struct instrument *in, double first, double high,
                      double low, int64_t ts_ns)
{
    size_t count = core->signal_count;

    for (size_t i = 0; i < count; i++) {
        struct signal_entry *entry = &core->signals[i];

        /* ts_ns is when the prices began: a bar that began before the signal is not its future. */
        if (!entry->outcome && entry->instrument == in->number && ts_ns >= entry->opened_ns) {
            /* What the open reached was reached before all else in the bar. */
            follow(core, entry, first, first);
            if (!entry->outcome)
                follow(core, entry, high, low);
        }
    }
}

void signals_age(struct core *core)
{
    if (core->signal_max_age_ns <= 0)
        return;
    for (size_t i = 0; i < core->signal_count; i++) {
        struct signal_entry *entry = &core->signals[i];
        struct instrument *in = market_instrument(core, entry->instrument);
        struct bothy_decimal price;

        /* The bar that ends at the limit is still judged first: it comes after this look. */
        if (entry->opened_ns + core->signal_max_age_ns >= core->now_ns)
            break; /* they stand in the order of their age */
        if (!entry->outcome && market_closing_price(in, entry->signal.direction, &price)) {
            end_signal(core, entry, SIGNAL_OUTCOME_EXPIRED, bothy_decimal_to_double(price));
            orders_close_signal(core, entry);
        }
    }
}
