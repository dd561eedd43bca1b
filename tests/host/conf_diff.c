/*
 * What a reload has to do, from two configurations.
 */
#include "conf_fixture.h"

#include "conf/diff.h"

#define EXCHANGE "exchanges = ( { name = \"sim\"; } );\n"

static const struct {
    const char *before;
    const char *after;
    const char *bots; /* "NAME:CHANGE(WHY) …" */
    const char *exchanges;
    const char *settings; /* "PATH!" where it needs a restart */
} cases[] = {
    { EXCHANGE "bots = ( { name = \"a\"; plugin = \"funding\"; } );\n",
      "// moved\n\n" EXCHANGE "bots = ( { plugin = \"funding\"; name = \"a\"; } );\n",
      "a:unchanged() ", "sim:unchanged() ", "" },
    { EXCHANGE "bots = ( { name = \"a\"; plugin = \"funding\"; } );\n",
      EXCHANGE "bots = ( { name = \"b\"; plugin = \"funding\"; } );\n", "b:added() a:removed() ",
      "sim:unchanged() ", "" },
    { EXCHANGE "bots = ( { name = \"a\"; plugin = \"funding\"; } );\n",
      EXCHANGE "bots = ( { name = \"a\"; plugin = \"funding\"; enabled = false; } );\n",
      "a:removed() ", "sim:unchanged() ", "" },
    /* reloadable options of the plugin */
    { EXCHANGE "bots = ( { name = \"funding\"; } );\n",
      EXCHANGE "bots = ( { name = \"funding\"; params = { min_score = 5; }; } );\n",
      "funding:reload(params.min_score) ", "sim:unchanged() ", "" },
    { EXCHANGE "bots = ( { name = \"funding\"; params = { oi_strong_pct = \"6\"; }; } );\n",
      EXCHANGE "bots = ( { name = \"funding\"; params = { oi_strong_pct = \"7\"; }; "
               "log_level = \"debug\"; } );\n",
      "funding:reload(params.oi_strong_pct, log_level) ", "sim:unchanged() ", "" },
    /* others */
    { EXCHANGE "bots = ( { name = \"funding\"; } );\n",
      EXCHANGE "bots = ( { name = \"funding\"; params = { min_score = 5; weight = \"2\"; }; } );\n",
      "funding:restart(params.min_score, params.weight) ", "sim:unchanged() ", "" },
    { EXCHANGE "bots = ( { name = \"funding\"; params = { peers = ( \"x\" ); }; } );\n",
      EXCHANGE "bots = ( { name = \"funding\"; params = { peers = ( \"y\" ); }; } );\n",
      "funding:restart(params.peers) ", "sim:unchanged() ", "" },
    { EXCHANGE "bots = ( { name = \"a\"; plugin = \"funding\"; } );\n",
      EXCHANGE
      "bots = ( { name = \"a\"; plugin = \"strict\"; params = { threshold = \"1\"; }; } );\n",
      "a:restart(plugin) ", "sim:unchanged() ", "" },
    /* risk: of the host, and so of every bot that inherits it */
    { "risk = { sl_mult = \"1.4\"; };\n" EXCHANGE
      "bots = ( { name = \"a\"; plugin = \"funding\"; },\n"
      "  { name = \"b\"; plugin = \"funding\"; risk = { sl_mult = \"1.2\"; }; } );\n",
      "risk = { sl_mult = \"1.5\"; };\n" EXCHANGE
      "bots = ( { name = \"a\"; plugin = \"funding\"; },\n"
      "  { name = \"b\"; plugin = \"funding\"; risk = { sl_mult = \"1.2\"; }; } );\n",
      "a:reload(risk.sl_mult) b:unchanged() ", "sim:unchanged() ", "risk.sl_mult " },
    { "risk = { atr_period = 14; };\n" EXCHANGE "bots = ( { name = \"funding\"; } );\n",
      "risk = { atr_period = 21; };\n" EXCHANGE "bots = ( { name = \"funding\"; } );\n",
      "funding:restart(risk.atr_period) ", "sim:unchanged() ", "risk.atr_period! " },
    /* symbols */
    { EXCHANGE "bots = ( { name = \"funding\"; symbols = ( \"A/B\" ); } );\n",
      EXCHANGE "bots = ( { name = \"funding\"; symbols = ( \"A/B\", \"C/D\" ); } );\n",
      "funding:restart(symbols) ", "sim:unchanged() ", "" },
    { EXCHANGE "bots = ( { name = \"funding\"; symbols = ( \"A/B\" ); } );\n",
      EXCHANGE "bots = ( { name = \"funding\"; symbols = ( { symbol = \"A/B\"; sl_mult = \"1.1\"; "
               "} ); } );\n",
      "funding:reload(symbols.A/B.sl_mult) ", "sim:unchanged() ", "" },
    { EXCHANGE "bots = ( { name = \"funding\"; symbols = ( { symbol = \"A/B\"; period = \"1h\"; } "
               "); } );\n",
      EXCHANGE "bots = ( { name = \"funding\"; symbols = ( \"A/B\" ); } );\n",
      "funding:restart(symbols.A/B.period) ", "sim:unchanged() ", "" },
    /* grants */
    { EXCHANGE "bots = ( { name = \"funding\"; } );\n",
      EXCHANGE "bots = ( { name = \"funding\"; grants = { max_notional = \"5\"; }; } );\n",
      "funding:reload(grants.max_notional) ", "sim:unchanged() ", "" },
    /* exchanges */
    { EXCHANGE, "exchanges = ( { name = \"sim\"; params = { volatility_pct = \"2\"; }; } );\n", "",
      "sim:reload(params.volatility_pct) ", "" },
    { EXCHANGE, "exchanges = ( { name = \"sim\"; params = { seed = 2; }; } );\n", "",
      "sim:restart(params.seed) ", "" },
    { EXCHANGE, "", "", "sim:removed() ", "" },
    /* the host */
    { "log = { level = \"info\"; json = true; };\n",
      "log = { level = \"debug\"; json = false; };\n", "", "", "log.level log.json! " },
    { "seed = 1;\n", "seed = 1; status_interval = \"60s\";\n", "", "", "status_interval " },
    { "paths = { state = \"/a\"; };\n", "paths = { state = \"/b\"; };\n", "", "", "paths.state! " },
};

