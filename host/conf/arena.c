/*
 * The arena of a configuration: see arena.h. Large requests get a block of their own, small
 * ones share.
 */
#include "conf/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_BYTES 16384
#define ALIGNMENT   16

struct arena_block {
    struct arena_block *next;
    size_t used;
    size_t capacity;
    _Alignas(ALIGNMENT) unsigned char data[];
};

static struct arena_block *block_new(size_t capacity)
{
    struct arena_block *block = calloc(1, sizeof *block + capacity);

    if (block)
        block->capacity = capacity;
    return block;
}

void *arena_alloc(struct arena *arena, size_t count, size_t size)
{
    struct arena_block *block = arena->blocks;
    size_t wanted;
    void *memory;

    if (__builtin_mul_overflow(count, size, &wanted) || wanted > SIZE_MAX / 4) {
        arena->failed = 1;
        return NULL;
    }
    wanted = (wanted + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    if (!block || wanted > block->capacity - block->used) {
        int large = wanted > BLOCK_BYTES / 4;
        struct arena_block *fresh = block_new(large ? wanted : BLOCK_BYTES);

        if (!fresh) {
            arena->failed = 1;
            return NULL;
        }
        if (large && block) { /* keep filling the one in front */
            fresh->next = block->next;
            block->next = fresh;
        } else {
            fresh->next = block;
            arena->blocks = fresh;
        }
        block = fresh;
    }
    memory = block->data + block->used;
    block->used += wanted;
    return memory;
}

char *arena_text_n(struct arena *arena, const char *text, size_t length)
{
    char *copy = arena_alloc(arena, length + 1, 1);

    if (copy && length)
        memcpy(copy, text, length);
    return copy;
}

char *arena_text(struct arena *arena, const char *text)
{
    return text ? arena_text_n(arena, text, strlen(text)) : NULL;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    va_list args, again;
    char *text = NULL;
    int length;

    va_start(args, format);
    va_copy(again, args);
    length = vsnprintf(NULL, 0, format, args);
    if (length >= 0)
        text = arena_alloc(arena, (size_t)length + 1, 1);
    if (text)
        vsnprintf(text, (size_t)length + 1, format, again);
    else
        arena->failed = 1;
    va_end(again);
    va_end(args);
    return text;
}

void *arena_grow(struct arena *arena, void *array, size_t count, size_t size)
{
    void *larger;

    /* The capacity is the power of two at or above count: room is left unless count is one. */
    if (array && count & (count - 1))
        return array;
    if (array && count == 0)
        return array;
    larger = arena_alloc(arena, count ? count * 2 : 1, size);
    if (larger && array)
        memcpy(larger, array, count * size);
    return larger;
}

void arena_clear(struct arena *arena)
{
    struct arena_block *block = arena->blocks;

    while (block) {
        struct arena_block *next = block->next;

        free(block);
        block = next;
    }
    arena->blocks = NULL;
    arena->failed = 0;
}
