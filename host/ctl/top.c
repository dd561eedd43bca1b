/*
 * `bothyctl top`: the page of status, again and again, on a terminal's second screen. The
 * terminal is put back as it was, also after a signal.
 */
#include "ctl/client.h"
#include "ctl/status.h"

#include "base/clean.h"

#include <bothy/time.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <termios.h>

#define INTERVAL_MS_DEFAULT 2000
#define PAGE_MAX            (1024 * 1024)
/* While it waits for the host it does not listen to keys. */
#define TIMEOUT_MS_MAX 2000

#define SCREEN_BEGIN "\033[?1049h\033[?25l"
#define SCREEN_END   "\033[?25h\033[?1049l"
#define SCREEN_HOME  "\033[H\033[2J"

/* One page, cut to the lines that the terminal has, in one write: no flicker. */
static void draw(const json_t *status, const char *problem)
{
    _cleanup_free_ char *page = NULL;
    size_t length = 0;
    struct table_style style = table_style_stdout();
    FILE *out = open_memstream(&page, &length);

    if (!out)
        return;
    fputs(SCREEN_HOME, out);
    if (status)
        status_page(status, &style, out);
    if (problem)
        table_write(&style, COLOUR_BAD, problem, out);
    fputs("\n", out);
    table_write(&style, COLOUR_DIM, "q or Ctrl-C ends", out);
    if (fclose(out) == 0 && length < PAGE_MAX) {
        fwrite(page, 1, length, stdout);
        fflush(stdout);
    }
}

/* Waits for a key, a signal or the time to draw again. Returns 1 to end. */
static int wait_key(int signals_fd, int interval_ms)
{
    struct pollfd fds[] = { { .fd = STDIN_FILENO, .events = POLLIN },
                            { .fd = signals_fd, .events = POLLIN } };
    struct signalfd_siginfo info;
    char key;

    if (poll(fds, ARRAY_SIZE(fds), interval_ms) <= 0)
        return 0;
    if (fds[1].revents & POLLIN) {
        /* A new size of the terminal is drawn at once, everything else ends. */
        return read(signals_fd, &info, sizeof info) != (ssize_t)sizeof info ||
               info.ssi_signo != SIGWINCH;
    }
    if (read(STDIN_FILENO, &key, 1) != 1)
        return 1;
    return key == 'q' || key == 'Q' || key == 3;
}

static int run(const struct ctl *ctl, int signals_fd, int interval_ms)
{
    int32_t timeout_ms = ctl->timeout_ms < TIMEOUT_MS_MAX ? ctl->timeout_ms : TIMEOUT_MS_MAX;

    for (;;) {
        struct bothy_error error = { 0 };
        json_t *status = NULL;
        int r = client_call(ctl->socket, timeout_ms, "status", NULL, &status, &error);

        /* A host that is being restarted comes back. */
        draw(status, r != CTL_OK ? error.text : NULL);
        json_decref(status);
        if (wait_key(signals_fd, interval_ms))
            return r;
    }
}

int command_top(struct ctl *ctl, const struct ctl_args *args)
{
    const char *every = ctl_option(args, "interval");
    int64_t interval_ns = INTERVAL_MS_DEFAULT * BOTHY_NS_PER_MS;
    struct termios before, raw;
    _cleanup_close_ int signals_fd = -1;
    sigset_t signals;
    int r;

    if (every && (bothy_duration_parse(every, strlen(every), &interval_ns) < 0 ||
                  interval_ns < 100 * BOTHY_NS_PER_MS || interval_ns > BOTHY_NS_PER_H))
        return ctl_usage(ctl, "--interval %s: not a duration from 100ms to 1h", every);
    if (ctl->json || !isatty(STDOUT_FILENO) || tcgetattr(STDIN_FILENO, &before) < 0)
        return ctl_usage(ctl, "it needs a terminal; use 'bothyctl status'");
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGHUP);
    sigaddset(&signals, SIGWINCH);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    signals_fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
    if (signals_fd < 0)
        return ctl_fail(ctl, CTL_ERROR, "signalfd: %s", strerror(errno));
    raw = before;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    tcsetattr(STDIN_FILENO, TCSANOW, &raw);
    fputs(SCREEN_BEGIN, stdout);
    r = run(ctl, signals_fd, (int)(interval_ns / BOTHY_NS_PER_MS));
    fputs(SCREEN_END, stdout);
    fflush(stdout);
    tcsetattr(STDIN_FILENO, TCSANOW, &before);
    return r;
}
