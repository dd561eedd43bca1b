/*
 * What a load makes of right files: typed values, inheritance, merging, the environment.
 */
#include "conf_fixture.h"

#include <bothy/host.h>
#include <bothy/risk.h>
#include <bothy/time.h>

#include "conf/options.h"

static const char everything[] =
    "status_interval = \"90s\";\n"
    "log = { level = \"warning\"; file_size = \"2M\"; files = 9; json = false; };\n"
    "clock = { speed = \"0.5x\"; on_end = \"stop\"; };\n"
    "supervise = { restart_delay = \"250ms\"; memory = \"1G\"; wait = \"spin\"; };\n"
    "paper = { balance = \"2500.50\"; taker_fee_pct = \"0.04%\"; };\n"
    "risk = { sl_mult = \"1.4\"; cooldown = \"1h30m\"; trailing = true; };\n"
    "exchanges = ( { name = \"sim\"; stale_after = \"5s\"; } );\n"
    "bots = ( { name = \"funding\"; trade = true; log_level = \"debug\";\n"
    "  risk = { tp1_mult = \"2.5\"; max_open_signals = 7; };\n"
    "  params = { oi_strong_pct = \"6\"; peers = ( \"a\", \"b\" ); };\n"
    "  grants = { order_types = ( \"limit\" ); max_notional = \"50.25\"; };\n"
    "  symbols = ( \"BTC/USDT\",\n"
    "              { symbol = \"ETH/USDT\"; sl_mult = \"1.2\"; oi_strong_pct = \"8\"; } ); } );\n";

static void assert_decimal(struct bothy_decimal value, const char *text)
{
    struct bothy_decimal wanted;

    ck_assert_int_eq(bothy_decimal_parse(text, strlen(text), &wanted), 0);
    ck_assert_int_eq(bothy_decimal_compare(value, wanted), 0);
}

START_TEST(values_become_typed_fields)
{
    struct conf *conf = fixture_load(everything, &fixture_environment);
    const struct conf_bot *bot = conf_bot_find(conf, "funding");

    ck_assert_uint_eq(conf->mode, CONF_MODE_PAPER);
    ck_assert_uint_eq(conf->sandbox, CONF_SANDBOX_REQUIRE);
    ck_assert_int_eq(conf->status_interval_ns, 90 * BOTHY_NS_PER_S);
    ck_assert_uint_eq(conf->log.level, BOTHY_LOG_WARNING);
    ck_assert_uint_eq(conf->log.file_size, 2 * 1024 * 1024);
    ck_assert_int_eq(conf->log.files, 9);
    ck_assert_int_eq(conf->log.json, 0);
    assert_decimal(conf->clock.speed, "0.5");
    ck_assert_uint_eq(conf->clock.on_end, CONF_ON_END_STOP);
    ck_assert_int_eq(conf->supervise.restart_delay_ns, 250 * BOTHY_NS_PER_MS);
    ck_assert_uint_eq(conf->supervise.memory, UINT64_C(1) << 30);
    ck_assert_uint_eq(conf->supervise.wait, CONF_WAIT_SPIN);
    assert_decimal(conf->paper.balance, "2500.50");
    assert_decimal(conf->paper.taker_fee_pct, "0.04");
    ck_assert_str_eq(conf->paper.currency, "USDT");
    ck_assert_int_eq(conf->risk.cooldown_ns, 90 * BOTHY_NS_PER_MIN);
    ck_assert_int_eq(conf->risk.trailing, 1);
    ck_assert_int_eq(conf_exchange_find(conf, "sim")->stale_after_ns, 5 * BOTHY_NS_PER_S);
    ck_assert_ptr_nonnull(bot);
    ck_assert_int_eq(bot->trade, 1);
    ck_assert_uint_eq(bot->log_level, BOTHY_LOG_DEBUG);
    ck_assert_uint_eq(bot->grants.order_types, 1u << BOTHY_ORDER_TYPE_LIMIT);
    assert_decimal(bot->grants.max_notional, "50.25");
    ck_assert_str_eq(bot->plugin.path, "/usr/lib/bothy/plugins/strategy/funding.so");
    ck_assert_uint_eq(bot->symbol_count, 2);
    conf_free(conf);
}
END_TEST

