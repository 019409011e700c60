"""Turns at OASIS: one request at a time for the whole deployment, six seconds apart.

OASIS answers an address that asks again within five seconds with HTTP 429, or with HTTP 200 and
the same acceptable-use page. A turn is the right to ask once: one key in Redis. While a request
is under way, the key lasts longer than the request may; once the answer begins, it lasts for the
pause. So two requests never come close, however long connecting took, and a worker killed in
between only costs a wait. Without Redis nothing is asked.
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
SERVER = "caiso:oasis:server"
UNDER_WAY_SECONDS = 60
RESERVED_MS = 1000
BUSY_SECONDS = 12
NO_EXPIRY = -1  # what PTTL returns for a key that does not expire
LOOK_AGAIN_SECONDS = 0.1

KEEP_FOR = """
if redis.call('GET', KEYS[1]) == ARGV[1] then
  return redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return 0
"""

# Asked by the key: of a Cluster, the node that keeps the turn answers.
FACTS = "return redis.call('INFO', 'server')"


class NoTurn(Exception):
    """No turn came in time, or Redis can't be reached: nothing was requested."""

    outcome = "no_token"


class Turn:
    """The right to ask OASIS once."""

    def __init__(self, client: redis.Redis, name: str, pause_seconds: float) -> None:
        self.client = client
        self.name = name
        self.pause_ms = int(pause_seconds * 1000)

    def start_pause(self) -> None:
        """Let the next request follow after the pause, counted from now.

        Without Redis the turn stays taken until it expires: slower, but never too fast.
        """
        with suppress(redis.RedisError):
            self.client.eval(KEEP_FOR, 1, TURN, self.name, self.pause_ms)


class Priority(Enum):
    """How a caller behaves. Those that find no free turn come back with their next tick, except
    the first, whose turn is the next, and the patient."""

    FIRST = auto()  # the five-minute poll
    IF_FREE = auto()  # the slower polls
    SPARE = auto()  # gaps and corrections: what no poll wants
    LAST = auto()  # the backfill command, a process of its own: waits, and lets all others go first

    @property
    def wait_seconds(self) -> float:
        """How long it waits for a turn at most."""
        return {Priority.FIRST: 10.0, Priority.LAST: 40.0}.get(self, 0.0)

    @property
    def tries(self) -> int:
        """How often one request is tried."""
        return 3 if self is Priority.LAST else 1

    @property
    def once_begun(self) -> "Priority":
        """How the rest is asked for of what takes several requests: it is not begun anew."""
        return self if self is Priority.LAST else Priority.FIRST


class Wanted(NamedTuple):
    """A mark left by somebody who found no free turn: others keep back until it comes again."""

    key: str
    lasts_ms: int  # a little longer than its ticks are apart


WANTED = {
    Priority.IF_FREE: Wanted("caiso:oasis:wanted", 6_000),
    Priority.SPARE: Wanted("caiso:oasis:wanted:spare", 16_000),
}
BEFORE = {
    Priority.SPARE: [WANTED[Priority.IF_FREE].key],
    Priority.LAST: [wanted.key for wanted in WANTED.values()],
}


class Turns:
    """Hands out turns, `pause_seconds` apart."""

    def __init__(self, client: redis.Redis, pause_seconds: float) -> None:
        self.client = client
        self.pause_seconds = pause_seconds

    @contextmanager
    def turn(self, priority: Priority) -> Iterator[Turn]:
        """A turn, within the time that `priority` waits for one. Raises NoTurn."""
        until = time.monotonic() + priority.wait_seconds
        turn = self.take(priority)
        while turn is None:
            if time.monotonic() >= until:
                raise NoTurn(f"no turn at OASIS within {priority.wait_seconds:.0f} s")
            time.sleep(LOOK_AGAIN_SECONDS)
            turn = self.take(priority)
        try:
            yield turn
        except BaseException:
            turn.start_pause()  # what reached OASIS did so before now
            raise

    def start_pause(self) -> None:
        """Start the pause after a request without a turn, such as the launcher's test of OASIS.

        If Redis has just started, `has_just_started` sees to the pause.
        """
        with suppress(redis.RedisError):
            self.begin_pause()

    def begin_pause(self) -> None:
        if self.pause_seconds:
            self.client.set(TURN, secrets.token_hex(8), nx=True, px=int(self.pause_seconds * 1000))

    def reserve(self, seconds: float) -> None:
        """Keep turns for the five-minute poll, which will need one within `seconds`."""
        with suppress(redis.RedisError):
            self.client.set(RESERVED, 1, px=int(seconds * 1000))

    @contextmanager
    def only_one(self, name: str) -> Iterator[bool]:
        """Whether no other process of the deployment is at work on `name`. Raises NoTurn.

        After a worker was killed, its work counts as under way for some seconds more.
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

    def take(self, priority: Priority) -> Turn | None:
        """A turn, if it is free now. Raises NoTurn if Redis can't be reached."""
        try:
            return self.try_to_take(priority)
        except redis.RedisError as fault:
            raise NoTurn(f"Redis can't be asked for a turn: {fault}") from fault

    def try_to_take(self, priority: Priority) -> Turn | None:
        """A turn, if it is free, nothing goes first, and Redis has not just started."""
        if priority is Priority.FIRST:
            self.client.set(RESERVED, 1, px=RESERVED_MS)
        elif self.client.exists(RESERVED):
            self.mark_wanted(priority)
            return None
        if priority in BEFORE and self.client.exists(*BEFORE[priority]):
            self.mark_wanted(priority)
            return None
        if self.is_taken() or self.has_just_started():
            self.mark_wanted(priority)
            return None
        name = secrets.token_hex(8)
        if not self.client.set(TURN, name, nx=True, ex=UNDER_WAY_SECONDS):
            self.mark_wanted(priority)
            return None
        if priority is Priority.FIRST:
            self.client.delete(RESERVED)
        if priority in WANTED:
            self.client.delete(WANTED[priority].key)
        return Turn(self.client, name, self.pause_seconds)

    def mark_wanted(self, priority: Priority) -> None:
        """Whoever waits all the time would take each turn that others come back for."""
        if priority in WANTED:
            self.client.set(WANTED[priority].key, 1, px=WANTED[priority].lasts_ms)

    def is_taken(self) -> bool:
        """Whether the turn is taken.

        Redis counts down by the wall clock: if that is set back an hour, a turn lasts an hour
        longer. A turn with more time left than any can have is over.
        """
        left_ms: int = self.client.pttl(TURN)  # type: ignore[assignment]
        if left_ms > 1000 * UNDER_WAY_SECONDS:
            self.client.delete(TURN)
            return False
        return left_ms > 0 or left_ms == NO_EXPIRY

    def has_just_started(self) -> bool:
        """Whether Redis may have lost the last turn: it started less than a pause ago, or another
        server has taken its place, which may not have had everything.

        Its uptime is negative after the clock was set back.
        """
        said = str(self.client.eval(FACTS, 1, TURN))
        facts = dict(line.split(":", 1) for line in said.splitlines() if ":" in line)
        if self.is_another(facts["run_id"]):
            return True
        return 0 <= int(facts["uptime_in_seconds"]) < self.pause_seconds

    def is_another(self, server: str) -> bool:
        """Whether the last turn was another server's. Then a pause begins, before that is noted."""
        known = self.client.get(SERVER)
        if known == server:
            return False
        if known:
            self.begin_pause()
        self.client.set(SERVER, server)
        return bool(known)
