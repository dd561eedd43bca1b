/*
 * bothy/config.h: how a plugin declares its options, and how it reads their values.
 *
 * One table of struct bothy_option per plugin gives validation, defaults, `bothyctl plugin
 * schema`, the manual's section and the sample configuration. The host validates and
 * converts before any function of the plugin runs: a plugin never sees a text that does not
 * fit its type and range, and every option has a value (its default, if it has one).
 */
#ifndef BOTHY_CONFIG_H
#define BOTHY_CONFIG_H

#include <bothy/base.h>
#include <bothy/decimal.h>

BOTHY_BEGIN

/* Types of an option, with the form that its value has in the configuration. */
enum {
    BOTHY_OPTION_BOOL = 1,       /* true | false */
    BOTHY_OPTION_INT = 2,        /* a bare integer: counts only */
    BOTHY_OPTION_DECIMAL = 3,    /* "3000.00" quoted: money, sizes, prices */
    BOTHY_OPTION_PERCENT = 4,    /* "0.02" quoted, in percent; a trailing % is accepted */
    BOTHY_OPTION_NUMBER = 5,     /* "1.5" quoted: ratios and multipliers */
    BOTHY_OPTION_DURATION = 6,   /* "45m" quoted */
    BOTHY_OPTION_TIME = 7,       /* "2022-01-01T00:00:00Z" quoted */
    BOTHY_OPTION_STRING = 8,     /* "text" */
    BOTHY_OPTION_ENUM = 9,       /* one of `choices` */
    BOTHY_OPTION_TIMEFRAME = 10, /* "5m" */
    BOTHY_OPTION_FILE = 11,      /* "/path": the host opens it, the plugin gets a descriptor */
    BOTHY_OPTION_SECRET = 12,    /* "file:/path" or "cred:name": exchanges and sinks only */
    BOTHY_OPTION_LIST = 13,      /* ( "text", … ): a list of strings */
};

enum {
    BOTHY_OPTION_REQUIRED = 1 << 0,   /* no default: it must be set */
    BOTHY_OPTION_RELOADABLE = 1 << 1, /* may change without a restart of the plugin */
    BOTHY_OPTION_SENSITIVE = 1 << 2,  /* never shown; redacted in every log line */
    BOTHY_OPTION_PER_SYMBOL = 1 << 3, /* may also stand in an entry of `symbols` */
};

/* All texts are [borrowed] for the life of the plugin: use literals. NULL where not needed. */
struct bothy_option {
    const char *name; /* lower case, digits, underscore */
    uint32_t type;    /* BOTHY_OPTION_* */
    uint32_t flags;
    const char *default_value; /* in the form of the configuration: "45m", "0.02", "true"; of a
                                * LIST: "one, two" or ( "one", "two" ) */
    const char *minimum;       /* inclusive, in the same form; NULL: none */
    const char *maximum;
    const char *unit;    /* "USDT", "bars", "%" … for people */
    const char *choices; /* ENUM: "contrarian|squeeze" */
    const char *doc;     /* one or two sentences for the manual */
};

/*
 * The validated values. Getters never fail for an option that the table declares with that
 * type; asked for anything else they return the zero of the type (0, "", -1). A symbol-level
 * value, where the table permits one and the configuration has one, wins over the bot's.
 * Thread and state: any call of the plugin; [borrowed until return] in check and reload,
 * [borrowed] from create until destroy otherwise.
 */
struct bothy_config;

BOTHY_API int64_t bothy_config_int(const struct bothy_config *config, const char *name);
BOTHY_API int32_t bothy_config_bool(const struct bothy_config *config, const char *name);
BOTHY_API struct bothy_decimal bothy_config_decimal(const struct bothy_config *config,
                                                    const char *name);
