/*
 * Options: any text against every type, with bounds and choices and without, and the same text as
 * a default. What is checked can be set; a refusal has a text, and that text is UTF-8 that fits.
 */
#include "fuzz.h"

#include <bothy/config.h>

#include <string.h>

/* An option of a type that exists, bounded or not. */
static struct bothy_option make_option(uint32_t type, int bounded)
{
    struct bothy_option option = { .name = "it", .type = type, .flags = BOTHY_OPTION_PER_SYMBOL };

    if (!bounded)
        return option;
    option.unit = "units";
    option.choices = "one|two|three";
    switch (type) {
    case BOTHY_OPTION_DURATION:
        option.minimum = "1s";
        option.maximum = "1h";
        break;
    case BOTHY_OPTION_TIME:
        option.minimum = "2020-01-01";
        break;
    case BOTHY_OPTION_TIMEFRAME:
        option.maximum = "1h";
        break;
    default:
        option.minimum = "-5";
        option.maximum = "500";
    }
    return option;
}

static void check_option(struct bothy_option option, const char *text)
{
    struct bothy_option plain = { .name = "plain", .type = BOTHY_OPTION_STRING };
    struct bothy_error error = { 0 };
    int32_t checked = bothy_option_check(&option, text, &error);
    struct bothy_config *config;
    int32_t set;

    FUZZ_CHECK(checked == BOTHY_OK || checked == BOTHY_EINVAL || checked == BOTHY_ERANGE);
    FUZZ_CHECK(checked == error.code);
    FUZZ_CHECK((checked == BOTHY_OK) == !error.text[0]);
    FUZZ_CHECK(memchr(error.text, '\0', sizeof error.text) != NULL);
    FUZZ_CHECK(bothy_option_check(&plain, error.text, NULL) == BOTHY_OK);

    option.default_value = text;
    config = bothy_config_new(&option, 1, "fuzz");
    FUZZ_CHECK(config != NULL);
    FUZZ_CHECK(bothy_config_add_symbol(config, "A", "v") == BOTHY_OK);
    set = bothy_config_set(config, 0, "it", text, &error);
    FUZZ_CHECK(set == checked);
    if (option.type == BOTHY_OPTION_STRING && checked == BOTHY_OK) {
        FUZZ_CHECK(!strcmp(bothy_config_string(config, "it"), text));
        FUZZ_CHECK(!strcmp(bothy_config_string(bothy_config_for_symbol(config, 0), "it"), text));
    }
    if (option.type == BOTHY_OPTION_LIST && checked == BOTHY_OK) {
        const struct bothy_config *view = bothy_config_for_symbol(config, 0);

        FUZZ_CHECK(bothy_config_list_count(view, "it") == 1);
        FUZZ_CHECK(!strcmp(bothy_config_list_get(view, "it", 0), text));
    }
    bothy_config_free(config);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    uint32_t type;

    FUZZ_CHECK(text != NULL);
    if (size)
        memcpy(text, data, size);
    text[size] = '\0';
    for (type = 0; type <= BOTHY_OPTION_LIST + 1; type++) {
        check_option(make_option(type, 0), text);
        check_option(make_option(type, 1), text);
    }
    free(text);
    return 0;
}
