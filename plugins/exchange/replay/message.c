/*
 * Binance's messages: see message.h. One pass over the text collects the fields, which have names
 * of a letter or two, in any order; unknown ones are passed over. Numbers may be strings or not.
 */
#include "message.h"

#include <bothy/json.h>
#include <bothy/time.h>

#include <stdlib.h>
#include <string.h>

#define LETTERS 58 /* 'A' … 'z' */

/* What was found in an object, by letter; `has` says which are set. */
struct fields {
    uint64_t has;
    struct bothy_json_token letter[LETTERS];
    struct bothy_json_token stream, previous, snapshot_id;
    int has_stream, has_previous, has_snapshot, has_levels, has_data, control;
    uint32_t bid_count, ask_count;
};

struct parse {
    struct bothy_json json;
    struct fields fields;
    struct replay_levels *levels;
    struct bothy_error *error;
};

void replay_levels_free(struct replay_levels *levels)
{
    free(levels->levels);
    memset(levels, 0, sizeof *levels);
}

static const struct bothy_json_token *field(const struct fields *f, char letter)
{
    uint32_t i = (uint32_t)(letter - 'A');

    return f->has & UINT64_C(1) << i ? &f->letter[i] : NULL;
}

static int32_t missing(struct bothy_error *error, const char *kind, char letter)
{
    return bothy_fail(error, BOTHY_EINVAL, "%s without \"%c\", or with one that is no such value",
                      kind, letter);
}

static int32_t not_json(struct parse *p, int32_t code)
{
    struct bothy_error why = { 0 };
    const char *reason;

    code = bothy_json_error(&p->json, code, &why);
    /* The place in it is of one line: its byte says all. */
    reason = strstr(why.text, "): ");
    return bothy_fail(p->error, code, "the message is no JSON at byte %zu: %s",
                      bothy_json_offset(&p->json), reason ? reason + 3 : why.text);
}

static int32_t levels_grow(struct replay_levels *to, struct bothy_error *error)
{
    uint32_t capacity = to->capacity ? 2 * to->capacity : 512;
    struct bothy_level *levels;

    if (to->count >= REPLAY_LEVELS_MAX)
        return bothy_fail(error, BOTHY_ERANGE, "more than %d levels", REPLAY_LEVELS_MAX);
    levels = realloc(to->levels, capacity * sizeof *levels);
    if (!levels)
        return bothy_fail(error, BOTHY_ENOMEM, "no memory");
    to->levels = levels;
    to->capacity = capacity;
    return 0;
}

/* The inside of [["price","size"],…], its opening bracket read. Returns how many levels. */
static int32_t read_levels(struct parse *p)
{
    struct replay_levels *to = p->levels;
    struct bothy_json_token value;
    int32_t count = 0, r;

    while ((r = bothy_json_element(&p->json, &value)) > 0) {
        struct bothy_level *level;

        if (to->count == to->capacity && (r = levels_grow(to, p->error)) < 0)
            return r;
        level = &to->levels[to->count];
        if (value.type != BOTHY_JSON_ARRAY || bothy_json_element(&p->json, &value) <= 0 ||
            bothy_json_decimal(&value, &level->price) < 0 ||
            bothy_json_element(&p->json, &value) <= 0 ||
            bothy_json_decimal(&value, &level->quantity) < 0 || level->price.coefficient <= 0 ||
            level->quantity.coefficient < 0)
            return bothy_fail(p->error, BOTHY_EINVAL, "level %d is no [price, size]", count + 1);
        while ((r = bothy_json_element(&p->json, &value)) > 0) {
            r = bothy_json_skip(&p->json, &value);
            if (r < 0)
                return not_json(p, r);
        }
        if (r < 0)
            return not_json(p, r);
        to->count++;
        count++;
    }
    return r < 0 ? not_json(p, r) : count;
}

/* Bids must stand before asks in the room: where a message has asks first, they are swapped. */
static int32_t take_levels(struct parse *p, int asks)
{
    struct fields *f = &p->fields;
    uint32_t *mine = asks ? &f->ask_count : &f->bid_count;
    int32_t count;

    if (*mine > 0 || f->bid_count + f->ask_count != p->levels->count)
        return bothy_fail(p->error, BOTHY_EINVAL, "levels of a side stand there twice");
    count = read_levels(p);
    if (count < 0)
        return count;
    *mine = (uint32_t)count;
    f->has_levels = 1;
    if (!asks && f->ask_count > 0 && count > 0) {
        size_t size = f->ask_count * sizeof(struct bothy_level);
        struct bothy_level *aside = malloc(size);

        if (!aside)
            return bothy_fail(p->error, BOTHY_ENOMEM, "no memory");
        memcpy(aside, p->levels->levels, size);
        memmove(p->levels->levels, p->levels->levels + f->ask_count, (size_t)count * sizeof *aside);
        memcpy(p->levels->levels + count, aside, size);
        free(aside);
    }
    return 0;
}

