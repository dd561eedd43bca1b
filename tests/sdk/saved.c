/*
 * saved.h: what is written comes back to the symbol it was of, in bytes of a fixed layout; short
 * capacity costs whole symbols; and bytes that were not written so are refused before any is used.
 */
#include <bothy/random.h>
#include <bothy/saved.h>

#include "suite.h"

#include <stdlib.h>
#include <string.h>

struct point {
    int64_t ts_ns;
    int64_t value; /* ≥ 0 */
};

static int32_t point_valid(const void *item)
{
    const struct point *point = item;

    ck_assert_uint_eq((uintptr_t)item % _Alignof(struct point), 0);
    return point->ts_ns >= 0 && point->value >= 0;
}

#define POINTS_MAX 4
#define HEADER     16
#define RECORD     80
#define POINT      sizeof(struct point)

static const struct bothy_saved_format format = {
    .magic = 0x01020304,
    .version = 7,
    .item_size = sizeof(struct point),
    .items_max = POINTS_MAX,
    .item_valid = point_valid,
};

static struct bothy_config *config_of(const char *const *symbols, const char *const *venues,
                                      uint32_t count)
{
    struct bothy_config *config = bothy_config_new(NULL, 0, "bot");

    ck_assert_ptr_nonnull(config);
    for (uint32_t i = 0; i < count; i++)
        ck_assert_int_eq(bothy_config_add_symbol(config, symbols[i], venues[i]), 0);
    return config;
}

/* BTC and ETH on one venue, and BTC on another. */
static struct bothy_config *three_symbols(void)
{
    static const char *const symbols[] = { "BTC/USDT", "ETH/USDT", "BTC/USDT" };
    static const char *const venues[] = { "mexc", "mexc", "bybit" };

    return config_of(symbols, venues, 3);
}

/* Symbol i gets i + 1 points, the k-th of value 100 i + k. */
static int32_t write_points(const struct bothy_config *config, void *data, size_t capacity)
{
    struct bothy_saved_writer writer;
    int32_t r = bothy_saved_writer_init(&writer, &format, data, capacity);

    if (r < 0)
        return r;
    for (uint32_t i = 0; i < bothy_config_symbol_count(config); i++) {
        ck_assert_int_ge(bothy_saved_symbol(&writer, config, i), BOTHY_ERANGE);
        for (uint32_t k = 0; k <= i; k++) {
            struct point point = { 1000 + k, 100 * i + k };

            bothy_saved_put(&writer, &point);
        }
    }
    return bothy_saved_finish(&writer);
}

START_TEST(records_come_back_to_their_symbols)
{
    /* In another order, one symbol gone, one new. */
    static const char *const symbols[] = { "SOL/USDT", "BTC/USDT", "BTC/USDT" };
    static const char *const venues[] = { "mexc", "bybit", "mexc" };
    static const uint32_t expected_index[] = { 2, 1 }, expected_of[] = { 0, 2 };
    struct bothy_config *before = three_symbols(), *after = config_of(symbols, venues, 3);
    struct bothy_saved_reader reader;
    struct bothy_saved_record record;
    struct point point;
    char data[1024];
    int32_t length = write_points(before, data + 1, sizeof data - 1); /* not aligned */

    ck_assert_int_eq(length, (int32_t)(HEADER + 3 * RECORD + 6 * POINT));
    ck_assert_int_eq(bothy_saved_reader_init(&reader, &format, data + 1, (size_t)length), 0);
    for (uint32_t i = 0; i < 2; i++) {
        ck_assert_int_eq(bothy_saved_next(&reader, after, &record), 1);
        ck_assert_uint_eq(record.symbol_index, expected_index[i]);
        ck_assert_uint_eq(record.count, expected_of[i] + 1);
        for (uint32_t k = 0; k < record.count; k++) {
            ck_assert_int_eq(bothy_saved_get(&record, k, &point), 0);
            ck_assert_int_eq(point.ts_ns, 1000 + k);
            ck_assert_int_eq(point.value, 100 * expected_of[i] + k);
        }
        ck_assert_int_eq(bothy_saved_get(&record, record.count, &point), BOTHY_ENOENT);
    }
    ck_assert_int_eq(bothy_saved_next(&reader, after, &record), 0);
    ck_assert_int_eq(bothy_saved_next(&reader, after, &record), 0);
    bothy_config_free(before);
    bothy_config_free(after);
}
END_TEST

