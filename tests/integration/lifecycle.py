"""
The life of the daemon and of its bots: pause and resume, restarts, processes that are killed,
signals, the command line, and what systemd is told.
"""
import os
import re
import signal
import socket
import tempfile
import threading
import time

from host import Host, Tap, plugin, scratch
from zoo_conf import actions, alive, animal, bot, children, core_of, market, until

LONG = "24h"


def good(name, more=""):
    return bot(name, "good", params="report_every = 1;", more=more)


def of(status, name):
    return next(b for b in status["bots"] + status["exchanges"] if b["name"] == name)


def pids(status):
    return {b["name"]: b["pid"] for b in status["bots"]}


def events(host, name):
    return host.bot(name)["events"]


def pause_and_resume(tap, host):
    host.ctl("bot", "pause", "one")
    tap.equal(host.bot("one")["status"], "PAUSED", "a paused bot is PAUSED")
    host.ctl("bot", "resume", "one")
    tap.equal(host.bot("one")["status"], "RUNNING", "a resumed bot is RUNNING")
    rows = [(row["action"], row["entity"], row["actor"].split()[0])
            for row in host.ctl("actions") if row["action"].startswith("bot.")]
    who = f"uid={os.getuid()}"
    tap.equal(rows, [("bot.pause", "one", who), ("bot.resume", "one", who)],
              "who paused and resumed is recorded")


def paused_signals(tap):
    """A bot that signals often is silent while it is paused."""
    loud = (f'    {{ name = "loud"; plugin = "{plugin("pattern")}"; '
            'symbols = ( "BTC/USDT:USDT", "ETH/USDT:USDT", "SOL/USDT:USDT" ); '
            'risk = { cooldown = "0s"; max_open_per_symbol = 100; max_open_signals = 1000; }; }')
    conf = market([loud], speed="20000x", duration="240h")
    with Host(conf) as host:
        host.wait(lambda s: of(s, "loud")["signals"] >= 3, 40, "signals")
        host.ctl("bot", "pause", "loud")
        before = host.status()
        after = host.wait(lambda s: s["events"] > before["events"] + 20000 or s["ended"], 40,
                          "time goes on")
        tap.equal(of(after, "loud")["signals"], of(before, "loud")["signals"],
                  "a paused bot gives no signal")
        host.ctl("bot", "resume", "loud")
        host.wait(lambda s: of(s, "loud")["signals"] > of(after, "loud")["signals"], 60,
                  "signals again")
        tap.ok(True, "a resumed bot gives signals again")
        host.stop()


def restart_one(tap, host):
    before = host.status()
    host.ctl("bot", "restart", "two")
    after = host.wait(lambda s: of(s, "two")["status"] == "RUNNING" and
                      of(s, "two")["pid"] != of(before, "two")["pid"], what="two runs again")
    tap.ok(of(after, "two")["generation"] > of(before, "two")["generation"],
           "a restarted bot has a later generation")
    tap.equal((pids(after)["one"], of(after, "sim")["pid"]),
              (pids(before)["one"], of(before, "sim")["pid"]), "nobody else was restarted")
    tap.ok("by command" in of(after, "two")["cause"], "its cause says that it was asked for",
           of(after, "two")["cause"])
    host.wait(lambda s: of(s, "two")["metrics"].get("events", 0) >
              of(before, "two")["metrics"]["events"], what="its count goes on")
    tap.ok(True, "it goes on from the state that it saved")


def kill_bot(tap, host):
    before = host.status()
    os.kill(pids(before)["two"], signal.SIGKILL)
    after = host.wait(lambda s: of(s, "two")["status"] == "RUNNING" and
                      of(s, "two")["restarts"] == of(before, "two")["restarts"] + 1,
                      what="two runs again")
    tap.ok("killed by signal 9" in of(after, "two")["cause"], "the cause names signal 9",
           of(after, "two")["cause"])
    tap.equal(of(after, "one")["pid"], of(before, "one")["pid"], "the other one lives on")
    grown = host.wait(lambda s: of(s, "one")["metrics"]["events"] >
                      of(after, "one")["metrics"]["events"] + 20, what="more events")
    tap.equal((of(grown, "one")["events_missed"], of(grown, "one")["metrics"]["missed"]), (0, 0),
              "and misses nothing")


def stopped_bot(tap, host):
    """A process that is stopped shows no life and holds time: it is ended for that."""
    before = host.status()
    os.kill(pids(before)["two"], signal.SIGSTOP)
    after = host.wait(lambda s: of(s, "two")["restarts"] == of(before, "two")["restarts"] + 1 and
                      of(s, "two")["status"] == "RUNNING", what="two runs again")
    tap.ok(of(after, "two")["cause"].startswith("hang: "), "a stopped process is taken for hung",
           of(after, "two")["cause"])
    tap.equal(of(after, "one")["events_missed"], 0, "its neighbour misses nothing")


