/*
 * Exact decimals: text, order, sum, difference, product. What has to round is in
 * decimal_round.c, what touches doubles in decimal_double.c.
 *
 * Every result is exact or an error. A decimal whose exponent is out of range (it can only come
 * from outside) is refused with BOTHY_ERANGE, or compared and returned as it is; it never indexes
 * a table.
 */
#include "decimal_internal.h"

#include <string.h>

/* Enough digits of an exponent: more would need a text longer than memory to make up for. */
#define EXPONENT_SATURATED INT64_C(1000000000000000)

const uint64_t decimal_power[DECIMAL_POWER_MAX + 1] = {
    UINT64_C(1),
    UINT64_C(10),
    UINT64_C(100),
    UINT64_C(1000),
    UINT64_C(10000),
    UINT64_C(100000),
    UINT64_C(1000000),
    UINT64_C(10000000),
    UINT64_C(100000000),
    UINT64_C(1000000000),
    UINT64_C(10000000000),
    UINT64_C(100000000000),
    UINT64_C(1000000000000),
    UINT64_C(10000000000000),
    UINT64_C(100000000000000),
    UINT64_C(1000000000000000),
    UINT64_C(10000000000000000),
    UINT64_C(100000000000000000),
    UINT64_C(1000000000000000000),
    UINT64_C(10000000000000000000),
};

static inline int is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The largest magnitude that a coefficient of this sign has. */
static inline uint64_t magnitude_limit(int negative)
{
    return (uint64_t)INT64_MAX + (uint64_t)negative;
}

static inline int64_t signed_coefficient(int negative, uint64_t magnitude)
{
    return (int64_t)(negative ? UINT64_C(0) - magnitude : magnitude);
}

int32_t decimal_fit(int negative, uint128 magnitude, int64_t exponent,
                    struct bothy_decimal *ret_value)
{
    uint64_t limit = magnitude_limit(negative);

    if (!magnitude) {
        if (exponent < BOTHY_DECIMAL_EXPONENT_MIN)
            exponent = BOTHY_DECIMAL_EXPONENT_MIN;
        if (exponent > BOTHY_DECIMAL_EXPONENT_MAX)
            exponent = BOTHY_DECIMAL_EXPONENT_MAX;
    }
    while (magnitude > limit || exponent < BOTHY_DECIMAL_EXPONENT_MIN) {
        if (magnitude % 10)
            return BOTHY_ERANGE;
        magnitude /= 10;
        exponent++;
    }
    while (exponent > BOTHY_DECIMAL_EXPONENT_MAX) {
        if (magnitude > limit / 10)
            return BOTHY_ERANGE;
        magnitude *= 10;
        exponent--;
    }
    *ret_value =
        bothy_decimal_make(signed_coefficient(negative, (uint64_t)magnitude), (int32_t)exponent);
    return BOTHY_OK;
}

/*
 * The digits of a number, already known to be only digits with at most one point among them:
 * any number of them, as long as those between the first and the last that is not zero fit.
 */
static int32_t parse_long(const char *text, const char *end, int negative, int64_t exponent,
                          struct bothy_decimal *ret_value)
{
    uint64_t limit = magnitude_limit(negative);
    uint64_t magnitude = 0;
    int64_t zeros = 0; /* read, and not yet in magnitude */
    int point = 0;

    for (; text < end; text++) {
        unsigned digit = (unsigned)(*text - '0');
        uint128 wider;

        if (*text == '.') {
            point = 1;
            continue;
        }
        exponent -= point;
        if (!digit) {
            zeros += magnitude != 0;
            continue;
        }
        if (zeros >= DECIMAL_POWER_MAX)
            return BOTHY_ERANGE;
        wider = (uint128)magnitude * decimal_power[zeros + 1];
        wider += digit;
        if (wider > limit)
            return BOTHY_ERANGE;
        magnitude = (uint64_t)wider;
        zeros = 0;
    }
    /* Zeros at the end are scale as far as there is room for them. */
    while (zeros && magnitude <= limit / 10) {
        magnitude *= 10;
        zeros--;
    }
    return decimal_fit(negative, magnitude, exponent + zeros, ret_value);
}

/* Reads the sign and the digits of an exponent; all of the text must be that. */
static int32_t parse_exponent(const char *text, const char *end, int64_t *ret_exponent)
{
    int64_t exponent = 0;
    int negative = 0;

    if (text < end && (*text == '+' || *text == '-'))
        negative = *text++ == '-';
    if (text == end)
        return BOTHY_EINVAL;
    for (; text < end; text++) {
        if (!is_digit(*text))
            return BOTHY_EINVAL;
        if (exponent < EXPONENT_SATURATED)
            exponent = exponent * 10 + (*text - '0');
    }
    *ret_exponent = negative ? -exponent : exponent;
    return BOTHY_OK;
}

