/*
 * What an instrument is: from its symbol (BASE/QUOTE, or BASE/QUOTE:SETTLE for a perpetual) and
 * the options. Well-known currencies have a usual price; others get one from the seed.
 */
#include "market.h"

#include <string.h>

#define TICKS_MAX 1e12 /* a first price in ticks: the walk may go fifty times higher */

static const struct {
    const char *currency;
    double price;
} usual[] = {
    { "BTC", 64000 }, { "ETH", 3200 }, { "SOL", 150 },  { "BNB", 580 }, { "XRP", 0.55 },
    { "DOGE", 0.12 }, { "ADA", 0.42 }, { "AVAX", 28 },  { "LINK", 14 }, { "DOT", 6.5 },
    { "LTC", 72 },    { "TRX", 0.13 }, { "ATOM", 7.5 }, { "UNI", 8 },   { "NEAR", 5 },
    { "XAU", 2300 },  { "EUR", 1.08 }, { "GBP", 1.27 }, { "USDT", 1 },  { "USDC", 1 },
    { "USD", 1 },     { "BUSD", 1 },   { "FDUSD", 1 },  { "DAI", 1 },
};

static int usual_price(const char *currency, double *ret_price)
{
    for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++) {
        if (strcmp(currency, usual[i].currency) == 0) {
            *ret_price = usual[i].price;
            return 1;
        }
    }
    return 0;
}

/* Anywhere from cents to thousands, the same for a seed. */
static double drawn_price(uint64_t seed, const char *currency)
{
    struct bothy_random random;
    double price = 0.01;

    bothy_random_seed_stream(&random, seed, currency);
    for (uint64_t decades = bothy_random_below(&random, 5); decades > 0; decades--)
        price *= 10;
    return price * (1 + 9 * bothy_random_double(&random));
}

static double first_price(const struct sim_market *m)
{
    double base, quote;

    if (m->with.price > 0)
        return m->with.price;
    if (!usual_price(m->definition.base, &base))
        base = drawn_price(m->shared.seed, m->definition.base);
    if (!usual_price(m->definition.quote, &quote))
        quote = drawn_price(m->shared.seed, m->definition.quote);
    return base / quote;
}

/* Copies a currency up to one of `ends` or the end. Returns where it stopped, or NULL. */
static const char *take_currency(const char *text, const char *ends, char *currency)
{
    size_t length = strcspn(text, ends);

    if (length == 0 || length >= BOTHY_CURRENCY_MAX)
        return NULL;
    for (size_t i = 0; i < length; i++) {
        if (!((text[i] >= 'A' && text[i] <= 'Z') || (text[i] >= '0' && text[i] <= '9')))
            return NULL;
    }
    memcpy(currency, text, length);
    currency[length] = '\0';
    return text + length;
}

static int32_t take_symbol(struct sim_market *m, const char *symbol, struct bothy_error *error)
{
    struct bothy_instrument *d = &m->definition;
    const char *at = NULL;

    if (strlen(symbol) < sizeof d->symbol)
        at = take_currency(symbol, "/", d->base);
    if (at && *at == '/')
        at = take_currency(at + 1, ":", d->quote);
    else
        at = NULL;
    if (at && *at == ':')
        at = take_currency(at + 1, "", d->settle);
    if (!at)
        return bothy_fail(error, BOTHY_ENOENT,
                          "\"%.60s\" cannot be simulated: write BASE/QUOTE, or BASE/QUOTE:SETTLE "
                          "for a perpetual, in capitals, as BTC/USDT:USDT",
                          symbol);
    memcpy(d->symbol, symbol, strlen(symbol) + 1);
    m->derivative = d->settle[0] != '\0';
    m->inverse = m->derivative && strcmp(d->settle, d->base) == 0;
    if (m->derivative && !m->inverse && strcmp(d->settle, d->quote) != 0)
        return bothy_fail(error, BOTHY_ENOENT,
                          "\"%.60s\" cannot be simulated: a perpetual settles in its quote or its "
                          "base currency, as %s/%s:%s",
                          symbol, d->base, d->quote, d->quote);
    if (!m->derivative)
        memcpy(d->settle, d->quote, sizeof d->settle);
    return 0;
}

