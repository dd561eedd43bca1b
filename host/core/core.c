/*
 * Inputs and time: the one place where an input becomes a sequence of outputs.
 */
#include "core/state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int32_t copy_bot(struct bot *bot, uint32_t number, const struct core_bot_conf *conf)
{
    bot->number = number;
    snprintf(bot->name, sizeof bot->name, "%s", conf->name);
    bot->conf = *conf;
    bot->next_timer_ns = INT64_MAX;
    bot->symbols = calloc(conf->symbol_count ? conf->symbol_count : 1, sizeof *bot->symbols);
    bot->last_signal_ns = calloc(conf->symbol_count ? conf->symbol_count : 1, sizeof(int64_t));
    if (!bot->symbols || !bot->last_signal_ns)
        return BOTHY_ENOMEM;
    if (conf->symbol_count)
        memcpy(bot->symbols, conf->symbols, conf->symbol_count * sizeof *bot->symbols);
    for (uint32_t i = 0; i < conf->symbol_count; i++)
        bot->last_signal_ns[i] = INT64_MIN;
    bot->conf.name = bot->name;
    bot->conf.symbols = bot->symbols;
    return 0;
}

static int32_t check_conf(const struct core_conf *conf, struct bothy_error *error)
{
    if (conf->bot_count > CORE_BOTS_MAX)
        return bothy_fail(error, BOTHY_ERANGE, "%u bots, at most %d can run in one host",
                          conf->bot_count, CORE_BOTS_MAX);
    if (conf->venue_count > CORE_VENUES_MAX || conf->instrument_count > CORE_INSTRUMENTS_MAX)
        return bothy_fail(error, BOTHY_ERANGE, "%u exchanges and %u instruments, at most %d and %d",
                          conf->venue_count, conf->instrument_count, CORE_VENUES_MAX,
                          CORE_INSTRUMENTS_MAX);
    for (uint32_t b = 0; b < conf->bot_count; b++) {
        for (uint32_t i = 0; i < conf->bots[b].symbol_count; i++) {
            uint32_t number = conf->bots[b].symbols[i].instrument;

            if (number == 0 || number > conf->instrument_count)
                return bothy_fail(error, BOTHY_EINVAL, "bot %s: no instrument %u",
                                  conf->bots[b].name, number);
        }
    }
    return 0;
}

struct core *core_new(const struct core_conf *conf, const struct core_sink *sink, void *context,
                      struct bothy_error *error)
{
    struct core *core;

    if (check_conf(conf, error) < 0)
        return NULL;
    core = calloc(1, sizeof *core);
    if (!core)
        goto fail;
    core->sink = *sink;
    core->context = context;
    core->store_ok = 1;
    core->venue_count = conf->venue_count;
    for (uint32_t i = 0; i < conf->venue_count; i++) {
        snprintf(core->venue_names[i], sizeof core->venue_names[i], "%s", conf->venues[i].name);
        core->venues[i] = conf->venues[i];
        core->venues[i].name = core->venue_names[i];
    }
    core->instrument_count = conf->instrument_count;
    core->instruments = calloc(CORE_INSTRUMENTS_MAX, sizeof *core->instruments);
    core->bot_count = conf->bot_count;
    core->bots = calloc(CORE_BOTS_MAX, sizeof *core->bots);
    if (!core->instruments || !core->bots)
        goto fail;
    for (uint32_t i = 0; i < conf->instrument_count; i++) {
        core->instruments[i].number = i + 1;
        core->instruments[i].venue = conf->instruments[i].venue;
        snprintf(core->instruments[i].symbol, sizeof core->instruments[i].symbol, "%s",
                 conf->instruments[i].symbol);
    }
    for (uint32_t i = 0; i < conf->bot_count; i++) {
        if (copy_bot(&core->bots[i], i, &conf->bots[i]) < 0)
            goto fail;
    }
    core->exit_model = conf->exit_model;
    core->take_profit_first = conf->take_profit_first != 0;
    core->signal_max_age_ns = conf->signal_max_age_ns;
    core->paper_slippage = conf->paper_slippage;
    core->paper_taker_fee = conf->paper_taker_fee;
    core->paper_maker_fee = conf->paper_maker_fee;
    core->epoch = conf->epoch;
    core->next_expire_ns = INT64_MAX;
    bothy_random_seed_stream(&core->random, conf->seed, "core.correlation");
    ledger_init(&core->ledger, conf->paper_balance);
    return core;
fail:
    bothy_fail(error, BOTHY_ENOMEM, "no memory for the core");
    core_free(core);
    return NULL;
}