int32_t bothy_decimal_parse(const char *text, size_t length, struct bothy_decimal *ret_value)
{
    const char *end;
    const char *point = NULL;
    const char *start;
    const char *digits_end;
    uint64_t magnitude = 0;
    int64_t exponent = 0;
    int negative = 0;
    int32_t r;

    if (!length)
        return BOTHY_EINVAL;
    end = text + length;
    if (*text == '-' || *text == '+')
        negative = *text++ == '-';
    /* Prices have few digits: what may have wrapped here is read again by parse_long(). */
    for (start = text; text < end; text++) {
        unsigned digit = (unsigned)(*text - '0');

        if (digit <= 9)
            magnitude = magnitude * 10 + digit;
        else if (*text == '.' && !point)
            point = text;
        else
            break;
    }
    digits_end = text;
    if (digits_end - start == (point != NULL))
        return BOTHY_EINVAL;
    if (text < end) {
        if (*text != 'e' && *text != 'E')
            return BOTHY_EINVAL;
        r = parse_exponent(text + 1, end, &exponent);
        if (r < 0)
            return r;
    }
    if (digits_end - start <= DECIMAL_POWER_MAX) {
        /* At most 18 digits and a point, or 19 digits without one: at most 10^19 - 1. */
        int64_t scaled = exponent - (point ? digits_end - point - 1 : 0);

        if (magnitude <= INT64_MAX && decimal_exponent_valid(scaled)) {
            *ret_value =
                bothy_decimal_make(signed_coefficient(negative, magnitude), (int32_t)scaled);
            return BOTHY_OK;
        }
    }
    return parse_long(start, digits_end, negative, exponent, ret_value);
}

/* Writes the digits of a number so that they end before `end`. Returns their start. */
static char *write_digits(uint64_t value, char *end)
{
    static const char pairs[201] = "00010203040506070809"
                                   "10111213141516171819"
                                   "20212223242526272829"
                                   "30313233343536373839"
                                   "40414243444546474849"
                                   "50515253545556575859"
                                   "60616263646566676869"
                                   "70717273747576777879"
                                   "80818283848586878889"
                                   "90919293949596979899";

    while (value >= 100) {
        end -= 2;
        memcpy(end, pairs + value % 100 * 2, 2);
        value /= 100;
    }
    if (value >= 10) {
        end -= 2;
        memcpy(end, pairs + value * 2, 2);
    } else {
        *--end = (char)('0' + value);
    }
    return end;
}

int32_t bothy_decimal_format(struct bothy_decimal value, char *text, size_t capacity)
{
    char digits[20];
    char plain[BOTHY_DECIMAL_TEXT_MAX];
    char *out = capacity >= sizeof plain ? text : plain;
    char *at = out;
    const char *first;
    size_t count;
    size_t length;

    if (capacity)
        text[0] = '\0';
    if (!decimal_exponent_valid(value.exponent))
        return BOTHY_ERANGE;
    first = write_digits(decimal_magnitude(value.coefficient), digits + sizeof digits);
    count = (size_t)(digits + sizeof digits - first);
    if (value.coefficient < 0)
        *at++ = '-';
    if (value.exponent >= 0) {
        memcpy(at, first, count);
        at += count;
        if (value.coefficient) {
            memset(at, '0', (size_t)value.exponent);
            at += value.exponent;
        }
    } else {
        size_t scale = (size_t)-value.exponent;

        if (count > scale) {
            size_t whole = count - scale;

            memcpy(at, first, whole);
            at[whole] = '.';
            memcpy(at + whole + 1, first + whole, scale);
            at += count + 1;
        } else {
            memset(at, '0', scale - count + 2);
            at[1] = '.';
            at += scale - count + 2;
            memcpy(at, first, count);
            at += count;
        }
    }
    *at = '\0';
    length = (size_t)(at - out);
    if (out == plain) {
        if (length >= capacity)
            return BOTHY_ERANGE;
        memcpy(text, plain, length + 1);
    }
    return (int32_t)length;
}

int32_t bothy_decimal_compare(struct bothy_decimal a, struct bothy_decimal b)
{
    int32_t sign = bothy_decimal_sign(a);
    int64_t apart;
    int128 wide_a;
    int128 wide_b;

    if (a.exponent == b.exponent)
        return (a.coefficient > b.coefficient) - (a.coefficient < b.coefficient);
    if (sign != bothy_decimal_sign(b))
        return sign > bothy_decimal_sign(b) ? 1 : -1;
    if (!sign)
        return 0;
    apart = (int64_t)a.exponent - b.exponent;
    /* 10^20 of one are more than any coefficient of the other. */
    if (apart > DECIMAL_POWER_MAX)
        return sign;
    if (apart < -DECIMAL_POWER_MAX)
        return -sign;
    wide_a = (int128)a.coefficient * (int128)decimal_power[apart > 0 ? apart : 0];
    wide_b = (int128)b.coefficient * (int128)decimal_power[apart < 0 ? -apart : 0];
    return (wide_a > wide_b) - (wide_a < wide_b);
}

struct bothy_decimal bothy_decimal_normalise(struct bothy_decimal value)
{
    if (!value.coefficient)
        return bothy_decimal_zero();
    if (!decimal_exponent_valid(value.exponent))
        return value;
    while (value.exponent < BOTHY_DECIMAL_EXPONENT_MAX && value.coefficient % 10 == 0) {
        value.coefficient /= 10;
        value.exponent++;
    }
    return value;
}

