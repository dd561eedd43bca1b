/*
 * Any bytes as the schema that a runner sends. What is accepted comes back as the same bytes.
 */
#include "fuzz.h"

#include <string.h>

#include "conf/schema.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t again[CONF_SCHEMA_BYTES_MAX];
    struct conf_schema schema = { 0 };
    struct bothy_error error = { 0 };
    int32_t r = conf_schema_deserialise(data, size, &schema, &error);

    FUZZ_CHECK(r == 0 || (schema.options == NULL && error.text[0]));
    if (r == 0) {
        r = conf_schema_serialise(&schema, again, sizeof again, &error);
        FUZZ_CHECK(r == (int32_t)size);
        /* Two bytes are reserved. */
        FUZZ_CHECK(!memcmp(again, data, 6) && !memcmp(again + 8, data + 8, size - 8));
    }
    conf_schema_clear(&schema);
    return 0;
}
