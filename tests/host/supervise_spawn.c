/*
 * What a started process really has: descriptors, environment, limits, signals, death signal; and
 * that a failure to execute is told. The process is this program again, in another role.
 */
#include "supervise/notify.h"
#include "supervise/spawn.h"

#include "suite.h"

#include <bothy/time.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

extern char **environ;

/* NAME=VALUE of the library path, where the build needs one to find libbothy; else empty. */
static char library_path[4096];

/* The number in the name of a descriptor; -1 for "." and "..". */
static int descriptor(const char *name)
{
    int64_t number;

    return bothy_int64_parse(name, strlen(name), &number) == 0 ? (int)number : -1;
}

/* The role of the child: says on descriptor 2 what it finds. */
static int tell(void)
{
    struct rlimit files, memory, core;
    struct sigaction action;
    struct dirent *entry;
    int death = 0, ignored = 0;
    sigset_t blocked;
    struct stat null, zero;
    char text[64];
    int seen[64] = { 0 };
    DIR *dir;

    prctl(PR_GET_PDEATHSIG, &death);
    getrlimit(RLIMIT_NOFILE, &files);
    getrlimit(RLIMIT_AS, &memory);
    getrlimit(RLIMIT_CORE, &core);
    sigprocmask(SIG_SETMASK, NULL, &blocked);
    for (int s = 1; s < 32; s++)
        ignored += sigaction(s, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
    dprintf(2, "death=%d files=%llu memory=%llu core=%llu ignored=%d blocked=%d ", death,
            (unsigned long long)files.rlim_cur, (unsigned long long)memory.rlim_cur,
            (unsigned long long)core.rlim_cur, ignored, sigismember(&blocked, SIGTERM));
    dprintf(2, "null=%d ",
            stat("/dev/null", &null) == 0 && fstat(0, &zero) == 0 && zero.st_rdev == null.st_rdev);
    dprintf(2, "environment=");
    for (char **e = environ; *e; e++) {
        if (strncmp(*e, "LD_LIBRARY_PATH=", 16) != 0)
            dprintf(2, "%s;", *e);
    }
    dprintf(2, " fds=");
    dir = opendir("/proc/self/fd");
    while (dir && (entry = readdir(dir))) {
        int fd = descriptor(entry->d_name);

        if (fd > 2 && fd < 64 && fd != dirfd(dir))
            seen[fd] = 1;
    }
    if (dir)
        closedir(dir);
    for (int fd = 0; fd < 64; fd++) {
        if (seen[fd])
            dprintf(2, "%d;", fd);
    }
    for (int fd = 3; fd < 6; fd++) {
        ssize_t n = pread(fd, text, sizeof text - 1, 0);

        dprintf(2, " %d=%.*s", fd, n > 0 ? (int)n : 0, text);
    }
    dprintf(2, "\n");
    return 7;
}

static int file_with(const char *text)
{
    FILE *file = tmpfile();
    int fd;

    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fflush(file);
    fd = dup(fileno(file));
    fclose(file);
    return fd;
}

static void read_all(int fd, char *text, size_t capacity)
{
    size_t length = 0;
    ssize_t n;

    while ((n = read(fd, text + length, capacity - 1 - length)) > 0)
        length += (size_t)n;
    text[length] = '\0';
}

/* Descriptors in an order in which each would overwrite the next if it were moved at once. */
static int spawn_from_low_places(struct spawn_request *request, int one, int two, int three)
{
    struct bothy_error error = { 0 };
    int status = 0;
    pid_t pid;

    if (dup3(three, 40, O_CLOEXEC) < 0 || dup3(two, 3, O_CLOEXEC) < 0 ||
        dup3(one, 4, O_CLOEXEC) < 0)
        return 1;
    request->fds[0] = 4;
    request->fds[1] = 3;
    request->fds[2] = 40;
    request->fd_count = 3;
    if (spawn_process(request, &pid, &error) < 0 || waitpid(pid, &status, 0) != pid)
        return 2;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 3;
}

START_TEST(child_has_what_it_should)
{
    char *argv[] = { (char *)"child", NULL };
    char *environment[] = { (char *)"ROLE=tell", library_path, NULL };
    struct spawn_request request = { .path = "/proc/self/exe",
                                     .argv = argv,
                                     .environment = environment,
                                     .memory = UINT64_C(1) << 60, /* a sanitizer takes much */
                                     .open_files = 64 };
    int ends[2], one = file_with("one"), two = file_with("two"), three = file_with("three");
    char text[4096], expected[256];
    int status, places[3] = { one, two, three };
    sigset_t block;
    pid_t pid;

    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&block);
    sigaddset(&block, SIGTERM);
    sigprocmask(SIG_BLOCK, &block, NULL);
    ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
    snprintf(expected, sizeof expected,
             "death=%d files=64 memory=%llu core=0 ignored=0 blocked=0 null=1 "
             "environment=ROLE=tell; fds=3;4;5; 3=one 4=two 5=three\n",
             SIGKILL, (unsigned long long)request.memory);
    /* In a process of its own: the low descriptors of this one belong to the test's harness. */
    pid = fork();
    if (pid == 0) {
        for (int i = 0; i < 3; i++)
            places[i] = fcntl(places[i], F_DUPFD_CLOEXEC, 50);
        request.stderr_fd = fcntl(ends[1], F_DUPFD_CLOEXEC, 50);
        _exit(spawn_from_low_places(&request, places[0], places[1], places[2]));
    }
    close(ends[1]);
    read_all(ends[0], text, sizeof text);
    ck_assert_str_eq(text, expected);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert(WIFEXITED(status));
    ck_assert_int_eq(WEXITSTATUS(status), 7);
}
END_TEST

