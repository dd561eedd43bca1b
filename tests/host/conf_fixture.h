/*
 * What the tests of host/conf share: schemas of plugins that exist nowhere else, and a load
 * from a text. The schemas have one option of every type.
 */
#ifndef BOTHY_TESTS_CONF_FIXTURE_H
#define BOTHY_TESTS_CONF_FIXTURE_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "suite.h"

#include "base/clean.h"
#include "conf/conf.h"

static const struct bothy_option fixture_sim_options[] = {
    { "seed", BOTHY_OPTION_INT, 0, "1", "0", "1000000", NULL, NULL, "Seeds the walk." },
    { "volatility_pct", BOTHY_OPTION_PERCENT, BOTHY_OPTION_RELOADABLE, "1.0", "0", "100", "%", NULL,
      "How far prices go." },
    { "api_key", BOTHY_OPTION_SECRET, 0, NULL, NULL, NULL, NULL, NULL, "The account's key." },
    { "data", BOTHY_OPTION_FILE, 0, NULL, NULL, NULL, NULL, NULL, "Recorded data." },
};

static const struct bothy_option fixture_funding_options[] = {
    { "oi_strong_pct", BOTHY_OPTION_PERCENT, BOTHY_OPTION_RELOADABLE | BOTHY_OPTION_PER_SYMBOL,
      "5.0", "0.1", "50", "%", NULL, "A rise of open interest that counts." },
    { "period", BOTHY_OPTION_TIMEFRAME, BOTHY_OPTION_PER_SYMBOL, "5m", NULL, NULL, NULL, NULL,
      "Bars that it looks at." },
    { "interval", BOTHY_OPTION_DURATION, 0, "300s", "1s", "1h", NULL, NULL, "How often." },
    { "mode", BOTHY_OPTION_ENUM, 0, "contrarian", NULL, NULL, NULL, "contrarian|squeeze",
      "What a rate means." },
    { "min_score", BOTHY_OPTION_INT, BOTHY_OPTION_RELOADABLE, "3", "1", "10", "points", NULL,
      "Least score." },
    { "use_taker", BOTHY_OPTION_BOOL, 0, "true", NULL, NULL, NULL, NULL, "Count taker volume." },
    { "weight", BOTHY_OPTION_NUMBER, 0, "1.5", "0", "10", NULL, NULL, "Weight of a point." },
    { "minimum_volume", BOTHY_OPTION_DECIMAL, 0, "1000", "0", NULL, "USDT", NULL, "Least volume." },
    { "since", BOTHY_OPTION_TIME, 0, "2022-01-01", NULL, NULL, NULL, NULL, "First day." },
    { "note", BOTHY_OPTION_STRING, 0, "", NULL, NULL, NULL, NULL, "For people." },
    { "password", BOTHY_OPTION_STRING, BOTHY_OPTION_SENSITIVE, NULL, NULL, NULL, NULL, NULL,
      "Never shown." },
    { "peers", BOTHY_OPTION_LIST, 0, NULL, NULL, NULL, NULL, NULL, "Other bots." },
};

static const struct bothy_option fixture_strict_options[] = {
    { "threshold", BOTHY_OPTION_NUMBER, BOTHY_OPTION_REQUIRED, NULL, "0", "1", NULL, NULL,
      "It has no default." },
};

#define FIXTURE_SCHEMA(name_, kind_, options_)                                                     \
    {                                                                                              \
        .name = (char *)name_, .version = (char *)"1.0.0", .summary = (char *)"of a test",         \
        .kind = kind_, .abi_major = 1, .options = (struct bothy_option *)options_,                 \
        .option_count = ARRAY_SIZE(options_)                                                       \
    }

static const struct conf_schema fixture_schemas[] = {
    FIXTURE_SCHEMA("sim", BOTHY_KIND_EXCHANGE, fixture_sim_options),
    FIXTURE_SCHEMA("funding", BOTHY_KIND_STRATEGY, fixture_funding_options),
    FIXTURE_SCHEMA("strict", BOTHY_KIND_STRATEGY, fixture_strict_options),
};

/* The schema of …/NAME.so; anything else is refused as a runner would. */
static inline int32_t fixture_schema(void *context, const char *path, uint32_t kind,
                                     struct conf_schema *ret, struct bothy_error *error)
{
    const char *slash = strrchr(path, '/');

    (void)context;
    (void)kind;
    for (size_t i = 0; i < ARRAY_SIZE(fixture_schemas); i++) {
        const char *name = fixture_schemas[i].name;

        if (!strncmp(slash + 1, name, strlen(name)) && !strcmp(slash + 1 + strlen(name), ".so"))
            return conf_schema_copy(&fixture_schemas[i], ret, error);
    }
    return bothy_fail(error, BOTHY_EABI,
                      "plugin %s: built for ABI 2.0, this host speaks 1.0; rebuild it", path);
}

static const struct conf_environment fixture_environment = {
    .schema = fixture_schema,
    .flags = CONF_NO_PLUGIN_FILES,
    .plugin_directory = "/usr/lib/bothy/plugins",
};

/* Loads a text that must be right; fails the test with what was said otherwise. */
static inline struct conf *fixture_load(const char *text, const struct conf_environment *env)
{
    struct conf_errors errors = { 0 };
    struct conf *conf = NULL;
    int32_t r = conf_load_text("test.conf", text, strlen(text), env, &errors, &conf);

    for (uint32_t i = 0; r < 0 && i < errors.count; i++)
        ck_abort_msg("%s:%u: %s: %s", errors.messages[i].file, errors.messages[i].line,
                     errors.messages[i].path, errors.messages[i].text);
    conf_errors_clear(&errors);
    ck_assert_int_eq(r, 0);
    return conf;
}

static char fixture_folder_name[400] = "/tmp/bothy-conf-XXXXXX";

static inline int fixture_remove_entry(const char *path, const struct stat *st, int type,
                                       struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

static inline void fixture_remove(void)
{
    nftw(fixture_folder_name, fixture_remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

/* The same within the build tree: before the first fixture_folder(). */
static inline void fixture_use_build_tree(void)
{
    const char *build = getenv("BOTHY_BUILDDIR");

    if (build)
        snprintf(fixture_folder_name, sizeof fixture_folder_name, "%s/conf-XXXXXX", build);
}

/* A folder of this test alone, which goes away with it. [borrowed]: static. */
static inline const char *fixture_folder(void)
{
    if (strstr(fixture_folder_name, "XXXXXX")) {
        ck_assert_ptr_nonnull(mkdtemp(fixture_folder_name));
        atexit(fixture_remove);
    }
    return fixture_folder_name;
}

static inline void fixture_write(const char *path, const char *text, mode_t mode)
{
    FILE *file = fopen(path, "w");

    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    ck_assert_int_eq(fclose(file), 0);
    ck_assert_int_eq(chmod(path, mode), 0);
}

/* FOLDER/NAME. [borrowed]: static, eight at a time. */
static inline const char *fixture_path(const char *name)
{
    static char paths[8][512];
    static unsigned next;
    char *path = paths[next++ % 8];

    snprintf(path, sizeof paths[0], "%s/%s", fixture_folder(), name);
    return path;
}

/* All messages, a line each. [owned] (free). */
static inline char *fixture_messages(const struct conf_errors *errors)
{
    size_t capacity = 64 * 1024, used = 0;
    char *text = calloc(1, capacity);

    for (uint32_t i = 0; text && i < errors->count && capacity - used > 2048; i++) {
        used += conf_message_format(&errors->messages[i], text + used, 2047);
        text[used++] = '\n';
    }
    return text;
}

#endif
