/*
 * Schemas of plugins: see schema.h. One function says whether a table keeps its rules, and every
 * schema passes it on its way in and on its way out.
 */
#include "conf/schema.h"

#include <stdlib.h>
#include <string.h>

#include <bothy/event.h>
#include <bothy/risk.h>

#include "base/bytes.h"
#include "base/clean.h"
#include "conf/options.h"

#define MAGIC          UINT32_C(0x48435342) /* "BSCH" */
#define SCHEMA_VERSION 1

#define OPTION_NAME_MAX 48
#define VALUE_MAX       256
#define UNIT_MAX        32
#define CHOICES_MAX     1024
#define DOC_MAX         2048
#define SUMMARY_MAX     256

#define KNOWN_FLAGS                                                                                \
    (BOTHY_OPTION_REQUIRED | BOTHY_OPTION_RELOADABLE | BOTHY_OPTION_SENSITIVE |                    \
     BOTHY_OPTION_PER_SYMBOL)

const char *conf_kind_name(uint32_t kind)
{
    static const char *const names[] = { "?", "strategy", "exchange", "sink", "handler" };

    return names[kind < ARRAY_SIZE(names) ? kind : 0];
}

/* ---- rules ---- */

static int is_printable(const char *text, size_t maximum)
{
    size_t length = strnlen(text, maximum);

    if (length == maximum)
        return 0;
    for (size_t i = 0; i < length; i++) {
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
            return 0;
    }
    return 1;
}

static int fits(const char *text, size_t maximum)
{
    return !text || is_printable(text, maximum);
}

static int is_word(const char *text, size_t maximum, const char *more)
{
    size_t length;

    if (!text || !is_printable(text, maximum) || *text < 'a' || *text > 'z')
        return 0;
    length = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789");
    while (text[length] && strchr(more, text[length])) {
        length++;
        length += strspn(text + length, "abcdefghijklmnopqrstuvwxyz0123456789");
    }
    return text[length] == '\0';
}

/* Keys that an entry of `symbols` has anyway. */
static int is_taken_per_symbol(const char *name)
{
    for (uint32_t i = 0; i < bothy_risk_option_count; i++) {
        if (!strcmp(bothy_risk_options[i].name, name))
            return 1;
    }
    for (uint32_t i = 0; i < conf_symbol_section.field_count; i++) {
        if (!strcmp(conf_symbol_section.fields[i].option.name, name))
            return 1;
    }
    return 0;
}

static int32_t check_bounds(const struct bothy_option *option, struct bothy_error *error)
{
    struct bothy_option free_option = *option;
    struct bothy_error reason = { 0 };

    free_option.minimum = free_option.maximum = NULL;
    if (option->minimum && bothy_option_check(&free_option, option->minimum, &reason) < 0)
        return bothy_fail(error, BOTHY_EINVAL, "option %s: minimum: %s", option->name, reason.text);
    if (option->maximum && bothy_option_check(&free_option, option->maximum, &reason) < 0)
        return bothy_fail(error, BOTHY_EINVAL, "option %s: maximum: %s", option->name, reason.text);
    if (option->default_value && option->type != BOTHY_OPTION_LIST &&
        bothy_option_check(option, option->default_value, &reason) < 0)
        return bothy_fail(error, BOTHY_EINVAL, "option %s: default: %s", option->name, reason.text);
    return 0;
}

static int32_t check_option(const struct conf_schema *schema, uint32_t index,
                            struct bothy_error *error)
{
    const struct bothy_option *option = &schema->options[index];
    const char *name = option->name;

