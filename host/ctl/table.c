/*
 * Tables for people. Width is counted in characters, which is what a terminal shows for the
 * letters that occur here; what would be wider is rare and only unaligned.
 */
#include "ctl/table.h"

#include "base/clean.h"

#include <bothy/base.h>

#include <string.h>
#include <sys/ioctl.h>

#define COLUMN_GAP     2
#define COLUMN_CUT_MIN 8 /* characters that a cut column keeps */

struct cell {
    char *text; /* NULL: lost for want of memory */
    uint32_t width;
    enum table_colour colour;
};

struct table {
    const char *titles[TABLE_COLUMNS_MAX];
    uint32_t flags[TABLE_COLUMNS_MAX];
    uint32_t column_count;
    struct cell *cells;
    size_t cell_count, capacity;
    int lost;
};

static const char *const escapes[] = {
    [COLOUR_GOOD] = "\033[32m", [COLOUR_WARN] = "\033[33m", [COLOUR_BAD] = "\033[31m",
    [COLOUR_DIM] = "\033[2m",   [COLOUR_BOLD] = "\033[1m",
};

struct table_style table_style_stdout(void)
{
    struct table_style style = { 0 };
    const char *no_colour = getenv("NO_COLOR"), *terminal = getenv("TERM");
    struct winsize size;

    if (!isatty(STDOUT_FILENO))
        return style;
    style.colour = !(no_colour && no_colour[0]) && terminal && strcmp(terminal, "dumb") != 0;
    style.width = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : 80;
    return style;
}

/* Bytes of the well-formed character at `text`, or 0. */
static size_t character(const unsigned char *text)
{
    uint32_t point;
    size_t length, i;

    if (text[0] < 0x80)
        return text[0] != '\0';
    length = text[0] >= 0xf0 ? 4 : text[0] >= 0xe0 ? 3 : 2;
    if (text[0] < 0xc2 || text[0] > 0xf4)
        return 0;
    point = text[0] & (0x7fu >> length);
    for (i = 1; i < length; i++) {
        if ((text[i] & 0xc0) != 0x80)
            return 0;
        point = point << 6 | (text[i] & 0x3f);
    }
    if ((length == 3 && point < 0x800) || (length == 4 && point < 0x10000) || point > 0x10ffff ||
        (point >= 0xd800 && point < 0xe000))
        return 0;
    return length;
}

/* Characters that steer a terminal or turn the direction of text. */
static int steers(const unsigned char *text, size_t length)
{
    if (length == 1)
        return text[0] < 0x20 || text[0] == 0x7f;
    if (length == 2)
        return text[0] == 0xc2 && text[1] < 0xa0;
    /* U+200E, U+200F, U+2028 to U+202E, U+2066 to U+2069 */
    return length == 3 && text[0] == 0xe2 &&
           ((text[1] == 0x80 &&
             (text[2] == 0x8e || text[2] == 0x8f || (text[2] >= 0xa8 && text[2] <= 0xae))) ||
            (text[1] == 0x81 && text[2] >= 0xa6 && text[2] <= 0xa9));
}

void table_clean_text(const char *text, char *clean, size_t capacity)
{
    const unsigned char *at = (const unsigned char *)text;
    size_t length = 0;

    while (*at) {
        size_t bytes = character(at);
        int keep = bytes > 0 && !steers(at, bytes);
        size_t room = keep ? bytes : 1;

        if (length + room >= capacity)
            break;
        if (keep)
            memcpy(clean + length, at, bytes);
        else
            clean[length] = *at == '\n' || *at == '\t' ? ' ' : '?';
        length += room;
        at += bytes ? bytes : 1;
    }
    clean[length] = '\0';
}

static uint32_t width_of(const char *text)
{
    uint32_t width = 0;

    for (; *text; text++)
        width += ((unsigned char)*text & 0xc0) != 0x80;
    return width;
}

struct table *table_new(void)
{
    return calloc(1, sizeof(struct table));
}

void table_free(struct table *table)
{
    if (!table)
        return;
    for (size_t i = 0; i < table->cell_count; i++)
        free(table->cells[i].text);
    free(table->cells);
    free(table);
}

