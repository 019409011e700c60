"""The database: what is committed, row locks, and transactions that read what is committed."""

from typing import Any, NamedTuple

from prices.batch import numbered
from prices.versions import Held
from tests.model.market import NODES
from tests.model.violation import Violation

PRICE, CORRECTION, ALERT = "price", "correction", "alert"


class Told(NamedTuple):
    """An event's content: a price's version and revision, or an alert by its number."""

    kind: str
    interval: int
    version: int
    revision: int


class FeedRange(NamedTuple):
    """What a commit appended to a node's feed, and what the bus carries of it."""

    node: str
    epoch: str
    prev: int
    seq: int
    events: list[tuple[int, Told]]


def check_step(interval: int, before: Held, version: Held) -> None:
    """A version brings something new, and neither an older price nor less than was known."""
    if version.lmp < before.lmp:
        raise Violation(f"interval {interval} goes from {before.lmp} back to {version.lmp}")
    if version.ghg is None and before.ghg is not None:
        raise Violation(f"interval {interval} forgets its greenhouse gas component")
    if version[:5] == before[:5]:
        raise Violation(f"interval {interval} is corrected to what it was")


class Rows:
    """One node's rows. `told` keeps what the log is trimmed of, for the checks."""

    __slots__ = ("alerts", "epoch", "head", "held", "log", "revisions", "sequence", "told")

    def __init__(self, epoch: str) -> None:
        self.epoch = epoch
        self.head = 0
        self.sequence = 0
        self.held: dict[int, Held] = {}
        self.revisions: list[tuple[int, Held]] = []
        self.alerts: list[int] = []
        self.log: dict[int, Told] = {}
        self.told: dict[int, Told] = {}

    def copy(self, epoch: str) -> "Rows":
        """The same rows in a database that was restored: a feed of its own epoch."""
        rows = Rows(epoch)
        rows.head, rows.sequence = self.head, self.head
        rows.held, rows.revisions = dict(self.held), list(self.revisions)
        rows.alerts, rows.log, rows.told = list(self.alerts), dict(self.log), dict(self.told)
        return rows

    def put(self, interval: int, version: Held) -> None:
        """A price row takes its next version."""
        before = self.held.get(interval)
        if before is not None:
            check_step(interval, before, version)
            self.revisions.append((interval, before))
        self.held[interval] = version

    def events_after(self, seq: int, up_to: int) -> list[tuple[int, Told]]:
        """What the log has after `seq`, in order."""
        log = self.log
        return [(cursor, log[cursor]) for cursor in range(seq + 1, up_to + 1) if cursor in log]

    def trim(self, seq: int) -> None:
        """Forget the log up to `seq`, as retention does."""
        self.log = {cursor: told for cursor, told in self.log.items() if cursor > seq}


class Database:
    """Everything committed, and who holds which row."""

    __slots__ = ("locks", "rows")

    def __init__(self) -> None:
        self.rows = {node: Rows("first") for node in NODES}
        self.locks: dict[tuple[str, str], Transaction] = {}

    def backup(self, epoch: str) -> dict[str, Rows]:
        """All rows as they are now."""
        return {node: rows.copy(epoch) for node, rows in self.rows.items()}


class Transaction:
    """Writes that come all at once at the commit, and locks that last until the end."""

    __slots__ = ("database", "locked", "writes")

    def __init__(self, database: Database) -> None:
        self.database = database
        self.locked: list[tuple[str, str]] = []
        self.writes: list[Any] = []

    def lock(self, row: tuple[str, str]) -> bool:
        """Lock a row; False as long as another transaction holds it."""
        holder = self.database.locks.setdefault(row, self)
        if holder is not self:
            return False
        self.locked.append(row)
        return True

    def take_head(self, node: str, count: int) -> int | None:
        """A feed's head for `count` events that follow on it; None while its row is locked.

        Taking it locks the row until the commit: so what follows is in commit order.
        """
        return self.database.rows[node].head if self.lock(("feed", node)) else None

    def write_prices(self, node: str, versions: list[tuple[int, Held]]) -> None:
        """New and corrected prices."""
        rows = self.database.rows[node]
        self.writes += [(rows.put, version) for version in versions]

    def append(self, node: str, head: int, events: list[Told]) -> FeedRange:
        """Events with their cursors behind `head`."""
        rows = self.database.rows[node]
        placed = list(numbered(head, events))
        self.writes.append((self.publish, (rows, placed)))
        return FeedRange(node, rows.epoch, head, head + len(events), placed)

    @staticmethod
    def publish(rows: Rows, placed: list[tuple[int, Told]]) -> None:
        """Events become visible, and the head with them."""
        for seq, told in placed:
            if seq in rows.told:
                raise Violation(f"the log has two events {seq}")
            rows.log[seq] = rows.told[seq] = told
            if told.kind is ALERT:
                rows.alerts.append(told.version)
        rows.head = max(rows.head, placed[-1][0])

    def commit(self) -> None:
        """Everything at once."""
        for write, arguments in self.writes:
            write(*arguments)
        self.end()

    def end(self) -> None:
        """Give the locks back; without a commit nothing happened."""
        for row in self.locked:
            self.database.locks.pop(row, None)
        self.locked = []
