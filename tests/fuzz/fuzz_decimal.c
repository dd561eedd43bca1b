/*
 * Decimals: any bytes as a number, and then two numbers, an exponent and a rounding, separated by
 * blanks ("1.5 -2e3 -2 0"), for which the laws of arithmetic must hold.
 */
#include "fuzz.h"

#include "../sdk/decimal_laws.h"

#include <bothy/time.h>

static void check_law(const char *broken)
{
    if (!broken)
        return;
    fprintf(stderr, "%s\n", broken);
    abort();
}

/* The next word, cut out of *at. Returns its length, 0 at the end. */
static size_t next_word(const char **at, const char *end, const char **ret_word)
{
    while (*at < end && (**at == ' ' || **at == '\n'))
        (*at)++;
    *ret_word = *at;
    while (*at < end && **at != ' ' && **at != '\n')
        (*at)++;
    return (size_t)(*at - *ret_word);
}

static int next_decimal(const char **at, const char *end, struct bothy_decimal *ret_value)
{
    const char *word;
    size_t length = next_word(at, end, &word);

    return bothy_decimal_parse(word, length, ret_value) == BOTHY_OK;
}

static int32_t next_number(const char **at, const char *end, int32_t low, int32_t high)
{
    const char *word;
    size_t length = next_word(at, end, &word);
    int64_t number;

    if (bothy_int64_parse(word, length, &number) < 0 || number < low || number > high)
        return low;
    return (int32_t)number;
}

static void check_number(const char *text, size_t length)
{
    struct bothy_decimal value = bothy_decimal_make(4711, 11);
    double number = 4711;
    int32_t r = bothy_decimal_parse(text, length, &value);
    int32_t r_double = bothy_double_parse(text, length, &number);

    if (r != BOTHY_OK) {
        FUZZ_CHECK(r == BOTHY_EINVAL || r == BOTHY_ERANGE);
        FUZZ_CHECK(value.coefficient == 4711 && value.exponent == 11);
    } else {
        FUZZ_CHECK(law_valid(value));
        check_law(law_text(value));
        check_law(law_double(value));
    }
    /* Both read the same form; a double has a longer range, and a shorter text. */
    if (length <= 63) {
        FUZZ_CHECK((r == BOTHY_EINVAL) == (r_double == BOTHY_EINVAL));
        FUZZ_CHECK(r != BOTHY_OK ||
                   (r_double == BOTHY_OK && number == bothy_decimal_to_double(value)));
    } else {
        FUZZ_CHECK(r_double == BOTHY_EINVAL);
    }
    FUZZ_CHECK(r_double == BOTHY_OK || number == 4711);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *at = (const char *)data;
    const char *end = at + size;
    struct bothy_decimal a;
    struct bothy_decimal b;
    int32_t exponent;
    int32_t rounding;

    if (!size)
        return 0;
    check_number(at, size);
    if (!next_decimal(&at, end, &a) || !next_decimal(&at, end, &b))
        return 0;
    exponent = next_number(&at, end, BOTHY_DECIMAL_EXPONENT_MIN, BOTHY_DECIMAL_EXPONENT_MAX);
    rounding = next_number(&at, end, BOTHY_ROUND_HALF_EVEN, BOTHY_ROUND_CEILING);
    check_law(law_sum(a, b));
    check_law(law_product(a, b, exponent, rounding));
    check_law(law_quotient(a, b, exponent, rounding));
    check_law(law_step(a, b, rounding));
    return 0;
}
