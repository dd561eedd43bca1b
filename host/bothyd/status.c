/*
 * What runs, as JSON documents: for bothyctl, and for whatever else asks the control socket.
 * Money is text, times are RFC 3339.
 */
#include "bothyd/daemon.h"

#include <stdio.h>
#include <string.h>

static json_t *json_time(int64_t ts_ns)
{
    char text[BOTHY_TIME_TEXT_MAX];

    if (ts_ns <= 0 || bothy_time_format(ts_ns, 3, text, sizeof text) < 0)
        return json_null();
    return json_string(text);
}

static json_t *json_money(struct bothy_decimal value, int32_t digits)
{
    char text[BOTHY_DECIMAL_TEXT_MAX];

    if (value.exponent < -digits)
        bothy_decimal_rescale(value, -digits, BOTHY_ROUND_HALF_EVEN, &value);
    bothy_decimal_format(value, text, sizeof text);
    return json_string(text);
}

static const char *sandbox_name(uint32_t sandbox)
{
    static const char *const names[] = { "off", "best-effort", "require" };

    return sandbox < 3 ? names[sandbox] : "?";
}

static json_t *metrics(const struct worker *w)
{
    json_t *all = json_object();

    for (uint32_t i = 0; i < w->metric_count; i++) {
        json_object_set_new(all, w->metrics[i].name,
                            w->metrics[i].kind == 1
                                ? json_real(w->metrics[i].value)
                                : json_integer((json_int_t)w->metrics[i].total));
    }
    return all;
}

json_t *status_bot(const struct worker *w)
{
    const struct wire_status *page = w->rings ? w->status_map.address : NULL;
    struct core_bot_view view;
    json_t *bot;

    core_bot_get(w->daemon->core, w->index, &view);
    bot = json_pack(
        "{s:s, s:o, s:s, s:b, s:i, s:i, s:I, s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "name",
        w->name, "plugin", status_text(w->bot->plugin.path), "status", worker_status_name(w),
        "parked", w->parked, "pid", (int)w->pid, "generation", (int)w->generation, "restarts",
        (json_int_t)w->restarts, "cause", status_text(w->cause), "signals",
        (json_int_t)view.signals, "suppressed", (json_int_t)view.suppressed, "orders",
        (json_int_t)view.orders, "refused", (json_int_t)view.refused, "fills",
        (json_int_t)view.fills, "open_signals", (json_int_t)view.open_signals, "wins",
        (json_int_t)view.wins, "losses", (json_int_t)view.losses);
    if (!bot)
        return NULL;
    json_object_set_new(
        bot, "events",
        json_integer(page ? (json_int_t)atomic_load_explicit(&page->events, memory_order_relaxed)
                          : 0));
    json_object_set_new(
        bot, "events_missed",
        json_integer(page ? (json_int_t)atomic_load_explicit(&page->missed, memory_order_relaxed)
                          : 0));
    json_object_set_new(bot, "errors", json_integer((json_int_t)w->errors));
    json_object_set_new(bot, "realised_pnl", json_money(view.realised_pnl, 8));
    json_object_set_new(bot, "unrealised_pnl", json_money(view.unrealised_pnl, 8));
    json_object_set_new(bot, "last_signal", json_time(view.last_signal_ns));
    json_object_set_new(bot, "sandbox", json_string(w->pid ? sandbox_name(w->sandbox) : ""));
    json_object_set_new(bot, "landlock_abi", json_integer(w->landlock));
    json_object_set_new(bot, "health", json_integer(w->health));
    json_object_set_new(bot, "health_text", status_text(w->health_text));
    json_object_set_new(bot, "metrics", metrics(w));
    return bot;
}

static json_t *exchange(const struct worker *w)
{
    json_t *counts = json_object();

    for (uint32_t i = 0; i < w->count_count; i++)
        json_object_set_new(counts, w->counts[i].what,
                            json_integer((json_int_t)w->counts[i].value));
    return json_pack("{s:s, s:o, s:s, s:b, s:i, s:i, s:I, s:o, s:s, s:b, s:o}", "name", w->name,
                     "plugin", status_text(w->exchange->plugin.path), "status",
                     w->ended ? "ENDED" : worker_status_name(w), "parked", w->parked, "pid",
                     (int)w->pid, "generation", (int)w->generation, "restarts",
                     (json_int_t)w->restarts, "cause", status_text(w->cause), "sandbox",
                     sandbox_name(w->sandbox), "virtual_time", w->virtual_time, "counts", counts);
}

