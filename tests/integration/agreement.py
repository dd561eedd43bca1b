#!/usr/bin/env python3
"""
One story in four tellings: what bothyctl says, the tables of the ledger, the audit's CSV files
and the log are read side by side after a day of trading on sim, and must agree on every signal,
order and fill. Positions and profits are computed again here, in exact decimals, from nothing
but the fills. Text of money is compared as numbers, without any tolerance.
"""
import csv
import glob
import sys
import time
from collections import Counter, defaultdict
from datetime import datetime, timezone
from decimal import ROUND_HALF_EVEN, Decimal

sys.dont_write_bytecode = True
from host import Host, Tap  # noqa: E402
from replay_common import ledger, run_to_end, sim_conf  # noqa: E402

FEES = {True: Decimal("0.0002"), False: Decimal("0.0005")}  # maker, taker: defaults of sim
FINAL = {"FILLED", "CANCELLED", "REJECTED", "EXPIRED", "NEVER_SENT"}
STEPS = ["NEW", "COMMITTED", "SENT", "ACKED"]


def time_text(ns):
    if ns is None:
        return None
    moment = datetime.fromtimestamp(ns // 10**9, timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + f".{ns // 10**6 % 1000:03d}Z"


def close(a, b):
    """Opinions are doubles, and JSON shows 15 digits of them."""
    if a is None or b is None:
        return a is b
    return abs(a - b) <= 1e-14 * max(abs(a), abs(b))


def compare(tap, name, shown, rows, same, times, opinions=(), booleans=()):
    """Rows of bothyctl with rows of a table: equal members, times, and doubles."""
    tap.equal(len(shown), len(rows), f"{name}: as many rows as the table")
    wrong = []
    for a, b in zip(shown, rows):
        for key, column in same.items():
            if a[key] != b[column]:
                wrong.append(f"{key}: {a[key]!r}, table {b[column]!r}")
        for key, column in times.items():
            if a[key] != time_text(b[column]):
                wrong.append(f"{key}: {a[key]!r}, table {time_text(b[column])!r}")
        for key in opinions:
            if not close(a[key], b[key]):
                wrong.append(f"{key}: {a[key]!r}, table {b[key]!r}")
        for key in booleans:
            if a[key] is not bool(b[key]):
                wrong.append(f"{key}: {a[key]!r}, table {b[key]!r}")
    tap.ok(not wrong, f"{name}: every member as in the table", "\n".join(wrong))


def names(text):
    return {name: name for name in text.split()}


def check_tables(tap, result, tables):
    compare(tap, "signals", result.rows["signals"], tables["signals"],
            {"id": "signal_id", **names("bot type symbol venue direction timeframe correlation_id "
                                        "outcome")},
            {"time": "ts_ns", "ended": "ended_ns"},
            "current entry stop_loss take_profit_1 take_profit_2 take_profit_3 risk_reward_1 "
            "risk_reward_2 risk_reward_3 confidence exit pnl_pct pnl_r".split())
    compare(tap, "orders", result.rows["orders"], tables["orders"],
            names("order_id client_order_id bot symbol venue side type time_in_force state quantity "
                  "filled price stop_price average_price code text group_id parent_id "
                  "correlation_id"),
            {"created": "created_ns", "updated": "updated_ns"}, booleans=["reduce_only"])
    compare(tap, "trades", result.rows["trades"], tables["fills"],
            names("fill_id order_id bot symbol venue side price quantity fee fee_currency "
                  "correlation_id realised_pnl mode"),
            {"time": "ts_ns"}, booleans=["maker"])


def check_counts(tap, result, tables):
    """The status' counts of each bot."""
    for bot in result.status["bots"]:
        name = bot["name"]
        suppressed = sum(row["count"] for row in tables["signal_suppressed"] if row["bot"] == name)
        ends = [row["pnl_pct"] for row in tables["signals"]
                if row["bot"] == name and row["outcome"]]
        wanted = {
            "signals": len(result.of_bot("signals", name)),
            "suppressed": suppressed,
            "orders": sum(row["state"] != "REJECTED" for row in result.of_bot("orders", name)),
            "refused": sum(row["state"] == "REJECTED" for row in result.of_bot("orders", name)),
            "fills": len(result.of_bot("trades", name)),
            "wins": sum(pct > 0 for pct in ends),
            "losses": sum(pct <= 0 for pct in ends),
            "open_signals": len(result.of_bot("signals", name)) - len(ends),
        }
        tap.equal({key: bot[key] for key in wanted}, wanted, f"{name}: counts of the status")
        tap.equal(bot["metrics"]["signals"], bot["signals"] + bot["suppressed"],
                  f"{name}: all that the plugin emitted was accepted or suppressed")


class Position:
    """A position from fills, at average cost."""

    def __init__(self):
        self.quantity = self.cost = self.gross = self.fees = Decimal(0)

    def fill(self, side, price, quantity, fee):
        """Returns what it realised, fee included."""
        signed = quantity if side == "buy" else -quantity
        realised = Decimal(0)
        if self.quantity * signed < 0:
            closing = min(abs(self.quantity), quantity)
            share = self.cost * closing / abs(self.quantity)
            self.cost -= share
            value = price * closing
            realised = value - share if self.quantity > 0 else -value - share
            self.quantity += closing if signed > 0 else -closing
            signed += closing if signed < 0 else -closing
        self.quantity += signed
        self.cost += signed * price
        self.gross += realised
        self.fees += fee
        return realised - fee

    @property
    def realised(self):
        return self.gross - self.fees


def quoted(result):
    """The price at which a position would close, where the market shows quotes."""
    quotes = {feed["symbol"]: feed for feed in result.status["feeds"]}
    return lambda symbol, quantity: Decimal(quotes[symbol]["bid" if quantity > 0 else "ask"])


def check_money(tap, result, tables, closing_price):
    book = defaultdict(Position)
    wrong = []
    for row in tables["fills"]:
        price, quantity = Decimal(row["price"]), Decimal(row["quantity"])
        fee = (price * quantity * FEES[bool(row["maker"])]).quantize(Decimal("1e-8"),
                                                                   ROUND_HALF_EVEN)
        if fee != Decimal(row["fee"]):
            wrong.append(f"fill {row['fill_id']}: fee {row['fee']}, computed {fee}")
        realised = book[row["bot"], row["symbol"]].fill(row["side"], price, quantity, fee)
        if row["realised_pnl"] is None or realised != Decimal(row["realised_pnl"]):
            wrong.append(f"fill {row['fill_id']}: realised {row['realised_pnl']}, computed "
                         f"{realised}")
    tap.ok(not wrong, "fee and profit of every fill, to the last digit", "\n".join(wrong))

    for name, rows in (("positions of the ledger", tables["position_rows"]),
                       ("positions of bothyctl", result.rows["positions"])):
        wrong = []
        for row in rows:
            position = book[row["bot"], row["symbol"]]
            if Decimal(row["quantity"]) != position.quantity:
                wrong.append(f"{row['bot']} {row['symbol']}: holds {row['quantity']}, fills sum to "
                             f"{position.quantity}")
            if Decimal(row["realised_pnl"]) != position.realised:
                wrong.append(f"{row['bot']} {row['symbol']}: realised {row['realised_pnl']}, "
                             f"computed {position.realised}")
            if Decimal(row["fees"]) != position.fees:
                wrong.append(f"{row['bot']} {row['symbol']}: fees {row['fees']}, "
                             f"computed {position.fees}")
        tap.ok(not wrong, f"{name} are the sums of the fills", "\n".join(wrong))
    tap.equal({(r["bot"], r["symbol"]) for r in tables["position_rows"]}, set(book),
              "a position for every bot and symbol with fills, and no others")
    held = {key for key, position in book.items() if position.quantity}
    tap.ok(held <= {(r["bot"], r["symbol"]) for r in result.rows["positions"]},
           "bothyctl shows every open position")

    # The account: balance, what was realised, what is open at the price at which it would close.
    cash = Decimal(10000) + sum(position.realised for position in book.values())
    equity = cash
    for (_bot, symbol), position in book.items():
        if position.quantity:
            mark = closing_price(symbol, position.quantity)
            equity += position.quantity * mark - position.cost
    tap.equal(Decimal(result.status["cash"]), cash, "cash of the account")
    tap.equal(Decimal(result.status["equity"]), equity, "equity of the account")
    tap.ok(any(position.quantity for position in book.values()), "some positions are still open")


def check_orders(tap, tables):
    orders = {row["order_id"]: row for row in tables["orders"]}
    filled = defaultdict(Decimal)
    wrong = []
    for row in tables["fills"]:
        order = orders.get(row["order_id"])
        if order is None:
            wrong.append(f"fill {row['fill_id']} has no order")
            continue
        filled[row["order_id"]] += Decimal(row["quantity"])
        for key in ("bot", "symbol", "venue", "side", "correlation_id"):
            if order[key] != row[key]:
                wrong.append(f"fill {row['fill_id']}: {key} is {row[key]}, its order's {order[key]}")
    tap.ok(not wrong, "every fill belongs to an order, and is like it", "\n".join(wrong))
    wrong = [f"order {number}: filled {row['filled']}, its fills {filled[number]}"
             for number, row in orders.items() if Decimal(row["filled"]) != filled[number]]
    tap.ok(not wrong, "what orders say is filled is the sum of their fills", "\n".join(wrong))
    tap.equal(len({row["client_order_id"] for row in orders.values()}), len(orders),
              "no client order id twice")

    story = defaultdict(list)
    for row in tables["order_events"]:
        story[row["order_row"]].append(row)
    wrong = []
    for row in tables["orders"]:
        events = story[row["id"]]
        states = [event["state"] for event in events]
        # What is recorded twice in the same state is a change of its price or size.
        steps = [state for n, state in enumerate(states) if n == 0 or state != states[n - 1]]
        if row["state"] == "REJECTED":
            fine = steps == ["REJECTED"]
        else:
            fine = steps[:1] == ["NEW"] and all(
                a in STEPS and b in STEPS and STEPS.index(b) == STEPS.index(a) + 1
                or b in FINAL | {"PARTIAL"} and a not in FINAL
                for a, b in zip(steps, steps[1:]))
        times = [event["ts_ns"] for event in events]
        numbers = [event["n"] for event in events]
        if (not fine or states[-1] != row["state"] or times != sorted(times)
                or numbers != sorted(set(numbers)) or row["created_ns"] != times[0]
                or row["updated_ns"] != times[-1]):
            wrong.append(f"order {row['order_id']} is {row['state']}: {' '.join(states)}")
        if "SENT" in states and "COMMITTED" not in states[:states.index("SENT")]:
            wrong.append(f"order {row['order_id']} was sent before it was committed")
        if filled[row["order_id"]] and "SENT" not in states:
            wrong.append(f"order {row['order_id']} was filled and never sent")
    tap.ok(not wrong, "every order's record tells its way through the states", "\n".join(wrong))


def check_correlation(tap, result, tables, log):
    signals = {row["correlation_id"]: row for row in tables["signals"]}
    tap.equal(len(signals), len(tables["signals"]), "no correlation id of two signals")
    orders = defaultdict(list)
    fills = defaultdict(list)
    for row in tables["orders"]:
        orders[row["correlation_id"]].append(row)
    for row in tables["fills"]:
        fills[row["correlation_id"]].append(row)
    tap.ok(set(orders) <= set(signals), "every order comes from a signal")
    wrong = []
    trading = {row["bot"] for row in tables["orders"]}
    for number, signal in signals.items():
        group = orders[number]
        if signal["bot"] not in trading and not group:
            continue
        side = "buy" if signal["direction"] == "LONG" else "sell"
        # One that expired has its position closed at the market.
        closing = [row for row in group if row["type"] == "market" and row["reduce_only"]]
        group = [row for row in group if row not in closing]
        kinds = sorted((row["side"] == side, row["type"], row["reduce_only"]) for row in group)
        if kinds != [(False, "limit", 1), (False, "stop", 1), (True, "market", 0)] \
                and [row["state"] for row in group] != ["REJECTED"]:
            wrong.append(f"{number}: {kinds}")
        if any(signal["outcome"] != "EXPIRED" or row["created_ns"] != signal["ended_ns"]
               or row["side"] == side for row in closing):
            wrong.append(f"{number}: a closing order without need")
        if any(row["bot"] != signal["bot"] or row["symbol"] != signal["symbol"]
               or row["created_ns"] != signal["ts_ns"] for row in group):
            wrong.append(f"{number}: an order of another bot, symbol or time")
        if len({row["group_id"] for row in group}) > 1:
            wrong.append(f"{number}: more than one group")
    tap.ok(not wrong, "a signal leads to an entry, a stop and a target of one group",
           "\n".join(wrong))

    lines = defaultdict(Counter)
    for line in log:
        if "correlation_id" in line:
            lines[line["correlation_id"]][line["code"]] += 1
    tap.equal(result.status["log_lines_lost"], 0, "no line of the log was lost")
    wrong = []
    for number, signal in signals.items():
        wanted = {"SIGNAL": 1, "FILL": len(fills[number]),
                  "SIGNAL_END": int(signal["outcome"] is not None)}
        got = {code: lines[number][code] for code in wanted}
        if got != wanted:
            wrong.append(f"{number}: lines {got}, wanted {wanted}")
    tap.ok(not wrong, "the log has a line for each signal, fill and end, under the signal's id",
           "\n".join(wrong))
    times = defaultdict(list)
    for line in log:
        if line.get("code") == "FILL":
            times[line["correlation_id"]].append(line["event_time"])
    wrong = [number for number, rows in fills.items()
             if times[number] != [time_text(row["ts_ns"]) for row in rows]]
    tap.ok(not wrong, "lines of the log carry the time of the event", "\n".join(wrong))


def details(text):
    """key=value pairs of an audit row's details."""
    return dict(part.split("=", 1) for part in text.split(" ") if "=" in part)


def check_audit(tap, result, tables, directory):
    rows = []
    for path in sorted(glob.glob(f"{directory}/state/audit/audit-*.csv")):
        with open(path, newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                rows.append(row)
                if None in row.values() or None in row:
                    tap.ok(False, f"{path}: a row with the wrong number of cells", row)
                if row["timestamp"][:10] not in path:
                    tap.ok(False, f"{path}: a row of another day", row)
    tap.ok(rows[0]["event"] == "SYSTEM_START" and rows[0]["timestamp"] > "2000",
           "audit: begins with the start, at the first instant of the data", rows[0])
    by_event = defaultdict(list)
    for row in rows:
        row["details"] = details(row["details"])
        by_event[row["event"]].append(row)

    opportunities = [(row["timestamp"], row["marketId"], row["action"], row["details"]["bot"],
                      row["details"]["signal"], row["details"]["correlation"])
                     for row in by_event["TRADE_OPPORTUNITY"]]
    tap.equal(opportunities,
              [(time_text(row["ts_ns"]), row["symbol"], row["direction"], row["bot"],
                str(row["signal_id"]), row["correlation_id"]) for row in tables["signals"]],
              "audit: TRADE_OPPORTUNITY rows are the signals, in order")
    wrong = [row["details"] for row, signal in zip(by_event["TRADE_OPPORTUNITY"], tables["signals"])
             if any(abs(float(row["details"][key]) - signal[column]) > 1e-9 * signal[column]
                    for key, column in (("entry", "entry"), ("stop", "stop_loss"),
                                        ("target", "take_profit_1")))]
    tap.ok(not wrong, "audit: their levels are the signals'", wrong)

    executed = {row["details"]["fill"]: row for row in by_event["TRADE_EXECUTED"]}
    fills = {str(row["fill_id"]): row for row in tables["fills"]}
    wrong = []
    for number, row in executed.items():
        fill = fills[number]
        told = row["details"]
        amount = Decimal(fill["price"]) * Decimal(fill["quantity"])
        if ((row["timestamp"], row["action"].lower(), told["bot"], told["correlation"])
                != (time_text(fill["ts_ns"]), fill["side"], fill["bot"], fill["correlation_id"])
                or any(Decimal(told[key]) != Decimal(fill[key])
                       for key in ("price", "quantity", "fee"))
                or Decimal(row["amount"]) != amount.quantize(Decimal("0.01"), ROUND_HALF_EVEN)):
            wrong.append(f"{row}\n{dict(fill)}")
    tap.ok(not wrong, "audit: TRADE_EXECUTED rows say what the fills say", "\n".join(wrong))

    # A fill that takes the rest of a position is told as POSITION_CLOSED, with the round's profit.
    book, begun, closed = defaultdict(Position), {}, []
    for row in tables["fills"]:
        key = row["bot"], row["symbol"]
        before = book[key].realised
        if not book[key].quantity:
            begun[key] = before
        long = book[key].quantity > 0
        held = book[key].quantity
        book[key].fill(row["side"], Decimal(row["price"]), Decimal(row["quantity"]),
                       Decimal(row["fee"]))
        if held and not book[key].quantity:
            pnl = (book[key].realised - begun[key]).quantize(Decimal("0.01"), ROUND_HALF_EVEN)
            closed.append((time_text(row["ts_ns"]), row["symbol"],
                           "CLOSE_LONG" if long else "CLOSE_SHORT", row["bot"], pnl))
            fills.pop(str(row["fill_id"]))
    tap.equal([(row["timestamp"], row["marketId"], row["action"], row["details"]["bot"],
                Decimal(row["pnl"])) for row in by_event["POSITION_CLOSED"]], closed,
              "audit: POSITION_CLOSED rows are the closing fills, with the profit of the round")
    tap.equal(set(executed), set(fills), "audit: TRADE_EXECUTED rows are all other fills")

    told = Counter((row["details"]["bot"], row["details"]["failed"])
                   for row in by_event["MARKET_EVALUATED"] if row["action"] == "SUPPRESSED")
    counted = Counter()
    for row in tables["signal_suppressed"]:
        counted[row["bot"], row["code"]] += row["count"]
    tap.equal(told, counted,
              "audit: suppressed signals by bot and code")
    refused = [row["details"]["order"] for row in by_event["MARKET_EVALUATED"]
               if row["action"] == "REJECTED"]
    tap.equal(refused, [str(row["order_id"]) for row in tables["orders"]
                        if row["state"] == "REJECTED"], "audit: refused orders")
    tap.equal([(row["timestamp"], row["action"], row["details"]["signal"])
               for row in sorted(by_event["PAPER_TRADE_RESOLVED"],
                                 key=lambda row: int(row["details"]["signal"]))],
              [(time_text(row["ended_ns"]), row["outcome"], str(row["signal_id"]))
               for row in tables["signals"] if row["outcome"]],
              "audit: PAPER_TRADE_RESOLVED rows are the outcomes")
    wrong = [(a["timestamp"], b["timestamp"]) for a, b in zip(rows, rows[1:])
             if a["timestamp"] > b["timestamp"]]
    tap.ok(not wrong, "audit: in the order of time", wrong)
    print(f"# {len(rows)} rows in the audit: {dict(Counter(row['event'] for row in rows))}")


def audit_complete(host):
    """Rows of the audit are written after their commit; until the next one the outbox has them."""
    for _ in range(200):
        with ledger(host) as db:
            lines = [row["line"] for row in db.execute("SELECT line FROM audit_outbox")]
        text = ""
        for path in glob.glob(f"{host.directory}/state/audit/audit-*.csv"):
            with open(path, newline="", encoding="utf-8") as file:
                text += file.read()
        if all(line in text for line in lines):
            return True
        time.sleep(0.05)
    return False


def check(tap, host, result, closing_price):
    """All of it, of a host at the end of its data."""
    with ledger(host) as db:
        tables = {name: db.execute(f"SELECT * FROM {name} ORDER BY rowid").fetchall()
                  for name in ("signals", "orders", "fills", "position_rows", "order_events")}
        tables["signal_suppressed"] = db.execute("SELECT * FROM signal_suppressed").fetchall()
        tap.equal([tuple(row) for row in db.execute("PRAGMA integrity_check")], [("ok",)],
                  "the ledger is whole")
    tap.ok(audit_complete(host), "all that was committed is in the audit")
    check_tables(tap, result, tables)
    check_counts(tap, result, tables)
    check_money(tap, result, tables, closing_price)
    check_orders(tap, tables)
    check_correlation(tap, result, tables, host.log_lines())
    check_audit(tap, result, tables, host.directory)


def main():
    tap = Tap()
    with Host(sim_conf()) as host:
        result = run_to_end(host)
        check(tap, host, result, quoted(result))
        tap.equal(host.stop(), 0, "the daemon ends orderly")
    tap.done()


if __name__ == "__main__":
    main()
