/*
 * The examination of a strategy: see exam.h. Instances are driven inline, by function calls; the
 * made-up core behind each answers what a core would: history, timers, results of signals,
 * reports of orders and fills, positions.
 *
 * Three instances get the same market: one alone, two in turns. What they hand over must be the
 * same, record for record; if it is not, they share something, or look at something that is not
 * given to them.
 */
#include "config.h"

#include "runner/exam.h"

#include "base/clean.h"
#include "runner/instance.h"
#include "runner/market.h"

#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define SEED         1
#define EVENTS       12000 /* of the market, for each instance */
#define EVENTS_SHORT 1500  /* for each of the rounds that look for leaks */
#define ROUNDS       14
#define ROUNDS_WARM  8 /* first rounds that may leave caches behind */
#define QUEUE_MAX    512
#define SAMPLES_MAX  20000

/* One instance with the core that it believes in. */
struct subject {
    const char *name;
    struct instance instance;
    struct market market;
    struct market_event queue[QUEUE_MAX]; /* private events that wait */
    uint32_t queued;
    uint32_t taken;
    uint64_t last_seq;
    struct {
        uint64_t id;
        int64_t due_ns;
        int64_t interval_ns;
        int set;
    } timers[SERVICES_TIMERS_MAX];
    struct bothy_decimal position;
    uint64_t order_count;
    uint64_t digest; /* of all records handed over */
    uint64_t records[WIRE_R_COUNT + 1];
    uint64_t errors[BOTHY_EVENT_TYPE_MAX + 1];
    int32_t error_code;
    uint64_t delivered;
    uint64_t lines;
    uint64_t overflow; /* answers that found no room */
    int full;          /* refuse everything */
};

/* Times of one call each, for types of events. */
struct samples {
    uint64_t ns[SAMPLES_MAX];
    uint32_t count;
};

static struct samples *samples; /* by type of event; NULL while nobody measures */

/* ---- the made-up core ---- */

static struct market_event *answer(struct subject *subject, uint32_t type, size_t body)
{
    struct market_event *event;

    if (subject->queued == QUEUE_MAX) {
        subject->overflow++;
        return NULL;
    }
    event = &subject->queue[(subject->taken + subject->queued++) % QUEUE_MAX];
    market_make(event, type, body, subject->market.now_ns);
    event->event.flags = BOTHY_EVENT_PRIVATE;
    event->event.seq = subject->last_seq;
    return event;
}

/* History does not fit the queue: it is delivered when its marker is met. */
static void answer_subscription(struct subject *subject, const struct bothy_subscription *s)
{
    struct market_event *event;

    if (s->history == 0)
        return;
    event = answer(subject, BOTHY_EVENT_HISTORY_END, sizeof event->body.history_end);
    if (!event)
        return;
    event->event.instrument = s->instrument;
    event->body.history_end.count = s->history;
    /* Which of the histories, for us; cleared before it is delivered. */
    if (s->feeds & BOTHY_FEED_BARS) {
        event->event.source = BOTHY_FEED_BARS;
        event->body.history_end.timeframe = s->timeframe;
    } else {
        event->event.source =
            s->feeds & BOTHY_FEED_FUNDING ? BOTHY_FEED_FUNDING : BOTHY_FEED_OPEN_INTEREST;
    }
}

static void answer_signal(struct subject *subject, const struct wire_signal *signal)
{
    struct market_event *event =
        answer(subject, BOTHY_EVENT_SIGNAL_RESULT, sizeof event->body.signal_result);

    if (!event)
        return;
    event->event.instrument = signal->signal.instrument;
    event->body.signal_result.tag = signal->tag;
    event->body.signal_result.accepted = 1;
}

