/*
 * The options of a plugin as the host holds them: an owning copy of its table, and the form in
 * which a runner sends that table to whoever validates a configuration. A runner is not
 * trusted: what it sends is read with limits on every count and length, and each default,
 * minimum and maximum must pass the plugin's own rules before the schema is accepted.
 *
 *     u32 "BSCH"  u16 version  u16 0  u32 kind  u16 abi_major  u16 abi_minor
 *     u32 plugin_flags  text name  text plugin_version  text summary  u32 count
 *     count × { text name  u32 type  u32 flags  text default  text minimum  text maximum
 *               text unit  text choices  text doc }
 */
#ifndef BOTHY_CONF_SCHEMA_H
#define BOTHY_CONF_SCHEMA_H

#include <bothy/plugin.h>

/* Most options of one plugin, and the most bytes that a serialised schema may have. */
#define CONF_SCHEMA_OPTIONS_MAX 256
#define CONF_SCHEMA_BYTES_MAX   (256 * 1024)

struct conf_schema {
    char *name;    /* the plugin's own name, not that of an instance */
    char *version; /* "1.0.0" */
    char *summary;
    uint32_t kind; /* BOTHY_KIND_* */
    uint16_t abi_major;
    uint16_t abi_minor;
    uint32_t flags; /* BOTHY_PLUGIN_*: virtual time … */
    uint32_t option_count;
    struct bothy_option *options; /* every text in it is owned */
};

/*
 * Effect: writes the schema of a plugin. The texts of `schema` need not be owned: a runner
 * points them at the plugin's descriptor. Returns the length, or BOTHY_ERANGE when it does not
 * fit into `capacity` (CONF_SCHEMA_BYTES_MAX suffices for any that is accepted), or BOTHY_EINVAL
 * for one that conf_schema_deserialise() would refuse.
 */
int32_t conf_schema_serialise(const struct conf_schema *schema, void *data, size_t capacity,
                              struct bothy_error *error);

/*
 * Effect: reads what a runner wrote. *ret_schema is [owned] (conf_schema_clear). Errors:
 * BOTHY_EPROTO malformed bytes; BOTHY_EINVAL a table that breaks its own rules (the text names
 * the option); BOTHY_ENOMEM.
 */
int32_t conf_schema_deserialise(const void *data, size_t length, struct conf_schema *ret_schema,
                                struct bothy_error *error);

/*
 * Effect: an owning copy, after the same checks as conf_schema_deserialise(): for drivers that
 * have the descriptor in their own process, and for tests.
 */
int32_t conf_schema_copy(const struct conf_schema *schema, struct conf_schema *ret_schema,
                         struct bothy_error *error);

/* Effect: frees what the schema owns and zeroes it. Takes NULL. */
void conf_schema_clear(struct conf_schema *schema);

/* Returns the option, or NULL. [borrowed] from schema. */
const struct bothy_option *conf_schema_find(const struct conf_schema *schema, const char *name);

/* Returns "strategy", "exchange" …, or "?". [borrowed]: static. */
const char *conf_kind_name(uint32_t kind);

#endif
