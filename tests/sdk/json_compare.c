/*
 * Builds jansson's tree from our tokens, and lets jansson say whether it is the one that it
 * reads itself. What jansson must refuse is noted on the way, so that the known differences
 * hold in both directions: it refuses for that reason where we saw it, and only there.
 */
#include "json_compare.h"

#include <bothy/json.h>

#include <ctype.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct walk {
    struct bothy_json json;
    int overflow; /* a number that jansson cannot hold */
    int nul_key;  /* a key with a NUL in it */
};

static json_t *build_value(struct walk *walk, const struct bothy_json_token *token);

/* The text of a token, newly allocated. */
static char *copy_text(const struct bothy_json_token *token, size_t *ret_length)
{
    char *text = malloc(token->length + 1);
    int32_t length = bothy_json_text(token, BOTHY_JSON_ALLOW_NUL, text, token->length + 1);

    if (length < 0) {
        fprintf(stderr, "a string that was read cannot be unescaped\n");
        abort();
    }
    *ret_length = (size_t)length;
    return text;
}

static void check(int holds, const char *what, const struct bothy_json_token *token)
{
    if (holds)
        return;
    fprintf(stderr, "%s: %.*s\n", what, (int)token->length, token->text);
    abort();
}

/* The readers of numbers against what the number is known to be. */
static void check_integer(const struct bothy_json_token *token, int fits, int64_t expected)
{
    struct bothy_decimal decimal;
    int64_t value;
    int32_t r = bothy_json_int64(token, &value);

    check(r == (fits ? 0 : BOTHY_ERANGE), "another range", token);
    check(!fits || value == expected, "another integer", token);
    r = bothy_json_decimal(token, &decimal);
    check(r == 0 || r == BOTHY_ERANGE, "no decimal", token);
    check(r != 0 || !fits || bothy_decimal_compare(decimal, bothy_decimal_make(expected, 0)) == 0,
          "another decimal", token);
}

static void check_real(const struct bothy_json_token *token, double expected)
{
    struct bothy_decimal decimal;
    int64_t integer;
    double value;
    int32_t r = bothy_json_double(token, &value);

    /* bothy_double_parse() has a limit of length, and no infinity. */
    if (token->length > 63)
        check(r == BOTHY_EINVAL, "a long double", token);
    else
        check(isfinite(expected) ? r == 0 && value == expected : r == BOTHY_ERANGE,
              "another double", token);
    check(bothy_json_int64(token, &integer) == BOTHY_EINVAL, "an integer", token);
    r = bothy_json_decimal(token, &decimal);
    check(r == 0 || r == BOTHY_ERANGE, "no decimal", token);
    check(r != 0 || bothy_decimal_to_double(decimal) == expected, "another decimal", token);
}

static json_t *build_number(struct walk *walk, const struct bothy_json_token *token)
{
    char *text = malloc(token->length + 1);
    json_t *number;

    memcpy(text, token->text, token->length);
    text[token->length] = '\0';
    if (strpbrk(text, ".eE")) {
        double value = 0;

        if (sscanf(text, "%lf", &value) != 1)
            abort();
        walk->overflow |= !isfinite(value);
        check_real(token, value);
        number = json_real(isfinite(value) ? value : 0);
    } else {
        __int128 value = 0, limit = text[0] == '-' ? -(__int128)INT64_MIN : INT64_MAX;

        for (const char *p = text + (text[0] == '-'); *p; p++) {
            if (value <= limit)
                value = value * 10 + (*p - '0');
        }
        walk->overflow |= value > limit;
        check_integer(token, value <= limit, (int64_t)(text[0] == '-' ? -value : value));
        number = json_integer(value > limit ? 0 : (json_int_t)(text[0] == '-' ? -value : value));
    }
    free(text);
    return number;
}

static json_t *build_string(const struct bothy_json_token *token)
{
    size_t length;
    char *text = copy_text(token, &length);
    json_t *string = json_stringn(text, length);

    free(text);
    return string;
}

static json_t *build_object(struct walk *walk)
{
    struct bothy_json_token key, value;
    json_t *object = json_object();
    int32_t r;

    while ((r = bothy_json_member(&walk->json, &key, &value)) > 0) {
        size_t length;
        json_t *member = build_value(walk, &value);
        char *name;

        if (!member)
            break;
        name = copy_text(&key, &length);
        if (!bothy_json_equals(&key, name, length))
            abort();
        walk->nul_key |= memchr(name, '\0', length) != NULL;
        json_object_setn_new(object, name, length, member);
        free(name);
    }
    if (r == 0)
        return object;
    json_decref(object);
    return NULL;
}

static json_t *build_array(struct walk *walk)
{
    struct bothy_json_token value;
    json_t *array = json_array();
    int32_t r;

    while ((r = bothy_json_element(&walk->json, &value)) > 0) {
        json_t *item = build_value(walk, &value);

        if (!item)
            break;
        json_array_append_new(array, item);
    }
    if (r == 0)
        return array;
    json_decref(array);
    return NULL;
}

