/*
 * Reading by position, inflating, and cutting into records: see input.h. The window holds the
 * record that was handed out last and what was read beyond it.
 */
#include "input.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#define RAW_SIZE     ((size_t)64 * 1024)
#define WINDOW_FIRST ((size_t)128 * 1024)

struct replay_input {
    int fd;
    int64_t offset;
    int gzip;
    int inflating; /* inside a member: the data may not end here */
    z_stream z;
    size_t raw_at, raw_end;
    int raw_over;

    char *window; /* [owned] */
    size_t capacity;
    size_t at, end; /* what is not handed out yet */
    int over;       /* nothing will follow what is in the window */
    int32_t broken; /* the error that stays, told once the window is used up */
    struct bothy_error error;

    uint64_t line;       /* of what was handed out last */
    uint64_t next_line;  /* of window[at] */
    int begun, finished; /* of the array */
    unsigned char raw[RAW_SIZE];
};

static int32_t read_raw(struct replay_input *in, struct bothy_error *error)
{
    ssize_t n;

    do
        n = pread(in->fd, in->raw, RAW_SIZE, in->offset);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return bothy_fail(error, BOTHY_EIO, "cannot be read: %s%s", strerror(errno),
                          errno == ESPIPE ? "; it must be a regular file, not a pipe" : "");
    in->raw_at = 0;
    in->raw_end = (size_t)n;
    in->offset += n;
    in->raw_over = n == 0;
    return 0;
}

int32_t replay_input_open(int fd, struct replay_input **ret_input, struct bothy_error *error)
{
    struct replay_input *in = calloc(1, sizeof *in);
    int32_t r;

    if (!in)
        return bothy_fail(error, BOTHY_ENOMEM, "no memory");
    in->fd = fd;
    in->next_line = 1;
    in->capacity = WINDOW_FIRST;
    in->window = malloc(in->capacity);
    r = in->window ? read_raw(in, error) : bothy_fail(error, BOTHY_ENOMEM, "no memory");
    if (r == 0 && in->raw_end >= 2 && in->raw[0] == 0x1f && in->raw[1] == 0x8b) {
        in->gzip = 1;
        /* 16: a gzip header and nothing else */
        if (inflateInit2(&in->z, 16 + MAX_WBITS) != Z_OK)
            r = bothy_fail(error, BOTHY_ENOMEM, "no memory");
    }
    if (r < 0) {
        free(in->window);
        free(in);
        return r;
    }
    *ret_input = in;
    return 0;
}

void replay_input_close(struct replay_input *in)
{
    if (!in)
        return;
    if (in->gzip)
        inflateEnd(&in->z);
    free(in->window);
    free(in);
}

static int32_t fill_plain(struct replay_input *in, struct bothy_error *error)
{
    size_t room = in->capacity - in->end, n;
    int32_t r;

    if (in->raw_at == in->raw_end) {
        r = read_raw(in, error);
        if (r < 0)
            return r;
    }
    n = in->raw_end - in->raw_at < room ? in->raw_end - in->raw_at : room;
    memcpy(in->window + in->end, in->raw + in->raw_at, n);
    in->raw_at += n;
    in->end += n;
    in->over = in->raw_over;
    return 0;
}

