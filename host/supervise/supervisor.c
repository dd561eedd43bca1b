/*
 * The supervisor's loop: signals, the core's packets, the ends of children. A build with sanitizers
 * sets no limit of memory: their shadow takes more address space than any limit leaves.
 */
#include "config.h"

#include "supervise/supervisor.h"

#include "base/bytes.h"
#include "base/clean.h"
#include "ipc/fdpass.h"
#include "supervise/link.h"
#include "supervise/notify.h"
#include "supervise/policy.h"
#include "supervise/spawn.h"

#include <bothy/time.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

struct child {
    pid_t pid; /* 0: free */
    uint32_t worker;
};

struct supervisor {
    const struct supervisor_conf *conf;
    int signal_fd;
    int link_fd; /* to the core; -1: none */
    pid_t core;
    struct child children[LINK_WORKERS_MAX];
    struct policy policy;
    int64_t restart_at_ns; /* of the core; 0: it runs */
    int64_t heartbeat_ns;  /* when the core last showed life */
    int64_t watchdog_at_ns;
    int was_up; /* some core of ours has come as far as its main loop */
    int stopping;
    int exit_code;
};

/* A core that dies at once again and again cannot be helped by trying faster. */
static const struct policy_conf core_policy = {
    .delay_ns = BOTHY_NS_PER_S / 2,
    .delay_max_ns = 30 * BOTHY_NS_PER_S,
    .max_restarts = 10,
    .window_ns = 10 * BOTHY_NS_PER_MIN,
};

static int64_t now(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec * BOTHY_NS_PER_S + ts.tv_nsec;
}

static void say(const char *format, ...) BOTHY_PRINTF(1, 2);

static void say(const char *format, ...)
{
    va_list args;

    fputs("bothyd: ", stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
}

/* ---- to the core ---- */

static void begin(struct bytes_writer *w, uint8_t *packet, uint16_t type)
{
    bytes_writer_init(w, packet, LINK_PACKET_MAX);
    bytes_put_u16(w, type);
    bytes_put_u16(w, LINK_VERSION);
}

static void send_core(struct supervisor *s, const struct bytes_writer *w)
{
    struct bothy_error error = { 0 };

    if (s->link_fd < 0 || w->failed)
        return;
    if (fdpass_send(s->link_fd, w->data, w->length, NULL, 0, 1000, &error) < 0 && !s->stopping)
        say("the core does not take messages: %s", error.text);
}

static void send_simple(struct supervisor *s, uint16_t type, const char *text)
{
    uint8_t packet[LINK_PACKET_MAX];
    struct bytes_writer w;

    begin(&w, packet, type);
    if (text)
        bytes_put_text(&w, text);
    send_core(s, &w);
}

/* ---- processes ---- */

static int start_core(struct supervisor *s)
{
    struct spawn_request request = { .stderr_fd = -1, .core_dumps = 0 };
    struct bothy_error error = { 0 };
    char path[PATH_MAX];
    int pair[2], r;

    snprintf(path, sizeof path, "%s/bothyd-core", s->conf->libexec);
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0) {
        say("cannot make a socket: %s", strerror(errno));
        return -1;
    }
    request.path = path;
    request.argv = s->conf->core_argv;
    request.environment = environ;
    request.fds[0] = pair[1];
    request.fd_count = 1;
    r = spawn_process(&request, &s->core, &error);
    close(pair[1]);
    if (r < 0) {
        close(pair[0]);
        say("%s", error.text);
        return -1;
    }
    s->link_fd = pair[0];
    s->heartbeat_ns = now();
    s->restart_at_ns = 0;
    policy_started(&s->policy, now());
    return 0;
}

static struct child *find_child(struct supervisor *s, uint32_t worker)
{
    for (size_t i = 0; i < LINK_WORKERS_MAX; i++) {
        if (s->children[i].pid > 0 && s->children[i].worker == worker)
            return &s->children[i];
    }
    return NULL;
}

