"""
Bots that attack the core's loop: floods on the ring and on the control socket, while they run and
while they are loaded, room that is never freed, words that are no text. The core answers
questions meanwhile, ends them, and their neighbour misses nothing.
"""
import hashlib
import json
import os
import re
import shutil
import signal
import socket
import struct
import subprocess

from host import Host, Tap, plugin, program, scratch
from zoo_conf import actions, alive, animal, bot, children, market, until


def connect(path):
    peer = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    peer.connect(path)
    peer.settimeout(20)
    return peer


def framed(document):
    text = json.dumps(document).encode()
    return struct.pack("<I", len(text)) + text


def answer(stream):
    return json.loads(stream.read(struct.unpack("<I", stream.read(4))[0]))


def look(path, out, until_closed):
    """In a process of another user: asks for a change, then keeps 40 connections."""
    # From the folder itself: those above it need not let others through.
    os.chdir(os.path.dirname(path))
    path = os.path.basename(path)
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
    first = connect(path)
    first.sendall(framed({"command": "kill"}))
    code = answer(first.makefile("rb"))["code"]
    peers = [connect(path) for _ in range(40)]
    os.write(out, f"{code} {len(peers)}\n".encode())
    os.read(until_closed, 1)


def good():
    return bot("good", params="report_every = 1;")


def of(status, name):
    return next((b for b in status["bots"] if b["name"] == name), None)


def events_alone():
    with Host(market([good()], speed="max")) as host:
        return of(host.wait_end(), "good")["events"]


def parked(tap, alone, name, cause):
    with Host(market([bot("bad", name, required=False), good()], speed="max",
                     max_restarts=0)) as host:
        status = host.wait(lambda s: of(s, "bad") and of(s, "bad")["parked"], 60, f"{name} parked")
        bad = of(status, "bad")
        tap.ok(re.search(cause, bad["cause"]), f"{name}: status names the cause",
               f"got    {bad['cause']}\nwanted {cause}")
        status = host.wait_end(60)
        one = of(status, "good")
        tap.equal((one["events"], one["events_missed"], one["restarts"]), (alone, 0, 0),
                  f"{name}: its neighbour missed nothing")
        tap.equal(host.stop(), 0, f"{name}: the daemon ends well")


def stops_under_flood(tap):
    """The end of the daemon does not wait until a flood is over."""
    with Host(market([bot("bad", "flood_records", required=False), good()], speed="max")) as host:
        host.wait_ready()
        until(lambda: any("another thing" in line["message"] for line in host.log_lines()))
        core_children = set(children(host.process.pid))
        tap.equal(host.stop(signal.SIGTERM, 25), 0, "under a flood of records the daemon stops")
        tap.ok("SYSTEM_STOP" in actions(host)[-1], "and its audit says so")
        tap.ok(until(lambda: not any(alive(pid) for pid in core_children), 5), "nobody is left")


def stops_at_a_terminal(tap):
    """Control-C reaches the whole process group: nobody but the supervisor may heed it."""
    host = Host(market([good()], speed="100x"))
    host.stderr_path = os.path.join(host.directory, "stderr")
    host.stderr = open(host.stderr_path, "ab")
    host.process = subprocess.Popen(
        [program("bothyd"), "-c", host.conf_path], stdin=subprocess.DEVNULL, stdout=host.stderr,
        stderr=host.stderr, env=host.env(), start_new_session=True)
    host.wait_ready()
    os.killpg(host.process.pid, signal.SIGINT)
    tap.equal(host.process.wait(30), 0, "an interrupt from the terminal stops it cleanly")
    tap.ok("SYSTEM_STOP" in actions(host)[-1], "the audit ends with the stop")
    host.__exit__(None, None, None)


