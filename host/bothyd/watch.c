/*
 * The watchdog of the workers: calls that do not come back are complained about, then ended; a
 * set-up or a stop has its limit of time; what waits for its restart is started. Time is
 * CLOCK_MONOTONIC throughout: a wall clock that is set neither kills nor spares anybody.
 */
#include "bothyd/daemon.h"

#include <stdio.h>

/* Besides the time that a call of the plugin may take: for the process, and for loading. */
#define SETUP_SLACK_NS (2 * BOTHY_NS_PER_S)

static void watch(struct worker *w, int64_t now_ns)
{
    const struct conf_supervise *s = &w->daemon->conf->supervise;
    const struct wire_status *page = w->status_map.address;
    uint64_t heartbeat = atomic_load_explicit(&page->heartbeat, memory_order_relaxed);
    uint32_t inside = atomic_load_explicit(&page->in_callback, memory_order_relaxed);
    int64_t silent_ns;

    if (heartbeat != w->heartbeat) {
        w->heartbeat = heartbeat;
        w->heartbeat_since_ns = now_ns;
        w->hang_warned = 0;
    }
    silent_ns = now_ns - w->heartbeat_since_ns;
    /* Asleep with nothing to do is no hang; inside a callback for too long is. */
    if (!inside || silent_ns < s->cpu_budget_ns)
        return;
    if (!w->hang_warned) {
        w->hang_warned = 1;
        log_say(
            w->daemon->log, BOTHY_LOG_WARNING, "STALLED",
            "%s: in one callback for %lld ms, event %llu (%s)", w->logger,
            (long long)(silent_ns / BOTHY_NS_PER_MS),
            (unsigned long long)atomic_load_explicit(&page->event_seq, memory_order_relaxed),
            bothy_event_type_name(atomic_load_explicit(&page->event_type, memory_order_relaxed)));
    }
    if (silent_ns >= s->heartbeat_ns) {
        char cause[sizeof w->cause];

        snprintf(
            cause, sizeof cause, "hang: no sign of life for %lld ms, in event %llu (%s)",
            (long long)(silent_ns / BOTHY_NS_PER_MS),
            (unsigned long long)atomic_load_explicit(&page->event_seq, memory_order_relaxed),
            bothy_event_type_name(atomic_load_explicit(&page->event_type, memory_order_relaxed)));
        worker_kill(w, cause);
    }
}

void worker_tick(struct worker *w, int64_t now_ns)
{
    if (w->phase == PHASE_NONE) {
        if (w->wanted && w->restart_at_ns && now_ns >= w->restart_at_ns && !w->daemon->stopping)
            worker_start(w);
        return;
    }
    channel_logs(w);
    if (w->phase == PHASE_RUN) {
        watch(w, now_ns);
    } else if (now_ns - w->phase_since_ns >
               w->daemon->conf->supervise.heartbeat_ns + SETUP_SLACK_NS) {
        char cause[96];

        snprintf(cause, sizeof cause, "hang: its %s takes more than %lld ms",
                 w->phase == PHASE_STOP ? "stop" : "start",
                 (long long)((w->daemon->conf->supervise.heartbeat_ns + SETUP_SLACK_NS) /
                             BOTHY_NS_PER_MS));
        worker_kill(w, cause);
        w->phase_since_ns = now_ns;
    }
}
