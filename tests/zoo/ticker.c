/*
 * An exchange that owns the time: defines its instrument when asked for it, and then makes one
 * trade an instant, `trades` of them. FAULT (of the option `fault`) tells how it goes wrong.
 */
#include "zoo.h"

#include <stdio.h>

#define BEGIN_NS INT64_C(1704067200000000000)

static const struct bothy_option options[] = {
    { "trades", BOTHY_OPTION_INT, 0, "100", "0", "1000000", NULL, NULL, "How many there are." },
    { "fault", BOTHY_OPTION_ENUM, 0, "none", NULL, NULL, NULL,
      "none|backwards|malformed|private|crash|error", "What goes wrong after ten trades." },
    { "key", BOTHY_OPTION_SECRET, 0, NULL, NULL, NULL, NULL, NULL, "Its key." },
    { "tells", BOTHY_OPTION_BOOL, 0, "false", NULL, NULL, NULL, NULL,
      "It gives its key away wherever it can say something." },
    { "data", BOTHY_OPTION_FILE, 0, NULL, NULL, NULL, NULL, NULL, "A file that it may read." },
};

enum { NONE, BACKWARDS, MALFORMED, PRIVATE, CRASH, ERROR };

struct ticker {
    const struct bothy_host *host;
    const struct bothy_publish_service *publish;
    int32_t fault;
    char key[256]; /* kept: it is looked for in other processes */
    int32_t tells;
    int64_t trades;
    int64_t made;
    uint32_t instrument;
};

struct record {
    struct bothy_event event;
    union {
        struct bothy_instrument instrument;
        struct bothy_trade trade;
        struct bothy_bar bar;
    } body;
};

static void begin(struct record *record, uint32_t type, size_t body, uint32_t instrument,
                  int64_t ts_ns)
{
    memset(record, 0, sizeof *record);
    record->event.size = (uint16_t)(sizeof record->event + body);
    record->event.type = (uint16_t)type;
    record->event.instrument = instrument;
    record->event.ts_event_ns = ts_ns;
}

static int32_t create(const struct bothy_host *host, const struct bothy_config *config,
                      void **ret_self, struct bothy_error *error)
{
    struct ticker *self = calloc(1, sizeof *self);
    int32_t file = bothy_config_file(config, "data");

    if (!self)
        return bothy_fail(error, BOTHY_ENOMEM, "no memory");
    self->host = host;
    self->publish = bothy_host_get(host, BOTHY_PUBLISH_1);
    self->fault = bothy_config_enum(config, "fault");
    self->trades = bothy_config_int(config, "trades");
    zoo_gauge(host, "key_length", (double)strlen(bothy_config_string(config, "key")));
    zoo_gauge(host, "has_file", file >= 0);
    snprintf(self->key, sizeof self->key, "%s", bothy_config_string(config, "key"));
    self->tells = bothy_config_bool(config, "tells");
    if (self->tells)
        bothy_log(host, BOTHY_LOG_WARNING, "my key is <%s>, and once more <%s>", self->key,
                  self->key);
    if (bothy_host_get(host, BOTHY_ORDERS_1)) {
        free(self);
        return bothy_fail(error, BOTHY_EINVAL, "an exchange was offered orders");
    }
    *ret_self = self;
    return 0;
}

static int32_t subscribe(void *instance, const struct bothy_feed_request *request,
                         struct bothy_error *error)
{
    struct ticker *self = instance;
    struct bothy_instrument *in;
    struct record record;

