/*
 * Files and instruments: see setup.h. What is known of an instrument is what its files show
 * together.
 */
#include "setup.h"

#include <stdlib.h>
#include <string.h>

/* ---- instruments ---- */

struct replay_instrument *replay_find(const struct replay *replay, const char *symbol)
{
    for (uint32_t i = 0; i < replay->instrument_count; i++) {
        if (strcmp(replay->instruments[i]->definition.symbol, symbol) == 0)
            return replay->instruments[i];
    }
    return NULL;
}

static void copy_part(char *to, size_t capacity, const char *from, size_t length)
{
    if (length >= capacity)
        length = capacity - 1;
    memcpy(to, from, length);
    to[length] = '\0';
}

static void define(struct replay_instrument *in, const struct replay_symbol *symbol,
                   const struct bothy_config *config, const char *venue)
{
    struct bothy_instrument *d = &in->definition;
    const char *slash = strchr(symbol->unified, '/');
    const char *colon = strchr(slash, ':');
    size_t quote = colon ? (size_t)(colon - slash - 1) : strlen(slash + 1);

    copy_part(d->symbol, sizeof d->symbol, symbol->unified, strlen(symbol->unified));
    copy_part(d->venue, sizeof d->venue, venue, strlen(venue));
    copy_part(d->base, sizeof d->base, symbol->unified, (size_t)(slash - symbol->unified));
    copy_part(d->quote, sizeof d->quote, slash + 1, quote);
    if (colon)
        copy_part(d->settle, sizeof d->settle, colon + 1, strlen(colon + 1));
    else
        copy_part(d->settle, sizeof d->settle, slash + 1, quote);
    d->kind = !colon                            ? BOTHY_INSTRUMENT_SPOT
              : strcmp(d->settle, d->base) == 0 ? BOTHY_INSTRUMENT_INVERSE
                                                : BOTHY_INSTRUMENT_LINEAR;
    d->min_quantity = d->max_quantity = bothy_decimal_zero();
    d->min_notional = bothy_config_decimal(config, "min_notional");
    d->contract_size = bothy_decimal_make(1, 0);
    d->maker_fee = bothy_config_decimal(config, "maker_fee");
    d->taker_fee = bothy_config_decimal(config, "taker_fee");
    d->funding_interval_ns = colon ? 8 * BOTHY_NS_PER_H : 0;
}

/* Several files may be of one instrument: it has what they have together, in the finest steps. */
static void add_format(struct replay_instrument *in, const struct replay_format *format)
{
    struct bothy_instrument *d = &in->definition;

    d->feeds |= format->feeds;
    if (format->kind == REPLAY_OHLCV)
        d->bar_timeframes |= UINT32_C(1) << format->timeframe;
    if (format->kind == REPLAY_FUNDING) {
        d->funding_interval_ns = format->interval_ns;
    } else if (d->tick_size.coefficient == 0 ||
               bothy_decimal_compare(format->tick_size, d->tick_size) < 0) {
        d->tick_size = bothy_decimal_normalise(format->tick_size);
    }
    if (format->kind != REPLAY_FUNDING &&
        (d->lot_size.coefficient == 0 || bothy_decimal_compare(format->lot_size, d->lot_size) < 0))
        d->lot_size = bothy_decimal_normalise(format->lot_size);
    if (format->feeds & BOTHY_FEED_BOOK)
        in->has_depth = 1;
}

static struct replay_instrument *instrument_of(struct replay *replay,
                                               const struct replay_format *format, uint32_t symbol,
                                               const struct bothy_config *config)
{
    struct replay_instrument *in = replay_find(replay, format->symbols[symbol].unified);

    if (!in) {
        in = calloc(1, sizeof *in);
        if (!in)
            return NULL;
        in->feed_state = UINT32_MAX;
        define(in, &format->symbols[symbol], config, replay->output.host->instance);
        replay->instruments[replay->instrument_count++] = in;
    }
    add_format(in, format);
    return in;
}

/* ---- files ---- */

