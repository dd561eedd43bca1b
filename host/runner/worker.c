/*
 * A plugin process: see worker.h. The order of worker_load() is the point of this file; nothing
 * in it may move without reading DESIGN's chapter on processes and rights.
 */
#include "config.h"

#include "runner/worker.h"

#include "base/clean.h"
#include "conf/schema.h"
#include "ipc/fdpass.h"
#include "runner/drive.h"
#include "runner/reporter.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#define FOREVER (-1)

/* ---- messages ---- */

static void begin_message(struct bytes_writer *writer, void *data, size_t capacity, uint16_t type,
                          uint32_t generation)
{
    bytes_writer_init(writer, data, capacity);
    bytes_put_u16(writer, type);
    bytes_put_u16(writer, WIRE_VERSION);
    bytes_put_u32(writer, generation);
}

static int32_t send_message(const struct bytes_writer *writer, struct bothy_error *error)
{
    if (writer->failed)
        return bothy_fail(error, BOTHY_ERANGE, "a message of more than %zu bytes",
                          writer->capacity);
    return fdpass_send(WIRE_FD_CONTROL, writer->data, writer->length, NULL, 0, FOREVER, error);
}

/* Receives a message of `type`; its fields begin where the reader stands. */
static int32_t receive_message(void *data, size_t capacity, uint16_t type, uint32_t *generation,
                               struct bytes_reader *ret_reader, int *ret_fds, uint32_t max_fds,
                               uint32_t *ret_count, struct bothy_error *error)
{
    size_t length;
    uint16_t found;
    uint16_t version;
    uint32_t said;
    int32_t r = fdpass_receive(WIRE_FD_CONTROL, data, capacity, &length, ret_fds, max_fds,
                               ret_count, FOREVER, error);

    if (r < 0)
        return r;
    bytes_reader_init(ret_reader, data, length);
    found = bytes_get_u16(ret_reader);
    version = bytes_get_u16(ret_reader);
    said = bytes_get_u32(ret_reader);
    if (type == WIRE_LOAD)
        *generation = said;
    if (!ret_reader->failed && found == type && version == WIRE_VERSION && said == *generation)
        return 0;
    for (uint32_t i = 0; i < *ret_count; i++)
        close(ret_fds[i]);
    *ret_count = 0;
    return bothy_fail(error, BOTHY_EPROTO,
                      "the core said message %u of protocol %u, awaited was %u of %d; host and "
                      "runner must be of one version",
                      found, version, type, WIRE_VERSION);
}

/* Trying again cannot mend a configuration or an ABI. */
static int exit_code(uint32_t rung, int32_t code)
{
    if (code == BOTHY_EDISCONNECTED)
        return WIRE_EXIT_PEER_GONE;
    if (rung == WIRE_RUNG_CHECK || (rung == WIRE_RUNG_LOAD && code != BOTHY_ENOMEM))
        return WIRE_EXIT_NO_RESTART;
    switch (code) {
    case BOTHY_EINVAL:
    case BOTHY_ERANGE:
    case BOTHY_ENOENT:
    case BOTHY_EPERM:
    case BOTHY_EABI:
    case BOTHY_ENOTSUP:
    case BOTHY_ENOKEY:
        return WIRE_EXIT_NO_RESTART;
    default:
        return WIRE_EXIT_ERROR;
    }
}

int worker_fail(const struct worker *worker, uint32_t rung, const struct bothy_error *error)
{
    uint8_t data[1024];
    char text[sizeof error->text];
    struct bytes_writer writer;

    memcpy(text, error->text, sizeof text);
    link_redact(&worker->redact, text, sizeof text);
    begin_message(&writer, data, sizeof data, WIRE_FAILED, worker->generation);
    bytes_put_u32(&writer, (uint32_t)-error->code);
    bytes_put_u32(&writer, rung);
    bytes_put_text(&writer, text);
    send_message(&writer, NULL);
    fprintf(stderr, "%s\n", text);
    return exit_code(rung, error->code);
}

/* ---- up to the load ---- */

static int32_t read_load(struct worker *worker, struct bothy_error *error)
{
    _cleanup_free_ uint8_t *data = malloc(WIRE_CONTROL_MAX);
    struct bytes_reader reader;
    uint32_t kind;
    uint32_t secrets;
    uint32_t none = 0;
    int32_t r;

    if (!data)
        return bothy_fail(error, BOTHY_ENOMEM, "no memory for the first message");
    r = receive_message(data, WIRE_CONTROL_MAX, WIRE_LOAD, &worker->generation, &reader, NULL, 0,
                        &none, error);
    if (r < 0)
        return r;
    kind = bytes_get_u32(&reader);
    worker->load_flags = bytes_get_u32(&reader);
    worker->sandbox = bytes_get_u32(&reader);
    worker->path = bytes_get_text_dup(&reader);
    bytes_get_text(&reader, worker->instance, sizeof worker->instance);
    secrets = bytes_get_u32(&reader);
    if (reader.failed || !worker->path || worker->sandbox > WIRE_SANDBOX_REQUIRE ||
        secrets > WIRE_FILES_MAX || kind != worker->kind)
        return bothy_fail(error, BOTHY_EPROTO, "malformed first message of the core");
    if (secrets && kind == BOTHY_KIND_STRATEGY)
        return bothy_fail(error, BOTHY_EPERM, "plugin %s: a strategy gets no secrets",
                          worker->path);
    for (uint32_t i = 0; i < secrets; i++) {
        char name[BOTHY_NAME_MAX];

        if (bytes_get_text(&reader, name, sizeof name) <= 0)
            return bothy_fail(error, BOTHY_EPROTO, "malformed first message of the core");
        r = settings_take_secret(&worker->secrets, name, WIRE_FD_SECRETS + (int)i, error);
        if (r < 0)
            return r;
        /* One that is too short to be told from other text is no secret worth the name. */
        redact_add(&worker->redact, worker->secrets.secret[i].text,
                   worker->secrets.secret[i].length);
    }
    return 0;
}

