/*
 * What a process that is not trusted can say: the bytes that control messages are read with, a
 * serialised schema, and the records of its ring, which reach the core as they came. The first
 * byte chooses. A getter never reads past the end, and after one failure all fail; the core
 * takes or refuses, and its positions stay what their fills say.
 */
#include "fuzz.h"

#include "base/bytes.h"
#include "conf/schema.h"
#include "core/core.h"

#include <string.h>

/* ---- getters, driven by the input itself ---- */

static void read_messages(const uint8_t *data, size_t size)
{
    struct bytes_reader reader;
    uint8_t raw[64];
    char text[32], *copy;
    size_t program = size / 4;
    int length;

    bytes_reader_init(&reader, data + program, size - program);
    for (size_t i = 0; i < program; i++) {
        size_t before = reader.position;
        int failed = reader.failed;

        memset(raw, 0x55, sizeof raw);
        switch (data[i] % 8) {
        case 0:
            bytes_get_u8(&reader);
            break;
        case 1:
            bytes_get_u16(&reader);
            break;
        case 2:
            bytes_get_u32(&reader);
            break;
        case 3:
            bytes_get_u64(&reader);
            break;
        case 4:
            bytes_get_i64(&reader);
            break;
        case 5:
            bytes_get_raw(&reader, raw, data[i] % sizeof raw);
            break;
        case 6:
            length = bytes_get_text(&reader, text, sizeof text);
            FUZZ_CHECK(memchr(text, '\0', sizeof text) != NULL);
            FUZZ_CHECK(length < 0 ? text[0] == '\0' : (size_t)length == strlen(text));
            break;
        default:
            copy = bytes_get_text_dup(&reader);
            FUZZ_CHECK(!copy || !reader.failed);
            free(copy);
            break;
        }
        FUZZ_CHECK(reader.position <= reader.length);
        FUZZ_CHECK(reader.position >= before);
        if (failed)
            FUZZ_CHECK(reader.failed && reader.position == before);
    }
    FUZZ_CHECK(bytes_reader_done(&reader) == (!reader.failed && reader.position == reader.length));
}

/* What was written is read back; a writer that was too small says so and wrote nothing beyond. */
static void write_messages(const uint8_t *data, size_t size)
{
    uint8_t buffer[128];
    size_t capacity = size ? data[0] % sizeof buffer : 0;
    struct bytes_writer writer;
    struct bytes_reader reader;

    memset(buffer, 0xaa, sizeof buffer);
    bytes_writer_init(&writer, buffer, capacity);
    for (size_t i = 1; i + 1 < size; i++) {
        if (data[i] % 3 == 0)
            bytes_put_u8(&writer, data[i + 1]);
        else if (data[i] % 3 == 1)
            bytes_put_u32(&writer, data[i + 1] * 0x01010101u);
        else
            bytes_put_text(&writer, data[i + 1] % 2 ? "text" : NULL);
    }
    FUZZ_CHECK(writer.length <= capacity);
    for (size_t i = capacity; i < sizeof buffer; i++)
        FUZZ_CHECK(buffer[i] == 0xaa);
    bytes_reader_init(&reader, buffer, writer.length);
    for (size_t i = 1; i + 1 < size && !bytes_reader_done(&reader); i++) {
        char text[8];

        if (data[i] % 3 == 0)
            FUZZ_CHECK(bytes_get_u8(&reader) == data[i + 1]);
        else if (data[i] % 3 == 1)
            FUZZ_CHECK(bytes_get_u32(&reader) == data[i + 1] * 0x01010101u);
        else
            FUZZ_CHECK(bytes_get_text(&reader, text, sizeof text) == (data[i + 1] % 2 ? 4 : -1));
        if (writer.failed && reader.failed)
            break; /* the one that did not fit */
        FUZZ_CHECK(!reader.failed);
    }
}

static void read_schema(const uint8_t *data, size_t size)
{
    struct bothy_error error = { 0 };
    struct conf_schema schema;

    if (conf_schema_deserialise(data, size, &schema, &error) < 0) {
        FUZZ_CHECK(error.text[0]);
        return;
    }
    FUZZ_CHECK(schema.option_count <= CONF_SCHEMA_OPTIONS_MAX);
    for (uint32_t i = 0; i < schema.option_count; i++)
        FUZZ_CHECK(conf_schema_find(&schema, schema.options[i].name) != NULL);
    conf_schema_clear(&schema);
}

/* ---- records of a ring, as they come, into the core ---- */

struct sums {
    struct bothy_decimal held[3];
    int too_large;
};

static void on_publish(void *context, const struct bothy_event *event)
{
    (void)context;
    FUZZ_CHECK(bothy_event_check(event, event->size, NULL) == 0);
}

