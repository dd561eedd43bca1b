/*
 * The zoo against the real bothy-runner: each bad plugin ends as it should, and the neighbour,
 * which runs beside it on the same log, misses nothing.
 */
#include "config.h"

#include "suite.h"

#include "host/mini_core.h"

#ifdef BOTHY_SANITIZED
#define MEMORY 0
#else
#define MEMORY (UINT64_C(512) << 20)
#endif

#define TRADES  60 /* before and after the fault */
#define HANG_MS 300

enum ending {
    END_REFUSED,   /* FAILED with a text, exit code 2 */
    END_TRAPPED,   /* a forbidden system call, by name; exit code 91 */
    END_SIGNAL,    /* the reporter saw the signal; exit code 92 */
    END_KILLED,    /* by the signal itself */
    END_EXIT,      /* exit code, without STOPPED */
    END_HANGS,     /* in one call of the plugin, at the rung in `number` */
    END_VIOLATION, /* the core sees that a ring lies */
    END_SURVIVES,  /* and says the metric `denied` */
};

struct animal {
    const char *name;
    enum ending ending;
    int number;       /* signal, exit code, rung, or value of the metric */
    const char *text; /* part of the refusal, or the name of the system call */
    int at_stop;      /* it happens only after STOP */
    int file_walls;   /* needs the walls around files, which a sanitizer takes down */
};

static const struct animal animals[] = {
    { "segv", END_SIGNAL, SIGSEGV, NULL },
    { "abort", END_SIGNAL, SIGABRT, NULL },
    { "stack", END_SIGNAL, SIGSEGV, NULL },
    { "hang", END_HANGS, WIRE_RUNG_RUN, NULL },
    { "malloc", END_SURVIVES, 1, NULL },
    { "forks", END_TRAPPED, 0, "clone" },
    { "open", END_TRAPPED, 0, "openat", .file_walls = 1 },
    { "socket", END_TRAPPED, 0, "socket" },
    { "thread", END_KILLED, SIGSYS, NULL }, /* libc blocks all signals around it */
    { "exec", END_TRAPPED, 0, "execve" },
    { "steals", END_TRAPPED, 0, "read" },
    { "kills", END_TRAPPED, 0, "kill" },
    { "handler", END_TRAPPED, 0, "rt_sigaction", .file_walls = 1 },
    { "code", END_TRAPPED, 0, "mmap", .file_walls = 1 },
    { "reopen", END_TRAPPED, 0, "openat", .file_walls = 1 },
    { "mprotect", END_SIGNAL, SIGSEGV, NULL },
    { "exits", END_EXIT, 0, NULL },
    { "descriptors", END_SURVIVES, 0, NULL },
    { "flood", END_SURVIVES, 0, NULL },
    { "errors", END_SURVIVES, -1, NULL },
    { "ring_length", END_VIOLATION, 0, NULL },
    { "ring_index", END_VIOLATION, 0, NULL },
    { "ring_generation", END_VIOLATION, 0, NULL },
    { "ctor_open", END_SURVIVES, EACCES, NULL, .file_walls = 1 },
    { "ctor_socket", END_TRAPPED, 0, "socket" },
    { "ctor_thread", END_KILLED, SIGSYS, NULL },
    { "ctor_outlive", END_TRAPPED, 0, "prctl", .file_walls = 1 },
    { "crash_ctor", END_SIGNAL, SIGSEGV, NULL },
    { "crash_check", END_SIGNAL, SIGSEGV, NULL },
    { "crash_create", END_SIGNAL, SIGSEGV, NULL },
    { "crash_start", END_SIGNAL, SIGSEGV, NULL },
    { "crash_stop", END_SIGNAL, SIGSEGV, NULL, .at_stop = 1 },
    { "crash_save", END_SIGNAL, SIGSEGV, NULL, .at_stop = 1 },
    { "crash_destroy", END_SIGNAL, SIGSEGV, NULL, .at_stop = 1 },
    { "hang_ctor", END_HANGS, -1, NULL },
    { "hang_check", END_HANGS, -1, NULL },
    { "hang_create", END_HANGS, WIRE_RUNG_CREATE, NULL },
    { "hang_start", END_HANGS, WIRE_RUNG_START, NULL },
    { "hang_stop", END_HANGS, WIRE_RUNG_RUN, NULL, .at_stop = 1 },
    { "hang_save", END_HANGS, WIRE_RUNG_RUN, NULL, .at_stop = 1 },
    { "hang_destroy", END_HANGS, WIRE_RUNG_RUN, NULL, .at_stop = 1 },
    { "wrong_magic", END_REFUSED, 0, "not with the magic" },
    { "newer_major", END_REFUSED, 0, "built for ABI 2.0, this host speaks 1.0; rebuild it" },
    { "newer_minor", END_REFUSED, 0, "built for ABI 1.1, this host speaks 1.0" },
    { "wrong_kind", END_REFUSED, 0, "its kind is sink (3), wanted is strategy" },
    { "no_ops", END_REFUSED, 0, "ops is missing" },
    { "no_on_event", END_REFUSED, 0, "ops.strategy->on_event is missing" },
    { "bad_default", END_REFUSED, 0, "option period: its default \"many\"" },
    { "option_twice", END_REFUSED, 0, "option period stands twice" },
    { "wants_secret", END_REFUSED, 0, "a strategy gets no secrets" },
    { "lying_size", END_REFUSED, 0, "claims 4096 bytes" },
    { "no_symbol", END_REFUSED, 0, "exports no bothy_plugin" },
    { "bad_name", END_REFUSED, 0, "its name must be" },
};

