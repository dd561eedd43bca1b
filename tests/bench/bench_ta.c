/*
 * What one bar costs each indicator, beside going through the whole window again (where there
 * is a window). Bars are a random walk of 4096, fed in a circle.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bothy/ta.h>

#include "bench.h"

#define BARS   4096 /* a power of two */
#define PERIOD 20

struct series {
    struct bothy_ta_bar bars[BARS];
    uint32_t next;
    struct bothy_ta ta;
    double ring[256];
};

static struct series series;

static void make_bars(void)
{
    uint64_t state = 1;
    double price = 1000;

    for (int k = 0; k < BARS; k++) {
        double step[4];

        for (int j = 0; j < 4; j++) {
            state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            step[j] = (double)(state >> 11) / 9007199254740992.0;
        }
        series.bars[k].open = price;
        price += step[0] - 0.5;
        series.bars[k].close = price;
        series.bars[k].high = fmax(price, series.bars[k].open) + step[1];
        series.bars[k].low = fmin(price, series.bars[k].open) - step[2];
        series.bars[k].volume = 100 * step[3];
    }
}

/* The bar `ago` bars before the one that is fed next. */
static const struct bothy_ta_bar *bar_before(const struct series *s, uint32_t ago)
{
    return &s->bars[(s->next - 1 - ago) & (BARS - 1)];
}

#define FEED(name, state_type, call)                                                               \
    static void feed_##name(void *context, uint64_t iterations)                                    \
    {                                                                                              \
        struct series *s = context;                                                                \
        state_type value = { 0 };                                                                  \
                                                                                                   \
        while (iterations--) {                                                                     \
            const struct bothy_ta_bar *bar = &s->bars[s->next];                                    \
                                                                                                   \
            s->next = (s->next + 1) & (BARS - 1);                                                  \
            call;                                                                                  \
        }                                                                                          \
        BENCH_KEEP(value);                                                                         \
    }

FEED(sma, double, bothy_sma_push(&s->ta.state.sma, bar->close, &value))
FEED(ema, double, bothy_ema_push(&s->ta.state.ema, bar->close, &value))
FEED(wma, double, bothy_wma_push(&s->ta.state.weighted, bar->close, &value))
FEED(slope, double, bothy_linreg_slope_push(&s->ta.state.weighted, bar->close, &value))
FEED(stddev, double, bothy_stddev_push(&s->ta.state.stddev, bar->close, &value, NULL))
FEED(bbands, struct bothy_bbands_value, bothy_bbands_push(&s->ta.state.bbands, bar->close, &value))
FEED(momentum, struct bothy_momentum_value,
     bothy_momentum_push(&s->ta.state.momentum, bar->close, &value))
FEED(rsi, double, bothy_rsi_push(&s->ta.state.rsi, bar->close, &value))
FEED(macd, struct bothy_macd_value, bothy_macd_push(&s->ta.state.macd, bar->close, &value))
FEED(stoch, struct bothy_stoch_value,
     bothy_stoch_push(&s->ta.state.stoch, bar->high, bar->low, bar->close, &value))
FEED(stochrsi, struct bothy_stochrsi_value,
     bothy_stochrsi_push(&s->ta.state.stochrsi, bar->close, &value))
FEED(willr, double, bothy_willr_push(&s->ta.state.willr, bar->high, bar->low, bar->close, &value))
FEED(cci, double, bothy_cci_push(&s->ta.state.cci, bar->high, bar->low, bar->close, &value))
FEED(true_range, double,
     bothy_true_range_push(&s->ta.state.true_range, bar->high, bar->low, bar->close, &value))
FEED(atr, double, bothy_atr_push(&s->ta.state.atr, bar->high, bar->low, bar->close, &value))
FEED(adx, struct bothy_adx_value,
     bothy_adx_push(&s->ta.state.adx, bar->high, bar->low, bar->close, &value))
FEED(psar, struct bothy_psar_value, bothy_psar_push(&s->ta.state.psar, bar->high, bar->low, &value))
FEED(obv, double, bothy_obv_push(&s->ta.state.obv, bar->close, bar->volume, &value))
FEED(mfi, double,
     bothy_mfi_push(&s->ta.state.mfi, bar->high, bar->low, bar->close, bar->volume, &value))
FEED(volume, double, bothy_rolling_push(&s->ta.state.rolling, bar->volume, &value))

/* The references: each goes through the last PERIOD bars. */

static double mean_again(const struct series *s)
{
    double sum = 0;

    for (uint32_t k = 0; k < PERIOD; k++)
        sum += bar_before(s, k)->close;
    return sum / PERIOD;
}

static double stddev_again(const struct series *s)
{
    double mean = mean_again(s), squares = 0;

    for (uint32_t k = 0; k < PERIOD; k++) {
        double difference = bar_before(s, k)->close - mean;

        squares += difference * difference;
    }
    return sqrt(squares / PERIOD);
}

static double wma_again(const struct series *s)
{
    double sum = 0;

    for (uint32_t k = 0; k < PERIOD; k++)
        sum += (PERIOD - k) * bar_before(s, k)->close;
    return sum / (PERIOD * (PERIOD + 1) / 2);
}

static double slope_again(const struct series *s)
{
    double mean = mean_again(s), along = 0, about = 0;

    for (uint32_t k = 0; k < PERIOD; k++) {
        double t = (PERIOD - 1) / 2.0 - k;

        along += t * (bar_before(s, k)->close - mean);
        about += t * t;
    }
    return along / about;
}

