/*
 * The harness of the benchmarks: calibration, medians, output. Each run is long enough that
 * reading the clock does not count, and there are several, so that one disturbed run does not
 * decide. It does not warm anything but the code: a benchmark of something that has caches
 * prepares them itself.
 */
#include "bench.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define RUNS_MAX    99
#define RESULTS_MAX 512
#define NAME_SIZE   96
#define UNIT_SIZE   24

struct result {
    char name[NAME_SIZE];
    char unit[UNIT_SIZE];
    double value;
    double low;
    double high;
};

static struct {
    const char *program;
    const char *json;
    unsigned runs;
    unsigned run_ms;
    char **words;
    int word_count;
    struct result results[RESULTS_MAX];
    size_t result_count;
} bench;

int64_t bench_now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void usage(void)
{
    fprintf(stderr, "usage: %s [--json FILE] [--runs 5-99] [--run-ms 1-10000] [WORD]...\n",
            bench.program);
    exit(2);
}

static unsigned count_argument(const char *text, unsigned low, unsigned high)
{
    unsigned value = 0;
    char rest;

    if (!text || sscanf(text, "%5u%c", &value, &rest) != 1 || value < low || value > high)
        usage();
    return value;
}

void bench_begin(int argc, char **argv)
{
    int i;

    bench.program = strrchr(argv[0], '/') ? strrchr(argv[0], '/') + 1 : argv[0];
    if (!strncmp(bench.program, "lt-", 3))
        bench.program += 3;
    bench.runs = 7;
    bench.run_ms = 20;
    bench.words = argv;
    for (i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--json") && i + 1 < argc)
            bench.json = argv[++i];
        else if (!strcmp(argv[i], "--runs"))
            bench.runs = count_argument(argv[++i], 5, RUNS_MAX);
        else if (!strcmp(argv[i], "--run-ms"))
            bench.run_ms = count_argument(argv[++i], 1, 10000);
        else if (argv[i][0] == '-')
            usage();
        else
            bench.words[bench.word_count++] = argv[i];
    }
}

int bench_wanted(const char *name)
{
    int i;

    for (i = 0; i < bench.word_count; i++) {
        if (strstr(name, bench.words[i]))
            return 1;
    }
    return !bench.word_count;
}

static void add_result(const char *name, const char *unit, double value, double low, double high)
{
    struct result *result = &bench.results[bench.result_count];

    printf("%s %.6g %s\n", name, value, unit);
    fflush(stdout);
    if (bench.result_count == RESULTS_MAX)
        return;
    bench.result_count++;
    snprintf(result->name, sizeof result->name, "%s", name);
    snprintf(result->unit, sizeof result->unit, "%s", unit);
    result->value = value;
    result->low = low;
    result->high = high;
}

void bench_report(const char *name, double value, const char *unit)
{
    if (bench_wanted(name))
        add_result(name, unit, value, value, value);
}

static int64_t time_run(bench_function *function, void *context, uint64_t iterations)
{
    int64_t start_ns = bench_now_ns();

    function(context, iterations);
    return bench_now_ns() - start_ns;
}

/* Returns how many iterations take about one run's length; at least 1. */
static uint64_t calibrate(bench_function *function, void *context)
{
    int64_t wish_ns = (int64_t)bench.run_ms * 1000000;
    uint64_t iterations = 1;

    for (;;) {
        int64_t took_ns = time_run(function, context, iterations);

        if (took_ns >= wish_ns)
            return iterations;
        if (took_ns > wish_ns / 10) {
            double more = (double)wish_ns / (double)took_ns;

            return (uint64_t)((double)iterations * more) + 1;
        }
        iterations *= took_ns > wish_ns / 100 ? 4 : 10;
    }
}

