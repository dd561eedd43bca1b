/*
 * Redaction: see redact.h. A first pass finds the places, each a [from, to) of the input; a
 * second one builds the line anew. Where the result would be too long its tail is cut: rather
 * less of a line than a secret in it.
 */
#include "log/redact.h"

#include "base/clean.h"

#include <bothy/base.h>
#include <bothy/json.h>

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>

static int remember(struct redact *redact, const char *text, size_t length)
{
    char *copy;

    for (size_t i = 0; i < redact->count; i++) {
        if (redact->secrets[i].length == length &&
            memcmp(redact->secrets[i].text, text, length) == 0)
            return 0;
    }
    if (redact->count == REDACT_SECRETS_MAX)
        return BOTHY_ENOMEM;
    copy = malloc(length + 1);
    if (!copy)
        return BOTHY_ENOMEM;
    memcpy(copy, text, length);
    copy[length] = '\0';
    mlock(copy, length); /* where it is permitted: not to the swap */
    redact->secrets[redact->count].text = copy;
    redact->secrets[redact->count++].length = length;
    return 0;
}

int redact_add(struct redact *redact, const char *secret, size_t length)
{
    char other[REDACT_SECRET_MAX * 6 + 1];
    size_t n = 0;
    int r;

    if (length < REDACT_SECRET_MIN || length > REDACT_SECRET_MAX)
        return BOTHY_ERANGE;
    r = remember(redact, secret, length);
    if (r == 0 && bothy_json_escape(secret, length, other, sizeof other) >= 0)
        r = remember(redact, other, strlen(other));
    for (int lower = 0; lower < 2 && r == 0; lower++) {
        n = 0;
        for (size_t i = 0; i < length; i++) {
            unsigned char c = (unsigned char)secret[i];

            if (isalnum(c) || (c && strchr("-_.~", c)))
                other[n++] = (char)c;
            else
                n += (size_t)snprintf(other + n, 4, lower ? "%%%02x" : "%%%02X", c);
        }
        r = remember(redact, other, n);
    }
    explicit_bzero(other, sizeof other);
    return r;
}

void redact_clear(struct redact *redact)
{
    for (size_t i = 0; i < redact->count; i++) {
        explicit_bzero(redact->secrets[i].text, redact->secrets[i].length);
        free(redact->secrets[i].text);
    }
    redact->count = 0;
}

static int is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

static int is_hex(char c)
{
    return isxdigit((unsigned char)c) != 0;
}

/* The quote at `at`, as it stands in the line: ", ' or, inside a JSON text, \". 0: none. */
static size_t quote_length(const char *text, size_t length, size_t at)
{
    if (at < length && (text[at] == '"' || text[at] == '\''))
        return 1;
    return at + 1 < length && text[at] == '\\' && (text[at + 1] == '"' || text[at + 1] == '\'') ? 2
                                                                                                : 0;
}

static size_t skip_quote(const char *text, size_t length, size_t at)
{
    return at + quote_length(text, length, at);
}

static size_t skip_blanks(const char *text, size_t length, size_t at)
{
    while (at < length && (text[at] == ' ' || text[at] == '\t'))
        at++;
    return at;
}

/* Passes what stands between a key and its value: quotes, blanks, one = or :. 0: no value. */
static size_t skip_separator(const char *text, size_t length, size_t at)
{
    at = skip_blanks(text, length, skip_quote(text, length, at));
    if (at >= length || (text[at] != '=' && text[at] != ':'))
        return 0;
    return skip_quote(text, length, skip_blanks(text, length, at + 1));
}

/* The quote that closes what `opening` opened, or 0. */
static size_t closing_quote(const char *text, size_t length, size_t at, const char *opening,
                            size_t n)
{
    while (at + n <= length && text[at] != '\n') {
        if (memcmp(text + at, opening, n) == 0)
            return at;
        at += text[at] == '\\' && at + 1 < length ? 2 : 1;
    }
    return 0;
}

/*
 * Where a value that begins at `at` ends. One in quotes ends at its quote, whatever it holds; one
 * without at a blank, a quote or a brace, and in a query at an ampersand.
 */
