/*
 * JSON from text to typed fields, beside jansson with the same conversions behind it: a trade
 * and a change of the book as venues send them, and a long document of which one field in each
 * entry is wanted.
 */
#include "bench.h"

#include <bothy/json.h>

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

static const char trade_text[] =
    "{\"stream\":\"btcusdt@aggTrade\",\"data\":{\"e\":\"aggTrade\",\"E\":1700000000123,"
    "\"s\":\"BTCUSDT\",\"a\":2612993741,\"p\":\"43250.10000000\",\"q\":\"0.01200000\","
    "\"f\":3297411021,\"l\":3297411026,\"T\":1700000000120,\"m\":true}}";

static const char book_text[] =
    "{\"e\":\"depthUpdate\",\"E\":1700000000123,\"s\":\"BTCUSDT\",\"U\":41073829341,"
    "\"u\":41073829377,\"b\":[[\"43250.10\",\"1.52310\"],[\"43250.00\",\"0.00000\"],"
    "[\"43249.90\",\"0.25000\"],[\"43249.70\",\"3.10000\"],[\"43249.20\",\"0.00000\"],"
    "[\"43248.80\",\"0.71200\"],[\"43248.50\",\"0.05000\"],[\"43247.90\",\"2.00000\"],"
    "[\"43247.10\",\"0.00000\"],[\"43246.60\",\"0.33333\"]],\"a\":[[\"43250.20\",\"0.94100\"],"
    "[\"43250.60\",\"0.00000\"],[\"43250.90\",\"1.10000\"],[\"43251.30\",\"0.42000\"],"
    "[\"43251.80\",\"0.00000\"],[\"43252.40\",\"5.00000\"],[\"43252.70\",\"0.00990\"],"
    "[\"43253.10\",\"0.60000\"],[\"43253.90\",\"0.00000\"],[\"43254.20\",\"1.75000\"]]}";

struct trade {
    int64_t event_ms, trade_ms, id, first, last;
    struct bothy_decimal price, quantity;
    int32_t buyer_is_maker;
    char symbol[24];
};

struct book {
    int64_t event_ms, first, last;
    char symbol[24];
    uint32_t counts[2];
    struct bothy_decimal levels[2][64][2];
};

static void failed(void)
{
    fprintf(stderr, "a text of this benchmark cannot be read\n");
    exit(EXIT_FAILURE);
}

static int32_t read_trade_data(struct bothy_json *json, struct trade *trade)
{
    struct bothy_json_token key, value;
    int32_t r;

    while ((r = bothy_json_member(json, &key, &value)) > 0) {
        switch (key.length == 1 ? key.text[0] : '\0') {
        case 'E':
            r = bothy_json_int64(&value, &trade->event_ms);
            break;
        case 's':
            r = bothy_json_text(&value, 0, trade->symbol, sizeof trade->symbol);
            break;
        case 'a':
            r = bothy_json_int64(&value, &trade->id);
            break;
        case 'p':
            r = bothy_json_decimal(&value, &trade->price);
            break;
        case 'q':
            r = bothy_json_decimal(&value, &trade->quantity);
            break;
        case 'f':
            r = bothy_json_int64(&value, &trade->first);
            break;
        case 'l':
            r = bothy_json_int64(&value, &trade->last);
            break;
        case 'T':
            r = bothy_json_int64(&value, &trade->trade_ms);
            break;
        case 'm':
            r = bothy_json_bool(&value, &trade->buyer_is_maker);
            break;
        default:
            r = bothy_json_skip(json, &value);
            break;
        }
        if (r < 0)
            break;
    }
    return r;
}

static void read_trade(void *context, uint64_t iterations)
{
    struct trade *trade = context;

    while (iterations--) {
        struct bothy_json json;
        struct bothy_json_token key, value;
        int32_t r;

        BENCH_CLOBBER();
        bothy_json_init(&json, trade_text, sizeof trade_text - 1, 0);
        if (bothy_json_expect(&json, BOTHY_JSON_OBJECT, &value) < 0)
            failed();
        while ((r = bothy_json_member(&json, &key, &value)) > 0) {
            if (bothy_json_is(&key, "data"))
                r = read_trade_data(&json, trade);
            else
                r = bothy_json_skip(&json, &value);
            if (r < 0)
                failed();
        }
        if (r < 0 || bothy_json_end(&json) < 0)
            failed();
    }
}

