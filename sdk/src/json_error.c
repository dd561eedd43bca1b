/*
 * Where a JSON document is wrong, in words: line and column are counted only when somebody asks.
 */
#include <bothy/json.h>

void bothy_json_locate(const char *text, size_t length, size_t offset, uint32_t *ret_line,
                       uint32_t *ret_column)
{
    const char *p = text, *at = text + (offset < length ? offset : length), *newline;
    uint32_t line = 1;

    while (p < at && (newline = memchr(p, '\n', (size_t)(at - p)))) {
        p = newline + 1;
        if (line < UINT32_MAX)
            line++;
    }
    *ret_line = line;
    *ret_column = (size_t)(at - p) < UINT32_MAX ? (uint32_t)(at - p) + 1 : UINT32_MAX;
}

int32_t bothy_json_error(const struct bothy_json *json, int32_t code, struct bothy_error *error)
{
    size_t offset = bothy_json_offset(json);
    uint32_t line, column;

    if (!error)
        return json->code ? json->code : code;
    bothy_json_locate(json->text, (size_t)(json->end - json->text), offset, &line, &column);
    error->line = line;
    return bothy_fail(error, json->code ? json->code : code, "line %u, column %u (byte %zu): %s",
                      line, column, offset, json->code ? json->reason : bothy_strerror(code));
}

const char *bothy_json_type_name(uint32_t type)
{
    static const char *const names[BOTHY_JSON_TYPE_COUNT] = {
        "end of the document",
        "object",
        "end of an object",
        "array",
        "end of an array",
        "key",
        "string",
        "number",
        "true",
        "false",
        "null",
    };

    return type < BOTHY_JSON_TYPE_COUNT ? names[type] : "?";
}
