/*
 * Every option that there is, with its type, range and meaning: the host's own tables, and the
 * schemas of plugins. See dump.h.
 */
#include "conf/dump.h"

#include <jansson.h>
#include <string.h>

#include <bothy/risk.h>

#include "conf/options.h"

/* A list of options that stands somewhere in the file. */
typedef int32_t table_visit(void *context, const char *path, const char *doc,
                            const struct bothy_option *options, size_t option_size, uint32_t count);

static int32_t visit_section(const struct conf_section *section, const char *path,
                             table_visit *visit, void *context)
{
    return visit(context, path, section->doc, &section->fields[0].option, sizeof section->fields[0],
                 section->field_count);
}

static int32_t walk(const struct conf_schema *const *schemas, uint32_t schema_count,
                    table_visit *visit, void *context)
{
    int32_t r = 0;

    for (uint32_t i = 0; r == 0 && i < SECTION_COUNT; i++)
        r = visit_section(&conf_sections[i], conf_sections[i].name, visit, context);
    if (r == 0)
        r = visit(context, "risk",
                  "Risk parameters; also in a bot's risk, and in an entry of its symbols.",
                  bothy_risk_options, sizeof bothy_risk_options[0], bothy_risk_option_count);
    if (r == 0)
        r = visit_section(&conf_exchange_section, "exchanges[]", visit, context);
    if (r == 0)
        r = visit_section(&conf_watchlist_section, "watchlists[]", visit, context);
    if (r == 0)
        r = visit_section(&conf_bot_section, "bots[]", visit, context);
    if (r == 0)
        r = visit_section(&conf_grants_section, "bots[].grants", visit, context);
    if (r == 0)
        r = visit_section(&conf_symbol_section, "bots[].symbols[]", visit, context);
    for (uint32_t i = 0; r == 0 && i < schema_count; i++) {
        const struct conf_schema *schema = schemas[i];
        char path[96];

        snprintf(path, sizeof path, "plugin %s/%s", conf_kind_name(schema->kind), schema->name);
        r = visit(context, path, schema->summary ? schema->summary : "", schema->options,
                  sizeof schema->options[0], schema->option_count);
    }
    return r;
}

static const struct bothy_option *option_at(const struct bothy_option *options, size_t option_size,
                                            uint32_t i)
{
    return (const void *)((const char *)options + i * option_size);
}

/* ---- text ---- */

static void print_option(FILE *out, const struct bothy_option *option)
{
    fprintf(out, "  %s: %s", option->name, bothy_option_type_name(option->type));
    if (option->choices)
        fprintf(out, " of %s", option->choices);
    if (option->default_value)
        fprintf(out, ", default %s", *option->default_value ? option->default_value : "\"\"");
    if (option->minimum && option->maximum)
        fprintf(out, ", from %s to %s", option->minimum, option->maximum);
    else if (option->minimum)
        fprintf(out, ", at least %s", option->minimum);
    else if (option->maximum)
        fprintf(out, ", at most %s", option->maximum);
    if (option->unit)
        fprintf(out, ", in %s", option->unit);
    if (option->flags & BOTHY_OPTION_REQUIRED)
        fputs(", required", out);
    if (option->flags & BOTHY_OPTION_RELOADABLE)
        fputs(", reloadable", out);
    if (option->flags & BOTHY_OPTION_SENSITIVE)
        fputs(", sensitive", out);
    if (option->flags & BOTHY_OPTION_PER_SYMBOL)
        fputs(", also per symbol", out);
    fprintf(out, "\n      %s\n", option->doc ? option->doc : "");
}

static int32_t visit_text(void *context, const char *path, const char *doc,
                          const struct bothy_option *options, size_t option_size, uint32_t count)
{
    FILE *out = context;

    fprintf(out, "%s\n  # %s\n", *path ? path : "(top)", doc);
    for (uint32_t i = 0; i < count; i++)
        print_option(out, option_at(options, option_size, i));
    return ferror(out) ? BOTHY_EIO : 0;
}

int32_t conf_schema_dump_text(const struct conf_schema *const *schemas, uint32_t count, FILE *out)
{
    int32_t r = walk(schemas, count, visit_text, out);

    return r == 0 && fflush(out) == EOF ? BOTHY_EIO : r;
}

/* ---- JSON ---- */

static json_t *json_choices(const char *choices)
{
    json_t *list = choices ? json_array() : json_null();

    while (choices && *choices) {
        size_t length = strcspn(choices, "|");

        json_array_append_new(list, json_stringn(choices, length));
        choices += length;
        choices += *choices == '|';
    }
    return list;
}

static json_t *json_option(const struct bothy_option *option)
{
    uint32_t flags = option->flags;

    return json_pack("{s:s, s:s, s:s?, s:s?, s:s?, s:s?, s:o, s:b, s:b, s:b, s:b, s:s}", "name",
                     option->name, "type", bothy_option_type_name(option->type), "default",
                     option->default_value, "minimum", option->minimum, "maximum", option->maximum,
                     "unit", option->unit, "choices", json_choices(option->choices), "required",
                     (int)(flags & BOTHY_OPTION_REQUIRED), "reloadable",
                     (int)(flags & BOTHY_OPTION_RELOADABLE), "sensitive",
                     (int)(flags & BOTHY_OPTION_SENSITIVE), "per_symbol",
                     (int)(flags & BOTHY_OPTION_PER_SYMBOL), "doc", option->doc ? option->doc : "");
}

static int32_t visit_json(void *context, const char *path, const char *doc,
                          const struct bothy_option *options, size_t option_size, uint32_t count)
{
    json_t *tables = context, *list = json_array();
    json_t *table = json_pack("{s:s, s:s, s:o}", "path", path, "doc", doc, "options", list);

    for (uint32_t i = 0; table && i < count; i++) {
        if (json_array_append_new(list, json_option(option_at(options, option_size, i))) < 0) {
            json_decref(table);
            return BOTHY_ENOMEM;
        }
    }
    return json_array_append_new(tables, table) < 0 ? BOTHY_ENOMEM : 0;
}

int32_t conf_schema_dump_json(const struct conf_schema *const *schemas, uint32_t count, FILE *out)
{
    json_t *tables = json_array();
    json_t *document = json_pack("{s:o}", "tables", tables);
    int32_t r = document ? walk(schemas, count, visit_json, tables) : BOTHY_ENOMEM;

    if (r == 0 && (json_dumpf(document, out, JSON_INDENT(2)) < 0 || fputc('\n', out) == EOF ||
                   fflush(out) == EOF))
        r = BOTHY_EIO;
    json_decref(document);
    return r;
}
