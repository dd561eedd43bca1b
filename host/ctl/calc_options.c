/*
 * The command line and the output of the calculators. Strict: every option takes one value,
 * stands at most once, and a number is a number to its last byte.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <bothy/csv.h>
#include <bothy/time.h>

#include "ctl/calc.h"
#include "ctl/calc_options.h"

int calc_usage(const char *command, const char *format, ...)
{
    va_list arguments;

    fprintf(stderr, "bothyctl %s: ", command);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fprintf(stderr, "\nTry 'bothyctl %s --help'.\n", command);
    return CALC_EXIT_USAGE;
}

static void print_help(const struct calc_command *command)
{
    printf("Usage: bothyctl [--json] %s [OPTION VALUE]...%s%s\n\n%s\n\n", command->name,
           command->arguments ? " " : "", command->arguments ? command->arguments : "",
           command->doc);
    for (const struct calc_option *option = command->options; option->name; option++) {
        char left[64];

        snprintf(left, sizeof left, "--%s %s", option->name, option->value_name);
        printf("  %-30s %s\n", left, option->doc);
    }
    printf("  %-30s %s\n  %-30s %s\n", "--json", "one JSON document instead of CSV", "--help",
           "this text");
}

/* The option that an argument names, and the value after `=` if there is one. */
static const struct calc_option *find_option(const struct calc_command *command,
                                             const char *argument, const char **ret_value)
{
    const char *equals = strchr(argument, '=');
    size_t length = equals ? (size_t)(equals - argument) : strlen(argument);

    *ret_value = equals ? equals + 1 : NULL;
    for (const struct calc_option *option = command->options; option->name; option++)
        if (strlen(option->name) == length && strncmp(option->name, argument, length) == 0)
            return option;
    return NULL;
}

static int set_option(const struct calc_command *command, const struct calc_option *option,
                      const char *value)
{
    if (option->text) {
        *option->text = value;
    } else if (bothy_double_parse(value, strlen(value), option->number) < 0) {
        return calc_usage(command->name, "--%s: '%s' is not a number (write it like 1234.5)",
                          option->name, value);
    }
    if (option->given)
        *option->given = 1;
    return 0;
}

static int check_required(const struct calc_command *command, const unsigned char *seen)
{
    for (size_t k = 0; command->options[k].name; k++)
        if (command->options[k].required && !seen[k])
            return calc_usage(command->name, "--%s %s is missing", command->options[k].name,
                              command->options[k].value_name);
    return 0;
}

int calc_options_parse(const struct calc_command *command, int argc, char **argv, int *json,
                       const char **ret_argument, int *ret_exit)
{
    unsigned char seen[CALC_OPTIONS_MAX] = { 0 };
    const char *argument = NULL;

    for (int k = 1; k < argc; k++) {
        const struct calc_option *option;
        const char *value;

        if (strcmp(argv[k], "--json") == 0) {
            *json = 1;
            continue;
        }
        if (strcmp(argv[k], "--help") == 0) {
            print_help(command);
            *ret_exit = calc_finish();
            return CALC_DONE;
        }
        if (strncmp(argv[k], "--", 2) != 0) {
            if (argument || !command->arguments) {
                *ret_exit = calc_usage(command->name, "'%s' is one argument too many", argv[k]);
                return CALC_DONE;
            }
            argument = argv[k];
            continue;
        }
        option = find_option(command, argv[k] + 2, &value);
        if (!option) {
            *ret_exit = calc_usage(command->name, "there is no option %s", argv[k]);
            return CALC_DONE;
        }
        if (seen[option - command->options]++) {
            *ret_exit = calc_usage(command->name, "--%s stands there twice", option->name);
            return CALC_DONE;
        }
        if (!value && ++k == argc) {
            *ret_exit = calc_usage(command->name, "--%s needs a value", option->name);
            return CALC_DONE;
        }
        *ret_exit = set_option(command, option, value ? value : argv[k]);
        if (*ret_exit != 0)
            return CALC_DONE;
    }
    *ret_exit = check_required(command, seen);
    *ret_argument = argument;
    return *ret_exit != 0 ? CALC_DONE : 0;
}

json_t *calc_number(double value, int present)
{
    return present ? json_real(value) : json_null();
}

static void print_cell(const char *text)
{
    char cell[1024];

    if (bothy_csv_quote(text, strlen(text), ',', 0, cell, sizeof cell) >= 0)
        fputs(cell, stdout);
}

static void print_value(const json_t *value)
{
    char text[512] = "";
    size_t length = 0;

    switch (json_typeof(value)) {
    case JSON_REAL:
        printf("%.15g", json_real_value(value));
        break;
    case JSON_TRUE:
        fputs("true", stdout);
        break;
    case JSON_FALSE:
        fputs("false", stdout);
        break;
    case JSON_STRING:
        print_cell(json_string_value(value));
        break;
    case JSON_ARRAY:
        for (size_t k = 0; k < json_array_size(value) && length < sizeof text; k++)
            length +=
                (size_t)snprintf(text + length, sizeof text - length, "%s%s", k > 0 ? "; " : "",
                                 json_string_value(json_array_get(value, k)));
        print_cell(text);
        break;
    default: /* null is an empty cell */
        break;
    }
}

static void print_csv(json_t *object)
{
    const char *key, *separator = "";
    json_t *value;

    json_object_foreach(object, key, value)
    {
        printf("%s%s", separator, key);
        separator = ",";
    }
    separator = "\n";
    json_object_foreach(object, key, value)
    {
        fputs(separator, stdout);
        print_value(value);
        separator = ",";
    }
    putchar('\n');
}

int calc_print(json_t *object, int json)
{
    if (!object) {
        fprintf(stderr, "bothyctl: out of memory\n");
        return CALC_EXIT_ERROR;
    }
    if (json) {
        json_dumpf(object, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
        putchar('\n');
    } else {
        print_csv(object);
    }
    json_decref(object);
    return calc_finish();
}

int calc_finish(void)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return CALC_EXIT_OK;
    fprintf(stderr, "bothyctl: cannot write the result: %s\n", strerror(errno));
    return CALC_EXIT_ERROR;
}