static void kill_children(struct supervisor *s)
{
    for (size_t i = 0; i < LINK_WORKERS_MAX; i++) {
        if (s->children[i].pid > 0)
            kill(s->children[i].pid, SIGKILL);
    }
}

static void failed(struct supervisor *s, uint32_t worker, int number, const char *text)
{
    uint8_t packet[LINK_PACKET_MAX];
    struct bytes_writer w;

    begin(&w, packet, LINK_FAILED);
    bytes_put_u32(&w, worker);
    bytes_put_u32(&w, (uint32_t)number);
    bytes_put_text(&w, text);
    send_core(s, &w);
}

static void run_worker(struct supervisor *s, uint32_t worker, uint32_t program, const char *name,
                       struct spawn_request *request)
{
    char *const environment[] = { (char *)"LANG=C.UTF-8", (char *)"TZ=UTC", NULL };
    char path[PATH_MAX], argv0[32], argv1[LINK_NAME_MAX];
    char *const argv[] = { argv0, argv1, NULL };
    struct bothy_error error = { 0 };
    struct child *place = NULL;
    uint8_t packet[LINK_PACKET_MAX];
    struct bytes_writer w;
    pid_t pid = 0;

    for (size_t i = 0; i < LINK_WORKERS_MAX && !place; i++) {
        if (s->children[i].pid == 0)
            place = &s->children[i];
    }
    if (!place || find_child(s, worker)) {
        failed(s, worker, EBUSY, place ? "a process of that number runs" : "too many processes");
        return;
    }
    snprintf(argv0, sizeof argv0, "%s",
             program == LINK_PROGRAM_RUNNER ? "bothy-runner" : "bothy-netrunner");
    snprintf(argv1, sizeof argv1, "%s", name);
    snprintf(path, sizeof path, "%s/%s", s->conf->libexec, argv0);
    request->path = path;
    request->argv = argv;
    request->environment = environment;
    request->open_files = 64;
    request->core_dumps = 0;
    if (spawn_process(request, &pid, &error) < 0) {
        failed(s, worker, errno, error.text);
        return;
    }
    place->pid = pid;
    place->worker = worker;
    begin(&w, packet, LINK_SPAWNED);
    bytes_put_u32(&w, worker);
    bytes_put_i64(&w, pid);
    send_core(s, &w);
}

static void on_spawn(struct supervisor *s, struct bytes_reader *r, const int *fds,
                     uint32_t fd_count)
{
    struct spawn_request request = { .stderr_fd = -1 };
    uint32_t worker = bytes_get_u32(r), program = bytes_get_u32(r), secrets;
    char name[LINK_NAME_MAX], path[PATH_MAX], why[PATH_MAX + 64];

    request.memory = bytes_get_u64(r);
#ifdef BOTHY_SANITIZED
    request.memory = 0;
#endif
    bytes_get_text(r, name, sizeof name);
    secrets = bytes_get_u32(r);
    if (r->failed || fd_count != 2 || secrets > LINK_SECRETS_MAX ||
        (program != LINK_PROGRAM_RUNNER && program != LINK_PROGRAM_NETRUNNER)) {
        failed(s, worker, EINVAL, "malformed request");
        return;
    }
    request.fds[request.fd_count++] = fds[0];
    request.stderr_fd = fds[1];
    why[0] = '\0';
    for (uint32_t i = 0; i < secrets; i++) {
        int fd = -1;

        if (bytes_get_text(r, path, sizeof path) > 0)
            fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
        if (fd < 0) {
            snprintf(why, sizeof why, "cannot open the secret %s: %s", path, strerror(errno));
            break;
        }
        request.fds[request.fd_count++] = fd;
    }
    if (why[0])
        failed(s, worker, ENOENT, why);
    else
        run_worker(s, worker, program, name, &request);
    for (uint32_t i = 1; i < request.fd_count; i++)
        close(request.fds[i]);
}

