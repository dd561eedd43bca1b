/*
 * Collecting what is wrong with a configuration. Adding a message never fails: without memory
 * or beyond the limit it is counted, and the load fails all the same.
 */
#ifndef BOTHY_CONF_MESSAGE_H
#define BOTHY_CONF_MESSAGE_H

#include "conf/conf.h"

void conf_error(struct conf_errors *errors, const char *file, uint32_t line, const char *path,
                const char *format, ...) __attribute__((format(printf, 5, 6)));
void conf_warning(struct conf_errors *errors, const char *file, uint32_t line, const char *path,
                  const char *format, ...) __attribute__((format(printf, 5, 6)));
/* Effect: puts the messages in the order of `files`, then of their lines; stable. */
void conf_errors_sort(struct conf_errors *errors, const char *const *files, uint32_t file_count);

/*
 * Returns the one of `count` names that `word` was most likely meant to be, or NULL when none is
 * near. name_at(context, i) gives the i-th; it may return NULL.
 */
const char *conf_nearest(const char *word, const char *(*name_at)(const void *context, uint32_t i),
                         const void *context, uint32_t count);

#endif
