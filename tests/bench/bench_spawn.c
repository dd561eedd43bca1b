/*
 * What a plugin process costs: from fork to READY, sandbox and all, and the memory of one that
 * has nothing to do. The programs are the real ones; the core is that of the tests.
 */
#include "config.h"

#include "bench.h"
#include "host/mini_core.h"

#define RUNS 41
#define BOTS 15

static struct bot_request request = { .plugin = "good",
                                      .flags = WIRE_CONFIG_LOCKSTEP,
                                      .sandbox = WIRE_SANDBOX_BEST_EFFORT };

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;

    return (x > y) - (x < y);
}

static void start(struct core *core, struct bot *bot)
{
    if (bot_start(core, bot, &request) != OUT_RUNNING)
        core_die(bot->failed_text[0] ? bot->failed_text : bot->said, NULL);
}

static void end(struct bot *bot)
{
    bot_stop(bot);
    bot_close(bot);
}

/* Of /proc/PID/smaps_rollup, in KiB. */
static double memory_of(pid_t pid, const char *field)
{
    char path[64];
    char line[256];
    double found = 0;
    FILE *file;

    snprintf(path, sizeof path, "/proc/%d/smaps_rollup", (int)pid);
    file = fopen(path, "re");
    if (!file)
        return 0;
    while (fgets(line, sizeof line, file)) {
        unsigned long kib;

        if (strncmp(line, field, strlen(field)) == 0 &&
            sscanf(line + strlen(field), ": %lu", &kib) == 1)
            found = (double)kib;
    }
    fclose(file);
    return found;
}

/* `cpu` is the name for the processor time of the whole short life, which a busy machine does not
 * stretch as it stretches the time until READY. */
static void measure_start(struct core *core, const char *name, const char *cpu, uint32_t sandbox)
{
    static struct bot bot;
    double ms[RUNS];
    double cpu_ms[RUNS];

    request.sandbox = sandbox;
    for (int i = 0; i < RUNS; i++) {
        int64_t before = bench_now_ns();

        start(core, &bot);
        ms[i] = (double)(bench_now_ns() - before) / 1e6;
        end(&bot);
        cpu_ms[i] = (double)(bot.usage.ru_utime.tv_sec + bot.usage.ru_stime.tv_sec) * 1e3 +
                    (double)(bot.usage.ru_utime.tv_usec + bot.usage.ru_stime.tv_usec) / 1e3;
    }
    qsort(ms, RUNS, sizeof ms[0], compare);
    qsort(cpu_ms, RUNS, sizeof cpu_ms[0], compare);
    bench_report(name, ms[RUNS / 2], "ms");
    bench_report(cpu, cpu_ms[RUNS / 2], "ms");
}

static void measure_many(struct core *core)
{
    struct bot *bots = calloc(BOTS, sizeof *bots);
    double private_kib = 0;
    double pss_kib = 0;
    int64_t before = bench_now_ns();

    if (!bots)
        core_die("memory", NULL);
    for (int i = 0; i < BOTS; i++)
        start(core, &bots[i]);
    bench_report("spawn.15_bots_one_by_one", (double)(bench_now_ns() - before) / 1e6, "ms");
    for (int i = 0; i < BOTS; i++) {
        private_kib += memory_of(bots[i].pid, "Private_Dirty");
        pss_kib += memory_of(bots[i].pid, "Pss");
    }
    bench_report("spawn.private_dirty_per_bot", private_kib / BOTS, "KiB");
    bench_report("spawn.pss_per_bot", pss_kib / BOTS, "KiB");
    for (int i = 0; i < BOTS; i++)
        end(&bots[i]);
    free(bots);
}

int main(int argc, char **argv)
{
    struct core core;

    bench_begin(argc, argv);
    core_open(&core);
    if (bench_wanted("spawn.ready"))
        measure_start(&core, "spawn.ready", "spawn.ready.cpu", WIRE_SANDBOX_BEST_EFFORT);
    if (bench_wanted("spawn.ready_without_sandbox"))
        measure_start(&core, "spawn.ready_without_sandbox", "spawn.ready_without_sandbox.cpu",
                      WIRE_SANDBOX_OFF);
    request.sandbox = WIRE_SANDBOX_BEST_EFFORT;
    if (bench_wanted("spawn.15_bots"))
        measure_many(&core);
    core_close(&core);
    return bench_end();
}
