/*
 * Fills to positions: see ledger.h.
 */
#include "core/ledger.h"

#include <stdlib.h>
#include <string.h>

/* Half-even division of signed 128-bit numbers; divisor > 0. */
static __int128 divide_half_even(__int128 value, __int128 divisor)
{
    __int128 quotient = value / divisor;
    __int128 rest = value % divisor;
    __int128 twice = rest < 0 ? -2 * rest : 2 * rest;

    if (twice > divisor || (twice == divisor && (quotient & 1)))
        quotient += value < 0 ? -1 : 1;
    return quotient;
}

struct bothy_decimal ledger_decimal(__int128 value, int32_t exponent)
{
    while (value > INT64_MAX || value < INT64_MIN) {
        value = divide_half_even(value, 10);
        exponent++;
    }
    return bothy_decimal_make((int64_t)value, exponent);
}

void ledger_init(struct ledger *ledger, struct bothy_decimal balance)
{
    memset(ledger, 0, sizeof *ledger);
    ledger->balance = balance;
}

void ledger_free(struct ledger *ledger)
{
    free(ledger->entries);
    memset(ledger, 0, sizeof *ledger);
}

struct ledger_entry *ledger_find(const struct ledger *ledger, uint32_t bot, uint32_t instrument)
{
    for (size_t i = 0; i < ledger->count; i++) {
        if (ledger->entries[i].bot == bot && ledger->entries[i].instrument == instrument)
            return &ledger->entries[i];
    }
    return NULL;
}

struct ledger_entry *ledger_get(struct ledger *ledger, uint32_t bot, uint32_t instrument,
                                const struct bothy_instrument *definition)
{
    struct ledger_entry *entry = ledger_find(ledger, bot, instrument);

    if (entry)
        return entry;
    if (ledger->count == ledger->capacity) {
        size_t capacity = ledger->capacity ? 2 * ledger->capacity : 16;
        struct ledger_entry *entries = realloc(ledger->entries, capacity * sizeof *entries);

        if (!entries)
            return NULL;
        ledger->entries = entries;
        ledger->capacity = capacity;
    }
    entry = &ledger->entries[ledger->count++];
    memset(entry, 0, sizeof *entry);
    entry->bot = bot;
    entry->instrument = instrument;
    entry->quantity_exponent = bothy_decimal_normalise(definition->lot_size).exponent;
    /* Prices of fills lie on the tick, or between two for averages of slippage: three more. */
    entry->price_exponent = bothy_decimal_normalise(definition->tick_size).exponent - 3;
    return entry;
}

static int32_t exact(struct bothy_decimal value, int32_t exponent, int64_t *ret_coefficient)
{
    struct bothy_decimal at;

    if (bothy_decimal_rescale(value, exponent, BOTHY_ROUND_DOWN, &at) < 0 ||
        bothy_decimal_compare(at, value) != 0)
        return BOTHY_ERANGE;
    *ret_coefficient = at.coefficient;
    return 0;
}

int32_t ledger_fill(struct ledger_entry *entry, uint32_t side, struct bothy_decimal price,
                    struct bothy_decimal quantity, struct bothy_decimal fee)
{
    struct bothy_decimal fee_at;
    int64_t p, q, fees;
    __int128 signed_quantity, value, realised = entry->realised, cost = entry->cost;
    __int128 held = entry->quantity, opened;
    int32_t r = exact(price, entry->price_exponent, &p);

    if (r == 0)
        r = exact(quantity, entry->quantity_exponent, &q);
    if (r == 0)
        r = bothy_decimal_rescale(fee, LEDGER_FEE_EXPONENT, BOTHY_ROUND_HALF_EVEN, &fee_at);
    if (r < 0)
        return r;
    if (q <= 0 || p < 0 || __builtin_add_overflow(entry->fees, fee_at.coefficient, &fees))
        return BOTHY_ERANGE;
    signed_quantity = side == BOTHY_SIDE_BUY ? q : -(__int128)q;
    opened = signed_quantity;
    if ((held > 0 && signed_quantity < 0) || (held < 0 && signed_quantity > 0)) {
        /* Against the position: what closes takes its share of the cost with it. */
        __int128 size = held < 0 ? -held : held;
        __int128 closing = q < size ? q : size;
        __int128 share = closing == size ? cost : divide_half_even(cost * closing, size);
        __int128 proceeds = (__int128)p * closing;

        realised += held > 0 ? proceeds - share : -proceeds - share;
        cost -= share;
        held += held > 0 ? -closing : closing;
        opened = signed_quantity + (signed_quantity < 0 ? closing : -closing);
    }
    value = opened * p;
    entry->quantity = held + opened;
    entry->cost = cost + value;
    entry->realised = realised;
    entry->fees = fees;
    entry->fill_count++;
    return 0;
}

int32_t ledger_cash(struct ledger_entry *entry, struct bothy_decimal amount)
{
    struct bothy_decimal at;
    int32_t r = bothy_decimal_rescale(amount, entry->quantity_exponent + entry->price_exponent,
                                      BOTHY_ROUND_HALF_EVEN, &at);

    if (r < 0)
        return r;
    entry->realised += at.coefficient;
    return 0;
}

struct bothy_decimal ledger_quantity(const struct ledger_entry *entry)
{
    return ledger_decimal(entry->quantity, entry->quantity_exponent);
}

static struct bothy_decimal minus(struct bothy_decimal a, struct bothy_decimal b)
{
    struct bothy_decimal result;

    if (bothy_decimal_subtract(a, b, &result) == 0)
        return result;
    /* Too many digits for one decimal: shown with as many as the larger one leaves. */
    if (bothy_decimal_rescale(a, -4, BOTHY_ROUND_HALF_EVEN, &a) == 0 &&
        bothy_decimal_rescale(b, -4, BOTHY_ROUND_HALF_EVEN, &b) == 0 &&
        bothy_decimal_subtract(a, b, &result) == 0)
        return result;
    return a;
}

void ledger_position(const struct ledger_entry *entry, struct bothy_decimal mark, int has_mark,
                     struct bothy_position *ret_position)
{
    int32_t cost_exponent = entry->quantity_exponent + entry->price_exponent;
    struct bothy_decimal marked;

    memset(ret_position, 0, sizeof *ret_position);
    ret_position->quantity = ledger_quantity(entry);
    ret_position->fees = bothy_decimal_make(entry->fees, LEDGER_FEE_EXPONENT);
    ret_position->realised_pnl =
        minus(ledger_decimal(entry->realised, cost_exponent), ret_position->fees);
    if (entry->quantity == 0)
        return;
    ret_position->average_entry =
        ledger_decimal(divide_half_even(entry->cost < 0 ? -entry->cost : entry->cost,
                                        entry->quantity < 0 ? -entry->quantity : entry->quantity),
                       entry->price_exponent);
    if (has_mark &&
        bothy_decimal_rescale(mark, entry->price_exponent, BOTHY_ROUND_HALF_EVEN, &marked) == 0)
        ret_position->unrealised_pnl =
            ledger_decimal(entry->quantity * marked.coefficient - entry->cost, cost_exponent);
}
