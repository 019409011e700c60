"""Readers of the server-sent events in one process."""

import asyncio
import json
from typing import Any, NamedTuple

from asgiref.testing import ApplicationCommunicator

from caisoproject.asgi import application


class Event(NamedTuple):
    """A server-sent event: its id, its name, what its data says, and when to come back."""

    id: str
    kind: str
    body: dict[str, Any]
    retry: str = ""


class Stream(ApplicationCommunicator):
    """A script that reads the stream."""

    async def response(self) -> tuple[int, dict[str, str]]:
        """The status and the headers of the answer."""
        start = await self.receive_output(timeout=5)
        assert start["type"] == "http.response.start"
        return start["status"], {name.decode(): value.decode() for name, value in start["headers"]}

    async def problem(self) -> tuple[int, str]:
        """The status and the sentence of a refusal, which is all of the answer."""
        status, headers = await self.response()
        assert headers["content-type"] == "application/problem+json"
        document = json.loads((await self.receive_output(timeout=5))["body"])
        assert document["status"] == status
        await self.wait()
        return status, document["detail"]

    async def event(self) -> Event:
        """The next event."""
        text = (await self.receive_output(timeout=5))["body"].decode()
        assert text.endswith("\n\n")
        lines = dict(line.split(": ", 1) for line in text.rstrip("\n").split("\n"))
        body = json.loads(lines["data"])
        return Event(lines.get("id", ""), lines["event"], body, lines.get("retry", ""))

    async def only_event(self) -> Event:
        """The event of a stream that ends with it: a browser's EventSource then comes back."""
        status, headers = await self.response()
        assert (status, headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
        event = await self.event()
        assert (await self.receive_output(timeout=5))["more_body"] is False
        await self.wait()
        return event

    async def until(self, kind: str) -> list[Event]:
        """Every event up to the next of that kind."""
        events: list[Event] = []
        async with asyncio.timeout(5):
            while not events or events[-1].kind != kind:
                events.append(await self.event())
        return events

    async def until_whole(self, hubs: int) -> list[Event]:
        """Every event but heartbeats, up to the one that names the heads of so many hubs."""
        events: list[Event] = []
        async with asyncio.timeout(5):
            while (event := await self.event()).kind != "heartbeat" or len(
                event.body["feeds"]
            ) < hubs:
                events.append(event)
        return [event for event in events if event.kind != "heartbeat"]

    async def leave(self) -> None:
        """Close the connection."""
        await self.send_input({"type": "http.disconnect"})
        await self.wait()


def stream(query: str = "hubs=SP15", *, method: str = "GET", **headers: str) -> Stream:
    """A program that reads /api/v1/stream; `last_event_id` stands for the header of that name."""
    headers = {"host": "127.0.0.1:8000", "authorization": "Bearer of-the-tests", **headers}
    scope = {
        "type": "http",
        "method": method,
        "path": "/api/v1/stream",
        "query_string": query.encode(),
        "headers": [
            (name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()
        ],
        "client": ["127.0.0.1", 50_000],
    }
    return Stream(application, scope)