static int32_t decimal_of(const json_t *string, struct bothy_decimal *ret_value)
{
    return bothy_decimal_parse(json_string_value(string), json_string_length(string), ret_value);
}

static void read_trade_jansson(void *context, uint64_t iterations)
{
    struct trade *trade = context;

    while (iterations--) {
        json_t *root, *data;

        BENCH_CLOBBER();
        root = json_loadb(trade_text, sizeof trade_text - 1, 0, NULL);
        data = json_object_get(root, "data");
        trade->event_ms = json_integer_value(json_object_get(data, "E"));
        snprintf(trade->symbol, sizeof trade->symbol, "%s",
                 json_string_value(json_object_get(data, "s")));
        trade->id = json_integer_value(json_object_get(data, "a"));
        trade->first = json_integer_value(json_object_get(data, "f"));
        trade->last = json_integer_value(json_object_get(data, "l"));
        trade->trade_ms = json_integer_value(json_object_get(data, "T"));
        trade->buyer_is_maker = json_is_true(json_object_get(data, "m"));
        if (decimal_of(json_object_get(data, "p"), &trade->price) < 0 ||
            decimal_of(json_object_get(data, "q"), &trade->quantity) < 0)
            failed();
        json_decref(root);
    }
}

static int32_t read_levels(struct bothy_json *json, struct book *book, int side)
{
    struct bothy_json_token row, cell;
    int32_t r;

    while ((r = bothy_json_element(json, &row)) > 0) {
        struct bothy_decimal *level;

        if (row.type != BOTHY_JSON_ARRAY || book->counts[side] == 64)
            return BOTHY_EPROTO;
        level = book->levels[side][book->counts[side]++];
        for (int i = 0; i < 2; i++) {
            if (bothy_json_element(json, &cell) <= 0 || bothy_json_decimal(&cell, &level[i]) < 0)
                return BOTHY_EPROTO;
        }
        if (bothy_json_element(json, &cell) != 0)
            return BOTHY_EPROTO;
    }
    return r;
}

static void read_book(void *context, uint64_t iterations)
{
    struct book *book = context;

    while (iterations--) {
        struct bothy_json json;
        struct bothy_json_token key, value;
        int32_t r;

        BENCH_CLOBBER();
        book->counts[0] = book->counts[1] = 0;
        bothy_json_init(&json, book_text, sizeof book_text - 1, 0);
        if (bothy_json_expect(&json, BOTHY_JSON_OBJECT, &value) < 0)
            failed();
        while ((r = bothy_json_member(&json, &key, &value)) > 0) {
            switch (key.length == 1 ? key.text[0] : '\0') {
            case 'E':
                r = bothy_json_int64(&value, &book->event_ms);
                break;
            case 's':
                r = bothy_json_text(&value, 0, book->symbol, sizeof book->symbol);
                break;
            case 'U':
                r = bothy_json_int64(&value, &book->first);
                break;
            case 'u':
                r = bothy_json_int64(&value, &book->last);
                break;
            case 'b':
                r = read_levels(&json, book, 0);
                break;
            case 'a':
                r = read_levels(&json, book, 1);
                break;
            default:
                r = bothy_json_skip(&json, &value);
                break;
            }
            if (r < 0)
                failed();
        }
        if (r < 0 || bothy_json_end(&json) < 0 || book->counts[0] + book->counts[1] != 20)
            failed();
    }
}

static void read_book_jansson(void *context, uint64_t iterations)
{
    struct book *book = context;

    while (iterations--) {
        json_t *root;

        BENCH_CLOBBER();
        book->counts[0] = book->counts[1] = 0;
        root = json_loadb(book_text, sizeof book_text - 1, 0, NULL);
        book->event_ms = json_integer_value(json_object_get(root, "E"));
        snprintf(book->symbol, sizeof book->symbol, "%s",
                 json_string_value(json_object_get(root, "s")));
        book->first = json_integer_value(json_object_get(root, "U"));
        book->last = json_integer_value(json_object_get(root, "u"));
        for (int side = 0; side < 2; side++) {
            json_t *levels = json_object_get(root, side == 0 ? "b" : "a"), *row;
            size_t i;

            json_array_foreach(levels, i, row)
            {
                struct bothy_decimal *level = book->levels[side][book->counts[side]++];

                if (decimal_of(json_array_get(row, 0), &level[0]) < 0 ||
                    decimal_of(json_array_get(row, 1), &level[1]) < 0)
                    failed();
            }
        }
        json_decref(root);
    }
}

