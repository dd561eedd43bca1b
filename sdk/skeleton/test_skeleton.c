/*
 * The unit test of the skeleton, against the mock host of bothy/mock.h. It is compiled together
 * with skeleton.c:  make test
 */
#include <bothy/bothy.h>
#include <bothy/mock.h>

#include <stdio.h>

#define BEGIN_NS INT64_C(1704067200000000000)

static int failed;

#define EXPECT(condition)                                                                          \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            printf("not ok: %s:%d: %s\n", __FILE__, __LINE__, #condition);                         \
            failed = 1;                                                                            \
        }                                                                                          \
    } while (0)

static struct bothy_mock *start(void)
{
    struct bothy_mock *mock = bothy_mock_new(&bothy_plugin);
    struct bothy_error error = { 0 };

    EXPECT(bothy_mock_add_symbol(mock, "BTC/USDT", "venue") == 1);
    EXPECT(bothy_mock_set(mock, "fast", "3", &error) == 0);
    EXPECT(bothy_mock_set(mock, "slow", "6", &error) == 0);
    EXPECT(bothy_mock_start(mock, &error) == 0);
    return mock;
}

/* Bars whose close goes by `step`, from *price on. */
static void walk(struct bothy_mock *mock, int count, double step, double *price, int64_t *at_ns)
{
    for (int i = 0; i < count; i++) {
        double open = *price;

        *price += step;
        EXPECT(bothy_mock_ohlc(mock, 1, BOTHY_TF_5M, *at_ns, open,
                               (open > *price ? open : *price) + 200,
                               (open < *price ? open : *price) - 200, *price, 10) == 0);
        *at_ns += 5 * BOTHY_NS_PER_MIN;
    }
}

static void test_refuses_what_cannot_be(void)
{
    struct bothy_mock *mock = bothy_mock_new(&bothy_plugin);
    struct bothy_error error = { 0 };

    bothy_mock_add_symbol(mock, "BTC/USDT", "venue");
    EXPECT(bothy_mock_set(mock, "fast", "30", &error) == 0);
    EXPECT(bothy_mock_set(mock, "fast", "many", &error) == BOTHY_EINVAL);
    EXPECT(bothy_mock_start(mock, &error) == BOTHY_EINVAL);
    bothy_mock_free(mock);
}

static void test_asks_for_bars(void)
{
    struct bothy_mock *mock = start();

    EXPECT(bothy_mock_subscription_count(mock) == 1);
    EXPECT(bothy_mock_subscription(mock, 0)->feeds == BOTHY_FEED_BARS);
    EXPECT(bothy_mock_subscription(mock, 0)->history == 24);
    bothy_mock_free(mock);
}

static void test_signals_on_a_cross(void)
{
    struct bothy_mock *mock = start();
    const struct bothy_signal *signal;
    int64_t at_ns = BEGIN_NS;
    double price = 40000;

    walk(mock, 40, -50, &price, &at_ns);
    EXPECT(bothy_mock_signal_count(mock) == 0);
    walk(mock, 10, 150, &price, &at_ns);
    EXPECT(bothy_mock_signal_count(mock) == 1);
    signal = bothy_mock_signal(mock, 0);
    if (signal) {
        EXPECT(signal->direction == BOTHY_DIRECTION_LONG);
        EXPECT(signal->stop_loss < signal->entry);
        EXPECT(signal->take_profit_1 > signal->entry);
    }
    walk(mock, 20, -150, &price, &at_ns);
    EXPECT(bothy_mock_signal_count(mock) == 2);
    bothy_mock_free(mock);
}

/* A host that has no room now must not make it stumble. */
static void test_survives_a_full_host(void)
{
    struct bothy_mock *mock = start();
    int64_t at_ns = BEGIN_NS;
    double price = 40000;

    bothy_mock_refuse(mock, BOTHY_EAGAIN);
    walk(mock, 40, -50, &price, &at_ns);
    walk(mock, 10, 150, &price, &at_ns);
    EXPECT(bothy_mock_signal_count(mock) == 0);
    bothy_mock_free(mock);
}

int main(void)
{
    test_refuses_what_cannot_be();
    test_asks_for_bars();
    test_signals_on_a_cross();
    test_survives_a_full_host();
    printf("%s 1 - skeleton\n1..1\n", failed ? "not ok" : "ok");
    return failed;
}