/* Bots that were updated read what they wrote before. */
START_TEST(layout_is_fixed)
{
    static const char *const symbol = "ETH/USDT", *const venue = "mexc";
    struct bothy_config *config = config_of(&symbol, &venue, 1);
    const uint32_t header[4] = { 0x01020304, 7, 1, 0 }, counts[2] = { 1, 0 };
    const struct point point = { 1000, 0 };
    char expected[HEADER + RECORD + POINT] = { 0 }, data[256];

    memcpy(expected, header, sizeof header);
    memcpy(expected + 16, symbol, strlen(symbol));
    memcpy(expected + 56, venue, strlen(venue));
    memcpy(expected + 88, counts, sizeof counts);
    memcpy(expected + 96, &point, sizeof point);
    memset(data, 0xaa, sizeof data);
    ck_assert_int_eq(write_points(config, data, sizeof data), (int32_t)sizeof expected);
    ck_assert_mem_eq(data, expected, sizeof expected);
    ck_assert_uint_eq((unsigned char)data[sizeof expected], 0xaa);
    bothy_config_free(config);
}
END_TEST

START_TEST(short_capacity_costs_whole_symbols)
{
    static const size_t complete[] = {
        HEADER,
        HEADER + RECORD + POINT,
        HEADER + 2 * RECORD + 3 * POINT,
        HEADER + 3 * RECORD + 6 * POINT,
    };
    struct bothy_config *config = three_symbols();
    struct bothy_saved_reader reader;
    uint32_t symbols = 0;

    for (size_t capacity = 0; capacity <= complete[3] + 1; capacity++) {
        char *data = malloc(capacity + 1); /* exact, for tools that watch its end */
        int32_t length;

        ck_assert_ptr_nonnull(data);
        data[capacity] = 0x55;
        length = write_points(config, data, capacity);
        if (symbols < 3 && capacity >= complete[symbols + 1])
            symbols++;
        if (capacity < HEADER) {
            ck_assert_int_eq(length, BOTHY_ERANGE);
        } else {
            ck_assert_int_eq(length, (int32_t)complete[symbols]);
            ck_assert_int_eq(bothy_saved_reader_init(&reader, &format, data, (size_t)length), 0);
            ck_assert_uint_eq(reader.records_left, symbols);
        }
        ck_assert_int_eq(data[capacity], 0x55);
        free(data);
    }
    bothy_config_free(config);
}
END_TEST

/* The second symbol is the largest here; the third would fit, but is not written. */
START_TEST(what_follows_a_lost_symbol_is_lost)
{
    struct bothy_config *config = three_symbols();
    const struct point point = { 1, 1 };
    struct bothy_saved_writer writer;
    char data[HEADER + 2 * (RECORD + POINT)];

    ck_assert_int_eq(bothy_saved_writer_init(&writer, &format, data, sizeof data), 0);
    ck_assert_int_eq(bothy_saved_symbol(&writer, config, 0), 0);
    ck_assert_int_eq(bothy_saved_put(&writer, &point), 0);
    ck_assert_int_eq(bothy_saved_symbol(&writer, config, 1), 0);
    ck_assert_int_eq(bothy_saved_put(&writer, &point), 0);
    ck_assert_int_eq(bothy_saved_put(&writer, &point), BOTHY_ERANGE);
    ck_assert_int_eq(bothy_saved_put(&writer, &point), BOTHY_ERANGE);
    ck_assert_int_eq(bothy_saved_symbol(&writer, config, 2), BOTHY_ERANGE);
    ck_assert_int_eq(bothy_saved_put(&writer, &point), BOTHY_ERANGE);
    ck_assert_int_eq(bothy_saved_finish(&writer), (int32_t)(HEADER + RECORD + POINT));
    bothy_config_free(config);
}
END_TEST

