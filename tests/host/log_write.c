/*
 * The log as a whole: lines in every output, redacted; rotation, modes, a folder that goes away,
 * levels; and JSON that a parser takes.
 */
#include "log/file.h"
#include "log/log.h"
#include "log/render.h"

#include "suite.h"

#include <bothy/time.h>

#include <dirent.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static char folder[128], parent[64];

static void set_up(void)
{
    snprintf(parent, sizeof parent, "/tmp/bothy-log-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(parent));
    snprintf(folder, sizeof folder, "%s/log", parent);
}

static void clear_folder(const char *path)
{
    char name[512];
    struct dirent *entry;
    DIR *dir = opendir(path);

    while (dir && (entry = readdir(dir))) {
        snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
        unlink(name);
    }
    if (dir)
        closedir(dir);
    rmdir(path);
}

static void tear_down(void)
{
    clear_folder(folder);
    clear_folder(parent);
}

static struct log *open_log(const struct log_conf *conf)
{
    struct bothy_error error = { 0 };
    struct log *log = log_open(conf, &error);

    ck_assert_msg(log != NULL, "%s", error.text);
    return log;
}

static struct log_conf usual(void)
{
    return (struct log_conf) { .directory = folder,
                               .name = "bothyd",
                               .level = BOTHY_LOG_INFO,
                               .console = LOG_CONSOLE_OFF,
                               .json = 1,
                               .files = 5,
                               .per_bot_files = 1,
                               .error_file = 1 };
}

static size_t read_file(const char *name, char *text, size_t capacity)
{
    char path[512];
    size_t length = 0;
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    file = fopen(path, "re");
    if (file) {
        length = fread(text, 1, capacity - 1, file);
        fclose(file);
    }
    text[length] = '\0';
    return length;
}

static int count_files(void)
{
    struct dirent *entry;
    DIR *dir = opendir(folder);
    int count = 0;

    while (dir && (entry = readdir(dir)))
        count += entry->d_name[0] != '.';
    if (dir)
        closedir(dir);
    return count;
}

static int mode_of(const char *name)
{
    char path[512];
    struct stat st;

    snprintf(path, sizeof path, "%s%s%s", folder, name[0] ? "/" : "", name);
    return stat(path, &st) == 0 ? (int)(st.st_mode & 07777) : -1;
}

/* Standard error, into a file, while the log writes there. */
static void with_stderr(struct log *log, const struct log_line *line, char *text, size_t capacity)
{
    char path[512];
    int saved = dup(2), fd;
    ssize_t n;

    snprintf(path, sizeof path, "%s/console", parent);
    fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ck_assert_int_ge(fd, 0);
    dup2(fd, 2);
    log_write(log, line);
    dup2(saved, 2);
    close(saved);
    n = pread(fd, text, capacity - 1, 0);
    text[n > 0 ? n : 0] = '\0';
    close(fd);
}

START_TEST(no_output_shows_a_secret)
{
    static const uint8_t id[16] = { 1, 2, 3 };
    struct log_line line = { .level = BOTHY_LOG_ERROR,
                             .logger = "bot.one",
                             .code = "TEST",
                             .text = "login with token=abc and exact topsecret42",
                             .context = "api_key=def symbol=BTC",
                             .function = "f",
                             .file = "a/b.c",
                             .line = 7,
                             .event_ns = BOTHY_NS_PER_S,
                             .correlation = id };
    static const char *const files[] = { "bothyd.log", "bothyd.error.log", "bot.one.log" };
    struct log_conf conf = usual();
    struct log *log;
    char text[4096];

    for (int json = 0; json < 2; json++) {
        conf.json = json;
        conf.console = json ? LOG_CONSOLE_COLOUR : LOG_CONSOLE_JOURNAL;
        log = open_log(&conf);
        ck_assert_int_eq(log_add_secret(log, "topsecret42", 11), 0);
        with_stderr(log, &line, text, sizeof text);
        ck_assert_ptr_nonnull(strstr(text, "token=***REDACTED***"));
        ck_assert_ptr_nonnull(strstr(text, "symbol=BTC"));
        ck_assert_ptr_null(strstr(text, "def"));
        ck_assert_ptr_null(strstr(text, "topsecret42"));
        if (!json)
            ck_assert_int_eq(strncmp(text, "<3>", 3), 0);
        for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
            ck_assert_uint_gt(read_file(files[i], text, sizeof text), 0);
            ck_assert_ptr_nonnull(strstr(text, "***REDACTED***"));
            ck_assert_ptr_nonnull(strstr(text, "BTC"));
            ck_assert_ptr_null(strstr(text, "=abc"));
            ck_assert_ptr_null(strstr(text, "def"));
            ck_assert_ptr_null(strstr(text, "topsecret42"));
            ck_assert_int_eq(mode_of(files[i]), 0600);
        }
        ck_assert_int_eq(mode_of(""), 0700);
        log_close(log);
    }
}
END_TEST

