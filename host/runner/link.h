/*
 * A worker's end of the rings: what it reads from the core, and what it writes. It frames the
 * records of wire.h, carries the generation and the positions that the core wants to know with
 * each, and keeps the status page. It does not know what the records mean.
 *
 * A full ring is BOTHY_EAGAIN. Where the protocol says that a record must not be lost,
 * link_write_surely() waits, in short sleeps with a heartbeat, for as long as the core lives.
 */
#ifndef BOTHY_RUNNER_LINK_H
#define BOTHY_RUNNER_LINK_H

#include <bothy/event.h>

#include "ipc/broadcast.h"
#include "ipc/lastvalue.h"
#include "ipc/ring.h"
#include "log/redact.h"
#include "runner/services.h"
#include "runner/wire.h"

/* One record from the core, copied out and checked. */
struct link_command {
    size_t length; /* of the payload */
    _Alignas(16) struct wire_record header;
    uint8_t payload[WIRE_RECORD_MAX - sizeof(struct wire_record)];
};

/* One event of the log, copied out and checked. */
struct link_event {
    union {
        struct bothy_event event;
        _Alignas(16) uint8_t bytes[UINT16_MAX + 1];
    };
};

struct link {
    uint32_t generation;
    int control_fd;
    struct broadcast_reader log;
    struct lastvalue_reader last;
    struct ring_consumer commands;
    struct ring_producer intents;
    struct ring_producer logs;
    struct memory_map status_map;
    struct wire_status *status;
    int core_bell;
    int bell;
    uint64_t consumed_seq;
    uint64_t consumed_commands;
    uint64_t lines_lost; /* since the last line that fitted */
    int dirty;           /* written since the last link_notify() */
    /* Of a process that holds secrets: they leave it in no text. Else NULL. [borrowed] */
    const struct redact *redact;
};

/*
 * Effect: maps what came with RINGS. The WIRE_RING_COUNT descriptors are [steals], even on
 * failure; the doorbells stay open, all others are closed. Errors: those of host/ipc.
 */
int32_t link_attach(struct link *link, uint32_t generation, uint32_t log_generation, int control_fd,
                    int fds[WIRE_RING_COUNT], struct bothy_error *error);

/* Effect: one record to the core. Errors: BOTHY_EAGAIN (full), BOTHY_ERANGE (too long). */
int32_t link_write(struct link *link, uint32_t type, const void *payload, size_t length);

/* Effect: the same, and waits while the ring is full. Ends the process if the core is gone. */
int32_t link_write_surely(struct link *link, uint32_t type, const void *payload, size_t length);

/* Effect: takes the secrets out of the text in its place. */
void link_redact(const struct redact *redact, char *text, size_t capacity);

/* Effect: wakes the core if it sleeps and something was written. */
void link_notify(struct link *link);

/* Effect: a line on the lossy ring. Never waits, never fails. */
void link_log(struct link *link, int32_t level, int64_t event_ns, const char *keys,
              const char *text);

/*
 * Effect: the next record of the core. Errors: BOTHY_EAGAIN (none), BOTHY_EPROTO (broken, or of
 * another generation).
 */
int32_t link_read_command(struct link *link, struct link_command *ret_command,
                          struct bothy_error *error);

/*
 * Effect: the next event of the log. Errors: BOTHY_EAGAIN (none); BOTHY_ERANGE (lapped:
 * ret_event is then a gap event that stands for what is lost); BOTHY_EPROTO.
 */
int32_t link_read_event(struct link *link, struct link_event *ret_event, struct bothy_error *error);

/* Effect: the heartbeat, and where the plugin is: rung is WIRE_RUNG_* or 0. */
void link_beat(struct link *link);
void link_enter(struct link *link, uint32_t rung);
void link_leave(struct link *link);

/* Returns 1 if the core's end of the control socket is closed. */
int link_is_orphaned(const struct link *link);

/* Effect: wait for `ns`, with a heartbeat; ends the process if the core is gone. */
void link_pause(struct link *link, int64_t ns);

#endif
