"""The live feed as its readers hear it, over the WebSocket and as an event stream."""

import asyncio
import json
from typing import Any

from asgiref.sync import async_to_sync, sync_to_async
from asgiref.testing import ApplicationCommunicator
from channels.layers import get_channel_layer

from caisoproject.asgi import application
from live.fanout import fanout
from prices.models import Feed, Node
from tests.recorded.frozen import Frozen
from tests.recorded.projected import Watched
from tests.recorded.recording import Texts, in_lines
from tests.recorded.scene import EPOCHS, at, come, price

PATIENCE_S = 10
TOKEN = (b"authorization", b"Bearer of-the-tests")
PING = '{"type":"ping","id":"are you there?"}'
BAD_FRAMES = [
    "{",
    "[]",
    "{}",
    '{"type":"NaN","id":NaN}',
    '{"type":"subscribe"}',
    '{"type":"ping"}',
    '{"type":"ping","id":true}',
    '{"type":"ping","id":7}',
    '{"type":"resume"}',
    '{"type":"resume","feeds":{"SP15":{"epoch":1,"seq":1}}}',
    '{"type":"resume","feeds":{"NP15":{"epoch":"5b150001","seq":1}}}',
    json.dumps({"type": "ping", "id": "x" * 5000}),
]
REFUSED = {
    "socket-of-no-hub": "hubs=XP99",
    "socket-from-nowhere": "hubs=SP15&after=here",
    "socket-from-too-many-places": "hubs=SP15&after=5b150001:1,0b150002:1",
    "socket-of-too-long": "hubs=SP15&hours=169",
    "socket-of-too-many-hubs": "hubs=" + ",".join(f"H{n}" for n in range(51)),
}


class Reader(ApplicationCommunicator):
    """One connection; `heard` is all that was sent and came, line by line."""

    kind = ""

    def __init__(self, scope: dict[str, Any]) -> None:
        super().__init__(application, {"type": self.kind, "path": "", **scope})
        self.heard: list[str] = []

    async def next(self) -> dict[str, Any]:
        """What comes next, put down as it came."""
        message: dict[str, Any] = await self.receive_output(timeout=PATIENCE_S)
        self.heard.append(in_lines(written(message)))
        return message

    async def hear(self, count: int) -> None:
        """So many frames more."""
        for _ in range(count):
            await self.next()


def written(message: dict[str, Any]) -> str:
    """A message of the application as a line or more."""
    kind = message["type"]
    if kind == "websocket.send":
        return f"> {message['text']}"
    if kind == "http.response.body":
        return str(message["body"].decode())
    rest = {
        name: value
        for name, value in message.items()
        if name not in ("type", "headers", "subprotocol") and value is not None
    }
    headers = [
        f"{name.decode()}: {value.decode()}"
        for name, value in message.get("headers") or ()
        if name != b"x-request-id"  # another for each
    ]
    return "\n".join([f"> {kind} {json.dumps(rest)}", *headers])


class Socket(Reader):
    """A program on the WebSocket."""

    kind = "websocket"

    def __init__(self, query: str, *headers: tuple[bytes, bytes]) -> None:
        asked = {"path": "/ws", "query_string": query.encode(), "headers": [*headers]}
        super().__init__({**asked, "subprotocols": []})

    async def connect(self) -> None:
        """Connect, and hear the first answer."""
        await self.send_input({"type": "websocket.connect"})
        await self.next()

    async def say(self, text: str) -> None:
        """Send a frame."""
        self.heard.append(f"< {text[:200]}")
        await self.send_input({"type": "websocket.receive", "text": text})

    async def until_pong(self) -> None:
        """Everything up to the answer to a ping: who answers has said all it had to say."""
        await self.say(PING)
        while '"pong"' not in (await self.next()).get("text", '"pong"'):
            pass

    async def until_closed(self) -> None:
        """Everything up to the end."""
        while (await self.next())["type"] != "websocket.close":
            pass
        await self.leave()

    async def leave(self) -> None:
        """Go."""
        await self.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.wait(timeout=PATIENCE_S)


class Stream(Reader):
    """A script that reads the event stream."""

    kind = "http"

    def __init__(self, query: str, last_id: str = "") -> None:
        headers = [(b"host", b"127.0.0.1:8000"), TOKEN]
        headers += [(b"last-event-id", last_id.encode())] if last_id else []
        asked = {"path": "/api/v1/stream", "query_string": query.encode(), "headers": headers}
        super().__init__({**asked, "method": "GET", "client": ["203.0.113.90", 50_000]})

    async def until_closed(self) -> None:
        """Everything up to the end."""
        while (await self.next()).get("more_body", True):
            pass
        await self.send_input({"type": "http.disconnect"})
        await self.wait(timeout=PATIENCE_S)


def taken(world: Frozen) -> Texts:
    """What every reader hears, by file."""
    return async_to_sync(everything)(world)


