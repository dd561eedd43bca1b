#!/usr/bin/env python3
"""Candlestick patterns over a file of one-minute bars, computed naively.

    pattern.py [options] OHLCV.csv        prints JSON: counts and the accepted signals

Bars, levels, cooldown, cap and outcomes: see model.py. Decisions of this rule:
  patterns   Tested on the last closed bar, in this order, the first that matches counts:
             hammer, shooting_star, bullish_engulfing, bearish_engulfing, morning_star,
             evening_star. Green means close above open, red below; a bar that closes where
             it opened is neither.
             hammer: green, lower wick (open - low) > 2 bodies, upper wick (high - close) < 0.3
             bodies. shooting_star: red, upper wick (high - open) > 2 bodies, lower wick
             (close - low) < 0.3 bodies.
             bullish_engulfing: red then green, open <= previous close, close >= previous open,
             body > 0.8 previous bodies, volume > previous volume; bearish_engulfing mirrored.
             morning_star: first bar red, last green, middle body < 0.5 times the mean of the
             first and the last body, last close above the middle of the first body
             ((open + close) / 2); the middle bar's colour is free. evening_star mirrored.
             All comparisons are exact.
  adjacency  Patterns of several bars need the last three closed bars to follow on each other
             without a gap, also the two-bar ones: their stop looks at three bars.
  trend      Bullish patterns need close > SMA50 of closes, bearish ones close < SMA50, the
             pattern's bar included in the average. No signal before there are 50 bars.
             --trend off turns both rules off.
  levels     Entry is the close. Stop: hammer
             low - 0.1 range; shooting_star high + 0.1 range (range = high - low of that bar);
             other longs lowest low of the last three bars * 0.99, other shorts highest high *
             1.005. No further buffer. Targets: entry +- risk * tp1_mult, tp2_mult, tp3_mult.
             tp3_mult 0: no third target.
"""

import argparse
import sys
from decimal import Decimal

sys.dont_write_bytecode = True
import model  # noqa: E402

GREEN, RED = 1, -1
HALF, TENTH = Decimal("0.5"), Decimal("0.1")


def colour(bar):
    return (bar.close > bar.open) - (bar.close < bar.open)


def body(bar):
    return abs(bar.close - bar.open)


def is_hammer(bar):
    return (colour(bar) == GREEN and bar.open - bar.low > 2 * body(bar)
            and bar.high - bar.close < Decimal("0.3") * body(bar))


def is_shooting_star(bar):
    return (colour(bar) == RED and bar.high - bar.open > 2 * body(bar)
            and bar.close - bar.low < Decimal("0.3") * body(bar))


def is_engulfing(before, bar, wanted):
    if colour(before) != -wanted or colour(bar) != wanted:
        return False
    if wanted == GREEN:
        covered = bar.open <= before.close and bar.close >= before.open
    else:
        covered = bar.open >= before.close and bar.close <= before.open
    return (covered and body(bar) > Decimal("0.8") * body(before)
            and bar.volume > before.volume)


def is_star(first, middle, last, wanted):
    if colour(first) != -wanted or colour(last) != wanted:
        return False
    if not body(middle) < HALF * ((body(first) + body(last)) / 2):
        return False
    midpoint = (first.open + first.close) / 2
    return last.close > midpoint if wanted == GREEN else last.close < midpoint


def find_pattern(bars):
    """(name, side, stop) of the newest bar of `bars`, or None. At most three bars, oldest first."""
    last = bars[-1]
    span = last.high - last.low
    if is_hammer(last):
        return "hammer", 1, last.low - TENTH * span
    if is_shooting_star(last):
        return "shooting_star", -1, last.high + TENTH * span
    if len(bars) < 3 or any(a.end != b.start for a, b in zip(bars, bars[1:])):
        return None
    below = min(bar.low for bar in bars) * Decimal("0.99")
    above = max(bar.high for bar in bars) * Decimal("1.005")
    first, middle = bars[0], bars[1]
    if is_engulfing(middle, last, GREEN):
        return "bullish_engulfing", 1, below
    if is_engulfing(middle, last, RED):
        return "bearish_engulfing", -1, above
    if is_star(first, middle, last, GREEN):
        return "morning_star", 1, below
    if is_star(first, middle, last, RED):
        return "evening_star", -1, above
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    model.add_arguments(parser)
    parser.add_argument("--trend", choices=("with", "off"), default="with")
    parser.add_argument("--trend-period", type=int, default=50, metavar="BARS")
    arguments = parser.parse_args()
    host, risk = model.make_host(arguments)
    bars = []

    def on_bar(bar, now):
        bars.append(bar)
        found = find_pattern(bars[-3:])
        if not found:
            return
        name, side, stop = found
        if arguments.trend == "with":
            closes = [b.close for b in bars[-arguments.trend_period:]]
            if len(closes) < arguments.trend_period:
                return
            if side * (bar.close * len(closes) - sum(closes)) <= 0:
                return
        distance = abs(bar.close - stop)
        targets = [bar.close + side * distance * risk[mult]
                   for mult in ("tp1_mult", "tp2_mult", "tp3_mult") if risk[mult] > 0]
        host.offer(Decimal(now), side, bar.close, stop, targets, pattern=name)

    model.run(model.read_minutes(arguments.ohlcv), arguments.timeframe, host, on_bar)
    print(host.report())


if __name__ == "__main__":
    main()
