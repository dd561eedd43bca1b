/*
 * Tables for people: columns as wide as their longest cell, cut where a terminal is narrower,
 * words coloured on a terminal only. Texts may come from anywhere (a plugin's words are among
 * them): control characters and broken UTF-8 never reach the terminal.
 */
#ifndef BOTHY_CTL_TABLE_H
#define BOTHY_CTL_TABLE_H

#include <stdint.h>
#include <stdio.h>

#define TABLE_COLUMNS_MAX 24
#define TABLE_CELL_MAX    512 /* bytes of a cell; longer ones are cut */

enum {
    TABLE_LEFT = 0,
    TABLE_RIGHT = 1 << 0, /* numbers */
    TABLE_CUT = 1 << 1,   /* may be cut to fit the terminal */
};

enum table_colour { COLOUR_NONE, COLOUR_GOOD, COLOUR_WARN, COLOUR_BAD, COLOUR_DIM, COLOUR_BOLD };

struct table;

/* How to write to `out`: a terminal has a width and perhaps colours. */
struct table_style {
    uint32_t width; /* 0: no limit */
    int colour;
};

/* What stdout is: width and colour of a terminal (NO_COLOR is honoured), else neither. */
struct table_style table_style_stdout(void);

/* Returns [owned] (table_free), or NULL without memory. */
struct table *table_new(void);
void table_free(struct table *table);
/* Effect: adds a column; all columns before the first row. `title` [borrowed]. */
void table_column(struct table *table, const char *title, uint32_t flags);
/* Effect: appends a cell; after the last column a new row begins. The text is copied. */
void table_cell(struct table *table, const char *text, enum table_colour colour);
/* Effect: writes header and rows. Returns 0, or -1 if a cell was lost for want of memory. */
int table_print(const struct table *table, const struct table_style *style, FILE *out);

/* Effect: copies a text fit for a terminal, at most capacity - 1 bytes of whole characters. */
void table_clean_text(const char *text, char *clean, size_t capacity);
/* Effect: writes a text in a colour, if the style has colours. */
void table_write(const struct table_style *style, enum table_colour colour, const char *text,
                 FILE *out);

#endif
