/*
 * Rendering: see render.h.
 */
#include "log/render.h"

#include <bothy/json.h>
#include <bothy/time.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct text {
    char *at;
    size_t length, capacity; /* room for the closing of a line is kept by the caller */
};

static void add(struct text *out, const char *format, ...) BOTHY_PRINTF(2, 3);

static void add(struct text *out, const char *format, ...)
{
    va_list args;
    int n;

    va_start(args, format);
    n = vsnprintf(out->at + out->length, out->capacity - out->length, format, args);
    va_end(args);
    if (n > 0)
        out->length +=
            (size_t)n < out->capacity - out->length ? (size_t)n : out->capacity - out->length - 1;
}

/* Room that a text leaves for the marks that close the fields it stands in. */
#define CLOSING 8

static void add_escaped(struct text *out, const char *from, size_t length)
{
    size_t room = out->capacity - out->length;

    if (room <= CLOSING)
        return;
    bothy_json_escape(from, length, out->at + out->length, room - CLOSING);
    out->length += strlen(out->at + out->length);
}

/* A name that could not be closed any more is not begun. */
static int has_room(const struct text *out, size_t name_length)
{
    return out->capacity - out->length > name_length + 3 * CLOSING;
}

static void add_field(struct text *out, const char *name, const char *value)
{
    if (!value || !has_room(out, strlen(name)))
        return;
    add(out, ",\"%s\":\"", name);
    add_escaped(out, value, strlen(value));
    add(out, "\"");
}

/* "key=value key=value" as members of an object. */
static void add_context(struct text *out, const char *context)
{
    const char *at = context;
    int first = 1;

    if (!context || !context[0] || !has_room(out, strlen("context")))
        return;
    add(out, ",\"context\":{");
    while (*at) {
        const char *equals = strchr(at, '=');
        const char *end = strchr(at, ' ');

        if (!end)
            end = at + strlen(at);
        if (equals && equals < end && has_room(out, (size_t)(equals - at) * 6)) {
            add(out, first ? "\"" : ",\"");
            add_escaped(out, at, (size_t)(equals - at));
            add(out, "\":\"");
            add_escaped(out, equals + 1, (size_t)(end - equals - 1));
            add(out, "\"");
            first = 0;
        }
        at = *end ? end + 1 : end;
    }
    add(out, "}");
}

static void correlation_text(const uint8_t id[16], char text[37])
{
    static const char hex[] = "0123456789abcdef";
    size_t n = 0;

    for (int i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            text[n++] = '-';
        text[n++] = hex[id[i] >> 4];
        text[n++] = hex[id[i] & 15];
    }
    text[n] = '\0';
}

static const char *short_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

size_t render_json(const struct log_line *line, int64_t ts_ns, char *text, size_t capacity)
{
    struct text out = { .at = text, .capacity = capacity - 4 };
    char when[BOTHY_TIME_TEXT_MAX], id[37];

    bothy_time_format(ts_ns, 3, when, sizeof when);
    add(&out, "{\"timestamp\":\"%s\",\"level\":\"%s\"", when, bothy_log_level_name(line->level));
    if (line->logger && line->logger[0])
        add_field(&out, "logger", line->logger);
    if (line->code && line->code[0])
        add_field(&out, "code", line->code);
    add_field(&out, "message", line->text ? line->text : "");
    if (line->correlation) {
        correlation_text(line->correlation, id);
        add_field(&out, "correlation_id", id);
    }
    if (line->event_ns > 0) {
        bothy_time_format(line->event_ns, 3, when, sizeof when);
        add_field(&out, "event_time", when);
    }
    add_context(&out, line->context);
    if (line->file) {
        add_field(&out, "module", short_name(line->file));
        add_field(&out, "function", line->function);
        if (has_room(&out, strlen("line") + 10))
            add(&out, ",\"line\":%u", line->line);
    }
    memcpy(text + out.length, "}\n", 2);
    return out.length + 2;
}

/* Text for a terminal: control characters would let a plugin paint what it likes. */
static void add_plain(struct text *out, const char *from)
{
    for (; *from && out->length < out->capacity - 5; from++) {
        unsigned char c = (unsigned char)*from;

        if (c == '\t')
            out->at[out->length++] = ' ';
        else if (c < 0x20 || c == 0x7f)
            add(out, "\\x%02x", c);
        else if (c == 0xc2 && (unsigned char)from[1] >= 0x80 && (unsigned char)from[1] < 0xa0)
            add(out, "\\x%02x", (unsigned char)*++from); /* as good as an escape sequence */
        else
            out->at[out->length++] = (char)c;
    }
}

size_t render_console(const struct log_line *line, int64_t ts_ns, int colour, int journal,
                      char *text, size_t capacity)
{
    static const char *const colours[] = { "\033[2m",  "",           "\033[36m",  "\033[33m",
                                           "\033[31m", "\033[1;31m", "\033[1;31m" };
    static const int priorities[] = { 7, 6, 5, 4, 3, 2, 1 };
    struct text out = { .at = text, .capacity = capacity - 2 };
    int level = line->level < 0 ? 0 : line->level > BOTHY_LOG_PANIC ? BOTHY_LOG_PANIC : line->level;
    char when[BOTHY_TIME_TEXT_MAX], id[37];

    if (journal) {
        add(&out, "<%d>", priorities[level]);
    } else {
        bothy_time_format(ts_ns, 3, when, sizeof when);
        add(&out, "%s | ", when);
    }
    add(&out, "%s%-7s%s | %-18s | ", colour ? colours[level] : "", bothy_log_level_name(level),
        colour && colours[level][0] ? "\033[0m" : "", line->logger ? line->logger : "core");
    add_plain(&out, line->text ? line->text : "");
    if (line->code && line->code[0])
        add(&out, " [code=%s", line->code);
    if (line->context && line->context[0]) {
        add(&out, line->code && line->code[0] ? " " : " [");
        add_plain(&out, line->context);
    }
    if (line->correlation) {
        correlation_text(line->correlation, id);
        add(&out, " id=%.8s", id);
    }
    if ((line->code && line->code[0]) || (line->context && line->context[0]))
        add(&out, "]");
    text[out.length] = '\n';
    return out.length + 1;
}
