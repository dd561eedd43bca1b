/*
 * The runner under the system-call filter of the service's unit: what systemd permits a daemon
 * must suffice for a plugin process, whose own filter comes on top. The filter is read from the
 * unit, what its groups mean from the systemd of this machine.
 */
#include "config.h"

#include "suite.h"

#include "host/mini_core.h"

#include <seccomp.h>
#include <sys/prctl.h>

#define CALLS_MAX   1024
#define WORD_MAX    64
#define LISTING_MAX (256 * 1024)
#define DEPTH_MAX   8

static char listing[LISTING_MAX];
static int is_permitted[CALLS_MAX];

/* All groups of `systemd-analyze syscall-filter`: "@group", then indented members. */
static int read_listing(void)
{
    size_t used = 1; /* a line break before the first group, as before the others */
    ssize_t got;
    int pipes[2];
    int status;
    pid_t pid;

    listing[0] = '\n';
    if (pipe2(pipes, O_CLOEXEC) < 0)
        return 0;
    pid = fork();
    if (pid == 0) {
        dup2(pipes[1], 1);
        close(2); /* it complains where there is no kernel to ask */
        execlp("systemd-analyze", "systemd-analyze", "--no-pager", "syscall-filter", (char *)NULL);
        _exit(127);
    }
    close(pipes[1]);
    while (used < sizeof listing - 1 &&
           (got = read(pipes[0], listing + used, sizeof listing - 1 - used)) > 0)
        used += (size_t)got;
    close(pipes[0]);
    waitpid(pid, &status, 0);
    return status == 0 && strstr(listing, "\n@system-service\n") != NULL;
}

static void set_call(const char *name, int permitted)
{
    int number = seccomp_syscall_resolve_name(name);

    if (number >= 0 && number < CALLS_MAX)
        is_permitted[number] = permitted;
}

static void set_group(const char *group, int permitted, int depth)
{
    char title[WORD_MAX];
    const char *at;

    snprintf(title, sizeof title, "\n%s\n", group);
    at = strstr(listing, title);
    if (!at || depth == DEPTH_MAX)
        return;
    for (at += strlen(title); *at == ' ';) {
        char member[WORD_MAX] = "";
        const char *end = strchr(at, '\n');

        if (sscanf(at, " %63s", member) == 1 && member[0] == '@')
            set_group(member, permitted, depth + 1);
        else if (member[0] != '#')
            set_call(member, permitted);
        if (!end)
            return;
        at = end + 1;
    }
}

/* One value of SystemCallFilter=: words, which a ~ before them takes away. */
static void apply(const char *value)
{
    int permitted = *value != '~';
    char word[WORD_MAX];
    int length;

    value += !permitted;
    while (sscanf(value, " %63s%n", word, &length) == 1) {
        if (word[0] == '@')
            set_group(word, permitted, 0);
        else
            set_call(word, permitted);
        value += length;
    }
}

static int read_unit(void)
{
    static const char key[] = "SystemCallFilter=";
    const char *source = getenv("BOTHY_SRCDIR");
    char path[4096];
    char line[1024];
    int found = 0;
    FILE *unit;

    snprintf(path, sizeof path, "%s/packaging/systemd/bothyd.service.in", source ? source : "..");
    unit = fopen(path, "re");
    if (!unit)
        return 0;
    set_group("@default", 1, 0);
    while (fgets(line, sizeof line, unit)) {
        if (strncmp(line, key, sizeof key - 1) == 0) {
            apply(line + sizeof key - 1);
            found = 1;
        }
    }
    fclose(unit);
    return found;
}

/* This process, and all that it starts, from now on. */
static void enter_unit(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));

    ck_assert_ptr_nonnull(filter);
    for (int i = 0; i < CALLS_MAX; i++) {
        if (is_permitted[i])
            ck_assert_int_ge(seccomp_rule_add(filter, SCMP_ACT_ALLOW, i, 0), 0);
    }
    ck_assert_int_eq(seccomp_load(filter), 0);
    seccomp_release(filter);
}

static void check_inside(const char *plugin, enum outcome expected)
{
    struct bot_request request = { .plugin = plugin,
                                   .flags = WIRE_CONFIG_LOCKSTEP,
                                   .sandbox = WIRE_SANDBOX_BEST_EFFORT };
    struct core core;
    static struct bot bot;
    enum outcome outcome;

    core_open(&core);
    outcome = bot_start(&core, &bot, &request);
    ck_assert_msg(outcome == OUT_RUNNING, "%s: %s", bot.failed_text, bot.said);
    for (int i = 0; i < 60; i++)
        core_trade(&core);
    outcome = bot_consume(&bot, core.trades, DEADLINE_MS);
    ck_assert_msg(outcome == expected, "%s: %d: %s", plugin, (int)outcome, bot.said);
    if (outcome == OUT_RUNNING) {
        ck_assert_int_ne((int)bot.sandbox, WIRE_SANDBOX_OFF);
        bot_stop(&bot);
        ck_assert_int_eq((int)bot_metric(&bot, "events"), 60);
    } else {
        ck_assert_int_eq(WEXITSTATUS(bot.wait_status), WIRE_EXIT_SYSCALL);
        ck_assert_str_eq(bot.crash_text, "socket");
    }
    bot_close(&bot);
    core_close(&core);
}

START_TEST(good_runs_under_the_unit)
{
    enter_unit();
    check_inside("good", OUT_RUNNING);
}
END_TEST

START_TEST(bad_is_caught_under_the_unit)
{
    enter_unit();
    check_inside("socket", OUT_GONE);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("runner_unit");
    TCase *tcase = tcase_create("unit");

    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, good_runs_under_the_unit);
    tcase_add_test(tcase, bad_is_caught_under_the_unit);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    SRunner *runner;
    int failed;

#ifdef BOTHY_SANITIZED
    return skip_all("a sanitizer needs more than the unit permits");
#endif
    if (!read_listing())
        return skip_all("no systemd-analyze here");
    if (!read_unit())
        return skip_all("no unit in the source");
    runner = srunner_create(make_suite());
    srunner_set_tap(runner, "-");
    srunner_run_all(runner, CK_SILENT);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
