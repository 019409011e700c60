"""Two web processes, which count an address's readers and requests together; and without Redis."""

import asyncio
import json
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import AsyncExitStack

import pytest
from websockets.asyncio.client import connect

from deploy import free_ports
from tests.live.real_web import Web, running_webs
from tests.prepared import Prepared

pytestmark = pytest.mark.xdist_group("shared-limits")
OF_AN_ADDRESS = 3
TOKEN = {"Authorization": "Bearer of-the-tests"}
PREVIEW = json.dumps({"hub": "SP15", "limit": 100, "clear_limit": 95, "days": 1}).encode()
PREVIEWS = 10
SHARED = {"SHARED_LIMITS": "1", "SOCKETS_PER_ADDRESS": str(OF_AN_ADDRESS)}


@pytest.fixture(scope="module")
def webs(tmp_path_factory: pytest.TempPathFactory, prepared: Prepared) -> Iterator[list[Web]]:
    """Two that share a Redis: each machine has one that asks it within a moment."""
    # A database of Redis of its own, so that nothing another test empties is missed here.
    own = f"{os.environ['REDIS_URL'].rpartition('/')[0]}/7"
    folder = tmp_path_factory.mktemp("webs")
    with running_webs(folder, prepared, 2, REDIS_URL=own, **SHARED) as webs:
        yield webs


@pytest.fixture
def alone(tmp_path_factory: pytest.TempPathFactory, prepared: Prepared) -> Iterator[list[Web]]:
    """Two that reach no Redis."""
    nowhere = f"redis://127.0.0.1:{free_ports.reserve()}/0"
    folder = tmp_path_factory.mktemp("alone")
    with running_webs(folder, prepared, 2, CHANNEL_REDIS_URL=nowhere, **SHARED) as webs:
        yield webs


async def greetings(port: int, number: int) -> Counter[str]:
    """How so many readers are greeted, who stay until all have come."""
    async with AsyncExitStack() as readers:
        met: Counter[str] = Counter()
        for _ in range(number):
            opening = connect(f"ws://127.0.0.1:{port}/ws", additional_headers=TOKEN, proxy=None)
            page = await readers.enter_async_context(opening)
            met[str(json.loads(await page.recv())["type"])] += 1
        return met


async def test_an_address_has_so_many_readers_at_both_together(webs: list[Web]) -> None:
    met = await greetings(webs[0].port, 4 * OF_AN_ADDRESS)
    assert OF_AN_ADDRESS <= met["hello"] <= most(webs, OF_AN_ADDRESS)


async def test_without_redis_each_takes_as_many_as_alone_and_nobody_waits(
    alone: list[Web],
) -> None:
    met = await greetings(alone[0].port, 4 * OF_AN_ADDRESS)
    assert OF_AN_ADDRESS <= met["hello"] <= 2 * OF_AN_ADDRESS


async def test_an_address_asks_for_so_many_previews_of_both_together(webs: list[Web]) -> None:
    asked = [asyncio.to_thread(preview, webs[0]) for _ in range(2 * PREVIEWS)]
    met = Counter([await one for one in asked])
    assert PREVIEWS <= met[200] <= most(webs, PREVIEWS)


def most(webs: list[Web], of_one: int) -> int:
    """As of one process; each by its own count, where Redis was missed on a busy machine."""
    said = "".join(web.output.read_text() for web in webs)
    return 2 * of_one if "Redis does not answer" in said else of_one


def preview(web: Web) -> int:
    """The status of one preview, by whichever process takes it."""
    headers = ("Content-Type: application/json", f"Content-Length: {len(PREVIEW)}")
    answer = web.ask("/api/v1/rules/preview", *headers, method="POST", body=PREVIEW)
    return int(answer.split(b" ")[1])
