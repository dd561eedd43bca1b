#!/usr/bin/env python3
"""
The daemon on real input: 16 days of one-minute bars of the Bitcoin perpetual (January 2022) with
the funding rates that Binance paid in them, replayed; beside them sim, whose time is the same.

  pattern      its defaults; trades on paper
  funding      thresholds lowered to 0.008 %: in those weeks no rate reached the default 0.02 %;
               trades on paper, on the same account
  liquidation  on sim, signals only: sim's events are not in a file that could be counted otherwise

Every signal of pattern and funding and every fill is computed a second time by naive/*.py, which
share no code with the daemon, and compared: signals to 1e-9, fills, fees and profits exactly.

Speed: 16 days at 100 times real time would take 3.8 hours. So the whole file is run flat out,
twice, and at 200000x; and 40 minutes of it, in which both bots trade, flat out and at 100x. All
runs over the same data must give the same bytes.
"""
import json
import os
import subprocess
import sys
from collections import Counter
from decimal import Decimal

sys.dont_write_bytecode = True
import agreement  # noqa: E402
from host import Host, Tap, plugin, shared, skip_all  # noqa: E402
from replay_common import TABLES, run_conf, run_to_end  # noqa: E402

NAIVE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "naive")
sys.path.insert(0, NAIVE)
import model  # noqa: E402
import paper  # noqa: E402

BARS = "data/market/ohlcv/BTCUSDT-perp-1m-2022-01a.csv"
FUNDING = "data/market/funding/BTC-USDT_binance_2020-01-01_2024-01-01_funding_history.csv"
SYMBOL = "BTC/USDT:USDT"
TICK, LOT = "0.1", "0.001"

# What the file holds, and what the bots make of it.
MINUTES = 23099
SETTLEMENTS = 48
SIGNALS = {"pattern": 43, "funding": 12, "liquidation": 50}
FILLS = {"pattern": 85, "funding": 24, "liquidation": 0}

# The end is no part of it: so the last minute, which closes at midnight, is.
WHOLE = ("2021-12-31T23:01:00Z", "2022-01-17T00:00:00.001Z")
PART = ("2022-01-03T15:45:00Z", "2022-01-03T16:25:00Z")


def conf(bars, funding, speed, window, beside=True):
    sim = f"""
    {{ name = "sim"; plugin = "{plugin('sim')}";
       params = {{ seed = 1; start = "{window[0]}"; duration = "16d"; step = "1m";
                   volatility = "8"; }}; }},"""
    liquidation = f""",
    {{ name = "liquidation"; plugin = "{plugin('liquidation')}"; exchange = "sim";
       symbols = ( {{ symbol = "ETH/USDT:USDT"; }} ); }}"""
    return f"""
mode = "paper";
seed = 1;
sandbox = "best-effort";
clock = {{ speed = "{speed}"; on_end = "wait"; }};
paper = {{ balance = "10000"; currency = "USDT"; }};
log = {{ file_size = "0"; }};
exchanges = ({sim if beside else ""}
    {{ name = "replay"; plugin = "{plugin('replay')}";
       params = {{
           file1 = "{bars}"; symbol1 = "{SYMBOL}"; tick_size1 = "{TICK}"; lot_size1 = "{LOT}";
           // Its times are those of a clock three hours ahead.
           file2 = "{funding}"; symbol2 = "{SYMBOL}"; timezone2 = "+03:00";
           start = "{window[0]}"; end = "{window[1]}";
       }}; }}
);
bots = (
    {{ name = "pattern"; plugin = "{plugin('pattern')}"; exchange = "replay"; trade = true;
       symbols = ( {{ symbol = "{SYMBOL}"; }} ); grants = {{ max_notional = "5000"; }}; }},
    {{ name = "funding"; plugin = "{plugin('funding')}"; exchange = "replay"; trade = true;
       symbols = ( {{ symbol = "{SYMBOL}"; }} ); grants = {{ max_notional = "5000"; }};
       params = {{ funding_high = "0.008"; }}; risk = {{ cooldown = "45m"; }}; }}{
       liquidation if beside else ""}
);
"""


def naive(script, *arguments):
    done = subprocess.run([sys.executable, os.path.join(NAIVE, script), *arguments], check=True,
                          stdout=subprocess.PIPE)
    return json.loads(done.stdout)


OUTCOMES = {"TP1": "won", "SL": "lost", "EXPIRED": "expired", None: "open"}


def check_signals(tap, name, found, wanted):
    tap.equal(len(found), len(wanted), f"{name}: as many signals as computed naively")
    wrong = []
    for got, want in zip(found, wanted):
        # JSON shows milliseconds.
        same = (got["time"] == agreement.time_text(want["ts_ns"])
                and got["direction"] == want["direction"]
                and OUTCOMES[got["outcome"]] == want["outcome"]
                and got["ended"] == agreement.time_text(want["ended_ns"]))
        for ours, theirs in (("entry", "entry"), ("stop_loss", "sl"), ("take_profit_1", "tp1"),
                             ("take_profit_2", "tp2"), ("take_profit_3", "tp3")):
            same = same and abs(got[ours] - want[theirs]) <= 1e-9 * want[theirs]
        same = same and got["extra"].get("pattern_name") == want.get("pattern")
        if "funding_rate" in want:
            same = same and abs(got["extra"]["funding_rate"] - want["funding_rate"]) < 1e-12
            same = same and got["extra"]["score"] == want["score"]
        if not same:
            wrong.append(f"{json.dumps(got)}\nwanted {json.dumps(want)}")
    tap.ok(not wrong, f"{name}: time, direction, levels, cause and outcome of each",
           "\n".join(wrong))


