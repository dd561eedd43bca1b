/*
 * What holds for any two decimals, any exponent and any rounding. Each function returns NULL, or
 * the law that is broken. The property tests and the fuzz target drive them.
 */
#ifndef BOTHY_TESTS_DECIMAL_LAWS_H
#define BOTHY_TESTS_DECIMAL_LAWS_H

#include "naive.h"

#define LAW(condition)                                                                             \
    do {                                                                                           \
        if (!(condition))                                                                          \
            return #condition;                                                                     \
    } while (0)

static inline int law_valid(struct bothy_decimal value)
{
    return value.exponent >= BOTHY_DECIMAL_EXPONENT_MIN &&
           value.exponent <= BOTHY_DECIMAL_EXPONENT_MAX && value.reserved == 0;
}

static inline const char *law_text(struct bothy_decimal value)
{
    struct bothy_decimal back;
    struct bothy_decimal shortest = bothy_decimal_normalise(value);
    char text[BOTHY_DECIMAL_TEXT_MAX];
    int32_t length = bothy_decimal_format(value, text, sizeof text);

    LAW(length > 0 && (size_t)length == strlen(text));
    LAW(bothy_decimal_parse(text, (size_t)length, &back) == BOTHY_OK);
    LAW(law_valid(back) && bothy_decimal_compare(value, back) == 0);
    LAW(value.exponent > 0 || value.coefficient == back.coefficient);
    LAW(law_valid(shortest) && bothy_decimal_compare(value, shortest) == 0);
    LAW(shortest.coefficient % 10 != 0 || shortest.exponent == BOTHY_DECIMAL_EXPONENT_MAX ||
        (shortest.coefficient == 0 && shortest.exponent == 0));
    return NULL;
}

static inline const char *law_sum(struct bothy_decimal a, struct bothy_decimal b)
{
    struct naive wide_a = naive_from(a, 30);
    struct naive wide_b = naive_from(b, 30);
    struct naive sum = naive_add(wide_a, wide_b);
    struct naive difference = naive_subtract(wide_a, wide_b);
    struct bothy_decimal result = bothy_decimal_make(4711, 11);
    int32_t r;

    LAW(bothy_decimal_compare(a, b) == naive_compare(wide_a, wide_b));
    LAW(bothy_decimal_compare(b, a) == -bothy_decimal_compare(a, b));

    r = bothy_decimal_add(a, b, &result);
    LAW((r == BOTHY_OK) == naive_fits(sum, 30));
    LAW(r == BOTHY_OK || (r == BOTHY_ERANGE && result.coefficient == 4711));
    LAW(law_valid(result));
    LAW(r != BOTHY_OK || naive_compare(naive_from(result, 30), sum) == 0);

    result = bothy_decimal_make(4711, 11);
    r = bothy_decimal_subtract(a, b, &result);
    LAW((r == BOTHY_OK) == naive_fits(difference, 30));
    LAW(r == BOTHY_OK || (r == BOTHY_ERANGE && result.coefficient == 4711));
    LAW(law_valid(result));
    LAW(r != BOTHY_OK || naive_compare(naive_from(result, 30), difference) == 0);
    return NULL;
}

static inline const char *law_product(struct bothy_decimal a, struct bothy_decimal b,
                                      int32_t exponent, int32_t rounding)
{
    struct naive product = naive_multiply(naive_from(a, 45), naive_from(b, 45));
    struct naive unit = naive_from(bothy_decimal_make(1, exponent), 90);
    struct bothy_decimal result = bothy_decimal_make(4711, 11);
    int32_t r = bothy_decimal_multiply(a, b, &result);

    LAW((r == BOTHY_OK) == naive_fits(product, 90));
    LAW(r == BOTHY_OK || (r == BOTHY_ERANGE && result.coefficient == 4711));
    LAW(law_valid(result));
    LAW(r != BOTHY_OK || naive_compare(naive_from(result, 90), product) == 0);

    r = bothy_decimal_multiply_to(a, b, exponent, rounding, &result);
    LAW(r == BOTHY_OK || r == BOTHY_ERANGE);
    LAW(r != BOTHY_OK || (result.exponent == exponent && result.reserved == 0));
    LAW(naive_is_rounded(product, unit, r < 0, result.coefficient, rounding));
    return NULL;
}

static inline const char *law_quotient(struct bothy_decimal a, struct bothy_decimal b,
                                       int32_t exponent, int32_t rounding)
{
    struct naive dividend = naive_from(a, 120);
    struct naive divisor = naive_from(b, 60);
    struct naive unit = naive_from(bothy_decimal_make(1, exponent), 60);
    struct bothy_decimal result;
    int32_t r = bothy_decimal_rescale(a, exponent, rounding, &result);

    LAW(r == BOTHY_OK || r == BOTHY_ERANGE);
    LAW(r != BOTHY_OK || (result.exponent == exponent && result.reserved == 0));
    LAW(naive_is_rounded(naive_from(a, 60), unit, r < 0, result.coefficient, rounding));

    r = bothy_decimal_divide(a, b, exponent, rounding, &result);
    if (!b.coefficient) {
        LAW(r == BOTHY_EINVAL);
        return NULL;
    }
    if (a.coefficient)
        dividend.negative ^= divisor.negative;
    LAW(r == BOTHY_OK || r == BOTHY_ERANGE);
    LAW(r != BOTHY_OK || (result.exponent == exponent && result.reserved == 0));
    LAW(naive_is_rounded(dividend, naive_multiply(naive_absolute(divisor), unit), r < 0,
                         result.coefficient, rounding));
    return NULL;
}

static inline const char *law_step(struct bothy_decimal value, struct bothy_decimal step,
                                   int32_t rounding)
{
    struct bothy_decimal result;
    int32_t multiple = bothy_decimal_is_multiple(value, step);
    int32_t r = bothy_decimal_round_to_step(value, step, rounding, &result);

    if (step.coefficient <= 0) {
        LAW(r == BOTHY_EINVAL && multiple == 0);
        return NULL;
    }
    LAW(r == BOTHY_OK || (r == BOTHY_ERANGE && !multiple));
    if (r < 0)
        return NULL;
    LAW(law_valid(result) && bothy_decimal_is_multiple(result, step) == 1);
    LAW(multiple == (bothy_decimal_compare(result, value) == 0));
    LAW(result.exponent == step.exponent || multiple);
    if (result.exponent == step.exponent)
        LAW(naive_is_rounded(naive_from(value, 30), naive_from(step, 30), 0,
                             result.coefficient / step.coefficient, rounding));
    return NULL;
}

/* A double has at most 17 digits that count: to a decimal of them and back it is the same. */
static inline const char *law_double(struct bothy_decimal value)
{
    double near = bothy_decimal_to_double(value);
    struct bothy_decimal result;
    int64_t magnitude = value.coefficient < 0 ? -(value.coefficient / 10) : value.coefficient / 10;
    int32_t digits = 1;
    int32_t exponent;

    LAW((near > 0) - (near < 0) == bothy_decimal_sign(value));
    for (; magnitude; magnitude /= 10)
        digits++;
    exponent = value.exponent + digits - 18;
    if (exponent < BOTHY_DECIMAL_EXPONENT_MIN || exponent > BOTHY_DECIMAL_EXPONENT_MAX)
        return NULL;
    LAW(bothy_decimal_from_double(near, exponent, BOTHY_ROUND_HALF_EVEN, &result) == BOTHY_OK);
    LAW(result.exponent == exponent && bothy_decimal_to_double(result) == near);
    return NULL;
}

#undef LAW

#endif
