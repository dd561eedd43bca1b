/*
 * The pull parser on any bytes: it agrees with jansson, but for the known differences, and what
 * it makes of strings and errors stays within bounds.
 */
#include "fuzz.h"

#include <bothy/json.h>

#include "sdk/json_compare.h"

/* Walks by tokens alone, with little depth, and unescapes into too little room. */
static void walk(const char *text, size_t size)
{
    struct bothy_json json;
    struct bothy_json_token token;
    struct bothy_error error;
    char room[8];
    int32_t r;

    bothy_json_init(&json, text, size, 4);
    while ((r = bothy_json_next(&json, &token)) > 0) {
        FUZZ_CHECK(token.text >= text && token.text + token.length <= text + size);
        FUZZ_CHECK(bothy_json_text(&token, 0, room, sizeof room) < (int32_t)sizeof room);
        bothy_json_is(&token, "key");
    }
    FUZZ_CHECK(bothy_json_offset(&json) <= size);
    if (r < 0)
        FUZZ_CHECK(bothy_json_error(&json, 0, &error) == r && error.line > 0);
}

/* Any bytes, escaped, are the inside of a string; and cut short they still are. */
static void escape(const char *text, size_t size)
{
    static const size_t capacities[] = { 0, 1, 2, 7, 13 };
    size_t capacity = 6 * size + 1;
    char *quoted = malloc(capacity + 2);
    struct bothy_json json;
    struct bothy_json_token token;

    quoted[0] = '"';
    for (size_t i = 0; i < sizeof capacities / sizeof capacities[0]; i++) {
        size_t less = capacity > capacities[i] ? capacity - capacities[i] : 1;
        int32_t r = bothy_json_escape(text, size, quoted + 1, i == 0 ? capacity : less);
        size_t length = strlen(quoted + 1);

        FUZZ_CHECK(i > 0 || r == (int32_t)length);
        quoted[1 + length] = '"';
        bothy_json_init(&json, quoted, length + 2, 0);
        FUZZ_CHECK(bothy_json_next(&json, &token) == BOTHY_JSON_STRING);
        FUZZ_CHECK(bothy_json_end(&json) == 0);
    }
    free(quoted);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    char why[512];
    enum json_comparison result;

    if (size > 65536)
        return 0;
    result = json_compare(text, size, why, sizeof why);
    if (result == JSON_DISAGREE)
        fprintf(stderr, "%s\n", why);
    FUZZ_CHECK(result != JSON_DISAGREE);
    walk(text, size);
    escape(text, size);
    return 0;
}
