/*
 * What a script does to the core: see core_player.h. Each command reads its words and calls one
 * input of the core.
 */
#include "core_player_parse.h"
#include "core_player_state.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---- making the core ---- */

int player_find_symbol(struct player *p, const char *name, uint32_t *ret_number)
{
    *ret_number = 0;
    for (uint32_t i = 0; i < p->conf.instrument_count; i++) {
        if (strcmp(p->symbols[i], name) == 0) {
            *ret_number = i + 1;
            return 0;
        }
    }
    return player_fail(p, "no instrument %s", name);
}

int player_find_bot(struct player *p, const char *name, uint32_t *ret_number)
{
    *ret_number = 0;
    for (uint32_t i = 0; i < p->conf.bot_count; i++) {
        if (strcmp(p->bot_names[i], name) == 0) {
            *ret_number = i;
            return 0;
        }
    }
    return player_fail(p, "no bot %s", name);
}

static int publish(struct player *p, uint32_t type, uint32_t number, uint32_t flags,
                   const void *body, size_t size, int64_t ts_ns)
{
    union {
        struct bothy_event event;
        uint8_t bytes[65536];
    } room;
    struct bothy_error error = { 0 };
    int32_t r;

    memset(&room, 0, sizeof room.event);
    room.event.size = (uint16_t)(sizeof room.event + size);
    room.event.type = (uint16_t)type;
    room.event.flags = flags;
    room.event.instrument = number;
    room.event.ts_event_ns = ts_ns;
    memcpy(room.bytes + sizeof room.event, body, size);
    r = core_market(p->core, 0, &room.event, &error);
    if (r < 0)
        player_output(p, "REFUSED %s %s", bothy_event_type_name(type), error.text);
    return 0;
}

int player_make_core(struct player *p)
{
    struct bothy_error error = { 0 };

    for (uint32_t b = 0; b < p->conf.bot_count; b++) {
        uint32_t n = 0;

        for (uint32_t i = 0; i < p->conf.instrument_count; i++) {
            if (p->bot_wants[b][0] && !parse_in_list(p->bot_wants[b], p->symbols[i]))
                continue;
            p->bot_symbols[b][n].instrument = i + 1;
            p->bot_symbols[b][n++].risk = p->risks[b];
        }
        p->bots[b].symbols = p->bot_symbols[b];
        p->bots[b].symbol_count = n;
    }
    p->core = core_new(&p->conf, &player_sink, p, &error);
    if (!p->core)
        return player_fail(p, "core_new: %s", error.text);
    core_time(p->core, p->now_ns);
    for (uint32_t b = 0; b < p->conf.bot_count; b++)
        core_bot_started(p->core, b);
    for (uint32_t i = 0; i < p->conf.instrument_count; i++) {
        if (!p->undefined[i])
            publish(p, BOTHY_EVENT_INSTRUMENT, i + 1, 0, &p->definitions[i],
                    sizeof p->definitions[i], p->now_ns);
    }
    p->output_count = 0;
    return 0;
}

/* ---- commands that set up ---- */

static int decimal(struct player *p, const char *text, struct bothy_decimal *ret_value)
{
    if (bothy_decimal_parse(text, strlen(text), ret_value) < 0)
        return player_fail(p, "%s is no number", text);
    return 0;
}

static int duration(struct player *p, const char *text, int64_t *ret_ns)
{
    if (bothy_duration_parse(text, strlen(text), ret_ns) < 0)
        return player_fail(p, "%s is no duration", text);
    return 0;
}

static int cmd_set(struct player *p, char **w, int n)
{
    const char *value = n > 2 ? w[2] : "";

    if (n < 2)
        return player_fail(p, "SET what?");
    if (strcmp(w[1], "tp_first") == 0) {
        p->conf.take_profit_first = 1;
        return 0;
    }
    if (strcmp(w[1], "exit_model") == 0) {
        p->conf.exit_model = strcmp(value, "tp2") == 0           ? CORE_EXIT_TP2
                             : strcmp(value, "half_tp1_be") == 0 ? CORE_EXIT_HALF_TP1_BE
                                                                 : CORE_EXIT_FULL_TP1;
        return 0;
    }
    if (strcmp(w[1], "max_age") == 0)
        return duration(p, value, &p->conf.signal_max_age_ns);
    if (strcmp(w[1], "stale") == 0)
        return duration(p, value, &p->venue.stale_after_ns);
    if (strcmp(w[1], "balance") == 0)
        return decimal(p, value, &p->conf.paper_balance);
    if (strcmp(w[1], "slippage") == 0)
        return decimal(p, value, &p->conf.paper_slippage);
    if (strcmp(w[1], "taker_fee") == 0)
        return decimal(p, value, &p->conf.paper_taker_fee);
    if (strcmp(w[1], "maker_fee") == 0)
        return decimal(p, value, &p->conf.paper_maker_fee);
    if (strcmp(w[1], "durable") == 0) {
        p->manual = strcmp(value, "manual") == 0;
        return 0;
    }
    return player_fail(p, "SET %s: no such setting", w[1]);
}

