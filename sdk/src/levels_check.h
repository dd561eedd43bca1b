/*
 * The judgement on levels, in two steps: on what is asked (can levels be computed at all?) and
 * on the levels. Internal to libbothy. Each finding is appended to reasons.
 */
#ifndef BOTHY_LEVELS_CHECK_H
#define BOTHY_LEVELS_CHECK_H

#include <bothy/levels.h>

/* Returns 1 if all limits are finite and not negative. */
int levels_limits_good(const struct bothy_levels_limits *limits);

/* Missing and impossible input. No reason: find the levels. */
void levels_check_request(const struct bothy_levels_request *request, struct bothy_levels *levels);

/* Distance, reward, order, sides. */
void levels_check_levels(const struct bothy_levels_limits *limits, struct bothy_levels *levels);

#endif