json_t *status_feeds(struct daemon *d)
{
    json_t *feeds = json_array();

    for (uint32_t n = 1; n <= d->instrument_count; n++) {
        const struct bothy_instrument *definition = core_instrument(d->core, n);
        struct core_feed_view view;
        char name[BOTHY_NAME_MAX + BOTHY_SYMBOL_MAX + 2];
        struct bothy_quote quote;
        json_t *feed;

        if (!core_feed_get(d->core, n, &view))
            continue;
        snprintf(name, sizeof name, "%s:%s", d->venues[view.venue]->name, core_symbol(d->core, n));
        feed =
            json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I}", "name", name, "venue",
                      d->venues[view.venue]->name, "symbol", core_symbol(d->core, n), "state",
                      bothy_feed_state_name(view.state), "age_ms",
                      (json_int_t)(view.age_ns / BOTHY_NS_PER_MS), "gaps", (json_int_t)view.gaps,
                      "events", (json_int_t)view.events, "malformed", (json_int_t)view.malformed);
        json_object_set_new(feed, "last", json_time(view.last_ns));
        if (definition)
            json_object_set_new(feed, "tick_size", json_money(definition->tick_size, 30));
        if (core_quote_get(d->core, n, &quote)) {
            json_object_set_new(feed, "bid", json_money(quote.bid_price, 30));
            json_object_set_new(feed, "ask", json_money(quote.ask_price, 30));
        }
        json_array_append_new(feeds, feed);
    }
    return feeds;
}

json_t *status_document(struct daemon *d)
{
    struct bothy_decimal cash, equity;
    json_t *bots = json_array(), *exchanges = json_array(), *document;
    uint32_t weakest = WIRE_SANDBOX_REQUIRE;
    char abi[16];

    for (uint32_t i = 0; i < d->bot_count; i++) {
        if (d->bots[i]->removed)
            continue;
        json_array_append_new(bots, status_bot(d->bots[i]));
        if (worker_running(d->bots[i]) && d->bots[i]->sandbox < weakest)
            weakest = d->bots[i]->sandbox;
    }
    for (uint32_t i = 0; i < d->venue_count; i++)
        json_array_append_new(exchanges, exchange(d->venues[i]));
    core_equity(d->core, &cash, &equity);
    snprintf(abi, sizeof abi, "%d.%d", BOTHY_ABI_MAJOR, BOTHY_ABI_MINOR);
    document = json_pack(
        "{s:s, s:s, s:s, s:I, s:o, s:o, s:o, s:s}", "version", BOTHY_VERSION, "abi", abi, "mode",
        d->conf->mode == CONF_MODE_LIVE ? "live" : "paper", "uptime_s",
        (json_int_t)((clock_monotonic_ns() - d->started_ns) / BOTHY_NS_PER_S), "bots", bots,
        "exchanges", exchanges, "feeds", status_feeds(d), "sandbox", sandbox_name(weakest));
    if (!document)
        return NULL;
    json_object_set_new(document, "time", json_time(core_now_ns(d->core)));
    json_object_set_new(document, "virtual_time", json_boolean(d->virtual_time));
    json_object_set_new(document, "ended", json_boolean(d->at_end));
    json_object_set_new(document, "ready", json_boolean(d->ready));
    json_object_set_new(document, "events", json_integer((json_int_t)core_seq(d->core)));
    json_object_set_new(document, "core_confined", json_boolean(d->confined));
    json_object_set_new(document, "killed", json_boolean(core_killed(d->core)));
    json_object_set_new(document, "store_ok", json_boolean(d->store_ok));
    json_object_set_new(document, "run", json_integer((json_int_t)store_run(d->store)));
    json_object_set_new(document, "log_lines_lost", json_integer((json_int_t)log_lost(d->log)));
    json_object_set_new(document, "currency", json_string(d->conf->paper.currency));
    json_object_set_new(document, "cash", json_money(cash, 8));
    json_object_set_new(document, "equity", json_money(equity, 8));
    return document;
}
