/*
 * From a configuration to the tables of the core and of the daemon. Instruments get their
 * numbers in the order in which the configuration names them, so that the same file gives the
 * same numbers.
 */
#include "bothyd/daemon.h"

#include "base/clean.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern char **environ;

int setup_load_conf(struct daemon *d, struct conf **ret_conf, struct conf_errors *errors)
{
    static const char *const ignored[] = { "BOTHY_LIBEXEC",  "BOTHY_PLUGIN_DIR",
                                           "BOTHY_SOCKET",   "BOTHY_BUILDDIR",
                                           "BOTHY_SKELETON", "BOTHY_SRCDIR",
                                           "BOTHY_SHARED",   NULL };
    struct conf_environment env = {
        .schema = describe_plugin,
        .context = d,
        .variables = (const char *const *)environ,
        .ignored_variables = ignored,
        .credentials_directory = getenv("CREDENTIALS_DIRECTORY"),
        .plugin_directory = getenv("BOTHY_PLUGIN_DIR"),
    };

    return conf_load(d->config_path, &env, errors, ret_conf);
}

static uint32_t venue_index(const struct daemon *d, const struct conf_exchange *exchange)
{
    for (uint32_t i = 0; i < d->venue_count; i++) {
        if (strcmp(d->venues[i]->name, exchange->name) == 0)
            return i;
    }
    return 0;
}

/* Number of an instrument, added if it is new. 0 without room. */
static uint32_t instrument_number(struct daemon *d, const struct conf_symbol *symbol)
{
    uint32_t venue = venue_index(d, symbol->exchange);
    struct core_instrument_conf *more;

    for (uint32_t i = 0; i < d->instrument_count; i++) {
        if (d->instruments[i].venue == venue &&
            strcmp(d->instruments[i].symbol, symbol->symbol) == 0)
            return i + 1;
    }
    more = realloc(d->instruments, (d->instrument_count + 1) * sizeof *more);
    if (!more || d->instrument_count == CORE_INSTRUMENTS_MAX)
        return 0;
    d->instruments = more;
    more[d->instrument_count].venue = venue;
    more[d->instrument_count].symbol = strdup(symbol->symbol);
    if (!more[d->instrument_count].symbol ||
        (d->core && core_instrument_put(d->core, &more[d->instrument_count]) == 0))
        return 0;
    return ++d->instrument_count;
}

static void copy_risk(const struct conf_risk *from, struct core_risk *to)
{
    to->cooldown_ns = from->cooldown_ns;
    to->max_open_signals = (uint32_t)from->max_open_signals;
    to->max_open_per_symbol = (uint32_t)from->max_open_per_symbol;
    to->reversal_bypass = (uint32_t)from->reversal_bypass;
    to->price_tolerance_pct = from->price_tolerance_pct;
    to->risk_pct = from->risk_pct;
    if (bothy_decimal_sign(from->max_risk_pct) > 0 &&
        bothy_decimal_compare(from->max_risk_pct, from->risk_pct) < 0)
        to->risk_pct = from->max_risk_pct;
    to->max_position_pct = from->max_position_pct;
}

int setup_bot_conf(struct daemon *d, const struct conf_bot *bot, struct core_bot_conf *ret_conf,
                   struct core_bot_symbol **ret_symbols)
{
    struct core_bot_symbol *symbols = calloc(bot->symbol_count + 1, sizeof *symbols);

    if (!symbols)
        return -1;
    memset(ret_conf, 0, sizeof *ret_conf);
    ret_conf->name = bot->name;
    ret_conf->symbols = symbols;
    ret_conf->symbol_count = bot->symbol_count;
    ret_conf->trade = (uint32_t)bot->trade;
    ret_conf->signals_only = (uint32_t)bot->grants.signals_only;
    ret_conf->order_types = bot->grants.order_types;
    ret_conf->max_notional = bot->grants.max_notional;
    for (uint32_t i = 0; i < bot->symbol_count; i++) {
        symbols[i].instrument = instrument_number(d, &bot->symbols[i]);
        copy_risk(&bot->symbols[i].risk, &symbols[i].risk);
        if (symbols[i].instrument == 0) {
            free(symbols);
            return -1;
        }
    }
    *ret_symbols = symbols;
    return 0;
}

int setup_listed(const char *list, const char *name)
{
    size_t length = strlen(name);

    for (const char *at = list; at; at = strchr(at, ',')) {
        at += *at == ',';
        if (strncmp(at, name, length) == 0 && (at[length] == ',' || at[length] == '\0'))
            return 1;
    }
    return 0;
}