async def everything(world: Frozen) -> Texts:
    """Readers come, prices and alerts come, a hub goes, and at last the server does."""
    watched = Watched()
    try:
        readers = await those_who_come()
        await what_comes(world, readers, watched)
        texts = {name: reader.heard for name, reader in readers.items()}
        texts |= {"socket-that-errs": await bad_frames(), "socket-that-rushes": await too_many()}
        texts |= await refused()
        await farewell(world, readers)
    finally:
        await fanout().stop()
        await get_channel_layer().flush()
        watched.close()
    return {f"{name}.txt": "\n".join([*heard, ""]) for name, heard in texts.items()}


async def those_who_come() -> dict[str, Any]:
    """Readers at their first connection, and such as were here before."""
    head = await sync_to_async(lambda: Feed.objects.get(node__slug="sp15").head)()
    place = f"{EPOCHS['SP15']}:{head - 6}"
    sockets = {
        "socket": Socket("hubs=SP15,NP15&hours=2", TOKEN),
        "socket-resumed": Socket(f"hubs=SP15,NP15&after={place}&hours=1", TOKEN),
        "socket-of-another-life": Socket(f"hubs=SP15&after=0ther11fe:{head}&hours=1", TOKEN),
    }
    for socket in sockets.values():
        await socket.connect()
        await socket.until_pong()
    streams = {
        "stream": Stream("hubs=SP15,ZP26"),
        "stream-resumed": Stream("hubs=SP15,ZP26", f"{place},{EPOCHS['ZP26']}:0"),
    }
    for stream in streams.values():
        await stream.hear(4)  # the head of the answer, hello, and a frame for each hub
    return {**sockets, **streams}


async def what_comes(world: Frozen, readers: dict[str, Any], watched: Watched) -> None:
    """A beat; a price, a correction and alerts; a hub that is no longer tracked."""
    await beat(world, readers)
    await until_somebody_listens(watched)
    now = at("15:35", 21)
    for prices in (
        [price(at("15:35"), "2510.5"), price(at("15:20"), "12.00001")],
        [price(at("15:40"), "41.25"), price(at("15:05"), "44.5", "NP15")],
    ):
        ranges = await sync_to_async(come)(world, prices, now)
        for reader in readers.values():
            hubs = reader.scope["query_string"].decode().lower()
            await reader.hear(sum(one.slug in hubs for one in ranges))
        now = at("15:40", 17)
    place = {"epoch": EPOCHS["SP15"], "seq": ranges[0].prev - 2}
    await readers["socket"].say(json.dumps({"type": "resume", "feeds": {"SP15": place}}))
    await readers["socket"].until_pong()
    await sync_to_async(Node.objects.filter(slug="zp26").update)(tracked=False)
    await beat(world, readers, more={"stream": 1, "stream-resumed": 1})


async def beat(world: Frozen, readers: dict[str, Any], more: dict[str, int] | None = None) -> None:
    """A heartbeat, and what else it brings to some."""
    await world.beat()
    for name, reader in readers.items():
        await reader.hear(1 + (more or {}).get(name, 0))


async def until_somebody_listens(watched: Watched) -> None:
    """Wait for the hub to have joined its group: what was announced before costs it a beat."""
    async with asyncio.timeout(PATIENCE_S):
        while not watched.client.pubsub_channels("*group*"):
            await asyncio.sleep(0.01)


async def bad_frames() -> list[str]:
    """What a client is answered to frames that are none."""
    socket = Socket("hubs=ZP26&hours=1", TOKEN)
    await sync_to_async(Node.objects.filter(slug="zp26").update)(tracked=True)
    await socket.connect()
    await socket.until_pong()
    for text in BAD_FRAMES:
        await socket.say(text)
        await socket.next()
    await socket.leave()
    return socket.heard


async def too_many() -> list[str]:
    """What a client that says too much is answered."""
    socket = Socket("hubs=ZP26&hours=1", TOKEN)
    await socket.connect()
    await socket.hear(2)
    for _ in range(21):
        await socket.say(PING)
        await socket.next()
    await socket.leave()
    return socket.heard


async def refused() -> dict[str, list[str]]:
    """Sockets that are closed again."""
    stranger = Socket("hubs=SP15", (b"origin", b"https://evil.example"), (b"host", b"127.0.0.1"))
    found = {"socket-of-a-stranger": stranger}
    await stranger.connect()
    for name, query in REFUSED.items():
        found[name] = Socket(query, TOKEN)
        await found[name].connect()
        await found[name].until_closed()
    return {name: socket.heard for name, socket in found.items()}


async def farewell(world: Frozen, readers: dict[str, Any]) -> None:
    """The server goes away."""
    going = asyncio.ensure_future(fanout().readers.close_all())
    for reader in readers.values():
        await reader.until_closed()
    await going
