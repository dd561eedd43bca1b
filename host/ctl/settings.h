/*
 * Reading a configuration without a host, for the commands that look at settings.
 */
#ifndef BOTHY_CTL_SETTINGS_H
#define BOTHY_CTL_SETTINGS_H

#include "conf/conf.h"
#include "ctl/ctl.h"

#define SETTINGS_DEFAULT BOTHY_SYSCONFDIR "/bothy.conf"

/*
 * Effect: conf_load() with the environment that bothyd uses. No plugin is loaded, so what stands
 * in `params` is kept as it is written. `flags`: CONF_NO_*.
 */
int32_t settings_load(const char *path, uint32_t flags, struct conf_errors *errors,
                      struct conf **ret_conf);

#endif