def kill_exchange(tap):
    with Host(market([good("one")], duration=LONG)) as host:
        before = host.wait(lambda s: of(s, "one")["events"] > 20, what="events")
        os.kill(of(before, "sim")["pid"], signal.SIGKILL)
        after = host.wait(lambda s: of(s, "sim")["cause"] != "", what="a cause")
        tap.ok("killed by signal 9" in of(after, "sim")["cause"],
               "the exchange was killed: status says so", of(after, "sim")["cause"])
        host.wait(lambda s: of(s, "sim")["status"] == "RUNNING" and of(s, "sim")["restarts"] == 1,
                  what="the exchange again")
        tap.ok(any(line.get("logger") in ("core", "exchange.sim") and
                   "killed by signal 9" in line["message"] for line in host.log_lines()),
               "and so does the log")
        tap.equal(of(host.status(), "one")["pid"], of(before, "one")["pid"],
                  "the bot was not restarted for it")
        tap.equal(host.stop(), 0, "the daemon ends well after it")


def kill_core(tap):
    with Host(market([good("one"), good("two")], duration=LONG)) as host:
        before = host.wait_ready()
        host.wait(lambda s: of(s, "one")["events"] > 10, what="events")
        old = set(children(host.process.pid))
        core = core_of(host)
        os.kill(core, signal.SIGKILL)
        until(lambda: core_of(host) not in (None, core), 10)
        after = host.wait_ready()
        tap.ok(core_of(host) not in (None, core), "a new core runs")
        tap.ok(not old & set(children(host.process.pid)), "all its processes are new")
        generations = [of(s, n)["generation"] for s in (before, after) for n in ("one", "two")]
        tap.ok(len(set(generations)) == 4 and max(generations[:2]) < min(generations[2:]),
               "with later generations, each its own", generations)
        tap.ok(until(lambda: not any(alive(pid) for pid in old)), "the old ones are gone")
        starts = [row for row in actions(host) if "SYSTEM_START" in row]
        tap.equal(len(starts), 2, "the audit shows two starts")
        tap.ok("was ended by signal 9" in host.tail(1000), "the supervisor says what happened")
        tap.equal(host.stop(), 0, "and it stops as ever")


def stop_by(tap, host, number, name):
    everybody = set(children(host.process.pid)) | {host.process.pid}
    tap.equal(host.stop(number), 0, f"{name}: exit code 0")
    tap.ok(not any(alive(pid) for pid in everybody), f"{name}: all processes are gone")
    last = actions(host)[-1]
    tap.ok("SYSTEM_STOP" in last and name in last, f"{name}: the last row of the audit says so",
           last)
    tap.ok(not os.path.exists(host.socket), f"{name}: the socket is gone")


def double_start(tap, host):
    code, text = host.run_once(timeout=20)
    state = os.path.join(host.directory, "state")
    tap.ok(code == 1 and f"{state}: another bothyd uses this state" in text,
           "a second start with the same state is refused, and says why", f"{code}: {text}")
    with open(host.conf_path, encoding="utf-8") as conf:
        text = conf.read().replace(state, state + "-other")
    other = os.path.join(host.directory, "other.conf")
    with open(other, "w", encoding="utf-8") as conf:
        conf.write(text)
    code, text = host.run_once("-c", other, timeout=20)
    tap.ok(code == 1 and f"{host.socket}: another bothyd answers there" in text,
           "a second start on the same socket is refused, and says why", f"{code}: {text}")
    tap.equal(host.status()["ready"], True, "the first one does not mind")


def command_line(tap):
    host = Host(market([good("one"), good("two")]))
    code, text = host.run_once("--check")
    tap.ok(code == 0 and "2 bots" in text, "--check: exit code 0", f"{code}: {text}")
    host.write_conf(market([good("one")]).replace('seed = 1;', 'seed = "one";\nsede = 2;', 1))
    code, text = host.run_once("--check")
    tap.ok(code == 2 and re.search(r"bothy\.conf:3: .*seed", text) and
           re.search(r"bothy\.conf:4: .*sede", text),
           "--check: every error with its line, exit code 2", f"{code}: {text}")
    code, text = host.run_once()
    tap.ok(code == 2 and "bothy.conf:3: " in text, "a start with errors: exit code 2",
           f"{code}: {text}")
    code, text = host.run_once("--nonsense")
    tap.equal(code, 2, "an unknown option: exit code 2")
    host.write_conf(market([good("one"), good("two")]))
    code, text = host.run_once("--only", "three")
    tap.ok(code != 0 and "no bot 'three'" in text, "--only with a name that is none is refused",
           f"{code}: {text}")
    host.arguments = ["--only", "two"]
    with host:
        tap.equal([b["name"] for b in host.wait_ready()["bots"]], ["two"],
                  "--only runs what it names")
        tap.equal(host.stop(signal.SIGINT), 0, "and stops")