START_TEST(defaults_hold_where_nothing_is_written)
{
    struct conf *conf = fixture_load("exchanges = ( { name = \"sim\"; } );\n"
                                     "bots = ( { name = \"funding\"; } );\n",
                                     &fixture_environment);

    assert_decimal(conf->risk.min_rr, "1.3");
    assert_decimal(conf->risk.tp3_mult, "4.5");
    assert_decimal(conf->clock.speed, "0");
    ck_assert_str_eq(conf->paths.state, BOTHY_STATEDIR);
    ck_assert_str_eq(conf->paths.socket, BOTHY_RUNDIR "/control.sock");
    ck_assert_str_eq(conf->audit.directory, BOTHY_STATEDIR "/audit");
    ck_assert_uint_eq(conf->bots[0].grants.order_types,
                      1u << BOTHY_ORDER_TYPE_MARKET | 1u << BOTHY_ORDER_TYPE_LIMIT |
                          1u << BOTHY_ORDER_TYPE_STOP | 1u << BOTHY_ORDER_TYPE_TAKE_PROFIT);
    ck_assert_uint_eq(conf->bots[0].log_level, BOTHY_LOG_INFO);
    conf_free(conf);
}
END_TEST

/* A table entry without a field would be read and lost. */
START_TEST(every_risk_option_has_a_field)
{
    for (uint32_t i = 0; i < bothy_risk_option_count; i++) {
        const char *name = bothy_risk_options[i].name;

        ck_assert_msg(conf_risk_offset(name) < sizeof(struct conf_risk), "%s", name);
        for (uint32_t k = 0; k < i; k++)
            ck_assert_uint_ne(conf_risk_offset(name), conf_risk_offset(bothy_risk_options[k].name));
    }
    ck_assert_uint_eq(conf_risk_offset("nothing"), SIZE_MAX);
}
END_TEST

START_TEST(every_default_of_the_host_passes_its_own_rules)
{
    for (uint32_t s = 0; s < SECTION_COUNT; s++) {
        for (uint32_t f = 0; f < conf_sections[s].field_count; f++) {
            const struct bothy_option *option = &conf_sections[s].fields[f].option;
            struct bothy_error error;

            ck_assert_msg(option->default_value != NULL, "%s", option->name);
            ck_assert_msg(bothy_option_check(option, option->default_value, &error) == 0, "%s: %s",
                          option->name, error.text);
        }
    }
}
END_TEST

static void assert_risk(const struct conf *conf, const struct conf_bot *bot, const char *symbol,
                        const char *key, const char *text, uint32_t level, uint32_t line)
{
    const struct conf_value *value;

    ck_assert_int_eq(conf_risk_get(conf, bot, symbol, key, &value), 0);
    ck_assert_str_eq(value->text, text);
    ck_assert_uint_eq(value->origin.level, level);
    ck_assert_uint_eq(value->origin.line, line);
}

