/* Any bytes as the configuration of a plugin process: CONFIG, and the same again as RELOAD. */
#include "fuzz.h"

#include "runner/settings.h"

static const struct bothy_option options[] = {
    { "count", BOTHY_OPTION_INT, BOTHY_OPTION_PER_SYMBOL, "5", "1", "9", NULL, NULL, NULL },
    { "word", BOTHY_OPTION_STRING, 0, NULL, NULL, NULL, NULL, NULL, NULL },
    { "words", BOTHY_OPTION_LIST, 0, NULL, NULL, NULL, NULL, NULL, NULL },
    { "file", BOTHY_OPTION_FILE, 0, NULL, NULL, NULL, NULL, NULL, NULL },
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct loader_plugin plugin = {
        .descriptor = { .kind = BOTHY_KIND_STRATEGY,
                        .options = options,
                        .option_count = 4,
                        .option_size = sizeof options[0] },
        .options = (struct bothy_option *)(uintptr_t)options,
        .values = (struct bothy_option *)(uintptr_t)options,
        .value_count = 4,
    };
    struct bytes_reader reader;
    struct settings settings;
    struct settings again;

    bytes_reader_init(&reader, data, size);
    if (settings_read(&reader, &plugin, NULL, NULL, 0, NULL, &settings, NULL) < 0)
        return 0;
    FUZZ_CHECK(bothy_config_symbol_count(settings.config) == settings.symbol_count);
    FUZZ_CHECK(bothy_config_int(settings.config, "count") >= 1);
    FUZZ_CHECK(bothy_config_int(settings.config, "count") <= 9);
    bytes_reader_init(&reader, data, size);
    FUZZ_CHECK(settings_read(&reader, &plugin, NULL, NULL, 0, &settings, &again, NULL) == 0);
    settings_clear(&again);
    settings_clear(&settings);
    return 0;
}
