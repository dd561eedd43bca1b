/*
 * From libconfig to nodes, and merging: see tree.h.
 *
 * libconfig gets the text that the pre-scan checked, from memory: what is parsed is what was
 * checked, whoever writes to the file meanwhile. The name of the file, which libconfig loses on
 * that way, is known here anyhow. Settings come out of libconfig in the order in which the scan
 * recorded them; should the two ever disagree, the file is refused.
 */
#include "conf/tree.h"

#include <libconfig.h>
#include <string.h>

#include "conf/message.h"
#include "conf/scan.h"

struct walk {
    struct arena *arena;
    const char *file;
    const struct scan *scan;
    uint32_t next; /* mark of the next setting */
};

static int32_t make_children(struct walk *walk, const config_setting_t *setting, struct node *node);

static uint32_t kind_of(const config_setting_t *setting)
{
    switch (config_setting_type(setting)) {
    case CONFIG_TYPE_GROUP:
        return NODE_GROUP;
    case CONFIG_TYPE_LIST:
    case CONFIG_TYPE_ARRAY:
        return NODE_LIST;
    case CONFIG_TYPE_STRING:
        return NODE_TEXT;
    case CONFIG_TYPE_INT:
        return NODE_INTEGER;
    case CONFIG_TYPE_BOOL:
        return NODE_BOOLEAN;
    default:
        return 0;
    }
}

/* Returns 0, BOTHY_ENOMEM, or BOTHY_ECORRUPT when scan and libconfig do not agree. */
static int32_t make_node(struct walk *walk, const config_setting_t *setting, struct node **ret)
{
    const char *name = config_setting_name(setting);
    const struct scan_mark *mark;
    struct node *node;

    if (walk->next >= walk->scan->mark_count)
        return BOTHY_ECORRUPT;
    mark = &walk->scan->marks[walk->next++];
    if (mark->name_length != (name ? strlen(name) : 0) ||
        (name && memcmp(walk->scan->text + mark->name, name, mark->name_length)))
        return BOTHY_ECORRUPT;
    node = arena_alloc(walk->arena, 1, sizeof *node);
    if (!node)
        return BOTHY_ENOMEM;
    node->kind = kind_of(setting);
    node->file = walk->file;
    node->line = mark->line;
    node->refused = mark->refused != 0;
    if (name) {
        node->name = arena_text(walk->arena, name);
        if (!node->name)
            return BOTHY_ENOMEM;
    }
    *ret = node;
    switch (node->kind) {
    case NODE_GROUP:
    case NODE_LIST:
        return make_children(walk, setting, node);
    case NODE_TEXT:
        node->text = arena_text(walk->arena, config_setting_get_string(setting));
        break;
    case NODE_INTEGER:
        node->text = arena_printf(walk->arena, "%d", config_setting_get_int(setting));
        break;
    case NODE_BOOLEAN:
        node->text = config_setting_get_bool(setting) ? "true" : "false";
        break;
    default:
        return BOTHY_ECORRUPT;
    }
    return node->text ? 0 : BOTHY_ENOMEM;
}

static int32_t make_children(struct walk *walk, const config_setting_t *setting, struct node *node)
{
    int count = config_setting_length(setting);

    if (count <= 0)
        return 0;
    node->children = arena_alloc(walk->arena, (size_t)count, sizeof *node->children);
    if (!node->children)
        return BOTHY_ENOMEM;
    for (int i = 0; i < count; i++) {
        int32_t r =
            make_node(walk, config_setting_get_elem(setting, (unsigned)i), &node->children[i]);

        if (r < 0)
            return r;
        node->child_count++;
    }
    return 0;
}

static int32_t parse(struct arena *arena, const char *file, const struct scan *scan,
                     struct node *group, struct conf_errors *errors)
{
    struct walk walk = { .arena = arena, .file = file, .scan = scan };
    config_t config;
    int32_t r;

    config_init(&config);
    if (!config_read_string(&config, scan->text)) {
        conf_error(errors, file, (uint32_t)config_error_line(&config), "", "%s",
                   config_error_text(&config));
        config_destroy(&config);
        return BOTHY_EINVAL;
    }
    r = make_children(&walk, config_root_setting(&config), group);
    if (r == 0 && walk.next != scan->mark_count)
        r = BOTHY_ECORRUPT;
    config_destroy(&config);
    if (r == BOTHY_ECORRUPT) {
        conf_error(errors, file, 0, "",
                   "libconfig reads this file in another way than it stands here: write each "
                   "setting as name = value;");
        return BOTHY_EINVAL;
    }
    return r;
}

static int32_t append(struct arena *arena, struct node *to, struct node *child)
{
    struct node **children = arena_grow(arena, to->children, to->child_count, sizeof *to->children);

    if (!children)
        return BOTHY_ENOMEM;
    to->children = children;
    to->children[to->child_count++] = child;
    return 0;
}

/*
 * A node that came from libconfig has exactly the room that it needs, not a power of two: give
 * it one before something is appended.
 */
static int32_t make_room(struct arena *arena, struct node *node)
{
    struct node **children;
    size_t capacity = 1;

    while (capacity <= node->child_count)
        capacity *= 2;
    children = arena_alloc(arena, capacity, sizeof *children);
    if (!children)
        return BOTHY_ENOMEM;
    if (node->child_count)
        memcpy(children, node->children, node->child_count * sizeof *children);
    node->children = children;
    return 0;
}

static int32_t merge(struct arena *arena, struct node *to, const struct node *from,
                     struct conf_errors *errors)
{
    int32_t r = make_room(arena, to);

    for (uint32_t i = 0; r == 0 && i < from->child_count; i++) {
        struct node *child = from->children[i];
        struct node *twin = to->kind == NODE_GROUP ? tree_find(to, child->name) : NULL;

        if (!twin) {
            r = append(arena, to, child);
        } else if (twin->kind == child->kind &&
                   (child->kind == NODE_GROUP || child->kind == NODE_LIST)) {
            r = merge(arena, twin, child, errors);
        } else if (twin->kind == NODE_GROUP || twin->kind == NODE_LIST ||
                   child->kind == NODE_GROUP || child->kind == NODE_LIST) {
            conf_error(errors, child->file, child->line, child->name,
                       "is a %s here, and a %s in %s:%u: write it as there",
                       tree_kind_name(child->kind), tree_kind_name(twin->kind), twin->file,
                       twin->line);
            twin->refused = 1;
        } else {
            for (uint32_t k = 0; k < to->child_count; k++) {
                if (to->children[k] == twin)
                    to->children[k] = child;
            }
        }
    }
    return r;
}

int32_t tree_add_text(struct arena *arena, struct node *root, const char *file, const char *text,
                      size_t length, struct conf_errors *errors)
{
    struct node group = { .kind = NODE_GROUP };
    struct scan scan;
    int32_t r = scan_text(file, text, length, errors, &scan);

    if (r < 0)
        return r;
    r = parse(arena, file, &scan, &group, errors);
    if (r == 0)
        r = merge(arena, root, &group, errors);
    scan_clear(&scan);
    return r;
}

struct node *tree_find(const struct node *group, const char *name)
{
    for (uint32_t i = 0; i < group->child_count; i++) {
        if (group->children[i]->name && !strcmp(group->children[i]->name, name))
            return group->children[i];
    }
    return NULL;
}

const char *tree_kind_name(uint32_t kind)
{
    static const char *const names[] = { "?", "group", "list", "string", "integer", "boolean" };

    return names[kind < sizeof names / sizeof names[0] ? kind : 0];
}