START_TEST(risk_is_inherited_on_three_levels)
{
    struct conf *conf = fixture_load(everything, &fixture_environment);
    const struct conf_bot *bot = conf_bot_find(conf, "funding");
    const struct conf_value *value;

    assert_risk(conf, NULL, NULL, "sl_mult", "1.4", CONF_LEVEL_GLOBAL, 6);
    assert_risk(conf, bot, NULL, "sl_mult", "1.4", CONF_LEVEL_GLOBAL, 6);
    assert_risk(conf, bot, "BTC/USDT", "sl_mult", "1.4", CONF_LEVEL_GLOBAL, 6);
    assert_risk(conf, bot, "ETH/USDT", "sl_mult", "1.2", CONF_LEVEL_SYMBOL, 13);
    assert_risk(conf, bot, "ETH/USDT", "tp1_mult", "2.5", CONF_LEVEL_BOT, 9);
    assert_risk(conf, bot, "ETH/USDT", "min_rr", "1.3", CONF_LEVEL_DEFAULT, 0);
    assert_decimal(bot->risk.sl_mult, "1.4");
    assert_decimal(bot->risk.tp1_mult, "2.5");
    ck_assert_int_eq(bot->risk.max_open_signals, 7);
    assert_decimal(bot->symbols[0].risk.sl_mult, "1.4");
    assert_decimal(bot->symbols[1].risk.sl_mult, "1.2");
    assert_decimal(bot->symbols[1].risk.tp1_mult, "2.5");
    ck_assert_int_eq(bot->symbols[1].risk.cooldown_ns, 90 * BOTHY_NS_PER_MIN);
    ck_assert_int_eq(conf_risk_get(conf, bot, "XRP/USDT", "sl_mult", &value), BOTHY_ENOENT);
    ck_assert_int_eq(conf_risk_get(conf, bot, NULL, "slmult", &value), BOTHY_ENOENT);
    conf_free(conf);
}
END_TEST

static void assert_get(const struct conf *conf, const char *path, const char *text, uint32_t level)
{
    const struct conf_value *value = NULL;
    struct bothy_error error = { 0 };

    ck_assert_msg(conf_get(conf, path, &value, &error) == 0, "%s: %s", path, error.text);
    ck_assert_str_eq(value->text, text);
    ck_assert_uint_eq(value->origin.level, level);
}

START_TEST(values_are_found_by_path)
{
    struct conf *conf = fixture_load(everything, &fixture_environment);
    const struct conf_value *value;
    struct bothy_error error;

    assert_get(conf, "mode", "paper", CONF_LEVEL_DEFAULT);
    assert_get(conf, "log.level", "warning", CONF_LEVEL_GLOBAL);
    assert_get(conf, "risk.sl_mult", "1.4", CONF_LEVEL_GLOBAL);
    assert_get(conf, "exchange.sim.stale_after", "5s", CONF_LEVEL_BOT);
    assert_get(conf, "exchange.sim.params.seed", "1", CONF_LEVEL_PLUGIN);
    assert_get(conf, "bot.funding.trade", "true", CONF_LEVEL_BOT);
    assert_get(conf, "bot.funding.risk.sl_mult", "1.4", CONF_LEVEL_GLOBAL);
    assert_get(conf, "bot.funding.grants.max_notional", "50.25", CONF_LEVEL_BOT);
    assert_get(conf, "bot.funding.params.oi_strong_pct", "6", CONF_LEVEL_BOT);
    assert_get(conf, "bot.funding.symbols.ETH/USDT.oi_strong_pct", "8", CONF_LEVEL_SYMBOL);
    assert_get(conf, "bot.funding.symbols.BTC/USDT.oi_strong_pct", "6", CONF_LEVEL_BOT);
    assert_get(conf, "bot.funding.symbols.ETH/USDT.tp1_mult", "2.5", CONF_LEVEL_BOT);
    ck_assert_int_eq(conf_get(conf, "log.levle", &value, &error), BOTHY_ENOENT);
    ck_assert_str_eq(error.text, "there is no \"log.levle\"; did you mean log.level?");
    ck_assert_int_eq(conf_get(conf, "bot.nobody.trade", &value, &error), BOTHY_ENOENT);
    ck_assert_int_eq(conf_get(conf, "bot.funding.symbols.X.trade", &value, &error), BOTHY_ENOENT);
    ck_assert_int_eq(conf_get(conf, "", &value, &error), BOTHY_ENOENT);
    ck_assert_int_eq(conf_get(conf, "bot", &value, &error), BOTHY_ENOENT);
    conf_free(conf);
}
END_TEST

