/*
 * Text tables and values for people: alignment, width, colours, and that nothing steers the
 * terminal.
 */
#include "suite.h"

#include "ctl/show.h"
#include "ctl/table.h"

#include <string.h>

static char *text;
static size_t text_length;

static const char *print(struct table *table, uint32_t width, int colour)
{
    struct table_style style = { .width = width, .colour = colour };
    FILE *out;

    free(text);
    text = NULL;
    out = open_memstream(&text, &text_length);
    ck_assert_int_eq(table_print(table, &style, out), 0);
    fclose(out);
    table_free(table);
    return text;
}

static struct table *two_columns(uint32_t flags)
{
    struct table *table = table_new();

    table_column(table, "NAME", TABLE_LEFT | flags);
    table_column(table, "COUNT", TABLE_RIGHT);
    return table;
}

START_TEST(test_alignment)
{
    struct table *table = two_columns(0);

    table_cell(table, "funding", COLOUR_NONE);
    table_cell(table, "7", COLOUR_NONE);
    table_cell(table, "a", COLOUR_NONE);
    table_cell(table, "1234567", COLOUR_NONE);
    ck_assert_str_eq(print(table, 0, 0), "NAME       COUNT\n"
                                         "funding        7\n"
                                         "a        1234567\n");
}
END_TEST

START_TEST(test_no_rows)
{
    ck_assert_str_eq(print(two_columns(0), 0, 0), "NAME  COUNT\n");
}
END_TEST

START_TEST(test_no_blanks_at_line_ends)
{
    struct table *table = table_new();

    table_column(table, "A", TABLE_LEFT);
    table_column(table, "CAUSE", TABLE_LEFT);
    table_cell(table, "x", COLOUR_NONE);
    table_cell(table, "long words", COLOUR_NONE);
    table_cell(table, "y", COLOUR_NONE);
    table_cell(table, "no", COLOUR_NONE);
    ck_assert_str_eq(print(table, 0, 0), "A  CAUSE\nx  long words\ny  no\n");
}
END_TEST

START_TEST(test_cut_to_width)
{
    struct table *table = two_columns(TABLE_CUT);

    table_cell(table, "a-name-of-twenty-ch.", COLOUR_NONE);
    table_cell(table, "7", COLOUR_NONE);
    ck_assert_str_eq(print(table, 17, 0), "NAME        COUNT\n"
                                          "a-name-of…      7\n");
}
END_TEST

/* What may not be cut stays whole, and 8 characters of a column always stay. */
START_TEST(test_cut_has_an_end)
{
    struct table *table = two_columns(TABLE_CUT);

    table_cell(table, "a-name-of-twenty-ch.", COLOUR_NONE);
    table_cell(table, "7", COLOUR_NONE);
    ck_assert_str_eq(print(table, 3, 0), "NAME      COUNT\n"
                                         "a-name-…      7\n");
}
END_TEST

START_TEST(test_width_counts_characters)
{
    struct table *table = two_columns(0);

    table_cell(table, "Größe", COLOUR_NONE);
    table_cell(table, "1", COLOUR_NONE);
    ck_assert_str_eq(print(table, 0, 0), "NAME   COUNT\nGröße      1\n");
}
END_TEST

START_TEST(test_colour_does_not_move_columns)
{
    struct table *table = two_columns(0);

    table_cell(table, "ok", COLOUR_GOOD);
    table_cell(table, "1", COLOUR_NONE);
    ck_assert_str_eq(print(table, 0, 1), "\033[1mNAME\033[0m  \033[1mCOUNT\033[0m\n"
                                         "\033[32mok\033[0m        1\n");
}
END_TEST

static const struct {
    const char *from, *to;
} dirty[] = {
    { "\033[2J", "?[2J" },
    { "a\nb\tc", "a b c" },
    { "\x7f", "?" },
    { "\xc2\x9b"
      "31m",
      "?31m" },
    { "\xff\xfe", "??" },
    { "\xc3", "?" },
    { "\xe2\x80\xae"
      "abc",
      "?abc" },                /* turns the direction of text */
    { "\xc0\xaf", "??" },      /* overlong */
    { "\xed\xa0\x80", "???" }, /* half of a surrogate pair */
    { "5 µs – ≤ €", "5 µs – ≤ €" },
};

START_TEST(test_clean_text)
{
    char clean[64];

    table_clean_text(dirty[_i].from, clean, sizeof clean);
    ck_assert_str_eq(clean, dirty[_i].to);
}
END_TEST

START_TEST(test_clean_text_cuts_whole_characters)
{
    char clean[6];

    table_clean_text("aäöü", clean, sizeof clean);
    ck_assert_str_eq(clean, "aäö");
}
END_TEST

START_TEST(test_show)
{
    char room[SHOW_MAX];

    ck_assert_str_eq(show_time("2024-08-08T23:54:15.030Z", room), "2024-08-08 23:54:15");
    ck_assert_str_eq(show_time("2024-08-08T23:54:15Z", room), "2024-08-08 23:54:15");
    ck_assert_str_eq(show_time("", room), "-");
    ck_assert_str_eq(show_time("yesterday", room), "yesterday");
    ck_assert_str_eq(show_money("12.34500000", 2, room), "12.34");
    ck_assert_str_eq(show_money("12.35500000", 2, room), "12.36");
    ck_assert_str_eq(show_money("-0.001", 2, room), "0.00");
    ck_assert_str_eq(show_money("x", 2, room), "x");
    ck_assert_str_eq(show_age(999, room), "999ms");
    ck_assert_str_eq(show_age(59999, room), "59.9s");
    ck_assert_str_eq(show_age(3600000, room), "1h0m");
    ck_assert_str_eq(show_age(90000000, room), "1d1h");
    ck_assert_str_eq(show_age(-1, room), "-");
    ck_assert_int_eq(show_sign_colour("0.00"), COLOUR_NONE);
    ck_assert_int_eq(show_sign_colour("-0.01"), COLOUR_BAD);
    ck_assert_int_eq(show_sign_colour("0.01"), COLOUR_GOOD);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("table");
    TCase *tcase = tcase_create("table");

    tcase_add_test(tcase, test_alignment);
    tcase_add_test(tcase, test_no_rows);
    tcase_add_test(tcase, test_no_blanks_at_line_ends);
    tcase_add_test(tcase, test_cut_to_width);
    tcase_add_test(tcase, test_cut_has_an_end);
    tcase_add_test(tcase, test_width_counts_characters);
    tcase_add_test(tcase, test_colour_does_not_move_columns);
    tcase_add_loop_test(tcase, test_clean_text, 0, sizeof dirty / sizeof dirty[0]);
    tcase_add_test(tcase, test_clean_text_cuts_whole_characters);
    tcase_add_test(tcase, test_show);
    suite_add_tcase(suite, tcase);
    return suite;
}

BOTHY_TEST_MAIN(make_suite)
