"""
Runs of the daemon in virtual time, from the first instant to the end of the data, and what they
leave behind. Shared by the tests of determinism, agreement, replay and recordings.
"""
import json
import sqlite3
import time

from host import Host, plugin

TABLES = ("signals", "orders", "trades", "positions")


class Result:
    """What a run left: documents as bytes and parsed, the status, and how long it took."""

    def __init__(self, host, seconds):
        self.status = host.status()
        self.raw = {table: host.ctl(table, raw=True) for table in TABLES}
        self.rows = {table: json.loads(text) for table, text in self.raw.items()}
        self.seconds = seconds

    def bot(self, name):
        return next(bot for bot in self.status["bots"] if bot["name"] == name)

    def of_bot(self, table, name):
        return [row for row in self.rows[table] if row["bot"] == name]


def run_to_end(host, timeout=300):
    """A started host to the end of its data."""
    began = time.monotonic()
    host.wait_end(timeout)
    return Result(host, time.monotonic() - began)


def ledger(host):
    """The ledger, for reading only, while the daemon is at work with it."""
    db = sqlite3.connect(f"file:{host.directory}/state/ledger.db?mode=ro", uri=True)
    db.row_factory = sqlite3.Row
    return db


def run_conf(conf, timeout=300):
    with Host(conf) as host:
        return run_to_end(host, timeout)


def sim_conf(seed=1, speed="max", duration="1d", step="5s", more=""):
    """Three bots that trade on a simulated market with wild moves."""
    return f"""
mode = "paper";
seed = {seed};
sandbox = "best-effort";
clock = {{ speed = "{speed}"; on_end = "wait"; }};
paper = {{ balance = "10000"; currency = "USDT"; }};
risk = {{ risk_pct = "1.0"; max_position_pct = "20"; min_rr = "1.3"; }};
log = {{ file_size = "0"; }};
exchanges = (
    {{
        name = "sim";
        plugin = "{plugin('sim')}";
        params = {{ seed = {seed}; volatility = "6"; duration = "{duration}"; step = "{step}"; }};
    }}
);
watchlists = (
    {{ name = "majors"; symbols = ( "BTC/USDT:USDT", "ETH/USDT:USDT", "SOL/USDT:USDT" ); }}
);
bots = (
    {{
        name = "funding"; plugin = "{plugin('funding')}"; watchlist = "majors"; trade = true;
        risk = {{ cooldown = "45m"; }};
        params = {{ funding_high = "0.01"; funding_extreme = "0.02"; }};
        grants = {{ max_notional = "5000"; }};
    }},
    {{
        name = "liquidation"; plugin = "{plugin('liquidation')}"; watchlist = "majors";
        trade = true;
        risk = {{ sl_mult = "1.8"; tp1_mult = "2.5"; tp2_mult = "4.0"; max_open_signals = 7; }};
        grants = {{ max_notional = "5000"; }};
    }},
    {{
        name = "pattern"; plugin = "{plugin('pattern')}"; watchlist = "majors"; trade = true;
        risk = {{ tp1_mult = "1.5"; tp2_mult = "2.5"; max_open_signals = 5; }};
        grants = {{ max_notional = "5000"; }};
    }}
);
{more}
"""
