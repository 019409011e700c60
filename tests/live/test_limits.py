"""What a client may ask for, how often, how many there may be, and who is cut."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest

from live import reader as readers
from live import websocket
from live.close_codes import TOO_SLOW
from live.connection_limits import ConnectionLimits, Full, client_address
from live.cursor import Cursor
from live.daphne import inflow
from live.daphne.inflow import MOST_WAITING, Inflow
from live.fanout import fanout
from live.feed_request import feed_request
from live.rate_limit import RateLimit, RateLimits
from live.reader import MOST_BACKLOG, Reader
from live.wire import NO_LINE, Frame
from tests.live.browsers import announce_all, browser, publish, soon
from tests.published import NP15

on_the_feed = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.usefixtures("quick_fanout"),
]


@pytest.mark.parametrize(
    ("client", "address"),
    [
        (("192.0.2.7", 50_000), "192.0.2.7"),
        (["192.0.2.7", 50_000], "192.0.2.7"),
        (("::ffff:192.0.2.7", 1), "192.0.2.7"),
        (("2001:db8:0:7:aaaa::1", 1), "2001:db8:0:7::"),
        (("2001:db8:0:7:bbbb::2", 1), "2001:db8:0:7::"),
        (("2001:db8:0:8::1", 1), "2001:db8:0:8::"),
        (("fe80::1%eth0", 1), "fe80::"),
        (("::1", 1), "::"),
        (("unknown", 1), "unknown"),
        (("x" * 5000, 1), "x" * 60),
        (None, ""),
    ],
)
def test_a_client_counts_for_its_address_and_in_ipv6_for_its_network(
    client: tuple[str, int] | None, address: str
) -> None:
    assert client_address(client) == address


def test_a_server_is_full_at_its_limits_and_has_room_again_once_somebody_left() -> None:
    connection_limits = ConnectionLimits(3, 2)
    for address in ("a", "a", "b"):
        connection_limits.enter(address)
    with pytest.raises(Full, match="3 clients are connected"):
        connection_limits.enter("c")
    connection_limits.leave("b")
    with pytest.raises(Full, match="2 clients of your address"):
        connection_limits.enter("a")
    connection_limits.leave("a")
    connection_limits.leave("a")
    assert connection_limits.inside == {}


@pytest.mark.parametrize(
    ("moments", "allowed"),
    [
        ([0, 0, 0, 0], [True, True, True, False]),
        ([0, 1, 2, 9.9, 10, 10.5, 11], [True, True, True, False, True, False, True]),
        # No ten seconds have more than three, wherever they begin.
        ([0, 9, 9, 10, 10, 18.9, 19], [True, True, True, True, False, False, True]),
    ],
)
def test_something_may_happen_so_many_times_in_any_ten_seconds(
    moments: list[float], allowed: list[bool]
) -> None:
    rate_limit = RateLimit(3, 10)
    assert [rate_limit.take(moment) for moment in moments] == allowed


def test_the_first_that_is_too_many_is_known_and_how_long_to_wait() -> None:
    rate_limit = RateLimit(1, 10)
    assert (rate_limit.take(0), rate_limit.is_first_too_many()) == (True, False)
    assert (rate_limit.take(4), rate_limit.is_first_too_many()) == (False, True)
    assert (rate_limit.take(5), rate_limit.is_first_too_many()) == (False, False)
    assert rate_limit.wait(5) == 5
    assert rate_limit.wait(11) == 0


class TakenMeanwhile(dict[Any, RateLimit]):
    """Another thread takes out what this one has just seen, and forgets what it would forget."""

    def __contains__(self, key: object) -> bool:
        return True

    def __iter__(self) -> Iterator[str]:
        return iter(["forgotten by then"])


def test_several_threads_may_ask_for_the_limit_of_one_address() -> None:
    limits = RateLimits(3, 10, kept=0)
    limits.each = TakenMeanwhile()
    assert limits.of("192.0.2.7").take(0)


class Transport:
    """A connection as Twisted has it."""

    connected, disconnecting, bufferSize = True, False, 65536  # noqa: N815
    is_read = True

    def pauseProducing(self) -> None:  # noqa: N802
        self.is_read = False

    def resumeProducing(self) -> None:  # noqa: N802
        self.is_read = True


async def test_no_more_is_read_of_a_client_than_we_take(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inflow, "LOOK_SECONDS", 0)
    transport, waiting = Transport(), [0]
    flow = Inflow(transport, lambda: waiting[0])
    flow.message_received()
    assert transport.is_read
    waiting[0] = MOST_WAITING
    flow.message_received()
    assert not transport.is_read
    waiting[0] -= 1
    await soon(lambda: transport.is_read)
    waiting[0] = MOST_WAITING
    flow.message_received()
    assert not transport.is_read


async def test_a_short_hold_ends_no_longer_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inflow, "LOOK_SECONDS", 0)
    transport = Transport()
    flow = Inflow(transport, lambda: 0)
    flow.pause(0)
    flow.pause(60)
    for _ in range(20):
        await asyncio.sleep(0)
    assert not transport.is_read
    flow.paused_until = 0
    flow.look()
    assert transport.is_read


class Tap:
    """A client's end that takes nothing until it is opened."""

    def __init__(self) -> None:
        self.frames: list[Frame] = []
        self.codes: list[int] = []
        self.backlog = 0
        self.is_open = asyncio.Event()
        self.line = NO_LINE
        self.takes_one_snapshot = False
        self.speaks, self.is_dropped, self.pings = True, False, 0

    async def write(self, frame: Frame) -> None:
        self.frames.append(frame)
        if self.takes_one_snapshot and self.kinds().count("snapshot") > 3:
            self.is_open.clear()
        if not self.is_open.is_set():
            self.backlog += len(frame.data)

    async def drained(self) -> None:
        await self.is_open.wait()
        self.backlog = 0

    def pause_reading(self, seconds: float) -> None: ...

    def has_spoken(self) -> bool:
        return self.speaks

    def ping(self) -> None:
        self.pings += 1

    def drop(self) -> None:
        self.is_dropped = True

    async def close(self, code: int) -> None:
        self.codes.append(code)

    def kinds(self) -> list[str]:
        return [frame.kind for frame in self.frames]


