/*
 * One line of the log, as a JSON object or for people. Bounded: what does not fit is cut, and the
 * result is still well-formed.
 */
#ifndef BOTHY_LOG_RENDER_H
#define BOTHY_LOG_RENDER_H

#include "log/log.h"

#define RENDER_MAX 8192
/* A line after redaction: marks are longer than the shortest secrets. */
#define RENDER_REDACTED_MAX (4 * RENDER_MAX)

/* Both return the length without a NUL; the line ends with '\n'. ts_ns is the wall clock. */
size_t render_json(const struct log_line *line, int64_t ts_ns, char *text, size_t capacity);
size_t render_console(const struct log_line *line, int64_t ts_ns, int colour, int journal,
                      char *text, size_t capacity);

#endif
