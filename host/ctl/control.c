/*
 * What changes something in the running host. The host checks who asks, and records it.
 */
#include "ctl/client.h"
#include "ctl/show.h"

#include <string.h>

/* Asks; prints the result as JSON, or a sentence. `sentence` has room for what was done to. */
static int ask_and_say(const struct ctl *ctl, const char *command, json_t *args,
                       const char *sentence)
{
    json_t *result = NULL;
    int r = client_ask(ctl, command, args, &result);

    if (r != CTL_OK)
        return r;
    if (ctl->json)
        r = ctl_print_json(ctl, result);
    else
        puts(sentence);
    json_decref(result);
    return r;
}

/* bot pause, resume, restart, reset: the command's second word is the verb. */
int command_bot_control(struct ctl *ctl, const struct ctl_args *args)
{
    const char *verb = strchr(ctl->command->name, ' ') + 1;
    const char *reason = ctl->command->options ? ctl_option(args, "reason") : NULL;
    json_t *request = json_pack("{s:s, s:s*}", "name", args->words[0], "reason", reason);
    json_t *result = NULL;
    char command[32];
    int r;

    if (!request)
        return ctl_usage(ctl, "not UTF-8 text");
    snprintf(command, sizeof command, "bot.%s", verb);
    r = client_ask(ctl, command, request, &result);
    if (r != CTL_OK)
        return r;
    if (ctl->json)
        r = ctl_print_json(ctl, result);
    else
        printf("%s: %s\n", args->words[0],
               show_text(result, "status")[0] ? show_text(result, "status") : "done");
    json_decref(result);
    return r;
}

int command_log_level(struct ctl *ctl, const struct ctl_args *args)
{
    char sentence[160];
    json_t *request = json_pack("{s:s, s:s}", "logger", args->words[0], "level", args->words[1]);

    if (!request)
        return ctl_usage(ctl, "not UTF-8 text");
    snprintf(sentence, sizeof sentence, "%s: log level %s", args->words[0], args->words[1]);
    return ask_and_say(ctl, "log.level", request, sentence);
}

int command_reload(struct ctl *ctl, const struct ctl_args *args)
{
    (void)args;
    return ask_and_say(ctl, "reload", NULL, "configuration reloaded");
}

int command_kill(struct ctl *ctl, const struct ctl_args *args)
{
    (void)args;
    return ask_and_say(ctl, "kill", NULL,
                       "kill switch on: no new entries until 'bothyctl kill reset'");
}

int command_kill_reset(struct ctl *ctl, const struct ctl_args *args)
{
    (void)args;
    return ask_and_say(ctl, "kill.reset", NULL, "kill switch off");
}

int command_stop(struct ctl *ctl, const struct ctl_args *args)
{
    (void)args;
    return ask_and_say(ctl, "stop", NULL, "the host stops");
}
