/*
 * What the files of the decimal share: 128-bit integers, powers of ten, and the one place that
 * rounds. Magnitudes are unsigned and signs apart, so that INT64_MIN needs no special case.
 * Nothing here is exported.
 */
#ifndef BOTHY_SRC_DECIMAL_INTERNAL_H
#define BOTHY_SRC_DECIMAL_INTERNAL_H

#include "wide.h"

#include <bothy/decimal.h>

/* The largest power of ten in 64 bits. */
#define DECIMAL_POWER_MAX 19
/* The largest power of ten in 128 bits. */
#define DECIMAL_WIDE_POWER_MAX 38

extern const uint64_t decimal_power[DECIMAL_POWER_MAX + 1];

/* Where the part that was cut off lies. */
enum {
    DECIMAL_EXACT = 0,
    DECIMAL_BELOW_HALF = 1,
    DECIMAL_HALF = 2,
    DECIMAL_ABOVE_HALF = 3,
};

static inline int decimal_exponent_valid(int64_t exponent)
{
    return exponent >= BOTHY_DECIMAL_EXPONENT_MIN && exponent <= BOTHY_DECIMAL_EXPONENT_MAX;
}

static inline uint64_t decimal_magnitude(int64_t coefficient)
{
    return coefficient < 0 ? UINT64_C(0) - (uint64_t)coefficient : (uint64_t)coefficient;
}

static inline int decimal_rounding_valid(int32_t rounding)
{
    return rounding >= BOTHY_ROUND_HALF_EVEN && rounding <= BOTHY_ROUND_CEILING;
}

/* 10^power, for powers up to DECIMAL_WIDE_POWER_MAX. */
static inline uint128 decimal_wide_power(int64_t power)
{
    if (power <= DECIMAL_POWER_MAX)
        return decimal_power[power];
    return (uint128)decimal_power[DECIMAL_POWER_MAX] * decimal_power[power - DECIMAL_POWER_MAX];
}

/* How a remainder compares with half of its divisor, which may use all 128 bits. */
static inline int decimal_rest(uint128 remainder, uint128 divisor)
{
    uint128 to_next = divisor - remainder;

    if (!remainder)
        return DECIMAL_EXACT;
    if (remainder == to_next)
        return DECIMAL_HALF;
    return remainder < to_next ? DECIMAL_BELOW_HALF : DECIMAL_ABOVE_HALF;
}

/*
 * Rounds the quotient (a magnitude) by what was cut off, and makes the result. The rounding must
 * be valid. Errors: BOTHY_ERANGE when the coefficient does not fit, or the exponent is none.
 */
int32_t decimal_round(int negative, uint128 quotient, int rest, int64_t exponent, int32_t rounding,
                      struct bothy_decimal *ret_value);

/*
 * Makes a decimal of exactly this value if there is one: moves trailing zeros between
 * coefficient and exponent, but no more of them than it takes. Errors: BOTHY_ERANGE.
 */
int32_t decimal_fit(int negative, uint128 magnitude, int64_t exponent,
                    struct bothy_decimal *ret_value);

#endif
