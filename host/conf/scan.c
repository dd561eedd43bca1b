/*
 * The pre-scan: see scan.h. A recursive descent over libconfig's grammar
 *
 *     settings = { name ("=" | ":") value [";" | ","] }
 *     value    = scalar | "{" settings "}" | "[" [scalar {"," scalar}] "]"
 *              | "(" [value {"," value}] ")"
 *
 * A function that meets a broken structure reports it and returns BOTHY_EINVAL up to the top.
 * What is merely refused waits in `complaints` until the file is read, because its path may use
 * a name that comes later in the same group.
 */
#include "conf/scan.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clean.h"
#include "conf/message.h"
#include "conf/scan_word.h"

#define PATH_BYTES     256
#define COMPLAINTS_MAX CONF_MESSAGES_MAX

struct complaint {
    uint32_t mark;    /* SCAN_TOP: the file itself */
    const char *name; /* in the text: a setting of `mark` that has no mark of its own */
    uint32_t name_length;
    uint32_t line;
    uint32_t column;
    char text[256];
};

struct scanner {
    const char *file;
    const char *text; /* as it came */
    size_t length;
    size_t at;
    uint32_t line;
    size_t line_start;
    uint32_t depth;
    struct scan *scan; /* its text is a copy: blanked where something must not be parsed */
    uint32_t mark_capacity;
    struct complaint *complaints;
    uint32_t complaint_count;
    struct conf_errors *errors;
};

static int32_t scan_settings(struct scanner *s, uint32_t parent, char closing);
static int32_t scan_value(struct scanner *s, uint32_t mark, uint32_t *ret_kind);

/* ---- reports ---- */

static void complain_at(struct scanner *s, uint32_t mark, size_t at, uint32_t line,
                        size_t line_start, const char *format, va_list args)
    __attribute__((format(printf, 6, 0)));

static void complain_at(struct scanner *s, uint32_t mark, size_t at, uint32_t line,
                        size_t line_start, const char *format, va_list args)
{
    struct complaint *c;

    if (s->complaint_count == COMPLAINTS_MAX)
        return;
    c = &s->complaints[s->complaint_count++];
    memset(c, 0, sizeof *c);
    c->mark = mark;
    c->line = line;
    c->column = (uint32_t)(at - line_start) + 1;
    vsnprintf(c->text, sizeof c->text, format, args);
}

