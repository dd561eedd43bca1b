/*
 * The player of core scripts: see core_player.h. Its sinks turn each output into a line of words;
 * an EXPECT takes lines. What it checks on its own stands in the sinks too.
 */
#include "core_player_parse.h"
#include "core_player_state.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

int player_fail(struct player *p, const char *format, ...)
{
    va_list args;
    int n;

    if (p->error[0])
        return -1;
    n = snprintf(p->error, sizeof p->error, "%s:%d: ", p->name, p->line);
    va_start(args, format);
    vsnprintf(p->error + n, sizeof p->error - (size_t)n, format, args);
    va_end(args);
    return -1;
}

static void digest(struct player *p, const void *data, size_t length)
{
    const uint8_t *at = data;

    for (size_t i = 0; i < length; i++)
        p->digest = (p->digest ^ at[i]) * UINT64_C(1099511628211);
}

void player_output(struct player *p, const char *format, ...)
{
    struct output *out;
    va_list args;

    if (p->output_count == OUTPUTS_MAX) {
        player_fail(p, "more than %d outputs without an EXPECT", OUTPUTS_MAX);
        return;
    }
    out = &p->outputs[p->output_count++];
    out->taken = 0;
    out->line = p->line;
    va_start(args, format);
    vsnprintf(out->text, sizeof out->text, format, args);
    va_end(args);
}

/* ---- sinks ---- */

static void show_bar(struct player *p, const char *kind, const struct bothy_event *event)
{
    const struct bothy_bar *bar = BOTHY_EVENT_BODY(event, struct bothy_bar);
    char when[BOTHY_TIME_TEXT_MAX];
    SHOW(o, bar->open);
    SHOW(h, bar->high);
    SHOW(l, bar->low);
    SHOW(c, bar->close);
    SHOW(v, bar->volume);

    bothy_time_format(bar->open_ns, 0, when, sizeof when);
    player_output(p, "%s %s %s %s %s %s %s %s %s", kind, p->symbols[event->instrument - 1],
                  bothy_timeframe_name(bar->timeframe), o, h, l, c, v, when);
}

static void sink_publish(void *context, const struct bothy_event *event)
{
    struct player *p = context;

    digest(p, event, event->size);
    if (event->type == BOTHY_EVENT_BAR)
        show_bar(p, event->flags & BOTHY_EVENT_FORMING ? "FORMING" : "BAR", event);
    if (event->type == BOTHY_EVENT_FEED)
        player_output(
            p, "FEED %s %s", p->symbols[event->instrument - 1],
            bothy_feed_state_name(BOTHY_EVENT_BODY(event, struct bothy_feed_change)->state));
    if (event->type == BOTHY_EVENT_SIGNAL)
        player_output(p, "PUBLISHED %s", p->symbols[event->instrument - 1]);
}

static void show_fill(struct player *p, uint32_t bot, const struct bothy_event *event)
{
    const struct bothy_fill *fill = BOTHY_EVENT_BODY(event, struct bothy_fill);
    struct bothy_decimal *sum = &p->sums[bot][event->instrument];
    SHOW(quantity, fill->quantity);
    SHOW(price, fill->price);
    SHOW(fee, fill->fee);

    player_output(p, "FILL %" PRIu64 " %s %s %s %s %s", fill->order_id,
                  fill->side == BOTHY_SIDE_BUY ? "BUY" : "SELL", quantity, price, fee,
                  fill->flags & BOTHY_FILL_MAKER ? "MAKER" : "TAKER");
    if ((fill->side == BOTHY_SIDE_BUY ? bothy_decimal_add(*sum, fill->quantity, sum)
                                      : bothy_decimal_subtract(*sum, fill->quantity, sum)) < 0)
        player_fail(p, "the sum of fills is too large for the player");
}

