/*
 * The one table of system calls: who may make which, before the plugin is loaded (phase 1) and
 * from then on (phase 2). sandbox.c turns it into filters; the crash reporter takes its names.
 *
 * A call that the table knows and a context does not permit is trapped: the reporter names it
 * and the process ends. A call that the table does not know fails with ENOSYS, so that a newer
 * libc can fall back to an older call instead of dying.
 */
#ifndef BOTHY_RUNNER_SYSCALLS_H
#define BOTHY_RUNNER_SYSCALLS_H

#include <seccomp.h>
#include <stdint.h>

/* Who is asking, and when. Rules name any number of them. */
enum {
    SYSCALLS_STRATEGY_LOADING = 1 << 0, /* phase 1: dlopen() runs, and ELF constructors */
    SYSCALLS_STRATEGY_RUNNING = 1 << 1, /* phase 2 */
    SYSCALLS_EXCHANGE_LOADING = 1 << 2,
    SYSCALLS_VIRTUAL_RUNNING = 1 << 3, /* an exchange that owns the time: needs no network */
    SYSCALLS_NETWORK_RUNNING = 1 << 4, /* an exchange that talks to a venue */
};

/* How a value that is known only at run time is written in a condition. */
#define SYSCALLS_OWN_PID UINT64_C(0xffffffffffffff01)

struct syscalls_rule {
    int number; /* __SNR_*: negative where this machine does not have the call */
    uint32_t contexts;
    uint32_t action; /* SCMP_ACT_*, for the contexts named; trapped in all others */
    uint32_t conditions;
    struct scmp_arg_cmp condition[2];
    const char *name;
};

extern const struct syscalls_rule syscalls_rules[];
extern const uint32_t syscalls_rule_count;

/* Returns the name of a call that the table knows, else NULL. Async-signal-safe. Static. */
const char *syscalls_name(int number);

#endif
