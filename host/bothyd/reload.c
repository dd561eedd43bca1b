/*
 * Reload: a new configuration is read and checked as a whole; if anything is wrong, the old one
 * stays in force and nobody notices. Bots that did not change are not touched; those whose
 * changed options are all reloadable get the new values; the others are restarted. What would
 * change the shape of the host, its bots, exchanges, instruments, or a setting that is not
 * reloadable, takes effect at the next start, and that is said.
 */
#include "bothyd/daemon.h"

#include "base/clean.h"
#include "conf/diff.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void say_errors(struct daemon *d, const struct conf_errors *errors,
                       struct bothy_error *error)
{
    char line[1024];

    for (uint32_t i = 0; i < errors->count; i++) {
        conf_message_format(&errors->messages[i], line, sizeof line);
        log_say(d->log,
                errors->messages[i].severity == CONF_ERROR ? BOTHY_LOG_ERROR : BOTHY_LOG_WARNING,
                "CONFIG", "%s", line);
        if (errors->messages[i].severity == CONF_ERROR && error && !error->text[0])
            bothy_fail(error, BOTHY_EINVAL, "%.250s", line);
    }
}

static struct worker *worker_named(struct daemon *d, uint32_t kind, const char *name)
{
    for (uint32_t i = 0; i < d->worker_count; i++) {
        if (d->workers[i].kind == kind && strcmp(d->workers[i].name, name) == 0)
            return &d->workers[i];
    }
    return NULL;
}

static void send_values(struct worker *w)
{
    _cleanup_free_ uint8_t *data = malloc(WIRE_CONTROL_MAX);
    size_t length = data ? worker_config(w, data, WIRE_CONTROL_MAX) : 0;

    if (length == 0 || length > WIRE_RECORD_MAX - sizeof(struct wire_record))
        worker_restart(w, "its new values are too long to hand over: restarted");
    else
        channel_command(w, WIRE_R_RELOAD, data, length);
}

/* The symbols of a bot are part of the core's tables: a change there needs a new core. */
static int same_symbols(const struct conf_bot *a, const struct conf_bot *b)
{
    if (a->symbol_count != b->symbol_count)
        return 0;
    for (uint32_t i = 0; i < a->symbol_count; i++) {
        if (strcmp(a->symbols[i].symbol, b->symbols[i].symbol) != 0 ||
            strcmp(a->symbols[i].exchange->name, b->symbols[i].exchange->name) != 0)
            return 0;
    }
    return 1;
}

/* 1 if the plan can be carried out while we run. */
static int feasible(const struct conf_diff *diff, char *why, size_t capacity)
{
    for (uint32_t i = 0; i < diff->bot_count; i++) {
        const struct conf_change *c = &diff->bots[i];

        if (c->change == CONF_CHANGE_ADDED || c->change == CONF_CHANGE_REMOVED ||
            (c->change == CONF_CHANGE_RESTART && !same_symbols(c->old_bot, c->new_bot))) {
            snprintf(why, capacity, "bot %s: %s", c->name,
                     c->change == CONF_CHANGE_RESTART ? "its symbols changed"
                                                      : conf_change_name(c->change));
            return 0;
        }
    }
    for (uint32_t i = 0; i < diff->exchange_count; i++) {
        const struct conf_change *c = &diff->exchanges[i];

        if (c->change != CONF_CHANGE_UNCHANGED) {
            snprintf(why, capacity, "exchange %s: %s", c->name, conf_change_name(c->change));
            return 0;
        }
    }
    return 1;
}

static void swap_pointers(struct daemon *d, struct conf *conf)
{
    for (uint32_t i = 0; i < d->worker_count; i++) {
        struct worker *w = &d->workers[i];

        if (w->kind == WORKER_BOT)
            w->bot = conf_bot_find(conf, w->name);
        else
            w->exchange = conf_exchange_find(conf, w->name);
    }
    conf_free(d->conf);
    d->conf = conf;
}

static void reconfigure(struct daemon *d, struct worker *w)
{
    struct core_bot_symbol *symbols = NULL;
    struct core_bot_conf conf;

    if (setup_bot_conf(d, w->bot, &conf, &symbols) == 0)
        core_bot_reconfigure(d->core, w->index, &conf);
    free(symbols);
}

static void carry_out(struct daemon *d, struct conf *conf, const struct conf_diff *diff)
{
    enum { TOUCH_MAX = CORE_BOTS_MAX };
    struct worker *touched[TOUCH_MAX];
    uint32_t changes[TOUCH_MAX], count = 0;

    for (uint32_t i = 0; i < diff->bot_count && count < TOUCH_MAX; i++) {
        const struct conf_change *c = &diff->bots[i];
        struct worker *w = worker_named(d, WORKER_BOT, c->name);

        if (!w || c->change == CONF_CHANGE_UNCHANGED)
            continue;
        log_say(d->log, BOTHY_LOG_NOTICE, "RELOAD", "%s: %s: %s", w->logger,
                conf_change_name(c->change), c->why);
        touched[count] = w;
        changes[count++] = c->change;
    }
    for (uint32_t i = 0; i < diff->setting_count; i++) {
        const struct conf_setting_change *s = &diff->settings[i];

        log_say(d->log, s->reloadable ? BOTHY_LOG_NOTICE : BOTHY_LOG_WARNING, "RELOAD",
                "%s: %s → %s%s", s->path, s->old_text ? s->old_text : "(unset)",
                s->new_text ? s->new_text : "(unset)",
                s->reloadable ? "" : "; takes effect at the next start");
    }
    swap_pointers(d, conf);
    log_set_level(d->log, NULL, (int32_t)d->conf->log.level);
    for (uint32_t i = 0; i < count; i++) {
        reconfigure(d, touched[i]);
        if (changes[i] == CONF_CHANGE_RELOAD && worker_running(touched[i]))
            send_values(touched[i]);
        else
            worker_restart(touched[i], "restarted with new configuration");
    }
}

int reload_run(struct daemon *d, struct bothy_error *error)
{
    _cleanup_free_ struct conf_errors *errors = calloc(1, sizeof *errors);
    struct conf_diff diff = { 0 };
    struct conf *conf = NULL;
    char why[160] = "";
    int r;

    if (!errors)
        return BOTHY_ENOMEM;
    daemon_notify(d, "RELOADING=1\nSTATUS=reading the configuration\n");
    r = setup_load_conf(d, &conf, errors);
    say_errors(d, errors, error);
    if (r == 0) {
        r = conf_diff(d->conf, conf, &diff);
        if (r == 0 && !feasible(&diff, why, sizeof why))
            r = bothy_fail(error, BOTHY_ENOTSUP,
                           "%s: this needs a restart of bothyd; nothing was changed", why);
    }
    if (r == 0) {
        carry_out(d, conf, &diff);
        log_say(d->log, BOTHY_LOG_NOTICE, "RELOAD", "%s is in force", d->config_path);
    } else {
        conf_free(conf);
        log_say(d->log, BOTHY_LOG_ERROR, "RELOAD", "the old configuration stays in force: %s",
                error && error->text[0] ? error->text : bothy_strerror(r));
    }
    conf_diff_clear(&diff);
    conf_errors_clear(errors);
    daemon_notify(d, "READY=1\n");
    return r;
}
