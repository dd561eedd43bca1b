/*
 * The host's log: see log.h. One mutex; rendering happens inside it, because the lines of one
 * process are few and their order matters more than their speed.
 */
#include "log/log.h"

#include "log/file.h"
#include "log/redact.h"
#include "log/render.h"

#include <bothy/time.h>

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LOGGERS_MAX 128
#define LOGGER_NAME 64

struct logger {
    char name[LOGGER_NAME];
    int32_t level; /* -1: the log's */
    struct log_file file;
    int has_file;
};

struct log {
    pthread_mutex_t mutex;
    struct log_conf conf;
    char directory[PATH_MAX];
    char name[64];
    int console; /* LOG_CONSOLE_*, AUTO decided */
    struct log_file main_file, error_file;
    struct logger loggers[LOGGERS_MAX];
    size_t logger_count;
    struct redact redact;
    uint64_t lost;
};

static int64_t clock_ns(clockid_t clock)
{
    struct timespec ts;

    clock_gettime(clock, &ts);
    return ts.tv_sec * BOTHY_NS_PER_S + ts.tv_nsec;
}

/* systemd says which stream leads to the journal: "device:inode" of standard error. */
static int stderr_is_journal(void)
{
    const char *stream = getenv("JOURNAL_STREAM");
    char mine[64];
    struct stat st;

    if (!stream || fstat(STDERR_FILENO, &st) < 0)
        return 0;
    snprintf(mine, sizeof mine, "%llu:%llu", (unsigned long long)st.st_dev,
             (unsigned long long)st.st_ino);
    return strcmp(mine, stream) == 0;
}

static int decide_console(int wanted)
{
    if (wanted != LOG_CONSOLE_AUTO)
        return wanted;
    if (stderr_is_journal())
        return LOG_CONSOLE_JOURNAL;
    return isatty(STDERR_FILENO) ? LOG_CONSOLE_COLOUR : LOG_CONSOLE_PLAIN;
}

static void check_directory(struct log *log)
{
    struct stat st;

    if (mkdir(log->directory, 0700) < 0 && errno != EEXIST)
        return; /* the first line says so */
    if (stat(log->directory, &st) == 0 && (st.st_mode & 0027))
        fprintf(stderr, "bothyd: %s: others may read the log; chmod 0700 if they should not\n",
                log->directory);
}

static void take_conf(struct log *log, const struct log_conf *conf)
{
    char name[80];

    log->conf = *conf;
    snprintf(log->name, sizeof log->name, "%s", conf->name);
    log->conf.name = log->name;
    log->console = decide_console(conf->console);
    log_file_close(&log->main_file);
    log_file_close(&log->error_file);
    for (size_t i = 0; i < log->logger_count; i++) {
        if (log->loggers[i].has_file)
            log_file_close(&log->loggers[i].file);
        log->loggers[i].has_file = 0;
    }
    if (!conf->directory)
        return;
    snprintf(log->directory, sizeof log->directory, "%s", conf->directory);
    log->conf.directory = log->directory;
    check_directory(log);
    snprintf(name, sizeof name, "%s.log", log->name);
    log_file_init(&log->main_file, log->directory, name, conf->file_size, conf->files);
    snprintf(name, sizeof name, "%s.error.log", log->name);
    log_file_init(&log->error_file, log->directory, name, conf->file_size, conf->files);
}

struct log *log_open(const struct log_conf *conf, struct bothy_error *error)
{
    struct log *log = calloc(1, sizeof *log);

    if (!log) {
        bothy_fail(error, BOTHY_ENOMEM, "no memory for the log");
        return NULL;
    }
    pthread_mutex_init(&log->mutex, NULL);
    log->main_file.fd = log->error_file.fd = -1;
    take_conf(log, conf);
    return log;
}

void log_close(struct log *log)
{
    if (!log)
        return;
    log_reopen(log);
    redact_clear(&log->redact);
    pthread_mutex_destroy(&log->mutex);
    free(log);
}

int32_t log_reconfigure(struct log *log, const struct log_conf *conf, struct bothy_error *error)
{
    (void)error;
    pthread_mutex_lock(&log->mutex);
    take_conf(log, conf);
    pthread_mutex_unlock(&log->mutex);
    return 0;
}

void log_reopen(struct log *log)
{
    pthread_mutex_lock(&log->mutex);
    log_file_close(&log->main_file);
    log_file_close(&log->error_file);
    for (size_t i = 0; i < log->logger_count; i++) {
        if (log->loggers[i].has_file)
            log_file_close(&log->loggers[i].file);
    }
    pthread_mutex_unlock(&log->mutex);
}

static struct logger *find_logger(const struct log *log, const char *name)
{
    for (size_t i = 0; i < log->logger_count; i++) {
        if (strcmp(log->loggers[i].name, name) == 0)
            return (struct logger *)(uintptr_t)&log->loggers[i];
    }
    return NULL;
}

