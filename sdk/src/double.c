/*
 * Doubles from text: the one place that calls strtod_l(), with a C locale of its own, so that a
 * process that sets a locale with a decimal comma reads the same numbers.
 *
 * The form is that of bothy_decimal_parse(); what that can hold exactly (nearly everything that
 * comes) never gets as far as the library, and the result is the same: the nearest double.
 * Infinities, NaN and hexadecimal floats are not numbers here.
 */
#include "config.h"

#include <bothy/decimal.h>
#include <bothy/time.h>

#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define LENGTH_MAX 63

static pthread_once_t locale_once = PTHREAD_ONCE_INIT;
/* Written once, before any reader of it returns from pthread_once(); never freed. */
static locale_t c_locale;

static void make_locale(void)
{
    c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
}

int32_t bothy_double_parse(const char *text, size_t length, double *ret_value)
{
    struct bothy_decimal decimal;
    char copy[LENGTH_MAX + 1];
    double value;
    int32_t r;

    if (length > LENGTH_MAX)
        return BOTHY_EINVAL;
    r = bothy_decimal_parse(text, length, &decimal);
    if (r == BOTHY_EINVAL)
        return r;
    if (r == BOTHY_OK) {
        value = bothy_decimal_to_double(decimal);
        *ret_value = value == 0 && *text == '-' ? -0.0 : value;
        return BOTHY_OK;
    }
    pthread_once(&locale_once, make_locale);
    if (!c_locale)
        return BOTHY_ENOMEM;
    memcpy(copy, text, length);
    copy[length] = '\0';
    value = strtod_l(copy, NULL, c_locale);
    /* What is too small to tell from zero is zero; what is too large is nothing. */
    if (!isfinite(value))
        return BOTHY_ERANGE;
    *ret_value = value;
    return BOTHY_OK;
}