void core_free(struct core *core)
{
    if (!core)
        return;
    for (uint32_t i = 0; core->instruments && i < core->instrument_count; i++) {
        struct instrument *in = &core->instruments[i];

        for (uint32_t s = 0; s < in->series_count; s++)
            free(in->series[s].bars);
        free(in->series);
        book_free(&in->book);
    }
    for (uint32_t i = 0; core->bots && i < core->bot_count; i++) {
        free(core->bots[i].symbols);
        free(core->bots[i].last_signal_ns);
    }
    free(core->instruments);
    free(core->bots);
    free(core->signals);
    free(core->past_signals.items);
    free(core->orders);
    free(core->past_orders.items);
    ledger_free(&core->ledger);
    free(core);
}

/* ---- market ---- */

static void after_definition(struct core *core, struct instrument *in)
{
    for (uint32_t i = 0; i < in->series_count; i++)
        in->series[i].native = (in->definition.bar_timeframes >> in->series[i].timeframe) & 1;
    router_request(core, in);
}

/* The price that the tracker of signals sees, if the event carries one. */
static void follow_signals(struct core *core, struct instrument *in,
                           const struct bothy_event *event)
{
    uint32_t feed = market_price_feed(in);
    struct bothy_decimal bid, ask;

    if (core->signal_count == 0 || (event->flags & BOTHY_EVENT_FORMING))
        return;
    if (event->type == BOTHY_EVENT_BAR && feed == BOTHY_FEED_BARS) {
        const struct bothy_bar *bar = BOTHY_EVENT_BODY(event, struct bothy_bar);

        if (bar->timeframe == market_base_timeframe(in))
            signals_on_price(core, in, bothy_decimal_to_double(bar->open),
                             bothy_decimal_to_double(bar->high), bothy_decimal_to_double(bar->low),
                             bar->open_ns);
        return;
    }
    if (event->type == BOTHY_EVENT_TRADE && feed == BOTHY_FEED_TRADES) {
        double price = bothy_decimal_to_double(BOTHY_EVENT_BODY(event, struct bothy_trade)->price);

        signals_on_price(core, in, price, price, price, core->now_ns);
        return;
    }
    if ((event->type == BOTHY_EVENT_QUOTE || event->type == BOTHY_EVENT_BOOK) && in->has_quote &&
        (feed == BOTHY_FEED_QUOTES || feed == BOTHY_FEED_BOOK) &&
        market_closing_price(in, 1, &bid) && market_closing_price(in, -1, &ask)) {
        double middle = (bothy_decimal_to_double(bid) + bothy_decimal_to_double(ask)) / 2;

        signals_on_price(core, in, middle, middle, middle, core->now_ns);
    }
}

int32_t core_market(struct core *core, uint32_t venue, const struct bothy_event *event,
                    struct bothy_error *error)
{
    struct instrument *in;
    union event_room small;
    struct bothy_event *copy = &small.event;
    int32_t r = bothy_event_check(event, event->size, error);

