"""One run: the topology, its readers, and one kill after the other."""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

from benchmarks.feed_check import Verdict
from benchmarks.feed_reader import HUBS
from benchmarks.stage import DidNotWork
from benchmarks.topology import fleet, site, source, truth
from benchmarks.topology.crowd import Crowd
from benchmarks.topology.fleet import Fleet
from benchmarks.topology.kills import KILLS, Topology
from benchmarks.topology.receiver import Receiver, receiving
from benchmarks.topology.source import Source
from benchmarks.topology.truth import Truth

TOLD_WITHIN_S = 120
UNTOLD = {"waiting", "gathered", "held"}
Say = Callable[[str], None]


@dataclass(frozen=True)
class Killed:
    """What one kill came to."""

    what: str
    longest_s: float
    reconnected: int
    ended: list[str]
    verdict: Verdict


@dataclass
class Messages:
    """What became of the alerts: messages that the database has as sent, and what came of them."""

    alerts: int = 0
    wanted: int = 0
    sent: int = 0
    lost: int = 0
    again: int = 0
    unsent: int = 0


@dataclass
class Run:
    """Everything that one run showed."""

    readers: int
    began: float = field(default_factory=time.monotonic)
    started_s: float = 0.0
    spread: list[int] = field(default_factory=list)
    kills: list[Killed] = field(default_factory=list)
    messages: Messages = field(default_factory=Messages)
    seconds: float = 0.0


@dataclass(frozen=True)
class Stack:
    """What is up while the readers are there."""

    fleet: Fleet
    truth: Truth
    source: Source
    receiver: Receiver


@dataclass(frozen=True)
class Wanted:
    """What to do: how many readers, how many of each worker, what is killed, how long to watch."""

    readers: int
    copies: int
    names: Sequence[str]
    watch_s: float


def run(wanted: Wanted, say: Say) -> Run:
    """Start everything, let the readers in, kill, and judge. Raises DidNotWork."""
    done = Run(wanted.readers)
    with ExitStack() as held:
        stack = started(held, wanted.copies)
        done.started_s = time.monotonic() - done.began
        say(f"up after {done.started_s:.0f} s: {len(stack.fleet.programs)} programs, PostgreSQL")
        asyncio.run(follow(stack, done, wanted, say))
        done.messages = told(stack)
    done.seconds = time.monotonic() - done.began
    return done


def started(held: ExitStack, copies: int) -> Stack:
    """Everything, with a rule that notifies the receiver."""
    where = held.enter_context(site.sited())
    database = held.enter_context(truth.database(where.folder))
    oasis, receiver = held.enter_context(source.publishing()), held.enter_context(receiving())
    where = where.with_services(database.url, oasis.oasis.url, receiver.host)
    running = held.enter_context(fleet.running(where, copies))
    where.stage.answer("topology.rule", f"http://{receiver.host}/")
    return Stack(running, database, oasis, receiver)


async def follow(stack: Stack, done: Run, wanted: Wanted, say: Say) -> None:
    """The readers come, and stay through all kills."""
    publishing = asyncio.ensure_future(stack.source.publish())
    stack.source.flows.set()
    crowd = Crowd(stack.fleet.site, stack.truth, done.readers)
    try:
        await crowd.until_new(dict.fromkeys(HUBS, 0))
        await crowd.come()
        webs = [f"web-{number + 1}" for number in range(site.EACH)]
        done.spread = [stack.fleet.readers_of(web) for web in webs]
        say(f"{done.readers} readers are in: {done.spread}")
        for name in wanted.names:
            done.kills.append(await killed(stack, crowd, name, wanted.watch_s))
            say(line(done.kills[-1]))
    finally:
        publishing.cancel()
        crowd.leave()


async def killed(stack: Stack, crowd: Crowd, name: str, watch_s: float) -> Killed:
    """Kill one, and watch for how long any reader has to wait for a price."""
    stack.source.flows.set()
    what, kill = KILLS[name]
    before, ended = await crowd.heads(), crowd.connections()
    try:
        longest_s, _ = await asyncio.gather(
            crowd.longest_wait_s(before, watch_s), kill(Topology(stack.fleet, stack.truth))
        )
        stack.source.flows.clear()
        await crowd.until_stored(stack.source.newest)
        verdict = await crowd.verdict()
    except DidNotWork as fault:
        raise DidNotWork(f"{what} was killed: {fault}\n{stack.fleet.said()}") from fault
    again = sum(now > then for now, then in zip(crowd.connections(), ended, strict=True))
    return Killed(what, longest_s, again, stack.fleet.ended(), verdict)


def line(one: Killed) -> str:
    verdict = one.verdict
    return (
        f"{one.what}: at most {one.longest_s:.1f} s without a new price, "
        f"{one.reconnected} readers came again, {verdict.lost} events lost, "
        f"{verdict.doubled} doubled{'; ended: ' if one.ended else ''}{', '.join(one.ended)}"
    )


def told(stack: Stack) -> Messages:
    """Wait until no message is due any longer, and compare what was sent with what came."""
    until = time.monotonic() + TOLD_WITHIN_S
    while UNTOLD & stack.truth.states().keys() and time.monotonic() < until:
        time.sleep(0.5)
    states, came = stack.truth.deliveries(), stack.receiver.keys
    sent = {key for key, state in states.items() if state == "sent"}
    return Messages(
        alerts=stack.truth.alerts(site.RULE),
        wanted=stack.source.highs,
        sent=len(sent),
        lost=len(sent - came.keys()),
        again=sum(times - 1 for times in came.values()),
        unsent=sum(state in UNTOLD or state == "given up" for state in states.values()),
    )
