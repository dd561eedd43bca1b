#!/usr/bin/env python3
"""
A raw recording of Binance USD-M futures (345 seconds of BTCUSDT: depth@0ms, bookTicker, trade, and
one REST snapshot) through the whole daemon, to a bot that keeps the book to the letter
(tests/zoo/reader.c). Every one of the 93,953 stream messages and the snapshot is accounted for,
the book never crosses, and it is the same book as the one that is kept here, by the venue's rules,
in another language: after each update, the same best bid and ask, price and quantity.
"""
import gzip
import json
import os
import sys
from collections import Counter
from decimal import Decimal

sys.dont_write_bytecode = True
from host import BUILD, Host, Tap, plugin, shared, skip_all  # noqa: E402
from replay_common import run_to_end  # noqa: E402

RECORDING = "data/market/hftbacktest/usdm_btcusdt_20240808.gz"
STREAM_MESSAGES = 93953
LINES = STREAM_MESSAGES + 1  # and the snapshot


class Book:
    """The venue's rules for a local book, with plain dictionaries."""

    def __init__(self):
        self.bids, self.asks = {}, {}  # price in hundredths: quantity in thousandths
        self.best_bid = self.best_ask = None
        self.last = None
        self.kept = []
        self.sum = 14695981039346656037
        self.counts = Counter()
        self.crossed = 0

    def levels(self, side, rows, better):
        best = None
        for price, quantity in rows:
            price = int(Decimal(price) * 100)
            quantity = int(Decimal(quantity) * 1000)
            if quantity:
                side[price] = quantity
            else:
                side.pop(price, None)
        return better(side) if side else best

    def publish(self, message, bids, asks):
        self.best_bid = self.levels(self.bids, message[bids], max)
        self.best_ask = self.levels(self.asks, message[asks], min)
        if self.best_bid is not None and self.best_ask is not None:
            self.crossed += self.best_bid >= self.best_ask
        for side, best in ((self.bids, self.best_bid), (self.asks, self.best_ask)):
            for value in (best, side[best]) if best is not None else (0, 0):
                for byte in value.to_bytes(8, "little"):
                    self.sum = ((self.sum ^ byte) * 1099511628211) & (2**64 - 1)

    def snapshot(self, message):
        self.bids.clear()
        self.asks.clear()
        self.last = message["lastUpdateId"]
        self.publish(message, "bids", "asks")
        self.counts["snapshot"] += 1
        first = True
        for update in self.kept:
            if update["u"] < self.last:
                self.counts["older"] += 1
            elif first:
                # The first that fits spans the snapshot.
                if not update["U"] <= self.last <= update["u"]:
                    raise ValueError("the snapshot does not fit")
                first = False
                self.apply(update)
            else:
                self.update(update)
        self.kept = []

    def apply(self, update):
        self.last = update["u"]
        self.publish(update, "b", "a")
        self.counts["applied"] += 1

    def update(self, update):
        if self.last is None:
            self.kept.append(update)
        elif update["pu"] != self.last:
            raise ValueError(f"gap: pu {update['pu']} after u {self.last}")
        else:
            self.apply(update)


def read_naively(path):
    """The book at the end, counts of messages by type, and the last quote of the ticker."""
    book, kinds, ticker = Book(), Counter(), None
    with gzip.open(path, "rt") as file:
        for line in file:
            message = json.loads(line.split(" ", 1)[1])
            if "lastUpdateId" in message:
                kinds["snapshot"] += 1
                book.snapshot(message)
                continue
            data = message["data"]
            kinds[data["e"]] += 1
            if data["e"] == "depthUpdate":
                book.update(data)
                last = "book"
            elif data["e"] == "bookTicker":
                ticker = data
                last = "ticker"
    return book, kinds, ticker, last


