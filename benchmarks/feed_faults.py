"""Faults to inject into a live feed. Each returns when it is over."""

import asyncio
import random
import signal
from collections.abc import Awaitable, Callable

from benchmarks.feed_reader import Reader
from benchmarks.feed_stage import FeedStage

FROZEN_S = 8
LOSING_S = 10
STALLED_S = 10
SOME = 100

Fault = Callable[[FeedStage, list[Reader], random.Random], Awaitable[None]]


async def kill_web(stage: FeedStage, readers: list[Reader], chance: random.Random) -> None:
    await stage.web.restart(signal.SIGKILL)


async def end_web(stage: FeedStage, readers: list[Reader], chance: random.Random) -> None:
    await stage.web.restart(signal.SIGTERM)


async def freeze_web(stage: FeedStage, readers: list[Reader], chance: random.Random) -> None:
    stage.web.process.send_signal(signal.SIGSTOP)
    await asyncio.sleep(FROZEN_S)
    stage.web.process.send_signal(signal.SIGCONT)


async def kill_valkey(stage: FeedStage, readers: list[Reader], chance: random.Random) -> None:
    await stage.valkey.restart(signal.SIGKILL)


async def empty_valkey(stage: FeedStage, readers: list[Reader], chance: random.Random) -> None:
    stage.ask("FLUSHALL")


async def cut_group(stage: FeedStage, readers: list[Reader], chance: random.Random) -> None:
    stage.ask("CLIENT", "KILL", "TYPE", "pubsub")


async def kill_publisher(stage: FeedStage, readers: list[Reader], chance: random.Random) -> None:
    stage.order("die")
    await stage.publisher.start_again()


async def lose_messages(stage: FeedStage, readers: list[Reader], chance: random.Random) -> None:
    order = stage.order("lose")
    await asyncio.sleep(LOSING_S)
    order.unlink()


async def burst(stage: FeedStage, readers: list[Reader], chance: random.Random) -> None:
    order = stage.order("burst")
    while order.exists():
        await asyncio.sleep(0.05)


async def cut_readers(stage: FeedStage, readers: list[Reader], chance: random.Random) -> None:
    for reader in chance.sample(readers, SOME):
        reader.cut()


async def stall_readers(stage: FeedStage, readers: list[Reader], chance: random.Random) -> None:
    for reader in chance.sample(readers, SOME):
        reader.stall(STALLED_S)
    await asyncio.sleep(STALLED_S)


FAULTS: dict[str, Fault] = {
    "web process killed": kill_web,
    "web process ended with SIGTERM": end_web,
    f"web process frozen for {FROZEN_S} s": freeze_web,
    "Valkey killed": kill_valkey,
    "Valkey emptied (FLUSHALL)": empty_valkey,
    "group subscription cut (CLIENT KILL)": cut_group,
    "publisher killed between commit and announcement": kill_publisher,
    f"half of the group messages lost for {LOSING_S} s": lose_messages,
    "400 events in one transaction": burst,
    f"{SOME} sockets reset": cut_readers,
    f"{SOME} readers read nothing for {STALLED_S} s": stall_readers,
}


def drawn(count: int, chance: random.Random) -> list[str]:
    """`count` faults in random order, every kind among them."""
    names = [*FAULTS, *chance.choices([*FAULTS], k=count - len(FAULTS))]
    chance.shuffle(names)
    return names
