/*
 * Every option that the host itself knows, as tables of struct bothy_option: they give
 * validation, defaults, `bothyd --dump-schema`, bothy.conf(5) and the comments of the sample. The
 * risk parameters are not here but in the SDK (bothy/risk.h), because plugins read them too.
 */
#ifndef BOTHY_CONF_OPTIONS_H
#define BOTHY_CONF_OPTIONS_H

#include "conf/conf.h"

/* How a value's text becomes the field of a struct. */
enum conf_store {
    STORE_BY_TYPE = 0, /* as the option's type says: see store.h */
    STORE_SIZE,        /* a STRING: "10M" → uint64_t bytes */
    STORE_SPEED,       /* a STRING: "max", "10x" → struct bothy_decimal, 0 for max */
    STORE_ORDER_TYPES, /* a LIST → uint32_t, bit n for BOTHY_ORDER_TYPE n */
    STORE_PATH,        /* a STRING: an absolute path */
    STORE_NOTHING,     /* the code that reads the entry looks at the value itself */
};

struct conf_field {
    struct bothy_option option;
    size_t offset; /* of the field in the section's struct */
    uint32_t store;
};

struct conf_section {
    const char *name; /* of the group: "log"; "" for the top */
    const char *doc;
    const struct conf_field *fields;
    uint32_t field_count;
    size_t offset; /* of the section's struct in struct conf */
};

enum {
    SECTION_TOP = 0,
    SECTION_PATHS,
    SECTION_LOG,
    SECTION_AUDIT,
    SECTION_CLOCK,
    SECTION_SUPERVISE,
    SECTION_SIGNALS,
    SECTION_ORDERS,
    SECTION_PAPER,
    SECTION_COUNT,
};

/* The groups of the host, by SECTION_*. */
extern const struct conf_section conf_sections[SECTION_COUNT];

/* The keys of an entry of `exchanges`, `bots`, `symbols`, `watchlists`, and of a bot's grants. */
extern const struct conf_section conf_exchange_section;
extern const struct conf_section conf_bot_section;
extern const struct conf_section conf_symbol_section;
extern const struct conf_section conf_watchlist_section;
extern const struct conf_section conf_grants_section;

/* Offsets of the risk parameters in struct conf_risk, by name. */
size_t conf_risk_offset(const char *name);

/* What stands in the file besides values: groups and lists. For the manual and for messages. */
struct conf_structure {
    const char *in;   /* "" for the top; "bot", "exchange", "watchlist" for entries */
    const char *name; /* "bots" */
    const char *form; /* "( { … }, … )" */
    const char *doc;
};

extern const struct conf_structure conf_structures[];
extern const uint32_t conf_structure_count;

#endif