static void check_reported(const struct bot *bot, const struct animal *animal)
{
    ck_assert_msg(WIFEXITED(bot->wait_status), "%s: wait status 0x%x", animal->name,
                  bot->wait_status);
    if (animal->ending == END_TRAPPED) {
        ck_assert_int_eq(WEXITSTATUS(bot->wait_status), WIRE_EXIT_SYSCALL);
        ck_assert_uint_eq(bot->crash_kind, WIRE_CRASH_SYSCALL);
        ck_assert_str_eq(bot->crash_text, animal->text);
    } else {
        ck_assert_int_eq(WEXITSTATUS(bot->wait_status), WIRE_EXIT_SIGNAL);
        ck_assert_uint_eq(bot->crash_kind, WIRE_CRASH_SIGNAL);
        ck_assert_uint_eq(bot->crash_number, (uint32_t)animal->number);
    }
    /* Where, unless it was a constructor: then the module is not known yet. */
    if (!strstr(animal->name, "ctor"))
        ck_assert_msg(strstr(bot->crash_module, animal->name), "%s in %s", animal->name,
                      bot->crash_module);
    ck_assert_ptr_nonnull(strstr(bot->said, bot->crash_text));
}

static void check_ended(struct bot *bot, const struct animal *animal)
{
    switch (animal->ending) {
    case END_REFUSED:
        bot_end(bot);
        ck_assert_msg(strstr(bot->failed_text, animal->text), "%s: %s", animal->name,
                      bot->failed_text);
        ck_assert_uint_eq(bot->failed_rung, WIRE_RUNG_LOAD);
        ck_assert_msg(strstr(bot->failed_text, animal->name), "%s does not name its path",
                      bot->failed_text);
        ck_assert(WIFEXITED(bot->wait_status));
        ck_assert_int_eq(WEXITSTATUS(bot->wait_status), WIRE_EXIT_NO_RESTART);
        break;
    case END_TRAPPED:
    case END_SIGNAL:
        bot_end(bot);
        check_reported(bot, animal);
        break;
    case END_KILLED:
        bot_end(bot);
        ck_assert(WIFSIGNALED(bot->wait_status));
        ck_assert_int_eq(WTERMSIG(bot->wait_status), animal->number);
        break;
    case END_EXIT:
        bot_end(bot);
        ck_assert(WIFEXITED(bot->wait_status));
        ck_assert_int_eq(WEXITSTATUS(bot->wait_status), animal->number);
        ck_assert_int_eq(bot->stopped, 0);
        break;
    case END_HANGS:
        ck_assert_int_eq(bot->ended, 0);
        if (animal->number >= 0)
            ck_assert_uint_eq(bot->status->in_callback, (uint32_t)animal->number);
        bot_kill(bot);
        ck_assert(WIFSIGNALED(bot->wait_status));
        break;
    case END_VIOLATION:
        ck_assert_int_eq(bot->violation, BOTHY_EPROTO);
        ck_assert_msg(bot_metric(bot, "denied") != 0, "it found no ring");
        bot_kill(bot);
        break;
    case END_SURVIVES:
        ck_assert_int_eq(bot->ended, 0);
        if (animal->number >= 0 && strcmp(animal->name, "flood") &&
            strcmp(animal->name, "descriptors"))
            ck_assert_msg((int)bot_metric(bot, "denied") == animal->number, "%s: denied is %g",
                          animal->name, bot_metric(bot, "denied"));
        bot_stop(bot);
        ck_assert(WIFEXITED(bot->wait_status));
        ck_assert_int_eq(WEXITSTATUS(bot->wait_status), WIRE_EXIT_OK);
        ck_assert_int_eq(bot->stopped, 1);
        break;
    }
}

