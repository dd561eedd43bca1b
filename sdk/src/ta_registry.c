/*
 * Indicators by name: one table says what each is called, what it takes, reads and gives; then
 * three switches say how to size, start and run it. The names are those that users of TA-Lib
 * know. The table is in alphabetical order.
 */
#include <string.h>

#include "ta_run.h"

enum {
    TA_ADX,
    TA_ATR,
    TA_BBANDS,
    TA_CCI,
    TA_EMA,
    TA_LINREG_SLOPE,
    TA_MACD,
    TA_MFI,
    TA_MINUS_DI,
    TA_MOM,
    TA_OBV,
    TA_PLUS_DI,
    TA_PSAR,
    TA_ROC,
    TA_RSI,
    TA_SMA,
    TA_STDDEV,
    TA_STOCH,
    TA_STOCHRSI,
    TA_TRUE_RANGE,
    TA_VOLUME_MEAN,
    TA_VOLUME_SUM,
    TA_WILLR,
    TA_WMA,
};

#define WHOLE(label, standard, least)                                                              \
    {                                                                                              \
        .name = label, .default_value = standard, .minimum = least,                                \
        .maximum = BOTHY_TA_PERIOD_MAX, .integer = 1                                               \
    }
#define REAL(label, standard, most)                                                                \
    {                                                                                              \
        .name = label, .default_value = standard, .minimum = 0, .maximum = most                    \
    }

static const struct bothy_ta_parameter period_10[] = { WHOLE("period", 10, 1) };
static const struct bothy_ta_parameter period_14[] = { WHOLE("period", 14, 1) };
static const struct bothy_ta_parameter period_14_of_2[] = { WHOLE("period", 14, 2) };
static const struct bothy_ta_parameter period_20[] = { WHOLE("period", 20, 1) };
static const struct bothy_ta_parameter atr_parameters[] = {
    WHOLE("period", 14, 1),
    { .name = "kind", .choices = "sma|wilder", .maximum = 1, .integer = 1 },
};
static const struct bothy_ta_parameter bbands_parameters[] = {
    WHOLE("period", 20, 1),
    REAL("deviations", 2, 1000),
};
static const struct bothy_ta_parameter macd_parameters[] = {
    WHOLE("fast", 12, 1),
    WHOLE("slow", 26, 2),
    WHOLE("signal", 9, 1),
};
static const struct bothy_ta_parameter psar_parameters[] = {
    REAL("step", 0.02, 1000),
    REAL("max", 0.2, 1000),
};
static const struct bothy_ta_parameter stoch_parameters[] = {
    WHOLE("fastk", 14, 1),
    WHOLE("slowk", 3, 1),
    WHOLE("slowd", 3, 1),
};
static const struct bothy_ta_parameter stochrsi_parameters[] = {
    WHOLE("period", 14, 1),
    WHOLE("fastk", 14, 1),
    WHOLE("fastd", 3, 1),
};

#define HIGH_LOW       BOTHY_TA_INPUT_HIGH_LOW
#define CLOSE          BOTHY_TA_INPUT_CLOSE
#define VOLUME         BOTHY_TA_INPUT_VOLUME
#define HIGH_LOW_CLOSE (HIGH_LOW | CLOSE)

#define INDICATOR(number, label, sentence, reads, table)                                           \
    {                                                                                              \
        .id = number, .name = label, .doc = sentence, .inputs = reads, .parameters = table,        \
        .parameter_count = sizeof(table) / sizeof(table[0]), .output_count = 1, .outputs = {       \
            "value"                                                                                \
        }                                                                                          \
    }

