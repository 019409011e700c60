"""The feeds as the database file has them, read without the project's own code."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from benchmarks.feed_check import FeedLog, digest

CURSORS = "SELECT upper(slug), epoch, head FROM prices_feed JOIN prices_node ON id = node_id"
EVENTS = """
SELECT seq, kind, body FROM prices_feedevent JOIN prices_node ON id = node_id
WHERE upper(slug) = ? ORDER BY seq
"""


class NotWhole(Exception):
    """The database's own log has a hole."""


def heads(database: Path) -> dict[str, int]:
    """The head of each hub's feed."""
    return {hub: head for hub, (_, head) in cursors(database).items()}


def cursors(database: Path) -> dict[str, tuple[str, int]]:
    """The epoch and the head of each hub's feed."""
    with closing(sqlite3.connect(database, timeout=20)) as opened:
        return {hub: (epoch, head) for hub, epoch, head in opened.execute(CURSORS)}


def logs(database: Path) -> dict[str, FeedLog]:
    """Every hub's whole log. Raises NotWhole if a seq is missing."""
    with closing(sqlite3.connect(database, timeout=20)) as opened:
        found = opened.execute(CURSORS).fetchall()
        return {hub: log(opened, hub, epoch) for hub, epoch, _ in found}


def log(opened: sqlite3.Connection, hub: str, epoch: str) -> FeedLog:
    """One hub's log, from seq 1."""
    rows = opened.execute(EVENTS, (hub,)).fetchall()
    if [row[0] for row in rows] != list(range(1, len(rows) + 1)):
        raise NotWhole(f"{hub}: {len(rows)} events, the last of them {rows[-1][0]}")
    return FeedLog(
        epoch, [digest({"seq": seq, "kind": kind, **json.loads(body)}) for seq, kind, body in rows]
    )
