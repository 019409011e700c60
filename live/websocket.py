"""The WebSocket: joins a reader to the fan-out, and answers the few frames that clients send.

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

from live import counted, frames
from live.close_codes import (
    BAD_REQUEST,
    FOREIGN_ORIGIN,
    SIGNED_OUT,
    TOO_MANY,
    TRY_AGAIN,
    UNKNOWN_HUB,
)
from live.connection_limits import ConnectionLimits, Full, client_address
from live.daphne.inflow import MOST_BYTES
from live.daphne.wires import DaphneSocket
from live.fanout import UnknownHub, fanout
from live.feed_request import BadRequest, feed_request, resumed
from live.origin import may_read
from live.rate_limit import RateLimit
from live.reader import Reader
from live.session_watch import SIGN_IN, SignedOut, session_of
from live.shared_sockets import shared_sockets
from live.slugs import quoted
from live.wire import AsgiSocket, Frame, Message, Receive, Send, Wire

log = structlog.get_logger(__name__)
MOST_ID = 100
MOST_FRAMES, FRAMES_SECONDS = 20, 10
# As who is turned away is counted.
WHY = {SIGNED_OUT: "session", TOO_MANY: "full", UNKNOWN_HUB: "hub", TRY_AGAIN: "database"}
NOT_READY = "The database can't be read at the moment; come back soon."

connection_limits = ConnectionLimits(settings.SOCKETS_MOST, settings.SOCKETS_PER_ADDRESS)


class Refused(Exception):
    """A client that is turned away: the close code, and the error frame that says why."""

    def __init__(self, close_code: int, code: str, message: str) -> None:
        super().__init__(message)
        self.close_code = close_code
        self.frame = Frame("error", frames.error(code, message))


async def feed_socket(scope: Message, receive: Receive, send: Send) -> None:
    """Serve one client: `/ws?hubs=SP15,NP15&after=<epoch>:<seq>,<epoch>:<seq>&hours=24`."""
    await receive()  # websocket.connect
    if not may_read(dict(scope["headers"]), scope.get("scheme", "http")):
        counted.client_refused("origin")
        await send({"type": "websocket.close", "code": FOREIGN_ORIGIN})
        return
    await send({"type": "websocket.accept"})
    wire = socket_wire(scope, send)
    try:
        async with admitted(scope):
            await serve(scope, receive, wire)
    except Refused as refused:
        counted.client_refused(WHY.get(refused.close_code, "request"))
        await wire.write(refused.frame)
        await wire.close(refused.close_code)


async def no_such_socket(scope: Message, receive: Receive, send: Send) -> None:
    """A WebSocket at any other address: 404, if the server can answer before the handshake."""
    await receive()  # websocket.connect
    if "websocket.http.response" in (scope.get("extensions") or {}):
        await send({"type": "websocket.http.response.start", "status": 404, "headers": []})
        await send({"type": "websocket.http.response.body", "body": b""})
    else:
        await send({"type": "websocket.close"})


def socket_wire(scope: Message, send: Send) -> Wire:
    """The wire to this client; under Daphne it uses Daphne's own protocol object."""
    protocol = (scope.get("extensions") or {}).get("caiso.protocol")
    return DaphneSocket(send, protocol) if protocol else AsgiSocket(send)


@asynccontextmanager
async def admitted(scope: Message) -> AsyncIterator[None]:
    """Count this client among the connections. Raises Refused if there is no room."""
    address = client_address(scope.get("client"))
    try:
        is_shared = await enter(address)
    except Full as full:
        raise Refused(TOO_MANY, "too_many_sockets", str(full)) from full
    try:
        yield
    finally:
        connection_limits.leave(address)
        if is_shared:
            await shared_sockets.leave(address)


async def enter(address: str) -> bool:
    """Count a client here, and in all web processes; whether the second was done. Raises Full."""
    connection_limits.enter(address)
    try:
        return await shared_sockets.enter(address, connection_limits.most_of_an_address)
    except BaseException:
        connection_limits.leave(address)
        raise