static int32_t make_recording(struct replay *replay, struct replay_file *file,
                              const struct bothy_config *config, struct bothy_error *error)
{
    struct replay_recording *recording = calloc(1, sizeof *recording);

    if (!recording)
        return bothy_fail(error, BOTHY_ENOMEM, "no memory");
    file->recording = recording;
    recording->format = &file->format;
    recording->output = &replay->output;
    for (uint32_t i = 0; i < file->format.symbol_count; i++) {
        recording->instruments[i] = instrument_of(replay, &file->format, i, config);
        if (!recording->instruments[i])
            return bothy_fail(error, BOTHY_ENOMEM, "no memory");
    }
    return 0;
}

static int32_t add_file(struct replay *replay, const struct bothy_config *config, uint32_t number,
                        struct bothy_error *error)
{
    struct replay_file *file = &replay->files[replay->file_count];
    int32_t r = replay_format_make(config, number, &file->format, error);

    if (r == BOTHY_ENOENT)
        return 0;
    if (r < 0)
        return r;
    replay->file_count++;
    if (file->format.kind == REPLAY_RECORDING)
        return make_recording(replay, file, config, error);
    file->instrument = instrument_of(replay, &file->format, 0, config);
    return file->instrument ? 0 : bothy_fail(error, BOTHY_ENOMEM, "no memory");
}

/* Bars that end where the replay begins are of the past; trades at that instant are not. */
static int is_past(const struct replay *replay, const struct replay_record *record)
{
    if (record->kind == REPLAY_OHLCV)
        return record->ts_ns <= replay->start_ns;
    return record->ts_ns < replay->start_ns;
}

static int32_t begin_file(struct replay *replay, struct replay_file *file,
                          struct bothy_error *error)
{
    int32_t r =
        replay_reader_open(&file->reader, &file->format, &replay->output, replay->clamp, error);

    while (r == 0 && !file->reader.ended && is_past(replay, &file->reader.pending)) {
        if (file->recording)
            return bothy_fail(error, BOTHY_EINVAL,
                              "file%u: a recording plays from its first line, which is before "
                              "`start`: leave start out",
                              file->format.number);
        replay_count(&replay->output, "dropped: before start");
        r = replay_reader_advance(&file->reader, error);
    }
    return r;
}

void replay_teardown(struct replay *replay)
{
    for (uint32_t i = 0; i < replay->file_count; i++) {
        replay_reader_close(&replay->files[i].reader);
        replay_recording_free(replay->files[i].recording);
    }
    for (uint32_t i = 0; i < replay->instrument_count; i++) {
        replay_depth_free(&replay->instruments[i]->depth);
        free(replay->instruments[i]);
    }
    free(replay->output.book);
}

int32_t replay_setup(struct replay *replay, const struct bothy_config *config,
                     struct bothy_error *error)
{
    int32_t r = 0;

    replay->start_ns = bothy_config_ns(config, "start");
    replay->end_ns = bothy_config_ns(config, "end");
    replay->clamp = bothy_config_enum(config, "order") == 1;
    replay->output.book = malloc(sizeof(struct bothy_event) + sizeof(struct bothy_book) +
                                 BOTHY_BOOK_LEVELS_MAX * sizeof(struct bothy_level));
    if (!replay->output.book)
        return bothy_fail(error, BOTHY_ENOMEM, "no memory");
    for (uint32_t number = 1; r == 0 && number <= REPLAY_FILES_MAX; number++)
        r = add_file(replay, config, number, error);
    if (r == 0 && replay->file_count == 0)
        r = bothy_fail(error, BOTHY_EINVAL, "no data: set file1, and symbol1 with it");
    for (uint32_t i = 0; r == 0 && i < replay->instrument_count; i++) {
        struct bothy_instrument *d = &replay->instruments[i]->definition;

        /* Funding alone shows no prices. */
        if (d->tick_size.coefficient == 0)
            d->tick_size = d->lot_size = bothy_decimal_make(1, -8);
        /* Some digits of room: the first records need not show the finest. */
        replay_depth_init(&replay->instruments[i]->depth, d->tick_size.exponent - 2,
                          d->lot_size.exponent - 4);
    }
    for (uint32_t i = 0; r == 0 && i < replay->file_count; i++)
        r = begin_file(replay, &replay->files[i], error);
    return r;
}
