"""Paper trades of signals on one-minute bars, computed naively, in exact decimals.

Written from the documentation of the paper venue; it shares no code with the daemon. All bots
trade on one account, each with a position of its own.

Rules
  sizing     The quantity loses risk_pct of the equity at the stop, and is worth no more than
             max_position_pct of the equity nor than max_notional; floored to the lot. Equity is
             balance, profits, fees, and what is open at the last close. Entry is rounded to the
             nearest tick; stop and target towards the entry.
  entry      At the market: on the first minute that opens at or after the signal, at its open.
  exits      A stop and a target at take_profit_1, alive from that open on. The stop comes
             first where a minute holds both. A minute that opens beyond one: filled at the open.
             Else at the price. The first that fills ends the other.
  expiry     A signal that expires has its position closed at the market, on the first minute
             that opens at or after it.
  slippage   Market orders and stops: worse by slippage_pct of the price, on to the next tick.
  fees       Of the value, rounded half-even to 8 digits; the target is a maker, all else takers.
  order      In a minute: entries and closings, then stops, then targets; in each the older first.

It stops with an error where more than one round of one bot is open at a time: positions that net
each other are not covered.
"""
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal

NS = 1_000_000_000


def step(value, size, rounding):
    return (value / size).quantize(Decimal(1), rounding) * size


class Round:
    """One signal's trade: entry, exits."""

    def __init__(self, bot, signal, quantity, stop, target):
        self.bot, self.signal = bot, signal
        self.side = 1 if signal["direction"] == "LONG" else -1
        self.quantity, self.stop, self.target = quantity, stop, target
        self.sent = signal["ts_ns"]
        self.entry = None  # price
        self.closing = None  # time of the closing order
        self.done = False


class Account:
    def __init__(self, tick, lot, balance=10000, risk_pct="1.0", max_position_pct="100",
                 max_notional="5000", min_notional="5", slippage_pct="0.02", maker="0.0002",
                 taker="0.0005"):
        self.tick, self.lot = Decimal(tick), Decimal(lot)
        self.balance = Decimal(balance)
        self.risk_pct, self.max_position_pct = Decimal(risk_pct), Decimal(max_position_pct)
        self.max_notional, self.min_notional = Decimal(max_notional), Decimal(min_notional)
        self.slippage = Decimal(slippage_pct) / 100
        self.fees = {"maker": Decimal(maker), "taker": Decimal(taker)}
        self.rounds, self.fills = [], []
        self.realised = {}
        self.last = None
        self.refused = 0

    def equity(self):
        open_value = sum((self.last - r.entry) * r.side * r.quantity
                         for r in self.rounds if r.entry is not None and not r.done)
        return self.balance + sum(self.realised.values()) + open_value

    def order(self, bot, signal):
        """A signal was accepted."""
        # Levels are opinions (doubles); 10^-4 of a tick is finer than anything that they mean.
        fine = self.tick / 10000
        entry, stop, target = (step(Decimal(signal[name]), fine, ROUND_HALF_EVEN)
                               for name in ("entry", "sl", "tp1"))
        long = signal["direction"] == "LONG"
        entry = step(entry, self.tick, ROUND_HALF_EVEN)
        stop = step(stop, self.tick, ROUND_CEILING if long else ROUND_FLOOR)
        target = step(target, self.tick, ROUND_FLOOR if long else ROUND_CEILING)
        equity = self.equity()
        quantity = equity * self.risk_pct / 100 / abs(entry - stop)
        most = min(equity * self.max_position_pct / 100, self.max_notional) / entry
        quantity = step(min(quantity, most), self.lot, ROUND_FLOOR)
        if quantity <= 0 or quantity * self.last < self.min_notional:
            self.refused += 1
            return
        if any(r.bot == bot and not r.done for r in self.rounds):
            raise ValueError(f"{bot} has another round open at {signal['ts']}")
        self.rounds.append(Round(bot, signal, quantity, stop, target))

    def fill(self, r, minute, side, price, role):
        if role == "taker":
            worse = (price * self.slippage).quantize(Decimal("1e-12"), ROUND_HALF_EVEN)
            price = step(price + side * worse, self.tick,
                         ROUND_CEILING if side > 0 else ROUND_FLOOR)
        fee = (price * r.quantity * self.fees[role]).quantize(Decimal("1e-8"), ROUND_HALF_EVEN)
        profit = -fee
        if r.entry is None:
            r.entry = price
        else:
            profit += (price - r.entry) * r.side * r.quantity
            r.done = True
        self.realised[r.bot] = self.realised.get(r.bot, Decimal(0)) + profit
        self.fills.append({"bot": r.bot, "side": "buy" if side > 0 else "sell", "price": price,
                           "quantity": r.quantity, "fee": fee, "realised_pnl": profit,
                           "maker": role == "maker", "ts_ns": minute.end * NS})

    def minute(self, minute):
        """Expiries before this, signals of this time after it."""
        opened, live = minute.start * NS, [r for r in self.rounds if not r.done]
        for r in live:
            if r.entry is None and r.sent <= opened:
                self.fill(r, minute, r.side, minute.open, "taker")
            elif r.closing is not None and r.closing <= opened:
                self.fill(r, minute, -r.side, minute.open, "taker")
        for r in live:
            if r.entry is None or r.done:
                continue
            if r.side * (minute.open - r.stop) <= 0:
                self.fill(r, minute, -r.side, minute.open, "taker")
            elif r.side * ((minute.low if r.side > 0 else minute.high) - r.stop) <= 0:
                self.fill(r, minute, -r.side, r.stop, "taker")
        for r in live:
            if r.entry is None or r.done:
                continue
            if r.side * (minute.open - r.target) >= 0:
                self.fill(r, minute, -r.side, minute.open, "maker")
            elif r.side * ((minute.high if r.side > 0 else minute.low) - r.target) >= 0:
                self.fill(r, minute, -r.side, r.target, "maker")
        self.last = minute.close
        self.rounds = [r for r in self.rounds if not r.done]

    def expire(self, signal, at_ns):
        for r in self.rounds:
            if r.signal is signal and r.entry is not None:
                r.closing = at_ns
            elif r.signal is signal:
                r.done = True


def trade(account, minutes, bots):
    """Plays minutes; `bots` are (name, signals) in the order in which the host asks them."""
    waiting = sorted(((signal["ts_ns"], number, name, signal)
                      for number, (name, signals) in enumerate(bots) for signal in signals),
                     key=lambda row: row[:2])
    expiring = [signal for _name, signals in bots for signal in signals
                if signal["outcome"] == "expired"]
    for minute in minutes:
        # What came before this minute's end, as an answer to something else than a bar.
        while waiting and waiting[0][0] < minute.end * NS:
            account.order(*waiting.pop(0)[2:])
        for signal in expiring:
            if signal["ended_ns"] == minute.end * NS:
                account.expire(signal, minute.end * NS)
        account.minute(minute)
        while waiting and waiting[0][0] == minute.end * NS:
            account.order(*waiting.pop(0)[2:])
    return account