/* ---- from the core ---- */

static void on_packet(struct supervisor *s, const uint8_t *packet, size_t length, const int *fds,
                      uint32_t fd_count)
{
    struct bytes_reader r;
    struct child *child;
    uint16_t type;
    char text[2048];

    bytes_reader_init(&r, packet, length);
    type = bytes_get_u16(&r);
    if (bytes_get_u16(&r) != LINK_VERSION)
        return;
    s->heartbeat_ns = now();
    switch (type) {
    case LINK_SPAWN:
        on_spawn(s, &r, fds, fd_count);
        break;
    case LINK_KILL: {
        uint32_t worker = bytes_get_u32(&r), signal_number = bytes_get_u32(&r);

        child = find_child(s, worker);
        if (!r.failed && child && signal_number > 0 && signal_number < NSIG)
            kill(child->pid, (int)signal_number);
        break;
    }
    case LINK_NOTIFY:
        if (bytes_get_text(&r, text, sizeof text) > 0)
            notify_send(text);
        break;
    case LINK_HEARTBEAT:
        s->was_up = 1;
        break;
    default:
        break;
    }
}

static void on_link(struct supervisor *s)
{
    uint8_t packet[LINK_PACKET_MAX];
    struct bothy_error error = { 0 };

    while (s->link_fd >= 0) {
        int fds[FDPASS_MAX];
        uint32_t fd_count = 0;
        size_t length = 0;
        int r = fdpass_receive(s->link_fd, packet, sizeof packet, &length, fds, FDPASS_MAX,
                               &fd_count, 0, &error);

        if (r == BOTHY_EAGAIN)
            return;
        if (r < 0) {
            close(s->link_fd); /* its process ends, or is ended; SIGCHLD says the rest */
            s->link_fd = -1;
            if (r != BOTHY_EDISCONNECTED && s->core > 0)
                kill(s->core, SIGKILL);
            return;
        }
        on_packet(s, packet, length, fds, fd_count);
        for (uint32_t i = 0; i < fd_count; i++)
            close(fds[i]);
    }
}

/* ---- ends ---- */

static void plan_core(struct supervisor *s)
{
    if (policy_ended(&s->policy, &core_policy, now(), (uint64_t)now(), 0, &s->restart_at_ns) !=
        POLICY_PARK)
        return;
    say("the core ended too often; giving up");
    s->restart_at_ns = 0;
    s->stopping = 1;
    s->exit_code = 1;
}

static void on_core_end(struct supervisor *s, int status)
{
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : 1;

    if (s->link_fd >= 0) {
        close(s->link_fd);
        s->link_fd = -1;
    }
    kill_children(s);
    /* One that gave up by itself before it ever ran has said why: trying again cannot help. */
    if (s->conf->one_shot || s->stopping ||
        (WIFEXITED(status) && (code == 0 || code == 2 || !s->was_up))) {
        s->stopping = 1;
        s->exit_code = WIFEXITED(status) ? code : 1;
        return;
    }
    if (WIFSIGNALED(status))
        say("the core was ended by signal %d (%s); starting a new one", WTERMSIG(status),
            strsignal(WTERMSIG(status)));
    else
        say("the core ended with code %d; starting a new one", code);
    plan_core(s);
}

