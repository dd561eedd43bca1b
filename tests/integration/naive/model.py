"""What both naive computations share: bars from a file, levels, and the host's bookkeeping.

It is written from the published formulas and from the documentation of the host, in exact
decimal arithmetic, and shares no code with the daemon: it exists to be compared with it.
It is slow and plain on purpose.

Decisions, where the formulas leave a choice
  bars       A timestamp in the file is the time at which the minute opens; UTC.
             A bar of N minutes begins at a multiple of N minutes since 1970. Its open is that
             of its first minute, its close that of its last one, its volume the exact sum.
             It closes when its last minute closes. If that minute is missing, it closes when
             the next minute that exists closes: only then is it known to be over, and that is
             the time of a signal on it.
             The first bar of a file is left out if its first minute is missing; a later bar with
             missing minutes is made from those that exist. What is still forming at the
             end of the file is never emitted.
  order      When a minute ends: (1) open signals are judged on that minute, (2) a longer bar that
             is overdue closes, and the strategy decides, (3) the longer bar that ends with this
             minute closes, and the strategy decides. So a signal that ends in the very minute in
             which the next one is born does not stand in its way.
             Time of a signal is the time at which the strategy decides.
  levels     As the TP/SL calculator validates: the stop's distance in percent of the entry may
             be neither above the maximum nor below the minimum, the first target's distance
             over the stop's not under min_rr (by more than 1e-9), all in the direction, targets
             not nearer than the one before. Anything else: rejected, and neither cooldown
             nor cap notices.
  cooldown   A signal within `cooldown` of the last accepted one of the symbol (difference of
             signal times strictly smaller) is suppressed. Only an accepted signal starts it.
             It is tested before the cap.
  cap        One open signal a symbol, by default.
  outcome    Each minute that opens at or after the signal: LONG has lost if low <= stop, has won
             if high >= first target; SHORT mirrored. Both in one minute: lost. A win closes all
             of it. What is still open more than `max_age` after its time, when a minute closes,
             has expired before that minute, which plays no part any more.
"""

import csv
import json
from datetime import datetime, timedelta, timezone
from decimal import Decimal, getcontext

getcontext().prec = 40

MINUTE = 60
NS = 1_000_000_000
RATIO_TOLERANCE = Decimal("1e-9")


class Bar:
    """A closed bar over [start, end), in seconds since 1970."""

    def __init__(self, start, end, open_, high, low, close, volume):
        self.start, self.end = start, end
        self.open, self.high, self.low, self.close = open_, high, low, close
        self.volume = volume


def parse_seconds(text, hours_ahead=0):
    """Seconds since 1970, as a Decimal, of 'YYYY-MM-DD hh:mm:ss[.fraction]' at UTC+hours_ahead."""
    whole, _, fraction = text.strip().partition(".")
    moment = datetime.strptime(whole.replace("T", " ").rstrip("Z"), "%Y-%m-%d %H:%M:%S")
    moment = moment.replace(tzinfo=timezone.utc) - timedelta(hours=hours_ahead)
    return Decimal(int(moment.timestamp())) + Decimal("0." + (fraction.rstrip("Z") or "0"))


def read_minutes(path):
    """One-minute bars of a CSV file with a header line, oldest first."""
    minutes = []
    with open(path, newline="") as file:
        for row in csv.DictReader(file):
            start = int(parse_seconds(row["timestamp"]))
            numbers = [Decimal(row[name]) for name in ("open", "high", "low", "close", "volume")]
            minutes.append(Bar(start, start + MINUTE, *numbers))
    return minutes


class Aggregator:
    """Makes bars of `minutes` minutes from one-minute bars."""

    def __init__(self, minutes):
        self.span = minutes * MINUTE
        self.forming = None
        self.left_out = None  # when the bar that the file begins in the middle of is over

    def overdue(self, minute):
        """The forming bar, if `minute` lies beyond it."""
        done = self.forming
        if done is None or minute.start < done.end:
            return None
        self.forming = None
        return done

    def add(self, minute):
        """Takes a minute; returns the bar that it completes, or None."""
        start = minute.start - minute.start % self.span
        if self.left_out is None:
            self.left_out = 0 if minute.start == start else start + self.span
        if minute.start < self.left_out:
            return None
        bar = self.forming
        if bar is None:
            self.forming = bar = Bar(start, start + self.span, minute.open, minute.high,
                                     minute.low, minute.close, minute.volume)
        else:
            bar.high = max(bar.high, minute.high)
            bar.low = min(bar.low, minute.low)
            bar.close = minute.close
            bar.volume += minute.volume
        if minute.end < bar.end:
            return None
        self.forming = None
        return bar


def check_levels(risk, side, entry, stop, targets):
    """The reason for which the calculator refuses these levels, or None."""
    distance = abs(entry - stop)
    if min([entry, stop] + targets) <= 0:
        return "not positive"
    percent = distance / entry * 100
    if percent > risk["max_sl_pct"]:
        return "SL too far"
    if percent < risk["min_sl_pct"]:
        return "SL too tight"
    if abs(targets[0] - entry) / distance < risk["min_rr"] - RATIO_TOLERANCE:
        return "R:R too low"
    ladder = [stop, entry] + targets
    steps = [side * (after - before) for before, after in zip(ladder, ladder[1:])]
    if steps[0] <= 0 or steps[1] <= 0:
        return "wrong side"
    if any(step < 0 for step in steps[2:]):
        return "targets out of order"
    return None


