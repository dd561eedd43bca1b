/*
 * What the tests of our strategies share: the mock host of the SDK, with every call asserted. The
 * plugin is linked into the test. A test that ends without end() has not looked for faults.
 */
#ifndef BOTHY_TESTS_STRATEGY_H
#define BOTHY_TESTS_STRATEGY_H

#include <bothy/bothy.h>
#include <bothy/mock.h>

#include <check.h>
#include <stdio.h>

#define T0 (INT64_C(1641000000) * BOTHY_NS_PER_S) /* 2022-01-01T01:20:00Z */

/* An event reached the plugin, or was none of its business. */
#define sent(call) ck_assert_int_ge(call, 0)

static inline struct bothy_mock *new_mock(uint32_t symbol_count)
{
    struct bothy_mock *mock = NULL;
    struct bothy_error error = { 0 };
    char name[BOTHY_SYMBOL_MAX];

    ck_assert_msg(bothy_mock_new(&bothy_plugin, "test", &mock, &error) == 0, "%s", error.text);
    for (uint32_t i = 0; i < symbol_count; i++) {
        snprintf(name, sizeof name, "COIN%u/USDT:USDT", i);
        ck_assert_int_eq(bothy_mock_add_symbol(mock, name, "venue"), (int)i);
    }
    ck_assert_int_eq(bothy_mock_advance_to(mock, T0), 0);
    return mock;
}

static inline void set_option(struct bothy_mock *mock, const char *name, const char *text)
{
    struct bothy_error error = { 0 };

    ck_assert_msg(bothy_mock_set(mock, name, text, &error) == 0, "%s = %s: %s", name, text,
                  error.text);
}

static inline void set_symbol_option(struct bothy_mock *mock, uint32_t symbol, const char *name,
                                     const char *text)
{
    struct bothy_error error = { 0 };

    ck_assert_msg(bothy_mock_set_symbol(mock, symbol, name, text, &error) == 0, "%s = %s: %s", name,
                  text, error.text);
}

static inline void begin(struct bothy_mock *mock)
{
    struct bothy_error error = { 0 };

    ck_assert_msg(bothy_mock_begin(mock, &error) == 0, "%s", error.text);
}

/* The same, with a saved state. Returns what load() said. */
static inline int32_t begin_with(struct bothy_mock *mock, const void *state, size_t length)
{
    struct bothy_error error = { 0 };
    int32_t loaded;

    ck_assert_msg(bothy_mock_check(mock, &error) == 0, "%s", error.text);
    ck_assert_msg(bothy_mock_create(mock, &error) == 0, "%s", error.text);
    loaded = bothy_mock_load(mock, state, length);
    ck_assert_msg(bothy_mock_start(mock, &error) == 0, "%s", error.text);
    return loaded;
}

/* Defaults but for one value. */
static inline int32_t reload(struct bothy_mock *mock, const char *name, const char *text)
{
    struct bothy_config *config = bothy_mock_config_new(mock);
    struct bothy_error error = { 0 };

    ck_assert_int_eq(bothy_config_set(config, BOTHY_CONFIG_ALL_SYMBOLS, name, text, &error), 0);
    return bothy_mock_reload(mock, config, &error);
}

static inline void end(struct bothy_mock *mock)
{
    for (uint32_t i = 0; i < bothy_mock_fault_count(mock); i++)
        ck_abort_msg("fault: %s", bothy_mock_fault(mock, i));
    bothy_mock_free(mock);
}

static inline void bar(struct bothy_mock *mock, uint32_t symbol, uint32_t timeframe,
                       int64_t open_ns, struct bothy_mock_row row, uint32_t flags)
{
    bothy_mock_set_flags(mock, flags);
    sent(bothy_mock_bar(mock, symbol, timeframe, open_ns, &row));
    bothy_mock_set_flags(mock, 0);
}

static inline const struct bothy_signal *last_signal(const struct bothy_mock *mock)
{
    ck_assert_uint_gt(bothy_mock_signal_count(mock), 0);
    return bothy_mock_signal(mock, bothy_mock_signal_count(mock) - 1);
}

static inline double number_of(const struct bothy_signal *signal, const char *name)
{
    const struct bothy_signal_extra *extra = bothy_signal_find(signal, name);

    ck_assert_msg(extra && extra->kind == BOTHY_EXTRA_NUMBER, "no number %s", name);
    return extra->number;
}

static inline const char *text_of(const struct bothy_signal *signal, const char *name)
{
    const struct bothy_signal_extra *extra = bothy_signal_find(signal, name);

    ck_assert_msg(extra && extra->kind == BOTHY_EXTRA_TEXT, "no text %s", name);
    return extra->text;
}

#endif
