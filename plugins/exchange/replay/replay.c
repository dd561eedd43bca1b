/*
 * replay: an exchange that plays recorded data. This file is the plugin: its options, its ladder,
 * and the one sequence in time that it makes of up to eight files. It owns the time
 * (VIRTUAL_TIME): each next() is one instant of the data. How fast that goes is the host's.
 */
#include "setup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SILENT_MAX 4096 /* records in one next() that nobody wants to hear of */

#define TIMEFRAMES "auto|1m|3m|5m|15m|30m|1h|2h|4h|6h|12h|1d|1w"

/* The manual explains file1's options once; the others' are the same. */
#define FIRST(text) text
#define SAME(text)  "As the one of file1."

#define FILE_OPTIONS(n, doc_)                                                                      \
    { .name = "file" n,                                                                            \
      .type = BOTHY_OPTION_FILE,                                                                   \
      .doc =                                                                                       \
          doc_("Recorded data, plain or gzip. Files are played as one sequence in time; at equal " \
               "times the lower number comes first.") },                                           \
        { .name = "symbol" n,                                                                      \
          .type = BOTHY_OPTION_STRING,                                                             \
          .default_value = "",                                                                     \
          .doc = doc_(                                                                             \
              "The instrument that the file is of, as BTC/USDT:USDT; of a recording several, "     \
              "parted by commas.") },                                                              \
        { .name = "kind" n,                                                                        \
          .type = BOTHY_OPTION_ENUM,                                                               \
          .default_value = "auto",                                                                 \
          .choices = "auto|ohlcv|trades|funding|recording",                                        \
          .doc = doc_("What is in it; auto tells it by its beginning.") },                         \
        { .name = "columns" n,                                                                     \
          .type = BOTHY_OPTION_STRING,                                                             \
          .default_value = "",                                                                     \
          .doc =                                                                                   \
              doc_("Columns of a table without a header line, as ts,volume,open,high,low,close; "  \
                   "- for one that is not used.") },                                               \
        { .name = "timeframe" n,                                                                   \
          .type = BOTHY_OPTION_ENUM,                                                               \
          .default_value = "auto",                                                                 \
          .choices = TIMEFRAMES,                                                                   \
          .doc = doc_("Of bars; auto takes the shortest step between the first rows.") },          \
        { .name = "timestamps" n,                                                                  \
          .type = BOTHY_OPTION_ENUM,                                                               \
          .default_value = "open",                                                                 \
          .choices = "open|close",                                                                 \
          .doc = doc_("Whether a bar's time is its beginning or its end.") },                      \
        { .name = "timezone" n,                                                                    \
          .type = BOTHY_OPTION_STRING,                                                             \
          .default_value = "UTC",                                                                  \
          .doc = doc_("Offset from UTC of times that do not say theirs, as +03:00.") },            \
        { .name = "on_error" n,                                                                    \
          .type = BOTHY_OPTION_ENUM,                                                               \
          .default_value = "stop",                                                                 \
          .choices = "stop|skip|repair",                                                           \
          .doc =                                                                                   \
              doc_("What a bad record does: it ends the replay with its file and line; it is "     \
                   "counted; or, where a bar's high and low do not hold its open and close, they " \
                   "are widened, and all else is counted.") },                                     \
        { .name = "tick_size" n,                                                                   \
          .type = BOTHY_OPTION_DECIMAL,                                                            \
          .default_value = "0",                                                                    \
          .minimum = "0",                                                                          \
          .doc = doc_("Step of prices; 0: the finest in the first records.") },                    \
    {                                                                                              \
        .name = "lot_size" n, .type = BOTHY_OPTION_DECIMAL, .default_value = "0", .minimum = "0",  \
        .doc = doc_("Step of quantities; 0: the finest in the first records.")                     \
    }