/* The exponent e of the largest 10^e that is not above value. */
static int32_t decade(double value)
{
    int32_t exponent = 0;

    for (; value >= 10 && exponent < 20; value /= 10)
        exponent++;
    for (; value < 1 && exponent > -20; value *= 10)
        exponent--;
    return exponent;
}

static int32_t take_steps(struct sim_market *m, struct bothy_error *error)
{
    struct bothy_instrument *d = &m->definition;
    struct bothy_decimal tick = m->with.tick;
    struct bothy_decimal lot = m->with.lot;
    int32_t magnitude = decade(m->start_price);

    if (tick.coefficient <= 0)
        tick = bothy_decimal_make(1, magnitude - 5);
    if (lot.coefficient <= 0)
        lot = bothy_decimal_make(1, m->inverse || magnitude < 0 ? 0 : -magnitude);
    d->tick_size = bothy_decimal_normalise(tick);
    d->lot_size = bothy_decimal_normalise(lot);
    m->tick = bothy_decimal_to_double(tick);
    m->lot = bothy_decimal_to_double(lot);
    if (m->start_price / m->tick < 100 || m->start_price / m->tick > TICKS_MAX)
        return bothy_fail(error, BOTHY_EINVAL,
                          "%s: a price of %.10g has %.3g ticks; choose a tick_size that gives "
                          "100 to %.0e of them",
                          d->symbol, m->start_price, m->start_price / m->tick, TICKS_MAX);
    m->level_spacing = (int64_t)(m->start_price / m->tick * 2e-5);
    if (m->level_spacing < 1)
        m->level_spacing = 1;
    return 0;
}

static double fraction(const struct bothy_config *config, const char *name)
{
    return bothy_config_number(config, name) / 100;
}

static void take_parameters(struct sim_parameters *with, const struct bothy_config *config)
{
    with->price = 0;
    with->tick = with->lot = bothy_decimal_zero();
    with->volatility = fraction(config, "volatility");
    with->drift = fraction(config, "drift");
    with->correlation = bothy_config_number(config, "correlation");
    with->calm_volatility = bothy_config_number(config, "calm_volatility");
    with->wild_volatility = bothy_config_number(config, "wild_volatility");
    with->calm_ns = bothy_config_ns(config, "calm_time");
    with->normal_ns = bothy_config_ns(config, "normal_time");
    with->wild_ns = bothy_config_ns(config, "wild_time");
    with->spread = fraction(config, "spread");
    with->book_levels = (uint32_t)bothy_config_int(config, "book_levels");
    with->depth_notional = bothy_config_number(config, "depth_notional");
    with->trade_rate = bothy_config_number(config, "trade_rate");
    with->trade_notional = bothy_config_number(config, "trade_notional");
    with->funding_base = fraction(config, "funding_base");
    with->funding_volatility = fraction(config, "funding_volatility");
    with->funding_interval_ns = bothy_config_ns(config, "funding_interval");
    with->funding_update_ns = bothy_config_ns(config, "funding_update");
    with->open_interest = bothy_config_number(config, "open_interest");
    with->open_interest_update_ns = bothy_config_ns(config, "open_interest_update");
    with->ratio_update_ns = bothy_config_ns(config, "ratio_update");
    with->mark_update_ns = bothy_config_ns(config, "mark_update");
    with->cascade_move = fraction(config, "cascade_move");
    with->cascade_impact = fraction(config, "cascade_impact");
    with->cascade_notional = bothy_config_number(config, "cascade_notional");
    with->cascade_time_ns = bothy_config_ns(config, "cascade_time");
    with->cascade_pause_ns = bothy_config_ns(config, "cascade_pause");
}

static int is_name(const char *name, size_t length, const char *known)
{
    return length == strlen(known) && memcmp(name, known, length) == 0;
}

/* One "name=value" of `length` bytes. */
static int32_t take_particular(struct sim_parameters *with, const char *text, size_t length,
                               struct bothy_error *error)
{
    const char *equals = memchr(text, '=', length);
    size_t name = equals ? (size_t)(equals - text) : 0;
    struct bothy_decimal value = bothy_decimal_zero();
    double number;

