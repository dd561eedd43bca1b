/*
 * Benchmarks: how long one operation takes, measured the same way everywhere. A benchmark
 * reports; it never fails a build.
 *
 *     static void parse(void *context, uint64_t iterations)
 *     {
 *         while (iterations--)
 *             BENCH_KEEP(thing_parse(context));
 *     }
 *
 *     int main(int argc, char **argv)
 *     {
 *         bench_begin(argc, argv);
 *         bench_run("thing.parse", "ns", parse, &thing);
 *         bench_run_beside("thing.format", "ns", format, snprintf_format, &thing);
 *         return bench_end();
 *     }
 *
 * Each result is a line `name value unit` on standard output: the median of several runs whose
 * number of iterations was calibrated so that each takes a fixed time. A reference
 * implementation runs in turns with ours, so that both see the same machine, and is printed as
 * `name.reference`.
 *
 * Every benchmark takes: --json FILE (writes the results there as well), --runs N (5 to 99),
 * --run-ms N (length of one run), and words: only names that contain one of them are run.
 */
#ifndef BOTHY_TESTS_BENCH_H
#define BOTHY_TESTS_BENCH_H

#include <stdint.h>

/* Does the operation `iterations` times. */
typedef void bench_function(void *context, uint64_t iterations);

/* Reads the command line; exits with status 2 and a text where that is wrong. */
void bench_begin(int argc, char **argv);

/*
 * Units: "ns" "us" "ms" "s" (time of one operation), "/s" "k/s" "M/s" "G/s" (operations in a
 * second). Names are "room.what", without blanks.
 */
void bench_run(const char *name, const char *unit, bench_function *function, void *context);

/* The same, where one iteration handles `items` things: the unit is of one thing. */
void bench_run_items(const char *name, const char *unit, uint64_t items, bench_function *function,
                     void *context);

/* The same as bench_run(), in turns with a reference implementation. */
void bench_run_beside(const char *name, const char *unit, bench_function *function,
                      bench_function *reference, void *context);

/* Reports what was measured in another way (bytes, percentiles); any unit. */
void bench_report(const char *name, double value, const char *unit);

/* Returns 1 if the command line wants this name: for set-up that is dear. */
int bench_wanted(const char *name);

/* Writes the JSON file. Returns the exit status of main(). */
int bench_end(void);

/* Monotonic time, for measurements of one's own. */
int64_t bench_now_ns(void);

/* Keeps the compiler from dropping the computation of an lvalue or value. */
#define BENCH_KEEP(value)                                                                          \
    do {                                                                                           \
        __typeof__(value) bench_kept = (value);                                                    \
        __asm__ volatile("" : : "g"(&bench_kept) : "memory");                                      \
    } while (0)

/* The same for what a pointer points to, without a copy: for results that are structs. */
#define BENCH_KEEP_AT(pointer) __asm__ volatile("" : : "g"(pointer) : "memory")

/* Makes the compiler believe that memory has changed: no result may be kept from before. */
#define BENCH_CLOBBER() __asm__ volatile("" : : : "memory")

#endif