/* Refuses the value of a mark that starts at `at`, on the line that is being read. */
static void refuse(struct scanner *s, uint32_t mark, size_t at, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static void refuse(struct scanner *s, uint32_t mark, size_t at, const char *format, ...)
{
    va_list args;

    s->scan->marks[mark].refused = 1;
    va_start(args, format);
    complain_at(s, mark, at, s->line, s->line_start, format, args);
    va_end(args);
}

/* The structure is broken at s->at. Returns BOTHY_EINVAL. */
static int32_t broken(struct scanner *s, uint32_t mark, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static int32_t broken(struct scanner *s, uint32_t mark, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    complain_at(s, mark, s->at, s->line, s->line_start, format, args);
    va_end(args);
    return BOTHY_EINVAL;
}

static void report(const struct scanner *s)
{
    for (uint32_t i = 0; i < s->complaint_count; i++) {
        const struct complaint *c = &s->complaints[i];
        char path[PATH_BYTES] = "";
        size_t length;

        if (c->mark != SCAN_TOP)
            scan_path(s->scan, c->mark, path, sizeof path);
        length = strlen(path);
        if (c->name)
            snprintf(path + length, sizeof path - length, "%s%.*s", length ? "." : "",
                     (int)c->name_length, c->name);
        conf_error(s->errors, s->file, c->line, path, "%s (column %u)", c->text, c->column);
    }
}

/* ---- characters ---- */

static int is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static int is_hex(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static int is_name(char c)
{
    return is_letter(c) || is_digit(c) || c == '_' || c == '-' || c == '*';
}

/* The byte at `at`, or NUL at the end. */
static char peek(const struct scanner *s, size_t ahead)
{
    return s->at + ahead < s->length ? s->text[s->at + ahead] : '\0';
}

static void new_line(struct scanner *s)
{
    s->line++;
    s->line_start = s->at + 1;
}

/* Replaces what libconfig is to parse by blanks; lines stay. */
static void blank(struct scanner *s, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        if (s->scan->text[i] != '\n')
            s->scan->text[i] = ' ';
    }
}

static int32_t skip_comment(struct scanner *s, uint32_t parent)
{
    size_t from = s->at;

    if (peek(s, 0) == '#' || peek(s, 1) == '/') {
        while (s->at < s->length && s->text[s->at] != '\n')
            s->at++;
    } else {
        size_t line_start = s->line_start;
        uint32_t line = s->line;

        s->at += 2;
        while (s->at < s->length && !(peek(s, 0) == '*' && peek(s, 1) == '/')) {
            if (s->text[s->at] == '\n')
                new_line(s);
            s->at++;
        }
        if (s->at >= s->length) {
            s->at = from;
            s->line = line;
            s->line_start = line_start;
            return broken(s, parent, "the comment that begins here has no end: close it with */");
        }
        s->at += 2;
    }
    blank(s, from, s->at);
    return 0;
}

/* Blanks, line ends and comments; then s->at is at something else, or at the end. */
static int32_t skip_space(struct scanner *s, uint32_t parent)
{
    while (s->at < s->length) {
        char c = s->text[s->at];
        int32_t r;

        if (c == '\n') {
            new_line(s);
            s->at++;
        } else if (c == ' ' || c == '\t' || c == '\r' || c == '\f') {
            s->at++;
        } else if (c == '#' || (c == '/' && (peek(s, 1) == '/' || peek(s, 1) == '*'))) {
            r = skip_comment(s, parent);
            if (r < 0)
                return r;
        } else {
            break;
        }
    }
    return 0;
}

/* What stands at s->at, for a message: "';'", "the end of the file". */
static const char *show(const struct scanner *s, char buffer[16])
{
    unsigned char c = (unsigned char)peek(s, 0);

    if (s->at >= s->length)
        return "the end of the file";
    if (c > 0x20 && c < 0x7f)
        snprintf(buffer, 16, "'%c'", c);
    else
        snprintf(buffer, 16, "byte 0x%02x", c);
    return buffer;
}

/* ---- marks ---- */

static int32_t mark_new(struct scanner *s, uint32_t parent, uint32_t index, uint32_t *ret_mark)
{
    struct scan *scan = s->scan;

    if (scan->mark_count == SCAN_SETTINGS_MAX)
        return broken(s, parent, "more than %d settings in one file: split it into conf.d",
                      SCAN_SETTINGS_MAX);
    if (scan->mark_count == s->mark_capacity) {
        uint32_t capacity = s->mark_capacity ? s->mark_capacity * 2 : 256;
        struct scan_mark *larger = realloc(scan->marks, capacity * sizeof *larger);

        if (!larger)
            return BOTHY_ENOMEM;
        scan->marks = larger;
        s->mark_capacity = capacity;
    }
    scan->marks[scan->mark_count] = (struct scan_mark) {
        .parent = parent,
        .index = index,
        .name = (uint32_t)s->at,
        .value = (uint32_t)s->at,
        .line = s->line,
    };
    *ret_mark = scan->mark_count++;
    return 0;
}

/* ---- scalars ---- */

static int32_t scan_escape(struct scanner *s, uint32_t mark)
{
    char c = peek(s, 1);

    if (c == 'n' || c == 'r' || c == 't' || c == 'f' || c == '\\' || c == '"') {
        s->at += 2;
        return 0;
    }
    if ((c == 'x' || c == 'X') && is_hex(peek(s, 2)) && is_hex(peek(s, 3))) {
        if (peek(s, 2) == '0' && peek(s, 3) == '0')
            refuse(s, mark, s->at, "\\x00 cannot stand in a text: it would end it unseen");
        s->at += 4;
        return 0;
    }
    refuse(s, mark, s->at, "unknown escape in a text: write \\\\ for a backslash");
    s->at += 1;
    if (s->at < s->length && s->text[s->at] != '\n')
        s->at += 1;
    return 0;
}

static int32_t scan_string(struct scanner *s, uint32_t mark)
{
    size_t from = s->at;

    s->at++;
    for (;;) {
        unsigned char c = (unsigned char)peek(s, 0);

        if (s->at >= s->length || c == '\n') {
            s->at = from;
            return broken(s, mark,
                          "the quote that opens here is not closed on its line: add "
                          "the closing \"");
        }
        if (c == '"')
            break;
        if (c == '\\') {
            int32_t r = scan_escape(s, mark);

            if (r < 0)
                return r;
            continue;
        }
        if ((c < 0x20 && c != '\t') || c == 0x7f)
            refuse(s, mark, s->at, "control character 0x%02x in a text: take it out", c);
        s->at++;
    }
    s->at++;
    if (s->at - from > SCAN_STRING_MAX)
        refuse(s, mark, from, "text of %zu bytes: at most %d are permitted", s->at - from - 2,
               SCAN_STRING_MAX - 2);
    return 0;
}

static int in_word(const struct scanner *s)
{
    char c = peek(s, 0);

    if (c == '/')
        return peek(s, 1) != '/' && peek(s, 1) != '*';
    return is_name(c) || (c && strchr("+.%:$&!?^~|<>'", c)) || (unsigned char)c >= 0x80;
}

static int32_t scan_word(struct scanner *s, uint32_t mark, uint32_t *ret_kind)
{
    size_t from = s->at;
    char buffer[16], why[256];

    while (s->at < s->length && in_word(s))
        s->at++;
    if (s->at == from) {
        if (peek(s, 0) == '@')
            return broken(s, mark,
                          "@include is not read: put the file into the folder conf.d "
                          "beside the main file");
        return broken(s, mark, "a value is missing before %s", show(s, buffer));
    }
    *ret_kind = scan_judge_word(s->text + from, s->at - from, why, sizeof why);
    if (*why) {
        /* Something that parses, in its place. */
        refuse(s, mark, from, "%s", why);
        blank(s, from, s->at);
        s->scan->text[from] = '0';
        *ret_kind = SCAN_INTEGER;
    }
    return 0;
}

/* libconfig joins strings that stand side by side: refused, it is nearly always a lost comma. */
static int32_t scan_strings(struct scanner *s, uint32_t mark)
{
    int32_t r = scan_string(s, mark);

    s->scan->marks[mark].value_length = (uint32_t)(s->at - s->scan->marks[mark].value);
    while (r == 0) {
        size_t from;

        r = skip_space(s, mark);
        if (r < 0 || peek(s, 0) != '"')
            break;
        from = s->at;
        if (!s->scan->marks[mark].refused)
            refuse(s, mark, from,
                   "two texts side by side would become one: put a comma or a semicolon between");
        r = scan_string(s, mark);
        if (r == 0)
            blank(s, from, s->at);
    }
    return r;
}

/* ---- structure ---- */

static const char *kind_name(uint32_t kind)
{
    switch (kind) {
    case SCAN_STRING:
        return "text";
    case SCAN_INTEGER:
        return "integer";
    case SCAN_BOOLEAN:
        return "boolean";
    default:
        return "group or list";
    }
}

/* `( … )` and `[ … ]`, with s->at behind the opening. */
static int32_t scan_elements(struct scanner *s, uint32_t parent, char closing)
{
    uint32_t first = 0;
    char buffer[16];
    int32_t r = skip_space(s, parent);

    if (r < 0)
        return r;
    if (peek(s, 0) == closing) {
        s->at++;
        return 0;
    }
    for (uint32_t i = 0;; i++) {
        uint32_t kind = SCAN_OTHER;
        uint32_t mark;

        if (i == CONF_SYMBOLS_MAX)
            return broken(s, parent, "more than %d elements in one list", CONF_SYMBOLS_MAX);
        if (peek(s, 0) == closing)
            return broken(s, parent, "take away the comma before %s", show(s, buffer));
        r = mark_new(s, parent, i, &mark);
        if (r == 0)
            r = scan_value(s, mark, &kind);
        if (r == 0 && closing == ']') {
            if (kind == SCAN_OTHER)
                r = broken(s, parent, "[ ] holds plain values only: use ( )");
            else if (first && kind != first)
                r = broken(s, parent, "[ ] holds values of one type: %s after %s", kind_name(kind),
                           kind_name(first));
            first = kind;
        }
        if (r == 0)
            r = skip_space(s, parent);
        if (r < 0)
            return r;
        if (peek(s, 0) == closing) {
            s->at++;
            return 0;
        }
        if (peek(s, 0) != ',')
            return broken(s, parent, "expected ',' or '%c', found %s", closing, show(s, buffer));
        s->at++;
        r = skip_space(s, parent);
        if (r < 0)
            return r;
    }
}

static int32_t scan_value(struct scanner *s, uint32_t mark, uint32_t *ret_kind)
{
    char c = peek(s, 0);
    int32_t r;

    s->scan->marks[mark].value = (uint32_t)s->at;
    if (c == '"') {
        *ret_kind = SCAN_STRING;
        return scan_strings(s, mark);
    }
    if (c != '{' && c != '(' && c != '[') {
        r = scan_word(s, mark, ret_kind);
        s->scan->marks[mark].value_length = (uint32_t)(s->at - s->scan->marks[mark].value);
        return r;
    }
    *ret_kind = SCAN_OTHER;
    if (s->depth == SCAN_DEPTH_MAX)
        return broken(s, mark, "groups and lists are nested more than %d deep", SCAN_DEPTH_MAX);
    s->depth++;
    s->at++;
    if (c == '{')
        r = scan_settings(s, mark, '}');
    else
        r = scan_elements(s, mark, c == '(' ? ')' : ']');
    s->depth--;
    return r;
}

/* The mark of an earlier setting of that name in the same group, or SCAN_TOP. */
static uint32_t find_twin(const struct scanner *s, uint32_t parent, size_t name, size_t length)
{
    const struct scan *scan = s->scan;

    for (uint32_t i = parent == SCAN_TOP ? 0 : parent + 1; i < scan->mark_count; i++) {
        const struct scan_mark *mark = &scan->marks[i];

        if (mark->parent == parent && mark->name_length == length &&
            !memcmp(s->text + mark->name, s->text + name, length))
            return i;
    }
    return SCAN_TOP;
}

/* "name = value;" with s->at on the name. A second one of the same name is refused, and blanked. */
static int32_t scan_setting(struct scanner *s, uint32_t parent, uint32_t index, int *ret_kept)
{
    size_t from = s->at, line_start = s->line_start;
    uint32_t mark, twin, line = s->line, count = s->scan->mark_count;
    uint32_t complaint_count = s->complaint_count;
    uint32_t kind;
    char buffer[16];
    size_t name_length;
    int32_t r;

    while (is_name(peek(s, 0)))
        s->at++;
    name_length = s->at - from;
    if (scan_same_word(s->text + from, name_length, "true") ||
        scan_same_word(s->text + from, name_length, "false")) {
        s->at = from;
        return broken(s, parent, "%.*s is a value, not a name", (int)name_length, s->text + from);
    }
    twin = find_twin(s, parent, from, name_length);
    s->at = from;
    r = mark_new(s, parent, index, &mark);
    if (r < 0)
        return r;
    s->scan->marks[mark].name_length = (uint32_t)name_length;
    s->at = from + name_length;
    r = skip_space(s, mark);
    if (r < 0)
        return r;
    if (peek(s, 0) != '=' && peek(s, 0) != ':')
        return broken(s, mark, "expected '=' after the name, found %s", show(s, buffer));
    s->at++;
    r = skip_space(s, mark);
    if (r == 0)
        r = scan_value(s, mark, &kind);
    if (r == 0)
        r = skip_space(s, parent);
    if (r < 0)
        return r;
    if (peek(s, 0) == ';' || peek(s, 0) == ',')
        s->at++;
    *ret_kept = twin == SCAN_TOP;
    if (twin != SCAN_TOP) {
        struct complaint *c;

        s->scan->mark_count = count;
        s->complaint_count = complaint_count;
        blank(s, from, s->at);
        if (s->complaint_count < COMPLAINTS_MAX) {
            c = &s->complaints[s->complaint_count++];
            memset(c, 0, sizeof *c);
            c->mark = parent;
            c->name = s->text + from;
            c->name_length = (uint32_t)min_u64(name_length, 64);
            c->line = line;
            c->column = (uint32_t)(from - line_start) + 1;
            snprintf(c->text, sizeof c->text, "is already set on line %u: keep one of them",
                     s->scan->marks[twin].line);
        }
    }
    return 0;
}

/* Settings up to `closing`, which is taken; NUL stands for the end of the file. */
static int32_t scan_settings(struct scanner *s, uint32_t parent, char closing)
{
    uint32_t line = s->line, index = 0;
    char buffer[16];

    for (;;) {
        int32_t r = skip_space(s, parent);
        int kept = 0;

        if (r < 0)
            return r;
        if (s->at >= s->length) {
            if (!closing)
                return 0;
            return broken(s, parent, "the file ends in the group that line %u opens: add a '}'",
                          line);
        }
        if (closing && peek(s, 0) == closing) {
            s->at++;
            return 0;
        }
        if (!is_letter(peek(s, 0)) && peek(s, 0) != '*') {
            if (peek(s, 0) == '@')
                return broken(s, parent,
                              "@include is not read: put the file into the folder "
                              "conf.d beside the main file");
            if (peek(s, 0) == '"')
                return broken(s, parent, "a name stands without quotes, and a value after '='");
            return broken(s, parent, "expected a name%s, found %s", closing ? " or '}'" : "",
                          show(s, buffer));
        }
        if (index == SCAN_KEYS_MAX)
            return broken(s, parent, "more than %d settings in one group", SCAN_KEYS_MAX);
        r = scan_setting(s, parent, index, &kept);
        if (r < 0)
            return r;
        if (kept)
            index++;
    }
}

int32_t scan_text(const char *file, const char *text, size_t length, struct conf_errors *errors,
                  struct scan *ret)
{
    struct scan scan = { 0 };
    struct scanner s = {
        .file = file, .text = text, .length = length, .line = 1, .scan = &scan, .errors = errors
    };
    const char *nul;
    int32_t r = 0;

    if (length > CONF_FILE_BYTES_MAX) {
        conf_error(errors, file, 0, "", "%zu bytes: a file may have %d; split it into conf.d",
                   length, CONF_FILE_BYTES_MAX);
        return BOTHY_EINVAL;
    }
    scan.text = malloc(length + 2);
    s.complaints = malloc(COMPLAINTS_MAX * sizeof *s.complaints);
    if (!scan.text || !s.complaints) {
        free(scan.text);
        free(s.complaints);
        return BOTHY_ENOMEM;
    }
    memcpy(scan.text, text, length);
    /* A comment on the last line is one to libconfig only if a newline ends it. */
    memcpy(scan.text + length, "\n", 2);
    scan.length = length + 1;
    nul = memchr(text, '\0', length);
    if (nul) {
        for (const char *p = text; p < nul; p++) {
            s.at = (size_t)(p - text);
            if (*p == '\n')
                new_line(&s);
        }
        s.at = (size_t)(nul - text);
        r = broken(&s, SCAN_TOP, "a NUL byte: this is no text file");
    } else if (length >= 3 && !memcmp(text, "\xef\xbb\xbf", 3)) {
        r = broken(&s, SCAN_TOP, "a byte order mark: save the file as UTF-8 without one");
    } else {
        r = scan_settings(&s, SCAN_TOP, '\0');
    }
    report(&s);
    free(s.complaints);
    if (r < 0) {
        scan_clear(&scan);
        return r;
    }
    *ret = scan;
    return 0;
}

void scan_clear(struct scan *scan)
{
    free(scan->text);
    free(scan->marks);
    memset(scan, 0, sizeof *scan);
}