/* Returns the value in `unit` of one thing that took `ns`; negative for no such unit. */
static double in_unit(double ns, const char *unit)
{
    static const struct {
        const char *name;
        double factor;
    } times[] = { { "ns", 1 }, { "us", 1e-3 }, { "ms", 1e-6 }, { "s", 1e-9 } },
      rates[] = { { "/s", 1e9 }, { "k/s", 1e6 }, { "M/s", 1e3 }, { "G/s", 1 } };
    size_t i;

    for (i = 0; i < sizeof times / sizeof times[0]; i++) {
        if (!strcmp(unit, times[i].name))
            return ns * times[i].factor;
        if (!strcmp(unit, rates[i].name))
            return rates[i].factor / ns;
    }
    return -1;
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;

    return (x > y) - (x < y);
}

static void add_samples(const char *name, const char *unit, double *samples)
{
    double median;

    qsort(samples, bench.runs, sizeof *samples, compare_doubles);
    median = bench.runs % 2 ? samples[bench.runs / 2]
                            : (samples[bench.runs / 2 - 1] + samples[bench.runs / 2]) / 2;
    add_result(name, unit, median, samples[0], samples[bench.runs - 1]);
}

static void measure(const char *name, const char *unit, uint64_t items, bench_function *function,
                    bench_function *reference, void *context)
{
    bench_function *functions[2] = { function, reference };
    double samples[2][RUNS_MAX];
    uint64_t iterations[2] = { 0, 0 };
    char reference_name[NAME_SIZE];
    unsigned run;
    int which;

    if (!bench_wanted(name))
        return;
    if (in_unit(1, unit) < 0) {
        fprintf(stderr, "%s: %s: no such unit\n", name, unit);
        exit(2);
    }
    for (which = 0; which < 2 && functions[which]; which++)
        iterations[which] = calibrate(functions[which], context);
    for (run = 0; run < bench.runs; run++) {
        for (which = 0; which < 2 && functions[which]; which++) {
            double took_ns = (double)time_run(functions[which], context, iterations[which]);

            samples[which][run] =
                in_unit(took_ns / (double)iterations[which] / (double)items, unit);
        }
    }
    add_samples(name, unit, samples[0]);
    if (!reference)
        return;
    snprintf(reference_name, sizeof reference_name, "%s.reference", name);
    add_samples(reference_name, unit, samples[1]);
}

void bench_run(const char *name, const char *unit, bench_function *function, void *context)
{
    measure(name, unit, 1, function, NULL, context);
}

void bench_run_items(const char *name, const char *unit, uint64_t items, bench_function *function,
                     void *context)
{
    measure(name, unit, items, function, NULL, context);
}

void bench_run_beside(const char *name, const char *unit, bench_function *function,
                      bench_function *reference, void *context)
{
    measure(name, unit, 1, function, reference, context);
}

static void write_json_text(FILE *file, const char *text)
{
    putc('"', file);
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            putc('\\', file);
        putc((unsigned char)*text < ' ' ? ' ' : *text, file);
    }
    putc('"', file);
}

int bench_end(void)
{
    FILE *file;
    size_t i;
    int failed;

    if (!bench.json)
        return EXIT_SUCCESS;
    file = fopen(bench.json, "we");
    if (!file) {
        fprintf(stderr, "%s: %s: %s\n", bench.program, bench.json, strerror(errno));
        return EXIT_FAILURE;
    }
    fputs("{\n  \"bench\": ", file);
    write_json_text(file, bench.program);
    fprintf(file, ",\n  \"runs\": %u,\n  \"results\": [", bench.runs);
    for (i = 0; i < bench.result_count; i++) {
        const struct result *result = &bench.results[i];

        fputs(i ? ",\n    { \"name\": " : "\n    { \"name\": ", file);
        write_json_text(file, result->name);
        fprintf(file, ", \"value\": %.9g, \"low\": %.9g, \"high\": %.9g, \"unit\": ", result->value,
                result->low, result->high);
        write_json_text(file, result->unit);
        fputs(" }", file);
    }
    fputs("\n  ]\n}\n", file);
    failed = ferror(file);
    failed |= fclose(file);
    if (failed)
        fprintf(stderr, "%s: %s: could not be written\n", bench.program, bench.json);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
