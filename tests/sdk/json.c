/*
 * The JSON pull parser: what it accepts, what it refuses and where it says so, its ways of
 * walking a document, and text in and out of strings.
 */
#include <bothy/json.h>

#include <string.h>

#include "suite.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct bothy_json json;
static struct bothy_json_token token;

/* Reads a whole document. Returns the number of tokens or the error. */
static int32_t read_all(const char *text, size_t length)
{
    int32_t r, count = 0;

    bothy_json_init(&json, text, length, 0);
    while ((r = bothy_json_next(&json, &token)) > 0)
        count++;
    return r < 0 ? r : count;
}

START_TEST(accepted)
{
    static const struct {
        const char *text;
        int32_t tokens;
    } cases[] = {
        { "{}", 2 },
        { "[]", 2 },
        { " \t\r\n{ \n} \t\r\n", 2 },
        { "0", 1 },
        { "-0", 1 },
        { "1", 1 },
        { "-123", 1 },
        { "0.5", 1 },
        { "10.25", 1 },
        { "1e5", 1 },
        { "1E+5", 1 },
        { "1.5e-05", 1 },
        { "0e0", 1 },
        { "1e999999999", 1 },
        { "123456789012345678901234567890.123456789012345678901234567890", 1 },
        { "true", 1 },
        { "false", 1 },
        { "null", 1 },
        { "\"\"", 1 },
        { "\"a\"", 1 },
        { "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", 1 },
        { "\"\\u0041\\u00e9\\u20AC\\uFFFF\"", 1 },
        { "\"\\ud83d\\ude00\"", 1 },
        { "\"\\u0000\"", 1 },
        { "\"\x7f\"", 1 },
        { "\"h\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80 \xf4\x8f\xbf\xbf\"", 1 },
        { "\"\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf\"", 1 },
        { "[1,2,3]", 5 },
        { "[ 1 , 2 ]", 4 },
        { "[[],{},[{}]]", 10 },
        { "{\"a\":1}", 4 },
        { "{ \"a\" : 1 , \"b\" : [ ] }", 7 },
        { "{\"a\":1,\"a\":2}", 6 },
        { "{\"\":\"\"}", 4 },
        { "[true,false,null,\"\",0]", 7 },
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        int32_t r = read_all(cases[i].text, strlen(cases[i].text));

        ck_assert_msg(r == cases[i].tokens, "%s: %d", cases[i].text, r);
        ck_assert_uint_eq(bothy_json_offset(&json), strlen(cases[i].text));
        ck_assert_uint_eq(token.type, BOTHY_JSON_END);
        ck_assert_int_eq(bothy_json_next(&json, &token), 0);
        ck_assert_int_eq(bothy_json_end(&json), 0);
    }
}
END_TEST