static int define(struct player *p, struct bothy_instrument *in, char **w, int n, int *undefined)
{
    for (int i = 2; i < n; i++) {
        struct bothy_decimal *at = NULL;
        char *value = strchr(w[i], '=');

        if (!value) {
            if (strcmp(w[i], "undefined") != 0)
                return player_fail(p, "%s: no such word", w[i]);
            *undefined = 1;
            continue;
        }
        *value++ = '\0';
        if (strcmp(w[i], "feeds") == 0) {
            if (parse_feeds(value, &in->feeds) < 0)
                return player_fail(p, "%s: no such feeds", value);
            continue;
        }
        if (strcmp(w[i], "bars") == 0) {
            if (parse_timeframes(value, &in->bar_timeframes) < 0)
                return player_fail(p, "%s: no such time frames", value);
            continue;
        }
        if (strcmp(w[i], "kind") == 0) {
            in->kind = strcmp(value, "inverse") == 0  ? BOTHY_INSTRUMENT_INVERSE
                       : strcmp(value, "linear") == 0 ? BOTHY_INSTRUMENT_LINEAR
                                                      : BOTHY_INSTRUMENT_SPOT;
            continue;
        }
        at = strcmp(w[i], "tick") == 0           ? &in->tick_size
             : strcmp(w[i], "lot") == 0          ? &in->lot_size
             : strcmp(w[i], "min") == 0          ? &in->min_quantity
             : strcmp(w[i], "max") == 0          ? &in->max_quantity
             : strcmp(w[i], "min_notional") == 0 ? &in->min_notional
             : strcmp(w[i], "maker") == 0        ? &in->maker_fee
             : strcmp(w[i], "taker") == 0        ? &in->taker_fee
             : strcmp(w[i], "contract") == 0     ? &in->contract_size
                                                 : NULL;
        if (!at)
            return player_fail(p, "%s: no such key", w[i]);
        if (decimal(p, value, at) < 0)
            return -1;
    }
    return 0;
}

static int cmd_instrument(struct player *p, char **w, int n)
{
    uint32_t i = p->conf.instrument_count;
    struct bothy_instrument *in = &p->definitions[i];

    if (n < 2 || i == SYMBOLS_MAX || p->core)
        return player_fail(p, "INSTRUMENT stands before the first input, with a symbol");
    snprintf(p->symbols[i], sizeof p->symbols[i], "%s", w[1]);
    p->instruments[i].symbol = p->symbols[i];
    snprintf(in->symbol, sizeof in->symbol, "%s", w[1]);
    snprintf(in->quote, sizeof in->quote, "USDT");
    in->kind = BOTHY_INSTRUMENT_SPOT;
    in->feeds = BOTHY_FEED_BARS;
    in->bar_timeframes = 1u << BOTHY_TF_1M;
    in->tick_size = bothy_decimal_make(1, -1);
    in->lot_size = bothy_decimal_make(1, -3);
    in->contract_size = bothy_decimal_make(1, 0);
    p->conf.instrument_count++;
    return define(p, in, w, n, &p->undefined[i]);
}

