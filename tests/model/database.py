"""The database: what is committed, row locks, and transactions that read what is committed."""

from datetime import datetime
from typing import Any, NamedTuple

from market.markets import Market
from prices import feed
from prices.batch import Sorted, numbered
from prices.feed import Event
from prices.models import FeedEvent
from prices.versions import Held, first_version, revised
from tests.model.market import NODES
from tests.model.violation import Violation

ALERT = FeedEvent.ALERT


class Message(NamedTuple):
    """What the bus carries of a commit: what it appended to a node's feed, with its events."""

    publication: feed.FeedRange
    events: list[tuple[int, Event]]


def check_step(interval: datetime, before: Held, version: Held) -> None:
    """A version brings something new, and neither an older price nor less than was known."""
    if version.lmp < before.lmp:
        raise Violation(f"interval {interval} goes from {before.lmp} back to {version.lmp}")
    if version.ghg is None and before.ghg is not None:
        raise Violation(f"interval {interval} forgets its greenhouse gas component")
    if version[:5] == before[:5]:
        raise Violation(f"interval {interval} is corrected to what it was")


class Rows:
    """One node's rows. `logged` keeps what is trimmed from the log, for the checks."""

    __slots__ = ("alerts", "epoch", "head", "held", "log", "logged", "revisions", "sequence")

    def __init__(self, epoch: str) -> None:
        self.epoch = epoch
        self.head = 0
        self.sequence = 0
        self.held: dict[datetime, Held] = {}
        self.revisions: list[tuple[datetime, Held]] = []
        self.alerts: list[int] = []
        self.log: dict[int, Event] = {}
        self.logged: dict[int, Event] = {}

    def copy(self, epoch: str) -> "Rows":
        """The same rows in a database that was restored: a feed of its own epoch."""
        rows = Rows(epoch)
        rows.head, rows.sequence = self.head, self.head
        rows.held, rows.revisions = dict(self.held), list(self.revisions)
        rows.alerts, rows.log, rows.logged = list(self.alerts), dict(self.log), dict(self.logged)
        return rows

    def held_between(self, market: Market, first: datetime, last: datetime) -> dict[datetime, Held]:
        """The versions held from `first` to `last`, both included."""
        return {interval: row for interval, row in self.held.items() if first <= interval <= last}

    def confirm(self, market: Market, first: datetime, last: datetime, seen_at: datetime) -> None:
        """Record when prices were last repeated."""
        for interval, row in self.held_between(market, first, last).items():
            if row.last_seen_at < seen_at:
                self.held[interval] = row._replace(confirmed_at=seen_at)

    def put(self, interval: datetime, version: Held) -> None:
        """A price row takes its next version."""
        before = self.held.get(interval)
        if before is not None:
            check_step(interval, before, version)
            self.revisions.append((interval, before))
        self.held[interval] = version

    def events_after(self, seq: int, up_to: int) -> list[tuple[int, Event]]:
        """What the log has after `seq`, in order."""
        log = self.log
        return [(number, log[number]) for number in range(seq + 1, up_to + 1) if number in log]

    def trim(self, seq: int) -> None:
        """Forget the log up to `seq`, as retention does."""
        self.log = {number: event for number, event in self.log.items() if number > seq}


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
        """Move a feed's head by `count` events: where it is then, None while its row is locked.

        Taking it locks the row until the commit: so what follows is in commit order.
        """
        return self.database.rows[node].head + count if self.lock(("feed", node)) else None

    def write_prices(self, node: str, batch: Sorted, seen_at: datetime) -> None:
        """Repeated, new and corrected prices."""
        rows = self.database.rows[node]
        self.writes += [(rows.confirm, (*stretch, seen_at)) for stretch in batch.confirmed]
        versions = [(price, first_version(price, seen_at, "oasis")) for price in batch.new]
        versions += [
            (price, revised(held, price, seen_at, "oasis")) for price, held in batch.corrected
        ]
        self.writes += [(rows.put, (price.interval_start, row)) for price, row in versions]

    def append(self, node: str, head: int, events: list[Event]) -> Message:
        """Events with their seqs in a feed whose head they moved to `head`."""
        rows = self.database.rows[node]
        publication = feed.ending_at(head, node, rows.epoch, events)
        placed = list(numbered(publication.prev, events))
        self.writes.append((self.publish, (rows, publication.seq, placed)))
        return Message(publication, placed)

    @staticmethod
    def publish(rows: Rows, head: int, placed: list[tuple[int, Event]]) -> None:
        """Events become visible, and the head with them."""
        for seq, event in placed:
            if seq in rows.logged:
                raise Violation(f"the log has two events {seq}")
            rows.log[seq] = rows.logged[seq] = event
            if event.kind is ALERT:
                rows.alerts.append(event.body["number"])
        rows.head = max(rows.head, head)

    def commit(self) -> None:
        for write, arguments in self.writes:
            write(*arguments)
        self.end()

    def end(self) -> None:
        """Release the locks; without a commit nothing happened."""
        for row in self.locked:
            self.database.locks.pop(row, None)
        self.locked = []