/* 0 and 1 lead nowhere, 2 is the pipe that the parent gave, 3 the control socket; no more. */
static int32_t clean_descriptors(struct bothy_error *error)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0)
        return bothy_fail(error, BOTHY_EIO, "/dev/null: %s", strerror(errno));
    if (syscall(SYS_close_range, WIRE_FD_CONTROL + 1, ~0u, 0u) < 0)
        return bothy_fail(error, BOTHY_EIO, "close_range: %s", strerror(errno));
    return 0;
}

/* The supervisor sets the limits at the spawn; here it only shows whether it did. */
static void verify_limits(void)
{
    struct rlimit memory;

    if (getrlimit(RLIMIT_AS, &memory) == 0 && memory.rlim_cur == RLIM_INFINITY)
        fprintf(stderr, "notice: no memory limit is set for this plugin\n");
}

static int32_t describe(const struct worker *worker, struct bothy_error *error)
{
    _cleanup_free_ uint8_t *data = malloc(WIRE_CONTROL_MAX);
    const struct bothy_plugin *d = &worker->plugin.descriptor;
    struct conf_schema schema = {
        .name = (char *)(uintptr_t)d->name,
        .version = (char *)(uintptr_t)d->version,
        .summary = (char *)(uintptr_t)d->summary,
        .kind = d->kind,
        .abi_major = d->abi_major,
        .abi_minor = d->abi_minor,
        .flags = d->flags,
        .option_count = d->option_count,
        .options = worker->plugin.options,
    };
    struct bytes_writer writer;
    int32_t length;

    if (!data)
        return bothy_fail(error, BOTHY_ENOMEM, "no memory for the description");
    begin_message(&writer, data, WIRE_CONTROL_MAX, WIRE_DESCRIBED, worker->generation);
    bytes_put_u32(&writer, worker->state.mode);
    bytes_put_u32(&writer, worker->state.landlock_abi);
    length = conf_schema_serialise(&schema, data + writer.length, WIRE_CONTROL_MAX - writer.length,
                                   error);
    if (length < 0) {
        bothy_error_prefix(error, "plugin %s", worker->path);
        return length;
    }
    writer.length += (size_t)length;
    return send_message(&writer, error);
}

static int32_t load(struct worker *worker, struct bothy_error *error)
{
    const char *path = worker->path;
    int32_t r;

    r = sandbox_prepare(worker->kind, error);
    if (r == 0)
        r = reporter_install(WIRE_FD_CONTROL, worker->generation, error);
    if (r < 0)
        return r;
    /* A backtrace, and C++, must not have to open this later. It may be absent. */
    dlopen("libgcc_s.so.1", RTLD_NOW | RTLD_LOCAL);
    r = sandbox_enter(worker->sandbox, worker->kind ? worker->kind : BOTHY_KIND_STRATEGY, path,
                      &worker->state, error);
    if (r == 0)
        r = loader_open(path, worker->kind, &worker->plugin, error);
    if (r < 0)
        return r;
    reporter_read_modules(path);
    r = sandbox_seal(&worker->state, worker->kind ? worker->kind : BOTHY_KIND_STRATEGY,
                     worker->plugin.descriptor.flags, error);
    if (r == 0)
        r = describe(worker, error);
    return r;
}

int worker_load(struct worker *worker)
{
    struct bothy_error error = { 0 };
    int32_t r;

    r = read_load(worker, &error);
    if (r == 0)
        r = clean_descriptors(&error);
    if (r == 0) {
        verify_limits();
        r = load(worker, &error);
    }
    return r < 0 ? worker_fail(worker, WIRE_RUNG_LOAD, &error) : 0;
}

/* ---- from there to READY ---- */

int32_t worker_read_config(struct worker *worker, struct settings *ret_settings,
                           struct bothy_error *error)
{
    _cleanup_free_ uint8_t *data = malloc(WIRE_CONTROL_MAX);
    int files[WIRE_FILES_MAX];
    uint32_t count = 0;
    struct bytes_reader reader;
    int32_t r;

