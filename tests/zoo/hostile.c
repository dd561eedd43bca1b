/*
 * Strategies that attack the core's loop (HOSTILE): they never let it come to an end of reading, or
 * of writing. Each behaves for a while first, except for the one that attacks while it is loaded.
 */
#include "zoo.h"

#include "ipc/ring.h"
#include "pages.h"
#include "runner/wire.h"

#include <sys/socket.h>

#define HOSTILE_RECORDS  1 /* records without end on the ring of intents */
#define HOSTILE_CONTROL  2 /* packets without end on the control socket */
#define HOSTILE_LOADING  3 /* the same from a constructor */
#define HOSTILE_COMMANDS 4 /* says that commands are consumed, and never frees their room */
#define HOSTILE_WORDS    5 /* a refusal that is no UTF-8 */

#define EVENTS_BEFORE 20
#define ASKS          50 /* requests an event, each with an answer */

struct hostile {
    const struct bothy_host *host;
    struct ring_shared *commands;
    uint64_t kept;
    uint64_t events;
};

/* Of a generation that is not ours: such a packet may be ignored, one by one. */
static void flood_control(void)
{
    struct {
        uint16_t type, version;
        uint32_t generation;
        uint8_t rest[1000];
    } packet = { WIRE_CRASH, WIRE_VERSION, 0x7fffffff, { 0 } };

    for (;;) {
        if (send(WIRE_FD_CONTROL, &packet, sizeof packet, MSG_NOSIGNAL) < 0 && errno == EPIPE)
            _exit(1);
    }
}

static void flood_records(const struct hostile *self)
{
    const struct bothy_notify_service *notify = bothy_host_get(self->host, BOTHY_NOTIFY_1);

    for (;;)
        notify->send(self->host, BOTHY_LOG_INFO, "and another thing");
}

/* Each request is answered, with what is present, on the ring of commands. */
static void ask(const struct hostile *self)
{
    for (int i = 0; i < ASKS; i++)
        zoo_subscribe(self->host, BOTHY_FEED_TRADES);
}

/* After the first words on the intents' ring and before the first command: what is unused. */
static void find_commands(struct hostile *self)
{
    void *page = NULL;

    while ((page = find_page(RING_MAGIC, (uintptr_t)page)) != NULL) {
        struct ring_shared *ring = page;

        /* The ring of logs is unused, too, but smaller. */
        if (ring->header.capacity > UINT64_C(1) << 17 && ring->tail == 0)
            self->commands = ring;
    }
}

__attribute__((constructor)) static void construct(void)
{
    if (HOSTILE == HOSTILE_LOADING)
        flood_control();
}

static int32_t create(const struct bothy_host *host, const struct bothy_config *config,
                      void **ret_self, struct bothy_error *error)
{
    struct hostile *self;

    (void)config;
    if (HOSTILE == HOSTILE_WORDS)
        return bothy_fail(error, BOTHY_ETIMEOUT, "caf\xe9 \x1b[2J\xff closed");
    self = calloc(1, sizeof *self);
    if (!self)
        return bothy_fail(error, BOTHY_ENOMEM, "no memory");
    self->host = host;
    *ret_self = self;
    return 0;
}

static int32_t start(void *instance, struct bothy_error *error)
{
    struct hostile *self = instance;
    int32_t r = zoo_subscribe(self->host, BOTHY_FEED_TRADES);

    (void)error;
    if (HOSTILE == HOSTILE_COMMANDS)
        find_commands(self);
    return r;
}

static int32_t on_event(void *instance, const struct bothy_event *event)
{
    struct hostile *self = instance;

    self->events++;
    if (self->commands) {
        if (self->kept == 0)
            self->kept = self->commands->head;
        if (event->type == BOTHY_EVENT_TRADE)
            ask(self);
        self->commands->head = self->kept;
    }
    if (self->events == EVENTS_BEFORE && HOSTILE == HOSTILE_RECORDS)
        flood_records(self);
    if (self->events == EVENTS_BEFORE && HOSTILE == HOSTILE_CONTROL)
        flood_control();
    return 0;
}

static void destroy(void *instance)
{
    free(instance);
}

static const struct bothy_strategy_ops ops = {
    .size = sizeof ops,
    .create = create,
    .start = start,
    .on_event = on_event,
    .destroy = destroy,
};

BOTHY_PLUGIN_EXPORT const struct bothy_plugin bothy_plugin = {
    BOTHY_PLUGIN_HEADER(BOTHY_KIND_STRATEGY),   .name = "hostile",    .version = "1.0.0",
    .summary = "Attacks the loop of its host.", .ops.strategy = &ops,
};
