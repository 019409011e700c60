"""A batch of published prices: in order, beside what is held, and as the feed will tell it.

Pure.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import TypeVar

from market.markets import Market
from oasis.published import PublishedPrice
from prices.versions import Held, Verdict, verdict

Run = list[PublishedPrice]
HeldBetween = Callable[[Market, datetime, datetime], Mapping[datetime, Held]]
T = TypeVar("T")


@dataclass
class Sorted:
    """One node's prices of a batch, by what is to be done with them.

    `confirmed` are the stretches of held intervals, first and last, that the batch says again.
    """

    new: list[PublishedPrice] = field(default_factory=list)
    corrected: list[tuple[PublishedPrice, Held]] = field(default_factory=list)
    confirmed: list[tuple[Market, datetime, datetime]] = field(default_factory=list)
    counts: Counter[Verdict] = field(default_factory=Counter)

    def add(
        self,
        run: Iterable[PublishedPrice],
        held: Mapping[datetime, Held],
        seen_at: datetime,
        limit: datetime | None = None,
    ) -> None:
        """Sort in one market's prices, beside the versions held by interval start.

        `limit` is that of `verdict`.
        """
        new, corrected = len(self.new), len(self.corrected)
        for price in run:
            version = held.get(price.interval_start)
            found = verdict(version, price, seen_at, limit)
            if found is Verdict.NEW:
                self.new.append(price)
            elif version is not None and found is Verdict.CORRECTED:
                self.corrected.append((price, version))
            else:
                self.counts[found] += 1
        self.counts[Verdict.NEW] += len(self.new) - new
        self.counts[Verdict.CORRECTED] += len(self.corrected) - corrected


def sort(
    prices: Iterable[PublishedPrice],
    held_between: HeldBetween,
    seen_at: datetime,
    limit: datetime | None = None,
) -> Sorted:
    """What each of one node's prices means beside what is held; they are in order.

    `held_between` gives a market's versions from a first interval to a last, both included.
    """
    batch = Sorted()
    for market, run in by_market(prices):
        held = held_between(market, run[0].interval_start, run[-1].interval_start)
        batch.add(run, held, seen_at, limit)
        batch.confirmed += [(market, *stretch) for stretch in confirmed(run, held)]
    return batch


def by_node(prices: Iterable[PublishedPrice]) -> Iterator[tuple[str, Run]]:
    """Each node's prices, in order of market and interval, however they came."""
    ordered = sorted(prices, key=attrgetter("node", "market", "interval_start"))
    for node, group in groupby(ordered, key=attrgetter("node")):
        yield node, list(group)


def by_market(prices: Iterable[PublishedPrice]) -> Iterator[tuple[Market, Run]]:
    """Each market's prices, of one node's in order."""
    for market, group in groupby(prices, key=attrgetter("market")):
        yield market, list(group)


def confirmed(
    run: Iterable[PublishedPrice], held: Mapping[datetime, Held]
) -> Iterator[tuple[datetime, datetime]]:
    """The stretches of held intervals, first and last, that a run says something of.

    Nearly always one: more where the run lacks an interval that is held.
    """
    said = {price.interval_start for price in run} if held else ()
    for is_said, stretch in groupby(sorted(held), key=said.__contains__):
        if is_said:
            starts = list(stretch)
            yield starts[0], starts[-1]


def in_interval_order(
    new: Sequence[PublishedPrice], corrected: Sequence[tuple[PublishedPrice, Held]]
) -> list[tuple[PublishedPrice, Held | None]]:
    """What the feed tells, oldest interval first: new prices, and corrected ones with the old."""
    told: list[tuple[PublishedPrice, Held | None]] = [(price, None) for price in new]
    told += corrected
    told.sort(key=lambda change: change[0].interval_start)
    return told


def numbered(head: int, events: Iterable[T]) -> Iterator[tuple[int, T]]:
    """Events with their places in a feed: those that follow on its head."""
    return enumerate(events, head + 1)