static int cmd_bot(struct player *p, char **w, int n)
{
    uint32_t i = p->conf.bot_count;
    struct core_bot_conf *bot = &p->bots[i];
    struct core_risk *risk = &p->risks[i];

    if (n < 2 || i == BOTS_MAX || p->core)
        return player_fail(p, "BOT stands before the first input, with a name");
    snprintf(p->bot_names[i], sizeof p->bot_names[i], "%s", w[1]);
    bot->name = p->bot_names[i];
    bot->order_types = 0x1e;
    bot->max_notional = bothy_decimal_make(1000000, 0);
    risk->max_open_signals = 100;
    risk->max_open_per_symbol = 100;
    risk->risk_pct = bothy_decimal_make(1, 0);
    risk->max_position_pct = bothy_decimal_make(100, 0);
    p->conf.bot_count++;
    for (int k = 2; k < n; k++) {
        char *value = strchr(w[k], '=');
        int64_t count;
        int r = 0;

        if (value)
            *value++ = '\0';
        if (strcmp(w[k], "trade") == 0)
            bot->trade = 1;
        else if (strcmp(w[k], "signals_only") == 0)
            bot->signals_only = 1;
        else if (strcmp(w[k], "reversal_bypass") == 0)
            risk->reversal_bypass = 1;
        else if (!value)
            r = player_fail(p, "%s: no such word", w[k]);
        else if (strcmp(w[k], "types") == 0)
            r = parse_order_types(value, &bot->order_types);
        else if (strcmp(w[k], "symbols") == 0)
            snprintf(p->bot_wants[i], sizeof p->bot_wants[i], "%s", value);
        else if (strcmp(w[k], "max_notional") == 0)
            r = decimal(p, value, &bot->max_notional);
        else if (strcmp(w[k], "risk_pct") == 0)
            r = decimal(p, value, &risk->risk_pct);
        else if (strcmp(w[k], "max_position_pct") == 0)
            r = decimal(p, value, &risk->max_position_pct);
        else if (strcmp(w[k], "price_tolerance_pct") == 0)
            r = decimal(p, value, &risk->price_tolerance_pct);
        else if (strcmp(w[k], "cooldown") == 0)
            r = duration(p, value, &risk->cooldown_ns);
        else if (bothy_int64_parse(value, strlen(value), &count) < 0)
            r = player_fail(p, "%s is no count", value);
        else if (strcmp(w[k], "max_open") == 0)
            risk->max_open_signals = (uint32_t)count;
        else if (strcmp(w[k], "max_symbol") == 0)
            risk->max_open_per_symbol = (uint32_t)count;
        else
            r = player_fail(p, "%s: no such key", w[k]);
        if (r < 0)
            return player_fail(p, "%s: wrong value", w[k]);
    }
    return 0;
}

/* ---- inputs ---- */

static int cmd_bar(struct player *p, char **w, int n)
{
    struct bothy_bar bar;
    uint32_t number, flags = 0;

    memset(&bar, 0, sizeof bar);
    if (n < 8 || player_find_symbol(p, w[1], &number) < 0 ||
        bothy_timeframe_parse(w[2], &bar.timeframe) < 0)
        return player_fail(p, "BAR SYMBOL TF O H L C V");
    if (decimal(p, w[3], &bar.open) < 0 || decimal(p, w[4], &bar.high) < 0 ||
        decimal(p, w[5], &bar.low) < 0 || decimal(p, w[6], &bar.close) < 0 ||
        decimal(p, w[7], &bar.volume) < 0)
        return -1;
    if (n > 8)
        flags = strcmp(w[8], "FORMING") == 0   ? BOTHY_EVENT_FORMING
                : strcmp(w[8], "HISTORY") == 0 ? BOTHY_EVENT_HISTORY
                                               : 0;
    bar.open_ns = flags & BOTHY_EVENT_FORMING
                      ? bothy_timeframe_open_ns(bar.timeframe, p->now_ns)
                      : bothy_timeframe_open_ns(bar.timeframe, p->now_ns - 1);
    bar.close_ns = bar.open_ns + bothy_timeframe_ns(bar.timeframe);
    if (n > 9) {
        int64_t ago;

        if (duration(p, w[9], &ago) < 0)
            return -1;
        bar.open_ns -= ago;
        bar.close_ns -= ago;
    }
    return publish(p, BOTHY_EVENT_BAR, number, flags, &bar, sizeof bar, p->now_ns);
}

static int cmd_quote(struct player *p, char **w, int n)
{
    struct bothy_quote quote;
    uint32_t number;

    if (n != 6 || player_find_symbol(p, w[1], &number) < 0)
        return player_fail(p, "QUOTE SYMBOL BID QTY ASK QTY");
    if (decimal(p, w[2], &quote.bid_price) < 0 || decimal(p, w[3], &quote.bid_quantity) < 0 ||
        decimal(p, w[4], &quote.ask_price) < 0 || decimal(p, w[5], &quote.ask_quantity) < 0)
        return -1;
    return publish(p, BOTHY_EVENT_QUOTE, number, 0, &quote, sizeof quote, p->now_ns);
}

