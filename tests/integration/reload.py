"""
SIGHUP: new values reach a bot that runs, a bot whose other options changed is restarted, nobody
else notices, and a configuration that is wrong changes nothing.
"""
import re
import signal

from host import Host, Tap
from zoo_conf import animal, bot, market, until


def good(name, note="", every=1, required=True):
    return bot(name, "good", required, f'note = "{note}"; report_every = {every};')


def conf(bots, **more):
    return market(bots, duration="24h", **more)


def of(status, name):
    return next(b for b in status["bots"] if b["name"] == name)


def identity(status, name):
    one = of(status, name)
    return one["pid"], one["generation"], one["restarts"]


def lines(host, code):
    return [line.get("message", "") for line in host.log_lines() if line.get("code") == code]


def said(host, logger, text):
    return [line for line in host.log_lines()
            if line.get("logger") == logger and line.get("message") == text]


def reload(host, text):
    """Writes, signals, and waits until the daemon has said what became of it."""
    before = len(lines(host, "RELOAD"))
    host.write_conf(text)
    host.process.send_signal(signal.SIGHUP)

    def done():
        new = lines(host, "RELOAD")[before:]
        return [line for line in new if "is in force" in line or "stays in force" in line]
    return until(done)[0]


def nothing_missed(tap, host, names, before, what):
    """They are who they were, go on, and have every trade."""
    after = host.wait(lambda s: all(of(s, n)["metrics"]["events"] >
                                    of(before, n)["metrics"]["events"] + 20 for n in names),
                      what="more events")
    for name in names:
        one = of(after, name)
        tap.equal(identity(after, name), identity(before, name), f"{what}: {name} keeps its process")
        tap.equal((one["events_missed"], one["metrics"]["missed"], one["metrics"]["disorder"]),
                  (0, 0, 0), f"{what}: {name} misses nothing")
    return after


def main():
    tap = Tap()
    with Host(conf([good("one", "first"), good("two", "first"), good("three")])) as host:
        before = host.wait(lambda s: s["ready"] and all(of(s, n)["metrics"].get("events", 0) > 20
                                                        for n in ("one", "two", "three")))

        # A reloadable option.
        tap.ok("is in force" in reload(host, conf([good("one", "second"), good("two", "first"),
                                                   good("three")])), "a good one is in force")
        tap.ok(until(lambda: said(host, "bot.one", "good again: second")),
               "a reloadable value reaches the bot that runs")
        tap.ok(not said(host, "bot.two", "good again: first"), "and only that bot")
        before = nothing_missed(tap, host, ["one", "two", "three"], before, "new value")

        # One that is not.
        reload(host, conf([good("one", "second"), good("two", "first", 2), good("three")]))
        after = host.wait(lambda s: of(s, "two")["pid"] not in (0, of(before, "two")["pid"]) and
                          of(s, "two")["status"] == "RUNNING", what="two again")
        tap.ok(of(after, "two")["generation"] > of(before, "two")["generation"] and
               of(after, "two")["restarts"] == 1,
               "a value that cannot be reloaded: the bot is restarted, once")
        before = nothing_missed(tap, host, ["one", "three"], before, "restart of another")
        host.wait(lambda s: of(s, "two")["metrics"]["events"] >
                  of(before, "two")["metrics"].get("events", 0), what="two goes on")

        # Wrong ones. The daemon goes on with what it has.
        whole = conf([good("one", "third"), good("two", "first", 2), good("three")])
        broken = [
            ("a text that ends nowhere", whole.replace('"third"', '"third'), r"bothy\.conf:\d+"),
            ("a value out of its range", whole.replace("report_every = 1;", "report_every = 0;", 1),
             r"bothy\.conf:\d+: .*report_every"),
            ("a name that is none", whole.replace("max_restarts", "max_restart"),
             r"bothy\.conf:\d+: .*max_restart\b"),
            ("a plugin that is not there", whole.replace(animal("good"), animal("no-such"), 1),
             r"bothy\.conf:\d+: .*no-such"),
            ("an empty file", "", None),
        ]
        for what, text, wanted in broken:
            seen = len(lines(host, "CONFIG"))
            tap.ok("stays in force" in reload(host, text), f"{what}: the old one stays in force")
            new = lines(host, "CONFIG")[seen:] + lines(host, "RELOAD")[-1:]
            if wanted:
                tap.ok(any(re.search(wanted, line) for line in new),
                       f"{what}: the log names file and line", "\n".join(new))
        before = nothing_missed(tap, host, ["one", "two", "three"], host.status(), "wrong ones")
        tap.ok(not said(host, "bot.one", "good again: third"), "no bot got anything of them")

        # A bad plugin comes in beside: it is refused, the others do not notice.
        crowd = [good("one", "second"), good("two", "first", 2), good("three"),
                 bot("bad", "crash_ctor", required=False)]
        reload(host, conf(crowd))
        nothing_missed(tap, host, ["one", "two", "three"], before, "a bad one beside")

        # The file that was good at first is good again.
        tap.ok("is in force" in reload(host, conf([good("one", "fourth"), good("two", "first", 2),
                                                   good("three")])), "back to a good one")
        tap.ok(until(lambda: said(host, "bot.one", "good again: fourth")), "with its values")
        tap.equal(host.stop(), 0, "the daemon ends well")
    tap.done()


main()