static void say(char *text, size_t capacity, const struct conf_change *changes, uint32_t count)
{
    size_t used = 0;

    text[0] = '\0';
    for (uint32_t i = 0; i < count && used < capacity; i++)
        used += (size_t)snprintf(text + used, capacity - used, "%s:%s(%s) ", changes[i].name,
                                 conf_change_name(changes[i].change), changes[i].why);
}

START_TEST(a_change_is_told_as_what_it_takes)
{
    struct conf *before = fixture_load(cases[_i].before, &fixture_environment);
    struct conf *after = fixture_load(cases[_i].after, &fixture_environment);
    char bots[1024], exchanges[1024], settings[1024] = "";
    struct conf_diff diff;
    uint32_t restart = 0;
    size_t used = 0;

    ck_assert_int_eq(conf_diff(before, after, &diff), 0);
    say(bots, sizeof bots, diff.bots, diff.bot_count);
    say(exchanges, sizeof exchanges, diff.exchanges, diff.exchange_count);
    for (uint32_t i = 0; i < diff.setting_count; i++) {
        used += (size_t)snprintf(settings + used, sizeof settings - used, "%s%s ",
                                 diff.settings[i].path, diff.settings[i].reloadable ? "" : "!");
        restart += !diff.settings[i].reloadable;
        ck_assert_str_ne(diff.settings[i].old_text, diff.settings[i].new_text);
    }
    ck_assert_str_eq(bots, cases[_i].bots);
    ck_assert_str_eq(exchanges, cases[_i].exchanges);
    ck_assert_str_eq(settings, cases[_i].settings);
    ck_assert_uint_eq(diff.restart_settings, restart);
    conf_diff_clear(&diff);
    conf_free(before);
    conf_free(after);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("conf_diff");
    TCase *tcase = tcase_create("diff");

    tcase_add_loop_test(tcase, a_change_is_told_as_what_it_takes, 0, ARRAY_SIZE(cases));
    suite_add_tcase(suite, tcase);
    return suite;
}

BOTHY_TEST_MAIN(make_suite)