START_TEST(what_could_not_be_read_is_not_written)
{
    char long_name[BOTHY_SYMBOL_MAX + 1];
    const char *symbols[] = { "A/B", long_name, "C/D", "E/F" };
    static const char *const venues[] = { "v", "v", "a-venue-with-a-name-of-32-letters", "v" };
    const struct point good = { 1, 1 }, bad = { 1, -1 };
    struct bothy_saved_writer writer;
    struct bothy_saved_reader reader;
    struct bothy_saved_record record;
    struct bothy_config *config;
    char data[1024];
    int32_t length;

    memset(long_name, 'x', BOTHY_SYMBOL_MAX);
    long_name[BOTHY_SYMBOL_MAX] = '\0';
    config = config_of(symbols, venues, 4);
    ck_assert_int_eq(bothy_saved_writer_init(&writer, &format, data, sizeof data), 0);
    ck_assert_int_eq(bothy_saved_put(&writer, &good), BOTHY_EPERM);
    ck_assert_int_eq(bothy_saved_symbol(&writer, config, 0), 0); /* and gets no item */
    ck_assert_int_eq(bothy_saved_symbol(&writer, config, 1), BOTHY_ERANGE);
    ck_assert_int_eq(bothy_saved_put(&writer, &good), BOTHY_EPERM);
    ck_assert_int_eq(bothy_saved_symbol(&writer, config, 2), BOTHY_ERANGE);
    ck_assert_int_eq(bothy_saved_symbol(&writer, config, 4), BOTHY_ENOENT);
    ck_assert_int_eq(bothy_saved_symbol(&writer, config, 3), 0);
    ck_assert_int_eq(bothy_saved_put(&writer, &bad), BOTHY_EINVAL);
    for (uint32_t k = 0; k < POINTS_MAX; k++)
        ck_assert_int_eq(bothy_saved_put(&writer, &good), 0);
    ck_assert_int_eq(bothy_saved_put(&writer, &good), BOTHY_ERANGE);
    length = bothy_saved_finish(&writer);
    ck_assert_int_eq(length, (int32_t)(HEADER + RECORD + POINTS_MAX * POINT));
    ck_assert_int_eq(bothy_saved_reader_init(&reader, &format, data, (size_t)length), 0);
    ck_assert_int_eq(bothy_saved_next(&reader, config, &record), 1);
    ck_assert_uint_eq(record.symbol_index, 3);
    ck_assert_uint_eq(record.count, POINTS_MAX);
    ck_assert_int_eq(bothy_saved_next(&reader, config, &record), 0);
    bothy_config_free(config);
}
END_TEST

START_TEST(formats_have_limits)
{
    static const struct bothy_saved_format wrong[] = {
        { .item_size = 0, .items_max = 1 },
        { .item_size = BOTHY_SAVED_ITEM_MAX + 1, .items_max = 1 },
        { .item_size = 8, .items_max = 0 },
    };
    char data[HEADER] = { 0 };
    struct bothy_saved_writer writer;
    struct bothy_saved_reader reader;

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        ck_assert_int_eq(bothy_saved_writer_init(&writer, &wrong[i], data, sizeof data),
                         BOTHY_EINVAL);
        ck_assert_int_eq(bothy_saved_reader_init(&reader, &wrong[i], data, sizeof data),
                         BOTHY_EINVAL);
    }
}
END_TEST

static int32_t read_with(const void *data, size_t length, const struct bothy_saved_format *as)
{
    struct bothy_saved_reader reader, untouched;
    char *exact = malloc(length > 0 ? length : 1);
    int32_t r;

    ck_assert_ptr_nonnull(exact);
    memcpy(exact, data, length);
    memset(&reader, 0x5a, sizeof reader);
    memcpy(&untouched, &reader, sizeof reader);
    r = bothy_saved_reader_init(&reader, as, exact, length);
    if (r < 0)
        ck_assert_mem_eq(&reader, &untouched, sizeof reader);
    free(exact);
    return r;
}

