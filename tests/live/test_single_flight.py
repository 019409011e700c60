"""Work that many want at once is done for all of them."""

import asyncio

import pytest

from live.single_flight import MOST_KEPT, SharedRead, SingleFlight
from tests.live.listening import soon


async def test_work_that_many_want_is_done_once_and_little_of_it_is_kept() -> None:
    shared, done = SingleFlight(), []

    async def work(name: int) -> int:
        done.append(name)
        return name

    assert await asyncio.gather(*(shared.once("a", work, 1) for _ in range(3))) == [1, 1, 1]
    for number in range(2 * MOST_KEPT):
        await shared.once(number, work, number)
    assert len(shared.begun) == MOST_KEPT
    assert done == [1, *range(2 * MOST_KEPT)]


async def test_work_that_failed_is_done_again_for_the_next_who_asks() -> None:
    shared = SingleFlight()

    async def fail() -> None:
        raise OSError("not now")

    async def work() -> str:
        return "done"

    with pytest.raises(OSError, match="not now"):
        await shared.once("a", fail)
    assert await shared.once("a", work) == "done"


async def test_readers_share_the_next_reading_and_never_one_that_began_before_they_asked() -> None:
    shared, begun, may_end = SharedRead(), [], asyncio.Event()

    async def read() -> int:
        begun.append(len(begun) + 1)
        number = begun[-1]
        await may_end.wait()
        return number

    first = asyncio.ensure_future(shared.next("a", read))
    await soon(lambda: begun == [1])
    others = [asyncio.ensure_future(shared.next("a", read)) for _ in range(3)]
    may_end.set()
    assert await asyncio.gather(first, *others) == [1, 2, 2, 2]
    assert not shared.waiting
