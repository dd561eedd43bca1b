/*
 * Files for the tests of replay, out of texts: they live in memory, and a path leads to them.
 */
#ifndef BOTHY_TESTS_REPLAY_TEXT_H
#define BOTHY_TESTS_REPLAY_TEXT_H

#include <stddef.h>

/* Returns the path of a file with this content, good for the life of the process. */
const char *text_file(const char *text);
const char *text_file_of(const void *data, size_t length);

/* Effect: compresses into `to`, as gzip does. Returns the length; ends the process if it fails. */
size_t text_gzip(const void *data, size_t length, void *to, size_t capacity);

#endif
