/*
 * A strategy with one fault (FAULT) on one rung (RUNG): see fault.h. What comes back from its
 * attempt is told by the metric `denied` (an errno, or what fault.h says); an attempt that must
 * not succeed and does, ends the process with code 99.
 */
#include "zoo.h"

#include "fault.h"
#include "ipc/broadcast.h"
#include "ipc/ring.h"
#include "pages.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef RUNG
#define RUNG RUNG_EVENT
#endif

#define EVENTS_BEFORE 20 /* it behaves that long */
#define EXIT_ESCAPED  99

static volatile uintptr_t nowhere = 16;
static int denied; /* a constructor has no instance yet */

struct fault {
    const struct bothy_host *host;
    uint64_t events;
    int done;
};

static void escaped(const char *how)
{
    ssize_t written = write(STDERR_FILENO, how, strlen(how));

    (void)written;
    _exit(EXIT_ESCAPED);
}

/* ---- lies ---- */

/* Writes a record that lies where the next one of each ring belongs. */
static void lie(int what)
{
    void *page = NULL;

    while ((page = find_page(RING_MAGIC, (uintptr_t)page)) != NULL) {
        struct ring_shared *ring = page;
        uint64_t tail = ring->tail;
        struct ring_record *record = (void *)((uint8_t *)page + ring->header.data_offset +
                                              (tail & (ring->header.capacity - 1)));
        uint32_t length = RING_RECORD_HEADER + 64;

        record->generation = (uint32_t)ring->header.generation;
        record->position = tail;
        if (what == FAULT_LENGTH)
            length = 0x7ffffff0;
        if (what == FAULT_INDEX)
            record->position = tail + 64;
        if (what == FAULT_GENERATION)
            record->generation++;
        record->length = length;
        denied++;
    }
}

static void write_into_log(void)
{
    struct broadcast_shared *log = find_page(BROADCAST_MAGIC, 0);

    if (!log)
        escaped("the log is not where it was looked for\n");
    if (mprotect(log, 4096, PROT_READ | PROT_WRITE) == 0)
        escaped("the log can be made writable\n");
    log->tail = 0;
}

/* ---- the faults ---- */

static void *thread(void *unused)
{
    escaped("a thread runs\n");
    return unused;
}

static int recurse(int depth)
{
    volatile char room[4096];

    room[depth % 4096] = (char)depth;
    return recurse(depth + 1) + room[0];
}

static void reopen(void)
{
    char path[64];

    for (int fd = 3; fd < 64; fd++) {
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        if (open(path, O_RDWR | O_CLOEXEC) >= 0)
            escaped("a descriptor can be opened again\n");
        denied = errno;
    }
}

/* Those that are open, as a number with a bit for each. */
static void use_descriptors(const struct fault *self)
{
    uint64_t open_ones = 0;
    char byte;

    for (int fd = 3; fd <= 64; fd++) {
        if (fcntl(fd, F_GETFD) < 0)
            continue;
        open_ones++;
        if (pread(fd, &byte, 1, 0) == 1)
            escaped("a file is open\n");
        if (mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) != MAP_FAILED)
            escaped("a ring can be mapped again\n");
    }
    if (self)
        zoo_gauge(self->host, "descriptors", (double)open_ones);
}

/* Whoever reads an eventfd takes its rings away from all others. 3 is the control socket. */
static void steal(void)
{
    uint64_t rings;

    for (int fd = 4; fd <= 64; fd++) {
        if (fcntl(fd, F_GETFD) >= 0 && read(fd, &rings, sizeof rings) == (ssize_t)sizeof rings)
            escaped("the core's doorbell can be read\n");
    }
}

static void flood(const struct fault *self)
{
    static char line[900];

    memset(line, 'x', sizeof line - 1);
    for (int i = 0; self && i < 5000; i++)
        bothy_log(self->host, BOTHY_LOG_WARNING, "%s", line);
}

