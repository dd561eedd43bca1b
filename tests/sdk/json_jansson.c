/*
 * The pull parser against jansson: the same texts accepted, the same values read, over texts
 * made here, the corpus of the fuzz target, and recorded messages of venues where they are
 * present; and each known difference, asserted.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* nftw() */
#endif
#include "sdk/json_compare.h"

#include <errno.h>
#include <ftw.h>
#include <string.h>

#include "suite.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static unsigned counts[JSON_DISAGREE + 1];
static char why[512];

static enum json_comparison compare(const char *name, const char *text, size_t length)
{
    enum json_comparison result = json_compare(text, length, why, sizeof why);

    ck_assert_msg(result != JSON_DISAGREE, "%s: %s\n%.*s", name, why,
                  (int)(length < 200 ? length : 200), text);
    counts[result]++;
    return result;
}

START_TEST(texts_made_here)
{
    static const char *const texts[] = {
        "{}",
        "[]",
        "0",
        "-0",
        "-0.0",
        "1e5",
        "1E-5",
        "0.1",
        "\"\"",
        "true",
        "false",
        "null",
        "9223372036854775807",
        "-9223372036854775808",
        "1.7976931348623157e308",
        "5e-324",
        "1e-400",
        "0.30000000000000004",
        "123456789.123456789123",
        "{\"a\":1,\"a\":2,\"b\":{\"a\":[]},\"a\":{\"x\":null}}",
        "[[[[[[]]]]],{\"\":\"\"},\"\\u0000\",\"a\\u0000b\"]",
        "\"\\ud83d\\ude00\\u20ac\xe2\x82\xac\"",
        "\"\\/\\\\\\\"\\b\\f\\n\\r\\t\"",
        "\"\x7f\"",
        "",
        " ",
        "[1,]",
        "{\"a\":1,}",
        "[1 2]",
        "{\"a\" 1}",
        "{a:1}",
        "'a'",
        "01",
        "-",
        "+1",
        ".5",
        "5.",
        "1e",
        "NaN",
        "Infinity",
        "tru",
        "nul",
        "truee",
        "\"\\x\"",
        "\"\\ud83d\"",
        "\"\\ude00\"",
        "\"\\ud83d\\u0041\"",
        "\"\n\"",
        "\"\t\"",
        "\"\xff\"",
        "\"\xc0\x80\"",
        "\"\xed\xa0\x80\"",
        "\"\xf4\x90\x80\x80\"",
        "\xef\xbb\xbf[]",
        "[] []",
        "[]x",
        "[",
        "]",
        "{",
        "}",
        "\"",
        "\"\\",
        "[\"a",
        "// c\n[]",
        "[1]\f",
        "\"\\u00g0\"",
        "\"\\u12\"",
    };

    for (size_t i = 0; i < COUNT(texts); i++)
        compare(texts[i], texts[i], strlen(texts[i]));
    ck_assert_uint_gt(counts[JSON_BOTH_ACCEPT], 20);
    ck_assert_uint_gt(counts[JSON_BOTH_REFUSE], 40);
    ck_assert_uint_eq(counts[JSON_KNOWN_DIFFERENCE], 0);
    ck_assert_int_eq(compare("a NUL behind it", "[]\0", 3), JSON_BOTH_REFUSE);
    ck_assert_int_eq(compare("a NUL in it", "\"a\0b\"", 5), JSON_BOTH_REFUSE);
}
END_TEST

START_TEST(known_differences)
{
    static const struct {
        const char *text;
        const char *part;
    } cases[] = {
        { "9223372036854775808", "only jansson refuses it: line 1, column 19: too big integer" },
        { "-9223372036854775809", "only jansson refuses it: line 1, column 20: too big negative" },
        { "[18446744073709551615]", "only jansson refuses it" },
        { "1e309", "only jansson refuses it: line 1, column 5: real number overflow" },
        { "[-1.8e308]", "only jansson refuses it" },
        { "{\"a\\u0000b\":1}", "only jansson refuses it: line 1, column 11: NUL byte in object" },
    };
    char deep[256];

    for (size_t i = 0; i < COUNT(cases); i++) {
        ck_assert_int_eq(compare(cases[i].text, cases[i].text, strlen(cases[i].text)),
                         JSON_KNOWN_DIFFERENCE);
        ck_assert_msg(strstr(why, cases[i].part) != NULL, "%s: %s", cases[i].text, why);
    }
    ck_assert_int_eq(compare("a NUL behind numbers", "[1\0,{\"a\":true\0}]", 16),
                     JSON_KNOWN_DIFFERENCE);
    ck_assert_str_eq(why, "only we refuse it: a NUL byte behind a number or a word");
    memset(deep, '[', 65);
    memset(deep + 65, ']', 65);
    ck_assert_int_eq(compare("65 deep", deep, 130), JSON_KNOWN_DIFFERENCE);
    ck_assert_ptr_nonnull(strstr(why, "only we refuse it"));
    ck_assert_ptr_nonnull(strstr(why, "nested too deep"));
    ck_assert_int_eq(compare("64 deep", deep + 1, 128), JSON_BOTH_ACCEPT);
}
END_TEST

