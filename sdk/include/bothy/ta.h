/*
 * bothy/ta.h: technical indicators, one bar at a time.
 *
 * Each indicator is a small struct that the caller owns, an init function and a push
 * function. Nothing allocates; an indicator with a window borrows a ring of doubles from the
 * caller, whose length a macro gives:
 *
 *     double ring[BOTHY_SMA_RING(20)], value;
 *     struct bothy_sma sma;
 *
 *     bothy_sma_init(&sma, 20, ring, BOTHY_SMA_RING(20));
 *     if (bothy_sma_push(&sma, close, &value) > 0)
 *             ...
 *
 * Push functions return a positive number when there is a value, 0 during the warm-up, and
 * BOTHY_EINVAL, with the state as it was, for an input that is not finite, is larger than
 * BOTHY_TA_VALUE_MAX, or is a bar whose high is below its low. "First valid" counts bars
 * from 0: the first value of SMA(20) comes with bar 19. Feed closed bars, oldest first.
 *
 * Windows do not drift. The window is split where a block of `period` values ends: the part
 * in the finished block is looked up (its suffix sums were made when the block ended), the
 * part in the new block is accumulated. Nothing is ever subtracted from a sum, so its error
 * is that of adding up the window once, however long the series. The price is one pass over
 * the ring every `period` bars; on average a push is O(1).
 *
 * Values and first valid bars are those of TA-Lib. These are doubles: for signals, never for
 * the price or size of an order.
 *
 * A state may be copied with its ring (set the copy's ring pointers to the copied ring); a
 * struct is used by one thread at a time.
 */
#ifndef BOTHY_TA_H
#define BOTHY_TA_H

#include <bothy/base.h>

BOTHY_BEGIN

#define BOTHY_TA_PERIOD_MAX 100000
#define BOTHY_TA_VALUE_MAX  1e100

/* The sizes of the structs are part of the ABI (64-bit machines). */
#if UINTPTR_MAX == UINT64_MAX
#define BOTHY_TA_SIZE(name, bytes)                                                                 \
    typedef char name##_is_##bytes[sizeof(struct name) == (bytes) ? 1 : -1]
#else
#define BOTHY_TA_SIZE(name, bytes) typedef char name##_exists[sizeof(struct name) > 0 ? 1 : -1]
#endif

/*
 * Init functions. Effect: set the state to "no bar yet" and borrow `ring` [borrowed as long
 * as the state is used]: `ring_length` doubles, of any content. Errors: BOTHY_EINVAL a
 * parameter outside its range (periods: 1 … BOTHY_TA_PERIOD_MAX unless said otherwise) or a
 * missing ring; BOTHY_ENOMEM the ring is shorter than the macro says. Pure; any thread.
 */

/* A bar as the functions that take many want it. */
struct bothy_ta_bar {
    double open;
    double high;
    double low;
    double close;
    double volume;
};

/* ---- Windows ------------------------------------------------------------------------- */

enum {
    BOTHY_ROLLING_SUM = 1,
    BOTHY_ROLLING_MEAN = 2,
    BOTHY_ROLLING_MAX = 3,
    BOTHY_ROLLING_MIN = 4,
};

/* Sum, mean, highest or lowest of the last `period` values. First valid: period − 1. */
struct bothy_rolling {
    double *ring;
    double running; /* over the values of the block that is being filled */
    uint32_t period;
    uint32_t position; /* the next slot of the ring */
    uint32_t filled;   /* 1 once a block was completed */
    uint32_t kind;     /* BOTHY_ROLLING_* */
};
BOTHY_TA_SIZE(bothy_rolling, 32);
#define BOTHY_ROLLING_RING(period) (period)

BOTHY_API int32_t bothy_rolling_init(struct bothy_rolling *rolling, uint32_t kind, uint32_t period,
                                     double *ring, size_t ring_length);
BOTHY_API int32_t bothy_rolling_push(struct bothy_rolling *rolling, double value,
                                     double *ret_value);