START_TEST(damage_is_refused)
{
    static const struct {
        size_t at;
        size_t length;
        unsigned char byte;
    } damages[] = {
        { 0, 1, 0 },              /* magic */
        { 4, 1, 8 },              /* version */
        { 8, 1, 2 },              /* fewer records than bytes */
        { 8, 1, 4 },              /* more records than bytes */
        { 8, 4, 0xff },           /* very many records */
        { HEADER, 40, 'x' },      /* a symbol without an end */
        { HEADER + 40, 32, 'x' }, /* a venue without an end */
        { HEADER + 72, 1, 0 },    /* count: its items are taken for a record */
        { HEADER + 72, 1, 5 },    /* more than items_max */
        { HEADER + 72, 4, 0xff }, /* its size in bytes would wrap */
        { HEADER + 87, 1, 0x80 }, /* a time before 1970 */
        { HEADER + 95, 1, 0x80 }, /* a negative value */
    };
    struct bothy_config *config = three_symbols();
    struct bothy_saved_format other = format;
    char data[1024], damaged[1024];
    size_t length = (size_t)write_points(config, data, sizeof data);

    ck_assert_int_eq(read_with(data, length, &format), 0);
    for (size_t cut = 0; cut < length; cut++)
        ck_assert_int_eq(read_with(data, cut, &format), BOTHY_ECORRUPT);
    ck_assert_int_eq(read_with(data, length + 1, &format), BOTHY_ECORRUPT);
    for (size_t i = 0; i < sizeof damages / sizeof damages[0]; i++) {
        memcpy(damaged, data, length);
        memset(damaged + damages[i].at, damages[i].byte, damages[i].length);
        ck_assert_msg(read_with(damaged, length, &format) == BOTHY_ECORRUPT, "damage %zu", i);
    }
    other.item_size = 24;
    ck_assert_int_eq(read_with(data, length, &other), BOTHY_ECORRUPT);
    other.item_size = format.item_size;
    other.items_max = 2; /* the third symbol has three */
    ck_assert_int_eq(read_with(data, length, &other), BOTHY_ECORRUPT);
    bothy_config_free(config);
}
END_TEST

/* Whatever passes the checks can be read to its end, and holds only items that are believed. */
START_TEST(random_bytes_do_no_harm)
{
    struct bothy_config *config = three_symbols();
    struct bothy_random random;
    char data[1024], *damaged;
    size_t length = (size_t)write_points(config, data, sizeof data);
    uint32_t accepted = 0;

    bothy_random_seed(&random, 1);
    damaged = malloc(length);
    ck_assert_ptr_nonnull(damaged);
    for (uint32_t round = 0; round < 20000; round++) {
        struct bothy_saved_reader reader;
        struct bothy_saved_record record;
        uint32_t records = 0;

        memcpy(damaged, data, length);
        for (uint64_t changes = 1 + bothy_random_below(&random, 4); changes > 0; changes--)
            damaged[bothy_random_below(&random, length)] = (char)bothy_random_below(&random, 256);
        if (bothy_saved_reader_init(&reader, &format, damaged, length) < 0)
            continue;
        accepted++;
        while (bothy_saved_next(&reader, config, &record)) {
            ck_assert_uint_lt(record.symbol_index, 3);
            ck_assert_uint_le(record.count, POINTS_MAX);
            for (uint32_t k = 0; k < record.count; k++) {
                struct point point;

                ck_assert_int_eq(bothy_saved_get(&record, k, &point), 0);
                ck_assert_int_eq(point_valid(&point), 1);
            }
            records++;
        }
        ck_assert_uint_le(records, 3);
        ck_assert_uint_eq(reader.records_left, 0);
    }
    ck_assert_uint_gt(accepted, 0); /* a changed letter of a name passes */
    free(damaged);
    bothy_config_free(config);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("saved");
    TCase *all = tcase_create("all");

    tcase_add_test(all, records_come_back_to_their_symbols);
    tcase_add_test(all, layout_is_fixed);
    tcase_add_test(all, short_capacity_costs_whole_symbols);
    tcase_add_test(all, what_follows_a_lost_symbol_is_lost);
    tcase_add_test(all, what_could_not_be_read_is_not_written);
    tcase_add_test(all, formats_have_limits);
    tcase_add_test(all, damage_is_refused);
    tcase_add_test(all, random_bytes_do_no_harm);
    suite_add_tcase(suite, all);
    return suite;
}

BOTHY_TEST_MAIN(make_suite)
