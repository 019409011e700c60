"""Limits of all web processes together, in a real Redis; and what holds without one."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import redis
from pytest_django import Settings

from live import shared_limits
from live.connection_limits import Full
from live.limit_scripts import HEARD, PREFIX, WEBS
from live.rate_limit import RateLimit
from live.shared_limits import Rest, ask_soon, wait_for
from live.shared_sockets import GONE_S, SharedSockets
from live.work_limits import WorkLimits

ADDRESS, OTHER = "192.0.2.7", "192.0.2.8"
SOON_S = 1.0  # on a busy machine


@pytest.fixture(autouse=True)
def shared(
    settings: Settings, valkey: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Limits that are shared; a busy machine may take longer to answer than in earnest."""
    settings.SHARED_LIMITS = True
    monkeypatch.setattr(shared_limits, "WITHIN_S", SOON_S)
    monkeypatch.setattr(Rest, "until", 0.0)
    client = shared_limits.client
    client.cache_clear()
    yield
    client().close()
    client.cache_clear()


@pytest.fixture
async def closing() -> AsyncIterator[None]:
    yield
    await shared_limits.close()


@pytest.fixture
def away(settings: Settings) -> None:
    """A Redis that nobody reaches."""
    settings.CHANNEL_REDIS_URL = "redis://127.0.0.1:1/0"