static void report_order(struct subject *subject, const struct bothy_order_request *request,
                         uint32_t state)
{
    struct market_event *event = answer(subject, BOTHY_EVENT_ORDER, sizeof event->body.order);
    struct bothy_order *order;

    if (!event)
        return;
    order = &event->body.order;
    event->event.instrument = request->instrument;
    order->order_id = subject->order_count;
    order->tag = request->tag;
    order->state = state;
    order->side = request->side;
    order->type = request->type;
    order->time_in_force = request->time_in_force;
    order->flags = request->flags;
    order->quantity = request->quantity;
    order->filled = state == BOTHY_ORDER_FILLED ? request->quantity : bothy_decimal_zero();
    order->price = request->price;
    order->stop_price = request->stop_price;
    snprintf(order->client_order_id, sizeof order->client_order_id, "check-%llu",
             (unsigned long long)subject->order_count);
}

static void report_fill(struct subject *subject, const struct bothy_order_request *request)
{
    struct bothy_decimal change = request->quantity;
    struct market_event *event;

    event = answer(subject, BOTHY_EVENT_FILL, sizeof event->body.fill);
    if (event) {
        event->event.instrument = request->instrument;
        event->body.fill.order_id = subject->order_count;
        event->body.fill.tag = request->tag;
        event->body.fill.fill_id = subject->order_count;
        event->body.fill.side = request->side;
        event->body.fill.price = market_price(&subject->market);
        event->body.fill.quantity = request->quantity;
        event->body.fill.fee = bothy_decimal_make(1, -3);
        snprintf(event->body.fill.fee_currency, sizeof event->body.fill.fee_currency, "USDT");
    }
    if (request->side == BOTHY_SIDE_SELL)
        change.coefficient = -change.coefficient;
    if (bothy_decimal_add(subject->position, change, &subject->position) < 0)
        subject->position = bothy_decimal_zero();
    event = answer(subject, BOTHY_EVENT_POSITION, sizeof event->body.position);
    if (event) {
        event->event.instrument = request->instrument;
        event->body.position.quantity = subject->position;
        event->body.position.average_entry = market_price(&subject->market);
    }
}

static void answer_order(struct subject *subject, const struct bothy_order_request *request)
{
    subject->order_count++;
    /* Each of the ends that an order may have comes up. */
    switch (subject->order_count % 8) {
    case 3:
        report_order(subject, request, BOTHY_ORDER_REJECTED);
        return;
    case 5:
        report_order(subject, request, BOTHY_ORDER_UNKNOWN);
        report_order(subject, request, BOTHY_ORDER_NEVER_SENT);
        return;
    case 7:
        report_order(subject, request, BOTHY_ORDER_ACKED);
        report_order(subject, request, BOTHY_ORDER_CANCELLED);
        return;
    default:
        report_order(subject, request, BOTHY_ORDER_ACKED);
        report_fill(subject, request);
        report_order(subject, request, BOTHY_ORDER_FILLED);
    }
}

static void set_timer(struct subject *subject, const struct wire_timer *timer)
{
    uint32_t free_at = SERVICES_TIMERS_MAX;

    for (uint32_t i = 0; i < SERVICES_TIMERS_MAX; i++) {
        if (subject->timers[i].set && subject->timers[i].id == timer->id)
            free_at = i;
        else if (!subject->timers[i].set && free_at == SERVICES_TIMERS_MAX)
            free_at = i;
    }
    if (free_at == SERVICES_TIMERS_MAX)
        return;
    subject->timers[free_at].id = timer->id;
    subject->timers[free_at].due_ns = timer->due_ns;
    subject->timers[free_at].interval_ns = timer->interval_ns;
    subject->timers[free_at].set = 1;
}

static void cancel_timer(struct subject *subject, uint64_t id)
{
    for (uint32_t i = 0; i < SERVICES_TIMERS_MAX; i++) {
        if (subject->timers[i].id == id)
            subject->timers[i].set = 0;
    }
}

static void digest(struct subject *subject, const void *data, size_t length)
{
    const uint8_t *bytes = data;

    for (size_t i = 0; i < length; i++)
        subject->digest = (subject->digest ^ bytes[i]) * UINT64_C(1099511628211);
}

