/*
 * The values of a plugin's options: for the instance as a whole, and for each of its symbols where
 * the table permits it. Texts are checked and converted when they are set, so that the getters
 * only look up.
 *
 *     bothy_config_for_symbol(config, 1)      view: slots of symbol 1
 *           └─ nothing set there ──▶          config: slots of the instance
 *                  └─ nothing set ──▶         the same slots, with the table's default
 *
 * A view is a struct bothy_config of its own, made with its symbol, so that its address stays.
 * Opening files and fetching secrets is the host's affair.
 */
#include "config.h"

#include "option_internal.h"

#include <stdlib.h>
#include <string.h>

#define SYMBOLS_MAX 4096
#define LIST_MAX    1024
#define NOT_FOUND   UINT32_MAX

/* Types as a set, for the getters. */
#define TYPE(name) (1u << BOTHY_OPTION_##name)

enum origin {
    UNSET = 0,
    BY_DEFAULT = 1,
    BY_CONFIGURATION = 2,
};

struct slot {
    enum origin origin;
    int32_t fd; /* FILE: the host's, or -1 */
    struct option_value value;
    char *text;      /* STRING, ENUM; SECRET: the secret; else NULL */
    char **elements; /* LIST */
    uint32_t count;
};

struct bothy_config {
    const struct bothy_option *options;
    uint32_t option_count;
    struct slot *slots;               /* one per option */
    const struct bothy_config *whole; /* of a view: the instance's; NULL for that itself */

    /* Only the whole has these. */
    char *instance;
    struct symbol *symbols;
    uint32_t symbol_count;
};

struct symbol {
    char *name;
    char *venue;
    struct bothy_config *view;
};

static const struct bothy_config *whole_of(const struct bothy_config *config)
{
    return config->whole ? config->whole : config;
}

static uint32_t find_option(const struct bothy_config *config, const char *name)
{
    uint32_t i;

    for (i = 0; name && i < config->option_count; i++) {
        if (!strcmp(config->options[i].name, name))
            return i;
    }
    return NOT_FOUND;
}

/* Returns the slot that counts, or NULL where there is no value, or one of another type. */
static const struct slot *find_value(const struct bothy_config *config, const char *name,
                                     uint32_t types)
{
    uint32_t i = find_option(config, name);
    const struct slot *slot;

    if (i == NOT_FOUND || config->options[i].type > 31 || !(types >> config->options[i].type & 1))
        return NULL;
    slot = &config->slots[i];
    if (config->whole && slot->origin == UNSET)
        slot = &config->whole->slots[i];
    return slot->origin == UNSET ? NULL : slot;
}

int64_t bothy_config_int(const struct bothy_config *config, const char *name)
{
    const struct slot *slot = find_value(config, name, TYPE(INT));

    return slot ? slot->value.integer : 0;
}

int32_t bothy_config_bool(const struct bothy_config *config, const char *name)
{
    const struct slot *slot = find_value(config, name, TYPE(BOOL));

    return slot ? (int32_t)slot->value.integer : 0;
}

struct bothy_decimal bothy_config_decimal(const struct bothy_config *config, const char *name)
{
    const struct slot *slot =
        find_value(config, name, TYPE(DECIMAL) | TYPE(PERCENT) | TYPE(NUMBER));

    return slot ? slot->value.decimal : bothy_decimal_zero();
}

double bothy_config_number(const struct bothy_config *config, const char *name)
{
    return bothy_decimal_to_double(bothy_config_decimal(config, name));
}

int64_t bothy_config_ns(const struct bothy_config *config, const char *name)
{
    const struct slot *slot = find_value(config, name, TYPE(DURATION) | TYPE(TIME));

    return slot ? slot->value.integer : 0;
}

uint32_t bothy_config_timeframe(const struct bothy_config *config, const char *name)
{
    const struct slot *slot = find_value(config, name, TYPE(TIMEFRAME));

    return slot ? (uint32_t)slot->value.integer : 0;
}

const char *bothy_config_string(const struct bothy_config *config, const char *name)
{
    const struct slot *slot = find_value(config, name, TYPE(STRING) | TYPE(ENUM) | TYPE(SECRET));

    return slot && slot->text ? slot->text : "";
}

int32_t bothy_config_enum(const struct bothy_config *config, const char *name)
{
    const struct slot *slot = find_value(config, name, TYPE(ENUM));

    return slot ? (int32_t)slot->value.integer : -1;
}

