/*
 * What the parser and the readers of JSON share: the rules of escapes.
 */
#ifndef BOTHY_SRC_JSON_INTERNAL_H
#define BOTHY_SRC_JSON_INTERNAL_H

#include <stddef.h>
#include <stdint.h>

/*
 * Reads the escape that begins with the backslash at `at`, of which the bytes before `end` may
 * be read. Sets the code point and returns the number of bytes, or 0 if it is no escape: that
 * includes half a surrogate pair.
 */
size_t json_read_escape(const char *at, const char *end, uint32_t *ret_code_point);

#endif
