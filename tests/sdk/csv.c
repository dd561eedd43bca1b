/*
 * CSV records: RFC 4180's forms, what is refused and at which column, input in pieces, and
 * cells written so that they read back the same.
 */
#include <bothy/csv.h>

#include <string.h>

#include "suite.h"

#define FIELDS_MAX 8

/* The records of a text as "a|b\nc|d\n", or the error that ends it. */
static void dump(const char *text, size_t length, char separator, char *out, size_t capacity)
{
    struct bothy_csv csv;
    struct bothy_csv_field fields[FIELDS_MAX];
    struct bothy_error error = { 0 };
    size_t used = 0;
    int32_t count;

    ck_assert_int_eq(bothy_csv_init(&csv, text, length, separator, 1), 0);
    out[0] = '\0';
    while ((count = bothy_csv_next(&csv, fields, FIELDS_MAX, &error)) > 0) {
        for (int32_t i = 0; i < count; i++) {
            int32_t r = bothy_csv_field_text(&fields[i], out + used, capacity - used);

            ck_assert_int_ge(r, 0);
            ck_assert_int_eq(bothy_csv_field_is(&fields[i], out + used), 1);
            used += (size_t)r;
            out[used++] = i + 1 < count ? '|' : '\n';
        }
        out[used] = '\0';
    }
    if (count != BOTHY_EEND)
        snprintf(out + used, capacity - used, "%s:%u:%s", bothy_strerror(count), error.line,
                 error.text);
}

