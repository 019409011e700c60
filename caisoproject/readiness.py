"""`/healthz` and `/readyz`: whether this process works, and whether what it needs does.

Both are answered by the event loop, before Django and its limits: a database that hangs takes all
forty slots of requests, and who asks then must be answered all the same. They need no host name of
ours, no session and no https.

A balancer goes by the status of `/readyz`. 503 says that *this process* can't serve anybody: its
database is away, or it is ending. Whatever concerns all web processes alike, while pages and feed
go on from the database, is `degraded` with 200; otherwise a silent worker would take every web
process from the balancer, and the site with it. `?strict=1` is for a monitor: 503 for anything.
"""

import asyncio
import json
import time
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, NamedTuple
from urllib.parse import parse_qs
from weakref import WeakKeyDictionary

from django.conf import settings
from django.utils import timezone

from alerts.operations import facts
from alerts.operations.conditions import (
    DATABASE,
    REDIS,
    SOURCE,
    Condition,
)
from alerts.rules.rule import Stance
from caisoproject.looks import Look, look_at
from live.fanout import fanout
from live.origin import shows_token
from live.problems import Problem, send_problem
from live.wire import Message, Receive, Send
from market.intervals import iso
from prices.models import Feed

WITHIN_S, KEPT_S = 1.0, 2.0
READY, DEGRADED, UNREADY = "ready", "degraded", "unready"
OK, FAILED, UNKNOWN = "ok", "failed", "unknown"
STATES = {
    Stance.BACK: OK,
    Stance.BETWEEN: OK,
    Stance.BEYOND: FAILED,
    Stance.UNKNOWN: UNKNOWN,
}
ENDING = Condition("process", Stance.BEYOND, "This process is ending: others take its clients.")
NEEDED = {DATABASE, ENDING.kind}
NO_DATABASE = "The database can't be read."
HEADERS = [
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
]


def database() -> Iterable[Condition]:
    """Reads what every reader of the feed needs."""
    Feed.objects.exists()
    yield Condition(DATABASE, Stance.BACK, "The database answers.")


LOOKS = (
    Look(DATABASE, database, NO_DATABASE),
    Look(REDIS, facts.at_redis, "Redis does not answer in time."),
    Look("signs", facts.at_signs, "Signs of life can't be read: Redis does not answer in time."),
    Look(
        SOURCE,
        lambda: [facts.at_source(now=timezone.now())],
        "Not known: the database does not answer in time.",
    ),
    Look("disk", lambda: [facts.at_disk()], "The disk does not answer in time."),
)


class Readiness(NamedTuple):
    """What was found at a moment."""

    conditions: list[Condition]
    at: str

    @property
    def status(self) -> str:
        wrong = {one.kind for one in self.conditions if not one.is_well}
        if wrong & NEEDED:
            return UNREADY
        return DEGRADED if wrong else READY

    def document(self, *, details: bool) -> dict[str, Any]:
        """For programs; without details where these are for who shows the token."""
        said: dict[str, Any] = {"status": self.status, "checked_at": self.at}
        if details:
            said["reasons"] = [one.reason for one in self.conditions if not one.is_well]
            said["checks"] = [
                {"check": named(one), "state": STATES[one.stance], "reason": one.reason}
                for one in self.conditions
            ]
        return said


def named(condition: Condition) -> str:
    """`redis`, or of several `redis (queues)`. Of disks there is one: that of this process."""
    is_told = condition.subject and condition.kind != "disk"
    return f"{condition.kind} ({condition.subject})" if is_told else condition.kind


class Kept:
    """The last answer of an event loop, kept for a moment: however many probes, one look."""

    def __init__(self) -> None:
        self.until = 0.0
        self.looking: asyncio.Task[Readiness] | None = None

    async def newest(self) -> Readiness:
        """What was found in the last two seconds."""
        if self.looking is None or (self.looking.done() and time.monotonic() > self.until):
            self.looking = asyncio.create_task(self.look())
        return await asyncio.shield(self.looking)

    async def look(self) -> Readiness:
        found = await look_at(LOOKS, WITHIN_S)
        self.until = time.monotonic() + KEPT_S
        return Readiness(found, iso(timezone.now()))


KEPT: WeakKeyDictionary[asyncio.AbstractEventLoop, Kept] = WeakKeyDictionary()


async def readiness() -> Readiness:
    """What holds now. That this process is ending is never kept back."""
    found = await KEPT.setdefault(asyncio.get_running_loop(), Kept()).newest()
    if fanout().readers.closing:
        return found._replace(conditions=[ENDING, *found.conditions])
    return found


async def readyz(scope: Message, receive: Receive, send: Send) -> None:
    """`/readyz`: JSON, with 503 if this process can serve nobody, or by `?strict=1` if anything
    is wrong."""
    if await refused(scope, send):
        return
    found = await readiness()
    is_fine = found.status == READY or (found.status == DEGRADED and not is_strict(scope))
    status = HTTPStatus.OK if is_fine else HTTPStatus.SERVICE_UNAVAILABLE
    document = found.document(details=may_see_details(scope))
    await answer(scope, send, status, "application/json", json.dumps(document, indent=1) + "\n")


async def healthz(scope: Message, receive: Receive, send: Send) -> None:
    """`/healthz`: this process answers."""
    if not await refused(scope, send):
        await answer(scope, send, HTTPStatus.OK, "text/plain", "ok\n")


def is_strict(scope: Message) -> bool:
    asked = parse_qs(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)
    return asked.get("strict", ["0"])[-1] not in ("0", "false")


def may_see_details(scope: Message) -> bool:
    """Whether METRICS_TOKEN, where there is one, was shown."""
    token, shown = settings.METRICS_TOKEN, dict(scope["headers"]).get(b"authorization", b"")
    return not token or shows_token(shown, token)


async def refused(scope: Message, send: Send) -> bool:
    """Whether the method was none of ours, and that was said."""
    if scope["method"] in ("GET", "HEAD"):
        return False
    await send_problem(send, Problem(HTTPStatus.METHOD_NOT_ALLOWED, allow=("GET", "HEAD")))
    return True


async def answer(scope: Message, send: Send, status: HTTPStatus, kind: str, text: str) -> None:
    """Send it; without the body where only the head was asked for."""
    body = text.encode()
    headers = [(b"content-type", kind.encode()), (b"content-length", b"%d" % len(body)), *HEADERS]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    sent = b"" if scope["method"] == "HEAD" else body
    await send({"type": "http.response.body", "body": sent})