static void show_position(struct player *p, uint32_t bot, const struct bothy_event *event)
{
    const struct bothy_position *position = BOTHY_EVENT_BODY(event, struct bothy_position);
    SHOW(quantity, position->quantity);
    SHOW(average, position->average_entry);
    SHOW(realised, position->realised_pnl);
    SHOW(unrealised, position->unrealised_pnl);
    SHOW(fees, position->fees);

    player_output(p, "POSITION %s %s %s %s %s %s %s", p->bot_names[bot],
                  p->symbols[event->instrument - 1], quantity, average, realised, unrealised, fees);
    if (bothy_decimal_compare(position->quantity, p->sums[bot][event->instrument]) != 0)
        player_fail(p, "the position %s is not the sum of the fills", quantity);
}

static void sink_report(void *context, uint32_t bot, const struct bothy_event *event)
{
    struct player *p = context;

    digest(p, event, event->size);
    switch (event->type) {
    case BOTHY_EVENT_SIGNAL_RESULT: {
        const struct bothy_signal_result *result =
            BOTHY_EVENT_BODY(event, struct bothy_signal_result);

        player_output(p, "SIGNAL %s %s %s", p->bot_names[bot],
                      result->accepted ? "ACCEPTED" : result->code, result->text);
        break;
    }
    case BOTHY_EVENT_ORDER: {
        const struct bothy_order *order = BOTHY_EVENT_BODY(event, struct bothy_order);

        player_output(p, "ORDER %" PRIu64 " %s %s %s", order->order_id,
                      bothy_order_state_name(order->state), order->code, order->text);
        break;
    }
    case BOTHY_EVENT_FILL:
        show_fill(p, bot, event);
        break;
    case BOTHY_EVENT_POSITION:
        show_position(p, bot, event);
        break;
    case BOTHY_EVENT_TIMER:
        player_output(p, "TIMER %s %" PRIu64, p->bot_names[bot],
                      BOTHY_EVENT_BODY(event, struct bothy_timer)->id);
        break;
    case BOTHY_EVENT_BAR:
        show_bar(p, "PAST", event);
        break;
    case BOTHY_EVENT_HISTORY_END: {
        const struct bothy_history_end *end = BOTHY_EVENT_BODY(event, struct bothy_history_end);

        player_output(p, "PAST_END %s %s %u", p->bot_names[bot],
                      bothy_timeframe_name(end->timeframe), end->count);
        break;
    }
    default:
        break;
    }
}

static void see_order(struct player *p, uint64_t n, const struct record_order *record)
{
    const struct bothy_order *order = &record->order;
    struct seen_order *seen = &p->orders[order->order_id % ORDERS_MAX];

    if (order->state == BOTHY_ORDER_NEW) {
        if (seen->state != BOTHY_ORDER_SENT && seen->state != BOTHY_ORDER_ACKED)
            *seen = (struct seen_order) { n, record->group_id, record->parent_id, 0 };
        if (n <= p->durable)
            player_fail(p, "order %" PRIu64 ": record %" PRIu64 " is an old one", order->order_id,
                        n);
    }
    if (order->state == BOTHY_ORDER_SENT && (seen->record_n == 0 || seen->record_n > p->durable))
        player_fail(p,
                    "order %" PRIu64 " is sent before its record %" PRIu64 " is durable (%" PRIu64
                    " is)",
                    order->order_id, seen->record_n, p->durable);
    seen->state = order->state;
}

static void sink_record(void *context, const struct record *record)
{
    static const char *const outcomes[] = { "?", "TP1", "TP2", "SL", "BREAK_EVEN", "EXPIRED" };
    struct player *p = context;

    digest(p, record, sizeof *record + record->size);
    if (record->type == RECORD_ORDER)
        see_order(p, record->n, RECORD_BODY(record, struct record_order));
    if (record->type == RECORD_SIGNAL_END) {
        const struct record_signal_end *end = RECORD_BODY(record, struct record_signal_end);

        player_output(p, "OUTCOME %s %.10g %.6g", outcomes[end->outcome], end->exit, end->pnl_pct);
    }
}