static int32_t read_object(struct parse *p, uint32_t depth);

static int32_t read_member(struct parse *p, uint32_t depth, const struct bothy_json_token *key,
                           struct bothy_json_token *value)
{
    struct fields *f = &p->fields;
    char letter = key->length == 1 ? key->text[0] : '\0';

    if (value->type == BOTHY_JSON_ARRAY &&
        (letter == 'b' || letter == 'a' || bothy_json_is(key, "bids") ||
         bothy_json_is(key, "asks")))
        return take_levels(p, key->text[0] == 'a');
    if (value->type == BOTHY_JSON_OBJECT && depth == 0 && bothy_json_is(key, "data")) {
        f->has_data = 1;
        return read_object(p, 1);
    }
    if (bothy_json_skip(&p->json, value) < 0)
        return not_json(p, BOTHY_EINVAL);
    if (letter >= 'A' && letter <= 'z') {
        f->letter[letter - 'A'] = *value;
        f->has |= UINT64_C(1) << (letter - 'A');
    } else if (bothy_json_is(key, "pu")) {
        f->previous = *value;
        f->has_previous = 1;
    } else if (bothy_json_is(key, "stream")) {
        f->stream = *value;
        f->has_stream = value->type == BOTHY_JSON_STRING;
    } else if (bothy_json_is(key, "lastUpdateId")) {
        f->snapshot_id = *value;
        f->has_snapshot = 1;
    } else if (bothy_json_is(key, "result") || bothy_json_is(key, "msg") ||
               bothy_json_is(key, "error")) {
        f->control = 1;
    }
    return 0;
}

static int32_t read_object(struct parse *p, uint32_t depth)
{
    struct bothy_json_token key, value;
    int32_t r;

    while ((r = bothy_json_member(&p->json, &key, &value)) > 0) {
        r = read_member(p, depth, &key, &value);
        if (r < 0)
            return r;
    }
    return r < 0 ? not_json(p, r) : 0;
}

static int is_event(const struct fields *f, const char *name)
{
    const struct bothy_json_token *e = field(f, 'e');

    return e && bothy_json_is(e, name);
}

/* What follows the first @ of the stream's name: "depth20@100ms". */
static int stream_is(const struct fields *f, const char *prefix)
{
    const char *at;

    if (!f->has_stream)
        return 0;
    at = memchr(f->stream.text, '@', f->stream.length);
    return at && (size_t)(f->stream.text + f->stream.length - at - 1) >= strlen(prefix) &&
           memcmp(at + 1, prefix, strlen(prefix)) == 0;
}

static uint32_t kind_of(const struct fields *f)
{
    if (is_event(f, "depthUpdate"))
        return REPLAY_MESSAGE_DEPTH;
    if (is_event(f, "bookTicker"))
        return REPLAY_MESSAGE_TICKER;
    if (is_event(f, "trade"))
        return REPLAY_MESSAGE_TRADE;
    if (is_event(f, "aggTrade"))
        return REPLAY_MESSAGE_AGGREGATE;
    if (is_event(f, "markPriceUpdate"))
        return REPLAY_MESSAGE_MARK;
    if (is_event(f, "forceOrder"))
        return REPLAY_MESSAGE_FORCED;
    if (field(f, 'e'))
        return REPLAY_MESSAGE_OTHER;
    if (f->has_snapshot && f->has_levels)
        return f->has_stream ? REPLAY_MESSAGE_PARTIAL : REPLAY_MESSAGE_SNAPSHOT;
    /* The tickers of spot do not say what they are. */
    if (field(f, 'b') && field(f, 'B') && field(f, 'a') && field(f, 'A') && field(f, 's') &&
        (!f->has_stream || stream_is(f, "bookTicker")))
        return REPLAY_MESSAGE_TICKER;
    return f->control ? REPLAY_MESSAGE_CONTROL : REPLAY_MESSAGE_OTHER;
}

/* Effect: a text that is shown or compared: cut to fit, capitals, nothing odd. */
static void copy_word(const char *text, size_t length, int capitals, char *to, size_t capacity)
{
    size_t n = length < capacity - 1 ? length : capacity - 1;

    for (size_t i = 0; i < n; i++) {
        char c = text[i];

        if (capitals && c >= 'a' && c <= 'z')
            c = (char)(c - 'a' + 'A');
        to[i] = c > ' ' && c < 0x7f && c != '"' && c != '\\' ? c : '?';
    }
    to[n] = '\0';
}

