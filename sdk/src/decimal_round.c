/*
 * What rounds: rescaling, quotients, products at a given scale, multiples of a tick or lot.
 *
 * The quotient and what was cut off are always exact, and decimal_round() alone decides by them:
 * nothing is rounded twice.
 */
#include "decimal_internal.h"

/* Returns 1 if the magnitude goes away from zero by one. */
static int rounds_away(int negative, int odd, int rest, int32_t rounding)
{
    if (rest == DECIMAL_EXACT)
        return 0;
    switch (rounding) {
    case BOTHY_ROUND_HALF_EVEN:
        return rest == DECIMAL_ABOVE_HALF || (rest == DECIMAL_HALF && odd);
    case BOTHY_ROUND_HALF_UP:
        return rest >= DECIMAL_HALF;
    case BOTHY_ROUND_UP:
        return 1;
    case BOTHY_ROUND_FLOOR:
        return negative;
    case BOTHY_ROUND_CEILING:
        return !negative;
    default:
        return 0;
    }
}

int32_t decimal_round(int negative, uint128 quotient, int rest, int64_t exponent, int32_t rounding,
                      struct bothy_decimal *ret_value)
{
    uint64_t limit = (uint64_t)INT64_MAX + (uint64_t)negative;
    uint64_t magnitude;

    if (!decimal_exponent_valid(exponent) || quotient > limit)
        return BOTHY_ERANGE;
    magnitude = (uint64_t)quotient;
    magnitude += (uint64_t)rounds_away(negative, magnitude & 1, rest, rounding);
    if (magnitude > limit)
        return BOTHY_ERANGE;
    *ret_value = bothy_decimal_make((int64_t)(negative ? UINT64_C(0) - magnitude : magnitude),
                                    (int32_t)exponent);
    return BOTHY_OK;
}

/* A product of two coefficients (at most 2^126) × 10^from, at the exponent `to`. */
static int32_t rescale_wide(int negative, uint128 magnitude, int64_t from, int64_t to,
                            int32_t rounding, struct bothy_decimal *ret_value)
{
    int64_t apart = from - to;
    uint128 divisor;
    uint128 quotient;

    if (!magnitude)
        return decimal_round(0, 0, DECIMAL_EXACT, to, rounding, ret_value);
    if (apart >= 0) {
        /* 10^19 is already more than a coefficient. */
        if (apart >= DECIMAL_POWER_MAX || magnitude > (uint128)INT64_MAX + 1)
            return BOTHY_ERANGE;
        return decimal_round(negative, magnitude * decimal_power[apart], DECIMAL_EXACT, to,
                             rounding, ret_value);
    }
    /* 2^126 is less than half of 10^39. */
    if (apart < -DECIMAL_WIDE_POWER_MAX)
        return decimal_round(negative, 0, DECIMAL_BELOW_HALF, to, rounding, ret_value);
    divisor = decimal_wide_power(-apart);
    if (magnitude <= UINT64_MAX && divisor <= UINT64_MAX)
        quotient = (uint64_t)magnitude / (uint64_t)divisor;
    else
        quotient = magnitude / divisor;
    return decimal_round(negative, quotient, decimal_rest(magnitude - quotient * divisor, divisor),
                         to, rounding, ret_value);
}

int32_t bothy_decimal_rescale(struct bothy_decimal value, int32_t exponent, int32_t rounding,
                              struct bothy_decimal *ret_value)
{
    if (!decimal_rounding_valid(rounding))
        return BOTHY_EINVAL;
    if (!decimal_exponent_valid(value.exponent) || !decimal_exponent_valid(exponent))
        return BOTHY_ERANGE;
    return rescale_wide(value.coefficient < 0, decimal_magnitude(value.coefficient), value.exponent,
                        exponent, rounding, ret_value);
}

int32_t bothy_decimal_multiply_to(struct bothy_decimal a, struct bothy_decimal b, int32_t exponent,
                                  int32_t rounding, struct bothy_decimal *ret_product)
{
    if (!decimal_rounding_valid(rounding))
        return BOTHY_EINVAL;
    if (!decimal_exponent_valid(a.exponent) || !decimal_exponent_valid(b.exponent) ||
        !decimal_exponent_valid(exponent))
        return BOTHY_ERANGE;
    return rescale_wide((a.coefficient < 0) != (b.coefficient < 0),
                        (uint128)decimal_magnitude(a.coefficient) *
                            decimal_magnitude(b.coefficient),
                        (int64_t)a.exponent + b.exponent, exponent, rounding, ret_product);
}

/*
 * The quotient dividend × 10^power / divisor, and what it cuts off. The divisor is not zero and,
 * like the dividend, at most 2^63. Errors: BOTHY_ERANGE when it is more than 2^63.
 */
