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

int32_t bothy_json_int64(const struct bothy_json_token *token, int64_t *ret_value)
{
    return holds_number(token) ? bothy_int64_parse(token->text, token->length, ret_value)
                               : BOTHY_EINVAL;
}

int32_t bothy_json_uint64(const struct bothy_json_token *token, uint64_t *ret_value)
{
    return holds_number(token) ? bothy_uint64_parse(token->text, token->length, ret_value)
                               : BOTHY_EINVAL;
}

int32_t bothy_json_double(const struct bothy_json_token *token, double *ret_value)
{
    return holds_number(token) ? bothy_double_parse(token->text, token->length, ret_value)
                               : BOTHY_EINVAL;
}