async def serve(scope: Message, receive: Receive, wire: Wire) -> None:
    """Serve a client until it goes. Raises Refused."""
    if fanout().readers.closing:
        await fanout().readers.say_bye(wire)
        return
    try:
        key = await session_of(dict(scope["headers"]))
        reader = Reader(wire, feed_request(scope["query_string"]))
        with fanout().sessions.following(reader, key):
            await live(reader, receive)
    except SignedOut as out:
        raise Refused(SIGNED_OUT, "signed_out", SIGN_IN) from out
    except BadRequest as fault:
        raise Refused(BAD_REQUEST, fault.code, fault.message) from fault
    except UnknownHub as unknown:
        message = f"There is no hub {quoted(unknown.slug)}."
        raise Refused(UNKNOWN_HUB, "unknown_hub", message) from unknown
    except DatabaseTrouble as trouble:
        log.warning("a client can't be served", why=str(trouble))
        raise Refused(TRY_AGAIN, "not_ready", NOT_READY) from trouble


async def live(reader: Reader, receive: Receive) -> None:
    """Join the fan-out, and leave it however the connection ends."""
    try:
        await fanout().join(reader)
        await answer_until_closed(reader, receive)
    finally:
        fanout().leave(reader)


async def answer_until_closed(reader: Reader, receive: Receive) -> None:
    """Answer every frame the client sends; a bad one gets an error, and the socket stays open.

    A client that sends too many is warned once, and then not read for a while.
    """
    rate_limit = RateLimit(MOST_FRAMES, FRAMES_SECONDS)
    while (message := await receive())["type"] != "websocket.disconnect":
        if rate_limit.take(time.monotonic()):
            await answer(reader, message.get("text") or "")
        elif rate_limit.is_first_too_many():
            wait = rate_limit.wait(time.monotonic())
            await send_error(
                reader,
                "too_many_frames",
                f"At most {MOST_FRAMES} frames in {FRAMES_SECONDS} s; nothing is read meanwhile.",
            )
            reader.wire.pause_reading(wait)


async def answer(reader: Reader, text: str) -> None:
    """Do what a client's frame asks, or send an error that says what is wrong with it."""
    try:
        frame = frame_in(text)
        if frame["type"] == "ping":
            await fanout().readers.send(
                reader, Frame("pong", frames.pong(ping_id(frame.get("id"))))
            )
        else:
            await fanout().resume(reader, resumed(frame, reader.cursors))
    except BadRequest as fault:
        await send_error(reader, fault.code, fault.message)


async def send_error(reader: Reader, code: str, message: str) -> None:
    await fanout().readers.send(reader, Frame("error", frames.error(code, message)))


def frame_in(text: str) -> dict[str, Any]:
    """The frame a client sent: a ping or a resume. Raises BadRequest."""
    if len(text.encode()) > MOST_BYTES:
        raise BadRequest("too_large", f"A frame has at most {MOST_BYTES} bytes.")
    try:
        frame = json.loads(text, parse_constant=refuse)
    except (ValueError, RecursionError) as fault:
        raise BadRequest("not_json", "A frame is a JSON object.") from fault
    if not isinstance(frame, dict):
        raise BadRequest("not_an_object", "A frame is a JSON object.")
    kind = frame.get("type")
    if not isinstance(kind, str):
        raise BadRequest("unknown_type", "A frame's type is a string.")
    if kind not in ("ping", "resume"):
        raise BadRequest("unknown_type", f"There is no frame of type {quoted(kind)}.")
    return frame


def refuse(constant: str) -> None:
    """Refuse NaN and Infinity, which Python reads though JSON does not have them."""
    raise ValueError(constant)


def ping_id(name: object) -> str | int:
    """The id to repeat in the pong. Raises BadRequest."""
    if isinstance(name, bool) or not isinstance(name, str | int) or len(str(name)) > MOST_ID:
        message = f"A ping's id is a string or a whole number of at most {MOST_ID} characters."
        raise BadRequest("bad_id", message)
    return name
