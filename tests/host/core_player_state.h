/*
 * What the two halves of the player share: core_player.c (outputs and expectations) and
 * core_player_inputs.c (what a script does to the core).
 */
#ifndef BOTHY_TESTS_CORE_PLAYER_STATE_H
#define BOTHY_TESTS_CORE_PLAYER_STATE_H

#include "core_player.h"

#define OUTPUTS_MAX 4096
#define ORDERS_MAX  4096
#define BOTS_MAX    16
#define SYMBOLS_MAX 16

struct output {
    char text[256];
    int taken;
    int line;
};

struct seen_order {
    uint64_t record_n; /* of its first record */
    uint64_t group_id, parent_id;
    uint32_t state;
};

struct player {
    char name[256];
    int line;
    char error[1024];
    struct core *core;
    int64_t now_ns;
    uint64_t digest;
    int manual;
    uint64_t durable;
    int after_expect;

    struct core_conf conf;
    struct core_venue_conf venue;
    struct bothy_instrument definitions[SYMBOLS_MAX];
    int undefined[SYMBOLS_MAX];
    char symbols[SYMBOLS_MAX][BOTHY_SYMBOL_MAX];
    struct core_instrument_conf instruments[SYMBOLS_MAX];
    char bot_names[BOTS_MAX][BOTHY_NAME_MAX];
    struct core_bot_conf bots[BOTS_MAX];
    struct core_bot_symbol bot_symbols[BOTS_MAX][SYMBOLS_MAX];
    struct core_risk risks[BOTS_MAX];
    char bot_wants[BOTS_MAX][256];

    struct output outputs[OUTPUTS_MAX];
    size_t output_count;
    struct seen_order orders[ORDERS_MAX];
    struct bothy_decimal sums[BOTS_MAX][SYMBOLS_MAX + 1]; /* Σ fills */
};

#define SHOW(name, value)                                                                          \
    char name[BOTHY_DECIMAL_TEXT_MAX];                                                             \
    bothy_decimal_format(bothy_decimal_normalise(value), name, sizeof name)

/* ---- core_player.c ---- */
int player_fail(struct player *p, const char *format, ...) BOTHY_PRINTF(2, 3);
void player_output(struct player *p, const char *format, ...) BOTHY_PRINTF(2, 3);
extern const struct core_sink player_sink;

/* ---- core_player_inputs.c: 0, or -1 with the error set ---- */
int player_find_symbol(struct player *p, const char *name, uint32_t *ret_number);
int player_find_bot(struct player *p, const char *name, uint32_t *ret_number);
int player_make_core(struct player *p);
int player_set_up(struct player *p, char **w, int n, int *ret_done);
int player_input(struct player *p, char **w, int n);
void player_durable(struct player *p, uint64_t n);

#endif
