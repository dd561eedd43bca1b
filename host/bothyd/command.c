/*
 * What can be asked of the running host. A table: name, whether it changes something, function.
 * What changes something is recorded for the audit with who asked.
 */
#include "bothyd/daemon.h"

#include "base/clean.h"
#include "conf/dump.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct call {
    struct daemon *d;
    const json_t *args;
    char actor[64];
    int code;
};

typedef json_t *command_function(struct call *call);

static json_t *refuse(struct call *call, int code, const char *format, ...) BOTHY_PRINTF(3, 4);

static json_t *refuse(struct call *call, int code, const char *format, ...)
{
    char text[256];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    call->code = code;
    return status_text(text);
}

static const char *text_arg(const struct call *call, const char *name)
{
    return json_string_value(json_object_get(call->args, name));
}

static struct worker *find_worker(struct call *call, json_t **ret_refusal)
{
    const char *name = text_arg(call, "name");
    char known[160] = "";

    for (uint32_t i = 0; name && i < call->d->worker_count; i++) {
        if (!call->d->workers[i].removed && (strcmp(call->d->workers[i].name, name) == 0 ||
                                             strcmp(call->d->workers[i].logger, name) == 0))
            return &call->d->workers[i];
    }
    for (uint32_t i = 0; i < call->d->bot_count; i++) {
        size_t at = strlen(known);

        if (call->d->bots[i]->removed)
            continue;
        snprintf(known + at, sizeof known - at, "%s%s", at ? ", " : "", call->d->bots[i]->name);
    }
    *ret_refusal = refuse(call, 4, "no bot '%s'; there are: %s", name ? name : "", known);
    return NULL;
}

static struct worker *find_bot(struct call *call, json_t **ret_refusal)
{
    struct worker *w = find_worker(call, ret_refusal);

    if (w && w->kind != WORKER_BOT) {
        *ret_refusal = refuse(call, 4, "%s is an exchange", w->name);
        return NULL;
    }
    return w;
}

static json_t *cmd_status(struct call *call)
{
    return status_document(call->d);
}

static json_t *cmd_bot_list(struct call *call)
{
    json_t *bots = json_array();

    for (uint32_t i = 0; i < call->d->bot_count; i++) {
        if (!call->d->bots[i]->removed)
            json_array_append_new(bots, status_bot(call->d->bots[i]));
    }
    return bots;
}

static json_t *cmd_bot_show(struct call *call)
{
    json_t *refusal = NULL;
    struct worker *w = find_bot(call, &refusal);
    json_t *bot, *symbols;

    if (!w)
        return refusal;
    bot = status_bot(w);
    symbols = json_array();
    for (uint32_t i = 0; i < w->bot->symbol_count; i++)
        json_array_append_new(symbols, json_string(w->bot->symbols[i].symbol));
    json_object_set_new(bot, "symbols", symbols);
    json_object_set_new(bot, "trade", json_boolean(w->bot->trade));
    json_object_set_new(bot, "log_level",
                        json_string(bothy_log_level_name(log_get_level(call->d->log, w->logger))));
    return bot;
}

static json_t *set_paused(struct call *call, int paused)
{
    json_t *refusal = NULL;
    struct worker *w = find_bot(call, &refusal);

    if (!w)
        return refusal;
    if (w->paused == paused)
        return status_bot(w);
    daemon_action(call->d, call->actor, paused ? "bot.pause" : "bot.resume", w->name,
                  paused ? "RUNNING" : "PAUSED", paused ? "PAUSED" : "RUNNING", "");
    worker_pause(w, paused);
    return status_bot(w);
}

static json_t *cmd_bot_pause(struct call *call)
{
    return set_paused(call, 1);
}

static json_t *cmd_bot_resume(struct call *call)
{
    return set_paused(call, 0);
}

static json_t *cmd_bot_restart(struct call *call)
{
    json_t *refusal = NULL;
    struct worker *w = find_worker(call, &refusal);

    if (!w)
        return refusal;
    daemon_action(call->d, call->actor, "bot.restart", w->name, worker_status_name(w), "STARTING",
                  "");
    worker_restart(w, "restarted by command");
    return w->kind == WORKER_BOT ? status_bot(w) : json_object();
}

static json_t *cmd_bot_reset(struct call *call)
{
    json_t *refusal = NULL;
    struct worker *w = find_worker(call, &refusal);
    const char *reason = text_arg(call, "reason");

    if (!w)
        return refusal;
    if (w->phase != PHASE_NONE)
        return refuse(call, 4, "%s is %s; reset is for what is parked or in error", w->name,
                      worker_status_name(w));
    daemon_action(call->d, call->actor, "bot.reset", w->name, "ERROR", reason ? reason : "", "");
    worker_restart(w, NULL);
    return w->kind == WORKER_BOT ? status_bot(w) : json_object();
}

static json_t *cmd_feed_list(struct call *call)
{
    return status_feeds(call->d);
}

