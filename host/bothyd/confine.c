/*
 * The core's own wall: see confine.h. It denies by a list, because the core is our own code with
 * a database library in it: what it must never do is known, what it needs changes with each
 * libc. Plugins, which nobody knows, get the opposite.
 */
#include "bothyd/confine.h"

#include "base/clean.h"

#include <errno.h>
#include <seccomp.h>
#include <string.h>
#include <sys/socket.h>

#ifdef BOTHY_SANITIZED
int confine_core(struct bothy_error *error)
{
    (void)error;
    return 0;
}
#else
static const int forbidden[] = {
    /* programs */
    SCMP_SYS(execve),
    SCMP_SYS(execveat),
    /* other processes */
    SCMP_SYS(ptrace),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev),
    SCMP_SYS(pidfd_getfd),
    SCMP_SYS(setns),
    SCMP_SYS(unshare),
    /* the machine */
    SCMP_SYS(mount),
    SCMP_SYS(umount2),
    SCMP_SYS(pivot_root),
    SCMP_SYS(chroot),
    SCMP_SYS(init_module),
    SCMP_SYS(finit_module),
    SCMP_SYS(delete_module),
    SCMP_SYS(kexec_load),
    SCMP_SYS(kexec_file_load),
    SCMP_SYS(reboot),
    SCMP_SYS(swapon),
    SCMP_SYS(swapoff),
    SCMP_SYS(settimeofday),
    SCMP_SYS(clock_settime),
    SCMP_SYS(adjtimex),
    SCMP_SYS(clock_adjtime),
    /* ways around a filter, and into the kernel */
    SCMP_SYS(io_uring_setup),
    SCMP_SYS(bpf),
    SCMP_SYS(perf_event_open),
    SCMP_SYS(userfaultfd),
    SCMP_SYS(open_by_handle_at),
    SCMP_SYS(add_key),
    SCMP_SYS(keyctl),
    SCMP_SYS(request_key),
};

int confine_core(struct bothy_error *error)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    int r = filter ? 0 : -ENOMEM;

    for (size_t i = 0; r == 0 && i < ARRAY_SIZE(forbidden); i++)
        r = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), forbidden[i], 0);
    if (r == 0)
        r = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(socket), 1,
                             SCMP_A0(SCMP_CMP_NE, AF_UNIX));
    if (r == 0)
        r = seccomp_load(filter);
    if (filter)
        seccomp_release(filter);
    if (r < 0)
        return bothy_fail(error, BOTHY_EIO,
                          "the core cannot be confined: %s; set sandbox = "
                          "\"best-effort\" to run without",
                          strerror(-r));
    return 0;
}
#endif
