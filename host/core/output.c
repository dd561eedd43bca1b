/*
 * Outputs: the one place where sequence numbers, record numbers and correlation ids are made.
 */
#include "core/state.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct bothy_event *event_begin(union event_room *room, uint32_t type, uint32_t instrument,
                                uint32_t source, int64_t ts_ns, const void *body, size_t size)
{
    struct bothy_event *event = &room->event;
    size_t total = (sizeof *event + size + 7) & ~(size_t)7;

    memset(room->bytes, 0, total);
    event->size = (uint16_t)total;
    event->type = (uint16_t)type;
    event->instrument = instrument;
    event->source = source;
    event->ts_event_ns = ts_ns;
    memcpy(event + 1, body, size);
    return event;
}

void output_publish(struct core *core, struct bothy_event *event)
{
    event->seq = ++core->seq;
    event->ts_recv_ns = core->now_ns;
    core->sink.publish(core->context, event);
}

void output_report(struct core *core, uint32_t bot, struct bothy_event *event)
{
    event->seq = core->seq;
    event->flags |= BOTHY_EVENT_PRIVATE;
    event->ts_recv_ns = core->now_ns;
    core->sink.report(core->context, bot, event);
}

uint64_t output_record(struct core *core, uint32_t type, const struct bot *bot,
                       const struct instrument *instrument, const uint8_t *correlation,
                       const void *body, size_t size)
{
    union {
        struct record record;
        uint8_t bytes[sizeof(struct record) + 8192];
    } small;
    struct record *record = &small.record;

    if (sizeof *record + size > sizeof small) {
        record = malloc(sizeof *record + size);
        if (!record) {
            core->store_ok = 0;
            return core->records;
        }
    }
    memset(record, 0, sizeof *record);
    record->n = ++core->records;
    record->type = type;
    record->size = (uint32_t)size;
    record->ts_ns = core->now_ns;
    record->seq = core->seq;
    if (bot)
        memcpy(record->bot, bot->name, sizeof record->bot);
    if (instrument) {
        memcpy(record->symbol, instrument->symbol, sizeof record->symbol);
        memcpy(record->venue, core->venue_names[instrument->venue], sizeof record->venue);
    }
    if (correlation)
        memcpy(record->correlation, correlation, sizeof record->correlation);
    memcpy(record + 1, body, size);
    core->sink.record(core->context, record);
    if (record != &small.record)
        free(record);
    return core->records;
}

void output_note(struct core *core, int32_t level, const struct bot *bot, const char *code,
                 const uint8_t *correlation, const char *format, ...)
{
    char text[512];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    core->sink.note(core->context, level, bot ? bot->number : UINT32_MAX, code, text, correlation);
}

void output_new_correlation(struct core *core, uint8_t correlation[16])
{
    uint64_t words[2] = { bothy_random_u64(&core->random), bothy_random_u64(&core->random) };

    memcpy(correlation, words, 16);
    correlation[6] = (uint8_t)((correlation[6] & 0x0f) | 0x40); /* a version 4 UUID */
    correlation[8] = (uint8_t)((correlation[8] & 0x3f) | 0x80);
}