/* Which of the outcomes of the set-up or of the events this ending shows as. */
static enum outcome expected(const struct animal *animal)
{
    switch (animal->ending) {
    case END_REFUSED:
    case END_VIOLATION:
        return OUT_FAILED;
    case END_HANGS:
        return OUT_SILENT;
    case END_SURVIVES:
        return OUT_RUNNING;
    default:
        return OUT_GONE;
    }
}

static void trade_some(struct core *core)
{
    for (int i = 0; i < TRADES; i++)
        core_trade(core);
}

static void check_good(const struct bot *good, uint64_t trades)
{
    ck_assert(good->ended && WIFEXITED(good->wait_status));
    ck_assert_int_eq(WEXITSTATUS(good->wait_status), 0);
    ck_assert_int_eq(good->stopped, 1);
    ck_assert_int_eq(good->violation, 0);
    ck_assert_uint_eq((uint64_t)bot_metric(good, "events"), trades);
    ck_assert_uint_eq((uint64_t)bot_metric(good, "last_seq"), trades);
    ck_assert_uint_eq((uint64_t)bot_metric(good, "missed"), 0);
    ck_assert_uint_eq((uint64_t)bot_metric(good, "disorder"), 0);
    ck_assert_uint_eq(good->status->missed, 0);
}

START_TEST(animal_and_neighbour)
{
    const struct animal *animal = &animals[_i];
    struct bot_request beside = { .plugin = "good",
                                  .flags = WIRE_CONFIG_LOCKSTEP,
                                  .sandbox = WIRE_SANDBOX_BEST_EFFORT,
                                  .memory = MEMORY };
    struct bot_request request = beside;
    struct core core;
    static struct bot good;
    static struct bot bad;
    enum outcome outcome;

#ifdef BOTHY_SANITIZED
    /* Its run-time needs files, catches signals, has no limit of memory, and looks for leaks. */
    if (animal->file_walls || animal->ending == END_SIGNAL || animal->ending == END_EXIT ||
        !strcmp(animal->name, "malloc"))
        return;
#endif
    core_open(&core);
    ck_assert_int_eq(bot_start(&core, &good, &beside), OUT_RUNNING);
    request.plugin = animal->name;
    if (animal->ending == END_HANGS && !animal->at_stop && animal->number != WIRE_RUNG_RUN)
        request.timeout_ms = HANG_MS;
    outcome = bot_start(&core, &bad, &request);
    if (outcome == OUT_RUNNING) {
        trade_some(&core);
        outcome =
            bot_consume(&bad, core.trades, animal->ending == END_HANGS ? HANG_MS : DEADLINE_MS);
    } else {
        trade_some(&core);
    }
    if (animal->at_stop) {
        ck_assert_int_eq(outcome, OUT_RUNNING);
        bot_command(&bad, WIRE_R_STOP, NULL, 0);
        outcome = bot_consume(&bad, UINT64_MAX, HANG_MS);
    }
    ck_assert_msg(outcome == expected(animal), "%s: outcome %d: %s %s %s", animal->name, outcome,
                  bad.failed_text, bad.crash_text, bad.said);
    check_ended(&bad, animal);
    ck_assert_ptr_null(strstr(bad.said, "escaped"));
    trade_some(&core);
    ck_assert_int_eq(bot_consume(&good, core.trades, DEADLINE_MS), OUT_RUNNING);
    bot_stop(&good);
    check_good(&good, 2 * TRADES);
    bot_close(&bad);
    bot_close(&good);
    core_close(&core);
}
END_TEST

