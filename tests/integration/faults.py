"""
What the machine does to a host: the log's folder goes, the disk fills, standard error is closed
or its terminal goes away or is stopped, the wall clock jumps. The host lives, says what it can,
refuses trades that it could not make durable, and goes on when the fault is gone.
"""
import ctypes
import errno
import fcntl
import os
import shutil
import signal
import struct
import subprocess
import termios

from host import Host, Tap, plugin, program, scratch
from zoo_conf import animal, bot, children, market, until

LONG = "2400h"
DAY = 86400


def good(name):
    return bot(name, "good", params="report_every = 1;")


def of(status, name):
    return next(b for b in status["bots"] if b["name"] == name)


def goes_on(tap, host, what, name="one"):
    """The bot gets further events, misses none, and is who it was."""
    before = of(host.status(), name)
    after = of(host.wait(lambda s: of(s, name)["events"] > before["events"] + 50,
                         what=f"events after {what}"), name)
    tap.equal((after["pid"], after["events_missed"], after["metrics"]["missed"],
               after["metrics"]["disorder"]), (before["pid"], 0, 0, 0),
              f"{what}: the host lives and its bot misses nothing")


def reload(host):
    host.process.send_signal(signal.SIGHUP)


# ---- the log ----

def log_folder(tap):
    with Host(market([good("one")], duration=LONG)) as host:
        host.wait_ready()
        folder = os.path.join(host.directory, "log")
        path = os.path.join(folder, "bothyd.log")
        shutil.rmtree(folder)

        def written():
            reload(host)
            return os.path.exists(path)
        tap.ok(until(written, 15), "the log's folder is removed: it is made again")
        goes_on(tap, host, "without a log's folder")
        shutil.rmtree(folder)
        with open(folder, "w", encoding="ascii") as file:
            file.write("in the way\n")

        def lost():
            reload(host)
            return host.status()["log_lines_lost"] > 0
        tap.ok(until(lost, 15), "it cannot be made: lost lines are counted in status")
        goes_on(tap, host, "with something in the log's way")
        tap.ok("lines are lost until this is mended" in host.tail(1000), "standard error says so")
        os.unlink(folder)
        tap.ok(until(written, 15), "when it can be made again it is")
        tap.equal(host.stop(), 0, "the daemon ends well")


# ---- standard error ----

class TerminalHost(Host):
    """Its standard descriptors are what `prepare` makes of them in the child."""

    prepare = None

    def start(self):
        self.stderr = open(os.devnull, "wb")
        self.stderr_path = os.devnull
        self.process = subprocess.Popen([program("bothyd"), "-c", self.conf_path],
                                        env=self.env(), preexec_fn=self.prepare,
                                        close_fds=False)
        return self


def closed(tap):
    def prepare():
        for fd in (0, 1, 2):
            os.close(fd)
        os.closerange(3, 64)

    host = TerminalHost(market([good("one")], duration=LONG))
    host.prepare = prepare
    with host:
        host.wait_ready()
        for pid in [host.process.pid, *children(host.process.pid)]:
            first = [os.readlink(f"/proc/{pid}/fd/{fd}") for fd in (0, 1)]
            tap.equal(first, ["/dev/null"] * 2, "started without standard descriptors: filled")
        goes_on(tap, host, "without standard error")
        tap.equal(host.stop(), 0, "it ends well")


def hangup(tap):
    master, slave = os.openpty()

    def prepare():
        os.setsid()
        fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
        for fd in (0, 1, 2):
            os.dup2(slave, fd)
        os.closerange(3, 64)

    host = TerminalHost(market([good("one")], duration=LONG))
    host.prepare = prepare
    with host:
        os.close(slave)
        host.wait_ready()
        os.close(master)
        reload(host)
        goes_on(tap, host, "its terminal goes away")
        tap.equal(host.stop(), 0, "it ends well")


def stopped_reader(tap):
    """A pipe that nobody reads is full after a while; lines go to the file nevertheless."""
    reading, writing = os.pipe()
    fcntl.fcntl(writing, 1031, 4096)  # F_SETPIPE_SZ

    def prepare():
        os.dup2(writing, 1)
        os.dup2(writing, 2)

    host = TerminalHost(market([good("one")], duration=LONG))
    host.prepare = prepare
    with host:
        os.close(writing)
        host.wait_ready()
        for _ in range(60):
            reload(host)
            host.status()
        goes_on(tap, host, "nobody reads its standard error")
        tap.ok(len(host.log_lines()) > 20, "the file has the lines")
        os.close(reading)
        reload(host)
        goes_on(tap, host, "the reader of its standard error is gone")
        tap.equal(host.stop(), 0, "it ends well")


# ---- the wall clock ----

