/*
 * A whole configuration with the origin of each value: see dump.h. One walk visits all values;
 * text and JSON are two visitors of it.
 */
#include "conf/dump.h"

#include <jansson.h>
#include <string.h>

#include <bothy/time.h>

#include "base/clean.h"
#include "conf/loader.h"

#define HIDDEN "***"

typedef int32_t dump_visit(void *context, const char *path, const struct conf_value *value);

/* ---- the walk ---- */

static int32_t walk_values(const char *path, const struct conf_values *values, uint32_t level,
                           dump_visit *visit, void *context)
{
    int32_t r = 0;

    for (uint32_t i = 0; r == 0 && i < values->count; i++) {
        char joined[LOADER_PATH_MAX];

        if (values->values[i].origin.level < level)
            continue;
        path_join(joined, path, values->values[i].option->name);
        r = visit(context, joined, &values->values[i]);
    }
    return r;
}

static int32_t walk_bot(const struct conf_bot *bot, dump_visit *visit, void *context)
{
    char path[LOADER_PATH_MAX], part[LOADER_PATH_MAX];
    int32_t r;

    snprintf(path, sizeof path, "bot.%s", bot->name);
    r = walk_values(path, &bot->own, CONF_LEVEL_DEFAULT, visit, context);
    path_join(part, path, "grants");
    if (r == 0)
        r = walk_values(part, &bot->grant_values, CONF_LEVEL_DEFAULT, visit, context);
    path_join(part, path, "risk");
    if (r == 0)
        r = walk_values(part, &bot->risk_values, CONF_LEVEL_DEFAULT, visit, context);
    path_join(part, path, "params");
    if (r == 0)
        r = walk_values(part, &bot->params, CONF_LEVEL_DEFAULT, visit, context);
    for (uint32_t i = 0; r == 0 && i < bot->symbol_count; i++) {
        const struct conf_symbol *symbol = &bot->symbols[i];
        static const struct bothy_option exchange = { .name = "exchange",
                                                      .type = BOTHY_OPTION_STRING };
        struct conf_value on = { .option = &exchange,
                                 .text = symbol->exchange->name,
                                 .origin = symbol->origin };

        snprintf(part, sizeof part, "bot.%s.symbols.%s", bot->name, symbol->symbol);
        r = walk_values(part, &(struct conf_values) { &on, 1 }, CONF_LEVEL_DEFAULT, visit, context);
        /* Only what differs from the bot's own: the rest is above. */
        if (r == 0 && symbol->risk_values.values != bot->risk_values.values)
            r = walk_values(part, &symbol->risk_values, CONF_LEVEL_SYMBOL, visit, context);
        if (r == 0)
            r = walk_values(part, &symbol->params, CONF_LEVEL_SYMBOL, visit, context);
    }
    return r;
}

static int32_t walk(const struct conf *conf, dump_visit *visit, void *context)
{
    static const struct bothy_option symbols = { .name = "symbols", .type = BOTHY_OPTION_LIST };
    int32_t r = 0;

    for (uint32_t i = 0; r == 0 && i < SECTION_COUNT; i++)
        r = walk_values(conf_sections[i].name, &conf->private->sections[i], CONF_LEVEL_DEFAULT,
                        visit, context);
    if (r == 0)
        r = walk_values("risk", &conf->private->risk, CONF_LEVEL_DEFAULT, visit, context);
    for (uint32_t i = 0; r == 0 && i < conf->exchange_count; i++) {
        const struct conf_exchange *exchange = &conf->exchanges[i];
        char path[LOADER_PATH_MAX], part[LOADER_PATH_MAX];

        snprintf(path, sizeof path, "exchange.%s", exchange->name);
        path_join(part, path, "params");
        r = walk_values(path, &exchange->own, CONF_LEVEL_DEFAULT, visit, context);
        if (r == 0)
            r = walk_values(part, &exchange->params, CONF_LEVEL_DEFAULT, visit, context);
    }
    for (uint32_t i = 0; r == 0 && i < conf->watchlist_count; i++) {
        const struct conf_watchlist *watchlist = &conf->watchlists[i];
        struct conf_value list = { .option = &symbols,
                                   .items = watchlist->symbols.items,
                                   .item_count = watchlist->symbols.count,
                                   .origin = watchlist->origin };
        char path[LOADER_PATH_MAX];

        list.origin.level = CONF_LEVEL_GLOBAL;
        snprintf(path, sizeof path, "watchlist.%s", watchlist->name);
        r = walk_values(path, &(struct conf_values) { &list, 1 }, CONF_LEVEL_DEFAULT, visit,
                        context);
    }
    for (uint32_t i = 0; r == 0 && i < conf->bot_count; i++)
        r = walk_bot(&conf->bots[i], visit, context);
    return r;
}