/* Simple moving average: the mean of the last `period` values. First valid: period − 1. */
struct bothy_sma {
    struct bothy_rolling window;
};
BOTHY_TA_SIZE(bothy_sma, 32);
#define BOTHY_SMA_RING(period) (period)

BOTHY_API int32_t bothy_sma_init(struct bothy_sma *sma, uint32_t period, double *ring,
                                 size_t ring_length);
BOTHY_API int32_t bothy_sma_push(struct bothy_sma *sma, double value, double *ret_value);

/*
 * Exponential moving average, alpha = 2 / (period + 1), started with the mean of the first
 * `period` values. First valid: period − 1.
 */
struct bothy_ema {
    double alpha;
    double value; /* during the warm-up the sum of what came so far */
    uint32_t period;
    uint32_t count; /* values seen, at most period */
};
BOTHY_TA_SIZE(bothy_ema, 24);

BOTHY_API int32_t bothy_ema_init(struct bothy_ema *ema, uint32_t period);
BOTHY_API int32_t bothy_ema_push(struct bothy_ema *ema, double value, double *ret_value);

/* A window with linear weights: for the weighted average and for the regression line. */
struct bothy_weighted {
    double *ring;
    double pivot;    /* a value of the window; sums are of differences from it */
    double sum;      /* over the block that is being filled */
    double weighted; /* the same with weights 1, 2, … */
    uint32_t period;
    uint32_t position;
    uint32_t filled;
    uint32_t reserved;
};
BOTHY_TA_SIZE(bothy_weighted, 48);
#define BOTHY_WEIGHTED_RING(period) (2 * (size_t)(period))

/* Linearly weighted moving average, weights 1 (oldest) … period. First valid: period − 1. */
BOTHY_API int32_t bothy_wma_init(struct bothy_weighted *wma, uint32_t period, double *ring,
                                 size_t ring_length);
BOTHY_API int32_t bothy_wma_push(struct bothy_weighted *wma, double value, double *ret_value);

/*
 * Slope, per bar, of the least-squares line through the last `period` (≥ 2) values.
 * First valid: period − 1.
 */
BOTHY_API int32_t bothy_linreg_slope_init(struct bothy_weighted *slope, uint32_t period,
                                          double *ring, size_t ring_length);
BOTHY_API int32_t bothy_linreg_slope_push(struct bothy_weighted *slope, double value,
                                          double *ret_value);

/*
 * Population standard deviation (divisor: period) of the last `period` values, and their
 * mean. First valid: period − 1. It is computed from differences to one of the window's own
 * values, so it keeps its digits where the price is large and the deviation small.
 */
struct bothy_stddev {
    double *ring;
    double pivot;
    double sum;
    double squares;
    uint32_t period;
    uint32_t position;
    uint32_t filled;
    uint32_t reserved;
};
BOTHY_TA_SIZE(bothy_stddev, 48);
#define BOTHY_STDDEV_RING(period) (2 * (size_t)(period))

BOTHY_API int32_t bothy_stddev_init(struct bothy_stddev *stddev, uint32_t period, double *ring,
                                    size_t ring_length);
/* ret_mean may be NULL. */
BOTHY_API int32_t bothy_stddev_push(struct bothy_stddev *stddev, double value, double *ret_stddev,
                                    double *ret_mean);

/*
 * Bollinger bands: mean ± deviations × population standard deviation. `deviations` is finite
 * and ≥ 0. First valid: period − 1.
 */
struct bothy_bbands {
    struct bothy_stddev window;
    double deviations;
};
BOTHY_TA_SIZE(bothy_bbands, 56);
#define BOTHY_BBANDS_RING(period) BOTHY_STDDEV_RING(period)

struct bothy_bbands_value {
    double upper;
    double middle;
    double lower;
};

BOTHY_API int32_t bothy_bbands_init(struct bothy_bbands *bbands, uint32_t period, double deviations,
                                    double *ring, size_t ring_length);
BOTHY_API int32_t bothy_bbands_push(struct bothy_bbands *bbands, double value,
                                    struct bothy_bbands_value *ret_value);

