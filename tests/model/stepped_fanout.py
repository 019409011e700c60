"""A web process: `live.fanout` in steps. What it decides, `live` itself decides."""

from collections.abc import Iterable, Iterator, Sequence
from random import Random
from typing import Any

from live import cursor as cursor_rules
from live.caught_up import CaughtUp, Row
from live.cursor import Cursor
from live.publications import sorted_out
from live.wire import Frame, Moved
from tests.model.database import Database, Message
from tests.model.market import NODES
from tests.model.model_reader import Wire

EVENTS, SNAPSHOT, HEARTBEAT = "events", "snapshot", "heartbeat"
ROOM = 2
Steps = Iterator[None]


class Client:
    """One open connection: its cursor in each feed while it catches up there."""

    __slots__ = ("cursors", "wire")

    def __init__(self, wire: Wire, cursors: dict[str, Cursor | None]) -> None:
        self.wire = wire
        self.cursors = cursors


class Fanout:
    """All clients of one process, and their cursors. Dictionaries serve as ordered sets."""

    __slots__ = (
        "caught_up",
        "cursors",
        "database",
        "everyone",
        "found",
        "is_locked",
        "name",
        "rng",
        "snapshots",
    )

    def __init__(self, database: Database, name: str, rng: Random) -> None:
        self.database = database
        self.name = name
        self.rng = rng
        self.everyone: dict[Client, None] = {}
        self.caught_up: CaughtUp[Client, list[Client]] = CaughtUp(list, ROOM)
        self.cursors: dict[str, Cursor] = {}
        self.found: dict[str, Cursor] = {}
        self.snapshots: dict[str, tuple[Cursor, Any]] = {}
        self.is_locked = False

    def head_of(self, node: str) -> Cursor:
        """A feed's head as the database has it now."""
        rows = self.database.rows[node]
        return Cursor(rows.epoch, rows.head)

    def alone(self, work: Steps) -> Steps:
        """Do `work` under the lock."""
        while self.is_locked:
            yield
        self.is_locked = True
        try:
            yield from work
        finally:
            self.is_locked = False

    def serve(self, client: Client) -> Steps:
        """A connection from its beginning: join, then what its reader asks for."""
        heads = [
            (node, self.known_head(node, cursor) or self.head_of(node))
            for node, cursor in client.cursors.items()
        ]
        self.everyone[client] = None
        for node, head in heads:
            yield from self.catch_up(client, node, head)
        while True:
            yield
            for node, cursor in client.wire.asked():
                yield from self.alone(self.fall_behind(client, node))
                client.cursors[node] = cursor
                yield
                yield from self.catch_up(client, node, self.head_of(node))

    def known_head(self, node: str, cursor: Cursor | None) -> Cursor | None:
        """Our cursor, for who begins there, unless the last heartbeat found us behind."""
        ours, found = self.cursors.get(node), self.found.get(node)
        is_known = ours and found and not ours.is_behind(*found)
        return ours if is_known and cursor is None else None

    def fall_behind(self, client: Client, node: str) -> Steps:
        """A client is behind in a feed, once it has what is being passed on."""
        yield from self.write(self.caught_up.waiting())
        self.caught_up.remove(client, node)
        yield

    def leave(self, client: Client) -> None:
        """Forget a client."""
        self.everyone.pop(client, None)
        self.caught_up.leave(client)

    def catch_up(self, client: Client, node: str, head: Cursor) -> Steps:
        """Send a client what it missed, batch by batch, up to our own cursor."""
        yield
        yield from self.alone(self.advance(node, head))
        while True:
            if client.cursors[node] != (ours := self.cursors[node]):
                frame, cursor = yield from self.missed(node, client.cursors[node], ours)
                client.cursors[node] = cursor
                client.wire.write(frame)
                yield
            elif self.caught_up.is_waiting():
                yield from self.alone(self.write_all())
            else:
                self.caught_up.add(client, node)
                return

    def listen(self, messages: Sequence[Message]) -> Steps:
        """Pass on what continues at our cursors; otherwise read the database."""
        yield from self.alone(self.publish(messages))

    def publish(self, messages: Sequence[Message]) -> Steps:
        """The same, under the lock."""
        found = sorted_out(map(as_sent, messages), self.cursors)
        self.move(found.frames)
        yield from self.write(self.allowed())
        for node in found.unread:
            head = self.head_of(node)
            yield
            yield from self.advance(node, head)

    def advance(self, node: str, head: Cursor) -> Steps:
        """Send a feed's clients everything up to its head, and move our cursor there."""
        ours = self.cursors.get(node)
        # Never back to a head that was read earlier: others may be catching up with our cursor.
        if ours is None or (node not in self.caught_up and ours.is_behind(*head)):
            self.cursors[node] = head
        while self.cursors[node].is_behind(*head):
            frame, cursor = yield from self.missed(node, self.cursors[node], head)
            yield from self.pass_on([Frame("events", frame, moved=Moved(node, cursor))])

    def missed(self, node: str, cursor: Cursor | None, head: Cursor):
        """The next frame for a reader at `cursor`, and its cursor after it."""
        yield
        events = []
        if cursor and cursor.epoch == head.epoch and cursor.seq <= head.seq:
            up_to = min(head.seq, cursor.seq + cursor_rules.BATCH)
            events = self.database.rows[node].events_after(cursor.seq, up_to)
        until = cursor_rules.missed(cursor, head, events[0][0] if events else None)
        if until is None or cursor is None:
            yield
            return self.snapshot(node, head), head
        return (EVENTS, node, until.epoch, cursor.seq, until.seq, events), until

    def snapshot(self, node: str, head: Cursor):
        """What the database holds now, labelled with `head`, which was read before.

        Shared until the next is made: whoever has one never gets an older one.
        """
        kept = self.snapshots.get(node)
        if kept is None or kept[0] != head:
            rows = self.database.rows[node]
            kept = head, (SNAPSHOT, node, *head, dict(rows.held), list(rows.alerts))
            self.snapshots[node] = kept
        return kept[1]

    def beat(self) -> Steps:
        """Read the heads from the database, and send what lost messages left behind."""
        heads = {node: self.head_of(node) for node in NODES}
        self.snapshots.clear()
        yield
        self.found = heads
        yield from self.alone(self.advance_all(heads))
        for client in list(self.everyone):
            yield from self.alone(self.heartbeat(client))

    def advance_all(self, heads: dict[str, Cursor]) -> Steps:
        """The same, under the lock."""
        for node, head in heads.items():
            if node in self.caught_up:
                yield from self.advance(node, head)

    def heartbeat(self, client: Client) -> Steps:
        """Send a client its heads."""
        if client in self.everyone:
            [stand] = self.caught_up.by_stand([client])
            cursors = self.cursors | dict(stand.behind)
            heads = [(node, cursors[node].seq) for node in sorted(stand.hubs)]
            client.wire.write((HEARTBEAT, heads))
        yield

    def move(self, frames: list[Frame]) -> None:
        """Move our cursors past these frames, which wait for all who have caught up."""
        self.caught_up.give(frames, self.cursors, now=0)
        self.cursors.update(frame.moved for frame in frames)

    def pass_on(self, frames: list[Frame]) -> Steps:
        """Send frames that continue at our cursors to all who have caught up there."""
        self.move(frames)
        yield from self.write_all()

    def keep_pace(self) -> Steps | None:
        """Write what waits, after any time."""
        return self.alone(self.write_all()) if self.caught_up.is_waiting() else None

    def write_all(self) -> Steps:
        """Write everything that waits."""
        yield from self.write(self.caught_up.waiting())

    def allowed(self) -> Iterator[Row[Client, list[Client]]]:
        """What waits, row by row, until one has to wait longer, by chance."""
        for row in self.caught_up.waiting():
            if self.rng.random() < 0.3:
                return
            yield row

    def write(self, rows: Iterable[Row[Client, list[Client]]]) -> Steps:
        """Write to the clients of these rows what waits for them."""
        for row in rows:
            clients, frames = self.caught_up.together(row), row.take(now=0)
            for client in clients:
                if client in self.everyone:
                    for frame in frames:
                        client.wire.write(frame.text)
                yield


def as_sent(message: Message) -> dict[str, Any]:
    """A message as the group has it; its frame stands for the text."""
    (node, epoch, prev, seq), events = message
    frame = (EVENTS, node, epoch, prev, seq, events)
    return {"slug": node, "epoch": epoch, "prev": prev, "seq": seq, "text": frame}
