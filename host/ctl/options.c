/*
 * The command line: global options anywhere, then the command's one or two words, then its own
 * options and arguments as the table has them. Strict: an unknown option or one argument too many
 * is an error. The calculators read what follows their name themselves.
 */
#include "ctl/ctl.h"

#include "base/clean.h"

#include <bothy/plugin.h>
#include <bothy/time.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { STEP_OK = -1 }; /* not an exit code: go on */

/* Where the command line is read. */
struct reader {
    struct ctl *ctl;
    struct ctl_args *args;
    int argc, at;
    char **argv;
    int help, version;
};

BOTHY_PRINTF(2, 0)
static void say(const struct ctl *ctl, const char *format, va_list args)
{
    fflush(stdout);
    fprintf(stderr, "bothyctl%s%s: ", ctl->command ? " " : "",
            ctl->command ? ctl->command->name : "");
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
}

int ctl_fail(const struct ctl *ctl, int code, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say(ctl, format, args);
    va_end(args);
    return code;
}

int ctl_usage(const struct ctl *ctl, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say(ctl, format, args);
    va_end(args);
    fprintf(stderr, "Try 'bothyctl%s%s --help'.\n", ctl->command ? " " : "",
            ctl->command ? ctl->command->name : "");
    return CTL_USAGE;
}

int ctl_print_json(const struct ctl *ctl, const json_t *document)
{
    if (json_dumpf(document, stdout, JSON_INDENT(2) | JSON_ENCODE_ANY) < 0 ||
        fputc('\n', stdout) == EOF || fflush(stdout) == EOF)
        return ctl_fail(ctl, CTL_ERROR, "cannot write to standard output");
    return CTL_OK;
}

const char *ctl_option(const struct ctl_args *args, const char *name)
{
    for (uint32_t i = args->given_count; i > 0; i--)
        if (strcmp(args->given[i - 1].option->name, name) == 0)
            return args->given[i - 1].value;
    return NULL;
}

/* The option that `text` ("--name", "--name=value", "-n") stands for in a table. */
static const struct ctl_option *find(const struct ctl_option *table, const char *text,
                                     const char **ret_value)
{
    const char *equals = strchr(text, '=');
    size_t length = equals ? (size_t)(equals - text) : strlen(text);

    *ret_value = equals ? equals + 1 : NULL;
    for (; table && table->name; table++) {
        if (strncmp(text, "--", 2) == 0 && strlen(table->name) == length - 2 &&
            strncmp(table->name, text + 2, length - 2) == 0)
            return table;
        if (table->letter && text[1] == table->letter && text[2] == '\0')
            return table;
    }
    return NULL;
}

static int set_global(struct reader *reader, const struct ctl_option *option, const char *value)
{
    struct ctl *ctl = reader->ctl;
    int64_t ns;

    if (strcmp(option->name, "socket") == 0) {
        ctl->socket = value;
    } else if (strcmp(option->name, "json") == 0) {
        ctl->json = 1;
    } else if (strcmp(option->name, "help") == 0) {
        reader->help = 1;
    } else if (strcmp(option->name, "version") == 0) {
        reader->version = 1;
    } else if (bothy_duration_parse(value, strlen(value), &ns) < 0 || ns < BOTHY_NS_PER_MS ||
               ns > CTL_TIMEOUT_MS_MAX * BOTHY_NS_PER_MS) {
        return ctl_usage(ctl, "--timeout %s: not a duration from 1ms to 1h, such as 10s", value);
    } else {
        ctl->timeout_ms = (int32_t)(ns / BOTHY_NS_PER_MS);
    }
    return STEP_OK;
}

static int read_option(struct reader *reader)
{
    const char *text = reader->argv[reader->at], *value;
    const struct ctl_command *command = reader->ctl->command;
    const struct ctl_option *own = command ? find(command->options, text, &value) : NULL;
    const struct ctl_option *option = own ? own : find(ctl_global_options, text, &value);
    struct ctl_args *args = reader->args;

    if (!option)
        return ctl_usage(reader->ctl, "there is no option %s", text);
    if (!option->value_name && value)
        return ctl_usage(reader->ctl, "--%s takes no value", option->name);
    if (option->value_name && !value) {
        if (reader->at + 1 == reader->argc)
            return ctl_usage(reader->ctl, "--%s needs a value: %s", option->name,
                             option->value_name);
        value = reader->argv[++reader->at];
    }
    if (!own)
        return set_global(reader, option, value ? value : "");
    if (args->given_count == CTL_GIVEN_MAX)
        return ctl_usage(reader->ctl, "more than %d options", CTL_GIVEN_MAX);
    args->given[args->given_count].option = own;
    args->given[args->given_count++].value = value ? value : "";
    return STEP_OK;
}

