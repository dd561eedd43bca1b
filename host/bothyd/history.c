/*
 * What the host records of its own life, and what it takes up again from an earlier one.
 *
 * Recorded: the start, the state of each bot when it changes and at each full hour, and a summary
 * when a day is over. Hours and days are those of the market's time, so that in virtual time the
 * same run records the same. There the start is recorded with the first instant: before it there
 * is no time.
 *
 * Taken up: counters, cooldowns and pauses of bots, from the run that goes on. In virtual time
 * each start is a new run, and there is nothing to take up.
 */
#include "bothyd/daemon.h"

#include <stdio.h>
#include <string.h>

void history_bot(const struct worker *w)
{
    struct core_bot_view view;
    struct record_bot record;

    core_bot_get(w->daemon->core, w->index, &view);
    memset(&record, 0, sizeof record);
    record.status = w->status;
    record.generation = w->generation;
    record.signals = view.signals;
    record.suppressed = view.suppressed;
    record.orders = view.orders;
    record.fills = view.fills;
    record.errors = w->errors;
    record.restarts = w->restarts;
    record.last_signal_ns = view.last_signal_ns;
    snprintf(record.cause, sizeof record.cause, "%s", w->cause);
    core_bot_record(w->daemon->core, w->index, &record);
}

static struct day_totals totals(const struct daemon *d)
{
    struct day_totals all = { .pnl = bothy_decimal_zero() };

    for (uint32_t i = 0; i < d->bot_count; i++) {
        struct core_bot_view view;

        core_bot_get(d->core, i, &view);
        all.signals += view.signals;
        all.fills += view.fills;
        all.wins += view.wins;
        all.losses += view.losses;
        if (bothy_decimal_add(all.pnl, view.realised_pnl, &all.pnl) < 0)
            all.pnl = bothy_decimal_zero();
    }
    return all;
}

static void cents(struct bothy_decimal value, char text[BOTHY_DECIMAL_TEXT_MAX])
{
    if (bothy_decimal_rescale(value, -2, BOTHY_ROUND_HALF_EVEN, &value) < 0 ||
        bothy_decimal_format(value, text, BOTHY_DECIMAL_TEXT_MAX) < 0)
        text[0] = '\0';
}

static void summary(struct daemon *d, int64_t day)
{
    struct day_totals now = totals(d), *before = &d->day;
    struct bothy_decimal cash, equity, pnl = now.pnl;
    char when[BOTHY_TIME_TEXT_MAX], pnl_text[BOTHY_DECIMAL_TEXT_MAX],
        equity_text[BOTHY_DECIMAL_TEXT_MAX], text[192];

    core_equity(d->core, &cash, &equity);
    if (bothy_decimal_subtract(now.pnl, before->pnl, &pnl) < 0)
        pnl = bothy_decimal_zero();
    cents(pnl, pnl_text);
    cents(equity, equity_text);
    bothy_time_format(day * 24 * BOTHY_NS_PER_H, 0, when, sizeof when);
    when[10] = '\0'; /* the date */
    snprintf(text, sizeof text, "signals=%llu fills=%llu wins=%llu losses=%llu pnl=%s equity=%s",
             (unsigned long long)(now.signals - before->signals),
             (unsigned long long)(now.fills - before->fills),
             (unsigned long long)(now.wins - before->wins),
             (unsigned long long)(now.losses - before->losses), pnl_text, equity_text);
    daemon_action(d, "host", "summary", when, "", text, "DAILY_SUMMARY");
    log_say(d->log, BOTHY_LOG_NOTICE, "SUMMARY", "%s: %s", when, text);
    d->day = now;
}

void history_start(struct daemon *d)
{
    if (d->start_recorded)
        return;
    d->start_recorded = 1;
    d->hour = core_now_ns(d->core) / BOTHY_NS_PER_H;
    d->day = totals(d);
    daemon_action(d, "host", "host.start", BOTHY_VERSION, "", d->config_path, "SYSTEM_START");
}

void history_time(struct daemon *d)
{
    int64_t hour = core_now_ns(d->core) / BOTHY_NS_PER_H, before = d->hour;

    if (!d->start_recorded) {
        history_start(d);
        return;
    }
    if (hour <= before)
        return;
    d->hour = hour;
    for (uint32_t i = 0; i < d->bot_count; i++) {
        if (!d->bots[i]->removed)
            history_bot(d->bots[i]);
    }
    if (hour / 24 != before / 24)
        summary(d, before / 24);
}

/* ---- what goes on ---- */

static void take_cooldown(void *context, const char *venue, const char *symbol, int64_t ts_ns)
{
    struct worker *w = context;
    struct daemon *d = w->daemon;

    for (uint32_t n = 0; n < d->instrument_count; n++) {
        if (strcmp(d->instruments[n].symbol, symbol) == 0 &&
            strcmp(d->venues[d->instruments[n].venue]->name, venue) == 0)
            core_cooldown_restore(d->core, w->index, n + 1, ts_ns);
    }
}

void history_take_up(struct worker *w)
{
    struct daemon *d = w->daemon;
    struct store_bot_past past;
    struct core_bot_past counters;
    struct bothy_error error = { 0 };

    if (store_bot_past(d->store, w->name, &past, take_cooldown, w, &error) < 0) {
        log_say(d->log, BOTHY_LOG_ERROR, "STORE", "%s: its counters begin anew: %s", w->logger,
                error.text);
        return;
    }
    counters = (struct core_bot_past) {
        .signals = past.signals,
        .suppressed = past.suppressed,
        .orders = past.orders,
        .refused = past.refused,
        .fills = past.fills,
        .wins = past.wins,
        .losses = past.losses,
        .last_signal_ns = past.last_signal_ns,
    };
    core_bot_restore(d->core, w->index, &counters);
    if (!past.paused)
        return;
    log_say(d->log, BOTHY_LOG_NOTICE, "PAUSED",
            "%s stays paused, as it was before the restart; 'bothyctl bot resume %s' ends that",
            w->logger, w->name);
    worker_pause(w, 1);
}
