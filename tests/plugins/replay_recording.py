#!/usr/bin/env python3
"""Compares the replay of recorded websocket sessions with a second reading of the same lines.

The second reading is written from the venue's rules and nothing else: dictionaries for books,
the decimal module for numbers. It knows nothing of the plugin but what replay_dump prints.
"""
import decimal
import gzip
import json
import os
import subprocess
import sys

BUILD = os.environ.get("BOTHY_BUILDDIR", ".")
SHARED = os.environ.get("BOTHY_SHARED", "../shared")
DUMP = os.path.join(BUILD, "tests", "plugins", "replay_dump")
FOLDER = os.path.join(SHARED, "data", "market", "hftbacktest")
EVERY = 500

CASES = [
    ("usdm_btcusdt_20240808.gz", "BTC/USDT:USDT", 93954),
    ("spot_btcusdt_20240808.gz", "BTC/USDT", 41249),
]


class Book:
    def __init__(self):
        self.bids, self.asks, self.last, self.synced, self.waiting = {}, {}, None, False, []

    def set_levels(self, bids, asks):
        for side, levels in ((self.bids, bids), (self.asks, asks)):
            for price, size in levels:
                price, size = decimal.Decimal(price), decimal.Decimal(size)
                if size:
                    side[price] = size
                else:
                    side.pop(price, None)

    def snapshot(self, message):
        self.bids, self.asks = {}, {}
        self.set_levels(message["bids"], message["asks"])
        self.last, self.synced = message["lastUpdateId"], False

    def update(self, message):
        """True: applied; False: old. Anything else would be a gap, which these files do not have."""
        futures = "pu" in message
        if not self.synced:
            if message["u"] < self.last or (not futures and message["u"] == self.last):
                return False
            assert message["U"] <= self.last + (0 if futures else 1), "gap after the snapshot"
            self.synced = True
        elif futures:
            assert message["pu"] == self.last, "gap"
        else:
            assert message["U"] == self.last + 1, "gap"
        self.set_levels(message["b"], message["a"])
        self.last = message["u"]
        return True

    def describe(self, ts):
        bid, ask = max(self.bids), min(self.asks)
        return " ".join(["book", str(self.last), ts, plain(bid), plain(self.bids[bid]),
                         plain(ask), plain(self.asks[ask]), str(len(self.bids)),
                         str(len(self.asks))])


def plain(value):
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def read_again(path):
    book, counts, events, books = Book(), {}, {"trade": 0, "quote": 0}, []
    first = last = None
    applied_books = crossed = lines = 0

    def count(what):
        counts[what] = counts.get(what, 0) + 1

    def after_book(ts):
        nonlocal applied_books, crossed
        applied_books += 1
        crossed += max(book.bids) >= min(book.asks)
        if applied_books % EVERY == 0:
            books.append(book.describe(ts))

    def depth(message, ts):
        if book.update(message):
            count("applied")
            after_book(ts)
        else:
            count("dropped: depth older than the book")

    with gzip.open(path, "rt") as file:
        for line in file:
            lines += 1
            ts, text = line.split(" ", 1)
            last = ts
            first = first or ts
            message = json.loads(text)
            message = message.get("data", message)
            event = message.get("e")
            if event == "depthUpdate":
                if book.last is None:
                    book.waiting.append(message)
                    continue
                depth(message, ts)
            elif "lastUpdateId" in message:
                book.snapshot(message)
                count("applied")
                after_book(ts)
                for kept in book.waiting:
                    depth(kept, ts)
                book.waiting = []
            elif event == "trade":
                if message.get("X", "MARKET") == "MARKET" and decimal.Decimal(message["q"]):
                    count("applied")
                    events["trade"] += 1
                else:
                    count("dropped")
            else:
                assert {"b", "B", "a", "A"} <= set(message), "neither depth, trade nor ticker"
                count("applied")
                events["quote"] += 1
    return {"counts": counts, "events": events, "books": books, "crossed": crossed,
            "lines": lines, "first": first, "last": last}


def play(path, symbol):
    out = subprocess.run([DUMP, "file1=" + path, "symbol1=" + symbol, "--every", str(EVERY)],
                         stdout=subprocess.PIPE, text=True, check=False)
    got = {"counts": {}, "events": {}, "books": [], "states": [], "errors": []}
    for line in out.stdout.splitlines():
        word, _, rest = line.partition(" ")
        if word in ("count", "event"):
            number, _, what = rest.partition(" ")
            got[word + "s"][what] = int(number)
        elif word == "book":
            got["books"].append(line)
        elif word == "state":
            got["states"].append(rest.split(" ")[0])
        elif word == "error":
            got["errors"].append(rest)
        else:
            got[word] = rest
    got["status"] = out.returncode
    return got


class Tap:
    def __init__(self):
        self.number, self.failed = 0, 0

    def check(self, good, what, detail=""):
        self.number += 1
        self.failed += not good
        print("%s %d - %s" % ("ok" if good else "not ok", self.number, what))
        if not good and detail:
            print("# " + str(detail)[:2000].replace("\n", "\n# "))


def main():
    paths = [os.path.join(FOLDER, name) for name, _, _ in CASES]
    if not all(os.access(path, os.R_OK) for path in paths):
        print("1..0 # SKIP no recordings in " + FOLDER)
        return 0
    tap = Tap()
    for path, (name, symbol, lines) in zip(paths, CASES):
        want, got = read_again(path), play(path, symbol)
        tap.check(got["status"] == 0 and not got["errors"], name + " plays to its end", got)
        tap.check(want["lines"] == lines, name + " is the file that is meant", want["lines"])
        tap.check(sum(got["counts"].values()) == lines, name + " each line is counted once",
                  got["counts"])
        tap.check(got["counts"] == want["counts"], name + " is used as the rules say",
                  (got["counts"], want["counts"]))
        tap.check(all(got["events"].get(what) == n for what, n in want["events"].items()),
                  name + " has each trade and quote", (got["events"], want["events"]))
        tap.check(len(want["books"]) > 5 and got["books"] == want["books"],
                  name + " has the same book every %d changes" % EVERY,
                  (got["books"][:3], want["books"][:3]))
        tap.check(got["crossed"] == "0" and want["crossed"] == 0, name + " never crosses")
        tap.check((got["first"], got["last"]) == (want["first"], want["last"]),
                  name + " begins and ends with its lines",
                  (got["first"], got["last"], want["first"], want["last"]))
        tap.check(got["malformed"] == "0" and got["backwards"] == "0", name + " is in order")
        tap.check(got["states"] == ["RESYNC", "LIVE", "ENDED"], name + " says when its book is right",
                  got["states"])
    print("1..%d" % tap.number)
    return 1 if tap.failed else 0


if __name__ == "__main__":
    sys.exit(main())