/* ---- Change and momentum ------------------------------------------------------------- */

/*
 * Change over `period` bars: difference = now − then; rate_pct = (now / then − 1) × 100, or 0
 * where then is 0. First valid: period.
 */
struct bothy_momentum {
    double *ring;
    uint32_t period;
    uint32_t position;
    uint32_t filled;
    uint32_t reserved;
};
BOTHY_TA_SIZE(bothy_momentum, 24);
#define BOTHY_MOMENTUM_RING(period) (period)

struct bothy_momentum_value {
    double difference;
    double rate_pct;
};

BOTHY_API int32_t bothy_momentum_init(struct bothy_momentum *momentum, uint32_t period,
                                      double *ring, size_t ring_length);
BOTHY_API int32_t bothy_momentum_push(struct bothy_momentum *momentum, double value,
                                      struct bothy_momentum_value *ret_value);

/*
 * Relative strength index with Wilder's smoothing, started with the means of the first
 * `period` gains and losses. Only gains: 100; only losses, or no change at all: 0.
 * First valid: period.
 */
struct bothy_rsi {
    double average_gain;
    double average_loss;
    double previous;
    double share; /* 1 / period */
    uint32_t period;
    uint32_t count; /* values seen, at most period + 1 */
};
BOTHY_TA_SIZE(bothy_rsi, 40);

BOTHY_API int32_t bothy_rsi_init(struct bothy_rsi *rsi, uint32_t period);
BOTHY_API int32_t bothy_rsi_push(struct bothy_rsi *rsi, double value, double *ret_value);

/*
 * MACD: EMA(fast) − EMA(slow), its EMA(signal), and the difference of the two. fast < slow.
 * Both averages start at bar slow − 1 (the fast one with the mean of the last `fast` values
 * there). First valid: slow + signal − 2.
 */
struct bothy_macd {
    struct bothy_ema fast;
    struct bothy_ema slow;
    struct bothy_ema signal;
    uint32_t skip; /* values that the fast average still leaves out */
    uint32_t reserved;
};
BOTHY_TA_SIZE(bothy_macd, 80);

struct bothy_macd_value {
    double macd;
    double signal;
    double histogram;
};

BOTHY_API int32_t bothy_macd_init(struct bothy_macd *macd, uint32_t fast, uint32_t slow,
                                  uint32_t signal);
BOTHY_API int32_t bothy_macd_push(struct bothy_macd *macd, double value,
                                  struct bothy_macd_value *ret_value);

/*
 * Stochastic oscillator: fast %K = 100 × (close − lowest) / (highest − lowest) of fastk bars
 * (0 where they are equal), slow %K its mean of slowk, slow %D that one's mean of slowd.
 * First valid: fastk + slowk + slowd − 3.
 */
struct bothy_stoch {
    struct bothy_rolling highest;
    struct bothy_rolling lowest;
    struct bothy_rolling slowk;
    struct bothy_rolling slowd;
};
BOTHY_TA_SIZE(bothy_stoch, 128);
#define BOTHY_STOCH_RING(fastk, slowk, slowd)                                                      \
    (2 * (size_t)(fastk) + (size_t)(slowk) + (size_t)(slowd))

struct bothy_stoch_value {
    double slowk;
    double slowd;
};

BOTHY_API int32_t bothy_stoch_init(struct bothy_stoch *stoch, uint32_t fastk, uint32_t slowk,
                                   uint32_t slowd, double *ring, size_t ring_length);
BOTHY_API int32_t bothy_stoch_push(struct bothy_stoch *stoch, double high, double low, double close,
                                   struct bothy_stoch_value *ret_value);

/*
 * Stochastic of the RSI: fastk as in the stochastic, over the last fastk values of RSI(period);
 * fastd its mean of fastd. (What charts call %K and %D with smoothing 3 and 3 is fastd, and
 * the SMA(3) of it.) First valid: period + fastk + fastd − 2.
 */
