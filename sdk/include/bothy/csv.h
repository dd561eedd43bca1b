/*
 * bothy/csv.h: records of comma-separated values (RFC 4180), read from a buffer of the caller
 * and written into one.
 *
 * The reader is strict: a quote inside a bare field, text after a closing quote, a quote that
 * is never closed, a carriage return that ends no line and a NUL are errors, which say line
 * and column. Lines end with LF or CRLF; the last needs neither. A byte order mark at the very
 * start is skipped. An empty line is a record with one empty field. The number of fields is
 * not checked here: the caller knows its columns. Neither is the encoding.
 *
 * Fields are slices of the input; nothing is copied or allocated. No I/O: to read a file in
 * pieces, move the rest to the front of the buffer, fill it up and call bothy_csv_continue().
 *
 * Thread and state: a reader belongs to one thread at a time; the rest is pure.
 */
#ifndef BOTHY_CSV_H
#define BOTHY_CSV_H

#include <bothy/base.h>

BOTHY_BEGIN

/* Public so that it needs no allocation; read `position`, leave the rest to the library. */
struct bothy_csv {
    const char *text; /* [borrowed] from the caller */
    size_t length;
    size_t position;  /* start of the next record in `text` */
    uint64_t line;    /* line of the next record, from 1; 0 before the first */
    uint32_t is_last; /* 1: nothing follows what is in `text` */
    char separator;
    char reserved[3];
};

/* A field as it stands between separators, without its quotes. */
struct bothy_csv_field {
    const char *text; /* [borrowed] from the buffer; not terminated */
    size_t length;
    uint32_t quoted;  /* 1: it stood in quotes */
    uint32_t escaped; /* 1: it has doubled quotes in it: read it with bothy_csv_field_text() */
};

/*
 * Effect: starts to read `length` bytes with the separator given (',' ';' '\t' …; a letter, a
 * digit, a quote or a line end is none). `is_last` is 0 if more will come.
 * Errors: BOTHY_EINVAL (separator).
 */
BOTHY_API int32_t bothy_csv_init(struct bothy_csv *csv, const char *text, size_t length,
                                 char separator, int32_t is_last);

/*
 * Effect: goes on with a buffer that starts with what was left: text + position of before.
 */
BOTHY_API void bothy_csv_continue(struct bothy_csv *csv, const char *text, size_t length,
                                  int32_t is_last);

/*
 * Effect: splits the next record into at most `capacity` fields.
 * Returns the number of fields (1 or more), or
 *   BOTHY_EEND     there are no more records;
 *   BOTHY_EAGAIN   the record is not complete in this buffer: bothy_csv_continue();
 *   BOTHY_EINVAL   it is not CSV: error->line, and the column (in bytes, from 1) in error->text;
 *   BOTHY_ERANGE   it has more than `capacity` fields.
 * After an error the reader stays at the start of that record.
 */
BOTHY_API int32_t bothy_csv_next(struct bothy_csv *csv, struct bothy_csv_field *fields,
                                 size_t capacity, struct bothy_error *error);

/*
 * Effect: copies a field, doubled quotes made single, and a NUL.
 * Returns the length, or BOTHY_ERANGE if it does not fit (`text` is then "").
 */
BOTHY_API int32_t bothy_csv_field_text(const struct bothy_csv_field *field, char *text,
                                       size_t capacity);

/* Returns 1 if the field's text, quotes undone, is `text`. */
BOTHY_API int32_t bothy_csv_field_is(const struct bothy_csv_field *field, const char *text);

/*
 * Returns the index of the first field that is `name`: a column of the header line; or
 * BOTHY_ENOENT.
 */
BOTHY_API int32_t bothy_csv_find(const struct bothy_csv_field *fields, size_t count,
                                 const char *name);

enum {
    /*
     * A cell that begins with = + - @, a tab or a carriage return gets a ' before it, so that
     * a spreadsheet does not take it for a formula. A plain number ("-0.5", "+1e3") is left
     * as it is: it is no formula, and must stay a number.
     */
    BOTHY_CSV_NEUTRALISE = 1 << 0,
    /* Quotes also where it is not needed. */
    BOTHY_CSV_QUOTE_ALWAYS = 1 << 1,
};

/*
 * Effect: writes one cell and a NUL: quoted if it holds the separator, a quote, a line end or a
 * blank at either end.
 * Returns the length, BOTHY_ERANGE if it does not fit (2 × length + 4 always suffices), or
 * BOTHY_EINVAL (a NUL in the text, an unknown flag, no separator); `ret_text` is then "".
 */
BOTHY_API int32_t bothy_csv_quote(const char *text, size_t length, char separator, uint32_t flags,
                                  char *ret_text, size_t capacity);

BOTHY_END

#endif
