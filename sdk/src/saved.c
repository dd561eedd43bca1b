/*
 * Records of saved state. A writer keeps `used` at the end of the last complete record, so that a
 * record that does not fit is dropped by forgetting it. A reader walks all records once before it
 * hands out the first; both walks go through read_record(), so none is bounded by less than the
 * other. What the items mean is the bot's.
 */
#include <bothy/saved.h>

#include <stddef.h>
#include <string.h>

struct header {
    uint32_t magic;
    uint32_t version;
    uint32_t records;
    uint32_t reserved;
};

/* `count` items follow. */
struct record {
    char symbol[BOTHY_SYMBOL_MAX];
    char venue[BOTHY_NAME_MAX];
    uint32_t count;
    uint32_t reserved;
};

_Static_assert(sizeof(struct header) == 16 && sizeof(struct record) == 80,
               "the layout is that of files already written");

static int good_format(const struct bothy_saved_format *format)
{
    return format->item_size >= 1 && format->item_size <= BOTHY_SAVED_ITEM_MAX &&
           format->items_max >= 1;
}

static int good_item(const struct bothy_saved_format *format, const void *item)
{
    return !format->item_valid || format->item_valid(item);
}

/* ---- writing ---- */

int32_t bothy_saved_writer_init(struct bothy_saved_writer *writer,
                                const struct bothy_saved_format *format, void *data,
                                size_t capacity)
{
    if (!good_format(format))
        return BOTHY_EINVAL;
    if (capacity < sizeof(struct header))
        return BOTHY_ERANGE;
    *writer = (struct bothy_saved_writer) {
        .format = format,
        .data = data,
        .capacity = capacity < INT32_MAX ? capacity : INT32_MAX, /* a length is an int32_t */
        .used = sizeof(struct header),
    };
    return 0;
}

static void complete_record(struct bothy_saved_writer *writer)
{
    if (writer->count > 0) {
        memcpy(writer->data + writer->used + offsetof(struct record, count), &writer->count,
               sizeof writer->count);
        writer->used += writer->open_size;
        writer->records++;
    }
    writer->open_size = 0;
    writer->count = 0;
}

/* Returns 1, or 0 if the text and its end do not fit. The rest of `to` is 0 already. */
static int copy_name(char *to, size_t capacity, const char *from)
{
    size_t length = strlen(from);

    if (length >= capacity)
        return 0;
    memcpy(to, from, length);
    return 1;
}

/* The record that is being written is dropped, and no other is taken. */
static int32_t be_full(struct bothy_saved_writer *writer)
{
    writer->full = 1;
    writer->open_size = 0;
    writer->count = 0;
    return BOTHY_ERANGE;
}

int32_t bothy_saved_symbol(struct bothy_saved_writer *writer, const struct bothy_config *config,
                           uint32_t index)
{
    struct record record = { .count = 0 };

    complete_record(writer);
    if (index >= bothy_config_symbol_count(config))
        return BOTHY_ENOENT;
    if (writer->full ||
        !copy_name(record.symbol, sizeof record.symbol, bothy_config_symbol(config, index)) ||
        !copy_name(record.venue, sizeof record.venue, bothy_config_symbol_venue(config, index)))
        return BOTHY_ERANGE;
    writer->open_size = sizeof record;
    /* Without room it is no loss yet: only a record with items is kept, and put() sees that. */
    if (writer->capacity - writer->used >= sizeof record)
        memcpy(writer->data + writer->used, &record, sizeof record);
    return 0;
}

int32_t bothy_saved_put(struct bothy_saved_writer *writer, const void *item)
{
    size_t size = writer->format->item_size;

    if (writer->full)
        return BOTHY_ERANGE;
    if (writer->open_size == 0)
        return BOTHY_EPERM;
    if (!good_item(writer->format, item))
        return BOTHY_EINVAL;
    if (writer->count == writer->format->items_max)
        return BOTHY_ERANGE;
    if (writer->capacity - writer->used < writer->open_size + size)
        return be_full(writer);
    memcpy(writer->data + writer->used + writer->open_size, item, size);
    writer->open_size += size;
    writer->count++;
    return 0;
}