static int add_workers(struct daemon *d, struct bothy_error *error)
{
    const struct conf *conf = d->conf;

    for (uint32_t i = 0; i < conf->exchange_count; i++) {
        struct worker *w = &d->workers[d->worker_count];

        if (!conf->exchanges[i].enabled)
            continue;
        if (d->venue_count == CORE_VENUES_MAX)
            return bothy_fail(error, BOTHY_ERANGE, "more than %d exchanges", CORE_VENUES_MAX);
        worker_init(w, d, WORKER_EXCHANGE, d->venue_count, conf->exchanges[i].name);
        w->exchange = &conf->exchanges[i];
        if (w->exchange->plugin.schema &&
            (w->exchange->plugin.schema->flags & BOTHY_PLUGIN_VIRTUAL_TIME))
            d->virtual_time = 1;
        d->venues[d->venue_count++] = w;
        d->worker_count++;
    }
    for (uint32_t i = 0; i < conf->bot_count; i++) {
        struct worker *w = &d->workers[d->worker_count];

        if (!conf->bots[i].enabled || (d->only && !setup_listed(d->only, conf->bots[i].name)))
            continue;
        if (d->bot_count == CORE_BOTS_MAX)
            return bothy_fail(error, BOTHY_ERANGE, "more than %d bots", CORE_BOTS_MAX);
        worker_init(w, d, WORKER_BOT, d->bot_count, conf->bots[i].name);
        w->bot = &conf->bots[i];
        d->bots[d->bot_count++] = w;
        d->worker_count++;
    }
    for (uint32_t i = 0; i < d->venue_count && d->virtual_time; i++) {
        const struct conf_schema *schema = d->venues[i]->exchange->plugin.schema;

        if (schema && !(schema->flags & BOTHY_PLUGIN_VIRTUAL_TIME))
            return bothy_fail(error, BOTHY_EINVAL,
                              "exchange %s lives in real time, others in virtual time: run them in "
                              "two hosts",
                              d->venues[i]->name);
    }
    return 0;
}

static int check_only(const struct daemon *d, struct bothy_error *error)
{
    char list[512], *rest = list, *name;

    if (!d->only)
        return 0;
    snprintf(list, sizeof list, "%s", d->only);
    while ((name = strsep(&rest, ","))) {
        if (!conf_bot_find(d->conf, name))
            return bothy_fail(error, BOTHY_EINVAL, "--only: no bot '%s' in the configuration",
                              name);
    }
    return 0;
}

int setup_core(struct daemon *d, struct bothy_error *error)
{
    static const uint32_t exits[] = { [CONF_EXIT_FULL_TP1] = CORE_EXIT_FULL_TP1,
                                      [CONF_EXIT_HALF_TP1_BE] = CORE_EXIT_HALF_TP1_BE,
                                      [CONF_EXIT_TP2] = CORE_EXIT_TP2 };
    struct core_venue_conf venues[CORE_VENUES_MAX];
    struct core_bot_conf bots[CORE_BOTS_MAX];
    struct core_bot_symbol *symbols[CORE_BOTS_MAX] = { NULL };
    struct core_conf conf = { .venues = venues, .bots = bots };
    int r = check_only(d, error);

    if (r == 0)
        r = add_workers(d, error);
    if (r < 0) {
        d->exit_code = 2; /* of the command line or the configuration: no new start mends it */
        return r;
    }
    for (uint32_t i = 0; i < d->venue_count; i++)
        venues[i] =
            (struct core_venue_conf) { d->venues[i]->name, d->venues[i]->exchange->stale_after_ns };
    for (uint32_t i = 0; i < d->bot_count && r == 0; i++) {
        if (setup_bot_conf(d, d->bots[i]->bot, &bots[i], &symbols[i]) < 0)
            r = bothy_fail(error, BOTHY_ENOMEM, "too many instruments");
    }
    conf.venue_count = d->venue_count;
    conf.instruments = d->instruments;
    conf.instrument_count = d->instrument_count;
    conf.bot_count = d->bot_count;
    conf.exit_model = exits[d->conf->signals.exit_model];
    conf.take_profit_first = d->conf->signals.ambiguous_bar == CONF_AMBIGUOUS_TP_FIRST;
    conf.signal_max_age_ns = d->conf->signals.max_age_ns;
    conf.paper_balance = d->conf->paper.balance;
    snprintf(conf.paper_currency, sizeof conf.paper_currency, "%s", d->conf->paper.currency);
    if (d->conf->paper.slippage_model == CONF_SLIPPAGE_FIXED &&
        bothy_decimal_multiply(d->conf->paper.slippage_pct, bothy_decimal_make(1, -2),
                               &conf.paper_slippage) < 0)
        conf.paper_slippage = bothy_decimal_zero();
    if (bothy_decimal_multiply(d->conf->paper.taker_fee_pct, bothy_decimal_make(1, -2),
                               &conf.paper_taker_fee) < 0 ||
        bothy_decimal_multiply(d->conf->paper.maker_fee_pct, bothy_decimal_make(1, -2),
                               &conf.paper_maker_fee) < 0)
        conf.paper_taker_fee = conf.paper_maker_fee = bothy_decimal_zero();
    conf.epoch = store_epoch(d->store);
    conf.seed = (uint64_t)d->conf->seed;
    if (r == 0) {
        d->core = core_new(&conf, &daemon_sink, d, error);
        r = d->core ? 0 : BOTHY_ENOMEM;
    }
    for (uint32_t i = 0; i < d->bot_count; i++)
        free(symbols[i]);
    return r;
}