static const struct bothy_ta_info indicators[] = {
    INDICATOR(TA_ADX, "adx", "average directional index", HIGH_LOW_CLOSE, period_14_of_2),
    INDICATOR(TA_ATR, "atr", "average true range, plain mean or Wilder's", HIGH_LOW_CLOSE,
              atr_parameters),
    { .id = TA_BBANDS,
      .name = "bbands",
      .doc = "Bollinger bands",
      .inputs = CLOSE,
      .parameters = bbands_parameters,
      .parameter_count = 2,
      .output_count = 3,
      .outputs = { "upper", "middle", "lower" } },
    INDICATOR(TA_CCI, "cci", "commodity channel index", HIGH_LOW_CLOSE, period_20),
    INDICATOR(TA_EMA, "ema", "exponential moving average", CLOSE, period_20),
    INDICATOR(TA_LINREG_SLOPE, "linreg_slope", "slope of the regression line", CLOSE,
              period_14_of_2),
    { .id = TA_MACD,
      .name = "macd",
      .doc = "moving average convergence and divergence",
      .inputs = CLOSE,
      .parameters = macd_parameters,
      .parameter_count = 3,
      .output_count = 3,
      .outputs = { "macd", "signal", "histogram" } },
    INDICATOR(TA_MFI, "mfi", "money flow index", HIGH_LOW_CLOSE | VOLUME, period_14),
    INDICATOR(TA_MINUS_DI, "minus_di", "negative directional indicator", HIGH_LOW_CLOSE, period_14),
    INDICATOR(TA_MOM, "mom", "change over a number of bars", CLOSE, period_10),
    { .id = TA_OBV,
      .name = "obv",
      .doc = "on-balance volume",
      .inputs = CLOSE | VOLUME,
      .output_count = 1,
      .outputs = { "value" } },
    INDICATOR(TA_PLUS_DI, "plus_di", "positive directional indicator", HIGH_LOW_CLOSE, period_14),
    INDICATOR(TA_PSAR, "psar", "parabolic stop and reverse", HIGH_LOW, psar_parameters),
    INDICATOR(TA_ROC, "roc", "change over a number of bars in percent", CLOSE, period_10),
    INDICATOR(TA_RSI, "rsi", "relative strength index", CLOSE, period_14),
    INDICATOR(TA_SMA, "sma", "simple moving average", CLOSE, period_20),
    INDICATOR(TA_STDDEV, "stddev", "population standard deviation", CLOSE, period_20),
    { .id = TA_STOCH,
      .name = "stoch",
      .doc = "stochastic oscillator",
      .inputs = HIGH_LOW_CLOSE,
      .parameters = stoch_parameters,
      .parameter_count = 3,
      .output_count = 2,
      .outputs = { "slowk", "slowd" } },
    { .id = TA_STOCHRSI,
      .name = "stochrsi",
      .doc = "stochastic of the relative strength index",
      .inputs = CLOSE,
      .parameters = stochrsi_parameters,
      .parameter_count = 3,
      .output_count = 2,
      .outputs = { "fastk", "fastd" } },
    { .id = TA_TRUE_RANGE,
      .name = "true_range",
      .doc = "true range",
      .inputs = HIGH_LOW_CLOSE,
      .output_count = 1,
      .outputs = { "value" } },
    INDICATOR(TA_VOLUME_MEAN, "volume_mean", "mean volume of a number of bars", VOLUME, period_20),
    INDICATOR(TA_VOLUME_SUM, "volume_sum", "volume of a number of bars", VOLUME, period_20),
    INDICATOR(TA_WILLR, "willr", "Williams %R", HIGH_LOW_CLOSE, period_14),
    INDICATOR(TA_WMA, "wma", "linearly weighted moving average", CLOSE, period_14),
};

BOTHY_API const struct bothy_ta_info *bothy_ta_get(uint32_t index)
{
    return index < sizeof indicators / sizeof indicators[0] ? &indicators[index] : NULL;
}

BOTHY_API const struct bothy_ta_info *bothy_ta_find(const char *name)
{
    const struct bothy_ta_info *info;

    for (uint32_t k = 0; (info = bothy_ta_get(k)) != NULL; k++)
        if (strcmp(info->name, name) == 0)
            return info;
    return NULL;
}

BOTHY_API int32_t bothy_ta_check(const struct bothy_ta_info *info, const double *parameters,
                                 struct bothy_error *error)
{
    for (uint32_t k = 0; k < info->parameter_count; k++) {
        const struct bothy_ta_parameter *parameter = &info->parameters[k];
        double value = parameters[k];

        /* Written so that NaN fails. */
        if (!(value >= parameter->minimum && value <= parameter->maximum))
            return bothy_fail(error, BOTHY_EINVAL, "%s: %s must be from %g to %.15g", info->name,
                              parameter->name, parameter->minimum, parameter->maximum);
        if (parameter->integer && value != floor(value))
            return bothy_fail(error, BOTHY_EINVAL, "%s: %s must be a whole number", info->name,
                              parameter->name);
    }
    if (info->id == TA_MACD && parameters[0] >= parameters[1])
        return bothy_fail(error, BOTHY_EINVAL, "macd: fast (%g) must be less than slow (%g)",
                          parameters[0], parameters[1]);
    return 0;
}

