"""The live feed as server-sent events, for scripts and proxies that speak no WebSocket.

The same frames over the same hub. An event's id is the reader's place in each of its hubs, so
that `Last-Event-ID` brings it exactly what it missed.
"""

import asyncio
from http import HTTPStatus

import structlog
from django.db import Error as DatabaseTrouble

from dashboard.client import Client
from dashboard.consumers import NOT_READY, TRY_AGAIN, Refused, admitted
from dashboard.daphne_wires import DaphneStream
from dashboard.hub import UnknownHub, hub
from dashboard.origin import is_our_host
from dashboard.problems import Problem
from dashboard.slugs import quoted
from dashboard.wire import AsgiStream, Message, Places, Receive, Send
from dashboard.wishes import MOST_HUBS, BadWish, Wishes, wishes

log = structlog.get_logger(__name__)
MOST_PLACES = MOST_HUBS * 60


async def feed_stream(scope: Message, receive: Receive, send: Send) -> None:
    """One reader's life: `/api/v1/stream?hubs=SP15,NP15&after=...&hours=24`."""
    try:
        asked = wishes_of(scope)
        async with admitted(scope):
            await serve(scope, receive, send, asked)
    except Refused as refused:
        await send_problem(send, Problem(HTTPStatus.TOO_MANY_REQUESTS, str(refused)))
    except UnknownHub as unknown:
        problem = Problem(HTTPStatus.NOT_FOUND, f"There is no hub {quoted(unknown.slug)}.")
        await send_problem(send, problem)
    except Problem as problem:
        await send_problem(send, problem)


def wishes_of(scope: Message) -> Wishes:
    """What the request asks for. Raises Problem."""
    headers = dict(scope["headers"])
    if scope["method"] != "GET":
        raise Problem(HTTPStatus.METHOD_NOT_ALLOWED, "The stream is read with GET.")
    if not is_our_host(headers):
        raise Problem(HTTPStatus.BAD_REQUEST, "This server has another name.")
    last = headers.get(b"last-event-id", b"").decode("latin-1")[:MOST_PLACES]
    try:
        return wishes(scope["query_string"], last)
    except BadWish as wish:
        raise Problem(HTTPStatus.BAD_REQUEST, wish.message) from wish


async def serve(scope: Message, receive: Receive, send: Send, asked: Wishes) -> None:
    """Send what the hub sends until the reader goes. Raises UnknownHub before the first byte."""
    if hub().closing:
        raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "The server is going away; come back soon.")
    wire = stream_wire(scope, send, asked.places)
    client = Client(wire, asked)
    gone = asyncio.ensure_future(until_gone(receive))
    try:
        await hub().join(client)
        await gone
    except DatabaseTrouble as trouble:
        log.warning("a reader can't be served", why=str(trouble))
        if not wire.begun:
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, NOT_READY) from trouble
        await wire.close(TRY_AGAIN)
    finally:
        gone.cancel()
        hub().leave(client)


def stream_wire(scope: Message, send: Send, places: Places) -> AsgiStream:
    """The way to this reader, by Daphne's own means where it is Daphne that serves it."""
    request = (scope.get("extensions") or {}).get("caiso.protocol")
    return DaphneStream(send, places, request) if request else AsgiStream(send, places)


async def until_gone(receive: Receive) -> None:
    """Return once the reader has closed the connection."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def send_problem(send: Send, problem: Problem) -> None:
    """A problem document, outside of Django's views."""
    response = problem.response()
    headers = [(name.lower().encode(), value.encode()) for name, value in response.items()]
    await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
    await send({"type": "http.response.body", "body": response.content})