def conf(path, speed="max"):
    reader = os.path.join(BUILD, "tests", "zoo", ".libs", "reader.so")
    return f"""
mode = "paper";
seed = 1;
sandbox = "best-effort";
clock = {{ speed = "{speed}"; on_end = "wait"; }};
exchanges = (
    {{ name = "replay"; plugin = "{plugin('replay')}";
       params = {{ file1 = "{path}"; symbol1 = "BTC/USDT:USDT"; }}; }}
);
bots = (
    {{ name = "reader"; plugin = "{reader}"; symbols = ( {{ symbol = "BTC/USDT:USDT"; }} ); }}
);
"""


def main():
    path = shared(RECORDING)
    if not path:
        skip_all("no recording: set BOTHY_SHARED to the folder that has data/market")
    tap = Tap()
    with Host(conf(path, "100x")) as host:
        paced = run_to_end(host)
    print(f"# at 100x: {paced.seconds:.1f} s")
    with Host(conf(path)) as host:
        result = run_to_end(host)
        end = next(line["message"] for line in host.log_lines() if line.get("code") == "END")
        changes = [(line["level"], line["message"]) for line in host.log_lines()
                   if line.get("code") == "FEED"]
        tap.equal(host.stop(), 0, "the daemon ends orderly")
    print(f"# {end}, {result.status['events']} events in {result.seconds:.1f} s")
    for level, message in changes:
        print(f"# {level}: {message}")

    counts = result.status["exchanges"][0]["counts"]
    print(f"# counts: {counts}")
    tap.equal(sum(counts.values()), LINES,
              f"{STREAM_MESSAGES} stream messages and the snapshot are accounted for, once each")
    tap.ok(all(name == "applied" or name.startswith(("dropped: ", "unknown: ")) for name in counts),
           "each was applied, dropped for a reason, or unknown", counts)

    book, kinds, ticker, last = read_naively(path)
    print(f"# naively: {dict(kinds)}, depth {dict(book.counts)}")
    tap.equal(sum(kinds.values()), LINES, "the file has as many")
    tap.equal(book.crossed, 0, "naively, the book never crosses")

    bot = result.bot("reader")
    metrics = bot["metrics"]
    tap.ok(bot["events_missed"] == 0 and bot["restarts"] == 0, "the bot missed nothing", bot)
    tap.equal(metrics["crossed"], 0, "no book and no quote that the bot saw was crossed")
    tap.equal(paced.bot("reader")["metrics"], metrics,
              "at 100 times real time the bot sees the same, to the last top of the book")
    tap.ok(paced.seconds > 3.4, "345 seconds at that pace take 3.45", paced.seconds)
    tap.equal(metrics["overflow"], 0, "the bot had room for every level")
    tap.equal(metrics["books"], book.counts["applied"] + book.counts["snapshot"],
              "the bot got every update that fits")
    tap.equal(metrics["quotes"], kinds["bookTicker"], "the bot got every quote")
    tap.equal((int(metrics["sum_high"]) << 32) + int(metrics["sum_low"]), book.sum,
              "best bid and ask after each update are those of the naive book")
    trades = sum(count for name, count in counts.items() if "trade" in name)
    tap.equal(metrics["trades"], kinds["trade"] - trades, "the bot got every trade of the market")
    tap.equal(counts.get("dropped: depth older than the book", 0), book.counts["older"],
              "updates older than the snapshot, as computed")

    feed = result.status["feeds"][0]
    print(f"# feed: {feed}; last of the file: {last}")
    tap.equal((feed["gaps"], feed["malformed"]), (0, 0), "no gaps, nothing malformed")
    if last == "book":
        wanted = (Decimal(book.best_bid) / 100, Decimal(book.best_ask) / 100)
    else:
        wanted = (Decimal(ticker["b"]), Decimal(ticker["a"]))
    tap.equal((Decimal(feed["bid"]), Decimal(feed["ask"])), wanted,
              "the feed's last bid and ask are those of the file")
    tap.done()


if __name__ == "__main__":
    main()