BOTHY_API size_t bothy_ta_ring_length(const struct bothy_ta_info *info, const double *parameters)
{
    size_t period = info->parameter_count > 0 ? (size_t)parameters[0] : 0;

    switch (info->id) {
    case TA_SMA:
    case TA_VOLUME_MEAN:
    case TA_VOLUME_SUM:
        return BOTHY_ROLLING_RING(period);
    case TA_WMA:
    case TA_LINREG_SLOPE:
        return BOTHY_WEIGHTED_RING(period);
    case TA_STDDEV:
    case TA_BBANDS:
        return BOTHY_STDDEV_RING(period);
    case TA_MOM:
    case TA_ROC:
        return BOTHY_MOMENTUM_RING(period);
    case TA_STOCH:
        return BOTHY_STOCH_RING(period, parameters[1], parameters[2]);
    case TA_STOCHRSI:
        return BOTHY_STOCHRSI_RING(parameters[1], parameters[2]);
    case TA_WILLR:
        return BOTHY_WILLR_RING(period);
    case TA_CCI:
        return BOTHY_CCI_RING(period);
    case TA_ATR:
        return parameters[1] == 0 ? BOTHY_ATR_RING(period) : 0;
    case TA_MFI:
        return BOTHY_MFI_RING(period);
    default:
        return 0;
    }
}

BOTHY_API uint32_t bothy_ta_first_valid(const struct bothy_ta_info *info, const double *parameters)
{
    uint32_t period = info->parameter_count > 0 ? (uint32_t)parameters[0] : 0;

    switch (info->id) {
    case TA_OBV:
        return 0;
    case TA_TRUE_RANGE:
    case TA_PSAR:
        return 1;
    case TA_ATR:
    case TA_RSI:
    case TA_PLUS_DI:
    case TA_MINUS_DI:
    case TA_MOM:
    case TA_ROC:
    case TA_MFI:
        return period;
    case TA_ADX:
        return 2 * period - 1;
    case TA_MACD:
        return (uint32_t)parameters[1] + (uint32_t)parameters[2] - 2;
    case TA_STOCH:
        return period + (uint32_t)parameters[1] + (uint32_t)parameters[2] - 3;
    case TA_STOCHRSI:
        return period + (uint32_t)parameters[1] + (uint32_t)parameters[2] - 2;
    default:
        return period - 1;
    }
}

static int32_t start(struct bothy_ta *ta, const double *parameters, double *ring, size_t length)
{
    uint32_t period = ta->info->parameter_count > 0 ? (uint32_t)parameters[0] : 0;

    switch (ta->info->id) {
    case TA_ADX:
    case TA_PLUS_DI:
    case TA_MINUS_DI:
        return bothy_adx_init(&ta->state.adx, period);
    case TA_ATR:
        return bothy_atr_init(&ta->state.atr, parameters[1] == 0 ? BOTHY_ATR_SMA : BOTHY_ATR_WILDER,
                              period, ring, length);
    case TA_BBANDS:
        return bothy_bbands_init(&ta->state.bbands, period, parameters[1], ring, length);
    case TA_CCI:
        return bothy_cci_init(&ta->state.cci, period, ring, length);
    case TA_EMA:
        return bothy_ema_init(&ta->state.ema, period);
    case TA_LINREG_SLOPE:
        return bothy_linreg_slope_init(&ta->state.weighted, period, ring, length);
    case TA_MACD:
        return bothy_macd_init(&ta->state.macd, period, (uint32_t)parameters[1],
                               (uint32_t)parameters[2]);
    case TA_MFI:
        return bothy_mfi_init(&ta->state.mfi, period, ring, length);
    case TA_MOM:
    case TA_ROC:
        return bothy_momentum_init(&ta->state.momentum, period, ring, length);
    case TA_OBV:
        bothy_obv_init(&ta->state.obv);
        return 0;
    case TA_PSAR:
        return bothy_psar_init(&ta->state.psar, parameters[0], parameters[1]);
    case TA_RSI:
        return bothy_rsi_init(&ta->state.rsi, period);
    case TA_SMA:
        return bothy_sma_init(&ta->state.sma, period, ring, length);
    case TA_STDDEV:
        return bothy_stddev_init(&ta->state.stddev, period, ring, length);
    case TA_STOCH:
        return bothy_stoch_init(&ta->state.stoch, period, (uint32_t)parameters[1],
                                (uint32_t)parameters[2], ring, length);
    case TA_STOCHRSI:
        return bothy_stochrsi_init(&ta->state.stochrsi, period, (uint32_t)parameters[1],
                                   (uint32_t)parameters[2], ring, length);
    case TA_TRUE_RANGE:
        bothy_true_range_init(&ta->state.true_range);
        return 0;
    case TA_VOLUME_MEAN:
        return bothy_rolling_init(&ta->state.rolling, BOTHY_ROLLING_MEAN, period, ring, length);
    case TA_VOLUME_SUM:
        return bothy_rolling_init(&ta->state.rolling, BOTHY_ROLLING_SUM, period, ring, length);
    case TA_WILLR:
        return bothy_willr_init(&ta->state.willr, period, ring, length);
    default:
        return bothy_wma_init(&ta->state.weighted, period, ring, length);
    }
}

