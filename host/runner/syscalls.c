/*
 * The table of system calls: see syscalls.h. Rows stand in groups, what is permitted first, what
 * is known and never permitted at the end. Where the arguments decide, the rows with conditions
 * say both what passes and what is trapped; what no row matches fails with ENOSYS.
 */
#include "config.h" /* _GNU_SOURCE */

#include "runner/syscalls.h"

#include "runner/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

/* Contexts, short, so that a row fits a line. */
#define SL   SYSCALLS_STRATEGY_LOADING
#define SR   SYSCALLS_STRATEGY_RUNNING
#define XL   SYSCALLS_EXCHANGE_LOADING
#define VR   SYSCALLS_VIRTUAL_RUNNING
#define NR   SYSCALLS_NETWORK_RUNNING
#define LOAD (SL | XL)
#define RUN  (SR | VR | NR)
#define NET  (XL | NR)
#define ALL  (LOAD | RUN)
#define NONE 0

#define ALLOW    SCMP_ACT_ALLOW
#define TRAP     SCMP_ACT_TRAP
#define FAIL(no) SCMP_ACT_ERRNO(no)

#define ARG(number, how, ...)                                                                      \
    {                                                                                              \
        .arg = (number), .op = SCMP_CMP_##how, __VA_ARGS__                                         \
    }
#define IS(n, v)   ARG(n, EQ, .datum_a = (v))
#define ISNT(n, v) ARG(n, NE, .datum_a = (v))
/* Of the bits m, those that are set are v. */
#define BITS(n, m, v) ARG(n, MASKED_EQ, .datum_a = (m), .datum_b = (v))

#define R(call, who, act)          { __SNR_##call, (who), (act), 0, { { 0 } }, #call },
#define R1(call, who, act, c)      { __SNR_##call, (who), (act), 1, { c }, #call },
#define R2(call, who, act, c1, c2) { __SNR_##call, (who), (act), 2, { c1, c2 }, #call },

/* PR_SET_VMA: younger libcs name their heaps with it. Not in every <sys/prctl.h>. */
#define PRCTL_SET_VMA 0x53564d41
/* Of Yama: who may trace this process. */
#define PR_SET_PTRACER_YAMA 0x59616d61

/* What openat() may never have: the right to write or to make a file. */
#define OPEN_WRITES (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND)