static int32_t take_record(void *context, uint32_t type, const void *payload, size_t length)
{
    struct subject *subject = context;

    if (subject->full)
        return BOTHY_EAGAIN;
    digest(subject, &type, sizeof type);
    digest(subject, payload, length);
    if (type < ARRAY_SIZE(subject->records))
        subject->records[type]++;
    switch (type) {
    case WIRE_R_SUBSCRIBE:
        answer_subscription(subject, payload);
        break;
    case WIRE_R_SIGNAL:
        answer_signal(subject, payload);
        break;
    case WIRE_R_ORDER:
        answer_order(subject, payload);
        break;
    case WIRE_R_TIMER:
        set_timer(subject, payload);
        break;
    case WIRE_R_TIMER_CANCEL: {
        uint64_t id;

        memcpy(&id, payload, sizeof id);
        cancel_timer(subject, id);
        break;
    }
    default:
        break;
    }
    return 0;
}

static void take_line(void *context, int32_t level, int64_t event_ns, const char *keys,
                      const char *text)
{
    struct subject *subject = context;

    (void)event_ns;
    (void)keys;
    subject->lines++;
    if (level >= BOTHY_LOG_ERROR && subject->lines < 100)
        exam_note("log", "%s: %s", bothy_log_level_name(level), text);
}

static const struct services_sink sink = { take_record, take_line };

/* ---- giving events ---- */

static void deliver(struct subject *subject, const struct bothy_event *event)
{
    struct timespec before;
    struct timespec after;
    int32_t r;

    clock_gettime(CLOCK_MONOTONIC, &before);
    r = instance_event(&subject->instance, event);
    clock_gettime(CLOCK_MONOTONIC, &after);
    if (r == 0)
        return;
    subject->delivered++;
    if (r < 0) {
        subject->errors[event->type]++;
        subject->error_code = r;
    }
    if (samples && samples[event->type].count < SAMPLES_MAX) {
        int64_t ns = (int64_t)(after.tv_sec - before.tv_sec) * BOTHY_NS_PER_S +
                     (after.tv_nsec - before.tv_nsec);

        samples[event->type].ns[samples[event->type].count++] = ns > 0 ? (uint64_t)ns : 0;
    }
}

static void deliver_history(struct subject *subject, const struct market_event *end)
{
    for (uint32_t i = 0; i < end->body.history_end.count; i++) {
        struct market_event event;

        market_past(end->event.source, end->body.history_end.timeframe, i,
                    end->body.history_end.count, &event);
        event.event.seq = end->event.seq;
        deliver(subject, &event.event);
    }
}

static void deliver_answers(struct subject *subject)
{
    /* A plugin that answers each answer must not keep us here. */
    for (uint32_t turns = 0; subject->queued && turns < 4 * QUEUE_MAX; turns++) {
        struct market_event event = subject->queue[subject->taken];

        subject->taken = (subject->taken + 1) % QUEUE_MAX;
        subject->queued--;
        if (event.event.type == BOTHY_EVENT_HISTORY_END && event.event.source) {
            deliver_history(subject, &event);
            event.event.source = 0;
        }
        deliver(subject, &event.event);
    }
}

static void deliver_timers(struct subject *subject)
{
    for (uint32_t i = 0; i < SERVICES_TIMERS_MAX; i++) {
        struct market_event event;

        if (!subject->timers[i].set || subject->timers[i].due_ns > subject->market.now_ns)
            continue;
        market_make(&event, BOTHY_EVENT_TIMER, sizeof event.body.timer, subject->market.now_ns);
        event.event.instrument = 0;
        event.event.flags = BOTHY_EVENT_PRIVATE;
        event.event.seq = subject->last_seq;
        event.body.timer.id = subject->timers[i].id;
        event.body.timer.due_ns = subject->timers[i].due_ns;
        if (subject->timers[i].interval_ns == 0)
            subject->timers[i].set = 0;
        else
            subject->timers[i].due_ns = subject->market.now_ns + subject->timers[i].interval_ns;
        deliver(subject, &event.event);
    }
}

/* One event of the market and all that follows from it. */
static void advance(struct subject *subject)
{
    struct market_event event;

    market_next(&subject->market, &event);
    subject->last_seq = event.event.seq;
    deliver(subject, &event.event);
    deliver_answers(subject);
    deliver_timers(subject);
}

