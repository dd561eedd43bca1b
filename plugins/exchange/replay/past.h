/*
 * What lies before the present in a file of bars or funding rates: read again from its beginning,
 * of which only the newest are kept.
 */
#ifndef BOTHY_REPLAY_PAST_H
#define BOTHY_REPLAY_PAST_H

#include "format.h"
#include "output.h"

#define REPLAY_PAST_MAX 20000 /* records of one request */

/*
 * Effect: publishes the newest `count` bars of a time frame that closed at or before before_ns,
 * put together from those of the file where its own time frame is shorter. Returns how many.
 * Errors: BOTHY_ENOTSUP the file cannot give them; BOTHY_ENOMEM; what the host says.
 */
int32_t replay_past_bars(struct replay_output *output, const struct replay_instrument *instrument,
                         const struct replay_format *format, uint32_t timeframe, uint32_t count,
                         int64_t before_ns);

/* The same for settled funding rates. */
int32_t replay_past_funding(struct replay_output *output,
                            const struct replay_instrument *instrument,
                            const struct replay_format *format, uint32_t count, int64_t before_ns);

/* Effect: the body for a settled rate of a file. */
void replay_funding_body(const struct replay_format *format, int64_t ts_ns,
                         struct bothy_decimal rate, struct bothy_funding *ret_body);

#endif