def check_fills(tap, found, account):
    tap.equal(len(found), len(account.fills), "as many fills as computed naively")
    wrong = []
    for got, want in zip(found, account.fills):
        same = (got["bot"] == want["bot"] and got["side"] == want["side"]
                and got["maker"] is want["maker"]
                and got["time"] == agreement.time_text(want["ts_ns"]))
        for key in ("price", "quantity", "fee", "realised_pnl"):
            same = same and Decimal(got[key]) == want[key]
        if not same:
            wrong.append(f"{json.dumps(got)}\nwanted {want}")
    tap.ok(not wrong, "bot, side, price, quantity, fee, profit and time of each, exactly",
           "\n".join(wrong))


def same_bytes(tap, label, first, other):
    for table in TABLES:
        tap.ok(other.raw[table] == first.raw[table], f"{label}: {table} to the byte")
    tap.equal(other.status["equity"], first.status["equity"], f"{label}: equity")


def main():
    bars, funding = shared(BARS), shared(FUNDING)
    if not bars or not funding:
        skip_all("no market data: set BOTHY_SHARED to the folder that has data/market")
    tap = Tap()

    with Host(conf(bars, funding, "max", WHOLE)) as host:
        first = run_to_end(host)
        instants = next(int(line["message"].split("after ")[1].split()[0])
                        for line in host.log_lines() if line.get("code") == "END")
        print(f"# flat out: {instants} instants, {first.status['events']} events in "
              f"{first.seconds:.1f} s")
        marks = {row["symbol"]: Decimal(row["mark"]) for row in first.rows["positions"]}
        agreement.check(tap, host, first, lambda symbol, _quantity: marks[symbol])
        tap.equal(host.stop(), 0, "the daemon ends orderly")

    replay = next(row for row in first.status["exchanges"] if row["name"] == "replay")
    print(f"# counts of replay: {replay['counts']}")
    tap.equal(replay["counts"]["applied"], MINUTES + SETTLEMENTS,
              f"{MINUTES} minutes and {SETTLEMENTS} settlements, none was left out")
    for name in SIGNALS:
        bot = first.bot(name)
        tap.equal(bot["signals"], SIGNALS[name], f"{name}: {SIGNALS[name]} signals")
        tap.equal(bot["fills"], FILLS[name], f"{name}: {FILLS[name]} fills")
        tap.ok(bot["restarts"] == 0 and bot["events_missed"] == 0 and bot["errors"] == 0,
               f"{name}: nothing missed", bot)

    # The same again, without the daemon.
    wanted = {
        "pattern": naive("pattern.py", bars),
        "funding": naive("funding.py", bars, funding, "--funding-high", "0.008", "--cooldown",
                         "45"),
    }
    for name, report in wanted.items():
        counts = report["counts"]
        print(f"# {name}, naively: {counts}")
        check_signals(tap, name, first.of_bot("signals", name), report["signals"])
        bot = first.bot(name)
        tap.equal((bot["suppressed"], bot["metrics"]["rejected_levels"]),
                  (counts["suppressed_cooldown"] + counts["suppressed_max_open"],
                   counts["rejected_levels"]), f"{name}: suppressed and rejected as computed")
    account = paper.trade(paper.Account(TICK, LOT), model.read_minutes(bars),
                          [(name, wanted[name]["signals"]) for name in ("pattern", "funding")])
    check_fills(tap, first.rows["trades"], account)
    kinds = Counter(row["state"] for row in first.rows["orders"])
    print(f"# orders: {dict(kinds)}; refused naively: {account.refused}")
    for name in ("pattern", "funding"):
        tap.equal(Decimal(first.bot(name)["realised_pnl"]), account.realised[name],
                  f"{name}: profit of all trades, to the last digit")
    tap.equal(Decimal(first.status["equity"]), account.equity(), "equity of the account")

    same_bytes(tap, "flat out again", first, run_conf(conf(bars, funding, "max", WHOLE)))
    paced = run_conf(conf(bars, funding, "200000x", WHOLE))
    print(f"# at 200000x: {paced.seconds:.1f} s")
    tap.ok(paced.seconds > 6, "at 200000x: the pace was kept", paced.seconds)
    same_bytes(tap, "at 200000x", first, paced)

    part = run_conf(conf(bars, funding, "max", PART, beside=False))
    for name in ("pattern", "funding"):
        tap.ok(part.bot(name)["signals"] > 0 and part.bot(name)["fills"] > 0,
               f"40 minutes: {name} signals and trades", part.bot(name))
    paced = run_conf(conf(bars, funding, "100x", PART, beside=False))
    print(f"# 40 minutes at 100x: {paced.seconds:.1f} s, "
          f"{ {name: paced.bot(name)['signals'] for name in ('pattern', 'funding')} } signals")
    tap.ok(paced.seconds > 22, "40 minutes at 100x: the pace was kept", paced.seconds)
    same_bytes(tap, "40 minutes at 100x", part, paced)
    tap.done()


if __name__ == "__main__":
    main()
