"""From the commit of a price to its bytes on a reader's socket, by the project's own publisher."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from benchmarks.fanout_load import LoadGenerator, reading
from benchmarks.fanout_probes import Probes, wrong_figure
from benchmarks.fanout_servers import OURS, Servers
from benchmarks.fanout_stamps import Stamps, stamping
from benchmarks.feed_delays import delays
from benchmarks.feed_reader import HUBS
from benchmarks.figures import Figure, percentile

PATH = f"/ws?hubs={','.join(HUBS)}&hours=1"
PAUSE_S, EACH = 0.2, 1
STARTING_S, LASTS_S = 2, 8
# How many readers, and the median in milliseconds that they are held to.
MOST_MS = {1: 5, 1_000: 10}
# Readers that parse, and sockets of which the kernel notes when bytes come.
PROBES, SOCKETS = 5, 20
NOTES = [
    "  commit: prices of two hubs stored in one transaction and announced together, as by a task; "
    f"to a reader's kernel, by its clock, for {SOCKETS} sockets evenly spread among the 1,000;",
    f"  beside it, until {PROBES} readers, which share a processor with them, have parsed it.",
]


class Committed(NamedTuple):
    """The delays in seconds of all publications, to sockets and to probes, and what these lack."""

    on_socket_s: list[float]
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
    with servers.running(OURS):
        return asyncio.run(followed(probes, servers, readers - len(probes.readers)))


async def followed(probes: Probes, servers: Servers, others: int) -> Committed:
    """What comes to probes and sockets among so many others while prices are published."""
    port, count = servers.stage.plan.port, min(others + 1, SOCKETS)
    async with probes.following():
        with (
            beside(servers, others) as load,
            stamping(port, PATH, turns(count, others, load)) as stamps,
        ):
            if load:
                load.opened()
            return await published_to(probes, stamps)


def turns(count: int, others: int, load: LoadGenerator | None) -> Iterator[None]:
    """So many moments, evenly spread over the time in which the others are let in."""
    for number in range(count):
        if load:
            load.let_in(others * (2 * number + 1) // (2 * count))
        yield


@contextmanager
def beside(servers: Servers, readers: int) -> Iterator[LoadGenerator | None]:
    """Readers of the load generator, if there are any, while they are let in."""
    if not readers:
        yield None
        return
    with reading(servers.kit.load_generator, servers.stage.plan.port, PATH, readers) as load:
        yield load


async def published_to(probes: Probes, stamps: Stamps) -> Committed:
    """What comes of some seconds of publications."""
    probes.feed.publish(PAUSE_S, EACH)
    try:
        await asyncio.sleep(STARTING_S)
        probes.receipts.clear()
        stamps.receipts.clear()
        await asyncio.sleep(LASTS_S)
        published = probes.feed.published()
        on_socket = delays(stamps.receipts, published)
        parsed = delays(probes.receipts, published)
        return Committed(on_socket, parsed, await probes.wrong())
    finally:
        probes.feed.publisher.end()


def commit_figures(readers: int, most_ms: float, found: Committed) -> list[Figure]:
    """The median, which is held to a limit, the 99th percentile, and what is wrong."""
    what = f"fanout commit to {readers:,} reader{'s'[: readers - 1]}"
    p50, p99 = (percentile(found.on_socket_s, percent) * 1000 for percent in (50, 99))
    parsed = percentile(found.delays_s, 50) * 1000
    return [
        Figure(
            f"{what}, on the socket: delay, p50 of {len(found.on_socket_s):,}",
            f"{p50:.1f} ms",
            f"p99 {p99:.1f} ms; parsed: p50 {parsed:.1f} ms",
            limit=f"≤ {most_ms:g} ms",
            met=p50 <= most_ms,
        ),
        wrong_figure(what, found.wrong),
    ]