START_TEST(refused)
{
    static const struct {
        const char *text;
        size_t offset;
        const char *reason;
    } cases[] = {
        { "", 0, "no document" },
        { " \n", 2, "no document" },
        { "\xef\xbb\xbf{}", 0, "a value must follow here" },
        { "{} {}", 3, "text after the end of the document" },
        { "1 2", 2, "text after the end of the document" },
        { "{}x", 2, "text after the end of the document" },
        { "{", 1, "the text ends inside an object" },
        { "[", 1, "the text ends inside an array" },
        { "[1", 2, "the text ends inside an array" },
        { "[1,", 3, "the text ends inside an array" },
        { "{\"a\":", 5, "the text ends inside an object" },
        { "{\"a\":1", 6, "the text ends inside an object" },
        { "{\"a\":1,", 7, "the text ends inside an object" },
        { "{\"a\"", 4, "a colon must follow the key" },
        { "{\"a\" 1}", 5, "a colon must follow the key" },
        { "{\"a\",1}", 4, "a colon must follow the key" },
        { "{a:1}", 1, "a key in quotes must follow here" },
        { "{'a':1}", 1, "a key in quotes must follow here" },
        { "{1:1}", 1, "a key in quotes must follow here" },
        { "{\"a\":1,}", 7, "a key in quotes must follow here" },
        { "{,}", 1, "a key in quotes must follow here" },
        { "{\"a\":}", 5, "a value must follow here" },
        { "[1,]", 3, "a value must follow here" },
        { "[,1]", 1, "a value must follow here" },
        { "[1,,2]", 3, "a value must follow here" },
        { "[1 2]", 3, "a comma or ] must follow here" },
        { "[1}", 2, "a comma or ] must follow here" },
        { "{\"a\":1]", 6, "a comma or } must follow here" },
        { "{\"a\":1 \"b\":2}", 7, "a comma or } must follow here" },
        { "[1:2]", 2, "a comma or ] must follow here" },
        { "]", 0, "a value must follow here" },
        { "}", 0, "a value must follow here" },
        { "tru", 0, "a value must follow here" },
        { "TRUE", 0, "a value must follow here" },
        { "truex", 4, "text after the end of the document" },
        { "[nulls]", 5, "a comma or ] must follow here" },
        { "NaN", 0, "a value must follow here" },
        { "Infinity", 0, "a value must follow here" },
        { "-Infinity", 1, "a digit must follow the sign" },
        { "-", 1, "a digit must follow the sign" },
        { "+1", 0, "a value must follow here" },
        { ".5", 0, "a value must follow here" },
        { "5.", 2, "a digit must follow the point" },
        { "5.e1", 2, "a digit must follow the point" },
        { "01", 1, "a number with a leading zero" },
        { "-00", 2, "a number with a leading zero" },
        { "1e", 2, "an exponent without digits" },
        { "1e+", 3, "an exponent without digits" },
        { "1.5e-x", 5, "an exponent without digits" },
        { "0x10", 1, "text after the end of the document" },
        { "1,2", 1, "text after the end of the document" },
        { "// x\n1", 0, "a value must follow here" },
        { "[1] /* x */", 4, "text after the end of the document" },
        { "\"abc", 0, "a string that is never closed" },
        { "[\"abc", 1, "a string that is never closed" },
        { "\"abcdefghijklmnop", 0, "a string that is never closed" },
        { "\"a\\\"", 0, "a string that is never closed" },
        { "\"\\", 1, "not an escape of JSON, or half a surrogate pair" },
        { "\"\\x41\"", 1, "not an escape of JSON, or half a surrogate pair" },
        { "\"\\'\"", 1, "not an escape of JSON, or half a surrogate pair" },
        { "\"\\u12\"", 1, "not an escape of JSON, or half a surrogate pair" },
        { "\"\\u12G4\"", 1, "not an escape of JSON, or half a surrogate pair" },
        { "\"\\U0041\"", 1, "not an escape of JSON, or half a surrogate pair" },
        { "\"\\ud83d\"", 1, "not an escape of JSON, or half a surrogate pair" },
        { "\"\\ud83d\\u0041\"", 1, "not an escape of JSON, or half a surrogate pair" },
        { "\"\\ud83dxxxxxx\"", 1, "not an escape of JSON, or half a surrogate pair" },
        { "\"\\ude00\\ud83d\"", 1, "not an escape of JSON, or half a surrogate pair" },
        { "\"a\nb\"", 2, "a control character in a string; it must be escaped" },
        { "\"a\tb\"", 2, "a control character in a string; it must be escaped" },
        { "\"abcdefghijk\x1f\"", 12, "a control character in a string; it must be escaped" },
        { "\"a\x80\"", 2, "a byte that is no UTF-8" },
        { "\"\xc0\x80\"", 1, "a byte that is no UTF-8" },
        { "\"\xc1\xbf\"", 1, "a byte that is no UTF-8" },
        { "\"\xe0\x9f\xbf\"", 1, "a byte that is no UTF-8" },
        { "\"\xed\xa0\x80\"", 1, "a byte that is no UTF-8" },
        { "\"\xf0\x8f\xbf\xbf\"", 1, "a byte that is no UTF-8" },
        { "\"\xf4\x90\x80\x80\"", 1, "a byte that is no UTF-8" },
        { "\"\xf5\x80\x80\x80\"", 1, "a byte that is no UTF-8" },
        { "\"\xff\"", 1, "a byte that is no UTF-8" },
        { "\"\xe2\x82\"", 1, "a byte that is no UTF-8" },
        { "\"\xe2\x82", 1, "a byte that is no UTF-8" },
        { "\"\xc3", 1, "a byte that is no UTF-8" },
        { "[1]\f", 3, "text after the end of the document" },
        { "[1\x0b]", 2, "a comma or ] must follow here" },
        { "\xc2\xa0"
          "1",
          0, "a value must follow here" },
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct bothy_error error = { 0 };
        int32_t r = read_all(cases[i].text, strlen(cases[i].text));

        ck_assert_msg(r == BOTHY_EINVAL, "%s: %d", cases[i].text, r);
        ck_assert_msg(bothy_json_offset(&json) == cases[i].offset, "%s: at %zu, not %zu",
                      cases[i].text, bothy_json_offset(&json), cases[i].offset);
        ck_assert_int_eq(bothy_json_error(&json, 0, &error), BOTHY_EINVAL);
        ck_assert_msg(strstr(error.text, cases[i].reason) != NULL, "%s: %s", cases[i].text,
                      error.text);
        /* The error stays, whatever is asked. */
        ck_assert_int_eq(bothy_json_next(&json, &token), BOTHY_EINVAL);
        ck_assert_int_eq(bothy_json_element(&json, &token), BOTHY_EINVAL);
        ck_assert_int_eq(bothy_json_member(&json, &token, &token), BOTHY_EINVAL);
        ck_assert_int_eq(bothy_json_expect(&json, BOTHY_JSON_NUMBER, &token), BOTHY_EINVAL);
        ck_assert_int_eq(bothy_json_end(&json), BOTHY_EINVAL);
        token.type = BOTHY_JSON_OBJECT;
        ck_assert_int_eq(bothy_json_skip(&json, &token), BOTHY_EINVAL);
        ck_assert_uint_eq(bothy_json_offset(&json), cases[i].offset);
    }
}
END_TEST

