"""Redis gone for twelve seconds while prices are published: how stale, and how soon all is well."""

import asyncio
import signal
import time
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from benchmarks.fanout_probes import Probes, wrong_figure
from benchmarks.fanout_servers import OURS, Servers
from benchmarks.feed_delays import Receipt, between
from benchmarks.feed_stage import FeedStage
from benchmarks.figures import Figure
from benchmarks.stage import DidNotWork

READERS = 100
PAUSE_S, EACH = 0.2, 1
CALM_S, GONE_S = 4, 12
# Longer than the heartbeat's pause: what arrives promptly all this time was announced.
AFTERWARDS_S = 8
PROMPT_S = 0.5
MOST_STALE_S, MOST_BACK_S = 6, 1
LOOK_EVERY_S = 0.02
KILLED, STOPPED = "killed and restarted", "stopped (SIGSTOP) and continued"
NOTES = [
    f"  Redis gone: for {GONE_S} s, {READERS} readers, ten events a second committed meanwhile; "
    "back is when it answers PING again;",
    "  whole: every reader has what the database had at that moment; announced: the first "
    f"publication from which on every one reached all readers within {PROMPT_S:g} s, for "
    f"{AFTERWARDS_S} s, has arrived;",
    "  stale: from the commit of a publication while Redis was gone to the last reader; while it "
    "is stopped, prices are only stored, as who announces waits for it;",
]
Published = Mapping[tuple[str, int], float]


class Outage(NamedTuple):
    """Seconds after Redis was back; `announced_s` is None if not all was announced to the end."""

    how: str
    meanwhile: int
    stale_s: float
    whole_s: float
    announced_s: float | None


def figures(servers: Servers) -> list[Figure]:
    """Killed, then stopped, with the same readers."""
    with servers.running(OURS):
        outages, wrong = asyncio.run(suffered(servers.feed))
    return [
        *(figure for outage in outages for figure in outage_figures(outage)),
        wrong_figure("fanout with Redis gone", wrong),
    ]


async def suffered(feed: FeedStage) -> tuple[list[Outage], int]:
    """Both outages, and what the readers lack in the end."""
    probes = Probes(feed, READERS)
    async with probes.following():
        feed.publish(PAUSE_S, EACH)
        try:
            outages = [await suffer(probes, how) for how in (KILLED, STOPPED)]
            return outages, await probes.wrong()
        finally:
            feed.publisher.end()


async def suffer(probes: Probes, how: str) -> Outage:
    """One outage, and what followed."""
    await asyncio.sleep(CALM_S)
    probes.receipts.clear()
    gone_at = time.monotonic()
    await without_redis(probes.feed, how)
    back_at = time.monotonic()
    await probes.whole()
    whole_s = time.monotonic() - back_at
    await asyncio.sleep(max(0.0, AFTERWARDS_S - whole_s))
    published = probes.feed.published()
    arrived = last_arrivals(probes.receipts, published, READERS)
    now = time.monotonic()
    waits = [arrived.get(key, now) - at for key, at in published.items() if gone_at <= at < back_at]
    if not waits:
        raise DidNotWork("Nothing was published while Redis was gone.")
    again = announced_again(published, arrived, back_at, now)
    return Outage(how, len(waits), max(waits), whole_s, again)


async def without_redis(feed: FeedStage, how: str) -> None:
    """Take Redis away for so long. Returns when it answers again."""
    if how == STOPPED:
        mute = feed.order("mute")
        await asyncio.sleep(2 * PAUSE_S)
        feed.valkey.process.send_signal(signal.SIGSTOP)
        await asyncio.sleep(GONE_S)
        feed.valkey.process.send_signal(signal.SIGCONT)
        mute.unlink()
    else:
        feed.valkey.process.kill()
        await feed.valkey.ended()
        feed.valkey.end()
        await asyncio.sleep(GONE_S)
        feed.valkey.start()
    while await asyncio.to_thread(feed.ask, "PING") != "PONG":
        await asyncio.sleep(LOOK_EVERY_S)


def last_arrivals(receipts: Iterable[Receipt], published: Published, readers: int) -> Published:
    """When each publication had reached all readers; those that did not reach all are left out."""
    seqs: dict[str, list[int]] = {}
    for hub, seq in sorted(published):
        seqs.setdefault(hub, []).append(seq)
    arrivals: dict[tuple[str, int], list[float]] = {}
    for receipt in receipts:
        for seq in between(seqs.get(receipt.hub, []), receipt.prev, receipt.seq):
            arrivals.setdefault((receipt.hub, seq), []).append(receipt.at)
    return {key: max(times) for key, times in arrivals.items() if len(times) == readers}


def announced_again(
    published: Published, arrived: Published, back_at: float, now: float
) -> float | None:
    """Seconds after `back_at` until the first of those that came promptly, to the newest, came.

    What was published in the last half second may be under way. None if the newest was late.
    """
    again = None
    since = sorted((at, key) for key, at in published.items() if back_at <= at < now - PROMPT_S)
    for at, key in reversed(since):
        if arrived.get(key, now) - at > PROMPT_S:
            break
        again = arrived[key] - back_at
    return again


def outage_figures(outage: Outage) -> list[Figure]:
    """How stale it was meanwhile, and how soon it was over."""
    what = f"fanout with Redis {outage.how}"
    again = outage.announced_s
    return [
        Figure(
            f"{what}: stale meanwhile",
            f"{outage.stale_s:.1f} s",
            f"at the most, of {outage.meanwhile} publications",
            limit=f"≤ {MOST_STALE_S} s",
            met=outage.stale_s <= MOST_STALE_S,
        ),
        back_figure(f"{what}: every reader whole after its return", outage.whole_s),
        back_figure(f"{what}: announced again after its return", again),
    ]


def back_figure(what: str, seconds: float | None) -> Figure:
    return Figure(
        what,
        "never" if seconds is None else f"{seconds:.2f} s",
        limit=f"< {MOST_BACK_S} s",
        met=seconds is not None and seconds < MOST_BACK_S,
    )