static int cmd_trade(struct player *p, char **w, int n)
{
    struct bothy_trade trade;
    int64_t ago = 0;
    uint32_t number;

    memset(&trade, 0, sizeof trade);
    trade.taker_side = BOTHY_SIDE_BUY;
    if (n < 4 || player_find_symbol(p, w[1], &number) < 0)
        return player_fail(p, "TRADE SYMBOL PRICE QTY [ago=DURATION]");
    if (decimal(p, w[2], &trade.price) < 0 || decimal(p, w[3], &trade.quantity) < 0)
        return -1;
    if (n > 4 && duration(p, w[4] + 4, &ago) < 0)
        return -1;
    return publish(p, BOTHY_EVENT_TRADE, number, 0, &trade, sizeof trade, p->now_ns - ago);
}

static int cmd_book(struct player *p, char **w, int n)
{
    struct {
        struct bothy_book header;
        struct bothy_level levels[256];
    } body;
    uint32_t number, flags = 0, count = 0;

    memset(&body, 0, sizeof body);
    if (n < 3 || player_find_symbol(p, w[1], &number) < 0)
        return player_fail(p, "BOOK SYMBOL SNAPSHOT|UPDATE …");
    if (strcmp(w[2], "SNAPSHOT") == 0)
        flags |= BOTHY_EVENT_SNAPSHOT;
    for (int pass = 0; pass < 2; pass++) {
        for (int i = 3; i < n; i++) {
            if (strcmp(w[i], "MORE") == 0) {
                flags |= BOTHY_EVENT_MORE;
                continue;
            }
            if (i + 2 >= n || (strcmp(w[i], "BID") != 0 && strcmp(w[i], "ASK") != 0))
                return player_fail(p, "%s: BID or ASK, price, quantity", w[i]);
            if ((strcmp(w[i], "ASK") == 0) == pass) {
                if (decimal(p, w[i + 1], &body.levels[count].price) < 0 ||
                    decimal(p, w[i + 2], &body.levels[count].quantity) < 0)
                    return -1;
                count++;
                *(pass ? &body.header.ask_count : &body.header.bid_count) += 1;
            }
            i += 2;
        }
    }
    return publish(p, BOTHY_EVENT_BOOK, number, flags, &body,
                   sizeof body.header + count * sizeof body.levels[0], p->now_ns);
}

static int cmd_feed(struct player *p, char **w, int n)
{
    uint32_t number = 0, state;

    if (n < 3 || (strcmp(w[1], "ALL") != 0 && player_find_symbol(p, w[1], &number) < 0) ||
        parse_feed_state(w[2], &state) < 0)
        return player_fail(p, "FEED SYMBOL|ALL STATE");
    core_feed_state(p->core, 0, number, state, "by script");
    return 0;
}

static int cmd_define(struct player *p, char **w, int n)
{
    uint32_t number;
    int ignored = 0;

    if (n < 2 || player_find_symbol(p, w[1], &number) < 0 ||
        define(p, &p->definitions[number - 1], w, n, &ignored) < 0)
        return -1;
    return publish(p, BOTHY_EVENT_INSTRUMENT, number, 0, &p->definitions[number - 1],
                   sizeof p->definitions[0], p->now_ns);
}

static int cmd_signal(struct player *p, char **w, int n)
{
    struct bothy_signal signal;
    double prices[4] = { 0 };
    uint32_t bot, number;
    int32_t direction;

    if (n < 7 || player_find_bot(p, w[1], &bot) < 0 || player_find_symbol(p, w[3], &number) < 0 ||
        bothy_direction_parse(w[2], &direction) < 0)
        return player_fail(p, "SIGNAL BOT LONG|SHORT SYMBOL ENTRY STOP TP1 [TP2]");
    for (int i = 4; i < n && i < 8; i++) {
        if (bothy_double_parse(w[i], strlen(w[i]), &prices[i - 4]) < 0)
            return player_fail(p, "%s is no number", w[i]);
    }
    bothy_signal_init(&signal, BOTHY_SIGNAL_CUSTOM, number, direction, p->now_ns);
    snprintf(signal.type_name, sizeof signal.type_name, "x_script");
    signal.current = signal.entry = prices[0];
    signal.stop_loss = prices[1];
    signal.take_profit_1 = prices[2];
    signal.take_profit_2 = prices[3];
    signal.confidence = 0.5;
    if (core_signal(p->core, bot, &signal, 7) < 0)
        player_output(p, "REFUSED signal");
    return 0;
}

