"""A reader of the live feed, as the page is one: it keeps its place, and what it shows."""

from collections import deque
from typing import Any

from live.cursor import Cursor, Step
from prices.feed import Event
from tests.model.database import ALERT
from tests.model.market import NAMES, NODES
from tests.model.violation import Violation


class Wire:
    """A connection. What is written comes in order, until it is cut."""

    __slots__ = ("frames", "questions")

    def __init__(self) -> None:
        self.frames: deque[Any] = deque()
        self.questions: list[list[tuple[str, Cursor | None]]] = []

    def write(self, frame) -> None:
        """From the web process."""
        self.frames.append(frame)

    def ask(self, cursors: list[tuple[str, Cursor | None]]) -> None:
        """From the reader: a resume."""
        self.questions.append(cursors)

    def asked(self) -> list[tuple[str, Cursor | None]]:
        """The next resume, or nothing."""
        return self.questions.pop(0) if self.questions else []


class Reader:
    """What one reader holds of each node, and the checks of every step it makes."""

    __slots__ = ("alerts", "away_until", "cursors", "name", "shown", "suspects", "takes", "wire")

    def __init__(self, name: str) -> None:
        self.name = name
        self.takes = {
            "events": self.take_events,
            "snapshot": self.take_snapshot,
            "heartbeat": self.take_heartbeat,
        }
        self.wire: Wire | None = None
        self.away_until = 0
        self.forget()

    def forget(self) -> None:
        """A page that is loaded anew."""
        self.cursors: dict[str, Cursor | None] = dict.fromkeys(NODES)
        self.shown: dict[str, dict[str, tuple[int, float]]] = {node: {} for node in NODES}
        self.alerts: dict[str, set[int]] = {node: set() for node in NODES}
        self.suspects: dict[str, Cursor] = {}

    def read(self) -> None:
        """Take one frame, if there is one."""
        if self.wire and self.wire.frames:
            kind, *frame = self.wire.frames.popleft()
            self.takes[kind](*frame)

    def take_snapshot(self, node: str, epoch: str, seq: int, held, alerts: list[int]) -> None:
        """All of a node anew."""
        shown = {NAMES[interval]: (row.revision, row.lmp) for interval, row in held.items()}
        cursor = self.cursors[node]
        if cursor and cursor.epoch == epoch:
            for interval, (_, version) in self.shown[node].items():
                self.check_not_older(node, interval, shown.get(interval, (0, -1))[1], version)
        self.shown[node] = shown
        self.alerts[node] = set(alerts)
        self.cursors[node] = Cursor(epoch, seq)

    def take_events(
        self, node: str, epoch: str, prev: int, seq: int, events: list[tuple[int, Event]]
    ) -> None:
        """Events: the next ones are taken, seen ones left, and for missing ones it asks."""
        cursor = self.cursors[node]
        step = cursor.step(epoch, prev, seq) if cursor else Step.GAP
        if step is Step.GAP:
            self.wire.ask([(node, cursor)])
        elif step is Step.NEXT:
            self.check_complete(node, cursor, [number for number, _ in events], seq)
            for _, event in events:
                self.apply(node, event)
            self.cursors[node] = Cursor(epoch, seq)

    def apply(self, node: str, event: Event) -> None:
        """One event. A lower revision never replaces a higher one: a snapshot may be ahead."""
        told = event.body
        if event.kind is ALERT:
            self.alerts[node].add(told["number"])
            return
        interval = told["interval_start"]
        revision, version = self.shown[node].get(interval, (0, -1))
        if told["revision"] >= revision:
            self.check_not_older(node, interval, told["lmp"], version)
            self.shown[node][interval] = (told["revision"], told["lmp"])

    def take_heartbeat(self, heads: list[tuple[str, int]]) -> None:
        """A head that is ahead of our place, and still is at the next heartbeat, was missed."""
        for node, head in heads:
            cursor = self.cursors[node]
            if not cursor or not cursor.is_behind(cursor.epoch, head):
                self.suspects.pop(node, None)
            elif self.suspects.get(node) == cursor:
                self.suspects.pop(node)
                self.wire.ask([(node, cursor)])
            else:
                self.suspects[node] = cursor

    def check_complete(self, node: str, cursor: Cursor, numbers: list[int], seq: int) -> None:
        """Each event once, in order, and none left out."""
        if numbers != list(range(cursor.seq + 1, seq + 1)):
            raise Violation(f"a reader of {node} at {cursor.seq} takes {numbers} up to {seq}")

    def check_not_older(self, node: str, interval: str, version: float, before: float) -> None:
        """What is shown never goes back to an older version."""
        if version < before:
            raise Violation(f"a reader of {node} sees {interval} go from {before} to {version}")
