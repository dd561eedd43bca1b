/*
 * Integers from text. All of the text must be the number: an optional minus (for the signed one)
 * and decimal digits. No blanks, no plus, no other base: what is not plainly a number is an error.
 */
#include <bothy/time.h>

/* Errors: BOTHY_EINVAL unless all of it is digits, and there are some; BOTHY_ERANGE. */
static int32_t parse_magnitude(const char *text, size_t length, uint64_t *ret_value)
{
    uint64_t value = 0;
    int overflow = 0;
    size_t i;

    if (!length)
        return BOTHY_EINVAL;
    for (i = 0; i < length; i++) {
        unsigned digit = (unsigned)(text[i] - '0');

        if (digit > 9)
            return BOTHY_EINVAL;
        overflow |= __builtin_mul_overflow(value, UINT64_C(10), &value);
        overflow |= __builtin_add_overflow(value, (uint64_t)digit, &value);
    }
    if (overflow)
        return BOTHY_ERANGE;
    *ret_value = value;
    return BOTHY_OK;
}

int32_t bothy_uint64_parse(const char *text, size_t length, uint64_t *ret_value)
{
    return parse_magnitude(text, length, ret_value);
}

int32_t bothy_int64_parse(const char *text, size_t length, int64_t *ret_value)
{
    int negative = length && *text == '-';
    uint64_t magnitude;
    int32_t r;

    if (negative) {
        text++;
        length--;
    }
    r = parse_magnitude(text, length, &magnitude);
    if (r < 0)
        return r;
    if (magnitude > (uint64_t)INT64_MAX + (uint64_t)negative)
        return BOTHY_ERANGE;
    *ret_value = (int64_t)(negative ? UINT64_C(0) - magnitude : magnitude);
    return BOTHY_OK;
}