START_TEST(records)
{
    static const struct {
        const char *text;
        const char *expected;
    } cases[] = {
        { "", "" },
        { "a,b,c", "a|b|c\n" },
        { "a,b,c\n", "a|b|c\n" },
        { "a,b,c\r\n1,2,3\r\n", "a|b|c\n1|2|3\n" },
        { "a\n\nb", "a\n\nb\n" },
        { ",", "|\n" },
        { "\n", "\n" },
        { ",\n,", "|\n|\n" },
        { "\"\"", "\n" },
        { "\"a\"", "a\n" },
        { "\"a,b\",c", "a,b|c\n" },
        { "\"a \"\"quoted\"\" word\",b", "a \"quoted\" word|b\n" },
        { "\"\"\"\"", "\"\n" },
        { "\"two\r\nlines\",b\nc,d", "two\r\nlines|b\nc|d\n" },
        { " a , b ", " a | b \n" },
        { "\xef\xbb\xbfopen,high\n1,2", "open|high\n1|2\n" },
        { "a,\xef\xbb\xbf", "a|\xef\xbb\xbf\n" },
        { "\xef\xbb\xbf", "" },
        { "\xef\xbb\xbf\"a\"", "a\n" },
        { "h\xc3\xa9,\xff", "h\xc3\xa9|\xff\n" },
        { "a\"", "invalid value:1:column 2: a quote inside a field; put the whole field in quotes "
                 "and double it" },
        { "a,b\nc,\"d\"e", "a|b\ninvalid value:2:column 6: text after the closing quote" },
        { "a,\"b\" ,c", "invalid value:1:column 6: text after the closing quote" },
        { "a,b\n1,\"2\n3\n", "a|b\ninvalid value:2:column 3: this quote is never closed" },
        { "\"a\nb\"x", "invalid value:2:column 3: text after the closing quote" },
        { "a\rb", "invalid value:1:column 2: a carriage return that ends no line" },
        { "a\r", "invalid value:1:column 2: a carriage return that ends no line" },
        { "\xef\xbb\xbf"
          "a\"",
          "invalid value:1:column 2: a quote inside a field; put the whole "
          "field in quotes and double it" },
        { "1,2,3,4,5,6,7,8", "1|2|3|4|5|6|7|8\n" },
        { "x\n1,2,3,4,5,6,7,8,9", "x\nout of range:2:column 17: more than 8 fields in a record" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char out[512];

        dump(cases[i].text, strlen(cases[i].text), ',', out, sizeof out);
        ck_assert_str_eq(out, cases[i].expected);
    }
}
END_TEST

START_TEST(nul_bytes)
{
    char out[256];

    dump("a\0b", 3, ',', out, sizeof out);
    ck_assert_str_eq(out, "invalid value:1:column 2: a NUL byte");
    dump("\"a\0b\"", 5, ',', out, sizeof out);
    ck_assert_str_eq(out, "invalid value:1:column 3: a NUL byte");
}
END_TEST

START_TEST(other_separators)
{
    static const char bad[] = { 'a', 'Z', '0', '"', '\r', '\n', '\0' };
    struct bothy_csv csv;
    char out[64];

    dump("1,5;2\n", 6, ';', out, sizeof out);
    ck_assert_str_eq(out, "1,5|2\n");
    dump("a\tb c\n", 6, '\t', out, sizeof out);
    ck_assert_str_eq(out, "a|b c\n");
    for (size_t i = 0; i < sizeof bad; i++)
        ck_assert_int_eq(bothy_csv_init(&csv, "", 0, bad[i], 1), BOTHY_EINVAL);
}
END_TEST

START_TEST(errors_stay)
{
    struct bothy_csv csv;
    struct bothy_csv_field fields[2];

    bothy_csv_init(&csv, "a\nb\"\n", 5, ',', 1);
    ck_assert_int_eq(bothy_csv_next(&csv, fields, 2, NULL), 1);
    ck_assert_int_eq(bothy_csv_next(&csv, fields, 2, NULL), BOTHY_EINVAL);
    ck_assert_int_eq(bothy_csv_next(&csv, fields, 2, NULL), BOTHY_EINVAL);
    ck_assert_uint_eq(csv.position, 2);
    ck_assert_uint_eq(csv.line, 2);
    ck_assert_int_eq(bothy_csv_next(&csv, fields, 0, NULL), BOTHY_ERANGE);
}
END_TEST

/* Every way to cut the text in two gives the same records as the whole. */
START_TEST(input_in_pieces)
{
    static const char text[] = "\xef\xbb\xbfopen,\"hi\"\"gh\"\r\n\"a\r\nb\",2\n\n\"\",z\r\nlast,9";
    size_t length = sizeof text - 1;
    char whole[256];

    dump(text, length, ',', whole, sizeof whole);
    for (size_t cut = 0; cut <= length; cut++) {
        struct bothy_csv csv;
        struct bothy_csv_field fields[FIELDS_MAX];
        char out[256] = "";
        size_t used = 0;
        int refills = 0;

        bothy_csv_init(&csv, text, cut, ',', 0);
        for (;;) {
            int32_t count = bothy_csv_next(&csv, fields, FIELDS_MAX, NULL);

            if (count == BOTHY_EAGAIN) {
                const char *rest = csv.text + csv.position;

                ck_assert_int_eq(refills++, 0);
                bothy_csv_continue(&csv, rest, (size_t)(text + length - rest), 1);
                continue;
            }
            if (count == BOTHY_EEND)
                break;
            ck_assert_int_gt(count, 0);
            for (int32_t i = 0; i < count; i++) {
                used += (size_t)bothy_csv_field_text(&fields[i], out + used, sizeof out - used);
                out[used++] = i + 1 < count ? '|' : '\n';
            }
        }
        out[used] = '\0';
        ck_assert_int_eq(refills, 1);
        ck_assert_str_eq(out, whole);
        ck_assert_uint_eq(csv.line, 6);
    }
}
END_TEST

START_TEST(columns_by_name)
{
    struct bothy_csv csv;
    struct bothy_csv_field fields[4];

    bothy_csv_init(&csv, "time,\"clo\"\"se\",time", 19, ',', 1);
    ck_assert_int_eq(bothy_csv_next(&csv, fields, 4, NULL), 3);
    ck_assert_int_eq(bothy_csv_find(fields, 3, "time"), 0);
    ck_assert_int_eq(bothy_csv_find(fields, 3, "clo\"se"), 1);
    ck_assert_int_eq(bothy_csv_find(fields, 3, "clo\"\"se"), BOTHY_ENOENT);
    ck_assert_int_eq(bothy_csv_find(fields, 3, "tim"), BOTHY_ENOENT);
    ck_assert_int_eq(bothy_csv_find(fields, 3, "times"), BOTHY_ENOENT);
}
END_TEST

START_TEST(field_text_is_bounded)
{
    struct bothy_csv_field field = { "ab\"\"c", 5, 1, 1 };
    char text[5] = "....";

    ck_assert_int_eq(bothy_csv_field_text(&field, text, 4), BOTHY_ERANGE);
    ck_assert_str_eq(text, "");
    ck_assert_int_eq(bothy_csv_field_text(&field, text, 5), 4);
    ck_assert_str_eq(text, "ab\"c");
    ck_assert_int_eq(bothy_csv_field_text(&field, text, 0), BOTHY_ERANGE);
    field.length = 0;
    ck_assert_int_eq(bothy_csv_field_text(&field, text, 0), BOTHY_ERANGE);
    ck_assert_int_eq(bothy_csv_field_text(&field, text, 1), 0);
}
END_TEST

START_TEST(cells_written)
{
    static const struct {
        const char *text;
        uint32_t flags;
        const char *expected;
    } cases[] = {
        { "", 0, "" },
        { "abc", 0, "abc" },
        { "a,b", 0, "\"a,b\"" },
        { "say \"hi\"", 0, "\"say \"\"hi\"\"\"" },
        { "two\nlines", 0, "\"two\nlines\"" },
        { "cr\r", 0, "\"cr\r\"" },
        { " a", 0, "\" a\"" },
        { "a ", 0, "\"a \"" },
        { "a b", 0, "a b" },
        { "abc", BOTHY_CSV_QUOTE_ALWAYS, "\"abc\"" },
        { "", BOTHY_CSV_QUOTE_ALWAYS, "\"\"" },
        { "=1+1", 0, "=1+1" },
        { "=1+1", BOTHY_CSV_NEUTRALISE, "'=1+1" },
        { "+cmd|' /C calc'!A0", BOTHY_CSV_NEUTRALISE, "'+cmd|' /C calc'!A0" },
        { "-2+3", BOTHY_CSV_NEUTRALISE, "'-2+3" },
        { "@SUM(A1,A2)", BOTHY_CSV_NEUTRALISE, "\"'@SUM(A1,A2)\"" },
        { "\t=1", BOTHY_CSV_NEUTRALISE, "'\t=1" },
        { "\r=1", BOTHY_CSV_NEUTRALISE, "\"'\r=1\"" },
        { "a=1", BOTHY_CSV_NEUTRALISE, "a=1" },
        { "-", BOTHY_CSV_NEUTRALISE, "'-" },
        { "--1", BOTHY_CSV_NEUTRALISE, "'--1" },
        { "-0.5", BOTHY_CSV_NEUTRALISE, "-0.5" },
        { "+1e3", BOTHY_CSV_NEUTRALISE, "+1e3" },
        { "-.5E-7", BOTHY_CSV_NEUTRALISE, "-.5E-7" },
        { "-1e", BOTHY_CSV_NEUTRALISE, "'-1e" },
        { "-1.", BOTHY_CSV_NEUTRALISE, "-1." },
        { "-.", BOTHY_CSV_NEUTRALISE, "'-." },
        { "-1-1", BOTHY_CSV_NEUTRALISE, "'-1-1" },
        { "=a", BOTHY_CSV_NEUTRALISE | BOTHY_CSV_QUOTE_ALWAYS, "\"'=a\"" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t length = strlen(cases[i].expected);
        char text[64];

        ck_assert_int_eq(bothy_csv_quote(cases[i].text, strlen(cases[i].text), ',', cases[i].flags,
                                         text, sizeof text),
                         (int)length);
        ck_assert_str_eq(text, cases[i].expected);
        /* The exact room is enough, one byte less is not, and nothing is written past it. */
        memset(text, '#', sizeof text);
        ck_assert_int_eq(bothy_csv_quote(cases[i].text, strlen(cases[i].text), ',', cases[i].flags,
                                         text, length + 1),
                         (int)length);
        ck_assert_int_eq(text[length + 1], '#');
        memset(text, '#', sizeof text);
        ck_assert_int_eq(bothy_csv_quote(cases[i].text, strlen(cases[i].text), ',', cases[i].flags,
                                         text, length),
                         BOTHY_ERANGE);
        ck_assert_int_eq(text[length], '#');
        if (length > 0)
            ck_assert_str_eq(text, "");
    }
}
END_TEST

START_TEST(what_is_written_reads_back)
{
    static const char *const texts[] = { "", "a", ",", "\"", "\"\"", "a\r\nb", " x ", "é,\"ü\"" };

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct bothy_csv csv;
        struct bothy_csv_field fields[3];
        char line[64], text[64];
        int32_t length = bothy_csv_quote(texts[i], strlen(texts[i]), ',', 0, line, sizeof line);

        ck_assert_int_ge(length, 0);
        line[length] = ',';
        line[length + 1] = 'z';
        bothy_csv_init(&csv, line, (size_t)length + 2, ',', 1);
        ck_assert_int_eq(bothy_csv_next(&csv, fields, 3, NULL), 2);
        ck_assert_int_ge(bothy_csv_field_text(&fields[0], text, sizeof text), 0);
        ck_assert_str_eq(text, texts[i]);
        ck_assert_int_eq(bothy_csv_next(&csv, fields, 3, NULL), BOTHY_EEND);
    }
}
END_TEST

START_TEST(quote_refuses)
{
    char text[8] = "x";

    ck_assert_int_eq(bothy_csv_quote("a\0b", 3, ',', 0, text, sizeof text), BOTHY_EINVAL);
    ck_assert_str_eq(text, "");
    ck_assert_int_eq(bothy_csv_quote("a", 1, '"', 0, text, sizeof text), BOTHY_EINVAL);
    ck_assert_int_eq(bothy_csv_quote("a", 1, ',', 4, text, sizeof text), BOTHY_EINVAL);
    ck_assert_int_eq(bothy_csv_quote("a", 1, ',', 0, text, 0), BOTHY_ERANGE);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("csv");
    TCase *tests = tcase_create("csv");

    tcase_add_test(tests, records);
    tcase_add_test(tests, nul_bytes);
    tcase_add_test(tests, other_separators);
    tcase_add_test(tests, errors_stay);
    tcase_add_test(tests, input_in_pieces);
    tcase_add_test(tests, columns_by_name);
    tcase_add_test(tests, field_text_is_bounded);
    tcase_add_test(tests, cells_written);
    tcase_add_test(tests, what_is_written_reads_back);
    tcase_add_test(tests, quote_refuses);
    suite_add_tcase(suite, tests);
    return suite;
}

BOTHY_TEST_MAIN(make_suite)
