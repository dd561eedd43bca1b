/*
 * The two doors between decimals and doubles. Both work on the exact value, with integers:
 * bothy_decimal_to_double() gives the nearest double (ties to even), and
 * bothy_decimal_from_double() rounds the number that the double really holds, which for 0.3 is a
 * little less than three tenths.
 */
#include "decimal_internal.h"

#include <math.h>

#define DOUBLE_BITS 53
/* 5^27 is the largest power of five in 63 bits. */
#define FIVE_POWER_MAX 27

/* 10^22 is the largest power of ten that a double holds exactly. */
#define EXACT_POWER_MAX 22

static uint64_t five_power(int32_t power)
{
    uint64_t value = 1;

    while (power-- > 0)
        value *= 5;
    return value;
}

static int bit_length(uint128 value)
{
    uint64_t high = (uint64_t)(value >> 64);

    if (high)
        return 128 - __builtin_clzll(high);
    return value ? 64 - __builtin_clzll((uint64_t)value) : 0;
}

/*
 * value × 2^power as the nearest double; `sticky` tells that the true value is a little more. At
 * least DOUBLE_BITS + 2 bits must be there when it is set, and the result is a normal number.
 */
static double nearest_double(uint128 value, int power, int sticky)
{
    int surplus = bit_length(value) - DOUBLE_BITS;

    if (surplus > 0) {
        uint128 cut = value & (((uint128)1 << surplus) - 1);
        uint128 half = (uint128)1 << (surplus - 1);

        value >>= surplus;
        power += surplus;
        if (cut > half || (cut == half && (sticky || (value & 1))))
            value++;
    }
    return ldexp((double)(uint64_t)value, power);
}

static double divide_by_ten_power(uint64_t magnitude, int32_t power)
{
    int shift = __builtin_clzll(magnitude);
    uint128 value = (uint128)(magnitude << shift) << 64;
    uint64_t divisor = five_power(power < FIVE_POWER_MAX ? power : FIVE_POWER_MAX);
    uint128 quotient = value / divisor;
    int sticky = quotient * divisor != value;

    if (power > FIVE_POWER_MAX) {
        divisor = five_power(power - FIVE_POWER_MAX);
        value = quotient;
        quotient = value / divisor;
        sticky |= quotient * divisor != value;
    }
    return nearest_double(quotient, -64 - shift - power, sticky);
}

static double multiply_by_ten_power(uint64_t magnitude, int32_t power)
{
    uint128 value =
        (uint128)magnitude * five_power(power < FIVE_POWER_MAX ? power : FIVE_POWER_MAX);
    uint128 low;
    uint128 high;
    uint64_t more;

    if (power <= FIVE_POWER_MAX)
        return nearest_double(value, power, 0);
    /* Up to 133 bits: eight of them go into the sticky bit. */
    more = five_power(power - FIVE_POWER_MAX);
    low = (uint128)(uint64_t)value * more;
    high = (value >> 64) * more + (low >> 64);
    return nearest_double((high << 56) | ((uint64_t)low >> 8), power + 8,
                          ((uint64_t)low & 255) != 0);
}

double bothy_decimal_to_double(struct bothy_decimal value)
{
    static const double exact_power[EXACT_POWER_MAX + 1] = {
        1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
        1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    };
    uint64_t magnitude = decimal_magnitude(value.coefficient);
    double result;

    if (!magnitude || !decimal_exponent_valid(value.exponent))
        return 0;
    /* Two exact doubles: the one operation rounds once. */
    if (magnitude <= UINT64_C(1) << DOUBLE_BITS && value.exponent >= -EXACT_POWER_MAX &&
        value.exponent <= EXACT_POWER_MAX) {
        if (value.exponent < 0)
            return (double)value.coefficient / exact_power[-value.exponent];
        return (double)value.coefficient * exact_power[value.exponent];
    }
    result = value.exponent < 0 ? divide_by_ten_power(magnitude, -value.exponent)
                                : multiply_by_ten_power(magnitude, value.exponent);
    return value.coefficient < 0 ? -result : result;
}

/* mantissa × 2^power × 10^scale, for scale ≥ 0. */
static int32_t scale_up(uint64_t mantissa, int power, int32_t scale, uint128 *ret_quotient,
                        int *ret_rest)
{
    uint128 value = (uint128)mantissa * five_power(scale < FIVE_POWER_MAX ? scale : FIVE_POWER_MAX);

    /* At most 53 + 70 bits. */
    if (scale > FIVE_POWER_MAX)
        value *= five_power(scale - FIVE_POWER_MAX);
    power += scale;
    if (power >= 0) {
        if (bit_length(value) + power > 64)
            return BOTHY_ERANGE;
        *ret_quotient = value << power;
        *ret_rest = DECIMAL_EXACT;
    } else if (power <= -127) {
        *ret_quotient = 0;
        *ret_rest = DECIMAL_BELOW_HALF;
    } else {
        uint128 divisor = (uint128)1 << -power;

        *ret_quotient = value >> -power;
        *ret_rest = decimal_rest(value & (divisor - 1), divisor);
    }
    return BOTHY_OK;
}

/* mantissa × 2^power / 10^scale, for scale > 0. */
static int32_t scale_down(uint64_t mantissa, int power, int32_t scale, uint128 *ret_quotient,
                          int *ret_rest)
{
    uint128 divisor = five_power(scale < FIVE_POWER_MAX ? scale : FIVE_POWER_MAX);
    uint128 numerator = mantissa;
    uint128 quotient;
    uint128 remainder;
    int first;

    if (scale > FIVE_POWER_MAX)
        divisor *= five_power(scale - FIVE_POWER_MAX);
    power -= scale;
    if (power < 0) {
        if (-power > DOUBLE_BITS + 1) {
            *ret_quotient = 0;
            *ret_rest = DECIMAL_BELOW_HALF;
            return BOTHY_OK;
        }
        divisor <<= -power;
        power = 0;
    }
    /* As much of the shift as there is room for, then long division with what is left of it. */
    first = 127 - bit_length(numerator);
    if (first > power)
        first = power;
    power -= first;
    numerator <<= first;
    quotient = numerator / divisor;
    remainder = numerator % divisor;
    if (power) {
        /* The quotient has at least 127 - 70 bits: with seven more it is out of range. */
        if (power > 7 || quotient > INT64_MAX)
            return BOTHY_ERANGE;
        remainder <<= power;
        quotient = (quotient << power) + remainder / divisor;
        remainder %= divisor;
    }
    *ret_quotient = quotient;
    *ret_rest = decimal_rest(remainder, divisor);
    return BOTHY_OK;
}

int32_t bothy_decimal_from_double(double value, int32_t exponent, int32_t rounding,
                                  struct bothy_decimal *ret_value)
{
    uint128 quotient;
    uint64_t mantissa;
    int power;
    int rest;
    int32_t r;

    if (!isfinite(value) || !decimal_rounding_valid(rounding))
        return BOTHY_EINVAL;
    if (!decimal_exponent_valid(exponent))
        return BOTHY_ERANGE;
    mantissa = (uint64_t)ldexp(frexp(fabs(value), &power), DOUBLE_BITS);
    if (!mantissa)
        return decimal_round(0, 0, DECIMAL_EXACT, exponent, rounding, ret_value);
    power -= DOUBLE_BITS;
    if (exponent <= 0)
        r = scale_up(mantissa, power, -exponent, &quotient, &rest);
    else
        r = scale_down(mantissa, power, exponent, &quotient, &rest);
    if (r < 0)
        return r;
    return decimal_round(value < 0, quotient, rest, exponent, rounding, ret_value);
}
