/*
 * From texts to fields. A text that arrives here has passed the option's own rules; what the
 * host demands beyond them (an absolute path, a size in range) is checked here.
 */
#include "conf/loader.h"

#include <stdio.h>
#include <string.h>

#include <bothy/risk.h>
#include <bothy/time.h>

#include "base/clean.h"

/* "10M" → bytes. Returns 0 or BOTHY_EINVAL, BOTHY_ERANGE. */
static int32_t parse_size(const char *text, uint64_t *ret_bytes)
{
    static const char suffixes[] = "KMGT";
    size_t length = strlen(text);
    uint64_t bytes, factor = 1;
    const char *suffix;
    int32_t r;

    suffix = length ? strchr(suffixes, text[length - 1]) : NULL;
    if (suffix) {
        factor = UINT64_C(1) << (10 * (suffix - suffixes + 1));
        length--;
    }
    r = bothy_uint64_parse(text, length, &bytes);
    if (r < 0)
        return r;
    if (__builtin_mul_overflow(bytes, factor, ret_bytes))
        return BOTHY_ERANGE;
    return 0;
}

static void store_size(struct loader *loader, const char *path, const struct conf_value *value,
                       uint64_t *field)
{
    const struct bothy_option *option = value->option;
    uint64_t bytes = 0, minimum = 0, maximum = UINT64_MAX;
    int32_t r = parse_size(value->text, &bytes);

    if (r == BOTHY_EINVAL) {
        value_error(loader, value, path,
                    "\"%.64s\" is no size: write digits, and K, M, G or T: \"10M\"", value->text);
        return;
    }
    if (option->minimum)
        parse_size(option->minimum, &minimum);
    if (option->maximum)
        parse_size(option->maximum, &maximum);
    if (r < 0 || bytes < minimum || bytes > maximum)
        value_error(loader, value, path, "\"%.64s\" is out of range: permitted are %s to %s bytes",
                    value->text, option->minimum, option->maximum);
    else
        *field = bytes;
}

static void store_speed(struct loader *loader, const char *path, const struct conf_value *value,
                        struct bothy_decimal *field)
{
    const struct bothy_option *option = value->option;
    struct bothy_decimal speed = { 0 }, minimum = { 0 }, maximum = { 0 };
    size_t length = strlen(value->text);

    if (!strcmp(value->text, "max")) {
        *field = bothy_decimal_zero();
        return;
    }
    if (length < 2 || value->text[length - 1] != 'x' ||
        bothy_decimal_parse(value->text, length - 1, &speed) < 0) {
        value_error(loader, value, path,
                    "\"%.64s\" is no speed: write \"max\", or a multiple of real time as \"10x\"",
                    value->text);
        return;
    }
    bothy_decimal_parse(option->minimum, strlen(option->minimum), &minimum);
    bothy_decimal_parse(option->maximum, strlen(option->maximum), &maximum);
    if (bothy_decimal_compare(speed, minimum) < 0 || bothy_decimal_compare(speed, maximum) > 0)
        value_error(loader, value, path, "\"%.64s\" is out of range: permitted are %sx to %sx",
                    value->text, option->minimum, option->maximum);
    else
        *field = speed;
}

static void store_order_types(struct loader *loader, const char *path,
                              const struct conf_value *value, uint32_t *field)
{
    static const struct {
        const char *name;
        uint32_t type;
    } types[] = {
        { "market", BOTHY_ORDER_TYPE_MARKET },
        { "limit", BOTHY_ORDER_TYPE_LIMIT },
        { "stop", BOTHY_ORDER_TYPE_STOP },
        { "take_profit", BOTHY_ORDER_TYPE_TAKE_PROFIT },
    };
    uint32_t bits = 0;

    if (!value->items) {
        for (size_t i = 0; i < ARRAY_SIZE(types); i++)
            bits |= UINT32_C(1) << types[i].type;
        *field = bits;
        return;
    }
    for (uint32_t i = 0; i < value->item_count; i++) {
        uint32_t bit = 0;

        for (size_t k = 0; k < ARRAY_SIZE(types); k++) {
            if (!strcmp(value->items[i], types[k].name))
                bit = UINT32_C(1) << types[k].type;
        }
        if (bits & bit)
            value_error(loader, value, path, "%s stands there twice", value->items[i]);
        bits |= bit;
    }
    *field = bits;
}