START_TEST(failure_to_execute_is_told)
{
    char *argv[] = { (char *)"x", NULL }, *environment[] = { NULL };
    struct spawn_request request = {
        .path = "/nonexistent/program", .argv = argv, .environment = environment, .stderr_fd = -1
    };
    struct bothy_error error = { 0 };
    pid_t pid = 4711;

    ck_assert_int_eq(spawn_process(&request, &pid, &error), BOTHY_EIO);
    ck_assert_int_eq(pid, 4711);
    ck_assert_ptr_nonnull(strstr(error.text, "/nonexistent/program"));
    ck_assert_ptr_nonnull(strstr(error.text, strerror(ENOENT)));
    request.path = "/dev/null";
    ck_assert_int_eq(spawn_process(&request, &pid, &error), BOTHY_EIO);
    ck_assert_ptr_nonnull(strstr(error.text, strerror(EACCES)));
    request.path = "/proc/self/exe";
    request.fds[0] = 999; /* no such descriptor */
    request.fd_count = 1;
    ck_assert_int_eq(spawn_process(&request, &pid, &error), BOTHY_EIO);
    ck_assert_ptr_nonnull(strstr(error.text, strerror(EBADF)));
    ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1); /* nobody is left behind */
    ck_assert_int_eq(errno, ECHILD);
}
END_TEST

/* The parent of a spawned process ends without a word: so does the process. */
START_TEST(dies_with_its_parent)
{
    char *argv[] = { (char *)"child", NULL },
         *environment[] = { (char *)"ROLE=wait", library_path, NULL };
    struct spawn_request request = { .path = "/proc/self/exe",
                                     .argv = argv,
                                     .environment = environment };
    struct bothy_error error = { 0 };
    char text[64];
    int ends[2];
    pid_t middle, pid;

    ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
    middle = fork();
    if (middle == 0) {
        request.stderr_fd = ends[1];
        if (spawn_process(&request, &pid, &error) < 0)
            _exit(1);
        close(ends[1]);
        raise(SIGKILL);
    }
    close(ends[1]);
    ck_assert_int_eq(waitpid(middle, NULL, 0), middle);
    /* The end of the pipe: nobody holds its other side any more. */
    read_all(ends[0], text, sizeof text);
    ck_assert_int_eq(strncmp(text, "waiting", text[0] ? 7 : 0), 0);
}
END_TEST

