/*
 * Numbers and words without quotes: what libconfig would make of them, and why it must not. No
 * number is computed here, so that none can wrap.
 */
#include "conf/scan_word.h"

#include <stdio.h>
#include <string.h>

#include "base/clean.h"

#define SHOWN_BYTES 40 /* of a value that a message repeats */

static int is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Decides whether digits (no sign) are at most `limit` without computing anything that wraps. */
static int digits_exceed(const char *digits, size_t length, const char *limit)
{
    size_t limit_length = strlen(limit);

    while (length > 1 && *digits == '0') {
        digits++;
        length--;
    }
    if (length != limit_length)
        return length > limit_length;
    return strncmp(digits, limit, length) > 0;
}

static int all_digits(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (!is_digit(text[i]))
            return 0;
    }
    return length > 0;
}

static int looks_decimal(const char *text, size_t length)
{
    size_t digits = 0;

    for (size_t i = 0; i < length; i++) {
        if (is_digit(text[i]))
            digits++;
        else if (!strchr("+-.eE", text[i]))
            return 0;
    }
    return digits > 0;
}

int scan_same_word(const char *text, size_t length, const char *word)
{
    if (strlen(word) != length)
        return 0;
    for (size_t i = 0; i < length; i++) {
        char c = text[i];

        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if (c != word[i])
            return 0;
    }
    return 1;
}

static uint32_t judge_number(const char *word, size_t length, char *ret_why, size_t capacity)
{
    int shown = (int)min_u64(length, SHOWN_BYTES), negative = *word == '-';
    size_t sign = *word == '+' || *word == '-', left = length - sign;
    const char *digits = word + sign;

    if (all_digits(digits, left)) {
        if (digits_exceed(digits, left, negative ? "2147483648" : "2147483647"))
            snprintf(ret_why, capacity,
                     "%.*s does not fit: a bare number lies between -2147483648 and 2147483647",
                     shown, word);
        return SCAN_INTEGER;
    }
    if (left > 1 && (digits[left - 1] == 'L' || digits[left - 1] == 'l')) {
        size_t number = left - 1;

        if (number > 1 && digits[number - 1] == digits[left - 1])
            number--;
        if (all_digits(digits, number)) {
            snprintf(ret_why, capacity, "write the number without the L: %.*s",
                     (int)min_u64(sign + number, SHOWN_BYTES), word);
            return SCAN_INTEGER;
        }
    }
    if (left > 2 && digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X')) {
        snprintf(ret_why, capacity, "write the number in decimal, not as %.*s", shown, word);
        return SCAN_INTEGER;
    }
    return 0;
}

uint32_t scan_judge_word(const char *word, size_t length, char *ret_why, size_t capacity)
{
    int shown = (int)min_u64(length, SHOWN_BYTES);
    uint32_t kind;

    *ret_why = '\0';
    if (scan_same_word(word, length, "true") || scan_same_word(word, length, "false"))
        return SCAN_BOOLEAN;
    kind = judge_number(word, length, ret_why, capacity);
    if (kind)
        return kind;
    if (*word == '\'')
        snprintf(ret_why, capacity, "a text stands in double quotes, not in single ones");
    else if (looks_decimal(word, length))
        snprintf(ret_why, capacity, "write the number in quotes: \"%.*s\"", shown, word);
    else if (scan_same_word(word, length, "yes") || scan_same_word(word, length, "on"))
        snprintf(ret_why, capacity, "write true instead of %.*s", shown, word);
    else if (scan_same_word(word, length, "no") || scan_same_word(word, length, "off"))
        snprintf(ret_why, capacity, "write false, or \"%.*s\" in quotes", shown, word);
    else
        snprintf(ret_why, capacity, "write the value in quotes: \"%.*s\"", shown, word);
    return SCAN_OTHER;
}