static json_t *cmd_plugin_list(struct call *call)
{
    json_t *plugins = json_array();

    for (uint32_t i = 0; i < call->d->worker_count; i++) {
        const struct worker *w = &call->d->workers[i];

        if (w->removed)
            continue;
        const struct conf_plugin *plugin =
            w->kind == WORKER_BOT ? &w->bot->plugin : &w->exchange->plugin;
        char abi[16];

        if (!plugin->schema) {
            json_array_append_new(plugins, json_pack("{s:s, s:o, s:s, s:o}", "name", plugin->name,
                                                     "path", status_text(plugin->path), "used_by",
                                                     w->name, "refused", status_text(w->cause)));
            continue;
        }
        snprintf(abi, sizeof abi, "%u.%u", plugin->schema->abi_major, plugin->schema->abi_minor);
        json_array_append_new(
            plugins, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:b}", "name",
                               plugin->schema->name, "kind", conf_kind_name(plugin->schema->kind),
                               "version", plugin->schema->version, "abi", abi, "path", plugin->path,
                               "summary", plugin->schema->summary, "used_by", w->name, "pinned",
                               plugin->sha256 != NULL));
    }
    return plugins;
}

static json_t *query(struct call *call, const char *table)
{
    struct store_filter filter = {
        .bot = text_arg(call, "bot"),
        .symbol = text_arg(call, "symbol"),
        .limit = (uint32_t)json_integer_value(json_object_get(call->args, "limit")),
        .all_runs = json_is_true(json_object_get(call->args, "all_runs")),
    };
    const char *since = text_arg(call, "since");
    struct bothy_error error = { 0 };
    json_t *rows = NULL;

    if (since && bothy_time_parse(since, strlen(since), &filter.since_ns) < 0)
        return refuse(call, 2, "--since %s: not a time; use 2024-08-08T12:00:00Z", since);
    /* What was recorded until now shall be seen. */
    store_wait(call->d->store, core_recorded(call->d->core), 2000);
    if (store_query(call->d->store, table, &filter, &rows, &error) < 0)
        return refuse(call, 1, "%s", error.text);
    return rows;
}

static json_t *cmd_signals(struct call *call)
{
    return query(call, "signals");
}

static json_t *cmd_orders(struct call *call)
{
    return query(call, "orders");
}

static json_t *cmd_trades(struct call *call)
{
    return query(call, "trades");
}

static json_t *cmd_actions(struct call *call)
{
    return query(call, "actions");
}

static json_t *cmd_audit_verify(struct call *call)
{
    char last[STORE_HASH_MAX] = "";
    struct bothy_error error = { 0 };
    uint64_t rows = 0;

    store_wait(call->d->store, core_recorded(call->d->core), 2000);
    if (store_verify_actions(call->d->store, &rows, last, &error) < 0) {
        log_say(call->d->log, BOTHY_LOG_ERROR, "AUDIT", "%s", error.text);
        return refuse(call, 1, "%s", error.text);
    }
    return json_pack("{s:I, s:s}", "actions", (json_int_t)rows, "last_hash", last);
}

static json_t *money(struct bothy_decimal value)
{
    char text[BOTHY_DECIMAL_TEXT_MAX];

    bothy_decimal_format(bothy_decimal_normalise(value), text, sizeof text);
    return json_string(text);
}

static json_t *cmd_positions(struct call *call)
{
    json_t *positions = json_array();
    const char *bot = text_arg(call, "bot");
    struct core_position_view view;
    size_t cursor = 0;

    while (core_position_next(call->d->core, &cursor, &view)) {
        const struct bothy_position *p = &view.position;

        if (bot && strcmp(bot, call->d->bots[view.bot]->name) != 0)
            continue;
        json_array_append_new(
            positions,
            json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "bot",
                      call->d->bots[view.bot]->name, "symbol",
                      core_symbol(call->d->core, view.instrument), "venue",
                      call->d->venues[core_instrument_venue(call->d->core, view.instrument)]->name,
                      "quantity", money(p->quantity), "average_entry", money(p->average_entry),
                      "mark", money(view.mark), "realised_pnl", money(p->realised_pnl),
                      "unrealised_pnl", money(p->unrealised_pnl), "fees", money(p->fees)));
    }
    return positions;
}

static json_t *cmd_log_level(struct call *call)
{
    const char *logger = text_arg(call, "logger"), *level = text_arg(call, "level");
    struct daemon *d = call->d;
    int32_t number, before;
    char name[BOTHY_NAME_MAX + 16];

    if (!level || bothy_log_level_parse(level, &number) < 0)
        return refuse(call, 2, "no log level '%s'; use debug, info, notice, warning or error",
                      level ? level : "");
    for (uint32_t i = 0; logger && i < d->worker_count; i++) {
        struct worker *w = &d->workers[i];
        uint32_t payload[2] = { (uint32_t)number, 0 };

        if (strcmp(logger, w->name) != 0 && strcmp(logger, w->logger) != 0 &&
            strcmp(logger, "all") != 0)
            continue;
        before = log_get_level(d->log, w->logger);
        log_set_level(d->log, w->logger, number);
        if (worker_running(w))
            channel_command(w, WIRE_R_LOG_LEVEL, payload, sizeof payload);
        daemon_action(d, call->actor, "log.level", w->logger, bothy_log_level_name(before), level,
                      "");
        if (strcmp(logger, "all") != 0)
            return json_pack("{s:s, s:s}", "logger", w->logger, "level", level);
    }
    if (!logger || (strcmp(logger, "all") != 0 && strcmp(logger, "core") != 0))
        return refuse(call, 4, "no logger '%s'; use the name of a bot or exchange, core, or all",
                      logger ? logger : "");
    snprintf(name, sizeof name, "%s", logger);
    before = log_get_level(d->log, NULL);
    log_set_level(d->log, strcmp(logger, "all") == 0 ? NULL : "core", number);
    daemon_action(d, call->actor, "log.level", name, bothy_log_level_name(before), level, "");
    return json_pack("{s:s, s:s}", "logger", name, "level", level);
}