/* Each byte of a text that uses all of the grammar, changed to each other byte. */
START_TEST(every_byte_changed)
{
    static const char text[] = "{\"a\": [-10.5e+3, true], \"\\u00e9\xc3\xa9\": {\"b\":null}}";
    size_t length = sizeof text - 1;
    char changed[sizeof text];

    for (size_t i = 0; i < length; i++) {
        for (int c = 0; c < 256; c++) {
            memcpy(changed, text, length);
            changed[i] = (char)c;
            compare("a changed byte", changed, length);
        }
    }
    ck_assert_uint_gt(counts[JSON_BOTH_ACCEPT], 400);
    ck_assert_uint_gt(counts[JSON_BOTH_REFUSE], 5000);
}
END_TEST

static char *read_file(const char *path, size_t *ret_length)
{
    FILE *file = fopen(path, "rbe");
    char *text = NULL;
    size_t length = 0, capacity = 0, n;

    ck_assert_msg(file != NULL, "%s: %s", path, strerror(errno));
    do {
        if (capacity - length < 65536) {
            capacity = 2 * capacity + 65536;
            text = realloc(text, capacity);
            ck_assert_ptr_nonnull(text);
        }
        n = fread(text + length, 1, capacity - length, file);
        length += n;
    } while (n > 0);
    fclose(file);
    *ret_length = length;
    return text;
}

/*
 * A recorded exchange: documents between lines that begin with > < or =, whose sender left
 * placeholders in some of them. Whatever begins with a bracket goes to both parsers, up to the
 * next such line, and to the end of its own line.
 */
static void compare_transcript(const char *path, const char *text, size_t length)
{
    const char *end = text + length, *line = text;

    while (line < end) {
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        const char *line_end = newline ? newline : end, *stop = end, *start = line;

        while (start < line_end && *start != '{' && *start != '[')
            start++;
        for (const char *p = line_end; p < end; p++) {
            if (*p == '\n' && p + 1 < end && strchr("<>=", p[1])) {
                stop = p;
                break;
            }
        }
        if (start < line_end) {
            compare(path, start, (size_t)(line_end - start));
            compare(path, start, (size_t)(stop - start));
        }
        line = newline ? newline + 1 : end;
    }
}

static int compare_file(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    const char *dot = strrchr(path, '.');
    size_t length;
    char *text;

    (void)status;
    (void)walk;
    if (type != FTW_F || !dot || (strcmp(dot, ".json") != 0 && strcmp(dot, ".txt") != 0))
        return 0;
    text = read_file(path, &length);
    if (strcmp(dot, ".json") == 0)
        compare(path, text, length);
    else
        compare_transcript(path, text, length);
    free(text);
    return 0;
}

START_TEST(recorded_messages)
{
    const char *path = shared_path("data");

    if (!path) {
        fprintf(stderr, "recorded messages are not here: nothing compared\n");
        return;
    }
    ck_assert_int_eq(nftw(path, compare_file, 16, FTW_PHYS), 0);
    ck_assert_uint_gt(counts[JSON_BOTH_ACCEPT], 300);
}
END_TEST

static int compare_any(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    size_t length;
    char *text;

    (void)status;
    (void)walk;
    if (type != FTW_F)
        return 0;
    text = read_file(path, &length);
    compare(path, text, length);
    free(text);
    return 0;
}

START_TEST(corpus_of_the_fuzz_target)
{
    const char *source = getenv("BOTHY_SRCDIR");
    char path[4096];

    snprintf(path, sizeof path, "%s/tests/fuzz/corpus/json", source ? source : ".");
    ck_assert_int_eq(nftw(path, compare_any, 16, FTW_PHYS), 0);
    ck_assert_uint_gt(counts[JSON_BOTH_ACCEPT], 3);
    ck_assert_uint_gt(counts[JSON_BOTH_REFUSE], 3);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("json_jansson");
    TCase *tests = tcase_create("json_jansson");

    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, texts_made_here);
    tcase_add_test(tests, known_differences);
    tcase_add_test(tests, every_byte_changed);
    tcase_add_test(tests, corpus_of_the_fuzz_target);
    tcase_add_test(tests, recorded_messages);
    suite_add_tcase(suite, tests);
    return suite;
}

BOTHY_TEST_MAIN(make_suite)