static size_t value_end(const char *text, size_t length, size_t at, int in_query)
{
    size_t n = at > 1 && text[at - 2] == '\\' ? 2 : 1, end;

    if (at >= n && quote_length(text, length, at - n) == n) {
        end = closing_quote(text, length, at, text + at - n, n);
        if (end)
            return end;
    }
    while (at < length && !isspace((unsigned char)text[at]) && !strchr("\"'}", text[at]) &&
           !(in_query && text[at] == '&')) {
        if (text[at] == '\\' && at + 1 < length) {
            if (strchr("\"'nrt", text[at + 1]))
                break;
            at++;
        }
        at++;
    }
    return at < length ? at : length;
}

/* 1 if a word begins here: after no letter or digit, or as the hump in accessToken. */
static int word_begins(const char *text, size_t at)
{
    return at == 0 || !isalnum((unsigned char)text[at - 1]) ||
           (islower((unsigned char)text[at - 1]) && isupper((unsigned char)text[at]));
}

static size_t match_key(const char *text, size_t length, size_t at, size_t *ret_from)
{
    static const char *const keys[] = {
        "api_key", "api-key",    "apikey",      "api_secret",  "api-secret", "apisecret",
        "token",   "password",   "private_key", "private-key", "privatekey", "passphrase",
        "secret",  "secret_key", "secret-key",  "secretkey",   "signature",  "x-api-key",
    };

    if (!word_begins(text, at))
        return 0;
    for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
        size_t n = strlen(keys[i]), from;

        if (n >= length - at || strncasecmp(text + at, keys[i], n) != 0 || is_word(text[at + n]))
            continue;
        from = skip_separator(text, length, at + n);
        if (from == 0)
            return 0;
        if (length - from > 7 && strncasecmp(text + from, "bearer ", 7) == 0)
            from += 7;
        *ret_from = from;
        return value_end(text, length, from, text[at] != 'p' && text[at] != 'P');
    }
    return 0;
}

static int begins(const char *text, size_t length, size_t at, const char *word)
{
    size_t n = strlen(word);

    return n <= length - at && strncasecmp(text + at, word, n) == 0;
}

static size_t match_authorization(const char *text, size_t length, size_t at, size_t *ret_from)
{
    static const char *const schemes[] = { "bearer ", "basic ", "token ", "digest ", "apikey " };
    size_t from;

    if (!begins(text, length, at, "authorization"))
        return 0;
    from = skip_separator(text, length, at + strlen("authorization"));
    if (from == 0)
        return 0;
    for (size_t i = 0; i < ARRAY_SIZE(schemes); i++) {
        if (begins(text, length, from, schemes[i])) {
            *ret_from = skip_blanks(text, length, from + strlen(schemes[i]));
            return value_end(text, length, *ret_from, 0);
        }
    }
    *ret_from = from;
    return value_end(text, length, from, 0);
}

static size_t match_slack(const char *text, size_t length, size_t at, size_t *ret_from)
{
    static const char path[] = "hooks.slack.com/services/";

    if (!begins(text, length, at, path))
        return 0;
    *ret_from = at + strlen(path);
    return value_end(text, length, *ret_from, 0);
}

static size_t match_telegram(const char *text, size_t length, size_t at, size_t *ret_from)
{
    size_t digits = at + 3, end;

    if (!begins(text, length, at, "bot") || (at > 0 && isalnum((unsigned char)text[at - 1])))
        return 0;
    while (digits < length && isdigit((unsigned char)text[digits]))
        digits++;
    if (digits < at + 9 || digits >= length || text[digits] != ':')
        return 0;
    end = digits + 1;
    while (end < length && (is_word(text[end]) || text[end] == '-'))
        end++;
    *ret_from = digits + 1;
    return end - digits > 20 ? end : 0;
}