struct bothy_stochrsi {
    struct bothy_rsi rsi;
    struct bothy_rolling highest;
    struct bothy_rolling lowest;
    struct bothy_rolling fastd;
};
BOTHY_TA_SIZE(bothy_stochrsi, 136);
#define BOTHY_STOCHRSI_RING(fastk, fastd) (2 * (size_t)(fastk) + (size_t)(fastd))

struct bothy_stochrsi_value {
    double fastk;
    double fastd;
};

BOTHY_API int32_t bothy_stochrsi_init(struct bothy_stochrsi *stochrsi, uint32_t period,
                                      uint32_t fastk, uint32_t fastd, double *ring,
                                      size_t ring_length);
BOTHY_API int32_t bothy_stochrsi_push(struct bothy_stochrsi *stochrsi, double value,
                                      struct bothy_stochrsi_value *ret_value);

/*
 * Williams %R: −100 × (highest − close) / (highest − lowest) of `period` bars, 0 where they
 * are equal. First valid: period − 1.
 */
struct bothy_willr {
    struct bothy_rolling highest;
    struct bothy_rolling lowest;
};
BOTHY_TA_SIZE(bothy_willr, 64);
#define BOTHY_WILLR_RING(period) (2 * (size_t)(period))

BOTHY_API int32_t bothy_willr_init(struct bothy_willr *willr, uint32_t period, double *ring,
                                   size_t ring_length);
BOTHY_API int32_t bothy_willr_push(struct bothy_willr *willr, double high, double low, double close,
                                   double *ret_value);

/*
 * Commodity channel index: (typical − mean) / (0.015 × mean absolute deviation) of the typical
 * price (high + low + close) / 3; 0 where the deviation is 0. First valid: period − 1.
 * The absolute deviations are about a mean that moves: this one costs O(period) per bar.
 */
struct bothy_cci {
    double *ring;
    uint32_t period;
    uint32_t position;
    uint32_t filled;
    uint32_t reserved;
};
BOTHY_TA_SIZE(bothy_cci, 24);
#define BOTHY_CCI_RING(period) (period)

BOTHY_API int32_t bothy_cci_init(struct bothy_cci *cci, uint32_t period, double *ring,
                                 size_t ring_length);
BOTHY_API int32_t bothy_cci_push(struct bothy_cci *cci, double high, double low, double close,
                                 double *ret_value);

/* ---- Range and trend ----------------------------------------------------------------- */

/*
 * True range: the largest of high − low, |high − previous close|, |low − previous close|.
 * First valid: 1.
 */
struct bothy_true_range {
    double previous_close;
    uint32_t count; /* bars seen, at most 1 */
    uint32_t reserved;
};
BOTHY_TA_SIZE(bothy_true_range, 16);

BOTHY_API void bothy_true_range_init(struct bothy_true_range *range);
BOTHY_API int32_t bothy_true_range_push(struct bothy_true_range *range, double high, double low,
                                        double close, double *ret_value);

enum {
    BOTHY_ATR_SMA = 1,    /* mean of the last `period` true ranges */
    BOTHY_ATR_WILDER = 2, /* started with that mean, then (ATR × (period − 1) + TR) / period */
};

/*
 * Average true range. First valid, both kinds: period (period + 1 bars). BOTHY_ATR_WILDER
 * needs no ring (NULL, 0).
 */
struct bothy_atr {
    struct bothy_true_range range;
    struct bothy_rolling window;
    double value; /* Wilder: the average, during the warm-up the sum */
    double share; /* 1 / period */
    uint32_t kind;
    uint32_t count; /* Wilder: true ranges seen, at most period */
};
BOTHY_TA_SIZE(bothy_atr, 72);
#define BOTHY_ATR_RING(period) (period)

BOTHY_API int32_t bothy_atr_init(struct bothy_atr *atr, uint32_t kind, uint32_t period,
                                 double *ring, size_t ring_length);
BOTHY_API int32_t bothy_atr_push(struct bothy_atr *atr, double high, double low, double close,
                                 double *ret_value);

