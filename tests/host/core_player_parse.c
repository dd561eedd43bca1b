/*
 * Words, lists and times of core scripts: see core_player_parse.h.
 */
#include "core_player_parse.h"

#include <bothy/event.h>

#include <stdio.h>
#include <string.h>
#include <strings.h>

int parse_words(char *line, char **ret_words)
{
    int n = 0;

    while (n < PARSE_WORDS_MAX) {
        line += strspn(line, " \t\r\n");
        if (*line == '\0' || *line == '#')
            break;
        ret_words[n++] = line;
        line += strcspn(line, " \t\r\n");
        if (*line)
            *line++ = '\0';
    }
    return n;
}

int parse_time(const char *text, int64_t now_ns, int64_t *ret_ns)
{
    int64_t delay;

    if (text[0] != '+')
        return bothy_time_parse(text, strlen(text), ret_ns) < 0 ? -1 : 0;
    if (bothy_duration_parse(text + 1, strlen(text + 1), &delay) < 0)
        return -1;
    *ret_ns = now_ns + delay;
    return 0;
}

/* The next word of a list into `word`; 0 at its end. */
static int next_word(const char **list, char word[64])
{
    size_t length = strcspn(*list, ",");

    if (**list == '\0' || length >= 64)
        return 0;
    memcpy(word, *list, length);
    word[length] = '\0';
    *list += length;
    if (**list == ',')
        (*list)++;
    return 1;
}

int parse_in_list(const char *list, const char *wanted)
{
    char word[64];

    while (next_word(&list, word)) {
        if (strcmp(word, wanted) == 0)
            return 1;
    }
    return 0;
}

int parse_feeds(const char *list, uint32_t *ret_feeds)
{
    static const struct {
        const char *name;
        uint32_t bit;
    } names[] = {
        { "trades", BOTHY_FEED_TRADES },   { "quotes", BOTHY_FEED_QUOTES },
        { "book", BOTHY_FEED_BOOK },       { "bars", BOTHY_FEED_BARS },
        { "signals", BOTHY_FEED_SIGNALS }, { "forming", BOTHY_FEED_FORMING_BARS },
    };
    char word[64];

    *ret_feeds = 0;
    while (next_word(&list, word)) {
        uint32_t before = *ret_feeds;

        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
            if (strcmp(names[i].name, word) == 0)
                *ret_feeds |= names[i].bit;
        }
        if (*ret_feeds == before)
            return -1;
    }
    return 0;
}

int parse_timeframes(const char *list, uint32_t *ret_bits)
{
    char word[64];
    uint32_t tf;

    *ret_bits = 0;
    while (next_word(&list, word)) {
        if (strcmp(word, "none") == 0)
            continue;
        if (bothy_timeframe_parse(word, &tf) < 0)
            return -1;
        *ret_bits |= 1u << tf;
    }
    return 0;
}

int parse_order_types(const char *list, uint32_t *ret_bits)
{
    char word[64];
    uint32_t type;

    *ret_bits = 0;
    while (next_word(&list, word)) {
        if (bothy_order_type_parse(word, &type) < 0)
            return -1;
        *ret_bits |= 1u << type;
    }
    return 0;
}

int parse_feed_state(const char *name, uint32_t *ret_state)
{
    for (uint32_t state = 0; state <= BOTHY_FEED_STATE_ENDED; state++) {
        if (strcasecmp(bothy_feed_state_name(state), name) == 0) {
            *ret_state = state;
            return 0;
        }
    }
    return -1;
}
