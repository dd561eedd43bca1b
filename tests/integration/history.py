#!/usr/bin/env python3
"""
What the host records of its own life, and how it can be asked: start and stop, the summary of a
day, the states of bots, failures, who changed what and whether that was tampered with; one
correlation id from the signal to the fill; settings that are inherited; levels of the log.
"""
import csv
import glob
import json
import os
import signal
import sqlite3
import subprocess
import sys
from decimal import Decimal

sys.dont_write_bytecode = True
from host import ControlError, Host, Tap, program  # noqa: E402
from replay_common import run_to_end, sim_conf  # noqa: E402

HEADER = ["timestamp", "event", "marketId", "marketQuestion", "action", "details", "belief",
          "edge", "amount", "pnl"]
tap = Tap()


def audit_rows(host):
    """Rows of all days, and the names of the files."""
    paths = sorted(glob.glob(f"{host.directory}/state/audit/*.csv"))
    rows = []
    for path in paths:
        with open(path, encoding="utf-8", newline="") as file:
            reader = csv.reader(file)
            tap.equal(next(reader), HEADER, f"the header of {os.path.basename(path)}")
            rows += [dict(zip(HEADER, row)) for row in reader]
    return rows, [os.path.basename(path) for path in paths]


def details(row):
    return dict(part.split("=", 1) for part in row["details"].split(" ") if "=" in part)


def offline(*arguments):
    return subprocess.run([program("bothyctl"), *arguments], capture_output=True, text=True,
                          timeout=60, env={**os.environ, "BOTHY_SOCKET": "/nonexistent/socket"})


def a_day(host):
    """25 hours of the market: one midnight."""
    code, output = host.run_once("--only", "nobody")
    tap.equal((code, output), (2, "bothyd: --only: no bot 'nobody' in the configuration\n"),
              "an unknown name after --only is refused once, with code 2")
    host.start()
    result = run_to_end(host)
    bots = {bot["name"]: bot for bot in result.status["bots"]}
    verified = host.ctl("audit", "verify")
    actions = host.ctl("actions")
    tap.equal(verified, {"actions": len(actions), "last_hash": actions[-1]["hash"]},
              "the host finds its actions untouched")
    inherited(host)
    levels(host)
    tap.equal(host.stop(), 0, "it stops")
    the_summary(host, result)
    the_states(host, bots)
    the_chain(host, result)
    tampered(host)


def the_summary(host, result):
    rows, names = audit_rows(host)
    tap.equal(names, ["audit-2024-01-01.csv", "audit-2024-01-02.csv"],
              "there is a file for each day of the market, and none for a time before it")
    tap.equal([row["event"] for row in (rows[0], rows[-1])], ["SYSTEM_START", "SYSTEM_STOP"],
              "the first row is the start, the last the stop")
    tap.ok("SIGTERM" in rows[-1]["details"], "the stop says why", rows[-1])
    summaries = [row for row in rows if row["event"] == "DAILY_SUMMARY"]
    if not tap.equal(len(summaries), 1, "there is one midnight, and one summary"):
        return
    row, day = summaries[0], "2024-01-01"
    said = details(row)
    tap.equal((row["timestamp"][:13], said["entity"]), ("2024-01-02T00", day),
              "it comes with the first instant of the next day")
    on_day = {table: [r for r in result.rows[table] if r["time"].startswith(day)]
              for table in ("signals", "trades")}
    ended = [r for r in result.rows["signals"] if r["ended"] and r["ended"].startswith(day)]
    pnl = sum(Decimal(fill["realised_pnl"]) for fill in on_day["trades"])
    tap.ok(len(on_day["trades"]) > 10 and len(ended) > 3, "there was trade")
    tap.equal((int(said["after"].split("=")[1]), int(said["fills"]),
               int(said["wins"]) + int(said["losses"])),
              (len(on_day["signals"]), len(on_day["trades"]), len(ended)),
              "it counts signals, fills and what ended")
    tap.ok(abs(Decimal(said["pnl"]) - pnl) <= Decimal("0.01"), "its profit is that of the fills",
           f"{said['pnl']} {pnl}")


