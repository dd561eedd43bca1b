/*
 * Whether a signal makes sense. It may come from anybody's plugin by way of shared memory, so
 * no field is trusted: texts must end within their arrays, counts lie in range, numbers be
 * finite. The first thing that is wrong is reported as "CODE: key=value".
 */
#include "signal_internal.h"

#include <bothy/time.h>

#include <math.h>

/* An extra that a type has. What is not listed may be there all the same. */
struct demand {
    uint32_t type;
    uint32_t kind;
    uint32_t required;
    const char *name;
};

static const struct demand demands[] = {
    { BOTHY_SIGNAL_FUNDING_RATE, BOTHY_EXTRA_NUMBER, 1, "funding_rate" },
    /* A venue may lack the sources of these; then the strategy names what is missing. */
    { BOTHY_SIGNAL_FUNDING_RATE, BOTHY_EXTRA_NUMBER, 0, "open_interest" },
    { BOTHY_SIGNAL_FUNDING_RATE, BOTHY_EXTRA_NUMBER, 0, "oi_change_pct" },
    { BOTHY_SIGNAL_FUNDING_RATE, BOTHY_EXTRA_NUMBER, 0, "taker_ratio" },
    { BOTHY_SIGNAL_FUNDING_RATE, BOTHY_EXTRA_NUMBER, 0, "ls_ratio" },
    { BOTHY_SIGNAL_FUNDING_RATE, BOTHY_EXTRA_TEXT, 0, "factors_missing" },
    { BOTHY_SIGNAL_LIQUIDATION, BOTHY_EXTRA_NUMBER, 1, "liquidations_usdt" },
    { BOTHY_SIGNAL_LIQUIDATION, BOTHY_EXTRA_NUMBER, 1, "long" },
    { BOTHY_SIGNAL_LIQUIDATION, BOTHY_EXTRA_NUMBER, 1, "short" },
    { BOTHY_SIGNAL_LIQUIDATION, BOTHY_EXTRA_NUMBER, 1, "net" },
    { BOTHY_SIGNAL_HARMONIC_PATTERN, BOTHY_EXTRA_TEXT, 1, "pattern_name" },
    { BOTHY_SIGNAL_HARMONIC_PATTERN, BOTHY_EXTRA_TEXT, 1, "pattern_type" },
    { BOTHY_SIGNAL_CANDLESTICK_PATTERN, BOTHY_EXTRA_TEXT, 1, "pattern_name" },
    { BOTHY_SIGNAL_CANDLESTICK_PATTERN, BOTHY_EXTRA_TEXT, 1, "pattern_type" },
    { BOTHY_SIGNAL_FIBONACCI_REVERSAL, BOTHY_EXTRA_NUMBER, 1, "swing_high" },
    { BOTHY_SIGNAL_FIBONACCI_REVERSAL, BOTHY_EXTRA_NUMBER, 1, "swing_low" },
    { BOTHY_SIGNAL_FIBONACCI_REVERSAL, BOTHY_EXTRA_NUMBER, 1, "fib_level" },
    { BOTHY_SIGNAL_FIBONACCI_REVERSAL, BOTHY_EXTRA_TEXT, 1, "setup_type" },
    { BOTHY_SIGNAL_STRAT_PATTERN, BOTHY_EXTRA_TEXT, 1, "pattern_name" },
    { BOTHY_SIGNAL_STRAT_PATTERN, BOTHY_EXTRA_TEXT, 1, "bar_sequence" },
    { BOTHY_SIGNAL_STRAT_PATTERN, BOTHY_EXTRA_TEXT, 0, "pattern_type" },
    { BOTHY_SIGNAL_MTF_ALIGNMENT, BOTHY_EXTRA_TEXT, 1, "strength" },
    { BOTHY_SIGNAL_MTF_ALIGNMENT, BOTHY_EXTRA_NUMBER, 1, "confluence_pct" },
    { BOTHY_SIGNAL_PSAR_REVERSAL, BOTHY_EXTRA_NUMBER, 1, "psar_value" },
    { BOTHY_SIGNAL_PSAR_REVERSAL, BOTHY_EXTRA_NUMBER, 1, "adx" },
    { BOTHY_SIGNAL_VOLUME_PROFILE, BOTHY_EXTRA_TEXT, 1, "event" },
    { BOTHY_SIGNAL_VOLUME_PROFILE, BOTHY_EXTRA_NUMBER, 1, "poc" },
    { BOTHY_SIGNAL_VOLUME_PROFILE, BOTHY_EXTRA_NUMBER, 1, "vah" },
    { BOTHY_SIGNAL_VOLUME_PROFILE, BOTHY_EXTRA_NUMBER, 1, "val" },
    { BOTHY_SIGNAL_VOLUME_PROFILE, BOTHY_EXTRA_NUMBER, 0, "high_volume" },
};

