/*
 * Random inputs from a seed: the same seed gives the same output bytes, and after each input the
 * invariants hold: no order out before its record is durable, positions are the sums of their
 * fills, no exit outlives its group, no table grows for ever.
 */
#include "core_player.h"

#include "core/state.h"
#include "suite.h"

#include <bothy/random.h>

#include <stdarg.h>
#include <string.h>

static uint32_t below(struct bothy_random *random, uint32_t end)
{
    return (uint32_t)(bothy_random_u64(random) % end);
}

static void line(struct player *p, const char *format, ...) BOTHY_PRINTF(2, 3);

static void line(struct player *p, const char *format, ...)
{
    char text[512];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    ck_assert_msg(player_line(p, text) == 0, "%s\nin: %s", player_error(p), text);
}

static const char *const symbols[] = { "QUO", "BOO", "TRA", "BAR" };

static void market(struct player *p, struct bothy_random *random, uint32_t *price)
{
    uint32_t which = below(random, 4), at;

    at = price[which] = 50 + (price[which] - 50 + 97 + below(random, 7)) % 100;
    switch (which) {
    case 0:
        line(p, "QUOTE QUO %u %u %u %u", at, below(random, 20), at + 1 + below(random, 3),
             below(random, 20));
        break;
    case 1:
        if (below(random, 10) == 0)
            line(p, "BOOK BOO SNAPSHOT BID %u 3 BID %u 9 ASK %u 2 ASK %u 8", at, at - 2, at + 1,
                 at + 3);
        else
            line(p, "BOOK BOO UPDATE BID %u %u ASK %u %u", at, below(random, 5), at + 1,
                 below(random, 5));
        break;
    case 2:
        line(p, "TRADE TRA %u.%u 1", at, below(random, 10));
        break;
    default:
        line(p, "BAR BAR 1m %u %u %u %u 1", at, at + below(random, 5), at - below(random, 5), at);
        break;
    }
}

static void act(struct player *p, struct bothy_random *random, const uint32_t *price)
{
    static const char *const sides[] = { "BUY", "SELL" };
    static const char *const types[] = { "LIMIT", "STOP", "TAKE_PROFIT" };
    static const char *const tifs[] = { "GTC", "IOC", "FOK", "expire=+90s" };
    static const char *const flags[] = { "", "", "reduce_only", "post_only" };
    uint32_t which = below(random, 4), at = price[which], bot = below(random, 2);

    switch (below(random, 16)) {
    case 0:
    case 1:
    case 2:
        line(p, "SIGNAL b%u LONG %s %u %u %u %u", bot, symbols[which], at, at - 3, at + 3, at + 6);
        break;
    case 3:
    case 4:
        line(p, "SIGNAL b%u SHORT %s %u %u %u %u", bot, symbols[which], at, at + 3, at - 3, at - 6);
        break;
    case 5:
    case 6:
        line(p, "ORDER b%u %s %s MARKET %u %s %s", bot, sides[below(random, 2)], symbols[which],
             1 + below(random, 9), tifs[below(random, 4)], flags[below(random, 4)]);
        break;
    case 7:
    case 8:
    case 9:
        line(p, "ORDER b%u %s %s %s %u %u %s %s", bot, sides[below(random, 2)], symbols[which],
             types[below(random, 3)], 1 + below(random, 9), at - 4 + below(random, 9),
             tifs[below(random, 4)], flags[below(random, 4)]);
        break;
    case 10:
        line(p, "CANCEL b%u %u", bot,
             1 + below(random, 1 + (uint32_t)player_core(p)->next_order_id));
        break;
    case 11:
        line(p, "FEED %s %s", symbols[which],
             below(random, 3)   ? "LIVE"
             : below(random, 2) ? "GAP"
                                : "STALE");
        break;
    case 12:
        line(p, below(random, 4) ? "UNKILL" : "KILL");
        break;
    case 13:
        line(p, "%s b%u", below(random, 4) ? "RESUME" : "PAUSE", bot);
        break;
    case 14:
        if (below(random, 8) == 0)
            line(p, "BOT GONE b%u", bot);
        break;
    default:
        line(p, "TIMER b%u %u +%us", bot, below(random, 5), 1 + below(random, 100));
        break;
    }
}