/* A raw NUL is no end of the text. */
START_TEST(nul_bytes_are_refused)
{
    ck_assert_int_eq(read_all("1\0", 2), BOTHY_EINVAL);
    ck_assert_int_eq(read_all("[\0]", 3), BOTHY_EINVAL);
    ck_assert_int_eq(read_all("\"a\0b\"", 5), BOTHY_EINVAL);
    ck_assert_int_eq(read_all("\"\\\0\"", 4), BOTHY_EINVAL);
    ck_assert_int_eq(read_all("{\"a\0\":1}", 8), BOTHY_EINVAL);
}
END_TEST

/*
 * Each byte of each kind at each place of strings of each length: the search for special bytes
 * by words of eight must find them all, and nothing else.
 */
START_TEST(specials_at_every_place)
{
    char text[48];

    for (size_t length = 1; length <= 40; length++) {
        for (size_t place = 0; place < length; place++) {
            for (int c = 1; c < 256; c++) {
                int bad = c < 0x20 || c >= 0x80 || c == '\\' || c == '"';

                memset(text, 'a', sizeof text);
                text[0] = '"';
                text[1 + place] = (char)c;
                text[1 + length] = '"';
                /* A backslash before a, or the end, is bad; a quote ends the string early. */
                ck_assert_msg(read_all(text, length + 2) == (bad ? BOTHY_EINVAL : 1),
                              "byte %d at %zu of %zu", c, place, length);
            }
        }
    }
}
END_TEST

/* What is cut short is refused at every length, and never read past its end. */
START_TEST(truncated_anywhere)
{
    static const char text[] = "{\"a\":[1,-2.5e3,true,null,\"x\\u00e9\\ud83d\\ude00\xc3\xa9\"],"
                               "\"b\":{\"c\":false,\"d\":{}}}";
    size_t whole = sizeof text - 1;

    ck_assert_int_gt(read_all(text, whole), 0);
    for (size_t length = 0; length < whole; length++) {
        char *copy = malloc(length + 1);

        memcpy(copy, text, length);
        ck_assert_msg(read_all(copy, length) == BOTHY_EINVAL, "%zu bytes", length);
        free(copy);
    }
}
END_TEST

START_TEST(depth_is_limited)
{
    char text[2 * BOTHY_JSON_DEPTH_MAX + 3];
    struct bothy_error error;

    for (uint32_t limit = 1; limit <= BOTHY_JSON_DEPTH_MAX; limit++) {
        int32_t r;

        memset(text, '[', limit);
        memset(text + limit, ']', limit);
        bothy_json_init(&json, text, 2 * (size_t)limit, limit);
        while ((r = bothy_json_next(&json, &token)) > 0)
            ;
        ck_assert_int_eq(r, 0);
        memset(text, '[', limit + 1);
        bothy_json_init(&json, text, limit + 1, limit);
        while ((r = bothy_json_next(&json, &token)) > 0)
            ;
        ck_assert_int_eq(r, BOTHY_ERANGE);
        ck_assert_uint_eq(bothy_json_offset(&json), limit);
    }
    ck_assert_int_eq(bothy_json_error(&json, 0, &error), BOTHY_ERANGE);
    ck_assert_str_eq(error.text, "line 1, column 65 (byte 64): nested too deep");
    /* 0, or more than there are, is the most there are. */
    for (uint32_t i = 0; i < 2; i++) {
        memset(text, '[', sizeof text);
        bothy_json_init(&json, text, sizeof text, i ? UINT32_MAX : 0);
        for (uint32_t n = 0; n < BOTHY_JSON_DEPTH_MAX; n++)
            ck_assert_int_eq(bothy_json_next(&json, &token), BOTHY_JSON_ARRAY);
        ck_assert_int_eq(bothy_json_next(&json, &token), BOTHY_ERANGE);
    }
}
END_TEST

