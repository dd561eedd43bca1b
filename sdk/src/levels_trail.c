/*
 * The trailing stop: follows the price at a distance once there is profit enough, and never
 * goes back. It keeps no state; the caller hands the current stop in.
 */
#include <math.h>

#include <bothy/levels.h>

BOTHY_API void bothy_trail_init(struct bothy_trail *trail, double entry, int32_t direction)
{
    *trail = (struct bothy_trail) {
        .entry = entry,
        .activation = 1.0,
        .distance = 0.5,
        .direction = direction,
    };
}

static int positive(double value)
{
    return isfinite(value) && value > 0;
}

BOTHY_API int32_t bothy_trail_stop(const struct bothy_trail *trail, double *ret_stop)
{
    double profit, needed, stop;

    if ((trail->direction != 1 && trail->direction != -1) || !positive(trail->entry) ||
        !positive(trail->price) || !positive(trail->atr) || !isfinite(trail->activation) ||
        trail->activation < 0 || !isfinite(trail->distance) || trail->distance < 0 ||
        (trail->has_current_sl && !positive(trail->current_sl)))
        return BOTHY_EINVAL;

    profit = trail->direction * (trail->price - trail->entry);
    needed = trail->atr * trail->activation;
    stop = trail->price - trail->direction * trail->atr * trail->distance;
    /* Rounding of the difference must not delay a stop that is due; a stop at or below 0
     * would protect nothing. */
    if (profit < needed * (1 - 1e-9) || !positive(stop)) {
        if (!trail->has_current_sl)
            return 0;
        *ret_stop = trail->current_sl;
        return 1;
    }
    if (trail->has_current_sl && trail->direction * (trail->current_sl - stop) > 0)
        stop = trail->current_sl;
    *ret_stop = stop;
    return 1;
}
