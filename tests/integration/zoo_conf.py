"""
What the tests with plugins of tests/zoo/ share: a configuration of a short simulated market and
some bots, and a look at processes through /proc.
"""
import os
import time

from host import BUILD, plugin

SYMBOL = "BTC/USDT:USDT"


def animal(name):
    """Path of a plugin of the zoo."""
    return os.path.join(BUILD, "tests", "zoo", ".libs", name + ".so")


def bot(name, plugin_name=None, required=True, params="", symbol=SYMBOL, more=""):
    """An entry of `bots`."""
    return (f'    {{ name = "{name}"; plugin = "{animal(plugin_name or name)}"; '
            f'required = {"true" if required else "false"}; symbols = ( "{symbol}" ); '
            f'params = {{ {params} }}; {more} }}')


def market(bots, speed="100x", duration="10m", heartbeat="1s", max_restarts=2, more="",
           on_end="wait", exchanges=None):
    """A whole configuration but for the paths: the same seed gives the same trades."""
    exchanges = exchanges or (
        f'{{ name = "sim"; plugin = "{plugin("sim")}"; '
        f'params = {{ seed = 7; duration = "{duration}"; step = "1s"; history = "1h"; }}; }}')
    listed = ",\n".join(bots)
    return f"""
mode = "paper";
seed = 1;
status_interval = "0s";
clock = {{ speed = "{speed}"; on_end = "{on_end}"; }};
log = {{ console = "plain"; }};
supervise = {{
    restart_delay = "50ms";
    restart_delay_max = "100ms";
    max_restarts = {max_restarts};
    heartbeat = "{heartbeat}";
    cpu_budget = "200ms";
    shutdown_timeout = "6s";
}};
{more}
exchanges = ( {exchanges} );
bots = (
{listed}
);
"""


def alive(pid):
    """A zombie is not alive."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


def children(pid):
    """Process ids of the children that live, with the name of their program."""
    found = {}
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open(f"/proc/{entry}/stat", encoding="utf-8", errors="replace") as stat:
                name, rest = stat.read().split("(", 1)[1].rsplit(")", 1)
        except OSError:
            continue
        fields = rest.split()
        if int(fields[1]) == pid and fields[0] not in "ZX":
            found[int(entry)] = name
    return found


def core_of(host):
    return next((pid for pid, name in children(host.process.pid).items()
                 if name.startswith("bothyd-core")), None)


def until(condition, timeout=20):
    """Polls; returns the last value of condition()."""
    end = time.monotonic() + timeout
    value = condition()
    while not value and time.monotonic() < end:
        time.sleep(0.03)
        value = condition()
    return value


def actions(host):
    """Rows of the audit, in order."""
    rows = []
    folder = os.path.join(host.directory, "state", "audit")
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), encoding="utf-8") as text:
            rows += text.read().splitlines()[1:]
    return rows
