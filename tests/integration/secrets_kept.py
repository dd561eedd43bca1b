"""
A key that the host hands to an exchange is in that exchange's process and nowhere else: not in a
strategy's memory, environment or descriptors, not in the core, not in the supervisor, and not in
what the host writes, though the exchange gives it away wherever it can.
"""
import os
import random
import string

from host import Host, Tap, skip_all
from zoo_conf import animal, bot, children, core_of, market

SYMBOL = "BTC/USDT"
PIECE = 1 << 22


def memory_holds(pid, needle):
    """Where in the readable memory of a process the bytes are: a list of mappings."""
    found = []
    with open(f"/proc/{pid}/maps", encoding="utf-8") as maps, \
            open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for line in maps:
            span, rights = line.split()[:2]
            if "r" not in rights or "[vvar" in line or "[vsyscall" in line:
                continue
            begin, end = (int(part, 16) for part in span.split("-"))
            tail = b""
            for at in range(begin, end, PIECE):
                try:
                    memory.seek(at)
                    data = tail + memory.read(min(PIECE, end - at))
                except OSError:
                    break
                if needle in data:
                    found.append(line.strip())
                    break
                tail = data[-len(needle):]
    return found


def descriptors(pid):
    folder = f"/proc/{pid}/fd"
    return [os.readlink(os.path.join(folder, name)) for name in os.listdir(folder)]


def read(path):
    with open(path, "rb") as data:
        return data.read()


def files_with(folder, needle, but):
    found = []
    for place, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(place, name)
            if path != but and os.path.isfile(path) and needle in read(path):
                found.append(path)
    return found


def main():
    key = "".join(random.SystemRandom().choices(string.ascii_letters, k=40))
    needle = key.encode()
    masked = "".join(f"{byte ^ 0x5a:02x}" for byte in needle)
    exchange = (f'{{ name = "ticker"; plugin = "{animal("ticker")}"; params = {{ '
                'trades = 400; tells = true; key = "file:%(dir)s/key"; }; }')
    bots = [bot("one", "good", symbol=SYMBOL), bot("other", "good", symbol="NONE/SUCH"),
            bot("canary", params=f'masked = "{masked}";', symbol=SYMBOL)]
    host = Host(market(bots, speed="max", exchanges=exchange))
    path = os.path.join(host.directory, "key")
    with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="ascii") as out:
        out.write(key + "\n")

    tap = Tap()
    with host:
        status = host.wait_end()
        venue = status["exchanges"][0]["pid"]
        core = core_of(host)
        try:
            held = memory_holds(venue, needle)
        except PermissionError:
            skip_all("the memory of other processes may not be read here")
        tap.ok(held, "the key is in the exchange's process: the search finds what is there")
        for one in status["bots"]:
            pid = one["pid"]
            tap.equal(memory_holds(pid, needle), [], f"bot {one['name']}: not in its memory")
            tap.ok(needle not in read(f"/proc/{pid}/environ"),
                   f"bot {one['name']}: not in its environment")
            tap.ok(not any(path in link for link in descriptors(pid)),
                   f"bot {one['name']}: it has no descriptor of the file", descriptors(pid))
            tap.ok(all(link.startswith(("/dev/null", "pipe:", "socket:", "anon_inode:"))
                       for link in descriptors(pid)),
                   f"bot {one['name']}: it has no file at all", descriptors(pid))
        tap.equal(memory_holds(core, needle), [], "not in the core's memory")
        tap.equal(memory_holds(host.process.pid, needle), [], "not in the supervisor's memory")
        for pid in (venue, core, host.process.pid):
            tap.ok(needle not in read(f"/proc/{pid}/environ") + read(f"/proc/{pid}/cmdline"),
                   "not in an environment or a command line")
            tap.ok(not any(path in link for link in descriptors(pid)),
                   "and nobody keeps the file open", descriptors(pid))
        tap.ok(len(children(host.process.pid)) == 5, "those were all processes")
        tap.equal(next(b for b in status["bots"] if b["name"] == "canary")["metrics"]["found"], 0,
                  "a bot that looks for it at every event does not find it")
        tap.ok(needle not in host.ctl("status", raw=True), "status does not tell it")

        said = [line["message"] for line in host.log_lines()]
        tap.ok("my key is <***REDACTED***>, and once more <***REDACTED***>" in said,
               "what the exchange logs is redacted", said)
        tap.ok(any("there is BTC/USDT for ***REDACTED***" in line for line in said),
               "so is the text of its error", said)
        tap.equal(host.stop(), 0, "the daemon ends well")
        tap.equal(files_with(host.directory, needle, path), [], "no file holds it but its own")
    tap.done()


main()