static uint64_t play(uint64_t seed, const char *exit_model, int manual, int steps)
{
    uint32_t price[4] = { 100, 100, 100, 100 };
    struct bothy_random random;
    struct player *p = player_new("random");
    uint64_t digest;

    bothy_random_seed_stream(&random, seed, "core");
    line(p, "SET exit_model %s", exit_model);
    line(p, "SET slippage 0.001");
    line(p, "SET max_age 3h");
    if (seed % 2)
        line(p, "SET tp_first");
    if (manual)
        line(p, "SET durable manual");
    line(p, "INSTRUMENT QUO feeds=quotes maker=0.0002 taker=0.0007");
    line(p, "INSTRUMENT BOO feeds=book tick=1 lot=0.1 taker=0.0007");
    line(p, "INSTRUMENT TRA feeds=trades bars=none taker=0.001");
    line(p, "INSTRUMENT BAR feeds=bars lot=0.01 taker=0.001");
    line(p, "BOT b0 trade cooldown=2m reversal_bypass max_open=8 max_symbol=3");
    line(p, "BOT b1 trade risk_pct=2 max_notional=5000");
    line(p, "AT 2022-01-01T00:01:00Z SUBSCRIBE b0 TRA bars,forming 1m");
    line(p, "SUBSCRIBE b1 BAR bars 5m");
    for (int i = 0; i < steps; i++) {
        line(p, "AT +%us", below(&random, 4) ? below(&random, 20) : 60);
        market(p, &random, price);
        if (below(&random, 3) == 0)
            act(p, &random, price);
        if (manual && below(&random, 3) == 0)
            line(p, "DURABLE");
        player_forget(p);
    }
    digest = player_digest(p);
    player_free(p);
    return digest;
}

static const char *const models[] = { "full_tp1", "half_tp1_be", "tp2" };

START_TEST(same_inputs_same_bytes)
{
    uint64_t seed = (uint64_t)_i + 1;
    uint64_t first = play(seed, models[_i % 3], _i & 1, 1500);

    ck_assert_uint_eq(first, play(seed, models[_i % 3], _i & 1, 1500));
    ck_assert_uint_ne(first, play(seed + 1000, models[_i % 3], _i & 1, 1500));
}
END_TEST

/* Orders and signals by the ten thousand: the tables stay small, the newest can be seen. */
START_TEST(tables_stay_small)
{
    const struct record_order *order;
    struct core_signal_view signal;
    uint32_t bot, number;
    uint64_t last = 0;
    size_t cursor = 0, count = 0;
    struct player *p = player_new("retention");
    struct core *core;

    line(p, "INSTRUMENT QUO feeds=quotes");
    line(p, "BOT b trade risk_pct=0.001");
    line(p, "AT 2022-01-01T00:00:00Z QUOTE QUO 100 1000 100 1000");
    line(p, "ORDER b BUY QUO LIMIT 1 1"); /* lives all the time */
    core = player_core(p);
    for (int i = 0; i < 5000; i++) {
        line(p, "AT +1s SIGNAL b LONG QUO 100 99 101");
        line(p, "QUOTE QUO 101 1000 101 1000");
        line(p, "QUOTE QUO 100 1000 100 1000");
        player_forget(p);
        ck_assert_uint_le(core->order_count, 16);
        ck_assert_uint_le(core->signal_count, 16);
    }
    ck_assert_uint_eq(core->next_order_id, 1 + 3 * 5000);
    ck_assert_uint_eq(core->next_signal_id, 5000);
    ck_assert_uint_le(core->past_orders.capacity, PAST_ORDERS_MAX);
    while (core_order_next(core, &cursor, &bot, &order, &number)) {
        count++;
        if (order->order.order_id == 1)
            continue;
        ck_assert_uint_gt(order->order.order_id, last);
        last = order->order.order_id;
    }
    ck_assert_uint_eq(count, PAST_ORDERS_MAX + 1);
    ck_assert_uint_eq(last, 1 + 3 * 5000);
    ck_assert_uint_eq(order->order.order_id, 1); /* the living stand last */
    cursor = count = 0;
    while (core_signal_next(core, &cursor, &signal)) {
        ck_assert_uint_eq(signal.id, 5000 - PAST_SIGNALS_MAX + 1 + count);
        ck_assert_uint_eq(signal.outcome, SIGNAL_OUTCOME_TP1);
        count++;
    }
    ck_assert_uint_eq(count, PAST_SIGNALS_MAX);
    /* The old one still answers to its number. */
    line(p, "CANCEL b 1");
    ck_assert_uint_eq(orders_find(core, 1) == NULL, 1);
    player_free(p);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("core_random");
    TCase *all = tcase_create("all");

    tcase_set_timeout(all, 120);
    tcase_add_loop_test(all, same_inputs_same_bytes, 0, 12);
    tcase_add_test(all, tables_stay_small);
    suite_add_tcase(suite, all);
    return suite;
}

BOTHY_TEST_MAIN(make_suite)