/* Whether the text ends within its array and holds no control character but `permitted`. */
static int is_text(const char *text, size_t capacity, char permitted)
{
    size_t i = 0;

    while (i < capacity && text[i] && (!signal_is_control(text[i]) || text[i] == permitted))
        i++;
    return i < capacity && text[i] == '\0';
}

static int32_t refuse_number(struct bothy_error *error, const char *code, const char *key,
                             double value)
{
    char text[SIGNAL_NUMBER_MAX];

    signal_format_number(value, text);
    return bothy_fail(error, BOTHY_EINVAL, "%s: %s=%s", code, key, text);
}

/* Two levels of which `key` is on the wrong side of `other`. */
static int32_t refuse_order(struct bothy_error *error, const char *code,
                            const struct bothy_signal *signal, const char *key, double value,
                            const char *other, double other_value)
{
    char text[SIGNAL_NUMBER_MAX], other_text[SIGNAL_NUMBER_MAX];

    signal_format_number(value, text);
    signal_format_number(other_value, other_text);
    return bothy_fail(error, BOTHY_EINVAL, "%s: direction=%s %s=%s %s=%s", code,
                      bothy_direction_name(signal->direction), other, other_text, key, text);
}

static int32_t check_form(const struct bothy_signal *signal, struct bothy_error *error)
{
    uint32_t flags = BOTHY_SIGNAL_FLAG_INFERRED | BOTHY_SIGNAL_FLAG_UPDATE;
    uint32_t type;

    if (signal->size != sizeof *signal)
        return bothy_fail(error, BOTHY_EINVAL, "SIZE_INVALID: size=%u expected=%zu", signal->size,
                          sizeof *signal);
    if (signal->type >= BOTHY_SIGNAL_TYPE_COUNT)
        return bothy_fail(error, BOTHY_EINVAL, "TYPE_INVALID: type=%u", signal->type);
    if (!signal_is_name(signal->type_name, sizeof signal->type_name) ||
        bothy_signal_type_parse(signal->type_name, &type) < 0 || type != signal->type)
        return bothy_fail(
            error, BOTHY_EINVAL, "TYPE_NAME_INVALID: type=%s expected=%s",
            bothy_signal_type_name(signal->type),
            signal->type == BOTHY_SIGNAL_CUSTOM ? "x_*" : bothy_signal_type_name(signal->type));
    if (signal->direction != BOTHY_DIRECTION_LONG && signal->direction != BOTHY_DIRECTION_SHORT)
        return bothy_fail(error, BOTHY_EINVAL, "DIRECTION_INVALID: direction=%d expected=%d or %d",
                          signal->direction, BOTHY_DIRECTION_LONG, BOTHY_DIRECTION_SHORT);
    if (signal->instrument == 0)
        return bothy_fail(error, BOTHY_EINVAL, "INSTRUMENT_MISSING: instrument=0");
    if (signal->timeframe >= BOTHY_TF_COUNT)
        return bothy_fail(error, BOTHY_EINVAL, "TIMEFRAME_INVALID: timeframe=%u",
                          signal->timeframe);
    if (signal->flags & ~flags)
        return bothy_fail(error, BOTHY_EINVAL, "FLAGS_INVALID: flags=0x%x", signal->flags);
    if (signal->ts_ns <= 0)
        return bothy_fail(error, BOTHY_EINVAL, "TIME_INVALID: ts_ns=%lld",
                          (long long)signal->ts_ns);
    if (!(signal->confidence >= 0 && signal->confidence <= 1))
        return refuse_number(error, "CONFIDENCE_INVALID", "confidence", signal->confidence);
    if (!is_text(signal->reasons, sizeof signal->reasons, '\n'))
        return bothy_fail(error, BOTHY_EINVAL, "REASONS_INVALID: reasons=unprintable");
    return 0;
}

static int32_t check_prices(const struct bothy_signal *signal, struct bothy_error *error)
{
    const struct {
        const char *key;
        double value;
        int optional;
    } prices[] = {
        { "current", signal->current, 0 },
        { "entry", signal->entry, 0 },
        { "stop_loss", signal->stop_loss, 0 },
        { "take_profit_1", signal->take_profit_1, 0 },
        { "take_profit_2", signal->take_profit_2, 1 },
        { "take_profit_3", signal->take_profit_3, 1 },
    };

    for (size_t i = 0; i < sizeof prices / sizeof prices[0]; i++) {
        if (prices[i].optional && prices[i].value == 0)
            continue;
        if (!isfinite(prices[i].value) || prices[i].value <= 0)
            return refuse_number(error, "PRICE_INVALID", prices[i].key, prices[i].value);
    }
    return 0;
}