static int cmd_order(struct player *p, char **w, int n)
{
    struct bothy_order_request request;
    uint32_t bot;
    int next = 6;

    memset(&request, 0, sizeof request);
    request.size = sizeof request;
    request.time_in_force = BOTHY_TIF_GTC;
    if (n < 6 || player_find_bot(p, w[1], &bot) < 0 || bothy_side_parse(w[2], &request.side) < 0 ||
        player_find_symbol(p, w[3], &request.instrument) < 0 ||
        bothy_order_type_parse(w[4], &request.type) < 0)
        return player_fail(p, "ORDER BOT BUY|SELL SYMBOL TYPE QTY [PRICE] …");
    if (decimal(p, w[5], &request.quantity) < 0)
        return -1;
    if (request.type != BOTHY_ORDER_TYPE_MARKET) {
        if (n < 7)
            return player_fail(p, "this type needs a price");
        if (decimal(p, w[6],
                    request.type == BOTHY_ORDER_TYPE_LIMIT ? &request.price : &request.stop_price) <
            0)
            return -1;
        next = 7;
    }
    for (; next < n; next++) {
        if (strcmp(w[next], "reduce_only") == 0)
            request.flags |= BOTHY_ORDER_FLAG_REDUCE_ONLY;
        else if (strcmp(w[next], "post_only") == 0)
            request.flags |= BOTHY_ORDER_FLAG_POST_ONLY;
        else if (strncmp(w[next], "expire=", 7) == 0) {
            request.time_in_force = BOTHY_TIF_GTD;
            if (parse_time(w[next] + 7, p->now_ns, &request.expire_ns) < 0)
                return player_fail(p, "%s is no time", w[next] + 7);
        } else if (bothy_time_in_force_parse(w[next], &request.time_in_force) < 0)
            return player_fail(p, "%s: no such word", w[next]);
    }
    if (core_order(p->core, bot, &request) < 0)
        player_output(p, "REFUSED order");
    return 0;
}

static int cmd_subscribe(struct player *p, char **w, int n)
{
    struct bothy_subscription wanted;
    uint32_t bot;

    memset(&wanted, 0, sizeof wanted);
    wanted.size = sizeof wanted;
    if (n < 4 || player_find_bot(p, w[1], &bot) < 0 ||
        player_find_symbol(p, w[2], &wanted.instrument) < 0 || parse_feeds(w[3], &wanted.feeds) < 0)
        return player_fail(p, "SUBSCRIBE BOT SYMBOL FEEDS [TF] [history=N]");
    for (int i = 4; i < n; i++) {
        int64_t count;

        if (strncmp(w[i], "history=", 8) == 0 &&
            bothy_int64_parse(w[i] + 8, strlen(w[i] + 8), &count) == 0)
            wanted.history = (uint32_t)count;
        else if (bothy_timeframe_parse(w[i], &wanted.timeframe) < 0)
            return player_fail(p, "%s: no such word", w[i]);
    }
    if (strcmp(w[0], "UNSUBSCRIBE") == 0)
        core_unsubscribe(p->core, bot, wanted.instrument, wanted.feeds);
    else if (core_subscribe(p->core, bot, &wanted) < 0)
        player_output(p, "REFUSED subscription");
    return 0;
}

static int cmd_timer(struct player *p, char **w, int n)
{
    int64_t due, interval = 0, id;
    uint32_t bot;

    if (n < 4 || player_find_bot(p, w[1], &bot) < 0 ||
        bothy_int64_parse(w[2], strlen(w[2]), &id) < 0)
        return player_fail(p, "TIMER BOT ID +DELAY|OFF [INTERVAL]");
    if (strcmp(w[3], "OFF") == 0) {
        core_timer_cancel(p->core, bot, (uint64_t)id);
        return 0;
    }
    if (strcmp(w[3], "HUGE") == 0)
        due = interval = INT64_MAX - 1;
    else if (parse_time(w[3], p->now_ns, &due) < 0)
        return player_fail(p, "%s is no time", w[3]);
    if (n > 4 && strcmp(w[4], "HUGE") == 0)
        interval = INT64_MAX;
    else if (n > 4 && duration(p, w[4], &interval) < 0)
        return -1;
    if (core_timer_set(p->core, bot, (uint64_t)id, due, interval) < 0)
        player_output(p, "REFUSED timer");
    return 0;
}

static int cmd_grant(struct player *p, char **w, int n)
{
    uint32_t bot;

    if (n != 3 || player_find_bot(p, w[1], &bot) < 0 ||
        decimal(p, w[2], &p->bots[bot].max_notional) < 0)
        return player_fail(p, "GRANT BOT MAX_NOTIONAL");
    return core_bot_put(p->core, &p->bots[bot], &bot, NULL) < 0 ? player_fail(p, "not reconfigured")
                                                                : 0;
}

