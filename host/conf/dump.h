/*
 * The configuration and the schemas for people and programs: `bothyctl conf dump`,
 * `bothyd --dump-schema`, `bothyctl plugin schema`. Sensitive values are never shown.
 */
#ifndef BOTHY_CONF_DUMP_H
#define BOTHY_CONF_DUMP_H

#include <stdio.h>

#include "conf/conf.h"

/*
 * Effect: writes every value with where it comes from:
 *     log.level = "debug"    # /etc/bothy/bothy.conf:12 global
 * Errors: BOTHY_EIO.
 */
int32_t conf_dump_text(const struct conf *conf, FILE *out);
/* Effect: the same as one JSON document {"files": [], "values": [{path, value, level, file, line}]}
 */
int32_t conf_dump_json(const struct conf *conf, FILE *out);

/*
 * Effect: every option that the host knows, and then those of `schemas` (may be NULL): type,
 * default, range, unit, flags and meaning.
 */
int32_t conf_schema_dump_text(const struct conf_schema *const *schemas, uint32_t count, FILE *out);
int32_t conf_schema_dump_json(const struct conf_schema *const *schemas, uint32_t count, FILE *out);

#endif