static const struct bothy_option options[] = {
    FILE_OPTIONS("1", FIRST),
    FILE_OPTIONS("2", SAME),
    FILE_OPTIONS("3", SAME),
    FILE_OPTIONS("4", SAME),
    FILE_OPTIONS("5", SAME),
    FILE_OPTIONS("6", SAME),
    FILE_OPTIONS("7", SAME),
    FILE_OPTIONS("8", SAME),
    { .name = "start",
      .type = BOTHY_OPTION_TIME,
      .default_value = "1970-01-01",
      .doc = "Where to begin: what is before it is history that bots can ask for. A recording "
             "always begins with its first line." },
    { .name = "end",
      .type = BOTHY_OPTION_TIME,
      .default_value = "1970-01-01",
      .doc = "Where to end; 1970-01-01: with the data." },
    { .name = "order",
      .type = BOTHY_OPTION_ENUM,
      .default_value = "strict",
      .choices = "strict|clamp",
      .doc = "What to do with a record that is earlier than the one before it in its file: it is "
             "bad, or it gets that one's time." },
    { .name = "maker_fee",
      .type = BOTHY_OPTION_DECIMAL,
      .default_value = "0.0002",
      .minimum = "-0.01",
      .maximum = "0.1",
      .doc = "Fee of resting orders, as a fraction." },
    { .name = "taker_fee",
      .type = BOTHY_OPTION_DECIMAL,
      .default_value = "0.0005",
      .minimum = "-0.01",
      .maximum = "0.1",
      .doc = "Fee of crossing orders, as a fraction." },
    { .name = "min_notional",
      .type = BOTHY_OPTION_DECIMAL,
      .default_value = "5",
      .minimum = "0",
      .doc = "Least value of an order, in quote currency." },
};

static int32_t replay_check(const struct bothy_config *config, struct bothy_error *error)
{
    int64_t start_ns = bothy_config_ns(config, "start"), end_ns = bothy_config_ns(config, "end");

    for (uint32_t number = 1; number <= REPLAY_FILES_MAX; number++) {
        int32_t r = replay_format_check(config, number, error);

        if (r < 0)
            return r;
    }
    if (end_ns != 0 && end_ns <= start_ns)
        return bothy_fail(error, BOTHY_EINVAL, "end must be after start");
    return 0;
}

static void replay_destroy(void *self)
{
    struct replay *replay = self;

    replay_teardown(replay);
    free(replay);
}

static int32_t replay_create(const struct bothy_host *host, const struct bothy_config *config,
                             void **ret_self, struct bothy_error *error)
{
    const struct bothy_publish_service *publish = bothy_host_get(host, BOTHY_PUBLISH_1);
    struct replay *replay;
    int32_t r;

    if (!publish)
        return bothy_fail(error, BOTHY_ENOTSUP, "this host has no " BOTHY_PUBLISH_1);
    replay = calloc(1, sizeof *replay);
    if (!replay)
        return bothy_fail(error, BOTHY_ENOMEM, "no memory");
    replay->output.host = host;
    replay->output.publish = publish;
    r = replay_setup(replay, config, error);
    if (r < 0) {
        replay_destroy(replay);
        return r;
    }
    *ret_self = replay;
    return 0;
}

static int32_t replay_start(void *self, struct bothy_error *error)
{
    const struct replay *replay = self;

    (void)error;
    for (uint32_t i = 0; i < replay->file_count; i++) {
        static const char *const kinds[] = { "?", "bars", "trades", "funding rates",
                                             "a recording" };
        const struct replay_format *format = &replay->files[i].format;

        bothy_log(replay->output.host, BOTHY_LOG_INFO, "file%u: %s of %s%s%s", format->number,
                  kinds[format->kind], format->symbols[0].unified,
                  format->symbol_count > 1 ? " and others" : "",
                  format->kind == REPLAY_OHLCV && format->timeframe == BOTHY_TF_1M ? ", 1m" : "");
    }
    return 0;
}

/* ---- time ---- */

/* The file whose record is next, or NULL. */
static struct replay_file *earliest(struct replay *replay)
{
    struct replay_file *first = NULL;

    for (uint32_t i = 0; i < replay->file_count; i++) {
        struct replay_file *file = &replay->files[i];

        if (!file->reader.ended &&
            (!first || file->reader.pending.ts_ns < first->reader.pending.ts_ns))
            first = file;
    }
    return first;
}

