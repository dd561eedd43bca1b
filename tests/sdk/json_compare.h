/*
 * The pull parser beside jansson on one text: both must accept it, and read the same values, or
 * both must refuse it, but for the differences that are known:
 *
 *     jansson refuses integers outside int64_t, numbers too large for a double, and keys with
 *     an escaped NUL; we hand such tokens out as they are.
 *     We refuse what is nested deeper than BOTHY_JSON_DEPTH_MAX, jansson more than 2048.
 *     jansson overlooks a NUL byte right behind a number or a word; we refuse it.
 */
#ifndef BOTHY_TESTS_SDK_JSON_COMPARE_H
#define BOTHY_TESTS_SDK_JSON_COMPARE_H

#include <stddef.h>

enum json_comparison {
    JSON_BOTH_ACCEPT,
    JSON_BOTH_REFUSE,
    JSON_KNOWN_DIFFERENCE, /* one of those above */
    JSON_DISAGREE,
};

/* `why` becomes a sentence for all but the first two. */
enum json_comparison json_compare(const char *text, size_t length, char *why, size_t capacity);

#endif
