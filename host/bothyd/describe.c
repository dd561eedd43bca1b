/*
 * The schema of a plugin, from a process that loads it in its sandbox, tells, and ends. The
 * core itself never loads a plugin. It waits for the answer: this happens at start, at --check,
 * and at a reload that names a plugin not seen before.
 */
#include "bothyd/daemon.h"

#include "base/bytes.h"
#include "base/clean.h"
#include "ipc/fdpass.h"
#include "supervise/link.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#define DESCRIBE_WORKER  (WORKERS_MAX + 1) /* a number that no worker has */
#define DESCRIBE_TIMEOUT 5000
#define DESCRIBE_PACKETS 16 /* a description, or some last words */

static int ask(struct daemon *d, const char *path, uint32_t kind, int *ret_control, int *ret_stderr,
               struct bothy_error *error)
{
    uint8_t packet[8192];
    struct bytes_writer out;
    int pair[2], err[2], fds[2], r;

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
        return bothy_fail(error, BOTHY_EIO, "no socket: %s", strerror(errno));
    if (pipe2(err, O_CLOEXEC | O_NONBLOCK) < 0) {
        bothy_fail(error, BOTHY_EIO, "no pipe: %s", strerror(errno));
        close(pair[0]);
        close(pair[1]);
        return BOTHY_EIO;
    }
    fds[0] = pair[1];
    fds[1] = err[1];
    bytes_writer_init(&out, packet, sizeof packet);
    bytes_put_u16(&out, LINK_SPAWN);
    bytes_put_u16(&out, LINK_VERSION);
    bytes_put_u32(&out, DESCRIBE_WORKER);
    bytes_put_u32(&out, kind == BOTHY_KIND_STRATEGY ? LINK_PROGRAM_RUNNER : LINK_PROGRAM_NETRUNNER);
    bytes_put_u64(&out, UINT64_C(1) << 30);
    bytes_put_text(&out, "describe");
    bytes_put_u32(&out, 0);
    r = fdpass_send(d->link_fd, packet, out.length, fds, 2, 1000, error);
    close(pair[1]);
    close(err[1]);
    *ret_control = pair[0];
    *ret_stderr = err[0];
    if (r < 0)
        return r;
    bytes_writer_init(&out, packet, sizeof packet);
    bytes_put_u16(&out, WIRE_LOAD);
    bytes_put_u16(&out, WIRE_VERSION);
    bytes_put_u32(&out, 0);
    bytes_put_u32(&out, kind);
    bytes_put_u32(&out, WIRE_LOAD_DESCRIBE_ONLY);
    bytes_put_u32(&out, WIRE_SANDBOX_BEST_EFFORT);
    bytes_put_text(&out, path);
    bytes_put_text(&out, "describe");
    bytes_put_u32(&out, 0);
    return fdpass_send(*ret_control, packet, out.length, NULL, 0, 1000, error);
}

/* Takes packets until the process has answered; its end is waited for by the next spawn. */
static int32_t answer(int control, const char *path, uint8_t *packet, struct conf_schema *ret,
                      struct bothy_error *error)
{
    char said[512] = "";

