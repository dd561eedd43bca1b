/*
 * What exchanges, bots and watchlists have in common: an entry of a list with a name and keys of
 * its own. Internal to this room.
 */
#ifndef BOTHY_CONF_ENTRIES_H
#define BOTHY_CONF_ENTRIES_H

#include "conf/loader.h"

struct entry {
    const struct node *node;
    char path[LOADER_PATH_MAX]; /* "bot.funding", or "bots[2]" while it has no name */
    const char *name;           /* NULL: missing or not well formed, and reported */
    struct conf_values own;     /* of its section's options */
    struct conf_origin origin;
};

/*
 * Effect: reads the keys of list element `index`, whose table is `section`. Returns 1, or 0 when
 * the element is no group (reported), or BOTHY_ENOMEM.
 */
int32_t entry_open(struct loader *loader, const struct node *list, uint32_t index,
                   const struct conf_section *section, struct entry *ret);
/* Returns 1 unless the entry has the name of an earlier one, which is reported. */
int entry_is_new(struct loader *loader, const struct entry *entry, const char *earlier_name,
                 const struct conf_origin *earlier);
/* Effect: plugin_find() for the key `plugin`, or the entry's own name without one. */
int32_t entry_plugin(struct loader *loader, const struct entry *entry, uint32_t kind, int required,
                     struct conf_plugin *ret_plugin, const char **ret_unavailable);
/* Effect: the top-level list of that name; NULL if absent, no list, or too long (reported). */
struct node *list_find(struct loader *loader, const char *name, uint32_t maximum);

#endif