int32_t bothy_config_file(const struct bothy_config *config, const char *name)
{
    const struct slot *slot = find_value(config, name, TYPE(FILE));

    return slot ? slot->fd : -1;
}

uint32_t bothy_config_list_count(const struct bothy_config *config, const char *name)
{
    const struct slot *slot = find_value(config, name, TYPE(LIST));

    return slot ? slot->count : 0;
}

const char *bothy_config_list_get(const struct bothy_config *config, const char *name,
                                  uint32_t index)
{
    const struct slot *slot = find_value(config, name, TYPE(LIST));

    return slot && index < slot->count ? slot->elements[index] : "";
}

uint32_t bothy_config_symbol_count(const struct bothy_config *config)
{
    return whole_of(config)->symbol_count;
}

const char *bothy_config_symbol(const struct bothy_config *config, uint32_t index)
{
    config = whole_of(config);
    return index < config->symbol_count ? config->symbols[index].name : "";
}

const char *bothy_config_symbol_venue(const struct bothy_config *config, uint32_t index)
{
    config = whole_of(config);
    return index < config->symbol_count ? config->symbols[index].venue : "";
}

const struct bothy_config *bothy_config_for_symbol(const struct bothy_config *config,
                                                   uint32_t index)
{
    config = whole_of(config);
    return index < config->symbol_count ? config->symbols[index].view : config;
}

const char *bothy_config_instance(const struct bothy_config *config)
{
    return whole_of(config)->instance;
}

/* A text that is freed may have been a secret. */
static char *free_text(char *text)
{
    if (text)
        explicit_bzero(text, strlen(text));
    free(text);
    return NULL;
}

static void clear_slot(struct slot *slot)
{
    uint32_t i;

    for (i = 0; i < slot->count; i++)
        free_text(slot->elements[i]);
    free(slot->elements);
    slot->elements = NULL;
    slot->count = 0;
    slot->text = free_text(slot->text);
    slot->origin = UNSET;
}

/* Appends to the list of a slot. Errors: BOTHY_ENOMEM. */
static int32_t append_element(struct slot *slot, const char *text)
{
    char **elements;
    char *copy;

    if (slot->count == LIST_MAX)
        return BOTHY_ENOMEM;
    elements = realloc(slot->elements, (slot->count + 1) * sizeof *elements);
    if (!elements)
        return BOTHY_ENOMEM;
    slot->elements = elements;
    copy = strdup(text);
    if (!copy)
        return BOTHY_ENOMEM;
    elements[slot->count++] = copy;
    return BOTHY_OK;
}

/* Puts a checked text into a slot. On failure the slot is as it was. */
static int32_t put_value(const struct bothy_option *option, struct slot *slot, enum origin origin,
                         const char *text, const struct option_value *value)
{
    int32_t r;

    if (option->type == BOTHY_OPTION_LIST) {
        if (slot->origin != origin) {
            struct slot fresh = { .fd = -1 };

            r = append_element(&fresh, text);
            if (r < 0) {
                clear_slot(&fresh);
                return r;
            }
            clear_slot(slot);
            *slot = fresh;
        } else {
            r = append_element(slot, text);
            if (r < 0)
                return r;
        }
    } else if (option->type == BOTHY_OPTION_STRING || option->type == BOTHY_OPTION_ENUM) {
        char *copy = strdup(text);

        if (!copy)
            return BOTHY_ENOMEM;
        free_text(slot->text);
        slot->text = copy;
    }
    slot->value = *value;
    slot->origin = origin;
    return BOTHY_OK;
}

/*
 * Takes the next element of a list's default, which is written `( "one", "two" )` or `one, two`.
 * Returns 1, 0 at the end, or BOTHY_EINVAL.
 */
static int32_t take_element(const char **at, int *quoted, char *element, size_t capacity)
{
    const char *text = *at + strspn(*at, " \t\n");
    size_t length = 0;

    if (!*quoted && *text == '(') {
        *quoted = 1;
        text++;
        text += strspn(text, " \t\n");
    }
    if (*text == (*quoted ? ')' : '\0')) {
        *at = text + *quoted;
        return 0;
    }
    if (*quoted && *text++ != '"')
        return BOTHY_EINVAL;
    for (; *text && *text != (*quoted ? '"' : ','); text++) {
        if (*quoted && *text == '\\' && text[1])
            text++;
        if (length + 1 == capacity)
            return BOTHY_EINVAL;
        element[length++] = *text;
    }
    if (*quoted) {
        if (*text++ != '"')
            return BOTHY_EINVAL;
        text += strspn(text, " \t\n");
        if (*text != ',' && *text != ')')
            return BOTHY_EINVAL;
    } else {
        while (length && strchr(" \t\n", element[length - 1]))
            length--;
    }
    element[length] = '\0';
    *at = text + (*text == ',');
    return 1;
}

