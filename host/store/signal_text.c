/*
 * Reasons and extras as JSON. Bytes that are no UTF-8 must not make a signal vanish: such a text
 * becomes "?".
 */
#include "store/signal_text.h"

#include <jansson.h>

#include <string.h>

static json_t *text_value(const char *text, size_t length)
{
    json_t *value = json_stringn(text, length);

    return value ? value : json_string("?");
}

static char *dump(json_t *value)
{
    char *text = value ? json_dumps(value, JSON_COMPACT | JSON_REAL_PRECISION(17)) : NULL;

    json_decref(value);
    return text;
}

char *signal_reasons_text(const struct bothy_signal *signal)
{
    const char *text = signal->reasons;
    const char *end = text + strnlen(text, sizeof signal->reasons);
    json_t *lines = json_array();

    while (text < end) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        const char *line_end = newline ? newline : end;

        json_array_append_new(lines, text_value(text, (size_t)(line_end - text)));
        text = newline ? newline + 1 : end;
    }
    return dump(lines);
}

char *signal_extra_text(const struct bothy_signal *signal)
{
    json_t *object = json_object();

    for (uint32_t i = 0; i < signal->extra_count && i < BOTHY_SIGNAL_EXTRAS_MAX; i++) {
        const struct bothy_signal_extra *extra = &signal->extras[i];
        char name[sizeof extra->name + 1] = "";
        json_t *value;

        memcpy(name, extra->name, strnlen(extra->name, sizeof extra->name));
        if (extra->kind == BOTHY_EXTRA_TEXT)
            value = text_value(extra->text, strnlen(extra->text, sizeof extra->text));
        else if (!(value = json_real(extra->number)))
            value = json_null(); /* no finite number */
        json_object_set_new(object, name, value);
    }
    return dump(object);
}