    if (r < 0)
        return r;
    if (event->type > BOTHY_EVENT_MARK)
        return bothy_fail(error, BOTHY_EPROTO, "%s events are not a venue's to publish",
                          bothy_event_type_name(event->type));
    in = market_instrument(core, event->instrument);
    if (!in || in->venue != venue)
        return bothy_fail(error, BOTHY_EPROTO, "instrument %u is not of this exchange",
                          event->instrument);
    if (event->flags & BOTHY_EVENT_HISTORY) {
        if (event->type == BOTHY_EVENT_BAR) {
            const struct bothy_bar *bar = BOTHY_EVENT_BODY(event, struct bothy_bar);

            bars_keep(bars_series(core, in, bar->timeframe), bar);
        } else if (event->type == BOTHY_EVENT_FUNDING || event->type == BOTHY_EVENT_OPEN_INTEREST) {
            router_history_event(core, in, event);
        }
        return 0;
    }
    r = market_apply(core, in, event, error);
    if (r < 0) {
        in->malformed++;
        if (event->type == BOTHY_EVENT_BOOK)
            market_feed_state(core, in, BOTHY_FEED_STATE_GAP, error ? error->text : "");
        return r;
    }
    if (event->type != BOTHY_EVENT_INSTRUMENT &&
        (in->feed_state == BOTHY_FEED_STATE_DOWN || in->feed_state == BOTHY_FEED_STATE_STALE))
        market_feed_state(core, in, BOTHY_FEED_STATE_LIVE, "");
    if (event->type == BOTHY_EVENT_BOOK && in->has_book && !market_trusted(in) &&
        (event->flags & BOTHY_EVENT_SNAPSHOT) && !(event->flags & BOTHY_EVENT_MORE))
        market_feed_state(core, in, BOTHY_FEED_STATE_LIVE, "a snapshot came");
    if (event->size > sizeof small) {
        copy = malloc(event->size);
        if (!copy)
            return bothy_fail(error, BOTHY_ENOMEM, "no memory for an event");
    }
    memcpy(copy, event, event->size);
    copy->source = venue;
    if (event->type == BOTHY_EVENT_INSTRUMENT)
        memcpy(copy + 1, &in->definition, sizeof in->definition);
    output_publish(core, copy);
    if (event->type == BOTHY_EVENT_INSTRUMENT)
        after_definition(core, in);
    paper_on_event(core, in, copy);
    follow_signals(core, in, copy);
    bars_on_event(core, in, copy);
    past_sweep_orders(core);
    past_sweep_signals(core);
    if (copy != &small.event)
        free(copy);
    return 0;
}

void core_history_done(struct core *core, uint32_t venue, uint32_t number, uint32_t feed,
                       uint32_t timeframe)
{
    struct instrument *in = market_instrument(core, number);

    if (in && in->venue == venue)
        router_history_ready(core, in, feed, timeframe);
}

void core_venue_state(struct core *core, uint32_t venue, uint32_t state, const char *reason)
{
    for (uint32_t i = 0; i < core->instrument_count; i++) {
        struct instrument *in = &core->instruments[i];

        if (in->venue != venue)
            continue;
        core_feed_state(core, venue, in->number, state, reason);
        if (state == BOTHY_FEED_STATE_DOWN) {
            /* A new process of the venue knows nothing of what was asked of the old one. */
            in->requested_once = 0;
            for (uint32_t s = 0; s < in->series_count; s++) {
                uint32_t pending = in->series[s].history_pending;

                in->series[s].history_asked = 0;
                in->series[s].history_pending = 0;
                if (pending)
                    router_history_ready(core, in, BOTHY_FEED_BARS, in->series[s].timeframe);
            }
            router_history_ready(core, in, BOTHY_FEED_FUNDING, 0);
            router_history_ready(core, in, BOTHY_FEED_OPEN_INTEREST, 0);
        }
    }
}

void core_feed_state(struct core *core, uint32_t venue, uint32_t number, uint32_t state,
                     const char *reason)
{
    struct instrument *in = market_instrument(core, number);

    if (number == 0) {
        core_venue_state(core, venue, state, reason);
        return;
    }
    if (!in || in->venue != venue || state > BOTHY_FEED_STATE_ENDED)
        return;
    if (state == BOTHY_FEED_STATE_GAP || state == BOTHY_FEED_STATE_RESYNC ||
        state == BOTHY_FEED_STATE_DOWN)
        market_doubt(in);
    market_feed_state(core, in, state, reason);
}

void core_venue_ready(struct core *core, uint32_t venue)
{
    for (uint32_t i = 0; i < core->instrument_count; i++) {
        struct instrument *in = &core->instruments[i];
        uint64_t anybody = 0;

        for (uint32_t bit = 0; bit < 16; bit++)
            anybody |= in->bots[bit];
        if (in->venue == venue && anybody)
            router_request(core, in);
    }
}

/* ---- time ---- */

static void find_next_timer(struct bot *bot)
{
    bot->next_timer_ns = INT64_MAX;
    for (size_t i = 0; i < TIMERS_PER_BOT_MAX; i++) {
        if (bot->timers[i].used && bot->timers[i].due_ns < bot->next_timer_ns)
            bot->next_timer_ns = bot->timers[i].due_ns;
    }
}

