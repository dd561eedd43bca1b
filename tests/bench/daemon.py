#!/usr/bin/env python3
"""
How long the real daemon takes from its start to READY=1, and what it weighs, with 3 and 15 bots
on the simulated market; and how fast virtual time runs through the sandboxed processes. Prints
`name value unit` lines, the median of several runs.

    daemon.py [--json FILE]
"""
import json
import os
import socket
import statistics
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "integration"))
from host import Host, plugin, scratch  # noqa: E402

RUNS = 5


def conf(bots, duration, speed):
    plugins = ["funding", "liquidation", "pattern"]
    symbols = ["BTC/USDT:USDT", "ETH/USDT:USDT", "SOL/USDT:USDT", "XRP/USDT:USDT", "ADA/USDT:USDT"]
    entries = ",\n".join(
        f'{{ name = "bot{i}"; plugin = "{plugin(plugins[i % 3])}"; trade = true; '
        f'symbols = ( {{ symbol = "{symbols[i // 3 % 5]}"; }} ); }}' for i in range(bots))
    return f"""
log = {{ console = "off"; }};
clock = {{ speed = "{speed}"; on_end = "wait"; }};
exchanges = ( {{ name = "sim"; plugin = "{plugin("sim")}"; params = {{ duration = "{duration}"; }}; }} );
bots = ( {entries} );
"""


def family(pid):
    """The process and all below it."""
    found, todo = [], [pid]
    while todo:
        at = todo.pop()
        found.append(at)
        try:
            for task in os.listdir(f"/proc/{at}/task"):
                with open(f"/proc/{at}/task/{task}/children", encoding="ascii") as text:
                    todo += [int(child) for child in text.read().split()]
        except OSError:
            pass
    return found


def pss_bytes(pid):
    total = 0
    for member in family(pid):
        try:
            with open(f"/proc/{member}/smaps_rollup", encoding="ascii") as text:
                total += sum(int(l.split()[1]) * 1024 for l in text if l.startswith("Pss:"))
        except OSError:
            pass
    return total


def start_and_weigh(bots):
    path = os.path.join(tempfile.mkdtemp(dir=scratch()), "notify")
    bell = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    bell.bind(path)
    bell.settimeout(30)
    host = Host(conf(bots, "0s", "1x"), environment={"NOTIFY_SOCKET": path})
    begin = time.monotonic()
    with host:
        while b"READY=1" not in bell.recv(4096):
            pass
        ready = time.monotonic() - begin
        time.sleep(1)
        weight = pss_bytes(host.process.pid)
    bell.close()
    return ready, weight


def rate(bots, duration, instants):
    with Host(conf(bots, duration, "max")) as host:
        host.wait_ready()
        begin = time.monotonic()
        status = host.wait_end(300)
        seconds = time.monotonic() - begin
    return instants / seconds, status["events"] / seconds


def main():
    results = []

    def say(name, value, unit):
        results.append({"name": name, "value": value, "unit": unit})
        print(f"{name} {value:.6g} {unit}", flush=True)

    for bots in (3, 15):
        runs = [start_and_weigh(bots) for _ in range(RUNS)]
        say(f"daemon.start_to_ready.{bots}_bots", statistics.median(r[0] for r in runs) * 1000, "ms")
        say(f"daemon.pss.{bots}_bots", statistics.median(r[1] for r in runs) / 1e6, "MB")
    for bots in (3, 15):
        runs = [rate(bots, "6h", 6 * 3600) for _ in range(3)]
        say(f"daemon.instants.{bots}_bots", statistics.median(r[0] for r in runs), "1/s")
        say(f"daemon.events.{bots}_bots", statistics.median(r[1] for r in runs), "1/s")
    if len(sys.argv) == 3 and sys.argv[1] == "--json":
        with open(sys.argv[2], "w", encoding="utf-8") as out:
            json.dump(results, out, indent=1)


if __name__ == "__main__":
    main()
