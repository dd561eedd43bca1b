/*
 * bothy/decimal.h: exact decimal numbers for money, prices and sizes.
 *
 *     value = coefficient × 10^exponent
 *
 * The form is that of FIX Simple Binary Encoding's decimal: self-describing, so that
 * 10^12 of one token and a price of 10^-13 of another both fit. A decimal is two
 * machine words and is passed by value. There is no NaN and no infinity; an operation
 * whose exact or rounded result does not fit returns BOTHY_ERANGE and leaves its result
 * untouched. Nothing here wraps, allocates or looks at the locale.
 *
 * Equal values may have different representations (1.0 and 1.00): compare with
 * bothy_decimal_compare(), never with memcmp().
 *
 * All functions are pure: any thread, any state.
 */
#ifndef BOTHY_DECIMAL_H
#define BOTHY_DECIMAL_H

#include <bothy/base.h>

BOTHY_BEGIN

#define BOTHY_DECIMAL_EXPONENT_MIN (-30)
#define BOTHY_DECIMAL_EXPONENT_MAX 30
/* Bytes that any decimal needs as text, with the final NUL. */
#define BOTHY_DECIMAL_TEXT_MAX 64

struct bothy_decimal {
    int64_t coefficient;
    int32_t exponent;  /* BOTHY_DECIMAL_EXPONENT_MIN … _MAX */
    uint32_t reserved; /* 0 */
};

enum {
    BOTHY_ROUND_HALF_EVEN = 0,
    BOTHY_ROUND_HALF_UP = 1, /* half away from zero */
    BOTHY_ROUND_DOWN = 2,    /* towards zero */
    BOTHY_ROUND_UP = 3,      /* away from zero */
    BOTHY_ROUND_FLOOR = 4,   /* towards minus infinity */
    BOTHY_ROUND_CEILING = 5, /* towards plus infinity */
};

/* Effect: makes coefficient × 10^exponent. The exponent must be in range. */
static inline struct bothy_decimal bothy_decimal_make(int64_t coefficient, int32_t exponent)
{
    struct bothy_decimal d;

    d.coefficient = coefficient;
    d.exponent = exponent;
    d.reserved = 0;
    return d;
}

static inline struct bothy_decimal bothy_decimal_zero(void)
{
    return bothy_decimal_make(0, 0);
}

/* Returns -1, 0 or 1. */
static inline int32_t bothy_decimal_sign(struct bothy_decimal a)
{
    return (a.coefficient > 0) - (a.coefficient < 0);
}

/*
 * Effect: reads exactly `length` bytes: an optional sign, digits with at most one point
 * and at least one digit, an optional exponent (e or E, sign, digits), as JSON and CSV
 * have them ("+1", ".5" and "5." are accepted). Nothing else may stand there: no blanks,
 * no separators. Trailing zeros are kept as scale ("1.50" is 150 × 10^-2).
 * Errors: BOTHY_EINVAL not a number; BOTHY_ERANGE more than 63 bits of digits (zeros at
 * either end do not count) or an exponent out of range.
 */
BOTHY_API int32_t bothy_decimal_parse(const char *text, size_t length,
                                      struct bothy_decimal *ret_value);

/*
 * Effect: writes the plain form ("-0.0015", never an exponent) and a NUL; trailing zeros
 * stand as the scale says. Returns the length without the NUL, or BOTHY_ERANGE if
 * `capacity` is too small (BOTHY_DECIMAL_TEXT_MAX always suffices; `text` is then "").
 */
BOTHY_API int32_t bothy_decimal_format(struct bothy_decimal value, char *text, size_t capacity);

/* Returns -1, 0 or 1: the exact order of two values. Never fails. */
BOTHY_API int32_t bothy_decimal_compare(struct bothy_decimal a, struct bothy_decimal b);

/* Effect: the exact sum, difference, product. Errors: BOTHY_ERANGE. */
BOTHY_API int32_t bothy_decimal_add(struct bothy_decimal a, struct bothy_decimal b,
                                    struct bothy_decimal *ret_sum);
BOTHY_API int32_t bothy_decimal_subtract(struct bothy_decimal a, struct bothy_decimal b,
                                         struct bothy_decimal *ret_difference);
BOTHY_API int32_t bothy_decimal_multiply(struct bothy_decimal a, struct bothy_decimal b,
                                         struct bothy_decimal *ret_product);

/*
 * Effect: a × b rounded to `exponent`. Use it where the exact product has more digits than
 * the result may keep (fees, notionals). Errors: BOTHY_ERANGE, BOTHY_EINVAL (mode).
 */
BOTHY_API int32_t bothy_decimal_multiply_to(struct bothy_decimal a, struct bothy_decimal b,
                                            int32_t exponent, int32_t rounding,
                                            struct bothy_decimal *ret_product);

/*
 * Effect: a / b rounded to `exponent`. Errors: BOTHY_EINVAL (b is zero, or no such mode),
 * BOTHY_ERANGE.
 */
BOTHY_API int32_t bothy_decimal_divide(struct bothy_decimal a, struct bothy_decimal b,
                                       int32_t exponent, int32_t rounding,
                                       struct bothy_decimal *ret_quotient);

/* Effect: value with the exponent given, rounded. Errors: BOTHY_ERANGE, BOTHY_EINVAL. */
BOTHY_API int32_t bothy_decimal_rescale(struct bothy_decimal value, int32_t exponent,
                                        int32_t rounding, struct bothy_decimal *ret_value);

/*
 * Effect: the multiple of `step` (> 0: a tick or lot size) nearest to value in the rounding's
 * sense. The result has the step's exponent; a value that is a multiple already, and does not fit
 * with that exponent, comes back as it is. Errors: BOTHY_EINVAL, BOTHY_ERANGE.
 */
BOTHY_API int32_t bothy_decimal_round_to_step(struct bothy_decimal value, struct bothy_decimal step,
                                              int32_t rounding, struct bothy_decimal *ret_value);

/* Returns 1 if value is a whole multiple of step (> 0), else 0. */
BOTHY_API int32_t bothy_decimal_is_multiple(struct bothy_decimal value, struct bothy_decimal step);

/* Effect: the value without trailing zeros in the coefficient (0 becomes 0 × 10^0). */
BOTHY_API struct bothy_decimal bothy_decimal_normalise(struct bothy_decimal value);

BOTHY_API int32_t bothy_decimal_negate(struct bothy_decimal value, struct bothy_decimal *ret_value);
BOTHY_API int32_t bothy_decimal_absolute(struct bothy_decimal value,
                                         struct bothy_decimal *ret_value);

/* Effect: the nearest double; for indicators and display, never for an order or a ledger. */
BOTHY_API double bothy_decimal_to_double(struct bothy_decimal value);

/*
 * Effect: value rounded to a multiple of 10^exponent. It is the one door from indicators to
 * money. What is rounded is the exact number that the double holds: 0.3 is a little less than three
 * tenths, and rounded down to tenths it gives 0.2; use a HALF mode for a number that was meant to
 * lie on the grid. Errors: BOTHY_EINVAL (not finite, or no such mode), BOTHY_ERANGE.
 */
BOTHY_API int32_t bothy_decimal_from_double(double value, int32_t exponent, int32_t rounding,
                                            struct bothy_decimal *ret_value);

BOTHY_END

#endif