static double willr_again(const struct series *s)
{
    double highest = bar_before(s, 0)->high, lowest = bar_before(s, 0)->low;

    for (uint32_t k = 1; k < PERIOD; k++) {
        highest = fmax(highest, bar_before(s, k)->high);
        lowest = fmin(lowest, bar_before(s, k)->low);
    }
    return highest > lowest ? 100 * ((bar_before(s, 0)->close - highest) / (highest - lowest)) : 0;
}

static double range_mean_again(const struct series *s)
{
    double sum = 0;

    for (uint32_t k = 0; k < PERIOD; k++) {
        const struct bothy_ta_bar *bar = bar_before(s, k);
        double before = bar_before(s, k + 1)->close;

        sum += fmax(bar->high - bar->low, fmax(fabs(bar->high - before), fabs(bar->low - before)));
    }
    return sum / PERIOD;
}

static double volume_again(const struct series *s)
{
    double sum = 0;

    for (uint32_t k = 0; k < PERIOD; k++)
        sum += bar_before(s, k)->volume;
    return sum;
}

#define AGAIN(name)                                                                                \
    static void again_##name(void *context, uint64_t iterations)                                   \
    {                                                                                              \
        struct series *s = context;                                                                \
                                                                                                   \
        while (iterations--) {                                                                     \
            double value;                                                                          \
                                                                                                   \
            s->next = (s->next + 1) & (BARS - 1);                                                  \
            value = name##_again(s);                                                               \
            BENCH_KEEP(value);                                                                     \
        }                                                                                          \
    }

AGAIN(mean)
AGAIN(stddev)
AGAIN(wma)
AGAIN(slope)
AGAIN(willr)
AGAIN(range_mean)
AGAIN(volume)

static void begin(const char *name, double first, double second, double third)
{
    const double parameters[BOTHY_TA_PARAMETERS_MAX] = { first, second, third };
    struct bothy_error error = { 0 };

    series.next = 0;
    if (bothy_ta_init(&series.ta, bothy_ta_find(name), parameters, series.ring,
                      sizeof series.ring / sizeof series.ring[0], &error) < 0)
        abort();
}

/* The whole series at once, as backtests and sweeps compute it. */
static void run_by_name(void *context, uint64_t iterations)
{
    static double values[BARS * BOTHY_TA_OUTPUTS_MAX];
    struct series *s = context;

    while (iterations--) {
        int64_t rows = bothy_ta_run(&s->ta, s->bars, BARS, values, NULL);

        BENCH_KEEP(rows);
        BENCH_CLOBBER();
    }
}

int main(int argc, char **argv)
{
    bench_begin(argc, argv);
    make_bars();

    begin("sma", PERIOD, 0, 0);
    bench_run_beside("ta.sma", "ns", feed_sma, again_mean, &series);
    begin("wma", PERIOD, 0, 0);
    bench_run_beside("ta.wma", "ns", feed_wma, again_wma, &series);
    begin("linreg_slope", PERIOD, 0, 0);
    bench_run_beside("ta.linreg_slope", "ns", feed_slope, again_slope, &series);
    begin("stddev", PERIOD, 0, 0);
    bench_run_beside("ta.stddev", "ns", feed_stddev, again_stddev, &series);
    begin("bbands", PERIOD, 2, 0);
    bench_run_beside("ta.bbands", "ns", feed_bbands, again_stddev, &series);
    begin("willr", PERIOD, 0, 0);
    bench_run_beside("ta.willr", "ns", feed_willr, again_willr, &series);
    begin("atr", PERIOD, 0, 0);
    bench_run_beside("ta.atr_sma", "ns", feed_atr, again_range_mean, &series);
    begin("volume_sum", PERIOD, 0, 0);
    bench_run_beside("ta.volume_sum", "ns", feed_volume, again_volume, &series);

    begin("ema", PERIOD, 0, 0);
    bench_run("ta.ema", "ns", feed_ema, &series);
    begin("mom", 10, 0, 0);
    bench_run("ta.momentum", "ns", feed_momentum, &series);
    begin("rsi", 14, 0, 0);
    bench_run("ta.rsi", "ns", feed_rsi, &series);
    begin("macd", 12, 26, 9);
    bench_run("ta.macd", "ns", feed_macd, &series);
    begin("stoch", 14, 3, 3);
    bench_run("ta.stoch", "ns", feed_stoch, &series);
    begin("stochrsi", 14, 14, 3);
    bench_run("ta.stochrsi", "ns", feed_stochrsi, &series);
    begin("cci", PERIOD, 0, 0);
    bench_run("ta.cci", "ns", feed_cci, &series);
    begin("true_range", 0, 0, 0);
    bench_run("ta.true_range", "ns", feed_true_range, &series);
    begin("atr", 14, 1, 0);
    bench_run("ta.atr_wilder", "ns", feed_atr, &series);
    begin("adx", 14, 0, 0);
    bench_run("ta.adx", "ns", feed_adx, &series);
    begin("psar", 0.02, 0.2, 0);
    bench_run("ta.psar", "ns", feed_psar, &series);
    begin("obv", 0, 0, 0);
    bench_run("ta.obv", "ns", feed_obv, &series);
    begin("mfi", 14, 0, 0);
    bench_run("ta.mfi", "ns", feed_mfi, &series);

    for (uint32_t k = 0; bothy_ta_get(k); k++) {
        const struct bothy_ta_info *info = bothy_ta_get(k);
        double parameters[BOTHY_TA_PARAMETERS_MAX] = { 0 };
        char name[64];

        for (uint32_t j = 0; j < info->parameter_count; j++)
            parameters[j] = info->parameters[j].default_value;
        begin(info->name, parameters[0], parameters[1], parameters[2]);
        snprintf(name, sizeof name, "ta.run.%s", info->name);
        bench_run_items(name, "ns", BARS, run_by_name, &series);
    }
    return bench_end();
}