/* Objects and arrays mixed to the full depth: each closes as what it was opened. */
START_TEST(kinds_of_containers_are_kept)
{
    char text[1024];
    size_t used = 0;

    for (unsigned pattern = 0; pattern < 256; pattern++) {
        used = 0;
        for (unsigned i = 0; i < 64; i++)
            used += (size_t)snprintf(text + used, sizeof text - used, "%s",
                                     pattern >> (i % 8) & 1 ? "{\"k\":" : "[");
        text[used++] = '1';
        for (unsigned i = 64; i-- > 0;)
            text[used++] = pattern >> (i % 8) & 1 ? '}' : ']';
        ck_assert_int_gt(read_all(text, used), 0);
        text[used - 1 - pattern % 64] ^= '}' ^ ']';
        ck_assert_int_eq(read_all(text, used), BOTHY_EINVAL);
    }
}
END_TEST

START_TEST(tokens_are_slices)
{
    static const char text[] = " { \"a\\n\" : [ -1.50e+3 , \"x\" , true ] }";
    static const struct {
        int32_t type;
        size_t offset;
        size_t length;
        uint32_t escaped;
    } expected[] = {
        { BOTHY_JSON_OBJECT, 1, 1, 0 },     { BOTHY_JSON_KEY, 4, 3, 1 },
        { BOTHY_JSON_ARRAY, 11, 1, 0 },     { BOTHY_JSON_NUMBER, 13, 8, 0 },
        { BOTHY_JSON_STRING, 25, 1, 0 },    { BOTHY_JSON_TRUE, 30, 4, 0 },
        { BOTHY_JSON_ARRAY_END, 35, 1, 0 }, { BOTHY_JSON_OBJECT_END, 37, 1, 0 },
        { BOTHY_JSON_END, 38, 0, 0 },
    };

    bothy_json_init(&json, text, sizeof text - 1, 0);
    for (size_t i = 0; i < COUNT(expected); i++) {
        ck_assert_int_eq(bothy_json_next(&json, &token), expected[i].type);
        ck_assert_uint_eq(token.type, (uint32_t)expected[i].type);
        ck_assert_msg(token.text == text + expected[i].offset, "token %zu at %td", i,
                      token.text - text);
        ck_assert_uint_eq(token.length, expected[i].length);
        ck_assert_uint_eq(token.escaped, expected[i].escaped);
    }
}
END_TEST

START_TEST(members_and_elements)
{
    static const char text[] =
        "{\"e\":\"depth\",\"b\":[[\"1.5\",\"2\"],[\"3\",\"4\"]],\"x\":{},\"n\":7}";
    struct bothy_json_token key, value, row, cell;
    int members = 0, rows = 0, cells = 0;
    int32_t r;

    bothy_json_init(&json, text, sizeof text - 1, 0);
    ck_assert_int_eq(bothy_json_expect(&json, BOTHY_JSON_OBJECT, &value), BOTHY_JSON_OBJECT);
    while ((r = bothy_json_member(&json, &key, &value)) > 0) {
        members++;
        ck_assert_uint_eq(key.type, BOTHY_JSON_KEY);
        if (bothy_json_is(&key, "b")) {
            ck_assert_uint_eq(value.type, BOTHY_JSON_ARRAY);
            while ((r = bothy_json_element(&json, &row)) > 0) {
                rows++;
                ck_assert_uint_eq(row.type, BOTHY_JSON_ARRAY);
                while ((r = bothy_json_element(&json, &cell)) > 0) {
                    ck_assert_uint_eq(cell.type, BOTHY_JSON_STRING);
                    cells++;
                }
                ck_assert_int_eq(r, 0);
            }
            ck_assert_int_eq(r, 0);
        } else if (bothy_json_is(&key, "x")) {
            ck_assert_uint_eq(value.type, BOTHY_JSON_OBJECT);
            ck_assert_int_eq(bothy_json_member(&json, &key, &value), 0);
        } else if (bothy_json_is(&key, "n")) {
            ck_assert_uint_eq(value.type, BOTHY_JSON_NUMBER);
        } else {
            ck_assert(bothy_json_is(&key, "e"));
            ck_assert(bothy_json_is(&value, "depth"));
        }
    }
    ck_assert_int_eq(r, 0);
    ck_assert_int_eq(bothy_json_end(&json), 0);
    ck_assert_int_eq(members, 4);
    ck_assert_int_eq(rows, 2);
    ck_assert_int_eq(cells, 4);
}
END_TEST

