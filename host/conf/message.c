/*
 * Errors and warnings of a load: see message.h.
 */
#include "conf/message.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX 1024
#define WORD_MAX 64

static void add(struct conf_errors *errors, uint32_t severity, const char *file, uint32_t line,
                const char *path, const char *text)
{
    struct conf_message *message;

    if (severity == CONF_ERROR)
        errors->error_count++;
    else
        errors->warning_count++;
    if (errors->count == CONF_MESSAGES_MAX) {
        errors->left_off++;
        return;
    }
    message = &errors->messages[errors->count];
    message->severity = severity;
    message->line = line;
    message->file = strdup(file ? file : "");
    message->path = strdup(path ? path : "");
    message->text = strdup(text);
    if (!message->file || !message->path || !message->text) {
        free(message->file);
        free(message->path);
        free(message->text);
        memset(message, 0, sizeof *message);
        errors->left_off++;
        return;
    }
    errors->count++;
}

void conf_error(struct conf_errors *errors, const char *file, uint32_t line, const char *path,
                const char *format, ...)
{
    char text[TEXT_MAX];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    add(errors, CONF_ERROR, file, line, path, text);
}

void conf_warning(struct conf_errors *errors, const char *file, uint32_t line, const char *path,
                  const char *format, ...)
{
    char text[TEXT_MAX];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    add(errors, CONF_WARNING, file, line, path, text);
}

static uint32_t file_rank(const char *file, const char *const *files, uint32_t file_count)
{
    for (uint32_t i = 0; i < file_count; i++) {
        if (!strcmp(file, files[i]))
            return i;
    }
    return file_count;
}

void conf_errors_sort(struct conf_errors *errors, const char *const *files, uint32_t file_count)
{
    /* Insertion keeps the order of equals, and there are at most CONF_MESSAGES_MAX. */
    for (uint32_t i = 1; i < errors->count; i++) {
        struct conf_message moving = errors->messages[i];
        uint32_t rank = file_rank(moving.file, files, file_count);
        uint32_t to = i;

        while (to > 0) {
            const struct conf_message *before = &errors->messages[to - 1];
            uint32_t before_rank = file_rank(before->file, files, file_count);

            if (before_rank < rank || (before_rank == rank && before->line <= moving.line))
                break;
            errors->messages[to] = *before;
            to--;
        }
        errors->messages[to] = moving;
    }
}

void conf_errors_clear(struct conf_errors *errors)
{
    for (uint32_t i = 0; i < errors->count; i++) {
        free(errors->messages[i].file);
        free(errors->messages[i].path);
        free(errors->messages[i].text);
    }
    memset(errors, 0, sizeof *errors);
}

size_t conf_message_format(const struct conf_message *message, char *text, size_t capacity)
{
    char line[16] = "";
    int length;

    if (!capacity)
        return 0;
    if (message->line)
        snprintf(line, sizeof line, ":%u", message->line);
    length = snprintf(text, capacity, "%s%s: %s%s%s%s", message->file, line, message->path,
                      message->path[0] ? ": " : "",
                      message->severity == CONF_WARNING ? "warning: " : "", message->text);
    if (length < 0)
        return 0;
    return (size_t)length < capacity ? (size_t)length : capacity - 1;
}

/* Edits (insert, delete, replace, swap of neighbours) from a to b; both shorter than WORD_MAX. */
static uint32_t distance(const char *a, const char *b)
{
    uint32_t rows[3][WORD_MAX + 1];
    uint32_t *two_back = rows[0], *back = rows[1], *row = rows[2];
    size_t length_a = strlen(a), length_b = strlen(b);

    for (size_t j = 0; j <= length_b; j++)
        back[j] = (uint32_t)j;
    memset(rows[0], 0, sizeof rows[0]);
    for (size_t i = 1; i <= length_a; i++) {
        uint32_t *reuse = two_back;

        row[0] = (uint32_t)i;
        for (size_t j = 1; j <= length_b; j++) {
            uint32_t best = back[j - 1] + (a[i - 1] != b[j - 1]);

            if (back[j] + 1 < best)
                best = back[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                two_back[j - 2] + 1 < best)
                best = two_back[j - 2] + 1;
            row[j] = best;
        }
        two_back = back;
        back = row;
        row = reuse;
    }
    return back[length_b];
}

const char *conf_nearest(const char *word, const char *(*name_at)(const void *context, uint32_t i),
                         const void *context, uint32_t count)
{
    size_t length = strlen(word);
    const char *best = NULL;
    uint32_t best_distance;

    if (!length || length >= WORD_MAX)
        return NULL;
    /* A third of the word may be wrong; more is another word. */
    best_distance = (uint32_t)(length + 2) / 3 + 1;
    for (uint32_t i = 0; i < count; i++) {
        const char *name = name_at(context, i);
        uint32_t edits;

        if (!name || strlen(name) >= WORD_MAX)
            continue;
        edits = distance(word, name);
        if (edits < best_distance) {
            best_distance = edits;
            best = name;
        }
    }
    return best;
}