static void on_children(struct supervisor *s)
{
    struct rusage usage;
    pid_t pid;
    int status;

    while ((pid = wait4(-1, &status, WNOHANG, &usage)) > 0) {
        uint8_t packet[LINK_PACKET_MAX];
        struct bytes_writer w;

        if (pid == s->core) {
            s->core = 0; /* its number may belong to somebody else from now on */
            on_link(s);
            on_core_end(s, status);
            continue;
        }
        for (size_t i = 0; i < LINK_WORKERS_MAX; i++) {
            if (s->children[i].pid != pid)
                continue;
            begin(&w, packet, LINK_EXITED);
            bytes_put_u32(&w, s->children[i].worker);
            bytes_put_i64(&w, pid);
            bytes_put_u32(&w, (uint32_t)status);
            bytes_put_u64(&w,
                          (uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) *
                                  UINT64_C(1000000000) +
                              (uint64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1000);
            bytes_put_u64(&w, (uint64_t)usage.ru_maxrss * 1024);
            s->children[i].pid = 0;
            send_core(s, &w);
        }
    }
}

static void on_signals(struct supervisor *s)
{
    struct signalfd_siginfo info;

    while (read(s->signal_fd, &info, sizeof info) == (ssize_t)sizeof info) {
        switch (info.ssi_signo) {
        case SIGCHLD:
            on_children(s);
            break;
        case SIGHUP:
            send_simple(s, LINK_RELOAD, NULL);
            break;
        case SIGUSR1:
            send_simple(s, LINK_REOPEN, NULL);
            break;
        default:
            if (s->core > 0 && s->stopping < 2)
                send_simple(s, LINK_STOP, info.ssi_signo == SIGINT ? "SIGINT" : "SIGTERM");
            /* Asked twice: somebody is in a hurry. */
            if (s->stopping && s->core > 0)
                kill(s->core, SIGKILL);
            s->stopping++;
            break;
        }
    }
}

/* ---- the loop ---- */

static int timeout_ms(const struct supervisor *s)
{
    int64_t until = now() + BOTHY_NS_PER_S;

    if (s->restart_at_ns && s->restart_at_ns < until)
        until = s->restart_at_ns;
    if (s->watchdog_at_ns && s->watchdog_at_ns < until)
        until = s->watchdog_at_ns;
    until -= now();
    return until <= 0 ? 0 : (int)(until / BOTHY_NS_PER_MS) + 1;
}

/* systemd is told that we live as long as the core does: it may end us all if not. */
static void watchdog(struct supervisor *s)
{
    int64_t every = notify_watchdog_ns() / 3;

    if (every <= 0 || now() < s->watchdog_at_ns)
        return;
    s->watchdog_at_ns = now() + every;
    if (s->core > 0 && now() - s->heartbeat_ns < notify_watchdog_ns())
        notify_send("WATCHDOG=1\n");
}

static int block_signals(void)
{
    static const int wanted[] = { SIGCHLD, SIGHUP, SIGINT, SIGTERM, SIGUSR1 };
    sigset_t set;

    sigemptyset(&set);
    for (size_t i = 0; i < ARRAY_SIZE(wanted); i++)
        sigaddset(&set, wanted[i]);
    signal(SIGPIPE, SIG_IGN);
    if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
        return -1;
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int supervisor_run(const struct supervisor_conf *conf)
{
    struct supervisor s = { .conf = conf, .link_fd = -1 };

    s.signal_fd = block_signals();
    if (s.signal_fd < 0) {
        say("cannot take signals: %s", strerror(errno));
        return 1;
    }
    if (start_core(&s) < 0)
        return 1;
    while (s.core > 0 || !s.stopping) {
        struct pollfd fds[2] = { { s.signal_fd, POLLIN, 0 }, { s.link_fd, POLLIN, 0 } };

        if (poll(fds, s.link_fd >= 0 ? 2 : 1, timeout_ms(&s)) < 0)
            fds[0].revents = fds[1].revents = POLLIN; /* out of memory: look without it */
        if (s.link_fd >= 0 && fds[1].revents)
            on_link(&s);
        if (fds[0].revents)
            on_signals(&s);
        /* A machine that is short of processes now may have some again later. */
        if (s.restart_at_ns && now() >= s.restart_at_ns && !s.stopping && start_core(&s) < 0)
            plan_core(&s);
        watchdog(&s);
    }
    kill_children(&s);
    while (waitpid(-1, NULL, 0) > 0)
        continue;
    if (s.link_fd >= 0)
        close(s.link_fd);
    close(s.signal_fd);
    return s.exit_code;
}