    if (!is_word(name, OPTION_NAME_MAX, "_"))
        return bothy_fail(error, BOTHY_EINVAL,
                          "option %u: its name must be a lower-case letter, then letters, digits "
                          "and _, at most %d",
                          index, OPTION_NAME_MAX - 1);
    if (!fits(option->default_value, VALUE_MAX) || !fits(option->minimum, VALUE_MAX) ||
        !fits(option->maximum, VALUE_MAX) || !fits(option->unit, UNIT_MAX) ||
        !fits(option->choices, CHOICES_MAX) || !fits(option->doc, DOC_MAX))
        return bothy_fail(error, BOTHY_EINVAL,
                          "option %s: a text in it is too long or has control characters", name);
    for (uint32_t i = 0; i < index; i++) {
        if (!strcmp(schema->options[i].name, name))
            return bothy_fail(error, BOTHY_EINVAL, "option %s: is declared twice", name);
    }
    if (option->type < BOTHY_OPTION_BOOL || option->type > BOTHY_OPTION_LIST)
        return bothy_fail(error, BOTHY_EINVAL, "option %s: there is no type %u", name,
                          option->type);
    if (option->flags & ~(uint32_t)KNOWN_FLAGS)
        return bothy_fail(error, BOTHY_EINVAL, "option %s: unknown flags 0x%x", name,
                          option->flags & ~(uint32_t)KNOWN_FLAGS);
    if (option->type == BOTHY_OPTION_ENUM && (!option->choices || !*option->choices))
        return bothy_fail(error, BOTHY_EINVAL, "option %s: has no choices", name);
    if ((option->flags & BOTHY_OPTION_REQUIRED) && option->default_value)
        return bothy_fail(error, BOTHY_EINVAL, "option %s: is required, so it has no default",
                          name);
    if (option->type == BOTHY_OPTION_SECRET && schema->kind != BOTHY_KIND_EXCHANGE &&
        schema->kind != BOTHY_KIND_SINK)
        return bothy_fail(error, BOTHY_EINVAL,
                          "option %s: secrets are for exchanges and sinks, not for a %s", name,
                          conf_kind_name(schema->kind));
    if (option->flags & BOTHY_OPTION_PER_SYMBOL) {
        if (option->type == BOTHY_OPTION_SECRET || option->type == BOTHY_OPTION_FILE)
            return bothy_fail(error, BOTHY_EINVAL, "option %s: a %s cannot be set per symbol", name,
                              bothy_option_type_name(option->type));
        if (is_taken_per_symbol(name))
            return bothy_fail(error, BOTHY_EINVAL,
                              "option %s: the host has this key in every symbol: read risk.%s, or "
                              "choose another name",
                              name, name);
    }
    return check_bounds(option, error);
}

static int32_t check_schema(const struct conf_schema *schema, struct bothy_error *error)
{
    if (!is_word(schema->name, BOTHY_NAME_MAX, "_-"))
        return bothy_fail(error, BOTHY_EINVAL,
                          "the plugin's name must be a lower-case letter, then letters, digits, _ "
                          "and -, at most %d",
                          BOTHY_NAME_MAX - 1);
    if (!schema->version || !is_printable(schema->version, BOTHY_NAME_MAX) ||
        !fits(schema->summary, SUMMARY_MAX))
        return bothy_fail(error, BOTHY_EINVAL,
                          "the plugin's version or summary is not well formed");
    if (schema->kind < BOTHY_KIND_STRATEGY || schema->kind > BOTHY_KIND_HANDLER)
        return bothy_fail(error, BOTHY_EINVAL, "there is no plugin kind %u", schema->kind);
    if (schema->option_count > CONF_SCHEMA_OPTIONS_MAX)
        return bothy_fail(error, BOTHY_EINVAL, "%u options: at most %d", schema->option_count,
                          CONF_SCHEMA_OPTIONS_MAX);
    for (uint32_t i = 0; i < schema->option_count; i++) {
        int32_t r = check_option(schema, i, error);

        if (r < 0)
            return r;
    }
    return 0;
}

/* ---- bytes ---- */

int32_t conf_schema_serialise(const struct conf_schema *schema, void *data, size_t capacity,
                              struct bothy_error *error)
{
    struct bytes_writer writer;
    int32_t r = check_schema(schema, error);

    if (r < 0)
        return r;
    bytes_writer_init(&writer, data, min_u64(capacity, CONF_SCHEMA_BYTES_MAX));
    bytes_put_u32(&writer, MAGIC);
    bytes_put_u16(&writer, SCHEMA_VERSION);
    bytes_put_u16(&writer, 0);
    bytes_put_u32(&writer, schema->kind);
    bytes_put_u16(&writer, schema->abi_major);
    bytes_put_u16(&writer, schema->abi_minor);
    bytes_put_u32(&writer, schema->flags);
    bytes_put_text(&writer, schema->name);
    bytes_put_text(&writer, schema->version);
    bytes_put_text(&writer, schema->summary);
    bytes_put_u32(&writer, schema->option_count);
    for (uint32_t i = 0; i < schema->option_count; i++) {
        const struct bothy_option *option = &schema->options[i];

        bytes_put_text(&writer, option->name);
        bytes_put_u32(&writer, option->type);
        bytes_put_u32(&writer, option->flags);
        bytes_put_text(&writer, option->default_value);
        bytes_put_text(&writer, option->minimum);
        bytes_put_text(&writer, option->maximum);
        bytes_put_text(&writer, option->unit);
        bytes_put_text(&writer, option->choices);
        bytes_put_text(&writer, option->doc);
    }
    if (writer.failed)
        return bothy_fail(error, BOTHY_ERANGE, "the schema has more than %zu bytes",
                          (size_t)min_u64(capacity, CONF_SCHEMA_BYTES_MAX));
    return (int32_t)writer.length;
}