static void sink_feeds(void *context, uint32_t venue, const struct bothy_feed_request *request)
{
    struct player *p = context;

    (void)venue;
    player_output(p, "ASKED %s %u %u", request->symbol, request->feeds, request->bar_timeframes);
}

static void sink_history(void *context, uint32_t venue, const struct bothy_history_request *request)
{
    struct player *p = context;

    (void)venue;
    player_output(p, "ASKED_PAST %s %s %u", p->symbols[request->instrument - 1],
                  bothy_timeframe_name(request->timeframe), request->count);
}

static void sink_note(void *context, int32_t level, uint32_t bot, const char *code,
                      const char *text, const uint8_t *correlation)
{
    struct player *p = context;

    (void)bot;
    (void)correlation;
    digest(p, text, strlen(text));
    player_output(p, "NOTE %s %s %s", bothy_log_level_name(level), code, text);
}

const struct core_sink player_sink = { sink_publish, sink_report,  sink_record,
                                       sink_feeds,   sink_history, sink_note };

/* ---- expectations ---- */

static int words_match(const char *expected, const char *actual)
{
    char left[256], right[256];
    char *a[PARSE_WORDS_MAX], *b[PARSE_WORDS_MAX];
    int n, m;

    snprintf(left, sizeof left, "%s", expected);
    snprintf(right, sizeof right, "%s", actual);
    n = parse_words(left, a);
    m = parse_words(right, b);
    if (n > m)
        return 0;
    for (int i = 0; i < n; i++) {
        if (strcmp(a[i], "*") != 0 && strcasecmp(a[i], b[i]) != 0)
            return 0;
    }
    return 1;
}

static struct output *next_output(struct player *p, const char *kind)
{
    size_t length = strlen(kind);

    for (size_t i = 0; i < p->output_count; i++) {
        struct output *out = &p->outputs[i];

        if (!out->taken && strncmp(out->text, kind, length) == 0 && out->text[length] == ' ')
            return out;
    }
    return NULL;
}

static int expect_none(struct player *p, char **w, int n, const char *text)
{
    static const char *const kinds[] = { "ORDER",   "FILL",  "SIGNAL", "POSITION",
                                         "OUTCOME", "TIMER", "PAST",   "FORMING" };
    struct output *out;

    /* More than a kind: that very one. */
    for (size_t i = 0; n > 3 && i < p->output_count; i++) {
        if (!p->outputs[i].taken && words_match(strstr(text, w[2]), p->outputs[i].text))
            return player_fail(p, "expected %s, got: %s", text, p->outputs[i].text);
    }
    if (n > 3)
        return 0;
    if (n > 2) {
        out = next_output(p, w[2]);
        return out ? player_fail(p, "expected no %s, got: %s", w[2], out->text) : 0;
    }
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        out = next_output(p, kinds[i]);
        if (out)
            return player_fail(p, "expected nothing, got: %s", out->text);
    }
    return 0;
}

static int expect_what_is(struct player *p, char **w, int n, const char *text)
{
    char actual[256] = "";

    if (strcmp(w[1], "EQUITY") == 0) {
        struct bothy_decimal cash, equity;

        core_equity(p->core, &cash, &equity);
        SHOW(cash_text, cash);
        SHOW(equity_text, equity);
        snprintf(actual, sizeof actual, "EQUITY %s %s", cash_text, equity_text);
    } else if (strcmp(w[1], "HELD") == 0) {
        struct bothy_decimal held = bothy_decimal_zero();
        struct core_position_view view;
        uint32_t bot, number;
        size_t cursor = 0;

        if (n < 5 || player_find_bot(p, w[2], &bot) < 0 || player_find_symbol(p, w[3], &number) < 0)
            return player_fail(p, "EXPECT HELD BOT SYMBOL QTY");
        while (core_position_next(p->core, &cursor, &view)) {
            if (view.bot == bot && view.instrument == number)
                held = view.position.quantity;
        }
        SHOW(held_text, held);
        snprintf(actual, sizeof actual, "HELD %s %s %s", w[2], w[3], held_text);
    } else {
        const struct record_order *order;
        uint32_t bot, number;
        size_t cursor = 0;
        int live = 0;

        while (core_order_next(p->core, &cursor, &bot, &order, &number))
            live += order->order.state < BOTHY_ORDER_FILLED;
        snprintf(actual, sizeof actual, "LIVE %d", live);
    }
    return words_match(text, actual) ? 0 : player_fail(p, "expected %s, is: %s", text, actual);
}

