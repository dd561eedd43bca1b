/*
 * The socket of bothyctl: a unix stream socket, one request a time per connection. A frame is
 * u32 length (little-endian, at most CONTROL_FRAME_MAX) and a JSON document. Who may connect is
 * said by the file's mode and checked again by the peer's credentials: root, and the user that
 * the daemon runs as, may do everything; others who can connect may only look.
 */
#include "bothyd/daemon.h"

#include "base/clean.h"
#include "bothyd/control.h"
#include "ipc/fdpass.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#define CLIENTS_MAX 32
#define LOOKERS_MAX 24 /* of them, who may not change anything */

struct control_client {
    int fd; /* -1: free */
    struct command_caller caller;
    uint8_t *in;
    size_t in_length;
    char *out;
    size_t out_length, out_at;
};

static int make_parent(const char *path)
{
    char folder[sizeof((struct sockaddr_un *)0)->sun_path];
    char *slash;

    snprintf(folder, sizeof folder, "%s", path);
    slash = strrchr(folder, '/');
    if (!slash || slash == folder)
        return 0;
    *slash = '\0';
    return mkdir(folder, 0755) < 0 && errno != EEXIST ? -1 : 0;
}

/* A socket that nobody listens on is a leftover; one that answers is another daemon. */
static int somebody_listens(const struct sockaddr_un *address)
{
    _cleanup_close_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    return fd >= 0 && connect(fd, (const struct sockaddr *)address, sizeof *address) == 0;
}

int control_open(struct daemon *d, struct bothy_error *error)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    const char *path = d->conf->paths.socket;

    if (strlen(path) >= sizeof address.sun_path)
        return bothy_fail(error, BOTHY_ERANGE,
                          "paths.socket %s is longer than a socket's name may be (%zu)", path,
                          sizeof address.sun_path - 1);
    memcpy(address.sun_path, path, strlen(path) + 1);
    memcpy(d->socket_path, address.sun_path, sizeof d->socket_path);
    if (somebody_listens(&address))
        return bothy_fail(
            error, BOTHY_EEXIST,
            "%s: another bothyd answers there; stop it, or give this one its own paths.run", path);
    unlink(path);
    d->clients = calloc(CLIENTS_MAX, sizeof *d->clients);
    if (!d->clients)
        return BOTHY_ENOMEM;
    for (uint32_t i = 0; i < CLIENTS_MAX; i++)
        d->clients[i].fd = -1;
    d->client_count = CLIENTS_MAX;
    d->listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (d->listen_fd < 0 || make_parent(path) < 0 ||
        bind(d->listen_fd, (const struct sockaddr *)&address, sizeof address) < 0 ||
        chmod(path, 0660) < 0 || listen(d->listen_fd, 16) < 0)
        return bothy_fail(error, BOTHY_EIO, "cannot listen on %s: %s", path, strerror(errno));
    return daemon_epoll_add(d, d->listen_fd, &d->listen_fd);
}

static void drop(struct control_client *client)
{
    if (client->fd >= 0)
        close(client->fd);
    free(client->in);
    free(client->out);
    memset(client, 0, sizeof *client);
    client->fd = -1;
}

void control_close(struct daemon *d)
{
    for (uint32_t i = 0; i < d->client_count; i++)
        drop(&d->clients[i]);
    free(d->clients);
    d->clients = NULL;
    d->client_count = 0;
    if (d->listen_fd >= 0) {
        close(d->listen_fd);
        unlink(d->socket_path);
    }
    d->listen_fd = -1;
}

int control_is_client(const struct daemon *d, const void *what)
{
    const struct control_client *client = what;

    return d->clients && client >= d->clients && client < d->clients + d->client_count;
}

/*
 * A place for a caller. Those who may only look must not keep out the one who wants to pull the
 * kill switch: some places are not for them.
 */
static struct control_client *free_place(struct daemon *d, const struct command_caller *caller)
{
    struct control_client *place = NULL;
    uint32_t lookers = 0;

    for (uint32_t i = 0; i < d->client_count; i++) {
        struct control_client *client = &d->clients[i];

        if (client->fd < 0)
            place = client;
        else
            lookers += !command_may_change(&client->caller);
    }
    return !command_may_change(caller) && lookers >= LOOKERS_MAX ? NULL : place;
}