START_TEST(skipping)
{
    static const char text[] = "{\"a\":{\"b\":[1,{\"c\":2}]},\"d\":[[],[[]]],\"e\":3,\"f\":4}";
    struct bothy_json_token key, value;

    bothy_json_init(&json, text, sizeof text - 1, 0);
    bothy_json_next(&json, &value);
    ck_assert_int_eq(bothy_json_member(&json, &key, &value), 1);
    ck_assert_int_eq(bothy_json_skip(&json, &value), 0);
    ck_assert_int_eq(value.length, strlen("{\"b\":[1,{\"c\":2}]}"));
    ck_assert(memcmp(value.text, "{\"b\":[1,{\"c\":2}]}", value.length) == 0);
    /* After a key alone, its value goes with it. */
    ck_assert_int_eq(bothy_json_next(&json, &key), BOTHY_JSON_KEY);
    ck_assert_int_eq(bothy_json_skip(&json, &key), 0);
    ck_assert(bothy_json_is(&key, "d"));
    ck_assert_int_eq(bothy_json_next(&json, &key), BOTHY_JSON_KEY);
    ck_assert_int_eq(bothy_json_skip(&json, &key), 0);
    ck_assert_int_eq(bothy_json_member(&json, &key, &value), 1);
    ck_assert(bothy_json_is(&key, "f"));
    ck_assert_int_eq(bothy_json_skip(&json, &value), 0);
    ck_assert_uint_eq(value.length, 1);
    ck_assert_int_eq(bothy_json_member(&json, &key, &value), 0);
    ck_assert_int_eq(bothy_json_end(&json), 0);

    /* The whole document at once. */
    bothy_json_init(&json, text, sizeof text - 1, 0);
    bothy_json_next(&json, &value);
    ck_assert_int_eq(bothy_json_skip(&json, &value), 0);
    ck_assert_uint_eq(value.length, sizeof text - 1);
    ck_assert_int_eq(bothy_json_end(&json), 0);

    /* What is skipped is checked all the same. */
    bothy_json_init(&json, "[[1,02]]", 8, 0);
    bothy_json_next(&json, &value);
    bothy_json_next(&json, &value);
    ck_assert_int_eq(bothy_json_skip(&json, &value), BOTHY_EINVAL);
    ck_assert_uint_eq(bothy_json_offset(&json), 5);
}
END_TEST

