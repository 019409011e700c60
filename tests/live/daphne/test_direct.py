"""Frames written straight to the socket: a reader sees the same bytes as the server's way shows it.

Against Twisted's own transport and autobahn, in the versions that live/daphne/direct.py names.
"""

import gc
import random
import weakref
import zlib
from collections.abc import Iterator
from contextlib import closing
from typing import Any, NamedTuple

import pytest
from twisted.internet import tcp

from live.daphne import direct
from live.delivery import Audience, Delivery, Parcel
from live.fanout import Fanout
from live.wire import WORTH_COMPRESSING, Frame
from tests.live.daphne.rig import DEFLATE, Rig, from_client

SCHEDULES, CHUNK = 10_000, 1_250
CONTINUED, TEXT, CLOSE, PING, PONG = 0, 1, 8, 9, 10
ANSWERED = b"\x88\x02\x03\xe8"
SLOW = {"type": "websocket.close", "code": 4408}


@pytest.fixture
def rig() -> Iterator[Rig]:
    rig = Rig()
    yield rig
    rig.close()


class World:
    """One reader of a fan-out, direct or not."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.reader = rig.reader()
        self.fanout = Fanout()
        self.fanout.readers.everyone.add(self.reader)
        self.audience = Audience([self.reader])

    async def pass_on(self, *texts: str, pings: bool = False) -> None:
        parcel = Parcel([Frame("events", text) for text in texts], pings=pings)
        await self.fanout.readers.deliver([Delivery(self.audience, parcel)])

    @property
    def is_direct(self) -> bool:
        return self.reader.line.send_now is not None


async def test_once_the_handshake_is_out_frames_go_straight_to_the_socket(rig: Rig) -> None:
    world = World(rig)
    assert not world.is_direct  # the answer to the handshake is still on its way
    await world.pass_on("behind it")
    rig.drain()
    assert world.is_direct
    await world.pass_on("one", "two")
    assert world.audience.others == []
    assert not rig.reactor.writers
    assert rig.drain() == b"\x81\x09behind it\x81\x03one\x81\x03two"


async def test_what_a_socket_takes_in_part_follows_once_and_in_order(rig: Rig) -> None:
    world = World(rig)
    rig.drain()
    texts = [str(number) * 9000 for number in range(6)]
    for text in texts:
        await world.pass_on(text)
    assert not world.is_direct
    assert world.reader.wire.backlog > 0
    assert texts_in(rig.drain()) == texts
    assert world.is_direct


async def test_who_is_closed_while_behind_sees_what_waited_and_then_the_code(rig: Rig) -> None:
    world = World(rig)
    rig.drain()
    await world.pass_on("x" * 30_000)
    rig.protocol.handle_reply(SLOW)
    await world.pass_on("never")
    assert rig.drain().endswith(b"x" * 9 + b"\x88\x02\x11\x38")


async def test_nothing_follows_a_close_frame(rig: Rig) -> None:
    world = World(rig)
    rig.drain()
    await world.pass_on("last")
    assert world.is_direct
    rig.protocol.handle_reply(SLOW)
    assert not world.is_direct
    await world.pass_on("never")
    assert rig.drain() == b"\x81\x04last\x88\x02\x11\x38"


async def test_who_closes_is_answered_and_written_to_no_more(rig: Rig) -> None:
    world = World(rig)
    rig.drain()
    await world.pass_on("last")
    rig.say(from_client(CLOSE, b"\x03\xe8"))
    rig.reactor.look()
    assert not world.is_direct
    await world.pass_on("never")
    assert rig.drain() == b"\x81\x04last\x88\x02\x03\xe8"


async def test_a_connection_that_is_reset_is_given_up_by_the_transport(rig: Rig) -> None:
    world = World(rig)
    rig.drain()
    rig.client.close()
    await world.pass_on("lost")
    rig.drain()
    assert not rig.transport.connected
    assert not world.is_direct
    assert world.reader.line.bytes == 0


async def test_pings_and_pongs_come_between_frames(rig: Rig) -> None:
    world = World(rig)
    rig.drain()
    await world.pass_on("a", pings=True)
    rig.protocol.sendPing(b"b")
    rig.say(from_client(PING, b"c"))
    rig.reactor.look()
    await world.pass_on("d")
    assert rig.drain() == b"\x81\x01a\x89\x00\x89\x01b\x8a\x01c\x81\x01d"


async def test_a_client_that_answers_has_spoken_and_one_that_is_silent_has_not(rig: Rig) -> None:
    world = World(rig)
    rig.drain()
    assert world.reader.wire.has_spoken()
    assert not world.reader.wire.has_spoken()
    for said in (from_client(PONG, b""), from_client(PONG, b"p"), from_client(TEXT, b"{}")):
        rig.say(said)
        rig.reactor.look()
        assert world.reader.wire.has_spoken()


async def test_who_is_not_read_may_have_spoken(rig: Rig) -> None:
    world = World(rig)
    rig.drain()
    rig.protocol.has_spoken = False
    rig.protocol.inflow.is_stopped = True
    assert world.reader.wire.has_spoken()
    rig.protocol.inflow.is_stopped = False
    assert not world.reader.wire.has_spoken()


async def test_a_connection_that_is_over_leaves_nothing_that_must_be_searched_for() -> None:
    rig = Rig(DEFLATE)
    world = World(rig)
    await world.pass_on("x" * 5000)
    rig.say(from_client(TEXT, b"{}"))
    rig.drain()
    gone = weakref.ref(rig.protocol)
    gc.collect()
    gc.disable()
    try:
        world.fanout.readers.leave(world.reader)
        rig.close()
        del world, rig
        assert gone() is None
    finally:
        gc.enable()


async def test_a_clients_fragments_are_one_message_whatever_is_written_meanwhile(rig: Rig) -> None:
    world = World(rig)
    rig.drain()
    pieces = [
        from_client(TEXT, b"one ", last=False),
        from_client(PONG, b""),  # a control frame may come between
        from_client(CONTINUED, b"mess", last=False),
        from_client(CONTINUED, b"age"),
    ]
    for piece in pieces:
        for byte in piece:
            rig.say(bytes([byte]))
            rig.reactor.look()
        await world.pass_on("written")
    assert [rig.server.queue.get_nowait().get("text") for _ in range(2)] == [None, "one message"]
    assert texts_in(rig.drain()) == ["written"] * 4


async def test_a_pong_in_the_middle_of_a_frame_is_no_pong(rig: Rig) -> None:
    rig.reader()
    rig.drain()
    pong = from_client(PONG, b"")
    frame = from_client(
        TEXT, bytes(byte ^ mask for byte, mask in zip(pong, b"\1\2\3\4\1\2", strict=True))
    )
    rig.say(frame[:6])
    rig.reactor.look()
    rig.say(frame[6:])  # masked, it reads like one
    rig.reactor.look()
    rig.server.queue.get_nowait()
    assert rig.server.queue.qsize() == 0 or rig.server.queue.get_nowait()["text"]


async def test_a_reader_that_agreed_to_it_gets_long_frames_compressed() -> None:
    with closing(Rig(DEFLATE)) as rig:
        world = World(rig)
        for end in (b"server", b"client"):
            assert b"%b_no_context_takeover" % end in agreed(rig)
        long = "a price like another, " * WORTH_COMPRESSING
        for _ in range(2):  # the second does not build on the first
            await world.pass_on("short", long)
        bytes_seen = rig.drain()
        assert len(bytes_seen) < len(long) / 10
        assert texts_in(bytes_seen) == ["short", long] * 2
        await world.pass_on(long)
        assert world.is_direct
        assert texts_in(rig.drain()[len(bytes_seen) :]) == [long]


@pytest.mark.parametrize(
    "offer",
    [b"permessage-deflate; server_max_window_bits=10", b"permessage-bzip2", b"x-webkit-deflate"],
)
async def test_another_offer_of_compression_is_not_taken(offer: bytes) -> None:
    with closing(Rig(b"Sec-WebSocket-Extensions: %b\r\n" % offer)) as rig:
        world = World(rig)
        assert b"Extensions" not in agreed(rig)
        await world.pass_on("x" * 2000)
        assert texts_in(rig.drain()) == ["x" * 2000]


async def test_a_clients_compressed_message_is_read_and_costs_no_memory_afterwards() -> None:
    with closing(Rig(DEFLATE)) as rig:
        rig.reader()
        rig.drain()
        squeezed = zlib.compressobj(wbits=-15)
        payload = squeezed.compress(b'{"type":"ping"}') + squeezed.flush(zlib.Z_SYNC_FLUSH)
        rig.say(from_client(TEXT | 0x40, payload[:-4]))
        rig.reactor.look()
        rig.server.queue.get_nowait()
        assert rig.server.queue.get_nowait()["text"] == '{"type":"ping"}'
        assert rig.protocol._perMessageCompress._decompressor is None


async def test_a_small_message_that_unfolds_to_megabytes_costs_its_connection() -> None:
    with closing(Rig(DEFLATE)) as rig:
        rig.reader()
        rig.drain()
        squeezed = zlib.compressobj(wbits=-15)
        bomb = squeezed.compress(b"x" * 100_000) + squeezed.flush(zlib.Z_SYNC_FLUSH)
        assert len(bomb) < 126 + 4
        rig.say(from_client(TEXT | 0x40, bomb[:-4]))
        rig.reactor.look()
        assert rig.protocol.state != rig.protocol.STATE_OPEN
        assert rig.server.queue.qsize() == 1  # nothing but the connect


def test_the_pinned_versions_are_those_that_were_tested() -> None:
    assert direct.is_tested()


async def test_with_another_version_frames_go_the_servers_way(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(direct, "is_tested", lambda: False)
    world = World(rig)
    rig.drain()
    assert not world.is_direct
    await world.pass_on("one")
    assert rig.drain() == b"\x81\x03one"


async def test_the_setting_turns_it_off(rig: Rig, settings: Any) -> None:
    settings.DIRECT_WRITES = False
    world = World(rig)
    rig.drain()
    assert not world.is_direct


async def test_where_bytes_are_encrypted_on_their_way_they_do_not_pass_that_by(rig: Rig) -> None:
    rig.transport.TLS = True
    assert direct.socket_send(rig.protocol) is None


async def test_on_another_kind_of_connection_frames_go_the_servers_way(rig: Rig) -> None:
    rig.transport.__class__ = type("Wrapped", (tcp.Server,), {})
    assert direct.socket_send(rig.protocol) is None


class Step(NamedTuple):
    """What happens next, and with which number."""

    what: str
    number: int


STEPS = ("frame", "frame", "frames", "take", "take", "look", "look", "ping", "said", "pong", "beat")


def schedule(seed: int) -> list[Step]:
    """Frames of all sizes, a client that reads now and then, pings, and perhaps an end."""
    rng = random.Random(seed)
    steps = [
        Step(rng.choice(STEPS), int(40_000 ** rng.random())) for _ in range(rng.randint(3, 25))
    ]
    if rng.random() < 0.3:
        end = rng.choice(["cut", "closes"])
        steps.insert(rng.randint(0, len(steps)), Step(end, 0))
    return steps


async def seen(steps: list[Step]) -> bytes:
    """All bytes that the client sees."""
    with closing(Rig()) as rig:
        world = World(rig)
        for step in steps:
            await done(world, step)
        return rig.drain()


async def done(world: World, step: Step) -> None:
    """One step."""
    rig, number = world.rig, step.number
    match step.what:
        case "frame":
            await world.pass_on(chr(65 + number % 26) * number)
        case "frames":
            await world.pass_on(*("f" * (number // 9 + n) for n in range(4)))
        case "beat":
            await world.pass_on("heartbeat", pings=True)
        case "take":
            rig.take(number)
        case "look":
            rig.reactor.look()
        case "ping":
            rig.protocol.sendPing(b"p" * (number % 100))
        case "said":
            rig.say(from_client(PING, b"s" * (number % 100)))
        case "pong":
            rig.say(from_client(PONG, b""))
        case "cut":
            rig.protocol.handle_reply(SLOW)
        case "closes":
            rig.say(from_client(CLOSE, b"\x03\xe8"))


@pytest.mark.long
@pytest.mark.parametrize("first", range(0, SCHEDULES, CHUNK))
async def test_in_any_schedule_a_reader_sees_the_bytes_of_the_servers_way(
    settings: Any, first: int
) -> None:
    straight = 0
    for seed in range(first, first + CHUNK):
        steps = schedule(seed)
        settings.DIRECT_WRITES = True
        ours = await seen(steps)
        settings.DIRECT_WRITES = False
        theirs = await seen(steps)
        if Step("closes", 0) in steps:  # what waits for one that goes is dropped, wherever that is
            least = min(map(len, (ours, theirs)))
            ours, theirs = (data.removesuffix(ANSWERED)[:least] for data in (ours, theirs))
            ours, theirs = ours[: len(theirs)], theirs[: len(ours)]
        assert ours == theirs, f"seed {seed}: {steps}"
        straight += len(ours)
    assert straight > CHUNK * 1000


def agreed(rig: Rig) -> bytes:
    """The server's answer to the handshake."""
    rig.drain()
    return rig.seen.partition(b"\r\n\r\n")[0]


def texts_in(data: bytes) -> list[str]:
    """The texts of a server's frames."""
    texts = []
    while data:
        first, size, start = data[0], data[1], 2
        if size > 125:
            start = 4 if size == 126 else 10
            size = int.from_bytes(data[2:start])
        payload, data = data[start : start + size], data[start + size :]
        if first & 0x40:
            payload = zlib.decompressobj(wbits=-15).decompress(payload + b"\x00\x00\xff\xff")
        texts.append(payload.decode())
    return texts
