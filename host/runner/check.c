/*
 * Checking a plugin: the parent's side. It plays the core: gives the values of the options (those
 * asked for, and something plausible for what is required), collects what the examination says,
 * and tells the author.
 */
#include "config.h"

#include "runner/check.h"

#include "base/bytes.h"
#include "base/clean.h"
#include "ipc/fdpass.h"
#include "runner/describe.h"
#include "runner/elf.h"
#include "runner/exam.h"
#include "runner/market.h"
#include "runner/trial.h"
#include "runner/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define STAGE_TIMEOUT_MS 20000
#define ENTRIES_MAX      256

/* What the examination said, in its order. */
struct entry {
    uint16_t type;
    char code[32];
    char text[512];
    uint64_t number[4];
};

struct check {
    const struct check_request *request;
    struct trial trial;
    struct conf_schema schema;
    uint32_t sandbox;
    uint32_t landlock_abi;
    int described;
    int done;
    char stage[128];
    struct entry *entries;
    uint32_t count;
    uint32_t findings;
    int files[WIRE_FILES_MAX];
    uint32_t file_count;
};

/* ---- the child ---- */

struct child {
    const char *path;
    const uint8_t *file; /* mapped before the walls went up */
    size_t length;
};

static void map_file(struct child *child)
{
    _cleanup_close_ int fd = open(child->path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    void *map;

    if (fd < 0 || fstat(fd, &st) < 0 || st.st_size <= 0)
        return;
    map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (map == MAP_FAILED)
        return;
    child->file = map;
    child->length = (size_t)st.st_size;
}

static void examine_globals(const struct child *child)
{
    struct elf_globals globals;
    struct bothy_error error = { 0 };

    exam_stage("writable globals");
    if (!child->file)
        return;
    if (elf_find_globals(child->file, child->length, &globals, &error) < 0)
        exam_note("globals", "not looked for: %s", error.text);
    else if (globals.bytes)
        exam_finding("globals",
                     "%llu bytes of writable globals%s%s%s; keep state in self, make tables const",
                     (unsigned long long)globals.bytes, globals.symbols ? " (" : "", globals.names,
                     globals.symbols ? ")" : "");
}

static int run_child(void *context)
{
    struct child *child = context;
    struct worker worker = { 0 };
    struct settings settings;
    struct bothy_error error = { 0 };
    int code;

    if (!freopen("/dev/null", "w", stderr))
        return WIRE_EXIT_ERROR;
    map_file(child);
    code = worker_load(&worker);
    if (code != 0)
        return code;
    if (worker_read_config(&worker, &settings, &error) < 0)
        return worker_fail(&worker, WIRE_RUNG_CHECK, &error);
    examine_globals(child);
    if (worker.plugin.descriptor.kind == BOTHY_KIND_STRATEGY)
        exam_strategy(&worker.plugin, &settings);
    else
        exam_exchange(&worker.plugin, &settings);
    exam_done();
    return 0;
}

/* ---- the configuration ---- */

/* Something that the option accepts, or NULL. */
static const char *plausible(const struct bothy_option *option, char *room, size_t capacity)
{
    static const char *const tries[] = {
        "1", "10", "100", "0.5", "true", "5m", "2024-01-01T00:00:00Z", "text"
    };

    if (option->minimum)
        return option->minimum;
    if (option->type == BOTHY_OPTION_ENUM && option->choices) {
        snprintf(room, capacity, "%.*s", (int)strcspn(option->choices, "|"), option->choices);
        return room;
    }
    for (size_t i = 0; i < ARRAY_SIZE(tries); i++) {
        if (bothy_option_check(option, tries[i], NULL) == 0)
            return tries[i];
    }
    return NULL;
}

static const char *find_set(const struct check_request *request, const char *name)
{
    size_t length = strlen(name);

    for (uint32_t i = 0; i < request->set_count; i++) {
        if (strncmp(request->sets[i], name, length) == 0 && request->sets[i][length] == '=')
            return request->sets[i] + length + 1;
    }
    return NULL;
}

static void put_value(struct bytes_writer *writer, const char *name, const char *value)
{
    bytes_put_u32(writer, UINT32_MAX);
    bytes_put_text(writer, name);
    bytes_put_text(writer, value);
}

static uint32_t put_values(const struct check *check, struct bytes_writer *writer)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < check->request->set_count; i++) {
        const char *set = check->request->sets[i];
        char name[64];

        snprintf(name, sizeof name, "%.*s", (int)strcspn(set, "="), set);
        if (conf_schema_find(&check->schema, name) &&
            conf_schema_find(&check->schema, name)->type == BOTHY_OPTION_FILE)
            continue;
        put_value(writer, name, strchr(set, '=') + 1);
        count++;
    }
    for (uint32_t i = 0; i < check->schema.option_count; i++) {
        const struct bothy_option *option = &check->schema.options[i];
        char room[256];
        const char *value;

        if (!(option->flags & BOTHY_OPTION_REQUIRED) || option->type == BOTHY_OPTION_FILE ||
            option->type == BOTHY_OPTION_SECRET || find_set(check->request, option->name))
            continue;
        value = plausible(option, room, sizeof room);
        if (!value)
            continue;
        put_value(writer, option->name, value);
        count++;
    }
    return count;
}

