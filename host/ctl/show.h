/*
 * Values of the host's documents as people read them: times without the day's noise, money with
 * the digits that matter, counts in groups. Whatever is absent is shown as "-" or as nothing;
 * the documents themselves are never changed.
 */
#ifndef BOTHY_CTL_SHOW_H
#define BOTHY_CTL_SHOW_H

#include "ctl/ctl.h"
#include "ctl/table.h"

#define SHOW_MAX 64

/* "2024-08-08T23:54:15.030Z" → "2024-08-08 23:54:15"; anything else stays as it is. */
const char *show_time(const char *text, char room[SHOW_MAX]);
/* Milliseconds → "250ms", "12.3s", "4m10s", "3h12m", "2d4h". */
const char *show_age(int64_t age_ms, char room[SHOW_MAX]);
/* "12.34000000" → "12.34": `digits` behind the point, rounded half-even. */
const char *show_money(const char *text, int32_t digits, char room[SHOW_MAX]);
/* Any number, text, or boolean of a document. Objects and lists: compact JSON, cut. */
const char *show_value(const json_t *value, char *room, size_t capacity);

/* The member of an object as text ("" if absent), or as a number (0). */
const char *show_text(const json_t *object, const char *key);
int64_t show_count(const json_t *object, const char *key);

/* RUNNING is good, ERROR is bad, the rest is worth a look; likewise for feeds and orders. */
enum table_colour show_status_colour(const char *status);
/* Losses are red, gains are green. */
enum table_colour show_sign_colour(const char *money);

#endif