/* A flood is cut short: what was lost is counted, on both sides alike. */
START_TEST(flood_is_counted)
{
    struct bot_request request = { .plugin = "flood",
                                   .flags = WIRE_CONFIG_LOCKSTEP,
                                   .sandbox = WIRE_SANDBOX_BEST_EFFORT,
                                   .memory = MEMORY };
    struct core core;
    static struct bot bot;

    core_open(&core);
    ck_assert_int_eq(bot_start(&core, &bot, &request), OUT_RUNNING);
    bot.leave_logs = 1;
    trade_some(&core);
    ck_assert_int_eq(bot_consume(&bot, core.trades, DEADLINE_MS), OUT_RUNNING);
    ck_assert_uint_gt(bot.status->logs_lost, 0);
    bot.leave_logs = 0;
    bot_drain(&bot, NULL);
    ck_assert_uint_le(bot.lines + bot.status->logs_lost, 5001);
    ck_assert_uint_ge(bot.lines + bot.status->logs_lost, 5000);
    ck_assert_uint_ge(bot_metric(&bot, "denied"), 0);
    bot_stop(&bot);
    bot_close(&bot);
    core_close(&core);
}
END_TEST

/* An error of on_event is told, with the event's number, and the bot goes on. */
START_TEST(errors_are_told)
{
    struct bot_request request = { .plugin = "errors",
                                   .flags = WIRE_CONFIG_LOCKSTEP,
                                   .sandbox = WIRE_SANDBOX_BEST_EFFORT,
                                   .memory = MEMORY };
    struct core core;
    static struct bot bot;

    core_open(&core);
    ck_assert_int_eq(bot_start(&core, &bot, &request), OUT_RUNNING);
    trade_some(&core);
    ck_assert_int_eq(bot_consume(&bot, core.trades, DEADLINE_MS), OUT_RUNNING);
    ck_assert_uint_eq(bot.records[WIRE_R_EVENT_ERROR], TRADES - 20);
    ck_assert_int_eq(bot.last_text[WIRE_R_EVENT_ERROR].code, BOTHY_ECORRUPT);
    ck_assert_uint_eq(bot.last_text[WIRE_R_EVENT_ERROR].id, TRADES);
    bot_stop(&bot);
    ck_assert_int_eq(bot.stopped, 1);
    bot_close(&bot);
    core_close(&core);
}
END_TEST

/* What is open in the process, as seen from outside: nothing but what wire.h gives it. */
START_TEST(descriptors_are_few)
{
    struct bot_request request = { .plugin = "descriptors",
                                   .flags = WIRE_CONFIG_LOCKSTEP,
                                   .sandbox = WIRE_SANDBOX_BEST_EFFORT,
                                   .memory = MEMORY };
    struct core core;
    static struct bot bot;
    char path[64];
    char target[256];
    int leaked = open("/etc/hostname", O_RDONLY); /* not close-on-exec: the runner must close it */
    int open_ones = 0;

    ck_assert_int_ge(leaked, 0);
    core_open(&core);
    ck_assert_int_eq(bot_start(&core, &bot, &request), OUT_RUNNING);
    trade_some(&core);
    ck_assert_int_eq(bot_consume(&bot, core.trades, DEADLINE_MS), OUT_RUNNING);
    /* The control socket and the core's doorbell. */
    ck_assert_int_eq((int)bot_metric(&bot, "descriptors"), 2);
    for (int fd = 0; fd < 256; fd++) {
        ssize_t length;

        snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)bot.pid, fd);
        length = readlink(path, target, sizeof target - 1);
        if (length < 0)
            continue;
        target[length] = '\0';
        open_ones++;
        if (fd < 2)
            ck_assert_str_eq(target, "/dev/null");
        ck_assert_ptr_null(strstr(target, "hostname"));
        ck_assert_ptr_null(strstr(target, "memfd"));
    }
    ck_assert_int_eq(open_ones, 5);
    bot_stop(&bot);
    bot_close(&bot);
    core_close(&core);
    close(leaked);
}
END_TEST

/* ---- the key ---- */

#define KEY "7f3Qz-canary-key-that-no-strategy-may-ever-see-0123456789"

static uint64_t count_in(const uint8_t *bytes, size_t length, const char *needle)
{
    const uint8_t *at = bytes;
    uint64_t found = 0;

    while ((at = memmem(at, length - (size_t)(at - bytes), needle, strlen(needle))) != NULL) {
        found++;
        at++;
    }
    return found;
}

