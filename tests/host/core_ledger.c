/*
 * The ledger against tables worked out by hand, to the last digit; and against sums.
 */
#include "core/ledger.h"

#include "suite.h"

#include <string.h>

#include <bothy/random.h>

static struct bothy_decimal dec(const char *text)
{
    struct bothy_decimal value;

    ck_assert_msg(bothy_decimal_parse(text, strlen(text), &value) == 0, "%s", text);
    return value;
}

static struct bothy_instrument instrument(const char *tick, const char *lot, const char *contract)
{
    struct bothy_instrument in;

    memset(&in, 0, sizeof in);
    in.kind = BOTHY_INSTRUMENT_LINEAR;
    in.tick_size = dec(tick);
    in.lot_size = dec(lot);
    in.contract_size = dec(contract);
    return in;
}

#define FILLS 6

struct fill {
    char side; /* B, S; C: a cash flow of `price` */
    const char *quantity, *price, *fee;
};

struct row {
    const char *name, *tick, *lot, *contract;
    struct fill fills[FILLS];
    const char *mark; /* NULL: not known */
    const char *quantity, *average, *realised, *unrealised, *fees;
};

static const struct row rows[] = {
    { "long",
      "0.01",
      "0.001",
      "1",
      { { 'B', "2", "100", "0.2" } },
      "110",
      "2",
      "100",
      "-0.2",
      "20",
      "0.2" },
    { "short",
      "0.01",
      "0.001",
      "1",
      { { 'S', "2", "100", "0.2" } },
      "90",
      "-2",
      "100",
      "-0.2",
      "20",
      "0.2" },
    { "long and closed",
      "0.01",
      "0.001",
      "1",
      { { 'B', "2", "100", "0.2" }, { 'S', "2", "110.5", "0.221" } },
      "1",
      "0",
      "0",
      "20.579",
      "0",
      "0.421" },
    { "short and closed at a loss",
      "0.01",
      "0.001",
      "1",
      { { 'S', "1.5", "100", "0" }, { 'B', "1.5", "103", "0" } },
      NULL,
      "0",
      "0",
      "-4.5",
      "0",
      "0" },
    { "averaged up, partly closed",
      "0.01",
      "0.001",
      "1",
      { { 'B', "1", "100", "0" }, { 'B', "3", "104", "0" }, { 'S', "2", "110", "0" } },
      "109",
      "2",
      "103",
      "14",
      "12",
      "0" },
    { "long to short in one fill",
      "0.01",
      "0.001",
      "1",
      { { 'B', "1", "100", "0.1" }, { 'S', "3", "90", "0.27" } },
      "80",
      "-2",
      "90",
      "-10.37",
      "20",
      "0.37" },
    { "short to long in one fill",
      "0.01",
      "0.001",
      "1",
      { { 'S', "1", "100", "0" }, { 'B', "4", "90", "0" }, { 'S', "3", "95", "0" } },
      NULL,
      "0",
      "0",
      "25",
      "0",
      "0" },
    { "a rebate is a fee below nothing",
      "0.01",
      "0.001",
      "1",
      { { 'B', "1", "100", "-0.02" }, { 'S', "1", "100", "-0.02" } },
      NULL,
      "0",
      "0",
      "0.04",
      "0",
      "-0.04" },
    /* Cost 10 × 3 lots at 10^-3-3: 100.001 × 1 + 100.002 × 2 = 300.005; a third of it leaves. */
    { "a third: the share of the cost is rounded, what is left keeps the rest",
      "0.001",
      "1",
      "1",
      { { 'B', "1", "100.001", "0" }, { 'B', "2", "100.002", "0" }, { 'S', "1", "100", "0" } },
      "100",
      "2",
      "100.001666",
      "-0.001667",
      "-0.003333",
      "0" },
    { "thirds add up: nothing is lost by rounding",
      "0.001",
      "1",
      "1",
      { { 'B', "1", "100.001", "0" },
        { 'B', "2", "100.002", "0" },
        { 'S', "1", "100", "0" },
        { 'S', "1", "100", "0" },
        { 'S', "1", "100", "0" } },
      NULL,
      "0",
      "0",
      "-0.005",
      "0",
      "0" },
    { "fees are kept at 10^-8, half to even",
      "0.01",
      "0.001",
      "1",
      { { 'B', "1", "100", "0.000000005" },
        { 'B', "1", "100", "0.000000015" },
        { 'B', "1", "100", "0.0000000251" } },
      NULL,
      "3",
      "100",
      "-0.00000005",
      "0",
      "0.00000005" },
    { "contracts",
      "0.1",
      "1",
      "0.01",
      { { 'B', "500", "100", "0.5" }, { 'S', "200", "110", "0.22" } },
      "111",
      "300",
      "100",
      "19.28",
      "33",
      "0.72" },
    { "funding",
      "0.1",
      "0.1",
      "1",
      { { 'B', "1", "100", "0" }, { 'C', "0", "-0.123456785", "0" }, { 'C', "0", "1", "0" } },
      "100",
      "1",
      "100",
      "0.87654322",
      "0",
      "0" },
    /* 10^12 tokens at 10^-13, bought at a tick more than sold. */
    { "tokens without number at a price of nothing",
      "0.0000000000001",
      "1",
      "1",
      { { 'B', "1000000000000", "0.0000000000012", "0" },
        { 'S', "1000000000000", "0.0000000000011", "0" } },
      NULL,
      "0",
      "0",
      "-0.1",
      "0",
      "0" },
    /* A cost of 9·10^18 × 4·10^12 units: far beyond 64 bits, exact still. */
    { "beyond 64 bits",
      "0.01",
      "0.00000001",
      "1",
      { { 'B', "90000000000", "40000.01", "0" }, { 'S', "45000000000", "40000.02", "0" } },
      "40000.03",
      "45000000000",
      "40000.01",
      "450000000",
      "900000000",
      "0" },
};

