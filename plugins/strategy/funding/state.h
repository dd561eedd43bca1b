/*
 * What the funding plugin keeps over a restart: samples of open interest, by symbol and venue.
 */
#ifndef FUNDING_STATE_H
#define FUNDING_STATE_H

#include <bothy/config.h>

#include "interest.h"

/*
 * Effect: writes the samples of all symbols of `config`; of_symbol(context, index) returns those of
 * one. If `capacity` is short, the symbols that do not fit are left out. Returns the length, or
 * BOTHY_ERANGE if not even one header fits.
 */
int32_t funding_state_save(const struct bothy_config *config,
                           struct interest *(*of_symbol)(void *context, uint32_t index),
                           void *context, void *data, size_t capacity);

/*
 * Effect: gives saved samples back to the symbols that are still configured. A window that has
 * changed since is no obstacle: samples carry their times. Errors: BOTHY_ECORRUPT, with no
 * symbol changed.
 */
int32_t funding_state_load(const struct bothy_config *config,
                           struct interest *(*of_symbol)(void *context, uint32_t index),
                           void *context, const void *data, size_t length);

#endif
