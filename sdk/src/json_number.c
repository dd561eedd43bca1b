/*
 * The number in a JSON token. The parser has checked the form of a NUMBER; what stands in a
 * STRING is for the parser of that kind of number to judge.
 */
#include <bothy/json.h>
#include <bothy/time.h>

static int holds_number(const struct bothy_json_token *token)
{
    return token->type == BOTHY_JSON_NUMBER ||
           (token->type == BOTHY_JSON_STRING && !token->escaped);
}

int32_t bothy_json_decimal(const struct bothy_json_token *token, struct bothy_decimal *ret_value)
{
    return holds_number(token) ? bothy_decimal_parse(token->text, token->length, ret_value)
                               : BOTHY_EINVAL;
}

/*
 * Eight digits at once: times and ids are most of the integers that come, and have more.
 * Neighbours are joined to pairs, pairs to fours, fours to eight, each step one multiplication.
 * Returns 1 if all eight are digits.
 */
static inline int read_eight(const char *text, uint64_t *ret_value)
{
    uint64_t word;

    memcpy(&word, text, sizeof word);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    if (((word & UINT64_C(0xf0f0f0f0f0f0f0f0)) |
         ((word + UINT64_C(0x0606060606060606)) & UINT64_C(0xf0f0f0f0f0f0f0f0)) >> 4) !=
        UINT64_C(0x3333333333333333))
        return 0;
    word = (word & UINT64_C(0x0f0f0f0f0f0f0f0f)) * (10 * 256 + 1) >> 8;
    word = (word & UINT64_C(0x00ff00ff00ff00ff)) * (100 * 65536 + 1) >> 16;
    *ret_value = (word & UINT64_C(0x0000ffff0000ffff)) * (10000 * UINT64_C(4294967296) + 1) >> 32;
    return 1;
}

/* 8 to 18 digits and nothing else, which cannot overflow. Returns 1 if that is what it is. */
static int read_digits(const char *text, size_t length, uint64_t *ret_value)
{
    uint64_t value, eight;

    if (length < 8 || length > 18 || !read_eight(text, &value))
        return 0;
    text += 8;
    length -= 8;
    if (length >= 8) {
        if (!read_eight(text, &eight))
            return 0;
        value = value * 100000000 + eight;
        text += 8;
        length -= 8;
    }
    for (size_t i = 0; i < length; i++) {
        unsigned digit = (unsigned)(text[i] - '0');

        if (digit > 9)
            return 0;
        value = value * 10 + digit;
    }
    *ret_value = value;
    return 1;
}

int32_t bothy_json_int64(const struct bothy_json_token *token, int64_t *ret_value)
{
    uint64_t value;

    if (!holds_number(token))
        return BOTHY_EINVAL;
    if (!read_digits(token->text, token->length, &value))
        return bothy_int64_parse(token->text, token->length, ret_value);
    *ret_value = (int64_t)value;
    return 0;
}

int32_t bothy_json_uint64(const struct bothy_json_token *token, uint64_t *ret_value)
{
    if (!holds_number(token))
        return BOTHY_EINVAL;
    if (!read_digits(token->text, token->length, ret_value))
        return bothy_uint64_parse(token->text, token->length, ret_value);
    return 0;
}

int32_t bothy_json_double(const struct bothy_json_token *token, double *ret_value)
{
    return holds_number(token) ? bothy_double_parse(token->text, token->length, ret_value)
                               : BOTHY_EINVAL;
}