void table_column(struct table *table, const char *title, uint32_t flags)
{
    if (table->column_count == TABLE_COLUMNS_MAX) {
        table->lost = 1;
        return;
    }
    table->titles[table->column_count] = title;
    table->flags[table->column_count++] = flags;
}

void table_cell(struct table *table, const char *text, enum table_colour colour)
{
    char clean[TABLE_CELL_MAX];
    struct cell *cell;

    if (table->cell_count == table->capacity) {
        size_t capacity = table->capacity ? 2 * table->capacity : 64;
        struct cell *more = realloc(table->cells, capacity * sizeof *more);

        if (!more) {
            table->lost = 1;
            return;
        }
        table->cells = more;
        table->capacity = capacity;
    }
    table_clean_text(text ? text : "", clean, sizeof clean);
    cell = &table->cells[table->cell_count++];
    cell->text = strdup(clean);
    cell->width = width_of(clean);
    cell->colour = colour;
    if (!cell->text)
        table->lost = 1;
}

void table_write(const struct table_style *style, enum table_colour colour, const char *text,
                 FILE *out)
{
    if (style->colour && colour != COLOUR_NONE)
        fprintf(out, "%s%s\033[0m", escapes[colour], text);
    else
        fputs(text, out);
}

/* The first `width` characters; the last of them an ellipsis if something was left off. */
static void cut(char *text, uint32_t width)
{
    uint32_t seen = 0;

    for (char *at = text; *at; at++) {
        if (((unsigned char)*at & 0xc0) == 0x80)
            continue;
        if (++seen == width) {
            memcpy(at, "…", sizeof "…");
            return;
        }
    }
}

static void measure(const struct table *table, const struct table_style *style, uint32_t *widths)
{
    uint32_t sum = 0;

    for (uint32_t k = 0; k < table->column_count; k++)
        widths[k] = width_of(table->titles[k]);
    for (size_t i = 0; i < table->cell_count; i++) {
        uint32_t *width = &widths[i % table->column_count];

        if (table->cells[i].width > *width)
            *width = table->cells[i].width;
    }
    for (uint32_t k = 0; k < table->column_count; k++)
        sum += widths[k] + (k ? COLUMN_GAP : 0);
    /* A character at a time from the widest that may be cut: they end up alike. */
    while (style->width && sum > style->width) {
        uint32_t widest = UINT32_MAX;

        for (uint32_t k = 0; k < table->column_count; k++)
            if ((table->flags[k] & TABLE_CUT) && widths[k] > COLUMN_CUT_MIN &&
                (widest == UINT32_MAX || widths[k] > widths[widest]))
                widest = k;
        if (widest == UINT32_MAX)
            break;
        widths[widest]--;
        sum--;
    }
}

static void print_cell(const struct table *table, const struct table_style *style, uint32_t column,
                       uint32_t width, const char *text, enum table_colour colour, FILE *out)
{
    char shown[TABLE_CELL_MAX + sizeof "…"];
    uint32_t used, last = column + 1 == table->column_count;

    snprintf(shown, sizeof shown, "%s", text);
    used = width_of(shown);
    if (used > width) {
        cut(shown, width);
        used = width;
    }
    if (column)
        fprintf(out, "%*s", COLUMN_GAP, "");
    if (table->flags[column] & TABLE_RIGHT)
        fprintf(out, "%*s", (int)(width - used), "");
    table_write(style, colour, shown, out);
    if (!(table->flags[column] & TABLE_RIGHT) && !last)
        fprintf(out, "%*s", (int)(width - used), "");
}

int table_print(const struct table *table, const struct table_style *style, FILE *out)
{
    uint32_t widths[TABLE_COLUMNS_MAX];

    if (table->column_count == 0)
        return 0;
    measure(table, style, widths);
    for (uint32_t k = 0; k < table->column_count; k++)
        print_cell(table, style, k, widths[k], table->titles[k], COLOUR_BOLD, out);
    fputc('\n', out);
    for (size_t i = 0; i < table->cell_count; i++) {
        const struct cell *cell = &table->cells[i];
        uint32_t column = (uint32_t)(i % table->column_count);

        print_cell(table, style, column, widths[column], cell->text ? cell->text : "", cell->colour,
                   out);
        if (column + 1 == table->column_count)
            fputc('\n', out);
    }
    return table->lost ? -1 : 0;
}
