/*
 * What the core says, carried out: the log, reports, records, requests, notes.
 */
#include "bothyd/daemon.h"

#include <string.h>

/* Cells of the last-value table, in the order of the events that fill them. */
static int cell_of(uint32_t type)
{
    switch (type) {
    case BOTHY_EVENT_QUOTE:
        return 0;
    case BOTHY_EVENT_BAR:
        return 1;
    case BOTHY_EVENT_FUNDING:
        return 2;
    case BOTHY_EVENT_OPEN_INTEREST:
        return 3;
    case BOTHY_EVENT_MARK:
        return 4;
    case BOTHY_EVENT_FEED:
        return 5;
    default:
        return -1;
    }
}

static void sink_publish(void *context, const struct bothy_event *event)
{
    struct daemon *d = context;
    struct bothy_error error = { 0 };
    int cell = cell_of(event->type);
    uint64_t interest;

    if (cell >= 0 && event->instrument > 0 && event->size <= LASTVALUE_CELL_MAX) {
        uint8_t copy[LASTVALUE_CELL_MAX] = { 0 };

        memcpy(copy, event, event->size);
        lastvalue_store(&d->lastvalue, event->instrument, (uint32_t)cell, event->seq, copy, &error);
    }
    if (broadcast_append(&d->broadcast, event, event->size, NULL, &error) == BOTHY_EAGAIN) {
        /* A batch larger than half of the log: show what there is, reports first. */
        channel_flush_all(d);
        if (broadcast_append(&d->broadcast, event, event->size, NULL, &error) < 0)
            log_say(d->log, BOTHY_LOG_PANIC, "LOG", "cannot publish an event: %s", error.text);
    }
    interest = core_interest(d->core, event);
    for (uint32_t i = 0; interest && i < d->bot_count; i++) {
        if (interest & (UINT64_C(1) << i))
            d->bots[i]->target_seq = event->seq;
    }
}

static void sink_report(void *context, uint32_t bot, const struct bothy_event *event)
{
    struct daemon *d = context;

    channel_command(d->bots[bot], WIRE_R_PRIVATE, event, event->size);
}

static void sink_record(void *context, const struct record *record)
{
    struct daemon *d = context;

    int r = store_put(d->store, record);

    /* While it works there will be room again: all wait for that, rather than lose a record. */
    if (r == BOTHY_EAGAIN && d->store_ok && !d->lost_record) {
        store_wait(d->store, record->n - 1, 2000);
        r = store_put(d->store, record);
    }
    if (r == 0 || record->type == RECORD_BOT || record->type == RECORD_FEED)
        return; /* figures only are no reason to stop */
    if (!d->lost_record)
        d->lost_record = record->n;
    core_store_state(d->core, 0, "its queue is full, a record was lost; start bothyd again");
}

static void sink_feeds(void *context, uint32_t venue, const struct bothy_feed_request *request)
{
    struct daemon *d = context;
    struct worker *w = d->venues[venue];
    struct wire_feed_request wire = { .id = ++w->next_request, .request = *request };

    if (!w->rings)
        return; /* it is asked again when it is ready */
    w->outstanding++;
    channel_command(w, WIRE_R_FEED_REQUEST, &wire, sizeof wire);
}

static void sink_history(void *context, uint32_t venue, const struct bothy_history_request *request)
{
    struct daemon *d = context;
    struct worker *w = d->venues[venue];
    /* The answer carries instrument, feed and time frame back in its number. */
    struct wire_history_request wire = { .id = (uint64_t)request->instrument << 32 |
                                               (uint64_t)request->feed << 8 | request->timeframe,
                                         .request = *request };

    if (!w->rings)
        return; /* nobody would answer, and what was never asked is not outstanding */
    w->outstanding++;
    channel_command(w, WIRE_R_HISTORY_REQUEST, &wire, sizeof wire);
}

static void sink_note(void *context, int32_t level, uint32_t bot, const char *code,
                      const char *text, const uint8_t *correlation)
{
    struct daemon *d = context;
    struct log_line line = {
        .level = level,
        .logger = bot < d->bot_count ? d->bots[bot]->logger : "core",
        .code = code,
        .text = text,
        .event_ns = core_now_ns(d->core),
        .correlation = correlation,
    };

    log_write(d->log, &line);
}

const struct core_sink daemon_sink = {
    .publish = sink_publish,
    .report = sink_report,
    .record = sink_record,
    .feeds = sink_feeds,
    .history = sink_history,
    .note = sink_note,
};
