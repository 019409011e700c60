"""Readers that depend on a session, where the dashboard is not public: looked at every minute.

Who is logged out, whose session ended, whose password is another one, who may not read any more is
sent away with 4401. Programs with the feed token have no session.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from channels.db import database_sync_to_async
from django.conf import settings
from django.db import Error as DatabaseTrouble
from django.http import parse_cookie
from django.utils import timezone

from accounts.sessions import that_may_read
from live import frames
from live.close_codes import SIGNED_OUT
from live.origin import Headers, has_token
from live.reader import Reader
from live.readers import Readers
from live.wire import Frame

log = structlog.get_logger(__name__)
EVERY_SECONDS = 60
SIGN_IN = "The live feed is for those who are logged in and may read, and for programs: log in."
OVER = "You are logged out, or may not read here any more: log in."


class SignedOut(Exception):
    """A reader has no session that may read."""


async def session_of(headers: Headers) -> str:
    """The session that a reader depends on; empty if on none. Raises SignedOut."""
    if settings.PUBLIC_DASHBOARD or has_token(headers):
        return ""
    cookies = parse_cookie(headers.get(b"cookie", b"").decode("latin-1"))
    key = cookies.get(settings.SESSION_COOKIE_NAME, "")
    if not key or not await still_good({key}):
        raise SignedOut
    return key


async def still_good(keys: set[str]) -> set[str]:
    """Those that may read now."""
    good: set[str] = await database_sync_to_async(that_may_read)(keys, now=timezone.now())
    return good


class SessionWatch:
    """The sessions of this process's readers, asked for all together."""

    def __init__(self, readers: Readers) -> None:
        self.readers = readers
        self.keys: dict[Reader, str] = {}

    @contextmanager
    def following(self, reader: Reader, key: str) -> Iterator[None]:
        """As long as a reader is here that depends on this session; on none if it is empty."""
        if key:
            self.keys[reader] = key
        try:
            yield
        finally:
            self.keys.pop(reader, None)

    async def look_again(self) -> None:
        """Every minute, at whoever is here then."""
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            await self.look()

    async def look(self) -> None:
        """Send away who may not read any more; with no database to ask, all stay."""
        if not (known := dict(self.keys)):
            return
        try:
            good = await still_good(set(known.values()))
        except DatabaseTrouble as trouble:
            log.warning("sessions can't be looked at", why=str(trouble))
            return
        for reader, key in known.items():
            if key not in good:
                self.keys.pop(reader, None)
                frame = Frame("error", frames.error("signed_out", OVER))
                await self.readers.send_away(reader, frame, SIGNED_OUT)
