/*
 * The documents that are made of the option tables: every option is in the manual and in the
 * sample, the sample is the one that the tables give, and it is a right configuration with and
 * without its comment signs. So is the demonstration.
 */
#include "conf_fixture.h"

#include <bothy/risk.h>

#include "conf/dump.h"
#include "conf/options.h"

static char *read_file(const char *variable, const char *name)
{
    const char *base = getenv(variable);
    char path[1024], *text = calloc(1, 1 << 20);
    FILE *in;

    snprintf(path, sizeof path, "%s/%s", base ? base : ".", name);
    in = fopen(path, "r");
    ck_assert_msg(in != NULL, "%s cannot be read", path);
    ck_assert_ptr_nonnull(text);
    ck_assert_uint_lt(fread(text, 1, 1 << 20, in), 1 << 20);
    fclose(in);
    return text;
}

/* Calls `check` for every option that there is. */
static void each_option(void (*check)(const char *text, const char *section, const char *name),
                        const char *text)
{
    static const struct conf_section *const entries[] = { &conf_exchange_section, &conf_bot_section,
                                                          &conf_symbol_section,
                                                          &conf_watchlist_section,
                                                          &conf_grants_section };

    for (uint32_t s = 0; s < SECTION_COUNT; s++) {
        for (uint32_t f = 0; f < conf_sections[s].field_count; f++)
            check(text, conf_sections[s].name, conf_sections[s].fields[f].option.name);
    }
    for (size_t s = 0; s < ARRAY_SIZE(entries); s++) {
        for (uint32_t f = 0; f < entries[s]->field_count; f++)
            check(text, entries[s]->name, entries[s]->fields[f].option.name);
    }
    for (uint32_t i = 0; i < bothy_risk_option_count; i++)
        check(text, "risk", bothy_risk_options[i].name);
    for (uint32_t i = 0; i < conf_structure_count; i++)
        check(text, conf_structures[i].in, conf_structures[i].name);
}

static void in_manual(const char *text, const char *section, const char *name)
{
    char item[128];

    snprintf(item, sizeof item, "\n.It Ic %s No = Ar ", name);
    ck_assert_msg(strstr(text, item) != NULL, "%s.%s is not in the manual", section, name);
}

START_TEST(every_option_is_in_the_manual)
{
    char *text = read_file("BOTHY_BUILDDIR", "man/bothy.conf.5");

    each_option(in_manual, text);
    ck_assert_ptr_null(strstr(text, "@OPTIONS@"));
    free(text);
}
END_TEST

static void in_sample(const char *text, const char *section, const char *name)
{
    char setting[128];
    const char *at = text;

    snprintf(setting, sizeof setting, "%s = ", name);
    while ((at = strstr(at, setting))) {
        const char *line = at;

        while (line > text && line[-1] != '\n')
            line--;
        if (strspn(line, "# ") == (size_t)(at - line))
            return;
        at++;
    }
    ck_abort_msg("%s.%s is not in the sample", section, name);
}

START_TEST(every_option_is_in_the_sample)
{
    char *text = read_file("BOTHY_SRCDIR", "conf/bothy.conf");

    each_option(in_sample, text);
    free(text);
}
END_TEST

START_TEST(the_sample_is_that_of_the_tables)
{
    char *text = read_file("BOTHY_SRCDIR", "conf/bothy.conf");
    char *made = read_file("BOTHY_BUILDDIR", "conf/bothy.conf.made");

    ck_assert_msg(!strcmp(text, made), "conf/bothy.conf is out of date: make update-sample");
    free(text);
    free(made);
}
END_TEST

START_TEST(the_sample_is_a_right_configuration)
{
    char *text = read_file("BOTHY_SRCDIR", "conf/bothy.conf");
    struct conf_errors errors = { 0 };
    struct conf *conf = NULL;
    char *said;

    ck_assert_int_eq(
        conf_load_text("sample", text, strlen(text), &fixture_environment, &errors, &conf), 0);
    ck_assert_uint_eq(errors.count, 0);
    ck_assert_uint_eq(conf->bot_count, 0);
    conf = conf_free(conf);
    /* Everything that is commented out, switched on. */
    for (char *c = text; *c; c++) {
        if (*c == '#' && (c == text || c[-1] == '\n'))
            *c = ' ';
    }
    conf_load_text("sample", text, strlen(text), &fixture_environment, &errors, &conf);
    said = fixture_messages(&errors);
    ck_assert_msg(conf && !*said, "%s", said);
    ck_assert_uint_eq(conf->bot_count, 1);
    ck_assert_uint_eq(conf->bots[0].symbol_count, 2);
    conf_free(conf);
    free(said);
    free(text);
}
END_TEST

