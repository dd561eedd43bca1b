/*
 * Plays files through the replay plugin and prints what came of it, for tests that compute the
 * same in another way:
 *
 *     replay_dump [OPTION=VALUE]… [--every N] [--time]
 *
 * An option whose name begins with "file" names a path. Every N-th book (counted by the end of a
 * chain of events) is printed; then the counts, the events by type, and the feed states.
 */
#include "exchange.h"
#include "naive_book.h"

#include <bothy/time.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct dump {
    struct naive_book book;
    uint64_t books, every, crossed;
};

static void print_level(const struct bothy_level *level)
{
    char price[BOTHY_DECIMAL_TEXT_MAX] = "-", quantity[BOTHY_DECIMAL_TEXT_MAX] = "-";

    if (level) {
        bothy_decimal_format(bothy_decimal_normalise(level->price), price, sizeof price);
        bothy_decimal_format(bothy_decimal_normalise(level->quantity), quantity, sizeof quantity);
    }
    printf(" %s %s", price, quantity);
}

static void on_event(void *context, const struct bothy_event *event)
{
    struct dump *dump = context;
    const struct bothy_book *header;

    if (event->type != BOTHY_EVENT_BOOK || dump->every == 0)
        return;
    header = BOTHY_EVENT_BODY(event, struct bothy_book);
    if (naive_book_apply(&dump->book, event) < 0) {
        fprintf(stderr, "the book has more levels than this program can hold\n");
        exit(EXIT_FAILURE);
    }
    if (event->flags & BOTHY_EVENT_MORE)
        return;
    dump->crossed += naive_book_crossed(&dump->book);
    if (++dump->books % dump->every != 0)
        return;
    printf("book %llu %lld", (unsigned long long)header->update_id, (long long)event->ts_event_ns);
    print_level(naive_book_best(&dump->book, BOTHY_SIDE_BUY));
    print_level(naive_book_best(&dump->book, BOTHY_SIDE_SELL));
    printf(" %u %u\n", dump->book.bids.count, dump->book.asks.count);
}

static void print_results(const struct tally *tally, const struct dump *dump)
{
    const char *name;

    for (uint32_t i = 0; (name = bothy_mock_metric_name(tally->host, i)) != NULL; i++)
        printf("count %llu %s\n", (unsigned long long)tally_counted(tally, name), name);
    for (uint32_t type = 1; type <= BOTHY_EVENT_TYPE_MAX; type++) {
        if (tally->by_type[type] > 0)
            printf("event %llu %s\n", (unsigned long long)tally->by_type[type],
                   bothy_event_type_name(type));
    }
    for (uint32_t i = 0; i < tally->state_count; i++)
        printf("state %s %s\n", bothy_feed_state_name(tally->states[i].state),
               tally->states[i].reason);
    printf("malformed %llu\n", (unsigned long long)tally_faults(tally));
    printf("backwards %llu\n", (unsigned long long)tally->backwards);
    printf("crossed %llu\n", (unsigned long long)dump->crossed);
    printf("first %lld\nlast %lld\n", (long long)tally->first_ns, (long long)tally->last_ns);
}

/* Splits the command line into pairs for options and for files. */
static void take_arguments(int argc, char **argv, const char **values, const char **files,
                           struct dump *dump, int *ret_time)
{
    uint32_t value_count = 0, file_count = 0;

    for (int i = 1; i < argc; i++) {
        char *equals = strchr(argv[i], '=');

        if (strcmp(argv[i], "--time") == 0) {
            *ret_time = 1;
        } else if (strcmp(argv[i], "--every") == 0 && i + 1 < argc) {
            if (bothy_uint64_parse(argv[i + 1], strlen(argv[i + 1]), &dump->every) < 0)
                exit(2);
            i++;
        } else if (equals && value_count < 60 && file_count < 14) {
            const char **to =
                strncmp(argv[i], "file", 4) == 0 ? files + file_count : values + value_count;

            *equals = '\0';
            to[0] = argv[i];
            to[1] = equals + 1;
            if (to == files + file_count)
                file_count += 2;
            else
                value_count += 2;
        } else {
            fprintf(stderr, "%s: not OPTION=VALUE\n", argv[i]);
            exit(2);
        }
    }
}

static double seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    const char *values[64] = { NULL }, *files[16] = { NULL };
    struct dump *dump = calloc(1, sizeof *dump);
    struct exchange exchange;
    int timed = 0;
    double begun;
    int32_t r;

    if (!dump)
        return EXIT_FAILURE;
    take_arguments(argc, argv, values, files, dump, &timed);
    r = exchange_open(&exchange, values, files);
    exchange.tally.on_event = on_event;
    exchange.tally.context = dump;
    for (uint32_t i = 0; r == 0 && values[i]; i += 2) {
        if (strncmp(values[i], "symbol", 6) == 0)
            r = exchange_subscribe(&exchange, i / 2 + 1, values[i + 1], EXCHANGE_ALL_FEEDS, ~0u, 0);
    }
    if (r < 0) {
        printf("error %d %s:%u: %s\n", r, exchange.error.where, exchange.error.line,
               exchange.error.text);
    } else {
        begun = seconds();
        r = exchange_run(&exchange, UINT64_MAX);
        if (timed)
            printf("seconds %.4f\n", seconds() - begun);
        if (r != BOTHY_EEND)
            printf("error %d %s\n", r, tally_last_line(&exchange.tally));
        print_results(&exchange.tally, dump);
    }
    exchange_close(&exchange);
    free(dump);
    return r == BOTHY_EEND ? EXIT_SUCCESS : EXIT_FAILURE;
}