/* DECIMAL, PERCENT and NUMBER as the nearest double. A percentage is in percent. */
BOTHY_API double bothy_config_number(const struct bothy_config *config, const char *name);
/* DURATION and TIME. */
BOTHY_API int64_t bothy_config_ns(const struct bothy_config *config, const char *name);
BOTHY_API uint32_t bothy_config_timeframe(const struct bothy_config *config, const char *name);
/* STRING, ENUM, and SECRET (the secret itself). [borrowed] from config. */
BOTHY_API const char *bothy_config_string(const struct bothy_config *config, const char *name);
/* Returns the index of an ENUM's value within its choices. */
BOTHY_API int32_t bothy_config_enum(const struct bothy_config *config, const char *name);
/* FILE: a read-only descriptor that the host keeps open and owns, or -1. */
BOTHY_API int32_t bothy_config_file(const struct bothy_config *config, const char *name);
/* LIST. */
BOTHY_API uint32_t bothy_config_list_count(const struct bothy_config *config, const char *name);
BOTHY_API const char *bothy_config_list_get(const struct bothy_config *config, const char *name,
                                            uint32_t index);

/* The instruments that the configuration gives this bot (or exchange), in its order. */
BOTHY_API uint32_t bothy_config_symbol_count(const struct bothy_config *config);
BOTHY_API const char *bothy_config_symbol(const struct bothy_config *config, uint32_t index);
/* The venue (name of the exchange entry) that symbol `index` trades on. */
BOTHY_API const char *bothy_config_symbol_venue(const struct bothy_config *config, uint32_t index);
/* A view of the configuration in which symbol `index`'s values win. [borrowed] from config. */
BOTHY_API const struct bothy_config *bothy_config_for_symbol(const struct bothy_config *config,
                                                             uint32_t index);

/* Name of the instance in the configuration ("funding"). [borrowed] from config. */
BOTHY_API const char *bothy_config_instance(const struct bothy_config *config);

/*
 * For hosts and for authors' unit tests: building the values from texts. It is the same
 * code that the daemon validates with.
 */

/*
 * Effect: checks one text against one option: type, range, choice. For a LIST, one element; for
 * FILE and SECRET only the form. Errors: BOTHY_EINVAL, BOTHY_ERANGE, with a sentence that names
 * the permitted form or range in error->text (`where` is left alone).
 */
BOTHY_API int32_t bothy_option_check(const struct bothy_option *option, const char *text,
                                     struct bothy_error *error);
/* Returns "number", "duration" …: the word for an option's type. [borrowed]: static. */
BOTHY_API const char *bothy_option_type_name(uint32_t type);

/*
 * Effect: a configuration with every default set. `options` stays [borrowed].
 * Returns [owned] (bothy_config_free), or NULL without memory.
 */
BOTHY_API struct bothy_config *bothy_config_new(const struct bothy_option *options,
                                                uint32_t option_count, const char *instance);
BOTHY_API void bothy_config_free(struct bothy_config *config);
/* Effect: adds a symbol and its venue; indices count from 0 in the order of the calls. */
BOTHY_API int32_t bothy_config_add_symbol(struct bothy_config *config, const char *symbol,
                                          const char *venue);
/* The value of an option for the whole instance: symbol index BOTHY_CONFIG_ALL_SYMBOLS. */
#define BOTHY_CONFIG_ALL_SYMBOLS UINT32_MAX
/*
 * Effect: sets an option from its text, after bothy_option_check(). A LIST: appends (the first
 * call replaces the default). Errors: BOTHY_ENOENT no such option or symbol; BOTHY_EPERM a
 * symbol-level value for an option without PER_SYMBOL; as bothy_option_check().
 */
BOTHY_API int32_t bothy_config_set(struct bothy_config *config, uint32_t symbol_index,
                                   const char *name, const char *text, struct bothy_error *error);
/* Effect: the descriptor of a FILE option [borrowed], or the text of a SECRET (copied). */
BOTHY_API int32_t bothy_config_set_file(struct bothy_config *config, const char *name, int32_t fd);
BOTHY_API int32_t bothy_config_set_secret(struct bothy_config *config, const char *name,
                                          const char *secret, size_t length);
/*
 * Effect: the name of the first REQUIRED option that has no value, or NULL. [borrowed].
 */
BOTHY_API const char *bothy_config_missing(const struct bothy_config *config);

BOTHY_END

#endif