/* clang-format off */
const struct syscalls_rule syscalls_rules[] = {
    /* Memory. Code may be mapped while the plugin is loaded, never afterwards. */
    R(brk, ALL, ALLOW)
    R(munmap, ALL, ALLOW)
    R(mremap, ALL, ALLOW)
    R(madvise, ALL, ALLOW)
    R(mmap, LOAD, ALLOW)
    R1(mmap, RUN, ALLOW, BITS(2, PROT_EXEC, 0))
    R1(mmap, RUN, TRAP, BITS(2, PROT_EXEC, PROT_EXEC))
    R(mprotect, LOAD, ALLOW)
    R1(mprotect, RUN, ALLOW, BITS(2, PROT_EXEC, 0))
    R1(mprotect, RUN, TRAP, BITS(2, PROT_EXEC, PROT_EXEC))
    R1(prctl, RUN, FAIL(EINVAL), IS(0, PRCTL_SET_VMA))
    R1(prctl, RUN, TRAP, ISNT(0, PRCTL_SET_VMA))

    /* Time, waiting, and the words about oneself that libc asks for. */
    R(clock_gettime, ALL, ALLOW)
    R(clock_getres, ALL, ALLOW)
    R(gettimeofday, ALL, ALLOW)
    R(time, ALL, ALLOW)
    R(nanosleep, ALL, ALLOW)
    R(clock_nanosleep, ALL, ALLOW)
    R(restart_syscall, ALL, ALLOW)
    R(sched_yield, ALL, ALLOW)
    R(sched_getaffinity, ALL, ALLOW)
    R(futex, ALL, ALLOW)
#ifdef __SNR_futex_waitv
    R(futex_waitv, ALL, ALLOW)
#endif
    R(poll, ALL, ALLOW)
    R(ppoll, ALL, ALLOW)
    R(getpid, ALL, ALLOW)
    R(gettid, ALL, ALLOW)
    R(getppid, ALL, ALLOW)
    R(getuid, ALL, ALLOW)
    R(geteuid, ALL, ALLOW)
    R(getgid, ALL, ALLOW)
    R(getegid, ALL, ALLOW)
    R(getrusage, ALL, ALLOW)
    R(times, ALL, ALLOW)
    R(sysinfo, ALL, ALLOW)
    R(uname, ALL, ALLOW)
    R(getrandom, ALL, ALLOW)
    R1(prlimit64, ALL, ALLOW, IS(2, 0)) /* asks, does not set */
    R1(prlimit64, ALL, TRAP, ISNT(2, 0))
    R(getrlimit, ALL, ALLOW)

    /* Signals: nobody replaces the reporter; abort() may raise its own, in this process only. */
    R(rt_sigreturn, ALL, ALLOW)
    R(rt_sigprocmask, ALL, ALLOW)
    R1(rt_sigaction, ALL, TRAP, IS(0, SIGSYS))
    R1(rt_sigaction, ALL, TRAP, IS(0, SIGSEGV))
    R1(rt_sigaction, ALL, TRAP, IS(0, SIGABRT))
    R1(rt_sigaction, ALL, TRAP, IS(0, SIGBUS))
    R1(rt_sigaction, ALL, TRAP, IS(0, SIGILL))
    R1(rt_sigaction, ALL, TRAP, IS(0, SIGFPE))
    R1(rt_sigaction, NET, ALLOW, IS(0, SIGPIPE))
    R2(tgkill, ALL, ALLOW, IS(0, SYSCALLS_OWN_PID), IS(2, SIGABRT))
    R1(tgkill, ALL, TRAP, ISNT(0, SYSCALLS_OWN_PID))
    R(exit, ALL, ALLOW)
    R(exit_group, ALL, ALLOW)

    /* Descriptors that are open already: the rings' doorbells, stderr, files of FILE options. */
    R(read, ALL, ALLOW)
    R(readv, ALL, ALLOW)
    R(pread64, ALL, ALLOW)
    R(write, ALL, ALLOW)
    R(writev, ALL, ALLOW)
    R(lseek, ALL, ALLOW)
    R(_llseek, ALL, ALLOW)
    R(fstat, ALL, ALLOW)
    R(fadvise64, ALL, ALLOW)
    R(close, ALL, ALLOW)
    R1(fcntl, ALL, ALLOW, IS(1, F_GETFL))
    R1(fcntl, ALL, ALLOW, IS(1, F_GETFD))
    R1(fcntl, ALL, ALLOW, IS(1, F_GET_SEALS)) /* the rings' */
    R1(ioctl, ALL, FAIL(ENOTTY), IS(1, TCGETS)) /* isatty() */
    R1(ioctl, NET, ALLOW, IS(1, FIONBIO))
    R1(ioctl, NET, ALLOW, IS(1, FIONREAD))

    /* The control socket: set-up, and the reporter's last words. */
    R1(sendto, SL | SR | VR, ALLOW, IS(0, WIRE_FD_CONTROL))
    R1(sendto, SL | SR | VR, TRAP, ISNT(0, WIRE_FD_CONTROL))
    R1(sendmsg, SL | SR | VR, ALLOW, IS(0, WIRE_FD_CONTROL))
    R1(sendmsg, SL | SR | VR, TRAP, ISNT(0, WIRE_FD_CONTROL))
    R1(recvmsg, SL | SR | VR, ALLOW, IS(0, WIRE_FD_CONTROL))
    R1(recvmsg, SL | SR | VR, TRAP, ISNT(0, WIRE_FD_CONTROL))

    /* What the dynamic loader does besides; Landlock says to which files. A venue's resolver
     * and its TLS go on reading theirs. */
    R1(openat, LOAD | NR, ALLOW, BITS(2, OPEN_WRITES, 0))
    R1(openat, LOAD | NR, TRAP, BITS(2, O_WRONLY, O_WRONLY))
    R1(openat, LOAD | NR, TRAP, BITS(2, O_RDWR, O_RDWR))
    R1(openat, LOAD | NR, TRAP, BITS(2, O_CREAT, O_CREAT))
    R1(open, LOAD | NR, ALLOW, BITS(1, OPEN_WRITES, 0))
    R1(open, LOAD | NR, TRAP, BITS(1, O_WRONLY, O_WRONLY))
    R1(open, LOAD | NR, TRAP, BITS(1, O_RDWR, O_RDWR))
    R1(open, LOAD | NR, TRAP, BITS(1, O_CREAT, O_CREAT))
    R(newfstatat, LOAD | NR, ALLOW)
    R1(newfstatat, SR | VR, ALLOW, IS(3, 0x1000)) /* fstat(): AT_EMPTY_PATH */
    R1(newfstatat, SR | VR, TRAP, ISNT(3, 0x1000))
    R(stat, LOAD | NR, ALLOW)
    R(lstat, LOAD | NR, ALLOW)
    R(statx, LOAD | NR, ALLOW)
    R(access, LOAD | NR, ALLOW)
    R(faccessat, LOAD | NR, ALLOW)
    R(getdents64, NR, ALLOW)
    R(getcwd, LOAD, ALLOW)
    R(readlink, LOAD, FAIL(EACCES))
    R(readlinkat, LOAD, FAIL(EACCES))

    /* Filters that are still to be loaded; the last of them forbids it. A plugin could only
     * confine itself further. */
    R(seccomp, ALL, ALLOW)
    /* Nobody outlives the host, nor becomes readable to others. */
    R1(prctl, LOAD, TRAP, IS(0, PR_SET_PDEATHSIG))
    R1(prctl, LOAD, TRAP, IS(0, PR_SET_DUMPABLE))
    R1(prctl, LOAD, TRAP, IS(0, PR_SET_PTRACER_YAMA))
    R1(prctl, LOAD, ALLOW, IS(0, PR_SET_SECCOMP))
    R1(prctl, LOAD, ALLOW, IS(0, PR_GET_SECCOMP))
    R1(prctl, LOAD, ALLOW, IS(0, PR_SET_NAME))
    R1(prctl, LOAD, ALLOW, IS(0, PR_GET_NAME))
    R1(prctl, LOAD, FAIL(EINVAL), IS(0, PRCTL_SET_VMA))

    /* The network, of exchanges and only of those: internet addresses, as a client. */
    R1(socket, NET, ALLOW, IS(0, AF_INET))
    R1(socket, NET, ALLOW, IS(0, AF_INET6))
    R1(socket, NET, FAIL(EAFNOSUPPORT), IS(0, AF_NETLINK))
    R1(socket, NET, FAIL(EAFNOSUPPORT), IS(0, AF_UNIX))
    /* To wake a loop. A pair of datagram sockets could be connected elsewhere afterwards. */
    R1(socketpair, NET, ALLOW, BITS(1, 0xf, SOCK_STREAM))
    R1(socketpair, NET, TRAP, BITS(1, 0xf, SOCK_DGRAM))
    R1(socketpair, NET, TRAP, BITS(1, 0xf, SOCK_SEQPACKET))
    R(connect, NET, ALLOW)
    R(sendto, NET, ALLOW)
    R(sendmsg, NET, ALLOW)
    R(sendmmsg, NET, ALLOW)
    R(recvfrom, NET, ALLOW)
    R(recvmsg, NET, ALLOW)
    R(getsockname, NET, ALLOW)
    R(getpeername, NET, ALLOW)
    R(getsockopt, NET, ALLOW)
    R(setsockopt, NET, ALLOW)
    R(shutdown, NET, ALLOW)
    R(pipe2, NET, ALLOW)
    R(eventfd2, NET, ALLOW)
    R(timerfd_create, NET, ALLOW)
    R(timerfd_settime, NET, ALLOW)
    R(epoll_create1, NET, ALLOW)
    R(epoll_ctl, NET, ALLOW)
    R(epoll_wait, NET, ALLOW)
    R(epoll_pwait, NET, ALLOW)
    R1(fcntl, NET, ALLOW, IS(1, F_SETFL))
    R1(fcntl, NET, ALLOW, IS(1, F_SETFD))

    /* A resolver may have its own thread; clone3 hides its flags in memory, so libc must fall
     * back to clone, whose flags the filter can see. */
    R1(clone, NET, ALLOW, BITS(0, 0x00010000, 0x00010000)) /* CLONE_THREAD */
    R1(clone, NET, TRAP, BITS(0, 0x00010000, 0))
    R(clone3, NET, FAIL(ENOSYS))
    R(set_robust_list, NET, ALLOW)
    R(rseq, NET, ALLOW)

    /*
     * Never: what no plugin has a reason to try. Their relatives fail with ENOSYS, which is as
     * safe; here stand those whose attempt is worth an end with a name.
     */

    /* Other programs, processes and threads. */
    R(execve, NONE, TRAP)
    R(execveat, NONE, TRAP)
    R(fork, NONE, TRAP)
    R(vfork, NONE, TRAP)
    R(kill, NONE, TRAP)
    R(tkill, NONE, TRAP)
    R(rt_sigqueueinfo, NONE, TRAP)
    R(pidfd_open, NONE, TRAP)
    R(pidfd_getfd, NONE, TRAP)
    R(ptrace, NONE, TRAP)
    R(process_vm_readv, NONE, TRAP)
    R(process_vm_writev, NONE, TRAP)

    /* Sockets of the wrong side. */
    R(bind, NONE, TRAP)
    R(listen, NONE, TRAP)
    R(accept, NONE, TRAP)
    R(accept4, NONE, TRAP)

    /* New descriptors, and old ones under another number. */
    R(openat2, NONE, TRAP)
    R(creat, NONE, TRAP)
    R(name_to_handle_at, NONE, TRAP)
    R(open_by_handle_at, NONE, TRAP)
    R(memfd_create, NONE, TRAP)
    R(dup, NONE, TRAP)
    R(dup2, NONE, TRAP)
    R(dup3, NONE, TRAP)
    R(io_uring_setup, NONE, TRAP)
    R(userfaultfd, NONE, TRAP)
    R(perf_event_open, NONE, TRAP)
    R(bpf, NONE, TRAP)

    /* The file system. */
    R(unlink, NONE, TRAP)
    R(rename, NONE, TRAP)
    R(link, NONE, TRAP)
    R(symlink, NONE, TRAP)
    R(mkdir, NONE, TRAP)
    R(chmod, NONE, TRAP)
    R(chown, NONE, TRAP)
    R(truncate, NONE, TRAP)
    R(ftruncate, NONE, TRAP)
    R(pwrite64, NONE, TRAP)
    R(chdir, NONE, TRAP)
    R(chroot, NONE, TRAP)
    R(pivot_root, NONE, TRAP)
    R(mount, NONE, TRAP)
    R(umount2, NONE, TRAP)

    /* Memory that is shared, or executable by another door. */
    R(shmget, NONE, TRAP)
    R(shmat, NONE, TRAP)
    R(remap_file_pages, NONE, TRAP)
    R(pkey_mprotect, NONE, TRAP)
    R(pkey_alloc, NONE, TRAP)
    R(personality, NONE, TRAP)

    /* Timers that raise signals, and the reporter's stack. */
    R(setitimer, NONE, TRAP)
    R(timer_create, NONE, TRAP)
    R(sigaltstack, NONE, TRAP)

    /* Rights, limits, the machine. */
    R(setuid, NONE, TRAP)
    R(setgid, NONE, TRAP)
    R(capset, NONE, TRAP)
    R(setrlimit, NONE, TRAP)
    R(sched_setaffinity, NONE, TRAP)
    R(unshare, NONE, TRAP)
    R(setns, NONE, TRAP)
    R(keyctl, NONE, TRAP)
    R(init_module, NONE, TRAP)
};
/* clang-format on */

const uint32_t syscalls_rule_count = sizeof syscalls_rules / sizeof syscalls_rules[0];

const char *syscalls_name(int number)
{
    for (uint32_t i = 0; i < syscalls_rule_count; i++) {
        if (syscalls_rules[i].number == number)
            return syscalls_rules[i].name;
    }
    return NULL;
}
