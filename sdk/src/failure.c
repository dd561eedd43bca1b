/*
 * Classes of failures: what an HTTP status or a venue's code means for whoever thinks of
 * trying again. Tables only; retry.c and breaker.c decide.
 */
#include <bothy/retry.h>

#include <string.h>

const char *bothy_failure_name(uint32_t failure)
{
    static const char *const names[BOTHY_FAILURE_COUNT] = {
        "none",  "transient", "permanent", "unknown_outcome",
        "clock", "auth",      "funds",     "rate_limited",
    };

    return failure < BOTHY_FAILURE_COUNT ? names[failure] : "?";
}

int32_t bothy_failure_is_permanent(uint32_t failure)
{
    return failure == BOTHY_FAILURE_PERMANENT || failure == BOTHY_FAILURE_AUTH ||
           failure == BOTHY_FAILURE_FUNDS;
}

uint32_t bothy_failure_from_http(int32_t status)
{
    if (status >= 200 && status <= 399)
        return BOTHY_FAILURE_NONE;
    switch (status) {
    case 401:
        return BOTHY_FAILURE_AUTH;
    case 429:
        return BOTHY_FAILURE_RATE_LIMITED;
    case 0:
    case 408:
    case 425:
    case 500:
    case 501:
    case 502:
    case 503:
    case 504:
        return BOTHY_FAILURE_TRANSIENT;
    default:
        /* Cloudflare's own: it did not reach the venue, or the venue did not answer it. */
        if ((status >= 520 && status <= 527) || status == 530)
            return BOTHY_FAILURE_TRANSIENT;
        return BOTHY_FAILURE_PERMANENT;
    }
}

uint32_t bothy_failure_from_http_write(int32_t status)
{
    uint32_t failure = bothy_failure_from_http(status);

    if (failure == BOTHY_FAILURE_TRANSIENT && status != 425 && status != 501)
        return BOTHY_FAILURE_UNKNOWN_OUTCOME;
    return failure;
}

static int lower(int c)
{
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

static int contains(const char *message, const char *part)
{
    size_t length = strlen(part);

    for (; *message; message++) {
        size_t i = 0;

        while (i < length && message[i] && lower(message[i]) == lower(part[i]))
            i++;
        if (i == length)
            return 1;
    }
    return length == 0;
}

uint32_t bothy_failure_from_rules(const struct bothy_failure_rule *rules, size_t count,
                                  int32_t http_status, int64_t code, const char *message)
{
    for (size_t i = 0; i < count; i++) {
        const struct bothy_failure_rule *rule = &rules[i];

        if (rule->http_status != 0 && rule->http_status != http_status)
            continue;
        if (rule->code != BOTHY_FAILURE_ANY_CODE && rule->code != code)
            continue;
        if (rule->text && !contains(message ? message : "", rule->text))
            continue;
        return rule->failure;
    }
    return BOTHY_FAILURE_NONE;
}
