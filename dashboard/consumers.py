"""The WebSocket: greets, registers with the hub, and answers the little that clients ask.

A plain ASGI application: a Channels consumer would hop through a thread for every message.
"""

import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs

from dashboard import frames
from dashboard.hub import Client, UnknownHub, hub
from dashboard.origin import is_ours
from dashboard.slugs import DEFAULT_HUB, quoted

Message = dict[str, Any]
UNKNOWN_HUB = 4404
FOREIGN_ORIGIN = 4403
MOST_HUBS = 10
MOST_BYTES = 4096
MOST_ID = 100


async def feed_socket(
    scope: Message,
    receive: Callable[[], Awaitable[Message]],
    send: Callable[[Message], Awaitable[None]],
) -> None:
    """One client's life: `/ws?hubs=SP15,NP15`."""

    async def send_text(text: str) -> None:
        await send({"type": "websocket.send", "text": text})

    await receive()  # websocket.connect
    if not is_ours(dict(scope["headers"])):
        await send({"type": "websocket.close", "code": FOREIGN_ORIGIN})
        return
    await send({"type": "websocket.accept"})
    client = Client(send_text, slugs_of(scope["query_string"]))
    try:
        await hub().join(client)
        await answer_until_closed(receive, send_text)
    except UnknownHub as unknown:
        message = f"There is no hub {quoted(unknown.slug)}."
        await send_text(frames.error("unknown_hub", message))
        await send({"type": "websocket.close", "code": UNKNOWN_HUB})
    finally:
        hub().leave(client)


def slugs_of(query_string: bytes) -> tuple[str, ...]:
    """The nodes asked for, each once; SP15 where none is."""
    query = parse_qs(query_string.decode("ascii", "replace"))
    names = ",".join(query.get("hubs", [])).split(",")
    slugs = tuple(dict.fromkeys(name.strip().lower() for name in names if name.strip()))
    return slugs[:MOST_HUBS] or (DEFAULT_HUB.lower(),)


async def answer_until_closed(
    receive: Callable[[], Awaitable[Message]], send_text: Callable[[str], Awaitable[None]]
) -> None:
    """Answer every frame of the client; a bad one is told, and never costs the socket."""
    while True:
        message = await receive()
        if message["type"] == "websocket.disconnect":
            return
        await send_text(answer(message.get("text") or ""))


def answer(text: str) -> str:
    """The answer to one frame of a client."""
    if len(text.encode()) > MOST_BYTES:
        return frames.error("too_large", f"A frame has at most {MOST_BYTES} bytes.")
    try:
        frame = json.loads(text, parse_constant=refuse)
    except (ValueError, RecursionError):
        return frames.error("not_json", "A frame is a JSON object.")
    if not isinstance(frame, dict):
        return frames.error("not_an_object", "A frame is a JSON object.")
    return answer_by_type(frame)


def refuse(constant: str) -> None:
    """NaN and Infinity, which Python reads and JSON has not."""
    raise ValueError(constant)


def answer_by_type(frame: Message) -> str:
    """The answer to a frame that is a JSON object."""
    kind = frame.get("type")
    if kind == "ping":
        return answer_to_ping(frame.get("id"))
    if not isinstance(kind, str):
        return frames.error("unknown_type", "A frame's type is a string.")
    return frames.error("unknown_type", f"There is no frame of type {quoted(kind)}.")


def answer_to_ping(name: object) -> str:
    """A pong with the ping's id."""
    if isinstance(name, bool) or not isinstance(name, str | int) or len(str(name)) > MOST_ID:
        message = f"A ping's id is a string or a whole number of at most {MOST_ID} characters."
        return frames.error("bad_id", message)
    return frames.pong(name)
