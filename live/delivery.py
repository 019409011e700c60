"""Writing the same frames to many readers: one write each, whatever their number."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from live.reader import Reader
from live.websocket_frame import AN_EMPTY_PING
from live.wire import Frame

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


class Delivery(NamedTuple):
    """A parcel, and whom it is for."""

    readers: Sequence[Reader]
    parcel: Parcel


def slices(deliveries: Iterable[Delivery]) -> Iterator[list[Delivery]]:
    """The same deliveries in slices of at most 500 writes."""
    some: list[Delivery] = []
    room = WRITES_AT_A_TIME
    for readers, parcel in deliveries:
        first = 0
        while first < len(readers):
            part = readers[first : first + room]
            some.append(Delivery(part, parcel))
            first += len(part)
            room -= len(part)
            if not room:
                yield some
                some, room = [], WRITES_AT_A_TIME
    if some:
        yield some


def written_now(delivery: Delivery) -> list[Reader]:
    """Write to every reader whose socket takes it at once. Returns the others."""
    parcel, others = delivery.parcel, []
    plain = parcel.on_socket
    for reader in delivery.readers:
        line = reader.line
        send = line.send_now
        if send is None:
            others.append(reader)
            continue
        data = parcel.compressed if line.compresses else plain
        try:
            sent = send(data)
        except OSError:  # it takes nothing, or is lost: the transport will see which
            sent = 0
        if sent != len(data):
            line.keep(data, sent)
    return others
