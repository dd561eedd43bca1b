/*
 * Errors: the words of the codes, and the struct that carries a failure to whoever decides
 * what happens next. Texts are truncated, never allocated.
 */
#include <bothy/base.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *bothy_strerror(int32_t code)
{
    static const char *const words[] = {
        "success",
        "invalid value",
        "out of memory or of a fixed limit",
        "out of range",
        "not found",
        "already exists",
        "try again",
        "input/output error",
        "not permitted",
        "protocol violation",
        "incompatible ABI",
        "not supported",
        "circuit breaker open",
        "timed out",
        "no credentials",
        "corrupt data",
        "refused by the gate",
        "end of data",
        "peer disconnected",
    };

    if (code > 0)
        return words[0];
    if ((size_t)(-(int64_t)code) >= sizeof words / sizeof words[0])
        return "unknown error";
    return words[-code];
}

int32_t bothy_fail(struct bothy_error *error, int32_t code, const char *format, ...)
{
    va_list args;

    if (!error)
        return code;
    error->code = code;
    va_start(args, format);
    vsnprintf(error->text, sizeof error->text, format, args);
    va_end(args);
    return code;
}

void bothy_error_prefix(struct bothy_error *error, const char *format, ...)
{
    char joined[sizeof error->text];
    va_list args;
    int used;

    if (!error)
        return;
    va_start(args, format);
    used = vsnprintf(joined, sizeof joined, format, args);
    va_end(args);
    if (used < 0)
        return;
    if ((size_t)used < sizeof joined - 3) {
        /* The tail is cut when it does not fit: the prefix says where, which matters more. */
        size_t room = sizeof joined - (size_t)used - 3;
        size_t length = strlen(error->text);

        if (length > room)
            length = room;
        memcpy(joined + used, ": ", 2);
        memcpy(joined + used + 2, error->text, length);
        joined[(size_t)used + 2 + length] = '\0';
    }
    memcpy(error->text, joined, sizeof joined);
}