/* A reference to a secret may be shown; a secret may not. */
static int is_hidden(const struct conf_value *value)
{
    if (value->option->type == BOTHY_OPTION_SECRET)
        return value->text && strncmp(value->text, "file:", 5) && strncmp(value->text, "cred:", 5);
    return (value->option->flags & BOTHY_OPTION_SENSITIVE) && (value->text || value->items);
}

/* "bot" stands for the level of an entry, which may be an exchange's. */
static const char *level_word(const char *path, uint32_t level)
{
    if (level == CONF_LEVEL_BOT && !strncmp(path, "exchange.", 9))
        return "exchange";
    return conf_level_name(level);
}

/* ---- text ---- */

static void print_quoted(FILE *out, const char *text)
{
    fputc('"', out);
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            fprintf(out, "\\%c", *text);
        else if (*text == '\n')
            fputs("\\n", out);
        else if (*text == '\t')
            fputs("\\t", out);
        else
            fputc(*text, out);
    }
    fputc('"', out);
}

static void print_value(FILE *out, const struct conf_value *value)
{
    if (is_hidden(value)) {
        fputs(HIDDEN, out);
    } else if (value->items) {
        fputs("( ", out);
        for (uint32_t i = 0; i < value->item_count; i++) {
            fputs(i ? ", " : "", out);
            print_quoted(out, value->items[i]);
        }
        fputs(" )", out);
    } else if (!value->text) {
        fputs("(not set)", out);
    } else if (value->option->type == BOTHY_OPTION_BOOL ||
               value->option->type == BOTHY_OPTION_INT) {
        fputs(value->text, out);
    } else {
        print_quoted(out, value->text);
    }
}

static int32_t visit_text(void *context, const char *path, const struct conf_value *value)
{
    const struct conf_origin *origin = &value->origin;
    FILE *out = context;

    fprintf(out, "%s = ", path);
    print_value(out, value);
    fputs("    # ", out);
    if (origin->file && origin->line)
        fprintf(out, "%s:%u ", origin->file, origin->line);
    else if (origin->file)
        fprintf(out, "%s ", origin->file);
    fprintf(out, "%s\n", level_word(path, origin->level));
    return ferror(out) ? BOTHY_EIO : 0;
}

int32_t conf_dump_text(const struct conf *conf, FILE *out)
{
    int32_t r;

    for (uint32_t i = 0; i < conf->files.count; i++)
        fprintf(out, "# %s\n", conf->files.items[i]);
    r = walk(conf, visit_text, out);
    return r == 0 && fflush(out) == EOF ? BOTHY_EIO : r;
}

/* ---- JSON ---- */

static json_t *json_value(const struct conf_value *value)
{
    int64_t number;

    if (is_hidden(value))
        return json_string(HIDDEN);
    if (value->items) {
        json_t *list = json_array();

        for (uint32_t i = 0; list && i < value->item_count; i++)
            json_array_append_new(list, json_string(value->items[i]));
        return list;
    }
    if (!value->text)
        return json_null();
    if (value->option->type == BOTHY_OPTION_BOOL)
        return json_boolean(!strcmp(value->text, "true"));
    if (value->option->type == BOTHY_OPTION_INT &&
        bothy_int64_parse(value->text, strlen(value->text), &number) == 0)
        return json_integer(number);
    return json_string(value->text);
}

static int32_t visit_json(void *context, const char *path, const struct conf_value *value)
{
    const struct conf_origin *origin = &value->origin;
    json_t *values = context;
    json_t *entry = json_pack("{s:s, s:o, s:s, s:s?, s:I}", "path", path, "value",
                              json_value(value), "level", level_word(path, origin->level), "file",
                              origin->file, "line", (json_int_t)origin->line);

    return json_array_append_new(values, entry) < 0 ? BOTHY_ENOMEM : 0;
}

int32_t conf_dump_json(const struct conf *conf, FILE *out)
{
    json_t *files = json_array(), *values = json_array();
    json_t *document = json_pack("{s:o, s:o}", "files", files, "values", values);
    int32_t r = document ? 0 : BOTHY_ENOMEM;

    for (uint32_t i = 0; r == 0 && i < conf->files.count; i++) {
        if (json_array_append_new(files, json_string(conf->files.items[i])) < 0)
            r = BOTHY_ENOMEM;
    }
    if (r == 0)
        r = walk(conf, visit_json, values);
    if (r == 0 && (json_dumpf(document, out, JSON_INDENT(2)) < 0 || fputc('\n', out) == EOF ||
                   fflush(out) == EOF))
        r = BOTHY_EIO;
    json_decref(document);
    return r;
}