#define PIECE      (1024 * 1024)
#define REGION_MAX (UINT64_C(4) << 30)

/* How often `needle` stands in the memory of a process. ret_read: how much could be read. */
static uint64_t scan_memory(pid_t pid, const char *needle, uint64_t *ret_read)
{
    char path[64];
    char line[512];
    uint64_t found = 0;
    uint8_t *copy = malloc(PIECE + strlen(needle));
    FILE *maps;
    int memory;

    snprintf(path, sizeof path, "/proc/%d/maps", (int)pid);
    maps = fopen(path, "re");
    snprintf(path, sizeof path, "/proc/%d/mem", (int)pid);
    memory = open(path, O_RDONLY | O_CLOEXEC);
    ck_assert_ptr_nonnull(copy);
    ck_assert_ptr_nonnull(maps);
    ck_assert_int_ge(memory, 0);
    *ret_read = 0;
    while (fgets(line, sizeof line, maps)) {
        unsigned long from;
        unsigned long to;

        ck_assert_int_eq(sscanf(line, "%lx-%lx", &from, &to), 2);
        if (to - from > REGION_MAX)
            continue; /* a sanitizer's shadow */
        /* Pieces overlap by the length of what is looked for. */
        for (unsigned long at = from; at < to; at += PIECE) {
            ssize_t got = pread(memory, copy, PIECE + strlen(needle), (off_t)at);

            if (got <= 0)
                continue;
            found += count_in(copy, (size_t)got, needle);
            *ret_read += (uint64_t)got;
        }
    }
    free(copy);
    close(memory);
    fclose(maps);
    return found;
}

static uint64_t scan_file(pid_t pid, const char *name, const char *needle)
{
    char path[64];
    static uint8_t bytes[65536];
    ssize_t got;
    int fd;

    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    got = read(fd, bytes, sizeof bytes);
    close(fd);
    return got > 0 ? count_in(bytes, (size_t)got, needle) : 0;
}

START_TEST(key_is_nowhere)
{
    char masked[2 * sizeof KEY + 1] = "";
    struct bot_request request = { .plugin = "canary",
                                   .option = "masked",
                                   .value = masked,
                                   .flags = WIRE_CONFIG_LOCKSTEP,
                                   .sandbox = WIRE_SANDBOX_BEST_EFFORT,
                                   .memory = MEMORY };
    struct core core;
    static struct bot bot;
    char *heap = strdup(KEY); /* the core's memory holds it: data, heap, environment */
    uint64_t size;

    setenv("VENUE_KEY", KEY, 1);
    for (size_t i = 0; i < sizeof KEY - 1; i++)
        snprintf(masked + 2 * i, 3, "%02x", (unsigned)(uint8_t)KEY[i] ^ 0x5a);
    core_open(&core);
    ck_assert_int_eq(bot_start(&core, &bot, &request), OUT_RUNNING);
    trade_some(&core);
    ck_assert_int_eq(bot_consume(&bot, core.trades, DEADLINE_MS), OUT_RUNNING);
    ck_assert_uint_eq((uint64_t)bot_metric(&bot, "found"), 0);
    ck_assert_uint_eq(scan_memory(bot.pid, KEY, &size), 0);
    ck_assert_uint_gt(size, 1000000);
    ck_assert_uint_eq(scan_file(bot.pid, "environ", KEY), 0);
    ck_assert_uint_eq(scan_file(bot.pid, "cmdline", KEY), 0);
    /* The search finds what is there: its own process has the key, the bot has its log lines. */
    ck_assert_uint_gt(scan_memory(getpid(), KEY, &size), 0);
    ck_assert_uint_gt(scan_memory(bot.pid, "bothy_plugin", &size), 0);
    bot_stop(&bot);
    bot_close(&bot);
    core_close(&core);
    free(heap);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("runner_zoo");
    TCase *tcase = tcase_create("zoo");

    tcase_set_timeout(tcase, 120);
    tcase_add_loop_test(tcase, animal_and_neighbour, 0, ARRAY_SIZE(animals));
    tcase_add_test(tcase, flood_is_counted);
    tcase_add_test(tcase, errors_are_told);
    tcase_add_test(tcase, descriptors_are_few);
    tcase_add_test(tcase, key_is_nowhere);
    suite_add_tcase(suite, tcase);
    return suite;
}

BOTHY_TEST_MAIN(make_suite)
