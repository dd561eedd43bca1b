/*
 * Words that people write in any case of letters, and the numbers that they mean.
 */
#ifndef BOTHY_SRC_WORD_H
#define BOTHY_SRC_WORD_H

#include <stddef.h>
#include <stdint.h>

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

#endif
