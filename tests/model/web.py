"""A web process: `live.fanout` in steps. What it decides, `live.cursor` decides."""

from collections.abc import Iterator
from typing import Any

from live import cursor
from live.cursor import Place, Step
from tests.model.database import Database, Publication
from tests.model.market import NODES
from tests.model.reader import Wire

EVENTS, SNAPSHOT, HEARTBEAT = "events", "snapshot", "heartbeat"
Steps = Iterator[None]


class Client:
    """One open connection: where it stands in each feed, as far as the hub knows."""

    __slots__ = ("places", "wire")

    def __init__(self, wire: Wire, places: dict[str, Place | None]) -> None:
        self.wire = wire
        self.places = places


class Hub:
    """All clients of one process, and where they stand. Dictionaries serve as ordered sets."""

    __slots__ = ("caught_up", "database", "everyone", "is_locked", "name", "places", "snapshots")

    def __init__(self, database: Database, name: str) -> None:
        self.database = database
        self.name = name
        self.everyone: dict[Client, None] = {}
        self.caught_up: dict[str, dict[Client, None]] = {node: {} for node in NODES}
        self.places: dict[str, Place] = {}
        self.snapshots: dict[tuple[str, Place], Any] = {}
        self.is_locked = False

    def head_of(self, node: str) -> Place:
        """A feed's head as the database has it now."""
        rows = self.database.rows[node]
        return Place(rows.epoch, rows.head)

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
        heads = [(node, self.head_of(node)) for node in client.places]
        self.everyone[client] = None
        for node, head in heads:
            yield from self.catch_up(client, node, head)
        while True:
            yield
            for node, place in client.wire.asked():
                self.caught_up[node].pop(client, None)
                client.places[node] = place
                yield
                yield from self.catch_up(client, node, self.head_of(node))

    def leave(self, client: Client) -> None:
        """Forget a client."""
        self.everyone.pop(client, None)
        for clients in self.caught_up.values():
            clients.pop(client, None)

    def catch_up(self, client: Client, node: str, head: Place) -> Steps:
        """Send a client what it missed, page by page, until it stands with us."""
        yield
        yield from self.alone(self.bring_up(node, head))
        while client.places[node] != (ours := self.places[node]):
            frame, place = yield from self.missed(node, client.places[node], ours)
            client.places[node] = place
            client.wire.write(frame)
            yield
        self.caught_up[node][client] = None

    def listen(self, publication: Publication) -> Steps:
        """A publication: passed on where it follows on our place, else read from the database."""
        yield from self.alone(self.publish(publication))

    def publish(self, publication: Publication) -> Steps:
        """The same, under the lock."""
        node, epoch, prev, seq, events = publication
        if node not in self.places:
            return
        step = self.places[node].step(epoch, prev, seq)
        if step is Step.NEXT:
            frame = (EVENTS, node, epoch, prev, seq, events)
            yield from self.pass_on(node, frame, Place(epoch, seq))
        elif step is not Step.SEEN:
            head = self.head_of(node)
            yield
            yield from self.bring_up(node, head)

    def bring_up(self, node: str, head: Place) -> Steps:
        """Bring the clients of a feed to its head, and us with them."""
        ours = self.places.get(node)
        # Never back to a head that was read earlier: others may be catching up with where we are.
        if ours is None or (not self.caught_up[node] and ours.is_behind(*head)):
            self.places[node] = head
        while self.places[node].is_behind(*head):
            frame, place = yield from self.missed(node, self.places[node], head)
            yield from self.pass_on(node, frame, place)

    def missed(self, node: str, place: Place | None, head: Place):
        """The next frame for a reader at `place`, and where it stands then."""
        yield
        events = []
        if place and place.epoch == head.epoch and place.seq <= head.seq:
            up_to = min(head.seq, place.seq + cursor.PAGE)
            events = self.database.rows[node].events_after(place.seq, up_to)
        until = cursor.missed(place, head, events[0][0] if events else None)
        if until is None or place is None:
            yield
            return self.snapshot(node, head), head
        return (EVENTS, node, until.epoch, place.seq, until.seq, events), until

    def snapshot(self, node: str, head: Place):
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

    def bring_all_up(self, heads: list[tuple[str, Place]]) -> Steps:
        """The same, under the lock; then every client hears where it should stand."""
        for node, head in heads:
            if self.caught_up[node]:
                yield from self.bring_up(node, head)
        for client in list(self.everyone):
            known = [node for node in client.places if client in self.caught_up[node]]
            client.wire.write((HEARTBEAT, [(node, self.places[node].seq) for node in known]))

    def pass_on(self, node: str, frame, place: Place) -> Steps:
        """Give a frame to every client that stands where the frame goes on."""
        before, self.places[node] = self.places[node], place
        for client in list(self.caught_up[node]):
            if client in self.caught_up[node] and client.places[node] == before:
                client.places[node] = place
                client.wire.write(frame)
            yield