static int cmd_expect(struct player *p, char **w, int n, const char *text)
{
    struct output *out;

    if (n < 2)
        return player_fail(p, "EXPECT what?");
    p->after_expect = 1;
    if (strcmp(w[1], "NONE") == 0)
        return expect_none(p, w, n, text);
    if (strcmp(w[1], "EQUITY") == 0 || strcmp(w[1], "HELD") == 0 || strcmp(w[1], "LIVE") == 0)
        return expect_what_is(p, w, n, text);
    out = next_output(p, w[1]);
    /* Orders and notes are many: those before the one that is meant are passed over. */
    while (out && (strcmp(w[1], "ORDER") == 0 || strcmp(w[1], "NOTE") == 0) &&
           !words_match(text, out->text)) {
        out->taken = 1;
        out = next_output(p, w[1]);
    }
    if (!out)
        return player_fail(p, "expected %s, got no such %s", text, w[1]);
    out->taken = 1;
    if (!words_match(text, out->text))
        return player_fail(p, "expected %s, got: %s", text, out->text);
    return 0;
}

/* What nobody took, although it must not go unseen. */
static int leave_step(struct player *p)
{
    for (size_t i = 0; i < p->output_count; i++) {
        const struct output *out = &p->outputs[i];

        if (!out->taken &&
            (strncmp(out->text, "FILL ", 5) == 0 || strncmp(out->text, "OUTCOME ", 8) == 0)) {
            p->line = out->line;
            return player_fail(p, "nobody expected: %s", out->text);
        }
    }
    p->output_count = 0;
    p->after_expect = 0;
    return 0;
}

/* ---- the player ---- */

struct player *player_new(const char *name)
{
    struct player *p = calloc(1, sizeof *p);

    if (!p)
        return NULL;
    snprintf(p->name, sizeof p->name, "%s", name);
    p->digest = UINT64_C(14695981039346656037);
    p->now_ns = INT64_C(1640995200) * BOTHY_NS_PER_S; /* 2022-01-01 */
    p->venue.name = "sim";
    p->conf.venues = &p->venue;
    p->conf.venue_count = 1;
    p->conf.instruments = p->instruments;
    p->conf.bots = p->bots;
    p->conf.signal_max_age_ns = 48 * BOTHY_NS_PER_H;
    p->conf.paper_balance = bothy_decimal_make(10000, 0);
    p->conf.paper_slippage = bothy_decimal_zero();
    snprintf(p->conf.paper_currency, sizeof p->conf.paper_currency, "USDT");
    p->conf.epoch = 1;
    p->conf.seed = 42;
    return p;
}

void player_free(struct player *p)
{
    if (!p)
        return;
    core_free(p->core);
    free(p);
}

const char *player_error(const struct player *p)
{
    return p->error;
}

void player_forget(struct player *p)
{
    p->output_count = 0;
    p->after_expect = 0;
}

struct core *player_core(struct player *p)
{
    return p->core;
}

uint64_t player_digest(const struct player *p)
{
    return p->digest;
}

static void settle(struct player *p)
{
    while (!p->manual && p->durable < core_recorded(p->core))
        player_durable(p, core_recorded(p->core));
}

