/*
 * bothy/json.h: a strict pull parser for JSON (RFC 8259) over a buffer of the caller.
 *
 * It copies nothing and allocates nothing: a token is a slice of the input. Numbers are
 * checked and handed out as they were written, so that a price becomes an exact decimal and
 * an order id of 64 bits stays one. Typical use:
 *
 *     bothy_json_init(&json, text, length, 0);
 *     bothy_json_expect(&json, BOTHY_JSON_OBJECT, &value);
 *     while ((r = bothy_json_member(&json, &key, &value)) > 0) {
 *         if (bothy_json_is(&key, "p"))
 *             r = bothy_json_decimal(&value, &price);
 *         else
 *             r = bothy_json_skip(&json, &value);
 *         if (r < 0)
 *             break;
 *     }
 *     if (r == 0)
 *         r = bothy_json_end(&json);
 *     if (r < 0)
 *         return bothy_json_error(&json, r, error);
 *
 * Accepted is exactly RFC 8259 in UTF-8, at most BOTHY_JSON_DEPTH_MAX deep. Refused are, among
 * others: a byte order mark, a comma too many, comments, single quotes, leading zeros, "+1",
 * ".5", NaN, control characters in strings, UTF-8 that is none, surrogates without their other
 * half, text after the document. An escaped NUL is accepted in a string, but not by the
 * functions that make C strings of it. Keys may come twice: what that means is the caller's
 * to say. The size of a number has no limit here, only in what reads it.
 *
 * An error stays: every later call returns it. `text` may be read-only and needs no NUL.
 *
 * Thread and state: a parser belongs to one thread at a time; functions without one are pure.
 */
#ifndef BOTHY_JSON_H
#define BOTHY_JSON_H

#include <bothy/base.h>
#include <bothy/decimal.h>

#include <string.h>

BOTHY_BEGIN

#define BOTHY_JSON_DEPTH_MAX 64

/* Types of tokens. */
enum {
    BOTHY_JSON_END = 0,
    BOTHY_JSON_OBJECT = 1, /* { */
    BOTHY_JSON_OBJECT_END = 2,
    BOTHY_JSON_ARRAY = 3, /* [ */
    BOTHY_JSON_ARRAY_END = 4,
    BOTHY_JSON_KEY = 5,
    BOTHY_JSON_STRING = 6,
    BOTHY_JSON_NUMBER = 7,
    BOTHY_JSON_TRUE = 8,
    BOTHY_JSON_FALSE = 9,
    BOTHY_JSON_NULL = 10,
    BOTHY_JSON_TYPE_COUNT = 11,
};

/* Returns "object", "number", "end of the document" …, or "?". [borrowed]: static. */
BOTHY_API const char *bothy_json_type_name(uint32_t type);

struct bothy_json_token {
    const char *text; /* [borrowed] from the input; KEY and STRING: without the quotes */
    size_t length;
    uint32_t type;    /* BOTHY_JSON_* */
    uint32_t escaped; /* KEY, STRING: 1 if there are escapes in it */
};

/* Public so that it needs no allocation; the fields are the library's. */
struct bothy_json {
    const char *text;
    const char *at;
    const char *end;
    const char *reason; /* of the error; static */
    uint64_t objects;   /* bit 0: the innermost container is an object; bit 1: the next … */
    uint32_t depth;
    uint32_t depth_max;
    uint32_t state;
    int32_t code; /* the error that stays, or 0 */
};

/*
 * Effect: starts at the beginning of `length` bytes, [borrowed] until the last use of the parser
 * or of a token. `depth_max` is 1 … BOTHY_JSON_DEPTH_MAX; 0, or more than that, is the same as
 * BOTHY_JSON_DEPTH_MAX.
 */
BOTHY_API void bothy_json_init(struct bothy_json *json, const char *text, size_t length,
                               uint32_t depth_max);

/*
 * Effect: reads the next token: { [ } ] a key, or a value. A key is returned once its colon was
 * seen.
 * Returns its type, or 0 (BOTHY_JSON_END) after the document, and then again. Errors:
 * BOTHY_EINVAL it is not JSON; BOTHY_ERANGE it is too deep.
 */
BOTHY_API int32_t bothy_json_next(struct bothy_json *json, struct bothy_json_token *ret_token);

/*
 * Effect: the next key and its value, inside an object whose members before were read or skipped
 * to their end. When the value is OBJECT or ARRAY, its first token is what was read.
 * Returns 1, or 0 at the end of the object. Errors: as bothy_json_next(); BOTHY_EPROTO the
 * parser is not inside an object.
 */
BOTHY_API int32_t bothy_json_member(struct bothy_json *json, struct bothy_json_token *ret_key,
                                    struct bothy_json_token *ret_value);