START_TEST(watchlist_and_entries_make_the_symbols)
{
    struct conf *conf = fixture_load(
        "exchanges = ( { name = \"sim\"; }, { name = \"other\"; plugin = \"sim\"; } );\n"
        "watchlists = ( { name = \"majors\"; symbols = ( \"BTC/USDT\", \"ETH/USDT\" ); } );\n"
        "bots = ( { name = \"funding\"; exchange = \"sim\"; watchlist = \"majors\";\n"
        "  symbols = ( \"SOL/USDT\", { symbol = \"ETH/USDT\"; sl_mult = \"1.2\"; },\n"
        "              { symbol = \"BTC/USDT\"; exchange = \"other\"; },\n"
        "              { symbol = \"XRP/USDT\"; enabled = false; } ); } );\n",
        &fixture_environment);
    const struct conf_bot *bot = &conf->bots[0];
    static const char *const expected[][2] = {
        { "BTC/USDT", "sim" }, { "ETH/USDT", "sim" }, { "SOL/USDT", "sim" }, { "BTC/USDT", "other" }
    };

    ck_assert_uint_eq(bot->symbol_count, ARRAY_SIZE(expected));
    for (size_t i = 0; i < ARRAY_SIZE(expected); i++) {
        ck_assert_str_eq(bot->symbols[i].symbol, expected[i][0]);
        ck_assert_str_eq(bot->symbols[i].exchange->name, expected[i][1]);
    }
    assert_decimal(bot->symbols[1].risk.sl_mult, "1.2");
    ck_assert_uint_eq(bot->disabled_count, 1);
    ck_assert_str_eq(bot->disabled_symbols[0], "XRP/USDT");
    conf_free(conf);
}
END_TEST

START_TEST(a_plugin_gets_what_was_written)
{
    struct conf *conf = fixture_load(everything, &fixture_environment);
    struct bothy_error error = { 0 };
    const struct bothy_config *eth;
    struct bothy_config *config;

    ck_assert_int_eq(conf_bot_config(&conf->bots[0], &config, &error), 0);
    ck_assert_str_eq(bothy_config_instance(config), "funding");
    ck_assert_uint_eq(bothy_config_symbol_count(config), 2);
    ck_assert_str_eq(bothy_config_symbol(config, 1), "ETH/USDT");
    ck_assert_str_eq(bothy_config_symbol_venue(config, 1), "sim");
    ck_assert_double_eq(bothy_config_number(config, "oi_strong_pct"), 6);
    ck_assert_double_eq(bothy_config_number(config, "weight"), 1.5);
    ck_assert_uint_eq(bothy_config_list_count(config, "peers"), 2);
    ck_assert_str_eq(bothy_config_list_get(config, "peers", 1), "b");
    ck_assert_double_eq(bothy_config_number(config, "risk.sl_mult"), 1.4);
    ck_assert_double_eq(bothy_config_number(config, "risk.min_rr"), 1.3);
    ck_assert_int_eq(bothy_config_int(config, "risk.max_open_signals"), 7);
    eth = bothy_config_for_symbol(config, 1);
    ck_assert_double_eq(bothy_config_number(eth, "oi_strong_pct"), 8);
    ck_assert_double_eq(bothy_config_number(eth, "risk.sl_mult"), 1.2);
    ck_assert_double_eq(bothy_config_number(eth, "risk.tp1_mult"), 2.5);
    bothy_config_free(config);
    ck_assert_int_eq(conf_exchange_config(&conf->exchanges[0], &config, &error), 0);
    ck_assert_int_eq(bothy_config_int(config, "seed"), 1);
    bothy_config_free(config);
    conf_free(conf);
}
END_TEST

START_TEST(without_a_schema_params_stay_as_they_are)
{
    struct conf_environment env = { .flags = CONF_NO_PLUGIN_FILES };
    struct conf *conf =
        fixture_load("exchanges = ( { name = \"sim\"; params = { any = 5; } ; } );\n"
                     "bots = ( { name = \"new\"; params = { thing = \"x\"; };\n"
                     "  symbols = ( { symbol = \"A/B\"; own = true; } ); } );\n",
                     &env);
    struct bothy_config *config;

    assert_get(conf, "exchange.sim.params.any", "5", CONF_LEVEL_BOT);
    assert_get(conf, "bot.new.params.thing", "x", CONF_LEVEL_BOT);
    ck_assert_int_eq(conf_bot_config(&conf->bots[0], &config, NULL), BOTHY_EINVAL);
    conf_free(conf);
}
END_TEST

