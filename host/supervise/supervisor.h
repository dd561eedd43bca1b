/*
 * The supervisor: the small process that starts the core and every plugin process, ends them,
 * counts them, and talks to systemd. It reads no configuration, no secret, nothing from outside.
 * The core lost, all workers go, and a new core comes; the supervisor lost, all go.
 */
#ifndef BOTHY_SUPERVISE_SUPERVISOR_H
#define BOTHY_SUPERVISE_SUPERVISOR_H

struct supervisor_conf {
    const char *libexec;    /* where bothyd-core, bothy-runner, bothy-netrunner are */
    char *const *core_argv; /* for the core; [0] is replaced */
    int one_shot;           /* --check and the like: the core's end is the end */
};

/* Returns the exit code of the program. */
int supervisor_run(const struct supervisor_conf *conf);

#endif