static int cmd_of_bot(struct player *p, char **w, int n)
{
    uint32_t bot;
    int64_t id;

    if (n < 2 || player_find_bot(p, w[1], &bot) < 0)
        return player_fail(p, "%s BOT", w[0]);
    if (strcmp(w[0], "PAUSE") == 0)
        core_bot_pause(p->core, bot, 1);
    else if (strcmp(w[0], "RESUME") == 0)
        core_bot_pause(p->core, bot, 0);
    else if (n < 3 || bothy_int64_parse(w[2], strlen(w[2]), &id) < 0)
        return player_fail(p, "CANCEL BOT ID");
    else
        core_cancel(p->core, bot, (uint64_t)id);
    return 0;
}

static int cmd_gone(struct player *p, char **w, int n)
{
    uint32_t bot;

    if (n < 3 || player_find_bot(p, w[2], &bot) < 0)
        return player_fail(p, "BOT GONE NAME [keep]");
    core_bot_gone(p->core, bot, n < 4);
    return 0;
}

static int cmd_history_done(struct player *p, char **w, int n)
{
    uint32_t number, timeframe;

    if (n < 3 || player_find_symbol(p, w[1], &number) < 0 ||
        bothy_timeframe_parse(w[2], &timeframe) < 0)
        return player_fail(p, "HISTORY_DONE SYMBOL TF");
    core_history_done(p->core, 0, number, BOTHY_FEED_BARS, timeframe);
    return 0;
}

void player_durable(struct player *p, uint64_t n)
{
    if (n > p->durable)
        p->durable = n;
    core_durable(p->core, n);
}

static int cmd_durable(struct player *p, char **w, int n)
{
    int64_t number = (int64_t)core_recorded(p->core);

    if (n > 1 && bothy_int64_parse(w[1], strlen(w[1]), &number) < 0)
        return player_fail(p, "DURABLE [N]");
    player_durable(p, (uint64_t)number);
    return 0;
}

static int cmd_switch(struct player *p, char **w, int n)
{
    if (strcmp(w[0], "KILL") == 0)
        core_kill(p->core, 1, "by script");
    else if (strcmp(w[0], "UNKILL") == 0)
        core_kill(p->core, 0, "");
    else if (n < 2)
        return player_fail(p, "STORE FAIL|OK");
    else
        core_store_state(p->core, strcmp(w[1], "OK") == 0, "by script");
    return 0;
}

static const struct {
    const char *name;
    int (*play)(struct player *p, char **w, int n);
} commands[] = {
    { "BAR", cmd_bar },
    { "QUOTE", cmd_quote },
    { "TRADE", cmd_trade },
    { "BOOK", cmd_book },
    { "FEED", cmd_feed },
    { "DEFINE", cmd_define },
    { "SIGNAL", cmd_signal },
    { "ORDER", cmd_order },
    { "CANCEL", cmd_of_bot },
    { "PAUSE", cmd_of_bot },
    { "RESUME", cmd_of_bot },
    { "SUBSCRIBE", cmd_subscribe },
    { "UNSUBSCRIBE", cmd_subscribe },
    { "HISTORY_DONE", cmd_history_done },
    { "TIMER", cmd_timer },
    { "DURABLE", cmd_durable },
    { "STORE", cmd_switch },
    { "KILL", cmd_switch },
    { "UNKILL", cmd_switch },
    { "GRANT", cmd_grant },
};

/* SET, INSTRUMENT, BOT NAME: what stands before the first input. */
int player_set_up(struct player *p, char **w, int n, int *ret_done)
{
    *ret_done = 1;
    if (strcmp(w[0], "SET") == 0)
        return cmd_set(p, w, n);
    if (strcmp(w[0], "INSTRUMENT") == 0)
        return cmd_instrument(p, w, n);
    if (strcmp(w[0], "BOT") == 0 && n > 1 && strcmp(w[1], "GONE") != 0)
        return cmd_bot(p, w, n);
    *ret_done = 0;
    return 0;
}

int player_input(struct player *p, char **w, int n)
{
    size_t i = 0;

    if (strcmp(w[0], "BOT") == 0)
        return cmd_gone(p, w, n);
    while (i < sizeof commands / sizeof commands[0] && strcmp(commands[i].name, w[0]) != 0)
        i++;
    if (i == sizeof commands / sizeof commands[0])
        return player_fail(p, "%s: no such command", w[0]);
    return commands[i].play(p, w, n);
}