    if (strcmp(request->symbol, "NONE/SUCH") == 0)
        return bothy_fail(error, BOTHY_ENOENT, "no symbol %s here; there is BTC/USDT%s%s",
                          request->symbol, self->tells ? " for " : "",
                          self->tells ? self->key : "");
    self->instrument = request->instrument;
    begin(&record, BOTHY_EVENT_INSTRUMENT, sizeof *in, request->instrument, BEGIN_NS);
    in = &record.body.instrument;
    snprintf(in->symbol, sizeof in->symbol, "%s", request->symbol);
    in->kind = BOTHY_INSTRUMENT_SPOT;
    in->feeds = BOTHY_FEED_TRADES;
    in->tick_size = bothy_decimal_make(1, -1);
    in->lot_size = bothy_decimal_make(1, -3);
    in->contract_size = bothy_decimal_make(1, 0);
    return self->publish->event(self->host, &record.event);
}

static int32_t history(void *instance, const struct bothy_history_request *request)
{
    struct ticker *self = instance;

    if (request->feed != BOTHY_FEED_BARS)
        return BOTHY_ENOTSUP;
    for (uint32_t i = 0; i < request->count; i++) {
        struct record record;
        struct bothy_bar *bar = &record.body.bar;
        int64_t length_ns = bothy_timeframe_ns(request->timeframe);
        int32_t r;

        begin(&record, BOTHY_EVENT_BAR, sizeof *bar, request->instrument,
              BEGIN_NS - (int64_t)(request->count - i - 1) * length_ns);
        record.event.flags = BOTHY_EVENT_HISTORY;
        bar->timeframe = request->timeframe;
        bar->close_ns = record.event.ts_event_ns;
        bar->open_ns = bar->close_ns - length_ns;
        bar->open = bar->high = bar->low = bar->close = bothy_decimal_make(400000, -1);
        r = self->publish->event(self->host, &record.event);
        if (r < 0)
            return r;
    }
    return 0;
}

static int32_t go_wrong(struct ticker *self, struct record *record, int64_t *ret_now_ns)
{
    int32_t r = 0;

    switch (self->fault) {
    case BACKWARDS:
        *ret_now_ns = BEGIN_NS;
        return 0;
    case MALFORMED:
        record->event.size = 50;
        r = self->publish->event(self->host, &record->event);
        break;
    case PRIVATE:
        record->event.type = BOTHY_EVENT_GAP;
        r = self->publish->event(self->host, &record->event);
        break;
    case CRASH:
        abort();
    default:
        return BOTHY_ECORRUPT;
    }
    zoo_gauge(self->host, "refused", r);
    return r == BOTHY_EPROTO ? BOTHY_EEND : BOTHY_EINVAL;
}

static int32_t next(void *instance, int64_t *ret_now_ns)
{
    struct ticker *self = instance;
    struct record record;
    int32_t r;

    if (self->made == self->trades)
        return BOTHY_EEND;
    begin(&record, BOTHY_EVENT_TRADE, sizeof record.body.trade, self->instrument,
          BEGIN_NS + ++self->made * BOTHY_NS_PER_MS);
    record.body.trade.price = bothy_decimal_make(400000 + self->made % 100, -1);
    record.body.trade.quantity = bothy_decimal_make(1, -3);
    record.body.trade.trade_id = (uint64_t)self->made;
    record.body.trade.taker_side = BOTHY_SIDE_SELL;
    if (self->made > 10 && self->fault != NONE)
        return go_wrong(self, &record, ret_now_ns);
    r = self->publish->event(self->host, &record.event);
    *ret_now_ns = record.event.ts_event_ns;
    return r;
}

static void destroy(void *instance)
{
    free(instance);
}

static const struct bothy_exchange_ops ops = {
    .size = sizeof ops,
    .create = create,
    .subscribe = subscribe,
    .history = history,
    .next = next,
    .destroy = destroy,
};

BOTHY_PLUGIN_EXPORT const struct bothy_plugin bothy_plugin = {
    BOTHY_PLUGIN_HEADER(BOTHY_KIND_EXCHANGE),
    .name = "ticker",
    .version = "1.0.0",
    .summary = "One trade an instant.",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .flags = BOTHY_PLUGIN_VIRTUAL_TIME,
    .ops.exchange = &ops,
};
