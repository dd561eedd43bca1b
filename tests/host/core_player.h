/*
 * Plays scripts of inputs against the pure core, with a fake clock, and compares what comes out.
 * One command a line; # begins a comment; words are parted by blanks. Times are RFC 3339, or +1m
 * after the last. A line may begin with AT TIME: the core is told the time first.
 *
 *   before the first input
 *     SET exit_model full_tp1|half_tp1_be|tp2     SET tp_first      SET max_age 48h
 *     SET balance 10000    SET slippage 0.001     SET stale 30s     SET durable manual
 *     INSTRUMENT SYMBOL feeds=bars,trades,quotes,book [bars=1m,5m] [tick=] [lot=] [min=] [max=]
 *                [min_notional=] [maker=] [taker=] [contract=] [kind=inverse] [undefined]
 *     BOT NAME [trade] [signals_only] [types=market,limit,stop,take_profit] [max_notional=]
 *              [cooldown=] [max_open=] [max_symbol=] [reversal_bypass] [risk_pct=]
 *              [max_position_pct=] [price_tolerance_pct=] [symbols=A,B]
 *   inputs
 *     BAR SYMBOL TF O H L C V [FORMING|HISTORY|OLD] [AGO]     the bar that closes now, or AGO
 *     QUOTE SYMBOL BID QTY ASK QTY                  TRADE SYMBOL PRICE QTY [ago=1s]
 *     BOOK SYMBOL SNAPSHOT|UPDATE [MORE] [BID PRICE QTY | ASK PRICE QTY]…
 *     FEED SYMBOL|ALL STATE                         DEFINE SYMBOL [as INSTRUMENT]
 *     SIGNAL BOT LONG|SHORT SYMBOL ENTRY STOP TP1 [TP2]
 *     ORDER BOT BUY|SELL SYMBOL MARKET|LIMIT|STOP|TAKE_PROFIT QTY [PRICE] [IOC|FOK|GTC]
 *           [expire=TIME] [reduce_only] [post_only]
 *     CANCEL BOT ID       SUBSCRIBE BOT SYMBOL FEEDS [TF] [history=N]      UNSUBSCRIBE …
 *     HISTORY_DONE SYMBOL TF        TIMER BOT ID +DELAY|OFF [INTERVAL]
 *     DURABLE [N]         STORE FAIL|OK      PAUSE BOT     RESUME BOT      KILL     UNKILL
 *     BOT GONE NAME [keep]          GRANT BOT MAX_NOTIONAL
 *   expectations, about what came out since the last input that stood after an expectation
 *     EXPECT SIGNAL BOT ACCEPTED|CODE               EXPECT OUTCOME TP1|SL… EXIT PNL_PCT
 *     EXPECT ORDER ID STATE [CODE [TEXT]]           EXPECT FILL ID BUY|SELL QTY PRICE FEE [MAKER]
 *     EXPECT POSITION BOT SYMBOL QTY AVERAGE REALISED UNREALISED FEES
 *     EXPECT BAR SYMBOL TF O H L C V OPENED_AT      EXPECT FORMING …    EXPECT PAST …
 *     EXPECT FEED SYMBOL STATE    EXPECT TIMER BOT ID    EXPECT PAST_END BOT TF COUNT
 *     EXPECT NOTE LEVEL CODE      EXPECT ASKED SYMBOL FEEDS TIMEFRAMES
 *     EXPECT ASKED_PAST SYMBOL TF COUNT             EXPECT NONE [KIND [WORDS]]
 *   and about what is
 *     EXPECT EQUITY CASH EQUITY   EXPECT HELD BOT SYMBOL QTY     EXPECT LIVE N
 *
 * Each EXPECT takes the first output of its kind that none took yet; its words must be the first
 * words of the output, "*" stands for any word. A FILL or an OUTCOME that no EXPECT took is an
 * error. All along the player itself checks that no order is sent before its record is durable,
 * and that each position is the sum of its fills.
 */
#ifndef BOTHY_TESTS_CORE_PLAYER_H
#define BOTHY_TESTS_CORE_PLAYER_H

#include "core/core.h"

struct player;

/* name stands in messages: "NAME:LINE: …". */
struct player *player_new(const char *name);
void player_free(struct player *player);
/* Effect: plays one line. Returns 0, or -1 with player_error() set. */
int player_line(struct player *player, const char *line);
/* Effect: checks that nothing unexpected is left. */
int player_finish(struct player *player);
/* "" or NAME:LINE: what is wrong. */
const char *player_error(const struct player *player);
/* Effect: drops what came out so far, expected or not. */
void player_forget(struct player *player);
/* The core, NULL before the first input. */
struct core *player_core(struct player *player);
/* FNV-1a over the bytes of all outputs so far. */
uint64_t player_digest(const struct player *player);
/* Checks that hold at any time between two inputs. */
int player_invariants(struct player *player);

/* Plays a whole file; returns 0 or -1 with a text for people in `error`. */
int player_file(const char *path, char *error, size_t capacity);

#endif