BOTHY_API int32_t bothy_ta_init(struct bothy_ta *ta, const struct bothy_ta_info *info,
                                const double *parameters, double *ring, size_t ring_length,
                                struct bothy_error *error)
{
    int32_t r = bothy_ta_check(info, parameters, error);

    if (r < 0)
        return r;
    ta->info = info;
    r = start(ta, parameters, ring, ring_length);
    if (r < 0)
        return bothy_fail(error, r, "%s: needs a ring of %zu doubles, got %zu", info->name,
                          bothy_ta_ring_length(info, parameters), ring ? ring_length : 0);
    return 0;
}

/* Runs the indicator; as ta_run.h says. */
static size_t run(struct bothy_ta *ta, const struct bothy_ta_bar *bars, size_t count,
                  double *values, size_t *ret_done)
{
    switch (ta->info->id) {
    case TA_ADX:
        return ta_run_adx(&ta->state.adx, bars, count, values, ret_done);
    case TA_ATR:
        return ta_run_atr(&ta->state.atr, bars, count, values, ret_done);
    case TA_BBANDS:
        return ta_run_bbands(&ta->state.bbands, bars, count, values, ret_done);
    case TA_CCI:
        return ta_run_cci(&ta->state.cci, bars, count, values, ret_done);
    case TA_EMA:
        return ta_run_ema(&ta->state.ema, bars, count, values, ret_done);
    case TA_LINREG_SLOPE:
        return ta_run_linreg_slope(&ta->state.weighted, bars, count, values, ret_done);
    case TA_MACD:
        return ta_run_macd(&ta->state.macd, bars, count, values, ret_done);
    case TA_MFI:
        return ta_run_mfi(&ta->state.mfi, bars, count, values, ret_done);
    case TA_MINUS_DI:
        return ta_run_minus_di(&ta->state.adx, bars, count, values, ret_done);
    case TA_MOM:
        return ta_run_mom(&ta->state.momentum, bars, count, values, ret_done);
    case TA_OBV:
        return ta_run_obv(&ta->state.obv, bars, count, values, ret_done);
    case TA_PLUS_DI:
        return ta_run_plus_di(&ta->state.adx, bars, count, values, ret_done);
    case TA_PSAR:
        return ta_run_psar(&ta->state.psar, bars, count, values, ret_done);
    case TA_ROC:
        return ta_run_roc(&ta->state.momentum, bars, count, values, ret_done);
    case TA_RSI:
        return ta_run_rsi(&ta->state.rsi, bars, count, values, ret_done);
    case TA_SMA:
        return ta_run_sma(&ta->state.sma, bars, count, values, ret_done);
    case TA_STDDEV:
        return ta_run_stddev(&ta->state.stddev, bars, count, values, ret_done);
    case TA_STOCH:
        return ta_run_stoch(&ta->state.stoch, bars, count, values, ret_done);
    case TA_STOCHRSI:
        return ta_run_stochrsi(&ta->state.stochrsi, bars, count, values, ret_done);
    case TA_TRUE_RANGE:
        return ta_run_true_range(&ta->state.true_range, bars, count, values, ret_done);
    case TA_VOLUME_MEAN:
        return ta_run_rolling_mean(&ta->state.rolling, bars, count, values, ret_done);
    case TA_VOLUME_SUM:
        return ta_run_rolling_sum(&ta->state.rolling, bars, count, values, ret_done);
    case TA_WILLR:
        return ta_run_willr(&ta->state.willr, bars, count, values, ret_done);
    default:
        return ta_run_wma(&ta->state.weighted, bars, count, values, ret_done);
    }
}

BOTHY_API int32_t bothy_ta_push(struct bothy_ta *ta, const struct bothy_ta_bar *bar,
                                double *ret_values)
{
    size_t done;
    size_t written = run(ta, bar, 1, ret_values, &done);

    return done == 0 ? BOTHY_EINVAL : written > 0;
}

BOTHY_API int64_t bothy_ta_run(struct bothy_ta *ta, const struct bothy_ta_bar *bars, size_t count,
                               double *ret_values, size_t *ret_bad_bar)
{
    size_t done;
    size_t written = run(ta, bars, count, ret_values, &done);

    if (done < count) {
        if (ret_bad_bar)
            *ret_bad_bar = done;
        return BOTHY_EINVAL;
    }
    return (int64_t)(written / ta->info->output_count);
}