static void fire_timers(struct core *core, struct bot *bot)
{
    union event_room room;

    while (bot->next_timer_ns <= core->now_ns) {
        struct timer *first = NULL;
        struct bothy_timer body;

        for (size_t i = 0; i < TIMERS_PER_BOT_MAX; i++) {
            struct timer *timer = &bot->timers[i];

            if (timer->used && timer->due_ns == bot->next_timer_ns && !first)
                first = timer;
        }
        body.id = first->id;
        body.due_ns = first->due_ns;
        if (first->interval_ns > 0) {
            /* Missed rounds are not made up for: the next one lies in the future. */
            int64_t rounds = (core->now_ns - first->due_ns) / first->interval_ns + 1, ahead;

            if (__builtin_mul_overflow(rounds, first->interval_ns, &ahead) ||
                __builtin_add_overflow(first->due_ns, ahead, &first->due_ns))
                first->used = 0; /* not before the end of time */
        } else {
            first->used = 0;
        }
        find_next_timer(bot);
        output_report(core, bot->number,
                      event_begin(&room, BOTHY_EVENT_TIMER, 0, bot->number, core->now_ns, &body,
                                  sizeof body));
    }
}

void core_time(struct core *core, int64_t now_ns)
{
    if (now_ns > core->now_ns)
        core->now_ns = now_ns;
    for (uint32_t i = 0; i < core->instrument_count; i++)
        bars_time(core, &core->instruments[i]);
    market_age(core);
    signals_age(core);
    past_sweep_signals(core);
    orders_expire(core);
    past_sweep_orders(core);
    for (uint32_t b = 0; b < core->bot_count; b++) {
        if (core->bots[b].next_timer_ns <= core->now_ns)
            fire_timers(core, &core->bots[b]);
    }
}

int32_t core_timer_set(struct core *core, uint32_t number, uint64_t id, int64_t due_ns,
                       int64_t interval_ns)
{
    struct timer *place = NULL;
    struct bot *bot;

    if (number >= core->bot_count || interval_ns < 0 ||
        (interval_ns > 0 && interval_ns < BOTHY_NS_PER_MS))
        return BOTHY_EPROTO;
    bot = &core->bots[number];
    for (size_t i = 0; i < TIMERS_PER_BOT_MAX; i++) {
        if (bot->timers[i].used && bot->timers[i].id == id) {
            place = &bot->timers[i];
            break;
        }
        if (!bot->timers[i].used && !place)
            place = &bot->timers[i];
    }
    if (!place)
        return BOTHY_ENOMEM;
    *place = (struct timer) { id, due_ns > 0 ? due_ns : 0, interval_ns, 1 };
    find_next_timer(bot);
    return 0;
}

int32_t core_timer_cancel(struct core *core, uint32_t number, uint64_t id)
{
    if (number >= core->bot_count)
        return BOTHY_EPROTO;
    for (size_t i = 0; i < TIMERS_PER_BOT_MAX; i++) {
        if (core->bots[number].timers[i].id == id)
            core->bots[number].timers[i].used = 0;
    }
    find_next_timer(&core->bots[number]);
    return 0;
}

/* ---- bots and commands ---- */

int32_t core_state_save(struct core *core, uint32_t bot, const void *data, size_t length)
{
    if (bot >= core->bot_count || length > BOTHY_STATE_MAX)
        return BOTHY_EPROTO;
    output_record(core, RECORD_STATE, &core->bots[bot], NULL, NULL, data, length);
    return 0;
}

void core_bot_started(struct core *core, uint32_t bot)
{
    core->bots[bot].started = 1;
}

void core_bot_gone(struct core *core, uint32_t number, int cancel_orders)
{
    struct bot *bot = &core->bots[number];

    bot->started = 0;
    memset(bot->timers, 0, sizeof bot->timers);
    bot->next_timer_ns = INT64_MAX;
    router_forget(core, bot);
    if (cancel_orders)
        orders_cancel_entries(core, number, "BOT_GONE", "its bot is gone");
}

void core_bot_pause(struct core *core, uint32_t bot, int paused)
{
    core->bots[bot].paused = paused;
}

