/*
 * The examination of an exchange: subscribes to its first symbol, and, where it owns the time,
 * lets that pass. Two instances get the same calls and must publish the same.
 */
#include "config.h"

#include "runner/exam.h"

#include "base/clean.h"
#include "runner/instance.h"

#include <stdio.h>
#include <string.h>

#define STEPS 20000

struct subject {
    struct instance instance;
    uint64_t events;
    uint64_t undefined; /* before the instrument's definition */
    uint64_t unordered; /* back in time */
    int64_t last_ns;
    int defined;
    uint64_t digest;
    int ended;
};

static int32_t take_record(void *context, uint32_t type, const void *payload, size_t length)
{
    struct subject *subject = context;
    const struct bothy_event *event = payload;
    const uint8_t *bytes = payload;

    for (size_t i = 0; i < length; i++)
        subject->digest = (subject->digest ^ bytes[i]) * UINT64_C(1099511628211);
    if (type != WIRE_R_EVENT)
        return 0;
    subject->events++;
    if (event->type == BOTHY_EVENT_INSTRUMENT)
        subject->defined = 1;
    else if (!subject->defined && event->type != BOTHY_EVENT_FEED)
        subject->undefined++;
    if (event->flags & BOTHY_EVENT_HISTORY)
        return 0;
    if (event->ts_event_ns < subject->last_ns)
        subject->unordered++;
    subject->last_ns = event->ts_event_ns;
    return 0;
}

static void take_line(void *context, int32_t level, int64_t event_ns, const char *keys,
                      const char *text)
{
    (void)context;
    (void)event_ns;
    (void)keys;
    if (level >= BOTHY_LOG_ERROR)
        exam_note("log", "%s: %s", bothy_log_level_name(level), text);
}

static const struct services_sink sink = { take_record, take_line };

static int climb(struct subject *subject, const struct loader_plugin *plugin,
                 const struct settings *settings)
{
    struct bothy_feed_request request = { .size = sizeof request, .instrument = 1 };
    struct bothy_error error = { 0 };
    int32_t r;

    memset(subject, 0, sizeof *subject);
    subject->digest = UINT64_C(14695981039346656037);
    r = instance_init(&subject->instance, plugin, settings, &sink, subject, NULL, NULL, &error);
    subject->instance.services.virtual_time =
        (plugin->descriptor.flags & BOTHY_PLUGIN_VIRTUAL_TIME) != 0;
    if (r == 0)
        r = instance_check(&subject->instance, &error);
    if (r == 0)
        r = instance_create(&subject->instance, &error);
    if (r == 0)
        r = instance_start(&subject->instance, &error);
    if (r == 0) {
        snprintf(request.symbol, sizeof request.symbol, "%s",
                 bothy_config_symbol(settings->config, 0));
        request.feeds = (BOTHY_FEED_MARK << 1) - 1;
        request.bar_timeframes = 1u << BOTHY_TF_1M;
        instance_enter(&subject->instance, WIRE_RUNG_RUN, SERVICES_STARTED);
        r = plugin->exchange.subscribe(subject->instance.self, &request, &error);
        instance_leave(&subject->instance);
        if (r < 0)
            bothy_error_prefix(&error, "subscribe to %s", request.symbol);
    }
    if (r < 0)
        exam_finding("refuses", "%s; give it other values with --set NAME=VALUE or --symbol",
                     error.text);
    return r == 0;
}

static void step(struct subject *subject, const struct loader_plugin *plugin)
{
    int64_t now_ns = subject->last_ns;
    int32_t r;

    if (subject->ended || !plugin->exchange.next)
        return;
    instance_enter(&subject->instance, WIRE_RUNG_RUN, SERVICES_STARTED);
    r = plugin->exchange.next(subject->instance.self, &now_ns);
    instance_leave(&subject->instance);
    subject->ended = r < 0;
    if (r < 0 && r != BOTHY_EEND)
        exam_finding("next", "next returned %d (%s)", (int)r, bothy_strerror(r));
    if (r == 0 && now_ns < subject->last_ns)
        exam_finding("time", "next said an instant that lies before its own events");
}

void exam_exchange(const struct loader_plugin *plugin, const struct settings *settings)
{
    _cleanup_free_ struct subject *a = calloc(1, sizeof *a);
    _cleanup_free_ struct subject *b = calloc(1, sizeof *b);
    char text[256];
    int32_t health;

    if (!a || !b) {
        exam_finding("memory", "no memory for the examination");
        return;
    }
    exam_stage("two instances in turns");
    if (!climb(a, plugin, settings) || !climb(b, plugin, settings))
        return;
    for (uint32_t i = 0; i < STEPS; i++) {
        step(a, plugin);
        step(b, plugin);
    }
    exam_count("events", a->events);
    if (a->digest != b->digest)
        exam_finding("instances-differ",
                     "two instances with the same calls publish different events");
    if (a->undefined)
        exam_finding("undefined", "%llu events came before their instrument's definition",
                     (unsigned long long)a->undefined);
    if (a->unordered)
        exam_finding("order", "%llu events go back in time", (unsigned long long)a->unordered);
    if (a->instance.services.refused_wrong)
        exam_finding("wrong-arguments", "%llu events or calls break the rules",
                     (unsigned long long)a->instance.services.refused_wrong);
    health = instance_health(&a->instance, text, sizeof text);
    if (health != BOTHY_HEALTH_OK)
        exam_note("health", "health says %d: %s", (int)health, text);
    exam_stage("stop and destroy");
    instance_stop(&a->instance);
    instance_clear(&a->instance);
    instance_stop(&b->instance);
    instance_clear(&b->instance);
}