static json_t *cmd_reload(struct call *call)
{
    struct bothy_error error = { 0 };

    daemon_action(call->d, call->actor, "host.reload", call->d->config_path, "", "", "");
    if (reload_run(call->d, &error) < 0)
        return refuse(call, 2, "%s", error.text);
    return json_pack("{s:s}", "reloaded", call->d->config_path);
}

static json_t *cmd_conf_dump(struct call *call)
{
    _cleanup_free_ char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    json_error_t problem;
    int32_t r;

    if (!out)
        return refuse(call, 1, "no memory");
    r = conf_dump_json(call->d->conf, out);
    fclose(out);
    if (r < 0)
        return refuse(call, 1, "%s", bothy_strerror(r));
    return json_loadb(text, length, 0, &problem);
}

static json_t *cmd_kill(struct call *call)
{
    daemon_action(call->d, call->actor, "kill", "host", core_killed(call->d->core) ? "on" : "off",
                  "on", "");
    if (daemon_kill(call->d, 1, "by command") < 0)
        log_say(call->d->log, BOTHY_LOG_ERROR, "KILLED",
                "the kill switch will not outlive the host: its file cannot be written");
    log_say(call->d->log, BOTHY_LOG_WARNING, "KILLED", "the kill switch is on: no new entries");
    return json_pack("{s:b}", "killed", 1);
}

static json_t *cmd_kill_reset(struct call *call)
{
    daemon_action(call->d, call->actor, "kill.reset", "host", "on", "off", "");
    if (daemon_kill(call->d, 0, "") < 0)
        return refuse(call, 1, "the file KILL in %s or %s cannot be removed, and turns it on again",
                      call->d->conf->paths.state, call->d->conf->paths.run);
    return json_pack("{s:b}", "killed", 0);
}

static json_t *cmd_stop(struct call *call)
{
    daemon_stop(call->d, "bothyctl stop");
    return json_pack("{s:b}", "stopping", 1);
}

static const struct {
    const char *name;
    int changes;
    command_function *run;
} commands[] = {
    { "status", 0, cmd_status },
    { "bot.list", 0, cmd_bot_list },
    { "bot.show", 0, cmd_bot_show },
    { "bot.pause", 1, cmd_bot_pause },
    { "bot.resume", 1, cmd_bot_resume },
    { "bot.restart", 1, cmd_bot_restart },
    { "bot.reset", 1, cmd_bot_reset },
    { "feed.list", 0, cmd_feed_list },
    { "plugin.list", 0, cmd_plugin_list },
    { "signals", 0, cmd_signals },
    { "orders", 0, cmd_orders },
    { "trades", 0, cmd_trades },
    { "positions", 0, cmd_positions },
    { "actions", 0, cmd_actions },
    { "audit.verify", 0, cmd_audit_verify },
    { "log.level", 1, cmd_log_level },
    { "reload", 1, cmd_reload },
    { "conf.dump", 0, cmd_conf_dump },
    { "kill", 1, cmd_kill },
    { "kill.reset", 1, cmd_kill_reset },
    { "stop", 1, cmd_stop },
};

int command_may_change(const struct command_caller *caller)
{
    return caller->uid == 0 || caller->uid == geteuid();
}

json_t *command_run(struct daemon *d, const struct command_caller *caller, json_t *request,
                    int *ret_code)
{
    const char *name = json_string_value(json_object_get(request, "command"));
    struct call call = { .d = d, .args = json_object_get(request, "args") };
    json_t *result;

    snprintf(call.actor, sizeof call.actor, "uid=%u pid=%d", (unsigned)caller->uid,
             (int)caller->pid);
    *ret_code = 2;
    for (size_t i = 0; name && i < ARRAY_SIZE(commands); i++) {
        if (strcmp(commands[i].name, name) != 0)
            continue;
        if (commands[i].changes && !command_may_change(caller)) {
            result = refuse(&call, 4, "%s: permitted to root and to the daemon's user only", name);
            *ret_code = call.code;
            return result;
        }
        result = commands[i].run(&call);
        *ret_code = call.code;
        return result;
    }
    return refuse(&call, 2, "no command '%s'", name ? name : "");
}
