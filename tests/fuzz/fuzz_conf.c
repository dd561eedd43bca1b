/*
 * Any text as a configuration: the pre-scan, libconfig, validation. A load succeeds, or says why
 * not. What the pre-scan lets through libconfig must read, and in the same way.
 */
#include "fuzz.h"

#include <string.h>

#include "base/clean.h"
#include "conf/diff.h"
#include "conf/dump.h"

static const struct bothy_option options[] = {
    { "number", BOTHY_OPTION_NUMBER, BOTHY_OPTION_PER_SYMBOL, "1.5", "0", "10" },
    { "count", BOTHY_OPTION_INT, 0, "3", "1", "10" },
    { "flag", BOTHY_OPTION_BOOL, 0, "true" },
    { "interval", BOTHY_OPTION_DURATION, BOTHY_OPTION_RELOADABLE, "5m" },
    { "choice", BOTHY_OPTION_ENUM, 0, "a", NULL, NULL, NULL, "a|b" },
    { "text", BOTHY_OPTION_STRING, BOTHY_OPTION_SENSITIVE },
    { "list", BOTHY_OPTION_LIST },
};

static int32_t schema(void *context, const char *path, uint32_t kind, struct conf_schema *ret,
                      struct bothy_error *error)
{
    struct conf_schema schema = { .name = (char *)"fuzz",
                                  .version = (char *)"1",
                                  .kind = kind,
                                  .options = (struct bothy_option *)options,
                                  .option_count = ARRAY_SIZE(options) };

    (void)context;
    (void)path;
    return conf_schema_copy(&schema, ret, error);
}

static void use(const struct conf *conf)
{
    struct conf_diff diff;
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);

    FUZZ_CHECK(out && conf_dump_text(conf, out) == 0 && conf_dump_json(conf, out) == 0);
    fclose(out);
    free(text);
    FUZZ_CHECK(conf_diff(conf, conf, &diff) == 0);
    FUZZ_CHECK(diff.setting_count == 0);
    for (uint32_t i = 0; i < diff.bot_count; i++)
        FUZZ_CHECK(diff.bots[i].change == CONF_CHANGE_UNCHANGED);
    conf_diff_clear(&diff);
    for (uint32_t i = 0; i < conf->bot_count; i++) {
        struct bothy_config *config;
        struct bothy_error error;

        FUZZ_CHECK(conf_bot_config(&conf->bots[i], &config, &error) == 0);
        bothy_config_free(config);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct conf_environment env = {
        .schema = schema,
        .flags = CONF_NO_PLUGIN_FILES | CONF_NO_SECRET_FILES,
    };
    struct conf_errors errors = { 0 };
    struct conf *conf = NULL;
    int32_t r = conf_load_text("fuzz.conf", (const char *)data, size, &env, &errors, &conf);

    FUZZ_CHECK(r == 0 || (r == BOTHY_EINVAL && errors.error_count > 0));
    FUZZ_CHECK((conf != NULL) == (r == 0));
    for (uint32_t i = 0; i < errors.count; i++) {
        char line[4096];

        FUZZ_CHECK(strncmp(errors.messages[i].text, "libconfig reads", 15));
        FUZZ_CHECK(strcmp(errors.messages[i].text, "syntax error"));
        FUZZ_CHECK(conf_message_format(&errors.messages[i], line, sizeof line) > 0);
    }
    if (conf)
        use(conf);
    conf_free(conf);
    conf_errors_clear(&errors);
    return 0;
}