START_TEST(live_needs_host_account_and_build)
{
    static const char text[] =
        "mode = \"live\";\n"
        "exchanges = ( { name = \"a\"; plugin = \"sim\"; mode = \"live\"; },\n"
        "              { name = \"b\"; plugin = \"sim\"; } );\n";
    struct conf_errors errors = { 0 };
    struct conf *conf = NULL;
    int32_t r =
        conf_load_text("test.conf", text, sizeof text - 1, &fixture_environment, &errors, &conf);

#ifdef BOTHY_LIVE
    ck_assert_int_eq(r, 0);
    ck_assert_int_eq(conf_exchange_is_live(conf, conf_exchange_find(conf, "a")), 1);
    ck_assert_int_eq(conf_exchange_is_live(conf, conf_exchange_find(conf, "b")), 0);
    conf->mode = CONF_MODE_PAPER;
    ck_assert_int_eq(conf_exchange_is_live(conf, conf_exchange_find(conf, "a")), 0);
#else
    ck_assert_int_eq(r, BOTHY_EINVAL);
    ck_assert_str_eq(errors.messages[0].text,
                     "live trading is not in this build: set this to \"paper\", or install a "
                     "build without --disable-live");
#endif
    conf_errors_clear(&errors);
    conf_free(conf);
}
END_TEST

/* ---- files ---- */

START_TEST(pieces_are_merged_in_the_order_of_their_names)
{
    struct conf_errors errors = { 0 };
    const struct conf_value *value;
    struct conf *conf = NULL;
    char *said;

    ck_assert_int_eq(mkdir(fixture_path("conf.d"), 0755), 0);
    fixture_write(fixture_path("main.conf"),
                  "seed = 1;\nlog = { level = \"info\"; files = 2; };\n"
                  "exchanges = ( { name = \"sim\"; } );\nbots = ( { name = \"a\"; plugin = "
                  "\"funding\"; } );\n",
                  0644);
    fixture_write(fixture_path("conf.d/20-b.conf"),
                  "\nlog = { level = \"error\"; };\nbots = ( { name = \"b\"; plugin = \"funding\"; "
                  "} );\n",
                  0644);
    fixture_write(fixture_path("conf.d/10-c.conf"),
                  "log = { level = \"debug\"; };\nseed = 5;\n"
                  "bots = ( { name = \"c\"; plugin = \"funding\"; } );\n",
                  0644);
    fixture_write(fixture_path("conf.d/99-not.conf.bak"), "this is no configuration", 0644);
    fixture_write(fixture_path("conf.d/.hidden.conf"), "neither is this", 0644);
    ck_assert_int_eq(conf_load(fixture_path("main.conf"), &fixture_environment, &errors, &conf), 0);
    ck_assert_uint_eq(errors.count, 0);
    ck_assert_uint_eq(conf->files.count, 3);
    ck_assert_str_eq(conf->files.items[1], fixture_path("conf.d/10-c.conf"));
    ck_assert_int_eq(conf->seed, 5);
    ck_assert_uint_eq(conf->log.level, BOTHY_LOG_ERROR);
    ck_assert_int_eq(conf->log.files, 2);
    ck_assert_uint_eq(conf->bot_count, 3);
    ck_assert_str_eq(conf->bots[0].name, "a");
    ck_assert_str_eq(conf->bots[1].name, "c");
    ck_assert_str_eq(conf->bots[2].name, "b");
    ck_assert_int_eq(conf_get(conf, "log.level", &value, NULL), 0);
    ck_assert_str_eq(value->origin.file, fixture_path("conf.d/20-b.conf"));
    ck_assert_uint_eq(value->origin.line, 2);
    conf_free(conf);

    /* The same name twice, and a group that is a text elsewhere: told with both places. */
    fixture_write(fixture_path("conf.d/20-b.conf"),
                  "log = \"error\";\nbots = ( { name = \"a\"; plugin = \"funding\"; } );\n", 0644);
    ck_assert_int_eq(conf_load(fixture_path("main.conf"), &fixture_environment, &errors, &conf),
                     BOTHY_EINVAL);
    said = fixture_messages(&errors);
    ck_assert_ptr_nonnull(strstr(said, "20-b.conf:1: log: is a string here, and a group in "));
    ck_assert_ptr_nonnull(
        strstr(said, "20-b.conf:2: bot.a: there is one of this name already, in "));
    ck_assert_uint_eq(errors.error_count, 2);
    free(said);
    conf_errors_clear(&errors);
}
END_TEST