static void read_option(struct bytes_reader *reader, struct bothy_option *option)
{
    option->name = bytes_get_text_dup(reader);
    option->type = bytes_get_u32(reader);
    option->flags = bytes_get_u32(reader);
    option->default_value = bytes_get_text_dup(reader);
    option->minimum = bytes_get_text_dup(reader);
    option->maximum = bytes_get_text_dup(reader);
    option->unit = bytes_get_text_dup(reader);
    option->choices = bytes_get_text_dup(reader);
    option->doc = bytes_get_text_dup(reader);
}

int32_t conf_schema_deserialise(const void *data, size_t length, struct conf_schema *ret_schema,
                                struct bothy_error *error)
{
    struct conf_schema schema = { 0 };
    struct bytes_reader reader;
    uint32_t magic, count;
    uint16_t version;
    int32_t r;

    if (length > CONF_SCHEMA_BYTES_MAX)
        return bothy_fail(error, BOTHY_EPROTO, "a schema of %zu bytes: at most %d", length,
                          CONF_SCHEMA_BYTES_MAX);
    bytes_reader_init(&reader, data, length);
    magic = bytes_get_u32(&reader);
    version = bytes_get_u16(&reader);
    bytes_get_u16(&reader);
    if (reader.failed || magic != MAGIC || version != SCHEMA_VERSION)
        return bothy_fail(error, BOTHY_EPROTO, "these bytes are no schema of version %d",
                          SCHEMA_VERSION);
    schema.kind = bytes_get_u32(&reader);
    schema.abi_major = bytes_get_u16(&reader);
    schema.abi_minor = bytes_get_u16(&reader);
    schema.flags = bytes_get_u32(&reader);
    schema.name = bytes_get_text_dup(&reader);
    schema.version = bytes_get_text_dup(&reader);
    schema.summary = bytes_get_text_dup(&reader);
    count = bytes_get_u32(&reader);
    if (!reader.failed && count > CONF_SCHEMA_OPTIONS_MAX)
        reader.failed = 1;
    if (!reader.failed) {
        schema.options = calloc(count ? count : 1, sizeof *schema.options);
        if (!schema.options) {
            conf_schema_clear(&schema);
            return bothy_fail(error, BOTHY_ENOMEM, "no memory for a schema");
        }
        for (; !reader.failed && schema.option_count < count; schema.option_count++)
            read_option(&reader, &schema.options[schema.option_count]);
    }
    if (!bytes_reader_done(&reader)) {
        conf_schema_clear(&schema);
        return bothy_fail(error, BOTHY_EPROTO, "the schema is cut off, or has something behind it");
    }
    r = check_schema(&schema, error);
    if (r < 0) {
        conf_schema_clear(&schema);
        return r;
    }
    *ret_schema = schema;
    return 0;
}

int32_t conf_schema_copy(const struct conf_schema *schema, struct conf_schema *ret_schema,
                         struct bothy_error *error)
{
    _cleanup_free_ uint8_t *bytes = malloc(CONF_SCHEMA_BYTES_MAX);
    int32_t length;

    if (!bytes)
        return bothy_fail(error, BOTHY_ENOMEM, "no memory for a schema");
    length = conf_schema_serialise(schema, bytes, CONF_SCHEMA_BYTES_MAX, error);
    if (length < 0)
        return length;
    return conf_schema_deserialise(bytes, (size_t)length, ret_schema, error);
}

void conf_schema_clear(struct conf_schema *schema)
{
    if (!schema)
        return;
    for (uint32_t i = 0; i < schema->option_count; i++) {
        struct bothy_option *option = &schema->options[i];

        free((char *)option->name);
        free((char *)option->default_value);
        free((char *)option->minimum);
        free((char *)option->maximum);
        free((char *)option->unit);
        free((char *)option->choices);
        free((char *)option->doc);
    }
    free(schema->options);
    free(schema->name);
    free(schema->version);
    free(schema->summary);
    memset(schema, 0, sizeof *schema);
}

const struct bothy_option *conf_schema_find(const struct conf_schema *schema, const char *name)
{
    for (uint32_t i = 0; i < schema->option_count; i++) {
        if (!strcmp(schema->options[i].name, name))
            return &schema->options[i];
    }
    return NULL;
}
