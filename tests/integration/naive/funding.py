#!/usr/bin/env python3
"""The funding rule over one-minute bars and a funding history, computed naively.

    funding.py [options] OHLCV.csv FUNDING.csv    prints JSON: counts and the accepted signals

Bars, levels, cooldown, cap and outcomes: see model.py. Decisions of this rule:
  funding    CSV with the columns Date and Funding Rate. Dates are UTC + --utc-offset hours
             (default 3). A rate is a fraction per --interval-h hours (default 8); it is compared
             as percent per --norm-h hours (default 8): rate * 100 * norm_h / interval_h.
             Every row is a settlement, so each one is evaluated; there are no predictions.
             Rows after the close of the last minute are left out.
  price      The close of the last closed bar. A row at the very time at which a bar closes is
             seen after the bar. A row more than two bar lengths after the last close is skipped.
  EMA        alpha = 2 / (n + 1), started with the mean of the first n closes. No evaluation
             before there are n closed bars. A price equal to the EMA is neither above nor below.
  score      rate >= extreme: -3, else >= high: -2, only with price < EMA; rate <= -extreme: +3,
             else <= -high: +2, only with price > EMA. There is no open interest, no taker flow
             and no account ratio in these files: those factors are 0.
             Score > 1: LONG; < -1: SHORT.
  levels     ATR method: stop = entry -+ ATR * (1 + buffer / 100) * sl_mult, targets = entry +-
             ATR * tp_mult; ATR is the mean of the last 14 true ranges, and needs 15 bars; before
             that it is 0.5 % of the price. Entry is the price, time of the signal the time of
             the row.
"""

import argparse
import csv
import sys
from decimal import Decimal

sys.dont_write_bytecode = True
import model  # noqa: E402


def read_funding(path, hours_ahead):
    """(time, rate) rows, oldest first."""
    with open(path, newline="") as file:
        rows = [(model.parse_seconds(row["Date"], hours_ahead), Decimal(row["Funding Rate"]))
                for row in csv.DictReader(file)]
    return sorted(rows, key=lambda row: row[0])


def moving_average(closes, period):
    """EMA of all closes, or None."""
    if len(closes) < period:
        return None
    average = sum(closes[:period]) / period
    alpha = Decimal(2) / (period + 1)
    for close in closes[period:]:
        average += alpha * (close - average)
    return average


def average_true_range(bars, period):
    """Mean of the last `period` true ranges, or None."""
    if len(bars) < period + 1:
        return None
    total = Decimal(0)
    for before, bar in zip(bars[-period - 1:], bars[-period:]):
        total += max(bar.high - bar.low, abs(bar.high - before.close), abs(bar.low - before.close))
    return total / period


def score_of(rate, price, average, high, extreme):
    if price < average:
        if rate >= extreme:
            return -3
        if rate >= high:
            return -2
    if price > average:
        if rate <= -extreme:
            return 3
        if rate <= -high:
            return 2
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    model.add_arguments(parser)
    parser.add_argument("funding", help="CSV of funding rates")
    parser.add_argument("--utc-offset", type=int, default=3, metavar="HOURS")
    parser.add_argument("--interval-h", type=Decimal, default=Decimal(8), metavar="HOURS")
    parser.add_argument("--norm-h", type=Decimal, default=Decimal(8), metavar="HOURS")
    parser.add_argument("--funding-high", type=Decimal, default=Decimal("0.02"), metavar="PERCENT")
    parser.add_argument("--funding-extreme", type=Decimal, default=Decimal("0.05"),
                        metavar="PERCENT")
    parser.add_argument("--ema-period", type=int, default=20, metavar="BARS")
    parser.add_argument("--atr-period", type=int, default=14, metavar="BARS")
    arguments = parser.parse_args()
    host, risk = model.make_host(arguments)
    bars = []

    def on_funding(at, rate):
        average = moving_average([bar.close for bar in bars], arguments.ema_period)
        if average is None or at - bars[-1].end > 2 * arguments.timeframe * model.MINUTE:
            return
        price = bars[-1].close
        percent = rate * 100 * arguments.norm_h / arguments.interval_h
        score = score_of(percent, price, average, arguments.funding_high,
                         arguments.funding_extreme)
        if abs(score) <= 1:
            return
        side = 1 if score > 0 else -1
        atr = average_true_range(bars, arguments.atr_period) or price * Decimal("0.005")
        stop = price - side * atr * (1 + risk["buffer_pct"] / 100) * risk["sl_mult"]
        targets = [price + side * atr * risk[mult]
                   for mult in ("tp1_mult", "tp2_mult", "tp3_mult") if risk[mult] > 0]
        host.offer(at, side, price, stop, targets, score=score, funding_rate=float(percent))

    def on_bar(bar, _now):
        bars.append(bar)

    model.run(model.read_minutes(arguments.ohlcv), arguments.timeframe, host, on_bar,
              read_funding(arguments.funding, arguments.utc_offset), on_funding)
    print(host.report())


if __name__ == "__main__":
    main()
