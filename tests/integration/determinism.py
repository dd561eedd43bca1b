#!/usr/bin/env python3
"""
The same input gives the same bytes: sim runs for a virtual day, twice flat out and once at a
speed that makes the daemon sleep between instants; what bothyctl shows of signals, orders,
trades and positions must not differ in one byte. Another seed must give another day.

And time waits for a bot that is slow (tests/zoo/dawdler.c), whatever else it says meanwhile: its
signals are of the instant of the bar that they answer.
"""
import os
import sys
from datetime import datetime

sys.dont_write_bytecode = True
from host import BUILD, Tap, plugin  # noqa: E402
from replay_common import TABLES, run_conf, sim_conf  # noqa: E402

PACED = "20000x"  # a day takes at least 4.3 s


def main():
    tap = Tap()
    first = run_conf(sim_conf())
    print(f"# flat out: {first.status['events']} events in {first.seconds:.1f} s")
    for table in TABLES:
        tap.ok(len(first.rows[table]) > 0, f"the day has {table}")
    for name in ("funding", "liquidation", "pattern"):
        bot = first.bot(name)
        print(f"# {name}: {bot['signals']} signals, {bot['orders']} orders, {bot['fills']} fills")
        tap.ok(bot["signals"] > 0 and bot["fills"] > 0, f"{name} signals and trades", bot)
        tap.ok(bot["restarts"] == 0 and bot["events_missed"] == 0, f"{name} missed nothing", bot)

    for label, conf in (("again", sim_conf()), (f"at {PACED}", sim_conf(speed=PACED))):
        other = run_conf(conf)
        print(f"# {label}: {other.seconds:.1f} s")
        if label != "again":
            tap.ok(other.seconds >= 4, "the pace was kept", other.seconds)
        tap.equal(other.status["events"], first.status["events"], f"{label}: events")
        for table in TABLES:
            if not tap.ok(other.raw[table] == first.raw[table], f"{label}: {table} to the byte"):
                show_difference(first.rows[table], other.rows[table])
        for name in ("equity", "cash", "time"):
            tap.equal(other.status[name], first.status[name], f"{label}: {name}")

    other = run_conf(sim_conf(seed=2))
    for table in TABLES:
        tap.ok(other.raw[table] != first.raw[table], f"another seed: other {table}")
    check_patience(tap)
    tap.done()


def check_patience(tap):
    dawdler = os.path.join(BUILD, "tests", "zoo", ".libs", "dawdler.so")
    result = run_conf(f"""
mode = "paper";
seed = 1;
sandbox = "best-effort";
exchanges = ( {{ name = "sim"; plugin = "{plugin('sim')}";
                params = {{ duration = "2h"; step = "1s"; }}; }} );
bots = (
    {{ name = "dawdler"; plugin = "{dawdler}"; symbols = ( {{ symbol = "BTC/USDT:USDT"; }} );
       risk = {{ cooldown = "0s"; max_open_signals = 1000; max_open_per_symbol = 1000; }}; }}
);
""")
    rows = result.rows["signals"]
    tap.ok(len(rows) >= 119, "a slow bot: a signal at each minute", len(rows))
    late = [(row["time"], row["extra"]["bar_s"]) for row in rows
            if seconds(row["time"]) != row["extra"]["bar_s"]]
    tap.equal(late, [], "a slow bot: each signal is of the instant of its bar")


def seconds(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def show_difference(wanted, got):
    print(f"#   {len(got)} rows, wanted {len(wanted)}")
    for number, (a, b) in enumerate(zip(wanted, got)):
        if a != b:
            names = [name for name in a if a[name] != b.get(name)]
            print(f"#   row {number}: " + ", ".join(f"{n}: {a[n]!r} {b.get(n)!r}" for n in names))
            return


if __name__ == "__main__":
    main()