/*
 * Directional movement: +DI, −DI and ADX, smoothed as sums (sum − sum / period + new; the
 * first sum is of period − 1 bars), ADX started with the mean of the first `period` DX.
 * Push returns 1 when the two DI are valid (first at bar period) and 2 when ADX is, too
 * (first at bar 2 × period − 1); until then adx is 0.
 */
struct bothy_adx {
    double previous_high;
    double previous_low;
    double previous_close;
    double plus;
    double minus;
    double range;
    double adx;   /* during its warm-up the sum of DX */
    double share; /* 1 / period */
    uint32_t period;
    uint32_t count; /* bars seen, at most 2 × period */
};
BOTHY_TA_SIZE(bothy_adx, 72);

struct bothy_adx_value {
    double adx;
    double plus_di;
    double minus_di;
};

BOTHY_API int32_t bothy_adx_init(struct bothy_adx *adx, uint32_t period);
BOTHY_API int32_t bothy_adx_push(struct bothy_adx *adx, double high, double low, double close,
                                 struct bothy_adx_value *ret_value);

/*
 * Parabolic stop and reverse. 0 ≤ step, 0 ≤ max (a step above max counts as max). The first
 * direction is down if the second bar's low fell further than its high rose, else up. On the
 * bar that touches the stop the value is already that of the new direction. First valid: 1.
 */
struct bothy_psar {
    double step;
    double max;
    double acceleration;
    double extreme;
    double sar; /* for the next bar */
    double previous_high;
    double previous_low;
    uint32_t count; /* bars seen, at most 2 */
    int32_t direction;
};
BOTHY_TA_SIZE(bothy_psar, 64);

struct bothy_psar_value {
    double sar;
    int32_t direction; /* +1: the stop is below the price, −1: above */
    int32_t flipped;   /* 1 on the bar on which the direction changed */
};

BOTHY_API int32_t bothy_psar_init(struct bothy_psar *psar, double step, double max);
BOTHY_API int32_t bothy_psar_push(struct bothy_psar *psar, double high, double low,
                                  struct bothy_psar_value *ret_value);

/* ---- Volume -------------------------------------------------------------------------- */

/*
 * On-balance volume: the first bar's volume, then plus the volume of a bar that closes higher,
 * minus that of one that closes lower (compensated, so that it does not drift). First valid: 0.
 */
struct bothy_obv {
    double total;
    double compensation;
    double previous_close;
    uint32_t count; /* bars seen, at most 1 */
    uint32_t reserved;
};
BOTHY_TA_SIZE(bothy_obv, 32);

BOTHY_API void bothy_obv_init(struct bothy_obv *obv);
BOTHY_API int32_t bothy_obv_push(struct bothy_obv *obv, double close, double volume,
                                 double *ret_value);

/*
 * Money flow index: 100 × inflow / (inflow + outflow) of typical price × volume over `period`
 * bars, by the direction of the typical price; 0 where nothing flowed. Volumes are ≥ 0.
 * First valid: period.
 */
struct bothy_mfi {
    struct bothy_rolling inflow;
    struct bothy_rolling outflow;
    double previous;
    uint32_t count; /* bars seen, at most 1 */
    uint32_t reserved;
};
BOTHY_TA_SIZE(bothy_mfi, 80);
#define BOTHY_MFI_RING(period) (2 * (size_t)(period))

BOTHY_API int32_t bothy_mfi_init(struct bothy_mfi *mfi, uint32_t period, double *ring,
                                 size_t ring_length);
BOTHY_API int32_t bothy_mfi_push(struct bothy_mfi *mfi, double high, double low, double close,
                                 double volume, double *ret_value);

/* ---- Structure ----------------------------------------------------------------------- */

/*
 * Swing points: a bar is a swing high if its high is the highest of `confirm` bars on either
 * side and itself (equal highs count), a swing low likewise. It is known only `confirm` (≥ 1)
 * bars later: push tells of the bar that many before the one pushed. Returns 1 if that bar is
 * a swing, else 0. The first that can be one is bar `confirm`.
 */