static int32_t fit_signed(int128 coefficient, int64_t exponent, struct bothy_decimal *ret_value)
{
    int negative = coefficient < 0;

    if (coefficient == (int64_t)coefficient && decimal_exponent_valid(exponent)) {
        *ret_value = bothy_decimal_make((int64_t)coefficient, (int32_t)exponent);
        return BOTHY_OK;
    }
    return decimal_fit(negative, negative ? -(uint128)coefficient : (uint128)coefficient, exponent,
                       ret_value);
}

/*
 * a.coefficient × 10^a.exponent + b_coefficient × 10^b_exponent. The coefficient of b is wide, so
 * that the difference can negate INT64_MIN.
 */
static int32_t add_wide(struct bothy_decimal a, int128 b_coefficient, int32_t b_exponent,
                        struct bothy_decimal *ret_sum)
{
    int128 a_coefficient = a.coefficient;
    int32_t a_exponent = a.exponent;
    int32_t apart;

    if (!decimal_exponent_valid(a_exponent) || !decimal_exponent_valid(b_exponent))
        return BOTHY_ERANGE;
    if (a_exponent - b_exponent > DECIMAL_POWER_MAX ||
        b_exponent - a_exponent > DECIMAL_POWER_MAX) {
        if (!a_coefficient)
            return fit_signed(b_coefficient, b_exponent, ret_sum);
        if (!b_coefficient)
            return fit_signed(a_coefficient, a_exponent, ret_sum);
        /* Only trailing zeros of the finer one can still bring the two together. */
        while (a_exponent < b_exponent && a_coefficient % 10 == 0) {
            a_coefficient /= 10;
            a_exponent++;
        }
        while (b_exponent < a_exponent && b_coefficient % 10 == 0) {
            b_coefficient /= 10;
            b_exponent++;
        }
    }
    apart = a_exponent - b_exponent;
    /* The sum would have more than 19 digits, the last of them not zero. */
    if (apart > DECIMAL_POWER_MAX || apart < -DECIMAL_POWER_MAX)
        return BOTHY_ERANGE;
    if (apart > 0)
        return fit_signed(a_coefficient * (int128)decimal_power[apart] + b_coefficient, b_exponent,
                          ret_sum);
    return fit_signed(a_coefficient + b_coefficient * (int128)decimal_power[-apart], a_exponent,
                      ret_sum);
}

int32_t bothy_decimal_add(struct bothy_decimal a, struct bothy_decimal b,
                          struct bothy_decimal *ret_sum)
{
    int64_t sum;

    if (a.exponent == b.exponent && decimal_exponent_valid(a.exponent) &&
        !__builtin_add_overflow(a.coefficient, b.coefficient, &sum)) {
        *ret_sum = bothy_decimal_make(sum, a.exponent);
        return BOTHY_OK;
    }
    return add_wide(a, b.coefficient, b.exponent, ret_sum);
}

int32_t bothy_decimal_subtract(struct bothy_decimal a, struct bothy_decimal b,
                               struct bothy_decimal *ret_difference)
{
    int64_t difference;

    if (a.exponent == b.exponent && decimal_exponent_valid(a.exponent) &&
        !__builtin_sub_overflow(a.coefficient, b.coefficient, &difference)) {
        *ret_difference = bothy_decimal_make(difference, a.exponent);
        return BOTHY_OK;
    }
    return add_wide(a, -(int128)b.coefficient, b.exponent, ret_difference);
}

int32_t bothy_decimal_multiply(struct bothy_decimal a, struct bothy_decimal b,
                               struct bothy_decimal *ret_product)
{
    int64_t product;

    if (!decimal_exponent_valid(a.exponent) || !decimal_exponent_valid(b.exponent))
        return BOTHY_ERANGE;
    if (!__builtin_mul_overflow(a.coefficient, b.coefficient, &product) &&
        decimal_exponent_valid(a.exponent + b.exponent)) {
        *ret_product = bothy_decimal_make(product, a.exponent + b.exponent);
        return BOTHY_OK;
    }
    return fit_signed((int128)a.coefficient * b.coefficient, (int64_t)a.exponent + b.exponent,
                      ret_product);
}

int32_t bothy_decimal_negate(struct bothy_decimal value, struct bothy_decimal *ret_value)
{
    /* -2^63 has no trailing zero that could make room for 2^63. */
    if (value.coefficient == INT64_MIN || !decimal_exponent_valid(value.exponent))
        return BOTHY_ERANGE;
    *ret_value = bothy_decimal_make(-value.coefficient, value.exponent);
    return BOTHY_OK;
}

int32_t bothy_decimal_absolute(struct bothy_decimal value, struct bothy_decimal *ret_value)
{
    if (value.coefficient < 0)
        return bothy_decimal_negate(value, ret_value);
    if (!decimal_exponent_valid(value.exponent))
        return BOTHY_ERANGE;
    *ret_value = bothy_decimal_make(value.coefficient, value.exponent);
    return BOTHY_OK;
}