START_TEST(another_shape_than_expected)
{
    struct bothy_json_token key, value;
    struct bothy_error error;

    bothy_json_init(&json, "[1]", 3, 0);
    ck_assert_int_eq(bothy_json_expect(&json, BOTHY_JSON_OBJECT, &value), BOTHY_EPROTO);
    bothy_json_error(&json, 0, &error);
    ck_assert_str_eq(error.text, "line 1, column 1 (byte 0): an object was expected here");

    bothy_json_init(&json, "{\"a\":\n  [1]}", 12, 0);
    bothy_json_next(&json, &value);
    ck_assert_int_eq(bothy_json_next(&json, &value), BOTHY_JSON_KEY);
    ck_assert_int_eq(bothy_json_expect(&json, BOTHY_JSON_STRING, &value), BOTHY_EPROTO);
    ck_assert_int_eq(bothy_json_error(&json, BOTHY_EINVAL, &error), BOTHY_EPROTO);
    ck_assert_str_eq(error.text, "line 2, column 3 (byte 8): a string was expected here");
    ck_assert_uint_eq(error.line, 2);

    /* Members of an array, elements of an object, members where a value must come. */
    bothy_json_init(&json, "[1]", 3, 0);
    ck_assert_int_eq(bothy_json_element(&json, &value), BOTHY_EPROTO);
    bothy_json_init(&json, "[1]", 3, 0);
    bothy_json_next(&json, &value);
    ck_assert_int_eq(bothy_json_member(&json, &key, &value), BOTHY_EPROTO);
    bothy_json_init(&json, "{\"a\":1}", 7, 0);
    bothy_json_next(&json, &value);
    ck_assert_int_eq(bothy_json_element(&json, &value), BOTHY_EPROTO);
    bothy_json_init(&json, "{\"a\":1}", 7, 0);
    bothy_json_next(&json, &value);
    bothy_json_next(&json, &key);
    ck_assert_int_eq(bothy_json_member(&json, &key, &value), BOTHY_EPROTO);

    /* The end comes too late. */
    bothy_json_init(&json, "[1]", 3, 0);
    bothy_json_next(&json, &value);
    ck_assert_int_eq(bothy_json_end(&json), BOTHY_EPROTO);
    bothy_json_init(&json, "1 1", 3, 0);
    ck_assert_int_eq(bothy_json_end(&json), BOTHY_EPROTO);
    bothy_json_init(&json, "1 1", 3, 0);
    bothy_json_next(&json, &value);
    ck_assert_int_eq(bothy_json_end(&json), BOTHY_EINVAL);
    bothy_json_init(&json, "1 ", 2, 0);
    ck_assert_int_eq(bothy_json_expect(&json, BOTHY_JSON_NUMBER, &value), BOTHY_JSON_NUMBER);
    ck_assert_int_eq(bothy_json_expect(&json, BOTHY_JSON_END, &value), 0);
}
END_TEST

START_TEST(errors_name_the_place)
{
    static const char text[] = "{\n  \"price\": 1.5,\n  \"size\": 01\n}";
    struct bothy_error error = { 0 };
    uint32_t line, column;

    snprintf(error.where, sizeof error.where, "trade");
    ck_assert_int_eq(read_all(text, sizeof text - 1), BOTHY_EINVAL);
    ck_assert_int_eq(bothy_json_error(&json, 0, &error), BOTHY_EINVAL);
    ck_assert_int_eq(error.code, BOTHY_EINVAL);
    ck_assert_uint_eq(error.line, 3);
    ck_assert_str_eq(error.where, "trade");
    ck_assert_str_eq(error.text, "line 3, column 12 (byte 29): a number with a leading zero");
    ck_assert_int_eq(bothy_json_error(&json, 0, NULL), BOTHY_EINVAL);

    /* A reader's own failure, where the parser stands. */
    bothy_json_init(&json, "[1]", 3, 0);
    bothy_json_next(&json, &token);
    bothy_json_next(&json, &token);
    ck_assert_int_eq(bothy_json_error(&json, BOTHY_ERANGE, &error), BOTHY_ERANGE);
    ck_assert_str_eq(error.text, "line 1, column 3 (byte 2): out of range");

    bothy_json_locate("a\nbc\n", 5, 0, &line, &column);
    ck_assert(line == 1 && column == 1);
    bothy_json_locate("a\nbc\n", 5, 1, &line, &column);
    ck_assert(line == 1 && column == 2);
    bothy_json_locate("a\nbc\n", 5, 3, &line, &column);
    ck_assert(line == 2 && column == 2);
    bothy_json_locate("a\nbc\n", 5, 99, &line, &column);
    ck_assert(line == 3 && column == 1);
}
END_TEST

/* The first token of a text. */
static void first(const char *text, size_t length)
{
    bothy_json_init(&json, text, length, 0);
    ck_assert_int_gt(bothy_json_next(&json, &token), 0);
}

