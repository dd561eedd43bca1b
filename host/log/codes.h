/*
 * What the codes of warnings and worse mean, and what to do about them: one table, for people
 * who find a code in the log. It knows every code that the host uses at these levels, and none
 * twice; the codes of plugins are their own.
 */
#ifndef BOTHY_LOG_CODES_H
#define BOTHY_LOG_CODES_H

#include <stddef.h>

struct log_code {
    const char *code;
    const char *title;
    const char *meaning;
    const char *remedy;
};

extern const struct log_code log_codes[]; /* sorted by code */
extern const size_t log_code_count;

/* Returns the entry, or NULL. Static. */
const struct log_code *log_code_find(const char *code);

#endif