static void commit(const struct fault *self)
{
    (void)self;
    switch (FAULT) {
    case FAULT_SEGV:
        *(volatile int *)nowhere = 1;
        break;
    case FAULT_ABORT:
        abort();
    case FAULT_HANG:
        for (volatile int turn = 0;; turn = !turn)
            ;
    case FAULT_MALLOC: {
        volatile char *block = malloc((size_t)2 << 30);

        denied = block == NULL;
        if (block)
            block[0] = 1;
        break;
    }
    case FAULT_FORK:
        for (;;) {
            if (fork() >= 0)
                escaped("it has children\n");
        }
    case FAULT_OPEN:
        if (open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0)
            escaped("a file can be opened\n");
        denied = errno;
        break;
    case FAULT_SOCKET:
        if (socket(AF_INET, SOCK_STREAM, 0) >= 0)
            escaped("it has a socket\n");
        denied = errno;
        break;
    case FAULT_THREAD: {
        pthread_t id;

        denied = pthread_create(&id, NULL, thread, NULL);
        if (denied == 0)
            pthread_join(id, NULL);
        break;
    }
    case FAULT_REOPEN:
        reopen();
        break;
    case FAULT_MPROTECT:
        write_into_log();
        break;
    case FAULT_DESCRIPTORS:
        use_descriptors(self);
        break;
    case FAULT_FLOOD:
        flood(self);
        break;
    case FAULT_LENGTH:
    case FAULT_INDEX:
    case FAULT_GENERATION:
        lie(FAULT);
        break;
    case FAULT_EXEC:
        execl("/bin/true", "true", (char *)NULL);
        denied = errno;
        break;
    case FAULT_EXIT:
        exit(0);
    case FAULT_HANDLER:
        if (signal(SIGSEGV, SIG_IGN) != SIG_ERR)
            escaped("the reporter can be replaced\n");
        break;
    case FAULT_STACK:
        denied = recurse(0);
        break;
    case FAULT_CODE:
        if (mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                 0) != MAP_FAILED)
            escaped("it can make code\n");
        break;
    case FAULT_STEAL:
        steal();
        break;
    case FAULT_OUTLIVE:
        if (prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0) == 0)
            escaped("it can outlive its parent\n");
        break;
    case FAULT_KILL:
        kill(getppid(), SIGTERM);
        break;
    default:
        break;
    }
}

static void at(int rung, const struct fault *self)
{
    if (rung == RUNG)
        commit(self);
}

__attribute__((constructor)) static void construct(void)
{
    at(RUNG_CONSTRUCTOR, NULL);
}

static int32_t check(const struct bothy_config *config, struct bothy_error *error)
{
    (void)config;
    (void)error;
    at(RUNG_CHECK, NULL);
    return 0;
}

static int32_t create(const struct bothy_host *host, const struct bothy_config *config,
                      void **ret_self, struct bothy_error *error)
{
    struct fault *self = calloc(1, sizeof *self);

    (void)config;
    if (!self)
        return bothy_fail(error, BOTHY_ENOMEM, "no memory");
    self->host = host;
    if (FAULT == FAULT_TEXT) {
        free(self);
        return bothy_fail(error, BOTHY_ECORRUPT, "\xff\xfe\033[2J");
    }
    at(RUNG_CREATE, self);
    *ret_self = self;
    return 0;
}

static int32_t start(void *instance, struct bothy_error *error)
{
    struct fault *self = instance;

    (void)error;
    at(RUNG_START, self);
    if (RUNG == RUNG_CONSTRUCTOR)
        zoo_gauge(self->host, "denied", denied);
    return zoo_subscribe(self->host, BOTHY_FEED_TRADES);
}

static int32_t on_event(void *instance, const struct bothy_event *event)
{
    struct fault *self = instance;

    if (event->type != BOTHY_EVENT_TRADE || ++self->events <= EVENTS_BEFORE)
        return 0;
    if (FAULT == FAULT_ERROR)
        return BOTHY_ECORRUPT;
    if (!self->done) {
        self->done = 1;
        at(RUNG_EVENT, self);
        zoo_gauge(self->host, "denied", denied);
    }
    return 0;
}

static int32_t save(void *instance, void *data, size_t capacity)
{
    (void)data;
    (void)capacity;
    at(RUNG_SAVE, instance);
    return 0;
}

static void stop(void *instance)
{
    at(RUNG_STOP, instance);
}

static void destroy(void *instance)
{
    at(RUNG_DESTROY, instance);
    free(instance);
}

static const struct bothy_strategy_ops ops = {
    .size = sizeof ops,
    .check = check,
    .create = create,
    .start = start,
    .on_event = on_event,
    .save = save,
    .stop = stop,
    .destroy = destroy,
};

BOTHY_PLUGIN_EXPORT const struct bothy_plugin bothy_plugin = {
    BOTHY_PLUGIN_HEADER(BOTHY_KIND_STRATEGY),
    .name = "fault",
    .version = "1.0.0",
    .summary = "Misbehaves.",
    .ops.strategy = &ops,
};
