/*
 * bothy/saved.h: what a bot keeps over a restart, as bytes for save() and load(): records by
 * symbol and venue, each with a number of items of one fixed size.
 *
 *     struct sample { int64_t ts_ns; double value; };
 *     static int32_t sample_valid(const void *item) { ... }
 *     static const struct bothy_saved_format format = {
 *         .magic = UINT32_C(0x504d4153), .version = 1,
 *         .item_size = sizeof(struct sample), .items_max = 32, .item_valid = sample_valid,
 *     };
 *
 *     r = bothy_saved_writer_init(&writer, &format, data, capacity);
 *     for each symbol index:
 *         bothy_saved_symbol(&writer, config, index);
 *         for each of its samples: bothy_saved_put(&writer, &sample);
 *     return bothy_saved_finish(&writer);
 *
 *     r = bothy_saved_reader_init(&reader, &format, data, length);
 *     while (bothy_saved_next(&reader, config, &record))
 *         for each k below record.count: bothy_saved_get(&record, k, &sample);
 *
 * The bytes are read on the machine that wrote them, so numbers are in its own form; but they are
 * believed only after all of them were checked: a reader that was initialised has no bad record
 * further on, so a bot never stops halfway through what it takes back.
 *
 *     ┌ magic u32 ┬ version u32 ┬ records u32 ┬ 0 u32 ┐                     header, 16 bytes
 *     ├ symbol [BOTHY_SYMBOL_MAX] ┬ venue [BOTHY_NAME_MAX] ┬ count u32 ┬ 0 u32 ┤   a record,
 *     ├ item ┬ item ┬ … count of them ┤                                         80 bytes and items
 *     └ …
 *
 * Nothing allocates. All functions are pure: any thread, any state; a writer or reader is used by
 * one thread at a time. Members of both are for the functions only.
 */
#ifndef BOTHY_SAVED_H
#define BOTHY_SAVED_H

#include <bothy/base.h>
#include <bothy/config.h>
#include <bothy/event.h>

BOTHY_BEGIN

#define BOTHY_SAVED_ITEM_MAX 256 /* bytes of an item */

/* What a bot's records look like; constant data of the bot. */
struct bothy_saved_format {
    uint32_t magic;     /* the bot's own number, so that no other's bytes are taken */
    uint32_t version;   /* of the items; another one needs a format of its own to be read */
    uint32_t item_size; /* bytes, 1 … BOTHY_SAVED_ITEM_MAX; padding in an item is to be avoided */
    uint32_t items_max; /* most items of one record, ≥ 1 */
    /* Returns 1 if the item [borrowed until return], which is aligned for any type, may be
     * believed, or 0. NULL: all may. */
    int32_t (*item_valid)(const void *item);
};

/* ---- Writing ------------------------------------------------------------------------- */

struct bothy_saved_writer {
    const struct bothy_saved_format *format;
    char *data;
    size_t capacity;
    size_t used;      /* bytes of the header and of the records that are complete */
    size_t open_size; /* bytes of the record that is being written; 0: there is none */
    uint32_t records;
    uint32_t count; /* items of the record that is being written */
    uint32_t full;
    uint32_t reserved;
};

/*
 * Effect: begins with no record. `format` and the `capacity` bytes of `data` stay [borrowed] until
 * bothy_saved_finish(). Errors: BOTHY_EINVAL a format outside its limits; BOTHY_ERANGE not even
 * the header fits.
 */
BOTHY_API int32_t bothy_saved_writer_init(struct bothy_saved_writer *writer,
                                          const struct bothy_saved_format *format, void *data,
                                          size_t capacity);

/*
 * Effect: completes the record before, and begins that of symbol `index` of `config` [borrowed
 * until return]. A record that gets no item is left out. Errors, with no record begun:
 * BOTHY_ENOENT no such symbol; BOTHY_ERANGE a name too long for a record, or an earlier record
 * did not fit.
 */
BOTHY_API int32_t bothy_saved_symbol(struct bothy_saved_writer *writer,
                                     const struct bothy_config *config, uint32_t index);

/*
 * Effect: adds an item [borrowed until return], aligned for its type, to the record. Where the
 * capacity is short the whole record is left out, and so are all that follow: what is kept is the
 * first symbols, complete. Errors, with the item left out: BOTHY_EPERM no record was begun;
 * BOTHY_EINVAL item_valid() does not believe it, so load() would refuse everything;
 * BOTHY_ERANGE items_max or the capacity is reached. A bot that keeps what it can needs to look
 * at none of them.
 */
BOTHY_API int32_t bothy_saved_put(struct bothy_saved_writer *writer, const void *item);

/* Effect: completes the last record and the header. Returns the length, in bytes. */
BOTHY_API int32_t bothy_saved_finish(struct bothy_saved_writer *writer);

/* ---- Reading ------------------------------------------------------------------------- */

struct bothy_saved_reader {
    const struct bothy_saved_format *format;
    const char *data;
    size_t length;
    size_t used; /* bytes that were read */
    uint32_t records_left;
    uint32_t reserved;
};

/* The items of one symbol. */
struct bothy_saved_record {
    uint32_t symbol_index; /* in the configuration that was asked */
    uint32_t count;
    uint32_t item_size;
    uint32_t reserved;
    const void *items; /* [borrowed] from the data; not aligned: bothy_saved_get() */
};

/*
 * Effect: checks all of `data`, which may be any bytes: header, lengths, names, counts, and each
 * item with item_valid(); then stands before the first record. `format` and `data` stay [borrowed]
 * as long as the reader is used. Errors, with *reader unchanged: BOTHY_EINVAL a format outside its
 * limits; BOTHY_ECORRUPT another magic or version, or bytes that fail a check.
 */
BOTHY_API int32_t bothy_saved_reader_init(struct bothy_saved_reader *reader,
                                          const struct bothy_saved_format *format, const void *data,
                                          size_t length);

/*
 * Effect: goes to the next record of a symbol that `config` [borrowed until return] has; the others
 * are passed over. Returns 1, or 0 if there is none left.
 */
BOTHY_API int32_t bothy_saved_next(struct bothy_saved_reader *reader,
                                   const struct bothy_config *config,
                                   struct bothy_saved_record *ret_record);

/* Effect: copies item `index` into item_size bytes at `ret_item`. Errors: BOTHY_ENOENT. */
BOTHY_API int32_t bothy_saved_get(const struct bothy_saved_record *record, uint32_t index,
                                  void *ret_item);

BOTHY_END

#endif