struct bothy_swing {
    struct bothy_rolling highest;
    struct bothy_rolling lowest;
    double *highs; /* of the last confirm + 1 bars */
    double *lows;
    uint32_t period; /* confirm + 1 */
    uint32_t position;
};
BOTHY_TA_SIZE(bothy_swing, 88);
#define BOTHY_SWING_RING(confirm) (6 * (size_t)(confirm) + 4)

struct bothy_swing_value {
    double high; /* of the bar that is told of */
    double low;
    int32_t is_high;
    int32_t is_low;
};

BOTHY_API int32_t bothy_swing_init(struct bothy_swing *swing, uint32_t confirm, double *ring,
                                   size_t ring_length);
BOTHY_API int32_t bothy_swing_push(struct bothy_swing *swing, double high, double low,
                                   struct bothy_swing_value *ret_value);

/*
 * ZigZag: pivots that alternate between high and low, at least `reversal` apart. A high is one
 * when a later bar's low lies `reversal` (> 0, say two ATR; it may differ from bar to bar)
 * below it, before any higher high; a low likewise. A bar that goes beyond the extreme does
 * not reverse it as well: within a bar the order is not known. Push returns 1 when a pivot
 * is found, which is some bars back.
 */
struct bothy_zigzag {
    double high; /* highest since the last pivot low, or since the beginning */
    double low;
    uint64_t high_bar;
    uint64_t low_bar;
    uint64_t count;    /* bars seen */
    int32_t direction; /* of the leg: +1 up, −1 down, 0 not known yet */
    uint32_t reserved;
};
BOTHY_TA_SIZE(bothy_zigzag, 48);

struct bothy_zigzag_value {
    double price;
    uint64_t bar;    /* of the pivot, counted from 0 */
    int32_t is_high; /* 1: a high, 0: a low */
    uint32_t reserved;
};

BOTHY_API void bothy_zigzag_init(struct bothy_zigzag *zigzag);
BOTHY_API int32_t bothy_zigzag_push(struct bothy_zigzag *zigzag, double high, double low,
                                    double reversal, struct bothy_zigzag_value *ret_value);

#define BOTHY_PROFILE_ROWS_MAX 1000

/* How much was traded at which price. */
struct bothy_profile {
    double low; /* of all bars: the lower edge of row 0 */
    double high;
    double row_height; /* 0 if all bars are at one price */
    double total;      /* volume */
    double poc;        /* point of control: the middle of the row with most volume */
    double value_low;  /* edges of the value area */
    double value_high;
    double mean_row; /* total / rows; a row of 1.5 times that is a high-volume node */
    uint32_t poc_row;
    uint32_t rows;
};

/*
 * Effect: divides the range of `count` (≥ 1) bars into `rows` (1 … BOTHY_PROFILE_ROWS_MAX) and
 * spreads each bar's volume over the rows that it touches, in proportion to the overlap. The
 * value area grows from the point of control (the lower of equals) by its larger neighbour (the
 * upper of equals) until it holds `value_area_pct` (0 … 100; 70 is usual) of the volume.
 * ret_row_volumes has room for `rows` doubles. Errors: BOTHY_EINVAL.
 */
BOTHY_API int32_t bothy_profile_make(const struct bothy_ta_bar *bars, size_t count, uint32_t rows,
                                     double value_area_pct, double *ret_row_volumes,
                                     struct bothy_profile *ret_profile);

/* Returns the price that takes back `ratio` (0.382, 0.618 …) of the move from → to. */
static inline double bothy_retracement(double from, double to, double ratio)
{
    return to - (to - from) * ratio;
}

/* ---- By name ------------------------------------------------------------------------- */

/*
 * The same indicators behind one interface, chosen by a name: for a command line, a
 * configuration, a parameter sweep.
 */

#define BOTHY_TA_PARAMETERS_MAX 3
#define BOTHY_TA_OUTPUTS_MAX    3

enum {
    BOTHY_TA_INPUT_HIGH_LOW = 1 << 0,
    BOTHY_TA_INPUT_CLOSE = 1 << 1,
    BOTHY_TA_INPUT_VOLUME = 1 << 2,
};

