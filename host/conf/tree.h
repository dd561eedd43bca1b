/*
 * What the files say, merged into one tree of nodes that know their file and line. It is made
 * of what libconfig parsed and where the pre-scan saw it; nothing behind it knows libconfig.
 *
 * Merging: a group is joined with the group of that name in an earlier file, a list is appended
 * to it, everything else replaces it.
 */
#ifndef BOTHY_CONF_TREE_H
#define BOTHY_CONF_TREE_H

#include "conf/arena.h"
#include "conf/conf.h"

enum node_kind {
    NODE_GROUP = 1,
    NODE_LIST = 2, /* ( ) or [ ] */
    NODE_TEXT = 3,
    NODE_INTEGER = 4,
    NODE_BOOLEAN = 5,
};

struct node {
    uint32_t kind;
    const char *name; /* NULL in a list */
    const char *text; /* of a text, "-12", "true" */
    const char *file;
    uint32_t line;
    int refused; /* it has been complained about: leave it alone */
    int used;    /* somebody asked for it */
    struct node **children;
    uint32_t child_count;
};

/*
 * Effect: scans and parses one file's text and merges it into `root` (a NODE_GROUP). `file` must
 * live as long as the arena. Errors: BOTHY_EINVAL its structure is broken, see `errors`;
 * BOTHY_ENOMEM.
 */
int32_t tree_add_text(struct arena *arena, struct node *root, const char *file, const char *text,
                      size_t length, struct conf_errors *errors);

/* Returns the child of that name, or NULL. */
struct node *tree_find(const struct node *group, const char *name);

/* Returns "text", "integer" … for messages. */
const char *tree_kind_name(uint32_t kind);

#endif