static void store_path(struct loader *loader, const char *path, const struct conf_value *value,
                       const char **field)
{
    const char *text = value->text;

    /* An empty default means that another path decides. */
    if (!*text && value->option->default_value && !*value->option->default_value)
        *field = "";
    else if (*text != '/')
        value_error(loader, value, path, "\"%.64s\" is not absolute: begin it with /", text);
    else if (strlen(text) >= 1024)
        value_error(loader, value, path, "a path has at most 1023 bytes");
    else
        *field = text;
}

/* The index of a checked ENUM's text within its choices. */
static uint32_t choice_index(const struct bothy_option *option, const char *text)
{
    size_t length = strlen(text);
    const char *choice = option->choices;

    for (uint32_t i = 0; choice && *choice; i++) {
        size_t end = strcspn(choice, "|");

        if (end == length && !strncmp(choice, text, length))
            return i;
        choice += end;
        choice += *choice == '|';
    }
    return 0;
}

static void store_decimal(const char *text, struct bothy_decimal *field)
{
    size_t length = strlen(text);

    if (length && text[length - 1] == '%')
        length--;
    while (length && text[length - 1] == ' ')
        length--;
    bothy_decimal_parse(text, length, field);
}

void store_value(struct loader *loader, const char *path, const struct conf_value *value,
                 uint32_t store, void *field)
{
    const struct bothy_option *option = value->option;
    const char *text = value->text;

    if (store == STORE_NOTHING)
        return;
    if (store == STORE_ORDER_TYPES) {
        store_order_types(loader, path, value, field);
        return;
    }
    if (!text)
        return;
    switch (store) {
    case STORE_SIZE:
        store_size(loader, path, value, field);
        return;
    case STORE_SPEED:
        store_speed(loader, path, value, field);
        return;
    case STORE_PATH:
        store_path(loader, path, value, field);
        return;
    default:
        break;
    }
    switch (option->type) {
    case BOTHY_OPTION_BOOL:
        *(int32_t *)field = !strcmp(text, "true");
        break;
    case BOTHY_OPTION_INT:
        bothy_int64_parse(text, strlen(text), field);
        break;
    case BOTHY_OPTION_DECIMAL:
    case BOTHY_OPTION_PERCENT:
    case BOTHY_OPTION_NUMBER:
        store_decimal(text, field);
        break;
    case BOTHY_OPTION_DURATION:
        bothy_duration_parse(text, strlen(text), field);
        break;
    case BOTHY_OPTION_ENUM:
        *(uint32_t *)field = choice_index(option, text);
        break;
    default:
        *(const char **)field = text;
        break;
    }
}

void store_section(struct loader *loader, const char *path, const struct conf_section *section,
                   const struct conf_values *values, void *base)
{
    for (uint32_t i = 0; i < section->field_count && i < values->count; i++) {
        const struct conf_field *field = &section->fields[i];
        char joined[LOADER_PATH_MAX];

        path_join(joined, path, field->option.name);
        store_value(loader, joined, &values->values[i], field->store, (char *)base + field->offset);
    }
}

void store_risk(struct loader *loader, const struct conf_values *values, struct conf_risk *risk)
{
    for (uint32_t i = 0; i < values->count; i++) {
        size_t offset = conf_risk_offset(values->values[i].option->name);

        if (offset != SIZE_MAX)
            store_value(loader, "risk", &values->values[i], STORE_BY_TYPE, (char *)risk + offset);
    }
}