class Notifications:
    """systemd's end of the notification socket: datagrams with the time at which they came."""

    def __init__(self):
        self.path = os.path.join(tempfile.mkdtemp(prefix="notify-", dir=scratch()), "socket")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.lines = []
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        while True:
            for line in self.socket.recv(4096).decode().splitlines():
                self.lines.append((time.monotonic(), line))

    def texts(self):
        return [line for _, line in list(self.lines)]


def notifications(tap):
    notes = Notifications()
    environment = {"NOTIFY_SOCKET": notes.path, "WATCHDOG_USEC": "1500000"}
    # A required one that hangs on its way up: not ready before it is over that.
    slow = bot("slow", "hang_start")
    with Host(market([good("one"), slow], duration=LONG, max_restarts=1),
              environment=environment) as host:
        status = host.wait(lambda s: of(s, "slow")["parked"], 30, "parked")
        tap.ok(not status["ready"] and "READY=1" not in notes.texts(),
               "not ready while a required bot does not run", notes.texts())
        tap.ok(until(lambda: any("1 are parked" in line for line in notes.texts())),
               "STATUS says who is missing", notes.texts())
        host.stop()

    notes = Notifications()
    environment["NOTIFY_SOCKET"] = notes.path
    with Host(market([good("one"), good("two")], duration=LONG),
              environment=environment) as host:
        host.wait_ready()
        tap.ok(until(lambda: "READY=1" in notes.texts()), "READY=1 when all of them run",
               notes.texts())
        tap.ok(any(line.startswith("STATUS=2 bots") for line in notes.texts()),
               "with a STATUS for people", notes.texts())
        tap.ok(until(lambda: notes.texts().count("WATCHDOG=1") >= 3), "WATCHDOG=1 comes regularly")
        beats = [at for at, line in notes.lines if line == "WATCHDOG=1"]
        tap.ok(all(b - a < 1.5 for a, b in zip(beats, beats[1:])),
               "in time for the watchdog that was asked for", beats)
        for pid in children(host.process.pid):
            with open(f"/proc/{pid}/environ", "rb") as env:
                if b"NOTIFY_SOCKET" in env.read():
                    tap.ok(False, "no child may speak to systemd")
        host.process.send_signal(signal.SIGHUP)
        tap.ok(until(lambda: "RELOADING=1" in notes.texts()), "RELOADING=1 at a SIGHUP")
        tap.ok(until(lambda: notes.texts()[notes.texts().index("RELOADING=1"):].count("READY=1")),
               "and READY=1 when it is done", notes.texts())
        tap.ok(any(re.fullmatch(r"MONOTONIC_USEC=\d+", line) for line in notes.texts()),
               "RELOADING comes with the time that Type=notify-reload wants", notes.texts())
        # The core stands still: systemd must not be told that all is well.
        core = core_of(host)
        os.kill(core, signal.SIGSTOP)
        time.sleep(2.5)
        before = notes.texts().count("WATCHDOG=1")
        time.sleep(1.5)
        tap.equal(notes.texts().count("WATCHDOG=1"), before,
                  "no WATCHDOG=1 for a core that stands still")
        os.kill(core, signal.SIGCONT)
        host.stop()
        tap.ok(until(lambda: "STOPPING=1" in notes.texts()), "STOPPING=1 at the end")


def main():
    tap = Tap()
    with Host(market([good("one"), good("two")], duration=LONG, max_restarts=9)) as host:
        host.wait_ready()
        host.wait(lambda s: of(s, "two")["metrics"].get("events", 0) > 10, what="events")
        pause_and_resume(tap, host)
        restart_one(tap, host)
        kill_bot(tap, host)
        stopped_bot(tap, host)
        double_start(tap, host)
        stop_by(tap, host, signal.SIGTERM, "SIGTERM")
    with Host(market([good("one")], duration=LONG)) as host:
        host.wait_ready()
        stop_by(tap, host, signal.SIGINT, "SIGINT")
    paused_signals(tap)
    kill_exchange(tap)
    kill_core(tap)
    command_line(tap)
    notifications(tap)
    tap.done()


main()