static int32_t fill_gzip(struct replay_input *in, struct bothy_error *error)
{
    size_t before = in->end;

    while (in->end == before) {
        int z;

        if (in->raw_at == in->raw_end && !in->raw_over) {
            int32_t r = read_raw(in, error);

            if (r < 0)
                return r;
        }
        if (in->raw_over && !in->inflating) {
            in->over = 1;
            return 0;
        }
        in->inflating = 1;
        in->z.next_in = in->raw + in->raw_at;
        in->z.avail_in = (uInt)(in->raw_end - in->raw_at);
        in->z.next_out = (Bytef *)in->window + in->end;
        in->z.avail_out = (uInt)(in->capacity - in->end);
        z = inflate(&in->z, Z_NO_FLUSH);
        in->raw_at = in->raw_end - in->z.avail_in;
        in->end = in->capacity - in->z.avail_out;
        if (z == Z_STREAM_END) {
            /* Another member may follow, as `cat a.gz b.gz` makes them. */
            in->inflating = 0;
            inflateReset(&in->z);
        } else if (z != Z_OK && z != Z_BUF_ERROR) {
            int32_t r = z == Z_MEM_ERROR
                            ? bothy_fail(error, BOTHY_ENOMEM, "no memory to decompress")
                            : bothy_fail(error, BOTHY_ECORRUPT,
                                         "the compressed data is damaged (%s); get the file again",
                                         in->z.msg ? in->z.msg : "no reason given");

            /* What came before the damage is good, and comes first. */
            in->broken = r;
            return in->end > before ? 0 : r;
        } else if (in->raw_over && in->end == before) {
            return bothy_fail(error, BOTHY_ECORRUPT,
                              "the compressed data ends too soon; get the file again");
        }
    }
    return 0;
}

/* Effect: reads on. Sets over, or adds to the window. Errors: BOTHY_ERANGE the window is full. */
static int32_t fill(struct replay_input *in, struct bothy_error *error)
{
    int32_t r;

    if (in->broken < 0) {
        if (error)
            *error = in->error;
        return in->broken;
    }
    if (in->at > 0) {
        memmove(in->window, in->window + in->at, in->end - in->at);
        in->end -= in->at;
        in->at = 0;
    }
    if (in->end == in->capacity) {
        char *window;

        if (in->capacity >= REPLAY_RECORD_MAX)
            return BOTHY_ERANGE;
        window = realloc(in->window, 2 * in->capacity);
        if (!window)
            return bothy_fail(error, BOTHY_ENOMEM, "no memory");
        in->window = window;
        in->capacity *= 2;
    }
    r = in->gzip ? fill_gzip(in, &in->error) : fill_plain(in, &in->error);
    if (r < 0) {
        in->broken = r;
        if (error)
            *error = in->error;
    }
    return r;
}

/* Passes over the rest of a line of which the window has only a part. */
static int32_t pass_line(struct replay_input *in, struct bothy_error *error)
{
    for (;;) {
        char *end = memchr(in->window + in->at, '\n', in->end - in->at);
        int32_t r;

        if (end) {
            in->at = (size_t)(end - in->window) + 1;
            in->next_line++;
            break;
        }
        in->at = in->end;
        if (in->over)
            break;
        r = fill(in, error);
        if (r < 0)
            return r;
    }
    return bothy_fail(error, BOTHY_ERANGE, "a line of more than %zu bytes", REPLAY_RECORD_MAX);
}

int32_t replay_input_line(struct replay_input *in, const char **ret_text, size_t *ret_length,
                          struct bothy_error *error)
{
    size_t seen = 0, length;
    char *end = NULL;

    in->line = in->next_line;
    while (!end) {
        int32_t r;

        end = memchr(in->window + in->at + seen, '\n', in->end - in->at - seen);
        if (end || in->over)
            break;
        seen = in->end - in->at;
        r = fill(in, error);
        if (r == BOTHY_ERANGE)
            return pass_line(in, error);
        if (r < 0)
            return r;
    }
    if (!end && in->at == in->end)
        return BOTHY_EEND;
    length = end ? (size_t)(end - in->window) - in->at : in->end - in->at;
    *ret_text = in->window + in->at;
    in->at += length + (end != NULL);
    in->next_line += end != NULL;
    if (length > 0 && (*ret_text)[length - 1] == '\r')
        length--;
    *ret_length = length;
    return 0;
}

static int is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Effect: passes over blanks. Returns 1 if something follows, 0 at the end of the file. */
static int32_t pass_blanks(struct replay_input *in, struct bothy_error *error)
{
    for (;;) {
        for (; in->at < in->end; in->at++) {
            char c = in->window[in->at];

            if (!is_blank(c))
                return 1;
            in->next_line += c == '\n';
        }
        if (in->over)
            return 0;
        int32_t r = fill(in, error);

        if (r < 0)
            return r;
    }
}