static int notify_socket(const struct sockaddr_un *address, socklen_t length)
{
    struct timeval timeout = { .tv_sec = 5 };
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    ck_assert_int_eq(bind(fd, (const struct sockaddr *)address, length), 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
    return fd;
}

START_TEST(notifies)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    char path[64], text[128], number[32];
    socklen_t length;
    ssize_t n;
    int fd;

    if (_i == 0) {
        snprintf(path, sizeof path, "/tmp/bothy-notify-%d", (int)getpid());
        snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
        length = (socklen_t)sizeof address;
    } else {
        snprintf(path, sizeof path, "@bothy-notify-%d", (int)getpid());
        snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
        length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path));
        address.sun_path[0] = '\0';
    }
    fd = notify_socket(&address, length);
    setenv("NOTIFY_SOCKET", path, 1);
    setenv("WATCHDOG_USEC", "30000000", 1);
    snprintf(number, sizeof number, "%d", (int)getpid());
    setenv("WATCHDOG_PID", number, 1);
    notify_init();
    ck_assert_ptr_null(getenv("NOTIFY_SOCKET"));
    ck_assert_ptr_null(getenv("WATCHDOG_USEC"));
    ck_assert_ptr_null(getenv("WATCHDOG_PID"));
    ck_assert_int_eq(notify_watchdog_ns(), 30 * BOTHY_NS_PER_S);
    ck_assert_int_eq(notify_send("READY=1\nSTATUS=15 bots"), 0);
    n = recv(fd, text, sizeof text - 1, 0);
    ck_assert_int_gt(n, 0);
    text[n] = '\0';
    ck_assert_str_eq(text, "READY=1\nSTATUS=15 bots");
    close(fd);
    if (_i == 0)
        unlink(path);
    ck_assert_int_eq(notify_send("READY=1"), BOTHY_EIO);
}
END_TEST

START_TEST(notifies_nobody)
{
    setenv("WATCHDOG_USEC", "1000000", 1);
    setenv("WATCHDOG_PID", "1", 1); /* meant for another process */
    unsetenv("NOTIFY_SOCKET");
    notify_init();
    ck_assert_int_eq(notify_watchdog_ns(), 0);
    ck_assert_int_eq(notify_send("READY=1"), 0);
    setenv("NOTIFY_SOCKET", "relative/path", 1);
    setenv("WATCHDOG_USEC", "99999999999999999999", 1);
    unsetenv("WATCHDOG_PID");
    notify_init();
    ck_assert_int_eq(notify_watchdog_ns(), 0);
    ck_assert_int_eq(notify_send("READY=1"), 0);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("supervise_spawn");
    TCase *all = tcase_create("all");

    tcase_set_timeout(all, 30);
    tcase_add_test(all, child_has_what_it_should);
    tcase_add_test(all, failure_to_execute_is_told);
    tcase_add_test(all, dies_with_its_parent);
    tcase_add_loop_test(all, notifies, 0, 2);
    tcase_add_test(all, notifies_nobody);
    suite_add_tcase(suite, all);
    return suite;
}

int main(void)
{
    const char *role = getenv("ROLE");
    SRunner *runner;
    int failed;

    if (role && strcmp(role, "tell") == 0)
        return tell();
    if (role && strcmp(role, "wait") == 0) {
        dprintf(2, "waiting");
        for (;;)
            pause();
    }
    if (getenv("LD_LIBRARY_PATH"))
        snprintf(library_path, sizeof library_path, "LD_LIBRARY_PATH=%s",
                 getenv("LD_LIBRARY_PATH"));
    else
        snprintf(library_path, sizeof library_path, "LD_LIBRARY_PATH=");
    runner = srunner_create(make_suite());
    srunner_set_tap(runner, "-");
    srunner_run_all(runner, CK_SILENT);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