START_TEST(files_that_cannot_be_read_are_named)
{
    struct conf_errors errors = { 0 };
    struct conf *conf = NULL;
    char *said, *large;

    ck_assert_int_eq(conf_load("/nonexistent/bothy.conf", NULL, &errors, &conf), BOTHY_EINVAL);
    said = fixture_messages(&errors);
    ck_assert_str_eq(said, "/nonexistent/bothy.conf: cannot be read: No such file or directory\n");
    free(said);
    conf_errors_clear(&errors);
    ck_assert_int_eq(conf_load("/", NULL, &errors, &conf), BOTHY_EINVAL);
    ck_assert_uint_eq(errors.error_count, 1);
    conf_errors_clear(&errors);
    large = malloc(CONF_FILE_BYTES_MAX + 2);
    ck_assert_ptr_nonnull(large);
    memset(large, '\n', CONF_FILE_BYTES_MAX + 1);
    large[CONF_FILE_BYTES_MAX + 1] = '\0';
    fixture_write(fixture_path("large.conf"), large, 0644);
    ck_assert_int_eq(conf_load(fixture_path("large.conf"), NULL, &errors, &conf), BOTHY_EINVAL);
    ck_assert_ptr_nonnull(strstr(errors.messages[0].text, "a file may have 1048576"));
    conf_errors_clear(&errors);
    large[CONF_FILE_BYTES_MAX] = '\0';
    fixture_write(fixture_path("large.conf"), large, 0666);
    ck_assert_int_eq(conf_load(fixture_path("large.conf"), NULL, &errors, &conf), 0);
    ck_assert_uint_eq(errors.warning_count, 1);
    ck_assert_str_eq(errors.messages[0].text, "everybody may write to this file: chmod o-w it");
    conf_errors_clear(&errors);
    conf_free(conf);
    free(large);
}
END_TEST

START_TEST(messages_are_bounded)
{
    struct conf_errors errors = { 0 };
    struct conf *conf = NULL;
    char text[20000] = "";
    size_t used = 0;

    for (int i = 0; i < 500; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "zzzzzzzz%d = 1;\n", i);
    ck_assert_int_eq(conf_load_text("many.conf", text, used, NULL, &errors, &conf), BOTHY_EINVAL);
    ck_assert_uint_eq(errors.error_count, 500);
    ck_assert_uint_eq(errors.count, CONF_MESSAGES_MAX);
    ck_assert_uint_eq(errors.left_off, 500 - CONF_MESSAGES_MAX);
    conf_errors_clear(&errors);
}
END_TEST

/* ---- the environment ---- */