class TestHowOften:
    def test_what_one_process_counted_counts_at_the_others(self) -> None:
        one, another = RateLimit(3, 60), RateLimit(3, 60)
        assert [wait_for("previews", ADDRESS, one) for _ in range(2)] == [0, 0]
        assert wait_for("previews", ADDRESS, another) == 0
        assert 59 < wait_for("previews", ADDRESS, another) <= 60
        assert wait_for("previews", OTHER, RateLimit(3, 60)) == 0
        assert wait_for("what-ifs", ADDRESS, RateLimit(3, 60)) == 0

    def test_what_was_refused_by_all_is_not_counted_here(self) -> None:
        wait_for("previews", ADDRESS, RateLimit(1, 60))
        here = RateLimit(1, 60)
        assert wait_for("previews", ADDRESS, here) > 0
        assert here.taken == []

    def test_once_the_time_is_over_it_may_again_and_nothing_is_left(
        self, valkey: redis.Redis
    ) -> None:
        wait_for("previews", ADDRESS, RateLimit(1, 60))
        [key] = valkey.keys(f"{PREFIX}:*")
        assert 0 < valkey.pttl(key) <= 60_000
        [(word, _)] = valkey.zrange(key, 0, -1, withscores=True)
        valkey.zadd(key, {word: (time.time() - 61) * 1000})
        assert wait_for("previews", ADDRESS, RateLimit(1, 60)) == 0

    def test_a_process_without_redis_goes_by_its_own_count_and_asks_no_more(
        self, away: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        here = RateLimit(2, 60)
        assert [wait_for("previews", ADDRESS, here) for _ in range(2)] == [0, 0]
        monkeypatch.setattr(shared_limits, "client", lambda: pytest.fail("it was asked"))
        assert wait_for("previews", ADDRESS, here) > 0
        assert wait_for("previews", ADDRESS, RateLimit(2, 60)) == 0

    def test_a_redis_that_does_not_answer_is_not_waited_for(
        self, valkey: redis.Redis, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(shared_limits, "WITHIN_S", 0.05)
        shared_limits.client.cache_clear()
        valkey.client_pause(2_000)
        assert wait_for("previews", ADDRESS, RateLimit(2, 60)) == 0
        assert Rest.until > time.monotonic()


@pytest.mark.usefixtures("closing")
class TestAtOnce:
    async def test_an_address_has_so_many_slots_at_all_processes(self) -> None:
        one, another = WorkLimits(1, 1, "work"), WorkLimits(1, 1, "work")
        entered = asyncio.Event()

        async def second() -> None:
            async with another.slot(ADDRESS):
                entered.set()

        async with one.slot(ADDRESS):
            waiting = asyncio.create_task(second())
            async with WorkLimits(1, 1, "work").slot(OTHER):
                await asyncio.sleep(0.15)
            assert not entered.is_set()
        await asyncio.wait_for(waiting, 5)

    async def test_who_waits_too_long_for_another_process_is_told(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(shared_limits, "PATIENCE_S", 0)
        monkeypatch.setattr(shared_limits, "LOOK_S", 0)
        another = WorkLimits(1, 1, "work")
        async with WorkLimits(1, 1, "work").slot(ADDRESS):
            with pytest.raises(Full, match="1 requests of your address are under way already"):
                async with another.slot(ADDRESS):
                    raise AssertionError
        assert another.by_address == {}

    async def test_the_slot_of_a_process_that_was_killed_comes_free(
        self, valkey: redis.Redis, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(shared_limits, "PATIENCE_S", 0)
        held = WorkLimits(1, 1, "work").slot(ADDRESS)
        await held.__aenter__()
        [key] = valkey.keys(f"{PREFIX}:*")
        valkey.zadd(key, dict.fromkeys(valkey.zrange(key, 0, -1), 1))
        async with WorkLimits(1, 1, "work").slot(ADDRESS):
            pass
        await held.__aexit__(None, None, None)
        assert valkey.keys(f"{PREFIX}:*") == []

    async def test_without_redis_a_process_has_its_own_slots(self, away: None) -> None:
        async with WorkLimits(1, 1, "work").slot(ADDRESS), WorkLimits(1, 1, "work").slot(ADDRESS):
            pass


@pytest.mark.usefixtures("closing")
class TestReaders:
    async def test_an_address_has_so_many_readers_at_all_processes(self) -> None:
        one, another = SharedSockets(), SharedSockets()
        assert await one.enter(ADDRESS, 2)
        assert await another.enter(ADDRESS, 2)
        for process in (one, another):
            with pytest.raises(Full, match="2 clients of your address are connected already"):
                await process.enter(ADDRESS, 2)
        assert await one.enter(OTHER, 2)
        await another.leave(ADDRESS)
        assert await one.enter(ADDRESS, 2)
        for address in (ADDRESS, ADDRESS, OTHER):
            await one.leave(address)
        assert (one.counted, one.telling, another.telling) == ({}, None, None)

    async def test_readers_of_a_process_that_was_killed_count_half_a_minute(
        self, valkey: redis.Redis
    ) -> None:
        killed, another = SharedSockets(), SharedSockets()
        await killed.enter(ADDRESS, 1)
        with pytest.raises(Full):
            await another.enter(ADDRESS, 1)
        valkey.zadd(WEBS, {killed.process: (time.time() - GONE_S - 1) * 1000})
        assert await another.enter(ADDRESS, 1)
        await another.leave(ADDRESS)
        await killed.leave(ADDRESS)
        assert valkey.keys(f"{PREFIX}:sockets:*") == []

    async def test_a_process_tells_that_it_lives_as_long_as_it_has_readers(
        self, valkey: redis.Redis, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("live.shared_sockets.HEARD_EVERY_S", 0)
        process = SharedSockets()
        await process.enter(ADDRESS, 1)
        valkey.zadd(WEBS, {process.process: 1, "forgotten": 1})
        async with asyncio.timeout(5):
            while valkey.zscore(WEBS, process.process) == 1 or valkey.zscore(WEBS, "forgotten"):
                await asyncio.sleep(0.01)
        await process.leave(ADDRESS)

    async def test_a_redis_that_lost_its_counts_refuses_nobody(self, valkey: redis.Redis) -> None:
        process = SharedSockets()
        await process.enter(ADDRESS, 1)
        valkey.flushall()
        assert await process.enter(ADDRESS, 1)
        for _ in range(2):
            await process.leave(ADDRESS)
        assert valkey.keys(f"{PREFIX}:sockets:*") == []

    @pytest.mark.parametrize("is_silent_at", ["enter", "leave"])
    async def test_what_redis_counted_wrongly_while_it_was_silent_is_put_right(
        self, valkey: redis.Redis, monkeypatch: pytest.MonkeyPatch, is_silent_at: str
    ) -> None:
        monkeypatch.setattr("live.shared_sockets.HEARD_EVERY_S", 0)
        process, another = SharedSockets(), SharedSockets()
        await process.enter(OTHER, 1)
        if is_silent_at == "enter":  # it is counted, and the answer is lost
            with monkeypatch.context() as silent:
                silent.setattr("live.shared_sockets.ask_soon", counts_and_says_nothing)
                assert not await process.enter(ADDRESS, 1)
        else:
            await process.enter(ADDRESS, 1)
            with monkeypatch.context() as silent:
                silent.setattr(Rest, "until", time.monotonic() + 60)
                await process.leave(ADDRESS)
        async with asyncio.timeout(5):
            while valkey.exists(f"{PREFIX}:sockets:{ADDRESS}"):
                await asyncio.sleep(0.01)
        assert await another.enter(ADDRESS, 1)
        await another.leave(ADDRESS)
        await process.leave(OTHER)

    async def test_without_redis_nobody_is_counted_and_nobody_refused(self, away: None) -> None:
        process = SharedSockets()
        assert [await process.enter(ADDRESS, 1) for _ in range(3)] == [False] * 3
        assert process.telling is None


async def counts_and_says_nothing(*asked: Any) -> None:
    await shared_limits.ask_soon(*asked)


@pytest.mark.usefixtures("closing")
async def test_who_is_cancelled_while_redis_is_asked_asks_no_more() -> None:
    for turns in range(20):
        await ask_soon(HEARD, [WEBS], "a process", 1)  # from here on it is connected
        asking = asyncio.create_task(ask_soon(HEARD, [WEBS], "a process", 1))
        for _ in range(turns):
            await asyncio.sleep(0)
        if asking.cancel():
            await asyncio.wait([asking], timeout=5)
            assert asking.cancelled(), f"cancelled after {turns} turns of the event loop"


async def test_where_limits_are_not_shared_redis_is_not_asked(
    settings: Settings, valkey: redis.Redis
) -> None:
    settings.SHARED_LIMITS = False
    assert not await SharedSockets().enter(ADDRESS, 1)
    assert wait_for("previews", ADDRESS, RateLimit(1, 60)) == 0
    assert valkey.keys(f"{PREFIX}:*") == []
