"""Which connections are kept, and how long a request may take to come."""

import socket
from typing import Any

import pytest
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport

from live.connection_limits import Full
from live.daphne import channel as daphne_channel
from live.daphne import open_files
from live.daphne.arrivals import Arrivals
from live.daphne.channel import BODY_SECONDS, HEADER_SECONDS, IDLE_SECONDS, Channel


def test_who_owes_a_request_longest_is_dropped_and_who_is_answered_stays() -> None:
    arrivals: Arrivals[str] = Arrivals(3, 3)
    assert [arrivals.enter(name, name) for name in "abc"] == [None, None, None]
    arrivals.request_received("a")
    assert arrivals.enter("d", "d") == "b"
    arrivals.request_received("c")
    arrivals.request_answered("c")
    assert arrivals.enter("e", "e") == "d"
    for name in "ce":
        arrivals.request_received(name)
    with pytest.raises(Full):
        arrivals.enter("f", "f")
    arrivals.leave("a")
    arrivals.leave("a")
    assert arrivals.enter("f", "f") is None
    assert set(arrivals.address_of) == {"c", "e", "f"}


def test_a_proxys_connections_are_limited_in_total_alone() -> None:
    arrivals: Arrivals[int] = Arrivals(4, 1)
    assert [arrivals.enter(number, None) for number in range(3)] == [None, None, None]
    assert arrivals.enter(3, "reader") is None
    assert arrivals.enter(4, None) == 0
    arrivals.leave(1)
    assert arrivals.enter(5, "reader") == 3
    assert arrivals.of_address == {"reader": 1}


def test_an_address_that_has_its_share_makes_room_among_its_own() -> None:
    arrivals: Arrivals[int] = Arrivals(9, 2)
    arrivals.enter(1, "other")
    arrivals.enter(2, "mine")
    arrivals.enter(3, "mine")
    assert arrivals.enter(4, "mine") == 2
    arrivals.request_received(3)
    arrivals.request_received(4)
    with pytest.raises(Full):
        arrivals.enter(5, "mine")
    assert arrivals.enter(6, "another") is None


@pytest.mark.parametrize(
    ("files", "wanted", "connections", "readers"),
    [
        (open_files.wanted(1000), 1000, 1100, 1000),
        (1024, 1000, 800, 700),
        (1024, 500, 600, 500),
        (256, 1000, 32, 1),
        (64, 1000, 2, 1),
        (10**6, 1000, 1100, 1000),
    ],
)
def test_readers_and_connections_fit_into_the_files(
    files: int, wanted: int, connections: int, readers: int
) -> None:
    assert open_files.room(files, wanted) == (connections, readers)


class Silent:
    """A request that is never answered."""

    def __init__(self, channel: Any) -> None:
        self.requestHeaders = daphne_channel.WebRequest.__mro__[1](channel).requestHeaders

    def parseCookies(self) -> None: ...  # noqa: N802
    def gotLength(self, length: int) -> None: ...  # noqa: N802
    def handleContentChunk(self, data: bytes) -> None: ...  # noqa: N802
    def requestReceived(self, *_: bytes) -> None: ...  # noqa: N802


class Line(StringTransport):  # type: ignore[misc]
    """A connection, and the socket options that were set on it."""

    def __init__(self) -> None:
        super().__init__()
        self.options: list[tuple[int, ...]] = []

    def getHandle(self) -> "Line":  # noqa: N802
        return self

    def setsockopt(self, *option: int) -> None:
        self.options.append(option)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def channel(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Channel:
    """A new connection."""
    monkeypatch.setattr(Channel, "arrivals", Arrivals(9, 9), raising=False)
    channel = Channel()
    channel.callLater = clock.callLater
    channel.requestFactory = lambda made, _queued: Silent(made)
    channel.makeConnection(Line())
    return channel


def drip(channel: Channel, clock: Clock, data: bytes, seconds: float) -> None:
    """One byte a second or so."""
    for byte in data:
        channel.dataReceived(bytes([byte]))
        clock.advance(seconds)


def test_the_kernel_keeps_little_for_a_client_that_does_not_read(channel: Channel) -> None:
    assert channel.transport.options == [(socket.SOL_SOCKET, socket.SO_SNDBUF, 128 * 1024)]


def test_a_header_that_drips_is_not_waited_for(channel: Channel, clock: Clock) -> None:
    drip(channel, clock, b"GET / HTT", (HEADER_SECONDS - 1) / 9)
    assert not channel.transport.disconnecting
    drip(channel, clock, b"P/1", 0.5)
    assert channel.transport.disconnecting


def test_a_body_that_drips_is_not_waited_for(channel: Channel, clock: Clock) -> None:
    clock.advance(IDLE_SECONDS - 1)
    drip(channel, clock, b"POST / HTTP/1.1\r\nContent-Length: 900\r\n\r\n", 0.01)
    drip(channel, clock, b"x" * 10, (BODY_SECONDS - 1) / 10)
    assert not channel.transport.disconnecting
    drip(channel, clock, b"x" * 2, 1)
    assert channel.transport.disconnecting


def test_a_connection_that_asks_for_nothing_is_closed_and_one_that_is_answered_is_not(
    channel: Channel, clock: Clock
) -> None:
    channel.dataReceived(b"GET / HTTP/1.1\r\n\r\n")
    clock.advance(10 * IDLE_SECONDS)
    assert not channel.transport.disconnecting
    assert not channel.arrivals.waiting
    channel.requestDone(channel.requests[0])
    clock.advance(IDLE_SECONDS - 1)
    assert not channel.transport.disconnecting
    clock.advance(1)
    assert channel.transport.disconnecting
