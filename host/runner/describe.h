/*
 * `--describe`: the descriptor and the table of options of a plugin, as a host reads them.
 */
#ifndef BOTHY_RUNNER_DESCRIBE_H
#define BOTHY_RUNNER_DESCRIBE_H

#include <stdint.h>

#include "conf/schema.h"

/* Effect: prints the plugin at an absolute path. Returns 0, or 2 when it is refused. */
int describe_plugin(const char *path, int json);

/* Effect: prints what DESCRIBED carried; an object without its braces in JSON. */
void describe_print(const struct conf_schema *schema, uint32_t sandbox, uint32_t landlock_abi,
                    int json);

/* Effect: reads a DESCRIBED message. *ret_schema is [owned] (conf_schema_clear). */
int32_t describe_read(const void *message, size_t length, struct conf_schema *ret_schema,
                      uint32_t *ret_sandbox, uint32_t *ret_landlock_abi, struct bothy_error *error);

#endif
