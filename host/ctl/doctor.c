/*
 * `bothyctl doctor`: what it looks at, and how it says so. The exit code is the worst result: 0,
 * 1 (warnings), 2 (failures).
 */
#include "ctl/doctor.h"

#include "base/clean.h"
#include "ctl/client.h"
#include "ctl/settings.h"
#include "ctl/show.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const result_names[] = { "ok", "warn", "fail" };

void doctor_say(struct doctor *doctor, int result, const char *check, const char *remedy,
                const char *format, ...)
{
    char text[1024];
    va_list args;
    json_t *one;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    one =
        json_pack("{s:s, s:s, s:s}", "check", check, "result", result_names[result], "text", text);
    if (one && remedy)
        json_object_set_new(one, "remedy", json_string(remedy));
    if (!one)
        one = json_pack("{s:s, s:s, s:s}", "check", check, "result", result_names[result], "text",
                        "(the text is not UTF-8)");
    json_array_append_new(doctor->checks, one);
    if (result > doctor->worst)
        doctor->worst = result;
}

static void say_messages(struct doctor *doctor, const char *check, const struct conf_errors *errors)
{
    char line[1024];

    for (uint32_t i = 0; i < errors->count; i++) {
        conf_message_format(&errors->messages[i], line, sizeof line);
        doctor_say(doctor, errors->messages[i].severity == CONF_ERROR ? DOCTOR_FAIL : DOCTOR_WARN,
                   check, NULL, "%s", line);
    }
    if (errors->left_off)
        doctor_say(doctor, DOCTOR_FAIL, check, NULL, "and %u more", errors->left_off);
}

/* Returns the configuration [owned], or NULL. */
static struct conf *check_configuration(struct doctor *doctor, const char *path)
{
    _cleanup_free_ struct conf_errors *errors = calloc(1, sizeof *errors);
    struct conf *conf = NULL, *again = NULL;
    int32_t r;

    if (!errors)
        return NULL;
    r = settings_load(path, CONF_NO_PLUGIN_FILES | CONF_NO_SECRET_FILES, errors, &conf);
    say_messages(doctor, "configuration", errors);
    if (r < 0 && errors->error_count == 0)
        doctor_say(doctor, DOCTOR_FAIL, "configuration", NULL, "%s: %s", path, bothy_strerror(r));
    conf_errors_clear(errors);
    if (r < 0)
        return NULL;
    doctor_say(doctor, DOCTOR_OK, "configuration", NULL, "%s: %u exchanges, %u bots", path,
               conf->exchange_count, conf->bot_count);
    /* Once more with a look at the files that it names. */
    r = settings_load(path, 0, errors, &again);
    say_messages(doctor, "plugins and secrets", errors);
    if (r == 0 && errors->count == 0)
        doctor_say(doctor, DOCTOR_OK, "plugins and secrets", NULL,
                   "the files that the configuration names are there and trustworthy");
    conf_errors_clear(errors);
    conf_free(again);
    return conf;
}

void doctor_host(struct doctor *doctor)
{
    struct bothy_error error = { 0 };
    json_t *status = NULL;
    int r =
        client_call(doctor->ctl->socket, doctor->ctl->timeout_ms, "status", NULL, &status, &error);

    if (r == CTL_NO_HOST) {
        doctor_say(doctor, DOCTOR_WARN, "host", "systemctl start bothyd", "%s: no host is running",
                   doctor->ctl->socket);
        return;
    }
    if (r != CTL_OK) {
        doctor_say(doctor, DOCTOR_FAIL, "host", "look into the host's log; bothyctl -s SOCKET",
                   "%s", error.text);
        return;
    }
    if (strcmp(show_text(status, "version"), BOTHY_VERSION) != 0)
        doctor_say(doctor, DOCTOR_WARN, "host", "systemctl restart bothyd",
                   "it runs version %s, installed is %s", show_text(status, "version"),
                   BOTHY_VERSION);
    else
        doctor_say(doctor, DOCTOR_OK, "host", NULL, "version %s answers on %s", BOTHY_VERSION,
                   doctor->ctl->socket);
    if (json_is_false(json_object_get(status, "store_ok")))
        doctor_say(doctor, DOCTOR_FAIL, "host", "make room on the disk, then see the log",
                   "its store fails: trading is stopped");
    if (json_is_true(json_object_get(status, "killed")))
        doctor_say(doctor, DOCTOR_WARN, "host", "bothyctl kill reset", "the kill switch is on");
    json_decref(status);
}

static void print_checks(const struct doctor *doctor)
{
    struct table_style style = table_style_stdout();
    const json_t *one;
    size_t i;

    json_array_foreach(doctor->checks, i, one)
    {
        const char *result = show_text(one, "result"), *remedy = show_text(one, "remedy");
        char line[1280], clean[1280];

        snprintf(line, sizeof line, "%s: %s", show_text(one, "check"), show_text(one, "text"));
        table_clean_text(line, clean, sizeof clean);
        table_write(&style, show_status_colour(result), result, stdout);
        printf("%*s %s\n", (int)(4 - strlen(result)), "", clean);
        if (remedy[0])
            printf("     remedy: %s\n", remedy);
    }
}

int command_doctor(struct ctl *ctl, const struct ctl_args *args)
{
    const char *path = ctl_option(args, "config");
    struct doctor doctor = { .ctl = ctl, .checks = json_array() };
    struct conf *conf;
    json_t *document;

    if (!doctor.checks)
        return ctl_fail(ctl, CTL_USAGE, "no memory");
    conf = check_configuration(&doctor, path ? path : SETTINGS_DEFAULT);
    if (conf)
        doctor_files(&doctor, conf);
    conf_free(conf);
    doctor_system(&doctor);
    doctor_host(&doctor);
    if (ctl->json) {
        document =
            json_pack("{s:s, s:O}", "result", result_names[doctor.worst], "checks", doctor.checks);
        ctl_print_json(ctl, document);
        json_decref(document);
    } else {
        print_checks(&doctor);
    }
    json_decref(doctor.checks);
    return doctor.worst;
}