static void on_report(void *context, uint32_t bot, const struct bothy_event *event)
{
    struct sums *sums = context;

    (void)bot;
    FUZZ_CHECK(event->size % 8 == 0);
    if (event->type == BOTHY_EVENT_FILL) {
        const struct bothy_fill *fill = BOTHY_EVENT_BODY(event, struct bothy_fill);
        struct bothy_decimal *held = &sums->held[event->instrument];

        FUZZ_CHECK(bothy_decimal_sign(fill->quantity) > 0);
        if ((fill->side == BOTHY_SIDE_BUY ? bothy_decimal_add : bothy_decimal_subtract)(
                *held, fill->quantity, held) < 0)
            sums->too_large = 1;
    }
}

static void on_record(void *context, const struct record *record)
{
    (void)context;
    FUZZ_CHECK(record->n > 0);
}

static void on_feeds(void *context, uint32_t venue, const struct bothy_feed_request *request)
{
    (void)context;
    FUZZ_CHECK(venue == 0 && request->instrument <= 2);
}

static void on_history(void *context, uint32_t venue, const struct bothy_history_request *request)
{
    (void)context;
    FUZZ_CHECK(venue == 0 && request->count <= BOTHY_HISTORY_MAX);
}

static void on_note(void *context, int32_t level, uint32_t bot, const char *code, const char *text,
                    const uint8_t *correlation)
{
    (void)context;
    (void)level;
    (void)bot;
    (void)correlation;
    FUZZ_CHECK(code[0] && text);
}

static struct core *make_core(struct sums *sums)
{
    static const struct core_sink sink = { on_publish, on_report,  on_record,
                                           on_feeds,   on_history, on_note };
    static const struct core_venue_conf venue = { "sim", BOTHY_NS_PER_MIN };
    static const struct core_instrument_conf instruments[] = { { "A/B", 0 }, { "C/D", 0 } };
    struct core_bot_symbol symbols[2] = { { .instrument = 1 }, { .instrument = 2 } };
    struct core_bot_conf bot = { .name = "bot",
                                 .symbols = symbols,
                                 .symbol_count = 2,
                                 .trade = 1,
                                 .order_types = 0x1e,
                                 .max_notional = bothy_decimal_make(INT64_MAX, 0) };
    struct core_conf conf = { .venues = &venue,
                              .venue_count = 1,
                              .instruments = instruments,
                              .instrument_count = 2,
                              .bots = &bot,
                              .bot_count = 1,
                              .exit_model = CORE_EXIT_HALF_TP1_BE,
                              .signal_max_age_ns = BOTHY_NS_PER_H,
                              .paper_balance = bothy_decimal_make(1000000, 0),
                              .paper_slippage = bothy_decimal_make(1, -3) };
    struct core *core;

    for (int i = 0; i < 2; i++) {
        symbols[i].risk.max_open_signals = symbols[i].risk.max_open_per_symbol = 4;
        symbols[i].risk.risk_pct = bothy_decimal_make(1, 0);
        symbols[i].risk.max_position_pct = bothy_decimal_make(100, 0);
    }
    core = core_new(&conf, &sink, sums, NULL);
    FUZZ_CHECK(core != NULL);
    core_time(core, BOTHY_NS_PER_DAY);
    core_bot_started(core, 0);
    for (uint32_t i = 1; i <= 2; i++) {
        struct {
            struct bothy_event event;
            struct bothy_instrument in;
        } definition;

        memset(&definition, 0, sizeof definition);
        definition.event.size = sizeof definition;
        definition.event.type = BOTHY_EVENT_INSTRUMENT;
        definition.event.instrument = i;
        definition.in.kind = BOTHY_INSTRUMENT_LINEAR;
        definition.in.feeds = i == 1 ? BOTHY_FEED_BOOK | BOTHY_FEED_QUOTES : BOTHY_FEED_BARS;
        definition.in.bar_timeframes = i == 1 ? 0 : 1u << BOTHY_TF_1M;
        definition.in.tick_size = bothy_decimal_make(1, -2);
        definition.in.lot_size = bothy_decimal_make(1, -3);
        definition.in.contract_size = bothy_decimal_make(1, 0);
        FUZZ_CHECK(core_market(core, 0, &definition.event, NULL) == 0);
    }
    return core;
}

/* Copies a record over sane defaults, so that what the input leaves out is not nonsense. */
static size_t overlay(void *record, size_t record_size, const uint8_t *data, size_t size)
{
    /* pairs of place and value: small changes of a good record find more than noise */
    size_t pairs = size ? data[0] % 16 : 0, used = size ? 1 : 0;

    for (; pairs > 0 && used + 2 < size; pairs--, used += 3) {
        size_t place = (data[used] | (size_t)data[used + 1] << 8) % record_size;

        ((uint8_t *)record)[place] = data[used + 2];
    }
    return used;
}

