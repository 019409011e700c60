"""Ten thousand readers: how fast they are let in, what they cost idle, and while one publishes."""

import time
from typing import NamedTuple

from benchmarks.fanout_load import LoadGenerator, reading
from benchmarks.fanout_phase import SETTLING_S, Phase, Scenario, phase
from benchmarks.fanout_rounds import Goals, figures_of, say
from benchmarks.fanout_servers import LIMIT, NAMES, OURS, RIVAL, Server, Servers
from benchmarks.figures import Figure
from benchmarks.stage import DidNotWork

CROWD = Scenario(readers=10_000, rate=10, seconds=5)
# Four heartbeats, and one ping to every reader.
IDLE_S = 20
WHOLE_WITHIN_S, LOOK_EVERY_S = 120, 0.02
GREETING = 2  # frames: hello and the snapshot
LEAST_A_SECOND, MOST_IDLE_PERCENT, MOST_KIB = 1_500, 5, 30
NOTES = [
    "  let in: connected and, with ours, sent hello and a snapshot of an hour; idle: CPU over "
    f"{IDLE_S} s without publications, heartbeats and pings included; KiB: PSS.",
]


class Crowd(NamedTuple):
    """What the readers of one server showed. `idle_percent` of one core; None: not measured."""

    a_second: float
    cpu_ms: float
    kib: float
    idle_percent: float | None
    phase: Phase


def figures(servers: Servers) -> list[Figure]:
    """Each once: ours is held to goals, and the others stand beside it."""
    crowds = {name: crowd(servers, name) for name in NAMES}
    phases = {name: [crowd.phase] for name, crowd in crowds.items()}
    return [*crowd_figures(crowds), *figures_of(CROWD, phases, Goals(None, None, None))]


def crowd(servers: Servers, name: str) -> Crowd:
    """Let them in, wait, and publish."""
    with servers.running(name) as server:
        size = greeting(servers, server)
        before_mb, before_s = server.memory_mb(), server.cpu_s()
        with reading(servers.kit.load_generator, server.port, server.path, CROWD.readers) as load:
            a_second = CROWD.readers / let_in(load, CROWD.readers, size)
            time.sleep(SETTLING_S)
            cpu_ms = (server.cpu_s() - before_s) * 1e3 / CROWD.readers
            kib = (server.memory_mb() - before_mb) * 1e6 / 1024 / CROWD.readers
            idle = idle_percent(server) if name == OURS else None
            done = phase(servers, server, load, CROWD)
    say(name, CROWD, done)
    return Crowd(a_second, cpu_ms, kib, idle, done)


def greeting(servers: Servers, server: Server) -> int:
    """How many bytes one reader is sent at first: the handshake and, by ours, two frames."""
    with reading(servers.kit.load_generator, server.port, server.path, readers=1) as load:
        load.opened()
        frames = GREETING if server.name == OURS else 0
        return wait_for_bytes(load, frames, least=0)


def let_in(load: LoadGenerator, readers: int, size: int) -> float:
    """Seconds until all readers have been sent `size` bytes each."""
    began = time.monotonic()
    load.opened()
    wait_for_bytes(load, 0, least=readers * size)
    return time.monotonic() - began


def wait_for_bytes(load: LoadGenerator, frames: int, least: int) -> int:
    """Wait for so many frames and bytes. Returns the bytes. Raises DidNotWork."""
    until = time.monotonic() + WHOLE_WITHIN_S
    while (now := load.ask("STAT"))["frames"] < frames or now["bytes"] < least:
        if time.monotonic() > until:
            raise DidNotWork(f"{frames} frames and {least:,} bytes are due, and came: {now}")
        time.sleep(LOOK_EVERY_S)
    return int(now["bytes"])


def idle_percent(server: Server) -> float:
    """CPU of the server while nothing is published, in percent of one core."""
    before = server.cpu_s()
    time.sleep(IDLE_S)
    return (server.cpu_s() - before) / IDLE_S * 100


def crowd_figures(crowds: dict[str, Crowd]) -> list[Figure]:
    """What the readers cost before anything is published."""
    ours, rival, limit = crowds[OURS], crowds[RIVAL], crowds[LIMIT]
    assert ours.idle_percent is not None
    what = f"fanout {CROWD.readers:,} readers"
    return [
        Figure(
            f"{what}: let in a second, with a snapshot",
            f"{ours.a_second:,.0f}",
            f"{rival.a_second:,.0f} rival, {limit.a_second:,.0f} uvloop, both without",
            limit=f"≥ {LEAST_A_SECOND:,}",
            met=ours.a_second >= LEAST_A_SECOND,
        ),
        Figure(
            f"{what}: CPU of the server for letting one in",
            f"{ours.cpu_ms:.2f} ms",
            f"{rival.cpu_ms:.2f} ms rival, {limit.cpu_ms:.2f} ms uvloop",
        ),
        Figure(
            f"{what}: memory of the server a reader",
            f"{ours.kib:.1f} KiB",
            f"{rival.kib:.1f} KiB rival, {limit.kib:.1f} KiB uvloop",
            limit=f"≤ {MOST_KIB} KiB",
            met=ours.kib <= MOST_KIB,
        ),
        Figure(
            f"{what}: CPU of the server while idle",
            f"{ours.idle_percent:.1f} % of a core",
            "heartbeats and pings",
            limit=f"≤ {MOST_IDLE_PERCENT} %",
            met=ours.idle_percent <= MOST_IDLE_PERCENT,
        ),
    ]
