"""A client's backlog under Daphne: every byte once, in order, and little of it copied."""

from typing import Any

import pytest

from live.daphne.outflow import PIECE, Outflow


class Transport:
    """A connection as Twisted has it, whose client takes so many bytes and then no more."""

    connected, disconnecting, producerPaused = True, False, False  # noqa: N815

    def __init__(self) -> None:
        self.room = 0
        self.took = b""
        self.buffer = b""
        self.producer: Any = None

    def registerProducer(self, producer: Any, streaming: bool) -> None:  # noqa: N802
        self.producer = producer

    def unregisterProducer(self) -> None:  # noqa: N802
        self.producer = None

    def startWriting(self) -> None:  # noqa: N802
        """The test says when."""

    def writeSomeData(self, data: bytes) -> int:  # noqa: N802
        taken = bytes(data)[: self.room]
        self.took += taken
        self.room -= len(taken)
        return len(taken)

    def write(self, data: bytes) -> None:
        self.buffer += data

    def take(self, room: int) -> None:
        """The client takes so many bytes more; the reactor writes what it can."""
        self.room += room
        while True:
            self.buffer = self.buffer[self.writeSomeData(self.buffer) :]
            if self.buffer or not self.producerPaused:
                return
            self.producerPaused = False
            self.producer.resumeProducing()
            if not self.room:
                return


@pytest.fixture
def transport() -> Transport:
    return Transport()


@pytest.fixture
def outflow(transport: Transport) -> Outflow:
    """Of a connection that has just been made."""
    outflow = Outflow(transport)
    transport.take(0)
    return outflow


async def test_what_a_client_takes_is_written_at_once(
    transport: Transport, outflow: Outflow
) -> None:
    transport.room = 10
    outflow.write(b"12345")
    outflow.write(b"67890")
    assert (transport.took, outflow.bytes, outflow.flowing.is_set()) == (b"1234567890", 0, True)


async def test_what_it_does_not_take_comes_later_once_and_in_order(
    transport: Transport, outflow: Outflow
) -> None:
    frames = [bytes([65 + number]) * (PIECE // 3 + number) for number in range(20)]
    transport.room = PIECE
    for frame in frames:
        outflow.write(frame)
        transport.take(100)
        assert len(transport.buffer) <= PIECE
    assert outflow.bytes > 0
    assert not outflow.flowing.is_set()
    transport.take(10**6)
    assert transport.took == b"".join(frames)
    assert (outflow.bytes, outflow.flowing.is_set()) == (0, True)


async def test_a_client_that_is_gone_keeps_nobody_waiting_and_nothing_in_memory(
    transport: Transport, outflow: Outflow
) -> None:
    outflow.write(b"x" * 100)
    outflow.stopProducing()
    outflow.write(b"y")
    assert (outflow.bytes, outflow.flowing.is_set(), transport.took) == (0, True, b"")


async def test_a_connection_that_is_to_end_is_not_held_open(
    transport: Transport, outflow: Outflow
) -> None:
    outflow.write(b"x" * 100)
    transport.disconnecting = True
    transport.take(0)
    assert transport.producer is None