static void take_symbol(const struct fields *f, struct replay_message *m)
{
    const struct bothy_json_token *s = field(f, 's');
    const char *at;

    if (s && s->type == BOTHY_JSON_STRING) {
        copy_word(s->text, s->length, 1, m->symbol, sizeof m->symbol);
    } else if (f->has_stream) {
        at = memchr(f->stream.text, '@', f->stream.length);
        copy_word(f->stream.text, at ? (size_t)(at - f->stream.text) : f->stream.length, 1,
                  m->symbol, sizeof m->symbol);
    }
}

static int32_t decimal(const struct fields *f, char letter, const char *kind,
                       struct bothy_decimal *ret_value, struct bothy_error *error)
{
    const struct bothy_json_token *token = field(f, letter);

    if (!token || bothy_json_decimal(token, ret_value) < 0)
        return missing(error, kind, letter);
    return 0;
}

static int32_t identifier(const struct fields *f, char letter, const char *kind,
                          uint64_t *ret_value, struct bothy_error *error)
{
    const struct bothy_json_token *token = field(f, letter);

    if (!token || bothy_json_uint64(token, ret_value) < 0)
        return missing(error, kind, letter);
    return 0;
}

static int32_t depth(const struct fields *f, struct replay_message *m, struct bothy_error *error)
{
    int32_t r = identifier(f, 'U', "a depthUpdate", &m->first_id, error);

    if (r == 0)
        r = identifier(f, 'u', "a depthUpdate", &m->last_id, error);
    if (r == 0 && f->has_previous) {
        m->has_previous = 1;
        if (bothy_json_uint64(&f->previous, &m->previous_id) < 0)
            r = bothy_fail(error, BOTHY_EINVAL, "a depthUpdate whose \"pu\" is no id");
    }
    if (r == 0 && m->first_id > m->last_id)
        r = bothy_fail(error, BOTHY_EINVAL, "a depthUpdate whose \"U\" is above its \"u\"");
    return r;
}

static int32_t ticker(const struct fields *f, struct replay_message *m, struct bothy_error *error)
{
    int32_t r = decimal(f, 'b', "a bookTicker", &m->quote.bid_price, error);

    if (r == 0)
        r = decimal(f, 'B', "a bookTicker", &m->quote.bid_quantity, error);
    if (r == 0)
        r = decimal(f, 'a', "a bookTicker", &m->quote.ask_price, error);
    if (r == 0)
        r = decimal(f, 'A', "a bookTicker", &m->quote.ask_quantity, error);
    return r;
}

static int32_t trade(const struct fields *f, struct replay_message *m, struct bothy_error *error)
{
    int aggregate = m->kind == REPLAY_MESSAGE_AGGREGATE;
    const struct bothy_json_token *maker = field(f, 'm'), *market = field(f, 'X');
    int32_t buyer_is_maker = 0;
    int32_t r = decimal(f, 'p', "a trade", &m->price, error);

    if (r == 0)
        r = decimal(f, 'q', "a trade", &m->quantity, error);
    if (r == 0)
        r = identifier(f, aggregate ? 'a' : 't', "a trade", &m->trade_id, error);
    if (r == 0 && (!maker || bothy_json_bool(maker, &buyer_is_maker) < 0))
        r = missing(error, "a trade", 'm');
    m->side = buyer_is_maker ? BOTHY_SIDE_SELL : BOTHY_SIDE_BUY;
    m->off_market = market && !bothy_json_is(market, "MARKET");
    return r;
}

static int32_t mark(const struct fields *f, struct replay_message *m, struct bothy_error *error)
{
    const struct bothy_json_token *rate = field(f, 'r'), *next = field(f, 'T');
    int64_t next_ms = 0;
    int32_t r = decimal(f, 'p', "a markPriceUpdate", &m->price, error);

    m->index_price = bothy_decimal_zero();
    if (r == 0 && field(f, 'i'))
        r = decimal(f, 'i', "a markPriceUpdate", &m->index_price, error);
    /* Delivery contracts have no rate: they say "". */
    if (r < 0 || !rate || rate->length == 0)
        return r;
    if (bothy_json_decimal(rate, &m->rate) < 0)
        return missing(error, "a markPriceUpdate", 'r');
    if (!next || bothy_json_int64(next, &next_ms) < 0 || next_ms < 0 ||
        next_ms > INT64_MAX / BOTHY_NS_PER_MS)
        return missing(error, "a markPriceUpdate", 'T');
    m->has_rate = 1;
    m->next_ns = next_ms * BOTHY_NS_PER_MS;
    return 0;
}

