"""A web process: `live.fanout` in steps. What it decides, `live.cursor` decides."""

from collections.abc import Iterator
from typing import Any

from live import cursor as cursor_rules
from live.cursor import Cursor, Step
from tests.model.database import Database, Message
from tests.model.market import NODES
from tests.model.reader import Wire

EVENTS, SNAPSHOT, HEARTBEAT = "events", "snapshot", "heartbeat"
Steps = Iterator[None]


class Client:
    """One open connection: where it stands in each feed, as far as the hub knows."""

    __slots__ = ("cursors", "wire")

    def __init__(self, wire: Wire, cursors: dict[str, Cursor | None]) -> None:
        self.wire = wire
        self.cursors = cursors


class Fanout:
    """All clients of one process, and where they stand. Dictionaries serve as ordered sets."""

    __slots__ = ("caught_up", "cursors", "database", "everyone", "is_locked", "name", "snapshots")

    def __init__(self, database: Database, name: str) -> None:
        self.database = database
        self.name = name
        self.everyone: dict[Client, None] = {}
        self.caught_up: dict[str, dict[Client, None]] = {node: {} for node in NODES}
        self.cursors: dict[str, Cursor] = {}
        self.snapshots: dict[tuple[str, Cursor], Any] = {}
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
        heads = [(node, self.head_of(node)) for node in client.cursors]
        self.everyone[client] = None
        for node, head in heads:
            yield from self.catch_up(client, node, head)
        while True:
            yield
            for node, cursor in client.wire.asked():
                self.caught_up[node].pop(client, None)
                client.cursors[node] = cursor
                yield
                yield from self.catch_up(client, node, self.head_of(node))

    def leave(self, client: Client) -> None:
        """Forget a client."""
        self.everyone.pop(client, None)
        for clients in self.caught_up.values():
            clients.pop(client, None)

    def catch_up(self, client: Client, node: str, head: Cursor) -> Steps:
        """Send a client what it missed, page by page, until it stands with us."""
        yield
        yield from self.alone(self.bring_up(node, head))
        while client.cursors[node] != (ours := self.cursors[node]):
            frame, cursor = yield from self.missed(node, client.cursors[node], ours)
            client.cursors[node] = cursor
            client.wire.write(frame)
            yield
        self.caught_up[node][client] = None

    def listen(self, message: Message) -> Steps:
        """A publication: passed on where it follows on our place, else read from the database."""
        yield from self.alone(self.publish(message))

    def publish(self, message: Message) -> Steps:
        """The same, under the lock."""
        (node, epoch, prev, seq), events = message
        if node not in self.cursors:
            return
        step = self.cursors[node].step(epoch, prev, seq)
        if step is Step.NEXT:
            frame = (EVENTS, node, epoch, prev, seq, events)
            yield from self.pass_on(node, frame, Cursor(epoch, seq))
        elif step is not Step.SEEN:
            head = self.head_of(node)
            yield
            yield from self.bring_up(node, head)

    def bring_up(self, node: str, head: Cursor) -> Steps:
        """Bring the clients of a feed to its head, and us with them."""
        ours = self.cursors.get(node)
        # Never back to a head that was read earlier: others may be catching up with where we are.
        if ours is None or (not self.caught_up[node] and ours.is_behind(*head)):
            self.cursors[node] = head
        while self.cursors[node].is_behind(*head):
            frame, cursor = yield from self.missed(node, self.cursors[node], head)
            yield from self.pass_on(node, frame, cursor)

    def missed(self, node: str, cursor: Cursor | None, head: Cursor):
        """The next frame for a reader at `cursor`, and where it stands then."""
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
        """What the database holds now, said to be of `head`, which was read before; shared."""
        frame = self.snapshots.get((node, head))
        if frame is None:
            rows = self.database.rows[node]
            frame = (SNAPSHOT, node, *head, dict(rows.held), list(rows.alerts))
            self.snapshots[node, head] = frame
        return frame

    def beat(self) -> Steps:
        """The heads as the database has them, and what lost messages left behind."""
        heads = [(node, self.head_of(node)) for node in NODES]
        self.snapshots.clear()
        yield
        yield from self.alone(self.bring_all_up(heads))

    def bring_all_up(self, heads: list[tuple[str, Cursor]]) -> Steps:
        """The same, under the lock; then every client hears where it should stand."""
        for node, head in heads:
            if self.caught_up[node]:
                yield from self.bring_up(node, head)
        for client in list(self.everyone):
            known = [node for node in client.cursors if client in self.caught_up[node]]
            client.wire.write((HEARTBEAT, [(node, self.cursors[node].seq) for node in known]))

    def pass_on(self, node: str, frame, cursor: Cursor) -> Steps:
        """Give a frame to every client that stands where the frame goes on."""
        before, self.cursors[node] = self.cursors[node], cursor
        for client in list(self.caught_up[node]):
            if client in self.caught_up[node] and client.cursors[node] == before:
                client.cursors[node] = cursor
                client.wire.write(frame)
            yield
