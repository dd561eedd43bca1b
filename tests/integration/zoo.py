"""
The zoo: every bad plugin of tests/zoo/ as a bot of one daemon, between two good ones. The daemon
lives, the good ones see what they see without bad company, status names each cause, and each
bad one is restarted and parked as the configuration says, or refused.
"""
import re
import signal

from host import Host, Tap
from zoo_conf import actions, alive, bot, children, market, until

RESTARTS = 2

SYSCALL = r"^forbidden system call {0} \(\d+\) in /.*/{1}\.so\+0x[0-9a-f]+$"
SIGNAL = r"^{0} at address 0x[0-9a-f]+ in /.*/{1}\.so\+0x[0-9a-f]+$"
DESCRIPTOR = r"/{1}\.so: .*{0}"

# Name of the plugin: what becomes of it, and what its cause says.
PARKED = {
    "segv": SIGNAL.format("SIGSEGV", "segv"),
    "stack": SIGNAL.format("SIGSEGV", "stack"),
    "abort": r"^SIGABRT in /.*/abort\.so\+0x[0-9a-f]+$",
    "mprotect": SIGNAL.format("SIGSEGV", "mprotect"),
    "crash_check": SIGNAL.format("SIGSEGV", "crash_check"),
    "crash_create": SIGNAL.format("SIGSEGV", "crash_create"),
    "crash_start": SIGNAL.format("SIGSEGV", "crash_start"),
    "hang": r"^hang: no sign of life for \d+ ms, in event \d+ \(trade\)$",
    "hang_check": r"^hang: its start takes more than \d+ ms$",
    "hang_create": r"^hang: its start takes more than \d+ ms$",
    "hang_start": r"^hang: its start takes more than \d+ ms$",
    "forks": SYSCALL.format("clone", "forks"),
    "open": SYSCALL.format("openat", "open"),
    "socket": SYSCALL.format("socket", "socket"),
    "exec": SYSCALL.format("execve", "exec"),
    "kills": SYSCALL.format("kill", "kills"),
    "handler": SYSCALL.format("rt_sigaction", "handler"),
    "code": SYSCALL.format("mmap", "code"),
    "reopen": SYSCALL.format("openat", "reopen"),
    "thread": r"^killed by signal 31 \(SIGSYS\): forbidden system call",
    "ring_length": r"^ring violation: .*length of 2147483632 bytes",
    "ring_index": r"^ring violation: .*position is \d+, expected \d+",
    "ring_generation": r"^ring violation: .*generation is \d+, expected \d+",
    "exits": r"^ended by itself$",
    "garbled": r"^ended with code \d+: create: \?\?\?\[2J$",
}
# Never started: restarts cannot help.
REFUSED = {
    "crash_ctor": DESCRIPTOR.format("SIGSEGV at address", "crash_ctor"),
    "ctor_socket": DESCRIPTOR.format(r"forbidden system call socket \(\d+\)", "ctor_socket"),
    "ctor_outlive": DESCRIPTOR.format(r"forbidden system call prctl \(\d+\)", "ctor_outlive"),
    "ctor_thread": DESCRIPTOR.format(r"signal 31 \(SIGSYS\): forbidden", "ctor_thread"),
    "hang_ctor": DESCRIPTOR.format("hang: no description", "hang_ctor"),
    "wrong_magic": DESCRIPTOR.format("0x46454544, not with the magic 0x42544859", "wrong_magic"),
    "newer_major": DESCRIPTOR.format(
        r"built for ABI 2\.0, this host speaks 1\.\d+; rebuild it", "newer_major"),
    "newer_minor": DESCRIPTOR.format(
        r"built for ABI 1\.\d+, this host speaks 1\.\d+; rebuild it", "newer_minor"),
    "wrong_kind": DESCRIPTOR.format("its kind is sink .*wanted is strategy", "wrong_kind"),
    "no_ops": DESCRIPTOR.format("ops is missing", "no_ops"),
    "no_on_event": DESCRIPTOR.format("on_event is missing", "no_on_event"),
    "no_symbol": DESCRIPTOR.format("exports no bothy_plugin", "no_symbol"),
    "lying_size": DESCRIPTOR.format("claims 4096 bytes", "lying_size"),
    "bad_name": DESCRIPTOR.format("its name must be", "bad_name"),
    "bad_default": DESCRIPTOR.format("option period: its default", "bad_default"),
    "option_twice": DESCRIPTOR.format("option period stands twice", "option_twice"),
    "wants_secret": DESCRIPTOR.format("a strategy gets no secrets", "wants_secret"),
}
# They try, come to nothing, and run on; their metrics say what they got.
RUNNING = {
    "malloc": {"denied": 1},
    "descriptors": {"denied": 0},
    "flood": {"denied": 0},
    "ctor_open": {"denied": 13},
    "errors": {},
    "crash_stop": {},
    "crash_save": {},
    "crash_destroy": {},
    "hang_stop": {},
    "hang_save": {},
    "hang_destroy": {},
}