uint32_t core_instrument_put(struct core *core, const struct core_instrument_conf *conf)
{
    struct instrument *in = &core->instruments[core->instrument_count];

    if (core->instrument_count == CORE_INSTRUMENTS_MAX || conf->venue >= core->venue_count)
        return 0;
    in->number = core->instrument_count + 1;
    in->venue = conf->venue;
    snprintf(in->symbol, sizeof in->symbol, "%s", conf->symbol);
    return ++core->instrument_count;
}

/* The arrays of `bot` for the symbols of conf, with what is known of those that stay. */
static int32_t replace_symbols(struct bot *bot, const struct core_bot_conf *conf)
{
    struct bot fresh = { 0 };

    if (copy_bot(&fresh, bot->number, conf) < 0) {
        free(fresh.symbols);
        free(fresh.last_signal_ns);
        return BOTHY_ENOMEM;
    }
    for (uint32_t i = 0; i < conf->symbol_count; i++) {
        uint32_t before;

        if (bot_symbol(bot, conf->symbols[i].instrument, &before))
            fresh.last_signal_ns[i] = bot->last_signal_ns[before];
    }
    free(bot->symbols);
    free(bot->last_signal_ns);
    bot->symbols = fresh.symbols;
    bot->last_signal_ns = fresh.last_signal_ns;
    bot->conf = fresh.conf;
    bot->conf.name = bot->name;
    return 0;
}

int32_t core_bot_put(struct core *core, const struct core_bot_conf *conf, uint32_t *ret_bot,
                     struct bothy_error *error)
{
    uint32_t number = 0;

    for (uint32_t i = 0; i < conf->symbol_count; i++) {
        if (!market_instrument(core, conf->symbols[i].instrument))
            return bothy_fail(error, BOTHY_EINVAL, "bot %s: no instrument %u", conf->name,
                              conf->symbols[i].instrument);
    }
    while (number < core->bot_count && strcmp(core->bots[number].name, conf->name) != 0)
        number++;
    if (number == CORE_BOTS_MAX)
        return bothy_fail(error, BOTHY_ERANGE, "more than %d bots", CORE_BOTS_MAX);
    if (number < core->bot_count) {
        if (replace_symbols(&core->bots[number], conf) < 0)
            return bothy_fail(error, BOTHY_ENOMEM, "no memory for bot %s", conf->name);
    } else if (copy_bot(&core->bots[number], number, conf) < 0) {
        return bothy_fail(error, BOTHY_ENOMEM, "no memory for bot %s", conf->name);
    } else {
        core->bot_count++;
    }
    *ret_bot = number;
    return 0;
}

void core_kill(struct core *core, int on, const char *why)
{
    core->killed = on;
    snprintf(core->kill_reason, sizeof core->kill_reason, "%s", why);
    if (on)
        orders_cancel_entries(core, UINT32_MAX, "KILLED", why);
}

void core_store_state(struct core *core, int ok, const char *reason)
{
    if (core->store_ok == ok)
        return;
    core->store_ok = ok;
    output_note(core, ok ? BOTHY_LOG_NOTICE : BOTHY_LOG_FATAL, NULL, "STORE", NULL,
                ok ? "the store works again%s%s" : "the store failed, trading stops: %s%s", reason,
                "");
}

void core_bot_restore(struct core *core, uint32_t number, const struct core_bot_past *past)
{
    struct bot *bot = &core->bots[number];

    bot->signals = past->signals;
    bot->suppressed = past->suppressed;
    bot->orders = past->orders;
    bot->refused = past->refused;
    bot->fills = past->fills;
    bot->wins = past->wins;
    bot->losses = past->losses;
    bot->last_any_signal_ns = past->last_signal_ns;
}

void core_cooldown_restore(struct core *core, uint32_t number, uint32_t instrument, int64_t ts_ns)
{
    struct bot *bot = &core->bots[number];
    uint32_t index;

    if (bot_symbol(bot, instrument, &index))
        bot->last_signal_ns[index] = ts_ns;
}

void core_bot_record(struct core *core, uint32_t bot, const struct record_bot *record)
{
    output_record(core, RECORD_BOT, &core->bots[bot], NULL, NULL, record, sizeof *record);
}

void core_action(struct core *core, const struct record_action *action)
{
    output_record(core, RECORD_ACTION, NULL, NULL, NULL, action, sizeof *action);
}
