"""What is killed, one after the other. Each returns when it has been started again."""

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from benchmarks.stage import DidNotWork
from benchmarks.topology import valkeys
from benchmarks.topology.fleet import Fleet
from benchmarks.topology.truth import Truth

FAILED_OVER_WITHIN_S = 60


class Topology(NamedTuple):
    """What there is to kill."""

    fleet: Fleet
    truth: Truth


Kill = Callable[[Topology], Awaitable[None]]


async def nothing(of: Topology) -> None:
    """For comparison."""


def killed(name: str) -> Kill:
    """Whose supervisor starts it again after a second."""

    async def kill(of: Topology) -> None:
        await of.fleet.programs[name].restart(signal.SIGKILL)

    return kill


async def kill_primary(of: Topology) -> None:
    """It comes back only when another one has taken over, as after a machine's end."""
    site = of.fleet.site
    number = valkeys.primary(site)
    assert number is not None
    program = of.fleet.programs[f"valkey-{number + 1}"]
    program.process.send_signal(signal.SIGKILL)
    until = time.monotonic() + FAILED_OVER_WITHIN_S
    while await asyncio.to_thread(valkeys.primary, site) in (number, None):
        if time.monotonic() > until:
            raise DidNotWork("the Sentinels named no other primary")
        await asyncio.sleep(0.2)
    await program.start_again()


async def kill_database(of: Topology) -> None:
    await of.truth.kill()


KILLS: dict[str, tuple[str, Kill]] = {
    "nothing": ("nothing, for comparison", nothing),
    "web": ("a web process", killed("web-1")),
    "worker": ("a worker", killed("worker-1")),
    "poller": ("a poller", killed("poller-1")),
    "beat": ("the active beat", killed("beat-1")),
    "valkey": ("the primary Valkey, until another has taken over", kill_primary),
    "sentinel": ("a Sentinel", killed("sentinel-1")),
    "proxy": ("Caddy", killed("proxy")),
    "database": ("PostgreSQL", kill_database),
}
