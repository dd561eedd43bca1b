/*
 * Takes secrets out of a rendered line: exact texts that the process knows, and shapes that
 * secrets have, whatever line they stand in:
 *
 *     KEY = VALUE     where KEY is api_key, api_secret, token, password, private_key, passphrase,
 *                     secret, x-api-key, signature (also "KEY": "VALUE", KEY: VALUE)
 *     Authorization: Bearer VALUE (Basic, Token, Digest, ApiKey, or VALUE alone)
 *     hooks.slack.com/services/VALUE      bot<digits>:VALUE      eyJ….….…  (JWT)
 *     64 hex digits (with or without 0x)  scheme://user:VALUE@host, scheme://VALUE@host
 *
 * Linear in the line; no regular expressions. A key must stand as a word of its own, so that
 * "token bucket" and "monkey" stay what they are; the hump in accessToken begins a word too. A
 * value in quotes ends at its quote, one without at a blank, quote or brace.
 */
#ifndef BOTHY_LOG_REDACT_H
#define BOTHY_LOG_REDACT_H

#include <stddef.h>

#define REDACT_SECRETS_MAX 256 /* each has up to four forms */
#define REDACT_SECRET_MIN  6
#define REDACT_SECRET_MAX  4096
#define REDACT_MARK        "***REDACTED***"

struct redact {
    struct {
        char *text;
        size_t length;
    } secrets[REDACT_SECRETS_MAX];
    size_t count;
};

/* Effect: remembers the text, its JSON form and its form in URLs. < 0: too short, too many. */
int redact_add(struct redact *redact, const char *secret, size_t length);
void redact_clear(struct redact *redact);
/* Effect: redacts in place; the text keeps its length or changes it within capacity. */
size_t redact_line(const struct redact *redact, char *text, size_t length, size_t capacity);

#endif