static int play_input(struct player *p, char **w, int n)
{
    int r;

    if (p->after_expect && leave_step(p) < 0)
        return -1;
    r = player_input(p, w, n);
    if (r == 0)
        settle(p);
    if (r == 0)
        r = player_invariants(p);
    return r < 0 || p->error[0] ? -1 : 0;
}

int player_line(struct player *p, const char *line)
{
    char copy[2048], *words[PARSE_WORDS_MAX], **w = words;
    int n, r, done;

    p->line++;
    snprintf(copy, sizeof copy, "%s", line);
    n = parse_words(copy, words);
    if (n == 0)
        return 0;
    r = player_set_up(p, w, n, &done);
    if (done || r < 0)
        return r;
    if (strcmp(w[0], "AT") == 0) {
        if (n < 2 || parse_time(w[1], p->now_ns, &p->now_ns) < 0)
            return player_fail(p, "AT TIME");
        if (p->core) {
            if (p->after_expect && leave_step(p) < 0)
                return -1;
            core_time(p->core, p->now_ns);
            settle(p);
        }
        w += 2;
        n -= 2;
        if (n == 0)
            return p->error[0] ? -1 : 0;
    }
    if (!p->core && player_make_core(p) < 0)
        return -1;
    if (strcmp(w[0], "EXPECT") == 0) {
        char text[256] = "";

        for (int i = 1; i < n; i++)
            snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", i > 1 ? " " : "",
                     w[i]);
        return cmd_expect(p, w, n, text) < 0 || p->error[0] ? -1 : 0;
    }
    return play_input(p, w, n);
}

int player_finish(struct player *p)
{
    return leave_step(p) < 0 || p->error[0] ? -1 : 0;
}

/* A group is over when its exits took out what its entry brought in: then none of it is live. */
int player_invariants(struct player *p)
{
    const struct record_order *order;
    struct core_position_view view;
    uint32_t bot, number;
    size_t cursor = 0;

    while (core_position_next(p->core, &cursor, &view)) {
        if (bothy_decimal_compare(view.position.quantity, p->sums[view.bot][view.instrument]) != 0)
            return player_fail(p, "a position is not the sum of its fills");
    }
    cursor = 0;
    while (core_order_next(p->core, &cursor, &bot, &order, &number)) {
        const struct record_order *other;
        uint32_t other_bot, other_number;
        size_t inner = 0;

        if (order->parent_id == 0 || order->order.state >= BOTHY_ORDER_FILLED)
            continue;
        if (bothy_decimal_compare(order->order.filled, order->order.quantity) > 0)
            return player_fail(p, "order %" PRIu64 " is filled beyond its size",
                               order->order.order_id);
        while (core_order_next(p->core, &inner, &other_bot, &other, &other_number)) {
            if (other->order.order_id != order->parent_id)
                continue;
            if (other->order.state > BOTHY_ORDER_FILLED && other->order.filled.coefficient == 0)
                return player_fail(p, "exit %" PRIu64 " lives, its entry ended without a fill",
                                   order->order.order_id);
            if (other->order.filled.coefficient && !p->sums[bot][number].coefficient &&
                other->order.state >= BOTHY_ORDER_FILLED)
                return player_fail(p, "exit %" PRIu64 " lives, the position is closed",
                                   order->order.order_id);
        }
    }
    return 0;
}

int player_file(const char *path, char *error, size_t capacity)
{
    const char *slash = strrchr(path, '/');
    struct player *p = player_new(slash ? slash + 1 : path);
    FILE *file = fopen(path, "re");
    char line[2048];
    int r = 0;

    error[0] = '\0';
    if (!p || !file) {
        snprintf(error, capacity, "%s cannot be read", path);
        r = -1;
    }
    while (r == 0 && fgets(line, sizeof line, file))
        r = player_line(p, line);
    if (r == 0)
        r = player_finish(p);
    if (p && r < 0)
        snprintf(error, capacity, "%s", player_error(p));
    if (file)
        fclose(file);
    player_free(p);
    return r;
}
