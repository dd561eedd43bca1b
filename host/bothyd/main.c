/*
 * bothyd: the supervisor's program. It knows the words of the command line only as far as it
 * must to help, and hands them to the core.
 */
#include "supervise/notify.h"
#include "supervise/supervisor.h"

#include <bothy/plugin.h>

#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "Usage: bothyd [-c FILE] [OPTION]…\n"
    "Runs trading bots, each in a sandboxed process of its own.\n"
    "\n"
    "  -c, --config FILE   configuration (default: " BOTHY_SYSCONFDIR "/bothy.conf)\n"
    "  -f, --foreground    write the log to the terminal in a form for people\n"
    "      --check         read the configuration, print every error, start nothing\n"
    "      --only A,B      run only these bots of the configuration\n"
    "      --dump-schema   print every option of the host and of the configured plugins\n"
    "      --json          with --dump-schema: as JSON\n"
    "  -h, --help          print this help\n"
    "  -V, --version       print version and ABI\n"
    "\n"
    "Signals: SIGTERM and SIGINT stop cleanly, SIGHUP reloads the configuration, SIGUSR1 opens\n"
    "the log files again. Exit codes: 0 stopped or no errors, 1 failure, 2 usage or\n"
    "configuration. Manual: bothyd(8), bothy.conf(5), bothyctl(1).\n";

/*
 * Started without standard descriptors, the next ones that are opened would take their places,
 * and what is meant for people would be written into them.
 */
static int fill_standard_descriptors(void)
{
    for (int fd = 0; fd < 3; fd++) {
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR | O_NOCTTY) != fd)
            return -1;
    }
    return 0;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        { "config", required_argument, NULL, 'c' },
        { "foreground", no_argument, NULL, 'f' },
        { "check", no_argument, NULL, 'k' },
        { "only", required_argument, NULL, 'o' },
        { "dump-schema", no_argument, NULL, 'd' },
        { "json", no_argument, NULL, 'j' },
        { "help", no_argument, NULL, 'h' },
        { "version", no_argument, NULL, 'V' },
        { NULL, 0, NULL, 0 },
    };
    struct supervisor_conf conf = { .libexec = BOTHY_LIBEXECDIR };
    const char *libexec = getenv("BOTHY_LIBEXEC"); /* to run from a build tree */
    int option;

    if (fill_standard_descriptors() < 0)
        return 1;
    while ((option = getopt_long(argc, argv, "c:fhV", options, NULL)) != -1) {
        switch (option) {
        case 'c':
        case 'f':
        case 'o':
        case 'j':
            break;
        case 'k':
        case 'd':
            conf.one_shot = 1;
            break;
        case 'h':
            fputs(help, stdout);
            return 0;
        case 'V':
            printf("bothyd %s (ABI %d.%d)\n", BOTHY_VERSION, BOTHY_ABI_MAJOR, BOTHY_ABI_MINOR);
            return 0;
        default:
            fputs("Try 'bothyd --help'.\n", stderr);
            return 2;
        }
    }
    if (optind < argc) {
        fprintf(stderr, "bothyd: unexpected argument '%s'\nTry 'bothyd --help'.\n", argv[optind]);
        return 2;
    }
    if (libexec && libexec[0] == '/')
        conf.libexec = libexec;
    conf.core_argv = argv;
    notify_init();
    return supervisor_run(&conf);
}