class TestOnTheFeed:
    """The same in the fan-out."""

    pytestmark = on_the_feed

    async def test_a_reader_that_takes_nothing_is_cut_once_and_the_others_are_not(self) -> None:
        slow, quick = (Reader(Tap(), feed_request(b"")) for _ in range(2))
        for client in (slow, quick):
            client.wire.is_open.set()
            await fanout().join(client)
        slow.wire.is_open.clear()
        slow.wire.backlog = MOST_BACKLOG + 1
        await announce_all(await publish("41"))
        await soon_heard(quick, "events")
        assert (slow.wire.codes, quick.wire.codes) == ([TOO_SLOW], [])
        assert "events" not in slow.wire.kinds()
        assert fanout().readers.everyone == {quick}

    async def test_a_slow_reader_that_asked_for_it_gets_the_newest_state_instead_of_every_step(
        self,
    ) -> None:
        slow, quick = Reader(Tap(), feed_request(b"latest=1")), Reader(Tap(), feed_request(b""))
        for client in (slow, quick):
            client.wire.is_open.set()
            await fanout().join(client)
        slow.wire.is_open.clear()
        slow.wire.backlog = MOST_BACKLOG + 1
        before = len(slow.wire.frames)
        for number in range(3):
            await announce_all(await publish(str(number), back=3 - number))
        await soon(lambda: quick.wire.kinds().count("events") == 3)
        assert slow.wire.frames[before:] == []  # not even a heartbeat
        slow.wire.is_open.set()
        await soon_heard_again(slow, "snapshot", before)
        [newest] = [frame for frame in slow.wire.frames[before:] if frame.kind != "heartbeat"]
        assert (newest.kind, json.loads(newest.text)["seq"]) == ("snapshot", 3)
        await announce_all(await publish("4", back=-1))
        await soon_heard_again(slow, "events", before)
        assert slow.wire.codes == []

    async def test_a_slow_reader_that_takes_nothing_is_cut_even_if_it_asked_for_the_newest(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        slow = Reader(Tap(), feed_request(b"latest=1"))
        slow.wire.is_open.set()
        await fanout().join(slow)
        monkeypatch.setattr(readers, "PATIENCE_SECONDS", 0.05)
        slow.wire.is_open.clear()
        slow.wire.backlog = MOST_BACKLOG + 1
        await announce_all(await publish("41"))
        await soon(lambda: slow.wire.codes == [TOO_SLOW])
        assert fanout().readers.everyone == set()

    async def test_who_resumes_while_it_is_brought_to_the_newest_waits_for_that(self) -> None:
        slow = Reader(Tap(), feed_request(b"latest=1"))
        slow.wire.is_open.set()
        await fanout().join(slow)
        slow.wire.is_open.clear()
        slow.wire.backlog = MOST_BACKLOG + 1
        feed_ranges = await publish("41")
        await announce_all(feed_ranges)
        await soon(lambda: slow.renewal is not None)
        epoch = feed_ranges[0].epoch
        resuming = asyncio.ensure_future(fanout().resume(slow, {"sp15": Cursor(epoch, 0)}))
        await asyncio.sleep(0)
        slow.wire.is_open.set()
        await resuming
        kinds = [kind for kind in slow.wire.kinds() if kind != "heartbeat"]
        assert kinds == ["hello", "snapshot", "snapshot", "events"]

    async def test_what_comes_to_a_hub_while_another_is_brought_to_the_newest_is_not_forgotten(
        self,
    ) -> None:
        slow = Reader(Tap(), feed_request(b"hubs=SP15,NP15&latest=1"))
        slow.wire.is_open.set()
        await fanout().join(slow)
        slow.wire.is_open.clear()
        slow.wire.backlog = MOST_BACKLOG + 1
        before = len(slow.wire.frames)
        await announce_all(await publish("41", back=3))
        await soon(lambda: slow.renewal is not None)
        slow.wire.takes_one_snapshot = True
        slow.wire.is_open.set()  # for the first snapshot only
        await soon_heard_again(slow, "snapshot", before)
        [done] = fanout().readers.caught_up.hubs_of(slow) or {"sp15"}
        node = {"sp15": "TH_SP15_GEN-APND", "np15": NP15}[done]
        slow.wire.backlog = 2 * MOST_BACKLOG + 10**6
        await announce_all(await publish("42", back=2, node=node))
        await soon(lambda: done not in fanout().readers.caught_up.hubs_of(slow))
        slow.wire.takes_one_snapshot = False
        slow.wire.backlog = 0
        slow.wire.is_open.set()
        await soon(lambda: slow.renewal is None)
        newest = {
            frame.moved.slug: frame.moved.cursor.seq
            for frame in slow.wire.frames[before:]
            if frame.kind == "snapshot"
        }
        heads = {slug: cursor.seq for slug, cursor in fanout().cursors.items()}
        assert newest == heads
        assert fanout().readers.caught_up.hubs_of(slow) == {"sp15", "np15"}

    async def test_a_reader_that_answers_no_ping_is_dropped(self) -> None:
        silent, alive = (Reader(Tap(), feed_request(b"")) for _ in range(2))
        silent.wire.speaks = False
        for client in (silent, alive):
            client.wire.is_open.set()
            await fanout().join(client)
        await soon(lambda: silent.wire.is_dropped)
        await soon(lambda: alive.wire.pings > 0)
        assert (fanout().readers.everyone, alive.wire.is_dropped) == ({alive}, False)

    async def test_a_reader_that_takes_no_batch_is_cut_when_our_patience_ends(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(readers, "PATIENCE_SECONDS", 0.01)
        client = Reader(Tap(), feed_request(b""))
        await fanout().join(client)
        assert [kind for kind in client.wire.kinds() if kind != "heartbeat"] == [
            "hello",
            "snapshot",
        ]
        assert client.wire.codes == [TOO_SLOW]
        assert fanout().readers.everyone == set()

    async def test_a_long_snapshot_on_a_slow_line_is_no_backlog(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        long = Frame("snapshot", "x" * (3 * MOST_BACKLOG))

        async def rendered(*_: object) -> Frame:
            return long

        monkeypatch.setattr("live.catch_up.CatchUp.snapshot", rendered)
        client = Reader(Tap(), feed_request(b"hours=168"))
        joining = asyncio.ensure_future(fanout().join(client))
        await soon_heard(client, "heartbeat")
        client.wire.is_open.set()
        await joining
        assert client.wire.codes == []
        await announce_all(await publish("41"))
        await soon_heard(client, "events")

    @pytest.mark.parametrize("size", [4096, 4097])
    async def test_a_frame_has_at_most_4_kib(self, size: int) -> None:
        client = browser()
        await client.greeted()
        start, end = '{"type":"ping","id":1,"more":"', '"}'
        more = size - len(start) - len(end)
        await client.send_to(text_data=start + "é" * (more // 2) + "." * (more % 2) + end)
        if size > 4096:
            assert (await client.frame("error"))["code"] == "too_large"
        else:
            assert (await client.frame("pong"))["id"] == 1
        await client.disconnect()

    async def test_a_flood_gets_one_error_and_costs_no_socket(self) -> None:
        client = browser()
        await client.greeted()
        for number in range(50):
            await client.send_to(text_data=f'{{"type":"ping","id":{number}}}')
        frames = await client.until("error") + await client.until("heartbeat")
        assert [frame["id"] for frame in frames if frame["type"] == "pong"] == list(range(20))
        assert [frame["code"] for frame in frames if "code" in frame] == ["too_many_frames"]
        await announce_all(await publish("41"))
        assert (await client.frame("events"))["seq"] == 1
        await client.disconnect()

    async def test_there_is_room_for_so_many_sockets_of_an_address(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(websocket, "connection_limits", ConnectionLimits(9, 1))
        first, second = browser(), browser()
        await first.greeted()
        assert (await second.connect())[0]
        assert (await second.frame("error"))["code"] == "too_many_sockets"
        assert (await second.receive_output())["code"] == 4429
        await first.disconnect()
        third = browser()
        await third.greeted()
        await third.disconnect()
        assert websocket.connection_limits.inside == {}

    @pytest.mark.parametrize(
        ("hubs", "code", "close_code"),
        [
            ("SP15&after=x", "bad_after", 4400),
            ("SP15&hours=0", "bad_hours", 4400),
            (",".join(f"H{number}" for number in range(51)), "too_many_hubs", 4400),
        ],
    )
    async def test_a_socket_that_asks_for_what_cannot_be_learns_why_it_closes(
        self, hubs: str, code: str, close_code: int
    ) -> None:
        client = browser(hubs)
        assert (await client.connect())[0]
        assert (await client.frame("error"))["code"] == code
        assert (await client.receive_output())["code"] == close_code
        await client.wait()
        assert (fanout().readers.everyone, websocket.connection_limits.inside) == (set(), {})


async def soon_heard_again(client: Reader, kind: str, since: int) -> None:
    """The same, of the frames since then."""
    await soon(lambda: kind in client.wire.kinds()[since:])


async def soon_heard(client: Reader, kind: str) -> None:
    """Return once a client was written a frame of that kind."""
    async with asyncio.timeout(5):
        while kind not in client.wire.kinds():
            await asyncio.sleep(0.01)
