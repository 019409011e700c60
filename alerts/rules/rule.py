"""Judges a node's intervals by a rule. Pure: readings in, transitions out.

A rule opens when all of its conditions have held for long enough, and clears when one of them is
back at its clear limit. Between the two limits nothing changes, so that a price near the limit does
not open and clear the rule at every interval.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import NamedTuple

NOTHING = timedelta()


class Stance(Enum):
    """How an interval stands to a rule's limits."""

    BEYOND = "beyond"
    BETWEEN = "between"
    BACK = "back"
    UNKNOWN = "unknown"


class Requirement(NamedTuple):
    """A limit on a watched value, and the limit that clears it, in the value's unit."""

    watched: str
    direction: str
    limit: Decimal
    clear_limit: Decimal
    span: int = 0  # minutes of a change, days of a comparison

    def stance(self, value: Decimal | None) -> Stance:
        """How a value stands to the limits; UNKNOWN if it is missing or not finite."""
        if value is None or not value.is_finite():
            return Stance.UNKNOWN
        if self.direction == "above":
            if value > self.limit:
                return Stance.BEYOND
            return Stance.BETWEEN if value > self.clear_limit else Stance.BACK
        if value < self.limit:
            return Stance.BEYOND
        return Stance.BETWEEN if value < self.clear_limit else Stance.BACK


class Ruling(NamedTuple):
    """A rule for judging: its conditions, how long all must hold, and its cool-down."""

    conditions: tuple[Requirement, ...]
    for_at_least: timedelta = NOTHING
    cool_down: timedelta = NOTHING

    def stance(self, values: Sequence[Decimal | None]) -> Stance:
        """How an interval stands to all conditions, by its value for each of them."""
        if len(values) == 1:
            return self.conditions[0].stance(values[0])
        found = {
            condition.stance(value)
            for condition, value in zip(self.conditions, values, strict=True)
        }
        for stance in (Stance.BACK, Stance.UNKNOWN, Stance.BETWEEN):
            if stance in found:
                return stance
        return Stance.BEYOND


class Reading(NamedTuple):
    """An observed interval, [start, end), and how it stands to the rule."""

    start: datetime
    end: datetime
    stance: Stance


class State(NamedTuple):
    """How far a rule has judged, and what it remembers for the next interval."""

    until: datetime | None = None  # the start of the last interval judged
    until_end: datetime | None = None
    is_open: bool = False
    since: datetime | None = None  # the start of the unbroken run beyond the limit
    calm_until: datetime | None = None  # no alert opens before, after one has cleared
    flaps: int = 0  # crossings that opened nothing since the last alert cleared


class Transition(NamedTuple):
    """The interval at which a rule opened or cleared, and the crossings suppressed until then."""

    start: datetime
    opens: bool
    flaps: int


def judge(
    ruling: Ruling, state: State, readings: Iterable[Reading]
) -> tuple[State, list[Transition]]:
    """Judge intervals, oldest first, skipping those that are not newer than the last one judged.

    Returns the new state and the transitions.
    """
    transitions: list[Transition] = []
    for reading in sorted(readings):
        if state.until is not None and reading.start <= state.until:
            continue
        after = step(ruling, state, reading)
        if after.is_open != state.is_open:
            transitions.append(Transition(reading.start, after.is_open, state.flaps))
        state = after
    return state, transitions


def step(ruling: Ruling, state: State, reading: Reading) -> State:
    """The state after one more interval."""
    start, end, stance = reading
    _, before, is_open, since, calm_until, flaps = state
    if stance is Stance.BEYOND:
        return beyond(ruling, state, reading, since if start == before else None)
    if since is not None and not is_open and stance is not Stance.UNKNOWN:
        flaps += 1  # too short, or too soon
    if is_open and stance is Stance.BACK:
        return State(start, end, False, None, end + ruling.cool_down, 0)
    return State(start, end, is_open, None, calm_until, flaps)


def beyond(ruling: Ruling, state: State, reading: Reading, unbroken: datetime | None) -> State:
    """The state after an interval beyond the limit: open if the run is long enough."""
    start, end, _ = reading
    since, calm_until, flaps = unbroken or start, state.calm_until, state.flaps
    if state.is_open:
        again = state.since is None  # it was between the limits, and is beyond once more
        return State(start, end, True, since, calm_until, flaps + again)
    long_enough = end - since >= ruling.for_at_least
    calm = calm_until is not None and start < calm_until
    return State(start, end, long_enough and not calm, since, calm_until, flaps)
