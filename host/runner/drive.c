/*
 * What the drivers of strategies and exchanges do alike: control commands, health, the end.
 */
#include "config.h"

#include "runner/drive.h"

#include "base/clean.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define BEAT_NS   BOTHY_NS_PER_S
#define HEALTH_NS (5 * BOTHY_NS_PER_S)

static int32_t sink_write(void *context, uint32_t type, const void *payload, size_t length)
{
    return link_write(context, type, payload, length);
}

static int32_t sink_write_surely(void *context, uint32_t type, const void *payload, size_t length)
{
    return link_write_surely(context, type, payload, length);
}

static void sink_log(void *context, int32_t level, int64_t event_ns, const char *keys,
                     const char *text)
{
    link_log(context, level, event_ns, keys, text);
}

const struct services_sink drive_sink = { sink_write, sink_log };
const struct services_sink drive_sink_surely = { sink_write_surely, sink_log };

static void watch_enter(void *context, uint32_t rung)
{
    link_enter(context, rung);
}

static void watch_leave(void *context)
{
    link_leave(context);
}

const struct instance_watch drive_watch = { watch_enter, watch_leave };

int32_t drive_say(struct drive *drive, uint32_t type, uint64_t id, int32_t code, const char *text,
                  int surely)
{
    struct wire_text record = { .id = id, .code = code };

    snprintf(record.text, sizeof record.text, "%s", text);
    return surely ? link_write_surely(drive->link, type, &record, sizeof record)
                  : link_write(drive->link, type, &record, sizeof record);
}

void drive_health(struct drive *drive)
{
    char text[256];
    int32_t health = instance_health(drive->instance, text, sizeof text);

    drive_say(drive, WIRE_R_HEALTH, 0, health, text, 0);
    link_notify(drive->link);
}

int64_t drive_idle(struct drive *drive)
{
    struct timespec ts;
    int64_t now_ns;

    link_beat(drive->link);
    clock_gettime(CLOCK_MONOTONIC, &ts);
    now_ns = (int64_t)ts.tv_sec * BOTHY_NS_PER_S + ts.tv_nsec;
    /* In virtual time the wall clock must not reach the plugin: there it answers when asked. */
    if (!(drive->settings.flags & WIRE_CONFIG_LOCKSTEP) && instance_has_health(drive->instance) &&
        now_ns >= drive->health_due_ns) {
        drive->health_due_ns = now_ns + HEALTH_NS;
        drive_health(drive);
    }
    return now_ns + BEAT_NS;
}

static void reload(struct drive *drive, const struct link_command *command)
{
    struct bothy_error error = { 0 };
    struct bytes_reader reader;
    struct settings fresh;
    int32_t r;

    bytes_reader_init(&reader, command->payload, command->length);
    r = settings_read(&reader, drive->instance->plugin, drive->secrets, NULL, 0, &drive->settings,
                      &fresh, &error);
    if (r == 0) {
        r = instance_reload(drive->instance, &fresh, &error);
        if (r == 0) {
            struct settings old = drive->settings;

            drive->settings = fresh;
            services_use_settings(&drive->instance->services, &drive->settings);
            settings_clear(&old);
        } else {
            /* The old values stay, and so do their descriptors. */
            drive->settings.file_count = fresh.file_count;
            fresh.file_count = 0;
            settings_clear(&fresh);
        }
    }
    drive_say(drive, WIRE_R_RELOADED, 0, r, r < 0 ? error.text : "", 1);
}

static int stop(struct drive *drive)
{
    _cleanup_free_ uint8_t *state = malloc(BOTHY_STATE_MAX);
    int32_t length;

    instance_stop(drive->instance);
    length = state ? instance_save(drive->instance, state, BOTHY_STATE_MAX) : 0;
    if (length > 0)
        link_write_surely(drive->link, WIRE_R_STATE, state, (size_t)length);
    if (length < 0)
        services_log(&drive->instance->services, BOTHY_LOG_ERROR, "save returned %d (%s)",
                     (int)length, bothy_strerror(length));
    link_write_surely(drive->link, WIRE_R_STOPPED, NULL, 0);
    link_notify(drive->link);
    instance_clear(drive->instance);
    return WIRE_EXIT_OK;
}

int drive_control(struct drive *drive, const struct link_command *command)
{
    uint32_t level;

    switch (command->header.type) {
    case WIRE_R_PAUSE:
        instance_pause(drive->instance);
        return DRIVE_GO_ON;
    case WIRE_R_RESUME:
        instance_resume(drive->instance);
        return DRIVE_GO_ON;
    case WIRE_R_STOP:
        return stop(drive);
    case WIRE_R_RELOAD:
        reload(drive, command);
        return DRIVE_GO_ON;
    case WIRE_R_LOG_LEVEL:
        if (command->length >= sizeof level) {
            memcpy(&level, command->payload, sizeof level);
            if (level <= BOTHY_LOG_PANIC)
                drive->instance->services.log_level = (int32_t)level;
        }
        return DRIVE_GO_ON;
    case WIRE_R_HEALTH:
        drive_health(drive);
        return DRIVE_GO_ON;
    default:
        services_log(&drive->instance->services, BOTHY_LOG_WARNING,
                     "unknown command %u of the core ignored", (unsigned)command->header.type);
        return DRIVE_GO_ON;
    }
}
