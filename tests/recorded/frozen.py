"""A world without chance: one clock, and beats when they are wanted."""

import asyncio
import random
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.handlers import asgi
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import override_settings
from django.utils import timezone

from live import readers

A_BEAT_S = 4  # what sleeps as long or longer waits for `Frozen.beat`
PLAIN = {
    "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
    "STORAGES": {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    },
    "OASIS_SECONDS_BETWEEN_REQUESTS": 6,
    "SITE_URL": "https://prices.example.org",
    "DEFAULT_FROM_EMAIL": "CAISO Live <prices@example.org>",
    "VAPID_SUBJECT": "mailto:prices@example.org",
    "VAPID_PRIVATE_KEY": "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY",
}


@dataclass
class Frozen:
    """The time that it is, and who waits for a beat."""

    now: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    sleepers: list["asyncio.Future[None]"] = field(default_factory=list)

    async def beat(self) -> None:
        """Wake those who wait for a beat, once somebody does."""
        async with asyncio.timeout(2 * A_BEAT_S):
            while not self.sleepers:
                await asyncio.sleep(0.01)
        sleepers, self.sleepers = self.sleepers, []
        for sleeper in sleepers:
            if not sleeper.done():
                sleeper.set_result(None)


@contextmanager
def frozen() -> Iterator[Frozen]:
    """The frozen world, while it lasts."""
    world, sleep = Frozen(), asyncio.sleep

    async def sleep_or_wait(seconds: float, result: Any = None) -> Any:
        if seconds < A_BEAT_S:
            return await sleep(seconds, result)
        sleeper = asyncio.get_running_loop().create_future()
        world.sleepers.append(sleeper)
        await sleeper
        return result

    with pytest.MonkeyPatch.context() as patched, override_settings(**PLAIN):
        patched.setattr(timezone, "now", lambda: world.now)
        patched.setattr(random, "randint", lambda least, most: (least + most) // 2)
        patched.setattr(asyncio, "sleep", sleep_or_wait)
        patched.setattr(readers, "TURNS", 1)  # so that a beat is a heartbeat for everybody
        # Django gives a request a thread and a connection of its own: it would not see the scene.
        patched.setattr(asgi, "ThreadSensitiveContext", nullcontext)
        # Between two requests a connection would be closed that is in a transaction: in ours.
        patched.setattr(BaseDatabaseWrapper, "close_if_unusable_or_obsolete", lambda _: None)
        yield world
