/*
 * Escapes of JSON strings, both ways: one is read, a whole text is written.
 */
#include <bothy/json.h>

#include "json_internal.h"
#include "utf8.h"

static int32_t hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* The four digits of \uXXXX at p, or -1. */
static int32_t read_hex(const char *p, const char *end)
{
    int32_t value = 0;

    if (end - p < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        int32_t digit = hex_digit(p[i]);

        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

size_t json_read_escape(const char *at, const char *end, uint32_t *ret_code_point)
{
    static const char letters[] = "\"\\/bfnrt";
    static const char meanings[] = "\"\\/\b\f\n\r\t";
    const char *letter;
    int32_t high, low;

    if (end - at < 2)
        return 0;
    if (at[1] != 'u') {
        letter = at[1] ? strchr(letters, at[1]) : NULL;
        if (!letter)
            return 0;
        *ret_code_point = (unsigned char)meanings[letter - letters];
        return 2;
    }
    high = read_hex(at + 2, end);
    if (high < 0 || (high >= 0xdc00 && high <= 0xdfff))
        return 0;
    if (high < 0xd800 || high > 0xdfff) {
        *ret_code_point = (uint32_t)high;
        return 6;
    }
    if (end - at < 12 || at[6] != '\\' || at[7] != 'u')
        return 0;
    low = read_hex(at + 8, end);
    if (low < 0xdc00 || low > 0xdfff)
        return 0;
    *ret_code_point = 0x10000 + (((uint32_t)high - 0xd800) << 10) + ((uint32_t)low - 0xdc00);
    return 12;
}

/*
 * What stands for the character at p in a string, and how many bytes of p it stands for. Returns
 * the length in `bytes`.
 */
static size_t escape_character(const char *p, size_t room, char bytes[6], size_t *ret_taken)
{
    static const char hex[] = "0123456789abcdef";
    static const char plain[] = "\"\\\b\f\n\r\t";
    static const char letters[] = "\"\\bfnrt";
    size_t length = utf8_length(p, room);
    const char *at;

    *ret_taken = length > 0 ? length : 1;
    if (length == 0) {
        memcpy(bytes, "\xef\xbf\xbd", 3);
        return 3;
    }
    at = length == 1 && *p ? strchr(plain, *p) : NULL;
    if (at) {
        bytes[0] = '\\';
        bytes[1] = letters[at - plain];
        return 2;
    }
    if (length > 1 || (unsigned char)*p >= 0x20) {
        memcpy(bytes, p, length);
        return length;
    }
    memcpy(bytes, "\\u00", 4);
    bytes[4] = hex[(unsigned char)*p >> 4];
    bytes[5] = hex[*p & 15];
    return 6;
}

int32_t bothy_json_escape(const char *text, size_t length, char *out, size_t capacity)
{
    const char *p = text, *end = text + length;
    size_t used = 0;

    if (capacity == 0)
        return BOTHY_ERANGE;
    if (capacity > INT32_MAX)
        capacity = INT32_MAX;
    while (p < end) {
        char bytes[6];
        size_t taken, count;

        /* Most of what is written is plain: it goes as it is. */
        if ((unsigned char)*p >= 0x20 && (unsigned char)*p < 0x80 && *p != '"' && *p != '\\') {
            if (used + 1 == capacity)
                break;
            out[used++] = *p++;
            continue;
        }
        count = escape_character(p, (size_t)(end - p), bytes, &taken);
        if (capacity - used <= count)
            break;
        memcpy(out + used, bytes, count);
        used += count;
        p += taken;
    }
    out[used] = '\0';
    return p == end ? (int32_t)used : BOTHY_ERANGE;
}