int32_t bothy_saved_finish(struct bothy_saved_writer *writer)
{
    struct header header = { .magic = writer->format->magic, .version = writer->format->version };

    complete_record(writer);
    header.records = writer->records;
    memcpy(writer->data, &header, sizeof header);
    return (int32_t)writer->used;
}

/* ---- reading ---- */

/*
 * Reads the head of the next record and passes over its items, which stay unread; *ret_items
 * points at them. Errors: BOTHY_ECORRUPT.
 */
static int32_t read_record(struct bothy_saved_reader *reader, struct record *ret_head,
                           const char **ret_items)
{
    size_t left = reader->length - reader->used;
    const char *from = reader->data + reader->used;
    struct record head;

    if (left < sizeof head)
        return BOTHY_ECORRUPT;
    memcpy(&head, from, sizeof head);
    left -= sizeof head;
    if (!memchr(head.symbol, '\0', sizeof head.symbol) ||
        !memchr(head.venue, '\0', sizeof head.venue) || head.count > reader->format->items_max ||
        left / reader->format->item_size < head.count)
        return BOTHY_ECORRUPT;
    *ret_head = head;
    *ret_items = from + sizeof head;
    reader->used += sizeof head + (size_t)head.count * reader->format->item_size;
    reader->records_left--;
    return 0;
}

/* `reader` is a copy that is spent. */
static int32_t check_records(struct bothy_saved_reader reader)
{
    size_t size = reader.format->item_size;

    while (reader.records_left > 0) {
        struct record head;
        const char *items;
        int32_t r = read_record(&reader, &head, &items);

        if (r < 0)
            return r;
        for (uint32_t k = 0; k < head.count; k++) {
            _Alignas(max_align_t) char item[BOTHY_SAVED_ITEM_MAX];

            memcpy(item, items + k * size, size);
            if (!good_item(reader.format, item))
                return BOTHY_ECORRUPT;
        }
    }
    return reader.used == reader.length ? 0 : BOTHY_ECORRUPT;
}

int32_t bothy_saved_reader_init(struct bothy_saved_reader *reader,
                                const struct bothy_saved_format *format, const void *data,
                                size_t length)
{
    struct bothy_saved_reader fresh = {
        .format = format, .data = data, .length = length, .used = sizeof(struct header)
    };
    struct header header;
    int32_t r;

    if (!good_format(format))
        return BOTHY_EINVAL;
    if (length < sizeof header)
        return BOTHY_ECORRUPT;
    memcpy(&header, data, sizeof header);
    if (header.magic != format->magic || header.version != format->version)
        return BOTHY_ECORRUPT;
    fresh.records_left = header.records;
    r = check_records(fresh);
    if (r == 0)
        *reader = fresh;
    return r;
}

static uint32_t find_symbol(const struct bothy_config *config, const struct record *head)
{
    uint32_t count = bothy_config_symbol_count(config), i;

    for (i = 0; i < count; i++)
        if (strcmp(bothy_config_symbol(config, i), head->symbol) == 0 &&
            strcmp(bothy_config_symbol_venue(config, i), head->venue) == 0)
            break;
    return i;
}

int32_t bothy_saved_next(struct bothy_saved_reader *reader, const struct bothy_config *config,
                         struct bothy_saved_record *ret_record)
{
    while (reader->records_left > 0) {
        struct record head;
        const char *items;
        uint32_t index;

        if (read_record(reader, &head, &items) < 0)
            return 0; /* the bytes have changed since they were checked */
        index = find_symbol(config, &head);
        if (index == bothy_config_symbol_count(config))
            continue;
        *ret_record = (struct bothy_saved_record) {
            .symbol_index = index,
            .count = head.count,
            .item_size = reader->format->item_size,
            .items = items,
        };
        return 1;
    }
    return 0;
}

int32_t bothy_saved_get(const struct bothy_saved_record *record, uint32_t index, void *ret_item)
{
    if (index >= record->count)
        return BOTHY_ENOENT;
    memcpy(ret_item, (const char *)record->items + (size_t)index * record->item_size,
           record->item_size);
    return 0;
}