def the_states(host, bots):
    db = sqlite3.connect(f"file:{host.directory}/state/telemetry.db?mode=ro", uri=True)
    for name, bot in bots.items():
        rows = db.execute("SELECT status, signals, orders, fills, ts_ns FROM bot_history"
                          " WHERE bot=? ORDER BY n", (name,)).fetchall()
        tap.equal((rows[0][0], rows[-1][0]), (2, 0), f"{name}: first running, at last stopped")
        tap.equal(rows[-1][1:4], (bot["signals"], bot["orders"], bot["fills"]),
                  f"{name}: its last row has its counters")
        hours = {row[4] // (3600 * 10**9) for row in rows if row[4]}
        tap.ok(len(hours) >= 24, f"{name}: a row for each hour", sorted(hours))
    db.close()


def the_chain(host, result):
    """One id finds the signal, its orders, its fills, the log and the audit."""
    fill = result.rows["trades"][-1]
    chain = fill["correlation_id"]
    found = {table: sum(row["correlation_id"] == chain for row in result.rows[table])
             for table in ("signals", "orders", "trades")}
    tap.ok(found["signals"] == 1 and found["orders"] >= 2 and found["trades"] >= 1,
           "one id: a signal, its orders, its fills", found)
    codes = {line["code"] for line in host.log_lines() if line.get("correlation_id") == chain}
    tap.ok({"SIGNAL", "FILL"} <= codes, "the same id in the log", codes)
    events = {row["event"] for row in audit_rows(host)[0] if chain in row["details"]}
    tap.ok("TRADE_OPPORTUNITY" in events and events & {"TRADE_EXECUTED", "POSITION_CLOSED"},
           "the same id in the audit", events)


def inherited(host):
    base = "bot.pattern.symbols.BTC/USDT:USDT"
    said = host.ctl("conf", "get", f"{base}.tp1_mult")
    tap.equal((said["value"], said["level"]), ("1.5", "bot"), "a symbol has its bot's value")
    said = host.ctl("conf", "get", f"{base}.risk_pct")
    tap.equal((said["value"], said["level"]), ("1.0", "global"), "or that of all bots")
    said = host.ctl("conf", "get", f"{base}.sl_mult")
    tap.equal((said["value"], said["level"]), ("1.5", "default"), "or the default")
    for wrong in (f"{base}.tp1_mul", "bot.pattern.symbols.DOGE/USDT:USDT.tp1_mult"):
        try:
            tap.ok(False, f"{wrong} does not exist", host.ctl("conf", "get", wrong))
        except ControlError as error:
            tap.equal(error.code, 4, f"{wrong} does not exist")


def levels(host):
    def level(name):
        return host.ctl("bot", "show", name)["log_level"]

    with open(host.conf_path, encoding="utf-8") as file:
        text = file.read()
    host.ctl("log", "level", "bot.funding", "warning")
    with open(host.conf_path, "w", encoding="utf-8") as file:
        file.write(text.replace('name = "pattern";', 'name = "pattern"; log_level = "debug";'))
    host.ctl("reload")
    tap.equal([level(name) for name in ("funding", "liquidation", "pattern")],
              ["warning", "info", "debug"], "a reload changes a bot's level, and no other")
    with open(host.conf_path, "w", encoding="utf-8") as file:
        file.write(text)
    host.ctl("reload")
    tap.equal(level("pattern"), "info", "without one of its own it has that of the host")


def tampered(host):
    path = f"{host.directory}/state/ledger.db"
    done = offline("audit", "verify", path, "--json")
    before = json.loads(done.stdout)
    tap.ok(done.returncode == 0 and before["actions"] > 3, "the file is verified without a host",
           done)
    db = sqlite3.connect(path)
    db.execute("DROP TRIGGER actions_keep")
    db.execute("UPDATE actions SET actor='nobody' WHERE id=2")
    db.commit()
    db.close()
    done = offline("audit", "verify", path)
    tap.ok(done.returncode == 1 and "action 2 " in done.stderr and done.stdout == "",
           "a row that was changed is found", done)
    tap.equal(offline("audit", "verify", f"{host.directory}/none.db").returncode, 1,
              "a file that is not there is an error")


def failures(host):
    """A bot that dies, and the kill switch by its file."""
    host.start()
    host.wait(lambda s: s["events"] > 1000)
    os.kill(host.bot("pattern")["pid"], signal.SIGSEGV)
    host.wait(lambda s: any(b["name"] == "pattern" and b["restarts"] for b in s["bots"]))
    os.makedirs(f"{host.directory}/run", exist_ok=True)
    with open(f"{host.directory}/run/KILL", "w", encoding="utf-8"):
        pass
    host.wait(lambda s: s["killed"])
    actions = [(a["actor"], a["action"], a["entity"]) for a in host.ctl("actions")]
    tap.ok(("file", "kill", "host") in actions, "the kill switch by file is recorded", actions)
    host.stop()
    rows, _ = audit_rows(host)
    errors = [row for row in rows if row["event"] == "ERROR"]
    tap.ok(len(errors) == 1 and "SIGSEGV" in errors[0]["details"] and
           "bot.pattern" in errors[0]["details"], "the death of a bot is an ERROR of the audit",
           errors)


day = Host(sim_conf(duration="25h"))
try:
    a_day(day)
finally:
    day.__exit__(*sys.exc_info())
short = Host(sim_conf(duration="0s", speed="600x"))
try:
    failures(short)
finally:
    short.__exit__(*sys.exc_info())
tap.done()