static int32_t put_files(struct check *check, struct bytes_writer *writer,
                         struct bothy_error *error)
{
    size_t at = writer->length;

    bytes_put_u32(writer, 0);
    for (uint32_t i = 0; i < check->schema.option_count; i++) {
        const struct bothy_option *option = &check->schema.options[i];
        const char *path = find_set(check->request, option->name);
        struct bytes_writer again = *writer;

        if (option->type != BOTHY_OPTION_FILE || !path)
            continue;
        if (check->file_count == WIRE_FILES_MAX)
            return bothy_fail(error, BOTHY_ERANGE, "more than %d files", WIRE_FILES_MAX);
        check->files[check->file_count] = open(path, O_RDONLY | O_CLOEXEC);
        if (check->files[check->file_count] < 0)
            return bothy_fail(error, BOTHY_EIO, "%s: %s: %s", option->name, path, strerror(errno));
        check->file_count++;
        bytes_put_text(writer, option->name);
        again.length = at;
        bytes_put_u32(&again, check->file_count);
    }
    return 0;
}

static int32_t send_config(struct check *check, struct bothy_error *error)
{
    _cleanup_free_ uint8_t *data = malloc(WIRE_CONTROL_MAX);
    struct bytes_writer writer;
    struct bytes_writer counted;
    int32_t r;

    if (!data)
        return bothy_fail(error, BOTHY_ENOMEM, "no memory for the configuration");
    bytes_writer_init(&writer, data, WIRE_CONTROL_MAX);
    bytes_put_u16(&writer, WIRE_CONFIG);
    bytes_put_u16(&writer, WIRE_VERSION);
    bytes_put_u32(&writer, 1);
    bytes_put_text(&writer, "check");
    bytes_put_u32(&writer, 1);
    bytes_put_text(&writer, check->request->symbol ? check->request->symbol : MARKET_SYMBOL);
    bytes_put_text(&writer, MARKET_VENUE);
    bytes_put_u32(&writer, MARKET_INSTRUMENT);
    counted = writer;
    bytes_put_u32(&writer, 0);
    bytes_put_u32(&counted, put_values(check, &writer));
    r = put_files(check, &writer, error);
    if (r < 0)
        return r;
    bytes_put_u32(&writer, WIRE_WAIT_BLOCK);
    bytes_put_u32(&writer, 0);
    bytes_put_u64(&writer, 1);
    bytes_put_u32(&writer, BOTHY_LOG_DEBUG);
    if (writer.failed)
        return bothy_fail(error, BOTHY_ERANGE, "too many values");
    return fdpass_send(check->trial.socket, data, writer.length, check->files, check->file_count,
                       -1, error);
}

/* ---- what comes back ---- */

static struct entry *add_entry(struct check *check, uint16_t type)
{
    struct entry *entry;

    if (check->count == ENTRIES_MAX)
        return NULL;
    entry = &check->entries[check->count++];
    memset(entry, 0, sizeof *entry);
    entry->type = type;
    if (type == EXAM_FINDING)
        check->findings++;
    return entry;
}

static void add_finding(struct check *check, const char *code, const char *text)
{
    struct entry *entry = add_entry(check, EXAM_FINDING);

    if (!entry)
        return;
    snprintf(entry->code, sizeof entry->code, "%s", code);
    snprintf(entry->text, sizeof entry->text, "%s", text);
}

static void take_message(struct check *check, const void *data, size_t length)
{
    struct bytes_reader reader;
    struct entry *entry;
    uint16_t type;

    bytes_reader_init(&reader, data, length);
    type = bytes_get_u16(&reader);
    bytes_get_u16(&reader);
    bytes_get_u32(&reader);
    if (type == EXAM_STAGE) {
        bytes_get_text(&reader, check->stage, sizeof check->stage);
    } else if (type == EXAM_DONE) {
        check->done = 1;
    } else if (type >= EXAM_FINDING && type <= EXAM_COUNT) {
        entry = add_entry(check, type);
        if (!entry)
            return;
        bytes_get_text(&reader, entry->code, sizeof entry->code);
        if (type == EXAM_FINDING || type == EXAM_NOTE)
            bytes_get_text(&reader, entry->text, sizeof entry->text);
        for (int i = 0; i < 4 && (type == EXAM_TIMES || (type == EXAM_COUNT && i == 0)); i++)
            entry->number[i] = bytes_get_u64(&reader);
    }
}

static void put_text(const struct check *check)
{
    describe_print(&check->schema, check->sandbox, check->landlock_abi, 0);
    for (uint32_t i = 0; i < check->count; i++) {
        const struct entry *e = &check->entries[i];

        if (e->type == EXAM_COUNT)
            printf("%-16s %llu\n", e->code, (unsigned long long)e->number[0]);
        else if (e->type == EXAM_TIMES)
            printf("time of %-14s %llu ns median, %llu ns 99 %%, %llu ns most (%llu events)\n",
                   e->code, (unsigned long long)e->number[1], (unsigned long long)e->number[2],
                   (unsigned long long)e->number[3], (unsigned long long)e->number[0]);
    }
    for (uint32_t i = 0; i < check->count; i++) {
        const struct entry *e = &check->entries[i];

        if (e->type == EXAM_NOTE)
            printf("note: %s: %s\n", e->code, e->text);
        else if (e->type == EXAM_FINDING)
            printf("FINDING: %s: %s\n", e->code, e->text);
    }
    printf("%s: %u finding%s\n", check->request->path, (unsigned)check->findings,
           check->findings == 1 ? "" : "s");
}

