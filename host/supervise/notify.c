/*
 * Notifications to systemd: see notify.h. A path may begin with '@' for the abstract namespace.
 */
#include "supervise/notify.h"

#include "base/clean.h"

#include <bothy/base.h>
#include <bothy/time.h>

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

static struct sockaddr_un address;
static socklen_t address_length;
static int64_t watchdog_ns;

void notify_init(void)
{
    const char *path = getenv("NOTIFY_SOCKET");
    const char *watchdog = getenv("WATCHDOG_USEC");
    const char *pid = getenv("WATCHDOG_PID");
    int64_t us = 0, watched = 0;

    if (path && (path[0] == '/' || path[0] == '@') && strlen(path) < sizeof address.sun_path) {
        address.sun_family = AF_UNIX;
        memcpy(address.sun_path, path, strlen(path) + 1);
        address_length =
            (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path) + (path[0] == '/'));
        if (path[0] == '@')
            address.sun_path[0] = '\0';
    }
    if (pid && bothy_int64_parse(pid, strlen(pid), &watched) < 0)
        watched = -1;
    if (watchdog && bothy_int64_parse(watchdog, strlen(watchdog), &us) == 0 && us > 0 &&
        us < INT64_MAX / BOTHY_NS_PER_US && (!pid || watched == getpid()))
        watchdog_ns = us * BOTHY_NS_PER_US;
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
    unsetenv("WATCHDOG_PID");
}

int notify_send(const char *lines)
{
    _cleanup_close_ int fd = -1;

    if (address_length == 0)
        return 0;
    fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return BOTHY_EIO;
    if (sendto(fd, lines, strlen(lines), MSG_NOSIGNAL, (const struct sockaddr *)&address,
               address_length) < 0)
        return BOTHY_EIO;
    return 0;
}

int64_t notify_watchdog_ns(void)
{
    return watchdog_ns;
}
