/*
 * `--check`: a plugin on trial, for its author. The exit code is 0 (nothing to complain about),
 * 1 (findings) or 2 (refused: it does not load, or its configuration cannot be made).
 */
#ifndef BOTHY_RUNNER_CHECK_H
#define BOTHY_RUNNER_CHECK_H

#include <stdint.h>

#define CHECK_SETS_MAX 64

struct check_request {
    const char *path; /* absolute */
    int json;
    const char *symbol;               /* NULL: a made-up one */
    const char *sets[CHECK_SETS_MAX]; /* "name=value" */
    uint32_t set_count;
};

int check_plugin(const struct check_request *request);

#endif
