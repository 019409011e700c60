"""What the timestamps of a report mean: five rows or more have the same ones. Pure."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import chain
from operator import attrgetter, sub
from typing import Any

from market.intervals import NaiveTime, from_iso, is_start
from market.markets import Market
from oasis.published import interval_fault

Times = Callable[[Sequence[Any]], tuple[Sequence[str], Sequence[str]] | None]
zone = attrgetter("tzinfo")


class IntervalTimes:
    """Interval starts of a market by the texts of start and end. Each pair is read once."""

    def __init__(self, market: Market) -> None:
        self.market = market
        self.known: dict[tuple[str, str], datetime] = {}
        self.wrong: dict[tuple[str, str], str] = {}

    def one(self, start: str, end: str) -> datetime | str:
        """The interval start that two timestamps give, or what is wrong with them."""
        pair = start, end
        found = self.known.get(pair) or self.wrong.get(pair)
        return found or self.read(pair)

    def column(self, starts: Sequence[str], ends: Sequence[str]) -> list[datetime] | None:
        """The interval starts of rows; None if one can't be read."""
        pairs = list(zip(starts, ends, strict=True))
        return starts_of(pairs, self.known, self.market, lambda _: (starts, ends))

    def read(self, pair: tuple[str, str]) -> datetime | str:
        """What two timestamps give that have not been read before."""
        first, last = map(moment_of, pair)
        fault: str | None
        if isinstance(first, str) or isinstance(last, str):
            fault = first if isinstance(first, str) else str(last)
        else:
            fault = interval_fault(self.market, first, last)
        if fault is not None:
            self.wrong[pair] = fault
            return fault
        self.known[pair] = first  # type: ignore[assignment]
        return first


def starts_of(
    keys: Sequence[Any], known: dict[Any, datetime], market: Market, times: Times
) -> list[datetime] | None:
    """The interval starts of rows by what tells their times, which is kept in `known`.

    None if one can't be read. `times` gives the texts of starts and ends of keys that are new.
    """
    try:
        return list(map(known.__getitem__, keys))
    except KeyError:
        texts = times(keys)
    moments = None if texts is None else usual_starts(market, *texts)
    if moments is not None:
        known.update(zip(keys, moments, strict=True))
    return moments


def usual_starts(
    market: Market, starts: Sequence[str], ends: Sequence[str]
) -> list[datetime] | None:
    """The interval starts of rows whose timestamps are all good, and in UTC; None otherwise."""
    try:
        first = list(map(datetime.fromisoformat, starts))
        last = list(map(datetime.fromisoformat, ends))
    except ValueError:
        return None
    if set(map(zone, chain(first, last))) != {UTC}:
        return None
    are_long = set(map(sub, last, first)) == {market.interval}
    return first if are_long and all(is_start(moment, market) for moment in first) else None


def moment_of(text: str) -> datetime | str:
    """A timestamp, or what is wrong with it."""
    try:
        return from_iso(text)
    except NaiveTime as fault:
        return str(fault)
    except ValueError:
        return f"{text[:40]!r} is not a timestamp"