static struct logger *get_logger(struct log *log, const char *name)
{
    struct logger *logger = find_logger(log, name);

    if (logger || log->logger_count == LOGGERS_MAX)
        return logger;
    logger = &log->loggers[log->logger_count++];
    snprintf(logger->name, sizeof logger->name, "%s", name);
    logger->level = -1;
    logger->file.fd = -1;
    return logger;
}

int32_t log_set_level(struct log *log, const char *name, int32_t level)
{
    struct logger *logger;
    int32_t r = 0;

    if (level < -1 || level > BOTHY_LOG_PANIC)
        return BOTHY_EINVAL;
    pthread_mutex_lock(&log->mutex);
    if (!name) {
        log->conf.level = level;
    } else {
        logger = get_logger(log, name);
        if (logger)
            logger->level = level;
        else
            r = BOTHY_ENOMEM;
    }
    pthread_mutex_unlock(&log->mutex);
    return r;
}

static int32_t level_of(const struct log *log, const char *name)
{
    const struct logger *logger = name ? find_logger(log, name) : NULL;

    return logger && logger->level >= 0 ? logger->level : log->conf.level;
}

int32_t log_get_level(const struct log *log, const char *name)
{
    return level_of(log, name);
}

int32_t log_add_secret(struct log *log, const char *secret, size_t length)
{
    int32_t r;

    pthread_mutex_lock(&log->mutex);
    r = redact_add(&log->redact, secret, length);
    pthread_mutex_unlock(&log->mutex);
    return r;
}

size_t log_redact(const struct log *log, char *text, size_t length, size_t capacity)
{
    return redact_line(&log->redact, text, length, capacity);
}

/*
 * A terminal that somebody stopped, or a pipe that nobody reads, must not hold the host: what
 * does not fit now is left out there. The files have it.
 */
static int takes_more(int fd)
{
    struct pollfd poller = { .fd = fd, .events = POLLOUT };

    return poll(&poller, 1, 0) != 0;
}

static void to_console(struct log *log, const struct log_line *line, int64_t now_ns)
{
    char text[RENDER_REDACTED_MAX];
    size_t length;

    if (log->console == LOG_CONSOLE_OFF)
        return;
    length = render_console(line, now_ns, log->console == LOG_CONSOLE_COLOUR,
                            log->console == LOG_CONSOLE_JOURNAL, text, RENDER_MAX);
    length = redact_line(&log->redact, text, length, sizeof text);
    if (!takes_more(STDERR_FILENO))
        return;
    /* A terminal that went away is nobody's loss. */
    if (write(STDERR_FILENO, text, length) < 0 &&
        (errno == EPIPE || errno == EIO || errno == EBADF))
        log->console = LOG_CONSOLE_OFF;
}

static void to_files(struct log *log, const struct log_line *line, int64_t now_ns)
{
    int64_t mono_ns = clock_ns(CLOCK_MONOTONIC);
    char text[RENDER_REDACTED_MAX];
    struct logger *logger;
    size_t length;

    if (!log->conf.directory)
        return;
    length = log->conf.json ? render_json(line, now_ns, text, RENDER_MAX)
                            : render_console(line, now_ns, 0, 0, text, RENDER_MAX);
    length = redact_line(&log->redact, text, length, sizeof text);
    log_file_write(&log->main_file, text, length, mono_ns);
    if (log->conf.error_file && line->level >= BOTHY_LOG_ERROR)
        log_file_write(&log->error_file, text, length, mono_ns);
    if (!log->conf.per_bot_files || !line->logger || !(logger = get_logger(log, line->logger)))
        return;
    if (!logger->has_file) {
        char name[LOGGER_NAME + 8];

        snprintf(name, sizeof name, "%s.log", logger->name);
        log_file_init(&logger->file, log->directory, name, log->conf.file_size, log->conf.files);
        logger->has_file = 1;
    }
    log_file_write(&logger->file, text, length, mono_ns);
}

void log_write(struct log *log, const struct log_line *line)
{
    int64_t now_ns;

    pthread_mutex_lock(&log->mutex);
    if (line->level >= level_of(log, line->logger)) {
        now_ns = clock_ns(CLOCK_REALTIME);
        to_files(log, line, now_ns);
        to_console(log, line, now_ns);
    }
    pthread_mutex_unlock(&log->mutex);
}

void log_say_at(struct log *log, int32_t level, const char *code, const char *file, uint32_t line,
                const char *function, const char *format, ...)
{
    struct log_line out = { .level = level,
                            .logger = "core",
                            .code = code,
                            .file = file,
                            .line = line,
                            .function = function };
    char text[2048];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    out.text = text;
    log_write(log, &out);
}

uint64_t log_lost(const struct log *log)
{
    uint64_t lost = log->main_file.lost + log->error_file.lost;

    for (size_t i = 0; i < log->logger_count; i++)
        lost += log->loggers[i].has_file ? log->loggers[i].file.lost : 0;
    return lost;
}
