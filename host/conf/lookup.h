/*
 * Finding what an entry refers to by name, with a report when it is not there. Internal to this
 * room.
 */
#ifndef BOTHY_CONF_LOOKUP_H
#define BOTHY_CONF_LOOKUP_H

#include "conf/loader.h"

/* Returns the exchange that value->text names, or NULL (reported at `path`). */
const struct conf_exchange *exchange_lookup(struct loader *loader, const char *path,
                                            const struct conf_value *value);

#endif
