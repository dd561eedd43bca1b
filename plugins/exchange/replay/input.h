/*
 * The bytes of one file, plain or gzip, as lines or as the elements of one big JSON array. It
 * reads by position and never moves the descriptor's own, so that several inputs may read the
 * same descriptor. Its memory is bounded: what does not fit into REPLAY_RECORD_MAX is refused.
 */
#ifndef BOTHY_REPLAY_INPUT_H
#define BOTHY_REPLAY_INPUT_H

#include <bothy/base.h>

#define REPLAY_RECORD_MAX ((size_t)4 * 1024 * 1024) /* bytes of a line or an element */

struct replay_input;

/*
 * Effect: starts at the beginning of a descriptor [borrowed]; gzip is told by its first bytes.
 * *ret_input is [owned] (replay_input_close). Errors: BOTHY_ENOMEM; BOTHY_EIO it cannot be read
 * by position; all errors here and below have a sentence without file and line.
 */
int32_t replay_input_open(int fd, struct replay_input **ret_input, struct bothy_error *error);
void replay_input_close(struct replay_input *input);

/*
 * Effect: the next line, without its LF or CRLF. [borrowed] until the next call. Errors:
 *   BOTHY_EEND      no more lines;
 *   BOTHY_ERANGE    this line is too long: it was passed over;
 *   BOTHY_ECORRUPT  compressed data ends too soon, or is none: nothing more can be read;
 *   BOTHY_EIO, BOTHY_ENOMEM.
 */
int32_t replay_input_line(struct replay_input *input, const char **ret_text, size_t *ret_length,
                          struct bothy_error *error);

/*
 * Effect: the next element of the array that the file is: what stands between its commas, blanks
 * trimmed; not checked further. Errors: as above; BOTHY_ECORRUPT also where the file is no array,
 * goes on after it, or ends within it.
 */
int32_t replay_input_element(struct replay_input *input, const char **ret_text, size_t *ret_length,
                             struct bothy_error *error);

/* The line, from 1, that what was returned last began in (or where the error is). */
uint64_t replay_input_line_number(const struct replay_input *input);

/* Effect: the first bytes of the file, up to `capacity`, without using them up. Returns how many.
 */
int32_t replay_input_peek(struct replay_input *input, char *text, size_t capacity,
                          struct bothy_error *error);

#endif