static int64_t present(struct replay *replay)
{
    const struct replay_file *file;

    if (replay->now_ns > 0)
        return replay->now_ns;
    file = earliest(replay);
    return replay->start_ns > 0 || !file ? replay->start_ns : file->reader.pending.ts_ns;
}

static int32_t replay_subscribe(void *self, const struct bothy_feed_request *request,
                                struct bothy_error *error)
{
    struct replay *replay = self;
    struct replay_instrument *in = NULL;
    int new_book;
    int32_t r;

    if (memchr(request->symbol, '\0', sizeof request->symbol))
        in = replay_find(replay, request->symbol);
    if (!in)
        return bothy_fail(error, BOTHY_ENOENT, "\"%.*s\" is not in the data, which has %s%s",
                          (int)sizeof request->symbol, request->symbol,
                          replay->instruments[0]->definition.symbol,
                          replay->instrument_count > 1 ? " and others (symbol1 … symbol8)" : "");
    new_book = (request->feeds & BOTHY_FEED_BOOK) && !(in->feeds & BOTHY_FEED_BOOK);
    in->number = request->instrument;
    in->feeds = request->feeds;
    in->bar_timeframes = request->bar_timeframes;
    r = replay_send_definition(&replay->output, in, present(replay));
    for (uint32_t i = 0; r >= 0 && new_book && in->has_depth && i < replay->file_count; i++) {
        if (replay->files[i].recording && (replay->files[i].format.feeds & BOTHY_FEED_BOOK)) {
            r = replay_recording_join(replay->files[i].recording, in, present(replay));
            break;
        }
    }
    if (r >= 0 && request->feeds != 0 && !(in->has_depth && (request->feeds & BOTHY_FEED_BOOK)))
        r = replay_send_state(&replay->output, in, BOTHY_FEED_STATE_LIVE, "recorded data");
    return r < 0 ? bothy_fail(error, r, "the host refused what is known of %s", request->symbol)
                 : 0;
}

static int32_t replay_history(void *self, const struct bothy_history_request *request)
{
    struct replay *replay = self;
    int64_t before_ns = replay->now_ns > 0 ? replay->now_ns : replay->start_ns;

    if (before_ns == 0)
        return BOTHY_ENOTSUP;
    for (uint32_t i = 0; i < replay->file_count; i++) {
        const struct replay_file *file = &replay->files[i];
        int32_t r = 0;

        if (!file->instrument || file->instrument->number != request->instrument)
            continue;
        if (request->feed == BOTHY_FEED_BARS && file->format.kind == REPLAY_OHLCV)
            r = replay_past_bars(&replay->output, file->instrument, &file->format,
                                 request->timeframe, request->count, before_ns);
        else if (request->feed == BOTHY_FEED_FUNDING && file->format.kind == REPLAY_FUNDING)
            r = replay_past_funding(&replay->output, file->instrument, &file->format,
                                    request->count, before_ns);
        if (r != 0 && r != BOTHY_ENOTSUP)
            return r < 0 ? r : 0;
    }
    return BOTHY_ENOTSUP;
}

static int32_t play_row(struct replay *replay, struct replay_file *file)
{
    const struct replay_record *record = &file->reader.pending;
    struct replay_output *output = &replay->output;
    struct bothy_funding funding;

    replay_count(output, "applied");
    switch (record->kind) {
    case REPLAY_OHLCV:
        if (record->repaired)
            replay_count(output, "repaired: high or low of a bar");
        return replay_send_bar(output, file->instrument, &record->body.bar, 0);
    case REPLAY_TRADES:
        return replay_send_trade(output, file->instrument, record->ts_ns, &record->body.trade);
    default:
        replay_funding_body(&file->format, record->ts_ns, record->body.rate, &funding);
        return replay_send_funding(output, file->instrument, record->ts_ns, &funding, 0);
    }
}