static const struct ctl_command *command_of(const char *first, const char *second)
{
    char two[64];

    snprintf(two, sizeof two, "%s %s", first, second ? second : "");
    for (uint32_t i = 0; second && i < ctl_command_count; i++)
        if (strcmp(ctl_commands[i].name, two) == 0)
            return &ctl_commands[i];
    for (uint32_t i = 0; i < ctl_command_count; i++)
        if (strcmp(ctl_commands[i].name, first) == 0)
            return &ctl_commands[i];
    return NULL;
}

static int unknown_command(struct reader *reader, const char *first, const char *second)
{
    char text[96];
    const char *nearest;
    int is_group = help_group(first, 0) > 0;

    if (is_group && (!second || second[0] == '-')) {
        for (int i = reader->at; i < reader->argc; i++)
            reader->help |= strcmp(reader->argv[i], "--help") == 0;
        if (reader->help) {
            help_group(first, 1);
            return CTL_OK;
        }
        ctl_fail(reader->ctl, CTL_USAGE, "'%s' needs one more word:", first);
        fflush(stderr);
        dup2(STDERR_FILENO, STDOUT_FILENO); /* nothing goes to stdout when it fails */
        help_group(first, 1);
        return CTL_USAGE;
    }
    snprintf(text, sizeof text, "%s%s%s", first, is_group ? " " : "", is_group ? second : "");
    nearest = help_nearest(text);
    if (nearest)
        return ctl_usage(reader->ctl, "there is no command '%s'; did you mean '%s'?", text,
                         nearest);
    return ctl_usage(reader->ctl, "there is no command '%s'", text);
}

/* Reads the command's words at reader->at, and leaves it at the last of them. */
static int read_command(struct reader *reader)
{
    const char *first = reader->argv[reader->at];
    const char *second = reader->at + 1 < reader->argc ? reader->argv[reader->at + 1] : NULL;
    const struct ctl_command *command = command_of(first, second);

    if (!command)
        return unknown_command(reader, first, second);
    reader->ctl->command = command;
    if (strchr(command->name, ' '))
        reader->at++;
    return STEP_OK;
}

static int read_word(struct reader *reader)
{
    const struct ctl_command *command = reader->ctl->command;
    struct ctl_args *args = reader->args;

    if (!command)
        return read_command(reader);
    if (args->word_count == command->words_max)
        return ctl_usage(reader->ctl, "'%s' is one argument too many", reader->argv[reader->at]);
    args->words[args->word_count++] = reader->argv[reader->at];
    return STEP_OK;
}

static int read_all(struct reader *reader)
{
    int words_only = 0;

    for (reader->at = 1; reader->at < reader->argc; reader->at++) {
        const char *text = reader->argv[reader->at];
        int r;

        if (!words_only && strcmp(text, "--") == 0) {
            words_only = 1;
            continue;
        }
        r = !words_only && text[0] == '-' && text[1] ? read_option(reader) : read_word(reader);
        if (r != STEP_OK)
            return r;
        if (reader->ctl->command && reader->ctl->command->calculate)
            break;
    }
    return STEP_OK;
}

/* A calculator gets its whole name as argv[0], and what follows. */
static int calculate(struct reader *reader)
{
    const struct ctl_command *command = reader->ctl->command;

    return command->calculate(reader->argc - reader->at, reader->argv + reader->at,
                              reader->ctl->json);
}

int ctl_main(int argc, char **argv)
{
    const char *socket_path = getenv("BOTHY_SOCKET");
    struct ctl_args args = { 0 };
    struct ctl ctl = {
        .socket = socket_path && socket_path[0] ? socket_path : BOTHY_RUNDIR "/control.sock",
        .timeout_ms = CTL_TIMEOUT_MS_DEFAULT,
    };
    struct reader reader = { .ctl = &ctl, .args = &args, .argc = argc, .argv = argv };
    int r = read_all(&reader);

    if (r != STEP_OK)
        return r;
    if (reader.version)
        return command_version(&ctl, &args);
    if (ctl.command && ctl.command->calculate)
        return reader.help ? ctl.command->calculate(2, (char *[]) { argv[reader.at], "--help" }, 0)
                           : calculate(&reader);
    if (reader.help || !ctl.command) {
        if (ctl.command)
            help_command(ctl.command);
        else if (reader.help)
            help_program();
        else
            return ctl_usage(&ctl, "what shall it do? Name a command");
        return fflush(stdout) == EOF ? CTL_ERROR : CTL_OK;
    }
    if (args.word_count < ctl.command->words_min)
        return ctl_usage(&ctl, "something is missing: %s", ctl.command->arguments);
    r = ctl.command->run(&ctl, &args);
    if (fflush(stdout) == EOF && r == CTL_OK)
        r = ctl_fail(&ctl, CTL_ERROR, "cannot write to standard output");
    return r;
}
