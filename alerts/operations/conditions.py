"""What may be wrong with an installation, and when it is: values in, sentences out. Pure.

Each value has a limit at which it counts as wrong, and one at which it counts as well again; in
between nothing changes. No sentence names an address, a password or a host of ours.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import NamedTuple

from alerts.rules.rule import Stance

DATABASE, REDIS, REDIS_MEMORY, REDIS_EVICTS = "database", "redis", "redis memory", "redis evicts"
SOURCE, DISK, WORKER, POLLER, BEAT = "source", "disk", "worker", "poller", "beat"
ROLES = (WORKER, POLLER, BEAT)
MIB = 2**20
# What must come back before it is well again, beyond the limit at which it was wrong.
MARGIN = 1.2
MARGIN_PERCENT = 10
NEVER = "noeviction"


class Condition(NamedTuple):
    """How one thing stands, in a sentence; `subject` says which, where there are several."""

    kind: str
    stance: Stance
    reason: str
    subject: str = ""

    @property
    def is_well(self) -> bool:
        return self.stance in (Stance.BACK, Stance.BETWEEN)


class RedisState(NamedTuple):
    """What a Redis says of itself: bytes, its eviction policy, and whether it follows another."""

    used: int
    most: int
    policy: str
    is_replica: bool


def of_redis(state: RedisState | None, full_percent: int, subject: str = "") -> list[Condition]:
    """The conditions of a Redis; None if it does not answer, and then its memory is unknown."""
    if state is None:
        away = "Redis does not answer: nothing new is fetched or sent until it does."
        unknown = "Redis does not answer."
        return [
            Condition(REDIS, Stance.BEYOND, away, subject),
            Condition(REDIS_MEMORY, Stance.UNKNOWN, unknown, subject),
            Condition(REDIS_EVICTS, Stance.UNKNOWN, unknown, subject),
        ]
    return [
        answering(state, subject),
        memory(state, full_percent, subject),
        eviction(state, subject),
    ]


def answering(state: RedisState, subject: str) -> Condition:
    """Whether it answers, and takes writes."""
    if state.is_replica:
        reason = "Redis is a replica and takes no writes: has it failed over?"
        return Condition(REDIS, Stance.BEYOND, reason, subject)
    return Condition(REDIS, Stance.BACK, "Redis answers.", subject)


def memory(state: RedisState, full_percent: int, subject: str) -> Condition:
    """How full it is, where it has a limit."""
    if not state.most:
        reason = f"Redis uses {state.used / MIB:,.1f} MB and has no limit."
        return Condition(REDIS_MEMORY, Stance.BACK, reason, subject)
    percent = 100 * state.used / state.most
    reason = f"Redis is {percent:.0f} % full: {state.used / MIB:,.1f} of {state.most / MIB:,.1f} MB"
    stance = above(percent, full_percent, full_percent - MARGIN_PERCENT)
    return Condition(REDIS_MEMORY, stance, f"{reason}.", subject)


def eviction(state: RedisState, subject: str) -> Condition:
    """Whether it drops keys when it is full; without a limit it never is."""
    if state.policy != NEVER and state.most:
        reason = (
            f"Redis drops keys when it is full (maxmemory-policy is {state.policy}): queues and "
            "feeds would lose what is in them."
        )
        return Condition(REDIS_EVICTS, Stance.BEYOND, reason, subject)
    return Condition(REDIS_EVICTS, Stance.BACK, "Redis never drops a key.", subject)


def of_disk(free: int, least_mb: int, subject: str = "") -> Condition:
    """How much room there is, in bytes, where the state is kept."""
    reason = f"The disk has {free / MIB:,.0f} MB left."
    return Condition(DISK, below(free / MIB, least_mb, least_mb * MARGIN), reason, subject)


def of_source(name: str, trouble: str | None, age_s: float | None) -> Condition:
    """The price source, by why it does not answer, and how long ago it last did."""
    if trouble:
        return Condition(SOURCE, Stance.BEYOND, trouble)
    if age_s is None:
        return Condition(SOURCE, Stance.UNKNOWN, f"{name} has not answered yet.")
    return Condition(SOURCE, Stance.BACK, f"{name} answered {duration(age_s)} ago.")


def of_signs(ages: Mapping[str, float | None] | None, silent_s: int) -> list[Condition]:
    """Each kind of process, by how long ago it gave a sign of life; None: nobody knows."""
    if ages is None:
        reason = "Not known: Redis, where signs of life are kept, does not answer."
        return [Condition(role, Stance.UNKNOWN, reason) for role in ROLES]
    return [of_sign(role, ages.get(role), silent_s) for role in ROLES]


def of_sign(role: str, age_s: float | None, silent_s: int) -> Condition:
    """One kind of process. Of several it is enough that one lives."""
    name = role.capitalize()
    if age_s is None:
        reason = f"{name} has given no sign of life lately: is it running?"
        return Condition(role, Stance.BEYOND, reason)
    if age_s > silent_s:
        reason = f"{name} has been silent for {duration(age_s)}."
        return Condition(role, Stance.BEYOND, reason)
    return Condition(role, Stance.BACK, f"{name} gave a sign of life {duration(age_s)} ago.")


def above(value: float, limit: float, clear: float) -> Stance:
    """How a value that should be low stands to its limits."""
    if value > limit:
        return Stance.BEYOND
    return Stance.BETWEEN if value > clear else Stance.BACK


def below(value: float, limit: float, clear: float) -> Stance:
    """How a value that should be high stands to its limits."""
    return above(-value, -limit, -clear)


def duration(seconds: float) -> str:
    """`8 s`, `12 min`, `3 h 05 min`."""
    minutes, rest = divmod(max(round(seconds), 0), 60)
    if minutes < 2:
        return f"{60 * minutes + rest} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min"


def for_at_least(kind: str, source_minutes: int) -> timedelta:
    """How long a condition must be wrong before an alert opens."""
    if kind == SOURCE:
        return timedelta(minutes=source_minutes)
    return timedelta(seconds=30)