    if (!data)
        return bothy_fail(error, BOTHY_ENOMEM, "no memory for the configuration");
    r = receive_message(data, WIRE_CONTROL_MAX, WIRE_CONFIG, &worker->generation, &reader, files,
                        WIRE_FILES_MAX, &count, error);
    if (r < 0)
        return r;
    return settings_read(&reader, &worker->plugin, &worker->secrets, files, count, NULL,
                         ret_settings, error);
}

/* RINGS: the descriptors into *link, the saved state into *ret_state [owned]. */
static int32_t read_rings(struct worker *worker, struct link *link, uint8_t **ret_state,
                          size_t *ret_length, struct bothy_error *error)
{
    _cleanup_free_ uint8_t *data = malloc(WIRE_CONTROL_MAX);
    int fds[WIRE_RING_COUNT];
    uint32_t count = 0;
    struct bytes_reader reader;
    uint32_t log_generation;
    uint32_t length;
    int32_t r;

    if (!data)
        return bothy_fail(error, BOTHY_ENOMEM, "no memory for the rings");
    r = receive_message(data, WIRE_CONTROL_MAX, WIRE_RINGS, &worker->generation, &reader, fds,
                        WIRE_RING_COUNT, &count, error);
    if (r < 0)
        return r;
    log_generation = bytes_get_u32(&reader);
    length = bytes_get_u32(&reader);
    if (count != WIRE_RING_COUNT || reader.failed || length > BOTHY_STATE_MAX ||
        length != reader.length - reader.position) {
        for (uint32_t i = 0; i < count; i++)
            close(fds[i]);
        return bothy_fail(error, BOTHY_EPROTO, "malformed message with the rings");
    }
    *ret_state = malloc(length ? length : 1);
    *ret_length = length;
    if (*ret_state)
        bytes_get_raw(&reader, *ret_state, length);
    r = link_attach(link, worker->generation, log_generation, WIRE_FD_CONTROL, fds, error);
    if (worker->kind == BOTHY_KIND_STRATEGY)
        close(link->bell); /* it sleeps on the rings' own words */
    if (r == 0 && !*ret_state)
        r = bothy_fail(error, BOTHY_ENOMEM, "no memory for the saved state");
    return r;
}

static int32_t say_ready(const struct worker *worker, struct bothy_error *error)
{
    uint8_t data[16];
    struct bytes_writer writer;

    begin_message(&writer, data, sizeof data, WIRE_READY, worker->generation);
    return send_message(&writer, error);
}

static int run(struct worker *worker, struct drive *drive)
{
    _cleanup_free_ uint8_t *state = NULL;
    struct bothy_error error = { 0 };
    struct instance *instance = drive->instance;
    int virtual_time = (worker->plugin.descriptor.flags & BOTHY_PLUGIN_VIRTUAL_TIME) != 0;
    int lockstep;
    uint32_t rung = WIRE_RUNG_CHECK;
    size_t length = 0;
    int32_t r;

    r = worker_read_config(worker, &drive->settings, &error);
    if (r == 0) {
        lockstep = (drive->settings.flags & WIRE_CONFIG_LOCKSTEP) != 0 || virtual_time;
        r = instance_init(instance, &worker->plugin, &drive->settings,
                          lockstep ? &drive_sink_surely : &drive_sink, drive->link, NULL, NULL,
                          &error);
        instance->services.virtual_time = virtual_time;
    }
    if (r == 0)
        r = instance_check(instance, &error);
    if (r == 0) {
        rung = WIRE_RUNG_CREATE;
        r = read_rings(worker, drive->link, &state, &length, &error);
    }
    if (r == 0)
        r = sandbox_finish(&worker->state, drive->link->core_bell, &error);
    if (r == 0) {
        drive->link->redact = worker->redact.count ? &worker->redact : NULL;
        instance->watch = &drive_watch;
        instance->watch_context = drive->link;
        r = instance_create(instance, &error);
    }
    if (r == 0)
        r = instance_load(instance, state, length, &error);
    if (r == 0) {
        rung = WIRE_RUNG_START;
        r = instance_start(instance, &error);
    }
    if (r == 0)
        r = say_ready(worker, &error);
    if (r < 0)
        return worker_fail(worker, rung, &error);
    malloc_trim(0); /* what the filters and the set-up took: three times what stays */
    link_notify(drive->link);
    return worker->kind == BOTHY_KIND_STRATEGY ? drive_strategy(drive) : drive_exchange(drive);
}

int worker_run(uint32_t kind)
{
    struct worker worker = { .kind = kind };
    static struct instance instance; /* large, and there is one in a process */
    static struct link link;
    struct drive drive = { .link = &link, .instance = &instance, .secrets = &worker.secrets };
    int is_socket;
    socklen_t length = sizeof is_socket;
    int code;

    if (getsockopt(WIRE_FD_CONTROL, SOL_SOCKET, SO_TYPE, &is_socket, &length) < 0) {
        fprintf(stderr, "this program is started by bothyd; people use its --describe FILE and "
                        "--check FILE\n");
        return WIRE_EXIT_NO_RESTART;
    }
    code = worker_load(&worker);
    if (code == 0 && !(worker.load_flags & WIRE_LOAD_DESCRIBE_ONLY))
        code = run(&worker, &drive);
    return code;
}
