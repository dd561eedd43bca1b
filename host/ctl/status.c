/*
 * What runs: status, bots, feeds, plugins.
 */
#include "ctl/status.h"

#include "base/clean.h"
#include "ctl/client.h"
#include "ctl/show.h"

#include <inttypes.h>
#include <string.h>

#define MONEY_DIGITS          2
#define HEALTH_TIMEOUT_MS_MAX 2000

static void clean_tablep(struct table **table)
{
    table_free(*table);
}
#define _cleanup_table_ _cleanup_(clean_tablep)

static void cell_count(struct table *table, const json_t *object, const char *key)
{
    char room[SHOW_MAX];

    snprintf(room, sizeof room, "%" PRId64, show_count(object, key));
    table_cell(table, room, COLOUR_NONE);
}

/* A count that should be 0. */
static void cell_trouble(struct table *table, const json_t *object, const char *key)
{
    char room[SHOW_MAX];
    int64_t count = show_count(object, key);

    snprintf(room, sizeof room, "%" PRId64, count);
    table_cell(table, room, count ? COLOUR_WARN : COLOUR_NONE);
}

static void cell_money(struct table *table, const json_t *object, const char *key)
{
    char room[SHOW_MAX];
    const char *shown = show_money(show_text(object, key), MONEY_DIGITS, room);

    table_cell(table, shown, show_sign_colour(shown));
}

static void cell_pid(struct table *table, const json_t *object)
{
    char room[SHOW_MAX];
    int64_t pid = show_count(object, "pid");

    snprintf(room, sizeof room, "%" PRId64, pid);
    table_cell(table, pid ? room : "-", COLOUR_NONE);
}

static void cell_status(struct table *table, const json_t *object)
{
    const char *status = show_text(object, "status");
    char room[SHOW_MAX];

    snprintf(room, sizeof room, "%s%s", status,
             json_is_true(json_object_get(object, "parked")) ? " (parked)" : "");
    table_cell(table, room, show_status_colour(status));
}

static int print_bots(const json_t *bots, const struct table_style *style, FILE *out)
{
    _cleanup_table_ struct table *table = table_new();
    static const char *const counts[] = { "restarts", "signals", "orders", "fills" };
    const json_t *bot;
    size_t i;

    if (!table)
        return -1;
    table_column(table, "BOT", TABLE_LEFT | TABLE_CUT);
    table_column(table, "STATUS", TABLE_LEFT);
    table_column(table, "PID", TABLE_RIGHT);
    table_column(table, "RESTARTS", TABLE_RIGHT);
    table_column(table, "SIGNALS", TABLE_RIGHT);
    table_column(table, "ORDERS", TABLE_RIGHT);
    table_column(table, "FILLS", TABLE_RIGHT);
    table_column(table, "REALISED", TABLE_RIGHT);
    table_column(table, "UNREALISED", TABLE_RIGHT);
    table_column(table, "CAUSE", TABLE_LEFT | TABLE_CUT);
    json_array_foreach((json_t *)bots, i, bot)
    {
        const char *cause = show_text(bot, "cause"), *health = show_text(bot, "health_text");

        table_cell(table, show_text(bot, "name"), COLOUR_NONE);
        cell_status(table, bot);
        cell_pid(table, bot);
        cell_trouble(table, bot, counts[0]);
        for (size_t k = 1; k < ARRAY_SIZE(counts); k++)
            cell_count(table, bot, counts[k]);
        cell_money(table, bot, "realised_pnl");
        cell_money(table, bot, "unrealised_pnl");
        table_cell(table, cause[0] ? cause : show_count(bot, "health") ? health : "", COLOUR_DIM);
    }
    return table_print(table, style, out);
}

static int print_exchanges(const json_t *exchanges, const struct table_style *style, FILE *out)
{
    _cleanup_table_ struct table *table = table_new();
    const json_t *exchange;
    size_t i;

    if (!table)
        return -1;
    table_column(table, "EXCHANGE", TABLE_LEFT | TABLE_CUT);
    table_column(table, "STATUS", TABLE_LEFT);
    table_column(table, "PID", TABLE_RIGHT);
    table_column(table, "RESTARTS", TABLE_RIGHT);
    table_column(table, "SANDBOX", TABLE_LEFT);
    table_column(table, "CAUSE", TABLE_LEFT | TABLE_CUT);
    json_array_foreach((json_t *)exchanges, i, exchange)
    {
        table_cell(table, show_text(exchange, "name"), COLOUR_NONE);
        cell_status(table, exchange);
        cell_pid(table, exchange);
        cell_trouble(table, exchange, "restarts");
        table_cell(table, show_text(exchange, "sandbox"), COLOUR_NONE);
        table_cell(table, show_text(exchange, "cause"), COLOUR_DIM);
    }
    return table_print(table, style, out);
}

