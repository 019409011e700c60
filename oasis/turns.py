"""Turns at OASIS: one request at a time for the whole deployment, six seconds apart.

OASIS refuses an address that asks again within five seconds (facts, item 1). The turn is one
key in Redis. While a request is under way the key outlives its deadline; once the answer has
begun, it stays for the pause. So two requests can't come close however long connecting took,
and a worker killed in between only costs a wait. Where Redis can't be asked, nobody asks OASIS.
"""

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import Enum, auto
from typing import NamedTuple

import redis

TURN = "caiso:oasis:turn"
RESERVED = "caiso:oasis:reserved"
UNDER_WAY_SECONDS = 60
RESERVED_MS = 1000
BUSY_SECONDS = 12
FOR_EVER = -1  # a key without an end, as PTTL says it
LOOK_AGAIN_SECONDS = 0.1

KEEP_FOR = """
if redis.call('GET', KEYS[1]) == ARGV[1] then
  return redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return 0
"""


class NoTurn(Exception):
    """No turn came in time, or Redis could not be asked: nothing was requested."""

    outcome = "no_token"


class Turn:
    """The right to one request."""

    def __init__(self, client: redis.Redis, name: str, pause_seconds: float) -> None:
        self.client = client
        self.name = name
        self.pause_ms = int(pause_seconds * 1000)

    def over(self) -> None:
        """The next may ask when the pause from now is over.

        Without Redis the turn simply stays taken until it expires: slower, never ruder.
        """
        with suppress(redis.RedisError):
            self.client.eval(KEEP_FOR, 1, TURN, self.name, self.pause_ms)


class Manner(Enum):
    """How a caller behaves. Those that find no free turn come back with their next tick, except
    the first, whose turn is the next, and the patient."""

    FIRST = auto()  # the five-minute poll
    PASSING = auto()  # the slower polls
    SPARE = auto()  # gaps and corrections: what no poll wants
    PATIENT = (
        auto()
    )  # the backfill command, a process of its own: waits, and lets all others go first

    @property
    def wait_seconds(self) -> float:
        """How long it waits for a turn at most."""
        return {Manner.FIRST: 10.0, Manner.PATIENT: 40.0}.get(self, 0.0)

    @property
    def tries(self) -> int:
        """How often one request is tried."""
        return 3 if self is Manner.PATIENT else 1

    @property
    def once_begun(self) -> "Manner":
        """How the rest is asked for of what takes several requests: it is not begun anew."""
        return self if self is Manner.PATIENT else Manner.FIRST


class Wanted(NamedTuple):
    """A mark left by somebody who found no free turn: others keep back until it comes again."""

    key: str
    lasts_ms: int  # a little longer than its ticks are apart


WANTED = {
    Manner.PASSING: Wanted("caiso:oasis:wanted", 6_000),
    Manner.SPARE: Wanted("caiso:oasis:wanted:spare", 16_000),
}
BEFORE = {
    Manner.SPARE: [WANTED[Manner.PASSING].key],
    Manner.PATIENT: [wanted.key for wanted in WANTED.values()],
}


class Turns:
    """Hands out turns, `pause_seconds` apart."""

    def __init__(self, client: redis.Redis, pause_seconds: float) -> None:
        self.client = client
        self.pause_seconds = pause_seconds

    @contextmanager
    def turn(self, manner: Manner) -> Iterator[Turn]:
        """A turn, within the time that `manner` waits for one. Raises NoTurn."""
        until = time.monotonic() + manner.wait_seconds
        turn = self.take(manner)
        while turn is None:
            if time.monotonic() >= until:
                raise NoTurn(f"no turn at OASIS within {manner.wait_seconds:.0f} s")
            time.sleep(LOOK_AGAIN_SECONDS)
            turn = self.take(manner)
        try:
            yield turn
        except BaseException:
            turn.over()  # whatever reached OASIS reached it before now
            raise

    def somebody_asked(self) -> None:
        """Keep the pause after a request that had no turn, as the launcher's to see who is there.

        A Redis that has just started keeps it by itself.
        """
        with suppress(redis.RedisError):
            self.client.set(TURN, secrets.token_hex(8), nx=True, px=int(self.pause_seconds * 1000))

    def reserve(self, seconds: float) -> None:
        """Let nobody else take a turn that the five-minute poll will want this soon."""
        with suppress(redis.RedisError):
            self.client.set(RESERVED, 1, px=int(seconds * 1000))

    @contextmanager
    def only_one(self, name: str) -> Iterator[bool]:
        """Whether nobody else does `name` now, in the whole deployment.

        A worker that is killed holds the place for some seconds more. Without Redis nobody
        would get a turn anyway.
        """
        key, owner = f"caiso:oasis:{name}", secrets.token_hex(8)
        try:
            mine = bool(self.client.set(key, owner, nx=True, ex=BUSY_SECONDS))
        except redis.RedisError as fault:
            raise NoTurn(f"Redis can't be asked for a turn: {fault}") from fault
        try:
            yield mine
        finally:
            with suppress(redis.RedisError):
                self.client.eval(KEEP_FOR, 1, key, owner, 0)

    def take(self, manner: Manner) -> Turn | None:
        """The turn, if it is free now. Raises NoTurn where Redis can't say."""
        try:
            return self.try_to_take(manner)
        except redis.RedisError as fault:
            raise NoTurn(f"Redis can't be asked for a turn: {fault}") from fault

    def try_to_take(self, manner: Manner) -> Turn | None:
        """The turn, if nobody has it, nobody goes first, and Redis has not just started."""
        if manner is Manner.FIRST:
            self.client.set(RESERVED, 1, px=RESERVED_MS)
        elif self.client.exists(RESERVED):
            self.mark_wanted(manner)
            return None
        if manner in BEFORE and self.client.exists(*BEFORE[manner]):
            self.mark_wanted(manner)
            return None
        if self.is_taken() or self.has_just_started():
            self.mark_wanted(manner)
            return None
        name = secrets.token_hex(8)
        if not self.client.set(TURN, name, nx=True, ex=UNDER_WAY_SECONDS):
            self.mark_wanted(manner)
            return None
        if manner is Manner.FIRST:
            self.client.delete(RESERVED)
        if manner in WANTED:
            self.client.delete(WANTED[manner].key)
        return Turn(self.client, name, self.pause_seconds)

    def mark_wanted(self, manner: Manner) -> None:
        """Whoever waits all the time would take each turn that others come back for."""
        if manner in WANTED:
            self.client.set(WANTED[manner].key, 1, px=WANTED[manner].lasts_ms)

    def is_taken(self) -> bool:
        """Whether somebody has the turn.

        Redis counts down by the wall clock: after a step back of an hour a turn would last that
        hour longer. One that lasts longer than any turn can is over.
        """
        left_ms: int = self.client.pttl(TURN)  # type: ignore[assignment]
        if left_ms > 1000 * UNDER_WAY_SECONDS:
            self.client.delete(TURN)
            return False
        return left_ms > 0 or left_ms == FOR_EVER

    def has_just_started(self) -> bool:
        """Whether Redis is younger than the pause: it may have forgotten the last turn.

        Its age is negative after the clock stepped back.
        """
        started: dict[str, int] = self.client.info("server")  # type: ignore[assignment]
        return 0 <= started["uptime_in_seconds"] < self.pause_seconds