static void check(const char *name, const char *what, struct bothy_decimal is, const char *wanted)
{
    char text[BOTHY_DECIMAL_TEXT_MAX];

    bothy_decimal_format(bothy_decimal_normalise(is), text, sizeof text);
    ck_assert_msg(bothy_decimal_compare(is, dec(wanted)) == 0, "%s: %s is %s, by hand %s", name,
                  what, text, wanted);
}

START_TEST(golden)
{
    const struct row *row = &rows[_i];
    struct bothy_instrument in = instrument(row->tick, row->lot, row->contract);
    struct bothy_position position;
    struct ledger_entry *entry;
    struct ledger ledger;

    ledger_init(&ledger, dec("1000"));
    entry = ledger_get(&ledger, 3, 7, &in);
    for (size_t i = 0; i < FILLS && row->fills[i].side; i++) {
        const struct fill *fill = &row->fills[i];
        int32_t r = fill->side == 'C'
                        ? ledger_cash(entry, dec(fill->price))
                        : ledger_fill(entry, fill->side == 'B' ? BOTHY_SIDE_BUY : BOTHY_SIDE_SELL,
                                      dec(fill->price), dec(fill->quantity), dec(fill->fee));

        ck_assert_msg(r == 0, "%s: fill %zu: %d", row->name, i, r);
    }
    ledger_position(entry, dec(row->mark ? row->mark : "0"), row->mark != NULL, &position);
    check(row->name, "quantity", position.quantity, row->quantity);
    check(row->name, "average", position.average_entry, row->average);
    check(row->name, "realised", position.realised_pnl, row->realised);
    check(row->name, "unrealised", position.unrealised_pnl, row->unrealised);
    check(row->name, "fees", position.fees, row->fees);
    ledger_free(&ledger);
}
END_TEST

