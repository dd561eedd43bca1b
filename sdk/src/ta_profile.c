/*
 * The volume profile of a number of bars. A bar's volume is spread evenly over its range, so
 * that each row gets what overlaps with it and the rows add up to the volume of the bars.
 */
#include "ta_window.h"

static int32_t find_range(const struct bothy_ta_bar *bars, size_t count,
                          struct bothy_profile *profile)
{
    profile->low = bars[0].low;
    profile->high = bars[0].high;
    for (size_t k = 0; k < count; k++) {
        const struct bothy_ta_bar *bar = &bars[k];

        if (!ta_good_bar(bar->high, bar->low, bar->low) || !ta_good(bar->volume) || bar->volume < 0)
            return BOTHY_EINVAL;
        profile->low = bar->low < profile->low ? bar->low : profile->low;
        profile->high = bar->high > profile->high ? bar->high : profile->high;
    }
    return 0;
}

/* The row that a price lies in; the upper edge of the last row belongs to it. */
static uint32_t row_of(const struct bothy_profile *profile, double price)
{
    double row = (price - profile->low) / profile->row_height;

    if (!(row > 0))
        return 0;
    return row >= profile->rows ? profile->rows - 1 : (uint32_t)row;
}

static void spread(const struct bothy_profile *profile, const struct bothy_ta_bar *bar,
                   double *volumes)
{
    uint32_t first = row_of(profile, bar->low), last = row_of(profile, bar->high);
    double range = bar->high - bar->low;

    if (first == last) {
        volumes[first] += bar->volume;
        return;
    }
    for (uint32_t row = first; row <= last; row++) {
        double bottom = profile->low + row * profile->row_height;
        double top = bottom + profile->row_height;

        /* The first and last row reach to the bar's own ends, whatever rounding says. */
        if (row == first || bottom < bar->low)
            bottom = bar->low;
        if (row == last || top > bar->high)
            top = bar->high;
        if (top > bottom)
            volumes[row] += bar->volume * ((top - bottom) / range);
    }
}

static void find_value_area(struct bothy_profile *profile, const double *volumes, double wanted)
{
    uint32_t first = profile->poc_row, last = profile->poc_row;
    double held = volumes[profile->poc_row];

    while (held < wanted && (first > 0 || last + 1 < profile->rows)) {
        double below = first > 0 ? volumes[first - 1] : -1;
        double above = last + 1 < profile->rows ? volumes[last + 1] : -1;

        if (above >= below) {
            held += above;
            last++;
        } else {
            held += below;
            first--;
        }
    }
    profile->value_low = profile->low + first * profile->row_height;
    profile->value_high =
        last + 1 == profile->rows ? profile->high : profile->low + (last + 1) * profile->row_height;
}

BOTHY_API int32_t bothy_profile_make(const struct bothy_ta_bar *bars, size_t count, uint32_t rows,
                                     double value_area_pct, double *ret_row_volumes,
                                     struct bothy_profile *ret_profile)
{
    struct bothy_profile profile = { .rows = rows };

    if (count < 1 || rows < 1 || rows > BOTHY_PROFILE_ROWS_MAX ||
        !(value_area_pct >= 0 && value_area_pct <= 100) || find_range(bars, count, &profile) < 0)
        return BOTHY_EINVAL;
    profile.row_height = (profile.high - profile.low) / rows;
    for (uint32_t row = 0; row < rows; row++)
        ret_row_volumes[row] = 0;
    for (size_t k = 0; k < count; k++)
        spread(&profile, &bars[k], ret_row_volumes);
    for (uint32_t row = 0; row < rows; row++) {
        profile.total += ret_row_volumes[row];
        if (ret_row_volumes[row] > ret_row_volumes[profile.poc_row])
            profile.poc_row = row;
    }
    profile.mean_row = profile.total / rows;
    profile.poc = profile.low + (profile.poc_row + 0.5) * profile.row_height;
    /* A hair less, because the rows were added up in another order. */
    find_value_area(&profile, ret_row_volumes, profile.total * value_area_pct / 100 * (1 - 1e-12));
    *ret_profile = profile;
    return 0;
}
