/*
 * Judging a word without quotes. Pure: no state, no reports. Internal to the pre-scan.
 */
#ifndef BOTHY_CONF_SCAN_WORD_H
#define BOTHY_CONF_SCAN_WORD_H

#include <stddef.h>
#include <stdint.h>

/* Kinds of values. */
enum {
    SCAN_STRING = 1,
    SCAN_INTEGER = 2,
    SCAN_BOOLEAN = 3,
    SCAN_OTHER = 4, /* a group or list, or a word that is none of the above */
};

/*
 * Returns what libconfig would take `length` (> 0) bytes for. If it must not, *ret_why says so,
 * with the remedy; otherwise that is empty.
 */
uint32_t scan_judge_word(const char *word, size_t length, char *ret_why, size_t capacity);

/* Returns 1 if the bytes are `word` (lower case), in any case. */
int scan_same_word(const char *text, size_t length, const char *word);

#endif
