/*
 * A signal as JSON. The keys and their order are an interface: scripts, mirrors and the
 * dashboard read them. Fields of a signal that nobody has validated cannot do harm here: texts
 * are read up to the end of their arrays at most, and what is no number becomes null.
 */
#include "signal_internal.h"

#include <bothy/json.h>
#include <bothy/time.h>

#include <math.h>
#include <stdio.h>

struct writer {
    char *text;
    size_t capacity;
    size_t used;
    int failed; /* something did not fit */
};

static void put(struct writer *writer, const char *text)
{
    size_t length = strlen(text);

    if (writer->failed || writer->capacity - writer->used <= length) {
        writer->failed = 1;
        return;
    }
    memcpy(writer->text + writer->used, text, length + 1);
    writer->used += length;
}

static void put_string(struct writer *writer, const char *text, size_t length)
{
    int32_t r;

    put(writer, "\"");
    if (writer->failed)
        return;
    r = bothy_json_escape(text, length, writer->text + writer->used,
                          writer->capacity - writer->used);
    if (r < 0) {
        writer->failed = 1;
        return;
    }
    writer->used += (size_t)r;
    put(writer, "\"");
}

/* A process may have set a locale whose decimal point is none, and has more bytes than one. */
static size_t point_as_point(char *text)
{
    size_t used = 0;

    for (const char *p = text; *p; p++) {
        if (strchr("0123456789+-e.", *p))
            text[used++] = *p;
        else if (used > 0 && text[used - 1] != '.')
            text[used++] = '.';
    }
    text[used] = '\0';
    return used;
}

void signal_format_number(double value, char text[SIGNAL_NUMBER_MAX])
{
    for (int digits = 15; digits <= 17; digits++) {
        double again;
        size_t length;

        snprintf(text, SIGNAL_NUMBER_MAX, "%.*g", digits, value);
        if (!isfinite(value))
            return;
        length = point_as_point(text);
        if (bothy_double_parse(text, length, &again) == 0 && again == value)
            return;
    }
}

static void put_number(struct writer *writer, double value)
{
    char text[SIGNAL_NUMBER_MAX];

    if (!isfinite(value)) {
        put(writer, "null");
        return;
    }
    signal_format_number(value, text);
    put(writer, text);
}

static void put_level(struct writer *writer, const char *key, double value)
{
    put(writer, key);
    if (value == 0)
        put(writer, "null");
    else
        put_number(writer, value);
}

static void put_time(struct writer *writer, int64_t ts_ns)
{
    char text[BOTHY_TIME_TEXT_MAX];
    int32_t digits = ts_ns % BOTHY_NS_PER_MS == 0 ? 3 : ts_ns % BOTHY_NS_PER_US == 0 ? 6 : 9;

    if (bothy_time_format(ts_ns, digits, text, sizeof text) < 0) {
        put(writer, "null");
        return;
    }
    put(writer, "\"");
    put(writer, text);
    put(writer, "\"");
}

/* The host's id as a UUID; null until it has one. */
static void put_correlation(struct writer *writer, const uint8_t id[16])
{
    static const uint8_t none[16];
    char text[40];
    size_t used = 0;

    if (memcmp(id, none, sizeof none) == 0) {
        put(writer, "null");
        return;
    }
    for (size_t i = 0; i < 16; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%02x",
                                 i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", id[i]);
    put_string(writer, text, used);
}

static void put_reasons(struct writer *writer, const char *text, size_t length)
{
    const char *end = text + length;

    put(writer, "[");
    while (text < end) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        const char *line_end = newline ? newline : end;

        put_string(writer, text, (size_t)(line_end - text));
        text = newline ? newline + 1 : end;
        if (text < end)
            put(writer, ",");
    }
    put(writer, "]");
}

static void put_extras(struct writer *writer, const struct bothy_signal *signal)
{
    put(writer, "{");
    for (uint32_t i = 0; i < signal->extra_count && i < BOTHY_SIGNAL_EXTRAS_MAX; i++) {
        const struct bothy_signal_extra *extra = &signal->extras[i];

        if (i > 0)
            put(writer, ",");
        put_string(writer, extra->name, strnlen(extra->name, sizeof extra->name));
        put(writer, ":");
        if (extra->kind == BOTHY_EXTRA_TEXT)
            put_string(writer, extra->text, strnlen(extra->text, sizeof extra->text));
        else
            put_number(writer, extra->number);
    }
    put(writer, "}");
}

int32_t bothy_signal_to_json(const struct bothy_signal *signal, const char *symbol, char *text,
                             size_t capacity)
{
    struct writer writer = { text, capacity, 0, capacity == 0 };

    put(&writer, "{\"type\":");
    put_string(&writer, signal->type_name, strnlen(signal->type_name, sizeof signal->type_name));
    put(&writer, ",\"symbol\":");
    put_string(&writer, symbol, strlen(symbol));
    put(&writer, ",\"direction\":\"");
    put(&writer, bothy_direction_name(signal->direction));
    put(&writer, "\",\"timestamp\":");
    put_time(&writer, signal->ts_ns);
    put(&writer, ",\"timeframe\":");
    if (signal->timeframe == BOTHY_TF_NONE || signal->timeframe >= BOTHY_TF_COUNT) {
        put(&writer, "null");
    } else {
        put(&writer, "\"");
        put(&writer, bothy_timeframe_name(signal->timeframe));
        put(&writer, "\"");
    }
    put_level(&writer, ",\"current\":", signal->current);
    put_level(&writer, ",\"entry\":", signal->entry);
    put_level(&writer, ",\"stop_loss\":", signal->stop_loss);
    put_level(&writer, ",\"take_profit_1\":", signal->take_profit_1);
    put_level(&writer, ",\"take_profit_2\":", signal->take_profit_2);
    put_level(&writer, ",\"take_profit_3\":", signal->take_profit_3);
    put_level(&writer, ",\"risk_reward_1\":", signal->risk_reward_1);
    put_level(&writer, ",\"risk_reward_2\":", signal->risk_reward_2);
    put_level(&writer, ",\"risk_reward_3\":", signal->risk_reward_3);
    put(&writer, ",\"confidence\":");
    put_number(&writer, signal->confidence);
    put(&writer,
        signal->flags & BOTHY_SIGNAL_FLAG_INFERRED ? ",\"inferred\":true" : ",\"inferred\":false");
    put(&writer,
        signal->flags & BOTHY_SIGNAL_FLAG_UPDATE ? ",\"update\":true" : ",\"update\":false");
    put(&writer, ",\"correlation_id\":");
    put_correlation(&writer, signal->correlation);
    put(&writer, ",\"reasons\":");
    put_reasons(&writer, signal->reasons, strnlen(signal->reasons, sizeof signal->reasons));
    put(&writer, ",\"extra\":");
    put_extras(&writer, signal);
    put(&writer, "}");
    if (!writer.failed)
        return (int32_t)writer.used;
    if (capacity > 0)
        text[0] = '\0';
    return BOTHY_ERANGE;
}
