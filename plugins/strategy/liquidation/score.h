/*
 * The liquidation rule: a direction from liquidated value, book, takers' flow and bands. Pure.
 */
#ifndef LIQUIDATION_SCORE_H
#define LIQUIDATION_SCORE_H

#include <stdint.h>

/* Most that the factors can add up to. */
#define LIQUIDATION_SCORE_MAX 4

enum liquidation_mode {
    /* Expects the cascade to have gone too far: liquidated longs at the lower band are bought. */
    LIQUIDATION_CONTRARIAN = 0,
    /* Expects it to go on: liquidated shorts push the price up. No bands. */
    LIQUIDATION_SQUEEZE = 1,
};

struct liquidation_rules {
    uint32_t mode;
    uint32_t reserved;
    double imbalance; /* one side's liquidated value over the other's */
    double min_value; /* less than this, both sides together, says nothing */
    double book;      /* bid value over ask value, or the reverse */
    double flow_high; /* share of the takers' buys */
    double flow_low;
};

struct liquidation_inputs {
    double longs; /* value of liquidated long positions */
    double shorts;
    double bids; /* value in the book */
    double asks;
    double bought; /* value by takers */
    double sold;
    double price;
    double upper; /* bands */
    double lower;
    uint32_t has_book;
    uint32_t has_flow;
    uint32_t has_bands;
    uint32_t reserved;
};

/* What each factor added, and what came of it. */
struct liquidation_score {
    int32_t total;
    int32_t liquidations;
    int32_t book;
    int32_t flow;
    int32_t direction; /* BOTHY_DIRECTION_*; NEUTRAL: no signal */
};

/*
 * Effect: adds up
 *     liquidations  one side's value > imbalance × the other's: ±2, the sign by mode
 *     book          bids ≥ ratio × asks +1, asks ≥ ratio × bids −1
 *     flow          share of buys ≥ high +1, ≤ low −1
 * Without the first factor the total stays within ±1; contrarian, with the price strictly between
 * the bands, it is 0. LONG from 2 on with the first factor and, contrarian, the price at or below
 * the lower band or no bands; SHORT mirrored.
 */
struct liquidation_score liquidation_score(const struct liquidation_rules *rules,
                                           const struct liquidation_inputs *inputs);

#endif