START_TEST(refuses_what_it_cannot_book)
{
    struct bothy_instrument in = instrument("0.01", "0.001", "1");
    struct bothy_position before, after;
    struct ledger_entry *entry;
    struct ledger ledger;

    ledger_init(&ledger, dec("0"));
    entry = ledger_get(&ledger, 0, 1, &in);
    ck_assert_int_eq(ledger_fill(entry, BOTHY_SIDE_BUY, dec("100"), dec("1"), dec("0.1")), 0);
    ledger_position(entry, dec("0"), 0, &before);
    ck_assert_int_eq(ledger_fill(entry, BOTHY_SIDE_BUY, dec("100"), dec("0.0001"), dec("0")),
                     BOTHY_ERANGE);
    ck_assert_int_eq(ledger_fill(entry, BOTHY_SIDE_BUY, dec("100.000001"), dec("1"), dec("0")),
                     BOTHY_ERANGE);
    ck_assert_int_eq(ledger_fill(entry, BOTHY_SIDE_BUY, dec("-1"), dec("1"), dec("0")),
                     BOTHY_ERANGE);
    ck_assert_int_eq(ledger_fill(entry, BOTHY_SIDE_SELL, dec("1"), dec("0"), dec("0")),
                     BOTHY_ERANGE);
    ck_assert_int_eq(ledger_fill(entry, BOTHY_SIDE_SELL, dec("1"), dec("1"), dec("99999999999999")),
                     BOTHY_ERANGE);
    ledger_position(entry, dec("0"), 0, &after);
    ck_assert_mem_eq(&before, &after, sizeof before);
    ck_assert_uint_eq(entry->fill_count, 1);
    in.kind = BOTHY_INSTRUMENT_INVERSE;
    ck_assert_int_eq(ledger_supports(&in), 0);
    in.kind = BOTHY_INSTRUMENT_BINARY;
    ck_assert_int_eq(ledger_supports(&in), 1);
    ledger_free(&ledger);
}
END_TEST

/* Sizes near the end of 63 bits: an error, or the right number, never a wrapped one. */
START_TEST(does_not_wrap)
{
    struct bothy_instrument in = instrument("1000", "1", "1");
    struct bothy_decimal most = bothy_decimal_make(INT64_MAX, 0);
    struct ledger_entry *entry;
    struct ledger ledger;
    int booked = 0, r = 0;

    ledger_init(&ledger, dec("0"));
    entry = ledger_get(&ledger, 0, 1, &in);
    while (booked < 100 && (r = ledger_fill(entry, BOTHY_SIDE_BUY, most, most, dec("0"))) == 0) {
        booked++;
        ck_assert(entry->quantity == (__int128)booked * INT64_MAX);
        ck_assert(entry->cost == (__int128)booked * INT64_MAX * INT64_MAX);
    }
    ck_assert_int_eq(r, BOTHY_ERANGE);
    ck_assert_int_ge(booked, 1);
    /* One unit of it may or may not be taken out; the position never grows by it. */
    r = ledger_fill(entry, BOTHY_SIDE_SELL, most, dec("1"), dec("0"));
    ck_assert(r == 0 ? entry->quantity == (__int128)booked * INT64_MAX - 1
                     : entry->quantity == (__int128)booked * INT64_MAX);
    ledger_free(&ledger);
}
END_TEST

START_TEST(finer_steps_keep_the_numbers)
{
    struct bothy_instrument in = instrument("0.1", "0.1", "1");
    struct bothy_position position;
    struct ledger_entry *entry;
    struct ledger ledger;

    ledger_init(&ledger, dec("0"));
    entry = ledger_get(&ledger, 0, 1, &in);
    ck_assert_int_eq(ledger_fill(entry, BOTHY_SIDE_BUY, dec("100"), dec("2.5"), dec("0")), 0);
    ck_assert_int_eq(ledger_fill(entry, BOTHY_SIDE_SELL, dec("101"), dec("1"), dec("0")), 0);
    in.tick_size = dec("0.00000001");
    in.lot_size = dec("0.00001");
    ck_assert_ptr_eq(ledger_get(&ledger, 0, 1, &in), entry);
    ck_assert_int_eq(
        ledger_fill(entry, BOTHY_SIDE_SELL, dec("100.00000001"), dec("0.00001"), dec("0")), 0);
    ledger_position(entry, dec("102"), 1, &position);
    check("finer", "quantity", position.quantity, "1.49999");
    check("finer", "realised", position.realised_pnl, "1.0000000000001");
    check("finer", "unrealised", position.unrealised_pnl, "2.99998");
    ledger_free(&ledger);
}
END_TEST

