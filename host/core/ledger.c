/*
 * Fills to positions: see ledger.h.
 */
#include "core/ledger.h"

#include <stdlib.h>
#include <string.h>

/* Half-even division of signed 128-bit numbers; divisor > 0. `more` is added to the quotient by
 * the caller, and bears on what is even. */
static __int128 divide_beside(__int128 value, __int128 divisor, __int128 more)
{
    __int128 quotient = value / divisor;
    __int128 rest = value % divisor;
    __int128 twice = rest < 0 ? -2 * rest : 2 * rest;

    if (twice > divisor || (twice == divisor && ((quotient ^ more) & 1)))
        quotient += value < 0 ? -1 : 1;
    return quotient;
}

static __int128 divide_half_even(__int128 value, __int128 divisor)
{
    return divide_beside(value, divisor, 0);
}

/* value × part / whole, half-even, for 0 < part <= whole. 0: too large for 128 bits. */
static int share_of(__int128 value, __int128 part, __int128 whole, __int128 *ret_share)
{
    __int128 quotient = value / whole, rest = value % whole, scaled;

    if (__builtin_mul_overflow(rest, part, &scaled))
        return 0;
    *ret_share = quotient * part + divide_beside(scaled, whole, quotient * part);
    return 1;
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

int ledger_supports(const struct bothy_instrument *definition)
{
    return definition->kind != BOTHY_INSTRUMENT_INVERSE;
}

static int shift(__int128 *value, int32_t digits)
{
    for (; digits > 0; digits--) {
        if (__builtin_mul_overflow(*value, 10, value))
            return 0;
    }
    return 1;
}

/* A venue that makes its steps finer: the numbers follow, exactly. */
static int refine(struct ledger_entry *entry, const struct bothy_instrument *definition)
{
    int32_t quantity = bothy_decimal_normalise(definition->lot_size).exponent;
    int32_t price = bothy_decimal_normalise(definition->tick_size).exponent - 3;
    int32_t fewer = entry->quantity_exponent > quantity ? entry->quantity_exponent - quantity : 0;
    int32_t finer = entry->price_exponent > price ? entry->price_exponent - price : 0;
    struct ledger_entry made = *entry;

    if (fewer + finer == 0)
        return 1;
    if (!shift(&made.quantity, fewer) || !shift(&made.cost, fewer + finer) ||
        !shift(&made.realised, fewer + finer))
        return 0;
    made.quantity_exponent -= fewer;
    made.price_exponent -= finer;
    *entry = made;
    return 1;
}

struct ledger_entry *ledger_get(struct ledger *ledger, uint32_t bot, uint32_t instrument,
                                const struct bothy_instrument *definition)
{
    struct ledger_entry *entry = ledger_find(ledger, bot, instrument);

    if (entry)
        return refine(entry, definition) ? entry : NULL;
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
    entry->contract_size = definition->contract_size;
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
        __int128 share = cost;
        __int128 proceeds = (__int128)p * closing, gain;

        if (closing != size && !share_of(cost, closing, size, &share))
            return BOTHY_ERANGE;
        if (__builtin_sub_overflow(held > 0 ? proceeds : -proceeds, share, &gain) ||
            __builtin_add_overflow(realised, gain, &realised))
            return BOTHY_ERANGE;
        cost -= share;
        held += held > 0 ? -closing : closing;
        opened = signed_quantity + (signed_quantity < 0 ? closing : -closing);
    }
    value = opened * p;
    if (__builtin_add_overflow(cost, value, &cost) || __builtin_add_overflow(held, opened, &held))
        return BOTHY_ERANGE;
    entry->quantity = held;
    entry->cost = cost;
    entry->realised = realised;
    entry->fees = fees;
    entry->fill_count++;
    return 0;
}

int32_t ledger_cash(struct ledger_entry *entry, struct bothy_decimal amount)
{
    struct bothy_decimal at;
    int32_t r = bothy_decimal_rescale(amount, LEDGER_FEE_EXPONENT, BOTHY_ROUND_HALF_EVEN, &at);

    if (r == 0 && __builtin_add_overflow(entry->cash, at.coefficient, &entry->cash))
        r = BOTHY_ERANGE;
    return r;
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

/* A value per contract as money. */
static struct bothy_decimal money(const struct ledger_entry *entry, __int128 value)
{
    struct bothy_decimal one =
        ledger_decimal(value, entry->quantity_exponent + entry->price_exponent);
    struct bothy_decimal all;

    if (bothy_decimal_multiply(one, entry->contract_size, &all) == 0 ||
        bothy_decimal_multiply_to(one, entry->contract_size, LEDGER_FEE_EXPONENT,
                                  BOTHY_ROUND_HALF_EVEN, &all) == 0)
        return all;
    return one;
}

void ledger_position(const struct ledger_entry *entry, struct bothy_decimal mark, int has_mark,
                     struct bothy_position *ret_position)
{
    struct bothy_decimal cash = bothy_decimal_make(entry->cash, LEDGER_FEE_EXPONENT);
    struct bothy_decimal marked;
    __int128 worth;

    memset(ret_position, 0, sizeof *ret_position);
    ret_position->quantity = ledger_quantity(entry);
    ret_position->fees = bothy_decimal_make(entry->fees, LEDGER_FEE_EXPONENT);
    ret_position->realised_pnl =
        minus(money(entry, entry->realised), minus(ret_position->fees, cash));
    if (entry->quantity == 0)
        return;
    ret_position->average_entry =
        ledger_decimal(divide_half_even(entry->cost < 0 ? -entry->cost : entry->cost,
                                        entry->quantity < 0 ? -entry->quantity : entry->quantity),
                       entry->price_exponent);
    /* Where the worth does not fit into 128 bits it is not known: far beyond all money. */
    if (has_mark &&
        bothy_decimal_rescale(mark, entry->price_exponent, BOTHY_ROUND_HALF_EVEN, &marked) == 0 &&
        !__builtin_mul_overflow(entry->quantity, marked.coefficient, &worth) &&
        !__builtin_sub_overflow(worth, entry->cost, &worth))
        ret_position->unrealised_pnl = money(entry, worth);
}
