"""Where each kind of process has its pulse (`telemetry/pulse.py`): web, workers and beat.

The analyst has its own in `caisoproject/analyst.py`, as it knows neither Django nor redis-py.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from weakref import WeakKeyDictionary

from prices.redis_factory import IMPATIENT_S, impatient
from telemetry import signs, tallies
from telemetry.of_process import free_bytes, resident_bytes
from telemetry.pulse import Pulse
from telemetry.redis_pipe import through
from telemetry.redis_words import Run


def projection() -> Run:
    """The Redis that is flushed to, whose silence the loops that do other work don't wait for."""
    from caisoproject import settings  # noqa: PLC0415 (beat has no Django)

    return through(impatient(settings.REDIS_URL))


def usual() -> dict[str, float]:
    """What every process says of itself."""
    return {"caiso_process_resident_memory_bytes": resident_bytes()} | room()


def room() -> dict[str, float]:
    from caisoproject import settings  # noqa: PLC0415

    folder: Path = settings.STATE_DIR
    return {"caiso_disk_free_bytes": free_bytes(folder)} if folder.is_dir() else {}


@cache
def of_beat() -> Pulse:
    """Beat's: only the one that holds the lock ticks."""
    return Pulse(projection(), tallies.flush, signs.BEAT, usual)


@cache
def of_worker(hostname: str) -> Pulse:
    """A worker's main process: `poller@host` is a poller, whatever else it is called a worker."""
    kind = signs.POLLER if hostname.startswith("poller@") else signs.WORKER
    return Pulse(projection(), tallies.flush, kind, usual, who=hostname)


@cache
def of_tasks() -> Pulse:
    """Where tasks run, and what calculates: it counts, and others say that they live."""
    return Pulse(projection(), tallies.flush)


PULSING: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Task[None]] = WeakKeyDictionary()


@cache
def of_web() -> Pulse:
    return Pulse(projection(), tallies.flush, signs.WEB, web_says)


def web_says() -> Mapping[str, float]:
    """What a web process says: how many read its live feed, too."""
    from live.readers_by_way import readers_by_way  # noqa: PLC0415

    ways = readers_by_way().items()
    return usual() | {f"caiso_feed_readers|{way.value}": found for way, found in ways}


def start_web_pulse() -> None:
    """Begin the pulse of this web process; again does no harm. Only within its event loop."""
    loop = asyncio.get_running_loop()
    if loop not in PULSING:
        PULSING[loop] = loop.create_task(pulsing(of_web()), name="pulse")


async def pulsing(pulse: Pulse) -> None:
    """Beat every few seconds, as long as the loop turns; in a thread, as Redis may be silent."""
    while True:
        await asyncio.to_thread(pulse.beat_if_due)
        await asyncio.sleep(1)


async def stop_web_pulse() -> None:
    """Flush and say that this process ends; a Redis that is away holds nobody up."""
    if task := PULSING.pop(asyncio.get_running_loop(), None):
        task.cancel()
        with suppress(TimeoutError):
            async with asyncio.timeout(IMPATIENT_S):
                await asyncio.to_thread(of_web().end)
