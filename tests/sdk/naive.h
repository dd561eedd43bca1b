/*
 * Whole numbers of up to 256 decimal digits, done as on paper: what the decimals are compared
 * with. Slow, and simple enough to be seen to be right. A decimal becomes a whole number by a
 * shift of its point; more digits than there are abort.
 */
#ifndef BOTHY_TESTS_NAIVE_H
#define BOTHY_TESTS_NAIVE_H

#include <bothy/decimal.h>

#include <stdlib.h>
#include <string.h>

#define NAIVE_DIGITS 256

struct naive {
    int negative;
    uint8_t digit[NAIVE_DIGITS]; /* the ones first */
};

/* value × 10^shift, which must be whole: shift ≥ -exponent. */
static inline struct naive naive_from(struct bothy_decimal value, int shift)
{
    struct naive n = { 0 };
    uint64_t rest = value.coefficient < 0 ? UINT64_C(0) - (uint64_t)value.coefficient
                                          : (uint64_t)value.coefficient;
    int at = shift + value.exponent;

    n.negative = value.coefficient < 0;
    for (; rest; rest /= 10) {
        if (at < 0 || at >= NAIVE_DIGITS)
            abort();
        n.digit[at++] = rest % 10;
    }
    return n;
}

static inline int naive_length(const struct naive *n)
{
    int length = NAIVE_DIGITS;

    while (length && !n->digit[length - 1])
        length--;
    return length;
}

static inline int naive_compare_magnitudes(const struct naive *a, const struct naive *b)
{
    int i;

    for (i = NAIVE_DIGITS - 1; i >= 0; i--) {
        if (a->digit[i] != b->digit[i])
            return a->digit[i] < b->digit[i] ? -1 : 1;
    }
    return 0;
}

static inline int naive_compare(struct naive a, struct naive b)
{
    int order = naive_compare_magnitudes(&a, &b);

    if (!naive_length(&a) && !naive_length(&b))
        return 0;
    if (a.negative != b.negative)
        return a.negative ? -1 : 1;
    return a.negative ? -order : order;
}

static inline struct naive naive_absolute(struct naive a)
{
    a.negative = 0;
    return a;
}

static inline struct naive naive_add(struct naive a, struct naive b)
{
    struct naive sum = { 0 };
    int carry = 0;
    int i;

    if (a.negative != b.negative && naive_compare_magnitudes(&a, &b) < 0) {
        struct naive swap = a;

        a = b;
        b = swap;
    }
    sum.negative = a.negative;
    for (i = 0; i < NAIVE_DIGITS; i++) {
        int digit = a.digit[i] + (a.negative == b.negative ? b.digit[i] : -b.digit[i]) + carry;

        carry = digit < 0 ? -1 : digit / 10;
        sum.digit[i] = (uint8_t)(digit - 10 * carry);
    }
    if (carry)
        abort();
    return sum;
}

static inline struct naive naive_subtract(struct naive a, struct naive b)
{
    b.negative = !b.negative;
    return naive_add(a, b);
}

static inline struct naive naive_multiply(struct naive a, struct naive b)
{
    struct naive product = { 0 };
    int a_length = naive_length(&a);
    int b_length = naive_length(&b);
    int i;
    int k;

    if (a_length + b_length > NAIVE_DIGITS)
        abort();
    product.negative = a.negative != b.negative;
    for (i = 0; i < a_length; i++) {
        int carry = 0;

        for (k = 0; k < b_length || carry; k++) {
            int digit = product.digit[i + k] + carry;

            if (k < b_length)
                digit += a.digit[i] * b.digit[k];
            product.digit[i + k] = digit % 10;
            carry = digit / 10;
        }
    }
    return product;
}

/* Returns 1 if n × 10^-shift is a decimal: some exponent leaves a coefficient of 63 bits. */
static inline int naive_fits(struct naive n, int shift)
{
    int length = naive_length(&n);
    int from = shift + BOTHY_DECIMAL_EXPONENT_MIN;
    int to = shift + BOTHY_DECIMAL_EXPONENT_MAX;
    int zeros = 0;
    struct naive limit;
    struct naive scaled = { 0 };

    if (!length)
        return 1;
    while (!n.digit[zeros])
        zeros++;
    /* The largest exponent that cuts only zeros leaves the shortest coefficient. */
    if (to > zeros)
        to = zeros;
    if (to < from || to < 0)
        return 0;
    memcpy(scaled.digit, n.digit + to, (size_t)(NAIVE_DIGITS - to));
    limit = naive_from(bothy_decimal_make(n.negative ? INT64_MIN : INT64_MAX, 0), 0);
    return naive_compare_magnitudes(&scaled, &limit) <= 0;
}

/*
 * Returns 1 if `quotient` is dividend / divisor (> 0), rounded so; where `refused` is set, if
 * there is no quotient of 63 bits.
 */
static inline int naive_is_rounded(struct naive dividend, struct naive divisor, int refused,
                                   int64_t quotient, int32_t rounding)
{
    int64_t limit = dividend.negative ? INT64_MIN : INT64_MAX;
    struct naive covered = naive_multiply(
        naive_absolute(naive_from(bothy_decimal_make(refused ? limit : quotient, 0), 0)), divisor);
    struct naive rest = naive_subtract(naive_absolute(dividend), covered);
    struct naive twice = naive_absolute(naive_add(rest, rest));
    int half = naive_compare(twice, divisor);
    int away = rest.negative;

    if (refused)
        return !rest.negative && naive_length(&rest) > 0;
    if (quotient && (quotient < 0) != dividend.negative)
        return 0;
    if (!naive_length(&rest))
        return 1;
    if (naive_compare_magnitudes(&rest, &divisor) >= 0)
        return 0;
    switch (rounding) {
    case BOTHY_ROUND_HALF_EVEN:
        return half < 0 || (half == 0 && quotient % 2 == 0);
    case BOTHY_ROUND_HALF_UP:
        return half < 0 || (half == 0 && away);
    case BOTHY_ROUND_DOWN:
        return !away;
    case BOTHY_ROUND_UP:
        return away;
    case BOTHY_ROUND_FLOOR:
        return away == dividend.negative;
    default:
        return away != dividend.negative;
    }
}

#endif