static int32_t divide_scaled(uint64_t dividend, uint64_t divisor, int64_t power,
                             uint128 *ret_quotient, int *ret_rest)
{
    uint128 numerator;
    uint128 quotient;
    uint128 remainder;

    if (!dividend) {
        *ret_quotient = 0;
        *ret_rest = DECIMAL_EXACT;
        return BOTHY_OK;
    }
    if (power < -DECIMAL_POWER_MAX) {
        /* 2^63 is less than half of 10^20. */
        *ret_quotient = 0;
        *ret_rest = DECIMAL_BELOW_HALF;
        return BOTHY_OK;
    }
    if (power < 0) {
        uint128 wide_divisor = (uint128)divisor * decimal_power[-power];

        quotient = wide_divisor > dividend ? 0 : dividend / (uint64_t)wide_divisor;
        *ret_rest = decimal_rest(dividend - quotient * wide_divisor, wide_divisor);
        *ret_quotient = quotient;
        return BOTHY_OK;
    }
    /* Even 1 × 10^38 / 2^63 is more than 2^63. */
    if (power >= DECIMAL_WIDE_POWER_MAX)
        return BOTHY_ERANGE;
    numerator =
        (uint128)dividend * decimal_power[power < DECIMAL_POWER_MAX ? power : DECIMAL_POWER_MAX];
    if (numerator <= UINT64_MAX) {
        quotient = (uint64_t)numerator / divisor;
        remainder = (uint64_t)numerator % divisor;
    } else {
        quotient = numerator / divisor;
        remainder = numerator - quotient * divisor;
    }
    if (power > DECIMAL_POWER_MAX) {
        /* Long division goes on with the remaining digits. */
        uint64_t more = decimal_power[power - DECIMAL_POWER_MAX];

        if (quotient > ((uint128)INT64_MAX + 1) / more)
            return BOTHY_ERANGE;
        numerator = remainder * more;
        quotient = quotient * more + numerator / divisor;
        remainder = numerator % divisor;
    }
    if (quotient > (uint128)INT64_MAX + 1)
        return BOTHY_ERANGE;
    *ret_quotient = quotient;
    *ret_rest = decimal_rest(remainder, divisor);
    return BOTHY_OK;
}

int32_t bothy_decimal_divide(struct bothy_decimal a, struct bothy_decimal b, int32_t exponent,
                             int32_t rounding, struct bothy_decimal *ret_quotient)
{
    uint128 quotient;
    int rest;
    int32_t r;

    if (!decimal_rounding_valid(rounding) || !b.coefficient)
        return BOTHY_EINVAL;
    if (!decimal_exponent_valid(a.exponent) || !decimal_exponent_valid(b.exponent) ||
        !decimal_exponent_valid(exponent))
        return BOTHY_ERANGE;
    r = divide_scaled(decimal_magnitude(a.coefficient), decimal_magnitude(b.coefficient),
                      (int64_t)a.exponent - b.exponent - exponent, &quotient, &rest);
    if (r < 0)
        return r;
    return decimal_round((a.coefficient < 0) != (b.coefficient < 0), quotient, rest, exponent,
                         rounding, ret_quotient);
}

int32_t bothy_decimal_is_multiple(struct bothy_decimal value, struct bothy_decimal step)
{
    uint64_t magnitude = decimal_magnitude(value.coefficient);
    uint64_t divisor = (uint64_t)step.coefficient;
    int64_t apart = (int64_t)value.exponent - step.exponent;

    if (step.coefficient <= 0 || !decimal_exponent_valid(value.exponent) ||
        !decimal_exponent_valid(step.exponent))
        return 0;
    if (!magnitude)
        return 1;
    if (apart < 0) {
        uint128 wide_divisor;

        if (apart < -DECIMAL_POWER_MAX)
            return 0;
        wide_divisor = (uint128)divisor * decimal_power[-apart];
        return wide_divisor <= magnitude && magnitude % (uint64_t)wide_divisor == 0;
    }
    magnitude %= divisor;
    while (magnitude && apart > 0) {
        int64_t part = apart < DECIMAL_POWER_MAX ? apart : DECIMAL_POWER_MAX;

        magnitude = (uint64_t)((uint128)magnitude * decimal_power[part] % divisor);
        apart -= part;
    }
    return magnitude == 0;
}

int32_t bothy_decimal_round_to_step(struct bothy_decimal value, struct bothy_decimal step,
                                    int32_t rounding, struct bothy_decimal *ret_value)
{
    struct bothy_decimal steps;
    int64_t coefficient;
    uint128 quotient;
    int rest;
    int32_t r;

    if (!decimal_rounding_valid(rounding) || step.coefficient <= 0)
        return BOTHY_EINVAL;
    if (!decimal_exponent_valid(value.exponent) || !decimal_exponent_valid(step.exponent))
        return BOTHY_ERANGE;
    r = divide_scaled(decimal_magnitude(value.coefficient), (uint64_t)step.coefficient,
                      (int64_t)value.exponent - step.exponent, &quotient, &rest);
    if (r == BOTHY_OK)
        r = decimal_round(value.coefficient < 0, quotient, rest, 0, rounding, &steps);
    if (r == BOTHY_OK &&
        !__builtin_mul_overflow(steps.coefficient, step.coefficient, &coefficient)) {
        *ret_value = bothy_decimal_make(coefficient, step.exponent);
        return BOTHY_OK;
    }
    /* Too large for the step's exponent, but there may be nothing to round: 10^25 by 0.01. */
    if (!bothy_decimal_is_multiple(value, step))
        return BOTHY_ERANGE;
    *ret_value = bothy_decimal_make(value.coefficient, value.exponent);
    return BOTHY_OK;
}