/*
 * Effect: finds how far the element that begins at window[at] reaches: to the comma or bracket
 * that is not inside it. Brackets and strings are all that it knows of JSON.
 */
static int32_t measure(struct replay_input *in, size_t *ret_length, struct bothy_error *error)
{
    size_t length = 0;
    uint32_t depth = 0;
    int quoted = 0;

    for (;;) {
        for (; in->at + length < in->end; length++) {
            char c = in->window[in->at + length];

            if (quoted) {
                if (c == '\\' && in->at + length + 1 < in->end)
                    length++;
                else if (c == '\\')
                    break; /* what it escapes is not here yet */
                quoted = c != '"';
            } else if (c == '"') {
                quoted = 1;
            } else if (c == '[' || c == '{') {
                depth++;
            } else if (depth > 0 && (c == ']' || c == '}')) {
                depth--;
            } else if (depth == 0 && (c == ',' || c == ']')) {
                *ret_length = length;
                return 0;
            }
        }
        if (in->over)
            return bothy_fail(error, BOTHY_ECORRUPT,
                              "the file ends within its array; get the file again");
        int32_t r = fill(in, error);

        if (r == BOTHY_ERANGE)
            return bothy_fail(error, BOTHY_ECORRUPT, "an element of more than %zu bytes",
                              REPLAY_RECORD_MAX);
        if (r < 0)
            return r;
    }
}

/* Effect: passes over the bracket that opens the array. */
static int32_t begin(struct replay_input *in, struct bothy_error *error)
{
    int32_t r = pass_blanks(in, error);

    if (r < 0)
        return r;
    if (r == 0)
        return BOTHY_EEND;
    if (in->window[in->at] != '[')
        return bothy_fail(error, BOTHY_ECORRUPT, "the file does not begin with [ as an array does");
    in->at++;
    in->begun = 1;
    r = pass_blanks(in, error);
    if (r > 0 && in->window[in->at] == ']') {
        in->at++;
        in->finished = 1;
    }
    return r < 0 ? r : 0;
}

static int32_t finish(struct replay_input *in, struct bothy_error *error)
{
    int32_t r = pass_blanks(in, error);

    if (r <= 0)
        return r < 0 ? r : BOTHY_EEND;
    in->line = in->next_line;
    return bothy_fail(error, BOTHY_ECORRUPT, "text after the array's end");
}

int32_t replay_input_element(struct replay_input *in, const char **ret_text, size_t *ret_length,
                             struct bothy_error *error)
{
    size_t length = 0;
    char *text;
    int32_t r = 0;

    in->line = in->next_line;
    if (!in->begun)
        r = begin(in, error);
    if (r < 0)
        return r;
    if (in->finished)
        return finish(in, error);
    r = pass_blanks(in, error);
    in->line = in->next_line;
    if (r >= 0)
        r = measure(in, &length, error);
    if (r < 0)
        return r;
    text = in->window + in->at;
    in->finished = text[length] == ']';
    in->at += length + 1;
    for (size_t i = 0; i < length; i++)
        in->next_line += text[i] == '\n';
    while (length > 0 && is_blank(text[length - 1]))
        length--;
    *ret_text = text;
    *ret_length = length;
    return 0;
}

uint64_t replay_input_line_number(const struct replay_input *in)
{
    return in->line;
}

int32_t replay_input_peek(struct replay_input *in, char *text, size_t capacity,
                          struct bothy_error *error)
{
    size_t length;

    while (in->end - in->at < capacity && !in->over) {
        int32_t r = fill(in, error);

        if (r < 0 && in->end == in->at)
            return r;
        if (r < 0)
            break; /* what there is comes first */
    }
    length = in->end - in->at < capacity ? in->end - in->at : capacity;
    memcpy(text, in->window + in->at, length);
    return (int32_t)length;
}
