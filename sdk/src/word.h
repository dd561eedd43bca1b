/*
 * Words and the numbers that they mean: some are taken in any case of letters, as people write
 * them, others only as they stand in the table. A table has tens of words at most.
 */
#ifndef BOTHY_SRC_WORD_H
#define BOTHY_SRC_WORD_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <bothy/base.h>

struct word {
    const char *text; /* lower case */
    int32_t value;
};

static inline int word_is(const char *text, const char *word)
{
    for (; *word; text++, word++) {
        char c = *text;

        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if (c != *word)
            return 0;
    }
    return *text == '\0';
}

/* Sets the value of the word that `text` is. Errors: BOTHY_EINVAL. */
static inline int32_t word_find(const struct word *words, size_t count, const char *text,
                                int32_t *ret_value)
{
    for (size_t i = 0; i < count; i++) {
        if (word_is(text, words[i].text)) {
            *ret_value = words[i].value;
            return 0;
        }
    }
    return BOTHY_EINVAL;
}

/* The same, but only in lower case; values are those of an unsigned enumeration. */
static inline int32_t word_find_lower(const struct word *words, size_t count, const char *text,
                                      uint32_t *ret_value)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(words[i].text, text) == 0) {
            *ret_value = (uint32_t)words[i].value;
            return 0;
        }
    }
    return BOTHY_EINVAL;
}

/* Returns the first word for `value`, or "?". */
static inline const char *word_of(const struct word *words, size_t count, uint32_t value)
{
    for (size_t i = 0; i < count; i++)
        if ((uint32_t)words[i].value == value)
            return words[i].text;
    return "?";
}

#endif