START_TEST(text_of_strings)
{
    static const struct {
        const char *json;
        const char *text;
    } cases[] = {
        { "\"\"", "" },
        { "\"abc\"", "abc" },
        { "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t" },
        { "\"\\u0041\\u00e9\\u20AC\"", "A\xc3\xa9\xe2\x82\xac" },
        { "\"\\u007f\\u0080\\u07ff\\u0800\\uffff\"",
          "\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf" },
        { "\"\\ud83d\\ude00\"", "\xf0\x9f\x98\x80" },
        { "\"\\uD800\\uDC00\\udbff\\udfff\"", "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf" },
        { "\"a\xc3\xa9\\n\"", "a\xc3\xa9\n" },
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        size_t length = strlen(cases[i].text);
        char text[64];

        first(cases[i].json, strlen(cases[i].json));
        ck_assert_int_eq(bothy_json_text(&token, 0, text, sizeof text), (int)length);
        ck_assert_str_eq(text, cases[i].text);
        ck_assert_int_eq(bothy_json_is(&token, cases[i].text), 1);
        ck_assert_int_eq(bothy_json_is(&token, "abcd"), 0);
        ck_assert_int_eq(bothy_json_equals(&token, cases[i].text, length + 1), 0);
        if (length > 0)
            ck_assert_int_eq(bothy_json_equals(&token, cases[i].text, length - 1), 0);
        /* Room to the byte. */
        ck_assert_int_eq(bothy_json_text(&token, 0, text, length + 1), (int)length);
        memset(text, '#', sizeof text);
        ck_assert_int_eq(bothy_json_text(&token, 0, text, length), BOTHY_ERANGE);
        ck_assert_int_eq(text[length], '#');
        if (length > 0)
            ck_assert_str_eq(text, "");
        ck_assert_int_eq(bothy_json_text(&token, 0, text, token.length + 1), (int)length);
    }
}
END_TEST

START_TEST(embedded_nul)
{
    char text[8];

    first("\"a\\u0000b\"", 10);
    ck_assert_int_eq(bothy_json_text(&token, 0, text, sizeof text), BOTHY_EINVAL);
    ck_assert_str_eq(text, "");
    ck_assert_int_eq(bothy_json_text(&token, BOTHY_JSON_ALLOW_NUL, text, sizeof text), 3);
    ck_assert(memcmp(text, "a\0b", 4) == 0);
    ck_assert_int_eq(bothy_json_equals(&token, "a\0b", 3), 1);
    ck_assert_int_eq(bothy_json_is(&token, "a"), 0);
    ck_assert_int_eq(bothy_json_text(&token, 2, text, sizeof text), BOTHY_EINVAL);
}
END_TEST

START_TEST(text_of_other_tokens)
{
    char text[8];

    first("12", 2);
    ck_assert_int_eq(bothy_json_text(&token, 0, text, sizeof text), BOTHY_EINVAL);
    ck_assert_int_eq(bothy_json_is(&token, "12"), 0);
    ck_assert_int_eq(bothy_json_equals(&token, "12", 2), 0);
    first("true", 4);
    ck_assert_int_eq(bothy_json_text(&token, 0, text, sizeof text), BOTHY_EINVAL);
}
END_TEST

/* Tokens that no parser made: errors, and no byte read past their end. */
START_TEST(forged_tokens)
{
    static const char *const texts[] = { "\\", "\\u", "\\u00", "\\ud83d", "\\ud83d\\", "\\q" };

    for (size_t i = 0; i < COUNT(texts); i++) {
        size_t length = strlen(texts[i]);
        char *copy = malloc(length), text[32];
        struct bothy_json_token forged = { copy, length, BOTHY_JSON_STRING, 1 };

        memcpy(copy, texts[i], length);
        ck_assert_int_eq(bothy_json_text(&forged, 0, text, sizeof text), BOTHY_EINVAL);
        ck_assert_int_eq(bothy_json_equals(&forged, "x", 1), 0);
        free(copy);
    }
}
END_TEST

START_TEST(booleans)
{
    int32_t value = 7;

    first("true", 4);
    ck_assert_int_eq(bothy_json_bool(&token, &value), 0);
    ck_assert_int_eq(value, 1);
    first("false", 5);
    ck_assert_int_eq(bothy_json_bool(&token, &value), 0);
    ck_assert_int_eq(value, 0);
    value = 7;
    first("\"true\"", 6);
    ck_assert_int_eq(bothy_json_bool(&token, &value), BOTHY_EINVAL);
    first("1", 1);
    ck_assert_int_eq(bothy_json_bool(&token, &value), BOTHY_EINVAL);
    first("null", 4);
    ck_assert_int_eq(bothy_json_bool(&token, &value), BOTHY_EINVAL);
    ck_assert_int_eq(value, 7);
}
END_TEST