/* Cash flow is conserved: what was paid and got, by plain sums, is realised once all is flat. */
START_TEST(many_partials_add_up)
{
    struct bothy_instrument in = instrument("0.01", "0.001", "1");
    struct bothy_random random;
    struct bothy_position position;
    struct ledger_entry *entry;
    struct ledger ledger;
    __int128 cash = 0; /* × 10^-5 */
    int64_t held = 0;  /* × 10^-3 */

    bothy_random_seed_stream(&random, (uint64_t)_i + 1, "ledger");
    ledger_init(&ledger, dec("0"));
    entry = ledger_get(&ledger, 0, 1, &in);
    for (int n = 0; n < 2000; n++) {
        int64_t price = 1 + (int64_t)(bothy_random_u64(&random) % 100000000);
        int64_t quantity = 1 + (int64_t)(bothy_random_u64(&random) % 1000000);
        int buy = bothy_random_u64(&random) & 1;

        if (n == 1999) {
            if (held == 0)
                break;
            buy = held < 0;
            quantity = held < 0 ? -held : held;
        }
        ck_assert_int_eq(ledger_fill(entry, buy ? BOTHY_SIDE_BUY : BOTHY_SIDE_SELL,
                                     bothy_decimal_make(price, -2),
                                     bothy_decimal_make(quantity, -3), dec("0")),
                         0);
        cash += (__int128)price * (buy ? -quantity : quantity);
        held += buy ? quantity : -quantity;
        ck_assert(entry->quantity == held);
        /* At any time: realised − cost of what is open = cash. */
        ck_assert(entry->realised - entry->cost == cash * 1000);
    }
    ledger_position(entry, dec("0"), 0, &position);
    ck_assert_int_eq(bothy_decimal_sign(position.quantity), 0);
    ck_assert(entry->cost == 0);
    ck_assert_int_eq(
        bothy_decimal_compare(position.realised_pnl, bothy_decimal_make((int64_t)cash, -5)), 0);
    ledger_free(&ledger);
}
END_TEST

START_TEST(entries_are_apart)
{
    struct bothy_instrument in = instrument("0.01", "0.001", "1");
    struct ledger ledger;

    ledger_init(&ledger, dec("0"));
    for (uint32_t bot = 0; bot < 20; bot++) {
        for (uint32_t n = 1; n <= 20; n++) {
            for (uint32_t k = 0; k <= bot; k++)
                ck_assert_int_eq(ledger_fill(ledger_get(&ledger, bot, n, &in), BOTHY_SIDE_BUY,
                                             dec("1"), bothy_decimal_make(n, 0), dec("0")),
                                 0);
        }
    }
    ck_assert_uint_eq(ledger.count, 400);
    ck_assert_ptr_null(ledger_find(&ledger, 20, 1));
    for (uint32_t bot = 0; bot < 20; bot++) {
        for (uint32_t n = 1; n <= 20; n++)
            ck_assert_int_eq(bothy_decimal_compare(ledger_quantity(ledger_find(&ledger, bot, n)),
                                                   bothy_decimal_make(n * (bot + 1), 0)),
                             0);
    }
    ledger_free(&ledger);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("core_ledger");
    TCase *all = tcase_create("all");

    tcase_add_loop_test(all, golden, 0, sizeof rows / sizeof rows[0]);
    tcase_add_test(all, refuses_what_it_cannot_book);
    tcase_add_test(all, does_not_wrap);
    tcase_add_test(all, finer_steps_keep_the_numbers);
    tcase_add_loop_test(all, many_partials_add_up, 0, 8);
    tcase_add_test(all, entries_are_apart);
    suite_add_tcase(suite, all);
    return suite;
}

BOTHY_TEST_MAIN(make_suite)
