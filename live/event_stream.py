"""The live feed as server-sent events, for scripts and proxies that can't use a WebSocket.

The same frames from the same fan-out. An event's id is the reader's cursor in each of its hubs, so
a reader that sends it as `Last-Event-ID` gets exactly what it missed.

A browser's EventSource gives up for good if the answer is not a stream. So a temporary failure is
reported in a stream that says when to come back; any other is answered with a problem document.
"""

import asyncio
import random
from http import HTTPStatus

import structlog
from django.db import Error as DatabaseTrouble

from live import counted, frames
from live.close_codes import TRY_AGAIN
from live.daphne.wires import DaphneStream
from live.fanout import UnknownHub, fanout
from live.feed_request import MOST_HUBS, BadRequest, FeedRequest, feed_request
from live.origin import NOT_FOR_YOU, is_our_host, may_read
from live.problems import Problem, send_problem
from live.reader import Reader
from live.session_watch import SIGN_IN, SignedOut, session_of
from live.slugs import quoted
from live.websocket import NOT_READY, Refused, admitted
from live.wire import AsgiStream, Cursors, Frame, Message, Receive, Send

log = structlog.get_logger(__name__)
MOST_CURSORS = MOST_HUBS * 60
# When to come back after a temporary failure; for the second a random wait is added.
FULL_RETRY_MS, NOT_READY_RETRY_MS = 30_000, 5_000


async def feed_stream(scope: Message, receive: Receive, send: Send) -> None:
    """Serve one reader: `/api/v1/stream?hubs=SP15,NP15&after=...&hours=24`."""
    try:
        asked = feed_request_of(scope)
        async with admitted(scope):
            key = await session_of(dict(scope["headers"]))
            await serve(scope, receive, send, asked, key)
    except Refused as refused:
        counted.client_refused("full")
        await send_off(send, Frame("error", refused.frame.text, FULL_RETRY_MS))
    except UnknownHub as unknown:
        counted.client_refused("hub")
        problem = Problem(HTTPStatus.NOT_FOUND, f"There is no hub {quoted(unknown.slug)}.")
        await send_problem(send, problem)
    except SignedOut:
        counted.client_refused("session")
        await send_problem(send, Problem(HTTPStatus.UNAUTHORIZED, SIGN_IN))
    except DatabaseTrouble as trouble:
        await not_ready(AsgiStream(send, {}), trouble)
    except Problem as problem:
        is_foreign = problem.status is HTTPStatus.FORBIDDEN
        counted.client_refused("origin" if is_foreign else "request")
        await send_problem(send, problem)


def feed_request_of(scope: Message) -> FeedRequest:
    """What the reader asks for. Raises Problem, also if it may not read the feed."""
    headers = dict(scope["headers"])
    if scope["method"] != "GET":
        raise Problem(HTTPStatus.METHOD_NOT_ALLOWED, "The stream is read with GET.", allow=["GET"])
    if not is_our_host(headers):
        raise Problem(HTTPStatus.BAD_REQUEST, "This server has another name.")
    if not may_read(headers, scope.get("scheme", "http")):
        raise Problem(HTTPStatus.FORBIDDEN, NOT_FOR_YOU)
    last = headers.get(b"last-event-id", b"").decode("latin-1")[:MOST_CURSORS]
    try:
        return feed_request(scope["query_string"], last)
    except BadRequest as fault:
        raise Problem(HTTPStatus.BAD_REQUEST, fault.message) from fault


async def serve(scope: Message, receive: Receive, send: Send, asked: FeedRequest, key: str) -> None:
    """Send the feed until the reader goes, or its session ends. Raises UnknownHub before the first
    byte.
    """
    wire = stream_wire(scope, send, asked.cursors)
    if fanout().readers.closing:
        await fanout().readers.say_bye(wire)
        return
    reader = Reader(wire, asked)
    gone = asyncio.ensure_future(until_gone(receive))
    try:
        with fanout().sessions.following(reader, key):
            await fanout().join(reader)
            await gone
    except DatabaseTrouble as trouble:
        await not_ready(wire, trouble)
    finally:
        gone.cancel()
        fanout().leave(reader)


async def not_ready(wire: AsgiStream, trouble: Exception) -> None:
    """Say in the stream when to come back, and end it."""
    log.warning("a reader can't be served", why=str(trouble))
    counted.client_refused("database")
    retry_ms = NOT_READY_RETRY_MS + random.randrange(NOT_READY_RETRY_MS)
    await wire.write(Frame("error", frames.error("not_ready", NOT_READY), retry_ms))
    await wire.close(TRY_AGAIN)


def stream_wire(scope: Message, send: Send, cursors: Cursors) -> AsgiStream:
    """The wire to this reader; under Daphne it uses Daphne's own request object."""
    request = (scope.get("extensions") or {}).get("caiso.protocol")
    return DaphneStream(send, cursors, request) if request else AsgiStream(send, cursors)


async def until_gone(receive: Receive) -> None:
    """Wait until the reader closes the connection."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def send_off(send: Send, frame: Frame) -> None:
    """Send a stream of one event, which says when to come back."""
    wire = AsgiStream(send, {})
    await wire.write(frame)
    await wire.close(TRY_AGAIN)