GOOD = ["one", "two"]


def good(name):
    return bot(name, "good", params="report_every = 1;")


def bad(name):
    return bot(name.replace("_", "-"), name, required=False)


def of(status, name):
    return next(b for b in status["bots"] if b["name"] == name.replace("_", "-"))


def judge_neighbours(tap, status, reference):
    for name in GOOD:
        one = of(status, name)
        tap.equal((one["status"], one["restarts"], one["events_missed"]), ("RUNNING", 0, 0),
                  f"neighbour {name} runs and missed nothing")
        tap.equal(one["metrics"], reference["metrics"],
                  f"neighbour {name} counted what it counts without the others")
        tap.equal(one["events"], reference["events"], f"neighbour {name} got all its events")


def judge_bad(tap, status):
    for name, cause in PARKED.items():
        one = of(status, name)
        tap.ok(one["parked"] and one["status"] == "ERROR", f"{name} is parked", one)
        tap.equal(one["restarts"], RESTARTS, f"{name} was restarted as often as is permitted")
        tap.ok(re.search(cause, one["cause"]), f"{name}: status names the cause",
               f"got    {one['cause']}\nwanted {cause}")
    for name, cause in REFUSED.items():
        one = of(status, name)
        tap.ok(one["parked"] and one["restarts"] == 0, f"{name} is refused", one)
        tap.ok(re.search(cause, one["cause"]), f"{name}: status names the reason",
               f"got    {one['cause']}\nwanted {cause}")
    for name, wanted in RUNNING.items():
        one = of(status, name)
        got = {key: one["metrics"].get(key) for key in wanted}
        tap.equal((one["status"], one["restarts"], got), ("RUNNING", 0, wanted),
                  f"{name} gets nothing by it and runs")
    tap.ok(of(status, "errors")["errors"] > 100, "errors: they are counted")


def main():
    tap = Tap()
    with Host(market([good(name) for name in GOOD], speed="max")) as host:
        reference = of(host.wait_end(), GOOD[0])
        tap.ok(reference["metrics"]["events"] > 500 and reference["metrics"]["missed"] == 0,
               "alone, the good one sees a market", reference)
        tap.equal(host.stop(), 0, "that daemon ends well")

    everybody = [*PARKED, *REFUSED, *RUNNING]
    bots = [good("one"), *[bad(name) for name in everybody], good("two")]
    with Host(market(bots, max_restarts=RESTARTS)) as host:
        status = host.wait(lambda s: s["ended"] and all(of(s, n)["parked"] for n in PARKED), 90,
                           "the end of data, and all of them parked")
        judge_neighbours(tap, status, reference)
        judge_bad(tap, status)

        running = {b["pid"] for b in status["bots"] + status["exchanges"] if b["pid"]}
        workers = {pid for pid, name in children(host.process.pid).items()
                   if not name.startswith("bothyd-core")}
        tap.equal(workers, running, "the processes are those that status names")

        host.ctl("bot", "reset", "segv")
        again = host.wait(lambda s: of(s, "segv")["status"] == "RUNNING", what="segv again")
        tap.ok(not of(again, "segv")["parked"], "a reset starts a parked one again")

        lines = host.log_lines()
        tap.ok(any(line.get("code") == "LOG_FLOOD" and "flood" in line["message"]
                   for line in lines), "the flood of log lines is cut, and that is said")
        tap.ok(sum(line.get("logger") == "bot.flood" for line in lines) < 5000,
               "a part of the flood is written only")
        tap.equal(sum(line.get("code") == "PARKED" for line in lines),
                  len(PARKED) + len(REFUSED), "each parking is told once")

        pids = set(children(host.process.pid)) | {host.process.pid}
        tap.equal(host.stop(signal.SIGTERM, 20), 0,
                  "those that crash or hang at the end do not keep the daemon from its own")
        tap.ok(until(lambda: not any(alive(pid) for pid in pids), 5), "all processes are gone",
               [pid for pid in pids if alive(pid)])
        tap.ok("SYSTEM_STOP" in actions(host)[-1], "the audit ends with the stop")
    tap.done()


main()
