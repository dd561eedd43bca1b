/*
 * bothy/signal.h: typed trading signals: what a strategy believes, with the levels at which it
 * would enter, take profit and give up.
 *
 * A signal is a flat record. Prices in it are doubles: they are opinions. At the order gate
 * they become decimals on the instrument's tick.
 */
#ifndef BOTHY_SIGNAL_H
#define BOTHY_SIGNAL_H

#include <bothy/base.h>

BOTHY_BEGIN

enum { BOTHY_DIRECTION_NEUTRAL = 0, BOTHY_DIRECTION_LONG = 1, BOTHY_DIRECTION_SHORT = -1 };

/* Effect: reads long, short, neutral, bullish, bearish, buy, sell, in any case of letters. Errors:
 * BOTHY_EINVAL: a text that is none of these is no direction. */
BOTHY_API int32_t bothy_direction_parse(const char *text, int32_t *ret_direction);
/* Returns "LONG", "SHORT", "NEUTRAL", or "?". Static. */
BOTHY_API const char *bothy_direction_name(int32_t direction);

/* Types of the known strategies. Others name themselves "x_…" with type 0. */
enum {
    BOTHY_SIGNAL_CUSTOM = 0,
    BOTHY_SIGNAL_FUNDING_RATE = 1,
    BOTHY_SIGNAL_LIQUIDATION = 2,
    BOTHY_SIGNAL_VOLUME_SPIKE = 3,
    BOTHY_SIGNAL_HARMONIC_PATTERN = 4,
    BOTHY_SIGNAL_CANDLESTICK_PATTERN = 5,
    BOTHY_SIGNAL_FIBONACCI_REVERSAL = 6,
    BOTHY_SIGNAL_STRAT_PATTERN = 7,
    BOTHY_SIGNAL_FIBONACCI_SWING = 8,
    BOTHY_SIGNAL_MTF_ALIGNMENT = 9,
    BOTHY_SIGNAL_PSAR_REVERSAL = 10,
    BOTHY_SIGNAL_DIY_COMPOSITE = 11,
    BOTHY_SIGNAL_MOST_TREND = 12,
    BOTHY_SIGNAL_ORB_BREAKOUT = 13,
    BOTHY_SIGNAL_VOLUME_PROFILE = 14,
    BOTHY_SIGNAL_CONSENSUS = 15,
    BOTHY_SIGNAL_TYPE_COUNT = 16,
};

/* Returns "funding_rate" …, "custom" for CUSTOM, or "?". Static. */
BOTHY_API const char *bothy_signal_type_name(uint32_t type);
/*
 * Effect: reads the name of a known type, or "x_" and then lower-case letters, digits and
 * underscores, 31 bytes at the most, which is CUSTOM. Errors: BOTHY_EINVAL.
 */
BOTHY_API int32_t bothy_signal_type_parse(const char *text, uint32_t *ret_type);

enum {
    BOTHY_SIGNAL_FLAG_INFERRED = 1 << 0, /* from substitute data */
    BOTHY_SIGNAL_FLAG_UPDATE = 1 << 1,   /* adds to an earlier one */
};

#define BOTHY_SIGNAL_EXTRAS_MAX  12
#define BOTHY_SIGNAL_REASONS_MAX 256

enum { BOTHY_EXTRA_NUMBER = 1, BOTHY_EXTRA_TEXT = 2 };

struct bothy_signal_extra {
    char name[24];
    uint32_t kind; /* BOTHY_EXTRA_* */
    uint32_t reserved;
    double number;
    char text[40];
};

struct bothy_signal {
    uint32_t size; /* sizeof(struct bothy_signal) */
    uint32_t type; /* BOTHY_SIGNAL_* */
    char type_name[32];
    int32_t direction; /* BOTHY_DIRECTION_LONG or _SHORT */
    uint32_t instrument;
    uint32_t timeframe; /* BOTHY_TF_* or 0 */
    uint32_t flags;     /* BOTHY_SIGNAL_FLAG_* */
    int64_t ts_ns;
    double current; /* price when it was made */
    double entry;
    double stop_loss;
    double take_profit_1;
    double take_profit_2; /* 0: none */
    double take_profit_3; /* 0: none */
    double risk_reward_1; /* recomputed by bothy_signal_validate() */
    double risk_reward_2;
    double risk_reward_3;
    double confidence;       /* 0 … 1 */
    uint8_t correlation[16]; /* the host's: from signal to fill */
    uint32_t extra_count;
    uint32_t reserved;
    struct bothy_signal_extra extras[BOTHY_SIGNAL_EXTRAS_MAX];
    char reasons[BOTHY_SIGNAL_REASONS_MAX]; /* lines joined by '\n' */
};

/*
 * Effect: an empty signal of that type, all else 0. One of type CUSTOM needs its type_name
 * ("x_…") set besides.
 */
BOTHY_API void bothy_signal_init(struct bothy_signal *signal, uint32_t type, uint32_t instrument,
                                 int32_t direction, int64_t ts_ns);
/*
 * Effect: adds an extra, or replaces the one of that name. Names are lower-case letters, digits
 * and underscores, 1 to 23; texts are at most 39 bytes, without control characters.
 * Errors: BOTHY_ENOMEM (full), BOTHY_EINVAL (name, text; number not finite).
 */
BOTHY_API int32_t bothy_signal_add_number(struct bothy_signal *signal, const char *name,
                                          double number);
BOTHY_API int32_t bothy_signal_add_text(struct bothy_signal *signal, const char *name,
                                        const char *text);
/* Returns the extra of that name, or NULL. [borrowed] from the signal. */
BOTHY_API const struct bothy_signal_extra *bothy_signal_find(const struct bothy_signal *signal,
                                                             const char *name);
/* Effect: adds a line of reasons; cut when the room ends. Control characters become blanks. */
BOTHY_API void bothy_signal_add_reason(struct bothy_signal *signal, const char *format, ...)
    BOTHY_PRINTF(2, 3);

/*
 * Effect: checks a signal, wherever it comes from: the form of its fields, prices (finite, > 0) and
 * their order (LONG: stop_loss < entry < take_profit_1 <= 2 <= 3; SHORT mirrored), and the
 * extras that the type demands; then computes the risk-reward ratios anew.
 * Errors: BOTHY_EINVAL, with the first failure as "CODE: key=value …" in error->text; the signal
 * then is unchanged.
 */
BOTHY_API int32_t bothy_signal_validate(struct bothy_signal *signal, struct bothy_error *error);

#define BOTHY_SIGNAL_JSON_MAX 4096

/*
 * Effect: writes a signal as one JSON object and a NUL: always the same keys in the same order,
 * null for what it does not have, times as RFC 3339 in UTC, numbers that read back as the same
 * double. Returns the length, or BOTHY_ERANGE if it does not fit (`text` is then "");
 * BOTHY_SIGNAL_JSON_MAX bytes suffice for one that passed bothy_signal_validate().
 */
BOTHY_API int32_t bothy_signal_to_json(const struct bothy_signal *signal, const char *symbol,
                                       char *text, size_t capacity);

BOTHY_END

#endif
