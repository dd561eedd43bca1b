/*
 * A plugin on trial: see trial.h.
 */
#include "config.h"

#include "runner/trial.h"

#include "base/bytes.h"
#include "ipc/fdpass.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define GENERATION 1

static int32_t send_load(const struct trial *trial, uint32_t kind, uint32_t flags,
                         struct bothy_error *error)
{
    uint8_t data[8192];
    struct bytes_writer writer;

    bytes_writer_init(&writer, data, sizeof data);
    bytes_put_u16(&writer, WIRE_LOAD);
    bytes_put_u16(&writer, WIRE_VERSION);
    bytes_put_u32(&writer, GENERATION);
    bytes_put_u32(&writer, kind);
    bytes_put_u32(&writer, flags);
    bytes_put_u32(&writer, WIRE_SANDBOX_BEST_EFFORT);
    bytes_put_text(&writer, trial->path);
    bytes_put_text(&writer, "trial");
    bytes_put_u32(&writer, 0);
    if (writer.failed)
        return bothy_fail(error, BOTHY_ERANGE, "the path is too long");
    return fdpass_send(trial->socket, data, writer.length, NULL, 0, -1, error);
}

int32_t trial_start(struct trial *trial, uint32_t kind, const char *path, uint32_t load_flags,
                    int (*child)(void *context), void *context, struct bothy_error *error)
{
    int sockets[2];

    memset(trial, 0, sizeof *trial);
    trial->path = path;
    fflush(NULL); /* or the child would say it again */
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) < 0)
        return bothy_fail(error, BOTHY_EIO, "socketpair: %s", strerror(errno));
    trial->pid = fork();
    if (trial->pid < 0) {
        close(sockets[0]);
        close(sockets[1]);
        return bothy_fail(error, BOTHY_EIO, "fork: %s", strerror(errno));
    }
    if (trial->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
        close(sockets[0]);
        if (sockets[1] != WIRE_FD_CONTROL && dup2(sockets[1], WIRE_FD_CONTROL) < 0)
            _exit(WIRE_EXIT_ERROR);
        _exit(child(context));
    }
    close(sockets[1]);
    trial->socket = sockets[0];
    return send_load(trial, kind, load_flags, error);
}

/* "SIGSEGV at address 0x10 in plugin.so+0x1177": see WIRE_CRASH. */
static void note_crash(struct trial *trial, struct bytes_reader *reader)
{
    uint32_t kind = bytes_get_u32(reader);
    uint32_t number = bytes_get_u32(reader);
    uint64_t address = bytes_get_u64(reader);
    uint64_t offset = bytes_get_u64(reader);
    char module[128];
    char word[64];
    char what[160];

    bytes_get_text(reader, module, sizeof module);
    bytes_get_text(reader, word, sizeof word);
    if (kind == WIRE_CRASH_SYSCALL)
        snprintf(what, sizeof what, "forbidden system call %u (%s)", (unsigned)number, word);
    else
        snprintf(what, sizeof what, "%s at address 0x%llx", word, (unsigned long long)address);
    snprintf(trial->last, sizeof trial->last, "%s in %s+0x%llx", what,
             module[0] ? module : "no known module", (unsigned long long)offset);
}

static void note(struct trial *trial, const void *data, size_t length)
{
    struct bytes_reader reader;
    uint16_t type;

    bytes_reader_init(&reader, data, length);
    type = bytes_get_u16(&reader);
    bytes_get_u16(&reader);
    bytes_get_u32(&reader);
    if (type == WIRE_FAILED) {
        bytes_get_u32(&reader);
        bytes_get_u32(&reader);
        bytes_get_text(&reader, trial->last, sizeof trial->last);
        trial->refused = 1;
    } else if (type == WIRE_CRASH) {
        note_crash(trial, &reader);
    }
}

int32_t trial_receive(struct trial *trial, void *data, size_t capacity, int timeout_ms,
                      struct bothy_error *error)
{
    size_t length;
    uint32_t count;
    int32_t r =
        fdpass_receive(trial->socket, data, capacity, &length, NULL, 0, &count, timeout_ms, error);

    if (r == BOTHY_EDISCONNECTED)
        return 0;
    if (r == BOTHY_ETIMEOUT) {
        trial->timed_out = 1;
        return 0;
    }
    if (r < 0)
        return r;
    note(trial, data, length);
    return (int32_t)length;
}

void trial_end(struct trial *trial)
{
    if (trial->pid <= 0)
        return;
    if (trial->timed_out)
        kill(trial->pid, SIGKILL);
    close(trial->socket);
    while (waitpid(trial->pid, &trial->status, 0) < 0 && errno == EINTR)
        ;
    trial->pid = 0;
}

void trial_ending(const struct trial *trial, char *text, size_t capacity)
{
    if (WIFSIGNALED(trial->status) && WTERMSIG(trial->status) == SIGSYS)
        snprintf(text, capacity, "killed for a forbidden system call, as starting a thread is");
    else if (WIFSIGNALED(trial->status))
        snprintf(text, capacity, "killed by signal %d", WTERMSIG(trial->status));
    else
        snprintf(text, capacity, "exit code %d", WEXITSTATUS(trial->status));
}

void trial_put_json(const char *text)
{
    putchar('"');
    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        if (*c == '"' || *c == '\\')
            printf("\\%c", *c);
        else if (*c < 0x20 || *c == 0x7f)
            printf("\\u%04x", *c);
        else
            putchar(*c);
    }
    putchar('"');
}
