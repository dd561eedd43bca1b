/*
 * The client's end of the control socket. The peer may be anything that listens there: lengths
 * are checked before they are believed, and every wait has the one deadline of the call.
 */
#include "ctl/client.h"

#include "base/clean.h"
#include "bothyd/control.h"
#include "ctl/table.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

static int fail(struct bothy_error *error, int exit_code, int32_t code, const char *text,
                const char *path, const char *reason)
{
    bothy_fail(error, code, "%s: %s%s", path, text, reason);
    return exit_code;
}

static int too_late(const char *path, struct bothy_error *error)
{
    return fail(error, CTL_TIMEOUT, BOTHY_ETIMEOUT, "the host does not answer in time", path,
                "; see --timeout, and the host's log");
}

/* Waits until fd is ready for `events`. Returns 0, or an exit code. */
static int wait_for(int fd, short events, int64_t deadline_ms, const char *path,
                    struct bothy_error *error)
{
    for (;;) {
        struct pollfd one = { .fd = fd, .events = events };
        int64_t left = deadline_ms - now_ms();
        int r;

        if (left <= 0)
            return too_late(path, error);
        r = poll(&one, 1, (int)left);
        if (r > 0)
            return 0;
        if (r < 0 && errno != EINTR)
            return fail(error, CTL_ERROR, BOTHY_EIO, "", path, strerror(errno));
    }
}

static int refused_by_system(const char *path, int reason, struct bothy_error *error)
{
    switch (reason) {
    case ENOENT:
    case ECONNREFUSED:
        return fail(error, CTL_NO_HOST, BOTHY_ENOENT,
                    "no host is running here; start it (systemctl start bothyd), or name its "
                    "socket with -s",
                    path, "");
    case EACCES:
    case EPERM:
        return fail(error, CTL_REFUSED, BOTHY_EPERM,
                    "not permitted; be root, or a member of the group that the socket belongs to",
                    path, "");
    default:
        return fail(error, CTL_ERROR, BOTHY_EIO, "", path, strerror(reason));
    }
}

static int open_socket(const char *path, int64_t deadline_ms, int *ret_fd,
                       struct bothy_error *error)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd;

    if (path[0] == '\0' || strlen(path) >= sizeof address.sun_path)
        return fail(error, CTL_USAGE, BOTHY_ERANGE, "not the name of a socket: empty or too long",
                    path, "");
    memcpy(address.sun_path, path, strlen(path) + 1);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return fail(error, CTL_ERROR, BOTHY_EIO, "no socket: ", path, strerror(errno));
    while (connect(fd, (const struct sockaddr *)&address, sizeof address) < 0) {
        struct timespec pause = { .tv_nsec = 20000000 };
        int reason = errno;

        /* A unix socket with a full backlog says EAGAIN, and poll() would not tell when to come
         * again. */
        if ((reason == EAGAIN || reason == EINTR) && now_ms() < deadline_ms) {
            nanosleep(&pause, NULL);
            continue;
        }
        close(fd);
        return reason == EAGAIN || reason == EINTR ? too_late(path, error)
                                                   : refused_by_system(path, reason, error);
    }
    *ret_fd = fd;
    return CTL_OK;
}

static int send_all(int fd, const void *data, size_t length, int64_t deadline_ms, const char *path,
                    struct bothy_error *error)
{
    const char *at = data;

    while (length > 0) {
        ssize_t n = send(fd, at, length, MSG_NOSIGNAL);

        if (n >= 0) {
            at += n;
            length -= (size_t)n;
        } else if (errno == EAGAIN) {
            int r = wait_for(fd, POLLOUT, deadline_ms, path, error);

            if (r != 0)
                return r;
        } else if (errno != EINTR) {
            return fail(error, CTL_ERROR, BOTHY_EDISCONNECTED,
                        "the host closed the connection: ", path, strerror(errno));
        }
    }
    return CTL_OK;
}

static int receive_all(int fd, void *data, size_t length, int64_t deadline_ms, const char *path,
                       struct bothy_error *error)
{
    char *at = data;

    while (length > 0) {
        ssize_t n = recv(fd, at, length, 0);

        if (n > 0) {
            at += n;
            length -= (size_t)n;
        } else if (n < 0 && errno == EAGAIN) {
            int r = wait_for(fd, POLLIN, deadline_ms, path, error);

            if (r != 0)
                return r;
        } else if (n == 0 || errno != EINTR) {
            return fail(error, CTL_ERROR, BOTHY_EDISCONNECTED,
                        "the host closed the connection before its answer was complete", path,
                        n == 0 ? "" : strerror(errno));
        }
    }
    return CTL_OK;
}