struct document {
    char *text;
    size_t length;
};

/* A list of instruments, about a megabyte of it. */
static void make_document(struct document *document)
{
    size_t capacity = 2 * 1024 * 1024, used = 0;

    document->text = malloc(capacity);
    if (!document->text)
        failed();
    used += (size_t)snprintf(document->text, capacity, "{\"timezone\": \"UTC\", \"symbols\": [");
    for (int i = 0; i < 1500; i++)
        used += (size_t)snprintf(
            document->text + used, capacity - used,
            "%s{\"symbol\": \"COIN%04dUSDT\", \"status\": \"TRADING\", \"baseAsset\": "
            "\"COIN%04d\", "
            "\"baseAssetPrecision\": 8, \"quoteAsset\": \"USDT\", \"orderTypes\": [\"LIMIT\", "
            "\"LIMIT_MAKER\", \"MARKET\", \"STOP_LOSS_LIMIT\", \"TAKE_PROFIT_LIMIT\"], "
            "\"icebergAllowed\": true, \"isSpotTradingAllowed\": true, \"filters\": ["
            "{\"filterType\": \"PRICE_FILTER\", \"minPrice\": \"0.00010000\", \"maxPrice\": "
            "\"1000.00000000\", \"tickSize\": \"0.00010000\"}, {\"filterType\": \"LOT_SIZE\", "
            "\"minQty\": \"0.10000000\", \"maxQty\": \"900000.00000000\", \"stepSize\": "
            "\"0.10000000\"}, {\"filterType\": \"NOTIONAL\", \"minNotional\": 5.0, \"limit\": "
            "%d}]}",
            i ? ", " : "", i, i, 200 + i);
    used += (size_t)snprintf(document->text + used, capacity - used, "]}");
    document->length = used;
}

static void read_document(void *context, uint64_t iterations)
{
    const struct document *document = context;

    while (iterations--) {
        struct bothy_json json;
        struct bothy_json_token key, value;
        int32_t r, trading = 0;

        bothy_json_init(&json, document->text, document->length, 0);
        if (bothy_json_expect(&json, BOTHY_JSON_OBJECT, &value) < 0)
            failed();
        while ((r = bothy_json_member(&json, &key, &value)) > 0) {
            if (!bothy_json_is(&key, "symbols")) {
                bothy_json_skip(&json, &value);
                continue;
            }
            while ((r = bothy_json_element(&json, &value)) > 0) {
                while ((r = bothy_json_member(&json, &key, &value)) > 0) {
                    trading += bothy_json_is(&key, "status") && bothy_json_is(&value, "TRADING");
                    bothy_json_skip(&json, &value);
                }
            }
        }
        if (r < 0 || bothy_json_end(&json) < 0 || trading != 1500)
            failed();
    }
}

static void read_document_jansson(void *context, uint64_t iterations)
{
    const struct document *document = context;

    while (iterations--) {
        json_t *root = json_loadb(document->text, document->length, 0, NULL), *entry;
        size_t i;
        int trading = 0;

        json_array_foreach(json_object_get(root, "symbols"), i, entry)
        {
            trading += !strcmp(json_string_value(json_object_get(entry, "status")), "TRADING");
        }
        if (trading != 1500)
            failed();
        json_decref(root);
    }
}

static void escape(void *context, uint64_t iterations)
{
    static const char line[] = "order accepted: symbol=BTC/USDT side=buy price=43250.10 "
                               "note=\"first of three\" bot=funding latency_us=412";
    char *out = context;

    while (iterations--) {
        bothy_json_escape(line, sizeof line - 1, out, 1024);
        BENCH_CLOBBER();
    }
}

int main(int argc, char **argv)
{
    static struct trade trade;
    static struct book book;
    static char out[1024];
    struct document document;

    bench_begin(argc, argv);
    bench_report("json.trade_size", sizeof trade_text - 1, "bytes");
    bench_report("json.book_size", sizeof book_text - 1, "bytes");
    bench_run_beside("json.trade", "ns", read_trade, read_trade_jansson, &trade);
    bench_run_beside("json.book_20_levels", "ns", read_book, read_book_jansson, &book);
    bench_run("json.escape_110_bytes", "ns", escape, out);
    make_document(&document);
    bench_report("json.document_size", (double)document.length, "bytes");
    bench_run_beside("json.document", "us", read_document, read_document_jansson, &document);
    free(document.text);
    return bench_end();
}
