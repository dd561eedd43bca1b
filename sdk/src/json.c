/*
 * The pull parser. One pass, no memory: what encloses the cursor is a bit per level (object or
 * array), so the whole state fits the struct. Strings are searched eight bytes at a time for
 * the bytes that end or spoil them; the rest is plain comparisons.
 *
 * Between two tokens the cursor `at` stands just behind the last token, blanks not yet passed,
 * and `state` says what may follow. After an error `at` is the place of the error.
 */
#include <bothy/json.h>

#include "json_internal.h"
#include "utf8.h"

#define LIKELY(x)   __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)
/* The few entry points each get the whole machine: a call per token would cost a third more. */
#define ALWAYS_INLINE static inline __attribute__((always_inline))

enum {
    AT_VALUE,        /* a value must follow */
    AT_FIRST_MEMBER, /* behind {: a key or } */
    AT_FIRST_ITEM,   /* behind [: a value or ] */
    AT_NEXT,         /* behind a value: a comma or the end of what encloses it */
    AT_ERROR,
};

static const char no_value[] = "a value must follow here";

__attribute__((cold, noinline)) static int32_t fail(struct bothy_json *json, const char *at,
                                                    int32_t code, const char *reason)
{
    json->at = at;
    json->state = AT_ERROR;
    json->code = code;
    json->reason = reason;
    return code;
}

void bothy_json_init(struct bothy_json *json, const char *text, size_t length, uint32_t depth_max)
{
    json->text = text;
    json->at = text;
    json->end = text + length;
    json->reason = "";
    json->objects = 0;
    json->depth = 0;
    json->depth_max =
        depth_max == 0 || depth_max > BOTHY_JSON_DEPTH_MAX ? BOTHY_JSON_DEPTH_MAX : depth_max;
    json->state = AT_VALUE;
    json->code = 0;
}