/* ---- the ladder ---- */

static int climb(struct subject *subject, const char *name, const struct loader_plugin *plugin,
                 const struct settings *settings, const void *state, size_t length)
{
    struct bothy_error error = { 0 };
    int32_t r;

    memset(subject, 0, sizeof *subject);
    subject->name = name;
    subject->digest = UINT64_C(14695981039346656037);
    market_init(&subject->market, SEED);
    r = instance_init(&subject->instance, plugin, settings, &sink, subject, NULL, NULL, &error);
    if (r == 0)
        r = instance_check(&subject->instance, &error);
    if (r == 0)
        r = instance_create(&subject->instance, &error);
    if (r == 0)
        r = instance_load(&subject->instance, state, length, &error);
    if (r == 0)
        r = instance_start(&subject->instance, &error);
    if (r < 0) {
        exam_finding("refuses", "%s; give it other values with --set NAME=VALUE", error.text);
        return 0;
    }
    deliver_answers(subject);
    return 1;
}

static void climb_down(struct subject *subject)
{
    instance_stop(&subject->instance);
    instance_clear(&subject->instance);
}

static void judge(const struct subject *subject)
{
    const struct services *services = &subject->instance.services;

    for (uint32_t type = 0; type <= BOTHY_EVENT_TYPE_MAX; type++) {
        if (subject->errors[type])
            exam_finding("event-errors", "on_event returned an error for %llu %s events (last %d)",
                         (unsigned long long)subject->errors[type], bothy_event_type_name(type),
                         (int)subject->error_code);
    }
    if (services->refused_early)
        exam_finding("too-early",
                     "%llu calls of services on a rung where they are not allowed: see host.h",
                     (unsigned long long)services->refused_early);
    if (services->refused_wrong)
        exam_finding("wrong-arguments", "%llu calls of services had arguments that break the rules",
                     (unsigned long long)services->refused_wrong);
    if (subject->overflow)
        exam_note("answers", "it provoked more answers at a time than are kept: %llu were dropped",
                  (unsigned long long)subject->overflow);
}

static void count_outputs(const struct subject *subject)
{
    exam_count("events", subject->delivered);
    exam_count("signals", subject->records[WIRE_R_SIGNAL]);
    exam_count("orders", subject->records[WIRE_R_ORDER]);
    exam_count("subscriptions", subject->records[WIRE_R_SUBSCRIBE]);
    exam_count("timers", subject->records[WIRE_R_TIMER]);
    exam_count("metrics", subject->records[WIRE_R_METRIC]);
    exam_count("log_lines", subject->lines);
    if (subject->delivered == 0)
        exam_note("silent", "it subscribed to nothing that the made-up market has");
}

/* One alone, then two in turns. */
static int examine_outputs(struct subject *a, struct subject *b, const struct loader_plugin *plugin,
                           const struct settings *settings)
{
    uint64_t alone;

    exam_stage("an instance alone");
    if (!climb(a, "first", plugin, settings, NULL, 0))
        return 0;
    for (uint32_t i = 0; i < EVENTS; i++)
        advance(a);
    alone = a->digest;
    judge(a);
    count_outputs(a);
    climb_down(a);

    exam_stage("two instances in turns");
    samples = calloc(BOTHY_EVENT_TYPE_MAX + 1, sizeof *samples);
    if (!climb(a, "second", plugin, settings, NULL, 0) ||
        !climb(b, "third", plugin, settings, NULL, 0))
        return 0;
    for (uint32_t i = 0; i < EVENTS; i++) {
        advance(a);
        advance(b);
    }
    if (a->digest != alone || b->digest != alone)
        exam_finding("instances-differ",
                     "two instances in turns do not say what one alone says for the same events: "
                     "they share state, or use what the host did not give them");
    climb_down(a);
    climb_down(b);
    for (uint32_t type = 0; samples && type <= BOTHY_EVENT_TYPE_MAX; type++)
        exam_times(bothy_event_type_name(type), samples[type].ns, samples[type].count);
    free(samples);
    samples = NULL;
    return 1;
}