/* NULL after an error of our parser. */
static json_t *build_value(struct walk *walk, const struct bothy_json_token *token)
{
    switch (token->type) {
    case BOTHY_JSON_OBJECT:
        return build_object(walk);
    case BOTHY_JSON_ARRAY:
        return build_array(walk);
    case BOTHY_JSON_STRING:
        return build_string(token);
    case BOTHY_JSON_NUMBER:
        return build_number(walk, token);
    case BOTHY_JSON_TRUE:
        return json_true();
    case BOTHY_JSON_FALSE:
        return json_false();
    case BOTHY_JSON_NULL:
        return json_null();
    default:
        abort();
    }
}

static json_t *build(struct walk *walk, const char *text, size_t length)
{
    struct bothy_json_token token;
    json_t *tree = NULL;

    memset(walk, 0, sizeof *walk);
    bothy_json_init(&walk->json, text, length, 0);
    if (bothy_json_next(&walk->json, &token) > 0)
        tree = build_value(walk, &token);
    if (tree && bothy_json_end(&walk->json) < 0) {
        json_decref(tree);
        tree = NULL;
    }
    return tree;
}

/* Skipping the document must succeed exactly when reading it does. */
static int skips(const char *text, size_t length)
{
    struct bothy_json json;
    struct bothy_json_token token;

    bothy_json_init(&json, text, length, 0);
    return bothy_json_next(&json, &token) > 0 && bothy_json_skip(&json, &token) == 0 &&
           bothy_json_end(&json) == 0;
}

static enum json_comparison judge(const struct walk *walk, const json_t *ours, const json_t *theirs,
                                  const json_error_t *their_error, char *why, size_t capacity)
{
    struct bothy_error error = { 0 };
    enum json_error_code refusal = json_error_code(their_error);

    if (!ours)
        bothy_json_error(&walk->json, 0, &error);
    if (ours && theirs) {
        if (walk->overflow || walk->nul_key)
            snprintf(why, capacity, "jansson accepts what it is known to refuse");
        else if (!json_equal(ours, theirs))
            snprintf(why, capacity, "the values differ");
        else
            return JSON_BOTH_ACCEPT;
        return JSON_DISAGREE;
    }
    if (!ours && !theirs)
        return JSON_BOTH_REFUSE;
    if (!ours) {
        snprintf(why, capacity, "only we refuse it: %s", error.text);
        return error.code == BOTHY_ERANGE ? JSON_KNOWN_DIFFERENCE : JSON_DISAGREE;
    }
    snprintf(why, capacity, "only jansson refuses it: line %d, column %d: %s", their_error->line,
             their_error->column, their_error->text);
    if ((refusal == json_error_numeric_overflow && walk->overflow) ||
        (refusal == json_error_null_byte_in_key && walk->nul_key))
        return JSON_KNOWN_DIFFERENCE;
    return JSON_DISAGREE;
}

static enum json_comparison compare(const char *text, size_t length, size_t *ret_offset, char *why,
                                    size_t capacity)
{
    struct walk walk;
    json_error_t their_error = { 0 };
    json_t *ours = build(&walk, text, length);
    json_t *theirs = json_loadb(text, length, JSON_DECODE_ANY | JSON_ALLOW_NUL, &their_error);
    enum json_comparison result;

    if (capacity > 0)
        why[0] = '\0';
    result = judge(&walk, ours, theirs, &their_error, why, capacity);
    if (skips(text, length) != (ours != NULL)) {
        snprintf(why, capacity, "skipping it and reading it do not agree");
        result = JSON_DISAGREE;
    }
    *ret_offset = bothy_json_offset(&walk.json);
    json_decref(ours);
    json_decref(theirs);
    return result;
}

/* Whether the byte at `offset` is a NUL behind a number or a word. */
static int is_overlooked(const char *text, size_t length, size_t offset)
{
    return offset > 0 && offset < length && text[offset] == '\0' &&
           isalnum((unsigned char)text[offset - 1]);
}

/*
 * Where jansson overlooks NUL bytes, it must read what we read without them.
 */
enum json_comparison json_compare(const char *text, size_t length, char *why, size_t capacity)
{
    size_t offset;
    enum json_comparison result = compare(text, length, &offset, why, capacity);
    char *rest;

    if (result != JSON_DISAGREE || !is_overlooked(text, length, offset))
        return result;
    rest = malloc(length);
    memcpy(rest, text, length);
    do {
        length--;
        memmove(rest + offset, rest + offset + 1, length - offset);
        result = compare(rest, length, &offset, why, capacity);
    } while (result == JSON_DISAGREE && is_overlooked(rest, length, offset));
    free(rest);
    if (result == JSON_BOTH_ACCEPT) {
        snprintf(why, capacity, "only we refuse it: a NUL byte behind a number or a word");
        result = JSON_KNOWN_DIFFERENCE;
    }
    return result == JSON_BOTH_REFUSE ? JSON_DISAGREE : result;
}