/* The entries of one type as members or elements. */
static void put_entries(const struct check *check, uint16_t type)
{
    const char *between = "";

    for (uint32_t i = 0; i < check->count; i++) {
        const struct entry *e = &check->entries[i];

        if (e->type != type)
            continue;
        printf("%s", between);
        between = ",";
        if (type == EXAM_COUNT) {
            trial_put_json(e->code);
            printf(":%llu", (unsigned long long)e->number[0]);
        } else if (type == EXAM_TIMES) {
            trial_put_json(e->code);
            printf(":{\"count\":%llu,\"p50\":%llu,\"p99\":%llu,\"max\":%llu}",
                   (unsigned long long)e->number[0], (unsigned long long)e->number[1],
                   (unsigned long long)e->number[2], (unsigned long long)e->number[3]);
        } else {
            printf("{\"code\":");
            trial_put_json(e->code);
            printf(",\"text\":");
            trial_put_json(e->text);
            printf("}");
        }
    }
}

static void put_json(const struct check *check)
{
    printf("{\"path\":");
    trial_put_json(check->request->path);
    printf(",\"plugin\":{");
    describe_print(&check->schema, check->sandbox, check->landlock_abi, 1);
    printf("},\"counts\":{");
    put_entries(check, EXAM_COUNT);
    printf("},\"times_ns\":{");
    put_entries(check, EXAM_TIMES);
    printf("},\"notes\":[");
    put_entries(check, EXAM_NOTE);
    printf("],\"findings\":[");
    put_entries(check, EXAM_FINDING);
    printf("]}\n");
}

static int refuse(const struct check *check, const char *text)
{
    if (check->request->json) {
        printf("{\"path\":");
        trial_put_json(check->request->path);
        printf(",\"refused\":");
        trial_put_json(text);
        printf("}\n");
    } else {
        fprintf(stderr, "%s\n", text);
    }
    return 2;
}

/* Receives until the child is done or gone. */
static int32_t listen_to(struct check *check, uint8_t *data, struct bothy_error *error)
{
    int32_t length;
    int32_t r = 0;

    while (r == 0 && (length = trial_receive(&check->trial, data, WIRE_CONTROL_MAX,
                                             STAGE_TIMEOUT_MS, error)) > 0) {
        if (check->described) {
            take_message(check, data, (size_t)length);
        } else if (!check->trial.last[0]) {
            r = describe_read(data, (size_t)length, &check->schema, &check->sandbox,
                              &check->landlock_abi, error);
            check->described = r == 0;
            if (r == 0)
                r = send_config(check, error);
        }
    }
    return r;
}

static int run(struct check *check, struct child *child)
{
    _cleanup_free_ uint8_t *data = malloc(WIRE_CONTROL_MAX);
    struct bothy_error error = { 0 };
    char ending[96];
    char text[sizeof check->entries->text];
    int32_t r;

    if (!data)
        return refuse(check, "no memory for the check");
    if (trial_start(&check->trial, 0, check->request->path, 0, run_child, child, &error) < 0)
        return refuse(check, error.text);
    r = listen_to(check, data, &error);
    if (r < 0)
        check->trial.timed_out = 1; /* it waits for us: end it */
    trial_end(&check->trial);
    if (check->trial.refused)
        return refuse(check, check->trial.last);
    if (r < 0)
        return refuse(check, error.text);
    trial_ending(&check->trial, ending, sizeof ending);
    if (!check->done) {
        const char *what = check->trial.timed_out ? "hang" : "crash";

        snprintf(text, sizeof text, "%s%s: %.280s; %s",
                 check->described ? "" : check->request->path,
                 check->stage[0] ? check->stage : ": while it was loaded",
                 check->trial.timed_out ? "no sign of life for 20 s"
                 : check->trial.last[0] ? check->trial.last
                                        : "it ended without a word",
                 ending);
        if (!check->described)
            return refuse(check, text);
        add_finding(check, what, text);
    }
    if (check->request->json)
        put_json(check);
    else
        put_text(check);
    return check->findings ? 1 : 0;
}

int check_plugin(const struct check_request *request)
{
    struct check *check = calloc(1, sizeof *check);
    struct child child = { .path = request->path };
    int code;

    if (!check)
        return 2;
    check->request = request;
    check->entries = calloc(ENTRIES_MAX, sizeof *check->entries);
    code = check->entries ? run(check, &child) : 2;
    for (uint32_t i = 0; i < check->file_count; i++)
        close(check->files[i]);
    conf_schema_clear(&check->schema);
    free(check->entries);
    free(check);
    return code;
}
