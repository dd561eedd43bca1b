/*
 * Keys that nobody knows, and what was probably meant by them.
 */
#include "conf/loader.h"

#include <stdio.h>
#include <string.h>

#include <bothy/risk.h>

#include "base/clean.h"

void known_add(struct known *known, const char *name)
{
    if (known->count < ARRAY_SIZE(known->names))
        known->names[known->count++] = name;
}

void known_add_section(struct known *known, const struct conf_section *section)
{
    for (uint32_t i = 0; i < section->field_count; i++)
        known_add(known, section->fields[i].option.name);
}

void known_add_options(struct known *known, const struct bothy_option *options, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        known_add(known, options[i].name);
}

void known_add_values(struct known *known, const struct conf_values *values)
{
    for (uint32_t i = 0; i < values->count; i++)
        known_add(known, values->values[i].option->name);
}

void known_add_structures(struct known *known, const char *in)
{
    for (uint32_t i = 0; i < conf_structure_count; i++) {
        if (!strcmp(conf_structures[i].in, in))
            known_add(known, conf_structures[i].name);
    }
    if (!*in) {
        for (uint32_t i = SECTION_TOP + 1; i < SECTION_COUNT; i++)
            known_add(known, conf_sections[i].name);
    }
}

static const char *known_at(const void *context, uint32_t i)
{
    return ((const char *const *)context)[i];
}

/* The group in which a key of exactly that name is known, or NULL. */
static const char *home_of(const char *name)
{
    for (uint32_t i = 0; i < bothy_risk_option_count; i++) {
        if (!strcmp(bothy_risk_options[i].name, name))
            return "risk";
    }
    for (uint32_t s = SECTION_TOP + 1; s < SECTION_COUNT; s++) {
        for (uint32_t f = 0; f < conf_sections[s].field_count; f++) {
            if (!strcmp(conf_sections[s].fields[f].option.name, name))
                return conf_sections[s].name;
        }
    }
    for (uint32_t f = 0; f < conf_grants_section.field_count; f++) {
        if (!strcmp(conf_grants_section.fields[f].option.name, name))
            return "grants";
    }
    return NULL;
}

/* "a, b and c", or as many as fit. */
static const char *list_known(const char *const *known, uint32_t count, char *list, size_t capacity)
{
    size_t used = 0;

    if (count == 0)
        return "none";
    list[0] = '\0';
    for (uint32_t i = 0; i < count; i++) {
        size_t length = strlen(known[i]);
        const char *between = i == 0 ? "" : i + 1 < count ? ", " : " and ";

        if (used + length + 16 > capacity) {
            snprintf(list + used, capacity - used, " …");
            break;
        }
        used += (size_t)snprintf(list + used, capacity - used, "%s%s", between, known[i]);
    }
    return list;
}

void unknown_report(struct loader *loader, const char *path, const struct node *group,
                    const char *const *known, uint32_t known_count)
{
    for (uint32_t i = 0; i < group->child_count; i++) {
        const struct node *child = group->children[i];
        const char *nearest, *home;
        char joined[LOADER_PATH_MAX], list[400];

        if (child->used)
            continue;
        path_join(joined, path, child->name);
        if (loader->errors->count == CONF_MESSAGES_MAX) { /* counted only: nobody will read it */
            conf_error(loader->errors, child->file, child->line, joined, "unknown key");
            continue;
        }
        nearest = conf_nearest(child->name, known_at, known, known_count);
        home = home_of(child->name);
        if (nearest)
            conf_error(loader->errors, child->file, child->line, joined,
                       "unknown key; did you mean %s?", nearest);
        else if (home)
            conf_error(loader->errors, child->file, child->line, joined,
                       "unknown key here; it belongs into %s { }", home);
        else
            conf_error(loader->errors, child->file, child->line, joined,
                       "unknown key; known are %s",
                       list_known(known, known_count, list, sizeof list));
    }
}
