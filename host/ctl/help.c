/*
 * The words for people, made from the table of commands.
 */
#include "ctl/ctl.h"

#include "base/clean.h"
#include "conf/message.h"

#include <bothy/plugin.h>
#include <bothy/signal.h>

#include <stdio.h>
#include <string.h>

static void print_options(const struct ctl_option *options)
{
    for (; options && options->name; options++) {
        char left[64], letter[8] = "    ";

        if (options->letter)
            snprintf(letter, sizeof letter, "-%c, ", options->letter);
        snprintf(left, sizeof left, "%s--%s%s%s", letter, options->name,
                 options->value_name ? " " : "", options->value_name ? options->value_name : "");
        printf("  %-28s %s\n", left, options->doc);
    }
}

static void print_line(const struct ctl_command *command)
{
    char left[64];

    snprintf(left, sizeof left, "%s%s%s", command->name, command->arguments[0] ? " " : "",
             command->arguments);
    if (strlen(left) > 32)
        printf("  %s\n  %-32s %s\n", left, "", command->summary);
    else
        printf("  %-32s %s\n", left, command->summary);
}

void help_program(void)
{
    printf("Usage: bothyctl [-s SOCKET] [--json] COMMAND [ARGUMENT]...\n"
           "Asks and commands a running bothyd, and helps those who write plugins.\n\n");
    for (int online = 1; online >= 0; online--) {
        puts(online ? "Of the running host:" : "\nWithout a host:");
        for (uint32_t i = 0; i < ctl_command_count; i++)
            if (ctl_commands[i].online == online)
                print_line(&ctl_commands[i]);
    }
    puts("\nOptions:");
    print_options(ctl_global_options);
    puts("\n'bothyctl COMMAND --help' says more. Exit codes: 0 ok, 1 error, 2 usage or\n"
         "configuration, 3 host not running, 4 refused or not found, 5 timeout.\n"
         "Manual: bothyctl(1).");
}

void help_command(const struct ctl_command *command)
{
    printf("Usage: bothyctl [-s SOCKET] [--json] %s%s%s%s\n%s.\n", command->name,
           command->options ? " [OPTION]..." : "", command->arguments[0] ? " " : "",
           command->arguments, command->summary);
    if (command->doc)
        printf("\n%s\n", command->doc);
    puts("\nOptions:");
    print_options(command->options);
    print_options(ctl_global_options);
}

uint32_t help_group(const char *group, int list)
{
    size_t length = strlen(group);
    uint32_t count = 0;

    for (uint32_t i = 0; i < ctl_command_count; i++) {
        const char *name = ctl_commands[i].name;

        if (strncmp(name, group, length) != 0 || name[length] != ' ')
            continue;
        count++;
        if (list)
            print_line(&ctl_commands[i]);
    }
    if (list)
        fflush(stdout);
    return count;
}

static const char *name_at(const void *context, uint32_t i)
{
    (void)context;
    return ctl_commands[i].name;
}

const char *help_nearest(const char *text)
{
    return conf_nearest(text, name_at, NULL, ctl_command_count);
}

static json_t *options_document(const struct ctl_option *options)
{
    json_t *all = json_array();

    for (; options && options->name; options++) {
        json_t *one = json_pack("{s:s, s:s}", "name", options->name, "doc", options->doc);

        if (options->letter)
            json_object_set_new(one, "letter", json_stringn(&options->letter, 1));
        if (options->value_name)
            json_object_set_new(one, "value", json_string(options->value_name));
        json_array_append_new(all, one);
    }
    return all;
}

/* The words after `help`: a command, or the first word of several. */
static int help_about(const struct ctl *ctl, const struct ctl_args *args)
{
    char name[64];

    snprintf(name, sizeof name, "%s%s%s", args->words[0], args->word_count > 1 ? " " : "",
             args->word_count > 1 ? args->words[1] : "");
    for (uint32_t i = 0; i < ctl_command_count; i++) {
        const struct ctl_command *command = &ctl_commands[i];
        char *argv[] = { (char *)(uintptr_t)command->name, (char *)(uintptr_t) "--help" };

        if (strcmp(command->name, name) != 0)
            continue;
        if (command->calculate)
            return command->calculate(2, argv, 0);
        help_command(command);
        return CTL_OK;
    }
    if (help_group(name, 1) > 0)
        return CTL_OK;
    return ctl_usage(ctl, "there is no command '%s'", name);
}

int command_help(struct ctl *ctl, const struct ctl_args *args)
{
    json_t *document, *commands;
    int r;

    if (args->word_count > 0)
        return help_about(ctl, args);
    if (!ctl->json) {
        help_program();
        return CTL_OK;
    }
    commands = json_array();
    for (uint32_t i = 0; i < ctl_command_count; i++) {
        const struct ctl_command *command = &ctl_commands[i];

        json_array_append_new(
            commands, json_pack("{s:s, s:s, s:s, s:b, s:o}", "name", command->name, "arguments",
                                command->arguments, "summary", command->summary, "online",
                                command->online, "options", options_document(command->options)));
    }
    document = json_pack("{s:o, s:o}", "commands", commands, "options",
                         options_document(ctl_global_options));
    r = ctl_print_json(ctl, document);
    json_decref(document);
    return r;
}

int command_version(struct ctl *ctl, const struct ctl_args *args)
{
    char abi[16];
    json_t *document;
    int r;

    (void)args;
    snprintf(abi, sizeof abi, "%d.%d", BOTHY_ABI_MAJOR, BOTHY_ABI_MINOR);
    if (!ctl->json) {
        printf("bothyctl %s (ABI %s)\n", BOTHY_VERSION, abi);
        return CTL_OK;
    }
    document = json_pack("{s:s, s:s}", "version", BOTHY_VERSION, "abi", abi);
    r = ctl_print_json(ctl, document);
    json_decref(document);
    return r;
}

int command_signal_types(struct ctl *ctl, const struct ctl_args *args)
{
    json_t *all;
    int r = CTL_OK;

    (void)args;
    if (!ctl->json) {
        for (uint32_t type = BOTHY_SIGNAL_CUSTOM + 1; type < BOTHY_SIGNAL_TYPE_COUNT; type++)
            puts(bothy_signal_type_name(type));
        return CTL_OK;
    }
    all = json_array();
    for (uint32_t type = BOTHY_SIGNAL_CUSTOM + 1; type < BOTHY_SIGNAL_TYPE_COUNT; type++)
        json_array_append_new(all, json_pack("{s:i, s:s}", "number", (int)type, "name",
                                             bothy_signal_type_name(type)));
    r = ctl_print_json(ctl, all);
    json_decref(all);
    return r;
}