struct bothy_ta_parameter {
    const char *name;
    const char *choices; /* NULL for a number; "sma|wilder": the value is the index, from 0 */
    double default_value;
    double minimum; /* inclusive */
    double maximum;
    uint32_t integer; /* 1: only whole numbers */
    uint32_t reserved;
};

/* Static; all texts [borrowed] for ever. */
struct bothy_ta_info {
    const char *name;
    const char *doc; /* a few words */
    uint32_t id;
    uint32_t inputs; /* BOTHY_TA_INPUT_*: what it reads of a bar */
    uint32_t parameter_count;
    uint32_t output_count;
    const struct bothy_ta_parameter *parameters;
    const char *outputs[BOTHY_TA_OUTPUTS_MAX];
};

struct bothy_ta {
    const struct bothy_ta_info *info;
    union {
        struct bothy_rolling rolling;
        struct bothy_sma sma;
        struct bothy_ema ema;
        struct bothy_weighted weighted;
        struct bothy_stddev stddev;
        struct bothy_bbands bbands;
        struct bothy_momentum momentum;
        struct bothy_rsi rsi;
        struct bothy_macd macd;
        struct bothy_stoch stoch;
        struct bothy_stochrsi stochrsi;
        struct bothy_willr willr;
        struct bothy_cci cci;
        struct bothy_true_range true_range;
        struct bothy_atr atr;
        struct bothy_adx adx;
        struct bothy_psar psar;
        struct bothy_obv obv;
        struct bothy_mfi mfi;
        double space[24]; /* for what later versions add */
    } state;
};
BOTHY_TA_SIZE(bothy_ta, 200);

/* Returns the indicator of that name, or NULL. [borrowed]: static. */
BOTHY_API const struct bothy_ta_info *bothy_ta_find(const char *name);
/* Returns indicator `index` in alphabetical order, or NULL after the last. [borrowed]: static. */
BOTHY_API const struct bothy_ta_info *bothy_ta_get(uint32_t index);

/*
 * Effect: checks parameter_count values against the ranges, and against each other.
 * Errors: BOTHY_EINVAL with the name and the range in error->text (`where` is left alone).
 */
BOTHY_API int32_t bothy_ta_check(const struct bothy_ta_info *info, const double *parameters,
                                 struct bothy_error *error);
/* For checked parameters: the doubles of ring that bothy_ta_init() wants (maybe 0). */
BOTHY_API size_t bothy_ta_ring_length(const struct bothy_ta_info *info, const double *parameters);
/* For checked parameters: the first bar, counted from 0, that has a value. */
BOTHY_API uint32_t bothy_ta_first_valid(const struct bothy_ta_info *info, const double *parameters);

/*
 * Effect: bothy_ta_check(), then the init function of the indicator with `ring`.
 * Errors: BOTHY_EINVAL, BOTHY_ENOMEM (ring too short), with a text.
 */
BOTHY_API int32_t bothy_ta_init(struct bothy_ta *ta, const struct bothy_ta_info *info,
                                const double *parameters, double *ring, size_t ring_length,
                                struct bothy_error *error);
/* Effect: as the push functions above; output_count values go to ret_values on success. */
BOTHY_API int32_t bothy_ta_push(struct bothy_ta *ta, const struct bothy_ta_bar *bar,
                                double *ret_values);
/*
 * Effect: pushes `count` bars; ret_values gets output_count doubles for every bar that has a
 * value, one bar after the other, and must have room for count × output_count. Returns the
 * number of bars with a value, at most count: they are the last ones. Errors: BOTHY_EINVAL at
 * the first bad bar, whose index is then in *ret_bad_bar (may be NULL); the bars before it
 * have been pushed.
 */
BOTHY_API int64_t bothy_ta_run(struct bothy_ta *ta, const struct bothy_ta_bar *bars, size_t count,
                               double *ret_values, size_t *ret_bad_bar);

BOTHY_END

#endif
