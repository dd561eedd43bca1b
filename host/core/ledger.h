/*
 * The ledger: fills make positions, and nothing else does. Quantities and costs are kept in 128
 * bits at the instrument's own scale, so that sums are exact:
 *
 *     quantity  × 10^quantity_exponent          signed; > 0 is long
 *     cost      × 10^(quantity_exponent + price_exponent)   Σ price × quantity of what is open
 *
 * Rounded (half-even) are only: the part of the cost that a partial close takes with it, and fees
 * and cash flows, at 10^-8. Realised profit is net of fees. Costs are per contract; what is shown
 * counts what a contract holds. Spot, linear and binary instruments: the profit of inverse ones
 * follows another rule, and the gate refuses them.
 */
#ifndef BOTHY_CORE_LEDGER_H
#define BOTHY_CORE_LEDGER_H

#include <bothy/event.h>

#define LEDGER_FEE_EXPONENT (-8)

struct ledger_entry {
    uint32_t bot;
    uint32_t instrument;
    int32_t quantity_exponent;
    int32_t price_exponent;
    __int128 quantity;
    __int128 cost;
    __int128 realised; /* at the cost's exponent, without fees and cash flows */
    int64_t fees;      /* × 10^LEDGER_FEE_EXPONENT */
    int64_t cash;      /* funding and the like, × 10^LEDGER_FEE_EXPONENT */
    struct bothy_decimal contract_size;
    uint64_t fill_count;
};

struct ledger {
    struct ledger_entry *entries;
    size_t count, capacity;
    struct bothy_decimal balance; /* what the paper account began with */
};

void ledger_init(struct ledger *ledger, struct bothy_decimal balance);
void ledger_free(struct ledger *ledger);

/* 1 if the ledger knows the rule by which this kind of instrument makes profit. */
int ledger_supports(const struct bothy_instrument *definition);

/*
 * Returns the entry, made if need be with the definition's scale, and made finer where the
 * definition became finer; NULL without memory, or where the numbers then do not fit.
 */
struct ledger_entry *ledger_get(struct ledger *ledger, uint32_t bot, uint32_t instrument,
                                const struct bothy_instrument *definition);
struct ledger_entry *ledger_find(const struct ledger *ledger, uint32_t bot, uint32_t instrument);

/*
 * Effect: books a fill. Errors: BOTHY_ERANGE (finer than the scale, or too large): nothing is
 * booked, and the caller must stop the account.
 */
int32_t ledger_fill(struct ledger_entry *entry, uint32_t side, struct bothy_decimal price,
                    struct bothy_decimal quantity, struct bothy_decimal fee);
/* Effect: a funding payment or other cash flow: > 0 received. */
int32_t ledger_cash(struct ledger_entry *entry, struct bothy_decimal amount);

/* The position for people and bots; `mark` 0 exponent 0 means unknown: unrealised 0. */
void ledger_position(const struct ledger_entry *entry, struct bothy_decimal mark, int has_mark,
                     struct bothy_position *ret_position);
struct bothy_decimal ledger_quantity(const struct ledger_entry *entry);
/* Effect: a 128-bit value as a decimal, with fewer digits if it must be. */
struct bothy_decimal ledger_decimal(__int128 value, int32_t exponent);

#endif