static size_t match_jwt(const char *text, size_t length, size_t at, size_t *ret_from)
{
    size_t end = at;
    int dots = 0;

    if (!begins(text, length, at, "eyJ") || (at > 0 && is_word(text[at - 1])))
        return 0;
    while (end < length && (is_word(text[end]) || strchr("-.=", text[end]))) {
        dots += text[end] == '.';
        end++;
    }
    *ret_from = at;
    return dots >= 2 && end - at > 20 ? end : 0;
}

static size_t match_hex(const char *text, size_t length, size_t at, size_t *ret_from)
{
    size_t from = at, end;

    if (!is_hex(text[at]) || (at > 0 && is_word(text[at - 1]) && !(at > 1 && text[at - 1] == 'x')))
        return 0;
    if (begins(text, length, at, "0x"))
        from += 2;
    end = from;
    while (end < length && is_hex(text[end]))
        end++;
    *ret_from = from;
    return end - from == 64 && (end == length || !is_word(text[end])) ? end : 0;
}

static size_t match_userinfo(const char *text, size_t length, size_t at, size_t *ret_from)
{
    size_t colon = 0, sign = 0;

    if (!begins(text, length, at, "://"))
        return 0;
    /* The last @ before the path: the password may hold one itself. */
    for (size_t i = at + 3;
         i < length && !isspace((unsigned char)text[i]) && !strchr("/?#\"'\\", text[i]); i++) {
        if (text[i] == ':' && !colon && !sign)
            colon = i;
        if (text[i] == '@')
            sign = i;
    }
    *ret_from = colon ? colon + 1 : at + 3;
    return sign;
}

/* The longest: of two forms of a secret one may be the beginning of the other. */
static size_t match_secret(const struct redact *redact, const char *text, size_t length, size_t at)
{
    size_t longest = 0;

    for (size_t i = 0; i < redact->count; i++) {
        size_t n = redact->secrets[i].length;

        if (n > longest && n <= length - at && text[at] == redact->secrets[i].text[0] &&
            memcmp(text + at, redact->secrets[i].text, n) == 0)
            longest = n;
    }
    return longest ? at + longest : 0;
}

/* Where the next secret begins at or after `at`, and its end; 0: none begins here. */
static size_t match_here(const struct redact *redact, const char *text, size_t length, size_t at,
                         size_t *ret_from)
{
    size_t end = match_secret(redact, text, length, at);

    if (end) {
        *ret_from = at;
        return end;
    }
    switch (text[at] | 0x20) {
    case 'a':
        end = match_authorization(text, length, at, ret_from);
        if (end)
            return end;
        end = match_key(text, length, at, ret_from);
        break;
    case 't':
    case 'p':
    case 's':
    case 'x':
        end = match_key(text, length, at, ret_from);
        break;
    case 'h':
        end = match_slack(text, length, at, ret_from);
        break;
    case 'b':
        end = match_telegram(text, length, at, ret_from);
        break;
    case 'e':
        end = match_jwt(text, length, at, ret_from);
        break;
    default:
        break;
    }
    if (!end && text[at] == ':')
        end = match_userinfo(text, length, at, ret_from);
    if (!end && is_hex(text[at]))
        end = match_hex(text, length, at, ret_from);
    return end > *ret_from ? end : 0;
}

size_t redact_line(const struct redact *redact, char *text, size_t length, size_t capacity)
{
    const size_t mark = strlen(REDACT_MARK);
    _cleanup_free_ char *input = NULL;
    size_t at = 0, out = 0;

    while (at < length) {
        size_t from = at;
        size_t end = match_here(redact, input ? input : text, length, at, &from);

        if (!end) {
            if (input && out < capacity)
                text[out] = input[at];
            out += out < capacity;
            at++;
            continue;
        }
        if (!input) {
            /* The first find: until here input and output were the same bytes. */
            input = malloc(length);
            if (!input)
                return out; /* rather a cut line */
            memcpy(input, text, length);
        }
        for (; at < from && out < capacity; at++)
            text[out++] = input[at];
        at = end;
        for (size_t i = 0; i < mark && out < capacity; i++)
            text[out++] = REDACT_MARK[i];
    }
    if (input)
        explicit_bzero(input, length);
    return out;
}
