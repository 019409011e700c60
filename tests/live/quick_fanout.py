"""The fan-out of these tests."""

from collections.abc import AsyncIterator

import pytest
import redis

from live import fanout as fanouts
from live import frames
from live.fanout import fanout


@pytest.fixture
async def quick_fanout(monkeypatch: pytest.MonkeyPatch, valkey: redis.Redis) -> AsyncIterator[None]:
    """A fan-out with five heartbeats a second, stopped after the test."""
    monkeypatch.setattr(frames, "HEARTBEAT_SECONDS", 0.2)
    monkeypatch.setattr(fanouts, "AFTER_TROUBLE_SECONDS", 0)
    yield
    await fanout().stop()
