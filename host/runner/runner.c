/*
 * The command line of the programs that run plugins: see runner.h.
 */
#include "config.h"

#include "runner/runner.h"

#include "runner/check.h"
#include "runner/describe.h"
#include "runner/worker.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EXIT_USAGE 2

/* A plugin's destructors have no say in how this process ends. */
static void __attribute__((noreturn)) finish(int code)
{
    fflush(stdout);
    fflush(stderr);
    _exit(code);
}

static void usage(FILE *out, const char *program)
{
    fprintf(out,
            "usage: %s --describe FILE [--json]\n"
            "       %s --check FILE [--json] [--symbol SYMBOL] [--set NAME=VALUE]...\n"
            "       %s --version\n"
            "Without options it is a worker of bothyd.\n",
            program, program, program);
}

/* The absolute form of what people type; the loader takes nothing else. */
static const char *absolute(const char *path, char *room)
{
    if (!realpath(path, room)) {
        fprintf(stderr, "%s: %m\n", path);
        finish(EXIT_USAGE);
    }
    return room;
}

static void add_set(struct check_request *request, const char *text)
{
    if (!strchr(text, '=') || request->set_count == CHECK_SETS_MAX) {
        fprintf(stderr, "--set %s: expected NAME=VALUE, at most %d of them\n", text,
                CHECK_SETS_MAX);
        finish(EXIT_USAGE);
    }
    request->sets[request->set_count++] = text;
}

static void for_people(int argc, char **argv)
{
    static const struct option options[] = {
        { "describe", required_argument, NULL, 'd' }, { "check", required_argument, NULL, 'c' },
        { "json", no_argument, NULL, 'j' },           { "set", required_argument, NULL, 's' },
        { "symbol", required_argument, NULL, 'y' },   { "version", no_argument, NULL, 'v' },
        { "help", no_argument, NULL, 'h' },           { NULL, 0, NULL, 0 },
    };
    struct check_request request = { 0 };
    const char *describe = NULL;
    char room[PATH_MAX];
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (option) {
        case 'd':
            describe = optarg;
            break;
        case 'c':
            request.path = optarg;
            break;
        case 'j':
            request.json = 1;
            break;
        case 's':
            add_set(&request, optarg);
            break;
        case 'y':
            request.symbol = optarg;
            break;
        case 'v':
            printf("%s %s, ABI %d.%d\n", program_invocation_short_name, BOTHY_VERSION,
                   BOTHY_ABI_MAJOR, BOTHY_ABI_MINOR);
            finish(0);
        case 'h':
            usage(stdout, program_invocation_short_name);
            finish(0);
        default:
            usage(stderr, program_invocation_short_name);
            finish(EXIT_USAGE);
        }
    }
    if (optind < argc || !describe == !request.path) {
        usage(stderr, program_invocation_short_name);
        finish(EXIT_USAGE);
    }
    if (describe)
        finish(describe_plugin(absolute(describe, room), request.json));
    request.path = absolute(request.path, room);
    finish(check_plugin(&request));
}

void runner_main(uint32_t kind, int argc, char **argv)
{
    /* The supervisor gives a name, for whoever looks at the process list. */
    if (argc == 1 || (argc == 2 && argv[1][0] != '-'))
        finish(worker_run(kind));
    for_people(argc, argv);
    finish(EXIT_USAGE);
}
