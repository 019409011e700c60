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

import redis

TURN = "caiso:oasis:turn"
WAITING = "caiso:oasis:waiting"
UNDER_WAY_SECONDS = 60
WAITING_SECONDS = 3
LOOK_AGAIN_SECONDS = 0.1

KEEP_FOR = """
if redis.call('GET', KEYS[1]) == ARGV[1] then
  return redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return 0
"""


class NoToken(Exception):
    """No turn came in time, or Redis could not be asked: nothing was requested."""

    outcome = "no_token"


class Token:
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


class Politeness:
    """Hands out turns, `pause_seconds` apart."""

    def __init__(self, client: redis.Redis, pause_seconds: float) -> None:
        self.client = client
        self.pause_seconds = pause_seconds

    @contextmanager
    def turn(self, within_seconds: float, *, patient: bool) -> Iterator[Token]:
        """A turn within that time. A `patient` caller steps back while an impatient one waits.

        Raises NoToken.
        """
        until = time.monotonic() + within_seconds
        token = self.take(patient=patient)
        while token is None:
            if time.monotonic() > until:
                raise NoToken(f"no turn at OASIS within {within_seconds:.0f} s")
            time.sleep(LOOK_AGAIN_SECONDS)
            token = self.take(patient=patient)
        try:
            yield token
        except BaseException:
            token.over()  # whatever reached OASIS reached it before now
            raise

    def take(self, *, patient: bool) -> Token | None:
        """The turn, if it is free now. Raises NoToken where Redis can't say."""
        try:
            return self.try_to_take(patient=patient)
        except redis.RedisError as fault:
            raise NoToken(f"Redis can't be asked for a turn: {fault}") from fault

    def try_to_take(self, *, patient: bool) -> Token | None:
        """The turn, if nobody has it, nobody goes first, and Redis has not just started."""
        if patient and self.client.exists(WAITING):
            return None
        if not patient:
            self.client.set(WAITING, 1, ex=WAITING_SECONDS)
        if self.client.exists(TURN) or self.has_just_started():
            return None
        name = secrets.token_hex(8)
        if not self.client.set(TURN, name, nx=True, ex=UNDER_WAY_SECONDS):
            return None
        if not patient:
            self.client.delete(WAITING)
        return Token(self.client, name, self.pause_seconds)

    def has_just_started(self) -> bool:
        """Whether Redis is younger than the pause: it may have forgotten the last turn."""
        started: dict[str, int] = self.client.info("server")  # type: ignore[assignment]
        return started["uptime_in_seconds"] < self.pause_seconds