static int send_request(int fd, const char *command, json_t *args, int64_t deadline_ms,
                        const char *path, struct bothy_error *error)
{
    json_t *request =
        json_pack("{s:s, s:o}", "command", command, "args", args ? args : json_object());
    _cleanup_free_ char *text = request ? json_dumps(request, JSON_COMPACT) : NULL;
    size_t length = text ? strlen(text) : 0;
    uint8_t head[4];
    int r;

    json_decref(request);
    if (!text)
        return fail(error, CTL_USAGE, BOTHY_EINVAL, "the request is no UTF-8 text", path, "");
    if (length > CONTROL_REQUEST_MAX - sizeof head)
        return fail(error, CTL_USAGE, BOTHY_ERANGE, "the request is too long", path, "");
    for (size_t i = 0; i < sizeof head; i++)
        head[i] = (uint8_t)(length >> (8 * i));
    r = send_all(fd, head, sizeof head, deadline_ms, path, error);
    return r != 0 ? r : send_all(fd, text, length, deadline_ms, path, error);
}

static int receive_answer(int fd, int64_t deadline_ms, const char *path, json_t **ret_answer,
                          struct bothy_error *error)
{
    _cleanup_free_ char *text = NULL;
    json_error_t problem;
    uint8_t head[4];
    size_t length = 0;
    int r = receive_all(fd, head, sizeof head, deadline_ms, path, error);

    if (r != 0)
        return r;
    for (size_t i = 0; i < sizeof head; i++)
        length |= (size_t)head[i] << (8 * i);
    if (length == 0 || length > CONTROL_FRAME_MAX)
        return fail(error, CTL_ERROR, BOTHY_EPROTO,
                    "what listens there does not speak bothy's protocol", path, "");
    text = malloc(length);
    if (!text)
        return fail(error, CTL_ERROR, BOTHY_ENOMEM, "no memory for the answer", path, "");
    r = receive_all(fd, text, length, deadline_ms, path, error);
    if (r != 0)
        return r;
    *ret_answer = json_loadb(text, length, JSON_REJECT_DUPLICATES, &problem);
    if (!json_is_object(*ret_answer)) {
        json_decref(*ret_answer);
        return fail(error, CTL_ERROR, BOTHY_EPROTO, "the answer is no JSON object", path, "");
    }
    return CTL_OK;
}

/* From the answer's frame to its result, or to what the host said. [steals] answer. */
static int judge(json_t *answer, const char *path, json_t **ret_result, struct bothy_error *error)
{
    const json_t *code = json_object_get(answer, "code");
    const char *text = json_string_value(json_object_get(answer, "error"));
    json_t *result = json_object_get(answer, "result");
    json_int_t number = json_integer_value(code);

    if (!json_is_integer(code) || (number == 0 && !result)) {
        json_decref(answer);
        return fail(error, CTL_ERROR, BOTHY_EPROTO, "the answer has no code or no result", path,
                    "");
    }
    if (number == 0) {
        *ret_result = json_incref(result);
        json_decref(answer);
        return CTL_OK;
    }
    bothy_fail(error, BOTHY_EREJECTED, "%s", text ? text : "refused");
    json_decref(answer);
    return number >= CTL_ERROR && number <= CTL_TIMEOUT ? (int)number : CTL_ERROR;
}

int client_call(const char *path, int32_t timeout_ms, const char *command, json_t *args,
                json_t **ret_result, struct bothy_error *error)
{
    int64_t deadline_ms = now_ms() + timeout_ms;
    _cleanup_close_ int fd = -1;
    json_t *answer = NULL;
    int r = open_socket(path, deadline_ms, &fd, error);

    if (r != 0) {
        json_decref(args);
        return r;
    }
    r = send_request(fd, command, args, deadline_ms, path, error);
    if (r == 0)
        r = receive_answer(fd, deadline_ms, path, &answer, error);
    return r != 0 ? r : judge(answer, path, ret_result, error);
}

int client_ask(const struct ctl *ctl, const char *command, json_t *args, json_t **ret_result)
{
    struct bothy_error error = { 0 };
    int r = client_call(ctl->socket, ctl->timeout_ms, command, args, ret_result, &error);
    char clean[sizeof error.text];

    if (r == CTL_OK)
        return CTL_OK;
    /* The host may pass on what a plugin said. */
    table_clean_text(error.text, clean, sizeof clean);
    return ctl_fail(ctl, r, "%s", clean);
}
