/*
 * Reload: a new configuration is read and checked as a whole; if anything is wrong, the old one
 * stays in force and nobody notices. Bots that did not change are not touched; those whose
 * changed options are all reloadable get the new values; others are restarted, added or stopped. A
 * change of an exchange is refused: it needs a new start. A setting of the host that is not
 * reloadable takes effect at the next start, and that is said.
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

/* 1 if the plan can be carried out while we run. */
static int feasible(const struct daemon *d, const struct conf_diff *diff, char *why,
                    size_t capacity)
{
    uint32_t added = 0;

    for (uint32_t i = 0; i < diff->bot_count; i++)
        added += diff->bots[i].change == CONF_CHANGE_ADDED;
    if (d->bot_count + added > CORE_BOTS_MAX) {
        snprintf(why, capacity, "more than %d bots since the start", CORE_BOTS_MAX);
        return 0;
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

        if (w->kind == WORKER_BOT) {
            w->bot = conf_bot_find(conf, w->name);
            w->removed = !w->bot || !w->bot->enabled;
        } else {
            w->exchange = conf_exchange_find(conf, w->name);
        }
    }
    d->conf = conf;
}

/* The core's view of a bot; a worker for one that is new. NULL: there was no room. */
static struct worker *put_bot(struct daemon *d, const struct conf_bot *bot)
{
    struct worker *w = worker_named(d, WORKER_BOT, bot->name);
    struct core_bot_symbol *symbols = NULL;
    struct bothy_error error = { 0 };
    struct core_bot_conf conf;
    uint32_t index = 0;
    int r = setup_bot_conf(d, bot, &conf, &symbols);

    if (r == 0)
        r = core_bot_put(d->core, &conf, &index, &error);
    free(symbols);
    if (r < 0) {
        log_say(d->log, BOTHY_LOG_ERROR, "RELOAD", "bot.%s: %s", bot->name,
                error.text[0] ? error.text : "too many instruments");
        return NULL;
    }
    if (w)
        return w;
    w = &d->workers[d->worker_count++];
    worker_init(w, d, WORKER_BOT, index, bot->name);
    w->bot = bot;
    d->bots[d->bot_count++] = w;
    history_take_up(w);
    return w;
}

/* --only holds over reloads. */
static int is_selected(const struct daemon *d, const char *name)
{
    return !d->only || setup_listed(d->only, name);
}

static void change_bot(struct daemon *d, const struct conf_change *c)
{
    struct worker *w = c->new_bot && c->change != CONF_CHANGE_REMOVED
                           ? put_bot(d, conf_bot_find(d->conf, c->name))
                           : worker_named(d, WORKER_BOT, c->name);

    if (!w)
        return;
    switch (c->change) {
    case CONF_CHANGE_REMOVED:
        worker_stop(w);
        break;
    case CONF_CHANGE_RELOAD:
        if (worker_running(w)) {
            send_values(w);
            break;
        }
        worker_restart(w, "restarted with new configuration");
        break;
    default:
        worker_restart(w, "restarted with new configuration");
        break;
    }
}

/* A level that was set by command stays, where the file says the same as before. */
static void take_levels(struct daemon *d, const struct conf *old)
{
    for (uint32_t i = 0; i < d->conf->bot_count; i++) {
        const struct conf_bot *bot = &d->conf->bots[i], *before = conf_bot_find(old, bot->name);
        char logger[BOTHY_NAME_MAX + 8];

        if (before ? before->log_level == bot->log_level : bot->log_level == d->conf->log.level)
            continue;
        snprintf(logger, sizeof logger, "bot.%s", bot->name);
        log_set_level(d->log, logger, (int32_t)bot->log_level);
    }
}

static void carry_out(struct daemon *d, struct conf *conf, const struct conf_diff *diff)
{
    struct conf *old = d->conf;

    for (uint32_t i = 0; i < diff->bot_count; i++) {
        const struct conf_change *c = &diff->bots[i];

        if (c->change != CONF_CHANGE_UNCHANGED)
            log_say(d->log, BOTHY_LOG_NOTICE, "RELOAD", "bot.%s: %s%s%s", c->name,
                    conf_change_name(c->change), c->why[0] ? ": " : "", c->why);
    }
    for (uint32_t i = 0; i < diff->setting_count; i++) {
        const struct conf_setting_change *s = &diff->settings[i];

        log_say(d->log, s->reloadable ? BOTHY_LOG_NOTICE : BOTHY_LOG_WARNING, "RELOAD",
                "%s: %s → %s%s", s->path, s->old_text ? s->old_text : "(unset)",
                s->new_text ? s->new_text : "(unset)",
                s->reloadable ? "" : "; takes effect at the next start");
    }
    swap_pointers(d, conf); /* the plan borrows from the old one: it goes last */
    if (old->log.level != d->conf->log.level)
        log_set_level(d->log, NULL, (int32_t)d->conf->log.level);
    take_levels(d, old);
    for (uint32_t i = 0; i < diff->bot_count; i++) {
        if (diff->bots[i].change != CONF_CHANGE_UNCHANGED && is_selected(d, diff->bots[i].name))
            change_bot(d, &diff->bots[i]);
    }
    conf_free(old);
}

int reload_run(struct daemon *d, struct bothy_error *error)
{
    _cleanup_free_ struct conf_errors *errors = calloc(1, sizeof *errors);
    struct conf_diff diff = { 0 };
    struct conf *conf = NULL;
    char why[160] = "", lines[128];
    int r;

    if (!errors)
        return BOTHY_ENOMEM;
    snprintf(lines, sizeof lines,
             "RELOADING=1\nMONOTONIC_USEC=%lld\nSTATUS=reading the configuration\n",
             (long long)(clock_monotonic_ns() / BOTHY_NS_PER_US));
    daemon_notify(d, lines);
    r = setup_load_conf(d, &conf, errors);
    say_errors(d, errors, error);
    if (r == 0) {
        r = conf_diff(d->conf, conf, &diff);
        if (r == 0 && !feasible(d, &diff, why, sizeof why))
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