static int32_t check_levels(const struct bothy_signal *signal, struct bothy_error *error)
{
    /* Mirrored, a short is a long. */
    double sign = signal->direction == BOTHY_DIRECTION_LONG ? 1 : -1;

    if (!(sign * signal->stop_loss < sign * signal->entry))
        return refuse_order(error, "STOP_LOSS_SIDE", signal, "stop_loss", signal->stop_loss,
                            "entry", signal->entry);
    if (!(sign * signal->take_profit_1 > sign * signal->entry))
        return refuse_order(error, "TAKE_PROFIT_SIDE", signal, "take_profit_1",
                            signal->take_profit_1, "entry", signal->entry);
    if (signal->take_profit_2 == 0 && signal->take_profit_3 != 0)
        return refuse_number(error, "TAKE_PROFIT_2_MISSING", "take_profit_3",
                             signal->take_profit_3);
    if (signal->take_profit_2 != 0 && sign * signal->take_profit_2 < sign * signal->take_profit_1)
        return refuse_order(error, "TAKE_PROFIT_ORDER", signal, "take_profit_2",
                            signal->take_profit_2, "take_profit_1", signal->take_profit_1);
    if (signal->take_profit_3 != 0 && sign * signal->take_profit_3 < sign * signal->take_profit_2)
        return refuse_order(error, "TAKE_PROFIT_ORDER", signal, "take_profit_3",
                            signal->take_profit_3, "take_profit_2", signal->take_profit_2);
    return 0;
}

static int32_t check_extra(const struct bothy_signal *signal, uint32_t index,
                           struct bothy_error *error)
{
    const struct bothy_signal_extra *extra = &signal->extras[index];

    if (!signal_is_name(extra->name, sizeof extra->name))
        return bothy_fail(error, BOTHY_EINVAL, "EXTRA_NAME_INVALID: index=%u", index);
    if (bothy_signal_find(signal, extra->name) != extra)
        return bothy_fail(error, BOTHY_EINVAL, "EXTRA_TWICE: extra=%s", extra->name);
    if (extra->kind == BOTHY_EXTRA_NUMBER) {
        if (!isfinite(extra->number))
            return refuse_number(error, "EXTRA_INVALID", extra->name, extra->number);
    } else if (extra->kind != BOTHY_EXTRA_TEXT) {
        return bothy_fail(error, BOTHY_EINVAL, "EXTRA_KIND_INVALID: extra=%s kind=%u", extra->name,
                          extra->kind);
    } else if (!is_text(extra->text, sizeof extra->text, '\0')) {
        return bothy_fail(error, BOTHY_EINVAL, "EXTRA_INVALID: %s=unprintable", extra->name);
    }
    return 0;
}

static int32_t check_demands(const struct bothy_signal *signal, struct bothy_error *error)
{
    static const char *const kinds[] = { "none", "number", "text" };

    for (size_t i = 0; i < sizeof demands / sizeof demands[0]; i++) {
        const struct demand *demand = &demands[i];
        const struct bothy_signal_extra *extra;

        if (demand->type != signal->type)
            continue;
        extra = bothy_signal_find(signal, demand->name);
        if (!extra && demand->required)
            return bothy_fail(error, BOTHY_EINVAL, "EXTRA_MISSING: type=%s extra=%s",
                              signal->type_name, demand->name);
        if (extra && extra->kind != demand->kind)
            return bothy_fail(error, BOTHY_EINVAL,
                              "EXTRA_KIND_INVALID: extra=%s kind=%s expected=%s", demand->name,
                              kinds[extra->kind], kinds[demand->kind]);
        /* A pattern without a name tells nobody anything. */
        if (extra && demand->required && extra->kind == BOTHY_EXTRA_TEXT && !extra->text[0])
            return bothy_fail(error, BOTHY_EINVAL, "EXTRA_MISSING: type=%s extra=%s",
                              signal->type_name, demand->name);
    }
    return 0;
}

static double risk_reward(const struct bothy_signal *signal, double take_profit)
{
    double ratio;

    if (take_profit == 0)
        return 0;
    ratio = fabs(take_profit - signal->entry) / fabs(signal->entry - signal->stop_loss);
    return isfinite(ratio) ? ratio : 0;
}

int32_t bothy_signal_validate(struct bothy_signal *signal, struct bothy_error *error)
{
    int32_t r = check_form(signal, error);

    if (r == 0)
        r = check_prices(signal, error);
    if (r == 0)
        r = check_levels(signal, error);
    if (r == 0 && signal->extra_count > BOTHY_SIGNAL_EXTRAS_MAX)
        r = bothy_fail(error, BOTHY_EINVAL, "EXTRAS_TOO_MANY: extra_count=%u max=%d",
                       signal->extra_count, BOTHY_SIGNAL_EXTRAS_MAX);
    for (uint32_t i = 0; r == 0 && i < signal->extra_count; i++)
        r = check_extra(signal, i, error);
    if (r == 0)
        r = check_demands(signal, error);
    if (r < 0)
        return r;
    signal->risk_reward_1 = risk_reward(signal, signal->take_profit_1);
    signal->risk_reward_2 = risk_reward(signal, signal->take_profit_2);
    signal->risk_reward_3 = risk_reward(signal, signal->take_profit_3);
    return 0;
}
