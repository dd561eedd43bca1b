/*
 * What a new configuration changes: the plan of a reload. It only compares; the caller carries
 * it out, all or nothing.
 */
#ifndef BOTHY_CONF_DIFF_H
#define BOTHY_CONF_DIFF_H

#include "conf/conf.h"

enum {
    CONF_CHANGE_ADDED = 1,
    CONF_CHANGE_REMOVED = 2,
    CONF_CHANGE_RESTART = 3, /* something that its process cannot take while it runs */
    CONF_CHANGE_RELOAD = 4,  /* only values that may change in place */
    CONF_CHANGE_UNCHANGED = 5,
};

/* A bot or an exchange. One that is disabled counts as not there. */
struct conf_change {
    uint32_t change; /* CONF_CHANGE_* */
    const char *name;
    const struct conf_bot *old_bot; /* both NULL for an exchange */
    const struct conf_bot *new_bot;
    const struct conf_exchange *old_exchange; /* both NULL for a bot */
    const struct conf_exchange *new_exchange;
    char why[128]; /* the first keys that differ: "params.oi_strong, risk.sl_mult" */
};

/* One setting of the host itself. */
struct conf_setting_change {
    char path[64];        /* "log.level" */
    int32_t reloadable;   /* 0: takes effect at the next start of the host */
    const char *old_text; /* NULL: not set; "***" when sensitive */
    const char *new_text;
};

struct conf_diff {
    struct conf_change *bots; /* every bot of either side, in the order of the new one */
    uint32_t bot_count;
    struct conf_change *exchanges;
    uint32_t exchange_count;
    struct conf_setting_change *settings; /* only those that differ */
    uint32_t setting_count;
    uint32_t restart_settings; /* how many of them are not reloadable */
};

/*
 * Effect: compares. A change of an exchange's process restarts no bot, but a bot whose exchange
 * was added or removed under the same name is as it was. *ret is [owned] (conf_diff_clear) and
 * borrows from both. Errors: BOTHY_ENOMEM.
 */
int32_t conf_diff(const struct conf *old, const struct conf *new, struct conf_diff *ret);
void conf_diff_clear(struct conf_diff *diff);

/* Returns "added", "removed", "restart", "reload", "unchanged". [borrowed]: static. */
const char *conf_change_name(uint32_t change);

#endif
