/*
 * Starting processes: see spawn.h. Between fork and exec only async-signal-safe calls are made; a
 * failure there travels to the parent through a pipe that exec closes.
 */
#include "supervise/spawn.h"

#include "base/clean.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#endif

/* How far to look on a kernel without close_range (before 5.11). */
#define FALLBACK_FDS 65536

static int limit(int resource, uint64_t value)
{
    struct rlimit both = { value, value };

    return setrlimit((__rlimit_resource_t)resource, &both);
}

/*
 * All from `first` on are closed by exec, the report pipe among them: also what a library or our
 * own parent opened without O_CLOEXEC.
 */
static int close_at_exec(int first)
{
    struct rlimit files;

    if (syscall(SYS_close_range, (unsigned)first, ~0U, CLOSE_RANGE_CLOEXEC) == 0)
        return 0;
    if (getrlimit(RLIMIT_NOFILE, &files) < 0)
        return -1;
    for (int fd = first; (rlim_t)fd < files.rlim_cur && fd < FALLBACK_FDS; fd++)
        fcntl(fd, F_SETFD, FD_CLOEXEC);
    return 0;
}

/* Places the descriptors where the program expects them, above their final places first. */
static int place_descriptors(const struct spawn_request *request, int report_fd)
{
    const int high = 3 + SPAWN_FDS_MAX + 8;
    int moved[SPAWN_FDS_MAX];
    int err = request->stderr_fd, null;

    if (report_fd < high)
        return -1;
    for (uint32_t i = 0; i < request->fd_count; i++) {
        moved[i] = fcntl(request->fds[i], F_DUPFD_CLOEXEC, high);
        if (moved[i] < 0)
            return -1;
    }
    if (err >= 0) {
        err = fcntl(err, F_DUPFD_CLOEXEC, high);
        null = open("/dev/null", O_RDWR | O_CLOEXEC);
        if (err < 0 || null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(err, 2) < 0)
            return -1;
    }
    for (uint32_t i = 0; i < request->fd_count; i++) {
        if (dup2(moved[i], 3 + (int)i) < 0)
            return -1;
    }
    return close_at_exec(3 + (int)request->fd_count);
}

static void child(const struct spawn_request *request, pid_t parent, int report_fd)
{
    struct sigaction dflt = { .sa_handler = SIG_DFL };
    sigset_t none;
    int number;

    for (int s = 1; s < NSIG; s++)
        sigaction(s, &dflt, NULL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
        _exit(127);
    /* What is typed at a terminal is for the supervisor, who ends its children in good order; and
     * what runs a plugin needs no terminal. */
    setsid();
    if (place_descriptors(request, report_fd) < 0)
        goto fail;
    if ((request->memory && limit(RLIMIT_AS, request->memory) < 0) ||
        (request->open_files && limit(RLIMIT_NOFILE, request->open_files) < 0) ||
        (!request->core_dumps && limit(RLIMIT_CORE, 0) < 0))
        goto fail;
    execve(request->path, request->argv, request->environment);
fail:
    number = errno;
    if (write(report_fd, &number, sizeof number) < 0)
        _exit(126);
    _exit(127);
}

int spawn_process(const struct spawn_request *request, pid_t *ret_pid, struct bothy_error *error)
{
    _cleanup_close_ int report_read = -1, report_write = -1;
    int report[2], number = 0;
    pid_t pid, parent = getpid();
    ssize_t n;

    if (pipe2(report, O_CLOEXEC) < 0)
        return bothy_fail(error, BOTHY_EIO, "cannot make a pipe: %s", strerror(errno));
    report_read = report[0];
    /* Out of the way of the places that the program's descriptors take. */
    report_write = fcntl(report[1], F_DUPFD_CLOEXEC, 3 + SPAWN_FDS_MAX + 8);
    close(report[1]);
    if (report_write < 0)
        return bothy_fail(error, BOTHY_EIO, "cannot place a pipe: %s", strerror(errno));
    pid = fork();
    if (pid < 0)
        return bothy_fail(error, BOTHY_EIO, "cannot start a process: %s", strerror(errno));
    if (pid == 0)
        child(request, parent, report_write);
    close(report_write);
    report_write = -1;
    do
        n = read(report_read, &number, sizeof number);
    while (n < 0 && errno == EINTR);
    if (n == (ssize_t)sizeof number) {
        waitpid(pid, NULL, 0);
        return bothy_fail(error, BOTHY_EIO, "cannot execute %s: %s", request->path,
                          strerror(number));
    }
    *ret_pid = pid;
    return 0;
}
