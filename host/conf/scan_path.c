/*
 * The path of a setting, from the marks of the pre-scan: groups by their names, elements of a list
 * by their number, or by the name that the entry gives itself.
 */
#include "conf/scan.h"

#include <stdio.h>
#include <string.h>

#include "base/clean.h"

/* The text of the string `name` within the group `mark`, or NULL. */
static const char *own_name(const struct scan *scan, uint32_t mark, const char *name,
                            uint32_t *ret_length)
{
    size_t length = strlen(name);

    for (uint32_t i = mark + 1; i < scan->mark_count; i++) {
        const struct scan_mark *m = &scan->marks[i];

        if (m->parent == mark && m->name_length == length &&
            !memcmp(scan->text + m->name, name, length) && m->value_length > 2 &&
            scan->text[m->value] == '"') {
            *ret_length = m->value_length - 2;
            return scan->text + m->value + 1;
        }
        if (m->parent != mark && m->parent < mark)
            break;
        if (m->parent == SCAN_TOP)
            break;
    }
    return NULL;
}

static int is_named(const struct scan *scan, const struct scan_mark *mark, const char *name)
{
    return mark->name_length == strlen(name) &&
           !memcmp(scan->text + mark->name, name, mark->name_length);
}

static size_t put(char *path, size_t capacity, size_t used, const char *text, size_t length)
{
    if (length >= capacity - used)
        length = capacity - used - 1;
    memcpy(path + used, text, length);
    path[used + length] = '\0';
    return used + length;
}

/* Entries of these lists are known by a name of their own. */
static const struct {
    const char *list, *shown, *key;
} named_lists[] = {
    { "bots", "bot", "name" },
    { "exchanges", "exchange", "name" },
    { "watchlists", "watchlist", "name" },
    { "symbols", "symbols", "symbol" },
};

static size_t path_of(const struct scan *scan, uint32_t mark, char *path, size_t capacity)
{
    const struct scan_mark *m = &scan->marks[mark];
    const struct scan_mark *parent = m->parent == SCAN_TOP ? NULL : &scan->marks[m->parent];
    size_t used = 0;
    char index[24];

    if (!m->name_length && parent && parent->name_length) {
        for (size_t i = 0; i < ARRAY_SIZE(named_lists); i++) {
            uint32_t length;
            const char *name;

            if (!is_named(scan, parent, named_lists[i].list))
                continue;
            name = own_name(scan, mark, named_lists[i].key, &length);
            if (!name)
                break;
            if (parent->parent != SCAN_TOP) {
                used = path_of(scan, parent->parent, path, capacity);
                used = put(path, capacity, used, ".", 1);
            }
            used = put(path, capacity, used, named_lists[i].shown, strlen(named_lists[i].shown));
            used = put(path, capacity, used, ".", 1);
            return put(path, capacity, used, name, length);
        }
    }
    if (parent)
        used = path_of(scan, m->parent, path, capacity);
    if (m->name_length) {
        if (used)
            used = put(path, capacity, used, ".", 1);
        return put(path, capacity, used, scan->text + m->name, m->name_length);
    }
    snprintf(index, sizeof index, "[%u]", m->index);
    return put(path, capacity, used, index, strlen(index));
}

void scan_path(const struct scan *scan, uint32_t mark, char *path, size_t capacity)
{
    path[0] = '\0';
    path_of(scan, mark, path, capacity);
}