def file_changes(tap):
    """What plugins.lock pins is compared at each start of a process, not only at the first."""
    host = Host("")
    copy = os.path.join(host.directory, "pinned.so")
    shutil.copy(animal("good"), copy)
    os.chmod(copy, 0o600)
    files = [copy, plugin("sim")]
    with open(os.path.join(host.directory, "plugins.lock"), "w", encoding="utf-8") as lock:
        for path in files:
            with open(path, "rb") as data:
                lock.write(f"{hashlib.sha256(data.read()).hexdigest()}  {path}\n")
    host.write_conf(market([good().replace(animal("good"), copy)], speed="100x"))
    with host:
        host.wait_ready()
        fresh = copy + ".new"
        with open(copy, "rb") as before, open(fresh, "wb") as after:
            after.write(before.read() + b"\0")
        os.chmod(fresh, 0o600)
        os.rename(fresh, copy)
        pid = of(host.status(), "good")["pid"]
        os.kill(pid, signal.SIGKILL)
        status = host.wait(lambda s: of(s, "good")["parked"] or of(s, "good")["pid"] not in (0, pid),
                           what="the next process, or none")
        one = of(status, "good")
        tap.ok(one["parked"] and "plugins.lock says" in one["cause"],
               "a file that is not what plugins.lock pins is not loaded again", one)


def lookers(tap):
    """Somebody without rights takes all the places there are: the kill switch has its own."""
    if os.geteuid() != 0:
        tap.ok(True, "rights of others # SKIP needs root, to become another user")
        return
    with Host(market([good()], speed="100x")) as host:
        host.wait_ready()
        for path in (scratch(), host.directory):
            os.chmod(path, 0o711)
        os.chmod(host.socket, 0o666)
        told, tell = os.pipe()
        held, hold = os.pipe()
        looker = os.fork()
        if looker == 0:
            os.close(hold)
            try:
                look(host.socket, tell, held)
            finally:
                os._exit(0)
        os.close(tell)
        tap.equal(os.read(told, 100), b"4 40\n",
                  "who has no rights is refused a change, and takes what places it gets")
        tap.equal(host.ctl("kill").get("killed"), True, "the kill switch can still be pulled")
        os.close(hold)
        os.waitpid(looker, 0)
        os.chmod(scratch(), 0o700)


def socket_moves(tap):
    """A reload that names another socket takes effect at the next start: this one is removed."""
    with Host(market([good()], speed="100x")) as host:
        host.wait_ready()
        other = host.socket + ".other"
        with open(other, "w", encoding="utf-8"):
            pass
        with open(host.conf_path, encoding="utf-8") as text:
            conf = text.read()
        with open(host.conf_path, "w", encoding="utf-8") as text:
            text.write(conf.replace(host.socket, other))
        host.ctl("reload")
        tap.equal(host.stop(), 0, "after a reload that moves the socket the daemon stops well")
        tap.equal((os.path.exists(host.socket), os.path.exists(other)), (False, True),
                  "it removes the socket that it made, and no other file")


def sent_ahead(tap):
    """Requests that come in one piece are all answered, in order."""
    with Host(market([good()], speed="100x")) as host:
        host.wait_ready()
        with connect(host.socket) as peer:
            peer.sendall(framed({"command": "bot.list"}) * 1000)
            stream = peer.makefile("rb")
            codes = [answer(stream)["code"] for _ in range(1000)]
        tap.equal(codes, [0] * 1000, "a thousand requests sent ahead have a thousand answers")


def main():
    tap = Tap()
    alone = events_alone()
    parked(tap, alone, "odd_words", r"create: caf\? \?\[2J\? closed$")
    parked(tap, alone, "flood_control", r"control socket")
    parked(tap, alone, "flood_loading", r"before|description")
    parked(tap, alone, "keeps_commands", r"^hang: time waits for it since \d+ ms")
    parked(tap, alone, "flood_records", r"^hang: time waits for it since \d+ ms")
    stops_under_flood(tap)
    stops_at_a_terminal(tap)
    file_changes(tap)
    socket_moves(tap)
    sent_ahead(tap)
    lookers(tap)
    tap.done()


main()
