/*
 * Options of the calculators, `--name VALUE` or `--name=VALUE`, from one table that also
 * makes the help text; and the two forms of output. Internal to the calculators.
 */
#ifndef BOTHY_CTL_CALC_OPTIONS_H
#define BOTHY_CTL_CALC_OPTIONS_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

struct calc_option {
    const char *name; /* without the dashes; NULL ends a table */
    const char *value_name;
    const char *doc;
    double *number;    /* where a number goes */
    const char **text; /* or a text [borrowed from argv] */
    int *given;        /* set to 1 if the option stands there; may be NULL */
    int required;
};

struct calc_command {
    const char *name;
    const char *arguments; /* what follows the options in the usage line; NULL: nothing may */
    const char *doc;
    const struct calc_option *options;
};

#define CALC_OPTIONS_MAX 32

/*
 * Parses argv[1] … and --json, --help. The one other argument goes to *ret_argument (NULL if
 * there is none). Returns 0, or CALC_DONE with *ret_exit set: help was printed, or a message
 * about what is wrong.
 */
#define CALC_DONE 1
int calc_options_parse(const struct calc_command *command, int argc, char **argv, int *json,
                       const char **ret_argument, int *ret_exit);

/* Prints "bothyctl COMMAND: message" and how to get help. Returns CALC_EXIT_USAGE. */
int calc_usage(const char *command, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * Prints a flat object: as JSON, or as CSV with its keys for a header (a list becomes one cell,
 * joined by "; "). [steals] object. Returns the exit status.
 */
int calc_print(json_t *object, int json);

/* A number, or null where `present` is 0. [owned]. */
json_t *calc_number(double value, int present);

/* Flushes stdout. Returns CALC_EXIT_OK, or CALC_EXIT_ERROR with a message. */
int calc_finish(void);

#endif
