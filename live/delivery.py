"""Writing the same frames to many readers: one write each, whatever their number."""

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from live.reader import Reader
from live.websocket_frame import AN_EMPTY_PING
from live.wire import LINES, Frame, Line

WRITES_AT_A_TIME = 500


class Parcel:
    """Frames that are written together, and perhaps a ping after them."""

    def __init__(self, frames: Iterable[Frame], *, pings: bool = False) -> None:
        self.frames = tuple(frames)
        self.pings = pings

    @cached_property
    def on_socket(self) -> bytes:
        """All of them as WebSocket frames, in one piece."""
        return self.written(compressed=False)

    @cached_property
    def compressed(self) -> bytes:
        """The same for readers that have agreed to compression."""
        return self.written(compressed=True)

    def written(self, *, compressed: bool) -> bytes:
        ping = AN_EMPTY_PING if self.pings else b""
        return b"".join(frame.written(compressed=compressed) for frame in self.frames) + ping


class Straight:
    """Lines that take bytes at once, and the `send` of each.

    Going through a list of them takes half a microsecond a write, through the readers twice that.
    """

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.sends: list[Callable[[bytes], int]] = []

    def write(self, data: bytes) -> None:
        """Write to all; what a socket does not take is kept for later."""
        size = len(data)
        for index, send in enumerate(self.sends):
            try:
                sent = send(data)
            except OSError:  # it takes nothing, or is lost: the transport will see which
                sent = 0
            if sent != size:
                self.lines[index].keep(data, sent)


class Audience:
    """Readers that are written to together, sorted by how: anew whenever any line has changed."""

    def __init__(self, readers: Iterable[Reader]) -> None:
        self.readers = list(readers)
        self.sort()

    def __len__(self) -> int:
        return len(self.readers)

    def sort(self) -> None:
        self.changes = LINES.changes
        self.plain, self.compressing = Straight(), Straight()
        self.others: list[Reader] = []
        for reader in self.readers:
            line = reader.line
            send = line.send_now
            if send is None:
                self.others.append(reader)
            else:
                straight = self.compressing if line.compresses else self.plain
                straight.lines.append(line)
                straight.sends.append(send)

    def write(self, parcel: Parcel) -> list[Reader]:
        """Write to every reader whose socket takes it at once. Returns the others."""
        if self.changes != LINES.changes:
            self.sort()
        self.plain.write(parcel.on_socket)
        if self.compressing.lines:
            self.compressing.write(parcel.compressed)
        return self.others


class Delivery(NamedTuple):
    """A parcel, and whom it is for."""

    audience: Audience
    parcel: Parcel


def deliveries(readers: Iterable[Reader], parcel: Parcel) -> Iterator[Delivery]:
    """One parcel for any number of readers."""
    left = list(readers)
    while left:
        yield Delivery(Audience(left[:WRITES_AT_A_TIME]), parcel)
        del left[:WRITES_AT_A_TIME]


def slices(deliveries: Iterable[Delivery]) -> Iterator[list[Delivery]]:
    """The same deliveries in slices: each ends with the delivery that makes it 500 writes."""
    some: list[Delivery] = []
    writes = 0
    for delivery in deliveries:
        some.append(delivery)
        writes += len(delivery.audience)
        if writes >= WRITES_AT_A_TIME:
            yield some
            some, writes = [], 0
    if some:
        yield some