/* Effect: plays the pending record of a file, and reads the next one. */
static int32_t play(struct replay *replay, struct replay_file *file, struct bothy_error *error)
{
    const struct replay_record *record = &file->reader.pending;
    int refused = 0;
    int32_t r;

    if (file->recording) {
        r = replay_recording_line(file->recording, record->ts_ns, record->body.line.text,
                                  record->body.line.length, &refused, error);
        if (r < 0 && refused)
            r = replay_reader_refuse(&file->reader, "bad: message", r, error);
    } else {
        r = play_row(replay, file);
    }
    if (r < 0)
        return r;
    r = replay_reader_advance(&file->reader, error);
    if (file->reader.ended && file->recording)
        replay_recording_end(file->recording);
    return r;
}

/* next() has no error to fill: what stopped the replay goes to the log, the feed and health(). */
static int32_t fail(struct replay *replay, int32_t code, const struct bothy_error *error)
{
    replay->failed = code;
    snprintf(replay->why, sizeof replay->why, "%s:%u: %s",
             error->where[0] ? error->where : "replay", error->line,
             error->text[0] ? error->text : bothy_strerror(code));
    replay_count_flush(&replay->output);
    bothy_log(replay->output.host, BOTHY_LOG_ERROR, "%s", replay->why);
    replay->output.publish->feed(replay->output.host, 0, BOTHY_FEED_STATE_DOWN, replay->why);
    return code;
}

static int32_t end(struct replay *replay)
{
    if (!replay->ended) {
        replay_count_flush(&replay->output);
        replay->output.publish->feed(replay->output.host, 0, BOTHY_FEED_STATE_ENDED,
                                     "the recorded data is over");
    }
    replay->ended = 1;
    return BOTHY_EEND;
}

static int32_t replay_next(void *self, int64_t *ret_now_ns)
{
    struct replay *replay = self;
    uint64_t published = replay->output.published;
    uint32_t played = 0;

    if (replay->failed < 0)
        return replay->failed;
    do {
        struct replay_file *file = earliest(replay);
        int64_t now_ns;

        if (replay->ended || !file ||
            (replay->end_ns > 0 && file->reader.pending.ts_ns >= replay->end_ns)) {
            /* What nobody wanted to hear of still took time. */
            if (played == 0)
                return end(replay);
            break;
        }
        now_ns = file->reader.pending.ts_ns;
        replay->now_ns = now_ns;
        /* Everything of this instant, file by file. */
        for (; file && file->reader.pending.ts_ns == now_ns; file = earliest(replay)) {
            struct bothy_error error = { 0 };
            int32_t r = play(replay, file, &error);

            played++;
            if (r < 0)
                return fail(replay, r, &error);
        }
    } while (replay->output.published == published && played < SILENT_MAX);
    *ret_now_ns = replay->now_ns;
    return 0;
}

static int32_t replay_health(void *self, char *text, size_t capacity)
{
    const struct replay *replay = self;

    if (capacity > 0)
        snprintf(text, capacity, "%s",
                 replay->failed < 0 ? replay->why
                 : replay->ended    ? "the recorded data is over"
                                    : "playing");
    return replay->failed < 0 ? BOTHY_HEALTH_FAIL : BOTHY_HEALTH_OK;
}

static void replay_stop(void *self)
{
    struct replay *replay = self;

    replay_count_flush(&replay->output);
}

static const struct bothy_exchange_ops ops = {
    .size = sizeof ops,
    .check = replay_check,
    .create = replay_create,
    .start = replay_start,
    .subscribe = replay_subscribe,
    .history = replay_history,
    .next = replay_next,
    .health = replay_health,
    .stop = replay_stop,
    .destroy = replay_destroy,
};

BOTHY_PLUGIN_EXPORT const struct bothy_plugin bothy_plugin = {
    BOTHY_PLUGIN_HEADER(BOTHY_KIND_EXCHANGE),
    .name = "replay",
    .version = BOTHY_VERSION,
    .summary = "plays recorded data: bars, trades, funding rates, raw websocket recordings",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .flags = BOTHY_PLUGIN_VIRTUAL_TIME,
    .ops.exchange = &ops,
};
