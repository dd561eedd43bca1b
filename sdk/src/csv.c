/*
 * RFC 4180 records: a strict splitter over a buffer, and a writer of single cells. No I/O, no
 * allocation; a record that fails leaves the reader where it was.
 */
#include <bothy/csv.h>

#include <string.h>

/* A record being split: the cursor, and where its line began, for the column of an error. */
struct scan {
    const struct bothy_csv *csv;
    size_t at;
    size_t line_start;
    uint64_t line;
    struct bothy_error *error;
};

static int is_separator(char c)
{
    if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'))
        return 0;
    return c != '\0' && c != '"' && c != '\r' && c != '\n';
}

int32_t bothy_csv_init(struct bothy_csv *csv, const char *text, size_t length, char separator,
                       int32_t is_last)
{
    if (!is_separator(separator))
        return BOTHY_EINVAL;
    memset(csv, 0, sizeof *csv);
    csv->separator = separator;
    bothy_csv_continue(csv, text, length, is_last);
    return 0;
}

void bothy_csv_continue(struct bothy_csv *csv, const char *text, size_t length, int32_t is_last)
{
    csv->text = text;
    csv->length = length;
    csv->position = 0;
    csv->is_last = is_last != 0;
}

static int32_t refuse(const struct scan *scan, size_t at, const char *what)
{
    if (scan->error)
        scan->error->line = scan->line > UINT32_MAX ? UINT32_MAX : (uint32_t)scan->line;
    return bothy_fail(scan->error, BOTHY_EINVAL, "column %zu: %s", at - scan->line_start + 1, what);
}

/* A quoted field, the cursor after its opening quote; leaves it after the closing one. */
static int32_t scan_quoted(struct scan *scan, struct bothy_csv_field *field)
{
    const struct bothy_csv *csv = scan->csv;
    struct scan opening = *scan;

    field->text = csv->text + scan->at;
    field->quoted = 1;
    for (; scan->at < csv->length; scan->at++) {
        char c = csv->text[scan->at];

        if (c == '\0')
            return refuse(scan, scan->at, "a NUL byte");
        if (c == '\n') {
            scan->line++;
            scan->line_start = scan->at + 1;
        }
        if (c != '"')
            continue;
        /* Whether this quote closes shows only with the byte after it. */
        if (scan->at + 1 == csv->length && !csv->is_last)
            return BOTHY_EAGAIN;
        if (scan->at + 1 < csv->length && csv->text[scan->at + 1] == '"') {
            field->escaped = 1;
            scan->at++;
            continue;
        }
        field->length = (size_t)(csv->text + scan->at - field->text);
        scan->at++;
        return 0;
    }
    if (!csv->is_last)
        return BOTHY_EAGAIN;
    return refuse(&opening, opening.at - 1, "this quote is never closed");
}

static int32_t scan_bare(struct scan *scan, struct bothy_csv_field *field)
{
    const struct bothy_csv *csv = scan->csv;

    field->text = csv->text + scan->at;
    for (; scan->at < csv->length; scan->at++) {
        char c = csv->text[scan->at];

        if (c == csv->separator || c == '\n' || c == '\r')
            break;
        if (c == '"')
            return refuse(scan, scan->at,
                          "a quote inside a field; put the whole field in quotes and double it");
        if (c == '\0')
            return refuse(scan, scan->at, "a NUL byte");
    }
    field->length = (size_t)(csv->text + scan->at - field->text);
    return 0;
}

/* What follows a field. Returns 1 if another field does, 0 at the end of the record. */
static int32_t scan_end(struct scan *scan, const struct bothy_csv_field *field)
{
    const struct bothy_csv *csv = scan->csv;
    char c;

    if (scan->at == csv->length)
        return csv->is_last ? 0 : BOTHY_EAGAIN;
    c = csv->text[scan->at];
    if (c == csv->separator) {
        scan->at++;
        return 1;
    }
    if (c == '\r') {
        if (scan->at + 1 == csv->length && !csv->is_last)
            return BOTHY_EAGAIN;
        if (scan->at + 1 == csv->length || csv->text[scan->at + 1] != '\n')
            return refuse(scan, scan->at, "a carriage return that ends no line");
        scan->at++;
    } else if (c != '\n') {
        return refuse(scan, scan->at,
                      field->quoted ? "text after the closing quote" : "unexpected text");
    }
    scan->at++;
    scan->line++;
    return 0;
}

int32_t bothy_csv_next(struct bothy_csv *csv, struct bothy_csv_field *fields, size_t capacity,
                       struct bothy_error *error)
{
    static const char mark[] = "\xef\xbb\xbf";
    struct scan scan = { csv, csv->position, csv->position, csv->line, error };
    size_t count = 0;
    int32_t r;