static size_t one_record(struct core *core, const uint8_t *data, size_t size)
{
    union {
        struct bothy_event event;
        uint8_t bytes[512];
    } room;
    struct bothy_error error = { 0 };
    size_t used = 1;

    memset(&room, 0, sizeof room);
    switch (data[0] % 8) {
    case 0: {
        struct bothy_quote *quote = (struct bothy_quote *)(void *)(&room.event + 1);

        room.event.size = (uint16_t)(sizeof room.event + sizeof *quote);
        room.event.type = BOTHY_EVENT_QUOTE;
        room.event.instrument = 1;
        quote->bid_price = bothy_decimal_make(100, 0);
        quote->ask_price = bothy_decimal_make(101, 0);
        quote->bid_quantity = quote->ask_quantity = bothy_decimal_make(10, 0);
        break;
    }
    case 1: {
        struct bothy_bar *bar = (struct bothy_bar *)(void *)(&room.event + 1);

        room.event.size = (uint16_t)(sizeof room.event + sizeof *bar);
        room.event.type = BOTHY_EVENT_BAR;
        room.event.instrument = 2;
        bar->timeframe = BOTHY_TF_1M;
        bar->close_ns = core_now_ns(core);
        bar->open_ns = bar->close_ns - BOTHY_NS_PER_MIN;
        bar->open = bar->close = bothy_decimal_make(100, 0);
        bar->high = bothy_decimal_make(101, 0);
        bar->low = bothy_decimal_make(99, 0);
        break;
    }
    case 2: {
        struct bothy_book *book = (struct bothy_book *)(void *)(&room.event + 1);
        struct bothy_level *levels = (struct bothy_level *)(void *)(book + 1);

        room.event.size = (uint16_t)(sizeof room.event + sizeof *book + 4 * sizeof *levels);
        room.event.type = BOTHY_EVENT_BOOK;
        room.event.flags = BOTHY_EVENT_SNAPSHOT;
        room.event.instrument = 1;
        book->bid_count = book->ask_count = 2;
        for (int i = 0; i < 4; i++) {
            levels[i].price = bothy_decimal_make(i < 2 ? 100 - i : 99 + i, 0);
            levels[i].quantity = bothy_decimal_make(1 + i, 0);
        }
        break;
    }
    case 3: {
        struct bothy_order_request request = { .size = sizeof request,
                                               .instrument = 1 + (data[0] >> 7),
                                               .side = 1 + (data[0] >> 6 & 1),
                                               .type = 1 + (data[0] >> 4 & 3),
                                               .time_in_force = BOTHY_TIF_GTC };

        request.quantity = bothy_decimal_make(1, 0);
        request.price = request.stop_price = bothy_decimal_make(100, 0);
        used += overlay(&request, sizeof request, data + 1, size - 1);
        core_order(core, 0, &request);
        return used;
    }
    case 4: {
        struct bothy_signal signal;

        bothy_signal_init(&signal, BOTHY_SIGNAL_CUSTOM, 1 + (data[0] >> 7), BOTHY_DIRECTION_LONG,
                          0);
        memcpy(signal.type_name, "x_fuzz", 7);
        signal.current = signal.entry = 100;
        signal.stop_loss = 98;
        signal.take_profit_1 = 102;
        signal.take_profit_2 = 104;
        used += overlay(&signal, sizeof signal, data + 1, size - 1);
        core_signal(core, 0, &signal, 1);
        return used;
    }
    case 5: {
        struct bothy_subscription wanted = { .size = sizeof wanted,
                                             .instrument = 2,
                                             .feeds = BOTHY_FEED_BARS,
                                             .timeframe = BOTHY_TF_5M,
                                             .history = 10 };

        used += overlay(&wanted, sizeof wanted, data + 1, size - 1);
        core_subscribe(core, 0, &wanted);
        return used;
    }
    case 6: {
        int64_t values[3] = { 1, core_now_ns(core) + BOTHY_NS_PER_S, 0 };

        used += overlay(values, sizeof values, data + 1, size - 1);
        if (data[0] & 0x80)
            core_cancel(core, 0, (uint64_t)values[0]);
        else
            core_timer_set(core, 0, (uint64_t)values[0], values[1], values[2]);
        return used;
    }
    default:
        core_time(core, core_now_ns(core) + (int64_t)(data[0] >> 3) * BOTHY_NS_PER_S);
        return used;
    }
    used += overlay(&room, room.event.size, data + 1, size - 1);
    if (room.event.size <= sizeof room)
        core_market(core, 0, &room.event, &error);
    return used;
}

static void drive_core(const uint8_t *data, size_t size)
{
    struct sums sums = { 0 };
    struct core *core = make_core(&sums);
    struct core_position_view view;
    size_t cursor = 0, records = 0;

    while (size > 0 && records++ < 300) {
        size_t used = one_record(core, data, size);

        if (used > size)
            used = size;
        data += used;
        size -= used;
        core_durable(core, core_recorded(core));
    }
    while (core_position_next(core, &cursor, &view)) {
        if (!sums.too_large)
            FUZZ_CHECK(bothy_decimal_compare(view.position.quantity, sums.held[view.instrument]) ==
                       0);
    }
    core_free(core);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    switch (data[0] % 4) {
    case 0:
        read_messages(data + 1, size - 1);
        break;
    case 1:
        write_messages(data + 1, size - 1);
        break;
    case 2:
        read_schema(data + 1, size - 1);
        break;
    default:
        drive_core(data + 1, size - 1);
        break;
    }
    return 0;
}