def clock_jump(tap):
    shift = os.path.join(scratch(), f"shift-{os.getpid()}")

    def jump(seconds):
        with open(shift, "r+b" if os.path.exists(shift) else "wb") as file:
            file.write(struct.pack("=q", seconds))

    jump(0)
    environment = {"LD_PRELOAD": animal("clock_shift"), "CLOCK_SHIFT_FILE": shift}
    with Host(market([good("one"), good("two")], duration=LONG),
              environment=environment) as host:
        before = host.wait_ready()
        for seconds in (3 * DAY, -3 * DAY, 0):
            jump(seconds)
            reload(host)
            goes_on(tap, host, f"the clock jumps to {seconds:+d} s")
        status = host.status()
        tap.equal([of(status, n)["restarts"] for n in ("one", "two")], [0, 0],
                  "no bot was taken for hung")
        tap.ok(0 <= status["uptime_s"] < 600, "the uptime is not told by the wall clock",
               status["uptime_s"])
        days = {line[:10] for line in host.tail(1000).splitlines() if line[:2] == "20"}
        tap.equal(len(days), 3, "the host has seen the jumps")
        jump(-3 * DAY)
        os.kill(of(status, "two")["pid"], signal.SIGKILL)
        host.wait(lambda s: of(s, "two")["status"] == "RUNNING" and of(s, "two")["restarts"] == 1,
                  10, "two again")
        tap.ok(True, "a restart is due when it is, not days later")
        shutil.rmtree(os.path.join(host.directory, "log"))
        path = os.path.join(host.directory, "log", "bothyd.log")

        def written():
            reload(host)
            return os.path.exists(path)
        tap.ok(until(written, 15), "a log file that vanished is missed in time")
        tap.equal(of(host.status(), "one")["pid"], of(before, "one")["pid"], "its neighbour stays")
        jump(0)
        tap.equal(host.stop(), 0, "the daemon ends well")
    os.unlink(shift)


# ---- the disk ----

CLONE_NEWNS, MS_REC, MS_PRIVATE = 0x20000, 0x4000, 1 << 18


def private_mounts():
    """This process, and what it starts, gets mounts of its own. False where that is forbidden."""
    libc = ctypes.CDLL(None, use_errno=True)
    return libc.unshare(CLONE_NEWNS) == 0 and \
        libc.mount(None, b"/", None, MS_REC | MS_PRIVATE, None) == 0


def small_disk(path, size):
    libc = ctypes.CDLL(None, use_errno=True)
    os.makedirs(path, mode=0o700, exist_ok=True)
    return libc.mount(b"tmpfs", path.encode(), b"tmpfs", 0,
                      f"size={size},mode=0700".encode()) == 0


def unmount(path):
    ctypes.CDLL(None).umount2(path.encode(), 2)


def fill(path):
    with open(os.path.join(path, "filler"), "ab", buffering=0) as file:
        for size in (65536, 4096, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise


def disk_full(tap):
    trader = (f'    {{ name = "trader"; plugin = "{plugin("pattern")}"; trade = true; '
              'symbols = ( "BTC/USDT:USDT", "ETH/USDT:USDT", "SOL/USDT:USDT" ); '
              'grants = { max_notional = "100000"; }; '
              'risk = { cooldown = "0s"; max_open_per_symbol = 100; max_open_signals = 1000; }; }')
    host = Host(market([trader, good("one")], speed="3000x", duration=LONG))
    state = os.path.join(host.directory, "state")
    if not small_disk(state, "8m"):
        tap.ok(True, "a full disk # SKIP no mounts here")
        return
    try:
        with host:
            host.wait(lambda s: of(s, "trader")["orders"] >= 2, 40, "orders")
            host.ctl("bot", "pause", "trader")
            fill(state)
            host.ctl("log", "level", "one", "notice")  # something to be stored
            status = host.wait(lambda s: not s["store_ok"], 20, "a failing store")
            host.ctl("bot", "resume", "trader")
            refused = of(status, "trader")["refused"]
            placed = of(status, "trader")["orders"]
            after = host.wait(lambda s: of(s, "trader")["refused"] > refused, 60, "a refusal")
            tap.equal(of(after, "trader")["orders"], placed, "the disk is full: no order is placed")
            tap.ok(any("STORE_FAILED" in str(line) for line in host.log_lines()),
                   "they are refused with STORE_FAILED")
            tap.ok(any("trading stops" in line.get("message", "") for line in host.log_lines()),
                   "the log says that trading stops")
            goes_on(tap, host, "the disk is full")
            os.unlink(os.path.join(state, "filler"))
            host.wait(lambda s: s["store_ok"], 20, "the store works again")
            host.wait(lambda s: of(s, "trader")["orders"] > placed, 60, "orders again")
            tap.ok(True, "with room again it trades again")
            tap.equal(host.stop(), 0, "the daemon ends well")
            fill(state)
            code, text = host.run_once()
            tap.ok(code == 1 and state in text, "a start on a full disk fails and names the place",
                   f"{code}: {text}")
    finally:
        unmount(state)


def log_disk_full(tap):
    host = Host(market([good("one")], duration=LONG))
    folder = os.path.join(host.directory, "log")
    if not small_disk(folder, "64k"):
        tap.ok(True, "a full disk of the log # SKIP no mounts here")
        return
    try:
        with host:
            host.wait_ready()
            fill(folder)

            def lost():
                reload(host)
                return host.status()["log_lines_lost"] > 0
            tap.ok(until(lost, 15), "the log's disk is full: lost lines are counted in status")
            goes_on(tap, host, "the log's disk is full")
            tap.ok(host.status()["store_ok"], "the store is another disk's matter")
            lines = len(host.log_lines())
            os.unlink(os.path.join(folder, "filler"))

            def written():
                reload(host)
                return len(host.log_lines()) > lines
            tap.ok(until(written, 15), "with room again lines are written again")
            tap.equal(host.stop(), 0, "the daemon ends well")
    finally:
        unmount(folder)


def main():
    tap = Tap()
    log_folder(tap)
    closed(tap)
    hangup(tap)
    stopped_reader(tap)
    clock_jump(tap)
    if os.geteuid() == 0 and private_mounts():
        disk_full(tap)
        log_disk_full(tap)
    else:
        tap.ok(True, "full disks # SKIP only root may mount small ones")
    tap.done()


main()