static int print_feeds(const json_t *feeds, const struct table_style *style, FILE *out)
{
    _cleanup_table_ struct table *table = table_new();
    const json_t *feed;
    size_t i;

    if (!table)
        return -1;
    table_column(table, "FEED", TABLE_LEFT | TABLE_CUT);
    table_column(table, "STATE", TABLE_LEFT);
    table_column(table, "AGE", TABLE_RIGHT);
    table_column(table, "EVENTS", TABLE_RIGHT);
    table_column(table, "GAPS", TABLE_RIGHT);
    table_column(table, "MALFORMED", TABLE_RIGHT);
    table_column(table, "BID", TABLE_RIGHT);
    table_column(table, "ASK", TABLE_RIGHT);
    json_array_foreach((json_t *)feeds, i, feed)
    {
        const char *state = show_text(feed, "state"), *bid = show_text(feed, "bid");
        const char *ask = show_text(feed, "ask");
        char room[SHOW_MAX];

        table_cell(table, show_text(feed, "name"), COLOUR_NONE);
        table_cell(table, state, show_status_colour(state));
        table_cell(table, show_age(show_count(feed, "age_ms"), room), COLOUR_NONE);
        cell_count(table, feed, "events");
        cell_trouble(table, feed, "gaps");
        cell_trouble(table, feed, "malformed");
        table_cell(table, bid[0] ? bid : "-", COLOUR_NONE);
        table_cell(table, ask[0] ? ask : "-", COLOUR_NONE);
    }
    return table_print(table, style, out);
}

static void print_alarm(const struct table_style *style, FILE *out, const char *text)
{
    table_write(style, COLOUR_BAD, text, out);
    fputc('\n', out);
}

static void print_header(const json_t *status, const struct table_style *style, FILE *out)
{
    char time[SHOW_MAX], up[SHOW_MAX], equity[SHOW_MAX], cash[SHOW_MAX], head[SHOW_MAX];
    const char *mode = show_text(status, "mode"), *currency = show_text(status, "currency");
    const char *sandbox = show_text(status, "sandbox");

    snprintf(head, sizeof head, "bothy %s", show_text(status, "version"));
    table_write(style, COLOUR_BOLD, head, out);
    fprintf(out, " (ABI %s)  mode ", show_text(status, "abi"));
    table_write(style, strcmp(mode, "live") == 0 ? COLOUR_WARN : COLOUR_NONE, mode, out);
    fprintf(out, "  up %s  run %" PRId64 "\n", show_age(show_count(status, "uptime_s") * 1000, up),
            show_count(status, "run"));
    fprintf(out, "market time %s UTC%s%s  events %" PRId64 "\n",
            show_time(show_text(status, "time"), time),
            json_is_true(json_object_get(status, "virtual_time")) ? " (virtual)" : "",
            json_is_true(json_object_get(status, "ended")) ? " (data ended)" : "",
            show_count(status, "events"));
    fprintf(out, "equity %s %s  cash %s %s  sandbox ",
            show_money(show_text(status, "equity"), MONEY_DIGITS, equity), currency,
            show_money(show_text(status, "cash"), MONEY_DIGITS, cash), currency);
    table_write(style, strcmp(sandbox, "require") == 0 ? COLOUR_GOOD : COLOUR_WARN, sandbox, out);
    fputc('\n', out);
    if (json_is_true(json_object_get(status, "killed")))
        print_alarm(style, out, "KILL SWITCH ON: no new entries; bothyctl kill reset");
    if (json_is_false(json_object_get(status, "store_ok")))
        print_alarm(style, out, "STORE FAILS: trading is stopped; see the log");
    if (json_is_false(json_object_get(status, "ready")))
        print_alarm(style, out, "NOT READY: what must run does not run yet");
    if (show_count(status, "log_lines_lost") > 0)
        fprintf(out, "log lines lost: %" PRId64 "\n", show_count(status, "log_lines_lost"));
}

int status_page(const json_t *status, const struct table_style *style, FILE *out)
{
    const json_t *exchanges = json_object_get(status, "exchanges");
    const json_t *feeds = json_object_get(status, "feeds");
    int r;

    print_header(status, style, out);
    fputc('\n', out);
    r = print_bots(json_object_get(status, "bots"), style, out);
    if (json_array_size(exchanges) > 0) {
        fputc('\n', out);
        r |= print_exchanges(exchanges, style, out);
    }
    if (json_array_size(feeds) > 0) {
        fputc('\n', out);
        r |= print_feeds(feeds, style, out);
    }
    return r;
}

/* Asks, and prints as JSON or with `print`. */
static int ask_and_print(const struct ctl *ctl, const char *command, json_t *args,
                         int (*print)(const json_t *, const struct table_style *, FILE *))
{
    struct table_style style = table_style_stdout();
    json_t *result = NULL;
    int r = client_ask(ctl, command, args, &result);

    if (r != CTL_OK)
        return r;
    if (ctl->json)
        r = ctl_print_json(ctl, result);
    else if (print(result, &style, stdout) < 0)
        r = ctl_fail(ctl, CTL_ERROR, "no memory");
    json_decref(result);
    return r;
}