START_TEST(json_lines_parse)
{
    static const char *const texts[] = {
        "plain",
        "quotes \" and \\ and \x01\x1b[31m and \xff\xfe and \xe2\x82",
        "line\nbreak\ttab",
        "password=\"x\" {\"token\": \"abc\", \"n\": 1}",
        "https://u:p@h/?signature=abc&x=1",
        "",
    };
    struct log_conf conf = usual();
    struct log *log = open_log(&conf);
    char *text = malloc(1 << 20), *at, *end, big[9000];
    json_error_t problem;
    int lines = 0;

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        log_write(log, &(struct log_line) { .level = BOTHY_LOG_INFO,
                                            .logger = "core",
                                            .code = "T",
                                            .text = texts[i],
                                            .context = "a=1 b=x\"y token=abc" });
    /* Lines that must be cut: of plain letters, of controls, of many small secrets. */
    for (size_t kind = 0; kind < 3; kind++) {
        for (size_t i = 0; i + 8 < sizeof big; i += 8)
            memcpy(big + i,
                   kind == 0   ? "abcdefgh"
                   : kind == 1 ? "\1\2\3\4\5\6\7\1"
                               : "token=a ",
                   8);
        big[sizeof big - 8] = '\0';
        log_write(log, &(struct log_line) { .level = BOTHY_LOG_INFO, .text = big, .context = big });
    }
    log_close(log);
    ck_assert_uint_gt(read_file("bothyd.log", text, 1 << 20), 0);
    for (at = text; *at; at = end + 1) {
        json_t *object;

        end = strchr(at, '\n');
        ck_assert_ptr_nonnull(end);
        *end = '\0';
        object = json_loads(at, 0, &problem);
        ck_assert_msg(object != NULL, "%s in: %.200s", problem.text, at);
        ck_assert(json_is_string(json_object_get(object, "timestamp")));
        ck_assert_str_eq(json_string_value(json_object_get(object, "level")), "info");
        ck_assert(json_is_string(json_object_get(object, "message")));
        if (lines < 6)
            ck_assert_str_eq(
                json_string_value(json_object_get(json_object_get(object, "context"), "token")),
                "***REDACTED***");
        json_decref(object);
        lines++;
    }
    ck_assert_int_eq(lines, 9);
    free(text);
}
END_TEST

START_TEST(console_escapes_what_would_paint)
{
    char text[RENDER_MAX];
    struct log_line line = { .level = BOTHY_LOG_WARNING,
                             .logger = "bot.a",
                             .text = "a\x1b[2Jb\r\nc\x7f\xc2\x9b"
                                     "31m\xc3\xa9" };
    size_t n = render_console(&line, 0, 0, 0, text, sizeof text);

    ck_assert_uint_gt(n, 0);
    ck_assert_int_eq(text[n - 1], '\n');
    text[n - 1] = '\0';
    ck_assert_ptr_nonnull(strstr(text, "a\\x1b[2Jb\\x0d\\x0ac\\x7f\\x9b31m\xc3\xa9"));
    ck_assert_ptr_null(strchr(text, '\n'));
    ck_assert_ptr_null(strchr(text, '\x1b'));
}
END_TEST