/* The order is an object of its own, inside "o". */
static int32_t forced(const struct fields *f, struct replay_message *m, struct bothy_error *error)
{
    const struct bothy_json_token *order = field(f, 'o');
    struct bothy_json_token key, value, side = { 0 };
    struct bothy_decimal average = bothy_decimal_zero(), filled = bothy_decimal_zero();
    struct bothy_json json;
    int32_t r = BOTHY_EINVAL;

    if (order && order->type == BOTHY_JSON_OBJECT) {
        bothy_json_init(&json, order->text, order->length, 0);
        r = bothy_json_expect(&json, BOTHY_JSON_OBJECT, &value);
    }
    while (r >= 0 && (r = bothy_json_member(&json, &key, &value)) > 0) {
        if (bothy_json_is(&key, "s") && value.type == BOTHY_JSON_STRING)
            copy_word(value.text, value.length, 1, m->symbol, sizeof m->symbol);
        else if (bothy_json_is(&key, "S"))
            side = value;
        else if (bothy_json_is(&key, "p"))
            r = bothy_json_decimal(&value, &m->price);
        else if (bothy_json_is(&key, "q"))
            r = bothy_json_decimal(&value, &m->quantity);
        else if (bothy_json_is(&key, "ap"))
            r = bothy_json_decimal(&value, &average);
        else if (bothy_json_is(&key, "z"))
            r = bothy_json_decimal(&value, &filled);
        else
            r = bothy_json_skip(&json, &value);
    }
    /* What was traded counts, as far as the message says it. */
    if (average.coefficient > 0)
        m->price = average;
    if (filled.coefficient > 0)
        m->quantity = filled;
    m->side = bothy_json_is(&side, "BUY")    ? BOTHY_SIDE_BUY
              : bothy_json_is(&side, "SELL") ? BOTHY_SIDE_SELL
                                             : 0;
    if (r < 0 || m->side == 0 || m->price.coefficient <= 0 || m->quantity.coefficient <= 0)
        return bothy_fail(error, BOTHY_EINVAL,
                          "a forceOrder without an order (\"o\") of side, price and quantity");
    return 0;
}

int32_t replay_message_parse(const char *text, size_t length, struct replay_message *ret_message,
                             struct replay_levels *levels, struct bothy_error *error)
{
    struct bothy_json_token value;
    struct replay_message m;
    struct parse p;
    int32_t r;

    /* The table of letters is large, and `has` says which of it are set. */
    p.fields.has = 0;
    memset(&p.fields.stream, 0, sizeof p.fields - offsetof(struct fields, stream));
    p.levels = levels;
    p.error = error;
    levels->count = 0;
    memset(&m, 0, sizeof m);
    bothy_json_init(&p.json, text, length, 16);
    if (bothy_json_expect(&p.json, BOTHY_JSON_OBJECT, &value) < 0)
        return not_json(&p, BOTHY_EINVAL);
    r = read_object(&p, 0);
    if (r == 0 && bothy_json_end(&p.json) < 0)
        r = not_json(&p, BOTHY_EINVAL);
    if (r < 0)
        return r;
    m.kind = kind_of(&p.fields);
    m.bid_count = p.fields.bid_count;
    m.ask_count = p.fields.ask_count;
    take_symbol(&p.fields, &m);
    switch (m.kind) {
    case REPLAY_MESSAGE_DEPTH:
        r = depth(&p.fields, &m, error);
        break;
    case REPLAY_MESSAGE_SNAPSHOT:
    case REPLAY_MESSAGE_PARTIAL:
        if (bothy_json_uint64(&p.fields.snapshot_id, &m.last_id) < 0)
            r = bothy_fail(error, BOTHY_EINVAL, "a snapshot whose \"lastUpdateId\" is no id");
        break;
    case REPLAY_MESSAGE_TICKER:
        r = ticker(&p.fields, &m, error);
        break;
    case REPLAY_MESSAGE_TRADE:
    case REPLAY_MESSAGE_AGGREGATE:
        r = trade(&p.fields, &m, error);
        break;
    case REPLAY_MESSAGE_MARK:
        r = mark(&p.fields, &m, error);
        break;
    case REPLAY_MESSAGE_FORCED:
        r = forced(&p.fields, &m, error);
        break;
    default:
        if (field(&p.fields, 'e'))
            copy_word(field(&p.fields, 'e')->text, field(&p.fields, 'e')->length, 0, m.name,
                      sizeof m.name);
        break;
    }
    if (r == 0)
        *ret_message = m;
    return r;
}