int command_status(struct ctl *ctl, const struct ctl_args *args)
{
    (void)args;
    return ask_and_print(ctl, "status", NULL, status_page);
}

int command_bot_list(struct ctl *ctl, const struct ctl_args *args)
{
    (void)args;
    return ask_and_print(ctl, "bot.list", NULL, print_bots);
}

int command_feed_list(struct ctl *ctl, const struct ctl_args *args)
{
    (void)args;
    return ask_and_print(ctl, "feed.list", NULL, print_feeds);
}

/* Two columns: what the host says of one bot, in its order. */
static int print_bot(const json_t *bot, const struct table_style *style, FILE *out)
{
    _cleanup_table_ struct table *table = table_new();
    const char *key;
    json_t *value;

    if (!table)
        return -1;
    table_column(table, "BOT", TABLE_LEFT);
    table_column(table, show_text(bot, "name"), TABLE_LEFT | TABLE_CUT);
    json_object_foreach((json_t *)bot, key, value)
    {
        char room[TABLE_CELL_MAX], time[SHOW_MAX];
        const char *text = show_value(value, room, sizeof room);

        if (strcmp(key, "name") == 0)
            continue;
        if (strcmp(key, "last_signal") == 0)
            text = show_time(text, time);
        table_cell(table, key, COLOUR_NONE);
        table_cell(table, text,
                   strcmp(key, "status") == 0 ? show_status_colour(text) : COLOUR_NONE);
    }
    return table_print(table, style, out);
}

int command_bot_show(struct ctl *ctl, const struct ctl_args *args)
{
    return ask_and_print(ctl, "bot.show", json_pack("{s:s}", "name", args->words[0]), print_bot);
}

static int print_plugins(const json_t *plugins, const struct table_style *style, FILE *out)
{
    _cleanup_table_ struct table *table = table_new();
    static const char *const columns[] = { "name", "kind", "version", "abi", "used_by" };
    const json_t *plugin;
    size_t i;

    if (!table)
        return -1;
    table_column(table, "PLUGIN", TABLE_LEFT);
    table_column(table, "KIND", TABLE_LEFT);
    table_column(table, "VERSION", TABLE_LEFT);
    table_column(table, "ABI", TABLE_LEFT);
    table_column(table, "USED BY", TABLE_LEFT);
    table_column(table, "PINNED", TABLE_LEFT);
    table_column(table, "SUMMARY", TABLE_LEFT | TABLE_CUT);
    table_column(table, "PATH", TABLE_LEFT | TABLE_CUT);
    json_array_foreach((json_t *)plugins, i, plugin)
    {
        const char *refused = show_text(plugin, "refused");

        for (size_t k = 0; k < ARRAY_SIZE(columns); k++)
            table_cell(table, show_text(plugin, columns[k]), COLOUR_NONE);
        table_cell(table, json_is_true(json_object_get(plugin, "pinned")) ? "yes" : "no",
                   COLOUR_NONE);
        table_cell(table, refused[0] ? refused : show_text(plugin, "summary"),
                   refused[0] ? COLOUR_BAD : COLOUR_NONE);
        table_cell(table, show_text(plugin, "path"), COLOUR_DIM);
    }
    return table_print(table, style, out);
}

int command_plugin_list(struct ctl *ctl, const struct ctl_args *args)
{
    (void)args;
    return ask_and_print(ctl, "plugin.list", NULL, print_plugins);
}

/* For containers and load balancers, which know 0 and 1 only. */
int command_healthcheck(struct ctl *ctl, const struct ctl_args *args)
{
    int32_t timeout_ms =
        ctl->timeout_ms < HEALTH_TIMEOUT_MS_MAX ? ctl->timeout_ms : HEALTH_TIMEOUT_MS_MAX;
    struct bothy_error error = { 0 };
    json_t *status = NULL, *document;
    const char *why = "ok";
    int r;

    (void)args;
    if (client_call(ctl->socket, timeout_ms, "status", NULL, &status, &error) != CTL_OK)
        why = error.text;
    else if (!json_is_true(json_object_get(status, "ready")))
        why = "not ready: what must run does not run yet";
    else if (!json_is_true(json_object_get(status, "store_ok")))
        why = "the store fails";
    r = strcmp(why, "ok") == 0 ? CTL_OK : CTL_ERROR;
    if (ctl->json) {
        document = json_pack("{s:b, s:s}", "healthy", r == CTL_OK, "reason", why);
        ctl_print_json(ctl, document);
        json_decref(document);
    } else {
        puts(why);
    }
    json_decref(status);
    return r;
}
