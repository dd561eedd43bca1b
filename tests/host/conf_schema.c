/*
 * Schemas on their way from a runner: what comes through whole, and what is refused.
 */
#include "conf_fixture.h"

#include <bothy/risk.h>

static uint8_t bytes[CONF_SCHEMA_BYTES_MAX];

static int same(const char *a, const char *b)
{
    return a == b || (a && b && !strcmp(a, b));
}

START_TEST(a_schema_comes_through_whole)
{
    for (size_t s = 0; s < ARRAY_SIZE(fixture_schemas); s++) {
        const struct conf_schema *schema = &fixture_schemas[s];
        struct conf_schema read = { 0 };
        struct bothy_error error = { 0 };
        int32_t length = conf_schema_serialise(schema, bytes, sizeof bytes, &error);

        ck_assert_msg(length > 0, "%s", error.text);
        ck_assert_int_eq(conf_schema_deserialise(bytes, (size_t)length, &read, &error), 0);
        ck_assert_str_eq(read.name, schema->name);
        ck_assert_str_eq(read.version, "1.0.0");
        ck_assert_uint_eq(read.kind, schema->kind);
        ck_assert_uint_eq(read.abi_major, 1);
        ck_assert_uint_eq(read.option_count, schema->option_count);
        for (uint32_t i = 0; i < read.option_count; i++) {
            const struct bothy_option *a = &read.options[i], *b = &schema->options[i];

            ck_assert_str_eq(a->name, b->name);
            ck_assert_uint_eq(a->type, b->type);
            ck_assert_uint_eq(a->flags, b->flags);
            ck_assert(same(a->default_value, b->default_value) && same(a->minimum, b->minimum) &&
                      same(a->maximum, b->maximum) && same(a->unit, b->unit) &&
                      same(a->choices, b->choices) && same(a->doc, b->doc));
            ck_assert_ptr_eq(conf_schema_find(&read, b->name), a);
        }
        ck_assert_ptr_null(conf_schema_find(&read, "nothing"));
        conf_schema_clear(&read);
        conf_schema_clear(&read);
    }
}
END_TEST

START_TEST(what_is_cut_or_longer_is_refused)
{
    const struct conf_schema *schema = &fixture_schemas[1];
    int32_t length = conf_schema_serialise(schema, bytes, sizeof bytes - 1, NULL);
    struct conf_schema read = { 0 };

    ck_assert_int_gt(length, 0);
    for (int32_t cut = 0; cut < length; cut++)
        ck_assert_int_eq(conf_schema_deserialise(bytes, (size_t)cut, &read, NULL), BOTHY_EPROTO);
    bytes[length] = 0;
    ck_assert_int_eq(conf_schema_deserialise(bytes, (size_t)length + 1, &read, NULL), BOTHY_EPROTO);
    for (int32_t room = 0; room < length; room++)
        ck_assert_int_eq(conf_schema_serialise(schema, bytes, (size_t)room, NULL), BOTHY_ERANGE);
}
END_TEST

START_TEST(no_changed_byte_does_harm)
{
    int32_t length = conf_schema_serialise(&fixture_schemas[0], bytes, sizeof bytes, NULL);
    int refused = 0;

    ck_assert_int_gt(length, 0);
    for (int32_t at = 0; at < length; at++) {
        static const uint8_t changes[] = { 0x01, 0x80, 0xff };

        for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
            struct conf_schema read = { 0 };

            bytes[at] ^= changes[i];
            if (conf_schema_deserialise(bytes, (size_t)length, &read, NULL) < 0) {
                refused++;
                ck_assert_ptr_null(read.options);
            }
            conf_schema_clear(&read);
            bytes[at] ^= changes[i];
        }
    }
    ck_assert_int_gt(refused, length);
}
END_TEST

static const struct {
    uint32_t kind;
    struct bothy_option options[2];
    const char *error;
} wrong_tables[] = {
    { BOTHY_KIND_STRATEGY,
      { { "Upper", BOTHY_OPTION_INT } },
      "option 0: its name must be a lower-case letter, then letters, digits and _, at most 47" },
    { BOTHY_KIND_STRATEGY, { { NULL, BOTHY_OPTION_INT } }, "option 0: its name must be" },
    { BOTHY_KIND_STRATEGY, { { "risk.sl_mult", BOTHY_OPTION_INT } }, "option 0: its name must be" },
    { BOTHY_KIND_STRATEGY,
      { { "a", BOTHY_OPTION_INT }, { "a", BOTHY_OPTION_INT } },
      "option a: is declared twice" },
    { BOTHY_KIND_STRATEGY, { { "a", 0 } }, "option a: there is no type 0" },
    { BOTHY_KIND_STRATEGY, { { "a", 14 } }, "option a: there is no type 14" },
    { BOTHY_KIND_STRATEGY, { { "a", BOTHY_OPTION_INT, 1 << 7 } }, "option a: unknown flags 0x80" },
    { BOTHY_KIND_STRATEGY, { { "a", BOTHY_OPTION_ENUM } }, "option a: has no choices" },
    { BOTHY_KIND_STRATEGY,
      { { "a", BOTHY_OPTION_INT, BOTHY_OPTION_REQUIRED, "1" } },
      "option a: is required, so it has no default" },
    { BOTHY_KIND_STRATEGY,
      { { "key", BOTHY_OPTION_SECRET } },
      "option key: secrets are for exchanges and sinks, not for a strategy" },
    { BOTHY_KIND_EXCHANGE,
      { { "key", BOTHY_OPTION_SECRET, BOTHY_OPTION_PER_SYMBOL } },
      "option key: a secret cannot be set per symbol" },
    { BOTHY_KIND_STRATEGY,
      { { "sl_mult", BOTHY_OPTION_NUMBER, BOTHY_OPTION_PER_SYMBOL } },
      "option sl_mult: the host has this key in every symbol: read risk.sl_mult, or choose "
      "another name" },
    { BOTHY_KIND_STRATEGY,
      { { "enabled", BOTHY_OPTION_BOOL, BOTHY_OPTION_PER_SYMBOL } },
      "option enabled: the host has this key" },
    { BOTHY_KIND_STRATEGY,
      { { "a", BOTHY_OPTION_INT, 0, "5", "6", "9" } },
      "option a: default: must be between 6 and 9, not \"5\"" },
    { BOTHY_KIND_STRATEGY,
      { { "a", BOTHY_OPTION_INT, 0, NULL, "few", NULL } },
      "option a: minimum: \"few\" is not a whole number" },
    { BOTHY_KIND_STRATEGY,
      { { "a", BOTHY_OPTION_DURATION, 0, NULL, NULL, "5" } },
      "option a: maximum: \"5\" is not a duration" },
    { BOTHY_KIND_STRATEGY,
      { { "a", BOTHY_OPTION_STRING, 0, NULL, NULL, NULL, NULL, NULL, "\033[2J" } },
      "option a: a text in it is too long or has control characters" },
    { 0, { { "a", BOTHY_OPTION_INT } }, "there is no plugin kind 0" },
    { 5, { { "a", BOTHY_OPTION_INT } }, "there is no plugin kind 5" },
};