START_TEST(the_demonstration_is_a_right_configuration)
{
    struct conf_environment env = { .flags = CONF_NO_PLUGIN_FILES };
    char *text = read_file("BOTHY_SRCDIR", "conf/demo.conf");
    struct conf_errors errors = { 0 };
    struct conf *conf = NULL;
    char *said;

    conf_load_text("demo.conf", text, strlen(text), &env, &errors, &conf);
    said = fixture_messages(&errors);
    ck_assert_msg(conf && !*said, "%s", said);
    ck_assert_uint_eq(conf->bot_count, 3);
    for (uint32_t i = 0; i < conf->bot_count; i++) {
        ck_assert_uint_eq(conf->bots[i].symbol_count, 3);
        ck_assert_int_eq(conf->bots[i].trade, 1);
    }
    conf_free(conf);
    free(said);
    free(text);
}
END_TEST

/* ---- dumps ---- */

static char *dumped(int32_t (*dump)(const struct conf *conf, FILE *out), const struct conf *conf)
{
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);

    ck_assert_ptr_nonnull(out);
    ck_assert_int_eq(dump(conf, out), 0);
    fclose(out);
    return text;
}

START_TEST(a_dump_shows_where_values_come_from)
{
    struct conf *conf = fixture_load(
        "log = { level = \"debug\"; };\n"
        "exchanges = ( { name = \"sim\"; params = { seed = 7; }; } );\n"
        "bots = ( { name = \"funding\"; risk = { sl_mult = \"1.2\"; };\n"
        "  params = { password = \"hidden\"; note = \"say \\\"hi\\\"\"; peers = ( \"a\" ); };\n"
        "  symbols = ( { symbol = \"A/B\"; tp1_mult = \"2.2\"; } ); } );\n",
        &fixture_environment);
    static const char *const lines[] = {
        "# test.conf\n",
        "mode = \"paper\"    # default\n",
        "log.level = \"debug\"    # test.conf:1 global\n",
        "log.files = 5    # default\n",
        "exchange.sim.params.seed = 7    # test.conf:2 exchange\n",
        "bot.funding.risk.sl_mult = \"1.2\"    # test.conf:3 bot\n",
        "bot.funding.params.weight = \"1.5\"    # plugin\n",
        "bot.funding.params.password = ***    # test.conf:4 bot\n",
        "bot.funding.params.note = \"say \\\"hi\\\"\"    # test.conf:4 bot\n",
        "bot.funding.params.peers = ( \"a\" )    # test.conf:4 bot\n",
        "bot.funding.symbols.A/B.tp1_mult = \"2.2\"    # test.conf:5 symbol\n",
    };
    char *text = dumped(conf_dump_text, conf), *json = dumped(conf_dump_json, conf);

    for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
        ck_assert_msg(strstr(text, lines[i]) != NULL, "no %s in\n%s", lines[i], text);
    ck_assert_ptr_null(strstr(text, "hidden"));
    ck_assert_ptr_null(strstr(json, "hidden"));
    ck_assert_ptr_nonnull(strstr(json, "\"path\": \"exchange.sim.params.seed\",\n"
                                       "      \"value\": 7,\n"
                                       "      \"level\": \"exchange\",\n"
                                       "      \"file\": \"test.conf\",\n"
                                       "      \"line\": 2\n"));
    free(text);
    free(json);
    conf_free(conf);
}
END_TEST

START_TEST(a_dump_of_schemas_has_every_option)
{
    const struct conf_schema *schemas[] = { &fixture_schemas[0], &fixture_schemas[1] };
    char *text = NULL, *json = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);

    ck_assert_int_eq(conf_schema_dump_text(schemas, 2, out), 0);
    fclose(out);
    out = open_memstream(&json, &length);
    ck_assert_int_eq(conf_schema_dump_json(schemas, 2, out), 0);
    fclose(out);
    for (uint32_t i = 0; i < fixture_schemas[1].option_count; i++) {
        char item[128];

        snprintf(item, sizeof item, "\n  %s: ", fixture_schemas[1].options[i].name);
        ck_assert_ptr_nonnull(strstr(text, item));
        snprintf(item, sizeof item, "\"name\": \"%s\"", fixture_schemas[1].options[i].name);
        ck_assert_ptr_nonnull(strstr(json, item));
    }
    ck_assert_ptr_nonnull(strstr(text, "plugin strategy/funding\n"));
    ck_assert_ptr_nonnull(strstr(text, "  level: choice of debug|info|notice|warning|error|fatal|"
                                       "panic, default info, reloadable\n"));
    ck_assert_ptr_nonnull(strstr(text, "  oi_strong_pct: percent, default 5.0, from 0.1 to 50, in "
                                       "%, reloadable, also per symbol\n"));
    free(text);
    free(json);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("conf_docs");
    TCase *tcase = tcase_create("docs");

    tcase_add_test(tcase, every_option_is_in_the_manual);
    tcase_add_test(tcase, every_option_is_in_the_sample);
    tcase_add_test(tcase, the_sample_is_that_of_the_tables);
    tcase_add_test(tcase, the_sample_is_a_right_configuration);
    tcase_add_test(tcase, the_demonstration_is_a_right_configuration);
    tcase_add_test(tcase, a_dump_shows_where_values_come_from);
    tcase_add_test(tcase, a_dump_of_schemas_has_every_option);
    suite_add_tcase(suite, tcase);
    return suite;
}

BOTHY_TEST_MAIN(make_suite)
