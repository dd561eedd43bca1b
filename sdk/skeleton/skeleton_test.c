/*
 * The unit test of skeleton, in the mock host of the SDK: no daemon, no sandbox, no clock but the
 * test's. Prints TAP. Add a function for everything that it must do, and must not.
 */
#include <bothy/bothy.h>
#include <bothy/mock.h>

#include <stdio.h>
#include <stdlib.h>

#define T0  (INT64_C(1700000100) * BOTHY_NS_PER_S) /* 2023-11-14T22:15:00Z: a bar opens */
#define BAR (5 * BOTHY_NS_PER_MIN)

static int number, failed;

static void expect(int good, const char *what)
{
    printf("%sok %d - %s\n", good ? "" : "not ", ++number, what);
    failed += !good;
}

/* An instance with one symbol, one option changed if `name` is not NULL, and not begun. */
static struct bothy_mock *make(const char *name, const char *value)
{
    struct bothy_error error = { 0 };
    struct bothy_mock *mock = NULL;

    if (bothy_mock_new(&bothy_plugin, "test", &mock, &error) < 0 ||
        bothy_mock_add_symbol(mock, "BTC/USDT:USDT", "demo") < 0 ||
        (name && bothy_mock_set(mock, name, value, &error) < 0)) {
        printf("Bail out! %s\n", error.text);
        exit(EXIT_FAILURE);
    }
    return mock;
}

/* The same, begun. */
static struct bothy_mock *begin(const char *name, const char *value)
{
    struct bothy_mock *mock = make(name, value);
    struct bothy_error error = { 0 };

    if (bothy_mock_begin(mock, &error) < 0) {
        printf("Bail out! %s\n", error.text);
        exit(EXIT_FAILURE);
    }
    return mock;
}

/* `count` bars that each close `step` above the one before. Returns the opening of the next. */
static int64_t walk(struct bothy_mock *mock, int64_t open_ns, int count, double *price, double step)
{
    for (int i = 0; i < count; i++) {
        struct bothy_mock_row row = { *price, *price, *price, *price + step, 10 };

        row.high = (step > 0 ? row.close : row.open) + 0.5;
        row.low = (step > 0 ? row.open : row.close) - 0.5;
        bothy_mock_bar(mock, 0, BOTHY_TF_5M, open_ns, &row);
        *price = row.close;
        open_ns += BAR;
    }
    return open_ns;
}

static void test_options(void)
{
    struct bothy_error error = { 0 };
    struct bothy_mock *mock = make("fast", "30");

    expect(bothy_mock_begin(mock, &error) == BOTHY_EINVAL, "fast must be shorter than slow");
    bothy_mock_free(mock);
}

static void test_subscription(void)
{
    struct bothy_mock *mock = begin("timeframe", "1h");
    const struct bothy_subscription *bars = bothy_mock_subscribed(mock, 0, BOTHY_FEED_BARS);

    expect(bars && bars->timeframe == BOTHY_TF_1H, "it asks for bars of its time frame");
    expect(bars && bars->history >= 26, "with history for the slow average");
    bothy_mock_free(mock);
}

static void test_cross(void)
{
    struct bothy_mock *mock = begin("confidence", "0.7");
    const struct bothy_signal *signal;
    double price = 1000;
    int64_t at;

    /* Down, and up again, in the past: it must not act on that. */
    bothy_mock_set_flags(mock, BOTHY_EVENT_HISTORY);
    at = walk(mock, T0, 60, &price, -1);
    at = walk(mock, at, 40, &price, 1);
    bothy_mock_set_flags(mock, 0);
    bothy_mock_history_end(mock, 0, BOTHY_TF_5M);
    expect(bothy_mock_signal_count(mock) == 0, "history gives no signal");

    at = walk(mock, at, 60, &price, -1);
    signal = bothy_mock_signal(mock, 0);
    expect(bothy_mock_signal_count(mock) == 1, "one cross gives one signal");
    expect(signal && signal->direction == BOTHY_DIRECTION_SHORT, "downwards: short");
    expect(signal && signal->confidence == 0.7, "with the confidence of its option");
    expect(signal && signal->stop_loss > signal->entry && signal->take_profit_1 < signal->entry,
           "a stop above, a target below");
    bothy_mock_answer_signal(mock, 0, "COOLDOWN", "left=20m");

    walk(mock, at, 60, &price, 1);
    signal = bothy_mock_signal(mock, 1);
    expect(bothy_mock_signal_count(mock) == 2 && signal->direction == BOTHY_DIRECTION_LONG,
           "and back: long");
    expect(bothy_mock_fault_count(mock) == 0, "the host had nothing to refuse");
    for (uint32_t i = 0; i < bothy_mock_fault_count(mock); i++)
        printf("# %s\n", bothy_mock_fault(mock, i));
    bothy_mock_free(mock);
}

int main(void)
{
    test_options();
    test_subscription();
    test_cross();
    printf("1..%d\n", number);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
