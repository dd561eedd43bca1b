/*
 * What the kernel and this process's surroundings give: sandbox, futexes, clock, limits.
 */
#include "ctl/doctor.h"

#include "base/clean.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <sys/utsname.h>
#include <time.h>

#ifndef __NR_landlock_create_ruleset
#define __NR_landlock_create_ruleset 444
#endif
#ifndef __NR_futex_waitv
#define __NR_futex_waitv 449
#endif

#define RULESET_VERSION 1u /* asks landlock_create_ruleset() for its ABI */

/* 2024-01-01: no clock of a machine that runs this shows less. */
#define CLOCK_SANE_S     INT64_C(1704067200)
#define CLOCK_ERROR_MAX  500000 /* microseconds; venues refuse orders that are seconds off */
#define DESCRIPTORS_WANT 1024

static void check_seccomp(struct doctor *doctor)
{
    uint32_t action = SECCOMP_RET_TRAP;

    if (syscall(__NR_seccomp, SECCOMP_GET_ACTION_AVAIL, 0u, &action) == 0)
        doctor_say(doctor, DOCTOR_OK, "seccomp", NULL, "filters are available");
    else
        doctor_say(doctor, DOCTOR_FAIL, "seccomp",
                   "use a kernel with CONFIG_SECCOMP_FILTER; in a container permit seccomp()",
                   "no filters: plugins cannot be locked in: %s", strerror(errno));
}

static void check_landlock(struct doctor *doctor)
{
    long abi = syscall(__NR_landlock_create_ruleset, NULL, (size_t)0, RULESET_VERSION);

    if (abi > 0)
        doctor_say(doctor, DOCTOR_OK, "landlock", NULL, "ABI %ld%s", abi,
                   abi < 4 ? " (files only; network rules need ABI 4, Linux 6.7)" : "");
    else
        doctor_say(doctor, DOCTOR_WARN, "landlock",
                   "add landlock to lsm= on the kernel's command line; Linux 5.13 or newer",
                   "not available (%s): seccomp alone keeps plugins from files", strerror(errno));
}

static void check_futex(struct doctor *doctor)
{
    /* No waiters: a kernel that knows the call says EINVAL. */
    if (syscall(__NR_futex_waitv, NULL, 0u, 0u, NULL, 0) < 0 && errno == ENOSYS)
        doctor_say(doctor, DOCTOR_FAIL, "futex_waitv", "use Linux 5.16 or newer",
                   "the kernel lacks it: plugin processes cannot sleep on several rings");
    else
        doctor_say(doctor, DOCTOR_OK, "futex_waitv", NULL, "available");
}

static void check_clock(struct doctor *doctor)
{
    struct timex state = { 0 };
    struct timespec now;
    int r = adjtimex(&state);

    clock_gettime(CLOCK_REALTIME, &now);
    if (now.tv_sec < CLOCK_SANE_S) {
        doctor_say(doctor, DOCTOR_FAIL, "clock", "set it: timedatectl set-ntp true",
                   "it shows a time before 2024");
    } else if (r < 0) {
        doctor_say(doctor, DOCTOR_WARN, "clock", NULL, "the kernel does not tell its state: %s",
                   strerror(errno));
    } else if (r == TIME_ERROR || (state.status & STA_UNSYNC) || state.maxerror > 16000000) {
        doctor_say(doctor, DOCTOR_WARN, "clock",
                   "run chrony or systemd-timesyncd: venues refuse orders with a wrong time",
                   "it is not synchronised, as far as the kernel knows");
    } else if (state.esterror > CLOCK_ERROR_MAX) {
        doctor_say(doctor, DOCTOR_WARN, "clock", "chronyc tracking",
                   "synchronised, but it may be off by %ld ms", (long)state.esterror / 1000);
    } else {
        doctor_say(doctor, DOCTOR_OK, "clock", NULL, "synchronised");
    }
}

static void check_limits(struct doctor *doctor)
{
    struct rlimit files, memory;

    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        if (files.rlim_cur < DESCRIPTORS_WANT)
            doctor_say(doctor, DOCTOR_WARN, "limits", "LimitNOFILE= of the unit, or ulimit -n",
                       "%llu open files; a host with many bots wants %d",
                       (unsigned long long)files.rlim_cur, DESCRIPTORS_WANT);
        else
            doctor_say(doctor, DOCTOR_OK, "limits", NULL, "%llu open files",
                       (unsigned long long)files.rlim_cur);
    }
    if (getrlimit(RLIMIT_AS, &memory) == 0 && memory.rlim_cur != RLIM_INFINITY)
        doctor_say(doctor, DOCTOR_WARN, "limits", "ulimit -v unlimited",
                   "address space is limited to %llu MiB: the log and the rings map %s",
                   (unsigned long long)(memory.rlim_cur >> 20), "some hundred");
}

void doctor_system(struct doctor *doctor)
{
    struct utsname system;

    if (uname(&system) == 0)
        doctor_say(doctor, DOCTOR_OK, "kernel", NULL, "%s %s %s", system.sysname, system.release,
                   system.machine);
    check_seccomp(doctor);
    check_landlock(doctor);
    check_futex(doctor);
    check_clock(doctor);
    check_limits(doctor);
}
