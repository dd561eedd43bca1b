/*
 * Runs a check suite and prints TAP on standard output, which the harness of
 * `make check` reads. Include it in the one file of a test that has the suite:
 *
 *     static Suite *make_suite(void) { ... }
 *     BOTHY_TEST_MAIN(make_suite)
 *
 * A test that needs ../shared asks shared_path() and skips, visibly, by
 * skip_all() where that is NULL.
 */
#ifndef BOTHY_TESTS_SUITE_H
#define BOTHY_TESTS_SUITE_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static inline const char *shared_path(const char *name)
{
    static char path[4096];
    const char *base = getenv("BOTHY_SHARED");

    snprintf(path, sizeof path, "%s/%s", base ? base : "../shared", name);
    return access(path, R_OK) == 0 ? path : NULL;
}

static inline int skip_all(const char *why)
{
    printf("1..0 # SKIP %s\n", why);
    return 0;
}

#define BOTHY_TEST_MAIN(make_suite)                                                                \
    int main(void)                                                                                 \
    {                                                                                              \
        SRunner *runner = srunner_create(make_suite());                                            \
        int failed;                                                                                \
                                                                                                   \
        srunner_set_tap(runner, "-");                                                              \
        srunner_run_all(runner, CK_SILENT);                                                        \
        failed = srunner_ntests_failed(runner);                                                    \
        srunner_free(runner);                                                                      \
        return failed ? EXIT_FAILURE : EXIT_SUCCESS;                                               \
    }

#endif
