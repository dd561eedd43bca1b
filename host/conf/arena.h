/*
 * Memory that lives as long as one configuration: texts and arrays that are made while it is
 * loaded and freed together. Nothing is ever given back alone.
 */
#ifndef BOTHY_CONF_ARENA_H
#define BOTHY_CONF_ARENA_H

#include <stddef.h>

struct arena_block;

struct arena {
    struct arena_block *blocks;
    int failed; /* an allocation failed once: the load ends with BOTHY_ENOMEM */
};

/* Returns zeroed memory, aligned for anything, or NULL (and sets failed). */
void *arena_alloc(struct arena *arena, size_t count, size_t size);
/* Returns a copy of `length` bytes with a NUL behind them, or NULL. */
char *arena_text_n(struct arena *arena, const char *text, size_t length);
/* Returns a copy; NULL for NULL. */
char *arena_text(struct arena *arena, const char *text);
/* Returns a formatted text, or NULL. */
char *arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/*
 * Returns an array with room for one more element than the `count` that `array` holds, grown
 * and moved as needed (capacities are powers of two); NULL without memory, the old one stays.
 */
void *arena_grow(struct arena *arena, void *array, size_t count, size_t size);
void arena_clear(struct arena *arena);

#endif