/* The rungs that a quiet day does not reach. */
static void examine_rungs(struct subject *a, const struct loader_plugin *plugin,
                          const struct settings *settings)
{
    _cleanup_free_ uint8_t *state = malloc(BOTHY_STATE_MAX);
    struct bothy_error error = { 0 };
    struct market_event gap;
    char text[256];
    int32_t length;
    int32_t r;

    exam_stage("pause, resume, reload, health, save");
    if (!state || !climb(a, "rungs", plugin, settings, NULL, 0))
        return;
    for (uint32_t i = 0; i < EVENTS_SHORT; i++)
        advance(a);
    instance_pause(&a->instance);
    for (uint32_t i = 0; i < EVENTS_SHORT; i++)
        advance(a);
    instance_resume(&a->instance);
    market_make(&gap, BOTHY_EVENT_GAP, sizeof gap.body.gap, a->market.now_ns);
    gap.event.flags = BOTHY_EVENT_PRIVATE;
    gap.event.instrument = 0;
    gap.body.gap.first_seq = a->last_seq + 1;
    gap.body.gap.last_seq = gap.event.seq = a->last_seq + 100;
    deliver(a, &gap.event);
    if (plugin->strategy.reload) {
        r = instance_reload(&a->instance, settings, &error);
        if (r < 0)
            exam_finding("reload", "%s, with the values that it runs with", error.text);
    }
    for (uint32_t i = 0; i < EVENTS_SHORT; i++)
        advance(a);
    r = instance_health(&a->instance, text, sizeof text);
    if (r != BOTHY_HEALTH_OK)
        exam_note("health", "health says %d: %s", (int)r, text);
    a->full = 1;
    exam_stage("full rings");
    for (uint32_t i = 0; i < EVENTS_SHORT; i++)
        advance(a);
    a->full = 0;
    exam_stage("stop and save");
    instance_stop(&a->instance);
    length = instance_save(&a->instance, state, BOTHY_STATE_MAX);
    if (length < 0)
        exam_finding("save", "save returned %d (%s)", (int)length, bothy_strerror(length));
    instance_clear(&a->instance);
    if (length <= 0 || !plugin->strategy.load)
        return;
    exam_count("state_bytes", (uint64_t)length);
    exam_stage("load what was saved");
    if (climb(a, "loaded", plugin, settings, state, (size_t)length)) {
        for (uint32_t i = 0; i < EVENTS_SHORT; i++)
            advance(a);
        climb_down(a);
    }
}

static size_t in_use(void)
{
    struct mallinfo2 info = mallinfo2();

    return info.uordblks + info.hblkhd;
}

/*
 * The allocator keeps freed blocks at hand and counts them as used, so the first rounds grow
 * anyway. A leak grows in every round.
 */
static void examine_leaks(struct subject *a, const struct loader_plugin *plugin,
                          const struct settings *settings)
{
    size_t before = 0;
    size_t least = SIZE_MAX;

    exam_stage("instances that come and go");
    for (int round = 0; round < ROUNDS; round++) {
        size_t now;

        if (!climb(a, "round", plugin, settings, NULL, 0))
            return;
        for (uint32_t i = 0; i < EVENTS_SHORT; i++)
            advance(a);
        climb_down(a);
        now = in_use();
        if (round >= ROUNDS_WARM) {
            size_t grown = now > before ? now - before : 0;

            if (grown < least)
                least = grown;
        }
        before = now;
    }
    if (least > 0)
        exam_finding("leak", "each life of an instance leaves %zu bytes or more behind", least);
}

void exam_strategy(const struct loader_plugin *plugin, const struct settings *settings)
{
    struct subject *a = calloc(1, sizeof *a);
    struct subject *b = calloc(1, sizeof *b);

    if (!a || !b) {
        exam_finding("memory", "no memory for the examination");
    } else if (examine_outputs(a, b, plugin, settings)) {
        examine_rungs(a, plugin, settings);
        examine_leaks(a, plugin, settings);
    }
    free(a);
    free(b);
}
