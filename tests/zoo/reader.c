/*
 * Reads a market to the letter: keeps the whole book of its first symbol, looks after each whole
 * update whether it is crossed, and makes a sum of all tops that it has seen, in order.
 * Metrics, once a thousand events and at each change of the feed: books, quotes, trades, crossed,
 * overflow, live (times that the feed came to life), not_live, sum_high, sum_low (FNV-1a, 64 bits,
 * of the prices in hundredths and quantities in thousandths, best bid first).
 */
#include "zoo.h"

#define LEVELS_MAX 65536

struct level {
    int64_t price, quantity; /* hundredths, thousandths */
};

struct side {
    struct level levels[LEVELS_MAX]; /* best last */
    uint32_t count;
};

struct reader {
    const struct bothy_host *host;
    struct side sides[2]; /* bids, asks */
    uint64_t events, books, quotes, trades, crossed, overflow, live, not_live, sum;
    int in_chain;
};

static int64_t scaled(struct bothy_decimal value, int32_t exponent)
{
    struct bothy_decimal at;

    if (bothy_decimal_rescale(value, exponent, BOTHY_ROUND_DOWN, &at) < 0 ||
        bothy_decimal_compare(at, value) != 0)
        return -1;
    return at.coefficient;
}

static void set_level(struct reader *self, int ask, const struct bothy_level *level)
{
    struct side *side = &self->sides[ask];
    int64_t price = scaled(level->price, -2), quantity = scaled(level->quantity, -3);
    uint32_t at = side->count;

    while (at > 0 &&
           (ask ? side->levels[at - 1].price < price : side->levels[at - 1].price > price))
        at--;
    if (at > 0 && side->levels[at - 1].price == price) {
        side->levels[at - 1].quantity = quantity;
        if (quantity > 0)
            return;
        side->count--;
        memmove(&side->levels[at - 1], &side->levels[at],
                (side->count - (at - 1)) * sizeof side->levels[0]);
        return;
    }
    if (quantity == 0)
        return;
    if (side->count == LEVELS_MAX) {
        self->overflow++;
        return;
    }
    memmove(&side->levels[at + 1], &side->levels[at], (side->count - at) * sizeof side->levels[0]);
    side->levels[at] = (struct level) { price, quantity };
    side->count++;
}

static void add(struct reader *self, int64_t value)
{
    for (int byte = 0; byte < 8; byte++) {
        self->sum ^= ((uint64_t)value >> (8 * byte)) & 0xff;
        self->sum *= UINT64_C(1099511628211);
    }
}

static void on_book(struct reader *self, const struct bothy_event *event)
{
    const struct bothy_book *book = BOTHY_EVENT_BODY(event, struct bothy_book);
    const struct bothy_level *levels = (const struct bothy_level *)(const void *)(book + 1);
    const struct side *bids = &self->sides[0], *asks = &self->sides[1];

    if ((event->flags & BOTHY_EVENT_SNAPSHOT) && !self->in_chain)
        self->sides[0].count = self->sides[1].count = 0;
    for (uint32_t i = 0; i < book->bid_count + book->ask_count; i++)
        set_level(self, i >= book->bid_count, &levels[i]);
    self->in_chain = (event->flags & BOTHY_EVENT_MORE) != 0;
    if (self->in_chain)
        return;
    self->books++;
    for (int ask = 0; ask < 2; ask++) {
        const struct side *side = &self->sides[ask];

        add(self, side->count ? side->levels[side->count - 1].price : 0);
        add(self, side->count ? side->levels[side->count - 1].quantity : 0);
    }
    if (bids->count && asks->count &&
        bids->levels[bids->count - 1].price >= asks->levels[asks->count - 1].price)
        self->crossed++;
}

static void report(const struct reader *self)
{
    zoo_gauge(self->host, "books", (double)self->books);
    zoo_gauge(self->host, "quotes", (double)self->quotes);
    zoo_gauge(self->host, "trades", (double)self->trades);
    zoo_gauge(self->host, "crossed", (double)self->crossed);
    zoo_gauge(self->host, "overflow", (double)self->overflow);
    zoo_gauge(self->host, "live", (double)self->live);
    zoo_gauge(self->host, "not_live", (double)self->not_live);
    zoo_gauge(self->host, "sum_high", (double)(self->sum >> 32));
    zoo_gauge(self->host, "sum_low", (double)(self->sum & 0xffffffff));
}

static int32_t on_event(void *instance, const struct bothy_event *event)
{
    struct reader *self = instance;

    if (event->type == BOTHY_EVENT_BOOK) {
        on_book(self, event);
    } else if (event->type == BOTHY_EVENT_QUOTE) {
        const struct bothy_quote *quote = BOTHY_EVENT_BODY(event, struct bothy_quote);

        self->quotes++;
        self->crossed += bothy_decimal_compare(quote->bid_price, quote->ask_price) >= 0;
    } else if (event->type == BOTHY_EVENT_TRADE) {
        self->trades++;
    } else if (event->type == BOTHY_EVENT_FEED) {
        if (BOTHY_EVENT_BODY(event, struct bothy_feed_change)->state == BOTHY_FEED_STATE_LIVE)
            self->live++;
        else
            self->not_live++;
    } else {
        return 0;
    }
    if (++self->events % 1000 == 0 || event->type == BOTHY_EVENT_FEED)
        report(self);
    return 0;
}

static int32_t create(const struct bothy_host *host, const struct bothy_config *config,
                      void **ret_self, struct bothy_error *error)
{
    struct reader *self = calloc(1, sizeof *self);

    (void)config;
    if (!self)
        return bothy_fail(error, BOTHY_ENOMEM, "no memory");
    self->host = host;
    self->sum = UINT64_C(14695981039346656037);
    *ret_self = self;
    return 0;
}

static int32_t start(void *instance, struct bothy_error *error)
{
    struct reader *self = instance;

    (void)error;
    return zoo_subscribe(self->host, BOTHY_FEED_BOOK | BOTHY_FEED_QUOTES | BOTHY_FEED_TRADES);
}

static void destroy(void *instance)
{
    free(instance);
}

static const struct bothy_strategy_ops ops = {
    .size = sizeof ops,
    .create = create,
    .start = start,
    .on_event = on_event,
    .destroy = destroy,
};

BOTHY_PLUGIN_EXPORT const struct bothy_plugin bothy_plugin = {
    BOTHY_PLUGIN_HEADER(BOTHY_KIND_STRATEGY), .name = "reader",     .version = "1.0.0",
    .summary = "keeps a book to the letter",  .ops.strategy = &ops,
};
