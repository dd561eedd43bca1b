/*
 * The text in a JSON token: comparing and unescaping. Nothing here trusts that a token came from
 * the parser: a slice that is no JSON gives an error, not a read past its end.
 */
#include <bothy/json.h>

#include "json_internal.h"
#include "utf8.h"

static int is_text(const struct bothy_json_token *token)
{
    return token->type == BOTHY_JSON_KEY || token->type == BOTHY_JSON_STRING;
}

int32_t bothy_json_equals(const struct bothy_json_token *token, const char *text, size_t length)
{
    const char *p = token->text, *end = token->text + token->length;
    size_t at = 0;

    if (!is_text(token))
        return 0;
    if (!token->escaped)
        return token->length == length && memcmp(p, text, length) == 0;
    while (p < end) {
        char bytes[4] = { *p };
        size_t count = 1, taken = 1;

        if (*p == '\\') {
            uint32_t code_point;

            taken = json_read_escape(p, end, &code_point);
            if (taken == 0)
                return 0;
            count = utf8_encode(code_point, bytes);
        }
        if (length - at < count || memcmp(text + at, bytes, count) != 0)
            return 0;
        p += taken;
        at += count;
    }
    return at == length;
}

/* Returns the length, or an error, with what was written so far in `text`. */
static int32_t unescape(const struct bothy_json_token *token, uint32_t flags, char *text,
                        size_t capacity)
{
    const char *p = token->text, *end = token->text + token->length;
    size_t used = 0;

    while (p < end) {
        char bytes[4] = { *p };
        size_t count = 1, taken = 1;

        if (*p == '\\') {
            uint32_t code_point;

            taken = json_read_escape(p, end, &code_point);
            if (taken == 0)
                return BOTHY_EINVAL;
            count = utf8_encode(code_point, bytes);
        }
        if (bytes[0] == '\0' && !(flags & BOTHY_JSON_ALLOW_NUL))
            return BOTHY_EINVAL;
        if (capacity - used <= count || used > INT32_MAX - count)
            return BOTHY_ERANGE;
        memcpy(text + used, bytes, count);
        used += count;
        p += taken;
    }
    text[used] = '\0';
    return (int32_t)used;
}

int32_t bothy_json_text(const struct bothy_json_token *token, uint32_t flags, char *text,
                        size_t capacity)
{
    int32_t r;

    if (capacity == 0)
        return BOTHY_ERANGE;
    text[0] = '\0';
    if (!is_text(token) || (flags & ~(uint32_t)BOTHY_JSON_ALLOW_NUL))
        return BOTHY_EINVAL;
    if (!token->escaped) {
        /* The parser lets no raw NUL into a string: the bytes are the text. */
        if (token->length >= capacity || token->length > INT32_MAX)
            return BOTHY_ERANGE;
        memcpy(text, token->text, token->length);
        text[token->length] = '\0';
        return (int32_t)token->length;
    }
    r = unescape(token, flags, text, capacity);
    if (r < 0)
        text[0] = '\0';
    return r;
}

int32_t bothy_json_bool(const struct bothy_json_token *token, int32_t *ret_value)
{
    if (token->type != BOTHY_JSON_TRUE && token->type != BOTHY_JSON_FALSE)
        return BOTHY_EINVAL;
    *ret_value = token->type == BOTHY_JSON_TRUE;
    return 0;
}