class Host:
    """Cooldown, cap and outcome of the signals of one bot on one symbol."""

    def __init__(self, risk, cooldown, max_open, max_age):
        self.risk, self.cooldown = risk, cooldown
        self.max_open, self.max_age = max_open, max_age
        self.open, self.accepted, self.last = [], [], None
        self.counts = {"raw": 0, "rejected_levels": 0, "suppressed_cooldown": 0,
                       "suppressed_max_open": 0, "emitted": 0, "won": 0, "lost": 0, "expired": 0}

    def judge(self, minute):
        """Settles open signals on a minute."""
        remaining = []
        for signal in self.open:
            if minute.start < signal["at"]:
                remaining.append(signal)
                continue
            if signal["side"] > 0:
                lost = minute.low <= signal["stop"]
                won = minute.high >= signal["targets"][0]
            else:
                lost = minute.high >= signal["stop"]
                won = minute.low <= signal["targets"][0]
            if minute.end - signal["at"] > self.max_age:
                outcome = "expired"
            elif lost:
                outcome = "lost"
            elif won:
                outcome = "won"
            else:
                remaining.append(signal)
                continue
            signal["outcome"] = outcome
            signal["ended"] = minute.end
            self.counts[outcome] += 1
        self.open = remaining

    def offer(self, at, side, entry, stop, targets, **extra):
        """A rule fired at `at`: accept, reject or suppress."""
        self.counts["raw"] += 1
        if check_levels(self.risk, side, entry, stop, targets):
            self.counts["rejected_levels"] += 1
        elif self.last is not None and at - self.last < self.cooldown:
            self.counts["suppressed_cooldown"] += 1
        elif len(self.open) >= self.max_open:
            self.counts["suppressed_max_open"] += 1
        else:
            signal = {"at": at, "side": side, "entry": entry, "stop": stop, "targets": targets,
                      "outcome": "open", "extra": extra}
            self.counts["emitted"] += 1
            self.last = at
            self.open.append(signal)
            self.accepted.append(signal)

    def report(self):
        """The JSON document that is compared."""
        signals = []
        for signal in self.accepted:
            at = signal["at"]
            milliseconds = int(at * 1000) % 1000
            moment = datetime.fromtimestamp(int(at), timezone.utc)
            row = {"ts_ns": int(at * NS),
                   "ts": moment.strftime("%Y-%m-%dT%H:%M:%S") + ".%03dZ" % milliseconds,
                   "direction": "LONG" if signal["side"] > 0 else "SHORT",
                   "entry": float(signal["entry"]), "sl": float(signal["stop"]),
                   "outcome": signal["outcome"],
                   "ended_ns": int(signal["ended"] * NS) if "ended" in signal else None}
            for number, target in enumerate(signal["targets"], 1):
                row["tp%d" % number] = float(target)
            row.update(signal["extra"])
            signals.append(row)
        return json.dumps({"counts": self.counts, "signals": signals}, indent=1)


def run(minutes, timeframe, host, on_bar, events=(), on_event=None):
    """Drives a strategy over minutes, and over (time, value) events between them.

    `on_bar` gets a bar and the time at which it is known to be closed. An event at the very time at
    which a bar closes comes after that bar.
    """
    aggregator = Aggregator(timeframe)
    waiting = list(events)
    for minute in minutes:
        while waiting and waiting[0][0] < minute.end:
            # A bar whose last minute is missing is still open for such an event.
            on_event(*waiting.pop(0))
        host.judge(minute)
        for bar in (aggregator.overdue(minute), aggregator.add(minute)):
            if bar:
                on_bar(bar, minute.end)
    while waiting and minutes and waiting[0][0] <= minutes[-1].end:
        on_event(*waiting.pop(0))


def add_arguments(parser):
    """Options for the risk parameters, with the defaults of the host."""
    parser.add_argument("ohlcv", help="CSV of one-minute bars")
    parser.add_argument("--timeframe", type=int, default=5, metavar="MINUTES")
    for name, default in (("sl_mult", "1.5"), ("tp1_mult", "2.0"), ("tp2_mult", "3.0"),
                          ("tp3_mult", "4.5"), ("min_rr", "1.3"), ("max_sl_pct", "5.0"),
                          ("min_sl_pct", "0.2"), ("buffer_pct", "0.75")):
        parser.add_argument("--" + name.replace("_", "-"), type=Decimal, default=Decimal(default))
    parser.add_argument("--cooldown", type=int, default=30, metavar="MINUTES")
    parser.add_argument("--max-open", type=int, default=1, metavar="SIGNALS")
    parser.add_argument("--max-age", type=int, default=48, metavar="HOURS")


def make_host(arguments):
    """The host for parsed arguments, and its risk parameters."""
    risk = {name: getattr(arguments, name)
            for name in ("sl_mult", "tp1_mult", "tp2_mult", "tp3_mult", "min_rr", "max_sl_pct",
                         "min_sl_pct", "buffer_pct")}
    host = Host(risk, arguments.cooldown * MINUTE, arguments.max_open,
                arguments.max_age * 60 * MINUTE)
    return host, risk
