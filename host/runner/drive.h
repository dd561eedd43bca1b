/*
 * The drivers: from READY to the end of a plugin process. A driver returns the exit code
 * (WIRE_EXIT_*); the process ends with it, at once.
 */
#ifndef BOTHY_RUNNER_DRIVE_H
#define BOTHY_RUNNER_DRIVE_H

#include "runner/instance.h"
#include "runner/link.h"

struct drive {
    struct link *link;
    struct instance *instance;
    struct settings settings; /* [owned] */
    const struct settings_secrets *secrets;
    int64_t health_due_ns; /* CLOCK_MONOTONIC */
};

int drive_strategy(struct drive *drive);
int drive_exchange(struct drive *drive);

/* The rings as a sink of the services: drops are refusals (`surely`: waits instead). */
extern const struct services_sink drive_sink;
extern const struct services_sink drive_sink_surely;
extern const struct instance_watch drive_watch;

/* What both drivers do alike. */
enum { DRIVE_GO_ON = -1 };
/* Effect: PAUSE, RESUME, STOP, RELOAD, LOG_LEVEL, HEALTH. Returns DRIVE_GO_ON or an exit code. */
int drive_control(struct drive *drive, const struct link_command *command);
/* Effect: writes struct wire_text of `type`; waits for room where `surely` is set. */
int32_t drive_say(struct drive *drive, uint32_t type, uint64_t id, int32_t code, const char *text,
                  int surely);
/* Effect: asks the plugin how it is and tells the core. */
void drive_health(struct drive *drive);
/* Effect: the same, when it is time. Returns when to look again (CLOCK_MONOTONIC). */
int64_t drive_idle(struct drive *drive);

#endif
