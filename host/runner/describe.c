/*
 * Describing a plugin: see describe.h. The process that loaded it hands over the serialised
 * schema, which is read with the same distrust as in the daemon.
 */
#include "config.h"

#include "runner/describe.h"

#include "base/clean.h"
#include "base/bytes.h"
#include "runner/trial.h"
#include "runner/worker.h"

#include <stdio.h>
#include <string.h>

#define TIMEOUT_MS 10000

static const char *sandbox_name(uint32_t sandbox)
{
    static const char *const names[] = { "off", "best-effort", "require" };

    return sandbox < ARRAY_SIZE(names) ? names[sandbox] : "?";
}

/* "REQUIRED RELOADABLE", or with quotes and commas for JSON. */
static void put_flags(uint32_t flags, int json)
{
    static const struct {
        uint32_t flag;
        const char *name;
    } all[] = {
        { BOTHY_OPTION_REQUIRED, "required" },
        { BOTHY_OPTION_RELOADABLE, "reloadable" },
        { BOTHY_OPTION_SENSITIVE, "sensitive" },
        { BOTHY_OPTION_PER_SYMBOL, "per-symbol" },
    };
    const char *between = "";

    for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
        if (!(flags & all[i].flag))
            continue;
        printf(json ? "%s\"%s\"" : "%s%s", between, all[i].name);
        between = json ? "," : ", ";
    }
}

static void put_member(const char *name, const char *value)
{
    printf(",\"%s\":", name);
    if (value)
        trial_put_json(value);
    else
        printf("null");
}

static void put_option_json(const struct bothy_option *option)
{
    printf("{\"name\":");
    trial_put_json(option->name);
    put_member("type", bothy_option_type_name(option->type));
    put_member("default", option->default_value);
    put_member("minimum", option->minimum);
    put_member("maximum", option->maximum);
    put_member("unit", option->unit);
    put_member("choices", option->choices);
    printf(",\"flags\":[");
    put_flags(option->flags, 1);
    printf("]");
    put_member("doc", option->doc);
    printf("}");
}

static void put_option_text(const struct bothy_option *option)
{
    printf("  %-24s %s", option->name, bothy_option_type_name(option->type));
    if (option->choices)
        printf(" (%s)", option->choices);
    if (option->minimum || option->maximum)
        printf(" %s..%s", option->minimum ? option->minimum : "",
               option->maximum ? option->maximum : "");
    if (option->unit)
        printf(" %s", option->unit);
    if (option->default_value)
        printf(", default %s", option->default_value);
    if (option->flags) {
        printf(" [");
        put_flags(option->flags, 0);
        printf("]");
    }
    printf("\n");
    if (option->doc)
        printf("  %-24s %s\n", "", option->doc);
}

void describe_print(const struct conf_schema *schema, uint32_t sandbox, uint32_t landlock_abi,
                    int json)
{
    if (json) {
        printf("\"name\":");
        trial_put_json(schema->name);
        put_member("version", schema->version);
        put_member("summary", schema->summary);
        put_member("kind", conf_kind_name(schema->kind));
        printf(",\"abi\":\"%u.%u\",\"virtual_time\":%s", schema->abi_major, schema->abi_minor,
               schema->flags & BOTHY_PLUGIN_VIRTUAL_TIME ? "true" : "false");
        printf(",\"sandbox\":{\"mode\":\"%s\",\"landlock\":%u},\"options\":[",
               sandbox_name(sandbox), (unsigned)landlock_abi);
        for (uint32_t i = 0; i < schema->option_count; i++) {
            printf(i ? "," : "");
            put_option_json(&schema->options[i]);
        }
        printf("]");
        return;
    }
    printf("%s %s, %s, ABI %u.%u\n%s\n", schema->name, schema->version,
           conf_kind_name(schema->kind), schema->abi_major, schema->abi_minor, schema->summary);
    printf("sandbox: %s, Landlock ABI %u\n", sandbox_name(sandbox), (unsigned)landlock_abi);
    printf("options:%s\n", schema->option_count ? "" : " none");
    for (uint32_t i = 0; i < schema->option_count; i++)
        put_option_text(&schema->options[i]);
}

int32_t describe_read(const void *message, size_t length, struct conf_schema *ret_schema,
                      uint32_t *ret_sandbox, uint32_t *ret_landlock_abi, struct bothy_error *error)
{
    struct bytes_reader reader;
    uint16_t type;

    bytes_reader_init(&reader, message, length);
    type = bytes_get_u16(&reader);
    bytes_get_u16(&reader);
    bytes_get_u32(&reader);
    *ret_sandbox = bytes_get_u32(&reader);
    *ret_landlock_abi = bytes_get_u32(&reader);
    if (reader.failed || type != WIRE_DESCRIBED)
        return bothy_fail(error, BOTHY_EPROTO, "message %u is no description", type);
    return conf_schema_deserialise(reader.data + reader.position, length - reader.position,
                                   ret_schema, error);
}

static int child(void *context)
{
    struct worker worker = { 0 };

    (void)context;
    /* What the child says on standard error reaches the reader by the control socket. */
    if (!freopen("/dev/null", "w", stderr))
        return WIRE_EXIT_ERROR;
    return worker_load(&worker);
}

int describe_plugin(const char *path, int json)
{
    _cleanup_free_ uint8_t *data = malloc(WIRE_CONTROL_MAX);
    struct bothy_error error = { 0 };
    struct conf_schema schema = { 0 };
    struct trial trial;
    uint32_t sandbox = 0;
    uint32_t landlock_abi = 0;
    char ending[96];
    int32_t length;
    int32_t r = BOTHY_ENOENT;

    if (!data)
        return WIRE_EXIT_ERROR;
    if (trial_start(&trial, 0, path, WIRE_LOAD_DESCRIBE_ONLY, child, NULL, &error) < 0) {
        fprintf(stderr, "%s\n", error.text);
        return WIRE_EXIT_ERROR;
    }
    while ((length = trial_receive(&trial, data, WIRE_CONTROL_MAX, TIMEOUT_MS, &error)) > 0) {
        if (!trial.last[0] && r < 0)
            r = describe_read(data, (size_t)length, &schema, &sandbox, &landlock_abi, &error);
    }
    trial_end(&trial);
    if (r == 0 && !trial.last[0] && trial.status == 0) {
        printf(json ? "{" : "");
        describe_print(&schema, sandbox, landlock_abi, json);
        printf(json ? "}\n" : "");
        conf_schema_clear(&schema);
        return 0;
    }
    conf_schema_clear(&schema);
    trial_ending(&trial, ending, sizeof ending);
    if (trial.refused)
        fprintf(stderr, "%s\n", trial.last);
    else
        fprintf(stderr, "plugin %s: %s while it was loaded (%s)\n", path,
                trial.timed_out ? "hung"
                : trial.last[0] ? trial.last
                                : error.text,
                ending);
    return WIRE_EXIT_NO_RESTART;
}
