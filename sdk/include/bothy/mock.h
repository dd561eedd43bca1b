/*
 * bothy/mock.h: a host for the unit tests of a strategy's author: no daemon, no process, no
 * sandbox. It walks the plugin up the ladder, gives it the events that the test makes, and keeps
 * what the plugin hands over, so that the test can look at it.
 *
 *     struct bothy_mock *mock = bothy_mock_new(&bothy_plugin);
 *     uint32_t btc = bothy_mock_add_symbol(mock, "BTC/USDT", "venue");
 *
 *     bothy_mock_set(mock, "fast", "5", &error);
 *     bothy_mock_start(mock, &error);
 *     for (i = 0; i < count; i++)
 *         bothy_mock_bar(mock, btc, BOTHY_TF_5M, open_ns[i], &bars[i]);
 *     assert(bothy_mock_signal_count(mock) == 1);
 *     bothy_mock_free(mock);
 *
 * Compile the plugin's source into the test, or dlopen() it and take its descriptor. What it
 * leaves out: it delivers whatever the test gives, subscribed or not, and answers nothing by
 * itself; `bothyctl plugin check` and a backtest go further.
 *
 * Threads: one at a time for each mock. Pointers that are returned are [borrowed] until the next
 * call with the same mock.
 */
#ifndef BOTHY_MOCK_H
#define BOTHY_MOCK_H

#include <bothy/base.h>
#include <bothy/event.h>
#include <bothy/host.h>
#include <bothy/plugin.h>
#include <bothy/signal.h>

BOTHY_BEGIN

struct bothy_mock;

/*
 * Effect: a host for one instance of a strategy. plugin is [borrowed] until free. Returns [owned]
 * (bothy_mock_free), or NULL without memory or for another kind of plugin.
 */
BOTHY_API struct bothy_mock *bothy_mock_new(const struct bothy_plugin *plugin);
/* Effect: stop if it runs, destroy, and frees all. Takes NULL. */
BOTHY_API void bothy_mock_free(struct bothy_mock *mock);

/* Effect: gives it an instrument, before the start. Returns its number, from 1 on, or 0. */
BOTHY_API uint32_t bothy_mock_add_symbol(struct bothy_mock *mock, const char *symbol,
                                         const char *venue);
/* Effect: sets an option, "risk.…" too, before the start. Errors: as bothy_config_set(). */
BOTHY_API int32_t bothy_mock_set(struct bothy_mock *mock, const char *name, const char *text,
                                 struct bothy_error *error);

/*
 * Effect: check, create, and start. Errors: BOTHY_EINVAL a required option is not set; what the
 * plugin returned. The mock can then only be freed.
 */
BOTHY_API int32_t bothy_mock_start(struct bothy_mock *mock, struct bothy_error *error);
/* Effect: the same, with load() of `data` between. */
BOTHY_API int32_t bothy_mock_start_from(struct bothy_mock *mock, const void *data, size_t length,
                                        struct bothy_error *error);
/* Effect: stop, and save. Returns the length of the state in *ret_data, or BOTHY_E*. */
BOTHY_API int32_t bothy_mock_stop(struct bothy_mock *mock, const void **ret_data);

/*
 * Effect: sets the clock to the event's time and delivers it. Positions and definitions of
 * instruments are kept for the services. Returns what on_event returned.
 */
BOTHY_API int32_t bothy_mock_event(struct bothy_mock *mock, const struct bothy_event *event);
/* Effect: the same for a closed bar, stamped with its end; timeframe and times are filled in. */
BOTHY_API int32_t bothy_mock_bar(struct bothy_mock *mock, uint32_t instrument, uint32_t timeframe,
                                 int64_t open_ns, const struct bothy_bar *bar);
/* Effect: a bar in whole and rounded numbers, for tests that only care for the shape. */
BOTHY_API int32_t bothy_mock_ohlc(struct bothy_mock *mock, uint32_t instrument, uint32_t timeframe,
                                  int64_t open_ns, double open, double high, double low,
                                  double close, double volume);
/* Effect: the timers that are due up to now_ns, as events, in their order. Returns how many. */
BOTHY_API int32_t bothy_mock_advance(struct bothy_mock *mock, int64_t now_ns);
/* Effect: from now on what the plugin hands over is refused with `code`; 0: accepted again. */
BOTHY_API void bothy_mock_refuse(struct bothy_mock *mock, int32_t code);

/* ---- what it handed over, in its order ---- */

BOTHY_API uint32_t bothy_mock_signal_count(const struct bothy_mock *mock);
BOTHY_API const struct bothy_signal *bothy_mock_signal(const struct bothy_mock *mock,
                                                       uint32_t index);
BOTHY_API uint32_t bothy_mock_order_count(const struct bothy_mock *mock);
BOTHY_API const struct bothy_order_request *bothy_mock_order(const struct bothy_mock *mock,
                                                             uint32_t index);
BOTHY_API uint32_t bothy_mock_subscription_count(const struct bothy_mock *mock);
BOTHY_API const struct bothy_subscription *bothy_mock_subscription(const struct bothy_mock *mock,
                                                                   uint32_t index);
BOTHY_API uint32_t bothy_mock_cancel_count(const struct bothy_mock *mock);
BOTHY_API uint32_t bothy_mock_timer_count(const struct bothy_mock *mock);
/* The last value of a gauge, or the sum of a counter; 0 if it was never said. */
BOTHY_API double bothy_mock_metric(const struct bothy_mock *mock, const char *name);
/* Returns how many lines of the log, or messages for people, contain `text`. */
BOTHY_API uint32_t bothy_mock_said(const struct bothy_mock *mock, const char *text);

BOTHY_END

#endif
