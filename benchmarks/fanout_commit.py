"""From the commit of a price to its bytes on a reader's socket, by the project's own publisher."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from benchmarks.fanout_load import reading
from benchmarks.fanout_probes import Probes, wrong_figure
from benchmarks.fanout_servers import OURS, Servers
from benchmarks.feed_delays import delays
from benchmarks.feed_reader import HUBS
from benchmarks.figures import Figure, percentile

PATH = f"/ws?hubs={','.join(HUBS)}&hours=1"
PAUSE_S, EACH = 0.2, 1
STARTING_S, LASTS_S = 2, 8
# How many readers, and the median in milliseconds that they are held to.
MOST_MS = {1: 5, 1_000: 10}
PROBES = 20
NOTES = [
    "  commit: prices of two hubs stored in one transaction and announced one after the other, as "
    f"by a task; to a reader that has parsed it, {PROBES} readers among the 1,000.",
]


class Committed(NamedTuple):
    """The delays of all publications to the probes in seconds, and what the probes lack."""

    delays_s: list[float]
    wrong: int


def figures(servers: Servers) -> list[Figure]:
    """With one reader, then with a thousand."""
    return [
        figure
        for readers, most_ms in MOST_MS.items()
        for figure in commit_figures(readers, most_ms, committed(servers, readers))
    ]


def committed(servers: Servers, readers: int) -> Committed:
    """Publish to so many readers, some of them probes."""
    probes = Probes(servers.feed, min(readers, PROBES))
    others = readers - len(probes.readers)
    with servers.running(OURS), beside(servers, others // 2):
        return asyncio.run(followed(probes, servers, others - others // 2))


@contextmanager
def beside(servers: Servers, readers: int) -> Iterator[None]:
    """Readers of the load generator, if there are any."""
    if not readers:
        yield
        return
    port = servers.stage.plan.port
    with reading(servers.kit.load_generator, port, PATH, readers) as load:
        load.opened()
        yield


async def followed(probes: Probes, servers: Servers, behind: int) -> Committed:
    """What the probes take while prices are published; so many readers come after them."""
    async with probes.following():
        with beside(servers, behind):
            return await published_to(probes)


async def published_to(probes: Probes) -> Committed:
    probes.feed.publish(PAUSE_S, EACH)
    try:
        await asyncio.sleep(STARTING_S)
        probes.receipts.clear()
        await asyncio.sleep(LASTS_S)
        took = delays(probes.receipts, probes.feed.published())
        return Committed(took, await probes.wrong())
    finally:
        probes.feed.publisher.end()


def commit_figures(readers: int, most_ms: float, found: Committed) -> list[Figure]:
    """The median, which is held to a limit, the 99th percentile, and what is wrong."""
    what = f"fanout commit to {readers:,} reader{'s'[: readers - 1]}"
    p50, p99 = (percentile(found.delays_s, percent) * 1000 for percent in (50, 99))
    return [
        Figure(
            f"{what}: delay, p50 of {len(found.delays_s):,}",
            f"{p50:.1f} ms",
            f"p99 {p99:.1f} ms",
            limit=f"≤ {most_ms:g} ms",
            met=p50 <= most_ms,
        ),
        wrong_figure(what, found.wrong),
    ]
