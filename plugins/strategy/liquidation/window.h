/*
 * Liquidated value of both sides over a sliding window. Pure; a fixed amount of memory.
 *
 * The window is cut into WINDOW_SLOTS slots: what is older than the window has left it after one
 * slot's length at most.
 */
#ifndef LIQUIDATION_WINDOW_H
#define LIQUIDATION_WINDOW_H

#include <stddef.h>
#include <stdint.h>

#define WINDOW_SLOTS 60

struct window_slot {
    int64_t number; /* ts_ns / slot length; 0: empty */
    double longs;   /* value of long positions that were liquidated */
    double shorts;
};

struct window {
    int64_t slot_ns;
    struct window_slot slots[WINDOW_SLOTS]; /* at number % WINDOW_SLOTS */
};

/* Effect: empties it. window_ns is at least WINDOW_SLOTS. */
void window_init(struct window *window, int64_t window_ns);

/*
 * Effect: adds values (≥ 0, finite) at ts_ns (> 0). What is older than the window by the newest
 * slot of its place is ignored.
 */
void window_add(struct window *window, int64_t ts_ns, double longs, double shorts);

/* Effect: the sums of what lies within the window before now_ns. */
void window_sums(const struct window *window, int64_t now_ns, double *ret_longs,
                 double *ret_shorts);

#endif
