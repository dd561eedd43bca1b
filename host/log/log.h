/*
 * The host's log: structured lines to a rotating file of JSON objects, to the console, and to
 * journald by way of standard error. One process has one log; the core writes its own lines and
 * those that workers sent it. A line is rendered once per form, redacted as the last step, then
 * written: no output sees what another would not show.
 *
 * Thread-safe. A log that cannot write (disk full, folder gone) never fails its caller: it
 * counts, says so on standard error once per state, and tries again.
 */
#ifndef BOTHY_LOG_LOG_H
#define BOTHY_LOG_LOG_H

#include <bothy/base.h>
#include <bothy/host.h>

struct log;

enum {
    LOG_CONSOLE_OFF,
    LOG_CONSOLE_PLAIN,
    LOG_CONSOLE_COLOUR,
    LOG_CONSOLE_JOURNAL,
    LOG_CONSOLE_AUTO
};

struct log_conf {
    const char *directory; /* 0700, made if need be; NULL: no files */
    const char *name;      /* of the file: "bothyd" → bothyd.log */
    int32_t level;         /* BOTHY_LOG_* */
    int32_t console; /* LOG_CONSOLE_*; AUTO: journal under systemd, colour on a terminal, plain */
    int json;        /* files hold JSON objects; else the console's form */
    uint64_t file_size; /* rotate beyond it; 0: never */
    int files;          /* old files kept */
    int per_bot_files;  /* also LOGGER.log for each logger */
    int error_file;     /* also NAME.error.log, only ≥ error */
};

/* One line. Pointers [borrowed until return]; NULL and 0 where there is nothing to say. */
struct log_line {
    int32_t level;
    const char *logger; /* "core", "bot.funding", "exchange.sim" */
    const char *code;   /* of the table of codes: "SIGNAL", "FEED" … */
    const char *text;
    const char *context;  /* "key=value key=value" */
    const char *function; /* of the host's own lines */
    const char *file;
    uint32_t line;
    int64_t event_ns;           /* virtual or venue time of what it is about */
    const uint8_t *correlation; /* 16 bytes */
};

/* Returns [owned] (log_close). Never NULL but without memory; what could not be opened is retried.
 */
struct log *log_open(const struct log_conf *conf, struct bothy_error *error);
void log_close(struct log *log);
/* Effect: new settings in place: levels, files, rotation. */
int32_t log_reconfigure(struct log *log, const struct log_conf *conf, struct bothy_error *error);
/* Effect: closes and opens the files again, after something else moved them (SIGHUP, logrotate). */
void log_reopen(struct log *log);

/* Effect: writes the line if its logger's level permits. */
void log_write(struct log *log, const struct log_line *line);
/* The host's own way: log_say(log, BOTHY_LOG_INFO, "START", "…", …), with file, line, function. */
#define log_say(log, level, code, ...)                                                             \
    log_say_at(log, level, code, __FILE__, __LINE__, __func__, __VA_ARGS__)
void log_say_at(struct log *log, int32_t level, const char *code, const char *file, uint32_t line,
                const char *function, const char *format, ...) BOTHY_PRINTF(7, 8);

/* Effect: a level for one logger ("bot.funding"), or for all with NULL; -1 takes it back. */
int32_t log_set_level(struct log *log, const char *logger, int32_t level);
int32_t log_get_level(const struct log *log, const char *logger);

/* Effect: an exact text that must never appear in any output; at least 6 bytes. Copied. */
int32_t log_add_secret(struct log *log, const char *secret, size_t length);

/*
 * Effect: redacts `text` in place by the patterns (formulas 5.5) and the secrets given:
 * what is secret becomes ***REDACTED***. `capacity` bounds the growth. Returns the new length.
 */
size_t log_redact(const struct log *log, char *text, size_t length, size_t capacity);

/* Lines lost because they could not be written. */
uint64_t log_lost(const struct log *log);

#endif