/* Effect: the next value inside an array; the same otherwise. */
BOTHY_API int32_t bothy_json_element(struct bothy_json *json, struct bothy_json_token *ret_value);

/* Effect: the next token, which must be of that type. Errors: BOTHY_EPROTO it is another one. */
BOTHY_API int32_t bothy_json_expect(struct bothy_json *json, uint32_t type,
                                    struct bothy_json_token *ret_token);

/*
 * Effect: passes over the rest of the value that `token` began. After OBJECT or ARRAY it reads up
 * to its end, checked like all else, and lets `token` then span the whole of it, brackets
 * included; after KEY it reads the value as well, and leaves the token; after others it does
 * nothing. `token` must be the one read last.
 */
BOTHY_API int32_t bothy_json_skip(struct bothy_json *json, struct bothy_json_token *token);

/* Effect: makes sure that the document is over, and only blanks follow. Errors: as next. */
BOTHY_API int32_t bothy_json_end(struct bothy_json *json);

/* Returns how many bytes were read; after an error, where in the input it is. */
BOTHY_API size_t bothy_json_offset(const struct bothy_json *json);

/*
 * Effect: line and column (in bytes), both from 1, of an offset in a text. It reads the text up
 * to there: call it when something went wrong.
 */
BOTHY_API void bothy_json_locate(const char *text, size_t length, size_t offset, uint32_t *ret_line,
                                 uint32_t *ret_column);

/*
 * Effect: describes a failure in *error (if not NULL): the parser's own error with its reason,
 * or else `code` of a reader below, at the place where the parser stands. error->line is set.
 * Returns the parser's code, or `code` if it has none.
 */
BOTHY_API int32_t bothy_json_error(const struct bothy_json *json, int32_t code,
                                   struct bothy_error *error);

/* ---- what is in a token ---- */

/* Returns 1 if a KEY or STRING, escapes undone, is exactly these bytes; 0 otherwise. */
BOTHY_API int32_t bothy_json_equals(const struct bothy_json_token *token, const char *text,
                                    size_t length);

/* The same for a C string; a comparison in place where the token has no escapes. */
static inline int32_t bothy_json_is(const struct bothy_json_token *token, const char *text)
{
    size_t length = strlen(text);

    if (token->escaped)
        return bothy_json_equals(token, text, length);
    return (token->type == BOTHY_JSON_KEY || token->type == BOTHY_JSON_STRING) &&
           token->length == length && memcmp(token->text, text, length) == 0;
}

enum {
    BOTHY_JSON_ALLOW_NUL = 1 << 0, /* an escaped NUL may be in the text: use the length */
};

/*
 * Effect: writes the text of a KEY or STRING, escapes undone, and a NUL. Capacity
 * token->length + 1 always suffices.
 * Returns the length without the NUL. Errors (`text` is then "" if it has room for that):
 * BOTHY_EINVAL another type, a NUL in it, unknown flags; BOTHY_ERANGE no room.
 */
BOTHY_API int32_t bothy_json_text(const struct bothy_json_token *token, uint32_t flags, char *text,
                                  size_t capacity);

/*
 * Effect: the value of a NUMBER, or of a STRING that holds nothing but a number, since venues
 * quote what must stay exact. A STRING is read by the rules of the parser named, without escapes.
 * Errors: BOTHY_EINVAL another type, or no number ("1.5" and "1e3" are no int64);
 * BOTHY_ERANGE it does not fit.
 */
BOTHY_API int32_t bothy_json_decimal(const struct bothy_json_token *token,
                                     struct bothy_decimal *ret_value); /* bothy_decimal_parse */
BOTHY_API int32_t bothy_json_int64(const struct bothy_json_token *token,
                                   int64_t *ret_value); /* bothy_int64_parse */
BOTHY_API int32_t bothy_json_uint64(const struct bothy_json_token *token,
                                    uint64_t *ret_value); /* bothy_uint64_parse */
BOTHY_API int32_t bothy_json_double(const struct bothy_json_token *token,
                                    double *ret_value); /* bothy_double_parse */

/* Effect: 1 for TRUE, 0 for FALSE. Errors: BOTHY_EINVAL for all else, also for "true". */
BOTHY_API int32_t bothy_json_bool(const struct bothy_json_token *token, int32_t *ret_value);

/* ---- writing ---- */

/*
 * Effect: writes the inside of a JSON string, without the quotes, and a NUL: quotes, backslashes
 * and control characters escaped, bytes that are no UTF-8 replaced by U+FFFD. What does not fit
 * is left out; no escape and no character is cut in two. 6 × length + 1 bytes always suffice.
 * Returns the length written, or BOTHY_ERANGE if something was left out (the text in `out` is
 * good all the same, unless capacity is 0).
 */
BOTHY_API int32_t bothy_json_escape(const char *text, size_t length, char *out, size_t capacity);

BOTHY_END

#endif
