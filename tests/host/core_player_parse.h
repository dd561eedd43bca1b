/*
 * Words, lists and times of core scripts.
 */
#ifndef BOTHY_TESTS_CORE_PLAYER_PARSE_H
#define BOTHY_TESTS_CORE_PLAYER_PARSE_H

#include <stdint.h>

#define PARSE_WORDS_MAX 64

/* Cuts a line at blanks, up to a #. The words point into it. Returns how many. */
int parse_words(char *line, char **ret_words);
/* All return 0 or -1. */
int parse_time(const char *text, int64_t now_ns, int64_t *ret_ns); /* RFC 3339 or +DURATION */
int parse_feeds(const char *list, uint32_t *ret_feeds);
int parse_timeframes(const char *list, uint32_t *ret_bits);
int parse_order_types(const char *list, uint32_t *ret_bits);
int parse_feed_state(const char *name, uint32_t *ret_state);
/* 1 if `word` is one of the words of the list. */
int parse_in_list(const char *list, const char *word);

#endif