ALWAYS_INLINE const char *pass_blanks(const char *p, const char *end)
{
    while (p < end && (unsigned char)*p <= ' ' &&
           (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t'))
        p++;
    return p;
}

/*
 * The first byte at p or later that is a quote, a backslash, a control character or not ASCII;
 * `end` if there is none.
 *
 * For each byte x below 0x80, the top bit of x - 0x20 says that x is a control character, that
 * of (x ^ c) - 1 says that x is c. A borrow can only spoil bytes above one that is found
 * already, and the lowest is the one wanted.
 */
ALWAYS_INLINE const char *find_special(const char *p, const char *end)
{
    static const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t word, found;

    while (LIKELY(end - p >= 8)) {
        memcpy(&word, p, sizeof word);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
        word = __builtin_bswap64(word);
#endif
        found = (word | (word - ones * 0x20) | ((word ^ (ones * '"')) - ones) |
                 ((word ^ (ones * '\\')) - ones)) &
                (ones * 0x80);
        if (found)
            return p + __builtin_ctzll(found) / 8;
        p += 8;
    }
    while (p < end && *p != '"' && *p != '\\' && (unsigned char)*p >= 0x20 &&
           (unsigned char)*p < 0x80)
        p++;
    return p;
}

/* A special byte inside a string that is not its closing quote. NULL after an error. */
__attribute__((noinline)) static const char *pass_special(struct bothy_json *json, const char *p,
                                                          uint32_t *escaped)
{
    uint32_t code_point;
    size_t length;

    if (*p == '\\') {
        *escaped = 1;
        length = json_read_escape(p, json->end, &code_point);
        if (length == 0) {
            fail(json, p, BOTHY_EINVAL, "not an escape of JSON, or half a surrogate pair");
            return NULL;
        }
        return p + length;
    }
    if ((unsigned char)*p < 0x20) {
        fail(json, p, BOTHY_EINVAL, "a control character in a string; it must be escaped");
        return NULL;
    }
    length = utf8_length(p, (size_t)(json->end - p));
    if (length == 0) {
        fail(json, p, BOTHY_EINVAL, "a byte that is no UTF-8");
        return NULL;
    }
    return p + length;
}

/* The string whose opening quote is at p - 1. Returns what follows it, NULL after an error. */
ALWAYS_INLINE const char *read_string(struct bothy_json *json, const char *p,
                                      struct bothy_json_token *token, uint32_t type)
{
    const char *start = p;
    uint32_t escaped = 0;

    for (;;) {
        p = find_special(p, json->end);
        if (UNLIKELY(p == json->end)) {
            fail(json, start - 1, BOTHY_EINVAL, "a string that is never closed");
            return NULL;
        }
        if (LIKELY(*p == '"'))
            break;
        p = pass_special(json, p, &escaped);
        if (!p)
            return NULL;
    }
    token->text = start;
    token->length = (size_t)(p - start);
    token->type = type;
    token->escaped = escaped;
    return p + 1;
}

static inline int is_digit(const char *p, const char *end)
{
    return p < end && (unsigned char)(*p - '0') < 10;
}

ALWAYS_INLINE const char *read_number(struct bothy_json *json, const char *p,
                                      struct bothy_json_token *token)
{
    const char *start = p, *end = json->end;

    if (*p == '-')
        p++;
    if (UNLIKELY(!is_digit(p, end))) {
        fail(json, p, BOTHY_EINVAL, "a digit must follow the sign");
        return NULL;
    }
    if (*p == '0') {
        p++;
        if (UNLIKELY(is_digit(p, end))) {
            fail(json, p, BOTHY_EINVAL, "a number with a leading zero");
            return NULL;
        }
    } else {
        while (is_digit(p, end))
            p++;
    }
    if (p < end && *p == '.') {
        p++;
        if (UNLIKELY(!is_digit(p, end))) {
            fail(json, p, BOTHY_EINVAL, "a digit must follow the point");
            return NULL;
        }
        while (is_digit(p, end))
            p++;
    }
    if (p < end && (*p == 'e' || *p == 'E')) {
        p++;
        if (p < end && (*p == '+' || *p == '-'))
            p++;
        if (UNLIKELY(!is_digit(p, end))) {
            fail(json, p, BOTHY_EINVAL, "an exponent without digits");
            return NULL;
        }
        while (is_digit(p, end))
            p++;
    }
    token->text = start;
    token->length = (size_t)(p - start);
    token->type = BOTHY_JSON_NUMBER;
    token->escaped = 0;
    return p;
}

static inline void set_token(struct bothy_json_token *token, const char *text, size_t length,
                             uint32_t type)
{
    token->text = text;
    token->length = length;
    token->type = type;
    token->escaped = 0;
}

static const char *read_word(struct bothy_json *json, const char *p, struct bothy_json_token *token)
{
    static const struct {
        char text[8];
        size_t length;
        uint32_t type;
    } words[] = {
        { "true", 4, BOTHY_JSON_TRUE },
        { "false", 5, BOTHY_JSON_FALSE },
        { "null", 4, BOTHY_JSON_NULL },
    };

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if ((size_t)(json->end - p) >= words[i].length &&
            memcmp(p, words[i].text, words[i].length) == 0) {
            set_token(token, p, words[i].length, words[i].type);
            return p + words[i].length;
        }
    }
    fail(json, p, BOTHY_EINVAL, no_value);
    return NULL;
}

/* The value at p < end. Returns its type. */
ALWAYS_INLINE int32_t read_value(struct bothy_json *json, const char *p,
                                 struct bothy_json_token *token)
{
    char c = *p;

    if (LIKELY(c == '"')) {
        p = read_string(json, p + 1, token, BOTHY_JSON_STRING);
    } else if (c == '-' || (unsigned char)(c - '0') < 10) {
        p = read_number(json, p, token);
    } else if (c == '{' || c == '[') {
        uint32_t is_object = c == '{';

        if (UNLIKELY(json->depth >= json->depth_max))
            return fail(json, p, BOTHY_ERANGE, "nested too deep");
        json->depth++;
        json->objects = json->objects << 1 | is_object;
        json->at = p + 1;
        json->state = is_object ? AT_FIRST_MEMBER : AT_FIRST_ITEM;
        set_token(token, p, 1, is_object ? BOTHY_JSON_OBJECT : BOTHY_JSON_ARRAY);
        return (int32_t)token->type;
    } else {
        p = read_word(json, p, token);
    }
    if (UNLIKELY(!p))
        return json->code;
    json->at = p;
    json->state = AT_NEXT;
    return (int32_t)token->type;
}

/* The key at p < end, and its colon. Returns what follows that, NULL after an error. */
ALWAYS_INLINE const char *read_key(struct bothy_json *json, const char *p,
                                   struct bothy_json_token *token)
{
    if (UNLIKELY(*p != '"')) {
        fail(json, p, BOTHY_EINVAL, "a key in quotes must follow here");
        return NULL;
    }
    p = read_string(json, p + 1, token, BOTHY_JSON_KEY);
    if (UNLIKELY(!p))
        return NULL;
    p = pass_blanks(p, json->end);
    if (UNLIKELY(p == json->end || *p != ':')) {
        fail(json, p, BOTHY_EINVAL, "a colon must follow the key");
        return NULL;
    }
    return p + 1;
}

ALWAYS_INLINE int32_t close_container(struct bothy_json *json, const char *p,
                                      struct bothy_json_token *token)
{
    json->depth--;
    json->objects >>= 1;
    json->at = p + 1;
    json->state = AT_NEXT;
    set_token(token, p, 1, *p == '}' ? BOTHY_JSON_OBJECT_END : BOTHY_JSON_ARRAY_END);
    return (int32_t)token->type;
}

__attribute__((cold, noinline)) static int32_t fail_at_end(struct bothy_json *json, const char *p)
{
    if (json->depth == 0)
        return fail(json, p, BOTHY_EINVAL, "no document");
    return fail(json, p, BOTHY_EINVAL,
                json->objects & 1 ? "the text ends inside an object"
                                  : "the text ends inside an array");
}

ALWAYS_INLINE int32_t step(struct bothy_json *json, struct bothy_json_token *token)
{
    const char *end = json->end;
    const char *p = pass_blanks(json->at, end);
    uint64_t in_object = json->objects & 1;

    if (UNLIKELY(p == end)) {
        if (json->state == AT_NEXT && json->depth == 0) {
            json->at = p;
            set_token(token, p, 0, BOTHY_JSON_END);
            return BOTHY_JSON_END;
        }
        return json->state == AT_ERROR ? json->code : fail_at_end(json, p);
    }
    switch (json->state) {
    case AT_NEXT:
        if (UNLIKELY(json->depth == 0))
            return fail(json, p, BOTHY_EINVAL, "text after the end of the document");
        if (*p == ',') {
            p = pass_blanks(p + 1, end);
            if (UNLIKELY(p == end))
                return fail_at_end(json, p);
            break;
        }
        if (UNLIKELY(*p != (in_object ? '}' : ']')))
            return fail(json, p, BOTHY_EINVAL,
                        in_object ? "a comma or } must follow here"
                                  : "a comma or ] must follow here");
        return close_container(json, p, token);
    case AT_FIRST_MEMBER:
        if (*p == '}')
            return close_container(json, p, token);
        break;
    case AT_FIRST_ITEM:
        if (*p == ']')
            return close_container(json, p, token);
        break;
    case AT_VALUE:
        in_object = 0;
        break;
    default:
        return json->code;
    }
    if (!in_object)
        return read_value(json, p, token);
    p = read_key(json, p, token);
    if (UNLIKELY(!p))
        return json->code;
    json->at = p;
    json->state = AT_VALUE;
    return BOTHY_JSON_KEY;
}

int32_t bothy_json_next(struct bothy_json *json, struct bothy_json_token *ret_token)
{
    return step(json, ret_token);
}

/* step() for two tokens at once: most of a document is keys with their values. */
int32_t bothy_json_member(struct bothy_json *json, struct bothy_json_token *ret_key,
                          struct bothy_json_token *ret_value)
{
    const char *end = json->end, *p;
    int32_t r;

    if (UNLIKELY(json->depth == 0 || !(json->objects & 1) || json->state == AT_VALUE ||
                 json->state == AT_ERROR))
        return json->state == AT_ERROR
                   ? json->code
                   : fail(json, json->at, BOTHY_EPROTO, "an object was expected here");
    p = pass_blanks(json->at, end);
    if (UNLIKELY(p == end))
        return fail_at_end(json, p);
    if (*p == '}') {
        close_container(json, p, ret_key);
        return 0;
    }
    if (json->state == AT_NEXT) {
        if (UNLIKELY(*p != ','))
            return fail(json, p, BOTHY_EINVAL, "a comma or } must follow here");
        p = pass_blanks(p + 1, end);
        if (UNLIKELY(p == end))
            return fail_at_end(json, p);
    }
    p = read_key(json, p, ret_key);
    if (UNLIKELY(!p))
        return json->code;
    p = pass_blanks(p, end);
    if (UNLIKELY(p == end))
        return fail_at_end(json, p);
    r = read_value(json, p, ret_value);
    return r < 0 ? r : 1;
}

int32_t bothy_json_element(struct bothy_json *json, struct bothy_json_token *ret_value)
{
    int32_t r;

    if (UNLIKELY(json->depth == 0 || (json->objects & 1)))
        return json->state == AT_ERROR
                   ? json->code
                   : fail(json, json->at, BOTHY_EPROTO, "an array was expected here");
    r = step(json, ret_value);
    if (r < 0 || r == BOTHY_JSON_ARRAY_END)
        return r < 0 ? r : 0;
    return 1;
}

int32_t bothy_json_expect(struct bothy_json *json, uint32_t type,
                          struct bothy_json_token *ret_token)
{
    static const char *const reasons[BOTHY_JSON_TYPE_COUNT] = {
        "the document should end here", "an object was expected here", "} was expected here",
        "an array was expected here",   "] was expected here",         "a key was expected here",
        "a string was expected here",   "a number was expected here",  "true was expected here",
        "false was expected here",      "null was expected here",
    };
    int32_t r = bothy_json_next(json, ret_token);

    if (r < 0 || (uint32_t)r == type)
        return r;
    return fail(json, r == BOTHY_JSON_END ? json->at : ret_token->text, BOTHY_EPROTO,
                type < BOTHY_JSON_TYPE_COUNT ? reasons[type] : "something else was expected here");
}

/* Reads on until the container that the cursor is in, at `depth`, is closed. */
static int32_t skip_container(struct bothy_json *json, uint32_t depth)
{
    struct bothy_json_token token;

    while (json->depth >= depth) {
        int32_t r = step(json, &token);

        if (r < 0)
            return r;
    }
    return 0;
}

int32_t bothy_json_skip(struct bothy_json *json, struct bothy_json_token *token)
{
    struct bothy_json_token value;
    int32_t r;

    switch (token->type) {
    case BOTHY_JSON_OBJECT:
    case BOTHY_JSON_ARRAY:
        r = skip_container(json, json->depth);
        if (r < 0)
            return r;
        token->length = (size_t)(json->at - token->text);
        return 0;
    case BOTHY_JSON_KEY:
        r = bothy_json_next(json, &value);
        if (r == BOTHY_JSON_OBJECT || r == BOTHY_JSON_ARRAY)
            r = skip_container(json, json->depth);
        return r < 0 ? r : 0;
    default:
        return json->code;
    }
}

int32_t bothy_json_end(struct bothy_json *json)
{
    struct bothy_json_token token;
    int32_t r;

    if (json->state != AT_ERROR && (json->depth > 0 || json->state != AT_NEXT))
        return fail(json, json->at, BOTHY_EPROTO, "the document should end here");
    r = bothy_json_next(json, &token);
    return r < 0 ? r : 0;
}

size_t bothy_json_offset(const struct bothy_json *json)
{
    return (size_t)(json->at - json->text);
}