    if (!equals || bothy_decimal_parse(equals + 1, length - name - 1, &value) < 0 ||
        value.coefficient <= 0)
        return bothy_fail(error, BOTHY_EINVAL, "\"%.*s\" is not NAME=NUMBER with a number above 0",
                          (int)length, text);
    number = bothy_decimal_to_double(value);
    if (is_name(text, name, "price"))
        with->price = number;
    else if (is_name(text, name, "tick_size") && value.coefficient < 1000000)
        with->tick = value;
    else if (is_name(text, name, "lot_size") && value.coefficient < 1000000)
        with->lot = value;
    else if (is_name(text, name, "volatility") && number <= 100)
        with->volatility = number / 100;
    else
        return bothy_fail(error, BOTHY_EINVAL,
                          "\"%.*s\": permitted are price, tick_size and lot_size (of at most six "
                          "digits), and volatility up to 100",
                          (int)length, text);
    return 0;
}

/* Words parted by blanks: the symbol, then what is particular to it. */
static int32_t take_particulars(struct sim_parameters *with, const char *text, const char *symbol,
                                struct bothy_error *error)
{
    size_t length = strcspn(text, " ");

    if (symbol && !is_name(text, length, symbol))
        return 0;
    for (text += length; *text; text += length) {
        int32_t r;

        text += strspn(text, " ");
        length = strcspn(text, " ");
        r = length > 0 ? take_particular(with, text, length < 60 ? length : 60, error) : 0;
        if (r < 0)
            return r;
    }
    return 0;
}

int32_t sim_particulars_check(const char *text, struct bothy_error *error)
{
    struct sim_parameters unused;
    int32_t r;

    if (!memchr(text, '/', strcspn(text, " ")))
        return bothy_fail(error, BOTHY_EINVAL,
                          "instruments: \"%.60s\" does not begin with a symbol, as BTC/USDT:USDT",
                          text);
    r = take_particulars(&unused, text, NULL, error);
    if (r < 0)
        bothy_error_prefix(error, "instruments: \"%.40s\"", text);
    return r;
}

int32_t sim_define(struct sim_market *m, const struct bothy_config *config, const char *venue,
                   const char *symbol, struct bothy_error *error)
{
    struct bothy_instrument *d = &m->definition;
    double quote = 1;
    int32_t r;

    take_parameters(&m->with, config);
    for (uint32_t i = 0; i < bothy_config_list_count(config, "instruments"); i++) {
        r = take_particulars(&m->with, bothy_config_list_get(config, "instruments", i), symbol,
                             error);
        if (r < 0)
            return r;
    }
    r = take_symbol(m, symbol, error);
    if (r < 0)
        return r;
    m->start_price = first_price(m);
    r = take_steps(m, error);
    if (r < 0)
        return r;
    /* Sizes in the options speak of dollars: turn them into a quote currency that is none. */
    if (usual_price(d->quote, &quote) && quote > 0) {
        m->with.trade_notional /= quote;
        m->with.depth_notional /= quote;
        m->with.open_interest /= quote;
        m->with.cascade_notional /= quote;
    }
    memcpy(d->venue, venue, strnlen(venue, sizeof d->venue - 1));
    d->kind = !m->derivative ? BOTHY_INSTRUMENT_SPOT
              : m->inverse   ? BOTHY_INSTRUMENT_INVERSE
                             : BOTHY_INSTRUMENT_LINEAR;
    d->feeds = BOTHY_FEED_TRADES | BOTHY_FEED_QUOTES | BOTHY_FEED_BOOK | BOTHY_FEED_BARS;
    if (m->derivative)
        d->feeds |= BOTHY_FEED_FUNDING | BOTHY_FEED_OPEN_INTEREST | BOTHY_FEED_LIQUIDATIONS |
                    BOTHY_FEED_RATIOS | BOTHY_FEED_MARK;
    d->bar_timeframes = UINT32_C(1) << BOTHY_TF_1M;
    d->min_quantity = d->lot_size;
    d->max_quantity = bothy_decimal_zero();
    d->min_notional = bothy_config_decimal(config, "min_notional");
    d->contract_size = bothy_decimal_make(1, 0);
    d->maker_fee = bothy_config_decimal(config, "maker_fee");
    d->taker_fee = bothy_config_decimal(config, "taker_fee");
    d->funding_interval_ns = m->derivative ? m->with.funding_interval_ns : 0;
    return 0;
}