    for (int packets = 0; packets < DESCRIBE_PACKETS; packets++) {
        struct bytes_reader in;
        uint32_t count = 0;
        size_t length = 0;
        uint16_t type;
        int fds[1];
        int r = fdpass_receive(control, packet, WIRE_CONTROL_MAX, &length, fds, 0, &count,
                               DESCRIBE_TIMEOUT, error);

        if (r == BOTHY_EDISCONNECTED && said[0])
            return bothy_fail(error, BOTHY_EINVAL, "%s: %s", path, said);
        if (r == BOTHY_EDISCONNECTED)
            return r;
        if (r < 0)
            return bothy_fail(error, r, "%s: hang: no description within %d s of its start", path,
                              DESCRIBE_TIMEOUT / 1000);
        bytes_reader_init(&in, packet, length);
        type = bytes_get_u16(&in);
        bytes_get_u16(&in);
        bytes_get_u32(&in);
        if (type == WIRE_DESCRIBED) {
            bytes_get_u32(&in);
            bytes_get_u32(&in);
            if (in.failed)
                return bothy_fail(error, BOTHY_EPROTO, "%s: a malformed description", path);
            return conf_schema_deserialise(in.data + in.position, in.length - in.position, ret,
                                           error);
        }
        if (type == WIRE_FAILED) {
            bytes_get_u32(&in);
            bytes_get_u32(&in);
            bytes_get_text(&in, said, sizeof said);
            return bothy_fail(error, BOTHY_EINVAL, "%s", said);
        }
        if (type == WIRE_CRASH) {
            char how[320] = "";

            worker_describe_crash(&in, how, sizeof how);
            snprintf(said, sizeof said, "it crashes while it is loaded%s%s", how[0] ? ": " : "",
                     how);
        }
    }
    return bothy_fail(error, BOTHY_EPROTO,
                      "%s: a flood of messages from its constructors, and no description", path);
}

/* A constructor without end, or one that lied: its process would never go by itself. */
static void end_process(struct daemon *d)
{
    uint8_t packet[64];
    struct bothy_error error = { 0 };
    struct bytes_writer out;

    bytes_writer_init(&out, packet, sizeof packet);
    bytes_put_u16(&out, LINK_KILL);
    bytes_put_u16(&out, LINK_VERSION);
    bytes_put_u32(&out, DESCRIBE_WORKER);
    bytes_put_u32(&out, SIGKILL);
    if (fdpass_send(d->link_fd, packet, out.length, NULL, 0, 1000, &error) < 0) {
        /* The supervisor is gone, and with it the process. */
    }
}

/*
 * Reads the link until the describing process has ended, so that its number is free again.
 * Returns its wait status; 0 if that was not told.
 */
static uint32_t reap(struct daemon *d)
{
    uint8_t packet[LINK_PACKET_MAX];
    struct bothy_error error = { 0 };

    for (;;) {
        struct bytes_reader in;
        uint32_t count = 0, number;
        size_t length = 0;
        uint16_t type;
        int fds[1];

        if (fdpass_receive(d->link_fd, packet, sizeof packet, &length, fds, 0, &count,
                           DESCRIBE_TIMEOUT, &error) < 0)
            return 0;
        bytes_reader_init(&in, packet, length);
        type = bytes_get_u16(&in);
        bytes_get_u16(&in);
        number = bytes_get_u32(&in);
        if (number == DESCRIBE_WORKER && type == LINK_FAILED)
            return 0;
        if (number == DESCRIBE_WORKER && type == LINK_EXITED) {
            bytes_get_i64(&in);
            return bytes_get_u32(&in);
        }
        if (!(number == DESCRIBE_WORKER && type == LINK_SPAWNED))
            worker_on_link(d, packet, length);
    }
}

int32_t describe_plugin(void *context, const char *path, uint32_t kind, struct conf_schema *ret,
                        struct bothy_error *error)
{
    struct daemon *d = context;
    _cleanup_free_ uint8_t *packet = malloc(WIRE_CONTROL_MAX);
    _cleanup_close_ int control = -1, err = -1;
    uint32_t status;
    int32_t r;

    if (!packet)
        return BOTHY_ENOMEM;
    r = ask(d, path, kind, &control, &err, error);
    if (r == 0)
        r = answer(control, path, packet, ret, error);
    /* It has said all that it is asked for; one that stays would keep the number from the next. */
    end_process(d);
    status = reap(d);
    if (r == BOTHY_EDISCONNECTED) {
        char how[256];

        worker_describe_end(status, "", how, sizeof how);
        return bothy_fail(error, BOTHY_EINVAL, "%s: no description of it: %s", path, how);
    }
    return r;
}
