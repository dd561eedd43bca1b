/*
 * The command line of the programs that run plugins: see runner.h.
 */
#include "config.h"

#include "runner/runner.h"

#include "runner/worker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A plugin's destructors have no say in how this process ends. */
static void finish(int code)
{
    fflush(stdout);
    fflush(stderr);
    _exit(code);
}

void runner_main(uint32_t kind, int argc, char **argv)
{
    (void)argv;
    if (argc == 1)
        finish(worker_run(kind));
    finish(WIRE_EXIT_NO_RESTART);
    __builtin_unreachable();
}
