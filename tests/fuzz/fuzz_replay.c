/*
 * Anything as a message of a recording, as a row of a table, and as a whole file. The first byte
 * says which. What is accepted must hold together: levels counted, books not crossed, bars whole,
 * events well formed, and every record of a file counted once.
 */
#include "config.h"

#include "fuzz.h"

#include "../../plugins/exchange/replay/depth.h"
#include "../../plugins/exchange/replay/row.h"
#include "../plugins/exchange.h"

#include <bothy/time.h>

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define RECORDS_MAX 100000

static void check_book(const struct replay_depth *depth)
{
    const struct replay_side *bids = &depth->bids, *asks = &depth->asks;

    for (uint32_t i = 1; i < bids->count; i++)
        FUZZ_CHECK(bids->levels[i - 1].price < bids->levels[i].price);
    for (uint32_t i = 1; i < asks->count; i++)
        FUZZ_CHECK(asks->levels[i - 1].price > asks->levels[i].price);
    if (bids->count > 0 && asks->count > 0)
        FUZZ_CHECK(bids->levels[bids->count - 1].price < asks->levels[asks->count - 1].price);
}

/* A book that is live at 7, and then the message, twice. */
static void try_message(const char *text, size_t length)
{
    struct replay_message message = { .kind = REPLAY_MESSAGE_SNAPSHOT, .last_id = 7 };
    struct replay_levels levels = { 0 };
    struct replay_depth depth;

    replay_depth_init(&depth, -4, -8);
    FUZZ_CHECK(replay_depth_apply(&depth, &message, NULL, NULL) == REPLAY_DEPTH_APPLIED);
    if (replay_message_parse(text, length, &message, &levels, NULL) == 0) {
        FUZZ_CHECK(message.bid_count + message.ask_count == levels.count);
        FUZZ_CHECK(memchr(message.symbol, '\0', sizeof message.symbol) != NULL);
        FUZZ_CHECK(memchr(message.name, '\0', sizeof message.name) != NULL);
        if (message.kind >= REPLAY_MESSAGE_DEPTH && message.kind <= REPLAY_MESSAGE_PARTIAL) {
            for (int i = 0; i < 2; i++) {
                int32_t made = replay_depth_apply(&depth, &message, levels.levels, NULL);

                FUZZ_CHECK(made <= REPLAY_DEPTH_CROSSED);
                check_book(&depth);
            }
        }
    }
    replay_depth_free(&depth);
    replay_levels_free(&levels);
}

static void try_row(uint32_t kind, const char *columns, const char *text, size_t length)
{
    struct replay_format format = { .number = 1,
                                    .kind = kind,
                                    .timeframe = BOTHY_TF_1M,
                                    .on_error = REPLAY_ON_ERROR_SKIP,
                                    .symbols = { { "BTC/USDT", "BTCUSDT" } },
                                    .symbol_count = 1 };
    struct replay_cell cells[REPLAY_COLUMNS_MAX];
    struct replay_refusal refusal = { NULL };
    struct replay_record record;
    struct bothy_error error;
    int32_t count;

    FUZZ_CHECK(replay_columns_parse(&format, columns, NULL) == 0);
    if (memchr(text, '\n', length))
        return; /* a row is one line */
    count = replay_row_cut(&format, text, length, cells, &refusal, &error);
    if (count < 0) {
        FUZZ_CHECK(refusal.what != NULL);
        return;
    }
    count = replay_row_read(&format, cells, (uint32_t)count, &record, &refusal, &error);
    FUZZ_CHECK(count == 1 || refusal.what != NULL);
    if (count != 1 || kind != REPLAY_OHLCV)
        return;
    FUZZ_CHECK(bothy_decimal_compare(record.body.bar.low, record.body.bar.open) <= 0);
    FUZZ_CHECK(bothy_decimal_compare(record.body.bar.high, record.body.bar.close) >= 0);
    FUZZ_CHECK(record.body.bar.close_ns - record.body.bar.open_ns == BOTHY_NS_PER_MIN);
}

static void try_file(const void *data, size_t size)
{
    const char *values[] = { "symbol1", "BTC/USDT", "on_error1", "skip", "order", "clamp", NULL };
    char path[32];
    const char *files[] = { "file1", path, NULL };
    struct exchange exchange;
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    int32_t r;

    FUZZ_CHECK(fd >= 0);
    FUZZ_CHECK(write(fd, data, size) == (ssize_t)size);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    r = exchange_open(&exchange, values, files);
    if (r == 0) {
        FUZZ_CHECK(
            exchange_subscribe(&exchange, 1, "BTC/USDT", EXCHANGE_ALL_FEEDS, UINT32_MAX, 0) == 0);
        r = exchange_run(&exchange, RECORDS_MAX);
        FUZZ_CHECK(tally_faults(&exchange.tally) == 0);
        FUZZ_CHECK(exchange.tally.backwards == 0);
    }
    exchange_close(&exchange);
    close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data + 1;

    if (size < 1)
        return 0;
    switch (data[0]) {
    case 'm':
        try_message(text, size - 1);
        break;
    case 'b':
        try_row(REPLAY_OHLCV, "ts,open,high,low,close,volume", text, size - 1);
        break;
    case 't':
        try_row(REPLAY_TRADES, "ts,id,side,price,amount", text, size - 1);
        break;
    case 'r':
        try_row(REPLAY_FUNDING, "ts,symbol,rate", text, size - 1);
        break;
    default:
        try_file(text, size - 1);
        break;
    }
    return 0;
}