static int32_t put_list_default(const struct bothy_option *option, struct slot *slot)
{
    const char *at = option->default_value;
    char element[OPTION_TEXT_MAX + 1];
    struct option_value value;
    int quoted = 0;
    int32_t r;

    while ((r = take_element(&at, &quoted, element, sizeof element)) > 0) {
        r = option_read(option, element, &value, NULL);
        if (r == BOTHY_OK)
            r = put_value(option, slot, BY_DEFAULT, element, &value);
        if (r < 0)
            break;
    }
    if (r < 0)
        clear_slot(slot);
    else
        slot->origin = BY_DEFAULT;
    return r;
}

/* A default that its own option refuses is none. Errors: BOTHY_ENOMEM only. */
static int32_t put_default(const struct bothy_option *option, struct slot *slot)
{
    struct option_value value;
    int32_t r;

    if (!option->default_value)
        return BOTHY_OK;
    if (option->type == BOTHY_OPTION_LIST) {
        r = put_list_default(option, slot);
    } else {
        r = option_read(option, option->default_value, &value, NULL);
        if (r == BOTHY_OK)
            r = put_value(option, slot, BY_DEFAULT, option->default_value, &value);
    }
    return r == BOTHY_ENOMEM ? r : BOTHY_OK;
}

static struct bothy_config *config_alloc(const struct bothy_option *options, uint32_t option_count)
{
    struct bothy_config *config = calloc(1, sizeof *config);
    uint32_t i;

    if (!config)
        return NULL;
    config->slots = calloc(option_count ? option_count : 1, sizeof *config->slots);
    if (!config->slots) {
        free(config);
        return NULL;
    }
    config->options = options;
    config->option_count = option_count;
    for (i = 0; i < option_count; i++)
        config->slots[i].fd = -1;
    return config;
}

struct bothy_config *bothy_config_new(const struct bothy_option *options, uint32_t option_count,
                                      const char *instance)
{
    struct bothy_config *config = config_alloc(options, option_count);
    uint32_t i;

    if (!config)
        return NULL;
    config->instance = strdup(instance ? instance : "");
    if (!config->instance)
        goto fail;
    for (i = 0; i < option_count; i++) {
        if (put_default(&options[i], &config->slots[i]) < 0)
            goto fail;
    }
    return config;

fail:
    bothy_config_free(config);
    return NULL;
}

void bothy_config_free(struct bothy_config *config)
{
    uint32_t i;

    if (!config)
        return;
    for (i = 0; i < config->symbol_count; i++) {
        free(config->symbols[i].name);
        free(config->symbols[i].venue);
        bothy_config_free(config->symbols[i].view);
    }
    free(config->symbols);
    for (i = 0; i < config->option_count; i++)
        clear_slot(&config->slots[i]);
    free(config->slots);
    free(config->instance);
    free(config);
}

int32_t bothy_config_add_symbol(struct bothy_config *config, const char *symbol, const char *venue)
{
    struct symbol *symbols;
    struct symbol added;
    uint32_t i;

    if (!symbol || !*symbol)
        return BOTHY_EINVAL;
    if (!venue)
        venue = "";
    for (i = 0; i < config->symbol_count; i++) {
        if (!strcmp(config->symbols[i].name, symbol) && !strcmp(config->symbols[i].venue, venue))
            return BOTHY_EEXIST;
    }
    if (config->symbol_count == SYMBOLS_MAX)
        return BOTHY_ENOMEM;
    symbols = realloc(config->symbols, (config->symbol_count + 1) * sizeof *symbols);
    if (!symbols)
        return BOTHY_ENOMEM;
    config->symbols = symbols;
    added.name = strdup(symbol);
    added.venue = strdup(venue);
    added.view = config_alloc(config->options, config->option_count);
    if (!added.name || !added.venue || !added.view) {
        free(added.name);
        free(added.venue);
        bothy_config_free(added.view);
        return BOTHY_ENOMEM;
    }
    added.view->whole = config;
    symbols[config->symbol_count++] = added;
    return BOTHY_OK;
}

