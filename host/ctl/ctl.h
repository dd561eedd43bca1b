/*
 * bothyctl: what its commands share. A command is one row of the table in commands.c: name,
 * arguments, options, words for people, function. Help, `bothyctl help --json` and the checks of
 * manual and completion come from that table, and nothing else knows the commands.
 *
 *     commands.c   the table          options.c    the command line, by the table
 *     client.c     the socket         table.c      text tables         show.c   values for people
 *     status.c, rows.c, control.c, top.c, audit.c   online: what they print
 *     plugin.c, create.c, conf_commands.c, doctor*.c, calc*.c   offline
 *
 * A command prints to stdout what was asked for and nothing else (with --json: one document),
 * messages to stderr, and returns an exit code.
 */
#ifndef BOTHY_CTL_CTL_H
#define BOTHY_CTL_CTL_H

#include <bothy/base.h>

#include <jansson.h>

/* Scripts rely on these numbers. */
enum {
    CTL_OK = 0,
    CTL_ERROR = 1,
    CTL_USAGE = 2, /* or configuration */
    CTL_NO_HOST = 3,
    CTL_REFUSED = 4, /* or not found */
    CTL_TIMEOUT = 5,
};

#define CTL_TIMEOUT_MS_DEFAULT 10000
#define CTL_TIMEOUT_MS_MAX     3600000
#define CTL_WORDS_MAX          8
#define CTL_GIVEN_MAX          72

struct ctl_option {
    const char *name;       /* without dashes; NULL ends a table */
    char letter;            /* 0: none */
    const char *value_name; /* NULL: it takes no value */
    const char *doc;
};

struct ctl;
struct ctl_args;

struct ctl_command {
    const char *name;      /* "bot pause" */
    const char *arguments; /* of the usage line; "" none */
    uint32_t words_min, words_max;
    int online; /* it asks the host */
    const char *summary;
    const char *doc; /* more for --help; may be NULL */
    const struct ctl_option *options;
    int (*run)(struct ctl *ctl, const struct ctl_args *args);
    /* The calculators read their own arguments; then `run` is NULL. */
    int (*calculate)(int argc, char **argv, int json);
};

/* What stands on the command line. Everything is [borrowed] from argv. */
struct ctl_args {
    const char *words[CTL_WORDS_MAX];
    uint32_t word_count;
    struct {
        const struct ctl_option *option;
        const char *value; /* "" for an option without a value */
    } given[CTL_GIVEN_MAX];
    uint32_t given_count;
};

struct ctl {
    const char *socket;
    int json;
    int32_t timeout_ms;
    const struct ctl_command *command;
};

/* ---- commands.c ---- */
extern const struct ctl_command ctl_commands[];
extern const uint32_t ctl_command_count;
extern const struct ctl_option ctl_global_options[];

/* ---- options.c ---- */
/* Effect: the whole program. Returns its exit code. */
int ctl_main(int argc, char **argv);
/* The last value given, "" for an option without a value, or NULL. */
const char *ctl_option(const struct ctl_args *args, const char *name);
/* Effect: prints "bothyctl COMMAND: message" to stderr. Returns `code`. */
int ctl_fail(const struct ctl *ctl, int code, const char *format, ...) BOTHY_PRINTF(3, 4);
/* Effect: as ctl_fail(), and how to get help. Returns CTL_USAGE. */
int ctl_usage(const struct ctl *ctl, const char *format, ...) BOTHY_PRINTF(2, 3);
/* Effect: prints one document to stdout. Returns an exit code. */
int ctl_print_json(const struct ctl *ctl, const json_t *document);

/* ---- help.c ---- */
void help_program(void);
void help_command(const struct ctl_command *command);
/* Effect: lists the commands that begin with `group` and a blank. Returns how many. */
uint32_t help_group(const char *group, int list);
/* The command that `text` was most likely meant to be, or NULL. */
const char *help_nearest(const char *text);

/* ---- what the table calls ---- */
int command_help(struct ctl *ctl, const struct ctl_args *args);
int command_version(struct ctl *ctl, const struct ctl_args *args);
int command_signal_types(struct ctl *ctl, const struct ctl_args *args);

int command_status(struct ctl *ctl, const struct ctl_args *args);
int command_healthcheck(struct ctl *ctl, const struct ctl_args *args);
int command_bot_list(struct ctl *ctl, const struct ctl_args *args);
int command_bot_show(struct ctl *ctl, const struct ctl_args *args);
int command_feed_list(struct ctl *ctl, const struct ctl_args *args);
int command_plugin_list(struct ctl *ctl, const struct ctl_args *args);
int command_top(struct ctl *ctl, const struct ctl_args *args);

int command_signals(struct ctl *ctl, const struct ctl_args *args);
int command_orders(struct ctl *ctl, const struct ctl_args *args);
int command_trades(struct ctl *ctl, const struct ctl_args *args);
int command_actions(struct ctl *ctl, const struct ctl_args *args);
int command_audit_verify(struct ctl *ctl, const struct ctl_args *args);
int command_positions(struct ctl *ctl, const struct ctl_args *args);

int command_bot_control(struct ctl *ctl, const struct ctl_args *args);
int command_log_level(struct ctl *ctl, const struct ctl_args *args);
int command_reload(struct ctl *ctl, const struct ctl_args *args);
int command_kill(struct ctl *ctl, const struct ctl_args *args);
int command_kill_reset(struct ctl *ctl, const struct ctl_args *args);
int command_stop(struct ctl *ctl, const struct ctl_args *args);

int command_plugin_check(struct ctl *ctl, const struct ctl_args *args);
int command_plugin_schema(struct ctl *ctl, const struct ctl_args *args);
int command_new_strategy(struct ctl *ctl, const struct ctl_args *args);
int command_conf_dump(struct ctl *ctl, const struct ctl_args *args);
int command_conf_get(struct ctl *ctl, const struct ctl_args *args);
int command_doctor(struct ctl *ctl, const struct ctl_args *args);

#endif
