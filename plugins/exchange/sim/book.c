/*
 * The order book, as a pure function of the best prices, the time and the seed: nothing is kept,
 * so it costs nothing where nobody looks at it, and it is the same whenever one begins to look.
 * Levels stand on a fixed grid and at the best price of each side; bids never reach asks. The
 * size at a price is drawn anew every few seconds, at an instant of its own.
 */
#include "market.h"

#define REFRESH_NS (10 * BOTHY_NS_PER_S)

static uint64_t mix(uint64_t x)
{
    x = (x ^ (x >> 32)) * UINT64_C(0xd6e8feb86659fd93);
    x = (x ^ (x >> 32)) * UINT64_C(0xd6e8feb86659fd93);
    return x ^ (x >> 32);
}

static int64_t level_lots(const struct sim_market *m, uint32_t side, int64_t price)
{
    uint64_t place = mix(m->book_seed + (uint64_t)price * 2 + (side == BOTHY_SIDE_BUY));
    uint64_t epoch = ((uint64_t)m->now_ns + place % (uint64_t)REFRESH_NS) / (uint64_t)REFRESH_NS;
    double u = (double)(mix(place + epoch) >> 11) * 0x1p-53;
    double size = 0.1 + 0.6 * u + (u > 0.9 ? 12 * (u - 0.9) : 0);

    return sim_market_lots(m, m->with.depth_notional * size, m->start_price);
}

uint32_t sim_book_side(const struct sim_market *m, uint32_t side, struct sim_level *levels,
                       uint32_t most)
{
    int64_t spacing = m->level_spacing;
    int64_t price = side == BOTHY_SIDE_BUY ? m->bid : m->ask;
    uint32_t count = 0;

    while (count < most && price > 0) {
        levels[count].price = price;
        levels[count].lots = level_lots(m, side, price);
        count++;
        if (side == BOTHY_SIDE_BUY)
            price = (price - 1) / spacing * spacing;
        else
            price = (price / spacing + 1) * spacing;
    }
    return count;
}