START_TEST(a_table_that_breaks_the_rules_is_refused)
{
    struct conf_schema schema = { .name = (char *)"x",
                                  .version = (char *)"1",
                                  .kind = wrong_tables[_i].kind,
                                  .options = (struct bothy_option *)wrong_tables[_i].options,
                                  .option_count = wrong_tables[_i].options[1].name ? 2 : 1 };
    struct bothy_error error = { 0 };
    struct conf_schema copy = { 0 };

    ck_assert_int_eq(conf_schema_copy(&schema, &copy, &error), BOTHY_EINVAL);
    ck_assert_msg(!strncmp(error.text, wrong_tables[_i].error, strlen(wrong_tables[_i].error)),
                  "said: %s", error.text);
    ck_assert_ptr_null(copy.options);
}
END_TEST

START_TEST(names_and_counts_are_bounded)
{
    struct bothy_option option = { "a", BOTHY_OPTION_INT };
    struct conf_schema schema = { .name = (char *)"x",
                                  .version = (char *)"1",
                                  .kind = BOTHY_KIND_STRATEGY,
                                  .options = &option,
                                  .option_count = CONF_SCHEMA_OPTIONS_MAX + 1 };
    struct conf_schema copy = { 0 };

    ck_assert_int_eq(conf_schema_copy(&schema, &copy, NULL), BOTHY_EINVAL);
    schema.option_count = 1;
    ck_assert_int_eq(conf_schema_copy(&schema, &copy, NULL), 0);
    conf_schema_clear(&copy);
    schema.name = (char *)"this-name-is-too-long-for-a-plugin";
    ck_assert_int_eq(conf_schema_copy(&schema, &copy, NULL), BOTHY_EINVAL);
    schema.name = (char *)"";
    ck_assert_int_eq(conf_schema_copy(&schema, &copy, NULL), BOTHY_EINVAL);
    schema.name = (char *)"x";
    schema.version = NULL;
    ck_assert_int_eq(conf_schema_copy(&schema, &copy, NULL), BOTHY_EINVAL);
}
END_TEST

/* The largest table that the rules permit must fit into the bytes that are promised. */
START_TEST(the_largest_schema_fits_or_is_refused_by_its_size)
{
    struct bothy_option *options = calloc(CONF_SCHEMA_OPTIONS_MAX, sizeof *options);
    char(*names)[16] = calloc(CONF_SCHEMA_OPTIONS_MAX, sizeof *names);
    char doc[2048];
    struct conf_schema schema = { .name = (char *)"x",
                                  .version = (char *)"1",
                                  .kind = BOTHY_KIND_STRATEGY,
                                  .options = options,
                                  .option_count = CONF_SCHEMA_OPTIONS_MAX };
    struct bothy_error error = { 0 };

    ck_assert_ptr_nonnull(options);
    ck_assert_ptr_nonnull(names);
    memset(doc, 'x', sizeof doc - 1);
    doc[sizeof doc - 1] = '\0';
    for (uint32_t i = 0; i < CONF_SCHEMA_OPTIONS_MAX; i++) {
        snprintf(names[i], sizeof names[i], "option%u", i);
        options[i].name = names[i];
        options[i].type = BOTHY_OPTION_INT;
        options[i].doc = doc;
    }
    ck_assert_int_eq(conf_schema_serialise(&schema, bytes, sizeof bytes, &error), BOTHY_ERANGE);
    for (uint32_t i = 0; i < CONF_SCHEMA_OPTIONS_MAX; i++)
        options[i].doc = doc + 1200;
    ck_assert_int_gt(conf_schema_serialise(&schema, bytes, sizeof bytes, &error), 0);
    free(options);
    free(names);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("conf_schema");
    TCase *tcase = tcase_create("schema");

    tcase_add_test(tcase, a_schema_comes_through_whole);
    tcase_add_test(tcase, what_is_cut_or_longer_is_refused);
    tcase_add_test(tcase, no_changed_byte_does_harm);
    tcase_add_loop_test(tcase, a_table_that_breaks_the_rules_is_refused, 0,
                        ARRAY_SIZE(wrong_tables));
    tcase_add_test(tcase, names_and_counts_are_bounded);
    tcase_add_test(tcase, the_largest_schema_fits_or_is_refused_by_its_size);
    suite_add_tcase(suite, tcase);
    return suite;
}

BOTHY_TEST_MAIN(make_suite)