static int32_t refuse_name(const struct bothy_config *config, const char *name,
                           struct bothy_error *error)
{
    char names[160];
    size_t used = 0;
    uint32_t i;

    /* As many as fit, whole. */
    for (i = 0; i < config->option_count; i++) {
        size_t length = strlen(config->options[i].name);

        if (used + length + 5 >= sizeof names) {
            memcpy(names + used, " …", sizeof " …");
            used += sizeof " …" - 1;
            break;
        }
        names[used++] = ' ';
        memcpy(names + used, config->options[i].name, length);
        used += length;
    }
    names[used] = '\0';
    return bothy_fail(error, BOTHY_ENOENT, "no option \"%.40s\"; there %s%s", name ? name : "",
                      used ? "are" : "are none", names);
}

int32_t bothy_config_set(struct bothy_config *config, uint32_t symbol_index, const char *name,
                         const char *text, struct bothy_error *error)
{
    uint32_t i = find_option(config, name);
    struct bothy_config *target = config;
    const struct bothy_option *option;
    struct option_value value;
    int32_t r;

    if (i == NOT_FOUND)
        return refuse_name(config, name, error);
    option = &config->options[i];
    if (symbol_index != BOTHY_CONFIG_ALL_SYMBOLS) {
        if (symbol_index >= config->symbol_count)
            return bothy_fail(error, BOTHY_ENOENT, "no symbol with index %u; there are %u",
                              symbol_index, config->symbol_count);
        if (!(option->flags & BOTHY_OPTION_PER_SYMBOL))
            return bothy_fail(error, BOTHY_EPERM,
                              "%s cannot differ by symbol; set it once, beside `symbols`",
                              option->name);
        target = config->symbols[symbol_index].view;
    }
    r = option_read(option, text, &value, error);
    if (r < 0)
        return r;
    r = put_value(option, &target->slots[i], BY_CONFIGURATION, text, &value);
    if (r < 0)
        return bothy_fail(error, r, "no memory, or more than %d elements", LIST_MAX);
    return BOTHY_OK;
}

/* Returns the slot of an option of the whole that must have this type. */
static int32_t find_slot(struct bothy_config *config, const char *name, uint32_t type,
                         struct slot **ret_slot)
{
    uint32_t i = find_option(config, name);

    if (i == NOT_FOUND)
        return BOTHY_ENOENT;
    if (config->options[i].type != type)
        return BOTHY_EINVAL;
    *ret_slot = &config->slots[i];
    return BOTHY_OK;
}

int32_t bothy_config_set_file(struct bothy_config *config, const char *name, int32_t fd)
{
    struct slot *slot;
    int32_t r = find_slot(config, name, BOTHY_OPTION_FILE, &slot);

    if (r < 0)
        return r;
    slot->fd = fd < 0 ? -1 : fd;
    slot->origin = BY_CONFIGURATION;
    return BOTHY_OK;
}

int32_t bothy_config_set_secret(struct bothy_config *config, const char *name, const char *secret,
                                size_t length)
{
    struct slot *slot;
    char *copy;
    int32_t r = find_slot(config, name, BOTHY_OPTION_SECRET, &slot);

    if (r < 0)
        return r;
    if (length > OPTION_TEXT_MAX)
        return BOTHY_ERANGE;
    if (length && (!secret || memchr(secret, '\0', length)))
        return BOTHY_EINVAL;
    copy = calloc(1, length + 1);
    if (!copy)
        return BOTHY_ENOMEM;
    if (length)
        memcpy(copy, secret, length);
    free_text(slot->text);
    slot->text = copy;
    slot->origin = BY_CONFIGURATION;
    return BOTHY_OK;
}

/* Returns 1 if each symbol (and there is one) has its own value. */
static int every_symbol_has(const struct bothy_config *config, uint32_t option)
{
    uint32_t i;

    for (i = 0; i < config->symbol_count; i++) {
        if (config->symbols[i].view->slots[option].origin == UNSET)
            return 0;
    }
    return config->symbol_count != 0;
}

const char *bothy_config_missing(const struct bothy_config *config)
{
    uint32_t i;

    config = whole_of(config);
    for (i = 0; i < config->option_count; i++) {
        if ((config->options[i].flags & BOTHY_OPTION_REQUIRED) &&
            config->slots[i].origin == UNSET && !every_symbol_has(config, i))
            return config->options[i].name;
    }
    return NULL;
}