    if (csv->line == 0) {
        size_t present = csv->length < 3 ? csv->length : 3;

        if (!csv->is_last && present < 3 && memcmp(csv->text, mark, present) == 0)
            return BOTHY_EAGAIN;
        if (present == 3 && memcmp(csv->text, mark, 3) == 0)
            scan.at = scan.line_start = 3;
        scan.line = 1;
    }
    if (scan.at == csv->length)
        return csv->is_last ? BOTHY_EEND : BOTHY_EAGAIN;
    do {
        struct bothy_csv_field field = { 0 };

        if (count == capacity || count == INT32_MAX) {
            if (error)
                error->line = scan.line > UINT32_MAX ? UINT32_MAX : (uint32_t)scan.line;
            return bothy_fail(error, BOTHY_ERANGE, "column %zu: more than %zu fields in a record",
                              scan.at - scan.line_start + 1, capacity);
        }
        if (scan.at < csv->length && csv->text[scan.at] == '"') {
            scan.at++;
            r = scan_quoted(&scan, &field);
        } else {
            r = scan_bare(&scan, &field);
        }
        if (r < 0)
            return r;
        fields[count++] = field;
        r = scan_end(&scan, &field);
        if (r < 0)
            return r;
    } while (r > 0);
    csv->position = scan.at;
    csv->line = scan.line;
    return (int32_t)count;
}

int32_t bothy_csv_field_text(const struct bothy_csv_field *field, char *text, size_t capacity)
{
    size_t used = 0;

    for (size_t i = 0; i < field->length; i++) {
        if (used + 1 >= capacity || used == INT32_MAX) {
            if (capacity > 0)
                text[0] = '\0';
            return BOTHY_ERANGE;
        }
        text[used++] = field->text[i];
        if (field->escaped && field->text[i] == '"')
            i++;
    }
    if (used >= capacity)
        return BOTHY_ERANGE;
    text[used] = '\0';
    return (int32_t)used;
}

int32_t bothy_csv_field_is(const struct bothy_csv_field *field, const char *text)
{
    for (size_t i = 0; i < field->length; i++, text++) {
        if (*text == '\0' || *text != field->text[i])
            return 0;
        if (field->escaped && field->text[i] == '"')
            i++;
    }
    return *text == '\0';
}

int32_t bothy_csv_find(const struct bothy_csv_field *fields, size_t count, const char *name)
{
    for (size_t i = 0; i < count && i <= INT32_MAX; i++) {
        if (bothy_csv_field_is(&fields[i], name))
            return (int32_t)i;
    }
    return BOTHY_ENOENT;
}

static size_t count_digits(const char *text, size_t length, size_t at)
{
    size_t start = at;

    while (at < length && text[at] >= '0' && text[at] <= '9')
        at++;
    return at - start;
}

/* Sign, digits with at most one point, exponent: what a spreadsheet reads as a number. */
static int is_number(const char *text, size_t length)
{
    size_t at = text[0] == '-' || text[0] == '+';
    size_t digits = count_digits(text, length, at);

    at += digits;
    if (at < length && text[at] == '.') {
        size_t fraction = count_digits(text, length, at + 1);

        digits += fraction;
        at += 1 + fraction;
    }
    if (digits == 0)
        return 0;
    if (at < length && (text[at] == 'e' || text[at] == 'E')) {
        at++;
        if (at < length && (text[at] == '-' || text[at] == '+'))
            at++;
        digits = count_digits(text, length, at);
        if (digits == 0)
            return 0;
        at += digits;
    }
    return at == length;
}

static int needs_quotes(const char *text, size_t length, char separator)
{
    for (size_t i = 0; i < length; i++) {
        if (text[i] == separator || text[i] == '"' || text[i] == '\r' || text[i] == '\n')
            return 1;
    }
    return length > 0 && (text[0] == ' ' || text[length - 1] == ' ');
}

int32_t bothy_csv_quote(const char *text, size_t length, char separator, uint32_t flags,
                        char *ret_text, size_t capacity)
{
    size_t used = 0;
    int quotes, neutral;

    if (capacity == 0)
        return BOTHY_ERANGE;
    ret_text[0] = '\0';
    if (!is_separator(separator) || memchr(text, '\0', length) ||
        (flags & ~(uint32_t)(BOTHY_CSV_NEUTRALISE | BOTHY_CSV_QUOTE_ALWAYS)))
        return BOTHY_EINVAL;
    if (length > INT32_MAX / 2 - 4)
        return BOTHY_ERANGE;
    neutral = (flags & BOTHY_CSV_NEUTRALISE) && length > 0 && strchr("=+-@\t\r", text[0]) &&
              !is_number(text, length);
    quotes = (flags & BOTHY_CSV_QUOTE_ALWAYS) || needs_quotes(text, length, separator);

    /* Room for what goes around the text; each byte of it then asks for its own. */
    if (capacity < (size_t)(1 + neutral + 2 * quotes))
        return BOTHY_ERANGE;
    capacity -= (size_t)(1 + quotes);
    if (quotes)
        ret_text[used++] = '"';
    if (neutral)
        ret_text[used++] = '\'';
    for (size_t i = 0; i < length; i++) {
        if (used + 1 + (text[i] == '"') > capacity) {
            ret_text[0] = '\0';
            return BOTHY_ERANGE;
        }
        if (text[i] == '"')
            ret_text[used++] = '"';
        ret_text[used++] = text[i];
    }
    if (quotes)
        ret_text[used++] = '"';
    ret_text[used] = '\0';
    return (int32_t)used;
}