START_TEST(escaping)
{
    static const struct {
        const char *text;
        size_t length;
        const char *expected;
    } cases[] = {
        { "", 0, "" },
        { "abc/<>&'", 8, "abc/<>&'" },
        { "a\"b\\c", 5, "a\\\"b\\\\c" },
        { "\b\f\n\r\t", 5, "\\b\\f\\n\\r\\t" },
        { "\0\x01\x1f\x7f", 4, "\\u0000\\u0001\\u001f\x7f" },
        { "h\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80", 12,
          "h\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80" },
        { "a\xff\x80z", 4, "a\xef\xbf\xbd\xef\xbf\xbdz" },
        { "\xc3", 1, "\xef\xbf\xbd" },
        { "\xc3\"", 2, "\xef\xbf\xbd\\\"" },
        { "\xed\xa0\x80", 3, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        size_t length = strlen(cases[i].expected);
        char out[64], quoted[66];

        ck_assert_int_eq(bothy_json_escape(cases[i].text, cases[i].length, out, sizeof out),
                         (int)length);
        ck_assert_str_eq(out, cases[i].expected);
        snprintf(quoted, sizeof quoted, "\"%s\"", out);
        ck_assert_int_eq(read_all(quoted, length + 2), 1);

        /* In less room it is a prefix that still is a string, and nothing is written past it. */
        for (size_t capacity = 1; capacity <= length; capacity++) {
            memset(out, '#', sizeof out);
            ck_assert_int_eq(bothy_json_escape(cases[i].text, cases[i].length, out, capacity),
                             BOTHY_ERANGE);
            ck_assert_int_eq(out[capacity], '#');
            ck_assert(strlen(out) < capacity);
            ck_assert(strncmp(out, cases[i].expected, strlen(out)) == 0);
            snprintf(quoted, sizeof quoted, "\"%s\"", out);
            ck_assert_int_eq(read_all(quoted, strlen(quoted)), 1);
        }
        ck_assert_int_eq(bothy_json_escape(cases[i].text, cases[i].length, out, length + 1),
                         (int)length);
        ck_assert_int_eq(bothy_json_escape(cases[i].text, cases[i].length, out, 0), BOTHY_ERANGE);
    }
}
END_TEST

/* Every two bytes, escaped, read back as the same two, or as what replaces them. */
START_TEST(escaping_reads_back)
{
    for (unsigned pair = 0; pair < 65536; pair++) {
        char text[2] = { (char)(pair >> 8), (char)pair };
        char out[16], quoted[18], back[16];
        int32_t length = bothy_json_escape(text, 2, out, sizeof out);
        int32_t r;

        ck_assert_int_ge(length, 2);
        snprintf(quoted, sizeof quoted, "\"%s\"", out);
        first(quoted, (size_t)length + 2);
        r = bothy_json_text(&token, BOTHY_JSON_ALLOW_NUL, back, sizeof back);
        if (!strstr(out, "\xef\xbf\xbd")) {
            ck_assert_int_eq(r, 2);
            ck_assert(memcmp(back, text, 2) == 0);
        } else {
            ck_assert((text[0] & 0x80) || (text[1] & 0x80));
        }
    }
}
END_TEST

START_TEST(type_names)
{
    ck_assert_str_eq(bothy_json_type_name(BOTHY_JSON_OBJECT), "object");
    ck_assert_str_eq(bothy_json_type_name(BOTHY_JSON_NULL), "null");
    ck_assert_str_eq(bothy_json_type_name(BOTHY_JSON_TYPE_COUNT), "?");
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("json");
    TCase *tests = tcase_create("json");

    tcase_add_test(tests, accepted);
    tcase_add_test(tests, refused);
    tcase_add_test(tests, nul_bytes_are_refused);
    tcase_add_test(tests, specials_at_every_place);
    tcase_add_test(tests, truncated_anywhere);
    tcase_add_test(tests, depth_is_limited);
    tcase_add_test(tests, kinds_of_containers_are_kept);
    tcase_add_test(tests, tokens_are_slices);
    tcase_add_test(tests, members_and_elements);
    tcase_add_test(tests, skipping);
    tcase_add_test(tests, another_shape_than_expected);
    tcase_add_test(tests, errors_name_the_place);
    tcase_add_test(tests, text_of_strings);
    tcase_add_test(tests, embedded_nul);
    tcase_add_test(tests, text_of_other_tokens);
    tcase_add_test(tests, forged_tokens);
    tcase_add_test(tests, booleans);
    tcase_add_test(tests, escaping);
    tcase_add_test(tests, escaping_reads_back);
    tcase_add_test(tests, type_names);
    suite_add_tcase(suite, tests);
    return suite;
}

BOTHY_TEST_MAIN(make_suite)
