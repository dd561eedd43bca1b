/*
 * What the liquidation plugin keeps over a restart: the sums of each side, by symbol and venue.
 */
#ifndef LIQUIDATION_STATE_H
#define LIQUIDATION_STATE_H

#include <bothy/config.h>

#include "window.h"

/*
 * Effect: writes the windows of all symbols of `config`; of_symbol(context, index) returns that of
 * one. If `capacity` is short, the symbols that do not fit are left out. Returns the length, or
 * BOTHY_ERANGE if not even one header fits.
 */
int32_t liquidation_state_save(const struct bothy_config *config,
                               struct window *(*of_symbol)(void *context, uint32_t index),
                               void *context, void *data, size_t capacity);

/*
 * Effect: gives saved sums back to the symbols that are still configured. Errors: BOTHY_ECORRUPT,
 * with no symbol changed.
 */
int32_t liquidation_state_load(const struct bothy_config *config,
                               struct window *(*of_symbol)(void *context, uint32_t index),
                               void *context, const void *data, size_t length);

#endif
