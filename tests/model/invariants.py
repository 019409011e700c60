"""What must hold when everything has come to rest."""

from collections import Counter
from datetime import datetime

from prices.models import FeedEvent
from tests.model.database import ALERT, Rows
from tests.model.market import NAMES
from tests.model.violation import Violation


def check(world) -> None:
    """Database, log and readers agree with the market and with each other. Raises Violation."""
    for node, rows in world.database.rows.items():
        for reader in world.readers:
            check_reader(node, rows, reader)
        check_log(node, rows)
        check_prices(node, rows, world.market.newest)


def check_reader(node: str, rows: Rows, reader) -> None:
    """A reader shows what the database holds, and has every alert."""
    held = {NAMES[interval]: (row.revision, row.lmp) for interval, row in rows.held.items()}
    if reader.cursors[node] != (rows.epoch, rows.head):
        raise Violation(f"a reader of {node} stays at {reader.cursors[node]}, head {rows.head}")
    if reader.shown[node] != held:
        raise Violation(f"a reader of {node} shows {reader.shown[node]}, held is {held}")
    if reader.alerts[node] != set(rows.alerts):
        raise Violation(f"a reader of {node} lacks alerts {set(rows.alerts) - reader.alerts[node]}")


def check_log(node: str, rows: Rows) -> None:
    """The log has no hole, and names every change once."""
    if sorted(rows.logged) != list(range(1, rows.head + 1)):
        raise Violation(f"the log of {node} has a hole: {sorted(rows.logged)}")
    logged = Counter(
        (event.kind, *(event.body[name] for name in ("interval_start", "lmp", "revision")))
        for event in rows.logged.values()
        if event.kind is not ALERT
    )
    happened = [
        (
            FeedEvent.PRICE if row.revision == 1 else FeedEvent.CORRECTION,
            NAMES[interval],
            row.lmp,
            row.revision,
        )
        for interval, row in [*rows.revisions, *rows.held.items()]
    ]
    if logged != Counter(happened):
        raise Violation(f"the log of {node} names {logged}, but there were {happened}")
    alerts = [event.body["number"] for event in rows.logged.values() if event.kind is ALERT]
    if alerts != rows.alerts:
        raise Violation(f"the log of {node} names alerts {alerts}, but there were {rows.alerts}")


def check_prices(node: str, rows: Rows, newest: dict[tuple[str, datetime], int]) -> None:
    """The newest version of every published interval is held."""
    published = {interval: version for (name, interval), version in newest.items() if name == node}
    held = {interval: row.lmp for interval, row in rows.held.items()}
    if held != published:
        raise Violation(f"{node} holds {held}, but published is {published}")
    for interval, row in rows.held.items():
        superseded = [version.revision for cursor, version in rows.revisions if cursor == interval]
        if superseded != list(range(1, row.revision)):
            raise Violation(f"{node} {interval} at revision {row.revision} keeps {superseded}")
