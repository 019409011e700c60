"""A deadline that is moved."""

import asyncio

import pytest

from live.daphne.timer import Timer


@pytest.fixture
def rung() -> list[float]:
    return []


async def test_it_rings_once(rung: list[float]) -> None:
    Timer(0.001, lambda: rung.append(0))
    await asyncio.sleep(0.02)
    assert rung == [0]


@pytest.mark.parametrize("first", [0.001, 5])
async def test_it_rings_when_it_was_last_set_to(rung: list[float], first: float) -> None:
    loop = asyncio.get_running_loop()
    timer = Timer(first, lambda: rung.append(loop.time()))
    began = loop.time()
    timer.reset(0.02)
    while not rung:
        await asyncio.sleep(0.001)
    assert rung[0] - began >= 0.02


async def test_it_does_not_ring_when_cancelled(rung: list[float]) -> None:
    timer = Timer(0.001, lambda: rung.append(0))
    timer.reset(0.002)
    timer.cancel()
    await asyncio.sleep(0.02)
    assert rung == []