START_TEST(rotates)
{
    struct log_conf conf = usual();
    struct log *log;
    char text[4096], path[256];
    struct stat st;

    conf.per_bot_files = conf.error_file = 0;
    conf.file_size = 1000;
    conf.files = 3;
    log = open_log(&conf);
    for (int i = 0; i < 200; i++)
        log_say(log, BOTHY_LOG_INFO, "T", "line number %d of the test that rotates", i);
    ck_assert_int_eq(count_files(), 4);
    for (int i = 0; i <= 3; i++) {
        snprintf(path, sizeof path, i ? "bothyd.log.%d" : "bothyd.log", i);
        ck_assert_uint_gt(read_file(path, text, sizeof text), 0);
        ck_assert_uint_le(strlen(text), 1000);
        ck_assert_int_eq(mode_of(path), 0600);
        if (i == 0)
            ck_assert_ptr_nonnull(strstr(text, "line number 199 "));
    }
    conf.files = 0; /* nothing old is kept */
    conf.name = "other";
    ck_assert_int_eq(log_reconfigure(log, &conf, NULL), 0);
    for (int i = 0; i < 50; i++)
        log_say(log, BOTHY_LOG_INFO, "T", "line number %d of the test that rotates", i);
    ck_assert_int_eq(count_files(), 5);
    snprintf(path, sizeof path, "%s/other.log", folder);
    ck_assert_int_eq(stat(path, &st), 0);
    ck_assert_int_le(st.st_size, 1000);
    ck_assert_uint_eq(log_lost(log), 0);
    log_close(log);
}
END_TEST

START_TEST(folder_vanishes_and_returns)
{
    struct log_file file;
    int64_t now_ns = BOTHY_NS_PER_S;
    char text[256];

    log_file_init(&file, folder, "x.log", 0, 1);
    log_file_write(&file, "one\n", 4, now_ns);
    ck_assert_uint_gt(read_file("x.log", text, sizeof text), 0);
    clear_folder(folder);
    ck_assert_int_eq(mode_of(""), -1);
    now_ns += 10 * BOTHY_NS_PER_S;
    log_file_write(&file, "two\n", 4, now_ns);
    read_file("x.log", text, sizeof text);
    ck_assert_str_eq(text, "two\n");
    ck_assert_int_eq(mode_of(""), 0700);
    /* Something stands where the folder was: lines are lost and counted, then written again. */
    clear_folder(folder);
    ck_assert_int_eq(close(open(folder, O_CREAT | O_WRONLY | O_CLOEXEC, 0600)), 0);
    for (int i = 0; i < 5; i++) {
        now_ns += 3 * BOTHY_NS_PER_S;
        log_file_write(&file, "lost\n", 5, now_ns);
    }
    ck_assert_uint_eq(file.lost, 5);
    ck_assert_int_eq(file.failing, 1);
    unlink(folder);
    now_ns += 3 * BOTHY_NS_PER_S;
    log_file_write(&file, "back\n", 5, now_ns);
    ck_assert_int_eq(file.failing, 0);
    read_file("x.log", text, sizeof text);
    ck_assert_str_eq(text, "back\n");
    log_file_close(&file);
}
END_TEST

START_TEST(follows_a_file_that_was_moved)
{
    struct log_conf conf = usual();
    struct log *log = open_log(&conf);
    char from[256], to[256], text[4096];

    log_say(log, BOTHY_LOG_INFO, "T", "before");
    snprintf(from, sizeof from, "%s/bothyd.log", folder);
    snprintf(to, sizeof to, "%s/moved", folder);
    ck_assert_int_eq(rename(from, to), 0);
    log_say(log, BOTHY_LOG_INFO, "T", "still there");
    log_reopen(log);
    log_say(log, BOTHY_LOG_INFO, "T", "after");
    read_file("moved", text, sizeof text);
    ck_assert_ptr_nonnull(strstr(text, "still there"));
    ck_assert_ptr_null(strstr(text, "after"));
    read_file("bothyd.log", text, sizeof text);
    ck_assert_ptr_nonnull(strstr(text, "after"));
    log_close(log);
}
END_TEST

