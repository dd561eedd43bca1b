/*
 * bothyd-core: the program that the supervisor starts as the core. It reads the command line of
 * bothyd, loads the configuration, and runs or reports.
 */
#include "bothyd/confine.h"
#include "bothyd/daemon.h"
#include "conf/dump.h"
#include "supervise/link.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>

enum { RUN, CHECK, SCHEMA };

static struct daemon daemon_state; /* too large for a stack */

static void print_messages(const struct conf_errors *errors, FILE *out)
{
    char line[2048];

    for (uint32_t i = 0; i < errors->count; i++) {
        conf_message_format(&errors->messages[i], line, sizeof line);
        fprintf(out, "%s\n", line);
    }
    if (errors->left_off)
        fprintf(out, "… and %u more\n", errors->left_off);
}

static int print_schema(const struct conf *conf, int json)
{
    const struct conf_schema *schemas[CORE_BOTS_MAX + CORE_VENUES_MAX];
    uint32_t count = 0;

    for (uint32_t i = 0; i < conf->exchange_count && i < CORE_VENUES_MAX; i++) {
        if (conf->exchanges[i].plugin.schema)
            schemas[count++] = conf->exchanges[i].plugin.schema;
    }
    for (uint32_t i = 0; i < conf->bot_count && i < CORE_BOTS_MAX; i++) {
        if (conf->bots[i].plugin.schema)
            schemas[count++] = conf->bots[i].plugin.schema;
    }
    return (json ? conf_schema_dump_json(schemas, count, stdout)
                 : conf_schema_dump_text(schemas, count, stdout)) < 0;
}

static int load(struct daemon *d, int what, int json)
{
    static struct conf_errors errors;
    int r = setup_load_conf(d, &d->conf, &errors);
    FILE *out = what == CHECK ? stdout : stderr;

    print_messages(&errors, out);
    if (r < 0) {
        if (errors.error_count == 0)
            fprintf(out, "%s: %s\n", d->config_path, bothy_strerror(r));
        conf_errors_clear(&errors);
        return 2;
    }
    conf_errors_clear(&errors);
    if (what == CHECK) {
        printf("%s: no errors: %u bots, %u exchanges\n", d->config_path, d->conf->bot_count,
               d->conf->exchange_count);
        return -1;
    }
    if (what == SCHEMA) {
        int failed = print_schema(d->conf, json);

        return failed ? 1 : -1;
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
        { NULL, 0, NULL, 0 },
    };
    struct daemon *d = &daemon_state;
    struct bothy_error error = { 0 };
    int option, what = RUN, json = 0, r;

    prctl(PR_SET_NAME, "bothyd-core");
    d->config_path = BOTHY_SYSCONFDIR "/bothy.conf";
    d->link_fd = LINK_FD;
    d->listen_fd = -1;
    while ((option = getopt_long(argc, argv, "c:f", options, NULL)) != -1) {
        switch (option) {
        case 'c':
            d->config_path = optarg;
            break;
        case 'f':
            d->foreground = 1;
            break;
        case 'o':
            d->only = optarg;
            break;
        case 'k':
            what = CHECK;
            break;
        case 'd':
            what = SCHEMA;
            break;
        case 'j':
            json = 1;
            break;
        default:
            return 2;
        }
    }
    if (fcntl(LINK_FD, F_SETFD, FD_CLOEXEC) < 0) {
        fprintf(stderr, "bothyd-core is started by bothyd; see bothyd(8)\n");
        return 2;
    }
    d->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (d->epoll_fd < 0 || daemon_epoll_add(d, d->link_fd, &d->link_fd) < 0) {
        fprintf(stderr, "bothyd: %s\n", strerror(errno));
        return 1;
    }
    d->started_ns = clock_monotonic_ns();
    d->confined = confine_core(&error) == 0;
    r = load(d, what, json);
    if (r != 0)
        return r < 0 ? 0 : r;
    if (!d->confined && d->conf->sandbox == CONF_SANDBOX_REQUIRE) {
        fprintf(stderr, "bothyd: %s\n", error.text);
        return 2; /* another try would not help */
    }
    return daemon_run(d);
}
