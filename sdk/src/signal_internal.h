/*
 * What the parts of signals share: the rules of names, and doubles as text.
 */
#ifndef BOTHY_SRC_SIGNAL_INTERNAL_H
#define BOTHY_SRC_SIGNAL_INTERNAL_H

#include <bothy/signal.h>

#include <string.h>

#define SIGNAL_NUMBER_MAX 32

/* Writes the shortest of 15 to 17 digits that reads back as `value`, with a point as point. */
void signal_format_number(double value, char text[SIGNAL_NUMBER_MAX]);

/* Whether `text`, an array of `capacity` bytes, is lower-case letters, digits and underscores. */
static inline int signal_is_name(const char *text, size_t capacity)
{
    size_t length = 0;

    while (length < capacity &&
           ((text[length] >= 'a' && text[length] <= 'z') ||
            (text[length] >= '0' && text[length] <= '9') || text[length] == '_'))
        length++;
    return length > 0 && length < capacity && text[length] == '\0';
}

static inline int signal_is_control(char c)
{
    return (unsigned char)c < 0x20 || c == 0x7f;
}

#endif