void control_accept(struct daemon *d)
{
    int fd = accept4(d->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    struct control_client *client;
    struct command_caller caller;
    struct fdpass_peer peer = { 0 };
    struct bothy_error error = { 0 };

    if (fd < 0)
        return;
    if (fdpass_peer(fd, &peer, &error) < 0) {
        close(fd);
        return;
    }
    caller.pid = peer.pid;
    caller.uid = peer.uid;
    client = free_place(d, &caller);
    if (!client || !(client->in = malloc(CONTROL_REQUEST_MAX))) {
        close(fd);
        return;
    }
    client->fd = fd;
    client->caller = caller;
    if (daemon_epoll_add(d, fd, client) < 0)
        drop(client);
}

/* 1: a whole request is there; 0: not yet; -1: nothing that an honest client sends. */
static int has_request(const struct control_client *client, uint32_t *ret_length)
{
    uint32_t length = 0;

    if (client->in_length < 4)
        return 0;
    for (int i = 0; i < 4; i++)
        length |= (uint32_t)(uint8_t)client->in[i] << (8 * i);
    if (length == 0 || length > CONTROL_REQUEST_MAX - 4)
        return -1;
    *ret_length = length;
    return client->in_length >= 4 + (size_t)length;
}

static void flush(struct control_client *client)
{
    while (client->out_at < client->out_length) {
        ssize_t n = send(client->fd, client->out + client->out_at,
                         client->out_length - client->out_at, MSG_NOSIGNAL);

        if (n < 0 && errno == EAGAIN)
            break;
        if (n <= 0) {
            drop(client);
            return;
        }
        client->out_at += (size_t)n;
    }
    if (client->out_at == client->out_length) {
        free(client->out);
        client->out = NULL;
        client->out_length = client->out_at = 0;
    }
}

static void answer(struct control_client *client, json_t *document)
{
    char *text = json_dumps(document, JSON_COMPACT);
    size_t length = text ? strlen(text) : 0;

    json_decref(document);
    if (!text || length > CONTROL_FRAME_MAX || !(client->out = malloc(length + 4))) {
        free(text);
        drop(client);
        return;
    }
    for (int i = 0; i < 4; i++)
        client->out[i] = (char)(uint8_t)(length >> (8 * i));
    memcpy(client->out + 4, text, length);
    client->out_length = length + 4;
    client->out_at = 0;
    free(text);
    flush(client);
}

static void run_request(struct daemon *d, struct control_client *client, const char *text,
                        size_t length)
{
    json_error_t problem;
    json_t *request = json_loadb(text, length, JSON_REJECT_DUPLICATES, &problem);
    json_t *result;
    int code = 0;

    if (!json_is_object(request)) {
        json_decref(request);
        answer(client,
               json_pack("{s:i, s:s}", "code", 2, "error", "the request is no JSON object"));
        return;
    }
    result = command_run(d, &client->caller, request, &code);
    json_decref(request);
    if (code == 0)
        answer(client, json_pack("{s:i, s:o}", "code", 0, "result", result ? result : json_null()));
    else
        answer(client, json_pack("{s:i, s:o}", "code", code, "error",
                                 result ? result : json_string("refused")));
}

/*
 * One thing at a time: while an answer is under way, no more requests are read. And one request a
 * turn: the market comes in between, whatever a client has sent ahead.
 */
static void await_next(struct daemon *d, struct control_client *client)
{
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = client };
    uint32_t length;

    if (client->out)
        event.events = EPOLLOUT;
    else if (has_request(client, &length) != 0)
        event.events = EPOLLIN | EPOLLOUT;
    epoll_ctl(d->epoll_fd, EPOLL_CTL_MOD, client->fd, &event);
}

void control_on_client(struct daemon *d, struct control_client *client, uint32_t events)
{
    uint32_t length = 0;
    int r = 0;

    if (client->fd < 0)
        return;
    if (client->out) {
        flush(client);
    } else {
        if (events & ~(uint32_t)EPOLLOUT && client->in_length < CONTROL_REQUEST_MAX) {
            ssize_t n = recv(client->fd, client->in + client->in_length,
                             CONTROL_REQUEST_MAX - client->in_length, 0);

            if (n == 0 || (n < 0 && errno != EAGAIN)) {
                drop(client);
                return;
            }
            client->in_length += n > 0 ? (size_t)n : 0;
        }
        r = has_request(client, &length);
    }
    if (r > 0)
        run_request(d, client, (const char *)client->in + 4, length);
    if (r < 0)
        drop(client);
    if (client->fd < 0)
        return;
    if (r > 0) {
        client->in_length -= 4 + (size_t)length;
        memmove(client->in, client->in + 4 + length, client->in_length);
    }
    await_next(d, client);
}
