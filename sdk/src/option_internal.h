/*
 * One text read as one option: shared by the check (option.c) and the values (config.c). Not
 * exported.
 */
#ifndef BOTHY_SRC_OPTION_INTERNAL_H
#define BOTHY_SRC_OPTION_INTERNAL_H

#include <bothy/config.h>

/* Bytes of a text, without the NUL; also of a secret. */
#define OPTION_TEXT_MAX 4095

struct option_value {
    int64_t integer;              /* INT, BOOL; DURATION and TIME in ns; TIMEFRAME; ENUM's index */
    struct bothy_decimal decimal; /* DECIMAL, PERCENT, NUMBER */
};

/* As bothy_option_check(), and sets *ret_value. error may be NULL. */
int32_t option_read(const struct bothy_option *option, const char *text,
                    struct option_value *ret_value, struct bothy_error *error);

/* Returns 1 for an option whose value must not be shown. */
int option_is_secret(const struct bothy_option *option);

#endif