START_TEST(variables_override_files)
{
    static const char *const variables[] = {
        "PATH=/bin",
        "BOTHY_LOG_LEVEL=DEBUG",
        "BOTHY_MODE=paper",
        "BOTHY_SEED=42",
        "BOTHY_RISK_SL_MULT=1.1",
        "BOTHY_BOT_FUNDING_ENABLED=False",
        "BOTHY_BOT_FUNDING_PARAMS_OI_STRONG_PCT=9",
        "BOTHY_BOT_FUNDING_PARAMS_PEERS=x, y",
        "BOTHY_EXCHANGE_SIM_PARAMS_SEED=3",
        NULL,
    };
    struct conf_environment env = fixture_environment;
    const struct conf_value *value;
    struct conf *conf;

    env.variables = variables;
    conf = fixture_load(everything, &env);
    ck_assert_uint_eq(conf->log.level, BOTHY_LOG_DEBUG);
    ck_assert_int_eq(conf->seed, 42);
    ck_assert_int_eq(conf->bots[0].enabled, 0);
    assert_decimal(conf->bots[0].risk.sl_mult, "1.1");
    assert_get(conf, "bot.funding.params.oi_strong_pct", "9", CONF_LEVEL_ENVIRONMENT);
    assert_get(conf, "exchange.sim.params.seed", "3", CONF_LEVEL_ENVIRONMENT);
    ck_assert_int_eq(conf_get(conf, "log.level", &value, NULL), 0);
    ck_assert_str_eq(value->origin.file, "BOTHY_LOG_LEVEL");
    ck_assert_int_eq(conf_get(conf, "bot.funding.params.peers", &value, NULL), 0);
    ck_assert_uint_eq(value->item_count, 2);
    ck_assert_str_eq(value->items[0], "x");
    ck_assert_str_eq(value->items[1], "y");
    conf_free(conf);
}
END_TEST

START_TEST(variables_are_checked)
{
    static const char *const variables[] = { "BOTHY_LOG_LEVLE=debug", "BOTHY_SHARED=/srv",
                                             "BOTHY_NOTHING_LIKE_IT=1", NULL };
    static const char *const wrong_variables[] = { "BOTHY_LOG_FILES=many", NULL };
    static const char *const ignored[] = { "BOTHY_SHARED", NULL };
    struct conf_environment env = fixture_environment;
    struct conf_errors errors = { 0 };
    struct conf *conf = NULL;
    char *said;

    env.variables = variables;
    env.ignored_variables = ignored;
    ck_assert_int_eq(conf_load_text("test.conf", "", 0, &env, &errors, &conf), 0);
    said = fixture_messages(&errors);
    ck_assert_str_eq(said, "BOTHY_LOG_LEVLE: warning: sets nothing that is known; did you mean "
                           "BOTHY_LOG_LEVEL?\n"
                           "BOTHY_NOTHING_LIKE_IT: warning: sets nothing that is known\n");
    free(said);
    conf_errors_clear(&errors);
    conf_free(conf);
    env.variables = wrong_variables;
    ck_assert_int_eq(conf_load_text("test.conf", "", 0, &env, &errors, &conf), BOTHY_EINVAL);
    said = fixture_messages(&errors);
    ck_assert_str_eq(said, "BOTHY_LOG_FILES: log.files: \"many\" is not a whole number; use digits "
                           "only, such as 14\n");
    free(said);
    conf_errors_clear(&errors);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("conf_load");
    TCase *tcase = tcase_create("load");

    tcase_add_test(tcase, values_become_typed_fields);
    tcase_add_test(tcase, defaults_hold_where_nothing_is_written);
    tcase_add_test(tcase, every_risk_option_has_a_field);
    tcase_add_test(tcase, every_default_of_the_host_passes_its_own_rules);
    tcase_add_test(tcase, risk_is_inherited_on_three_levels);
    tcase_add_test(tcase, values_are_found_by_path);
    tcase_add_test(tcase, watchlist_and_entries_make_the_symbols);
    tcase_add_test(tcase, a_plugin_gets_what_was_written);
    tcase_add_test(tcase, without_a_schema_params_stay_as_they_are);
    tcase_add_test(tcase, live_needs_host_account_and_build);
    tcase_add_test(tcase, pieces_are_merged_in_the_order_of_their_names);
    tcase_add_test(tcase, files_that_cannot_be_read_are_named);
    tcase_add_test(tcase, messages_are_bounded);
    tcase_add_test(tcase, variables_override_files);
    tcase_add_test(tcase, variables_are_checked);
    suite_add_tcase(suite, tcase);
    return suite;
}

BOTHY_TEST_MAIN(make_suite)