START_TEST(levels)
{
    struct log_conf conf = usual();
    struct log *log = open_log(&conf);
    char text[4096];

#define SAY(name, severity, words)                                                                 \
    log_write(log, &(struct log_line) { .level = severity, .logger = name, .text = words })
    SAY("bot.a", BOTHY_LOG_DEBUG, "hidden-1");
    ck_assert_int_eq(log_set_level(log, "bot.a", BOTHY_LOG_DEBUG), 0);
    SAY("bot.a", BOTHY_LOG_DEBUG, "shown-1");
    SAY("bot.b", BOTHY_LOG_DEBUG, "hidden-2");
    ck_assert_int_eq(log_set_level(log, NULL, BOTHY_LOG_ERROR), 0);
    SAY("bot.b", BOTHY_LOG_WARNING, "hidden-3");
    SAY("bot.a", BOTHY_LOG_DEBUG, "shown-2");
    ck_assert_int_eq(log_set_level(log, "bot.a", -1), 0);
    SAY("bot.a", BOTHY_LOG_WARNING, "hidden-4");
    SAY("bot.a", BOTHY_LOG_PANIC, "shown-3");
    ck_assert_int_eq(log_get_level(log, "bot.a"), BOTHY_LOG_ERROR);
    ck_assert_int_eq(log_set_level(log, NULL, BOTHY_LOG_PANIC + 1), BOTHY_EINVAL);
    log_close(log);
    read_file("bothyd.log", text, sizeof text);
    ck_assert_ptr_null(strstr(text, "hidden"));
    ck_assert_ptr_nonnull(strstr(text, "shown-1"));
    ck_assert_ptr_nonnull(strstr(text, "shown-2"));
    ck_assert_ptr_nonnull(strstr(text, "shown-3"));
    read_file("bothyd.error.log", text, sizeof text);
    ck_assert_ptr_null(strstr(text, "shown-1"));
    ck_assert_ptr_nonnull(strstr(text, "shown-3"));
    ck_assert_int_eq(read_file("bot.b.log", text, sizeof text), 0);
}
END_TEST

START_TEST(a_terminal_that_went_away)
{
    struct log_conf conf = usual();
    struct log *log;
    int ends[2], saved = dup(2);
    char text[4096];

    signal(SIGPIPE, SIG_IGN); /* as the host does */
    conf.console = LOG_CONSOLE_PLAIN;
    log = open_log(&conf);
    ck_assert_int_eq(pipe(ends), 0);
    dup2(ends[1], 2);
    close(ends[0]);
    close(ends[1]);
    log_say(log, BOTHY_LOG_INFO, "T", "first");
    log_say(log, BOTHY_LOG_INFO, "T", "second");
    dup2(saved, 2);
    close(saved);
    log_close(log);
    read_file("bothyd.log", text, sizeof text);
    ck_assert_ptr_nonnull(strstr(text, "first"));
    ck_assert_ptr_nonnull(strstr(text, "second"));
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("log_write");
    TCase *all = tcase_create("all");

    tcase_add_checked_fixture(all, set_up, tear_down);
    tcase_add_test(all, no_output_shows_a_secret);
    tcase_add_test(all, json_lines_parse);
    tcase_add_test(all, console_escapes_what_would_paint);
    tcase_add_test(all, rotates);
    tcase_add_test(all, folder_vanishes_and_returns);
    tcase_add_test(all, follows_a_file_that_was_moved);
    tcase_add_test(all, levels);
    tcase_add_test(all, a_terminal_that_went_away);
    suite_add_tcase(suite, all);
    return suite;
}

BOTHY_TEST_MAIN(make_suite)
