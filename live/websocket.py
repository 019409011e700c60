"""The WebSocket: greets, registers with the hub, and answers the little that clients ask.

A plain ASGI application: a Channels consumer would hop through a thread for every message.
"""

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import structlog
from django.conf import settings
from django.db import Error as DatabaseTrouble

from live import frames
from live.connection_limits import Doors, Full, whose
from live.daphne.wires import DaphneSocket
from live.fanout import UnknownHub, hub
from live.feed_request import BadWish, resumed, wishes
from live.origin import may_listen
from live.rate_limit import Allowance
from live.reader import Client
from live.slugs import quoted
from live.wire import AsgiSocket, Frame, Message, Receive, Send, Wire

log = structlog.get_logger(__name__)
TRY_AGAIN = 1013
BAD_WISH = 4400
UNKNOWN_HUB = 4404
FOREIGN_ORIGIN = 4403
TOO_MANY = 4429
MOST_BYTES = 4096
MOST_ID = 100
MOST_FRAMES, FRAMES_SECONDS = 20, 10
NOT_READY = "The database can't be read at the moment; come back soon."

doors = Doors(settings.SOCKETS_MOST, settings.SOCKETS_PER_ADDRESS)


class Refused(Exception):
    """A client that is let go again: its close code, and the error frame that says why."""

    def __init__(self, close_code: int, code: str, message: str) -> None:
        super().__init__(message)
        self.close_code = close_code
        self.frame = Frame("error", frames.error(code, message))


async def feed_socket(scope: Message, receive: Receive, send: Send) -> None:
    """One client's life: `/ws?hubs=SP15,NP15&after=<epoch>:<seq>,<epoch>:<seq>&hours=24`."""
    await receive()  # websocket.connect
    if not may_listen(dict(scope["headers"])):
        await send({"type": "websocket.close", "code": FOREIGN_ORIGIN})
        return
    await send({"type": "websocket.accept"})
    wire = socket_wire(scope, send)
    try:
        async with admitted(scope):
            await serve(scope, receive, wire)
    except Refused as refused:
        await wire.write(refused.frame)
        await wire.close(refused.close_code)


async def no_such_socket(scope: Message, receive: Receive, send: Send) -> None:
    """A WebSocket anywhere else: 404, where the server can say so before the handshake."""
    await receive()  # websocket.connect
    if "websocket.http.response" in (scope.get("extensions") or {}):
        await send({"type": "websocket.http.response.start", "status": 404, "headers": []})
        await send({"type": "websocket.http.response.body"})
    else:
        await send({"type": "websocket.close"})


def socket_wire(scope: Message, send: Send) -> Wire:
    """The way to this client, by Daphne's own means where it is Daphne that serves it."""
    protocol = (scope.get("extensions") or {}).get("caiso.protocol")
    return DaphneSocket(send, protocol) if protocol else AsgiSocket(send)


@asynccontextmanager
async def admitted(scope: Message) -> AsyncIterator[None]:
    """Room for one more client. Raises Refused where there is none."""
    address = whose(scope.get("client"))
    try:
        doors.enter(address)
    except Full as full:
        raise Refused(TOO_MANY, "too_many_sockets", str(full)) from full
    try:
        yield
    finally:
        doors.leave(address)


async def serve(scope: Message, receive: Receive, wire: Wire) -> None:
    """Greet a client, answer it until it goes, and forget it. Raises Refused."""
    if hub().closing:
        await hub().say_bye(wire)
        return
    try:
        client = Client(wire, wishes(scope["query_string"]))
        await live(client, receive)
    except BadWish as wish:
        raise Refused(BAD_WISH, wish.code, wish.message) from wish
    except UnknownHub as unknown:
        message = f"There is no hub {quoted(unknown.slug)}."
        raise Refused(UNKNOWN_HUB, "unknown_hub", message) from unknown
    except DatabaseTrouble as trouble:
        log.warning("a client can't be served", why=str(trouble))
        raise Refused(TRY_AGAIN, "not_ready", NOT_READY) from trouble


async def live(client: Client, receive: Receive) -> None:
    """All that a client is given; whatever ends it, the hub forgets the client."""
    try:
        await hub().join(client)
        await answer_until_closed(client, receive)
    finally:
        hub().leave(client)


async def answer_until_closed(client: Client, receive: Receive) -> None:
    """Answer every frame of the client; a bad one is told, and never costs the socket.

    One that comes too often is told once, and then not read for a while.
    """
    allowance = Allowance(MOST_FRAMES, FRAMES_SECONDS)
    while (message := await receive())["type"] != "websocket.disconnect":
        if allowance.take(time.monotonic()):
            await answer(client, message.get("text") or "")
        elif allowance.is_first_too_many():
            wait = allowance.wait(time.monotonic())
            await tell_error(
                client,
                "too_many_frames",
                f"At most {MOST_FRAMES} frames in {FRAMES_SECONDS} s; nothing is read meanwhile.",
            )
            client.wire.hold(wait)


async def answer(client: Client, text: str) -> None:
    """Do what one frame of a client asks, or say what is wrong with it."""
    try:
        frame = frame_in(text)
        if frame["type"] == "ping":
            await hub().give(client, Frame("pong", frames.pong(ping_id(frame.get("id")))))
        else:
            await hub().resume(client, resumed(frame, client.places))
    except BadWish as wish:
        await tell_error(client, wish.code, wish.message)


async def tell_error(client: Client, code: str, message: str) -> None:
    """An error frame."""
    await hub().give(client, Frame("error", frames.error(code, message)))


def frame_in(text: str) -> dict[str, Any]:
    """The frame a client sent: a ping or a resume. Raises BadWish."""
    if len(text.encode()) > MOST_BYTES:
        raise BadWish("too_large", f"A frame has at most {MOST_BYTES} bytes.")
    try:
        frame = json.loads(text, parse_constant=refuse)
    except (ValueError, RecursionError) as fault:
        raise BadWish("not_json", "A frame is a JSON object.") from fault
    if not isinstance(frame, dict):
        raise BadWish("not_an_object", "A frame is a JSON object.")
    kind = frame.get("type")
    if not isinstance(kind, str):
        raise BadWish("unknown_type", "A frame's type is a string.")
    if kind not in ("ping", "resume"):
        raise BadWish("unknown_type", f"There is no frame of type {quoted(kind)}.")
    return frame


def refuse(constant: str) -> None:
    """NaN and Infinity, which Python reads and JSON has not."""
    raise ValueError(constant)


def ping_id(name: object) -> str | int:
    """The id a pong gives back. Raises BadWish."""
    if isinstance(name, bool) or not isinstance(name, str | int) or len(str(name)) > MOST_ID:
        message = f"A ping's id is a string or a whole number of at most {MOST_ID} characters."
        raise BadWish("bad_id", message)
    return name
